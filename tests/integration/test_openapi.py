"""The OpenAPI description is one that generated clients can use.

That the node answers nothing else, `integration/node/test_schema.py` sees; that clients
come of it, `integration/test_openapi_clients.py`.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from provenance_node.routes.schemas import TIME_PATTERN
from starlette.testclient import TestClient

from provenance.encoding.base64 import encode_base64
from provenance.epcis.query_parameters import parse_query
from provenance.errors import MalformedError
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.node_world import (
    MSGPACK,
    array_of,
    grow,
    new_world,
    one_process,
    served,
)

ENUMERATED = {
    "EXISTS_errorDeclaration",
    "orderDirection",
    "GS1-EPC-Format",
    "GS1-CBV-XML-Format",
    "GS1-Capture-Error-Behaviour",
}
"""The parameters that take no other values than those that are listed."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    world = new_world(tmp_path_factory.mktemp("openapi"))
    grow(world, 5)
    return world


@pytest.fixture(scope="module")
def client(world: LedgerWorld) -> Iterator[TestClient]:
    with served(world, one_process(max_batch=3)) as client:
        yield client


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in described["paths"].values():
        yield from methods.values()


def parameters(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in operations(described):
        yield from operation.get("parameters", ())


def test_an_example_is_an_example_and_no_demand(
    described: dict[str, Any],
) -> None:
    listed = set()
    for parameter in parameters(described):
        schema = parameter["schema"]
        if "enum" in schema:
            listed.add(parameter["name"])
            assert len(schema["enum"]) > 1
        # What stands for the reader alone is nobody's own domain.
        assert "example" not in schema.get("pattern", ""), parameter["name"]
    assert listed == ENUMERATED


def test_a_status_has_one_media_type_and_a_variant_a_path_of_its_own(
    described: dict[str, Any],
) -> None:
    for operation in operations(described):
        body = operation.get("requestBody", {"content": {"none": None}})
        assert len(body["content"]) == 1, operation["operationId"]
        for answer in operation["responses"].values():
            assert len(answer.get("content", ())) <= 1
    assert "/v1/events.ndjson" in described["paths"]
    assert "/v1/items/{item}/bundle.json" in described["paths"]


def test_no_operation_has_an_answer_that_is_never_given(
    described: dict[str, Any],
) -> None:
    by_id = {each["operationId"]: each for each in operations(described)}
    text = json.dumps(described)
    assert "Successful Response" not in text
    assert "HTTPValidationError" not in text
    for name, statuses in {
        "epcisCapture": {"202"},
        "epcisCaptureEvent": {"201"},
        "epcisNameQuery": {"201"},
        "epcisForgetQuery": {"204"},
        "epcisOptionsCapture": {"204"},
        "postStatements": {"200", "201", "207"},
    }.items():
        given = {s for s in by_id[name]["responses"] if s < "300"}
        assert given == statuses, name


def test_problems_are_said_once(described: dict[str, Any]) -> None:
    shared = described["components"]["responses"]
    assert "Problem501" in shared
    text = json.dumps(described["paths"])
    for status, said in shared.items():
        assert said["description"] not in text, status


def test_every_schema_that_is_named_is_there_and_every_one_is_named(
    described: dict[str, Any],
) -> None:
    text = json.dumps(described)
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named == described["components"]["schemas"].keys()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/items/{item}/trail", "Trail"),
        ("/v1/items/{item}/bundle.json", "BundleView"),
        ("/v1/events", "Events"),
        ("/v1/trust.json", "Trust"),
        ("/epcis/events", "EPCISQueryDocument"),
        ("/.well-known/provenance", "Identity"),
    ],
)
def test_what_is_answered_has_a_type(
    described: dict[str, Any], path: str, name: str
) -> None:
    answer = described["paths"][path]["get"]["responses"]["200"]
    (content,) = answer["content"].values()
    assert content["schema"]["$ref"].endswith(f"/{name}")
    schema = described["components"]["schemas"][name]
    assert schema["required"]
    assert schema["properties"].keys() >= set(schema["required"])


def test_open_bodies_say_that_they_are_open(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for name in ("EPCISEvent", "EPCISDocument", "Problem"):
        assert schemas[name]["additionalProperties"] is True
    for name in ("OneStatement", "ManyStatements"):
        assert schemas[name]["additionalProperties"] is False


def test_the_logs_files_are_listed_and_there(
    described: dict[str, Any], client: TestClient
) -> None:
    size = int(client.get("/log/checkpoint").text.splitlines()[1])
    values = {"level": "0", "number": "000", "width": str(size)}
    listed = [path for path in described["paths"] if path.startswith("/log/")]
    assert len(listed) == 5
    for path in listed:
        (content,) = described["paths"][path]["get"]["responses"]["200"][
            "content"
        ]
        answer = client.get(path.format_map(values))
        # No tile of a log this small is full.
        is_there = path.endswith(("checkpoint", "{width}"))
        assert answer.status_code == (200 if is_there else 404)
        if is_there:
            assert answer.headers["content-type"].startswith(content)
    # Generated clients escape the slashes of a number.
    assert client.get(f"/log/tile/0/000.p%2F{size}").status_code == 200


def test_trust_in_json_is_the_trust_file(client: TestClient) -> None:
    told = tomllib.loads(client.get("/v1/trust").text)
    assert client.get("/v1/trust.json").json() == told


def test_variants_are_what_accept_gets(client: TestClient) -> None:
    item = f"/v1/items/{can(1).replace('/', '%2F')}/bundle"
    for path, variant, media_type in (
        (item, f"{item}.json", "application/json"),
        ("/v1/events", "/v1/events.ndjson", "application/x-ndjson"),
    ):
        asked = client.get(path, headers={"accept": media_type})
        answer = client.get(variant)
        assert answer.content == asked.content
        assert answer.headers["content-type"] == media_type


# Times.


def is_taken(text: str) -> bool:
    try:
        parse_query({"GE_eventTime": [text]})
    except MalformedError:
        return False
    return True


def number(start: int, stop: int, width: int) -> st.SearchStrategy[str]:
    """Return numbers, those beyond what a part of a time can be as well."""
    return st.integers(start, stop).map(lambda n: f"{n:0{width}}")


TIMES = st.builds(
    "{}-{}-{}T{}:{}:{}{}{}".format,
    st.one_of(number(0, 9999, 4), st.sampled_from(["1900", "2000", "2024"])),
    number(0, 13, 2),
    number(0, 32, 2),
    number(0, 24, 2),
    number(0, 60, 2),
    number(0, 60, 2),
    st.sampled_from(["", ".1", ".123456789012", ".", ",5"]),
    st.one_of(
        st.sampled_from(["Z", "z", "", "+1300", "+13", " ", "Z\n"]),
        st.builds(
            "{}{}:{}".format,
            st.sampled_from("+-"),
            number(0, 24, 2),
            number(0, 60, 2),
        ),
    ),
)


@settings(max_examples=1_000, deadline=None)
@given(TIMES)
@example("2024-02-29T00:00:00Z")
@example("2023-02-29T00:00:00Z")
@example("1900-02-29T00:00:00Z")
@example("2000-02-29T00:00:00Z")
@example("0000-01-01T00:00:00Z")
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
@example("2026-03-01T00:00:00Z\n")
@example("２026-03-01T00:00:00Z")
@example("2026-03-01T00:00:00Z|2026-03-01T00:00:00Z")
def test_the_pattern_of_times_takes_what_the_server_takes(text: str) -> None:
    # In JavaScript, whose patterns these are, $ is the very end.
    pattern = TIME_PATTERN.removesuffix("$") + r"\Z"
    assert (re.search(pattern, text) is not None) == is_taken(text)


# Statements in JSON.


@pytest.fixture(scope="module")
def bodies(world: LedgerWorld) -> list[bytes]:
    signed = [
        world.sign(PRODUCER, world.made(can(number)))
        for number in range(100, 104)
    ]
    assert len({each.to_bytes() for each in signed}) == 4
    return [each.to_bytes() for each in signed]


def test_a_statement_in_json_is_answered_as_in_msgpack(
    client: TestClient, bodies: list[bytes]
) -> None:
    one, *others = bodies[:3]
    said = {"statement": encode_base64(one)}
    first = client.post("/v1/statements", json=said)
    again = client.post("/v1/statements", json=said)
    as_bytes = client.post("/v1/statements", content=one, headers=MSGPACK)
    assert first.status_code == 201
    assert again.status_code == as_bytes.status_code == 200
    assert again.json() == as_bytes.json()
    assert first.json()["log_index"] == again.json()["log_index"]

    many = {"statements": [encode_base64(each) for each in others]}
    answer = client.post("/v1/statements", json=many)
    assert answer.status_code == 207
    assert [each["status"] for each in answer.json()["results"]] == [201, 201]
    alone = client.post(
        "/v1/statements", json={"statements": [encode_base64(one)]}
    )
    assert alone.status_code == 207
    assert alone.json()["results"][0] == again.json()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "JSON"),
        ("[]", "statement"),
        ("{}", "statement"),
        ('{"statement": 7}', "base64"),
        ('{"statement": "a"}', "statement: "),
        ('{"statement": "AP9="}', "statement: "),
        ('{"statement": "AA==", "statements": []}', "no more"),
        ('{"statement": "AA==", "other": 1}', "no more"),
        ('{"statement": "AA==", "statement": "AA=="}', "twice"),
        ('{"statements": "AA=="}', "base64"),
        ('{"statements": []}', "no submission"),
        ('{"statements": ["AA==", 7]}', "statements[1]"),
        ('{"statements": ["AA==", "A A="]}', "statements[1]"),
        ('{"statement": "AA=="}', ""),
        ('{"statement": ""}', ""),
    ],
)
def test_json_that_is_no_statement_is_refused_at_its_place(
    client: TestClient, body: str, said: str
) -> None:
    answer = client.post(
        "/v1/statements",
        content=body,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["detail"]


def test_json_with_too_many_statements_is_refused_before_they_are_read(
    client: TestClient,
) -> None:
    answer = client.post("/v1/statements", json={"statements": ["?"] * 4})
    assert answer.status_code == 413
    three = client.post("/v1/statements", json={"statements": ["?"] * 3})
    assert three.status_code == 400


def test_a_statement_that_is_more_than_one_is_not_two(
    client: TestClient, world: LedgerWorld
) -> None:
    one, other = (
        world.sign(PRODUCER, world.made(can(number))) for number in (110, 111)
    )
    for body in (one.to_bytes() + other.to_bytes(), array_of(one, other)):
        answer = client.post(
            "/v1/statements", json={"statement": encode_base64(body)}
        )
        assert answer.status_code == 400
