"""The one thing the ledger asks of a database.

Rows are keyed by position (log index, event number, link number, tile
number), because an index on a hash is what slows a growing table down. One
table is keyed by a hash: `HeadRow`, an item's map key and the end of its
trail, which at the same time is the leaf level of the map. A trail is read
backwards: every link names the number of the item's link before it. What only
long trails and warnings have, tiles and warning rows, stands under the item's
map key as well.

Trees are kept in tiles (`provenance.tlog.tile`), told apart by the bytes of
their `tree`:

    b""                                the log
    map key, 32 bytes                  a trail of 256 links or more
    u64 log index                      the event ids of a statement of more
                                       than 256 events
    u64 log index ‖ u32 position       the leaves of an event of more than 256

Of a trail the full tiles of the lowest level are kept, and any above. There
a tile is 256 links of 32 bytes, not their leaf hashes, and then 256 link
numbers of 8: so each link of a long trail is found in a few look-ups.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

LOG = b""
"""The tree that the log's tiles are of."""

MAP_ROWS = 257
"""How many rows the map's upper part has: 0, and one for each first byte."""

NO_LINK = -1
"""Stands where an item's first link has no link before it."""


class EntryRow(NamedTuple):
    """One log leaf, with the events that its statement signed.

    Attributes:
        entry: The leaf's data, as logged.
        event_ids: The ids of its events, 32 bytes each, joined; for a trust
            version its hash; empty for other entries.
        events: The event data (`provenance.claims.event`), in the same order;
            no bytes for a trust version.
    """

    entry: bytes
    event_ids: bytes = b""
    events: Sequence[bytes] = ()


class LinkRow(NamedTuple):
    """One step of one item's trail: event *position* of leaf *log_index*.

    Attributes:
        log_index: The entry.
        position: The event's number in it.
        time: When the event says it happened, in ms since 1970.
        kinds: What it is to the item (`provenance.claims.trail`), 0 to 31.
        leaves: The numbers of the item's own leaves in the event, rising.
        event_id: The event's id. A store keeps it with the event, not here.
        previous: The number of the item's link before; `NO_LINK` at first.
    """

    log_index: int
    position: int
    time: int
    kinds: int
    leaves: tuple[int, ...]
    event_id: bytes
    previous: int


class HeadRow(NamedTuple):
    """Where one item's trail ends: the map's leaf for its *key*.

    Attributes:
        key: The map key, 32 bytes.
        leaf: The hash of its leaf in the map, 32 bytes.
        count: How many links the trail has, 1 or more.
        link: The latest link's hash, 32 bytes.
        last: The latest link's number.
        edge: The right edge (`provenance.encoding.edge`) of the tree of all
            links but the latest.
        warnings: How many of the links warn.
        warned: The right edge of the tree of those.
    """

    key: bytes
    leaf: bytes
    count: int  # type: ignore[assignment]  # in place of tuple.count
    link: bytes
    last: int
    edge: bytes = b""
    warnings: int = 0
    warned: bytes = b""


class WarningRow(NamedTuple):
    """One link that warns of an item.

    Attributes:
        key: The item's map key.
        number: Which of its warnings it is, from 0.
        index: The link's place in the trail, from 0.
        link: The link's number.
    """

    key: bytes
    number: int
    index: int  # type: ignore[assignment]  # in place of tuple.index
    link: int


class TimeRow(NamedTuple):
    """That an event of that time and mark was logged.

    Each event has a row by its id, and one without an `eventID` another by
    what it says (`provenance.claims.stored.shown_mark`).

    Event times grow with the log, nearly, and so do the rows: looking an id
    up costs no index on a hash.

    Attributes:
        time: When the event says it happened, in ms since 1970.
        mark: The first 8 bytes of its id, or the mark of what it says, as a
            signed number.
        log_index: Its entry.
        position: Its number in that entry.
    """

    time: int
    mark: int
    log_index: int
    position: int


def mark_of(event_id: bytes) -> int:
    """Return by what an event is looked up beside its time (`TimeRow`)."""
    return int.from_bytes(event_id[:8], "big", signed=True)


class EventCuts(NamedTuple):
    """Where an event of more than 256 leaves is cut, so that parts are read.

    Attributes:
        log_index: Its entry.
        position: Its number in that.
        offsets: Where in its data each part begins. What is before the first
            ends with leaf 0; each part has the leaves [256 n, 256 (n + 1)),
            the first of them without leaf 0.
    """

    log_index: int
    position: int
    offsets: Sequence[int]


class EventStart(NamedTuple):
    """An event, or the beginning of a large one.

    Attributes:
        id: The event's id.
        data: Its data up to the first cut; all of it without one.
        rest: How many bytes of data stand in parts.
    """

    id: bytes
    data: bytes
    rest: int


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
        map_rows: (row number below `MAP_ROWS`, 256 subtree hashes joined):
            the map's cached upper part, as far as it changed.
        tiles: (tree, level, number, hashes joined): the tiles that changed;
            the last of a level may be partial and is replaced as it grows.
        registry: (log index, position) of each new registry event.
        names: The names of the new events that have one, in any order.
        warnings: The new links that warn.
        cuts: Where those of the new events are cut that are large.
        times: The times of the new events, but for registry events.
        books: (id, log index) of each new rule book.
    """

    old_size: int
    entries: Sequence[EntryRow]
    statements: Sequence[tuple[int, bytes, int]]
    first_link: int
    links: Sequence[LinkRow]
    heads: Sequence[HeadRow]
    map_rows: Sequence[tuple[int, bytes]]
    tiles: Sequence[tuple[bytes, int, int, bytes]]
    registry: Sequence[tuple[int, int]]
    names: Sequence[NameRow] = ()
    warnings: Sequence[WarningRow] = ()
    cuts: Sequence[EventCuts] = ()
    times: Sequence[TimeRow] = ()
    books: Sequence[tuple[bytes, int]] = ()


class Entries(Protocol):
    """The log's leaves, the events that they signed, and how to find them."""

    def size(self) -> int:
        """Return how many leaves the log has."""

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the entries with indexes [start, stop), in order."""

    def rows(self, start: int, stop: int) -> Iterator[EntryRow]:
        """Yield the leaves [start, stop) with their events, in order."""

    def bare_before(self, log_index: int) -> tuple[int, bytes] | None:
        """Return the last entry before that index that has no events, or None.

        With its index: a commitment, or a rule book.
        """

    def bare_from(self, log_index: int) -> tuple[int, bytes] | None:
        """Return the first entry from that index on that has no events."""

    def event_ids(self, log_index: int) -> bytes:
        """Return the joined event ids of one leaf.

        Raises:
            NotFoundError: There is no such leaf.
        """

    def event_id(self, log_index: int, position: int) -> bytes:
        """Return the id of one event.

        Raises:
            NotFoundError: There is no such event.
        """

    def event_count(self, log_index: int) -> int:
        """Return how many events one leaf has.

        Raises:
            NotFoundError: There is no such leaf.
        """

    def event(self, log_index: int, position: int) -> bytes:
        """Return one event's data, whole.

        Raises:
            NotFoundError: There is no such event.
        """

    def event_start(self, log_index: int, position: int) -> EventStart:
        """Return one event, of a large one its beginning alone.

        Raises:
            NotFoundError: There is no such event.
        """

    def events_at(
        self, places: Sequence[tuple[int, int]]
    ) -> list[tuple[bytes, EventStart] | None]:
        """Return the entry and the start of each event, many at once.

        None for a place, (log index, position), where there is no event.
        """

    def event_part(
        self, log_index: int, position: int, number: int
    ) -> bytes | None:
        """Return part *number* of a large event, or None."""

    def event_parts(self) -> Iterator[tuple[int, int, int]]:
        """Yield the (log index, position, part number) of every stored part."""

    def find_statement(self, issued_at: int, statement_id: bytes) -> int | None:
        """Return the log index of that statement, or None."""

    def latest_issue(self) -> int:
        """Return the latest issue time of any statement, in ms; 0 if none."""

    def statements(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield (issued at, statement id, log index), in that order."""

    def registry_events(self) -> Iterator[tuple[int, int]]:
        """Yield (log index, position) of each registry event, in order."""

    def named(self, key: bytes) -> list[NameRow]:
        """Return the names under *key*, in log order."""

    def names(self) -> Iterator[NameRow]:
        """Yield every name, by key and then in log order."""

    def events_like(
        self, wanted: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[int, int, int]]:
        """Yield where events of these (time, mark) are, many at once.

        Yields:
            (which of *wanted*, log index, position), in any order.
        """

    def times(self) -> Iterator[TimeRow]:
        """Yield every row of event times, in order."""

    def latest_time(self) -> int:
        """Return the latest time of any event, in ms; -1 if none has one."""

    def find_book(self, book_id: bytes) -> int | None:
        """Return the entry where that rule book was logged first, or None."""

    def books(self) -> Iterator[tuple[bytes, int]]:
        """Yield the (id, log index) of every rule book, by id."""


class Heads(Protocol):
    """Where each item's trail ends, and the map whose leaves that are."""

    def item_count(self) -> int:
        """Return how many items have a trail."""

    def head(self, key: bytes) -> HeadRow | None:
        """Return the head of the item with that map key, or None."""

    def heads(self, prefix: bytes) -> list[HeadRow]:
        """Return every head whose key starts with *prefix*, in key order."""

    def map_row(self, number: int) -> bytes | None:
        """Return the 256 joined subtree hashes of the map's row *number*."""


class Links(Protocol):
    """The steps of the items' trails, back from where each ends."""

    def link_count(self) -> int:
        """Return how many links all trails have together."""

    def links(self, start: int, stop: int) -> Iterator[LinkRow]:
        """Yield the links numbered [start, stop), in order."""

    def links_at(self, numbers: Sequence[int]) -> list[LinkRow]:
        """Return the links with these *numbers*, in that order.

        Raises:
            NotFoundError: One of them is not there.
        """

    def trail(self, head: HeadRow) -> list[LinkRow]:
        """Return the links that end in *head*, oldest first."""

    def trail_back(self, last: int, most: int) -> list[LinkRow]:
        """Return link *last* and those before it, latest first.

        *most* of them at most; none for `NO_LINK`.
        """

    def warnings_of(self, key: bytes) -> list[WarningRow]:
        """Return the links that warn of the item with that map key."""

    def warnings(self) -> Iterator[WarningRow]:
        """Yield every link that warns, by key and number."""


class Tiles(Protocol):
    """The trees' hashes, in tiles."""

    def tile(self, level: int, number: int, tree: bytes = LOG) -> bytes | None:
        """Return the joined hashes of that tile, full or partial, or None."""

    def tiles(self) -> Iterator[tuple[bytes, int, int, bytes]]:
        """Yield every stored (tree, level, number, hashes), in that order."""


class Checkpoints(Protocol):
    """What was signed and published."""

    def checkpoint(self) -> tuple[int, str] | None:
        """Return the latest published (size, signed note), or None."""

    def checkpoint_at(self, size: int) -> str | None:
        """Return the note published at *size*, or None."""

    def checkpoint_before(self, size: int) -> tuple[int, str] | None:
        """Return the latest (size, note) of fewer than *size* leaves."""

    def checkpoints(self, start: int, stop: int) -> Iterator[tuple[int, str]]:
        """Yield (size, note) for start <= size < stop, in order of size."""


class Reader(Entries, Heads, Links, Tiles, Checkpoints, Protocol):
    """All that can be read; inside a `snapshot`, all as of one moment."""


class StoreReader(Reader, Protocol):
    """A store that was opened to be read: whoever has it cannot write.

    Reads see every batch whose `Store.commit` returned. Any thread may read,
    and any number of processes, beside the one that writes.
    """

    def snapshot(self) -> AbstractContextManager[Reader]:
        """Return a reader for which the ledger stands still until it ends."""

    def close(self) -> None:
        """Give the store back; nothing becomes durable by it."""


class Store(StoreReader, Protocol):
    """A store that was opened to be written, by one process at a time."""

    def commit(self, batch: Batch) -> None:
        """Write *batch*, if the log still has *batch.old_size* leaves.

        When it returns, all of the batch is durable: it outlives the process
        and a power cut. After a crash it is there whole or not at all.

        Raises:
            ConflictError: Another commit moved the log first; nothing was
                written.
            StoreError: The database failed; the caller cannot know whether
                the batch was written, and must read again before retrying.
        """

    def publish(self, size: int, note: str) -> None:
        """Write the signed checkpoint of *size*.

        When it returns, the note is durable, as are all batches before it. A
        note at the same size is replaced, by one that has more cosignatures.

        Raises:
            StoreError: The database failed; whether it was written is unknown.
        """

    def require_in_place(self) -> None:
        """Check that what is open is still what its address leads to.

        `commit` and `publish` do so before they write, and before they return.

        Raises:
            StoreError: It was moved, removed or replaced: what would be
                written there nobody would find.
        """

    def backlog(self) -> int:
        """Return how many bytes the database keeps because of open snapshots.

        They are durable already; 0 where a snapshot costs nothing.
        """
