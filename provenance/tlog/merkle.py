r"""The Merkle tree: one hash that commits to every entry, in order.

This is the tree of RFC 6962 (Certificate Transparency), section 2.1, so its
roots and proofs agree with every C2SP transparency log.

A tree of *size* n has leaves 0 to n-1, left to right. A node (level, index)
is the root of the 2**level leaves that start at index * 2**level, and only
such *complete* nodes are stored: once written they never change, which is why
an append-only store is enough. A tree of any other shape is put together from
its complete subtrees, which the binary digits of its size name:

    size 6 = 0b110         root
                         /      \
                    (2,0)        (1,2)
                   /     \       /   \
               (1,0)    (1,1)   4     5
               /   \    /   \
              0     1  2     3

The functions stand in the order of an entry's life: append, root, prove,
verify. Proving reads stored nodes through a `ReadNodes`; verifying needs
nothing but its arguments.

A *subtree* [start, stop) is a part of the tree that an entry can be proved
in, and that can be proved part of the whole: *start* is a multiple of the
least power of two that is not below its length, so that it is a tree of its
own. A tree of *size* is the subtree [0, size), which makes consistency of
two trees a special case of consistency of a subtree and a tree.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from provenance.encoding.digest import Hash
from provenance.encoding.multiproof import MAX_SIZE, missing
from provenance.encoding.tree import (
    EMPTY_ROOT,
    leaf_hash,
    node_hash,
    root_from_path,
)
from provenance.errors import InvalidProofError

__all__ = [
    "EMPTY_ROOT",
    "MAX_SIZE",
    "ReadNodes",
    "TreeNode",
    "append_leaf",
    "is_subtree",
    "leaf_hash",
    "node_hash",
    "prove_consistency",
    "prove_inclusion",
    "prove_inclusions",
    "prove_many",
    "prove_subtree_consistency",
    "prove_subtree_inclusion",
    "root_hash",
    "subtree_hash",
    "verify_consistency",
    "verify_inclusion",
    "verify_subtree_consistency",
    "verify_subtree_inclusion",
]


class TreeNode(NamedTuple):
    """The coordinates of a complete subtree: 2**level leaves."""

    level: int
    index: int  # type: ignore[assignment]  # in place of tuple.index


ReadNodes = Callable[[Sequence[TreeNode]], Sequence[Hash]]
"""Returns the stored hashes of the given nodes, in the same order."""


def is_subtree(start: int, stop: int) -> bool:
    """Return whether [start, stop) is a subtree of some tree, or empty."""
    if not 0 <= start <= stop <= MAX_SIZE:
        return False
    return start == stop or start % (1 << (stop - start - 1).bit_length()) == 0


def append_leaf(
    size: int, leaf: Hash, read: ReadNodes
) -> list[tuple[TreeNode, Hash]]:
    """Return the nodes to store when *leaf* joins a tree of *size* leaves.

    They are the leaf and each subtree that it completes, lowest first: one
    for the leaf, and one for every trailing 1 bit of *size*.
    """
    node, digest = TreeNode(0, size), leaf
    stored = [(node, digest)]
    while node.index % 2 == 1:
        (left,) = read([TreeNode(node.level, node.index - 1)])
        node, digest = (
            TreeNode(node.level + 1, node.index // 2),
            node_hash(left, digest),
        )
        stored.append((node, digest))
    return stored


def root_hash(size: int, read: ReadNodes) -> Hash:
    """Return the root of the tree of *size* leaves."""
    return subtree_hash(start=0, stop=size, read=read)


def subtree_hash(*, start: int, stop: int, read: ReadNodes) -> Hash:
    """Return the root of the subtree [*start*, *stop*); EMPTY_ROOT if empty."""
    if not is_subtree(start, stop):
        raise ValueError(f"[{start}, {stop}) is not a subtree")
    if start == stop:
        return EMPTY_ROOT
    (root,) = _subtree_hashes([range(start, stop)], read)
    return root


def prove_inclusion(index: int, size: int, read: ReadNodes) -> tuple[Hash, ...]:
    """Return the proof that leaf *index* is in the tree of *size* leaves.

    It runs from the leaf's sibling up to the root's child, and has at most
    log2(size) + 1 hashes (RFC 6962, section 2.1.1).
    """
    return prove_subtree_inclusion(index, start=0, stop=size, read=read)


def prove_inclusions(
    indexes: Collection[int], size: int, read: ReadNodes
) -> dict[int, tuple[Hash, ...]]:
    """Return leaf → the proof that `prove_inclusion` gives of it.

    What several proofs share is read and joined once, so that those of
    neighbours cost a few hashes each. With *size* 0 there is no leaf.
    """
    for index in indexes:
        if not 0 <= index < size:
            raise ValueError(f"no leaf {index} in a tree of {size}")
    proofs: dict[int, tuple[Hash, ...]] = {}
    open_subtrees: list[tuple[range, list[int], tuple[Hash, ...]]] = [
        (range(size), sorted(set(indexes)), ())
    ]
    while open_subtrees:
        subtree, wanted, above = open_subtrees.pop()
        if not wanted:
            continue
        if len(subtree) == 1:
            proofs[subtree.start] = above
            continue
        left, right = _halves(subtree)
        middle = bisect_left(wanted, right.start)
        beside_left, beside_right = _subtree_hashes([right, left], read)
        open_subtrees += [
            (left, wanted[:middle], (beside_left, *above)),
            (right, wanted[middle:], (beside_right, *above)),
        ]
    return proofs


def prove_many(
    indexes: Sequence[int], size: int, read: ReadNodes
) -> tuple[Hash, ...]:
    """Return the one proof of all the leaves *indexes*, which rise.

    It is read by `provenance.encoding.multiproof.root_from`. A single read
    asks for each stored node once.

    Raises:
        InvalidProofError: They do not rise, or there is no such leaf.
    """
    subtrees = missing(size, indexes)
    if not subtrees:
        return ()
    # All are complete, but for a last one that the tree ends in.
    *whole, last = subtrees
    nodes = []
    for start, stop in whole:
        level = (stop - start).bit_length() - 1
        nodes.append(TreeNode(level, start >> level))
    nodes += _complete_nodes(range(*last))
    hashes = read(nodes)
    return (*hashes[: len(whole)], _join(hashes[len(whole) :]))


def prove_subtree_inclusion(
    index: int, *, start: int, stop: int, read: ReadNodes
) -> tuple[Hash, ...]:
    """Return the proof that leaf *index* is in the subtree [start, stop)."""
    if not is_subtree(start, stop) or not start <= index < stop:
        raise ValueError(f"no leaf {index} in the subtree [{start}, {stop})")
    siblings, _ = _walk(range(start, stop), range(index, index + 1))
    return _subtree_hashes(siblings, read)


def prove_consistency(
    old_size: int, new_size: int, read: ReadNodes
) -> tuple[Hash, ...]:
    """Return the proof that the old tree is a prefix of the new one.

    It starts with the subtree where the old tree ends, unless that is the
    whole old tree, whose root the verifier has (RFC 6962, section 2.1.2).
    """
    if not 1 <= old_size <= new_size:
        raise ValueError(f"no tree of size {old_size} before size {new_size}")
    return prove_subtree_consistency(
        start=0, stop=old_size, size=new_size, read=read
    )


def prove_subtree_consistency(
    *, start: int, stop: int, size: int, read: ReadNodes
) -> tuple[Hash, ...]:
    """Return the proof that [start, stop) is part of the tree of *size*.

    The proof about an empty subtree is empty.
    """
    if not is_subtree(start, stop) or stop > size:
        raise ValueError(f"[{start}, {stop}) is no subtree in size {size}")
    if start == stop:
        return ()
    siblings, end = _walk(range(size), range(start, stop))
    return _subtree_hashes(
        siblings if end.start == start else [end, *siblings], read
    )


def verify_inclusion(
    proof: Sequence[Hash], *, index: int, size: int, leaf: Hash, root: Hash
) -> None:
    """Check that *leaf* is number *index* of the *size* leaves under *root*.

    A proof does not vouch for *size*: take size and root from a checkpoint
    that was verified, never from where the proof came from.

    Raises:
        InvalidProofError: It is not, or the proof does not show it.
    """
    verify_subtree_inclusion(
        proof, index=index, start=0, stop=size, leaf=leaf, subtree_root=root
    )


def verify_subtree_inclusion(  # noqa: PLR0913 - the claim has this many parts
    proof: Sequence[Hash],
    *,
    index: int,
    start: int,
    stop: int,
    leaf: Hash,
    subtree_root: Hash,
) -> None:
    """Check that *leaf* is number *index* of the log, in [start, stop).

    Raises:
        InvalidProofError: It is not, or the proof does not show it.
    """
    if not is_subtree(start, stop) or not start <= index < stop:
        raise InvalidProofError(
            f"no leaf {index} in the subtree [{start}, {stop})"
        )
    root = root_from_path(leaf, proof, index=index - start, size=stop - start)
    if root != subtree_root:
        raise InvalidProofError("the inclusion proof leads to another root")


def verify_consistency(
    proof: Sequence[Hash],
    *,
    old_size: int,
    new_size: int,
    old_root: bytes,
    new_root: bytes,
) -> None:
    """Check that the tree of *old_root* is a prefix of the tree of *new_root*.

    The empty tree is a prefix of every tree, so a proof from size 0 would
    prove nothing, and is refused. Trees of one size need equal roots and no
    proof; nothing is hashed then.

    Raises:
        InvalidProofError: It is not, or the proof does not show it.
        MalformedError: The old root is not 32 bytes.
    """
    if not 1 <= old_size <= new_size:
        raise InvalidProofError(f"no tree of size {old_size} before {new_size}")
    verify_subtree_consistency(
        proof,
        start=0,
        stop=old_size,
        size=new_size,
        subtree_root=old_root,
        root=new_root,
    )


def verify_subtree_consistency(  # noqa: PLR0913 - the claim has this many parts
    proof: Sequence[Hash],
    *,
    start: int,
    stop: int,
    size: int,
    subtree_root: bytes,
    root: bytes,
) -> None:
    """Check that [start, stop) under *subtree_root* is part of the tree.

    An empty subtree is part of every tree: its root must be EMPTY_ROOT, the
    proof empty, and *root* is not looked at.

    Raises:
        InvalidProofError: It is not, or the proof does not show it.
        MalformedError: The subtree's root is not 32 bytes.
    """
    if not is_subtree(start, stop) or not stop <= size <= MAX_SIZE:
        raise InvalidProofError(
            f"[{start}, {stop}) is no subtree in a tree of size {size}"
        )
    if start == stop:
        _require_length(proof, 0)
        if subtree_root != EMPTY_ROOT:
            raise InvalidProofError("an empty subtree has another root")
        return
    siblings, end = _walk(range(size), range(start, stop))
    # When the walk ends on the whole subtree, its root is the first hash.
    known = end.start == start
    _require_length(proof, len(siblings) + (not known))
    if not siblings:
        if subtree_root != root:
            raise InvalidProofError("one tree has two roots")
        return

    hashes = iter(proof)
    old_digest = new_digest = Hash(subtree_root) if known else next(hashes)
    for sibling, digest in zip(siblings, hashes, strict=True):
        if sibling.start >= stop:
            new_digest = node_hash(new_digest, digest)
        else:
            new_digest = node_hash(digest, new_digest)
            if sibling.start >= start:
                old_digest = node_hash(digest, old_digest)
    if (old_digest, new_digest) != (subtree_root, root):
        raise InvalidProofError("the consistency proof leads to other roots")


def _walk(tree: range, target: range) -> tuple[list[range], range]:
    """Walk from the root of *tree* down to the right end of *target*.

    A subtree is the range of its leaves, and both arguments are subtrees,
    not empty, *target* inside *tree*. Returns the siblings of the path,
    lowest first, and the subtree where the walk ended: the first on the way
    that lies inside *target*.
    """
    siblings: list[range] = []
    subtree = tree
    while subtree.start < target.start or subtree.stop > target.stop:
        left, right = _halves(subtree)
        if target.stop <= right.start:
            subtree, sibling = left, right
        else:
            # The left is outside the target, or, being complete, all inside.
            subtree, sibling = right, left
        siblings.append(sibling)
    return siblings[::-1], subtree


def _halves(subtree: range) -> tuple[range, range]:
    """Return the two sides of *subtree*, which has two leaves or more."""
    # The left side is the largest complete subtree that leaves a right.
    middle = subtree.start + (1 << (len(subtree) - 1).bit_length() - 1)
    return range(subtree.start, middle), range(middle, subtree.stop)


def _complete_nodes(subtree: range) -> list[TreeNode]:
    """Return the complete nodes that *subtree* is made of, left to right."""
    nodes = []
    start = subtree.start
    while start < subtree.stop:
        level = (subtree.stop - start).bit_length() - 1
        nodes.append(TreeNode(level, start >> level))
        start += 1 << level
    return nodes


def _subtree_hashes(
    subtrees: Iterable[range], read: ReadNodes
) -> tuple[Hash, ...]:
    """Return the hash of each of *subtrees*, with a single read."""
    nodes = [_complete_nodes(subtree) for subtree in subtrees]
    hashes = iter(read([node for group in nodes for node in group]))
    return tuple(_join([next(hashes) for _ in group]) for group in nodes)


def _join(hashes: Sequence[Hash]) -> Hash:
    """Return the hash above *hashes*, complete nodes from left to right."""
    *lefts, digest = hashes
    for left in reversed(lefts):
        digest = node_hash(left, digest)
    return digest


def _require_length(proof: Sequence[Hash], length: int) -> None:
    if len(proof) != length:
        raise InvalidProofError(
            f"the proof has {len(proof)} hashes, not {length}"
        )
