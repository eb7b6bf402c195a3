"""Batches: a stream of statements as request bodies of bounded size.

dc 01 00          a msgpack array of 256
93 b8 …           the first .submission
93 b8 …           the second, and so on
"""

from collections.abc import Sequence

import msgpack

from provenance.claims.statement import Submission
from provenance.feed import FeedLimits

Batch = list[Submission]

BATCH = 200
"""How many statements one request has at most, unless the caller says."""

BATCH_BYTES = 2**21
"""How many bytes they have together, about."""


def limits_of(
    *, batch: int = BATCH, batch_bytes: int = BATCH_BYTES
) -> FeedLimits[Submission]:
    """Return how large a batch may be: so many statements, so many bytes.

    A submission that is too large by itself is a batch by itself: that is for
    the node to refuse.
    """
    return FeedLimits(batch, _weigh, (batch_bytes,))


def body_of(batch: Sequence[Submission]) -> bytes:
    """Return *batch* as the body of a request."""
    head: bytes = msgpack.Packer().pack_array_header(len(batch))
    return head + b"".join(each.to_bytes() for each in batch)


def _weigh(submission: Submission) -> tuple[int]:
    # Five bytes are the longest head of any of its parts.
    parts = (submission.entry, *submission.events)
    return (32 + sum(len(part) + 5 for part in parts),)
