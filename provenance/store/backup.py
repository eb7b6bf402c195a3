"""Backup: a whole copy of a ledger's file, taken while others write it.

Copying the file with `cp` would mix what was there before a commit with what
is there after it, and miss what stands in the write-ahead log. SQLite's own
backup copies one moment: the pages of one read transaction, which the writer
does not wait for. The write-ahead log grows as long as it takes.

The moment is one at which all of the log is under a signed checkpoint, so not
between a writer's commit and its signature: an audit would not call that copy
sound. Where the writer stopped there, what it left is copied as it is.
"""

from pathlib import Path
from time import sleep

import apsw

from provenance.errors import ConflictError, StoreError
from provenance.store.durable import sync_directory
from provenance.store.private import make_private
from provenance.store.readonly import (
    connect_to_read,
    require_unwritten,
    stamp_of,
)
from provenance.store.sqlite_reader import SQLiteReader

_UNFINISHED = ".copying"
"""Ends the name of a copy until it is whole and durable."""

_PAGES = 4_096
"""How many pages are copied between two chances to interrupt."""

_BUSY_MILLISECONDS = 10_000

_LOOKS = 2_000
"""How often it is looked for a moment at which everything is signed."""

_PAUSE_SECONDS = 0.002

_IS_SIGNED = """
SELECT (SELECT coalesce(max(log_index) + 1, 0) FROM entries)
     = (SELECT coalesce(max(size), 0) FROM checkpoints)
"""


def copy_ledger(source: Path, target: Path, *, origin: str) -> None:
    """Copy the ledger in *source* to the new file *target*, durably.

    Raises:
        NotFoundError: There is no file *source*.
        MalformedError: It is no ledger, or not that of *origin*.
        ConflictError: There is a file *target*; it was not touched.
        StoreError: It cannot be read or written; no copy is left behind.
    """
    SQLiteReader.open(source, origin=origin).close()
    if target.exists():
        raise ConflictError(f"there is a file {target} already")
    copy_file(source, target)


def copy_file(source: Path, target: Path) -> None:
    """Copy the ledger in *source* to *target*, durably, in place of any there.

    Raises:
        StoreError: It cannot be read or written; no copy is left behind.
    """
    # Half a copy must not be taken for a backup. One that an earlier try left
    # is begun anew.
    unfinished = target.with_name(target.name + _UNFINISHED)
    try:
        unfinished.unlink(missing_ok=True)
        make_private(unfinished)
        stamp = stamp_of(source)
        _copy(source, unfinished)
        require_unwritten(source, stamp)
        unfinished.rename(target)
        sync_directory(target.parent)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, apsw.Error | OSError):
            raise StoreError(
                f"copying {source} to {target} failed: {error}"
            ) from error
        raise


def _copy(source: Path, target: Path) -> None:
    reader = connect_to_read(source.resolve())
    try:
        reader.set_busy_timeout(_BUSY_MILLISECONDS)
        writer = apsw.Connection(str(target))
        try:
            looks = 1
            while not _copy_moment(reader, writer, is_any=looks == _LOOKS):
                looks += 1
                sleep(_PAUSE_SECONDS)
            # A file of its own, which can be read from where nothing can be
            # written. Whoever opens it to write gives it its log again.
            writer.pragma("journal_mode", "delete")
        finally:
            writer.close()
    finally:
        reader.close()


def _copy_moment(
    reader: apsw.Connection, writer: apsw.Connection, *, is_any: bool
) -> bool:
    """Copy what is there now if all of it is signed, or if any moment will do.

    Returns:
        Whether it was copied.
    """
    # Without a transaction of ours each step would see another moment, and
    # every commit would make the copy start again.
    with reader:
        ((is_signed,),) = reader.execute(_IS_SIGNED)
        if not (is_signed or is_any):
            return False
        with writer.backup("main", reader, "main") as backup:
            while not backup.done:
                backup.step(_PAGES)
    return True
