"""`provenance sign`: a signed statement in a file, without any ledger."""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

from pathlib import Path

import click

from provenance.cli.arguments import FILE, POINTER
from provenance.cli.inputs import read_input
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.errors import within
from provenance.gs1 import canonical_item
from provenance.intake.signatory import Signatory
from provenance.intake.sources import SUFFIX
from provenance.intake.statements import MAX_FILE, make_submission
from provenance.ledger.check import check_submission
from provenance.outputs import write_output
from provenance.rules.book import baseline
from provenance.store.keyfile import read_key


@click.command(cls=Command)
@click.argument("file")
@click.option(
    "--as",
    "issuer",
    required=True,
    metavar="ACTOR",
    help="The actor that signs.",
)
@click.option(
    "--key",
    "key_file",
    type=FILE,
    required=True,
    help="The file with that actor's private key.",
)
@click.option(
    "--origin",
    required=True,
    help="The ledger that it is signed for; no other takes it.",
)
@click.option(
    "--conceal",
    type=POINTER,
    multiple=True,
    metavar="POINTER",
    help="A JSON Pointer into the events, such as /example:buyer, of what only"
    " chosen readers may see. An event with nothing there conceals nothing"
    " there. Can be repeated.",
)
@click.option(
    "--output", "-o", required=True, help=f"The {SUFFIX} file to write."
)
def sign(
    screen: Screen,
    file: str,
    issuer: str,
    key_file: Path,
    origin: str,
    conceal: tuple[str, ...],
    output: str,
) -> int:
    """Sign an EPCIS document in JSON or XML, to be submitted later.

    The signed statement holds what was concealed, too: send it to the ledger
    and to nobody else.
    """
    signatory = Signatory(canonical_item(issuer), read_key(key_file))
    with within(file):
        submission = make_submission(
            read_input(file, limit=MAX_FILE),
            signatory=signatory,
            origin=origin,
            conceal=conceal,
        )
        # What would be refused for its bytes alone is not worth a file.
        checked = check_submission(
            submission.entry,
            submission.events,
            find_key=lambda _: signatory.signer.verifier.data,
            book=baseline(),
        )
    write_output(output, submission.to_bytes())
    statement_id = checked.statement_id.hex()
    screen.line(f"signed {len(checked.events)} events: {output}")
    screen.line("statement  ", statement_id)
    screen.say(f"to hand it in: {PROGRAM} submit {output}")
    return screen.result(
        "sign",
        0,
        {
            "file": output,
            "statement_id": statement_id,
            "issuer": signatory.issuer,
            "origin": origin,
            "events": len(checked.events),
        },
    )
