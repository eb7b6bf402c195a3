"""Sealed files are wholly old or wholly new, and locks end with their holder."""

import errno
import fcntl
import hashlib
import json
import os
import pathlib
import stat
import subprocess
import sys
import threading

import pytest

from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.store.durable import read_sealed, sync_directory, write_sealed
from provenance.store.lockfile import FileLock

ROOT = pathlib.Path(__file__).resolve().parents[3]
KIND = "provenance/test/v1"


def sealed(kind: str, body: bytes) -> bytes:
    return f"{kind} {hashlib.sha256(body).hexdigest()}\n".encode() + body


@pytest.mark.parametrize(
    "value",
    [{}, {"a": 1}, {"text": "— 日本 \ud800 \n", "list": [1, None, True]}],
)
def test_a_sealed_value_is_read_back(
    tmp_path: pathlib.Path, value: dict[str, object]
) -> None:
    path = tmp_path / "file"
    write_sealed(path, value, kind=KIND)
    assert read_sealed(path, kind=KIND) == value
    write_sealed(path, {"another": "value"}, kind=KIND)
    assert read_sealed(path, kind=KIND) == {"another": "value"}


def test_the_seal_is_the_checksum_of_what_follows(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "file"
    write_sealed(path, {"a": 1}, kind=KIND)
    _, _, body = path.read_bytes().partition(b"\n")
    assert json.loads(body) == {"a": 1}
    assert path.read_bytes() == sealed(KIND, body)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "is no provenance/test/v1 file"),
        (sealed("provenance/test/v2", b"{}"), "is no provenance/test/v1 file"),
        (sealed(KIND, b"{}") + b" ", "checksum"),
        (KIND.encode() + b"\n{}", "checksum"),
        (sealed(KIND, b"[]"), "holds no JSON object"),
        (sealed(KIND, b"{"), "holds no JSON: "),
        (sealed(KIND, b"\xff"), "holds no JSON: "),
    ],
)
def test_a_file_that_was_not_written_so_is_malformed(
    tmp_path: pathlib.Path, data: bytes, fault: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(MalformedError, match=fault):
        read_sealed(path, kind=KIND)


def test_a_file_that_is_missing_or_unreadable_says_so(
    tmp_path: pathlib.Path,
) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        read_sealed(tmp_path / "file", kind=KIND)
    with pytest.raises(StoreError, match="cannot read"):
        read_sealed(tmp_path, kind=KIND)


def test_a_link_in_the_place_of_the_new_file_is_not_followed(
    tmp_path: pathlib.Path,
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("a letter")
    (tmp_path / "file.tmp").symlink_to(victim)
    with pytest.raises(StoreError, match="cannot write"):
        write_sealed(tmp_path / "file", {}, kind=KIND)
    assert victim.read_text() == "a letter"


def test_the_new_file_is_on_the_disk_before_it_has_the_name(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, fsync, synced = tmp_path / "file", os.fsync, []
    write_sealed(path, {"old": True}, kind=KIND)

    def note(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append(
            ("folder" if is_folder else "file", *read_sealed(path, kind=KIND))
        )
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_sealed(path, {"new": True}, kind=KIND)
    assert synced == [("file", "old"), ("folder", "new")]


def test_only_a_directory_can_be_synced(tmp_path: pathlib.Path) -> None:
    sync_directory(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        sync_directory(tmp_path / "file")


# Locks


def test_a_lock_is_held_by_one_and_then_by_the_next(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "lock"
    lock = FileLock.take(path)
    with pytest.raises(ConflictError, match="another process holds"):
        FileLock.take(path)
    lock.release()
    lock.release()
    with FileLock.take(path), pytest.raises(ConflictError):
        FileLock.take(path)
    FileLock.take(path).release()
    assert path.exists()


def test_whoever_waits_for_a_lock_gets_it_when_it_is_free(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "lock"
    order = []

    def wait() -> None:
        with FileLock.wait_for(path):
            order.append("waiter")

    with FileLock.take(path):
        waiter = threading.Thread(target=wait)
        waiter.start()
        order.append("holder")
    waiter.join()
    assert order == ["holder", "waiter"]


def test_a_lock_that_cannot_be_made_is_an_error(tmp_path: pathlib.Path) -> None:
    with pytest.raises(StoreError, match="cannot make the lock"):
        FileLock.take(tmp_path / "no-such-folder" / "lock")


def test_a_file_system_without_locks_is_an_error(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StoreError, match=r"cannot lock .*No locks available"):
        FileLock.wait_for(tmp_path / "lock")


def test_a_forked_child_does_not_keep_the_lock_of_its_dead_parent(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "lock"
    command = [
        sys.executable,
        "-m",
        "tests.support.store_process",
        "orphan",
        str(path),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"forked\n"
        parent.wait()
        # The child lives on: it waits for the end of its standard input.
        FileLock.take(path).release()
