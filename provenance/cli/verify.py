"""`provenance verify`: evidence into verdicts, without any server.

Nothing here opens a socket, and no trust file is picked up from where the
evidence lies: it could have come along with it.
"""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

import os
from dataclasses import replace

import click

from provenance.cli.arguments import ITEM, SPAN, TIME
from provenance.cli.copies import open_copy
from provenance.cli.examine import Found, Judge, require_no_entries
from provenance.cli.inputs import read_trust
from provenance.cli.problems import gravest
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.cli.story import print_faults, print_finding, print_verdict
from provenance.cli.times import now
from provenance.proof.trust import Trust


@click.command(cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--trust",
    "trust_file",
    metavar="FILE",
    envvar="PROVENANCE_TRUST",
    show_envvar=True,
    help="The trust file: whom to believe. By default trust.toml in the"
    " configuration folder (~/.config/provenance).",
)
@click.option(
    "--item",
    type=ITEM,
    help="The item in hand: a bundle about another one fails.",
)
@click.option(
    "--entry",
    "entries",
    multiple=True,
    metavar="FILE",
    help="For a receipt: the entry that it proves, or its .submission. With"
    " several receipts, one each in the same order.",
)
@click.option("--at", type=TIME, help="The time to judge at; by default now.")
@click.option(
    "--max-age",
    type=SPAN,
    help="How old a checkpoint may be, such as 12h or 7d; by default what the"
    " trust file says.",
)
@click.option(
    "--against",
    metavar="COPY",
    help="A second copy to show how what differs reads there: a bundle, or the"
    " folder of a ledger or of its backup. It changes no verdict.",
)
@click.option(
    "--explain", is_flag=True, help="Say of each check what it means."
)
@click.option(
    "--jsonl",
    "is_lines",
    is_flag=True,
    help="Print one JSON object a file, as they come.",
)
def verify(
    screen: Screen,
    files: tuple[str, ...],
    trust_file: str | None,
    item: str | None,
    entries: tuple[str, ...],
    at: int | None,
    max_age: int | None,
    against: str | None,
    explain: bool,
    is_lines: bool,
) -> int:
    """Verify each FILE, with nothing but the trust file.

    A FILE is a bundle, a receipt, a checkpoint, or a folder: of these, of a
    log exported as tiles, of a ledger or its backup; - is standard input.
    What it is, is seen from what it says. A receipt's entry is looked for
    beside it. The trust file is the one you got from the ledger's operator,
    by another way than the evidence. Nothing is looked up on any network.
    """
    trust = find_trust(trust_file)
    if max_age is not None:
        trust = replace(trust, max_age_seconds=max_age)
    screen.is_json = screen.is_json or is_lines
    report = _Report(screen, is_lines=is_lines, explain=explain)
    with open_copy(against, trust) as copy:
        judge = Judge(
            trust, now() if at is None else at, item, copy, list(entries)
        )
        for source in files:
            for found in judge.examine(source):
                is_alone = len(files) == 1 and found.source == source
                report.add(found, is_alone=is_alone)
    require_no_entries(judge)
    return report.end()


def find_trust(file: str | None) -> Trust:
    """Return the trust file *file*, or the one in the configuration folder.

    Raises:
        click.UsageError: There is none, and none was given.
        MalformedError: It is not one.
        OSError: It cannot be read.
    """
    if file is None:
        config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        file = f"{os.path.expanduser(config)}/provenance/trust.toml"  # noqa: PTH111  # see `inputs`
        if not os.access(file, os.F_OK):
            raise click.UsageError(
                "whom to believe is not said: give the ledger's trust file"
                f" with --trust or PROVENANCE_TRUST, or put it at {file}"
            )
    return read_trust(file)


class _Report:
    """Tells what was found, as it comes; of thousands it keeps the count."""

    def __init__(
        self, screen: Screen, *, is_lines: bool, explain: bool
    ) -> None:
        self._screen = screen
        self._is_lines = is_lines
        self._explain = explain
        self._counts: dict[str, int] = {}
        self._codes: set[int] = set()
        self._verdicts: list[dict[str, object]] = []

    def add(self, found: Found, *, is_alone: bool) -> None:
        """Tell one verdict; *is_alone* if it is the only one asked for."""
        screen, explain = self._screen, self._explain
        self._codes.add(found.exit_code)
        if self._is_lines:
            screen.json(found.to_json(), is_line=True)
        elif screen.is_json:
            self._verdicts.append(found.to_json())
        else:
            if self._counts:
                screen.line()
            if not is_alone:
                screen.line((found.source, "strong"))
            if found.verdict is not None:
                print_verdict(
                    screen, found.verdict, found.source, explain=explain
                )
            else:
                print_finding(
                    screen, found.subject, found.steps, explain=explain
                )
            print_faults(screen, found.faults)
        outcome = found.outcome.value
        self._counts[outcome] = self._counts.get(outcome, 0) + 1

    def end(self) -> int:
        """Tell what it all came to; return the exit code."""
        screen = self._screen
        code = gravest(self._codes)
        total = sum(self._counts.values())
        if screen.is_json and not self._is_lines:
            if total == 1:
                screen.json(self._verdicts[0])
            else:
                screen.result("verdicts", code, {"verdicts": self._verdicts})
        elif total > 1 or not total:
            counts = ", ".join(
                f"{n} {name}" for name, n in self._counts.items()
            )
            screen.say(f"{total} verified or tried: {counts or 'none'}")
        return code
