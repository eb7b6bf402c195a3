"""No dead code: what tests alone reach is kept for a reason, or goes.

A name counts as used if the project's own code says it beside its definition:
as a name, as an attribute, or in a short text (`"module:name"`). That is
coarse, and enough to notice what nobody uses any more.
"""

import ast
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.support.cli_runs import PROJECT

ROOTS = ("provenance", "node/provenance_node", "examples")
WORD = re.compile(r"[A-Za-z_]\w*")
LONGEST = 120
"""Texts of more characters are for people."""

OURS_TO_KEEP = {
    # One half of a format whose other half is used: for programs of signers.
    "chain_hashes": "FORMATS.md 7: a whole trail's links, told from its start",
    "head_of": "FORMATS.md 7: a whole trail's head, the definition in full",
    "class_key": "FORMATS.md 18: whoever compares values derives it",
    "seal_signer": "FORMATS.md 18: whoever prints the code under a seal",
    "opened_message": "FORMATS.md 18: whoever opens the pack signs it",
    "signed_by_roots": "FORMATS.md 13: holders of root keys sign elsewhere",
    "version_entry": "FORMATS.md 13: who publishes a version of the trust",
    "withhold": "FORMATS.md 3: an event as it is shown to who may not see all",
    # What C2SP specifies, for witnesses and for who checks a log by a policy.
    "parse_policy": "tlog-policy: what operators of witnesses exchange",
    "format_policy": "tlog-policy: the same, written",
    "verify_proof": "tlog-proof: a proof held against a policy, not a trust",
    "from_vkey": "signed-note: a verifier of a key as it is published",
    "read_mldsa_key": "key files of both kinds are read back",
    # GS1's forms, written: a scanner's text, and a bar code's.
    "format_raw": "GS1 element strings, as a symbol carries them",
    "put_predefined_first": "GS1: which elements need no separator",
    "read_xml": "a whole EPCIS document in XML at once",
    # Read by what makes the pages about rules.
    "PROMISES": "RULES.md has the rules in the order of the promises",
}
"""Name → why it is there, though only tests and other programs use it."""

CALLED_BY_OTHERS = {
    # click, uvicorn and ast call these by their names.
    "convert", "format_commands", "list_commands", "send_400_response",
    "shell_complete",
}  # fmt: skip


def _definitions(tree: ast.AST) -> Iterator[str]:
    """Yield each function, class, method and constant that is defined."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                # What a framework registers is called by it.
                is_registered = any(
                    isinstance(each, ast.Call) for each in node.decorator_list
                )
                if not is_registered and not node.name.startswith("__"):
                    yield node.name
            case ast.ClassDef():
                yield node.name
                yield from _definitions(node)
            case ast.Assign(targets=[ast.Name(id=name)]) if isinstance(
                tree, ast.Module
            ):
                if not name.startswith("__"):
                    yield name
            case ast.If() | ast.Try() | ast.With():
                yield from _definitions(node)
            case _:
                pass


def _words(path: Path) -> Iterator[str]:
    """Yield each word of the code, without comments and docstrings."""
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.NAME:
                yield token.string
            elif token.type == tokenize.STRING and (
                len(token.string) < LONGEST and '"""' not in token.string
            ):
                yield from WORD.findall(token.string)


def _unused(paths: list[Path]) -> set[str]:
    defined, said = Counter[str](), Counter[str]()
    for path in paths:
        defined.update(_definitions(ast.parse(path.read_text())))
        said.update(_words(path))
    return {name for name, count in defined.items() if said[name] <= count}


def _files() -> list[Path]:
    return [path for root in ROOTS for path in (PROJECT / root).rglob("*.py")]


def test_nothing_is_reached_by_tests_alone_without_a_reason() -> None:
    assert _unused(_files()) - CALLED_BY_OTHERS <= OURS_TO_KEEP.keys()


def test_what_nobody_uses_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        '"""forgotten() is said here."""\n\n'
        "USED = 1\n\n\n"
        "def forgotten():\n    return USED\n\n\n"
        "class Kept:\n    def lost(self):\n        # lost\n"
        "        return Kept\n",
    )
    assert _unused([page]) == {"forgotten", "lost"}
