"""What a log's key has signed, kept outside the ledger's database.

A database that is restored from an old copy would make an honest log sign a
second history. This file is what stops it: it says how far the key has come,
and the key signs nothing that does not go on from there. So it is never
restored from a backup, and never made anew beside an old ledger.

    provenance/signer-memory/v1 <checksum>
    {
     "origin": "ledger.example/demo",
     "root": "<hex>",
     "size": 10482
    }
"""

from pathlib import Path
from typing import Self

from provenance.encoding.digest import Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import (
    ConflictError,
    ForkError,
    MalformedError,
    ProvenanceError,
    StoreError,
)
from provenance.store.durable import read_sealed, write_sealed
from provenance.store.lockfile import FileLock

KIND = "provenance/signer-memory/v1"


class SignerMemory:
    """The size and root that a log's key signed last."""

    def __init__(
        self, path: Path, *, origin: str, last: tuple[int, Hash]
    ) -> None:
        self._path = path
        self._origin = origin
        self._last = last
        self._is_broken = False

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        origin: str,
        signed: tuple[int, Hash] = (0, EMPTY_ROOT),
    ) -> Self:
        """Return a new memory, and keep it in *path*.

        Args:
            path: Where it will be.
            origin: The log's name.
            signed: The (size, root) that the key signed last; by default it
                has signed nothing.

        Raises:
            ConflictError: There is a memory already.
            StoreError: It cannot be written.
        """
        with FileLock.wait_for(_lock_of(path)):
            if path.exists() or path.is_symlink():
                raise ConflictError(
                    f"there is a signer's memory {path} already"
                )
            memory = cls(path, origin=origin, last=signed)
            memory._write(signed)
        return memory

    @classmethod
    def open(cls, path: Path, *, origin: str) -> Self:
        """Return the memory that is kept in *path*.

        Raises:
            ForkError: It is not there, damaged or another log's. Without it
                nothing can be signed safely.
        """
        return cls(path, origin=origin, last=_recall(path, origin))

    @staticmethod
    def read(path: Path, *, origin: str) -> tuple[int, Hash]:
        """Return the (size, root) that *path* keeps for the log *origin*.

        Raises:
            NotFoundError: There is no such file.
            MalformedError: It is damaged, or another log's.
            StoreError: It cannot be read.
        """
        match read_sealed(path, kind=KIND):
            case {"origin": str(name), "size": int(size), "root": str(root)}:
                if name != origin:
                    raise MalformedError(
                        f"{path} is the memory of {name!r}, not of {origin!r}"
                    )
                return size, _parse_root(path, root)
            case _:
                raise MalformedError(f"{path} holds no origin, size and root")

    @property
    def last(self) -> tuple[int, Hash]:
        """The (size, root) that was signed last; size 0 if nothing was."""
        return self._last

    def advance(self, size: int, root: Hash) -> None:
        """Remember, durably when this returns, what is about to be signed.

        Nothing is written when it is what was signed last. Whoever calls this
        has checked that a larger log extends the last: here only its size is
        looked at.

        Raises:
            ForkError: It is smaller, or of the same size with another root;
                or the file is not as this object left it.
            StoreError: It could not be written; nothing may be signed until
                the memory is opened anew.
        """
        if self._is_broken:
            raise StoreError(
                f"a write to {self._path} failed before: open it again"
            )
        with FileLock.wait_for(_lock_of(self._path)):
            kept = _recall(self._path, self._origin)
            if kept != self._last:
                raise ForkError(
                    f"{self._path} says {_words(*kept)}, but was left at"
                    f" {_words(*self._last)}: another process signs with the"
                    " same key, or the file was replaced. Nothing was signed"
                )
            last_size, last_root = kept
            if size < last_size or (size == last_size and root != last_root):
                raise ForkError(
                    f"{_words(size, root)} does not extend what was signed,"
                    f" {_words(*kept)}: nothing was signed"
                )
            if size > last_size:
                self._write((size, root))
                self._last = (size, root)

    def _write(self, last: tuple[int, Hash]) -> None:
        size, root = last
        try:
            write_sealed(
                self._path,
                {"origin": self._origin, "size": size, "root": root.hex()},
                kind=KIND,
            )
        except StoreError:
            self._is_broken = True
            raise


def _recall(path: Path, origin: str) -> tuple[int, Hash]:
    try:
        return SignerMemory.read(path, origin=origin)
    except ProvenanceError as error:
        raise ForkError(
            f"without its memory the log's key signs nothing: {error}. Bring"
            " the file back as it was last; an older one, or a new one, could"
            " fork the log"
        ) from error


def _parse_root(path: Path, text: str) -> Hash:
    try:
        return Hash(bytes.fromhex(text))
    except ValueError as error:
        raise MalformedError(f"{path} holds no root: {error}") from error


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _words(size: int, root: Hash) -> str:
    return f"size {size} with root {root.hex()[:16]}"
