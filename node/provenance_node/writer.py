"""The writer: many requests hand in, one thread commits, all are answered.

    look       the event loop     whom it says it is from; most lies end here
    check      checkers           bytes, events, signatures
    log        the one thread     rules, place in the log, fsync, checkpoint
    receipt    readers            the proof, from what is on disk

What waits for the thread is written together (group commit). A statement is
answered after its commit is durable; if the storage fails, whoever waits is
told that the outcome is unknown, the thread stops for good, and with it the
node: opening the ledger again finds out what is there.

Over 500 lines: queue, thread and answers of one writer change together.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread

from provenance.claims.event import read_after, room_for
from provenance.claims.registry import TrustRegistry
from provenance.claims.statement import parse_entry, parse_submission
from provenance.errors import (
    BrokenLinkError,
    ClockError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    ProvenanceError,
    StoreError,
)
from provenance.ledger.batches import MAX_BATCH
from provenance.ledger.check import REGISTRY_ACT, CheckedStatement
from provenance.ledger.ledger import Answer, Ledger, Ticket
from provenance.ledger.workers import Checked, unpack_answer
from provenance.problems.table import BUSY
from provenance_node.asgi import Headers
from provenance_node.children import Children
from provenance_node.clockwatch import ClockWatch
from provenance_node.intake import Given, Look, Screening, body_of
from provenance_node.journal import note
from provenance_node.limits import RETRY_SOON, Buckets
from provenance_node.metrics import Metrics
from provenance_node.problems import RefusedError, kind_of
from provenance_node.reading import Latest, LedgerReads, time_of

_CHUNK = 64
"""How many submissions a checker is given at once."""


@dataclass(frozen=True, slots=True)
class LoggedStatement:
    """A statement that is in the log.

    Attributes:
        log_index: Where.
        is_new: Whether it was not there before.
        receipt: The proof, a `.tlog-proof` file; "" if it was not wanted.
    """

    log_index: int
    is_new: bool
    receipt: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A statement that was refused.

    Attributes:
        error: Why.
        heads: Where the trails end now that it was to follow: item → (count,
            link), None for an item without a trail.
    """

    error: ProvenanceError
    heads: dict[str, tuple[int, bytes] | None]


Outcome = LoggedStatement | Refused


@dataclass(slots=True, eq=False, kw_only=True)
class _Job(Ticket):
    """What one request brought to the thread; a heartbeat brings nothing."""

    answered: asyncio.Future[list[tuple[Answer, bool]]]


class Writer:
    """Takes submissions from any number of requests.

    Attributes:
        is_whole: Whether it still writes.
        contradiction: Why nothing is written, where witnesses contradict the
            log; it may pass.
    """

    def __init__(  # noqa: PLR0913  # what it stands between
        self,
        ledger: Ledger,
        *,
        checkers: Children,
        reading: LedgerReads,
        actors: Buckets,
        metrics: Metrics,
        max_queue: int,
        stall_seconds: float,
        watch: ClockWatch,
        failed: Callable[[], None],
    ) -> None:
        """Write to *ledger*, whose registry is read now.

        Args:
            ledger: Open for writing, by nobody else.
            checkers: The processes that check.
            reading: Told about each new checkpoint, and asked for receipts.
            actors: How often each actor may.
            metrics: What is counted.
            max_queue: How many statements may be in hand.
            stall_seconds: How long there may be work and no progress until
                the writer counts as stuck.
            watch: Says whether the clock is in doubt.
            failed: Called, on the event loop, when the storage failed.
        """
        self._ledger = ledger
        self._checkers = checkers
        self._reading = reading
        self._actors = actors
        self._metrics = metrics
        self._max_queue = max_queue
        self._stall_seconds = stall_seconds
        self._watch = watch
        self._failed = failed
        self._in_hand = 0
        self._moved_at = time.monotonic()
        self._size = reading.latest.size
        self._screening = Screening(ledger.registry(), origin=ledger.origin)
        self._jobs: deque[_Job] = deque()
        self._news = Condition()
        self._is_stopping = False
        self._writing_since: float | None = None
        self.is_whole = True
        self.contradiction: ProvenanceError | None = None
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._loop = asyncio.get_running_loop()

    @property
    def in_hand(self) -> int:
        """How many statements were handed in and are not answered."""
        return self._in_hand

    @property
    def doubt(self) -> ProvenanceError | None:
        """Why nothing is written for now; it may pass.

        The witnesses contradict the log, the clock cannot be right, or the
        store was moved beneath the node.
        """
        return self.contradiction or self._watch.doubt() or self._displacement()

    def _displacement(self) -> StoreError | None:
        try:
            self._ledger.require_in_place()
        except StoreError as error:
            return error
        return None

    @property
    def is_moving(self) -> bool:
        """Whether it waits for work, or got on with what it has lately.

        Work is what was handed in and is not answered, whatever it waits for:
        those that check, the commit, the receipts.
        """
        now = time.monotonic()
        starts = [self._moved_at] if self._in_hand else []
        if (since := self._writing_since) is not None:
            starts.append(since)
        return all(now - start < self._stall_seconds for start in starts)

    @property
    def registry(self) -> TrustRegistry:
        """Who may say what, as it stands; another object when it changed."""
        return self._screening.registry

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    async def stop(self) -> None:
        """Write what was handed in, then end.

        For a thread that is stuck it waits for ever: whoever serves bounds
        the end of the process.
        """
        with self._news:
            self._is_stopping = True
            self._news.notify()
        if not self.is_moving:
            note("writing-stalled", level=logging.ERROR)
        await asyncio.to_thread(self._thread.join)

    def give_up(self, failure: ProvenanceError) -> None:
        """Let the node end: the storage failed elsewhere than in a write."""
        self.is_whole = False
        note("writing-failed", error=str(failure))
        self._failed()

    async def submit(
        self, pieces: Sequence[bytes], *, with_receipts: bool = True
    ) -> tuple[list[tuple[Given | None, Outcome]], Headers]:
        """Log submissions; return what became of each, and rate fields.

        Each is logged whole or not at all. What is returned as logged is on
        disk, under a signed checkpoint.

        Args:
            pieces: The submissions, as they came.
            with_receipts: Whether each is proven at once; a receipt can be
                asked for at any time.

        Raises:
            RefusedError: Too much waits, or an actor sends too much; nothing
                was logged.
            StoreError: The storage failed; the outcome is unknown.
            ForkError: As `Ledger.submit` does.
            ProvenanceError: `doubt`.
        """
        if (doubt := self.doubt) is not None:
            raise doubt
        if self._in_hand + len(pieces) > self._max_queue:
            raise RefusedError(BUSY, "too many statements wait", RETRY_SOON)
        if not self._in_hand:
            self._moved_at = time.monotonic()
        self._in_hand += len(pieces)
        self._metrics.queue.set(self._in_hand)
        try:
            return await self._submit(pieces, with_receipts=with_receipts)
        finally:
            self._moved_at = time.monotonic()
            self._in_hand -= len(pieces)
            self._metrics.queue.set(self._in_hand)

    async def beat(self) -> None:
        """Let the ledger commit if the last commitment is too old.

        Raises:
            StoreError: The storage failed; or nothing is written any more.
            ForkError: As `Ledger.heartbeat` does.
            ClockError: Likewise.
        """
        await self._hand_in(())

    async def find(self, piece: bytes) -> int | None:
        """Return where the submission *piece* is in the log, if it is there.

        Raises:
            RefusedError: Too much waits.
            StoreError: It could not be read.
        """
        try:
            entry = parse_entry(parse_submission(piece).entry)
            return await self._reading.find(
                entry.header.issued_at, entry.statement_id
            )
        except (MalformedError, NotFoundError):
            return None

    async def _submit(
        self, pieces: Sequence[bytes], *, with_receipts: bool
    ) -> tuple[list[tuple[Given | None, Outcome]], Headers]:
        found = await self._settle(self._screening.look_all(pieces))
        fields = self._require_rate(found)
        checked = await self._check(found)
        answers = await self._log(checked)
        indexes = [a for a, _ in answers if isinstance(a, int)]
        receipts = iter(
            await self._reading.first_receipts(indexes)
            if with_receipts
            else [""] * len(indexes)
        )
        outcomes: list[tuple[Given | None, Outcome]] = []
        count: Counter[str] = Counter()
        for each, (answer, is_new) in zip(found, answers, strict=True):
            given = each if isinstance(each, Given) else None
            outcome: Outcome
            if isinstance(answer, int):
                outcome = LoggedStatement(answer, is_new, next(receipts))
                name = "logged" if is_new else "known"
            else:
                outcome = await self._refused(answer, given)
                name = "refused"
                self._metrics.refusals.labels(kind_of(answer).code).inc()
            count[name] += 1
            outcomes.append((given, outcome))
        for name, number in count.items():
            self._metrics.statements.labels(name).inc(number)
        return outcomes, self._charge(found, answers) or fields

    # Look.

    async def _settle(self, found: Sequence[Look]) -> list[Look]:
        """Return *found*; of what is in doubt, only what is logged stays."""
        settled: list[Look] = []
        for each in found:
            if isinstance(each, Given) and each.doubt is not None:
                try:
                    await self._reading.find(
                        each.header.issued_at, each.statement_id
                    )
                except NotFoundError:
                    settled.append(each.doubt)
                    continue
            settled.append(each)
        return settled

    def _require_rate(self, found: Sequence[Look]) -> Headers:
        """Refuse a request with an actor whose bucket is empty.

        Nothing is taken yet: whoever writes another's name on statements must
        not use up what that one may send.
        """
        fields: Headers = ()
        issuers = {e.header.issuer for e in found if isinstance(e, Given)}
        for issuer in sorted(issuers):
            fields = self._actors.look(issuer)
        return fields

    def _charge(
        self,
        found: Sequence[Look],
        answers: Sequence[tuple[Answer, bool]],
    ) -> Headers:
        """Take from each actor's bucket what it really had to say."""
        count: dict[str, int] = {}
        for each, (answer, is_new) in zip(found, answers, strict=True):
            is_signed = is_new or not isinstance(
                answer, int | MalformedError | InvalidSignatureError
            )
            if isinstance(each, Given) and is_signed:
                issuer = each.header.issuer
                count[issuer] = count.get(issuer, 0) + 1
        fields: Headers = ()
        for issuer, tokens in sorted(count.items()):
            fields = self._actors.charge(issuer, tokens)
        return fields

    # Check.

    async def _check(self, found: Sequence[Look]) -> list[Checked]:
        given = [each for each in found if isinstance(each, Given)]
        chunks = [
            given[start : start + _CHUNK]
            for start in range(0, len(given), _CHUNK)
        ]
        answers = await asyncio.gather(
            *(
                self._checkers.ask(
                    [
                        "check",
                        self._screening.public_keys(chunk),
                        self._ledger.book.data,
                        [
                            (each.submission.entry, each.submission.events)
                            for each in chunk
                        ],
                    ],
                    is_urgent=True,
                )
                for chunk in chunks
            )
        )
        checked = iter([
            each
            for chunk, answer in zip(chunks, answers, strict=True)
            for each in unpack_answer(
                [given.submission for given in chunk], answer
            )
        ])  # fmt: skip
        return [
            next(checked) if isinstance(each, Given) else each for each in found
        ]

    # Log.

    async def _log(
        self, checked: Sequence[Checked]
    ) -> list[tuple[Answer, bool]]:
        """Return each one's answer, and whether it is new in the log."""
        if all(isinstance(each, ProvenanceError) for each in checked):
            return [
                (each, False)
                for each in checked
                if isinstance(each, ProvenanceError)
            ]
        return await self._hand_in(checked)

    async def _hand_in(
        self, checked: Sequence[Checked]
    ) -> list[tuple[Answer, bool]]:
        """Give the thread a job; return what came of it."""
        job = _Job(checked=checked, answered=self._loop.create_future())
        with self._news:
            if not self.is_whole or self._is_stopping:
                raise StoreError("the ledger stopped writing; nothing was said")
            self._jobs.append(job)
            self._news.notify()
        return await asyncio.shield(job.answered)

    async def _refused(
        self, error: ProvenanceError, given: Given | None
    ) -> Refused:
        heads: dict[str, tuple[int, bytes] | None] = {}
        if isinstance(error, BrokenLinkError) and given is not None:
            items = sorted(
                {
                    item
                    for data in given.submission.events
                    for item, _ in read_after(
                        body_of(data, room=room_for(len(data)))
                    )
                }
            )
            found = await self._reading.heads(items)
            heads = dict(zip(items, found, strict=True))
        return Refused(error, heads)

    # In the thread.

    def _run(self) -> None:
        while jobs := self._take():
            self._writing_since = time.monotonic()
            try:
                self._write(jobs)
            except ClockError as error:
                # Nothing was logged, and the storage is whole.
                self._loop.call_soon_threadsafe(self._refuse, jobs, error)
            except BaseException as error:  # noqa: BLE001  # told to all below
                failure = (
                    error
                    if isinstance(error, ProvenanceError)
                    else StoreError(f"writing failed: {type(error).__name__}")
                )
                with self._news:
                    self.is_whole = False
                    jobs += self._jobs
                    self._jobs.clear()
                note("writing-failed", error=str(failure))
                self._loop.call_soon_threadsafe(self._fail, jobs, failure)
                return
            finally:
                self._writing_since = None

    def _take(self) -> list[_Job]:
        """Return what waits, about a group of it; nothing at the end."""
        with self._news:
            while not self._jobs and not self._is_stopping:
                self._news.wait()
            jobs: list[_Job] = []
            count = 0
            while self._jobs and count < MAX_BATCH:
                job = self._jobs.popleft()
                count += len(job.checked)
                jobs.append(job)
            return jobs

    def _write(self, jobs: Sequence[_Job]) -> None:
        if any(job.checked for job in jobs):
            self._log_group(jobs)
        else:
            self._beat()
        new = self._size
        has_enrolled = False
        answered: list[list[tuple[Answer, bool]]] = []
        for job in jobs:
            rows: list[tuple[Answer, bool]] = []
            for each, answer in zip(
                job.checked, job.answers or (), strict=True
            ):
                # Indexes rise with what is new: an earlier one was answered.
                is_new = isinstance(answer, int) and answer >= new
                if is_new and isinstance(answer, int):
                    new = answer + 1
                    has_enrolled = has_enrolled or _is_registry(each)
                rows.append((answer, is_new))
            answered.append(rows)
        latest = read_latest(self._ledger)
        self._size = latest.size
        # Before anyone is answered: who was enrolled may speak at once.
        if has_enrolled:
            self._screening = Screening(
                self._ledger.registry(), origin=self._ledger.origin
            )
        self._loop.call_soon_threadsafe(self._answer, jobs, answered, latest)

    def _log_group(self, jobs: Sequence[_Job]) -> None:
        started = time.perf_counter()
        self._ledger.log_group(jobs)
        if (failure := jobs[0].failure) is not None:
            raise failure
        self._metrics.commit_seconds.observe(time.perf_counter() - started)
        self._metrics.commit_statements.observe(
            sum(len(job.checked) for job in jobs)
        )

    def _beat(self) -> None:
        if self._ledger.heartbeat():
            self._metrics.heartbeats.inc()
            note("heartbeat", size=self._ledger.size)

    # On the event loop again.

    def _answer(
        self,
        jobs: Sequence[_Job],
        answered: Sequence[list[tuple[Answer, bool]]],
        latest: Latest,
    ) -> None:
        self._reading.written(latest)
        for job, rows in zip(jobs, answered, strict=True):
            if not job.answered.done():
                job.answered.set_result(rows)

    def _refuse(self, jobs: Sequence[_Job], why: ProvenanceError) -> None:
        for job in jobs:
            if not job.answered.done():
                job.answered.set_exception(why)

    def _fail(self, jobs: Sequence[_Job], failure: ProvenanceError) -> None:
        self._refuse(jobs, failure)
        self._failed()


def read_latest(ledger: Ledger) -> Latest:
    """Return the latest checkpoint of *ledger*."""
    with ledger.moment() as moment:
        return Latest(moment.size, moment.note, time_of(moment))


def _is_registry(checked: Checked) -> bool:
    return isinstance(checked, CheckedStatement) and any(
        event.act is REGISTRY_ACT for event in checked.events
    )
