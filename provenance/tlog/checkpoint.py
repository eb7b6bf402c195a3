"""A checkpoint: the size and root of a log, signed by the log.

This is c2sp.org/tlog-checkpoint, a signed note whose text has three lines:

    ledger.example/demo                                 origin
    4                                                   size
    l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=        base64 of the root

The origin names the log for ever and is the name of its key. The size is
decimal without leading zeros. There are no further lines: not every signature
would cover them, so none are written and any are refused.

    Checkpoint --sign_checkpoint--> SignedCheckpoint --format_note--> text
    text --open_checkpoint--> SignedCheckpoint

Two checkpoints of one log are inconsistent if neither tree is a prefix of the
other. A log that signs both has forked, and the two notes prove it.

In full: `FORMATS.md`, section 8.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.encoding.digest import Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import (
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
)
from provenance.tlog.merkle import MAX_SIZE
from provenance.tlog.note import (
    KnownKey,
    Note,
    NoteSignature,
    NoteSigner,
    check_key_name,
    open_note,
    parse_note,
    sign_note,
)

MAX_ORIGIN_SIZE = 255
"""In bytes: what an ML-DSA cosignature can name."""

# "0" or a digit from 1 and more digits: one number, one spelling. 19 digits
# are enough for 2**63.
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: *size* entries under *root*.

    Attributes:
        origin: The log's name, at most 255 bytes.
        size: How many entries the log has, below 2**53.
        root: The root of their tree. That size 0 has the empty root is
            checked when a checkpoint is signed and when one is opened.
    """

    origin: str
    size: int
    root: Hash

    def __post_init__(self) -> None:
        check_key_name(self.origin)
        if len(self.origin.encode()) > MAX_ORIGIN_SIZE:
            raise MalformedError(
                f"an origin has up to {MAX_ORIGIN_SIZE} bytes, "
                f"not {len(self.origin.encode())}"
            )
        if not 0 <= self.size <= MAX_SIZE:
            raise MalformedError(f"no log has the size {self.size}")


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that its log signed: made by signing or opening one.

    Attributes:
        checkpoint: What the note's text says.
        note: The note; others may have cosigned it.
    """

    checkpoint: Checkpoint
    note: Note

    def with_cosignatures(self, *added: NoteSignature) -> Self:
        """Return this checkpoint with *added*, for each key the newest."""
        return type(self)(self.checkpoint, self.note.with_signatures(*added))


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text of *checkpoint*: three lines."""
    root = encode_base64(checkpoint.root)
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that the note text *text* spells, unverified.

    Raises:
        MalformedError: It is none, or has extension lines.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise MalformedError(
            f"a checkpoint has 3 lines, not {len(lines) - 1}"
            if not lines[-1]
            else "the checkpoint does not end in a newline"
        )
    return Checkpoint(
        origin=lines[0],
        size=parse_decimal(lines[1]),
        root=Hash(decode_base64(lines[2])),
    )


def sign_checkpoint(
    checkpoint: Checkpoint, signer: NoteSigner
) -> SignedCheckpoint:
    """Return *checkpoint* signed by its log.

    Whoever calls this answers for the rule that a log never signs two
    inconsistent checkpoints.

    Raises:
        ValueError: The signer has another name than the log, or the
            checkpoint says that an empty log has entries.
    """
    if signer.name != checkpoint.origin:
        raise ValueError(f"{signer.name} cannot sign for {checkpoint.origin}")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise ValueError("an empty log has only the empty root")
    return SignedCheckpoint(
        checkpoint, sign_note(format_checkpoint(checkpoint), signer)
    )


def open_checkpoint(
    data: str | bytes, log_keys: Iterable[KnownKey]
) -> SignedCheckpoint:
    """Return the checkpoint in *data*, if a key of its log signed it.

    *log_keys* are the keys of the logs that the caller knows; a log's keys
    have its origin as their name.

    Raises:
        MalformedError: It is not a checkpoint.
        InvalidSignatureError: The log's key is not known or did not sign, or
            a signature by a known key does not verify.
        InvalidProofError: It says that an empty log has entries.
    """
    keys = tuple(log_keys)
    checkpoint = parse_checkpoint(parse_note(data).text)
    opened = open_note(data, keys)
    if checkpoint.origin not in {line.name for line in opened.verified}:
        raise InvalidSignatureError(
            f"no key of the log {checkpoint.origin} signed its checkpoint"
        )
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise InvalidProofError("an empty log has only the empty root")
    return SignedCheckpoint(checkpoint, opened.note)


def parse_decimal(text: str) -> int:
    """Return the number that *text* spells: digits without leading zeros.

    Raises:
        MalformedError: It is no such number, or has over 19 digits.
    """
    if not _DECIMAL.fullmatch(text):
        raise MalformedError(f"{text[:40]!r} is not a decimal number")
    return int(text)
