"""Events as a walk sees them: from the trail of one of their items.

An event is met once and seen from each trail that it is on. What it does to
an item is read from the item's own leaves, and those of an event that a
bundle shows are all there: so prover and verifier see the same.

In full: `FORMATS.md`, section 12.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from provenance.claims.event import CODES, QUANTITY_LISTS, Item
from provenance.claims.trail import Link
from provenance.encoding.canonical import Value
from provenance.epcis.corrections import assertion
from provenance.epcis.lots import Lots
from provenance.epcis.moment import read_time
from provenance.errors import MalformedError
from provenance.proof.stays import Happening, Stay
from provenance.proof.trails import Position
from provenance.rules.reading import EventReading


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event as far as the walker can see it.

    Attributes:
        body: Leaf 0.
        counts: How many items it names, by relation: (code, number) pairs,
            codes rising, which is the order of the leaves.
        items: Leaf number (from 1) → item, for the item leaves at hand: all
            of them for a prover, the shown ones for a verifier.
        issuer: The actor that signed it.
        reading: What it says of time and of each list of items.
        reported: The earliest time, in ms since 1970, at which what is shown
            lets it have been logged: the later of what its statement says and
            of the last map commitment shown before it.
    """

    body: Mapping[str, Value]
    counts: Sequence[tuple[int, int]]
    items: Mapping[int, Item]
    issuer: str
    reading: EventReading
    reported: int

    def leaves_of(self, codes: Collection[int]) -> list[int]:
        """Return the numbers of the leaves under these relations, rising."""
        leaves: list[int] = []
        first = 1
        for code, number in self.counts:
            if code in codes:
                leaves += range(first, first + number)
            first += number
        return leaves


@dataclass(slots=True)
class MetEvent:
    """An event, gone through once for all the trails that it is on."""

    event: SeenEvent
    lots: Lots
    _asserts: bytes | None = None

    @property
    def asserts(self) -> bytes:
        """What the event asserts, apart from its being an error."""
        if self._asserts is None:
            self._asserts = assertion(self.event.body)
        return self._asserts


@dataclass(slots=True)
class Seen:
    """One event on one trail, and the link that leads to it.

    However often it is met, its own leaves, which may be many, are gone
    through once.

    Attributes:
        link: The link.
        met: The event, as it is met from all trails.
        sayings: What is said on any trail, so that the same is one.
        at: Where it stands.
        event: The event.
        relation: In which list it names the item; it does in one alone.
        effect: What it does to the item, as an evidence book has it.
        happened: What it opens and closes of the item as a container.
        packed: What it opens and closes of the item's stays, once that was
            asked for.
    """

    link: Link
    met: MetEvent
    sayings: dict[tuple[object, ...], tuple[object, ...]]
    at: Position = field(init=False)
    event: SeenEvent = field(init=False)
    relation: str = field(init=False)
    effect: str = field(init=False)
    happened: Happening = field(init=False)
    packed: Happening | None = None
    _said: tuple[object, ...] | None = None

    def __post_init__(self) -> None:
        """Read what the item's own leaves say."""
        self.at, self.event = self.link.place, self.met.event
        self.relation = self.event.items[self.link.leaves[0]].relation
        self.effect = self.event.reading.effect(CODES[self.relation])
        self.happened = Happening(
            self.link.time,
            self.at,
            self.event.reported,
            self.effect,
            is_loose=self.relation in QUANTITY_LISTS,
        )

    @property
    def makes(self) -> bool:
        """Whether it gives the item its being."""
        return self.event.reading.makes(CODES[self.relation])

    @property
    def said(self) -> tuple[object, ...]:
        """What the event says and who says it, as far as anyone can see.

        A verifier sees the item's own leaves of the event, and how many others
        there are: so this is all that a prover may go by.
        """
        if self._said is None:
            event = self.event
            own = frozenset(event.items[number] for number in self.link.leaves)
            counts = tuple(event.counts)
            said = event.issuer, counts, own, self.met.asserts
            # Who says the same has the same: to compare them costs nothing
            # then, whatever they name.
            self._said = self.sayings.setdefault(said, said)
        return self._said


@dataclass(slots=True)
class View:
    """What was looked at of one trail, for one reason.

    Attributes:
        seen: The events that can be seen, in order of their places.
        void: Which of them their signer declares an error, and where.
        standing: The others, less the declarations.
        stays: The item's stays by what stands, once they were asked for.
    """

    seen: Sequence[Seen]
    void: Mapping[Position, Position]
    standing: Sequence[Seen]
    stays: Sequence[Stay] | None = None
    _happened: list[Happening] | None = None

    @property
    def happened(self) -> Sequence[Happening]:
        """What stands, by the time at which it happened."""
        if self._happened is None:
            self._happened = sorted(seen.happened for seen in self.standing)
        return self._happened


def view_of(seen: Sequence[Seen]) -> View:
    """Return what these events of one trail, in order of their places, are."""
    void = _find_void(seen)
    return View(
        seen,
        void,
        [
            each
            for each in seen
            if each.at not in void and not each.event.reading.declares_error
        ],
    )


def _find_void(events: Sequence[Seen]) -> dict[Position, Position]:
    """Return which of *events* the same signer later declares an error."""
    declared = {
        seen.said: seen.at
        for seen in events
        if seen.event.reading.declares_error
        and isinstance(seen.event.body.get("eventID"), str)
    }
    if not declared:
        return {}
    return {
        seen.at: declared[seen.said]
        for seen in events
        if not seen.event.reading.declares_error
        and seen.said in declared
        and declared[seen.said] > seen.at
    }


def concerns_of(
    body: Mapping[str, Value],
) -> tuple[int | None, int | None] | None:
    """Return from when to when a warning is, None being open or unsaid.

    What is not of its form concerns all time.
    """
    if "concerns" not in body:
        return None
    said = body["concerns"]
    if isinstance(said, list) and len(said) == 2:
        with suppress(MalformedError):
            since, until = (t if t is None else read_time(t) for t in said)
            return since, until
    return None, None
