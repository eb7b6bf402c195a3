r"""Cosignatures: others saw this checkpoint too, and when.

This is c2sp.org/tlog-cosignature. A witness that cosigns a checkpoint says: of
this log, I have at that time seen no larger tree, and this one extends all
that I saw before. A cosignature is one more signature line under the note:

    — witness.example/harbour base64(key id ‖ u64 time ‖ signature)

The time is in seconds since 1970, at least 1 and below 2**63. What is signed
depends on the type of the key. Type 04 is Ed25519 over the text

    cosignature/v1
    time 1679315147
    ledger.example/demo
    4
    l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=

It does not name the cosigner, so that one Ed25519 key must serve one name and
role only. Type 06 is ML-DSA-44, safe against quantum computers, over

    "subtree/v1\n\0" ‖ u8 length ‖ cosigner's name ‖ u64 time
        ‖ u8 length ‖ origin ‖ u64 start ‖ u64 stop ‖ hash

with start 0 and the log's size as stop. Subtrees that are no checkpoint, which
the specification lets it sign too, nobody here asks for. A log may sign its
own checkpoints with type 06, under its origin as the name.

In full: `FORMATS.md`, section 8.
"""

from dataclasses import dataclass

from provenance.errors import InvalidSignatureError, MalformedError
from provenance.keys import (
    KeyHolder,
    MLDSASigner,
    MLDSAVerifier,
    Verifier,
    signature_of,
)
from provenance.tlog.checkpoint import (
    MAX_ORIGIN_SIZE,
    Checkpoint,
    format_checkpoint,
    parse_checkpoint,
)
from provenance.tlog.note import (
    ED25519,
    KnownKey,
    NoteSignature,
    NoteVerifier,
    check_key_name,
    parse_vkey,
)

COSIGNATURE_V1 = 0x04
"""The signature type of an Ed25519 cosignature."""

MLDSA44 = 0x06
"""The signature type of an ML-DSA-44 cosignature."""

MAX_TIME = 2**63 - 1

_TIME_SIZE = 8


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosignature that was verified.

    Attributes:
        name: The cosigner's name.
        time: When it cosigned, by its own clock, in seconds since 1970.
        line: The signature line.
    """

    name: str
    time: int
    line: NoteSignature


@dataclass(frozen=True, slots=True)
class CosignatureVerifier(KnownKey):
    """A known Ed25519 key of a cosigner."""

    kind = COSIGNATURE_V1

    name: str
    key: Verifier

    def __post_init__(self) -> None:
        check_key_name(self.name)

    def verify(self, signature: bytes, text: str) -> None:
        parse_checkpoint(text)
        time, signed = _split_time(signature)
        self.key.verify(signed, _ed25519_message(text, time))


@dataclass(frozen=True, slots=True)
class CosignatureSigner:
    """A cosigner's name and its Ed25519 key, used for nothing else."""

    name: str
    signer: KeyHolder

    @property
    def verifier(self) -> CosignatureVerifier:
        """The key by which others know this one."""
        return CosignatureVerifier(self.name, self.signer.verifier)

    def sign(self, checkpoint: Checkpoint, *, time: int) -> NoteSignature:
        """Return the cosignature of *checkpoint* at *time*.

        Raises:
            ValueError: The time is not from 1 to 2**63 - 1.
        """
        _require_time(time)
        message = _ed25519_message(format_checkpoint(checkpoint), time)
        return _line(self.verifier, time, signature_of(self.signer, message))


@dataclass(frozen=True, slots=True)
class MLDSACosignatureVerifier(KnownKey):
    """A known ML-DSA-44 key of a cosigner, or of a log that signs with one."""

    kind = MLDSA44

    name: str
    key: MLDSAVerifier

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.name.encode()) > MAX_ORIGIN_SIZE:
            raise MalformedError(
                f"an ML-DSA cosigner's name has up to {MAX_ORIGIN_SIZE} bytes, "
                f"not {len(self.name.encode())}"
            )

    def verify(self, signature: bytes, text: str) -> None:
        checkpoint = parse_checkpoint(text)
        time, signed = _split_time(signature)
        self.key.verify(
            signed, _mldsa_message(self.name, checkpoint, time=time)
        )


@dataclass(frozen=True, slots=True)
class MLDSACosignatureSigner:
    """A cosigner's (or log's) name and its ML-DSA-44 key."""

    name: str
    signer: MLDSASigner

    @property
    def verifier(self) -> MLDSACosignatureVerifier:
        """The key by which others know this one."""
        return MLDSACosignatureVerifier(self.name, self.signer.verifier)

    def sign(self, checkpoint: Checkpoint, *, time: int) -> NoteSignature:
        """Return the cosignature of *checkpoint* at *time*.

        Raises:
            ValueError: The time is not from 1 to 2**63 - 1.
        """
        _require_time(time)
        message = _mldsa_message(self.name, checkpoint, time=time)
        return _line(self.verifier, time, self.signer.sign(message))


Cosigner = CosignatureVerifier | MLDSACosignatureVerifier
"""A known key that cosigns."""

LogKey = NoteVerifier | MLDSACosignatureVerifier
"""A known key that a log signs its checkpoints with."""


def parse_cosigner(vkey: str) -> Cosigner:
    """Return the cosigner's key that *vkey* spells.

    Raises:
        MalformedError: It is no vkey of type 04 or 06.
    """
    key = parse_vkey(vkey)
    if key.kind == COSIGNATURE_V1:
        return CosignatureVerifier(key.name, Verifier(key.public_key))
    if key.kind == MLDSA44:
        return MLDSACosignatureVerifier(key.name, MLDSAVerifier(key.public_key))
    raise MalformedError(
        f"the key of {key.name} has type {key.kind}, "
        f"which does not cosign: types 4 and 6 do"
    )


def parse_log_key(vkey: str) -> LogKey:
    """Return the log's key that *vkey* spells.

    Raises:
        MalformedError: It is no vkey of type 01 or 06.
    """
    key = parse_vkey(vkey)
    if key.kind == ED25519:
        return NoteVerifier(key.name, Verifier(key.public_key))
    if key.kind == MLDSA44:
        return MLDSACosignatureVerifier(key.name, MLDSAVerifier(key.public_key))
    raise MalformedError(
        f"the key of {key.name} has type {key.kind}, "
        f"which logs do not sign with: they do with types 1 and 6"
    )


def read_cosignature(line: NoteSignature) -> Cosignature:
    """Return what a *line*, by a cosigner that was verified, says."""
    time, _ = _split_time(line.signature)
    return Cosignature(line.name, time, line)


def _split_time(signature: bytes) -> tuple[int, bytes]:
    """Return the time, and the signature proper."""
    time = int.from_bytes(signature[:_TIME_SIZE], "big")
    if not 1 <= time <= MAX_TIME or len(signature) <= _TIME_SIZE:
        raise InvalidSignatureError(f"a cosignature has no time {time}")
    return time, signature[_TIME_SIZE:]


def _require_time(time: int) -> None:
    if not 1 <= time <= MAX_TIME:
        raise ValueError(f"a cosignature has no time {time}")


def _line(key: Cosigner, time: int, signature: bytes) -> NoteSignature:
    return NoteSignature(
        key.name, key.key_id, time.to_bytes(_TIME_SIZE, "big") + signature
    )


def _ed25519_message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _mldsa_message(name: str, checkpoint: Checkpoint, *, time: int) -> bytes:
    return b"".join(
        [
            b"subtree/v1\n\x00",
            _short_string(name),
            time.to_bytes(_TIME_SIZE, "big"),
            _short_string(checkpoint.origin),
            bytes(8),  # start
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        ]
    )


def _short_string(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(1, "big") + data
