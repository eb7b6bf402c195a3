"""Checking submissions in worker processes, one for each processor.

Not threads: beside a thread that is busy in Python, a thread that checks
signatures waits for the interpreter's lock most of its time. A worker is this
module run by a new interpreter, so that a caller's script needs no guard and
nothing is inherited but two pipes (`provenance.pipes`):

    request   [[new public key, …], [[entry, [event data, …]], …]]
    answer    [[act, …], [what was found of each, …]]

Both ends of the pipe are our own code; what others made is checked in it.
"""

import gc
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Self
from weakref import WeakSet

from provenance import keys
from provenance.claims.act import Act, Need
from provenance.claims.statement import Submission
from provenance.epcis.corrections import EventName
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    StoreError,
)
from provenance.feed import LINGER_SECONDS, Drawn, Feed, FeedLimits
from provenance.ledger.check import (
    REGISTRY_ACT,
    CheckedDocument,
    CheckedEvent,
    CheckedStatement,
    FindKey,
    check_submission,
)
from provenance.pipes import receive, send
from provenance.rules.book import EvidenceBook, parse_book

CHUNK = 256
"""How many submissions go to a worker at once, at most."""

CHUNK_EVENTS = 2_000
"""How many events go to a worker at once, about."""

CHUNK_BYTES = 2**21
"""How many bytes of events go to a worker at once, about."""

QUEUED_BYTES = 3 * 2**22
"""How many bytes of events all workers have before them, about.

Each of these bytes is in memory here, in the worker and, for a moment, in
between; and what was found in them takes twice as much.
"""

QUEUED_CHUNKS = 12
"""How many chunks each worker has before it: one in work, others waiting.

Enough that no worker runs dry while the writer commits a whole batch.
"""

CHUNKS_AHEAD = 4
"""How many full chunks of a stream are read before a worker has room."""

PIPE_SIZE = 2**20
"""Bytes that a pipe holds, where the system allows it: some chunks each way,
so that neither end waits for the other to find time to read.
"""

NewKeys = Callable[[int], list[bytes]]
"""Returns every known public key from the given number on."""

_ERRORS: dict[str, type[ProvenanceError]] = {
    "malformed": MalformedError,
    "signature": InvalidSignatureError,
}

Checked = CheckedStatement | CheckedDocument | ProvenanceError

Chunks = Drawn[Submission] | Feed[Submission]
"""What submissions come from; see `drawn` and `fed`."""


def check_one(
    submission: Submission, find_key: FindKey, book: EvidenceBook
) -> Checked:
    """Return what is to be said of *submission*: the check, or its error."""
    try:
        return check_submission(
            submission.entry, submission.events, find_key=find_key, book=book
        )
    except (MalformedError, InvalidSignatureError) as error:
        return error


class Workers:
    """A pool of processes that check submissions, in order."""

    def __init__(self, count: int | None = None) -> None:
        """Make a pool that starts its processes when there is enough to do.

        Args:
            count: How many; by default one for each processor.
        """
        self._count = count or os.cpu_count() or 1
        self._processes: list[subprocess.Popen[bytes]] = []
        _pools.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        command = [
            sys.executable, "-m", "provenance.ledger.workers", keys.backend(),
        ]  # fmt: skip
        while len(self._processes) < self._count:
            self._processes.append(
                subprocess.Popen(  # noqa: S603  # our own module, no shell
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    pipesize=PIPE_SIZE,
                )
            )

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def leave_to_parent(self) -> None:
        """Let go of the pipes, in a forked child.

        A worker ends when nobody holds its pipe any more: a child that did
        would keep its parent waiting for that.
        """
        nowhere = os.open(os.devnull, os.O_RDWR)
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    os.dup2(nowhere, pipe.fileno())
        os.close(nowhere)

    def check(
        self, chunks: Chunks, new_keys: NewKeys, book: EvidenceBook
    ) -> Iterator[tuple[list[Submission], list[Checked]]]:
        """Yield the submissions in order, in chunks, with what was found.

        An empty chunk comes whenever the stream pauses: all that it gave has
        been yielded then.

        Args:
            chunks: Taken as far ahead as the workers have room.
            new_keys: Asked, with each chunk, for the keys that its worker
                does not know yet.
            book: The evidence book to read events by. What another counts
                for is read again by the admission.

        Raises:
            StoreError: A worker died; what was not yielded was not checked.
        """
        ahead: list[list[Submission]] = []
        yield from self._check_here(chunks, new_keys, book, ahead)
        if ahead:
            self._start()
            yield from self._check_there(chunks, new_keys, book, ahead)

    def _check_here(
        self,
        chunks: Chunks,
        new_keys: NewKeys,
        book: EvidenceBook,
        ahead: list[list[Submission]],
    ) -> Iterator[tuple[list[Submission], list[Checked]]]:
        """Check what comes alone: a process would not have started by then.

        When two chunks come together they are left, unchecked, in *ahead*.
        """
        known: dict[bytes, bytes] = {}
        while (chunk := chunks.take()) is not None:
            following = chunks.take(LINGER_SECONDS)
            if following:
                ahead += [chunk, following]
                return
            known.update(_by_id(new_keys(len(known))))
            yield chunk, [check_one(s, known.get, book) for s in chunk]
            if following is None:
                return
            yield [], []

    def _check_there(
        self,
        chunks: Chunks,
        new_keys: NewKeys,
        book: EvidenceBook,
        ahead: list[list[Submission]],
    ) -> Iterator[tuple[list[Submission], list[Checked]]]:
        """Check *ahead*, and all that follows, in the processes."""
        waiting: deque[tuple[subprocess.Popen[bytes], list[Submission]]]
        waiting = deque()
        room = len(self._processes) * QUEUED_CHUNKS
        queued = 0
        turn = 0
        told = [0] * len(self._processes)
        patience: float | None = LINGER_SECONDS
        while True:
            while len(waiting) < room and queued < QUEUED_BYTES:
                chunk = (
                    ahead.pop(0)
                    if ahead
                    else chunks.take(0 if waiting else patience)
                )
                if chunk is None:
                    room = 0
                if not chunk:
                    break
                number = turn % len(self._processes)
                process = self._processes[number]
                turn += 1
                keys_now = new_keys(told[number])
                told[number] += len(keys_now)
                request = [
                    keys_now,
                    book.data,
                    [[s.entry, s.events] for s in chunk],
                ]
                try:
                    send(_pipe(process.stdin), request)
                except BrokenPipeError:
                    raise _ended() from None
                waiting.append((process, chunk))
                queued += _size(chunk)
            if not waiting:
                if not room:
                    return
                # Now there is all the time that the producer needs.
                patience = None
                yield [], []
                continue
            patience = LINGER_SECONDS
            process, chunk = waiting.popleft()
            queued -= _size(chunk)
            received = receive(_pipe(process.stdout))
            if received is None:
                raise _ended()
            yield chunk, unpack_answer(chunk, received)


_pools: WeakSet[Workers] = WeakSet()


def _leave_all_to_parent() -> None:
    for pool in list(_pools):
        pool.leave_to_parent()


os.register_at_fork(after_in_child=_leave_all_to_parent)


def drawn(submissions: Iterable[Submission]) -> Drawn[Submission]:
    """Return *submissions* in chunks, read in the thread that takes them."""
    return Drawn(submissions, _limits())


def fed(submissions: Iterable[Submission]) -> Feed[Submission]:
    """Return *submissions* in chunks, read in a thread of their own."""
    return Feed(submissions, _limits(), ahead=CHUNKS_AHEAD)


def _limits() -> FeedLimits[Submission]:
    return FeedLimits(CHUNK, _weigh, (CHUNK_EVENTS, CHUNK_BYTES))


def _weigh(submission: Submission) -> tuple[int, int]:
    return len(submission.events), _size([submission])


def _size(submissions: Sequence[Submission]) -> int:
    """Return how many bytes of events *submissions* have."""
    return sum([sum(map(len, given.events)) for given in submissions])


def pack_answer(found: Iterable[Checked]) -> list[object]:
    """Return what was *found* of each submission as one answer."""
    # A day's events do the same few things: each is sent once.
    acts: dict[Act, int] = {}
    answers = [_pack(checked, acts) for checked in found]
    return [list(map(_pack_act, acts)), answers]


def unpack_answer(
    submissions: Sequence[Submission], answer: Sequence[Any]
) -> list[Checked]:
    """Return what an *answer* says of each of *submissions*."""
    rows, answers = answer
    acts = [_act(*row) for row in rows]
    return [
        _unpack(submission, one, acts)
        for submission, one in zip(submissions, answers, strict=True)
    ]


def _pack(checked: Checked, acts: dict[Act, int]) -> list[object]:
    """Return *checked* as a worker's answer has it.

    *acts* are those of the answer with their numbers; new ones are added.
    """
    if isinstance(checked, ProvenanceError):
        name = next(n for n, e in _ERRORS.items() if isinstance(checked, e))
        return [name, str(checked), checked.rule]
    assert isinstance(checked, CheckedStatement), "nothing else is handed in"
    return [
        checked.statement_id,
        checked.origin,
        checked.issuer,
        checked.key_id,
        checked.issued_at,
        checked.is_signed,
        checked.book,
        [
            [
                event.id,
                event.items,
                event.keys,
                event.leaves,
                event.kinds,
                None
                if event.act is REGISTRY_ACT
                else acts.setdefault(event.act, len(acts)),
                event.after,
                event.time,
                event.name,
            ]
            for event in checked.events
        ],
    ]


def _unpack(
    submission: Submission, answer: Sequence[Any], acts: Sequence[Act]
) -> Checked:
    """Return what a worker's *answer* says of *submission*, by its *acts*."""
    if len(answer) == 3:
        return _ERRORS[answer[0]](answer[1]).under(answer[2])
    (
        statement_id,
        origin,
        issuer,
        key_id,
        issued_at,
        is_signed,
        book,
        events,
    ) = answer
    return CheckedStatement(
        submission.entry,
        statement_id,
        origin,
        issuer,
        key_id,
        issued_at,
        is_signed,
        book,
        tuple(
            [
                CheckedEvent(
                    data,
                    event_id,
                    items,
                    item_keys,
                    leaves,
                    kinds,
                    REGISTRY_ACT if act is None else acts[act],
                    after,
                    time,
                    None if name is None else EventName(*name),
                )
                for data, (
                    event_id,
                    items,
                    item_keys,
                    leaves,
                    kinds,
                    act,
                    after,
                    time,
                    name,
                ) in zip(submission.events, events, strict=True)
            ]
        ),
    )


def _pack_act(act: Act) -> list[object]:
    """Return *act* as a worker's answer has it."""
    needs = [[sorted(need.kinds), need.keys] for need in act.needs]
    return [needs, act.places, act.recalls, act.hides_place]


@lru_cache(maxsize=4096)
def _act(
    needs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...],
    places: tuple[str, ...],
    recalls: bool,
    hides_place: bool,
) -> Act:
    # A day's events do the same few things: one object for each saves the
    # writer from making and hashing them again.
    return Act(
        tuple([Need(frozenset(kinds), keys) for kinds, keys in needs]),
        places,
        recalls,
        hides_place,
    )


@lru_cache(maxsize=4)
def read_book(data: bytes) -> EvidenceBook:
    """Return the evidence book that *data* is, read once."""
    book = parse_book(data)
    assert isinstance(book, EvidenceBook), "the writer had it from `Books`"
    return book


def _ended() -> StoreError:
    return StoreError("a checking process ended: the rest was not checked")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "both pipes were asked for"
    return pipe


def _serve() -> None:
    """Answer requests until the pipe ends: the life of a worker."""
    # Ctrl-C at a terminal goes to every process; when to end is the writer's
    # to say, by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keys.select_backend(sys.argv[1])
    # What is made here dies with its chunk: no cycles, nothing to collect.
    gc.disable()
    # The reading thread gets a turn sooner than every 5 ms.
    sys.setswitchinterval(0.0005)
    requests: SimpleQueue[list[Any] | None] = SimpleQueue()

    def read_ahead() -> None:
        # So that the writer can hand over the next chunk while the answer to
        # the last one still fills the other pipe; else both would wait.
        while (request := receive(sys.stdin.buffer)) is not None:
            requests.put(request)
        requests.put(None)

    Thread(target=read_ahead, daemon=True).start()
    known: dict[bytes, bytes] = {}
    while (request := requests.get()) is not None:
        new_keys, book_data, submissions = request
        book = read_book(book_data)
        known.update(_by_id(new_keys))
        answer = pack_answer(
            check_one(Submission(entry, events), known.get, book)
            for entry, events in submissions
        )
        try:
            send(sys.stdout.buffer, answer)
        except BrokenPipeError:
            # Nobody is left to read them. The reading thread may hold the
            # other pipe, which an orderly exit would wait for.
            os._exit(1)


def _by_id(public_keys: Iterable[bytes]) -> dict[bytes, bytes]:
    return {sha256(key).digest(): key for key in public_keys}


if __name__ == "__main__":
    _serve()
