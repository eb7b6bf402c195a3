"""Doing something in a real forked child, and hearing what came of it."""

import os
import select
import signal
import warnings
from collections.abc import Callable

from tests.support.waiting import PATIENCE_SECONDS


def fork() -> int:
    """Fork, also where other threads run: that is what the tests are about."""
    with warnings.catch_warnings():
        # Python says so from 3.12 on, and is right.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def in_child(work: Callable[[], object]) -> str:
    """Return what *work* returned or raised in a child, as text.

    The child ends as a program does, so that all it holds is finalised.
    """
    ours, theirs = os.pipe()
    child = fork()
    if child == 0:
        os.close(ours)
        try:
            said = repr(work())
        except BaseException as error:  # noqa: BLE001  # it is what is told
            said = f"{type(error).__name__}: {error}"
        os.write(theirs, said.encode())
        os.close(theirs)
        os._exit(0)
    os.close(theirs)
    ready, _, _ = select.select([ours], [], [], PATIENCE_SECONDS)
    if not ready:
        os.kill(child, signal.SIGKILL)
    heard = b""
    while part := os.read(ours, 65_536):
        heard += part
    os.close(ours)
    os.waitpid(child, 0)
    assert ready, "the child hangs"
    return heard.decode()
