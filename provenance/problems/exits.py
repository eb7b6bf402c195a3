"""Exit codes: how a command ends. These numbers do not change."""

from collections.abc import Iterable, Mapping

OK = 0
FAILED = 1
USAGE = 2
COULD_NOT = 3
NOT_FOUND = 4
INCOMPLETE = 5
BUG = 70
INTERRUPTED = 130

EXIT_CODES: Mapping[int, str] = {
    OK: "ok, verified",
    FAILED: (
        "failed: the ledger refused it, the evidence contradicts the claim,"
        " or an audit found a fault"
    ),
    USAGE: "the command was called wrongly",
    COULD_NOT: "it could not be checked or done; this says nothing about it",
    NOT_FOUND: "there is no such file, item, entry or ledger",
    INCOMPLETE: (
        "valid so far, but the trust file's demands are not met: something is"
        " missing or stale, or the item was recalled"
    ),
    BUG: "a bug of ours",
    INTERRUPTED: "interrupted",
}
"""Exit code → what it means."""

_GRAVEST_FIRST = (
    BUG, INTERRUPTED, USAGE, FAILED, INCOMPLETE, COULD_NOT, NOT_FOUND, OK,
)  # fmt: skip


def gravest(exit_codes: Iterable[int]) -> int:
    """Return the exit code of several inputs together; 0 for none."""
    return min(exit_codes, key=_GRAVEST_FIRST.index, default=OK)
