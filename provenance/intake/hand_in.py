"""Handing files in: from their names to what became of each.

    a document     is accepted or refused whole: if it takes several
                   statements, all of it is rehearsed and signed before the
                   first of them is handed in
    a table        is accepted or refused group by group of its rows
    a submission   is one statement, signed already

Files are read while those before them are checked, logged and answered. Of
what is read, memory holds a few statements.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from provenance.claims.statement import Submission, parse_entry
from provenance.errors import (
    DuplicateEventError,
    ProvenanceError,
)
from provenance.intake.journal import Journal
from provenance.intake.outcome import FileOutcome, Logged
from provenance.intake.refusals import LateRefusal
from provenance.intake.sources import File
from provenance.intake.steps import IntakeStep, Steps
from provenance.intake.target import Target
from provenance.ledger.ledger import Answer
from provenance.problems import error_class, problem_of, text_of


class HandIn:
    """Hands in what the steps give, and yields what became of each file."""

    def __init__(
        self,
        ledger: Target,
        steps: Steps,
        journal: Journal | None = None,
    ) -> None:
        """Prepare to hand in.

        Args:
            ledger: Where to.
            steps: Reads the files.
            journal: Where to write down what the ledger answers.
        """
        self._ledger = ledger
        self._reading = steps
        self._journal = journal

    def run(
        self,
        files: Sequence[File],
        *,
        is_dry: bool,
        count: int | None = None,
    ) -> Iterator[FileOutcome]:
        """Yield what became of each of *files*, in order, once it is known.

        Args:
            files: What is handed in.
            is_dry: Whether nothing is to be logged.
            count: How many processes check signatures; None for one a
                processor.
        """
        steps = self._reading.of(files)
        if is_dry:
            answered = self._rehearse(steps)
        elif self._reading.is_one_by_one:
            answered = chain.from_iterable(
                self._submit([step], count) for step in steps
            )
        else:
            answered = self._submit(steps, count)
        for step, answer in answered:
            if answer is not None:
                self._note(step, answer)
            elif step.answered is not None:
                _remember(step, step.answered)
            else:
                yield _ended(step)

    def _submit(
        self, steps: Iterable[IntakeStep], count: int | None
    ) -> Iterator[tuple[IntakeStep, Answer | None]]:
        waiting: deque[IntakeStep] = deque()

        def given() -> Iterator[Submission]:
            for step in steps:
                waiting.append(step)
                if step.submission is not None:
                    yield step.submission

        for answer in self._ledger.submit_many(given(), processes=count):
            while waiting[0].submission is None:
                yield waiting.popleft(), None
            yield waiting.popleft(), answer
        for step in waiting:
            yield step, None

    def _rehearse(
        self, steps: Iterable[IntakeStep]
    ) -> Iterator[tuple[IntakeStep, Answer | None]]:
        rehearsal = self._ledger.rehearse()
        for step in steps:
            if step.submission is None:
                yield step, None
            else:
                refused = rehearsal.check(step.submission)
                yield step, _NOT_LOGGED if refused is None else refused

    def _note(self, step: IntakeStep, answer: Answer) -> None:
        """Write down what the ledger answered."""
        assert step.submission is not None, "it was handed in"
        told = told_of(step.submission, answer)
        if self._journal is not None and step.kept is not None:
            self._journal.close(step.kept, told)
        _remember(step, told)


def told_of(submission: Submission, answer: Answer) -> dict[str, Any]:
    """Return what a journal says of *submission*, which had that *answer*."""
    if isinstance(answer, DuplicateEventError) and answer.is_known:
        return {
            "known": list(answer.log_indexes),
            "events": len(submission.events),
        }
    if isinstance(answer, ProvenanceError):
        problem = problem_of(answer)
        assert problem is not None, "all of these are in the table"
        told = {
            "refused": text_of(answer), "code": problem.code,
        }  # fmt: skip
        if answer.rule:
            told["rule"] = answer.rule
        return told
    entry = parse_entry(submission.entry)
    return {
        "log_index": None if answer == _NOT_LOGGED else answer,
        "statement_id": entry.statement_id.hex(),
        "issuer": entry.header.issuer,
        "events": len(submission.events),
    }


_NOT_LOGGED = -1
"""The index of what was only rehearsed."""


def _remember(step: IntakeStep, told: Mapping[str, Any]) -> None:
    """Add what became of a statement to what became of its file."""
    outcome = step.outcome
    if "known" in told:
        outcome.known.add(told["known"], told["events"])
        return
    if "refused" not in told:
        outcome.logged.append(
            Logged(
                told["statement_id"],
                told["issuer"],
                told["events"],
                told["log_index"],
            )
        )
        return
    text, code = told["refused"], told["code"]
    if step.refusals is not None:
        step.refusals.add_late(LateRefusal(*step.units, text, code))
        return
    # What only a node can answer has a code of the node's own.
    if outcome.logged:
        text = (
            f"{text}; {len(outcome.logged)} statements of it, with the events"
            " before, are in the log"
        )
    error = error_class(code)(text).under(told.get("rule", ""))
    outcome.error = outcome.error or error


def _ended(step: IntakeStep) -> FileOutcome:
    try:
        if step.end is not None:
            step.end()
    except (ProvenanceError, OSError) as error:
        step.outcome.error = step.outcome.error or error
    return step.outcome
