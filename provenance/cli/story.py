"""Verdicts as lines that people read; stories are in `telling`."""

from collections.abc import Mapping

from provenance.cli.problems import (
    COULD_NOT,
    FAILED,
    INCOMPLETE,
    NOT_FOUND,
    OK,
    RECEIPT_CODE,
    explanations,
)
from provenance.cli.program import PROGRAM
from provenance.cli.screen import Screen, Style
from provenance.cli.times import utc
from provenance.cli.words import counted, word
from provenance.proof.verdict import (
    EXPLANATIONS,
    NOT_CHECKED,
    Moment,
    Outcome,
    Step,
    Summary,
    Verdict,
    as_json,
)

NEVER_REGISTERED = "PRV-1003"
"""The step that proves that the ledger holds nothing about the item."""

_STYLES: dict[Outcome, Style] = {
    Outcome.VERIFIED: "good",
    Outcome.FAILED: "bad",
    Outcome.INCOMPLETE: "warning",
    Outcome.UNKNOWN: "strong",
}
_MARKS = {
    Outcome.VERIFIED: "✓",
    Outcome.FAILED: "✗",
    Outcome.INCOMPLETE: "!",
    Outcome.UNKNOWN: "–",
}
_EXIT_CODES = {
    Outcome.VERIFIED: OK,
    Outcome.FAILED: FAILED,
    Outcome.INCOMPLETE: INCOMPLETE,
    Outcome.UNKNOWN: COULD_NOT,
}
_WIDTH = 76


def explanation_of(code: str) -> str:
    """Return what *code* means, at length; "" for an unknown one."""
    return EXPLANATIONS.get(code) or explanations().get(code, "")


def exit_code_of(verdict: Verdict) -> int:
    """Return the exit code that *verdict* alone would end a command with."""
    if verdict.outcome is Outcome.UNKNOWN and any(
        step.code == NEVER_REGISTERED for step in verdict.steps
    ):
        return NOT_FOUND
    return _EXIT_CODES[verdict.outcome]


def print_verdict(
    screen: Screen, verdict: Verdict, source: str, *, explain: bool
) -> None:
    """Print *verdict*: notices first, then the outcome, then every check."""
    for notice in verdict.notices:
        screen.line((f"notice {notice.code}", "warning"), f"  {notice.detail}")
    print_outcome(screen, verdict, verdict.subject or source)
    screen.line("The following checks were performed:")
    for step in verdict.steps:
        print_step(screen, step, explain=explain)
    _print_shown(screen, verdict)
    screen.line(word("not shown", "en"))


def print_finding(
    screen: Screen, subject: str, step: Step, *, explain: bool
) -> None:
    """Print what the one check of a receipt or of a file came to."""
    screen.line((step.outcome.value, _STYLES[step.outcome]), f"  {subject}")
    screen.line("The following check was performed:")
    print_step(screen, step, explain=explain)
    if step.code == RECEIPT_CODE:
        screen.line(
            "Not shown by this: who may have signed it, and what was logged"
            " later."
        )


def print_step(screen: Screen, step: Step, *, explain: bool) -> None:
    """Print one check; if wanted, with what it means."""
    mark = (_MARKS[step.outcome], _STYLES[step.outcome])
    is_passed = step.outcome is Outcome.VERIFIED
    code = "" if is_passed else f"{step.code}  "
    screen.line("  ", mark, f" {step.name:<13}  {code}{step.detail}")
    if explain:
        import textwrap  # noqa: PLC0415  # for this alone

        for line in textwrap.wrap(explanation_of(step.code), _WIDTH - 19):
            screen.line(" " * 19, line)
    elif not is_passed and step.code != NOT_CHECKED:
        screen.line(" " * 19, f"more: {PROGRAM} explain {step.code}")


def print_fields(
    screen: Screen, fields: Mapping[str, object], *, indent: int = 4
) -> None:
    """Print concealed fields that are shown: JSON Pointer and value."""
    import json  # noqa: PLC0415  # rare, and slow to load

    for pointer, value in fields.items():
        text = json.dumps(value, ensure_ascii=False)
        screen.line(" " * indent, f"{pointer}: {text}")


def print_outcome(
    screen: Screen, verdict: Verdict, what: str, *, language: str = "en"
) -> None:
    """Print the outcome, *what* it comes to, and what it rests on."""
    outcome = verdict.outcome
    screen.line(
        (outcome.value, _STYLES[outcome]),
        f"  {what}",
        _rests_on(verdict.summary, language),
    )


def signed_by(moment: Moment) -> str:
    """Return who signed it: the name and the id of the actor."""
    name = moment.issuer_name
    return f"{name} <{moment.issuer}>" if name else moment.issuer


def _print_shown(screen: Screen, verdict: Verdict) -> None:
    """Print what is concealed from others and shown by this."""
    moments = [moment for moment in verdict.timeline if moment.fields]
    if not moments:
        return
    screen.line(word("shown", "en"))
    if verdict.outcome is Outcome.FAILED:
        screen.line("  ", (word("unproven", "en"), "bad"))
    for moment in moments:
        screen.line(
            f"  entry {moment.log_index}, event {moment.position}, signed by"
            f" {signed_by(moment)}"
        )
        fields = {k: as_json(v) for k, v in moment.fields.items()}
        print_fields(screen, fields)


def _rests_on(summary: Summary | None, language: str) -> str:
    if summary is None:
        return ""
    return "  " + word(
        "rests on",
        language,
        events=counted(summary.event_count, "event", "events", language),
        signers=counted(len(summary.issuers), "signer", "signers", language),
        origin=summary.origin,
        size=f"{summary.size}",
        time=utc(summary.time),
        witnesses=f"{len(summary.witnesses)}/{summary.trusted_witnesses}",
    )
