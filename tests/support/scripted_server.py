"""A server that answers what a test tells it, byte for byte.

Each connection brings one request, gets one answer, and is closed: nothing of
HTTP is decided here, so that an answer can be cut off, endless or a lie.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple, Self


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Asked], bytes | Iterable[bytes]]


class ScriptedServer:
    """Answers with *script*, in threads; remembers what it was asked."""

    def __init__(self, script: Script) -> None:
        self.asked: list[Asked] = []
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A thread in accept() does not hear of a close, but of a connection.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._answer, args=(connection,), daemon=True
            ).start()

    def _answer(self, connection: socket.socket) -> None:
        with (
            connection,
            connection.makefile("rb") as stream,
            # Who asked may be gone.
            contextlib.suppress(OSError),
        ):
            # Who speaks TLS to it is shown that this is none.
            if stream.peek(1)[:1] == b"\x16":
                return
            first = stream.readline().split()
            if len(first) < 2:
                return
            headers = {}
            while line := stream.readline().strip():
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = stream.read(int(headers.get("content-length", "0")))
            asked = Asked(first[0].decode(), first[1].decode(), headers, body)
            self.asked.append(asked)
            answer = self._script(asked)
            parts = [answer] if isinstance(answer, bytes) else answer
            for part in parts:
                connection.sendall(part)


def answer(
    status: int,
    body: bytes = b"",
    *,
    media_type: str = "application/json",
    **headers: str,
) -> bytes:
    """Return a whole answer."""
    lines = [
        f"HTTP/1.1 {status} Said",
        f"content-type: {media_type}",
        f"content-length: {len(body)}",
        "connection: close",
        *(f"{name.replace('_', '-')}: {v}" for name, v in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def problem(status: int, code: str, **members: object) -> bytes:
    said = {"status": status, "code": code, "detail": "so it is", **members}
    return json.dumps(said).encode()


def in_turn(*answers: bytes | Iterable[bytes]) -> Script:
    """Return the script that gives *answers*, and the last one for ever."""
    left = list(answers)

    def script(asked: Asked) -> bytes | Iterable[bytes]:
        del asked
        return left.pop(0) if len(left) > 1 else left[0]

    return script
