"""Private keys on disk: one PEM file each, for its owner's eyes only."""

import os
from contextlib import suppress
from pathlib import Path

from provenance.errors import ConflictError, NotFoundError, StoreError
from provenance.keys import MLDSASigner, Signer
from provenance.store.durable import sync_directory
from provenance.store.private import read_private

_OWNER_ONLY = 0o600
_MAX_SIZE = 65_536


def write_key(path: Path, signer: Signer | MLDSASigner) -> None:
    """Write the private key of *signer* to a new file, durably, mode 0600.

    Raises:
        ConflictError: There is something at *path*; it was not touched.
        NotFoundError: The folder is missing.
        StoreError: The disk failed; no file was left behind, if the disk
            still lets one be removed.
    """
    pem = signer.to_pem()
    try:
        # O_EXCL also refuses a link that somebody put there, dangling or not.
        file = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=_OWNER_ONLY
        )
    except FileExistsError:
        raise ConflictError(
            f"{path} exists: a key is never overwritten"
        ) from None
    except FileNotFoundError:
        raise NotFoundError(f"no folder {path.parent} for the key") from None
    except OSError as fault:
        raise StoreError(f"cannot write {path}: {fault.strerror}") from fault
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(pem)
            stream.flush()
            os.fsync(stream.fileno())
        sync_directory(path.parent)
    except OSError as fault:
        # Half a key would stand in the way of the next attempt.
        with suppress(OSError):
            path.unlink()
        raise StoreError(f"cannot write {path}: {fault.strerror}") from fault


def read_key(path: Path) -> Signer:
    """Return the Ed25519 private key in the file *path*.

    Raises:
        NotFoundError: There is no such file.
        RejectedError: Others than its owner may read it, too.
        MalformedError: It holds no such key.
        StoreError: It cannot be read.
    """
    return Signer.from_pem(_read_secret(path))


def load_key(path: Path | str) -> Signer:
    """Return the Ed25519 private key in the file *path*; see `read_key`."""
    return read_key(Path(path))


def new_key(path: Path | str) -> Signer:
    """Return a new Ed25519 key, written to the new file *path*, mode 0600.

    Raises as `write_key` does.
    """
    signer = Signer.generate()
    write_key(Path(path), signer)
    return signer


def read_mldsa_key(path: Path) -> MLDSASigner:
    """Return the ML-DSA-44 private key in *path*; errors as `read_key`."""
    return MLDSASigner.from_pem(_read_secret(path))


def _read_secret(path: Path) -> bytes:
    return read_private(
        path, most=_MAX_SIZE, absent="no key", content="the private key"
    )
