"""The report of an examination while it is being made.

Each check either passes, or notes its faults and goes on, or stops the
examination because nothing is left for the later checks to work on.
"""

from typing import NoReturn

from provenance.proof.verdict import STEPS, Notice, Outcome, Step


class StoppedError(Exception):
    """The examination cannot go on; its report says why."""


class Report:
    """Collects the steps and notices of one examination.

    Attributes:
        steps: What was found so far.
        notices: What is to be shown above the verdict.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.notices: list[Notice] = []

    def passed(self, name: str, detail: str) -> None:
        """Note that a step passed, unless a fault of it was noted."""
        number = STEPS.index(name) + 1
        if all(step.number != number for step in self.steps):
            self._add(name, Outcome.VERIFIED, 0, detail)

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
        self.notices.append(Notice(code, detail, subject))

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
        if step not in self.steps:
            self.steps.append(step)
