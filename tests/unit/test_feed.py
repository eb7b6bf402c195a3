"""Feeds: full groups of a fast stream, and no waiting for a slow one."""

import contextvars
import threading
from collections.abc import Iterator

import pytest

from provenance.feed import Drawn, Feed, FeedLimits, Groups
from tests.support.waiting import PATIENCE_SECONDS

LIMITS: FeedLimits[int] = FeedLimits(3, lambda number: (number,), (100,))


def taken(feed: Feed[int]) -> list[list[int]]:
    return list(iter(feed.take, None))


def test_groups_are_bounded_by_count_and_by_weight() -> None:
    assert taken_by_hand([1, 2, 3, 4]) == [[1, 2, 3], [4]]
    assert taken_by_hand([60, 30, 20, 90]) == [[60, 30], [20], [90]]
    assert taken_by_hand([500, 1, 500]) == [[500], [1], [500]]
    assert taken_by_hand([]) == []


def taken_by_hand(numbers: list[int]) -> list[list[int]]:
    return list(iter(Drawn(numbers, LIMITS).take, None))


def test_a_feed_gives_what_a_drawn_stream_gives_but_for_the_pauses() -> None:
    with Feed(range(10), LIMITS, ahead=2) as feed:
        found = taken(feed)

    assert [n for group in found for n in group] == list(range(10))
    assert all(len(group) <= 3 for group in found)


def test_a_slow_producer_holds_up_nothing_that_it_gave() -> None:
    has_answer = threading.Event()

    def slow() -> Iterator[int]:
        for number in range(3):
            has_answer.clear()
            yield number
            assert has_answer.wait(PATIENCE_SECONDS), (
                "its answer needs the next one"
            )

    with Feed(slow(), LIMITS, ahead=1) as feed:
        for number in range(3):
            assert feed.take() == [number]
            has_answer.set()
        assert feed.take() is None


def test_whoever_has_no_time_is_told_that_there_is_nothing_yet() -> None:
    gate = threading.Event()

    def gated() -> Iterator[int]:
        assert gate.wait(PATIENCE_SECONDS)
        yield 1

    with Feed(gated(), LIMITS, ahead=1) as feed:
        assert feed.take(0) == []
        assert feed.take(unless=lambda: True) == []
        gate.set()
        assert feed.take() == [1]
        assert feed.take() is None


def test_a_wake_ends_waiting_for_a_producer_that_gives_nothing() -> None:
    gate, is_over = threading.Event(), threading.Event()

    def gated() -> Iterator[int]:
        assert gate.wait(PATIENCE_SECONDS)
        yield from ()

    with Feed(gated(), LIMITS, ahead=1) as feed:

        def wake() -> None:
            is_over.set()
            feed.wake()

        threading.Timer(0, wake).start()
        assert feed.take(unless=is_over.is_set) == []
        gate.set()


def test_what_came_before_a_producers_failure_is_taken_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise LookupError("mine")

    with Feed(broken(), LIMITS, ahead=1) as feed:
        seen: list[int] = []
        while group := feed.take():
            seen += group
        with pytest.raises(LookupError, match="mine"):
            feed.require_whole()
    assert seen == [1, 2]


def test_a_producer_that_is_interrupted_interrupts_its_consumer() -> None:
    def interrupted() -> Iterator[int]:
        yield from ()
        raise KeyboardInterrupt

    with Feed(interrupted(), LIMITS, ahead=1) as feed:
        assert feed.take() is None
        with pytest.raises(KeyboardInterrupt):
            feed.require_whole()


def test_no_more_is_read_ahead_than_was_asked_for() -> None:
    read: list[int] = []

    def counted() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    with Feed(counted(), LIMITS, ahead=2) as feed:
        done = 0
        while group := feed.take():
            done += len(group)
            # Two full groups, one that is being filled, one in its hand.
            assert len(read) <= done + 2 * 3 + 3 + 1
    assert done == 100


def test_a_feed_that_is_left_early_lets_its_producer_go() -> None:
    has_ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            has_ended.set()

    with Feed(endless(), LIMITS, ahead=1) as feed:
        assert feed.take() == [1, 1, 1]

    assert has_ended.wait(PATIENCE_SECONDS)


def test_a_producer_sees_its_callers_context() -> None:
    name = contextvars.ContextVar("name", default=0)
    name.set(7)

    def asks() -> Iterator[int]:
        yield name.get()

    with Feed(asks(), LIMITS, ahead=1) as feed:
        assert taken(feed) == [[7]]


def test_groups_that_are_empty_give_nothing() -> None:
    groups = Groups(LIMITS)

    assert not groups
    assert groups.take() == []
