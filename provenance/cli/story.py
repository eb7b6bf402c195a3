"""Verdicts as lines that people read; stories are in `telling`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from provenance.cli.program import PROGRAM
from provenance.cli.screen import Screen, Style
from provenance.encoding.canonical import Value
from provenance.encoding.instant import utc
from provenance.problems import explanations
from provenance.problems.findings import RECEIPT_CODE, TILES_CODE
from provenance.proof.codes import CODES
from provenance.proof.verdict import (
    NOT_CHECKED,
    Outcome,
    Step,
    Summary,
    Verdict,
)
from provenance.words.moments import MARKS, called, field_lines
from provenance.words.story import counted, word

if TYPE_CHECKING:
    from provenance.proof.faults import Fault

_STYLES: dict[Outcome, Style] = {
    Outcome.VERIFIED: "good",
    Outcome.FAILED: "bad",
    Outcome.INCOMPLETE: "warning",
    Outcome.UNKNOWN: "strong",
}
_WIDTH = 76
_NOT_SHOWN = {
    RECEIPT_CODE: "who may have signed it, and what was logged later",
    TILES_CODE: "who may have signed the entries, and what their events say",
}


def explanation_of(code: str) -> str:
    """Return what *code* means, at length; "" for an unknown one."""
    said = CODES.get(code)
    if said is not None:
        return said.explanation["en"]
    return explanations().get(code, "")


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
    screen: Screen, subject: str, steps: Sequence[Step], *, explain: bool
) -> None:
    """Print what the checks of anything but a bundle came to."""
    outcome = max(
        (step.outcome for step in steps), key=lambda found: found.gravity
    )
    screen.line((outcome.value, _STYLES[outcome]), f"  {subject}")
    screen.line(
        "The following check was performed:"
        if len(steps) == 1
        else "The following checks were performed:"
    )
    for step in steps:
        print_step(screen, step, explain=explain)
    for step in steps:
        if step.code in _NOT_SHOWN:
            screen.line(f"Not shown by this: {_NOT_SHOWN[step.code]}.")


def print_faults(screen: Screen, faults: "Sequence[Fault]") -> None:
    """Print what differs from what was signed, and from a second copy."""
    if not faults:
        return
    screen.line("What differs:")
    before = None
    for fault in faults:
        if (fault.where, fault.what) != before:
            screen.line("  ", (fault.where, "strong"), f": {fault.what}")
            if fault.issuer:
                who = called(fault.issuer_name, fault.issuer)
                screen.line(f"    signed by {who}")
        before = (fault.where, fault.what)
        if fault.here is None and fault.there is None:
            continue
        screen.line(f"    {fault.pointer or 'the whole of it'}")
        screen.line(f"      here   {_or_nothing(fault.here)}")
        screen.line(f"      there  {_or_nothing(fault.there)}")


def _or_nothing(value: str | None) -> str:
    return "(not there)" if value is None else value


def print_step(screen: Screen, step: Step, *, explain: bool) -> None:
    """Print one check; if wanted, with what it means."""
    mark = (MARKS[step.outcome], _STYLES[step.outcome])
    is_passed = step.outcome is Outcome.VERIFIED
    code = "" if is_passed else f"{step.code}  "
    screen.line("  ", mark, f" {step.name:<13}  {code}{step.detail}")
    if explain:
        import textwrap  # noqa: PLC0415  # for this alone

        for line in textwrap.wrap(explanation_of(step.code), _WIDTH - 19):
            screen.line(" " * 19, line)
    elif not is_passed and step.code != NOT_CHECKED:
        screen.line(" " * 19, f"more: {PROGRAM} explain {step.code}")


def print_fields(screen: Screen, fields: Mapping[str, Value]) -> None:
    """Print concealed fields that are shown: JSON Pointer and value."""
    for line in field_lines(fields):
        screen.line("    ", line)


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
            f" {called(moment.issuer_name, moment.issuer)}"
        )
        print_fields(screen, moment.fields)


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
