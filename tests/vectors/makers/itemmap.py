"""The map: roots, and what a path shows to be there or not."""

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.reference import H, Pairs, varint

INVALID = "InvalidProofError"


def _pairs(*keys: bytes) -> dict[bytes, bytes]:
    return {
        key: reference.map_value(number + 1, H(key))
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
        "a path of 86 steps",
        _pairs(KEYS[0], *(_flipped(KEYS[0], bit) for bit in range(0, 256, 3))),
    ),
    "zeros": (
        "the least and the greatest key",
        _pairs(bytes(32), b"\xff" * 32),
    ),
}


def cases() -> list[Case]:
    return [*_roots(), *_presence(), *_absence(), *_paths()]


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
        if name != "many-bits"
    ]


def _present(name: str, key: bytes, **changes: object) -> dict[str, object]:
    pairs = MAPS[name][1]
    _, path = reference.map_path(key, pairs)
    return {
        "key": key,
        "value": pairs[key],
        "path": path,
        "root": reference.map_root(pairs),
        **changes,
    }


def _presence() -> list[Case]:
    good = [
        Case(f"present-{name}", desc, _present(name, next(iter(pairs))))
        for name, (desc, pairs) in MAPS.items()
    ]
    key = KEYS[3]
    pairs = MAPS["twelve"][1]
    path = reference.map_path(key, pairs)[1]
    assert len(path) > 2, "long enough to be tampered with"
    (bit, sibling), *rest = path
    value = pairs[key]
    bad: list[tuple[str, str, dict[str, object]]] = [
        ("value", "another value", {"value": value[:-1] + b"\x00"}),
        ("count", "a trail shorter by one", {"value": reference.u64(1) + value[8:]}),
        ("key", "another key", {"key": KEYS[4]}),
        ("root", "another root", {"root": H(b"")}),
        ("sibling", "another sibling", {"path": [(bit, H(sibling)), *rest]}),
        ("bit", "a step at another bit", {"path": [(bit + 1, sibling), *rest]}),
        ("step-less", "a step less", {"path": path[:-1]}),
        ("step-more", "a step more", {"path": [(255, sibling), *path]}),
        ("step-twice", "a step twice", {"path": [path[0], *path]}),
        ("from-the-root", "the steps from the root down", {"path": path[::-1]}),
        ("bit-256", "a bit that no key has", {"path": [(256, sibling), *path]}),
        ("value-of-39-bytes", "a value too short", {"value": value[:-1]}),
        ("value-of-41-bytes", "a value too long", {"value": value + b"\x00"}),
        ("key-of-31-bytes", "a key too short", {"key": key[:-1]}),
        ("key-of-33-bytes", "a key too long", {"key": key + b"\x00"}),
    ]  # fmt: skip
    return good + [
        Case(
            f"bad-present-{name}",
            desc,
            _present("twelve", key) | changes,
            INVALID,
        )
        for name, desc, changes in bad
    ]


def _absent(name: str, key: bytes, **changes: object) -> dict[str, object]:
    pairs = MAPS[name][1]
    other, path = reference.map_path(key, pairs)
    return {
        "key": key,
        "other": list(other),
        "path": path,
        "root": reference.map_root(pairs),
        **changes,
    }


def _absence() -> list[Case]:
    key = H(b"absent")
    pairs = MAPS["twelve"][1]
    empty: dict[str, object] = {
        "key": key, "other": None, "path": [], "root": H(b""),
    }  # fmt: skip
    # A leaf that the key does not lead to, with its own true path.
    wrong = next(k for k in KEYS if reference.map_path(key, pairs)[0][0] != k)
    path = reference.map_path(wrong, pairs)[1]
    bad: list[tuple[str, str, dict[str, object]]] = [
        ("is-present", "a key that is there", _absent("twelve", KEYS[3])),
        ("astray", "a leaf that the key does not lead to", _absent("twelve", key, other=[wrong, pairs[wrong]], path=path)),
        ("value", "another value of the other leaf", _absent("twelve", key, other=[reference.map_path(key, pairs)[0][0], bytes(40)])),
        ("not-empty", "a map said to be empty", {**empty, "root": reference.map_root(pairs)}),
        ("empty-with-a-path", "an empty map with a path", {**empty, "path": [(0, bytes(32))]}),
        ("no-path", "a leaf without its path", _absent("twelve", key, path=[])),
        ("key-of-31-bytes", "a key too short", _absent("twelve", key) | {"key": key[:-1]}),
    ]  # fmt: skip
    return [
        Case("absent-empty", "the empty map holds no key", empty),
        Case(
            "absent-one",
            "a map of one other key",
            _absent("one", key),
        ),
        Case("absent-twelve", "none of twelve keys", _absent("twelve", key)),
        Case(
            "absent-neighbour",
            "a key that differs from one that is there in its last bit",
            _absent("twelve", _flipped(KEYS[3], 255)),
        ),
        *(Case(f"bad-absent-{name}", d, g, INVALID) for name, d, g in bad),
    ]


def _paths() -> list[Case]:
    """A path as bytes: v(bit) and a hash for each step."""
    path = [(200, KEYS[0]), (128, KEYS[1]), (127, KEYS[2]), (0, KEYS[3])]
    data = b"".join(varint(bit) + sibling for bit, sibling in path)
    bad = [
        ("not-shortest", "bit 5 in two bytes", b"\x85\x00" + KEYS[0]),
        ("bit-256", "bit 256", b"\x80\x02" + KEYS[0]),
        ("long-number", "a number of five bytes", b"\x80\x80\x80\x80\x01" + KEYS[0]),
        ("cut-off-hash", "a hash of 31 bytes", data[:-1]),
        ("cut-off-bit", "half of a number", data + b"\x80"),
        ("rising", "bits that rise", b"\x00" + KEYS[0] + b"\x01" + KEYS[1]),
        ("repeated", "a bit twice", (b"\x01" + KEYS[0]) * 2),
    ]  # fmt: skip
    return [
        Case("path-empty", "no steps", {"bytes": b""}, gives={"path": []}),
        Case("path-four", "four steps", {"bytes": data}, gives={"path": path}),
        *(
            Case(f"bad-path-{name}", desc, {"bytes": wrong}, INVALID)
            for name, desc, wrong in bad
        ),
    ]
