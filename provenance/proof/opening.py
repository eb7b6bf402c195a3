"""Opening a checkpoint with nothing but a trust file's keys."""

from collections.abc import Iterable

from provenance.errors import InvalidSignatureError, VerificationError
from provenance.proof.trust import Trust
from provenance.tlog.checkpoint import SignedCheckpoint, open_checkpoint
from provenance.tlog.cosignature import Cosignature

CLOCK_TOLERANCE = 5 * 60 * 1000
"""How far ahead of the verifier's clock, in ms, a time may be."""


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


def newest(cosignatures: Iterable[Cosignature], *, now: int) -> int:
    """Return the newest time of *cosignatures* in ms since 1970, 0 if none.

    Raises:
        VerificationError: One is later than *now*.
    """
    times = [cosignature.time * 1000 for cosignature in cosignatures]
    latest = max(times, default=0)
    require_past(latest, now=now)
    return latest


def require_past(time: int, *, now: int) -> None:
    """Check that *time* is not later than *now*, both in ms since 1970.

    Raises:
        VerificationError: It is, by more than clocks may differ.
    """
    if time > now + CLOCK_TOLERANCE:
        raise VerificationError(
            f"the checkpoint's time {time} is {(time - now) // 1000} s ahead"
            " of this machine's clock"
        )
