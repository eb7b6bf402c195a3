"""Events that say everything an EPCIS event can say, and queries for them.

Each case is a query and the names of the events it finds. They are asked
twice: of the events as they stand, and of a ledger through its index.
"""

from typing import Any

from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import EventDraft, RawEvent, check_event

PREFIXES = {"ex": "https://ns.example/epcis/"}
CONTEXT: JSON = [
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    dict(PREFIXES),
]

CAN = "https://id.gs1.org/01/09506000134352/21/"
CAN_URN = "urn:epc:id:sgtin:9506000.013435."
PRODUCT = "https://id.gs1.org/01/09506000134352"
LOT = f"{PRODUCT}/10/L7"
LOT_URN = "urn:epc:class:lgtin:9506000.013435.L7"
CARTON = "https://id.gs1.org/00/095060000000000015"
CARTON_URN = "urn:epc:id:sscc:9506000.0000000001"
PLACE = "https://id.gs1.org/414/9506000000015"
DOCK = f"{PLACE}/254/dock"
OTHER_PLACE = "https://id.gs1.org/414/9506000000022"
PARTY = "https://id.gs1.org/417/9506000000039"
ASSET = "https://id.gs1.org/8004/9506000A1"
HASH = "ni:///sha-256;" + "ab" * 32


def _event(kind: str, when: str, **members: Any) -> dict[str, JSON]:
    return {
        "@context": CONTEXT,
        "type": kind,
        "eventTime": when,
        "eventTimeZoneOffset": "+00:00",
        **members,
    }


EVENTS: dict[str, dict[str, JSON]] = {
    "made": _event(
        "ObjectEvent",
        "2026-01-01T10:00:00.000Z",
        action="ADD",
        eventID="urn:uuid:0d2b1b0a-0000-4000-8000-000000000001",
        bizStep="commissioning",
        disposition="active",
        readPoint={"id": DOCK, "ex:gate": "north"},
        bizLocation={"id": PLACE, "ex:deep": {"ex:shelf": 4}},
        epcList=[CAN + "K1", CAN + "K2"],
        quantityList=[{"epcClass": LOT, "quantity": 200}],
        persistentDisposition={"set": ["completeness_verified"]},
        ilmd={
            "cbvmda:lotNumber": "007",
            "ex:size": 40,
            "ex:best": {"ex:before": "2027-05-01"},
        },
    ),
    "packed": _event(
        "AggregationEvent",
        "2026-01-02T10:00:00.000+02:00",
        action="ADD",
        bizStep="cbv:BizStep-packing",
        disposition="https://ref.gs1.org/cbv/Disp-in_progress",
        readPoint={"id": "urn:epc:id:sgln:9506000.00001.0"},
        parentID=CARTON_URN,
        childEPCs=[CAN_URN + "K1"],
        childQuantityList=[
            {"epcClass": PRODUCT, "quantity": 3.5, "uom": "KGM"}
        ],
    ),
    "sent": _event(
        "TransactionEvent",
        "2026-01-03T10:00:00.000Z",
        action="OBSERVE",
        bizStep="shipping",
        disposition="in_transit",
        bizLocation={"id": OTHER_PLACE},
        parentID=CARTON,
        epcList=[CAN + "K2"],
        bizTransactionList=[
            {"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9506000000006:1"},
            {
                "type": "https://ns.example/epcis/btt",
                "bizTransaction": "https://example.com/2",
            },
            {"bizTransaction": "urn:epc:id:gdti:9506000.00002.7"},
        ],
        sourceList=[{"type": "owning_party", "source": PARTY}],
        destinationList=[{"type": "cbv:SDT-location", "destination": DOCK}],
        **{
            "ex:grade": "A",
            "ex:weight": 12.5,
            "ex:due": "2026-02-01T00:00:00+13:00",
            "ex:tags": ["cold", "7"],
            "ex:fragile": True,
            "ex:outer": {"ex:inner": "deep", "plain": {"ex:number": 9}},
            "ex:empty": {},
        },
    ),
    "turned": _event(
        "TransformationEvent",
        "2026-01-04T10:00:00.000Z",
        transformationID="urn:epc:id:gdti:9506000.00003.T1",
        inputEPCList=[CAN + "K1"],
        outputEPCList=[CAN + "N1"],
        inputQuantityList=[
            {"epcClass": LOT_URN, "quantity": 10, "uom": "LTR"}
        ],
        outputQuantityList=[{"epcClass": f"{PRODUCT}/10/L8"}],
        persistentDisposition={"unset": ["cbv:Disp-completeness_verified"]},
    ),
    "wrong": _event(
        "AssociationEvent",
        "2026-01-05T10:00:00.000Z",
        action="DELETE",
        eventID="urn:uuid:0d2b1b0a-0000-4000-8000-000000000005",
        parentID=PLACE,
        childEPCs=[ASSET],
        errorDeclaration={
            "declarationTime": "2026-01-06T10:00:00Z",
            "reason": "incorrect_data",
            "correctiveEventIDs": ["urn:uuid:0d2b1b0a-0000-4000-8000-000000000009"],
            "ex:who": "me",
            "ex:notes": {"ex:note": "late"},
        },
    ),
    "felt": _event(
        "ObjectEvent",
        "2026-01-06T10:00:00.000Z",
        action="OBSERVE",
        bizStep="sensor_reporting",
        readPoint={"id": PLACE},
        epcList=[],
        sensorElementList=[
            {
                "sensorMetadata": {
                    "time": "2026-01-06T09:00:00Z",
                    "startTime": "2026-01-06T08:00:00Z",
                    "endTime": "2026-01-06T09:30:00Z",
                    "deviceID": "urn:epc:id:giai:9506000.A1",
                    "dataProcessingMethod": "https://example.com/mean",
                    "bizRules": "https://example.com/rules",
                    "ex:site": {"ex:room": "4b"},
                },
                "sensorReport": [
                    {
                        "type": "Temperature",
                        "time": "2026-01-06T09:10:00Z",
                        "value": 4.5,
                        "minValue": 4,
                        "maxValue": 5,
                        "meanValue": 4.4,
                        "sDev": 0.1,
                        "percRank": 50,
                        "percValue": 4.45,
                        "uom": "CEL",
                        "ex:probe": {"ex:depth": 2},
                    },
                    {
                        "type": "gs1:RelativeHumidity",
                        "microorganism": "https://example.com/listeria",
                        "chemicalSubstance": "https://example.com/lead",
                        "stringValue": "moist",
                        "booleanValue": True,
                        "hexBinaryValue": "ab01",
                        "uriValue": "https://example.com/picture",
                    },
                ],
                "ex:batch": {"ex:run": 3},
            }
        ],
    ),
    "own": _event(
        "https://ns.example/epcis/Blessing",
        "2026-01-07T10:00:00.123456Z",
        bizStep="urn:provenance:step:recalled",
        epcList=[CAN + "K2"],
    ),
}  # fmt: skip


Case = tuple[dict[str, JSON], str]

CASES: list[Case] = [
    ({}, "made packed sent turned wrong felt own"),
    ({"eventType": ["ObjectEvent", "TransactionEvent"]}, "made sent felt"),
    ({"eventType": "epcis:AggregationEvent"}, "packed"),
    ({"eventType": "ex:Blessing"}, "own"),
    ({"GE_eventTime": "2026-01-06T10:00:00Z"}, "felt own"),
    ({"LT_eventTime": "2026-01-02T08:00:00Z"}, "made"),
    ({"LT_eventTime": "2026-01-02T08:00:00.001Z"}, "made packed"),
    (
        {
            "GE_eventTime": "2026-01-02T21:00:00+13:00",
            "LT_eventTime": "2026-01-04T10:00:00Z",
        },
        "packed sent",
    ),
    ({"GE_eventTime": "2026-01-07T10:00:00.123456Z"}, "own"),
    ({"GE_eventTime": "2026-01-07T10:00:00.123457Z"}, ""),
    ({"EQ_action": "ADD"}, "made packed"),
    ({"EQ_action": ["OBSERVE", "DELETE"]}, "sent wrong felt"),
    ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-packing"}, "packed"),
    ({"EQ_bizStep": ["packing", "cbv:BizStep-shipping"]}, "packed sent"),
    ({"EQ_bizStep": "recalled"}, "own"),
    ({"EQ_bizStep": "urn:provenance:step:recalled"}, "own"),
    ({"EQ_disposition": "in_progress"}, "packed"),
    ({"EQ_disposition": "cbv:Disp-in_transit"}, "sent"),
    ({"EQ_persistentDisposition_set": "completeness_verified"}, "made"),
    ({"EQ_persistentDisposition_unset": "completeness_verified"}, "turned"),
    ({"EQ_readPoint": PLACE}, "packed felt"),
    ({"EQ_readPoint": "urn:epc:id:sgln:9506000.00001.dock"}, "made"),
    ({"WD_readPoint": PLACE}, "made packed felt"),
    ({"WD_readPoint": DOCK}, "made"),
    ({"EQ_bizLocation": [PLACE, OTHER_PLACE]}, "made sent"),
    ({"WD_bizLocation": "urn:epc:id:sgln:9506000.00002.0"}, "sent"),
    ({"EQ_readPoint_ex:gate": "north"}, "made"),
    ({"EXISTS_INNER_bizLocation_ex:shelf": None}, "made"),
    ({"EQ_INNER_bizLocation_ex:shelf": 4}, "made"),
    (
        {"EQ_transformationID": "https://id.gs1.org/253/9506000000039T1"},
        "turned",
    ),
    ({"MATCH_epc": CAN_URN + "K1"}, "made packed"),
    ({"MATCH_epc": [CAN + "K2", CAN + "none"]}, "made sent own"),
    ({"MATCH_epc": CARTON}, ""),
    ({"MATCH_epc": PRODUCT}, "made packed sent own"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:9506000.013435.*"}, "made packed sent own"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:9506000.*.*"}, "made packed sent own"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:*.*.*"}, "made packed sent own"),
    ({"MATCH_epc": "urn:epc:idpat:giai:950600.*"}, "wrong"),
    ({"MATCH_epc": "urn:epc:idpat:giai:9506001.*"}, ""),
    ({"MATCH_parentID": CARTON}, "packed sent"),
    ({"MATCH_parentID": "urn:epc:idpat:sscc:9506000.*"}, "packed sent"),
    ({"MATCH_parentID": "urn:epc:idpat:sgln:9506000.00001.*"}, "wrong"),
    ({"MATCH_inputEPC": CAN + "K1"}, "turned"),
    ({"MATCH_outputEPC": CAN + "K1"}, ""),
    ({"MATCH_outputEPC": CAN + "N1"}, "turned"),
    ({"MATCH_anyEPC": CARTON}, "packed sent"),
    ({"MATCH_anyEPC": CAN + "K1"}, "made packed turned"),
    ({"MATCH_anyEPC": LOT}, ""),
    ({"MATCH_epcClass": LOT_URN}, "made"),
    ({"MATCH_epcClass": PRODUCT}, "packed"),
    ({"MATCH_epcClass": "urn:epc:idpat:sgtin:9506000.013435.*"}, "packed"),
    ({"MATCH_epcClass": "urn:epc:idpat:sgtin:9506000.*.*"}, "packed"),
    ({"MATCH_inputEPCClass": LOT}, "turned"),
    ({"MATCH_outputEPCClass": f"{PRODUCT}/10/L8"}, "turned"),
    ({"MATCH_anyEPCClass": LOT}, "made turned"),
    ({"EQ_quantity": 200}, "made"),
    ({"EQ_quantity": [3.5, 10]}, "packed turned"),
    ({"GT_quantity": 10}, "made"),
    ({"GE_quantity": "10"}, "made turned"),
    ({"LT_quantity": 10}, "packed"),
    ({"LE_quantity_LTR": 10}, "turned"),
    ({"EQ_quantity_KGM": [3.5]}, "packed"),
    ({"EQ_quantity_LTR": [3.5]}, ""),
    ({"EQ_eventID": "urn:uuid:0d2b1b0a-0000-4000-8000-000000000001"}, "made"),
    ({"EQ_eventID": HASH}, ""),
    ({"EQ_eventHash": HASH}, ""),
    ({"EXISTS_errorDeclaration": True}, "wrong"),
    ({"EXISTS_errorDeclaration": 1}, "wrong"),
    ({"EXISTS_errorDeclaration": None}, "wrong"),
    (
        {"EXISTS_errorDeclaration": False},
        "made packed sent turned wrong felt own",
    ),
    ({"GE_errorDeclarationTime": "2026-01-06T10:00:00Z"}, "wrong"),
    ({"LT_errorDeclarationTime": "2026-01-06T10:00:00Z"}, ""),
    ({"GE_errorDeclaration_Time": "2026-01-06T10:00:00Z"}, "wrong"),
    ({"LT_errorDeclaration_Time": "2026-01-06T10:00:00Z"}, ""),
    ({"EQ_errorReason": "cbv:ER-incorrect_data"}, "wrong"),
    ({"EQ_errorReason": "did_not_occur"}, ""),
    (
        {"EQ_correctiveEventID": "urn:uuid:0d2b1b0a-0000-4000-8000-000000000009"},
        "wrong",
    ),
    ({"EQ_ERROR_DECLARATION_ex:who": "me"}, "wrong"),
    ({"EXISTS_ERROR_DECLARATION_ex:notes": ""}, "wrong"),
    ({"EQ_INNER_ERROR_DECLARATION_ex:note": "late"}, "wrong"),
    (
        {"EQ_bizTransaction_po": "urn:epcglobal:cbv:bt:9506000000006:1"},
        "sent",
    ),
    (
        {"EQ_bizTransaction_cbv:BTT-po": "urn:epcglobal:cbv:bt:9506000000006:1"},
        "sent",
    ),
    (
        {"EQ_bizTransaction_inv": "urn:epcglobal:cbv:bt:9506000000006:1"},
        "",
    ),
    ({"EQ_bizTransaction_ex:btt": "https://example.com/2"}, "sent"),
    (
        {"EQ_bizTransaction_https://ns.example/epcis/btt": "https://example.com/2"},
        "sent",
    ),
    ({"EQ_bizTransaction_": "https://id.gs1.org/253/95060000000227"}, "sent"),
    ({"EQ_source_owning_party": "urn:epc:id:pgln:9506000.00003"}, "sent"),
    ({"EQ_source_possessing_party": PARTY}, ""),
    ({"EQ_destination_location": DOCK}, "sent"),
    ({"EQ_ex:grade": ["A", "B"]}, "sent"),
    ({"EQ_https://ns.example/epcis/grade": "A"}, "sent"),
    ({"EQ_ex:grade": "B"}, ""),
    ({"EQ_ex:weight": 12.5}, "sent"),
    ({"EQ_ex:weight": "12.50"}, "sent"),
    ({"GT_ex:weight": 12.5}, ""),
    ({"GE_ex:weight": 12.5}, "sent"),
    ({"LT_ex:weight": "12.6"}, "sent"),
    ({"LE_ex:weight": 12}, ""),
    ({"EQ_ex:due": "2026-01-31T11:00:00Z"}, "sent"),
    ({"GT_ex:due": "2026-01-31T10:59:59Z"}, "sent"),
    ({"LT_ex:due": "2026-01-31T11:00:00Z"}, ""),
    ({"EQ_ex:tags": "cold"}, "sent"),
    ({"GE_ex:tags": 7}, "sent"),
    ({"EQ_ex:tags": 7}, "sent"),
    ({"EQ_ex:fragile": True}, "sent"),
    ({"EQ_ex:fragile": "false"}, ""),
    ({"EXISTS_ex:outer": None}, "sent"),
    ({"EXISTS_ex:empty": None}, ""),
    ({"EXISTS_ex:inner": None}, ""),
    ({"EXISTS_INNER_ex:inner": None}, "sent"),
    ({"EQ_INNER_ex:inner": "deep"}, "sent"),
    ({"EQ_INNER_ex:number": 9}, "sent"),
    ({"EQ_INNER_ex:grade": "A"}, ""),
    ({"EQ_ILMD_cbvmda:lotNumber": "007"}, "made"),
    ({"EQ_ILMD_cbvmda:lotNumber": ["7"]}, ""),
    ({"EQ_ILMD_cbvmda:lotNumber": 7}, ""),
    ({"GE_ILMD_ex:size": 40}, "made"),
    ({"EXISTS_ILMD_ex:best": None}, "made"),
    ({"LT_INNER_ILMD_ex:before": "2027-05-02"}, "made"),
    ({"LT_INNER_ILMD_ex:before": "2027-05-01"}, ""),
    ({"EXISTS_INNER_ILMD_ex:before": None}, "made"),
    ({"EXISTS_sensorElementList": True}, "felt"),
    ({"GE_time": "2026-01-06T09:10:00Z"}, "felt"),
    ({"LT_time": "2026-01-06T09:00:00Z"}, ""),
    ({"GE_startTime": "2026-01-06T08:00:00Z"}, "felt"),
    ({"LT_startTime": "2026-01-06T08:00:00Z"}, ""),
    ({"GE_endTime": "2026-01-06T09:30:01Z"}, ""),
    ({"LT_endTime": "2026-01-06T09:30:01Z"}, "felt"),
    ({"EQ_type": "Temperature"}, "felt"),
    ({"EQ_type": "gs1:RelativeHumidity"}, "felt"),
    ({"EQ_type": "Speed"}, ""),
    ({"EQ_deviceID": ASSET}, "felt"),
    ({"EQ_dataProcessingMethod": "https://example.com/mean"}, "felt"),
    ({"EQ_bizRules": "https://example.com/rules"}, "felt"),
    ({"EQ_microorganism": "https://example.com/listeria"}, "felt"),
    ({"EQ_chemicalSubstance": "https://example.com/lead"}, "felt"),
    ({"EQ_stringValue": "moist"}, "felt"),
    ({"EQ_booleanValue": True}, "felt"),
    ({"EQ_booleanValue": "false"}, ""),
    ({"EQ_hexBinaryValue": "AB01"}, "felt"),
    ({"EQ_uriValue": "https://example.com/picture"}, "felt"),
    ({"EQ_value_CEL": [4.5]}, "felt"),
    ({"EQ_value": 4.5}, "felt"),
    ({"GE_value_FAH": 0}, ""),
    ({"GE_value_CEL": 4.5, "EQ_bizStep": "sensor_reporting"}, "felt"),
    ({"GT_value_CEL": 4.5}, ""),
    ({"LT_minValue_CEL": 4.1}, "felt"),
    ({"LE_maxValue_CEL": 5}, "felt"),
    ({"GE_meanValue_CEL": 4.4}, "felt"),
    ({"LT_sDev_CEL": 0.2}, "felt"),
    ({"GE_percRank": 50}, "felt"),
    ({"LE_percValue_CEL": 4.4}, ""),
    ({"GE_SENSORELEMENT_ex:batch": 0}, ""),
    ({"EXISTS_SENSORELEMENT_ex:batch": None}, "felt"),
    ({"EQ_INNER_SENSORELEMENT_ex:run": 3}, "felt"),
    ({"EXISTS_SENSORMETADATA_ex:site": None}, "felt"),
    ({"EQ_INNER_SENSORMETADATA_ex:room": "4b"}, "felt"),
    ({"EXISTS_SENSORREPORT_ex:probe": None}, "felt"),
    ({"LE_INNER_SENSORREPORT_ex:depth": 2}, "felt"),
    # Terms do not know of each other.
    ({"GT_quantity": 3, "LT_quantity": 4}, "packed"),
    ({"MATCH_epc": CAN + "K1", "EQ_bizStep": "packing"}, "packed"),
    ({"MATCH_epc": CAN + "K1", "EQ_bizStep": "shipping"}, ""),
    ({"GT_value_CEL": 4.4, "LT_value_CEL": 4.6}, "felt"),
]  # fmt: skip


def draft(name: str) -> EventDraft:
    """Return the checked event of that name."""
    return check_event(RawEvent(EVENTS[name], {}, str))
