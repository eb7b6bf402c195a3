"""Trails, events and statements, read as far as somebody asks.

What proves one link of a trail of 200,000, one leaf of an event of 50,000 or
one event of a statement of 8,000 is read in a few look-ups, and small ones
whole: whoever asks sees no difference. Each view gives the nodes of its tree,
of which `provenance.tlog.merkle.prove_many` makes a proof.

Nothing that is read here is believed: what is made of it is a proof.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256

import msgpack

from provenance.claims.event import MAX_LEAVES
from provenance.claims.trail import Head, Link, next_link
from provenance.encoding.digest import HASH_SIZE, Hash, split_hashes
from provenance.encoding.tree import leaf_hash
from provenance.errors import (
    DamagedError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.ledger.itemmap import read_head
from provenance.ledger.logtree import TileNodes, expand
from provenance.ledger.parts import (
    event_tree,
    leaf_count,
    read_start,
    statement_tree,
)
from provenance.ledger.sequence import LINK_NUMBERS
from provenance.store.protocol import EventStart, HeadRow, LinkRow, Reader
from provenance.tlog.merkle import ReadNodes
from provenance.tlog.tile import TILE_WIDTH

_LINKS_SIZE = TILE_WIDTH * HASH_SIZE

_UNPACKING = (ValueError, TypeError, msgpack.UnpackException)
"""What reading bytes that are no event's raises."""


class TrailView:
    """One item's trail, as one moment has it.

    Attributes:
        count: How many links it has.
        nodes: Reads nodes of the tree of its links.
    """

    def __init__(self, reader: Reader, row: HeadRow) -> None:
        """Read from *reader* the trail that ends in *row*.

        Raises:
            StoreError: By its head it has no links: what is stored is damaged.
        """
        self._reader = reader
        self._row = row
        if row.count < 1:
            raise self._damage("no links that its head counts")
        self.count = row.count
        self.nodes = TileNodes(self, size=row.count)
        self._tiles: dict[int, tuple[list[bytes], list[int]]] = {}

    @property
    def head(self) -> Head:
        """What the map commits to of it."""
        return read_head(self._row)

    def links(self, start: int, stop: int) -> list[Link]:
        """Return the links [start, stop), in order."""
        stop = min(stop, self.count)
        found: list[LinkRow] = []
        while start < stop:
            number, first = divmod(start, TILE_WIDTH)
            count = min(TILE_WIDTH - first, stop - start)
            if number < self._full:
                numbers = self._tile(number)[1][first : first + count]
                found += self._links_at(numbers)
            else:
                found += self._tail[first : first + count]
            start += count
        return [_link(row) for row in found]

    def link_hash(self, index: int) -> Hash:
        """Return the hash of link *index*."""
        number, place = divmod(index, TILE_WIDTH)
        return Hash(self._hashes(number)[place])

    def first_at(self, place: tuple[int, int]) -> int:
        """Return the index of the first link that is not before *place*.

        Args:
            place: (log index, position) of an event.

        Returns:
            The index; `count` if all are before it.
        """
        # Of each full tile the last link is looked at, then one tile's.
        number = bisect_left(
            range(self._full),
            place,
            key=lambda number: self._place_at((number + 1) * TILE_WIDTH - 1),
        )
        start = number * TILE_WIDTH
        stop = min(start + TILE_WIDTH, self.count)
        return bisect_left(range(stop), place, start, stop, key=self._place_at)

    def warnings(self) -> list[tuple[int, Link]]:
        """Return the links that warn, each with its index, in order."""
        rows = self._reader.warnings_of(self._row.key)
        if len(rows) != self._row.warnings:
            raise self._damage("not the warnings that its head counts")
        links = self._links_at([row.link for row in rows])
        return [
            (row.index, _link(link))
            for row, link in zip(rows, links, strict=True)
        ]

    @property
    def _full(self) -> int:
        """How many full tiles of links there are."""
        return self.count // TILE_WIDTH

    @cached_property
    def _tail(self) -> list[LinkRow]:
        """The links that are in no full tile yet."""
        width = self.count % TILE_WIDTH
        rows = self._reader.trail_back(self._row.last, width)
        if len(rows) != width:
            raise self._damage("fewer links than its head counts")
        return rows[::-1]

    @cached_property
    def _tail_hashes(self) -> list[bytes]:
        hashes: list[bytes] = []
        link: bytes = self._row.key
        if self._full:
            link = self._tile(self._full - 1)[0][-1]
        for row in self._tail:
            link = next_link(link, _link(row))
            hashes.append(link)
        if link != self._row.link:
            raise self._damage("links that do not lead to its head")
        return hashes

    def _hashes(self, number: int) -> list[bytes]:
        """Return the links of tile *number*, full or not."""
        if number < self._full:
            return self._tile(number)[0]
        return self._tail_hashes

    def _place_at(self, index: int) -> tuple[int, int]:
        (link,) = self.links(index, index + 1)
        return link.place

    def _tile(self, number: int) -> tuple[list[bytes], list[int]]:
        """Return the links of a full tile, and their numbers."""
        tile = self._tiles.get(number)
        if tile is None:
            data = self._reader.tile(0, number, self._row.key) or b""
            if len(data) != _LINKS_SIZE + LINK_NUMBERS.size:
                raise self._damage(f"no tile {number} of its links")
            tile = self._tiles[number] = (
                split_hashes(data[:_LINKS_SIZE]),
                list(LINK_NUMBERS.unpack_from(data, _LINKS_SIZE)),
            )
        return tile

    def _links_at(self, numbers: Sequence[int]) -> list[LinkRow]:
        try:
            return self._reader.links_at(numbers)
        except NotFoundError as error:
            raise self._damage(str(error)) from error

    def _damage(self, what: str) -> StoreError:
        return DamagedError(
            f"the stored trail {self._row.key.hex()} has {what}: run an audit"
        )

    def tile(self, level: int, number: int) -> bytes | None:
        """Return a tile of the tree, as `TileNodes` asks for it."""
        if level:
            return self._reader.tile(level, number, self._row.key)
        return b"".join([leaf_hash(link) for link in self._hashes(number)])


class EventView:
    """One event, as one moment has it.

    Attributes:
        id: Its id.
        counts: How many items stand under each relation.
        pointers: Where each concealed field belongs.
        size: How many leaves it has.
        body_leaf: Its first leaf.
    """

    def __init__(
        self,
        reader: Reader,
        log_index: int,
        position: int,
        start: EventStart | None = None,
    ) -> None:
        """Read event *position* of the entry *log_index*.

        Args:
            reader: Where it is stored.
            log_index: The entry.
            position: The event's number in it.
            start: Its beginning, if that was read already.

        Raises:
            NotFoundError: There is none.
            StoreError: What is stored is damaged.
        """
        self._reader = reader
        self._at = log_index, position
        stored = reader.event_start(*self._at) if start is None else start
        self.id = Hash(stored.id)
        self._is_large = stored.rest > 0
        # Part → its leaves as event data has them: bytes, or a list of the
        # hash of a leaf that is withheld.
        self._leaves: dict[int, Sequence[object]] = {}
        try:
            if self._is_large:
                self._read_large(stored)
            else:
                self._read_small(stored.data)
        except MalformedError as error:
            raise self._damage(error) from error

    @cached_property
    def nodes(self) -> ReadNodes:
        """Reads nodes of the tree of its leaves."""
        if self._is_large:
            return TileNodes(self, size=self.size)
        return _nodes_over([*map(_hash_of, self._leaves[0])])

    def _read_small(self, data: bytes) -> None:
        # Most events are: no more is looked at than what must be of its type.
        try:
            self.counts, self.pointers, leaves = msgpack.unpackb(
                data, use_list=False
            )
            self.size = leaf_count(self.counts, self.pointers)
            body = leaves[0]
        except (*_UNPACKING, LookupError) as error:
            raise MalformedError(f"no event data: {error}") from error
        if len(leaves) != self.size or type(body) is not bytes:
            raise MalformedError("its leaves are not those that it counts")
        self.body_leaf = body
        self._leaves[0] = leaves

    def _read_large(self, stored: EventStart) -> None:
        # Where the rest is not looked at, there must be room for it all the
        # same: a byte for each leaf is enough.
        data = stored.data + bytes(min(stored.rest, MAX_LEAVES))
        self.counts, self.pointers, rest = read_start(data)
        self.size = leaf_count(self.counts, self.pointers)
        self.body_leaf = rest.binary(len(data))

    def leaf(self, number: int) -> bytes | None:
        """Return leaf *number*; None where only its hash is known."""
        leaf = self._leaf(number)
        return leaf if isinstance(leaf, bytes) else None

    def _leaf(self, number: int) -> object:
        if not 0 <= number < self.size:
            raise NotFoundError(f"the event has no leaf {number}")
        if number == 0:
            return self.body_leaf
        part, place = divmod(number, TILE_WIDTH)
        return self._part(part)[place]

    def _part(self, number: int) -> Sequence[object]:
        """Return the leaves [256 n, 256 (n + 1))."""
        leaves = self._leaves.get(number)
        if leaves is None:
            data = self._reader.event_part(*self._at, number) or b""
            count = min(TILE_WIDTH, self.size - number * TILE_WIDTH)
            # The first part stands without leaf 0.
            first = [self.body_leaf] if number == 0 else []
            unpacker = msgpack.Unpacker(use_list=False, max_buffer_size=0)
            unpacker.feed(data)
            try:
                leaves = [*first, *unpacker]
            except _UNPACKING as error:
                raise self._damage(MalformedError(str(error))) from error
            if len(leaves) != count:
                raise self._damage(MalformedError(f"part {number} is another"))
            self._leaves[number] = leaves
        return leaves

    def _damage(self, error: MalformedError) -> StoreError:
        log_index, position = self._at
        return DamagedError(
            f"event {position} of entry {log_index} is damaged: {error}; run"
            " an audit"
        )

    def tile(self, level: int, number: int) -> bytes | None:
        """Return a tile of a large event's tree, as `TileNodes` asks for it."""
        return self._reader.tile(level, number, event_tree(*self._at))


class StatementView:
    """The ids of one statement's events, as one moment has them.

    Attributes:
        count: How many events it has.
    """

    def __init__(self, reader: Reader, log_index: int) -> None:
        """Read the ids of the entry *log_index*.

        Raises:
            NotFoundError: There is no such entry.
        """
        self._reader = reader
        self._log_index = log_index
        self.count = reader.event_count(log_index)

    @cached_property
    def nodes(self) -> ReadNodes:
        """Reads nodes of the tree of their ids."""
        if self.count > TILE_WIDTH:
            return TileNodes(self, size=self.count)
        ids = split_hashes(self._reader.event_ids(self._log_index))
        # Each is a leaf. No object is made for what is but passed through.
        return _nodes_over([sha256(b"\x00" + one).digest() for one in ids])

    def event_id(self, position: int) -> Hash:
        """Return the id of one event.

        Raises:
            NotFoundError: It has none at that position.
        """
        return Hash(self._reader.event_id(self._log_index, position))

    def tile(self, level: int, number: int) -> bytes | None:
        """Return a tile of a large statement's, as `TileNodes` asks for it."""
        tree = statement_tree(self._log_index)
        return self._reader.tile(level, number, tree)


def _hash_of(leaf: object) -> Hash:
    """Return a leaf's hash, from its bytes or from what withholds it."""
    if isinstance(leaf, bytes):
        return leaf_hash(leaf)
    match leaf:
        case [bytes(digest)]:
            return Hash(digest)
        case _:
            raise DamagedError(
                "a stored event has a leaf of no form: run an audit"
            )


def _nodes_over(hashes: Sequence[bytes]) -> ReadNodes:
    """Return what reads the complete nodes of the tree above *hashes*."""
    levels = expand(hashes)
    return lambda nodes: [
        Hash(levels[node.level][node.index]) for node in nodes
    ]


def _link(row: LinkRow) -> Link:
    return Link(
        row.log_index,
        row.position,
        row.time,
        row.kinds,
        row.leaves,
        Hash(row.event_id),
    )
