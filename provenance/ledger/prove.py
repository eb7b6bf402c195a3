"""Proving: one item's whole story, packed so that anyone can check it.

What belongs to the story is decided by `provenance.proof.trace`, the walk
that the verifier takes again over the bundle; `provenance.proof.pack` packs
what it asked for. Here it walks the database, and all that is shown is proven
into the log's tree and the map. Where grants have dates, where authorities
must agree, or where a report came late, the map commitments around an entry
are shown: they say when it was logged. Of dated grants there is the first
checkpoint after it as well that a quorum cosigned (an *anchor*).
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from provenance.claims.actor import GRANTED, read_grant
from provenance.claims.trail import map_key
from provenance.claims.versions import trust_item
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    QuorumNotMetError,
)
from provenance.ledger.books import LoggedBook
from provenance.ledger.itemmap import ItemMap, KeptRows
from provenance.ledger.logtree import TileCache, TileNodes
from provenance.ledger.missing import no_event_of
from provenance.ledger.views import EventView, StatementView, TrailView
from provenance.proof.bundle import (
    MAX_ANCHORS,
    Anchor,
    Bundle,
    Committed,
    LoggedEntry,
    ShownCommitment,
)
from provenance.proof.pack import Story
from provenance.proof.trails import Position
from provenance.proof.trust import Trust
from provenance.rules.books import Books
from provenance.store.protocol import EventStart, Reader
from provenance.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from provenance.tlog.commitment import Commitment, parse_commitment
from provenance.tlog.merkle import ReadNodes, prove_many
from provenance.tlog.note import parse_note

MAX_STRETCH = 1_024
"""The most links of the item's trail that may be asked for besides."""

MAX_ANCHOR_LOOKS = 256
"""How many checkpoints after an entry are looked at for a cosigned one."""


class Prover:
    """Makes bundles from one snapshot of a ledger."""

    def __init__(  # noqa: PLR0913  # what one snapshot is made of
        self,
        reader: Reader,
        *,
        trust: Trust,
        books: Books,
        logged_books: Collection[LoggedBook] = (),
        size: int,
        note: str,
        kept_tiles: TileCache | None = None,
        kept_rows: KeptRows | None = None,
    ) -> None:
        """Prove from *reader*, which stands at the checkpoint of *size*.

        Args:
            reader: The snapshot.
            trust: Whose authorities the registry starts from.
            books: The ledger's rule books.
            logged_books: Those among them that the log has: they are shown.
            size: The checkpoint's size.
            note: The signed checkpoint.
            kept_tiles: Expanded tiles of earlier proofs.
            kept_rows: Expanded map rows of earlier proofs.
        """
        self._reader = reader
        self._trust = trust
        self._books = books
        self._logged_books = logged_books
        self._size = size
        self._note = note
        self._kept_tiles: TileCache = {} if kept_tiles is None else kept_tiles
        self._map = ItemMap(reader, kept_rows)
        self._entries: dict[int, bytes] = {}
        self._starts: dict[Position, EventStart] = {}

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
        head = self._reader.head(map_key(item))
        if head is None:
            raise no_event_of(item, self._reader)
        # What the walk misses here, an unreadable lot number say, the verdict
        # names as missing: the rest is proven all the same.
        story = Story(
            item,
            self,
            trust_item=trust_item(self._trust.origin),
            books=self._books,
            besides=_besides(item, stretch, count=head.count),
        )
        story.walk()
        while bounds := self._bounds(story) - story.commitments.keys():
            # The times that they tell may lead the walk elsewhere.
            story.walk({b: self._commitment(b).time for b in bounds})
        shown = story.pack(reveal)
        books = [
            LoggedEntry(book.log_index, book.entry)
            for book in self._logged_books
            if book.log_index < self._size
        ]
        entries = {e.log_index: e for e in (*shown.entries, *books)}
        last = self._commitment(self._size - 1)
        bounds = story.commitments.keys() - {self._size - 1}
        indexes = {
            self._size - 1,
            *bounds,
            *entries,
            *(statement.log_index for statement in shown.statements),
        }
        keys = [map_key(trail.item) for trail in shown.trails]
        return Bundle(
            checkpoint=self._note,
            committed=Committed(last.item_count, last.time, last.map_root),
            statements=shown.statements,
            commitments=tuple(map(self._bound, sorted(bounds))),
            entries=tuple(entries[index] for index in sorted(entries)),
            log_hashes=prove_many(
                sorted(indexes), self._size, self._nodes(self._size)
            ),
            subject=item,
            trails=shown.trails,
            map_proof=self._map.prove(keys),
            anchors=tuple(self._anchors(self._dated(story))),
        )

    # What `Story` reads.

    def trail(self, item: str) -> TrailView | None:
        """Return the item's trail; None if it has none."""
        head = self._reader.head(map_key(item))
        if head is None:
            return None
        return TrailView(self._reader, head)

    def event_at(self, log_index: int, position: int) -> EventView:
        """Return the event at that place."""
        start = self._starts.get((log_index, position))
        return EventView(self._reader, log_index, position, start)

    def event_nodes(self, log_index: int) -> ReadNodes:
        """Return the nodes of the tree over one statement's event ids."""
        return StatementView(self._reader, log_index).nodes

    def entry(self, log_index: int) -> bytes:
        """Return the bytes of that log entry."""
        entry = self._entries.get(log_index)
        if entry is None:
            (entry,) = self._reader.entries(log_index, log_index + 1)
        return entry

    def commitment_before(self, log_index: int) -> tuple[int, int] | None:
        """Return index and time of the last map commitment before an entry."""
        before = self._reader.checkpoint_before(log_index + 1)
        if before is None:
            return None
        index = before[0] - 1
        return index, self._commitment(index).time

    def prepare(self, places: Sequence[Position]) -> None:
        """Read the events at these places, all at once."""
        new = [at for at in places if at not in self._starts]
        for at, found in zip(new, self._reader.events_at(new), strict=True):
            if found is not None:
                self._entries[at[0]], self._starts[at] = found

    # What is shown besides.

    def _nodes(self, size: int) -> ReadNodes:
        return TileNodes(self._reader, size=size, kept=self._kept_tiles)

    def _commitment(self, log_index: int) -> Commitment:
        return parse_commitment(self.entry(log_index))

    def _bound(self, log_index: int) -> ShownCommitment:
        said = self._commitment(log_index)
        return ShownCommitment(
            log_index, said.item_count, said.time, said.map_root
        )

    def _dated(self, story: Story) -> list[int]:
        """Return the entries whose issuers hold grants with dates, in order."""
        founding = [
            given
            for authority in (*self._trust.authorities, *self._trust.actors)
            for given in authority.grants
        ]
        granted = [
            read_grant(body) for body in story.bodies if body["type"] == GRANTED
        ]
        actors = {given.actor for given in founding + granted if given.is_dated}
        return _signed_by(story, actors)

    def _bounds(self, story: Story) -> set[int]:
        """Return the commitments around entries whose time matters.

        The last one before each and the first one after bound the log's time.
        """
        timed = self._dated(story)
        if self._trust.threshold > 1:
            # How long a voice waits for the others is counted from there.
            timed += _signed_by(
                story, {authority.id for authority in self._trust.authorities}
            )
        bounds: set[int] = set()
        for index in timed:
            before = self.commitment_before(index)
            if before is not None:
                bounds.add(before[0])
            for size, _ in self._reader.checkpoints(index + 2, self._size):
                bounds.add(size - 1)
                break
        # The last one is there at any rate.
        return bounds - {self._size - 1}

    def _anchors(self, dated: Sequence[int]) -> Iterator[Anchor]:
        """Yield the first checkpoints after these entries that a quorum saw."""
        if self._trust.policy.quorum is None:
            return
        anchors: list[tuple[int, str, list[int]]] = []
        seen = 0
        for index in dated:
            # The one that an earlier entry has may hold this one as well.
            if not anchors or anchors[-1][0] <= index:
                if len(anchors) == MAX_ANCHORS:
                    break
                size, note = self._cosigned(max(index + 1, seen))
                seen = size + 1
                if note is None:
                    continue
                anchors.append((size, note, []))
            anchors[-1][2].append(index)
        for size, note, indexes in anchors:
            hashes = prove_many(indexes, size, self._nodes(size))
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


def _signed_by(story: Story, actors: Collection[str]) -> list[int]:
    """Return the entries of *story* that one of these signed, in order."""
    return [n for n, issuer in story.issuers.items() if issuer in actors]


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
            f"{item} has {count} events: there is none after the first {start}"
        )
    return range(start, min(stop, count))
