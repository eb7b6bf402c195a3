"""Cosigning: an independent memory of how far a log has come.

A witness signs a checkpoint only if it extends every checkpoint of that log
that it signed before, so that a log cannot show two histories to two readers
whose policies share an honest witness. Its whole strength is its memory,
which is durable and compared-and-set before the cosignature leaves its hands
(C2SP tlog-witness). The rules stand here in the order of that page.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from provenance.encoding.digest import Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import (
    ConflictError,
    InvalidProofError,
    MalformedError,
    NotFoundError,
)
from provenance.keys import Signer
from provenance.tlog import merkle
from provenance.tlog.checkpoint import open_checkpoint
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import KnownKey, NoteSignature, parse_note


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
        signer: Signer,
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
        origin = parse_note(note).text.partition("\n")[0]
        if origin not in self._logs:
            raise NotFoundError(f"this witness does not watch {origin!r}")
        signed = open_checkpoint(note, self._logs[origin])
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
            note=note,
        )
        return self._signer.sign(checkpoint, time=now)


def _require_extension(
    proof: Sequence[Hash], *, old: tuple[int, Hash], new: tuple[int, Hash]
) -> None:
    (old_size, old_root), (new_size, new_root) = old, new
    if new_size == 0 and new_root != EMPTY_ROOT:
        raise InvalidProofError("the empty log has exactly one root")
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
