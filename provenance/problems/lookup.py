"""What is said of an error, as the table has it."""

from provenance import errors
from provenance.extras import MissingExtraError
from provenance.problems.findings import FINDINGS
from provenance.problems.table import (
    COMMAND_PROBLEMS,
    MISSING_EXTRA_PROBLEM,
    PROBLEMS,
    SERVER_PROBLEMS,
    SYSTEM_PROBLEMS,
    UNREADABLE_PROBLEM,
    Problem,
)


def problem_of(error: BaseException) -> Problem | None:
    """Return the problem that *error* is; None for a bug."""
    if isinstance(error, MissingExtraError):
        return MISSING_EXTRA_PROBLEM
    if isinstance(error, OSError):
        return SYSTEM_PROBLEMS.get(error.errno or 0, UNREADABLE_PROBLEM)
    if not isinstance(error, errors.ProvenanceError):
        return None
    kind = next(kind for kind in type(error).__mro__ if kind in PROBLEMS)
    problem = PROBLEMS[kind]
    # What a node said has a code and an advice of its own.
    advice, cause = error.hint, error.__cause__
    if isinstance(cause, OSError) and advice == problem.advice:
        # The system's reason says best what is to be done about it.
        known = SYSTEM_PROBLEMS.get(cause.errno or 0)
        advice = known.advice if known is not None else advice
    return problem._replace(code=error.code, advice=advice, rule=error.rule)


def text_of(error: BaseException) -> str:
    """Return what *error* says."""
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:
            return error.strerror
        from pathlib import Path  # noqa: PLC0415  # rare, and slow to load

        from provenance.store.links import whereabouts  # noqa: PLC0415  # so

        return f"{whereabouts(Path(str(error.filename)))}: {error.strerror}"
    return str(error)


def explanations() -> dict[str, str]:
    """Return every code of an error with its explanation.

    Those of commands, and those that only a node answers with.
    """
    problems = (*COMMAND_PROBLEMS, *PROBLEMS.values(), *SERVER_PROBLEMS)
    return {
        **FINDINGS,
        **{p.code: f"{p.explanation} To do: {p.advice}." for p in problems},
    }


def to_json(problem: Problem, what: str, where: str) -> dict[str, object]:
    """Return an error as the JSON objects of commands have it."""
    said: dict[str, object] = {
        "code": problem.code,
        "what": what,
        "where": where,
        "do": problem.advice,
        "explain": f"provenance explain {problem.code}",
    }
    if problem.rule:
        said["rule"] = problem.rule
    return said
