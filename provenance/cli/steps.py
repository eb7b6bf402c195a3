"""From files to statements: what is handed in of each, step by step.

A document is read, rehearsed and signed to its end before its first statement
is handed in; if there are several, they wait on the disk. A table gives a
statement as soon as enough of its rows are read. The end of every file is a
step as well, behind its last statement.
"""

from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from provenance.claims.event import Event
from provenance.claims.statement import MAX_EVENTS, Submission, parse_entry
from provenance.claims.trail import map_key
from provenance.cli.interrupt import Patience
from provenance.cli.journal import Journal, Kept
from provenance.cli.mends import Mended
from provenance.cli.opening import open_input, size_of
from provenance.cli.outcome import Known, Outcome
from provenance.cli.outputs import write_output
from provenance.cli.progress import Progress
from provenance.cli.refusals import Refusals
from provenance.cli.signing import Signatory
from provenance.cli.spool import Spool
from provenance.cli.statements import (
    MAX_FILE,
    SUFFIX,
    find_known,
    is_submission,
    read_submission,
    require_signatory,
    sign,
)
from provenance.cli.tables import TableReading, is_table
from provenance.cli.where import Rehearses, WritableLedger
from provenance.epcis.draft import check_event
from provenance.epcis.mending.mend import Mend
from provenance.epcis.source import Source
from provenance.epcis.table import TableMapping
from provenance.errors import MalformedError, ProvenanceError, RejectedError
from provenance.prepare import (
    MAX_STATEMENT_BYTES,
    Gathered,
    gather,
    prepare_event,
)

_FITS = MAX_STATEMENT_BYTES // 8
"""Up to so many bytes, a document is one statement, or is read again."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to become of every file.

    Attributes:
        signatory: Who signs; None if everything is signed already.
        conceal: JSON Pointers to what events conceal.
        after: The item whose head every event is to demand.
        save: Where to keep each signed statement.
        mapping: How tables become events.
        refused: Where to write the refused rows of a table.
        is_lenient: Whether to mend documents.
        untp_zone: Where the events of documents of UNTP happened, as an offset
            from UTC; None if they are of EPCIS.
        prefixes: What prefixes stand for that a document does not define.
        originals: Where to keep what was mended as it was.
        spool: On which disk large documents wait.
    """

    signatory: Signatory | None
    conceal: tuple[str, ...] = ()
    after: str | None = None
    save: Path | None = None
    mapping: TableMapping | None = None
    refused: Path | None = None
    is_lenient: bool = False
    untp_zone: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    originals: Path | None = None
    spool: Path = Path()


class Step(NamedTuple):
    """A statement of a file; or the file's end, without any.

    Attributes:
        outcome: Of the file.
        submission: The statement; None at the end, or if it is `answered`.
        units: The first unit that it covers, and the first after these.
        kept: The statement in the journal, if there is one.
        answered: What the journal says became of it.
        refusals: Where the table's refused rows are, if it is one.
        end: What is to be done at the end of the file.
    """

    outcome: Outcome
    submission: Submission | None = None
    units: tuple[int, int] = (0, 0)
    kept: Kept | None = None
    answered: Mapping[str, Any] | None = None
    refusals: Refusals | None = None
    end: Callable[[], None] | None = None


class _Abandoned(Exception):  # noqa: N818  # it never leaves this module
    """An interrupt came while a file was read, and nothing of it is in."""


class Steps:
    """Reads files, and yields what is to be handed in of them."""

    def __init__(  # noqa: PLR0913  # each by its name
        self,
        ledger: WritableLedger,
        wishes: Wishes,
        *,
        patience: Patience,
        progress: Progress,
        journal: Journal | None = None,
        opened: Mapping[str, BinaryIO] | None = None,
    ) -> None:
        """Prepare to read.

        Args:
            ledger: What they are signed for.
            wishes: What is to become of every file.
            patience: Tells of an interrupt.
            progress: Where to show how far it is.
            journal: Where to write down what was done.
            opened: The files that are open already, by their names.
        """
        self._ledger = ledger
        self._wishes = wishes
        self._patience = patience
        self._progress = progress
        self._journal = journal
        self._opened = {} if opened is None else opened

    def of(self, files: Sequence[str]) -> Iterator[Step]:
        """Yield the statements of *files*, in order, and the end of each."""
        names = self._patience.until_interrupted(files)
        for number, name in enumerate(names):
            outcome = Outcome(name)
            end: Callable[[], None] | None = None
            try:
                end = yield from self._steps_of(number, name, outcome)
            except _Abandoned:
                return
            except (ProvenanceError, OSError) as error:
                outcome.error = error
            yield Step(outcome, end=end)

    def _steps_of(
        self, number: int, name: str, outcome: Outcome
    ) -> Generator[Step, None, Callable[[], None] | None]:
        with ExitStack() as stack:
            try:
                with self._patience.waiting():
                    stream = stack.enter_context(self._open(name))
            except KeyboardInterrupt:
                raise _Abandoned from None
            start = stream.read(1)
            size = size_of(stream)
            if is_submission(start):
                yield from self._submission(number, stream, size, outcome)
            elif is_table(name, has_mapping=self._wishes.mapping is not None):
                end = yield from self._table(
                    number, stream, size, outcome, stack
                )
                # Behind the last answer: first what it came to, then closed.
                stack.callback(end)
                return stack.pop_all().close
            else:
                yield from self._document(number, stream, size, outcome, stack)
        return None

    def _open(self, name: str) -> AbstractContextManager[BinaryIO]:
        if name in self._opened:
            self._opened[name].seek(0)
            return nullcontext(self._opened[name])
        return open_input(name)

    def _submission(
        self, number: int, stream: BinaryIO, size: int, outcome: Outcome
    ) -> Iterator[Step]:
        if size > MAX_FILE:
            raise MalformedError(
                f"{outcome.source} has {size} bytes; at most {MAX_FILE} are"
                " read: send it in parts"
            )
        wishes = self._wishes
        is_changed = bool(wishes.conceal or wishes.after is not None)
        submission = read_submission(stream.read(), is_changed=is_changed)
        if self._journal is not None and self._journal.kept(number):
            yield from self._kept_steps(number, outcome)
        else:
            yield self._step(number, (0, 1), submission, outcome)

    def _document(
        self,
        number: int,
        stream: BinaryIO,
        size: int,
        outcome: Outcome,
        stack: ExitStack,
    ) -> Iterator[Step]:
        signatory = require_signatory(self._wishes.signatory)
        journal = self._journal
        if journal is not None and journal.is_whole(number):
            if self._wishes.is_lenient:
                told = stack.enter_context(Mended())
                self._find_mends(stream, told)
                self._finish_mends(stream, told, outcome)
            yield from self._kept_steps(number, outcome)
            return
        if journal is not None:
            # None of these was handed in: the document was not whole.
            journal.forget(number)
        rehearsal = None if size <= _FITS else self._ledger.rehearse()
        while True:
            stream.seek(0)
            mended = None
            if self._wishes.is_lenient:
                mended = stack.enter_context(Mended())
            outcome.known = Known()
            found = self._gather(stream, signatory, rehearsal, mended, outcome)
            ahead = list(islice(found, 2))
            if len(ahead) < 2 or rehearsal is not None:
                break
            rehearsal = self._ledger.rehearse()
        if not ahead:
            _require_known(outcome)
            self._finish_mends(stream, mended, outcome)
            return
        if len(ahead) == 1:
            self._finish_mends(stream, mended, outcome)
            submission = self._sign(ahead[0], signatory)
            units = (0, ahead.pop().units)
            step = self._step(number, units, submission, outcome)
            self._set_whole(number)
            yield step
            return
        if self._wishes.after is not None:
            raise RejectedError(
                "the document takes several statements, and the first moves"
                " the head that --after-head names: hand it in in parts"
            )
        signed = self._sign_all(chain(_emptied(ahead), found), signatory)
        yield from self._spooled(number, signed, stream, mended, outcome)

    def _spooled(
        self,
        number: int,
        signed: Iterator[tuple[int, Submission]],
        stream: BinaryIO,
        mended: Mended | None,
        outcome: Outcome,
    ) -> Iterator[Step]:
        """Yield the statements of a large document once it is signed whole."""
        if self._journal is not None:
            start = 0
            for stop, submission in signed:
                self._journal.keep(number, start, stop, submission)
                start = stop
            self._finish_mends(stream, mended, outcome)
            self._set_whole(number)
            yield from self._kept_steps(number, outcome)
            return
        with Spool(self._wishes.spool) as spool:
            stops = []
            for stop, submission in signed:
                spool.add(submission)
                stops.append(stop)
            self._finish_mends(stream, mended, outcome)
            self._progress.begin("events logged")
            start = 0
            for stop, submission in zip(stops, spool, strict=True):
                if outcome.error is not None:
                    return
                yield self._step(number, (start, stop), submission, outcome)
                self._progress.show(stop, stops[-1])
                start = stop

    def _gather(
        self,
        stream: BinaryIO,
        signatory: Signatory,
        rehearsal: Rehearses | None,
        mended: Mended | None,
        outcome: Outcome,
    ) -> Iterator[Gathered]:
        wishes = self._wishes
        mends: list[Mend] | None = None if mended is None else []
        source = self._source(stream, mends)
        after = _demand(self._ledger, wishes.after)
        book = self._ledger.book
        if rehearsal is None and source.count > MAX_EVENTS:
            rehearsal = self._ledger.rehearse()
        self._progress.begin("events")

        def events() -> Iterator[list[Event]]:
            for position, raw in enumerate(source.events()):
                if self._patience.is_over:
                    raise _Abandoned
                event = prepare_event(
                    check_event(raw),
                    conceal=wishes.conceal,
                    after=after,
                    book=book,
                )
                if mended is not None and mends:
                    mended.take(mends)
                self._progress.show(position, source.count)
                name = f"event {position}"
                known = self._known(event, signatory, rehearsal, name)
                if known:
                    outcome.known.add(known, 1)
                else:
                    yield [event]

        return gather(events())

    def _known(
        self,
        event: Event,
        signatory: Signatory,
        rehearsal: Rehearses | None,
        name: str,
    ) -> tuple[int, ...]:
        """Return the entry that has the event already; none if it is new.

        Raises:
            RejectedError: The ledger would not take it, if that is rehearsed.
        """
        if rehearsal is not None:
            return find_known(rehearsal, [event], signatory, name=name)
        index = self._ledger.find_event(
            event, issuer=signatory.issuer, called=name
        )
        return () if index is None else (index,)

    def _sign_all(
        self, found: Iterable[Gathered], signatory: Signatory
    ) -> Iterator[tuple[int, Submission]]:
        """Yield each statement, with the number of the first unit after it."""
        stop = 0
        for gathered in found:
            stop += gathered.units
            yield stop, self._sign(gathered, signatory)

    def _sign(self, gathered: Gathered, signatory: Signatory) -> Submission:
        return sign(
            gathered.events, signatory, origin=self._ledger.trust.origin
        )

    def _source(self, stream: BinaryIO, mends: list[Mend] | None) -> Source:
        return Source(
            stream,
            mends=mends,
            prefixes=self._wishes.prefixes,
            untp_zone=self._wishes.untp_zone,
        )

    def _find_mends(self, stream: BinaryIO, mended: Mended) -> None:
        """Tell again what was mended before it was signed."""
        mends: list[Mend] = []
        source = self._source(stream, mends)
        for _ in source.events():
            mended.take(mends)

    def _finish_mends(
        self, stream: BinaryIO, mended: Mended | None, outcome: Outcome
    ) -> None:
        if mended is not None:
            mended.finish(stream, self._wishes.originals)
            outcome.mended = mended if mended.count else None

    def _set_whole(self, number: int) -> None:
        if self._journal is not None:
            self._journal.set_whole(number)

    def _table(
        self,
        number: int,
        stream: BinaryIO,
        size: int,
        outcome: Outcome,
        stack: ExitStack,
    ) -> Generator[Step, None, Callable[[], None]]:
        wishes, journal = self._wishes, self._journal
        if wishes.mapping is None:
            raise MalformedError(
                "it is a table: say with --mapping how its rows become events"
            )
        signatory = require_signatory(wishes.signatory)
        if wishes.after is not None:
            raise RejectedError(
                "a table takes several statements, and the first moves the"
                " head that --after-head names"
            )
        kept = () if journal is None else journal.kept(number)
        start = kept[-1].stop if kept else 0
        refusals = Refusals(
            None if journal is None else journal.refusals(number), before=start
        )
        stack.callback(refusals.close)
        reading = TableReading(
            stream, wishes.mapping, refusals=refusals, start=start
        )
        outcome.known = reading.known
        outcome.warnings = reading.warnings
        outcome.rows = reading.rows
        yield from self._kept_steps(number, outcome, refusals)
        self._progress.begin("rows")
        found = reading.gather(
            signatory,
            self._ledger.rehearse(),
            conceal=wishes.conceal,
            book=self._ledger.book,
            goes_on=lambda: not self._patience.is_over,
            note=lambda done: self._progress.show(
                done, 0, share=stream.tell() / size
            ),
        )
        for part in found:
            refusals.sync()
            yield self._step(
                number,
                (part.start, part.stop),
                self._sign(part.gathered, signatory),
                outcome,
                refusals,
            )
        return lambda: reading.finish(wishes.refused)

    def _step(
        self,
        number: int,
        units: tuple[int, int],
        submission: Submission,
        outcome: Outcome,
        refusals: Refusals | None = None,
    ) -> Step:
        if self._wishes.save is not None:
            _save(submission, self._wishes.save)
        kept = None
        if self._journal is not None:
            kept = self._journal.keep(number, *units, submission)
        return Step(outcome, submission, units, kept, refusals=refusals)

    def _kept_steps(
        self, number: int, outcome: Outcome, refusals: Refusals | None = None
    ) -> Iterator[Step]:
        """Yield the statements that the journal has of file *number*."""
        journal = self._journal
        for kept in [] if journal is None else list(journal.kept(number)):
            assert journal is not None, "it has what it kept"
            units = (kept.start, kept.stop)
            answered = journal.answer(kept)
            if outcome.error is not None:
                return
            submission = journal.read(kept) if answered is None else None
            yield Step(outcome, submission, units, kept, answered, refusals)


def _require_known(outcome: Outcome) -> None:
    if not outcome.known.events:
        raise MalformedError("the document has no event")


def _emptied(gathered: list[Gathered]) -> Iterator[Gathered]:
    """Yield what is in the list, which holds none of it any more."""
    while gathered:
        yield gathered.pop(0)


def _demand(
    ledger: WritableLedger, item: str | None
) -> tuple[str, bytes] | None:
    if item is None:
        return None
    return item, ledger.head_link(item) or map_key(item)


def _save(submission: Submission, folder: Path) -> None:
    name = parse_entry(submission.entry).statement_id.hex()
    write_output(str(folder / f"{name}{SUFFIX}"), submission.to_bytes())
