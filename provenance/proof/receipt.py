"""A receipt: the proof that one statement is in the log.

It is a C2SP `.tlog-proof` file (`provenance.tlog.proof_file`), so that other
people's tools can check it too. That file holds neither the statement nor a
key: whoever verifies it brings the entry, and a trust file of their own.

    receipt.verify(trust=trust, now=now)      offline; what a ledger gave
    verify_receipt(text, entry=entry, …)      the same, of two files

In full: `FORMATS.md`, section 15.
"""

from dataclasses import dataclass

from provenance.claims.entry import entry_kind
from provenance.claims.statement import parse_entry
from provenance.encoding.digest import Hash
from provenance.encoding.instant import Instant, to_ms
from provenance.encoding.tree import leaf_hash
from provenance.errors import ProvenanceError, VerificationError
from provenance.proof.opening import open_trusted, require_quorum
from provenance.proof.trust import Trust
from provenance.tlog.merkle import verify_inclusion
from provenance.tlog.proof_file import parse_proof

SUFFIX = ".tlog-proof"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a ledger answers for a statement that it logged.

    Attributes:
        log_index: Where the statement stands in the log.
        statement_id: The hash of its header.
        text: The `.tlog-proof` file.
        entry: The signed statement that it is for, as it was logged. Keep it
            beside the text: the one is worth nothing without the other.
    """

    log_index: int
    statement_id: Hash
    text: str
    entry: bytes

    def verify(self, *, trust: Trust, now: Instant) -> int:
        """Return the log index that it proves, without asking any ledger.

        The arguments, and what it raises, are those of `verify_receipt`.
        """
        return verify_receipt(self.text, entry=self.entry, trust=trust, now=now)


Reply = Receipt | ProvenanceError
"""What a statement is answered with: its receipt, or why it was refused."""


def verify_receipt(
    text: str | bytes, *, entry: bytes, trust: Trust, now: Instant
) -> int:
    """Return the log index at which *text* proves *entry* to be logged.

    A log only grows, so a receipt does not age: it shows that the statement
    was logged, not what was said later. Who may have signed the statement is
    not looked at either.

    Args:
        text: The `.tlog-proof` file.
        entry: The signed statement, as it was submitted.
        trust: Whose keys count.
        now: The time: ms since 1970, or a datetime with its zone.

    Raises:
        MalformedError: The receipt or the entry is not in its format.
        UnknownKindError: The entry is of a kind that this program does not
            know.
        InvalidSignatureError: The log did not sign the checkpoint.
        QuorumNotMetError: Too few witnesses cosigned it.
        InvalidProofError: The log does not hold the entry there.
        VerificationError: The entry was signed for another ledger, or its
            quorum is met only with cosignatures from the future.
    """
    # Of what it does not know, it does not say that it is malformed.
    entry_kind(entry)
    header = parse_entry(entry).header
    if header.origin != trust.origin:
        raise VerificationError(
            f"the statement was signed for the ledger {header.origin!r}, not"
            f" for {trust.origin!r}"
        )
    proof = parse_proof(text)
    signed = open_trusted(proof.checkpoint, trust)
    require_quorum(signed, trust, now=to_ms(now))
    verify_inclusion(
        proof.hashes,
        index=proof.index,
        size=signed.checkpoint.size,
        leaf=leaf_hash(entry),
        root=signed.checkpoint.root,
    )
    return proof.index
