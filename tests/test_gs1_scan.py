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
        ("]D2" + RAW, "']D2' is no kind of code"),
        ("]C0" + RAW, "']C0' is no kind of code"),
        ("]C1", "there is no element"),
        (f"]C1(01){GTIN}", "position 0, with '.01.'"),
        ("]d2" + LINK, "position 0, with 'http'"),
        ("]d1" + RAW, "a Digital Link holds no"),
        (
            "]Q1urn:epc:id:sgtin:9506000.013435.00042",
            "an http or https address",
        ),
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
