"""A node in tests: in this process, or as a real one with real sockets.

The ledger is that of `tests.ledger_world`; while a node serves it, nobody else
has it open for writing.
"""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Self
from urllib.parse import quote

import httpx2
import msgpack
from provenance_node.app import create_app
from provenance_node.node import Node
from provenance_node.settings import Settings
from starlette.testclient import TestClient

from provenance.claims.statement import Submission
from provenance.ledger.ledger import Ledger
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.waiting import PATIENCE_SECONDS, read_line

ROOT = pathlib.Path(__file__).resolve().parents[2]
MSGPACK = {"content-type": "application/msgpack"}

PATIENT: dict[str, object] = {
    "log_requests": False,
    "open_queries": True,
    "checker_processes": 1,
    "reader_processes": 1,
    "query_processes": 1,
    **dict.fromkeys(
        (
            "header_seconds",
            "body_seconds",
            "send_seconds",
            "index_seconds",
            "stop_seconds",
        ),
        PATIENCE_SECONDS,
    ),
    # The most that there may be of these.
    "query_seconds": 50,
    "witness_seconds": 60,
}
"""Settings of a node in tests: few processes, and time for whoever is slow.

What a node does to those that are too slow is tested with less.
"""


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
    world: LedgerWorld,
    settings: Settings | None = None,
    *,
    steady: Callable[[], int] | None = None,
) -> Iterator[TestClient]:
    """Give a client of a node that serves *world*'s ledger."""
    node = Node(
        world.folder,
        settings or one_process(),
        clock=world.clock,
        steady=steady,
    )
    with TestClient(create_app(node), raise_server_exceptions=False) as client:
        yield client


def one_process(**settings: object) -> Settings:
    """Return settings with few processes, and time for whoever is slow."""
    return Settings(**{**PATIENT, **settings})  # type: ignore[arg-type]  # the tests' own calls


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
                **PATIENT,
                **settings,
            }.items()
        }
        named = [] if folder is None else [str(folder)]
        # A file, and no pipe: nobody reads it before the end, and whoever
        # writes to a pipe that is full waits.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # until it ended
        self._said = b""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "provenance", "node", "serve"),
                *(*named, "--port", "0", *arguments),
            ],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=self._log,
            # So that all of it can be ended together.
            start_new_session=True,
        )
        try:
            line = read_line(self._process).decode()
            assert line, "it ended"
        except AssertionError as error:
            self.kill()
            raise AssertionError(error, self.ended()) from None
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

    def client(self) -> httpx2.Client:
        """Return a client that waits for it as long as tests wait."""
        return httpx2.Client(
            base_url=self.url, timeout=PATIENCE_SECONDS, trust_env=False
        )

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
        code = self._process.wait(timeout=PATIENCE_SECONDS)
        if not self._log.closed:
            self._log.seek(0)
            self._said = self._log.read()
            self._log.close()
            assert self._process.stdout is not None
            self._process.stdout.close()
        return code, self._said

    @property
    def processor_seconds(self) -> float:
        """Time that processors gave to it and its children, gone ones too.

        It does not grow with what else the machine has to do.
        """
        own = _times(self._process.pid)
        return sum(own) + sum(
            sum(_times(pid)[:2]) for pid in self.processes()[1:]
        )

    @property
    def memory(self) -> int:
        """Bytes of memory that it and its children have."""
        return sum(_resident(pid) for pid in self.processes())

    def peak_of(self, call: Callable[[], object]) -> int:
        """Return by how many bytes of memory it grew at most, during *call*.

        With its children: each by the most that it had at any time.
        """
        before = {}
        for pid in self.processes():
            # From here on the peak is a new one (proc(5), clear_refs).
            pathlib.Path(f"/proc/{pid}/clear_refs").write_bytes(b"5")
            before[pid] = _resident(pid, "VmHWM")
        call()
        return sum(
            _resident(pid, "VmHWM") - known for pid, known in before.items()
        )

    def processes(self) -> list[int]:
        """Return its process id, and those of its children."""
        path = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        children = pathlib.Path(path).read_text(encoding="ascii").split()
        return [self._process.pid, *map(int, children)]

    @property
    def own_memory(self) -> int:
        """Bytes of memory of the process that serves."""
        return _resident(self._process.pid)


def _times(pid: int) -> list[float]:
    """Return seconds as user and system, and those of children that ended."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    after_name = text.rpartition(") ")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return [int(each) / ticks for each in after_name[11:15]]


def _resident(pid: int, name: str = "VmRSS") -> int:
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (row for row in text.splitlines() if row.startswith(name))
    return int(line.split()[1]) * 1024
