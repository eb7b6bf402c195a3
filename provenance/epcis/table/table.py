"""Tables: rows of a CSV file, made into EPCIS events as a mapping says.

    GTIN,Serial,Lot                   the header; the mapping names columns
    9421902960017,K0001,L7            row 2
    9421902960017,K0002,L7            row 3

Rows that tell an event together are a *group*, and stand or fall together: if
one of them is refused, so are the others, each with the reason. A row that
cannot even be read may have been one of a group's, so the groups on both of
its sides are refused as well, where they must be whole. No row costs any
other that has nothing to do with it, and nothing is held but one group.

Rows are numbered as a spreadsheet numbers them: the first line is row 1.
"""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice
from typing import BinaryIO

from provenance.epcis.draft import EventDraft, read_event
from provenance.epcis.readers import ValueFault
from provenance.epcis.table.grouping import Grouping, TableLocate
from provenance.epcis.table.mapping import RowKind, TableMapping
from provenance.epcis.table.records import Records
from provenance.epcis.table.report import REPORT_COLUMNS, unescape_cell
from provenance.epcis.table.rounding import LOOKED_AT, is_column_rounded
from provenance.epcis.table.rows import (
    ColumnReading,
    Row,
    RowGroup,
    is_met,
    kind_of,
)
from provenance.errors import MalformedError


class Table:
    """A table and its mapping; iterating yields its groups, once.

    Attributes:
        header: Its columns.
        is_report: Whether it is a report of refused rows, sent again.
        warnings: What is not wrong, but looks like a mistake.
        skipped: How many rows were passed over so far, as the mapping says.
    """

    def __init__(self, stream: BinaryIO, mapping: TableMapping) -> None:
        """Read the header of the table in *stream*, which is left open.

        Raises:
            MalformedError: There is none, or not the one that the mapping
                needs.
        """
        self._mapping = mapping
        records = self._open(stream)
        self._records = iter(records)
        self._number = mapping.lines_before_header + 1
        first = next(self._records, None)
        if first is None or not first.cells:
            raise MalformedError("the table has no header")
        if first.fault:
            raise MalformedError(f"the header: {first.fault}")
        self.is_report = first.cells[:2] == REPORT_COLUMNS
        self.header = self._trimmed(first.cells)
        self.skipped = 0
        self.warnings = self._check_header()
        self._width = records.width = len(first.cells)
        places = {name: place for place, name in enumerate(self.header)}
        identifiers = mapping.identifiers
        self._columns = {
            name: ColumnReading(
                column,
                tuple(places[h] for h in column.headers),
                name in identifiers,
            )
            for name, column in mapping.columns.items()
        }
        if identifiers:
            self._find_rounded(stream)

    def _open(self, stream: BinaryIO) -> Records:
        mapping = self._mapping
        records = Records(
            stream,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            is_quoted=mapping.is_quoted,
        )
        records.skip_lines(mapping.lines_before_header)
        return records

    def _find_rounded(self, stream: BinaryIO) -> None:
        """Note which identifiers' columns are rounded; begin anew then."""
        rows = [
            Row(0, 0, self._trimmed(record.cells))
            for record in islice(self._records, LOOKED_AT)
            if record.cells and not record.fault
        ]
        for name, reading in self._columns.items():
            if reading.is_identifier and is_column_rounded(
                reading.text(row) for row in rows
            ):
                self._columns[name] = replace(reading, is_rounded=True)
        stream.seek(0)
        records = self._open(stream)
        self._records = iter(records)
        next(self._records)
        records.width = self._width

    def __iter__(self) -> Iterator[RowGroup]:
        """Yield the groups, in the order of their first rows."""
        mapping, columns = self._mapping, self._columns
        grouping = Grouping(mapping, columns)
        for record in self._records:
            self._number += 1
            cells = record.cells
            if not record.is_torn:
                cells = self._trimmed(cells)
            row = Row(self._number, record.line, cells)
            if record.fault:
                reason = f"{row.name}: {record.fault}"
                yield from grouping.add_unreadable(row, reason)
            elif not any(row.cells):
                continue
            elif any(is_met(rule, columns, row) for rule in mapping.skipped):
                self.skipped += 1
            else:
                kind = kind_of(mapping, columns, row)
                if kind is not None and self._has_gap(row, kind):
                    self.skipped += 1
                else:
                    yield from grouping.add(row, kind)
        yield from grouping.finish()

    def _trimmed(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        if self.is_report:
            cells = tuple(map(unescape_cell, cells[2:]))
        if self._mapping.is_trimmed:
            cells = tuple(cell.strip() for cell in cells)
        return cells

    def _has_gap(self, row: Row, kind: RowKind) -> bool:
        """Return whether a cell is empty that is worth no row then."""
        for name in kind.columns:
            reading = self._columns[name]
            if reading.column.on_empty == "skip" and not reading.text(row):
                return True
        return False

    def _check_header(self) -> list[str]:
        header, ignored = self.header, self._mapping.ignored
        for place, name in enumerate(header):
            if name in header[:place] and name not in ignored:
                raise MalformedError(
                    f"the header names {name!r} twice: whose cells count?"
                )
        for name in self._mapping.headers:
            if name not in header:
                near = get_close_matches(name, header, 1, 0.5)
                hint = f" (it has {near[0]!r})" if near else ""
                raise MalformedError(
                    f"the table has no column {name!r}{hint}, which the mapping"
                    " needs; is it the table's delimiter and encoding that the"
                    f" mapping states? The header is {', '.join(header)[:200]}"
                )
        needed = set(self._mapping.headers) | ignored
        return [
            f"nothing uses the column {name!r}: name it in table.ignored"
            for name in header
            if name not in needed
        ]


def read_group(group: RowGroup) -> tuple[RowGroup, list[EventDraft]]:
    """Return *group* with the drafts of its events; refused, with none."""
    drafts: list[EventDraft] = []
    for event in group.events:
        try:
            drafts.append(read_event(event.value, event.prefixes))
        except ValueFault as fault:
            steps = fault.steps[::-1]
            reason = f"{event.locate(steps)}: {fault.message}"
            locate = event.locate
            assert isinstance(locate, TableLocate), "a table made it"
            return group.refused(reason, row=locate.row(steps)), []
    return group, drafts
