"""`provenance completion`: what a shell needs to complete commands."""

import click
from click.shell_completion import get_completion_class

from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen

_VARIABLE = "_PROVENANCE_COMPLETE"
_HOMES = {
    "bash": f'add this line to ~/.bashrc: eval "$({PROGRAM} completion bash)"',
    "zsh": f'add this line to ~/.zshrc: eval "$({PROGRAM} completion zsh)"',
    "fish": (
        f"run: {PROGRAM} completion fish"
        f" > ~/.config/fish/completions/{PROGRAM}.fish"
    ),
}


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(list(_HOMES)))
@click.pass_context
def completion(context: click.Context, screen: Screen, shell: str) -> int:
    """Print the script that completes commands in SHELL."""
    kind = get_completion_class(shell)
    assert kind is not None, "each of the choices has one"
    root = context.find_root().command
    script = kind(root, {}, PROGRAM, _VARIABLE).source()
    for line in script.splitlines():
        screen.line(line)
    screen.say(_HOMES[shell])
    return screen.result("completion", 0, {"shell": shell, "script": script})
