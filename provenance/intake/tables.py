"""Tables that are handed in: rows in, statements out, refused rows told."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zoneinfo import ZoneInfo

from provenance.claims.event import Event
from provenance.epcis.table import (
    RowGroup,
    Table,
    TableMapping,
    parse_mapping,
    read_group,
)
from provenance.errors import (
    MalformedError,
    RejectedError,
    within,
)
from provenance.intake.outcome import Known, Rows
from provenance.intake.prepare import Gathered, gather, prepare_event
from provenance.intake.refusals import PassedOver, Refusals
from provenance.intake.signatory import Signatory
from provenance.intake.sources import STANDARD, TABLE_SUFFIXES
from provenance.intake.statements import find_known, require_taken
from provenance.intake.target import Rehearses
from provenance.problems import problem_of
from provenance.rules.book import EvidenceBook

_MAX_MAPPING = 1 << 20


class MappingFile(NamedTuple):
    """How rows become events, as a file says.

    Attributes:
        mapping: What it says.
        sha256: The digest of its bytes, in hexadecimal.
    """

    mapping: TableMapping
    sha256: str


class RowsGathered(NamedTuple):
    """Events of a table that one signature is to cover.

    Attributes:
        gathered: The events.
        start: The first unit that they come from.
        stop: The first unit after these; the refused ones between are told.
    """

    gathered: Gathered
    start: int
    stop: int


def is_table(name: str, *, has_mapping: bool) -> bool:
    """Return whether the file *name* is read as a table, if it is not signed.

    By its name it is one with `TABLE_SUFFIXES`; with a mapping, also standard
    input and plain text.
    """
    lower = name.lower()
    return lower.endswith(TABLE_SUFFIXES) or (
        has_mapping and (name == STANDARD or lower.endswith(".txt"))
    )


def read_mapping(path: Path) -> MappingFile:
    """Return the mapping in the file *path*.

    Raises:
        MalformedError: It is none.
        OSError: It cannot be read.
    """
    if path.is_dir():
        raise MalformedError(f"{path} is a folder, not a file")
    with path.open("rb") as file:
        data = file.read(_MAX_MAPPING + 1)
    with within(str(path)):
        if len(data) > _MAX_MAPPING:
            raise MalformedError(f"a mapping has at most {_MAX_MAPPING} bytes")
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise MalformedError(
                f"the mapping is not UTF-8: {error}"
            ) from error
        return MappingFile(
            parse_mapping(text, find_zone=_find_zone), sha256(data).hexdigest()
        )


class TableReading:
    """Reads one table, and gathers what its rows tell.

    Attributes:
        rows: What became of its rows.
        known: What of it was logged before.
        others: What of it others may say, if that is passed over.
        refusals: Those that were refused.
        warnings: What looks like a mistake.
    """

    def __init__(
        self,
        stream: BinaryIO,
        mapping: TableMapping,
        *,
        refusals: Refusals,
        start: int = 0,
    ) -> None:
        """Read the header of the table in *stream*.

        Args:
            stream: The table, at its start.
            mapping: How its rows become events.
            refusals: Where to write down refused rows.
            start: The first unit that is not signed yet.

        Raises:
            MalformedError: It is not a table that the mapping is for.
        """
        self._stream = stream
        self._mapping = mapping
        self._table = Table(stream, mapping)
        self._start = start
        self._accepted: deque[int] = deque()
        self._count = 0
        self.refusals = refusals
        self.rows = Rows()
        self.known = Known()
        self.others = PassedOver()
        self.warnings = self._table.warnings

    def gather(  # noqa: PLR0913  # each by name
        self,
        signatory: Signatory,
        rehearsal: Rehearses,
        *,
        conceal: Collection[str],
        book: EvidenceBook,
        goes_on: Callable[[], bool],
        note: Callable[[int], None],
    ) -> Iterator[RowsGathered]:
        """Yield the events of the rows that are not signed yet.

        Args:
            signatory: Who is to sign.
            rehearsal: Asked whether the ledger would take each event.
            conceal: As for `prepare_document`.
            book: The ledger's evidence book.
            goes_on: Asked before each group whether to read it.
            note: Told how many rows were read.

        Raises:
            MalformedError: It has no row.
            RejectedError: The key may not sign for the actor.
        """
        require_taken(rehearsal, [], signatory, name="the table")
        told = self._units(signatory, rehearsal, conceal, book, goes_on, note)
        start = self._start
        for gathered in gather(told):
            units = [self._accepted.popleft() for _ in range(gathered.units)]
            stop = units[-1] + 1
            yield RowsGathered(gathered, start, stop)
            start = stop

    def finish(self, report: Path | None) -> None:
        """Tell what became of the rows, now that all answers are there.

        Args:
            report: Where to write the refused rows, if there are any, to be
                mended and sent again.

        Raises:
            OSError: The report cannot be written.
        """
        rows, refusals = self.rows, self.refusals
        rows.skipped = self._table.skipped
        refusals.count_late(self._again())
        rows.refused = refusals.count
        rows.first_refused = refusals.first
        rows.codes = refusals.codes
        self.others.take(refusals.others)
        rows.accepted = self._count - rows.refused - self.others.count
        if refusals.has_any and report is not None:
            refusals.write_report(report, self._again(), self._mapping)
            rows.report = str(report)

    def _again(self) -> Table:
        self._stream.seek(0)
        return Table(self._stream, self._mapping)

    def _units(  # noqa: PLR0913, PLR0917  # all that `gather` was given
        self,
        signatory: Signatory,
        rehearsal: Rehearses,
        conceal: Collection[str],
        book: EvidenceBook,
        goes_on: Callable[[], bool],
        note: Callable[[int], None],
    ) -> Iterator[Sequence[Event]]:
        for number, group in enumerate(self._table):
            if not goes_on():
                self.rows.left = group.rows[0].number
                return
            self._count += len(group.rows)
            note(self._count)
            if number < self._start:
                continue
            checked, events, code = self._prepare(
                group, signatory, rehearsal, conceal, book
            )
            if not (events or code):
                continue
            if events:
                self._accepted.append(number)
                yield events
            else:
                self.refusals.add(number, checked, code)
        if not self._count and not self._table.skipped:
            raise MalformedError("the table has no rows")

    def _prepare(
        self,
        group: RowGroup,
        signatory: Signatory,
        rehearsal: Rehearses,
        conceal: Collection[str],
        book: EvidenceBook,
    ) -> tuple[RowGroup, list[Event], str]:
        """Return the group's events; none if it is refused, or known.

        And the code of the problem, if it is refused.
        """
        name = _name(group)
        error: MalformedError | RejectedError = MalformedError(name)
        checked, drafts = read_group(group)
        try:
            events = [
                prepare_event(draft, conceal=conceal, book=book)
                for draft in drafts
            ]
            if events:
                known = find_known(rehearsal, events, signatory, name=name)
                if not known:
                    return group, events, ""
                self.known.add(known, len(events))
                return group, [], ""
        except (MalformedError, RejectedError) as fault:
            error = fault
            checked = group.refused(str(fault))
        problem = problem_of(error)
        assert problem is not None, "all of these are in the table"
        return checked, [], problem.code


def _name(group: RowGroup) -> str:
    first, last = group.rows[0].number, group.rows[-1].number
    return f"row {first}" if first == last else f"rows {first} to {last}"


def _find_zone(name: str) -> ZoneInfo | None:
    # A name that is no path, or of a folder, is an error of its own kind.
    with suppress(KeyError, ValueError, OSError):
        return ZoneInfo(name)
    return None
