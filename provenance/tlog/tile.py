"""Tiles: the tree's nodes and the entries, cut into pieces that never change.

A tile holds up to 256 consecutive hashes of one level, as c2sp.org/tlog-tiles
has it: hash i of tile n at tile level l is the root of the 256**l leaves that
start at (256 * n + i) * 256**l. A full tile is 8,192 bytes and its root is
one hash of the tile level above; the seven node levels between are hashed
again when they are needed. A tree of 70,000 leaves has

    level 0   273 full tiles and one of width 112      tile/0/273.p/112
    level 1   one full tile and one of width 17        tile/1/001.p/17
    level 2   one of width 1                           tile/2/000.p/1

The entries stand beside the tiles of level 0 in entry bundles, each entry
behind its length as two bytes:

    tile/entries/273.p/112      u16be length ‖ entry, 112 times

Paths are written with three digits a folder, all but the last after an x:
1234067 is x001/x234/067. A path, like a bundle, has one spelling.

In full: `FORMATS.md`, section 16.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.errors import MalformedError
from provenance.tlog.merkle import MAX_SIZE, ReadNodes, TreeNode

TILE_WIDTH = 256
TILE_HEIGHT = 8
"""A tile's hashes are the leaves of a tree this high."""

MAX_LEVEL = 63
MAX_ENTRY_SIZE = 65_535

ReadTile = Callable[[int, int], bytes]
"""Returns the joined hashes of the tile (level, number), as many as it has."""

# A number in three digits a folder ("x001/x234/067"), then for a partial tile
# its width ("1" to "255").
_POSITION = (
    r"(?P<position>(?P<number>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?)"
)
_TILE = re.compile(r"tile/(?P<level>0|[1-9][0-9]?)/" + _POSITION)
_ENTRIES = re.compile(r"tile/entries/" + _POSITION)


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of a tile, and its width: how many hashes it holds.

    The entry bundle of the same number belongs to the tile of level 0.

    Raises:
        ValueError: No tree has such a tile.
    """

    level: int
    number: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= MAX_LEVEL:
            raise ValueError(f"no tile level {self.level}")
        if not 0 <= self.number <= MAX_SIZE >> TILE_HEIGHT:
            raise ValueError(f"no tile number {self.number}")
        if not 1 <= self.width <= TILE_WIDTH:
            raise ValueError(f"no tile has width {self.width}")

    @property
    def path(self) -> str:
        """The tile's path below the log's prefix."""
        return f"tile/{self.level}/{_format_position(self)}"

    @property
    def entries_path(self) -> str:
        """The path of the entry bundle beside this tile of level 0."""
        if self.level:
            raise ValueError(f"a tile of level {self.level} has no entries")
        return f"tile/entries/{_format_position(self)}"


def parse_tile_path(path: str) -> Tile:
    """Return the tile that `Tile.path` writes as *path*.

    Raises:
        MalformedError: It is no tile's path.
    """
    return _parse_path(_TILE, path)


def parse_entries_path(path: str) -> Tile:
    """Return the tile of level 0 whose entry bundle is at *path*.

    Raises:
        MalformedError: It is no entry bundle's path.
    """
    return _parse_path(_ENTRIES, path)


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree of *size* leaves, level by level.

    The partial tile of a level, if it has one, is its last. The empty tree
    has none.
    """
    level = 0
    while hashes := size >> TILE_HEIGHT * level:
        full, partial = divmod(hashes, TILE_WIDTH)
        for number in range(full):
            yield Tile(level, number)
        if partial:
            yield Tile(level, full, partial)
        level += 1


def tile_at(level: int, number: int, size: int) -> Tile | None:
    """Return that tile as a tree of *size* leaves has it, or None."""
    width = (size >> TILE_HEIGHT * level) - TILE_WIDTH * number
    return Tile(level, number, min(width, TILE_WIDTH)) if width > 0 else None


def place_of(node: TreeNode) -> tuple[int, int, int, int]:
    """Return the (level, number, start, stop) of *node*'s hashes in a tile.

    The node is the root above hashes [start, stop) of that tile: one hash of
    the tile itself, or 2, 4 … 128 of them below one of the levels between.
    """
    level, height = divmod(node.level, TILE_HEIGHT)
    first = node.index << height
    start = first % TILE_WIDTH
    return level, first // TILE_WIDTH, start, start + (1 << height)


def node_in_tile(hashes: bytes, node: TreeNode) -> Hash:
    """Return the hash of *node* from the joined *hashes* of its tile.

    Raises:
        MalformedError: The tile is too short to hold it.
    """
    level, number, start, stop = place_of(node)
    part = hashes[start * HASH_SIZE : stop * HASH_SIZE]
    if len(part) != (stop - start) * HASH_SIZE:
        raise MalformedError(
            f"tile {number} of level {level} has {len(hashes)} bytes, "
            f"not {stop * HASH_SIZE} or more"
        )
    return _root_above(part)


def nodes_from(read_tile: ReadTile) -> ReadNodes:
    """Return a `ReadNodes` over tiles, which reads each tile once a call."""

    def read(nodes: Sequence[TreeNode]) -> list[Hash]:
        tiles: dict[tuple[int, int], bytes] = {}
        hashes = []
        for node in nodes:
            level, number, _, _ = place_of(node)
            if (level, number) not in tiles:
                tiles[level, number] = read_tile(level, number)
            hashes.append(node_in_tile(tiles[level, number], node))
        return hashes

    return read


def append_leaves(
    size: int, leaves: Iterable[Hash], read_tile: ReadTile
) -> list[tuple[int, int, bytes]]:
    """Return the tiles that change when *leaves* join a tree of *size*.

    Each is (level, number, joined hashes), by level and number, from the
    tile that was partial before to the one that is partial now; a full tile
    is also counted into the level above. Reads at most one tile a level.
    """
    changed = []
    level = 0
    added = b"".join(leaves)
    while added:
        number, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
        if width:
            old = read_tile(level, number)[: width * HASH_SIZE]
            if len(old) != width * HASH_SIZE:
                raise MalformedError(
                    f"tile {number} of level {level} has {len(old)} bytes, "
                    f"not {width * HASH_SIZE}"
                )
            added = old + added
        complete = []
        for start in range(0, len(added), TILE_WIDTH * HASH_SIZE):
            hashes = added[start : start + TILE_WIDTH * HASH_SIZE]
            changed.append((level, number, hashes))
            number += 1
            if len(hashes) == TILE_WIDTH * HASH_SIZE:
                complete.append(_root_above(hashes))
        added = b"".join(complete)
        level += 1
    return changed


def format_entries(entries: Sequence[bytes]) -> bytes:
    """Return the entry bundle of *entries*: 1 to 256, in the log's order.

    Raises:
        ValueError: There are more, or none, or one has over 65,535 bytes.
    """
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise ValueError(f"no entry bundle holds {len(entries)} entries")
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_SIZE:
            raise ValueError(f"an entry has {len(entry)} bytes, over 65,535")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def parse_entries(data: bytes, *, width: int) -> tuple[bytes, ...]:
    """Return the *width* entries of an entry bundle.

    Raises:
        MalformedError: It does not hold exactly so many entries.
    """
    entries: list[bytes] = []
    start = 0
    for _ in range(width):
        stop = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if start + 2 > len(data) or stop > len(data):
            raise MalformedError(
                f"the entry bundle ends inside entry {len(entries)} of {width}"
            )
        entries.append(data[start + 2 : stop])
        start = stop
    if start != len(data):
        raise MalformedError(
            f"the entry bundle has {len(data) - start} bytes "
            f"after its {width} entries"
        )
    return tuple(entries)


def _format_position(tile: Tile) -> str:
    digits = str(tile.number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if tile.width == TILE_WIDTH else f"{path}.p/{tile.width}"


def _parse_path(pattern: re.Pattern[str], path: str) -> Tile:
    # No number below 2**53 needs a longer path, and no int() a longer string.
    match = pattern.fullmatch(path) if len(path) <= 64 else None
    if match is None:
        raise MalformedError(f"{path[:64]!r} is not a tile's path")
    fields = match.groupdict()
    try:
        tile = Tile(
            level=int(fields.get("level", "0")),
            number=int(re.sub("[x/]", "", match["number"])),
            width=int(match["width"] or TILE_WIDTH),
        )
    except ValueError as error:
        raise MalformedError(f"{path!r}: {error}") from error
    # Refuses leading zeros, and the width 256 written out.
    if _format_position(tile) != match["position"]:
        raise MalformedError(f"{path!r} is not how a tile's path is written")
    return tile


def _root_above(hashes: bytes) -> Hash:
    """Return the root above joined *hashes*, a power of two of them.

    Written for speed: the writer and every proof hash tiles.
    """
    while len(hashes) > HASH_SIZE:
        hashes = b"".join(
            [
                sha256(b"\x01" + hashes[i : i + 64]).digest()
                for i in range(0, len(hashes), 64)
            ]
        )
    return Hash(hashes)
