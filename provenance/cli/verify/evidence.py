"""What a file is, by what it says, and which entry belongs to a receipt."""

import os
import stat
from contextlib import suppress
from itertools import chain

from provenance.claims.entry import MAX_ENTRY_SIZE
from provenance.claims.statement import parse_submission
from provenance.cli.inputs import read_input
from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash, root_from_path
from provenance.errors import (
    InvalidProofError,
    MalformedError,
    ProvenanceError,
    within,
)
from provenance.proof.bundle import MAX_BUNDLE_SIZE, parse_bundle

RECEIPT_START = b"c2sp.org/tlog-proof@"
"""How a receipt begins."""

_ENTRY_START = b"\x93\x01"
_SUBMISSION_START = b"\x93\xb8provenance/submission/v2"
_BUNDLE_MARK = b"provenance/bundle/v"
_SIGNATURE_LINE = "\n\n— ".encode()
_MAX_SUBMISSION = MAX_BUNDLE_SIZE
_START_SIZE = 64

MOST_ENTRIES = 100_000
"""How many entries of one folder receipts are looked up in."""


def is_folder(source: str) -> bool:
    """Return whether *source* is a folder.

    Raises:
        OSError: There is no such thing, or it cannot be looked at.
    """
    return stat.S_ISDIR(os.stat(source).st_mode)  # noqa: PTH116  # as `inputs`


def kind_of(path: str) -> str:
    """Return what the file at *path* is: one of `Found`'s kinds, or entry.

    Raises:
        OSError: It cannot be read.
    """
    with open(path, "rb") as file:  # noqa: PTH123  # as `inputs`
        start = file.read(_START_SIZE)
        if start.startswith(RECEIPT_START):
            return "receipt"
        if start.startswith((_ENTRY_START, _SUBMISSION_START)):
            return "entry"
        if _BUNDLE_MARK in start:
            return "bundle"
        # A checkpoint says so at its end.
        data = start + file.read(MAX_BUNDLE_SIZE)
    return "checkpoint" if is_checkpoint(data) else "other"


def is_checkpoint(data: bytes) -> bool:
    """Return whether *data* is a signed note, and nothing that holds one."""
    if _SIGNATURE_LINE not in data or _BUNDLE_MARK in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def note_of(data: bytes) -> str:
    """Return the signed checkpoint in the bundle *data*, or ""."""
    try:
        return parse_bundle(data).checkpoint
    except MalformedError:
        return ""


Leaves = dict[str, list[tuple[str, Hash]]]
"""Name without suffix → the files of that name with entries: path, hash."""


def entry_beside(source: str, data: bytes, leaves: Leaves) -> str | None:
    """Return the file beside a receipt that holds its entry, or None.

    The one that fits is taken. If none does, it is one of the same name, of
    which then is said that it does not.

    Args:
        source: The receipt's path.
        data: The receipt.
        leaves: The entries in its folder.

    Raises:
        MalformedError: It is no receipt.
    """
    from provenance.tlog.checkpoint import parse_checkpoint  # noqa: PLC0415  # rare
    from provenance.tlog.note import parse_note  # noqa: PLC0415
    from provenance.tlog.proof_file import parse_proof  # noqa: PLC0415

    proof = parse_proof(data)
    checkpoint = parse_checkpoint(parse_note(proof.checkpoint).text)
    named = leaves.get(_stem(source), [])
    # Those of its own name first: with thousands, each has its own.
    for path, leaf in chain(named, *leaves.values()):
        try:
            root = root_from_path(
                leaf, proof.hashes, index=proof.index, size=checkpoint.size
            )
        except InvalidProofError:
            # It proves no entry at all, whichever that be.
            break
        if root == checkpoint.root:
            return path
    return named[0][0] if named else None


def leaves_in(folder: str) -> Leaves:
    """Return the entries in the files of *folder*, as far as they are read."""
    leaves: Leaves = {}
    count = 0
    with os.scandir(folder or ".") as inside:
        for part in inside:
            path = f"{folder}/{part.name}" if folder else part.name
            # What cannot be read, and what is no entry, is not the one.
            with suppress(OSError, ProvenanceError):
                if part.is_file(follow_symlinks=False) and _is_entry(path):
                    leaf = leaf_hash(read_entry(path))
                    leaves.setdefault(_stem(path), []).append((path, leaf))
                    count += 1
            if count == MOST_ENTRIES:
                break
    return leaves


def _is_entry(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123  # as `inputs`
        start = file.read(_START_SIZE)
    return start.startswith((_ENTRY_START, _SUBMISSION_START))


def _stem(path: str) -> str:
    name = os.path.basename(path)  # noqa: PTH119  # as `inputs`
    return name.rpartition(".")[0] or name


def read_entry(file: str) -> bytes:
    """Return the entry in *file*: one by itself, or in its submission.

    Raises:
        MalformedError: It has none.
        OSError: It cannot be read.
    """
    with within(file):
        data = read_input(file, limit=_MAX_SUBMISSION)
        # Of what is no submission, who reads the entry says what it is.
        if data.startswith(_SUBMISSION_START) or len(data) > MAX_ENTRY_SIZE:
            return parse_submission(data).entry
        return data
