"""How two values differ: where, and what each has there.

    {"bizStep": "storing", "n": [1, 2]}  and  {"bizStep": "holding", "n": [1]}

    /bizStep   "storing"   "holding"
    /n/1       2           not there

Places are JSON Pointers (RFC 6901), values are JSON text with bytes in
hexadecimal. It is for people who look for what was changed; nothing that is
verified is compared like this.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

MAX_SHOWN = 400
"""How many characters of a value are shown; the rest is counted."""

_ABSENT = object()


class Differing(NamedTuple):
    """One place where two values differ.

    Attributes:
        pointer: Where: a JSON Pointer, "" for the whole value.
        here: What the first has there, as text; None if it has nothing.
        there: What the second has there; None if it has nothing.
    """

    pointer: str
    here: str | None
    there: str | None


def differences(
    here: object, there: object, pointer: str = ""
) -> Iterator[Differing]:
    """Yield each place where *here* and *there* differ, in order.

    Args:
        here: A value of maps, lists, text, numbers, booleans, nil and bytes.
        there: Another one.
        pointer: What stands before each pointer.
    """
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        for name in dict.fromkeys((*here, *there)):
            step = str(name).replace("~", "~0").replace("/", "~1")
            yield from differences(
                here.get(name, _ABSENT),
                there.get(name, _ABSENT),
                f"{pointer}/{step}",
            )
    elif isinstance(here, list | tuple) and isinstance(there, list | tuple):
        for number in range(max(len(here), len(there))):
            yield from differences(
                here[number] if number < len(here) else _ABSENT,
                there[number] if number < len(there) else _ABSENT,
                f"{pointer}/{number}",
            )
    # 1 and True are equal to Python, and not to who reads them.
    elif type(here) is not type(there) or here != there:
        yield Differing(pointer, _text_or_none(here), _text_or_none(there))


def as_text(value: object) -> str:
    """Return *value* as JSON text, bytes in hexadecimal, cut when long."""
    import json  # noqa: PLC0415  # slow to load, and only needed for a fault

    text = json.dumps(_plain(value), ensure_ascii=False)
    if len(text) <= MAX_SHOWN:
        return text
    return f"{text[:MAX_SHOWN]}… ({len(text) - MAX_SHOWN} characters more)"


def _text_or_none(value: object) -> str | None:
    return None if value is _ABSENT else as_text(value)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    return value
