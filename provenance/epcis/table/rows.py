"""Rows: what stands in one row of a table, and which rows belong together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from provenance.epcis.draft import RawEvent
from provenance.epcis.table.cells import Scalar
from provenance.epcis.table.mapping import (
    Column,
    Condition,
    RowKind,
    TableMapping,
)
from provenance.epcis.table.rounding import require_exact, require_not_shown
from provenance.errors import MalformedError


class Row(NamedTuple):
    """A row as it stands in the table.

    Attributes:
        number: Its number, as a spreadsheet counts.
        line: The line it starts on; another number, if cells hold lines.
        cells: What it says.
    """

    number: int
    line: int
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people look for."""
        if self.line == self.number:
            return f"row {self.number}"
        return f"row {self.number} (line {self.line})"


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that tell events together, or why they do not.

    Attributes:
        rows: The rows, in order; at least one.
        events: Their events; none if they are refused.
        reasons: Why each row is refused, in order; none if they are not.
    """

    rows: tuple[Row, ...]
    events: tuple[RawEvent, ...] = ()
    reasons: tuple[str, ...] = ()

    def refused(self, reason: str, *, row: Row | None = None) -> "RowGroup":
        """Return the group, refused for *reason*: for *row*'s, if given."""
        if row is None:
            return RowGroup(self.rows, (), (reason,) * len(self.rows))
        other = f"{row.name} of the same event is refused: {reason}"
        return RowGroup(
            self.rows,
            (),
            tuple(reason if own is row else other for own in self.rows),
        )


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """A column of the mapping in this table.

    Attributes:
        column: Which.
        places: Where its cells are.
        is_identifier: Whether they become parts of identifiers.
        is_rounded: Whether a spreadsheet has cut the digits of long ones.
    """

    column: Column
    places: tuple[int, ...]
    is_identifier: bool = False
    is_rounded: bool = False

    def text(self, row: Row) -> str:
        """Return what the row says, before it is understood."""
        if len(self.places) == 1:
            return row.cells[self.places[0]]
        return " ".join([row.cells[place] for place in self.places]).strip()

    def value(self, row: Row) -> Scalar | None:
        """Return what the row's cell stands for; None if it is left out.

        Raises:
            MalformedError: It is not of the column's kind, or is missing.
        """
        text = self.text(row)
        column = self.column
        if not text:
            if column.default is not None:
                return column.default
            if column.on_empty == "omit":
                return None
            raise MalformedError("the cell is empty")
        if text != text.strip():
            raise MalformedError(
                f"{text[:40]!r} starts or ends with a space: take it away, or"
                " state trim = true in the mapping"
            )
        if self.is_identifier and not column.is_exact:
            require_exact(text, is_rounded=self.is_rounded)
        elif column.kind == "text" and not column.is_exact:
            require_not_shown(text)
        return column.read(text)


Columns = Mapping[str, ColumnReading]


def is_met(condition: Condition, columns: Columns, row: Row) -> bool:
    name, texts = condition
    return columns[name].text(row) in texts


def kind_of(
    mapping: TableMapping, columns: Columns, row: Row
) -> RowKind | None:
    for kind in mapping.kinds:
        if all(is_met(condition, columns, row) for condition in kind.when):
            return kind
    return None
