"""An item's story as lines that people read: one telling for `trail`, `verify`.

It is what the node's page tells of the same verdict (`web/page/timeline.js`,
`sentences.js`): recalls above, then what it comes to, then every event in log
order with who signed it and in which role, and between them the days on which
nothing was entered. A gap proves nothing, and hiding it would.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from provenance.cli.screen import Screen
from provenance.cli.story import (
    print_outcome,
    print_step,
)
from provenance.problems.outcomes import NEVER_REGISTERED
from provenance.proof.verdict import (
    NOT_CHECKED,
    Notice,
    Outcome,
    TimelineEntry,
    Verdict,
)
from provenance.words.moments import as_written, moment_lines, void_words
from provenance.words.story import (
    counted,
    label,
    notice_text,
    word,
)

_GAP_DAYS = 3
"""From how many days without an entry on it is said so."""

_RECALL, _STALE, _SKIPPED = "PRV-1401", "PRV-0501", "PRV-1006"


def print_story(
    screen: Screen, verdict: Verdict, language: str, *, explain: bool = False
) -> None:
    """Print the item's story in *language*, as far as *verdict* has it.

    Args:
        screen: Where to.
        verdict: What the evidence came to.
        language: One of `LANGUAGES`.
        explain: Whether to say what the checks that did not pass mean.
    """
    screen.line((word("story", language, item=verdict.subject), "strong"))
    for notice in _recalls_first(verdict.notices):
        text = notice_text(notice.code, notice.detail, language)
        name = f"{word('notice', language)} {notice.code}"
        screen.line((name, "warning"), f"  {text}")
    said = word(_sum_up(verdict), language)
    print_outcome(screen, verdict, said, language=language)
    if verdict.outcome is Outcome.FAILED:
        screen.line((word("unproven", language), "bad"))
    screen.line(_lead(verdict.timeline, language))
    # Where entries are left out, days without one that is shown are no more.
    is_whole = all(notice.code != _SKIPPED for notice in verdict.notices)
    says = "gap" if is_whole else "gap shown"
    for moment, gap in _rows(verdict.timeline):
        if gap is not None:
            screen.line()
            screen.line(f"  … {_gap_words(says, *gap, language)}")
        _print_moment(screen, moment, language)
    screen.line()
    for step in verdict.steps:
        if step.outcome is not Outcome.VERIFIED:
            print_step(screen, step, explain=explain)
    screen.line(word("not shown", language))


def _recalls_first(notices: Sequence[Notice]) -> list[Notice]:
    return sorted(notices, key=lambda notice: notice.code != _RECALL)


def _sum_up(verdict: Verdict) -> str:
    """Return the phrase that says what it comes to, as the page does."""
    codes = {
        step.code
        for step in verdict.steps
        if step.outcome is verdict.outcome and step.code != NOT_CHECKED
    }
    if verdict.outcome is Outcome.INCOMPLETE and _RECALL in codes:
        return "recalled"
    if verdict.outcome is Outcome.INCOMPLETE and codes == {_STALE}:
        return "stale"
    if verdict.outcome is Outcome.UNKNOWN and NEVER_REGISTERED in codes:
        return "never registered"
    return verdict.outcome.value


def _lead(timeline: Sequence[TimelineEntry], language: str) -> str:
    """Return how many events there are, by how many, from when to when."""
    if not timeline:
        return word("nothing", language)
    times = [time for moment in timeline if (time := _time_of(moment))]
    return word(
        "lead",
        language,
        entries=counted(len(timeline), "entry", "entries", language),
        parties=counted(
            len({moment.issuer for moment in timeline}),
            "party",
            "parties",
            language,
        ),
        dates=_days(min(times, key=_day), max(times, key=_day), language)
        if times
        else word("no dates", language),
    )


def _rows(
    timeline: Sequence[TimelineEntry],
) -> Iterator[tuple[TimelineEntry, tuple[datetime, datetime] | None]]:
    """Yield each event with the gap before it: from when, to when.

    Entries may come late: what is older than another leaves no gap.
    """
    latest: datetime | None = None
    for moment in timeline:
        time, gap = _time_of(moment), None
        if time is not None:
            if latest is not None and (time - latest).days >= _GAP_DAYS:
                gap = latest, time
            latest = time if latest is None else max(latest, time)
        yield moment, gap


def _time_of(moment: TimelineEntry) -> datetime | None:
    """Return its time, on the clock of its place; None without a zone."""
    try:
        time = datetime.fromisoformat(moment.time)
        # A time whose UTC is beyond the calendar is held against no other.
        time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if time.tzinfo is None else time


def _day(time: datetime) -> str:
    """Return the day as the clock of the place has it."""
    return time.date().isoformat()


def _days(start: datetime, stop: datetime, language: str) -> str:
    if _day(start) == _day(stop):
        return _day(start)
    return word("dates", language, start=_day(start), stop=_day(stop))


def _gap_words(
    says: str, start: datetime, stop: datetime, language: str
) -> str:
    count = (stop - start).days
    days = _days(start, stop, language)
    return word(says, language, count=f"{count}", days=days)


def _print_moment(screen: Screen, moment: TimelineEntry, language: str) -> None:
    time = as_written(moment.time) or word("no time", language)
    screen.line()
    screen.line(
        f"{time}  ",
        (label(moment.labels, language), "strong"),
        void_words(moment, language),
    )
    for line in moment_lines(moment, language):
        screen.line(f"    {line}")
