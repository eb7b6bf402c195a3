"""Serial numbers: drawn by chance, or counted up.

    7TQ3K9WMAF2XH      drawn: 13 characters, 65 bits
    00042, 00043 …     counted up, in five digits

Whoever knows one of the numbers that were counted up knows the others too,
and can print them. One that was drawn can only be copied from a label.
"""

import re
from collections.abc import Callable, Iterator

from provenance.errors import MalformedError
from provenance.gs1.identifier import QUALIFIERS, SERIAL

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters, without 0 and O, 1 and I, which people confuse."""

SIZE = 13
"""How many characters are drawn: 65 bits, five each."""

MAX_COUNT = 10_000
"""The most serial numbers, and labels, that are made at once."""

_DIGITS = re.compile(r"(.*?)([0-9]+)")

Draw = Callable[[int], bytes]
"""Returns so many bytes, each time others that nobody can guess."""


def draw_serials(count: int, draw: Draw) -> list[str]:
    """Return *count* serial numbers, drawn by chance.

    Raises:
        MalformedError: One came twice, which chance does not do, or they are
            too many.
    """
    _require_count(count)
    serials = [_drawn(draw) for _ in range(count)]
    if len(set(serials)) < count:
        raise MalformedError(
            "the same serial number was drawn twice, so the source of chance is"
            " broken: use none of them"
        )
    return serials


def count_up(first: str, count: int) -> list[str]:
    """Return *count* serial numbers from *first* on.

    The digits at its end count up. If they start with a 0, all have as many
    digits as *first* has.

    Raises:
        MalformedError: *first* is no serial number, ends in no digit, or
            leaves no room for so many; or they are too many.
    """
    _require_count(count)
    _require_serial(first)
    found = _DIGITS.fullmatch(first)
    if found is None:
        raise MalformedError(f"{first!r} ends in no digit that could count up")
    start, digits = found.groups()
    serials = list(_counted(start, digits, count))
    if digits[0] == "0" and len(serials[-1]) > len(first):
        raise MalformedError(
            f"{count} serial numbers from {first!r} on do not fit into"
            f" {len(digits)} digits: start with more zeros"
        )
    _require_serial(serials[-1])
    return serials


def _counted(start: str, digits: str, count: int) -> Iterator[str]:
    first = int(digits)
    for number in range(first, first + count):
        yield f"{start}{number:0{len(digits)}}"


def _drawn(draw: Draw) -> str:
    # Nine bytes have seven bits more than are used.
    number = int.from_bytes(draw(9), "big")
    return "".join(ALPHABET[number >> 5 * at & 31] for at in range(SIZE))


def _require_count(count: int) -> None:
    if not 1 <= count <= MAX_COUNT:
        raise MalformedError(
            f"{count} serial numbers are not made at once: 1 to {MAX_COUNT}"
        )


def _require_serial(text: str) -> None:
    if QUALIFIERS[SERIAL].pattern.fullmatch(text) is None:
        raise MalformedError(
            f"{text[:80]!r} is no serial number, which has"
            f" {QUALIFIERS[SERIAL].says} of GS1's"
        )
