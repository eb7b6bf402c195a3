"""Connections: who says nothing, or too much before the point, is cut.

The server itself waits for a request's headers as long as it takes. Here a
connection has its time for them, from its opening or from the first byte of
its next request; the lines and bytes before a body are counted as they come;
and who does not read what it is sent is cut when that does not get less.
"""

import asyncio
from typing import Any, NoReturn

from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)

from provenance.problems import Problem
from provenance.problems.table import (
    BAD_REQUEST,
    BUSY,
    HEAD_TOO_LARGE,
    TOO_SLOW,
    URI_TOO_LONG,
)
from provenance_node.epcis.exceptions import as_epcis
from provenance_node.listening import UNIX
from provenance_node.problems import MEDIA_TYPE, problem_bytes
from provenance_node.settings import Settings

_LEAST_READ = 16_384
"""Bytes that a client takes in the time it has for that, at least."""

_LENGTH, _CODING = b"content-length", b"transfer-encoding"

_PHRASES = {400: "Bad Request", 408: "Request Timeout", 414: "URI Too Long",
            431: "Too Large", 503: "Service Unavailable"}  # fmt: skip


class Connection(HttpToolsProtocol):
    """One connection, with its deadlines."""

    settings: Settings = Settings()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._reader_check: asyncio.TimerHandle | None = None
        self._unread = 0
        self._is_in_head = True
        self._head_bytes = 0
        self._named_bytes = 0
        self._head_lines = 0
        self._hosts = 0
        self._framing: set[bytes] = set()
        self._refusal: tuple[Problem, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the server has it
        """Begin to wait for a request, if there is room for one."""
        super().connection_made(transport)
        if self.client is None:
            # Over a socket in the file system, which only its owner reaches.
            self.client = (UNIX, 0)
        if len(self.connections) > self.settings.max_connections:
            self._refuse(BUSY, "too many connections are open")
            return
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was waited for."""
        self._stop_deadline()
        self._stop_reader_check()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.transport.is_closing():
            self._stop_deadline()
            return
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.settings.max_header_bytes:
                self._refuse(HEAD_TOO_LARGE, self._too_large())
            elif not self._is_answering():
                # Also for a blank line, which stopped the server's own
                # timer for an idle connection.
                self._start_deadline()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._is_in_head = True
        self._named_bytes = self._head_lines = self._hosts = 0
        self._framing.clear()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        self._named_bytes += len(url)
        super().on_url(url)
        most = self.settings.max_header_bytes
        if self._named_bytes > most:
            self._end_parsing(
                URI_TOO_LONG, f"an address has at most {most} bytes"
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header."""
        self._count(len(name) + len(value) + 4)
        lower = name.lower()
        self._hosts += lower == b"host"
        if lower in {_LENGTH, _CODING}:
            self._framing.add(lower)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the answer, to a request that names one host (RFC 9112, 3.2).

        What stands before the node may have read another of several.
        """
        if self.parser.get_http_version() == "1.1":
            if self._hosts != 1:
                self._end_parsing(
                    BAD_REQUEST, "a request names the host that it is for, once"
                )
        else:
            self._check_old_framing()
        self._is_in_head = False
        self._head_bytes = 0
        self._stop_deadline()
        super().on_headers_complete()

    def _check_old_framing(self) -> None:
        """Check that a request of HTTP/1.0 says how long its body is."""
        # It knows no interim answers (RFC 9110, 10.1.1).
        self.expect_100_continue = False
        if _CODING in self._framing:
            # Its end would be read elsewhere by who does not know it (RFC
            # 9112, 6.1).
            self._end_parsing(
                BAD_REQUEST, "there is no Transfer-Encoding in HTTP/1.0"
            )
        if self.parser.get_method() == b"POST" and not self._framing:
            # As RFC 1945 has it (7.2.2): else the body would end with the
            # connection, and what was cut off would be taken for whole.
            self._end_parsing(
                BAD_REQUEST, "a POST of HTTP/1.0 has a Content-Length"
            )

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        # Unless the head of the next one was there before.
        self._is_in_head = not self.pipeline
        self._head_bytes = 0
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to watch whether the client reads."""
        super().pause_writing()
        self._unread = self.transport.get_write_buffer_size()
        self._watch_reader()

    def resume_writing(self) -> None:
        """Stop watching: it has read."""
        self._stop_reader_check()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, or was refused while it was read."""
        kind, detail = self._refusal or (BAD_REQUEST, msg)
        self._refuse(kind, detail)

    def _count(self, size: int) -> None:
        self._head_lines += 1
        self._named_bytes += size
        settings = self.settings
        if (
            self._head_lines > settings.max_headers
            or self._named_bytes > settings.max_header_bytes
        ):
            self._end_parsing(HEAD_TOO_LARGE, self._too_large())

    def _end_parsing(self, kind: Problem, detail: str) -> NoReturn:
        """Refuse the request: the parser then calls `send_400_response`."""
        self._refusal = kind, detail
        raise ValueError(detail)

    def _too_large(self) -> str:
        return (
            f"a request has at most {self.settings.max_headers} headers and"
            f" {self.settings.max_header_bytes} bytes before its body"
        )

    def _refuse(self, kind: Problem, detail: str) -> None:
        members: dict[str, object] = {}
        if kind is URI_TOO_LONG:
            path = self.url.partition(b"?")[0].decode("latin-1")
            scope = {"method": "GET", "path": path}
            members = as_epcis(scope, kind, self.settings).members
        body = problem_bytes(kind, detail, more=members)
        phrase = _PHRASES[kind.status]
        head = (
            f"HTTP/1.1 {kind.status} {phrase}\r\n"
            f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n"
            + ("retry-after: 1\r\n" if kind is BUSY else "")
            + "\r\n"
        )
        # In the middle of an answer nothing else can be said.
        if not self._is_answering():
            self.transport.write(head.encode() + body)
        self.transport.close()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _start_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(
                self.settings.header_seconds, self._cut
            )

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._refuse(
                TOO_SLOW,
                "no request was there after"
                f" {self.settings.header_seconds:g} s",
            )

    def _watch_reader(self) -> None:
        self._stop_reader_check()
        self._reader_check = self.loop.call_later(
            self.settings.send_seconds, self._check_reader
        )

    def _stop_reader_check(self) -> None:
        if self._reader_check is not None:
            self._reader_check.cancel()
            self._reader_check = None

    def _check_reader(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left > self._unread - _LEAST_READ:
            self.transport.abort()
            return
        self._unread = left
        self._watch_reader()


def connection_class(settings: Settings) -> type[Connection]:
    """Return the class of connections that keep to *settings*."""
    return type("Connection", (Connection,), {"settings": settings})
