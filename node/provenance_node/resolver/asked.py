"""What a request asks for: a thing, and the kind of link.

    /01/09506000134352/10/L7/21/00042?17=271231&linkType=gs1:epcis
    ^thing                            ^attribute ^kind of link

The thing is looked for level by level, from what the link names to its key:

    /01/09506000134352/10/L7/21/00042     the unit
    /01/09506000134352/10/L7              its lot
    /01/09506000134352                    the product

What others compressed is read too (`provenance.gs1.compressed`): the whole
path, or what follows the key.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from provenance.errors import MalformedError
from provenance.gs1.compressed import decompress
from provenance.gs1.digitallink import (
    DigitalLink,
    build_digital_link,
    escape_query,
    parse_digital_link,
)
from provenance.gs1.elements import Element
from provenance.gs1.identifier import VARIANT, Identifier
from provenance.gs1.linkpath import decode_value, split_link

LINKSET = "linkset"
"""The kind of link that is all of them; `all` is its older name."""

VOCABULARY = "https://ref.gs1.org/voc/"
"""What `gs1:` stands for."""

_OLDER_VOCABULARIES = (
    "https://gs1.org/voc/",
    "https://www.gs1.org/voc/",
    "http://gs1.org/voc/",
)
_OWN_PARAMETERS = frozenset({"linkType", "context"})

# A key that is none without a qualifier: a payee, without what is paid.
_NEVER_ALONE = "415"


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What a request asks for.

    Attributes:
        thing: What its path names.
        attributes: What its query says of the thing, in order.
        base: This node's own address.
        query: Its query as it was written, to pass on.
        link_type: `LINKSET`, a link type's full URI, any other word, or None
            if the request names none.
        was_compressed: Whether it came compressed.
    """

    thing: Identifier
    attributes: tuple[Element, ...]
    base: str
    query: str
    link_type: str | None
    was_compressed: bool

    @property
    def uri(self) -> str:
        """The link to the thing, at this node and uncompressed."""
        return self.thing.link_under(self.base)

    @property
    def whole_uri(self) -> str:
        """The same, with what was said of the thing."""
        said = "&".join(
            f"{ai}={escape_query(value)}" for ai, value in self.attributes
        )
        return _with_query(self.uri, said)

    @property
    def levels(self) -> tuple[Identifier, ...]:
        """What the link names, and what that is one or some of.

        The first is what the link names, the last is the key. Each is
        another thing than the one before it.
        """
        whole = self.thing
        levels = [whole]
        for size in range(len(whole.qualifiers) - 1, -1, -1):
            if size or whole.key != _NEVER_ALONE:
                qualifiers = whole.qualifiers[:size]
                level = Identifier(whole.key, whole.value, qualifiers)
                if level.identity != levels[-1].identity:
                    levels.append(level)
        return tuple(levels)

    @property
    def items(self) -> tuple[str, ...]:
        """The id of each level's item, as the ledger has it."""
        return tuple(level.identity.link for level in self.levels)

    @property
    def filters(self) -> str:
        """What of the query is for neither the resolver nor the label."""
        return "&".join(
            parameter
            for parameter in re.split("[&;]", self.query)
            if (name := unquote(parameter.partition("=")[0]))
            and name not in _OWN_PARAMETERS
            and not name.isdecimal()
        )


def read_request(path: str, query: str, *, base: str) -> LinkRequest:
    """Return what a request for *path* asks for.

    Args:
        path: As it was sent, escapes and all; it starts with a slash.
        query: As it was sent, without its question mark.
        base: This node's own address, such as https://id.brand.example.

    Raises:
        MalformedError: It is no valid Digital Link, or names two kinds of
            link.
    """
    segments = path.removesuffix("/").split("/")[1:]
    if was_compressed := len(segments) % 2 == 1:
        *before, text = segments
        link, others = _decompress(before, text, base=base)
        pairs = [f"{name}={quote(value, safe='')}" for name, value in others]
        query = "&".join([*pairs, query] if query else pairs)
        uri = link.uri
    else:
        uri = base + path
    uri = _with_query(uri, query)
    stem, thing, _ = split_link(uri)
    if stem != base:
        raise MalformedError(
            f"a Digital Link has one key, unlike {path[:200]!r}: ask for one"
            " thing at a time"
        )
    return LinkRequest(
        thing,
        _read_attributes(thing, uri),
        base,
        query,
        _read_link_type(query),
        was_compressed,
    )


def _read_attributes(thing: Identifier, uri: str) -> tuple[Element, ...]:
    """Return what *uri*, a link to *thing*, says of it.

    The path of an ITIP has room for a variant (22), but the dictionary of AIs
    has none beside an ITIP. Who printed one anyway is not left standing.
    """
    if thing.key == "8006":
        qualifiers = tuple(q for q in thing.qualifiers if q[0] != VARIANT)
        plain = Identifier(thing.key, thing.value, qualifiers).link
        uri = _with_query(plain, uri.partition("?")[2])
    return parse_digital_link(uri).attributes


def _decompress(
    before: Sequence[str], text: str, *, base: str
) -> tuple[DigitalLink, Sequence[Element]]:
    """Return the link that *text* ends, and what else *text* says.

    Args:
        before: The segments of the path before it.
        text: What is compressed.
        base: The link's stem.
    """
    values = [decode_value(segment) for segment in before]
    named = zip(values[::2], values[1::2], strict=True)
    try:
        elements, others = decompress(text)
        return build_digital_link([*named, *elements], stem=base), others
    except MalformedError as error:
        raise MalformedError(
            "a Digital Link has a value after each AI, such as"
            f" /01/09506000134352/21/00042, and {text[:40]!r} is not one that"
            f" was compressed: {error}"
        ) from error


def _with_query(uri: str, query: str) -> str:
    if not query:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{query}"


def _read_link_type(query: str) -> str | None:
    given = {
        value
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name == "linkType"
    }
    if len(given) > 1:
        raise MalformedError(
            f"linkType is given as {' and as '.join(sorted(given))}: ask for"
            " one kind of link"
        )
    for word in given:
        return _full_name(word)
    return None


def _full_name(word: str) -> str:
    if word in {LINKSET, "all"}:
        return LINKSET
    for start in ("gs1:", *_OLDER_VOCABULARIES):
        if word.startswith(start):
            return VOCABULARY + word[len(start) :]
    return word
