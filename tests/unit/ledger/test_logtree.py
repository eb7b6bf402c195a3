"""The growing tree and its tiles give RFC 6962's roots and proofs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import StoreError
from provenance.ledger.logtree import GrowingTree, TileNodes
from provenance.tlog import merkle


class MemoryTiles:
    def __init__(self) -> None:
        self.stored: dict[tuple[int, int], bytes] = {}

    def tile(self, level: int, number: int) -> bytes | None:
        return self.stored.get((level, number))


def leaves_of(count: int) -> list[Hash]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


def grown(
    leaves: list[Hash], cuts: list[int]
) -> tuple[MemoryTiles, GrowingTree]:
    tiles, tree = MemoryTiles(), GrowingTree()
    start = 0
    for stop in [*sorted(cuts), len(leaves)]:
        for level, number, hashes in tree.append(leaves[start:stop]):
            tiles.stored[level, number] = hashes
        start = stop
    return tiles, tree


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1400), st.data())
def test_however_the_leaves_come_the_root_is_the_same(
    size: int, data: st.DataObject
) -> None:
    leaves = leaves_of(size)
    cuts = data.draw(st.lists(st.integers(0, size), max_size=5))
    tiles, tree = grown(leaves, cuts)
    assert tree.root() == root_of(leaves)
    again = GrowingTree(tiles, size=size)
    assert again.root() == tree.root()
    earlier = data.draw(st.integers(0, size))
    edge = GrowingTree(tiles, size=earlier)
    assert edge.root() == root_of(leaves[:earlier])
    edge.append(leaves[earlier:])
    assert edge.root() == tree.root()


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700, 65_536, 66_000])
def test_proofs_from_tiles_verify(size: int) -> None:
    leaves = leaves_of(size)
    tiles, tree = grown(leaves, [])
    nodes = TileNodes(tiles, size=size, kept={})
    for index in {0, 1 % size, size // 2, size - 1}:
        merkle.verify_inclusion(
            merkle.prove_inclusion(index, size, nodes),
            index=index, size=size, leaf=leaves[index], root=tree.root(),
        )  # fmt: skip
    for old in {1, size // 3 or 1, size}:
        merkle.verify_consistency(
            merkle.prove_consistency(old, size, nodes),
            old_size=old, new_size=size, old_root=root_of(leaves[:old]), new_root=tree.root(),
        )  # fmt: skip


def test_a_missing_or_short_tile_is_named() -> None:
    leaves = leaves_of(300)
    tiles, _ = grown(leaves, [])
    full, partial = tiles.stored.pop((0, 0)), tiles.stored[0, 1]
    nodes = TileNodes(tiles, size=300)
    with pytest.raises(StoreError, match="0/0"):
        merkle.prove_inclusion(5, 300, nodes)
    tiles.stored[0, 0] = full[:-32]
    with pytest.raises(StoreError, match="0/0"):
        merkle.prove_inclusion(5, 300, nodes)
    tiles.stored[0, 0] = full
    tiles.stored[0, 1] = partial[:-32]
    with pytest.raises(StoreError, match="0/1"):
        merkle.prove_inclusion(298, 300, nodes)
    with pytest.raises(StoreError, match="0/1"):
        GrowingTree(tiles, size=300)
