"""The path of a Digital Link is read as the grammar says, on any domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.identifier import Identifier
from provenance.gs1.linkpath import parse_link_path, split_link

GTIN = "09506000134352"
UNIT = Identifier("01", GTIN, (("21", "00042"),))


@pytest.mark.parametrize(
    "link",
    [
        f"https://id.gs1.org/01/{GTIN}/21/00042",
        f"HTTP://BRAND.EXAMPLE:8443/01/{GTIN}/21/00042",
        f"https://brand.example/shop/en/01/{GTIN}/21/00042?17=271231&lang=en#top",
        f"https://brand.example/01/shop/10/01/{GTIN}/21/00042",
        f"https://192.0.2.1/01/{GTIN}/21/00042/",
        f"https://[2001:db8::1]/01/{GTIN}/21/00042",
        "https://brand.example/01/9506000134352/21/00042",
        f"https://brand.example/01/{GTIN}/21/%30%300%34%32",
    ],
)
def test_one_unit_is_found_behind_many_links(link: str) -> None:
    assert parse_link_path(link) == UNIT


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("02345673", "00000002345673"),
        ("416000336108", "00416000336108"),
        ("2112345678900", "02112345678900"),
    ],
)
def test_short_gtins_of_older_links_are_filled_up(
    short: str, full: str
) -> None:
    assert parse_link_path(f"https://a/01/{short}").value == full


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("", "an http or https address"),
        ("https://", "an http or https address"),
        ("https://a", "an http or https address"),
        (f"HtTpS://a/01/{GTIN}", "an http or https address"),
        (f"ftp://a/01/{GTIN}", "an http or https address"),
        (f"https://user@a/01/{GTIN}", "an http or https address"),
        (f"https://$a/01/{GTIN}", "an http or https address"),
        ("https://a/", "ends in a GS1 key"),
        ("https://a/b", "ends in a GS1 key"),
        (f"https://a/gtin/{GTIN}", "ends in a GS1 key"),
        (f"https://a/01/{GTIN}/ser/1", "ends in a GS1 key"),
        (f"https://a/01/{GTIN}/21", "ends in a GS1 key"),
        (f"https://a/01/{GTIN}/21/", "ends in a GS1 key"),
        (f"https://a/01/{GTIN}/10//21/1", r"\(10\)"),
        (f"https://a/01/{GTIN}/21/1/10/L", r"\(01\) takes"),
        (f"https://a/01/{GTIN}/21/%", "a lone %"),
        (f"https://a/01/{GTIN}/21/%4", "a lone %"),
        (f"https://a/01/{GTIN}/21/%0g", "a lone %"),
        (f"https://a/01/{GTIN}/21/%00", r"\(21\)"),
        (f"https://a/01/{GTIN}/21/%FF", r"\(21\)"),
        (f"https://a/01/{GTIN}/21/a b", "no ' '"),
        (f"https://a/01/{GTIN}/21/<b>", "no '<'"),
        (f"https://a/01/{GTIN}/10/01/{GTIN}/21/1", "more than one"),
        (f"https://a/b:/c://d/01/{GTIN}", "more than one"),
        (f"https://a/00/140123452345678902/01/{GTIN}", "more than one"),
        (f"https://a/8004/4012345XYZ/01/{GTIN}", "more than one"),
        (f"https://a/01/{GTIN}/21/ü", "no 'ü'"),
        (f"https://a/01/{GTIN}?10=L7", r"the lot \(10\) belongs into the path"),
        (
            f"https://a/01/{GTIN}/10/L7?x&21=1",
            r"the serial number \(21\) belongs",
        ),
    ],
)
def test_what_is_no_link_is_refused_with_the_reason(
    link: str, says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        parse_link_path(link)


def test_a_plus_in_the_path_is_a_plus() -> None:
    assert parse_link_path(f"https://a/01/{GTIN}/21/1+1").qualifiers == (
        ("21", "1+1"),
    )


@pytest.mark.parametrize(
    ("link", "stem", "query"),
    [
        (f"https://a/01/{GTIN}", "https://a", ""),
        (f"HTTP://A:80/01/{GTIN}?", "HTTP://A:80", ""),
        (f"https://a/b/c/01/{GTIN}/?x=1#y", "https://a/b/c", "x=1"),
        (f"https://a//01/{GTIN}?", "https://a/", ""),
        (f"https://a/01/x/01/{GTIN}?17=271231", "https://a/01/x", "17=271231"),
    ],
)
def test_a_link_is_taken_apart(link: str, stem: str, query: str) -> None:
    parts = split_link(link)
    assert (parts.stem, parts.query) == (stem, query)
    assert parts.identifier.value == GTIN


def test_what_a_thing_is_called_does_not_hang_on_its_attributes() -> None:
    for query in ("17=notadate", "89=unknown", "99=", "01=1&01=2", "%zz"):
        link = f"https://a/01/{GTIN}/21/00042?{query}"
        assert parse_link_path(link) == UNIT


@given(st.text(st.characters(codec="ascii"), max_size=80))
def test_a_hostile_link_raises_only_malformed(tail: str) -> None:
    for link in (tail, "https://a/" + tail, f"https://a/01/{GTIN}/" + tail):
        try:
            found = parse_link_path(link)
        except MalformedError:
            continue
        assert parse_link_path(found.link) == found
