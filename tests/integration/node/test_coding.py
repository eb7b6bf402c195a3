"""Answers under content codings: chosen, tagged, and never with a secret."""

import asyncio
import hashlib
import json
import pathlib
import threading
from collections.abc import Iterator, Sequence

import pytest
from provenance_node import coding as module
from provenance_node.asgi import Message, Scope
from provenance_node.coding import MOST, Coding, codings_of, tag_of
from starlette.testclient import TestClient

from provenance.client.coding import unpack
from tests.ledger_world import LedgerWorld, can
from tests.support.client_world import client_of
from tests.support.node_world import (
    NodeProcess,
    grow,
    new_world,
    quoted,
    served,
)

BUNDLE = f"/v1/items/{quoted(can(1))}/bundle"
CODINGS = ("zstd", "gzip")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    world = new_world(tmp_path_factory.mktemp("coding"))
    grow(world, 3)
    return world


@pytest.fixture(scope="module")
def client(world: LedgerWorld) -> Iterator[TestClient]:
    with served(world) as client:
        yield client


@pytest.mark.parametrize(
    ("accepted", "codings"),
    [
        (b"zstd", ["zstd"]),
        (b"gzip, deflate, br, zstd", ["zstd", "gzip"]),
        (b"gzip, zstd;q=0.9", ["gzip", "zstd"]),
        (b"GZIP", ["gzip"]),
        (b"br, gzip;q=0.5", ["gzip"]),
        (b"*", ["zstd", "gzip"]),
        (b"*;q=0.5, zstd;q=0", ["gzip"]),
        (b"identity, gzip;q=0.5", []),
        (b"identity;q=0.5, gzip", ["gzip"]),
        (b"identity;q=0, gzip;q=0.001", ["gzip"]),
        (b"", []),
        (b"identity", []),
        (b"identity;q=0", []),
        (b"gzip;q=0", []),
        (b"br, *;q=0", []),
        (b"gzip;q=x, zstd;q=2", []),
        (b"gzip" * 1_000, []),
        (b"br," * 1_000 + b"gzip", []),
        (b"\xff\x00, gzip", ["gzip"]),
    ],
)
def test_the_request_says_which_coding(
    accepted: bytes, codings: Sequence[str]
) -> None:
    scope = {"headers": [(b"accept-encoding", accepted)]}
    assert list(codings_of(scope)) == codings


def test_without_a_word_bytes_go_out_as_they_are() -> None:
    assert codings_of({"headers": []}) == ()


def test_what_is_said_in_several_headers_counts_as_in_one() -> None:
    scope = {
        "headers": [
            (b"accept-encoding", b"zstd;q=0"),
            (b"accept-encoding", b"gzip"),
        ]
    }
    assert codings_of(scope) == ("gzip",)


@pytest.mark.parametrize(
    "path",
    [
        BUNDLE,
        f"/v1/items/{quoted(can(1))}/trail",
        "/v1/actors",
        "/v1/events?EQ_action=ADD",
        "/v1/statements/1/receipt",
        "/openapi.json",
        "/docs",
        "/v1/trust",
    ],
)
def test_the_same_is_sent_in_each_coding(client: TestClient, path: str) -> None:
    plain = client.get(path, headers={"accept-encoding": "identity"})
    assert plain.status_code == 200
    assert "content-encoding" not in plain.headers
    for coding in CODINGS:
        wish = {"accept-encoding": coding}
        with client.stream("GET", path, headers=wish) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == coding
        assert answer.headers["content-length"] == str(len(raw))
        assert len(raw) < len(plain.content)
        body = unpack(raw, coding, most=MOST)
        if not path.endswith("/trail"):  # which says when it was looked at
            assert body == plain.content
    for answer in (plain, client.get(path)):
        assert "accept-encoding" in answer.headers["vary"].lower()


def test_each_form_of_an_answer_has_a_tag_of_its_own(
    client: TestClient,
) -> None:
    wanted = ("identity", *CODINGS)
    tags = {
        coding: client.get(BUNDLE, headers={"accept-encoding": coding}).headers[
            "etag"
        ]
        for coding in wanted
    }
    assert len(set(tags.values())) == 3
    assert not any(tag.startswith("W/") for tag in tags.values())
    for coding in wanted:
        for held, tag in tags.items():
            for said in (tag, f"W/{tag}", f'"other", {tag}'):
                asked = {"accept-encoding": coding, "if-none-match": said}
                answer = client.get(BUNDLE, headers=asked)
                if held in {coding, "identity"}:
                    assert answer.status_code == 304
                    assert answer.content == b""
                    assert answer.headers["etag"].endswith(tag)
                    assert "content-encoding" not in answer.headers
                    vary = answer.headers["vary"].lower()
                    assert "accept-encoding" in vary
                else:
                    # It could not read what it says it has.
                    assert answer.status_code == 200
    every = {"accept-encoding": "gzip", "if-none-match": "*"}
    assert client.get(BUNDLE, headers=every).status_code == 304


def test_a_weak_tag_stands_for_every_form() -> None:
    assert tag_of(b'"5f0c"', "zstd") == b'"5f0c-zstd"'
    assert tag_of(b'W/"5f0c"', "zstd") == b'W/"5f0c"'


def test_head_says_what_get_would(client: TestClient) -> None:
    for coding in ("identity", *CODINGS):
        wish = {"accept-encoding": coding}
        with client.stream("GET", BUNDLE, headers=wish) as whole:
            raw = b"".join(whole.iter_raw())
        head = client.head(BUNDLE, headers=wish)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(raw))
        for name in ("etag", "vary", "content-encoding", "content-type"):
            assert head.headers.get(name) == whole.headers.get(name)


def test_a_part_is_not_given_and_the_whole_is(client: TestClient) -> None:
    for path in (BUNDLE, "/style.css"):
        for coding in ("identity", *CODINGS):
            wish = {"accept-encoding": coding}
            whole = client.get(path, headers=wish)
            part = client.get(path, headers={**wish, "range": "bytes=0-9"})
            assert part.status_code == 200
            assert part.content == whole.content
            assert "content-range" not in part.headers
            assert "accept-ranges" not in part.headers


@pytest.mark.parametrize("name", ["authorization", "cookie"])
def test_nothing_is_compressed_for_whoever_sends_a_secret(
    client: TestClient, name: str
) -> None:
    answer = client.get(
        BUNDLE, headers={"accept-encoding": "zstd, gzip", name: "Bearer x"}
    )
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def test_what_quotes_the_request_is_not_compressed(client: TestClient) -> None:
    wish = {"accept-encoding": "zstd, gzip"}
    long = "x" * 2_000
    for answer in (
        client.get(f"/v1/items/{long}/bundle", headers=wish),
        client.post("/v1/statements", content=long, headers=wish),
        client.get(f"/01/{long}", headers={**wish, "accept": "text/html"}),
    ):
        assert answer.status_code >= 400
        assert "content-encoding" not in answer.headers


def test_the_logs_files_go_out_as_they_are(client: TestClient) -> None:
    wish = {"accept-encoding": "zstd, gzip"}
    for path in ("/log/checkpoint", "/log/tile/0/000.p/1"):
        answer = client.get(path, headers=wish)
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers
        assert "vary" not in answer.headers


# As plain ASGI.


def run(
    *messages: Message, accepted: bytes = b"zstd", **scope: object
) -> list[Message]:
    """Return what goes out when an application sends *messages*."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: object, send: object) -> None:
        del scope, receive
        for message in messages:
            await send(message)  # type: ignore[operator]  # ASGI's

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nobody reads the request here")

    asked = {
        "type": "http",
        "method": "GET",
        "headers": [(b"accept-encoding", accepted)],
        **scope,
    }
    asyncio.run(Coding(app)(asked, receive, send))
    return sent


def said(
    body: bytes, status: int = 200, *headers: tuple[bytes, bytes]
) -> tuple[Message, Message]:
    length = (b"content-length", b"%d" % len(body))
    return (
        {
            "type": "http.response.start",
            "status": status,
            "headers": [length, *headers],
        },
        {"type": "http.response.body", "body": body},
    )


def test_what_is_short_long_or_no_smaller_goes_out_as_it_is() -> None:
    dense = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(1_000))
    for body in (b"", b"x" * 255, bytes(MOST + 1), dense):
        start, sent = run(*said(body, 200, (b"etag", b'"a"')))
        headers = dict(start["headers"])
        assert sent["body"] == body
        assert headers[b"content-length"] == b"%d" % len(body)
        assert headers[b"etag"] == b'"a"'
        assert headers[b"vary"] == b"Accept-Encoding"
        assert b"content-encoding" not in headers
    start, sent = run(*said(bytes(MOST), 200, (b"etag", b'"a"')))
    assert dict(start["headers"])[b"etag"] == b'"a-zstd"'
    assert unpack(sent["body"], "zstd", most=MOST) == bytes(MOST)


def test_what_comes_in_parts_passes_untouched() -> None:
    start, whole = said(bytes(1_000), 200, (b"etag", b'"a"'))
    part = {**whole, "more_body": True}
    sent = run(start, part, whole)
    assert sent[1:] == [part, whole]
    assert (b"etag", b'"a"') in sent[0]["headers"]


def test_other_answers_pass_untouched() -> None:
    for status in (201, 300, 307, 400, 404, 503):
        messages = said(bytes(1_000), status)
        assert run(*messages) == list(messages)
    messages = said(bytes(1_000))
    for method in ("POST", "DELETE", "OPTIONS"):
        assert run(*messages, method=method) == list(messages)
    assert run(*messages, type="websocket") == list(messages)


def test_the_event_loop_does_not_compress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = []

    def pack(body: bytes) -> bytes:
        threads.append(threading.current_thread())
        return body[:10]

    monkeypatch.setattr(module, "_FAST", {"zstd": pack})
    run(*said(bytes(1_000)))
    assert threads
    assert threading.main_thread() not in threads


# Through sockets, as the client asks.


def test_a_client_gets_the_same_through_every_coding(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    grow(world, 2)
    with NodeProcess(world.folder) as node:
        with client_of(world, node.url) as client:
            bundle = client.bundle(can(1))
            story = client.trail(can(1))
        with node.client() as web:
            plain = web.get(BUNDLE, headers={"accept-encoding": "identity"})
            assert plain.content == bundle
            trail = f"/v1/items/{quoted(can(1))}/trail"
            wish = {"accept-encoding": "zstd"}
            assert web.get(trail, headers=wish).headers["content-encoding"]
    assert story["subject"] == can(1)
    assert json.dumps(story)
