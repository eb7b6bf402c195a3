"""Labels: which link, which serial numbers, which lines for people."""

from collections.abc import Iterator
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.identifier import QUALIFIERS, Identifier
from provenance.label.label import (
    Label,
    check_stem,
    number_labels,
    read_label,
    read_labels,
)
from provenance.label.serials import (
    ALPHABET,
    MAX_COUNT,
    SIZE,
    count_up,
    draw_serials,
)
from tests.support.gs1_values import identifiers

STEM = "https://id.brand.example"
GTIN = "09506000134352"
UNIT = f"https://id.gs1.org/01/{GTIN}/21/00042"


def label(text: str, stem: str = STEM) -> Label:
    return read_label(text, stem=stem)


@pytest.mark.parametrize(
    "text",
    [
        UNIT,
        f"https://elsewhere.example/shop/01/{GTIN}/21/00042",
        "urn:epc:id:sgtin:9506000.013435.00042",
        f"(01){GTIN}(21)00042",
        f"01{GTIN}2100042",
        f"]Q1https://a/01/{GTIN}/21/00042",
        f"  (01){GTIN}(21)00042\r\n",
    ],
)
def test_every_spelling_of_a_unit_has_the_same_label(text: str) -> None:
    made = label(text)
    assert made.uri == f"{STEM}/01/{GTIN}/21/00042"
    assert made.lines == (f"(01){GTIN}", "(21)00042")
    assert made.item == UNIT
    assert (made.lot, made.serial) == (None, "00042")


def test_a_label_says_all_that_it_was_told() -> None:
    made = label(f"(21)00042(17)271231(01){GTIN}(10)L7")
    assert made.uri == f"{STEM}/01/{GTIN}/10/L7/21/00042?17=271231"
    assert made.lines == (f"(01){GTIN}", "(10)L7", "(21)00042", "(17)271231")
    assert made.item == UNIT
    assert (made.lot, made.serial) == ("L7", "00042")


def test_a_label_of_a_product_has_fourteen_digits() -> None:
    assert label("9506000134352").uri == f"{STEM}/01/{GTIN}"


@given(identifiers())
def test_what_people_read_and_what_the_code_says_are_one_item(
    identifier: Identifier,
) -> None:
    made = label(identifier.link)
    assert read_item(made.uri) == made.item
    assert read_item("".join(made.lines)) == made.item


@given(st.text(CSET_82, min_size=1, max_size=20))
def test_any_serial_number_can_be_printed_and_typed(serial: str) -> None:
    product = label(GTIN)
    (made,) = number_labels(product, [serial])
    assert made.serial == serial
    assert read_item("".join(made.lines)) == read_item(made.uri)


def test_a_serial_number_cannot_look_like_a_lot() -> None:
    (made,) = number_labels(label(GTIN), ["A(10)L8"])
    assert made.lines == (f"(01){GTIN}", r"(21)A\(10)L8")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a Digital Link is an http or https address"),
        ("urn:uuid:9b0c0a5e-4a35-4c4e-8a2f-0d9c0a7c9f10", "http or https"),
        ("urn:epc:id:gid:1.2.3", "no GS1 key"),
        ("urn:epc:id:sgtin:9506000.013435.", "serial"),
        ("09506000134353", "check digit"),
        ("(10)L7", "has a GS1 key"),
        (f"(01){GTIN}(8200)http://a", "cannot stand in the query"),
        ("https://id.gs1.org/shop", "path ends in a GS1 key"),
        ("kiwi", "http or https address"),
        ("(01)", "position 0"),
    ],
)
def test_what_has_no_link_has_no_label(text: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        label(text)


@pytest.mark.parametrize(
    "stem",
    [
        "https://id.brand.example",
        "https://id.brand.example/",
        "https://id.brand.example:8443/a/b",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/",
    ],
)
def test_a_link_starts_with_an_encrypted_host_or_this_machine(
    stem: str,
) -> None:
    assert label(GTIN, stem).uri == f"{stem.removesuffix('/')}/01/{GTIN}"
    assert check_stem(stem) == stem.removesuffix("/")


@pytest.mark.parametrize(
    "stem",
    [
        "",
        "id.brand.example",
        "http://id.brand.example",
        "http://localhost.brand.example",
        "http://127.0.0.1@brand.example",
        "http://127.0.0.1.brand.example",
        "ftp://id.brand.example",
        "javascript:alert(1)//",
        "https://",
        "https:///a",
        "https://user@brand.example",
        "https://id.brand.example?a=",
        "https://id.brand.example#",
        "https://id.brand.example/a b",
        'https://id.brand.example/"><script>',
        "https://bränd.example",
        f"https://id.brand.example/01/{GTIN}/21/1",
        f"https://id.brand.example/00/{GTIN}/01",
        "https://id.brand.example/https://shop.example",
    ],
)
def test_no_other_stem_is_printed(stem: str) -> None:
    with pytest.raises(MalformedError):
        label(GTIN, stem)


def test_a_stem_that_looks_like_an_identifier_changes_no_item() -> None:
    made = label(GTIN, "https://id.brand.example/00/2026/01")
    assert read_item(made.uri) == made.item == label(GTIN).item


def test_a_list_leaves_empty_lines_out() -> None:
    made = list(read_labels(["", f"(01){GTIN}", " \r", UNIT], stem=STEM))
    assert [each.item for each in made] == [
        f"https://id.gs1.org/01/{GTIN}",
        UNIT,
    ]
    assert list(read_labels([], stem=STEM)) == []


def test_a_list_says_which_line_is_wrong() -> None:
    with pytest.raises(MalformedError, match=r"^line 3: .*check digit"):
        list(read_labels([UNIT, "", "(01)09506000134353"], stem=STEM))


def test_a_list_that_names_one_thing_twice_is_refused() -> None:
    lines = [UNIT, GTIN, f"(01){GTIN}(10)L7(21)00042"]
    with pytest.raises(MalformedError, match=r"^item 3: the same as item 1; "):
        list(read_labels(lines, stem=STEM, called="item"))


# Serial numbers.


def test_serials_are_put_behind_product_lot_and_attributes() -> None:
    product = label(f"(01){GTIN}(22)2A(10)L7(17)271231")
    (made,) = number_labels(product, ["00042"])
    assert made.uri == f"{STEM}/01/{GTIN}/22/2A/10/L7/21/00042?17=271231"
    (made,) = number_labels(label("(8006)095060001343520102"), ["1"])
    assert made.uri == f"{STEM}/8006/095060001343520102/21/1"
    assert made.lot is None


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(21)1",
        f"(01){GTIN}(235)1",
        "(00)006141411234567890",
        "(8003)09506000134352A",
        "(414)9521001000017",
    ],
)
def test_what_has_a_number_already_is_given_no_other(text: str) -> None:
    with pytest.raises(MalformedError, match="list the items"):
        list(number_labels(label(text), ["1"]))


def test_a_serial_number_that_is_none_is_refused() -> None:
    with pytest.raises(MalformedError, match=r"serial number \(21\)"):
        list(number_labels(label(GTIN), ["a b"]))


def bytes_of(*numbers: int) -> Iterator[bytes]:
    for number in numbers:
        yield number.to_bytes(9, "big")


def test_a_drawn_serial_number_has_65_bits() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("01IOabcdefghijklmnopqrstuvwxyz")
    assert QUALIFIERS["21"].pattern.fullmatch(ALPHABET[:20])
    source = bytes_of(0, 1, 2**64, 2**65 - 1)
    serials = draw_serials(4, lambda size: next(source)[:size])
    assert serials == ["2" * SIZE, "3" + "2" * 12, "2" * 12 + "J", "Z" * SIZE]


@given(st.integers(0, 2**65 - 1), st.integers(0, 2**65 - 1))
def test_other_bits_are_another_serial_number(one: int, other: int) -> None:
    drawn = [
        draw_serials(1, lambda _, n=n: n.to_bytes(9, "big"))[0]  # type: ignore[misc]
        for n in (one, other)
    ]
    assert (drawn[0] == drawn[1]) == (one == other)


def test_a_source_of_chance_that_repeats_itself_is_found_out() -> None:
    same = repeat(bytes(9))
    with pytest.raises(MalformedError, match="drawn twice"):
        draw_serials(2, lambda _: next(same))


@pytest.mark.parametrize(
    ("first", "serials"),
    [
        ("1", ["1", "2", "3"]),
        ("00042", ["00042", "00043", "00044"]),
        ("98", ["98", "99", "100"]),
        ("0", ["0", "1", "2"]),
        ("A/0998", ["A/0998", "A/0999", "A/1000"]),
        ("B7-9", ["B7-9", "B7-10", "B7-11"]),
    ],
)
def test_serial_numbers_count_up(first: str, serials: list[str]) -> None:
    assert count_up(first, 3) == serials
    assert count_up(first, 1) == [first]


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ("", "is no serial number"),
        ("A", "ends in no digit"),
        ("00B", "ends in no digit"),
        ("a b1", "is no serial number"),
        ("1" * 21, "is no serial number"),
        ("1" * 5000, "is no serial number"),
        ("٣", "is no serial number"),
        ("098", "do not fit into 3 digits: start with more zeros"),
        ("9" * 20, "'100000000000000000901' is no serial number"),
        ("A" * 18 + "98", "is no serial number"),
    ],
)
def test_what_cannot_count_up_does_not(first: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        count_up(first, 903)


@pytest.mark.parametrize("count", [-1, 0, MAX_COUNT + 1])
def test_no_number_of_serials_beyond_the_bounds_is_made(count: int) -> None:
    with pytest.raises(MalformedError, match="1 to 10000"):
        count_up("1", count)
    with pytest.raises(MalformedError, match="1 to 10000"):
        draw_serials(count, bytes)


def test_the_most_serials_are_made_and_all_differ() -> None:
    assert len(set(count_up("1", MAX_COUNT))) == MAX_COUNT
