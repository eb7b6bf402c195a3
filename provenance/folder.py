"""A ledger in a folder: the embedded default, without a server.

    trust.toml      who is trusted: published by the operator, kept by readers
    the store       the log, the trails, the map (`provenance.store`)
    log.key         the key that signs checkpoints, readable by its owner alone
    signer.memory   what that key has signed; never restore it from a backup
    the index       where queries look things up; made again when it is gone

Back it up with `backup_folder`, and keep `log.key` somewhere safe. The
signer's memory stays where it is: it is what keeps an old copy of the database
from becoming a second history.
"""

import os
from collections.abc import Callable, Collection
from contextlib import ExitStack, closing
from pathlib import Path

from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    RejectedError,
    StoreError,
    VerificationError,
)
from provenance.keys import Signer
from provenance.ledger.audit import Audit, Finding, Progress, audit
from provenance.ledger.compare import Compared, compare_ledgers
from provenance.ledger.export import export_tiles
from provenance.ledger.ledger import Ledger, clock_now
from provenance.ledger.publish import LogSigner
from provenance.ledger.query import Queries
from provenance.ledger.read import LedgerReader
from provenance.proof.trust import (
    MAX_TRUST_SIZE,
    Trust,
    format_trust,
    parse_trust,
)
from provenance.rules.books import Books
from provenance.store import (
    address_in,
    check_index,
    copy_store,
    create_store,
    files_of,
    index_file,
    open_index,
    open_store,
    upgrade_store,
)
from provenance.store import open_reader as open_store_reader
from provenance.store.candidates import IndexDamagedError
from provenance.store.durable import write_text
from provenance.store.keyfile import read_key, write_key
from provenance.store.links import whereabouts
from provenance.store.protocol import StoreReader
from provenance.store.signer_memory import SignerMemory
from provenance.tlog.note import NoteSigner

TRUST_FILE = "trust.toml"
LOG_KEY = "log.key"
SIGNER_MEMORY = "signer.memory"

CACHE_BYTES = 3 * 2**28
"""How much of what is stored a writer keeps in memory by default, about."""


def create_ledger(
    folder: Path | str,
    *,
    trust: Trust,
    log_signer: Signer,
    clock: Callable[[], int] = clock_now,
    books: Collection[bytes] = (),
) -> Ledger:
    """Return a new ledger in *folder*, which is made if need be.

    Args:
        folder: Where the ledger's four files will be.
        trust: Its founding document: the origin, the log's key, the
            authorities and roles.
        log_signer: The key that signs its checkpoints.
        clock: Where the log's time comes from.
        books: Rule books of its own that *trust* names; they are logged
            first.

    Raises:
        ConflictError: There is a ledger in that folder.
        UnknownBookError: *trust* names a book that is not at hand.
        RejectedError: *trust* does not name *log_signer*'s key.
    """
    folder = Path(folder)
    if (folder / TRUST_FILE).exists():
        raise ConflictError(f"there is a ledger in {folder}")
    address = address_in(folder)
    left = [path.name for path in files_of(address)] + [
        name for name in (LOG_KEY, SIGNER_MEMORY) if (folder / name).exists()
    ]
    if left:
        raise ConflictError(
            f"{folder} has no {TRUST_FILE}, but a {left[0]}: the making of a"
            " ledger was cut off there. If that is so, remove the files and"
            " try again; nothing was logged yet"
        )
    key = NoteSigner(trust.origin, log_signer).verifier
    if key not in trust.policy.log_keys:
        raise RejectedError(
            f"the trust file does not list the log's key {key.vkey}"
        )
    Books.resolve(trust.books, books)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_key(folder / LOG_KEY, log_signer)
    memory = SignerMemory.create(folder / SIGNER_MEMORY, origin=trust.origin)
    store = create_store(address, origin=trust.origin)
    signer = LogSigner(trust.origin, log_signer, memory)
    ledger = Ledger(store, trust=trust, signer=signer, clock=clock, books=books)
    # Last, since this file makes the folder a ledger.
    write_text(folder / TRUST_FILE, format_trust(trust))
    return ledger


def open_ledger(
    folder: Path | str,
    *,
    clock: Callable[[], int] = clock_now,
    cache_bytes: int = CACHE_BYTES,
) -> Ledger:
    """Return the ledger in *folder*, open for writing.

    Args:
        folder: Where it is.
        clock: Where the log's time comes from.
        cache_bytes: How much of what is stored to keep in memory, about: of
            the database and of the map.

    Raises:
        NotFoundError: There is no ledger in that folder.
        ConflictError: Another process has it open for writing.
        ForkError: The database is an older copy than what was signed.
        StoreError: The database contradicts itself.
    """
    folder = Path(folder)
    trust = read_trust(folder)
    for_file = cache_bytes // 3
    store = open_store(
        address_in(folder), origin=trust.origin, cache_bytes=for_file
    )
    try:
        memory = SignerMemory.open(folder / SIGNER_MEMORY, origin=trust.origin)
        return Ledger(
            store,
            trust=trust,
            signer=LogSigner(trust.origin, read_key(folder / LOG_KEY), memory),
            clock=clock,
            cache_bytes=cache_bytes - for_file,
        )
    except BaseException:
        store.close()
        raise


def open_reader(folder: Path | str) -> LedgerReader:
    """Return the ledger in *folder*, to be read from beside any writer.

    Raises:
        NotFoundError: There is no ledger in that folder.
    """
    folder = Path(folder)
    trust = read_trust(folder)
    return LedgerReader(_open_store(folder, trust), trust=trust)


def open_queries(
    folder: Path | str, *, index: Path | str | None = None
) -> Queries:
    """Return what answers queries over the ledger in *folder*.

    Args:
        folder: The ledger's folder.
        index: The file that the index of queries is kept in; by default one
            in *folder*. It is made if it is not there, and made again if it
            is damaged or belongs to something else.

    Raises:
        NotFoundError: There is no ledger in that folder.
        StoreError: The index cannot be made or read.
    """
    folder = Path(folder)
    path = None if index is None else Path(index)
    ledger = open_reader(folder)
    try:
        return Queries(ledger, open_index(folder, path, origin=ledger.origin))
    except BaseException:
        ledger.close()
        raise


def is_ledger(folder: Path | str) -> bool:
    """Return whether *folder* is a ledger's, or a copy of one."""
    folder = Path(folder)
    return (folder / TRUST_FILE).is_file() and bool(
        files_of(address_in(folder))
    )


def read_trust(folder: Path) -> Trust:
    """Return the trust file of the ledger in *folder*.

    Raises:
        NotFoundError: There is none.
        MalformedError: It is not one.
    """
    path = folder / TRUST_FILE
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TRUST_SIZE + 1)
    except FileNotFoundError as error:
        raise NotFoundError(
            f"there is no ledger in {folder}: there is no file"
            f" {whereabouts(path)}. Make one with provenance"
            " init"
        ) from error
    except OSError as error:
        raise NotFoundError(
            f"there is no ledger in {folder} that can be read: {error.strerror}"
        ) from error
    if len(data) > MAX_TRUST_SIZE:
        raise MalformedError(
            f"{path} has more than {MAX_TRUST_SIZE} bytes: it is no trust file"
        )
    try:
        return parse_trust(data.decode())
    except UnicodeDecodeError as error:
        raise MalformedError(f"{path} is not UTF-8: {error}") from error


def audit_folder(
    folder: Path | str,
    *,
    trust: Trust | None = None,
    progress: Progress | None = None,
    processes: int | None = None,
    index: Path | str | None = None,
) -> Audit:
    """Return what an audit of the ledger in *folder* found; see `audit`.

    Args:
        folder: The ledger's folder.
        trust: The auditor's own trust file; by default the ledger's, which
            then vouches for itself.
        progress: Told about every batch of entries.
        processes: How many worker processes check signatures.
        index: The file with the index of queries; by default the one in
            *folder*, if there is one.

    Raises:
        NotFoundError: There is no ledger in that folder.
        StoreError: The index of queries cannot be read.
    """
    folder = Path(folder)
    trust = read_trust(folder) if trust is None else trust
    memory = folder / SIGNER_MEMORY
    path = index_file(folder) if index is None else Path(index)
    # What its owner keeps to itself nobody else can compare.
    unread = [each for each in (memory, path) if _is_kept_from_us(each)]
    remembered = (
        SignerMemory.read(memory, origin=trust.origin)
        if memory not in unread and (memory.exists() or memory.is_symlink())
        else None
    )
    damage: IndexDamagedError | None = None
    with ExitStack() as stack:
        check = None
        # Opened before the ledger, which must not be the older of the two.
        try:
            if path not in unread:
                check = stack.enter_context(
                    check_index(path, origin=trust.origin)
                )
        except IndexDamagedError as error:
            damage = error
        store = stack.enter_context(closing(_open_store(folder, trust)))
        reader = stack.enter_context(store.snapshot())
        found = audit(
            reader,
            trust=trust,
            remembered=remembered,
            progress=progress,
            processes=processes,
            index=check,
        )
    found.unread += map(str, unread)
    if damage is not None:
        found.findings.append(Finding("index of queries", str(damage)))
    return found


def _is_kept_from_us(path: Path) -> bool:
    return path.is_file() and not os.access(path, os.R_OK)


def require_sound(
    folder: Path | str,
    *,
    trust: Trust | None = None,
    progress: Progress | None = None,
) -> None:
    """Check that the ledger in *folder* passes an audit; see `audit_folder`.

    Raises:
        VerificationError: It does not.
    """
    found = audit_folder(folder, trust=trust, progress=progress)
    if not found.is_sound:
        first = found.findings[0]
        raise VerificationError(
            f"{folder} does not pass the audit, with {len(found.findings)}"
            f" findings. The first: {first.where}: {first.what}"
        )


def compare_folders(
    folder: Path | str,
    other: Path | str,
    *,
    trust: Trust | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Return what differs between two copies of a ledger; `compare_ledgers`.

    Args:
        folder: The ledger's folder.
        other: The folder of the second copy, such as a backup.
        trust: Whose keys say which of the two is genuine; by default those
            of *folder*'s trust file.
        progress: Told about every thousand entries.

    Raises:
        NotFoundError: There is no ledger in one of them.
        StoreError: One cannot be read.
    """
    folder, other = Path(folder), Path(other)
    trust = read_trust(folder) if trust is None else trust
    with (
        closing(_open_store(folder, trust)) as here,
        closing(_open_store(other, trust)) as there,
        here.snapshot() as first,
        there.snapshot() as second,
    ):
        return compare_ledgers(
            first, second, trust=trust, name=str(other), progress=progress
        )


def _open_store(folder: Path, trust: Trust) -> StoreReader:
    return open_store_reader(address_in(folder), origin=trust.origin)


def upgrade_folder(folder: Path | str) -> Path | None:
    """Move the ledger in *folder* to the schema of this release.

    Returns:
        The copy of what was before; None if nothing was to be done.

    Raises:
        NotFoundError: There is no ledger in that folder.
        ConflictError: It is open for writing.
        MalformedError: Its schema is newer than this release, or too old.
        StoreError: It cannot be read or written; it is as it was.
    """
    folder = Path(folder)
    trust = read_trust(folder)
    return upgrade_store(address_in(folder), origin=trust.origin)


def export_folder(folder: Path | str, target: Path | str) -> int:
    """Write the log of the ledger in *folder* as C2SP tiles below *target*.

    Returns:
        The size of the log that was written.
    """
    with open_reader(folder) as ledger, ledger.moment() as moment:
        return export_tiles(moment, Path(target))


def backup_folder(folder: Path | str, target: Path | str) -> int:
    """Copy the ledger in *folder* to the new folder *target*, durably.

    Others may write it meanwhile: the copy is that of one moment. Neither the
    key is copied, which belongs elsewhere, nor the signer's memory, of which
    an old one is worse than none.

    Returns:
        The size of the log that was copied.

    Raises:
        NotFoundError: There is no ledger in *folder*.
        ConflictError: There is something at *target*.
        StoreError: It cannot be read or written.
    """
    folder, target = Path(folder), Path(target)
    trust = read_trust(folder)
    try:
        target.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise ConflictError(
            f"there is something at {target}: a backup is never overwritten"
        ) from error
    except OSError as error:
        raise StoreError(f"cannot make {target}: {error}") from error
    try:
        copy_store(address_in(folder), address_in(target), origin=trust.origin)
    except BaseException:
        # The same command is to go through once there is room.
        target.rmdir()
        raise
    # Last, since this file makes the folder a ledger.
    write_text(target / TRUST_FILE, format_trust(trust))
    with open_reader(target) as copy:
        return copy.size
