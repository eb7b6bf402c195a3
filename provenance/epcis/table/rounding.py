"""Rounding: what a spreadsheet made of a long number, which nobody may sign.

A spreadsheet takes a cell of digits for a number, shows a long one as

    1.23457E+15            and writes that, or the digits with zeros behind:
    1234570000000000       a number has 15 digits there, whatever it had before
    123457890123.0         it, or a program, took it for a fraction

The first and the last show in the cell itself. The second does not: a serial
number may end in zeros. So a column is looked at as a whole, as far as its
first rows go: if every number in it of more than 15 digits has only zeros
behind these, and there are more of them than one, it is taken for rounded. A
column whose numbers are really like that has `exact = true` in the mapping.
"""

import re
from collections.abc import Iterable

from provenance.errors import MalformedError

LOOKED_AT = 1_000
"""So many rows of a table tell whether a column is rounded."""

_DIGITS = 15
"""So many of a number a spreadsheet keeps."""

_SHOWN = re.compile(r"-?[0-9](?:[.,][0-9]+[Ee]\+?|[Ee]\+)[0-9]+")
_FRACTION = re.compile(r"[0-9]{5,}[.,]0+")


def require_not_shown(cell: str, *, noun: str = "a number") -> None:
    """Check that *cell* is not what a spreadsheet shows of a long number.

    Raises:
        MalformedError: It is.
    """
    if _SHOWN.fullmatch(cell):
        raise _rounded(cell, noun)


def require_exact(cell: str, *, is_rounded: bool) -> None:
    """Check that *cell*, a part of an identifier, has all its digits.

    Args:
        cell: What it says.
        is_rounded: Whether its column is (`find_rounded`).

    Raises:
        MalformedError: It has not.
    """
    require_not_shown(cell)
    if _FRACTION.fullmatch(cell):
        raise _rounded(cell, "a whole number")
    if is_rounded and _zeros(cell):
        raise _rounded(cell, "a number of more than 15 digits")


def is_column_rounded(cells: Iterable[str]) -> bool:
    """Return whether *cells*, the first of a column, show it to be rounded."""
    zeros = 0
    for cell in set(cells):
        if not _is_long(cell):
            continue
        found = _zeros(cell)
        if not found:
            return False
        zeros += found
    return zeros > 1


def _is_long(cell: str) -> bool:
    return len(cell) > _DIGITS and cell.isascii() and cell.isdigit()


def _zeros(cell: str) -> int:
    """Return how many zeros replaced digits of *cell*, if any did."""
    if not _is_long(cell):
        return 0
    # What stands in front as a zero is no digit of the number.
    kept = len(cell) - len(cell.lstrip("0")) + _DIGITS
    tail = cell[kept:]
    return len(tail) if tail and not tail.strip("0") else 0


def _rounded(cell: str, noun: str) -> MalformedError:
    return MalformedError(
        f"{cell[:40]!r} is {noun} that a spreadsheet has rounded: format the"
        " column as text, and fill it in again"
    )
