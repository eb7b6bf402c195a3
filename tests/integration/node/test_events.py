"""Queries of events over HTTP: what is found, page by page, and what is not."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from provenance_node.epcis.searchers import Searcher
from starlette.testclient import TestClient

from provenance.encoding.strict_json import JSON
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.store import QUERY_INDEX
from provenance.store.lockfile import FileLock
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.epcis_world import next_of
from tests.support.node_world import (
    MSGPACK,
    grow,
    new_world,
    one_process,
    served,
)
from tests.support.waiting import wait_until

COUNT = 25


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    """Return a ledger of some cans, which nobody changes."""
    world = new_world(tmp_path_factory.mktemp("grown"))
    grow(world, COUNT)
    return world


@pytest.fixture(scope="module")
def client(grown: LedgerWorld) -> Iterator[TestClient]:
    with served(grown) as client:
        yield client


def ask(client: TestClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1/events?{query}" if query else "/v1/events")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    assert said["count"] == len(said["events"])
    return said


def cans(page: dict[str, Any]) -> list[str]:
    return [found["event"]["epcList"][0] for found in page["events"]]


def log(client: TestClient, world: LedgerWorld, number: int) -> dict[str, Any]:
    submission = world.sign(PRODUCER, world.made(can(number)))
    answer = client.post(
        "/v1/statements", content=submission.to_bytes(), headers=MSGPACK
    )
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_an_event_is_found_with_its_place_its_signer_and_its_statement(
    world: LedgerWorld,
) -> None:
    with served(world) as client:
        logged = log(client, world, 7)
        (found,) = ask(client, f"MATCH_epc={quote(can(7), safe='')}")["events"]
        assert found["log_index"] == logged["log_index"]
        assert found["position"] == 0
        assert found["issuer"] == PRODUCER
        assert found["statement"] == logged["id"]
        assert found["event"]["bizStep"] == "commissioning"
        assert found["event"]["recordTime"] == found["record_time"]
        receipt = client.get(f"/v1/statements/{found['statement']}/receipt")
        assert receipt.status_code == 200
    ledger = world.reopen()
    with ledger.moment() as moment:
        (row,) = moment.reader.entries(
            found["log_index"], found["log_index"] + 1
        )
    ledger.close()
    index = verify_receipt(
        receipt.text, entry=row, trust=world.trust, now=world.now
    )
    assert index == found["log_index"]


def test_what_was_answered_as_logged_is_found_at_once(
    world: LedgerWorld,
) -> None:
    with served(world) as client:
        for number in range(5):
            size = log(client, world, number)["log_index"] + 1
            page = ask(client)
            assert can(number) in cans(page)
            assert page["size"] >= size


def test_an_empty_ledger_has_no_events(world: LedgerWorld) -> None:
    with served(world) as client:
        assert ask(client)["events"] == []
        lines = client.get(
            "/v1/events", headers={"accept": "application/x-ndjson"}
        )
        assert lines.status_code == 200
        assert lines.text == ""


def test_lines_are_given_to_those_who_ask_for_lines(
    client: TestClient,
) -> None:
    answer = client.get(
        "/v1/events?perPage=3", headers={"accept": "application/x-ndjson"}
    )
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["schema"] for line in lines} == {"provenance.found-event/1"}
    assert [line["event"]["epcList"] for line in lines] == [
        [item] for item in cans(ask(client, "perPage=3"))
    ]
    assert next_of(answer)
    unknown = client.get("/v1/events", headers={"accept": "text/html"})
    assert unknown.status_code == 406
    assert unknown.json()["code"] == "PRV-9109"


def test_several_values_stand_with_a_bar_between(client: TestClient) -> None:
    both = quote("|".join((can(1), can(2))), safe="")
    for query in (f"MATCH_epc={both}", f"MATCH_epc={can(1)}%7C{can(2)}"):
        assert set(cans(ask(client, query))) == {can(1), can(2)}
    assert ask(client, f"MATCH_epc={can(999)}")["events"] == []


def test_pages_of_a_growing_log_stay_what_they_were(
    world: LedgerWorld,
) -> None:
    grow(world, 9)
    with served(world) as client:
        before = cans(ask(client, "orderBy=recordTime"))
        path = "/v1/events?orderBy=recordTime&perPage=4"
        pages, sizes = [], set()
        for number in range(100, 104):
            answer = client.get(path)
            pages.append(answer)
            sizes.add(answer.json()["size"])
            assert answer.headers["x-log-size"] == str(answer.json()["size"])
            log(client, world, number)
            path = next_of(answer)
            if not path:
                break
        assert [item for page in pages for item in cans(page.json())] == before
        assert len(pages) == 3
        assert len(sizes) == 1
        # Asked again, each says the same.
        again = client.get(next_of(pages[0]))
        assert cans(again.json()) == cans(pages[1].json())
        assert len(ask(client)["events"]) == len(before) + 3


def test_a_page_token_belongs_to_its_query_and_log(
    client: TestClient, world: LedgerWorld
) -> None:
    token = ask(client, "perPage=2")["next_page_token"]
    assert ask(client, f"perPage=5&nextPageToken={token}")["count"] == 5
    other = f"EQ_bizStep=commissioning&nextPageToken={token}"
    refused = client.get(f"/v1/events?{other}")
    assert refused.status_code == 400
    assert "nextPageToken" in refused.json()["detail"]
    for changed in (token[:-1], token + "A", token.swapcase(), "", "%00"):
        answer = client.get(f"/v1/events?nextPageToken={changed}")
        assert answer.status_code == 400, changed
    # A log of the same name that never grew so far has no such page.
    with served(world) as shorter:
        answer = shorter.get(f"/v1/events?nextPageToken={token}")
        assert answer.status_code == 400
        assert "first page" in answer.json()["detail"]


HOSTILE = [
    "EQ_bizstep=shipping",
    "nonsense",
    "=",
    "EQ_action=ADD&EQ_action=ADD",
    "EQ_action=",
    "EQ_action=%FF",
    "EQ_action=ADD%00",
    "perPage=0",
    "perPage=1001",
    "perPage=-1",
    "perPage=1e3",
    "perPage=" + "9" * 5_000,
    "maxEventCount=0",
    "maxEventCount=1&eventCountLimit=1&orderBy=eventTime",
    "eventCountLimit=5",
    "GE_eventTime=yesterday",
    "GE_eventTime=2026-03-01T00:00:00",
    "GE_eventTime=2026-13-41T25:61:61Z",
    "orderBy=size",
    "orderDirection=SIDEWAYS",
    "EQ_" + "a" * 3_000 + ":b=c",
    "EQ_unknown:name=x",
    "HASATTR_bizLocation=x",
    "MATCH_epc=not-a-uri",
    "MATCH_epc=urn:epc:id:sgtin:0.0.0",
    "MATCH_epc=" + "%7C" * 20_000,
    "EQ_quantity=NaN",
    "GE_quantity=" + "9" * 400,
    "EQ_quantity_DROP TABLE=1",
    "&".join(f"EQ_example:a{n}=1" for n in range(300)),
    "%F0%9F%92%A9=1",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_what_is_no_query_is_400_and_says_which_part(
    client: TestClient, query: str
) -> None:
    answer = client.get(f"/v1/events?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["code"] == "PRV-9010"
    assert len(said["detail"]) < 500


def test_hostile_values_find_nothing_and_break_nothing(
    client: TestClient,
) -> None:
    for value in ("' OR 1=1 --", "%", "*", "../../etc/passwd", "\u202e\u0000"):
        answer = client.get(
            "/v1/events", params={"EQ_example:grade": value, "perPage": "1"}
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["events"] == []


def test_more_events_than_allowed_are_413(client: TestClient) -> None:
    answer = client.get(f"/v1/events?maxEventCount={COUNT - 1}")
    assert answer.status_code == 413
    assert answer.json()["type"] == f"/problems/{answer.json()['code']}"
    assert "maxEventCount" in answer.json()["detail"]
    assert ask(client, f"maxEventCount={COUNT}")["count"] == COUNT


def test_a_page_ends_before_it_is_too_large(world: LedgerWorld) -> None:
    ledger = world.reopen()
    for number in range(11):
        event = world.event(
            can(number),
            action="ADD",
            bizStep="commissioning",
            **{"https://ns.example/photo": f"{number:02}" * 2**19},
        )
        (answer,) = ledger.submit([world.sign(PRODUCER, event)])
        assert isinstance(answer, Receipt), answer
    ledger.close()
    with served(world) as client:
        seen: list[str] = []
        path = "/v1/events?perPage=1000"
        while path:
            page = client.get(path)
            assert page.status_code == 200, page.text[:1_000]
            assert len(page.content) < 9 * 2**20
            assert 0 < page.json()["count"] < 11
            seen += cans(page.json())
            path = next_of(page)
        assert seen == [can(number) for number in reversed(range(11))]
        # What is counted is not what is shown.
        assert client.get("/v1/events?maxEventCount=10").status_code == 413
        assert client.get("/v1/events?maxEventCount=11").status_code == 200


def test_a_prefix_is_what_the_header_says(client: TestClient) -> None:
    query = "/v1/events?EQ_ex:grade=A"
    assert client.get(query).status_code == 400
    known = {"gs1-extensions": "ex=https://ns.example/, b=https://b.example/"}
    assert client.get(query, headers=known).status_code == 200
    for header in ("ex", "ex=", "=x", "ex=https://a/,ex=https://b/", "ex=nope"):
        answer = client.get(query, headers={"gs1-extensions": header})
        assert answer.status_code == 400, header


def test_a_query_that_takes_too_long_is_413_and_the_next_is_answered(
    world: LedgerWorld,
) -> None:
    grow(world, 3)
    with served(world, one_process(query_seconds=1e-6)) as client:
        for _ in range(3):
            answer = client.get("/v1/events")
            assert answer.status_code == 413
            assert answer.json()["code"] == "PRV-9114"
    searcher = Searcher(world.folder)
    size = searcher.catch_up(False)[0]
    asked: tuple[str, tuple[()], dict[str, JSON]] = ("text", (), {})
    cut = searcher.find("object", asked, {}, size, 1e-6, "link", None)
    assert cut is None
    whole = searcher.find("object", asked, {}, size, 60.0, "link", None)
    assert whole is not None
    assert whole[0] == 3
    searcher.close()


def test_while_the_index_is_behind_there_is_no_answer_with_gaps(
    world: LedgerWorld,
) -> None:
    settings = one_process(index_seconds=0.2)
    with served(world, settings) as client:
        # What was there when the node began is indexed, too.
        assert when_indexed(client)["events"] == []
        lock = world.folder / f"{QUERY_INDEX}.lock"
        # Somebody else is at the index, and does not come to an end.
        with FileLock.wait_for(lock):
            log(client, world, 1)
            answer = client.get("/v1/events")
            assert answer.status_code == 503
            assert answer.json()["code"] == "PRV-9113"
            assert int(answer.headers["retry-after"]) > 0
            # Nothing else waits for it.
            log(client, world, 2)
        assert set(cans(when_indexed(client))) == {can(1), can(2)}


def when_indexed(client: TestClient) -> Any:
    """Return all events, once the index has caught up with the log."""

    def answered() -> Any:
        answer = client.get("/v1/events")
        if answer.status_code == 200:
            return answer.json()
        assert answer.status_code == 503, answer.text
        assert answer.json()["code"] == "PRV-9113"
        return None

    return wait_until(answered, "the index has caught up with the log")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"no index" * 1_000),
        lambda path: path.write_bytes(path.read_bytes()[:4_096]),
    ],
    ids=["gone", "something else", "cut off"],
)
def test_an_index_that_was_lost_or_damaged_is_made_again(
    world: LedgerWorld, damage: Any
) -> None:
    grow(world, 3)
    with served(world) as client:
        before = cans(ask(client))
    damage(world.folder / QUERY_INDEX)
    with served(world) as client:
        assert cans(ask(client)) == before


def test_an_index_that_is_emptied_meanwhile_is_filled_again(
    world: LedgerWorld,
) -> None:
    grow(world, 3)
    with served(world) as client:
        before = cans(ask(client))
        searcher = Searcher(world.folder)
        searcher._index.clear()
        searcher.close()
        assert cans(ask(client)) == before


def test_events_are_found_by_their_hash_ids(world: LedgerWorld) -> None:
    grow(world, 3)
    with served(world) as client:
        first = ask(client)["events"][0]
        named = quote(first["event_hash"], safe="")
        for name in ("EQ_eventHash", "EQ_eventID"):
            page = ask(client, f"{name}={named}")
            assert page["events"] == [first]
        log(client, world, 50)
        assert ask(client, f"EQ_eventHash={named}")["count"] == 1


def test_queries_count_as_proofs_do(world: LedgerWorld) -> None:
    settings = one_process(read_rate=0.001, read_burst=1)
    with served(world, settings) as client:
        assert client.get("/v1/events").status_code == 200
        second = client.get("/v1/events")
        assert second.status_code == 429
        assert second.json()["code"] == "PRV-9106"
