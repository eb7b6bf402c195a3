"""What there is to lead to, and how a linkset lists it (RFC 9264).

    gs1:defaultLink         the page that checks the thing in its reader's
    gs1:pip                 browser; as pip also in each of its languages
    gs1:traceability        the bundle: the proof of its whole story
    gs1:epcis               its events, by EPCIS 2.0
    gs1:recallStatus        its story as the node finds it, with its recalls
    gs1:certificationInfo   the page, where its story names certificates

The last four are only there for what the ledger knows. All lead to this node:
an address that somebody wrote into an event is shown, with who wrote it, and
nobody is sent there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from provenance.gs1.identifier import KEYS, QUALIFIERS, Identifier
from provenance_node.resolver.asked import VOCABULARY

DEFAULT = VOCABULARY + "defaultLink"
PIP = VOCABULARY + "pip"
TRACEABILITY = VOCABULARY + "traceability"
EPCIS = VOCABULARY + "epcis"
RECALL_STATUS = VOCABULARY + "recallStatus"
CERTIFICATION_INFO = VOCABULARY + "certificationInfo"

HTML = "text/html"
JSON = "application/json"
JSON_LD = "application/ld+json"
BUNDLE = "application/vnd.provenance.bundle+msgpack"

ENGLISH, CHINESE = "en", "zh-CN"

# In English and in Chinese.
_TITLES: Mapping[str, tuple[str, str]] = {
    PIP: ("Check this item", "查验此物品"),
    TRACEABILITY: ("Proof of its whole story", "完整溯源证明"),
    EPCIS: ("Its events (EPCIS 2.0)", "事件记录（EPCIS 2.0）"),
    RECALL_STATUS: ("Whether it was recalled", "是否被召回"),
    CERTIFICATION_INFO: (
        "Certificates that its story names",
        "溯源记录中提到的证书",
    ),
}
_UNKNOWN = ("No record of this item", "没有此物品的记录")


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What the ledger knows of what was asked for.

    Attributes:
        items: Those that it has events of.
        certified: Those of them whose story names certificates.
        is_ours: Whether it is the ledger for that company.
    """

    items: Collection[str] = ()
    certified: Collection[str] = ()
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class WebLink:
    """Somewhere to lead to.

    Attributes:
        link_type: Its type's full URI.
        href: Where.
        title: What is there.
        languages: In which it is written; () for no matter which.
        media_type: What it is, if one type says it and IANA knows it.
        gives: The media types that may be asked for there.
        takes_filters: Whether what follows its `?` asks for a part of it, so
            that nothing else may stand there.
    """

    link_type: str
    href: str
    title: str
    languages: tuple[str, ...] = ()
    media_type: str | None = None
    gives: tuple[str, ...] = ()
    takes_filters: bool = False

    def to_json(self) -> dict[str, object]:
        """Return it as a linkset has it."""
        said: dict[str, object] = {"href": self.href, "title": self.title}
        if self.languages:
            said["hreflang"] = list(self.languages)
        if self.media_type is not None:
            said["type"] = self.media_type
        return said


@dataclass(frozen=True, slots=True)
class LinkLevel:
    """A thing, with where its links lead.

    Attributes:
        thing: What it is.
        links: In order of type.
    """

    thing: Identifier
    links: tuple[WebLink, ...]

    def to_json(self, base: str) -> dict[str, object]:
        """Return it as a linkset has it, for the node at *base*."""
        said: dict[str, list[object]] = {}
        for link in self.links:
            said.setdefault(link.link_type, []).append(link.to_json())
        return {
            "anchor": self.thing.link_under(base),
            "itemDescription": describe(self.thing),
            **said,
        }


def describe(thing: Identifier) -> str:
    """Return what *thing* is, in words."""
    names = {**KEYS, **QUALIFIERS}
    return ", ".join(
        f"{names[ai].name} {value}" for ai, value in thing.elements
    )


def find_links(
    things: Sequence[Identifier],
    *,
    base: str,
    known: KnownItem,
    language: str,
) -> list[LinkLevel]:
    """Return the levels that have links; the first has the default link.

    Args:
        things: What was asked for, and what that is one or some of.
        base: This node's own address.
        known: What the ledger knows of them.
        language: Of the titles: `ENGLISH` or `CHINESE`.
    """
    levels: list[LinkLevel] = []
    for thing in things:
        item = thing.identity.link
        links: list[WebLink] = []
        if not levels:
            # With what the item's id leaves out, such as a unit's lot: the
            # page holds it against the record.
            links += _page_links(
                base, thing.link, language, is_known=item in known.items
            )
            # What stands behind it, the page's own type says, too.
            links.insert(0, _default(links[0]))
        elif item in known.items:
            links += _page_links(base, item, language, is_known=True)
        if item in known.items:
            links += _record_links(base, item, language)
        if item in known.certified:
            links.append(_certificates(base, item, language))
        if links:
            levels.append(LinkLevel(thing, tuple(links)))
    return levels


def _default(page: WebLink) -> WebLink:
    return WebLink(DEFAULT, page.href, page.title, gives=page.gives)


def _page_links(
    base: str, item: str, language: str, *, is_known: bool
) -> Iterator[WebLink]:
    """Yield the page, first for any reader, then in each of its languages.

    Where the ledger has no event of the item, the page says so; that of its
    product or lot would say that all is well.
    """
    page = _page(base, item)
    gives = (HTML, "application/xhtml+xml")
    title = _title(_TITLES[PIP] if is_known else _UNKNOWN, language)
    yield WebLink(PIP, page, title, media_type=HTML, gives=gives)
    for number, each in enumerate((ENGLISH, CHINESE)):
        yield WebLink(
            PIP,
            f"{page}&lang={each}",
            (_TITLES[PIP] if is_known else _UNKNOWN)[number],
            (each,),
            HTML,
            gives,
        )


def _record_links(base: str, item: str, language: str) -> Iterator[WebLink]:
    """Yield the links to what the ledger knows of *item*."""
    name = quote(item, safe="")
    yield WebLink(
        TRACEABILITY,
        f"{base}/v1/items/{name}/bundle",
        _title(_TITLES[TRACEABILITY], language),
        gives=(BUNDLE,),
    )
    yield WebLink(
        EPCIS,
        f"{base}/epcis/epcs/{name}/events",
        _title(_TITLES[EPCIS], language),
        media_type=JSON_LD,
        gives=(JSON_LD,),
        takes_filters=True,
    )
    yield WebLink(
        RECALL_STATUS,
        f"{base}/v1/items/{name}/trail",
        _title(_TITLES[RECALL_STATUS], language),
        media_type=JSON,
    )


def _certificates(base: str, item: str, language: str) -> WebLink:
    return WebLink(
        CERTIFICATION_INFO,
        f"{_page(base, item)}&show=certificates",
        _title(_TITLES[CERTIFICATION_INFO], language),
        media_type=HTML,
    )


def _page(base: str, item: str) -> str:
    return f"{base}/?item={quote(item, safe='')}"


def _title(titles: tuple[str, str], language: str) -> str:
    return titles[1] if language == CHINESE else titles[0]
