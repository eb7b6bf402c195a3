"""Capture: from a document to a job, and from a job to the log.

    accepted    the document is on disk: 202, and the job runs
    signed      its statement is on disk, too
    finished    the log has the statement, durably; or nothing of it

Jobs are worked on in the order in which they came, one after the other. A job
that was cut off, however the node ended, goes on at the next start: unsigned,
from its document; signed, with the same bytes, which are logged once. So no
job says that it succeeded before the log has its events, and none says that
it failed of which the log has any event (but for those that `proceed` stored).
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import uuid4

from provenance import errors as known_errors
from provenance.encoding.strict_json import JSON
from provenance.errors import (
    MalformedError,
    ProvenanceError,
    StoreError,
)
from provenance.problems import BUG_PROBLEM, Problem
from provenance.problems.table import BUSY, TOO_LARGE
from provenance.store.capture_jobs import Database, Job, Work
from provenance_node.children import Children
from provenance_node.epcis.exceptions import exception_type
from provenance_node.journal import note, note_bug, note_end
from provenance_node.limits import RETRY_SOON
from provenance_node.problems import RefusedError, kind_of, problem
from provenance_node.writer import Logged, Refused, Writer

ROLLBACK, PROCEED = BEHAVIOURS = ("rollback", "proceed")

MOST_WAITING = 1_000
"""So many jobs may run at once; further documents are refused for now."""

MOST_WAITING_BYTES = 256 * 2**20
"""So much may their documents have together, about."""

_PAUSE_SECONDS = 1.0
_MOST_ATTEMPTS = 3
"""So often a document is tried that takes a signer too long, or its life."""


class Document(NamedTuple):
    """What a request brings to be captured.

    Attributes:
        data: The body.
        media: What it may be: `json`, `ndjson`, `xml`.
        prefixes: What prefixes stand for that it does not define.
    """

    data: bytes
    media: Collection[str]
    prefixes: Mapping[str, str]


class Captured(NamedTuple):
    """One event that is in the log.

    Attributes:
        event_id: Its `eventID`, if it has one.
        log_index: Where its statement is.
    """

    event_id: str | None
    log_index: int


class Capture:
    """Takes documents, and works on them.

    Attributes:
        tokens: The hashes of the tokens of those who may.
        limit: How many events a document may have.
    """

    def __init__(  # noqa: PLR0913  # what it stands between
        self,
        *,
        tokens: Collection[bytes],
        database: Database,
        signers: Children,
        writer: Writer,
        clock: Callable[[], int],
        limit: int,
    ) -> None:
        self.tokens = tokens
        self._database = database
        self.limit = limit
        self._signers = signers
        self._writer = writer
        self._clock = clock
        self._news = asyncio.Event()
        self._is_stopping = False
        self._task: asyncio.Task[None] | None = None
        self._attempts: tuple[int, int] = (0, 0)

    def start(self) -> None:
        """Begin to work, first on what an earlier run left."""
        self._task = asyncio.create_task(self._run(), name="capture")
        self._task.add_done_callback(note_end)

    async def stop(self) -> None:
        """End after the step in hand; what runs goes on at the next start."""
        self._is_stopping = True
        self._news.set()
        if self._task is not None:
            await self._task

    # What routes ask for.

    async def accept(self, document: Document, *, behaviour: str) -> str:
        """Return the id of the job that *document* became; it is on disk.

        Raises:
            MalformedError: It is no document of EPCIS.
            RefusedError: It has too many events, or too much waits.
            StoreError: It could not be stored.
        """
        if await self._require_count(document) == 0:
            raise MalformedError("the document has no event")
        waiting = await asyncio.to_thread(self._database.load)
        if (
            waiting.jobs >= MOST_WAITING
            or waiting.size + len(document.data) > MOST_WAITING_BYTES
        ):
            raise RefusedError(BUSY, "too many capture jobs run", RETRY_SOON)
        job_id = uuid4().hex
        await asyncio.to_thread(
            self._database.add_job,
            job_id,
            document.data,
            prefixes=document.prefixes,
            behaviour=behaviour,
            now=self._clock(),
        )
        self._news.set()
        return job_id

    async def capture_event(self, document: Document) -> Captured:
        """Return the one event of *document*, once it is in the log.

        Raises:
            MalformedError: It is not one valid event.
            RejectedError: The ledger's rules forbid it.
            RefusedError: Too much waits.
            StoreError: The storage failed; the outcome is unknown.
        """
        if await self._require_count(document) != 1:
            raise MalformedError(
                "write one event here; a document goes to /epcis/capture"
            )
        self._require_no_doubt()
        data, _, event_id, faults, known = await self._signers.ask(
            ["sign", document.data, dict(document.prefixes), self._clock()]
        )
        if faults:
            raise _error(*faults[0])
        if known:
            raise known_errors.DuplicateEventError(
                f"the event is logged already, in entry {known[0]}",
                log_indexes=tuple(known),
                is_known=True,
            )
        ((_, outcome),), _ = await self._writer.submit(
            [data], with_receipts=False
        )
        if isinstance(outcome, Refused):
            raise outcome.error
        return Captured(event_id, outcome.log_index)

    async def job(self, job_id: str) -> Job:
        """Return a job; see `Database.job`."""
        return await asyncio.to_thread(self._database.job, job_id)

    async def jobs(
        self, *, before: int | None, count: int
    ) -> tuple[list[Job], bool]:
        """Return the latest jobs; see `Database.jobs`."""
        return await asyncio.to_thread(
            self._database.jobs, before=before, count=count
        )

    async def add_query(self, name: str, query: JSON, *, most: int) -> None:
        """Keep a query; see `Database.add_query`."""
        await asyncio.to_thread(
            self._database.add_query, name, query, most=most
        )

    async def query(self, name: str) -> dict[str, JSON]:
        """Return a query; see `Database.query`."""
        return await asyncio.to_thread(self._database.query, name)

    async def queries(
        self, *, after: str, count: int
    ) -> tuple[list[tuple[str, dict[str, JSON]]], bool]:
        """Return queries; see `Database.queries`."""
        return await asyncio.to_thread(
            self._database.queries, after=after, count=count
        )

    async def delete_query(self, name: str) -> None:
        """Forget a query; see `Database.delete_query`."""
        await asyncio.to_thread(self._database.delete_query, name)

    async def _require_count(self, document: Document) -> int:
        """Return how many events *document* has, if it may have them."""
        media, count = await self._signers.ask(
            ["count", document.data, dict(document.prefixes)]
        )
        if media not in document.media:
            raise MalformedError(
                f"the body is {media}, and Content-Type says otherwise"
            )
        if count > self.limit:
            raise RefusedError(
                TOO_LARGE,
                f"a document has at most {self.limit} events here, not {count}",
            )
        return int(count)

    # The work.

    async def _run(self) -> None:
        while not self._is_stopping:
            self._news.clear()
            try:
                work = await asyncio.to_thread(self._database.next_work)
                if work is None:
                    await self._news.wait()
                else:
                    await self._work(work)
            except (ProvenanceError, RefusedError) as error:
                # The job stays as it is on disk, and is taken up again.
                note("capture-waits", error=str(error))
                await self._pause()
            except Exception as error:  # noqa: BLE001  # the others' jobs go on
                note_bug(error, task="capture")
                await self._pause()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PAUSE_SECONDS):
                while not self._is_stopping:
                    await self._news.wait()
                    if not self._is_stopping:
                        self._news.clear()

    async def _work(self, work: Work) -> None:
        """Bring a job to its end, whatever it meets but what may pass."""
        try:
            await self._go_on(work)
        except (ProvenanceError, RefusedError):
            raise
        except Exception as fault:  # noqa: BLE001  # noted, and told of
            note_bug(fault, capture=work.job.id)
            detail = "the program met a fault, and logged nothing of this"
            await self._give_up(work.job, _problem(BUG_PROBLEM, detail))

    async def _go_on(self, work: Work) -> None:
        faults = list(work.job.errors)
        data = work.submission
        if data is None:
            try:
                sealed = await self._sign(work)
            except MalformedError as error:
                await self._finish(work.job, [_told(error)])
                return
            if sealed is None:
                return
            data, faults, known = sealed
            if not data and not faults:
                # All of it was captured before: the last of it is there.
                await self._finish(work.job, [], known[-1])
                return
            if not data or (faults and work.job.behaviour == ROLLBACK):
                await self._finish(work.job, faults)
                return
            await asyncio.to_thread(
                self._database.keep_submission, work.job.number, data, faults
            )
        self._require_no_doubt()
        try:
            ((_, outcome),), _ = await self._writer.submit(
                [data], with_receipts=False
            )
        except StoreError as error:
            # If the writer failed, the outcome is found out at the next start.
            # Else a process did, perhaps of this very statement.
            if (
                not self._writer.is_whole
                or self._count_attempt(work.job) < _MOST_ATTEMPTS
            ):
                raise
            await self._give_up(work.job, _told(error))
            return
        if isinstance(outcome, Logged):
            await self._finish(work.job, faults, outcome.log_index)
        else:
            await self._refused(work, outcome.error)

    async def _sign(
        self, work: Work
    ) -> tuple[bytes, list[JSON], list[int]] | None:
        """Return what is signed of a document, its faults, and what is known.

        None if the job ended, having taken too many signers their life.
        """
        self._require_no_doubt()
        try:
            data, _, _, faults, known = await self._signers.ask(
                ["sign", work.document, work.prefixes, self._clock()]
            )
        except StoreError as error:
            if self._count_attempt(work.job) < _MOST_ATTEMPTS:
                raise
            await self._finish(work.job, [_told(error)])
            return None
        return data, [_told(_error(*each)) for each in faults], known

    def _require_no_doubt(self) -> None:
        """Check that what is signed now would be logged.

        Raises:
            ProvenanceError: The log or the clock is in doubt.
        """
        if (doubt := self._writer.doubt) is not None:
            raise doubt

    async def _give_up(self, job: Job, said: JSON) -> None:
        """End a job that could not be worked on, for the reason *said*.

        If its statement is in the log nevertheless, it ends as logged.
        """
        left = await asyncio.to_thread(self._database.next_work)
        if left is None or left.job.number != job.number:
            return  # It had its end before that.
        index = None
        if left.submission is not None:
            index = await self._writer.find(left.submission)
        faults = [said] if index is None else left.job.errors
        await self._finish(job, faults, index)

    def _count_attempt(self, job: Job) -> int:
        number, count = self._attempts
        self._attempts = job.number, count + 1 if number == job.number else 1
        return self._attempts[1]

    async def _refused(self, work: Work, error: ProvenanceError) -> None:
        """End a job, or sign it anew, after the ledger refused it.

        The ledger moved on since the rehearsal. Under `proceed` that may
        concern some of the events alone.
        """
        again = self._count_attempt(work.job) < _MOST_ATTEMPTS
        if work.job.behaviour == PROCEED and again:
            await asyncio.to_thread(
                self._database.forget_submission, work.job.number
            )
        else:
            await self._finish(work.job, [_told(error)])

    async def _finish(
        self,
        job: Job,
        faults: Sequence[JSON],
        log_index: int | None = None,
    ) -> None:
        await asyncio.to_thread(
            self._database.finish,
            job.number,
            errors=faults,
            log_index=log_index,
            now=max(self._clock(), job.created),
        )


def _error(name: str, message: str) -> ProvenanceError:
    kind: type[ProvenanceError] = getattr(known_errors, name)
    return kind(message)


def _told(error: ProvenanceError) -> JSON:
    return _problem(kind_of(error), str(error))


def _problem(kind: Problem, detail: str) -> JSON:
    more: dict[str, object] = {"type": exception_type(kind.status)}
    said: dict[str, JSON] = problem(kind, detail, more=more)  # type: ignore[assignment]  # texts and numbers
    return said
