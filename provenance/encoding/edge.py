"""The right edge of a growing tree: enough of it to go on, and for its root.

A tree of n leaves is made of complete subtrees, one for each 1 among the
binary digits of n, the largest first. Their hashes, joined, are its *edge*:

    n = 6 = 0b110       edge: hash of [0, 4) ‖ hash of [4, 6)      64 bytes
    n = 0               edge: nothing

Whoever keeps the edge of a tree can add a leaf and compute the root without
any other of its nodes: a trail of a million links keeps 20 hashes at most.

In full: `FORMATS.md`, section 5.
"""

from hashlib import sha256

from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.tree import EMPTY_ROOT


def push(edge: bytes, count: int, leaf: bytes) -> bytes:
    """Return the edge of the tree after *leaf* has joined it.

    Args:
        edge: The edge of the tree before.
        count: How many leaves it has.
        leaf: The hash of the leaf, which becomes number *count*.

    Raises:
        ValueError: The edge is not of a tree of that many leaves.
    """
    if count < 0 or len(edge) != HASH_SIZE * count.bit_count():
        raise ValueError(f"an edge of {len(edge)} bytes for {count} leaves")
    end = len(edge)
    # As in adding 1 to a binary number: each trailing 1 is carried.
    while count & 1:
        left = edge[end - HASH_SIZE : end]
        leaf = sha256(b"\x01" + left + leaf).digest()
        end -= HASH_SIZE
        count >>= 1
    return edge[:end] + leaf


def root(edge: bytes) -> Hash:
    """Return the root of the tree with this *edge*; EMPTY_ROOT of none."""
    if not edge:
        return EMPTY_ROOT
    end = len(edge) - HASH_SIZE
    digest = edge[end:]
    while end:
        left = edge[end - HASH_SIZE : end]
        digest = sha256(b"\x01" + left + digest).digest()
        end -= HASH_SIZE
    return Hash(digest)
