"""Element strings are read as scanners deliver them, and written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.ai import find_ai
from provenance.gs1.elements import Element
from provenance.gs1.elementstring import (
    FNC1,
    ElementString,
    format_bracketed,
    format_raw,
    parse_element_string,
    parse_raw,
    put_predefined_first,
)
from provenance.gs1.identifier import Identifier
from tests.support.gs1_values import elements

GTIN = "09506000134352"
LABEL = ElementString(
    (("01", GTIN), ("10", "L7"), ("21", "A(1)"), ("17", "271231"))
)


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(10)L7(21)A\\(1)(17)271231",
        f"01{GTIN}10L7\x1d21A(1)\x1d17271231",
        f"\x1d01{GTIN}10L7\x1d21A(1)\x1d17271231",
        f"01{GTIN}\x1d10L7\x1d21A(1)\x1d17271231\x1d",
        f"(01){GTIN}(10)L7(21)A\\(1)(17)271231(01){GTIN}",
    ],
)
def test_one_label_is_read_from_many_writings(text: str) -> None:
    assert parse_element_string(text) == LABEL


def test_a_label_says_what_it_is_on_and_more() -> None:
    assert LABEL.identifier == Identifier(
        "01", GTIN, (("10", "L7"), ("21", "A(1)"))
    )
    assert LABEL.attributes == (("17", "271231"),)


def test_a_label_is_written_bracketed_and_raw() -> None:
    assert format_bracketed(LABEL) == f"(01){GTIN}(10)L7(21)A\\(1)(17)271231"
    assert format_raw(LABEL) == f"01{GTIN}10L7\x1d21A(1)\x1d17271231"
    assert (
        format_raw(put_predefined_first(LABEL))
        == f"01{GTIN}1727123110L7\x1d21A(1)"
    )


def test_a_value_of_one_length_alone_still_ends_at_fnc1() -> None:
    # A GSIN always has 17 digits, but no reader may rely on it.
    text = f"4024012345123456789401{GTIN}"
    with pytest.raises(MalformedError, match="17 digits"):
        parse_raw(text)
    assert parse_raw(text.replace("94", "94\x1d", 1)).elements[1] == (
        "01",
        GTIN,
    )


def test_serial_numbers_keep_leading_zeros_and_case() -> None:
    for serial in ("00042", "42", "a", "A"):
        found = parse_raw(f"01{GTIN}21{serial}")
        assert found.elements[1] == ("21", serial)


def test_a_value_may_look_like_another_element() -> None:
    found = parse_raw(f"01{GTIN}2117271231")
    assert found.elements == (("01", GTIN), ("21", "17271231"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no element"),
        ("\x1d", "there is no element"),
        ("\x1d\x1d", "position 1"),
        ("A", "starts at position 0, with 'A'"),
        ("0", "starts at position 0, with '0'"),
        ("0950600013435", "starts at position 0, with '0950'"),
        ("^01", "starts at position 0, with '.01'"),
        (f"01{GTIN}^10L7", "starts at position 16, with '.10L'"),
        (f"01{GTIN}\x1d\x1d10L7", "starts at position 17"),
        (f"01{GTIN[:-1]}", "at position 0: .01. GTIN has 14 digits"),
        (f"01{GTIN[:-1]}\x1d", "at position 0: .01. GTIN has 14 digits"),
        (f"01{GTIN[:-1]}3", "other digits give 2"),
        (f"01{GTIN}10", "at position 16: .10. BATCH/LOT has 1 to 20"),
        (f"01{GTIN}10\x1d21A", "at position 16: .10. BATCH/LOT has 1 to 20"),
        (f"01{GTIN}10a b", "at position 16"),
        (f"01{GTIN}10{'A' * 21}", "at position 16"),
        (f"01{GTIN}17271332", "at position 16: .17. .*no day"),
        (f"01{GTIN}01{GTIN}10A\x1d10B", "has two values, 'A' and 'B'"),
        (f"01{GTIN}375", r"cannot stand beside \(37\)"),
        ("(01", "'.01' at position 0 is neither"),
        ("(01)", "at position 0: .01. GTIN has 14 digits"),
        ("(0)1", "position 0 is neither"),
        ("(12345)1", "position 0 is neither"),
        ("(89)1", r"at position 0: \(89\) is no application identifier"),
        (f"(01){GTIN} (21)1", "GTIN has 14 digits"),
        (f"(01){GTIN}(21)a(b)", r"'.b.' at position 23 is neither"),
        (f"(01){GTIN}(21)a\\)", r"position 23 is neither"),
        (f"(01){GTIN}(21)a\\", r"position 23 is neither"),
        (f"(01){GTIN}(21)a\\\\(", r"position 23 is neither"),
        (f"(01){GTIN}(21)", "at position 18: .21. SERIAL has 1 to 20"),
        (f"(01){GTIN}\x1d", "GTIN has 14 digits"),
        ("(01)9506000134352", "GTIN has 14 digits"),
        (f"(٠١){GTIN}", "position 0 is neither"),
    ],
)
def test_what_is_no_element_string_is_refused_with_the_place(
    text: str, says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        parse_element_string(text)


def test_an_element_string_says_each_ai_once() -> None:
    with pytest.raises(MalformedError, match="each AI once"):
        ElementString((("99", "a"), ("99", "a")))


def test_what_another_code_of_the_label_says_may_be_missing_here() -> None:
    assert parse_raw("10L7").identifier is None
    assert parse_raw("10L7").attributes == (("10", "L7"),)


@given(elements())
def test_a_label_is_read_back_from_either_writing(
    said: tuple[Element, ...],
) -> None:
    label = ElementString(said)
    assert parse_element_string(format_bracketed(label)) == label
    assert parse_element_string(format_raw(label)) == label
    assert parse_raw(format_raw(label)) == label
    ordered = put_predefined_first(label)
    assert sorted(ordered.elements) == sorted(label.elements)
    assert parse_raw(format_raw(ordered)) == ordered
    assert len(format_raw(ordered)) <= len(format_raw(label))


@given(elements())
def test_fnc1_after_every_value_changes_nothing(
    said: tuple[Element, ...],
) -> None:
    text = "".join(f"{code}{value}{FNC1}" for code, value in said)
    assert parse_raw(text).elements == said
    assert parse_raw(FNC1 + text).elements == said


@given(elements(), st.data())
def test_a_lost_separator_is_never_read_as_what_was_said(
    said: tuple[Element, ...], data: st.DataObject
) -> None:
    raw = format_raw(ElementString(said))
    places = [place for place, each in enumerate(raw) if each == FNC1]
    if not places:
        return
    lost = data.draw(st.sampled_from(places))
    try:
        found = parse_raw(raw[:lost] + raw[lost + 1 :])
    except MalformedError:
        return
    assert found.elements != said


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_a_hostile_element_string_raises_only_malformed(tail: str) -> None:
    for start in ("", "(", f"(01){GTIN}", f"01{GTIN}", "10", "\x1d99"):
        try:
            found = parse_element_string(start + tail)
        except MalformedError:
            continue
        assert parse_element_string(format_raw(found)) == found
        assert all(find_ai(code) for code, _ in found.elements)
