"""What tests of the store run in processes of its own: to be killed, to race.

python -m tests.support.store_process honest PATH      commit, then acknowledge
python -m tests.support.store_process hasty PATH       acknowledge, then commit
python -m tests.support.store_process advance PATH     move a signer's memory on
python -m tests.support.store_process race PATH NAME   move a witness's memory on
python -m tests.support.store_process orphan PATH      die, leave a child behind
"""

import os
import pathlib
import sys

from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import ConflictError
from provenance.store import sqlite
from provenance.store.lockfile import FileLock
from provenance.store.signer_memory import SignerMemory
from provenance.store.sqlite import SQLiteStore
from provenance.store.witness_memory import WitnessMemory
from tests.support.store_sample import Sample

ORIGIN = "ledger.example/killed"
RACE_LENGTH = 60


def say(line: object) -> None:
    """Write at once: what was said before the kill must be heard after it."""
    os.write(1, b"%s\n" % str(line).encode())


def write(path: pathlib.Path, *, is_hasty: bool) -> None:
    # So short that many a kill meets it being moved into the file.
    sqlite._WAL_PAGES = 40
    store = SQLiteStore.open_writer(path, origin=ORIGIN)
    sample = Sample(store.size())
    say("ready")
    while True:
        batch = sample.grow(1 + sample.size % 7)
        if is_hasty:
            say(sample.size)
        store.commit(batch)
        store.publish(sample.size, note_of(sample.size))
        if not is_hasty:
            say(sample.size)


def note_of(size: int) -> str:
    return f"{ORIGIN}\n{size}\n"


def advance(path: pathlib.Path) -> None:
    memory = SignerMemory.open(path, origin=ORIGIN)
    say("ready")
    while True:
        size = memory.last[0] + 1
        memory.advance(size, root_of(size))
        say(size)


def root_of(size: int) -> Hash:
    return sha256(b"%d" % size) if size else EMPTY_ROOT


def race(path: pathlib.Path, name: str) -> None:
    memory = WitnessMemory(path)
    say("ready")
    sys.stdin.readline()
    while True:
        last = memory.last(ORIGIN)
        size = last[0] if last else 0
        if size == RACE_LENGTH:
            return
        try:
            memory.update(
                ORIGIN,
                old_size=size,
                size=size + 1,
                root=sha256(b"%s %d" % (name.encode(), size + 1)),
                note=name,
            )
        except ConflictError:
            continue
        say(size + 1)


def leave_an_orphan(path: pathlib.Path) -> None:
    FileLock.take(path)
    if os.fork() == 0:
        say("forked")
        sys.stdin.readline()
    os._exit(0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["honest", path]:
            write(pathlib.Path(path), is_hasty=False)
        case ["hasty", path]:
            write(pathlib.Path(path), is_hasty=True)
        case ["advance", path]:
            advance(pathlib.Path(path))
        case ["race", path, name]:
            race(pathlib.Path(path), name)
        case ["orphan", path]:
            leave_an_orphan(pathlib.Path(path))
        case _:
            sys.exit(__doc__)
