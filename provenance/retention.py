"""Dated backups: each audited when it is taken, and old ones let go.

    /var/backups/provenance
    ├── 2026-03-01T02-17-09Z             passed its audit
    ├── 2026-03-02T02-04-51Z.unsound     did not: to be looked at
    └── 2026-03-03T02-30-12Z.unaudited   is being made, or was cut off

Only a copy that passed has a plain date for a name, and only such folders are
ever deleted: those that hold a copy of this ledger and nothing else, whose
whole log is in the copy that was just taken. So the last good copy stays, and
a ledger that lost entries does not push out the copies that have them.
"""

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provenance.errors import MalformedError, ProvenanceError, StoreError
from provenance.folder import (
    TRUST_FILE,
    backup_folder,
    read_trust,
    require_sound,
)
from provenance.ledger.audit import Progress
from provenance.ledger.logtree import head
from provenance.ledger.publish import require_extension
from provenance.proof.trust import Trust
from provenance.store import address_in, files_of, open_reader, remove_store
from provenance.store.durable import sync_directory

_FORM = "%Y-%m-%dT%H-%M-%SZ"
_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z")

_KEEP = re.compile(r"(all)|([1-9][0-9]{0,4})(d?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keep:
    """Which dated copies to keep; by default all.

    Attributes:
        copies: How many, the newest, at least 1.
        days: Those not older than that, at least 1.
    """

    copies: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        for number in (self.copies, self.days):
            if number is not None and number < 1:
                raise ValueError(f"at least 1 is kept, not {number}")


def parse_keep(text: str) -> Keep:
    """Return what *text* says: `14` copies, those of `30d`, or `all`.

    Raises:
        MalformedError: It says none of these.
    """
    found = _KEEP.fullmatch(text)
    if found is None:
        raise MalformedError(
            f"{text!r} is neither a number of copies, such as 14, nor of"
            " days, such as 30d, nor all"
        )
    if found[1]:
        return Keep()
    number = int(found[2])
    return Keep(days=number) if found[3] else Keep(copies=number)


@dataclass(frozen=True, slots=True)
class DatedBackup:
    """A dated copy that was taken.

    Attributes:
        folder: Where it is.
        size: How many entries its log has.
        deleted: The older copies that were deleted.
        spared: Older copies whose turn it was, and why they are still there.
    """

    folder: Path
    size: int
    deleted: tuple[Path, ...]
    spared: tuple[tuple[Path, str], ...]


def backup_dated(  # noqa: PLR0913  # two places, and how to look at them
    folder: Path | str,
    backups: Path | str,
    *,
    now: int,
    keep: Keep,
    trust: Trust | None = None,
    progress: Progress | None = None,
) -> DatedBackup:
    """Copy the ledger in *folder* to a dated folder in *backups*; audit it.

    Args:
        folder: The ledger's folder; others may write it meanwhile.
        backups: Where its dated copies are, made if need be.
        now: The time, in ms since 1970.
        keep: Which copies to keep. Others are deleted once the new one has
            passed its audit.
        trust: A trust file from elsewhere to audit against; by default the
            ledger's own.
        progress: Told about every batch of entries of the audit.

    Raises:
        NotFoundError: There is no ledger in *folder*.
        ConflictError: There is a copy of this second.
        VerificationError: The copy does not pass the audit, and has a name
            now that says so. No older copy was deleted.
        StoreError: It cannot be read or written.
    """
    backups = Path(backups)
    name = datetime.fromtimestamp(now // 1000, UTC).strftime(_FORM)
    unaudited = backups / f"{name}.unaudited"
    size = backup_folder(folder, unaudited)
    try:
        require_sound(unaudited, trust=trust, progress=progress)
    except ProvenanceError as error:
        unsound = _rename(unaudited, backups / f"{name}.unsound")
        error.add_note(f"it is {unsound} now; no older copy was deleted")
        raise
    copy = _rename(unaudited, backups / name)
    deleted: list[Path] = []
    spared: list[tuple[Path, str]] = []
    for old in _surplus(copy, now, keep):
        try:
            _require_replaced(old, copy)
            _delete(old)
        except (ProvenanceError, OSError) as error:
            spared.append((old, str(error)))
        else:
            deleted.append(old)
    return DatedBackup(copy, size, tuple(deleted), tuple(spared))


def _rename(old: Path, new: Path) -> Path:
    try:
        old.rename(new)
        sync_directory(new.parent)
    except OSError as error:
        raise StoreError(f"cannot rename {old} to {new}: {error}") from error
    return new


def _surplus(copy: Path, now: int, keep: Keep) -> list[Path]:
    """Return the dated copies beside *copy* that are not to be kept."""
    older = sorted(
        (
            path
            for path in copy.parent.iterdir()
            if _NAME.fullmatch(path.name)
            and path != copy
            and path.is_dir()
            and not path.is_symlink()
        ),
        reverse=True,
    )
    surplus = [] if keep.copies is None else older[keep.copies - 1 :]
    if keep.days is not None:
        first = datetime.fromtimestamp(now // 1000, UTC) - timedelta(keep.days)
        named = first.strftime(_FORM)
        surplus += [path for path in older if path.name < named]
    return sorted(set(surplus))


def _require_replaced(old: Path, copy: Path) -> None:
    """Check that *old* is a copy of this ledger, all of it in *copy*.

    Raises:
        ProvenanceError: It is not, or cannot be read.
    """
    known = {old / TRUST_FILE, *files_of(address_in(old))}
    others = {path.name for path in set(old.iterdir()) - known}
    if others:
        raise StoreError(f"it holds other files, such as {min(others)}")
    origin = read_trust(copy).origin
    with (
        closing(open_reader(address_in(old), origin=origin)) as was,
        closing(open_reader(address_in(copy), origin=origin)) as now,
        was.snapshot() as before,
        now.snapshot() as after,
    ):
        size, root = head(after)
        require_extension(after, head(before), size=size, root=root)


def _delete(old: Path) -> None:
    # First the file that makes it a ledger: half of one is nobody's backup.
    (old / TRUST_FILE).unlink(missing_ok=True)
    remove_store(address_in(old))
    old.rmdir()
