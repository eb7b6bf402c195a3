"""The words of pages of help that belong to no single command."""

from collections.abc import Mapping
from textwrap import wrap

from provenance.epcis.vocabulary import (
    BIZ_STEP,
    PRIVATE_STEP,
    PRIVATE_STEPS,
    STEPS,
)
from provenance.rules.book import baseline

ENVIRONMENT: Mapping[str, str] = {
    "PROVENANCE_LEDGER": "the ledger's folder, as --ledger gives it",
    "PROVENANCE_NODE": "a node's URL in place of a folder, as --node gives it",
    "PROVENANCE_TRUST": (
        "the trust file of verify and of --node, as --trust gives it"
    ),
    "PROVENANCE_TOKEN": (
        "a reader's token for a node; --token takes a file of it"
    ),
    "PROVENANCE_LANG": "the language of a story, as --lang gives it",
    "PROVENANCE_NODE_CONFIG": "the settings of a node, as --config gives them",
    "PROVENANCE_NODE_*": "one setting of a node: node config lists them",
    "XDG_CONFIG_HOME": (
        "the configuration folder, by default ~/.config; verify looks for"
        " provenance/trust.toml in it"
    ),
    "NO_COLOR": "if set and not empty, no colours",
    "CLICOLOR": "if 0, no colours",
    "CLICOLOR_FORCE": "if set and not 0, colours without a terminal, too",
    "TMPDIR": "where a bug of ours leaves its traceback",
}
"""Variable → what it says."""

AUDITORS: Mapping[str, str] = {
    "Whose key is it, and what did it sign?": (
        "provenance statements --key 3f9a01c2 -C backup"
    ),
    "Which items did it touch?": (
        "provenance statements --key 3f9a01c2 --items --format csv -o items.csv"
        " -C backup"
    ),
    "Where was this bundle changed, and how did it read?": (
        "provenance verify changed.provenance --against backup --trust"
        " trust.toml"
    ),
    "Did the log only grow since the last visit?": (
        "provenance compare old-checkpoint tiles --trust trust.toml"
    ),
    "What goes into the case file?": (
        "provenance report evidence --against backup -o case.html --trust"
        " trust.toml"
    ),
}
"""What an auditor asks → the command that answers."""


def vocabulary() -> list[str]:
    """Return the words of events, and who may sign what, from the tables."""
    width = max(map(len, STEPS))
    table = [
        f"  {step:<{width}}  {', '.join(roles_of(step)) or 'no role'}"
        for step in STEPS
    ]
    return [
        f"Steps of this project; in an event, after {PRIVATE_STEP}",
        *(
            f"  {word:<{width}}  {step.meaning}"
            for word, step in PRIVATE_STEPS.items()
        ),
        "",
        "Steps of GS1's Core Business Vocabulary; in an event, the bare word",
        *wrap(
            " ".join(sorted(BIZ_STEP.words)),
            initial_indent="  ",
            subsequent_indent="  ",
        ),
        "",
        "Who may sign which step, if the ledger names no rule book of its own:",
        "(an event without a step is observing, or transforming its inputs)",
        *table,
    ]


def roles_of(step: str) -> list[str]:
    """Return the roles that may sign *step*, by the baseline book."""
    return [
        role
        for role, kinds in baseline().roles.items()
        if step in kinds or "*" in kinds
    ]
