"""`provenance help`: pages that belong to no single command."""

import click

from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.epcis.vocabulary import STEPS
from provenance.errors import NotFoundError
from provenance.problems import EXIT_CODES
from provenance.words.topics import (
    AUDITORS,
    ENVIRONMENT,
    roles_of,
    vocabulary,
)


@click.command("help", cls=Command)
@click.argument("topic", nargs=-1)
@click.pass_context
def topics(
    context: click.Context, screen: Screen, topic: tuple[str, ...]
) -> int:
    """Show a page of help.

    A page is exit-codes, environment, vocabulary, auditors, or a command
    with its subcommand.
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
        case ("vocabulary",):
            rows = {step: " ".join(roles_of(step)) for step in STEPS}
            lines = vocabulary()
        case ("auditors",):
            rows = dict(AUDITORS)
            lines = [
                line
                for question, command in rows.items()
                for line in (question, f"  {command}", "")
            ]
            lines.append(
                "backup is a ledger's folder or a copy of one, tiles a log"
                " exported as tiles; the trust file is your own."
            )
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
                f" environment, vocabulary, auditors, or a command of"
                f" `{PROGRAM} --help`"
            )
        page = click.Context(command, info_name=name, parent=page)
    text = page.get_help()
    for line in text.splitlines():
        screen.line(line)
    if not names:
        screen.line()
        screen.line(
            "Other pages: help exit-codes, help environment, help vocabulary,"
            " help auditors"
        )
    return screen.result("help", 0, {"topic": " ".join(names), "page": text})
