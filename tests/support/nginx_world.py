"""A real nginx with the configuration that we write, in a test's folder.

Of the nginx.conf that `provenance node install` writes only paths and ports
are replaced: what is tested is what is read.
"""

import getpass
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
from typing import Self

import httpx2
from provenance_node.install import Machine, render

from tests.support.parts import lack
from tests.support.tls_world import Certificates
from tests.support.waiting import (
    PATIENCE_SECONDS,
    finish,
    hold_port,
    port_of,
    wait_until,
)

PROJECT = pathlib.Path(__file__).resolve().parents[2]

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
    if found is None:
        lack("nginx is not installed: apt-get install nginx-light")
    return found


class Nginx:
    """nginx before the node on *node_port*, until the block ends."""

    def __init__(self, folder: pathlib.Path, *, node_port: int) -> None:
        self._binary = find_nginx()
        self.folder = folder
        made = Certificates(folder)
        # Who believes the authority believes what it signed.
        self.certificate = made.authority
        self._held = [hold_port(), hold_port()]
        self.plain_port, self.port = map(port_of, self._held)
        machine = Machine(
            name="127.0.0.1", program="/opt/provenance", port=node_port
        )
        text = render(machine)["nginx.conf"]
        for old, new in (
            ("/var/cache/nginx/provenance", f"{folder}/cache"),
            ("/etc/nginx/tls/127.0.0.1.pem", str(made.good)),
            ("/etc/nginx/tls/127.0.0.1.key", str(made.good)),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
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
        try:
            wait_until(self._is_there, "nginx listens or has ended")
            assert self._process.poll() is None, "nginx has ended"
        except AssertionError as error:
            self.__exit__()
            raise AssertionError(error, self.said) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        said = finish(self._process)[1]
        log = self.folder / "error.log"
        self.said = said.decode() + log.read_text(encoding="utf-8")
        for each in self._held:
            each.close()

    def _is_there(self) -> bool:
        if self._process.poll() is not None:
            return True
        try:
            self.connect().close()
        except ConnectionRefusedError:
            return False
        return True

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
