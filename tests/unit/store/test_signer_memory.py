"""A log's key never signs what contradicts what it signed before."""

import os
import pathlib
import stat

import pytest

from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import (
    ConflictError,
    ForkError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.store.durable import write_sealed
from provenance.store.signer_memory import KIND, SignerMemory

ORIGIN = "ledger.example/memory"
A, B = sha256(b"root a"), sha256(b"root b")


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "signer.memory"


@pytest.fixture
def memory(path: pathlib.Path) -> SignerMemory:
    return SignerMemory.create(path, origin=ORIGIN)


def test_a_new_memory_has_signed_nothing(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    assert memory.last == (0, EMPTY_ROOT)
    assert SignerMemory.open(path, origin=ORIGIN).last == (0, EMPTY_ROOT)


def test_a_larger_size_is_remembered(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    for size, root in ((1, A), (2, B), (2**53 - 1, A)):
        memory.advance(size, root)
        assert memory.last == (size, root)
        assert SignerMemory.open(path, origin=ORIGIN).last == (size, root)
        assert SignerMemory.read(path, origin=ORIGIN) == (size, root)


def test_the_same_checkpoint_may_be_signed_again(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(0, EMPTY_ROOT)
    memory.advance(7, A)
    before = path.stat()
    memory.advance(7, A)
    assert path.stat().st_ino == before.st_ino
    assert memory.last == (7, A)


@pytest.mark.parametrize(
    ("size", "root"), [(7, B), (6, A), (6, B), (0, EMPTY_ROOT), (-1, A)]
)
def test_a_smaller_size_or_another_root_is_refused(
    path: pathlib.Path, memory: SignerMemory, size: int, root: Hash
) -> None:
    memory.advance(7, A)
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(
            ForkError, match=f"size {size} .*does not extend.* size 7"
        ):
            memory.advance(size, root)
    assert memory.last == (7, A)
    assert path.read_bytes() == before
    memory.advance(8, B)


def test_the_empty_log_has_exactly_one_root(memory: SignerMemory) -> None:
    with pytest.raises(ForkError):
        memory.advance(0, A)


def test_a_memory_is_never_made_over_another(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(7, A)
    with pytest.raises(ConflictError, match="already"):
        SignerMemory.create(path, origin=ORIGIN)
    assert SignerMemory.open(path, origin=ORIGIN).last == (7, A)


def test_only_the_owner_can_read_a_memory(path: pathlib.Path) -> None:
    before = os.umask(0)
    try:
        SignerMemory.create(path, origin=ORIGIN).advance(7, A)
    finally:
        os.umask(before)
    assert {
        stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()
    } == {0o600}


def test_a_missing_memory_is_never_taken_for_an_empty_one(
    path: pathlib.Path,
) -> None:
    with pytest.raises(
        ForkError,
        match=r"there is no file .*Bring the file back as it was last",
    ):
        SignerMemory.open(path, origin=ORIGIN)
    with pytest.raises(NotFoundError):
        SignerMemory.read(path, origin=ORIGIN)
    assert list(path.parent.iterdir()) == []


def test_an_unreadable_memory_stops_the_signer(path: pathlib.Path) -> None:
    path.mkdir()
    with pytest.raises(ForkError, match="cannot read"):
        SignerMemory.open(path, origin=ORIGIN)


def test_the_memory_of_another_log_is_refused(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(7, A)
    with pytest.raises(
        ForkError,
        match=r"the memory of 'ledger.example/memory', not of 'other.example/log'",
    ):
        SignerMemory.open(path, origin="other.example/log")


def test_every_flipped_bit_of_a_memory_is_found(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(7, A)
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            with pytest.raises(ForkError):
                SignerMemory.open(path, origin=ORIGIN)


def test_every_cut_of_a_memory_is_found(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(7, A)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ForkError):
            SignerMemory.open(path, origin=ORIGIN)
    path.write_bytes(whole + b"\n")
    with pytest.raises(ForkError):
        SignerMemory.open(path, origin=ORIGIN)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"origin": ORIGIN, "size": 7},
        {"origin": ORIGIN, "size": "7", "root": A.hex()},
        {"origin": ORIGIN, "size": 7, "root": A.hex()[2:]},
        {"origin": ORIGIN, "size": 7, "root": "zz" * 32},
        {"origin": 1, "size": 7, "root": A.hex()},
    ],
)
def test_a_sealed_file_of_another_shape_is_malformed(
    path: pathlib.Path, value: dict[str, object]
) -> None:
    write_sealed(path, value, kind=KIND)
    with pytest.raises(MalformedError):
        SignerMemory.read(path, origin=ORIGIN)
    with pytest.raises(ForkError):
        SignerMemory.open(path, origin=ORIGIN)


def test_a_memory_that_was_put_back_is_noticed_before_signing(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(7, A)
    old = path.read_bytes()
    memory.advance(9, B)
    path.write_bytes(old)
    for size, root in ((8, A), (9, B), (10, A)):
        with pytest.raises(
            ForkError, match=r"says size 7 .*was left at size 9"
        ):
            memory.advance(size, root)


def test_a_memory_that_was_deleted_is_noticed_before_signing(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(7, A)
    path.unlink()
    with pytest.raises(ForkError, match="there is no file"):
        memory.advance(8, B)
    assert not path.exists()


def test_of_two_signers_with_one_key_the_second_stops(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    other = SignerMemory.open(path, origin=ORIGIN)
    memory.advance(7, A)
    with pytest.raises(
        ForkError, match="another process signs with the same key"
    ):
        other.advance(8, B)
    assert SignerMemory.open(path, origin=ORIGIN).last == (7, A)


def test_what_a_crash_left_half_written_is_overwritten(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    leftover = path.with_name("signer.memory.tmp")
    leftover.write_bytes(b"half of a memory" * 999)
    leftover.chmod(0o666)
    memory.advance(7, A)
    assert SignerMemory.open(path, origin=ORIGIN).last == (7, A)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "signer.memory",
        "signer.memory.lock",
    ]


def test_after_a_failed_write_nothing_is_signed_until_opened_again(
    path: pathlib.Path, memory: SignerMemory
) -> None:
    memory.advance(7, A)
    obstacle = path.with_name("signer.memory.tmp")
    obstacle.mkdir()
    with pytest.raises(StoreError, match="cannot write"):
        memory.advance(8, B)
    obstacle.rmdir()
    for size, root in ((8, B), (7, A)):
        with pytest.raises(StoreError, match="failed before: open it again"):
            memory.advance(size, root)
    assert memory.last == (7, A)

    again = SignerMemory.open(path, origin=ORIGIN)
    again.advance(8, B)
    assert again.last == (8, B)


def test_a_memory_cannot_be_made_where_there_is_no_folder(
    tmp_path: pathlib.Path,
) -> None:
    with pytest.raises(StoreError, match="cannot"):
        SignerMemory.create(
            tmp_path / "no-such-folder" / "signer.memory", origin=ORIGIN
        )
