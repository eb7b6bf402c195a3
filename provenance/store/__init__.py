"""Stores: where a ledger's bytes rest.

`protocol` says in small parts what a ledger asks of a database, and what is
durable when a method returns. A store is opened by its address; which one
stands behind it only this package knows. Keys, and the memory of what was
signed, are files of their own, outside the database on purpose.

    sqlite:/srv/ledger/ledger.sqlite    one file, no server

A failed write is never retried: the outcome is unknown, and the writer stops.
Nothing here judges what it stores. What a scheme means is loaded when an
address of it is first opened: verifying loads no database. Another kind of
database is a module with the methods of `_Kind`, and a line in `_kind_of`.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from provenance.errors import MalformedError

if TYPE_CHECKING:
    from provenance.store.candidates import EventIndex, IndexCheck
    from provenance.store.protocol import Store, StoreReader

DATABASE = "ledger.sqlite"
"""The file that a ledger's folder has by default."""

QUERY_INDEX = "index.sqlite"
"""The file where queries look things up."""


class _Kind(Protocol):
    """One kind of database: what can be done with a store of it."""

    def create(self, *, origin: str) -> "Store": ...

    def open_store(
        self, *, origin: str, cache_bytes: int | None
    ) -> "Store": ...

    def open_reader(self, *, origin: str) -> "StoreReader": ...

    def copy_to(self, target: str, *, origin: str) -> None: ...

    def upgrade(self, *, origin: str) -> Path | None: ...

    def files(self) -> list[Path]: ...

    def remove(self) -> None: ...

    def hold(self) -> AbstractContextManager[object]: ...


def address_in(folder: Path) -> str:
    """Return the address of the store that a ledger's *folder* has."""
    return f"sqlite:{folder / DATABASE}"


def create_store(address: str, *, origin: str) -> "Store":
    """Return the empty store of a new ledger, open for writing.

    When it returns, the store is durable, as one that holds nothing.

    Raises:
        ConflictError: There is one at *address*.
        StoreError: It cannot be made.
    """
    return _kind_of(address).create(origin=origin)


def open_store(
    address: str, *, origin: str, cache_bytes: int | None = None
) -> "Store":
    """Return the store at *address*, open for writing.

    When it returns, all that can be read from it is durable.

    Args:
        address: Where it is.
        origin: The ledger's name.
        cache_bytes: How much of it to keep in memory, at most; None for what
            suits the database.

    Raises:
        NotFoundError: There is none.
        ConflictError: It is open for writing already.
        MalformedError: It is no ledger, another one, or of another version
            of this library.
        StoreError: It cannot be opened.
    """
    return _kind_of(address).open_store(origin=origin, cache_bytes=cache_bytes)


def open_reader(address: str, *, origin: str) -> "StoreReader":
    """Return the store at *address*, to be read beside any writer.

    Raises:
        NotFoundError: There is none.
        MalformedError: It is no ledger, another one, or of another version
            of this library.
        StoreError: It cannot be opened.
    """
    return _kind_of(address).open_reader(origin=origin)


def copy_store(address: str, target: str, *, origin: str) -> None:
    """Copy what is at *address* now to *target*, whoever writes meanwhile.

    When it returns, the copy is durable. Before that there is none.

    Raises:
        NotFoundError: There is no store at *address*.
        MalformedError: It is no ledger, or not that of *origin*.
        ConflictError: There is one at *target*; it was not touched.
        StoreError: It cannot be read or written; no copy is left behind.
    """
    _kind_of(address).copy_to(target, origin=origin)


def upgrade_store(address: str, *, origin: str) -> Path | None:
    """Move the store at *address* to the schema of this release.

    When it returns, that is durable, and so is the copy that was made before.

    Returns:
        The copy; None if nothing was to be done.

    Raises:
        NotFoundError: There is no store.
        ConflictError: It is open for writing.
        MalformedError: It is another ledger, or of a schema that this release
            does not know: a newer one, say.
        StoreError: It cannot be read or written; it is as it was.
    """
    return _kind_of(address).upgrade(origin=origin)


def files_of(address: str) -> list[Path]:
    """Return the files that the store at *address* has; none if it is away."""
    return _kind_of(address).files()


def remove_store(address: str) -> None:
    """Delete the store at *address*, which nobody has open."""
    _kind_of(address).remove()


def hold_store(address: str) -> AbstractContextManager[object]:
    """Keep others from writing at *address*, whether there is a store or not.

    Raises:
        ConflictError: Somebody else does.
    """
    return _kind_of(address).hold()


def open_index(
    folder: Path, path: Path | None = None, *, origin: str
) -> "EventIndex":
    """Return the index of queries of the ledger in *folder*.

    One that is not there is made, and one that is damaged, of another version
    or of another ledger becomes an empty one. An index is derived from the
    log: nothing of it is durable, nor need be. Where *folder* cannot be
    written, it is made aside, and gone when it is closed.

    Args:
        folder: The ledger's.
        path: Where the index is, if not in *folder*.
        origin: The ledger's name.

    Raises:
        StoreError: It cannot be made or read.
    """
    from provenance.store.query_index import QueryIndex  # noqa: PLC0415  # loads a database
    from provenance.store.readonly import is_closed  # noqa: PLC0415  # likewise

    if path is None and is_closed(folder):
        return QueryIndex.open_aside(origin=origin)
    return QueryIndex.open(path or index_file(folder), origin=origin)


def index_file(folder: Path) -> Path:
    """Return the file that the index of queries has by default."""
    return folder / QUERY_INDEX


def check_index(
    path: Path, *, origin: str
) -> AbstractContextManager["IndexCheck | None"]:
    """Give what compares the index in *path* as it stands now.

    None if there is none, or one that no query would use: that of another
    ledger, or of another version of this library.

    Raises:
        StoreError: It cannot be read; or is damaged (`IndexDamagedError`).
    """
    from provenance.store.index_check import open_check  # noqa: PLC0415  # loads a database

    return open_check(path, origin=origin)


def _kind_of(address: str) -> _Kind:
    scheme, _, place = address.partition(":")
    if scheme == "sqlite" and place:
        from provenance.store.sqlite_file import SQLiteFile  # noqa: PLC0415  # loads a database

        return SQLiteFile(Path(place))
    raise MalformedError(
        f"{address!r} is no address of a store: this release knows sqlite:PATH"
    )
