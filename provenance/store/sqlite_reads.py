"""What is read from a ledger's SQLite file (`provenance.store.sqlite_schema`).

Every query is written once, here; where the connection comes from differs
between a store and a snapshot (`provenance.store.sqlite_reader`).

Over 500 lines: there is a query for each method of the protocol.
"""

import json
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any

import apsw

from provenance.claims.trail import MAX_KINDS
from provenance.errors import DamagedError, NotFoundError, StoreError
from provenance.forks import Owner
from provenance.store.protocol import (
    LOG,
    NO_LINK,
    EntryRow,
    EventStart,
    HeadRow,
    LinkRow,
    NameRow,
    TimeRow,
    WarningRow,
)

_LINKS = """
SELECT links.log_index, links.position, time, kinds, leaves,
       coalesce(events.id, x''), previous
FROM links LEFT JOIN entries USING (log_index)
LEFT JOIN events ON events.number = first_event + position
"""
"""Links with their events' ids, which stand with the events alone."""

_TRAIL = """
WITH RECURSIVE trail (log_index, position, time, kinds, leaves, previous) AS (
    SELECT log_index, position, time, kinds, leaves, previous
    FROM links WHERE number = ?
    UNION ALL
    SELECT links.log_index, links.position, links.time, links.kinds,
           links.leaves, links.previous
    FROM trail JOIN links ON links.number = trail.previous
    LIMIT ?
)
SELECT log_index, position, time, kinds, leaves, coalesce(events.id, x''),
       previous
FROM trail LEFT JOIN entries USING (log_index)
LEFT JOIN events ON events.number = first_event + position
"""
"""A trail from its latest link back: SQLite walks it twice as fast as we do."""

_EVENT = """
SELECT {} FROM entries JOIN events ON number = first_event + ?2
WHERE log_index = ?1 AND ?2 >= 0 AND ?2 < event_count
"""

_EVENTS_AT = """
SELECT key, entry, events.id, data, rest
FROM json_each(?1) CROSS JOIN entries ON log_index = value ->> 0
CROSS JOIN events ON number = first_event + (value ->> 1)
WHERE (value ->> 1) >= 0 AND (value ->> 1) < event_count
"""

_EVENTS_LIKE = """
SELECT key, log_index, position
FROM json_each(?1) CROSS JOIN times
ON time = value ->> 0 AND mark = value ->> 1
"""

LEAF_NUMBER = 4
"""How many bytes a leaf's number takes, where a link has not just one."""

_AT_ONCE = 1_000
"""On how many trails one query looks back."""

_MOST_U32 = 2**32 - 1

_LAST_INTEGER = 2**63 - 1
"""The largest number that a row can have."""

_HEADS = """
SELECT key, leaf, count, link, last, edge, warnings, warned FROM heads
"""

_HEAD = (bytes, bytes, int, bytes, int, bytes, int, bytes)
_LINK = (int, int, int, int, object, bytes, int)
_WARNING = (bytes, int, int, int)
_NAME = (bytes, int, int, bytes, bytes)

Row = tuple[Any, ...]

Types = tuple[type, ...]
"""What a row's columns hold, `object` where that differs from row to row.

SQLite minds that when a row is written; in a file that the disk has changed
anything may stand.
"""


class SQLiteReads(ABC):
    """Implements `provenance.store.protocol.Reader`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owner = Owner(f"the ledger file {path}")

    @abstractmethod
    def _fetch(
        self, sql: str, keys: tuple[int | bytes | str, ...]
    ) -> list[Row]:
        """Return all rows of a query that has few."""

    @abstractmethod
    def _lend_long(self) -> AbstractContextManager[apsw.Connection]:
        """Lend a connection to read from for as long as the caller likes."""

    def size(self) -> int:
        return self._number(
            "SELECT coalesce(max(log_index) + 1, 0) FROM entries"
        )

    def link_count(self) -> int:
        return self._number("SELECT coalesce(max(number) + 1, 0) FROM links")

    def item_count(self) -> int:
        return self._number("SELECT item_count FROM ledger")

    def checkpoint(self) -> tuple[int, str] | None:
        return self._first(
            "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1",
            (int, str),
        )

    def checkpoint_at(self, size: int) -> str | None:
        row = self._first(
            "SELECT note FROM checkpoints WHERE size = ?", (str,), size
        )
        return row[0] if row else None

    def checkpoint_before(self, size: int) -> tuple[int, str] | None:
        return self._first(
            "SELECT size, note FROM checkpoints WHERE size < ?"
            " ORDER BY size DESC LIMIT 1",
            (int, str),
            min(size, _LAST_INTEGER),
        )

    def checkpoints(self, start: int, stop: int) -> Iterator[tuple[int, str]]:
        return self._range(
            "SELECT size, note FROM checkpoints"
            " WHERE size >= ? AND size < ? ORDER BY size",
            (int, str),
            start,
            stop,
        )

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        for (entry,) in self._range(
            "SELECT entry FROM entries"
            " WHERE log_index >= ? AND log_index < ? ORDER BY log_index",
            (bytes,),
            start,
            stop,
        ):
            yield entry

    def rows(self, start: int, stop: int) -> Iterator[EntryRow]:
        for log_index, first, count, entry in self._range(
            "SELECT log_index, first_event, event_count, entry FROM entries"
            " WHERE log_index >= ? AND log_index < ? ORDER BY log_index",
            (int, int, int, bytes),
            start,
            stop,
        ):
            ids, events = [], []
            for position, (event_id, rest, data) in enumerate(
                self._all(
                    "SELECT id, rest, data FROM events"
                    " WHERE number >= ? AND number < ? ORDER BY number",
                    (bytes, int, bytes),
                    first,
                    first + count,
                )
            ):
                start_of = EventStart(event_id, data, rest)
                ids.append(event_id)
                events.append(self._whole(log_index, position, start_of))
            yield EntryRow(entry, b"".join(ids), events)

    def bare_before(self, log_index: int) -> tuple[int, bytes] | None:
        return self._first(
            "SELECT log_index, entry FROM entries"
            " WHERE log_index < ? AND event_count = 0"
            " ORDER BY log_index DESC LIMIT 1",
            (int, bytes),
            log_index,
        )

    def bare_from(self, log_index: int) -> tuple[int, bytes] | None:
        return self._first(
            "SELECT log_index, entry FROM entries"
            " WHERE log_index >= ? AND event_count = 0"
            " ORDER BY log_index LIMIT 1",
            (int, bytes),
            log_index,
        )

    def event_count(self, log_index: int) -> int:
        return self._events_of(log_index)[1]

    def event_ids(self, log_index: int) -> bytes:
        first, count = self._events_of(log_index)
        rows = self._all(
            "SELECT id FROM events WHERE number >= ? AND number < ?"
            " ORDER BY number",
            (bytes,),
            first,
            first + count,
        )
        return b"".join([event_id for (event_id,) in rows])

    def event_id(self, log_index: int, position: int) -> bytes:
        row = self._first(_EVENT.format("id"), (bytes,), log_index, position)
        if row is None:
            raise _no_event(log_index, position)
        event_id: bytes = row[0]
        return event_id

    def event(self, log_index: int, position: int) -> bytes:
        start = self.event_start(log_index, position)
        return self._whole(log_index, position, start)

    def event_start(self, log_index: int, position: int) -> EventStart:
        row = self._first(
            _EVENT.format("id, data, rest"),
            (bytes, bytes, int),
            log_index,
            position,
        )
        if row is None:
            raise _no_event(log_index, position)
        return EventStart(*row)

    def events_at(
        self, places: Sequence[tuple[int, int]]
    ) -> list[tuple[bytes, EventStart] | None]:
        found: list[tuple[bytes, EventStart] | None] = [None] * len(places)
        for number, entry, *start in self._all(
            _EVENTS_AT, (int, bytes, bytes, bytes, int), json.dumps(places)
        ):
            found[number] = entry, EventStart(*start)
        return found

    def event_part(
        self, log_index: int, position: int, number: int
    ) -> bytes | None:
        row = self._first(
            "SELECT data FROM event_parts"
            " WHERE log_index = ? AND position = ? AND number = ?",
            (bytes,),
            log_index,
            position,
            number,
        )
        return row[0] if row else None

    def event_parts(self) -> Iterator[tuple[int, int, int]]:
        return self._each(
            "SELECT log_index, position, number FROM event_parts"
            " ORDER BY log_index, position, number",
            (int, int, int),
        )

    def _events_of(self, log_index: int) -> tuple[int, int]:
        """Return the number of a leaf's first event, and of how many."""
        row = self._first(
            "SELECT first_event, event_count FROM entries WHERE log_index = ?",
            (int, int),
            log_index,
        )
        if row is None:
            raise NotFoundError(f"the log has no leaf {log_index}")
        return row[0], row[1]

    def _whole(self, log_index: int, position: int, start: EventStart) -> bytes:
        """Return the data of the event that begins with *start*."""
        if start.rest == 0:
            return start.data
        parts = self._all(
            "SELECT data FROM event_parts"
            " WHERE log_index = ? AND position = ? ORDER BY number",
            (bytes,),
            log_index,
            position,
        )
        rest = b"".join([part for (part,) in parts])
        if len(rest) != start.rest:
            raise damage("an event without all of its parts", self._path)
        return start.data + rest

    def find_statement(self, issued_at: int, statement_id: bytes) -> int | None:
        row = self._first(
            "SELECT log_index FROM statements WHERE issued_at = ? AND id = ?",
            (int,),
            issued_at,
            statement_id,
        )
        return row[0] if row else None

    def head(self, key: bytes) -> HeadRow | None:
        row = self._first(f"{_HEADS} WHERE key = ?", _HEAD, key)
        return HeadRow(*row) if row else None

    def heads(self, prefix: bytes) -> list[HeadRow]:
        after = _next_prefix(prefix)
        if after is None:
            rows = self._all(
                f"{_HEADS} WHERE key >= ? ORDER BY key", _HEAD, prefix
            )
        else:
            rows = self._all(
                f"{_HEADS} WHERE key >= ? AND key < ? ORDER BY key",
                _HEAD,
                prefix,
                after,
            )
        return [HeadRow(*row) for row in rows]

    def trail(self, head: HeadRow) -> list[LinkRow]:
        """Return the links that end in *head*, oldest first.

        Raises:
            StoreError: The trail has fewer or more links than *head* counts,
                or does not lead backwards: the file is damaged.
        """
        links = self.trail_back(head.last, max(head.count, 0))
        first = links[-1].previous if links else head.last
        if len(links) != head.count or first != NO_LINK:
            raise DamagedError(
                f"{self._path} is damaged: the trail of {head.key.hex()} does"
                f" not have the {head.count} links that its head counts"
            )
        links.reverse()
        return links

    def trail_back(self, last: int, most: int) -> list[LinkRow]:
        """Return link *last* and those before it, latest first.

        Raises:
            StoreError: The trail does not lead backwards: the file is damaged.
        """
        links = [
            self._link(*row) for row in self._all(_TRAIL, _LINK, last, most)
        ]
        numbers = [last, *(link.previous for link in links)]
        # Each leads further back, so a trail in a circle is found as well.
        if any(number <= previous for number, previous in pairwise(numbers)):
            raise damage("a trail that does not lead backwards", self._path)
        return links

    def links_at(self, numbers: Sequence[int]) -> list[LinkRow]:
        links = []
        for number in numbers:
            row = self._first(f"{_LINKS} WHERE links.number = ?", _LINK, number)
            if row is None:
                raise NotFoundError(f"there is no link {number}")
            links.append(self._link(*row))
        return links

    def warnings_of(self, key: bytes) -> list[WarningRow]:
        rows = self._all(
            "SELECT key, number, place, link FROM warnings WHERE key = ?"
            " ORDER BY number",
            _WARNING,
            key,
        )
        return [WarningRow(*row) for row in rows]

    def warnings(self) -> Iterator[WarningRow]:
        for row in self._each(
            "SELECT key, number, place, link FROM warnings"
            " ORDER BY key, number",
            _WARNING,
        ):
            yield WarningRow(*row)

    def _link(self, *row: Any) -> LinkRow:
        """Return the link whose columns these are."""
        log_index, position, time, kinds, leaves, event_id, previous = row
        # Whoever hashes a link has no place for what is out of these bounds.
        if (
            not 0 <= kinds <= MAX_KINDS
            or not 0 <= position <= _MOST_U32
            or min(log_index, time) < 0
        ):
            raise damage("a link that no ledger writes", self._path)
        return LinkRow(
            log_index,
            position,
            time,
            kinds,
            self._leaves(leaves),
            event_id,
            previous,
        )

    def _leaves(self, stored: object) -> tuple[int, ...]:
        if isinstance(stored, int) and 0 <= stored <= _MOST_U32:
            return (stored,)
        if isinstance(stored, bytes) and len(stored) != LEAF_NUMBER:
            count, rest = divmod(len(stored), LEAF_NUMBER)
            if rest == 0:
                return struct.unpack(f">{count}I", stored)
        raise damage("a link without its leaves", self._path)

    def links(self, start: int, stop: int) -> Iterator[LinkRow]:
        for row in self._range(
            f"{_LINKS} WHERE links.number >= ? AND links.number < ?"
            " ORDER BY links.number",
            _LINK,
            start,
            stop,
        ):
            yield self._link(*row)

    def map_row(self, number: int) -> bytes | None:
        row = self._first(
            "SELECT hashes FROM map_rows WHERE number = ?", (bytes,), number
        )
        return row[0] if row else None

    def tile(self, level: int, number: int, tree: bytes = LOG) -> bytes | None:
        row = self._first(
            "SELECT hashes FROM tiles"
            " WHERE tree = ? AND level = ? AND number = ?",
            (bytes,),
            tree,
            level,
            number,
        )
        return row[0] if row else None

    def tiles(self) -> Iterator[tuple[bytes, int, int, bytes]]:
        return self._each(
            "SELECT tree, level, number, hashes FROM tiles"
            " ORDER BY tree, level, number",
            (bytes, int, int, bytes),
        )

    def registry_events(self) -> Iterator[tuple[int, int]]:
        return self._each(
            "SELECT log_index, position FROM registry"
            " ORDER BY log_index, position",
            (int, int),
        )

    def named(self, key: bytes) -> list[NameRow]:
        rows = self._all(
            "SELECT key, log_index, position, said, declared FROM names"
            " WHERE key = ? ORDER BY log_index, position",
            _NAME,
            key,
        )
        return [NameRow(*row) for row in rows]

    def names(self) -> Iterator[NameRow]:
        for row in self._each(
            "SELECT key, log_index, position, said, declared FROM names"
            " ORDER BY key, log_index, position",
            _NAME,
        ):
            yield NameRow(*row)

    def events_like(
        self, wanted: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[int, int, int]]:
        for start in range(0, len(wanted), _AT_ONCE):
            asked = json.dumps(wanted[start : start + _AT_ONCE])
            for which, log_index, position in self._all(
                _EVENTS_LIKE, (int, int, int), asked
            ):
                yield start + which, log_index, position

    def times(self) -> Iterator[TimeRow]:
        for row in self._each(
            "SELECT time, mark, log_index, position FROM times"
            " ORDER BY time, mark, log_index, position",
            (int, int, int, int),
        ):
            yield TimeRow(*row)

    def latest_time(self) -> int:
        return self._number("SELECT coalesce(max(time), -1) FROM times")

    def find_book(self, book_id: bytes) -> int | None:
        row = self._first(
            "SELECT log_index FROM books WHERE id = ?", (int,), book_id
        )
        return row[0] if row else None

    def books(self) -> Iterator[tuple[bytes, int]]:
        return self._each(
            "SELECT id, log_index FROM books ORDER BY id", (bytes, int)
        )

    def latest_issue(self) -> int:
        return self._number(
            "SELECT coalesce(max(issued_at), 0) FROM statements"
        )

    def statements(self) -> Iterator[tuple[int, bytes, int]]:
        return self._each(
            "SELECT issued_at, id, log_index FROM statements"
            " ORDER BY issued_at, id",
            (int, bytes, int),
        )

    def _number(self, sql: str) -> int:
        row = self._first(sql, (int,))
        return row[0] if row else 0

    def _first(self, sql: str, types: Types, *keys: int | bytes) -> Row | None:
        rows = self._all(sql, types, *keys)
        return rows[0] if rows else None

    def _all(
        self, sql: str, types: Types, *keys: int | bytes | str
    ) -> list[Row]:
        try:
            rows = self._fetch(sql, keys)
        except OverflowError:
            return []  # No row has a number of more than 64 bits.
        except (apsw.Error, UnicodeDecodeError) as error:
            raise self._failure(error) from error
        # By column, because one large bucket of heads is read this way often.
        for column, kind in zip(zip(*rows, strict=True), types, strict=False):
            if kind is not object and set(map(type, column)) != {kind}:
                raise damage("a value of another type", self._path)
        return rows

    def _range(
        self, sql: str, types: Types, start: int, stop: int
    ) -> Iterator[Any]:
        return self._each(
            sql,
            types,
            min(max(start, 0), _LAST_INTEGER),
            min(max(stop, 0), _LAST_INTEGER),
        )

    def _each(self, sql: str, types: Types, *keys: int) -> Iterator[Any]:
        try:
            with self._lend_long() as connection:
                cursor = connection.execute(sql, keys)
                try:
                    for row in cursor:
                        self._owner.require_here()
                        if not all(map(isinstance, row, types)):
                            raise damage("a value of another type", self._path)
                        yield row
                finally:
                    # An abandoned query must not keep its moment alive.
                    if self._owner.is_here:
                        cursor.close(True)
        except (apsw.Error, UnicodeDecodeError) as error:
            raise self._failure(error) from error

    def _failure(self, error: apsw.Error | UnicodeDecodeError) -> StoreError:
        return read_failure(error, self._path)


def read_failure(
    error: apsw.Error | UnicodeDecodeError, path: Path
) -> StoreError:
    """Return what to raise when reading *path* failed with *error*."""
    if isinstance(
        error, apsw.CorruptError | apsw.NotADBError | UnicodeDecodeError
    ):
        return damage(str(error), path)
    return StoreError(f"reading {path} failed: {error}")


def damage(what: str, path: Path) -> StoreError:
    """Return what to raise when *path* holds *what* no ledger wrote."""
    return DamagedError(
        f"{path} is damaged ({what}): restore a backup that an audit accepts"
    )


def _no_event(log_index: int, position: int) -> NotFoundError:
    return NotFoundError(f"leaf {log_index} has no event {position}")


def _next_prefix(prefix: bytes) -> bytes | None:
    """Return the first key after all that start with *prefix*, if any is."""
    stem = prefix.rstrip(b"\xff")
    if not stem:
        return None
    return stem[:-1] + bytes([stem[-1] + 1])
