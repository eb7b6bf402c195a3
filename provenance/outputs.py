"""Files that commands write: wholly there, or as they were.

A link stays a link: what it leads to is replaced, in its own folder. What is
no file, such as `/dev/stdout`, a pipe or `>(program)`, is written to as it is.
"""

import os
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from provenance.errors import ConflictError

_PERMISSIONS = 0o666

_MOST_LINKS = 40
"""How many links lead on before the system gives up."""

_DESCRIPTOR = re.compile(r"/(?:dev|proc/(?:self|thread-self))/fd/([0-9]+)")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


def write_output(target: str, data: bytes) -> None:
    """Put *data* in the place of the file *target*, whole or not at all.

    Raises:
        OSError: It cannot be written; *target* is as it was.
    """
    write_pieces(target, [data])


def write_pieces(target: str, pieces: Iterable[bytes]) -> int:
    """Do the same with *pieces*, one after the other; return how many bytes.

    A device or a pipe is written to, and stays what it is; if nobody reads
    it any more, the rest goes nowhere.

    Raises:
        OSError: It cannot be written; *target* is as it was.
    """
    path = Path(target)
    if is_device(path):
        return _write_device(path, pieces)
    # The file itself, so that a link to it stays one. It need not be there,
    # but links in a ring lead to none.
    with suppress(FileNotFoundError):
        path.stat()
    path = path.resolve()
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
    # /dev/stdout leads to a file where output is redirected, which must not
    # be replaced: the shell goes on writing to the one that it opened.
    return _descriptor_of(path) is not None or (
        path.exists() and not (path.is_file() or path.is_dir())
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


def _write_device(path: Path, pieces: Iterable[bytes]) -> int:
    descriptor = _descriptor_of(path)
    size = 0
    # Opened anew, a file that output is appended to would be emptied.
    stream = (
        path.open("wb")
        if descriptor is None
        else os.fdopen(os.dup(descriptor), "wb")
    )
    with suppress(BrokenPipeError), stream:
        for piece in pieces:
            size += stream.write(piece)
    return size


def _descriptor_of(path: Path) -> int | None:
    """Return the open file of this process that *path* leads to, if any."""
    at = Path(os.path.abspath(path))  # noqa: PTH100  # links stay, `..` goes
    for _ in range(_MOST_LINKS):
        name = str(at)
        if name in _STANDARD:
            return _STANDARD[name]
        if (found := _DESCRIPTOR.fullmatch(name)) is not None:
            return int(found[1])
        if not at.is_symlink():
            return None
        at = Path(os.path.normpath(at.parent / at.readlink()))
    return None


def _umask() -> int:
    # It can only be read by setting it.
    umask = os.umask(0o022)
    os.umask(umask)
    return umask
