"""Times as people read them."""

import time


def now() -> int:
    """Return this machine's time, in ms since 1970."""
    return time.time_ns() // 1_000_000
