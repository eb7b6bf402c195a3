"""The little stories that the bundles are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.vectors.ledger import Ledger
from tests.vectors.makers import registry
from tests.vectors.names import (
    CARRIER,
    CUSTOMS,
    LOT,
    MAKER,
    MINUTE,
    OWNER,
    can,
    signer_of,
    sscc,
)
from tests.vectors.reference import Event, Row

Grant = dict[str, object]
PRODUCER: Grant = {"role": "producer", "prefixes": ["9506000"]}


@dataclass(slots=True)
class Play(Ledger):
    """A ledger, and what its actors say, a minute after one another.

    Each event that is told has an `eventID` of its own.
    """

    _told: int = 0

    def told(
        self,
        kind: str,
        *items: Row,
        fields: Iterable[tuple[str, object]] = (),
        **body: Any,
    ) -> Event:
        """Return an event, its time a minute after the one before."""
        self.now += MINUTE
        self._told += 1
        parts = {
            "type": kind,
            "eventID": f"urn:x:{self._told}",
            "eventTime": iso(self.now),
            "eventTimeZoneOffset": "+00:00",
            **body,
        }
        return self.event(parts, *items, fields=fields)

    def made(self, *units: str, lot: str | None = None, **body: Any) -> Event:
        if lot is not None:
            body["ilmd"] = {"cbvmda:lotNumber": lot}
        rows: list[Row] = [("epcList", u) for u in units if "/10/" not in u]
        rows += [("quantityList", u, 100, None) for u in units if "/10/" in u]
        return self.told(
            "ObjectEvent",
            *rows,
            **{"action": "ADD", "bizStep": "commissioning", **body},
        )

    def seen(
        self,
        *units: str,
        step: str = "inspecting",
        fields: Iterable[tuple[str, object]] = (),
        **body: Any,
    ) -> Event:
        return self.told(
            "ObjectEvent",
            *(("epcList", unit) for unit in units),
            fields=fields,
            **{"action": "OBSERVE", "bizStep": step, **body},
        )

    def ended(self, *units: str, **body: Any) -> Event:
        return self.told(
            "ObjectEvent",
            *(("epcList", unit) for unit in units),
            **{"action": "DELETE", "bizStep": "decommissioning", **body},
        )

    def packed(
        self, parent: str, *units: str, action: str = "ADD", **body: Any
    ) -> Event:
        """Return an event of packing; lots go in by an amount."""
        steps = {"ADD": "loading", "DELETE": "unloading", "OBSERVE": "storing"}
        return self.told(
            "AggregationEvent",
            ("parentID", parent),
            *(("childEPCs", unit) for unit in units if "/10/" not in unit),
            *(
                ("childQuantityList", unit, 10, None)
                for unit in units
                if "/10/" in unit
            ),
            **{"action": action, "bizStep": steps[action], **body},
        )

    def unpacked(self, parent: str, *units: str, **body: Any) -> Event:
        return self.packed(parent, *units, action="DELETE", **body)

    def turned(
        self, inputs: Iterable[str], outputs: Iterable[str], **body: Any
    ) -> Event:
        return self.told(
            "TransformationEvent",
            *(("inputEPCList", item) for item in inputs),
            *(("outputEPCList", item) for item in outputs),
            **body,
        )

    def as_error(self, event: Event, **declaration: object) -> Event:
        """Return *event* said again, as an error.

        It conceals the same fields, and holds nothing in them.
        """
        body = {**event.body, "errorDeclaration": declaration}
        fields = [(pointer, None) for pointer in event.pointers]
        return self.event(body, *event.items, fields=fields)

    # Actors.

    def about(self, body: dict[str, object]) -> Event:
        """Return the registry event of *body*."""
        return self.event(body, ("actor", str(body["actor"])))

    def enrolled(self, actor: str, *, name: str) -> Event:
        body = registry.enrolled(
            actor, name, **registry.proven(actor, self.signers[actor])
        )
        return self.about(body)

    def granted(self, actor: str, given: Grant) -> Event:
        return self.about(
            {"type": "RoleGranted", "actor": actor, "may_grant": False, **given}
        )

    def join(self, name: str, *grants: Grant, by: str = OWNER) -> str:
        """Enrol an actor and grant it roles, in one statement."""
        actor = f"did:web:{name}.example"
        self.signers[actor] = signer_of(name)
        self.say(
            by,
            self.enrolled(actor, name=name),
            *(self.granted(actor, given) for given in grants),
        )
        return actor


def iso(time: int) -> str:
    """Return *time*, in ms since 1970, as an event says it."""
    moment = datetime.fromtimestamp(time // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time % 1000:03}Z"


def short(*witnesses: str) -> Play:
    """A maker joins, makes a can and inspects it: entries 0 to 2."""
    play = Play(witnesses)
    play.join("maker", PRODUCER)
    play.say(MAKER, play.made(can(1)))
    play.say(MAKER, play.seen(can(1)))
    return play


def long() -> Play:
    """A can of a lot, in a carton, on a pallet: entries 0 to 9."""
    play = Play()
    play.join("maker", PRODUCER)
    play.join("carrier", {"role": "carrier"})
    play.join("customs", {"role": "customs"})
    play.say(MAKER, play.made(LOT))
    play.say(MAKER, play.made(can(1), can(2), can(3), lot="L7"))
    play.say(MAKER, play.packed(sscc(1), can(1), can(2), can(3)))
    play.say(MAKER, play.packed(sscc(2), sscc(1)))
    play.say(CARRIER, play.seen(sscc(2), step="departing"))
    play.say(
        CUSTOMS,
        play.seen(sscc(2), step="urn:provenance:step:customs_released"),
    )
    play.say(CARRIER, play.unpacked(sscc(2), sscc(1)))
    return play


def pinned(*witnesses: str) -> Play:
    """A maker and customs whom the trust file `pinned` knows; no entries."""
    play = Play(witnesses)
    play.signers[MAKER] = signer_of("maker")
    play.signers[CUSTOMS] = signer_of("customs")
    return play


def tiny() -> Play:
    """A can is made and inspected: entries 0 and 1, for the pinned."""
    play = pinned()
    play.say(MAKER, play.made(can(1)))
    play.say(MAKER, play.seen(can(1)))
    return play


def nested() -> Play:
    """A can of a lot, in a carton, on a pallet: entries 0 to 5."""
    play = pinned()
    play.say(MAKER, play.made(LOT))
    play.say(MAKER, play.made(can(1), can(2), can(3), lot="L7"))
    play.say(MAKER, play.packed(sscc(1), can(1), can(2), can(3)))
    play.say(MAKER, play.packed(sscc(2), sscc(1)))
    play.say(
        CUSTOMS,
        play.seen(sscc(2), step="urn:provenance:step:customs_released"),
    )
    play.say(MAKER, play.unpacked(sscc(2), sscc(1)))
    return play
