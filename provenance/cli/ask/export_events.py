"""`provenance export-events`: a verified story as an EPCIS document."""

import click

from provenance.cli.arguments import ITEM, TIME
from provenance.cli.inputs import STANDARD, read_input
from provenance.cli.program import Command
from provenance.cli.rows import identifiers_option
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.cli.trusted import find_trust, trust_option
from provenance.epcis.header import take_header
from provenance.epcis.render import render_document
from provenance.epcis.xml.write import write_xml
from provenance.errors import within
from provenance.ledger.search import written_time
from provenance.outputs import write_output
from provenance.proof.bundle import MAX_BUNDLE_SIZE
from provenance.proof.excerpt import excerpt
from provenance.proof.verify import verify_bundle

_WRITERS = {"json": render_document, "xml": write_xml}


@click.command("export-events", cls=Command)
@click.argument("file", metavar="BUNDLE")
@trust_option
@click.option("--item", type=ITEM, help="The item in hand.")
@click.option("--at", type=TIME, help="The time to judge at; by default now.")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(_WRITERS)),
    default="json",
    show_default=True,
    help="EPCIS 2.0 as JSON-LD or as XML.",
)
@identifiers_option
@click.option(
    "--output",
    "-o",
    default=STANDARD,
    help="The file to write; - for standard output, which is the default.",
)
def export_events(  # noqa: PLR0913, PLR0917  # click's way
    screen: Screen,
    file: str,
    trust_file: str | None,
    item: str | None,
    at: int | None,
    form: str,
    spelling: str,
    output: str,
) -> int:
    """Write the events of a verified BUNDLE as EPCIS 2.0.

    Only what the bundle shows is written; how many items of an event are not
    shown, and who signed it, stand beside. A bundle that is not VERIFIED is
    refused.
    """
    at = now() if at is None else at
    trust = find_trust(trust_file)
    with within(file):
        data = read_input(file, limit=MAX_BUNDLE_SIZE)
        verified = verify_bundle(data, trust=trust, now=at, item=item)
        events, header = take_header(
            excerpt(verified.events, spelling=spelling)
        )
        document = b"".join(
            _WRITERS[form](events, created=written_time(at), header=header)
        )
    subject = verified.subject
    if output == STANDARD:
        if screen.is_json:
            raise click.UsageError("with --json, the document goes to a file")
        screen.data(document)
    else:
        write_output(output, document)
        screen.line(f"{output}: {len(document)} bytes, about {subject}")
    return screen.result(
        "exported-events",
        0,
        {
            "file": output,
            "item": subject,
            "events": len(events),
            "bytes": len(document),
        },
    )
