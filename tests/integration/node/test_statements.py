"""Handing in statements over HTTP: what each kind of them is answered."""

import pathlib
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from provenance_node.settings import Settings
from starlette.testclient import TestClient

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.statement import Submission
from provenance.folder import audit_folder, open_reader
from provenance.keys import Signer
from provenance.proof.receipt import verify_receipt
from tests.ledger_world import (
    FORWARDER,
    OPERATOR,
    ORIGIN,
    PRODUCER,
    LedgerWorld,
    can,
    signer_of,
)
from tests.support.node_world import (
    MSGPACK,
    array_of,
    new_world,
    node_of,
    one_process,
    served,
)


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


@pytest.fixture
def client(world: LedgerWorld) -> Iterator[TestClient]:
    with served(world) as client:
        yield client


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a node to which nothing is said that counts."""
    with served(new_world(tmp_path_factory.mktemp("stranger"))) as client:
        yield client


def post(client: TestClient, body: bytes) -> Any:
    return client.post("/v1/statements", content=body, headers=MSGPACK)


def made(world: LedgerWorld, number: int) -> Submission:
    return world.sign(PRODUCER, world.made(can(number)))


def test_a_new_statement_is_201_with_a_receipt_that_verifies(
    world: LedgerWorld, client: TestClient
) -> None:
    submission = made(world, 1)
    answer = post(client, submission.to_bytes())
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["outcome"] == "logged"
    assert said["issuer"] == PRODUCER
    index = verify_receipt(
        said["receipt"],
        entry=submission.entry,
        trust=world.trust,
        now=world.now,
    )
    assert index == said["log_index"]
    where = answer.headers["location"]
    assert where == f"/v1/statements/{index}/receipt"
    assert client.get(where).status_code == 200
    assert '"statements";r=' in answer.headers["ratelimit"]


def test_what_was_answered_is_on_disk_and_the_ledger_is_sound(
    world: LedgerWorld,
) -> None:
    with served(world) as client:
        index = post(client, made(world, 1).to_bytes()).json()["log_index"]
        with open_reader(world.folder) as reader:
            assert reader.receipt(index).log_index == index
    assert not audit_folder(world.folder).findings


def test_the_same_bytes_again_are_200_with_the_same_receipt(
    world: LedgerWorld, client: TestClient
) -> None:
    data = made(world, 1).to_bytes()
    first = post(client, data)
    post(client, made(world, 2).to_bytes())
    again = post(client, data)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {
        **first.json(),
        "status": 200,
        "outcome": "known",
    }


def test_many_are_207_with_a_result_each_in_order(
    world: LedgerWorld, client: TestClient
) -> None:
    known = made(world, 1)
    post(client, known.to_bytes())
    stranger = world.sign("did:web:nobody.example", world.made(can(2)))
    forged = world.sign(PRODUCER, world.made(can(3)), signer=Signer.generate())
    news = made(world, 4)
    wrong = Submission(news.entry, (b"\x90",))
    body = array_of(known, stranger, news, forged, wrong, news)
    answer = post(client, body)
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [r["status"] for r in results] == [200, 403, 201, 403, 400, 200]
    assert results[1]["problem"]["code"] == "PRV-9021"
    assert results[2]["log_index"] == results[5]["log_index"]
    assert results[2]["receipt"] == results[5]["receipt"]


def test_a_stream_is_as_good_as_an_array(
    world: LedgerWorld, client: TestClient
) -> None:
    several = [made(world, n) for n in range(300)]
    body = b"".join(s.to_bytes() for s in several)
    answer = post(client, body)
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert {r["status"] for r in results} == {201}
    for submission, result in list(zip(several, results, strict=True))[::50]:
        assert (
            verify_receipt(
                result["receipt"],
                entry=submission.entry,
                trust=world.trust,
                now=world.now,
            )
            == result["log_index"]
        )
    again = post(client, array_of(*several)).json()["results"]
    assert [r["receipt"] for r in again] == [r["receipt"] for r in results]


def test_who_wants_no_receipts_gets_the_indexes_alone(
    world: LedgerWorld, client: TestClient
) -> None:
    headers = {**MSGPACK, "prefer": "respond-async, return=minimal"}
    for body in (
        made(world, 1).to_bytes(),
        array_of(made(world, 2), made(world, 3)),
    ):
        answer = client.post("/v1/statements", content=body, headers=headers)
        assert answer.headers["preference-applied"] == "return=minimal"
        assert b"receipt" not in answer.content
        assert b"log_index" in answer.content
    (result,) = post(client, array_of(made(world, 3))).json()["results"]
    assert result["receipt"]


@pytest.mark.parametrize("name", [None, "urn:example:event:again"])
def test_what_was_said_before_is_409_with_the_entry_that_has_it(
    world: LedgerWorld, client: TestClient, name: str | None
) -> None:
    said = {
        "bizStep": "packing", "eventTime": "2026-02-01T09:00:00Z",
        "eventID": name,
    }  # fmt: skip

    def again() -> Submission:
        world.now += 1
        return world.sign(PRODUCER, world.event(can(1), **said))

    index = post(client, again().to_bytes()).json()["log_index"]
    answer = post(client, again().to_bytes())
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "PRV-9025"
    assert (problem["log_indexes"], problem["is_known"]) == ([index], True)
    assert f"entry {index}" in problem["detail"]


def test_an_array_of_one_is_answered_as_many_are(
    world: LedgerWorld, client: TestClient
) -> None:
    assert post(client, array_of(made(world, 1))).status_code == 207
    three = [made(world, n) for n in (2, 3, 4)]
    # Which begins as a submission does: an array of three.
    assert len(post(client, array_of(*three)).json()["results"]) == 3


def test_one_that_demands_an_old_head_is_409_with_the_head_of_now(
    world: LedgerWorld, client: TestClient
) -> None:
    post(client, made(world, 1).to_bytes())
    with open_reader(world.folder) as reader:
        head = reader.head(can(1))
    assert head is not None
    demand = {"after": [[can(1), head.link]]}
    first, second = (
        world.event(can(1), bizStep="shipping", **demand) for _ in range(2)
    )
    assert post(client, world.sign(FORWARDER, first).to_bytes()).is_success
    answer = post(client, world.sign(FORWARDER, second).to_bytes())
    assert answer.status_code == 409, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "PRV-9023"
    assert problem["instance"].startswith("urn:request:")
    with open_reader(world.folder) as reader:
        now = reader.head(can(1))
    assert now is not None
    assert problem["heads"] == {can(1): {"count": 2, "link": now.link.hex()}}


def test_a_statement_for_another_ledger_is_refused(
    world: LedgerWorld, client: TestClient
) -> None:
    other = world.sign(PRODUCER, world.made(can(1)), origin="other.example")
    answer = post(client, other.to_bytes())
    assert (answer.status_code, answer.json()["code"]) == (403, "PRV-9020")


def test_what_a_grant_does_not_cover_is_403(
    world: LedgerWorld, client: TestClient
) -> None:
    answer = post(client, world.sign(FORWARDER, world.made(can(1))).to_bytes())
    assert (answer.status_code, answer.json()["code"]) == (403, "PRV-9022")


def test_a_changed_statement_is_422(
    world: LedgerWorld, client: TestClient
) -> None:
    submission = made(world, 1)
    changed = Submission(
        submission.entry[:-1] + bytes([submission.entry[-1] ^ 1]),
        submission.events,
    )
    answer = post(client, changed.to_bytes())
    assert (answer.status_code, answer.json()["code"]) == (422, "PRV-9031")


def test_who_is_enrolled_may_speak_in_the_same_request(
    world: LedgerWorld, client: TestClient
) -> None:
    name = "did:web:late.example"
    enrolled = actors.enrol(
        name, name=name, signer=signer_of(name), origin=ORIGIN,
        secret=world.secret(),
    )  # fmt: skip
    granted = actors.grant(Grant(name, "forwarder"), secret=world.secret())
    results = post(
        client,
        array_of(
            made(world, 1),
            world.sign(name, world.event(can(1), bizStep="shipping")),
            world.sign(OPERATOR, enrolled, granted),
            world.sign(name, world.event(can(1), bizStep="shipping")),
        ),
    ).json()["results"]
    assert [r["status"] for r in results] == [201, 403, 201, 201]
    # And from then on without anybody's help.
    seen = world.sign(name, world.event(can(1), bizStep="shipping"))
    assert post(client, seen.to_bytes()).status_code == 201


def enrolled_without_grant(world: LedgerWorld) -> str:
    name = "did:web:idle.example"
    ledger = world.reopen()
    enrolled = actors.enrol(
        name, name=name, signer=signer_of(name), origin=ORIGIN,
        secret=world.secret(),
    )  # fmt: skip
    ledger.append([enrolled], signer=signer_of(OPERATOR), issuer=OPERATOR)
    ledger.close()
    return name


def test_an_actor_without_a_grant_is_refused_before_its_signature_is_checked(
    world: LedgerWorld,
) -> None:
    name = enrolled_without_grant(world)
    with served(world) as client:
        node = node_of(client)
        said = world.sign(name, world.event(can(1), bizStep="shipping"))
        answer = post(client, said.to_bytes())
        assert (answer.status_code, answer.json()["code"]) == (403, "PRV-9022")
        assert f"{name!r} holds no grant" in answer.json()["detail"]
        assert b"provenance_commit_seconds_count 0.0" in node.metrics.text()
        # Its own keys are its own matter.
        rotated = actors.rotate_key(
            name, old=signer_of(name).verifier.key_id,
            signer=Signer.generate(), origin=ORIGIN, secret=world.secret(),
        )  # fmt: skip
        own = world.sign(name, rotated)
        assert post(client, own.to_bytes()).status_code == 201


def test_what_was_logged_is_known_even_after_its_key_was_revoked(
    world: LedgerWorld, client: TestClient
) -> None:
    before = made(world, 1)
    receipt = post(client, before.to_bytes()).json()["receipt"]
    new = Signer.generate()
    rotated = actors.rotate_key(
        PRODUCER, old=signer_of(PRODUCER).verifier.key_id, signer=new,
        origin=ORIGIN, secret=world.secret(),
    )  # fmt: skip
    post(client, world.sign(PRODUCER, rotated).to_bytes())
    again = post(client, before.to_bytes())
    assert (again.status_code, again.json()["receipt"]) == (200, receipt)
    late = post(client, made(world, 2).to_bytes())
    assert (late.status_code, late.json()["code"]) == (403, "PRV-9021")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"{}",
        b"\x90",
        b"\x93",
        b"\x93\xb8provenance/submission/v2",
        b"\x92\x93\x01\x02\x03",
        b"\x91\x93\x01\x02\x03",
        b"\x91\xc1",
        b"\xdd\xff\xff\xff\xff",
        b"\xdc\x00",
        b"\xdd\x00\x00\x00\x01",
        b"\x91" * 100_000,
        b"\x91" + b"\x81\x01" * 50_000,
        msgpack.packb(["provenance/submission/v2", b"", []]),
        msgpack.packb(["provenance/submission/v2", b"", [[]]]),
        msgpack.packb(["provenance/submission/v2", b"", []]) + b"\x00",
        msgpack.packb(["provenance/submission/v2", "x", 1]),
    ],
    ids=range(18),
)
def test_what_is_no_submission_is_a_problem_and_nothing_else(
    stranger: TestClient, body: bytes
) -> None:
    answer = post(stranger, body)
    if answer.status_code == 207:
        statuses = {r["status"] for r in answer.json()["results"]}
        assert statuses == {400}
        return
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "PRV-9010"


def test_a_submission_in_long_form_is_malformed(
    world: LedgerWorld, client: TestClient
) -> None:
    data = made(world, 1).to_bytes()
    long = b"\x91\xdc\x00\x03" + data[1:]
    (result,) = post(client, long).json()["results"]
    assert (result["status"], result["problem"]["code"]) == (400, "PRV-9010")


def test_an_event_that_is_nothing_of_ours_is_malformed(
    world: LedgerWorld,
) -> None:
    name = enrolled_without_grant(world)
    leaf = msgpack.packb(["body", {"type": []}])
    bodies = [
        b"\x90",
        msgpack.packb([[[2, 1]], [], [leaf, b""]]),
        msgpack.packb(
            [[[2, 1]], [], [msgpack.packb(["", {"type": "KeyAdded"}])]]
        ),
    ]
    with served(world) as client:
        for event in bodies:
            said = world.sign(name, world.event(can(1), bizStep="shipping"))
            answer = post(client, Submission(said.entry, (event,)).to_bytes())
            assert answer.status_code in {400, 403}, answer.text


def test_a_body_of_another_type_is_415(stranger: TestClient) -> None:
    for other in ({}, {"content-type": "application/x-ndjson"}):
        answer = stranger.post("/v1/statements", content=b"{}", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (415, "PRV-9108")
        assert "/epcis/capture" in answer.json()["detail"]
    packed = {**MSGPACK, "content-encoding": "gzip"}
    answer = stranger.post("/v1/statements", content=b"x", headers=packed)
    assert (answer.status_code, answer.json()["code"]) == (415, "PRV-9108")


def test_too_many_at_once_or_too_large_is_413(world: LedgerWorld) -> None:
    settings = one_process(max_batch=2, max_body_bytes=4096)
    three = [made(world, n) for n in range(3)]
    with served(world, settings) as client:
        assert post(client, array_of(*three[:2])).status_code == 207
        answer = post(client, array_of(*three))
        assert (answer.status_code, answer.json()["code"]) == (413, "PRV-9103")
        answer = post(client, bytes(4097))
        assert (answer.status_code, answer.json()["code"]) == (413, "PRV-9103")
        assert answer.headers["connection"] == "close"


def test_an_address_that_asks_too_often_is_429(world: LedgerWorld) -> None:
    settings = one_process(write_rate=0.01, write_burst=2)
    with served(world, settings) as client:
        data = made(world, 1).to_bytes()
        assert post(client, data).status_code == 201
        assert post(client, data).status_code == 200
        answer = post(client, data)
        assert (answer.status_code, answer.json()["code"]) == (429, "PRV-9106")
        assert 0 < int(answer.headers["retry-after"]) <= 100
        assert answer.headers["ratelimit-policy"] == '"writes";q=2;w=200'
        assert answer.headers["ratelimit"].startswith('"writes";r=0;t=')
        # Reading is another matter.
        assert client.get("/v1/statements/3/receipt").status_code == 200


def test_an_actor_that_says_too_much_is_429(world: LedgerWorld) -> None:
    settings = one_process(actor_rate=0.01, actor_burst=2)
    with served(world, settings) as client:
        two = array_of(made(world, 1), made(world, 2))
        assert post(client, two).status_code == 207
        answer = post(client, made(world, 3).to_bytes())
        assert (answer.status_code, answer.json()["code"]) == (429, "PRV-9106")
        seen = world.sign(FORWARDER, world.event(can(1), bizStep="shipping"))
        assert post(client, seen.to_bytes()).status_code == 201


def test_who_writes_anothers_name_does_not_use_up_what_that_one_may_say(
    world: LedgerWorld,
) -> None:
    settings = one_process(actor_rate=0.01, actor_burst=2)
    with served(world, settings) as client:
        whole = made(world, 1)
        forged = Submission(
            whole.entry[:-1] + bytes([whole.entry[-1] ^ 1]), whole.events
        )
        for _ in range(5):
            assert post(client, forged.to_bytes()).status_code == 422
        assert post(client, whole.to_bytes()).status_code == 201
        for _ in range(5):
            assert post(client, whole.to_bytes()).status_code == 200


def test_a_full_queue_is_503_with_retry_after(world: LedgerWorld) -> None:
    with served(world, one_process(max_queue=1)) as client:
        two = array_of(made(world, 1), made(world, 2))
        answer = post(client, two)
        assert (answer.status_code, answer.json()["code"]) == (503, "PRV-9107")
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["retryable"] is True
        assert post(client, made(world, 1).to_bytes()).status_code == 201


def test_when_the_storage_fails_the_outcome_is_unknown_and_the_node_ends(
    world: LedgerWorld,
) -> None:
    with served(world) as client:
        node = node_of(client)
        ended: list[bool] = []
        node.failed = lambda: ended.append(True)
        store = node.writer._ledger._writable
        connection = store._writer  # type: ignore[attr-defined]  # SQLite's
        connection.pragma("query_only", True)
        data = made(world, 1).to_bytes()
        answer = post(client, data)
        assert (answer.status_code, answer.json()["code"]) == (503, "PRV-9060")
        assert answer.headers["retry-after"]
        assert ended == [True]
        assert post(client, data).status_code == 503
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["writer"]) == (503, False)
    # Another node finds out, and takes the same bytes.
    with served(world) as client:
        assert post(client, data).status_code == 201


def test_a_page_of_another_site_may_write_only_if_it_is_listed(
    world: LedgerWorld,
) -> None:
    settings = Settings(
        log_requests=False,
        checker_processes=1,
        reader_processes=1,
        write_origins=("https://good.example",),
    )
    with served(world, settings) as client:
        for origin, allowed in (
            ("https://good.example", "https://good.example"),
            ("https://bad.example", None),
        ):
            asked = {
                "origin": origin,
                "access-control-request-method": "POST",
            }
            answer = client.options("/v1/statements", headers=asked)
            assert answer.status_code == 204
            assert answer.headers.get("access-control-allow-origin") == allowed
            answer = client.post(
                "/v1/statements", headers={"origin": origin}, content=b""
            )
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert "Origin" in answer.headers["vary"]


def test_a_listed_page_may_send_its_token_and_delete(
    world: LedgerWorld,
) -> None:
    good, bad = "https://good.example", "https://bad.example"
    with served(world, one_process(write_origins=(good,))) as client:
        for method in ("GET", "POST", "DELETE"):
            said = client.options(
                "/epcis/queries/some",
                headers={
                    "origin": good,
                    "access-control-request-method": method,
                },
            ).headers
            assert said["access-control-allow-origin"] == good
            assert "Origin" in said["vary"]
            methods = said["access-control-allow-methods"].split(", ")
            assert method in methods
            names = said["access-control-allow-headers"].split(", ")
            assert {"Authorization", "Content-Type"} <= set(names)
            refused = client.options(
                "/epcis/queries/some",
                headers={
                    "origin": bad,
                    "access-control-request-method": method,
                },
            ).headers
            assert "Authorization" not in str(refused)
            assert "DELETE" not in str(refused)
            allowed = refused.get("access-control-allow-origin")
            assert allowed == ("*" if method == "GET" else None)
        # Whoever reads gets the same answer, which caches may keep.
        read = client.get("/v1/trust", headers={"origin": good})
        assert read.headers["access-control-allow-origin"] == "*"
