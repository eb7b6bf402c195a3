"""The one thing the ledger asks of a database.

Rows are keyed by position (log index, event number, link number, tile
number), because an index on a hash is what slows a growing table down. One
table alone is keyed by a hash: `HeadRow`, an item's map key and the end of
its trail, which at the same time is the leaf level of the map. A trail is
read backwards: every link names the number of the item's link before it.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

NO_LINK = -1
"""Stands where an item's first link has no link before it."""


class EntryRow(NamedTuple):
    """One log leaf, with the events that its statement signed.

    Attributes:
        entry: The leaf's data, as logged.
        event_ids: The ids of its events, 32 bytes each, joined; empty for a
            map commitment.
        events: The event data (`provenance.claims.event`), in the same order.
    """

    entry: bytes
    event_ids: bytes = b""
    events: Sequence[bytes] = ()


class LinkRow(NamedTuple):
    """One step of one item's trail: event *position* of leaf *log_index*."""

    log_index: int
    position: int
    event_id: bytes
    previous: int


class Wanted(NamedTuple):
    """What an event that is looked for on a trail is like.

    Attributes:
        last: The number of the link from which the trail is looked back on.
        size: How many bytes the event's data has.
        offset: Where in the data `part` is, from 0.
        part: Some of its bytes.
    """

    last: int
    size: int
    offset: int
    part: bytes


class HeadRow(NamedTuple):
    """Where one item's trail ends: the map's leaf for its *key*.

    Attributes:
        key: The map key, 32 bytes.
        count: How many links the trail has, 1 or more.
        link: The latest link's hash, 32 bytes.
        last: The latest link's number.
    """

    key: bytes
    count: int  # type: ignore[assignment]  # in place of tuple.count
    link: bytes
    last: int


class NameRow(NamedTuple):
    """That an event with an `eventID` was logged, and what it said.

    Attributes:
        key: 32 bytes, of its issuer and the id.
        log_index: Its entry.
        position: Its number in that entry.
        said: 32 bytes, of all that it asserts.
        declared: 32 bytes, of its error declaration; empty without one.
    """

    key: bytes
    log_index: int
    position: int
    said: bytes
    declared: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one sequencing step adds, to be written all or not at all.

    Attributes:
        old_size: The log's size before the batch.
        entries: The new leaves, from index *old_size* on.
        statements: (issued at in ms, statement id, log index) of the new
            statements: sorted by a time that grows, so that looking for a
            duplicate costs no index on a hash.
        first_link: The number of the first of *links*.
        links: The new links, numbered from *first_link* on.
        heads: New or changed heads, each key once, in key order.
        map_rows: (first byte of the key, 256 subtree hashes joined): the
            map's cached upper part, as far as it changed.
        tiles: (level, number, hashes joined): the tiles that changed; the
            last of a level may be partial and is replaced as it grows.
        registry: (log index, position) of each new registry event.
        names: The names of the new events that have one, in any order.
    """

    old_size: int
    entries: Sequence[EntryRow]
    statements: Sequence[tuple[int, bytes, int]]
    first_link: int
    links: Sequence[LinkRow]
    heads: Sequence[HeadRow]
    map_rows: Sequence[tuple[int, bytes]]
    tiles: Sequence[tuple[int, int, bytes]]
    registry: Sequence[tuple[int, int]]
    names: Sequence[NameRow] = ()


class Reader(Protocol):
    """What can be read; inside a `snapshot`, all of it as of one moment."""

    def size(self) -> int:
        """Return how many leaves the log has."""

    def link_count(self) -> int:
        """Return how many links all trails have together."""

    def item_count(self) -> int:
        """Return how many items have a trail."""

    def checkpoint(self) -> tuple[int, str] | None:
        """Return the latest published (size, signed note), or None."""

    def checkpoint_at(self, size: int) -> str | None:
        """Return the note published at *size*, or None."""

    def checkpoint_before(self, size: int) -> tuple[int, str] | None:
        """Return the latest (size, note) of fewer than *size* leaves."""

    def checkpoints(self, start: int, stop: int) -> Iterator[tuple[int, str]]:
        """Yield (size, note) for start <= size < stop, in order of size."""

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the entries with indexes [start, stop), in order."""

    def rows(self, start: int, stop: int) -> Iterator[EntryRow]:
        """Yield the leaves [start, stop) with their events, in order."""

    def event_ids(self, log_index: int) -> bytes:
        """Return the joined event ids of one leaf.

        Raises:
            NotFoundError: There is no such leaf.
        """

    def event(self, log_index: int, position: int) -> bytes:
        """Return one event's data.

        Raises:
            NotFoundError: There is no such event.
        """

    def find_statement(self, issued_at: int, statement_id: bytes) -> int | None:
        """Return the log index of that statement, or None."""

    def head(self, key: bytes) -> HeadRow | None:
        """Return the head of the item with that map key, or None."""

    def heads(self, prefix: bytes) -> list[HeadRow]:
        """Return every head whose key starts with *prefix*, in key order."""

    def trail(self, head: HeadRow) -> list[LinkRow]:
        """Return the links that end in *head*, oldest first."""

    def alike(
        self, wanted: Sequence[Wanted], most: int
    ) -> Iterator[tuple[int, int, int]]:
        """Yield where events like those *wanted* are, many trails at once.

        Args:
            wanted: What is looked for.
            most: How many links each trail is looked back on.

        Yields:
            (which of *wanted*, log index, position), in any order.
        """

    def links(self, start: int, stop: int) -> Iterator[LinkRow]:
        """Yield the links numbered [start, stop), in order."""

    def map_row(self, number: int) -> bytes | None:
        """Return the 256 joined subtree hashes of first byte *number*."""

    def tile(self, level: int, number: int) -> bytes | None:
        """Return the joined hashes of that tile, full or partial, or None."""

    def tiles(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield every stored tile, by level and number."""

    def registry_events(self) -> Iterator[tuple[int, int]]:
        """Yield (log index, position) of each registry event, in order."""

    def named(self, key: bytes) -> list[NameRow]:
        """Return the names under *key*, in log order."""

    def names(self) -> Iterator[NameRow]:
        """Yield every name, by key and then in log order."""

    def latest_issue(self) -> int:
        """Return the latest issue time of any statement, in ms; 0 if none."""

    def statements(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield (issued at, statement id, log index), in that order."""


class Store(Reader, Protocol):
    """An append-only record of entries, trails, map and checkpoints.

    Reads see every batch whose `commit` returned. Any thread may read; one
    process at a time holds the store for writing.
    """

    def commit(self, batch: Batch) -> None:
        """Write *batch* durably, if the log still has *batch.old_size* leaves.

        Raises:
            ConflictError: Another commit moved the log first; nothing was
                written.
            StoreError: The database failed; the caller cannot know whether
                the batch was written, and must read again before retrying.
        """

    def publish(self, size: int, note: str) -> None:
        """Write the signed checkpoint of *size* durably.

        A note at the same size is replaced: cosignatures are added so.

        Raises:
            StoreError: The database failed.
        """

    def snapshot(self) -> AbstractContextManager[Reader]:
        """Return a reader for which the ledger stands still until it ends."""

    def close(self) -> None:
        """Give the store back; a second call does nothing."""
