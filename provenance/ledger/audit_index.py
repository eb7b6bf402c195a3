"""Auditing the index of queries: every row that the log makes is in it.

It is derived, and nobody who verifies believes it. But whoever queries a
ledger learns only of what the index names: with one row gone an event is in no
answer, and nothing else is missing. So what it holds is derived from the log
again, some thousand events at a time, and looked for in it.
"""

from collections.abc import Iterator

from provenance.encoding.digest import sha256
from provenance.errors import DamagedError
from provenance.ledger.catch_up import derive
from provenance.store.candidates import IndexCheck
from provenance.store.protocol import Reader


def compare_index(reader: Reader, index: IndexCheck) -> Iterator[str]:
    """Yield what is wrong with *index*, which was made of this log.

    Args:
        reader: A snapshot of the ledger's store, not older than the index.
        index: It knows some of the log, or all.

    Raises:
        StoreError: The log or the index cannot be read.
    """
    state = index.state()
    if not 0 <= state.hashed <= state.size <= reader.size():
        yield (
            f"it says that it knows {state.size} entries, and of {state.hashed}"
            f" the hash ids; the log has {reader.size()}"
        )
        return
    if state.size and _last(reader, state.size) != state.last:
        yield "it was made of another history of this log"
        return
    for part in derive(reader, 0, state.size, hashed=state.hashed):
        yield from index.missing(part.statements)
    yield from index.left_over()


def _last(reader: Reader, size: int) -> bytes:
    for entry in reader.entries(size - 1, size):
        return sha256(entry)
    raise DamagedError(f"entry {size - 1} is missing")
