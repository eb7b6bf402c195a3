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

The prover walks the ledger's database and shows what the walk needs. The
verifier walks the bundle alone, and what the walk does not find is *missing*:
nobody can leave something out and not be noticed.

Windows are bounded by places in the log, since the clocks of those who sign
prove nothing. So a container that was itself loaded before the item went
into it counts with what its own trail says from then on.

An event that its signer later declares an error is *void*, and so is the
event that declares it: both are shown, and lead nowhere. Of a container the
walk sees a window only, so a declaration counts there if it is in it; and
where a container was emptied the walk ends, even if that was an error.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from provenance.claims.actor import is_registry_event
from provenance.claims.event import Item, has_trail
from provenance.claims.trail import Link
from provenance.encoding.canonical import Value
from provenance.epcis.acts import lot_of
from provenance.epcis.corrections import assertion, declares_error
from provenance.errors import MalformedError

MAX_TRAILS = 4_096
"""The most trails that one walk follows."""

MAX_ITEMS = 1_024
"""The most items of one event that a story shows all of."""

MAX_VISITS = 16_384
"""The most windows on trails that one walk looks through."""

MAX_LOOKS = 2**20
"""The most events that it looks at, each time in each window counting."""

Position = tuple[int, int]
"""A place in the log: (index of the entry, number of the event in it)."""

FIRST: Position = (0, 0)
LAST: Position = (2**53, 0)


class Why(StrEnum):
    """Why a trail belongs to the story; the values are a trust file's words."""

    SUBJECT = "subject"
    CONTAINER = "containers"
    LOT = "lots"
    INPUT = "inputs"
    ACTOR = "actors"


ALL = frozenset(Why)


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event as far as the walker can see it.

    Attributes:
        body: Leaf 0.
        items: Leaf number (from 1) → item, for the item leaves at hand: all
            of them for a prover, the shown ones for a verifier.
        item_count: How many items the event names.
        issuer: The actor that signed it.
    """

    body: Mapping[str, Value]
    items: Mapping[int, Item]
    item_count: int
    issuer: str


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
class Trace:
    """What a story needs.

    Attributes:
        trails: Item → its whole trail, in order of discovery, the subject
            first; empty for an item that has none.
        shown: The events to show, each with the numbers of the leaves to
            show: 0 (the body) and what the walk had to see.
        sightings: Which event was seen on which item's trail, in order.
        void: For each event that is declared an error, seen from an item:
            where that is declared; a declaration itself is not among them.
        missing: What was not found. Empty for a complete story.
    """

    trails: Mapping[str, Sequence[Link]]
    shown: Mapping[Position, frozenset[int]]
    sightings: tuple[Sighting, ...]
    void: Mapping[tuple[Position, str], Position]
    missing: tuple[Missing, ...]


ReadTrail = Callable[[str], Sequence[Link] | None]
"""Returns an item's whole trail, oldest first; empty if it has none for
certain (a bundle proves that); None if that is not known."""

ReadEvent = Callable[[int, int, str], SeenEvent | None]
"""Returns the event at (log index, position), asked for on account of the
first item that it is met from; None if it is not at hand."""


def trace(
    subject: str,
    *,
    read_trail: ReadTrail,
    read_event: ReadEvent,
    wants: Collection[Why] = ALL,
) -> Trace:
    """Return what the story of *subject* needs.

    Args:
        subject: The item's id.
        read_trail: Where trails come from.
        read_event: Where events come from; asked at most once for each
            of them.
        wants: The kinds of trail to follow; the subject's own always is.
    """
    walk = _Walk(read_trail, read_event, frozenset(wants) | {Why.SUBJECT})
    walk.follow(_Visit(subject, Why.SUBJECT))
    walk.run()
    return Trace(
        trails=walk.trails,
        shown={at: frozenset(walk.shown[at]) for at in sorted(walk.shown)},
        sightings=tuple(walk.sightings),
        void=walk.void,
        missing=tuple(walk.missing),
    )


_FORMS_WITH_PARENT = frozenset({"AggregationEvent", "AssociationEvent"})
_CHILD = frozenset({"childEPCs", "childQuantityList"})
_PARENT = frozenset({"parentID"})
_INPUT = frozenset({"inputEPCList", "inputQuantityList"})
_OUTPUT = frozenset({"outputEPCList", "outputQuantityList"})
_MADE_AS_UNIT = frozenset({"epcList", "outputEPCList"})
_PLACE = "https://id.gs1.org/414/"

_HAS_CONTAINERS = frozenset({Why.SUBJECT, Why.CONTAINER})
_HAS_LOT = frozenset({Why.SUBJECT, Why.INPUT})
_HAS_INPUTS = frozenset({Why.SUBJECT, Why.LOT, Why.INPUT})


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
    again: tuple[Position, ...] = ()


class _Parts:
    """An event, gone through once for all the trails that it is on.

    Attributes:
        event: The event.
        leaves: Item → the numbers of its leaves at hand, lowest first.
        parent: The number of the first leaf at hand that names a parent.
        lacks: The number of the first item leaf that is not at hand.
    """

    __slots__ = ("_asserts", "event", "lacks", "leaves", "parent")

    def __init__(self, event: SeenEvent) -> None:
        self.event = event
        self.leaves: dict[str, list[int]] = {}
        self.parent: int | None = None
        self._asserts: bytes | None = None
        for number, item in event.items.items():
            self.leaves.setdefault(item.id, []).append(number)
            if self.parent is None and item.relation in _PARENT:
                self.parent = number
        numbers = range(1, event.item_count + 1)
        self.lacks = next((n for n in numbers if n not in event.items), None)

    @property
    def asserts(self) -> bytes:
        """What the event asserts, apart from its being an error."""
        if self._asserts is None:
            self._asserts = assertion(self.event.body)
        return self._asserts


@dataclass(frozen=True, slots=True)
class _Seen:
    """One event on one trail, with the numbers of the item's own leaves."""

    at: Position
    parts: _Parts
    own: tuple[int, ...]

    @property
    def event(self) -> SeenEvent:
        """The event."""
        return self.parts.event

    def names_it_in(self, relations: Collection[str]) -> bool:
        """Return whether the item stands in one of these lists."""
        return any(self.event.items[n].relation in relations for n in self.own)


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
    trails: dict[str, Sequence[Link]] = field(default_factory=dict)
    shown: dict[Position, set[int]] = field(default_factory=dict)
    sightings: dict[Sighting, None] = field(default_factory=dict)
    void: dict[tuple[Position, str], Position] = field(default_factory=dict)
    missing: dict[Missing, None] = field(default_factory=dict)
    _lacking: set[str] = field(default_factory=set)
    _queue: deque[_Visit] = field(default_factory=deque)
    _planned: set[_Visit] = field(default_factory=set)
    _made: dict[tuple[str, Why], _Windows] = field(default_factory=dict)
    _seen: dict[tuple[Position, str], _Seen | None] = field(
        default_factory=dict
    )
    _parts: dict[Position, _Parts | None] = field(default_factory=dict)
    _whole: set[Position] = field(default_factory=set)
    _turned: set[Position] = field(default_factory=set)
    _issuers: set[str] = field(default_factory=set)
    _unheard: list[str] = field(default_factory=list)
    _looks: int = 0

    def run(self) -> None:
        """Visit until nothing new turns up, the actors last."""
        while self._queue:
            while self._queue:
                self._visit(self._queue.popleft())
            issuers, self._unheard = self._unheard, []
            for issuer in issuers:
                self.follow(_Visit(issuer, Why.ACTOR))

    def follow(self, visit: _Visit) -> None:
        """Plan a visit."""
        if visit.why not in self.wants or visit in self._planned:
            return
        if len(self._planned) >= MAX_VISITS:
            self._miss(visit, None, "the story is too long to be followed")
            return
        self._planned.add(visit)
        self._queue.append(visit)

    def _visit(self, visit: _Visit) -> None:
        made = self._made.setdefault((visit.item, visit.why), _Windows())
        # A cycle of containers only ever narrows its window, and ends here.
        if made.covers(visit.start, visit.stop):
            return
        links = self._links(visit)
        if links is None:
            return
        if visit.why in _HAS_CONTAINERS:
            made.add(visit.start, self._ride(visit, links))
            return
        made.add(visit.start, visit.stop)
        self._stand(visit, list(self._events(visit, links)))

    def _ride(self, visit: _Visit, links: Sequence[Link]) -> Position:
        """Read a trail of which the parents matter too; return where it ends.

        That is where the visit stops, or where a container was emptied.
        """
        opened: dict[str, list[Position]] = {}
        windows: list[_Visit] = []
        events, stop = self._until_emptied(visit, links)
        for seen in self._stand(visit, events):
            parent = self._parent_of(visit, seen)
            if parent is None:
                continue
            if _says(seen.event, "ADD"):
                opened.setdefault(parent, []).append(seen.at)
            elif parent in opened:
                windows.append(_window(parent, opened.pop(parent), seen.at))
        for parent, added in opened.items():
            windows.append(_window(parent, added, stop))
        if later := [at for at in visit.again if at > stop]:
            windows.append(_window(visit.item, later, visit.stop))
        for window in windows:
            self.follow(window)
        return stop

    def _until_emptied(
        self, visit: _Visit, links: Sequence[Link]
    ) -> tuple[list[_Seen], Position]:
        """Return the visit's events, and where the visit stops."""
        events = []
        for seen in self._events(visit, links):
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
            elif not declares_error(seen.event.body):
                standing.append(seen)
                self._look(visit, seen)
        return standing

    def _links(self, visit: _Visit) -> Sequence[Link] | None:
        item = visit.item
        if item in self.trails:
            return self.trails[item]
        if item in self._lacking:
            return None
        self._lacking.add(item)
        if len(self.trails) >= MAX_TRAILS:
            self._miss(visit, None, f"the story has over {MAX_TRAILS} trails")
            return None
        links = self.read_trail(item)
        if links is None:
            self._miss(visit, None, f"the trail of {item} is not there")
            return None
        self._lacking.discard(item)
        self.trails[item] = links
        return links

    def _events(self, visit: _Visit, links: Sequence[Link]) -> Iterator[_Seen]:
        """Yield the events in the visit's window that can be seen."""
        first = bisect_left(links, visit.start, key=_place)
        for number in range(first, len(links)):
            at = _place(links[number])
            if at > visit.stop:
                return
            self._looks += 1
            if self._looks > MAX_LOOKS:
                self._miss(visit, None, "the story is too long to be followed")
                return
            if (at, visit.item) not in self._seen:
                which = (
                    f"event {number + 1} of {len(links)} of the trail of"
                    f" {visit.item} (entry {at[0]}, event {at[1]})"
                )
                self._seen[at, visit.item] = self._see(visit, at, which)
            seen = self._seen[at, visit.item]
            if seen is not None:
                yield seen

    def _see(self, visit: _Visit, at: Position, which: str) -> _Seen | None:
        parts = self._parts_of(at, visit.item)
        if parts is None:
            self._miss(visit, at, f"{which} is not shown")
            return None
        own = tuple(parts.leaves.get(visit.item, ()))
        if not own:
            self._miss(visit, at, f"{which} does not show that it names it")
        self._show(at, (0, *own))
        return _Seen(at, parts, own)

    def _parts_of(self, at: Position, item: str) -> _Parts | None:
        if at not in self._parts:
            event = self.read_event(*at, item)
            self._parts[at] = None if event is None else _Parts(event)
            if event is not None and event.issuer not in self._issuers:
                self._issuers.add(event.issuer)
                self._unheard.append(event.issuer)
        return self._parts[at]

    def _look(self, visit: _Visit, seen: _Seen) -> None:
        """Follow what one event leads to, its parents apart."""
        body = seen.event.body
        if is_registry_event(body):
            self._show_all(visit, seen)
            return
        if visit.why in _HAS_LOT and seen.names_it_in(_MADE_AS_UNIT):
            self._follow_lot(visit, seen)
        if (
            visit.why in _HAS_INPUTS
            and Why.INPUT in self.wants
            and body["type"] == "TransformationEvent"
            and seen.names_it_in(_OUTPUT)
        ):
            self._follow_inputs(_Visit(visit.item, Why.INPUT), seen)

    def _follow_lot(self, visit: _Visit, seen: _Seen) -> None:
        try:
            lot = lot_of(seen.event.body, visit.item)
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
        if not self._show_all(visit, seen) or seen.at in self._turned:
            return
        # They are the same from whichever of its outputs it is seen.
        self._turned.add(seen.at)
        for _, item in sorted(seen.event.items.items()):
            if item.relation in _INPUT and has_trail(item.id):
                self.follow(_Visit(item.id, Why.INPUT, FIRST, seen.at))

    def _parent_of(self, visit: _Visit, seen: _Seen) -> str | None:
        """Return the container that the item went into or out of, if any."""
        event = seen.event
        if (
            Why.CONTAINER not in self.wants
            or event.body["type"] not in _FORMS_WITH_PARENT
            or not _says(event, "ADD", "DELETE")
            or not seen.names_it_in(_CHILD)
        ):
            return None
        number = seen.parts.parent
        if number is not None:
            self._show(seen.at, (number,))
            parent = event.items[number].id
            # A place has no inside: what else happens there is none of the
            # item's story.
            is_place = parent.startswith(_PLACE)
            return None if is_place or parent == visit.item else parent
        # Only with every leaf at hand is it certain that there is no parent.
        self._show_all(_Visit(visit.item, Why.CONTAINER), seen)
        return None

    def _show_all(self, visit: _Visit, seen: _Seen) -> bool:
        """Ask for every item leaf of the event; return if it is not too big."""
        count = seen.event.item_count
        if count > MAX_ITEMS:
            self._miss(
                visit,
                seen.at,
                f"event {seen.at[1]} of entry {seen.at[0]} names {count}"
                f" items: a story shows {MAX_ITEMS} of one event at most",
            )
            return False
        if seen.at not in self._whole:
            self._whole.add(seen.at)
            self._show(seen.at, range(1, count + 1))
        if seen.parts.lacks is not None:
            self._miss(
                visit,
                seen.at,
                f"leaf {seen.parts.lacks} of event {seen.at[1]} of entry"
                f" {seen.at[0]} is not shown",
            )
        return True

    def _show(self, at: Position, numbers: Collection[int]) -> None:
        self.shown.setdefault(at, set()).update(numbers)

    def _miss(self, visit: _Visit, at: Position | None, reason: str) -> None:
        self.missing.setdefault(Missing(visit.why, visit.item, at, reason))


def _place(link: Link) -> Position:
    return link.log_index, link.position


def _window(parent: str, added: Sequence[Position], stop: Position) -> _Visit:
    return _Visit(parent, Why.CONTAINER, added[0], stop, tuple(added[1:]))


def _says(event: SeenEvent, *actions: str) -> bool:
    return any(event.body.get("action") == action for action in actions)


def _find_void(events: Sequence[_Seen]) -> dict[Position, Position]:
    """Return which of *events* the same signer later declares an error."""
    declared = {
        _said(seen): seen.at
        for seen in events
        if declares_error(seen.event.body)
    }
    if not declared:
        return {}
    return {
        seen.at: declared[said]
        for seen in events
        if not declares_error(seen.event.body)
        and (said := _said(seen)) in declared
        and declared[said] > seen.at
    }


def _said(seen: _Seen) -> tuple[object, ...]:
    """Return what an event says and who says it, as far as anyone can see.

    A verifier sees the item's own leaves of the event, and how many others
    there are: so this is all that a prover may go by.
    """
    event = seen.event
    own = frozenset(event.items[number] for number in seen.own)
    return event.issuer, event.item_count, own, seen.parts.asserts


def _is_emptied(seen: _Seen) -> bool:
    """Return whether this is a parent's DELETE that names no child."""
    event = seen.event
    return (
        not declares_error(event.body)
        and event.body["type"] in _FORMS_WITH_PARENT
        and _says(event, "DELETE")
        and event.item_count == 1
        and seen.names_it_in(_PARENT)
    )
