"""The parts of the demo's EPCIS documents.

An event is put together from what every event has and what this one adds:

    seen(opened, "inspecting", NINGBO, [container]) | {"trade:seal": "NZ 4481"}
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from provenance.demo.cast import Party, location_of
from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.epcis.vocabulary import PRIVATE_STEP, PRIVATE_STEPS

NAMESPACE = "https://trade.example/epcis/"
"""What the prefix `trade` stands for in these documents."""

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Scene:
    """What *party* signs, and when the ledger logs it.

    A scene without a document is one in which the party changes its key.
    """

    party: Party
    logged: datetime
    document: bytes = b""


def event(kind: str, when: datetime, step: str, place: str = "") -> Json:
    """Return what every event has: its type, time, step, and maybe a place."""
    fields: Json = {
        "type": kind,
        "eventTime": when.isoformat(),
        "eventTimeZoneOffset": when.isoformat()[-6:],
        "bizStep": PRIVATE_STEP + step if step in PRIVATE_STEPS else step,
    }
    if place:
        fields |= {
            "readPoint": {"id": place, **location_of(place)},
            "bizLocation": {"id": place},
        }
    return fields


def seen(when: datetime, step: str, place: str, items: Sequence[str]) -> Json:
    return event("ObjectEvent", when, step, place) | {
        "action": "OBSERVE",
        "epcList": list(items),
    }


def seen_lot(when: datetime, step: str, place: str, lot: str) -> Json:
    return event("ObjectEvent", when, step, place) | {
        "action": "OBSERVE",
        "quantityList": [amount(lot)],
    }


def put_in(
    when: datetime, step: str, place: str, parent: str, items: Sequence[str]
) -> Json:
    return event("AggregationEvent", when, step, place) | {
        "action": "ADD",
        "parentID": parent,
        "childEPCs": list(items),
    }


def take_out(
    when: datetime, step: str, place: str, parent: str, items: Sequence[str]
) -> Json:
    return put_in(when, step, place, parent, items) | {"action": "DELETE"}


def handover(
    when: datetime,
    place: str,
    items: Sequence[str],
    parties: tuple[Party, Party],
) -> Iterator[Scene]:
    """Yield the offer by the first of *parties*, the acceptance by the other.

    Custody moves only when the receiver accepts.
    """
    giver, taker = parties
    between: Json = {
        "sourceList": [{"type": "possessing_party", "source": giver.id}],
        "destinationList": [
            {"type": "possessing_party", "destination": taker.id}
        ],
    }
    later = when + timedelta(minutes=25)
    yield scene(giver, seen(when, "custody_offered", place, items) | between)
    yield scene(taker, seen(later, "custody_accepted", place, items) | between)


def scene(party: Party, *events: Json) -> Scene:
    """Return the scene in which *party* signs these *events*."""
    times = [datetime.fromisoformat(str(said["eventTime"])) for said in events]
    logged = max(times) + timedelta(minutes=3)
    document = {
        "@context": [EPCIS_CONTEXT, {"trade": NAMESPACE}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": logged.isoformat(),
        "epcisBody": {"eventList": list(events)},
    }
    return Scene(party, logged, json.dumps(document).encode())


def amount(item: str, quantity: float | None = None, uom: str = "") -> Json:
    element: Json = {"epcClass": item}
    if quantity is not None:
        element["quantity"] = quantity
    if uom:
        element["uom"] = uom
    return element


def refers(party: Party, kind: str, number: str) -> Json:
    """Return the reference to a paper of *party* by its *number*."""
    gln = party.id.rpartition("/")[2]
    reference = f"urn:epcglobal:cbv:bt:{gln}:{number}"
    return {"bizTransactionList": [{"type": kind, "bizTransaction": reference}]}


def master_data(lot: str, made: datetime) -> Json:
    return {
        "cbvmda:lotNumber": lot.rpartition("/")[2],
        "cbvmda:itemExpirationDate": str((made + timedelta(days=730)).date()),
    }
