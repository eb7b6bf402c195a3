"""Dated backups: which are let go, and which never."""

import pathlib
import shutil

import pytest

from provenance.errors import (
    ConflictError,
    MalformedError,
    VerificationError,
)
from provenance.folder import audit_folder, backup_folder
from provenance.retention import DatedBackup, Keep, backup_dated, parse_keep
from tests.ledger_world import PRODUCER, LedgerWorld, can, with_another_key
from tests.support.cli_runs import ok, run
from tests.support.node_world import grow, new_world

DAY = 86_400_000
NOON = 1_772_366_400_000
"""2026-03-01T12:00:00Z, in ms since 1970."""


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


@pytest.fixture
def backups(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "copies/here"


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def take(
    world: LedgerWorld, backups: pathlib.Path, day: int, keep: str = "all"
) -> DatedBackup:
    return backup_dated(
        world.folder, backups, now=NOON + day * DAY, keep=parse_keep(keep)
    )


def date(day: int) -> str:
    return f"2026-03-{day + 1:02}T12-00-00Z"


def test_a_copy_is_named_after_its_second_and_audited(
    world: LedgerWorld, backups: pathlib.Path
) -> None:
    grow(world, 3)
    taken = take(world, backups, 0)
    assert taken.folder == backups / date(0)
    assert audit_folder(taken.folder).size == taken.size
    assert backups.stat().st_mode & 0o777 in {0o755, 0o700}
    assert taken.folder.stat().st_mode & 0o077 == 0
    with pytest.raises(ConflictError):
        backup_folder(world.folder, taken.folder)


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        ("all", [0, 1, 2, 3, 10]),
        ("1", [10]),
        ("3", [2, 3, 10]),
        ("50", [0, 1, 2, 3, 10]),
        ("8d", [2, 3, 10]),
        ("9d", [1, 2, 3, 10]),
        ("1d", [10]),
    ],
)
def test_the_newest_are_kept_by_number_or_by_days(
    world: LedgerWorld, backups: pathlib.Path, keep: str, left: list[int]
) -> None:
    for day in range(4):
        take(world, backups, day)
        grow_by(world, day)
    taken = take(world, backups, 10, keep)
    assert names(backups) == [date(day) for day in left]
    assert len(taken.deleted) == 5 - len(left)
    assert not taken.spared


def grow_by(world: LedgerWorld, day: int) -> None:
    ledger = world.reopen()
    ledger.submit([world.sign(PRODUCER, world.made(can(1_000 + day)))])
    ledger.close()


def test_only_dated_folders_of_this_ledger_alone_are_deleted(
    world: LedgerWorld, backups: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    for day in range(6):
        take(world, backups, day)
    (backups / "notes").mkdir()
    (backups / "2026-03-01T12-00-00Z.unsound").mkdir()
    (backups / "2026-02-01T12-00-00Z").write_text("a file")
    (backups / "2026-02-02T12-00-00Z").symlink_to(tmp_path)
    (backups / date(0) / "log.key").write_text("somebody put it here")
    (backups / date(1) / "ledger.sqlite").write_bytes(b"damaged")
    shutil.rmtree(backups / date(2))
    ok("init", tmp_path / "other", "--origin", "ledger.example/other")
    backup_folder(tmp_path / "other", backups / date(2))
    before = names(backups)

    taken = take(world, backups, 20, "1")

    gone = {date(3), date(4), date(5)}
    assert set(names(backups)) == ({*before} - gone) | {date(20)}
    assert {path.name for path in taken.deleted} == gone
    why = {path.name: text for path, text in taken.spared}
    assert why.keys() == {date(0), date(1), date(2)}
    assert why[date(0)] == "it holds other files, such as log.key"
    assert "ledger.example/other" in why[date(2)]


def test_a_ledger_that_lost_entries_pushes_out_no_copy_that_has_them(
    world: LedgerWorld, backups: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    backup_folder(world.folder, tmp_path / "earlier")
    grow(world, 3)
    take(world, backups, 0)
    # Somebody put an old database back.
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (world.folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "earlier/ledger.sqlite", world.folder)

    taken = take(world, backups, 1, "1")

    assert not taken.deleted
    ((spared, why),) = taken.spared
    assert spared.name == date(0)
    assert "has signed" in why
    assert names(backups) == [date(0), date(1)]


def test_a_copy_that_fails_its_audit_deletes_nothing(
    world: LedgerWorld, backups: pathlib.Path
) -> None:
    grow(world, 3)
    take(world, backups, 0)
    with pytest.raises(VerificationError, match="does not pass the audit"):
        backup_dated(
            world.folder,
            backups,
            now=NOON + DAY,
            keep=Keep(copies=1),
            trust=with_another_key(world.trust),
        )
    assert names(backups) == [date(0), f"{date(1)}.unsound"]


def test_the_command_says_what_it_kept_and_what_it_deleted(
    world: LedgerWorld, backups: pathlib.Path
) -> None:
    grow(world, 1)
    for day in range(2):
        take(world, backups, day)
    (backups / date(0) / "note").touch()
    call = ("backup", backups, "--ledger", world.folder, "--keep")
    done = ok(*call, "1", "--trust", world.folder / "trust.toml")
    made, deleted, spared = done.out.splitlines()
    assert made.endswith("entries")
    assert deleted == f"deleted {backups / date(1)}"
    assert spared == (
        f"kept {backups / date(0)}: it holds other files, such as note"
    )
    for wrong in ("0", "-1", "many", "5w", "1.5", ""):
        assert run(*call, wrong).code == 2
    single = run("backup", backups / "x", "--trust", "trust.toml")
    assert single.code == 2
    assert "--trust goes with --keep" in single.err


@pytest.mark.parametrize("text", ["", "0", "0d", "d", "²", "100000", " 1"])
def test_what_says_no_number_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="neither a number of copies"):
        parse_keep(text)
    with pytest.raises(ValueError, match="at least 1"):
        Keep(copies=0)
