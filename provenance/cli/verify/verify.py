"""`provenance verify`: evidence into verdicts, without any server.

Nothing here opens a socket, and no trust file is picked up from where the
evidence lies: it could have come along with it.
"""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

import click

from provenance.cli.arguments import language_option
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.cli.story import print_faults, print_finding, print_verdict
from provenance.cli.verify.judging import judging_options, open_judge
from provenance.examine.judge import Examined
from provenance.problems import gravest
from provenance.words.story import word


@click.command(cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@judging_options
@click.option(
    "--explain", is_flag=True, help="Say of each check what it means."
)
@click.option(
    "--story",
    "is_story",
    is_flag=True,
    help="Tell the item's story, as far as the bundle proves it.",
)
@language_option
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
    is_story: bool,
    language: str,
    is_lines: bool,
) -> int:
    """Verify each FILE, with nothing but the trust file.

    A FILE is a bundle, a receipt, a checkpoint, or a folder: of these, of a
    log exported as tiles, of a ledger or its backup; - is standard input.
    What it is, is seen from what it says. A receipt's entry is looked for
    beside it. The trust file is the one you got from the ledger's operator,
    by another way than the evidence. Nothing is looked up on any network.
    """
    screen.is_json = screen.is_json or is_lines
    report = _Report(
        screen,
        is_lines=is_lines,
        explain=explain,
        story=language if is_story else None,
    )
    with open_judge(
        trust_file, item, entries, at=at, max_age=max_age, against=against
    ) as judge:
        for source in files:
            for found in judge.examine(source):
                is_alone = len(files) == 1 and found.source == source
                report.add(found, is_alone=is_alone)
    return report.end()


class _Report:
    """Tells what was found, as it comes; of thousands it keeps the count."""

    def __init__(
        self,
        screen: Screen,
        *,
        is_lines: bool,
        explain: bool,
        story: str | None,
    ) -> None:
        """Prepare to tell; *story* is the language to tell stories in."""
        self._story = story
        self._screen = screen
        self._is_lines = is_lines
        self._explain = explain
        self._counts: dict[str, int] = {}
        self._codes: set[int] = set()
        self._verdicts: list[dict[str, object]] = []

    def add(self, found: Examined, *, is_alone: bool) -> None:
        """Tell one verdict; *is_alone* if it is the only one asked for."""
        screen = self._screen
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
            self._tell(found)
            print_faults(screen, found.faults)
        outcome = found.outcome.value
        self._counts[outcome] = self._counts.get(outcome, 0) + 1

    def _tell(self, found: Examined) -> None:
        screen, explain = self._screen, self._explain
        if found.verdict is None:
            print_finding(screen, found.subject, found.steps, explain=explain)
            if self._story is not None:
                screen.line(word("no story", self._story))
        elif self._story is None:
            print_verdict(screen, found.verdict, found.source, explain=explain)
        else:
            from provenance.cli.telling import print_story  # noqa: PLC0415  # rare

            print_story(screen, found.verdict, self._story, explain=explain)

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
