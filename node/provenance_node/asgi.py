"""The few types that ASGI's layers share."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

Headers = Sequence[tuple[bytes, bytes]]
"""Names in lower case, with values."""


def header(scope: Scope, wanted: bytes) -> bytes:
    """Return the first header called *wanted*; nothing without one."""
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return b""
