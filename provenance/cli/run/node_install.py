"""`provenance node install`: what a machine needs to run a node."""

# The node's package is loaded when the command is used; click hands a command
# each of its options as an argument.
# ruff: noqa: PLC0415, PLR0913, PLR0917

import sysconfig
from pathlib import Path

import click

from provenance.cli.arguments import FILE
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.errors import MalformedError


@click.command(cls=Command)
@click.argument("target", metavar="DIR", type=FILE)
@click.option(
    "--name",
    required=True,
    metavar="HOST",
    help="The host name under which people reach the node.",
)
@click.option(
    "--program",
    metavar="PATH",
    default=lambda: str(Path(sysconfig.get_path("scripts"), PROGRAM)),
    show_default="that of this Python",
    help="The path of this program on the machine.",
)
@click.option(
    "--user",
    default="provenance",
    show_default=True,
    help="The user that the node runs as.",
)
@click.option(
    "--ledger",
    metavar="PATH",
    default="/var/lib/provenance/ledger",
    show_default=True,
    help="The ledger's folder.",
)
@click.option(
    "--settings",
    metavar="PATH",
    default="/etc/provenance",
    show_default=True,
    help="The folder of the settings, the log's key and the trust file.",
)
@click.option(
    "--backups",
    metavar="PATH",
    default="/var/backups/provenance",
    show_default=True,
    help="The folder of the dated backups.",
)
@click.option(
    "--keep",
    metavar="N|Nd|all",
    default="14",
    show_default=True,
    help="How many backups are kept, or how many days.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8080,
    show_default=True,
    help="The port that the node listens on, on loopback.",
)
def install(
    screen: Screen,
    target: Path,
    name: str,
    program: str,
    user: str,
    ledger: str,
    settings: str,
    backups: str,
    keep: str,
    port: int,
) -> int:
    """Write into DIR what a machine needs to run a node.

    A systemd unit, settings, nginx before it, a nightly backup with its
    script and timer, and the same for containers. Nothing outside of DIR is
    touched, and nothing in it is overwritten.
    """
    from provenance_node.install import Machine
    from provenance_node.install import install as write

    try:
        machine = Machine(
            name=name,
            program=program,
            user=user,
            ledger=ledger,
            settings=settings,
            backups=backups,
            keep=keep,
            port=port,
        )
    except MalformedError as error:
        raise click.UsageError(str(error)) from error
    paths = write(machine, target)
    for path in paths:
        screen.line(str(path))
    hidden = machine.hidden()
    for what in hidden:
        screen.line(
            f"the service will not reach its {what}: ProtectHome= hides homes."
            " Put it elsewhere, such as below /opt or /var"
        )
    screen.say("What to do with them: node/DEPLOYMENT.md.")
    return screen.result(
        "node-install",
        0,
        {"files": [str(path) for path in paths], "hidden": hidden},
    )
