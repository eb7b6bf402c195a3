"""Batches: a stream of statements as request bodies of bounded size.

dc 01 00          a msgpack array of 256
93 b8 …           the first .submission
93 b8 …           the second, and so on
"""

from collections.abc import Iterable, Iterator, Sequence

import msgpack

from provenance.claims.statement import Submission, parse_submission

Batch = list[Submission]


def parse_all(
    submissions: Iterable[Submission | bytes],
) -> Iterator[Submission]:
    """Yield *submissions*, those that are bytes parsed.

    Raises:
        MalformedError: One is no submission.
    """
    for each in submissions:
        yield parse_submission(each) if isinstance(each, bytes) else each


def batches_of(
    submissions: Iterable[Submission], *, most: int, most_bytes: int
) -> Iterator[Batch]:
    """Yield *submissions* in order, as many together as may be.

    Reads one submission further than it has yielded, and holds one batch. A
    submission that is too large by itself is a batch by itself: that is for
    the node to refuse.

    Args:
        submissions: Read as they are needed.
        most: How many a batch has at most.
        most_bytes: How many bytes they have at most, all together.
    """
    batch: Batch = []
    size = 0
    for submission in submissions:
        own = _size(submission)
        if batch and (len(batch) == most or size + own > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(submission)
        size += own
    if batch:
        yield batch


def body_of(batch: Sequence[Submission]) -> bytes:
    """Return *batch* as the body of a request."""
    head: bytes = msgpack.Packer().pack_array_header(len(batch))
    return head + b"".join(each.to_bytes() for each in batch)


def _size(submission: Submission) -> int:
    # Five bytes are the longest head of any of its parts.
    parts = (submission.entry, *submission.events)
    return 32 + sum(len(part) + 5 for part in parts)
