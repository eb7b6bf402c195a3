"""`provenance bundle`: the proof of one item's whole story, in a file."""

from shlex import quote

import click

from provenance.cli.arguments import EVENT_RANGE, ITEM, POINTER
from provenance.cli.inputs import STANDARD
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.cli.where import where_options
from provenance.ledger.prove import MAX_STRETCH
from provenance.outputs import write_output
from provenance.problems import FAILED, OK
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from provenance.reach.where import Where

_MOST_OF_A_NODE = 256
"""How many events of a stretch a node shows (`GET …/bundle?from=…`)."""


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
@click.option(
    "--range",
    "stretch",
    type=EVENT_RANGE,
    metavar="FROM-TO",
    help="Events of ITEM to show even if its story is long: 65-320.",
)
@where_options
def bundle(  # noqa: PLR0913, PLR0917  # click's way
    screen: Screen,
    item: str,
    output: str,
    reveal: tuple[str, ...],
    stretch: tuple[int, int] | None,
    where: Where,
) -> int:
    """Write the proof of ITEM's whole story to a file.

    Anyone can verify it with the ledger's trust file, and needs no server.
    What a node gives is written as it is; whether it proves anything by your
    trust file is said, and it ends with 1 if it is false.

    Of an item to which very much happened, both ends are shown and every
    warning. The verdict says which events were skipped; --range shows some of
    them, by these numbers. A folder shows up to 1024 of them at once, a node
    256.
    """
    if where.url is not None and reveal:
        raise click.UsageError(
            "--reveal is for the ledger's folder: a node shows what everybody"
            " may see"
        )
    most = MAX_STRETCH if where.url is None else _MOST_OF_A_NODE
    if stretch is not None and stretch[1] - stretch[0] > most:
        raise click.UsageError(
            f"--range is at most {most} events here: ask for the others in"
            " bundles of their own"
        )
    with where.open_readable(screen.say) as ledger:
        # A pointer that shows nothing is a mistake, and said to be one.
        shown = ledger.reveal(item, reveal) if reveal else []
        data = ledger.prove_item(item, reveal=reveal, stretch=stretch)
        verdict = examine_bundle(data, trust=ledger.trust, now=now(), item=item)
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
        f"its verdict now, by {where.trust_name} trust file: {verdict.outcome}"
    )
    for step in verdict.steps:
        if step.outcome is not Outcome.VERIFIED:
            screen.say(f"  {step.code}  {step.detail}")
    screen.say(
        f"to verify it: {PROGRAM} verify {quote(output)} --item {quote(item)}"
        f"{where.trust_option}"
    )
    return screen.result(
        "bundle",
        FAILED if verdict.outcome is Outcome.FAILED else OK,
        {
            "file": output,
            "item": item,
            "bytes": len(data),
            "outcome": verdict.outcome.value,
        },
    )
