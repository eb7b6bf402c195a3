"""`provenance report`: a case file of what was checked, to hand on.

Findings are told as they come, into files that have no names, and put
together in the end: so a folder of thousands takes no memory.
"""

from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import click

from provenance import __version__
from provenance.casefile import html
from provenance.casefile.html import Case
from provenance.casefile.pages import (
    Page,
    commands_of,
    content,
    nameless,
    page_of,
)
from provenance.casefile.table import COLUMNS, rows_of
from provenance.cli.arguments import language_type
from provenance.cli.inputs import STANDARD, read_input
from provenance.cli.program import Command
from provenance.cli.rows import csv_line
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.cli.trusted import trust_path
from provenance.cli.verify.judging import judging_options, open_judge
from provenance.ledger.search import written_time
from provenance.outputs import write_pieces
from provenance.problems import gravest
from provenance.proof.trust import MAX_TRUST_SIZE
from provenance.words.story import LANGUAGES

_BOTH = "both"


@click.command(cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--output",
    "-o",
    metavar="HTML",
    required=True,
    help="The file to write; a table of the findings is put beside it, as CSV.",
)
@click.option(
    "--lang",
    type=language_type(_BOTH),
    default=_BOTH,
    show_default=True,
    help=f"The language, {', '.join(LANGUAGES)} or both, one after the other.",
)
@judging_options
def report(  # noqa: PLR0913, PLR0917  # click's way
    screen: Screen,
    files: tuple[str, ...],
    output: str,
    lang: str,
    trust_file: str | None,
    item: str | None,
    entries: tuple[str, ...],
    at: int | None,
    max_age: int | None,
    against: str | None,
) -> int:
    """Verify each FILE, and write a case file of what came out.

    FILE is whatever `verify` takes. The case file is one page of HTML without
    scripts, to be read and printed: verdicts, stories, findings, hashes, how
    to repeat it, and what it does not prove. It ends as `verify` would.
    """
    if STANDARD in files:
        raise click.UsageError("a case file names its evidence: give a file")
    if output == STANDARD:
        raise click.UsageError("a case file has a table beside it: name it")
    if Path(output).suffix.lower() == ".csv":
        raise click.UsageError(
            f"the table of findings would be written over {output}: name it"
            " .html"
        )
    beside = str(Path(output).with_suffix(".csv"))
    _require_free(output, html.START)
    _require_free(beside, csv_line(COLUMNS))
    at = now() if at is None else at
    trust_file = trust_path(trust_file)
    languages = LANGUAGES if lang == _BOTH else (lang,)
    with ExitStack() as stack:
        pages = [Page(each, stack) for each in languages]
        table = stack.enter_context(nameless())
        table.write(csv_line(COLUMNS))
        counts: dict[str, int] = {}
        codes = set()
        with open_judge(
            trust_file, item, entries, at=at, max_age=max_age, against=against
        ) as judge:
            judge.keeps_notes = True
            for source in files:
                for found in judge.examine(source):
                    codes.add(found.exit_code)
                    outcome = found.outcome.value
                    counts[outcome] = counts.get(outcome, 0) + 1
                    for page in pages:
                        page.add(found)
                    for row in rows_of(found):
                        table.write(csv_line(row))
            origin = judge.trust.origin
        case = Case(
            made=written_time(now()),
            judged=written_time(at),
            version=__version__,
            origin=origin,
            trust_file=trust_file,
            trust_digest=_digest(trust_file),
            commands=commands_of(
                files, trust_file, at, item, entries, max_age, against
            ),
            counts=counts,
        )
        write_pieces(output, page_of(case, pages))
        write_pieces(beside, content(table))
    code = gravest(codes)
    screen.line(f"{output}: {_told(counts)}")
    screen.line(f"{beside}: the same as a table")
    return screen.result(
        "report", code, {"file": output, "table": beside, "counts": counts}
    )


def _require_free(target: str, start: bytes) -> None:
    """Check that nothing is at *target*, or what starts like a case file's.

    Evidence, and whatever else is somebody's, is never written over.

    Raises:
        click.UsageError: Something else is there.
        OSError: It cannot be looked at.
    """
    path = Path(target)
    if not path.exists():
        return
    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(start)) == start:
                return
    raise click.UsageError(
        f"there is a {target} already that is of no earlier case file, and is"
        " not overwritten: choose another name"
    )


def _digest(file: str) -> str:
    return sha256(read_input(file, limit=MAX_TRUST_SIZE)).hexdigest()


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
