"""The map: roots, and what one proof shows to be there or not."""

from collections.abc import Collection, Sequence
from typing import Any

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.reference import H, Pairs, mth, u64

INVALID = "InvalidProofError"


def _pairs(*keys: bytes) -> dict[bytes, bytes]:
    return {
        key: u64(number + 1) + H(key) + u64(0) + mth([])
        for number, key in enumerate(keys)
    }


def _flipped(key: bytes, bit: int) -> bytes:
    return (int.from_bytes(key, "big") ^ 1 << 255 - bit).to_bytes(32, "big")


KEYS = [H(b"%d" % number) for number in range(12)]
MAPS: dict[str, tuple[str, Pairs]] = {
    "one": ("one key: the root is its leaf", _pairs(KEYS[0])),
    "two": ("two keys", _pairs(*KEYS[:2])),
    "twelve": ("twelve keys", _pairs(*KEYS)),
    "last-bit": (
        "two keys that part at the last bit",
        _pairs(KEYS[0], _flipped(KEYS[0], 255)),
    ),
    "first-bit": (
        "two keys that part at the first bit only",
        _pairs(KEYS[0], _flipped(KEYS[0], 0)),
    ),
    # Bit 127 is written in one byte, bit 128 in two.
    "around-bit-128": (
        "keys that part at the bits 127 and 128",
        _pairs(KEYS[0], _flipped(KEYS[0], 127), _flipped(KEYS[0], 128)),
    ),
    "many-bits": (
        "a key of which 86 bits tell it from others",
        _pairs(KEYS[0], *(_flipped(KEYS[0], bit) for bit in range(0, 256, 3))),
    ),
    "zeros": (
        "the least and the greatest key",
        _pairs(bytes(32), b"\xff" * 32),
    ),
}


def cases() -> list[Case]:
    return [*_roots(), *_good(), *_forged()]


def _roots() -> list[Case]:
    empty = Case(
        "root-empty",
        "the empty map",
        {"pairs": []},
        gives={"root": H(b"")},
    )
    return [empty] + [
        Case(
            f"root-{name}",
            desc,
            {"pairs": list(pairs.items())},
            gives={"root": reference.map_root(pairs)},
        )
        for name, (desc, pairs) in MAPS.items()
    ]


def _proven(
    queries: Collection[bytes], pairs: Pairs, **changes: object
) -> dict[str, Any]:
    """Return the proof of which *queries* are there, and of their values."""
    steps, others, hashes = reference.map_multiproof(queries, pairs)
    return {
        "queries": [[key, pairs.get(key)] for key in sorted(queries)],
        "steps": steps,
        "others": others,
        "hashes": hashes,
        "root": reference.map_root(pairs),
        **changes,
    }


ABSENT = [H(b"absent %d" % number) for number in range(4)]
TWELVE = MAPS["twelve"][1]


def _good() -> list[Case]:
    alone = [
        (f"present-{name}", desc, [next(iter(pairs))], pairs)
        for name, (desc, pairs) in MAPS.items()
    ]
    near = _flipped(KEYS[3], 255)
    rows: list[tuple[str, str, Sequence[bytes], Pairs]] = [
        *alone,
        ("present-three", "three of twelve keys", KEYS[2:5], TWELVE),
        ("present-all", "all keys need no hashes", KEYS, TWELVE),
        ("absent-empty", "the empty map holds no key", ABSENT, {}),
        ("absent-one", "a map of one other key", ABSENT[:1], MAPS["one"][1]),
        ("absent-twelve", "none of twelve keys", ABSENT[:1], TWELVE),
        ("absent-four", "four keys that are not there", ABSENT, TWELVE),
        ("absent-two-by-one-leaf", "two keys that lead to one other", [ABSENT[0], _flipped(ABSENT[0], 255)], TWELVE),
        ("absent-neighbour", "a key that differs from one that is there in its last bit", [near], TWELVE),
        ("absent-by-a-present", "a key that leads to one that is asked for as well", [KEYS[3], near], TWELVE),
        ("some", "keys that are there and keys that are not", [*KEYS[:4], *ABSENT[:2]], TWELVE),
    ]  # fmt: skip
    return [
        Case(name, desc, _proven(queries, pairs))
        for name, desc, queries, pairs in rows
    ]


def _unlike(keys: Collection[bytes]) -> bytes:
    """Return an absent key that leads to a leaf which is none of *keys*."""
    return next(
        key
        for key in ABSENT
        if reference.map_multiproof([*keys, key], TWELVE)[1]
    )


def _forged() -> list[Case]:
    asked = sorted([*KEYS[2:5], _unlike(KEYS[2:5])])
    good = _proven(asked, TWELVE)
    steps, hashes, others = good["steps"], good["hashes"], good["others"]
    queries = good["queries"]
    first = next(n for n, query in enumerate(queries) if query[1] is not None)
    key, value = queries[first]
    assert len(others) == 1, "what stands in the place of the absent key"
    other = others[0]
    leaf = steps.index(0)

    def asking(*rows: object) -> dict[str, object]:
        return {"queries": [*queries[:first], *rows, *queries[first + 1 :]]}

    def stepping(number: int, *instead: int) -> dict[str, object]:
        return {"steps": [*steps[:number], *instead, *steps[number + 1 :]]}

    unasked = next(k for k in KEYS if k not in asked and k != other[0])
    wider = _proven([*asked, unasked], TWELVE)
    wider["queries"] = queries
    wider["others"] = sorted([*others, (unasked, TWELVE[unasked])])
    # The absent key is there; shown is a leaf where it does not lead.
    astray = _proven(KEYS[:1], TWELVE, others=[(KEYS[0], TWELVE[KEYS[0]])])
    astray["queries"] = [[KEYS[1], None]]
    empty: dict[str, object] = {"steps": [], "others": [], "hashes": []}
    one = MAPS["one"][1]
    rows: list[tuple[str, str, dict[str, object]]] = [
        ("value", "another value", asking([key, value[:-1] + b"\x00"])),
        ("count", "a trail shorter by one", asking([key, u64(1) + value[8:]])),
        ("warning", "a trail with a warning more", asking([key, value[:40] + u64(1) + value[48:]])),
        ("key", "another key", asking([_flipped(key, 255), value])),
        ("said-to-be-absent", "a key that is there, said not to be", asking([key, None])),
        ("said-to-be-present", "a key that is not there, said to be", {"queries": [[k, v or value] for k, v in queries]}),
        ("not-asked", "a key less than the proof is for", asking()),
        ("root", "another root", {"root": H(b"")}),
        ("hash-less", "a hash too few", {"hashes": hashes[:-1]}),
        ("hash-more", "a hash too many", {"hashes": [*hashes, bytes(32)]}),
        ("hash-changed", "another hash", {"hashes": [H(hashes[0]), *hashes[1:]]}),
        ("hashes-turned-round", "the hashes from right to left", {"hashes": hashes[::-1]}),
        ("step-less", "a step too few", {"steps": steps[:-1]}),
        ("step-more", "a step too many", {"steps": [*steps, 0]}),
        ("step-at-another-bit", "a node at the next bit", stepping(0, steps[0] + 1)),
        ("step-at-its-parents-bit", "a node at the bit of the one above", stepping(1, steps[0])),
        ("step-beyond-the-last-bit", "a node at a bit that no key has", stepping(leaf, 257)),
        ("leaf-too-early", "a leaf in the place of a node", stepping(0, 0)),
        ("node-in-place-of-a-leaf", "a node in the place of a leaf", stepping(leaf, 256)),
        ("steps-turned-round", "the steps from the last to the first", {"steps": steps[::-1]}),
        ("no-steps", "no steps", {"steps": []}),
        ("others-value", "another value of the other leaf", {"others": [(other[0], other[1][:-1] + b"\x00")]}),
        ("others-key", "another key of the other leaf", {"others": [(_flipped(other[0], 255), other[1])]}),
        ("other-less", "the other leaf is not there", {"others": []}),
        ("other-that-is-asked-for", "an other leaf that is a query as well", {"others": sorted([*others, (key, value)])}),
        ("other-for-nothing", "an other leaf to which no absent key leads", wider),
        ("astray", "a leaf to which the key does not lead, on its true path", astray),
        ("not-empty", "a map said to be empty", empty),
        ("key-of-31-bytes", "a key too short", asking([key[:-1], value])),
        ("key-of-33-bytes", "a key too long", asking([key + b"\x00", value])),
        ("value-of-79-bytes", "a value too short", asking([key, value[:-1]])),
        ("value-of-81-bytes", "a value too long", asking([key, value + b"\x00"])),
    ]  # fmt: skip
    of_empty = _proven(ABSENT[:1], {})
    alone = _proven(ABSENT[:1], one)
    made = [
        *((name, desc, {**good, **changes}) for name, desc, changes in rows),
        ("empty-with-a-step", "an empty map with a leaf", of_empty | {"steps": [0]}),
        ("empty-with-a-hash", "an empty map with a hash", of_empty | {"hashes": [H(b"")]}),
        ("empty-with-an-other", "an empty map with another leaf", of_empty | {"others": list(one.items())}),
        ("empty-with-a-key", "an empty map that has a key", {**of_empty, "queries": [[KEYS[0], one[KEYS[0]]]]}),
        ("no-queries", "a leaf that nobody asked for", {**alone, "queries": []}),
        ("root-for-a-hash", "the root in the place of a hash that leads to it", {**alone, "steps": [], "others": [], "hashes": [alone["root"]]}),
    ]  # fmt: skip
    return [
        Case(f"forged-{name}", desc, given, INVALID)
        for name, desc, given in made
    ]
