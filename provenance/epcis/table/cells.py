"""Cells: what the text in one column of a table means.

    is = "text"      as it stands: leading zeros, case and all
    is = "number"    12.5; where the table has a decimal comma, 12,5
    is = "gtin"      8, 12 or 13 digits are filled up to 14 with zeros
    is = "item"      a link, a URN, or what a scanner read: (01)…(21)…
    is = "time"      a moment, whose zone the cell or the mapping states
    is = "date"      a day

A moment is written in EPCIS as `2026-03-01T08:59:00+13:00`. A table may
write it otherwise, and then the mapping says how, in the codes that many
programs share:

    %d.%m.%Y %H:%M     01.03.2026 08:59
    %m/%d/%Y %I:%M %p  3/1/2026 8:59 AM
    %Y%m%d%H%M%S%z     20260301085900+1300

Nothing is guessed. A moment without a zone, a year of two digits, an hour
that a change of the clocks took away or gave twice, a number with thousands
separators: each is refused, since a wrong guess would be signed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone, tzinfo

from provenance.epcis.table.rounding import require_not_shown
from provenance.errors import MalformedError
from provenance.gs1.checkdigit import check_digit, has_check_digit
from provenance.gs1.scan import parse_scan

Scalar = bool | int | float | str
"""What a cell can stand for in an event."""

Read = Callable[[str], Scalar]
"""Returns what a cell that is not empty stands for."""

FindZone = Callable[[str], tzinfo | None]
"""Returns the zone of a name such as Pacific/Auckland; None if unknown."""

_CODES: Mapping[str, str] = {
    "Y": r"(?P<year>[0-9]{4})",
    "m": r"(?P<month>[0-9]{1,2})",
    "d": r"(?P<day>[0-9]{1,2})",
    "H": r"(?P<hour>[0-9]{1,2})",
    "I": r"(?P<hour>0?[1-9]|1[0-2])",
    "p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "M": r"(?P<minute>[0-9]{2})",
    "S": r"(?P<second>[0-9]{2})",
    "f": r"(?P<fraction>[0-9]{1,9})",
    "z": r"(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
"""Code → what it stands for in a cell."""

_CODE = re.compile(r"%(.?)", re.DOTALL)

_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_ISO_DATE = re.compile(_DATE)
_ISO_TIME = re.compile(
    _DATE + r"[Tt ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r" ?(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_GTIN_LENGTHS = (8, 12, 13, 14)
_LONGEST_OFFSET = timedelta(hours=14)


def read_text(cell: str) -> str:
    """Return *cell* as it stands."""
    return cell


def read_gtin(cell: str) -> str:
    """Return the GTIN in *cell* with 14 digits.

    Raises:
        MalformedError: It has not 8, 12, 13 or 14 digits, or a wrong check
            digit.
    """
    require_not_shown(cell, noun="a GTIN")
    if not (cell.isascii() and cell.isdigit()):
        raise MalformedError(f"a GTIN is digits alone, unlike {cell[:40]!r}")
    if len(cell) not in _GTIN_LENGTHS:
        raise MalformedError(
            f"a GTIN has 8, 12, 13 or 14 digits, not {len(cell)}: {cell[:40]!r}"
        )
    gtin = cell.zfill(14)
    if not has_check_digit(gtin):
        raise MalformedError(
            f"{cell[:40]!r} has a wrong check digit: {check_digit(gtin[:-1])}"
            " is right"
        )
    return gtin


def read_item(cell: str) -> str:
    """Return the URI of what *cell* names, as it stands or as scanned.

    All that an element string says of the item's name is in the link, a lot
    beside a serial number too.

    Raises:
        MalformedError: It is no URI, and no element string that names a
            thing.
    """
    require_not_shown(cell)
    if ":" in cell[:12] and cell[0].isalpha():
        return cell
    identifier = parse_scan(cell).identifier
    if identifier is None:
        raise MalformedError(
            f"{cell[:80]!r} names no thing: it has no GS1 key, such as (01) or"
            " (00)"
        )
    return identifier.link


def number_reader(decimal: str) -> Read:
    """Return the reader of numbers whose fraction starts with *decimal*."""
    other = "." if decimal == "," else ","

    def read(cell: str) -> Scalar:
        plain = cell if decimal == "." else cell.replace(decimal, ".")
        if other in cell or _NUMBER.fullmatch(plain) is None:
            raise MalformedError(
                f"{cell[:40]!r} is no number such as 1234{decimal}5, with no"
                " separators of thousands"
            )
        return float(plain) if "." in plain else int(plain)

    return read


def words_reader(words: Mapping[str, Scalar]) -> Read:
    """Return the reader of a column that holds only *words*."""

    def read(cell: str) -> Scalar:
        if cell not in words:
            raise MalformedError(
                f"{cell[:40]!r} is none of the column's words: "
                + ", ".join(map(repr, words))
            )
        return words[cell]

    return read


def date_reader(code: str | None) -> Read:
    """Return the reader of days that are written as *code* says.

    Args:
        code: Such as `%d.%m.%Y`; None for 2026-03-01.

    Raises:
        MalformedError: The code does not give a day.
    """
    pattern = _ISO_DATE if code is None else _compiled(code)
    _require_parts(pattern, code, ("year", "month", "day"))

    def read(cell: str) -> Scalar:
        return _moment(_matched(cell, pattern, code)).date().isoformat()

    return read


def time_reader(code: str | None, zone: str | tzinfo | None) -> Read:
    """Return the reader of moments that are written as *code* says.

    Args:
        code: Such as `%d.%m.%Y %H:%M`; None for 2026-03-01T08:59:00 and what
            else ISO 8601 allows of a day and an hour.
        zone: The zone of a cell that states none: an offset such as +13:00,
            or a place's. None if each cell states its own.

    Raises:
        MalformedError: The code does not give a day, an hour and a minute;
            or it gives no zone, and there is no other.
    """
    pattern = _ISO_TIME if code is None else _compiled(code)
    needed = ("year", "month", "day", "hour", "minute")
    _require_parts(pattern, code, needed)
    if zone is None and "zone" not in pattern.groupindex:
        raise MalformedError(
            f"{code!r} has no %z: state the zone beside it, such as"
            ' zone = "+13:00"'
        )
    if isinstance(zone, str):
        require_offset(zone)

    def read(cell: str) -> Scalar:
        return _time(cell, _matched(cell, pattern, code), zone)

    return read


def require_offset(text: str) -> None:
    """Check that *text* is an offset from UTC.

    Raises:
        MalformedError: It is not one such as +13:00.
    """
    found = _OFFSET.fullmatch(text)
    if found is None or (
        timedelta(hours=int(found[2]), minutes=int(found[3])) > _LONGEST_OFFSET
        or int(found[3]) > 59
    ):
        raise MalformedError(
            f"{text[:40]!r} is no offset from UTC such as +13:00"
        )


def offset_of(time: str) -> str:
    """Return the offset of *time*, which a time reader returned."""
    return "+00:00" if time.endswith("Z") else time[-6:]


def date_of(time: str) -> str:
    """Return the day of *time*, which a time or a date reader returned."""
    return time[:10]


def _compiled(code: str) -> re.Pattern[str]:
    parts: list[str] = []
    position = 0
    for found in _CODE.finditer(code):
        letter = found[1]
        if letter not in _CODES:
            raise MalformedError(
                f"%{letter} is no code here: write "
                + ", ".join(f"%{known}" for known in _CODES)
            )
        parts += [re.escape(code[position : found.start()]), _CODES[letter]]
        position = found.end()
    parts.append(re.escape(code[position:]))
    try:
        return re.compile("".join(parts))
    except re.error:
        raise MalformedError(f"{code!r} says one thing twice") from None


def _require_parts(
    pattern: re.Pattern[str], code: str | None, parts: tuple[str, ...]
) -> None:
    given = pattern.groupindex
    if missing := [part for part in parts if part not in given]:
        raise MalformedError(f"{code!r} says no {missing[0]}")
    if ("half" in given) != ("%I" in (code or "")):
        raise MalformedError(f"{code!r}: %I and %p stand together")
    if "fraction" in given and "second" not in given:
        raise MalformedError(f"{code!r} says a fraction of no second")


def _matched(
    cell: str, pattern: re.Pattern[str], code: str | None
) -> re.Match[str]:
    found = pattern.fullmatch(cell)
    if found is None:
        form = "ISO 8601" if code is None else repr(code)
        raise MalformedError(f"{cell[:40]!r} is not written as {form} says")
    return found


def _moment(found: re.Match[str]) -> datetime:
    """Return the moment in *found*, without its zone and fraction."""
    parts = found.groupdict()
    numbers = [
        int(parts.get(name) or 0)
        for name in ("year", "month", "day", "hour", "minute", "second")
    ]
    if half := parts.get("half"):
        numbers[3] = numbers[3] % 12 + (12 if half in "Pp" else 0)
    try:
        return datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001  # six, and the zone follows
    except ValueError:
        raise MalformedError(
            f"{found[0][:40]!r} is a time that never was"
        ) from None


def _time(cell: str, found: re.Match[str], zone: str | tzinfo | None) -> str:
    parts = found.groupdict()
    moment = _moment(found)
    fraction = parts.get("fraction")
    own = parts.get("zone")
    if own is not None:
        offset = _own_offset(own)
    elif isinstance(zone, str):
        offset = zone
    elif zone is not None:
        offset = _offset_at(moment, zone)
    else:
        raise MalformedError(
            f"{cell[:40]!r} has no zone: state it in the mapping, such as"
            ' zone = "+13:00"'
        )
    tail = f".{fraction}" if fraction else ""
    return f"{moment.isoformat()}{tail}{offset}"


def _own_offset(text: str) -> str:
    if text in "Zz":
        return "Z"
    offset = text if ":" in text else f"{text[:3]}:{text[3:]}"
    require_offset(offset)
    return offset


def _offset_at(moment: datetime, zone: tzinfo) -> str:
    """Return what the clocks of *zone* were ahead of UTC at *moment*.

    When clocks go back, an hour comes twice, and when they go forward, one
    never comes: both show in the two readings that `fold` asks for.
    """
    first = moment.replace(tzinfo=zone, fold=0).utcoffset()
    second = moment.replace(tzinfo=zone, fold=1).utcoffset()
    if first is None or first != second:
        raise MalformedError(
            f"at {moment:%Y-%m-%d %H:%M} the clocks of {zone} were changed: add"
            " the offset to the cell, and %z to the format"
        )
    offset = moment.replace(tzinfo=timezone(first)).isoformat()[19:]
    require_offset(offset)
    return offset
