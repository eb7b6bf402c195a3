"""The tables of a ledger's SQLite file, and how one is made and known."""

from pathlib import Path

import apsw

from provenance import __version__
from provenance.errors import MalformedError, StoreError
from provenance.store.durable import sync_directory
from provenance.store.inherited import connect
from provenance.store.private import make_private

APPLICATION_ID = 0x50524F56
"""Marks the file as a ledger, for `file` and for whoever opens it: "PROV"."""

SCHEMA_VERSION = 6

_BUILD = "a build before 0.1.0"
RELEASES = {4: _BUILD, 5: _BUILD, 6: "release 0.1.0"}
"""Schema version → what made the first file of it."""

PAGE_SIZE = 4096
"""Heads lie scattered, and a change to one rewrites its page: small is fast."""

SCHEMA = """
CREATE TABLE ledger (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    origin     TEXT NOT NULL,
    item_count INTEGER NOT NULL,
    release    TEXT NOT NULL
) STRICT;
CREATE TABLE entries (
    log_index   INTEGER PRIMARY KEY,
    first_event INTEGER NOT NULL,
    event_count INTEGER NOT NULL,
    entry       BLOB NOT NULL
) STRICT;
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    id     BLOB NOT NULL,
    rest   INTEGER NOT NULL,
    data   BLOB NOT NULL
) STRICT;
CREATE TABLE event_parts (
    log_index INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    data      BLOB NOT NULL,
    PRIMARY KEY (log_index, position, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE links (
    number    INTEGER PRIMARY KEY,
    log_index INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    time      INTEGER NOT NULL,
    kinds     INTEGER NOT NULL,
    leaves    ANY NOT NULL,
    previous  INTEGER NOT NULL
) STRICT;
CREATE TABLE heads (
    key      BLOB PRIMARY KEY,
    leaf     BLOB NOT NULL,
    count    INTEGER NOT NULL,
    link     BLOB NOT NULL,
    last     INTEGER NOT NULL,
    edge     BLOB NOT NULL,
    warnings INTEGER NOT NULL,
    warned   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE warnings (
    key    BLOB NOT NULL,
    number INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    link   INTEGER NOT NULL,
    PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE statements (
    issued_at INTEGER NOT NULL,
    id        BLOB NOT NULL,
    log_index INTEGER NOT NULL,
    PRIMARY KEY (issued_at, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry (
    log_index INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (log_index, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE names (
    key       BLOB NOT NULL,
    log_index INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    said      BLOB NOT NULL,
    declared  BLOB NOT NULL,
    PRIMARY KEY (key, log_index, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE times (
    time      INTEGER NOT NULL,
    mark      INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (time, mark, log_index, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE books (
    id        BLOB PRIMARY KEY,
    log_index INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE map_rows (
    number INTEGER PRIMARY KEY,
    hashes BLOB NOT NULL
) STRICT;
CREATE TABLE tiles (
    tree   BLOB NOT NULL,
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (tree, level, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;
"""

_SOUND_SINCE = (3, 51, 3)
_MENDED: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}
"""Release → the first patch of it without the WAL-reset fault."""


def check_sqlite_version(version: str) -> None:
    """Check that *version* of SQLite does not lose what was committed.

    From 3.7.0 to 3.51.2 a write and a checkpoint by two connections can race
    and corrupt the file, but for some mended releases.

    Raises:
        StoreError: It is one of those.
    """
    parts = tuple(int(part) for part in version.split(".")[:3])
    patch = (*parts, 0, 0, 0)[2]
    if parts >= _SOUND_SINCE or patch >= _MENDED.get(parts[:2], patch + 1):
        return
    raise StoreError(
        f"SQLite {version} can corrupt a ledger (the WAL-reset fault): use"
        " 3.51.3 or later, which `pip install --upgrade apsw` brings"
    )


def make_file(path: Path, origin: str) -> None:
    """Make the file of an empty ledger, durably.

    Raises:
        ConflictError: There is such a file already.
        StoreError: It cannot be made.
    """
    # SQLite gives its other files the same mode.
    make_private(path)
    try:
        _write_schema(path, origin)
        sync_directory(path.parent)
    except (OSError, apsw.Error) as error:
        # What is left of it would be in the way of another try.
        path.unlink(missing_ok=True)
        raise StoreError(f"cannot make {path}: {error}") from error


def _write_schema(path: Path, origin: str) -> None:
    connection = connect(path)
    try:
        connection.pragma("page_size", PAGE_SIZE)
        # One transaction: after a crash the file is empty or complete.
        with connection:
            connection.execute(SCHEMA)
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", SCHEMA_VERSION)
            connection.execute(
                "INSERT INTO ledger VALUES (1, ?, 0, ?)", (origin, __version__)
            )
    finally:
        connection.close()


def check_file(connection: apsw.Connection, path: Path, origin: str) -> None:
    """Check that *path* is the file of the ledger *origin*.

    Raises:
        MalformedError: It is not, or of another version than this.
        apsw.Error: It cannot be read, or is damaged.
    """
    version = require_movable(connection, path)
    if version != SCHEMA_VERSION:
        raise MalformedError(
            f"{path} has schema version {version}, of {RELEASES[version]}, and"
            f" this is release {__version__} with version {SCHEMA_VERSION}:"
            " stop whoever writes it, and run provenance upgrade"
        )
    check_origin(connection, path, origin)


def require_movable(connection: apsw.Connection, path: Path) -> int:
    """Return the schema version of *path*, from which steps lead to ours.

    Raises:
        MalformedError: It is no ledger's file, newer than this release, or
            older than the first step.
        apsw.Error: It cannot be read, or is damaged.
    """
    application = connection.pragma("application_id")
    version: int = connection.pragma("user_version")
    if application != APPLICATION_ID:
        raise MalformedError(f"{path} is not a ledger's file")
    if version in RELEASES:
        return version
    if version < SCHEMA_VERSION:
        raise MalformedError(
            f"{path} has schema version {version}, and this release,"
            f" {__version__}, moves only {min(RELEASES)} and later ones"
            " forward: use the release that wrote it"
        )
    raise MalformedError(
        f"{path} has schema version {version}, made by"
        f" {_maker(connection)}, and this is release {__version__}, which"
        f" knows {SCHEMA_VERSION}: use the release that wrote it, or a later"
        " one. A file is never moved back"
    )


def _maker(connection: apsw.Connection) -> str:
    """Return what made a file of a later schema, as far as it says so."""
    try:
        ((release,),) = connection.execute("SELECT release FROM ledger")
    except (apsw.Error, ValueError):
        return "a later release"
    return f"release {str(release)[:20]}"


def check_origin(connection: apsw.Connection, path: Path, origin: str) -> None:
    """Check that *path* is of the ledger *origin*.

    Raises:
        MalformedError: It is not.
        apsw.Error: It cannot be read, or is damaged.
    """
    stored = connection.execute("SELECT origin FROM ledger").fetchall()
    if stored != [(origin,)]:
        names = ", ".join(repr(name) for (name,) in stored) or "none"
        raise MalformedError(
            f"{path} is the file of ledger {names}, not of {origin!r}"
        )
