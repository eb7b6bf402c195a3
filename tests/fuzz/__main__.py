"""Changed inputs for every parser: only the documented errors come out.

    python -m tests.fuzz all 100000             so many inputs for each parser
    python -m tests.fuzz trust 1000000          for one of them
    python -m tests.fuzz all 100000 42          with the seed 42 again
    python -m tests.fuzz all 100000 --both      asked of JavaScript as well
    python -m tests.fuzz trust 1 42 --from 7    the input number 7 alone

Each parser runs in a child process of its own, which has so much memory and
no more, and which is ended where it makes no progress. An input may take
SECONDS of the processor and MEMORY beyond what its parser has at rest, and
ends in an answer or in an error that is documented; with `--both`, both
languages read it or both refuse it. What breaks this is written to a file,
and ends in exit code 1.
"""

import argparse
import collections
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from tests.fuzz.child import Found, run
from tests.fuzz.parsers import PARSERS

STUCK_SECONDS = 120
"""After so long without a word a child is ended: it hangs."""


class Running:
    """A parser that is being asked, in a child."""

    def __init__(
        self, name: str, arguments: argparse.Namespace, context: SpawnContext
    ) -> None:
        self.name = name
        self._number = context.Value("q", -1, lock=False)
        self._queue: Any = context.Queue()
        self._seen = (-1, time.monotonic())
        self._process: SpawnProcess = context.Process(
            target=run,
            args=(
                name, arguments.count, arguments.seed, arguments.start,
                arguments.both, self._number, self._queue,
            ),
        )  # fmt: skip
        self._process.start()

    def result(self) -> Found | None:
        """Return what came of it; None while it goes on."""
        if not self._queue.empty():
            found: Found = self._queue.get()
            self._process.join()
            return found
        number = self._number.value
        if number != self._seen[0]:
            self._seen = number, time.monotonic()
        if not self._process.is_alive():
            code = self._process.exitcode
            return self._ended(f"the child ended with {code} at input {number}")
        if time.monotonic() - self._seen[1] > STUCK_SECONDS:
            self._process.kill()
            return self._ended(f"input {number} hangs")
        return None

    def _ended(self, why: str) -> Found:
        if not self._queue.empty():
            found: Found = self._queue.get()
            return found
        return Found(collections.Counter(), [why], 0.0, 0)


def fuzz(names: Sequence[str], arguments: argparse.Namespace) -> int:
    """Ask the parsers *names*; return how many faults there were."""
    context = multiprocessing.get_context("spawn")
    waiting, running, faults = list(names), list[Running](), 0
    while waiting or running:
        while waiting and len(running) < arguments.processes:
            running.append(Running(waiting.pop(0), arguments, context))
        for child in [*running]:
            found = child.result()
            if found is not None:
                running.remove(child)
                faults += len(found.faults)
                print(f"{child.name}: {found.told()}", flush=True)
        time.sleep(0.05)
    return faults


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("name", choices=["all", *PARSERS])
    parser.add_argument("count", type=int)
    parser.add_argument(
        "seed", type=int, nargs="?", default=time.time_ns() % 10**9
    )
    parser.add_argument("--both", action="store_true")
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args(argv)
    print(f"seed {arguments.seed}", flush=True)
    names = [*PARSERS] if arguments.name == "all" else [arguments.name]
    faults = fuzz(names, arguments)
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
