"""The values of query parameters, as JSON or as text has them.

A number may be spelled as a text, and a list of one may stand for its value:
the standard's own files do not agree on which parameters are lists.
"""

import re

from provenance.encoding.canonical import MAX_INT
from provenance.encoding.path import quoted
from provenance.encoding.strict_json import JSON
from provenance.epcis.facts import instant, spelled_number
from provenance.epcis.readers import LOCAL_TIME
from provenance.errors import MalformedError

MAX_VALUES = 10_000
"""How many values one parameter may have."""

_LONGEST_COUNT = 15
# Python takes 75 minutes in an offset; no time has them.
_TIME = re.compile(rf"{LOCAL_TIME}(?:Z|[+-][0-9]{{2}}:[0-5][0-9])")


def read_list(value: JSON) -> list[JSON]:
    """Return the values that *value* is, one or more."""
    values: list[JSON] = value if isinstance(value, list) else [value]
    if not values:
        raise MalformedError("write at least one value")
    if len(values) > MAX_VALUES:
        raise MalformedError(
            f"it has {len(values)} values, more than {MAX_VALUES}: ask in parts"
        )
    return values


def read_texts(value: JSON) -> list[str]:
    """Return the texts that *value* is, one or more, none of them empty."""
    texts = []
    for one in read_list(value):
        if not isinstance(one, str) or not one:
            raise MalformedError("each value is a text that is not empty")
        texts.append(one)
    return texts


def read_single(value: JSON) -> JSON:
    """Return the one value that *value* is."""
    if not isinstance(value, list):
        return value
    if len(value) != 1:
        raise MalformedError(f"write one value, not {len(value)}")
    return value[0]


def read_number(value: JSON) -> int | float:
    """Return the number that *value* is or spells."""
    number = spelled_number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise MalformedError(f"{quoted(str(value))} is no number")
    try:
        return number if abs(number) <= MAX_INT else float(number)
    except OverflowError as error:
        raise MalformedError("the number is too large") from error


def read_moment(value: JSON) -> int:
    """Return the time that *value* is, in µs since 1970."""
    said = read_single(value)
    text = said if isinstance(said, str) else ""
    moment = instant(text) if _TIME.fullmatch(text) else None
    if moment is None:
        raise MalformedError(
            f"{quoted(str(said))} is no time with its zone, such as"
            " 2026-03-01T09:00:00+13:00"
        )
    return moment


def read_count(value: JSON, *, most: int = MAX_INT) -> int:
    """Return how many of something *value* says: from 1 to *most*."""
    said = read_single(value)
    if isinstance(said, str) and said.isascii() and said.isdecimal():
        said = int(said) if len(said) <= _LONGEST_COUNT else None
    if isinstance(said, int) and said is not True and 1 <= said <= most:
        return said
    raise MalformedError(f"write a whole number from 1 to {most}")


def read_text(value: JSON) -> str:
    """Return the one text that *value* is."""
    (text,) = read_texts(read_single(value))
    return text


def read_direction(value: JSON) -> str:
    """Return which way an answer is sorted."""
    text = read_text(value)
    if text not in {"ASC", "DESC"}:
        raise MalformedError(f"{text[:80]!r} is not ASC or DESC")
    return text
