"""Problems: how every error is told, to people and to programs.

    PRV-9023  The trail moved on  409  exit 1
        look at the item's trail, then sign and submit again

    table       each kind: its code, words, HTTP status and exit code
    exits       the exit codes, and the gravest of several
    findings    what `verify` says of evidence that is no bundle
    lookup      the problem that an error is, in words and as JSON

The command line prints it, the node answers with it, and the client reads a
node's answer back into the same error. None of them has a table of its own;
and this package knows none of them.
"""

from provenance.problems.exits import (
    BUG,
    COULD_NOT,
    EXIT_CODES,
    FAILED,
    INCOMPLETE,
    INTERRUPTED,
    NOT_FOUND,
    OK,
    USAGE,
    gravest,
)
from provenance.problems.lookup import (
    explanations,
    problem_of,
    text_of,
    to_json,
)
from provenance.problems.table import (
    BUG_PROBLEM,
    FAULTS_PROBLEM,
    INTERRUPTED_PROBLEM,
    OLD_COPY_PROBLEM,
    PROBLEMS,
    SERVER_PROBLEMS,
    USAGE_PROBLEM,
    Problem,
    error_class,
)

__all__ = [
    "BUG",
    "BUG_PROBLEM",
    "COULD_NOT",
    "EXIT_CODES",
    "FAILED",
    "FAULTS_PROBLEM",
    "INCOMPLETE",
    "INTERRUPTED",
    "INTERRUPTED_PROBLEM",
    "NOT_FOUND",
    "OK",
    "OLD_COPY_PROBLEM",
    "PROBLEMS",
    "SERVER_PROBLEMS",
    "USAGE",
    "USAGE_PROBLEM",
    "Problem",
    "error_class",
    "explanations",
    "gravest",
    "problem_of",
    "text_of",
    "to_json",
]
