"""A slice of what `tests.fuzz` gives to every parser, on every run."""

import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

from provenance.errors import MalformedError, ProvenanceError
from tests.fuzz import child
from tests.fuzz.parsers import PARSERS
from tests.parts import lack

SLICE = 150
SEED = 20_261_202


@pytest.mark.parametrize("name", PARSERS)
def test_only_documented_errors_come_out_of_the_parser_of(name: str) -> None:
    found = child.ask(name, SLICE, SEED)
    print(f"seed {SEED}: {found.told()}")
    assert found.faults == []
    assert found.said.total() == SLICE


@pytest.mark.parametrize(
    "name", [name for name, parser in PARSERS.items() if parser.twin]
)
def test_javascript_reads_what_python_reads_of(name: str) -> None:
    if shutil.which("node") is None:
        lack("no node")
    found = child.ask(name, SLICE // 3, SEED + 1, both=True)
    print(f"seed {SEED + 1}: {found.told()}")
    assert found.faults == []


@pytest.mark.parametrize("name", PARSERS)
def test_the_seeds_are_valid_inputs_of(name: str) -> None:
    parser = PARSERS[name]
    read = 0
    for data in parser.seeds():
        with contextlib.suppress(ProvenanceError):
            parser.read(data)
            read += 1
    assert read > 0


def test_an_error_that_is_not_documented_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fuzzer is not asleep."""

    def careless(data: bytes) -> object:
        if len(data) % 3 == 0:
            raise MalformedError("three")
        return data[len(data) % 3 * 10**9]

    parser = dataclasses.replace(PARSERS["trust"], read=careless)
    monkeypatch.setitem(PARSERS, "trust", parser)
    found = child.ask("trust", 50, SEED)
    assert found.said["MalformedError"] > 0
    assert len(found.faults) == 20
    assert "IndexError: 'index out of range' at test_fuzz.py" in found.faults[0]
    path = pathlib.Path(found.faults[0].rpartition(" ")[2])
    assert path.read_bytes()
    path.unlink()


def test_what_takes_too_long_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(_: bytes) -> object:
        until = time.process_time() + 60
        while time.process_time() < until:
            pass
        return None

    monkeypatch.setattr(child, "_HARD_SECONDS", 0.2)
    parser = dataclasses.replace(PARSERS["trust"], read=slow)
    monkeypatch.setitem(PARSERS, "trust", parser)
    (fault,) = child.ask("trust", 1, SEED).faults
    assert "TooLongError: 'more than 0.2 s'" in fault


def test_what_takes_too_much_memory_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child, "_HARD_MEMORY", 2**40)
    parser = dataclasses.replace(
        PARSERS["trust"], read=lambda _: bytearray(b"x" * (2**30))
    )
    monkeypatch.setitem(PARSERS, "trust", parser)
    (fault,) = child.ask("trust", 1, SEED).faults
    assert "MiB above rest" in fault


def test_the_command_says_what_it_found() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "vkey", "50", "7"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 7\nvkey: ")
    assert done.stdout.endswith("0 faults\n")
