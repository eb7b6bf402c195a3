"""What a process has opened says so in a child that was forked from it."""

import gc
import os
import pathlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import apsw
import httpx2
import pytest

from provenance.client import Client
from provenance.epcis.query_parameters import parse_query
from provenance.folder import (
    audit_folder,
    backup_folder,
    open_ledger,
    open_queries,
    open_reader,
)
from provenance.ledger.ledger import Ledger
from provenance.ledger.workers import CHUNK
from provenance.store import DATABASE
from provenance.store.lockfile import FileLock
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.cli_runs import PROJECT
from tests.support.fork_child import fork, in_child
from tests.support.node_world import NodeProcess
from tests.support.parts import lack
from tests.support.waiting import PATIENCE_SECONDS, finish

SAYS = "which was forked from it: nothing was done. Open it in each worker"


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    (receipt,) = world.ledger.submit([world.sign(PRODUCER, world.made(can(1)))])
    assert not isinstance(receipt, Exception)
    yield world
    world.ledger.close()


Use = Callable[[Ledger, LedgerWorld], object]

USES: dict[str, Use] = {
    "submit": lambda ledger, world: ledger.submit(
        [world.sign(PRODUCER, world.made(can(2)))]
    ),
    "submit_many": lambda ledger, world: list(
        ledger.submit_many([world.sign(PRODUCER, world.made(can(2)))])
    ),
    "rehearse": lambda ledger, _: ledger.rehearse(),
    "add_cosignatures": lambda ledger, _: ledger.add_cosignatures([], size=1),
    "cosign": lambda ledger, _: ledger.cosign([]),
    "checkpoint": lambda ledger, _: ledger.checkpoint(),
    "size": lambda ledger, _: ledger.size,
    "head": lambda ledger, _: ledger.head(can(1)),
    "trail": lambda ledger, _: ledger.trail(can(1)),
    "prove_item": lambda ledger, _: ledger.prove_item(can(1)),
    "prove_growth": lambda ledger, _: ledger.prove_growth(1, 2),
    "registry": lambda ledger, _: ledger.registry(),
    "receipt": lambda ledger, _: ledger.receipt(1),
}


@pytest.mark.parametrize("use", USES)
def test_a_ledger_that_was_open_before_a_fork_says_so(
    world: LedgerWorld, use: str
) -> None:
    ledger = world.ledger
    said = in_child(lambda: USES[use](ledger, world))
    assert said.startswith("StoreError: the ledger"), said
    assert f"was opened by process {os.getpid()}" in said
    assert SAYS in said
    # The parent goes on.
    (answer,) = ledger.submit([world.sign(PRODUCER, world.made(can(3)))])
    assert not isinstance(answer, Exception)


def test_a_lock_that_another_thread_held_does_not_hang_the_child(
    world: LedgerWorld,
) -> None:
    """That thread does not exist in the child, and would hold it for ever."""
    is_held, is_over = threading.Event(), threading.Event()
    ledger = world.ledger

    def hold() -> None:
        store = ledger._writable
        with ledger._turn, ledger._queue_lock, store._turn:  # type: ignore[attr-defined]  # SQLite's
            is_held.set()
            is_over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    try:
        for use in ("submit", "rehearse", "add_cosignatures", "size"):
            said = in_child(lambda use=use: USES[use](ledger, world))  # type: ignore[misc]  # its default
            assert SAYS in said
        assert in_child(ledger.close) == "None"
    finally:
        is_over.set()
        thread.join()


def test_a_reader_and_queries_that_were_open_before_a_fork_say_so(
    world: LedgerWorld,
) -> None:
    query = parse_query({})
    with (
        open_reader(world.folder) as reader,
        open_queries(world.folder) as queries,
    ):
        # Both have connections by now.
        assert reader.size
        assert queries.run(query).events
        assert SAYS in in_child(reader.checkpoint)
        assert SAYS in in_child(lambda: queries.run(query))
        assert SAYS in in_child(queries.catch_up)
        assert in_child(reader.close) == "None"
        assert in_child(queries.close) == "None"
        assert reader.size
        assert queries.run(query).events


def test_a_moment_that_a_fork_has_copied_is_read_no_more(
    world: LedgerWorld,
) -> None:
    with world.ledger.moment() as moment:
        assert SAYS in in_child(moment.reader.size)
        assert moment.reader.size() == moment.size
        entries = moment.reader.entries(0, moment.size)
        next(entries)
        assert SAYS in in_child(lambda: list(entries))
        assert len(list(entries)) == moment.size - 1

        def leave() -> None:
            # What the block would do at its end.
            moment.reader.end()  # type: ignore[attr-defined]  # SQLite's

        assert in_child(leave) == "None"
        assert moment.reader.size() == moment.size


@pytest.mark.parametrize(
    "open_again",
    [open_ledger, open_reader, open_queries, audit_folder],
    ids=lambda function: function.__name__,
)
def test_a_child_does_not_open_what_its_parent_has_open(
    world: LedgerWorld, open_again: Callable[[pathlib.Path], object]
) -> None:
    """SQLite would take no lock there, believing that it has them all."""
    said = in_child(lambda: open_again(world.folder))
    if open_again is open_ledger:
        assert "is open for writing already" in said
    else:
        assert f"was open in process {os.getpid()} when that forked" in said
        assert str(world.folder / DATABASE) in said


def test_a_child_copies_no_ledger_that_its_parent_has_open(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    said = in_child(lambda: backup_folder(world.folder, tmp_path / "copy"))
    assert "when that forked this one" in said


def test_a_child_opens_what_its_parent_has_closed(world: LedgerWorld) -> None:
    world.ledger.close()

    def work() -> int:
        with open_ledger(world.folder) as ledger:
            (answer,) = ledger.submit(
                [world.sign(PRODUCER, world.made(can(5)))]
            )
            assert not isinstance(answer, Exception)
        with open_reader(world.folder) as reader:
            return len(reader.trail(can(5)))

    assert in_child(work) == "1"


def test_a_child_that_closes_all_it_has_takes_no_lock_from_its_parent(
    world: LedgerWorld,
) -> None:
    ledger = world.ledger
    assert in_child(ledger.close) == "None"
    lock = world.folder / f"{DATABASE}.lock"
    with pytest.raises(Exception, match="another process holds"):
        FileLock.take(lock)
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, str(world.folder)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert "ConflictError" in done.stderr
    # And SQLite's own: what another process reads is not moved under it.
    (answer,) = ledger.submit([world.sign(PRODUCER, world.made(can(6)))])
    assert not isinstance(answer, Exception)


_OPEN = "import sys, provenance; provenance.open_ledger(sys.argv[1])"


def test_a_child_closes_no_connection_not_even_with_its_last_reference(
    tmp_path: pathlib.Path,
) -> None:
    """SQLite's close could move a log which others are writing."""
    world = LedgerWorld(tmp_path / "ledger")
    kept = [world.ledger]
    count = len(apsw.connections())
    assert count

    def work() -> int:
        kept.pop().close()
        vars(world).clear()
        gc.collect()
        return len(apsw.connections())

    assert in_child(work) == str(count)
    kept.pop().close()
    # Control: with the parent's close they are gone.
    assert len(apsw.connections()) < count


def test_a_program_that_forks_ends_and_leaves_the_ledger_whole(
    world: LedgerWorld,
) -> None:
    world.ledger.close()
    done = subprocess.run(
        [sys.executable, "-c", _FORK, str(world.folder)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert audit_folder(world.folder).findings == []


_FORK = """
import os, sys
import provenance

ledger = provenance.open_ledger(sys.argv[1])
with ledger.moment():
    child = os.fork()
if child:
    _, status = os.waitpid(child, 0)
    assert status == 0
    ledger.close()
    # What was published is the last thing that is there.
    with provenance.open_reader(sys.argv[1]) as reader:
        assert reader.size
"""


def test_a_childs_end_of_a_pipe_does_not_keep_the_parent_waiting(
    world: LedgerWorld,
) -> None:
    """A checking process ends when nobody holds its pipe any more."""
    submissions = (
        world.sign(PRODUCER, world.made(can(number)))
        for number in range(100, 100 + 3 * CHUNK)
    )
    stream = world.ledger.submit_many(submissions, processes=1)
    next(stream)
    hold, release = os.pipe()
    child = fork()
    if child == 0:
        os.close(release)
        os.read(hold, 1)
        os._exit(0)
    os.close(hold)
    try:
        rest = threading.Thread(target=lambda: list(stream), daemon=True)
        rest.start()
        rest.join(PATIENCE_SECONDS)
        assert not rest.is_alive()
    finally:
        os.close(release)
        os.waitpid(child, 0)


def test_a_client_that_was_made_before_a_fork_says_so(
    world: LedgerWorld,
) -> None:
    world.ledger.close()
    with (
        NodeProcess(world.folder) as node,
        Client(node.url, trust=world.trust) as client,
    ):
        before = client.checkpoint()
        said = in_child(client.checkpoint)
        assert said.startswith(f"StoreError: the client of {node.url} was")
        assert SAYS in said
        assert in_child(client.close) == "None"
        assert client.checkpoint() == before

        def work() -> bool:
            with Client(node.url, trust=world.trust) as own:
                return own.checkpoint() == before

        assert in_child(work) == "True"


def test_a_grandchild_is_told_too(world: LedgerWorld) -> None:
    ledger = world.ledger
    assert SAYS in in_child(lambda: in_child(ledger.checkpoint))
    opened = in_child(lambda: in_child(lambda: open_reader(world.folder)))
    assert "when that forked" in opened


# Through gunicorn, which forks its workers from what it has loaded.


@pytest.fixture(scope="module")
def gunicorn() -> None:
    if find_spec("gunicorn") is None:
        lack("gunicorn is not installed: pip install --group test")


_APP = """
import provenance

ledger = provenance.open_reader({folder!r})
ledger.size


def application(environ, start_response):
    try:
        said = f"size {{ledger.size}}"
    except provenance.ProvenanceError as error:
        said = str(error)
    start_response("200 OK", [("content-type", "text/plain")])
    return [said.encode()]
"""


def asked_through_gunicorn(
    folder: pathlib.Path, ledger: pathlib.Path, *options: str
) -> str:
    """Return what a worker of gunicorn says of the ledger."""
    app = _APP.format(folder=str(ledger))
    (folder / "shop.py").write_text(app, encoding="utf-8")
    socket_path = folder / "g.sock"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "shop:application"),
            *("--bind", f"unix:{socket_path}", "--workers", "2", *options),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
    )
    try:
        # The socket is there before any worker, and keeps who connects.
        assert server.stderr is not None
        while b"Listening at" not in (line := server.stderr.readline()):
            assert line, "gunicorn ended"
        transport = httpx2.HTTPTransport(uds=str(socket_path))
        with httpx2.Client(
            transport=transport, timeout=PATIENCE_SECONDS
        ) as client:
            return client.get("http://shop.example/").text
    finally:
        server.terminate()
        finish(server)


@pytest.mark.usefixtures("gunicorn")
def test_a_worker_of_gunicorn_with_a_preloaded_ledger_says_so(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    said = asked_through_gunicorn(tmp_path, world.folder, "--preload")
    assert SAYS in said
    # Control: without --preload each worker opens its own.
    said = asked_through_gunicorn(tmp_path, world.folder)
    assert said == f"size {world.ledger.size}"
