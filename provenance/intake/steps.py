"""From files to statements: what is handed in of each, step by step.

A document is read, rehearsed and signed to its end before its first statement
is handed in; if there are several, they wait on the disk. A table gives a
statement as soon as enough of its rows are read. The end of every file is a
step as well, behind its last statement.

Over 500 lines: documents, tables and submissions take the same steps, with one
journal and one spool.
"""

from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from provenance.claims.event import Event
from provenance.claims.statement import MAX_EVENTS, Submission, parse_entry
from provenance.claims.trail import map_key
from provenance.epcis.draft import RawEvent, check_event
from provenance.epcis.mending.mend import Mend
from provenance.epcis.source import EventStream
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    RejectedError,
    RoleNotGrantedError,
)
from provenance.intake.headway import Headway, Tell, tell_nobody
from provenance.intake.journal import Journal, Kept
from provenance.intake.made_before import MOST_WARNINGS, made_before
from provenance.intake.mended import Mended
from provenance.intake.naming import Naming
from provenance.intake.outcome import FileOutcome, Known
from provenance.intake.prepare import (
    MAX_STATEMENT_BYTES,
    Gathered,
    gather,
    prepare_event,
)
from provenance.intake.refusals import PassedOver, Refusals
from provenance.intake.signatory import Signatory
from provenance.intake.sources import SUFFIX, File, size_of
from provenance.intake.spool import Spool
from provenance.intake.statements import (
    MAX_FILE,
    find_known,
    is_submission,
    read_submission,
    require_signatory,
    require_taken,
    sign,
)
from provenance.intake.tables import MappingFile, TableReading, is_table
from provenance.intake.target import Rehearses, Target
from provenance.ledger.ledger import clock_now
from provenance.outputs import write_output

MOST_FAULTS = 100
"""So many events that are passed over are told; more would say no more."""

_ALL = 2**62

_FITS = MAX_STATEMENT_BYTES // 8
"""Up to so many bytes, a document is one statement, or is read again."""


@dataclass(frozen=True, slots=True)
class IntakeOptions:
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
        only_mine: Whether events that the signatory may not say are passed
            over.
        passes_over: Whether all that is wrong is, but for the document.
        is_named: Whether an event without an `eventID` gets one.
        clock: Returns the time of signing, in ms since 1970.
    """

    signatory: Signatory | None
    conceal: tuple[str, ...] = ()
    after: str | None = None
    save: Path | None = None
    mapping: MappingFile | None = None
    refused: Path | None = None
    is_lenient: bool = False
    untp_zone: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    originals: Path | None = None
    only_mine: bool = False
    passes_over: bool = False
    is_named: bool = False
    clock: Callable[[], int] = clock_now

    @property
    def passed_over(self) -> tuple[type[ProvenanceError], ...]:
        """For which errors an event of a document is passed over."""
        if self.passes_over:
            return (InvalidSignatureError, MalformedError, RejectedError)
        return (RoleNotGrantedError,) if self.only_mine else ()

    @property
    def code_of_others(self) -> str:
        """The code of the problem that makes events another's to say."""
        return RoleNotGrantedError.code if self.only_mine else ""


class IntakeStep(NamedTuple):
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

    outcome: FileOutcome
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

    def __init__(
        self,
        ledger: Target,
        wishes: IntakeOptions,
        *,
        goes_on: Callable[[], bool] = lambda: True,
        tell: Tell = tell_nobody,
        journal: Journal | None = None,
    ) -> None:
        """Prepare to read.

        Args:
            ledger: What they are signed for.
            wishes: What is to become of every file.
            goes_on: Asked often whether to go on reading.
            tell: Told how far it is.
            journal: Where to write down what was done.
        """
        self._ledger = ledger
        self._wishes = wishes
        self._goes_on = goes_on
        self._tell = tell
        self._journal = journal

    @property
    def is_one_by_one(self) -> bool:
        """Whether a statement is signed after those before it are logged."""
        return self._wishes.after is not None

    def of(self, files: Sequence[File]) -> Iterator[IntakeStep]:
        """Yield the statements of *files*, in order, and the end of each."""
        for number, file in enumerate(files):
            if not self._goes_on():
                return
            outcome = FileOutcome(file.name)
            end: Callable[[], None] | None = None
            try:
                end = yield from self._steps_of(number, file, outcome)
            except _Abandoned:
                return
            except (ProvenanceError, OSError) as error:
                outcome.error = error
            yield IntakeStep(outcome, end=end)

    def _steps_of(
        self, number: int, file: File, outcome: FileOutcome
    ) -> Generator[IntakeStep, None, Callable[[], None] | None]:
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(file.open())
            except KeyboardInterrupt:
                raise _Abandoned from None
            start = stream.read(1)
            size = size_of(stream)
            if is_submission(start):
                yield from self._submission(number, stream, size, outcome)
            elif is_table(
                file.name, has_mapping=self._wishes.mapping is not None
            ):
                end = yield from self._table(
                    number, stream, size, outcome, stack
                )
                # Behind the last answer: first what it came to, then closed.
                stack.callback(end)
                return stack.pop_all().close
            else:
                yield from self._document(number, stream, size, outcome, stack)
        return None

    def _submission(
        self, number: int, stream: BinaryIO, size: int, outcome: FileOutcome
    ) -> Iterator[IntakeStep]:
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
        outcome: FileOutcome,
        stack: ExitStack,
    ) -> Iterator[IntakeStep]:
        wishes, journal = self._wishes, self._journal
        signatory = require_signatory(wishes.signatory)
        is_whole = journal is not None and journal.is_whole(number)
        refusals = self._passed_over(number, stack, is_whole=is_whole)
        if is_whole:
            _tell_passed_over(outcome, refusals)
            if self._wishes.is_lenient:
                told = stack.enter_context(Mended())
                self._find_mends(stream, told)
                self._finish_mends(stream, told, outcome)
            yield from self._kept_steps(number, outcome)
            return
        if journal is not None:
            # None of these was handed in: the document was not whole.
            journal.forget(number)
        is_small = size <= _FITS and not wishes.passed_over
        rehearsal = None if is_small else self._ledger.rehearse()
        while True:
            stream.seek(0)
            mended = None
            if self._wishes.is_lenient:
                mended = stack.enter_context(Mended())
            outcome.known = Known()
            found = self._gather(
                stream, signatory, rehearsal, mended, outcome, refusals
            )
            ahead = list(islice(found, 2))
            if len(ahead) < 2 or rehearsal is not None:
                break
            rehearsal = self._ledger.rehearse()
        if not ahead:
            self._seal(refusals, outcome)
            _require_known(outcome, signatory)
            self._finish_mends(stream, mended, outcome)
            return
        if len(ahead) == 1:
            self._seal(refusals, outcome)
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
        yield from self._spooled(
            number, signed, stream, mended, outcome, refusals
        )

    def _spooled(  # noqa: PLR0913, PLR0917  # what is known of the document
        self,
        number: int,
        signed: Iterator[tuple[int, Submission]],
        stream: BinaryIO,
        mended: Mended | None,
        outcome: FileOutcome,
        refusals: Refusals | None,
    ) -> Iterator[IntakeStep]:
        """Yield the statements of a large document once it is signed whole."""
        if self._journal is not None:
            start = 0
            for stop, submission in signed:
                self._journal.keep(number, start, stop, submission)
                start = stop
            self._seal(refusals, outcome)
            self._finish_mends(stream, mended, outcome)
            self._set_whole(number)
            yield from self._kept_steps(number, outcome)
            return
        with Spool(self._ledger.spool) as spool:
            stops = []
            for stop, submission in signed:
                spool.add(submission)
                stops.append(stop)
            self._seal(refusals, outcome)
            self._finish_mends(stream, mended, outcome)
            self._tell(Headway("events logged", 0, stops[-1]))
            start = 0
            for stop, submission in zip(stops, spool, strict=True):
                if outcome.error is not None:
                    return
                yield self._step(number, (start, stop), submission, outcome)
                self._tell(Headway("events logged", stop, stops[-1]))
                start = stop

    def _gather(  # noqa: PLR0913, PLR0917  # what is known of the document
        self,
        stream: BinaryIO,
        signatory: Signatory,
        rehearsal: Rehearses | None,
        mended: Mended | None,
        outcome: FileOutcome,
        refusals: Refusals | None,
    ) -> Iterator[Gathered]:
        wishes = self._wishes
        mends: list[Mend] | None = None if mended is None else []
        source = self._source(stream, mends)
        after = _demand(self._ledger, wishes.after)
        book = self._ledger.book
        if rehearsal is None and source.count > MAX_EVENTS:
            rehearsal = self._ledger.rehearse()
        self._tell(Headway("events", 0, source.count))
        naming = Naming(signatory) if wishes.is_named else None

        def take(raw: RawEvent, name: str) -> list[Event]:
            draft = given = check_event(raw)
            if naming is not None:
                draft = naming.with_id(given)
            event = prepare_event(
                draft,
                conceal=wishes.conceal,
                after=after,
                book=book,
            )
            # Who named it asks for the answer that EPCIS has to a name that
            # was used: it is a fault.
            may_be_known = not wishes.passes_over or "eventID" not in given.body
            known = self._known(
                event, signatory, rehearsal, name, may_be_known=may_be_known
            )
            outcome.known.add(known, 1 if known else 0)
            outcome.warnings += (
                () if known else made_before(event, self._ledger, name=name)
            )[: max(0, MOST_WARNINGS - len(outcome.warnings))]
            return [] if known else [event]

        def events() -> Iterator[list[Event]]:
            for position, raw in enumerate(source.events()):
                if not self._goes_on():
                    raise _Abandoned
                name = f"event {position}"
                try:
                    taken = take(raw, name)
                except wishes.passed_over as error:
                    assert refusals is not None, "something is passed over"
                    reason = _reason(error, name)
                    refusals.add_event(position, reason, error.code)
                    taken = []
                if mended is not None and mends:
                    mended.take(mends)
                self._tell(Headway("events", position + 1, source.count))
                if taken:
                    yield taken

        return gather(events())

    def _passed_over(
        self, number: int, stack: ExitStack, *, is_whole: bool
    ) -> Refusals | None:
        """Return where it is written down what is passed over of a document.

        None if nothing may be.
        """
        wishes, journal = self._wishes, self._journal
        if not wishes.passed_over:
            return None
        refusals = Refusals(
            None if journal is None else journal.refusals(number),
            before=_ALL if is_whole else 0,
            code_of_others=wishes.code_of_others,
            most=MOST_FAULTS,
        )
        stack.callback(refusals.close)
        return refusals

    def _seal(self, refusals: Refusals | None, outcome: FileOutcome) -> None:
        """Make durable what was passed over, now that all was read."""
        if refusals is not None:
            refusals.sync()
            _tell_passed_over(outcome, refusals)

    def _known(
        self,
        event: Event,
        signatory: Signatory,
        rehearsal: Rehearses | None,
        name: str,
        *,
        may_be_known: bool,
    ) -> tuple[int, ...]:
        """Return the entry that has the event already; none if it is new.

        Raises:
            RejectedError: The ledger would not take it, if that is rehearsed.
        """
        if rehearsal is not None and not may_be_known:
            require_taken(rehearsal, [event], signatory, name=name)
            return ()
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
            gathered.events,
            signatory,
            origin=self._ledger.trust.origin,
            now=self._wishes.clock(),
        )

    def _source(
        self, stream: BinaryIO, mends: list[Mend] | None
    ) -> EventStream:
        return EventStream(
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
        self, stream: BinaryIO, mended: Mended | None, outcome: FileOutcome
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
        outcome: FileOutcome,
        stack: ExitStack,
    ) -> Generator[IntakeStep, None, Callable[[], None]]:
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
            None if journal is None else journal.refusals(number),
            before=start,
            code_of_others=wishes.code_of_others,
        )
        stack.callback(refusals.close)
        reading = TableReading(
            stream, wishes.mapping.mapping, refusals=refusals, start=start
        )
        outcome.known = reading.known
        outcome.warnings = reading.warnings
        outcome.rows = reading.rows
        outcome.others = reading.others
        yield from self._kept_steps(number, outcome, refusals)
        self._tell(Headway("rows", 0))
        found = reading.gather(
            signatory,
            self._ledger.rehearse(),
            conceal=wishes.conceal,
            book=self._ledger.book,
            goes_on=self._goes_on,
            note=lambda done: self._tell(
                Headway("rows", done, share=stream.tell() / size)
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

        def end() -> None:
            reading.finish(wishes.refused)
            if not (reading.rows.accepted or reading.rows.refused):
                _require_own(outcome, signatory)

        return end

    def _step(
        self,
        number: int,
        units: tuple[int, int],
        submission: Submission,
        outcome: FileOutcome,
        refusals: Refusals | None = None,
    ) -> IntakeStep:
        if self._wishes.save is not None:
            _save(submission, self._wishes.save)
        kept = None
        if self._journal is not None:
            kept = self._journal.keep(number, *units, submission)
        return IntakeStep(outcome, submission, units, kept, refusals=refusals)

    def _kept_steps(
        self,
        number: int,
        outcome: FileOutcome,
        refusals: Refusals | None = None,
    ) -> Iterator[IntakeStep]:
        """Yield the statements that the journal has of file *number*."""
        journal = self._journal
        for kept in [] if journal is None else list(journal.kept(number)):
            assert journal is not None, "it has what it kept"
            units = (kept.start, kept.stop)
            answered = journal.answer(kept)
            if outcome.error is not None:
                return
            submission = journal.read(kept) if answered is None else None
            yield IntakeStep(
                outcome, submission, units, kept, answered, refusals
            )


def _require_known(outcome: FileOutcome, signatory: Signatory) -> None:
    if outcome.known.events or outcome.faults.count:
        return
    _require_own(outcome, signatory)
    raise MalformedError("the document has no event")


def _require_own(outcome: FileOutcome, signatory: Signatory) -> None:
    if outcome.others.count and not outcome.known.events:
        raise RoleNotGrantedError(
            f"{signatory.issuer!r} may say none of it:"
            f" {outcome.others.first[0].reason}"
        )


def _tell_passed_over(outcome: FileOutcome, refusals: Refusals | None) -> None:
    if refusals is not None:
        outcome.others = refusals.others
        outcome.faults = PassedOver(refusals.count, refusals.first)


def _reason(error: ProvenanceError, name: str) -> str:
    text = str(error)
    is_placed = text.startswith(("$", "line ", "event "))
    return text if is_placed else f"{name}: {text}"


def _emptied(gathered: list[Gathered]) -> Iterator[Gathered]:
    """Yield what is in the list, which holds none of it any more."""
    while gathered:
        yield gathered.pop(0)


def _demand(ledger: Target, item: str | None) -> tuple[str, bytes] | None:
    if item is None:
        return None
    return item, ledger.head_link(item) or map_key(item)


def _save(submission: Submission, folder: Path) -> None:
    name = parse_entry(submission.entry).statement_id.hex()
    write_output(str(folder / f"{name}{SUFFIX}"), submission.to_bytes())
