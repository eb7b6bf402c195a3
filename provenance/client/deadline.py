"""Deadline: nothing is sent or received when a request's time is over.

The HTTP library bounds the time for each part that comes, and hands out an
answer once all of its head is there. A node that sends one byte of a header
now and then, or interim answers (RFC 9110, 15.2) without an end, would keep
its client for ever. So each read and write of a socket is held against the
time that is left for the whole request.
"""

import ssl
import threading
from collections.abc import Callable, Iterable
from math import inf
from typing import Any

import httpcore2
import httpx2

_PIECE = 65_536
"""Bytes that are sent between two looks at the time."""


class Deadline(threading.local):
    """The time that is left for the request of the thread that asks."""

    left: Callable[[], float] = staticmethod(lambda: inf)

    def within(
        self, timeout: float | None, late: type[httpcore2.TimeoutException]
    ) -> float | None:
        """Return how long the next part may take, at most *timeout*.

        Raises:
            TimeoutException: The time is over; it is of the class *late*.
        """
        left = self.left()
        if left <= 0:
            raise late("the answer was not there in time")
        return timeout if left == inf else min(left, timeout or inf)


def new_transport(
    context: ssl.SSLContext, deadline: Deadline
) -> httpx2.HTTPTransport:
    """Return the library's own transport, whose sockets keep to *deadline*."""
    transport = httpx2.HTTPTransport(verify=context, trust_env=False)
    # The library has no argument for this, and its pool has.
    transport._pool = httpcore2.ConnectionPool(  # noqa: SLF001
        ssl_context=context,
        max_connections=100,
        max_keepalive_connections=20,
        keepalive_expiry=5.0,
        network_backend=_Backend(deadline),
    )
    return transport


class _Backend(httpcore2.SyncBackend):
    """Opens connections that keep to a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        within = self._deadline.within(timeout, httpcore2.ConnectTimeout)
        stream = super().connect_tcp(
            host, port, within, local_address, socket_options
        )
        return _Stream(stream, self._deadline)


class _Stream(httpcore2.NetworkStream):
    """A connection that keeps to a deadline."""

    def __init__(
        self, stream: httpcore2.NetworkStream, deadline: Deadline
    ) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        within = self._deadline.within(timeout, httpcore2.ReadTimeout)
        return self._stream.read(max_bytes, within)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            within = self._deadline.within(timeout, httpcore2.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE], within)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        within = self._deadline.within(timeout, httpcore2.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, within)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
