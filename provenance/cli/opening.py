"""Files that are handed in, opened so that they can be read twice.

A document is read once for what is around its events and once for these, a
table once more for its refused rows. What comes through a pipe is put into a
nameless file first, which goes when it is closed, however the command ends.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from provenance.cli.inputs import STANDARD
from provenance.errors import MalformedError

_CHUNK = 2**20


@contextmanager
def open_input(name: str) -> Iterator[BinaryIO]:
    """Yield the file *name*, or standard input, at its start.

    Raises:
        MalformedError: It is a folder.
        OSError: It cannot be read.
    """
    if name == STANDARD:
        with _spooled(sys.stdin.buffer) as copy:
            yield copy
        return
    path = Path(name)
    if path.is_dir():
        raise MalformedError(f"{name} is a folder, not a file")
    with path.open("rb") as file:
        if file.seekable():
            yield file
            return
        with _spooled(file) as copy:
            yield copy


def size_of(stream: BinaryIO) -> int:
    """Return how many bytes *stream* has; it stands at its start then."""
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


def digest_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of *stream*, which stands at its start then."""
    stream.seek(0)
    digest = sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
        copy.seek(0)
        yield copy
