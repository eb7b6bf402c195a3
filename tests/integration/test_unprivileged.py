"""Backup, restore, move and audit, by a user without rights, with cron's PATH."""

import json
import os
import pathlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from provenance_node.install import Machine, install

from tests.support.cli_runs import CAN_AS_URN, MAKER, ORIGIN, write_document
from tests.support.unprivileged import Nobody


@pytest.fixture
def nobody() -> Iterator[Nobody]:
    nobody = Nobody.begin()
    yield nobody
    nobody.end()


@pytest.fixture
def ledger(nobody: Nobody) -> pathlib.Path:
    """Return a ledger of that user's, with a can in it."""
    folder = nobody.home / "ledger"
    maker = nobody.home / "maker.key"
    signing = ("--key", folder / "authority.key", "-C", folder)
    nobody.ok("init", folder, "--origin", ORIGIN)
    nobody.ok("key", "new", maker)
    nobody.ok(
        *("actor", "enrol", MAKER, "--name", "Maker"),
        *("--actor-key", maker, *signing),
    )
    nobody.ok(
        "actor", "grant", MAKER, "producer", "--prefix", "9421902", *signing
    )
    submit(nobody, folder, "K0000")
    return folder


def submit(nobody: Nobody, folder: pathlib.Path, serial: str) -> None:
    document = write_document(nobody.home / f"{serial}.json", serial)
    key = nobody.home / "maker.key"
    nobody.ok("submit", document, "--key", key, "-C", folder)


def back_up(nobody: Nobody, ledger: pathlib.Path) -> pathlib.Path:
    """Run the script that `node install` writes; return the copy."""
    settings = nobody.home / "settings"
    machine = Machine(
        name="ledger.example",
        program=str(nobody.program),
        ledger=str(ledger),
        settings=str(settings),
        backups=str(nobody.home / "backups"),
    )
    install(machine, settings)
    trust = (ledger / "trust.toml").read_text(encoding="utf-8")
    (settings / "trust.toml").write_text(trust, encoding="utf-8")
    done = nobody.execute(settings / "backup.sh")
    assert (done.code, done.err) == (0, "")
    (copy,) = (nobody.home / "backups").iterdir()
    assert done.out.startswith(f"{copy}: a sound ledger of ")
    return copy


def test_a_ledger_is_backed_up_lost_and_restored(
    nobody: Nobody, ledger: pathlib.Path
) -> None:
    copy = back_up(nobody, ledger)
    for path in (copy, copy / "ledger.sqlite"):
        assert path.stat().st_mode & 0o077 == 0
        assert path.stat().st_uid == (nobody.user or os.geteuid())
    kept = nobody.home / "can.provenance"
    nobody.ok("bundle", CAN_AS_URN, "-o", kept, "-C", ledger)
    lost = ledger.rename(nobody.home / "lost")

    refused = nobody.run("restore", copy, ledger)
    assert refused.code == 1
    assert "nothing says how far the log's key has signed" in refused.err

    done = nobody.ok("restore", copy, ledger, "--checkpoint", kept)
    assert f"it cannot sign yet: no key at {ledger}/log.key" in done.out
    nobody.execute("cp", "-p", lost / "log.key", ledger / "log.key")
    submit(nobody, ledger, "K0001")
    assert nobody.ok("audit", ledger).out.startswith("sound")


def test_a_ledger_moves_with_its_memory_and_its_key_is_named_until_it_is_there(
    nobody: Nobody, ledger: pathlib.Path
) -> None:
    """As node/DEPLOYMENT.md says, with a key that came as a credential."""
    key = nobody.home / "of-this-machine.key"
    nobody.execute("mv", ledger / "log.key", key)
    nobody.execute("ln", "-s", key, ledger / "log.key")
    submit(nobody, ledger, "K0001")

    there = nobody.home / "there"
    assert nobody.execute("cp", "-a", ledger, there).code == 0
    nobody.execute("mv", key, nobody.home / "carried.key")

    document = write_document(nobody.home / "late.json", "K0002")
    maker = nobody.home / "maker.key"
    for folder in (ledger, there):
        done = nobody.run("submit", document, "--key", maker, "-C", folder)
        assert done.code == 4
        assert (
            f"no key at {folder}/log.key: it points to {key}, which is not"
            " there"
        ) in done.err
    nobody.execute("rm", there / "log.key")
    nobody.execute("mv", nobody.home / "carried.key", there / "log.key")
    assert nobody.ok("audit", there).out.startswith("sound")
    submit(nobody, there, "K0002")
    # The old one has no key any more, and signs nothing.
    done = nobody.run("submit", document, "--key", maker, "-C", ledger)
    assert done.code == 4


def test_what_the_user_may_not_read_is_said_in_words(
    nobody: Nobody, ledger: pathlib.Path
) -> None:
    closed = nobody.home / "closed"
    nobody.execute("mkdir", closed)
    nobody.execute("mv", ledger, closed / "ledger")
    nobody.execute("chmod", "0", closed)
    for call in (
        ("backup", nobody.home / "copy", "-C", closed / "ledger"),
        ("restore", closed / "ledger", nobody.home / "new"),
        ("backup", closed / "copies", "--keep", "1", "-C", nobody.home),
    ):
        done = nobody.run(*call)
        assert done.code in {3, 4}, done
        assert "PRV-9002" not in done.err
    nobody.execute("chmod", "700", closed)
    done = nobody.run(
        *("backup", "/proc/copies", "--keep", "1", "-C", closed / "ledger")
    )
    assert done.code == 3
    assert "cannot make /proc/copies" in done.err


# A ledger that this user may read, and not write.


def give_away(folder: pathlib.Path) -> None:
    """Let *folder* be one that the user reads alone; its secrets not even so."""
    for path in folder.iterdir():
        secret = path.suffix == ".key" or path.name == "signer.memory"
        path.chmod(0 if secret else 0o444)
        if os.geteuid() == 0:
            os.chown(path, 0, 0)
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.chown(folder, 0, 0)


def take_back(folder: pathlib.Path) -> None:
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o600)


@pytest.fixture
def others(nobody: Nobody, ledger: pathlib.Path) -> Iterator[pathlib.Path]:
    """Return somebody else's ledger, closed, of which no log is left."""
    nobody.ok("query", "EQ_bizStep=commissioning", "-C", ledger)
    with closing(sqlite3.connect(ledger / "ledger.sqlite")) as connection:
        connection.execute("SELECT * FROM ledger").fetchall()
    for left in (*ledger.glob("*-wal"), *ledger.glob("*-shm")):
        left.unlink()
    give_away(ledger)
    yield ledger
    take_back(ledger)


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_ledger_that_cannot_be_written_is_audited_with_what_was_not_compared(
    nobody: Nobody, others: pathlib.Path
) -> None:
    before = names(others)
    done = nobody.ok("audit", others)
    assert done.out.startswith("sound")
    memory = others / "signer.memory"
    assert f"not compared: {memory}, which this user may not read" in done.err
    said = json.loads(nobody.ok("audit", others, "--json").out)
    assert said["sound"]
    assert said["not_compared"] == [str(memory)]
    assert names(others) == before


def test_a_ledger_that_cannot_be_written_is_read_in_every_way(
    nobody: Nobody, others: pathlib.Path
) -> None:
    before = names(others)
    bundle = nobody.home / "can.provenance"
    trust = nobody.home / "trust.toml"
    nobody.execute("cp", others / "trust.toml", trust)
    assert "K0000" in nobody.ok("trail", CAN_AS_URN, "-C", others).out
    nobody.ok("bundle", CAN_AS_URN, "-o", bundle, "-C", others)
    for source in (bundle, others):
        done = nobody.run("verify", source, "--trust", trust)
        assert "FAILED" not in done.out
        assert done.code in {0, 5}, done
    for _ in range(2):
        found = nobody.ok("query", "EQ_bizStep=commissioning", "-C", others)
        assert "commissioning" in found.out
    nobody.ok("backup", nobody.home / "copy", "-C", others)
    assert nobody.ok("audit", nobody.home / "copy").out.startswith("sound")
    assert names(others) == before


def test_a_ledger_that_cannot_be_written_is_not_written(
    nobody: Nobody, others: pathlib.Path
) -> None:
    document = write_document(nobody.home / "late.json", "K0009")
    key = nobody.home / "maker.key"
    done = nobody.run("submit", document, "--key", key, "-C", others)
    assert done.code != 0
    assert "PRV-9002" not in done.err
    assert nobody.ok("audit", others).out.startswith("sound")


def left_open(folder: pathlib.Path) -> sqlite3.Connection:
    """Write what stands in the write-ahead log alone; keep it open."""
    connection = sqlite3.connect(folder / "ledger.sqlite")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        connection.execute("UPDATE ledger SET release = 'changed'")
    return connection


def test_a_write_ahead_log_that_can_be_read_is_read(
    nobody: Nobody, others: pathlib.Path
) -> None:
    take_back(others)
    with closing(left_open(others)):
        give_away(others)
        assert nobody.ok("audit", others).out.startswith("sound")


@pytest.mark.parametrize("what", ["closed", "without its index"])
def test_a_write_ahead_log_that_cannot_be_read_is_said_with_what_to_do(
    nobody: Nobody, others: pathlib.Path, what: str
) -> None:
    take_back(others)
    with closing(left_open(others)):
        give_away(others)
        if what == "closed":
            (others / "ledger.sqlite-wal").chmod(0)
        else:
            others.chmod(0o755)
            (others / "ledger.sqlite-shm").unlink()
            others.chmod(0o555)
        for call in (("audit", others), ("trail", CAN_AS_URN, "-C", others)):
            done = nobody.run(*call)
            assert done.code == 3, done
            assert "ledger.sqlite-wal, that this user cannot read" in done.err
            assert "a copy made by provenance backup" in done.err


def test_a_database_that_its_owner_keeps_to_itself_is_said_to_be_that(
    nobody: Nobody, others: pathlib.Path
) -> None:
    (others / "ledger.sqlite").chmod(0)
    done = nobody.run("audit", others)
    assert done.code == 3, done
    assert "cannot be read by this user: ask its owner" in done.err
