"""What is true of the SQLite store alone: its file, its settings, its faults."""

import os
import pathlib
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator

import apsw
import pytest

from provenance.encoding.digest import sha256
from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.store import sqlite, sqlite_reader, sqlite_schema
from provenance.store.sqlite import SQLiteStore
from provenance.store.sqlite_reader import SQLiteReader
from provenance.store.sqlite_schema import check_sqlite_version
from tests.support.store_sample import Sample, key_of

ORIGIN = "ledger.example/sqlite"
ROOT = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def store(path: pathlib.Path) -> Iterator[SQLiteStore]:
    made = SQLiteStore.create(path, origin=ORIGIN)
    yield made
    made.close()


def writer_of(store: SQLiteStore) -> apsw.Connection:
    assert store._writer is not None
    return store._writer


def refuse_transactions(operation: int, *_: object) -> int:
    return (
        apsw.SQLITE_DENY
        if operation == apsw.SQLITE_TRANSACTION
        else apsw.SQLITE_OK
    )


def change(path: pathlib.Path, sql: str) -> None:
    """Change the file behind the store's back."""
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


# The library


@pytest.mark.parametrize(
    "version",
    [
        "3.44.6",
        "3.44.9",
        "3.50.7",
        "3.50.10",
        "3.51.3",
        "3.51.10",
        "3.52.0",
        "3.54.1",
        "4.0.0",
        "3.52",
    ],
)
def test_a_sound_sqlite_is_accepted(version: str) -> None:
    check_sqlite_version(version)


@pytest.mark.parametrize(
    "version",
    [
        "3.7.0",
        "3.7.17",
        "3.22.0",
        "3.40.1",
        "3.43.9",
        "3.44.0",
        "3.44.5",
        "3.45.6",
        "3.49.9",
        "3.50.0",
        "3.50.6",
        "3.51",
        "3.51.0",
        "3.51.2",
    ],
)
def test_an_sqlite_that_can_corrupt_a_ledger_is_refused(version: str) -> None:
    with pytest.raises(
        StoreError, match=f"SQLite {version} can corrupt a ledger.*apsw"
    ):
        check_sqlite_version(version)


def test_the_sqlite_that_is_linked_is_sound() -> None:
    check_sqlite_version(apsw.sqlite_lib_version())


# The file


def test_the_writer_is_durable_by_its_settings(store: SQLiteStore) -> None:
    writer = writer_of(store)
    assert writer.pragma("journal_mode") == "wal"
    assert writer.pragma("synchronous") == 2
    assert writer.pragma("mmap_size") == 0
    assert writer.pragma("application_id") == int.from_bytes(b"PROV", "big")
    assert writer.pragma("user_version") == sqlite_schema.SCHEMA_VERSION
    assert writer.pragma("integrity_check") == "ok"


def test_the_settings_are_the_same_when_opened_again(
    path: pathlib.Path,
) -> None:
    SQLiteStore.create(path, origin=ORIGIN).close()
    store = SQLiteStore.open_writer(path, origin=ORIGIN)
    assert writer_of(store).pragma("journal_mode") == "wal"
    assert writer_of(store).pragma("synchronous") == 2
    store.close()


def test_only_the_owner_can_read_a_ledger(path: pathlib.Path) -> None:
    before = os.umask(0)
    try:
        store = SQLiteStore.create(path, origin=ORIGIN)
        store.commit(Sample().grow(3))
        store.size()
        modes = {
            file.name: stat.S_IMODE(file.stat().st_mode)
            for file in path.parent.iterdir()
        }
        store.close()
    finally:
        os.umask(before)
    assert modes == {
        "ledger.sqlite": 0o600,
        "ledger.sqlite-wal": 0o600,
        "ledger.sqlite-shm": 0o600,
        "ledger.sqlite.lock": 0o600,
    }


def test_a_closed_ledger_is_one_file_and_its_lock(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    store.commit(Sample().grow(3))
    store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "ledger.sqlite",
        "ledger.sqlite.lock",
    ]


def test_a_ledger_may_be_named_by_a_string(path: pathlib.Path) -> None:
    SQLiteStore.create(str(path), origin=ORIGIN).close()
    SQLiteStore.open_writer(str(path), origin=ORIGIN).close()
    SQLiteReader.open(str(path), origin=ORIGIN).close()


def test_a_missing_file_is_not_made_by_opening_it(path: pathlib.Path) -> None:
    for open_store in (SQLiteStore.open_writer, SQLiteReader.open):
        with pytest.raises(NotFoundError, match="no ledger file"):
            open_store(path, origin=ORIGIN)
    assert list(path.parent.iterdir()) == []


def test_a_ledger_cannot_be_made_where_there_is_no_folder(
    tmp_path: pathlib.Path,
) -> None:
    with pytest.raises(StoreError, match="no-such-folder"):
        SQLiteStore.create(
            tmp_path / "no-such-folder" / "ledger.sqlite", origin=ORIGIN
        )


def test_creating_never_overwrites_a_file(path: pathlib.Path) -> None:
    path.write_text("a letter")
    with pytest.raises(ConflictError, match="already"):
        SQLiteStore.create(path, origin=ORIGIN)
    assert path.read_text() == "a letter"


def test_another_ledgers_file_is_refused_by_name(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    store.close()
    for open_store in (SQLiteStore.open_writer, SQLiteReader.open):
        with pytest.raises(
            MalformedError,
            match=r"'ledger.example/sqlite', not of 'other.example/log'",
        ):
            open_store(path, origin="other.example/log")


@pytest.mark.parametrize("version", [0, 1, 77, -1])
def test_an_unknown_schema_version_is_refused_with_what_to_do(
    path: pathlib.Path, store: SQLiteStore, version: int
) -> None:
    store.close()
    change(path, f"PRAGMA user_version = {version}")
    for open_store in (SQLiteStore.open_writer, SQLiteReader.open):
        with pytest.raises(
            MalformedError, match=f"schema version {version}.*use the release"
        ):
            open_store(path, origin=ORIGIN)


def test_a_file_that_is_no_database_is_refused(path: pathlib.Path) -> None:
    path.write_bytes(b"Dear customs officer, enclosed please find" * 300)
    for open_store in (SQLiteStore.open_writer, SQLiteReader.open):
        with pytest.raises(MalformedError, match="not a ledger's file"):
            open_store(path, origin=ORIGIN)


def test_another_programs_database_is_refused(path: pathlib.Path) -> None:
    change(path, "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(MalformedError, match="not a ledger's file"):
        SQLiteStore.open_writer(path, origin=ORIGIN)


def test_a_file_whose_making_was_interrupted_says_so(
    path: pathlib.Path,
) -> None:
    path.touch()
    with pytest.raises(
        MalformedError, match=r"empty: making it was interrupted. Delete it"
    ):
        SQLiteStore.open_writer(path, origin=ORIGIN)


def test_a_ledger_that_lost_its_name_is_refused(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    store.close()
    change(path, "DELETE FROM ledger")
    with pytest.raises(MalformedError, match="the file of ledger none"):
        SQLiteStore.open_writer(path, origin=ORIGIN)
    change(path, "DROP TABLE ledger")
    with pytest.raises(StoreError, match="no such table: ledger"):
        SQLiteStore.open_writer(path, origin=ORIGIN)


def test_a_refused_file_can_be_opened_once_it_is_mended(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    store.close()
    change(path, "PRAGMA user_version = 9")
    with pytest.raises(MalformedError):
        SQLiteStore.open_writer(path, origin=ORIGIN)
    change(path, f"PRAGMA user_version = {sqlite_schema.SCHEMA_VERSION}")
    SQLiteStore.open_writer(path, origin=ORIGIN).close()


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.99])
def test_a_file_cut_short_raises_only_our_errors(
    path: pathlib.Path, store: SQLiteStore, kept: float
) -> None:
    sample = Sample()
    store.commit(sample.grow(600))
    store.close()
    os.truncate(path, int(path.stat().st_size * kept))
    with pytest.raises((StoreError, MalformedError, AssertionError)):
        read_all(path, sample)


@pytest.mark.parametrize("page", range(1, 24))
def test_an_overwritten_page_raises_only_our_errors(
    path: pathlib.Path, store: SQLiteStore, page: int
) -> None:
    sample = Sample()
    store.commit(sample.grow(600))
    store.publish(600, "note")
    store.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096 + (100 if page == 1 else 0))
        file.write(b"\xa5" * 3000)
    with pytest.raises(
        (StoreError, MalformedError, NotFoundError, AssertionError)
    ):
        read_all(path, sample)


def read_all(path: pathlib.Path, sample: Sample) -> None:
    store = SQLiteReader.open(path, origin=ORIGIN)
    try:
        sample.check(store)
        assert store.checkpoint() == (600, "note")
    finally:
        store.close()


def test_a_page_that_is_damaged_while_open_names_the_way_out(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    store.commit(Sample().grow(600))
    store.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    with pytest.raises(
        StoreError,
        match=r"is damaged .*: restore a backup that an audit accepts",
    ):
        SQLiteStore.open_writer(path, origin=ORIGIN)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE heads SET link = 'a text'",
        "UPDATE entries SET entry = 7",
        "UPDATE links SET position = x'00'",
        "UPDATE links SET previous = NULL",
        "UPDATE ledger SET item_count = 'many'",
        "UPDATE checkpoints SET note = x'ff'",
        "UPDATE checkpoints SET note = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_value_of_another_type_is_damage(
    path: pathlib.Path, store: SQLiteStore, damage: str
) -> None:
    """SQLite itself would not let it in: what stands there the disk has changed."""
    sample = Sample()
    store.commit(sample.grow(60))
    store.publish(60, "note")
    store.close()
    change(
        path,
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET"
        " sql = replace(replace(sql, ') STRICT, ', ') '), ') STRICT', ')')",
    )
    change(
        path,
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')",
    )
    change(path, damage)
    reader = SQLiteReader.open(path, origin=ORIGIN)
    with pytest.raises(
        StoreError,
        match=r"is damaged .*: restore a backup that an audit accepts",
    ):
        read_everything(reader)
    reader.close()


def read_everything(store: SQLiteReader) -> None:
    store.item_count()
    list(store.rows(0, 60))
    list(store.links(0, 60))
    store.heads(b"")
    store.checkpoint()


# Trails in a damaged file


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE links SET previous = number",
        "UPDATE links SET previous = number + 1 WHERE previous >= 0",
        "UPDATE links SET previous = 10000000 WHERE previous >= 0",
        "UPDATE links SET previous = -2 WHERE previous = -1",
        "UPDATE links SET previous = -1",
        "DELETE FROM links WHERE previous = -1",
        "DELETE FROM links",
    ],
)
def test_a_trail_that_does_not_lead_back_is_an_error(
    path: pathlib.Path, store: SQLiteStore, damage: str
) -> None:
    sample = Sample()
    store.commit(sample.grow(60))
    change(path, damage)
    head = max(sample.heads.values(), key=lambda head: head.count)
    with pytest.raises(StoreError, match=r"damaged.*trail"):
        store.trail(head)


def test_a_trail_that_leads_forward_is_an_error(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    sample = Sample()
    store.commit(sample.grow(60))
    head = next(h for h in sample.heads.values() if h.count == 2)
    later = next(h for h in sample.heads.values() if h.last > head.last)
    change(
        path,
        f"UPDATE links SET previous = {later.last} WHERE number = {head.last};"
        f"UPDATE links SET previous = -1 WHERE number = {later.last}",
    )
    with pytest.raises(StoreError, match=r"damaged.*trail"):
        store.trail(head)


def test_a_circle_does_not_hold_a_reader_up(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    sample = Sample()
    store.commit(sample.grow(60))
    change(path, "UPDATE links SET previous = number")
    for count in (-1, 1, 50_000):
        head = next(iter(sample.heads.values()))._replace(count=count)
        with pytest.raises(StoreError, match="damaged"):
            store.trail(head)


# One writer


def test_a_second_writer_is_refused_and_readers_are_not(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    with pytest.raises(
        ConflictError, match="open for writing already: a ledger has one writer"
    ):
        SQLiteStore.open_writer(path, origin=ORIGIN)
    readers = [SQLiteReader.open(path, origin=ORIGIN) for _ in range(5)]
    sample = Sample()
    store.commit(sample.grow(9))
    for reader in readers:
        sample.check(reader)
        reader.close()


@pytest.mark.usefixtures("store")
def test_another_name_of_the_same_file_is_no_way_around_the_lock(
    path: pathlib.Path,
) -> None:
    alias = path.parent / "alias.sqlite"
    alias.symlink_to(path)
    with pytest.raises(ConflictError, match="one writer"):
        SQLiteStore.open_writer(alias, origin=ORIGIN)


def test_the_lock_file_stays_when_the_writer_goes(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    lock = path.with_name("ledger.sqlite.lock")
    number = lock.stat().st_ino
    store.close()
    SQLiteStore.open_writer(path, origin=ORIGIN).close()
    assert lock.stat().st_ino == number


def test_a_writer_in_another_process_is_refused_too(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    script = (
        "import sys; from provenance.store.sqlite import SQLiteStore;"
        "from provenance.store.sqlite_reader import SQLiteReader;"
        "reader = SQLiteReader.open(sys.argv[1], origin=sys.argv[2]); print(reader.size());"
        "SQLiteStore.open_writer(sys.argv[1], origin=sys.argv[2])"
    )
    store.commit(Sample().grow(9))
    command = [sys.executable, "-c", script, str(path), ORIGIN]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stdout == "9\n"
    assert "ConflictError" in run.stderr.splitlines()[-1]


def test_a_failed_opening_gives_the_lock_back(path: pathlib.Path) -> None:
    path.write_bytes(
        b"no database at all, but long enough to look like one" * 99
    )
    for _ in range(2):
        with pytest.raises(MalformedError):
            SQLiteStore.open_writer(path, origin=ORIGIN)
    path.unlink()
    SQLiteStore.create(path, origin=ORIGIN).close()


# Failures


def test_a_full_disk_is_told_and_nothing_of_the_batch_is_there(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    sample = Sample()
    store.commit(sample.grow(50))
    writer = writer_of(store)
    writer.pragma("max_page_count", writer.pragma("page_count") + 2)
    with pytest.raises(
        StoreError,
        match=r"is full: nothing of this batch was acknowledged. Free some space",
    ):
        store.commit(Sample(50).grow(500))
    sample.check(store)
    with pytest.raises(StoreError, match="open it again"):
        store.publish(50, "note")
    store.close()

    again = SQLiteStore.open_writer(path, origin=ORIGIN)
    sample.check(again)
    again.commit(sample.grow(500))
    sample.check(again)
    again.close()


def test_a_statement_that_is_logged_already_breaks_the_store(
    store: SQLiteStore,
) -> None:
    """The ledger looks first, so this is a fault of the program."""
    sample = Sample()
    store.commit(sample.grow(4))
    batch = sample.grow(4)
    batch.statements[0:1] = [sample.statements[0]]  # type: ignore[index]
    with pytest.raises(
        StoreError, match="UNIQUE constraint failed: statements"
    ):
        store.commit(batch)
    Sample(4).check(store)


def test_a_transaction_that_cannot_be_taken_back_breaks_the_store(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    sample = Sample()
    store.commit(sample.grow(4))

    def write_and_fail() -> None:
        with store._writing() as writer:
            writer.execute("DELETE FROM entries")
            writer.set_authorizer(refuse_transactions)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    sample.check(store)
    with pytest.raises(StoreError, match="open it again"):
        store.commit(Sample(4).grow(1))
    store.close()

    again = SQLiteStore.open_writer(path, origin=ORIGIN)
    sample.check(again)
    again.close()


def test_an_interrupted_commit_leaves_nothing_and_can_be_repeated(
    store: SQLiteStore,
) -> None:
    sample = Sample()
    store.commit(sample.grow(4))

    def interrupt() -> bool:
        raise KeyboardInterrupt

    writer_of(store).set_commit_hook(interrupt)
    batch = sample.grow(4)
    with pytest.raises(KeyboardInterrupt):
        store.commit(batch)
    Sample(4).check(store)
    writer_of(store).set_commit_hook(None)
    store.commit(batch)
    sample.check(store)


def test_a_reader_whose_file_goes_bad_raises_our_error(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    store.commit(Sample().grow(3))
    change(path, "DROP TABLE heads")
    with pytest.raises(StoreError, match=r"reading .* failed"):
        store.head(key_of(0))
    change(path, "DROP TABLE entries")
    with pytest.raises(StoreError, match=r"reading .* failed"):
        list(store.entries(0, 1))
    change(path, "DROP TABLE ledger")
    with (
        pytest.raises(StoreError, match=r"reading .* failed"),
        store.snapshot(),
    ):
        pass


def test_a_reader_whose_file_is_gone_raises_our_error(
    path: pathlib.Path,
) -> None:
    SQLiteStore.create(path, origin=ORIGIN).close()
    reader = SQLiteReader.open(path, origin=ORIGIN)
    shutil.rmtree(path.parent)
    for read in (
        reader.size,
        reader.snapshot().__enter__,
        lambda: list(reader.entries(0, 1)),
    ):
        with pytest.raises(StoreError, match="unable to open"):
            read()
    reader.close()


def test_what_could_not_be_made_is_not_left_behind(
    path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sqlite_schema, "SCHEMA", "CREATE nonsense")
        with pytest.raises(StoreError, match=r"cannot make .*nonsense"):
            SQLiteStore.create(path, origin=ORIGIN)
    assert not path.exists()
    SQLiteStore.create(path, origin=ORIGIN).close()


def test_a_name_that_no_file_can_have_is_an_error(
    tmp_path: pathlib.Path,
) -> None:
    # Too long for the lock's name; then short enough for it, but not for the WAL's.
    for length in (251, 250):
        with pytest.raises(StoreError, match="cannot"):
            SQLiteStore.create(tmp_path / ("x" * length), origin=ORIGIN)


def test_too_many_open_files_cost_no_ledger_its_file(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    sample = Sample()
    store.commit(sample.grow(4))
    store.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.open(path, os.O_RDONLY)
    os.close(lowest_free)
    # Enough for the lock, and for nothing after it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + 1, hard))
    try:
        with pytest.raises(
            StoreError, match=r"cannot make .*Too many open files"
        ):
            SQLiteStore.create(path, origin=ORIGIN)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    reader = SQLiteReader.open(path, origin=ORIGIN)
    sample.check(reader)
    reader.close()


def test_a_file_that_cannot_be_written_is_an_error(
    path: pathlib.Path, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 1)
    tool = apsw.Connection(str(path))
    tool.pragma("journal_mode", "delete")
    tool.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"cannot open .*locked"):
        SQLiteStore.open_writer(path, origin=ORIGIN)
    tool.close()
    SQLiteStore.open_writer(path, origin=ORIGIN).close()


def test_a_snapshot_that_cannot_end_is_an_error_and_read_from_by_nobody(
    store: SQLiteStore,
) -> None:
    sample = Sample()
    store.commit(sample.grow(4))
    taken = store.snapshot()
    moment = taken.__enter__()
    assert isinstance(moment, sqlite_reader._Snapshot)
    moment._open_connection().set_authorizer(refuse_transactions)
    with pytest.raises(StoreError, match="not authorized"):
        taken.__exit__(None, None, None)
    store.commit(sample.grow(4))
    with store.snapshot() as later:
        sample.check(later)


def test_a_connection_that_cannot_be_closed_is_an_error_and_gives_the_lock_back(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    class Stuck(apsw.Connection):
        def close(self, force: bool = False) -> None:
            super().close(force)
            raise apsw.IOError("the disk went away")

    store._pool.append(Stuck(str(path)))
    with pytest.raises(
        StoreError, match=r"closing .* failed: the disk went away"
    ):
        store.close()
    SQLiteStore.open_writer(path, origin=ORIGIN).close()


def test_where_write_ahead_mode_is_not_to_be_had_a_writer_is_refused() -> None:
    with pytest.raises(
        StoreError, match="journal mode 'memory' there, which is not durable"
    ):
        sqlite.connect_writer(pathlib.Path(":memory:"))


# Growth


def test_the_write_ahead_log_does_not_grow_without_end(
    path: pathlib.Path, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAL_PAGES", 50)
    wal = path.with_name("ledger.sqlite-wal")
    sample, sizes = Sample(), []
    for _ in range(100):
        store.commit(sample.grow(20))
        sizes.append(wal.stat().st_size)
    assert max(sizes) < 200 * 4096
    assert path.stat().st_size > 500_000
    sample.check(store)


def test_a_long_snapshot_holds_the_write_ahead_log_and_then_lets_it_go(
    path: pathlib.Path, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAL_PAGES", 50)
    sample = Sample()
    store.commit(sample.grow(20))
    with store.snapshot() as moment:
        for _ in range(40):
            store.commit(sample.grow(20))
        Sample(20).check(moment)
    held = path.with_name("ledger.sqlite-wal").stat().st_size
    assert held > 200 * 4096
    for _ in range(40):
        store.commit(sample.grow(20))
    assert path.with_name("ledger.sqlite-wal").stat().st_size == held
    sample.check(store)


def test_a_writer_begins_with_everything_moved_into_the_file(
    path: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """So that no batch comes to stand behind frames that were never synced."""
    store = SQLiteStore.create(path, origin=ORIGIN)
    sample = Sample()
    store.commit(sample.grow(300))
    # What a killed writer leaves: a file, and a WAL that nobody moved.
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("ledger.sqlite", "ledger.sqlite-wal"):
        shutil.copy(path.with_name(name), killed / name)
    store.close()
    left = killed / "ledger.sqlite"
    before = left.stat().st_size

    again = SQLiteStore.open_writer(left, origin=ORIGIN)
    assert left.stat().st_size > before
    sample.check(again)
    again.close()


def test_a_checkpoint_that_another_tool_is_at_is_left_to_it(
    path: pathlib.Path, store: SQLiteStore
) -> None:
    sample = Sample()
    store.commit(sample.grow(30))
    tool = apsw.Connection(str(path))
    assert tool.pragma("journal_mode") == "wal"
    waits = []

    def while_it_waits(_: int) -> bool:
        with pytest.raises(apsw.BusyError):
            writer_of(store).wal_checkpoint()
        sqlite._move_wal(writer_of(store))
        waits.append(1)
        return False

    tool.set_busy_handler(while_it_waits)
    with store.snapshot():
        store.commit(sample.grow(30))
        # It waits for the snapshot to end, and nobody else may move anything.
        with pytest.raises(apsw.BusyError):
            tool.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    tool.close()
    assert waits
    store.commit(sample.grow(30))
    sample.check(store)


# Many readers


def test_connections_are_used_again(store: SQLiteStore) -> None:
    sample = Sample()
    store.commit(sample.grow(30))
    for _ in range(50):
        with store.snapshot() as moment:
            assert moment.size() == 30
        list(store.entries(0, 30))
    (kept,) = store._pool
    # One that was abandoned, too.
    next(store.entries(0, 30))
    assert store._pool == [kept]


def test_a_generator_that_outlives_its_store_is_harmless(
    store: SQLiteStore,
) -> None:
    store.commit(Sample().grow(30))
    entries = store.entries(0, 30)
    next(entries)
    store.close()
    assert len(list(entries)) == 29


def test_hashes_go_in_as_they_are_and_come_out_as_bytes(
    store: SQLiteStore,
) -> None:
    store.commit(Sample().grow(9))
    head = store.heads(b"")[0]
    assert type(head.key) is bytes
    assert sha256(head.key) == sha256(bytes(head.key))


# Where nothing can be written


def test_a_file_that_somebody_writes_while_it_is_read_without_locks_is_not_trusted(
    path: pathlib.Path, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = Sample()
    store.commit(sample.grow(3))
    store.close()
    with monkeypatch.context() as another_user:
        another_user.setattr("os.access", lambda _, mode: mode != os.W_OK)
        reader = SQLiteReader.open(path, origin=ORIGIN)
        sample.check(reader)
        with reader.snapshot() as moment:
            sample.check(moment)
        snapshot = reader.snapshot()
        snapshot.__enter__().size()
        writer = SQLiteStore.open_writer(path, origin=ORIGIN)
        with pytest.raises(StoreError, match="somebody began to write"):
            snapshot.__exit__(None, None, None)
        writer.commit(sample.grow(1))
        writer.close()
        with pytest.raises(StoreError, match="somebody began to write"):
            reader.size()
        reader.close()
        again = SQLiteReader.open(path, origin=ORIGIN)
        sample.check(again)
        again.close()
