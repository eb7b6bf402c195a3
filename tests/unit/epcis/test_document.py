"""EPCIS documents are taken in strictly: each fault is named with its place."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Item
from provenance.encoding.canonical import encode
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft
from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.epcis.render import render_event
from provenance.errors import MalformedError

UNIT = "https://id.gs1.org/01/09421902960017/21/K0000"
OTHER_UNIT = "https://id.gs1.org/01/09421902960017/21/K0001"
CARTON = "https://id.gs1.org/00/094219029600000017"
LOT = "https://id.gs1.org/01/09421902960017/10/L7"
PLACE = {"id": "https://id.gs1.org/414/9421902960000"}
ORDER = {
    "type": "po",
    "bizTransaction": "urn:epcglobal:cbv:bt:9421902960000:A1",
}
SENSED = {"sensorReport": [{"type": "Temperature", "value": 4.5, "uom": "CEL"}]}
WHEN = {
    "eventTime": "2026-03-01T08:59:00+13:00",
    "eventTimeZoneOffset": "+13:00",
}

OBJECT: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    **WHEN,
    "epcList": [UNIT],
}
ADDED: dict[str, Any] = {**OBJECT, "action": "ADD", "bizStep": "commissioning"}
AGGREGATION: dict[str, Any] = {
    "type": "AggregationEvent",
    "action": "ADD",
    **WHEN,
    "parentID": CARTON,
    "childEPCs": [UNIT],
}
ASSOCIATION: dict[str, Any] = {**AGGREGATION, "type": "AssociationEvent"}
TRANSACTION: dict[str, Any] = {
    "type": "TransactionEvent",
    "action": "ADD",
    **WHEN,
    "bizTransactionList": [ORDER],
    "epcList": [UNIT],
}
TRANSFORMATION: dict[str, Any] = {
    "type": "TransformationEvent",
    **WHEN,
    "inputEPCList": [UNIT],
    "outputEPCList": [OTHER_UNIT],
}

EXTENDED = {"ext": "https://ns.example.com/epcis/"}


def document(*events: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "@context": [EPCIS_CONTEXT, EXTENDED],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T09:00:00Z",
        "epcisBody": {"eventList": list(events)},
        **changed,
    }


def query_document(*events: dict[str, Any]) -> dict[str, Any]:
    return {
        "@context": EPCIS_CONTEXT,
        "type": "EPCISQueryDocument",
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {"eventList": list(events)},
            }
        },
    }


def parse(value: object) -> list[EventDraft]:
    return parse_document(json.dumps(value).encode())


def draft_of(event: dict[str, Any]) -> EventDraft:
    (draft,) = parse(document(event))
    return draft


def without(event: dict[str, Any], *names: str) -> dict[str, Any]:
    return {k: v for k, v in event.items() if k not in names}


def refused(event: dict[str, Any], place: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says) as caught:
        parse(document(OBJECT, event))
    assert str(caught.value).startswith(f"$.epcisBody.eventList[1]{place}: ")


def test_an_event_becomes_a_body_and_its_items() -> None:
    urn = "urn:epc:id:sgtin:9421902.096001.K0000"
    (draft,) = parse(
        document(
            {
                **ADDED,
                "epcList": [urn],
                "readPoint": PLACE,
                "ilmd": {"cbvmda:lotNumber": "L7"},
                "recordTime": "2026-03-01T09:00:00Z",
            }
        )
    )
    assert draft.items == (Item("epcList", UNIT),)
    assert draft.body == {
        "type": "ObjectEvent",
        "action": "ADD",
        **WHEN,
        "bizStep": "commissioning",
        "readPoint": PLACE,
        "ilmd": {"cbvmda:lotNumber": "L7"},
    }


def test_items_keep_the_order_of_the_document() -> None:
    event = {
        **without(AGGREGATION, "parentID", "childEPCs"),
        "childQuantityList": [
            {"epcClass": LOT, "quantity": 25.0, "uom": "KGM"},
            {"epcClass": LOT, "quantity": 2.5, "uom": "LTR"},
            {"epcClass": LOT},
        ],
        "childEPCs": [OTHER_UNIT, UNIT],
        "parentID": CARTON,
    }
    assert draft_of(event).items == (
        Item("childQuantityList", LOT, 25, "KGM"),
        Item("childQuantityList", LOT, 2.5, "LTR"),
        Item("childQuantityList", LOT, None, None),
        Item("childEPCs", OTHER_UNIT),
        Item("childEPCs", UNIT),
        Item("parentID", CARTON),
    )


@pytest.mark.parametrize(
    "event",
    [OBJECT, ADDED, AGGREGATION, ASSOCIATION, TRANSACTION, TRANSFORMATION],
    ids=lambda e: e["type"] + e.get("action", ""),
)
def test_documents_queries_and_single_events_are_read_alike(
    event: dict[str, Any],
) -> None:
    (alone,) = parse({**event, "@context": [EPCIS_CONTEXT]})
    assert parse(document(event)) == parse(query_document(event)) == [alone]
    assert parse(document()) == []


def test_one_thing_in_two_spellings_is_one_item() -> None:
    event = {
        **OBJECT,
        "epcList": [UNIT, "urn:epc:id:sgtin:9421902.096001.K0000"],
    }
    assert draft_of(event).items == (Item("epcList", UNIT),)


def test_an_event_takes_the_prefixes_it_uses_along() -> None:
    context = [
        EPCIS_CONTEXT,
        {
            "ext": "https://a.example/",
            "more": "https://b.example/",
            "cbv": "https://ref.gs1.org/cbv/",
        },
    ]
    event = {**OBJECT, "ext:grade": "A", "bizStep": "cbv:BizStep-shipping"}
    (draft,) = parse(document(event, **{"@context": context}))
    assert draft.body["@context"] == {"ext": "https://a.example/"}
    (draft,) = parse(
        document(
            {**event, "more:seal": ["more:x", {"a": None}]},
            **{"@context": context},
        )
    )
    assert draft.body["@context"] == {
        "ext": "https://a.example/",
        "more": "https://b.example/",
    }


def test_an_event_of_its_own_context_overrides_its_document() -> None:
    event = {
        **OBJECT,
        "@context": [{"ext": "https://b.example/"}],
        "ext:grade": "A",
    }
    assert draft_of(event).body["@context"] == {"ext": "https://b.example/"}


def test_an_item_written_with_a_prefix_is_written_out() -> None:
    assert draft_of({**OBJECT, "epcList": ["ext:item/1"]}).items == (
        Item("epcList", "https://ns.example.com/epcis/item/1"),
    )


@pytest.mark.parametrize(
    "step",
    [
        "shipping",
        "cbv:BizStep-shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "urn:provenance:step:customs_released",
        "https://example.com/steps/x",
        "ext:x",
    ],
)
def test_a_step_keeps_its_spelling(step: str) -> None:
    assert draft_of({**OBJECT, "bizStep": step}).body["bizStep"] == step


FULL = {
    **ADDED,
    "eventID": "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "certificationInfo": ["https://a.example/1", "https://a.example/2"],
    "disposition": "active",
    "persistentDisposition": {
        "set": ["completeness_verified"],
        "unset": ["cbv:Disp-completeness_inferred"],
    },
    "readPoint": {**PLACE, "ext:door": 3},
    "bizLocation": PLACE,
    "bizTransactionList": [ORDER, {"bizTransaction": "https://a.example/po/1"}],
    "sourceList": [
        {"type": "owning_party", "source": "urn:epc:id:pgln:9421902.96000"}
    ],
    "destinationList": [
        {"type": "location", "destination": "urn:epc:id:sgln:9421902.96000.0"}
    ],
    "sensorElementList": [
        {
            "sensorMetadata": {
                "time": "2026-03-01T08:59:00Z",
                "deviceID": "urn:epc:id:giai:4000001.111",
                "rawData": "https://a.example/8004/1",
                "ext:x": "y",
            },
            "sensorReport": [
                {
                    "type": "Temperature",
                    "value": 4.0,
                    "uom": "CEL",
                    "component": "x",
                    "exception": "gs1:ALARM_CONDITION",
                    "booleanValue": True,
                },
                {
                    "type": "gs1:latitude",
                    "hexBinaryValue": "f0f0",
                    "stringValue": "",
                    "uriValue": "https://a.example",
                    "component": "example:x",
                },
                {
                    "type": "ext:Strength",
                    "ext:cv": [
                        1,
                        2.5,
                        None,
                        False,
                        {"unprefixed": {"ext:a": "b"}},
                    ],
                },
            ],
            "ext:more": {},
        }
    ],
    "errorDeclaration": {
        "declarationTime": "2026-03-02T08:59:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:1"],
        "ext:who": "me",
    },
    "ilmd": {"cbvmda:lotNumber": "L7", "ext:grade": "A"},
    "https://ns.example.com/full": 1,
    "rdfs:comment": "none",
    "quantityList": [],
}


def test_every_field_is_kept_as_it_was_written() -> None:
    draft = draft_of(FULL)
    expected = copy.deepcopy(without(FULL, "epcList", "quantityList"))
    expected["@context"] = EXTENDED
    assert draft.body == expected
    report = draft.body["sensorElementList"][0]["sensorReport"][0]  # type: ignore[index, call-overload]
    assert isinstance(report["value"], int)  # type: ignore[index, call-overload]
    assert parse(render_event(draft.body, draft.items)) == [draft]
    assert encode(["body", draft.body])


# What is refused, member by member.


@pytest.mark.parametrize(
    "name", ["type", "eventTime", "eventTimeZoneOffset", "action"]
)
def test_a_missing_member_is_named(name: str) -> None:
    refused(without(OBJECT, name), "", f"{name} is missing")


@pytest.mark.parametrize("action", ["add", "Add", " ADD", "INSERT", ""])
def test_a_near_miss_of_an_action_is_refused(action: str) -> None:
    refused(
        {**OBJECT, "action": action}, ".action", "is not ADD, OBSERVE or DELETE"
    )


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-01T08:59:00",
        "2026-03-01",
        "2026-03-01 08:59:00Z",
        "2026-03-01T08:59Z",
        "2026-3-1T08:59:00Z",
        "2026-02-30T08:59:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T08:59:60Z",
        "0001-01-01T00:00:00+14:00",
        "2026-03-01T08:59:00+14:01",
        "2026-03-01T08:59:00z",
        "２026-03-01T08:59:00Z",
        "2026-03-01T08:59:00.Z",
        "",
    ],
)
def test_a_time_without_a_zone_or_out_of_the_calendar_is_refused(
    time: str,
) -> None:
    refused({**OBJECT, "eventTime": time}, ".eventTime", "time")
    refused({**OBJECT, "recordTime": time}, ".recordTime", "time")


@pytest.mark.parametrize(
    "offset", ["Z", "+1:00", "+14:30", "+0100", "08:00", "+99:00", "+08:60"]
)
def test_an_offset_out_of_the_pattern_is_refused(offset: str) -> None:
    refused(
        {**OBJECT, "eventTimeZoneOffset": offset},
        ".eventTimeZoneOffset",
        "no offset",
    )


@pytest.mark.parametrize(
    ("element", "place", "says"),
    [
        (
            {"epcClass": LOT, "quantity": "25"},
            ".quantity",
            "must be a number, not text",
        ),
        (
            {"epcClass": LOT, "quantity": True},
            ".quantity",
            "must be a number, not true or false",
        ),
        (
            {"epcClass": LOT, "quantity": None},
            ".quantity",
            "must be a number, not null",
        ),
        ({"epcClass": LOT, "quantity": 0}, ".quantity", "more than 0"),
        ({"epcClass": LOT, "quantity": -0.0}, ".quantity", "more than 0"),
        ({"epcClass": LOT, "quantity": -1.5}, ".quantity", "more than 0"),
        ({"epcClass": LOT, "quantity": 2**53}, ".quantity", "within"),
        (
            {"epcClass": LOT, "quantity": 1, "uom": "kgm"},
            ".uom",
            "unit of measure",
        ),
        ({"epcClass": LOT, "uom": "KGM"}, "", "a uom without a quantity"),
        (
            {"epcClass": LOT, "quantity": 1, "unit": "KGM"},
            "",
            "no member is named 'unit'",
        ),
        (
            {"epcClass": LOT, "ext:quality": 1},
            "",
            "no member is named 'ext:quality'",
        ),
        ({"quantity": 1}, "", "epcClass is missing"),
        ({"epcClass": "apples", "quantity": 1}, ".epcClass", "no absolute URI"),
        (
            {"epcClass": "https://id.gs1.org/01/09421902960018"},
            ".epcClass",
            "give 7",
        ),
        (LOT, "", "must be an object, not text"),
    ],
)
def test_a_false_quantity_is_refused(
    element: object, place: str, says: str
) -> None:
    refused(
        {**OBJECT, "quantityList": [{"epcClass": UNIT}, element]},
        f".quantityList[1]{place}",
        says,
    )


def test_two_amounts_of_one_class_are_refused() -> None:
    twice = [
        {"epcClass": LOT, "quantity": 1},
        {"epcClass": "urn:epc:class:lgtin:9421902.096001.L7", "quantity": 2},
    ]
    refused(
        {**OBJECT, "quantityList": twice},
        ".quantityList[1]",
        "stands in the list twice",
    )


@pytest.mark.parametrize(
    ("value", "place", "says"),
    [
        (
            [UNIT, OTHER_UNIT, UNIT],
            ".epcList[2]",
            "an earlier element says the same",
        ),
        (UNIT, ".epcList", "must be a list, not text"),
        ([1], ".epcList[0]", "must be text, not a number"),
        ([None], ".epcList[0]", "must be text, not null"),
        ([[UNIT]], ".epcList[0]", "must be text, not a list"),
        (["K0000"], ".epcList[0]", "no absolute URI"),
        (
            ["urn:epc:id:sgtin:9421902.96001.K0000"],
            ".epcList[0]",
            "not 13 digits together",
        ),
    ],
)
def test_a_false_list_of_items_is_refused(
    value: object, place: str, says: str
) -> None:
    refused({**OBJECT, "epcList": value}, place, says)


@pytest.mark.parametrize(
    ("name", "value", "place", "says"),
    [
        (
            "bizstep",
            "shipping",
            "",
            "no member is named 'bizstep': write 'bizStep'",
        ),
        ("colour", "red", "", "the name of an extension has a prefix"),
        ("zz:colour", "red", "", "nobody defines the prefix of 'zz:colour'"),
        ("ext:", "red", "", "neither a URI nor prefix:name"),
        ("ext:a b", "red", "", "neither a URI nor prefix:name"),
        (
            "ext:x",
            {"zz:y": 1},
            "['ext:x']",
            "nobody defines the prefix of 'zz:y'",
        ),
        (
            "ext:x",
            {"@context": {}},
            "['ext:x']",
            "an @context stands in the document",
        ),
        ("ext:x", [0, 2**53], "['ext:x'][1]", "within"),
        ("ext:x", -(2**60), "['ext:x']", "within"),
        (
            "ilmd",
            {"cbvmda:lotNumber": "L7"},
            "",
            "only an ObjectEvent with action ADD",
        ),
        ("parentID", CARTON, "", "parentID is no member of ObjectEvent"),
        ("childEPCs", [UNIT], "", "childEPCs is no member of ObjectEvent"),
        ("bizStep", "Shipping", ".bizStep", "no standard business step"),
        (
            "bizStep",
            "cbv:BizStep-selling",
            ".bizStep",
            "no standard business step",
        ),
        (
            "bizStep",
            "urn:epcglobal:cbv:bizstep:shipping",
            ".bizStep",
            "write the bare word",
        ),
        (
            "bizStep",
            "https://ns.gs1.org/cbv/BizStep-shipping",
            ".bizStep",
            "write the bare word",
        ),
        ("bizStep", "zz:shipping", ".bizStep", "nobody defines the prefix"),
        (
            "bizStep",
            "urn:provenance:step:customs_done",
            ".bizStep",
            "is no step",
        ),
        ("bizStep", None, ".bizStep", "must be text, not null"),
        ("disposition", "sold", ".disposition", "no standard disposition"),
        (
            "persistentDisposition",
            {},
            ".persistentDisposition",
            "set and unset are missing",
        ),
        (
            "persistentDisposition",
            {"set": []},
            ".persistentDisposition.set",
            "the list is empty",
        ),
        (
            "persistentDisposition",
            {"set": ["active", "active"]},
            ".persistentDisposition.set[1]",
            "earlier",
        ),
        (
            "persistentDisposition",
            {"set": ["active"], "ext:x": 1},
            ".persistentDisposition",
            "no member",
        ),
        (
            "readPoint",
            "urn:epc:id:sgln:9421902.96000.0",
            ".readPoint",
            "must be an object, not text",
        ),
        ("readPoint", {}, ".readPoint", "id is missing"),
        (
            "readPoint",
            {"id": "urn:epc:id:sgln:9421902.9600.0"},
            ".readPoint.id",
            "not 12 digits",
        ),
        (
            "readPoint",
            {**PLACE, "name": "x"},
            ".readPoint",
            "no member is named 'name'",
        ),
        (
            "bizTransactionList",
            [{"type": "po", "bizTransaction": "PO-1"}],
            ".bizTransactionList[0].bizTransaction",
            "no absolute URI",
        ),
        (
            "bizTransactionList",
            [{**ORDER, "ext:x": 1}],
            ".bizTransactionList[0]",
            "no member",
        ),
        (
            "bizTransactionList",
            [{**ORDER, "type": "order"}],
            ".bizTransactionList[0].type",
            "no standard type of business",
        ),
        (
            "bizTransactionList",
            [ORDER, ORDER],
            ".bizTransactionList[1]",
            "earlier",
        ),
        (
            "sourceList",
            [{"source": "https://a.example"}],
            ".sourceList[0]",
            "type is missing",
        ),
        (
            "destinationList",
            [{"type": "location", "source": "a:b"}],
            ".destinationList[0]",
            "destination is missing",
        ),
        ("eventID", "1234", ".eventID", "no absolute URI"),
        ("certificationInfo", "none", ".certificationInfo", "no absolute URI"),
        (
            "certificationInfo",
            ["https://a.example", "none"],
            ".certificationInfo[1]",
            "no absolute URI",
        ),
        (
            "errorDeclaration",
            {"reason": "incorrect_data"},
            ".errorDeclaration",
            "declarationTime is missing",
        ),
        (
            "sensorElementList",
            [{}],
            ".sensorElementList[0]",
            "sensorReport is missing",
        ),
        (
            "sensorElementList",
            [{"sensorReport": []}],
            ".sensorElementList[0].sensorReport",
            "the list is empty",
        ),
        (
            "sensorElementList",
            [{"sensorReport": [{"value": 1}]}],
            ".sensorElementList[0].sensorReport[0]",
            "type is missing",
        ),
        (
            "sensorElementList",
            [{"sensorReport": [{"type": "Temperature", "value": "4"}]}],
            ".sensorElementList[0].sensorReport[0].value",
            "must be a number, not text",
        ),
        (
            "sensorElementList",
            [{"sensorReport": [{"type": "Warmth"}]}],
            ".sensorElementList[0].sensorReport[0].type",
            "no standard type of measurement",
        ),
        (
            "sensorElementList",
            [{"sensorReport": [{"type": "https://gs1.org/voc/Temperature"}]}],
            ".sensorElementList[0].sensorReport[0].type",
            "write the bare word",
        ),
        (
            "sensorElementList",
            [{"sensorReport": [{"type": "Angle", "booleanValue": 1}]}],
            ".sensorElementList[0].sensorReport[0].booleanValue",
            "true or false, not a number",
        ),
        (
            "sensorElementList",
            [{"sensorReport": [{"type": "Angle", "hexBinaryValue": "xy"}]}],
            ".sensorElementList[0].sensorReport[0].hexBinaryValue",
            "hexadecimal",
        ),
        (
            "sensorElementList",
            {},
            ".sensorElementList",
            "must be a list, not an object",
        ),
        ("@context", 1, "['@context']", "an @context is"),
    ],
)
def test_a_false_member_is_refused(
    name: str, value: object, place: str, says: str
) -> None:
    place = place.replace("['@context']", ".@context").replace(
        "['ext:x']", ".ext:x"
    )
    refused({**OBJECT, name: value}, place, says)


def test_what_did_not_occur_has_no_corrective_events() -> None:
    for reason in (
        "did_not_occur",
        "cbv:ER-did_not_occur",
        "https://ref.gs1.org/cbv/ER-did_not_occur",
    ):
        declared = {"declarationTime": "2026-03-02T08:59:00Z", "reason": reason}
        for harmless in (declared, {**declared, "correctiveEventIDs": []}):
            draft = draft_of({**OBJECT, "errorDeclaration": harmless})
            assert draft.body["errorDeclaration"] == harmless
        refused(
            {
                **OBJECT,
                "errorDeclaration": {
                    **declared,
                    "correctiveEventIDs": ["urn:uuid:1"],
                },
            },
            ".errorDeclaration",
            "did not occur",
        )


def test_an_extension_nests_as_deep_as_signed_bytes_can_hold() -> None:
    nested: Any = 0
    for _ in range(20):
        nested = [nested]
    deepest = {
        **OBJECT,
        "sensorElementList": [
            {"sensorReport": [{"type": "Angle", "ext:x": nested}]}
        ],
    }
    assert encode(["body", draft_of(deepest).body])
    refused(
        {**OBJECT, "ext:x": [nested]},
        ".ext:x" + "[0]" * 20,
        "nests at most 20 deep",
    )


# What is refused, type by type.


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (
            without(OBJECT, "epcList"),
            "an ObjectEvent has an epcList, a quantityList, or sensor data",
        ),
        (
            {**without(OBJECT, "epcList"), "quantityList": []},
            "an ObjectEvent has",
        ),
        (
            {**without(OBJECT, "epcList"), "sensorElementList": [SENSED]},
            "an ObjectEvent has",
        ),
        (
            {
                **without(OBJECT, "epcList"),
                "sensorElementList": [],
                "readPoint": PLACE,
            },
            "an ObjectEvent has",
        ),
        (without(AGGREGATION, "action"), "action is missing"),
        (
            without(AGGREGATION, "childEPCs"),
            "an AggregationEvent that is no DELETE",
        ),
        (
            {**AGGREGATION, "childEPCs": []},
            "an AggregationEvent that is no DELETE",
        ),
        (
            without(AGGREGATION, "parentID"),
            "an AggregationEvent with action ADD has a parentID",
        ),
        (
            {**without(AGGREGATION, "parentID"), "action": "DELETE"},
            "with action DELETE has a parentID",
        ),
        (
            {**without(ASSOCIATION, "parentID"), "action": "OBSERVE"},
            "an AssociationEvent with action OBSERVE",
        ),
        (
            {**AGGREGATION, "epcList": [UNIT]},
            "epcList is no member of AggregationEvent",
        ),
        (
            {**AGGREGATION, "persistentDisposition": {"set": ["active"]}},
            "persistentDisposition is no member",
        ),
        ({**AGGREGATION, "ilmd": {}}, "ilmd is no member"),
        (
            without(TRANSACTION, "bizTransactionList"),
            "bizTransactionList is missing",
        ),
        (
            {**TRANSACTION, "bizTransactionList": []},
            "names a business transaction",
        ),
        (
            without(TRANSACTION, "epcList"),
            "a TransactionEvent that is no DELETE",
        ),
        (
            {**TRANSACTION, "childEPCs": [UNIT]},
            "childEPCs is no member of TransactionEvent",
        ),
        (
            {**TRANSFORMATION, "action": "ADD"},
            "action is no member of TransformationEvent",
        ),
        ({**TRANSFORMATION, "parentID": CARTON}, "parentID is no member"),
        (without(TRANSFORMATION, "inputEPCList"), "has inputs and outputs"),
        ({**TRANSFORMATION, "outputEPCList": []}, "has inputs and outputs"),
        (
            {
                **without(TRANSFORMATION, "inputEPCList", "outputEPCList"),
                "transformationID": "urn:a:b",
            },
            "has inputs and outputs",
        ),
    ],
)
def test_an_event_without_what_its_type_needs_is_refused(
    event: dict[str, Any], says: str
) -> None:
    refused(event, "", says)


@pytest.mark.parametrize(
    "event",
    [
        {**OBJECT, "epcList": []},
        {**without(OBJECT, "epcList"), "quantityList": [{"epcClass": LOT}]},
        {
            **without(OBJECT, "epcList"),
            "sensorElementList": [SENSED],
            "readPoint": PLACE,
        },
        {**AGGREGATION, "action": "DELETE", "childEPCs": []},
        {
            **without(AGGREGATION, "childEPCs"),
            "childQuantityList": [{"epcClass": LOT}],
        },
        {**without(AGGREGATION, "parentID"), "action": "OBSERVE"},
        {**TRANSACTION, "epcList": []},
        {**without(TRANSACTION, "epcList"), "action": "DELETE"},
        {
            **without(TRANSFORMATION, "outputEPCList"),
            "transformationID": "urn:a:b",
        },
        {
            "type": "ext:LabEvent",
            **WHEN,
            "parentID": CARTON,
            "epcList": [UNIT],
            "inputEPCList": [UNIT],
            "action": "ADD",
        },
        {"type": "https://example.com/LabEvent", **WHEN},
    ],
    ids=lambda e: ",".join(sorted(e)),
)
def test_what_a_type_does_not_need_may_be_absent(event: dict[str, Any]) -> None:
    draft = draft_of(event)
    assert parse(render_event(draft.body, draft.items)) == [draft]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("objectEvent", "no type of event"),
        ("EPCISDocument", "no type of event"),
        ("zz:Event", "nobody defines"),
        (7, "must be text"),
    ],
)
def test_an_unknown_type_is_refused(kind: object, says: str) -> None:
    refused({**OBJECT, "type": kind}, ".type", says)


# Lots.


@pytest.mark.parametrize(
    "ilmd",
    [
        {"cbvmda:lotNumber": "L 7"},
        {"cbvmda:lotNumber": 7},
        {"cbvmda:lotNumber": ""},
        {"cbvmda:lotNumber": "L7", "urn:epcglobal:cbv:mda:lotNumber": "L8"},
    ],
)
def test_a_false_lot_is_refused(ilmd: dict[str, object]) -> None:
    refused({**ADDED, "ilmd": ilmd}, ".ilmd", "lot")


def test_a_lot_beside_the_serial_number_of_a_new_unit_must_not_be_lost() -> (
    None
):
    unit = "https://brand.example/01/09421902960017/10/L7/21/K0000"
    named = {"cbvmda:lotNumber": "L7"}
    assert draft_of({**ADDED, "epcList": [unit], "ilmd": named}).items == (
        Item("epcList", UNIT),
    )
    for ilmd in ({}, {"cbvmda:lotNumber": "L8"}):
        refused(
            {**ADDED, "epcList": [OTHER_UNIT, unit], "ilmd": ilmd},
            ".epcList[1]",
            "the unit's lot 'L7' would be lost",
        )
    refused(
        {**TRANSFORMATION, "outputEPCList": [unit]},
        ".outputEPCList[0]",
        "would be lost",
    )
    assert draft_of({**OBJECT, "epcList": [unit]}).items == (
        Item("epcList", UNIT),
    )


# The envelope.


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"@context": "https://elsewhere.example/context.jsonld"},
            r"^\$\.@context: the context 'https://elsewhere",
        ),
        (
            {"@context": [{"urn": "https://a.example/"}]},
            r"^\$\.@context\[0\]\.urn: an @context may not define 'urn'",
        ),
        (
            {"@context": [{"@vocab": "https://a.example/"}]},
            r"^\$\.@context\[0\]\.@vocab: an @context may not say '@vocab'",
        ),
        (
            {"@context": [{"ext": {"@id": "https://a.example/"}}]},
            "would name something without a prefix",
        ),
        ({"@context": [{"ext": "cbv:x"}]}, "is a URI in full"),
        ({"@context": [None]}, "an @context is"),
        (
            {"schemaVersion": "1.2"},
            r"^\$\.schemaVersion: '1.2' is no version of EPCIS 2",
        ),
        ({"schemaVersion": 2.0}, r"^\$\.schemaVersion: this must be text"),
        ({"creationDate": "yesterday"}, r"^\$\.creationDate: "),
        ({"id": "one"}, r"^\$\.id: "),
        ({"sender": 1}, r"^\$\.sender: "),
        (
            {"epcisBody": []},
            r"^\$\.epcisBody: this must be an object, not a list",
        ),
        ({"epcisBody": {}}, r"^\$\.epcisBody: eventList is missing"),
        (
            {"epcisBody": {"eventlist": []}},
            r"^\$\.epcisBody: eventList is missing",
        ),
        (
            {"epcisBody": {"eventList": [], "events": []}},
            r"^\$\.epcisBody: no member is named 'events'",
        ),
        (
            {"epcisBody": {"eventList": {}}},
            r"^\$\.epcisBody\.eventList: this must be a list",
        ),
        (
            {"epcisBody": {"eventList": [1]}},
            r"^\$\.epcisBody\.eventList\[0\]: this must be an object, not a number",
        ),
        ({"type": None}, r"^\$\.type: this must be text, not null"),
        ({"comment": 1}, r"^\$: no member is named 'comment'"),
        ({"zz:comment": 1}, r"^\$: nobody defines the prefix"),
    ],
)
def test_a_false_envelope_is_refused(
    changed: dict[str, object], says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        parse(document(OBJECT, **changed))


@pytest.mark.parametrize(
    "name", ["@context", "type", "schemaVersion", "creationDate", "epcisBody"]
)
def test_a_document_without_a_required_member_is_refused(name: str) -> None:
    with pytest.raises(MalformedError, match=rf"^\$: {name} is missing"):
        parse(without(document(OBJECT), name))


def test_a_single_event_needs_a_context_of_its_own() -> None:
    with pytest.raises(MalformedError, match=r"^\$: @context is missing"):
        parse(OBJECT)


def test_a_query_document_is_refused_with_its_place() -> None:
    with pytest.raises(
        MalformedError,
        match=r"^\$\.epcisBody\.queryResults\.resultsBody\.eventList\[0\]\.action: ",
    ):
        parse(query_document({**OBJECT, "action": "SEE"}))


def test_the_envelope_may_say_more() -> None:
    whole = document(
        OBJECT,
        id="https://a.example/1",
        sender="urn:epc:id:sgln:9421902.96000.0",
        receiver="x",
        instanceIdentifier="1",
        epcisHeader={"epcisMasterData": {}},
        **{"ext:x": 1},
    )
    event, kept = parse(whole)
    assert kept.body == {
        "@context": EXTENDED,
        "type": "urn:provenance:document",
        "eventTime": whole["creationDate"],
        "eventTimeZoneOffset": "+00:00",
        "document": {
            name: value
            for name, value in whole.items()
            if name not in {"@context", "type", "epcisBody"}
        },
    }
    assert [item.id for item in kept.items] == [item.id for item in event.items]
    assert {item.relation for item in kept.items} == {"about"}


def test_a_document_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(
        MalformedError, match="the document has 11 bytes, more than 10"
    ):
        parse_document(b"not even {}", max_bytes=10)
    with pytest.raises(MalformedError, match="JSON"):
        parse_document(b"not even {", max_bytes=10)


@pytest.mark.parametrize("data", [b"[]", b"1", b"null", b'"x"'])
def test_json_that_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^\$: this must be an object"):
        parse_document(data)


# Giving out.


def test_an_event_is_given_out_so_that_it_stands_alone() -> None:
    draft = draft_of({**OBJECT, "ext:grade": "A"})
    assert render_event(draft.body, draft.items) == {
        **OBJECT,
        "ext:grade": "A",
        "@context": [EPCIS_CONTEXT, EXTENDED],
    }


def test_what_is_for_the_ledger_alone_is_not_given_out() -> None:
    draft = draft_of(OBJECT)
    demand: Any = {"after": [[UNIT, b"\0" * 32]]}
    rendered = render_event({**draft.body, **demand}, draft.items)
    assert rendered == render_event(draft.body, draft.items)


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ({"type": "ActorEnrolled"}, [Item("actor", "did:web:a")]),
        ({"type": "ObjectEvent", "ext:x": [b"bytes"]}, []),
        ({"type": "ObjectEvent", "@context": 1}, []),
    ],
)
def test_what_is_no_epcis_event_is_not_given_out(
    body: dict[str, Any], items: list[Item]
) -> None:
    with pytest.raises(MalformedError):
        render_event(body, items)


# Any bytes at all.

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8)
            | st.sampled_from(sorted({*FULL, "id", "ext:x"})),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    st.sampled_from([FULL, AGGREGATION, TRANSACTION, TRANSFORMATION]), st.data()
)
def test_a_member_of_any_value_raises_only_malformed(
    event: dict[str, Any], data: st.DataObject
) -> None:
    name = data.draw(
        st.sampled_from(sorted({*FULL, *AGGREGATION, *TRANSFORMATION, "ext:x"}))
    )
    changed = {**event, name: data.draw(json_values)}
    try:
        (draft,) = parse(document(changed))
    except MalformedError:
        return
    encode(["body", draft.body])
    assert parse(render_event(draft.body, draft.items)) == [draft]


@given(
    json_values
    | st.builds(document, json_values)
    | st.builds(lambda v: document(epcisBody=v), json_values)
)
def test_any_json_raises_only_malformed(value: object) -> None:
    try:
        parse(value)
    except MalformedError:
        return


@given(st.binary(max_size=64))
def test_any_bytes_raise_only_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_document(data)


@pytest.mark.parametrize("value", [[], [UNIT], {}, "urn:x:y", 1, None])
def test_a_body_that_names_items_itself_is_no_event_of_epcis(
    value: Any,
) -> None:
    """Any actor may sign one: no index, answer or excerpt breaks over it."""
    body = {"type": "ObjectEvent", **WHEN, "epcList": value}
    with pytest.raises(MalformedError, match="no epcList in its body"):
        render_event(body, [Item("epcList", UNIT)])
