"""What evidence is judged by: the options of `verify` and `report`."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import click

from provenance.cli.arguments import LABEL, SPAN, TIME
from provenance.cli.copies import open_copy
from provenance.cli.examine import Judge
from provenance.cli.inputs import read_trust
from provenance.cli.times import now
from provenance.proof.trust import Trust

_Command = TypeVar("_Command", bound=Callable[..., Any])

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

_OPTIONS = (
    trust_option,
    click.option(
        "--item",
        type=LABEL,
        help="The item in hand, as its label says it: a bundle about another"
        " one fails, as does one with another lot or expiry date.",
    ),
    click.option(
        "--entry",
        "entries",
        multiple=True,
        metavar="FILE",
        help="For a receipt: the entry that it proves, or its .submission, if"
        " it is not beside it. With several receipts, one each in the same"
        " order.",
    ),
    click.option(
        "--at", type=TIME, help="The time to judge at; by default now."
    ),
    click.option(
        "--max-age",
        type=SPAN,
        help="How old a checkpoint may be, such as 12h or 7d; by default what"
        " the trust file says.",
    ),
    click.option(
        "--against",
        metavar="COPY",
        help="A second copy to show how what differs reads there: a bundle, or"
        " the folder of a ledger or of its backup. It changes no verdict.",
    ),
)


def judging_options(command: _Command) -> _Command:
    """Give *command* the options that say how evidence is judged."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def open_judge(  # noqa: PLR0913  # what the options say
    trust_file: str | None,
    item: str | None,
    entries: Sequence[str],
    *,
    at: int | None,
    max_age: int | None,
    against: str | None,
) -> Iterator[Judge]:
    """Give what the options say; at the end every entry must have been used.

    Raises:
        click.UsageError: No trust file is known, or an entry is no receipt's.
        ProvenanceError: The trust file or the second copy cannot be used.
        OSError: One of them cannot be read.
    """
    trust = find_trust(trust_file)
    if max_age is not None:
        trust = replace(trust, max_age_seconds=max_age)
    with open_copy(against, trust) as copy:
        judge = Judge(
            trust, now() if at is None else at, item, copy, list(entries)
        )
        yield judge
    if judge.entries:
        raise click.UsageError(
            f"there is no receipt for --entry {judge.entries[0]}"
        )


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
