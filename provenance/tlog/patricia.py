r"""The map: one hash that commits to a value for every key, and to no others.

It is a Merkle-Patricia tree. A leaf is a key and its value. An inner node
stands wherever some keys part: they share all bits before *bit*, and those
with a 0 there are on the left, those with a 1 on the right. Bit 0 is the most
significant bit of the first byte. So the shape, and with it the root, depends
only on what the map holds, not on how it grew:

    empty   SHA-256("")
    leaf    SHA-256(0x00 ‖ v(length) ‖ key ‖ v(length) ‖ value)
    inner   SHA-256(0x01 ‖ v(bit) ‖ left ‖ right)

    four keys that start with the bits          root, bit 0
                                                /         \
    000…  011…  100…  101…                   bit 1        bit 2
                                             /   \        /   \
                                           000…  011…   100…  101…

v(n) is an unsigned LEB128 number in its shortest form. The hash of one leaf
is e2803f59293564e96b6c5c16157cec731a294631aefb5d08d18630ed6a27184c for key ab
and value cd.

Looking a key up takes its bit at each inner node and ends at one leaf. If
that leaf has the key, its value is the key's. If it has another, the key is
not in the map: were it there, it would have parted from this leaf at an inner
node, and the way down passed none such. A root has at most one provable
answer for each key, even if a liar made it.

A *multiproof* answers for many keys at once, with no hash in it twice. It is
the map walked down from its root along all of these keys together: its
*steps* are b + 1 for an inner node at bit b and 0 for a leaf, each node
before its left side and that before its right; its hashes are those of the
sides that none of the keys leads to, in the order met. Leaves that are
reached by keys that are not in the map alone are its *others*.

The answer for one key is a `MapProof`: the leaf, and its *path*, the list of
(bit, sibling) from there up to the root, bits falling.

Proofs are about keys of 32 and values of 80 bytes; the hash functions take
any length.

In full: `FORMATS.md`, sections 5 and 6.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from provenance.encoding.digest import Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import InvalidProofError

__all__ = [
    "EMPTY_ROOT",
    "KEY_SIZE",
    "VALUE_SIZE",
    "MapMultiproof",
    "MapProof",
    "MapStep",
    "find_path",
    "inner_hash",
    "leaf_hash",
    "map_root",
    "merge",
    "prove",
    "root_from_many",
    "subtree_hash",
]

KEY_SIZE = 32
VALUE_SIZE = 80

_BITS = 8 * KEY_SIZE

# What SHA-256 returns has 32 bytes. Not counting them again saves a third of
# the time of a node, and the writer hashes some twenty for each event.
_as_hash = bytes.__new__


def _varint(number: int) -> bytes:
    """Return *number* as unsigned LEB128, in its shortest form."""
    if number <= 0x7F:
        return bytes((number,))
    return bytes((number & 0x7F | 0x80,)) + _varint(number >> 7)


# How the preimage of an inner node starts, by its bit.
_INNER = [b"\x01" + _varint(bit) for bit in range(_BITS)]

MapStep = tuple[int, Hash]
"""An inner node's bit, and the hash of the side that was not taken."""

Leaf = tuple[bytes, Hash]
"""A key and its leaf's hash; or a key's first bytes and the hash of all that
the map holds under them."""


@dataclass(frozen=True, slots=True)
class MapProof:
    """Where looking a key up in a map ends, and the path from there.

    Attributes:
        leaf: The key and the value found: the key looked up if it is in the
            map, another if it is not. None if the map is empty.
        path: From that leaf up to the root.
    """

    leaf: tuple[bytes, bytes] | None
    path: tuple[MapStep, ...]


@dataclass(frozen=True, slots=True)
class MapMultiproof:
    """What a map holds for each of some keys, in one proof.

    Attributes:
        steps: The nodes on the way, each before its left side and that before
            its right: b + 1 for an inner node at bit b, 0 for a leaf. None
            if the map is empty.
        others: (key, value) of the leaves reached that are none of these
            keys: keys rise. Each shows that some key is absent.
        hashes: Of the sides that are not entered, in the order met.
    """

    steps: tuple[int, ...]
    others: tuple[tuple[bytes, bytes], ...]
    hashes: tuple[Hash, ...]


def leaf_hash(key: bytes, value: bytes) -> Hash:
    """Return the hash of the leaf that maps *key* to *value*."""
    return _as_hash(Hash, sha256(b"\x00" + _leaf(key, value)).digest())


def inner_hash(bit: int, left: bytes, right: bytes) -> Hash:
    """Return the hash of the node whose sides part at *bit*, 0 to 255."""
    return _as_hash(Hash, sha256(_INNER[bit] + left + right).digest())


def subtree_hash(leaves: Sequence[Leaf], start_bit: int) -> Hash:
    """Return the hash above *leaves*, whose first *start_bit* bits agree.

    They are all that the map holds with those bits, in order of key, the keys
    of one length, 1 to 32 bytes. With *start_bit* 0 they are the whole map,
    and no leaves give EMPTY_ROOT.

    A subtree's hash stands for it: given (first bytes of the key, hash of the
    subtree with those first bytes) for each subtree that is not empty, the
    result is the hash above them all, so that hashes can be cached at any
    depth. Costs one hash per leaf, about a microsecond.

    Raises:
        ValueError: The keys are not in order or do not agree so far.
    """
    if not leaves:
        return EMPTY_ROOT
    digest: bytes
    first_key, digest = leaves[0]
    width = 8 * len(first_key)
    if not 0 < width <= _BITS:
        raise ValueError(f"a map key has 1 to 32 bytes, not {len(first_key)}")
    first = previous = int.from_bytes(first_key, "big")
    # The nodes open on the right edge: each with its left side, bits rising.
    # The next leaf parts from the one before it at some bit; every open node
    # with a higher bit lies below that one, and will get no more leaves.
    bits: list[int] = []
    lefts: list[bytes] = []
    rest = iter(leaves)
    next(rest)
    for key, leaf in rest:
        number = int.from_bytes(key, "big")
        if number <= previous:
            raise ValueError("the map's keys are not in rising order")
        bit = width - (number ^ previous).bit_length()
        while bits and bits[-1] > bit:
            digest = sha256(_INNER[bits.pop()] + lefts.pop() + digest).digest()
        bits.append(bit)
        lefts.append(digest)
        digest = leaf
        previous = number
    if (first ^ previous).bit_length() > width - start_bit:
        raise ValueError(f"the map's keys part before bit {start_bit}")
    while bits:
        digest = sha256(_INNER[bits.pop()] + lefts.pop() + digest).digest()
    return Hash(digest)


def find_path(
    key: bytes, leaves: Sequence[Leaf]
) -> tuple[int, tuple[MapStep, ...]]:
    """Return the number of the leaf that *key* leads to, and its path.

    *leaves* are as for `subtree_hash`, one at least. *key* is the whole key
    even where they are subtrees with its first bytes: the path then starts
    at the subtree reached, which may be another than the key's own.
    """
    if not leaves:
        raise ValueError("the empty map has no leaf to reach")
    width = 8 * len(leaves[0][0])
    steps: list[MapStep] = []
    start, stop = 0, len(leaves)
    while stop - start > 1:
        ends = [int.from_bytes(leaves[i][0], "big") for i in (start, stop - 1)]
        bit = width - (ends[0] ^ ends[1]).bit_length()
        middle = bisect_left(
            leaves, 1, start, stop, key=lambda leaf: _bit_of(leaf[0], bit)
        )
        if _bit_of(key, bit):
            sibling = leaves[start:middle]
            start = middle
        else:
            sibling = leaves[middle:stop]
            stop = middle
        steps.append((bit, subtree_hash(sibling, bit + 1)))
    return start, tuple(reversed(steps))


def map_root(pairs: Iterable[tuple[bytes, bytes]]) -> Hash:
    """Return the root of the map of these (key, value) *pairs*, in any order.

    Raises:
        ValueError: A key stands there twice.
    """
    return subtree_hash(
        [(key, leaf_hash(key, value)) for key, value in sorted(pairs)], 0
    )


def prove(key: bytes, pairs: Iterable[tuple[bytes, bytes]]) -> MapProof:
    """Return the proof of what the map of *pairs* holds for *key*.

    Hashes the whole map: for small ones, and as what others are tested by.
    """
    ordered = sorted(pairs)
    if not ordered:
        return MapProof(None, ())
    reached, path = find_path(key, [(k, leaf_hash(k, v)) for k, v in ordered])
    return MapProof(ordered[reached], path)


def merge(answers: Mapping[bytes, MapProof]) -> MapMultiproof:
    """Return the proof that says of one map what all *answers* say of it.

    Args:
        answers: Key looked up → the proof of what the map holds for it; one
            at least.

    Raises:
        ValueError: They are not of one map.
    """
    steps: list[int] = []
    others: list[tuple[bytes, bytes]] = []
    hashes: list[Hash] = []

    def walk(keys: Sequence[bytes], depth: int) -> None:
        """Add the part of the map, *depth* nodes down, where *keys* lead."""
        proofs = [answers[key] for key in keys]
        nodes = {
            p.path[-1 - depth][0] if depth < len(p.path) else p.leaf
            for p in proofs
        }
        if len(nodes) != 1:
            raise ValueError("the answers are not of one map")
        (node,) = nodes
        if not isinstance(node, int):
            if node is not None:
                steps.append(0)
                if node[0] not in answers:
                    others.append(node)
            return
        steps.append(node + 1)
        sibling = proofs[0].path[-1 - depth][1]
        for side in (0, 1):
            if there := [key for key in keys if _bit_of(key, node) == side]:
                walk(there, depth + 1)
            else:
                hashes.append(sibling)

    walk(sorted(answers), 0)
    return MapMultiproof(tuple(steps), tuple(sorted(others)), tuple(hashes))


def root_from_many(
    leaves: Mapping[bytes, bytes],
    queries: Iterable[bytes],
    proof: MapMultiproof,
) -> Hash:
    """Return the root of the maps that *proof* is true of.

    They hold these *leaves*, key → value, and none of the *queries* that are
    not among them. One query at least; a leaf's key is a query in any case.

    Raises:
        InvalidProofError: No map holds that and is proved by this: a step is
            missing or does not go down, a node is reached by no key or a leaf
            by another's, or a part of the proof is not used.
    """
    held = {**leaves, **dict(proof.others)}
    asked = {*leaves, *queries}
    _check_keys(asked, held, [key for key, _ in proof.others])
    if not held and not proof.steps and not proof.hashes:
        return EMPTY_ROOT
    steps, hashes = iter(proof.steps), iter(proof.hashes)

    def walk(keys: Sequence[bytes], lowest: int) -> Hash:
        """Return the hash of the part where *keys* lead, bits from *lowest*."""
        if not keys:
            return next(hashes)
        step = next(steps)
        if step == 0:
            return _reached(keys, asked, held)
        bit = step - 1
        if not lowest <= bit < _BITS:
            raise InvalidProofError(
                f"the map proof has bit {bit} where one from {lowest} must be"
            )
        left = walk([k for k in keys if not _bit_of(k, bit)], bit + 1)
        right = walk([k for k in keys if _bit_of(k, bit)], bit + 1)
        return inner_hash(bit, left, right)

    try:
        root = walk(sorted({*asked, *held}), 0)
    except StopIteration:
        raise InvalidProofError("the map proof ends too early") from None
    if [*steps, *hashes]:
        raise InvalidProofError("a part of the map proof is not used")
    return root


def _check_keys(
    asked: set[bytes], held: Mapping[bytes, bytes], others: Sequence[bytes]
) -> None:
    if not asked:
        raise InvalidProofError("a map proof about no key proves nothing")
    if sorted({*others}) != [*others] or not asked.isdisjoint(others):
        raise InvalidProofError(
            "the map proof's other leaves are not in order, or are asked for"
        )
    for key in (*asked, *others):
        _require_sizes(key, held.get(key, bytes(VALUE_SIZE)))


def _reached(
    keys: Sequence[bytes], asked: set[bytes], held: Mapping[bytes, bytes]
) -> Hash:
    """Return the hash of the one leaf that all of *keys* lead to."""
    here = [key for key in keys if key in held]
    if len(here) != 1:
        raise InvalidProofError(
            f"{len(here)} of the map's leaves are where one must be"
        )
    (key,) = here
    if key not in asked and len(keys) == 1:
        raise InvalidProofError("the map proof shows a leaf without need")
    return leaf_hash(key, held[key])


def _leaf(key: bytes, value: bytes) -> bytes:
    return _varint(len(key)) + key + _varint(len(value)) + value


def _bit_of(key: bytes, bit: int) -> int:
    return key[bit >> 3] >> (7 - (bit & 7)) & 1


def _require_sizes(key: bytes, value: bytes) -> None:
    if len(key) != KEY_SIZE:
        raise InvalidProofError(f"a map key has 32 bytes, not {len(key)}")
    if len(value) != VALUE_SIZE:
        raise InvalidProofError(f"a map value has 80 bytes, not {len(value)}")
