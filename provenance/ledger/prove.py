"""Proving: one item's whole story, packed so that anyone can check it.

What belongs to the story is decided by `provenance.proof.trace`, the walk
that the verifier takes again over the bundle. Here it walks the database, and
what it asked for is packed with the proofs that hold it:

    trails       the links that the walk asked for, as ranges; of a link whose
                 event is not shown, the link itself
    events       those that the walk saw, with the leaves that it looked at;
                 and of every item whose trail is shown, all its own leaves
    entries      the trust versions, earlier commitments and anchors that the
                 dates of grants need

Of all this no more is read than is shown, and what lies on the way there: an
event of 50,000 items is its header, a few leaves and their proof, a trail of
200,000 links two times 64.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from provenance.claims.actor import GRANTED, read_grant
from provenance.claims.event import (
    Item,
    has_trail,
    parse_body,
    parse_item,
    relation_of,
    room_for,
)
from provenance.claims.statement import Entry, parse_entry
from provenance.claims.trail import Link, map_key
from provenance.claims.versions import trust_item
from provenance.encoding.canonical import Value
from provenance.encoding.digest import Hash
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    QuorumNotMetError,
)
from provenance.ledger.itemmap import ItemMap, KeptRows
from provenance.ledger.logtree import TileCache, TileNodes
from provenance.ledger.views import EventView, StatementView, TrailView
from provenance.proof.bundle import (
    Anchor,
    Bundle,
    Committed,
    LoggedEntry,
    MapMultiproof,
    ProvenTrail,
    Range,
    ShownCommitment,
    ShownEvent,
    ShownField,
    ShownItem,
    ShownStatement,
)
from provenance.proof.trace import EDGE, SeenEvent, trace
from provenance.proof.trails import Position, Trail, place_of
from provenance.proof.trust import Trust
from provenance.store.protocol import Reader
from provenance.tlog import merkle
from provenance.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from provenance.tlog.commitment import parse_commitment
from provenance.tlog.note import parse_note

MAX_STRETCH = 1_024
"""The most links of the item's trail that may be asked for besides."""

MAX_ANCHOR_LOOKS = 256
"""How many checkpoints after an entry are looked at for a cosigned one."""

_SALT = slice(8, 24)
"""Where an item leaf has its salt: after two heads and the word "item"."""


class Prover:
    """Makes bundles from one snapshot of a ledger."""

    def __init__(  # noqa: PLR0913  # what one snapshot is made of
        self,
        reader: Reader,
        *,
        trust: Trust,
        size: int,
        note: str,
        kept_tiles: TileCache | None = None,
        kept_rows: KeptRows | None = None,
    ) -> None:
        """Prove from *reader*, which stands at the checkpoint of *size*.

        Args:
            reader: The snapshot.
            trust: Whose authorities the registry starts from.
            size: The checkpoint's size.
            note: The signed checkpoint.
            kept_tiles: Expanded tiles of earlier proofs.
            kept_rows: Expanded map rows of earlier proofs.
        """
        self._reader = reader
        self._trust = trust
        self._size = size
        self._note = note
        self._kept_tiles: TileCache = {} if kept_tiles is None else kept_tiles
        self._map = ItemMap(reader, kept_rows)

    def prove(
        self,
        item: str,
        *,
        reveal: Collection[str] = (),
        stretch: tuple[int, int] | None = None,
    ) -> Bundle:
        """Return the bundle of *item*.

        Args:
            item: The item's id.
            reveal: The pointers of the concealed fields to show, where the
                item's own events have them.
            stretch: Links [from, to) of the item's trail to show even where
                the story would skip them.

        Raises:
            NotFoundError: The ledger has no event of it, or its trail has no
                link in that stretch.
            StoreError: The ledger's storage failed or is damaged.
            ValueError: The stretch is empty or of over `MAX_STRETCH` links.
        """
        trusted = trust_item(self._trust.origin)
        head = None if item == trusted else self._map.head(map_key(item))
        if head is None:
            raise NotFoundError(f"the ledger has no event of {item!r}")
        besides = _besides(item, stretch, count=head.count)
        look = _Look(self._reader, self._map, self._kept_tiles)
        # What the walk misses here, an unreadable lot number say, the verdict
        # names as missing: the rest is proven all the same.
        story = trace(
            item,
            trust_item=trusted,
            read_trail=look.trail,
            read_event=look.event,
            besides=besides,
        )
        shown = look.shown({at: set(story.shown[at]) for at in story.shown})
        if reveal:
            look.reveal(shown, look.trails[item], reveal)
        versions = [link.log_index for _, link in look.trails[trusted].asked()]
        statements = tuple(look.statements(shown))
        dated = self._dated(look, statements)
        bounds = self._bounds(dated)
        last = parse_commitment(look.entry(self._size - 1))
        indexes = {s.log_index for s in statements} | bounds | {*versions}
        nodes = TileNodes(self._reader, size=self._size, kept=self._kept_tiles)
        names = sorted(look.trails)
        return Bundle(
            checkpoint=self._note,
            committed=Committed(last.item_count, last.time, last.map_root),
            statements=statements,
            commitments=tuple(look.commitment(i) for i in sorted(bounds)),
            entries=tuple(LoggedEntry(i, look.entry(i)) for i in versions),
            log_hashes=merkle.prove_many(
                sorted(indexes | {self._size - 1}), self._size, nodes
            ),
            subject=item,
            trails=tuple(look.trails[name].proven(name, shown) for name in names),
            map_proof=MapMultiproof(
                *map(tuple, self._map.prove_many(map(map_key, names)))
            ),
            anchors=tuple(self._anchors(dated)),
        )

    def _dated(
        self, look: "_Look", statements: Sequence[ShownStatement]
    ) -> list[int]:
        """Return the entries whose issuers hold grants with dates, in order."""
        founding = [
            given
            for authority in (*self._trust.authorities, *self._trust.actors)
            for given in authority.grants
        ]
        granted = [
            read_grant(body)
            for statement in statements
            for event in statement.events
            if (body := look.body((statement.log_index, event.position)))[
                "type"
            ]
            == GRANTED
        ]
        actors = {given.actor for given in founding + granted if given.is_dated}
        return [s.log_index for s in statements if s.issuer in actors]

    def _bounds(self, dated: Sequence[int]) -> set[int]:
        """Return the commitments around entries whose time matters.

        The last one before each and the first one after bound the log's time.
        """
        bounds: set[int] = set()
        for index in dated:
            before = self._reader.checkpoint_before(index + 1)
            if before is not None:
                bounds.add(before[0] - 1)
            for size, _ in self._reader.checkpoints(index + 2, self._size):
                bounds.add(size - 1)
                break
        return bounds

    def _anchors(self, dated: Sequence[int]) -> Iterator[Anchor]:
        """Yield the first checkpoints after these entries that a quorum saw."""
        if self._trust.policy.quorum is None:
            return
        anchors: list[tuple[int, str, list[int]]] = []
        seen = 0
        for index in dated:
            # The one that an earlier entry has may hold this one as well.
            if not anchors or anchors[-1][0] <= index:
                size, note = self._cosigned(max(index + 1, seen))
                seen = size + 1
                if note is None:
                    continue
                anchors.append((size, note, []))
            anchors[-1][2].append(index)
        for size, note, indexes in anchors:
            nodes = TileNodes(self._reader, size=size, kept=self._kept_tiles)
            hashes = merkle.prove_many(indexes, size, nodes)
            yield Anchor(note, tuple(indexes), hashes)

    def _cosigned(self, start: int) -> tuple[int, str | None]:
        """Return the first checkpoint from *start* on that a quorum cosigned.

        None with the size of the last one that was looked at if there is
        none among the next `MAX_ANCHOR_LOOKS`.
        """
        size = start
        checkpoints = self._reader.checkpoints(start, self._size)
        for size, note in islice(checkpoints, MAX_ANCHOR_LOOKS):
            parsed = parse_note(note)
            signed = SignedCheckpoint(parse_checkpoint(parsed.text), parsed)
            try:
                self._trust.policy.check(signed)
            except (QuorumNotMetError, InvalidSignatureError, MalformedError):
                continue
            return size, note
        return size, None


class _AskedTrail:
    """A trail of the ledger, that notes what it was asked for: a `Trail`."""

    def __init__(self, view: TrailView | None) -> None:
        self._view = view
        self.count = 0 if view is None else view.count
        self._links: dict[int, Link] = {}
        self._asked: set[int] = set()
        self._warnings: list[tuple[int, Link]] | None = None

    def first_at(self, place: Position) -> int:
        """Return the number of the first link at or after *place*."""
        if self._view is None:
            return 0
        number = self._number_at(place)
        self._asked.update(
            n for n in (number - 1, number) if 0 <= n < self.count
        )
        return number

    def slice(self, start: int, stop: int) -> Sequence[Link]:
        """Return the links from number *start* up to *stop*, that excluded."""
        self._asked.update(range(start, stop))
        self._load(start, stop)
        return [self._links[number] for number in range(start, stop)]

    def warnings(self) -> Sequence[tuple[int, Link]]:
        """Return every link that warns, with its number, oldest first."""
        if self._warnings is None:
            view = self._view
            self._warnings = [] if view is None else view.warnings()
            self._links.update(self._warnings)
            self._asked.update(number for number, _ in self._warnings)
        return self._warnings

    def asked(self) -> list[tuple[int, Link]]:
        """Return the links asked for, with their numbers, oldest first."""
        numbers = sorted(self._asked)
        for start, stop in _runs(numbers):
            self._load(start, stop)
        return [(number, self._links[number]) for number in numbers]

    def keep(self, place: Position) -> Link:
        """Ask for the link at *place*, which there is."""
        number = self._number_at(place)
        (link,) = self.slice(number, number + 1)
        assert place_of(link) == place, "the event is on that trail"
        return link

    def proven(
        self, item: str, shown: Mapping[Position, Collection[int]]
    ) -> ProvenTrail:
        """Return what was asked for, with its proof."""
        view, links = self._view, self.asked()
        if view is None:
            return ProvenTrail(item, 0)
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
            hashes = merkle.prove_many(sorted(known), self.count, view.nodes)
        rows = tuple(
            link
            for _, link in links
            # A link to a trust version, which names no leaf, is derived from
            # that entry.
            if link.leaves and place_of(link) not in shown
        )
        return ProvenTrail(item, self.count, tuple(ranges), rows, hashes)

    def _number_at(self, place: Position) -> int:
        assert self._view is not None, "an empty trail is at no place"
        if self.count <= EDGE:
            self._load(0, self.count)
            return bisect_left(
                range(self.count),
                place,
                key=lambda number: place_of(self._links[number]),
            )
        return self._view.first_at(place)

    def _load(self, start: int, stop: int) -> None:
        while start < stop and start in self._links:
            start += 1
        if start < stop:
            # The walk goes on from here one by one, as a rule.
            stop = min(self.count, max(stop, start + EDGE))
            assert self._view is not None, "an empty trail has no link"
            links = self._view.links(start, stop)
            self._links.update(enumerate(links, start))


class _Items(Mapping[int, Item]):
    """The item leaves of one event, by number, each read when asked for."""

    def __init__(self, view: EventView) -> None:
        self._view = view
        self._count = sum(number for _, number in view.counts)
        self._read: dict[int, ShownItem] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self._count + 1))

    def __getitem__(self, number: int) -> Item:
        return self.leaf(number).item

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and 1 <= number <= self._count

    def leaf(self, number: int) -> ShownItem:
        """Return leaf *number*, salt and all."""
        if number not in self:
            raise KeyError(number)
        leaf = self._read.get(number)
        if leaf is None:
            data = self._view.leaf(number)
            assert data is not None, "item leaves are never withheld"
            item = parse_item(
                data,
                relation=relation_of(self._view.counts, number),
                room=room_for(len(data)),
            )
            leaf = ShownItem(number, data[_SALT], item)
            self._read[number] = leaf
        return leaf


@dataclass(slots=True)
class _Seen:
    """An event, as far as it was read."""

    view: EventView
    items: _Items
    body: Mapping[str, Value]


@dataclass
class _Look:
    """What one walk has read of the ledger."""

    reader: Reader
    map: ItemMap
    kept: TileCache
    trails: dict[str, _AskedTrail] = field(default_factory=dict)
    _entries: dict[int, bytes] = field(default_factory=dict)
    _statements: dict[int, Entry] = field(default_factory=dict)
    _events: dict[Position, _Seen] = field(default_factory=dict)

    # What the walk reads.

    def trail(self, item: str) -> Trail:
        """Return the item's trail."""
        head = self.map.head(map_key(item))
        view = None if head is None else TrailView(self.reader, head, self.kept)
        trail = self.trails[item] = _AskedTrail(view)
        return trail

    def event(self, log_index: int, position: int, item: str) -> SeenEvent:
        """Return the event at that place."""
        del item
        seen = self._event((log_index, position))
        issuer = self._statement(log_index).header.issuer
        return SeenEvent(seen.body, seen.view.counts, seen.items, issuer)

    def body(self, at: Position) -> Mapping[str, Value]:
        """Return what the event at that place says."""
        return self._event(at).body

    def entry(self, log_index: int) -> bytes:
        """Return the bytes of that log entry."""
        entry = self._entries.get(log_index)
        if entry is None:
            (entry,) = self.reader.entries(log_index, log_index + 1)
            self._entries[log_index] = entry
        return entry

    def commitment(self, log_index: int) -> ShownCommitment:
        """Return the map commitment at that index."""
        said = parse_commitment(self.entry(log_index))
        return ShownCommitment(
            log_index, said.item_count, said.time, said.map_root
        )

    def _event(self, at: Position) -> _Seen:
        seen = self._events.get(at)
        if seen is None:
            view = EventView(self.reader, *at)
            body = parse_body(
                view.body_leaf, room=room_for(len(view.body_leaf))
            )
            seen = self._events[at] = _Seen(view, _Items(view), body)
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
        for at, leaves in needed.items():
            items = self._event(at).items
            for number in sorted(leaves - {0}):
                named = items[number]
                trail = self.trails.get(named.id)
                if trail is not None and has_trail(named.id, named.relation):
                    trail.keep(at)
        for trail in self.trails.values():
            for _, link in trail.asked():
                if (leaves := needed.get(place_of(link))) is not None:
                    leaves.update(link.leaves)
        return needed

    def reveal(
        self,
        shown: Mapping[Position, set[int]],
        trail: _AskedTrail,
        pointers: Collection[str],
    ) -> None:
        """Show these fields as well, of the events on *trail*."""
        for _, link in trail.asked():
            leaves = shown.get(place_of(link))
            if leaves is not None:
                view = self._event(place_of(link)).view
                first = view.size - len(view.pointers)
                leaves.update(
                    number
                    for number, pointer in enumerate(view.pointers, first)
                    if pointer in pointers and view.leaf(number) is not None
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
                hashes = merkle.prove_many(
                    [event.position for event in events],
                    header.event_count,
                    StatementView(self.reader, log_index).nodes,
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
            hashes = merkle.prove_many(numbers, view.size, view.nodes)
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
            items=tuple(map(seen.items.leaf, items)),
            fields=tuple(fields),
            hashes=hashes,
        )


def _besides(
    item: str, stretch: tuple[int, int] | None, *, count: int
) -> range:
    """Return the numbers of the links that *stretch* asks for."""
    if stretch is None:
        return range(0)
    start, stop = stretch
    if not 0 <= start < stop <= start + MAX_STRETCH:
        raise ValueError(
            f"a stretch has 1 to {MAX_STRETCH} links: not {start} to {stop}"
        )
    if start >= count:
        raise NotFoundError(
            f"the trail of {item} has {count} links: none is number {start}"
        )
    return range(start, min(stop, count))


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return [start, stop) of each run of neighbours in *numbers*, sorted."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = runs[-1][0], number + 1
        else:
            runs.append((number, number + 1))
    return runs
