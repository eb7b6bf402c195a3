"""Telling what became of each file, and in the end what it comes to."""

from collections.abc import Iterator

from provenance.cli.program import show_problem, where_of
from provenance.cli.progress import Progress
from provenance.cli.screen import Screen
from provenance.errors import ProvenanceError
from provenance.intake.mended import Mended, mend_json
from provenance.intake.outcome import FileOutcome, Rows, logged_json
from provenance.intake.refusals import PassedOver
from provenance.problems import (
    FAILED,
    INTERRUPTED_PROBLEM,
    PROBLEMS,
    Problem,
    gravest,
    problem_of,
    text_of,
    to_json,
)
from provenance.words.counts import counted, entries, with_it

INTERRUPTED = INTERRUPTED_PROBLEM._replace(
    advice="run the same command again: what is logged already is known. With"
    " --journal, it goes on where it stopped"
)

_EXIT_CODES = {p.code: p.exit_code for p in PROBLEMS.values()}


class Tally:
    """Prints what became of each file as it comes, and the sum of it.

    Attributes:
        cut: The table that an interrupt cut off; None if there is none.
    """

    def __init__(
        self,
        screen: Screen,
        *,
        is_dry: bool,
        is_lines: bool,
        progress: Progress | None = None,
    ) -> None:
        """Begin with nothing.

        Args:
            screen: Where to print.
            is_dry: Whether nothing is logged.
            is_lines: Whether to print a JSON object for each file.
            progress: What is to be wiped off before a line is printed.
        """
        self._screen = screen
        self._accepted_word = "would be accepted" if is_dry else "accepted"
        self._refused_word = "would be refused" if is_dry else "refused"
        self._is_dry = is_dry
        self._is_lines = is_lines
        self._progress = progress
        self._accepted = 0
        self._known = 0
        self._partial = 0
        self._refused = 0
        self._codes: set[int] = set()
        self._results: list[dict[str, object]] = []
        self._stopped: tuple[Problem, str, str] | None = None
        self.cut: str | None = None

    @property
    def count(self) -> int:
        """How many files were answered."""
        return self._accepted + self._known + self._partial + self._refused

    def take(self, outcomes: Iterator[FileOutcome]) -> None:
        """Print each of *outcomes*, until something stops them."""
        try:
            for outcome in outcomes:
                self._wipe()
                self._print(outcome)
        except KeyboardInterrupt:
            self.stop(INTERRUPTED, "interrupted")
        except (ProvenanceError, OSError) as error:
            problem = problem_of(error)
            assert problem is not None, "all of these are in the table"
            self.stop(problem, text_of(error), where_of(error))
        self._wipe()

    def stop(self, problem: Problem, what: str, where: str = "") -> None:
        """Note what kept the rest from being handed in; the first counts."""
        self._stopped = self._stopped or (problem, what, where)

    def finish(self, size: int | None) -> int:
        """Print the sum of it; return the exit code.

        Args:
            size: How many entries the log has; None if that is not known.
        """
        error = None
        if self._stopped is not None:
            problem, what, where = self._stopped
            self._codes.add(problem.exit_code)
            error = to_json(problem, what, where)
            show_problem(problem, what, where)
        code = gravest(self._codes)
        if self._is_lines:
            if error is not None:
                self._screen.json(
                    {
                        "schema": "provenance.error/1",
                        "exit_code": code,
                        "error": error,
                    },
                    is_line=True,
                )
            return code
        partly = (
            f" {self._partial} partly {self._accepted_word},"
            if self._partial
            else ""
        )
        has = "" if size is None else f"; the log has {size} entries"
        known = f" {self._known} known," if self._known else ""
        self._screen.line(
            f"{self._accepted} {self._accepted_word},{known}{partly}"
            f" {self._refused}"
            f" {self._refused_word}{has}"
        )
        members: dict[str, object] = {
            "dry_run": self._is_dry,
            "accepted": self._accepted,
            "refused": self._refused,
            "size": size,
            "results": self._results,
        }
        if self._known:
            members["known"] = self._known
        if self._partial:
            members["partly_accepted"] = self._partial
        if error is not None:
            members["error"] = error
        return self._screen.result("submit", code, members)

    def _wipe(self) -> None:
        if self._progress is not None:
            self._progress.clear()

    def _print(self, outcome: FileOutcome) -> None:
        for warning in outcome.warnings:
            self._screen.say(f"warning: {outcome.source}: {warning}")
        word = self._count(outcome)
        self._line(outcome, word)
        result: dict[str, object] = {
            "source": outcome.source, "outcome": word,
        }  # fmt: skip
        result |= logged_json(outcome.logged)
        if outcome.known.events:
            result["known"] = {
                "log_indexes": sorted(outcome.known.log_indexes),
                "events": outcome.known.events,
            }
        if outcome.warnings:
            result["warnings"] = outcome.warnings
        if outcome.mended is not None:
            result |= self._tell_mends(outcome.mended)
        if outcome.rows is not None:
            result |= self._tell_rows(outcome.rows)
        if outcome.others.count:
            result["others"] = self._tell_others(outcome.others)
        if outcome.error is not None:
            result["error"] = self._tell_error(outcome, outcome.error)
        if self._is_lines:
            schema = "provenance.submitted/1"
            self._screen.json({"schema": schema, **result}, is_line=True)
        elif self._screen.is_json:
            self._results.append(result)

    def _count(self, outcome: FileOutcome) -> str:
        """Count the file; return what became of it in a word."""
        if outcome.rows is not None and outcome.rows.left is not None:
            self.cut = outcome.source
        if outcome.is_whole:
            self._codes.add(0)
            if outcome.is_known:
                self._known += 1
                return "known"
            self._accepted += 1
            return "accepted"
        if outcome.is_refused:
            self._refused += 1
            return "refused"
        self._partial += 1
        return "partly accepted"

    def _line(self, outcome: FileOutcome, word: str) -> None:
        rows = outcome.rows
        if word == "refused":
            problem = outcome.problem
            code = "" if problem is None else f" {problem.code}"
            count = f", {counted(rows.refused, 'row')}" if rows else ""
            self._screen.line(
                (self._refused_word, "strong"),
                f"{code}{count}: {outcome.source}",
            )
            return
        indexes = [
            statement.log_index
            for statement in outcome.logged
            if statement.log_index is not None
        ]
        where = entries(indexes)
        if len(outcome.logged) > 1:
            where += f", {len(outcome.logged)} statements"
        told = f"{where}, {counted(outcome.events, 'event')}"
        known = outcome.known
        before = entries(sorted(known.log_indexes))
        if word == "known":
            told = f"{before}, {counted(known.events, 'event')}"
        if rows is not None:
            told += f" from {counted(rows.accepted, 'row')}"
        if known.events and word != "known":
            told += f", {counted(known.events, 'event')} known before{before}"
        part = "" if word in {"accepted", "known"} else "partly "
        name = word if word == "known" else self._accepted_word
        self._screen.line(
            (f"{part}{name}", "bad" if part else "good"),
            f"{told}: {outcome.source}",
        )

    def _tell_mends(self, mended: Mended) -> dict[str, object]:
        for mend in mended.first:
            self._screen.line(f"  mended {mend.rule}: {mend.says}")
        if more := mended.count - len(mended.first):
            self._screen.line(f"  … and {counted(more, 'more mend')}")
        self._screen.line(f"  original  sha256 {mended.original_sha256}")
        if mended.kept is not None:
            self._screen.line(f"  kept      {mended.kept}")
        return {
            "original_sha256": mended.original_sha256,
            "original": mended.kept,
            "mend_count": mended.count,
            "mends": [mend_json(mend) for mend in mended.first],
        }

    def _tell_others(self, others: PassedOver) -> dict[str, object]:
        """Tell what the signer may not say, and left to others."""
        for each in others.first:
            self._screen.line(
                f"  left to others: {each.reason}{with_it(each.others)}"
            )
        shown = sum(1 + each.others for each in others.first)
        if more := others.count - shown:
            self._screen.line(f"  … and {more} more")
        return {
            "count": others.count,
            "first": [
                {"number": each.number, "code": each.code, "what": each.reason}
                for each in others.first
            ],
        }

    def _tell_rows(self, rows: Rows) -> dict[str, object]:
        # What only a node can answer is a refusal like others.
        self._codes |= {_EXIT_CODES.get(code, FAILED) for code in rows.codes}
        for row in rows.first_refused:
            name = f"row {row.number}"
            told = "" if row.reason.startswith(name) else f"{name}: "
            self._screen.line(
                f"  {row.code} {told}{row.reason}{with_it(row.others)}"
            )
        shown = sum(1 + row.others for row in rows.first_refused)
        if more := rows.refused - shown:
            self._screen.line(f"  … and {counted(more, 'more refused row')}")
        if rows.report is not None:
            self._screen.line(
                f"  do: mend the rows in {rows.report}, and submit it with the"
                " same mapping"
            )
        elif rows.refused:
            self._screen.line(
                "  do: mend these rows and submit them alone; --refused FILE"
                " writes them to a file"
            )
        if rows.left is not None:
            self._screen.line(f"  not read: row {rows.left} and those after it")
        result: dict[str, object] = {
            "rows": {
                "accepted": rows.accepted,
                "refused": rows.refused,
                "skipped": rows.skipped,
            }
        }
        if rows.refused:
            result["refused_rows"] = [
                {
                    "row": row.number,
                    "code": row.code,
                    "what": row.reason,
                    "others": row.others,
                }
                for row in rows.first_refused
            ]
            result["refused_file"] = rows.report
        if rows.left is not None:
            result["next_row"] = rows.left
        return result

    def _tell_error(
        self, outcome: FileOutcome, error: Exception
    ) -> dict[str, object]:
        problem = outcome.problem
        assert problem is not None, "there is an error"
        self._codes.add(problem.exit_code)
        what, where = text_of(error), where_of(error)
        self._screen.line(f"  {what}")
        self._screen.line(f"  do: {problem.advice}")
        return to_json(problem, what, where or outcome.source)
