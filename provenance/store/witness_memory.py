"""What a witness has cosigned: for each log the last size and root.

The file is replaced as a whole, under a lock, so that of two processes that
race for one log's next checkpoint one loses and learns it.

    provenance/witness-memory/v1 <checksum>
    {
     "ledger.example/demo": {
      "note": "…",
      "root": "<hex>",
      "size": 10482
     }
    }
"""

from pathlib import Path

from provenance.encoding.digest import Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import ConflictError, ForkError, MalformedError
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

        Whoever calls this has checked that a larger log extends the last:
        here only its size is looked at.

        Raises:
            ConflictError: Its size is not *old_size* any more.
            ForkError: It is smaller, or of the same size with another root;
                cosigning it would contradict what was cosigned.
            NotFoundError, MalformedError: As `last`.
            StoreError: It could not be written; nothing may be cosigned.
        """
        with FileLock.wait_for(self._lock):
            kept = self._read()
            last_size, last_root = _last(kept, origin) or (0, EMPTY_ROOT)
            if last_size != old_size:
                raise ConflictError(
                    f"the last size cosigned is {last_size}, not {old_size}"
                )
            if size < last_size or (size == last_size and root != last_root):
                raise ForkError(
                    f"size {size} with root {root.hex()[:16]} does not extend"
                    f" what was cosigned for {origin!r}: size {last_size},"
                    f" root {last_root.hex()[:16]}"
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
            try:
                return size, Hash(bytes.fromhex(root))
            except ValueError as error:
                raise MalformedError(
                    f"the memory of {origin!r} holds no root: {error}"
                ) from error
        case _:
            raise MalformedError(
                f"the memory of {origin!r} is no size and root"
            )
