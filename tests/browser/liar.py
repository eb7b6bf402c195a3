"""A server in front of a node, honest until it is told to lie.

It stands where whoever runs the node stands: it sees every request and makes
every answer. What it passed on, byte for byte, is counted.
"""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.support.waiting import PATIENCE_SECONDS

BUNDLES = r"/v1/items/[^/]+/bundle"
ITEMS = r"/v1/items/"
TRUST = r"/v1/trust"
EVERYTHING = r"/"

_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way.

    Attributes:
        status: Its status.
        headers: Its headers, but for those about its length.
        body: Its bytes, or where they come from, one piece after the other.
        length: What it says that its length is; None for what it is, or for
            one that is not known before its end.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | Iterator[bytes]
    length: int | None = None

    @property
    def type(self) -> str:
        return dict(self.headers).get("content-type", "")

    def whole(self) -> bytes:
        assert isinstance(self.body, bytes)
        return self.body

    def carrying(self, body: bytes | Iterator[bytes]) -> "Answer":
        """Return it with another body, and no tag that names the old one."""
        headers = tuple(h for h in self.headers if h[0] != "etag")
        return replace(self, headers=headers, body=body)


Lie = Callable[[Answer], Answer]


@dataclass(frozen=True, slots=True)
class Passed:
    """One answer that was given.

    Attributes:
        path: What was asked for.
        status: Its status; 0 where the node gave none.
        type: Its media type.
        size: How many bytes of body were sent.
        is_compressed: Whether they were compressed.
        is_whole: Whether the client took all of it.
    """

    path: str
    status: int
    type: str
    size: int
    is_compressed: bool
    is_whole: bool


@dataclass
class Liar:
    """The server; use it in a with-statement.

    Attributes:
        upstream: The port of the node, on this machine.
    """

    upstream: int
    _passed: list[Passed] = field(default_factory=list)
    _lies: list[tuple[str, Lie]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.closing = threading.Event()
        self._begun = 0
        self._ended = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def passed(self) -> list[Passed]:
        """What it answered so far.

        A client has its answer a moment before it is noted here, so what is
        under way is waited for.
        """
        with self._ended:
            is_done = self._ended.wait_for(
                lambda: len(self._passed) == self._begun, PATIENCE_SECONDS
            )
            assert is_done, "an answer is under way that does not end"
            return list(self._passed)

    def begin(self) -> None:
        """Note that an answer is under way."""
        with self._ended:
            self._begun += 1

    def note(self, passed: Passed) -> None:
        """Note what became of an answer that was under way."""
        with self._ended:
            self._passed.append(passed)
            self._ended.notify_all()

    def lie(self, about: str, how: Lie) -> None:
        """From now on change the answers about the paths that start so."""
        self._lies.append((about, how))

    def tell_the_truth(self) -> None:
        self._lies.clear()

    def stop(self) -> None:
        """Answer nobody any more, and let nobody wait."""
        if not self.closing.is_set():
            self.closing.set()
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
            self._thread.join()

    # What it does with one request.

    def answer(self, method: str, path: str, headers: Any) -> Answer:
        """Return what the node says, or what a lie makes of it."""
        ways = [how for about, how in self._lies if re.match(about, path)]
        onward = HTTPConnection(
            "127.0.0.1", self.upstream, timeout=PATIENCE_SECONDS
        )
        try:
            sent = {
                k: v for k, v in headers.items() if k.lower() not in _ONE_HOP
            }
            if ways:
                # What is changed is read, so nothing may be packed or spared.
                for name in list(sent):
                    if name.lower() in {"accept-encoding", "if-none-match"}:
                        del sent[name]
            onward.request(method, path, headers=sent)
            said = onward.getresponse()
            answer = Answer(
                said.status,
                tuple(
                    (name.lower(), value)
                    for name, value in said.getheaders()
                    if name.lower() not in _ONE_HOP
                ),
                said.read(),
            )
        finally:
            onward.close()
        for how in ways:
            answer = how(answer)
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every connection, those that wait for nothing included."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""
        del request, client_address


def _handler(liar: Liar) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if liar.closing.is_set():
                self.close_connection = True
                return
            liar.begin()
            status, kind, size = 0, "", 0
            is_compressed = is_whole = False
            try:
                answer = liar.answer(self.command, self.path, self.headers)
                status, kind = answer.status, answer.type
                is_compressed = "content-encoding" in dict(answer.headers)
                for piece in self._start(answer):
                    self.wfile.write(piece)
                    size += len(piece)
                is_whole = True
            except OSError:
                self.close_connection = True
            finally:
                liar.note(
                    Passed(
                        self.path, status, kind, size, is_compressed, is_whole
                    )
                )

        do_HEAD = do_GET  # noqa: N815  # the server's name for it

        def _start(self, answer: Answer) -> Iterator[bytes]:
            """Send the head; return the pieces of the body."""
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            body = answer.body
            if isinstance(body, bytes):
                pieces = iter([body] if self.command == "GET" else [])
                length: int | None = len(body)
                if answer.length is not None:
                    length = answer.length
                    self.close_connection = True
            else:
                pieces, length = body, answer.length
            if length is None:
                # Ended by the end of the connection (RFC 9112, 6.3).
                self.send_header("connection", "close")
                self.close_connection = True
            elif answer.status != 304:
                self.send_header("content-length", str(length))
            self.end_headers()
            return pieces

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    return Handler


# Lies.


def changing(change: Callable[[bytes], bytes]) -> Lie:
    """Return the lie that changes what is sent."""
    return lambda answer: answer.carrying(change(answer.whole()))


def saying(body: bytes) -> Lie:
    """Return the lie that sends *body* in the place of what was asked for."""
    return changing(lambda _: body)


def failing(status: int) -> Lie:
    """Return the answer of a node that is not well."""
    return lambda _: Answer(
        status, (("content-type", "text/plain"),), b"not today"
    )


def pouring(piece: bytes, *, length: int | None = None) -> Lie:
    """Return the lie that never stops sending, whatever length it says."""

    def forever() -> Iterator[bytes]:
        while True:
            yield piece

    return lambda answer: replace(answer.carrying(forever()), length=length)


def hanging(liar: Liar, *, after: bytes = b"") -> Lie:
    """Return the lie that begins to answer, and then says nothing more."""

    def pieces(whole: bytes) -> Iterator[bytes]:
        yield after
        liar.closing.wait(PATIENCE_SECONDS)
        yield whole

    return lambda answer: answer.carrying(pieces(answer.whole()))
