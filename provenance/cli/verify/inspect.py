"""`provenance inspect`: what a file says, believed by nobody."""

import click

from provenance.cli.inputs import read_input
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.decode import MAX_SIZE, decode_file
from provenance.errors import within

BANNER = "NOT VERIFIED: this is what the file says, and nothing was checked."


@click.command(cls=Command)
@click.argument("file")
def inspect(screen: Screen, file: str) -> int:
    """Decode FILE without believing it.

    FILE is anything of ours: a bundle, a receipt, a submission, an entry, an
    event, a checkpoint, a trust file, an EPCIS document. Nothing in it is
    verified.
    """
    with within(file):
        decoded = decode_file(read_input(file, limit=MAX_SIZE))
    screen.line((BANNER, "warning"))
    screen.line(f"{file}: {decoded.kind}, {decoded.size} bytes")
    _print(screen, decoded.content, "")
    return screen.result(
        "inspect",
        0,
        {
            "verified": False,
            "note": BANNER,
            "file": file,
            "kind": decoded.kind,
            "bytes": decoded.size,
            "content": decoded.content,
        },
    )


def _print(
    screen: Screen, value: dict[str, object] | list[object], indent: str
) -> None:
    """Print *value* as an indented outline."""
    rows = (
        [(f"{name}:", member) for name, member in value.items()]
        if isinstance(value, dict)
        else [("-", member) for member in value]
    )
    for start, member in rows:
        if isinstance(member, dict | list) and member:
            screen.line(indent, start)
            _print(screen, member, indent + "  ")
        else:
            screen.line(indent, start, " ", _scalar(member))


def _scalar(value: object) -> str:
    if value is None or value in ({}, []):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
