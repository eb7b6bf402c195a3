"""Tiles and entry bundles: their paths, and what is in them."""

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.reference import H, b64, leaf_hash, mth

BAD = "MalformedError"
LEAVES = [b"entry %d" % number for number in range(256)]
FULL = b"".join(leaf_hash(leaf) for leaf in LEAVES)


def cases() -> list[Case]:
    return [*_paths(), *_sizes(), *_nodes(), *_entries()]


def _paths() -> list[Case]:
    good: list[tuple[str, tuple[int | None, int, int]]] = [
        ("tile/0/000", (0, 0, 256)),
        ("tile/0/000.p/1", (0, 0, 1)),
        ("tile/0/273.p/112", (0, 273, 112)),
        ("tile/1/001.p/255", (1, 1, 255)),
        ("tile/0/x001/000", (0, 1_000, 256)),
        ("tile/0/x001/x234/067", (0, 1_234_067, 256)),
        ("tile/63/000", (63, 0, 256)),
        ("tile/0/x035/x184/x372/x088/831", (0, 35_184_372_088_831, 256)),
        ("tile/entries/000", (None, 0, 256)),
        ("tile/entries/x001/234.p/9", (None, 1_234, 9)),
    ]
    bad = [
        "", "tile/0", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/000",
        "tile/0/001/000", "tile/0/x001", "tile/00/000", "tile/64/000",
        "tile/-1/000", "tile/a/000", "/tile/0/000", "tile/0/000/", "tile/0/000 ",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/",
        "tile/0/000.p", "tile/8/0/000", "tile/0/x035/x184/x372/x088/832",
        "tile/entries/0", "tile/entries/000.p/256", "tile/entries/x000/001",
        "tile/Entries/000", "tile/0/\u0660\u0660\u0660", "tile/0/000\n",
    ]  # fmt: skip
    made = [
        Case(
            f"good-path-{number:02}",
            f"the path of {'entries' if level is None else 'a tile'}",
            {"path": path},
            gives={"level": level, "number": index, "width": width},
        )
        for number, (path, (level, index, width)) in enumerate(good)
    ]
    return made + [
        Case(f"bad-path-{number:02}", "no tile's path", {"path": path}, BAD)
        for number, path in enumerate(bad)
    ]


def _sizes() -> list[Case]:
    return [
        Case(
            f"tiles-of-{size}",
            f"the last tiles of a log of {size} entries, and how many there are",
            {"size": size},
            gives={"count": count, "partial": partial},
        )
        for size, count, partial in (
            (0, 0, []),
            (1, 1, ["tile/0/000.p/1"]),
            (255, 1, ["tile/0/000.p/255"]),
            (256, 2, ["tile/1/000.p/1"]),
            (257, 3, ["tile/0/001.p/1", "tile/1/000.p/1"]),
            (65_536, 258, ["tile/2/000.p/1"]),
            (
                70_000,
                277,
                ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"],
            ),
        )
    ]


def _nodes() -> list[Case]:
    five = FULL[: 5 * 32]
    return [
        Case(
            "good-node-of-a-full-tile",
            "the second half of a full tile; the tile is base64",
            {"tile": b64(FULL), "level": 7, "index": 1},
            gives={"hash": mth(LEAVES[128:])},
        ),
        Case(
            "good-node-of-a-partial-tile",
            "a node above hashes that a partial tile has",
            {"tile": b64(five), "level": 1, "index": 1},
            gives={"hash": mth(LEAVES[2:4])},
        ),
        Case(
            "good-node-of-a-later-tile",
            "level 9 is in the tiles above, index 3 on level 1 there",
            {"tile": b64(FULL[: 8 * 32]), "level": 9, "index": 3},
            gives={
                "hash": H(b"\x01" + leaf_hash(LEAVES[6]) + leaf_hash(LEAVES[7]))
            },
        ),
        Case(
            "bad-node-beyond-a-partial-tile",
            "a node above more hashes than there are",
            {"tile": b64(five), "level": 2, "index": 1},
            BAD,
        ),
        Case(
            "bad-node-of-half-a-hash",
            "a tile that was cut off",
            {"tile": b64(five[:-1]), "level": 0, "index": 4},
            BAD,
        ),
    ]


def _entries() -> list[Case]:
    def bundle(*entries: bytes) -> bytes:
        return b"".join(
            len(entry).to_bytes(2, "big") + entry for entry in entries
        )

    commitment = reference.commitment(covered=0, root=H(b""), items=0, time=1)
    good = [
        ("one", [commitment]),
        ("three", [b"a", b"", b"ccc"]),
        ("256", [b"%x" % number for number in range(256)]),
        ("long", [b"x" * 300]),
    ]
    three = bundle(b"a", b"", b"ccc")
    bad = [
        ("cut-off", "an entry that ends early", three[:-1], 3),
        ("cut-off-length", "half of a length", three + b"\x00", 4),
        ("one-less", "an entry less than there must be", three, 4),
        ("one-more", "an entry more than there must be", three, 2),
        ("empty", "no entries", b"", 1),
        ("length-too-great", "a length beyond the end", b"\xff\xff" + b"a", 1),
    ]
    return [
        Case(
            f"good-entries-{name}",
            "each entry behind its length",
            {"bundle": bundle(*entries), "width": len(entries)},
            gives={"entries": entries},
        )
        for name, entries in good
    ] + [
        Case(f"bad-entries-{name}", desc, {"bundle": data, "width": width}, BAD)
        for name, desc, data, width in bad
    ]
