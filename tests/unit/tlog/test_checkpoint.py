"""A checkpoint says one thing, and only its own log can say it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import Hash
from provenance.errors import (
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
)
from provenance.keys import Signer
from provenance.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_decimal,
    sign_checkpoint,
)
from provenance.tlog.merkle import EMPTY_ROOT, MAX_SIZE
from provenance.tlog.note import (
    Note,
    NoteSignature,
    NoteSigner,
    format_note,
    sign_note,
)

ORIGIN = "ledger.example/demo"
ROOT = Hash(sha256(b"a root").digest())


def log(origin: str, seed: str = "log") -> NoteSigner:
    return NoteSigner(origin, Signer.from_seed(sha256(seed.encode()).digest()))


LOG = log(ORIGIN)
TEXT = f"{ORIGIN}\n7\n{encode_base64(ROOT)}\n"


def signed_text(text: str, *signers: NoteSigner) -> str:
    return format_note(sign_note(text, *signers))


def test_a_checkpoint_is_origin_size_and_root() -> None:
    checkpoint = Checkpoint(ORIGIN, 7, ROOT)
    assert format_checkpoint(checkpoint) == TEXT
    assert parse_checkpoint(TEXT) == checkpoint


def test_a_checkpoint_that_its_log_signed_opens() -> None:
    signed = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG)
    assert signed.note.text == TEXT
    data = format_note(signed.note)
    for form in (data, data.encode()):
        assert open_checkpoint(form, [LOG.verifier]) == signed


def test_cosignatures_are_added_without_touching_what_was_signed() -> None:
    signed = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG)
    line = NoteSignature("witness", b"0000", b"a cosignature")
    more = signed.with_cosignatures(line)
    assert more.checkpoint == signed.checkpoint
    assert more.note == Note(TEXT, (*signed.note.signatures, line))
    assert open_checkpoint(format_note(more.note), [LOG.verifier]) == more


def test_a_checkpoint_by_a_stranger_does_not_open() -> None:
    for stranger in (log(ORIGIN, "stranger"), log("other.example/log")):
        data = signed_text(TEXT, stranger)
        with pytest.raises(InvalidSignatureError):
            open_checkpoint(data, [LOG.verifier])


def test_one_known_log_cannot_sign_for_another() -> None:
    other = log("other.example/log", "other")
    data = signed_text(TEXT, other)
    with pytest.raises(InvalidSignatureError, match=f"log {ORIGIN}"):
        open_checkpoint(data, [LOG.verifier, other.verifier])
    with pytest.raises(ValueError, match="cannot sign for"):
        sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), other)


def test_any_key_of_the_log_is_enough_and_a_bad_one_spoils() -> None:
    second = log(ORIGIN, "second")
    keys = [LOG.verifier, second.verifier]
    for signers in ((LOG,), (second,), (second, LOG)):
        opened = open_checkpoint(signed_text(TEXT, *signers), keys)
        assert opened.checkpoint == Checkpoint(ORIGIN, 7, ROOT)
    bad = NoteSignature(ORIGIN, second.verifier.key_id, bytes(64))
    spoiled = sign_note(TEXT, LOG).with_signatures(bad)
    with pytest.raises(InvalidSignatureError):
        open_checkpoint(format_note(spoiled), keys)


def test_an_empty_log_has_only_the_empty_root() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    data = format_note(sign_checkpoint(empty, LOG).note)
    assert open_checkpoint(data, [LOG.verifier]).checkpoint == empty

    lie = Checkpoint(ORIGIN, 0, ROOT)
    with pytest.raises(ValueError, match="empty root"):
        sign_checkpoint(lie, LOG)
    with pytest.raises(InvalidProofError, match="empty root"):
        open_checkpoint(
            signed_text(format_checkpoint(lie), LOG), [LOG.verifier]
        )


R = encode_base64(ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n\n",
        f"{ORIGIN}\n7\n{R}",
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n7\n{R}\nextension\n",
        f"{ORIGIN}\n7\n{R}\n\n",
        f"\n7\n{R}\n",
        f"two words\n7\n{R}\n",
        f"a+b\n7\n{R}\n",
        f"{'o' * 256}\n7\n{R}\n",
        f"{'é' * 128}\n7\n{R}\n",
        f"{ORIGIN}\n07\n{R}\n",
        f"{ORIGIN}\n+7\n{R}\n",
        f"{ORIGIN}\n-7\n{R}\n",
        f"{ORIGIN}\n 7\n{R}\n",
        f"{ORIGIN}\n7 \n{R}\n",
        f"{ORIGIN}\n7_0\n{R}\n",
        f"{ORIGIN}\n７\n{R}\n",
        f"{ORIGIN}\n٧\n{R}\n",
        f"{ORIGIN}\n\n{R}\n",
        f"{ORIGIN}\n7.0\n{R}\n",
        f"{ORIGIN}\n0x7\n{R}\n",
        f"{ORIGIN}\n{MAX_SIZE + 1}\n{R}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{R}\n",
        f"{ORIGIN}\n7\n{R[:-1]}\n",
        f"{ORIGIN}\n7\n{R}=\n",
        f"{ORIGIN}\n7\n{R[:-2]}F=\n",
        f"{ORIGIN}\n7\n{encode_base64(ROOT[:-1])}\n",
        f"{ORIGIN}\n7\n{encode_base64(ROOT + b'!')}\n",
        f"{ORIGIN}\n7\n{ROOT.hex()}\n",
        f"{ORIGIN}\n7\n {R}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused_even_when_signed(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_checkpoint(text)
    if text.endswith("\n"):
        with pytest.raises(MalformedError):
            open_checkpoint(signed_text(text, LOG), [LOG.verifier])


def test_the_largest_size_and_the_longest_origin_are_accepted() -> None:
    largest = Checkpoint("é" * 127 + "o", MAX_SIZE, ROOT)
    assert parse_checkpoint(format_checkpoint(largest)) == largest


@given(
    st.text("abc./-é", min_size=1, max_size=40),
    st.integers(0, MAX_SIZE),
    st.binary(min_size=32, max_size=32),
)
def test_every_checkpoint_reads_back(
    origin: str, size: int, root: bytes
) -> None:
    checkpoint = Checkpoint(origin, size, Hash(root))
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@given(st.integers(0, 2000))
def test_flipping_any_bit_of_a_signed_checkpoint_breaks_it(bit: int) -> None:
    data = bytearray(signed_text(TEXT, LOG).encode())
    bit %= 8 * len(data)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((InvalidSignatureError, MalformedError)):
        open_checkpoint(bytes(data), [LOG.verifier])


@given(st.binary(max_size=200) | st.text(alphabet="a\n0179+/=", max_size=80))
def test_hostile_checkpoints_raise_only_our_errors(data: bytes | str) -> None:
    with pytest.raises(ProvenanceError):
        open_checkpoint(data, [LOG.verifier])
    text = data if isinstance(data, str) else data.decode(errors="replace")
    try:
        checkpoint = parse_checkpoint(text)
    except MalformedError:
        return
    assert format_checkpoint(checkpoint) == text


def test_a_decimal_has_one_spelling_and_at_most_19_digits() -> None:
    assert parse_decimal("0") == 0
    assert parse_decimal("1679315147") == 1679315147
    assert parse_decimal(str(2**63 - 1)) == 2**63 - 1
    for text in ("", "00", "01", "1 ", "1\n", "-0", "1" * 20):
        with pytest.raises(MalformedError):
            parse_decimal(text)
