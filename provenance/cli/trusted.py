"""Whom to believe: the trust file that a command names, or the user's own."""

import os

import click

from provenance.cli.inputs import read_trust
from provenance.proof.trust import Trust

trust_option = click.option(
    "--trust",
    "trust_file",
    metavar="FILE",
    envvar="PROVENANCE_TRUST",
    show_envvar=True,
    help="The trust file: whom to believe. By default trust.toml in the"
    " configuration folder (~/.config/provenance).",
)
"""Gives a command the option that names the trust file, for `find_trust`."""


def find_trust(file: str | None) -> Trust:
    """Return the trust file *file*, or the one in the configuration folder.

    Raises:
        click.UsageError: There is none, and none was given.
        MalformedError: It is not one.
        OSError: It cannot be read.
    """
    return read_trust(trust_path(file))


def trust_path(file: str | None) -> str:
    """Return *file*, or where the trust file is in the configuration folder.

    Raises:
        click.UsageError: There is none, and none was given.
    """
    if file is None:
        config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        file = f"{os.path.expanduser(config)}/provenance/trust.toml"  # noqa: PTH111  # see `inputs`
        if not os.access(file, os.F_OK):
            raise click.UsageError(
                "whom to believe is not said: give the ledger's trust file"
                f" with --trust or PROVENANCE_TRUST, or put it at {file}"
            )
    return file
