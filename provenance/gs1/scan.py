"""What a scanner delivers: a code's content, and what kind of code it was.

A scanner can be set to put three characters before the content, which tell
the kind (AIM symbology identifiers, ISO/IEC 15424):

    ]C1 ]e0 ]d2 ]Q3 ]J1   an element string: GS1-128, GS1 DataBar, GS1
                          DataMatrix, GS1 QR Code, GS1 DotCode
    ]E0 ]E4 ]I1 ]I0       the digits of a GTIN: EAN-13 and UPC-A, EAN-8,
                          ITF-14
    ]d0 ]d1 ]d4 ]Q0 ]Q1   any text, such as a Digital Link: Data Matrix, QR
    ]Q2 ]J0 ]C0           Code, DotCode, Code 128

Without them, and of any text, the content has to tell. A link starts with
http; digits alone are a GTIN if they are 8, 12, 13 or 14, for an element
string of such a length that names a thing would start with 401, 8004, 8010 or
8013, and can be written in brackets; all else is an element string, from which
is taken what keyboards put into it (`provenance.gs1.keyboard`). A GTIN is
filled up with zeros to 14 digits here, and nowhere else but in a link.
"""

import re

from provenance.errors import MalformedError
from provenance.gs1.digitallink import DigitalLink, parse_digital_link
from provenance.gs1.elementstring import (
    ElementString,
    parse_element_string,
)
from provenance.gs1.identifier import GTIN
from provenance.gs1.keyboard import restore, tidy
from provenance.gs1.linkpath import fill_up

ELEMENT_STRINGS = frozenset({"]C1", "]e0", "]d2", "]Q3", "]J1"})
"""The kinds of code that hold an element string."""

GTINS = {"]E0": (12, 13), "]E4": (8,), "]I0": (14,), "]I1": (14,)}
"""The kinds that hold a GTIN, with how many digits each may have."""

TEXTS = frozenset({"]C0", "]d0", "]d1", "]d4", "]J0", "]Q0", "]Q1", "]Q2"})
"""The kinds that may hold anything."""

_BARE_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_DIGITS = re.compile("[0-9]*")


def parse_scan(text: str) -> ElementString | DigitalLink:
    """Return what *text* says: with or without the kind of code before it.

    Positions in errors count from the start of the content.

    Raises:
        MalformedError: It is neither an element string, a GTIN nor a Digital
            Link, or not a valid one.
    """
    text = tidy(text)
    if not text.startswith("]"):
        return _read_content(text)
    kind, content = text[:3], text[3:]
    if kind in ELEMENT_STRINGS:
        return _read_elements(content)
    if kind in TEXTS:
        return _read_content(content)
    if kind in GTINS:
        return _read_gtin(content, sizes=GTINS[kind])
    known = {*ELEMENT_STRINGS, *GTINS, *TEXTS}
    if kind.swapcase() in known:
        raise MalformedError(
            f"{kind!r} is {kind.swapcase()!r} typed with caps lock on, which"
            " changes the letters of serial numbers, too: switch it off and"
            " scan again"
        )
    raise MalformedError(
        f"{kind!r} is no kind of code that holds GS1 identifiers; those are"
        f" {', '.join(sorted(known))}"
    )


def _read_content(text: str) -> ElementString | DigitalLink:
    if text[:4].lower() == "http":
        return parse_digital_link(text)
    digits = text.replace(" ", "")
    if _BARE_GTIN.fullmatch(digits):
        return _read_gtin(digits, sizes=(len(digits),))
    return _read_elements(text)


def _read_elements(text: str) -> ElementString:
    return parse_element_string(restore(text))


def _read_gtin(digits: str, *, sizes: tuple[int, ...]) -> ElementString:
    if len(digits) not in sizes or not _DIGITS.fullmatch(digits):
        raise MalformedError(
            f"a GTIN of this kind of code has"
            f" {' or '.join(str(size) for size in sizes)} digits, unlike"
            f" {digits[:80]!r}"
        )
    return ElementString(((GTIN, fill_up(digits)),))
