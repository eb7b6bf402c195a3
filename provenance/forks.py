"""Forks: what one process opened is not used by a process forked from it.

A forked child gets a copy of everything but the other threads. A lock that
one of those held stays locked for ever; two processes that write to one
socket mix their bytes; and SQLite's locks, which belong to the process, do
not come along, while the copy of its books says that they are held. So a
child that goes on with its parent's ledger would hang, or damage it.

What is opened keeps an `Owner`, and asks it before each use, which takes a
microsecond.
"""

import os

from provenance.errors import StoreError

OPEN_LATER = (
    "Open it in each worker, after the fork (gunicorn: in post_fork, or"
    " without --preload; multiprocessing: spawn or forkserver), and in the"
    " parent not at all, or close it there first"
)
"""What to do where something was opened before a fork."""


class Owner:
    """The process that opened something, which alone may use it."""

    def __init__(self, what: str) -> None:
        """Take note that this process opens it.

        Args:
            what: It, in words, such as "the ledger /srv/ledger".
        """
        self._what = what
        self._process = os.getpid()

    @property
    def is_here(self) -> bool:
        """Whether this process is the one."""
        return os.getpid() == self._process

    def require_here(self) -> None:
        """Check that this process is the one.

        Raises:
            StoreError: It was forked from it; nothing was touched.
        """
        if not self.is_here:
            raise StoreError(
                f"{self._what} was opened by process {self._process}, and this"
                f" is process {os.getpid()}, which was forked from it: nothing"
                f" was done. {OPEN_LATER}"
            )
