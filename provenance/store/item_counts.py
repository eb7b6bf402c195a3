"""Counting items that are too many for memory, in a nameless file."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from typing import NamedTuple

import apsw

_TABLE = """
CREATE TABLE items (
    item  TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO items VALUES (?1, 1, ?2, ?2)
ON CONFLICT DO UPDATE SET count = count + 1, last = ?2
"""


class ItemCount(NamedTuple):
    """How often an item was met.

    Attributes:
        item: The item.
        events: In how many events.
        first_entry: The first entry with one of them.
        last_entry: The last one.
    """

    item: str
    events: int
    first_entry: int
    last_entry: int


def count_items(
    events: Iterable[tuple[int, Collection[str]]],
) -> Iterator[ItemCount]:
    """Yield each item of all *events* once, by its id.

    Args:
        events: (entry, its items) of each event, in log order.
    """
    with closing(apsw.Connection("")) as table:
        table.execute(_TABLE)
        with table:
            for entry, items in events:
                table.executemany(_ADD, ((item, entry) for item in items))
        for row in table.execute("SELECT * FROM items ORDER BY item"):
            yield ItemCount(*row)
