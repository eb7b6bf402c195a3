"""Large events and statements: stored so that one part is read alone.

An event of more than 256 leaves, a pallet say, is cut behind its first leaf
and then before every 256th, and its tree is kept in tiles; of a statement of
more than 256 events the tree of their ids is. So what proves one unit of
fifty thousand costs a few look-ups. Smaller ones are read whole.
"""

from collections.abc import Iterator, Sequence

from provenance.claims.event import Counts, read_header
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.reader import ByteReader
from provenance.encoding.tree import leaf_hash
from provenance.errors import MalformedError
from provenance.tlog.tile import TILE_WIDTH, append_leaves

MAX_SMALL = 15 * TILE_WIDTH
"""So many bytes hold no more than 256 leaves, which have 15 and more each."""

_WITHHELD = b"\x91"
"""How the hash of a leaf that is not there begins: an array of one."""

Tile = tuple[bytes, int, int, bytes]
"""(tree, level, number, hashes joined)"""


def statement_tree(log_index: int) -> bytes:
    """Return what the tiles over a statement's event ids stand under."""
    return log_index.to_bytes(8, "big")


def event_tree(log_index: int, position: int) -> bytes:
    """Return what the tiles over an event's leaves stand under."""
    return statement_tree(log_index) + position.to_bytes(4, "big")


def whole_tree(tree: bytes, leaves: Sequence[Hash]) -> list[Tile]:
    """Return all tiles of the tree above *leaves*, for the store."""

    def read_tile(level: int, number: int) -> bytes:
        raise AssertionError(f"a new tree has no tile {level}/{number}")

    return [(tree, *tile) for tile in append_leaves(0, leaves, read_tile)]


def tile_name(tree: bytes, level: int, number: int) -> str:
    """Return how a stored tile is called in messages."""
    of = ""
    if len(tree) == HASH_SIZE:
        of = f" of trail {tree.hex()}"
    elif tree:
        of = f" of entry {int.from_bytes(tree[:8], 'big')}"
        if tree[8:]:
            of = f" of event {int.from_bytes(tree[8:], 'big')}{of}"
    return f"tile {level}/{number}{of}"


def read_start(data: bytes) -> tuple[Counts, tuple[str, ...], ByteReader]:
    """Return counts and pointers of event data, and where its leaves begin.

    Raises:
        MalformedError: It does not begin as event data does.
    """
    reader = ByteReader(data)
    reader.row(3)
    counts, pointers = read_header(reader)
    total = leaf_count(counts, pointers)
    reader.array(total, least=total)
    return counts, pointers, reader


def leaf_count(counts: Counts, pointers: Sequence[str]) -> int:
    """Return how many leaves an event with that header has."""
    return 1 + sum(count for _, count in counts) + len(pointers)


def read_leaves(
    data: bytes, reader: ByteReader, count: int
) -> Iterator[tuple[bytes | None, Hash]]:
    """Yield the next *count* leaves, None where withheld, with their hashes.

    Args:
        data: What *reader* reads.
        reader: Where the first of them begins.
        count: How many.

    Raises:
        MalformedError: There are no such leaves.
    """
    for _ in range(count):
        if data[reader.at : reader.at + 1] == _WITHHELD:
            reader.row(1)
            yield None, reader.hash()
        else:
            leaf = reader.binary(len(data))
            yield leaf, leaf_hash(leaf)


def cut_event(data: bytes) -> tuple[list[int], list[Hash]] | None:
    """Return where *data* is cut, and its leaf hashes; None for a small event.

    Raises:
        MalformedError: It is no event's.
    """
    if len(data) <= MAX_SMALL:
        return None
    counts, pointers, reader = read_start(data)
    total = leaf_count(counts, pointers)
    if total <= TILE_WIDTH:
        return None
    hashes: list[Hash] = []
    offsets: list[int] = []
    while len(hashes) < total:
        # Leaf 0 stands alone, before the first cut.
        here = len(hashes)
        stop = min((here // TILE_WIDTH + 1) * TILE_WIDTH, total) if here else 1
        if here:
            offsets.append(reader.at)
        leaves = read_leaves(data, reader, stop - here)
        hashes += [digest for _, digest in leaves]
    if reader.at != len(data):
        raise MalformedError(f"event data ends at byte {reader.at}")
    return offsets, hashes
