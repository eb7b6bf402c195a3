"""An identifier that exists is a valid one; its link names it, once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.identifier import KEYS, ORDERS, QUALIFIERS, Identifier
from provenance.gs1.linkpath import parse_link_path

GTIN = "09506000134352"


def test_the_link_of_an_identifier_has_its_parts_in_order() -> None:
    unit = Identifier("01", GTIN, (("10", "L7"), ("21", "00042")))
    assert unit.link == f"https://id.gs1.org/01/{GTIN}/10/L7/21/00042"


def test_every_character_but_the_unreserved_is_encoded_in_a_link() -> None:
    link = Identifier("01", GTIN, (("21", "!\"%&'()*+,-./:;<=>?_"),)).link
    assert link.endswith(
        "/21/%21%22%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F_"
    )


@given(st.text(CSET_82, min_size=1, max_size=20))
def test_any_serial_number_survives_its_link(serial: str) -> None:
    unit = Identifier("01", GTIN, (("21", serial),))
    assert parse_link_path(unit.link) == unit


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("02", GTIN, r"\(02\) is the AI of no GS1 key"),
        ("01", "9506000134352", "14 digits"),
        ("01", "0950600013435２", "14 digits"),
        ("01", "09506000134353", "other digits give 2"),
        ("00", "006141411234567891", "check digit"),
        ("253", "4012345000055", "check digit"),
        ("255", "40123450000161A", "13 to 25 digits"),
        ("401", "40", "4 digits"),
        ("401", "ABCD1234", "4 digits"),
        ("402", "40123451234567895", "check digit"),
        ("414", "9520123456787", "check digit"),
        ("8003", "14012345123456AB1", "a 0, 13 digits"),
        ("8003", "04012345123457AB1", "check digit"),
        ("8004", "4012345 1", "4 digits"),
        ("8006", "040123451111190203", "check digit"),
        ("8010", "4012345abc", "4 digits"),
        ("8013", "1987654Ad4X4bL5ttr2310c2L", "others give 2K"),
        ("8018", "401234500000000013", "check digit"),
    ],
)
def test_a_value_unlike_its_form_is_refused(
    key: str, value: str, says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        Identifier(key, value)


@pytest.mark.parametrize("pieces", ["0002", "0300", "0302"])
def test_a_piece_beyond_its_total_is_refused(pieces: str) -> None:
    assert Identifier("8006", "04012345123456" + "0203").link
    with pytest.raises(MalformedError, match="a piece is 1 up to the total"):
        Identifier("8006", "04012345123456" + pieces)


@pytest.mark.parametrize(
    ("key", "value", "qualifiers"),
    [
        ("01", GTIN, (("21", "1"), ("10", "L"))),
        ("01", GTIN, (("10", "L"), ("10", "L"))),
        ("01", GTIN, (("21", "1"), ("235", "X"))),
        ("01", GTIN, (("254", "1"),)),
        ("00", "006141411234567890", (("21", "1"),)),
        ("414", "9520123456788", (("254", "1"), ("7040", "1ABC"))),
        ("415", "9520123456788", ()),
    ],
)
def test_qualifiers_stand_in_one_order_only(
    key: str, value: str, qualifiers: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(MalformedError, match=rf"\({key}\) takes"):
        Identifier(key, value, qualifiers)


@pytest.mark.parametrize(
    ("ai", "bad"),
    [
        ("10", ""),
        ("10", "A" * 21),
        ("10", "a b"),
        ("10", "a#b"),
        ("10", "ä"),
        ("10", "a\n"),
        ("21", "@"),
        ("22", "\0"),
    ],
)
def test_a_qualifier_outside_its_characters_is_refused(
    ai: str, bad: str
) -> None:
    with pytest.raises(MalformedError, match=rf"\({ai}\)"):
        Identifier("01", GTIN, ((ai, bad),))


@pytest.mark.parametrize(
    ("key", "value", "ai", "good", "bad"),
    [
        ("8010", "4012345A", "8011", "1", "01"),
        ("8017", "401234500000000012", "8019", "0000000001", "00000000001"),
        ("417", "9520123456788", "7040", "1AB_", "1AB!"),
        ("415", "9520123456788", "8020", "REF", "R" * 26),
        ("8004", "4012345", "7040", "9!!9", "A!!9"),
        ("01", GTIN, "235", "T" * 28, "T" * 29),
    ],
)
def test_each_qualifier_has_its_own_form(
    key: str, value: str, ai: str, good: str, bad: str
) -> None:
    assert Identifier(key, value, ((ai, good),)).link
    with pytest.raises(MalformedError):
        Identifier(key, value, ((ai, bad),))


@pytest.mark.parametrize(
    ("qualifiers", "kept"),
    [
        ((), ()),
        ((("21", "1"),), (("21", "1"),)),
        ((("10", "L"), ("21", "1")), (("21", "1"),)),
        ((("22", "V"), ("10", "L"), ("21", "1")), (("21", "1"),)),
        ((("22", "V"), ("10", "L")), (("10", "L"),)),
        ((("22", "V"),), (("22", "V"),)),
        ((("235", "T"),), (("235", "T"),)),
    ],
)
def test_a_thing_has_one_name_whatever_else_its_link_says(
    qualifiers: tuple[tuple[str, str], ...], kept: tuple[tuple[str, str], ...]
) -> None:
    assert Identifier("01", GTIN, qualifiers).identity == Identifier(
        "01", GTIN, kept
    )


def test_a_place_with_extension_0_is_the_place() -> None:
    place = Identifier("414", "9520123456788")
    assert Identifier("414", "9520123456788", (("254", "0"),)).identity == place
    assert (
        Identifier("414", "9520123456788", (("254", "00"),)).identity != place
    )


def test_every_order_names_known_qualifiers_of_known_keys() -> None:
    assert set(ORDERS) <= set(KEYS)
    assert {
        ai for orders in ORDERS.values() for order in orders for ai in order
    } == set(QUALIFIERS)
