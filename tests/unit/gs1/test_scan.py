"""What scanners deliver is read by what kind of code it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.digitallink import DigitalLink
from provenance.gs1.elementstring import ElementString
from provenance.gs1.identifier import Identifier
from provenance.gs1.scan import ELEMENT_STRINGS, GTINS, TEXTS, parse_scan

GTIN = "09506000134352"
LABEL = ElementString((("01", GTIN), ("21", "00042"), ("17", "271231")))
RAW = f"01{GTIN}2100042\x1d17271231"
LINK = f"https://brand.example/01/{GTIN}/21/00042?17=271231"


@pytest.mark.parametrize("kind", ["", *sorted(ELEMENT_STRINGS)])
def test_an_element_string_is_read_from_each_kind_of_code(kind: str) -> None:
    assert parse_scan(kind + RAW) == LABEL


@pytest.mark.parametrize("kind", ["", *sorted(TEXTS)])
def test_a_digital_link_is_read_from_each_kind_of_code(kind: str) -> None:
    found = parse_scan(kind + LINK)
    assert isinstance(found, DigitalLink)
    assert found.identifier == LABEL.identifier
    assert found.attributes == LABEL.attributes


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("]E09506000134352", GTIN),
        ("]E0416000336108", "00416000336108"),
        ("]E00416000336108", "00416000336108"),
        ("]E402345673", "00000002345673"),
        (f"]I1{GTIN}", GTIN),
        ("9506000134352", GTIN),
        ("416000336108", "00416000336108"),
        ("02345673", "00000002345673"),
        (GTIN, GTIN),
    ],
)
def test_a_gtin_is_filled_up_to_14_digits(text: str, gtin: str) -> None:
    assert parse_scan(text).identifier == Identifier("01", gtin)
    assert parse_scan(text).attributes == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no element"),
        ("]", "']' is no kind of code"),
        ("]d", "']d' is no kind of code"),
        ("]X0123", "']X0' is no kind of code"),
        ("]D2" + RAW, "']D2' is ']d2' typed with caps lock on"),
        ("]c1" + RAW, "typed with caps lock on"),
        ("]q3" + RAW, "typed with caps lock on"),
        ("]C1", "there is no element"),
        ("]d2" + LINK, "position 0, with 'http'"),
        ("]Q1urn:epc:id:sscc:1.2", "position 0, with 'urn:'"),
        ("]E0", "12 or 13 digits, unlike ''"),
        ("]E002345673", "12 or 13 digits"),
        ("]E0950600013435X", "12 or 13 digits"),
        ("]E0٩٥٠٦٠٠٠١٣٤٣٥٢", "12 or 13 digits"),
        ("]E09506000134353", "other digits give 2"),
        ("]E40234567", "8 digits"),
        ("]I19506000134352", "14 digits"),
        ("9506000134353", "other digits give 2"),
        ("123456789", r"\(12\) DUE DATE: '345678' is no day"),
        ("https://brand.example/", "ends in a GS1 key"),
        ("urn:epc:id:sscc:1.2", "position 0, with 'urn:'"),
    ],
)
def test_what_is_no_gs1_scan_is_refused(text: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        parse_scan(text)


@pytest.mark.parametrize("kind", ["", *sorted(TEXTS)])
def test_a_plain_code_may_hold_an_element_string(kind: str) -> None:
    assert parse_scan(kind + RAW) == LABEL
    assert parse_scan(f"{kind}(01){GTIN}(21)00042(17)271231") == LABEL


@pytest.mark.parametrize(
    "fnc1",
    [
        "|", "\u241d", "^]", "{GS}", "<GS>", "[GS]", "<gs>", "{FNC1}", "\\x1d",
        "\\x1D", "\\u001d", " ", "  ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["", "]C1", "]d2", "]Q2"])
def test_fnc1_is_read_however_a_keyboard_spells_it(
    kind: str, fnc1: str
) -> None:
    assert parse_scan(kind + RAW.replace("\x1d", fnc1)) == LABEL
    assert parse_scan(f"{kind}01{GTIN}{fnc1}2100042{fnc1}17271231") == LABEL
    bracketed = f"(01){GTIN}{fnc1}(21)00042{fnc1}(17)271231{fnc1}"
    assert parse_scan(kind + bracketed) == LABEL


@pytest.mark.parametrize("stray", list("~@#$`]\\[{}^è\x1e\x00"))
def test_a_stray_character_is_named(stray: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_scan(RAW.replace("\x1d", stray))
    assert f"(21) SERIAL has 1 to 20 characters and no {stray!r}" in str(
        caught.value
    )


@pytest.mark.parametrize(
    "text",
    [
        f"(01) {GTIN} (21) 00042 (17) 271231",
        "(01)0 950 6000 1343 52 (21)00042 (17)27 12 31",
        f"（01）{GTIN}（21）00042（17）271231",
        "（０１）０９５０６０００１３４３５２（２１）０００４２（１７）２７１２３１",
        f"\ufeff(01){GTIN}\n(21)00042\r\n(17)271231\u200b",
        f"]C1 (01){GTIN}(21)00042(17)271231",
    ],
)
def test_print_and_full_width_keyboards_are_read(text: str) -> None:
    assert parse_scan(text) == LABEL


def test_what_could_be_said_in_two_ways_is_refused() -> None:
    for text in (
        f"(01){GTIN}(21)000 42",
        f"01{GTIN}21000 42",
        f"01 {GTIN} 21 00042",
        f"(01){GTIN}(21)A (01)09506000134369(21)B",
        f"01{GTIN}21A|01{GTIN}21B",
        f"01{GTIN}21A 01{GTIN}21B",
    ):
        with pytest.raises(MalformedError):
            parse_scan(text)


def test_a_gtin_is_read_as_it_is_printed() -> None:
    assert parse_scan("9 506000 134352").identifier == Identifier("01", GTIN)


def test_a_capital_of_a_phones_keyboard_is_made_small() -> None:
    assert parse_scan(LINK.replace("h", "H", 1)) == parse_scan(LINK)


def test_no_kind_of_code_is_two_things() -> None:
    kinds = [*ELEMENT_STRINGS, *GTINS, *TEXTS]
    assert len(kinds) == len(set(kinds))


@given(st.text(max_size=40))
def test_a_hostile_scan_raises_only_malformed(tail: str) -> None:
    for kind in ("", "]", *ELEMENT_STRINGS, *GTINS, *TEXTS):
        try:
            parse_scan(kind + tail)
        except MalformedError:
            continue
