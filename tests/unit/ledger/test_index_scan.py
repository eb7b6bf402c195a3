"""The index's file alone: what it is asked for, and what it gives."""

import pathlib
from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from provenance.epcis.query import Between, TextEquals
from provenance.epcis.query_values import MAX_VALUES
from provenance.errors import StoreError
from provenance.store import index_clause, index_rows, query_index
from provenance.store.candidates import (
    CandidateQuery,
    Demand,
    IndexDamagedError,
    IndexedEvent,
    IndexedSlice,
    IndexedStatement,
    IndexState,
)
from provenance.store.query_index import QueryIndex

ORIGIN = "ledger.example/index"


def indexed(
    number: int, *, time: int, texts: list[tuple[str, str]] | None = None
) -> IndexedStatement:
    event = IndexedEvent(
        0,
        time,
        is_concealing=False,
        texts=texts or [("a", str(number % 3))],
        numbers=[("n", number)],
    )
    return IndexedStatement(2 * number, 1_000 + number, 1, [event])


@pytest.fixture
def index(tmp_path: pathlib.Path) -> Iterator[QueryIndex]:
    index = QueryIndex.open(tmp_path / "index", origin=ORIGIN)
    with index.turn() as is_ours:
        assert is_ours
        # All at two times: places, and not times, tell them apart.
        made = [indexed(number, time=number % 2) for number in range(60)]
        index.add([IndexedSlice(made, 120, b"last")])
    yield index
    index.close()


def numbers(index: QueryIndex, *demands: Demand, **others: Any) -> list[int]:
    wanted = CandidateQuery(
        demands,
        **({"by_record": True, "is_descending": False, "size": 120} | others),
    )
    with index.view() as view:
        return [candidate.number for candidate in view.candidates(wanted)]


def test_an_index_says_how_far_it_came(index: QueryIndex) -> None:
    with index.view() as view:
        assert view.state() == IndexState(120, b"last", 0)


def test_candidates_satisfy_every_demand(index: QueryIndex) -> None:
    every = list(range(60))
    assert numbers(index) == every
    assert numbers(index, size=20) == every[:10]
    assert numbers(index, size=0) == []
    thirds = Demand([TextEquals("a", "0")])
    assert numbers(index, thirds) == every[::3]
    assert numbers(
        index, Demand([TextEquals("a", "0"), TextEquals("a", "1")])
    ) == [n for n in every if n % 3 != 2]
    assert (
        numbers(index, thirds, Demand([Between("n", 30, None)])) == every[30::3]
    )
    assert numbers(
        index, Demand([Between("n", None, 4), TextEquals("a", "1")])
    ) == [n for n in every if n <= 4 or n % 3 == 1]
    assert numbers(index, Demand([], places=[(6, 0), (8, 5), (999, 0)])) == [
        3,
        9,
    ]
    assert numbers(index, Demand([])) == []
    times = Demand([Between("eventTime", 1, None)])
    assert numbers(index, times) == every[1::2]
    recorded = Demand([Between("recordTime", 1_010_000, 1_011_999)])
    assert numbers(index, recorded) == [10, 11]
    assert numbers(index, recorded, times) == [11]
    early = Demand([Between("recordTime", None, 1_001_000)])
    assert numbers(index, early) == [0, 1]
    late = Demand([Between("recordTime", 9_000_000, None)])
    assert numbers(index, late) == []


@pytest.mark.parametrize("by_record", [True, False])
@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("few", [0, 5_000])
def test_candidates_come_in_order_from_any_place_on(
    index: QueryIndex,
    by_record: bool,
    is_descending: bool,
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scan = "provenance.store.index_scan"
    monkeypatch.setattr(f"{scan}._FEW", few)
    monkeypatch.setattr(f"{scan}._BOUNDS", (few, 2 * few))
    monkeypatch.setattr(f"{scan}._FIRST_CHUNK", 1)
    monkeypatch.setattr(f"{scan}._LARGEST_CHUNK", 7)
    order: dict[str, Any] = {
        "by_record": by_record, "is_descending": is_descending,
    }  # fmt: skip
    in_order = sorted(
        range(60),
        key=lambda n: n if by_record else (n % 2, n),
        reverse=is_descending,
    )
    for demands in (
        [],
        [Demand([TextEquals("a", "0")])],
        [
            Demand(
                [
                    TextEquals("a", "0"),
                    TextEquals("a", "1"),
                    TextEquals("a", "2"),
                ]
            )
        ],
        [Demand([Between("eventTime", 0, 0)])],
        [Demand([TextEquals("a", "0")]), Demand([Between("eventTime", 1, 1)])],
        [Demand([Between("n", 5, 50)])],
    ):
        wanted = numbers(index, *demands, **order)
        assert wanted == [n for n in in_order if n in wanted]
        assert wanted
        for at, number in enumerate(wanted):
            rest = numbers(index, *demands, after=number, **order)
            assert rest == wanted[at + 1 :]


def test_a_demand_of_very_many_is_not_tested_but_looked_up(
    index: QueryIndex,
) -> None:
    count = index_clause._MOST_TESTED
    many = [TextEquals("a", str(n)) for n in range(1, count + 2)]
    assert numbers(index, Demand(many)) == [n for n in range(60) if n % 3]
    # One of them is looked up, and the other left to whoever loads the events.
    other = Demand([TextEquals("a", "0")])
    assert numbers(index, other, Demand(many)) == list(range(0, 60, 3))
    lots = [Between("n", n, n) for n in range(count + 1)]
    assert numbers(index, Demand(lots)) == list(range(60))


def test_as_many_values_as_a_parameter_may_have_are_looked_up(
    index: QueryIndex,
) -> None:
    many = [TextEquals("a", str(n)) for n in range(1, 2 * MAX_VALUES)]
    assert numbers(index, Demand(many)) == [n for n in range(60) if n % 3]


def test_a_text_may_have_any_length(index: QueryIndex) -> None:
    long = "x" * 100_000
    with index.turn():
        event = indexed(60, time=0, texts=[("a", long)])
        index.add([IndexedSlice([event], 122, b"later")])
    assert numbers(index, Demand([TextEquals("a", long)]), size=122) == [60]
    assert numbers(index, Demand([TextEquals("a", long[1:])]), size=122) == []


def test_two_facts_with_one_hash_are_no_harm(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_rows, "mark_key", lambda *_: 7)
    monkeypatch.setattr(index_rows, "amount_key", lambda _: 7)
    index = QueryIndex.open(tmp_path / "index", origin=ORIGIN)
    with index.turn():
        event = IndexedEvent(
            0, 1, False, [("a", "1"), ("b", "2")], [("n", 1), ("m", 1)]
        )
        index.add([IndexedSlice([IndexedStatement(0, 1, 1, [event])], 1, b"x")])
    assert numbers(index, size=1) == [0]
    index.close()


def test_who_reads_sees_nothing_of_what_is_done_meanwhile(
    index: QueryIndex,
) -> None:
    wanted = CandidateQuery([], by_record=True, is_descending=False, size=120)
    with index.view() as view, index.turn() as is_ours:
        assert is_ours
        index.add([IndexedSlice([indexed(60, time=0)], 122, b"later")])
        assert view.state().size == 120
        index.clear()
        assert view.state().size == 120
        assert len(list(view.candidates(wanted))) == 60
    with index.view() as view:
        assert view.state() == IndexState()


def test_one_at_a_time_has_the_turn(index: QueryIndex) -> None:
    with index.turn() as first, index.turn() as second:
        assert (first, second) == (True, False)
    with index.turn() as again:
        assert again


def test_an_index_that_was_closed_is_not_read(index: QueryIndex) -> None:
    with index.view():
        index.close()
    index.close()
    with pytest.raises(StoreError, match="closed"), index.view():
        pass


def test_a_write_that_fails_adds_nothing(index: QueryIndex) -> None:
    # The same statement twice.
    with index.turn(), pytest.raises(StoreError):
        index.add([IndexedSlice([indexed(5, time=0)], 122, b"later")])
    with index.view() as view:
        assert view.state().size == 120
    with index.turn():
        index.add([IndexedSlice([indexed(60, time=0)], 122, b"later")])


def test_an_index_that_somebody_else_holds_is_no_damage(
    index: QueryIndex, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_index, "_BUSY_MILLISECONDS", 0)
    other = apsw.Connection(str(tmp_path / "index"))
    other.execute("BEGIN IMMEDIATE")
    with index.turn(), pytest.raises(StoreError, match="can be") as refused:
        index.add([IndexedSlice([indexed(60, time=0)], 122, b"later")])
    assert not isinstance(refused.value, IndexDamagedError)
    other.close()
    assert numbers(index) == list(range(60))
