"""The documents without a fault, from which every faulty one is made.

A tea garden's leaves become tins and gift boxes, which are packed, ordered,
shipped and watched on their way. Names and numbers are made up, the numbers
with the company prefix 9506000.

    making    leaves are picked, tins are filled, gift boxes are made up
    shipping  boxes go into a carton, the carton is ordered and sent, unpacked
    watching  a logger joins a crate, measures, and two errors are declared
    answer    a repository's answer to a query
    alone     one event with an @context of its own
    lines     a document and two events, in a line each
"""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

GS1_CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
TEA = {"tea": "https://ns.teahouse.example/epcis/"}

LEAVES = "urn:epc:class:lgtin:9506000.013501.G25-03"
TINS = "https://id.gs1.org/01/09506000135199/10/T2503"
TIN = "urn:epc:id:sgtin:9506000.013519.0007A"
OTHER_TIN = "urn:epc:id:sgtin:9506000.013519.0007B"
BOX = "https://id.gs1.org/01/09506000135267/10/B7/21/000811"
OTHER_BOX = "https://id.gs1.org/01/09506000135267/10/B7/21/000812"
CARTON = "https://id.gs1.org/00/095060000000002477"
CRATE = "urn:epc:id:grai:9506000.13540.C7"
LOGGER = "urn:epc:id:giai:9506000.TL-0009"

GARDEN = "https://id.gs1.org/414/9506000135014"
HALL = "urn:epc:id:sgln:9506000.13519.0"
DOCK = "urn:epc:id:sgln:9506000.13519.D2"
SHOP = "https://id.gs1.org/414/9506000135335"
MAKER = "urn:epc:id:pgln:9506000.13519"
BUYER = "https://id.gs1.org/417/9506000135335"

ORDER = "urn:epcglobal:cbv:bt:9506000135335:PO-2025-118"
NOTICE = "urn:epcglobal:cbv:bt:9506000135199:DA-118"


def _when(day_and_time: str) -> Document:
    return {
        "eventTime": f"2025-{day_and_time}+08:00",
        "eventTimeZoneOffset": "+08:00",
    }


def _document(*events: Document) -> Document:
    return {
        "@context": [GS1_CONTEXT, TEA],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2025-04-01T12:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }


_PICKING: Document = {
    "type": "ObjectEvent",
    **_when("03-20T07:30:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e01",
    "certificationInfo": "https://certificates.teahouse.example/organic/25",
    "quantityList": [{"epcClass": LEAVES, "quantity": 240.5, "uom": "KGM"}],
    "action": "ADD",
    "bizStep": "creating_class_instance",
    "disposition": "active",
    "readPoint": {"id": GARDEN},
    "bizLocation": {"id": GARDEN},
    "ilmd": {"cbvmda:lotNumber": "G25-03", "tea:terrace": "9"},
    "tea:pickers": 14,
}

_FILLING: Document = {
    "type": "TransformationEvent",
    **_when("03-21T15:00:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e02",
    "inputQuantityList": [{"epcClass": LEAVES, "quantity": 12.5, "uom": "KGM"}],
    "outputEPCList": [TIN, OTHER_TIN],
    "outputQuantityList": [{"epcClass": TINS, "quantity": 120}],
    "transformationID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2eff",
    "bizStep": "commissioning",
    "disposition": "conformant",
    "persistentDisposition": {"set": ["completeness_verified"]},
    "readPoint": {"id": HALL},
    "ilmd": {
        "cbvmda:lotNumber": "T2503",
        "cbvmda:itemExpirationDate": "2027-03-21",
    },
}

_BOXING: Document = {
    "type": "ObjectEvent",
    **_when("03-22T09:10:00.250"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e03",
    "epcList": [BOX, OTHER_BOX],
    "action": "ADD",
    "bizStep": "commissioning",
    "disposition": "active",
    "readPoint": {"id": HALL},
    "bizLocation": {"id": HALL},
    "ilmd": {"cbvmda:lotNumber": "B7"},
    "tea:seal": {"tea:colour": "red", "tea:numbers": [811, 812]},
}

_PACKING: Document = {
    "type": "AggregationEvent",
    **_when("03-24T10:00:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e04",
    "parentID": CARTON,
    "childEPCs": [BOX, OTHER_BOX],
    "childQuantityList": [
        {"epcClass": TINS, "quantity": 48},
        {"epcClass": LEAVES, "quantity": 1.5, "uom": "KGM"},
    ],
    "action": "ADD",
    "bizStep": "packing",
    "disposition": "in_progress",
    "readPoint": {"id": DOCK},
}

_ORDERING: Document = {
    "type": "TransactionEvent",
    **_when("03-24T11:00:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e05",
    "bizTransactionList": [
        {"type": "po", "bizTransaction": ORDER},
        {"type": "desadv", "bizTransaction": NOTICE},
    ],
    "epcList": [CARTON],
    "action": "ADD",
    "bizStep": "staging_outbound",
    "readPoint": {"id": DOCK},
}

_SENDING: Document = {
    "type": "ObjectEvent",
    **_when("03-24T16:45:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e06",
    "certificationInfo": [
        "https://certificates.teahouse.example/organic/25",
        "https://certificates.teahouse.example/origin/118",
    ],
    "epcList": [CARTON],
    "action": "OBSERVE",
    "bizStep": "shipping",
    "disposition": "in_transit",
    "persistentDisposition": {
        "set": ["completeness_verified"],
        "unset": ["completeness_inferred"],
    },
    "readPoint": {"id": DOCK},
    "bizTransactionList": [{"type": "desadv", "bizTransaction": NOTICE}],
    "sourceList": [
        {"type": "owning_party", "source": MAKER},
        {"type": "location", "source": HALL},
    ],
    "destinationList": [
        {"type": "owning_party", "destination": BUYER},
        {"type": "location", "destination": SHOP},
    ],
}

_UNPACKING: Document = {
    "type": "AggregationEvent",
    **_when("03-29T09:00:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e07",
    "parentID": CARTON,
    "childEPCs": [],
    "action": "DELETE",
    "bizStep": "unpacking",
    "readPoint": {"id": SHOP},
    "tea:note": "Carton opened, 茶叶完好",
}

_JOINING: Document = {
    "type": "AssociationEvent",
    **_when("03-23T08:00:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e08",
    "parentID": CRATE,
    "childEPCs": [LOGGER],
    "action": "ADD",
    "bizStep": "installing",
    "readPoint": {"id": HALL},
}

_MEASURING: Document = {
    "type": "ObjectEvent",
    **_when("03-26T12:00:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e09",
    "action": "OBSERVE",
    "bizStep": "sensor_reporting",
    "readPoint": {"id": DOCK},
    "sensorElementList": [
        {
            "sensorMetadata": {
                "time": "2025-03-26T11:00:00+08:00",
                "deviceID": LOGGER,
                "rawData": "https://loggers.teahouse.example/TL-0009/26",
            },
            "sensorReport": [
                {"type": "Temperature", "value": 18.5, "uom": "CEL"},
                {
                    "type": "RelativeHumidity",
                    "minValue": 41,
                    "maxValue": 47.25,
                    "uom": "A93",
                },
            ],
        },
        {
            "sensorReport": [
                {
                    "type": "Illuminance",
                    "booleanValue": False,
                    "exception": "ALARM_CONDITION",
                    "component": "z",
                    "hexBinaryValue": "0AFF",
                }
            ]
        },
    ],
}

_MISTAKEN: Document = {
    "type": "ObjectEvent",
    **_when("03-24T16:40:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e10",
    "errorDeclaration": {
        "declarationTime": "2025-03-25T09:00:00+08:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e06"],
    },
    "epcList": [CARTON],
    "action": "OBSERVE",
    "bizStep": "departing",
    "readPoint": {"id": DOCK},
}

_IMAGINED: Document = {
    "type": "ObjectEvent",
    **_when("03-25T06:00:00"),
    "eventID": "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e11",
    "errorDeclaration": {
        "declarationTime": "2025-03-25T09:05:00+08:00",
        "reason": "did_not_occur",
    },
    "quantityList": [{"epcClass": TINS, "quantity": 3}],
    "action": "DELETE",
    "bizStep": "destroying",
    "readPoint": {"id": HALL},
}

STORIES: Mapping[str, Document] = {
    "making": _document(_PICKING, _FILLING, _BOXING),
    "shipping": _document(_PACKING, _ORDERING, _SENDING, _UNPACKING),
    "watching": _document(_JOINING, _MEASURING, _MISTAKEN, _IMAGINED),
    "answer": {
        "@context": [GS1_CONTEXT, TEA],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": "2025-04-02T12:00:00Z",
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {
                    "eventList": [
                        {**_PACKING, "recordTime": "2025-03-24T10:05:00Z"},
                        {**_SENDING, "recordTime": "2025-03-24T16:50:00Z"},
                    ]
                },
            }
        },
    },
    "alone": {"@context": [GS1_CONTEXT, TEA], **_BOXING},
}
"""Name → document; none has a fault."""

LINES: list[Document] = [
    STORIES["making"],
    {"@context": [GS1_CONTEXT, TEA], **_PACKING},
    {"@context": [GS1_CONTEXT], **_SENDING},
]
"""A document and two events, each for a line of JSON."""
