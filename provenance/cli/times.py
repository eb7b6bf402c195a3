"""Times as people read them."""

import time
from datetime import UTC, datetime, timedelta


def now() -> int:
    """Return this machine's time, in ms since 1970."""
    return time.time_ns() // 1_000_000


def as_written(text: str) -> str:
    """Return an event's time in UTC, and as its signer wrote it.

    What is no time with a zone is returned as it is.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        return text
    shown = there.strftime("%Y-%m-%d %H:%M UTC")
    if moment.utcoffset() == timedelta(0):
        return shown
    local = moment.strftime("%Y-%m-%d %H:%M")
    zone = moment.strftime("%z")
    return f"{shown} ({local} {zone[:3]}:{zone[3:5]})"
