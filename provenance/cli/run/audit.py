"""`provenance audit`: everything in a ledger, derived again and compared."""

from pathlib import Path

import click

from provenance.cli.arguments import FILE, ledger_option
from provenance.cli.inputs import read_trust
from provenance.cli.program import PROGRAM, Command
from provenance.cli.progress import Progress
from provenance.cli.screen import Screen
from provenance.cli.story import print_faults
from provenance.folder import audit_folder, compare_folders
from provenance.ledger.audit import Audit
from provenance.problems import FAULTS_PROBLEM, OK


@click.command(cls=Command)
@click.argument(
    "folder_argument", metavar="[FOLDER]", type=FILE, required=False
)
@click.option(
    "--trust",
    "trust_file",
    metavar="FILE",
    help="Your own trust file; by default the ledger's, which then vouches for"
    " itself.",
)
@click.option(
    "--against",
    type=FILE,
    metavar="COPY",
    help="The folder of a second copy, such as a backup: whatever differs is"
    " shown as it reads in both.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    help="How many processes check signatures; by default one a processor.",
)
@ledger_option
def audit(  # noqa: PLR0913, PLR0917  # click's way
    screen: Screen,
    folder_argument: Path | None,
    trust_file: str | None,
    against: Path | None,
    processes: int | None,
    folder: Path,
) -> int:
    """Derive a ledger again from its bytes, and compare.

    With --against it is also held against a second copy, row by row, as far
    as both reach, and a copy that differs ends it with 1 as well.

    It reads beside a running writer, changes nothing, and can be interrupted
    at any time.
    """
    folder = folder if folder_argument is None else folder_argument
    trust = None if trust_file is None else read_trust(trust_file)
    with Progress() as progress:
        # First, since a copy that is not there is soon found out.
        compared = (
            None
            if against is None
            else compare_folders(
                folder, against, trust=trust, progress=progress.show
            )
        )
        progress.begin("entries")
        found = audit_folder(
            folder, trust=trust, progress=progress.show, processes=processes
        )
    if trust is None:
        screen.say(
            "it was held against its own trust file; with --trust it is held"
            " against yours"
        )
    _tell(screen, found)
    for path in found.unread:
        screen.say(f"not compared: {path}, which this user may not read")
    differs = compared is not None and bool(compared.faults)
    if compared is not None:
        screen.line(
            f"{compared.size} entries were held against {against}:"
            + ("" if differs else f" they are the same in {against}")
        )
        print_faults(screen, compared.faults)
    return screen.result(
        "audit",
        OK if found.is_sound and not differs else FAULTS_PROBLEM.exit_code,
        {
            "folder": str(folder),
            "sound": found.is_sound,
            "size": found.size,
            "size_signed": found.size_signed,
            "events": found.events,
            "items": found.items,
            "checkpoints": found.checkpoints,
            "not_compared": found.unread,
            "findings": [
                {"where": finding.where, "what": finding.what}
                for finding in found.findings
            ],
            "compared_with": None if against is None else str(against),
            "differences": [
                fault.to_json()
                for fault in (compared.faults if compared else ())
            ],
        },
    )


def _tell(screen: Screen, found: Audit) -> None:
    counts = (
        f"{found.size} entries, {found.events} events, {found.items} items,"
        f" {found.checkpoints} checkpoints"
    )
    if found.is_sound:
        screen.line(("sound", "good"), f"  {counts}")
    else:
        screen.line(
            ("FAULTY", "bad"), f"  {len(found.findings)} findings in {counts}"
        )
        for finding in found.findings:
            screen.line(f"  {finding.where}: {finding.what}")
        screen.line(f"  do: {FAULTS_PROBLEM.advice}")
        screen.line(f"  more: {PROGRAM} explain {FAULTS_PROBLEM.code}")
