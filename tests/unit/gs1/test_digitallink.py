"""A whole Digital Link: attributes where they belong, and nothing amiss."""

from random import Random  # seeded by hypothesis

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.digitallink import (
    DigitalLink,
    build_digital_link,
    escape_query,
    parse_digital_link,
)
from provenance.gs1.elements import check_partners
from provenance.gs1.identifier import KEYS, Identifier
from provenance.gs1.linkpath import split_link
from tests.support.gs1_values import elements, links

GTIN = "09506000134352"
UNIT = Identifier("01", GTIN, (("21", "00042"),))


def test_a_link_says_what_it_is_and_more() -> None:
    link = parse_digital_link(
        f"https://brand.example/shop/01/{GTIN}/21/00042?17=271231&lang=en#top"
    )
    assert link == DigitalLink(
        UNIT, (("17", "271231"),), "https://brand.example/shop"
    )
    assert link.elements == (("01", GTIN), ("21", "00042"), ("17", "271231"))
    assert link.uri == (
        f"https://brand.example/shop/01/{GTIN}/21/00042?17=271231"
    )


@pytest.mark.parametrize(
    "query",
    ["", "?", "?&&", "?x", "?17", "?linkType=all&x=", "?1a=2", "?%31%37=x"],
)
def test_what_is_no_attribute_is_left_to_whoever_answers(query: str) -> None:
    link = parse_digital_link(f"https://a/01/{GTIN}/21/00042{query}")
    assert link == DigitalLink(UNIT, (), "https://a")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("89=ABC", r"\(89\) is no application identifier"),
        ("1=2", r"\(1\) is no application identifier"),
        ("99=", "unlike ''"),
        ("99=a+b", "unlike 'a b'"),
        ("99=%00", "unlike '.x00'"),
        ("99=%", "a lone %"),
        ("99=%E4", "unlike 'ä'"),
        ("99=%C3%A4", "unlike 'Ã¤'"),
        ("17=271332", "no day of any calendar"),
        ("99=a&99=a", "says each AI once"),
        ("99=a&99=b", "has two values"),
        (f"01={GTIN}", "says each AI once"),
        ("01=09506000134369", "has two values"),
        ("10=L7", "belongs into the path"),
        ("22=V", "belongs into the path"),
        ("235=T", r"\(235\) TPX cannot stand in the query"),
        ("8200=http://a", r"\(8200\) PRODUCT URL cannot stand in the query"),
        ("254=1", r"\(254\) GLN EXTENSION COMPONENT cannot stand"),
        ("37=5", r"cannot stand beside \(37\)"),
        ("02=09506000134369", r"cannot stand beside|needs \(37\)"),
        ("427=NY", r"needs \(01\) with \(422\) or \(02\) with"),
        ("422=840&426=840", r"cannot stand beside \(426\)"),
        ("310=000001", r"\(310\) is no application identifier"),
        ("3100=000001&3101=000001", r"cannot stand beside \(310"),
        ("4303=Street", r"needs \(4302\)"),
    ],
)
def test_an_attribute_that_cannot_stand_there_is_refused(
    query: str, says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        parse_digital_link(f"https://a/01/{GTIN}/21/00042?{query}")


def test_a_plus_is_a_space_in_the_query_alone() -> None:
    link = parse_digital_link(f"https://a/01/{GTIN}/21/1+1?99=1%2B1")
    assert link.elements[1:] == (("21", "1+1"), ("99", "1+1"))
    assert link.uri == f"https://a/01/{GTIN}/21/1%2B1?99=1%2B1"


def test_a_short_gtin_of_an_older_link_is_filled_up_in_the_query_too() -> None:
    link = parse_digital_link("https://a/8004/9520614141?01=2112345678900")
    assert link.attributes == (("01", "02112345678900"),)


def test_a_count_needs_its_content() -> None:
    sscc = "https://a/00/952012345678912345"
    assert parse_digital_link(f"{sscc}?02={GTIN}&37=25&10=L").attributes
    with pytest.raises(MalformedError, match=r"needs \(37\)"):
        parse_digital_link(f"{sscc}?02={GTIN}")
    with pytest.raises(MalformedError, match=r"needs \(00\) with \(02\)"):
        parse_digital_link(f"{sscc}?37=25")


def test_an_itip_with_a_variant_is_refused_as_gs1_has_it() -> None:
    # The order of its qualifiers has room for one, but a variant needs a GTIN
    # beside it, and an ITIP bars it: GS1's own rules leave nothing.
    link = f"https://a/8006/{GTIN}0102/22/V"
    assert split_link(link).identifier.qualifiers == (("22", "V"),)
    with pytest.raises(MalformedError, match=r"CPV needs \(01\)"):
        parse_digital_link(link)


@pytest.mark.parametrize(
    "stem",
    [
        "",
        "a",
        "ftp://a",
        "HtTp://a",
        "https://a?b",
        "https://a/?b",
        "https://a/#",
        "https://a b",
        "https://ä",
        "https://user@a",
        "https:///",
        f"https://a/01/{GTIN}/21/1#",
        f"https://a/01/{GTIN}/21/1?x=",
    ],
)
def test_what_is_no_stem_is_refused(stem: str) -> None:
    with pytest.raises(MalformedError):
        DigitalLink(UNIT, (), stem)


def test_a_link_is_built_of_what_a_label_says() -> None:
    said = [("17", "271231"), ("21", "A/1"), ("01", GTIN), ("10", "L+7")]
    link = build_digital_link(said, stem="https://brand.example/p/")
    assert link.uri == (
        f"https://brand.example/p/01/{GTIN}/10/L%2B7/21/A%2F1?17=271231"
    )
    assert parse_digital_link(link.uri) == link


def test_a_label_without_a_key_makes_no_link() -> None:
    with pytest.raises(MalformedError, match=r"has a GS1 key.* unlike \(99\)"):
        build_digital_link([("99", "x")])
    with pytest.raises(MalformedError, match="there is no element"):
        build_digital_link([])


def test_escapes_of_the_query() -> None:
    assert escape_query("a b&c+d=e%") == "a+b%26c%2Bd%3De%25"


@given(links())
def test_a_link_is_read_back_from_its_text(link: DigitalLink) -> None:
    assert parse_digital_link(link.uri) == link
    assert parse_digital_link(link.uri + "#" + link.uri[8:]) == link
    assert split_link(link.uri).identifier == link.identifier


@given(links(), st.randoms(use_true_random=False))
def test_a_link_is_built_of_its_elements_in_any_order(
    link: DigitalLink, order: Random
) -> None:
    shuffled = list(link.elements)
    order.shuffle(shuffled)
    built = build_digital_link(shuffled)
    assert set(built.elements) == set(link.elements)
    keys = {ai for ai, _ in link.elements} & set(KEYS)
    assert built.identifier == link.identifier or len(keys) > 1


@given(elements())
def test_any_label_that_makes_a_link_is_read_back_from_it(
    said: tuple[tuple[str, str], ...],
) -> None:
    try:
        link = build_digital_link(said)
    except MalformedError:
        return
    assert parse_digital_link(link.uri) == link
    assert set(link.elements) == set(said)
    check_partners(link.elements)


@given(st.text(st.characters(codec="ascii"), max_size=80))
def test_a_hostile_link_raises_only_malformed(tail: str) -> None:
    for start in (
        "",
        "https://a/",
        f"https://a/01/{GTIN}?",
        f"https://a/01/{GTIN}?99=",
    ):
        try:
            found = parse_digital_link(start + tail)
        except MalformedError:
            continue
        assert parse_digital_link(found.uri) == found
