"""Actors over HTTP: who may say what, as a node tells it."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import provenance_node.readers as readers_module
import pytest
from provenance_node.readers import ReaderAnswers
from starlette.testclient import TestClient

from provenance.claims import actor as actors
from provenance.claims.actor_json import actor_to_json, read_actor
from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import sha256
from provenance.encoding.strict_json import JSON
from provenance.errors import MalformedError, NotFoundError
from provenance.folder import open_reader
from provenance.ledger.read import RegistryReplay, replay_registry
from provenance.proof.verify import verify_bundle
from tests.ledger_world import (
    CUSTOMS,
    FORWARDER,
    OPERATOR,
    PREFIX,
    PRODUCER,
    LedgerWorld,
    can,
    signer_of,
)
from tests.support.client_world import client_of
from tests.support.node_world import (
    MSGPACK,
    NodeProcess,
    array_of,
    grow,
    new_world,
    one_process,
    quoted,
    served,
)
from tests.support.scripted_server import ScriptedServer, answer, in_turn

EVERYONE = [OPERATOR, PRODUCER, FORWARDER, CUSTOMS]


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    """Return a ledger that nobody changes."""
    return new_world(tmp_path_factory.mktemp("still"))


@pytest.fixture(scope="module")
def http(still: LedgerWorld) -> Iterator[TestClient]:
    with served(still) as client:
        yield client


def ask(http: TestClient, path: str = "/v1/actors") -> dict[str, Any]:
    reply = http.get(path)
    assert reply.status_code == 200, reply.text
    said: dict[str, Any] = reply.json()
    return said


def ids(page: dict[str, Any]) -> list[str]:
    return [actor["id"] for actor in page["actors"]]


def key_id_of(name: str) -> str:
    return signer_of(name).verifier.key_id.hex()


# What is told.


def test_all_actors_are_listed_in_order_of_enrolment(
    http: TestClient, still: LedgerWorld
) -> None:
    page = ask(http)
    assert page["schema"] == "provenance.actors/1"
    assert (ids(page), page["count"], page["next"]) == (EVERYONE, 4, None)
    with open_reader(still.folder) as reader:
        assert page["size"] == reader.size
        expected = [actor_to_json(a) for a in reader.registry().actors()]
    assert page["actors"] == expected


def test_pages_follow_one_another(http: TestClient) -> None:
    first = ask(http, "/v1/actors?count=3")
    assert (ids(first), first["next"]) == (EVERYONE[:3], 3)
    second = ask(http, "/v1/actors?count=3&start=3")
    assert (ids(second), second["next"]) == (EVERYONE[3:], None)
    assert ids(ask(http, "/v1/actors?start=4")) == []


def test_whose_key_that_is_can_be_asked(http: TestClient) -> None:
    found = ask(http, f"/v1/actors?key={key_id_of(FORWARDER)}")
    assert (ids(found), found["count"]) == ([FORWARDER], 1)
    assert ids(ask(http, f"/v1/actors?key={'0' * 64}")) == []


def test_one_actor_is_told_with_its_keys_and_grants(http: TestClient) -> None:
    said = ask(http, f"/v1/actors/{quoted(PRODUCER)}")
    assert said["schema"] == "provenance.actor/1"
    actor = said["actor"]
    assert (actor["id"], actor["is_authority"]) == (PRODUCER, False)
    assert actor["enrolled_by"] == OPERATOR
    (key,) = actor["keys"]
    assert key["id"] == key_id_of(PRODUCER)
    assert (key["added"], key["revoked"], key["reason"]) == (1, None, "")
    (grant,) = actor["grants"]
    assert (grant["role"], grant["prefixes"]) == ("producer", [PREFIX])
    assert (grant["granted_by"], grant["parent"]) == (OPERATOR, None)


def test_nothing_of_a_private_key_is_told(http: TestClient) -> None:
    text = http.get("/v1/actors").text
    for name in EVERYONE:
        # As `signer_of` makes it.
        seed = sha256(name.encode())
        assert seed.hex() not in text
        assert encode_base64(seed) not in text


def test_an_actor_that_is_not_there_is_404(http: TestClient) -> None:
    for item in ("did:web:nobody.example", can(1)):
        reply = http.get(f"/v1/actors/{quoted(item)}")
        assert (reply.status_code, reply.json()["code"]) == (404, "PRV-9004")
    reply = http.get("/v1/actors/nonsense")
    assert reply.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "count=0", "count=1001", "count=x", "start=-1", "start=01",
        "start=9999999999", "key=", "key=ABCD", "key=" + "A" * 64, "who=me",
        "count=1&count=2", "count",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_400(http: TestClient, query: str) -> None:
    reply = http.get(f"/v1/actors?{query}")
    assert (reply.status_code, reply.json()["code"]) == (400, "PRV-9010")


# As other reads.


def test_it_is_cached_until_the_checkpoint_changes(world: LedgerWorld) -> None:
    with served(world) as http:
        path = f"/v1/actors/{quoted(PRODUCER)}"
        tags = []
        for asked in ("/v1/actors", path):
            first = http.get(asked)
            assert first.headers["cache-control"] == "public, max-age=5"
            tags.append({"if-none-match": first.headers["etag"]})
            assert http.get(asked, headers=tags[-1]).status_code == 304
        known = tags[-1]
        other = http.get("/v1/actors?count=3", headers=known)
        assert other.status_code == 200
        _post(http, world, actors.revoke_key(
            PRODUCER, old=signer_of(PRODUCER).verifier.key_id,
            reason="stolen", secret=world.secret(),
        ))  # fmt: skip
        fresh = http.get(path, headers=known)
        assert fresh.status_code == 200
        (key,) = fresh.json()["actor"]["keys"]
        assert (key["revoked"], key["reason"]) == (7, "stolen")


def _post(http: TestClient, world: LedgerWorld, *events: Any) -> None:
    statement = world.sign(OPERATOR, *events)
    reply = http.post(
        "/v1/statements", content=array_of(statement), headers=MSGPACK
    )
    assert reply.json()["results"][0]["outcome"] == "logged", reply.text


def test_it_counts_as_a_read(world: LedgerWorld) -> None:
    with served(world, one_process(read_rate=0.001, read_burst=2)) as http:
        assert http.get("/v1/actors").status_code == 200
        path = f"/v1/actors/{quoted(PRODUCER)}"
        assert http.get(path).status_code == 200
        refused = http.get("/v1/actors?count=1")
        assert (refused.status_code, refused.json()["code"]) == (
            429,
            "PRV-9106",
        )


def test_a_page_of_large_actors_is_cut_and_continued(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers_module, "MOST_BYTES", 10)
    with open_reader(world.folder) as ledger:
        answers = ReaderAnswers(ledger)
        told: list[str] = []
        start: int | None = 0
        while start is not None:
            found = answers.actors((start, 100, ""), stands=False)
            assert found is not None
            page = json.loads(found[1])
            # One is always told, however large it is.
            assert len(page["actors"]) == 1
            told += ids(page)
            start = page["next"]
    assert told == EVERYONE


def test_readers_that_stand_tell_of_the_moment_at_which_they_stand(
    world: LedgerWorld,
) -> None:
    with open_reader(world.folder) as ledger:
        answers = ReaderAnswers(ledger)
        assert answers.actors((0, 9, ""), stands=True) is None
        assert answers.actor(PRODUCER, stands=True) is None
        size, note, _ = answers.hold()
        answers.show(size, note)
        world.reopen()
        world.enrol("did:web:late.example", "carrier")
        world.ledger.close()
        for stands, count in ((False, 5), (True, 4), (False, 5)):
            found = answers.actors((0, 9, ""), stands=stands)
            assert found is not None
            assert json.loads(found[1])["count"] == count
        answers.let_go()


def test_a_registry_that_moves_on_is_the_one_that_is_replayed(
    world: LedgerWorld,
) -> None:
    with open_reader(world.folder) as ledger:
        replay = RegistryReplay(world.trust)
        with ledger.moment() as early:
            before = _told(replay.at(early.reader))
            world.reopen()
            world.enrol("did:web:late.example", "carrier")
            world.ledger.close()
            with ledger.moment() as late:
                assert _told(replay.at(late.reader)) == _told(
                    replay_registry(late.reader, world.trust)
                )
            assert _told(replay.at(early.reader)) == before


def _told(registry: Any) -> list[object]:
    return [actor_to_json(actor) for actor in registry.actors()]


# The client's verbs.


def test_the_client_tells_what_the_node_tells_and_the_bundle_proves_it(
    world: LedgerWorld,
) -> None:
    grow(world, 3)
    with (
        NodeProcess(world.folder) as node,
        client_of(world, node.url) as client,
    ):
        told = list(client.actors())
        assert [actor.id for actor in told] == EVERYONE
        (owner,) = client.actors(key_id=signer_of(CUSTOMS).verifier.key_id)
        assert owner == client.actor(CUSTOMS) == told[3]
        with pytest.raises(NotFoundError):
            client.actor("did:web:nobody.example")
        for actor in told[1:]:
            proven = verify_bundle(
                client.bundle(actor.id), trust=world.trust, now=world.now,
                item=actor.id,
            )  # fmt: skip
            assert proven.registry.actor(actor.id) == actor
        with open_reader(world.folder) as reader:
            head = reader.head(PRODUCER)
        assert head is not None
        assert (
            verify_bundle(
                client.bundle(PRODUCER), trust=world.trust,
                now=world.now,
            ).head
            == head.link
        )  # fmt: skip


def whole() -> dict[str, JSON]:
    """Return an actor as a node tells it, with every member."""
    key = signer_of("x").verifier
    return {
        "id": PRODUCER, "name": "P", "is_authority": False,
        "enrolled_by": OPERATOR,
        "keys": [
            {
                "id": key.key_id.hex(),
                "public_key": encode_base64(key.data),
                "added": 1, "revoked": None, "reason": "",
            }
        ],
        "grants": [
            {
                "id": "00" * 32, "role": "producer", "prefixes": ["1"],
                "places": [], "from": None, "until": 7, "may_grant": True,
                "granted_by": OPERATOR, "parent": "11" * 32, "added": 2,
                "revoked": 3,
            }
        ],
    }  # fmt: skip


def test_an_actor_is_read_as_it_was_written(still: LedgerWorld) -> None:
    with open_reader(still.folder) as reader:
        for actor in reader.registry().actors():
            assert read_actor(actor_to_json(actor)) == actor
    assert actor_to_json(read_actor(whole())) == whole()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((), None), ((), []), (("id",), 7), (("name",), None),
        (("is_authority",), 1), (("keys",), {}), (("keys", 0), "k"),
        (("keys", 0, "id"), "00" * 32), (("keys", 0, "id"), "x"),
        (("keys", 0, "public_key"), "?"), (("keys", 0, "added"), True),
        (("keys", 0, "revoked"), "no"), (("grants", 0, "id"), "00"),
        (("grants", 0, "prefixes"), [1]), (("grants", 0, "until"), 1.5),
        (("grants", 0, "parent"), 7), (("grants", 0, "role"), None),
    ],
)  # fmt: skip
def test_what_is_no_actor_is_not_read(
    place: tuple[str | int, ...], value: JSON
) -> None:
    told: Any = whole()
    if not place:
        told = value
    else:
        inner = told
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = value
    with pytest.raises(MalformedError):
        read_actor(told)


@pytest.mark.parametrize("name", sorted(whole()))
def test_an_actor_without_a_member_is_none(name: str) -> None:
    told = whole()
    del told[name]
    with pytest.raises(MalformedError):
        read_actor(told)


@pytest.mark.parametrize(
    "page",
    [
        {}, {"actors": {}}, {"actors": [7], "next": None},
        {"actors": [], "next": 0}, {"actors": [], "next": 5},
        {"actors": [{**whole(), "keys": []}], "next": 7},
    ],
)  # fmt: skip
def test_a_page_that_is_none_or_leads_nowhere_is_refused(
    still: LedgerWorld, page: dict[str, JSON]
) -> None:
    script = in_turn(answer(200, json.dumps(page).encode()))
    with (
        ScriptedServer(script) as server,
        client_of(still, server.url) as client,
        pytest.raises(MalformedError),
    ):
        list(client.actors())


def test_another_actor_than_was_asked_for_is_refused(
    still: LedgerWorld,
) -> None:
    told = {"actor": {**whole(), "keys": []}}
    script = in_turn(answer(200, json.dumps(told).encode()))
    with (
        ScriptedServer(script) as server,
        client_of(still, server.url) as client,
        pytest.raises(MalformedError, match="another actor"),
    ):
        client.actor(CUSTOMS)
