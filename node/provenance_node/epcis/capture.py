"""Capture: from a document to a job, and from a job to the log.

    accepted    the document is on disk: 202, and the job runs
    signed      its statements are on disk, too, in a journal
    finished    the log has the statements, durably; or nothing of it

Jobs are worked on in the order in which they came, one after the other. A job
that was cut off, however the node ended, goes on at the next start: unsigned,
from its document; signed, with the same bytes, which are logged once. The
journal is that of `provenance submit` (`provenance.intake.journal`), one for
each job that runs, in `capture/` in the ledger's folder. So no job says that
it succeeded before the log has its events, and none says that it failed of
which the log has any event, but for those that `proceed` stored, and those of
a large document's statements before one that the ledger refused after all.
"""

import asyncio
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from provenance.claims.statement import Submission
from provenance.encoding.strict_json import JSON
from provenance.errors import (
    DuplicateEventError,
    MalformedError,
    ProvenanceError,
    StoreError,
)
from provenance.intake.hand_in import told_of
from provenance.intake.journal import Journal
from provenance.ledger.ledger import Answer
from provenance.problems import BUG_PROBLEM, Problem, error_class
from provenance.problems.table import BUSY, TOO_LARGE
from provenance.store.capture_jobs import Database, Job, Work
from provenance_node.children import Children
from provenance_node.epcis.exceptions import exception_type
from provenance_node.journal import note, note_bug, note_end
from provenance_node.limits import RETRY_SOON
from provenance_node.problems import RefusedError, kind_of, problem
from provenance_node.writer import LoggedStatement, Refused, Writer

FOLDER = "capture"
"""Where the journals of jobs that run are, in the ledger's folder."""

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
        folder: Path,
        clock: Callable[[], int],
        limit: int,
    ) -> None:
        self.tokens = tokens
        self._database = database
        self.limit = limit
        self._signers = signers
        self._writer = writer
        self._folder = folder / FOLDER
        self._clock = clock
        self._news = asyncio.Event()
        self._is_stopping = False
        self._task: asyncio.Task[None] | None = None
        self._attempts: tuple[int, int] = (0, 0)

    def start(self) -> None:
        """Begin to work, first on what an earlier run left."""
        self._sweep()
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
        pieces, event_id, faults, known = await self._signers.ask(
            ["sign", document.data, dict(document.prefixes), self._clock()]
        )
        if faults:
            raise _error(*faults[0])
        if known:
            raise DuplicateEventError(
                f"the event is logged already, in entry {known[0]}",
                log_indexes=tuple(known),
                is_known=True,
            )
        ((_, outcome),), _ = await self._writer.submit(
            pieces, with_receipts=False
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
            except (ProvenanceError, RefusedError, OSError) as error:
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
        except (ProvenanceError, RefusedError, OSError):
            raise
        except Exception as fault:  # noqa: BLE001  # noted, and told of
            note_bug(fault, capture=work.job.id)
            detail = "the program met a fault, and logged nothing of this"
            await self._give_up(work.job, _problem(BUG_PROBLEM, detail))

    def _sweep(self) -> None:
        """Remove the journals of jobs that ended."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        running = self._database.open_jobs()
        for path in self._folder.iterdir():
            if path.name not in running:
                shutil.rmtree(path)

    def _journal_of(self, job: Job) -> Path:
        return self._folder / job.id

    async def _go_on(self, work: Work) -> None:
        faults = list(work.job.errors)
        if not work.is_signed:
            try:
                signed = await self._sign(work)
            except MalformedError as error:
                await self._finish(work.job, [_told(error)])
                return
            if signed is None:
                return
            count, faults, known = signed
            if not count and not faults:
                # All of it was captured before.
                await self._finish(work.job, [], known)
                return
            if not count or (faults and work.job.behaviour == ROLLBACK):
                await self._finish(work.job, faults)
                return
            await asyncio.to_thread(
                self._database.set_signed, work.job.number, faults
            )
        await self._hand_in(work.job, faults)

    async def _hand_in(self, job: Job, faults: list[JSON]) -> None:
        """Log a job's statements, from the first that has no answer."""
        path = self._journal_of(job)
        with await asyncio.to_thread(Journal.reopen, path) as journal:
            logged: list[int] = []
            for kept in journal.kept(0):
                told: Mapping[str, Any] | None = journal.answer(kept)
                if told is None:
                    submission = await asyncio.to_thread(journal.read, kept)
                    answer = await self._submit(job, submission)
                    if answer is None:
                        return
                    told = told_of(submission, answer)
                    await asyncio.to_thread(journal.close, kept, told)
                if "refused" in told:
                    error = error_class(told["code"])(told["refused"])
                    await self._refused(job, error, faults, logged)
                    return
                logged += told.get("known", [told.get("log_index")])
        await self._finish(job, faults, logged)

    async def _submit(self, job: Job, submission: Submission) -> Answer | None:
        """Return what the ledger answers; None if the job was given up."""
        self._require_no_doubt()
        try:
            ((_, outcome),), _ = await self._writer.submit(
                [submission.to_bytes()], with_receipts=False
            )
        except StoreError as error:
            # If the writer failed, the outcome is found out at the next start.
            # Else a process did, perhaps of this very statement.
            if (
                not self._writer.is_whole
                or self._count_attempt(job) < _MOST_ATTEMPTS
            ):
                raise
            await self._give_up(job, _told(error))
            return None
        if isinstance(outcome, LoggedStatement):
            return outcome.log_index
        return outcome.error

    async def _sign(
        self, work: Work
    ) -> tuple[int, list[JSON], list[int]] | None:
        """Return how many statements a document became, and its faults.

        And in which entries the rest of it was logged before.

        None if the job ended, having taken too many signers their life.
        """
        self._require_no_doubt()
        path = self._journal_of(work.job)
        # What an earlier attempt left there was never handed in.
        await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
        try:
            signed, _, faults, known = await self._signers.ask(
                [
                    "sign",
                    work.document,
                    work.prefixes,
                    self._clock(),
                    str(path),
                ]
            )
        except StoreError as error:
            if self._count_attempt(work.job) < _MOST_ATTEMPTS:
                raise
            await self._finish(work.job, [_told(error)])
            return None
        return (
            len(signed),
            [_told(_error(*each)) for each in faults],
            known,
        )

    def _require_no_doubt(self) -> None:
        """Check that what is signed now would be logged.

        Raises:
            ProvenanceError: The log or the clock is in doubt.
        """
        if (doubt := self._writer.doubt) is not None:
            raise doubt

    async def _give_up(self, job: Job, said: JSON) -> None:
        """End a job that could not be worked on, for the reason *said*.

        If its statements are in the log nevertheless, it ends as logged.
        """
        left = await asyncio.to_thread(self._database.next_work)
        if left is None or left.job.number != job.number:
            return  # It had its end before that.
        found: list[int | None] = []
        if left.is_signed:
            path = self._journal_of(job)
            with await asyncio.to_thread(Journal.reopen, path) as journal:
                for kept in journal.kept(0):
                    submission = await asyncio.to_thread(journal.read, kept)
                    found.append(await self._writer.find(submission.to_bytes()))
        logged = [index for index in found if index is not None]
        is_whole = bool(found) and len(logged) == len(found)
        await self._finish(job, left.job.errors if is_whole else [said], logged)

    def _count_attempt(self, job: Job) -> int:
        number, count = self._attempts
        self._attempts = job.number, count + 1 if number == job.number else 1
        return self._attempts[1]

    async def _refused(
        self,
        job: Job,
        error: ProvenanceError,
        faults: Sequence[JSON],
        logged: Sequence[int],
    ) -> None:
        """End a job, or sign it anew, after the ledger refused a statement.

        The ledger moved on since the rehearsal. Under `proceed` that may
        concern some of the events alone.
        """
        if job.behaviour == PROCEED and not logged:
            if self._count_attempt(job) < _MOST_ATTEMPTS:
                await asyncio.to_thread(
                    self._database.forget_signed, job.number
                )
                return
            faults = []
        if logged:
            error = type(error)(
                f"{error}; {len(logged)} statements of it, with the events"
                " before, are in the log"
            )
        told = [_told(error)]
        more = faults if job.behaviour == PROCEED else []
        await self._finish(job, [*more, *told], logged)

    async def _finish(
        self,
        job: Job,
        faults: Sequence[JSON],
        log_indexes: Sequence[int] = (),
    ) -> None:
        await asyncio.to_thread(
            self._database.finish,
            job.number,
            errors=faults,
            log_indexes=log_indexes,
            now=max(self._clock(), job.created),
        )
        await asyncio.to_thread(
            shutil.rmtree, self._journal_of(job), ignore_errors=True
        )


def _error(code: str, message: str) -> ProvenanceError:
    return error_class(code)(message)


def _told(error: ProvenanceError) -> JSON:
    return _problem(kind_of(error), str(error))


def _problem(kind: Problem, detail: str) -> JSON:
    more: dict[str, object] = {"type": exception_type(kind.status)}
    said: dict[str, JSON] = problem(kind, detail, more=more)  # type: ignore[assignment]  # texts and numbers
    return said
