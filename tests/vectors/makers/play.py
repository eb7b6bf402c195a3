"""The little stories that the bundles are about, told by `tests.world`."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Field, Item
from provenance.proof.bundle import Bundle
from tests.world import LOT, OWNER, World, can, signer_of, sscc

PRODUCER = Grant("", "producer", prefixes=("9506000",))
MAKER, CARRIER, CUSTOMS = (
    f"did:web:{name}.example" for name in ("maker", "carrier", "customs")
)


class Play(World):
    """A world whose events tell the time as real ones do."""

    def event(
        self,
        kind: str,
        *items: Item,
        fields: Iterable[Field] = (),
        **body: Any,
    ) -> Event:
        # The world's clock ticks when it makes the event, a minute later.
        moment = datetime.fromtimestamp((self.now + 60_000) / 1000, UTC)
        times = {
            "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "eventTimeZoneOffset": "+00:00",
        }
        return super().event(kind, *items, fields=fields, **(times | body))

    def join(self, name: str, *grants: Grant, by: str = OWNER) -> str:
        """Enrol an actor and grant it roles, in one statement."""
        actor = f"did:web:{name}.example"
        self.signers[actor] = signer_of(name)
        self.say(
            by,
            self.enrolled(actor, name=name),
            *(
                actors.grant(
                    dataclasses.replace(given, actor=actor),
                    secret=self.secret(),
                )
                for given in grants
            ),
        )
        return actor


def short(**options: Any) -> Play:
    """A maker joins, makes a can and inspects it: entries 0 to 2."""
    play = Play(**options)
    play.join("maker", PRODUCER)
    play.say(MAKER, play.made(can(1)))
    play.say(MAKER, play.seen(can(1)))
    return play


def long() -> Play:
    """A can of a lot, in a carton, on a pallet: entries 0 to 9."""
    play = Play()
    play.join("maker", PRODUCER)
    play.join("carrier", Grant("", "carrier"))
    play.join("customs", Grant("", "customs"))
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


def pinned() -> Play:
    """A maker and customs whom the trust file `pinned` knows; no entries."""
    play = Play()
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


# Changing a bundle.


def put(rows: tuple[Any, ...], number: int, row: Any) -> tuple[Any, ...]:
    return (*rows[:number], row, *rows[number + 1 :])


def without(rows: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return rows[:number] + rows[number + 1 :]


def changed(bundle: Bundle, part: str, number: int, **changes: Any) -> Bundle:
    """Return *bundle* with changes to one row of one part."""
    rows = getattr(bundle, part)
    row = dataclasses.replace(rows[number], **changes)
    whole: Any = {part: put(rows, number, row)}
    return dataclasses.replace(bundle, **whole)


def dropped(bundle: Bundle, number: int) -> Bundle:
    """Return *bundle* without that event, and the statement if it is left."""
    events = without(bundle.events, number)
    said = {event.log_index for event in events}
    return dataclasses.replace(
        bundle,
        events=events,
        statements=tuple(s for s in bundle.statements if s.log_index in said),
    )
