"""The moment an EPCIS time names, in ms since 1970.

In full: `FORMATS.md`, section 5.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from provenance.encoding.canonical import Value
from provenance.errors import MalformedError

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")
_SECONDS = len("2026-03-01T09:00:00")
_LONGEST = len("2026-03-01T09:00:00.123456789+13:00")
_EPOCH = date(1970, 1, 1).toordinal()
_LARGEST_OFFSET = 14 * 60


def read_time(text: Value) -> int:
    """Return the moment that *text* names, in ms since 1970, rounded down.

        2026-03-01T09:00:00.1239+13:00      1772308800123

    A day of the calendar, whole seconds up to 59 and one to nine digits of
    their fraction, and the offset from UTC, 14 hours at most.

    Raises:
        MalformedError: It is not text of that form, or before 1970.
    """
    # What is longer is none, and would be remembered.
    is_short = isinstance(text, str) and len(text) <= _LONGEST
    ms = _moment(str(text)) if is_short else None
    if ms is None or ms < 0:
        raise MalformedError(
            "eventTime is a time from 1970 on with its zone, such as"
            f" 2026-03-01T09:00:00+13:00, not {str(text)[:40]!r}"
        ).under("form.time")
    return ms


def in_zone(text: Value, offset: Value) -> str:
    """Return the time *text* as clocks showed it where the event happened.

        2026-03-01T09:00:00+02:00, -08:00       2026-02-28T23:00:00-08:00

    A system may write all times in one zone; *offset* is where they were. What
    is in that zone already, or is no time or no offset, is returned as it is;
    "" if it is no text.
    """
    if not isinstance(text, str):
        return ""
    if not isinstance(offset, str) or len(text) > _LONGEST:
        return text
    found, wanted = _TIME.fullmatch(text), _OFFSET.fullmatch(offset)
    if found is None or wanted is None or _moment(text) is None:
        return text
    sign, hours, minutes = found.groups(default="0")[7:]
    shift = _minutes(*wanted.groups()) - _minutes(sign, hours, minutes)
    local = datetime.fromisoformat(text[:_SECONDS])
    try:
        there = local + timedelta(minutes=shift)
    except OverflowError:
        return text
    fraction = "" if found[7] is None else f".{found[7]}"
    return f"{there.isoformat()}{fraction}{offset}" if shift else text


def _minutes(sign: str, hours: str, minutes: str) -> int:
    found = int(hours) * 60 + int(minutes)
    return -found if sign == "-" else found


@lru_cache(maxsize=4096)
def _moment(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction, sign, hours, minutes = found.groups(default="0")[6:]
    offset = int(hours) * 60 + int(minutes)
    if (
        hour > 23
        or max(minute, second, int(minutes)) > 59
        or offset > _LARGEST_OFFSET
    ):
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    of_day = hour * 60 + minute + (offset if sign == "-" else -offset)
    # A fraction's digits beyond the third are dropped, which rounds down.
    ms = int(f"{fraction}00"[:3])
    return ((days * 1440 + of_day) * 60 + second) * 1000 + ms
