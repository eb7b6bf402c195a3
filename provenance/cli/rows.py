"""Rows for other programs: a line of CSV or JSON each, to a file or a pipe."""

import csv
import io
from collections.abc import Iterable, Mapping

import click

from provenance.cli.inputs import STANDARD
from provenance.cli.screen import Screen
from provenance.encoding.safe import safe
from provenance.epcis.received import AS_SIGNED, SPELLINGS
from provenance.epcis.table.report import escape_cell
from provenance.outputs import write_pieces

TABLE, CSV, LINES = "table", "csv", "jsonl"
"""The forms of a table: for people, for spreadsheets, for programs."""

identifiers_option = click.option(
    "--identifiers",
    "spelling",
    type=click.Choice(SPELLINGS),
    default=AS_SIGNED,
    show_default=True,
    help="How ids are written: as EPC URNs, where an item came as one; as GS1"
    " Digital Links; all as they came; or as they were signed, the items as"
    " links and all others as they came.",
)
"""Gives a command the option that says how the ids of events are spelled."""


def require_place(screen: Screen, form: str, output: str) -> None:
    """Check that what is asked for in *form* can go to *output*.

    Raises:
        click.UsageError: It cannot.
    """
    if form == TABLE and output != STANDARD:
        raise click.UsageError("a table goes to the screen: give --format")
    if screen.is_json and form != TABLE and output == STANDARD:
        raise click.UsageError(f"with --json, {form} goes to a file: give -o")


def deliver(screen: Screen, pieces: Iterable[bytes], output: str) -> int | None:
    """Write *pieces* to *output*, as they come.

    Returns:
        The size of the file in bytes; None for standard output.

    Raises:
        OSError: The file cannot be written; it is as it was.
    """
    if output != STANDARD:
        return write_pieces(output, pieces)
    for piece in pieces:
        screen.data(piece)
    return None


def json_line(name: str, members: Mapping[str, object]) -> bytes:
    """Return a JSON object on a line, of the schema `provenance.<name>/1`."""
    import json  # noqa: PLC0415  # for this alone

    said = {"schema": f"provenance.{name}/1", **members}
    return json.dumps(said).encode() + b"\n"


def csv_line(cells: Iterable[object]) -> bytes:
    """Return a line of CSV that a spreadsheet runs nothing of."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL)
    writer.writerow([escape_cell(safe(str(cell))) for cell in cells])
    return line.getvalue().encode()
