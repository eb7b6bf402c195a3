"""The map's root has at most one provable answer for each key."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.digest import Hash, sha256
from provenance.errors import InvalidProofError
from provenance.tlog import patricia
from provenance.tlog.patricia import MapMultiproof, MapProof, MapStep
from tests.support.vectors_of import shared

Pairs = dict[bytes, bytes]


def key(number: int) -> bytes:
    return sha256(b"key %d" % number)


def pairs_of(count: int) -> Pairs:
    return {key(i): b"%080d" % i for i in range(count)}


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


# What proves one key alone, slow and obvious: up its path to the root.


def verify_presence(
    path: Sequence[MapStep], *, key: bytes, value: bytes, root: Hash
) -> None:
    """Check that the map under *root* holds *value* for *key*.

    Raises:
        InvalidProofError: It does not, or the path does not show it.
    """
    patricia._require_sizes(key, value)
    if _root_of_path(path, key, value) != root:
        raise InvalidProofError("the map proof leads to another root")


def verify_absence(
    path: Sequence[MapStep],
    *,
    key: bytes,
    other_key: bytes | None,
    other_value: bytes | None,
    root: Hash,
) -> None:
    """Check that the map under *root* holds nothing for *key*.

    *other_key* and *other_value* are the leaf that looking *key* up reaches;
    both are None, and the path empty, if the map is empty.

    Raises:
        InvalidProofError: It does, or the path does not show it.
    """
    if len(key) != patricia.KEY_SIZE:
        raise InvalidProofError(f"a map key has 32 bytes, not {len(key)}")
    if other_key is None or other_value is None:
        claim = (other_key, other_value, tuple(path), root)
        if claim != (None, None, (), patricia.EMPTY_ROOT):
            raise InvalidProofError("the map is not empty")
        return
    verify_presence(path, key=other_key, value=other_value, root=root)
    if key == other_key:
        raise InvalidProofError("the map holds the key said to be absent")
    for bit, _ in path:
        if patricia._bit_of(key, bit) != patricia._bit_of(other_key, bit):
            raise InvalidProofError(
                f"the leaf shown is not where the key leads: bit {bit} differs"
            )


def _root_of_path(path: Sequence[MapStep], key: bytes, value: bytes) -> Hash:
    _require_falling(path)
    digest = patricia.leaf_hash(key, value)
    for bit, sibling in path:
        if patricia._bit_of(key, bit):
            digest = patricia.inner_hash(bit, sibling, digest)
        else:
            digest = patricia.inner_hash(bit, digest, sibling)
    return digest


def _require_falling(path: Sequence[MapStep]) -> None:
    limit = 256
    for bit, _ in path:
        if not 0 <= bit < limit:
            raise InvalidProofError(
                f"the map proof has bit {bit} where one below {limit} must be"
            )
        limit = bit


# Keys that share long prefixes, and keys that share none.
keys32 = st.binary(min_size=32, max_size=32) | st.integers(0, 2**12 - 1).map(
    lambda n: (n & 63).to_bytes(1, "big") + bytes(30) + (n >> 6).to_bytes(1)
)
values80 = st.binary(min_size=80, max_size=80)
maps = st.dictionaries(keys32, values80, max_size=40)


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
        verify_presence(proof.path, key=k, value=v, root=root)
        with pytest.raises(InvalidProofError):
            verify_absence(
                proof.path, key=k, other_key=k, other_value=v, root=root
            )
        wrong = data.draw(values80)
        if wrong != v:
            with pytest.raises(InvalidProofError):
                verify_presence(proof.path, key=k, value=wrong, root=root)


@given(maps, keys32)
def test_a_key_that_is_not_there_is_proved_absent(
    pairs: Pairs, wanted: bytes
) -> None:
    pairs.pop(wanted, None)
    root = patricia.map_root(pairs.items())
    proof = patricia.prove(wanted, pairs.items())
    other_key, other_value = proof.leaf or (None, None)
    verify_absence(
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
                verify_absence(
                    path, key=wanted, other_key=k, other_value=v, root=root
                )


def test_an_empty_map_holds_nothing_and_only_an_empty_one_says_so() -> None:
    none = MapProof(None, ())
    assert patricia.prove(key(1), []) == none
    verify_absence(
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
        ((), None, bytes(80), empty),
    ):
        with pytest.raises(InvalidProofError, match="not empty"):
            verify_absence(
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
    path = list(patricia.prove(k, pairs.items()).path)
    place = data.draw(st.integers(0, len(path) - 1))
    bit, sibling = path[place]
    if data.draw(st.booleans()):
        path[place] = (bit ^ 1 << data.draw(st.integers(0, 7)), sibling)
    else:
        path[place] = (bit, flipped(sibling, data.draw(st.integers(0, 255))))
    with pytest.raises(InvalidProofError):
        verify_presence(path, key=k, value=v, root=root)


def flip(data: bytes, bit: int) -> bytes:
    number = int.from_bytes(data, "big") ^ 1 << bit
    return number.to_bytes(len(data), "big")


def flipped(digest: Hash, bit: int) -> Hash:
    return Hash(flip(digest, bit))


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
            verify_presence(wrong, key=k, value=v, root=root)


def test_keys_and_values_of_other_lengths_are_no_proof() -> None:
    short_key, short_value = b"\xab", b"\xcd"
    root = patricia.leaf_hash(short_key, short_value)
    with pytest.raises(InvalidProofError, match="32 bytes, not 1"):
        verify_presence((), key=short_key, value=short_value, root=root)
    root = patricia.leaf_hash(key(0), short_value)
    with pytest.raises(InvalidProofError, match="80 bytes, not 1"):
        verify_presence((), key=key(0), value=short_value, root=root)
    with pytest.raises(InvalidProofError, match="32 bytes, not 1"):
        verify_absence(
            (), key=b"k", other_key=key(0), other_value=bytes(80), root=root
        )


# Seven keys that part at bits of all kinds: the first, ones that others
# skip, the last of a key.
FEW = [
    bytes([first]) + bytes(30) + bytes([last])
    for first, last in [
        (0, 0),
        (0, 1),
        (1, 0),
        (0x80, 0),
        (0x80, 0xFF),
        (0xC0, 2),
        (0xE0, 0),
    ]
]


def sets_of(keys: list[bytes]) -> list[list[bytes]]:
    return [
        [key for number, key in enumerate(keys) if mask >> number & 1]
        for mask in range(1 << len(keys))
    ]


def many(pairs: Pairs, queries: Iterable[bytes]) -> MapMultiproof:
    return patricia.merge(
        {key: patricia.prove(key, pairs.items()) for key in queries}
    )


def held(pairs: Pairs, queries: Iterable[bytes]) -> Pairs:
    return {key: pairs[key] for key in queries if key in pairs}


def leads_to(
    root: Hash, leaves: Pairs, queries: Iterable[bytes], proof: MapMultiproof
) -> bool:
    try:
        return patricia.root_from_many(leaves, queries, proof) == root
    except InvalidProofError:
        return False


def test_each_set_of_queries_of_each_small_map_leads_to_its_root() -> None:
    keys = FEW[:6]
    for present in sets_of(keys):
        pairs = {key: bytes([FEW.index(key)]) * 80 for key in present}
        root = reference_root(pairs)
        for queries in sets_of(keys)[1:]:
            proof = many(pairs, queries)
            assert leads_to(root, held(pairs, queries), queries, proof)
            assert len(set(proof.hashes)) == len(proof.hashes)
            # Nothing is there that the single proofs have not.
            answers = [patricia.prove(key, pairs.items()) for key in queries]
            single = {digest for a in answers for _, digest in a.path}
            assert single.issuperset(proof.hashes)
            assert {a.leaf for a in answers if a.leaf}.issuperset(proof.others)


@given(maps, st.lists(keys32, min_size=1, max_size=12, unique=True))
def test_one_proof_says_what_the_single_proofs_say(
    pairs: Pairs, wanted: list[bytes]
) -> None:
    queries = [*wanted, *list(pairs)[:8]]
    proof = many(pairs, queries)
    root = reference_root(pairs)
    assert patricia.root_from_many(held(pairs, queries), queries, proof) == root


def test_no_proof_leads_to_the_root_with_another_claim() -> None:
    keys = FEW[:5]
    for present in sets_of(keys):
        pairs = {key: bytes([FEW.index(key)]) * 80 for key in present}
        root = reference_root(pairs)
        for queries in sets_of(keys)[1:]:
            proof = many(pairs, queries)
            for claimed in sets_of(queries):
                leaves = {key: pairs.get(key, bytes(80)) for key in claimed}
                is_true = leaves == held(pairs, queries)
                assert leads_to(root, leaves, queries, proof) == is_true


def test_another_value_leads_to_another_root() -> None:
    pairs = pairs_of(12)
    root = patricia.map_root(pairs.items())
    proof = many(pairs, pairs)
    for wanted in pairs:
        for bit in range(0, 640, 7):
            wrong = {**pairs, wanted: flip(pairs[wanted], bit)}
            assert not leads_to(root, wrong, pairs, proof)


def test_each_change_of_a_proof_of_many_keys_is_refused() -> None:
    pairs = dict(list(pairs_of(14).items()))
    there, absent = list(pairs)[:4], [key(number) for number in range(90, 95)]
    queries = [*there, *absent]
    proof = many(pairs, queries)
    root = patricia.map_root(pairs.items())
    leaves = held(pairs, queries)
    assert leads_to(root, leaves, queries, proof)
    assert proof.others
    assert proof.hashes

    changed: list[MapMultiproof] = []
    steps, others, hashes = proof.steps, proof.others, proof.hashes
    for place, step in enumerate(steps):
        cut = (steps[:place], steps[place + 1 :])
        changed += [
            replace(proof, steps=(*cut[0], other, *cut[1]))
            for other in range(-1, 259)
            if other != step
        ]
        changed += [
            replace(proof, steps=cut[0] + cut[1]),
            replace(proof, steps=(*cut[0], step, step, *cut[1])),
        ]
    for place, digest in enumerate(hashes):
        cut_hashes = (hashes[:place], hashes[place + 1 :])
        changed += [
            replace(
                proof,
                hashes=(*cut_hashes[0], flipped(digest, bit), *cut_hashes[1]),
            )
            for bit in range(256)
        ]
        changed.append(replace(proof, hashes=cut_hashes[0] + cut_hashes[1]))
    changed += [
        replace(proof, steps=(*steps, 0)),
        replace(proof, steps=()),
        replace(proof, hashes=(*hashes, root)),
        replace(proof, hashes=hashes[::-1]),
        replace(proof, others=()),
        replace(proof, others=(others[0], *others)),
        MapMultiproof((), (), ()),
        MapMultiproof((), (), (root,)),
    ]
    for place, (other, value) in enumerate(others):
        changed.append(
            replace(proof, others=others[:place] + others[place + 1 :])
        )
        for bit in range(0, 256, 5):
            wrong = (flip(other, bit), value)
            rest = (*others[:place], wrong, *others[place + 1 :])
            changed.append(replace(proof, others=tuple(sorted(rest))))
    for forged in changed:
        assert not leads_to(root, leaves, queries, forged), forged


def test_a_leaf_is_shown_as_another_only_where_it_shows_absence() -> None:
    pairs = pairs_of(6)
    root = patricia.map_root(pairs.items())
    first, second, *_ = pairs
    of_both = many(pairs, [first, second])
    # The second leaf is true of the map, and nobody asked for it.
    idle = replace(of_both, others=((second, pairs[second]),))
    with pytest.raises(InvalidProofError, match="without need"):
        patricia.root_from_many({first: pairs[first]}, [first], idle)
    asked_for = replace(of_both, others=((second, pairs[second]),))
    with pytest.raises(InvalidProofError, match="asked for"):
        patricia.root_from_many(
            {first: pairs[first]}, [first, second], asked_for
        )
    assert leads_to(root, held(pairs, [first, second]), [first], of_both)


def test_other_leaves_stand_in_order_of_their_keys() -> None:
    pairs = pairs_of(14)
    absent = [key(number) for number in range(90, 99)]
    proof = many(pairs, absent)
    assert len(proof.others) > 1
    wrong = replace(proof, others=proof.others[::-1])
    with pytest.raises(InvalidProofError, match="not in order"):
        patricia.root_from_many({}, absent, wrong)


def test_a_proof_about_no_key_proves_nothing() -> None:
    root = patricia.map_root(pairs_of(3).items())
    with pytest.raises(InvalidProofError, match="no key"):
        patricia.root_from_many({}, [], MapMultiproof((), (), (root,)))


def test_an_empty_map_is_proved_empty_by_nothing_at_all() -> None:
    nothing = many({}, [key(1), key(2)])
    assert nothing == MapMultiproof((), (), ())
    assert leads_to(patricia.EMPTY_ROOT, {}, [key(1)], nothing)
    for forged in (
        MapMultiproof((0,), (), ()),
        MapMultiproof((), (), (patricia.EMPTY_ROOT,)),
    ):
        assert not leads_to(patricia.EMPTY_ROOT, {}, [key(1)], forged)


def test_keys_and_values_of_other_lengths_are_in_no_proof_of_many() -> None:
    one = MapMultiproof((0,), (), ())
    for leaves, queries, others in (
        ({b"k": bytes(80)}, [], ()),
        ({key(0): bytes(40)}, [], ()),
        ({}, [b"k"], ((key(0), bytes(80)),)),
        ({}, [key(1)], ((key(0), bytes(40)),)),
        ({}, [key(1)], ((b"k", bytes(80)),)),
    ):
        with pytest.raises(InvalidProofError, match="bytes, not"):
            patricia.root_from_many(
                leaves, queries, replace(one, others=others)
            )


def test_answers_of_two_maps_do_not_merge() -> None:
    few, more = pairs_of(3), pairs_of(9)
    with pytest.raises(ValueError, match="one map"):
        patricia.merge(
            {
                key(0): patricia.prove(key(0), few.items()),
                key(1): patricia.prove(key(1), more.items()),
            }
        )


def test_leaves_that_are_no_subtree_are_a_wrong_call() -> None:
    leaves = [(key(i), sha256(b"")) for i in range(9)]
    with pytest.raises(ValueError, match="rising order"):
        patricia.subtree_hash(leaves, 0)
    with pytest.raises(ValueError, match="rising order"):
        patricia.map_root([(key(0), bytes(80)), (key(0), bytes(80))])
    leaves.sort()
    with pytest.raises(ValueError, match="part before bit 8"):
        patricia.subtree_hash(leaves, 8)
    with pytest.raises(ValueError, match="1 to 32 bytes, not 33"):
        patricia.subtree_hash([(bytes(33), sha256(b""))], 0)
    with pytest.raises(ValueError, match="1 to 32 bytes, not 0"):
        patricia.subtree_hash([(b"", sha256(b""))], 0)
    with pytest.raises(ValueError, match="empty map"):
        patricia.find_path(key(0), [])


def test_the_published_trails_are_in_the_map_by_one_proof_too() -> None:
    folder = shared("provenance-formats-v2")
    trails = json.loads((folder / "trails.json").read_text())
    vectors = json.loads((folder / "map.json").read_text())
    pairs = {
        bytes.fromhex(trail["map_key"]): bytes.fromhex(trail["map_value"])
        for trail in trails
    }
    root = patricia.map_root(pairs.items())
    assert root.hex() == vectors["root"]
    answers = {}
    for wanted, steps in vectors["proofs"].items():
        k = bytes.fromhex(wanted)
        path = tuple((bit, Hash(bytes.fromhex(h))) for bit, h in steps)
        answers[k] = MapProof((k, pairs[k]), path)
        assert patricia.prove(k, pairs.items()) == answers[k]
    assert patricia.root_from_many(pairs, [], patricia.merge(answers)) == root
