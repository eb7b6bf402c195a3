"""Whoever is killed at any moment loses nothing that it acknowledged.

PROVENANCE_KILLS says how often (20), PROVENANCE_SEED repeats a run.
"""

import os
import pathlib
import random
import secrets
import select
import signal
import subprocess
import sys
import time

from provenance.store.signer_memory import SignerMemory
from provenance.store.sqlite import SQLiteStore
from tests.support.store_process import ORIGIN, note_of, root_of
from tests.support.store_sample import Sample
from tests.support.waiting import read_line

ROOT = pathlib.Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("PROVENANCE_KILLS", "20"))
KILLS_PER_LEDGER = 25
LONGEST_LIFE = 0.08
"""In seconds, from when the writer was heard of as often as it must be."""


def seeded() -> random.Random:
    seed = os.environ.get("PROVENANCE_SEED") or secrets.token_hex(4)
    print(f"repeat with PROVENANCE_SEED={seed}")
    return random.Random(seed)


def kill_a_writer(
    path: pathlib.Path, *, kind: str, heard: int, life: float
) -> int:
    """Return the size that the writer acknowledged last, 0 if none.

    Args:
        path: Where it writes.
        kind: How it writes.
        heard: How often it acknowledges at least.
        life: How many seconds it lives from then on.
    """
    command = [
        sys.executable,
        "-m",
        "tests.support.store_process",
        kind,
        str(path),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert read_line(writer) == b"ready\n"
        said = bytearray()
        for _ in range(heard):
            said += read_line(writer)
        deadline = time.monotonic() + life
        pipe = writer.stdout.fileno()
        while (left := deadline - time.monotonic()) > 0:
            if select.select([pipe], [], [], left)[0]:
                said += os.read(pipe, 65_536)
        writer.send_signal(signal.SIGKILL)
        while more := os.read(pipe, 65_536):
            said += more
    assert writer.returncode == -signal.SIGKILL
    sizes = [int(line) for line in said.split()]
    assert sizes == sorted(sizes)
    return sizes[-1] if sizes else 0


def acknowledged_is_there(path: pathlib.Path, acknowledged: int) -> bool:
    """Return whether it is, having checked that the ledger is whole."""
    store = SQLiteStore.open_writer(path, origin=ORIGIN)
    try:
        size = store.size()
        Sample(size).check(store)
        published = store.checkpoint()
        if published is not None:
            # The batch of the last note is in; at most one more came after.
            assert published[0] <= size
            assert published[1] == note_of(published[0])
        published_size = published[0] if published else 0
        return size >= acknowledged and published_size >= acknowledged
    finally:
        store.close()


def test_a_killed_writer_loses_nothing_that_it_acknowledged(
    tmp_path: pathlib.Path,
) -> None:
    rng = seeded()
    committed = 0
    for kill in range(KILLS):
        path = tmp_path / f"ledger-{kill // KILLS_PER_LEDGER}.sqlite"
        if not path.exists():
            SQLiteStore.create(path, origin=ORIGIN).close()
        acknowledged = kill_a_writer(
            path,
            kind="honest",
            heard=kill % 2,
            life=rng.uniform(0, LONGEST_LIFE),
        )
        assert acknowledged_is_there(path, acknowledged), f"kill {kill}"
        committed += acknowledged > 0
    assert committed, "no writer lived long enough to acknowledge anything"


def test_a_writer_that_acknowledges_too_early_is_caught(
    tmp_path: pathlib.Path,
) -> None:
    """The control: without it, a harness that sees nothing would pass."""
    rng = seeded()
    path = tmp_path / "ledger.sqlite"
    SQLiteStore.create(path, origin=ORIGIN).close()
    for _ in range(200):
        acknowledged = kill_a_writer(
            path, kind="hasty", heard=1, life=rng.uniform(0, LONGEST_LIFE)
        )
        if not acknowledged_is_there(path, acknowledged):
            return
    raise AssertionError("200 kills of a hasty writer, and nothing is missing")


def test_a_killed_signer_remembers_all_that_it_may_have_signed(
    tmp_path: pathlib.Path,
) -> None:
    rng = seeded()
    path = tmp_path / "signer.memory"
    SignerMemory.create(path, origin=ORIGIN)
    last = 0
    for kill in range(KILLS):
        acknowledged = kill_a_writer(
            path,
            kind="advance",
            heard=kill % 2,
            life=rng.uniform(0, LONGEST_LIFE),
        )
        size, root = SignerMemory.open(path, origin=ORIGIN).last
        # One more than acknowledged: remembered, and killed before it signed.
        assert max(acknowledged, last) <= size <= max(acknowledged, last) + 1
        assert root == root_of(size)
        last = size
    assert last
