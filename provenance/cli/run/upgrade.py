"""`provenance upgrade`: a ledger of an earlier release is moved to this one."""

from pathlib import Path

import click

from provenance import __version__
from provenance.cli.arguments import ledger_option
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.folder import upgrade_folder


@click.command(cls=Command)
@ledger_option
def upgrade(screen: Screen, folder: Path) -> int:
    """Move the ledger's database to the schema of this release.

    Stop the node first. The database as it was is copied beside it, whole,
    before anything is changed; if the command is interrupted, run it again.
    Nothing that was signed changes. Going back is only possible before
    something new was logged: the signer's memory stops an older copy.
    """
    copy = upgrade_folder(folder)
    if copy is None:
        screen.line(f"{folder} has the schema of release {__version__} already")
    else:
        screen.line(f"{folder} has the schema of release {__version__} now")
        screen.say(f"as it was before: {copy}")
    said = None if copy is None else str(copy)
    return screen.result("upgrade", 0, {"folder": str(folder), "copy": said})
