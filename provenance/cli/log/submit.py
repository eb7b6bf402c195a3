"""`provenance submit`: hand files to a ledger."""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click

from provenance.cli.arguments import (
    FILE,
    ITEM,
    OFFSET,
    POINTER,
    PREFIX,
)
from provenance.cli.log.tally import INTERRUPTED, Tally
from provenance.cli.program import Command
from provenance.cli.progress import Progress
from provenance.cli.screen import Screen
from provenance.cli.where import where_options
from provenance.intake.intake import Intake
from provenance.intake.interrupt import Patience
from provenance.intake.journal import is_begun
from provenance.intake.signatory import find_signatory
from provenance.intake.sources import (
    STANDARD,
    SUFFIXES,
    TABLE_SUFFIXES,
    File,
    expand,
    spooled,
)
from provenance.intake.tables import is_table
from provenance.reach.where import Where

MINE = "mine"
"""What `--only` takes: the events that are the signer's own to say."""

_CACHE_BYTES = 128 * 2**20
"""How much of the ledger a submission keeps in memory, about."""


@click.command(cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--key",
    "key_file",
    type=FILE,
    help="The file with the private key that signs documents and tables.",
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
    " chosen readers may see. An event with nothing there conceals nothing"
    " there. Can be repeated.",
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
    "--mapping",
    "mapping_file",
    type=FILE,
    help="How the rows of CSV files become events, as TOML.",
)
@click.option(
    "--refused",
    type=FILE,
    help="Where to write the refused rows of a CSV file, with their reasons,"
    " to be mended and submitted again.",
)
@click.option(
    "--only",
    type=click.Choice([MINE]),
    help="Submit the events that the signing actor may say, and list the"
    " others, such as a maker's in a wholesaler's file.",
)
@click.option(
    "--lenient",
    "is_lenient",
    is_flag=True,
    help="Mend what documents of real systems do wrong, and list each mend.",
)
@click.option(
    "--dialect",
    type=click.Choice(["epcis", "untp"]),
    default="epcis",
    show_default=True,
    help="What documents are: of EPCIS, or credentials of UNTP with"
    " traceability events, each difference mended and listed.",
)
@click.option(
    "--zone",
    type=OFFSET,
    metavar="OFFSET",
    help="With --dialect untp: the offset from UTC of where its events"
    " happened, such as +08:00, since it tells none.",
)
@click.option(
    "--prefix",
    "prefixes",
    type=PREFIX,
    multiple=True,
    metavar="NAME=URI",
    help="What a prefix stands for in JSON documents that do not define it"
    " themselves. Can be repeated.",
)
@click.option(
    "--keep-original",
    "originals",
    type=FILE,
    metavar="DIR",
    help="Keep in DIR what was mended, as it was.",
)
@click.option(
    "--save",
    type=FILE,
    metavar="DIR",
    help="Keep each signed statement in DIR first: the same one can be"
    " submitted again, and is logged once.",
)
@click.option(
    "--journal",
    "journal_folder",
    type=FILE,
    metavar="DIR",
    help="Write down in DIR what is done, so that the same command goes on"
    " where it stopped, and nothing is logged twice.",
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
    "--progress",
    "is_progress",
    is_flag=True,
    help="Show how far it is, without a terminal too.",
)
@click.option(
    "--jsonl", "is_lines", is_flag=True, help="Print one JSON object a file."
)
@where_options
def submit(
    screen: Screen,
    files: tuple[str, ...],
    key_file: Path | None,
    issuer: str | None,
    conceal: tuple[str, ...],
    after: str | None,
    mapping_file: Path | None,
    refused: Path | None,
    only: str | None,
    is_lenient: bool,
    dialect: str,
    zone: str | None,
    prefixes: tuple[tuple[str, str], ...],
    originals: Path | None,
    save: Path | None,
    journal_folder: Path | None,
    dry_run: bool,
    processes: int | None,
    is_progress: bool,
    is_lines: bool,
    where: Where,
) -> int:
    """Submit each FILE to the ledger.

    A FILE is an EPCIS document, which is signed with --key: EPCIS 2.0 in JSON
    or XML, lines of JSON, EPCIS 1.2 in XML; a CSV file, with --mapping; a
    signed .submission; a folder of such files; or - for standard input. A
    document is accepted or refused whole, of a CSV file each event's rows. One
    that is refused does not hold up the others.

    With --node the statements are signed here and sent to a running node, and
    its receipts are verified with --trust. What its rules would refuse is told
    beforehand as far as the signer's own trail shows it.
    """
    _require(
        key_file is not None or issuer is None,
        "--as says who signs: give --key as well",
    )
    _require(
        (dialect == "untp") == (zone is not None),
        "--dialect untp and --zone belong together: give both",
    )
    _require(
        only is None or key_file is not None,
        "--only mine is for what is signed here: give --key as well",
    )
    _require(
        is_lenient or zone is not None or originals is None,
        "--keep-original keeps what --lenient mends: give that as well",
    )
    _require(
        not (dry_run and journal_folder is not None),
        "--dry-run does nothing that a --journal could hold",
    )
    _require(
        mapping_file is not None or refused is None,
        "--refused is for the rows of CSV files: give --mapping as well",
    )
    screen.is_json = screen.is_json or is_lines
    with Patience() as patience, ExitStack() as stack:
        has_mapping = mapping_file is not None
        given = _expand(files, patience, has_mapping=has_mapping)
        _require_tables(given, has_mapping=has_mapping, refused=refused)
        if dry_run:
            ledger = stack.enter_context(where.open_to_rehearse(screen.say))
        else:
            ledger = stack.enter_context(
                where.open_writable(
                    screen.say, cache_bytes=_CACHE_BYTES, is_patient=True
                )
            )
        signatory = None
        if key_file is not None:
            signatory = find_signatory(ledger.find_owner, key_file, issuer)
        intake = Intake(
            ledger,
            signer=None if signatory is None else signatory.signer,
            issuer=None if signatory is None else signatory.issuer,
            conceal=conceal,
            after=after,
            mapping=mapping_file,
            untp_zone=zone,
            prefixes=dict(prefixes),
            is_lenient=is_lenient or zone is not None,
            only_mine=only == MINE,
        )
        if journal_folder is not None and is_begun(journal_folder):
            screen.say(f"going on where {journal_folder} ends")
        progress = Progress("events", is_forced=is_progress)
        tally = Tally(
            screen, is_dry=dry_run, is_lines=is_lines, progress=progress
        )
        if dry_run:
            outcomes = intake.rehearse(
                given,
                refused=refused,
                originals=originals,
                save=save,
                tell=progress.take,
                goes_on=patience.goes_on,
            )
        else:
            outcomes = intake.submit(
                given,
                journal=journal_folder,
                save=save,
                refused=refused,
                originals=originals,
                tell=progress.take,
                goes_on=patience.goes_on,
                processes=processes,
            )
        tally.take(outcomes)
        if patience.is_over:
            left = len(given) - tally.count
            rows = "" if tally.cut is None else f", and rows of {tally.cut}"
            what = f"interrupted: {left} files are left{rows}"
            tally.stop(INTERRUPTED, what)
        if dry_run and ledger.untold:
            screen.say(ledger.untold)
        return tally.finish(ledger.size)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise click.UsageError(otherwise)


def _expand(
    names: Sequence[str], patience: Patience, *, has_mapping: bool
) -> list[File]:
    """Return the files; an interrupt ends the waiting for one at once."""
    suffixes = SUFFIXES + TABLE_SUFFIXES if has_mapping else SUFFIXES
    standard = File(STANDARD, partial(spooled, sys.stdin.buffer), is_once=True)
    given = [standard if name == STANDARD else name for name in names]
    return [
        file._replace(open=partial(patience.opened, file.open))
        for file in expand(given, suffixes=suffixes)
    ]


def _require_tables(
    files: Sequence[File], *, has_mapping: bool, refused: Path | None
) -> None:
    tables = [file for file in files if is_table(file.name, has_mapping=True)]
    _require(
        not has_mapping or bool(tables), "--mapping is for CSV files: none is"
    )
    _require(
        refused is None or len(tables) == 1,
        f"--refused is for one CSV file, not for {len(tables)}",
    )
