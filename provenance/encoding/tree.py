"""A Merkle tree small enough to hold in memory: one event, one statement.

The hashes are those of RFC 6962 (section 2.1) and so the same as the log's:

    leaf = SHA-256(0x00 ‖ data)      node = SHA-256(0x01 ‖ left ‖ right)

The log itself is too long to hold; `provenance.tlog.merkle` proves things
about it from stored nodes, with the hashes defined here.

In full: `FORMATS.md`, section 6.
"""

from collections.abc import Sequence
from hashlib import sha256 as _sha256

from provenance.encoding.digest import Hash, sha256
from provenance.encoding.multiproof import missing
from provenance.errors import InvalidProofError

EMPTY_ROOT = sha256(b"")
"""The root of the tree with no leaves (RFC 6962, section 2.1)."""


def leaf_hash(data: bytes) -> Hash:
    """Return the hash of the leaf that holds *data*."""
    # The 0x00 keeps an interior node from being passed off as a leaf.
    return sha256(b"\x00" + data)


def node_hash(left: Hash, right: Hash) -> Hash:
    """Return the hash of the node above *left* and *right*."""
    return sha256(b"\x01" + left + right)


def root_of(leaves: Sequence[bytes]) -> Hash:
    """Return the root above *leaves*, which are leaf hashes in order.

    Nodes are joined level by level, an odd last one moving up unchanged:
    the same shape as RFC 6962's split at the largest power of two. For the
    same reason *leaves* may be the roots of complete subtrees of one size,
    the last one of any smaller size.
    """
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 2:
        level = _join_pairs(level)
    if len(level) == 2:
        return sha256(b"\x01" + level[0] + level[1])
    return bytes.__new__(Hash, level[0])


class Tree:
    """The tree above some leaves, each of its nodes hashed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Make the tree above *leaves*, which are leaf hashes in order."""
        self._levels: list[list[bytes]] = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_join_pairs(self._levels[-1]))

    def path_to(self, index: int) -> tuple[Hash, ...]:
        """Return the inclusion proof of leaf *index*, lowest hash first.

        Raises:
            ValueError: There is no such leaf.
        """
        size = len(self._levels[0])
        if not 0 <= index < size:
            raise ValueError(f"no leaf {index} in a tree of size {size}")
        return tuple(
            Hash(level[sibling])
            for height, level in enumerate(self._levels[:-1])
            if (sibling := (index >> height) ^ 1) < len(level)
        )

    def multiproof(self, known: Sequence[int]) -> tuple[Hash, ...]:
        """Return the proof of all the leaves *known*, whose numbers rise.

        It is read by `provenance.encoding.multiproof.root_from`.

        Raises:
            InvalidProofError: They do not rise, or there is no such leaf.
        """
        # An odd last node moved up unchanged: so a smaller last subtree
        # stands at the level of a complete one, like all that it is met with.
        return tuple(
            Hash(self._levels[level][start >> level])
            for start, stop in missing(len(self._levels[0]), known)
            for level in [(stop - start - 1).bit_length()]
        )


def root_from_path(
    leaf: Hash, path: Sequence[Hash], *, index: int, size: int
) -> Hash:
    """Return the root that *path* leads to from leaf *index* of *size*.

    Raises:
        InvalidProofError: There is no such leaf, or the path has more or
            fewer hashes than that leaf's place in the tree asks for.
    """
    if not 0 <= index < size:
        raise InvalidProofError(f"no leaf {index} in a tree of size {size}")
    # A hot path, too: a bundle holds hundreds of these hashes.
    digest: bytes = leaf
    used, last = 0, size - 1
    while last:
        if index % 2 or index < last:
            if used == len(path):
                raise InvalidProofError(
                    f"the proof has only {len(path)} hashes"
                )
            pair = (path[used], digest) if index % 2 else (digest, path[used])
            digest = _sha256(b"\x01%b%b" % pair).digest()
            used += 1
        index, last = index // 2, last // 2
    if used != len(path):
        raise InvalidProofError(f"the proof has {len(path)} hashes, not {used}")
    return Hash(digest)


def _join_pairs(level: Sequence[bytes]) -> list[bytes]:
    # A hot path: raw digests, no object made for each node.
    joined = [
        _sha256(b"\x01" + left + right).digest()
        for left, right in zip(level[::2], level[1::2], strict=False)
    ]
    if len(level) % 2:
        joined.append(level[-1])
    return joined
