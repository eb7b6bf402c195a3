"""Errors: a code, a hint and, where there is one, a place."""

import pickle

import pytest

from provenance import errors
from provenance.cli.problems import PROBLEMS, problem_of
from provenance.errors import MalformedError, ProvenanceError

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
