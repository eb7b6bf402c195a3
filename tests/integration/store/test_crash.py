"""A ledger whose writer is killed, at any moment, loses nothing and never forks.

PROVENANCE_KILLS says how often the random writer is killed (200), and
PROVENANCE_SEED repeats a run.
"""

import json
import os
import pathlib
import random
import re
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

import pytest

from provenance.errors import (
    ConflictError,
    ForkError,
    StoreError,
)
from provenance.folder import (
    SIGNER_MEMORY,
    audit_folder,
    open_ledger,
    open_reader,
)
from provenance.ledger.logtree import TileNodes
from provenance.proof.receipt import Receipt
from provenance.store import DATABASE, sqlite
from provenance.store.signer_memory import SignerMemory
from provenance.store.sqlite_reader import SQLiteReader
from provenance.tlog import merkle
from provenance.tlog.checkpoint import open_checkpoint
from tests.ledger_world import ORIGIN, PRODUCER, LedgerWorld, can
from tests.support.crash_writer import (
    NOTHING_STORED,
    PUBLISHED,
    SIGNED,
    STAGES,
    UNSIGNED,
    Life,
    clock,
    submission,
)
from tests.support.waiting import PATIENCE_SECONDS

ROOT = pathlib.Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("PROVENANCE_KILLS", "200"))


@dataclass(slots=True)
class Heard:
    """What one life of the writer said, until it ended."""

    pid: int = 0
    opened: int | None = None
    indexes: dict[int, int] = field(default_factory=dict)
    checkpoints: list[str] = field(default_factory=list)
    refused: str = ""
    ended: int | None = None

    def take(self, words: dict[str, object]) -> None:
        match words:
            case {"pid": int(pid)}:
                self.pid = pid
            case {"opened": int(size)}:
                self.opened = size
            case {"number": int(number), "index": int(index)}:
                self.indexes[number] = index
            case {"checkpoint": str(note)}:
                self.checkpoints.append(note)
            case {"refused": str(why)}:
                self.refused = why
            case {"ended": int(status)}:
                self.ended = status
            case _:
                raise AssertionError(words)


class Writer:
    """The process that leads one life after the other.

    Attributes:
        folder: The ledger that the next life is about.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.crash_writer"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # So that its lives can be ended with it.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders = self._process.stdin
        self._pipe = self._process.stdout.fileno()
        self._unread = b""
        self._latest = Heard(ended=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def begin(self, life: Life) -> Heard:
        """Begin a life and wait until it has a process."""
        self._orders.write(life.to_line(self.folder))
        self._orders.flush()
        self._latest = heard = Heard()
        self._listen(heard, until=lambda: bool(heard.pid))
        return heard

    def rest(self) -> None:
        """End what a test left behind."""
        self.kill(self._latest)

    def lead(self, life: Life) -> Heard:
        """Lead a life to its own end."""
        heard = self.begin(life)
        self._listen(heard, until=lambda: heard.ended is not None)
        return heard

    def wait_until_open(self, heard: Heard) -> None:
        self._listen(
            heard,
            until=lambda: heard.opened is not None or heard.ended is not None,
        )

    def wait_for_statements(self, heard: Heard, count: int) -> None:
        self._listen(heard, until=lambda: len(heard.indexes) >= count)

    def kill(self, heard: Heard, *, after: float = 0.0) -> None:
        """Kill a life *after* so many seconds, and hear what it had to say."""
        moment = time.monotonic() + after
        while (left := moment - time.monotonic()) > 0 and heard.ended is None:
            self._read(heard, left)
        if heard.ended is None:
            os.kill(heard.pid, signal.SIGKILL)
            self._listen(heard, until=lambda: heard.ended is not None)

    def _listen(self, heard: Heard, *, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not until():
            left = deadline - time.monotonic()
            assert left > 0, f"the writer is silent: {heard}"
            self._read(heard, left)

    def _read(self, heard: Heard, timeout_seconds: float) -> None:
        if select.select([self._pipe], [], [], timeout_seconds)[0]:
            data = os.read(self._pipe, 65_536)
            assert data, "the writer's process ended"
            *lines, self._unread = (self._unread + data).split(b"\n")
            for line in lines:
                heard.take(json.loads(line))


@dataclass(slots=True)
class Record:
    """All that was ever heard of one ledger, to hold it against."""

    folder: pathlib.Path
    indexes: dict[int, int] = field(default_factory=dict)
    checkpoints: set[str] = field(default_factory=set)

    def add(self, heard: Heard) -> None:
        """Take over what a life said.

        Raises:
            AssertionError: It contradicts what was said before.
        """
        assert not heard.refused, heard.refused
        for number, index in heard.indexes.items():
            known = self.indexes.setdefault(number, index)
            assert known == index, (
                f"statement {number} was at {known}, is at {index}"
            )
        self.checkpoints.update(heard.checkpoints)

    def check(self) -> None:
        """Hold the ledger, as it is now, against everything.

        Raises:
            AssertionError: Something is lost, or the log has forked.
        """
        self.check_stored(self.indexes)
        with open_ledger(self.folder, clock=clock) as ledger:
            numbers = sorted(self.indexes)
            answers = ledger.log_stream(map(submission, numbers), processes=1)
            again = {
                n: answer
                for n, (_, answer) in zip(numbers, answers, strict=True)
            }
            assert again == self.indexes
            with ledger.moment() as moment:
                self._check_history(
                    moment.note, TileNodes(moment.reader, size=moment.size)
                )
        found = audit_folder(self.folder, processes=1)
        assert found.is_sound, found.findings
        assert found.size_signed == found.size

    def check_stored(self, numbers: Iterable[int]) -> None:
        """Look for statements where they are, without opening for writing.

        Submitting them again would not do: the last one, if it is lost, would
        come to stand at the index that it was promised.
        """
        store = SQLiteReader.open(self.folder / DATABASE, origin=ORIGIN)
        try:
            for number in numbers:
                index = self.indexes[number]
                found = list(store.entries(index, index + 1))
                assert found == [submission(number).entry], (
                    f"statement {number} is lost: it was acknowledged at {index}"
                )
        finally:
            store.close()

    def _check_history(self, latest: str, nodes: TileNodes) -> None:
        with open_reader(self.folder) as reader:
            keys = reader.trust.policy.log_keys
        new = open_checkpoint(latest, keys).checkpoint
        for note in self.checkpoints:
            old = open_checkpoint(note, keys).checkpoint
            assert old.origin == ORIGIN
            merkle.verify_consistency(
                merkle.prove_consistency(old.size, new.size, nodes),
                old_size=old.size,
                new_size=new.size,
                old_root=old.root,
                new_root=new.root,
            )


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return the folder of a closed ledger in which everybody is enrolled."""
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    world.ledger.close()
    return world.folder


@pytest.fixture(scope="module")
def process() -> Iterator[Writer]:
    with Writer(pathlib.Path()) as process:
        yield process


@pytest.fixture
def writer(process: Writer, folder: pathlib.Path) -> Iterator[Writer]:
    process.folder = folder
    yield process
    process.rest()


def seeded() -> random.Random:
    seed = os.environ.get("PROVENANCE_SEED") or secrets.token_hex(4)
    print(f"repeat with PROVENANCE_SEED={seed}")
    return random.Random(seed)


def stored_size(folder: pathlib.Path) -> int:
    store = SQLiteReader.open(folder / DATABASE, origin=ORIGIN)
    try:
        return store.size()
    finally:
        store.close()


# Killed at any moment.


def kill_at_random(
    writer: Writer, record: Record, *, kills: int, is_hasty: bool = False
) -> None:
    """Kill so many lives of a writer of one growing ledger.

    Raises:
        AssertionError: After one of them something was lost.
    """
    rng = seeded()
    for _ in range(kills):
        # A number that was not answered is submitted again by the next life.
        start = max(record.indexes, default=-1) + 1
        life = Life(start, batch=rng.choice([1, 1, 2, 5]), is_hasty=is_hasty)
        heard = writer.begin(life)
        # Some are killed while they open the ledger, most while they write;
        # and some have written, however slow everything is.
        match rng.choice(["opening", "open", "open", "writing"]):
            case "opening":
                writer.kill(heard, after=rng.uniform(0, 0.02))
            case "open":
                writer.wait_until_open(heard)
                writer.kill(heard, after=rng.uniform(0, 0.06))
            case _:
                writer.wait_for_statements(heard, rng.choice([1, 2, 5]))
                writer.kill(heard, after=rng.uniform(0, 0.01))
        assert heard.ended == -signal.SIGKILL, heard
        record.add(heard)
        record.check_stored(heard.indexes)


def test_a_writer_killed_at_any_moment_loses_nothing_and_never_forks(
    folder: pathlib.Path, writer: Writer
) -> None:
    record = Record(folder)
    kill_at_random(writer, record, kills=KILLS)
    record.check()
    assert record.indexes, "no life was long enough to write anything"


def test_a_writer_that_answers_too_early_is_caught(
    folder: pathlib.Path, writer: Writer
) -> None:
    """The control: a harness that saw nothing would pass all writers."""
    with pytest.raises(AssertionError, match="is lost"):
        kill_at_random(writer, Record(folder), kills=200, is_hasty=True)


# Killed in each of the gaps between two steps.


@pytest.mark.parametrize("stage", STAGES)
def test_a_writer_that_dies_between_two_steps_is_continued_by_the_next(
    folder: pathlib.Path, writer: Writer, stage: str
) -> None:
    record = Record(folder)
    record.add(writer.lead(Life(0, batch=3, count=3)))
    before = stored_size(folder)
    remembered, _ = SignerMemory.read(folder / SIGNER_MEMORY, origin=ORIGIN)
    assert remembered == before

    dead = writer.lead(Life(3, count=1, stage=stage))
    assert dead.ended == -signal.SIGKILL
    assert not dead.indexes

    after = stored_size(folder)
    assert after == (before if stage in NOTHING_STORED else before + 2)
    remembered, _ = SignerMemory.read(folder / SIGNER_MEMORY, origin=ORIGIN)
    assert remembered == (after if stage in SIGNED + PUBLISHED else before)
    with open_reader(folder) as reader:
        assert reader.size == (after if stage in PUBLISHED else before)

    # Whoever comes next opens it as it is, and the same bytes get one index.
    heard = writer.lead(Life(3, count=2))
    assert heard.ended == 0
    assert heard.opened == after
    assert heard.indexes[3] == before
    record.add(heard)
    record.check()


# Opening goes through the stages of publishing again; what the memory knows
# already, it does not write again.
RECOVERIES = [
    *((UNSIGNED[0], stage) for stage in (*UNSIGNED[2:], *SIGNED, *PUBLISHED)),
    *((SIGNED[0], stage) for stage in (UNSIGNED[2], *SIGNED[1:], *PUBLISHED)),
]


@pytest.mark.parametrize(("first", "second"), RECOVERIES)
def test_a_writer_that_dies_while_it_recovers_is_continued_as_well(
    folder: pathlib.Path, writer: Writer, first: str, second: str
) -> None:
    before = stored_size(folder)
    assert writer.lead(Life(0, count=1, stage=first)).ended == -signal.SIGKILL
    for stage in (second, "publish: begins", "publish: returned"):
        dead = writer.lead(Life(0, count=1, stage=stage, in_recovery=True))
        assert dead.ended == -signal.SIGKILL
        assert dead.opened is None
    record = Record(folder)
    record.add(writer.lead(Life(0, count=2)))
    assert record.indexes[0] == before
    record.check()


def test_every_stage_is_where_a_life_can_end(
    folder: pathlib.Path, writer: Writer
) -> None:
    """The control: a stage that is never reached would test nothing."""
    before = stored_size(folder)
    heard = writer.lead(Life(0, count=1, stage="no such stage"))
    assert heard.ended == 0
    assert stored_size(folder) == before + 2


def test_a_statement_that_died_in_a_batch_is_there_whole_or_not_at_all(
    folder: pathlib.Path, writer: Writer
) -> None:
    before = stored_size(folder)
    for stage, size in (
        ("commit: a row is written", before),
        ("commit: all rows are written", before),
        ("commit: it is on the disk", before + 6),
    ):
        assert (
            writer.lead(Life(0, batch=5, count=5, stage=stage)).ended
            == -signal.SIGKILL
        )
        assert stored_size(folder) == size
    record = Record(folder)
    record.add(writer.lead(Life(0, batch=5, count=10)))
    assert [record.indexes[number] for number in range(5)] == list(
        range(before, before + 5)
    )
    record.check()


# A disk that fills up.


def test_on_a_full_disk_nothing_acknowledged_is_lost_and_the_disk_is_named(
    tmp_path: pathlib.Path,
) -> None:
    script = [sys.executable, "-m", "tests.support.full_disk", str(tmp_path)]
    command = [*script, "limited"]
    # Root may mount a small disk; others may where they can play root.
    for play in ([], ["--map-root-user"]):
        private = ["unshare", *play, "--mount"]
        probe = [*private, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)]
        if (
            shutil.which("unshare")
            and not subprocess.run(probe, check=False).returncode
        ):
            command = [*private, *script, "mounted"]
            break
    print("a disk that is", command[-1])
    found = subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    runs = [json.loads(line) for line in found.stdout.splitlines()]
    assert len(runs) == 12
    assert min(acknowledged for acknowledged, _ in runs) > 0
    for _, failure in runs:
        assert re.search(
            r"the disk that holds .* is full|No space left on device", failure
        )


# Two writers.


def test_a_second_writer_waits_until_the_first_is_dead_and_no_longer(
    folder: pathlib.Path, writer: Writer
) -> None:
    heard = writer.begin(Life(0))
    writer.wait_for_statements(heard, 1)
    with pytest.raises(ConflictError):
        open_ledger(folder, clock=clock)
    # A process that hangs still holds what it holds.
    os.kill(heard.pid, signal.SIGSTOP)
    with pytest.raises(ConflictError):
        open_ledger(folder, clock=clock)
    os.kill(heard.pid, signal.SIGCONT)
    writer.kill(heard)
    open_ledger(folder, clock=clock).close()
    record = Record(folder)
    record.add(heard)
    record.check()


def test_writers_that_take_turns_make_one_history(folder: pathlib.Path) -> None:
    record = Record(folder)
    with Writer(folder) as one, Writer(folder) as two, Writer(folder) as three:
        writers = (one, two, three)
        for turn in range(4):
            lives = [
                w.begin(
                    Life(1_000 * n + 10 * turn, batch=2, count=10, tries=10**9)
                )
                for n, w in enumerate(writers)
            ]
            for w, heard in zip(writers, lives, strict=True):
                w.wait_for_statements(heard, 10)
                record.add(heard)
    assert len(record.indexes) == 120
    assert len(set(record.indexes.values())) == 120
    record.check()


def test_of_writers_that_race_for_a_ledger_one_gets_it(
    folder: pathlib.Path,
) -> None:
    with Writer(folder) as one, Writer(folder) as two:
        lives = [
            (w, w.begin(Life(1_000 * n))) for n, w in enumerate((one, two))
        ]
        for w, heard in lives:
            w.wait_until_open(heard)
        for w, heard in lives:
            w.kill(heard)
    refused = [heard.refused for _, heard in lives if heard.refused]
    assert len(refused) == 1
    assert refused[0].startswith("ConflictError")


def test_a_deleted_lock_lets_in_a_second_writer_and_still_no_fork(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    (world.folder / "ledger.sqlite.lock").unlink()
    with open_ledger(world.folder, clock=world.clock) as second:
        mine = world.sign(PRODUCER, world.made(can(1)))
        theirs = world.sign(PRODUCER, world.made(can(2)))
        (receipt,) = second.submit([mine])
        assert isinstance(receipt, Receipt)
        # The first has not seen that, and would put its own in that place.
        with pytest.raises(ConflictError):
            world.ledger.submit([theirs])
        with pytest.raises(StoreError, match="stopped writing"):
            world.ledger.submit([theirs])
    world.reopen()
    assert isinstance(world.ledger.submit([theirs])[0], Receipt)
    world.check(can(1), can(2))
    assert audit_folder(world.folder, processes=1).is_sound
    world.ledger.close()


# An older copy.


def copy_database(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copy a closed ledger's database, and nothing that belongs to another."""
    for name in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (target / name).unlink(missing_ok=True)
    target.mkdir(exist_ok=True)
    shutil.copy(source / DATABASE, target / DATABASE)


def test_an_older_copy_signs_nothing_until_the_newest_is_put_back(
    folder: pathlib.Path, writer: Writer, tmp_path: pathlib.Path
) -> None:
    record = Record(folder)
    record.add(writer.lead(Life(0, count=5)))
    copy_database(folder, tmp_path / "old")
    record.add(writer.lead(Life(5, count=5)))
    copy_database(folder, tmp_path / "new")

    copy_database(tmp_path / "old", folder)
    before = (folder / DATABASE).read_bytes()
    heard = writer.lead(Life(100, count=1))
    assert heard.opened is None
    assert heard.refused.startswith("ForkError")
    assert "older copy" in heard.refused
    assert (folder / DATABASE).read_bytes() == before
    # Nor is it a sound ledger for anybody who looks.
    findings = audit_folder(folder, processes=1).findings
    assert [finding.where for finding in findings] == ["signer's memory"]

    copy_database(tmp_path / "new", folder)
    record.add(writer.lead(Life(100, count=1)))
    record.check()


def test_an_older_copy_that_grew_past_the_newest_is_refused(
    folder: pathlib.Path, writer: Writer, tmp_path: pathlib.Path
) -> None:
    """Elsewhere, with a memory of its own, the copy was written to."""
    shutil.copytree(folder, tmp_path / "elsewhere")
    writer.lead(Life(0, count=2))
    with Writer(tmp_path / "elsewhere") as other:
        assert other.lead(Life(50, count=5)).ended == 0
    copy_database(tmp_path / "elsewhere", folder)
    heard = writer.lead(Life(100, count=1))
    assert heard.refused.startswith("ForkError")
    assert "not those that its key has signed" in heard.refused


@pytest.mark.parametrize("memory", ["missing", "older", "cut"])
def test_a_memory_that_is_not_the_last_one_signs_nothing_or_goes_on(
    folder: pathlib.Path, writer: Writer, memory: str
) -> None:
    old = (folder / SIGNER_MEMORY).read_bytes()
    record = Record(folder)
    record.add(writer.lead(Life(0, count=5)))
    last = (folder / SIGNER_MEMORY).read_bytes()
    if memory == "missing":
        (folder / SIGNER_MEMORY).unlink()
    else:
        (folder / SIGNER_MEMORY).write_bytes(
            old if memory == "older" else last[:-9]
        )
    heard = writer.lead(Life(5, count=1))
    if memory == "older":
        # With the newest database it is harmless, and catches up.
        assert heard.ended == 0
    else:
        assert heard.refused.startswith("ForkError")
        (folder / SIGNER_MEMORY).write_bytes(last)
        heard = writer.lead(Life(5, count=1))
    record.add(heard)
    record.check()


def test_a_mixture_of_two_copies_is_never_called_sound_when_something_is_lost(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file of the three is older: SQLite cannot tell, an audit can."""
    rng = seeded()
    for attempt in range(8):
        monkeypatch.setattr(sqlite, "_WAL_PAGES", rng.choice([10, 40, 1_000]))
        world = LedgerWorld(tmp_path / f"{attempt}")
        world.enrol_everyone()
        world.reopen()
        older = (world.folder / DATABASE).read_bytes()
        logged: dict[int, bytes] = {}
        for number in range(rng.randrange(1, 15)):
            event = world.made(can(number), can(rng.randrange(10)))
            submission = world.sign(PRODUCER, event)
            (receipt,) = world.ledger.submit([submission])
            assert isinstance(receipt, Receipt)
            logged[receipt.log_index] = submission.entry
        mixed = tmp_path / f"{attempt}-mixed"
        shutil.copytree(world.folder, mixed)
        world.ledger.close()
        (mixed / DATABASE).write_bytes(older)
        try:
            open_ledger(mixed, clock=world.clock).close()
        except (ForkError, StoreError) as error:
            print(error)
        if audit_folder(mixed, processes=1).is_sound:
            with open_reader(mixed) as reader:
                for index, entry in logged.items():
                    assert list(reader._store.entries(index, index + 1)) == [
                        entry
                    ]


# A writer that is interrupted and lives on.


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, MemoryError, RuntimeError]
)
@pytest.mark.parametrize("is_stored", [False, True])
def test_an_interrupted_writer_writes_no_more_until_it_is_opened_again(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    is_stored: bool,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    mine = world.sign(PRODUCER, world.made(can(1)))
    theirs = world.sign(PRODUCER, world.made(can(2)))
    commit = world.ledger._writable.commit

    def interrupted(batch: object) -> None:
        if is_stored:
            commit(batch)  # type: ignore[arg-type]  # handed through
        raise error

    before = world.ledger.size
    with monkeypatch.context() as patch:
        patch.setattr(world.ledger._writable, "commit", interrupted)
        with pytest.raises(error):
            world.ledger.submit([mine])
    # What it has in its memory is ahead of what is stored, or may be.
    with pytest.raises(StoreError, match="stopped writing"):
        world.ledger.submit([theirs])
    world.reopen()
    answers = world.ledger.submit([mine, theirs])
    indexes = [
        answer.log_index for answer in answers if isinstance(answer, Receipt)
    ]
    assert indexes == (
        [before, before + 2] if is_stored else [before, before + 1]
    )
    world.check(can(1), can(2))
    assert audit_folder(world.folder, processes=1).is_sound
    world.ledger.close()
