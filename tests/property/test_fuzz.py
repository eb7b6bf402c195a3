"""A slice of what `tests.fuzz` gives to every parser, on every run."""

import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from provenance.errors import MalformedError, ProvenanceError
from tests.fuzz import child
from tests.fuzz.parsers import PARSERS
from tests.support.parts import lack

SLICE = 100
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


SEED_TEXT = b"a valid input"


def given_to(
    read: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put *read* in the place of a parser that takes SEED_TEXT."""

    def parse(data: bytes) -> object:
        return None if data == SEED_TEXT else read(data)

    parser = PARSERS["trust"]
    changed = dataclasses.replace(parser, read=parse, seeds=lambda: [SEED_TEXT])
    monkeypatch.setitem(PARSERS, "trust", changed)


def test_an_error_that_is_not_documented_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fuzzer is not asleep."""

    def careless(data: bytes) -> object:
        if len(data) % 3 == 0:
            raise MalformedError("three")
        return data[10**9]

    given_to(careless, monkeypatch)
    found = child.ask("trust", 80, SEED)
    assert found.said["MalformedError"] > 0
    assert len(found.faults) == 20
    assert "IndexError: 'index out of range' at test_fuzz.py" in found.faults[0]
    for fault in found.faults:
        path = pathlib.Path(fault.rpartition(" ")[2])
        path.unlink(missing_ok=True)


def test_what_takes_too_long_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(_: bytes) -> object:
        until = time.process_time() + 60
        while time.process_time() < until:
            pass
        return None

    monkeypatch.setattr(child, "_HARD_SECONDS", 0.2)
    given_to(slow, monkeypatch)
    fault = child.ask("trust", 9, SEED).faults[0]
    assert "TooLongError: 'more than 0.2 s'" in fault


def test_what_takes_too_much_memory_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child, "_HARD_MEMORY", 2**30)
    monkeypatch.setattr(child, "MEMORY", 2**25)
    given_to(lambda _: bytearray(b"x" * 2**27), monkeypatch)
    fault = child.ask("trust", 9, SEED).faults[0]
    assert "MiB above rest" in fault
    monkeypatch.setattr(child, "_HARD_MEMORY", 2**25)
    fault = child.ask("trust", 9, SEED).faults[0]
    assert "MemoryError" in fault


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
