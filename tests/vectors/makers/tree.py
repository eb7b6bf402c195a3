"""Trees: one proof for several leaves.

The leaves hold b"0", b"1" and so on; *known* are their numbers.
"""

from collections.abc import Collection, Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.reference import H, leaf_hash

INVALID = "InvalidProofError"


def _leaves(size: int) -> list[bytes]:
    return [b"%d" % number for number in range(size)]


def _given(
    size: int,
    numbers: Collection[int],
    *,
    hashes: Sequence[bytes] | None = None,
    **changes: object,
) -> dict[str, object]:
    leaves = _leaves(size)
    proof = reference.multiproof(numbers, leaves)
    return {
        "size": size,
        "known": [[n, leaf_hash(leaves[n])] for n in sorted(numbers)],
        "hashes": proof if hashes is None else hashes,
        "root": reference.mth(leaves),
        **changes,
    }


def cases() -> list[Case]:
    good: list[tuple[str, str, int, Collection[int]]] = [
        ("empty", "no leaves: nothing is known and nothing needed", 0, []),
        ("one", "a tree of one leaf needs no hashes", 1, [0]),
        ("left-of-two", "one of two", 2, [0]),
        ("right-of-two", "the other", 2, [1]),
        ("both", "both of two need no hashes", 2, [0, 1]),
        ("lone-leaf", "a leaf that stands alone on the right", 5, [4]),
        ("beside-a-lone-leaf", "the leaf that stands alone is unknown", 5, [0, 3]),
        ("neighbours", "two leaves below one node", 8, [2, 3]),
        ("parted", "two leaves below two nodes", 8, [3, 4]),
        ("range", "a stretch of leaves", 100, range(20, 45)),
        ("ranges", "two stretches, and the leaf before each", 100, [*range(9, 20), *range(63, 100)]),
        ("ends", "the first and the last", 1000, [0, 999]),
        ("all-but-one", "one hash for one leaf", 21, [n for n in range(21) if n != 16]),
        ("all", "all of thirteen leaves", 13, range(13)),
        ("every-third", "as many hashes as possible", 33, range(0, 33, 3)),
    ]  # fmt: skip
    proof = reference.multiproof([2, 5], _leaves(7))
    known = _given(7, [2, 5])["known"]
    assert isinstance(known, list)
    first, second = known
    bad: list[tuple[str, str, dict[str, object]]] = [
        ("hash-less", "a hash too few", _given(7, [2, 5], hashes=proof[:-1])),
        ("hash-more", "a hash too many", _given(7, [2, 5], hashes=[*proof, bytes(32)])),
        ("hash-first", "a hash too many in front", _given(7, [2, 5], hashes=[bytes(32), *proof])),
        ("hash-twice", "a hash twice", _given(7, [2, 5], hashes=[proof[0], *proof])),
        ("hash-changed", "another hash", _given(7, [2, 5], hashes=[H(b"x"), *proof[1:]])),
        ("turned-round", "the hashes from right to left", _given(7, [2, 5], hashes=proof[::-1])),
        ("by-level", "the lowest hashes first, as in a path", _given(7, [6], hashes=reference.path(6, _leaves(7)))),
        ("leaf", "another leaf", _given(7, [2, 5], known=[[2, H(b"x")], second])),
        ("moved", "a leaf at another place", _given(7, [2, 5], known=[[3, first[1]], second])),
        ("swapped", "two leaves, each at the other's place", _given(7, [2, 5], known=[[2, second[1]], [5, first[1]]])),
        ("leaf-more", "a leaf whose hash is there as well", _given(7, [2, 5], known=[first, [3, leaf_hash(b"3")], second])),
        ("leaf-less", "a leaf for which there is no hash", _given(7, [2, 5], known=[first])),
        ("beyond", "a leaf that the tree does not have", _given(7, [2, 5], known=[first, second, [7, leaf_hash(b"7")]])),
        ("size", "a tree of another size", _given(7, [2, 5]) | {"size": 6}),
        ("root", "another root", _given(7, [2, 5], root=bytes(32))),
        ("empty-with-a-leaf", "an empty tree that has a leaf", {"size": 0, "known": [[0, leaf_hash(b"0")]], "hashes": [], "root": H(b"")}),
        ("empty-with-a-hash", "an empty tree with a hash", {"size": 0, "known": [], "hashes": [H(b"")], "root": H(b"")}),
        ("empty-with-a-root", "an empty tree with another root", {"size": 0, "known": [], "hashes": [], "root": bytes(32)}),
    ]  # fmt: skip
    return [
        *(
            Case(f"good-{name}", desc, _given(size, numbers))
            for name, desc, size, numbers in good
        ),
        *(Case(f"bad-{name}", desc, given, INVALID) for name, desc, given in bad),
    ]  # fmt: skip
