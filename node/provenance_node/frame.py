"""The frame around every answer: its id, its headers, its line in the journal.

Whatever goes wrong inside becomes a problem here, and nothing of the program
is told to a client. Reading is open to every web page (CORS `*`, without
credentials); writing only to those that the operator lists. HEAD is GET
without the body.
"""

import re
import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from provenance.errors import ProvenanceError
from provenance.problems import BUG_PROBLEM
from provenance_node.asgi import (
    App,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    header,
)
from provenance_node.epcis.exceptions import as_epcis
from provenance_node.journal import note, note_bug
from provenance_node.problems import (
    MEDIA_TYPE,
    RefusedError,
    kind_of,
    problem_bytes,
)
from provenance_node.settings import Settings

EXPOSED = (
    b"Allow, ETag, GS1-CBV-Max, GS1-CBV-Min, GS1-CBV-Version,"
    b" GS1-CBV-XML-Format, GS1-Capture-Error-Behaviour,"
    b" GS1-EPC-Format, GS1-EPCIS-Capture-File-Size-Limit,"
    b" GS1-EPCIS-Capture-Limit, GS1-EPCIS-Max, GS1-EPCIS-Min,"
    b" GS1-EPCIS-Version, GS1-Extensions, GS1-Vendor-Version, Link, Location,"
    b" RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Log-Size,"
    b" X-Request-ID"
)

ALLOWED = (
    b"Accept, Content-Encoding, Content-Type, GS1-CBV-Max, GS1-CBV-Min,"
    b" GS1-CBV-Version, GS1-CBV-XML-Format, GS1-Capture-Error-Behaviour,"
    b" GS1-EPC-Format, GS1-EPCIS-Max, GS1-EPCIS-Min, GS1-EPCIS-Version,"
    b" GS1-Extensions, If-None-Match, Prefer, traceparent, tracestate"
)

_READERS: Headers = (
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-allow-headers", ALLOWED),
)
_WRITERS: Headers = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, DELETE"),
    (b"access-control-allow-headers", ALLOWED + b", Authorization"),
)
"""What pages of listed origins may send: tokens, for reading as well."""

_SECURITY: Headers = (
    (
        b"content-security-policy",
        (
            b"default-src 'self'; object-src 'none'; base-uri 'none';"
            b" form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")

_TRACE = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})"
    rb"-[0-9a-f]{2}(-.*)?"
)
"""W3C Trace Context, 3.2.2: version, trace-id, parent-id, trace-flags. Of
version 00 nothing follows; of a later one something may."""

_WANTED = b"access-control-request-method"

_READS = frozenset(("GET", "HEAD", "OPTIONS"))

Answered = Callable[[int, str, float], None]
"""Told the status of each answer, its route, and the seconds it took."""


class Frame:
    """The outermost layer of the node's application."""

    def __init__(
        self, app: App, settings: Settings, answered: Answered
    ) -> None:
        self._app = app
        self._answered = answered
        self._settings = settings
        self._is_logged = settings.log_requests
        self._writers = {origin.encode() for origin in settings.write_origins}
        is_secure = settings.public_url.startswith("https://")
        self._security = (*_SECURITY, _HSTS) if is_secure else _SECURITY

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        method: str = scope["method"]
        answer = _Answer(
            send,
            added=(*self._security, *self._cors(scope)),
            has_body=method != "HEAD",
        )
        # A scope of our own: the server looks at its method once more, when
        # it leaves out the body of an answer to HEAD.
        scope = {
            **scope,
            "method": "GET" if method == "HEAD" else method,
            "provenance.request": answer.id,
        }
        try:
            if method == "OPTIONS" and header(scope, _WANTED):
                await _send(answer.send, 204, ())
            else:
                await self._run(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            self._answered(answer.status, _route_of(scope), seconds)
            if self._is_logged:
                note(
                    "request",
                    request=answer.id,
                    method=method if method.isalpha() else "?",
                    route=_route_of(scope),
                    status=answer.status,
                    bytes=answer.size,
                    ms=round(seconds * 1000, 2),
                    **_trace_of(scope),
                )

    async def _run(
        self, scope: Scope, receive: Receive, answer: "_Answer"
    ) -> None:
        """Let the application answer, or answer with a problem."""
        try:
            await self._app(scope, receive, answer.send)
        except (RefusedError, ProvenanceError) as error:
            if answer.status:
                raise
            await self._send_problem(scope, error, answer)
        except Exception as error:
            note_bug(error, request=answer.id)
            if answer.status:
                raise
            fault = RefusedError(BUG_PROBLEM, "the program met a fault")
            await self._send_problem(scope, fault, answer)

    async def _send_problem(
        self,
        scope: Scope,
        error: RefusedError | ProvenanceError,
        answer: "_Answer",
    ) -> None:
        """Answer with the problem that *error* is."""
        if isinstance(error, RefusedError):
            kind, detail, headers = error.kind, error.detail, error.headers
        else:
            kind, detail, headers = kind_of(error), str(error), ()
        kind, members, added = as_epcis(scope, kind, self._settings)
        headers = (*headers, *added)
        if kind.is_retryable and not any(
            name == b"retry-after" for name, _ in headers
        ):
            headers = (*headers, (b"retry-after", b"5"))
        body = problem_bytes(kind, detail, instance=answer.id, more=members)
        await _send(answer.send, kind.status, headers, body)

    def _cors(self, scope: Scope) -> Headers:
        origin = header(scope, b"origin")
        wanted = header(scope, _WANTED)
        method = (
            wanted.decode("latin-1")
            if wanted and scope["method"] == "OPTIONS"
            else scope["method"]
        )
        is_asked = method != scope["method"]
        is_writer = origin in self._writers
        if is_writer and (is_asked or method not in _READS):
            allowed: bytes = origin
        elif method in _READS:
            allowed = b"*"
        else:
            return ((b"vary", b"Origin"),) if origin else ()
        headers = [
            (b"access-control-allow-origin", allowed),
            (b"access-control-expose-headers", EXPOSED),
        ]
        if allowed != b"*":
            headers.append((b"vary", b"Origin"))
        if wanted:
            headers += _WRITERS if is_writer else _READERS
            headers.append((b"access-control-max-age", b"86400"))
        return headers


class _Answer:
    """One answer on its way out.

    Attributes:
        id: The request's id.
        status: Its status, once it began.
        size: How many bytes of body were sent.
    """

    __slots__ = ("_added", "_has_body", "_send", "id", "size", "status")

    def __init__(self, send: Send, *, added: Headers, has_body: bool) -> None:
        self.id = token_hex(8)
        self.status = self.size = 0
        self._send = send
        self._added = (*added, (b"x-request-id", self.id.encode()))
        self._has_body = has_body

    async def send(self, message: Message) -> None:
        """Pass a message on, with what every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {
                **message,
                "headers": [*message.get("headers", ()), *self._added],
            }
        elif self._has_body:
            self.size += len(message.get("body", b""))
        else:
            message = {**message, "body": b""}
        await self._send(message)


async def _send(
    send: Send, status: int, headers: Headers, body: bytes = b""
) -> None:
    named = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*(named if body else ()), *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})


def _route_of(scope: Scope) -> str:
    """Return the pattern of the address that was asked for."""
    route = scope.get("route")
    return str(getattr(route, "path", "") or scope.get("provenance.route", "-"))


def _trace_of(scope: Scope) -> dict[str, Any]:
    """Return which trace a request is a part of, for the journal.

    Nothing if it does not say so, says it twice, or in another form.
    """
    said = [v for name, v in scope["headers"] if name == b"traceparent"]
    found = _TRACE.fullmatch(said[0]) if len(said) == 1 else None
    if found is None or (found[1] == b"00" and found[4] is not None):
        return {}
    return {"trace": found[2].decode(), "span": found[3].decode()}
