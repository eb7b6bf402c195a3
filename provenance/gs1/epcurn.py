"""EPC URNs: the older spelling of GS1 identifiers, as EPCIS 1 wrote them.

    urn:epc:id:sgtin:4012345.011111.987      one unit
    urn:epc:class:lgtin:4012345.011111.L7    a lot
    urn:epc:idpat:sgtin:4012345.011111.*     all units of a product

A URN shows where the company prefix ends, and leaves check digits out (EPC
Tag Data Standard, section 6). So every URN has one Digital Link, but a link
has its URN only together with the length of the prefix
(`provenance.gs1.epcurn_write`).
"""

import re
from collections.abc import Callable, Mapping

from provenance.errors import MalformedError
from provenance.gs1.checkdigit import check_digit
from provenance.gs1.identifier import GTIN, LOT, SERIAL, Identifier

UNLINKED = frozenset({"adi", "bic", "gid", "imovn", "usdod"})
"""The EPC schemes that are no GS1 keys, and so have no Digital Link."""

_START = "urn:epc:"
_PREFIX = re.compile(r"[0-9]{6,12}")
_DIGITS = re.compile(r"[0-9]*")

# These characters are escaped in a URN, always, and no others. The %23 is
# for the # of a component id.
_TEXT = re.compile(
    r"(?:[A-Za-z0-9!'()*+,\-.:;=_]|%2[2356Ff]|%3[CcEeFf])*",
)
_ESCAPE = re.compile(r"%(..)")
# As many as an item's id may have, which is made of it.
_LONGEST = 2048


def is_epc_urn(uri: str) -> bool:
    """Return whether *uri* is in the namespace of EPC URNs."""
    # RFC 8141 compares "urn" and the namespace without regard to case.
    return uri[: len(_START)].lower() == _START


def parse_epc_urn(urn: str) -> Identifier | None:
    """Return the identifier that *urn* spells; None for `UNLINKED` schemes.

    Raises:
        MalformedError: It is no EPC URN of one thing or one class, or not a
            valid one. Tag and raw URNs are none: they would be second names.
    """
    if len(urn) > _LONGEST:
        raise MalformedError(
            f"a URN of a thing has at most {_LONGEST} characters, not"
            f" {len(urn)}"
        )
    kind, _, rest = urn[len(_START) :].partition(":")
    scheme, _, text = rest.partition(":")
    known = _SCHEMES.get(kind)
    if known is None:
        raise MalformedError(
            f"'urn:epc:{kind[:20]}' names no thing or class: write it as"
            " urn:epc:id, urn:epc:class or urn:epc:idpat"
        )
    if kind == "id" and scheme in UNLINKED:
        return None
    if scheme not in known:
        raise MalformedError(
            f"urn:epc:{kind} has no scheme {scheme[:20]!r}; it has"
            f" {', '.join(sorted(known))}: write one of these"
        )
    if _TEXT.fullmatch(text) is None:
        raise MalformedError(
            'a URN escapes " % & / < > ? and no other character, unlike'
            f" {text[:80]!r}: write it so"
        )
    count, build = known[scheme]
    parts = [_unescape(part) for part in text.split(".", count - 1)]
    if len(parts) != count:
        raise MalformedError(
            f"a {scheme} has {count} parts with dots between, not"
            f" {len(parts)}: write them all"
        )
    if kind == "idpat":
        *parts, star = parts
        if star != "*" or "*" in parts:
            raise MalformedError(
                "a pattern names a class only if * is its last part alone:"
                " write it so"
            )
    return build(*parts)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _join(prefix: str, reference: str, *, length: int) -> str:
    """Return both digit strings as one, of *length* digits in all."""
    if _PREFIX.fullmatch(prefix) is None:
        raise MalformedError(
            f"a company prefix has 6 to 12 digits, unlike {prefix[:80]!r}: look"
            " it up again"
        )
    if _DIGITS.fullmatch(reference) is None or (
        len(prefix) + len(reference) != length
    ):
        raise MalformedError(
            f"{prefix} and {reference[:80]!r} are not {length} digits together:"
            " write leading zeros too"
        )
    return prefix + reference


def _number(prefix: str, reference: str, *, length: int) -> str:
    """Return the number of *length* digits, and its check digit."""
    digits = _join(prefix, reference, length=length)
    return digits + check_digit(digits)


def _moved(prefix: str, reference: str, *, length: int) -> str:
    """Return the same, with the reference's first digit before the prefix."""
    digits = _join(prefix, reference, length=length)
    digits = reference[0] + prefix + reference[1:]
    return digits + check_digit(digits)


def _open(prefix: str, reference: str) -> str:
    """Return the prefix and a reference that may be any text but none."""
    _join(prefix, "", length=len(prefix))
    if not reference:
        raise MalformedError(f"there is no reference behind {prefix}: add it")
    return prefix + reference


def _serial(ai: str, serial: str | None) -> tuple[tuple[str, str], ...]:
    return () if serial is None else ((ai, serial),)


def _tail(serial: str | None) -> str:
    """Return the serial number that is a part of its key."""
    if serial == "":
        raise MalformedError("the serial number is empty: add it")
    return serial or ""


def _sgtin(prefix: str, item: str, serial: str | None = None) -> Identifier:
    gtin = _moved(prefix, item, length=13)
    return Identifier(GTIN, gtin, _serial(SERIAL, serial))


def _lgtin(prefix: str, item: str, lot: str) -> Identifier:
    return Identifier(GTIN, _moved(prefix, item, length=13), ((LOT, lot),))


def _upui(prefix: str, item: str, serial: str | None = None) -> Identifier:
    gtin = _moved(prefix, item, length=13)
    return Identifier(GTIN, gtin, _serial("235", serial))


def _itip(
    prefix: str, item: str, piece: str, total: str, serial: str | None = None
) -> Identifier:
    value = _moved(prefix, item, length=13) + piece + total
    return Identifier("8006", value, _serial(SERIAL, serial))


def _sscc(prefix: str, reference: str) -> Identifier:
    return Identifier("00", _moved(prefix, reference, length=17))


def _sgln(prefix: str, place: str, extension: str) -> Identifier:
    qualifiers = () if extension == "0" else (("254", extension),)
    return Identifier("414", _number(prefix, place, length=12), qualifiers)


def _pgln(prefix: str, party: str) -> Identifier:
    return Identifier("417", _number(prefix, party, length=12))


def _grai(prefix: str, kind: str, serial: str | None = None) -> Identifier:
    value = "0" + _number(prefix, kind, length=12) + _tail(serial)
    return Identifier("8003", value)


def _gdti(prefix: str, kind: str, serial: str | None = None) -> Identifier:
    value = _number(prefix, kind, length=12) + _tail(serial)
    return Identifier("253", value)


def _sgcn(prefix: str, coupon: str, serial: str | None = None) -> Identifier:
    value = _number(prefix, coupon, length=12) + _tail(serial)
    return Identifier("255", value)


def _cpi(prefix: str, part: str, serial: str | None = None) -> Identifier:
    return Identifier("8010", _open(prefix, part), _serial("8011", serial))


def _giai(prefix: str, reference: str) -> Identifier:
    return Identifier("8004", _open(prefix, reference))


def _ginc(prefix: str, reference: str) -> Identifier:
    return Identifier("401", _open(prefix, reference))


def _gsin(prefix: str, reference: str) -> Identifier:
    return Identifier("402", _number(prefix, reference, length=16))


def _gsrn(prefix: str, reference: str) -> Identifier:
    return Identifier("8018", _number(prefix, reference, length=17))


def _gsrnp(prefix: str, reference: str) -> Identifier:
    return Identifier("8017", _number(prefix, reference, length=17))


_Scheme = tuple[int, Callable[..., Identifier]]

_CLASSES: Mapping[str, _Scheme] = {
    "cpi": (3, _cpi),
    "gdti": (3, _gdti),
    "grai": (3, _grai),
    "itip": (5, _itip),
    "sgcn": (3, _sgcn),
    "sgtin": (3, _sgtin),
    "upui": (3, _upui),
}
"""Scheme → its parts; without the last, a serial number, it is a class."""

_SCHEMES: Mapping[str, Mapping[str, _Scheme]] = {
    "id": {
        **_CLASSES,
        "giai": (2, _giai),
        "ginc": (2, _ginc),
        "gsin": (2, _gsin),
        "gsrn": (2, _gsrn),
        "gsrnp": (2, _gsrnp),
        "pgln": (2, _pgln),
        "sgln": (3, _sgln),
        "sscc": (2, _sscc),
    },
    "class": {"lgtin": (3, _lgtin)},
    "idpat": _CLASSES,
}
