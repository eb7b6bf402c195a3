"""Files that commands read; their size is looked at first.

Paths are plain text here: what `verify` loads counts, to the millisecond.
"""

import os
import stat
import sys
from typing import BinaryIO

from provenance.errors import MalformedError
from provenance.proof.trust import MAX_TRUST_SIZE, Trust, parse_trust

STANDARD = "-"
"""The name of standard input, or output."""


def read_input(name: str, *, limit: int) -> bytes:
    """Return the bytes of the file *name*, or of standard input.

    Raises:
        MalformedError: It is a folder, or has more than *limit* bytes; then
            it was not read.
        OSError: It cannot be read.
    """
    if name == STANDARD:
        return _read_up_to(sys.stdin.buffer, name, limit)
    if stat.S_ISDIR(os.stat(name).st_mode):  # noqa: PTH116  # paths are text
        raise MalformedError(f"{name} is a folder, not a file")
    with open(name, "rb") as file:  # noqa: PTH123  # the same
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise _too_large(name, limit, str(size))
        return _read_up_to(file, name, limit)


def read_trust(path: str) -> Trust:
    """Return the trust file at *path*.

    Raises:
        MalformedError: It is not one.
        OSError: It cannot be read.
    """
    try:
        text = read_input(path, limit=MAX_TRUST_SIZE).decode()
        return parse_trust(text)
    except UnicodeDecodeError as error:
        raise MalformedError(f"{path} is not UTF-8: {error}") from error
    except MalformedError as error:
        error.add_note(path)
        raise


def _read_up_to(file: BinaryIO, name: str, limit: int) -> bytes:
    data = file.read(limit + 1)
    if len(data) > limit:
        raise _too_large(name, limit, f"more than {limit}")
    return data


def _too_large(name: str, limit: int, size: str) -> MalformedError:
    return MalformedError(
        f"{name} has {size} bytes; at most {limit} are read: send it in parts"
    )
