"""`provenance help`: pages that belong to no single command."""

from collections.abc import Mapping

import click

from provenance.cli.problems import EXIT_CODES
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.errors import NotFoundError

ENVIRONMENT: Mapping[str, str] = {
    "PROVENANCE_LEDGER": "the ledger's folder, as --ledger gives it",
    "PROVENANCE_NODE": "a node's URL in place of a folder, as --node gives it",
    "PROVENANCE_TRUST": (
        "the trust file of verify and of --node, as --trust gives it"
    ),
    "PROVENANCE_LANG": "the language of trail, as --lang gives it",
    "PROVENANCE_NODE_CONFIG": "the settings of a node, as --config gives them",
    "PROVENANCE_NODE_*": "one setting of a node: node config lists them",
    "XDG_CONFIG_HOME": (
        "the configuration folder, by default ~/.config; verify and --node"
        " look for provenance/trust.toml in it"
    ),
    "NO_COLOR": "if set and not empty, no colours",
    "CLICOLOR": "if 0, no colours",
    "CLICOLOR_FORCE": "if set and not 0, colours without a terminal, too",
    "TMPDIR": "where a bug of ours leaves its traceback",
}
"""Variable → what it says."""


@click.command("help", cls=Command)
@click.argument("topic", nargs=-1)
@click.pass_context
def topics(
    context: click.Context, screen: Screen, topic: tuple[str, ...]
) -> int:
    """Show a page of help.

    A page is exit-codes, environment, or a command with its subcommand.
    """
    match topic:
        case ():
            return _command_page(context, screen, ())
        case ("exit-codes",):
            rows = {str(code): text for code, text in EXIT_CODES.items()}
            lines = [f"{code:>3}  {text}" for code, text in rows.items()]
            lines.append("With several inputs the gravest wins: 1, 5, 3, 4, 0.")
        case ("environment",):
            rows = dict(ENVIRONMENT)
            lines = [f"{name:<22} {text}" for name, text in rows.items()]
        case _:
            return _command_page(context, screen, topic)
    for line in lines:
        screen.line(line)
    return screen.result("help", 0, {"topic": topic[0], "rows": rows})


def _command_page(
    context: click.Context, screen: Screen, names: tuple[str, ...]
) -> int:
    page = context.find_root()
    for name in names:
        group = page.command
        command = (
            group.get_command(page, name)
            if isinstance(group, click.Group)
            else None
        )
        if command is None:
            raise NotFoundError(
                f"there is no page {' '.join(names)!r}: it is exit-codes,"
                f" environment, or a command of `{PROGRAM} --help`"
            )
        page = click.Context(command, info_name=name, parent=page)
    text = page.get_help()
    for line in text.splitlines():
        screen.line(line)
    if not names:
        screen.line()
        screen.line("Other pages: help exit-codes, help environment")
    return screen.result("help", 0, {"topic": " ".join(names), "page": text})
