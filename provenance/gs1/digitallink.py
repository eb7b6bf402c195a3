"""GS1 Digital Links: identifiers written as web addresses.

    https://brand.example/shop/01/09506000134352/21/00042?17=271231#top
    ^scheme ^domain       ^stem    ^key           ^qualifier ^attributes

The grammar, as far as it identifies a thing (GS1 Digital Link: URI Syntax):

    link = ("http" / "https" / "HTTP" / "HTTPS") "://" domain *("/" stem)
           "/" key "/" value *("/" qualifier "/" value)
           ["?" attributes] ["#" fragment]

A stem may look like anything, a key too, so the key is searched from the
right end of the path. Attributes such as an expiry date (17) say something
about the thing and are no part of what it is. A qualifier must stand in the
path: in the query it would be lost to whoever reads the path alone.
"""

import re

from provenance.errors import MalformedError
from provenance.gs1.identifier import GTIN, KEYS, ORDERS, QUALIFIERS, Identifier

_LINK = re.compile(
    r"(?:https?|HTTPS?)://"
    r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
    r"(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?"
)
_ILLEGAL = re.compile(r'[^!-~]|[<>{}|\\^`"]')
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")

_SHORT_GTINS = (8, 12, 13)


def parse_digital_link(uri: str) -> Identifier:
    """Return the identifier that *uri* holds, on whatever domain.

    A GTIN of 8, 12 or 13 digits, as older links have it, is filled up with
    zeros to 14. What follows `?` and `#` is left out.

    Raises:
        MalformedError: It is no Digital Link, or not a valid one.
    """
    if found := _ILLEGAL.search(uri):
        raise MalformedError(
            f"a Digital Link holds no {found.group()!r}: write it %-encoded"
        )
    link = _LINK.fullmatch(uri)
    if link is None:
        raise MalformedError("a Digital Link is an http or https address")
    segments = link["path"].split("/")[1:]
    # A trailing slash adds nothing, and must not hide a thing from itself.
    if segments[-1] == "":
        segments.pop()
    start = _find_key(segments)
    key, value, *rest = [_decode(segment) for segment in segments[start:]]
    if key == GTIN and len(value) in _SHORT_GTINS:
        value = value.zfill(14)
    qualifiers = tuple(zip(rest[::2], rest[1::2], strict=True))
    _refuse_qualifiers_in(link["query"] or "", key)
    return Identifier(key, value, qualifiers)


def _find_key(segments: list[str]) -> int:
    """Return where the rightmost key stands, pair by pair from the right."""
    for start in range(len(segments) - 2, -1, -2):
        if segments[start] in KEYS:
            return start
        if segments[start] not in QUALIFIERS:
            break
    raise MalformedError(
        "a Digital Link's path ends in a GS1 key, its value and qualifiers,"
        " such as /01/09506000134352/21/00042"
    )


def _decode(segment: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found[1] is None:
            raise MalformedError(f"a lone % in {segment[:80]!r}: write it %25")
        return chr(int(found[1], 16))

    return _ESCAPE.sub(replace, segment)


def _refuse_qualifiers_in(query: str, key: str) -> None:
    for parameter in query.split("&"):
        ai = parameter.partition("=")[0]
        if any(ai in order for order in ORDERS.get(key, ())):
            raise MalformedError(
                f"the {QUALIFIERS[ai].name} ({ai}) belongs into the path, after"
                f" ({key}), not into the query"
            )
