"""Grouping: which rows of a table tell events together, and what they tell.

Rows of one kind that follow each other and agree in the columns of its
`group` are told together, and stand or fall together. One group is held at a
time, and no more of it than its kind allows.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from provenance.epcis.draft import RawEvent
from provenance.epcis.table.cells import Scalar
from provenance.epcis.table.mapping import RowKind, TableMapping
from provenance.epcis.table.rows import Columns, Row, RowGroup
from provenance.epcis.table.template import Cells, EventFilling
from provenance.errors import MalformedError

REMEMBERED_GROUPS = 200_000
"""How many groups are remembered, to refuse rows that come too late."""

MOST_HELD = 1_000
"""How many rows that cannot be read a group waits for its next row."""


@dataclass(slots=True, eq=False)
class _Open:
    """A group whose rows are still coming.

    Attributes:
        kind: What kind of rows they are.
        key: What they agree in.
        rows: The rows so far.
        cells: What each says.
        fault: Why the group is refused; empty if it is not.
        culprit: The row whose fault it is, if it is one row's.
        is_spent: Whether it was refused already, with the rows so far.
    """

    kind: RowKind
    key: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    cells: list[dict[str, Scalar | None]] = field(default_factory=list)
    fault: str = ""
    culprit: Row | None = None
    is_spent: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it must have all rows that belong to it."""
        return self.kind.is_whole and bool(self.kind.group)

    @property
    def is_full(self) -> bool:
        """Whether it has as many rows as it may."""
        return len(self.rows) == self.kind.most

    def blame(self, fault: str, culprit: Row | None = None) -> None:
        """Note why the group is refused; the first reason counts."""
        if not self.fault:
            self.fault, self.culprit = fault, culprit


class Grouping:
    """Puts rows together; yields the groups that are complete."""

    def __init__(self, mapping: TableMapping, columns: Columns) -> None:
        self._mapping = mapping
        self._columns = columns
        self._open: _Open | None = None
        self._unreadable: Row | None = None
        self._held: list[RowGroup] = []
        self._told: set[int] = set()
        self._oldest: deque[int] = deque()

    def add(self, row: Row, kind: RowKind | None) -> Iterator[RowGroup]:
        """Take the next row, of that kind."""
        if kind is None:
            reason = (
                f"{row.name}: no [[rows]] of the mapping is for it"
                f"{self._said(row)}"
            )
            yield from self.add_unreadable(row, reason)
            return
        key = tuple([self._columns[name].text(row) for name in kind.group])
        group = self._open
        if group is None or not self._goes_on(group, kind, key):
            yield from self.finish()
            group = self._open = self._begin(kind, key)
        self._unreadable = None
        if group.is_spent:
            yield RowGroup((row,)).refused(group.fault)
        elif group.is_full:
            group.fault, group.culprit = _too_many(kind), None
            group.rows.append(row)
            yield self._closed(group)
            group.rows, group.cells, group.is_spent = [], [], True
        else:
            self._take(group, row)
            if not kind.group:
                yield from self.finish()

    def add_unreadable(self, row: Row, reason: str) -> Iterator[RowGroup]:
        """Take a row that is refused whatever it belongs to."""
        refused = RowGroup((row,)).refused(reason)
        self._unreadable = row
        if self._open is None:
            yield refused
            return
        if self._open.is_whole:
            self._open.blame(_beside(row))
        # What is open may go on after it, and comes first.
        self._held.append(refused)
        if len(self._held) == MOST_HELD:
            yield from self.finish()

    def finish(self) -> Iterator[RowGroup]:
        """End the open group, if there is one."""
        group, self._open = self._open, None
        if group is not None and group.rows:
            yield self._closed(group)
        held, self._held = self._held, []
        yield from held

    def _goes_on(
        self, group: _Open, kind: RowKind, key: tuple[str, ...]
    ) -> bool:
        if group.kind is not kind or group.key != key:
            return False
        return kind.is_whole or not group.is_full

    def _begin(self, kind: RowKind, key: tuple[str, ...]) -> _Open:
        group = _Open(kind, key)
        if not group.is_whole:
            return group
        if self._unreadable is not None:
            group.blame(_beside(self._unreadable))
        number = self._mapping.kinds.index(kind)
        name = sha256(repr((number, key)).encode()).digest()
        mark = int.from_bytes(name[:8], "big")
        if mark in self._told:
            said = ", ".join(map(repr, key))
            group.blame(
                f"the rows with {' and '.join(kind.group)} {said[:80]} stand"
                " apart, but tell one event: sort the table"
            )
            return group
        self._told.add(mark)
        self._oldest.append(mark)
        if len(self._oldest) > REMEMBERED_GROUPS:
            self._told.discard(self._oldest.popleft())
        return group

    def _take(self, group: _Open, row: Row) -> None:
        cells: dict[str, Scalar | None] = {}
        group.rows.append(row)
        for name in group.kind.columns:
            reading = self._columns[name]
            try:
                cells[name] = reading.value(row)
            except MalformedError as error:
                place = _place([row], reading.column.headers)
                group.blame(f"{place}: {error}", row)
        if group.fault:
            # Nothing comes of it any more but its rows.
            group.cells.clear()
            return
        group.cells.append(cells)
        first = group.cells[0]
        for name in group.kind.shared:
            if cells[name] != first[name]:
                place = _place([row], self._columns[name].column.headers)
                group.blame(
                    f"{place}: {cells[name]!r} is not what"
                    f" {group.rows[0].name} of the same event says,"
                    f" {first[name]!r}",
                    row,
                )

    def _closed(self, group: _Open) -> RowGroup:
        rows = tuple(group.rows)
        if group.fault:
            return RowGroup(rows).refused(group.fault, row=group.culprit)
        shared = dict(group.cells[0])
        for name in group.kind.columns:
            if self._columns[name].column.in_group == "last":
                shared[name] = group.cells[-1][name]
        count = len(group.kind.events)
        return RowGroup(
            rows, tuple(self._event(group, n, shared) for n in range(count))
        )

    def _event(self, group: _Open, number: int, shared: Cells) -> RawEvent:
        kind = group.kind
        filling = EventFilling(
            kind.events[number],
            shared=shared,
            rows=group.cells,
            keys=kind.group,
            once=kind.once,
        )
        return RawEvent(
            filling.value,
            self._mapping.prefixes,
            TableLocate(filling, tuple(group.rows), self._columns),
        )

    def _said(self, row: Row) -> str:
        names = dict.fromkeys(
            name for kind in self._mapping.kinds for name, _ in kind.when
        )
        told = [f"{n} is {self._columns[n].text(row)[:40]!r}" for n in names]
        return f": {', '.join(told)}"


class TableLocate:
    """Says where a part of an event stands in a table."""

    def __init__(
        self, filling: EventFilling, rows: tuple[Row, ...], columns: Columns
    ) -> None:
        self._filling = filling
        self._rows = rows
        self._columns = columns

    def __call__(self, steps: Sequence[str | int]) -> str:
        """Return the place of the part at *steps*."""
        number, node = self._filling.origin(steps)
        rows = self._rows if number is None else (self._rows[number],)
        headers = [
            header
            for name in self._filling.culprits(number, node)
            for header in self._columns[name].column.headers
        ]
        if steps and headers and len(headers) < 4:
            return _place(rows, headers)
        path = ".".join(str(step) for step in steps if isinstance(step, str))
        return f"{_place(rows, ())}, {path or 'the event'}"

    def row(self, steps: Sequence[str | int]) -> Row | None:
        """Return the one row that the part at *steps* comes from, if any."""
        number, _ = self._filling.origin(steps)
        if number is None and len(self._rows) > 1:
            return None
        return self._rows[number or 0]


def _too_many(kind: RowKind) -> str:
    return (
        f"the event has more than {kind.most} rows: most = … in the mapping"
        " allows more"
    )


def _beside(row: Row) -> str:
    return (
        f"{row.name} cannot be read, and may be of the same event: mend that"
        " first"
    )


def _place(rows: Sequence[Row], headers: Sequence[str]) -> str:
    place = rows[0].name
    if len(rows) > 1:
        place = f"rows {rows[0].number} to {rows[-1].number}"
    if not headers:
        return place
    word = "column" if len(headers) == 1 else "columns"
    return f"{place}, {word} {' and '.join(headers)}"
