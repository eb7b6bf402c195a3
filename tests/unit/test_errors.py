"""Errors: a code, a hint and, where there is one, a place."""

import errno
import os
import pickle
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from provenance import errors
from provenance.errors import MalformedError, ProvenanceError
from provenance.problems import PROBLEMS, explanations, problem_of
from tests.support.cli_runs import PROJECT, ok

KINDS: list[type[ProvenanceError]] = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, ProvenanceError)
    and kind is not ProvenanceError
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_code_of_its_own_and_says_what_to_do(
    kind: type[ProvenanceError],
) -> None:
    assert kind.code.startswith("PRV-9")
    assert [k for k in KINDS if k.code == kind.code] == [kind]
    assert kind.hint
    assert kind.path is None


@pytest.mark.parametrize("kind", KINDS)
def test_commands_show_the_code_and_hint_of_the_error(
    kind: type[ProvenanceError],
) -> None:
    assert (PROBLEMS[kind].code, PROBLEMS[kind].advice) == (
        kind.code,
        kind.hint,
    )


def test_a_command_shows_what_a_node_said_of_an_error() -> None:
    error = errors.RejectedError("no")
    error.code, error.hint = "PRV-9106", "wait"
    problem = problem_of(error)
    assert problem is not None
    assert (problem.code, problem.advice) == ("PRV-9106", "wait")


def test_an_error_at_a_place_has_it_and_says_it() -> None:
    error = MalformedError.at("$.a[1]", "this is no text")
    assert (error.path, str(error)) == ("$.a[1]", "$.a[1]: this is no text")
    assert pickle.loads(pickle.dumps(error)).path == "$.a[1]"  # our own


@pytest.mark.parametrize(
    ("reason", "code", "word"),
    [
        (errno.EACCES, "PRV-9005", "permissions"),
        (errno.EROFS, "PRV-9005", "only be read"),
        (errno.ENOSPC, "PRV-9005", "room"),
        (errno.EDQUOT, "PRV-9005", "quota"),
        (errno.EISDIR, "PRV-9005", "folder"),
        (errno.EMFILE, "PRV-9005", "ulimit"),
        (errno.EIO, "PRV-9005", "failing"),
        (errno.EPIPE, "PRV-9007", "output"),
        (errno.ENOENT, "PRV-9004", "path"),
        (errno.EXDEV, "PRV-9005", "message"),  # of no advice of its own
    ],
)
def test_what_the_system_refuses_has_the_remedy_of_its_reason(
    reason: int, code: str, word: str
) -> None:
    problem = problem_of(OSError(reason, os.strerror(reason)))
    assert problem is not None
    assert problem.code == code
    assert word in problem.advice
    assert code in explanations()


def test_a_failed_write_says_what_the_system_says_is_to_be_done() -> None:
    full = errors.StoreError("cannot write it")
    full.__cause__ = OSError(errno.ENOSPC, "full")
    problem = problem_of(full)
    assert problem is not None
    assert (problem.code, "room" in problem.advice) == ("PRV-9060", True)
    # Without a reason of the system it is the error's own.
    assert problem_of(errors.StoreError("x")) == PROBLEMS[errors.StoreError]


def test_damage_is_told_apart_from_a_disk_that_fails() -> None:
    failed, damaged = PROBLEMS[errors.StoreError], PROBLEMS[errors.DamagedError]
    assert "audit" in damaged.advice
    assert "audit" not in failed.advice
    assert failed.is_retryable
    assert not damaged.is_retryable


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("errors") / "ledger"
    ok("init", str(folder), "--origin", "ledger.example/errors")
    return folder


def _said(*command: str, redirected: str = "") -> tuple[int, str]:
    """Return how a command of its own process ends, and what it says."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-m",
         "provenance", *command],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_an_address_in_use_says_so_and_offers_another_port(
    ledger: Path,
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        code, said = _said("node", "serve", str(ledger), "--port", port)
    assert code == 3
    assert said.startswith("error PRV-9321: the address 127.0.0.1")
    assert "--port" in said


@pytest.mark.parametrize("host", ["nosuch.invalid", "203.0.113.7"])
def test_an_address_that_is_not_this_machines_is_told_as_such(
    ledger: Path, host: str
) -> None:
    code, said = _said("node", "serve", str(ledger), "--host", host)
    assert (code, said.split(":")[0]) == (3, "error PRV-9321")
    assert "--host" in said
