"""A second implementation, biip, reads labels as we do, where both read them.

It is not used outside of tests: it looks at the clock to read a date, and
takes what would give one thing two names, or a thing a false one. Each such
case stands below, so that it can be seen whether that still holds.
"""

import biip
import pytest
from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_messages import GS1Message
from hypothesis import assume, given

from provenance.errors import MalformedError
from provenance.gs1.ai import all_ais
from provenance.gs1.digitallink import DigitalLink, parse_digital_link
from provenance.gs1.elements import Element
from provenance.gs1.elementstring import (
    ElementString,
    format_bracketed,
    format_raw,
    parse_raw,
)
from provenance.gs1.scan import parse_scan
from tests.support.gs1_values import elements, links

GTIN = "09506000134352"
WRONG_GTIN = "09506000134353"
LINK = f"https://id.gs1.org/01/{GTIN}"


def read(message: GS1Message | GS1DigitalLinkURI) -> list[Element]:
    return [(each.ai.ai, each.value) for each in message.element_strings]


def without_two_dates(said: tuple[Element, ...]) -> tuple[Element, ...]:
    """Return *said* without a harvest from one day to another.

    biip takes the second day for a time, and refuses most of them.
    """
    return tuple(
        (ai, value) for ai, value in said if (ai, len(value)) != ("7007", 12)
    )


def test_both_know_the_same_ais() -> None:
    theirs = _GS1_APPLICATION_IDENTIFIERS
    assert set(theirs) == set(all_ais())
    for code, ai in all_ais().items():
        assert theirs[code].separator_required != ai.is_predefined


@given(elements())
def test_both_read_the_same_from_a_code(said: tuple[Element, ...]) -> None:
    said = without_two_dates(said)
    assume(said)
    raw = format_raw(ElementString(said))
    assert tuple(read(GS1Message.parse(raw))) == parse_raw(raw).elements


@given(elements())
def test_both_read_the_same_from_what_people_read(
    said: tuple[Element, ...],
) -> None:
    said = tuple((ai, value) for ai, value in said if "(" not in value)
    said = without_two_dates(said)
    assume(said)
    text = format_bracketed(ElementString(said))
    assert tuple(read(GS1Message.parse_hri(text))) == said


@given(links())
def test_both_read_the_same_from_a_link(link: DigitalLink) -> None:
    kept = without_two_dates(link.attributes)
    link = DigitalLink(link.identifier, kept, link.stem)
    assert read(GS1DigitalLinkURI.parse(link.uri)) == list(link.elements)


SCANS = {
    f"01{WRONG_GTIN}": "a wrong check digit of a GTIN is noted, not refused",
    "4149520123456787": "so is that of a GLN",
    "00006141411234567891": "so is that of an SSCC",
    f"8003{WRONG_GTIN}1A": "that of a GRAI is not looked at",
    "253952012345678712": "nor that of a GDTI",
    "80131987654Ad4X4bL5ttr2310c2L": "nor the check characters of a GMN",
    f"8006{GTIN}0301": "piece 3 of 1 is taken",
    "422999": "so is a country that there is not",
    f"01{GTIN}10A\x1d10B": "so are two lots of one thing",
    f"01{GTIN}375": "so is a count of a thing, for which GS1 bars it",
    f"01{GTIN}10{'A' * 20}21B": "a lot of 23 characters, of which no separator"
    " marks the end, becomes a lot and a serial number that nobody gave",
    f"]X001{GTIN}": "an unknown kind of code is read as if it were GS1's",
}

LINKS = {
    f"HtTpS{LINK[5:]}": "a scheme in mixed case",
    f"https:///01/{GTIN}": "no domain",
    f"https://id.gs1.org/01/{WRONG_GTIN}": "a wrong check digit",
    "https://id.gs1.org/01/1": "a GTIN of any length is filled up",
    f"{LINK}/10/L/235/T": "qualifiers of two different orders",
    f"{LINK}?10=L": "a qualifier in the query",
    f"{LINK}?21=1": "so that one unit has two links",
    f"{LINK}?99=a&99=b": "one AI twice: the last one counts",
    f"{LINK}?89=a": "an AI that there is not",
    f"{LINK}?99=": "an empty value",
    f"{LINK}?8200=http://a": "an AI that cannot be an attribute",
    f"{LINK}?37=1": "an AI that is barred",
    f"{LINK}/21/<b>": "characters that no URI has",
}


@pytest.mark.parametrize("text", SCANS, ids=SCANS.values())
def test_what_biip_takes_from_a_code_we_refuse(text: str) -> None:
    found = biip.parse(text)
    assert found.gs1_message is not None
    with pytest.raises(MalformedError):
        parse_scan(text)


@pytest.mark.parametrize("uri", LINKS, ids=LINKS.values())
def test_what_biip_takes_for_a_link_we_refuse(uri: str) -> None:
    assert GS1DigitalLinkURI.parse(uri).element_strings
    with pytest.raises(MalformedError):
        parse_digital_link(uri)


def test_what_biip_does_not_read_we_read() -> None:
    assert parse_scan(f"]J101{GTIN}").identifier is not None
    with pytest.raises(biip.ParseError):
        biip.parse(f"]J101{GTIN}")
    assert parse_scan(f"]Q1{LINK}").identifier is not None
    assert biip.parse(f"]Q1{LINK}").gs1_digital_link_uri is None
    stem = "https://a/01/2026/shop"
    assert parse_digital_link(f"{stem}/01/{GTIN}").stem == stem
    with pytest.raises(biip.ParseError):
        GS1DigitalLinkURI.parse(f"{stem}/01/{GTIN}")
    assert parse_raw(f"01{GTIN}7007271231280131").attributes
    with pytest.raises(biip.ParseError):
        GS1Message.parse(f"01{GTIN}7007271231280131")


def test_a_hostile_link_crashes_biip_with_an_error_of_another_kind() -> None:
    hostile = f"https://[::1/01/{GTIN}"
    with pytest.raises(ValueError, match="Invalid IPv6 URL") as caught:
        GS1DigitalLinkURI.parse(hostile)
    assert not isinstance(caught.value, biip.ParseError)
    with pytest.raises(MalformedError):
        parse_digital_link(hostile)
