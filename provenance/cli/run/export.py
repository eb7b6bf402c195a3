"""`provenance export-tiles`: the log as files for other people's tools."""

from pathlib import Path

import click

from provenance.cli.arguments import FILE, ledger_option
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.folder import export_folder


@click.command("export-tiles", cls=Command)
@click.argument("target", metavar="DIR", type=FILE)
@ledger_option
def export_tiles(screen: Screen, target: Path, folder: Path) -> int:
    """Write the whole log below DIR, as C2SP tlog-tiles.

    Any web server can serve DIR as it is. Exporting again brings it up to
    date.
    """
    size = export_folder(folder, target)
    screen.line(f"{target}: a log of {size} entries")
    screen.say(
        "it holds every signed statement, but no event: nothing concealed is"
        " in it"
    )
    return screen.result(
        "export-tiles", 0, {"folder": str(target), "size": size}
    )
