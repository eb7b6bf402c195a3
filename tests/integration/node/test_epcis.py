"""EPCIS resources that are read: queries, versions, formats, errors."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from provenance_node.epcis.resources import EVENT_TYPES, FIELDS, METHODS, ROOT
from starlette.testclient import TestClient

from provenance.epcis.document import parse_document
from provenance.proof.receipt import Receipt
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.epcis_world import (
    HEADERS,
    alone,
    captures,
    document,
    event,
    finished,
    found,
    items,
    made,
)
from tests.support.epcis_world import capture as hand_in
from tests.support.node_world import grow, new_world, one_process, served

PLACE = "urn:epc:id:sgln:9506000.00000.0"
PLACE_LINK = "https://id.gs1.org/414/9506000000008"
LOT = "https://id.gs1.org/01/09506000134352/10/L7"
NAMED = "urn:uuid:8d1c6b0e-7c1b-4b4e-9f0c-2f5f9a3e1d11"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    return new_world(tmp_path_factory.mktemp("epcis"))


@pytest.fixture(scope="module")
def client(world: LedgerWorld) -> Iterator[TestClient]:
    """Return a client of a node with some events, which nobody adds to."""
    with captures(world) as client:
        where = hand_in(
            client,
            document(
                made(1, eventID=NAMED),
                made(2, readPoint={"id": PLACE}, disposition="active"),
                event(
                    can(1),
                    action="OBSERVE",
                    bizStep="shipping",
                    bizLocation={"id": PLACE},
                ),
                event(quantityList=[{"epcClass": LOT, "quantity": 7}]),
            ),
        )
        assert finished(client, where)["success"]
        yield client


def problem(answer: Any, status: int, name: str) -> dict[str, Any]:
    """Check that *answer* is an exception of EPCIS; return the problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["type"] == f"epcisException:{name}"
    assert said["status"] == status
    assert said["code"].startswith("PRV-")
    return said


def test_an_answer_is_a_document_that_reads_back(client: TestClient) -> None:
    answer = client.get("/epcis/events")
    assert answer.headers["gs1-epcis-version"] == "2.0.0"
    assert answer.headers["gs1-cbv-version"] == "2.0.0"
    said = answer.json()
    assert said["type"] == "EPCISQueryDocument"
    results = said["epcisBody"]["queryResults"]
    assert results["queryName"] == "SimpleEventQuery"
    listed = results["resultsBody"]["eventList"]
    assert len(listed) == len(parse_document(answer.content)) == 4
    assert all("recordTime" in each for each in listed)
    as_xml = client.get("/epcis/events", headers={"accept": "application/xml"})
    assert as_xml.headers["content-type"].startswith("application/xml")
    assert b"<epcisq:EPCISQueryDocument" in as_xml.content
    drafts = [draft.items for draft in parse_document(as_xml.content)]
    assert drafts == [d.items for d in parse_document(answer.content)]


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [
        ("eventTypes", "ObjectEvent", 4),
        ("eventTypes", "AggregationEvent", 0),
        ("epcs", can(1), 2),
        ("epcs", "urn:epc:id:sgtin:9506000.013435.K000001", 2),
        ("epcs", can(999), 0),
        ("epcs", "https://id.gs1.org/01/09506000134352", 3),
        ("epcs", LOT, 1),
        ("epcs", "urn:epc:class:lgtin:9506000.013435.L7", 1),
        ("bizSteps", "commissioning", 3),
        ("bizSteps", "https://ref.gs1.org/cbv/BizStep-shipping", 1),
        ("bizLocations", PLACE, 1),
        ("bizLocations", PLACE_LINK, 1),
        ("readPoints", PLACE, 1),
        ("dispositions", "active", 1),
        ("dispositions", "stolen", 0),
    ],
)
def test_the_events_of_a_value_are_found_in_any_spelling(
    client: TestClient, field: str, value: str, count: int
) -> None:
    path = f"/epcis/{field}/{quote(value, safe='')}"
    assert len(found(client, f"{path}/events")) == count
    one = client.get(path)
    if count or field == "eventTypes":
        assert one.json()["member"] == ["events"]
    else:
        problem(one, 404, "NoSuchResourceException")


def test_a_value_and_a_query_must_both_hold(client: TestClient) -> None:
    path = f"/epcis/epcs/{quote(can(1), safe='')}/events"
    (shipped,) = found(client, f"{path}?EQ_bizStep=shipping")
    assert shipped["bizStep"] == "shipping"
    assert not found(client, f"{path}?MATCH_anyEPC={quote(can(2), safe='')}")


def test_a_bar_in_the_path_is_no_list_of_values(client: TestClient) -> None:
    answer = client.get("/epcis/bizSteps/shipping%7Creceiving/events")
    problem(answer, 400, "QueryParameterException")


def test_an_event_is_given_with_what_declares_it_wrong(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    with captures(world) as client:
        original = made(1, eventID=NAMED)
        declared = {
            **original,
            "errorDeclaration": {
                "declarationTime": "2026-02-01T11:00:00Z",
                "reason": "did_not_occur",
            },
        }
        places = []
        for said in (original, declared, made(2)):
            posted = client.post(
                "/epcis/events", content=alone(said), headers=HEADERS
            )
            assert posted.status_code == 201, posted.text
            places.append(posted.headers["location"])
        both = found(client, f"/epcis/events/{quote(NAMED, safe='')}")
        assert ["errorDeclaration" in each for each in both].count(True) == 1
        assert {each["eventID"] for each in both} == {NAMED}
        assert len(both) == 2
        # As each of them by its address.
        (second,) = found(client, places[-1])
        assert second["epcList"] == [can(2)]


def test_an_event_that_is_not_there_is_404(client: TestClient) -> None:
    for name in ("urn:uuid:nobody", "x", "%00", "..%2F..", "ni:///sha-256;00"):
        answer = client.get(f"/epcis/events/{name}")
        problem(answer, 404, "NoSuchResourceException")


def values(client: TestClient, name: str, **asked: object) -> list[str]:
    """Return all values of a list, page after page."""
    answer = client.get(
        f"/epcis/{name}", params={k: str(v) for k, v in asked.items()}
    )
    members: list[str] = []
    while True:
        assert answer.status_code == 200, answer.text
        assert answer.json()["type"] == "Collection"
        found = answer.json()["member"]
        assert len(found) <= int(str(asked.get("perPage", 30)))
        members += found
        if "next" not in answer.links:
            return members
        answer = client.get(answer.links["next"]["url"])


def test_every_value_of_a_field_is_listed_once_in_order_page_by_page(
    client: TestClient,
) -> None:
    lists = {
        "eventTypes": sorted(EVENT_TYPES),
        "epcs": sorted([can(1), can(2), LOT]),
        "bizSteps": ["commissioning", "shipping"],
        "bizLocations": [PLACE_LINK],
        "readPoints": [PLACE_LINK],
        "dispositions": ["active"],
    }
    assert lists.keys() == {field.name for field in FIELDS}
    for name, members in lists.items():
        assert values(client, name) == members, name
        if name == "eventTypes":
            continue
        assert values(client, name, perPage=1) == members, name
        for member in members:
            one = quote(member, safe="")
            assert found(client, f"/epcis/{name}/{one}/events"), member
        for wrong in ("perPage=0", "nextPageToken=x", "EQ_bizStep=shipping"):
            answer = client.get(f"/epcis/{name}?{wrong}")
            problem(answer, 400, "QueryParameterException")


def test_a_page_token_is_nothing_to_delete(client: TestClient) -> None:
    problem(client.delete("/epcis/nextPageToken/x"), 501,
            "ImplementationException")  # fmt: skip


def test_the_resources_are_listed(client: TestClient) -> None:
    said = client.get("/epcis").json()
    assert said["type"] == "Collection"
    assert {"events", "epcs", "capture", "queries"} <= set(said["member"])
    tops = {f"/{name}" for name in said["member"]}
    assert tops <= METHODS.keys()


@pytest.mark.parametrize("path", METHODS)
def test_options_and_405_name_the_methods_there_are(
    client: TestClient, path: str
) -> None:
    address = ROOT + path.replace("{", "").replace("}", "")
    options = client.options(address)
    assert options.status_code == 204
    allowed = options.headers["allow"].split(", ")
    assert allowed == [*METHODS[path], "OPTIONS"]
    assert options.headers["gs1-epcis-min"] == "2.0.0"
    # One word each, of those that the standard has.
    assert options.headers["gs1-epc-format"] == "Always_GS1_Digital_Link"
    assert options.headers["gs1-cbv-xml-format"] == "Always_URN"
    refused = client.put(address)
    assert refused.status_code == 405
    assert refused.headers["allow"].split(", ") == allowed
    assert refused.json()["code"] == "PRV-9102"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"gs1-epcis-min": "2.0.0", "gs1-epcis-max": "2.0.0"}, 200),
        ({"gs1-epcis-min": "1.2", "gs1-epcis-max": "2.1"}, 200),
        ({"gs1-epcis-min": "2.1"}, 406),
        ({"gs1-epcis-max": "1.2"}, 406),
        ({"gs1-cbv-min": "3"}, 406),
        ({"gs1-cbv-max": "1.9.9.9"}, 406),
        ({"gs1-epcis-min": "two"}, 400),
        ({"gs1-epcis-min": "2" * 5_000}, 400),
        ({"gs1-epc-format": "No_Preference"}, 200),
        ({"gs1-epc-format": "Always_GS1_Digital_Link"}, 200),
        ({"gs1-epc-format": "Always_EPC_URN"}, 200),
        ({"gs1-epc-format": "Never_Translates"}, 200),
        ({"gs1-epc-format": "Sometimes"}, 400),
        ({"gs1-epc-format": "No_Preference, Always_EPC_URN"}, 400),
        ({"gs1-epc-format": "Always_URN"}, 400),
        ({"gs1-epc-format": ""}, 400),
        ({"gs1-cbv-xml-format": "Always_EPC_URN"}, 400),
        ({"gs1-cbv-xml-format": "Always_URN"}, 200),
        ({"gs1-cbv-xml-format": "Always_Web_URI"}, 406),
        ({"gs1-cbv-xml-format": "x"}, 400),
        ({"accept": "application/ld+json"}, 200),
        ({"accept": "text/turtle"}, 406),
    ],
)
def test_what_a_client_insists_on_is_given_or_406(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/epcis/events", headers=headers)
    names = {400: "QueryParameterException", 406: "NotAcceptableException"}
    if status in names:
        problem(answer, status, names[status])
    else:
        assert answer.status_code == status, answer.text


def test_places_become_links_unless_there_is_no_preference(
    client: TestClient,
) -> None:
    path = f"/epcis/readPoints/{quote(PLACE, safe='')}/events"
    (plain,) = found(client, path)
    assert plain["readPoint"]["id"] == PLACE_LINK
    answer = client.get(path, headers={"gs1-epc-format": "No_Preference"})
    results = answer.json()["epcisBody"]["queryResults"]["resultsBody"]
    assert results["eventList"][0]["readPoint"]["id"] == PLACE


@pytest.mark.parametrize(
    "member",
    [
        {"sourceList": [1]},
        {"sourceList": [{"foo": 1}, {"source": 5}]},
        {"destinationList": "nowhere"},
        {"bizTransactionList": [{"type": "po"}]},
        {"sensorElementList": [5]},
        {"eventID": 5},
        {"recordTime": []},
    ],
    ids=str,
)
def test_one_who_signs_no_epcis_breaks_nobody_elses_query(
    tmp_path: pathlib.Path, member: dict[str, Any]
) -> None:
    world = new_world(tmp_path)
    odd = world.event(can(2), action="ADD", bizStep="commissioning", **member)
    (logged,) = world.reopen().submit([world.sign(PRODUCER, odd)])
    assert isinstance(logged, Receipt), logged
    world.ledger.close()
    grow(world, 1)
    with served(world) as client:
        assert len(found(client)) == 2
        for accept in ("application/json", "application/x-ndjson"):
            answer = client.get("/v1/events", headers={"accept": accept})
            assert answer.status_code == 200, answer.text
        answer = client.get(
            "/epcis/events", headers={"accept": "application/xml"}
        )
        assert answer.status_code in {200, 406}, answer.text


def test_errors_have_the_names_that_epcis_has_for_them(
    client: TestClient, tmp_path: pathlib.Path
) -> None:
    problem(client.get("/epcis/events?perPage=0"), 400,
            "QueryParameterException")  # fmt: skip
    problem(client.get("/epcis/events?maxEventCount=1"), 413,
            "QueryTooLargeException")  # fmt: skip
    problem(client.get("/epcis/nowhere"), 404, "NoSuchResourceException")
    problem(client.get("/epcis/queries/none"), 404, "NoSuchNameException")
    problem(client.get("/epcis/eventTypes/Unheard"), 400,
            "QueryParameterException")  # fmt: skip
    # Elsewhere a problem keeps the node's own type.
    assert client.get("/v1/events?perPage=0").json()["type"].startswith("/")
    assert client.get("/epcisevents").json()["type"].startswith("/")
    world = new_world(tmp_path)
    with served(world, one_process(query_seconds=1e-6)) as slow:
        problem(slow.get("/epcis/events"), 413, "QueryTooComplexException")


def test_what_xml_cannot_hold_is_406_and_json_has_it(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    with captures(world) as client:
        odd = {**made(1), "https://ns.example/1": "x"}
        answer = client.post(
            "/epcis/events", content=alone(odd), headers=HEADERS
        )
        assert answer.status_code == 201, answer.text
        assert items(found(client)) == [can(1)]
        said = problem(
            client.get("/epcis/events", headers={"accept": "application/xml"}),
            406,
            "NotAcceptableException",
        )
        assert "application/json" in said["detail"]


def test_lists_paged_while_the_log_grows_stay_what_they_were(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    grow(world, 7)
    with captures(world) as client:
        before = items(found(client))
        seen: list[str] = []
        path = "/epcis/events?perPage=3"
        number = 100
        while path:
            answer = client.get(path)
            body = answer.json()["epcisBody"]["queryResults"]["resultsBody"]
            seen += items(body["eventList"])
            posted = client.post(
                "/epcis/events", content=alone(made(number)), headers=HEADERS
            )
            assert posted.status_code == 201
            number += 1
            link = answer.headers.get("link", "")
            path = link[1 : link.index(">")] if link else ""
        assert seen == before
        assert len(found(client)) == len(before) + number - 100


def test_every_operation_is_described_with_an_id_of_its_own(
    client: TestClient,
) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    ids: list[str] = []
    for path, methods in paths.items():
        if not path.startswith(ROOT) and path != "/v1/events":
            continue
        for method, operation in methods.items():
            ids.append(operation["operationId"])
            assert operation["summary"], (path, method)
            for parameter in operation.get("parameters", ()):
                assert "example" in parameter, (path, parameter["name"])
                assert parameter["description"]
            body = operation.get("requestBody")
            if body is not None:
                assert "example" in body["content"]["application/json"]
    assert len(ids) == len(set(ids))
    known = {
        (path.removeprefix(ROOT), method.upper())
        for path, methods in paths.items()
        for method in methods
        if path.startswith(ROOT)
    }
    assert known == {
        (path, method)
        for path, methods in METHODS.items()
        for method in (*methods, "OPTIONS")
    }
    json.dumps(paths)
