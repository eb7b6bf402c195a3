"""Files for their owner's eyes only: mode 0600, from their first byte."""

import os
import shlex
import stat
from pathlib import Path

from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    RejectedError,
    StoreError,
)
from provenance.store.links import whereabouts


def make_private(path: Path) -> None:
    """Make the empty file *path*, for whatever writes it by its name.

    Raises:
        ConflictError: There is something at *path*; it was not touched.
        StoreError: It cannot be made.
    """
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        os.close(os.open(path, flags, 0o600))
    except FileExistsError as error:
        raise ConflictError(f"there is a file {path} already") from error
    except OSError as error:
        raise StoreError(f"cannot make {path}: {error}") from error


def read_private(path: Path, *, most: int, absent: str, content: str) -> bytes:
    """Return the first *most* bytes of the file *path*.

    Args:
        path: Where it is.
        most: How many bytes are read.
        absent: What is not there if it is missing, such as "no key".
        content: What others must not reach, such as "the private key".

    Raises:
        NotFoundError: There is no such file.
        RejectedError: Others than its owner can reach it.
        MalformedError: It is no file.
        StoreError: It cannot be read.
    """
    try:
        # O_NONBLOCK, so that a pipe put there does not hold us up.
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            _require_private(path, os.fstat(file), content)
            return os.read(file, most)
        finally:
            os.close(file)
    except FileNotFoundError:
        raise NotFoundError(f"{absent} at {whereabouts(path)}") from None
    except OSError as fault:
        raise StoreError(f"cannot read {path}: {fault.strerror}") from fault


def _require_private(path: Path, status: os.stat_result, content: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise MalformedError(f"{path} is not a file")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RejectedError(
            f"others than its owner can reach {content} {path}:"
            f" run chmod 600 {shlex.quote(str(path))}"
        )
