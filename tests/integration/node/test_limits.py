"""Limits: bodies, rates and addresses, without a server around them."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provenance_node.asgi import Headers, Message, Receive, Scope, Send
from provenance_node.limits import Buckets, Limits, address_of
from provenance_node.problems import RefusedError
from provenance_node.settings import Settings


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    buckets = Buckets("x", rate=2, burst=3, clock=clock)
    for _ in range(3):
        buckets.take("a")
    with pytest.raises(RefusedError, match="'x' is used up") as caught:
        buckets.take("a")
    assert (b"retry-after", b"1") in caught.value.headers
    buckets.take("b")
    clock.now += 0.5
    buckets.take("a")
    with pytest.raises(RefusedError):
        buckets.take("a")


def test_a_bucket_says_how_it_stands() -> None:
    buckets = Buckets("x", rate=2, burst=3, clock=Clock())
    assert buckets.take("a") == (
        (b"ratelimit-policy", b'"x";q=3;w=2'),
        (b"ratelimit", b'"x";r=2;t=1'),
    )


def test_a_debt_is_paid_before_anything_is_given() -> None:
    clock = Clock()
    buckets = Buckets("x", rate=1, burst=2, clock=clock)
    assert (b"ratelimit", b'"x";r=0;t=10') in buckets.charge("a", 10)
    with pytest.raises(RefusedError) as caught:
        buckets.look("a")
    assert (b"retry-after", b"9") in caught.value.headers
    clock.now += 9
    buckets.take("a")


def test_who_was_away_longest_is_forgotten_first() -> None:
    buckets = Buckets("x", rate=1, burst=1, clock=Clock(), most=2)
    for name in ("a", "b", "c"):
        buckets.take(name)
    buckets.take("a")
    with pytest.raises(RefusedError):
        buckets.take("c")


@given(st.lists(st.floats(0, 10), max_size=50))
def test_no_pattern_of_asking_gets_more_than_burst_and_rate(
    pauses: Sequence[float],
) -> None:
    clock = Clock()
    buckets = Buckets("x", rate=1, burst=5, clock=clock)
    begun, got = clock.now, 0
    for pause in pauses:
        clock.now += pause
        try:
            buckets.take("a")
        except RefusedError:
            continue
        got += 1
    assert got <= 5 + (clock.now - begun) + 1e-6


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (None, ""),
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::"),
        (("::ffff:192.0.2.7", 1), "::ffff:c000:207"),
        (("testclient", 1), "testclient"),
    ],
)
def test_an_address_stands_for_who_asks(
    client: tuple[str, int] | None, address: str
) -> None:
    assert address_of({"client": client}) == address


def receive_all(
    messages: Sequence[Message],
    headers: Headers = ((b"transfer-encoding", b"chunked"),),
    **settings: float,
) -> bytes:
    """Return the body that arrives behind the limits."""
    arrived: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, send
        message = await receive()
        assert message["more_body"] is False
        arrived.append(message["body"])
        assert (await receive())["type"] == "http.disconnect"

    async def send(message: Message) -> None:
        raise AssertionError(message)

    rest = [*messages, {"type": "http.disconnect"}]

    async def receive() -> Message:
        if not rest[0]:
            await asyncio.Event().wait()
        return rest.pop(0)

    limits = Limits(app, Settings(**settings))  # type: ignore[arg-type]  # the tests' own calls
    scope = {"type": "http", "headers": headers}
    try:
        asyncio.run(limits(scope, receive, send))
    finally:
        assert limits._buffered == 0
    return arrived[0]


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_arrives_whole() -> None:
    parts = [part(b"ab"), part(b""), part(b"c", more=False)]
    assert receive_all(parts) == b"abc"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part(bytes(1025))], "PRV-9103"),
        ([part(bytes(600)), part(bytes(600))], "PRV-9103"),
        ([part(b"a")], "PRV-9100"),
        ([part(b"a"), {}], "PRV-9105"),
    ],
)
def test_a_body_that_is_too_large_cut_off_or_slow_is_refused(
    parts: list[Message], code: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        receive_all(parts, max_body_bytes=1024, body_seconds=0.1)
    assert caught.value.kind.code == code
    assert (b"connection", b"close") in caught.value.headers


def test_all_bodies_together_have_a_limit() -> None:
    with pytest.raises(RefusedError) as caught:
        receive_all([part(bytes(1025))], max_buffered_bytes=1024)
    assert caught.value.kind.code == "PRV-9107"
    assert (b"retry-after", b"1") in caught.value.headers


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([(b"content-length", b"99999999999")], "PRV-9103"),
        ([(b"content-length", b"-1")], "PRV-9100"),
        ([(b"content-length", b"9" * 5000)], "PRV-9100"),
        ([(b"content-length", "²".encode())], "PRV-9100"),
        ([(b"content-encoding", b"gzip")], "PRV-9108"),
        ([(b"x", b"y")] * 101, "PRV-9104"),
    ],
)
def test_what_the_headers_show_is_refused_before_a_byte_is_received(
    headers: Headers, code: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        receive_all([], headers)
    assert caught.value.kind.code == code
