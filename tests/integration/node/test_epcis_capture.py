"""Capture: what becomes of a document, whoever sends it, whenever it is cut."""

import hashlib
import http.client
import json
import pathlib
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from provenance_node.epcis.capture import FOLDER
from provenance_node.epcis.signers import Answers
from provenance_node.problems import RefusedError
from provenance_node.tokens import read_tokens, require_token
from starlette.testclient import TestClient

from provenance.claims.statement import Submission, parse_submission
from provenance.epcis.document import parse_document
from provenance.epcis.query import Query
from provenance.epcis.xml.write import write_xml
from provenance.errors import (
    MalformedError,
    NotFoundError,
    RejectedError,
    StoreError,
    UnknownActorError,
)
from provenance.folder import audit_folder, open_queries, open_reader
from provenance.intake.journal import Journal
from provenance.ledger.search import FoundEvent
from provenance.store.capture_jobs import FILE, Database
from tests.ledger_world import ORIGIN, PRODUCER, LedgerWorld, can, signer_of
from tests.support.epcis_world import (
    AS_JSON,
    AUTHORISED,
    HEADERS,
    TOKEN,
    alone,
    capture,
    captures,
    capturing,
    document,
    event,
    finished,
    forbidden,
    found,
    items,
    made,
    write_secrets,
    wrong,
)
from tests.support.node_world import (
    NodeProcess,
    new_world,
    node_of,
    one_process,
    served,
)
from tests.support.waiting import PATIENCE_SECONDS

PROCEED = {"GS1_Capture_Error_Behaviour": "proceed"}


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


@pytest.fixture
def client(world: LedgerWorld) -> Iterator[TestClient]:
    with captures(world) as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a node to which nothing is said that counts."""
    with captures(new_world(tmp_path_factory.mktemp("shared"))) as client:
        yield client


def logged(world: LedgerWorld) -> list[FoundEvent]:
    """Return every EPCIS event in the ledger, read without the node."""
    with open_queries(world.folder) as queries:
        return list(queries.find(Query()))


def problem(answer: Any, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    assert said["type"] == f"epcisException:{name}"
    return said


# What is taken.


def test_a_document_becomes_a_job_and_then_a_statement(
    world: LedgerWorld,
) -> None:
    with captures(world) as client:
        job = finished(client, capture(client, document(made(1), made(2))))
        assert job["success"]
        assert job["errors"] == []
        assert job["captureErrorBehaviour"] == "rollback"
        assert job["finishedAt"] >= job["createdAt"]
        answer = client.get(
            f"/epcis/capture/{job['captureID']}", headers=AUTHORISED
        )
        receipt = answer.headers["link"].split(">")[0][1:]
        assert client.get(receipt).status_code == 200
        assert set(items(found(client))) == {can(1), can(2)}
    events = logged(world)
    assert {each.issuer for each in events} == {PRODUCER}
    assert len({each.log_index for each in events}) == 1
    assert not audit_folder(world.folder).findings


def test_every_captured_event_can_be_asked_for_by_its_id(
    client: TestClient,
) -> None:
    finished(client, capture(client, document(made(1), made(2))))
    for said in found(client):
        where = f"/epcis/events/{said['eventID']}"
        assert items(found(client, where)) == items([said])


def test_one_event_is_answered_once_it_is_in_the_log(
    client: TestClient,
) -> None:
    answer = client.post(
        "/epcis/events", content=alone(made(1)), headers=HEADERS
    )
    assert answer.status_code == 201
    assert items(found(client, answer.headers["location"])) == [can(1)]
    receipt = answer.headers["link"].split(">")[0][1:]
    assert client.get(receipt).status_code == 200
    two = client.post(
        "/epcis/events", content=document(made(2), made(3)), headers=HEADERS
    )
    problem(two, 400, "ValidationException")


def test_the_same_event_id_again_is_409(client: TestClient) -> None:
    body = alone(made(1, eventID="urn:uuid:8d1c6b0e"))
    first = client.post("/epcis/events", content=body, headers=HEADERS)
    assert first.status_code == 201
    again = client.post("/epcis/events", content=body, headers=HEADERS)
    problem(again, 409, "ResourceAlreadyExistsException")
    job = finished(client, capture(client, document(json.loads(body))))
    assert not job["success"]
    (error,) = job["errors"]
    assert error["type"] == "epcisException:ResourceAlreadyExistsException"


def test_what_has_no_event_id_is_captured_once(
    client: TestClient, world: LedgerWorld
) -> None:
    head = {"sender": "urn:x:s", "instanceIdentifier": "MSG-1"}
    body = document(made(1), made(2))
    whole = json.dumps(json.loads(body) | head).encode()
    first = finished(client, capture(client, whole))
    assert first["success"], first
    for again in (whole, body, document(made(2))):
        job = finished(client, capture(client, again))
        assert job["success"], job
        assert job["errors"] == []
    assert len(logged(world)) == 2
    # Of a document that has grown the new event goes in.
    job = finished(client, capture(client, document(made(1), made(3))))
    assert job["success"], job
    assert len(logged(world)) == 3
    one = client.post("/epcis/events", content=alone(made(3)), headers=HEADERS)
    told = problem(one, 409, "ResourceAlreadyExistsException")
    assert "in entry" in told["detail"]


def test_who_does_not_know_what_became_of_an_event_is_told_to_look(
    tmp_path: pathlib.Path,
) -> None:
    with captures(new_world(tmp_path)) as client:
        on = node_of(client).capture
        assert on is not None
        (signer,) = on._signers._all
        # It dies of the question, not before: else another is asked.
        on._signers._bury = lambda: None  # type: ignore[method-assign]  # that is how
        signer.kill()
        answer = client.post(
            "/epcis/events", content=alone(made(1)), headers=HEADERS
        )
        assert answer.status_code == 503, answer.text
        assert answer.json()["code"] == "PRV-9060"
        # Here the same bytes are not logged once: each time is signed anew.
        assert "once" not in answer.json()["do"]
        assert "eventID" in answer.json()["do"]


def test_lines_and_xml_are_taken_as_json_is(client: TestClient) -> None:
    lines = b"\n".join(alone(made(number)) for number in (1, 2))
    job = finished(
        client, capture(client, lines, Content_Type="application/x-ndjson")
    )
    assert job["success"], job
    (said,) = json.loads(document(made(3)))["epcisBody"]["eventList"]
    xml = b"".join(
        write_xml([{"@context": [], **said}], created="2026-02-01T10:00:00Z")
    )
    assert parse_document(xml)
    for media_type in ("application/xml", "text/xml; charset=utf-8"):
        job = finished(client, capture(client, xml, Content_Type=media_type))
        assert job["success"], job
        xml = xml.replace(b"K000003", b"K000004")
    assert set(items(found(client))) == {can(n) for n in (1, 2, 3, 4)}


def test_a_prefix_may_be_defined_by_the_header(client: TestClient) -> None:
    body = document(made(1, **{"ex:grade": "A"}))
    refused = finished(client, capture(client, body))
    assert not refused["success"]
    taken = finished(
        client, capture(client, body, GS1_Extensions="ex=https://ns.example/")
    )
    assert taken["success"], taken


# What goes wrong inside.


def test_rollback_stores_nothing_of_a_document_with_a_fault_in_it(
    world: LedgerWorld,
) -> None:
    for fault in (wrong, forbidden):
        with captures(world) as client:
            size = client.get("/v1/events").json()["size"]
            body = document(made(1), fault(2), made(3))
            job = finished(client, capture(client, body))
            assert not job["success"]
            (error,) = job["errors"]
            assert "1" in error["detail"]
            assert error["type"].startswith("epcisException:")
            assert error["code"].startswith("PRV-")
            assert client.get("/v1/events").json()["size"] == size
        assert logged(world) == []


def test_proceed_stores_the_others_and_says_which_were_refused(
    world: LedgerWorld,
) -> None:
    with captures(world) as client:
        body = document(made(1), wrong(2), made(3), forbidden(4), made(5))
        job = finished(client, capture(client, body, **PROCEED))
        assert job["captureErrorBehaviour"] == "proceed"
        assert not job["success"]
        malformed, refused = job["errors"]
        assert "eventList[1]" in malformed["detail"]
        assert malformed["type"] == "epcisException:ValidationException"
        assert "event 3" in refused["detail"]
        assert set(items(found(client))) == {can(1), can(3), can(5)}
    assert len({each.log_index for each in logged(world)}) == 1


def test_proceed_with_nothing_right_stores_nothing(
    world: LedgerWorld,
) -> None:
    with captures(world) as client:
        body = document(wrong(1), forbidden(2))
        job = finished(client, capture(client, body, **PROCEED))
        assert len(job["errors"]) == 2
    assert logged(world) == []


def test_events_are_judged_as_if_those_before_them_were_logged(
    client: TestClient,
) -> None:
    name = "urn:uuid:twice"
    body = document(made(1, eventID=name), made(2, eventID=name))
    job = finished(client, capture(client, body))
    assert "event 1" in job["errors"][0]["detail"]
    shipped = event(can(3), action="OBSERVE", bizStep="shipping")
    job = finished(client, capture(client, document(made(3), shipped)))
    assert job["success"], job


def test_a_document_of_many_faults_tells_a_hundred(
    shared: TestClient,
) -> None:
    body = document(*(wrong(number) for number in range(150)))
    job = finished(shared, capture(shared, body))
    assert len(job["errors"]) == 100


# What is not taken at all.


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"type": "EPCISDocument"}',
        document(),
        b"\x00" * 100,
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=range(8),
)
def test_what_is_no_document_is_400_at_once(
    shared: TestClient, body: bytes
) -> None:
    for path in ("/epcis/capture", "/epcis/events"):
        answer = shared.post(path, content=body, headers=HEADERS)
        problem(answer, 400, "ValidationException")


def test_a_body_is_what_its_type_says(shared: TestClient) -> None:
    headers = {**HEADERS, "content-type": "application/xml"}
    answer = shared.post(
        "/epcis/capture", content=document(made(1)), headers=headers
    )
    said = problem(answer, 400, "ValidationException")
    assert "Content-Type" in said["detail"]
    for media_type in ("text/csv", "application/msgpack", ""):
        headers = {**HEADERS, "content-type": media_type}
        answer = shared.post(
            "/epcis/capture", content=document(made(1)), headers=headers
        )
        problem(answer, 415, "UnsupportedMediaTypeException")


def test_headers_that_say_nothing_known_are_refused(
    shared: TestClient,
) -> None:
    for headers, status in (
        ({"GS1-Capture-Error-Behaviour": "ignore"}, 400),
        ({"GS1-Capture-Error-Behaviour": "all"}, 400),
        ({"GS1-EPCIS-Version": "two"}, 400),
        ({"GS1-EPCIS-Version": "3.0"}, 406),
        ({"GS1-Extensions": "x"}, 400),
    ):
        answer = shared.post(
            "/epcis/capture",
            content=document(made(1)),
            headers={**HEADERS, **headers},
        )
        assert answer.status_code == status, headers


def test_too_much_at_once_is_413_and_the_limits_are_told(
    world: LedgerWorld,
) -> None:
    with captures(world, capture_limit=2, max_body_bytes=4_096) as client:
        told = client.options("/epcis/capture").headers
        assert told["gs1-capture-error-behaviour"] == "all"
        many = document(*(made(number) for number in range(3)))
        large = document(made(1)) + b" " * 5_000
        for body in (many, large):
            answer = client.post(
                "/epcis/capture", content=body, headers=HEADERS
            )
            problem(answer, 413, "CaptureLimitExceededException")
            for name, limit in (("capture", 2), ("capture-file-size", 4_096)):
                header = f"gs1-epcis-{name}-limit"
                assert answer.headers[header] == told[header] == str(limit)
        job = finished(client, capture(client, document(made(1), made(2))))
        assert job["success"]


# Who may.


PROTECTED = [
    ("POST", "/epcis/capture"),
    ("GET", "/epcis/capture"),
    ("GET", "/epcis/capture/some"),
    ("POST", "/epcis/events"),
    ("POST", "/epcis/queries"),
    ("DELETE", "/epcis/queries/some"),
]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_without_a_token_that_counts_nothing_is_done(
    shared: TestClient, method: str, path: str
) -> None:
    for given in (
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        f"Bearer {hashlib.sha256(TOKEN.encode()).hexdigest()}",
    ):
        headers = dict(AS_JSON)
        if given is not None:
            headers["authorization"] = given
        answer = shared.request(
            method, path, content=document(made(1)), headers=headers
        )
        problem(answer, 401, "SecurityException")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert TOKEN not in answer.text


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_without_the_settings_it_is_off_and_says_how_to_switch_it_on(
    world: LedgerWorld, method: str, path: str
) -> None:
    with served(world) as client:
        answer = client.request(
            method, path, content=document(made(1)), headers=HEADERS
        )
        said = problem(answer, 501, "ImplementationException")
        assert "capture_key" in said["detail"]
        assert "capture_tokens" in said["detail"]
    assert not (world.folder / FILE).exists()


def test_a_token_file_that_others_can_reach_is_refused(
    world: LedgerWorld,
) -> None:
    settings = write_secrets(world.folder.parent)
    for name in ("capture_tokens", "capture_key"):
        path = pathlib.Path(settings[name])
        for mode in (0o640, 0o604, 0o660):
            path.chmod(mode)
            with (
                pytest.raises(RejectedError, match="chmod 600"),
                captures(world),
            ):
                pass
        path.chmod(0o600)
    with captures(world):
        pass


def test_half_of_the_settings_is_refused(world: LedgerWorld) -> None:
    for name, path in write_secrets(world.folder.parent).items():
        with (
            pytest.raises(MalformedError, match="needs both"),
            served(world, one_process(**{name: path})),
        ):
            pass


def test_a_key_that_nobody_has_is_refused(
    world: LedgerWorld,
) -> None:
    settings = write_secrets(world.folder.parent)
    pathlib.Path(settings["capture_key"]).unlink()
    pathlib.Path(settings["capture_key"]).write_bytes(
        signer_of("a stranger").to_pem()
    )
    pathlib.Path(settings["capture_key"]).chmod(0o600)
    with pytest.raises(UnknownActorError), captures(world):
        pass


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", MalformedError),
        ("# none\n", MalformedError),
        ("a token itself\n", MalformedError),
        ("A" * 64, MalformedError),
        ("é" * 64, MalformedError),
    ],
)
def test_a_file_of_no_hashes_is_refused_and_not_said_back(
    tmp_path: pathlib.Path, text: str, error: type[Exception]
) -> None:
    path = tmp_path / "tokens"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(error) as caught:
        read_tokens(path)
    assert "itself" not in str(caught.value)


def test_tokens_are_read_from_a_file_alone(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NotFoundError):
        read_tokens(tmp_path / "none")
    with pytest.raises((MalformedError, RejectedError)):
        read_tokens(tmp_path)


def test_a_file_of_too_many_tokens_is_refused_and_not_read_in_part(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "tokens"
    lines = (hashlib.sha256(b"%d" % n).hexdigest() for n in range(20_000))
    path.write_text("\n".join(lines), encoding="ascii")
    path.chmod(0o600)
    with pytest.raises(MalformedError, match="more than 1000000 bytes"):
        read_tokens(path)


def test_each_of_several_tokens_counts(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "tokens"
    names = ["one", "two", "three"]
    path.write_text(
        "\n".join(hashlib.sha256(n.encode()).hexdigest() for n in names),
        encoding="ascii",
    )
    path.chmod(0o600)
    tokens = read_tokens(path)
    for name in names:
        require_token(f"bearer {name}", tokens, realm="epcis")
    with pytest.raises(RefusedError):
        require_token("Bearer four", tokens, realm="epcis")


# The jobs.


def test_jobs_are_listed_page_by_page_while_more_come(
    client: TestClient,
) -> None:
    jobs = [capture(client, document(made(n))) for n in range(5)]
    for where in jobs:
        finished(client, where)
    seen: list[str] = []
    path = "/epcis/capture?perPage=2"
    while path:
        answer = client.get(path, headers=AUTHORISED)
        assert answer.status_code == 200, answer.text
        seen += [f"/epcis/capture/{job['captureID']}" for job in answer.json()]
        finished(client, capture(client, document(made(100 + len(seen)))))
        link = answer.headers.get("link", "")
        path = link[1 : link.index(">")] if link else ""
    assert seen == jobs[::-1]
    for query in ("perPage=0", "perPage=x", "nextPageToken=x", "other=1",
                  "nextPageToken=am9icyB4", "perPage=1&perPage=1"):  # fmt: skip
        answer = client.get(f"/epcis/capture?{query}", headers=AUTHORISED)
        problem(answer, 400, "QueryParameterException")


def test_a_job_that_never_was_is_404(shared: TestClient) -> None:
    for name in ("none", "0" * 32, "' OR 1=1", "%00"):
        answer = shared.get(f"/epcis/capture/{name}", headers=AUTHORISED)
        problem(answer, 404, "NoSuchResourceException")


def test_jobs_are_kept_for_their_owners_eyes_and_over_a_restart(
    world: LedgerWorld,
) -> None:
    with captures(world) as client:
        where = capture(client, document(made(1), wrong(2)))
        job = finished(client, where)
    for path in world.folder.glob(f"{FILE}*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    with captures(world) as client:
        assert finished(client, where) == job


def test_a_file_that_others_could_read_is_made_private(
    tmp_path: pathlib.Path,
) -> None:
    for name in (FILE, f"{FILE}-wal"):
        path = tmp_path / name
        path.touch()
        path.chmod(0o644)
    database = Database(tmp_path)
    for path in tmp_path.glob(f"{FILE}*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    database.close()


# Cut off at every stage.


def accepted(world: LedgerWorld, *events: dict[str, Any]) -> Database:
    """Return a database with one job, accepted by a node that is gone."""
    database = Database(world.folder)
    database.add_job(
        "job", document(*events), prefixes={}, behaviour="rollback", now=1
    )
    return database


def signed(world: LedgerWorld, *events: dict[str, Any]) -> Submission:
    with open_reader(world.folder) as reader:
        answers = Answers(reader, signer_of(PRODUCER), PRODUCER)
        (data,), _, faults, _ = answers.sign(document(*events), {}, world.now)
    submission = parse_submission(data)
    assert (len(submission.events), faults) == (len(events), [])
    return submission


def keep_signed(
    world: LedgerWorld, job_id: str, *submissions: Submission
) -> None:
    """Leave the journal of a job as a signer does."""
    folder = world.folder / FOLDER
    folder.mkdir(exist_ok=True)
    with Journal(folder / job_id, {}) as journal:
        for number, submission in enumerate(submissions):
            journal.keep(0, number, number + 1, submission)
        journal.set_whole(0)


def test_a_job_cut_off_after_its_acceptance_goes_on(
    world: LedgerWorld,
) -> None:
    accepted(world, made(1), made(2)).close()
    with captures(world) as client:
        assert finished(client, "/epcis/capture/job")["success"]
    assert len(logged(world)) == 2


def test_a_job_cut_off_before_its_commit_goes_on(world: LedgerWorld) -> None:
    submission = signed(world, made(1))
    database = accepted(world, made(1))
    keep_signed(world, "job", submission)
    database.set_signed(1, [])
    database.close()
    with captures(world) as client:
        assert finished(client, "/epcis/capture/job")["success"]
    assert len(logged(world)) == 1


def test_a_job_cut_off_after_its_commit_is_logged_once(
    world: LedgerWorld,
) -> None:
    submission = signed(world, made(1))
    database = accepted(world, made(1))
    keep_signed(world, "job", submission)
    database.set_signed(1, [])
    database.close()
    ledger = world.reopen()
    (receipt,) = ledger.submit([submission])
    assert not isinstance(receipt, Exception)
    ledger.close()
    with captures(world) as client:
        job = finished(client, "/epcis/capture/job")
        assert job["success"]
        answer = client.get("/epcis/capture/job", headers=AUTHORISED)
        assert f"/{receipt.log_index}/" in answer.headers["link"]
    assert len(logged(world)) == 1


def test_a_signed_job_that_the_ledger_refuses_now_ends_as_refused(
    world: LedgerWorld,
) -> None:
    name = {"eventID": "urn:uuid:taken"}
    submission = signed(world, made(1, **name))
    database = accepted(world, made(1, **name))
    keep_signed(world, "job", submission)
    database.set_signed(1, [])
    database.close()
    with captures(world) as client:
        # Whoever came first has the name.
        job = finished(client, "/epcis/capture/job")
        assert job["success"]
    database = Database(world.folder)
    for number, behaviour in enumerate(("rollback", "proceed"), 2):
        database.add_job(
            f"job{number}",
            document(made(1, **name), made(number)),
            prefixes={},
            behaviour=behaviour,
            now=2,
        )
        other = signed_blindly(world, made(1, **name), made(number))
        keep_signed(world, f"job{number}", parse_submission(other))
        database.set_signed(number, [])
    database.close()
    with captures(world) as client:
        rollback = finished(client, "/epcis/capture/job2")
        proceed = finished(client, "/epcis/capture/job3")
    for job in (rollback, proceed):
        assert not job["success"]
        (error,) = job["errors"]
        assert error["type"] == "epcisException:ResourceAlreadyExistsException"
    # Signed anew, without the one that was refused.
    stored = {found.event["epcList"][0] for found in logged(world)}  # type: ignore[index]  # a list of texts
    assert stored == {can(1), can(3)}


def heavy(number: int) -> dict[str, Any]:
    """Return an event of which few go into one statement."""
    return made(number, **{"https://ns.example/note": "x" * 300_000})


def test_a_large_document_becomes_several_statements(
    world: LedgerWorld,
) -> None:
    count = 20
    body = document(*(heavy(number) for number in range(count)))
    with captures(world) as client:
        job = finished(client, capture(client, body))
        assert job["success"], job
        answer = client.get(
            f"/epcis/capture/{job['captureID']}", headers=AUTHORISED
        )
        receipts = [
            link.split(">")[0][1:]
            for link in answer.headers["link"].split(", ")
        ]
        assert len(receipts) == 2
        for receipt in receipts:
            assert client.get(receipt).status_code == 200
    events = logged(world)
    assert len(events) == count
    assert len({each.log_index for each in events}) == 2
    # What only the journal of a job that runs is good for is gone.
    assert list((world.folder / FOLDER).iterdir()) == []


def test_a_large_job_cut_off_between_its_statements_goes_on_behind_the_first(
    world: LedgerWorld,
) -> None:
    first, second = signed(world, made(1)), signed(world, made(2))
    database = accepted(world, made(1), made(2))
    keep_signed(world, "job", first, second)
    database.set_signed(1, [])
    database.close()
    ledger = world.reopen()
    (receipt,) = ledger.submit([first])
    assert not isinstance(receipt, Exception)
    ledger.close()
    with captures(world) as client:
        assert finished(client, "/epcis/capture/job")["success"]
    assert len(logged(world)) == 2


def test_what_a_large_job_logged_before_it_was_refused_is_told(
    world: LedgerWorld,
) -> None:
    name = {"eventID": "urn:uuid:taken"}
    first, again = signed(world, made(1, **name)), signed(world, made(2))
    database = accepted(world, made(1, **name), made(2))
    blind = parse_submission(signed_blindly(world, made(3, **name)))
    keep_signed(world, "job", first, blind, again)
    database.set_signed(1, [])
    database.close()
    with captures(world) as client:
        job = finished(client, "/epcis/capture/job")
    assert not job["success"]
    (error,) = job["errors"]
    assert "1 statements of it" in error["detail"]
    assert len(logged(world)) == 1


def test_journals_of_jobs_that_ended_are_cleared_away(
    world: LedgerWorld,
) -> None:
    keep_signed(world, "gone", signed(world, made(1)))
    with captures(world) as client:
        finished(client, capture(client, document(made(2))))
    assert list((world.folder / FOLDER).iterdir()) == []
    assert len(logged(world)) == 1


def insert(
    world: LedgerWorld, job_id: str, prefixes: str, *, is_signed: bool = False
) -> None:
    """Add a job behind the node's back."""
    with (
        closing(sqlite3.connect(world.folder / FILE)) as other,
        other as connection,
    ):
        connection.execute(
            "INSERT INTO jobs (id, created, behaviour, prefixes, document,"
            " is_signed) VALUES (?, 1, 'rollback', ?, ?, ?)",
            (job_id, prefixes, document(made(1)), is_signed),
        )


def test_a_job_that_nobody_foresaw_fails_and_the_others_go_on(
    world: LedgerWorld,
) -> None:
    with captures(world) as client:
        # No process can be told such a number.
        insert(world, "job", json.dumps({"ex": 2**70}))
        other = finished(client, capture(client, document(made(2))))
        job = finished(client, "/epcis/capture/job")
    assert other["success"], other
    assert not job["success"]
    (error,) = job["errors"]
    assert error["code"] == "PRV-9002"
    assert "fault" in error["detail"]
    (only,) = logged(world)
    assert only.event["epcList"] == [can(2)]


def test_a_statement_that_takes_every_checker_its_life_is_given_up(
    world: LedgerWorld,
) -> None:
    submission = signed(world, made(1))
    ledger = world.reopen()
    (receipt,) = ledger.submit([submission])
    assert not isinstance(receipt, Exception)
    ledger.close()
    with captures(world) as client:
        checkers = node_of(client).writer._checkers
        command = checkers._command
        checkers._command = ["false"]
        for child in checkers._all:
            child.kill()
        # What was logged before is no failure, whoever dies of it now.
        keep_signed(world, "job", submission)
        insert(world, "job", "{}", is_signed=True)
        job = finished(client, capture(client, document(made(2))))
        assert not job["success"]
        (error,) = job["errors"]
        assert error["code"] == "PRV-9060"
        assert finished(client, "/epcis/capture/job")["success"]
        checkers._command = command
        last = finished(client, capture(client, document(made(3))))
        assert last["success"], last
    stored = {found.event["epcList"][0] for found in logged(world)}  # type: ignore[index]  # a list of texts
    assert stored == {can(1), can(3)}


def signed_blindly(world: LedgerWorld, *events: dict[str, Any]) -> bytes:
    """Return a statement of *events* that nobody rehearsed."""
    from provenance.claims.statement import sign_statement  # noqa: PLC0415
    from provenance.intake.prepare import prepare_document  # noqa: PLC0415

    return sign_statement(
        prepare_document(document(*events)),
        signer=signer_of(PRODUCER),
        issuer=PRODUCER,
        origin=ORIGIN,
        now=world.now,
    ).to_bytes()


def test_a_file_that_is_something_else_stops_the_node(
    world: LedgerWorld,
) -> None:
    path = world.folder / FILE
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(StoreError, match="move it away"), captures(world):
        pass
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreError), captures(world):
        pass


class Wire:
    """Requests to a node's process, which may end at any time."""

    def __init__(self, node: NodeProcess) -> None:
        self._port = node.port

    def post(self, body: bytes) -> str:
        with self._connected() as connection:
            connection.request("POST", "/epcis/capture", body, HEADERS)
            answer = connection.getresponse()
            answer.read()
        assert answer.status == 202, answer.status
        return str(answer.headers["location"])

    def get(self, path: str, headers: dict[str, str]) -> "Answer":
        with self._connected() as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode())

    def _connected(self) -> closing[http.client.HTTPConnection]:
        return closing(
            http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=PATIENCE_SECONDS
            )
        )


class Answer:
    """What `finished` looks at."""

    def __init__(self, status_code: int, text: str) -> None:
        self.status_code, self.text = status_code, text

    def json(self) -> Any:
        return json.loads(self.text)


@pytest.mark.parametrize("wait_for", [0, 1, 4])
def test_a_node_killed_while_it_captures_claims_nothing_that_is_not_logged(
    world: LedgerWorld, wait_for: int
) -> None:
    settings = write_secrets(world.folder.parent)
    count = 12
    with NodeProcess(world.folder, **settings) as node:
        wire = Wire(node)
        jobs = {
            wire.post(document(made(2 * n), made(2 * n + 1))): n
            for n in range(count)
        }
        for where in list(jobs)[:wait_for]:
            finished(wire, where)
        node.kill_alone()
    # Whoever opens it next signs what was committed and not signed yet.
    world.reopen().close()
    stored = {
        str(found.event["epcList"][0])  # type: ignore[index]  # a list of texts
        for found in logged(world)
    }
    database = Database(world.folder)
    for where, number in jobs.items():
        job = database.job(where.rpartition("/")[2])
        both = {can(2 * number), can(2 * number + 1)}
        # All or nothing, and success only of what is there.
        assert len(both & stored) in {0, 2}
        if job.finished is not None:
            assert job.is_success
            assert both <= stored
    database.close()
    with NodeProcess(world.folder, **settings) as node:
        wire = Wire(node)
        for where in jobs:
            assert finished(wire, where)["success"]
        assert node.stop() == 0
    assert len(logged(world)) == 2 * count
    assert not audit_folder(world.folder).findings


def test_settings_name_what_capture_needs(world: LedgerWorld) -> None:
    settings = capturing(world, capture_actor=PRODUCER)
    with served(world, settings) as client:
        assert finished(client, capture(client, document(made(1))))["success"]


def test_without_a_token_no_client_is_told_to_send_its_document(
    world: LedgerWorld,
) -> None:
    def head(token: str, length: int, version: str = "1.1") -> bytes:
        lines = (
            f"POST /epcis/capture HTTP/{version}",
            "host: node.example",
            f"authorization: Bearer {token}",
            "content-type: application/json",
            f"content-length: {length}",
            "expect: 100-continue",
        )
        return "\r\n".join((*lines, "", "")).encode()

    body = document(made(1))
    with NodeProcess(
        world.folder, **write_secrets(world.folder.parent)
    ) as node:
        with node.connect() as connection:
            connection.sendall(head("somebody", len(body)))
            # It is closed: what came next might be a body or a request.
            said = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert said.startswith(b"HTTP/1.1 401 ")
        assert b"100 Continue" not in said
        assert b"connection: close" in said.lower()
        with node.connect() as connection:
            connection.sendall(head(TOKEN, len(body)))
            assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(body)
            said = connection.recv(65_536)
            assert said.startswith(b"HTTP/1.1 202 ")
            assert b"connection: close" not in said.lower()
        # HTTP/1.0 has no interim answers.
        with node.connect() as connection:
            connection.sendall(head(TOKEN, len(body), "1.0") + body)
            said = b"".join(iter(lambda: connection.recv(65_536), b""))
            assert said.startswith(b"HTTP/1.1 202 ")


def test_xml_comes_and_goes_as_text_too(world: LedgerWorld) -> None:
    with captures(world, open_queries=True) as client:
        assert finished(client, capture(client, document(made(1))))["success"]
        for media in ("text/xml", "application/xml"):
            answer = client.get("/epcis/events", headers={"accept": media})
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(media)
            where = capture(client, answer.content, content_type=media)
            finished(client, where)
