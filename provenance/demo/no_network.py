"""No network: while it is forbidden, whoever opens a socket gets an error.

The interpreter itself is asked (PEP 578), so that it makes no difference
which library tries, or how it got at its sockets.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


class NetworkUsedError(RuntimeError):
    """Something tried to use the network while that was forbidden."""


class _State:
    """How many `no_network` blocks are running now."""

    depth = 0


@contextmanager
def no_network() -> Iterator[None]:
    """Forbid the network for the whole process, as long as this holds."""
    _install()
    _State.depth += 1
    try:
        yield
    finally:
        _State.depth -= 1


@cache
def _install() -> None:
    # Once for the process: the interpreter lets no such hook be removed.
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if _State.depth and event.startswith("socket."):
        raise NetworkUsedError(
            f"the network is forbidden here, but something called {event}"
        )
