"""Histories by the hundred thousand: the judge and the verifier agree.

    python -m tests.histories 100000              so many, honest and not
    python -m tests.histories 100000 42           with the seed 42 again
    python -m tests.histories 100000 42 --both    asked of JavaScript as well
    python -m tests.histories 1000 --honest       all of them VERIFIED
    python -m tests.histories 1 42 --from 7       history 7 of the seed alone

Each history is a log that was told what happened, with lies among it or
without, by whom and when it may be (`voyage`, `lies`). Of each thing said the
ledger's judge says whether an honest ledger admits it; it is logged all the
same (`judged`). Then the stories of some items are proven and verified:

    something refused that a bundle shows     never VERIFIED
    nothing refused on any trail shown        never FAILED, and a recall is
                                              told just where it was meant
    an honest history without recalls         VERIFIED

With `--both`, Python and JavaScript come to the same verdict. A history that
breaks this is printed as a script, made as short as it still breaks it, and
ends in exit code 1.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

from tests.histories.history import History, stories, tell
from tests.histories.told import script, shortest
from tests.web.agree import Answerer, Findings, python_says

KINDS = ("honest", "warned", "lying")
"""Without recalls; with recalls; with lies."""

_SHARE = 50
"""How many histories a process is given at a time."""


@dataclasses.dataclass
class Report:
    """What came of some histories.

    Attributes:
        said: What was counted → how often.
        faults: What broke the rule, each with its history's script.
    """

    said: collections.Counter[str]
    faults: list[str]

    def add(self, other: "Report") -> None:
        self.said += other.said
        self.faults += other.faults


def history_of(seed: int, number: int, kind: str) -> History:
    """Return the history *number* of *seed*: always the same."""
    rng = random.Random(f"{seed}/{kind}/{number}")
    return tell(rng, lies=kind == "lying", warns=kind != "honest")


def judge(
    history: History, kind: str, answerer: Answerer | None
) -> tuple[collections.Counter[str], list[str]]:
    """Return what was said of a history's stories, and what is wrong."""
    said: collections.Counter[str] = collections.Counter()
    faults = []
    for story in stories(history):
        python = python_says(story.question)
        outcome = python.get("answer", {}).get("outcome", "none")
        said[f"{kind}: {outcome}"] += 1
        said["with something refused"] += bool(story.must_fail)
        faults += [
            f"{story.question['item']}: {fault}"
            for fault in story.faults(python)
        ]
        if kind == "honest" and outcome != "VERIFIED":
            faults.append(f"{story.question['item']}: {outcome}")
        if answerer is not None:
            both = Findings(collections.Counter(), [], collections.Counter())
            both.add(story.question, python, answerer.ask(story.question))
            faults += [
                f"{story.question['item']}: Python / JavaScript: {text[:500]}"
                for text, _ in both.disagreements
            ]
    if kind != "lying" and history.world.refused:
        at, refused = next(iter(history.world.refused.items()))
        faults.append(f"refused, though honest: {at}: {refused.why}")
    return said, faults


def run(
    seed: int, numbers: Sequence[int], kinds: Sequence[str], both: bool
) -> Report:
    """Tell and judge the histories of these *numbers*."""
    report = Report(collections.Counter(), [])
    with Answerer() if both else contextlib.nullcontext() as answerer:
        for number in numbers:
            kind = kinds[number % len(kinds)]
            history = history_of(seed, number, kind)
            said, faults = judge(history, kind, answerer)
            report.said += said
            report.said["histories"] += 1
            if faults:
                short = shortest(
                    history,
                    lambda h, kind=kind: bool(judge(h, kind, answerer)[1]),  # type: ignore[misc]  # a default of its own type
                )
                lines = "\n    ".join(script(short))
                report.faults.append(
                    f"history {number} of seed {seed} ({kind}): {faults[0]}\n"
                    f"    {lines}"
                )
    return report


def shares(start: int, count: int) -> Iterator[range]:
    for first in range(start, start + count, _SHARE):
        yield range(first, min(first + _SHARE, start + count))


def compare(  # each by its name
    seed: int,
    start: int,
    count: int,
    *,
    kinds: Sequence[str] = KINDS,
    both: bool = False,
    processes: int = 1,
) -> Report:
    """Tell and judge *count* histories, in so many processes."""
    report = Report(collections.Counter(), [])
    if processes == 1:
        for share in shares(start, count):
            report.add(run(seed, share, kinds, both))
        return report
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(
        processes, mp_context=context
    ) as pool:
        waiting: Iterable[concurrent.futures.Future[Report]] = [
            pool.submit(run, seed, share, kinds, both)
            for share in shares(start, count)
        ]
        for number, done in enumerate(
            concurrent.futures.as_completed(waiting), 1
        ):
            report.add(done.result())
            if number % 100 == 0:
                print(f"{report.said['histories']} …", flush=True)
    return report


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.histories")
    parser.add_argument("count", type=int)
    parser.add_argument(
        "seed", type=int, nargs="?", default=time.time_ns() % 10**9
    )
    parser.add_argument("--both", action="store_true")
    parser.add_argument("--honest", action="store_true")
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args(argv)
    print(f"seed {arguments.seed}", flush=True)
    began = time.monotonic()
    report = compare(
        arguments.seed,
        arguments.start,
        arguments.count,
        kinds=KINDS[:1] if arguments.honest else KINDS,
        both=arguments.both,
        processes=arguments.processes,
    )
    for what, number in sorted(report.said.items()):
        print(f"{number:8} {what}")
    print("\n".join(report.faults[:20]))
    print(f"{len(report.faults)} faults in {time.monotonic() - began:.0f} s")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
