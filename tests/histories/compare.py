"""Telling histories and judging them, in as many processes as there are."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import random
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
    for refused in history.world.refused.values():
        said[f"refused by {refused.why.rule or 'no rule'}"] += 1
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
