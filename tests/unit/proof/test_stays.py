"""Stays are paired by time; windows, cuts and grades follow from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.proof.stays import (
    ALWAYS,
    Grade,
    Grader,
    Happening,
    Stay,
    Window,
    cut,
    stays_of,
)
from provenance.proof.trails import FIRST, LAST, Position

LATE = 100
REUSE = 1_000


def told(
    effect: str,
    time: int,
    parent: str = "",
    *,
    index: int | None = None,
    reported: int | None = None,
    is_loose: bool = False,
) -> Happening:
    """Return an event that is logged in order and at once by default."""
    return Happening(
        time,
        (time if index is None else index, 0),
        time if reported is None else reported,
        effect,
        parent,
        is_loose,
    )


def stays(*happened: Happening) -> list[Stay]:
    return stays_of(happened, late=LATE)


def test_a_stay_is_from_the_packing_to_the_unpacking() -> None:
    assert stays(told("in", 1, "P"), told("out", 5, "P")) == [
        Stay("P", Window(1, 5, (1, 0), (5, 0), 5))
    ]


def test_they_are_paired_by_time_whatever_the_log_has_first() -> None:
    out, into = told("out", 5, "P", index=1), told("in", 1, "P", index=2)
    (stay,) = stays(out, into)
    # By place it is empty, by time it is not.
    assert stay.window == Window(1, 5, (2, 0), (1, 0), 5)


def test_what_goes_in_elsewhere_or_ends_has_left() -> None:
    assert stays(told("in", 1, "P"), told("in", 3, "Q"), told("ended", 4)) == [
        Stay("P", Window(1, 3, (1, 0), (3, 0), 3)),
        Stay("Q", Window(3, 4, (3, 0), (4, 0), 4)),
    ]


def test_what_is_only_seen_in_a_container_closes_nothing() -> None:
    assert stays(told("in", 1, "P"), told("inside", 3, "Q")) == [
        Stay("P", Window(1, start=(1, 0))),
        Stay("Q", Window(3, start=(3, 0))),
    ]


def test_an_unpacking_alone_is_a_stay_from_no_known_time() -> None:
    assert stays(told("out", 5, "P")) == [
        Stay("P", Window(None, 5, FIRST, (5, 0), 5))
    ]


def test_going_in_again_is_a_stay_beside_the_first() -> None:
    again = stays(told("in", 1, "P"), told("in", 3, "P"), told("out", 5, "P"))
    assert again == [
        Stay("P", Window(1, 5, (1, 0), (5, 0), 5)),
        Stay("P", Window(3, 5, (3, 0), (5, 0), 5)),
    ]


def test_some_of_a_class_stays_wherever_it_was_put() -> None:
    assert stays(
        told("in", 1, "P", is_loose=True),
        told("in", 2, "Q", is_loose=True),
        told("out", 3, "P", is_loose=True),
        told("out", 4, "R", is_loose=True),
        told("ended", 5, is_loose=True),
    ) == [
        Stay("R", ALWAYS),
        Stay("P", Window(1, start=(1, 0))),
        Stay("Q", Window(2, start=(2, 0))),
    ]


def test_what_is_reported_late_begins_later_and_closes_nothing() -> None:
    late = told("in", 1, "P", index=500, reported=500)
    assert stays(late) == [Stay("P", Window(400, start=(500, 0)))]
    out = told("out", 5, "P", index=500, reported=500)
    ended = told("ended", 6, index=501, reported=501)
    assert stays(told("in", 1, "P"), out, ended) == [
        Stay("P", Window(1, start=(1, 0)))
    ]


def test_the_order_in_which_stays_are_told_does_not_matter() -> None:
    happened = [told("in", 1, "P"), told("in", 2, "Q"), told("out", 3, "Q")]
    assert stays(*reversed(happened)) == stays(*happened)


@pytest.mark.parametrize(
    ("place", "time", "reported", "is_in"),
    [
        # Logged in between, whatever it says of time.
        ((15, 0), 999, 999, True),
        # In its time, whenever it was logged, if that was not too late.
        ((30, 0), 150, 290, True),
        ((30, 0), 150, 301, False),
        ((30, 0), 250, 260, False),
        ((5, 0), 99, 99, False),
    ],
)
def test_an_event_belongs_by_its_place_or_by_its_time(
    place: Position, time: int, reported: int, is_in: bool
) -> None:
    window = Window(100, 200, (10, 0), (20, 0), 200)
    assert window.holds(place, time, reported, late=LATE) is is_in


TIMES = st.none() | st.integers(0, 20)
PLACES = st.tuples(st.integers(0, 9), st.just(0))
WINDOWS = st.builds(
    Window,
    TIMES,
    TIMES,
    st.just(FIRST) | PLACES,
    st.just(LAST) | PLACES,
    st.none(),
)


@given(WINDOWS, WINDOWS, PLACES, st.integers(0, 20))
def test_what_both_windows_have_by_place_or_by_time_belongs_to_both(
    one: Window, other: Window, place: Position, time: int
) -> None:
    both = one.within(other)
    in_both = [w.start <= place <= w.stop for w in (one, other, both or ALWAYS)]
    if both is None:
        assert not (in_both[0] and in_both[1])
        assert not (one.meets(time, time) and other.meets(time, time))
        return
    assert in_both[2] == (in_both[0] and in_both[1])
    assert both.meets(time, time) == (
        one.meets(time, time) and other.meets(time, time)
    )


@given(WINDOWS, WINDOWS, PLACES, st.integers(0, 20))
def test_what_is_around_windows_has_all_that_is_in_one(
    one: Window, other: Window, place: Position, time: int
) -> None:
    around = one.around(other)
    for window in (one, other):
        if window.holds(place, time, time, late=LATE):
            assert around.holds(place, time, time, late=LATE)


def test_the_grace_is_that_of_what_closed_first() -> None:
    early, late = Window(until=5, grace=70), Window(until=9, grace=10)
    assert early.within(late) == late.within(early) == early
    same = Window(until=5, grace=30)
    assert early.within(same) == same.within(early) == same
    assert early.within(ALWAYS) == ALWAYS.within(early) == early


OPEN = Window(10, start=(10, 0))


def cut_by(*happened: Happening, reuse: int | None = REUSE) -> Window:
    return cut(OPEN, sorted(happened), late=LATE, reuse=reuse)


def test_a_container_that_is_emptied_or_ends_holds_nothing_more() -> None:
    for effect in ("emptied", "ended"):
        assert cut_by(told("holds", 10), told(effect, 20)) == Window(
            10, 20, (10, 0), (20, 0), 20
        )


def test_what_was_before_the_stay_or_is_told_too_late_cuts_nothing() -> None:
    late = told("emptied", 20, index=500, reported=500)
    assert cut_by(told("emptied", 5), told("holds", 10), late) == OPEN
    unknown = Window(None, 30, FIRST, (30, 0), 30)
    assert cut(unknown, [told("emptied", 5)], late=LATE, reuse=REUSE) == unknown


def test_a_container_begins_anew_where_it_is_made_a_second_time() -> None:
    assert cut_by(told("holds", 10), told("made", 20)) == OPEN
    assert cut_by(told("made", 1), told("holds", 10), told("made", 20)) == (
        Window(10, 20, (10, 0), (20, 0), 20)
    )


def test_a_container_that_is_silent_for_long_begins_anew() -> None:
    heard = [told("holds", 10), told("seen", 30), told("seen", 1_031)]
    assert cut_by(*heard) == Window(10, 1_030, (10, 0), (30, 0), 30)
    assert cut_by(*heard, reuse=None) == OPEN
    # Just as long is not longer.
    assert cut_by(told("holds", 10), told("seen", 1_010)) == OPEN


def grade(
    time: int,
    *happened: Happening,
    window: Window | None = None,
    concerns: tuple[int | None, int | None] | None = None,
    reuse: int | None = REUSE,
) -> Grade:
    closed = Window(100, 200, (100, 0), (200, 0), 200)
    grader = Grader(
        [closed if window is None else window],
        sorted(happened),
        late=LATE,
        reuse=reuse,
    )
    return grader.grade(told("seen", time), concerns)


def test_a_warning_in_the_stay_is_an_alarm() -> None:
    assert grade(150) is Grade.ALARM
    assert grade(5_000, concerns=(None, 100)) is Grade.ALARM
    assert grade(5_000, concerns=(200, None)) is Grade.ALARM
    assert grade(5_000, concerns=(201, None)) is Grade.COUNTED


def test_a_warning_in_the_same_life_is_a_doubt() -> None:
    assert grade(1_200) is Grade.DOUBT
    assert grade(1_201) is Grade.COUNTED
    # Of what is not reused after a silence the stay is the life.
    assert grade(300, reuse=None) is Grade.DOUBT
    assert grade(301, reuse=None) is Grade.COUNTED


def test_a_life_begins_with_a_making_or_the_first_packing_after_an_end() -> (
    None
):
    assert grade(50) is Grade.DOUBT
    assert grade(50, told("made", 60)) is Grade.COUNTED
    assert grade(50, told("holds", 60)) is Grade.DOUBT
    assert grade(50, told("emptied", 55), told("holds", 60)) is Grade.COUNTED
    late = told("emptied", 55, reported=500)
    assert grade(50, late, told("holds", 60)) is Grade.DOUBT
    # Later lives are no earlier ones.
    assert grade(50, told("made", 101)) is Grade.DOUBT


def test_of_a_stay_from_no_known_time_the_life_has_no_beginning() -> None:
    window = Window(None, 200, FIRST, (1, 0), 200)
    assert grade(250, told("made", 60), window=window) is Grade.DOUBT
