"""Checkers: children that check submissions by their bytes and signatures.

    question   ["check", [public key, …], book, [[entry, [event data, …]], …]]
    answer     what `provenance.ledger.workers` makes of them all

The submissions are those of one request; the keys are those
that they name, as far as they are known; the evidence book is that in force.
"""

import gc
import sys
from collections.abc import Sequence

from provenance import keys
from provenance.claims.statement import Submission
from provenance.encoding.digest import sha256
from provenance.ledger.workers import check_one, pack_answer, read_book
from provenance_node.children import answer_questions


def check(
    public_keys: Sequence[bytes],
    book: bytes,
    submissions: Sequence[tuple[bytes, tuple[bytes, ...]]],
) -> list[object]:
    """Return what was found of each of *submissions*."""
    known: dict[bytes, bytes] = {sha256(key): key for key in public_keys}
    return pack_answer(
        check_one(Submission(entry, events), known.get, read_book(book))
        for entry, events in submissions
    )


def _main() -> None:
    keys.select_backend(sys.argv[1])
    # What is made for a request dies with it: no cycles, nothing to collect.
    gc.freeze()
    gc.disable()
    answer_questions({"check": check})


if __name__ == "__main__":
    _main()
