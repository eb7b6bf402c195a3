"""Named queries: kept, listed, asked by name, and forgotten."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.errors import ConflictError
from provenance.store.capture_jobs import Database
from tests.ledger_world import LedgerWorld, can
from tests.support.epcis_world import (
    AUTHORISED,
    HEADERS,
    capture,
    captures,
    document,
    finished,
    found,
    items,
    made,
    next_of,
)
from tests.support.node_world import new_world, served

QUERY = {"EQ_bizStep": ["commissioning", "shipping"], "perPage": 2}


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


@pytest.fixture
def client(world: LedgerWorld) -> Iterator[TestClient]:
    with captures(world) as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a node that keeps nothing that counts."""
    with captures(new_world(tmp_path_factory.mktemp("shared"))) as client:
        yield client


def name(client: TestClient, called: object, query: object) -> Any:
    return client.post(
        "/epcis/queries",
        content=json.dumps({"name": called, "query": query}),
        headers=HEADERS,
    )


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    assert said["type"] == f"epcisException:{kind}"
    return said


def test_a_query_with_a_name_is_kept_and_asked_and_forgotten(
    world: LedgerWorld,
) -> None:
    with captures(world) as client:
        body = document(*(made(number) for number in range(5)))
        assert finished(client, capture(client, body))["success"]
        answer = name(client, "made", QUERY)
        assert answer.status_code == 201
        assert answer.headers["location"] == "/epcis/queries/made"
    # A restart forgets none.
    with captures(world) as client:
        said = client.get("/epcis/queries/made").json()
        assert said == {"name": "made", "query": QUERY}
        assert client.get("/epcis/queries").json() == [said]
        first = client.get("/epcis/queries/made/events")
        assert next_of(first).startswith("/epcis/queries/made/events?")
        assert set(items(found(client, "/epcis/queries/made/events"))) == {
            can(number) for number in range(5)
        }
        gone = client.delete("/epcis/queries/made", headers=AUTHORISED)
        assert gone.status_code == 204
        assert gone.content == b""
        for path in ("", "/events"):
            answer = client.get(f"/epcis/queries/made{path}")
            problem(answer, 404, "NoSuchNameException")
        again = client.delete("/epcis/queries/made", headers=AUTHORISED)
        problem(again, 404, "NoSuchNameException")


def test_pages_of_a_named_query_stay_what_they_were(
    client: TestClient,
) -> None:
    capture_all = document(*(made(number) for number in range(5)))
    finished(client, capture(client, capture_all))
    name(client, "made", {**QUERY, "orderBy": "recordTime"})
    before = items(found(client, "/epcis/queries/made/events"))
    seen: list[str] = []
    path = "/epcis/queries/made/events"
    while path:
        answer = client.get(path)
        results = answer.json()["epcisBody"]["queryResults"]["resultsBody"]
        seen += items(results["eventList"])
        more = document(made(100 + len(seen)))
        finished(client, capture(client, more))
        path = next_of(answer)
    assert seen == before
    whole = client.get("/epcis/queries/made/events?perPage=100").json()
    results = whole["epcisBody"]["queryResults"]["resultsBody"]
    assert len(results["eventList"]) == len(before) + 3


def test_a_name_is_given_once(client: TestClient) -> None:
    assert name(client, "one", QUERY).status_code == 201
    said = problem(
        name(client, "one", {}), 409, "ResourceAlreadyExistsException"
    )
    assert said["code"] == "PRV-9115"
    assert client.get("/epcis/queries/one").json()["query"] == QUERY


def test_queries_are_listed_page_by_page_while_more_come(
    client: TestClient,
) -> None:
    for called in ("b", "d", "a", "c", "e"):
        name(client, called, {})
    seen: list[str] = []
    path = "/epcis/queries?perPage=2"
    while path:
        answer = client.get(path)
        seen += [each["name"] for each in answer.json()]
        # What comes before the page that is next moves none.
        name(client, f"A{len(seen)}", {})
        path = next_of(answer)
    assert seen == ["a", "b", "c", "d", "e"]
    for query in ("perPage=0", "nextPageToken=x", "nextPageToken=%FF", "a=b"):
        answer = client.get(f"/epcis/queries?{query}")
        problem(answer, 400, "QueryParameterException")


def test_a_page_of_large_queries_ends_before_it_is_too_large(
    world: LedgerWorld,
) -> None:
    large = {"EQ_eventID": ["urn:x:" + "a" * 60_000]}
    with captures(world) as client:
        for number in range(40):
            assert name(client, f"q{number:02}", large).status_code == 201
        seen: list[str] = []
        path = "/epcis/queries?perPage=1000"
        while path:
            answer = client.get(path)
            assert answer.status_code == 200, answer.text
            assert len(answer.content) < 2**20 + 100_000
            seen += [each["name"] for each in answer.json()]
            path = next_of(answer)
        assert seen == [f"q{number:02}" for number in range(40)]


def test_so_many_names_are_kept_and_no_more(tmp_path: pathlib.Path) -> None:
    database = Database(tmp_path)
    for called in ("one", "two"):
        database.add_query(called, {}, most=2)
    with pytest.raises(ConflictError, match="delete one"):
        database.add_query("three", {}, most=2)
    database.delete_query("one")
    database.add_query("three", {}, most=2)
    kept = [called for called, _ in database.queries(after="", count=9)[0]]
    assert kept == ["three", "two"]
    database.close()


@pytest.mark.parametrize(
    "called",
    [
        "",
        " ",
        "a/b",
        "a b",
        "../x",
        "é",
        "x" * 101,
        7,
        None,
        ["a"],
        "-a",
        "a\0",
    ],
    ids=range(12),
)
def test_what_is_no_name_is_refused(shared: TestClient, called: object) -> None:
    problem(name(shared, called, {}), 400, "QueryValidationException")


@pytest.mark.parametrize(
    "query",
    [
        None,
        [],
        "EQ_bizStep=shipping",
        {"EQ_bizstep": ["shipping"]},
        {"EQ_bizStep": []},
        {"EQ_bizStep": [["shipping"]]},
        {"EQ_bizStep": {"a": "b"}},
        {"nextPageToken": "x"},
        {"perPage": 0},
        {"perPage": 10**30},
        {"@context": [{"ex": 7}]},
        {"GE_quantity": "many"},
        {"a": {"b": {"c": {"d": 1}}}},
    ],
    ids=range(13),
)
def test_what_is_no_query_is_refused(shared: TestClient, query: object) -> None:
    problem(name(shared, "some", query), 400, "QueryValidationException")
    assert shared.get("/epcis/queries").json() == []


def test_a_query_of_extensions_brings_its_prefixes(
    client: TestClient,
) -> None:
    context = [{"ex": "https://ns.example/"}]
    query = {"@context": context, "EQ_ex:grade": ["A"]}
    assert name(client, "graded", query).status_code == 201
    body = document(made(1, **{"ex:grade": "A"}), made(2, **{"ex:grade": "B"}))
    where = capture(client, body, GS1_Extensions="ex=https://ns.example/")
    assert finished(client, where)["success"]
    assert items(found(client, "/epcis/queries/graded/events")) == [can(1)]


def test_the_context_of_a_query_document_is_taken(client: TestClient) -> None:
    said = {
        "@context": [EPCIS_CONTEXT, {"ex": "https://ns.example/"}],
        "name": "graded",
        "query": {"EQ_ex:grade": ["A"]},
    }
    answer = client.post("/epcis/queries", json=said, headers=AUTHORISED)
    assert answer.status_code == 201, answer.text
    body = document(made(1, **{"ex:grade": "A"}), made(2, **{"ex:grade": "B"}))
    where = capture(client, body, GS1_Extensions="ex=https://ns.example/")
    assert finished(client, where)["success"]
    assert items(found(client, "/epcis/queries/graded/events")) == [can(1)]

    twice = {**said, "name": "twice"}
    twice["query"] = {"@context": [], "EQ_ex:grade": ["A"]}
    other = {**said, "name": "other", "@context": "https://else.example/"}
    for wrong in (twice, other, {**said, "name": "more", "more": 1}):
        answer = client.post("/epcis/queries", json=wrong, headers=AUTHORISED)
        problem(answer, 400, "QueryValidationException")


def test_other_parameters_beside_a_name_are_refused(
    shared: TestClient,
) -> None:
    path = "/epcis/queries/none/events"
    problem(shared.get(path), 404, "NoSuchNameException")
    name(shared, "some", {})
    try:
        path = "/epcis/queries/some/events?EQ_action=ADD"
        problem(shared.get(path), 400, "QueryParameterException")
    finally:
        shared.delete("/epcis/queries/some", headers=AUTHORISED)


def test_a_query_that_is_too_large_or_no_json_is_refused(
    shared: TestClient,
) -> None:
    large = name(shared, "large", {"EQ_eventID": ["x" * 70_000]})
    problem(large, 413, "QueryTooLargeException")
    for body in (b"", b"{", b"\xff", b"[" * 50_000, b'{"name": "a"}'):
        answer = shared.post("/epcis/queries", content=body, headers=HEADERS)
        problem(answer, 400, "QueryValidationException")
    headers = {**HEADERS, "content-type": "application/xml"}
    answer = shared.post("/epcis/queries", content=b"<a/>", headers=headers)
    problem(answer, 415, "UnsupportedMediaTypeException")


def test_there_are_no_subscriptions_and_none_is_made(
    world: LedgerWorld,
) -> None:
    with captures(world) as client:
        posted = client.post(
            "/epcis/queries",
            content=json.dumps({"name": "some-other", "query": {}}),
            headers=HEADERS,
        )
        assert posted.status_code == 201
        below = "/epcis/queries/some-other/subscriptions"
        listed = client.get(below, headers=HEADERS)
        assert (listed.status_code, listed.json()) == (200, [])
        refused = client.post(
            below,
            content=json.dumps({"dest": "https://in.example", "stream": True}),
            headers=HEADERS,
        )
        said = problem(refused, 501, "ImplementationException")
        assert "address" in said["detail"]
        for method in ("GET", "DELETE"):
            answer = client.request(method, f"{below}/1", headers=HEADERS)
            problem(answer, 404, "NoSuchNameException")
        nowhere = client.get(
            "/epcis/queries/nobodys/subscriptions", headers=HEADERS
        )
        problem(nowhere, 404, "NoSuchNameException")


def test_without_capture_there_are_no_names(world: LedgerWorld) -> None:
    with served(world) as client:
        for path in ("", "/some", "/some/events"):
            answer = client.get(f"/epcis/queries{path}")
            said = problem(answer, 501, "ImplementationException")
            assert "capture_key" in said["detail"]


def test_asking_by_a_name_is_counted_before_the_name_is_looked_up(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    with captures(world, read_rate=0.001, read_burst=2) as client:
        path = "/epcis/queries/none/events"
        asked = [client.get(path).status_code for _ in range(3)]
        assert asked == [404, 404, 429]
