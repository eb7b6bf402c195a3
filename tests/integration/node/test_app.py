"""Around every answer: headers, ids, problems, health, pages, the journal."""

import asyncio
import json
import logging
import pathlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from provenance_node.accept import choose
from provenance_node.app import create_app
from provenance_node.journal import JOURNAL, JsonLines, note
from provenance_node.node import Node
from provenance_node.problems import RefusedError, kind_of, pages
from provenance_node.settings import Settings
from starlette.testclient import TestClient

from provenance import errors
from provenance.problems import PROBLEMS, SERVER_PROBLEMS
from provenance.problems.findings import FINDINGS
from provenance.problems.table import COMMAND_PROBLEMS
from provenance.store import DATABASE
from tests.ledger_world import ORIGIN, PRODUCER, LedgerWorld, can
from tests.support.cli_runs import PROJECT, ok
from tests.support.node_world import (
    MSGPACK,
    ROOT,
    new_world,
    node_of,
    one_process,
    quoted,
    served,
)
from tests.support.waiting import PATIENCE_SECONDS, wait_until


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    return new_world(tmp_path_factory.mktemp("app"))


@pytest.fixture(scope="module")
def client(world: LedgerWorld) -> Iterator[TestClient]:
    settings = Settings(
        checker_processes=1,
        reader_processes=1,
        public_url="https://id.example",
    )
    with served(world, settings) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/healthz", "/log/checkpoint", "/nothing", "/docs", "/log/x"]
)
def test_every_answer_has_the_security_headers(
    client: TestClient, path: str
) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["permissions-policy"].startswith("camera=(self)")
    assert "max-age=31536000" in headers["strict-transport-security"]
    assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
    assert "server" not in headers


def test_a_problem_says_what_where_and_what_to_do(client: TestClient) -> None:
    answer = client.get("/nothing", headers={"x-request-id": "mine"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said == {
        "type": "/problems/PRV-9101",
        "title": "No such address",
        "status": 404,
        "detail": "No such address",
        "code": "PRV-9101",
        "do": "see /docs for what there is",
        "retryable": False,
        "instance": f"urn:request:{answer.headers['x-request-id']}",
    }
    assert client.get(said["type"]).status_code == 200


def test_what_is_asked_for_in_vain_is_not_said_back(client: TestClient) -> None:
    answer = client.get("/<script>alert(1)</script>")
    assert b"script" not in answer.content


def test_a_method_that_is_not_there_is_405(client: TestClient) -> None:
    answer = client.put("/v1/statements")
    assert (answer.status_code, answer.json()["code"]) == (405, "PRV-9102")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    answer = client.put("/v1/actors")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_every_error_of_the_library_has_its_status() -> None:
    for error in PROBLEMS:
        made = (
            error("x", first="", second="")
            if error is errors.EquivocationError
            else error("x")
        )
        kind = kind_of(made)
        assert kind.code == PROBLEMS[error].code
        assert 400 <= kind.status < 600


def test_no_code_means_two_things() -> None:
    codes = [kind.code for kind in SERVER_PROBLEMS]
    commands = {p.code for p in COMMAND_PROBLEMS}
    errors_of_the_library = [p.code for p in PROBLEMS.values()]
    found = [*codes, *commands, *errors_of_the_library, *FINDINGS]
    assert len(found) == len(set(found))
    assert set(codes) <= pages().keys()


def test_explain_knows_every_code_that_a_node_answers() -> None:
    for code, (_, text) in pages().items():
        said = ok("explain", code, "--json").json["codes"]
        assert said == {code: text}


def test_explain_needs_nothing_of_a_node() -> None:
    # As where only the library was installed.
    script = (
        "import sys; sys.modules.update(node=None, fastapi=None);"
        "from provenance.cli import main;"
        "sys.argv[1:] = ['explain', 'PRV-9106']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Retry-After" in done.stdout


def test_a_fault_of_the_program_is_500_and_tells_nothing(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    reading = node_of(client).reading
    latest = reading.latest
    try:
        reading.latest = None  # type: ignore[assignment]  # a bug
        JOURNAL.propagate = True
        answer = client.get("/log/checkpoint")
    finally:
        reading.latest = latest
    assert (answer.status_code, answer.json()["code"]) == (500, "PRV-9002")
    assert "NoneType" not in answer.text
    assert any(
        "AttributeError" in str(r.exc_text or r.exc_info)
        for r in caplog.records
    )


def test_it_lives_and_is_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    answer = client.get("/readyz")
    said = answer.json()
    assert (answer.status_code, said["status"]) == (200, "ready")
    assert said["size"] == node_of(client).reading.latest.size
    assert said["checkpoint_age_seconds"] == 0
    assert answer.headers["cache-control"] == "no-store"


def test_it_is_not_ready_while_a_commit_does_not_end(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    begun, may_end = threading.Event(), threading.Event()

    def clock() -> int:
        if threading.current_thread().name == "writer":
            begun.set()
            assert may_end.wait(PATIENCE_SECONDS)
        return world.now

    node = Node(world.folder, one_process(stall_seconds=0), clock=clock)
    given = world.sign(PRODUCER, world.made(can(1))).to_bytes()
    with TestClient(create_app(node)) as client, ThreadPoolExecutor(1) as pool:
        assert client.get("/readyz").status_code == 200
        answer = pool.submit(
            client.post, "/v1/statements", content=given, headers=MSGPACK
        )
        assert begun.wait(PATIENCE_SECONDS)
        waits = client.get("/readyz")
        may_end.set()
        assert answer.result().status_code == 201
        assert (waits.status_code, waits.json()["writer"]) == (503, False)
        wait_until(
            lambda: client.get("/readyz").status_code == 200, "it is ready"
        )


def test_a_database_moved_beneath_the_node_makes_it_not_ready_and_takes_nothing(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    given = world.sign(PRODUCER, world.made(can(1))).to_bytes()
    path = world.folder / DATABASE
    with served(world, one_process()) as client:
        assert client.get("/readyz").status_code == 200
        path.rename(path.with_name("elsewhere"))
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "was removed beneath" in ready.json()["doubt"]
        answer = client.post("/v1/statements", content=given, headers=MSGPACK)
        assert answer.status_code == 503
        assert "move it back" in answer.json()["detail"]

        path.with_name("elsewhere").rename(path)
        assert client.get("/readyz").status_code == 200
        answer = client.post("/v1/statements", content=given, headers=MSGPACK)
        assert answer.status_code == 201


def test_work_that_gets_nowhere_before_the_commit_makes_it_not_ready(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    begun, may_end = threading.Event(), threading.Event()
    given = world.sign(PRODUCER, world.made(can(1))).to_bytes()
    settings = one_process(stall_seconds=0.05)
    with served(world, settings) as client, ThreadPoolExecutor(1) as pool:
        writer = node_of(client).writer
        check = writer._check

        async def hang(found: Any) -> Any:
            begun.set()
            await asyncio.to_thread(may_end.wait, PATIENCE_SECONDS)
            return await check(found)

        writer._check = hang  # type: ignore[method-assign]  # as if it were stuck
        answer = pool.submit(
            client.post, "/v1/statements", content=given, headers=MSGPACK
        )
        assert begun.wait(PATIENCE_SECONDS)
        wait_until(
            lambda: client.get("/readyz").status_code == 503, "it is not ready"
        )
        assert client.get("/healthz").status_code == 200
        may_end.set()
        assert answer.result().status_code == 201
        wait_until(
            lambda: client.get("/readyz").status_code == 200, "it is ready"
        )


def test_metrics_say_how_the_ledger_does(
    world: LedgerWorld, client: TestClient
) -> None:
    good = world.sign(PRODUCER, world.made(can(1))).to_bytes()
    bad = world.sign("did:web:nobody.example", world.made(can(1))).to_bytes()
    for body in (good, good, bad):
        client.post("/v1/statements", content=body, headers=MSGPACK)
    text = client.get("/metrics").text
    size = node_of(client).reading.latest.size
    for line in (
        f"provenance_log_size {size:.1f}",
        "provenance_checkpoint_age_seconds 0.0",
        "provenance_queue_statements 0.0",
        "provenance_commit_seconds_count 2.0",
        'provenance_statements_total{outcome="logged"} 1.0',
        'provenance_statements_total{outcome="known"} 1.0',
        'provenance_refusals_total{code="PRV-9021"} 1.0',
        'provenance_requests_total{status="201"} 1.0',
    ):
        assert line in text.splitlines(), line


def test_it_says_who_it_is(world: LedgerWorld, client: TestClient) -> None:
    said = client.get("/.well-known/provenance").json()
    assert said["origin"] == ORIGIN
    assert said["log_keys"] == [world.trust.policy.log_keys[0].vkey]
    trust = client.get(said["trust"])
    assert trust.text == (world.folder / "trust.toml").read_text("utf-8")


def test_the_pages_load_nothing_from_outside(client: TestClient) -> None:
    for path in ("/docs", "/problems", "/problems/PRV-9023"):
        page = client.get(path)
        assert page.headers["content-type"].startswith("text/html")
        loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        assert loaded
        for address in loaded:
            assert address.startswith("/")
            assert client.get(address).status_code == 200
        assert "<script" not in page.text
        assert "style=" not in page.text
    assert client.get("/problems/PRV-0000").status_code == 404


def test_openapi_names_every_operation_once(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    operations = [
        operation
        for methods in schema["paths"].values()
        for operation in methods.values()
    ]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    for operation in operations:
        assert operation["summary"]
        names = [
            (parameter["in"], parameter["name"])
            for parameter in operation.get("parameters", ())
        ]
        assert len(names) == len(set(names)), operation["operationId"]
    text = json.dumps(schema)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in schema["components"]["schemas"]


def test_the_journal_has_a_line_for_each_request_and_nobodys_data(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    JOURNAL.propagate = True
    caplog.set_level(logging.INFO, logger=JOURNAL.name)
    caplog.clear()
    serial = "https://id.gs1.org/01/09506000134352/21/SECRET"
    client.get(f"/v1/items/{quoted(serial)}/bundle?who=me")
    client.get("/log/tile/0/000.p/1")
    lines = [
        json.loads(JsonLines().format(record))
        for record in caplog.records
        if record.name == JOURNAL.name
    ]
    assert [line["route"] for line in lines] == [
        "/v1/items/{item:path}/bundle",
        "/log/tile",
    ]
    assert lines[0]["status"] == 404
    text = json.dumps(lines)
    for word in ("SECRET", "who", "testclient"):
        assert word not in text


TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ([f"00-{TRACE}-{SPAN}-01"], True),
        ([f"00-{TRACE}-{SPAN}-00"], True),
        ([f"cc-{TRACE}-{SPAN}-01"], True),
        ([f"cc-{TRACE}-{SPAN}-01-what-comes-later"], True),
        ([], False),
        ([""], False),
        ([f"00-{TRACE}-{SPAN}-01"] * 2, False),
        ([f"00-{TRACE}-{SPAN}-01-more"], False),
        ([f"00-{TRACE}-{SPAN}-01-"], False),
        ([f"cc-{TRACE}-{SPAN}-01.more"], False),
        ([f"ff-{TRACE}-{SPAN}-01"], False),
        ([f"00-{TRACE.upper()}-{SPAN}-01"], False),
        ([f"00-{'0' * 32}-{SPAN}-01"], False),
        ([f"00-{TRACE}-{'0' * 16}-01"], False),
        ([f"00-{TRACE}-{SPAN}"], False),
        ([f"00-{TRACE}-{SPAN}-0g"], False),
        ([f"00-{TRACE[:-1]}-{SPAN}-01"], False),
        ([f"0-{TRACE}-{SPAN}-01"], False),
        ([f"00-{TRACE}-{SPAN}-01, 00-{TRACE}-{SPAN}-01"], False),
    ],
)
def test_the_journal_has_the_trace_that_a_request_is_a_part_of(
    client: TestClient,
    caplog: pytest.LogCaptureFixture,
    said: list[str],
    is_taken: bool,
) -> None:
    JOURNAL.propagate = True
    caplog.set_level(logging.INFO, logger=JOURNAL.name)
    caplog.clear()
    client.get("/healthz", headers=[("traceparent", each) for each in said])
    (line,) = [
        json.loads(JsonLines().format(record))
        for record in caplog.records
        if record.name == JOURNAL.name
    ]
    assert (line.get("trace"), line.get("span")) == (
        (TRACE, SPAN) if is_taken else (None, None)
    )


def test_pages_elsewhere_may_send_and_see_what_documents_carry(
    client: TestClient,
) -> None:
    said = client.options(
        "/epcis/capture",
        headers={
            "origin": "https://page.example",
            "access-control-request-method": "POST",
        },
    )
    # Who writes is listed by the operator; see the test of listed pages.
    assert "access-control-allow-headers" not in said.headers
    said = client.options(
        "/epcis/events",
        headers={
            "origin": "https://page.example",
            "access-control-request-method": "GET",
        },
    )
    assert said.status_code == 204
    taken = said.headers["access-control-allow-headers"].lower().split(", ")
    assert set(taken) >= SENT_BY_PAGES
    answer = client.options(
        "/epcis/events", headers={"origin": "https://page.example"}
    )
    shown = {
        name.lower()
        for name in answer.headers["access-control-expose-headers"].split(", ")
    }
    said_of_it = {n for n in answer.headers if n.startswith("gs1-")} | {"allow"}
    assert len(said_of_it) > 5
    assert said_of_it <= shown


SENT_BY_PAGES = {
    "content-encoding", "content-type", "gs1-capture-error-behaviour",
    "gs1-cbv-version", "gs1-cbv-xml-format", "gs1-epc-format",
    "gs1-epcis-version", "gs1-extensions", "prefer", "traceparent",
}  # fmt: skip


def test_a_line_of_the_journal_is_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    JOURNAL.propagate = True
    caplog.set_level(logging.INFO, logger=JOURNAL.name)
    note("strange\n", value="a\nb")
    (record,) = caplog.records
    assert "\n" not in JsonLines().format(record)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "a/b"),
        ("*/*", "a/b"),
        ("a/*", "a/b"),
        ("c/d", "c/d"),
        ("c/d, a/b", "a/b"),
        ("c/d, a/b;q=0.5", "c/d"),
        ("*/*, a/b;q=0.1", "c/d"),
        ("*/*;q=0.1, C/D ; Q=0.2", "c/d"),
        ("a/b;q=0, */*", "c/d"),
    ],
)
def test_the_type_that_is_liked_best_is_given(accept: str, chosen: str) -> None:
    assert choose(accept, ["a/b", "c/d"]) == chosen


@pytest.mark.parametrize(
    "accept", ["e/f", "a/b;q=0", "a/b;q=x", "a/b;q=7", ",", ";;", "*"]
)
def test_a_type_that_nobody_has_is_refused(accept: str) -> None:
    with pytest.raises(RefusedError):
        choose(accept, ["a/b", "c/d"])


def test_the_library_and_its_commands_load_without_fastapi() -> None:
    script = (
        "import sys\n"
        "for name in ('fastapi', 'starlette', 'uvicorn', 'prometheus_client'):"
        " sys.modules[name] = None\n"
        "from provenance.cli import main\n"
        "main(sys.argv[1:])"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("node", "config").returncode == 0
    assert run("node", "--help").returncode == 0
    done = run("node", "serve", "nowhere")
    assert done.returncode == 3
    assert "pip install '.[node]'" in done.stderr


def test_the_extra_names_what_a_node_needs() -> None:
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    for name in ("fastapi", "uvicorn[standard]", "prometheus-client"):
        assert f'"{name}>=' in text
