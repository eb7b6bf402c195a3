"""The small tree is RFC 6962's, and its proofs lead to its root alone."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.digest import HASH_SIZE, Hash, sha256
from provenance.encoding.tree import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    node_hash,
    root_from_path,
    root_of,
)
from provenance.errors import InvalidProofError, MalformedError

SIZES = range(1, 71)

# The definitions of RFC 6962, sections 2.1 and 2.1.1: slow and obvious.


def mth(entries: Sequence[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = largest_power_of_two_below(len(entries))
    return hashlib.sha256(
        b"\x01" + mth(entries[:k]) + mth(entries[k:])
    ).digest()


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = largest_power_of_two_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def largest_power_of_two_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def entries_of(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


def leaves_of(size: int) -> list[Hash]:
    return [leaf_hash(entry) for entry in entries_of(size)]


def test_a_hash_has_32_bytes() -> None:
    assert Hash(bytes(HASH_SIZE)) == bytes(32)
    for size in (0, 31, 33):
        with pytest.raises(MalformedError, match=f"not {size}"):
            Hash(bytes(size))


def test_the_empty_tree_has_its_own_root() -> None:
    assert root_of([]) == EMPTY_ROOT == sha256(b"") == mth([])


def test_every_root_up_to_70_matches_the_rfc_definition() -> None:
    for size in SIZES:
        root = root_of(leaves_of(size))
        assert root == mth(entries_of(size))
        assert isinstance(root, Hash)


def test_every_path_up_to_70_matches_the_rfc_definition() -> None:
    for size in SIZES:
        tree, entries = Tree(leaves_of(size)), entries_of(size)
        for index in range(size):
            assert list(tree.path_to(index)) == path(index, entries)


def test_every_path_up_to_70_leads_to_the_root() -> None:
    for size in SIZES:
        leaves = leaves_of(size)
        root, tree = root_of(leaves), Tree(leaves)
        for index in range(size):
            proof = tree.path_to(index)
            assert (
                root_from_path(leaves[index], proof, index=index, size=size)
                == root
            )
            assert all(isinstance(part, Hash) for part in proof)


def test_a_path_of_another_length_is_refused() -> None:
    for size in range(1, 20):
        leaves = leaves_of(size)
        for index in range(size):
            proof = Tree(leaves).path_to(index)
            with pytest.raises(
                InvalidProofError,
                match=f"has {len(proof) + 1} hashes, not {len(proof)}",
            ):
                root_from_path(
                    leaves[index], (*proof, leaves[0]), index=index, size=size
                )
            if proof:
                with pytest.raises(
                    InvalidProofError, match=f"only {len(proof) - 1} hashes"
                ):
                    root_from_path(
                        leaves[index], proof[:-1], index=index, size=size
                    )


@pytest.mark.parametrize(
    ("index", "size"), [(0, 0), (-1, 3), (3, 3), (2**70, 3)]
)
def test_there_is_no_path_for_a_leaf_that_is_not_there(
    index: int, size: int
) -> None:
    with pytest.raises(
        ValueError, match=f"no leaf {index} in a tree of size {size}"
    ):
        Tree(leaves_of(size)).path_to(index)
    with pytest.raises(
        InvalidProofError, match=f"no leaf {index} in a tree of size {size}"
    ):
        root_from_path(leaf_hash(b""), (), index=index, size=size)


def test_roots_of_equal_subtrees_join_to_the_same_root() -> None:
    for size in SIZES:
        leaves = leaves_of(size)
        for width in (1, 2, 4, 8):
            parts = [
                root_of(leaves[start : start + width])
                for start in range(0, size, width)
            ]
            assert root_of(parts) == root_of(leaves)


@given(st.data())
def test_any_flipped_bit_leads_elsewhere(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    parts = [leaves[index], *Tree(leaves).path_to(index)]
    which = data.draw(st.integers(0, len(parts) - 1))
    changed = bytearray(parts[which])
    changed[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
    parts[which] = Hash(bytes(changed))

    assert root_from_path(
        parts[0], parts[1:], index=index, size=size
    ) != root_of(leaves)


def test_a_path_leads_elsewhere_from_any_other_index() -> None:
    for size in range(2, 33):
        leaves = leaves_of(size)
        for index in range(size):
            proof = Tree(leaves).path_to(index)
            for wrong in set(range(size)) - {index}:
                try:
                    root = root_from_path(
                        leaves[index], proof, index=wrong, size=size
                    )
                except InvalidProofError:
                    continue
                assert root != root_of(leaves)


def test_a_node_is_not_a_leaf() -> None:
    left, right = leaves_of(2)
    assert node_hash(left, right) != leaf_hash(left + right)
    assert node_hash(left, right) != node_hash(right, left)


hashes = st.binary(min_size=32, max_size=32).map(Hash)
sizes = st.integers(-5, 2**80)


@given(hashes, st.lists(hashes, max_size=90), sizes, sizes)
def test_a_hostile_path_raises_only_invalid_proof(
    leaf: Hash, proof: list[Hash], index: int, size: int
) -> None:
    try:
        root = root_from_path(leaf, proof, index=index, size=size)
    except InvalidProofError:
        return
    assert isinstance(root, Hash)
