"""Moving a ledger's SQLite file to the schema of this release.

    1. The writer's lock: no node and no command has the file open to write.
    2. A copy beside it, `ledger.sqlite.schema-4`, whole and durable.
    3. One transaction with every step, and the new version.

So a crash leaves the old file or the new one, and the same command again does
what is left. The steps are in `provenance.store.sqlite_steps`.
"""

from pathlib import Path

import apsw

from provenance import __version__
from provenance.errors import MalformedError, StoreError
from provenance.logs import STORE
from provenance.store.backup import copy_file
from provenance.store.sqlite import connect_writer, lock_file
from provenance.store.sqlite_reader import existing, look_into
from provenance.store.sqlite_schema import (
    SCHEMA_VERSION,
    check_origin,
    require_movable,
)
from provenance.store.sqlite_steps import STEPS


def upgrade_file(path: Path, *, origin: str) -> Path | None:
    """Move the ledger in *path* forward; return the copy of what was before.

    None if it has this release's schema already. When it returns, both are
    durable.

    Raises:
        NotFoundError: There is no such file.
        ConflictError: It is open for writing.
        MalformedError: It is no ledger, another one, or of a schema that this
            release does not know.
        StoreError: It cannot be read or written. It is as it was.
    """
    path = existing(path)
    with lock_file(path):
        with look_into(path) as connection:
            version = require_movable(connection, path)
            check_origin(connection, path, origin)
        if version == SCHEMA_VERSION:
            return None
        copy = path.with_name(f"{path.name}.schema-{version}")
        copy_file(path, copy)
        writer = connect_writer(path)
        try:
            # Whatever fails within, all of it is taken back.
            with writer:
                for step in range(version, SCHEMA_VERSION):
                    STEPS[step](writer)
                writer.execute("UPDATE ledger SET release = ?", (__version__,))
                writer.pragma("user_version", SCHEMA_VERSION)
        except (MalformedError, apsw.Error) as error:
            raise StoreError(
                f"upgrading {path} failed: {error}. It is as it was: find out"
                f" why, and upgrade again. What it was is also in {copy}"
            ) from error
        finally:
            writer.close()
    STORE.info("upgraded %s from schema %d", path, version)
    return copy
