"""Two checkpoints of one log: does the newer one have all of the older?

A log that only grows can prove it, from its tiles, to anyone who kept an
older checkpoint (RFC 9162, section 2.1.2). A log that signed two roots for
one size, or a newer tree without the older one's entries, has forked, and the
two notes prove it by themselves.
"""

from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import Hash
from provenance.errors import EquivocationError
from provenance.tlog.checkpoint import SignedCheckpoint
from provenance.tlog.merkle import (
    ReadNodes,
    prove_consistency,
    root_hash,
    verify_consistency,
)
from provenance.tlog.note import format_note


def require_growth(
    old: SignedCheckpoint, new: SignedCheckpoint, read: ReadNodes
) -> tuple[Hash, ...]:
    """Return the proof that *new*'s log has all of *old*'s entries.

    It is empty where none is needed: for two checkpoints of one size, and
    for an older one of no entries, of which every log has all.

    Args:
        old: The older checkpoint.
        new: One of the same log, of no fewer entries.
        read: Reads the nodes of *new*'s tree; asked only if a proof is
            needed.

    Raises:
        EquivocationError: Both are of one size and differ; or the nodes lead
            to *new*'s root, and to another one than *old*'s.
        InvalidProofError: The nodes do not lead to *new*'s root: they, or
            one of the checkpoints, are not the log's.
        ValueError: *new* is smaller than *old*.
    """
    size, old_size = new.checkpoint.size, old.checkpoint.size
    if size < old_size:
        raise ValueError("the new checkpoint is smaller than the old one")
    if size == old_size:
        if new.checkpoint.root != old.checkpoint.root:
            raise EquivocationError(
                f"the log signed two roots for its size {size}",
                first=format_note(old.note),
                second=format_note(new.note),
            )
        return ()
    if not old_size:
        return ()
    proof = prove_consistency(old_size, size, read)
    # What the nodes lead to comes first: if they are the log's own, and the
    # older root is another one, then the log itself has signed both.
    root = root_hash(old_size, read)
    verify_consistency(
        proof,
        old_size=old_size,
        new_size=size,
        old_root=root,
        new_root=new.checkpoint.root,
    )
    if root != old.checkpoint.root:
        raise EquivocationError(
            f"the log signed another root for its size {old_size} than its"
            f" tree of {size} entries had there, {encode_base64(root)}",
            first=format_note(old.note),
            second=format_note(new.note),
            proof=proof,
        )
    return proof
