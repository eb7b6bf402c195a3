"""The table of rules is complete, printed, and what errors name."""

import pathlib
import re
import sys
from operator import attrgetter

import pytest

from provenance.proof.codes import CODES
from provenance.rules.table import PROMISES, RULES, Rule

ROOT = pathlib.Path(__file__).parents[3]
PAGE = ROOT / "provenance" / "RULES.md"
HOLDERS = ("bundle", "log", "live", "ledger")

INTRODUCTION = """\
# The rules, by name

What may be said is decided once. The ledger admits by these rules, a rehearsal
rehearses by them, an audit replays them, a prover proves what they ask for, and
a verifier, in Python and in the page, verifies by them. Each is held by whoever
can see what it is about:

| holder | sees | who that is |
|---|---|---|
| bundle | what a bundle must show | everybody, offline |
| log | all entries with their event data | the ledger as it admits; `provenance audit`; an auditor |
| live | a clock, at the time | witnesses; auditors that followed then |
| ledger | its own queue and data | the operator alone |

A rule whose holder is `bundle` needs nobody's word. Without auditors the others
are the operator's: it can leave an event, a recall or a revocation out of a trail;
admit what is forbidden where no bundle shows it; order, delay and refuse; date
falsely between moments that witnesses saw. It cannot forge a signature or change
an event, nor, with an honest quorum, show two histories. What words mean, forms,
roles and bounds are the evidence book's: `provenance rules show`. The bytes, and
each rule in full, are in [FORMATS.md](FORMATS.md). A code is what a verdict says
where the rule is broken or cannot be told: `provenance explain CODE`; a refusal
names the rule in `--json`.
"""


def printed() -> str:
    lines = [INTRODUCTION]
    for promise in PROMISES:
        lines += [
            f"## {promise[0].upper()}{promise[1:]}",
            "",
            "| rule | holder | says | codes |",
            "|---|---|---|---|",
            *(
                f"| `{rule.name}` | {rule.holder} | {rule.says}"
                f" | {' '.join(rule.codes)} |"
                for rule in RULES
                if rule.promise == promise
            ),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def raised() -> set[str]:
    """Return the names that the sources give to errors."""
    found: set[str] = set()
    for path in (ROOT / "provenance").rglob("*.py"):
        found.update(re.findall(r'\.under\(\s*"([^"]+)"', path.read_text()))
    return found


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text() == printed(), (
        "python -m tests.unit.rules.test_table"
    )


def test_each_rule_has_one_name_a_holder_and_a_promise() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert rule.holder in HOLDERS, rule.name
        assert rule.promise in PROMISES, rule.name
        assert rule.says.endswith("."), rule.name
        if rule.holder == "bundle":
            assert rule.codes, f"{rule.name}: what does a verdict say?"


@pytest.mark.parametrize("rule", RULES, ids=attrgetter("name"))
def test_the_codes_of_a_rule_exist(rule: Rule) -> None:
    assert set(rule.codes) <= set(CODES)


def test_errors_name_rules_of_the_table_alone() -> None:
    assert raised() <= {rule.name for rule in RULES}


def test_every_promise_of_the_readme_is_carried_by_rules() -> None:
    assert {rule.promise for rule in RULES} == set(PROMISES)


if __name__ == "__main__":
    PAGE.write_text(printed())
    sys.exit(0)
