"""The Merkle tree agrees with RFC 6962, and believes nothing false."""

import base64
import json
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding import tree
from provenance.encoding.digest import Hash
from provenance.encoding.multiproof import root_from
from provenance.errors import (
    InvalidProofError,
    MalformedError,
    ProvenanceError,
)
from provenance.tlog import merkle
from tests.support.vectors_of import shared


class MemoryNodes:
    """Complete nodes in a dict. Refuses to overwrite: the store is append-only."""

    def __init__(self) -> None:
        self.nodes: dict[merkle.TreeNode, Hash] = {}
        self.size = 0

    def __call__(self, nodes: Sequence[merkle.TreeNode]) -> list[Hash]:
        return [self.nodes[n] for n in nodes]

    def append(self, entry: bytes) -> None:
        leaf = merkle.leaf_hash(entry)
        for node, digest in merkle.append_leaf(self.size, leaf, self):
            assert node not in self.nodes
            self.nodes[node] = digest
        self.size += 1


def tree_of(n: int) -> MemoryNodes:
    t = MemoryNodes()
    for i in range(n):
        t.append(b"leaf %d" % i)
    return t


BIG = tree_of(130)


def leaf(index: int) -> Hash:
    return BIG([merkle.TreeNode(0, index)])[0]


# The definitions of RFC 6962, section 2.1, word for word: slow and obvious.


def mth(d: list[bytes]) -> Hash:
    if not d:
        return merkle.EMPTY_ROOT
    if len(d) == 1:
        return merkle.leaf_hash(d[0])
    k = split(len(d))
    return merkle.node_hash(mth(d[:k]), mth(d[k:]))


def audit_path(m: int, d: list[bytes]) -> list[Hash]:
    if len(d) == 1:
        return []
    k = split(len(d))
    if m < k:
        return [*audit_path(m, d[:k]), mth(d[k:])]
    return [*audit_path(m - k, d[k:]), mth(d[:k])]


def consistency_path(m: int, d: list[bytes], known: bool = True) -> list[Hash]:
    if m == len(d):
        return [] if known else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*consistency_path(m, d[:k], known), mth(d[k:])]
    return [*consistency_path(m - k, d[k:], False), mth(d[:k])]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


ENTRIES = [b"leaf %d" % i for i in range(130)]


def test_every_root_up_to_130_matches_the_rfc_definition() -> None:
    for size in range(131):
        assert merkle.root_hash(size, BIG) == mth(ENTRIES[:size])
        leaves = [merkle.leaf_hash(entry) for entry in ENTRIES[:size]]
        assert merkle.root_hash(size, BIG) == tree.root_of(leaves)


def test_every_inclusion_proof_up_to_40_verifies_for_its_index_alone() -> None:
    for size in range(1, 41):
        root = merkle.root_hash(size, BIG)
        for index in range(size):
            proof = merkle.prove_inclusion(index, size, BIG)
            assert list(proof) == audit_path(index, ENTRIES[:size])
            merkle.verify_inclusion(
                proof, index=index, size=size, leaf=leaf(index), root=root
            )
            for wrong in range(size):
                if wrong != index:
                    with pytest.raises(InvalidProofError):
                        merkle.verify_inclusion(
                            proof,
                            index=wrong,
                            size=size,
                            leaf=leaf(index),
                            root=root,
                        )


def test_every_consistency_proof_up_to_64_verifies_at_its_length_alone() -> (
    None
):
    roots = [merkle.root_hash(n, BIG) for n in range(65)]
    for new in range(1, 65):
        for old in range(1, new + 1):
            proof = merkle.prove_consistency(old, new, BIG)
            assert list(proof) == consistency_path(old, ENTRIES[:new])

            def check(proof: Sequence[Hash], *, m: int, n: int) -> None:
                merkle.verify_consistency(
                    proof,
                    old_size=m,
                    new_size=n,
                    old_root=roots[m],
                    new_root=roots[n],
                )

            check(proof, m=old, n=new)
            with pytest.raises(InvalidProofError):
                check((*proof, roots[1]), m=old, n=new)
            if proof:
                with pytest.raises(InvalidProofError):
                    check(proof[:-1], m=old, n=new)


def test_every_subtree_up_to_64_is_proved_part_of_its_tree() -> None:
    roots = [merkle.root_hash(n, BIG) for n in range(65)]
    for start in range(0, 64, 2):
        for stop in range(start, 65):
            power = 1
            while power < stop - start:
                power *= 2
            if start % power:
                with pytest.raises(ValueError, match="not a subtree"):
                    merkle.subtree_hash(start=start, stop=stop, read=BIG)
                continue
            root = merkle.subtree_hash(start=start, stop=stop, read=BIG)
            assert root == mth(ENTRIES[start:stop])
            for size in range(stop, 65, 5):
                proof = merkle.prove_subtree_consistency(
                    start=start, stop=stop, size=size, read=BIG
                )
                merkle.verify_subtree_consistency(
                    proof,
                    start=start,
                    stop=stop,
                    size=size,
                    subtree_root=root,
                    root=roots[size],
                )
                with pytest.raises(InvalidProofError):
                    merkle.verify_subtree_consistency(
                        proof,
                        start=start,
                        stop=stop,
                        size=size,
                        subtree_root=merkle.leaf_hash(b"another"),
                        root=roots[size],
                    )


def test_an_entry_is_proved_in_a_subtree_that_starts_inside_the_log() -> None:
    root = merkle.subtree_hash(start=40, stop=47, read=BIG)
    for index in range(40, 47):
        proof = merkle.prove_subtree_inclusion(
            index, start=40, stop=47, read=BIG
        )
        assert list(proof) == audit_path(index - 40, ENTRIES[40:47])
        merkle.verify_subtree_inclusion(
            proof,
            index=index,
            start=40,
            stop=47,
            leaf=leaf(index),
            subtree_root=root,
        )


def test_a_proof_that_nobody_can_give_is_a_wrong_call() -> None:
    with pytest.raises(ValueError, match="no leaf 3"):
        merkle.prove_inclusion(3, 3, BIG)
    with pytest.raises(ValueError, match="no leaf 39"):
        merkle.prove_subtree_inclusion(39, start=40, stop=47, read=BIG)
    with pytest.raises(ValueError, match="no tree of size 0"):
        merkle.prove_consistency(0, 3, BIG)
    with pytest.raises(ValueError, match="no tree of size 4"):
        merkle.prove_consistency(4, 3, BIG)
    with pytest.raises(ValueError, match="no subtree"):
        merkle.prove_subtree_consistency(start=2, stop=5, size=9, read=BIG)
    with pytest.raises(ValueError, match="no subtree"):
        merkle.prove_subtree_consistency(start=0, stop=5, size=4, read=BIG)


def test_a_consistency_proof_from_size_0_proves_nothing() -> None:
    for new_size in (0, 1, 5):
        with pytest.raises(InvalidProofError, match="no tree of size 0"):
            merkle.verify_consistency(
                (),
                old_size=0,
                new_size=new_size,
                old_root=merkle.EMPTY_ROOT,
                new_root=merkle.root_hash(new_size, BIG),
            )


def test_sizes_that_javascript_cannot_count_are_refused() -> None:
    huge = merkle.MAX_SIZE + 1
    with pytest.raises(InvalidProofError):
        merkle.verify_inclusion(
            (), index=0, size=huge, leaf=leaf(0), root=leaf(0)
        )
    with pytest.raises(InvalidProofError):
        merkle.verify_consistency(
            (), old_size=huge, new_size=huge, old_root=b"", new_root=b""
        )


@given(st.data())
def test_flipping_any_bit_of_an_inclusion_proof_breaks_it(
    data: st.DataObject,
) -> None:
    size = data.draw(st.integers(2, 130))
    index = data.draw(st.integers(0, size - 1))
    proof = list(merkle.prove_inclusion(index, size, BIG))
    which = data.draw(st.integers(0, len(proof) - 1))
    proof[which] = flip(proof[which], data.draw(st.integers(0, 255)))
    with pytest.raises(InvalidProofError):
        merkle.verify_inclusion(
            proof,
            index=index,
            size=size,
            leaf=leaf(index),
            root=merkle.root_hash(size, BIG),
        )


@given(st.data())
def test_flipping_any_bit_of_a_consistency_proof_breaks_it(
    data: st.DataObject,
) -> None:
    new = data.draw(st.integers(2, 130))
    old = data.draw(st.integers(1, new - 1))
    proof = list(merkle.prove_consistency(old, new, BIG))
    which = data.draw(st.integers(0, len(proof) - 1))
    proof[which] = flip(proof[which], data.draw(st.integers(0, 255)))
    with pytest.raises(InvalidProofError):
        merkle.verify_consistency(
            proof,
            old_size=old,
            new_size=new,
            old_root=merkle.root_hash(old, BIG),
            new_root=merkle.root_hash(new, BIG),
        )


def flip(digest: Hash, bit: int) -> Hash:
    changed = bytearray(digest)
    changed[bit // 8] ^= 1 << bit % 8
    return Hash(bytes(changed))


hashes = st.binary(min_size=32, max_size=32).map(Hash)
sizes = st.integers(-5, 2**80)


@given(st.lists(hashes, max_size=70), sizes, sizes, hashes, hashes)
def test_a_hostile_inclusion_proof_raises_only_invalid_proof(
    proof: list[Hash], index: int, size: int, leaf: Hash, root: Hash
) -> None:
    if leaf == root:
        return
    with pytest.raises(InvalidProofError):
        merkle.verify_inclusion(
            proof, index=index, size=size, leaf=leaf, root=root
        )


@given(
    st.lists(hashes, max_size=70),
    st.integers(-5, 40),
    sizes,
    sizes,
    st.binary(max_size=40),
    st.binary(max_size=40),
)
def test_a_hostile_subtree_proof_raises_only_our_errors(
    proof: list[Hash], start: int, stop: int, size: int, a: bytes, b: bytes
) -> None:
    if a == b:
        return
    with pytest.raises((InvalidProofError, MalformedError)):
        merkle.verify_subtree_consistency(
            proof, start=start, stop=stop, size=size, subtree_root=a, root=b
        )


# The vectors of transparency-dev/merkle, testdata/.


def vectors(kind: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    folder = shared("transparency-dev-merkle") / "testdata" / kind
    paths: list[pathlib.Path] = sorted(folder.rglob("*.json"))
    assert len(paths) == count
    return [
        (str(p.relative_to(folder)), json.loads(p.read_text())) for p in paths
    ]


def b64(text: str | None) -> bytes:
    return base64.b64decode(text or "", validate=True)


def proof_of(vector: dict[str, Any]) -> list[Hash]:
    return [Hash(b64(text)) for text in vector["proof"] or []]


def verdict_is(
    name: str,
    vector: dict[str, Any],
    check: Callable[[dict[str, Any]], None],
) -> None:
    try:
        check(vector)
    except ProvenanceError:
        assert vector["wantErr"], f"{name} must verify"
    else:
        assert not vector["wantErr"], f"{name} must not verify"


def test_all_98_inclusion_vectors_get_their_verdict() -> None:
    def check(v: dict[str, Any]) -> None:
        merkle.verify_inclusion(
            proof_of(v),
            index=v["leafIdx"],
            size=v["treeSize"],
            leaf=Hash(b64(v["leafHash"])),
            root=Hash(b64(v["root"])),
        )

    for name, vector in vectors("inclusion", 98):
        verdict_is(name, vector, check)


def test_all_98_consistency_vectors_get_their_verdict() -> None:
    def check(v: dict[str, Any]) -> None:
        merkle.verify_consistency(
            proof_of(v),
            old_size=v["size1"],
            new_size=v["size2"],
            old_root=b64(v["root1"]),
            new_root=b64(v["root2"]),
        )

    for name, vector in vectors("consistency", 98):
        verdict_is(name, vector, check)


def test_all_204_subtree_inclusion_vectors_get_their_verdict() -> None:
    def check(v: dict[str, Any]) -> None:
        merkle.verify_subtree_inclusion(
            proof_of(v),
            index=v["leafIdx"],
            start=v["start"],
            stop=v["end"],
            leaf=Hash(b64(v["leafHash"])),
            subtree_root=Hash(b64(v["root"])),
        )

    for name, vector in vectors("subtreeinclusion", 204):
        verdict_is(name, vector, check)


def test_all_118_subtree_consistency_vectors_get_their_verdict() -> None:
    def check(v: dict[str, Any]) -> None:
        merkle.verify_subtree_consistency(
            proof_of(v),
            start=v["start"],
            stop=v["end"],
            size=v["size"],
            subtree_root=b64(v["root1"]),
            root=b64(v["root2"]),
        )

    for name, vector in vectors("subtreeconsistency", 118):
        verdict_is(name, vector, check)


@given(st.integers(1, 70), st.data())
def test_proofs_made_together_are_those_made_alone(
    size: int, data: st.DataObject
) -> None:
    nodes = MemoryNodes()
    for number in range(size):
        nodes.append(b"%d" % number)
    indexes = data.draw(st.sets(st.integers(0, size - 1)))

    together = merkle.prove_inclusions(indexes, size, nodes)

    assert together == {
        index: merkle.prove_inclusion(index, size, nodes) for index in indexes
    }


@pytest.mark.parametrize("index", [-1, 3])
def test_no_proofs_are_made_together_of_what_is_not_there(index: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.prove_inclusions([0, index], 3, MemoryNodes())


@given(st.integers(1, 70), st.data())
def test_one_proof_of_many_leaves_is_that_of_the_tree_in_memory(
    size: int, data: st.DataObject
) -> None:
    nodes = MemoryNodes()
    for number in range(size):
        nodes.append(b"%d" % number)
    indexes = sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))
    leaves = nodes([merkle.TreeNode(0, index) for index in range(size)])
    asked: list[merkle.TreeNode] = []

    def read(wanted: Sequence[merkle.TreeNode]) -> list[Hash]:
        asked.extend(wanted)
        return nodes(wanted)

    proof = merkle.prove_many(indexes, size, read)

    assert proof == tree.Tree(leaves).multiproof(indexes)
    assert len(set(asked)) == len(asked)
    known = [(index, leaves[index]) for index in indexes]
    assert root_from(size, known, proof) == merkle.root_hash(size, nodes)


def test_no_one_proof_is_made_of_what_is_not_there() -> None:
    for indexes in ([-1], [3], [1, 1], [2, 0]):
        with pytest.raises(InvalidProofError, match="leaf"):
            merkle.prove_many(indexes, 3, MemoryNodes())
    assert merkle.prove_many([], 0, MemoryNodes()) == ()
