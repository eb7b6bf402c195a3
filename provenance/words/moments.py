"""An event of a story in sentences: when, where, by whom and in which role."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from provenance.encoding.canonical import Value
from provenance.proof.verdict import ErrorNote, Outcome, TimelineEntry, as_json
from provenance.words.story import counted, role_word, word

MARKS = {
    Outcome.VERIFIED: "✓",
    Outcome.FAILED: "✗",
    Outcome.INCOMPLETE: "!",
    Outcome.UNKNOWN: "–",
}
"""Outcome → the mark before a check."""


def moment_lines(moment: TimelineEntry, language: str) -> Iterator[str]:
    """Yield what is told of one event in *language*, below its heading."""
    roles = [role_word(role, language) for role in moment.roles]
    role = (
        word("as", language, roles=", ".join(roles))
        if roles
        else word("no role", language)
    )
    by = word("by", language, name=called(moment.issuer_name, moment.issuer))
    comma = "，" if language == "zh-CN" else ", "
    yield f"{by}{comma}{role}"
    if moment.issuer_named_by:
        yield word("named by", language, name=moment.issuer_named_by)
    if moment.late_seconds:
        delay = _delay_words(moment.late_seconds, language)
        yield word("late", language, time=delay)
    if moment.place:
        yield word("at", language, place=moment.place)
    if moment.why != "subject":
        yield word(moment.why, language, item=moment.item)
    if moment.error is not None:
        yield from _error_lines(moment.error, language)
    if moment.fields:
        yield word("shown", language)
        for line in field_lines(moment.fields):
            yield f"  {line}"


def _delay_words(seconds: int, language: str) -> str:
    """Return how long that is, in whole days, hours or minutes."""
    for length, one, several in _UNITS:
        if seconds >= length:
            return counted(seconds // length, one, several, language)
    return counted(seconds // 60, "minute", "minutes", language)


_UNITS = ((86_400, "day", "days"), (3_600, "hour", "hours"))


def void_words(moment: TimelineEntry, language: str) -> str:
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


def field_lines(fields: Mapping[str, Value]) -> Iterator[str]:
    """Yield a line for each concealed field: JSON Pointer and value."""
    import json  # noqa: PLC0415  # rare, and slow to load

    for pointer, value in fields.items():
        yield f"{pointer}: {json.dumps(as_json(value), ensure_ascii=False)}"


def called(name: str, actor: str) -> str:
    """Return an actor by its name, if that is known, and its id."""
    return f"{name} <{actor}>" if name else actor


def as_written(text: str) -> str:
    """Return an event's time in UTC, and as its signer wrote it.

    What is no time with a zone is returned as it is.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        return text
    shown = there.strftime("%Y-%m-%d %H:%M UTC")
    if moment.utcoffset() == timedelta(0):
        return shown
    local = moment.strftime("%Y-%m-%d %H:%M")
    zone = moment.strftime("%z")
    return f"{shown} ({local} {zone[:3]}:{zone[3:5]})"
