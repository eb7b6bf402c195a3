"""Trust versions and rule books: what entries of the kinds 3 and 4 hold."""

from collections.abc import Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.trust import witness_key
from tests.vectors.names import ORIGIN, OWNER, signer_of
from tests.vectors.reference import H, mp

BAD = "MalformedError"
TIME = 1_770_000_000_000
ROOTS = [signer_of(f"root {number}") for number in range(3)]
BOOK = mp({"name": "a book"})

Version = dict[str, object]


def version(**changes: object) -> Version:
    """Return the members of the first version, but for *changes*."""
    return {
        "format": "provenance/trust/v1",
        "origin": ORIGIN,
        "version": 1,
        "previous": None,
        "roots": {
            "keys": sorted(root.verifier.data for root in ROOTS),
            "threshold": 2,
        },
        "authorities": {
            "actors": [
                {
                    "id": OWNER,
                    "name": "Operator",
                    "keys": [signer_of(OWNER).verifier.data],
                }
            ],
            "threshold": 1,
        },
        "epochs": [epoch()],
        "critical": [],
        "renew_by": TIME,
        **changes,
    }


def epoch(**changes: object) -> Version:
    """Return the members of the first epoch, but for *changes*."""
    return {
        "from": 0,
        "origin": ORIGIN,
        "log_keys": [signer_of("log").verifier.data],
        "policy": {
            "witnesses": [{"name": "w1", "key": witness_key("w1")}],
            "groups": [],
            "quorum": "w1",
        },
        "auditors": {"witnesses": [], "groups": [], "quorum": None},
        "books": [[H(BOOK), 0]],
        "clock_bound": 3_600,
        "max_age": 604_800,
        "ended": None,
        **changes,
    }


def signed(
    members: Version, signers: Sequence[int] = (0, 1)
) -> tuple[bytes, bytes]:
    """Return a version's bytes, and its entry with some roots' signatures."""
    data = mp(members)
    number = members["version"]
    assert isinstance(number, int)
    message = reference.version_message(str(members["origin"]), number, data)
    signatures = [
        (bytes(ROOTS[n].verifier.key_id), ROOTS[n].sign(message))
        for n in signers
    ]
    return data, reference.version_entry(data, signatures)


def cases() -> list[Case]:
    return [*_versions(), *_bad(), *_books()]


def _versions() -> list[Case]:
    first, _ = signed(version())
    ended = {
        "size": 40, "root": H(b"root"), "time": TIME, "why": "planned"
    }  # fmt: skip
    rows: list[tuple[str, str, Version, Sequence[int]]] = [
        ("first", "the first version, signed by two of three roots", version(), (0, 1)),
        ("all-roots", "signatures stand in the order of the key ids", version(), (2, 0, 1)),
        ("member-more", "members that a later program may know", version(note="hello", epochs=[epoch(note=1)]), (0,)),
        ("unsigned", "a version that nobody signed yet is read as well", version(), ()),
        (
            "second",
            "a second version ends an epoch and begins one",
            version(
                version=2,
                previous=H(first),
                epochs=[epoch(ended=ended), epoch(**{"from": 40})],
            ),
            (0, 2),
        ),
    ]  # fmt: skip
    made = []
    for name, desc, members, signers in rows:
        data, entry = signed(members, signers)
        made.append(
            Case(
                f"good-{name}",
                desc,
                {
                    "entry": entry,
                    "roots": [ROOTS[n].verifier.data for n in signers],
                },
                gives={
                    "version": data,
                    "hash": H(data),
                    "origin": members["origin"],
                    "number": members["version"],
                    "previous": members["previous"],
                    "message": reference.version_message(
                        ORIGIN, int(str(members["version"])), data
                    ),
                },
            )
        )
    return made


def _bad() -> list[Case]:
    data, entry = signed(version())
    ids = sorted(bytes(root.verifier.key_id) for root in ROOTS)
    whole = version()

    def plain(members: object) -> bytes:
        return reference.version_entry(mp(members), [])

    rows = [
        ("kind-4", "a rule book's kind", b"\x93\x04" + entry[2:]),
        ("two-parts", "no place for signatures", mp([3, data])),
        ("four-parts", "a part too many", mp([3, data, [], None])),
        ("version-is-a-map", "a version that is no bytes", mp([3, whole, []])),
        ("signatures-are-nil", "signatures that are nil", mp([3, data, None])),
        ("signature-of-63-bytes", "a signature too short", mp([3, data, [[ids[0], bytes(63)]]])),
        ("key-id-of-31-bytes", "a key id too short", mp([3, data, [[ids[0][:-1], bytes(64)]]])),
        ("signature-of-three-parts", "a signature of three parts", mp([3, data, [[ids[0], bytes(64), 0]]])),
        ("signatures-descend", "signatures in another order", mp([3, data, [[ids[1], bytes(64)], [ids[0], bytes(64)]]])),
        ("signature-twice", "one key's signature twice", mp([3, data, [[ids[0], bytes(64)]] * 2])),
        ("and-a-byte", "a byte after an entry", entry + b"\x00"),
        ("cut-off", "half of an entry", entry[:100]),
        ("version-cut-off", "half of a version", mp([3, data[:-1], []])),
        ("version-and-a-byte", "a byte after a version", mp([3, data + b"\x00", []])),
        ("version-is-an-array", "a version that is no map", plain([])),
        ("other-format", "another format", plain(version(format="provenance/trust/v9"))),
        ("no-format", "no format", plain({k: v for k, v in whole.items() if k != "format"})),
        *((f"no-{name.replace('_', '-')}", f"no {name}", plain({k: v for k, v in whole.items() if k != name})) for name in whole if name != "format"),
        ("origin-empty", "an origin of no characters", plain(version(origin=""))),
        ("origin-is-a-number", "an origin that is a number", plain(version(origin=1))),
        ("number-0", "a version before the first", plain(version(version=0))),
        ("number-is-true", "a version that is true", plain(version(version=True))),
        ("first-with-a-previous", "a first version after another one", plain(version(previous=H(b"x")))),
        ("second-without-a-previous", "a second version that follows none", plain(version(version=2))),
        ("roots-of-none", "no root keys", plain(version(roots={"keys": [], "threshold": 1}))),
        ("root-of-31-bytes", "a root key too short", plain(version(roots={"keys": [bytes(31)], "threshold": 1}))),
        ("threshold-0", "none of the roots", plain(version(roots={"keys": [bytes(32)], "threshold": 0}))),
        ("epochs-of-none", "a list of no epochs", plain(version(epochs=[]))),
        ("epoch-without-a-policy", "an epoch without a policy", plain(version(epochs=[{k: v for k, v in epoch().items() if k != "policy"}]))),
        ("epoch-from-negative", "an epoch from before the log", plain(version(epochs=[epoch(**{"from": -1})]))),
        ("epoch-of-no-keys", "an epoch of no log key", plain(version(epochs=[epoch(log_keys=[])]))),
        ("epoch-ended-why", "an epoch that ended for another reason", plain(version(epochs=[epoch(ended={"size": 1, "root": bytes(32), "time": 1, "why": "bored"})]))),
        ("book-of-31-bytes", "a book's id too short", plain(version(epochs=[epoch(books=[[bytes(31), 0]])]))),
        ("critical-is-text", "critical members that are no list", plain(version(critical="x"))),
        ("renew-by-nil", "no time by which to renew", plain(version(renew_by=None))),
        ("previous-of-31-bytes", "a hash too short", plain(version(version=2, previous=bytes(31)))),
    ]  # fmt: skip
    return [
        Case(f"bad-{name}", desc, {"entry": bad, "roots": []}, BAD)
        for name, desc, bad in rows
    ]


def _books() -> list[Case]:
    rows = [
        ("kind-3", "a version's kind", mp([3, BOOK])),
        ("one-part", "no book", mp([4])),
        ("three-parts", "a part too many", mp([4, BOOK, None])),
        ("text", "a book that is text", mp([4, "book"])),
        ("empty", "a book of no bytes", mp([4, b""])),
        ("not-shortest", "a length in two bytes", b"\x92\x04\xc5\x00\x01x"),
        ("and-a-byte", "a byte after a book", mp([4, BOOK]) + b"\x00"),
    ]
    return [
        Case(
            "good-book",
            "a rule book, which is named by its hash",
            {"book_entry": reference.book_entry(BOOK)},
            gives={"book": BOOK, "id": H(BOOK)},
        ),
        *(
            Case(f"bad-book-{name}", desc, {"book_entry": bad}, BAD)
            for name, desc, bad in rows
        ),
    ]
