"""Reading a file of SQLite where nothing can be written.

That is another user's folder, or a medium that is read-only. SQLite reads a
file in write-ahead mode together with its `-wal` and `-shm`, and would make
them where they are not. Where it cannot, and there is no write-ahead log, all
there is stands in the file, which is then read as one that nobody changes
(`immutable=1`). No lock says that this stays so: whoever reads looks before
and after whether it was written (`stamp_of`).

Where there is a write-ahead log, it is read with the file, or not at all: the
file alone would be an older ledger, or a torn one.
"""

import os
from pathlib import Path
from typing import NamedTuple

import apsw

from provenance.errors import StoreError
from provenance.store.inherited import connect


class Stamp(NamedTuple):
    """What tells that a file was written: its inode, size and time."""

    inode: int
    size: int
    modified_ns: int


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file that is read without locks.

    None where there are locks, or a write-ahead log, and SQLite sees to it.
    """
    if not is_closed(path.parent) or _has_log(path):
        return None
    try:
        found = path.stat()
    except OSError:
        return None  # Opening it says more.
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def require_unwritten(path: Path, before: Stamp | None) -> None:
    """Check that nobody wrote *path* while it was read without locks.

    Raises:
        StoreError: Somebody may have: what was read may be torn.
    """
    if before is not None and stamp_of(path) != before:
        raise StoreError(
            f"somebody began to write {path} while it was read where nothing"
            " can be locked: read it again"
        )


def is_closed(folder: Path) -> bool:
    """Return whether this process can write nothing in *folder*."""
    return not os.access(folder, os.W_OK)


def connect_to_read(path: Path) -> apsw.Connection:
    """Return a connection to *path* that writes nothing.

    Raises:
        StoreError: This user may not read it, or its write-ahead log.
        apsw.Error: SQLite cannot open it.
    """
    if path.exists() and not os.access(path, os.R_OK):
        raise StoreError(
            f"{path} cannot be read by this user: ask its owner for the right"
            " to read it, or for a copy made by provenance backup"
        )
    if stamp_of(path) is not None:
        return connect(path, is_immutable=True)
    connection = connect(path, flags=apsw.SQLITE_OPEN_READONLY)
    if not is_closed(path.parent):
        return connection
    try:
        # Only a read opens the write-ahead log.
        connection.pragma("schema_version")
    except (apsw.CantOpenError, apsw.ReadOnlyError) as error:
        connection.close()
        if not _has_log(path):
            raise
        raise StoreError(
            f"{path} has a write-ahead log beside it, {path.name}-wal, that"
            " this user cannot read where it is, and the last entries may"
            " stand there alone. Ask its owner for a copy made by provenance"
            " backup; or, where no node is running, copy the whole folder to"
            " one that you can write, and read that"
        ) from error
    return connection


def _has_log(path: Path) -> bool:
    """Return whether anything may stand in a write-ahead log of *path*."""
    log = path.with_name(path.name + "-wal")
    index = path.with_name(path.name + "-shm")
    # An empty one is left behind; with its index somebody has it open.
    return log.exists() and (index.exists() or log.stat().st_size > 0)
