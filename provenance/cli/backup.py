"""`provenance backup`: a copy of a ledger, taken while it is written."""

from pathlib import Path

import click

from provenance.cli.arguments import FILE, ledger_option
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.folder import backup_folder


@click.command(cls=Command)
@click.argument("target", metavar="DIR", type=FILE)
@ledger_option
def backup(screen: Screen, target: Path, folder: Path) -> int:
    """Copy the ledger as it is now to the new folder DIR.

    A node may go on writing meanwhile. Neither the key nor the signer's memory
    is copied: an old memory beside an old database would let the log fork.
    """
    size = backup_folder(folder, target)
    screen.line(f"{target}: a ledger of {size} entries")
    screen.say(f"to check that it is whole: {PROGRAM} audit {target}")
    return screen.result("backup", 0, {"folder": str(target), "size": size})
