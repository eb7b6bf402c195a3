"""Time and kinds of an event: what its links say, read in one place."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import CODES, Counts, parse_event, relation_of
from provenance.epcis.moment import read_time
from provenance.epcis.vocabulary import DISPOSITION, PRIVATE_STEPS
from provenance.errors import MalformedError
from provenance.rules import reading as rules
from provenance.rules.book import baseline
from tests.support.vectors_of import shared

BOOK = baseline()
WARNING_STEPS = BOOK.warning_steps
WARNING_DISPOSITIONS = BOOK.warning_dispositions
TIME = "2026-03-01T09:00:00+13:00"
BODY: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": TIME,
}
ALL: Counts = tuple((code, 1) for code in CODES.values())


def read_event(body: Any, counts: Counts) -> rules.EventReading:
    return rules.read_event(body, counts, BOOK)


def kinds(
    body: dict[str, Any], *relations: str, counts: Counts = ALL
) -> list[int]:
    reading = read_event({**BODY, **body}, counts)
    return [reading.kinds(CODES[relation]) for relation in relations]


def form(body: dict[str, Any], counts: Counts = ALL) -> dict[str, int]:
    """Return relation → kinds, of those that have any."""
    reading = read_event({**BODY, **body}, counts)
    return {
        relation: reading.kinds(code)
        for relation, code in CODES.items()
        if reading.kinds(code) and code in dict(counts)
    }


def test_published_links_have_the_times_and_kinds_of_their_events() -> None:
    folder = shared("provenance-formats-v2")
    events = {
        v["event_id"]: parse_event(bytes.fromhex(v["data"]))
        for v in json.loads((folder / "events.json").read_text())
    }
    read = 0
    for trail in json.loads((folder / "trails.json").read_text()):
        for _, _, time, found, leaves, event_id in trail["rows"]:
            if (event := events.get(event_id)) is None:
                continue
            assert event.own_leaves[trail["item"]] == tuple(leaves)
            reading = read_event(event.body, event.counts)
            assert reading.time == time
            relation = relation_of(event.counts, leaves[0])
            assert reading.kinds(CODES[relation]) == found
            read += 1
    assert read == 9


@pytest.mark.parametrize("kind", ["AggregationEvent", "AssociationEvent"])
def test_children_go_in_and_come_out_of_containers(kind: str) -> None:
    added = {"type": kind, "action": "ADD"}
    assert form(added) == {"childEPCs": 1, "childQuantityList": 1}
    deleted = {"type": kind, "action": "DELETE"}
    assert form(deleted) == {"childEPCs": 2, "childQuantityList": 2}
    assert form({"type": kind, "action": "OBSERVE"}) == {}
    with pytest.raises(MalformedError, match="has the action"):
        form({"type": kind, "action": None})


@pytest.mark.parametrize("code", [6, 7])
def test_a_container_is_emptied_where_no_child_is_named(code: int) -> None:
    deleted = {"type": "AggregationEvent", "action": "DELETE"}
    assert form(deleted, ((5, 1),)) == {"parentID": 2}
    assert form(deleted, ((5, 1), (12, 1))) == {"parentID": 2}
    assert "parentID" not in form(deleted, ((5, 1), (code, 1)))
    added = {"type": "AggregationEvent", "action": "ADD"}
    assert kinds(added, "parentID", counts=((5, 1),)) == [0]


@pytest.mark.parametrize("action", ["ADD", "DELETE"])
def test_objects_are_made_and_end(action: str) -> None:
    assert form({"action": action}) == {"epcList": 4, "quantityList": 4}
    assert form({"type": "TransactionEvent", "action": action}) == {}


def test_objects_that_are_seen_are_of_no_kind() -> None:
    assert form({"action": "OBSERVE"}) == {}


def test_all_of_a_transformation_is_made_or_ends() -> None:
    assert form({"type": "TransformationEvent", "action": None}) == {
        "inputEPCList": 4,
        "inputQuantityList": 4,
        "outputEPCList": 4,
        "outputQuantityList": 4,
    }


@pytest.mark.parametrize(("body", "effects"), [
    ({"action": "ADD"}, {"epcList": "made", "about": "about"}),
    ({"action": "DELETE"}, {"quantityList": "ended"}),
    ({"type": "AggregationEvent", "action": "OBSERVE"},
     {"parentID": "seen", "childEPCs": "inside"}),
    ({"type": "AggregationEvent", "action": "ADD"},
     {"parentID": "holds", "childQuantityList": "in"}),
    ({"type": "AggregationEvent", "action": "DELETE"},
     {"parentID": "seen", "childEPCs": "out"}),
    ({"type": "TransformationEvent", "action": None},
     {"inputEPCList": "used", "transformationID": "joined"}),
    ({"type": "urn:x:Event"}, {"parentID": "seen", "epcList": "seen"}),
])  # fmt: skip
def test_each_list_has_its_effect(
    body: dict[str, Any], effects: dict[str, str]
) -> None:
    reading = read_event({**BODY, **body}, ALL)
    for relation, effect in effects.items():
        assert reading.effect(CODES[relation]) == effect


def test_a_step_that_gives_being_makes_whatever_it_names() -> None:
    body = {**BODY, "bizStep": "commissioning"}
    reading = read_event(body, ALL)
    assert reading.makes(CODES["epcList"])
    assert not reading.makes(CODES["place"])
    assert not read_event(BODY, ALL).makes(CODES["epcList"])
    assert read_event({**BODY, "action": "ADD"}, ALL).makes(CODES["epcList"])


@pytest.mark.parametrize(("body", "called"), [
    ({}, "observing"),
    ({"bizStep": "shipping"}, "shipping"),
    ({"action": "ADD"}, "commissioning"),
    ({"action": "ADD", "bizStep": "encoding"}, "encoding"),
    ({"action": "DELETE"}, "decommissioning"),
    ({"type": "AggregationEvent", "action": "ADD"}, "packing"),
    ({"type": "AggregationEvent", "action": "DELETE"}, "unpacking"),
    ({"type": "TransformationEvent", "action": None}, "transforming"),
    ({"bizStep": "https://example.com/x"}, "step:https://example.com/x"),
])  # fmt: skip
def test_an_event_is_called_by_its_step_or_by_its_form(
    body: dict[str, Any], called: str
) -> None:
    assert read_event({**BODY, **body}, ALL).called == called


def test_a_type_of_somebodys_own_moves_nothing() -> None:
    assert form({"type": "urn:x:Event", "action": "ADD"}) == {}


@pytest.mark.parametrize("word", sorted(PRIVATE_STEPS))
def test_of_our_own_steps_three_warn(word: str) -> None:
    step = f"urn:provenance:step:{word}"
    expected = 8 if word in WARNING_STEPS else 0
    assert kinds({"bizStep": step}, "epcList", "place") == [expected] * 2
    context: dict[str, Any] = {"@context": [{"us": "urn:provenance:step:"}]}
    assert kinds({**context, "bizStep": f"us:{word}"}, "actor") == [expected]
    # The word alone is no step.
    with pytest.raises(MalformedError):
        kinds({"bizStep": word}, "epcList")


def test_of_the_standard_dispositions_twelve_warn() -> None:
    assert len(WARNING_DISPOSITIONS) == 12
    assert DISPOSITION.words > WARNING_DISPOSITIONS
    assert PRIVATE_STEPS.keys() > WARNING_STEPS
    context: dict[str, Any] = {
        "@context": [{"mine": "https://ref.gs1.org/cbv/Disp-"}]
    }
    for word in DISPOSITION.words:
        expected = [8 if word in WARNING_DISPOSITIONS else 0]
        for spelled in (
            word,
            f"cbv:Disp-{word}",
            f"https://ref.gs1.org/cbv/Disp-{word}",
            f"mine:{word}",
        ):
            body = {**context, "disposition": spelled}
            assert kinds(body, "epcList") == expected
            for persistent in (
                {"set": [spelled]},
                {"set": ["active", spelled], "unset": []},
            ):
                body = {**context, "persistentDisposition": persistent}
                assert kinds(body, "epcList") == expected
            unset: dict[str, Any] = {
                "persistentDisposition": {"unset": [spelled]}
            }
            assert kinds({**context, **unset}, "epcList") == [0]


@pytest.mark.parametrize("word", [
    7, None, True, [], ["recalled"], {"id": "recalled"}, "", "Recalled",
    "recalled ", "other:recalled", "urn:epcglobal:cbv:disp:recalled",
    "https://example.com/recalled",
])  # fmt: skip
def test_what_is_no_word_warns_of_nothing(word: Any) -> None:
    for body in (
        {"disposition": word},
        {"persistentDisposition": word},
        {"persistentDisposition": {"set": word} if word != ["recalled"] else 7},
        {"persistentDisposition": {"set": [word]}},
    ):
        assert kinds(body, "epcList") == [0]


def test_prefixes_that_cannot_be_read_are_a_fault() -> None:
    with pytest.raises(MalformedError):
        read_event({**BODY, "@context": 7}, ALL)


def test_a_declaration_of_error_is_added_to_what_is_declared_wrong() -> None:
    wrong: dict[str, Any] = {"errorDeclaration": {}}
    assert kinds({**wrong, "disposition": "recalled"}, "epcList") == [24]
    assert kinds({**wrong, "action": "ADD"}, "epcList", "place") == [20, 16]


@pytest.mark.parametrize("kind", ["ActorEnrolled", "KeyRevoked"])
def test_registry_events_have_no_time_and_no_kinds(kind: str) -> None:
    reading = read_event({"type": kind, "disposition": "recalled"}, ((1, 1),))
    assert (reading.time, reading.kinds(1)) == (0, 0)


@pytest.mark.parametrize(("text", "ms"), [
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-01T00:00:00.001Z", 1),
    ("1969-12-31T23:00:00-01:00", 0),
    ("1970-01-01T14:00:00+14:00", 0),
    ("2026-03-01T09:00:00.1239+13:00", 1_772_308_800_123),
    ("2026-03-01T09:00:00.999999999-00:00", 1_772_355_600_999),
    ("2026-03-01T09:00:00.1Z", 1_772_355_600_100),
    ("2000-02-29T00:00:00Z", 951_782_400_000),
    ("9999-12-31T23:59:59.999-14:00", 253_402_351_199_999),
])  # fmt: skip
def test_a_time_is_rounded_down_to_ms(text: str, ms: int) -> None:
    assert read_time(text) == ms
    assert read_event({**BODY, "eventTime": text}, ALL).time == ms


@pytest.mark.parametrize("text", [
    None, 7, True, b"2026-03-01T09:00:00Z", ["2026-03-01T09:00:00Z"], {},
    "",
    "2026-03-01",
    "2026-03-01T09:00Z",
    "2026-03-01T09:00:00",
    "2026-03-01T09:00:00z",
    "2026-03-01t09:00:00Z",
    "2026-03-01 09:00:00Z",
    "2026-03-01T09:00:00+1300",
    "2026-03-01T09:00:00+13",
    "2026-03-01T09:00:00.Z",
    "2026-03-01T09:00:00,5Z",
    "2026-03-01T09:00:00.1234567890Z",
    "2026-03-01T09:00:00Z ",
    " 2026-03-01T09:00:00Z",
    "2026-03-01T09:00:00Z\n",
    "20260301T090000Z",
    "2026-W09-7T09:00:00Z",
    "+2026-03-01T09:00:00Z",
    "12026-03-01T09:00:00Z",
    "２026-03-01T09:00:00Z",
    "2026-02-29T09:00:00Z",
    "2100-02-29T09:00:00Z",
    "2026-04-31T09:00:00Z",
    "2026-00-01T09:00:00Z",
    "2026-13-01T09:00:00Z",
    "2026-01-00T09:00:00Z",
    "2026-01-32T09:00:00Z",
    "0000-01-01T09:00:00Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T09:60:00Z",
    "2026-03-01T09:00:60Z",
    "2026-03-01T09:00:00+14:01",
    "2026-03-01T09:00:00-14:01",
    "2026-03-01T09:00:00+15:00",
    "2026-03-01T09:00:00+01:60",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T13:59:59+14:00",
    "1970-01-01T00:00:00+00:01",
])  # fmt: skip
def test_what_is_no_time_in_just_that_form_is_refused(text: Any) -> None:
    with pytest.raises(MalformedError, match="eventTime is a time"):
        read_time(text)
    with pytest.raises(MalformedError, match="eventTime is a time"):
        read_event({**BODY, "eventTime": text}, ALL)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(9999, 12, 30)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_times_are_those_of_the_calendar(moment: datetime, offset: int) -> None:
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    text = f"{moment.isoformat()}{sign}{hours:02}:{minutes:02}"
    elapsed = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    elapsed -= timedelta(minutes=offset)
    assert read_time(text) == elapsed // timedelta(milliseconds=1)
