"""Traceability events of UNTP become events of EPCIS, each difference told."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Item
from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.mending.mend import RULES, Mend
from provenance.epcis.source import EventStream
from provenance.errors import MalformedError
from provenance.intake.prepare import prepare_event
from tests.unit.epcis.test_document import json_values
from tests.unit.epcis.test_wrong_shapes import SHAPES, put, ways

PRODUCT = "https://id.gs1.org/01/09506000134352"
UNIT, LOT = f"{PRODUCT}/21/K1", f"{PRODUCT}/10/L7"
PLACE = "https://id.gs1.org/414/9506000134376"


def thing(item: str) -> dict[str, Any]:
    return {"type": ["Item"], "id": item, "name": "Battery"}


def amount(item: str, quantity: float) -> dict[str, Any]:
    return {
        "productId": item, "productName": "Cells", "quantity": quantity,
        "uom": "KGM",
    }  # fmt: skip


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "type": [kind, "Event"],
        "id": f"https://events.example/{kind}",
        "processType": "Weaving",
        "eventTime": "2026-02-01T12:00:00Z",
        "action": "observe",
        "disposition": "https://ref.gs1.org/cbv/Disp-active",
        "bizStep": "https://ref.gs1.org/cbv/BizStep-inspecting",
        "bizLocation": PLACE,
        **more,
    }


SENSED = {
    "type": ["SensorElement"],
    "sensorMetadata": {
        "type": ["Sensor"],
        "device": thing(UNIT),
        "dataProcessingMethod": "https://standards.example/method",
    },
    "sensorReport": [
        {
            "time": "2026-02-01T12:00:00Z",
            "sensorType": "https://sensors.example/thermometer",
            "value": 25,
            "uom": "CEL",
        }
    ],
    "sensorIntegrityProof": "https://proofs.example/1",
}
SEEN = event(
    "ObjectEvent",
    epcList=[thing(UNIT)],
    quantityList=[amount(LOT, 20)],
    sensorElementList=[SENSED],
)
PACKED = event(
    "AggregationEvent",
    action="add",
    parentEPC=thing("https://id.gs1.org/00/395060001343521015"),
    childEPCList=[thing(UNIT)],
    childQuantityList=[amount(LOT, 3)],
)
FITTED = {**PACKED, "type": ["AssociationEvent", "Event"]}
SOLD = event(
    "TransactionEvent",
    sourceParty="did:web:maker.example",
    destinationParty={"id": "did:web:shop.example", "name": "Shop"},
    bizTransaction="urn:epcglobal:cbv:bt:9506000134352:1",
    epcList=[thing(UNIT)],
)
MADE = event(
    "TransformationEvent",
    action="add",
    inputEPCList=[],
    inputQuantityList=[amount(PRODUCT, 7)],
    outputEPCList=[thing(UNIT)],
    outputQuantityList=[],
)
ALL = [SEEN, PACKED, FITTED, SOLD, MADE]


def credential(*subjects: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": ["DigitalTraceabilityEvent", "VerifiableCredential"],
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://test.uncefact.org/vocabulary/untp/dte/0.6.0/",
        ],
        "issuer": {"id": "did:web:maker.example"},
        "credentialSubject": list(subjects),
        **more,
    }


def read(
    value: Any, zone: str = "+08:00"
) -> tuple[list[EventDraft], list[Mend]]:
    mends: list[Mend] = []
    source = EventStream(
        io.BytesIO(json.dumps(value).encode()), mends=mends, untp_zone=zone
    )
    drafts = [check_event(raw) for raw in source.events()]
    assert source.count == len(drafts)
    return drafts, mends


def test_an_event_of_untp_is_one_of_epcis() -> None:
    (draft,), mends = read(credential(SEEN))
    assert draft.body == {
        "type": "ObjectEvent",
        "eventID": "https://events.example/ObjectEvent",
        "untp-dte:processType": "Weaving",
        "eventTime": "2026-02-01T12:00:00Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "disposition": "https://ref.gs1.org/cbv/Disp-active",
        "bizStep": "https://ref.gs1.org/cbv/BizStep-inspecting",
        "bizLocation": {"id": PLACE},
        "sensorElementList": [
            {
                "sensorMetadata": {
                    "deviceID": UNIT,
                    "dataProcessingMethod": "https://standards.example/method",
                },
                "sensorReport": [
                    {
                        "time": "2026-02-01T12:00:00Z",
                        "type": "https://sensors.example/thermometer",
                        "value": 25,
                        "uom": "CEL",
                    }
                ],
                "untp-dte:sensorIntegrityProof": "https://proofs.example/1",
            }
        ],
        "@context": {
            "untp-dte": "https://test.uncefact.org/vocabulary/untp/dte/0/"
        },
    }
    assert draft.items == (
        Item("epcList", UNIT),
        Item("quantityList", LOT, 20, "KGM"),
    )
    places = {mend.place for mend in mends}
    start = "$.credentialSubject[0]"
    assert {
        "$",
        f"{start}.type",
        f"{start}.id",
        f"{start}.eventTimeZoneOffset",
        f"{start}.action",
        f"{start}.epcList[0]",
        f"{start}.quantityList[0].productId",
        f"{start}.quantityList[0].productName",
        f"{start}.sensorElementList[0].sensorMetadata.device",
        f"{start}.sensorElementList[0].sensorReport[0].sensorType",
    } < places
    assert {mend.rule for mend in mends} <= RULES.keys()


def test_every_type_of_event_is_read() -> None:
    drafts, _ = read(credential(*ALL))
    items = [{(i.relation, i.id) for i in draft.items} for draft in drafts]
    packed = {
        ("parentID", "https://id.gs1.org/00/395060001343521015"),
        ("childEPCs", UNIT),
        ("childQuantityList", LOT),
    }
    assert items[1] == items[2] == packed
    assert drafts[1].body["action"] == "ADD"
    assert drafts[3].body["sourceList"] == [
        {"source": "did:web:maker.example", "type": "owning_party"}
    ]
    assert drafts[3].body["destinationList"] == [
        {"destination": "did:web:shop.example", "type": "owning_party"}
    ]
    assert drafts[3].body["bizTransactionList"] == [
        {"bizTransaction": "urn:epcglobal:cbv:bt:9506000134352:1"}
    ]
    assert "action" not in drafts[4].body
    for draft in drafts:
        prepare_event(draft)


def test_one_event_may_stand_without_a_list() -> None:
    (draft,), mends = read(credential(credentialSubject=SEEN))
    assert draft == read(credential(SEEN))[0][0]
    assert "$.credentialSubject.epcList[0]" in {mend.place for mend in mends}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"type": "EPCISDocument"}, r"^\$: this is no credential of UNTP"),
        ([], r"^\$: this is no credential of UNTP"),
        (
            credential({**SEEN, "type": ["MoveEvent", "LifecycleEvent"]}),
            r"^\$\.credentialSubject\[0\]\.type: this must be text",
        ),
        (
            credential({**SEEN, "epcList": [thing("urn:epc:id:sgtin:1")]}),
            r"^\$\.credentialSubject\[0\]\.epcList\[0\]: ",
        ),
        (
            credential({**SEEN, "quantityList": [amount(LOT, 0)]}),
            r"^\$\.credentialSubject\[0\]\.quantityList\[0\]\.quantity: ",
        ),
        (
            credential({**SOLD, "bizTransaction": "PO-1"}),
            r"^\$\.credentialSubject\[0\]\.bizTransaction: ",
        ),
        (
            credential({**SEEN, "colour": "red"}),
            r"^\$\.credentialSubject\[0\]: no member is named 'colour'",
        ),
        (credential(1), r"^\$\.credentialSubject\[0\]: this must be an object"),
        (credential(credentialSubject=1), r"^\$\.credentialSubject: "),
    ],
)
def test_what_is_wrong_is_told_with_its_place(value: Any, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        read(value)


def test_no_zone_is_made_up() -> None:
    (draft,), mends = read(credential(SEEN), zone="-03:00")
    assert draft.body["eventTimeZoneOffset"] == "-03:00"
    own = {**SEEN, "eventTimeZoneOffset": "+01:00"}
    (draft,), _ = read(credential(own))
    assert draft.body["eventTimeZoneOffset"] == "+01:00"
    assert [m.after for m in mends if m.rule == "untp-zone"] == ["-03:00"]


@pytest.mark.parametrize(
    "subject", [SEEN, SOLD], ids=lambda e: str(e["type"][0])
)
def test_a_value_of_a_wrong_shape_is_refused_with_its_place(
    subject: dict[str, Any],
) -> None:
    for way in ways(subject):
        for shape in SHAPES:
            _judge(put(subject, way, shape))


@given(st.data())
def test_any_value_anywhere_is_taken_or_refused(data: st.DataObject) -> None:
    subject = data.draw(st.sampled_from(ALL))
    way = data.draw(st.sampled_from(list(ways(subject))))
    _judge(put(subject, way, data.draw(json_values)))


def _judge(subject: Any) -> None:
    try:
        read(credential(subject))
    except MalformedError as error:
        assert str(error).startswith("$")  # noqa: PT017  # it need not fail
