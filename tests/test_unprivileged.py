"""Backup, restore and move, by a user without rights and with cron's PATH."""

import os
import pathlib
from collections.abc import Iterator

import pytest
from provenance_node.install import Machine, install

from tests.cli_runs import CAN_AS_URN, MAKER, ORIGIN, write_document
from tests.unprivileged import Nobody


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
