"""Who may read what: every route, with and without tokens, in every form."""

import base64
import json
import pathlib
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from fastapi.routing import APIRoute
from provenance_node.access import Access
from starlette.testclient import TestClient

from provenance.errors import MalformedError, RejectedError
from provenance.ledger.scope import Scope
from tests.ledger_world import OPERATOR, PRODUCER, can, signer_of
from tests.support.node_world import one_process, quoted, served
from tests.support.readers_world import (
    CAPTURE_TOKEN,
    OTHER,
    TOKENS,
    ReadersWorld,
    bearer,
    closed,
    hash_of,
    secretive_world,
    theirs,
)

NOT_SHOWN = "urn:provenance:epcis:itemsNotShown"
MINE = can(1)
SIBLINGS = (can(2), theirs(1), theirs(2))
ACCEPTS = (
    "",
    "application/json",
    "application/x-ndjson",
    "application/ld+json",
    "application/xml",
    "application/vnd.provenance.bundle+msgpack",
    "text/html",
    "application/linkset+json",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ReadersWorld:
    return secretive_world(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def client(world: ReadersWorld) -> Iterator[TestClient]:
    settings = closed(world, read_burst=10**6, write_burst=10**6)
    with served(world.ledger, settings) as client:
        yield client


def events(
    client: TestClient, token: str, **asked: object
) -> list[dict[str, Any]]:
    answer = client.get(f"/v1/events?{urlencode(asked)}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


# What is nobody else's business, in whatever form.


def readable(value: object) -> Iterator[bytes]:
    """Yield all that a JSON value says, base64 and hexadecimal undone."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from readable(name)
            yield from readable(each)
    elif isinstance(value, list):
        for each in value:
            yield from readable(each)
    elif isinstance(value, str):
        yield value.encode()
        if re.fullmatch(r"(?:[0-9a-f]{2})+", value):
            yield bytes.fromhex(value)
        if re.fullmatch(r"[A-Za-z0-9+/_-]{4,}={0,2}", value):
            plain = value.replace("-", "+").replace("_", "/")
            yield base64.b64decode(plain + "=" * (-len(plain) % 4))


def said_by(body: bytes) -> bytes:
    """Return *body*, and what it says in another form."""
    parts = [body]
    for line in body.splitlines():
        try:
            parts += readable(json.loads(line))
        except ValueError:
            continue
    with suppress(ValueError):
        parts += readable(json.loads(body))
    return b"\0".join(parts)


def spellings(item: str) -> list[bytes]:
    """Return how *item* may be written; its serial number is its own."""
    return [item.encode(), item.rpartition("/")[2].encode()]


QUERIED = ("/v1/", "/epcis")
PARAMETERS = {
    "item": quoted(MINE),
    "actor": quoted(PRODUCER),
    "statement": "12",
    "code": "PRV-9112",
    "eventID": quoted("urn:uuid:00000000-0000-4000-8000-00000000000a"),
    "eventType": "ObjectEvent",
    "epc": quoted(MINE),
    "bizStep": "inspecting",
    "bizLocation": quoted("https://id.gs1.org/414/9506000000015"),
    "readPoint": quoted("https://id.gs1.org/414/9506000000015"),
    "disposition": "active",
    "captureID": "7",
    "queryName": "theirs",
    "subscriptionID": "1",
    "token": "xBDy",
    "rest": "09506000134352/21/K000001",
    "text": "ABCDEFGHIJ",
    "level": "0",
    "number": "000",
    "width": "1",
}


def paths_of(client: TestClient) -> Iterator[tuple[str, set[str]]]:
    """Yield the address and the methods of every route there is."""
    app: Any = client.app
    routers = [app.router]
    for router in routers:
        for route in router.routes:
            # What was included stands in a router of its own.
            if (inner := getattr(route, "original_router", None)) is not None:
                routers.append(inner)
            if not isinstance(route, APIRoute):
                continue
            path = re.sub(
                r"\{(\w+)(?::\w+)?\}",
                lambda found: PARAMETERS[found[1]],
                route.path,
            )
            yield path, set(route.methods or ())
    size = client.get("/readyz").json()["size"]
    for raw in (
        "/", "/openapi.json", "/docs", "/page.json", "/sw.js",
        "/log/checkpoint", f"/log/tile/0/000.p/{size}",
        f"/log/tile/entries/000.p/{size}",
        f"/v1/items/{quoted(MINE)}/bundle?from=0",
    ):  # fmt: skip
        yield raw, {"GET"}


def queries(whole_hash: str) -> list[str]:
    """Return what could be asked to learn what is in an event besides."""
    named = [
        f"{name}={quoted(item)}"
        for name in ("MATCH_anyEPC", "MATCH_epc")
        for item in (MINE, *SIBLINGS)
    ]
    return [
        "", "perPage=1", "EQ_bizStep=inspecting", "maxEventCount=1",
        "orderBy=recordTime", *named,
        f"EQ_eventHash={quoted(whole_hash)}",
        f"EQ_eventID={quoted(whole_hash)}",
        "MATCH_anyEPC=" + quoted("urn:epc:idpat:sgtin:9521001.*.*"),
        f"issuer={quoted(PRODUCER)}",
        f"key={signer_of(OTHER).verifier.key_id.hex()[:16]}",
        "field=/ex:price", "from=0",
    ]  # fmt: skip


ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    # token → the items and the signers of concealed values that it may see,
    # where MINE is asked for.
    "": (set(), set()),
    "wrong": (set(), set()),
    "one": (set(), set()),
    "own": ({can(2)}, set()),
    "other-rights": ({theirs(1), theirs(2)}, set()),
    "producer": (set(SIBLINGS), {PRODUCER}),
    "all": (set(SIBLINGS), set()),
    "all-rights": (set(SIBLINGS), {PRODUCER, OTHER}),
    CAPTURE_TOKEN: (set(), set()),
}


@pytest.mark.parametrize("token", ALLOWED)
def test_no_route_tells_what_the_asker_may_not_see(
    client: TestClient, world: ReadersWorld, token: str
) -> None:
    items, signers = ALLOWED[token]
    headers = bearer(token) if token else {}
    hashes = {e["event_hash"] for e in events(client, "all")}
    whole_hash = max(str(each) for each in hashes)
    hidden = {
        spelling
        for item in set(SIBLINGS) - items
        for spelling in spellings(item)
    }
    hidden |= {
        secret.encode()
        for issuer, secrets in world.secrets.items()
        if issuer not in signers
        for secret in secrets
    }
    # Of a sibling nobody gets the salt; that of the item itself is in its
    # bundle, and those of what is concealed come with it.
    for item, salts in world.salts.items():
        if item != MINE and not (item == "" and signers):
            hidden |= salts
    asked = 0
    for path, methods in paths_of(client):
        for query in queries(whole_hash):
            # Others look at no parameter.
            if query and ("?" in path or not path.startswith(QUERIED)):
                continue
            address = f"{path}?{query}" if query else path
            for accept in ACCEPTS if not query else ACCEPTS[:1]:
                answer = client.get(
                    address, headers={**headers, "accept": accept or "*/*"}
                )
                # What was asked for may be said back, in a link to the next
                # page and in a problem.
                known = {each for each in hidden if each in query.encode()}
                known |= {
                    each
                    for item in SIBLINGS
                    if quoted(item) in query
                    for each in spellings(item)
                }
                told = said_by(answer.content) + repr(answer.headers).encode()
                for each in hidden - known:
                    assert each not in told, (address, accept, each)
                asked += 1
        for method in methods - {"GET"}:
            answer = client.request(method, path, headers=headers)
            told = said_by(answer.content) + repr(answer.headers).encode()
            assert not [each for each in hidden if each in told], path
    assert asked > 800


def listed(client: TestClient, token: str, name: str) -> list[str]:
    members: list[str] = []
    address = f"/epcis/{name}?perPage=1"
    while address:
        answer = client.get(address, headers=bearer(token))
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        members += answer.json()["member"]
        address = answer.links.get("next", {}).get("url", "")
        # Where it goes on is told by what was shown, and by nothing else.
        behind = dict(parse_qsl(address)).get("nextPageToken", "")
        place = base64.urlsafe_b64decode(behind + "==").decode()
        assert not place or place.endswith(members[-1])
    return members


@pytest.mark.parametrize(
    ("token", "items", "steps"),
    [
        ("all", {can(1), can(2), theirs(1), theirs(2)}, 2),
        ("own", {can(1), can(2)}, 2),
        ("other", {theirs(1), theirs(2)}, 2),
        ("one", {can(1)}, 2),
        # What it signed, with all that is in it.
        ("producer", {can(1), can(2), theirs(1), theirs(2)}, 2),
        ("nothing", set(), 0),
    ],
)
def test_lists_of_values_are_of_what_the_token_shows(
    client: TestClient, token: str, items: set[str], steps: int
) -> None:
    assert listed(client, token, "epcs") == sorted(items)
    known = ["commissioning", "inspecting"]
    assert listed(client, token, "bizSteps") == known[:steps]


def test_lists_of_values_need_a_token(client: TestClient) -> None:
    for name in ("epcs", "bizSteps", "bizLocations", "readPoints"):
        assert client.get(f"/epcis/{name}").status_code == 401


def test_what_needs_a_token_says_so_and_is_kept_by_nobody(
    client: TestClient,
) -> None:
    """The description names each of them, and nothing else needs one."""
    needy = set()
    schema = client.get("/openapi.json").json()
    for path, methods in schema["paths"].items():
        address = re.sub(r"\{(\w+)\}", lambda found: PARAMETERS[found[1]], path)
        address += "?key=" + "0" * 8 if path == "/v1/statements" else ""
        for method, operation in methods.items():
            if method == "options":
                continue
            answers = [
                client.request(method.upper(), address, headers=headers)
                for headers in (
                    {},
                    bearer("wrong"),
                    {"authorization": "Basic YWxsOg=="},
                    {"authorization": f"Bearer {hash_of('all')}"},
                )
            ]
            assert len({answer.status_code for answer in answers}) == 1, path
            is_refused = answers[0].status_code == 401
            assert is_refused == ("security" in operation), (method, path)
            if not is_refused:
                continue
            needy.add(f"{method} {path}")
            assert "401" in operation["responses"], path
            for answer in answers:
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["content-type"] == (
                    "application/problem+json"
                )
                assert answer.json()["code"] == "PRV-9112"
                if path.startswith("/epcis"):
                    assert answer.json()["type"] == (
                        "epcisException:SecurityException"
                    )
    assert "get /v1/events" in needy
    assert "get /epcis/events" in needy
    assert "get /epcis/epcs/{epc}/events" in needy
    assert "get /v1/items/{item}/concealed" in needy
    assert not [path for path in needy if path.endswith(("bundle", "trail"))]


def test_an_answer_to_a_token_is_kept_by_no_cache(client: TestClient) -> None:
    for path in (
        "/v1/events", "/epcis/events", f"/epcis/epcs/{quoted(MINE)}/events",
        f"/v1/items/{quoted(MINE)}/concealed",
        f"/v1/statements?issuer={quoted(PRODUCER)}",
    ):  # fmt: skip
        answer = client.get(
            path,
            headers={**bearer("all-rights"), "accept-encoding": "gzip, zstd"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        assert "content-encoding" not in answer.headers


def test_a_token_is_never_written_down(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (*TOKENS, "wrong"):
        client.get("/v1/events", headers=bearer(name + "-of-the-journal"))
    assert "of-the-journal" not in caplog.text
    assert "of-the-journal" not in client.get("/metrics").text


# What a scope shows.


def shared(found: list[dict[str, Any]]) -> dict[str, Any]:
    (one,) = [e for e in found if e["event"]["bizStep"] == "inspecting"]
    return one


@pytest.mark.parametrize(
    ("token", "items", "count"),
    [
        ("own", [can(1), can(2)], 3),
        ("other", [theirs(1), theirs(2)], 3),
        ("one", [can(1)], 2),
        ("producer", [can(1), can(2), theirs(1), theirs(2)], 3),
        ("all", [can(1), can(2), theirs(1), theirs(2)], 5),
    ],
)
def test_a_scope_shows_its_own_items_and_counts_the_others(
    client: TestClient, token: str, items: list[str], count: int
) -> None:
    found = events(client, token)
    assert len(found) == count
    event = shared(found)["event"]
    assert event["epcList"] == items
    assert event.get(NOT_SHOWN, 0) == 4 - len(items)
    assert (shared(found)["event_hash"] is None) == (NOT_SHOWN in event)
    for path in ("/epcis/events?EQ_bizStep=inspecting",
                 "/epcis/bizSteps/inspecting/events",
                 "/epcis/events/" + PARAMETERS["eventID"]):  # fmt: skip
        answer = client.get(path, headers=bearer(token))
        document = answer.json()["epcisBody"]["queryResults"]["resultsBody"]
        (said,) = document["eventList"]
        assert said["epcList"] == items
        assert said.get(NOT_SHOWN, 0) == 4 - len(items)
    answer = client.get(
        path, headers={**bearer(token), "accept": "application/xml"}
    )
    assert answer.status_code == 200, answer.text
    assert ("itemsNotShown" in answer.text) == (len(items) < 4)


def test_nothing_matches_by_what_is_left_out(client: TestClient) -> None:
    whole = shared(events(client, "all"))
    for asked in (
        {"MATCH_anyEPC": theirs(1)},
        {"MATCH_epc": f"{theirs(1)}|{theirs(2)}"},
        {"MATCH_anyEPC": "urn:epc:idpat:sgtin:9521001.*.*"},
        {"EQ_eventHash": whole["event_hash"]},
        {"EQ_eventID": whole["event_hash"]},
    ):
        assert events(client, "all", **asked), asked
        assert not events(client, "own", **asked), asked
        assert not events(client, "one", **asked), asked
    assert len(events(client, "own", MATCH_anyEPC=can(1))) == 2
    assert len(events(client, "nothing")) == 0


def test_what_is_outside_of_the_scope_is_403_whether_or_not_it_is_there(
    client: TestClient,
) -> None:
    for item in (theirs(1), theirs(77)):
        for path in (
            f"/epcis/epcs/{quoted(item)}/events",
            f"/epcis/epcs/{quoted(item)}",
            f"/v1/items/{quoted(item)}/concealed",
        ):
            answer = client.get(path, headers=bearer("own"))
            assert answer.status_code == 403, path
            assert answer.json()["code"] == "PRV-9117"
            assert answer.headers["cache-control"] == "no-store"
    # An event is found by what is the reader's own alone.
    path = "/epcis/events/" + PARAMETERS["eventID"]
    assert client.get(path, headers=bearer("own")).status_code == 200
    assert client.get(path, headers=bearer("nothing")).status_code == 404


def test_a_page_of_one_scope_is_none_of_another(client: TestClient) -> None:
    first = client.get("/v1/events?perPage=1", headers=bearer("own")).json()
    token = first["next_page_token"]
    asked = f"/v1/events?perPage=1&nextPageToken={quoted(token)}"
    assert client.get(asked, headers=bearer("own")).status_code == 200
    for name in ("all", "one", "other"):
        assert client.get(asked, headers=bearer(name)).status_code == 400
    rest = first["events"]
    while token:
        page = client.get(
            f"/v1/events?perPage=1&nextPageToken={quoted(token)}",
            headers=bearer("own"),
        ).json()
        rest += page["events"]
        token = page["next_page_token"]
    assert rest == events(client, "own")


def test_named_queries_tell_their_makers_only_what_others_ask_for(
    client: TestClient,
) -> None:
    named = {"name": "theirs", "query": {"MATCH_anyEPC": [theirs(1)]}}
    answer = client.post(
        "/epcis/queries", json=named, headers=bearer(CAPTURE_TOKEN)
    )
    assert answer.status_code in {201, 409}
    for path in ("/epcis/queries", "/epcis/queries/theirs"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=bearer("own")).status_code == 403
        for name in ("all", CAPTURE_TOKEN):
            assert client.get(path, headers=bearer(name)).status_code == 200
    path = "/epcis/queries/theirs/events"
    assert client.get(path).status_code == 401
    assert client.get(path, headers=bearer(CAPTURE_TOKEN)).status_code == 401
    for name, count in (("all", 2), ("other", 2), ("own", 0)):
        body = client.get(path, headers=bearer(name)).json()["epcisBody"]
        found = body["queryResults"]["resultsBody"]["eventList"]
        assert len(found) == count, name


def test_where_queries_are_open_no_token_is_looked_at(
    tmp_path: pathlib.Path,
) -> None:
    copied = secretive_world(tmp_path)
    settings = closed(copied, open_queries=True)
    with served(copied.ledger, settings) as client:
        for headers in ({}, bearer("own"), bearer("wrong")):
            answer = client.get("/v1/events", headers=headers)
            assert answer.status_code == 200
            assert len(answer.json()["events"]) == 5
            answer = client.get(
                f"/epcis/epcs/{quoted(theirs(1))}/events", headers=headers
            )
            assert answer.status_code == 200
        # What is concealed is as closed as ever.
        path = f"/v1/items/{quoted(MINE)}/concealed"
        assert client.get(path).status_code == 401
        assert client.get(path, headers=bearer("all")).status_code == 403


# What is concealed, and who signed what.


def concealed(client: TestClient, token: str, item: str) -> Any:
    return client.get(
        f"/v1/items/{quoted(item)}/concealed", headers=bearer(token)
    )


def test_what_is_concealed_is_shown_to_its_signer_and_to_whom_may_reveal(
    client: TestClient, world: ReadersWorld
) -> None:
    def values(token: str, item: str) -> set[str]:
        answer = concealed(client, token, item)
        assert answer.status_code == 200, answer.text
        return {field["value"] for field in answer.json()["fields"]}

    producer, other = world.secrets[PRODUCER], world.secrets[OTHER]
    assert values("all-rights", can(1)) == {producer[0], producer[2]}
    assert values("producer", can(1)) == {producer[0], producer[2]}
    # Of another's goods the producer sees what it said itself.
    assert values("producer", theirs(1)) == {producer[2]}
    assert values("other-rights", theirs(1)) == {other[0], producer[2]}
    for token, item in (
        ("all", can(1)), ("own", can(1)), ("one", can(1)),
        ("other-rights", can(1)), ("nothing", theirs(1)),
    ):  # fmt: skip
        assert concealed(client, token, item).status_code == 403, token
    assert concealed(client, "producer", can(99)).status_code == 403
    assert concealed(client, "all-rights", can(99)).status_code == 404
    path = f"/v1/items/{quoted(can(1))}/concealed?field=/none"
    answer = client.get(path, headers=bearer("all-rights")).json()
    assert (answer["fields"], answer["next"]) == ([], None)


def test_who_signed_what_is_told_within_the_scope(client: TestClient) -> None:
    def signed(token: str, **asked: str) -> Any:
        return client.get(
            f"/v1/statements?{urlencode(asked)}", headers=bearer(token)
        )

    answer = signed("all-rights", issuer=PRODUCER)
    assert answer.status_code == 200, answer.text
    found = answer.json()["events"]
    assert [len(each["items"]) for each in found] == [1, 1, 4]
    assert all(each["issuer"] == PRODUCER for each in found)
    assert [e["items"] for e in signed("producer", issuer=PRODUCER).json()[
        "events"
    ]] == [e["items"] for e in found]  # fmt: skip
    (one,) = signed("other-rights", issuer=PRODUCER).json()["events"]
    assert one["items"] == [theirs(1), theirs(2)]
    assert one["left_out"] == 2
    key = signer_of(PRODUCER).verifier.key_id.hex()
    assert signed("all-rights", key=key[:12]).json()["events"] == found
    assert signed("producer", key=key[:12]).json()["events"] == found
    theirs_key = signer_of(OTHER).verifier.key_id.hex()
    for token, asked in (
        ("all", {"issuer": PRODUCER}), ("own", {"issuer": PRODUCER}),
        ("producer", {"issuer": OTHER}), ("producer", {"key": theirs_key}),
        ("producer", {"issuer": OPERATOR}), ("nothing", {"key": key}),
    ):  # fmt: skip
        assert signed(token, **asked).status_code == 403, (token, asked)
    assert signed("all-rights", issuer="did:web:none").status_code == 404
    for asked in ({}, {"key": "zz"}, {"issuer": PRODUCER, "from": "-1"}):
        assert signed("all-rights", **asked).status_code == 400, asked
    middle = found[1]["entry"]
    cut = signed("all-rights", issuer=PRODUCER, **{"from": str(middle)})
    assert cut.json()["events"] == found[1:]


# The file.


@pytest.mark.parametrize(
    "line",
    [
        "",
        "reveal",
        "statements reveal",
        "everything",
        "all prefix:9506000",
        "prefix:",
        "item:nothing at all",
        "actor:",
        "prefix",
        "ALL",
    ],
)
def test_a_line_that_is_no_scope_is_refused_at_the_start(
    tmp_path: pathlib.Path, line: str
) -> None:
    path = tmp_path / "readers"
    path.write_text(f"{hash_of('x')} {line}\n", encoding="ascii")
    path.chmod(0o600)
    with pytest.raises(MalformedError) as told:
        Access.read(one_process(reader_tokens=str(path)))
    assert hash_of("x") not in str(told.value)


def test_a_file_that_others_can_read_is_refused(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "readers"
    path.write_text(f"{hash_of('x')} all\n", encoding="ascii")
    path.chmod(0o644)
    with pytest.raises(RejectedError):
        Access.read(one_process(reader_tokens=str(path)))


def test_a_scope_is_the_same_after_a_pipe() -> None:
    scope = Scope(
        frozenset({"95060", "1"}), frozenset({MINE}), frozenset({PRODUCER})
    )
    assert Scope.from_plain(scope.to_plain()) == scope  # type: ignore[arg-type]  # lists of texts
    assert quote(MINE)
