"""`provenance trail`: an item's story, as anyone can read it."""

import click

from provenance.cli.arguments import ITEM, language_option
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.cli.telling import print_story
from provenance.cli.times import now
from provenance.cli.where import where_options
from provenance.problems.outcomes import exit_code_of
from provenance.proof.verify import examine_bundle
from provenance.reach.where import Where


@click.command(cls=Command)
@click.argument("item", type=ITEM)
@language_option
@where_options
def trail(screen: Screen, item: str, language: str, where: Where) -> int:
    """Tell the story of ITEM, from a ledger's folder or a node.

    ITEM is a GS1 Digital Link, an EPC URN or another URI. The story is
    verified as a bundle would be, with the ledger's own trust file, or that of
    --trust.
    """
    with where.open_readable(screen.say) as ledger:
        data = ledger.prove_item(item)
        verdict = examine_bundle(data, trust=ledger.trust, now=now(), item=item)
    print_story(screen, verdict, language)
    code = exit_code_of(verdict)
    members = verdict.to_json()
    members.pop("schema")
    return screen.result("trail", code, members)
