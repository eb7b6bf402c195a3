"""`provenance reveal`: what an item's events conceal, from the ledger."""

from pathlib import Path
from shlex import quote

import click

from provenance.cli.arguments import ITEM, POINTER, ledger_option
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.cli.story import called, print_fields
from provenance.cli.times import utc
from provenance.encoding.base64 import encode_base64
from provenance.folder import open_reader
from provenance.ledger.reveal import Revealed
from provenance.proof.faults import name_of
from provenance.proof.verdict import as_json


@click.command(cls=Command)
@click.argument("item", type=ITEM)
@click.option(
    "--field",
    "pointers",
    type=POINTER,
    multiple=True,
    metavar="POINTER",
    help="A JSON Pointer to a concealed field; without it, all. Can be"
    " repeated.",
)
@ledger_option
def reveal(
    screen: Screen, item: str, pointers: tuple[str, ...], folder: Path
) -> int:
    """Print what the events of ITEM conceal.

    It is read from the ledger in a folder, by whoever may read its files. To
    prove a value to somebody, give them a bundle that shows it: bundle
    --reveal.
    """
    with open_reader(folder) as reader:
        fields = reader.reveal(item, pointers)
        registry = reader.registry()
    for field in fields:
        who = called(name_of(field.issuer, registry), field.issuer)
        screen.line(
            (f"entry {field.log_index}, event {field.position}", "strong"),
            f"  signed by {who}, {utc(field.issued_at)}",
        )
        print_fields(screen, {field.pointer: field.value})
    screen.say(
        "to show one of them to somebody: "
        f"{PROGRAM} bundle {quote(item)} -o FILE --reveal"
        f" {quote(fields[0].pointer)}"
    )
    return screen.result(
        "revealed",
        0,
        {
            "item": item,
            "fields": [
                _to_json(field, name_of(field.issuer, registry))
                for field in fields
            ],
        },
    )


def _to_json(field: Revealed, name: str) -> dict[str, object]:
    return {
        "entry": field.log_index,
        "event": field.position,
        "event_id": field.event_id.hex(),
        "issuer": field.issuer,
        "issuer_name": name,
        "issued_at": field.issued_at,
        "pointer": field.pointer,
        "value": as_json(field.value),
        "leaf": {
            "number": field.leaf.number,
            "bytes": encode_base64(field.leaf.leaf),
            "proof": [encode_base64(each) for each in field.leaf.proof],
        },
    }
