"""`provenance node`: a ledger on the web."""

# FastAPI and all that it needs is loaded when a node is started, and is not
# there at all where only the library was installed.
# ruff: noqa: PLC0415

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from provenance.cli.arguments import FILE
from provenance.cli.program import Command, Commands
from provenance.cli.run.node_install import install
from provenance.cli.screen import Screen
from provenance.errors import NotFoundError
from provenance.extras import load_extra

if TYPE_CHECKING:
    from provenance_node.settings import Configuration

_DEMO_CANS = 1_200

_config_option = click.option(
    "--config",
    "config_file",
    type=FILE,
    envvar="PROVENANCE_NODE_CONFIG",
    show_envvar=True,
    help="A TOML file with settings.",
)


@click.group(cls=Commands)
def node() -> None:
    """Serve a ledger over HTTP."""


node.add_command(install)


@node.command(cls=Command)
@_config_option
def config(screen: Screen, config_file: Path | None) -> int:
    """Print every setting of a node, and where it came from."""
    from provenance_node.settings import Value

    def written(value: Value) -> str:
        if isinstance(value, tuple):
            return ", ".join(value) or "(none)"
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) or "(none)"

    rows = _read(config_file, {}).rows
    for row in rows:
        screen.line(
            (f"{row.name:<20} ", "strong"),
            f"{written(row.value):<14} ",
            f"{row.source}",
        )
        screen.line(f"  {row.says} ({row.variable})")
    return screen.result(
        "node-config",
        0,
        {
            "settings": {
                row.name: {
                    "value": list(row.value)
                    if isinstance(row.value, tuple)
                    else row.value,
                    "source": row.source,
                    "variable": row.variable,
                    "says": row.says,
                }
                for row in rows
            }
        },
    )


@node.command(cls=Command)
@click.argument(
    "folder",
    metavar="[LEDGER]",
    type=FILE,
    required=False,
    envvar="PROVENANCE_LEDGER",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="ADDRESS",
    help="An address to listen on, or unix:PATH; may be repeated.",
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="The port; 0 for any."
)
@click.option(
    "--demo",
    "is_demo",
    is_flag=True,
    help="Make LEDGER first, with the import of the demo in it; without a"
    " name it is gone when the node ends.",
)
@_config_option
def serve(  # noqa: PLR0913, PLR0917  # click's way
    screen: Screen,
    folder: Path | None,
    hosts: tuple[str, ...],
    port: int | None,
    is_demo: bool,
    config_file: Path | None,
) -> int:
    """Serve LEDGER until it is told to stop.

    LEDGER is its folder; by default the one that PROVENANCE_LEDGER names.
    Everything else is set in a file or by variables: see node config.
    """
    # The demo's events are nobody's secret.
    options = {
        "host": hosts or None,
        "port": port,
        "open_queries": True if is_demo else None,
    }
    configuration = _read(
        config_file, {k: v for k, v in options.items() if v is not None}
    )
    load_extra("provenance_node.serve", extra="node")
    from provenance_node.node import Node
    from provenance_node.serve import serve as serve_node

    source = click.get_current_context().get_parameter_source("folder")
    if is_demo and source is ParameterSource.ENVIRONMENT:
        # That is the ledger at hand, and no place for another.
        folder = None
    with ExitStack() as left:
        if folder is None and not is_demo:
            raise click.UsageError("name the ledger's folder, or try --demo")
        if folder is None:
            temporary = TemporaryDirectory(prefix="provenance-demo-")
            folder = Path(left.enter_context(temporary), "ledger")
        path = _play_demo(screen, folder) if is_demo else ""

        def announce(url: str) -> None:
            screen.line(f"{url}{path}")
            screen.say(f"serving {folder}; what it answers: {url}/docs")

        serve_node(Node(folder, configuration.settings), announce=announce)
    return screen.result("node-serve", 0, {"folder": str(folder)})


def _play_demo(screen: Screen, folder: Path) -> str:
    """Make the demo's ledger in *folder*; return the path of its can."""
    from datetime import UTC, datetime

    from provenance.cli.times import now
    from provenance.demo.command import require_empty
    from provenance.demo.play import play
    from provenance.demo.scenes import new_story
    from provenance.gs1.identifier import CANONICAL_STEM

    require_empty(folder)
    screen.say("playing the demo's import")
    story = new_story(_DEMO_CANS, now=datetime.fromtimestamp(now() / 1000, UTC))
    with TemporaryDirectory(prefix="provenance-demo-") as witnesses:
        played = play(
            story, ledger=folder, witnesses=Path(witnesses, "witnesses")
        )
    return played.story.goods.can.removeprefix(CANONICAL_STEM)


def _read(config_file: Path | None, options: dict[str, Any]) -> "Configuration":
    from provenance_node.settings import read_configuration

    text = None
    if config_file is not None:
        try:
            text = config_file.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no file {config_file}") from error
    return read_configuration(
        text=text, called=str(config_file), options=options
    )
