"""The one walk that decides what a story needs: prover and verifier share it.

It starts at one item, the *subject*, and follows what its events lead to:

    subject      its whole trail
    containers   what it travelled in, by its stays (`provenance.proof.stays`):
                 of the container's trail the window that a stay opens.
                 Containers of containers are followed as long as both are
    lots         the lot that the commissioning of a unit names: its whole
                 trail; and of the product the warnings
    inputs       what it was made from: each input of a TransformationEvent
                 that has the item as an output, and those of the same signer
                 that the `transformationID` joins; their lots and inputs in
                 turn
    actors       who signed each of these events: the actor's whole trail of
                 keys and grants, and the actors that signed those
    trust        the trail of the ledger's trust versions, whole

The prover walks the ledger's database and shows what the walk needs. The
verifier walks the bundle alone, and what the walk does not find is *missing*:
nobody can leave something out and not be noticed.

Of a trail of more than `WHOLE` links, or a window of so many, the first and
the last `EDGE` are looked at, and what lies between is *skipped*, and said to
be. So is what lies beyond the bounds of the evidence book: levels, stays,
events. Links that warn never are: each of them, on any trail of goods that
the story follows, is looked at and *graded*, whenever it was logged.

An event that its signer later declares an error is *void*, and so is the
event that declares it: both are shown, and lead nowhere.

In full: `FORMATS.md`, section 12.

Over 500 lines: the walk is one recursion, which prover and verifier must read
alike.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from enum import StrEnum

from provenance.claims.actor import is_registry_event
from provenance.claims.event import (
    CODES,
    has_trail,
    read_after,
)
from provenance.claims.trail import Link
from provenance.epcis.lots import Lots
from provenance.errors import MalformedError
from provenance.gs1 import gtin_of
from provenance.proof.seen import (
    MetEvent,
    Seen,
    SeenEvent,
    View,
    concerns_of,
    view_of,
)
from provenance.proof.stays import (
    ALWAYS,
    Grade,
    Grader,
    Stay,
    Window,
    cut,
    stays_of,
)
from provenance.proof.trails import (
    FIRST,
    LAST,
    NotShownError,
    Position,
    Trail,
    event_at,
)
from provenance.rules.book import Bounds

WHOLE = 256
"""The most links of a trail, or of a window, that are looked at one and all."""

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
class Sighting:
    """An event of the story, and the item and reason that brought it in."""

    at: Position
    item: str
    why: Why


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that stands, of something that the story follows."""

    at: Position
    item: str
    why: Why
    grade: Grade


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
        warned: Every warning on these trails that stands, in order.
        void: For each event that is declared an error, seen from an item:
            where that is declared; a declaration itself is not among them.
        skipped: What no window looked at, by trail as discovered and then
            by number.
        missing: What was not found. Empty for a complete story.
    """

    trails: Mapping[str, Trail]
    shown: Mapping[Position, frozenset[int]]
    sightings: tuple[Sighting, ...]
    warned: tuple[Warned, ...]
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
    bounds: Bounds,
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
        bounds: Those of the evidence book in force.
        read_trail: Where trails come from.
        read_event: Where events come from; asked at most once for each
            of them.
        wants: The kinds of trail to follow; the subject's own always is.
        besides: The numbers of links of the subject's trail to look at even
            where they would be skipped.
    """
    walk = _Walk(
        subject,
        trust_item,
        bounds,
        read_trail,
        read_event,
        frozenset(wants) | {Why.SUBJECT},
        sorted(set(besides)),
    )
    walk.run()
    return Trace(
        trails=walk.trails,
        shown={at: frozenset(walk.shown[at]) for at in sorted(walk.shown)},
        sightings=tuple(walk.sightings),
        warned=tuple(walk.warned),
        void=walk.void,
        skipped=tuple(walk.skipped()),
        missing=tuple(walk.missing),
    )


_PARENT = frozenset({CODES["parentID"]})
_JOINED = CODES["transformationID"]
_EVERY = frozenset(CODES.values())
_CHILD = frozenset({"childEPCs", "childQuantityList"})
_INTO_AND_OUT = frozenset({"in", "inside", "out"})
_FROM = frozenset({"used", "joined"})
_PLACE = "https://id.gs1.org/414/"
_SSCC = "https://id.gs1.org/00/"
_PRODUCT = "https://id.gs1.org/01/"

_HAS_CONTAINERS = frozenset({Why.SUBJECT, Why.CONTAINER, Why.LOT})
_HAS_LOT = frozenset({Why.SUBJECT, Why.INPUT})
_HAS_INPUTS = frozenset({Why.SUBJECT, Why.LOT, Why.INPUT})


@dataclass(frozen=True, slots=True)
class _Visit:
    """One trail to be looked through in one window.

    Attributes:
        item: Whose trail it is.
        why: What it is to the story.
        window: Which part of it matters.
        depth: How many containers there are around the subject.
        issuer: Of a transformation, who signed the event that led to it: only
            what the same actor signed belongs together.
    """

    item: str
    why: Why
    window: Window = ALWAYS
    depth: int = 0
    issuer: str = ""


@dataclass(slots=True)
class _Walk:
    subject: str
    trust_item: str
    bounds: Bounds
    read_trail: ReadTrail
    read_event: ReadEvent
    wants: frozenset[Why]
    besides: Sequence[int]
    trails: dict[str, Trail] = field(default_factory=dict)
    shown: dict[Position, set[int]] = field(default_factory=dict)
    sightings: dict[Sighting, None] = field(default_factory=dict)
    warned: list[Warned] = field(default_factory=list)
    void: dict[tuple[Position, str], Position] = field(default_factory=dict)
    missing: dict[Missing, None] = field(default_factory=dict)
    # Item → why its trail is not to be had.
    _lacking: dict[str, str] = field(default_factory=dict)
    _queue: deque[_Visit] = field(default_factory=deque)
    _planned: set[_Visit] = field(default_factory=set)
    _views: dict[tuple[object, ...], View] = field(default_factory=dict)
    _seen: dict[tuple[Position, str], Seen | None] = field(default_factory=dict)
    _met: dict[Position, MetEvent | None] = field(default_factory=dict)
    _sayings: dict[tuple[object, ...], tuple[object, ...]] = field(
        default_factory=dict
    )
    _led: set[tuple[Position, str, Why, str]] = field(default_factory=set)
    _turned: set[tuple[Position, Window]] = field(default_factory=set)
    _issuers: set[str] = field(default_factory=set)
    _unheard: list[str] = field(default_factory=list)
    # Trail of goods → why it is followed, the first reason first; what of it
    # was looked at, by number of the link; the stretches that one window or
    # other passed over; and which links warn.
    _goods: dict[str, dict[Why, None]] = field(default_factory=dict)
    _looked: dict[str, dict[int, Seen | None]] = field(default_factory=dict)
    _passed: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _warnings: dict[str, dict[int, Link]] = field(default_factory=dict)
    # Container → the windows on it, and what is around those passed over.
    _windows: dict[str, list[Window]] = field(default_factory=dict)
    _around: dict[str, Window] = field(default_factory=dict)
    # What counts against the bounds.
    _stays: int = 0
    _counted: dict[str, set[int]] = field(default_factory=dict)
    _events: int = 0
    _looks: int = 0

    def run(self) -> None:
        """Visit until nothing new turns up, warnings late, actors last."""
        self._follow(_Visit(self.subject, Why.SUBJECT))
        self._drain()
        for item in self._goods:
            self._heed(item)
        while self._unheard:
            issuers, self._unheard = self._unheard, []
            for issuer in issuers:
                self._follow(_Visit(issuer, Why.ACTOR))
            self._drain()
        self._read_trust()
        self._hold_demands()

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

    def _follow(self, visit: _Visit) -> None:
        """Plan a visit."""
        if visit.why not in self.wants or visit in self._planned:
            return
        if len(self._planned) >= MAX_VISITS:
            self._miss(visit, None, "the story is too long to be followed")
            return
        self._planned.add(visit)
        self._queue.append(visit)

    def _drain(self) -> None:
        while self._queue:
            self._visit(self._queue.popleft())

    def _read_trust(self) -> None:
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

    def _hold_demands(self) -> None:
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
                    why = next(iter(self._goods.get(item, ())), Why.ACTOR)
                    self._miss(_Visit(item, why), at, str(error))

    # One visit.

    def _visit(self, visit: _Visit) -> None:
        is_far = False
        if visit.why is Why.CONTAINER:
            self._stays += 1
            is_far = (
                visit.depth > self.bounds.depth
                or self._stays > self.bounds.stays
            )
        trail = self._trail(visit)
        # Versions of trust happen to nothing: they are read by themselves.
        if trail is None or visit.item == self.trust_item:
            return
        if visit.why is Why.ACTOR:
            self._look_through(visit, self._view(visit, trail), ALWAYS)
            return
        self._goods.setdefault(visit.item, {})[visit.why] = None
        if is_far:
            around = self._around.get(visit.item, visit.window)
            self._around[visit.item] = visit.window.around(around)
            self._passed.setdefault(visit.item, []).append((0, trail.count))
            return
        self._read_product(visit)
        view, window = self._view(visit, trail), visit.window
        if visit.why is Why.CONTAINER:
            window = cut(
                window,
                view.happened,
                late=self.bounds.late,
                reuse=self._reuse(visit.item),
            )
            self._windows.setdefault(visit.item, []).append(window)
        self._look_through(visit, view, window)
        if visit.why in _HAS_CONTAINERS and Why.CONTAINER in self.wants:
            for parent, stay in self._stays_in(visit, view):
                if (inside := stay.within(window)) is not None:
                    depth = visit.depth + 1
                    self._follow(_Visit(parent, Why.CONTAINER, inside, depth))

    def _reuse(self, item: str) -> int | None:
        """Return after what silence a container is taken for another one."""
        return self.bounds.reuse if item.startswith(_SSCC) else None

    def _look_through(self, visit: _Visit, view: View, window: Window) -> None:
        """Look at each event that belongs to the window."""
        late = self.bounds.late
        for seen in view.seen:
            at, reported = seen.at, seen.event.reported
            if not window.holds(at, seen.link.time, reported, late=late):
                continue
            # Through whichever of its windows it is seen, it leads to the same.
            key = at, visit.item, visit.why, visit.issuer
            if key in self._led:
                continue
            self.sightings.setdefault(Sighting(at, visit.item, visit.why))
            if at not in view.void and not seen.event.reading.declares_error:
                self._led.add(key)
                self._look(visit, seen)

    def _look(self, visit: _Visit, seen: Seen) -> None:
        """Follow what one event leads to, its containers apart."""
        event = seen.event
        if is_registry_event(event.body):
            self._show_all(visit, seen, event.leaves_of(_EVERY))
            return
        if visit.issuer:
            # It is a transformation, and joins what one actor says of it.
            if visit.issuer == event.issuer and seen.effect == "joined":
                self._follow_inputs(visit, seen, ALWAYS)
            return
        if visit.why in _HAS_LOT and seen.makes:
            self._follow_lot(visit, seen)
        if (
            visit.why in _HAS_INPUTS
            and Why.INPUT in self.wants
            and seen.effect == "made"
            and not _FROM.isdisjoint(event.reading.effects.values())
        ):
            made = seen.happened
            window = Window(
                until=made.time, stop=made.place, grace=made.reported
            )
            self._follow_inputs(_Visit(visit.item, Why.INPUT), seen, window)

    def _follow_lot(self, visit: _Visit, seen: Seen) -> None:
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
            self._follow(_Visit(lot, Why.LOT))

    def _follow_inputs(self, visit: _Visit, seen: Seen, window: Window) -> None:
        # They are the same from whichever of its outputs it is seen.
        if (seen.at, window) in self._turned:
            return
        self._turned.add((seen.at, window))
        event = seen.event
        effects = event.reading.effects
        used = event.leaves_of(
            [code for code, effect in effects.items() if effect == "used"]
        )
        if self._show_all(visit, seen, used):
            for number in used:
                item = event.items.get(number)
                if item is not None and has_trail(item.id, item.relation):
                    self._follow(_Visit(item.id, Why.INPUT, window))
        joined = event.leaves_of([_JOINED])
        if not visit.issuer and self._show_all(visit, seen, joined):
            for number in joined:
                if (item := event.items.get(number)) is not None:
                    self._follow(
                        _Visit(item.id, Why.INPUT, issuer=event.issuer)
                    )

    def _read_product(self, visit: _Visit) -> None:
        """Ask for what is said of the product as a whole, to be heeded."""
        gtin = gtin_of(visit.item)
        if (
            gtin is None
            or visit.why not in _HAS_INPUTS
            or Why.LOT not in self.wants
            or not has_trail(visit.item, "epcList")
        ):
            return
        product = _Visit(_PRODUCT + gtin, Why.LOT)
        if self._trail(product) is not None:
            self._goods.setdefault(product.item, {})[Why.LOT] = None

    def _stays_in(self, visit: _Visit, view: View) -> Sequence[Stay]:
        """Return the stays of a visit's item in what it was packed into."""
        if view.stays is None:
            happened = []
            for seen in view.standing:
                if seen.effect == "ended":
                    happened.append(seen.happened)
                elif seen.effect in _INTO_AND_OUT and seen.relation in _CHILD:
                    if seen.packed is None:
                        parent = self._parent_of(visit, seen)
                        seen.packed = seen.happened._replace(parent=parent)
                    happened.append(seen.packed)
            view.stays = stays_of(happened, late=self.bounds.late)
        return view.stays

    def _parent_of(self, visit: _Visit, seen: Seen) -> str:
        """Return the container that the item went into or out of, if any."""
        # One at most; none names no container, and the counts say so.
        parents = seen.event.leaves_of(_PARENT)
        wanted = _Visit(visit.item, Why.CONTAINER)
        if not self._show_all(wanted, seen, parents) or not parents:
            return ""
        leaf = seen.event.items.get(parents[0])
        # A place has no inside: what else happens there is none of the
        # item's story.
        if leaf is None or leaf.id.startswith(_PLACE):
            return ""
        return leaf.id

    def _heed(self, item: str) -> None:
        """Look at all warnings of a trail of goods, and grade what stands."""
        visit = _Visit(item, next(iter(self._goods[item])))
        looked = self._looked.setdefault(item, {})
        warnings = self._warnings_of(item)
        for number, link in warnings.items():
            if number not in looked:
                if not self._may_look(visit, 1):
                    return
                looked[number] = self._see(visit, number, link)
        seen = [each for n in sorted(looked) if (each := looked[n]) is not None]
        view = self._viewed(item, seen)
        grader: Grader | None = None
        if warnings and set(self._goods[item]) == {Why.CONTAINER}:
            windows = [*self._windows.get(item, ())]
            if item in self._around:
                windows.append(self._around[item])
            grader = Grader(
                windows,
                view.happened,
                late=self.bounds.late,
                reuse=self._reuse(item),
            )
        for each in view.standing:
            if each.link.warns:
                grade = Grade.ALARM
                if grader is not None:
                    concerns = concerns_of(each.event.body)
                    grade = grader.grade(each.happened, concerns)
                self.warned.append(Warned(each.at, item, visit.why, grade))

    # What is read.

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

    def _view(self, visit: _Visit, trail: Trail) -> View:
        """Return what a visit looks at, as far as it can be seen."""
        try:
            first, last = self._stretch(visit, trail)
        except NotShownError as error:
            self._miss(visit, None, str(error))
            return _NOTHING
        key = visit.item, visit.why, first, last
        view = self._views.get(key)
        numbers = self._numbers(visit, first, last) if view is None else ()
        cost = len(numbers) if view is None else len(view.seen)
        if not self._may_look(visit, cost):
            return _NOTHING
        if view is None:
            seen = list(self._events_of(visit, trail, _runs(numbers)))
            view = self._views[key] = self._viewed(visit.item, seen)
        return view

    def _viewed(self, item: str, seen: Sequence[Seen]) -> View:
        view = view_of(seen)
        for at, declared in view.void.items():
            self.void.setdefault((at, item), declared)
        return view

    def _stretch(self, visit: _Visit, trail: Trail) -> tuple[int, int]:
        """Return from which link up to which a visit's window may reach.

        Raises:
            NotShownError: Where its window begins or ends is not shown.
        """
        count = trail.count
        if visit.why is Why.ACTOR or count <= WHOLE:
            return 0, count
        start, stop = visit.window.start, visit.window.stop
        a = 0 if start == FIRST else trail.first_at(start)
        b = count if stop == LAST else trail.first_at(_after(stop))
        return max(0, min(a, b) - EDGE), min(count, max(a, b) + EDGE)

    def _numbers(self, visit: _Visit, first: int, last: int) -> Sequence[int]:
        """Return the numbers of the links that are looked at of a stretch."""
        numbers: Sequence[int] = range(first, last)
        if visit.why is Why.ACTOR:
            return numbers
        if len(numbers) > WHOLE:
            numbers = [
                *numbers[:EDGE],
                *self._between(visit, first + EDGE, last - EDGE),
                *numbers[-EDGE:],
            ]
        if visit.item != self.subject:
            numbers = self._within_bounds(visit.item, numbers)
        if len(numbers) < last - first:
            passed = self._passed.setdefault(visit.item, [])
            after = first
            for number in (*numbers, last):
                if after < number:
                    passed.append((after, number))
                after = number + 1
        return numbers

    def _between(self, visit: _Visit, start: int, stop: int) -> list[int]:
        """Return what a visit looks at of what it skips."""
        found = {n for n in self._warnings_of(visit.item) if start <= n < stop}
        if visit.why is Why.SUBJECT:
            found.update(n for n in self.besides if start <= n < stop)
        return sorted(found)

    def _within_bounds(
        self, item: str, numbers: Sequence[int]
    ) -> Sequence[int]:
        """Return those of the links for which the bounds leave room."""
        counted = self._counted.setdefault(item, set())
        warnings = self._warnings_of(item)
        kept = []
        for number in numbers:
            if number not in counted and number not in warnings:
                if self._events >= self.bounds.events:
                    continue
                self._events += 1
                counted.add(number)
            kept.append(number)
        return kept

    def _warnings_of(self, item: str) -> Mapping[int, Link]:
        """Return which links of a trail warn, by number, oldest first."""
        if item not in self._warnings:
            self._warnings[item] = dict(self.trails[item].warnings())
        return self._warnings[item]

    def _may_look(self, visit: _Visit, count: int) -> bool:
        self._looks += count
        if self._looks > MAX_LOOKS:
            self._miss(visit, None, "the story is too long to be followed")
        return self._looks <= MAX_LOOKS

    def _events_of(
        self, visit: _Visit, trail: Trail, runs: Iterable[tuple[int, int]]
    ) -> Iterator[Seen]:
        """Yield the events of these links, as far as they can be seen."""
        looked = self._looked.setdefault(visit.item, {})
        try:
            for number, link in _links(trail, runs):
                seen = looked[number] = self._see(visit, number, link)
                if seen is not None:
                    yield seen
        except NotShownError as error:
            self._miss(visit, None, str(error))

    def _see(self, visit: _Visit, number: int, link: Link) -> Seen | None:
        """Return the event that *link* leads to; None if it cannot be seen."""
        at, item = link.place, visit.item
        if (at, item) not in self._seen:
            met = self._meet(at, item)
            self._seen[at, item] = None
            if met is not None:
                self._show(at, (0, *link.leaves))
                shown = [leaf in met.event.items for leaf in link.leaves]
                if shown and all(shown):
                    self._seen[at, item] = Seen(link, met, self._sayings)
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

    def _meet(self, at: Position, item: str) -> MetEvent | None:
        if at not in self._met:
            event = self.read_event(*at, item)
            self._met[at] = None
            if event is not None:
                self._met[at] = MetEvent(event, Lots(event.body))
                if event.issuer not in self._issuers:
                    self._issuers.add(event.issuer)
                    self._unheard.append(event.issuer)
        return self._met[at]

    def _show_all(
        self, visit: _Visit, seen: Seen, leaves: Sequence[int]
    ) -> bool:
        """Ask for some item leaves of an event; return if not too many."""
        at, named = seen.at, event_at(seen.at)
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


_NOTHING = View((), {}, ())


def _after(place: Position) -> Position:
    return place[0], place[1] + 1


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield [start, stop) of each run of neighbours in *numbers*, rising."""
    if isinstance(numbers, range):
        if numbers:
            yield numbers.start, numbers.stop
        return
    yield from _joined((number, number + 1) for number in numbers)


def _links(
    trail: Trail, runs: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, Link]]:
    """Yield the links of these stretches, with their numbers.

    Raises:
        NotShownError: What comes next is not shown.
    """
    for start, stop in runs:
        try:
            yield from enumerate(trail.slice(start, stop), start)
        except NotShownError:
            # What of it is shown comes before the first that is not, and that
            # there is: no two stretches of a trail touch.
            number = start
            while True:
                (link,) = trail.slice(number, number + 1)
                yield number, link
                number += 1


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
