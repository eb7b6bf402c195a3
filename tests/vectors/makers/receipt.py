"""Receipts: `.tlog-proof` files of one statement."""

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.checkpoint import cosigned, signed
from tests.vectors.names import MAKER, ORIGIN
from tests.vectors.reference import H, b64

NOW = 1_770_000_000_000
BAD = "MalformedError"
INVALID = "InvalidProofError"


def _entry(number: int, *, origin: str = ORIGIN) -> bytes:
    return reference.entry(
        reference.header(
            origin=origin,
            issuer=MAKER,
            key_id=H(b"key"),
            issued_at=NOW,
            event_ids=[H(b"event %d" % number)],
        ),
        bytes(64),
    )


ENTRIES = [
    *(_entry(number) for number in range(5)),
    _entry(5, origin="other.example"),
    reference.commitment(covered=6, root=H(b""), items=0, time=NOW),
]
TEXT = reference.checkpoint(ORIGIN, len(ENTRIES), reference.mth(ENTRIES))
NOTE = signed(TEXT)
COSIGNED = NOTE + "".join(cosigned(name, text=TEXT) for name in ("w1", "w2"))


def receipt(
    index: int = 2,
    *,
    proof: list[bytes] | None = None,
    note: str = NOTE,
    number: str | None = None,
    extra: str = "",
) -> str:
    """Return the receipt of entry *index*."""
    hashes = reference.path(index, ENTRIES) if proof is None else proof
    return (
        f"c2sp.org/tlog-proof@v1\n{extra}index {number or index}\n"
        + "".join(f"{b64(digest)}\n" for digest in hashes)
        + f"\n{note}"
    )


def _given(
    text: str,
    *,
    entry: bytes = ENTRIES[2],
    trust: str = "plain",
    now: int = NOW,
) -> dict[str, object]:
    return {"text": text, "entry": entry, "trust": trust, "now": now}


def cases() -> list[Case]:
    return [*_good(), *_bad()]


def _good() -> list[Case]:
    only = reference.checkpoint(ORIGIN, 1, reference.mth(ENTRIES[:1]))
    rows: list[tuple[str, str, int, dict[str, object]]] = [
        ("first", "the first entry", 0, _given(receipt(0), entry=ENTRIES[0])),
        ("middle", "an entry with neighbours on both sides", 2, _given(receipt())),
        ("last-statement", "an entry whose proof is shorter", 4, _given(receipt(4), entry=ENTRIES[4])),
        ("only-entry", "a log of one entry needs no hashes", 0, _given(receipt(0, proof=[], note=signed(only)), entry=ENTRIES[0])),
        ("extra", "data that nobody vouches for", 2, _given(receipt(extra=f"extra {b64(b'hello')}\n"))),
        ("cosigned", "two of three witnesses", 2, _given(receipt(note=COSIGNED), trust="witnessed")),
        ("old", "a receipt does not age", 2, _given(receipt(), now=NOW * 2)),
    ]  # fmt: skip
    return [
        Case(f"good-{name}", desc, given, gives={"log_index": index})
        for name, desc, index, given in rows
    ]


def _bad() -> list[Case]:
    path = reference.path(2, ENTRIES)
    good = receipt()
    other_text = reference.checkpoint(ORIGIN, 4, reference.mth(ENTRIES))
    foreign = signed(
        reference.checkpoint("other.example", 7, reference.mth(ENTRIES)),
        name="other.example",
    )
    rows: list[tuple[str, str, str, dict[str, object]]] = [
        ("empty", "nothing", BAD, _given("")),
        ("other-format", "another first line", BAD, _given(good.replace("@v1", "@v2", 1))),
        ("no-index", "no index line", BAD, _given(good.replace("index 2\n", "", 1))),
        ("index-with-a-zero", "an index with a zero in front", BAD, _given(receipt(number="02"))),
        ("negative-index", "an index below zero", BAD, _given(receipt(number="-2"))),
        ("no-checkpoint", "a proof without a checkpoint", BAD, _given(good[: good.index("\n\n")])),
        ("unsigned", "a checkpoint without lines", BAD, _given(receipt(note=TEXT))),
        ("hash-of-31-bytes", "a hash too short", BAD, _given(receipt(proof=[*path[:-1], bytes(31)]))),
        ("hash-not-base64", "a hash that is not base64", BAD, _given(good.replace(b64(path[0]), "?" * 44))),
        ("64-hashes", "more hashes than any proof has", BAD, _given(receipt(proof=[bytes(32)] * 64))),
        ("extra-not-base64", "extra data that is not base64", BAD, _given(receipt(extra="extra !\n"))),
        ("extra-after-the-index", "lines in another order", BAD, _given(good.replace("index 2\n", "index 2\nextra aGk=\n", 1))),
        ("carriage-returns", "lines that end in two characters", BAD, _given(good.replace("\n", "\r\n"))),
        ("entry", "an entry that is no statement", BAD, _given(receipt(6), entry=ENTRIES[6])),
        ("unknown-kind", "an entry of a kind that nobody knows yet", "UnknownKindError", _given(receipt(), entry=reference.mp([7, b"x"]))),
        ("other-index", "another index", INVALID, _given(receipt(number="3"))),
        ("index-beyond", "an index that the log does not have", INVALID, _given(receipt(number="7"))),
        ("other-entry", "another statement", INVALID, _given(good, entry=ENTRIES[3])),
        ("signature-swapped", "the same header with another signature", INVALID, _given(good, entry=ENTRIES[2][:-1] + b"\x01")),
        ("hash-less", "a hash too few", INVALID, _given(receipt(proof=path[:-1]))),
        ("hash-more", "a hash too many", INVALID, _given(receipt(proof=[*path, bytes(32)]))),
        ("hash-changed", "another hash", INVALID, _given(receipt(proof=[bytes(32), *path[1:]]))),
        ("hashes-turned-round", "the hashes from the root down", INVALID, _given(receipt(proof=path[::-1]))),
        ("other-size", "a checkpoint of another size, well signed", INVALID, _given(receipt(note=signed(other_text)))),
        ("thief", "another key under the log's name", "InvalidSignatureError", _given(receipt(note=signed(TEXT, holder="thief")))),
        ("other-log", "another log's checkpoint", "InvalidSignatureError", _given(receipt(note=foreign))),
        ("second-key-missing", "one key of two did not sign", "InvalidSignatureError", _given(good, trust="second-log-key")),
        ("quorum", "one of three witnesses", "QuorumNotMetError", _given(receipt(note=NOTE + cosigned("w1", text=TEXT)), trust="witnessed")),
        ("cosigned-in-the-future", "cosignatures of tomorrow", "VerificationError", _given(receipt(note=COSIGNED), trust="witnessed", now=NOW - 86_400_000)),
        ("wrong-origin", "a statement signed for another ledger", "VerificationError", _given(receipt(5), entry=ENTRIES[5])),
    ]  # fmt: skip
    return [
        Case(f"bad-{name}", desc, given, outcome)
        for name, desc, outcome, given in rows
    ]
