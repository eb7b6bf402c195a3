"""Small files that a crash leaves either wholly old or wholly new.

A sealed file is a line with its kind and a checksum, then JSON:

    provenance/signer-memory/v1 6f1c…e2
    {
     "origin": "ledger.example/demo",
     "root": "e3b0…55",
     "size": 0
    }

The checksum is the SHA-256 of all that follows the line. It finds accidents;
who can write the file can also seal it.
"""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from provenance.errors import MalformedError, NotFoundError, StoreError
from provenance.store.links import whereabouts


def read_sealed(path: Path, *, kind: str) -> dict[str, object]:
    """Return what was written to *path* by `write_sealed` with that *kind*.

    Raises:
        NotFoundError: There is no such file.
        MalformedError: It is not what was written.
        StoreError: It cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {whereabouts(path)}") from error
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error}") from error
    seal, _, body = data.partition(b"\n")
    if seal.split(b" ")[0] != kind.encode():
        raise MalformedError(f"{path} is no {kind} file")
    if seal != _seal(kind, body):
        raise MalformedError(f"{path} is damaged: its checksum is wrong")
    try:
        value = json.loads(body)
    except ValueError as error:
        raise MalformedError(f"{path} holds no JSON: {error}") from error
    if not isinstance(value, dict):
        raise MalformedError(f"{path} holds no JSON object")
    return value


def write_sealed(path: Path, value: Mapping[str, object], *, kind: str) -> None:
    """Replace *path* by *value*, durably when this returns.

    Only its owner can read the file. Callers that may run at once must hold
    a lock.

    Raises:
        StoreError: It failed; *path* is wholly the old or the new.
    """
    body = json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"
    _replace(path, _seal(kind, body) + b"\n" + body, mode=0o600)


def write_text(path: Path, text: str) -> None:
    """Replace *path*, which everybody may read, by *text*, durably.

    Raises:
        StoreError: It failed; *path* is wholly the old or the new.
    """
    _replace(path, text.encode(), mode=0o644)


def _replace(path: Path, data: bytes, *, mode: int) -> None:
    # One name for all: what a crash leaves behind, the next call overwrites.
    temporary = path.with_name(path.name + ".tmp")
    try:
        descriptor = os.open(
            temporary,
            os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW,
            mode,
        )
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error}") from error


def sync_directory(path: Path) -> None:
    """Make the names in the directory *path* durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _seal(kind: str, body: bytes) -> bytes:
    return f"{kind} {sha256(body).hexdigest()}".encode()
