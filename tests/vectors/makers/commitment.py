"""Map commitments: the last leaf of every checkpoint."""

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.reference import H, mp

ROOT = H(b"root")
TIME = 1_770_000_000_000


def cases() -> list[Case]:
    good = [
        ("first", "the first entry of a ledger", (0, H(b""), 0, TIME)),
        ("later", "a commitment to three trails", (7, ROOT, 3, TIME)),
        ("far-out", "the greatest numbers", (2**53 - 1, ROOT, 2**53 - 1, 2**53 - 1)),
    ]  # fmt: skip
    bad: list[tuple[str, str, bytes]] = [
        ("kind-1", "the kind of a statement", mp([1, 7, ROOT, 3, TIME])),
        ("kind-3", "the kind of a trust version", mp([3, 7, ROOT, 3, TIME])),
        ("kind-7", "a kind that is none", mp([7, 7, ROOT, 3, TIME])),
        ("kind-is-a-float", "a kind in eight bytes", b"\x95\xcb@" + bytes(7) + mp([7, ROOT, 3, TIME])[1:]),
        ("statement", "a signed statement", reference.entry(b"header", bytes(64))),
        ("four-parts", "a part too few", mp([2, 7, ROOT, 3])),
        ("six-parts", "a part too many", mp([2, 7, ROOT, 3, TIME, 0])),
        ("root-of-31-bytes", "a root too short", mp([2, 7, ROOT[:-1], 3, TIME])),
        ("root-is-text", "a root that is text", mp([2, 7, ROOT.hex(), 3, TIME])),
        ("negative-size", "a size below zero", mp([2, -1, ROOT, 3, TIME])),
        ("negative-count", "a count below zero", mp([2, 7, ROOT, -1, TIME])),
        ("negative-time", "a time below zero", mp([2, 7, ROOT, 3, -1])),
        ("time-with-a-fraction", "half a millisecond", mp([2, 7, ROOT, 3, 0.5])),
        ("size-is-true", "a size that is true", mp([2, True, ROOT, 3, TIME])),
        ("count-is-true", "a count that is true", mp([2, 7, ROOT, True, TIME])),
        ("time-is-false", "a time that is false", mp([2, 7, ROOT, 3, False])),
        ("not-shortest", "a size in two bytes", b"\x95\x02\xcc\x07" + mp([ROOT, 3, TIME])[1:]),
        ("and-a-byte", "a byte after it", mp([2, 7, ROOT, 3, TIME]) + b"\x00"),
        ("cut-off", "half of it", mp([2, 7, ROOT, 3, TIME])[:20]),
        ("map", "its parts by name", mp({"size": 7})),
    ]  # fmt: skip
    return [
        Case(
            f"good-{name}",
            desc,
            {
                "entry": reference.commitment(
                    covered=covered, root=root, items=items, time=time
                )
            },
            gives={
                "covered": covered,
                "map_root": root,
                "item_count": items,
                "time": time,
            },
        )
        for name, desc, (covered, root, items, time) in good
    ] + [
        Case(f"bad-{name}", desc, {"entry": entry}, "MalformedError")
        for name, desc, entry in bad
    ]
