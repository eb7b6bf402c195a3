"""Signed notes: a text, and lines that say who signed it.

This is c2sp.org/signed-note. A note is readable, and its signatures can be
added to by whoever has it:

    ledger.example/demo
    4
    l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=

    — ledger.example/demo Razk4Y2TScq1GvDTFA0pJDJiMeQqIfBxtb4uh/raUHL924w0W…
    — witness.example/harbour c+bDQAAAAABkGFDLuf4jL0ZytTuzqizlkIWZxNu3RYTBm…

The text ends in a newline, and the last empty line of the note ends it. A
signature line is an em dash, the key's name and the base64 of key id (4
bytes) ‖ signature. The name is not empty and has no space and no plus.

    key id   SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]
    vkey     name+key id in hex+base64(type ‖ public key)

    ledger.example/demo+45ace4e1+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPxx

A *vkey* is how a key is written for those who must know it. Name and id find
the key; the type says how it signs: 01 is Ed25519 over the text, and
`provenance.tlog.cosignature` adds 04 and 06.

Whoever opens a note ignores signatures by keys that are not known, and the
text too unless a known key signed it. One bad signature by a known key spoils
the note. Nothing in the note chooses how it is verified.

In full: `FORMATS.md`, section 8.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Self

from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.errors import InvalidSignatureError, MalformedError
from provenance.keys import KeyHolder, MLDSAVerifier, Verifier, signature_of

MAX_SIGNATURES = 100
MAX_NOTE_SIZE = 1 << 20
"""Limits on what is parsed; in bytes. The specification asks for 16 lines."""

ED25519 = 0x01
"""The signature type of an Ed25519 signature over the text."""

KEY_ID_SIZE = 4

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LINE_START = "— "


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: what it says, verified or not.

    Attributes:
        name: The key's name.
        key_id: 4 bytes. Name and id together find the key.
        signature: What follows the id; its form depends on the key's type.
    """

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.key_id) != KEY_ID_SIZE or not self.signature:
            raise MalformedError(
                f"a signature line holds 4 bytes of key id and a signature, "
                f"not {len(self.key_id)} and {len(self.signature)} bytes"
            )


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, which nobody has verified yet.

    Attributes:
        text: What was signed, up to and with its last newline.
        signatures: 1 to 100, in the order of their lines.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        _check_characters(self.text)
        if not self.text.endswith("\n"):
            raise MalformedError("the note's text does not end in a newline")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise MalformedError(
                f"a note has 1 to {MAX_SIGNATURES} signatures, "
                f"not {len(self.signatures)}"
            )

    def with_signatures(self, *added: NoteSignature) -> Self:
        """Return this note with *added*, each in place of its key's older."""
        replaced = {(line.name, line.key_id) for line in added}
        kept = [
            line
            for line in self.signatures
            if (line.name, line.key_id) not in replaced
        ]
        return type(self)(self.text, (*kept, *added))


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """What a vkey says: a name, a signature type and a public key."""

    name: str
    kind: int
    public_key: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if not 0 <= self.kind <= 0xFF or not self.public_key:
            raise MalformedError("a vkey holds a type byte and a public key")

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of the hash of name, type and key."""
        return sha256(
            self.name.encode() + b"\n" + bytes((self.kind,)) + self.public_key
        ).digest()[:KEY_ID_SIZE]


class KnownKey(ABC):
    """A key that the caller trusts to sign notes under one name.

    Attributes:
        kind: Its signature type.
        name: The key's name.
        key: The key itself, which may serve other names and types.
    """

    __slots__ = ()

    kind: ClassVar[int]
    name: str
    key: Verifier | MLDSAVerifier

    @abstractmethod
    def verify(self, signature: bytes, text: str) -> None:
        """Return if this key made *signature* for the note *text*.

        Raises:
            InvalidSignatureError: It did not.
            MalformedError: The key never signs such a text.
        """

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that, with the name, find this key."""
        return self._verifier_key.key_id

    @property
    def vkey(self) -> str:
        """This key, written for those who must know it."""
        return format_vkey(self._verifier_key)

    @property
    def _verifier_key(self) -> VerifierKey:
        return VerifierKey(self.name, self.kind, self.key.data)


@dataclass(frozen=True, slots=True)
class NoteVerifier(KnownKey):
    """A known Ed25519 key that signs a note's text, as logs do."""

    kind = ED25519

    name: str
    key: Verifier

    def __post_init__(self) -> None:
        check_key_name(self.name)

    @classmethod
    def from_vkey(cls, text: str) -> Self:
        """Return the verifier that *text* names.

        Raises:
            MalformedError: It is no vkey of type 01.
        """
        vkey = parse_vkey(text)
        if vkey.kind != ED25519:
            raise MalformedError(
                f"the key of {vkey.name} has type {vkey.kind}, not 1 (Ed25519)"
            )
        return cls(vkey.name, Verifier(vkey.public_key))

    def verify(self, signature: bytes, text: str) -> None:
        self.key.verify(signature, text.encode())


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A name and the Ed25519 key that signs notes under it."""

    name: str
    signer: KeyHolder

    def __post_init__(self) -> None:
        check_key_name(self.name)

    @property
    def verifier(self) -> NoteVerifier:
        return NoteVerifier(self.name, self.signer.verifier)

    def sign(self, text: str) -> NoteSignature:
        """Return the signature line of this key under the note *text*."""
        return NoteSignature(
            self.name,
            self.verifier.key_id,
            signature_of(self.signer, text.encode()),
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A note that a known key signed.

    Attributes:
        note: The note, with all its lines.
        verified: The signatures by known keys; all of them are good.
        unknown: The signatures by others; nothing is known about them.
    """

    note: Note
    verified: tuple[NoteSignature, ...]
    unknown: tuple[NoteSignature, ...]


def sign_note(text: str, *signers: NoteSigner) -> Note:
    """Return the note of *text*, signed by each of *signers*."""
    return Note(text, tuple(signer.sign(text) for signer in signers))


def open_note(data: str | bytes, verifiers: Iterable[KnownKey]) -> Opened:
    """Return the note in *data*, if one of *verifiers* signed it.

    Raises:
        MalformedError: It is not a note.
        InvalidSignatureError: No known key signed it, or the signature of
            one does not verify.
    """
    note = parse_note(data)
    verified = check_signatures(note, verifiers)
    if not verified:
        names = ", ".join(sorted({line.name for line in note.signatures}))
        raise InvalidSignatureError(f"no known key signed: {names[:200]}")
    unknown = tuple(line for line in note.signatures if line not in verified)
    return Opened(note, verified, unknown)


def check_signatures(
    note: Note, verifiers: Iterable[KnownKey]
) -> tuple[NoteSignature, ...]:
    """Return the signatures of *note* by *verifiers*, all verified.

    There may be none, and there may be several by one key.

    Raises:
        InvalidSignatureError: A signature of a known key does not verify.
    """
    known: dict[tuple[str, bytes], KnownKey] = {}
    for verifier in verifiers:
        place = (verifier.name, verifier.key_id)
        if known.setdefault(place, verifier).key != verifier.key:
            raise ValueError(f"two known keys are both {place[0]} {place[1]!r}")
    verified = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            key.verify(line.signature, note.text)
            verified.append(line)
    return tuple(verified)


def parse_note(data: str | bytes) -> Note:
    """Return the note that *data* spells, with nothing verified.

    Raises:
        MalformedError: It is not a note, or over 1 MiB or 100 signatures.
    """
    text = _decode(data)
    end = text.rfind("\n\n")
    if end < 0:
        raise MalformedError("the note has no empty line before signatures")
    lines = text[end + 2 :].split("\n")
    if len(lines) < 2 or lines.pop():
        raise MalformedError("the note does not end in a signature line")
    # Not one more signature is decoded than a note may have.
    if len(lines) > MAX_SIGNATURES:
        raise MalformedError(
            f"a note has up to {MAX_SIGNATURES} signatures, not {len(lines)}"
        )
    return Note(text[: end + 1], tuple(_parse_line(line) for line in lines))


def format_note(note: Note) -> str:
    """Return *note* as text, which `parse_note` reads back."""
    lines = [
        f"{_LINE_START}{line.name} "
        f"{encode_base64(line.key_id + line.signature)}\n"
        for line in note.signatures
    ]
    return f"{note.text}\n{''.join(lines)}"


def parse_vkey(text: str) -> VerifierKey:
    """Return the key that *text* spells.

    Raises:
        MalformedError: It is no vkey, or its key id is not the key's.
    """
    # The base64 may have a plus of its own.
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise MalformedError("a vkey is written name+key id+key")
    name, key_id, encoded = parts
    data = decode_base64(encoded)
    key = VerifierKey(name, data[0] if data else -1, data[1:])
    if key_id != key.key_id.hex():
        raise MalformedError(
            f"the key of {name[:80]} has id {key.key_id.hex()}, not"
            f" {key_id[:8]!r}"
        )
    return key


def format_vkey(key: VerifierKey) -> str:
    """Return *key* as text, which `parse_vkey` reads back."""
    data = encode_base64(bytes((key.kind,)) + key.public_key)
    return f"{key.name}+{key.key_id.hex()}+{data}"


def check_key_name(name: str) -> None:
    """Check that a key, and so a log or a witness, may have this *name*.

    Raises:
        MalformedError: It is empty, or has a space, a plus or a character
            that no note can hold.
    """
    if not name or "+" in name or any(char.isspace() for char in name):
        raise MalformedError(f"{name[:80]!r} cannot be a key's name")
    _check_characters(name)


def _check_characters(text: str) -> None:
    control = _CONTROL.search(text)
    if control:
        raise MalformedError(
            f"character {control.start()} is a control character"
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise MalformedError(
            f"character {error.start} cannot be written as UTF-8"
        ) from error


def _decode(data: str | bytes) -> str:
    # A character has at least one byte: nothing over the limit is encoded.
    if len(data) > MAX_NOTE_SIZE:
        raise MalformedError(
            f"a note has up to {MAX_NOTE_SIZE} bytes, not {len(data)} or more"
        )
    try:
        encoded = data.encode() if isinstance(data, str) else data
        text = encoded.decode()
    except UnicodeError as error:
        raise MalformedError(f"the note is not UTF-8: {error}") from error
    if len(encoded) > MAX_NOTE_SIZE:
        raise MalformedError(
            f"a note has up to {MAX_NOTE_SIZE} bytes, not {len(encoded)}"
        )
    return text


def _parse_line(line: str) -> NoteSignature:
    if not line.startswith(_LINE_START):
        raise MalformedError(f"{line[:40]!r} is not a signature line")
    name, _, encoded = line[len(_LINE_START) :].partition(" ")
    try:
        data = decode_base64(encoded)
    except MalformedError as error:
        raise MalformedError(
            f"the signature of {name[:80]!r}: {error}"
        ) from error
    return NoteSignature(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])
