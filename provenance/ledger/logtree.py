"""The log's tree as the writer grows it, and any tree as proofs are made of it.

Its hashes are kept in tiles of 256 (C2SP tlog-tiles). The writer holds only
the last, partial tile of each level: everything left of those is finished and
never changes. Provers read finished tiles from the store and keep the last
few expanded, since many proofs pass through the same upper tiles.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from provenance.encoding.digest import HASH_SIZE, Hash, split_hashes
from provenance.encoding.tree import EMPTY_ROOT, root_of
from provenance.errors import DamagedError
from provenance.store.protocol import Reader
from provenance.tlog.merkle import TreeNode
from provenance.tlog.tile import (
    TILE_HEIGHT,
    TILE_WIDTH,
    append_leaves,
    place_of,
)


class GrowingTree:
    """The right edge of the log's tree: all that appending needs.

    Attributes:
        size: How many leaves the tree has.
    """

    def __init__(
        self, reader: "TileSource | None" = None, *, size: int = 0
    ) -> None:
        """Start from the first *size* leaves in *reader*'s tiles.

        Raises:
            StoreError: A tile of the edge is missing or too short.
        """
        self.size = size
        self._edge: dict[int, bytes] = {}
        level = 0
        while reader is not None and size >> TILE_HEIGHT * level:
            number, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
            if width:
                tile = reader.tile(level, number) or b""
                if len(tile) < width * HASH_SIZE:
                    raise DamagedError(
                        f"tile {level}/{number} has {len(tile)} bytes, not"
                        f" {width * HASH_SIZE}: run an audit"
                    )
                self._edge[level] = tile
            level += 1

    def append(self, leaves: Sequence[Hash]) -> list[tuple[int, int, bytes]]:
        """Add leaf hashes; return the tiles that changed, for the store."""
        changed = append_leaves(
            self.size, leaves, lambda level, _: self._edge[level]
        )
        self.size += len(leaves)
        self._edge.update({level: hashes for level, _, hashes in changed})
        return changed

    def edge(self) -> list[tuple[int, int, bytes]]:
        """Return the partial tile of each level that has one, lowest first."""
        tiles = []
        for level in sorted(self._edge):
            number, width = divmod(self.size >> TILE_HEIGHT * level, TILE_WIDTH)
            if width:
                hashes = self._edge[level][: width * HASH_SIZE]
                tiles.append((level, number, hashes))
        return tiles

    def root(self) -> Hash:
        """Return the root of the whole tree."""
        carried: list[bytes] = []
        for _, _, hashes in self.edge():
            nodes = split_hashes(hashes) + carried
            carried = [root_of(nodes)] if nodes else []
        return Hash(carried[0]) if carried else EMPTY_ROOT


def head(reader: Reader) -> tuple[int, Hash]:
    """Return the size and the root of the log that *reader*'s tiles are of."""
    size = reader.size()
    return size, GrowingTree(reader, size=size).root()


Expanded = list[list[bytes]]
"""The complete nodes inside a tile: its hashes, then each level above."""


class TileSource(Protocol):
    """Where the tiles of one tree are: a store, for that of the log."""

    def tile(self, level: int, number: int) -> bytes | None:
        """Return the joined hashes of that tile, or None if there is none."""


TileCache = dict[tuple[int, int], tuple[bytes, Expanded]]
"""(level, number) → a tile as it was stored, and expanded."""

_MAX_KEPT = 4_096
"""How many expanded tiles are remembered, some 40 KiB each."""


class TileNodes:
    """Reads nodes of a tree from its tiles: a `merkle.ReadNodes`."""

    def __init__(
        self, tiles: TileSource, *, size: int, kept: TileCache | None = None
    ) -> None:
        """Read from *tiles* the tree of *size* leaves.

        Args:
            tiles: Where the tiles are, all as of one moment.
            size: The tree's size; tiles may meanwhile hold more.
            kept: Tiles that were expanded before, and are added to.
        """
        self._tiles = tiles
        self._size = size
        self._kept = {} if kept is None else kept
        self._seen: dict[tuple[int, int], Expanded] = {}

    def __call__(self, nodes: Sequence[TreeNode]) -> list[Hash]:
        found = []
        for node in nodes:
            level, number, start, _ = place_of(node)
            height = node.level % TILE_HEIGHT
            tile = self._seen.get((level, number))
            if tile is None:
                tile = self._expanded(level, number)
                self._seen[level, number] = tile
            try:
                found.append(Hash(tile[height][start >> height]))
            except IndexError:
                raise DamagedError(
                    f"tile {level}/{number} has {len(tile[0])} hashes, too few"
                    f" for a tree of {self._size} leaves: run an audit"
                ) from None
        return found

    def _expanded(self, level: int, number: int) -> Expanded:
        """Return a tile's nodes; full tiles never change, so they are kept."""
        place = level, number
        kept = self._kept.get(place)
        is_full = (number + 1) * TILE_WIDTH << TILE_HEIGHT * level <= self._size
        if kept is not None and is_full and len(kept[1][0]) == TILE_WIDTH:
            return kept[1]
        tile = self._tiles.tile(level, number)
        if tile is None:
            raise DamagedError(
                f"tile {level}/{number} is missing: run an audit"
            )
        if kept is None or kept[0] != tile:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            kept = self._kept[place] = (tile, expand(split_hashes(tile)))
        if is_full and len(kept[1][0]) != TILE_WIDTH:
            raise DamagedError(
                f"tile {level}/{number} is not full: run an audit"
            )
        return kept[1]


def expand(hashes: Sequence[bytes]) -> Expanded:
    """Return the complete nodes of a tree, its leaf *hashes* first."""
    nodes = [list(hashes)]
    while len(nodes[-1]) > 1:
        below = nodes[-1]
        nodes.append([
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(below[::2], below[1::2], strict=False)
        ])  # fmt: skip
    return nodes
