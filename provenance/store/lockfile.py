"""A lock that one process at a time can hold, as a file beside what it guards.

The lock is the kernel's (`flock`), so it ends with the process that held it,
however that ended. The file itself stays: deleting it would let two processes
lock two files of the same name.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

from provenance.errors import ConflictError, StoreError


class FileLock:
    """The lock of the file *path*, from when it is made until `release`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        _held.add(self)

    @classmethod
    def take(cls, path: Path) -> Self:
        """Return the lock, at once.

        Raises:
            ConflictError: Someone else holds it.
            StoreError: The file cannot be made or locked.
        """
        return cls(path, _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB))

    @classmethod
    def wait_for(cls, path: Path) -> Self:
        """Return the lock as soon as nobody else holds it.

        Raises:
            StoreError: The file cannot be made or locked.
        """
        return cls(path, _locked(path, fcntl.LOCK_EX))

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self in _held:
            _held.remove(self)
            os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def leave_to_parent(self) -> None:
        """Close a forked child's copy, which would outlive its parent's."""
        os.close(self._descriptor)


_held: set[FileLock] = set()


def _locked(path: Path, operation: int) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"cannot make the lock {path}: {error}") from error
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ConflictError(f"another process holds {path}") from error
    except OSError as error:
        os.close(descriptor)
        raise StoreError(f"cannot lock {path}: {error}") from error
    return descriptor


def _leave_all_to_parent() -> None:
    for lock in _held:
        lock.leave_to_parent()
    _held.clear()


# A forked child shares its parent's locks and would keep them after the
# parent was killed: nobody could open the ledger until the child ended too.
os.register_at_fork(after_in_child=_leave_all_to_parent)
