"""Instants: a time as the formats have it, in ms since 1970, or a datetime."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int | datetime
"""A time: ms since 1970, or a datetime that knows its time zone."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(instant: Instant) -> int:
    """Return *instant* in ms since 1970, whole ones, rounded down.

    Raises:
        ValueError: It is a datetime without a time zone, which is a different
            time in each place.
    """
    if not isinstance(instant, datetime):
        return instant
    if instant.utcoffset() is None:
        raise ValueError(
            f"{instant.isoformat()} has no time zone: write"
            " datetime.now(UTC), or give it one with tzinfo="
        )
    return (instant - _EPOCH) // _MS


def written(time: int) -> str:
    """Return *time*, in ms since 1970, as people read it: in UTC, to the ms.

    A time that no calendar has, after the year 9999, is given as a number.
    """
    return _written(time, "milliseconds")


def utc(time: int) -> str:
    """Return *time*, in ms since 1970, to the minute: 2026-11-22T08:00Z."""
    return _written(time, "minutes")


def _written(time: int, unit: str) -> str:
    try:
        moment = _EPOCH + time * _MS
    except OverflowError:
        return f"{time} ms after 1970"
    return moment.isoformat(timespec=unit).replace("+00:00", "Z")
