"""The right edge of a tree that grows leaf by leaf."""

import pytest

from provenance.encoding import edge
from provenance.encoding.tree import EMPTY_ROOT, leaf_hash, root_of

LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(300)]


def test_an_edge_gives_the_root_at_each_size() -> None:
    grown = b""
    for count, leaf in enumerate(LEAVES):
        assert edge.root(grown) == root_of(LEAVES[:count])
        assert len(grown) == 32 * count.bit_count()
        grown = edge.push(grown, count, leaf)
    assert edge.root(grown) == root_of(LEAVES)


def test_an_empty_tree_has_no_edge_and_the_empty_root() -> None:
    assert edge.root(b"") == EMPTY_ROOT
    assert edge.push(b"", 0, LEAVES[0]) == LEAVES[0]


@pytest.mark.parametrize(
    ("size", "count"),
    [(0, 1), (32, 0), (31, 2), (32, 3), (64, 2), (64, 7), (32, -1), (64, -3)],
)
def test_an_edge_of_another_count_is_refused(size: int, count: int) -> None:
    with pytest.raises(ValueError, match="an edge of"):
        edge.push(bytes(size), count, LEAVES[2])
