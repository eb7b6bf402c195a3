"""What evidence is judged by: the options of `verify` and `report`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import click

from provenance.cli.arguments import LABEL, SPAN, TIME
from provenance.cli.inputs import read_input
from provenance.cli.progress import Progress
from provenance.cli.times import now
from provenance.cli.trusted import find_trust, trust_option
from provenance.examine.copies import open_copy
from provenance.examine.judge import Judge

_Command = TypeVar("_Command", bound=Callable[..., Any])

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
    with open_copy(against, trust, read_input) as copy:
        judge = Judge(
            trust,
            now() if at is None else at,
            read_input,
            Progress,
            item,
            copy,
            list(entries),
        )
        yield judge
    if judge.entries:
        raise click.UsageError(
            f"there is no receipt for --entry {judge.entries[0]}"
        )
