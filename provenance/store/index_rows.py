"""Rows of an index of queries: fetched, checked, and what can go wrong.

The tables are those of `provenance.store.query_index`. In a file that the
disk or somebody has changed anything may stand, so each value is looked at.
"""

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from provenance.errors import StoreError
from provenance.store.candidates import IndexDamagedError, IndexedStatement

Row = tuple[Any, ...]
Key = int | float | str
"""What a question mark in SQL can stand for here."""

_LONGEST_KEPT = 200
"""The hashes of longer texts are not remembered, nor these texts."""

_HINDRANCES = (
    apsw.BusyError, apsw.CantOpenError, apsw.FullError, apsw.IOError,
    apsw.LockedError, apsw.NoMemError, apsw.PermissionsError,
    apsw.ReadOnlyError,
)  # fmt: skip
"""What says nothing about the file's content."""


class SQL(NamedTuple):
    """A piece of SQL, with what its question marks stand for."""

    sql: str
    keys: tuple[Key, ...] = ()


class IndexRows:
    """A connection to read the index in *path* from."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def fetch(self, part: SQL, *types: type) -> list[Row]:
        """Return the rows that *part* selects, of columns of these *types*.

        Raises:
            IndexDamagedError: There are no such rows or columns.
            StoreError: They cannot be read.
        """
        try:
            rows = self._connection.execute(part.sql, part.keys).fetchall()
        except (apsw.Error, UnicodeDecodeError) as error:
            raise failure(error, self._path) from error
        for column, kind in zip(zip(*rows, strict=True), types, strict=False):
            if set(map(type, column)) != {kind}:
                raise damage("a value of another type", self._path)
        return rows

    def one(self, part: SQL, *types: type) -> Row:
        """Return the one row that *part* selects.

        Raises as `fetch` does.
        """
        rows = self.fetch(part, *types)
        if len(rows) != 1:
            raise damage("a row is missing", self._path)
        return rows[0]


def mark_key(path: str, text: str) -> int:
    """Return under what `marks` holds that fact."""
    if len(text) > _LONGEST_KEPT:
        return _hash.__wrapped__(f"{path}\0{text}")
    return _hash(f"{path}\0{text}")


def amount_key(path: str) -> int:
    """Return under what `amounts` holds the numbers of *path*."""
    return _hash(path)


def failure(error: Exception, path: Path) -> StoreError:
    """Return what to raise when reading or writing *path* failed."""
    if isinstance(error, _HINDRANCES):
        return StoreError(
            f"{path}: {error}. It is the index of queries, made from the log"
            " alone: see that it can be written, or name another file"
        )
    return damage(str(error), path)


def damage(what: str, path: Path) -> IndexDamagedError:
    """Return what to raise when *path* holds *what* no index wrote."""
    return IndexDamagedError(
        f"{path} is damaged ({what}). It is the index of queries: delete it,"
        " and the next query makes it again"
    )


class NewRows:
    """The rows that some statements make.

    Attributes:
        next_number: The number of the first event of the next statement.
        statements: Rows of the table of that name, as are the others.
    """

    def __init__(self, next_number: int) -> None:
        self.next_number = next_number
        self.statements: list[tuple[int, int, int]] = []
        self.events: list[tuple[int, int, int, int, int]] = []
        self.marks: list[tuple[int, int, int]] = []
        self.amounts: list[tuple[int, int, int | float]] = []
        self._listed: dict[tuple[str, str], int] = {}

    @property
    def listed(self) -> list[tuple[str, str, int]]:
        """Each value, with the number of the first event that has it."""
        return [(*pair, number) for pair, number in self._listed.items()]

    def take(self, statement: IndexedStatement) -> None:
        """Make the rows of *statement*, or of some of its events."""
        first, index = self.next_number, statement.log_index
        for event in statement.events:
            position, time, is_concealing, texts, numbers, event_values = event
            at = first + position
            self.events.append((at, index, position, time, int(is_concealing)))
            self.marks += [
                (mark_key(path, text), time, at) for path, text in texts
            ]
            for pair in event_values:
                self._listed.setdefault(pair, at)
            self.amounts += [
                (amount_key(path), at, number) for path, number in numbers
            ]
        if not statement.goes_on:
            self.statements.append((index, first, statement.record_time))
            self.next_number += statement.event_count


@lru_cache(maxsize=16_384)
def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)
