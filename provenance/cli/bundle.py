"""`provenance bundle`: the proof of one item's whole story, in a file."""

from pathlib import Path
from shlex import quote

import click

from provenance.cli.arguments import ITEM, POINTER, ledger_option
from provenance.cli.inputs import STANDARD
from provenance.cli.outputs import write_output
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.folder import TRUST_FILE, open_reader
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle


@click.command(cls=Command)
@click.argument("item", type=ITEM)
@click.option(
    "--output",
    "-o",
    required=True,
    help="The .provenance file to write; - for standard output.",
)
@click.option(
    "--reveal",
    type=POINTER,
    multiple=True,
    metavar="POINTER",
    help="A JSON Pointer to a concealed field to show. Can be repeated.",
)
@ledger_option
def bundle(
    screen: Screen,
    item: str,
    output: str,
    reveal: tuple[str, ...],
    folder: Path,
) -> int:
    """Write the proof of ITEM's whole story to a file.

    Anyone can verify it with the ledger's trust file, and needs no server.
    """
    with open_reader(folder) as reader:
        # A pointer that shows nothing is a mistake, and said to be one.
        shown = reader.reveal(item, reveal) if reveal else []
        data = reader.prove_item(item, reveal=reveal)
        verdict = examine_bundle(data, trust=reader.trust, now=now(), item=item)
    if output == STANDARD:
        if screen.is_json:
            raise click.UsageError("with --json, the bundle goes to a file")
        screen.data(data)
    else:
        write_output(output, data)
        screen.line(f"{output}: {len(data)} bytes, about {item}")
        for field in shown:
            screen.line(
                f"shows {field.pointer} of entry {field.log_index}, event"
                f" {field.position}, to whoever has the file"
            )
    screen.say(
        f"its verdict now, by the ledger's trust file: {verdict.outcome}"
    )
    for step in verdict.steps:
        if step.outcome is not Outcome.VERIFIED:
            screen.say(f"  {step.code}  {step.detail}")
    screen.say(
        f"to verify it: {PROGRAM} verify {quote(output)} --item {quote(item)}"
        f" --trust {quote(str(folder / TRUST_FILE))}"
    )
    return screen.result(
        "bundle",
        0,
        {
            "file": output,
            "item": item,
            "bytes": len(data),
            "outcome": verdict.outcome.value,
        },
    )
