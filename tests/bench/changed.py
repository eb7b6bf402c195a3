"""How many bytes one changed item costs the disk.

    python -m tests.bench.changed [--items 20000] [--changes 200]

Logs that many items in one go, and then one event of one of them at a time,
each durably and under a checkpoint. Prints what each change writes into the
write-ahead log (whole pages, most of them written again with the next change),
what it adds to the file for good, and the same for a thousand that share a
commit.
"""

import argparse
import tempfile
from pathlib import Path

from provenance.folder import open_ledger
from provenance.ledger.ledger import Ledger
from provenance.store import DATABASE
from provenance.store.sqlite import SQLiteStore
from tests.bench import corpus

_PAGE = 4_096
_FRAME = _PAGE + 24
"""A page in the write-ahead log, with its header."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name) / "ledger"
        ledger = corpus.new_ledger(folder)
        corpus.append(ledger, range(options.items), per_statement=100)
        ledger.close()
        size = (folder / DATABASE).stat().st_size
        print(
            f"{options.items:,} items: {size / options.items:,.0f} bytes each"
        )
        step = max(options.items // options.changes, 1)
        numbers = range(0, options.items, step)[: options.changes]
        report("one at a time", folder, [range(n, n + 1) for n in numbers])
        report("a thousand a commit", folder, [range(1_000)])


def report(label: str, folder: Path, batches: list[range]) -> None:
    before = (folder / DATABASE).stat().st_size
    ledger = open_ledger(folder)
    written = 0
    for numbers in batches:
        start = pages_of(ledger)
        corpus.append(ledger, numbers, step=len(batches))
        written += pages_of(ledger) - start
    ledger.close()
    grown = (folder / DATABASE).stat().st_size - before
    count = sum(map(len, batches))
    print(
        f"{label}: {written * _FRAME / count:,.0f} bytes written"
        f" ({written / count:.1f} pages), {grown / count:,.0f} bytes more to"
        " keep, for each changed item"
    )


def pages_of(ledger: Ledger) -> int:
    """Return how many pages the write-ahead log has had, in all."""
    store = ledger._writable
    assert isinstance(store, SQLiteStore)
    return store._wal_pages


if __name__ == "__main__":
    main()
