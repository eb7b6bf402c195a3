"""Opening a checkpoint with nothing but a trust file's keys, and a clock."""

from provenance.encoding.instant import written
from provenance.errors import InvalidSignatureError, VerificationError
from provenance.proof.trust import Trust
from provenance.rules.times import AHEAD
from provenance.tlog.checkpoint import SignedCheckpoint, open_checkpoint
from provenance.tlog.policy import QuorumMet


def open_trusted(note: str, trust: Trust) -> SignedCheckpoint:
    """Return the checkpoint in *note*, which all keys of the log signed.

    Raises:
        MalformedError: It is not a checkpoint.
        InvalidSignatureError: A log key of *trust* did not sign it, or a
            signature by one does not verify.
        InvalidProofError: It says that an empty log has entries.
    """
    keys = trust.policy.log_keys
    signed = open_checkpoint(note, keys)
    lines = {(line.name, line.key_id) for line in signed.note.signatures}
    for key in keys:
        # One key of two would do for the note's rules, not for ours: the
        # second is there against the day on which the first one falls.
        if (key.name, key.key_id) not in lines:
            raise InvalidSignatureError(
                f"key {key.key_id.hex()} of the log {key.name} did not sign"
                " the checkpoint"
            )
    return signed


def require_quorum(
    signed: SignedCheckpoint, trust: Trust, *, now: int
) -> QuorumMet:
    """Return by whom *signed* meets the quorum of *trust* at the time *now*.

    Raises:
        QuorumNotMetError: Too few witnesses cosigned it.
        InvalidSignatureError: A cosignature by a witness of *trust* does not
            verify.
        VerificationError: It is met only with cosignatures that are later
            than *now*.
    """
    met = trust.policy.examine(signed, until=now + AHEAD)
    if met.time is None and met.claimed is not None:
        require_past(met.claimed, now=now)
    return met


def require_past(time: int, *, now: int) -> None:
    """Check that *time* is not later than *now*, both in ms since 1970.

    Raises:
        VerificationError: It is, by more than clocks may differ.
    """
    if time > now + AHEAD:
        raise VerificationError(clocks_differ(time, now=now))


def clocks_differ(time: int, *, now: int) -> str:
    """Return the sentence that names both clocks, in ms since 1970."""
    return (
        f"the checkpoint's time is {written(time)}, which is"
        f" {(time - now) // 1000} s ahead of this machine's clock,"
        f" {written(now)}: one of the two is wrong"
    )
