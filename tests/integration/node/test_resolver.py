"""Where a printed code leads, decided without a server."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provenance_node.resolver.answer import (
    Answer,
    UnknownItemError,
    granted_prefixes,
    owns,
    resolve,
    wants_certificates,
)
from provenance_node.resolver.asked import (
    LINKSET,
    VOCABULARY,
    LinkRequest,
    read_request,
)
from provenance_node.resolver.description import CONTEXT_PATH, describe_resolver
from provenance_node.resolver.links import KnownItem, describe
from provenance_node.resolver.page import error_page, wants_page
from provenance_node.resolver.wishes import (
    liking_of_language,
    liking_of_type,
    read_wishes,
)

from provenance.claims.actor import Grant
from provenance.claims.permission import HeldGrant
from provenance.claims.registry import Actor
from provenance.encoding.digest import Hash
from provenance.errors import MalformedError, NotFoundError
from provenance.gs1 import read_item
from provenance.gs1.identifier import Identifier
from tests.support.gs1_values import identifiers, links
from tests.support.resolver_world import (
    BASE,
    BROWSER,
    GTIN,
    LOT,
    PRODUCT,
    UNIT,
    links_of,
)

PATH = f"/01/{GTIN}/10/L7/21/00042"
# The page is told the lot as well, which it compares with the record.
LABEL = f"https://id.gs1.org{PATH}"
EVERYTHING = KnownItem((UNIT, LOT, PRODUCT), (LOT,))


def ask(path: str = PATH, query: str = "") -> LinkRequest:
    return read_request(path, query, base=BASE)


def answer(
    path: str = PATH,
    query: str = "",
    *,
    accept: str = "*/*",
    languages: str = "",
    known: KnownItem = EVERYTHING,
) -> Answer:
    return resolve(
        ask(path, query), accept=accept, languages=languages, known=known
    )


def header(found: Answer, name: str) -> str:
    return dict(found.headers)[name]


def place(found: Answer) -> str:
    """Return where it leads, as its path and the item in it."""
    assert found.status == 307
    assert found.body == b""
    location = header(found, "location")
    assert location.startswith(BASE)
    return unquote(location.removeprefix(BASE))


# What is asked.


def test_a_request_names_a_thing_and_what_it_is_one_of() -> None:
    asked = ask()
    assert asked.uri == BASE + PATH
    assert asked.items == (UNIT, LOT, PRODUCT)
    assert (asked.link_type, asked.was_compressed) == (None, False)
    assert asked.base == BASE


@pytest.mark.parametrize(
    ("path", "items"),
    [
        (f"/01/{GTIN}", ["/01/" + GTIN]),
        ("/01/9506000134352", ["/01/" + GTIN]),
        (f"/01/{GTIN}/", ["/01/" + GTIN]),
        (
            f"/01/{GTIN}/22/V/10/L/21/S",
            [f"/01/{GTIN}{rest}" for rest in ("/21/S", "/10/L", "/22/V", "")],
        ),
        (f"/01/{GTIN}/235/T", [f"/01/{GTIN}/235/T", f"/01/{GTIN}"]),
        ("/414/9520123456788/254/0", ["/414/9520123456788"]),
        (
            "/415/9520123456788/8020/REF",
            ["/415/9520123456788/8020/REF"],
        ),
        (
            "/8018/401234500000000012/8019/77",
            ["/8018/401234500000000012/8019/77", "/8018/401234500000000012"],
        ),
    ],
)
def test_the_levels_are_things_of_their_own(
    path: str, items: list[str]
) -> None:
    assert list(ask(path).items) == [f"https://id.gs1.org{i}" for i in items]


def test_an_itip_with_a_variant_is_the_itip() -> None:
    # The path's grammar has room for one, the dictionary of AIs has not.
    asked = ask(f"/8006/{GTIN}0102/22/V/21/S", "99=x")
    assert asked.items[0] == f"https://id.gs1.org/8006/{GTIN}0102/21/S"
    assert len(asked.levels) == 3
    assert asked.attributes == (("99", "x"),)


@given(identifiers())
def test_every_key_and_qualifier_is_read(identifier: Identifier) -> None:
    path = identifier.link.removeprefix("https://id.gs1.org")
    asked = ask(path)
    assert asked.levels[0] == identifier
    assert asked.items[0] == read_item(identifier.link)
    assert asked.levels[-1].value == identifier.value
    assert ask(f"{path}/").items == asked.items


@pytest.mark.parametrize(
    ("query", "link_type"),
    [
        ("", None),
        ("foo=bar", None),
        ("linktype=linkset", None),
        ("linkType=linkset", LINKSET),
        ("linkType=all", LINKSET),
        ("linkType=gs1:pip", f"{VOCABULARY}pip"),
        ("linkType=gs1%3Apip", f"{VOCABULARY}pip"),
        ("linkType=https%3A%2F%2Fref.gs1.org%2Fvoc%2Fpip", f"{VOCABULARY}pip"),
        ("linkType=https://gs1.org/voc/pip", f"{VOCABULARY}pip"),
        ("linkType=https://www.gs1.org/voc/pip", f"{VOCABULARY}pip"),
        ("linkType=gs1:pip&linkType=gs1:pip", f"{VOCABULARY}pip"),
        ("linkType=", ""),
        ("linkType=pip", "pip"),
        ("linkType=GS1:pip", "GS1:pip"),
    ],
)
def test_the_kind_of_link_has_several_names(
    query: str, link_type: str | None
) -> None:
    assert ask(query=query).link_type == link_type


@pytest.mark.parametrize(
    ("path", "query", "says"),
    [
        ("/01/", "", "a value after each AI"),
        ("/01/09506000134353", "", "check digit"),
        (f"/01/{GTIN}/21/1/10/L7", "", "takes 22 then 10 then 21"),
        (f"/01/{GTIN}/254/1", "", "takes 22 then 10 then 21"),
        ("/414/9520123456788/10/L7", "", "takes 254 or 7040"),
        ("/415/9520123456788", "", "takes 8020"),
        (f"/01/{GTIN}/foo", "", "'foo' is not one that was compressed"),
        (f"/01/{GTIN}/21", "", "'21' is not one that"),
        (f"/01/{GTIN}//21/1", "", ""),
        (f"/01/{GTIN}/21/%00", "", r"no '\\x00'"),
        (f"/01/{GTIN}/21/%", "", "lone %"),
        (f"/01/{GTIN}/21/a b", "", "holds no ' '"),
        (f"/01/{GTIN}/21/é", "", "holds no 'é'"),
        (f"/01/{GTIN}/21/{'1' * 21}", "", "1 to 20 characters"),
        (f"/01/{GTIN}/01/{GTIN}", "", "one key"),
        (f"/00/1/01/{GTIN}", "", "one key"),
        (f"/01/{GTIN}/gtin/1", "", ""),
        (PATH, "10=L7", "belongs into the path"),
        (PATH, "17=271332", "no day"),
        (PATH, "89=1", "no application identifier"),
        (PATH, "linkType=gs1:pip&linkType=linkset", "one kind of link"),
        (PATH, "a=\r\nlocation: https://evil.example", "holds no"),
        ("/ARFKk4XBoB", "", "does not end in zeros"),
    ],
)
def test_a_request_that_is_not_valid_is_refused(
    path: str, query: str, says: str
) -> None:
    with pytest.raises(MalformedError, match=says or "."):
        ask(path, query)


def test_a_compressed_request_asks_for_the_same() -> None:
    whole = ask("/CxFKk4XBoI1XgkZCCgAq", "foo=bar")
    assert whole.was_compressed
    assert whole.uri == f"{BASE}/01/{GTIN}/10/ABC123/21/00042"
    assert whole.query == "foo=bar"
    part = ask(f"/01/{GTIN}/EEarwSMXQjfyEFABU/", "linkType=all")
    assert part.uri == whole.uri
    assert part.attributes == (("17", "271231"),)
    assert part.link_type == LINKSET
    others = ask("/DBFKk4XBoAowOfBv0UMG21X4SVqeBgnpw")
    assert others.query == "foo=bar&lang=en"
    assert ask("/DBFKk4XBoAowOfBv0UMG21X4SVqeBgnpw", "a=b").query == (
        "foo=bar&lang=en&a=b"
    )


@given(links())
def test_any_link_is_asked_for_as_it_is_printed(link: Any) -> None:
    parts = urlsplit(link.uri.removeprefix(link.stem))
    asked = ask(parts.path, parts.query)
    assert (*asked.thing.elements, *asked.attributes) == link.elements
    assert asked.whole_uri == link.uri.replace(link.stem, BASE, 1)


@given(
    st.text("/0123456789ABCabc%-_=", max_size=60),
    st.text("&=0123456789linkTypegs1:%", max_size=40),
)
def test_any_request_is_read_or_refused(path: str, query: str) -> None:
    try:
        asked = ask(f"/01/{path}", query)
    except MalformedError:
        return
    assert asked.items


# The answer.


def test_by_default_a_code_leads_to_the_page_of_what_it_names() -> None:
    for accept in ("", "*/*", "image/png", BROWSER["accept"]):
        assert place(answer(accept=accept)) == f"/?item={LABEL}"


def test_what_the_request_had_in_its_query_is_passed_on() -> None:
    query = "17=271231&foo=bar&x&lang=zh-CN"
    assert place(answer(query=query)) == f"/?item={LABEL}&{query}"
    location = header(answer(query="item=evil"), "location")
    assert parse_qs(urlsplit(location).query)["item"][0] == LABEL


def test_what_would_spoil_a_query_of_events_is_not_passed_on_to_it() -> None:
    found = answer(
        query="linkType=gs1:epcis&context=CN&17=271231&EQ_action=ADD&%31%37=x"
    )
    assert place(found) == f"/epcis/epcs/{UNIT}/events?EQ_action=ADD"
    assert place(answer(query="linkType=gs1:epcis")) == (
        f"/epcis/epcs/{UNIT}/events"
    )


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("defaultLink", f"/?item={LABEL}"),
        ("pip", f"/?item={LABEL}"),
        ("traceability", f"/v1/items/{UNIT}/bundle?"),
        ("epcis", f"/epcis/epcs/{UNIT}/events"),
        ("recallStatus", f"/v1/items/{UNIT}/trail?"),
        ("certificationInfo", f"/?item={LOT}&show=certificates"),
    ],
)
def test_each_kind_of_link_leads_somewhere(kind: str, where: str) -> None:
    query = f"linkType=gs1:{kind}"
    found = place(answer(query=query)).removesuffix(query)
    assert found.removesuffix("&") == where


@pytest.mark.parametrize(
    "word",
    ["gs1:nosuchlt", "", "pip", "gs1:", "javascript:alert(1)", "x" * 999],
)
def test_a_kind_that_is_not_there_is_not_found(word: str) -> None:
    with pytest.raises(NotFoundError, match="gs1:epcis") as caught:
        answer(query=f"linkType={word}")
    assert not isinstance(caught.value, UnknownItemError)
    # What was sent is not said back.
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("languages", "lang"),
    [
        ("", None),
        ("*", None),
        ("fr", None),
        ("en", "en"),
        ("zh-CN,en;q=0.5", "zh-CN"),
        ("zh,en;q=0.5", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-GB,zh;q=0.9", "en"),
        ("fr,zh;q=0.1", "zh-CN"),
        ("en;q=0", None),
    ],
)
def test_of_the_pages_the_one_in_the_readers_language_is_taken(
    languages: str, lang: str | None
) -> None:
    location = header(
        answer(query="linkType=gs1:pip", languages=languages), "location"
    )
    assert parse_qs(urlsplit(location).query).get("lang") == (lang and [lang])


@pytest.mark.parametrize(
    ("accept", "where"),
    [
        ("application/vnd.provenance.bundle+msgpack", "/v1/items/"),
        ("application/ld+json", "/epcis/"),
        ("application/ld+json;q=0.5, text/html;q=0.4", "/epcis/"),
        ("application/ld+json;q=0.5, text/html", "/?item="),
        ("application/ld+json, */*", "/epcis/"),
        ("application/ld+json;q=0, */*", "/?item="),
        ("application/ld+json;q=0", "/?item="),
        ("application/*", "/?item="),
    ],
)
def test_a_type_that_only_one_link_gives_leads_there(
    accept: str, where: str
) -> None:
    found = answer(accept=accept)
    if accept == "application/*":
        # The linkset is such a type too, and lists all others.
        assert found.status == 200
        return
    assert place(found).startswith(where)


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("linkType=linkset", "", "application/linkset+json"),
        ("linkType=all", BROWSER["accept"], "application/linkset+json"),
        ("linkType=linkset", "application/json", "application/json"),
        ("", "application/linkset+json", "application/linkset+json"),
        ("", "application/linkset+json, */*", "application/linkset+json"),
        ("", "application/json", "application/json"),
        (
            "",
            "application/ld+json, application/linkset+json",
            "application/linkset+json",
        ),
    ],
)
def test_the_linkset_is_given_without_a_redirect(
    query: str, accept: str, media_type: str
) -> None:
    found = answer(query=query, accept=accept)
    assert found.status == 200
    assert header(found, "content-type") == media_type
    assert "location" not in dict(found.headers)
    assert CONTEXT_PATH in header(found, "link")


def test_several_links_that_fit_equally_are_listed() -> None:
    found = answer(
        accept="application/ld+json, application/vnd.provenance.bundle+msgpack"
    )
    assert found.status == 300
    assert {
        anchor: set(kinds) for anchor, kinds in links_of(found.body).items()
    } == {BASE + PATH: {f"{VOCABULARY}traceability", f"{VOCABULARY}epcis"}}


def test_the_linkset_has_each_level_and_one_default() -> None:
    found = links_of(answer(query="linkType=linkset").body)
    assert list(found) == [
        BASE + PATH,
        f"{BASE}/01/{GTIN}/10/L7",
        f"{BASE}/01/{GTIN}",
    ]
    kinds = {
        anchor: [kind.removeprefix(VOCABULARY) for kind in links]
        for anchor, links in found.items()
    }
    usual = ["pip", "traceability", "epcis", "recallStatus"]
    assert list(kinds.values()) == [
        ["defaultLink", *usual],
        [*usual, "certificationInfo"],
        usual,
    ]


def test_titles_are_in_chinese_for_who_reads_chinese() -> None:
    english = answer(query="linkType=linkset", languages="de,en")
    chinese = answer(query="linkType=linkset", languages="zh-CN")
    kind = f"{VOCABULARY}traceability"
    titles = [
        links_of(found.body)[BASE + PATH][kind][0]["title"]
        for found in (english, chinese)
    ]
    assert titles == ["Proof of its whole story", "完整溯源证明"]


def test_a_unit_without_events_is_not_passed_off_as_its_product() -> None:
    known = KnownItem((PRODUCT,))
    # The page of the product would say that all is well.
    assert place(answer(known=known)) == f"/?item={LABEL}"
    found = links_of(answer(query="linkType=linkset", known=known).body)
    assert list(found) == [BASE + PATH, f"{BASE}/01/{GTIN}"]
    first = found[BASE + PATH]
    assert list(first) == [f"{VOCABULARY}defaultLink", f"{VOCABULARY}pip"]
    (default,) = first[f"{VOCABULARY}defaultLink"]
    assert default["title"] == "No record of this item"
    # What is asked for by its kind is looked for level by level.
    assert place(answer(query="linkType=gs1:epcis", known=known)) == (
        f"/epcis/epcs/{PRODUCT}/events"
    )


def test_of_our_own_company_every_item_leads_to_its_page() -> None:
    known = KnownItem(is_ours=True)
    assert place(answer(known=known)) == f"/?item={LABEL}"
    with pytest.raises(NotFoundError, match="gs1:defaultLink, gs1:pip, or"):
        answer(query="linkType=gs1:traceability", known=known)


def test_what_is_neither_known_nor_ours_is_not_found() -> None:
    for query in ("", "linkType=linkset", "linkType=gs1:pip"):
        with pytest.raises(UnknownItemError, match=rf"\(01\){GTIN}\(10\)L7"):
            answer(query=query, known=KnownItem())


def grant(*prefixes: str) -> Actor:
    id_ = Hash(bytes(32))
    held = HeldGrant(
        id_, Grant("a", "producer", prefixes), "a", None, added=0, revoked=1
    )
    return Actor("a", "a", grants={id_: held})


def test_whose_prefix_was_granted_is_ours() -> None:
    prefixes = granted_prefixes(
        [grant("9506000", "*"), grant("urn:x:"), grant()]
    )
    assert prefixes == ("9506000",)
    assert owns(prefixes, ask())
    assert not owns(prefixes, ask("/01/04012345111118"))
    assert not owns((), ask())


def test_an_answer_points_to_the_linkset_and_says_what_it_depends_on() -> None:
    for found in (answer(), answer(query="linkType=linkset")):
        assert header(found, "link").startswith(
            f'<{BASE}{PATH}?linkType=linkset>; rel="linkset"'
        )
        assert header(found, "vary") == "Accept, Accept-Language"
        assert header(found, "access-control-allow-methods") == (
            "GET, HEAD, OPTIONS"
        )


def test_a_compressed_request_is_told_the_plain_one_and_not_sent_there() -> (
    None
):
    found = answer(
        "/CxFKk4XBoI1XgkZCCgAq", known=KnownItem((UNIT,)), query="17=271231"
    )
    whole = f"https://id.gs1.org/01/{GTIN}/10/ABC123/21/00042"
    assert place(found) == f"/?item={whole}&17=271231"
    plain = f"{BASE}/01/{GTIN}/10/ABC123/21/00042?17=271231"
    assert f'<{plain}>; rel="owl:sameAs"' in header(found, "link")
    assert "owl:sameAs" not in header(answer(), "link")


@pytest.mark.parametrize(
    ("query", "accept", "is_wanted"),
    [
        ("", "*/*", False),
        ("linkType=gs1:epcis", "", False),
        ("linkType=gs1:certificationInfo", "", True),
        ("linkType=linkset", "", True),
        ("", "application/linkset+json", True),
    ],
)
def test_certificates_are_only_looked_for_where_it_matters(
    query: str, accept: str, is_wanted: bool
) -> None:
    assert wants_certificates(ask(query=query), accept=accept) is is_wanted


@given(
    identifiers(),
    st.text(max_size=40),
    st.text(max_size=40),
    st.booleans(),
    st.integers(0, 15),
)
def test_every_answer_leads_to_this_node(
    identifier: Identifier,
    accept: str,
    languages: str,
    is_ours: bool,
    mask: int,
) -> None:
    asked = ask(identifier.link.removeprefix("https://id.gs1.org"))
    items = [item for at, item in enumerate(asked.items) if mask >> at & 1]
    known = KnownItem(items, items[:1], is_ours=is_ours)
    try:
        found = resolve(asked, accept=accept, languages=languages, known=known)
    except UnknownItemError:
        assert not is_ours
        assert not items
        return
    text = json.dumps(dict(found.headers)) + found.body.decode()
    assert set(re.findall(r"https?://[^/]*", text)) <= {
        BASE,
        "https://ref.gs1.org",
        "http://www.w3.org",
    }
    for _, value in found.headers:
        assert value.isascii()
        assert value.isprintable()


# Its parts.


def test_a_thing_is_described_in_words() -> None:
    assert describe(ask().levels[0]) == (
        f"GTIN {GTIN}, lot L7, serial number 00042"
    )


def test_the_description_names_every_key_that_is_supported() -> None:
    said = describe_resolver(BASE, "ledger.example/milk")
    assert said["resolverRoot"] == BASE
    assert said["supportedPrimaryKeys"] == [
        "00", "01", "253", "255", "401", "402", "414", "415", "417", "8003",
        "8004", "8006", "8010", "8013", "8017", "8018",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header_text", "wishes"),
    [
        ("", []),
        (",, ,", []),
        ("text/html", [("text/html", 1)]),
        ("A/B;Q=0.5;x=1, */*;q=0", [("a/b", 0.5), ("*/*", 0)]),
        ("a/b;q=x", [("a/b", 0)]),
        ("a/b;q=1.5", [("a/b", 0)]),
        ("a/b;q=-1", [("a/b", 0)]),
        ("a/b;q=nan", [("a/b", 0)]),
        ("a/b;q=", [("a/b", 0)]),
        ("a/b;q=0.12345", [("a/b", 0)]),
        ("a/b; q = 1.000", [("a/b", 1)]),
        ("zh-CN , en ; q=0.8", [("zh-cn", 1), ("en", 0.8)]),
    ],
)
def test_wishes_are_read(
    header_text: str, wishes: list[tuple[str, float]]
) -> None:
    assert read_wishes(header_text) == wishes


def test_no_more_wishes_are_read_than_anyone_has() -> None:
    assert len(read_wishes("a/b," * 10_000)) == 32


def test_the_closest_wish_counts() -> None:
    wishes = read_wishes("text/*;q=0.5, text/html;q=0.2, */*;q=0.9, text/html")
    assert liking_of_type("text/html", wishes) == (1, 2)
    assert liking_of_type("text/plain", wishes) == (0.5, 1)
    assert liking_of_type("image/png", wishes) == (0.9, 0)
    assert liking_of_type("image/png", []) == (1, 0)
    assert liking_of_type("image/png", read_wishes("text/html")) == (0, 0)
    assert liking_of_type("a/b", read_wishes("a/b;q=0")) == (0, 0)


def test_a_language_is_liked_as_its_neighbours_are() -> None:
    wishes = read_wishes("zh-TW;q=0.3, en;q=0.8")
    assert liking_of_language("zh-CN", wishes) == 0.3
    assert liking_of_language("en", wishes) == 0.8
    assert liking_of_language("en-GB", wishes) == 0.8
    assert liking_of_language("fr", wishes) == 0
    assert liking_of_language("en", read_wishes("*")) == 0


@pytest.mark.parametrize(
    ("accept", "is_wanted"),
    [
        (BROWSER["accept"], True),
        ("text/html;q=0.5", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0", False),
    ],
)
def test_a_person_is_told_apart_from_a_program(
    accept: str, is_wanted: bool
) -> None:
    assert wants_page(accept) is is_wanted


def test_the_page_for_people_says_it_twice_and_runs_nothing() -> None:
    for status, chinese, english in (
        (404, "没有此物品的记录", "No record of this item"),
        (400, "此代码无效", "This code is not valid"),
    ):
        page = error_page(status, "<script>alert('x')</script>").decode()
        assert chinese in page
        assert english in page
        assert "<script" not in page
        assert "authentic" not in page
