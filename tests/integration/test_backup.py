"""Backup and restore: what is copied, what is not, and what an old copy is.

A backup is taken while a node is being written to, put into a new folder,
audited and served again. What may not happen is that a log is signed on from
an old copy: the signer's memory refuses that, and where the memory itself is
old, whoever holds a newer checkpoint has the proof.
"""

import pathlib
import shutil
import subprocess
import sys
import sysconfig
import threading

import pytest
from provenance_node.install import Machine, install

import provenance.store.backup as backup_module
from provenance.claims.statement import Submission
from provenance.client import Client
from provenance.errors import (
    ConflictError,
    EquivocationError,
    ForkError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.folder import (
    audit_folder,
    backup_folder,
    open_ledger,
    open_reader,
)
from provenance.proof.receipt import Receipt
from provenance.proof.trust import format_trust
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from provenance.store.backup import copy_ledger
from provenance.store.sqlite_reader import SQLiteReader
from tests.ledger_world import (
    ORIGIN,
    PRODUCER,
    LedgerWorld,
    can,
    with_another_key,
)
from tests.support.cli_runs import ok, run
from tests.support.node_world import NodeProcess, grow, new_world
from tests.support.waiting import PATIENCE_SECONDS, finish

PROJECT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


def made(world: LedgerWorld, *numbers: int) -> list[Submission]:
    return [world.sign(PRODUCER, world.made(can(n))) for n in numbers]


def log_of(folder: pathlib.Path) -> list[bytes]:
    with open_reader(folder) as ledger, ledger.moment() as moment:
        return list(moment.reader.entries(0, moment.size))


def kept_checkpoint(folder: pathlib.Path, path: pathlib.Path) -> pathlib.Path:
    """Write what the log says now to *path*, as a monitor would keep it."""
    with open_reader(folder) as ledger:
        path.write_text(ledger.checkpoint(), encoding="utf-8")
    return path


# The copy.


def test_a_backup_is_the_ledger_without_its_secrets(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    grow(world, 5)
    copy = tmp_path / "backups" / "monday"

    size = backup_folder(world.folder, copy)

    assert sorted(p.name for p in copy.iterdir()) == [
        "ledger.sqlite",
        "trust.toml",
    ]
    assert log_of(copy) == log_of(world.folder)
    assert len(log_of(copy)) == size
    assert audit_folder(copy, trust=world.trust).is_sound
    assert (copy / "ledger.sqlite").stat().st_mode & 0o077 == 0
    assert copy.stat().st_mode & 0o077 == 0


def test_the_command_takes_a_backup_that_the_audit_accepts(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    copy = tmp_path / "copy"

    done = ok("backup", copy, "--ledger", world.folder, "--json")

    assert done.json["size"] == len(log_of(copy))
    assert ok("audit", copy, "--trust", world.folder / "trust.toml").out
    again = run("backup", copy, "--ledger", world.folder)
    assert again.code == 3
    assert "never overwritten" in again.err
    missing = run("backup", tmp_path / "x", "--ledger", tmp_path / "nothing")
    assert missing.code == 4
    assert not (tmp_path / "x").exists()


def test_a_backup_is_never_overwritten_nor_half_there(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    with pytest.raises(ConflictError, match="never overwritten"):
        backup_folder(world.folder, copy)
    assert not list(copy.iterdir())
    with pytest.raises(StoreError, match="cannot make"):
        backup_folder(world.folder, world.folder / "trust.toml" / "copy")
    with pytest.raises(NotFoundError):
        backup_folder(tmp_path / "nothing", tmp_path / "other")

    source = world.folder / "ledger.sqlite"
    (copy / "there").touch()
    with pytest.raises(ConflictError, match="already"):
        copy_ledger(source, copy / "there", origin=ORIGIN)
    with pytest.raises(StoreError, match="cannot make"):
        copy_ledger(source, tmp_path / "no" / "folder", origin=ORIGIN)
    with pytest.raises(MalformedError):
        copy_ledger(source, copy / "new", origin="ledger.example/other")
    assert sorted(p.name for p in copy.iterdir()) == ["there"]


def test_a_damaged_ledger_gives_no_backup_that_looks_whole(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    grow(world, 50)
    with open_ledger(world.folder) as ledger:
        assert ledger.size
    source = world.folder / "ledger.sqlite"
    with source.open("r+b") as file:
        file.truncate(source.stat().st_size // 2)

    with pytest.raises(StoreError):
        backup_folder(world.folder, tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


def test_a_backup_waits_until_what_was_committed_is_signed(
    world: LedgerWorld, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = world.reopen()
    publish = ledger._writable.publish
    copy = tmp_path / "copy"
    looked, published = threading.Event(), threading.Event()

    def pause(_: float) -> None:
        looked.set()
        assert published.wait(PATIENCE_SECONDS)

    monkeypatch.setattr(backup_module, "sleep", pause)
    taking = threading.Thread(target=backup_folder, args=(world.folder, copy))

    def late(size: int, note: str) -> None:
        taking.start()
        assert looked.wait(PATIENCE_SECONDS)
        publish(size, note)
        published.set()

    with monkeypatch.context() as patch:
        patch.setattr(ledger._writable, "publish", late)
        ledger.submit(made(world, 1))
    taking.join()
    ledger.close()

    assert log_of(copy) == log_of(world.folder)
    assert audit_folder(copy, trust=world.trust).is_sound


def test_what_a_writer_left_unsigned_is_copied_as_it_is(
    world: LedgerWorld, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    ledger = world.reopen()
    with monkeypatch.context() as patch:
        patch.setattr(ledger._writable, "publish", full)
        with pytest.raises(StoreError, match="disk is full"):
            ledger.submit(made(world, 1))
    size = ledger._writable.size()
    ledger.close()
    monkeypatch.setattr(backup_module, "_LOOKS", 3)
    copy = tmp_path / "ledger.sqlite"

    copy_ledger(world.folder / "ledger.sqlite", copy, origin=ORIGIN)

    store = SQLiteReader.open(copy, origin=ORIGIN)
    assert store.size() == size
    store.close()


def test_a_backup_without_room_leaves_no_half_copy(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    copy = tmp_path / "copy"
    command = [
        *(sys.executable, "-m", "provenance", "backup", str(copy)),
        *("--ledger", str(world.folder)),
    ]
    # No file of it may grow beyond 40 blocks of 512 bytes.
    done = subprocess.run(
        ["sh", "-c", 'trap "" XFSZ; ulimit -f 40; exec "$@"', "sh", *command],
        cwd=PROJECT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 3, done
    assert "PRV-9060" in done.stderr
    assert not copy.exists()


# The whole way round, under load.


def test_a_backup_under_load_is_restored_audited_and_served(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    statements = made(world, *range(1_500))
    backups = tmp_path / "backups"
    backups.mkdir()
    trust_file = tmp_path / "trust.toml"
    shutil.copy(world.folder / "trust.toml", trust_file)
    known: list[Submission] = []
    printed: list[str] = []

    with (
        NodeProcess(world.folder) as node,
        Client(node.url, trust=world.trust) as client,
    ):
        answered: list[Submission] = []
        backup: subprocess.Popen[str] | None = None
        answers = client.submit_many(iter(statements), batch=50, in_flight=2)
        for statement, reply in answers:
            assert isinstance(reply, Receipt)
            answered.append(statement)
            if len(answered) == 500:
                # What is acknowledged before the backup begins is in it.
                known = list(answered)
                backup = start_backup(world.folder, backups, trust_file)
        assert backup is not None
        out, said = finish(backup)
        assert backup.returncode == 0, said
        printed = out.split(":")[:1]
        node.stop()

    (copy,) = map(pathlib.Path, printed)
    log = log_of(copy)
    assert {s.entry for s in known} <= set(log)
    assert log == log_of(world.folder)[: len(log)]
    assert audit_folder(copy, trust=world.trust).is_sound

    # Elsewhere, with the key, and with what the last one who looked had seen.
    restored = tmp_path / "restored"
    seen = kept_checkpoint(copy, tmp_path / "seen")
    ok("restore", copy, restored, "--checkpoint", seen)
    shutil.copy(world.folder / "log.key", restored / "log.key")
    with (
        NodeProcess(restored) as node,
        Client(node.url, trust=world.trust) as client,
    ):
        (again,) = client.submit([known[-1]])
        assert isinstance(again, Receipt)
        assert again.log_index < len(log)
        assert client.verify(can(0)).outcome is Outcome.VERIFIED
        # What came after the backup is not there: who sends it again is
        # answered anew.
        (late,) = client.submit([statements[-1]])
        assert isinstance(late, Receipt)
    assert audit_folder(restored, trust=world.trust).is_sound


def start_backup(
    ledger: pathlib.Path, backups: pathlib.Path, trust: pathlib.Path
) -> subprocess.Popen[str]:
    """Run the script that `node install` writes, as cron would."""
    settings = backups.parent / "settings"
    machine = Machine(
        name="ledger.example",
        program=f"{sysconfig.get_path('scripts')}/provenance",
        ledger=str(ledger),
        backups=str(backups),
        settings=str(settings),
    )
    install(machine, settings)
    shutil.copy(trust, settings / "trust.toml")
    return subprocess.Popen(
        [str(settings / "backup.sh")],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_script_keeps_no_unsound_copy_under_a_good_name(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    grow(world, 3)
    backups = tmp_path / "backups"
    backups.mkdir()
    # A trust file by which this ledger's log is nobody's.
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(format_trust(with_another_key(world.trust)))

    script = start_backup(world.folder, backups, wrong)
    out, said = finish(script)

    assert script.returncode == 1, said
    assert out == ""
    assert [p.suffix for p in backups.iterdir()] == [".unsound"]
    assert ".unsound now; no older copy was deleted" in said


# What an old copy must not do.


@pytest.fixture
def old(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> tuple[LedgerWorld, pathlib.Path]:
    """Give a ledger that was backed up, and has grown since."""
    grow(world, 3)
    copy = tmp_path / "old"
    backup_folder(world.folder, copy)
    shutil.copy(world.folder / "signer.memory", tmp_path / "old.memory")
    world.ledger = open_ledger(world.folder, clock=world.clock)
    world.ledger.submit(made(world, 70, 71))
    world.ledger.close()
    return world, copy


def test_an_old_copy_beside_the_newer_memory_signs_nothing(
    old: tuple[LedgerWorld, pathlib.Path], tmp_path: pathlib.Path
) -> None:
    world, copy = old
    for name in ("log.key", "signer.memory"):
        shutil.copy(world.folder / name, copy / name)
    before = (copy / "signer.memory").read_bytes()

    with pytest.raises(ForkError, match="the database is an older copy"):
        open_ledger(copy)
    node = run("node", "serve", copy, "--port", "0")

    assert node.code == 1
    assert "PRV-9040" in node.err
    assert (copy / "signer.memory").read_bytes() == before
    # Control: it is the memory that refuses. With the old one it would go on.
    shutil.copy(tmp_path / "old.memory", copy / "signer.memory")
    open_ledger(copy).close()


def test_an_old_copy_without_a_memory_signs_nothing(
    old: tuple[LedgerWorld, pathlib.Path],
) -> None:
    world, copy = old
    shutil.copy(world.folder / "log.key", copy / "log.key")

    with pytest.raises(ForkError, match="without its memory"):
        open_ledger(copy)
    # It can still be read, and what it has is still proven.
    with open_reader(copy) as ledger:
        bundle = ledger.prove_item(can(0))
    verdict = examine_bundle(
        bundle, trust=world.trust, now=world.now, item=can(0)
    )
    assert verdict.outcome is Outcome.VERIFIED


def test_who_holds_a_newer_checkpoint_proves_the_fork(
    old: tuple[LedgerWorld, pathlib.Path], tmp_path: pathlib.Path
) -> None:
    """Both the database and the memory were put back: nothing here can know.

    Whoever looked before does, once the log has grown past that again.
    """
    world, copy = old
    with (
        NodeProcess(world.folder) as node,
        Client(node.url, trust=world.trust) as client,
    ):
        seen = client.checkpoint()
    shutil.copy(world.folder / "log.key", copy / "log.key")
    shutil.copy(tmp_path / "old.memory", copy / "signer.memory")

    with (
        NodeProcess(copy) as node,
        Client(node.url, trust=world.trust) as client,
    ):
        shorter = client.checkpoint()
        with pytest.raises(ValueError, match="smaller"):
            client.require_extension(seen, shorter)
        number = iter(range(900, 999))
        while (now := client.checkpoint()).checkpoint.size < (
            seen.checkpoint.size
        ):
            client.submit(made(world, next(number)))
        if now.checkpoint.size == seen.checkpoint.size:
            with pytest.raises(EquivocationError):
                client.require_extension(seen, now)
        client.submit(made(world, 800))
        with pytest.raises(EquivocationError) as found:
            client.require_extension(seen, client.checkpoint())
        # Both notes and what holds them against each other: enough for all.
        assert found.value.proof
