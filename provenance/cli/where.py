"""The options that say where a command's ledger is (`provenance.reach`)."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from provenance.cli.arguments import FILE, ledger_option
from provenance.cli.trusted import find_trust
from provenance.reach.where import TOKEN, Where, WrongURLError

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OF_NODES = {
    "trust_file": "--trust",
    "ca_file": "--ca-file",
    "token_file": "--token",
}
"""The options that are for a node alone."""

_TYPED = 2
"""The weight of what is typed; what the environment says has half of it."""


def where_options(command: _Command) -> _Command:
    """Give *command* the options that say where its ledger is, as `where`."""

    @functools.wraps(command)
    def with_where(
        *args: Any,
        folder: Path,
        url: str | None,
        trust_file: str | None,
        ca_file: Path | None,
        token_file: Path | None,
        **kwargs: Any,
    ) -> Any:
        where = Where(
            folder, _chosen(url), trust_file, ca_file, token_file,
            find_trust=find_trust,
        )  # fmt: skip
        try:
            return command(*args, where=where, **kwargs)
        except WrongURLError as error:
            raise click.UsageError(f"--node: {error}") from error

    options = [
        click.option(
            "--node",
            "url",
            metavar="URL",
            envvar="PROVENANCE_NODE",
            show_envvar=True,
            help="A running node to ask in place of a folder, such as"
            " https://ledger.example.",
        ),
        click.option(
            "--trust",
            "trust_file",
            metavar="FILE",
            envvar="PROVENANCE_TRUST",
            show_envvar=True,
            help="With --node: the trust file that its answers are verified"
            " by. By default trust.toml in the configuration folder"
            " (~/.config/provenance).",
        ),
        click.option(
            "--ca-file",
            type=FILE,
            metavar="FILE",
            help="With --node: who may vouch for its name, in PEM; by default"
            " the system's authorities.",
        ),
        click.option(
            "--token",
            "token_file",
            type=FILE,
            metavar="FILE",
            help="With --node: the file of the token that its operator gave"
            f" you, chmod 600; by default {TOKEN} has it.",
        ),
    ]
    made: Any = with_where
    for option in reversed(options):
        made = option(made)
    return ledger_option(made)  # type: ignore[no-any-return]  # click's own


def _chosen(url: str | None) -> str | None:
    """Return the node's URL, if it is the node that is wanted.

    What is typed counts before what the environment says.

    Raises:
        click.UsageError: Both are named and neither prevails; or an option is
            given that is for a node alone.
    """
    context = click.get_current_context()
    of_folder = _weight(context.get_parameter_source("folder"))
    of_node = 0 if not url else _weight(context.get_parameter_source("url"))
    if of_node and of_node == of_folder:
        raise click.UsageError(
            "both a folder and a node are named: give --ledger (-C,"
            " PROVENANCE_LEDGER) or --node (PROVENANCE_NODE), not both"
        )
    chosen = url if of_node > of_folder else None
    for name, option in _OF_NODES.items():
        is_typed = _weight(context.get_parameter_source(name)) == _TYPED
        if chosen is None and is_typed:
            raise click.UsageError(
                f"{option} is for a node, and a folder is asked: give --node"
                " as well"
            )
    return chosen


def _weight(source: ParameterSource | None) -> int:
    if source is ParameterSource.COMMANDLINE:
        return _TYPED
    return 1 if source is ParameterSource.ENVIRONMENT else 0
