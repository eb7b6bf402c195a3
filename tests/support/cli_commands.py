"""Commands that end in every way a command can end."""

import click

from provenance import errors
from provenance.cli.program import Command, Program
from provenance.cli.screen import Screen
from provenance.errors import within


@click.command(cls=Command)
@click.argument("kind")
def raising(screen: Screen, kind: str) -> None:
    """Raise the error of the library called KIND."""
    screen.say("about to fail")
    if kind == "EquivocationError":
        raise errors.EquivocationError("two", first="one", second="two")
    with within("here.json"):
        raise getattr(errors, kind)(f"it is {kind}\x1b")


@click.command(cls=Command)
def exploding(screen: Screen) -> None:
    """Have a bug."""
    del screen
    raise LookupError("secret")


@click.command(cls=Command)
def interrupted(screen: Screen) -> None:
    """Be interrupted."""
    del screen
    raise KeyboardInterrupt


@click.command()
def plain() -> None:
    """Return nothing, as a command that needs no screen."""


program = Program(
    "provenance",
    purpose="Ends in every way.",
    groups={
        "Commands": {
            "raising": "tests.support.cli_commands:raising",
            "exploding": "tests.support.cli_commands:exploding",
            "interrupted": "tests.support.cli_commands:interrupted",
            "plain": "tests.support.cli_commands:plain",
        }
    },
)
