"""Files that commands write: wholly there, or as they were.

What is no file, such as `/dev/stdout` or a pipe, is written to as it is.
"""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from provenance.errors import ConflictError

_PERMISSIONS = 0o666


def write_output(target: str, data: bytes) -> None:
    """Put *data* in the place of the file *target*, whole or not at all.

    Raises:
        OSError: It cannot be written; *target* is as it was.
    """
    write_pieces(target, [data])


def write_pieces(target: str, pieces: Iterable[bytes]) -> int:
    """Do the same with *pieces*, one after the other; return how many bytes.

    A device or a pipe is written to, and stays what it is.

    Raises:
        OSError: It cannot be written; *target* is as it was.
    """
    path = Path(target)
    if is_device(path):
        with path.open("wb") as stream:
            return sum(stream.write(piece) for piece in pieces)
    file, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".part"
    )
    try:
        with os.fdopen(file, "wb") as stream:
            # A temporary file is its owner's alone; this one is to be shared.
            os.fchmod(stream.fileno(), _PERMISSIONS & ~_umask())
            size = sum(stream.write(piece) for piece in pieces)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    return size


def is_device(path: Path) -> bool:
    """Return whether *path* leads elsewhere than to a place on a disk."""
    # /dev/stdout is a link, and leads to a file where output is redirected.
    return path.exists() and (
        (path.is_symlink() and path.is_relative_to("/dev"))
        or not (path.is_file() or path.is_dir())
    )


def make_folder(path: Path) -> None:
    """Make the folder *path* unless it is there.

    Raises:
        ConflictError: There is a file of that name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ConflictError(f"{path} is a file, not a folder") from None


def _umask() -> int:
    # It can only be read by setting it.
    umask = os.umask(0o022)
    os.umask(umask)
    return umask
