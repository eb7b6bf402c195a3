"""What may stand beside what, and which element is the key."""

import pytest
from hypothesis import given

from provenance.errors import MalformedError
from provenance.gs1.elements import (
    Element,
    check_elements,
    check_partners,
    choose_identifier,
    split_elements,
)
from provenance.gs1.identifier import Identifier
from tests.support.gs1_values import elements

GTIN = "09506000134352"
SSCC = "006141411234567890"
GLN = "9520123456788"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ([], "there is no element"),
        ([("01", GTIN), ("01", "09506000134369")], "has two values"),
        ([("01", GTIN), ("02", "09506000134369")], r"beside \(01\)"),
        ([("01", GTIN), ("37", "1")], r"GTIN cannot stand beside \(37\)"),
        ([("21", "1"), ("235", "T")], r"SERIAL cannot stand beside \(235\)"),
        (
            [("8018", "401234500000000012"), ("8017", "401234500000000012")],
            "cannot stand beside",
        ),
        ([("3103", "000001"), ("3105", "000001")], r"beside \(310"),
        ([("3925", "1"), ("3921", "1")], r"beside \(392"),
        ([("99", "a b")], "1 to 90 characters"),
        ([("89", "a")], "no application identifier"),
    ],
)
def test_what_cannot_be_said_together_is_refused(
    said: list[Element], says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        check_elements(said)


def test_what_is_said_twice_alike_is_said_once() -> None:
    said = [("01", GTIN), ("99", "a"), ("01", GTIN)]
    assert check_elements(said) == (("01", GTIN), ("99", "a"))


def test_an_ai_of_a_kind_that_it_bars_does_not_bar_itself() -> None:
    assert check_elements([("3103", "000001")])


@pytest.mark.parametrize(
    ("said", "needs"),
    [
        ([("10", "L7")], r"\(01\) or \(02\) or \(03\) or \(8006\)"),
        ([("37", "5")], r"\(00\) with \(02\) or \(00\) with \(8026\)"),
        ([("37", "5"), ("00", SSCC)], r"\(00\) with \(02\)"),
        ([("3920", "99"), ("01", GTIN)], r"\(01\) with \(31nn\)"),
        ([("8030", "QUJD"), ("01", GTIN)], r"\(01\) with \(21\)"),
        ([("415", GLN)], r"\(8020\)"),
    ],
)
def test_what_is_missing_is_named(said: list[Element], needs: str) -> None:
    with pytest.raises(MalformedError, match=needs):
        check_partners(said)


@pytest.mark.parametrize(
    "said",
    [
        [],
        [("99", "a")],
        [("01", GTIN), ("10", "L7")],
        [("00", SSCC), ("02", GTIN), ("37", "5")],
        [("01", GTIN), ("3920", "99"), ("3105", "000001")],
        [("415", GLN), ("8020", "R")],
    ],
)
def test_what_has_all_it_needs_is_taken(said: list[Element]) -> None:
    check_partners(said)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([("99", "a")], None),
        ([("37", "5")], None),
        ([("415", GLN)], None),
        (
            [("8020", "R"), ("415", GLN)],
            Identifier("415", GLN, (("8020", "R"),)),
        ),
        (
            [("21", "1"), ("17", "271231"), ("10", "L"), ("01", GTIN)],
            Identifier("01", GTIN, (("10", "L"), ("21", "1"))),
        ),
        (
            [("01", GTIN), ("235", "T"), ("10", "L")],
            Identifier("01", GTIN, (("10", "L"),)),
        ),
        (
            [("414", GLN), ("01", GTIN), ("21", "1")],
            Identifier("01", GTIN, (("21", "1"),)),
        ),
        (
            [("414", GLN), ("01", GTIN), ("254", "X")],
            Identifier("414", GLN, (("254", "X"),)),
        ),
        ([("00", SSCC), ("01", GTIN)], Identifier("00", SSCC)),
        ([("01", GTIN), ("00", SSCC)], Identifier("01", GTIN)),
    ],
)
def test_the_key_is_the_one_that_leaves_least_behind(
    said: list[Element], found: Identifier | None
) -> None:
    assert choose_identifier(said) == found


@given(elements())
def test_identifier_and_attributes_are_all_that_is_said(
    said: tuple[Element, ...],
) -> None:
    identifier, attributes = split_elements(said)
    taken = () if identifier is None else identifier.elements
    assert sorted((*taken, *attributes)) == sorted(said)
    assert check_elements(said) == said
