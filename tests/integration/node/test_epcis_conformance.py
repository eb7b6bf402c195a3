"""EPCIS's OpenAPI, point by point, asked of a node that has everything on."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from provenance_node.epcis.resources import METHODS, ROOT
from starlette.testclient import TestClient

from provenance.epcis.xml.write import write_xml
from tests.ledger_world import can
from tests.support.epcis_rest_table import (
    DIFFERS,
    NOT_SENT,
    POINTS,
    STANDARD,
    Point,
)
from tests.support.epcis_world import (
    AUTHORISED,
    HEADERS,
    alone,
    capture,
    captures,
    document,
    finished,
    forbidden,
    made,
)
from tests.support.node_world import ROOT as PROJECT
from tests.support.node_world import new_world

PLACE = "urn:epc:id:sgln:9506000.00000.0"
NAMED = "urn:uuid:8d1c6b0e-7c1b-4b4e-9f0c-2f5f9a3e1d11"
LIMIT = 3
MOST_BYTES = 20_000
PARTS = {
    "eventID": NAMED,
    "eventType": "ObjectEvent",
    "epc": can(1),
    "bizStep": "commissioning",
    "bizLocation": PLACE,
    "readPoint": PLACE,
    "disposition": "active",
    "queryName": "named",
    "subscriptionID": "1",
    "token": "xyz",
}
UNKNOWN = {
    "eventType": "https://ns.example/NoEvent",
    "epc": can(999_999),
    "bizStep": "void_shipping",
    "bizLocation": "urn:epc:id:sgln:9506000.00001.9",
    "readPoint": "urn:epc:id:sgln:9506000.00001.9",
    "disposition": "stolen",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    world = new_world(tmp_path_factory.mktemp("conformance"))
    settings = {"capture_limit": LIMIT, "max_body_bytes": MOST_BYTES}
    with captures(world, **settings) as client:
        where = {"readPoint": {"id": PLACE}, "bizLocation": {"id": PLACE}}
        body = document(
            made(1, eventID=NAMED, disposition="active", **where), made(2)
        )
        job = finished(client, capture(client, body))
        assert job["success"], job
        PARTS["captureID"] = job["captureID"]
        yield client


def address(point: Point) -> str:
    path = "" if point.path == "/" else point.path

    def part(found: re.Match[str]) -> str:
        text = PARTS[found[1]]
        if point.asks == "unknown" and found[1] != "subscriptionID":
            text = UNKNOWN.get(found[1], "unknown")
        return quote(text, safe="")

    query = {
        "wrong parameter": "?EQ_nonsense=1",
        "too many found": "?maxEventCount=1",
    }
    return f"{ROOT}{re.sub(r'{(.*?)}', part, path)}{query.get(point.asks, '')}"


def body(point: Point) -> bytes:
    match point.path, point.asks:
        case _, "no document":
            return b'{"neither": "nor"}'
        case _, "too many bytes":
            return b" " * (MOST_BYTES + 1)
        case "/capture", "too many events":
            return document(*(made(n) for n in range(LIMIT + 1)))
        case "/capture", "XML":
            return as_xml()
        case "/capture", _:
            return document(made(50))
        case "/events", "not its to say":
            return alone(forbidden(1))
        case "/events", "an id again":
            return alone(made(1, eventID=NAMED))
        case "/events", _:
            return alone(made(60))
        case "/queries", _:
            return json.dumps({"name": "named", "query": {}}).encode()
        case _:
            return b""


def as_xml() -> bytes:
    event: dict[str, Any] = {"@context": [], **made(51)}
    return b"".join(write_xml([event], created="2026-02-01T10:00:00Z"))


def headers(point: Point) -> dict[str, str]:
    needs_token = point.method in {"POST", "DELETE"} or point.path.startswith(
        "/capture"
    )
    sent = dict(HEADERS) if needs_token else {}
    match point.method, point.asks:
        case _, "no token":
            del sent["authorization"]
        case "POST", "XML":
            sent["content-type"] = "application/xml"
        case "POST", "text":
            sent["content-type"] = "text/plain"
        case "POST", "version 3":
            sent["gs1-epcis-version"] = "3.0.0"
        case "GET", "XML":
            sent["accept"] = "application/xml"
        case "GET", "other type":
            sent["accept"] = "text/turtle"
        case "GET", "old version":
            sent["gs1-epcis-max"] = "1.2"
        case "GET", "EPC URNs":
            sent["gs1-epc-format"] = "Always_EPC_URN"
        case _:
            pass
    return sent


def test_the_node_answers_every_point_as_the_table_has_it(
    client: TestClient,
) -> None:
    wrong = []
    for point in POINTS:
        answer = client.request(
            point.method,
            address(point),
            content=body(point) if point.method == "POST" else None,
            headers=headers(point),
        )
        faults = list(look(point, answer))
        if faults:
            wrong.append((point, answer.status_code, faults, answer.text[:200]))
    assert not wrong


def look(point: Point, answer: Any) -> Iterator[str]:
    """Yield what is wrong with *answer*."""
    documented = STANDARD[point.path, point.method]
    if answer.status_code != point.status:
        yield f"not {point.status}"
    if answer.status_code == documented.statuses[0]:
        yield from (
            f"no {name}"
            for name in documented.headers
            if name not in NOT_SENT and name.lower() not in answer.headers
        )
        media_type = answer.headers.get("content-type", "application/json")
        wanted = "xml" if point.asks == "XML" else "json"
        if answer.content and wanted not in media_type:
            yield media_type
        return
    if answer.headers["content-type"] != "application/problem+json":
        yield "no problem"
        return
    said = answer.json()
    if not said["type"].startswith("epcisException:"):
        yield said["type"]
    if {"title", "detail", "code", "status"} - said.keys():
        yield "members are missing"


def test_every_status_is_the_standards_or_differs_for_a_reason() -> None:
    for point in POINTS:
        documented = STANDARD[point.path, point.method].statuses
        key = (point.path, point.method, point.status)
        assert (point.status in documented) != (key in DIFFERS), key
    asked = {(point.path, point.method, point.status) for point in POINTS}
    assert DIFFERS.keys() <= asked


def test_every_operation_of_the_standard_is_asked_for_and_is_there() -> None:
    assert {(point.path, point.method) for point in POINTS} == STANDARD.keys()
    ours = {
        (path or "/", method)
        for path, methods in METHODS.items()
        for method in (*methods, "OPTIONS")
    }
    # OPTIONS of the page tokens is beyond the standard.
    assert ours - STANDARD.keys() == {("/nextPageToken/{token}", "OPTIONS")}
    assert ours >= STANDARD.keys()


def test_openapi_documents_every_status_that_was_asked_for(
    client: TestClient,
) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for point in POINTS:
        path = ROOT + ("" if point.path == "/" else point.path)
        documented = paths[path][point.method.lower()]["responses"]
        assert str(point.status) in documented, point


def test_the_page_about_epcis_has_every_operation_with_its_answer() -> None:
    page = (PROJECT / "node" / "EPCIS.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| `/")
    ]
    told = {
        (row[0], method): row[2] for row in rows for method in row[1].split()
    }
    answered = {
        (point.path, point.method): point.status
        for point in POINTS
        if not point.asks and point.method != "OPTIONS"
    }
    assert told.keys() == answered.keys()
    for operation, status in answered.items():
        assert told[operation].startswith(str(status)), operation


def test_a_status_that_is_wrong_would_be_seen(client: TestClient) -> None:
    answer = client.get("/epcis/events", headers=AUTHORISED)
    point = Point("/events", "GET", "", 404)
    assert list(look(point, answer)) == ["not 404"]
    del answer.headers["gs1-epcis-version"]
    assert "no GS1-EPCIS-Version" in list(look(point, answer))
