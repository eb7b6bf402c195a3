"""Publishing: the checkpoint, signed only after everything was looked at again.

    1. the batch is in the store, durably;
    2. its entries are read back, hashed anew, and must give the root that the
       tile hashes give: what is signed is what is stored;
    3. the root must extend what the signer remembers, outside the database:
       a store restored from an old copy stops here;
    4. the signer's memory takes the new size and root, durably;
    5. the checkpoint is signed, and stored.

A crash between any two of these loses nothing: opening the ledger goes on
with step 2 for whatever is stored and not yet signed.
"""

from dataclasses import dataclass
from typing import Protocol

from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash
from provenance.errors import (
    DamagedError,
    ForkError,
    InvalidProofError,
    MalformedError,
)
from provenance.keys import KeyHolder, MLDSASigner
from provenance.ledger.logtree import GrowingTree, TileNodes
from provenance.store.protocol import Reader, Store
from provenance.tlog import merkle
from provenance.tlog.checkpoint import Checkpoint, sign_checkpoint
from provenance.tlog.cosignature import MLDSACosignatureSigner
from provenance.tlog.note import NoteSigner, format_note, parse_note


class SigningMemory(Protocol):
    """What the log's signer last signed, kept outside the ledger's database."""

    @property
    def last(self) -> tuple[int, Hash]:
        """The size and root of the last checkpoint signed."""

    def advance(self, size: int, root: Hash) -> None:
        """Remember, durably, what is about to be signed.

        Raises:
            ForkError: It is smaller, or of the same size with another root.
        """


@dataclass(frozen=True, slots=True)
class LogSigner:
    """The keys that sign a log's checkpoints, and their memory.

    Attributes:
        origin: The log's name, which is its key's name.
        signer: The Ed25519 key.
        memory: What was signed so far.
        post_quantum: An ML-DSA-44 key that signs as well, when configured.
    """

    origin: str
    signer: KeyHolder
    memory: SigningMemory
    post_quantum: MLDSASigner | None = None

    def sign(self, size: int, root: Hash, *, now: int) -> str:
        """Return the signed note of that checkpoint, remembered first.

        Raises:
            ForkError: It contradicts what was signed before.
        """
        self.memory.advance(size, root)
        signed = sign_checkpoint(
            Checkpoint(self.origin, size, root),
            NoteSigner(self.origin, self.signer),
        )
        if self.post_quantum is not None:
            second = MLDSACosignatureSigner(self.origin, self.post_quantum)
            signed = signed.with_cosignatures(
                second.sign(signed.checkpoint, time=now // 1000)
            )
        return format_note(signed.note)


def publish(
    store: Store, tree: GrowingTree, edge: GrowingTree, signer: LogSigner,
    *, now: int,
) -> None:  # fmt: skip
    """Sign and store the checkpoint of all that is in *store*.

    Args:
        store: Where the batch was committed.
        tree: The tree as the writer has it.
        edge: A second tree, made from nothing but entries read back; it is
            grown here from where it stands.
        signer: The log's keys and memory.
        now: The time, in ms since 1970.

    Raises:
        StoreError: What was read back is not what was written.
        ForkError: The checkpoint would contradict an earlier one; nothing
            was signed.
    """
    root = reread(store, edge, size=tree.size)
    if root != tree.root():
        raise DamagedError(
            f"the {tree.size} entries read back do not give the root of the"
            " tree that was written: nothing was signed; run an audit"
        )
    require_extension(store, signer.memory.last, size=tree.size, root=root)
    note = signer.sign(tree.size, root, now=now)
    stored = store.checkpoint_at(tree.size)
    store.publish(tree.size, note if stored is None else _merge(note, stored))


def _merge(note: str, stored: str) -> str:
    """Return *note* with the cosignatures that *stored*, of its size, has.

    A ledger that is opened again signs its last checkpoint again, and must
    not take from it what witnesses have added since.
    """
    signed = parse_note(note)
    try:
        kept = parse_note(stored)
    except MalformedError:
        return note  # What cannot be read any more holds nothing to keep.
    if kept.text != signed.text:
        return note
    own = {(line.name, line.key_id) for line in signed.signatures}
    return format_note(
        signed.with_signatures(
            *(
                line
                for line in kept.signatures
                if (line.name, line.key_id) not in own
            )
        )
    )


def reread(reader: Reader, edge: GrowingTree, *, size: int) -> Hash:
    """Grow *edge* to *size* from the stored entries; return its root."""
    edge.append([
        leaf_hash(entry) for entry in reader.entries(edge.size, size)
    ])  # fmt: skip
    return edge.root()


def require_extension(
    reader: Reader, signed: tuple[int, Hash], *, size: int, root: Hash
) -> None:
    """Check that the stored log extends what its key has signed.

    Args:
        reader: Where the log's tiles are.
        signed: The (size, root) of what was signed.
        size: How many entries are stored.
        root: The root of their tree.

    Raises:
        ForkError: It is shorter, or another one.
    """
    old_size, old_root = signed
    if size < old_size:
        raise ForkError(
            f"the ledger has {size} entries, but its key has signed"
            f" {old_size}: the database is an older copy. Restore the newest"
            " one; signing on from here would fork the log"
        )
    if old_size == 0:
        return
    nodes = TileNodes(reader, size=size)
    try:
        merkle.verify_consistency(
            merkle.prove_consistency(old_size, size, nodes),
            old_size=old_size,
            new_size=size,
            old_root=old_root,
            new_root=root,
        )
    except InvalidProofError as error:
        raise ForkError(
            f"the ledger's first {old_size} entries are not those that its"
            " key has signed: nothing was signed. Restore the right database"
        ) from error
