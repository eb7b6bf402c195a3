"""The lenient import: what real systems write wrongly, but clearly mean.

    "bizStep": "urn:epcglobal:cbv:bizstep:shipping"  →  "bizStep": "shipping"
    "quantity": "25"                                 →  "quantity": 25
    "_comment": "first try"                          →  (left out)

A mend never changes what an event says, and invents nothing: no zone, no
quantity, no eventID, no word that is not in the standard. Each is written
down with its place, so that whoever signs the result sees what was signed.
What is mended is checked as strictly as everything else, and what EPCIS takes
as it is comes back as it was.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from provenance.encoding.strict_json import JSON
from provenance.epcis.context import context_of
from provenance.epcis.draft import Locate, RawEvent
from provenance.epcis.mending.menders import (
    Mender,
    action,
    as_is,
    certification,
    context,
    listed,
    master_data,
    mended_members,
    number,
    place,
    record,
    version,
    word,
)
from provenance.epcis.mending.notes import (
    ABSENT,
    RULES,
    Absent,
    Mend,
    Notes,
    Steps,
)
from provenance.epcis.prefixes import expand
from provenance.epcis.readers import LOCAL_TIME, OFFSET, ZONE, Prefixes
from provenance.epcis.shapes import EPC_LISTS, QUANTITY_EVENT, QUANTITY_LISTS
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    SENSOR_ALERT,
    SOURCE_DEST_TYPE,
)
from provenance.errors import MalformedError

__all__ = ["ABSENT", "RULES", "Absent", "Mend", "mend_envelope", "mend_event"]

_AMOUNT = ("epcClass", "quantity")
_DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")
_TIME_WITHOUT_ZONE = re.compile(LOCAL_TIME)
_TIME_WITH_ZONE = re.compile(rf"{LOCAL_TIME}({ZONE})")
_PREFIXED = re.compile(r"[A-Za-z][A-Za-z0-9._-]*:[A-Za-z_][!-~]*")
_UNKNOWN_OFFSET = "-00:00"
"""What RFC 3339 writes for a time whose offset nobody knows."""


def mend_event(
    raw: RawEvent, *, is_context_dropped: bool = False
) -> tuple[RawEvent, list[Mend]]:
    """Return the event *raw* mended, and what was mended.

    One that needs no mends is returned as it is. What cannot be mended stays
    as it was, for `check_event` to refuse.

    Args:
        raw: The event.
        is_context_dropped: Whether its document lost a context on the way
            here; the event may then use no prefix that nobody defines.

    Raises:
        MalformedError: It uses one.
    """
    if not isinstance(raw.value, dict):
        return raw, []
    notes = Notes(raw.locate)
    event = _mend_quantity_event(raw.value, notes)
    event = mended_members(_EVENT, event, (), notes)
    _mend_times(event, notes)
    if event.get("type") == "TransformationEvent" and event.get("action") in (
        "ADD",
        "OBSERVE",
    ):
        found = event.pop("action")
        notes.note(("action",), "action-on-transformation", found, ABSENT)
    if is_context_dropped or notes.has_dropped_context:
        _require_defined(event, raw.prefixes, notes)
    if not notes.mends:
        return raw, []
    return replace(raw, value=event, locate=notes.locate), notes.mends


def mend_envelope(
    document: dict[str, JSON], locate: Locate
) -> tuple[dict[str, JSON], Notes]:
    """Return *document* with what is around its events mended.

    Args:
        document: A whole document; a single event comes back as it is.
        locate: Where its values stand in the source.
    """
    notes = Notes(locate)
    if document.get("type") in _DOCUMENTS:
        document = mended_members(_ENVELOPE, document, (), notes)
    return document, notes


def _mend_quantity_event(
    event: dict[str, JSON], notes: Notes
) -> dict[str, JSON]:
    """Return the ObjectEvent for a QuantityEvent; another as it is."""
    own = {"action", "quantityList", "epcList"}
    if event.get("type") != QUANTITY_EVENT or own & event.keys():
        return event
    element: JSON = {n: event[n] for n in _AMOUNT if n in event}
    rest = {n: m for n, m in event.items() if n not in _AMOUNT}
    notes.moved((), "quantityList", None)
    notes.moved(("quantityList",), 0, None)
    made: dict[str, JSON] = {
        "type": "ObjectEvent", "action": "OBSERVE", "quantityList": [element],
    }  # fmt: skip
    for name, value in made.items():
        before = element if name == "quantityList" else event.get(name, ABSENT)
        notes.note((name,), "quantity-event", before, value)
    return rest | made


def _mend_times(event: dict[str, JSON], notes: Notes) -> None:
    """Let the time and its offset tell of each other what is missing."""
    match event:
        case {"eventTime": str(time), "eventTimeZoneOffset": str(offset)}:
            if _TIME_WITHOUT_ZONE.fullmatch(time) and OFFSET.fullmatch(offset):
                event["eventTime"] = time + offset
                notes.note(
                    ("eventTime",), "zone-from-offset", time, time + offset
                )
        case {"eventTime": str(time)} if "eventTimeZoneOffset" not in event:
            found = _TIME_WITH_ZONE.fullmatch(time)
            if found and found[1] != _UNKNOWN_OFFSET:
                event["eventTimeZoneOffset"] = found[1]
                notes.note(
                    ("eventTimeZoneOffset",),
                    "offset-from-time",
                    ABSENT,
                    found[1],
                )
        case _:
            pass


def _require_defined(
    event: dict[str, JSON], prefixes: Prefixes, notes: Notes
) -> None:
    """Check that *event* says nothing that only a dropped context explains."""
    try:
        own = context_of(event.get("@context", []))
    except MalformedError:
        # It is refused anyway.
        return
    known = {**prefixes, **own}
    for steps, text in _texts(event, ()):
        if _PREFIXED.fullmatch(text) is None:
            continue
        try:
            expand(text, known)
        except MalformedError as error:
            raise MalformedError.at(
                notes.locate(steps),
                f"{error}, since a context is not fetched",
            ) from error


def _texts(value: JSON, steps: Steps) -> Iterator[tuple[Steps, str]]:
    """Yield the names and texts in *value*, and where they stand."""
    if isinstance(value, str):
        yield steps, value
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _texts(element, (*steps, index))
    elif isinstance(value, dict):
        for name, member in value.items():
            if name != "@context":
                yield steps, name
                yield from _texts(member, (*steps, name))


# The members themselves.


def _members(names: str) -> dict[str, Mender]:
    return dict.fromkeys(names.split(), as_is)


_MEASURED_BY = _members(
    "time deviceID deviceMetadata rawData dataProcessingMethod bizRules"
)
_REPORT: Mapping[str, Mender] = {
    **_MEASURED_BY,
    **_members(
        "microorganism chemicalSubstance coordinateReferenceSystem stringValue"
        " booleanValue hexBinaryValue uriValue uom"
    ),
    "type": word(MEASUREMENT),
    "exception": word(SENSOR_ALERT),
    "component": word(COMPONENT),
    "value": number,
    "minValue": number,
    "maxValue": number,
    "meanValue": number,
    "sDev": number,
    "percRank": number,
    "percValue": number,
}
_SENSOR_ELEMENT: Mapping[str, Mender] = {
    "sensorMetadata": record({**_MEASURED_BY, **_members("startTime endTime")}),
    "sensorReport": listed(record(_REPORT), of=dict, is_set=False),
}
_QUANTITY: Mapping[str, Mender] = {
    **_members("epcClass uom"),
    "quantity": number,
}
_disposition = word(DISPOSITION)
_source_type = word(SOURCE_DEST_TYPE)
_transaction_type = word(BIZ_TRANSACTION_TYPE)

_EVENT: Mapping[str, Mender] = {
    **_members(
        "type eventTime eventTimeZoneOffset eventID recordTime parentID"
        " transformationID"
    ),
    **dict.fromkeys(EPC_LISTS, listed()),
    # Two equal amounts may be twice as much: they are left to be refused.
    **dict.fromkeys(
        QUANTITY_LISTS, listed(record(_QUANTITY), of=dict, is_set=False)
    ),
    "@context": context,
    "action": action,
    "bizStep": word(BIZ_STEP),
    "disposition": _disposition,
    "persistentDisposition": record(
        {"set": listed(_disposition), "unset": listed(_disposition)}
    ),
    "readPoint": place,
    "bizLocation": place,
    "bizTransactionList": listed(
        record({"bizTransaction": as_is, "type": _transaction_type}), of=dict
    ),
    "sourceList": listed(
        record({"source": as_is, "type": _source_type}), of=dict
    ),
    "destinationList": listed(
        record({"destination": as_is, "type": _source_type}), of=dict
    ),
    "sensorElementList": listed(record(_SENSOR_ELEMENT), of=dict, is_set=False),
    "certificationInfo": certification,
    "errorDeclaration": record(
        {
            "declarationTime": as_is,
            "reason": word(ERROR_REASON),
            "correctiveEventIDs": listed(),
        }
    ),
    "ilmd": master_data,
}

_EVENT_LIST = listed(of=dict, is_set=False)
_ENVELOPE: Mapping[str, Mender] = {
    **_members(
        "id creationDate instanceIdentifier sender receiver epcisHeader"
    ),
    "@context": context,
    "schemaVersion": version,
    "epcisBody": record(
        {
            "eventList": _EVENT_LIST,
            "queryResults": record(
                {
                    **_members("queryName subscriptionID"),
                    "resultsBody": record(
                        {"eventList": _EVENT_LIST, "vocabularyList": as_is}
                    ),
                }
            ),
        }
    ),
}
