"""The report of an examination while it is being made.

Each check either passes, or notes its faults and goes on, or stops the
examination because nothing is left for the later checks to work on. Which
check a code is of, and what it comes to, the registry says
(`provenance.proof.codes`).
"""

from collections import Counter
from typing import NoReturn

from provenance.proof.codes import CODES, Outcome
from provenance.proof.verdict import Notice, Step, step_of

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

    def passed(self, code: str, detail: str) -> None:
        """Note that a check passed, unless something was noted of it.

        A *code* that does not end in 00 says that it passed with less to
        check than its name promises: nothing was asked for, or was there.
        """
        assert CODES[code].outcome is Outcome.VERIFIED, code
        check = CODES[code].check
        if all(step.name != check for step in self._steps):
            self._add(step_of(code, detail))

    def found(self, code: str, detail: str, subject: str = "") -> None:
        """Note a fault, or a lack, and go on."""
        assert CODES[code].outcome is not Outcome.VERIFIED, code
        self._add(step_of(code, detail, subject))

    def stop(self, code: str, detail: str, subject: str = "") -> NoReturn:
        """Note a fault after which nothing more can be checked.

        Raises:
            StoppedError: Always.
        """
        self.found(code, detail, subject)
        raise StoppedError

    def notice(self, code: str, detail: str, subject: str = "") -> None:
        """Note something to be shown above the verdict."""
        assert CODES[code].is_notice, code
        notice = Notice(code, detail, subject)
        if notice not in self._notices and self._has_room("notice", code):
            self._notices[notice] = None

    def _add(self, step: Step) -> None:
        if step not in self._steps and self._has_room(step.name, step.outcome):
            self._steps[step] = None

    def _has_room(self, kind: str, of: str) -> bool:
        self._kept[kind, of] += 1
        return self._kept[kind, of] <= MAX_FINDINGS
