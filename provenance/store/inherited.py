"""SQLite connections that a fork has copied: never used, never closed.

SQLite's locks are the process's, and a forked child has none of them. But its
copy of SQLite's books says that they are held, also to connections which the
child opens itself: they would read without a lock, and see pages change under
them. Closing a copied connection could move a write-ahead log which others
are writing. So in a child

    * a copied connection stays in memory until the process ends, unclosed;
    * a file that the parent had open is not opened again.

https://sqlite.org/howtocorrupt.html, section 2.6.
"""

import ctypes
import os
from pathlib import Path
from weakref import WeakKeyDictionary

import apsw

from provenance.errors import StoreError
from provenance.forks import OPEN_LATER

_open: WeakKeyDictionary[apsw.Connection, Path] = WeakKeyDictionary()
_inherited: dict[Path, int] = {}
"""File → the process that had it open when it forked this one."""


def connect(
    path: Path, *, flags: int | None = None, is_immutable: bool = False
) -> apsw.Connection:
    """Return a connection to *path* that a fork is kept from.

    Args:
        path: The file, by its resolved path.
        flags: Those of SQLite; by default to read, write and make it.
        is_immutable: Whether it is read as one that nobody changes, without
            locks and without a write-ahead log.

    Raises:
        StoreError: A parent of this process had it open when it forked it.
        apsw.Error: SQLite cannot open it.
    """
    if path in _inherited:
        raise StoreError(
            f"{path} was open in process {_inherited[path]} when that forked"
            f" this one, {os.getpid()}, and SQLite's locks do not come along."
            f" {OPEN_LATER}"
        )
    if is_immutable:
        connection = apsw.Connection(
            f"{path.as_uri()}?immutable=1",
            flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        )
    elif flags is None:
        connection = apsw.Connection(str(path))
    else:
        connection = apsw.Connection(str(path), flags=flags)
    _open[connection] = path
    return connection


def is_open(connection: apsw.Connection) -> bool:
    """Return whether *connection* was not closed yet."""
    try:
        connection.in_transaction  # noqa: B018  # looking is what tells
    except apsw.ConnectionClosedError:
        return False
    return True


def _leave_to_parent() -> None:
    for connection, path in list(_open.items()):
        if is_open(connection):
            _inherited[path] = os.getppid()
            # One reference that nobody gives back: whatever becomes of the
            # objects that hold it, the connection is not closed.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
    _open.clear()


os.register_at_fork(after_in_child=_leave_to_parent)
