"""Restoring: a backup becomes a ledger again, if its log may go on from there.

A log that goes on from an old copy has two histories, which whoever kept a
checkpoint of the lost part can prove. So nothing is put in place before it is
known how far the log's key has signed. Two things say so:

* the memory of the key (`signer.memory`), where it survived in the folder;
* checkpoints that others hold, each signed by the log's key: those of
  witnesses, mirrors and monitors, or those inside receipts and bundles.

The copy must extend every one of them, and the largest becomes the memory if
there is none. It is as safe as the search for them was thorough: a checkpoint
that somebody has, and that is not given here, is a fork that somebody can
prove.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from provenance.encoding.digest import Hash
from provenance.errors import (
    ConflictError,
    ForkError,
    ProvenanceError,
    StoreError,
)
from provenance.folder import (
    LOG_KEY,
    SIGNER_MEMORY,
    TRUST_FILE,
    read_trust,
    require_sound,
)
from provenance.ledger.audit import Progress
from provenance.ledger.logtree import head
from provenance.ledger.publish import require_extension
from provenance.proof.bundle import parse_bundle
from provenance.proof.opening import open_trusted
from provenance.proof.trust import Trust, format_trust
from provenance.store import (
    address_in,
    copy_store,
    files_of,
    hold_store,
    open_reader,
)
from provenance.store.durable import write_text
from provenance.store.keyfile import read_key
from provenance.store.links import whereabouts
from provenance.store.signer_memory import SignerMemory
from provenance.tlog.note import NoteSigner
from provenance.tlog.proof_file import PROOF_START, parse_proof


@dataclass(frozen=True, slots=True)
class SignedHistory:
    """How far a log's key is known to have signed.

    Attributes:
        size: How many entries.
        root: The root of their tree.
        known_from: What says so, for people: a file.
    """

    size: int
    root: Hash
    known_from: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A ledger that was restored.

    Attributes:
        size: How many entries it has.
        signed: The furthest that its key is known to have signed.
    """

    size: int
    signed: SignedHistory


def read_signed(data: bytes, *, trust: Trust, called: str) -> SignedHistory:
    """Return how far the log's key signed, by a checkpoint that someone kept.

    Args:
        data: A checkpoint, or a receipt or a bundle with one in it.
        trust: Which keys are the log's.
        called: The file's name, for messages.

    Raises:
        MalformedError: It is none of the three.
        InvalidSignatureError: The log's key did not sign it.
    """
    note = _note_in(data)
    checkpoint = open_trusted(note, trust).checkpoint
    return SignedHistory(checkpoint.size, checkpoint.root, called)


def restore_folder(
    backup: Path | str,
    folder: Path | str,
    *,
    published: Sequence[SignedHistory] = (),
    trust: Trust | None = None,
    progress: Progress | None = None,
) -> Restored:
    """Make a ledger in *folder* from *backup*, which is left as it is.

    The log's key is not restored: no backup has it. Nor is a memory that is
    in *folder* ever replaced by an earlier one.

    Args:
        backup: What `backup_folder` made.
        folder: Where the ledger will be. It is made if need be, and has no
            database; a memory, a key and a trust file may be there.
        published: What others hold that the log's key has signed.
        trust: A trust file from elsewhere that the copy is audited against,
            and that becomes the ledger's unless one is there; by default what
            `trust_for` finds.
        progress: Told about every batch of entries of that audit.

    Raises:
        NotFoundError: There is no backup.
        ConflictError: There is a database in *folder*, or another ledger's
            trust file.
        ForkError: The copy does not have all that was signed, or nothing
            says how far that was. Nothing was restored.
        VerificationError: The copy does not pass the audit.
        StoreError: It cannot be copied.
    """
    backup, folder = Path(backup), Path(folder)
    trust = trust_for(backup, folder) if trust is None else trust
    _require_vacant(folder, trust)
    signed = _all_signed(folder, trust, published)
    require_sound(backup, trust=trust, progress=progress)
    size = _require_extensions(backup, trust, signed)
    furthest = max(signed, key=lambda known: known.size)
    _put_in_place(backup, folder, trust, furthest)
    return Restored(size, furthest)


def trust_for(backup: Path | str, folder: Path | str) -> Trust:
    """Return the trust file that the ledger in *folder* will have.

    One that survived there says more than what came with the copy, which
    could vouch for entries that this ledger would then sign.

    Raises:
        NotFoundError: There is no backup.
        MalformedError: It is none.
    """
    trust = read_trust(Path(backup))
    if (Path(folder) / TRUST_FILE).exists():
        kept = read_trust(Path(folder))
        if kept.origin == trust.origin:
            return kept
    return trust


def why_unsigned(folder: Path | str) -> str | None:
    """Return why the ledger in *folder* has no key to sign with, if so."""
    folder = Path(folder)
    try:
        trust = read_trust(folder)
        key = NoteSigner(trust.origin, read_key(folder / LOG_KEY)).verifier
    except ProvenanceError as error:
        return str(error)
    if key in trust.policy.log_keys:
        return None
    return f"{folder / LOG_KEY} is not the key that {TRUST_FILE} names"


def _note_in(data: bytes) -> str:
    """Return the signed note that *data* is, or holds."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return parse_bundle(data).checkpoint
    if text.startswith(PROOF_START):
        return parse_proof(text).checkpoint
    return text


def _require_vacant(folder: Path, trust: Trust) -> None:
    """Check that no database is in *folder*, nor another ledger's trust."""
    # What is left of an old one's journal would be played into the new one.
    left = files_of(address_in(folder))
    if left:
        raise ConflictError(
            f"there is a {left[0]} already, which is not overwritten: if its"
            " ledger is beyond repair, stop the node and move"
            f" {', '.join(path.name for path in left)} elsewhere; leave"
            f" {SIGNER_MEMORY} where it is"
        )
    if (folder / TRUST_FILE).exists():
        origin = read_trust(folder).origin
        if origin != trust.origin:
            raise ConflictError(
                f"{folder} is that of the ledger {origin}, not of"
                f" {trust.origin}"
            )


def _all_signed(
    folder: Path, trust: Trust, published: Sequence[SignedHistory]
) -> list[SignedHistory]:
    """Return all that is known about how far the log's key has signed."""
    signed = list(published)
    memory = folder / SIGNER_MEMORY
    # One that a link leads to may be on a disk that is not there now.
    if memory.exists() or memory.is_symlink():
        size, root = SignerMemory.open(memory, origin=trust.origin).last
        signed.append(SignedHistory(size, root, str(memory)))
    if not signed:
        raise ForkError(
            "nothing says how far the log's key has signed: there is no"
            f" {memory}. Copy it there as it was last, or give the newest"
            " checkpoint, receipt or bundle that witnesses, mirrors, monitors"
            " and customers hold. Nothing was restored"
        )
    return signed


def _require_extensions(
    backup: Path, trust: Trust, signed: Sequence[SignedHistory]
) -> int:
    """Check that the copy extends all that was *signed*; return its size."""
    with (
        closing(open_reader(address_in(backup), origin=trust.origin)) as copy,
        copy.snapshot() as reader,
    ):
        size, root = head(reader)
        for known in signed:
            if known.size > size:
                raise ForkError(
                    f"{backup} has {size} entries, but the log's key has"
                    f" signed {known.size}, says {known.known_from}: the copy"
                    " is older, and a log that went on from it would be a"
                    " fork. Nothing was restored"
                )
            try:
                require_extension(
                    reader, (known.size, known.root), size=size, root=root
                )
            except ForkError as error:
                error.add_note(known.known_from)
                raise
        return size


def _put_in_place(
    backup: Path, folder: Path, trust: Trust, signed: SignedHistory
) -> None:
    """Write the ledger's files; a crash leaves what can be begun again.

    1. The memory: from here on no older copy passes in this folder.
    2. The database, which is not there before it is whole.
    3. The trust file, which makes the folder a ledger.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make {whereabouts(folder)}: {error.strerror}"
        ) from error
    address = address_in(folder)
    with hold_store(address):
        _require_vacant(folder, trust)
        _remember(folder / SIGNER_MEMORY, trust.origin, signed)
        copy_store(address_in(backup), address, origin=trust.origin)
        if not (folder / TRUST_FILE).exists():
            write_text(folder / TRUST_FILE, format_trust(trust))


def _remember(path: Path, origin: str, signed: SignedHistory) -> None:
    last = signed.size, signed.root
    if path.exists():
        SignerMemory.open(path, origin=origin).advance(*last)
    else:
        SignerMemory.create(path, origin=origin, signed=last)
