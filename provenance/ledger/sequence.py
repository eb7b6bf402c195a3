"""Sequencing: giving admitted statements their places, links and map heads.

    entry i          the statement's bytes
    link             for each item of each event, once (`claims.trail`)
    entry n - 1      the map commitment: what the map is after entries [0, n-1)

(`formats.md`, sections 5 and 6). Every batch ends in a commitment, so that
the last leaf of every checkpoint commits to every item's head.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from provenance.claims.trail import next_link
from provenance.ledger.admit import Admitted
from provenance.ledger.itemmap import ItemMap
from provenance.store.protocol import NO_LINK, EntryRow, LinkRow, NameRow
from provenance.tlog.commitment import Commitment


@dataclass(frozen=True, slots=True)
class Sequenced:
    """Statements with their places in the log. Made by `Sequencer` alone."""

    entries: Sequence[EntryRow]
    statements: Sequence[tuple[int, bytes, int]]
    links: Sequence[LinkRow]
    registry: Sequence[tuple[int, int]]
    names: Sequence[NameRow]


class Sequencer:
    """Places statements one after the other, and links them into the map."""

    def __init__(
        self, item_map: ItemMap, *, size: int, link_count: int
    ) -> None:
        self._map = item_map
        self._start = size
        self._next = size
        self._link_count = link_count
        self._entries: list[EntryRow] = []
        self._statements: list[tuple[int, bytes, int]] = []
        self._links: list[LinkRow] = []
        self._registry: list[tuple[int, int]] = []
        self._names: dict[bytes, list[NameRow]] = {}

    @property
    def next_index(self) -> int:
        """The index that the next statement will have."""
        return self._next

    @property
    def is_empty(self) -> bool:
        """Whether nothing was placed yet."""
        return not self._entries

    @property
    def start(self) -> int:
        """The index of the first statement placed."""
        return self._start

    def row(self, log_index: int) -> EntryRow:
        """Return the statement that was placed at *log_index*."""
        return self._entries[log_index - self._start]

    def recent(self, last: int, most: int) -> list[LinkRow]:
        """Return the links placed so far that lead back from that numbered.

        Latest first, and *most* of them at most.
        """
        found: list[LinkRow] = []
        while last >= self._link_count and len(found) < most:
            found.append(self._links[last - self._link_count])
            last = found[-1].previous
        return found

    def named(self, key: bytes) -> Sequence[NameRow]:
        """Return the names placed so far under that key."""
        return self._names.get(key, ())

    def place(self, admitted: Admitted) -> int:
        """Give *admitted* the next place in the log; return its index."""
        log_index = self._next
        statement = admitted.statement
        links, put, get = self._links, self._map.put, self._map.get
        for position, event in enumerate(statement.events):
            if event.name is not None:
                key, said, declared = event.name
                self._names.setdefault(key, []).append(
                    NameRow(key, log_index, position, said, declared)
                )
            for key in event.keys:
                count, previous, last = 0, key, NO_LINK
                if (leaf := get(key)) is not None:
                    _, count, previous, last = leaf
                link = next_link(
                    previous,
                    log_index=log_index,
                    position=position,
                    event_id=event.id,
                )
                number = self._link_count + len(links)
                links.append(LinkRow(log_index, position, event.id, last))
                put(key, count=count + 1, link=link, last=number)
        self._entries.append(
            EntryRow(
                statement.entry,
                b"".join([event.id for event in statement.events]),
                [event.data for event in statement.events],
            )
        )
        self._statements.append((
            statement.issued_at, statement.statement_id, log_index,
        ))  # fmt: skip
        self._registry += [
            (log_index, position) for position in admitted.registry_positions
        ]
        self._next += 1
        return log_index

    def commit_map(self, *, now: int) -> Sequenced:
        """End the batch with the map's commitment; return all of it."""
        commitment = Commitment(
            covered=self._next,
            map_root=self._map.root(),
            item_count=self._map.item_count,
            time=now,
        )
        self._entries.append(EntryRow(commitment.to_bytes()))
        return Sequenced(
            self._entries,
            self._statements,
            self._links,
            self._registry,
            [row for rows in self._names.values() for row in rows],
        )
