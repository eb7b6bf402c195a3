"""Checks of what a part of a GS1 value says, beside its length and alphabet.

The table of AIs names them (`provenance.gs1.ai_table`); GS1's Syntax
Dictionary has the same ones under other names, and calls them linters.

    N6:day0       271200    December 2027, day unknown
    N3:country    076       Brazil

Promises: each check returns what is wrong, in words that follow the value,
or None. There is no clock here: a two-digit year is a leap year if four
divides it, which holds from 1904 to 2096.
"""

import re
from collections.abc import Callable, Collection, Mapping

from provenance.gs1.checkdigit import (
    check_digit,
    check_pair,
    has_check_digit,
)
from provenance.gs1.codes import (
    COUNTRY_LETTERS,
    COUNTRY_NUMBERS,
    CURRENCIES,
    MEDIA,
    PACKAGES,
)
from provenance.gs1.coupon import COUPON, OFFER, is_over_before_it_starts

Check = Callable[[str], str | None]
"""Takes a part of its length and alphabet; returns what is wrong with it."""

_PREFIX = re.compile(r"[0-9]{4}")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SEQUENCE = re.compile(r"([1-9])/([1-9])")
_IBAN = re.compile(r"[A-Z]{2}[A-Z0-9]{3,32}")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def find_fault(check: str, text: str) -> str | None:
    """Return what the check of that name finds wrong with *text*, or None."""
    return _CHECKS[check](text)


def _digit(text: str) -> str | None:
    if has_check_digit(text):
        return None
    right = check_digit(text[:-1])
    return f"has a wrong check digit: its other digits give {right}"


def _pair(text: str) -> str | None:
    # The pair comes after a company prefix, which has four digits or more.
    if len(text) < 6:
        return "is too short for a company prefix and two check characters"
    right = check_pair(text[:-2])
    if right == text[-2:]:
        return None
    return f"has wrong check characters: the others give {right}"


def _owner(start: int) -> Check:
    """Return the check that a company prefix begins *start* characters in.

    Whether that prefix was ever given to anyone, no table here can tell.
    """

    def check(text: str) -> str | None:
        if _PREFIX.match(text, start):
            return None
        return "does not start with the digits of a company prefix"

    return check


def _one_of(codes: Collection[str], name: str) -> Check:
    def check(text: str) -> str | None:
        return None if text in codes else f"is no {name}"

    return check


def _form(pattern: str, fault: str) -> Check:
    fits = re.compile(pattern, re.ASCII).fullmatch

    def check(text: str) -> str | None:
        return None if fits(text) else fault

    return check


def _upto(limit: int, name: str) -> Check:
    def check(text: str) -> str | None:
        return None if int(text) <= limit else f"is no {name}: at most {limit}"

    return check


def _day0(text: str) -> str | None:
    if text.endswith("00"):
        text = text[:-2] + "01"
    return _day(text)


def _day(text: str) -> str | None:
    # What is true of these years from 1904 to 2096 is true of the year 2000.
    return _date("20" + text)


def _date(text: str) -> str | None:
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return "is no day of any calendar"
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if month == 2 and day == 29 and not is_leap:
        return "is no day: that February has 28"
    return None


def _iban(text: str) -> str | None:
    if not _IBAN.fullmatch(text) or text[:2] not in COUNTRY_LETTERS:
        return "is no IBAN: a country, two digits and the account"
    # ISO 13616: letters count from 10, the first four characters come last.
    digits = "".join(str(int(each, 36)) for each in text[4:] + text[:4])
    return None if int(digits) % 97 == 1 else "has wrong IBAN check digits"


def _percent(text: str) -> str | None:
    found = _LONE_PERCENT.search(text)
    return None if found is None else "has a lone %: write it %25"


def _piece(text: str) -> str | None:
    half = len(text) // 2
    piece, total = text[:half], text[half:]
    if 0 < int(piece) <= int(total):
        return None
    return f"is piece {piece} of {total}: a piece is 1 up to the total"


def _sequence(text: str) -> str | None:
    found = _SEQUENCE.fullmatch(text)
    if found is not None and found[1] <= found[2]:
        return None
    return "is no place among several, such as 1/2"


def _coupon(text: str) -> str | None:
    if COUPON.fullmatch(text) is None:
        return "is no coupon by the North American coupon guideline"
    return "ends before it starts" if is_over_before_it_starts(text) else None


_CHECKS: Mapping[str, Check] = {
    "clock": _form("([01][0-9]|2[0-3])[0-5][0-9]", "is no time of day"),
    "country": _one_of(COUNTRY_NUMBERS, "country (ISO 3166-1, three digits)"),
    "country2": _one_of(COUNTRY_LETTERS, "country (ISO 3166-1, two letters)"),
    "country9": _one_of(
        COUNTRY_NUMBERS | {"999"},
        "country (ISO 3166-1, three digits), nor 999 for several",
    ),
    "coupon": _coupon,
    "currency": _one_of(CURRENCIES, "currency (ISO 4217, three digits)"),
    "date": _date,
    "day": _day,
    "day0": _day0,
    "digit": _digit,
    "flag": _form("[01]", "is neither 0 nor 1"),
    "hour": _form("[01][0-9]|2[0-3]", "is no hour"),
    "hyphen": _form("-", "is no minus sign"),
    "iban": _iban,
    "importer": _form("[A-Za-z0-9_-]", "is no importer index"),
    "latitude": _upto(1_800_000_000, "latitude"),
    "letter": _form(".*[^0-9].*", "has no character but digits"),
    "longitude": _upto(3_600_000_000, "longitude"),
    "medium": _one_of(MEDIA, "medium that a code can be on"),
    "minute": _form("[0-5][0-9]", "is no minute"),
    "nonzero": _form("[0-9]*[1-9][0-9]*", "is zero"),
    "offer": _form(OFFER.pattern, "is no coupon offer as AI 8112 has them"),
    "owner0": _owner(0),
    "owner1": _owner(1),
    "package": _one_of(PACKAGES, "package type"),
    "pair": _pair,
    "percent": _percent,
    "piece": _piece,
    "second": _form("[0-5][0-9]", "is no second"),
    "sequence": _sequence,
    "sex": _form("[0129]", "is no sex (ISO 5218: 0, 1, 2 or 9)"),
    "unpadded": _form("[1-9][0-9]*", "starts with 0"),
    "winding": _form("[019]", "is no winding direction: 0, 1 or 9"),
    "zero": _form("0+", "is not 0"),
}
"""Name → check, for each that the table uses."""
