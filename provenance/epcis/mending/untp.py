"""Traceability events of UNTP, made into events of EPCIS (UNTP DTE 0.5, 0.6).

The UN Transparency Protocol has the five types of EPCIS, in words of its own:

    {"type": ["ObjectEvent", "Event"], "id": "https://…/events/1",
     "eventTime": "2024-09-01T12:00:00Z", "action": "observe",
     "epcList": [{"type": ["Item"], "id": "https://id.gs1.org/01/…/21/K1",
                  "name": "Battery"}], "bizLocation": "https://…"}

Each difference is a mend, told with its place. What EPCIS has no member for
(the process, a sensor's proof) becomes an extension; names of things beside
their ids, and the credential around the events, are left out. UNTP tells no
offset of its times, so whoever imports them does.

The lifecycle events of UNTP 0.7 (make, move, modify) are none of EPCIS's, and
are left to be refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import RawEvent
from provenance.epcis.mending.menders import Mender, as_is
from provenance.epcis.mending.notes import ABSENT, Mend, Notes, Steps
from provenance.epcis.shapes import MEMBERS

NAMESPACE = "https://test.uncefact.org/vocabulary/untp/dte/0/"
"""What the names of UNTP's own members start with, as extensions."""

PREFIX = "untp-dte"
SUBJECT = "credentialSubject"
"""The member of a credential that holds its events."""

_Table = Mapping[str, tuple[str, Mender] | None]
"""Member of UNTP → its name in EPCIS and what mends its value; None for what
EPCIS has no member for. Others stay as they are."""


def mend_untp(raw: RawEvent, zone: str) -> tuple[RawEvent, list[Mend]]:
    """Return the event of EPCIS that the event *raw* of UNTP is.

    Args:
        raw: The event, one of the subjects of its credential.
        zone: The offset from UTC of where it happened, such as +08:00.
    """
    notes = Notes(raw.locate)
    event = _record(_EVENT, raw.value, (), notes)
    if not isinstance(event, dict):
        return raw, []
    if "eventTimeZoneOffset" not in event:
        event["eventTimeZoneOffset"] = zone
        notes.note(("eventTimeZoneOffset",), "untp-zone", ABSENT, zone)
    prefixes = {**raw.prefixes, PREFIX: NAMESPACE}
    made_of = replace(raw, value=event, prefixes=prefixes, locate=notes.locate)
    return made_of, notes.mends


def _record(table: _Table, value: JSON, steps: Steps, notes: Notes) -> JSON:
    if not isinstance(value, dict):
        return value
    found: dict[str, JSON] = {}
    for name, member in value.items():
        known = table.get(name, (name, as_is))
        if known is None:
            notes.note((*steps, name), "untp-left-out", member, ABSENT)
            continue
        here, mend = known
        if here != name:
            notes.moved(steps, here, name)
            notes.note((*steps, here), "untp-name", name, here)
        found[here] = mend(member, (*steps, here), notes)
    return found


def _each(mend: Mender, value: JSON, steps: Steps, notes: Notes) -> JSON:
    if not isinstance(value, list):
        return value
    return [mend(x, (*steps, i), notes) for i, x in enumerate(value)]


def _list_of_one(
    inner: str, more: dict[str, JSON], value: JSON, steps: Steps, notes: Notes
) -> JSON:
    """Return the list in which EPCIS has a party or a document."""
    thing = value["id"] if isinstance(value, dict) and "id" in value else value
    made: JSON = [{inner: thing, **more}]
    notes.moved(steps, 0, None)
    notes.moved((*steps, 0), inner, None)
    notes.note(steps, "untp-list", value, made)
    return made


def _event_type(value: JSON, steps: Steps, notes: Notes) -> JSON:
    found = value if isinstance(value, list) else []
    kinds = [k for k in found if isinstance(k, str) and k in MEMBERS]
    if len(kinds) != 1:
        return value
    notes.note(steps, "untp-type", value, kinds[0])
    return kinds[0]


def _id(value: JSON, steps: Steps, notes: Notes) -> JSON:
    """Return the id of a thing that has a name, too."""
    if not isinstance(value, dict) or "id" not in value:
        return value
    notes.note(steps, "untp-id", value, value["id"])
    return value["id"]


def _extension(name: str) -> tuple[str, Mender]:
    return f"{PREFIX}:{name}", as_is


_AMOUNT: _Table = {
    "type": None,
    "productId": ("epcClass", as_is),
    "productName": None,
}
_METADATA: _Table = {"type": None, "device": ("deviceID", _id)}
_REPORT: _Table = {"type": None, "sensorType": ("type", as_is)}
_SENSOR: _Table = {
    "type": None,
    "sensorMetadata": ("sensorMetadata", partial(_record, _METADATA)),
    "sensorReport": (
        "sensorReport",
        partial(_each, partial(_record, _REPORT)),
    ),
    "sensorIntegrityProof": _extension("sensorIntegrityProof"),
}
_ids = partial(_each, _id)
_amounts = partial(_each, partial(_record, _AMOUNT))
_OWNER: dict[str, JSON] = {"type": "owning_party"}
_EVENT: _Table = {
    "type": ("type", _event_type),
    "id": ("eventID", as_is),
    "processType": _extension("processType"),
    "parentEPC": ("parentID", _id),
    "childEPCList": ("childEPCs", _ids),
    **{
        name: (name, _ids)
        for name in ("epcList", "inputEPCList", "outputEPCList")
    },
    **{
        name: (name, _amounts)
        for name in (
            "quantityList",
            "childQuantityList",
            "inputQuantityList",
            "outputQuantityList",
        )
    },
    "sensorElementList": (
        "sensorElementList",
        partial(_each, partial(_record, _SENSOR)),
    ),
    "sourceParty": ("sourceList", partial(_list_of_one, "source", _OWNER)),
    "destinationParty": (
        "destinationList",
        partial(_list_of_one, "destination", _OWNER),
    ),
    "bizTransaction": (
        "bizTransactionList",
        partial(_list_of_one, "bizTransaction", {}),
    ),
}
