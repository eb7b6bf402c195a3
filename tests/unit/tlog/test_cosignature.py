"""A cosignature counts for its cosigner, its time and its checkpoint alone."""

import struct
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import Hash
from provenance.errors import InvalidSignatureError, MalformedError
from provenance.keys import MLDSASigner, Signer
from provenance.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    sign_checkpoint,
)
from provenance.tlog.cosignature import (
    MAX_TIME,
    CosignatureSigner,
    CosignatureVerifier,
    MLDSACosignatureSigner,
    MLDSACosignatureVerifier,
    parse_cosigner,
    parse_log_key,
    read_cosignature,
)
from provenance.tlog.note import (
    NoteSignature,
    NoteSigner,
    NoteVerifier,
    VerifierKey,
    format_note,
    format_vkey,
    open_note,
    sign_note,
)

TIME = 1679315147
ROOT = Hash(sha256(b"a root").digest())
CHECKPOINT = Checkpoint("ledger.example/demo", 20852163, ROOT)
TEXT = format_checkpoint(CHECKPOINT)


def seed_of(holder: str) -> bytes:
    return sha256(holder.encode()).digest()


ED = CosignatureSigner("witness.example/w1", Signer.from_seed(seed_of("w1")))
ML = MLDSACosignatureSigner(
    "witness.example/w2", MLDSASigner.from_seed(seed_of("w2"))
)
BOTH = pytest.mark.parametrize("cosigner", [ED, ML], ids=["ed25519", "ml-dsa"])
AnySigner = CosignatureSigner | MLDSACosignatureSigner


def test_an_ed25519_cosignature_covers_version_time_and_text() -> None:
    line = ED.sign(CHECKPOINT, time=TIME)
    message = (
        b"cosignature/v1\n"
        b"time 1679315147\n"
        b"ledger.example/demo\n"
        b"20852163\n" + encode_base64(ROOT).encode() + b"\n"
    )
    assert line.signature == struct.pack(">Q", TIME) + ED.signer.sign(message)
    public = ED.signer.verifier.data
    assert line.key_id == key_id("witness.example/w1", 4, public)
    encoded = encode_base64(line.key_id + line.signature)
    assert len(encoded) == 104


def test_an_ml_dsa_cosignature_covers_the_struct_of_the_specification() -> None:
    line = ML.sign(CHECKPOINT, time=TIME)
    assert len(line.signature) == 8 + 2420
    assert struct.unpack(">Q", line.signature[:8]) == (TIME,)
    message = (
        b"subtree/v1\n\0"
        b"\x12witness.example/w2"
        + struct.pack(">Q", TIME)
        + b"\x13ledger.example/demo"
        + struct.pack(">QQ", 0, 20852163)
        + ROOT
    )
    ML.signer.verifier.verify(line.signature[8:], message)
    public = ML.signer.verifier.data
    assert len(public) == 1312
    assert line.key_id == key_id("witness.example/w2", 6, public)
    assert len(encode_base64(line.key_id + line.signature)) == 3244


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@BOTH
def test_a_cosigned_checkpoint_opens_and_tells_the_time(
    cosigner: AnySigner,
) -> None:
    log = NoteSigner(CHECKPOINT.origin, Signer.from_seed(seed_of("log")))
    signed = sign_checkpoint(CHECKPOINT, log).with_cosignatures(
        cosigner.sign(CHECKPOINT, time=TIME)
    )
    data = format_note(signed.note)
    opened = open_note(data, [log.verifier, cosigner.verifier])
    cosignature = read_cosignature(opened.verified[1])
    assert (cosignature.name, cosignature.time) == (cosigner.name, TIME)
    assert cosignature.line == signed.note.signatures[1]


@BOTH
def test_a_cosignature_of_another_checkpoint_is_refused(
    cosigner: AnySigner,
) -> None:
    signature = cosigner.sign(CHECKPOINT, time=TIME).signature
    cosigner.verifier.verify(signature, TEXT)
    for other in (
        Checkpoint("ledger.example/other", CHECKPOINT.size, ROOT),
        Checkpoint(CHECKPOINT.origin, CHECKPOINT.size + 1, ROOT),
        Checkpoint(CHECKPOINT.origin, CHECKPOINT.size, Hash(bytes(32))),
    ):
        with pytest.raises(InvalidSignatureError):
            cosigner.verifier.verify(signature, format_checkpoint(other))


@BOTH
def test_the_time_of_a_cosignature_cannot_be_changed(
    cosigner: AnySigner,
) -> None:
    signature = cosigner.sign(CHECKPOINT, time=TIME).signature
    later = struct.pack(">Q", TIME + 1) + signature[8:]
    with pytest.raises(InvalidSignatureError):
        cosigner.verifier.verify(later, TEXT)


@BOTH
@given(bit=st.integers(0, 8 * 72 - 1))
def test_flipping_any_bit_of_a_cosignature_breaks_it(
    cosigner: AnySigner, bit: int
) -> None:
    signature = bytearray(cosigner.sign(CHECKPOINT, time=TIME).signature)
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidSignatureError):
        cosigner.verifier.verify(bytes(signature), TEXT)


@BOTH
@given(signature=st.binary(max_size=100))
def test_hostile_cosignatures_raise_only_invalid_signature(
    cosigner: AnySigner, signature: bytes
) -> None:
    with pytest.raises(InvalidSignatureError):
        cosigner.verifier.verify(signature, TEXT)


@BOTH
def test_a_cosignature_without_a_time_or_of_a_time_too_far_is_refused(
    cosigner: AnySigner,
) -> None:
    for time in (0, -1, MAX_TIME + 1):
        with pytest.raises(ValueError, match="no time"):
            cosigner.sign(CHECKPOINT, time=time)
    last = cosigner.sign(CHECKPOINT, time=MAX_TIME)
    cosigner.verifier.verify(last.signature, TEXT)
    proper = last.signature[8:]
    for time in (0, MAX_TIME + 1, 2**64 - 1):
        with pytest.raises(InvalidSignatureError, match="no time"):
            cosigner.verifier.verify(struct.pack(">Q", time) + proper, TEXT)


@BOTH
def test_only_a_checkpoint_can_be_cosigned(cosigner: AnySigner) -> None:
    signature = cosigner.sign(CHECKPOINT, time=TIME).signature
    for text in ("text\n", TEXT + "an extension line\n"):
        with pytest.raises(MalformedError):
            cosigner.verifier.verify(signature, text)


def test_an_ml_dsa_cosignature_names_its_cosigner() -> None:
    signature = ML.sign(CHECKPOINT, time=TIME).signature
    renamed = MLDSACosignatureVerifier("mirror.example", ML.verifier.key)
    with pytest.raises(InvalidSignatureError):
        renamed.verify(signature, TEXT)


def test_a_logs_signature_is_no_cosignature_and_the_reverse() -> None:
    key = Signer.from_seed(seed_of("both"))
    log = NoteSigner(CHECKPOINT.origin, key)
    cosigner = CosignatureSigner(CHECKPOINT.origin, key)
    assert log.verifier.key_id != cosigner.verifier.key_id
    line = cosigner.sign(CHECKPOINT, time=TIME)
    as_log = NoteSignature(line.name, log.verifier.key_id, line.signature[8:])
    note = sign_note(TEXT, log).with_signatures(as_log)
    with pytest.raises(InvalidSignatureError):
        open_note(format_note(note), [log.verifier])


def test_a_log_may_sign_its_checkpoint_with_ml_dsa_alone() -> None:
    log = MLDSACosignatureSigner(
        CHECKPOINT.origin, MLDSASigner.from_seed(seed_of("log"))
    )
    ed25519 = NoteSigner(CHECKPOINT.origin, Signer.from_seed(seed_of("log")))
    signed = sign_checkpoint(CHECKPOINT, ed25519).with_cosignatures(
        log.sign(CHECKPOINT, time=TIME)
    )
    data = format_note(signed.note)
    for keys in (
        [ed25519.verifier],
        [log.verifier],
        [ed25519.verifier, log.verifier],
    ):
        assert open_checkpoint(data, keys) == signed


def test_a_cosigners_name_must_fit_into_what_it_signs() -> None:
    MLDSACosignatureVerifier("w" * 255, ML.verifier.key)
    with pytest.raises(MalformedError, match="up to 255 bytes, not 256"):
        MLDSACosignatureVerifier("é" * 128, ML.verifier.key)
    with pytest.raises(MalformedError):
        CosignatureVerifier("two words", ED.verifier.key)
    with pytest.raises(MalformedError):
        MLDSACosignatureVerifier("", ML.verifier.key)


def test_vkeys_say_who_may_cosign_and_who_may_sign_for_a_log() -> None:
    log = NoteVerifier(CHECKPOINT.origin, ED.verifier.key)
    assert parse_cosigner(ED.verifier.vkey) == ED.verifier
    assert parse_cosigner(ML.verifier.vkey) == ML.verifier
    assert parse_log_key(log.vkey) == log
    assert parse_log_key(ML.verifier.vkey) == ML.verifier
    with pytest.raises(MalformedError, match="type 1, which does not cosign"):
        parse_cosigner(log.vkey)
    with pytest.raises(MalformedError, match="type 4, which logs do not sign"):
        parse_log_key(ED.verifier.vkey)


def test_a_vkey_of_the_wrong_length_is_malformed() -> None:
    for kind in (1, 4, 6):
        vkey = format_vkey(VerifierKey("w", kind, bytes(31)))
        with pytest.raises(MalformedError):
            parse_cosigner(vkey)
        with pytest.raises(MalformedError):
            parse_log_key(vkey)
