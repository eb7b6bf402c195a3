"""`provenance receipt`: the proof that one statement is in the log."""

from pathlib import Path
from shlex import quote

import click

from provenance.cli.arguments import ledger_option
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.folder import TRUST_FILE, open_reader
from provenance.outputs import write_output

ENTRY_SUFFIX = ".entry"
"""What the file of an entry is called; its receipt's is `.tlog-proof`."""


@click.command(cls=Command)
@click.argument("index", type=click.IntRange(min=0))
@click.option(
    "--output", "-o", required=True, help="The .tlog-proof file to write."
)
@click.option(
    "--entry",
    "entry_file",
    metavar="FILE",
    help="Where to write the entry that it proves; by default beside it, with"
    f" the ending {ENTRY_SUFFIX}.",
)
@ledger_option
def receipt(
    screen: Screen,
    index: int,
    output: str,
    entry_file: str | None,
    folder: Path,
) -> int:
    """Write the receipt and the entry of the statement at INDEX.

    The receipt is a C2SP .tlog-proof, which other people's tools can check.
    Whoever verifies it needs the entry, too: the signed statement itself.
    """
    if entry_file is None:
        entry_file = str(Path(output).with_suffix(ENTRY_SUFFIX))
    if entry_file == output:
        raise click.UsageError(
            f"both files are to be {output}: name the entry's with --entry"
        )
    with open_reader(folder) as reader:
        given = reader.receipt(index)
    write_output(output, given.text.encode())
    write_output(entry_file, given.entry)
    screen.line(f"{output}: the receipt of entry {index}")
    screen.line(f"{entry_file}: the entry itself")
    screen.line("statement  ", given.statement_id.hex())
    trust = quote(str(folder / TRUST_FILE))
    screen.say(
        f"to verify it: {PROGRAM} verify {quote(output)}"
        f" --entry {quote(entry_file)} --trust {trust}"
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
