"""The command line: `provenance`.

A command's module is loaded when the command is used, so that verifying a
bundle loads no database. What holds for all of them:

* the result goes to stdout, narration to stderr, with or without a terminal;
* `--json` prints one versioned object instead, on failure too;
* whatever comes from evidence is escaped before a terminal sees it;
* the exit code says how it ended (`provenance.problems`).

The commands lie in packages as `provenance help` groups them; what several of
them share is here. It may not know the node, which `run.node` alone starts.
"""

from provenance.cli.program import PROGRAM, Program

__all__ = ["main"]

main = Program(
    PROGRAM,
    purpose=(
        "Prove where a thing comes from: sign what happened to it, log it,"
        " and verify its whole story without any server."
    ),
    groups={
        "Set up a ledger": {
            "init": "provenance.cli.setup.init:init",
            "key": "provenance.cli.setup.key:key",
            "actor": "provenance.cli.setup.actor:actor",
            "rules": "provenance.cli.setup.rules:rules",
        },
        "Log what happens": {
            "sign": "provenance.cli.log.sign:sign",
            "submit": "provenance.cli.log.submit:submit",
            "label": "provenance.cli.log.label:label",
        },
        "Ask": {
            "trail": "provenance.cli.ask.trail:trail",
            "query": "provenance.cli.ask.query:query",
            "statements": "provenance.cli.ask.signed:statements",
            "reveal": "provenance.cli.ask.reveal:reveal",
            "export-events": "provenance.cli.ask.export_events:export_events",
        },
        "Prove and verify": {
            "bundle": "provenance.cli.verify.bundle:bundle",
            "receipt": "provenance.cli.verify.receipt:receipt",
            "verify": "provenance.cli.verify.verify:verify",
            "compare": "provenance.cli.verify.compare:compare",
            "report": "provenance.cli.verify.case:report",
            "inspect": "provenance.cli.verify.inspect:inspect",
        },
        "Run a ledger": {
            "audit": "provenance.cli.run.audit:audit",
            "backup": "provenance.cli.run.backup:backup",
            "restore": "provenance.cli.run.restore:restore",
            "export-tiles": "provenance.cli.run.export:export_tiles",
            "upgrade": "provenance.cli.run.upgrade:upgrade",
            "node": "provenance.cli.run.node:node",
        },
        "Learn": {
            "demo": "provenance.demo.command:demo",
            "explain": "provenance.cli.learn.explain:explain",
            "help": "provenance.cli.learn.topics:topics",
            "completion": "provenance.cli.learn.completion:completion",
        },
    },
)
