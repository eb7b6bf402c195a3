"""`provenance explain`: what a code means, at length."""

import textwrap

import click

from provenance.cli.arguments import language_option
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.errors import NotFoundError
from provenance.problems import explanations
from provenance.proof.codes import CODES

_WIDTH = 76


@click.command(cls=Command)
@click.argument("code", required=False)
@language_option
def explain(screen: Screen, code: str | None, language: str) -> int:
    """Say what a CODE such as PRV-0501 means, and what to do.

    Without a CODE, list them all. Codes of verdicts are explained in every
    language, those of commands in English.
    """
    tongue = "zh" if language == "zh-CN" else "en"
    said = {name: says.explanation[tongue] for name, says in CODES.items()}
    known = {**said, **explanations()}
    if code is not None:
        wanted = code.upper()
        if wanted not in known:
            raise NotFoundError(
                f"there is no code {code!r}: `{PROGRAM} explain` lists them"
            )
        known = {wanted: known[wanted]}
    for name in sorted(known):
        screen.line((name, "strong"))
        for line in textwrap.wrap(known[name], _WIDTH):
            screen.line("  ", line)
    return screen.result("explain", 0, {"codes": dict(sorted(known.items()))})
