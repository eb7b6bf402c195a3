"""Holding an index of queries against the rows that the log makes.

The rows of some statements at a time are written into tables in memory, and
looked for in the index by SQLite itself. What each should hold is counted on
the way: so a row that is missing or changed is found where it belongs, and
one that nothing makes by the number of all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from provenance.epcis.query import EVENT_HASH
from provenance.errors import StoreError
from provenance.store.candidates import IndexedStatement, IndexState
from provenance.store.index_rows import (
    NewRows,
    Part,
    Row,
    Rows,
    failure,
    mark_key,
)
from provenance.store.inherited import connect
from provenance.store.query_index import APPLICATION_ID, VERSION

_TABLES = {
    "statements": ("log_index", "first_number", "record_time"),
    "events": ("number", "log_index", "position", "time", "concealed"),
    "marks": ("key", "time", "number"),
    "amounts": ("key", "number", "value"),
    "listed": ("field", "value", "number"),
}

_BUSY_MILLISECONDS = 10_000

_NAMED = {
    "statements": "entry {0}",
    "events": "event {2} of entry {1}",
    "marks": "a text of event number {2}",
    "amounts": "a number of event number {1}",
    "listed": "the {0} {1}",
}
"""Table → how a row of it is called."""


_MAKE = {
    table: f"CREATE TEMP TABLE made_{table} ({', '.join(columns)},"
    f" PRIMARY KEY ({', '.join(columns)})) WITHOUT ROWID"
    for table, columns in _TABLES.items()
}
_EMPTY = {table: f"DELETE FROM temp.made_{table}" for table in _TABLES}  # noqa: S608  # our own names
_INSERT = {
    table: f"INSERT OR IGNORE INTO temp.made_{table} VALUES"  # noqa: S608  # our own names
    f" ({', '.join('?' * len(columns))})"
    for table, columns in _TABLES.items()
}
_LACKING = {
    table: f"SELECT * FROM temp.made_{table} m WHERE NOT EXISTS (SELECT 1"  # noqa: S608  # our own names
    f" FROM main.{table} i WHERE"
    f" {' AND '.join(f'i.{name} = m.{name}' for name in columns)}) LIMIT 100"
    for table, columns in _TABLES.items()
}


# A value that an earlier event has is listed with the number of that one.
_LACKING["listed"] = """
SELECT * FROM temp.made_listed m WHERE NOT EXISTS (
    SELECT 1 FROM main.listed i
    WHERE i.field = m.field AND i.value = m.value AND i.number <= m.number
) LIMIT 100
"""
_FIRST_LISTED = """
SELECT count(*) FROM temp.made_listed m JOIN main.listed i
ON i.field = m.field AND i.value = m.value AND i.number = m.number
"""


class IndexCheck:
    """One index, held against what a log makes; nothing of it is changed."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._rows = Rows(connection, path)
        self._made = dict.fromkeys(_TABLES, 0)
        self._next_number = 0
        self._hashed: list[tuple[int, int, int]] = []

    def state(self) -> IndexState:
        """Return how far the index has come, as it says."""
        part = Part("SELECT size, last, hashed FROM state")
        return IndexState(*self._rows.one(part, int, bytes, int))

    def missing(
        self,
        statements: Sequence[IndexedStatement],
        hashes: Sequence[tuple[int, int, str]],
    ) -> Iterator[str]:
        """Yield what the index lacks of *statements*, the next of the log.

        Args:
            statements: What it must hold of them.
            hashes: (log index, position, hash id) of those of their events of
                which it says that it has the hash ids.

        Raises:
            StoreError: It cannot be read.
        """
        rows = NewRows(self._next_number)
        first: dict[int, int] = {}
        times: dict[int, int] = {}
        for statement in statements:
            first[statement.log_index] = rows.next_number
            rows.take(statement)
        times.update((row[0], row[3]) for row in rows.events)
        for log_index, position, text in hashes:
            number = first[log_index] + position
            # Without a time an event is none that queries can find.
            if number in times:
                rows.marks.append(
                    (mark_key(EVENT_HASH, text), times[number], number)
                )
        self._next_number = rows.next_number
        for table, made in (
            ("statements", rows.statements),
            ("events", rows.events),
            ("marks", rows.marks),
            ("amounts", rows.amounts),
            ("listed", rows.listed),
        ):
            for row in self._lacks(table, made):
                yield f"{_NAMED[table].format(*row)} is not as the log has it"

    def _lacks(self, table: str, made: Sequence[Row]) -> list[Row]:
        """Return the rows of *made* that the index does not have."""
        self._rows.fetch(Part(_EMPTY[table]))
        try:
            self._connection.executemany(_INSERT[table], made)
        except apsw.Error as error:
            raise StoreError(f"comparing an index failed: {error}") from error
        if table == "listed":
            (count,) = self._rows.one(Part(_FIRST_LISTED), int)
        else:
            count = self._count(f"temp.made_{table}")
        self._made[table] += count
        return self._rows.fetch(Part(_LACKING[table]))

    def _count(self, table: str) -> int:
        sql = f"SELECT count(*) FROM {table}"  # noqa: S608  # our own names
        (count,) = self._rows.one(Part(sql), int)
        assert isinstance(count, int), "SQLite counts"
        return count

    def left_over(self) -> Iterator[str]:
        """Yield what the index has beside all that was looked for.

        Raises:
            StoreError: It cannot be read.
        """
        for table, made in self._made.items():
            stored = self._count(f"main.{table}")
            if stored != made:
                yield f"it has {stored} rows of {table}, the log makes {made}"
        ((number,),) = self._rows.fetch(Part("SELECT next_number FROM state"))
        if number != self._next_number:
            yield (
                f"it counts {number} events, the log has {self._next_number}"
            )
        # Rows are looked up by indexes of their own, which may not have them.
        found = self._rows.fetch(Part("PRAGMA main.integrity_check(10)"))
        yield from (str(row[0]) for row in found if row != ("ok",))


@contextmanager
def open_check(path: Path, *, origin: str) -> Iterator[IndexCheck | None]:
    """Give what compares the index in *path* as it stands now.

    None of an index that no query would use: one of another ledger, or of
    another version of this library. The next query makes it anew.

    Raises:
        StoreError: It cannot be read; or is damaged (`IndexDamagedError`).
    """
    try:
        connection = connect(path.resolve(), flags=apsw.SQLITE_OPEN_READONLY)
    except apsw.Error as error:
        raise failure(error, path) from error
    try:
        connection.set_busy_timeout(_BUSY_MILLISECONDS)
        rows = Rows(connection, path)
        rows.fetch(Part("PRAGMA temp_store = MEMORY"))
        for sql in _MAKE.values():
            rows.fetch(Part(sql))
        rows.fetch(Part("BEGIN"))
        # Only a read fixes the moment that the others will see.
        found = (
            rows.fetch(Part("PRAGMA application_id")),
            rows.fetch(Part("PRAGMA user_version")),
            rows.fetch(Part("SELECT origin FROM state")),
        )
        is_ours = found == ([(APPLICATION_ID,)], [(VERSION,)], [(origin,)])
        yield IndexCheck(connection, path) if is_ours else None
    finally:
        connection.close()
