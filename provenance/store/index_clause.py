"""The demands of a query in terms of an index's tables.

Each demand becomes a test, `EXISTS (…)`, of one event after the other, and a
selection of all events that pass it. A demand of texts is more: the rows of
`marks` under one key stand in order of time.
"""

import json
import math
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from provenance.epcis.query import EVENT_TIME, RECORD_TIME, Between, TextEquals
from provenance.store.candidates import Demand
from provenance.store.index_rows import SQL, IndexRows, amount_key, mark_key

_MOST_TESTED = 100
"""Whether one of more choices holds is left to whoever loads the events."""

_MOST_STREAMS = 16
"""So many texts of one demand are read side by side."""

BY_TIME = "events s INDEXED BY events_by_time"

_HAS_MARK = """EXISTS (
    SELECT 1 FROM marks
    WHERE key IN ({}) AND time = s.time AND number = s.number
)"""
_HAS_AMOUNT = """EXISTS (
    SELECT 1 FROM amounts
    WHERE key = ? AND number = s.number AND value >= ? AND value <= ?
)"""
_CONCEALS = """EXISTS (
    SELECT 1 FROM events c WHERE c.number = s.number AND c.concealed = 1
)"""
_MARKED = """
SELECT number FROM marks WHERE key IN ({}) AND time >= ? AND time <= ?
"""
_AMOUNTING = """
SELECT number FROM amounts WHERE key = ? AND value >= ? AND value <= ?
"""
_LISTED = "SELECT value AS number FROM json_each(?)"


class CandidateRange(NamedTuple):
    """Bounds that all candidates are within.

    Attributes:
        first: The lowest event number.
        stop: The one after the highest.
        earliest: The earliest time, in µs since 1970.
        latest: The latest.
    """

    first: int
    stop: int
    earliest: float = -math.inf
    latest: float = math.inf

    @property
    def has_times(self) -> bool:
        """Whether it leaves any time out."""
        return self[2:] != (-math.inf, math.inf)


class RowStream(NamedTuple):
    """Rows that stand in order of time: a table `s`, and which of it."""

    table: str
    condition: SQL = SQL("1")


class Clause(NamedTuple):
    """A demand in terms of the tables.

    Attributes:
        test: What holds of a row `s` that satisfies it; None if that is not
            tested here.
        rows: Selects the numbers of all events that do; None if that cannot
            be selected.
        streams: The same, in order of time; none if there is no such order.
        most: How many there are, at most; None if they must be counted.
    """

    test: SQL | None = None
    rows: SQL | None = None
    streams: Sequence[RowStream] = ()
    most: int | None = None


def time_bounds(demand: Demand) -> Between | None:
    """Return the bounds in time that *demand* is; None if it is no such."""
    match demand.choices:
        case [Between(path=path) as bounds] if path in {
            EVENT_TIME,
            RECORD_TIME,
        }:
            return bounds
    return None


def read_span(
    rows: IndexRows, demands: Sequence[Demand], size: int
) -> CandidateRange:
    """Return the bounds of the first *size* entries and of all *demands*."""
    first, stop = 0, _number_at(rows, "log_index >= ?", size)
    earliest, latest = -math.inf, math.inf
    for bounds in filter(None, map(time_bounds, demands)):
        low, high = _bounds(bounds)
        if bounds.path == EVENT_TIME:
            earliest, latest = max(earliest, low), min(latest, high)
            continue
        # Record times have ms, and fall on no other: a bound in between
        # lets in the one below it, which the caller looks at again.
        if bounds.low is not None:
            moment = int(bounds.low) // 1000
            first = max(first, _number_at(rows, "record_time >= ?", moment))
        if bounds.high is not None:
            moment = int(bounds.high) // 1000
            stop = min(stop, _number_at(rows, "record_time > ?", moment))
    return CandidateRange(first, max(first, stop), earliest, latest)


def read_clause(
    rows: IndexRows, demand: Demand, span: CandidateRange
) -> Clause:
    """Return *demand* in terms of the tables, as far as *span* goes."""
    marks = [
        mark_key(choice.path, choice.text)
        for choice in demand.choices
        if isinstance(choice, TextEquals)
    ]
    amounts = [
        (amount_key(choice.path), *_bounds(choice))
        for choice in demand.choices
        if isinstance(choice, Between)
    ]
    if len(amounts) > _MOST_TESTED:
        return Clause()
    tests = [SQL(_HAS_AMOUNT, amount) for amount in amounts]
    selects = [SQL(_AMOUNTING, amount) for amount in amounts]
    if marks:
        these = ", ".join("?" * len(marks))
        tests.append(SQL(_HAS_MARK.format(these), tuple(marks)))
        selects.append(
            SQL(_MARKED.format(these), (*marks, span.earliest, span.latest))
        )
    if demand.places or not tests:
        listed = SQL(_LISTED, (json.dumps(_numbers_of(rows, demand.places)),))
        tests.append(SQL(f"s.number IN ({listed.sql})", listed.keys))
        selects.append(listed)
    if demand.may_be_concealed:
        tests.append(SQL(_CONCEALS))
    is_tested = len(marks) + len(amounts) <= _MOST_TESTED
    test = _any_of(" OR ", tests) if is_tested else None
    if demand.may_be_concealed:
        return Clause(test)
    is_streamed = len(selects) == 1 and len(marks) <= _MOST_STREAMS
    return Clause(
        test,
        _any_of(" UNION ALL ", selects),
        [
            RowStream("marks s", SQL("s.key = ?", (key,)))
            for key in (marks if is_streamed else ())
        ],
    )


def span_clauses(span: CandidateRange) -> list[Clause]:
    """Return what *span* itself is in terms of the tables."""
    of_times = SQL(
        "SELECT number FROM events WHERE time >= ? AND time <= ?",
        (span.earliest, span.latest),
    )
    of_numbers = SQL(
        "SELECT number FROM events WHERE number >= ? AND number < ?",
        (span.first, span.stop),
    )
    clauses = [Clause(rows=of_times, streams=[RowStream(BY_TIME)])]
    return [
        *(clauses if span.has_times else ()),
        Clause(rows=of_numbers, most=span.stop - span.first),
    ]


def _any_of(word: str, parts: Iterable[SQL]) -> SQL:
    sql, keys = zip(*parts, strict=True)
    return SQL(word.join(sql), tuple(chain.from_iterable(keys)))


def _bounds(choice: Between) -> tuple[float, float]:
    """Return the lowest and the highest number, both of them included."""
    return (
        -math.inf if choice.low is None else choice.low,
        math.inf if choice.high is None else choice.high,
    )


def _numbers_of(
    rows: IndexRows, places: Iterable[tuple[int, int]]
) -> list[int]:
    """Return the numbers of the events at *places*, where there are any."""
    numbers = []
    for log_index, position in places:
        found = rows.fetch(
            SQL(
                "SELECT first_number FROM statements WHERE log_index = ?",
                (log_index,),
            ),
            int,
        )
        numbers += [first + position for (first,) in found]
    return numbers


def _number_at(rows: IndexRows, condition: str, value: int) -> int:
    """Return the number of the first event of a statement like that."""
    found = rows.fetch(
        SQL(
            f"SELECT first_number FROM statements WHERE {condition}"  # noqa: S608  # our own
            " ORDER BY first_number LIMIT 1",
            (value,),
        ),
        int,
    )
    if found:
        return int(found[0][0])
    (number,) = rows.one(SQL("SELECT next_number FROM state"), int)
    return int(number)
