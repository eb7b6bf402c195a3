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
        "init": "init:init",
        "key": "key:key",
        "actor": "actor:actor",
        "sign": "sign:sign",
        "submit": "submit:submit",
        "trail": "trail:trail",
        "bundle": "bundle:bundle",
        "receipt": "receipt:receipt",
        "verify": "verify:verify",
        "inspect": "inspect:inspect",
        "audit": "audit:audit",
        "export-tiles": "export:export_tiles",
        "demo": "demo:demo",
        "explain": "explain:explain",
        "help": "topics:topics",
        "completion": "completion:completion",
    },
)
