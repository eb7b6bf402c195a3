"""EPC URNs from identifiers: the way back, which needs one thing more.

    01 04012345111118 21 987, prefix of 7 digits
    urn:epc:id:sgtin:4012345.011111.987

A GS1 key does not carry where its company prefix ends, and a URN shows it
(EPC Tag Data Standard, section 6). Whoever writes a URN takes the length from
the owner's registration or a table of prefixes; a wrong one makes the URN of
another owner.

Promises: the URN reads back as the same identifier (`provenance.gs1.epcurn`),
but for `254` with the value 0, which means no extension.
"""

from collections.abc import Mapping

from provenance.errors import MalformedError
from provenance.gs1.identifier import KEYS, Identifier

_SCHEMES: Mapping[tuple[str, ...], str] = {
    ("00",): "id:sscc",
    ("01", "10"): "class:lgtin",
    ("01", "21"): "id:sgtin",
    ("01", "235"): "id:upui",
    ("253",): "id:gdti",
    ("255",): "id:sgcn",
    ("401",): "id:ginc",
    ("402",): "id:gsin",
    ("414",): "id:sgln",
    ("414", "254"): "id:sgln",
    ("417",): "id:pgln",
    ("8003",): "id:grai",
    ("8004",): "id:giai",
    ("8006", "21"): "id:itip",
    ("8010", "8011"): "id:cpi",
    ("8017",): "id:gsrnp",
    ("8018",): "id:gsrn",
}
"""Key and qualifiers → the URN of a thing or a lot."""

_PATTERNS: Mapping[tuple[str, ...], str] = {
    ("01",): "idpat:sgtin",
    ("253",): "idpat:gdti",
    ("255",): "idpat:sgcn",
    ("8003",): "idpat:grai",
    ("8006",): "idpat:itip",
    ("8010",): "idpat:cpi",
}
"""Key → the URN of a class, if the key has no serial number."""

_WITH_SERIAL = frozenset({"253", "255", "8003"})
"""The keys that a serial number is a part of."""

_MOVED = frozenset({"00", "01", "8006"})
"""The keys whose first digit stands behind the company prefix in a URN."""

_ESCAPES = {ord(each): f"%{ord(each):02X}" for each in '"#%&/<>?'}


def format_epc_urn(identifier: Identifier, *, prefix_length: int) -> str:
    """Return the EPC URN of *identifier*.

    A product, or another class without a serial number, becomes a pattern
    URN, with `*` for its serial numbers.

    Args:
        identifier: What the URN names.
        prefix_length: How many digits its company prefix has: 6 to 12.

    Raises:
        MalformedError: There is no such URN: of a GMN or a payee, of a GTIN
            with a variant or several qualifiers, or with a prefix that long.
    """
    prefix, reference, tail = _divide(identifier, prefix_length)
    parts = [prefix, reference]
    if identifier.key == "8006":
        parts += [tail[:2], tail[2:]]
    serial = ""
    if identifier.qualifiers:
        serial = identifier.qualifiers[0][1]
    elif identifier.key in _WITH_SERIAL:
        serial = tail
    elif identifier.key == "414":
        serial = "0"
    says = tuple(ai for ai, _ in identifier.elements)
    scheme = _PATTERNS.get(says) if serial == "" else None
    if scheme is not None:
        parts.append("*")
    else:
        scheme = _SCHEMES.get(says)
        if serial:
            parts.append(serial)
    if scheme is None:
        raise MalformedError(
            f"no EPC URN says {' with '.join(f'({ai})' for ai in says)}"
        )
    body = ".".join(part.translate(_ESCAPES) for part in parts)
    return f"urn:epc:{scheme}:{body}"


def _divide(identifier: Identifier, length: int) -> tuple[str, str, str]:
    """Return the company prefix, the reference, and what follows them."""
    value, checked = identifier.value, KEYS[identifier.key].checked
    if checked == 0:
        number, tail, least = value, "", 1
    else:
        number, tail, least = value[: checked - 1], value[checked:], 0
    first = ""
    if identifier.key in _MOVED:
        first, number = number[0], number[1:]
    elif identifier.key == "8003":
        number = number[1:]
    prefix, reference = number[:length], number[length:]
    if not 6 <= length <= 12 or not prefix.isdigit() or len(reference) < least:
        raise MalformedError(
            "a company prefix has 6 to 12 digits in a URN, and a reference"
            f" behind it: not the first {length} of {number[:80]!r}"
        )
    return prefix, first + reference, tail
