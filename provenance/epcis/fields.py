"""The fields of EPCIS events: what each may hold, as the standard has it."""

from collections.abc import Mapping

from provenance.encoding.canonical import Value
from provenance.encoding.strict_json import JSON
from provenance.epcis.moment import read_time
from provenance.epcis.readers import (
    Prefixes,
    Reader,
    ValueFault,
    action,
    boolean,
    hexadecimal,
    identifier,
    listed,
    number,
    offset,
    record,
    text,
    time,
    uri,
    word,
)
from provenance.epcis.vocabulary import (
    BIZ_TRANSACTION_TYPE,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    SENSOR_ALERT,
    SOURCE_DEST_TYPE,
    read_step,
)

_sources = record(
    {"source": identifier, "type": word(SOURCE_DEST_TYPE.read)},
    required=("source", "type"),
)
_destinations = record(
    {"destination": identifier, "type": word(SOURCE_DEST_TYPE.read)},
    required=("destination", "type"),
)
_transactions = record(
    {"bizTransaction": identifier, "type": word(BIZ_TRANSACTION_TYPE.read)},
    required=("bizTransaction",),
)
_place = record({"id": identifier}, required=("id",), is_open=True)
_disposition = word(DISPOSITION.read)
_dispositions = record(
    {
        "set": listed(_disposition, at_least=1),
        "unset": listed(_disposition, at_least=1),
    }
)
_declaration = record(
    {
        "declarationTime": time,
        "reason": word(ERROR_REASON.read),
        "correctiveEventIDs": listed(uri),
    },
    required=("declarationTime",),
    is_open=True,
)
_measured_by: dict[str, Reader] = {
    "time": time,
    "deviceID": identifier,
    "deviceMetadata": uri,
    "rawData": uri,
    "dataProcessingMethod": uri,
    "bizRules": uri,
}
_sensor_report = record(
    {
        **_measured_by,
        "type": word(MEASUREMENT.read),
        "exception": word(SENSOR_ALERT.read),
        "microorganism": uri,
        "chemicalSubstance": uri,
        "coordinateReferenceSystem": uri,
        "component": word(COMPONENT.read),
        "value": number,
        "stringValue": text,
        "booleanValue": boolean,
        "hexBinaryValue": hexadecimal,
        "uriValue": uri,
        "minValue": number,
        "maxValue": number,
        "meanValue": number,
        "sDev": number,
        "percRank": number,
        "percValue": number,
        "uom": text,
    },
    required=("type",),
    is_open=True,
)
_sensor_element = record(
    {
        "sensorMetadata": record(
            {**_measured_by, "startTime": time, "endTime": time},
            is_open=True,
        ),
        "sensorReport": listed(_sensor_report, at_least=1, is_set=False),
    },
    required=("sensorReport",),
    is_open=True,
)


def _event_time(value: JSON, prefixes: Prefixes) -> str:
    found = time(value, prefixes)
    read_time(found)
    return found


def _certification(value: JSON, prefixes: Prefixes) -> Value:
    many = isinstance(value, list)
    return (listed(uri) if many else uri)(value, prefixes)


def _persistent(value: JSON, prefixes: Prefixes) -> Value:
    found = _dispositions(value, prefixes)
    if not found:
        raise ValueFault("set and unset are missing: add one of them")
    return found


def _error(value: JSON, prefixes: Prefixes) -> Value:
    found = _declaration(value, prefixes)
    match found:
        case {"reason": str(reason), "correctiveEventIDs": [_, *_]} if (
            ERROR_REASON.read(reason, prefixes) == "did_not_occur"
        ):
            raise ValueFault(
                "what did not occur has no correctiveEventIDs: leave them out,"
                " or write 'incorrect_data' as the reason"
            )
    return found


FIELDS: Mapping[str, Reader] = {
    "type": text,
    "eventTime": _event_time,
    "eventTimeZoneOffset": offset,
    "eventID": uri,
    "certificationInfo": _certification,
    "errorDeclaration": _error,
    "action": action,
    "bizStep": word(read_step),
    "disposition": _disposition,
    "persistentDisposition": _persistent,
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": listed(_transactions),
    "sourceList": listed(_sources),
    "destinationList": listed(_destinations),
    "sensorElementList": listed(_sensor_element, is_set=False),
    "transformationID": identifier,
    "ilmd": record({}, is_open=True),
}
"""Member → reader, for the members of an event that name no items."""
