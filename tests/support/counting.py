"""Counting what a call costs, so that no test depends on how fast it is."""

import hashlib
import sys
from collections.abc import Callable
from types import FrameType


def hashes_of(call: Callable[[], object]) -> int:
    """Return how many SHA-256 hashes *call* begins, in this thread."""
    return _count(
        call,
        lambda event, function: (
            event == "c_call" and function is hashlib.sha256
        ),
    )


def calls_of(call: Callable[[], object]) -> int:
    """Return how many functions *call* calls, in this thread."""
    return _count(call, lambda event, _: event in {"call", "c_call"})


def _count(
    call: Callable[[], object], counts: Callable[[str, object], bool]
) -> int:
    count = 0

    def see(frame: FrameType, event: str, function: object) -> None:
        nonlocal count
        del frame
        count += counts(event, function)

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        call()
    finally:
        sys.setprofile(before)
    return count
