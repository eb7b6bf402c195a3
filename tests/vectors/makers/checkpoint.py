"""Checkpoints: signed notes of three lines, and their cosignatures.

Signatures with ML-DSA-44 are not here: each one comes out differently.
"""

from collections.abc import Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.trust import WITNESSES
from tests.vectors.names import ORIGIN, signer_of
from tests.vectors.reference import H, b64, cosignature_line, note_line

ROOT = H(b"root")
SIZE = 7
TIME = 1_770_000_000
TEXT = reference.checkpoint(ORIGIN, SIZE, ROOT)
LINE = note_line(ORIGIN, signer_of("log"), TEXT)
NOTE = f"{TEXT}\n{LINE}"

BAD_NOTE = "MalformedError"
BAD_SIGNATURE = "InvalidSignatureError"


def cosigned(name: str, *, text: str = TEXT, time: int = TIME) -> str:
    return cosignature_line(f"{name}.example", signer_of(name), text, time=time)


def signed(text: str, *, name: str = ORIGIN, holder: str = "log") -> str:
    return f"{text}\n{note_line(name, signer_of(holder), text)}"


def cases() -> list[Case]:
    return [*_good(), *_bad()]


def _opened(
    name: str,
    desc: str,
    note: str,
    *,
    trust: str = "plain",
    cosigners: Sequence[tuple[str, int]] = (),
    size: int = SIZE,
    root: bytes = ROOT,
) -> Case:
    return Case(
        f"good-{name}",
        desc,
        {"note": note, "trust": trust},
        gives={
            "origin": ORIGIN,
            "size": size,
            "root": root,
            "cosigned": [[f"{who}.example", time] for who, time in cosigners],
        },
    )


def _good() -> list[Case]:
    two = [("w1", TIME), ("w3", TIME + 1)]
    stranger = note_line("stranger.example", signer_of("stranger"), TEXT)
    odd = f"— {ORIGIN} {b64(bytes(4) + b'no signature')}\n"
    empty = reference.checkpoint(ORIGIN, 0, H(b""))
    last = reference.checkpoint(ORIGIN, 2**53 - 1, ROOT)
    return [
        _opened("signed", "three lines and the log's signature", NOTE),
        _opened("empty-log", "an empty log has one root", signed(empty), size=0, root=H(b"")),
        _opened("greatest-size", "more than a 32-bit number", signed(last), size=2**53 - 1),
        _opened(
            "cosigned",
            "two of three witnesses",
            NOTE + cosigned("w1") + cosigned("w3", time=TIME + 1),
            trust="witnessed",
            cosigners=two,
        ),
        _opened(
            "cosigned-in-another-order",
            "lines may stand in any order",
            f"{TEXT}\n{cosigned('w3', time=TIME + 1)}{cosigned('w1')}{LINE}",
            trust="witnessed",
            cosigners=two,
        ),
        _opened(
            "cosigned-twice",
            "of two lines by one witness the later counts",
            NOTE + cosigned("w1", time=TIME + 5) + cosigned("w1"),
            trust="one-witness",
            cosigners=[("w1", TIME + 5)],
        ),
        _opened("stranger", "a line by a key that nobody knows", NOTE + stranger),
        _opened("stranger-of-that-name", "a line under the log's name by another key", NOTE + odd),
        _opened("cosigned-for-nobody", "cosignatures that nobody asks for", NOTE + cosigned("w1")),
    ]  # fmt: skip


def _bad() -> list[Case]:
    root = b64(ROOT)
    damaged = LINE[:-6] + ("A" if LINE[-6] != "A" else "B") + LINE[-5:]
    forged = cosigned("w1", text=reference.checkpoint(ORIGIN, 8, ROOT))
    plain: list[tuple[str, str, str, str]] = [
        ("empty", "nothing", BAD_NOTE, ""),
        ("unsigned", "a text without lines", BAD_NOTE, TEXT),
        ("no-empty-line", "a text and a line in one", BAD_NOTE, TEXT + LINE),
        ("no-line", "an empty line and no more", BAD_NOTE, f"{TEXT}\n"),
        ("no-last-newline", "a last line that does not end", BAD_NOTE, NOTE[:-1]),
        ("extension-line", "a line that not every signature covers", BAD_NOTE, signed(f"{TEXT}more\n")),
        ("two-lines", "no root", BAD_NOTE, signed(f"{ORIGIN}\n{SIZE}\n")),
        ("carriage-returns", "lines that end in two characters", BAD_NOTE, signed(TEXT.replace("\n", "\r\n"))),
        ("leading-zero", "a size with a zero in front", BAD_NOTE, signed(f"{ORIGIN}\n07\n{root}\n")),
        ("negative-size", "a size below zero", BAD_NOTE, signed(f"{ORIGIN}\n-7\n{root}\n")),
        ("size-with-a-plus", "a size with a sign", BAD_NOTE, signed(f"{ORIGIN}\n+7\n{root}\n")),
        ("size-too-great", "a size of 2**53", BAD_NOTE, signed(f"{ORIGIN}\n{2**53}\n{root}\n")),
        ("size-in-other-digits", "digits that are not ASCII", BAD_NOTE, signed(f"{ORIGIN}\n\u0667\n{root}\n")),
        ("root-of-31-bytes", "a root too short", BAD_NOTE, signed(f"{ORIGIN}\n7\n{b64(ROOT[:-1])}\n")),
        ("root-without-padding", "base64 without its end", BAD_NOTE, signed(f"{ORIGIN}\n7\n{root[:-1]}\n")),
        ("root-with-stray-bits", "a second spelling of a root", BAD_NOTE, signed(f"{ORIGIN}\n7\n{root[:-2]}{chr(ord(root[-2]) + 1)}=\n")),
        ("root-in-hex", "a root in hex", BAD_NOTE, signed(f"{ORIGIN}\n7\n{ROOT.hex()}\n")),
        ("no-origin", "a log without a name", BAD_NOTE, signed(f"\n7\n{root}\n")),
        ("origin-with-a-space", "a name of two words", BAD_NOTE, signed(f"two words\n7\n{root}\n")),
        ("origin-with-a-plus", "a name with a plus", BAD_NOTE, signed(f"a+b\n7\n{root}\n")),
        ("hyphen-for-a-dash", "a line that starts with a hyphen", BAD_NOTE, NOTE.replace("—", "-")),
        ("line-of-four-bytes", "a line without a signature", BAD_NOTE, f"{NOTE}— x {b64(bytes(4))}\n"),
        ("line-not-base64", "a line that is not base64", BAD_NOTE, f"{NOTE}— x !!!!\n"),
        ("101-lines", "a hundred and one lines", BAD_NOTE, NOTE + f"— x {b64(bytes(5))}\n" * 100),
        ("damaged", "a signature with another letter", BAD_SIGNATURE, f"{TEXT}\n{damaged}"),
        ("damaged-beside-a-good-one", "one bad line by a known key spoils it", BAD_SIGNATURE, NOTE + damaged),
        ("other-size", "another size than was signed", BAD_SIGNATURE, NOTE.replace("\n7\n", "\n8\n")),
        ("thief", "another key under the log's name", BAD_SIGNATURE, signed(TEXT, holder="thief")),
        ("other-log", "another log's checkpoint, well signed", BAD_SIGNATURE, signed(reference.checkpoint("other.example", 7, ROOT), name="other.example")),
        ("signed-by-a-witness", "a cosignature in the log's place", BAD_SIGNATURE, f"{TEXT}\n{cosigned('w1')}"),
        ("empty-log-with-a-root", "no entries, and a root", "InvalidProofError", signed(reference.checkpoint(ORIGIN, 0, ROOT))),
    ]  # fmt: skip
    made = [
        Case(f"bad-{name}", desc, {"note": note, "trust": "plain"}, outcome)
        for name, desc, outcome, note in plain
    ]
    two = NOTE + cosigned("w1") + cosigned("w2")
    witnessed: list[tuple[str, str, str, str]] = [
        ("too-few", "one of three witnesses", "QuorumNotMetError", NOTE + cosigned("w1")),
        ("same-witness-twice", "one witness counts once", "QuorumNotMetError", NOTE + cosigned("w1") + cosigned("w1", time=TIME + 1)),
        ("log-key-as-a-witness", "the log is no witness of its own", "QuorumNotMetError", NOTE + cosigned("w1") + cosignature_line(ORIGIN, signer_of("log"), TEXT, time=TIME)),
        ("forged", "a cosignature of another checkpoint", BAD_SIGNATURE, NOTE + forged),
        ("forged-beside-a-quorum", "one forged line spoils a quorum", BAD_SIGNATURE, two + forged),
        ("time-0", "a cosignature without a time", BAD_SIGNATURE, two + cosigned("w3", time=0)),
        ("time-2-63", "a time of 2**63", BAD_SIGNATURE, two + cosigned("w3", time=2**63)),
    ]  # fmt: skip
    made += [
        Case(
            f"bad-cosigned-{name}",
            desc,
            {"note": note, "trust": "witnessed"},
            outcome,
        )
        for name, desc, outcome, note in witnessed
    ]
    assert WITNESSES == ("w1", "w2", "w3"), "the trust file's"
    made += [
        Case(
            f"bad-{trust}-missing",
            "every key of the log must have signed, and one has not",
            {"note": NOTE, "trust": trust},
            BAD_SIGNATURE,
        )
        for trust in ("second-log-key", "post-quantum")
    ]
    return made
