"""The command line: `provenance`.

A command's module is loaded when the command is used, so that verifying a
bundle loads no database. What holds for all of them:

* the result goes to stdout, narration to stderr, with or without a terminal;
* `--json` prints one versioned object instead, on failure too;
* whatever comes from evidence is escaped before a terminal sees it;
* the exit code says how it ended (`provenance.cli.problems`).
"""

from provenance.cli.program import PROGRAM, Program

__all__ = ["main"]

main = Program(
    PROGRAM,
    purpose=(
        "Prove where a thing comes from: sign what happened to it, log it,"
        " and verify its whole story without any server."
    ),
    homes={
        "init": "provenance.cli.init:init",
        "key": "provenance.cli.key:key",
        "actor": "provenance.cli.actor:actor",
        "sign": "provenance.cli.sign:sign",
        "submit": "provenance.cli.submit:submit",
        "trail": "provenance.cli.trail:trail",
        "query": "provenance.cli.query:query",
        "reveal": "provenance.cli.reveal:reveal",
        "bundle": "provenance.cli.bundle:bundle",
        "receipt": "provenance.cli.receipt:receipt",
        "verify": "provenance.cli.verify:verify",
        "compare": "provenance.cli.compare:compare",
        "statements": "provenance.cli.signed:statements",
        "report": "provenance.cli.case:report",
        "inspect": "provenance.cli.inspect:inspect",
        "audit": "provenance.cli.audit:audit",
        "backup": "provenance.cli.backup:backup",
        "restore": "provenance.cli.restore:restore",
        "upgrade": "provenance.cli.upgrade:upgrade",
        "export-events": "provenance.cli.export_events:export_events",
        "export-tiles": "provenance.cli.export:export_tiles",
        "label": "provenance.cli.label:label",
        "demo": "provenance.cli.demo:demo",
        "node": "provenance.cli.node:node",
        "rules": "provenance.cli.rules:rules",
        "explain": "provenance.cli.explain:explain",
        "help": "provenance.cli.topics:topics",
        "completion": "provenance.cli.completion:completion",
    },
)
