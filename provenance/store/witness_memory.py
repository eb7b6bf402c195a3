"""What a witness has cosigned: for each log the last size and root.

The file is replaced as a whole, under a lock, so that of two processes that
race for one log's next checkpoint one loses and learns it.

    provenance/witness-memory/v1 <checksum>
    {"<origin>": {"note": "…", "root": "<hex>", "size": 10482}, …}
"""

from pathlib import Path

from provenance.encoding.digest import Hash
from provenance.errors import ConflictError, MalformedError
from provenance.store.durable import read_sealed, write_sealed
from provenance.store.lockfile import FileLock

KIND = "provenance/witness-memory/v1"


class WitnessMemory:
    """A durable map from a log's origin to what was last cosigned."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = path.with_name(path.name + ".lock")

    @classmethod
    def create(cls, path: Path) -> "WitnessMemory":
        """Return the memory of a witness that has cosigned nothing.

        Raises:
            ConflictError: There is a memory already.
            StoreError: It cannot be written.
        """
        memory = cls(path)
        with FileLock.wait_for(memory._lock):
            if path.exists():
                raise ConflictError(f"there is a memory {path} already")
            write_sealed(path, {}, kind=KIND)
        return memory

    def last(self, origin: str) -> tuple[int, Hash] | None:
        """Return the (size, root) last cosigned for *origin*, or None.

        Raises:
            NotFoundError: The memory is not there. A damaged or missing
                memory is never taken for an empty one.
            MalformedError: It is damaged.
            StoreError: It cannot be read.
        """
        return _last(self._read(), origin)

    def update(
        self, origin: str, *, old_size: int, size: int, root: Hash, note: str
    ) -> None:
        """Replace what is kept for *origin*, durably when this returns.

        Raises:
            ConflictError: Its size is not *old_size* any more.
            NotFoundError, MalformedError, StoreError: As `last`.
        """
        with FileLock.wait_for(self._lock):
            kept = self._read()
            last = _last(kept, origin)
            last_size = 0 if last is None else last[0]
            if last_size != old_size:
                raise ConflictError(
                    f"the last size cosigned is {last_size}, not {old_size}"
                )
            kept[origin] = {"size": size, "root": root.hex(), "note": note}
            write_sealed(self._path, kept, kind=KIND)

    def _read(self) -> dict[str, object]:
        return read_sealed(self._path, kind=KIND)


def _last(kept: dict[str, object], origin: str) -> tuple[int, Hash] | None:
    match kept.get(origin):
        case None:
            return None
        case {"size": int(size), "root": str(root)}:
            return size, Hash(bytes.fromhex(root))
    raise MalformedError(f"the memory of {origin!r} is no size and root")
