"""The answer to a request: a redirect, a list of links, or nothing.

    linkType=linkset, or Accept says so    200, the linkset
    linkType=gs1:…                         307 to the link of that type that
                                           fits best; 300 if several do
                                           equally, 404 if there is none
    Accept names a type that one gives     307 to it, 300 to several
    else                                   307 to the default link

A link of the level that was asked for comes before one of a level above it.
Whatever the request had in its query is passed on.

The ledger is asked about each level. Where it has no event of any, but is the
one for the company whose prefix the key has, the default link leads to the
page, which says that there is no record. All else is not found.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from provenance.claims.registry import Actor
from provenance.errors import NotFoundError
from provenance.gs1 import owner_key
from provenance_node.resolver.asked import LINKSET, VOCABULARY, LinkRequest
from provenance_node.resolver.description import CONTEXT_PATH
from provenance_node.resolver.links import (
    BUNDLE,
    CERTIFICATION_INFO,
    CHINESE,
    DEFAULT,
    ENGLISH,
    HTML,
    JSON,
    JSON_LD,
    KnownItem,
    LinkLevel,
    WebLink,
    find_links,
)
from provenance_node.resolver.wishes import (
    Liking,
    Wishes,
    liking_of_language,
    liking_of_type,
    read_wishes,
)

LINKSET_TYPE = "application/linkset+json"
METHODS = "GET, HEAD, OPTIONS"

_LINKSET_TYPES = (LINKSET_TYPE, JSON)

Headers = tuple[tuple[str, str], ...]


class UnknownItemError(NotFoundError):
    """The ledger knows nothing of what was asked for, on any level."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Attributes:
        status: Of HTTP.
        headers: Names in lower case, with values.
        body: Empty for a redirect.
    """

    status: int
    headers: Headers
    body: bytes = b""


def wants_certificates(asked: LinkRequest, *, accept: str) -> bool:
    """Return whether the answer depends on who has certificates."""
    return asked.link_type == CERTIFICATION_INFO or _wants_linkset(
        asked, read_wishes(accept)
    )


def granted_prefixes(actors: Iterable[Actor]) -> tuple[str, ...]:
    """Return the company prefixes under which *actors* ever could create.

    Whoever may create anything says nothing about whose ledger it is.
    """
    return tuple(
        {
            prefix
            for actor in actors
            for held in actor.grants.values()
            for prefix in held.grant.prefixes
            if prefix.isdecimal()
        }
    )


def owns(prefixes: tuple[str, ...], asked: LinkRequest) -> bool:
    """Return whether what was asked for has one of these *prefixes*."""
    digits = owner_key(asked.items[-1])
    return digits is not None and digits.startswith(prefixes)


def resolve(
    asked: LinkRequest,
    *,
    accept: str,
    languages: str,
    known: KnownItem,
) -> Answer:
    """Return the answer to what was *asked*.

    Args:
        asked: The request.
        accept: Its Accept header.
        languages: Its Accept-Language header.
        known: What the ledger knows of its items; who has certificates, only
            if `wants_certificates` says that it matters.

    Raises:
        UnknownItemError: The ledger knows nothing of it.
        NotFoundError: There is no link of the type asked for.
    """
    types, tongues = read_wishes(accept), read_wishes(languages)
    if not known.is_ours and not known.items:
        thing = "".join(f"({ai}){v}" for ai, v in asked.thing.elements)
        raise UnknownItemError(
            f"this ledger has no event of {thing}, nor is it for that company:"
            " compare it with what is printed on the thing"
        )
    levels = find_links(
        asked.levels,
        base=asked.base,
        known=known,
        language=_language(tongues),
    )
    if _wants_linkset(asked, types):
        return _linkset(asked, 200, levels, types)
    if asked.link_type is None:
        found = _fitting(levels, types)
    else:
        found = _of_type(levels, asked.link_type, types, tongues)
    if len(found) == 1:
        return _redirect(asked, found[0])
    chosen = [
        LinkLevel(
            level.thing, tuple(link for link in level.links if link in found)
        )
        for level in levels
    ]
    listed = [level for level in chosen if level.links]
    return _linkset(asked, 300, listed, types)


def _fitting(levels: Sequence[LinkLevel], types: Wishes) -> list[WebLink]:
    """Return the links that give what is liked best; else the default."""
    default = _first(levels, DEFAULT)[0]
    best = _liking(default, types)
    found = [default]
    for kind in _kinds(levels):
        for link in _first(levels, kind):
            liking = _liking(link, types)
            if liking > best:
                best, found = liking, [link]
            elif liking == best and default not in found:
                found.append(link)
    return found


def _of_type(
    levels: Sequence[LinkLevel], link_type: str, types: Wishes, tongues: Wishes
) -> list[WebLink]:
    """Return the links of that type, on the nearest level, that fit best."""
    links = _first(levels, link_type)
    if not links:
        there = ", ".join(
            kind.replace(VOCABULARY, "gs1:") for kind in _kinds(levels)
        )
        raise NotFoundError(
            f"there is no link of that type: ask for one of {there}, or for"
            " linkset"
        )
    likings = [
        (_liking_of_languages(link, tongues), _liking(link, types))
        for link in links
    ]
    best = max(likings)
    return [
        link
        for link, liking in zip(links, likings, strict=True)
        if liking == best
    ]


def _liking(link: WebLink, types: Wishes) -> Liking:
    likings = [liking_of_type(each, types) for each in link.gives]
    return max(likings, default=(0.0, 0))


def _liking_of_languages(link: WebLink, tongues: Wishes) -> tuple[float, bool]:
    """Return how much a link's languages are liked.

    One for any reader comes before one in a language that nobody asked for.
    """
    likings = [liking_of_language(each, tongues) for each in link.languages]
    return max(likings, default=0.0), not link.languages


def _first(levels: Sequence[LinkLevel], kind: str) -> list[WebLink]:
    """Return the links of that kind on the first level that has any."""
    for level in levels:
        found = [link for link in level.links if link.link_type == kind]
        if found:
            return found
    return []


def _kinds(levels: Sequence[LinkLevel]) -> list[str]:
    return list(
        dict.fromkeys(
            link.link_type for level in levels for link in level.links
        )
    )


def _wants_linkset(asked: LinkRequest, types: Wishes) -> bool:
    """Return whether the linkset is wanted: asked for, or liked best.

    Where something else is liked as much, the linkset lists it.
    """
    if asked.link_type is not None:
        return asked.link_type == LINKSET
    liking = max(liking_of_type(each, types) for each in _LINKSET_TYPES)
    return liking > liking_of_type(HTML, types) and all(
        liking >= liking_of_type(each, types) for each in (BUNDLE, JSON_LD)
    )


def _language(tongues: Wishes) -> str:
    """Return the language of titles: English, unless Chinese is preferred."""
    return max(
        (ENGLISH, CHINESE), key=lambda each: liking_of_language(each, tongues)
    )


def _redirect(asked: LinkRequest, link: WebLink) -> Answer:
    query = asked.filters if link.takes_filters else asked.query
    mark = "&" if "?" in link.href else "?"
    place = f"{link.href}{mark}{query}" if query else link.href
    return Answer(307, (("location", place), *_headers(asked)))


def _linkset(
    asked: LinkRequest, status: int, levels: Sequence[LinkLevel], types: Wishes
) -> Answer:
    media_type = max(
        _LINKSET_TYPES, key=lambda each: liking_of_type(each, types)
    )
    value = {"linkset": [level.to_json(asked.base) for level in levels]}
    context = (
        f"<{asked.base}{CONTEXT_PATH}>;"
        ' rel="http://www.w3.org/ns/json-ld#context";'
        ' type="application/ld+json"'
    )
    return Answer(
        status,
        (("content-type", media_type), *_headers(asked, context)),
        json.dumps(value).encode(),
    )


def _headers(asked: LinkRequest, *links: str) -> Headers:
    return (
        ("link", ", ".join([*_link_fields(asked), *links])),
        ("access-control-allow-methods", METHODS),
        ("vary", "Accept, Accept-Language"),
        # What is not known today may be tomorrow.
        ("cache-control", "no-cache"),
    )


def _link_fields(asked: LinkRequest) -> Iterator[str]:
    yield (
        f'<{asked.uri}?linkType=linkset>; rel="linkset"; type="{LINKSET_TYPE}"'
    )
    if asked.was_compressed:
        yield f'<{asked.whole_uri}>; rel="owl:sameAs"'
