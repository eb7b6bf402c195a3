"""Verdicts and stories as lines that people read."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from provenance.cli.problems import (
    COULD_NOT,
    FAILED,
    INCOMPLETE,
    NOT_FOUND,
    OK,
    RECEIPT_CODE,
    TILES_CODE,
    explanations,
)
from provenance.cli.program import PROGRAM
from provenance.cli.screen import Screen, Style
from provenance.cli.times import as_written, utc
from provenance.cli.words import label, notice_text, role_word, word
from provenance.proof.verdict import (
    EXPLANATIONS,
    NOT_CHECKED,
    ErrorNote,
    Moment,
    Outcome,
    Step,
    Summary,
    Verdict,
)

if TYPE_CHECKING:
    from provenance.proof.faults import Fault

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
OUTCOME_EXITS = {
    Outcome.VERIFIED: OK,
    Outcome.FAILED: FAILED,
    Outcome.INCOMPLETE: INCOMPLETE,
    Outcome.UNKNOWN: COULD_NOT,
}
"""Outcome → how it alone ends a command."""

_WIDTH = 76
_NOT_SHOWN = {
    RECEIPT_CODE: "who may have signed it, and what was logged later",
    TILES_CODE: "who may have signed the entries, and what their events say",
}


def explanation_of(code: str) -> str:
    """Return what *code* means, at length; "" for an unknown one."""
    return EXPLANATIONS.get(code) or explanations().get(code, "")


def exit_code_of(verdict: Verdict) -> int:
    """Return the exit code that *verdict* alone would end a command with."""
    if verdict.outcome is Outcome.UNKNOWN and any(
        step.code == NEVER_REGISTERED for step in verdict.steps
    ):
        return NOT_FOUND
    return OUTCOME_EXITS[verdict.outcome]


def print_verdict(
    screen: Screen, verdict: Verdict, source: str, *, explain: bool
) -> None:
    """Print *verdict*: notices first, then the outcome, then every check."""
    for notice in verdict.notices:
        screen.line((f"notice {notice.code}", "warning"), f"  {notice.detail}")
    outcome = verdict.outcome
    screen.line(
        (outcome.value, _STYLES[outcome]),
        f"  {verdict.subject or source}",
        _rests_on(verdict.summary),
    )
    screen.line("The following checks were performed:")
    for step in verdict.steps:
        print_step(screen, step, explain=explain)
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
                name = f"{fault.issuer_name} " if fault.issuer_name else ""
                screen.line(f"    signed by {name}<{fault.issuer}>")
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


def print_story(screen: Screen, verdict: Verdict, language: str) -> None:
    """Print the item's story in *language*, event by event."""
    outcome = verdict.outcome
    screen.line(
        (word("story", language, item=verdict.subject), "strong"),
    )
    for notice in verdict.notices:
        text = notice_text(notice.code, notice.detail, language)
        screen.line((f"notice {notice.code}", "warning"), f"  {text}")
    screen.line(
        (outcome.value, _STYLES[outcome]),
        f"  {word(outcome.value, language)}",
        _rests_on(verdict.summary),
    )
    if not verdict.timeline:
        screen.line(word("nothing", language))
    for moment in verdict.timeline:
        _print_moment(screen, moment, language)
    screen.line()
    for step in verdict.steps:
        if step.outcome is not Outcome.VERIFIED:
            print_step(screen, step, explain=False)
    screen.line(word("not shown", language))


def _print_moment(screen: Screen, moment: Moment, language: str) -> None:
    time = as_written(moment.time) or word("no time", language)
    screen.line()
    screen.line(
        f"{time}  ",
        (label(moment.labels, language), "strong"),
        void_words(moment, language),
    )
    for line in moment_lines(moment, language):
        screen.line(f"    {line}")


def moment_lines(moment: Moment, language: str) -> Iterator[str]:
    """Yield what is told of one event in *language*, below its heading."""
    name = moment.issuer_name
    who = f"{name} <{moment.issuer}>" if name else moment.issuer
    roles = [role_word(role, language) for role in moment.roles]
    role = (
        word("as", language, roles=", ".join(roles))
        if roles
        else word("no role", language)
    )
    comma = "，" if language == "zh-CN" else ", "
    yield f"{word('by', language, name=who)}{comma}{role}"
    if moment.place:
        yield word("at", language, place=moment.place)
    if moment.why != "subject":
        yield word(moment.why, language, item=moment.item)
    if moment.error is not None:
        yield from _error_lines(moment.error, language)
    if not moment.fields:
        return
    import json  # noqa: PLC0415  # rare, and slow to load

    shown = moment.to_json()["fields"]
    assert isinstance(shown, dict), "fields are an object"
    for pointer, value in shown.items():
        yield f"{pointer}: {json.dumps(value, ensure_ascii=False)}"


def void_words(moment: Moment, language: str) -> str:
    """Return what an event's heading adds if it asserts nothing."""
    if moment.error is None:
        return ""
    declared = (moment.error.log_index, moment.error.position)
    is_itself = declared == (moment.log_index, moment.position)
    return f"  ({word('declares' if is_itself else 'void', language)})"


def _error_lines(error: ErrorNote, language: str) -> Iterator[str]:
    """Say why an event asserts nothing, and what is to replace it."""
    time = as_written(error.time) or word("no time", language)
    reason = error.reason
    if reason in {"did_not_occur", "incorrect_data"}:
        reason = word(reason, language)
    colon = "：" if language == "zh-CN" else ": "
    said = word("error at", language, time=time)
    yield f"{said}{colon}{reason}" if reason else said
    for event, is_shown in error.corrections.items():
        which = "corrected" if is_shown else "announced"
        yield word(which, language, event=event)


def _rests_on(summary: Summary | None) -> str:
    if summary is None:
        return ""
    issuers = len(summary.issuers)
    return (
        f"  {summary.event_count} events by {issuers} signer"
        f"{'' if issuers == 1 else 's'}, {summary.origin} of size"
        f" {summary.size}, {utc(summary.time)},"
        f" {len(summary.witnesses)}/{summary.trusted_witnesses} witnesses"
    )
