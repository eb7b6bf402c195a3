"""A private key's file is written once, whole, and for its owner alone."""

import os
import pathlib
import resource
import shlex
import stat
import subprocess
import sys

import pytest

import provenance
from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    RejectedError,
    StoreError,
)
from provenance.keys import MLDSASigner, Signer
from provenance.store.keyfile import read_key, read_mldsa_key, write_key


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "actor.pem"


def test_a_key_that_is_written_is_read_as_it_was(path: pathlib.Path) -> None:
    signer = Signer.generate()

    write_key(path, signer)

    assert read_key(path).verifier == signer.verifier
    assert path.read_bytes() == signer.to_pem()


def test_a_post_quantum_key_is_written_and_read_as_well(
    path: pathlib.Path,
) -> None:
    signer = MLDSASigner.generate()

    write_key(path, signer)

    assert read_mldsa_key(path).verifier == signer.verifier
    with pytest.raises(MalformedError, match="not one of Ed25519"):
        read_key(path)


def test_only_the_owner_can_read_the_file_whatever_the_umask(
    path: pathlib.Path,
) -> None:
    umask = os.umask(0)
    try:
        write_key(path, Signer.generate())
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(path: pathlib.Path) -> None:
    write_key(path, Signer.generate())
    before = path.read_bytes()

    with pytest.raises(ConflictError, match="never overwritten"):
        write_key(path, Signer.generate())

    assert path.read_bytes() == before


def test_a_key_is_not_written_through_a_link(
    path: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ConflictError):
        write_key(path, Signer.generate())

    assert not (tmp_path / "elsewhere").exists()


def test_a_missing_folder_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(
        NotFoundError, match=f"no folder {tmp_path}/no for the key"
    ):
        write_key(tmp_path / "no" / "actor.pem", Signer.generate())


def test_a_folder_that_is_a_file_is_a_failed_write(path: pathlib.Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="Not a directory"):
        write_key(path / "actor.pem", Signer.generate())


def test_half_a_key_is_not_left_behind_when_the_disk_fails(
    path: pathlib.Path,
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, limits[1]))
    try:
        with pytest.raises(StoreError, match="File too large"):
            write_key(path, Signer.generate())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not path.exists()

    write_key(path, Signer.generate())
    read_key(path)


def test_a_missing_key_is_not_found(path: pathlib.Path) -> None:
    with pytest.raises(NotFoundError, match="no key at"):
        read_key(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_key_that_others_can_reach_is_refused_with_the_remedy(
    tmp_path: pathlib.Path, mode: int
) -> None:
    path = tmp_path / "an actor's.pem"
    write_key(path, Signer.generate())
    path.chmod(mode)

    with pytest.raises(RejectedError) as refused:
        read_key(path)

    _, remedy = str(refused.value).split(": run ")
    subprocess.run(shlex.split(remedy), check=True)
    read_key(path)


def test_a_key_may_be_kept_behind_a_link(
    path: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    signer = Signer.generate()
    write_key(tmp_path / "kept.pem", signer)
    path.symlink_to(tmp_path / "kept.pem")
    assert read_key(path).verifier == signer.verifier


def test_a_folder_is_no_key(tmp_path: pathlib.Path) -> None:
    with pytest.raises(MalformedError, match="is not a file"):
        read_key(tmp_path)


def test_a_pipe_is_no_key_and_does_not_block(path: pathlib.Path) -> None:
    os.mkfifo(path, 0o600)
    with pytest.raises(MalformedError, match="is not a file"):
        read_key(path)


def test_a_path_through_a_file_cannot_be_read(path: pathlib.Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="Not a directory"):
        read_key(path / "actor.pem")


@pytest.mark.parametrize("content", [b"", b"no key", bytes(100_000)])
def test_a_file_without_a_key_is_malformed(
    path: pathlib.Path, content: bytes
) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(MalformedError, match="no Ed25519 private key"):
        read_key(path)


def test_no_message_shows_the_secret(path: pathlib.Path) -> None:
    pem = Signer.generate().to_pem()
    path.write_bytes(pem[:60] + b"!" + pem[60:])
    path.chmod(0o600)
    with pytest.raises(MalformedError) as refused:
        read_key(path)
    secret = pem.splitlines()[1].decode()
    assert secret[20:30] not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_key_written_twice_at_once_is_written_once(
    path: pathlib.Path,
) -> None:
    program = f"""
import pathlib
from provenance.errors import ConflictError
from provenance.keys import Signer
from provenance.store.keyfile import write_key
try:
    write_key(pathlib.Path({str(path)!r}), Signer.generate())
    print("written")
except ConflictError:
    print("refused")
"""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = sorted(writer.communicate()[0].strip() for writer in writers)
    assert said == ["refused", "written"]
    read_key(path)


def test_a_new_key_is_written_and_loaded_by_its_path_alone(
    tmp_path: pathlib.Path,
) -> None:
    made = provenance.new_key(str(tmp_path / "mine.key"))
    loaded = provenance.load_key(str(tmp_path / "mine.key"))
    assert loaded.verifier == made.verifier
    with pytest.raises(provenance.ConflictError, match="never overwritten"):
        provenance.new_key(tmp_path / "mine.key")
