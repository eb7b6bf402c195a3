r"""One proof for many leaves of one tree, with no hash in it twice.

An inclusion proof shows one leaf (RFC 6962, section 2.1.1). Proofs of several
leaves of one tree share most of their hashes, and where two of the leaves are
neighbours each has the other's hash for nothing. A *multiproof* is what is
then left: with the *known* leaves k, the hashes of the largest subtrees that
hold none of them, from left to right.

    eight leaves, 1 and 6 known            root
                                        /        \
    the proof: 0, [2,4), [4,6), 7      ·          ·
                                     /   \      /   \
                                    ·  [2,4) [4,6)   ·
                                   / \              / \
                                  0  (1)          (6)  7

The tree of n leaves is that of RFC 6962: [0, n) splits at the largest power
of two below n, and so does each part. The proof is read by walking down from
the root, left before right: a part without a known leaf is the next hash, a
leaf is known, and any other part is SHA-256(0x01 ‖ left ‖ right). So size and
known leaves say how many hashes there must be and what each is the hash of:
there is one proof and no other. As bytes the hashes are joined.

In full: `FORMATS.md`, section 6.
"""

from bisect import bisect_left
from collections.abc import Sequence
from hashlib import sha256

from provenance.encoding.digest import Hash
from provenance.errors import InvalidProofError

MAX_SIZE = 2**53 - 1
"""The most leaves a tree may have: what JavaScript can count exactly."""


def missing(size: int, known: Sequence[int]) -> list[tuple[int, int]]:
    """Return the subtrees whose hashes prove the leaves *known*.

    Each is [start, stop), from left to right. They and the known leaves make
    up the whole tree. At most log2(size) for each known leaf.

    Args:
        size: How many leaves the tree has.
        known: Numbers of leaves, rising. None at all leave [0, size) itself,
            or nothing of the empty tree.

    Raises:
        InvalidProofError: They do not rise, or are not leaves of that tree.
    """
    _check(size, known)
    subtrees: list[tuple[int, int]] = []
    # Parts still to be looked at, the leftmost last: each with the part
    # [low, high) of *known* that lies in it.
    parts = [(0, size, 0, len(known))] if size else []
    while parts:
        start, stop, low, high = parts.pop()
        if low == high:
            subtrees.append((start, stop))
        elif high - low < stop - start:
            middle = _middle(start, stop)
            cut = bisect_left(known, middle, low, high)
            parts.append((middle, stop, cut, high))
            parts.append((start, middle, low, cut))
    return subtrees


def root_from(
    size: int, known: Sequence[tuple[int, bytes]], hashes: Sequence[bytes]
) -> Hash:
    """Return the root that *known* leaves and the proof *hashes* lead to.

    A proof does not vouch for *size*: it must come from what vouches for the
    root, too.

    Args:
        size: How many leaves the tree has.
        known: (number, leaf hash) of each known leaf, numbers rising. None
            are known of the empty tree alone, whose root is SHA-256("").
        hashes: What `missing` names, 32 bytes each, in that order.

    Raises:
        InvalidProofError: Numbers do not rise or are not leaves of that tree,
            no leaf is known, or there are too few hashes or too many.
    """
    indexes = [index for index, _ in known]
    _check(size, indexes)
    if not known:
        if size or hashes:
            raise InvalidProofError("a proof about no leaf proves nothing")
        return Hash(sha256(b"").digest())
    rest = iter(hashes)

    def walk(start: int, stop: int, low: int, high: int) -> bytes:
        """Return the hash of [start, stop), which holds known[low:high]."""
        if low == high:
            return next(rest)
        if stop - start == 1:
            return known[low][1]
        middle = _middle(start, stop)
        cut = bisect_left(indexes, middle, low, high)
        left = walk(start, middle, low, cut)
        right = walk(middle, stop, cut, high)
        return sha256(b"\x01" + left + right).digest()

    try:
        root = walk(0, size, 0, len(known))
    except StopIteration:
        raise InvalidProofError(
            f"the proof has only {len(hashes)} hashes"
        ) from None
    if left := sum(1 for _ in rest):
        raise InvalidProofError(
            f"the proof has {len(hashes)} hashes, not {len(hashes) - left}"
        )
    return Hash(root)


def _middle(start: int, stop: int) -> int:
    """Return where [start, stop), of two leaves or more, parts in two."""
    return start + (1 << (stop - start - 1).bit_length() - 1)


def _check(size: int, indexes: Sequence[int]) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise InvalidProofError(f"no tree has {size} leaves")
    previous = -1
    for index in indexes:
        if not previous < index < size:
            raise InvalidProofError(
                f"leaf {index} is not one after {previous} in a tree of {size}"
            )
        previous = index
