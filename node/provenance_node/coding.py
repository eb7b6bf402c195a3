"""Content coding: what is read goes out compressed to whoever takes that.

    Accept-Encoding: gzip, zstd;q=0.9        asked for (RFC 9110, 12.5.3)
    Content-Encoding: gzip                   sent, with `Vary: Accept-Encoding`

zstd (RFC 8878) and gzip (RFC 1952), whichever has the larger weight, zstd of
two that are liked as much. Who names neither gets the bytes as they are, and
so does who forbids that as well: no answer is refused over its coding.

Answers to GET and HEAD are compressed, and those alone which the node made for
this request: the page's files were compressed at start (`page`), and the log's
tiles are hashes, which nothing makes smaller. Each form of an answer has an
ETag of its own, as RFC 9110 asks of strong ones (8.8.3.3): `"5f0c"` and
`"5f0c-zstd"`. A client that names one of them and takes that coding has the
answer, whichever the node would choose today. There are no ranges here, so no
part of one form is ever joined with a part of another.

Compressing costs at most some tenths of a second of one processor, in a
thread, which lets go of the interpreter's lock: no more than `MOST` bytes, by
fast levels, and no more answers at a time than there are processors. What is
longer goes out as it is.

**No secret is compressed.** By the length of compressed bytes a listener who
can choose a part of the text guesses another part of it (BREACH, 2013). That
takes a secret that somebody's answer has and a stranger's has not. A bundle
has none: whoever names the item gets the same bytes, built from what the
ledger shows to everybody, and nothing of the request is in them but the item.
The same holds for trails, receipts, actors, queries and pages. What may hold a
secret is left alone: answers to who sent credentials (Authorization, Cookie),
answers to POST and DELETE, and problems, which quote what was sent.
"""

import asyncio
import gzip
import os
import sys
from collections.abc import Callable, Mapping, MutableSequence

from provenance_node.asgi import App, Message, Receive, Scope, Send
from provenance_node.resolver.wishes import read_wishes

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEAST = 256
"""The fewest bytes that are worth the headers."""

MOST = 8 * 2**20
"""The most bytes of an answer that is compressed while its client waits."""

_ZSTD_LEVEL, _ZSTD_SLOW = 6, 19
_GZIP_LEVEL, _GZIP_SLOW = 6, 9
"""A bundle of 84 KB takes either of the fast ones 1 ms; levels above them
save a hundredth, and take up to twenty times as long."""

_SECRETS = frozenset((b"authorization", b"cookie"))


def _zstd_at(level: int) -> Callable[[bytes], bytes]:
    # Its window is at most 8 MiB, all that clients need to have (RFC 9659).
    return lambda body: zstd.compress(body, level=level)


def _gzip_at(level: int) -> Callable[[bytes], bytes]:
    # No time in it: the same bytes are the same everywhere.
    return lambda body: gzip.compress(body, level, mtime=0)


_FAST: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": _zstd_at(_ZSTD_LEVEL),
    "gzip": _gzip_at(_GZIP_LEVEL),
}
"""What there is, the best first."""


def pack_once(body: bytes) -> dict[str, bytes]:
    """Return *body* in each coding that makes it smaller, as small as it gets.

    For what is compressed once and sent often.
    """
    forms = {
        "zstd": _zstd_at(_ZSTD_SLOW)(body),
        "gzip": _gzip_at(_GZIP_SLOW)(body),
    }
    return {c: form for c, form in forms.items() if len(form) < len(body)}


def codings_of(scope: Scope) -> tuple[str, ...]:
    """Return the codings that a request takes, the one it likes best first.

    None of them is liked less than the bytes as they are.
    """
    values = [v for name, v in scope["headers"] if name == b"accept-encoding"]
    wishes = dict(read_wishes(b",".join(values).decode("latin-1")))
    others = wishes.get("*", 0.0)
    least = wishes.get("identity", 0.0)
    weights = {coding: wishes.get(coding, others) for coding in _FAST}
    liked = [c for c, weight in weights.items() if weight and weight >= least]
    return tuple(sorted(liked, key=lambda coding: -weights[coding]))


def tag_of(etag: bytes, coding: str) -> bytes:
    """Return the tag of the form under *coding* of what has the tag *etag*.

    A weak one stands for all forms.
    """
    if etag.startswith(b"W/"):
        return etag
    return etag.removesuffix(b'"') + b"-" + coding.encode() + b'"'


class Coding:
    """Compresses what *app* answers, for clients that take it so."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._room = asyncio.Semaphore(os.cpu_count() or 1)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _is_public(scope):
            await self._app(scope, receive, send)
            return
        codings = codings_of(scope)
        known = _look_behind_tags(scope, codings)
        answer = _Answer(send, codings, known, self._room)
        await self._app(scope, receive, answer.send)


def _is_public(scope: Scope) -> bool:
    return scope["method"] == "GET" and not any(
        name in _SECRETS for name, _ in scope["headers"]
    )


def _look_behind_tags(
    scope: Scope, codings: tuple[str, ...]
) -> dict[bytes, bytes]:
    """Let *app* see the plain tags of the forms that the client has.

    Returns:
        Plain tag → the form's own, as the client named it.
    """
    known: dict[bytes, bytes] = {}
    headers = []
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            tags = [tag.strip() for tag in value.split(b",")]
            for index, tag in enumerate(tags):
                for coding in codings:
                    end = tag_of(b'"', coding)
                    if tag.endswith(end):
                        plain = tag.removesuffix(end) + b'"'
                        known[plain.removeprefix(b"W/")] = tag
                        tags[index] = plain
            value = b", ".join(tags)  # noqa: PLW2901  # the same header
        headers.append((name, value))
    scope["headers"] = headers
    return known


class _Answer:
    """One answer on its way out: held until its body is there."""

    def __init__(
        self,
        send: Send,
        codings: tuple[str, ...],
        known: Mapping[bytes, bytes],
        room: asyncio.Semaphore,
    ) -> None:
        self._send = send
        self._codings = codings
        self._known = known
        self._room = room
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Pass a message on, compressed if that may be and is smaller."""
        if message["type"] == "http.response.start":
            if message["status"] in {200, 304}:
                self._start = message
                return
        elif self._start is not None:
            start, self._start = self._start, None
            headers = [*start["headers"], (b"vary", b"Accept-Encoding")]
            if start["status"] == 304:
                _replace(headers, b"etag", self._named)
            elif not message.get("more_body", False):
                message = await self._packed(headers, message)
            await self._send({**start, "headers": headers})
        await self._send(message)

    def _named(self, tag: bytes) -> bytes:
        """Return *tag* as the client named it."""
        return self._known.get(tag, tag)

    async def _packed(
        self, headers: MutableSequence[tuple[bytes, bytes]], message: Message
    ) -> Message:
        """Return the *message* to send, and let *headers* say what it is."""
        body: bytes = message.get("body", b"")
        if not self._codings or not LEAST <= len(body) <= MOST:
            return message
        coding = self._codings[0]
        async with self._room:
            packed = await asyncio.to_thread(_FAST[coding], body)
        if len(packed) >= len(body):
            return message
        _replace(headers, b"content-length", lambda _: b"%d" % len(packed))
        _replace(headers, b"etag", lambda tag: tag_of(tag, coding))
        headers.append((b"content-encoding", coding.encode()))
        return {**message, "body": packed}


def _replace(
    headers: MutableSequence[tuple[bytes, bytes]],
    wanted: bytes,
    new: Callable[[bytes], bytes],
) -> None:
    for index, (name, value) in enumerate(headers):
        if name == wanted:
            headers[index] = name, new(value)
