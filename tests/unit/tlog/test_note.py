"""A note is believed for its known keys alone, and has one spelling."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.base64 import encode_base64
from provenance.errors import InvalidSignatureError, MalformedError
from provenance.keys import Signer
from provenance.tlog import note
from provenance.tlog.note import (
    Note,
    NoteSignature,
    NoteSigner,
    NoteVerifier,
    VerifierKey,
)
from tests.vectors.tlog import make


def signer(name: str, seed: str = "") -> NoteSigner:
    return NoteSigner(
        name, Signer.from_seed(sha256((seed or name).encode()).digest())
    )


ALICE, BOB, EVE = signer("alice"), signer("bob.example/1"), signer("eve")
TEXT = "The harvest of the north field.\n\nAll of it.\n"
SIGNED = note.format_note(note.sign_note(TEXT, ALICE, BOB))


def test_a_note_is_a_text_an_empty_line_and_signature_lines() -> None:
    line = ALICE.sign(TEXT)
    assert note.format_note(Note(TEXT, (line,))) == (
        "The harvest of the north field.\n\nAll of it.\n"
        "\n"
        f"— alice {encode_base64(line.key_id + line.signature)}\n"
    )


def test_the_key_id_is_hashed_from_name_type_and_key() -> None:
    public = ALICE.signer.verifier.data
    expected = sha256(b"alice\n\x01" + public).digest()[:4]
    assert ALICE.verifier.key_id == expected
    assert ALICE.verifier.vkey == (
        f"alice+{expected.hex()}+{encode_base64(bytes([1]) + public)}"
    )


def test_a_note_by_a_known_key_opens() -> None:
    opened = note.open_note(SIGNED, [ALICE.verifier])
    assert opened.note.text == TEXT
    assert [line.name for line in opened.verified] == ["alice"]
    assert [line.name for line in opened.unknown] == ["bob.example/1"]
    assert note.open_note(SIGNED.encode(), [ALICE.verifier]) == opened


def test_every_known_signature_of_a_note_is_verified() -> None:
    opened = note.open_note(SIGNED, [BOB.verifier, ALICE.verifier])
    assert [line.name for line in opened.verified] == ["alice", "bob.example/1"]
    assert opened.unknown == ()


def test_a_note_that_no_known_key_signed_does_not_open() -> None:
    with pytest.raises(InvalidSignatureError, match="no known key"):
        note.open_note(SIGNED, [EVE.verifier])
    with pytest.raises(InvalidSignatureError, match="no known key"):
        note.open_note(SIGNED, [])


def test_a_bad_signature_of_a_known_key_spoils_the_note() -> None:
    bad = NoteSignature("bob.example/1", BOB.verifier.key_id, bytes(64))
    spoiled = note.sign_note(TEXT, ALICE).with_signatures(bad)
    data = note.format_note(spoiled)
    with pytest.raises(InvalidSignatureError):
        note.open_note(data, [ALICE.verifier, BOB.verifier])
    # Who does not know bob cannot tell, and need not.
    note.open_note(data, [ALICE.verifier])


def test_a_second_bad_line_of_the_same_key_spoils_the_note_as_well() -> None:
    good = ALICE.sign(TEXT)
    bad = NoteSignature("alice", good.key_id, bytes(64))
    for lines in ((good, bad), (bad, good)):
        with pytest.raises(InvalidSignatureError):
            note.open_note(
                note.format_note(Note(TEXT, lines)), [ALICE.verifier]
            )


def test_a_line_that_shares_only_a_name_or_an_id_is_ignored() -> None:
    good = ALICE.sign(TEXT)
    same_name = NoteSignature("alice", b"\0\0\0\0", b"anything")
    same_id = NoteSignature("mallory", good.key_id, b"anything")
    opened = note.open_note(
        note.format_note(Note(TEXT, (same_name, same_id, good))),
        [ALICE.verifier],
    )
    assert opened.verified == (good,)
    assert opened.unknown == (same_name, same_id)


def test_a_key_under_another_name_is_another_key() -> None:
    renamed = NoteSigner("alicia", ALICE.signer)
    data = note.format_note(note.sign_note(TEXT, renamed))
    with pytest.raises(InvalidSignatureError):
        note.open_note(data, [ALICE.verifier])


def test_two_known_keys_that_no_line_can_tell_apart_are_a_wrong_call() -> None:
    class Collides(NoteVerifier):
        @property
        def key_id(self) -> bytes:
            return ALICE.verifier.key_id

    twin = Collides("alice", EVE.signer.verifier)
    with pytest.raises(ValueError, match="two known keys"):
        note.open_note(SIGNED, [ALICE.verifier, twin])
    # The same key twice is no contradiction.
    note.open_note(SIGNED, [ALICE.verifier, ALICE.verifier])


def test_a_changed_text_does_not_open() -> None:
    with pytest.raises(InvalidSignatureError):
        note.open_note(SIGNED.replace("north", "south"), [ALICE.verifier])


@given(st.integers(0, 8 * len(SIGNED.encode()) - 1))
def test_flipping_any_bit_of_a_note_leaves_nothing_to_believe(bit: int) -> None:
    data = bytearray(note.format_note(note.sign_note(TEXT, ALICE)).encode())
    bit %= 8 * len(data)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((InvalidSignatureError, MalformedError)):
        note.open_note(bytes(data), [ALICE.verifier])


def test_a_newer_signature_replaces_the_same_keys_older_one() -> None:
    signed = note.sign_note(TEXT, ALICE, BOB)
    newer = NoteSignature("alice", ALICE.verifier.key_id, b"newer")
    other_id = NoteSignature("alice", b"0000", b"another key of alice")
    added = signed.with_signatures(newer, other_id)
    assert added.signatures == (signed.signatures[1], newer, other_id)
    assert signed.signatures[0] == ALICE.sign(TEXT)


GOOD = note.format_note(note.sign_note("text\n", ALICE))
LINE = GOOD.removeprefix("text\n\n")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n" + LINE,
        "text\n\n" + LINE + "\n",
        "text\n\n" + LINE.removesuffix("\n"),
        "text\n\n" + LINE + "more\n",
        "text\n\n-" + LINE.removeprefix("—"),
        "text\n\n—" + LINE.removeprefix("— "),
        "text\n\n—\u00a0" + LINE.removeprefix("— "),
        "text\n\n " + LINE,
        "text\r\n\r\n" + LINE,
        "te\txt\n\n" + LINE,
        "te\0xt\n\n" + LINE,
        "te\ud800xt\n\n" + LINE,
        "text\n\n— alice\n",
        "text\n\n— alice \n",
        "text\n\n— \n",
        "text\n\n—  AAAABQAA\n",
        "text\n\n— al+ice AAAABQAA\n",
        "text\n\n— al\u2003ice AAAABQAA\n",
        "text\n\n— al\u0085ice AAAABQAA\n",
        "text\n\n— alice AAAABQ==\n",
        "text\n\n— alice AAAA\n",
        "text\n\n— alice AAAABQAB=\n",
        "text\n\n— alice AAAABQB=\n",
        "text\n\n— alice AAAABQAA \n",
        "text\n\n— alice  AAAABQAA\n",
        "text\n\n— alice AAAA-_AA\n",
    ],
)
def test_a_malformed_note_is_refused(data: str) -> None:
    with pytest.raises(MalformedError):
        note.parse_note(data)
    with pytest.raises(MalformedError):
        note.parse_note(data.encode("utf-8", "surrogatepass"))


def test_bytes_that_are_not_utf8_are_no_note() -> None:
    with pytest.raises(MalformedError, match="not UTF-8"):
        note.parse_note(b"te\xffxt\n\n" + LINE.encode())


def test_a_text_may_hold_what_looks_like_signatures() -> None:
    text = GOOD + "\n" + GOOD
    data = note.format_note(note.sign_note(text, BOB))
    assert note.open_note(data, [BOB.verifier]).note.text == text
    with pytest.raises(InvalidSignatureError):
        note.open_note(data, [ALICE.verifier])


def test_16_and_up_to_100_signatures_are_accepted_and_no_more() -> None:
    def crowd(count: int) -> str:
        others = (
            NoteSignature(f"w{i}", b"0000", bytes(2424))
            for i in range(count - 1)
        )
        good = note.sign_note(TEXT, ALICE)
        return note.format_note(good.with_signatures(*others))

    for count in (16, 100):
        opened = note.open_note(crowd(count), [ALICE.verifier])
        assert len(opened.note.signatures) == count
    with pytest.raises(MalformedError, match="not 101"):
        note.parse_note(crowd(100) + LINE)
    with pytest.raises(MalformedError, match="not 0"):
        Note(TEXT, ())


def test_a_note_over_one_mebibyte_is_refused_by_its_bytes() -> None:
    most = note.MAX_NOTE_SIZE - len(GOOD.encode())
    note.parse_note("a" * most + GOOD)
    for data in ("a" * (most + 1) + GOOD, "é" * (most // 2 + 1) + GOOD):
        for form in (data, data.encode()):
            with pytest.raises(MalformedError, match="up to 1048576 bytes"):
                note.parse_note(form)


names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="+"),
    min_size=1,
    max_size=10,
).filter(lambda name: not any(char.isspace() for char in name))
lines = st.builds(
    NoteSignature,
    names,
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=1, max_size=80),
)
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")
).map(lambda text: text + "\n")


@given(texts, st.lists(lines, min_size=1, max_size=5))
def test_every_note_reads_back(text: str, signed: list[NoteSignature]) -> None:
    written = Note(text, tuple(signed))
    data = note.format_note(written)
    assert note.parse_note(data) == written
    assert note.parse_note(data.encode()) == written


@given(st.text(alphabet="a\n— +=AB\t", max_size=60) | st.binary(max_size=60))
def test_hostile_notes_raise_only_malformed(data: str | bytes) -> None:
    try:
        parsed = note.parse_note(data)
    except MalformedError:
        return
    written = note.format_note(parsed)
    assert written == (data if isinstance(data, str) else data.decode())


def test_a_text_without_a_last_newline_cannot_be_signed() -> None:
    with pytest.raises(MalformedError, match="newline"):
        note.sign_note("text", ALICE)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\u00a0b", "a\x00b", "a\n"]
)
def test_a_name_that_no_line_can_hold_is_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        NoteSigner(name, ALICE.signer)
    with pytest.raises(MalformedError):
        NoteVerifier(name, ALICE.signer.verifier)
    with pytest.raises(MalformedError):
        NoteSignature(name, b"0000", b"signature")


def test_a_vkey_reads_back() -> None:
    vkey = ALICE.verifier.vkey
    assert NoteVerifier.from_vkey(vkey) == ALICE.verifier
    assert note.format_vkey(note.parse_vkey(vkey)) == vkey


@given(names, st.integers(0, 255), st.binary(min_size=1, max_size=40))
def test_every_vkey_reads_back(name: str, kind: int, public: bytes) -> None:
    key = VerifierKey(name, kind, public)
    assert note.parse_vkey(note.format_vkey(key)) == key


NAME, KEY_ID, DATA = ALICE.verifier.vkey.split("+", 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        f"{NAME}+{KEY_ID}",
        f"{NAME}+{KEY_ID}+",
        f"{NAME}+{KEY_ID}+AQ==",
        f"{NAME}+{KEY_ID.upper()}+{DATA}",
        f"{NAME}+0{KEY_ID}+{DATA}",
        f"{NAME}+{KEY_ID[:7]}+{DATA}",
        f"{NAME}+00000000+{DATA}",
        f"alicia+{KEY_ID}+{DATA}",
        f"+{KEY_ID}+{DATA}",
        f"ali ce+{KEY_ID}+{DATA}",
        f"{NAME}+{KEY_ID}+{DATA} ",
        f"{NAME}+{KEY_ID}+{DATA}=",
        f"{NAME}+{KEY_ID}+é",
        f"\ud800+{KEY_ID}+{DATA}",
    ],
)
def test_a_malformed_vkey_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        note.parse_vkey(text)


def test_a_vkey_of_another_type_or_length_does_not_verify_notes() -> None:
    public = ALICE.signer.verifier.data
    cosigner = note.format_vkey(VerifierKey("alice", 4, public))
    with pytest.raises(MalformedError, match="type 4"):
        NoteVerifier.from_vkey(cosigner)
    short = note.format_vkey(VerifierKey("alice", 1, public[:-1]))
    with pytest.raises(MalformedError, match="32 bytes, not 31"):
        NoteVerifier.from_vkey(short)
    with pytest.raises(MalformedError, match="type byte"):
        VerifierKey("alice", 256, public)


def test_the_note_in_our_vectors_opens_with_the_key_in_the_docstring() -> None:
    vkey = (
        "ledger.example/demo+45ace4e1"
        "+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPxx"
    )
    data = (make.FOLDER / "demo.checkpoint").read_bytes()
    note.open_note(data, [NoteVerifier.from_vkey(vkey)])
    assert note.__doc__ is not None
    assert vkey in note.__doc__
    for line in data.decode().split("\n")[:6]:
        assert line[:70] in note.__doc__
