"""The one walk that decides what a story needs: prover and verifier share it.

It starts at one item, the *subject*, and follows what its events lead to:

    subject      its whole trail
    containers   what it travelled in: an AggregationEvent (or AssociationEvent)
                 ADD that has an item among its children opens a *window* on
                 the parent's trail; a DELETE of that item from that parent
                 closes it, as does a DELETE in the parent's trail that names
                 no child (all of them left). Containers of containers are
                 followed as long as both windows are open
    lots         the lot that the commissioning of a unit names: its whole
                 trail
    inputs       what it was made from: each input of a TransformationEvent
                 that has the item as an output, up to that event; their lots
                 and inputs in turn
    actors       who signed each of these events: the actor's whole trail of
                 keys and grants, and the actors that signed those
    trust        the trail of the ledger's trust versions, whole

The prover walks the ledger's database and shows what the walk needs. The
verifier walks the bundle alone, and what the walk does not find is *missing*:
nobody can leave something out and not be noticed.

Windows are bounded by places in the log, since the clocks of those who sign
prove nothing. So a container that was itself loaded before the item went
into it counts with what its own trail says from then on.

Of a window of more than `WHOLE` links the first and the last `EDGE` are looked
at, and what lies between is *skipped*, and said to be. Links that warn never
are: each of them, on any trail of goods that the story follows, is looked at,
in its window as any event, outside of every window *aside*. Where a container
is emptied within what is skipped its window stays open: rather too much is
shown than too little.

An event that its signer later declares an error is *void*, and so is the
event that declares it: both are shown, and lead nowhere. Of a container the
walk sees a window and the warnings only, so a declaration counts there if it
is in the window or withdraws a warning; and where a container was emptied the
window ends, even if that was an error.

In full: `FORMATS.md`, section 12.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from provenance.claims.actor import is_registry_event
from provenance.claims.event import CODES, Item, has_trail, read_after
from provenance.claims.trail import (
    COMES_OUT,
    DECLARES_ERROR,
    GOES_IN,
    Link,
)
from provenance.encoding.canonical import Value
from provenance.epcis.corrections import assertion
from provenance.epcis.lots import Lots
from provenance.errors import MalformedError
from provenance.proof.trails import (
    FIRST,
    LAST,
    NotShownError,
    Position,
    Trail,
)

WHOLE = 256
"""The most links of a window that are looked at one and all."""

EDGE = 64
"""How many links are looked at on either side of what is skipped."""

MAX_TRAILS = 4_096
"""The most trails that one walk follows."""

MAX_ITEMS = 1_024
"""The most items of one event that a story shows all of."""

MAX_VISITS = 16_384
"""The most windows on trails that one walk looks through."""

MAX_LOOKS = 2**20
"""The most events that it looks at, each time in each window counting."""


class Why(StrEnum):
    """Why a trail belongs to the story; the values are a trust file's words."""

    SUBJECT = "subject"
    CONTAINER = "containers"
    LOT = "lots"
    INPUT = "inputs"
    ACTOR = "actors"
    TRUST = "trust"


ALL = frozenset(Why)


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
    """

    body: Mapping[str, Value]
    counts: Sequence[tuple[int, int]]
    items: Mapping[int, Item]
    issuer: str

    def leaves_of(self, first: str, last: str) -> range:
        """Return the numbers of the leaves in these lists and between."""
        start, stop = CODES[first], CODES[last]
        before = sum(number for code, number in self.counts if code < start)
        until = sum(number for code, number in self.counts if code <= stop)
        return range(1 + before, 1 + until)


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event of the story, and the item and reason that brought it in."""

    at: Position
    item: str
    why: Why


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the story needs that the walk did not find.

    Attributes:
        why: The kind of trail that it belongs to.
        item: Whose trail that is.
        at: The event, or None for the whole trail.
        reason: What is missing, as a sentence without a full stop.
    """

    why: Why
    item: str
    at: Position | None
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Links [start, stop) of an item's trail that nobody looked at."""

    item: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What a story needs.

    Attributes:
        trails: Item → its trail, in order of discovery, the subject first,
            the trust item last; of no links for an item that has none.
        shown: The events to show, each with the numbers of the leaves to
            show: 0 (the body) and what the walk had to see.
        sightings: Which event was seen on which item's trail, in order.
        aside: The warnings on these trails that lie in no window, in order.
        void: For each event that is declared an error, seen from an item:
            where that is declared; a declaration itself is not among them.
        skipped: What no window looked at, by trail as discovered and then
            by number.
        missing: What was not found. Empty for a complete story.
    """

    trails: Mapping[str, Trail]
    shown: Mapping[Position, frozenset[int]]
    sightings: tuple[Sighting, ...]
    aside: tuple[Sighting, ...]
    void: Mapping[tuple[Position, str], Position]
    skipped: tuple[Skipped, ...]
    missing: tuple[Missing, ...]


ReadTrail = Callable[[str], Trail | None]
"""Returns an item's trail; one of no links if it has none for certain (a
bundle proves that); None if that is not known."""

ReadEvent = Callable[[int, int, str], SeenEvent | None]
"""Returns the event at (log index, position), asked for on account of the
first item that it is met from; None if it is not at hand."""


def trace(  # noqa: PLR0913  # each by name
    subject: str,
    *,
    trust_item: str,
    read_trail: ReadTrail,
    read_event: ReadEvent,
    wants: Collection[Why] = ALL,
    besides: Collection[int] = (),
) -> Trace:
    """Return what the story of *subject* needs.

    The cost is in proportion to what is looked at.

    Args:
        subject: The item's id.
        trust_item: The id whose trail has the ledger's trust versions.
        read_trail: Where trails come from.
        read_event: Where events come from; asked at most once for each
            of them.
        wants: The kinds of trail to follow; the subject's own always is.
        besides: The numbers of links of the subject's trail to look at even
            where they would be skipped.
    """
    walk = _Walk(
        read_trail,
        read_event,
        frozenset(wants) | {Why.SUBJECT},
        sorted(set(besides)),
        trust_item,
    )
    walk.follow(_Visit(subject, Why.SUBJECT))
    walk.run()
    walk.read_trust()
    walk.hold_demands()
    return Trace(
        trails=walk.trails,
        shown={at: frozenset(walk.shown[at]) for at in sorted(walk.shown)},
        sightings=tuple(walk.sightings),
        aside=tuple(walk.aside),
        void=walk.void,
        skipped=tuple(walk.skipped()),
        missing=tuple(walk.missing),
    )


_ALL = "actor", "place"
_PARENTS = "parentID", "parentID"
_INPUTS = "inputEPCList", "inputQuantityList"

_CHILD = frozenset({"childEPCs", "childQuantityList"})
_PARENT = frozenset({"parentID"})
_OUTPUT = frozenset({"outputEPCList", "outputQuantityList"})
_MADE_AS_UNIT = frozenset({"epcList", "outputEPCList"})
_PLACE = "https://id.gs1.org/414/"

_HAS_CONTAINERS = frozenset({Why.SUBJECT, Why.CONTAINER})
_HAS_LOT = frozenset({Why.SUBJECT, Why.INPUT})
_HAS_INPUTS = frozenset({Why.SUBJECT, Why.LOT, Why.INPUT})


@dataclass(frozen=True, slots=True, eq=False)
class _Opening:
    """A place where a window may open, and those after it.

    A walk makes each list of them once: so lists are equal if they are one,
    and what is left of a list after a place is a part of it, not a copy.
    """

    at: Position
    rest: "_Opening | None"


@dataclass(frozen=True, slots=True)
class _Visit:
    """One trail to be read, from *start* to *stop*, both included.

    For a container, *again* are the places after *start* where the item was
    put into it once more: had it been emptied before, the window opens anew.
    """

    item: str
    why: Why
    start: Position = FIRST
    stop: Position = LAST
    again: _Opening | None = None


@dataclass(slots=True)
class _Met:
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
class _Seen:
    """One event on one trail, and the link that leads to it.

    However often it is met, its own leaves, which may be many, are gone
    through once.
    """

    link: Link
    met: _Met
    sayings: dict[tuple[object, ...], tuple[object, ...]]
    _said: tuple[object, ...] | None = None

    @property
    def at(self) -> Position:
        """Where it stands."""
        return self.link.place

    @property
    def event(self) -> SeenEvent:
        """The event."""
        return self.met.event

    @property
    def declares_error(self) -> bool:
        """Whether it says of an earlier event that it was an error."""
        return bool(self.link.kinds & DECLARES_ERROR)

    def names_it_in(self, relations: Collection[str]) -> bool:
        """Return whether the item stands in one of these lists."""
        # An event names an item in one list alone.
        first = self.link.leaves[0]
        return self.event.items[first].relation in relations

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
            # Who says the same has the same: to compare them in each of a
            # thousand windows costs nothing then, whatever they name.
            self._said = self.sayings.setdefault(said, said)
        return self._said


class _Windows:
    """The windows on one trail that were looked through.

    Kept are those that none of the others covers, by where they start: then
    they are in the order in which they stop as well.
    """

    __slots__ = ("_starts", "_stops")

    def __init__(self) -> None:
        self._starts: list[Position] = []
        self._stops: list[Position] = []

    def covers(self, start: Position, stop: Position) -> bool:
        """Return whether one of them has all from *start* to *stop*."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._stops[before - 1] >= stop

    def add(self, start: Position, stop: Position) -> None:
        """Add a window, in place of those that it covers."""
        if not self.covers(start, stop):
            first = bisect_left(self._starts, start)
            last = bisect_right(self._stops, stop)
            self._starts[first:last] = [start]
            self._stops[first:last] = [stop]


@dataclass(slots=True)
class _Walk:
    read_trail: ReadTrail
    read_event: ReadEvent
    wants: frozenset[Why]
    besides: Sequence[int]
    trust_item: str
    trails: dict[str, Trail] = field(default_factory=dict)
    shown: dict[Position, set[int]] = field(default_factory=dict)
    sightings: dict[Sighting, None] = field(default_factory=dict)
    aside: list[Sighting] = field(default_factory=list)
    void: dict[tuple[Position, str], Position] = field(default_factory=dict)
    missing: dict[Missing, None] = field(default_factory=dict)
    # Item → why its trail is not to be had.
    _lacking: dict[str, str] = field(default_factory=dict)
    _queue: deque[_Visit] = field(default_factory=deque)
    _planned: set[_Visit] = field(default_factory=set)
    _openings: dict[tuple[Position, _Opening | None], _Opening] = field(
        default_factory=dict
    )
    _made: dict[tuple[str, Why], _Windows] = field(default_factory=dict)
    _seen: dict[tuple[Position, str], _Seen | None] = field(
        default_factory=dict
    )
    _met: dict[Position, _Met | None] = field(default_factory=dict)
    _sayings: dict[tuple[object, ...], tuple[object, ...]] = field(
        default_factory=dict
    )
    _turned: set[Position] = field(default_factory=set)
    _issuers: set[str] = field(default_factory=set)
    _unheard: list[str] = field(default_factory=list)
    # Trail → why it was first followed, the numbers of the links looked at,
    # and the stretches that one window or other skipped.
    _goods: dict[str, Why] = field(default_factory=dict)
    _looked: dict[str, set[int]] = field(default_factory=dict)
    _passed: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _looks: int = 0

    def run(self) -> None:
        """Visit until nothing new turns up, warnings late, actors last."""
        self._drain()
        for item, why in self._goods.items():
            self._heed(_Visit(item, why))
        while self._unheard:
            issuers, self._unheard = self._unheard, []
            for issuer in issuers:
                self.follow(_Visit(issuer, Why.ACTOR))
            self._drain()

    def follow(self, visit: _Visit) -> None:
        """Plan a visit."""
        if visit.why not in self.wants or visit in self._planned:
            return
        if len(self._planned) >= MAX_VISITS:
            self._miss(visit, None, "the story is too long to be followed")
            return
        self._planned.add(visit)
        self._queue.append(visit)

    def read_trust(self) -> None:
        """Read the whole trail of the ledger's trust versions."""
        item = self.trust_item
        visit = _Visit(item, Why.TRUST)
        trail = self.trails.get(item) or self.read_trail(item)
        if trail is None:
            self._miss(visit, None, f"the trail of {item} is not there")
            return
        self.trails[item] = trail
        try:
            trail.slice(0, trail.count)
        except NotShownError as error:
            self._miss(visit, None, str(error))

    def hold_demands(self) -> None:
        """Ask what each event shown was to follow, and did."""
        for at in self.shown:
            met = self._met[at]
            assert met is not None, "what is shown was seen"
            for item, _ in read_after(met.event.body):
                trail = self.trails.get(item)
                if trail is None:
                    continue
                try:
                    # What the signer saw was the trail before the statement.
                    trail.first_at((at[0], 0))
                except NotShownError as error:
                    why = self._goods.get(item, Why.ACTOR)
                    self._miss(_Visit(item, why), at, str(error))

    def skipped(self) -> Iterator[Skipped]:
        """Yield what windows passed over and no other window looked at."""
        for item in self.trails:
            looked = sorted(self._looked.get(item, ()))
            for start, stop in _joined(self._passed.get(item, ())):
                first = bisect_left(looked, start)
                last = bisect_left(looked, stop)
                after = start
                for number in (*looked[first:last], stop):
                    if after < number:
                        yield Skipped(item, after, number)
                    after = number + 1

    def _drain(self) -> None:
        while self._queue:
            self._visit(self._queue.popleft())

    def _visit(self, visit: _Visit) -> None:
        made = self._made.setdefault((visit.item, visit.why), _Windows())
        # A cycle of containers only ever narrows its window, and ends here.
        if made.covers(visit.start, visit.stop):
            return
        trail = self._trail(visit)
        # Versions of trust happen to nothing: they are read by themselves.
        if trail is None or visit.item == self.trust_item:
            return
        if visit.why is not Why.ACTOR:
            self._goods.setdefault(visit.item, visit.why)
        if visit.why in _HAS_CONTAINERS:
            made.add(visit.start, self._ride(visit, trail))
            return
        made.add(visit.start, visit.stop)
        self._stand(visit, list(self._events(visit, trail)))

    def _ride(self, visit: _Visit, trail: Trail) -> Position:
        """Read a trail of which the parents matter too; return where it ends.

        That is where the visit stops, or where a container was emptied.
        """
        opened: dict[str, list[Position]] = {}
        windows: list[_Visit] = []
        events, stop = self._until_emptied(visit, trail)
        for seen in self._stand(visit, events):
            parent = self._parent_of(visit, seen)
            if parent is None:
                continue
            if seen.link.kinds & GOES_IN:
                opened.setdefault(parent, []).append(seen.at)
            elif parent in opened:
                added = self._list(opened.pop(parent))
                windows.append(_window(parent, added, seen.at))
        for parent, places in opened.items():
            windows.append(_window(parent, self._list(places), stop))
        later = visit.again
        while later is not None and later.at <= stop:
            later = later.rest
        if later is not None:
            windows.append(_window(visit.item, later, visit.stop))
        for window in windows:
            self.follow(window)
        return stop

    def _list(self, places: Sequence[Position]) -> _Opening:
        """Return the one list of these places, which rise."""
        first = None
        for at in reversed(places):
            made = _Opening(at, first)
            first = self._openings.setdefault((at, first), made)
        assert first is not None, "there is a place"
        return first

    def _until_emptied(
        self, visit: _Visit, trail: Trail
    ) -> tuple[list[_Seen], Position]:
        """Return the visit's events, and where the visit stops."""
        events = []
        for seen in self._events(visit, trail):
            events.append(seen)
            if visit.why is Why.CONTAINER and _is_emptied(seen):
                return events, seen.at
        return events, visit.stop

    def _stand(self, visit: _Visit, events: Sequence[_Seen]) -> list[_Seen]:
        """Look at each event; return those that nobody declares an error."""
        void = _find_void(events)
        standing = []
        for seen in events:
            self.sightings.setdefault(Sighting(seen.at, visit.item, visit.why))
            if seen.at in void:
                self.void[seen.at, visit.item] = void[seen.at]
            elif not seen.declares_error:
                standing.append(seen)
                self._look(visit, seen)
        return standing

    def _heed(self, visit: _Visit) -> None:
        """Look at the warnings of a trail, those in no window aside."""
        looked = self._looked.setdefault(visit.item, set())
        events = []
        for number, link in self.trails[visit.item].warnings():
            if not self._may_look(visit):
                break
            seen = self._see(visit, number, link)
            if seen is None:
                continue
            events.append(seen)
            if number not in looked:
                looked.add(number)
                self.aside.append(Sighting(seen.at, visit.item, visit.why))
        for at, declared in _find_void(events).items():
            self.void.setdefault((at, visit.item), declared)

    def _trail(self, visit: _Visit) -> Trail | None:
        item = visit.item
        if item in self.trails:
            return self.trails[item]
        if item not in self._lacking:
            if len(self.trails) >= MAX_TRAILS:
                reason = f"the story has over {MAX_TRAILS} trails"
            elif (trail := self.read_trail(item)) is not None:
                self.trails[item] = trail
                return trail
            else:
                reason = f"the trail of {item} is not there"
            self._lacking[item] = reason
        # Whatever else it was missed for: who cares for one reason alone
        # must hear of that.
        self._miss(visit, None, self._lacking[item])
        return None

    def _events(self, visit: _Visit, trail: Trail) -> Iterator[_Seen]:
        """Yield the events in the visit's window that can be seen."""
        looked = self._looked.setdefault(visit.item, set())
        last: int | None = None
        try:
            for number, link in self._window(visit, trail):
                if not self._may_look(visit):
                    return
                if last is not None and last + 1 < number:
                    passed = self._passed.setdefault(visit.item, [])
                    passed.append((last + 1, number))
                last = number
                looked.add(number)
                seen = self._see(visit, number, link)
                if seen is not None:
                    yield seen
        except NotShownError as error:
            self._miss(visit, None, str(error))

    def _window(
        self, visit: _Visit, trail: Trail
    ) -> Iterator[tuple[int, Link]]:
        """Yield the links that a visit looks at, with their numbers.

        Raises:
            NotShownError: What comes next is not shown.
        """
        start = 0 if visit.start == FIRST else trail.first_at(visit.start)
        stop = trail.count if visit.stop == LAST else None
        number = start
        if stop is not None and visit.why is not Why.CONTAINER:
            # It ends where its trail does: all that is looked at of its
            # beginning is asked for at once.
            is_whole = visit.why is Why.ACTOR or stop - start <= WHOLE
            with suppress(NotShownError):
                # If some of it is not shown, that is found below.
                links = trail.slice(start, stop if is_whole else start + EDGE)
                number += len(links)
                yield from enumerate(links, start)
        while True:
            if number == start + EDGE and visit.why is not Why.ACTOR:
                if stop is None:
                    stop = trail.first_at((visit.stop[0], visit.stop[1] + 1))
                if stop - start > WHOLE:
                    break
            if number == (trail.count if stop is None else stop):
                return
            (link,) = trail.slice(number, number + 1)
            if link.place > visit.stop:
                return
            yield number, link
            number += 1
        yield from self._between(visit, trail, start + EDGE, stop - EDGE)
        yield from enumerate(trail.slice(stop - EDGE, stop), stop - EDGE)

    def _between(
        self, visit: _Visit, trail: Trail, start: int, stop: int
    ) -> Iterator[tuple[int, Link]]:
        """Yield what a visit looks at of what it skips."""
        warnings = trail.warnings()
        first = bisect_left(warnings, start, key=_number)
        found = dict(warnings[first : bisect_left(warnings, stop, key=_number)])
        if visit.why is Why.SUBJECT:
            first = bisect_left(self.besides, start)
            for number in self.besides[first:]:
                if number >= stop:
                    break
                (found[number],) = trail.slice(number, number + 1)
        yield from sorted(found.items(), key=_number)

    def _may_look(self, visit: _Visit) -> bool:
        self._looks += 1
        if self._looks > MAX_LOOKS:
            self._miss(visit, None, "the story is too long to be followed")
        return self._looks <= MAX_LOOKS

    def _see(self, visit: _Visit, number: int, link: Link) -> _Seen | None:
        """Return the event that *link* leads to; None if it cannot be seen."""
        at, item = link.place, visit.item
        if (at, item) not in self._seen:
            met = self._meet(at, item)
            self._seen[at, item] = None
            if met is not None:
                self._show(at, (0, *link.leaves))
                shown = [leaf in met.event.items for leaf in link.leaves]
                if shown and all(shown):
                    self._seen[at, item] = _Seen(link, met, self._sayings)
        seen = self._seen[at, item]
        if seen is None:
            # For each reason, as a trail that is missing.
            fault = (
                "is not shown"
                if self._met[at] is None
                else "does not show that it names it"
            )
            self._miss(
                visit,
                at,
                f"event {number + 1} of {self.trails[item].count} of the"
                f" trail of {item} (entry {at[0]}, event {at[1]}) {fault}",
            )
        return seen

    def _meet(self, at: Position, item: str) -> _Met | None:
        if at not in self._met:
            event = self.read_event(*at, item)
            self._met[at] = None
            if event is not None:
                self._met[at] = _Met(event, Lots(event.body))
                if event.issuer not in self._issuers:
                    self._issuers.add(event.issuer)
                    self._unheard.append(event.issuer)
        return self._met[at]

    def _look(self, visit: _Visit, seen: _Seen) -> None:
        """Follow what one event leads to, its parents apart."""
        event = seen.event
        if is_registry_event(event.body):
            self._show_all(visit, seen, event.leaves_of(*_ALL))
            return
        if visit.why in _HAS_LOT and seen.names_it_in(_MADE_AS_UNIT):
            self._follow_lot(visit, seen)
        if (
            visit.why in _HAS_INPUTS
            and Why.INPUT in self.wants
            and event.body["type"] == "TransformationEvent"
            and seen.names_it_in(_OUTPUT)
        ):
            self._follow_inputs(_Visit(visit.item, Why.INPUT), seen)

    def _follow_lot(self, visit: _Visit, seen: _Seen) -> None:
        try:
            lot = seen.met.lots.of(visit.item)
        except MalformedError as error:
            self._miss(
                _Visit(visit.item, Why.LOT),
                seen.at,
                f"the lot of {visit.item} cannot be read: {error}",
            )
            return
        if lot is not None:
            self.follow(_Visit(lot, Why.LOT, FIRST, visit.stop))

    def _follow_inputs(self, visit: _Visit, seen: _Seen) -> None:
        # They are the same from whichever of its outputs it is seen.
        if seen.at in self._turned:
            return
        self._turned.add(seen.at)
        inputs = seen.event.leaves_of(*_INPUTS)
        if not self._show_all(visit, seen, inputs):
            return
        for number in inputs:
            item = seen.event.items.get(number)
            if item is not None and has_trail(item.id, item.relation):
                self.follow(_Visit(item.id, Why.INPUT, FIRST, seen.at))

    def _parent_of(self, visit: _Visit, seen: _Seen) -> str | None:
        """Return the container that the item went into or out of, if any."""
        if (
            Why.CONTAINER not in self.wants
            or not seen.link.kinds & (GOES_IN | COMES_OUT)
            or not seen.names_it_in(_CHILD)
        ):
            return None
        # One at most; none names no container, and the counts say so.
        parents = seen.event.leaves_of(*_PARENTS)
        wanted = _Visit(visit.item, Why.CONTAINER)
        if not self._show_all(wanted, seen, parents) or not parents:
            return None
        leaf = seen.event.items.get(parents[0])
        # A place has no inside: what else happens there is none of the
        # item's story.
        if leaf is None or leaf.id.startswith(_PLACE):
            return None
        return leaf.id

    def _show_all(self, visit: _Visit, seen: _Seen, leaves: range) -> bool:
        """Ask for some item leaves of an event; return if not too many."""
        at, named = seen.at, f"event {seen.at[1]} of entry {seen.at[0]}"
        if len(leaves) > MAX_ITEMS:
            self._miss(
                visit,
                at,
                f"{named} names {len(leaves)} items: a story shows {MAX_ITEMS}"
                " of one event at most",
            )
            return False
        self._show(at, leaves)
        for number in leaves:
            if number not in seen.event.items:
                self._miss(visit, at, f"leaf {number} of {named} is not shown")
                break
        return True

    def _show(self, at: Position, numbers: Collection[int]) -> None:
        self.shown.setdefault(at, set()).update(numbers)

    def _miss(self, visit: _Visit, at: Position | None, reason: str) -> None:
        self.missing.setdefault(Missing(visit.why, visit.item, at, reason))


def _number(numbered: tuple[int, Link]) -> int:
    return numbered[0]


def _joined(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what *stretches* cover together, lowest first."""
    begun: tuple[int, int] | None = None
    for start, stop in sorted(stretches):
        if begun is not None and start <= begun[1]:
            begun = begun[0], max(begun[1], stop)
            continue
        if begun is not None:
            yield begun
        begun = start, stop
    if begun is not None:
        yield begun


def _window(parent: str, added: _Opening, stop: Position) -> _Visit:
    return _Visit(parent, Why.CONTAINER, added.at, stop, added.rest)


def _find_void(events: Sequence[_Seen]) -> dict[Position, Position]:
    """Return which of *events* the same signer later declares an error."""
    declared = {seen.said: seen.at for seen in events if seen.declares_error}
    if not declared:
        return {}
    return {
        seen.at: declared[seen.said]
        for seen in events
        if not seen.declares_error
        and seen.said in declared
        and declared[seen.said] > seen.at
    }


def _is_emptied(seen: _Seen) -> bool:
    """Return whether this is a parent's DELETE that names no child."""
    return (
        bool(seen.link.kinds & COMES_OUT)
        and not seen.declares_error
        and seen.names_it_in(_PARENT)
    )
