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
the store: an SQLite connection must not cross a fork.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Self

import apsw

from provenance.encoding.digest import HASH_SIZE
from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.store.durable import sync_directory
from provenance.store.lockfile import FileLock
from provenance.store.protocol import NO_LINK, Batch, Reader
from provenance.store.sqlite_reads import SCHEMA, SQLiteReads

APPLICATION_ID = 0x50524F56
"""Marks the file as a ledger, for `file` and for `open_reader`: "PROV"."""

SCHEMA_VERSION = 1

_PAGE_SIZE = 8192
_WRITER_CACHE_KIB = 256 * 1024
_READER_CACHE_KIB = 16 * 1024
_WAL_PAGES = 10_000
"""How long the write-ahead log grows before it is moved into the file."""

_BUSY_MILLISECONDS = 10_000


class SQLiteStore(SQLiteReads):
    """Implements `provenance.store.protocol.Store` on one file."""

    def __init__(
        self, path: Path, *, writer: apsw.Connection | None, lock: FileLock | None
    ) -> None:
        super().__init__(path)
        self._writer = writer
        self._lock = lock
        self._pool: list[apsw.Connection] = []
        self._turn = threading.Lock()
        self._home = -1
        self._broken = False
        self._closed = False
        self._wal_pages = 0
        if writer is not None:
            writer.set_wal_hook(self._note)

    @classmethod
    def create(cls, path, *, origin):
        path = Path(path).resolve()
        lock = FileLock.take(path.with_name(path.name + ".lock"))
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        c = apsw.Connection(str(path))
        c.pragma("page_size", _PAGE_SIZE)
        with c:
            c.execute(SCHEMA)
            c.pragma("application_id", APPLICATION_ID)
            c.pragma("user_version", SCHEMA_VERSION)
            c.execute("INSERT INTO ledger VALUES (1, ?, 0)", (origin,))
        sync_directory(path.parent)
        c.close()
        c = _connect_writer(path)
        return cls(path, writer=c, lock=lock)

    def _note(self, c, db, pages):
        self._wal_pages = pages
        return 0

    @contextmanager
    def _lend(self):
        if self._home == threading.get_ident() and self._turn.acquire(blocking=False):
            try:
                yield self._writer
            finally:
                self._turn.release()
            return
        with self._lend_long() as c:
            yield c

    @contextmanager
    def _lend_long(self):
        try:
            c = self._pool.pop()
        except IndexError:
            c = _connect_reader(self._path)
        try:
            yield c
        finally:
            self._pool.append(c)

    def commit(self, batch):
        with self._turn:
            c = self._writer
            if self._wal_pages > _WAL_PAGES:
                c.wal_checkpoint()
            c.execute("BEGIN IMMEDIATE")
            size, links, events = c.execute("SELECT (SELECT max(log_index)+1 FROM entries),(SELECT max(number)+1 FROM links),(SELECT max(number)+1 FROM events)").fetchone()
            assert (size or 0) == batch.old_size
            n = events or 0
            rows=[]
            for i, r in enumerate(batch.entries, batch.old_size):
                rows.append((i, r.entry, r.event_ids, n)); n += len(r.events)
            c.executemany("INSERT INTO entries VALUES(?,?,?,?)", rows)
            c.executemany("INSERT INTO events VALUES(?,?)", enumerate(chain.from_iterable(r.events for r in batch.entries), events or 0))
            c.executemany("INSERT INTO links VALUES(?,?,?,?,?)", [(i, l.log_index, l.position, l.event_id, l.previous) for i, l in enumerate(batch.links, batch.first_link)])
            c.executemany("INSERT INTO heads VALUES(?,?,?,?) ON CONFLICT(key) DO UPDATE SET count=excluded.count, link=excluded.link, last=excluded.last", [(h.key,h.count,h.link,h.last) for h in batch.heads])
            c.executemany("INSERT INTO statements VALUES(?,?,?)", batch.statements)
            c.executemany("INSERT OR REPLACE INTO map_rows VALUES(?,?)", batch.map_rows)
            c.executemany("INSERT OR REPLACE INTO tiles VALUES(?,?,?)", batch.tiles)
            c.executemany("INSERT INTO registry VALUES(?,?)", batch.registry)
            c.execute("UPDATE ledger SET item_count=item_count+?", (sum(l.previous==NO_LINK for l in batch.links),))
            c.execute("COMMIT")
            self._home = threading.get_ident()


def _connect_writer(path):
    c = apsw.Connection(str(path))
    c.set_busy_timeout(_BUSY_MILLISECONDS)
    assert c.pragma("journal_mode", "wal") == "wal"
    c.pragma("synchronous", "FULL")
    c.pragma("cache_size", -_WRITER_CACHE_KIB)
    c.pragma("mmap_size", 0)
    return c

def _connect_reader(path):
    c = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    c.set_busy_timeout(_BUSY_MILLISECONDS)
    c.pragma("cache_size", -_READER_CACHE_KIB)
    return c
