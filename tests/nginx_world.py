"""A real nginx with the project's example configuration, in a test's folder.

Of examples/deployment/nginx.conf only paths, ports and the name are replaced:
what is tested is what is read.
"""

import getpass
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time
from typing import Self

import httpx2
import pytest

from tests.tls_world import Certificates

PROJECT = pathlib.Path(__file__).resolve().parents[1]
EXAMPLES = PROJECT / "examples/deployment"
PATIENCE_SECONDS = 30

_MAIN = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/provenance.conf;
}}
"""


def find_nginx() -> str:
    """Return nginx's path; skip the test if there is none."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is not None:
        return found
    reason = "nginx is not installed: apt-get install nginx-light"
    if os.environ.get("PROVENANCE_REQUIRE_ALL", "") in {"1", "parts"}:
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Nginx:
    """nginx before the node on *node_port*, until the block ends."""

    def __init__(self, folder: pathlib.Path, *, node_port: int) -> None:
        self._binary = find_nginx()
        self.folder = folder
        made = Certificates(folder)
        # Who believes the authority believes what it signed.
        self.certificate = made.authority
        self.plain_port, self.port = free_port(), free_port()
        text = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
        for old, new in (
            ("/var/cache/nginx/provenance", f"{folder}/cache"),
            ("/etc/nginx/tls/ledger.example.pem", str(made.good)),
            ("/etc/nginx/tls/ledger.example.key", str(made.good)),
            ("server 127.0.0.1:8080;", f"server 127.0.0.1:{node_port};"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("server_name ledger.example;", "server_name 127.0.0.1;"),
        ):
            assert old in text, old
            text = text.replace(old, new)
        (folder / "provenance.conf").write_text(text, encoding="utf-8")
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        self.main = folder / "nginx.conf"
        self.main.write_text(_MAIN.format(folder=folder, user=user))

    def command(self, *more: str) -> list[str]:
        return [
            *(self._binary, "-p", str(self.folder)),
            *("-c", str(self.main)),
            *("-e", str(self.folder / "error.log"), *more),
        ]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.connect().close()
            except ConnectionRefusedError:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.__exit__()
                    raise AssertionError(self.said) from None
                time.sleep(0.01)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        said = self._process.communicate(timeout=PATIENCE_SECONDS)[1]
        log = self.folder / "error.log"
        self.said = said.decode() + log.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(
            ("127.0.0.1", self.port), timeout=PATIENCE_SECONDS
        )

    def session(self, *, address: str = "127.0.0.1") -> httpx2.Client:
        """Return a browser-like client whose connections are from *address*."""
        context = ssl.create_default_context(cafile=self.certificate)
        return httpx2.Client(
            base_url=self.url,
            transport=httpx2.HTTPTransport(
                verify=context, local_address=address
            ),
            timeout=PATIENCE_SECONDS,
        )
