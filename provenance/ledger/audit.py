"""Auditing: everything in a ledger derived again from the bytes it stores.

The log is the truth; all else follows from it. So the audit plays the log
through the same stages that wrote it (check, admit, sequence), from nothing,
and compares what comes out with what is stored, row by row:

    entries and events    signatures, roles, prefixes, times: admitted again
    links, heads, map     made again; each commitment's map root and count
    tiles, checkpoints    the tree grown again; each note's keys and root
    of trails and events  tiles, warnings, parts of large events: made again
    indexes               of statements, registry events, rule books, and of
                          events by their times
    the index of queries  derived again, as far as it has come
    the signer's memory   must be of this log

Trust versions and rule books are read and linked; who signed a version is not
looked at. An entry of a kind that this program does not know may be right, but
nothing that follows from it can be told: it is found, and named as UNKNOWN.

Nothing is trusted but the trust file. A fault is named where it is, and what
can no longer be derived after it is not reported again as faults of its own.

Over 500 lines: each table of a store is made again and compared once, in the
order in which entries fill them.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from provenance.claims.entry import COMMITMENT, STATEMENT, entry_kind
from provenance.claims.registry import TrustRegistry
from provenance.claims.statement import Submission
from provenance.encoding.digest import HASH_SIZE, Hash, sha256
from provenance.encoding.tree import EMPTY_ROOT, leaf_hash
from provenance.errors import (
    MalformedError,
    ProvenanceError,
    StoreError,
    UnknownBookError,
    UnknownKindError,
)
from provenance.ledger.admit import Admission
from provenance.ledger.audit_index import compare_index
from provenance.ledger.books import books_of
from provenance.ledger.check import (
    CheckedStatement,
    check_document,
)
from provenance.ledger.itemmap import ItemMap
from provenance.ledger.logtree import GrowingTree
from provenance.ledger.parts import Tile, tile_name
from provenance.ledger.read import replay_registry
from provenance.ledger.sequence import Sequenced, Sequencer
from provenance.ledger.stream import PlacedStream
from provenance.ledger.workers import Checked, Workers, drawn
from provenance.proof.trust import Trust
from provenance.store.candidates import IndexCheck
from provenance.store.protocol import (
    LOG,
    MAP_ROWS,
    EntryRow,
    EventCuts,
    HeadRow,
    LinkRow,
    NameRow,
    Reader,
    TimeRow,
    WarningRow,
)
from provenance.tlog.checkpoint import open_checkpoint
from provenance.tlog.commitment import Commitment, parse_commitment

MAX_FINDINGS = 1_000
"""How many findings are listed; a ledger with more is lost anyway."""

Progress = Callable[[int, int], None]
"""Told now and then (entries audited, entries in all)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be.

    Attributes:
        where: The row: "entry 17", "tile 0/3", "checkpoint 512".
        what: What is wrong with it.
        rule: The rule that it breaks (`provenance.rules.table`); empty where
            what is stored is not what the log makes.
    """

    where: str
    what: str
    rule: str = ""


@dataclass(slots=True)
class Audit:
    """What an audit looked at, and what it found.

    Attributes:
        size: How many entries the log has.
        events: How many events were derived again.
        items: How many items have a trail.
        checkpoints: How many checkpoints were opened.
        findings: What is wrong; empty for a sound ledger.
        size_signed: How far the latest checkpoint reaches.
        unread: Files that are there, and that this user may not read: the
            signer's memory, or the index of queries, which were not compared.
    """

    size: int = 0
    events: int = 0
    items: int = 0
    checkpoints: int = 0
    size_signed: int = 0
    findings: list[Finding] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Refuse to be asked whether it is true: one with faults would be."""
        raise TypeError(
            "an audit is neither true nor false: ask `audit.is_sound`"
        )

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def audit(  # noqa: PLR0913  # each by its name
    reader: Reader,
    *,
    trust: Trust,
    remembered: tuple[int, Hash] | None = None,
    progress: Progress | None = None,
    processes: int | None = None,
    index: IndexCheck | None = None,
) -> Audit:
    """Return what an audit of all that *reader* holds found.

    It needs some 700 bytes of memory for each item of the ledger.

    Args:
        reader: A snapshot of the store.
        trust: Whose keys, authorities and rule books the ledger must keep to.
        remembered: The (size, root) in the signer's memory, if at hand.
        progress: Told about every batch of entries.
        processes: How many worker processes check signatures; by default
            one for each processor.
        index: The index of queries, if there is one; not newer than *reader*.
    """
    auditor = _Auditor(reader, trust, progress)
    try:
        auditor.play(processes)
        auditor.compare_tables()
        auditor.compare_memory(remembered)
        if index is not None:
            auditor.compare_index(index)
    except ProvenanceError as error:
        auditor.find("database", f"it cannot be read on: {error}")
    return auditor.report


class _Derived:
    """What was derived so far, for a map that is made from nothing.

    Links that were derived and compared are read again from the store.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        # Of each trail and level the latest tile.
        self._tiles: dict[tuple[bytes, int], tuple[int, bytes]] = {}

    def item_count(self) -> int:
        return 0

    def heads(self, prefix: bytes) -> list[HeadRow]:
        del prefix
        return []

    def head(self, key: bytes) -> HeadRow | None:
        del key
        return None

    def map_row(self, number: int) -> bytes | None:
        del number
        return None

    def trail_back(self, last: int, most: int) -> list[LinkRow]:
        return self._reader.trail_back(last, most)

    def tile(self, level: int, number: int, tree: bytes) -> bytes | None:
        latest, hashes = self._tiles.get((tree, level), (-1, b""))
        return hashes if latest == number else None

    def take(self, tiles: Sequence[Tile]) -> None:
        """Note the tiles that a batch made."""
        for tree, level, number, hashes in tiles:
            if len(tree) == HASH_SIZE:
                self._tiles[tree, level] = number, hashes


class _Auditor:
    def __init__(
        self, reader: Reader, trust: Trust, progress: Progress | None
    ) -> None:
        self._reader = reader
        self._trust = trust
        self._progress = progress
        self.report = Audit(size=reader.size())
        self._log_keys = trust.policy.log_keys
        self._derived = _Derived(reader)
        self._map = ItemMap(self._derived, cached=2**62, edges=2**62)
        self._tree = GrowingTree()
        self._admission = Admission(
            trust.registry(),
            origin=trust.origin,
            books=books_of(reader, trust),
            clock_bound=trust.clock_bound,
        )
        self._link_count = 0
        self._time = 0
        self._window = (0, 0)
        self._registry: list[tuple[int, int]] = []
        self._names: dict[bytes, list[NameRow]] = {}
        self._books: dict[bytes, int] = {}
        self._time_count = 0
        self._warnings: list[WarningRow] = []
        # Of each tile beside the log's own the hash of what it holds.
        self._tiles: dict[tuple[bytes, int, int], Hash] = {}
        self._parts: list[tuple[int, int, int]] = []
        self._roots: dict[int, Hash] = {0: EMPTY_ROOT}
        self._is_derived = True
        self._is_grown = True
        self._statement_count = 0

    def find(self, where: str, what: str, rule: str = "") -> None:
        """Note a finding."""
        if len(self.report.findings) < MAX_FINDINGS:
            self.report.findings.append(Finding(where, what, rule))

    # The log, played from its beginning.

    def play(self, processes: int | None) -> None:
        """Derive everything again, batch by batch."""
        waiting: deque[EntryRow] = deque()
        batch: list[tuple[EntryRow, Checked | None]] = []
        keys = self._all_keys()
        with Workers(processes) as workers:
            rows = self._reader.rows(0, self.report.size)
            for _, chunk in workers.check(
                drawn(_statements(rows, waiting)),
                keys.public_keys,
                self._admission.books.at(0),
            ):
                for checked in chunk:
                    self._take_commitments(waiting, batch)
                    batch.append((waiting.popleft(), checked))
            self._take_commitments(waiting, batch)
        if batch:
            self.find(
                f"entry {self.report.size - 1}",
                "the log does not end in a map commitment",
                "log.entry",
            )
            return
        for level, number, hashes in self._tree.edge():
            self._compare_tile(level, number, hashes)

    def _all_keys(self) -> TrustRegistry:
        """Return a registry with every key there ever was.

        It only says which key to try; whether the key counted is for the
        admission to say. With a damaged registry the keys are tried later.
        """
        try:
            return replay_registry(self._reader, self._trust)
        except ProvenanceError:
            return self._trust.registry()

    def _take_commitments(
        self,
        waiting: deque[EntryRow],
        batch: list[tuple[EntryRow, Checked | None]],
    ) -> None:
        while waiting and (kind := _kind_of(waiting[0])) != STATEMENT:
            batch.append((waiting.popleft(), None))
            if kind == COMMITMENT:
                self._play_batch(batch)
                batch.clear()

    def _play_batch(
        self, batch: Sequence[tuple[EntryRow, Checked | None]]
    ) -> None:
        *statements, (last, _) = batch
        start = self._tree.size
        since = self._time
        commitment = self._read_commitment(last, start + len(statements))
        self._window = (since, commitment.time if commitment else since)
        sequencer = Sequencer(
            self._map, self._derived, size=start, link_count=self._link_count
        )
        stream = PlacedStream(
            self._admission,
            # Links that were derived are those that are stored, or were found
            # not to be; what is read of them there leads nowhere else.
            self._reader,
            sequencer,
            self._map,
            named=lambda key: self._names.get(key, ()),
            is_new=False,
        )
        stream.look_up(checked for _, checked in statements)
        for index, (row, checked) in enumerate(statements, start):
            if checked is None:
                self._play_document(sequencer, index, row)
            else:
                self._play_statement(stream, index, row, checked)
        self._compare_batch(sequencer, [row for row, _ in batch])
        self._grow([row.entry for row, _ in batch])
        self._open_checkpoint()
        if self._progress is not None:
            self._progress(self._tree.size, self.report.size)

    def _read_commitment(self, row: EntryRow, index: int) -> Commitment | None:
        try:
            commitment = parse_commitment(row.entry)
        except MalformedError as error:
            self.find(f"entry {index}", str(error), "log.entry")
            return None
        if row.event_ids:
            self.find(f"entry {index}", "a map commitment has no events")
        if commitment.time < self._time:
            self.find(
                f"entry {index}",
                f"the log's time goes back, from {self._time} to"
                f" {commitment.time}",
                "time.log",
            )
        self._time = commitment.time
        return commitment

    def _play_statement(
        self,
        stream: PlacedStream,
        index: int,
        row: EntryRow,
        checked: Checked,
    ) -> None:
        if not isinstance(checked, CheckedStatement):
            self._lose(f"entry {index}", str(checked), _rule_of(checked))
            return
        self.report.events += len(checked.events)
        self._statement_count += 1
        ids = b"".join([event.id for event in checked.events])
        if row.event_ids != ids:
            self.find(f"entry {index}", "its stored event ids are not its own")
        found = self._reader.find_statement(
            checked.issued_at, checked.statement_id
        )
        if found != index:
            self.find(
                f"entry {index}",
                "the index of statements has it at"
                f" {'no place' if found is None else found}",
            )
        if not self._is_derived:
            return
        try:
            admitted = stream.admit(
                checked, log_index=index, window=self._window
            )
        except ProvenanceError as error:
            self._lose(
                f"entry {index}",
                f"it may not be in the log: {error}",
                error.rule,
            )
            return
        self._registry += [
            (index, position) for position in admitted.registry_positions
        ]
        try:
            stream.place(admitted)
        except StoreError as error:
            self._lose(f"entry {index}", f"it cannot be linked: {error}")

    def _play_document(
        self, sequencer: Sequencer, index: int, row: EntryRow
    ) -> None:
        """Link a trust version, or look at a rule book."""
        if not self._is_derived:
            return
        try:
            check_document(row.entry, origin=self._trust.origin)
            sequencer.place_document(row.entry)
        except (UnknownKindError, UnknownBookError) as error:
            self._lose(
                f"entry {index}",
                f"UNKNOWN: {error}; what follows from it was not derived",
                "log.entry",
            )
        except ProvenanceError as error:
            self._lose(f"entry {index}", str(error), "log.entry")
        else:
            if sequencer.row(index).event_ids != row.event_ids:
                self.find(
                    f"entry {index}", "its stored event ids are not its own"
                )

    def _lose(self, where: str, what: str, rule: str = "") -> None:
        self.find(where, what, rule)
        # The links after it cannot be made without it.
        self._is_derived = False

    def _compare_batch(
        self, sequencer: Sequencer, rows: Sequence[EntryRow]
    ) -> None:
        if not self._is_derived:
            return
        made: Sequenced = sequencer.commit_map(now=self._window[1])
        index = self._tree.size + len(rows) - 1
        if made.entries[-1].entry != rows[-1].entry:
            self._lose(
                f"entry {index}",
                "it does not commit to the map of the entries before it",
            )
        stop = self._link_count + len(made.links)
        stored = list(self._reader.links(self._link_count, stop))
        for number, link in enumerate(made.links):
            if number >= len(stored) or stored[number] != link:
                self.find(
                    f"link {self._link_count + number}",
                    "it is not the one that entry"
                    f" {link.log_index}, event {link.position} makes",
                    "log.link",
                )
        self._link_count = stop
        self._compare_times(made.times)
        for book_id, log_index in made.books:
            self._books.setdefault(book_id, log_index)
        for row in made.names:
            self._names.setdefault(row.key, []).append(row)
        self._warnings += made.warnings
        for tree, level, number, hashes in made.tiles:
            self._tiles[tree, level, number] = sha256(hashes)
        for cut in made.cuts:
            self._compare_parts(cut, rows[cut.log_index - self._tree.size])
        self._derived.take(made.tiles)
        self._map.stored()

    def _compare_times(self, made: Sequence[TimeRow]) -> None:
        """Look for the rows by which events are found by their ids."""
        self._time_count += len(made)
        wanted = [(row.time, row.mark) for row in made]
        stored = {
            (*wanted[which], log_index, position)
            for which, log_index, position in self._reader.events_like(wanted)
        }
        for row in made:
            if row not in stored:
                self.find(
                    f"time of entry {row.log_index}, event {row.position}",
                    "the event cannot be found by its time and id",
                )

    def _compare_parts(self, cut: EventCuts, row: EntryRow) -> None:
        """Compare how a large event is cut; all of it was read already."""
        data = row.events[cut.position]
        at = cut.log_index, cut.position
        start = self._reader.event_start(*at)
        stored = [start.data]
        for number in range(len(cut.offsets)):
            stored.append(self._reader.event_part(*at, number) or b"")
            self._parts.append((*at, number))
        made = [
            data[start:stop]
            for start, stop in pairwise([0, *cut.offsets, len(data)])
        ]
        if stored != made:
            self.find(
                f"event {cut.position} of entry {cut.log_index}",
                "it is not cut where large events are",
            )

    def _grow(self, entries: Sequence[bytes]) -> None:
        changed = self._tree.append([leaf_hash(entry) for entry in entries])
        self._roots[self._tree.size] = self._tree.root()
        for level, number, hashes in changed:
            if len(hashes) == 256 * HASH_SIZE:
                self._compare_tile(level, number, hashes)

    def _compare_tile(self, level: int, number: int, hashes: bytes) -> None:
        stored = self._reader.tile(level, number) or b""
        if stored == hashes:
            return
        place = next(
            (
                place
                for place in range(0, len(hashes), HASH_SIZE)
                if stored[place : place + HASH_SIZE]
                != hashes[place : place + HASH_SIZE]
            ),
            len(hashes),
        )
        offset = number * 256 + place // HASH_SIZE
        self.find(
            tile_name(LOG, level, number),
            f"its hash {place // HASH_SIZE} is not that of"
            + (
                f" entry {offset}: one of the two was changed"
                if level == 0
                else f" the tile {level - 1}/{offset} below it"
            ),
        )

    def _open_checkpoint(self) -> None:
        size = self._tree.size
        note = self._reader.checkpoint_at(size)
        if note is None:
            return
        self.report.checkpoints += 1
        where = f"checkpoint {size}"
        try:
            signed = open_checkpoint(note, self._log_keys)
            self._require_every_key(note)
        except ProvenanceError as error:
            self.find(where, str(error))
            return
        checkpoint = signed.checkpoint
        if (checkpoint.origin, checkpoint.size) != (self._trust.origin, size):
            self.find(
                where, f"it is of {checkpoint.origin}, size {checkpoint.size}"
            )
        if checkpoint.root != self._roots[size] and self._is_grown:
            self.find(where, "its root is not that of the entries")
            self._is_grown = False
        self.report.size_signed = size

    def _require_every_key(self, note: str) -> None:
        for key in self._log_keys:
            open_checkpoint(note, [key])

    # What is stored beside the log.

    def compare_tables(self) -> None:
        """Compare the tables that the log gave with those that are stored."""
        self._compare_counts()
        if self._is_derived:
            self._compare_map()
            self._compare_trees()
            if list(self._reader.registry_events()) != self._registry:
                self.find(
                    "registry index",
                    "it does not list the log's registry events",
                )
            self._compare_names()
            if list(self._reader.books()) != sorted(self._books.items()):
                self.find(
                    "index of rule books", "it does not list the log's books"
                )
            count = sum(1 for _ in self._reader.times())
            if count != self._time_count:
                self.find(
                    "times of events",
                    f"{count} are stored, the log makes {self._time_count}",
                )
            if self._reader.link_count() != self._link_count:
                self.find(
                    "links",
                    f"{self._reader.link_count()} are stored, the log makes"
                    f" {self._link_count}",
                )
        self._compare_tiles()
        for size, _ in self._reader.checkpoints(0, 2**53):
            if size not in self._roots:
                self.find(
                    f"checkpoint {size}", "no map commitment ends the log there"
                )

    def _compare_counts(self) -> None:
        stored = sum(1 for _ in self._reader.statements())
        if stored != self._statement_count and self._is_derived:
            self.find(
                "index of statements",
                f"it has {stored} rows for {self._statement_count} statements",
            )
        if self.report.size_signed != self.report.size:
            self.find(
                f"checkpoint {self.report.size}",
                "the log's end is not under a signed checkpoint: open the"
                " ledger for writing once",
            )

    def _compare_names(self) -> None:
        """Compare the names of events, of which the log makes all."""
        made = sum(len(rows) for rows in self._names.values())
        stored = 0
        for row in self._reader.names():
            stored += 1
            if row not in self._names.get(row.key, ()):
                self.find(
                    f"name of entry {row.log_index}, event {row.position}",
                    "it is not the one that the event has",
                )
        if stored != made:
            self.find(
                "names", f"{stored} events have a stored name, not {made}"
            )

    def _compare_map(self) -> None:
        self.report.items = self._map.item_count
        if self._reader.item_count() != self._map.item_count:
            self.find(
                "heads",
                f"{self._reader.item_count()} items are counted, the log has"
                f" {self._map.item_count}",
            )
        stored_count = 0
        for first in range(256):
            for head in self._reader.heads(bytes([first])):
                stored_count += 1
                if self._map.head(head.key) != head:
                    self.find(
                        f"head {head.key.hex()}",
                        "it is not the end of that item's trail",
                    )
        if stored_count != self._map.item_count:
            self.find(
                "heads",
                f"{stored_count} are stored, the log makes"
                f" {self._map.item_count}",
            )
        for number in range(MAP_ROWS):
            made = self._map.row(number)
            stored = self._reader.map_row(number) or bytes(len(made))
            if stored != made:
                self.find(f"map row {number}", "its hashes are not the map's")

    def _compare_trees(self) -> None:
        """Compare what long trails, warnings and large events have."""
        if list(self._reader.warnings()) != sorted(self._warnings):
            self.find("warnings", "they are not those that the log has")
        if list(self._reader.event_parts()) != sorted(self._parts):
            self.find("parts of events", "they are not those that the log has")
        missing = set(self._tiles)
        for tree, level, number, hashes in self._reader.tiles():
            if tree == LOG:
                continue
            at = tree, level, number
            missing.discard(at)
            if self._tiles.get(at) != sha256(hashes):
                self.find(tile_name(*at), "it is not the one that the log has")
        for at in sorted(missing):
            self.find(tile_name(*at), "it is missing")

    def _compare_tiles(self) -> None:
        for tree, level, number, _ in self._reader.tiles():
            if tree != LOG:
                continue
            # Those that the log makes were compared as it grew.
            if (number << 8 * (level + 1)) >= self.report.size or (
                (self.report.size >> 8 * level) <= number * 256
            ):
                self.find(tile_name(LOG, level, number), "no entry is below it")

    def compare_index(self, index: IndexCheck) -> None:
        """Compare the index of queries with what the log makes of it."""
        try:
            for what in compare_index(self._reader, index):
                self.find("index of queries", what)
        except ProvenanceError as error:
            self.find("index of queries", f"it cannot be compared: {error}")

    def compare_memory(self, remembered: tuple[int, Hash] | None) -> None:
        """Compare what the signer remembers with the log."""
        if remembered is None:
            return
        size, root = remembered
        if size > self.report.size:
            self.find(
                "signer's memory",
                f"{size} entries were signed, the log has {self.report.size}:"
                " it is an older copy",
            )
        elif self._roots.get(size) != root and self._is_grown:
            self.find(
                "signer's memory", f"another log of {size} entries was signed"
            )


def _rule_of(checked: Checked) -> str:
    return checked.rule if isinstance(checked, ProvenanceError) else ""


def _statements(
    rows: Iterable[EntryRow], waiting: deque[EntryRow]
) -> Iterator[Submission]:
    """Yield the statements among *rows*, and put every row in *waiting*."""
    for row in rows:
        waiting.append(row)
        if _kind_of(row) == STATEMENT:
            yield Submission(row.entry, tuple(row.events))


def _kind_of(row: EntryRow) -> int:
    """Return the kind of an entry; 0 of one that is not known.

    What was damaged is taken for what it was.
    """
    try:
        return entry_kind(row.entry)
    except UnknownKindError:
        return 0
    except MalformedError:
        return STATEMENT if row.event_ids else COMMITMENT
