"""The path of a GS1 Digital Link: what it identifies.

    https://brand.example/shop/01/09506000134352/21/00042?17=271231#top
    ^scheme ^domain       ^stem    ^key           ^qualifier ^query

The grammar, as far as it identifies a thing (GS1 Digital Link: URI Syntax):

    link = ("http" / "https" / "HTTP" / "HTTPS") "://" domain *("/" stem)
           "/" key "/" value *("/" qualifier "/" value)
           ["?" attributes] ["#" fragment]

A stem may look like anything, so the key is searched from the right end of
the path. But a stem that holds a key with its value, or an address within the
address, is another link that this one was glued to, and would be lost: both
are refused. Attributes such as an expiry date (17) say something about the
thing and are no part of what it is (`provenance.gs1.digitallink` reads them).
What could qualify the thing further must stand in the path: in the query it
would be lost to whoever reads the path alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from provenance.errors import MalformedError
from provenance.gs1.identifier import GTIN, KEYS, ORDERS, QUALIFIERS, Identifier

_LINK = re.compile(
    r"(?:https?|HTTPS?)://"
    r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
    r"(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?"
)
_ILLEGAL = re.compile(r'[^!-~]|[<>{}|\\^`"]')
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

# Another address or URN in the same text; after `=` it is a parameter's value.
_SECOND = re.compile(r"[^=](?:https?:/|urn:epc:)", re.IGNORECASE)
_PATH = re.compile(r"https?://[^/?#]*(/[^?#]*)", re.IGNORECASE)
_LIKE_A_NUMBER = re.compile(r"[0-9]{8,}|[0-9]{13}.*", re.DOTALL)
_LIKE_AN_AI = re.compile(r"[0-9]{2,4}")

_SEVERAL = (
    "a Digital Link has one key and names one thing, and this text holds more"
    " than one: give each on its own"
)
_SHORT_GTINS = (8, 12, 13)


class LinkPath(NamedTuple):
    """A link, taken apart.

    Attributes:
        stem: What stands before the key.
        identifier: What the path identifies.
        query: What follows `?`, as it is written.
    """

    stem: str
    identifier: Identifier
    query: str


def split_link(uri: str) -> LinkPath:
    """Return the parts of *uri*, on whatever domain.

    A GTIN of 8, 12 or 13 digits, as older links have it, is filled up with
    zeros to 14. What follows `#` is left out.

    Raises:
        MalformedError: It is no Digital Link, or its path no valid one.
    """
    if found := _ILLEGAL.search(uri):
        raise MalformedError(
            f"a Digital Link holds no {found.group()!r}: write it %-encoded"
        )
    link = _LINK.fullmatch(uri)
    if link is None:
        raise MalformedError(
            "a Digital Link is an http or https address: write one, such as"
            " https://id.gs1.org/01/09506000134352"
        )
    if "://" in link["path"] or _SECOND.search(uri):
        raise MalformedError(_SEVERAL)
    segments = link["path"].split("/")
    # A trailing slash adds nothing, and must not hide a thing from itself.
    if segments[-1] == "":
        segments.pop()
    start = _find_key(segments)
    if any(_is_key_at(segments, place) for place in range(start)):
        raise MalformedError(_SEVERAL)
    key, value, *rest = [decode_value(each) for each in segments[start:]]
    if key == GTIN:
        value = fill_up(value)
    qualifiers = tuple(zip(rest[::2], rest[1::2], strict=True))
    identifier = Identifier(key, value, qualifiers)
    if query := link["query"] or "":
        names = [name for name, _ in parameters(query)]
        refuse_qualifiers(names, identifier)
    stem = uri[: link.start("path")] + "/".join(segments[:start])
    return LinkPath(stem, identifier, query)


def parse_link_path(uri: str) -> Identifier:
    """Return the identifier that *uri* holds, on whatever domain.

    Its attributes are not looked at: what a thing is called must not hang on
    a table of AIs that grows every year.

    Raises:
        MalformedError: It is no Digital Link, or its path no valid one.
    """
    return split_link(uri).identifier


def is_meant_as_link(uri: str) -> bool:
    """Return whether the path of *uri* holds a GS1 key and its value.

    Whoever writes that, on whatever domain, means a Digital Link, even if it
    is not a valid one.
    """
    path = _PATH.match(uri)
    if path is None:
        return False
    segments = path[1].rstrip("/").split("/")
    return any(
        _is_key_at(segments, place) for place in range(len(segments) - 1)
    )


def fill_up(gtin: str) -> str:
    """Return *gtin* with 14 digits, if it has 8, 12 or 13."""
    return gtin.zfill(14) if len(gtin) in _SHORT_GTINS else gtin


def decode_value(text: str) -> str:
    """Return the value that is written *text* in a link.

    Raises:
        MalformedError: A `%` in it starts no escape.
    """
    if "%" not in text:
        return text
    if _LONE_PERCENT.search(text):
        raise MalformedError(f"a lone % in {text[:80]!r}: write it %25")
    return unescape(text)


def unescape(text: str) -> str:
    """Return *text* with each escape made the character of that number.

    No value of an AI has a character beyond ASCII, so escapes of more than
    one byte are not put together. A `%` that starts no escape stays.
    """
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def parameters(query: str) -> Iterator[tuple[str, str]]:
    """Yield each name of *query*, read out, with its value as it is written.

    A `;` stands between parameters as well as `&`: whoever reads on at only one
    of them would take a part of one value for another's.
    """
    for parameter in re.split("[&;]", query):
        name, _, value = parameter.partition("=")
        yield unescape(name), value


def refuse_qualifiers(codes: Iterable[str], identifier: Identifier) -> None:
    """Refuse to have any of *codes* in the query of a link to *identifier*.

    Raises:
        MalformedError: One of them could stand in the path as well.
    """
    there = {ai for ai, _ in identifier.qualifiers}
    for ai in codes:
        if any(
            ai in order and there.issubset(order)
            for order in ORDERS.get(identifier.key, ())
        ):
            raise MalformedError(
                f"the {QUALIFIERS[ai].name} ({ai}) belongs into the path, after"
                f" ({identifier.key}), not into the query: move it there"
            )


def _find_key(segments: list[str]) -> int:
    """Return where the rightmost key stands, pair by pair from the right."""
    for start in range(len(segments) - 2, -1, -2):
        if segments[start] in KEYS:
            return start
        if segments[start] not in QUALIFIERS:
            break
    raise MalformedError(
        "a Digital Link's path ends in a GS1 key, its value and qualifiers:"
        " write one such as /01/09506000134352/21/00042"
    )


def _is_key_at(segments: Sequence[str], place: int) -> bool:
    """Return whether a key and what is meant as its value stand at *place*.

    A number need not be right in order to be meant. Where a value may be
    nearly anything, what follows it has to look like AIs.
    """
    form = KEYS.get(segments[place])
    if form is None:
        return False
    value = unescape(segments[place + 1])
    if form.checked:
        return _LIKE_A_NUMBER.fullmatch(value) is not None
    return form.pattern.fullmatch(value) is not None and all(
        _LIKE_AN_AI.fullmatch(each) for each in segments[place + 2 :: 2]
    )
