"""Stays: when an item was in which container, by what is said and when.

Three times are kept apart: the *place* of an event in the log, which is the
log's word; the *time* that its signer says it happened; and when it was
*reported*, the earliest that the statement and the commitments shown before it
let it have been logged. Stays are paired by time, ties by place:

    09:00  can into carton        opens a stay in the carton
    11:00  carton onto pallet     opens a stay of the carton on the pallet
    15:00  can out of carton      closes the can's stay, and with it the
                                  stretch of the pallet that is the can's

A *window* is what a stay lets one see of the container's trail. An event
belongs to it by its place in the log or by its time: so that neither a carton
that was loaded before the can went in nor a report that came late is lost,
and whoever dates falsely can add to a story, but take little from it.

An event is *late* if it was reported more than `late` after its time. It is
shown, but it opens nothing in the past and closes nothing.

In full: `FORMATS.md`, section 12.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from provenance.proof.trails import FIRST, LAST, Position

_EVER = float("inf")


class Grade(StrEnum):
    """How near a warning comes to the item.

    An alarm is about it; of a doubt that cannot be told, for it is about the
    same life of a container, at another time; what is counted is neither.
    """

    ALARM = "alarm"
    DOUBT = "doubt"
    COUNTED = "counted"


class Happening(NamedTuple):
    """An event, as far as it opens and closes something.

    Attributes:
        time: When it happened, in ms since 1970, as its signer says.
        place: Where it stands in the log.
        reported: The earliest time at which it can have been logged, in ms.
        effect: What it does to the item whose trail it is read from; the
            word is an evidence book's.
        parent: The container that it went into or out of; "" if none is
            named, or it is a place.
        is_loose: Whether some of a class is meant, not all of it.
    """

    time: int
    place: Position
    reported: int
    effect: str
    parent: str = ""
    is_loose: bool = False

    def is_late(self, late: int) -> bool:
        """Return whether it was reported more than *late* ms afterwards."""
        return self.reported - self.time > late


class Window(NamedTuple):
    """What of a trail is looked through.

    Attributes:
        since: From which time on, in ms; None from ever.
        until: Up to which time; None to this day.
        start: From which place of the log on.
        stop: Up to which place, that included.
        grace: When it was reported what closed it; None where nothing did.
    """

    since: int | None = None
    until: int | None = None
    start: Position = FIRST
    stop: Position = LAST
    grace: int | None = None

    def holds(
        self, place: Position, time: int, reported: int, *, late: int
    ) -> bool:
        """Return whether an event belongs to it."""
        since, until, start, stop, grace = self
        if start <= place <= stop:
            return True
        return (
            (since is None or since <= time)
            and (until is None or time <= until)
            and (grace is None or reported <= grace + late)
        )

    def meets(self, since: int | None, until: int | None) -> bool:
        """Return whether it has a time between these two, None being open."""
        return _from(since) <= _to(self.until) and _from(self.since) <= _to(
            until
        )

    def within(self, other: "Window") -> "Window | None":
        """Return what both have; None if that is neither place nor time."""
        start = max(self.start, other.start)
        since = self.since
        if since is None or (other.since is not None and other.since > since):
            since = other.since
        _, until, _, stop, grace = self.closed(
            other.until, other.stop, other.grace
        )
        if start > stop and _from(since) > _to(until):
            return None
        return Window(since, until, start, stop, grace)

    def around(self, other: "Window") -> "Window":
        """Return one that has all that both have."""
        return Window(
            _least(self.since, other.since),
            _greatest(self.until, other.until),
            min(self.start, other.start),
            max(self.stop, other.stop),
            _greatest(self.grace, other.grace),
        )

    def closed(
        self, until: int | None, stop: Position, grace: int | None
    ) -> "Window":
        """Return it up to there, if it does not end before."""
        if until is None or _to(self.until) < until:
            until, grace = self.until, self.grace
        elif self.until == until and self.grace is not None:
            grace = self.grace if grace is None else min(grace, self.grace)
        return Window(
            self.since, until, self.start, min(self.stop, stop), grace
        )


ALWAYS = Window()


class Stay(NamedTuple):
    """That an item was in a container, and when."""

    parent: str
    window: Window


def stays_of(happened: Iterable[Happening], *, late: int) -> list[Stay]:
    """Return an item's stays, in order of their openings.

    Those whose opening is unknown come first; of those that open together the
    first to close does.

    Args:
        happened: What stands of its trail, in any order. Of a child the
            effects are `in`, `inside` and `out`; all but these and `ended`
            are passed over.
        late: After how many ms a report is late.
    """
    stays = _Stays(late)
    for each in sorted(happened):
        stays.take(each)
    return sorted([*stays.closed, *stays.open_ones()], key=_order)


class _Stays:
    """The stays of one item, while its trail is gone through."""

    def __init__(self, late: int) -> None:
        self.closed: list[Stay] = []
        self._late = late
        # Of one container there are more where the item went in again: had it
        # been emptied before, nothing on the item's own trail says so.
        self._open: dict[str, list[Window]] = {}
        # Which of them another container closes: those that are not loose.
        self._firm: dict[str, None] = {}

    def open_ones(self) -> list[Stay]:
        """Return those that nothing closed."""
        return [
            Stay(parent, window)
            for parent, windows in self._open.items()
            for window in windows
        ]

    def take(self, each: Happening) -> None:
        """Take the next, by time."""
        is_late = each.is_late(self._late)
        match each.effect:
            case "ended" if not each.is_loose and not is_late:
                self._close_others(each, "")
            case "in" | "inside" if each.parent:
                # Late, it begins no earlier than reports may be late.
                time = max(each.time, each.reported - self._late)
                self._enter(each._replace(time=time))
            case "out" if each.parent and not is_late:
                self._leave(each)
            case _:
                # It says nothing of a container, or says it too late.
                pass

    def _enter(self, each: Happening) -> None:
        if each.effect == "in" and not each.is_loose:
            self._close_others(each, each.parent)
        if each.effect == "in" or each.parent not in self._open:
            self._put(each, Window(since=each.time, start=each.place))

    def _leave(self, each: Happening) -> None:
        if not each.is_loose and each.parent in self._open:
            self._close(each.parent, each)
        elif not each.is_loose:
            self.closed.append(Stay(each.parent, _closed(ALWAYS, each)))
        elif each.parent not in self._open:
            # Some of it was there; when, and whether all is out, is not said.
            self._put(each, ALWAYS)

    def _put(self, each: Happening, window: Window) -> None:
        self._open.setdefault(each.parent, []).append(window)
        if not each.is_loose:
            self._firm[each.parent] = None

    def _close_others(self, each: Happening, parent: str) -> None:
        for other in [held for held in self._firm if held != parent]:
            self._close(other, each)

    def _close(self, parent: str, each: Happening) -> None:
        self._firm.pop(parent, None)
        for window in self._open.pop(parent):
            self.closed.append(Stay(parent, _closed(window, each)))


def cut(
    window: Window,
    happened: Sequence[Happening],
    *,
    late: int,
    reuse: int | None,
) -> Window:
    """Return *window* up to where the container's own trail ends it.

    That is where it is emptied, ends or is made anew, or where nothing is
    said of it for longer than *reuse*. Of a stay whose opening is unknown it
    cannot be told what ended it: it stays as it is.

    Args:
        window: What a stay lets one see of the container.
        happened: What stands of the container's trail, in order of time.
        late: After how many ms a report is late.
        reuse: After how many ms of silence it begins anew; None for never.
    """
    if window.since is None:
        return window
    opening = window.since, window.start
    first = bisect_right(happened, opening, key=_when)
    before = happened[first - 1] if first else None
    was_made = any(each.effect == "made" for each in happened[:first])
    for each in happened[first:]:
        if (
            reuse is not None
            and before is not None
            and each.time - before.time > reuse
        ):
            return window.closed(
                max(before.time, window.since) + reuse,
                max(before.place, window.start),
                before.reported,
            )
        # A label is often made after what it is for: that is no new life.
        is_anew = each.effect == "made" and was_made
        if (is_anew or each.effect in _ENDS) and not each.is_late(late):
            return _closed(window, each)
        was_made |= each.effect == "made"
        before = each
    return window


class Grader:
    """Grades the warnings of one container."""

    def __init__(
        self,
        windows: Sequence[Window],
        happened: Sequence[Happening],
        *,
        late: int,
        reuse: int | None,
    ) -> None:
        """Take what is known of the container.

        Args:
            windows: The item's windows on it.
            happened: What stands of its trail, in order of time.
            late: After how many ms a report is late.
            reuse: After how many ms of silence it begins anew; None if it
                does not by silence.
        """
        self._late = late
        after = late if reuse is None else reuse
        lives = _lives(happened, late)
        self._windows = [*windows]
        self._lives = [
            (
                max(
                    (t for t in lives if t <= _from(window.since)),
                    default=-_EVER,
                ),
                _to(window.until) + after,
            )
            for window in windows
        ]

    def grade(
        self,
        warning: Happening,
        concerns: tuple[int | None, int | None] | None,
    ) -> Grade:
        """Return how near a warning comes to the item.

        Args:
            warning: The warning.
            concerns: From when to when it says that it is about, None being
                open; None where it does not say.
        """
        time, place, reported = warning.time, warning.place, warning.reported
        for window in self._windows:
            if window.holds(place, time, reported, late=self._late) or (
                concerns is not None and window.meets(*concerns)
            ):
                return Grade.ALARM
        if any(began <= time <= ended for began, ended in self._lives):
            return Grade.DOUBT
        return Grade.COUNTED


_ENDS = frozenset({"emptied", "ended"})


def _lives(happened: Iterable[Happening], late: int) -> list[int]:
    """Return when a container's lives began, as far as that was said."""
    began, has_ended = [], False
    for each in happened:
        if each.effect == "made" or (has_ended and each.effect == "holds"):
            began.append(each.time)
            has_ended = False
        elif each.effect in _ENDS and not each.is_late(late):
            has_ended = True
    return began


def _when(each: Happening) -> tuple[int, Position]:
    return each.time, each.place


def _closed(window: Window, each: Happening) -> Window:
    return window.closed(each.time, each.place, each.reported)


def _order(stay: Stay) -> tuple[float, Position, float, Position]:
    window = stay.window
    return (
        _from(window.since),
        window.start,
        _to(window.until),
        window.stop,
    )


def _from(time: int | None) -> float:
    return -_EVER if time is None else time


def _to(time: int | None) -> float:
    return _EVER if time is None else time


def _least(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else min(a, b)


def _greatest(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else max(a, b)
