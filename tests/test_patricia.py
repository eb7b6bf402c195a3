"""The map's root has at most one provable answer for each key."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.digest import Hash, sha256
from provenance.errors import InvalidProofError
from provenance.tlog import patricia
from provenance.tlog.patricia import MapProof, MapStep
from tests.vectors_of import shared

Pairs = dict[bytes, bytes]


def key(number: int) -> bytes:
    return sha256(b"key %d" % number)


def pairs_of(count: int) -> Pairs:
    return {key(i): b"%040d" % i for i in range(count)}


# The definition, slow and obvious: sort by the next bit, recursively.


def reference_root(pairs: Pairs) -> Hash:
    if not pairs:
        return sha256(b"")
    return reference_subtree(pairs, 0)


def reference_subtree(pairs: Pairs, bit: int) -> Hash:
    if len(pairs) == 1:
        ((k, v),) = pairs.items()
        return sha256(b"\0" + leb128(len(k)) + k + leb128(len(v)) + v)
    sides: tuple[Pairs, Pairs] = ({}, {})
    for k, v in pairs.items():
        sides[int(f"{int.from_bytes(k, 'big'):0{8 * len(k)}b}"[bit])][k] = v
    if not sides[0] or not sides[1]:
        return reference_subtree(pairs, bit + 1)
    left, right = (reference_subtree(side, bit + 1) for side in sides)
    return sha256(b"\1" + leb128(bit) + left + right)


def leb128(n: int) -> bytes:
    return bytes([n]) if n < 128 else bytes([n % 128 + 128]) + leb128(n // 128)


# Keys that share long prefixes, and keys that share none.
keys32 = st.binary(min_size=32, max_size=32) | st.integers(0, 2**12 - 1).map(
    lambda n: (n & 63).to_bytes(1, "big") + bytes(30) + (n >> 6).to_bytes(1)
)
values40 = st.binary(min_size=40, max_size=40)
maps = st.dictionaries(keys32, values40, max_size=40)


def test_leaves_and_maps_of_short_keys_have_the_published_hashes() -> None:
    leaf = patricia.leaf_hash(b"\xab", b"\xcd").hex()
    assert leaf == (
        "e2803f59293564e96b6c5c16157cec731a294631aefb5d08d18630ed6a27184c"
    )
    assert patricia.leaf_hash(b"", b"").hex() == (
        "709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c"
    )
    assert patricia.map_root([]) == sha256(b"") == patricia.EMPTY_ROOT


def test_lengths_over_127_are_written_in_two_bytes() -> None:
    leaf = patricia.leaf_hash(bytes(200), b"v" * 16_384)
    assert leaf == sha256(
        b"\0\xc8\x01" + bytes(200) + b"\x80\x80\x01" + b"v" * 16_384
    )


@given(maps)
def test_the_root_matches_the_definition(pairs: Pairs) -> None:
    assert patricia.map_root(pairs.items()) == reference_root(pairs)


@given(maps, st.randoms(use_true_random=False))
def test_the_root_does_not_depend_on_the_order(
    pairs: Pairs, random: Any
) -> None:
    shuffled = list(pairs.items())
    random.shuffle(shuffled)
    assert patricia.map_root(shuffled) == patricia.map_root(pairs.items())


@given(st.sets(st.binary(min_size=2, max_size=2), min_size=1, max_size=30))
def test_short_keys_of_one_length_are_hashed_alike(keys: set[bytes]) -> None:
    pairs = dict.fromkeys(keys, b"value")
    assert patricia.map_root(pairs.items()) == reference_root(pairs)


@given(maps, st.integers(1, 3))
def test_hashes_cached_by_their_first_bytes_give_the_same_root(
    pairs: Pairs, depth: int
) -> None:
    parts: dict[bytes, list[tuple[bytes, Hash]]] = {}
    for k, v in sorted(pairs.items()):
        leaf = (k, patricia.leaf_hash(k, v))
        parts.setdefault(k[:depth], []).append(leaf)
    cached = [
        (prefix, patricia.subtree_hash(leaves, 8 * depth))
        for prefix, leaves in sorted(parts.items())
    ]
    assert patricia.subtree_hash(cached, 0) == reference_root(pairs)


@given(maps.filter(bool), keys32)
def test_a_path_through_cached_hashes_is_the_path_through_the_map(
    pairs: Pairs, wanted: bytes
) -> None:
    leaves = [(k, patricia.leaf_hash(k, v)) for k, v in sorted(pairs.items())]
    parts: dict[bytes, list[tuple[bytes, Hash]]] = {}
    for leaf in leaves:
        parts.setdefault(leaf[0][:1], []).append(leaf)
    cached = [(p, patricia.subtree_hash(part, 8)) for p, part in parts.items()]

    part, upper = patricia.find_path(wanted, cached)
    below = parts[cached[part][0]]
    reached, lower = patricia.find_path(wanted, below)

    whole = patricia.prove(wanted, pairs.items())
    assert whole.path == lower + upper
    assert whole.leaf is not None
    assert whole.leaf[0] == below[reached][0]


@given(maps, st.data())
def test_every_key_is_proved_present_and_no_other_value(
    pairs: Pairs, data: st.DataObject
) -> None:
    root = patricia.map_root(pairs.items())
    for k, v in pairs.items():
        proof = patricia.prove(k, pairs.items())
        assert proof.leaf == (k, v)
        patricia.verify_presence(proof.path, key=k, value=v, root=root)
        with pytest.raises(InvalidProofError):
            patricia.verify_absence(
                proof.path, key=k, other_key=k, other_value=v, root=root
            )
        wrong = data.draw(values40)
        if wrong != v:
            with pytest.raises(InvalidProofError):
                patricia.verify_presence(
                    proof.path, key=k, value=wrong, root=root
                )


@given(maps, keys32)
def test_a_key_that_is_not_there_is_proved_absent(
    pairs: Pairs, wanted: bytes
) -> None:
    pairs.pop(wanted, None)
    root = patricia.map_root(pairs.items())
    proof = patricia.prove(wanted, pairs.items())
    other_key, other_value = proof.leaf or (None, None)
    patricia.verify_absence(
        proof.path,
        key=wanted,
        other_key=other_key,
        other_value=other_value,
        root=root,
    )


def test_a_present_key_cannot_be_proved_absent_by_any_other_leaf() -> None:
    pairs = pairs_of(20)
    root = patricia.map_root(pairs.items())
    for wanted in pairs:
        for k, v in pairs.items():
            path = patricia.prove(k, pairs.items()).path
            with pytest.raises(InvalidProofError):
                patricia.verify_absence(
                    path, key=wanted, other_key=k, other_value=v, root=root
                )


def test_an_empty_map_holds_nothing_and_only_an_empty_one_says_so() -> None:
    none = MapProof(None, ())
    assert patricia.prove(key(1), []) == none
    patricia.verify_absence(
        (),
        key=key(1),
        other_key=None,
        other_value=None,
        root=patricia.EMPTY_ROOT,
    )
    step: MapStep = (3, sha256(b"sibling"))
    root = patricia.map_root(pairs_of(1).items())
    empty = patricia.EMPTY_ROOT
    for path, other_key, other_value, claimed in (
        ((), None, None, root),
        ((step,), None, None, empty),
        ((), key(0), None, empty),
        ((), None, bytes(40), empty),
    ):
        with pytest.raises(InvalidProofError, match="not empty"):
            patricia.verify_absence(
                path,
                key=key(1),
                other_key=other_key,
                other_value=other_value,
                root=claimed,
            )


@given(st.data())
def test_flipping_any_bit_of_a_map_proof_breaks_it(data: st.DataObject) -> None:
    pairs = pairs_of(12)
    root = patricia.map_root(pairs.items())
    k, v = data.draw(st.sampled_from(sorted(pairs.items())))
    wire = bytearray(
        patricia.format_path(patricia.prove(k, pairs.items()).path)
    )
    position = data.draw(st.integers(0, 8 * len(wire) - 1))
    wire[position // 8] ^= 1 << position % 8

    def check() -> None:
        path = patricia.parse_path(bytes(wire))
        patricia.verify_presence(path, key=k, value=v, root=root)

    with pytest.raises(InvalidProofError):
        check()


def test_a_proof_of_another_shape_is_refused() -> None:
    pairs = pairs_of(12)
    root = patricia.map_root(pairs.items())
    k, v = next(iter(pairs.items()))
    path = patricia.prove(k, pairs.items()).path
    assert len(path) > 2
    for wrong in (
        path[1:],
        path[:-1],
        path[::-1],
        (path[0], *path),
        (*path, (0, root)),
        (*path, (-1, root)),
        ((256, root), *path),
        (),
    ):
        with pytest.raises(InvalidProofError):
            patricia.verify_presence(wrong, key=k, value=v, root=root)


def test_keys_and_values_of_other_lengths_are_no_proof() -> None:
    short_key, short_value = b"\xab", b"\xcd"
    root = patricia.leaf_hash(short_key, short_value)
    with pytest.raises(InvalidProofError, match="32 bytes, not 1"):
        patricia.verify_presence(
            (), key=short_key, value=short_value, root=root
        )
    root = patricia.leaf_hash(key(0), short_value)
    with pytest.raises(InvalidProofError, match="40 bytes, not 1"):
        patricia.verify_presence((), key=key(0), value=short_value, root=root)
    with pytest.raises(InvalidProofError, match="32 bytes, not 1"):
        patricia.verify_absence(
            (), key=b"k", other_key=key(0), other_value=bytes(40), root=root
        )


@given(maps.filter(bool), keys32)
def test_a_proof_reads_back_from_its_bytes(pairs: Pairs, wanted: bytes) -> None:
    proof = patricia.prove(wanted, pairs.items())
    short = patricia.format_path(proof.path)
    full = patricia.format_full_path(proof)
    assert patricia.parse_path(short) == proof.path
    assert patricia.parse_full_path(full) == proof
    assert proof.leaf is not None
    assert full == b"\x20" + proof.leaf[0] + b"\x28" + proof.leaf[1] + short


def test_the_proof_of_an_empty_map_has_no_bytes() -> None:
    assert patricia.format_full_path(MapProof(None, ())) == b""
    assert patricia.parse_full_path(b"") == MapProof(None, ())


LEAF = b"\x20" + bytes(32) + b"\x28" + bytes(40)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\x00" + bytes(31),
        b"\x00" + bytes(33),
        b"\x80\x00" + bytes(32),  # 0, not in its shortest form
        b"\x85\x00" + bytes(32),  # 5, likewise
        b"\xff\x02" + bytes(32),  # 383
        b"\x80\x80\x01" + bytes(32),
        b"\x80",
        b"\x01" + bytes(32) + b"\x01" + bytes(32),
        b"\x01" + bytes(32) + b"\x02" + bytes(32),
    ],
    ids=bytes.hex,
)
def test_a_malformed_path_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidProofError):
        patricia.parse_path(data)
    with pytest.raises(InvalidProofError):
        patricia.parse_full_path(LEAF + data)


@pytest.mark.parametrize(
    "data",
    [
        LEAF[:-1],
        LEAF[:33],
        LEAF[:10],
        b"\xa0\x00" + LEAF[1:],
        b"\x1f" + bytes(31) + b"\x28" + bytes(40),
        b"\x20" + bytes(32) + b"\x27" + bytes(39),
        b"\x20" + bytes(32) + b"\xa9\x00" + bytes(40),
    ],
    ids=bytes.hex,
)
def test_a_malformed_leaf_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidProofError):
        patricia.parse_full_path(data)


def test_bits_over_127_are_written_in_two_bytes() -> None:
    path = ((200, sha256(b"a")), (127, sha256(b"b")))
    wire = patricia.format_path(path)
    assert wire == b"\xc8\x01" + sha256(b"a") + b"\x7f" + sha256(b"b")
    assert patricia.parse_path(wire) == path


@given(st.binary(max_size=200))
def test_hostile_bytes_raise_only_invalid_proof(data: bytes) -> None:
    with contextlib.suppress(InvalidProofError):
        assert patricia.format_path(patricia.parse_path(data)) == data
    try:
        proof = patricia.parse_full_path(LEAF + data)
    except InvalidProofError:
        return
    assert patricia.format_full_path(proof) == LEAF + data


def test_leaves_that_are_no_subtree_are_a_wrong_call() -> None:
    leaves = [(key(i), sha256(b"")) for i in range(9)]
    with pytest.raises(ValueError, match="rising order"):
        patricia.subtree_hash(leaves, 0)
    with pytest.raises(ValueError, match="rising order"):
        patricia.map_root([(key(0), bytes(40)), (key(0), bytes(40))])
    leaves.sort()
    with pytest.raises(ValueError, match="part before bit 8"):
        patricia.subtree_hash(leaves, 8)
    with pytest.raises(ValueError, match="1 to 32 bytes, not 33"):
        patricia.subtree_hash([(bytes(33), sha256(b""))], 0)
    with pytest.raises(ValueError, match="1 to 32 bytes, not 0"):
        patricia.subtree_hash([(b"", sha256(b""))], 0)
    with pytest.raises(ValueError, match="empty map"):
        patricia.find_path(key(0), [])


def test_the_independent_map_vectors_give_the_same_roots_and_proofs() -> None:
    vectors = json.loads(
        (shared("provenance-formats") / "map.json").read_text()
    )
    assert vectors
    for vector in vectors:
        pairs = {bytes.fromhex(k): bytes.fromhex(v) for k, v in vector["pairs"]}
        root = Hash(bytes.fromhex(vector["root"]))
        wanted = bytes.fromhex(vector["key"])
        path = tuple(
            (bit, Hash(bytes.fromhex(h))) for bit, h in vector["proof"]
        )
        assert patricia.map_root(pairs.items()) == root
        assert patricia.prove(wanted, pairs.items()).path == path
        patricia.verify_presence(
            path, key=wanted, value=pairs[wanted], root=root
        )
