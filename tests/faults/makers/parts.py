"""Faults in the parts of an event: places, business, sensors, errors."""

from tests.faults.case import Fault, append, drop, in_both, in_json, put, rename
from tests.faults.stories import BUYER, DOCK, NOTICE, ORDER, SHOP

_OBJECT = "write each of its members under its name"
_LIST = "write a list, even if it is of one"
_NO_URI = (
    "is no absolute URI: write one that starts with a scheme, such as urn: or"
    " https:"
)
_NO_ITEM = (
    "is no absolute URI: write a GS1 Digital Link, an EPC URN or another URI,"
    " in ASCII"
)
_NO_TIME = (
    "is no time with its zone: write one such as 2026-03-01T09:00:00+13:00"
)
_WORDS = "write one of the standard words, or a URI of your own"
_UNKNOWN = (
    "; the name of an extension has a prefix: put one before it, or leave it"
    " out"
)


def faults() -> list[Fault]:
    return [*_places(), *_business(), *_sensors(), *_errors()]


def _places() -> list[Fault]:
    return [
        *in_both(
            "read-point-without-id", "a read point without an id",
            "making", put("[1].readPoint", {}),
            place="[1].readPoint", reason="id is missing: add it",
            xml="TransformationEvent[1]/readPoint",
        ),
        *in_both(
            "read-point-text", "a read point that is an id alone",
            "shipping", put("[0].readPoint", DOCK),
            place="[0].readPoint", reason=f"this must be an object, not text: {_OBJECT}",
            xml="AggregationEvent[1]/readPoint",
            xml_reason="elements belong here, and no text: put it in one of them",
        ),
        in_json(
            "read-point-null", "a read point that is null",
            "shipping", put("[3].readPoint", None),
            place="[3].readPoint",
            reason="this must be an object, not null: write it, or leave out what is not known",
        ),
        *in_both(
            "read-point-unknown-member", "a read point with a name",
            "shipping", put("[1].readPoint.name", "Dock 2"),
            place="[1].readPoint", reason=f"no member is named 'name'{_UNKNOWN}",
            xml="TransactionEvent[1]/readPoint/name",
            xml_reason="no element is named 'name' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "location-no-uri", "a location that has a name and no URI",
            "making", put("[2].bizLocation.id", "hall 2"),
            place="[2].bizLocation.id", reason=f"'hall 2' {_NO_ITEM}",
            xml="ObjectEvent[2]/bizLocation/id",
        ),
        *in_both(
            "location-urn-too-short", "a location whose URN is one digit short",
            "making", put("[2].bizLocation.id", "urn:epc:id:sgln:9506000.1351.0"),
            place="[2].bizLocation.id",
            reason="'urn:epc:id:sgln:9506000.1351.0': 9506000 and '1351' are not 12 digits together: write leading zeros too",
            xml="ObjectEvent[2]/bizLocation/id",
        ),
        in_json(
            "location-list", "two locations at once",
            "making", put("[0].bizLocation", [{"id": SHOP}, {"id": DOCK}]),
            place="[0].bizLocation", reason=f"this must be an object, not a list: {_OBJECT}",
        ),
    ]  # fmt: skip


def _business() -> list[Fault]:
    return [
        *in_both(
            "transaction-no-uri", "an order number that is no URI",
            "shipping", put("[1].bizTransactionList[0].bizTransaction", "PO-2025-118"),
            place="[1].bizTransactionList[0].bizTransaction", reason=f"'PO-2025-118' {_NO_ITEM}",
            xml="TransactionEvent[1]/bizTransactionList/bizTransaction[1]",
        ),
        *in_both(
            "transaction-type-unknown", "a type of business transaction that is not in the vocabulary",
            "shipping", put("[1].bizTransactionList[1].type", "waybill"),
            place="[1].bizTransactionList[1].type",
            reason=f"'waybill' is no standard type of business transaction: {_WORDS}",
            xml="TransactionEvent[1]/bizTransactionList/bizTransaction[2]/@type",
        ),
        *in_both(
            "transaction-twice", "one business transaction twice",
            "shipping", append("[1].bizTransactionList", {"type": "po", "bizTransaction": ORDER}),
            place="[1].bizTransactionList[2]",
            reason="an earlier element says the same: leave one of them out",
            xml="TransactionEvent[1]/bizTransactionList/bizTransaction[3]",
        ),
        *in_both(
            "transaction-unknown-member", "a business transaction with a date",
            "shipping", put("[2].bizTransactionList[0].date", "2025-03-20"),
            place="[2].bizTransactionList[0]",
            reason="no member is named 'date': leave it out, since only bizTransaction, type can stand here",
            xml="ObjectEvent[1]/bizTransactionList/bizTransaction[1]/@date",
            xml_reason="no attribute is named 'date' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_json(
            "transaction-text", "a business transaction that is an id alone",
            "shipping", put("[2].bizTransactionList[0]", NOTICE),
            place="[2].bizTransactionList[0]",
            reason=f"this must be an object, not text: {_OBJECT}",
        ),
        *in_both(
            "source-without-type", "a source without a type",
            "shipping", drop("[2].sourceList[0].type"),
            place="[2].sourceList[0]", reason="type is missing: add it",
            xml="ObjectEvent[1]/sourceList/source[1]",
        ),
        *in_both(
            "source-empty", "a source that does not say which",
            "shipping", put("[2].sourceList[1].source", ""),
            place="[2].sourceList[1].source", reason=f"'' {_NO_ITEM}",
            xml="ObjectEvent[1]/sourceList/source[2]",
        ),
        *in_both(
            "source-type-unknown", "a type of source that is not in the vocabulary",
            "shipping", put("[2].sourceList[1].type", "warehouse"),
            place="[2].sourceList[1].type",
            reason=f"'warehouse' is no standard type of source or destination: {_WORDS}",
            xml="ObjectEvent[1]/sourceList/source[2]/@type",
        ),
        *in_both(
            "destination-unknown-member", "a destination with a name",
            "shipping", put("[2].destinationList[0].name", "Leaf & Son"),
            place="[2].destinationList[0]",
            reason="no member is named 'name': leave it out, since only destination, type can stand here",
            xml="ObjectEvent[1]/destinationList/destination[1]/@name",
            xml_reason="no attribute is named 'name' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "destination-wrong-check-digit", "a destination whose GLN has a wrong check digit",
            "shipping", put("[2].destinationList[0].destination", BUYER[:-1] + "4"),
            place="[2].destinationList[0].destination",
            reason=f"'{BUYER[:-1]}4': the GLN of a party (417) '9506000135334' has a wrong check digit: its other digits give 5; look it up again",
            xml="ObjectEvent[1]/destinationList/destination[1]",
        ),
        in_json(
            "destination-is-a-source", "a source among the destinations",
            "shipping", rename("[2].destinationList[1].destination", "source"),
            place="[2].destinationList[1]", reason="destination is missing: add it",
        ),
        in_json(
            "transformation-id-number", "the id of a transformation as a number",
            "making", put("[1].transformationID", 4711),
            place="[1].transformationID", reason="this must be text, not a number: write it as text",
        ),
        *in_both(
            "transformation-id-no-uri", "the id of a transformation that is no URI",
            "making", put("[1].transformationID", "batch 7"),
            place="[1].transformationID", reason=f"'batch 7' {_NO_ITEM}",
            xml="TransformationEvent[1]/transformationID",
        ),
    ]  # fmt: skip


def _sensors() -> list[Fault]:
    report = "[1].sensorElementList[0].sensorReport[0]"
    other = "[1].sensorElementList[1].sensorReport[0]"
    return [
        *in_both(
            "sensor-elements-empty", "an event of sensor data without any",
            "watching", put("[1].sensorElementList", []),
            place="[1]",
            reason="an ObjectEvent has an epcList, a quantityList, or sensor data with a readPoint: add one of these",
            xml="ObjectEvent[1]",
        ),
        *in_both(
            "sensor-nowhere", "sensor data that belongs to no item and no place",
            "watching", rename("[1].readPoint", "bizLocation"),
            place="[1]",
            reason="an ObjectEvent has an epcList, a quantityList, or sensor data with a readPoint: add one of these",
            xml="ObjectEvent[1]",
        ),
        *in_both(
            "sensor-reports-missing", "a sensor element without a report",
            "watching", drop("[1].sensorElementList[0].sensorReport"),
            place="[1].sensorElementList[0]", reason="sensorReport is missing: add it",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]",
        ),
        in_json(
            "sensor-reports-empty", "a sensor element with an empty list of reports",
            "watching", put("[1].sensorElementList[0].sensorReport", []),
            place="[1].sensorElementList[0].sensorReport",
            reason="the list is empty: name at least one element",
        ),
        in_json(
            "sensor-report-object", "one report where a list of them belongs",
            "watching", put("[1].sensorElementList[1].sensorReport", {"type": "Illuminance"}),
            place="[1].sensorElementList[1].sensorReport",
            reason=f"this must be a list, not an object: {_LIST}",
        ),
        *in_both(
            "sensor-type-missing", "a report that does not say what was measured",
            "watching", drop(f"{report}.type"),
            place=report, reason="type is missing: add it",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]",
        ),
        *in_both(
            "sensor-type-unknown", "a measurement that is not in the vocabulary",
            "watching", put(f"{report}.type", "Warmth"),
            place=f"{report}.type",
            reason=f"'Warmth' is no standard type of measurement: {_WORDS}",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]/@type",
        ),
        in_json(
            "sensor-value-text", "a measured value in quotes",
            "watching", put(f"{report}.value", "18.5"),
            place=f"{report}.value",
            reason="this must be a number, not text: write it without quotes",
        ),
        *in_both(
            "sensor-value-with-its-unit", "a measured value with the unit behind it",
            "watching", put(f"{report}.value", "18.5 °C"),
            place=f"{report}.value",
            reason="this must be a number, not text: write digits alone, such as 4.5",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]/@value",
            xml_reason="'18.5 °C' is no number: write one such as 4.5",
        ),
        *in_both(
            "sensor-maximum-unknown", "a largest value that is a word",
            "watching", put("[1].sensorElementList[0].sensorReport[1].maxValue", "n/a"),
            place="[1].sensorElementList[0].sensorReport[1].maxValue",
            reason="this must be a number, not text: write digits alone, such as 4.5",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[2]/@maxValue",
            xml_reason="'n/a' is no number: write one such as 4.5",
        ),
        *in_both(
            "sensor-boolean-text", "a yes where true or false belongs",
            "watching", put(f"{other}.booleanValue", "yes"),
            place=f"{other}.booleanValue",
            reason="this must be true or false, not text: write one of these two",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[2]/sensorReport[1]/@booleanValue",
            xml_reason="'yes' is neither true nor false: write one of these",
        ),
        *in_both(
            "sensor-hex-odd-letters", "bytes with letters that are no hexadecimal digits",
            "watching", put(f"{other}.hexBinaryValue", "0xAF"),
            place=f"{other}.hexBinaryValue",
            reason="'0xAF' is no row of hexadecimal digits: write 0 to 9 and A to F alone",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[2]/sensorReport[1]/@hexBinaryValue",
        ),
        in_json(
            "sensor-alert-unknown", "an alert that is not in the vocabulary",
            "watching", put(f"{other}.exception", "TOO_BRIGHT"),
            place=f"{other}.exception",
            reason=f"'TOO_BRIGHT' is no standard sensor alert: {_WORDS}",
        ),
        *in_both(
            "sensor-component-unknown", "a component of a measurement that is not in the vocabulary",
            "watching", put(f"{other}.component", "upwards"),
            place=f"{other}.component",
            reason=f"'upwards' is no standard component of a measurement: {_WORDS}",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[2]/sensorReport[1]/@component",
            xml_reason="'cbv:Comp-upwards' is no standard component of a measurement: write one of the standard words",
        ),
        *in_both(
            "sensor-unknown-member", "a report with a unit in the wrong member",
            "watching", rename(f"{report}.uom", "unit"),
            place=report, reason=f"no member is named 'unit'{_UNKNOWN}",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]/@unit",
            xml_reason="no attribute is named 'unit' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "sensor-time-without-zone", "a time of measuring without a zone",
            "watching", put("[1].sensorElementList[0].sensorMetadata.time", "2025-03-26T11:00:00"),
            place="[1].sensorElementList[0].sensorMetadata.time",
            reason=f"'2025-03-26T11:00:00' {_NO_TIME}",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorMetadata/@time",
        ),
        *in_both(
            "sensor-device-no-uri", "a device that has a name and no URI",
            "watching", put("[1].sensorElementList[0].sensorMetadata.deviceID", "TL-0009"),
            place="[1].sensorElementList[0].sensorMetadata.deviceID",
            reason=f"'TL-0009' {_NO_ITEM}",
            xml="ObjectEvent[1]/sensorElementList/sensorElement[1]/sensorMetadata/@deviceID",
        ),
        in_json(
            "sensor-elements-object", "one sensor element where a list of them belongs",
            "watching", put("[1].sensorElementList", {"sensorReport": [{"type": "Temperature", "value": 18.5}]}),
            place="[1].sensorElementList", reason=f"this must be a list, not an object: {_LIST}",
        ),
    ]  # fmt: skip


def _errors() -> list[Fault]:
    return [
        *in_both(
            "error-time-missing", "an error declaration that does not say when",
            "watching", drop("[2].errorDeclaration.declarationTime"),
            place="[2].errorDeclaration", reason="declarationTime is missing: add it",
            xml="ObjectEvent[2]/errorDeclaration",
        ),
        *in_both(
            "error-time-without-zone", "an error declared at a time without a zone",
            "watching", put("[2].errorDeclaration.declarationTime", "2025-03-25T09:00:00"),
            place="[2].errorDeclaration.declarationTime",
            reason=f"'2025-03-25T09:00:00' {_NO_TIME}",
            xml="ObjectEvent[2]/errorDeclaration/declarationTime",
        ),
        *in_both(
            "error-reason-unknown", "a reason that is not in the vocabulary",
            "watching", put("[2].errorDeclaration.reason", "typo"),
            place="[2].errorDeclaration.reason", reason=f"'typo' is no standard error reason: {_WORDS}",
            xml="ObjectEvent[2]/errorDeclaration/reason",
        ),
        in_json(
            "error-reason-cbv-urn", "a reason as EPCIS 1.2 wrote it",
            "watching", put("[3].errorDeclaration.reason", "urn:epcglobal:cbv:er:did_not_occur"),
            place="[3].errorDeclaration.reason",
            reason="'urn:epcglobal:cbv:er:did_not_occur' is no error reason as EPCIS 2.0 spells it: write the bare word 'did_not_occur'",
        ),
        *in_both(
            "error-corrects-what-did-not-occur", "a correction of what did not occur",
            "watching", put("[3].errorDeclaration.correctiveEventIDs", ["urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e03"]),
            place="[3].errorDeclaration",
            reason="what did not occur has no correctiveEventIDs: leave them out, or write 'incorrect_data' as the reason",
            xml="ObjectEvent[3]/errorDeclaration",
        ),
        *in_both(
            "error-corrections-text", "one corrective event where a list of them belongs",
            "watching", put("[2].errorDeclaration.correctiveEventIDs", "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e06"),
            place="[2].errorDeclaration.correctiveEventIDs",
            reason=f"this must be a list, not text: {_LIST}",
            xml="ObjectEvent[2]/errorDeclaration/correctiveEventIDs",
            xml_reason="elements belong here, and no text: put it in one of them",
        ),
        *in_both(
            "error-correction-no-uri", "a corrective event named by no URI",
            "watching", put("[2].errorDeclaration.correctiveEventIDs[0]", "event 6"),
            place="[2].errorDeclaration.correctiveEventIDs[0]", reason=f"'event 6' {_NO_URI}",
            xml="ObjectEvent[2]/errorDeclaration/correctiveEventIDs/correctiveEventID[1]",
        ),
        *in_both(
            "error-correction-twice", "a corrective event named twice",
            "watching", append("[2].errorDeclaration.correctiveEventIDs", "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e06"),
            place="[2].errorDeclaration.correctiveEventIDs[1]",
            reason="an earlier element says the same: leave one of them out",
            xml="ObjectEvent[2]/errorDeclaration/correctiveEventIDs/correctiveEventID[2]",
        ),
        *in_both(
            "error-unknown-member", "an error declaration with a comment",
            "watching", put("[2].errorDeclaration.comment", "wrong dock"),
            place="[2].errorDeclaration", reason=f"no member is named 'comment'{_UNKNOWN}",
            xml="ObjectEvent[2]/errorDeclaration/comment",
            xml_reason="no element is named 'comment' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        in_json(
            "error-null", "an error declaration that is null",
            "watching", put("[2].errorDeclaration", None),
            place="[2].errorDeclaration",
            reason="this must be an object, not null: write it, or leave out what is not known",
        ),
    ]  # fmt: skip
