"""What became of each file that was handed in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from provenance.intake.mended import Mended
from provenance.intake.refusals import PassedOver, RefusedRow
from provenance.problems import Problem, problem_of


class Logged(NamedTuple):
    """A statement that was accepted.

    Attributes:
        statement_id: In hexadecimal.
        issuer: The actor that signed it.
        events: How many it has.
        log_index: Its entry; None if nothing was logged, only rehearsed.
    """

    statement_id: str
    issuer: str
    events: int
    log_index: int | None


@dataclass(slots=True)
class Known:
    """What was logged before, and so is not logged again.

    Attributes:
        events: How many events that is.
        log_indexes: Their entries; not those of what was only rehearsed.
    """

    events: int = 0
    log_indexes: set[int] = field(default_factory=set)

    def add(self, log_indexes: Iterable[int], events: int) -> None:
        """Add *events* that are in these entries."""
        self.log_indexes.update(log_indexes)
        self.events += events


@dataclass(slots=True)
class Rows:
    """What became of the rows of a table.

    Attributes:
        accepted: How many are in the log.
        refused: How many did not.
        skipped: How many were passed over, as the mapping says.
        left: The first row that was not read any more; None if all were.
        first_refused: Some of those that were refused.
        codes: The codes of their problems.
        report: Where all of them are, to be mended.
    """

    accepted: int = 0
    refused: int = 0
    skipped: int = 0
    left: int | None = None
    first_refused: list[RefusedRow] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    report: str | None = None


@dataclass(slots=True, eq=False)
class FileOutcome:
    """What became of one file.

    Attributes:
        source: Its name.
        logged: Its statements that were accepted, in order.
        known: What of it was logged before.
        error: Why it, or what was left of it, was refused.
        warnings: What looks like a mistake.
        mended: What was mended in it.
        rows: What became of its rows, if it is a table.
        others: What of it its signer may not say, and left to others.
        faults: What of it was wrong, and was left out.
    """

    source: str
    logged: list[Logged] = field(default_factory=list)
    known: Known = field(default_factory=Known)
    error: Exception | None = None
    warnings: list[str] = field(default_factory=list)
    mended: Mended | None = None
    rows: Rows | None = None
    others: PassedOver = field(default_factory=PassedOver)
    faults: PassedOver = field(default_factory=PassedOver)

    @property
    def problem(self) -> Problem | None:
        """The problem that `error` is; None without one."""
        if self.error is None:
            return None
        problem = problem_of(self.error)
        assert problem is not None, "only the library's and the system's"
        return problem

    @property
    def events(self) -> int:
        """How many events were accepted."""
        return sum(statement.events for statement in self.logged)

    @property
    def is_whole(self) -> bool:
        """Whether all of it went in."""
        rows = self.rows
        return self.error is None and (
            rows is None or (not rows.refused and rows.left is None)
        )

    @property
    def is_known(self) -> bool:
        """Whether all of it was in the log before."""
        return self.is_whole and self.known.events > 0 and not self.logged

    @property
    def is_refused(self) -> bool:
        """Whether nothing of it went in, and that is final."""
        rows = self.rows
        is_cut = rows is not None and rows.left is not None
        return not (self.is_whole or self.logged or is_cut)


def logged_json(logged: list[Logged]) -> dict[str, object]:
    """Return statements that were accepted, as members of a JSON object."""
    if not logged:
        return {}
    first = logged[0]
    told: dict[str, object] = {
        "log_index": first.log_index,
        "events": sum(statement.events for statement in logged),
        "statement_id": first.statement_id,
        "issuer": first.issuer,
    }
    if len(logged) > 1:
        told["statements"] = [
            {
                "log_index": statement.log_index,
                "events": statement.events,
                "statement_id": statement.statement_id,
            }
            for statement in logged
        ]
    return told
