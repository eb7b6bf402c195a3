"""A ledger's rows, made up, where every byte follows from its position.

So what a store should hold can be told from its size alone, by whoever opens
it after a crash.
"""

import itertools

from provenance.encoding.digest import Hash, sha256
from provenance.store.protocol import (
    LOG,
    MAP_ROWS,
    NO_LINK,
    Batch,
    EntryRow,
    EventCuts,
    HeadRow,
    LinkRow,
    NameRow,
    Reader,
    TimeRow,
    WarningRow,
)

TILE_WIDTH = 256


def key_of(item: int) -> Hash:
    return sha256(b"item %d" % item)


class Sample:
    """What a store holds after leaves 0 to *size* - 1."""

    def __init__(self, size: int = 0) -> None:
        self.entries: list[EntryRow] = []
        self.links: list[LinkRow] = []
        self.trails: dict[bytes, list[LinkRow]] = {}
        self.heads: dict[bytes, HeadRow] = {}
        self.statements: list[tuple[int, bytes, int]] = []
        self.map_rows: dict[int, bytes] = {}
        self.tiles: dict[tuple[bytes, int, int], bytes] = {}
        self.registry: list[tuple[int, int]] = []
        self.names: list[NameRow] = []
        self.warnings: list[WarningRow] = []
        self.cuts: list[EventCuts] = []
        self.times: list[TimeRow] = []
        self.books: dict[bytes, int] = {}
        self.trail_tiles: list[tuple[bytes, int, int]] = []
        if size:
            self.grow(size)

    @property
    def size(self) -> int:
        return len(self.entries)

    def grow(self, leaves: int) -> Batch:
        """Add leaves; return the batch that adds them to a store."""
        old_size, first_link = len(self.entries), len(self.links)
        statements, registry = len(self.statements), len(self.registry)
        names = len(self.names)
        warnings, cuts = len(self.warnings), len(self.cuts)
        times = len(self.times)
        trail_tiles = len(self.trail_tiles)
        touched: set[bytes] = set()
        for log_index in range(old_size, old_size + leaves):
            touched |= self._add_leaf(log_index)
        changed = sorted({1 + key[0] for key in touched})
        tiles = {
            (LOG, 0, number): b"".join(
                sha256(row.entry)
                for row in self.entries[
                    number * TILE_WIDTH : (number + 1) * TILE_WIDTH
                ]
            )
            for number in range(
                old_size // TILE_WIDTH, (self.size - 1) // TILE_WIDTH + 1
            )
        }
        tiles |= {at: self.tiles[at] for at in self.trail_tiles[trail_tiles:]}
        self.tiles |= tiles
        return Batch(
            old_size=old_size,
            entries=self.entries[old_size:],
            statements=self.statements[statements:],
            first_link=first_link,
            links=self.links[first_link:],
            heads=[self.heads[key] for key in sorted(touched)],
            map_rows=[(number, self.map_rows[number]) for number in changed],
            tiles=[
                (tree, level, number, tile)
                for (tree, level, number), tile in tiles.items()
            ],
            registry=self.registry[registry:],
            names=self.names[names:],
            warnings=self.warnings[warnings:],
            cuts=self.cuts[cuts:],
            times=self.times[times:],
            books=[
                (book, log_index)
                for log_index in range(old_size, self.size)
                for book in self._books_at(log_index)
            ],
        )

    def check(self, reader: Reader) -> None:
        """Assert that *reader* shows this and nothing else."""
        size = self.size
        assert reader.size() == size
        assert reader.link_count() == len(self.links)
        assert reader.item_count() == len(self.heads)
        assert list(reader.entries(0, size)) == [
            row.entry for row in self.entries
        ]
        for stored, row in itertools.zip_longest(
            reader.rows(0, size), self.entries
        ):
            assert stored is not None
            assert row is not None
            assert (stored.entry, stored.event_ids) == (
                row.entry,
                row.event_ids,
            )
            assert list(stored.events) == list(row.events)
        assert list(reader.links(0, len(self.links))) == self.links
        assert reader.heads(b"") == [
            self.heads[key] for key in sorted(self.heads)
        ]
        for key, head in self.heads.items():
            assert reader.trail(head) == self.trails[key]
        assert list(reader.statements()) == sorted(self.statements)
        assert reader.latest_issue() == max(
            (s[0] for s in self.statements), default=0
        )
        assert list(reader.registry_events()) == self.registry
        assert list(reader.names()) == sorted(self.names)
        for row in self.names:
            assert row in reader.named(row.key)
        assert reader.named(key_of(-1)) == []
        assert list(reader.times()) == sorted(self.times)
        assert reader.latest_time() == max(
            (row.time for row in self.times), default=-1
        )
        wanted = [(row.time, row.mark) for row in self.times]
        assert {*reader.events_like([*wanted, (-5, 0)])} == {
            (which, row.log_index, row.position)
            for which, (time, mark) in enumerate(wanted)
            for row in self.times
            if (row.time, row.mark) == (time, mark)
        }
        assert list(reader.books()) == sorted(self.books.items())
        for book, log_index in self.books.items():
            assert reader.find_book(book) == log_index
        assert reader.find_book(key_of(-1)) is None
        self._check_bare(reader)
        assert {tuple(row[:3]): row[3] for row in reader.tiles()} == self.tiles
        for (tree, level, number), tile in self.tiles.items():
            assert reader.tile(level, number, tree) == tile
        assert list(reader.warnings()) == sorted(self.warnings)
        for key in self.heads:
            assert reader.warnings_of(key) == [
                row for row in self.warnings if row.key == key
            ]
        parts = []
        for cut in self.cuts:
            data = self.entries[cut.log_index].events[cut.position]
            start = reader.event_start(cut.log_index, cut.position)
            assert start.data == data[: cut.offsets[0]]
            assert start.rest == len(data) - cut.offsets[0]
            for number, (begin, end) in enumerate(
                itertools.pairwise([*cut.offsets, len(data)])
            ):
                parts.append((cut.log_index, cut.position, number))
                assert reader.event_part(*parts[-1]) == data[begin:end]
        assert list(reader.event_parts()) == parts
        for number in range(MAP_ROWS):
            assert reader.map_row(number) == self.map_rows.get(number)

    def _check_bare(self, reader: Reader) -> None:
        bare = [
            (log_index, row.entry)
            for log_index, row in enumerate(self.entries)
            if not row.events
        ]
        for log_index in (0, 1, self.size // 2, self.size, self.size + 9):
            before = [each for each in bare if each[0] < log_index]
            after = [each for each in bare if each[0] >= log_index]
            assert reader.bare_before(log_index) == (
                before[-1] if before else None
            )
            assert reader.bare_from(log_index) == (after[0] if after else None)

    def _books_at(self, log_index: int) -> list[bytes]:
        """Some entries are rule books, and some of these not the first."""
        return [key_of(log_index % 56)] if log_index % 28 == 0 else []

    def _add_leaf(self, log_index: int) -> set[bytes]:
        # Every fourth leaf has no events, as a map commitment has none.
        count = log_index % 4 if log_index % 4 < 3 else 0
        events = [b"event %d of leaf %d" % (n, log_index) for n in range(count)]
        event_ids = [sha256(event) for event in events]
        entry = b"leaf %d " % log_index + b"." * (log_index % 300)
        self.entries.append(EntryRow(entry, b"".join(event_ids), events))
        if count:
            self.statements.append(
                (1_000 + log_index // 8, sha256(entry), log_index)
            )
        if log_index % 10 == 1:
            self.registry.append((log_index, 0))
        for book in self._books_at(log_index):
            self.books.setdefault(book, log_index)
        touched: set[bytes] = set()
        for position, event_id in enumerate(event_ids):
            if event_id[7] < 200:
                mark = event_id[8] % 4 - 2 << 61
                self.times.append(
                    TimeRow(log_index // 9, mark, log_index, position)
                )
            if event_id[2] < 64:
                self.cuts.append(EventCuts(log_index, position, (6, 8, 11)))
            if event_id[0] < 128:
                name = key_of(event_id[0] // 16)
                declared = event_id if position else b""
                self.names.append(
                    NameRow(name, log_index, position, event_id, declared)
                )
            for key in self._items_of(event_id):
                self._add_link(key, log_index, position, event_id)
                touched.add(key)
        return touched

    def _items_of(self, event_id: Hash) -> list[Hash]:
        """Every event names an old item or a new one, some name both."""
        known = len(self.heads)
        chosen = int.from_bytes(event_id[:4], "big") % (known + 1)
        items = {key_of(chosen)}
        if event_id[4] < 64:
            items.add(key_of(known))
        return sorted(items)

    def _add_link(
        self, key: bytes, log_index: int, position: int, event_id: bytes
    ) -> None:
        head = self.heads.get(key) or HeadRow(key, key, 0, key, NO_LINK)
        number = len(self.links)
        kinds = event_id[5] % 32
        leaves = tuple(range(1, 1 + event_id[6] % 4)) or (70_000,)
        link = LinkRow(
            log_index,
            position,
            1_000 * log_index,
            kinds,
            leaves,
            event_id,
            head.last,
        )
        self.links.append(link)
        self.trails.setdefault(key, []).append(link)
        digest = sha256(head.link + event_id)
        if head.count % 5 == 4:
            self.trail_tiles.append((key, 0, head.count // 5))
            self.tiles[self.trail_tiles[-1]] = digest * 5
        warnings, warned = head.warnings, head.warned
        if kinds & 8:
            self.warnings.append(WarningRow(key, warnings, head.count, number))
            warnings, warned = warnings + 1, digest
        self.heads[key] = HeadRow(
            key,
            sha256(digest),
            head.count + 1,
            digest,
            number,
            head.link * head.count.bit_count(),
            warnings,
            warned,
        )
        self.map_rows[1 + key[0]] = digest * 256
