"""Cosigning: an independent memory of how far a log has come.

A witness signs a checkpoint only if it extends every checkpoint of that log
that it signed before, so that a log cannot show two histories to two readers
whose policies share an honest witness. Its whole strength is its memory,
which is durable and compared-and-set before the cosignature leaves its hands
(C2SP tlog-witness). The rules stand here in the order of that page.

The other half of the page is the ledger's, which asks witnesses and believes
none of them: what they return is verified before it is kept, and one that
fails, lies or does not answer takes nothing from the others.

    Ledger.cosign ── note, proof from the last size ──> Witness.add_checkpoint
                  <───────── one signature line ───────
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from provenance.encoding.digest import Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import (
    ConflictError,
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    VerificationError,
)
from provenance.keys import KeyHolder
from provenance.proof.opening import require_past
from provenance.tlog import merkle
from provenance.tlog.checkpoint import open_checkpoint, parse_checkpoint
from provenance.tlog.cosignature import CosignatureSigner, read_cosignature
from provenance.tlog.note import (
    KnownKey,
    Note,
    NoteSignature,
    check_signatures,
    format_note,
    parse_note,
)

ASKED_AGAIN = 3
"""How often a witness is asked that moved on between two questions."""


class AheadError(VerificationError):
    """A cosignature verifies, and its time is ahead of the clock.

    Attributes:
        time: The witness's, in ms since 1970.
    """

    def __init__(self, message: str, *, time: int) -> None:
        super().__init__(message)
        self.time = time


ProveGrowth = Callable[[int], Sequence[Hash]]
"""Returns the consistency proof from an older size, 1 or more."""


class Cosigner(Protocol):
    """A witness as a ledger sees it, in this process or at a distance.

    Both methods may raise any of this library's errors, and `OSError` where
    there is a wire between.
    """

    def last_size(self, origin: str) -> int:
        """Return the size last cosigned for that log, 0 if none."""

    def add_checkpoint(
        self, note: str, *, old_size: int, proof: Sequence[Hash], now: int
    ) -> NoteSignature:
        """Return the cosignature line of a checkpoint that is consistent.

        Raises:
            ConflictError: *old_size* is not the last size any more.
        """


class Memory(Protocol):
    """The last checkpoint that a witness cosigned for each log."""

    def last(self, origin: str) -> tuple[int, Hash] | None:
        """Return the (size, root) last cosigned, or None."""

    def update(
        self, origin: str, *, old_size: int, size: int, root: Hash, note: str
    ) -> None:
        """Replace it durably, if its size still is *old_size*.

        Raises:
            ConflictError: It is not.
        """


class Witness:
    """A cosigner with a durable memory."""

    def __init__(
        self,
        memory: Memory,
        *,
        name: str,
        signer: KeyHolder,
        logs: Mapping[str, Sequence[KnownKey]],
    ) -> None:
        """Cosign for *logs*.

        Args:
            memory: What was cosigned so far.
            name: The witness's key name.
            signer: Its key, used for nothing else.
            logs: Origin → the keys that log signs with.
        """
        self._memory = memory
        self._signer = CosignatureSigner(name, signer)
        self._logs = logs

    def last_size(self, origin: str) -> int:
        """Return the size last cosigned for that log, 0 if none."""
        last = self._memory.last(origin)
        return 0 if last is None else last[0]

    def add_checkpoint(
        self, note: str, *, old_size: int, proof: Sequence[Hash], now: int
    ) -> NoteSignature:
        """Return the cosignature line of a checkpoint that is consistent.

        Args:
            note: The checkpoint with the log's signature.
            old_size: The size that *proof* starts from: the last one that
                this witness cosigned, 0 if none.
            proof: The consistency proof from there.
            now: The time, in seconds since 1970; not 0.

        Raises:
            NotFoundError: It does not watch that log.
            InvalidSignatureError: The log's key did not sign it.
            MalformedError: It is no checkpoint, or *old_size* is larger.
            ConflictError: *old_size* is not the last size; the message names
                the size to start from.
            InvalidProofError: It does not extend the last one.
        """
        origin = parse_checkpoint(parse_note(note).text).origin
        if origin not in self._logs:
            raise NotFoundError(f"this witness does not watch {origin!r}")
        keys = self._logs[origin]
        signed = open_checkpoint(note, keys)
        checkpoint = signed.checkpoint
        if old_size > checkpoint.size:
            raise MalformedError(
                f"the old size {old_size} is larger than the checkpoint's"
                f" {checkpoint.size}"
            )
        last_size, last_root = self._memory.last(origin) or (0, EMPTY_ROOT)
        if old_size != last_size:
            raise ConflictError(
                f"the last size cosigned is {last_size}, not {old_size}"
            )
        _require_extension(
            proof, old=(last_size, last_root),
            new=(checkpoint.size, checkpoint.root),
        )  # fmt: skip
        # Durable before the line leaves: a crash here only costs a retry.
        self._memory.update(
            origin,
            old_size=last_size,
            size=checkpoint.size,
            root=checkpoint.root,
            # Without lines that nobody verified: they would be kept for good.
            note=format_note(
                Note(signed.note.text, check_signatures(signed.note, keys))
            ),
        )
        return self._signer.sign(checkpoint, time=now)


def ask(
    cosigner: Cosigner,
    note: Note,
    *,
    prove: ProveGrowth,
    known: Sequence[KnownKey],
    now: int,
) -> NoteSignature:
    """Return the line with which *cosigner* cosigned *note*, verified.

    Args:
        cosigner: Asked where it stands, then for its cosignature.
        note: The checkpoint, signed by its log.
        prove: Gives the proof from where the witness stands.
        known: The keys of the witnesses that count. Any of them may be the
            one that answers: what counts is whose signature it is.
        now: The time, in ms since 1970.

    Raises:
        ConflictError: It has cosigned a larger checkpoint, or moved on each
            time that it was asked.
        MalformedError: It names a last size below 0.
        InvalidSignatureError: The line is by no known witness, or forged.
        AheadError: Its time is ahead of *now*.
        ProvenanceError, OSError: Whatever the witness raised.
    """
    checkpoint = parse_checkpoint(note.text)
    for attempt in range(1, ASKED_AGAIN + 1):
        old_size = cosigner.last_size(checkpoint.origin)
        if old_size < 0:
            raise MalformedError(f"no witness has cosigned {old_size} entries")
        if old_size > checkpoint.size:
            raise ConflictError(
                f"the witness has cosigned {old_size} entries already, this"
                f" checkpoint has {checkpoint.size}"
            )
        try:
            line = cosigner.add_checkpoint(
                format_note(note),
                old_size=old_size,
                proof=prove(old_size) if old_size else (),
                now=now // 1000,
            )
        except ConflictError:
            # Somebody else brought it a checkpoint in between.
            if attempt == ASKED_AGAIN:
                raise
        else:
            return _verify_line(line, note, known=known, now=now)
    raise AssertionError("the last attempt returns or raises")


def _verify_line(
    line: NoteSignature, note: Note, *, known: Sequence[KnownKey], now: int
) -> NoteSignature:
    if not check_signatures(Note(note.text, (line,)), known):
        raise InvalidSignatureError(
            f"{line.name} with key {line.key_id.hex()} is no witness of the"
            " trust file"
        )
    # It would count for nobody until then. Which of the two clocks is wrong,
    # the others tell.
    time = read_cosignature(line).time * 1000
    try:
        require_past(time, now=now)
    except VerificationError as error:
        raise AheadError(str(error), time=time) from error
    return line


def _require_extension(
    proof: Sequence[Hash], *, old: tuple[int, Hash], new: tuple[int, Hash]
) -> None:
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == 0:
        if proof:
            raise InvalidProofError("from size 0 there is nothing to prove")
        return
    merkle.verify_consistency(
        proof,
        old_size=old_size,
        new_size=new_size,
        old_root=old_root,
        new_root=new_root,
    )
