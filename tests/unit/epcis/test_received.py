"""How an event came in is kept: URNs with their prefix, and order."""

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Event
from provenance.encoding.canonical import Value
from provenance.epcis.document import parse_document
from provenance.epcis.event_hash import event_hash
from provenance.epcis.received import (
    AS_LINKS,
    AS_RECEIVED,
    AS_SIGNED,
    AS_URNS,
    RECEIVED,
    in_order,
    prefix_lengths,
    received,
    spell,
)
from provenance.epcis.render import render_event
from provenance.epcis.xml.write import write_xml
from provenance.intake.prepare import prepare_document
from tests.unit.epcis.test_document import OBJECT, document, json_values

RAIL = "https://rail.example/"
URN = "urn:epc:id:sgtin:9521001.096001.K7"
LINK = "https://id.gs1.org/01/09521001960014/21/K7"
OTHER = "https://id.gs1.org/01/09521001960014/21/K8"
PARENT = "urn:epc:id:sscc:952100196.01234567"
CLASS = "urn:epc:class:lgtin:9521001.096001.L7"
PLACE = "urn:epc:id:sgln:9521001.00001.0"
PACKED: dict[str, Any] = {
    "type": "AggregationEvent",
    "action": "ADD",
    "bizStep": "packing",
    "eventTime": OBJECT["eventTime"],
    "eventTimeZoneOffset": OBJECT["eventTimeZoneOffset"],
    "parentID": PARENT,
    "childEPCs": [URN, OTHER],
    "childQuantityList": [{"epcClass": CLASS, "quantity": 3}],
    "readPoint": {"id": PLACE},
    "sourceList": [{"source": PLACE, "type": "location"}],
}


def made(event: dict[str, Any], *conceal: str) -> Event:
    (found,) = prepare_document(document(event), conceal=conceal)
    return found


def kept(event: Event) -> dict[str, Any]:
    return cast("dict[str, Any]", event.body[RECEIVED])


def given_out(event: Event, spelling: str) -> dict[str, Any]:
    return spell(
        render_event(event.body, event.items),
        spelling,
        prefix_lengths(event.body, event.items),
    )


def test_an_item_is_given_out_as_the_urn_that_it_came_as() -> None:
    event = made(PACKED)
    for spelling in (AS_RECEIVED, AS_URNS):
        shown = given_out(event, spelling)
        shown.pop("@context")
        assert shown == PACKED


def test_an_item_is_signed_as_a_link_whatever_it_came_as() -> None:
    shown = given_out(made(PACKED), AS_SIGNED)
    assert shown["childEPCs"] == [LINK, OTHER]
    assert shown["readPoint"] == {"id": PLACE}
    links = given_out(made(PACKED), AS_LINKS)
    assert links["childEPCs"] == [LINK, OTHER]
    place = "https://id.gs1.org/414/9521001000017"
    assert links["readPoint"] == {"id": place}
    assert links["sourceList"] == [{"source": place, "type": "location"}]


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sgtin:952100196.0001.K%2F7",
        "urn:epc:id:sgtin:952100196000.1.K7",
        "urn:epc:id:upui:9521001.096001.51qIgY)%3C%26Jp3*j7'SDB",
        "urn:epc:id:itip:9521001.096001.01.02.K7",
        "urn:epc:id:grai:9521001.96001.K7",
        "urn:epc:id:giai:9521001.V1",
        "urn:epc:id:cpi:9521001.5PQ7%2FZ43.12345",
        "urn:epc:id:gid:95100000.12345.400",
    ],
)
def test_a_urn_of_any_scheme_comes_back_as_it_was(urn: str) -> None:
    event = made({**OBJECT, "epcList": [urn, OTHER]})
    assert given_out(event, AS_RECEIVED)["epcList"] == [urn, OTHER]


def test_two_spellings_of_one_item_are_given_out_as_the_first() -> None:
    event = made({**OBJECT, "epcList": [LINK, URN, OTHER]})
    assert given_out(event, AS_URNS)["epcList"] == [LINK, OTHER]
    event = made({**OBJECT, "epcList": [URN, LINK]})
    assert given_out(event, AS_URNS)["epcList"] == [URN]


def test_what_came_as_links_in_order_says_nothing_more() -> None:
    assert RECEIVED not in made({**OBJECT, "epcList": [LINK]}).body


def test_of_a_part_of_a_list_the_urns_are_known_if_all_came_alike() -> None:
    urns = [f"urn:epc:id:sgtin:9521001.096001.K{n}" for n in range(5)]
    event = made({**OBJECT, "epcList": urns})
    shown = prefix_lengths(event.body, event.items[2:3])
    assert shown == {"epcList": [7]}
    mixed = made({**OBJECT, "epcList": [*urns, LINK]})
    assert prefix_lengths(mixed.body, mixed.items[2:3]) == {}
    assert prefix_lengths(mixed.body, mixed.items) == {"epcList": [7] * 5 + [0]}


def test_an_event_says_the_same_whatever_it_was_written_as() -> None:
    one = made({**OBJECT, "epcList": [URN]})
    other = made({**OBJECT, "epcList": [LINK]})
    assert one.body != other.body
    hashes = {event_hash(render_event(e.body, e.items)) for e in (one, other)}
    assert len(hashes) == 1


# Order.


TRAIN = {
    **OBJECT,
    "@context": {"rail": RAIL},
    "rail:zone": "1",
    "rail:vehicle": [
        {"rail:position": "1", "rail:asset": "b", "note": "a"},
        {"rail:asset": "c"},
    ],
    "action": "ADD",
    "ilmd": {"rail:z": "1", "cbvmda:lotNumber": "L7", "rail:a~b/c": {}},
    "rail:axles": "12",
    "sensorElementList": [
        {"rail:y": "1", "rail:x": "2", "sensorReport": [{"type": "Count"}]}
    ],
}


def test_extensions_come_back_in_the_order_in_which_they_came() -> None:
    event = made(TRAIN)
    shown: dict[str, Any] = dict(render_event(event.body, event.items))
    assert [n for n in shown if ":" in n] == [
        "rail:zone", "rail:vehicle", "rail:axles",
    ]  # fmt: skip
    assert list(shown["ilmd"]) == list(TRAIN["ilmd"])
    assert list(shown["rail:vehicle"][0]) == [
        "rail:position", "rail:asset", "note",
    ]  # fmt: skip
    sensed = [n for n in shown["sensorElementList"][0] if ":" in n]
    assert sensed == ["rail:y", "rail:x"]
    again = json.dumps(document(shown)).encode()
    (draft,) = parse_document(again)
    assert received(draft.body, {}) == {
        RECEIVED: {"order": kept(event)["order"]}
    }


def test_xml_goes_out_in_the_order_in_which_it_came() -> None:
    inner = (
        "<rail:vehicle><rail:position>1</rail:position>"
        "<rail:asset>x</rail:asset></rail:vehicle>"
    )
    text = (
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"'
        f' xmlns:rail="{RAIL}" schemaVersion="2.0"'
        ' creationDate="2026-03-01T10:00:00Z"><EPCISBody><EventList>'
        "<ObjectEvent><eventTime>2026-03-01T09:00:00Z</eventTime>"
        "<eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList>"
        f"<epc>{URN}</epc></epcList><action>OBSERVE</action>"
        f"<rail:zone>1</rail:zone>{inner}<rail:axles>12</rail:axles>"
        "</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()
    (event,) = prepare_document(text)
    shown = given_out(event, AS_RECEIVED)
    written = b"".join(write_xml([shown], created="2026-03-01T10:00:00Z"))
    written = written.replace(b"\n", b"")
    assert b"<rail:zone>1</rail:zone>" + inner.encode() in written
    assert written.index(b"</rail:vehicle>") < written.index(b"<rail:axles>")
    assert f"<epc>{URN}</epc>".encode() in written


def test_what_is_concealed_is_not_told_by_its_order() -> None:
    event = made(TRAIN, "/rail:vehicle", "/rail:zone")
    orders = kept(event)["order"]
    assert set(orders) == {"/ilmd", "/sensorElementList/0"}
    control = kept(made(TRAIN))["order"]
    assert {"", "/rail:vehicle/0"} < set(control)


@pytest.mark.parametrize(
    "said",
    [
        1,
        [],
        {"urn": 1, "order": 1},
        {"urn": {"epcList": 7}},
        {"urn": {"epcList": [[7]]}},
        {"urn": {"epcList": [[7, 0]]}},
        {"urn": {"epcList": [[3, 1]]}},
        {"urn": {"epcList": [[99, 1]]}},
        {"urn": {"epcList": [[-1, 1]]}},
        {"urn": {"epcList": [["7", 1]]}},
        {"urn": {"readPoint": [[7, 1]]}},
        {"order": {"/ext:a": [0, 0]}},
        {"order": {"/ext:a": [1]}},
        {"order": {"/ext:a": [True, False]}},
        {"order": {"/ext:a": [0, "1"]}},
        {"order": {"/nowhere": [1, 0]}},
    ],
)
def test_what_does_not_fit_is_passed_over(said: Value) -> None:
    plain = made({**OBJECT, "epcList": [LINK]})
    body: dict[str, Any] = {**plain.body, "ext:a": {"a": 1, "b": 2}}
    body[RECEIVED] = said
    shown = render_event(body, plain.items)
    assert shown["ext:a"] == {"a": 1, "b": 2}
    assert list(shown["ext:a"]) == ["a", "b"]
    lengths = prefix_lengths(body, plain.items)
    assert spell(shown, AS_URNS, lengths) == shown


@given(json_values)
def test_whatever_stands_there_harms_nobody(said: Value) -> None:
    plain = made({**OBJECT, "epcList": [LINK]})
    body: dict[str, Any] = {**plain.body, RECEIVED: said}
    shown = render_event(body, plain.items)
    assert spell(shown, AS_URNS, prefix_lengths(body, plain.items))


@given(
    st.dictionaries(
        st.text("ab:/~", max_size=4),
        st.recursive(
            st.integers(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text("ab:/~", max_size=4), inner)
            ),
        ),
    )
)
def test_any_order_comes_back(extension: dict[str, Any]) -> None:
    body: dict[str, Any] = {"type": "ObjectEvent", "ext:a": extension}
    stored = json.loads(
        json.dumps({**body, **received(body, {})}, sort_keys=True)
    )
    found = in_order(stored)
    assert json.dumps(found["ext:a"]) == json.dumps(extension)
