"""Looking through an index of queries: the candidates, in order.

Which rows are read is decided each time: those of the demand that the fewest
events satisfy, counted up to a bound that costs a millisecond or two. If they
stand in the order that is wanted they are read in it, no further than
somebody asks; if not, and they are few, they are looked up and sorted. Each
is held against the other demands on the way.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from provenance.errors import MalformedError
from provenance.store.candidates import Candidate, CandidateQuery, IndexState
from provenance.store.index_clause import (
    BY_TIME,
    Clause,
    RowStream,
    read_clause,
    read_span,
    span_clauses,
    time_bounds,
)
from provenance.store.index_rows import SQL, IndexRows, Row

_FEW = 5_000
"""So many events are looked up and sorted."""

_BOUNDS = (100, _FEW, 50_000)
"""How far the rows of demands are counted, until one has fewer."""

_FIRST_CHUNK, _LARGEST_CHUNK = 64, 4_096

_BY_NUMBER = "events s NOT INDEXED"

# LEFT JOIN: rows come in the order of `s`, and where one is without a place
# or a time there is a NULL, which shows that the file is damaged.
_SELECT = """
SELECT s.number, s.time, e.log_index, e.position, t.record_time
FROM {table}
LEFT JOIN events e ON e.number = s.number
LEFT JOIN statements t ON t.log_index = e.log_index
WHERE {conditions} ORDER BY {order} LIMIT ?
"""


_VALUES = """
SELECT value FROM listed WHERE field = ? AND value > ? ORDER BY value LIMIT ?
"""

_EXTENT = "SELECT coalesce(min(number), 0), coalesce(max(number), -1)"


class _Place(NamedTuple):
    """Where an event stands, in order of time."""

    time: int
    number: int


class IndexScan:
    """Implements `provenance.store.candidates.IndexView` on a connection."""

    def __init__(self, rows: IndexRows) -> None:
        self._rows = rows

    def state(self) -> IndexState:
        part = SQL("SELECT size, last, hashed FROM state")
        return IndexState(*self._rows.one(part, int, bytes, int))

    def values(self, field: str, *, after: str, count: int) -> list[str]:
        part = SQL(_VALUES, (field, after, count))
        return [text for (text,) in self._rows.fetch(part, str)]

    def candidates(self, wanted: CandidateQuery) -> Iterator[Candidate]:
        search = _Search(self._rows, wanted)
        for number, _, log_index, position, record_time in search.run():
            yield Candidate(number, log_index, position, record_time)


class _Search:
    """One look through the index."""

    def __init__(self, rows: IndexRows, wanted: CandidateQuery) -> None:
        self._rows = rows
        self._is_by_record = wanted.by_record
        self._is_descending = wanted.is_descending
        self._span = read_span(rows, wanted.demands, wanted.size)
        # The widest come last, and are not counted further than the others.
        self._clauses = [
            *(
                read_clause(rows, demand, self._span)
                for demand in wanted.demands
                if time_bounds(demand) is None
            ),
            *span_clauses(self._span),
        ]
        self._start = self._place_of(wanted.after)

    def run(self) -> Iterator[Row]:
        """Yield the rows of the candidates, in order."""
        if self._is_by_record:
            return self._run_by_number()
        return self._run_by_time()

    def _run_by_number(self) -> Iterator[Row]:
        driver, count = self._fewest(range(len(self._clauses)))
        if count <= _FEW:
            return self._sorted(driver)
        if count <= _BOUNDS[-1]:
            self._narrow(driver)
        return self._in_order(RowStream(_BY_NUMBER), self._tests())

    def _run_by_time(self) -> Iterator[Row]:
        clauses = self._clauses
        streamed = [i for i, clause in enumerate(clauses) if clause.streams]
        if [clause.most for clause in clauses if not clause.streams] == [
            self._span.stop
        ] and len(streamed) == 1:
            # Beside the whole log, the one stream needs no count.
            return self._merged(streamed[0])
        driver, count = self._fewest(range(len(clauses)))
        if clauses[driver].streams:
            return self._merged(driver)
        if count <= _FEW:
            return self._sorted(driver)
        if streamed:
            driver, _ = self._fewest(streamed)
            return self._merged(driver)
        return self._in_order(RowStream(BY_TIME), self._tests())

    # Three ways to read rows.

    def _sorted(self, driver: int) -> Iterator[Row]:
        """Look up the events that satisfy one clause, and sort them."""
        rows = self._clauses[driver].rows
        assert rows is not None, "what was counted can be selected"
        stream = RowStream(
            _BY_NUMBER, SQL(f"s.number IN ({rows.sql})", rows.keys)
        )
        tests = self._tests(besides=driver)
        return iter(self._select(stream, tests, self._start, limit=-1))

    def _merged(self, driver: int) -> Iterator[Row]:
        """Read the streams of one clause side by side."""
        tests = self._tests(besides=driver)
        merged = heapq.merge(
            *(
                self._in_order(stream, tests)
                for stream in self._clauses[driver].streams
            ),
            key=itemgetter(1, 0),
            reverse=self._is_descending,
        )
        # An event may be in several of them.
        return (next(same) for _, same in groupby(merged, key=itemgetter(0)))

    def _in_order(
        self, stream: RowStream, tests: Sequence[SQL]
    ) -> Iterator[Row]:
        """Read a stream, as far as its rows are asked for."""
        after, size = self._start, _FIRST_CHUNK
        while True:
            rows = self._select(stream, tests, after, limit=size)
            yield from rows
            if len(rows) < size:
                return
            after = _Place(rows[-1][1], rows[-1][0])
            size = min(4 * size, _LARGEST_CHUNK)

    # Which rows.

    def _fewest(self, among: Sequence[int]) -> tuple[int, int]:
        """Return which clause has the fewest rows, and how many.

        More than the last of the bounds are not counted to the end.
        """
        least, fewest = among[0], 0
        for bound in _BOUNDS:
            fewest = bound + 1
            for index in among:
                count = self._count(self._clauses[index], fewest)
                if count < fewest:
                    least, fewest = index, count
            if fewest <= bound:
                break
        return least, fewest

    def _count(self, clause: Clause, stop: int) -> int:
        """Return how many rows *clause* has; *stop* if these or more."""
        if clause.most is not None:
            return min(clause.most, stop)
        if clause.rows is None:
            return stop
        part = SQL(
            f"SELECT count(*) FROM ({clause.rows.sql} LIMIT ?)",  # noqa: S608  # our own
            (*clause.rows.keys, stop),
        )
        (count,) = self._rows.one(part, int)
        return int(count)

    def _narrow(self, driver: int) -> None:
        """Leave out all numbers below and above those of one clause."""
        rows = self._clauses[driver].rows
        assert rows is not None, "what was counted can be selected"
        part = SQL(
            f"{_EXTENT} FROM ({rows.sql})",
            rows.keys,
        )
        low, high = self._rows.one(part, int, int)
        self._span = self._span._replace(
            first=max(self._span.first, low),
            stop=min(self._span.stop, high + 1),
        )

    def _tests(self, *, besides: int | None = None) -> list[SQL]:
        return [
            clause.test
            for index, clause in enumerate(self._clauses)
            if index != besides and clause.test is not None
        ]

    def _select(
        self,
        stream: RowStream,
        tests: Sequence[SQL],
        after: _Place | None,
        *,
        limit: int,
    ) -> list[Row]:
        """Return the first rows of *stream* that come *after*, in order."""
        by_number, by_time = self._bounds(after)
        parts = [stream.condition, by_number, by_time, *tests]
        direction = "DESC" if self._is_descending else "ASC"
        columns = ["number"] if self._is_by_record else ["time", "number"]
        sql = _SELECT.format(
            table=stream.table,
            conditions=" AND ".join(f"({part.sql})" for part in parts),
            order=", ".join(f"s.{column} {direction}" for column in columns),
        )
        keys = chain.from_iterable(part.keys for part in parts)
        part = SQL(sql, (*keys, limit))
        return self._rows.fetch(part, int, int, int, int, int)

    def _bounds(self, after: _Place | None) -> tuple[SQL, SQL]:
        """Return what numbers and times may be, of rows that come *after*.

        SQLite looks rows up by one lower and one upper bound of a column, and
        holds the rest against the rows: of two bounds only the narrower may
        be there, or each page would read all those before it.
        """
        first, stop, earliest, latest = self._span
        by_number = SQL("s.number >= ? AND s.number < ?", (first, stop))
        by_time = SQL("s.time >= ? AND s.time <= ?", (earliest, latest))
        if after is None:
            return by_number, by_time
        if self._is_by_record:
            if self._is_descending:
                stop = min(stop, after.number)
            else:
                first = max(first, after.number + 1)
            return by_number._replace(keys=(first, stop)), by_time
        if self._is_descending:
            bound = "s.time >= ? AND (s.time, s.number) < (?, ?)"
            return by_number, SQL(bound, (earliest, *after))
        bound = "s.time <= ? AND (s.time, s.number) > (?, ?)"
        return by_number, SQL(bound, (latest, *after))

    def _place_of(self, number: int | None) -> _Place | None:
        """Return where the event *number* stands, in either order."""
        if number is None:
            return None
        found = self._rows.fetch(
            SQL("SELECT time, number FROM events WHERE number = ?", (number,)),
            int,
            int,
        )
        if not found:
            raise MalformedError(
                f"nextPageToken: there is no event {number} to go on after:"
                " ask for the first page again"
            )
        return _Place(*found[0])
