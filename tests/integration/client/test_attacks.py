"""A node that lies, stutters, floods or sends the client elsewhere."""

import json
import pathlib
from collections.abc import Iterable, Iterator, Sequence

import httpx2
import msgpack
import pytest
from provenance_node.coding import pack_once

from provenance.claims.statement import Submission, parse_submission
from provenance.client import (
    AnsweredError,
    Client,
    Retries,
    UnreachableError,
    problem_behind,
)
from provenance.client.batches import Batch, limits_of
from provenance.client.problems import parse_problem
from provenance.client.retry import parse_retry_after
from provenance.errors import (
    BrokenLinkError,
    ConflictError,
    ForkError,
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    RejectedError,
    VerificationError,
)
from provenance.feed import Drawn
from provenance.proof.receipt import Receipt
from provenance.proof.verdict import Outcome
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.client_world import Waits, client_of
from tests.support.node_world import NodeProcess, new_world
from tests.support.scripted_server import (
    Asked,
    Script,
    ScriptedServer,
    answer,
    in_turn,
    problem,
)
from tests.support.waiting import (
    PATIENCE_SECONDS,
    hold_port,
    port_of,
    wait_until,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    return new_world(tmp_path_factory.mktemp("attacked"))


@pytest.fixture(scope="module")
def node(world: LedgerWorld) -> Iterator[NodeProcess]:
    with NodeProcess(world.folder) as node:
        yield node


numbers = iter(range(100_000))


def made(world: LedgerWorld) -> Submission:
    return world.sign(PRODUCER, world.made(can(next(numbers))))


def forward(node: NodeProcess, asked: Asked) -> httpx2.Response:
    """Return what the honest node answers."""
    kept: tuple[str, ...] = ("content-type", "accept")
    headers = {n: asked.headers[n] for n in kept if n in asked.headers}
    return httpx2.request(
        asked.method,
        node.url + asked.path,
        headers=headers,
        content=asked.body,
        timeout=PATIENCE_SECONDS,
        trust_env=False,
    )


def relay(node: NodeProcess, asked: Asked) -> bytes:
    honest = forward(node, asked)
    return answer(
        honest.status_code,
        honest.content,
        media_type=honest.headers["content-type"],
    )


def results(*rows: object) -> bytes:
    return answer(207, json.dumps({"results": rows}).encode())


LOGGED = {"outcome": "logged", "status": 201, "log_index": 1}


# Lies.


def test_a_receipt_with_a_bit_flipped_is_not_believed(
    world: LedgerWorld, node: NodeProcess
) -> None:
    def lie(asked: Asked) -> bytes:
        said = forward(node, asked).json()
        (row,) = said["results"]
        lines = row["receipt"].split("\n")
        path = next(
            number for number, line in enumerate(lines) if len(line) == 44
        )
        first = "B" if lines[path][0] == "A" else "A"
        lines[path] = first + lines[path][1:]
        row["receipt"] = "\n".join(lines)
        return results(row)

    with (
        ScriptedServer(lie) as server,
        client_of(world, server.url) as client,
        pytest.raises(InvalidProofError),
    ):
        client.submit([made(world)])


def test_another_statements_receipt_is_not_believed(
    world: LedgerWorld, node: NodeProcess
) -> None:
    with client_of(world, node.url) as client:
        (other,) = client.submit([made(world)])
    assert isinstance(other, Receipt)
    script = in_turn(results({**LOGGED, "receipt": other.text}))

    with (
        ScriptedServer(script) as server,
        client_of(world, server.url) as client,
        pytest.raises(InvalidProofError),
    ):
        client.submit([made(world)])


def test_receipts_in_another_order_are_not_believed(
    world: LedgerWorld, node: NodeProcess
) -> None:
    def lie(asked: Asked) -> bytes:
        return results(*reversed(forward(node, asked).json()["results"]))

    with (
        ScriptedServer(lie) as server,
        client_of(world, server.url) as client,
        pytest.raises(InvalidProofError),
    ):
        client.submit([made(world), made(world)])


def test_a_checkpoint_that_the_log_did_not_sign_is_not_believed(
    world: LedgerWorld, node: NodeProcess
) -> None:
    def lie(asked: Asked) -> bytes:
        note = forward(node, asked).text.split("\n")
        note[1] = str(int(note[1]) + 1)
        return answer(200, "\n".join(note).encode(), media_type="text/plain")

    with (
        ScriptedServer(lie) as server,
        client_of(world, server.url) as client,
        pytest.raises(InvalidSignatureError),
    ):
        client.checkpoint()


def test_tiles_that_lie_prove_no_extension(
    world: LedgerWorld, node: NodeProcess
) -> None:
    with client_of(world, node.url) as client:
        client.submit([made(world)])
        old = client.checkpoint()
        client.submit([made(world), made(world)])
        new = client.checkpoint()
        client.require_extension(old, new)

    def lie(asked: Asked) -> bytes:
        tile = forward(node, asked).content
        return answer(200, bytes(byte ^ 1 for byte in tile))

    with ScriptedServer(lie) as server, client_of(world, server.url) as client:
        with pytest.raises(InvalidProofError):
            client.require_extension(old, new)
        assert "tile" in server.asked[0].path
    short = in_turn(answer(200, bytes(32)))
    with (
        ScriptedServer(short) as server,
        client_of(world, server.url) as client,
        pytest.raises(MalformedError),
    ):
        client.require_extension(old, new)


def test_a_bundle_of_another_item_or_with_a_bit_flipped_fails(
    world: LedgerWorld, node: NodeProcess
) -> None:
    first, second = can(500_001), can(500_002)
    with client_of(world, node.url) as client:
        client.submit(
            [world.sign(PRODUCER, world.made(i)) for i in (first, second)]
        )
        bundle = client.bundle(second)
    broken = bundle[:900] + bytes([bundle[900] ^ 1]) + bundle[901:]

    for data, item in ((bundle, first), (broken, second), (b"", second)):
        script = in_turn(answer(200, data))
        with (
            ScriptedServer(script) as server,
            client_of(world, server.url) as client,
        ):
            outcome = client.verify(item).outcome
        assert outcome in {Outcome.FAILED, Outcome.UNKNOWN}


@pytest.mark.parametrize(
    "lie",
    [
        answer(200, b"not JSON"),
        answer(200, b"[]"),
        answer(207, b"{}"),
        results(),
        results(LOGGED, LOGGED),
        results("logged"),
        results(LOGGED),
        results({**LOGGED, "receipt": 1}),
        results({**LOGGED, "receipt": "c2sp.org/tlog-proof@v1\n"}),
        results({"outcome": "refused"}),
        results({"outcome": "refused", "status": 409, "problem": {
            "code": "PRV-9023", "heads": {"x": 1}}}),
        results({"outcome": "refused", "status": 409, "problem": {
            "code": "PRV-9023", "heads": {"x": {"count": 1, "link": "g"}}}}),
        answer(200, b"[" * 100_000),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_malformed_and_not_asked_for_again(
    world: LedgerWorld, lie: bytes
) -> None:
    with (
        ScriptedServer(in_turn(lie)) as server,
        client_of(world, server.url) as client,
    ):
        with pytest.raises(MalformedError):
            client.submit([made(world)])
        assert len(server.asked) == 1


def test_texts_that_are_none_are_malformed(world: LedgerWorld) -> None:
    script = in_turn(answer(200, b"\xff"))
    with ScriptedServer(script) as server, client_of(world, server.url) as c:
        for ask in (c.checkpoint, c.trust_text):
            with pytest.raises(MalformedError):
                ask()
        with pytest.raises(MalformedError):
            c.receipt(made(world).entry)


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"events": {}},
        {"events": [1]},
        {"events": [], "next_page_token": "for ever"},
        {"events": [{}], "next_page_token": 1},
        {"events": [{}], "next_page_token": False},
    ],
)
def test_a_page_that_is_none_is_malformed(
    world: LedgerWorld, page: dict[str, object]
) -> None:
    script = in_turn(answer(200, json.dumps(page).encode()))
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url) as client,
    ):
        with pytest.raises(MalformedError):
            list(client.events({}))
        assert len(server.asked) == 1


# Refusals.


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "PRV-9010", MalformedError),
        (400, "", MalformedError),
        (403, "", RejectedError),
        (404, "PRV-9004", NotFoundError),
        (409, "", ConflictError),
        (422, "PRV-9999", RejectedError),
        (413, "PRV-9103", RejectedError),
        (500, "PRV-9002", UnreachableError),
    ],
)
def test_a_refusal_is_not_asked_for_again(
    world: LedgerWorld, status: int, code: str, kind: type[Exception]
) -> None:
    waits = Waits()
    body = problem(status, code, do="this", instance="urn:request:7")
    with (
        ScriptedServer(in_turn(answer(status, body))) as server,
        client_of(world, server.url, waits=waits) as client,
    ):
        with pytest.raises(kind) as found:
            client.bundle(can(1))
        assert len(server.asked) == 1

    assert not waits.slept
    said = problem_behind(found.value)
    assert said is not None
    assert (said.status, said.code, said.detail) == (status, code, "so it is")
    assert (said.advice, said.request) == ("this", "urn:request:7")
    assert problem_behind(ValueError()) is None


def test_a_proxys_page_is_a_refusal_too(world: LedgerWorld) -> None:
    page = answer(403, b"<html>\x1b[2J", media_type="text/html")
    with (
        ScriptedServer(in_turn(page)) as server,
        client_of(world, server.url) as client,
        pytest.raises(RejectedError, match="HTTP 403"),
    ):
        client.trail(can(1))


def test_what_a_node_says_obeys_no_terminal(world: LedgerWorld) -> None:
    body = problem(403, "PRV-9020", detail="\x1b]0;owned\x07" + "x" * 5_000)
    with (
        ScriptedServer(in_turn(answer(403, body))) as server,
        client_of(world, server.url) as client,
        pytest.raises(RejectedError) as found,
    ):
        client.trail(can(1))

    assert str(found.value).isprintable()
    assert len(str(found.value)) < 1_200


def test_a_log_that_stopped_so_as_not_to_fork_is_not_asked_again(
    world: LedgerWorld,
) -> None:
    body = problem(503, "PRV-9040", retryable=False)
    with (
        ScriptedServer(in_turn(answer(503, body))) as server,
        client_of(world, server.url) as client,
    ):
        with pytest.raises(ForkError):
            client.submit([made(world)])
        assert len(server.asked) == 1


def test_a_broken_link_without_heads_has_none(world: LedgerWorld) -> None:
    heads = {"a": None, "b": {"count": 2, "link": "ab" * 32}}
    rows = [
        {"status": 409, "outcome": "refused", "problem": said}
        for said in (
            {"code": "PRV-9023"},
            {"code": "PRV-9023", "heads": heads},
        )
    ]
    with (
        ScriptedServer(in_turn(results(*rows))) as server,
        client_of(world, server.url) as client,
    ):
        bare, told = client.submit([made(world), made(world)])

    assert isinstance(bare, BrokenLinkError)
    assert isinstance(told, BrokenLinkError)
    assert bare.heads == {}
    assert told.heads == {"a": None, "b": (2, b"\xab" * 32)}


@pytest.mark.parametrize(
    "heads", [{"x": 1}, {"x": {"count": 1, "link": "g"}}, 7, [None]]
)
def test_a_refusal_with_heads_that_are_none_is_a_refusal_still(
    heads: object,
) -> None:
    body = {"code": "PRV-9023", "detail": "it moved on", "heads": heads}
    said, error = parse_problem(409, json.dumps(body).encode())
    assert isinstance(error, BrokenLinkError)
    assert error.heads == {}
    assert said.detail == "it moved on"


# Asking again.


def test_a_busy_node_is_asked_again_after_the_time_it_names(
    world: LedgerWorld, node: NodeProcess
) -> None:
    waits = Waits()
    script = busy_once(node, answer(429, problem(429, "PRV-9106"),
                                    retry_after="7"))  # fmt: skip
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url, waits=waits) as client,
    ):
        (receipt,) = client.submit([made(world)])
        assert len(server.asked) == 2
        assert server.asked[0].body == server.asked[1].body

    assert isinstance(receipt, Receipt)
    # What it named, and half a second that chance could have picked.
    assert waits.slept == [7.5]


def busy_once(node: NodeProcess, first: bytes | Iterable[bytes]) -> Script:
    left = [first]

    def script(asked: Asked) -> bytes | Iterable[bytes]:
        return left.pop() if left else relay(node, asked)

    return script


def test_without_another_attempt_a_busy_node_is_an_error(
    world: LedgerWorld, node: NodeProcess
) -> None:
    script = busy_once(node, answer(429, problem(429, "PRV-9106")))
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url, attempts=1) as client,
        pytest.raises(UnreachableError, match="so it is") as found,
    ):
        client.submit([made(world)])

    assert isinstance(found.value.__cause__, AnsweredError)


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_waits_grow_and_attempts_end(world: LedgerWorld, status: int) -> None:
    waits = Waits()
    with (
        ScriptedServer(in_turn(answer(status))) as server,
        client_of(world, server.url, waits=waits, attempts=9) as client,
    ):
        with pytest.raises(UnreachableError, match="in 9 attempts"):
            client.checkpoint()
        assert len(server.asked) == 9

    assert waits.slept == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_fault_that_the_node_calls_passing_is_asked_again(
    world: LedgerWorld, node: NodeProcess
) -> None:
    script = busy_once(
        node, answer(500, problem(500, "PRV-9002", retryable=True))
    )
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url) as client,
    ):
        (receipt,) = client.submit([made(world)])
    assert isinstance(receipt, Receipt)


def test_a_wait_beyond_the_deadline_is_not_begun(world: LedgerWorld) -> None:
    waits = Waits()
    for after in ("3600", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"):
        busy = answer(503, retry_after=after)
        with (
            ScriptedServer(in_turn(busy)) as server,
            client_of(world, server.url, waits=waits) as client,
            pytest.raises(UnreachableError, match="in 1 attempts"),
        ):
            client.checkpoint()
    assert not waits.slept


def test_whoever_gives_up_does_not_wait_for_what_was_to_be_asked_again(
    world: LedgerWorld,
) -> None:
    """One request fails for good while another waits for an hour."""
    first, second = made(world), made(world)

    def script(asked: Asked) -> bytes:
        if second.entry in asked.body:
            return answer(503, retry_after="3600")
        # Not before the other one waits, too.
        wait_until(lambda: len(server.asked) == 2, "both were asked for")
        return answer(400)

    retries = Retries(deadline_seconds=7_200.0)
    with (
        ScriptedServer(script) as server,
        Client(server.url, trust=world.trust, retries=retries) as client,
        pytest.raises(MalformedError),
    ):
        list(client.submit_many([first, second], batch=1, in_flight=2))


def test_after_a_failure_no_more_is_sent(world: LedgerWorld) -> None:
    statements = [made(world) for _ in range(9)]
    with (
        ScriptedServer(in_turn(answer(400))) as server,
        client_of(world, server.url) as client,
    ):
        with pytest.raises(MalformedError):
            list(client.submit_many(statements, batch=1))
        assert len(server.asked) == 1


def test_a_node_that_is_not_there_is_unreachable(world: LedgerWorld) -> None:
    waits = Waits()
    with (
        hold_port() as held,
        client_of(
            world, f"http://127.0.0.1:{port_of(held)}", waits=waits
        ) as client,
        pytest.raises(UnreachableError, match="ConnectError"),
    ):
        client.trust_text()
    assert len(waits.slept) == 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("3", 3),
        (" 120 ", 120),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("٣", 0),
        ("Mon, 02 Feb 2026 02:41:00 GMT", 60),
        ("Mon, 02 Feb 2026 02:39:00 GMT", 0),
        ("9" * 4_400, 999_999_999),
        ("Mon, 02 Feb 2026 02:41:00 +" + "9" * 20, 0),
        ("Mon, 02 Feb " + "9" * 20 + " 02:41:00 GMT", 0),
        ("Mon, 02 Feb " + "9" * 4_400 + " 02:41:00 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    text: str | None, seconds: float
) -> None:
    # 2026-02-02T02:40:00Z
    assert parse_retry_after(text, now=1_770_000_000_000) == seconds


# Cut off, endless, elsewhere.


def halves(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]


@pytest.mark.parametrize("cut", [b"", b"HTTP/1.1 20", None])
def test_an_answer_that_is_cut_off_is_asked_for_again(
    world: LedgerWorld, node: NodeProcess, cut: bytes | None
) -> None:
    """The statement is logged by then; the answer alone is lost."""
    statement = made(world)
    left = [cut]

    def script(asked: Asked) -> bytes | Iterable[bytes]:
        whole = relay(node, asked)
        if left:
            part = left.pop()
            return halves(whole) if part is None else part
        return whole

    with (
        ScriptedServer(script) as server,
        client_of(world, server.url) as client,
    ):
        (receipt,) = client.submit([statement])
        assert len(server.asked) == 2
    with client_of(world, node.url) as client:
        assert client.submit([statement]) == [receipt]

    # Control: whoever asks once does not learn that it was logged.
    left.append(cut)
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url, attempts=1) as client,
        pytest.raises(UnreachableError, match="RemoteProtocolError"),
    ):
        client.submit([statement])


def endless(head: bytes, part: bytes) -> Iterator[bytes]:
    yield head
    while True:
        yield part


CHUNKED = (
    b"HTTP/1.1 %d OK\r\ncontent-type: application/json\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


@pytest.mark.parametrize("status", [200, 207, 400, 503])
def test_an_endless_body_is_cut(world: LedgerWorld, status: int) -> None:
    part = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    script = in_turn(endless(CHUNKED % status, part))
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url) as client,
        pytest.raises(MalformedError, match="has more than"),
    ):
        client.submit([made(world)])


def test_a_body_that_drips_for_ever_is_given_up(world: LedgerWorld) -> None:
    waits = Waits()

    def drip() -> Iterator[bytes]:
        yield CHUNKED % 200
        while True:
            waits.slept.append(50.0)  # so long it took
            yield b"1\r\n \r\n"

    with (
        ScriptedServer(lambda _: drip()) as server,
        client_of(world, server.url, waits=waits) as client,
        pytest.raises(UnreachableError, match="not there in time"),
    ):
        client.trust_text()


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (b"HTTP/1.1 200 OK\r\nx: ", b"y"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["a header", "interim answers"],
)
def test_a_head_that_drips_for_ever_is_given_up(
    world: LedgerWorld, head: bytes, part: bytes
) -> None:
    waits = Waits()

    def drip() -> Iterator[bytes]:
        yield head
        # It ends for the sake of a client that would listen for ever.
        for _ in range(20_000):
            waits.slept.append(1.0)  # so long it took
            yield part

    with (
        ScriptedServer(lambda _: drip()) as server,
        client_of(world, server.url, waits=waits) as client,
        pytest.raises(UnreachableError, match="not there in time"),
    ):
        client.trust_text()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    world: LedgerWorld, node: NodeProcess, status: int
) -> None:
    with ScriptedServer(lambda asked: relay(node, asked)) as elsewhere:
        away = answer(status, location=f"{elsewhere.url}/v1/statements")
        with (
            ScriptedServer(in_turn(away)) as server,
            client_of(world, server.url) as client,
            pytest.raises(MalformedError, match="redirect"),
        ):
            client.submit([made(world)])
        assert not elsewhere.asked


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_an_answer_that_would_unpack_to_much_more_costs_no_more(
    world: LedgerWorld, coding: str
) -> None:
    (bomb,) = (
        form for name, form in pack_once(bytes(2**26)).items() if name == coding
    )
    assert len(bomb) < 2**20
    said = answer(200, bomb, content_encoding=coding)
    with (
        ScriptedServer(in_turn(said)) as server,
        client_of(world, server.url) as client,
    ):
        with pytest.raises(MalformedError, match="unpacks to more than"):
            client.checkpoint()
        assert server.asked[0].headers["accept-encoding"] == "zstd, gzip"


def test_what_was_not_asked_for_is_not_unpacked(world: LedgerWorld) -> None:
    for coding in ("br", "deflate", "gzip, gzip"):
        odd = answer(200, b"\x1f\x8b", content_encoding=coding)
        with (
            ScriptedServer(in_turn(odd)) as server,
            client_of(world, server.url) as client,
            pytest.raises(MalformedError, match="which was not asked for"),
        ):
            client.checkpoint()


def test_nothing_that_lies_around_changes_whom_is_asked_and_believed(
    world: LedgerWorld,
    node: NodeProcess,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(lambda asked: relay(node, asked)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        with client_of(world, server.url) as client:
            client.checkpoint()
        assert "authorization" not in server.asked[0].headers


# Batches.


def batches_of(
    statements: Sequence[Submission], *, most: int, most_bytes: int
) -> list[Batch]:
    groups = Drawn(statements, limits_of(batch=most, batch_bytes=most_bytes))
    return list(iter(groups.take, None))


def test_batches_are_bounded_by_count_and_bytes(world: LedgerWorld) -> None:
    statements = [made(world) for _ in range(10)]
    one = len(statements[0].to_bytes())

    by_count = [
        len(b) for b in batches_of(statements, most=4, most_bytes=2**30)
    ]
    by_bytes = list(batches_of(statements, most=99, most_bytes=3 * one + 100))
    single = list(batches_of(statements, most=99, most_bytes=1))

    assert by_count == [4, 4, 2]
    assert [s for batch in by_bytes for s in batch] == statements
    for batch in by_bytes:
        assert sum(len(s.to_bytes()) for s in batch) <= 3 * one + 100
    assert len(by_bytes) > 1
    assert [len(batch) for batch in single] == [1] * 10
    assert list(batches_of([], most=1, most_bytes=1)) == []


def test_a_body_is_an_array_of_the_very_bytes(
    world: LedgerWorld, node: NodeProcess
) -> None:
    statements = [made(world) for _ in range(17)]
    with ScriptedServer(lambda asked: relay(node, asked)) as server:
        with client_of(world, server.url) as client:
            client.submit(statements)
        body = server.asked[0].body

    rows = msgpack.unpackb(body)
    assert [parse_submission(msgpack.packb(row)) for row in rows] == statements


def test_the_proof_of_another_ledger_is_not_believed(
    world: LedgerWorld, node: NodeProcess
) -> None:
    statement = world.sign(
        PRODUCER, world.made(can(7)), origin="ledger.example/other"
    )
    with client_of(world, node.url) as client:
        (receipt,) = client.submit([made(world)])
        (refused,) = client.submit([statement])
    assert isinstance(receipt, Receipt)
    assert isinstance(refused, RejectedError)
    script = in_turn(results({**LOGGED, "receipt": receipt.text}))
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url) as client,
        pytest.raises(VerificationError, match="signed for the ledger"),
    ):
        client.submit([statement])
