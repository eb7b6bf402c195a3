import pathlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from provenance.claims.event import Item
from provenance.claims.event import parse_event as parse_event_data
from provenance.encoding.strict_json import JSON
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft, RawEvent, check_event
from provenance.epcis.page_token import PageEnd, format_token
from provenance.epcis.query import Order, Query
from provenance.epcis.render import render_document, render_query_document
from provenance.errors import (
    MalformedError,
    QueryTooLargeError,
)
from provenance.folder import open_reader
from provenance.intake.prepare import new_event
from provenance.ledger import query as ledger_query
from provenance.ledger import search
from provenance.ledger.query import Queries
from provenance.ledger.search import written_time
from provenance.store import index_scan
from tests.ledger_world import PRODUCER, body, can
from tests.support.query_cases import CASES, EVENTS, Case
from tests.support.query_world import QueryWorld

NAMES = list(EVENTS)


@pytest.fixture(scope="module")
def world() -> Iterator[QueryWorld]:
    with tempfile.TemporaryDirectory() as name:
        world = QueryWorld(pathlib.Path(name))
        for event in EVENTS.values():
            world.log(event)
        yield world
        world.ledger.close()


@pytest.fixture(scope="module")
def queries(world: QueryWorld) -> Iterator[Queries]:
    with world.queries() as queries:
        yield queries


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_index_finds_what_the_standard_says(
    world: QueryWorld, queries: Queries, case: Case
) -> None:
    parameters, names = case
    found = world.ask_all(queries, parameters)
    # The latest first, and the cases are in the order of their times.
    assert [NAMES[number] for number in reversed(found)] == names.split()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_finds_the_same_when_everything_counts_as_much(
    world: QueryWorld,
    queries: Queries,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index_scan, "_FEW", 0)
    monkeypatch.setattr(index_scan, "_BOUNDS", (0, 1))
    monkeypatch.setattr(index_scan, "_FIRST_CHUNK", 1)
    monkeypatch.setattr(index_scan, "_LARGEST_CHUNK", 2)
    parameters, names = case
    for order in ("eventTime", "recordTime"):
        for direction in ("ASC", "DESC"):
            found = world.ask_all(
                queries,
                {
                    **parameters,
                    "orderBy": order,
                    "orderDirection": direction,
                    "perPage": 2,
                },
            )
            wanted = names.split()
            if direction == "DESC":
                wanted.reverse()
            assert [NAMES[number] for number in found] == wanted


def _draft_of(name: str) -> EventDraft:
    return check_event(RawEvent(EVENTS[name], {}, str))


def seen(number: int, **members: Any) -> dict[str, Any]:
    """Return an event of one can, seen *number* minutes after ten."""
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "eventTime": f"2026-01-01T10:{number:02}:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [can(number)],
        **members,
    }


@pytest.fixture
def fresh(tmp_path: pathlib.Path) -> Iterator[QueryWorld]:
    world = QueryWorld(tmp_path)
    yield world
    world.ledger.close()


# What is found.


def test_an_event_is_given_out_with_its_place_and_its_record_time(
    world: QueryWorld, queries: Queries
) -> None:
    page = world.ask(queries, {"EQ_bizStep": "commissioning"})
    (found,) = page.events
    place = world.places[0]
    assert (found.log_index, found.position) == place
    assert found.issuer == PRODUCER
    assert found.record_time == world.recorded[0]
    assert found.event["recordTime"] == written_time(world.recorded[0])
    assert written_time(world.recorded[0]) == "2026-02-02T02:40:01.000Z"
    with open_reader(world.folder) as reader, reader.moment() as moment:
        data = moment.reader.event(*place)
    assert found.event_id == parse_event_data(data).id
    assert page.size == world.ledger.size
    assert page.next_page_token is None


def test_what_is_given_out_is_what_was_taken_in(
    world: QueryWorld, queries: Queries
) -> None:
    page = world.ask(
        queries, {"orderBy": "recordTime", "orderDirection": "ASC"}
    )
    events = [found.event for found in page.events]
    for render in (render_document, render_query_document):
        document = b"".join(render(events, created="2026-03-01T00:00:00Z"))
        again = parse_document(document)
        for name, draft in zip(EVENTS, again, strict=True):
            # In a ledger they stand by relation.
            assert sorted(draft.items, key=str) == sorted(
                _draft_of(name).items, key=str
            )
            assert draft.body == _draft_of(name).body


def test_a_prefix_may_mean_two_things_in_one_document(
    fresh: QueryWorld,
) -> None:
    for number, name in enumerate(("one", "other")):
        context: dict[str, JSON] = {"ex": f"https://{name}.example/"}
        fresh.log(seen(number, **{"@context": context, "ex:size": 1}))
    with fresh.queries() as queries:
        found = fresh.ask(queries, {"orderDirection": "ASC"}).events
        events = [one.event for one in found]
        asked = {"EQ_https://other.example/size": 1}
        assert fresh.ask_all(queries, dict(asked)) == [1]
    for render in (render_document, render_query_document):
        document = b"".join(render(events, created="2026-03-01T00:00:00Z"))
        assert [
            draft.body["@context"] for draft in parse_document(document)
        ] == [
            {"ex": "https://one.example/"},
            {"ex": "https://other.example/"},
        ]


def test_a_log_without_events_has_an_empty_answer(fresh: QueryWorld) -> None:
    with fresh.queries() as queries:
        page = fresh.ask(queries, {})
        assert page.events == ()
        assert page.next_page_token is None
        # The enrolments are in the log, and are no EPCIS events.
        assert page.size == fresh.ledger.size > 1
        for order in ("recordTime", "ex:size"):
            assert fresh.ask_all(queries, {"orderBy": order}) == []


def test_an_event_that_is_none_of_epcis_hides_no_other(
    fresh: QueryWorld,
) -> None:
    strange = new_event(body(**{"ex:bytes": b"x"}), [Item("epcList", can(1))])
    plain = new_event(body(), [Item("epcList", can(1))])
    fresh.ledger.submit([fresh.sign(PRODUCER, strange, plain)])
    with fresh.queries() as queries:
        for parameters in ({}, {"MATCH_epc": can(1)}, {"orderBy": "ex:size"}):
            page = fresh.ask(queries, dict(parameters))
            assert [found.position for found in page.events] == [1]


def test_both_the_event_and_its_declaration_as_an_error_are_found(
    fresh: QueryWorld,
) -> None:
    event = seen(1, eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    fresh.log(event)
    fresh.log(
        event
        | {"errorDeclaration": {"declarationTime": "2026-01-02T00:00:00Z"}}
    )
    with fresh.queries() as queries:
        assert fresh.ask_all(queries, {"EQ_eventID": event["eventID"]}) == [
            1,
            0,
        ]
        assert fresh.ask_all(queries, {"EXISTS_errorDeclaration": True}) == [1]


def test_sensor_data_about_a_place_alone_is_found(fresh: QueryWorld) -> None:
    place = "https://id.gs1.org/414/9506000000015"
    reading = {"sensorReport": [{"type": "Temperature", "value": 4}]}
    event = seen(1, readPoint={"id": place}, sensorElementList=[reading])
    del event["epcList"]
    fresh.log(event)
    with fresh.queries() as queries:
        (found,) = fresh.ask(queries, {"EQ_readPoint": place}).events
        assert found.event["sensorElementList"] == [reading]
        # It is what the event is about, and no item of it.
        assert fresh.ask_all(queries, {"MATCH_anyEPC": place}) == []


def test_an_event_is_found_by_its_hash(world: QueryWorld) -> None:
    with world.queries() as queries:
        everything = world.ask(queries, {}).events
        for found in everything:
            hash_id = found.event_hash
            assert hash_id is not None
            for name in ("EQ_eventHash", "EQ_eventID"):
                (same,) = world.ask(queries, {name: hash_id}).events
                assert same == found


def test_hashes_are_made_when_somebody_first_asks_for_one(
    fresh: QueryWorld,
) -> None:
    fresh.log(seen(1))
    with fresh.queries() as queries, queries._index.view() as view:
        assert view.state().size == 0
    with fresh.queries() as queries:
        (found,) = fresh.ask(queries, {}).events
        with queries._index.view() as view:
            state = view.state()
            assert (state.size, state.hashed) == (fresh.ledger.size, 0)
        assert fresh.ask_all(queries, {"EQ_eventHash": found.event_hash}) == [0]
        with queries._index.view() as view:
            assert view.state().hashed == fresh.ledger.size
        fresh.log(seen(2))
        assert fresh.ask_all(queries, {"EQ_eventHash": found.event_hash}) == [0]


def test_all_that_an_answer_has_comes_page_after_page(
    world: QueryWorld, queries: Queries
) -> None:
    asked = Query(per_page=2)
    found = world.numbers(queries.find(asked))
    assert found == list(range(len(EVENTS)))[::-1]


def test_a_clock_beyond_all_calendars_is_written_as_their_end() -> None:
    assert written_time(2**53) == "9999-12-31T23:59:59.999Z"


# Limits.


def test_a_limit_counts_over_all_pages(fresh: QueryWorld) -> None:
    fresh.log(*(seen(number) for number in range(6)))
    with fresh.queries() as queries:
        for limit in range(1, 8):
            asked = {
                "orderBy": "eventTime", "eventCountLimit": limit, "perPage": 2,
            }  # fmt: skip
            found = fresh.ask_all(queries, dict(asked))
            assert found == [5, 4, 3, 2, 1, 0][:limit]


def test_more_events_than_are_allowed_for_are_an_error(
    fresh: QueryWorld,
) -> None:
    fresh.log(*(seen(number) for number in range(6)))
    with fresh.queries() as queries:
        for most in (6, 7):
            found = fresh.ask_all(
                queries, {"maxEventCount": most, "perPage": 2}
            )
            assert found == [5, 4, 3, 2, 1, 0]
        for most in (1, 5):
            with pytest.raises(QueryTooLargeError, match=f"more than {most}"):
                fresh.ask(queries, {"maxEventCount": most, "perPage": 2})
            one = {"maxEventCount": most, "MATCH_epc": can(3)}
            assert fresh.ask_all(queries, dict(one)) == [3]


def test_only_so_many_events_are_sorted_by_an_extension(
    fresh: QueryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.log(*(seen(n, **{"ex:size": n % 3}) for n in range(6)))
    with fresh.queries() as queries:
        asked = {"orderBy": "ex:size", "perPage": 4}
        assert fresh.ask_all(queries, dict(asked)) == [5, 2, 4, 1, 3, 0]
        monkeypatch.setattr(search, "MOST_SORTED", 6)
        assert fresh.ask_all(queries, dict(asked)) == [5, 2, 4, 1, 3, 0]
        monkeypatch.setattr(search, "MOST_SORTED", 5)
        with pytest.raises(QueryTooLargeError, match="too many to sort"):
            fresh.ask(queries, dict(asked))


def test_a_trail_that_is_too_long_is_looked_for_in_all_events(
    fresh: QueryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.log(*(seen(number) for number in range(3)))
    monkeypatch.setattr(search, "_LONGEST_TRAILS", 0)
    with fresh.queries() as queries:
        assert fresh.ask_all(queries, {"MATCH_epc": can(1)}) == [1]


# Pages.


@pytest.mark.parametrize("order", ["eventTime", "recordTime", "ex:size"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_do_not_shift_while_the_log_grows(
    fresh: QueryWorld, order: str, direction: str
) -> None:
    fresh.log(*(seen(20 + n, **{"ex:size": n // 2}) for n in range(9)))
    asked: dict[str, Any] = {
        "orderBy": order, "orderDirection": direction, "perPage": 2,
    }  # fmt: skip
    with fresh.queries() as queries:
        before = fresh.ask_all(queries, dict(asked))
        assert sorted(before) == list(range(9))
        page = fresh.ask(queries, dict(asked))
        found = fresh.numbers(page.events)
        number = 0
        while page.next_page_token is not None:
            # Before, between and after what the pages show.
            for minute in (number, 25, 59 - number):
                later = {"ex:size": number, "ex:later": number}
                fresh.log(seen(minute, **later))
            number += 1
            asked["nextPageToken"] = page.next_page_token
            page = fresh.ask(queries, dict(asked))
            assert page.size < fresh.ledger.size
            found += fresh.numbers(page.events)
        assert found == before
        del asked["nextPageToken"]
        assert len(fresh.ask_all(queries, dict(asked))) == len(fresh.places)


def test_pages_go_on_without_the_index_that_made_them(
    fresh: QueryWorld,
) -> None:
    fresh.log(*(seen(number) for number in range(5)))
    with fresh.queries() as queries:
        page = fresh.ask(queries, {"perPage": 2})
    fresh.index.unlink()
    fresh.log(seen(50))
    with fresh.queries() as queries:
        rest = fresh.ask_all(
            queries, {"perPage": 3, "nextPageToken": page.next_page_token}
        )
        assert rest == [2, 1, 0]


def test_a_token_is_for_its_query_its_ledger_and_its_reader(
    fresh: QueryWorld, world: QueryWorld, queries: Queries
) -> None:
    fresh.log(*(seen(number) for number in range(5)))
    with fresh.queries() as own:
        token = fresh.ask(own, {"perPage": 2}).next_page_token
        revealed = fresh.ask(own, {"perPage": 2}, ["/ex:size"]).next_page_token
        for parameters, reveal, wrong in (
            ({"EQ_action": "OBSERVE"}, [], token),
            ({"orderDirection": "ASC"}, [], token),
            ({}, ["/ex:size"], token),
            ({}, [], revealed),
            ({}, [], "junk"),
        ):
            with pytest.raises(MalformedError, match=r"^nextPageToken: "):
                fresh.ask(own, parameters | {"nextPageToken": wrong}, reveal)
    other = world.ask(queries, {"perPage": 2}).next_page_token
    # One origin, but a log of another length.
    with fresh.queries() as own, pytest.raises(MalformedError) as refused:
        fresh.ask(own, {"nextPageToken": other})
    assert "ask for the first page again" in str(refused.value)


def test_a_token_that_somebody_made_up_leads_nowhere_else(
    fresh: QueryWorld,
) -> None:
    fresh.log(*(seen(number) for number in range(3)))
    for order in ("eventTime", "ex:size"):
        asked = Query(order=Order(order))
        for size, given, number in (
            (fresh.ledger.size, 1, 10**9),
            (fresh.ledger.size, 1, 0),
            (2**50, 1, 4),
        ):
            token = format_token(
                PageEnd(size, given, number),
                query=ledger_query._digest(asked, frozenset(), None),
                origin=fresh.ledger.origin,
            )
            with (
                fresh.queries() as queries,
                pytest.raises(MalformedError, match=r"^nextPageToken: "),
            ):
                queries.run(replace(asked, page_token=token))
