"""What makes each schema of a ledger's SQLite file of the one before it.

A step changes where things stand, and nothing that was signed. It runs within
the one transaction of `provenance.store.upgrade`. The file's own release is
written after the last of them.
"""

from collections.abc import Callable

import apsw

from provenance.claims.stored import read_stored, shown_mark
from provenance.store.protocol import mark_of

Step = Callable[[apsw.Connection], object]


def sql_step(sql: str) -> Step:
    """Return the step that runs *sql*."""
    return lambda connection: connection.execute(sql)


_NAME_THE_RELEASE = """
CREATE TABLE named_ledger (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    origin     TEXT NOT NULL,
    item_count INTEGER NOT NULL,
    release    TEXT NOT NULL
) STRICT;
INSERT INTO named_ledger SELECT only, origin, item_count, '' FROM ledger;
DROP TABLE ledger;
ALTER TABLE named_ledger RENAME TO ledger;
"""

_EVENTS = """
SELECT time, mark, log_index, position, id, data, rest
FROM times JOIN entries USING (log_index)
JOIN events ON number = first_event + position
"""

_REST = """
SELECT data FROM event_parts WHERE log_index = ? AND position = ?
ORDER BY number
"""


def _mark_what_is_said(connection: apsw.Connection) -> None:
    """Add a row to `times` for each event without an `eventID`.

    Some files of schema 5 have these rows.

    Raises:
        MalformedError: An event is damaged.
        apsw.Error: SQLite fails.
    """
    # What is read is not changed meanwhile, and need not fit in memory.
    connection.execute("CREATE TEMP TABLE said AS SELECT * FROM times LIMIT 0")
    for time, mark, *place, event_id, data, rest in connection.execute(_EVENTS):
        if mark != mark_of(event_id):
            continue
        whole = data
        if rest:
            parts = connection.execute(_REST, tuple(place))
            whole += b"".join([part for (part,) in parts])
        if not isinstance(read_stored(whole).body.get("eventID"), str):
            connection.execute(
                "INSERT INTO said VALUES (?, ?, ?, ?)",
                (time, shown_mark(whole), *place),
            )
    connection.execute(
        "INSERT OR IGNORE INTO times SELECT * FROM said; DROP TABLE said"
    )


STEPS = {4: sql_step(_NAME_THE_RELEASE), 5: _mark_what_is_said}
"""Schema version → what makes the next one of it."""
