"""`provenance submit`: hand statements to a ledger, file by file."""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from provenance.claims.statement import Submission, parse_entry
from provenance.claims.trail import map_key
from provenance.cli.arguments import FILE, ITEM, POINTER, ledger_option
from provenance.cli.inputs import read_input
from provenance.cli.interrupt import Patience
from provenance.cli.outputs import make_folder, write_output
from provenance.cli.problems import (
    INTERRUPTED_PROBLEM,
    Problem,
    gravest,
    problem_of,
    text_of,
    to_json,
)
from provenance.cli.program import Command, show_problem, where_of
from provenance.cli.screen import Screen
from provenance.cli.signing import Signatory, find_signatory
from provenance.cli.statements import (
    MAX_FILE,
    SUFFIX,
    expand,
    make_submission,
)
from provenance.errors import ProvenanceError
from provenance.folder import open_ledger
from provenance.ledger.ledger import Answer, Ledger

_FEW = 64
"""Up to so many files, starting worker processes costs more than it saves."""


_INTERRUPTED = INTERRUPTED_PROBLEM._replace(
    advice="submit the files that are left; a document submitted again is"
    " logged again, a .submission is not"
)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What is to become of every file."""

    signatory: Signatory | None
    conceal: tuple[str, ...]
    after: str | None
    save: Path | None


@dataclass(frozen=True, slots=True)
class _Row:
    """What became of one file: its index, or why it was refused."""

    source: str
    submission: Submission | None
    answer: int | Exception | None


@click.command(cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--key",
    "key_file",
    type=FILE,
    help="The file with the private key that signs EPCIS documents.",
)
@click.option(
    "--as",
    "issuer",
    metavar="ACTOR",
    help="The actor that signs; by default the one whose key it is.",
)
@click.option(
    "--conceal",
    type=POINTER,
    multiple=True,
    metavar="POINTER",
    help="A JSON Pointer into the events, such as /example:buyer, of what only"
    " chosen readers may see. Can be repeated.",
)
@click.option(
    "--after-head",
    "after",
    type=ITEM,
    metavar="ITEM",
    help="Demand, in the signed events, that ITEM's trail still ends where it"
    " ends now.",
)
@click.option(
    "--save",
    type=FILE,
    metavar="DIR",
    help="Keep each signed statement in DIR first: the same one can be"
    " submitted again, and is logged once.",
)
@click.option(
    "--dry-run", is_flag=True, help="Say what would happen; log nothing."
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    help="How many processes check signatures; by default one a processor.",
)
@click.option(
    "--jsonl", "is_lines", is_flag=True, help="Print one JSON object a file."
)
@ledger_option
def submit(
    screen: Screen,
    files: tuple[str, ...],
    key_file: Path | None,
    issuer: str | None,
    conceal: tuple[str, ...],
    after: str | None,
    save: Path | None,
    dry_run: bool,
    processes: int | None,
    is_lines: bool,
    folder: Path,
) -> int:
    """Submit each FILE to the ledger.

    A FILE is an EPCIS 2.0 document in JSON, which is signed with --key, a
    signed .submission, a folder of such files, or - for standard input. Each
    is accepted or refused whole, and one that is refused does not hold up the
    others.
    """
    if issuer is not None and key_file is None:
        raise click.UsageError("--as says who signs: give --key as well")
    screen.is_json = screen.is_json or is_lines
    if save is not None:
        make_folder(save)
    with open_ledger(folder) as ledger:
        signatory = None
        if key_file is not None:
            signatory = find_signatory(ledger.registry(), key_file, issuer)
        wishes = _Wishes(signatory, conceal, after, save)
        tally = _Tally(screen, is_dry=dry_run, is_lines=is_lines)
        with Patience() as patience:
            hand_in = _HandIn(ledger, wishes, patience)
            tally.take(hand_in.run(files, is_dry=dry_run, count=processes))
        if patience.is_over:
            left = hand_in.total - tally.count
            tally.stop(_INTERRUPTED, f"interrupted: {left} files are left")
        return tally.finish(ledger.size)


# Handing in.


class _HandIn:
    """Hands files in, and yields what became of each.

    Attributes:
        total: How many files there are.
    """

    def __init__(
        self, ledger: Ledger, wishes: _Wishes, patience: Patience
    ) -> None:
        self._ledger = ledger
        self._wishes = wishes
        self._patience = patience
        self.total = 0

    def run(
        self, names: Sequence[str], *, is_dry: bool, count: int | None
    ) -> Iterator[_Row]:
        """Yield the row of each file, in order, as soon as it is known."""
        ledger = self._ledger
        files = list(expand(names))
        self.total = len(files)
        prepared = self._prepare_all(files)
        if is_dry:
            yield from _check(ledger, list(prepared))
        elif self._wishes.after is not None:
            # Each is signed when those before it are logged: the head moves.
            for row in prepared:
                yield from _submit(ledger, [row])
        elif len(files) <= _FEW and count is None:
            yield from _submit(ledger, list(prepared))
        else:
            yield from _submit_many(ledger, prepared, count)

    def _prepare_all(self, files: Sequence[str]) -> Iterator[_Row]:
        for name in self._patience.until_interrupted(files):
            try:
                with self._patience.waiting():
                    data = read_input(name, limit=MAX_FILE)
            except KeyboardInterrupt:
                return
            except (ProvenanceError, OSError) as error:
                yield _Row(name, None, error)
                continue
            yield self._prepare(name, data)

    def _prepare(self, name: str, data: bytes) -> _Row:
        wishes = self._wishes
        try:
            submission = make_submission(
                data,
                signatory=wishes.signatory,
                origin=self._ledger.origin,
                conceal=wishes.conceal,
                after=_demand(self._ledger, wishes.after),
            )
            if wishes.save is not None:
                _save(submission, wishes.save)
        except (ProvenanceError, OSError) as error:
            return _Row(name, None, error)
        return _Row(name, submission, None)


def _demand(ledger: Ledger, item: str | None) -> tuple[str, bytes] | None:
    if item is None:
        return None
    head = ledger.head(item)
    return item, map_key(item) if head is None else head.link


def _save(submission: Submission, folder: Path) -> None:
    name = parse_entry(submission.entry).statement_id.hex()
    write_output(str(folder / f"{name}{SUFFIX}"), submission.to_bytes())


def _submit(ledger: Ledger, rows: Sequence[_Row]) -> Iterator[_Row]:
    given = [row.submission for row in rows if row.submission is not None]
    receipts = ledger.submit(given) if given else []
    answers = iter(
        receipt if isinstance(receipt, ProvenanceError) else receipt.log_index
        for receipt in receipts
    )
    yield from _answered(rows, answers)


def _check(ledger: Ledger, rows: Sequence[_Row]) -> Iterator[_Row]:
    given = [row.submission for row in rows if row.submission is not None]
    yield from _answered(rows, iter(ledger.check(given)))


def _submit_many(
    ledger: Ledger, rows: Iterable[_Row], count: int | None
) -> Iterator[_Row]:
    waiting: deque[_Row] = deque()

    def given() -> Iterator[Submission]:
        for row in rows:
            waiting.append(row)
            if row.submission is not None:
                yield row.submission

    for _, answer in ledger.submit_many(given(), processes=count):
        while waiting[0].submission is None:
            yield waiting.popleft()
        row = waiting.popleft()
        yield _Row(row.source, row.submission, answer)
    yield from waiting


def _answered(
    rows: Iterable[_Row], answers: Iterator[Answer | None]
) -> Iterator[_Row]:
    for row in rows:
        if row.submission is None:
            yield row
        else:
            yield _Row(row.source, row.submission, next(answers))


# Reporting.


class _Tally:
    """Prints each row as it comes, and in the end what it comes to."""

    def __init__(self, screen: Screen, *, is_dry: bool, is_lines: bool) -> None:
        self._screen = screen
        self._accepted_word = "would be accepted" if is_dry else "accepted"
        self._refused_word = "would be refused" if is_dry else "refused"
        self._is_dry = is_dry
        self._is_lines = is_lines
        self._accepted = 0
        self._refused = 0
        self._codes: set[int] = set()
        self._results: list[dict[str, object]] = []
        self._stopped: tuple[Problem, str] | None = None

    @property
    def count(self) -> int:
        """How many files were answered."""
        return self._accepted + self._refused

    def take(self, rows: Iterator[_Row]) -> None:
        """Print each of *rows*, until something stops them."""
        try:
            for row in rows:
                self._print(row)
        except KeyboardInterrupt:
            self.stop(_INTERRUPTED, "interrupted")
        except (ProvenanceError, OSError) as error:
            problem = problem_of(error)
            assert problem is not None, "all of these are in the table"
            self.stop(problem, text_of(error))

    def stop(self, problem: Problem, what: str) -> None:
        """Note what kept the rest from being handed in; the first counts."""
        self._stopped = self._stopped or (problem, what)

    def finish(self, size: int) -> int:
        """Print the sum of it; return the exit code."""
        error = None
        if self._stopped is not None:
            problem, what = self._stopped
            self._codes.add(problem.exit_code)
            error = to_json(problem, what, "")
            show_problem(problem, what, "")
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
        self._screen.line(
            f"{self._accepted} {self._accepted_word}, {self._refused}"
            f" {self._refused_word}; the log has {size} entries"
        )
        members: dict[str, object] = {
            "dry_run": self._is_dry,
            "accepted": self._accepted,
            "refused": self._refused,
            "size": size,
            "results": self._results,
        }
        if error is not None:
            members["error"] = error
        return self._screen.result("submit", code, members)

    def _print(self, row: _Row) -> None:
        if isinstance(row.answer, Exception):
            result = self._print_refused(row, row.answer)
        else:
            result = self._print_accepted(row, row.answer)
        if self._is_lines:
            schema = "provenance.submitted/1"
            self._screen.json({"schema": schema, **result}, is_line=True)
        elif self._screen.is_json:
            self._results.append(result)

    def _print_accepted(
        self, row: _Row, log_index: int | None
    ) -> dict[str, object]:
        assert row.submission is not None, "what was accepted was handed in"
        self._accepted += 1
        self._codes.add(0)
        where = "" if log_index is None else f" as entry {log_index}"
        count = len(row.submission.events)
        events = "1 event" if count == 1 else f"{count} events"
        self._screen.line(
            (self._accepted_word, "good"), f"{where}, {events}: {row.source}"
        )
        entry = parse_entry(row.submission.entry)
        return {
            "source": row.source,
            "outcome": "accepted",
            "log_index": log_index,
            "events": count,
            "statement_id": entry.statement_id.hex(),
            "issuer": entry.header.issuer,
        }

    def _print_refused(self, row: _Row, error: Exception) -> dict[str, object]:
        problem = problem_of(error)
        assert problem is not None, "only the library's and the system's"
        self._refused += 1
        self._codes.add(problem.exit_code)
        what, where = text_of(error), where_of(error)
        self._screen.line(
            (self._refused_word, "strong"), f" {problem.code}: {row.source}"
        )
        self._screen.line(f"  {what}")
        self._screen.line(f"  do: {problem.advice}")
        return {
            "source": row.source,
            "outcome": "refused",
            "error": to_json(problem, what, where or row.source),
        }
