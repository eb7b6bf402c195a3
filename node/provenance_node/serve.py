"""Serving: one process that listens, with its children, until it is told.

SIGTERM and SIGINT end it gently: no new connection is taken, what is in hand
is answered, what was handed in is written. A second SIGINT does not wait. If
the storage fails it ends by itself: what is there now, opening the ledger
again finds out.

However it is asked to end, it ends: when `stop_seconds` and a little more have
passed the kernel ends it (SIGALRM), whatever a thread of it is stuck in. What
was acknowledged is on disk by then.
"""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import ceil
from types import FrameType

import uvicorn

from provenance.errors import StoreError
from provenance_node.app import create_app
from provenance_node.connections import connection_class
from provenance_node.journal import write_journal
from provenance_node.listening import UNIX, listen
from provenance_node.node import Node

_CLOSING_SECONDS = 5
"""What it may take, after `stop_seconds`, to close the ledger and the pools."""

_SWITCH_SECONDS = 0.0005
"""How long a thread keeps the interpreter while others want it.

The event loop needs it for a moment, a thousand times a second; the writer's
thread for long. With the usual 5 ms each moment would wait as long.
"""


def serve(node: Node, *, announce: Callable[[str], None]) -> None:
    """Serve *node* until the process is told to end.

    Args:
        node: Not started yet.
        announce: Told the address, once requests are answered there.

    Raises:
        AddressError: One of the addresses cannot be listened on.
        ProvenanceError: The ledger cannot be opened for writing, or its
            storage failed meanwhile.
    """
    settings = node.settings
    with ExitStack() as opened:
        listeners = [
            opened.enter_context(listen(host, settings.port))
            for host in settings.host
        ]
        config = uvicorn.Config(
            create_app(node),
            http=connection_class(settings),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_keep_alive=ceil(settings.keep_alive_seconds),
            timeout_graceful_shutdown=ceil(settings.stop_seconds),
        )

        def announce_all() -> None:
            if settings.public_url:
                announce(settings.public_url)
                return
            for listener in listeners:
                announce(_url_of(listener))

        server = _Server(config, announce=announce_all)
        node.failed = server.stop

        async def run() -> None:
            write_journal()
            sys.setswitchinterval(_SWITCH_SECONDS)
            await node.start()
            # What is there now stays: nothing to look through again.
            gc.freeze()
            await server.serve(sockets=listeners)

        factory = config.get_loop_factory()
        try:
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(run())
        finally:
            # It ended by itself.
            signal.alarm(0)
    if not node.writer.is_whole:
        raise StoreError(
            "the storage failed, and the node ended: start it again, which"
            " finds out what was written"
        )


class _Server(uvicorn.Server):
    """A server that ends with the process's own exit code."""

    def __init__(
        self, config: uvicorn.Config, *, announce: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so: whoever hears it may end it."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    def stop(self) -> None:
        """End gently."""
        self._bound_the_end()
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End gently, or at once for a second SIGINT."""
        self._bound_the_end()
        super().handle_exit(sig, frame)

    def _bound_the_end(self) -> None:
        # No thread of our own: it would need the interpreter, or a lock, that
        # whatever is stuck may hold.
        if not self.should_exit:
            seconds = self.config.timeout_graceful_shutdown or 0
            signal.alarm(seconds + _CLOSING_SECONDS)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Be told of signals, and not signalled again at the end."""
        with super().capture_signals():
            yield
            # The server would raise them once more, to end as if by them.
            self._captured_signals.clear()


def _url_of(listener: socket.socket) -> str:
    if listener.family == socket.AF_UNIX:
        return f"{UNIX}{listener.getsockname()}"
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
