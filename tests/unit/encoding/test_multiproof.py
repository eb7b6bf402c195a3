"""One proof of many leaves: as RFC 6962 defines the tree, and under attack."""

import contextlib
import itertools
import random

import pytest

from provenance.encoding.digest import Hash, sha256
from provenance.encoding.multiproof import MAX_SIZE, missing, root_from
from provenance.encoding.tree import EMPTY_ROOT, Tree, leaf_hash, node_hash
from provenance.errors import InvalidProofError

LEAVES = [leaf_hash(bytes([number])) for number in range(40)]


def slow_root(leaves: list[Hash]) -> Hash:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(slow_root(leaves[:k]), slow_root(leaves[k:]))


def known_of(mask: int, size: int) -> list[int]:
    return [number for number in range(size) if mask >> number & 1]


def test_each_choice_of_leaves_of_small_trees_leads_to_the_root() -> None:
    for size in range(1, 10):
        tree, root = Tree(LEAVES[:size]), slow_root(LEAVES[:size])
        for mask in range(1, 1 << size):
            known = known_of(mask, size)
            proof = tree.multiproof(known)
            assert proof == tuple(
                slow_root(LEAVES[start:stop])
                for start, stop in missing(size, known)
            )
            shown = [(number, LEAVES[number]) for number in known]
            assert root_from(size, shown, proof) == root


def test_what_is_missing_and_what_is_known_are_the_whole_tree_once() -> None:
    for size in range(1, 40):
        chance = random.Random(size)
        known = sorted(chance.sample(range(size), chance.randint(1, size)))
        subtrees = missing(size, known)
        parts = [*subtrees, *((number, number + 1) for number in known)]
        assert sorted(number for part in parts for number in range(*part)) == [
            *range(size)
        ]
        assert subtrees == sorted(subtrees)


def test_the_proof_of_one_leaf_has_the_hashes_of_its_inclusion_proof() -> None:
    for size in range(1, 40):
        tree = Tree(LEAVES[:size])
        for index in range(size):
            proof = tree.multiproof([index])
            assert sorted(proof) == sorted(tree.path_to(index))


def test_the_empty_tree_has_one_root_and_needs_no_proof() -> None:
    assert missing(0, []) == []
    assert Tree([]).multiproof([]) == ()
    assert root_from(0, [], []) == EMPTY_ROOT
    with pytest.raises(InvalidProofError, match="no leaf"):
        root_from(0, [], [EMPTY_ROOT])


def test_a_proof_about_no_leaf_is_the_root_itself_and_proves_nothing() -> None:
    assert missing(5, []) == [(0, 5)]
    assert Tree(LEAVES[:5]).multiproof([]) == (slow_root(LEAVES[:5]),)
    with pytest.raises(InvalidProofError, match="no leaf"):
        root_from(5, [], [slow_root(LEAVES[:5])])


@pytest.mark.parametrize(
    ("size", "known"),
    [
        (5, [5]),
        (5, [-1]),
        (5, [2, 2]),
        (5, [3, 2]),
        (0, [0]),
        (-1, []),
        (MAX_SIZE + 1, [0]),
    ],
)
def test_what_are_no_rising_leaves_of_that_tree_is_refused(
    size: int, known: list[int]
) -> None:
    with pytest.raises(InvalidProofError):
        missing(size, known)
    with pytest.raises(InvalidProofError):
        root_from(size, [(number, LEAVES[0]) for number in known], [])


def test_a_hash_too_few_or_too_many_is_refused() -> None:
    for size in range(1, 10):
        tree = Tree(LEAVES[:size])
        for mask in range(1, 1 << size):
            known = known_of(mask, size)
            shown = [(number, LEAVES[number]) for number in known]
            proof = tree.multiproof(known)
            with pytest.raises(InvalidProofError, match="hashes, not"):
                root_from(size, shown, [*proof, LEAVES[0]])
            if proof:
                with pytest.raises(InvalidProofError, match="only"):
                    root_from(size, shown, proof[:-1])


def test_each_flipped_bit_of_proof_or_leaves_leads_to_another_root() -> None:
    size, known = 11, [2, 3, 10]
    shown = [(number, LEAVES[number]) for number in known]
    proof = Tree(LEAVES[:size]).multiproof(known)
    root = root_from(size, shown, proof)
    parts = [*proof, *(leaf for _, leaf in shown)]
    for place, part in enumerate(parts):
        for bit in range(256):
            wrong = bytes(
                (int.from_bytes(part, "big") ^ 1 << bit).to_bytes(32, "big")
            )
            changed: list[bytes] = [*parts[:place], wrong, *parts[place + 1 :]]
            leaves = zip(known, changed[len(proof) :], strict=True)
            assert root_from(size, [*leaves], changed[: len(proof)]) != root


def test_leaves_at_other_places_lead_to_another_root() -> None:
    size, known = 11, [2, 3, 10]
    proof = Tree(LEAVES[:size]).multiproof(known)
    root = slow_root(LEAVES[:size])
    for places in itertools.combinations(range(size), len(known)):
        shown = [
            (place, LEAVES[number])
            for place, number in zip(places, known, strict=True)
        ]
        if list(places) != known:
            with contextlib.suppress(InvalidProofError):
                assert root_from(size, shown, proof) != root


def test_the_largest_tree_takes_no_longer_than_its_depth() -> None:
    known = [0, 2**40, MAX_SIZE - 1]
    assert len(missing(MAX_SIZE, known)) < 3 * 53
