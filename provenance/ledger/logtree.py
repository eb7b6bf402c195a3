"""The log's tree as the writer grows it and as anyone proves from it.

Its hashes are kept in tiles of 256 (C2SP tlog-tiles). The writer holds only
the last, partial tile of each level: everything left of those is finished and
never changes. Provers read finished tiles from the store and keep the last
few expanded, since many proofs pass through the same upper tiles.
"""

from collections.abc import Sequence
from hashlib import sha256

from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.tree import EMPTY_ROOT, root_of
from provenance.errors import StoreError
from provenance.store.protocol import Reader
from provenance.tlog.merkle import Node
from provenance.tlog.tile import TILE_HEIGHT, TILE_WIDTH, append_leaves


class GrowingTree:
    """The right edge of the log's tree: all that appending needs.

    Attributes:
        size: How many leaves the tree has.
    """

    def __init__(self, reader: Reader | None = None, *, size: int = 0) -> None:
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
                    raise StoreError(
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

    def root(self) -> Hash:
        """Return the root of the whole tree."""
        carried: list[bytes] = []
        for level in sorted(self._edge):
            width = (self.size >> TILE_HEIGHT * level) % TILE_WIDTH
            nodes = _split(self._edge[level][: width * HASH_SIZE]) + carried
            carried = [root_of(nodes)] if nodes else []
        return Hash(carried[0]) if carried else EMPTY_ROOT


TileCache = dict[tuple[int, int], list[bytes]]
"""(level, number) → a full tile, expanded: they never change."""

_MAX_KEPT = 4_096
"""How many expanded tiles are remembered, some 20 KiB each."""


class TileNodes:
    """Reads nodes of the log's tree from tiles: a `merkle.ReadNodes`."""

    def __init__(
        self, reader: Reader, *, size: int, kept: TileCache | None = None
    ) -> None:
        """Read from *reader* the tree of *size* leaves.

        Args:
            reader: Where the tiles are.
            size: The tree's size; tiles may meanwhile hold more.
            kept: Full tiles that were expanded before, and are added to.
        """
        self._reader = reader
        self._size = size
        self._kept = {} if kept is None else kept

    def __call__(self, nodes: Sequence[Node]) -> list[Hash]:
        return [self._node(node.level, node.index) for node in nodes]

    def _node(self, level: int, index: int) -> Hash:
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, offset = divmod(index << height, TILE_WIDTH)
        is_full = (number + 1) * TILE_WIDTH << TILE_HEIGHT * tile_level
        if is_full <= self._size:
            heap = self._full(tile_level, number)
            return Hash(heap[(TILE_WIDTH + offset) >> height])
        hashes = _split(self._tile(tile_level, number))
        if offset + (1 << height) > len(hashes):
            raise StoreError(
                f"tile {tile_level}/{number} has {len(hashes)} hashes, too few"
                f" for a log of {self._size} leaves: run an audit"
            )
        return root_of(hashes[offset : offset + (1 << height)])

    def _full(self, level: int, number: int) -> list[bytes]:
        """Return a full tile as a heap: node 1 its root, 256.. its hashes."""
        heap = self._kept.get((level, number))
        if heap is None:
            hashes = _split(self._tile(level, number))
            if len(hashes) != TILE_WIDTH:
                raise StoreError(
                    f"tile {level}/{number} is not full: run an audit"
                )
            heap = [b""] * TILE_WIDTH + hashes
            for node in range(TILE_WIDTH - 1, 0, -1):
                heap[node] = sha256(
                    b"\x01" + heap[2 * node] + heap[2 * node + 1]
                ).digest()
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[level, number] = heap
        return heap

    def _tile(self, level: int, number: int) -> bytes:
        tile = self._reader.tile(level, number)
        if tile is None:
            raise StoreError(f"tile {level}/{number} is missing: run an audit")
        return tile


def _split(tile: bytes) -> list[bytes]:
    return [
        tile[start : start + HASH_SIZE]
        for start in range(0, len(tile), HASH_SIZE)
    ]
