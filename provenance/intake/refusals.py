"""Refused rows and events: written down at once, and told in the end.

While a table is read, what is refused of it goes into a file, a line for each
group of rows:

    {"unit": 17, "rows": [[40, "row 40, column GTIN: …"], …], "code": "PRV-…"}

Of a document it is a line for each event that was passed over, with the
number of the event in the place of the row's.

From these and the table, read again, comes the report for whoever mends the
rows (`provenance.epcis.table.report`). So memory holds none of them, however
many there are.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from provenance.epcis.table import (
    RefusedRows,
    Row,
    RowGroup,
    Table,
    TableMapping,
)
from provenance.intake.journal import parse_line
from provenance.outputs import write_pieces

SHOWN = 20
"""How many faults are told on the screen, at most."""


class RefusedRow(NamedTuple):
    """A row that was refused, and how many others for the same fault.

    Attributes:
        number: Its number, as a spreadsheet counts.
        reason: Why.
        code: The code of the problem.
        others: How many other rows are refused with it, such as those of the
            same event.
    """

    number: int
    reason: str
    code: str
    others: int


@dataclass(slots=True)
class PassedOver:
    """Events or rows that were left where they are, while others went in.

    Attributes:
        count: How many there are.
        first: The first of them, and why.
    """

    count: int = 0
    first: list[RefusedRow] = field(default_factory=list)

    def take(self, other: "PassedOver") -> None:
        """Say what *other* says."""
        self.count, self.first = other.count, other.first


class LateRefusal(NamedTuple):
    """Units that the ledger refused although they were rehearsed.

    Attributes:
        start: The first of them.
        stop: The first after them.
        reason: Why.
        code: The code of the problem.
    """

    start: int
    stop: int
    reason: str
    code: str


class Refusals:
    """The refused rows of one table.

    Attributes:
        count: How many there are.
        first: The first few faults for which they were refused.
        codes: The codes of their problems.
        others: Those that others may say, which counts as no refusal.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        before: int = 0,
        code_of_others: str = "",
        most: int = SHOWN,
    ) -> None:
        """Begin with none, or go on where a journal ends.

        Args:
            path: The journal's file; None for one that goes in the end.
            before: What was refused of earlier units is in *path* already,
                and stays; what it says of later ones is found out again.
            code_of_others: The code of the problem that makes one another's;
                "" if that is no matter.
            most: How many are held to be told.

        Raises:
            MalformedError: The journal's file is damaged.
            OSError: It cannot be read or written.
        """
        self.count = 0
        self.first: list[RefusedRow] = []
        self.codes: set[str] = set()
        self.others = PassedOver()
        self._code_of_others = code_of_others
        self._most = most
        self._late: list[LateRefusal] = []
        self._file: BinaryIO
        if path is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # `close`
            return
        self._file = path.open("a+b")
        self._file.seek(0)
        end = 0
        for data in self._file:
            # What a crash cut off was of no unit that a statement covers.
            line = parse_line(data, path) if data.endswith(b"\n") else None
            if line is None or line["unit"] >= before:
                break
            self._note(line["rows"], line["code"])
            end += len(data)
        self._file.truncate(end)

    def add(self, unit: int, group: RowGroup, code: str) -> None:
        """Write down that *group*, which is unit number *unit*, is refused.

        Raises:
            OSError: It cannot be written.
        """
        pairs = zip(group.rows, group.reasons, strict=True)
        self._add(unit, [(row.number, reason) for row, reason in pairs], code)

    def add_event(self, position: int, reason: str, code: str) -> None:
        """Write down that the event at *position* is passed over.

        Raises:
            OSError: It cannot be written.
        """
        self._add(position, [(position, reason)], code)

    def _add(self, unit: int, rows: list[tuple[int, str]], code: str) -> None:
        line = {"unit": unit, "rows": rows, "code": code}
        self._file.write(json.dumps(line).encode() + b"\n")
        self._note(rows, code)

    def add_late(self, refusal: LateRefusal) -> None:
        """Note that the ledger refused a whole statement."""
        self._late.append(refusal)

    @property
    def has_any(self) -> bool:
        """Whether anything was refused, or is others'."""
        return bool(self.count or self.others.count)

    def sync(self) -> None:
        """Make durable what was written down.

        Raises:
            OSError: It cannot be.
        """
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def count_late(self, table: Table) -> None:
        """Count the rows that the ledger refused, which *table* has."""
        if self._late:
            self.count = 0
            self.first.clear()
            self.others = PassedOver()
        for row, reason, code in self._told(table) if self._late else ():
            self._note([(row.number, reason)], code)

    def write_report(
        self, target: Path, table: Table, mapping: TableMapping
    ) -> None:
        """Write the report of the refused rows to *target*, whole or not.

        Args:
            target: Its file.
            table: The table, opened again.
            mapping: How it is written.

        Raises:
            OSError: It cannot be written.
        """
        form = RefusedRows(
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            is_quoted=mapping.is_quoted,
        )
        header = form.header(
            table.header, lines_before=mapping.lines_before_header
        )
        lines = (
            form.row(row.number, reason, row.cells)
            for row, reason, _ in self._told(table)
        )
        write_pieces(str(target), chain([header], lines))

    def _told(self, table: Table) -> Iterator[tuple[Row, str, str]]:
        """Yield each refused row of *table*, why, and the problem's code.

        They come in the order of the table: rows that belong together must
        stand together when they are sent again.
        """
        self._file.seek(0)
        lines = map(json.loads, self._file)
        line = next(lines, None)
        waiting: list[tuple[Row, str, str]] = []
        for unit, group in enumerate(table):
            # A row that could not be read may lie among those of a group.
            while waiting and waiting[0][0] < group.rows[0]:
                yield heappop(waiting)
            reasons: list[tuple[str, str]] = []
            if line is not None and line["unit"] == unit:
                reasons = [(why, line["code"]) for _, why in line["rows"]]
                line = next(lines, None)
            else:
                for late in self._late:
                    if late.start <= unit < late.stop:
                        reasons = [(late.reason, late.code)] * len(group.rows)
            for row, (why, code) in zip(group.rows, reasons, strict=False):
                heappush(waiting, (row, why, code))
        while waiting:
            yield heappop(waiting)

    def _note(self, rows: Sequence[tuple[int, str]], code: str) -> None:
        """Count *rows*, which are refused together, for one fault."""
        # The row at fault has the bare reason, and the others say whose it is.
        number, reason = min(rows, key=lambda row: len(row[1]))
        if code == self._code_of_others:
            self.others.count += len(rows)
            first = self.others.first
        else:
            self.count += len(rows)
            self.codes.add(code)
            first = self.first
        last = first[-1] if first else None
        if last is not None and (last.reason, last.code) == (reason, code):
            first[-1] = last._replace(others=last.others + len(rows))
        elif len(first) < self._most:
            first.append(RefusedRow(number, reason, code, len(rows) - 1))
