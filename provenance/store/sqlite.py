"""A ledger in one SQLite file: the embedded default.

    ledger.sqlite        the tables (`provenance.store.sqlite_schema`)
    ledger.sqlite-wal    batches that are durable, not yet moved into it
    ledger.sqlite-shm    where readers find them; rebuilt after a crash
    ledger.sqlite.lock   held by the one process that writes

A batch is one transaction in write-ahead mode with `synchronous=FULL`: when
`commit` returns, the batch has been through fsync. A process killed at any
moment leaves whole batches only, and the next one to open the file carries on
without help. No fsync is ever tried again: after a failed write the store
refuses all others until it is opened anew, because a kernel that could not
write a page may forget that and report success to whoever asks next.

Copy a ledger with SQLite's own backup or `VACUUM INTO`, never one file of the
three alone. Start worker processes by spawn or forkserver, or before opening
the store: an SQLite connection must not cross a fork, and a forked child is
told so (`provenance.store.inherited`).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import apsw

from provenance.errors import ConflictError, StoreError
from provenance.logs import STORE
from provenance.store.inherited import connect
from provenance.store.lockfile import FileLock
from provenance.store.protocol import Batch
from provenance.store.sqlite_reader import (
    BUSY_MILLISECONDS,
    SQLiteReader,
    existing,
    require_ledger,
)
from provenance.store.sqlite_schema import (
    PAGE_SIZE,
    check_sqlite_version,
    make_file,
)
from provenance.store.sqlite_writes import insert

WRITER_CACHE_BYTES = 2**28
"""How much of the file the writer keeps in memory by default."""

_WAL_PAGES = 20_000
"""How long the write-ahead log grows before it is moved into the file."""

_WAL_BYTES_KEPT = 4 * _WAL_PAGES * PAGE_SIZE
"""What stays of it on the disk after a long snapshot let it grow further."""

_FULL = 2


class SQLiteStore(SQLiteReader):
    """Implements `provenance.store.protocol.Store` on one file."""

    def __init__(
        self, path: Path, *, writer: apsw.Connection, lock: FileLock
    ) -> None:
        super().__init__(path)
        self._writer = writer
        self._lock = lock
        self._broken = False
        self._wal_pages = 0
        # The write-ahead log and its map are there as long as a writer is.
        self._identities: dict[Path, tuple[int, int] | None] = {}
        self._remember(path, wal_path(path), shm_path(path))
        writer.set_wal_hook(self._note_wal)
        STORE.info("opened %s to write", path)

    @classmethod
    def create(cls, path: Path | str, *, origin: str) -> Self:
        """Return the store of a new ledger, open for writing.

        Raises:
            ConflictError: There is such a file already.
            StoreError: It cannot be made.
        """
        check_sqlite_version(apsw.sqlite_lib_version())
        named = Path(path).absolute()
        path = named.resolve()
        lock = lock_file(path)
        try:
            make_file(path, origin)
            store = cls(path, writer=connect_writer(path), lock=lock)
        except BaseException:
            lock.release()
            raise
        store._remember(named)
        return store

    @classmethod
    def open_writer(
        cls,
        path: Path | str,
        *,
        origin: str,
        cache_bytes: int = WRITER_CACHE_BYTES,
    ) -> Self:
        """Return the store of the ledger in *path*, open for writing.

        Args:
            path: The ledger's file.
            origin: The ledger's name.
            cache_bytes: How much of the file to keep in memory, at most.

        Raises:
            NotFoundError: There is no such file.
            ConflictError: It is open for writing already.
            MalformedError: It is no ledger, another one, or of another
                version of this library.
            StoreError: It cannot be opened.
        """
        check_sqlite_version(apsw.sqlite_lib_version())
        named = Path(path).absolute()
        path = existing(path)
        lock = lock_file(path)
        try:
            require_ledger(path, origin)
            writer = connect_writer(path, cache_bytes)
            store = cls(path, writer=writer, lock=lock)
        except BaseException:
            lock.release()
            raise
        store._remember(named)
        return store

    def _remember(self, *paths: Path) -> None:
        """Note which files *paths* lead to now, by links as well."""
        self._identities.update((each, _identity(each)) for each in paths)

    def commit(self, batch: Batch) -> None:
        with self._writing() as connection:
            ((size, links, events),) = connection.execute(
                "SELECT (SELECT max(log_index) + 1 FROM entries),"
                " (SELECT max(number) + 1 FROM links),"
                " (SELECT max(number) + 1 FROM events)"
            )
            if (size or 0) != batch.old_size:
                raise ConflictError(
                    f"the log has {size or 0} entries, not {batch.old_size}:"
                    " another commit moved it first"
                )
            if (links or 0) != batch.first_link:
                raise ValueError(
                    f"the first new link is number {links or 0}, not"
                    f" {batch.first_link}"
                )
            insert(connection, batch, first_event=events or 0)

    def publish(self, size: int, note: str) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO checkpoints VALUES (?, ?)"
                " ON CONFLICT (size) DO UPDATE SET note = excluded.note",
                (size, note),
            )

    def require_in_place(self) -> None:
        for path, opened in self._identities.items():
            found = _identity(path)
            if found != opened:
                what = "removed" if found is None else "replaced"
                raise StoreError(
                    f"{path} was {what} beneath whoever has it open for"
                    " writing, so nothing more is acknowledged. If it was"
                    " moved, move it back; else stop the writer, and restore"
                    " the newest copy: what signer.memory holds keeps an older"
                    " one from becoming a fork"
                )

    def backlog(self) -> int:
        with suppress(FileNotFoundError):
            return wal_path(self._path).stat().st_size
        return 0

    def _close_all(self) -> None:
        try:
            super()._close_all()
            self._writer.close()
        finally:
            self._lock.release()

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        """Lend the writer's connection for one durable transaction."""
        self._owner.require_here()
        with self._turn:
            connection = self._writer
            if self._closed:
                raise StoreError(f"{self._path} is not open for writing")
            if self._broken:
                raise StoreError(
                    f"a write to {self._path} failed before: open it again"
                )
            self.require_in_place()
            try:
                if self._wal_pages > _WAL_PAGES:
                    self._wal_pages = 0
                    _move_wal(connection)
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
                self._require_still_in_place()
            except apsw.Error as error:
                # Whether it was written is unknown, and so is what an fsync
                # that is tried again would say.
                self._broken = True
                raise _write_failure(error, self._path) from error
            finally:
                if connection.in_transaction:
                    self._roll_back(connection)

    def _require_still_in_place(self) -> None:
        """Check that what was just committed is where it will be looked for.

        Raises:
            StoreError: It may be gone.
        """
        try:
            self.require_in_place()
        except StoreError as error:
            self._broken = True
            raise StoreError(
                f"{error}. Whether this batch was written is unknown: open the"
                " ledger again and submit the same bytes"
            ) from error

    def _roll_back(self, connection: apsw.Connection) -> None:
        """Take back what a refused or failed transaction has changed.

        What made it fail is being raised already, and says more than why it
        cannot be taken back here: the store is broken then.
        """
        try:
            connection.execute("ROLLBACK")
        except apsw.Error:
            self._broken = True

    def _note_wal(
        self, connection: apsw.Connection, name: str, pages: int
    ) -> int:
        del connection, name
        self._wal_pages = pages
        return apsw.SQLITE_OK


def _write_failure(error: apsw.Error, path: Path) -> StoreError:
    if isinstance(error, apsw.FullError):
        return StoreError(
            f"the disk that holds {path} is full: nothing of this batch was"
            " acknowledged. Free some space and open the ledger again"
        )
    return StoreError(
        f"writing {path} failed: {error}. Whether this batch was written is"
        " unknown: open the ledger again and submit the same bytes"
    )


def wal_path(path: Path) -> Path:
    """Return where the write-ahead log of *path* is."""
    return path.with_name(path.name + "-wal")


def shm_path(path: Path) -> Path:
    """Return where the map of that is."""
    return path.with_name(path.name + "-shm")


def _identity(path: Path) -> tuple[int, int] | None:
    """Return the device and inode of *path*; None if it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def lock_path(path: Path) -> Path:
    """Return the file whose lock the one writer of *path* holds."""
    return path.with_name(path.name + ".lock")


def lock_file(path: Path) -> FileLock:
    """Return the lock of whoever writes *path*.

    Raises:
        ConflictError: Somebody else has it.
        StoreError: It cannot be taken.
    """
    try:
        return FileLock.take(lock_path(path))
    except ConflictError as error:
        raise ConflictError(
            f"{path} is open for writing already: a ledger has one writer at"
            " a time. Wait until that one ends, or submit through it"
        ) from error


def connect_writer(
    path: Path, cache_bytes: int = WRITER_CACHE_BYTES
) -> apsw.Connection:
    """Return a connection whose commits are durable.

    Raises:
        StoreError: SQLite cannot open it, or does not keep to write-ahead
            mode and full syncs.
    """
    try:
        connection = connect(path)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        mode = connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "FULL")
        # Where fsync alone does not reach the disk, as on macOS.
        connection.pragma("fullfsync", 1)
        connection.pragma("checkpoint_fullfsync", 1)
        connection.pragma("mmap_size", 0)
        connection.pragma("cache_size", -(cache_bytes >> 10))
        connection.pragma("journal_size_limit", _WAL_BYTES_KEPT)
        synchronous = connection.pragma("synchronous")
        # What an earlier writer could not sync may stand in the WAL, readable
        # but not on the disk: no batch of ours may come to stand behind it.
        _move_wal(connection)
    except apsw.Error as error:
        raise StoreError(f"cannot open {path}: {error}") from error
    if mode != "wal" or synchronous != _FULL:
        connection.close()
        raise StoreError(
            f"{path}: SQLite keeps journal mode {mode!r} there, which is not"
            " durable: put the ledger on a local file system"
        )
    return connection


def _move_wal(connection: apsw.Connection) -> None:
    """Move what is in the write-ahead log into the file, as far as readers let.

    SQLite would do this within a commit, and would not report its failure.
    """
    # A backup tool that is at it already does the same work.
    with suppress(apsw.BusyError):
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
