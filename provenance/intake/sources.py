"""Files that are handed in, opened so that they can be read twice.

A document is read once for what is around its events and once for these, a
table once more for its refused rows. What comes through a pipe is put into a
nameless file first, which goes when it is closed, however the program ends.
"""

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from provenance.errors import MalformedError

STANDARD = "-"
"""The name of what has none: standard input."""

SUFFIX = ".submission"
SUFFIXES = (".json", ".jsonld", ".ndjson", ".jsonl", ".xml", SUFFIX)
"""What a folder's files are called that are handed in."""

TABLE_SUFFIXES = (".csv", ".tsv")
"""What those are called that are tables."""

_CHUNK = 2**20


class File(NamedTuple):
    """Something that is handed in.

    Attributes:
        name: What it is called in messages. By its end, or for a mapping by
            having none, it is known for a table.
        open: Opens it at its start; it can be read twice then.
        is_once: Whether it can be opened only once.
    """

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    is_once: bool = False

    @classmethod
    def at(cls, path: Path | str) -> "File":
        """Return the file at *path*."""
        return cls(str(path), lambda: open_path(Path(path)))

    @classmethod
    def of(cls, name: str, data: bytes) -> "File":
        """Return what is in memory, to be called *name*."""
        return cls(name, lambda: io.BytesIO(data))

    def kept_open(self, stack: ExitStack) -> "File":
        """Return it as one that opens again; *stack* closes it."""
        if not self.is_once:
            return self
        stream = stack.enter_context(self.open())
        return File(self.name, lambda: _again(stream))


Given = str | Path | File
"""What callers name a file, or a folder of files, by."""


def expand(
    given: Iterable[Given], *, suffixes: tuple[str, ...] = SUFFIXES
) -> Iterator[File]:
    """Yield the files that are given.

    Of a folder these are all files below it with one of *suffixes*, in order
    of their paths; hidden ones are left out.

    Raises:
        OSError: A folder cannot be read.
    """
    for each in given:
        if isinstance(each, File):
            yield each
        elif Path(each).is_dir():
            yield from map(File.at, _files_below(str(each), suffixes))
        else:
            yield File.at(each)


@contextmanager
def open_path(path: Path) -> Iterator[BinaryIO]:
    """Yield the file at *path*, at its start.

    Raises:
        MalformedError: It is a folder.
        OSError: It cannot be read.
    """
    if path.is_dir():
        raise MalformedError(f"{path} is a folder, not a file")
    with path.open("rb") as file:
        if file.seekable():
            yield file
            return
        with spooled(file) as copy:
            yield copy


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Yield what *stream* gives, in a file without a name."""
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
        copy.seek(0)
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
def _again(stream: BinaryIO) -> Iterator[BinaryIO]:
    stream.seek(0)
    yield stream


def _files_below(name: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(name, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            if file.endswith(suffixes) and not file.startswith("."):
                yield str(Path(folder, file))
