"""`provenance backup`: a copy of a ledger, taken while it is written."""

from pathlib import Path

import click

from provenance.cli.arguments import FILE, ledger_option
from provenance.cli.inputs import read_trust
from provenance.cli.program import PROGRAM, Command
from provenance.cli.progress import Progress
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.errors import MalformedError
from provenance.folder import backup_folder
from provenance.restore import why_unsigned
from provenance.retention import DatedBackup, Keep, backup_dated, parse_keep


def _read_keep(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> Keep | None:
    """Return what --keep says."""
    try:
        return None if value is None else parse_keep(value)
    except MalformedError as error:
        raise click.BadParameter(str(error), context, parameter) from error


@click.command(cls=Command)
@click.argument("target", metavar="DIR", type=FILE)
@click.option(
    "--keep",
    metavar="N|Nd|all",
    callback=_read_keep,
    help="Make a dated folder in DIR, audit it, and then keep the newest N, or"
    " those of N days. Nothing else in DIR is touched, and no copy with"
    " entries that the new one lacks.",
)
@click.option(
    "--trust",
    "trust_file",
    metavar="FILE",
    help="With --keep: a trust file from elsewhere, to audit the copy against;"
    " by default the ledger's own.",
)
@ledger_option
def backup(
    screen: Screen,
    target: Path,
    keep: Keep | None,
    trust_file: str | None,
    folder: Path,
) -> int:
    """Copy the ledger as it is now to the new folder DIR.

    A node may go on writing meanwhile. Neither the key nor the signer's memory
    is copied: an old memory beside an old database would let the log fork.
    """
    if keep is not None:
        return _backup_dated(screen, target, keep, trust_file, folder)
    if trust_file is not None:
        raise click.UsageError(
            "--trust goes with --keep: a single copy is audited by"
            f" {PROGRAM} audit {target} --trust {trust_file}"
        )
    size = backup_folder(folder, target)
    screen.line(f"{target}: a ledger of {size} entries")
    screen.say(f"to check that it is whole: {PROGRAM} audit {target}")
    _say_what_is_not_there(screen, folder)
    return screen.result("backup", 0, {"folder": str(target), "size": size})


def _backup_dated(
    screen: Screen,
    backups: Path,
    keep: Keep,
    trust_file: str | None,
    folder: Path,
) -> int:
    with Progress() as progress:
        made = backup_dated(
            folder,
            backups,
            now=now(),
            keep=keep,
            trust=None if trust_file is None else read_trust(trust_file),
            progress=progress.show,
        )
    screen.line(f"{made.folder}: a sound ledger of {made.size} entries")
    for old in made.deleted:
        screen.line(f"deleted {old}")
    for old, why in made.spared:
        screen.line(f"kept {old}: {why}")
    _say_what_is_not_there(screen, folder)
    return screen.result("backup", 0, _to_json(made))


def _say_what_is_not_there(screen: Screen, folder: Path) -> None:
    screen.say("the log's key is not in it: keep that elsewhere, once")
    why = why_unsigned(folder)
    if why is not None:
        screen.say(f"nor can it be copied from {folder} now: {why}")


def _to_json(made: DatedBackup) -> dict[str, object]:
    return {
        "folder": str(made.folder),
        "size": made.size,
        "deleted": [str(old) for old in made.deleted],
        "spared": [
            {"folder": str(old), "why": why} for old, why in made.spared
        ],
    }
