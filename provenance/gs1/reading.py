"""Item ids from whatever people have: a link, a URN, a scan, digits.

    https://brand.example/01/09506000134352/21/00042   ┐
    urn:epc:id:sgtin:9506000.013435.00042              │ all become one id
    (01)09506000134352(21)00042                        │
    ]d201095060001343522100042                         ┘

Documents are stricter: in them an item is a URI (`provenance.gs1.item`).
"""

from provenance.errors import MalformedError
from provenance.gs1.item import canonical_item
from provenance.gs1.keyboard import tidy

# No scheme of a URI starts with one of these.
_SCANNED = frozenset("(]0123456789\x1d")


def read_item(text: str) -> str:
    """Return the item id of what *text* names: one that `canonical_item` gives.

    Takes any absolute URI, and what `provenance.gs1.scan` takes: an element
    string, bracketed or raw, with or without the kind of code before it, or
    the digits of a GTIN, which are filled up to 14. What scanners and
    keyboards add is left out (`provenance.gs1.keyboard`).

    Raises:
        MalformedError: It names nothing, or not validly.
    """
    text = tidy(text)
    uri = content_of(text)
    if uri is not None:
        return canonical_item(uri)
    # The table of AIs is read for who scans, not for who verifies.
    from provenance.gs1.scan import parse_scan  # noqa: PLC0415

    try:
        identifier = parse_scan(text).identifier
    except MalformedError as error:
        raise MalformedError(f"{text[:200]!r}: {error}") from error
    if identifier is None:
        raise MalformedError(
            f"{text[:200]!r} names no thing: it has no GS1 key, such as (01)"
            " or (00)"
        )
    return identifier.identity.link


def content_of(text: str) -> str | None:
    """Return the URI that *text*, which is tidy, is meant as; None if none is.

    It may follow the kind of a code that holds any text.
    """
    if text[:1] not in _SCANNED:
        return text
    if text[:1] != "]":
        return None
    from provenance.gs1.scan import TEXTS  # noqa: PLC0415  # as above

    if text[:3] in TEXTS and text[3:4] not in _SCANNED:
        return tidy(text[3:])
    return None
