"""A ledger's writer whose lives are short: for tests to kill, at any moment.

    python -m tests.support.crash_writer

It reads one life a line, as JSON, and leads it in a fork of itself, which
saves hundreds of starts of an interpreter. What it says is JSON as well, a
line each, written at once, so that what was said before a kill is heard:

    {"pid": 4711}                          the life begins
    {"opened": 17}                         the ledger is open, of this size
    {"index": 17, "number": 3}             statement 3 is logged, at index 17
    {"checkpoint": "…"}                    a signed checkpoint was published
    {"refused": "ForkError: …"}            the ledger did not open, or stopped
    {"ended": -9}                          the life is over

A *hasty* life says the index before the statement is logged. A life with a
*stage* ends there by its own hand, without a word to anybody: no `finally`
runs, no buffer is written, as after a kill.
"""

import json
import os
import pathlib
import signal
import sys
import time
from dataclasses import asdict, dataclass

import apsw

from provenance.claims.event import Item, make_event
from provenance.claims.statement import Submission, sign_statement
from provenance.encoding.digest import Hash, sha256
from provenance.errors import ProvenanceError
from provenance.folder import LOG_KEY, SIGNER_MEMORY, read_trust
from provenance.ledger.ledger import Ledger
from provenance.ledger.publish import LogSigner
from provenance.proof.receipt import Receipt
from provenance.store import DATABASE
from provenance.store.keyfile import read_key
from provenance.store.lockfile import FileLock
from provenance.store.protocol import Batch
from provenance.store.signer_memory import SignerMemory
from provenance.store.sqlite import SQLiteStore
from tests.ledger_world import CUSTOMS, ORIGIN, START, body, can, signer_of

NOTHING_STORED = (
    "commit: begins",
    "commit: a row is written",
    "commit: all rows are written",
)
"""Stages of an append after which the statement is not in the ledger."""

UNSIGNED = (
    "commit: it is on the disk",
    "commit: returned",
    "memory: begins",
    "memory: a new file is begun",
    "memory: the new file is whole",
)
"""Stages after which it is, and the signer's memory does not know of it."""

SIGNED = (
    "memory: the new file is in place",
    "memory: returned",
    "signature: made",
    "publish: begins",
    "publish: all rows are written",
)
"""Stages after which the memory does, and no checkpoint was published."""

PUBLISHED = ("publish: it is on the disk", "publish: returned")
"""Stages after which only the answer is missing."""

STAGES = (*NOTHING_STORED, *UNSIGNED, *SIGNED, *PUBLISHED)


@dataclass(frozen=True, slots=True)
class Life:
    """What one life of the writer is to do.

    Attributes:
        start: The number of its first statement; the others follow.
        batch: How many statements it submits together.
        count: How many it submits before it closes the ledger; 0 for as
            many as it can until it is killed.
        is_hasty: Whether it says what it has not done yet.
        stage: Where it ends; "" for nowhere.
        in_recovery: Whether the stage counts while the ledger is opened.
        tries: How often it tries to open a ledger that another has open.
    """

    start: int
    batch: int = 1
    count: int = 0
    is_hasty: bool = False
    stage: str = ""
    in_recovery: bool = False
    tries: int = 1

    def to_line(self, folder: pathlib.Path) -> bytes:
        """Return the order to lead this life with the ledger in *folder*."""
        return json.dumps([str(folder), asdict(self)]).encode() + b"\n"


def submission(number: int) -> Submission:
    """Return statement *number*, which always has the same bytes."""
    event = make_event(
        body(),
        [
            Item("epcList", can(number)),
            # One that several share, and so few that no quota is met, however
            # fast the machine.
            Item("epcList", can(1_000_000 + number // 7)),
        ],
        secret=sha256(b"crash %d" % number),
    )
    return sign_statement(
        [event],
        signer=signer_of(CUSTOMS),
        issuer=CUSTOMS,
        origin=ORIGIN,
        now=START + number,
    )


def clock() -> int:
    return START + 60_000


class Death:
    """Ends the process at the stage that it waits for."""

    stage = ""

    @classmethod
    def at(cls, stage: str) -> None:
        if stage == cls.stage:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalStore(SQLiteStore):
    def __init__(
        self,
        path: pathlib.Path,
        *,
        writer: apsw.Connection,
        lock: FileLock,
    ) -> None:
        super().__init__(path, writer=writer, lock=lock)
        self.doing = "nothing"
        writer.set_commit_hook(self._before_commit)
        writer.set_update_hook(self._after_row)

    def commit(self, batch: Batch) -> None:
        self.doing = "commit"
        Death.at("commit: begins")
        super().commit(batch)
        Death.at("commit: returned")

    def publish(self, size: int, note: str) -> None:
        self.doing = "publish"
        Death.at("publish: begins")
        super().publish(size, note)
        Death.at("publish: returned")

    def _after_row(
        self, operation: int, database: str, table: str, row: int
    ) -> None:
        del operation, database, row
        if table == "links":
            Death.at("commit: a row is written")

    def _before_commit(self) -> bool:
        Death.at(f"{self.doing}: all rows are written")
        return False

    def _note_wal(
        self, connection: apsw.Connection, name: str, pages: int
    ) -> int:
        Death.at(f"{self.doing}: it is on the disk")
        return super()._note_wal(connection, name, pages)


class MortalMemory(SignerMemory):
    def advance(self, size: int, root: Hash) -> None:
        Death.at("memory: begins")
        super().advance(size, root)
        Death.at("memory: returned")


class MortalSigner(LogSigner):
    __slots__ = ()

    def sign(self, size: int, root: Hash, *, now: int) -> str:
        note = super().sign(size, root, now=now)
        Death.at("signature: made")
        return note


def watch_files(folder: pathlib.Path) -> None:
    """Let a life end between two calls that replace the signer's memory."""
    is_replaced = False

    def notice(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal is_replaced
        if event == "os.rename" and str(arguments[1]).endswith(SIGNER_MEMORY):
            is_replaced = True
            Death.at("memory: the new file is whole")
        if event == "open" and str(arguments[0]).endswith(
            f"{SIGNER_MEMORY}.tmp"
        ):
            Death.at("memory: a new file is begun")
        if event == "open" and str(arguments[0]) == str(folder) and is_replaced:
            Death.at("memory: the new file is in place")

    sys.addaudithook(notice)


def say(**words: object) -> None:
    line = json.dumps(words).encode() + b"\n"
    # So short a write is never torn, and never mixed with another's.
    assert len(line) < 4096
    os.write(1, line)


def open_mortal(folder: pathlib.Path) -> Ledger:
    """Do what `provenance.folder.open_ledger` does, with mortal parts."""
    trust = read_trust(folder)
    store = MortalStore.open_writer(folder / DATABASE, origin=trust.origin)
    try:
        memory = MortalMemory.open(folder / SIGNER_MEMORY, origin=trust.origin)
        signer = MortalSigner(trust.origin, read_key(folder / LOG_KEY), memory)
        return Ledger(store, trust=trust, signer=signer, clock=clock)
    except BaseException:
        store.close()
        raise


def open_in_turn(folder: pathlib.Path, tries: int) -> Ledger:
    while True:
        try:
            return open_mortal(folder)
        except ProvenanceError:
            tries -= 1
            if not tries:
                raise
            # Whoever has it gets on with it meanwhile.
            time.sleep(0.001)


def live(folder: pathlib.Path, life: Life) -> None:
    watch_files(folder)
    if life.in_recovery:
        Death.stage = life.stage
    ledger = open_in_turn(folder, life.tries)
    say(opened=ledger.size)
    Death.stage = life.stage
    number = life.start
    while not life.count or number < life.start + life.count:
        numbers = range(number, number + life.batch)
        number += life.batch
        if life.is_hasty:
            for place, promised in enumerate(numbers):
                say(number=promised, index=ledger.size + place)
        answers = ledger.submit([submission(n) for n in numbers])
        for logged, answer in zip(numbers, answers, strict=True):
            assert isinstance(answer, Receipt), answer
            if not life.is_hasty:
                say(number=logged, index=answer.log_index)
        say(checkpoint=ledger.checkpoint())
    ledger.close()


def main() -> None:
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            try:
                say(pid=os.getpid())
                folder, life = json.loads(line)
                live(pathlib.Path(folder), Life(**life))
            except BaseException as error:  # noqa: BLE001  # the child's end
                say(refused=f"{type(error).__name__}: {error}"[:2000])
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
