"""A ledger's SQLite file, opened to be read beside any writer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import apsw

from provenance.errors import MalformedError, NotFoundError, StoreError
from provenance.logs import STORE
from provenance.store.links import whereabouts
from provenance.store.protocol import Reader
from provenance.store.readonly import (
    connect_to_read,
    require_unwritten,
    stamp_of,
)
from provenance.store.sqlite_reads import Row, SQLiteReads, read_failure
from provenance.store.sqlite_schema import check_file, check_sqlite_version

BUSY_MILLISECONDS = 10_000

_READER_CACHE_KIB = 16 * 1024


class SQLiteReader(SQLiteReads):
    """Implements `provenance.store.protocol.StoreReader` on one file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._pool: list[apsw.Connection] = []
        self._turn = threading.Lock()
        self._closed = False
        self._stamp = stamp_of(path)

    @classmethod
    def open(cls, path: Path | str, *, origin: str) -> Self:
        """Return the store of the ledger in *path*, to read from.

        Any number may be open, beside the writer and in other processes.

        Raises:
            NotFoundError: There is no such file.
            MalformedError: It is no ledger, another one, or of another
                version of this library.
            StoreError: It cannot be opened.
        """
        check_sqlite_version(apsw.sqlite_lib_version())
        path = existing(path)
        require_ledger(path, origin)
        STORE.info("opened %s to read", path)
        return cls(path)

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        with self._lend_long() as connection:
            moment = _Snapshot(self._path, connection)
            try:
                yield moment
            finally:
                moment.end()
            require_unwritten(self._path, self._stamp)

    def close(self) -> None:
        if not self._owner.is_here:
            return  # All of it is the parent's; another thread of which may
            # have held the lock below.
        with self._turn:
            if self._closed:
                return
            self._closed = True
            STORE.info("closed %s", self._path)
            try:
                self._close_all()
            except apsw.Error as error:
                raise StoreError(
                    f"closing {self._path} failed: {error}"
                ) from error

    def _close_all(self) -> None:
        while self._pool:
            self._pool.pop().close()

    def _fetch(
        self, sql: str, keys: tuple[int | bytes | str, ...]
    ) -> list[Row]:
        connection = self._borrow()
        try:
            rows = connection.execute(sql, keys).fetchall()
        finally:
            self._give_back(connection)
        require_unwritten(self._path, self._stamp)
        return rows

    @contextmanager
    def _lend_long(self) -> Iterator[apsw.Connection]:
        connection = self._borrow()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _borrow(self) -> apsw.Connection:
        self._owner.require_here()
        if self._closed:
            raise StoreError(f"{self._path} is closed")
        try:
            return self._pool.pop()
        except IndexError:
            pass  # All are lent, or there is none yet.
        try:
            return connect_reader(self._path)
        except apsw.Error as error:
            raise self._failure(error) from error

    def _give_back(self, connection: apsw.Connection) -> None:
        if not self._owner.is_here:
            return
        # A query that a snapshot left unfinished keeps its moment alive:
        # nobody else may read from there.
        is_busy = connection.txn_state() != apsw.SQLITE_TXN_NONE
        if is_busy or self._closed:
            connection.close()
        else:
            self._pool.append(connection)


class _Snapshot(SQLiteReads):
    """A reader bound to one connection and its read transaction."""

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        super().__init__(path)
        self._connection: apsw.Connection | None = connection
        try:
            connection.execute("BEGIN")
            # Only a read fixes the moment that the others will see.
            connection.execute("SELECT only FROM ledger").fetchall()
        except apsw.Error as error:
            raise self._failure(error) from error

    def end(self) -> None:
        """Let the ledger move on; whoever reads on is refused."""
        if not self._owner.is_here:
            self._connection = None
            return
        connection = self._open_connection()
        self._connection = None
        try:
            # Some failures of a read have ended the transaction already, and
            # what the reader made of them must not be lost here.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except apsw.Error as error:
            raise self._failure(error) from error

    def _fetch(
        self, sql: str, keys: tuple[int | bytes | str, ...]
    ) -> list[Row]:
        return self._open_connection().execute(sql, keys).fetchall()

    @contextmanager
    def _lend_long(self) -> Iterator[apsw.Connection]:
        yield self._open_connection()

    def _open_connection(self) -> apsw.Connection:
        self._owner.require_here()
        if self._connection is None:
            raise StoreError(f"the snapshot of {self._path} has ended")
        return self._connection


def existing(path: Path | str) -> Path:
    """Return *path*, resolved, if there is such a file.

    Raises:
        NotFoundError: There is none.
    """
    found = Path(path).resolve()
    if not found.is_file():
        said = whereabouts(Path(path))
        raise NotFoundError(f"there is no ledger file {said}")
    return found


def require_ledger(path: Path, origin: str) -> None:
    """Check that *path* is the file of the ledger *origin*.

    Raises:
        MalformedError: It is not, or of another version than this.
        StoreError: It cannot be read, or is damaged.
    """
    with look_into(path) as connection:
        check_file(connection, path, origin)


@contextmanager
def look_into(path: Path) -> Iterator[apsw.Connection]:
    """Lend a connection to find out what *path* is.

    Raises:
        MalformedError: It is no database.
        StoreError: It cannot be read, or is damaged.
    """
    if path.stat().st_size == 0:
        raise MalformedError(
            f"{path} is empty: making it was interrupted. Delete it and make"
            " the ledger again"
        )
    try:
        connection = connect_reader(path)
        try:
            yield connection
        finally:
            connection.close()
    except apsw.NotADBError as error:
        raise MalformedError(f"{path} is not a ledger's file") from error
    except (apsw.Error, UnicodeDecodeError) as error:
        raise read_failure(error, path) from error


def connect_reader(path: Path) -> apsw.Connection:
    """Return a connection to read from."""
    connection = connect_to_read(path)
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    connection.pragma("mmap_size", 0)
    connection.pragma("cache_size", -_READER_CACHE_KIB)
    return connection
