"""A server of node/provenance_node/web alone, with the headers that the node sends.

The pages of `pages/` each hold one part of it, to be looked at without the
others: `/pages/scan.html`, `/pages/map.html`.
"""

import contextlib
import functools
import http.server
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

ROOT = pathlib.Path(__file__).parents[2] / "node" / "provenance_node" / "web"
PAGES = pathlib.Path(__file__).with_name("pages")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self)",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a file of node/provenance_node/web, or a page of the tests."""

    def translate_path(self, path: str) -> str:
        if path.startswith("/pages/"):
            name = path.removeprefix("/pages/").partition("?")[0]
            return str(PAGES / name)
        return super().translate_path(path)

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing: the tests' output is not a log."""


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve until the end of the block; yield the address, without a slash.

    From a process of its own: a page asks for dozens of files, each of which
    is a thread there, and none is one here.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "tests.web.served"],
        cwd=ROOT.parents[1],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def _main() -> None:
    handler = functools.partial(Handler, directory=str(ROOT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    _main()
