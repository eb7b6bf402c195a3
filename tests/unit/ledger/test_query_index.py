"""The index is derived: late, gone, damaged or wrong, no answer changes."""

import pathlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import apsw
import pytest

from provenance.epcis.draft import RawEvent, check_event
from provenance.errors import ProvenanceError, StoreError
from provenance.folder import audit_folder, open_queries
from provenance.intake.prepare import prepare_event
from provenance.ledger import catch_up
from provenance.ledger.query import Queries
from provenance.store import QUERY_INDEX
from provenance.store.candidates import IndexDamagedError, IndexedSlice
from provenance.store.lockfile import FileLock
from provenance.store.protocol import Reader
from provenance.store.sqlite_reader import SQLiteReader
from tests.ledger_world import PRODUCER, can
from tests.support.cli_runs import PROJECT
from tests.support.query_world import PREFIXES, QueryWorld
from tests.support.waiting import PATIENCE_SECONDS, finish
from tests.unit.ledger.test_query_ledger import seen

ASKED: list[dict[str, Any]] = [
    {},
    {"MATCH_epc": can(3)},
    {"EQ_bizStep": "inspecting", "GE_eventTime": "2026-01-01T10:02:00Z"},
    {"GE_ex:size": 1, "orderBy": "recordTime"},
]


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[QueryWorld]:
    world = QueryWorld(tmp_path)
    for number in range(5):
        world.log(seen(number, **{"ex:size": number % 2}))
    yield world
    world.ledger.close()


def answers(world: QueryWorld, queries: Queries) -> list[list[int]]:
    return [world.ask_all(queries, dict(parameters)) for parameters in ASKED]


RIGHT = [[4, 3, 2, 1, 0], [3], [4, 3, 2], [3, 1]]


def require_right(world: QueryWorld) -> None:
    with world.queries() as queries:
        assert answers(world, queries) == RIGHT
    # And the next one finds it in order.
    with world.queries() as queries, queries._index.view() as view:
        assert view.state().size == world.ledger.size


# Making it, and making it again.


def test_an_index_is_made_by_whoever_asks_first(world: QueryWorld) -> None:
    assert not world.index.exists()
    require_right(world)
    assert world.index.stat().st_mode & 0o077 == 0
    assert world.index.name == QUERY_INDEX


def test_an_index_that_was_deleted_is_made_again(world: QueryWorld) -> None:
    require_right(world)
    world.index.unlink()
    require_right(world)


def test_an_index_can_be_kept_elsewhere(
    world: QueryWorld, tmp_path: pathlib.Path
) -> None:
    elsewhere = tmp_path / "other.index"
    with open_queries(world.folder, index=elsewhere) as queries:
        assert answers(world, queries) == RIGHT
    assert elsewhere.exists()
    assert not world.index.exists()


def test_an_index_that_cannot_be_made_says_so(
    world: QueryWorld, tmp_path: pathlib.Path
) -> None:
    for path in (tmp_path / "none" / "index", tmp_path):
        with pytest.raises(StoreError, match=r"index|lock"):
            open_queries(world.folder, index=path)


def overwrite(start: int, data: bytes) -> Callable[[pathlib.Path], None]:
    def damage(path: pathlib.Path) -> None:
        with path.open("r+b") as file:
            file.seek(start)
            file.write(data)

    return damage


def run_sql(sql: str) -> Callable[[pathlib.Path], None]:
    def damage(path: pathlib.Path) -> None:
        connection = apsw.Connection(str(path))
        connection.execute(sql)
        connection.close()

    return damage


def write(data: bytes) -> Callable[[pathlib.Path], None]:
    def damage(path: pathlib.Path) -> None:
        path.write_bytes(data)

    return damage


def truncate(path: pathlib.Path) -> None:
    with path.open("r+b") as file:
        file.truncate(5_000)


DAMAGES: dict[str, Callable[[pathlib.Path], None]] = {
    "empty": write(b""),
    "text": write(b"junk" * 5_000),
    "header": overwrite(0, b"\xff" * 100),
    "schema": overwrite(100, b"\xff" * 3_000),
    "pages": overwrite(4_096, b"\xa5" * 30_000),
    "truncated": truncate,
    "no table": run_sql("DROP TABLE marks"),
    "other table": run_sql("DROP TABLE marks; CREATE TABLE marks (x, y)"),
    "no state": run_sql("DELETE FROM state"),
    "other type": run_sql(
        "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql ="
        " replace(sql, 'STRICT', '') WHERE name = 'state';"
    ),
    "version": run_sql("PRAGMA user_version = 99"),
    "application": run_sql("PRAGMA application_id = 99"),
    "origin": run_sql("UPDATE state SET origin = 'other.example'"),
    "not text": run_sql("UPDATE state SET origin = CAST(x'ff' AS TEXT)"),
    "history": run_sql("UPDATE state SET last = x'00'"),
    "future": run_sql("UPDATE state SET size = 1000"),
    "places": run_sql("UPDATE events SET position = 7"),
    "entries": run_sql("UPDATE events SET log_index = log_index + 100"),
    "hash of nothing": run_sql("DROP INDEX events_by_time"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_foreign_index_is_made_again(
    world: QueryWorld, damage: str
) -> None:
    require_right(world)
    DAMAGES[damage](world.index)
    require_right(world)


@pytest.mark.parametrize(
    "damage", [name for name in DAMAGES if name not in {"empty", "truncated"}]
)
def test_an_index_that_is_damaged_while_it_is_open_is_made_again(
    world: QueryWorld, damage: str
) -> None:
    with world.queries() as queries:
        assert answers(world, queries) == RIGHT
        DAMAGES[damage](world.index)
        assert answers(world, queries) == RIGHT


def test_an_index_whose_damage_stays_is_an_error_and_no_wrong_answer(
    world: QueryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_right(world)
    with world.queries() as queries:
        monkeypatch.setattr(queries._index, "clear", lambda: None)
        run_sql("DROP TABLE marks")(world.index)
        with pytest.raises(IndexDamagedError, match="delete it"):
            world.ask(queries, ASKED[2])


def test_who_finds_damage_waits_for_whoever_is_mending_it(
    world: QueryWorld,
) -> None:
    require_right(world)
    lock = world.index.with_name(world.index.name + ".lock")
    with world.queries() as queries:
        run_sql("DROP TABLE marks")(world.index)
        held = FileLock.take(lock)
        found: list[list[list[int]]] = []
        thread = threading.Thread(
            target=lambda: found.append(answers(world, queries))
        )
        thread.start()
        thread.join(timeout=0.2)
        assert thread.is_alive()
        held.release()
        thread.join(timeout=PATIENCE_SECONDS)
    assert found == [RIGHT]


def test_junk_beside_the_index_does_no_harm(world: QueryWorld) -> None:
    require_right(world)
    for suffix in ("-wal", "-shm", "-journal"):
        junk = world.index.with_name(world.index.name + suffix)
        junk.write_bytes(b"junk" * 3_000)
        require_right(world)


def test_an_index_of_a_longer_history_is_made_again(
    world: QueryWorld, tmp_path: pathlib.Path
) -> None:
    copy = tmp_path / "backup.sqlite"
    connection = apsw.Connection(str(world.folder / "ledger.sqlite"))
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    world.log(seen(9))
    with world.queries() as queries:
        assert world.ask_all(queries, {})[0] == 5
    world.ledger.close()
    # As if an older copy of the ledger had been put back.
    for left in world.folder.glob("ledger.sqlite*"):
        left.unlink()
    shutil.copy(copy, world.folder / "ledger.sqlite")
    with world.queries() as queries:
        assert answers(world, queries) == RIGHT


def test_a_damaged_ledger_is_an_error_of_the_ledger(
    world: QueryWorld,
) -> None:
    connection = apsw.Connection(str(world.folder / "ledger.sqlite"))
    connection.execute("UPDATE events SET data = x'c0' WHERE number >= 4")
    connection.close()
    with world.queries() as queries:
        with pytest.raises(StoreError, match="run an audit"):
            world.ask(queries, {})
        assert not isinstance(queries, IndexDamagedError)


def test_damage_that_came_after_the_index_is_found_as_well(
    world: QueryWorld,
) -> None:
    with world.queries() as queries:
        world.ask(queries, {})
        connection = apsw.Connection(str(world.folder / "ledger.sqlite"))
        connection.execute("UPDATE events SET data = x'c0' WHERE number >= 4")
        connection.close()
        with pytest.raises(StoreError, match="run an audit"):
            world.ask(queries, {})
        with pytest.raises(StoreError, match="run an audit"):
            world.ask(queries, {"EQ_eventHash": "ni:///sha-256;" + "0" * 64})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET entry = x'93c0' WHERE log_index = {}",
        "DELETE FROM entries WHERE log_index = {} - 2",
    ],
)
def test_a_log_without_a_commitment_is_an_error(
    world: QueryWorld, change: str
) -> None:
    connection = apsw.Connection(str(world.folder / "ledger.sqlite"))
    connection.execute(change.format(world.ledger.size - 1))
    connection.close()
    with (
        world.queries() as queries,
        pytest.raises(StoreError, match="run an audit"),
    ):
        queries.catch_up()


# Catching up.


def test_it_catches_up_in_parts(
    world: QueryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "_FACTS_AT_ONCE", 1)
    monkeypatch.setattr(catch_up, "_HASHES_AT_ONCE", 1)
    told: list[tuple[int, int]] = []
    with world.queries() as queries:
        queries.catch_up(lambda done, total: told.append((done, total)))
        assert answers(world, queries) == RIGHT
        size = world.ledger.size
        assert told[-1] == (size, size)
        assert len(told) == 5
        told.clear()
        queries.catch_up(
            lambda done, total: told.append((done, total)), hashes=True
        )
        assert told[-1] == (size, size)
        assert len(told) == 6


def test_a_catching_up_that_is_stopped_goes_on_where_it_was(
    world: QueryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "_FACTS_AT_ONCE", 1)

    def interrupt(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with world.queries() as queries:
        with pytest.raises(KeyboardInterrupt):
            queries.catch_up(interrupt)
        with queries._index.view() as view:
            assert 0 < view.state().size < world.ledger.size
        assert answers(world, queries) == RIGHT


def test_a_large_commit_is_indexed_in_slices_and_whole(
    world: QueryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.log(*[seen(5 + number) for number in range(4)])
    monkeypatch.setattr(catch_up, "_FACTS_AT_ONCE", 1)
    right = [8, 7, 6, 5, *RIGHT[0]]
    with world.queries() as queries:
        with queries._ledger.moment() as moment:
            made = list(catch_up.derive(moment.reader, 0, moment.size))
        assert len([each for each in made if not each.last]) == 9
        assert (
            max(
                sum(len(statement.events) for statement in each.statements)
                for each in made
            )
            == 1
        )
        queries.catch_up(hashes=True)
        assert world.ask_all(queries, {}) == right
    world.ledger.close()
    assert audit_folder(world.folder, processes=1).findings == []


def test_a_catching_up_that_is_stopped_within_a_commit_has_none_of_it(
    world: QueryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.log(*[seen(5 + number) for number in range(4)])
    monkeypatch.setattr(catch_up, "_FACTS_AT_ONCE", 1)
    before: list[int] = []

    def until_last_slice(
        reader: Reader, start: int, stop: int
    ) -> Iterator[IndexedSlice]:
        for count, each in enumerate(derive(reader, start, stop)):
            if start and count == 2:
                before.append(start)
                raise KeyboardInterrupt
            yield each

    derive = catch_up.derive
    with world.queries() as queries:
        with monkeypatch.context() as patch:
            patch.setattr(catch_up, "derive", until_last_slice)
            with pytest.raises(KeyboardInterrupt):
                queries.catch_up()
        with queries._index.view() as view:
            assert view.state().size == before[0]
        assert world.ask_all(queries, {}) == [8, 7, 6, 5, *RIGHT[0]]


PEAK = """
import sys
from provenance.folder import open_queries
from provenance.ledger import catch_up
catch_up._FACTS_AT_ONCE = int(sys.argv[2])
def peak():
    # Unlike the resource usage, it begins anew with the program.
    with open("/proc/self/status") as status:
        return next(int(l.split()[1]) for l in status if l.startswith("VmHWM"))
with open_queries(sys.argv[1]) as queries:
    at_rest = peak()
    queries.catch_up()
    print(peak() - at_rest)
"""


def test_memory_holds_a_slice_of_a_commit_and_not_all_of_it(
    world: QueryWorld,
) -> None:
    many = {f"ex:m{n}": f"a text of its own, {n}" for n in range(250)}
    statements = []
    for part in range(6):
        drafts = [
            check_event(
                RawEvent(
                    seen(number, **{**many, "ex:part": part}),
                    PREFIXES,
                    str,
                )
            )
            for number in range(10, 60)
        ]
        made = [prepare_event(draft) for draft in drafts]
        statements.append(world.sign(PRODUCER, *made))
    answers = world.ledger.submit(statements)
    assert [a for a in answers if isinstance(a, ProvenanceError)] == []

    def peak(facts_at_once: int) -> int:
        world.index.unlink(missing_ok=True)
        arguments = [str(world.folder), str(facts_at_once)]
        done = subprocess.run(
            [sys.executable, "-c", PEAK, *arguments],
            check=True,
            capture_output=True,
            cwd=PROJECT,
        )
        return int(done.stdout) * 1024

    sliced, whole = peak(1_000), peak(10**9)
    assert 3 * sliced < whole, (sliced, whole)
    assert catch_up._FACTS_AT_ONCE <= 50_000


def test_who_comes_second_waits_for_the_first(world: QueryWorld) -> None:
    lock = world.index.with_name(world.index.name + ".lock")
    with world.queries() as queries:
        held = FileLock.take(lock)
        told = threading.Event()
        threads = [
            threading.Thread(target=queries.catch_up, args=arguments)
            for arguments in ((lambda *_: told.set(),), ())
        ]
        for thread in threads:
            thread.start()
        assert told.wait(timeout=PATIENCE_SECONDS)
        assert all(thread.is_alive() for thread in threads)
        held.release()
        for thread in threads:
            thread.join(timeout=PATIENCE_SECONDS)
            assert not thread.is_alive()
    require_right(world)


def test_many_threads_ask_at_once(world: QueryWorld) -> None:
    found: list[list[list[int]]] = []
    with world.queries() as queries:
        threads = [
            threading.Thread(
                target=lambda: found.append(answers(world, queries))
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=PATIENCE_SECONDS)
    assert found == [RIGHT] * 8


ASKING = """
import sys
from provenance.epcis.query_parameters import parse_query
from provenance.folder import open_queries
from provenance.ledger import catch_up
catch_up._FACTS_AT_ONCE = 1
with open_queries(sys.argv[1]) as queries:
    sys.stdin.readline()
    found = queries.run(parse_query({})).events
    print([(e.log_index, e.position) for e in found])
"""


def test_many_processes_catch_up_at_once(world: QueryWorld) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ASKING, str(world.folder)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    wanted = str(world.places[::-1])
    for process in processes:
        out, _ = finish(process)
        assert process.returncode == 0
        assert out.strip() == wanted
    require_right(world)


def test_a_log_that_grows_all_the_time_is_not_chased(
    world: QueryWorld,
) -> None:
    with world.queries() as queries:
        original = queries._catch_up

        def catch_up_while_it_grows(*args: Any) -> None:
            original(*args)
            world.log(seen(30 + world.now % 20))

        queries._catch_up = catch_up_while_it_grows  # type: ignore[method-assign, assignment]
        assert world.ask_all(queries, {}) == RIGHT[0]


def test_the_ledger_is_opened_without_its_index(
    world: QueryWorld,
) -> None:
    require_right(world)
    world.index.write_bytes(b"junk")
    world.reopen()
    store = SQLiteReader.open(
        world.folder / "ledger.sqlite", origin=world.ledger.origin
    )
    assert store.size() == world.ledger.size
    store.close()
