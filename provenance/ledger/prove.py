"""Proving: one item's whole story, packed so that anyone can check it.

What belongs to the story is decided by `provenance.proof.trace`, the walk
that the verifier takes again over the bundle. Here it walks the database, and
what it saw is packed with the proofs that hold it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from provenance.claims.actor import GRANTED, read_grant
from provenance.claims.event import Event, parse_event
from provenance.claims.statement import Header, parse_entry
from provenance.claims.trail import Link, map_key
from provenance.encoding.digest import Hash, split_hashes
from provenance.errors import NotFoundError
from provenance.ledger.itemmap import ItemMap, KeptRows
from provenance.ledger.logtree import TileCache, TileNodes
from provenance.proof.bundle import (
    Bundle,
    LoggedEntry,
    ProvenTrail,
    ShownEvent,
)
from provenance.proof.show import SignedEvents, show_event
from provenance.proof.trace import Position, SeenEvent, Trace, trace
from provenance.proof.trust import Trust
from provenance.store.protocol import Reader
from provenance.tlog import merkle


@dataclass(slots=True)
class _Statement:
    header: Header
    signed: SignedEvents


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
        self._nodes = TileNodes(reader, size=size, kept=kept_tiles)
        self._map = ItemMap(reader, kept_rows)
        self._entries: dict[int, bytes] = {}
        self._statements: dict[int, _Statement] = {}
        self._events: dict[Position, Event] = {}

    def prove(self, item: str, *, reveal: Collection[str] = ()) -> Bundle:
        """Return the bundle of *item*.

        Raises:
            NotFoundError: The ledger has no event of it.
            StoreError: The ledger's storage failed or is damaged.
        """
        if self._reader.head(map_key(item)) is None:
            raise NotFoundError(f"the ledger has no event of {item!r}")
        story = trace(
            item, read_trail=self._read_trail, read_event=self._read_event
        )
        # What the walk misses here, an unreadable lot number say, the verdict
        # names as missing: the rest is proven all the same.
        indexes = sorted({log_index for log_index, _ in story.shown})
        own = {(link.log_index, link.position) for link in story.trails[item]}
        return Bundle(
            checkpoint=self._note,
            commitment=self._logged(self._size - 1),
            items=tuple(
                self._proven_trail(trailed, links)
                for trailed, links in story.trails.items()
            ),
            statements=tuple(self._logged(index) for index in indexes),
            events=tuple(
                self._shown(at, leaves, reveal if at in own else ())
                for at, leaves in story.shown.items()
            ),
            times=tuple(
                self._logged(index) for index in self._bounds(indexes, story)
            ),
        )

    # What the walk reads.

    def _read_trail(self, item: str) -> Sequence[Link]:
        head = self._reader.head(map_key(item))
        if head is None:
            return ()
        return [
            Link(row.log_index, row.position, Hash(row.event_id))
            for row in self._reader.trail(head)
        ]

    def _read_event(
        self, log_index: int, position: int, item: str
    ) -> SeenEvent | None:
        del item
        event = self._event((log_index, position))
        return SeenEvent(
            body=event.body,
            items=dict(enumerate(event.items, start=1)),
            item_count=len(event.items),
            issuer=self._statement(log_index).header.issuer,
        )

    def _event(self, at: Position) -> Event:
        event = self._events.get(at)
        if event is None:
            event = parse_event(self._reader.event(*at))
            self._events[at] = event
        return event

    def _statement(self, log_index: int) -> _Statement:
        statement = self._statements.get(log_index)
        if statement is None:
            entry = self._entry(log_index)
            ids = self._reader.event_ids(log_index)
            statement = _Statement(
                parse_entry(entry).header,
                SignedEvents(split_hashes(ids)),
            )
            self._statements[log_index] = statement
        return statement

    def _entry(self, log_index: int) -> bytes:
        entry = self._entries.get(log_index)
        if entry is None:
            (entry,) = self._reader.entries(log_index, log_index + 1)
            self._entries[log_index] = entry
        return entry

    # What is packed.

    def _logged(self, log_index: int) -> LoggedEntry:
        return LoggedEntry(
            log_index,
            self._entry(log_index),
            merkle.prove_inclusion(log_index, self._size, self._nodes),
        )

    def _proven_trail(self, item: str, links: Sequence[Link]) -> ProvenTrail:
        answer = self._map.prove(map_key(item))
        if answer.head is None:
            other = (answer.key, answer.value) if answer.key else None
            return ProvenTrail(item, (), None, answer.path, other)
        head = Hash(answer.head.link)
        return ProvenTrail(item, tuple(links), head, answer.path)

    def _shown(
        self,
        at: Position,
        leaves: Collection[int],
        reveal: Collection[str],
    ) -> ShownEvent:
        log_index, position = at
        event = self._event(at)
        shown = set(leaves)
        if reveal:
            first = 1 + len(event.items)
            shown |= {
                first + number
                for number, field in enumerate(event.fields)
                if field is not None and field.pointer in reveal
            }
        return show_event(
            event,
            log_index=log_index,
            position=position,
            signed=self._statement(log_index).signed,
            leaves=shown,
        )

    def _bounds(self, indexes: Sequence[int], story: Trace) -> list[int]:
        """Return the commitments around statements whose time matters.

        It matters where the issuer holds a grant with dates: then the last
        commitment before and the first one after bound the log's time.
        """
        dated = self._dated_actors(story)
        bounds: set[int] = set()
        for index in indexes:
            if self._statement(index).header.issuer not in dated:
                continue
            before = self._reader.checkpoint_before(index + 1)
            if before is not None:
                bounds.add(before[0] - 1)
            for size, _ in self._reader.checkpoints(index + 2, self._size):
                bounds.add(size - 1)
                break
        return sorted(bounds)

    def _dated_actors(self, story: Trace) -> set[str]:
        founding = [
            given
            for authority in (*self._trust.authorities, *self._trust.actors)
            for given in authority.grants
        ]
        granted = [
            read_grant(body)
            for at in story.shown
            if (body := self._event(at).body)["type"] == GRANTED
        ]
        return {given.actor for given in founding + granted if given.is_dated}
