"""The program, with statements so small that a short file takes many.

    python -m tests.support.submit_small BYTES KILL_AT provenance's arguments …

A statement has about BYTES of events, and a commit few of them. With a KILL_AT above 0 the process
kills itself, as a power cut would, right before or after it makes something
durable for the KILL_AT-th time: a file synced, renamed, or a commit.
"""

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from provenance.cli import main
from provenance.intake.prepare import gather
from provenance.ledger import batches, workers
from provenance.store.sqlite import SQLiteStore

_steps = count(1)


def _killing(act: Callable[..., Any], kill_at: int) -> Callable[..., Any]:
    def counted(*arguments: Any, **rest: Any) -> Any:
        _note_step(kill_at)
        result = act(*arguments, **rest)
        _note_step(kill_at)
        return result

    return counted


def _note_step(kill_at: int) -> None:
    if next(_steps) == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)


def run() -> None:
    size, kill_at, *arguments = sys.argv[1:]
    assert gather.__kwdefaults__ is not None
    gather.__kwdefaults__["max_bytes"] = int(size)
    workers.CHUNK_BYTES = 1
    batches.MAX_BATCH_LINKS = 6
    if int(kill_at):
        os.fsync = _killing(os.fsync, int(kill_at))
        Path.replace = _killing(Path.replace, int(kill_at))  # type: ignore[method-assign]  # this process only
        SQLiteStore.commit = _killing(SQLiteStore.commit, int(kill_at))  # type: ignore[method-assign]
        SQLiteStore.publish = _killing(SQLiteStore.publish, int(kill_at))  # type: ignore[method-assign]
    main(arguments)


if __name__ == "__main__":
    run()
