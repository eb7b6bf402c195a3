"""`provenance receipt`: the proof that one statement is in the log."""

from pathlib import Path
from shlex import quote

import click

from provenance.cli.arguments import ledger_option
from provenance.cli.outputs import write_output
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.folder import TRUST_FILE, open_reader
from provenance.ledger.read import read_entry


@click.command(cls=Command)
@click.argument("index", type=click.IntRange(min=0))
@click.option(
    "--output", "-o", required=True, help="The .tlog-proof file to write."
)
@click.option(
    "--entry",
    "entry_file",
    help="Write the entry that it proves to this file, too.",
)
@ledger_option
def receipt(
    screen: Screen,
    index: int,
    output: str,
    entry_file: str | None,
    folder: Path,
) -> int:
    """Write the receipt of the statement at INDEX to a file.

    It is a C2SP .tlog-proof, which other people's tools can check. Whoever
    verifies it brings the entry, or the .submission it came in.
    """
    with open_reader(folder) as reader:
        given = reader.receipt(index)
        with reader.moment() as moment:
            entry = read_entry(moment.reader, index, size=moment.size)
    write_output(output, given.text.encode())
    if entry_file is not None:
        write_output(entry_file, entry)
    screen.line(f"{output}: the receipt of entry {index}")
    screen.line("statement  ", given.statement_id.hex())
    brought = quote(entry_file) if entry_file is not None else "ENTRY"
    screen.say(
        f"to verify it: {PROGRAM} verify {quote(output)} --entry {brought}"
        f" --trust {quote(str(folder / TRUST_FILE))}"
    )
    return screen.result(
        "receipt",
        0,
        {
            "file": output,
            "log_index": index,
            "statement_id": given.statement_id.hex(),
            "entry_file": entry_file,
        },
    )
