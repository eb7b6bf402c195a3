"""A ledger in one SQLite file: the embedded default.

    ledger.db        the tables (`provenance.store.sqlite_reads.SCHEMA`)
    ledger.db-wal    batches that are durable, not yet moved into ledger.db
    ledger.db-shm    where readers find them; rebuilt after a crash
    ledger.db.lock   held by the one process that writes

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

import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Self

import apsw

from provenance.encoding.digest import HASH_SIZE, split_hashes
from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.logs import STORE
from provenance.store.durable import sync_directory
from provenance.store.inherited import connect
from provenance.store.links import whereabouts
from provenance.store.lockfile import FileLock
from provenance.store.private import make_private
from provenance.store.protocol import NO_LINK, Batch, Reader
from provenance.store.sqlite_reads import SCHEMA, Row, SQLiteReads, read_failure

APPLICATION_ID = 0x50524F56
"""Marks the file as a ledger, for `file` and for `open_reader`: "PROV"."""

SCHEMA_VERSION = 5

_PAGE_SIZE = 4096
"""Heads lie scattered, and a change to one rewrites its page: small is fast."""

WRITER_CACHE_BYTES = 2**28
"""How much of the file the writer keeps in memory by default."""

_READER_CACHE_KIB = 16 * 1024
_WAL_PAGES = 20_000
"""How long the write-ahead log grows before it is moved into the file."""

_WAL_BYTES_KEPT = 4 * _WAL_PAGES * _PAGE_SIZE
"""What stays of it on the disk after a long snapshot let it grow further."""

_BUSY_MILLISECONDS = 10_000
_FULL = 2

_SOUND_SINCE = (3, 51, 3)
_MENDED: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}
"""Release → the first patch of it without the WAL-reset fault."""


def check_sqlite_version(version: str) -> None:
    """Check that *version* of SQLite does not lose what was committed.

    From 3.7.0 to 3.51.2 a write and a checkpoint by two connections can race
    and corrupt the file, but for some mended releases.

    Raises:
        StoreError: It is one of those.
    """
    parts = tuple(int(part) for part in version.split(".")[:3])
    patch = (*parts, 0, 0, 0)[2]
    if parts >= _SOUND_SINCE or patch >= _MENDED.get(parts[:2], patch + 1):
        return
    raise StoreError(
        f"SQLite {version} can corrupt a ledger (the WAL-reset fault): use"
        " 3.51.3 or later, which `pip install --upgrade apsw` brings"
    )


class SQLiteStore(SQLiteReads):
    """Implements `provenance.store.protocol.Store` on one file."""

    def __init__(
        self,
        path: Path,
        *,
        writer: apsw.Connection | None,
        lock: FileLock | None,
    ) -> None:
        super().__init__(path)
        self._writer = writer
        self._lock = lock
        self._pool: list[apsw.Connection] = []
        self._turn = threading.Lock()
        self._broken = False
        self._closed = False
        self._wal_pages = 0
        if writer is not None:
            writer.set_wal_hook(self._note_wal)
        mode = "read" if writer is None else "write"
        STORE.info("opened %s to %s", path, mode)

    @classmethod
    def create(cls, path: Path | str, *, origin: str) -> Self:
        """Return the store of a new ledger, open for writing.

        Raises:
            ConflictError: There is such a file already.
            StoreError: It cannot be made.
        """
        check_sqlite_version(apsw.sqlite_lib_version())
        path = Path(path).resolve()
        lock = _lock(path)
        try:
            _make_file(path, origin)
            return cls(path, writer=_connect_writer(path), lock=lock)
        except BaseException:
            lock.release()
            raise

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
        path = _existing(path)
        lock = _lock(path)
        try:
            _check_file(path, origin)
            writer = _connect_writer(path, cache_bytes)
            return cls(path, writer=writer, lock=lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open_reader(cls, path: Path | str, *, origin: str) -> Self:
        """Return the store of the ledger in *path*, to read from.

        Any number may be open, beside the writer and in other processes.

        Raises:
            NotFoundError: There is no such file.
            MalformedError: It is no ledger, another one, or of another
                version of this library.
            StoreError: It cannot be opened.
        """
        check_sqlite_version(apsw.sqlite_lib_version())
        path = _existing(path)
        _check_file(path, origin)
        return cls(path, writer=None, lock=None)

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
            _insert(connection, batch, first_event=events or 0)

    def publish(self, size: int, note: str) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO checkpoints VALUES (?, ?)"
                " ON CONFLICT (size) DO UPDATE SET note = excluded.note",
                (size, note),
            )

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        with self._lend_long() as connection:
            moment = _Snapshot(self._path, connection)
            try:
                yield moment
            finally:
                moment.end()

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
                while self._pool:
                    self._pool.pop().close()
                if self._writer is not None:
                    self._writer.close()
            except apsw.Error as error:
                raise StoreError(
                    f"closing {self._path} failed: {error}"
                ) from error
            finally:
                if self._lock is not None:
                    self._lock.release()

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        """Lend the writer's connection for one durable transaction."""
        self._owner.require_here()
        with self._turn:
            connection = self._writer
            if connection is None or self._closed:
                raise StoreError(f"{self._path} is not open for writing")
            if self._broken:
                raise StoreError(
                    f"a write to {self._path} failed before: open it again"
                )
            try:
                if self._wal_pages > _WAL_PAGES:
                    self._wal_pages = 0
                    _move_wal(connection)
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except apsw.Error as error:
                # Whether it was written is unknown, and so is what an fsync
                # that is tried again would say.
                self._broken = True
                raise _write_failure(error, self._path) from error
            finally:
                if connection.in_transaction:
                    self._roll_back(connection)

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

    def _fetch(
        self, sql: str, keys: tuple[int | bytes | str, ...]
    ) -> list[Row]:
        connection = self._borrow()
        try:
            return connection.execute(sql, keys).fetchall()
        finally:
            self._give_back(connection)

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
            return _connect_reader(self._path)
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


def _insert(
    connection: apsw.Connection, batch: Batch, *, first_event: int
) -> None:
    entries = []
    events: list[tuple[int, bytes, int, bytes]] = []
    parts: list[tuple[int, int, int, bytes]] = []
    cuts = {(cut.log_index, cut.position): cut.offsets for cut in batch.cuts}
    for log_index, row in enumerate(batch.entries, batch.old_size):
        if len(row.event_ids) != HASH_SIZE * len(row.events):
            raise ValueError(
                f"leaf {log_index} has {len(row.events)} events but"
                f" {len(row.event_ids)} bytes of event ids"
            )
        number = first_event + len(events)
        entries.append((log_index, number, len(row.events), row.entry))
        ids = split_hashes(row.event_ids)
        for position, data in enumerate(row.events):
            offsets = cuts.get((log_index, position), (len(data),))
            events.append((
                number + position,
                ids[position],
                len(data) - offsets[0],
                data[: offsets[0]],
            ))  # fmt: skip
            parts += [
                (log_index, position, part, data[start:stop])
                for part, (start, stop) in enumerate(
                    pairwise([*offsets, len(data)])
                )
                if start < stop
            ]
    # Most links have just one leaf.
    links = [
        (
            number,
            log_index,
            position,
            time,
            kinds,
            leaves[0] if len(leaves) == 1 else _packed(leaves),
            previous,
        )
        for number, (
            log_index,
            position,
            time,
            kinds,
            leaves,
            _,
            previous,
        ) in enumerate(batch.links, batch.first_link)
    ]
    connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", entries)
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", events)
    connection.executemany("INSERT INTO event_parts VALUES (?, ?, ?, ?)", parts)
    connection.executemany(
        "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, ?)", links
    )
    connection.executemany(
        "INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET leaf = excluded.leaf,"
        " count = excluded.count, link = excluded.link, last = excluded.last,"
        " edge = excluded.edge, warnings = excluded.warnings,"
        " warned = excluded.warned",
        batch.heads,
    )
    connection.executemany(
        "INSERT INTO warnings VALUES (?, ?, ?, ?)", sorted(batch.warnings)
    )
    connection.executemany(
        "INSERT INTO statements VALUES (?, ?, ?)", batch.statements
    )
    connection.executemany("INSERT INTO registry VALUES (?, ?)", batch.registry)
    connection.executemany(
        "INSERT INTO names VALUES (?, ?, ?, ?, ?)", sorted(batch.names)
    )
    connection.executemany(
        "INSERT INTO times VALUES (?, ?, ?, ?)", sorted(batch.times)
    )
    # A book counts from where the trust says, however often it is logged.
    connection.executemany(
        "INSERT OR IGNORE INTO books VALUES (?, ?)", batch.books
    )
    connection.executemany(
        "INSERT INTO map_rows VALUES (?, ?) ON CONFLICT (number) DO UPDATE"
        " SET hashes = excluded.hashes",
        batch.map_rows,
    )
    connection.executemany(
        "INSERT INTO tiles VALUES (?, ?, ?, ?)"
        " ON CONFLICT (tree, level, number)"
        " DO UPDATE SET hashes = excluded.hashes",
        batch.tiles,
    )
    # An item's first link is the one without another before it.
    connection.execute(
        "UPDATE ledger SET item_count = item_count + ?",
        (sum(link.previous == NO_LINK for link in batch.links),),
    )


def _packed(leaves: Sequence[int]) -> bytes:
    """Return the column of a link's *leaves*, where it has not just one."""
    return struct.pack(f">{len(leaves)}I", *leaves)


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


def _lock(path: Path) -> FileLock:
    try:
        return FileLock.take(path.with_name(path.name + ".lock"))
    except ConflictError as error:
        raise ConflictError(
            f"{path} is open for writing already: a ledger has one writer at"
            " a time. Wait until that one ends, or submit through it"
        ) from error


def _existing(path: Path | str) -> Path:
    found = Path(path).resolve()
    if not found.is_file():
        said = whereabouts(Path(path))
        raise NotFoundError(f"there is no ledger file {said}")
    return found


def _make_file(path: Path, origin: str) -> None:
    """Make the file of an empty ledger, durably.

    Raises:
        ConflictError: There is such a file already.
        StoreError: It cannot be made.
    """
    # SQLite gives its other files the same mode.
    make_private(path)
    try:
        _write_schema(path, origin)
        sync_directory(path.parent)
    except (OSError, apsw.Error) as error:
        # What is left of it would be in the way of another try.
        path.unlink(missing_ok=True)
        raise StoreError(f"cannot make {path}: {error}") from error


def _write_schema(path: Path, origin: str) -> None:
    connection = connect(path)
    try:
        connection.pragma("page_size", _PAGE_SIZE)
        # One transaction: after a crash the file is empty or complete.
        with connection:
            connection.execute(SCHEMA)
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", SCHEMA_VERSION)
            connection.execute("INSERT INTO ledger VALUES (1, ?, 0)", (origin,))
    finally:
        connection.close()


def _check_file(path: Path, origin: str) -> None:
    """Check that *path* is the file of the ledger *origin*.

    Raises:
        MalformedError: It is not, or of another version than this.
        StoreError: It cannot be read, or is damaged.
    """
    if path.stat().st_size == 0:
        raise MalformedError(
            f"{path} is empty: making it was interrupted. Delete it and make"
            " the ledger again"
        )
    try:
        connection = _connect_reader(path)
        try:
            application = connection.pragma("application_id")
            version = connection.pragma("user_version")
            if application != APPLICATION_ID:
                raise MalformedError(f"{path} is not a ledger's file")
            if version != SCHEMA_VERSION:
                raise MalformedError(
                    f"{path} has schema version {version}, this library knows"
                    f" {SCHEMA_VERSION}: use the release that wrote it"
                )
            stored = connection.execute("SELECT origin FROM ledger").fetchall()
        finally:
            connection.close()
    except apsw.NotADBError as error:
        raise MalformedError(f"{path} is not a ledger's file") from error
    except (apsw.Error, UnicodeDecodeError) as error:
        raise read_failure(error, path) from error
    if stored != [(origin,)]:
        names = ", ".join(repr(name) for (name,) in stored) or "none"
        raise MalformedError(
            f"{path} is the file of ledger {names}, not of {origin!r}"
        )


def _connect_writer(
    path: Path, cache_bytes: int = WRITER_CACHE_BYTES
) -> apsw.Connection:
    """Return a connection whose commits are durable.

    Raises:
        StoreError: SQLite cannot open it, or does not keep to write-ahead
            mode and full syncs.
    """
    try:
        connection = connect(path)
        connection.set_busy_timeout(_BUSY_MILLISECONDS)
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


def _connect_reader(path: Path) -> apsw.Connection:
    connection = connect(path, flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(_BUSY_MILLISECONDS)
    connection.pragma("mmap_size", 0)
    connection.pragma("cache_size", -_READER_CACHE_KIB)
    return connection
