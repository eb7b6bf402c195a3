"""What can be done with a store in an SQLite file: `sqlite:PATH`.

Beside the tables' file are SQLite's own, whose names begin with its name: the
write-ahead log, its map in memory, a journal. They belong together, and one
without the others is damage.
"""

from pathlib import Path

from provenance.errors import StoreError
from provenance.store.backup import copy_ledger
from provenance.store.lockfile import FileLock
from provenance.store.sqlite import WRITER_CACHE_BYTES, SQLiteStore, lock_path
from provenance.store.sqlite_reader import SQLiteReader
from provenance.store.upgrade import upgrade_file

_SUFFIXES = ("", "-wal", "-shm", "-journal")

_PREFIX = "sqlite:"


class SQLiteFile:
    """The store in the file *path*, which need not be there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self, *, origin: str) -> SQLiteStore:
        return SQLiteStore.create(self._path, origin=origin)

    def open_store(
        self, *, origin: str, cache_bytes: int | None
    ) -> SQLiteStore:
        return SQLiteStore.open_writer(
            self._path,
            origin=origin,
            cache_bytes=cache_bytes or WRITER_CACHE_BYTES,
        )

    def open_reader(self, *, origin: str) -> SQLiteReader:
        return SQLiteReader.open(self._path, origin=origin)

    def copy_to(self, target: str, *, origin: str) -> None:
        if not target.startswith(_PREFIX):
            raise StoreError(
                f"{self._path} is copied to another file, not to {target}"
            )
        copy_ledger(
            self._path, Path(target.removeprefix(_PREFIX)), origin=origin
        )

    def upgrade(self, *, origin: str) -> Path | None:
        return upgrade_file(self._path, origin=origin)

    def files(self) -> list[Path]:
        paths = [
            self._path.with_name(self._path.name + suffix)
            for suffix in _SUFFIXES
        ]
        return [path for path in paths if path.exists() or path.is_symlink()]

    def remove(self) -> None:
        for path in self.files():
            path.unlink()

    def hold(self) -> FileLock:
        return FileLock.take(lock_path(self._path))
