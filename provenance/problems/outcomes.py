"""Outcomes: how a verdict ends a command."""

from collections.abc import Mapping

from provenance.problems.exits import (
    COULD_NOT,
    FAILED,
    INCOMPLETE,
    NOT_FOUND,
    OK,
)
from provenance.proof.verdict import Outcome, Verdict

NEVER_REGISTERED = "PRV-1003"
"""The step that proves that the ledger holds nothing about the item."""

OUTCOME_EXITS: Mapping[Outcome, int] = {
    Outcome.VERIFIED: OK,
    Outcome.FAILED: FAILED,
    Outcome.INCOMPLETE: INCOMPLETE,
    Outcome.UNKNOWN: COULD_NOT,
}
"""Outcome → how it alone ends a command."""

EXIT_OUTCOMES: Mapping[int, Outcome] = {
    **{code: outcome for outcome, code in OUTCOME_EXITS.items()},
    NOT_FOUND: Outcome.UNKNOWN,
}
"""Exit code of an error → what it says of the evidence that met it."""


def exit_code_of(verdict: Verdict) -> int:
    """Return the exit code that *verdict* alone would end a command with."""
    if verdict.outcome is Outcome.UNKNOWN and any(
        step.code == NEVER_REGISTERED for step in verdict.steps
    ):
        return NOT_FOUND
    return OUTCOME_EXITS[verdict.outcome]
