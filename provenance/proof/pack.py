"""Showing a story: what its walk asks for, with the proofs that hold it.

The walk (`provenance.proof.trace`) decides what is shown. It goes over a
`StorySource`, which is a ledger's storage or whatever else has events, and
what it asked for is packed:

    trails       the links that it asked for, as ranges; of a link whose event
                 is not shown, the link itself
    statements   the events that it saw, with the leaves that it looked at; and
                 of every item whose trail is shown, all its own leaves
    entries      the trust versions
    commitments  where the log's time tells that a report was late

Of all this no more is read than is shown, and what lies on the way there: an
event of 50,000 items is its header, a few leaves and their proof, a trail of
200,000 links two times 64.

Over 500 lines: what is shown of trails, statements and entries is decided
together.
"""

from bisect import bisect_left
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Protocol

from provenance.claims.event import (
    Counts,
    Item,
    has_trail,
    parse_body,
    parse_item,
    relation_of,
    room_for,
)
from provenance.claims.statement import Entry, Header, parse_entry
from provenance.claims.trail import Link
from provenance.encoding.canonical import Value
from provenance.encoding.digest import Hash
from provenance.errors import DamagedError, MalformedError
from provenance.proof.bundle import (
    LoggedEntry,
    ProvenTrail,
    Range,
    ShownEvent,
    ShownField,
    ShownItem,
    ShownStatement,
)
from provenance.proof.seen import SeenEvent
from provenance.proof.show import show_item
from provenance.proof.trace import ALL, EDGE, Trace, Why, trace
from provenance.proof.trails import Position, Trail
from provenance.rules.books import Books
from provenance.rules.reading import REGISTRY, EventReading, read_event
from provenance.tlog.merkle import ReadNodes, prove_many


class LinkSource(Protocol):
    """A trail that has links, all of which can be read."""

    @property
    def count(self) -> int:
        """How many links it has."""

    @property
    def nodes(self) -> ReadNodes:
        """The nodes of the tree over its links."""

    def links(self, start: int, stop: int) -> Sequence[Link]:
        """Return the links from number *start* up to *stop*."""

    def link_hash(self, index: int) -> Hash:
        """Return the hash of that link."""

    def first_at(self, place: Position) -> int:
        """Return the number of the first link at or after *place*."""

    def warnings(self) -> Sequence[tuple[int, Link]]:
        """Return every link that warns, with its number, oldest first."""


class LeafSource(Protocol):
    """An event, of which each leaf can be read."""

    @property
    def counts(self) -> Counts:
        """How many items stand under each relation."""

    @property
    def pointers(self) -> tuple[str, ...]:
        """Where its concealed fields belong."""

    @property
    def size(self) -> int:
        """How many leaves it has."""

    @property
    def body_leaf(self) -> bytes:
        """Leaf 0."""

    @property
    def nodes(self) -> ReadNodes:
        """The nodes of the tree over its leaves."""

    def leaf(self, number: int) -> bytes | None:
        """Return that leaf; None if only its hash is known."""


class StorySource(Protocol):
    """Where a story is read from."""

    def trail(self, item: str) -> LinkSource | None:
        """Return the item's trail; None if it has none."""

    def event_at(self, log_index: int, position: int) -> LeafSource:
        """Return the event at that place."""

    def event_nodes(self, log_index: int) -> ReadNodes:
        """Return the nodes of the tree over one statement's event ids."""

    def entry(self, log_index: int) -> bytes:
        """Return the bytes of that log entry."""

    def commitment_before(self, log_index: int) -> tuple[int, int] | None:
        """Return index and time (ms) of the last map commitment before it."""

    def prepare(self, places: Sequence[Position]) -> None:
        """Note that all of these events are going to be asked for."""


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story, as a bundle shows it.

    Attributes:
        trace: What its walk found.
        statements: The statements of the events shown, by log index.
        entries: The trust versions, by log index.
        trails: What is shown of each trail, by item.
        commitments: Log index → time of the map commitments to be shown.
    """

    trace: Trace
    statements: tuple[ShownStatement, ...]
    entries: tuple[LoggedEntry, ...]
    trails: tuple[ProvenTrail, ...]
    commitments: Mapping[int, int]


class Story:
    """The story of one item, walked through and then packed.

    Attributes:
        commitments: Log index → time (ms) of the map commitments that are to
            be shown with it: what a walk was given, and what it needed.
    """

    def __init__(  # noqa: PLR0913  # each by name
        self,
        item: str,
        source: StorySource,
        *,
        trust_item: str,
        books: Books,
        besides: Collection[int] = (),
        wants: Collection[Why] = ALL,
    ) -> None:
        """Take where a story is to be read from.

        Args:
            item: The item's id.
            source: Where it is read from.
            trust_item: The id whose trail has the ledger's trust versions.
            books: The ledger's rule books.
            besides: The numbers of links of the item's trail to show even
                where they would be skipped.
            wants: The kinds of trail to follow.
        """
        self.commitments: dict[int, int] = {}
        self._item = item
        self._source = source
        self._trust_item = trust_item
        self._wants = wants
        self._besides = set(besides)
        self._look = _Look(source, books)
        trail = source.trail(item)
        last = 0
        if trail is not None:
            count = trail.count
            last = trail.links(count - 1, count)[0].log_index
        self._bounds = books.at(last).bounds
        self._trace: Trace | None = None
        self._shown: dict[Position, set[int]] = {}

    def walk(self, commitments: Mapping[int, int] | None = None) -> None:
        """Walk through it, *commitments* shown besides, all that it needs.

        When something was reported hangs on what is shown, for a verifier as
        for this walk: so it is taken anew for each commitment that is added.
        """
        self.commitments.update(commitments or {})
        while True:
            self._look.begin(self.commitments)
            story = trace(
                self._item,
                trust_item=self._trust_item,
                bounds=self._bounds,
                read_trail=self._look.trail,
                read_event=self._look.event,
                besides=self._besides,
                wants=self._wants,
            )
            shown = self._look.shown(
                {at: set(story.shown[at]) for at in story.shown}
            )
            # A verifier looks at whatever is shown of the item itself: so
            # does the walk, where some other trail led to what it skipped.
            seen = {s.at for s in story.sightings if s.why is Why.SUBJECT}
            led = {
                number
                for number, link in self._look.trails[self._item].asked()
                if link.place in shown and link.place not in seen
            }
            late = self._look.unseen_delays(shown, late=self._bounds.late)
            self._trace, self._shown = story, shown
            if led <= self._besides and not late:
                return
            self._besides |= led
            self.commitments.update(late)

    @property
    def bodies(self) -> Iterator[Mapping[str, Value]]:
        """What each event shown says."""
        return map(self._look.body, self._shown)

    @property
    def issuers(self) -> Mapping[int, str]:
        """Log index → signer of each statement shown, rising."""
        return {
            log_index: self._look.header(log_index).issuer
            for log_index in sorted({at[0] for at in self._shown})
        }

    def pack(self, reveal: Collection[str] = ()) -> ShownStory:
        """Return what the walk asked for, as a bundle shows it.

        The cost is in proportion to what is shown.

        Args:
            reveal: The pointers of the concealed fields to show, where the
                item's own events have them.
        """
        look, shown = self._look, self._shown
        assert self._trace is not None, "it was walked through"
        if reveal:
            look.reveal(shown, self._item, reveal)
        trusted = look.trails.get(self._trust_item)
        versions = () if trusted is None else trusted.asked()
        return ShownStory(
            trace=self._trace,
            statements=tuple(look.statements(shown)),
            entries=tuple(
                LoggedEntry(link.log_index, look.entry(link.log_index))
                for _, link in versions
                if not link.leaves
            ),
            trails=tuple(
                look.trails[name].proven(name, shown)
                for name in sorted(look.trails)
            ),
            commitments=self.commitments,
        )


class _AskedTrail:
    """A trail of the ledger, that notes what it was asked for: a `Trail`."""

    def __init__(
        self,
        view: LinkSource | None,
        prepare: Callable[[Sequence[Position]], None],
    ) -> None:
        self._view = view
        self._prepare = prepare
        self.count = 0 if view is None else view.count
        self._links: dict[int, Link] = {}
        self._places: dict[Position, int] = {}
        self._asked: set[int] = set()
        self._warnings: Sequence[tuple[int, Link]] | None = None

    def forget(self) -> None:
        """Forget what it was asked for, not what was read."""
        self._asked.clear()

    def first_at(self, place: Position) -> int:
        """Return the number of the first link at or after *place*."""
        number = self._number_at(place)
        self._asked.update(
            n for n in (number - 1, number) if 0 <= n < self.count
        )
        return number

    def slice(self, start: int, stop: int) -> Sequence[Link]:
        """Return the links from number *start* up to *stop*, that excluded."""
        self._asked.update(range(start, stop))
        self._load(start, stop)
        links = [self._links[number] for number in range(start, stop)]
        if len(links) > 1:
            self._prepare([link.place for link in links])
        return links

    def warnings(self) -> Sequence[tuple[int, Link]]:
        """Return every link that warns, with its number, oldest first."""
        if self._warnings is None:
            view = self._view
            found = () if view is None else view.warnings()
            self._take(found)
            self._warnings = found
            if found:
                self._prepare([link.place for _, link in found])
        self._asked.update(number for number, _ in self._warnings)
        return self._warnings

    def asked(self) -> list[tuple[int, Link]]:
        """Return the links asked for, with their numbers, oldest first."""
        numbers = sorted(self._asked)
        for start, stop in _runs(numbers):
            self._load(start, stop)
        return [(number, self._links[number]) for number in numbers]

    def keep(self, place: Position) -> None:
        """Ask for the link at *place*, if there is one."""
        number = self._places.get(place)
        if number is None:
            number = self._number_at(place)
            self._load(number, min(number + 1, self.count))
            # Where it ought to be and is not, a verifier will find that out.
            if self._places.get(place) != number:
                return
        self._asked.add(number)

    def proven(
        self, item: str, shown: Mapping[Position, Collection[int]]
    ) -> ProvenTrail:
        """Return what was asked for, with its proof."""
        view = self._view
        if view is None:
            return ProvenTrail(item, 0)
        if not self._asked:
            # There is no proof of nothing.
            self._asked.add(self.count - 1)
        links = self.asked()
        ranges = [
            Range(
                start,
                stop - start,
                view.link_hash(start - 1) if start else None,
            )
            for start, stop in _runs([number for number, _ in links])
        ]
        known = {number for number, _ in links}
        known |= {each.start - 1 for each in ranges if each.start}
        hashes: tuple[Hash, ...] = ()
        if len(known) < self.count:
            hashes = prove_many(sorted(known), self.count, view.nodes)
        rows = tuple(
            link
            for _, link in links
            # A link to a trust version, which names no leaf, is derived from
            # that entry.
            if link.leaves and link.place not in shown
        )
        return ProvenTrail(item, self.count, tuple(ranges), rows, hashes)

    def _number_at(self, place: Position) -> int:
        if self._view is None or self.count <= EDGE:
            self._load(0, self.count)
            return bisect_left(
                range(self.count),
                place,
                key=lambda number: self._links[number].place,
            )
        return self._view.first_at(place)

    def _load(self, start: int, stop: int) -> None:
        while start < stop and start in self._links:
            start += 1
        if start < stop:
            # The walk goes on from here one by one, as a rule.
            stop = min(self.count, max(stop, start + EDGE))
            assert self._view is not None, "an empty trail has no link"
            self._take(enumerate(self._view.links(start, stop), start))

    def _take(self, links: Iterable[tuple[int, Link]]) -> None:
        for number, link in links:
            self._links[number] = link
            self._places[link.place] = number


class _Items(Mapping[int, Item]):
    """The item leaves of one event, by number, each read when asked for."""

    def __init__(self, view: LeafSource) -> None:
        self._view = view
        self._count = sum(number for _, number in view.counts)
        self._read: dict[int, Item] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self._count + 1))

    def __getitem__(self, number: int) -> Item:
        item = self._read.get(number)
        if item is None:
            if number not in self:
                raise KeyError(number)
            leaf = self.leaf(number)
            item = self._read[number] = parse_item(
                leaf,
                relation=relation_of(self._view.counts, number),
                room=room_for(len(leaf)),
            )
        return item

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and 1 <= number <= self._count

    def leaf(self, number: int) -> bytes:
        """Return the bytes of leaf *number*."""
        leaf = self._view.leaf(number)
        assert leaf is not None, "item leaves are never withheld"
        return leaf

    def shown(self, number: int) -> ShownItem:
        """Return leaf *number* as a bundle shows it."""
        return show_item(self[number], self.leaf(number), number)


@dataclass(slots=True)
class _Seen:
    """An event, as far as it was read."""

    view: LeafSource
    items: _Items
    body: Mapping[str, Value]
    reading: EventReading


@dataclass
class _Look:
    """What the walk has read."""

    source: StorySource
    books: Books
    # Those of this walk, and of any.
    trails: dict[str, _AskedTrail] = field(default_factory=dict)
    _known: dict[str, _AskedTrail] = field(default_factory=dict)
    _statements: dict[int, Entry] = field(default_factory=dict)
    _events: dict[Position, _Seen] = field(default_factory=dict)
    _indexes: Sequence[int] = ()
    _times: Sequence[int] = ()
    _before: dict[int, tuple[int, int] | None] = field(default_factory=dict)

    # What the walk reads.

    def begin(self, commitments: Mapping[int, int]) -> None:
        """Begin a walk, with these map commitments shown: index → time."""
        self.trails = {}
        self._indexes = sorted(commitments)
        self._times = [commitments[index] for index in self._indexes]

    def reported(self, log_index: int) -> int:
        """Return the earliest time at which an entry can have been logged."""
        said = self.header(log_index).issued_at
        before = bisect_left(self._indexes, log_index) - 1
        return said if before < 0 else max(said, self._times[before])

    def unseen_delays(
        self, places: Iterable[Position], *, late: int
    ) -> dict[int, int]:
        """Return the commitments that show that more of these are late.

        Log index → time of each.
        """
        found = {}
        for at in places:
            reading = self._event(at).reading
            if (
                reading is REGISTRY
                or self.reported(at[0]) - reading.time > late
            ):
                continue
            if at[0] not in self._before:
                self._before[at[0]] = self.source.commitment_before(at[0])
            before = self._before[at[0]]
            if before is not None and before[1] - reading.time > late:
                found[before[0]] = before[1]
        return found

    def trail(self, item: str) -> Trail:
        """Return the item's trail."""
        trail = self._known.get(item)
        if trail is None:
            trail = self._known[item] = _AskedTrail(
                self.source.trail(item), self.source.prepare
            )
        # What was asked of it in a walk before is no more.
        trail.forget()
        self.trails[item] = trail
        return trail

    def event(self, log_index: int, position: int, item: str) -> SeenEvent:
        """Return the event at that place."""
        del item
        seen = self._event((log_index, position))
        return SeenEvent(
            seen.body,
            seen.view.counts,
            seen.items,
            self.header(log_index).issuer,
            seen.reading,
            self.reported(log_index),
        )

    def header(self, log_index: int) -> Header:
        """Return the header of the statement at that index."""
        return self._statement(log_index).header

    def body(self, at: Position) -> Mapping[str, Value]:
        """Return what the event at that place says."""
        return self._event(at).body

    def entry(self, log_index: int) -> bytes:
        """Return the bytes of that log entry."""
        return self.source.entry(log_index)

    def _event(self, at: Position) -> _Seen:
        seen = self._events.get(at)
        if seen is None:
            view = self.source.event_at(*at)
            body = parse_body(
                view.body_leaf, room=room_for(len(view.body_leaf))
            )
            try:
                book = self.books.at(at[0])
                reading = read_event(body, view.counts, book)
            except MalformedError:
                # A verifier will say so, and walk no further.
                reading = REGISTRY
            seen = _Seen(view, _Items(view), body, reading)
            self._events[at] = seen
        return seen

    def _statement(self, log_index: int) -> Entry:
        statement = self._statements.get(log_index)
        if statement is None:
            statement = parse_entry(self.entry(log_index))
            self._statements[log_index] = statement
        return statement

    # What is packed.

    def shown(
        self, needed: dict[Position, set[int]]
    ) -> dict[Position, set[int]]:
        """Return *needed* with all own leaves of items whose trail is shown.

        What is shown of an item is on its trail, so that nothing can be shown
        that is not; and a link names all of the item's own leaves.
        """
        for at, numbers in needed.items():
            items = self._event(at).items
            for number in sorted(numbers - {0}):
                if number not in items:
                    raise DamagedError(
                        f"a link says that leaf {number} of event {at[1]} of"
                        f" entry {at[0]} names its item, which it does not: run"
                        " an audit"
                    )
                named = items[number]
                trail = self.trails.get(named.id)
                if trail is not None and has_trail(named.id, named.relation):
                    trail.keep(at)
        for trail in self.trails.values():
            for _, link in trail.asked():
                if (leaves := needed.get(link.place)) is not None:
                    leaves.update(link.leaves)
        return needed

    def reveal(
        self,
        shown: Mapping[Position, set[int]],
        item: str,
        pointers: Collection[str],
    ) -> None:
        """Show these fields as well, of the events that name *item*."""
        for at, leaves in shown.items():
            seen = self._event(at)
            if all(seen.items[number].id != item for number in leaves - {0}):
                continue
            first = seen.view.size - len(seen.view.pointers)
            leaves.update(
                number
                for number, pointer in enumerate(seen.view.pointers, first)
                if pointer in pointers and seen.view.leaf(number) is not None
            )

    def statements(
        self, shown: Mapping[Position, set[int]]
    ) -> Iterator[ShownStatement]:
        """Yield the statements of the events *shown*, in log order."""
        groups: dict[int, list[ShownEvent]] = {}
        for at in sorted(shown):
            groups.setdefault(at[0], []).append(self._shown(at, shown[at]))
        for log_index, events in groups.items():
            entry = self._statement(log_index)
            header = entry.header
            hashes: tuple[Hash, ...] = ()
            if len(events) < header.event_count:
                hashes = prove_many(
                    [event.position for event in events],
                    header.event_count,
                    self.source.event_nodes(log_index),
                )
            yield ShownStatement(
                log_index,
                header.issuer,
                header.key_id,
                header.issued_at,
                header.event_count,
                entry.signature,
                tuple(events),
                hashes,
            )

    def _shown(self, at: Position, leaves: Collection[int]) -> ShownEvent:
        seen = self._event(at)
        view, numbers = seen.view, sorted({0, *leaves})
        hashes: tuple[Hash, ...] = ()
        if len(numbers) < view.size:
            hashes = prove_many(numbers, view.size, view.nodes)
        items = [n for n in numbers if n in seen.items]
        fields = [
            ShownField(number, leaf)
            for number in numbers[1 + len(items) :]
            if (leaf := view.leaf(number)) is not None
        ]
        return ShownEvent(
            position=at[1],
            counts=tuple(view.counts),
            pointers=tuple(view.pointers),
            body=view.body_leaf,
            items=tuple(map(seen.items.shown, items)),
            fields=tuple(fields),
            hashes=hashes,
        )


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return [start, stop) of each run of neighbours in *numbers*, sorted."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = runs[-1][0], number + 1
        else:
            runs.append((number, number + 1))
    return runs
