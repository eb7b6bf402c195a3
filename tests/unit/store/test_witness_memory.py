"""A witness never cosigns what contradicts what it cosigned before."""

import json
import pathlib
import subprocess
import sys

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
from provenance.store.durable import read_sealed, write_sealed
from provenance.store.witness_memory import KIND, WitnessMemory
from tests.support.store_process import ORIGIN, RACE_LENGTH

ROOT = pathlib.Path(__file__).resolve().parents[3]
OTHER = "other.example/log"
A, B = sha256(b"root a"), sha256(b"root b")


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "witness.memory"


@pytest.fixture
def memory(path: pathlib.Path) -> WitnessMemory:
    return WitnessMemory.create(path)


def test_an_unknown_log_has_no_last_size(memory: WitnessMemory) -> None:
    assert memory.last(ORIGIN) is None


def test_what_was_cosigned_is_remembered_log_by_log(
    path: pathlib.Path, memory: WitnessMemory
) -> None:
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="note — 7")
    memory.update(OTHER, old_size=0, size=3, root=B, note="note 3")
    memory.update(ORIGIN, old_size=7, size=9, root=B, note="note 9")
    for each in (memory, WitnessMemory(path)):
        assert each.last(ORIGIN) == (9, B)
        assert each.last(OTHER) == (3, B)
        assert each.last("third.example/log") is None
    assert read_sealed(path, kind=KIND)[ORIGIN] == {
        "note": "note 9",
        "root": B.hex(),
        "size": 9,
    }


def test_a_log_may_have_any_name(memory: WitnessMemory) -> None:
    for origin in ("", "log\nwith a line", "log — 日志", "\ud800", '"}'):
        memory.update(origin, old_size=0, size=1, root=A, note=origin)
        assert memory.last(origin) == (1, A)


@pytest.mark.parametrize("old_size", [0, 6, 8, 9])
def test_an_update_from_another_size_is_refused(
    memory: WitnessMemory, old_size: int
) -> None:
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="")
    with pytest.raises(
        ConflictError, match=f"the last size cosigned is 7, not {old_size}"
    ):
        memory.update(ORIGIN, old_size=old_size, size=9, root=B, note="")
    assert memory.last(ORIGIN) == (7, A)


def test_a_first_update_starts_from_size_0(memory: WitnessMemory) -> None:
    with pytest.raises(ConflictError, match="is 0, not 5"):
        memory.update(ORIGIN, old_size=5, size=7, root=A, note="")
    assert memory.last(ORIGIN) is None


def test_the_same_checkpoint_may_be_cosigned_again(
    path: pathlib.Path, memory: WitnessMemory
) -> None:
    memory.update(ORIGIN, old_size=0, size=0, root=EMPTY_ROOT, note="")
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="one signature")
    memory.update(ORIGIN, old_size=7, size=7, root=A, note="two signatures")
    assert memory.last(ORIGIN) == (7, A)
    assert "two signatures" in path.read_text()


@pytest.mark.parametrize(
    ("size", "root"), [(7, B), (6, A), (0, EMPTY_ROOT), (-1, A)]
)
def test_a_smaller_size_or_another_root_is_refused(
    memory: WitnessMemory, size: int, root: Hash
) -> None:
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="")
    with pytest.raises(
        ForkError,
        match=r"does not extend what was cosigned for 'ledger.example/killed'",
    ):
        memory.update(ORIGIN, old_size=7, size=size, root=root, note="")
    assert memory.last(ORIGIN) == (7, A)


def test_the_empty_log_has_exactly_one_root(memory: WitnessMemory) -> None:
    with pytest.raises(ForkError):
        memory.update(ORIGIN, old_size=0, size=0, root=A, note="")


def test_a_missing_memory_is_never_taken_for_an_empty_one(
    path: pathlib.Path,
) -> None:
    memory = WitnessMemory(path)
    with pytest.raises(NotFoundError):
        memory.last(ORIGIN)
    with pytest.raises(NotFoundError):
        memory.update(ORIGIN, old_size=0, size=7, root=A, note="")
    assert not path.exists()


def test_a_memory_is_never_made_over_another(
    path: pathlib.Path, memory: WitnessMemory
) -> None:
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="")
    with pytest.raises(ConflictError, match="already"):
        WitnessMemory.create(path)
    assert memory.last(ORIGIN) == (7, A)


def test_every_flipped_bit_of_a_memory_is_found(
    path: pathlib.Path, memory: WitnessMemory
) -> None:
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="note")
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            with pytest.raises(MalformedError):
                memory.last(ORIGIN)
    with pytest.raises(MalformedError):
        memory.update(ORIGIN, old_size=7, size=8, root=B, note="")


@pytest.mark.parametrize(
    "kept",
    [
        7,
        "text",
        [],
        {},
        {"size": "7", "root": A.hex()},
        {"size": 7, "root": "zz"},
        {"size": 7, "root": "aa"},
    ],
)
def test_a_sealed_file_of_another_shape_is_malformed(
    path: pathlib.Path, kept: object
) -> None:
    write_sealed(path, {ORIGIN: kept}, kind=KIND)
    with pytest.raises(MalformedError):
        WitnessMemory(path).last(ORIGIN)


def test_a_failed_write_leaves_what_was(
    path: pathlib.Path, memory: WitnessMemory
) -> None:
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="")
    obstacle = path.with_name("witness.memory.tmp")
    obstacle.mkdir()
    with pytest.raises(StoreError, match="cannot write"):
        memory.update(ORIGIN, old_size=7, size=8, root=B, note="")
    assert memory.last(ORIGIN) == (7, A)
    obstacle.rmdir()
    memory.update(ORIGIN, old_size=7, size=8, root=B, note="")


def test_of_two_processes_that_race_one_wins_each_size(
    path: pathlib.Path, memory: WitnessMemory
) -> None:
    racers = {
        name: subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.support.store_process",
                "race",
                str(path),
                name,
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("one", "two")
    }
    for racer in racers.values():
        assert racer.stdout is not None
        assert racer.stdout.readline() == b"ready\n"
    for racer in racers.values():
        assert racer.stdin is not None
        racer.stdin.write(b"go\n")
        racer.stdin.flush()
    won = {
        name: [int(size) for size in racer.communicate()[0].split()]
        for name, racer in racers.items()
    }

    assert [racer.returncode for racer in racers.values()] == [0, 0]
    assert sorted(won["one"] + won["two"]) == list(range(1, RACE_LENGTH + 1))
    winner = "one" if RACE_LENGTH in won["one"] else "two"
    assert memory.last(ORIGIN) == (
        RACE_LENGTH,
        sha256(b"%s %d" % (winner.encode(), RACE_LENGTH)),
    )


def test_the_file_can_be_read_by_people(
    path: pathlib.Path, memory: WitnessMemory
) -> None:
    memory.update(ORIGIN, old_size=0, size=7, root=A, note="note")
    seal, _, body = path.read_text().partition("\n")
    assert seal.startswith("provenance/witness-memory/v1 ")
    assert json.loads(body) == {
        ORIGIN: {"note": "note", "root": A.hex(), "size": 7}
    }
