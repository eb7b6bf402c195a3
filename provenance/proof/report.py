"""The report of an examination while it is being made.

Each check either passes, or notes its faults and goes on, or stops the
examination because nothing is left for the later checks to work on.
"""

from collections import Counter
from typing import NoReturn

from provenance.proof.verdict import STEPS, Notice, Outcome, Step

MAX_FINDINGS = 100
"""How many faults of one step and outcome, or notices of one code, are kept.

A trail of 100,000 events may lack all of them, and one would be enough.
"""


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Return *number* with its noun: "no events", "1 event", "2 events"."""
    return f"{number or 'no'} {noun if number == 1 else nouns or f'{noun}s'}"


class StoppedError(Exception):
    """The examination cannot go on; its report says why."""


class Report:
    """Collects the steps and notices of one examination, each once."""

    def __init__(self) -> None:
        self._steps: dict[Step, None] = {}
        self._notices: dict[Notice, None] = {}
        self._kept: Counter[tuple[str, str]] = Counter()

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was found so far, in the order in which it was."""
        return tuple(self._steps)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is to be shown above the verdict."""
        return tuple(self._notices)

    def passed(self, name: str, detail: str, *, reason: int = 0) -> None:
        """Note that a step passed, unless something was noted of it.

        A *reason* other than 0 says that it passed with less to check than
        its name promises: nothing was asked for, or nothing was there.
        """
        if all(step.name != name for step in self._steps):
            self._add(name, Outcome.VERIFIED, reason, detail)

    def failed(
        self, name: str, reason: int, detail: str, subject: str = ""
    ) -> None:
        """Note that the evidence contradicts the claim."""
        self._add(name, Outcome.FAILED, reason, detail, subject)

    def lacking(
        self, name: str, reason: int, detail: str, subject: str = ""
    ) -> None:
        """Note that something the trust file demands is not there."""
        self._add(name, Outcome.INCOMPLETE, reason, detail, subject)

    def stop(
        self,
        name: str,
        reason: int,
        detail: str,
        subject: str = "",
        *,
        outcome: Outcome = Outcome.FAILED,
    ) -> NoReturn:
        """Note a fault after which nothing more can be checked.

        Raises:
            StoppedError: Always.
        """
        self._add(name, outcome, reason, detail, subject)
        raise StoppedError

    def notice(self, code: str, detail: str, subject: str = "") -> None:
        """Note something to be shown above the verdict."""
        notice = Notice(code, detail, subject)
        if notice not in self._notices and self._has_room("notice", code):
            self._notices[notice] = None

    def _add(
        self,
        name: str,
        outcome: Outcome,
        reason: int,
        detail: str,
        subject: str = "",
    ) -> None:
        number = STEPS.index(name) + 1
        code = f"PRV-{number:02}{reason:02}"
        step = Step(number, name, outcome, code, detail, subject)
        if step not in self._steps and self._has_room(name, outcome):
            self._steps[step] = None

    def _has_room(self, kind: str, of: str) -> bool:
        self._kept[kind, of] += 1
        return self._kept[kind, of] <= MAX_FINDINGS
