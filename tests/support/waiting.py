"""Waiting in tests: for a condition, for what a process prints, for its end.

Whatever is waited for is an event; that it comes within some time is never
what a test is about, because the machine may be busy with other things. Each
wait has an end, all the same, so that a fault is told instead of a hang: what
was waited for, and what was seen and said meanwhile. Between two looks there
is a pause, so that whoever waits takes neither the processor nor the rate
limit from those that it waits for.
"""

import itertools
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any, AnyStr, TypeVar

PATIENCE_SECONDS = 180
"""How long anything is waited for; only a fault takes that long."""

_FIRST_PAUSE_SECONDS = 0.005
_LONGEST_PAUSE_SECONDS = 0.1

Seen = TypeVar("Seen")


def wait_until(
    look: Callable[[], Seen],
    what: str,
    *,
    told: Callable[[], object] = lambda: "",
) -> Seen:
    """Return what *look* returns, as soon as that is true.

    Args:
        look: Asked again and again, with a pause that grows.
        what: What is waited for, for whoever reads that it never came.
        told: Gives more for that reader, such as what a process said.

    Raises:
        AssertionError: It never came.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    for turn in itertools.count():
        if seen := look():
            return seen
        assert time.monotonic() < end, (
            f"waited {PATIENCE_SECONDS} s in vain until {what}; the last"
            f" look found {seen!r}. {told()}"
        )
        pause = _FIRST_PAUSE_SECONDS * 2 ** min(turn, 10)
        time.sleep(min(pause, _LONGEST_PAUSE_SECONDS))
    raise AssertionError("a count has no end")


def read_line(process: subprocess.Popen[Any]) -> bytes:
    """Return the next line that *process* prints, b"" if it ends before.

    Nothing beyond the line is read, so that the rest is there for others.

    Raises:
        AssertionError: It neither prints one nor ends.
    """
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    end = time.monotonic() + PATIENCE_SECONDS
    line = b""
    while not line.endswith(b"\n"):
        left = end - time.monotonic()
        assert left > 0, (
            f"waited {PATIENCE_SECONDS} s in vain for a line of"
            f" {process.args!r}; it printed {line!r}"
        )
        if select.select([pipe], [], [], left)[0]:
            byte = os.read(pipe, 1)
            if not byte:
                break
            line += byte
    return line


def finish(process: subprocess.Popen[AnyStr]) -> tuple[AnyStr, AnyStr]:
    """Wait for the end of *process*; return what it printed and complained of.

    Raises:
        AssertionError: It does not end. It is killed then.
    """
    try:
        return process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(
            f"waited {PATIENCE_SECONDS} s in vain for the end of"
            f" {process.args!r}; it said {out!r} and {err!r}"
        ) from None


def hold_port() -> socket.socket:
    """Return a socket that keeps a port of 127.0.0.1 for whoever is told it.

    Nothing listens there and nobody else is given it, until the socket is
    closed; a server that is told the number can listen there meanwhile.
    """
    held = socket.socket()
    # With this at both ends Linux lets a second socket have the port, as long
    # as not both of them listen.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def port_of(held: socket.socket) -> int:
    """Return the number of the port that *held* has."""
    port: int = held.getsockname()[1]
    return port
