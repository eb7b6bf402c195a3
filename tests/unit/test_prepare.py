"""From documents to statements: what one signature covers."""

import io
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Event, Field, Item
from provenance.claims.statement import parse_entry, sign_statement
from provenance.encoding.digest import Hash, sha256
from provenance.epcis.draft import check_event
from provenance.epcis.source import read_events
from provenance.errors import MalformedError
from provenance.intake.prepare import (
    Gathered,
    gather,
    new_event,
    prepare_document,
    prepare_event,
    prepare_stream,
)
from provenance.keys import Signer

UNIT = "https://id.gs1.org/01/09506000134352/21/K{}"
EVENT: dict[str, Any] = {
    "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": "2026-02-01T09:00:00Z",
    "eventTimeZoneOffset": "+00:00",
}


def event(number: int = 0, *, items: int = 1) -> Event:
    body = {**EVENT, "@context": {}, "example:number": number}
    return new_event(
        body, [Item("epcList", UNIT.format(n)) for n in range(items)]
    )


def sizes(found: list[Gathered]) -> list[tuple[int, int]]:
    return [(len(part.events), part.units) for part in found]


def lines(*serials: str) -> bytes:
    return b"".join(
        json.dumps({**EVENT, "epcList": [UNIT.format(s)]}).encode() + b"\n"
        for s in serials
    )


def test_many_events_become_one_statement() -> None:
    events = [event(n) for n in range(100)]
    (found,) = gather([[event] for event in events])
    assert found.units == 100
    assert [kept.id for kept in found.events] == [e.id for e in events]
    assert [kept.data for kept in found.events] == [e.data for e in events]


def test_nothing_becomes_no_statement() -> None:
    assert list(gather([])) == []


def test_a_statement_ends_before_it_is_too_large() -> None:
    one = len(event(1).data)
    units = [[event(n)] for n in range(1, 8)]
    assert sizes(list(gather(units, max_bytes=3 * one))) == [
        (3, 3), (3, 3), (1, 1),
    ]  # fmt: skip
    assert sizes(list(gather(units, max_bytes=3 * one - 1))) == [
        (2, 2), (2, 2), (2, 2), (1, 1),
    ]  # fmt: skip


def test_a_statement_has_no_more_events_than_the_format_allows() -> None:
    units = [[event(n)] for n in range(5)]
    assert sizes(list(gather(units, max_events=2))) == [(2, 2), (2, 2), (1, 1)]


def test_what_is_in_one_unit_stays_in_one_statement() -> None:
    units = [[event(1)], [event(2), event(3)], [event(4)]]
    assert sizes(list(gather(units, max_events=2))) == [(1, 1), (2, 1), (1, 1)]
    # Even if it is too large by itself.
    assert sizes(list(gather(units, max_bytes=1))) == [(1, 1), (2, 1), (1, 1)]


def test_a_unit_of_too_many_events_is_refused() -> None:
    with pytest.raises(MalformedError, match="3 events stand or fall together"):
        list(gather([[event(n) for n in range(3)]], max_events=2))


def test_a_statement_comes_before_what_follows_it_is_read() -> None:
    read: list[int] = []

    def units() -> Iterator[list[Event]]:
        for number in range(5):
            read.append(number)
            yield [event(number)]

    statements = gather(units(), max_events=2)
    assert next(statements).units == 2
    assert read == [0, 1, 2]


@given(
    st.lists(st.integers(0, 3), max_size=9),
    st.integers(3, 5),
    st.integers(1, 900),
)
def test_all_is_gathered_in_order(
    counts: list[int], max_events: int, max_bytes: int
) -> None:
    units = [[event(n) for n in range(count)] for count in counts]
    found = list(gather(units, max_events=max_events, max_bytes=max_bytes))
    assert [kept.id for part in found for kept in part.events] == [
        event.id for unit in units for event in unit
    ]
    for part in found:
        assert 0 < len(part.events) <= max_events


def test_what_was_gathered_can_be_signed() -> None:
    (found,) = gather([[event(1)], [event(2)]])
    submission = sign_statement(
        found.events,
        signer=Signer.from_seed(sha256(b"x")),
        issuer="did:web:a",
        origin="ledger.example",
        now=1,
    )
    assert parse_entry(submission.entry).header.event_count == 2
    assert submission.events == tuple(kept.data for kept in found.events)


def test_a_stream_gives_its_events_as_it_is_read() -> None:
    events = prepare_stream(io.BytesIO(lines("1", "2", "%")))
    assert next(events).items == (Item("epcList", UNIT.format(1)),)
    assert next(events).items == (Item("epcList", UNIT.format(2)),)
    with pytest.raises(MalformedError):
        next(events)


def test_a_stream_and_a_document_give_the_same() -> None:
    data = lines("1", "2")
    streamed = [e.body for e in prepare_stream(io.BytesIO(data))]
    assert streamed == [e.body for e in prepare_document(data)]


def test_an_event_demands_the_head_it_saw() -> None:
    (raw,) = read_events(io.BytesIO(lines("1")))
    prepared = prepare_event(
        check_event(raw), after=(UNIT.format(1), bytes(32))
    )
    assert prepared.after == ((UNIT.format(1), Hash(bytes(32))),)


def document() -> dict[str, Any]:
    """Return an EPCIS document as a program would make it."""
    return {
        "@context": [
            "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T09:00:00Z",
        "epcisBody": {
            "eventList": [
                {
                    "type": "ObjectEvent",
                    "action": "OBSERVE",
                    "bizStep": "shipping",
                    "eventTime": "2026-03-01T08:59:00+13:00",
                    "eventTimeZoneOffset": "+13:00",
                    "epcList": ["https://id.gs1.org/01/09521001960014/21/K1"],
                }
            ]
        },
    }


PLACE_ID = "https://id.gs1.org/414/9506000134376"
PLACE = "$.epcisBody.eventList[0]"


def test_a_dict_is_prepared_as_its_json_is() -> None:
    (told,) = prepare_document(document())
    (read,) = prepare_document(json.dumps(document()).encode())

    assert (told.body, told.items) == (read.body, read.items)


def test_a_dict_is_left_as_it_was() -> None:
    given, again = document(), document()
    for each in (given, again):
        (sent,) = each["epcisBody"]["eventList"]
        sent["bizLocation"] = {"id": PLACE_ID}
    (prepared,) = prepare_document(given, conceal=["/bizLocation"])
    assert prepared.pointers == ("/bizLocation",)
    assert given == again


def test_what_stands_in_a_concealed_field_is_concealed_with_it() -> None:
    sent = {**EVENT, "epcList": [UNIT.format(1)]}
    sent["example:a"] = {"example:b": 1, "example:c": 2}
    for pointers in (
        ["/example:a", "/example:a/example:b"],
        ["/example:a/example:b", "/example:a"],
    ):
        (prepared,) = prepare_document(sent, conceal=pointers)
        assert prepared.fields == (Field("/example:a", sent["example:a"]),)


@pytest.mark.parametrize(
    "pointer",
    [
        "/type",
        "/bizStep",
        "/eventID",
        "/disposition",
        "/epcList",
        "/ilmd",
        "/ilmd/cbvmda:lotNumber",
        "bizStep",
    ],
)
def test_what_everybody_reads_cannot_be_concealed(pointer: str) -> None:
    with pytest.raises(MalformedError, match=f"{pointer}' cannot.* reads|'/'"):
        prepare_document(document(), conceal=[pointer])


def test_a_report_without_items_is_about_its_read_point() -> None:
    sent = {**EVENT, "readPoint": {"id": "urn:epc:id:sgln:9506000.13437.0"}}
    sent["sensorElementList"] = [
        {"sensorReport": [{"type": "Temperature", "value": 4, "uom": "CEL"}]}
    ]
    (prepared,) = prepare_document(sent)
    assert prepared.items == (Item("place", PLACE_ID),)
    assert tuple(prepared.own_leaves) == (PLACE_ID,)
    assert prepared.body["readPoint"] == sent["readPoint"]
    made = new_event(prepared.body, [])
    assert made.items == prepared.items
    with pytest.raises(MalformedError, match="neither an item nor a place"):
        new_event({"type": "ObjectEvent"}, [])


def test_a_transformation_is_an_item_of_its_events() -> None:
    sent = {
        **EVENT,
        "type": "TransformationEvent",
        "inputEPCList": [UNIT.format(1)],
        "transformationID": "urn:epc:id:gdti:9506000.13435.7",
    }
    del sent["action"]
    (prepared,) = prepare_document(sent)
    named = Item("transformationID", "https://id.gs1.org/253/95060001343527")
    assert prepared.items == (Item("inputEPCList", UNIT.format(1)), named)
    assert prepared.body["transformationID"] == sent["transformationID"]
    for items in (prepared.items[:1], prepared.items):
        assert new_event(prepared.body, items).items == prepared.items
    with pytest.raises(MalformedError, match="the body names"):
        new_event(prepared.body, [Item("transformationID", UNIT.format(2))])


@pytest.mark.parametrize(
    ("member", "value", "says"),
    [
        ("ex:weight", math.nan, "nan is not a JSON number"),
        ("ex:weight", -math.inf, "-inf is not a JSON number"),
        ("epcList", ("https://id.gs1.org/01/09521001960014/21/K1",), "tuple"),
        (
            "eventTime",
            datetime(2026, 3, 1, tzinfo=UTC),
            "a datetime is nothing",
        ),
        ("ex:digits", 10**4300, "too long"),
        ("ex:data", b"mine", "a bytes is nothing"),
        ("bizStep", "\ud83d", "half of a surrogate pair"),
        ("bizStep", "comissioning", "did you mean 'commissioning'"),
    ],
    ids=str.split(
        "nan infinity tuple datetime digits bytes surrogate misspelt"
    ),
)
def test_what_no_json_has_is_refused_with_its_path(
    member: str, value: object, says: str
) -> None:
    given = document()
    given["epcisBody"]["eventList"][0][member] = value

    with pytest.raises(MalformedError, match=says) as refused:
        prepare_document(given)

    path = refused.value.path
    assert path is not None
    assert path.startswith(f"{PLACE}.{member}")
    assert str(refused.value).startswith(f"{path}: ")


def test_a_key_that_is_no_text_is_refused_with_its_path() -> None:
    given = document()
    given["epcisBody"]["eventList"][0][7] = "seven"
    with pytest.raises(MalformedError, match="the key '7' is a int") as refused:
        prepare_document(given)
    assert refused.value.path == PLACE


def test_a_dict_that_holds_itself_is_refused() -> None:
    given = document()
    given["epcisBody"]["eventList"][0]["ex:self"] = given
    with pytest.raises(MalformedError, match="more than 64 deep"):
        prepare_document(given)
