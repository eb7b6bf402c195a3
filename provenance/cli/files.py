"""Files that commands read and write.

Sizes are looked at before anything is read; `-` is standard input or output.
A file that is written is wholly there or not at all.
"""

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from provenance.errors import ConflictError, MalformedError

STANDARD = "-"
"""The name of standard input, or output."""

_PERMISSIONS = 0o666


def read_input(name: str, *, limit: int) -> bytes:
    """Return the bytes of the file *name*, or of standard input.

    Raises:
        MalformedError: It is a folder, or has more than *limit* bytes; then
            it was not read.
        OSError: It cannot be read.
    """
    if name == STANDARD:
        return _read_up_to(sys.stdin.fileno(), name, limit)
    file = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status = os.fstat(file)
        if stat.S_ISDIR(status.st_mode):
            raise MalformedError(f"{name} is a folder, not a file")
        if status.st_size > limit:
            raise _too_large(name, limit, str(status.st_size))
        return _read_up_to(file, name, limit)
    finally:
        os.close(file)


def expand(names: Iterable[str], suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the files that *names* name.

    Of a folder these are all files below it with one of *suffixes*, in order
    of their paths; hidden ones are left out.

    Raises:
        OSError: A folder cannot be read.
    """
    for name in names:
        if name == STANDARD or not Path(name).is_dir():
            yield name
            continue
        yield from _files_below(name, suffixes)


def write_output(target: str, data: bytes) -> None:
    """Put *data* in the place of the file *target*, whole or not at all.

    Raises:
        OSError: It cannot be written; *target* is as it was.
    """
    path = Path(target)
    file, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".part"
    )
    try:
        with os.fdopen(file, "wb") as stream:
            # A temporary file is its owner's alone; this one is to be shared.
            os.fchmod(stream.fileno(), _PERMISSIONS & ~_umask())
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def make_folder(path: Path) -> None:
    """Make the folder *path* unless it is there.

    Raises:
        ConflictError: There is a file of that name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ConflictError(f"{path} is a file, not a folder") from None


def _read_up_to(file: int, name: str, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := os.read(file, min(1 << 20, limit + 1 - size)):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise _too_large(name, limit, f"more than {limit}")
    return b"".join(chunks)


def _too_large(name: str, limit: int, size: str) -> MalformedError:
    return MalformedError(
        f"{name} has {size} bytes; at most {limit} are read: send it in parts"
    )


def _files_below(name: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(name, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            if file.endswith(suffixes) and not file.startswith("."):
                yield str(Path(folder, file))


def _umask() -> int:
    # It can only be read by setting it.
    umask = os.umask(0o022)
    os.umask(umask)
    return umask
