"""How a batch becomes rows of a ledger's SQLite file."""

import struct
from collections.abc import Sequence
from itertools import pairwise

import apsw

from provenance.encoding.digest import HASH_SIZE, split_hashes
from provenance.store.protocol import NO_LINK, Batch


def insert(
    connection: apsw.Connection, batch: Batch, *, first_event: int
) -> None:
    """Add the rows of *batch*, whose first event has that number."""
    entries = []
    events: list[tuple[int, bytes, int, bytes]] = []
    parts: list[tuple[int, int, int, bytes]] = []
    cuts = {(cut.log_index, cut.position): cut.offsets for cut in batch.cuts}
    for log_index, row in enumerate(batch.entries, batch.old_size):
        if len(row.event_ids) != HASH_SIZE * len(row.events):
            raise ValueError(
                f"leaf {log_index} has {len(row.events)} events but"
                f" {len(row.event_ids)} bytes of event ids"
            )
        number = first_event + len(events)
        entries.append((log_index, number, len(row.events), row.entry))
        ids = split_hashes(row.event_ids)
        for position, data in enumerate(row.events):
            offsets = cuts.get((log_index, position), (len(data),))
            events.append((
                number + position,
                ids[position],
                len(data) - offsets[0],
                data[: offsets[0]],
            ))  # fmt: skip
            parts += [
                (log_index, position, part, data[start:stop])
                for part, (start, stop) in enumerate(
                    pairwise([*offsets, len(data)])
                )
                if start < stop
            ]
    # Most links have just one leaf.
    links = [
        (
            number,
            log_index,
            position,
            time,
            kinds,
            leaves[0] if len(leaves) == 1 else _packed(leaves),
            previous,
        )
        for number, (
            log_index,
            position,
            time,
            kinds,
            leaves,
            _,
            previous,
        ) in enumerate(batch.links, batch.first_link)
    ]
    connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", entries)
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", events)
    connection.executemany("INSERT INTO event_parts VALUES (?, ?, ?, ?)", parts)
    connection.executemany(
        "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, ?)", links
    )
    connection.executemany(
        "INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET leaf = excluded.leaf,"
        " count = excluded.count, link = excluded.link, last = excluded.last,"
        " edge = excluded.edge, warnings = excluded.warnings,"
        " warned = excluded.warned",
        batch.heads,
    )
    connection.executemany(
        "INSERT INTO warnings VALUES (?, ?, ?, ?)", sorted(batch.warnings)
    )
    connection.executemany(
        "INSERT INTO statements VALUES (?, ?, ?)", batch.statements
    )
    connection.executemany("INSERT INTO registry VALUES (?, ?)", batch.registry)
    connection.executemany(
        "INSERT INTO names VALUES (?, ?, ?, ?, ?)", sorted(batch.names)
    )
    connection.executemany(
        "INSERT INTO times VALUES (?, ?, ?, ?)", sorted(batch.times)
    )
    # A book counts from where the trust says, however often it is logged.
    connection.executemany(
        "INSERT OR IGNORE INTO books VALUES (?, ?)", batch.books
    )
    connection.executemany(
        "INSERT INTO map_rows VALUES (?, ?) ON CONFLICT (number) DO UPDATE"
        " SET hashes = excluded.hashes",
        batch.map_rows,
    )
    connection.executemany(
        "INSERT INTO tiles VALUES (?, ?, ?, ?)"
        " ON CONFLICT (tree, level, number)"
        " DO UPDATE SET hashes = excluded.hashes",
        batch.tiles,
    )
    # An item's first link is the one without another before it.
    connection.execute(
        "UPDATE ledger SET item_count = item_count + ?",
        (sum(link.previous == NO_LINK for link in batch.links),),
    )


def _packed(leaves: Sequence[int]) -> bytes:
    """Return the column of a link's *leaves*, where it has not just one."""
    return struct.pack(f">{len(leaves)}I", *leaves)
