"""Sequencing: giving admitted statements their places, links and map heads.

    entry i          the statement's bytes
    link             for each item of each event, once (`claims.trail`)
    entry n - 1      the map commitment: what the map is after entries [0, n-1)

Every batch ends in a commitment, so that the last leaf of every checkpoint
commits to every item's head. What long trails and large events have beside it
is made here as well: tiles, and where an event is cut.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from provenance.claims.entry import TRUST_VERSION, entry_kind
from provenance.claims.stored import shown_mark
from provenance.claims.trail import WARNS, map_key, next_link
from provenance.claims.versions import (
    parse_book_entry,
    parse_version_entry,
    trust_item,
    version_link,
)
from provenance.encoding.digest import HASH_SIZE, sha256
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import DamagedError
from provenance.ledger.admit import Admitted, LogPosition
from provenance.ledger.check import REGISTRY_ACT
from provenance.ledger.itemmap import GrowingTrail, ItemMap
from provenance.ledger.parts import (
    MAX_SMALL,
    Tile,
    cut_event,
    event_tree,
    statement_tree,
    whole_tree,
)
from provenance.store.protocol import (
    EntryRow,
    EventCuts,
    LinkRow,
    NameRow,
    TimeRow,
    WarningRow,
    mark_of,
)
from provenance.tlog.commitment import Commitment
from provenance.tlog.tile import TILE_WIDTH, append_leaves

LINK_NUMBERS = struct.Struct(f">{TILE_WIDTH}Q")
"""The numbers of 256 links, which stand behind them in a trail's tile."""


@dataclass(frozen=True, slots=True)
class Sequenced:
    """Statements with their places in the log. Made by `Sequencer` alone."""

    entries: Sequence[EntryRow]
    statements: Sequence[tuple[int, bytes, int]]
    links: Sequence[LinkRow]
    registry: Sequence[tuple[int, int]]
    names: Sequence[NameRow]
    warnings: Sequence[WarningRow]
    cuts: Sequence[EventCuts]
    tiles: Sequence[Tile]
    times: Sequence[TimeRow]
    books: Sequence[tuple[bytes, int]]


class Stored(Protocol):
    """What sequencing reads again: the last links of a long trail."""

    def trail_back(self, last: int, most: int) -> list[LinkRow]:
        """Return link *last* and those before it, latest first."""

    def tile(self, level: int, number: int, tree: bytes) -> bytes | None:
        """Return a tile of a trail."""


class Sequencer:
    """Places statements one after the other, and links them into the map."""

    def __init__(
        self, item_map: ItemMap, stored: Stored, *, size: int, link_count: int
    ) -> None:
        self._map = item_map
        self._stored = stored
        self._start = size
        self._next = size
        self._link_count = link_count
        self._entries: list[EntryRow] = []
        self._statements: list[tuple[int, bytes, int]] = []
        self._links: list[LinkRow] = []
        self._registry: list[tuple[int, int]] = []
        self._names: dict[bytes, list[NameRow]] = {}
        self._warnings: list[WarningRow] = []
        self._cuts: list[EventCuts] = []
        self._tiles: list[Tile] = []
        self._trail_tiles: dict[tuple[bytes, int, int], bytes] = {}
        self._times: list[TimeRow] = []
        self._books: list[tuple[bytes, int]] = []
        self._events: dict[bytes, LogPosition] = {}
        self._said: dict[tuple[int, int], list[LogPosition]] = {}

    @property
    def next_index(self) -> int:
        """The index that the next statement will have."""
        return self._next

    @property
    def is_empty(self) -> bool:
        """Whether nothing was placed yet."""
        return not self._entries

    @property
    def start(self) -> int:
        """The index of the first statement placed."""
        return self._start

    def row(self, log_index: int) -> EntryRow:
        """Return the statement that was placed at *log_index*."""
        return self._entries[log_index - self._start]

    def recent(self, last: int, most: int) -> list[LinkRow]:
        """Return the links placed so far that lead back from that numbered.

        Latest first, and *most* of them at most.
        """
        found: list[LinkRow] = []
        while last >= self._link_count and len(found) < most:
            found.append(self._links[last - self._link_count])
            last = found[-1].previous
        return found

    def named(self, key: bytes) -> Sequence[NameRow]:
        """Return the names placed so far under that key."""
        return self._names.get(key, ())

    def find_event(self, event_id: bytes) -> LogPosition | None:
        """Return where an event with that id was placed, if one was."""
        return self._events.get(event_id)

    def find_said(self, time: int, mark: int) -> Sequence[LogPosition]:
        """Return where events of that time and `shown_mark` were placed."""
        return self._said.get((time, mark), ())

    def place(self, admitted: Admitted) -> int:
        """Give *admitted* the next place in the log; return its index.

        Raises:
            StoreError: What is stored of a trail is damaged. Some of the
                statement's links may be pending in the map then.
        """
        log_index = self._next
        statement = admitted.statement
        for position, event in enumerate(statement.events):
            if event.act is not REGISTRY_ACT:
                self._events[event.id] = LogPosition(log_index, position)
                self._times.append(
                    TimeRow(event.time, mark_of(event.id), log_index, position)
                )
                if event.name is None:
                    looks = event.time, shown_mark(event.data)
                    self._times.append(TimeRow(*looks, log_index, position))
                    self._said.setdefault(looks, []).append(
                        LogPosition(log_index, position)
                    )
            if event.name is not None:
                key, said, declared = event.name
                self._names.setdefault(key, []).append(
                    NameRow(key, log_index, position, said, declared)
                )
            for key, kinds, leaves in zip(
                event.keys, event.kinds, event.leaves, strict=True
            ):
                self._link(
                    key,
                    log_index,
                    position,
                    event.time,
                    kinds,
                    leaves,
                    event.id,
                )
            if (
                len(event.data) > MAX_SMALL
                and (cut := cut_event(event.data)) is not None
            ):
                offsets, hashes = cut
                self._cuts.append(EventCuts(log_index, position, offsets))
                self._tiles += whole_tree(
                    event_tree(log_index, position), hashes
                )
        ids = [event.id for event in statement.events]
        if len(ids) > TILE_WIDTH:
            self._tiles += whole_tree(
                statement_tree(log_index), [leaf_hash(one) for one in ids]
            )
        self._entries.append(
            EntryRow(
                statement.entry,
                b"".join(ids),
                [event.data for event in statement.events],
            )
        )
        self._statements.append((
            statement.issued_at, statement.statement_id, log_index,
        ))  # fmt: skip
        self._registry += [
            (log_index, position) for position in admitted.registry_positions
        ]
        self._next += 1
        return log_index

    def place_document(self, entry: bytes) -> int:
        """Give a trust version or a rule book the next place; return it.

        Raises:
            MalformedError: *entry* is neither.
        """
        log_index = self._next
        row = EntryRow(entry)
        if entry_kind(entry) == TRUST_VERSION:
            version = parse_version_entry(entry).version
            link = version_link(log_index, version.data)
            self._link(
                map_key(trust_item(version.origin)),
                log_index,
                link.position,
                link.time,
                link.kinds,
                link.leaves,
                link.event_id,
            )
            row = EntryRow(entry, link.event_id, [b""])
        else:
            self._books.append((sha256(parse_book_entry(entry)), log_index))
        self._entries.append(row)
        self._next += 1
        return log_index

    def _link(  # noqa: PLR0913, PLR0917  # all of a row, and in its order
        self,
        key: bytes,
        log_index: int,
        position: int,
        time: int,
        kinds: int,
        leaves: tuple[int, ...],
        event_id: bytes,
    ) -> None:
        """Add a link to the trail of that key."""
        trail = self._map.trail(key)
        row = LinkRow(
            log_index, position, time, kinds, leaves, event_id, trail.last
        )
        number = self._link_count + len(self._links)
        self._links.append(row)
        warns = kinds & WARNS != 0
        if warns:
            self._warnings.append(
                WarningRow(key, trail.warnings, trail.count, number)
            )
        trail.grow(_hash(trail.link, row), number, warns=warns)
        if trail.count % TILE_WIDTH == 0:
            self._add_tile(key, trail)

    def _add_tile(self, key: bytes, trail: GrowingTrail) -> None:
        """Add the tile of the last 256 links, and what it changes above."""
        rows = self.recent(trail.last, TILE_WIDTH)
        if len(rows) < TILE_WIDTH:
            rows += self._stored.trail_back(
                rows[-1].previous, TILE_WIDTH - len(rows)
            )
        rows.reverse()
        numbers = [*(row.previous for row in rows[1:]), trail.last]
        tile = trail.count // TILE_WIDTH - 1
        link = key
        if tile:
            before = self._read_tile(key, 0, tile - 1)
            link = before[(TILE_WIDTH - 1) * HASH_SIZE : TILE_WIDTH * HASH_SIZE]
        links = []
        for row in rows:
            link = _hash(link, row)
            links.append(link)
        if link != trail.link or len(rows) < TILE_WIDTH:
            raise DamagedError(
                f"the stored trail {key.hex()} does not lead to its head: run"
                " an audit"
            )
        self._trail_tiles[key, 0, tile] = b"".join([
            *links, LINK_NUMBERS.pack(*numbers),
        ])  # fmt: skip
        root = root_of([leaf_hash(link) for link in links])
        for level, number, hashes in append_leaves(
            tile,
            [root],
            lambda level, number: self._read_tile(key, level + 1, number),
        ):
            self._trail_tiles[key, level + 1, number] = hashes

    def _read_tile(self, key: bytes, level: int, number: int) -> bytes:
        tile = self._trail_tiles.get((key, level, number))
        return tile or self._stored.tile(level, number, key) or b""

    def commit_map(self, *, now: int) -> Sequenced:
        """End the batch with the map's commitment; return all of it."""
        commitment = Commitment(
            covered=self._next,
            map_root=self._map.root(),
            item_count=self._map.item_count,
            time=now,
        )
        self._entries.append(EntryRow(commitment.to_bytes()))
        return Sequenced(
            self._entries,
            self._statements,
            self._links,
            self._registry,
            [row for rows in self._names.values() for row in rows],
            self._warnings,
            self._cuts,
            [
                *self._tiles,
                *((*at, tile) for at, tile in self._trail_tiles.items()),
            ],
            self._times,
            self._books,
        )


def _hash(previous: bytes, row: LinkRow) -> bytes:
    return next_link(previous, row)  # type: ignore[arg-type]  # all it hashes
