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

from provenance.errors import StoreError
from provenance.store.candidates import IndexedStatement, IndexState
from provenance.store.index_rows import (
    SQL,
    IndexRows,
    NewRows,
    Row,
    failure,
)
from provenance.store.query_index import APPLICATION_ID, VERSION
from provenance.store.readonly import connect_to_read

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


class SQLiteCheck:
    """Implements `provenance.store.candidates.IndexCheck`."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._rows = IndexRows(connection, path)
        self._made = dict.fromkeys(_TABLES, 0)
        self._next_number = 0

    def state(self) -> IndexState:
        part = SQL("SELECT size, last, hashed FROM state")
        return IndexState(*self._rows.one(part, int, bytes, int))

    def missing(self, statements: Sequence[IndexedStatement]) -> Iterator[str]:
        rows = NewRows(self._next_number)
        for statement in statements:
            rows.take(statement)
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
        self._rows.fetch(SQL(_EMPTY[table]))
        try:
            self._connection.executemany(_INSERT[table], made)
        except apsw.Error as error:
            raise StoreError(f"comparing an index failed: {error}") from error
        if table == "listed":
            (count,) = self._rows.one(SQL(_FIRST_LISTED), int)
        else:
            count = self._count(f"temp.made_{table}")
        self._made[table] += count
        return self._rows.fetch(SQL(_LACKING[table]))

    def _count(self, table: str) -> int:
        sql = f"SELECT count(*) FROM {table}"  # noqa: S608  # our own names
        (count,) = self._rows.one(SQL(sql), int)
        assert isinstance(count, int), "SQLite counts"
        return count

    def left_over(self) -> Iterator[str]:
        for table, made in self._made.items():
            stored = self._count(f"main.{table}")
            if stored != made:
                yield f"it has {stored} rows of {table}, the log makes {made}"
        ((number,),) = self._rows.fetch(SQL("SELECT next_number FROM state"))
        if number != self._next_number:
            yield (
                f"it counts {number} events, the log has {self._next_number}"
            )
        # Rows are looked up by indexes of their own, which may not have them.
        found = self._rows.fetch(SQL("PRAGMA main.integrity_check(10)"))
        yield from (str(row[0]) for row in found if row != ("ok",))


@contextmanager
def open_check(path: Path, *, origin: str) -> Iterator[SQLiteCheck | None]:
    """Give what compares the index in *path* as it stands now.

    None if there is none, or one that no query would use: one of another
    ledger, or of another version of this library. The next query makes it
    anew.

    Raises:
        StoreError: It cannot be read; or is damaged (`IndexDamagedError`).
    """
    if not path.is_file():
        yield None
        return
    try:
        connection = connect_to_read(path.resolve())
    except apsw.Error as error:
        raise failure(error, path) from error
    try:
        connection.set_busy_timeout(_BUSY_MILLISECONDS)
        rows = IndexRows(connection, path)
        rows.fetch(SQL("PRAGMA temp_store = MEMORY"))
        for sql in _MAKE.values():
            rows.fetch(SQL(sql))
        rows.fetch(SQL("BEGIN"))
        # Only a read fixes the moment that the others will see.
        found = (
            rows.fetch(SQL("PRAGMA application_id")),
            rows.fetch(SQL("PRAGMA user_version")),
            rows.fetch(SQL("SELECT origin FROM state")),
        )
        is_ours = found == ([(APPLICATION_ID,)], [(VERSION,)], [(origin,)])
        yield SQLiteCheck(connection, path) if is_ours else None
    finally:
        connection.close()
