"""A GS1 key with its qualifiers, and the table of those that exist.

GS1 numbers name trade items, logistic units, places, parties, assets and
documents. An Application Identifier (AI) says which: 01 is a GTIN, 10 a lot,
21 a serial number. A key is one of a few AIs; qualifiers narrow it down, and
may only follow it in one order (GS1 Digital Link: URI Syntax, section 4.9):

    Identifier("01", "09506000134352", (("10", "L7"), ("21", "00042")))
    https://id.gs1.org/01/09506000134352/10/L7/21/00042

Promises: an `Identifier` that exists has a known key, a value of that key's
form with a right check digit, and qualifiers that may follow it. Leading
zeros and case are kept, for they tell one serial number from another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from provenance.errors import MalformedError
from provenance.gs1.checkdigit import (
    CSET_82,
    check_digit,
    check_pair,
    has_check_digit,
)

CANONICAL_STEM = "https://id.gs1.org"
"""The stem of a canonical Digital Link."""

GTIN, LOT, SERIAL, VARIANT = "01", "10", "21", "22"

_X = "[" + re.escape(CSET_82) + "]"
_Y = "[A-Z0-9#/-]"


@dataclass(frozen=True, slots=True)
class KeyForm:
    """The form of one AI's value.

    Attributes:
        name: What people call it.
        pattern: What the whole value must match.
        checked: How many leading digits end in a check digit; 0 for none.
        says: The form, in words.
    """

    name: str
    pattern: re.Pattern[str]
    checked: int
    says: str


def _form(name: str, pattern: str, says: str, checked: int = 0) -> KeyForm:
    return KeyForm(name, re.compile(pattern, re.ASCII), checked, says)


# The table follows the dictionary that GS1 publishes: N are digits, X any of
# 82 characters, Y any of 39. Where a key need not be all digits it still
# starts with the company prefix, which has four digits or more.
KEYS: Mapping[str, KeyForm] = {
    "00": _form("SSCC", r"\d{18}", "18 digits", 18),
    GTIN: _form("GTIN", r"\d{14}", "14 digits", 14),
    "253": _form(
        "GDTI", rf"\d{{13}}{_X}{{0,17}}", "13 digits and a serial", 13
    ),
    "255": _form("GCN", r"\d{13,25}", "13 to 25 digits", 13),
    "401": _form("GINC", rf"\d{{4}}{_X}{{0,26}}", "4 digits and up to 26 more"),
    "402": _form("GSIN", r"\d{17}", "17 digits", 17),
    "414": _form("GLN of a place", r"\d{13}", "13 digits", 13),
    "415": _form("GLN of a payee", r"\d{13}", "13 digits", 13),
    "417": _form("GLN of a party", r"\d{13}", "13 digits", 13),
    "8003": _form(
        "GRAI", rf"0\d{{13}}{_X}{{0,16}}", "a 0, 13 digits and a serial", 14
    ),
    "8004": _form(
        "GIAI", rf"\d{{4}}{_X}{{0,26}}", "4 digits and up to 26 more"
    ),
    "8006": _form("ITIP", r"\d{18}", "14 digits, piece and total", 14),
    "8010": _form(
        "CPID", rf"\d{{4}}{_Y}{{0,26}}", "4 digits and up to 26 more"
    ),
    "8013": _form("GMN", rf"\d{{4}}{_X}{{2,21}}", "4 digits and up to 21 more"),
    "8017": _form("GSRN of a provider", r"\d{18}", "18 digits", 18),
    "8018": _form("GSRN of a recipient", r"\d{18}", "18 digits", 18),
}
"""AI → form, for each AI that can be the key of a Digital Link."""

QUALIFIERS: Mapping[str, KeyForm] = {
    LOT: _form("lot", rf"{_X}{{1,20}}", "1 to 20 characters"),
    SERIAL: _form("serial number", rf"{_X}{{1,20}}", "1 to 20 characters"),
    VARIANT: _form("product variant", rf"{_X}{{1,20}}", "1 to 20 characters"),
    "235": _form(
        "third-party serial number", rf"{_X}{{1,28}}", "1 to 28 characters"
    ),
    "254": _form("place extension", rf"{_X}{{1,20}}", "1 to 20 characters"),
    "7040": _form(
        "unique identification code",
        rf"\d{_X}{{2}}[A-Za-z0-9_-]",
        "a digit and 3 characters",
    ),
    "8011": _form(
        "component serial number",
        r"[1-9]\d{0,11}",
        "1 to 12 digits that do not start with 0",
    ),
    "8019": _form("service relation instance", r"\d{1,10}", "1 to 10 digits"),
    "8020": _form("payment reference", rf"{_X}{{1,25}}", "1 to 25 characters"),
}
"""AI → form, for each AI that can qualify a key."""

_GTIN_ORDERS = ((VARIANT, LOT, SERIAL), ("235",))

ORDERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    GTIN: _GTIN_ORDERS,
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8004": (("7040",),),
    "8006": _GTIN_ORDERS[:1],
    "8010": (("8011",),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""Key → the orders its qualifiers may have; gaps are allowed."""

_SEQUENCES: Mapping[str, frozenset[tuple[str, ...]]] = {
    key: frozenset(
        chosen
        for order in ORDERS.get(key, ((),))
        for count in range(len(order) + 1)
        for chosen in combinations(order, count)
        # A payee alone is no key: it needs the reference of a payment.
        if chosen or key != "415"
    )
    for key in KEYS
}

_ESCAPES = {
    ord(character): f"%{ord(character):02X}"
    for character in CSET_82 + "# "
    if not (character.isalnum() or character in "-._~")
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """A GS1 key with its qualifiers, all values decoded.

    Attributes:
        key: The AI of the key.
        value: Its value.
        qualifiers: The (AI, value) pairs that narrow it down, in order.

    Raises:
        MalformedError: No such key, a value is not of its AI's form, a check
            digit is wrong, or the qualifiers cannot stand in this order.
    """

    key: str
    value: str
    qualifiers: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        form = KEYS.get(self.key)
        if form is None:
            raise MalformedError(f"({self.key}) is the AI of no GS1 key")
        _require_form(self.key, form, self.value)
        _require_checks(self.key, form, self.value)
        self._require_order()
        for ai, value in self.qualifiers:
            _require_form(ai, QUALIFIERS[ai], value)

    @property
    def link(self) -> str:
        """The canonical Digital Link of all of it."""
        parts = [CANONICAL_STEM, self.key, escape(self.value)]
        for ai, value in self.qualifiers:
            parts += [ai, escape(value)]
        return "/".join(parts)

    def link_under(self, stem: str) -> str:
        """Return the Digital Link of all of it that starts with *stem*."""
        return stem + self.link.removeprefix(CANONICAL_STEM)

    @property
    def elements(self) -> tuple[tuple[str, str], ...]:
        """The (AI, value) pairs of the key and its qualifiers."""
        return ((self.key, self.value), *self.qualifiers)

    @property
    def identity(self) -> "Identifier":
        """The identifier that this thing has one trail under.

        A unit is its GTIN and serial number, a lot its GTIN and lot number:
        what else a link says beside these is about the thing, and must not
        give it a second name. `254` with the value 0 means no extension.
        """
        kept = [q for q in self.qualifiers if q != ("254", "0")]
        if len(kept) > 1:
            # The orders put what tells most last: 22, 10, 21.
            kept = kept[-1:]
        if len(kept) == len(self.qualifiers):
            return self
        return Identifier(self.key, self.value, tuple(kept))

    def _require_order(self) -> None:
        given = tuple(ai for ai, _ in self.qualifiers)
        if given not in _SEQUENCES[self.key]:
            orders = ORDERS.get(self.key, ())
            allowed = " or ".join(" then ".join(order) for order in orders)
            raise MalformedError(
                f"({self.key}) takes {allowed or 'no qualifiers'}, not"
                f" {', '.join(given) or 'none'}:"
                f" {'write these, in this order' if orders else 'leave it out'}"
            )


def escape(value: str) -> str:
    """Return *value* for the path of a link: all but `A-Za-z0-9-._~` encoded.

    *value* holds characters of CSET 82, `#` and spaces only, as every value
    of an AI does, most of them without the last two.
    """
    return value.translate(_ESCAPES)


def _require_form(ai: str, form: KeyForm, value: str) -> None:
    if form.pattern.fullmatch(value) is None:
        strange = value.strip(CSET_82 + "#")
        says = f"{form.says} and no {strange[0]!r}" if strange else form.says
        raise MalformedError(
            f"the {form.name} ({ai}) has {says}, unlike {value[:80]!r}: look it"
            " up again"
        )


def _require_checks(ai: str, form: KeyForm, value: str) -> None:
    number = value[: form.checked]
    if number and not has_check_digit(number):
        raise MalformedError(
            f"the {form.name} ({ai}) {number!r} has a wrong check digit: its"
            f" other digits give {check_digit(number[:-1])}; look it up again"
        )
    if ai == "8013" and check_pair(value[:-2]) != value[-2:]:
        raise MalformedError(
            f"the {form.name} ({ai}) {value!r} has wrong check characters: the"
            f" others give {check_pair(value[:-2])}; look it up again"
        )
    if ai == "8006" and not "00" < value[14:16] <= value[16:]:
        raise MalformedError(
            f"the {form.name} ({ai}) {value!r} is piece {value[14:16]} of"
            f" {value[16:]}: a piece is 1 up to the total; look it up again"
        )
