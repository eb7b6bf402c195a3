"""Limits before parsing, and how often who may ask.

A request's body is received here, whole, before anything reads it: up to its
most bytes, within its time, out of a budget that all bodies share. What is too
large is answered at once, by its Content-Length if it has one, and the
connection is closed. Nothing is decompressed.

A client that waits for `100 Continue` is told to go on once something wants
its body (RFC 9110, section 10.1.1). Whoever lacks a token, asks for what is not
there or sends a type that is not taken is answered before, and the connection
is closed: nobody knows whether the body follows.

A rate is a token bucket: *rate* tokens a second flow in, up to *burst*, and
each request takes one. The answer says how things stand, in the fields of
draft-ietf-httpapi-ratelimit-headers:

    RateLimit-Policy: "writes";q=1000;w=5
    RateLimit: "writes";r=998;t=1
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil

from provenance.problems.table import (
    BAD_REQUEST,
    BUSY,
    HEAD_TOO_LARGE,
    NO_SUCH_TYPE,
    TOO_LARGE,
    TOO_MANY,
    TOO_SLOW,
)
from provenance_node.asgi import (
    App,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    header,
)
from provenance_node.problems import RefusedError
from provenance_node.settings import Settings

CLOSE = (b"connection", b"close")
"""Ends a connection whose request was not read to its end."""

RETRY_SOON: Headers = ((b"retry-after", b"1"),)

_MOST_BUCKETS = 100_000


class Limits:
    """Receives each request's body, within its limits, then calls the app."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._buffered = 0

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self._has_body(scope["headers"]):
            await self._app(scope, receive, send)
            return
        if header(scope, b"expect").lower() == b"100-continue":
            await self._answer_waiting(scope, receive, send)
            return
        body = await self._receive(receive)
        held = len(body)
        self._buffered += held
        try:
            await self._app(scope, _once(body, receive), send)
        finally:
            self._buffered -= held

    async def _answer_waiting(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a request whose body comes when it is asked for."""
        held: int | None = None

        async def give() -> Message:
            nonlocal held
            if held is not None:
                return await receive()
            # The server says 100 Continue when it is asked for the first part.
            body = await self._receive(receive)
            held = len(body)
            self._buffered += held
            return {"type": "http.request", "body": body, "more_body": False}

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and held is None:
                headers = [*message.get("headers", ()), CLOSE]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, give, tell)
        except RefusedError as error:
            if held is None:
                error.headers = (*error.headers, CLOSE)
            raise
        finally:
            self._buffered -= held or 0

    def _has_body(self, headers: Headers) -> bool:
        """Return whether a body follows; refuse what is seen before it.

        Raises:
            RefusedError: Too many headers, or a body that is not taken.
        """
        settings = self._settings
        if len(headers) > settings.max_headers:
            raise RefusedError(
                HEAD_TOO_LARGE,
                f"a request has at most {settings.max_headers} headers",
                (CLOSE,),
            )
        has_body = False
        for name, value in headers:
            if name == b"content-length":
                # The server has made sure that it is a number.
                length = _length(value)
                if length > settings.max_body_bytes:
                    raise self._too_large()
                has_body = has_body or length > 0
            elif name == b"transfer-encoding":
                has_body = True
            elif name == b"content-encoding" and value.lower() != b"identity":
                raise RefusedError(
                    NO_SUCH_TYPE, "no compressed body is taken", (CLOSE,)
                )
        return has_body

    def _too_large(self) -> RefusedError:
        return RefusedError(
            TOO_LARGE,
            f"a body has at most {self._settings.max_body_bytes} bytes",
            (CLOSE,),
        )

    async def _receive(self, receive: Receive) -> bytes:
        """Return the whole body.

        Raises:
            RefusedError: It is too large, too slow, or too much with all the
                others.
        """
        settings = self._settings
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(settings.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise RefusedError(
                            BAD_REQUEST, "the body was cut off", (CLOSE,)
                        )
                    part = message.get("body", b"")
                    more = message.get("more_body", False)
                    size += len(part)
                    self._buffered += len(part)
                    parts.append(part)
                    if size > settings.max_body_bytes:
                        raise self._too_large()
                    if self._buffered > settings.max_buffered_bytes:
                        raise RefusedError(
                            BUSY,
                            "too many bodies are being received",
                            (CLOSE, *RETRY_SOON),
                        )
        except TimeoutError:
            raise RefusedError(
                TOO_SLOW,
                f"the body was not there after {settings.body_seconds:g} s",
                (CLOSE,),
            ) from None
        finally:
            self._buffered -= size
        return b"".join(parts)


def _length(value: bytes) -> int:
    if not value.isdigit() or len(value) > 18:
        raise RefusedError(
            BAD_REQUEST, "Content-Length is no number of bytes", (CLOSE,)
        )
    return int(value)


def _once(body: bytes, receive: Receive) -> Receive:
    """Return what gives *body*, and then waits for the end as *receive*."""
    rest = [body]

    async def give() -> Message:
        if rest:
            return {
                "type": "http.request",
                "body": rest.pop(),
                "more_body": False,
            }
        return await receive()

    return give


class Buckets:
    """A token bucket for each of many names."""

    def __init__(
        self,
        policy: str,
        *,
        rate: float,
        burst: int,
        clock: Callable[[], float],
        most: int = _MOST_BUCKETS,
    ) -> None:
        """Make buckets that are full at first.

        Args:
            policy: What the limit is called.
            rate: Tokens that flow in, a second.
            burst: The most that a bucket holds.
            clock: Returns seconds, which never go back.
            most: How many names are remembered; who was away longest is
                forgotten first, and then starts with a full bucket.
        """
        self._policy = policy
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> Headers:
        """Take a token from *name*'s bucket; return what to say of it.

        Raises:
            RefusedError: None is left.
        """
        self.look(name)
        return self.charge(name, 1)

    def look(self, name: str) -> Headers:
        """Return what to say of *name*'s bucket, which has a token.

        Raises:
            RefusedError: None is left.
        """
        level = self._level(name)
        if level < 1:
            wait = max(1, ceil((1 - level) / self._rate))
            raise RefusedError(
                TOO_MANY,
                f"the limit {self._policy!r} is used up",
                (
                    (b"retry-after", b"%d" % wait),
                    *self._fields(level),
                ),
            )
        return self._fields(level)

    def charge(self, name: str, tokens: int) -> Headers:
        """Take *tokens*, which may leave less than none; return the fields."""
        level = self._level(name) - tokens
        self._levels[name] = level, self._clock()
        self._levels.move_to_end(name)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return self._fields(level)

    def _level(self, name: str) -> float:
        known = self._levels.get(name)
        if known is None:
            return self._burst
        level, since = known
        return min(self._burst, level + (self._clock() - since) * self._rate)

    def _fields(self, level: float) -> Headers:
        window = ceil(self._burst / self._rate)
        full = max(0, ceil((self._burst - level) / self._rate))
        return (
            (
                b"ratelimit-policy",
                f'"{self._policy}";q={self._burst};w={window}'.encode(),
            ),
            (
                b"ratelimit",
                f'"{self._policy}";r={max(0, int(level))};t={full}'.encode(),
            ),
        )


def address_of(scope: Scope) -> str:
    """Return whom a request counts for: its address.

    Of IPv6 it is the first half, since a household has all of the other.
    """
    client = scope.get("client")
    if not client:
        return ""
    try:
        address = ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
