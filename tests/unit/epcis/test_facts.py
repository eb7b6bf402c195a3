from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Item
from provenance.encoding.canonical import Value
from provenance.epcis.facts import (
    event_instant,
    event_type,
    instant,
    read_facts,
    spelled_number,
)
from provenance.epcis.pattern import Pattern, read_class, read_unit, traits
from provenance.errors import MalformedError

JUNK: list[Value] = [None, True, 7, 1.5, "x", b"x", [], [5], [[]], {}, {"a": 1}]
MEMBERS = (
    "type", "action", "eventID", "eventTime", "bizStep", "disposition",
    "persistentDisposition", "readPoint", "bizLocation", "bizTransactionList",
    "sourceList", "destinationList", "transformationID", "errorDeclaration",
    "ilmd", "sensorElementList", "ex:a", "http://[", ":", "@context",
)  # fmt: skip


def values() -> st.SearchStrategy[Value]:
    return st.recursive(
        st.sampled_from(JUNK),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    ["id", "type", "set", "value", "uom", "sensorReport",
                     "sensorMetadata", "ex:b", "@value", "source", "time",
                     "declarationTime", "reason", "correctiveEventIDs"]
                ),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=8,
    )  # fmt: skip


@given(st.dictionaries(st.sampled_from(MEMBERS), values()))
def test_whatever_an_event_holds_has_facts(body: dict[str, Value]) -> None:
    facts = read_facts(body)
    assert all(isinstance(text, str) for _, text in facts.texts)
    assert all(type(number) in {int, float} for _, number in facts.numbers)


def test_what_is_not_of_its_form_hides_no_other_fact() -> None:
    body: dict[str, Value] = {
        "@context": "https://evil.example/",
        "bizStep": "no such step",
        "disposition": "zz:word",
        "readPoint": {"id": "not a uri"},
        "eventTime": "2026-01-01T00:00:00",
        "sensorElementList": [7, {"sensorReport": [{"value": "4"}]}],
        "zz:undefined": "x",
        "bizTransactionList": [{"bizTransaction": "urn:a:b", "type": 5}, 7],
    }
    facts = read_facts(body)
    assert facts.texts == {
        ("bizStep", "no such step"),
        ("disposition", "zz:word"),
        ("readPoint", "not a uri"),
        ("EXISTS_sensorElementList", ""),
        ("EXISTS_zz:undefined", ""),
        ("zz:undefined", "x"),
        ("bizTransaction_", "urn:a:b"),
    }
    assert facts.numbers == set()


def test_what_is_very_long_is_a_fact_as_it_stands() -> None:
    long = "x" * 5_000
    times = "2026-01-01T00:00:00." + "0" * 100 + "Z"
    facts = read_facts({"bizStep": long, "gs1:x": times, "eventTime": times})
    assert ("bizStep", long) in facts.texts
    assert ("https://gs1.org/voc/x", times) in facts.texts
    moment = instant("2026-01-01T00:00:00Z")
    assert facts.numbers == {
        ("eventTime", moment),
        ("https://gs1.org/voc/x as time", moment),
    }


def test_prefixes_of_an_event_are_its_own() -> None:
    one = read_facts({"@context": {"a": "https://x.example/"}, "a:b": "v"})
    other = read_facts({"@context": {"a": "https://y.example/"}, "a:b": "v"})
    assert ("https://x.example/b", "v") in one.texts
    assert ("https://y.example/b", "v") in other.texts
    worse = read_facts(
        {"@context": {"a": "https://x.example/"}, "bizStep": "a b"}
    )
    assert ("bizStep", "a b") in worse.texts


def test_a_quantity_is_one_with_and_without_its_unit() -> None:
    item = Item("quantityList", "urn:a:b", 7, "KGM")
    bare = Item("quantityList", "urn:a:c", 8, None)
    unknown = Item("quantityList", "urn:a:d", None, None)
    assert read_facts({}, [item, bare, unknown]).numbers == {
        ("quantity", 7),
        ("quantity_KGM", 7),
        ("quantity", 8),
    }


def test_a_value_with_its_type_is_its_value() -> None:
    value = cast("Value", {"@type": "xsd:date", "@value": "2026-05-01"})
    facts = read_facts({"gs1:best": value})
    assert ("https://gs1.org/voc/best", "2026-05-01") in facts.texts


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1970-01-02", 86_400_000_000),
        ("0001-01-01T00:00:00+14:00", -62135647200000000),
        ("9999-12-31T23:59:59.999999-13:00", 253402347599999999),
        ("1970-01-01T00:00:00", None),
        ("1970-13-01T00:00:00Z", None),
        ("19700101", None),
        ("x", None),
    ],
)
def test_a_time_is_microseconds_since_1970(
    text: str, moment: int | None
) -> None:
    assert instant(text) == moment


def test_an_events_time_may_have_any_form_that_the_ledger_admits() -> None:
    assert instant("19700101T000001Z") is None
    assert event_instant("19700101T000001Z") == 1_000_000
    facts = read_facts({"eventTime": "19700101T000001Z"})
    assert facts.numbers == {("eventTime", 1_000_000)}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7.0), ("-0.5", -0.5), ("1e3", 1000.0), ("0", 0.0), ("007", None),
        ("", None), ("1e999", None), ("٣", None), ("0x1", None), ("1_0", None),
        ("nan", None), (" 1", None), ("9" * 42, None),
    ],
)  # fmt: skip
def test_a_number_is_spelled_one_way(text: str, number: float | None) -> None:
    assert spelled_number(text) == number


def test_types_of_events_have_three_spellings() -> None:
    for text in (
        "ObjectEvent",
        "epcis:ObjectEvent",
        "https://ref.gs1.org/epcis/ObjectEvent",
    ):
        assert event_type(text, {}) == "ObjectEvent"
    assert event_type("urn:x:Own", {}) == "urn:x:Own"
    with pytest.raises(MalformedError):
        event_type("Own", {})


# Patterns.

UNITS: dict[str, str] = {
    "cpi": "https://id.gs1.org/8010/9506000AB/8011/7",
    "gdti": "https://id.gs1.org/253/9506000000022D1",
    "giai": "https://id.gs1.org/8004/9506000A1",
    "ginc": "https://id.gs1.org/401/9506000C1",
    "grai": "https://id.gs1.org/8003/09506000000022R1",
    "gsin": "https://id.gs1.org/402/95060000000000013",
    "gsrn": "https://id.gs1.org/8018/950600000000000015",
    "gsrnp": "https://id.gs1.org/8017/950600000000000015",
    "itip": "https://id.gs1.org/8006/095060001343520102/21/7",
    "pgln": "https://id.gs1.org/417/9506000000022",
    "sgcn": "https://id.gs1.org/255/9506000000022S1",
    "sgln": "https://id.gs1.org/414/9506000000022/254/7",
    "sgtin": "https://id.gs1.org/01/09506000134352/21/7",
    "sscc": "https://id.gs1.org/00/095060000000000015",
    "upui": "https://id.gs1.org/01/09506000134352/235/7",
}
"""Scheme → a thing of the company 9506000."""

NARROW = {
    "cpi": "9506000.AB.*",
    "gdti": "9506000.00002.*",
    "grai": "9506000.00002.*",
    "itip": "9506000.013435.01.02.*",
    "sgcn": "9506000.00002.*",
    "sgln": "9506000.00002.*",
    "sgtin": "9506000.013435.*",
    "upui": "9506000.013435.*",
}
STARS = {
    "itip": 5,
    "cpi": 3,
    "gdti": 3,
    "grai": 3,
    "sgcn": 3,
    "sgln": 3,
    "sgtin": 3,
    "upui": 3,
}


def patterns_of(scheme: str) -> Iterator[str]:
    count = STARS.get(scheme, 2)
    start = f"urn:epc:idpat:{scheme}:"
    yield start + ".".join("*" * count)
    yield start + ".".join(["9506000", *"*" * (count - 1)])
    if scheme in NARROW:
        yield start + NARROW[scheme]


@pytest.mark.parametrize("scheme", UNITS)
def test_a_pattern_fits_its_things_and_no_others(scheme: str) -> None:
    for text in patterns_of(scheme):
        pattern = read_unit(text)
        assert isinstance(pattern, Pattern)
        for other, unit in UNITS.items():
            assert pattern.includes(unit) == (other == scheme), (text, unit)
            if other == scheme and pattern.trait is not None:
                assert pattern.trait in traits(unit)


@pytest.mark.parametrize("scheme", UNITS)
def test_a_pattern_of_another_company_fits_nothing(scheme: str) -> None:
    count = STARS.get(scheme, 2)
    text = f"urn:epc:idpat:{scheme}:950601" + ".*" * (count - 1)
    pattern = read_unit(text)
    assert isinstance(pattern, Pattern)
    assert not any(map(pattern.includes, UNITS.values()))
    assert not pattern.includes("urn:x:9506010")


def test_a_pattern_may_leave_out_the_pieces_of_a_product() -> None:
    piece = UNITS["itip"]
    for text in ("9506000.013435.*.*.*", "9506000.013435.01.*.*"):
        pattern = read_unit(f"urn:epc:idpat:itip:{text}")
        assert isinstance(pattern, Pattern)
        assert pattern.includes(piece)
    other = read_unit("urn:epc:idpat:itip:9506000.013435.02.*.*")
    assert isinstance(other, Pattern)
    assert not other.includes(piece)


def test_a_place_is_a_pattern_of_itself_and_of_what_is_in_it() -> None:
    pattern = read_unit("urn:epc:idpat:sgln:9506000.00002.*")
    assert isinstance(pattern, Pattern)
    assert pattern.includes("https://id.gs1.org/414/9506000000022")
    assert not pattern.includes("https://id.gs1.org/414/9506000000039")


def test_a_part_number_is_not_the_start_of_another() -> None:
    pattern = read_unit("urn:epc:idpat:cpi:9506000.A.*")
    assert isinstance(pattern, Pattern)
    assert not pattern.includes(UNITS["cpi"])


def test_a_product_is_the_pattern_of_its_units() -> None:
    link = "https://id.gs1.org/01/09506000134352"
    assert read_unit(link) == read_unit("urn:epc:idpat:sgtin:9506000.013435.*")
    assert read_class(link) == link
    assert read_class("urn:epc:idpat:sgtin:9506000.013435.*") == link


def test_what_has_no_star_is_one_thing() -> None:
    link = "https://id.gs1.org/01/09506000134352/21/7"
    assert read_unit("urn:epc:idpat:sgtin:9506000.013435.7") == link
    assert read_unit("urn:epc:id:sgtin:9506000.013435.7") == link
    assert read_unit("urn:x:y") == "urn:x:y"


def test_classes_have_patterns_as_well() -> None:
    for text, is_one in (
        ("urn:epc:idpat:sgtin:9506000.*.*", True),
        ("urn:epc:idpat:sgtin:*.*.*", True),
        ("urn:epc:idpat:sgtin:9506001.*.*", False),
        ("urn:epc:idpat:grai:9506000.*.*", False),
    ):
        pattern = read_class(text)
        assert isinstance(pattern, Pattern)
        assert (
            pattern.includes("https://id.gs1.org/01/09506000134352") == is_one
        )
        assert not pattern.includes(UNITS["sgtin"])


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (read_unit, "urn:epc:idpat:xyz:*.*", "no scheme that is known"),
        (read_unit, "urn:epc:idpat:sgtin:*.*", "it has 3 parts"),
        (read_unit, "urn:epc:idpat:sgtin:*.5.*", "nothing but"),
        (read_unit, "urn:epc:idpat:sscc:12.*", "6 to 12 digits"),
        (read_unit, "urn:epc:idpat:sgtin:9506000.01.*", "13 digits together"),
        (read_unit, "urn:epc:idpat:itip:9506000.013435.1.*.*", "2 digits"),
        (read_unit, "no uri", "no absolute URI"),
        (read_class, "urn:epc:idpat:sscc:9506000.*", "no pattern of classes"),
        (read_class, "urn:epc:idpat:sgtin:9506000.013435.7", "no pattern of"),
    ],
)
def test_what_is_no_pattern_is_refused(
    read: object, text: str, says: str
) -> None:
    assert callable(read)
    with pytest.raises(MalformedError, match=says):
        read(text)


def test_traits_are_of_keys_alone() -> None:
    assert traits("urn:x:y") == ()
    assert traits(UNITS["sscc"]) == ("00/950600",)
    assert traits(UNITS["sgtin"]) == ("01/9506000134352", "01/950600")
