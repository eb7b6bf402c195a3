"""The index of queries, in an SQLite file beside the ledger's.

    index.sqlite        the tables below
    index.sqlite.lock   held by the one process that catches up

    statements  entry → the number of its first event, when it was logged
    events      event number → its place in the log, its time
    marks       hash of (path, text), time → event number
    amounts     hash of path, event number → a number
    listed      field, value → the number of the first event that has it

Every fact that is a text is one row of `marks`: in order of time, so that a
query reads from the newest on and stops after a page. Numbers are looked up
by value, or tested by event. The hashes have 64 bits; two texts with one hash
give candidates that are none, which is what candidates may be.

The file holds nothing that the ledger's does not, and no concealed value. It
is written without waiting for the disk: after a crash it is some commits
behind, or damaged, and a damaged one is cleared and made again.
"""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from logging import INFO, WARNING
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import apsw

from provenance.epcis.query import EVENT_HASH
from provenance.errors import ConflictError, StoreError
from provenance.forks import Owner
from provenance.logs import STORE
from provenance.store.candidates import (
    IndexDamagedError,
    IndexedSlice,
    IndexedStatement,
)
from provenance.store.index_rows import (
    SQL,
    IndexRows,
    NewRows,
    damage,
    failure,
    mark_key,
)
from provenance.store.index_scan import IndexScan
from provenance.store.inherited import connect
from provenance.store.lockfile import FileLock

APPLICATION_ID = 0x50524F51
"""Marks the file as such an index, for `file`: "PROQ"."""

VERSION = 2
"""Of the tables, and of the facts in them: another one is made again."""

SCHEMA = """
CREATE TABLE state (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    origin      TEXT NOT NULL,
    size        INTEGER NOT NULL,
    last        BLOB NOT NULL,
    hashed      INTEGER NOT NULL,
    next_number INTEGER NOT NULL
) STRICT;
CREATE TABLE statements (
    log_index    INTEGER PRIMARY KEY,
    first_number INTEGER NOT NULL,
    record_time  INTEGER NOT NULL
) STRICT;
CREATE INDEX statements_by_time ON statements (record_time, first_number);
CREATE TABLE events (
    number    INTEGER PRIMARY KEY,
    log_index INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    time      INTEGER NOT NULL,
    concealed INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_time ON events (time);
CREATE TABLE marks (
    key    INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (key, time, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE amounts (
    key    INTEGER NOT NULL,
    number INTEGER NOT NULL,
    value  ANY NOT NULL,
    PRIMARY KEY (key, number, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX amounts_by_value ON amounts (key, value, number);
CREATE TABLE listed (
    field  TEXT NOT NULL,
    value  TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (field, value)
) STRICT, WITHOUT ROWID;
"""

_INSERT = {
    "statements": "INSERT INTO statements VALUES (?, ?, ?)",
    "events": "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
    # Two facts of an event may have one hash.
    "marks": "INSERT OR IGNORE INTO marks VALUES (?, ?, ?)",
    "amounts": "INSERT OR IGNORE INTO amounts VALUES (?, ?, ?)",
    # The first event that has a value came before.
    "listed": "INSERT OR IGNORE INTO listed VALUES (?, ?, ?)",
}

_INSERT_HASH = """
INSERT OR IGNORE INTO marks
SELECT ?1, e.time, e.number
FROM statements s JOIN events e ON e.number = s.first_number + ?3
WHERE s.log_index = ?2
"""

_WRITER_CACHE_KIB = 64 * 1024
_READER_CACHE_KIB = 16 * 1024
_WAL_PAGES = 10_000
_BUSY_MILLISECONDS = 10_000


class QueryIndex:
    """Implements `provenance.store.candidates.EventIndex` on one file."""

    def __init__(
        self,
        path: Path,
        *,
        origin: str,
        folder: TemporaryDirectory[str] | None = None,
    ) -> None:
        self._path = path
        self._owner = Owner(f"the index of queries {path}")
        self._origin = origin
        self._folder = folder
        self._pool: list[apsw.Connection] = []
        self._pool_lock = threading.Lock()
        self._writer: apsw.Connection | None = None
        self._closed = False

    @classmethod
    def open_aside(cls, *, origin: str) -> Self:
        """Return an index of its own, which is gone when it is closed.

        Raises:
            StoreError: It cannot be made.
        """
        try:
            folder = TemporaryDirectory(prefix="provenance-index-")
        except OSError as error:
            raise StoreError(f"cannot make an index: {error}") from error
        index = cls(Path(folder.name, "index"), origin=origin, folder=folder)
        index._make()
        return index

    @classmethod
    def open(cls, path: Path | str, *, origin: str) -> Self:
        """Return the index in *path*, which is made if it is not there.

        One that is damaged, of another version or of another ledger becomes
        an empty one.

        Raises:
            StoreError: It cannot be made or read.
        """
        index = cls(Path(path).resolve(), origin=origin)
        try:
            index._require_ours()
        except IndexDamagedError:
            with index._lock():
                # Somebody else may have made it meanwhile.
                try:
                    index._require_ours()
                except IndexDamagedError as damaged:
                    is_first = not index._path.is_file()
                    STORE.log(
                        INFO if is_first else WARNING,
                        "the index is made anew: %s",
                        damaged,
                    )
                    index._make()
        STORE.info("opened %s", index._path)
        return index

    @contextmanager
    def view(self) -> Iterator[IndexScan]:
        connection = self._borrow()
        try:
            rows = IndexRows(connection, self._path)
            rows.fetch(SQL("BEGIN"))
            try:
                scan = IndexScan(rows)
                # Only a read fixes the moment that the others will see.
                scan.state()
                yield scan
            finally:
                # Some failures of a read have ended it already; and what a
                # fork has copied is not this process's to end.
                if self._owner.is_here and connection.in_transaction:
                    rows.fetch(SQL("ROLLBACK"))
        finally:
            self._give_back(connection)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        self._owner.require_here()
        try:
            lock = FileLock.take(self._lock_path)
        except ConflictError:
            yield False
            return
        with lock:
            try:
                yield True
            finally:
                self._end_writer()

    def add(self, slices: Iterable[IndexedSlice]) -> int:
        with self._writing() as connection:
            ((number,),) = connection.execute("SELECT next_number FROM state")
            size, last = 0, b""
            for statements, size, last in slices:  # noqa: B007  # the latest
                number = _insert(connection, statements, number)
            assert last, "the last slice ends a commit"
            connection.execute(
                "UPDATE state SET size = ?, last = ?, next_number = ?",
                (size, last, number),
            )
        return size

    def add_hashes(
        self, hashes: Sequence[tuple[int, int, str]], *, hashed: int
    ) -> None:
        marks = sorted(
            (mark_key(EVENT_HASH, text), log_index, position)
            for log_index, position, text in hashes
        )
        with self._writing() as connection:
            connection.executemany(_INSERT_HASH, marks)
            connection.execute("UPDATE state SET hashed = ?", (hashed,))

    def clear(self) -> None:
        """Forget everything, and what is wrong with the file.

        Whoever reads meanwhile goes on with what they see. The caller has
        the `turn`.
        """
        STORE.warning("%s is cleared, and made anew from the log", self._path)
        self._end_writer()
        self._make()

    def close(self) -> None:
        if not self._owner.is_here:
            return  # All of it is the parent's.
        with self._pool_lock:
            self._closed = True
            pool, self._pool = self._pool, []
        STORE.info("closed %s", self._path)
        for connection in pool:
            connection.close()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def _lock_path(self) -> Path:
        return self._path.with_name(self._path.name + ".lock")

    def _lock(self) -> FileLock:
        return FileLock.wait_for(self._lock_path)

    def _require_ours(self) -> None:
        """Check that the file is an index of this ledger and version."""
        if not self._path.is_file():
            raise damage("it is not there", self._path)
        connection = self._borrow()
        try:
            found = (
                connection.pragma("application_id"),
                connection.pragma("user_version"),
                connection.execute("SELECT origin FROM state").fetchall(),
            )
        except (apsw.Error, UnicodeDecodeError) as error:
            raise failure(error, self._path) from error
        finally:
            self._give_back(connection)
        if found != (APPLICATION_ID, VERSION, [(self._origin,)]):
            raise damage("it is of another ledger or version", self._path)

    def _make(self) -> None:
        """Make the file an empty index, whatever it was."""
        try:
            # Private from its first byte, as the ledger's file is.
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            os.close(os.open(self._path, flags, 0o600))
            connection = self._connect()
            try:
                self._empty(connection)
            finally:
                connection.close()
        except (OSError, apsw.Error) as error:
            raise StoreError(
                f"cannot make {self._path}, the index of queries: {error}. It"
                " is made from the log and can be anywhere: name a file that"
                " can be written"
            ) from error

    def _empty(self, connection: apsw.Connection) -> None:
        # Others may have the file open: it is emptied, and never replaced.
        # Having looked into it, SQLite keeps to its write-ahead mode, and need
        # not wait until the others have closed it.
        with suppress(apsw.Error):
            connection.execute("SELECT * FROM sqlite_schema").fetchall()
        connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 1)
        connection.execute("VACUUM")
        connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 0)
        connection.pragma("journal_mode", "wal")
        with connection:
            connection.execute(SCHEMA)
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", VERSION)
            connection.execute(
                "INSERT INTO state VALUES (1, ?, 0, x'', 0, 0)",
                (self._origin,),
            )

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        """Lend the connection of whoever has the turn, for one transaction."""
        self._owner.require_here()
        try:
            if self._writer is None:
                self._writer = self._connect_writer()
            with self._writer:
                yield self._writer
        except apsw.Error as error:
            self._end_writer()
            raise failure(error, self._path) from error

    def _end_writer(self) -> None:
        if self._writer is not None and self._owner.is_here:
            self._writer.close()
            self._writer = None

    def _connect(self) -> apsw.Connection:
        connection = connect(self._path, flags=apsw.SQLITE_OPEN_READWRITE)
        connection.set_busy_timeout(_BUSY_MILLISECONDS)
        return connection

    def _connect_writer(self) -> apsw.Connection:
        connection = self._connect()
        connection.pragma("synchronous", "NORMAL")
        connection.pragma("cache_size", -_WRITER_CACHE_KIB)
        connection.wal_autocheckpoint(_WAL_PAGES)
        return connection

    def _borrow(self) -> apsw.Connection:
        self._owner.require_here()
        with self._pool_lock:
            if self._closed:
                raise StoreError(f"{self._path} is closed")
            if self._pool:
                return self._pool.pop()
        try:
            connection = self._connect()
            connection.pragma("cache_size", -_READER_CACHE_KIB)
            connection.pragma("query_only", 1)
        except apsw.Error as error:
            raise failure(error, self._path) from error
        return connection

    def _give_back(self, connection: apsw.Connection) -> None:
        if not self._owner.is_here:
            return
        with self._pool_lock:
            if not (self._closed or connection.in_transaction):
                self._pool.append(connection)
                return
        connection.close()


def _insert(
    connection: apsw.Connection,
    statements: Iterable[IndexedStatement],
    number: int,
) -> int:
    """Write the rows of *statements*; return the number that comes next."""
    rows = NewRows(number)
    for statement in statements:
        rows.take(statement)
    # In order, each page is filled at once and written once.
    rows.marks.sort()
    rows.amounts.sort()
    for table, found in (
        ("statements", rows.statements),
        ("events", rows.events),
        ("marks", rows.marks),
        ("amounts", rows.amounts),
        ("listed", sorted(rows.listed)),
    ):
        connection.executemany(_INSERT[table], found)
    return rows.next_number
