"""The deployment notes, tried: nginx before a node, and the unit's lines.

What `provenance node install` writes is what runs here.
"""

import itertools
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator

import httpx2
import pytest
from provenance_node.install import Machine, install, render
from provenance_node.settings import read_configuration

from provenance.claims.statement import Submission
from provenance.client import Client, UnreachableError, problem_behind
from provenance.errors import RejectedError
from provenance.folder import open_reader
from provenance.proof.receipt import Receipt
from provenance.proof.verdict import Outcome
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.cli_runs import ok, run, write_document
from tests.support.client_world import Waits
from tests.support.nginx_world import PROJECT, Nginx
from tests.support.node_world import NodeProcess, grow, new_world
from tests.support.parts import lack
from tests.support.waiting import PATIENCE_SECONDS, wait_until

MACHINE = Machine(
    name="ledger.example", program="/opt/provenance/bin/provenance"
)
FILES = render(MACHINE)
TILE = "/log/tile/0/000"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    world = new_world(tmp_path_factory.mktemp("deployed"))
    grow(world, 400)
    return world


@pytest.fixture(scope="module")
def node(world: LedgerWorld) -> Iterator[NodeProcess]:
    with NodeProcess(world.folder, trusted_proxies="127.0.0.1") as node:
        yield node


@pytest.fixture(scope="module")
def nginx(
    node: NodeProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("nginx"), node_port=node.port) as nginx:
        yield nginx


@pytest.fixture
def web(nginx: Nginx) -> Iterator[httpx2.Client]:
    with nginx.session() as web:
        yield web


numbers = iter(range(100_000, 1_000_000))


def made(world: LedgerWorld) -> Submission:
    return world.sign(PRODUCER, world.made(can(next(numbers))))


def client_of(world: LedgerWorld, nginx: Nginx, attempts: int = 4) -> Client:
    return Client(
        nginx.url,
        trust=world.trust,
        ca_file=nginx.certificate,
        timeout_seconds=PATIENCE_SECONDS,
        retries=Waits().retries(attempts),
    )


def status_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers["x-cache-status"]


# nginx.


def test_the_example_says_to_nginx_what_nginx_understands(
    nginx: Nginx,
) -> None:
    done = subprocess.run(
        nginx.command("-t"), capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_a_tile_is_asked_for_once_and_is_the_nodes_own(
    web: httpx2.Client, node: NodeProcess
) -> None:
    with node.client() as client:
        direct = client.get(TILE)
    first, second = web.get(TILE), web.get(TILE)

    assert status_of(first) == (200, "MISS")
    assert status_of(second) == (200, "HIT")
    assert first.content == second.content == direct.content
    assert len(direct.content) == 256 * 32
    for answer in (first, second):
        assert answer.headers["etag"] == direct.headers["etag"]
        assert "immutable" in answer.headers["cache-control"]
    known = {"if-none-match": first.headers["etag"]}
    assert status_of(web.get(TILE, headers=known)) == (304, "HIT")


def test_entries_and_partial_tiles_are_kept_too(web: httpx2.Client) -> None:
    for path in ("/log/tile/entries/000", "/log/tile/0/001.p/100"):
        assert status_of(web.get(path)) == (200, "MISS")
        assert status_of(web.get(path)) == (200, "HIT")


def test_what_is_not_there_yet_is_not_remembered(
    web: httpx2.Client, world: LedgerWorld, nginx: Nginx
) -> None:
    with client_of(world, nginx) as client:
        size = client.checkpoint().checkpoint.size
        path = f"/log/tile/0/001.p/{size + 1 - 256}"
        assert web.get(path).status_code == 404
        client.submit([made(world)])

    assert web.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"{TILE}?again",
        "/log/tile/0/%2e%2e/0/000",
        "/log/tile//0/000",
        "/log/tile/../tile/0/000",
        "/log/tile/nothing",
    ],
)
def test_no_other_spelling_of_a_tile_fills_the_cache(
    nginx: Nginx, path: str
) -> None:
    """Sent as it stands: a client library would tidy it up."""
    kept = sorted((nginx.folder / "cache").rglob("*"))
    for _ in range(2):
        assert raw_status(nginx, path) in {404, 400}
    assert sorted((nginx.folder / "cache").rglob("*")) == kept


def raw_status(nginx: Nginx, path: str) -> int:
    context = ssl.create_default_context(cafile=nginx.certificate)
    with context.wrap_socket(
        nginx.connect(), server_hostname="127.0.0.1"
    ) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        return int(connection.makefile("rb").readline().split()[1])


def test_the_checkpoint_follows_the_log(
    web: httpx2.Client, world: LedgerWorld, nginx: Nginx
) -> None:
    before = web.get("/log/checkpoint").text

    with client_of(world, nginx) as client:
        (receipt,) = client.submit([made(world)])
        assert isinstance(receipt, Receipt)
        wait_until(
            lambda: web.get("/log/checkpoint").text != before,
            "what the cache has is the newer one",
        )
        assert client.checkpoint().checkpoint.size > receipt.log_index


def test_a_crowd_that_asks_for_the_checkpoint_is_answered_from_the_cache(
    web: httpx2.Client,
) -> None:
    def is_hit() -> bool:
        return status_of(web.get("/log/checkpoint")) == (200, "HIT")

    wait_until(is_hit, "two ask within the cache's second")


def test_a_statement_is_logged_and_proven_through_it(
    world: LedgerWorld, nginx: Nginx
) -> None:
    statements = [made(world) for _ in range(250)]
    with client_of(world, nginx) as client:
        replies = [r for _, r in client.submit_many(statements, in_flight=2)]
        again = client.submit(statements)

    assert all(isinstance(reply, Receipt) for reply in replies)
    assert again == replies
    with open_reader(world.folder) as ledger, ledger.moment() as moment:
        entries = list(moment.reader.entries(0, moment.size))
    assert all(entries.count(s.entry) == 1 for s in statements)


def test_a_bundle_passes_untouched(
    world: LedgerWorld, nginx: Nginx, node: NodeProcess
) -> None:
    with client_of(world, nginx) as through:
        through.submit([made(world)])
        assert through.verify(can(7)).outcome is Outcome.VERIFIED
        with Client(node.url, trust=world.trust) as direct:
            assert through.bundle(can(7)) == direct.bundle(can(7))


def test_what_the_node_compressed_stays_as_it_is(
    web: httpx2.Client, node: NodeProcess
) -> None:
    packed = []
    for path, coding in itertools.product(
        ("/", "/docs", TILE, "/openapi.json"), ("zstd", "gzip", "identity")
    ):
        wish = {"accept-encoding": coding}
        with web.stream("GET", path, headers=wish) as through:
            bytes_through = b"".join(through.iter_raw())
        with (
            node.client() as client,
            client.stream("GET", path, headers=wish) as direct,
        ):
            bytes_direct = b"".join(direct.iter_raw())
        assert through.status_code == direct.status_code
        for name in ("content-encoding", "etag", "content-type", "vary"):
            assert through.headers.get(name) == direct.headers.get(name)
        if through.status_code == 200:
            assert bytes_through == bytes_direct
        if through.headers.get("content-encoding") == coding:
            packed.append((path, coding))
    assert len(packed) == 6, packed


def test_too_large_a_body_is_refused_before_the_node_hears_of_it(
    world: LedgerWorld, nginx: Nginx, web: httpx2.Client
) -> None:
    answer = web.post(
        "/v1/statements",
        content=bytes(9 * 2**20),
        headers={"content-type": "application/msgpack"},
    )
    assert answer.status_code == 413
    # And the client takes that for what it is.
    huge = world.sign(
        PRODUCER,
        *(
            world.event(can(3), **{"ex:note": "x" * 60_000, "ex:n": number})
            for number in range(150)
        ),
    )
    with client_of(world, nginx) as client:
        (refused,) = client.submit([huge])
    assert isinstance(refused, RejectedError)
    problem = problem_behind(refused)
    assert problem is not None
    assert (problem.status, problem.code) == (413, "")


def test_metrics_are_not_for_everybody(
    web: httpx2.Client, node: NodeProcess
) -> None:
    assert web.get("/metrics").status_code == 404
    with node.client() as client:
        own = client.get("/metrics")
    assert own.status_code == 200


def test_plain_http_is_sent_to_https(nginx: Nginx) -> None:
    answer = httpx2.get(
        f"http://127.0.0.1:{nginx.plain_port}/01/09506000134352?a=b",
        trust_env=False,
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 308
    assert answer.headers["location"] == (
        "https://127.0.0.1/01/09506000134352?a=b"
    )


def test_only_the_proxys_word_counts_for_whose_request_it_is(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    grow(world, 1)
    path = f"/v1/items/{can(0).replace('/', '%2F').replace(':', '%3A')}/trail"
    forged = {"x-forwarded-for": "127.0.0.99"}
    folder = tmp_path / "nginx"
    folder.mkdir()
    with (
        NodeProcess(
            world.folder,
            trusted_proxies="127.0.0.1",
            read_rate=0.001,
            read_burst=2,
        ) as node,
        Nginx(folder, node_port=node.port) as nginx,
    ):

        def through(address: str, headers: dict[str, str]) -> int:
            with nginx.session(address=address) as web:
                return web.get(path, headers=headers).status_code

        def direct(address: str, headers: dict[str, str]) -> int:
            transport = httpx2.HTTPTransport(local_address=address)
            with httpx2.Client(
                transport=transport, timeout=PATIENCE_SECONDS
            ) as web:
                return web.get(node.url + path, headers=headers).status_code

        # Each address behind the proxy has a bucket of its own …
        assert [through("127.0.0.2", {}) for _ in range(3)] == [200, 200, 429]
        assert through("127.0.0.3", {}) == 200
        # … and the client's own word for where it is makes no other of it.
        assert through("127.0.0.2", forged) == 429
        # Nor does it for who comes to the node itself, from elsewhere.
        assert [direct("127.0.0.4", forged) for _ in range(3)] == [
            *(200, 200, 429)
        ]
        assert direct("127.0.0.5", forged) == 200


def test_without_the_node_what_never_changes_is_still_served(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    grow(world, 300)
    folder = tmp_path / "nginx"
    folder.mkdir()
    entries = "/log/tile/entries/000"
    with (
        NodeProcess(world.folder, trusted_proxies="127.0.0.1") as node,
        Nginx(folder, node_port=node.port) as nginx,
        nginx.session() as web,
    ):
        kept = [web.get(path).content for path in (TILE, entries)]

        node.stop()

        for path, content in zip((TILE, entries), kept, strict=True):
            answer = web.get(path)
            assert status_of(answer) == (200, "HIT")
            assert answer.content == content
        # What was not asked for before is not there …
        assert web.get("/log/tile/0/001.p/2").status_code == 502
        # … and an old checkpoint is not given for the latest.
        wait_until(
            lambda: web.get("/log/checkpoint").status_code == 502,
            "the cache has let the checkpoint go",
        )
        with (
            client_of(world, nginx, attempts=2) as client,
            pytest.raises(UnreachableError, match="HTTP 502"),
        ):
            client.submit([made(world)])


# The notes.


def test_every_test_that_the_notes_name_is_there() -> None:
    notes = (PROJECT / "node" / "DEPLOYMENT.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", notes))

    assert len(named) >= 8
    assert named <= set(globals())
    for path in re.findall(r"tests/[\w/]+\.py", notes):
        assert (PROJECT / path).exists(), path


# Who may say what.

_BLOCK = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
_SENDS = re.compile(r"\bsends (.*)")
_FILE = re.compile(r"\b[a-z]+\.(?:pub|key|toml|request)\b")


def blocks_of(heading: str) -> list[tuple[str, str]]:
    """Return (comment, commands) of each block below *heading*."""
    notes = (PROJECT / "node" / "DEPLOYMENT.md").read_text(encoding="utf-8")
    section = notes.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = []
    for block in _BLOCK.findall(section):
        comment, _, commands = textwrap.dedent(block).partition("\n")
        blocks.append((comment.removeprefix("# "), commands))
    return blocks


class Machines:
    """A folder for each machine, and what a shell there has exported."""

    def __init__(self, folder: pathlib.Path, state: pathlib.Path) -> None:
        self._folder = folder
        self._state = state
        self._exported: dict[str, list[str]] = {}
        self.url = ""

    def of(self, name: str) -> pathlib.Path:
        if name == "the node's machine":
            return self._state
        folder = self._folder / name.removeprefix("the ")
        folder.mkdir(exist_ok=True)
        return folder

    def run(self, comment: str, commands: str) -> str:
        """Run one block as it stands; deliver what it sends."""
        name = comment.partition(",")[0]
        here = self.of(name)
        exports = self._exported.setdefault(name, [])
        script = "\n".join([*exports, commands])
        script = script.replace("/var/lib/provenance", str(self._state))
        script = script.replace("https://ledger.example", self.url)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=here, capture_output=True, check=False, text=True,
            env={**os.environ, "PATH": f"{self._programs}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.returncode == 0, (comment, done.stdout, done.stderr)
        exports += re.findall("^export .*$", commands, re.MULTILINE)
        sent = _SENDS.search(comment)
        for file in _FILE.findall(sent[1]) if sent else ():
            for other in ("operator", "chamber", "dairy", "the node's machine"):
                if not (self.of(other) / file).exists():
                    shutil.copy(here / file, self.of(other))
        return done.stdout

    @property
    def _programs(self) -> pathlib.Path:
        programs = self._folder / "bin"
        program = programs / "provenance"
        if not program.exists():
            programs.mkdir()
            program.write_text(
                f'#!/bin/sh\nexec {sys.executable} -m provenance "$@"\n'
            )
            program.chmod(0o755)
        return programs


def test_authorities_and_actors_each_sign_on_a_machine_of_their_own(
    tmp_path: pathlib.Path,
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    machines = Machines(tmp_path, state)
    ok("init", state / "ledger", "--origin", "ledger.example/food")
    document = machines.of("the dairy") / "made.json"
    write_document(document, "K1")
    document.write_text(
        document.read_text(encoding="utf-8").replace("9421902", "9521001"),
        encoding="utf-8",
    )
    first, second, *rest = blocks_of("Who may say what")
    machines.run(*first)
    machines.run(*second)
    assert not list((state / "ledger").glob("authority*"))
    said = []

    with NodeProcess(state / "ledger") as node:
        machines.url = node.url
        # The notes have a name where a machine here has a port.
        said += [machines.run(comment, block) for comment, block in rest]
        trust = state / "trust.toml"
        told = run(
            "actor", "list", "did:web:dairy.example", "--node", node.url,
            "--trust", trust, "--json",
        ).json["actors"][0]  # fmt: skip
        refused = run(
            "submit", document, "--node", node.url, "--trust", trust,
            "--key", document.parent / "dairy.key",
        )  # fmt: skip
        assert node.stop() == 0

    request, enrol, again, granted, signed, revoked = said
    assert "request to enrol" in request
    assert "not in effect yet" in enrol
    assert again.count("not in effect yet") == 1
    assert "not in effect yet" not in granted
    assert "producer, prefixes 9521001" in granted
    assert "1 accepted, 0 refused" in signed
    assert "revoked key" in revoked
    assert [key["reason"] for key in told["keys"]] == ["stolen", ""]
    assert refused.code == 1
    assert "PRV-9021" in refused.out
    ok("audit", state / "ledger")


# The node's settings, and those of nginx that must fit them.


def directives() -> dict[str, str]:
    lines = (
        line.strip().rstrip(";") for line in FILES["nginx.conf"].splitlines()
    )
    pairs = (line.partition(" ") for line in lines if " " in line)
    return {name: value for name, _, value in pairs}


def test_the_nodes_file_has_only_settings_that_there_are() -> None:
    text = FILES["node.toml"]
    settings = read_configuration(text=text, environ={}).settings

    assert (settings.host, settings.port) == (("127.0.0.1",), 8080)
    assert settings.trusted_proxies == ("127.0.0.1",)
    assert tomllib.loads(text)["public_url"] == settings.public_url


def test_nginx_refuses_what_the_node_would_refuse() -> None:
    text = FILES["node.toml"]
    settings = read_configuration(text=text, environ={}).settings
    said = directives()

    size = said["client_max_body_size"]
    assert size.endswith("m")
    assert int(size[:-1]) * 2**20 == settings.max_body_bytes
    assert said["client_header_timeout"] == f"{settings.header_seconds:g}s"
    assert said["client_body_timeout"] == f"{settings.body_seconds:g}s"
    assert said["send_timeout"] == f"{settings.send_seconds:g}s"
    most = said["large_client_header_buffers"].split()[1]
    assert int(most[:-1]) * 1024 == settings.max_header_bytes
    # The last that is read is the server's, the first the upstream's.
    assert "keepalive_timeout 10s" in FILES["nginx.conf"]
    assert settings.keep_alive_seconds > 10


# The unit.


UNITS = sorted(name for name in FILES if name.startswith("provenance-"))
SERVICES = [name for name in UNITS if name.endswith(".service")]


def unit(name: str = "provenance-node.service") -> dict[str, str]:
    """Return what the unit sets; of what is set twice, the last."""
    lines = (line.partition("=") for line in FILES[name].splitlines())
    return {name: value for name, equals, value in lines if equals}


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which("systemd-analyze")
    if found is None:
        lack("systemd-analyze is not installed: apt-get install systemd")
    return subprocess.run(
        [found, *arguments], capture_output=True, check=False, text=True
    )


def test_systemd_understands_the_units(tmp_path: pathlib.Path) -> None:
    machine = Machine(
        name="ledger.example",
        program=sys.executable,
        settings=str(tmp_path),
        ledger=str(tmp_path / "ledger"),
        backups=str(tmp_path / "backups"),
    )
    install(machine, tmp_path)
    units = [str(tmp_path / name) for name in UNITS]

    done = analyze("verify", "--man=no", *units)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # Control: it does look.
    for name, good, bad in (
        ("provenance-node.service", "Type=exec", "Type=unheard-of"),
        ("provenance-backup.service", "Type=oneshot", "Type=unheard-of"),
        ("provenance-backup.timer", "*-*-* 02:00", "never-ever"),
    ):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert good in text
        (tmp_path / name).write_text(text.replace(good, bad))
        assert analyze("verify", "--man=no", str(tmp_path / name)).stderr
        (tmp_path / name).write_text(text)


@pytest.mark.parametrize("name", SERVICES)
def test_the_units_leave_little_open(name: str, tmp_path: pathlib.Path) -> None:
    install(MACHINE, tmp_path)
    done = analyze(
        "security", "--offline=true", "--threshold=15", str(tmp_path / name)
    )
    assert done.returncode == 0, done.stdout


def test_the_unit_waits_longer_than_the_node_takes_to_stop() -> None:
    service = unit()
    settings = read_configuration(environ={}).settings

    assert int(service["TimeoutStopSec"]) > settings.stop_seconds
    assert int(service["LimitNOFILE"]) > 2 * settings.max_connections


def test_the_units_lines_start_a_node_with_the_key_from_outside(
    tmp_path: pathlib.Path,
) -> None:
    """With another's group rights on the credential, as systemd may leave."""
    world = new_world(tmp_path)
    credentials, runtime = tmp_path / "credentials", tmp_path / "run"
    credentials.mkdir()
    runtime.mkdir()
    key = world.folder / "log.key"
    key.rename(credentials / "log.key")
    (credentials / "log.key").chmod(0o440)
    key.symlink_to(runtime / "log.key")
    machine = Machine(
        name="ledger.example",
        program="/opt/provenance/bin/provenance",
        ledger=str(world.folder),
        settings=str(tmp_path / "settings"),
    )
    install(machine, tmp_path / "settings")
    text = render(machine)["provenance-node.service"]
    service = dict(re.findall(r"(?m)^(\w+)=(.*)$", text))

    def line(name: str) -> list[str]:
        return [
            word.replace("%d", str(credentials)).replace(
                "%t/provenance", str(runtime)
            )
            for word in service[name].split()
        ]

    subprocess.run(line("ExecStartPre"), check=True)
    program, *arguments = line("ExecStart")
    assert program == "/opt/provenance/bin/provenance"
    assert arguments[:3] == ["node", "serve", str(world.folder)]

    with (
        NodeProcess(world.folder, *arguments[3:], public_url="") as node,
        Client(node.url, trust=world.trust) as client,
    ):
        (receipt,) = client.submit([made(world)])
        assert isinstance(receipt, Receipt)
        # A stop as systemd does it is no failure, and nothing is started.
        assert node.stop() == 0


def test_a_log_that_would_fork_is_not_started_again() -> None:
    from provenance.errors import ForkError, StoreError  # noqa: PLC0415
    from provenance.problems import PROBLEMS  # noqa: PLC0415

    final = unit()["RestartPreventExitStatus"].split()
    assert str(PROBLEMS[ForkError].exit_code) in final
    # A disk that failed once may be there again.
    assert str(PROBLEMS[StoreError].exit_code) not in final
