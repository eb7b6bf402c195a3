"""Fills a ledger's disk, in a process and a mount namespace of its own.

    unshare --mount python -m tests.support.full_disk ROOM mounted
    python -m tests.support.full_disk ROOM limited

*mounted* puts a small tmpfs on ROOM, which ends with the process; *limited*,
where nothing may be mounted, stops SQLite from making its file any larger.
For each of several sizes it says, as JSON, how many statements were
acknowledged, and why the next was not.
"""

import json
import pathlib
import subprocess
import sys

import pytest

from provenance.claims.statement import Submission
from provenance.errors import ConflictError, StoreError
from provenance.folder import audit_folder, open_reader
from provenance.ledger import read
from provenance.proof.receipt import Receipt
from provenance.store import DATABASE
from provenance.store.sqlite import SQLiteStore
from provenance.store.sqlite_reader import SQLiteReader
from tests.ledger_world import PRODUCER, LedgerWorld, can, signer_of

STATEMENTS = 100_000


def mount(room: pathlib.Path, kib: int, *options: str) -> None:
    words = ",".join((f"size={kib}k", *options))
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", words, "tmpfs", room], check=True
    )


def limit(world: LedgerWorld, pages: int) -> None:
    store = world.ledger._writable
    assert isinstance(store, SQLiteStore)
    assert store._writer is not None
    store._writer.pragma("max_page_count", pages)


def fill(world: LedgerWorld) -> tuple[dict[int, Submission], str]:
    """Append until it fails; return what was acknowledged, and the failure."""
    acknowledged: dict[int, Submission] = {}
    for number in range(STATEMENTS):
        submission = world.sign(PRODUCER, world.made(can(number)))
        try:
            (answer,) = world.ledger.submit([submission])
        except StoreError as error:
            check_stopped(world, submission)
            return acknowledged, str(error)
        assert isinstance(answer, Receipt)
        acknowledged[answer.log_index] = submission
    raise AssertionError("the disk did not fill up")


def check_stopped(world: LedgerWorld, submission: Submission) -> None:
    with pytest.raises(StoreError, match="stopped writing"):
        world.ledger.submit([submission])


def check_readable(world: LedgerWorld) -> None:
    """Read as others do: they are served, or told who must sign first."""
    read._PATIENCE = 1
    with open_reader(world.folder) as reader:
        if reader.size == reader._store.size():
            assert reader.trail(can(0))
        else:
            with pytest.raises(ConflictError, match="Open the ledger for writ"):
                reader.trail(can(0))


def check_kept(world: LedgerWorld, acknowledged: dict[int, Submission]) -> None:
    """Hold the ledger, opened again, against what was acknowledged."""
    store = SQLiteReader.open(
        world.folder / DATABASE, origin=world.trust.origin
    )
    for index, submission in acknowledged.items():
        assert list(store.entries(index, index + 1)) == [submission.entry]
    store.close()
    world.reopen()
    for index, answer in zip(
        acknowledged,
        world.ledger.submit(list(acknowledged.values())),
        strict=True,
    ):
        assert isinstance(answer, Receipt)
        assert answer.log_index == index
    world.ledger.append(
        [world.made(can(STATEMENTS))],
        signer=signer_of(PRODUCER),
        issuer=PRODUCER,
    )
    world.check(can(0), can(STATEMENTS))
    world.ledger.close()
    assert audit_folder(world.folder, processes=1).is_sound


def main(room: pathlib.Path, kind: str) -> None:
    for step in range(12):
        if kind == "mounted":
            kib = 560 + 37 * step
            mount(room, kib)
        world = LedgerWorld(room / f"ledger-{step}")
        world.enrol_everyone()
        if kind == "limited":
            limit(world, 80 + 3 * step)
        acknowledged, failure = fill(world)
        check_readable(world)
        if kind == "mounted":
            mount(room, 50_000, "remount")
        check_kept(world, acknowledged)
        if kind == "mounted":
            subprocess.run(["umount", room], check=True)
        print(json.dumps([len(acknowledged), failure]), flush=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
