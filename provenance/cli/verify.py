"""`provenance verify`: evidence into verdicts, without any server.

Nothing here opens a socket, and no trust file is picked up from where the
evidence lies: it could have come along with it.
"""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

from dataclasses import replace
from typing import NamedTuple

import click

from provenance.claims.statement import MAX_ENTRY_SIZE, parse_submission
from provenance.cli.arguments import ITEM, SPAN, TIME
from provenance.cli.inputs import find_trust, read_input
from provenance.cli.problems import (
    COULD_NOT,
    FAILED,
    INCOMPLETE,
    NOT_FOUND,
    OK,
    RECEIPT_CODE,
    gravest,
    problem_of,
    text_of,
)
from provenance.cli.program import Command, within
from provenance.cli.screen import Screen
from provenance.cli.story import (
    exit_code_of,
    print_finding,
    print_verdict,
)
from provenance.cli.times import now
from provenance.errors import ProvenanceError
from provenance.proof.bundle import MAX_BUNDLE_SIZE
from provenance.proof.trust import Trust
from provenance.proof.verdict import SCHEMA, Outcome, Step, Verdict
from provenance.proof.verify import examine_bundle

_RECEIPT_START = b"c2sp.org/tlog-proof@"
_MAX_SUBMISSION = MAX_BUNDLE_SIZE
_OUTCOMES = {
    OK: Outcome.VERIFIED,
    FAILED: Outcome.FAILED,
    COULD_NOT: Outcome.UNKNOWN,
    NOT_FOUND: Outcome.UNKNOWN,
    INCOMPLETE: Outcome.INCOMPLETE,
}


class _Finding(NamedTuple):
    """What came out for a receipt, or for a file that cannot be read."""

    subject: str
    step: Step
    exit_code: int


class _Judge(NamedTuple):
    """What every file is judged by."""

    trust: Trust
    at: int
    item: str | None


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
    explain: bool,
    is_lines: bool,
) -> int:
    """Verify each FILE, with nothing but the trust file.

    A FILE is a bundle (.provenance) or a receipt (.tlog-proof); - is standard
    input. The trust file is the one you got from the ledger's operator, by
    another way than the evidence. Nothing is looked up on any network.
    """
    trust = find_trust(trust_file)
    if max_age is not None:
        trust = replace(trust, max_age_seconds=max_age)
    judge = _Judge(trust, now() if at is None else at, item)
    entries_left = list(entries)
    screen.is_json = screen.is_json or is_lines
    codes: list[int] = []
    verdicts: list[dict[str, object]] = []
    for number, file in enumerate(files):
        found = _examine(file, judge, entries_left)
        code = (
            exit_code_of(found)
            if isinstance(found, Verdict)
            else found.exit_code
        )
        codes.append(code)
        if is_lines:
            screen.json(_to_json(found, file, code), is_line=True)
        elif screen.is_json:
            verdicts.append(_to_json(found, file, code))
        else:
            if number:
                screen.line()
            if len(files) > 1:
                screen.line((file, "strong"))
            _print(screen, found, file, explain=explain)
    if entries_left:
        raise click.UsageError(
            f"there is no receipt for --entry {entries_left[0]}"
        )
    code = gravest(codes)
    if screen.is_json and not is_lines:
        if len(verdicts) == 1:
            screen.json(verdicts[0])
        else:
            screen.result("verdicts", code, {"verdicts": verdicts})
    return code


def _examine(
    file: str, judge: _Judge, entries: list[str]
) -> Verdict | _Finding:
    """Return what is to be said of *file*; a receipt takes its entry."""
    try:
        data = read_input(file, limit=MAX_BUNDLE_SIZE)
    except (ProvenanceError, OSError) as error:
        return _finding(file, "format", error)
    if not data.startswith(_RECEIPT_START):
        return examine_bundle(
            data, trust=judge.trust, now=judge.at, item=judge.item
        )
    if not entries:
        raise click.UsageError(
            f"{file} is a receipt: give the entry that it proves with --entry"
        )
    try:
        return _examine_receipt(file, data, judge, entries.pop(0))
    except (ProvenanceError, OSError) as error:
        return _finding(file, "receipt", error)


def _examine_receipt(
    file: str, data: bytes, judge: _Judge, entry_file: str
) -> _Finding:
    from provenance.proof.receipt import verify_receipt  # noqa: PLC0415  # rare

    index = verify_receipt(
        data, entry=_read_entry(entry_file), trust=judge.trust, now=judge.at
    )
    subject = f"entry {index}"
    detail = f"{subject} of {judge.trust.origin} is in the log"
    step = Step(1, "receipt", Outcome.VERIFIED, RECEIPT_CODE, detail, subject)
    return _Finding(f"{subject}, {file}", step, OK)


def _read_entry(file: str) -> bytes:
    with within(file):
        data = read_input(file, limit=_MAX_SUBMISSION)
        if len(data) <= MAX_ENTRY_SIZE and data[:2] == b"\x93\x01":
            return data
        return parse_submission(data).entry


def _finding(file: str, name: str, error: Exception) -> _Finding:
    problem = problem_of(error)
    assert problem is not None, "only the library's and the system's"
    outcome = _OUTCOMES[problem.exit_code]
    step = Step(1, name, outcome, problem.code, text_of(error), file)
    return _Finding(file, step, problem.exit_code)


def _print(
    screen: Screen, found: Verdict | _Finding, file: str, *, explain: bool
) -> None:
    if isinstance(found, Verdict):
        print_verdict(screen, found, file, explain=explain)
    else:
        print_finding(screen, found.subject, found.step, explain=explain)


def _to_json(
    found: Verdict | _Finding, file: str, exit_code: int
) -> dict[str, object]:
    if isinstance(found, Verdict):
        verdict = found.to_json()
    else:
        verdict = {
            "schema": SCHEMA,
            "outcome": found.step.outcome.value,
            "subject": found.subject,
            "checks": [found.step.to_json()],
            "notices": [],
            "log": None,
            "timeline": [],
        }
    return {**verdict, "exit_code": exit_code, "source": file}
