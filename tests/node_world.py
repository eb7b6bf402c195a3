"""A node in tests: in this process, or as a real one with real sockets.

The ledger is that of `tests.ledger_world`; while a node serves it, nobody else
has it open for writing.
"""

import contextlib
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Self
from urllib.parse import quote

import msgpack
from provenance_node.app import create_app
from provenance_node.node import Node
from provenance_node.settings import Settings
from starlette.testclient import TestClient

from provenance.claims.statement import Submission
from provenance.ledger.ledger import Ledger
from tests.ledger_world import PRODUCER, LedgerWorld, can

ROOT = pathlib.Path(__file__).resolve().parents[1]
MSGPACK = {"content-type": "application/msgpack"}
PATIENCE_SECONDS = 60


def new_world(folder: pathlib.Path) -> LedgerWorld:
    """Return a ledger with actors, closed so that a node can open it."""
    world = LedgerWorld(folder / "ledger")
    world.enrol_everyone()
    world.ledger.close()
    return world


def grow(world: LedgerWorld, count: int) -> None:
    """Log *count* statements more, while no node is there."""
    ledger: Ledger = world.reopen()
    made = [world.sign(PRODUCER, world.made(can(n))) for n in range(count)]
    for start in range(0, count, 100):
        for answer in ledger.submit(made[start : start + 100]):
            assert not isinstance(answer, Exception), answer
    ledger.close()


@contextlib.contextmanager
def served(
    world: LedgerWorld, settings: Settings | None = None
) -> Iterator[TestClient]:
    """Give a client of a node that serves *world*'s ledger."""
    node = Node(
        world.folder,
        settings
        or Settings(
            log_requests=False, checker_processes=1, reader_processes=1
        ),
        clock=world.clock,
    )
    with TestClient(create_app(node), raise_server_exceptions=False) as client:
        yield client


def one_process(**settings: object) -> Settings:
    """Return settings with few processes."""
    return Settings(
        log_requests=False,
        checker_processes=1,
        reader_processes=1,
        **settings,  # type: ignore[arg-type]  # the tests' own calls
    )


def node_of(client: TestClient) -> Node:
    node = client.app.state.node  # type: ignore[attr-defined]  # ours
    assert isinstance(node, Node)
    return node


def quoted(item: str) -> str:
    return quote(item, safe="")


def array_of(*submissions: Submission) -> bytes:
    """Return the msgpack array of *submissions*."""
    head: bytes = msgpack.Packer().pack_array_header(len(submissions))
    return head + b"".join(s.to_bytes() for s in submissions)


class NodeProcess:
    """`provenance node serve` as a process of its own."""

    def __init__(
        self, folder: pathlib.Path | None, *arguments: str, **settings: object
    ) -> None:
        variables = {
            f"PROVENANCE_NODE_{name.upper()}": str(value)
            for name, value in {
                "log_requests": False,
                "checker_processes": 1,
                "reader_processes": 1,
                **settings,
            }.items()
        }
        named = [] if folder is None else [str(folder)]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "provenance", "node", "serve"),
                *(*named, "--port", "0", *arguments),
            ],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # So that all of it can be ended together.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        ready, _, _ = select.select(
            [self._process.stdout], [], [], PATIENCE_SECONDS
        )
        line = self._process.stdout.readline().decode() if ready else ""
        if not line:
            self.kill()
            raise AssertionError(self.ended())
        self.address = line.strip()
        self.port = int(self.address.split("/")[2].rpartition(":")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.ended()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(
            ("127.0.0.1", self.port), timeout=PATIENCE_SECONDS
        )

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=PATIENCE_SECONDS)

    def ask_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and its children at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def kill_alone(self) -> None:
        """End it at once, as if by a fault; its children find out."""
        self._process.kill()

    def ended(self) -> tuple[int, bytes]:
        """Wait for its end; return its exit code and what it said."""
        _, said = self._process.communicate(timeout=PATIENCE_SECONDS)
        return self._process.returncode, said

    @property
    def memory(self) -> int:
        """Bytes of memory that it and its children have."""
        return sum(_resident(pid) for pid in self.processes())

    def processes(self) -> list[int]:
        """Return its process id, and those of its children."""
        path = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        children = pathlib.Path(path).read_text(encoding="ascii").split()
        return [self._process.pid, *map(int, children)]

    @property
    def own_memory(self) -> int:
        """Bytes of memory of the process that serves."""
        return _resident(self._process.pid)


def _resident(pid: int) -> int:
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (row for row in text.splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
