"""A real node under attack: real sockets, a real process, real signals."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgpack
import pytest

from provenance.claims.statement import Submission
from provenance.folder import audit_folder
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.node_world import (
    ROOT,
    NodeProcess,
    array_of,
    grow,
    new_world,
    quoted,
)
from tests.support.waiting import PATIENCE_SECONDS, read_line, wait_until

MOST_MEMORY = 300 * 2**20


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    world = new_world(tmp_path_factory.mktemp("attacks"))
    grow(world, 20)
    return world


@pytest.fixture(scope="module")
def node(world: LedgerWorld) -> Iterator[NodeProcess]:
    with NodeProcess(
        world.folder,
        keep_alive_seconds=1,
        write_burst=100_000,
        read_burst=100_000,
    ) as node:
        yield node


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    """Give a node that soon cuts off who is slow."""
    world = new_world(tmp_path_factory.mktemp("strict"))
    grow(world, 20)
    with NodeProcess(
        world.folder,
        header_seconds=3,
        body_seconds=3,
        keep_alive_seconds=1,
        send_seconds=1,
        read_burst=100_000,
    ) as node:
        yield node


def get(node: NodeProcess, path: str) -> bytes:
    with urlopen(node.url + path, timeout=PATIENCE_SECONDS) as answer:
        body: bytes = answer.read()
        return body


def post(
    node: NodeProcess, body: bytes, kind: str = "msgpack"
) -> tuple[int, dict[str, object]]:
    request = Request(
        f"{node.url}/v1/statements",
        body,
        {"content-type": f"application/{kind}"},
    )
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@contextlib.contextmanager
def is_cheap_for(node: NodeProcess) -> Iterator[None]:
    """Check that what happens inside takes the node no time to speak of."""
    before = node.processor_seconds
    yield
    assert node.processor_seconds - before < 5


def is_honest(node: NodeProcess) -> None:
    """Check that an honest request is answered, and that all is in bounds."""
    with is_cheap_for(node):
        assert get(node, f"/v1/items/{quoted(can(1))}/bundle")
        assert get(node, "/log/checkpoint")
    assert node.own_memory < MOST_MEMORY, node.own_memory
    assert node.memory < 2 * MOST_MEMORY


def answer_of(connection: socket.socket) -> bytes:
    """Return all that comes until the node closes the connection."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def push(
    connection: socket.socket, data: Callable[[], bytes], most: int
) -> int:
    """Send up to *most* bytes, or until the node has enough."""
    sent = 0
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while sent < most:
            if select.select([connection], [], [], 0)[0]:
                break
            sent += connection.send(data())
    return sent


def test_a_body_of_a_gibibyte_is_refused_by_its_length(
    node: NodeProcess,
) -> None:
    with node.connect() as connection:
        connection.sendall(
            b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
            b"content-type: application/msgpack\r\n"
            b"content-length: 1073741824\r\n\r\n"
        )
        answer = answer_of(connection)
    assert status_of(answer) == 413
    assert b"PRV-9103" in answer
    is_honest(node)


@pytest.mark.parametrize("length", [None, 2**30])
def test_a_gibibyte_that_just_comes_is_cut_off(
    node: NodeProcess, length: int | None
) -> None:
    chunk = bytes(65_536)
    framed = b"10000\r\n" + chunk + b"\r\n" if length is None else chunk
    size = (
        b"transfer-encoding: chunked"
        if length is None
        else b"content-length: %d" % length
    )
    with node.connect() as connection:
        connection.sendall(
            b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
            b"content-type: application/msgpack\r\n" + size + b"\r\n\r\n"
        )
        # Not `send`: a frame that is cut in two would be another attack.
        sent = 0
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while sent < 2**30:
                if select.select([connection], [], [], 0)[0]:
                    break
                connection.sendall(framed)
                sent += len(framed)
        answer = answer_of(connection)
    assert sent < 2**26
    # It may be gone before it was read: the client was still sending.
    assert answer == b"" or status_of(answer) == 413
    is_honest(node)


@pytest.mark.parametrize(
    "body",
    [
        b"\x91" * 100_000,
        b"\x81\xa1a" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\x93\xb8provenance/submission/v2" + b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff" * 1000,
        b"\xdf\xff\xff\xff\xff" * 1000,
        b"\x93\xb8provenance/submission/v2\xc6\xff\xff\xff\xff",
        bytes(8 * 2**20),
        msgpack.packb([b"x"] * 900),
        msgpack.packb([["provenance/submission/v2", b"", [b""] * 65_536]]),
    ],
    ids=range(11),
)
@pytest.mark.parametrize("kind", ["msgpack", "json"])
def test_a_body_made_to_be_dear_is_cheap(
    node: NodeProcess, body: bytes, kind: str
) -> None:
    with is_cheap_for(node):
        status, said = post(node, body, kind)
    if status == 207:
        results = said["results"]
        assert isinstance(results, list)
        assert {result["status"] for result in results} == {400}
    else:
        assert status in {400, 413, 415}
    is_honest(node)


ROOM = 8 * 2**20 - 1_000
"""Bytes that a request has for one event."""

EVENT = b"\x93\x91\x92\x03\x01"
"""How an event with one item begins, up to its pointers."""


def array_32(count: int, value: bytes = b"\x90") -> bytes:
    return b"\xdd" + count.to_bytes(4, "big") + value * count


def leaf_of(data: bytes) -> bytes:
    return b"\xc6" + len(data).to_bytes(4, "big") + data


def body_of(count: int) -> bytes:
    start = b"\x92\xa4body\x82\xa1a" + array_32(count)
    return leaf_of(start + b"\xa4type\xabObjectEvent")


EMPTY_ARRAYS = {
    "an event": lambda: array_32(ROOM),
    "its counts": lambda: b"\x93" + array_32(ROOM),
    "its pointers": lambda: EVENT + array_32(ROOM),
    "its leaves": lambda: EVENT + b"\x90" + array_32(ROOM),
    "its body": lambda: EVENT + b"\x90\x92" + body_of(ROOM - 99) + b"\xc4\x00",
    "a withheld leaf": lambda: EVENT + b"\x90\x92" + array_32(ROOM - 99),
}


@pytest.mark.parametrize("made", EMPTY_ARRAYS.values(), ids=EMPTY_ARRAYS)
def test_8_mib_of_empty_arrays_in_an_event_cost_no_memory(
    node: NodeProcess, world: LedgerWorld, made: Callable[[], bytes]
) -> None:
    # By an actor who may speak, under a signature that is good.
    whole = world.sign(PRODUCER, world.made(can(1)))
    data = Submission(whole.entry, (made(),)).to_bytes()
    assert len(data) > 8 * 2**20 - 2_000
    answers: list[int] = []
    with is_cheap_for(node):
        grown = node.peak_of(lambda: answers.append(post(node, data)[0]))
    assert answers == [400]
    # The request, a few times, here and in the process that checks.
    assert grown < 12 * len(data), grown
    is_honest(node)


def test_a_thousand_pieces_of_empty_arrays_cost_no_time(
    node: NodeProcess, world: LedgerWorld
) -> None:
    whole = world.sign(PRODUCER, world.made(can(1)))
    junk = array_32(7_900)
    entry = b"\xc5" + len(junk).to_bytes(2, "big") + junk
    head = b"\x93\xb8provenance/submission/v2"
    pieces = {
        "no submissions": junk,
        "junk entries": head + entry + b"\x90",
        "junk events": Submission(whole.entry, (junk,)).to_bytes(),
    }
    for name, piece in pieces.items():
        before = node.processor_seconds
        status, said = post(node, b"\xdc\x03\xe8" + piece * 1_000)
        assert status == 207, name
        results = said["results"]
        assert isinstance(results, list)
        assert {result["status"] for result in results} == {400}, name
        assert node.processor_seconds - before < 2, name
    is_honest(node)


@pytest.mark.parametrize(
    ("flood", "status"),
    [
        (lambda: b"x: y\r\n" * 1000, 431),
        (lambda: b"x-%d: y\r\n" % time.perf_counter_ns(), 431),
        (lambda: b"x: " + b"y" * 65_536, 431),
        (lambda: b"y" * 65_536, 431),
    ],
    ids=["many at once", "one by one", "one that is long", "no end"],
)
def test_a_flood_of_headers_is_cut_off(
    node: NodeProcess, flood: Callable[[], bytes], status: int
) -> None:
    with node.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        sent = push(connection, flood, 2**26)
        answer = answer_of(connection)
    assert sent < 2**24
    assert answer == b"" or status_of(answer) == status
    is_honest(node)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/epcis/events", "epcisException:URITooLongException"),
        ("/epcis/queries/x/events", "epcisException:URITooLongException"),
        ("/v1/events", "/problems/PRV-9116"),
        ("/epcisevents", "/problems/PRV-9116"),
    ],
)
def test_a_query_that_is_too_long_is_told_in_the_words_of_its_standard(
    node: NodeProcess, path: str, said: str
) -> None:
    address = f"{path}?EQ_bizStep={'x' * 17_000}"
    with node.client() as client:
        answer = client.get(address)
    assert answer.status_code == 414
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == said
    assert answer.json()["code"] == "PRV-9116"


@pytest.mark.parametrize(
    "line",
    [b"GET /" + b"a" * 20_000, b"GET /?" + b"a" * 2**20 + b" HTTP/1.1\r\n\r\n"],
    ids=["without an end", "whole"],
)
def test_an_address_that_is_too_long_is_414(
    node: NodeProcess, line: bytes
) -> None:
    with node.connect() as connection:
        with contextlib.suppress(OSError):
            connection.sendall(line)
        answer = answer_of(connection)
    # Who goes on to send when the answer is there may miss it.
    assert answer == b"" or status_of(answer) == 414
    assert answer == b"" or b'"PRV-9116"' in answer
    assert answer or len(line) > 2**16
    is_honest(node)


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET " + b"/a" * 40_000 + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        (
            b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
            b"content-length: 1\r\ncontent-length: 2\r\n\r\n"
        ),
        (
            b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
            b"content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"
        ),
        (
            b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
            b"transfer-encoding: chunked\r\n\r\nzz\r\n"
        ),
    ],
    ids=["long", "tls", "connect", "bytes", "lengths", "smuggled", "chunk"],
)
def test_what_is_no_request_is_answered_as_such(
    node: NodeProcess, request_line: bytes
) -> None:
    with node.connect() as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request_line)
        answer = answer_of(connection)
    assert answer == b"" or status_of(answer) in {400, 404, 408, 414}, answer
    assert b"Traceback" not in answer
    is_honest(node)


@pytest.mark.parametrize("hosts", [b"", b"host: x\r\nHOST: y\r\n"])
def test_a_request_for_no_host_or_for_two_is_refused(
    node: NodeProcess, hosts: bytes
) -> None:
    with node.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n" + hosts + b"\r\n")
        assert status_of(answer_of(connection)) == 400
    is_honest(node)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.0\r\n", 200),
        (b"POST /v1/statements HTTP/1.0\r\ncontent-length: 0\r\n", 415),
        (b"POST /v1/statements HTTP/1.0\r\n", 400),
        (
            b"POST /v1/statements HTTP/1.0\r\ntransfer-encoding: chunked\r\n",
            400,
        ),
    ],
    ids=["read", "control", "no length", "chunked"],
)
def test_a_post_of_http_1_0_says_how_long_it_is(
    node: NodeProcess, head: bytes, status: int
) -> None:
    with node.connect() as connection:
        connection.sendall(head + b"\r\n")
        assert status_of(answer_of(connection)) == status
    is_honest(node)


def silent(connection: socket.socket) -> None:
    """Say nothing."""
    del connection


def half_a_head(connection: socket.socket) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow:")


def half_a_body(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
        b"content-length: 8000000\r\n\r\n" + bytes(1000)
    )


def blank_lines(connection: socket.socket) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    connection.recv(65_536)
    connection.sendall(b"\r\n")


@pytest.mark.parametrize(
    "attack", [silent, half_a_head, half_a_body, blank_lines]
)
def test_300_slow_connections_are_cut_and_others_answered_meanwhile(
    strict: NodeProcess, attack: Callable[[socket.socket], None]
) -> None:
    with contextlib.ExitStack() as open_ones:
        slow = [open_ones.enter_context(strict.connect()) for _ in range(300)]
        for connection in slow:
            # It may have been cut while others were still being opened.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                attack(connection)
        is_honest(strict)
        for connection in slow:
            # Every one of them ends, by the node's doing.
            answer_of(connection)
        is_honest(strict)


@pytest.mark.parametrize("piece", [b"x: y\r\n", b"x"], ids=["lines", "a line"])
def test_who_trickles_a_head_is_cut_all_the_same(
    strict: NodeProcess, piece: bytes
) -> None:
    sent = 0
    with strict.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while not select.select([connection], [], [], 0.05)[0]:
                connection.sendall(piece)
                sent += 1
                assert sent < 600, "it may go on for half a minute"
        answer_of(connection)


def test_who_does_not_read_is_cut(strict: NodeProcess) -> None:
    ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n" * 100
    with contextlib.ExitStack() as open_ones:
        for _ in range(5):
            connection = socket.socket()
            open_ones.enter_context(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(PATIENCE_SECONDS)
            connection.connect(("127.0.0.1", strict.port))
            # Asks, and never reads, until it is cut.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while True:
                    connection.sendall(ask)
            is_honest(strict)


def test_more_connections_than_there_is_room_for_are_turned_away(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    with (
        NodeProcess(world.folder, max_connections=5) as node,
        contextlib.ExitStack() as open_ones,
    ):
        for _ in range(5):
            open_ones.enter_context(node.connect())
        # The last was taken before this one, which comes after it.
        with node.connect() as connection:
            answer = answer_of(connection)
        assert status_of(answer) == 503
        assert b"retry-after: 1" in answer
        open_ones.close()


def test_head_and_what_is_sent_in_a_row_are_answered_in_order(
    node: NodeProcess,
) -> None:
    paths = ("/log/checkpoint", f"/v1/items/{quoted(can(1))}/bundle", "/docs")
    asked = b"".join(
        f"HEAD {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode() for path in paths
    )
    asked += b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    with node.connect() as connection:
        connection.sendall(asked)
        answer = answer_of(connection)
    *heads, last, body = answer.split(b"\r\n\r\n")
    assert [status_of(head) for head in (*heads, last)] == [200] * 4
    for head, path in zip(heads, paths, strict=True):
        assert b"content-length: %d\r\n" % len(get(node, path)) in head
    assert body == b'{"status": "alive"}'


# What it acknowledged, and how it ends.


def submissions(world: LedgerWorld, count: int) -> list[Submission]:
    return [world.sign(PRODUCER, world.made(can(n))) for n in range(count)]


def test_a_node_that_is_killed_has_lost_nothing_it_acknowledged(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    given = submissions(world, 4_000)
    indexes: dict[int, int] = {}
    for life in range(3):
        with NodeProcess(
            world.folder, write_burst=100_000, actor_burst=1_000_000
        ) as node:
            enough = threading.Event()
            goal = len(indexes) + 200

            def send(
                start: int,
                node: NodeProcess = node,
                goal: int = goal,
                enough: threading.Event = enough,
            ) -> None:
                for first in range(start, len(given), 40):
                    some = given[first : first + 10]
                    try:
                        status, said = post(node, array_of(*some))
                    except (OSError, ValueError, http.client.HTTPException):
                        return
                    if status != 207:
                        return
                    results = said["results"]
                    assert isinstance(results, list)
                    for number, result in enumerate(results, first):
                        index = result["log_index"]
                        # And the same as in an earlier life.
                        assert indexes.setdefault(number, index) == index
                    if len(indexes) >= goal:
                        enough.set()

            threads = [
                threading.Thread(target=send, args=(start,))
                for start in (0, 10, 20, 30)
            ]
            for thread in threads:
                thread.start()
            assert enough.wait(PATIENCE_SECONDS)
            node.kill_alone()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
        assert indexes, life
    assert len(set(indexes.values())) == len(indexes)
    with NodeProcess(world.folder, actor_burst=1_000_000) as node:
        for first in range(0, len(given), 1000):
            some = given[first : first + 1000]
            status, said = post(node, array_of(*some))
            assert status == 207
            results = said["results"]
            assert isinstance(results, list)
            for number, result in enumerate(results, first):
                if number in indexes:
                    assert result["status"] == 200
                    assert result["log_index"] == indexes[number]
        assert node.stop() == 0
    assert not audit_folder(world.folder).findings


def test_the_children_of_a_killed_node_end_too(world: LedgerWorld) -> None:
    del world
    with NodeProcess(None, "--demo") as node:
        # One that checks, one that proves, one that answers queries, one that
        # does what costs nothing.
        children = node.processes()[1:]
        assert len(children) == 4
        node.kill_alone()
        wait_until(
            lambda: not any(map(is_alive, children)), "its children have ended"
        )


def is_alive(pid: int) -> bool:
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(") ")[2][0] != "Z"


def test_told_to_end_it_answers_what_is_in_hand(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    given = submissions(world, 1000)
    body = array_of(*given)
    with NodeProcess(world.folder) as node:
        with node.connect() as connection:
            connection.sendall(
                b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
                b"content-type: application/msgpack\r\n"
                b"content-length: %d\r\nexpect: 100-continue\r\n\r\n"
                % len(body)
            )
            # It has begun to receive it, and has it in hand.
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
            node.ask_to_stop()
            connection.sendall(body)
            answer = answer_of(connection)
        assert status_of(answer) == 207
        assert answer.count(b'"outcome": "logged"') == 1000
        code, said = node.ended()
        assert (code, b"Traceback" in said) == (0, False), said
    audit = audit_folder(world.folder)
    assert not audit.findings


def test_told_to_end_it_ends_though_its_writer_never_does(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    (given,) = submissions(world, 1)
    folder = str(world.folder)
    command = [sys.executable, "-m", "tests.support.node_stuck", folder, "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            url = read_line(process).decode().strip()
            port = int(url.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as connection:
                body = given.to_bytes()
                connection.sendall(
                    b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
                    b"content-type: application/msgpack\r\n"
                    b"content-length: %d\r\n\r\n%s" % (len(body), body)
                )
                assert read_line(process) == b"stuck\n"
                process.send_signal(signal.SIGTERM)
                # The kernel ends it, when its own end took too long.
                assert process.wait(PATIENCE_SECONDS) == -signal.SIGALRM
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    # Nothing was acknowledged, and nothing is there.
    audit = audit_folder(world.folder)
    assert not audit.findings


def test_told_to_end_as_soon_as_it_is_announced_it_ends_gently(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.support.node_prompt_end",
            str(world.folder),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith(b"http://127.0.0.1:")


def test_one_command_serves_the_demo_and_prints_its_url() -> None:
    with NodeProcess(None, "--demo") as node:
        found = re.fullmatch(
            r"http://127\.0\.0\.1:[0-9]+(/01/[0-9]{14}/21/[0-9A-Z]+)",
            node.address,
        )
        assert found, node.address
        item = f"https://id.gs1.org{found[1]}"
        story = json.loads(get(node, f"/v1/items/{quoted(item)}/trail"))
        assert story["outcome"] == "VERIFIED"
        assert node.stop() == 0


def test_a_second_node_on_the_same_ledger_says_so(
    world: LedgerWorld, node: NodeProcess
) -> None:
    del node
    with pytest.raises(AssertionError, match="PRV-9050"):
        NodeProcess(world.folder)


def test_a_port_that_is_taken_is_an_error_and_no_traceback(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(AssertionError, match="PRV-9321") as caught:
            NodeProcess(world.folder, "--port", port)
    assert "Traceback" not in str(caught.value)
    assert f"127.0.0.1:{port} is in use" in str(caught.value)
    assert "choose another with --port or --host" in str(caught.value)
