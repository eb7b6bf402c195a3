"""A bundle: all that one item's story needs, as one canonical byte string.

    ["provenance/bundle/v2",
     checkpoint     the signed note with its cosignatures
     committed      [item count, time, map root], as its last leaf says them
     ids            [item or actor id, …]
     keys           [[id number, key id], …]
     statements     [[log index, key number, issued at, event count, signature,
                      events, hashes], …]
       event        [position, counts, pointers, body leaf, items, fields,
                     hashes]
         item       [leaf number, salt, id number], or
                    [leaf number, salt, id number, quantity, unit]; either
                    may end in one member more, a seal
         field      [leaf number, leaf]
     commitments    [[log index, item count, time, map root], …]
     entries        [[log index, entry], …]
     log hashes     of the log's tree
     subject        id number
     trails         [[id number, count, ranges, rows, hashes], …]
       range        [start, length], or [start, length, previous link] where
                    start is not 0
       row          [log index, position, time, kinds, [leaf number, …],
                     event id]
     map            [steps, [[other key, other value], …], hashes]
     anchors        [[note, [log index, …], hashes], …]]

(`FORMATS.md`, section 13.) Everything else a reader derives: event ids, event
roots, the statements' headers, the links of the events shown, heads, map
values. Each *hashes* is a multiproof (`provenance.encoding.multiproof`), its
hashes joined; no hash is there that could be derived.

Promises: whatever `parse_bundle` returns has these shapes within the bounds
below, its rows are in order and none is there twice, its tables hold nothing
unused, and writing it again gives the same bytes. It reads once, front to
back, and knows what must come before it sets memory aside for it. Nothing was
proven yet: that is `provenance.proof.verify`.

Over 500 lines: one format, both ways: every part is written and read here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar, cast

import msgpack

from provenance.claims.entry import MAX_ENTRY_SIZE
from provenance.claims.event import (
    MAX_ITEM_LENGTH,
    MAX_LEAVES,
    MAX_OWN_LEAVES,
    MAX_POINTER_LENGTH,
    MAX_UOM_LENGTH,
    RELATIONS,
    SALT_SIZE,
    SEAL_SIZE,
    room_for,
)
from provenance.claims.statement import MAX_EVENTS
from provenance.claims.trail import MAX_KINDS, VALUE_SIZE, Link
from provenance.encoding.canonical import Room
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.reader import ByteReader
from provenance.errors import MalformedError
from provenance.keys import SIGNATURE_SIZE
from provenance.tlog.patricia import MapMultiproof

FORMAT = "provenance/bundle/v2"
MEDIA_TYPE = "application/vnd.provenance.bundle+msgpack"
SUFFIX = ".provenance"

MAX_BUNDLE_SIZE = 64 * 2**20
"""The most bytes of a bundle that are read."""

MAX_ROWS = 262_144
"""The most of each kind that a whole bundle has: ids, keys, statements,
events, commitments, entries, ranges, rows, steps."""

MAX_TRAILS = 8_192
"""The most trails of a bundle: more than any walk follows."""

MAX_ANCHORS = 1_024
"""The most anchors of a bundle: each is a note whose signatures are checked,
and old checkpoints are there for whoever wants to add them."""

MAX_PARTS = 2**20
"""The most of each of these that a whole bundle has: leaves shown, pointers,
leaf numbers in rows, entries that anchors hold."""

MAX_CHECKPOINT_SIZE = 2**18
"""The most bytes of a signed note."""

MAX_CODE = 255
"""The highest number that is read as a relation's code."""

MAX_HASHES = MAX_BUNDLE_SIZE // HASH_SIZE
"""The most hashes of one multiproof."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What the log's last leaf under the checkpoint commits to.

    Attributes:
        item_count: How many items have a trail.
        time: The log's time, in ms since 1970.
        map_root: The root of the map of all trails.
    """

    item_count: int
    time: int
    map_root: Hash


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item leaf of an event, as it is shown.

    Attributes:
        number: The leaf's number, from 1.
        salt: 16 bytes.
        id: The item's id.
        amount: (quantity, unit), each None where it is unspecified; None for
            a leaf that is not of a quantity list.
        seal: The public key of the unit's seal; None where there is none.
    """

    number: int
    salt: bytes
    id: str
    amount: tuple[int | float | None, str | None] | None = None
    seal: bytes | None = None


@dataclass(frozen=True, slots=True)
class ShownField:
    """A concealed field that is revealed: the leaf's number and its bytes."""

    number: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event as far as it is shown.

    Attributes:
        position: Its number in the statement.
        counts: (relation code, how many items) of each group of items.
        pointers: Where its concealed fields belong.
        body: Leaf 0.
        items: The item leaves shown, by number.
        fields: The concealed fields shown, by number.
        hashes: The multiproof of the leaves shown in the event's tree.
    """

    position: int
    counts: tuple[tuple[int, int], ...]
    pointers: tuple[str, ...]
    body: bytes
    items: tuple[ShownItem, ...]
    fields: tuple[ShownField, ...]
    hashes: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """A signed statement, and those of its events that are shown.

    Attributes:
        log_index: Where it stands in the log.
        issuer: Who says it.
        key_id: The id of the key that signed it.
        issued_at: The issuer's clock, in ms since 1970.
        event_count: How many events it signs.
        signature: 64 bytes.
        events: The events shown, by position; one at least.
        hashes: The multiproof of their ids in the statement's tree.
    """

    log_index: int
    issuer: str
    key_id: Hash
    issued_at: int
    event_count: int
    signature: bytes
    events: tuple[ShownEvent, ...]
    hashes: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class ShownCommitment:
    """An earlier map commitment, which tells the log's time at its place."""

    log_index: int
    item_count: int
    time: int
    map_root: Hash


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry of another kind: where it stands in the log, and its data."""

    log_index: int
    entry: bytes


@dataclass(frozen=True, slots=True)
class Range:
    """Links of a trail that follow each other.

    Attributes:
        start: The number of the first.
        length: How many they are, one at least.
        previous: The hash of the link before the first; None at the trail's
            beginning.
    """

    start: int
    length: int
    previous: Hash | None = None


@dataclass(frozen=True, slots=True)
class ProvenTrail:
    """What is shown of one item's trail, with the proof of it.

    Attributes:
        item: The item's id.
        count: How many links the trail has; 0 for an item without one.
        ranges: Which links are shown, lowest first, with gaps between.
        rows: Those links of them whose event is not shown, oldest first.
        hashes: The multiproof of the links in the trail's tree.
    """

    item: str
    count: int
    ranges: tuple[Range, ...] = ()
    rows: tuple[Link, ...] = ()
    hashes: tuple[Hash, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """An older cosigned checkpoint, which bounds the time of some entries.

    Attributes:
        note: The signed note.
        log_indexes: Of which entries, in order; one at least.
        hashes: The multiproof of those entries in its tree.
    """

    note: str
    log_indexes: tuple[int, ...]
    hashes: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The parts of a bundle, each in the order that the format asks for.

    Attributes:
        checkpoint: The signed note.
        committed: What its last leaf commits to.
        statements: The statements shown, by log index.
        commitments: Earlier map commitments, by log index.
        entries: Entries of other kinds, by log index.
        log_hashes: The multiproof of all of these and the last leaf.
        subject: The item whose story it is.
        trails: The trails shown, by item.
        map_proof: What the map has for them.
        anchors: Older checkpoints, by size.
    """

    checkpoint: str
    committed: Committed
    statements: tuple[ShownStatement, ...]
    commitments: tuple[ShownCommitment, ...]
    entries: tuple[LoggedEntry, ...]
    log_hashes: tuple[Hash, ...]
    subject: str
    trails: tuple[ProvenTrail, ...]
    map_proof: MapMultiproof
    anchors: tuple[Anchor, ...] = ()

    @property
    def events(self) -> Iterator[tuple[ShownStatement, ShownEvent]]:
        """Each event shown, with its statement, in log order."""
        for statement in self.statements:
            for event in statement.events:
                yield statement, event

    def trail(self, item: str) -> ProvenTrail | None:
        """Return the trail of *item*; None if it is not here."""
        return next((t for t in self.trails if t.item == item), None)

    def leaf_room(self) -> Room:
        """Return room for what all of the leaves shown say together."""
        return room_for(
            sum(
                len(event.body) + sum(len(field.leaf) for field in event.fields)
                for _, event in self.events
            )
        )

    def to_bytes(self) -> bytes:
        """Return the bundle's bytes."""
        ids = sorted(
            {
                self.subject,
                *(trail.item for trail in self.trails),
                *(statement.issuer for statement in self.statements),
                *(item.id for _, event in self.events for item in event.items),
            }
        )
        id_numbers = {item: number for number, item in enumerate(ids)}
        keys = sorted(
            {
                (id_numbers[statement.issuer], statement.key_id)
                for statement in self.statements
            }
        )
        key_numbers = {key: number for number, key in enumerate(keys)}
        committed = self.committed
        # Numbers, text and bytes in arrays: canonical as it stands.
        return cast("bytes", msgpack.packb([
            FORMAT,
            self.checkpoint,
            [committed.item_count, committed.time, committed.map_root],
            ids,
            [list(key) for key in keys],
            [
                _statement_row(
                    statement,
                    key_numbers[id_numbers[statement.issuer], statement.key_id],
                    id_numbers,
                )
                for statement in self.statements
            ],
            [
                [row.log_index, row.item_count, row.time, row.map_root]
                for row in self.commitments
            ],
            [[row.log_index, row.entry] for row in self.entries],
            b"".join(self.log_hashes),
            id_numbers[self.subject],
            [_trail_row(t, id_numbers[t.item]) for t in self.trails],
            [
                self.map_proof.steps,
                self.map_proof.others,
                b"".join(self.map_proof.hashes),
            ],
            [
                [row.note, row.log_indexes, b"".join(row.hashes)]
                for row in self.anchors
            ],
        ]))  # fmt: skip


def parse_bundle(data: bytes) -> Bundle:
    """Return the bundle that *data* holds, its shapes checked.

    Raises:
        MalformedError: It is none, or larger than any bundle may be.
    """
    if len(data) > MAX_BUNDLE_SIZE:
        raise MalformedError(
            f"a bundle has at most {MAX_BUNDLE_SIZE} bytes, not {len(data)}"
        )
    return _Parser(data).bundle()


# Writing.


def _statement_row(
    statement: ShownStatement, key: int, ids: dict[str, int]
) -> list[object]:
    return [
        statement.log_index,
        key,
        statement.issued_at,
        statement.event_count,
        statement.signature,
        [_event_row(event, ids) for event in statement.events],
        b"".join(statement.hashes),
    ]


def _event_row(event: ShownEvent, ids: dict[str, int]) -> list[object]:
    return [
        event.position,
        event.counts,
        event.pointers,
        event.body,
        [_item_row(item, ids[item.id]) for item in event.items],
        [[field.number, field.leaf] for field in event.fields],
        b"".join(event.hashes),
    ]


def _item_row(item: ShownItem, id_number: int) -> list[object]:
    row: list[object] = [
        item.number,
        item.salt,
        id_number,
        *(item.amount or ()),
    ]
    if item.seal is not None:
        row.append(item.seal)
    return row


def _trail_row(trail: ProvenTrail, id_number: int) -> list[object]:
    return [
        id_number,
        trail.count,
        [
            [each.start, each.length]
            if each.previous is None
            else [each.start, each.length, each.previous]
            for each in trail.ranges
        ],
        [
            [
                link.log_index,
                link.position,
                link.time,
                link.kinds,
                link.leaves,
                link.event_id,
            ]
            for link in trail.rows
        ],
        b"".join(trail.hashes),
    ]


# Reading.

_Row = TypeVar("_Row")


class _Parser:
    """Reads one bundle, and keeps count of what it may still have."""

    def __init__(self, data: bytes) -> None:
        self._read = ByteReader(data)
        self._left: dict[str, int] = {}
        self._ids: list[str] = []
        self._used: set[int] = set()
        self._keys: list[tuple[int, Hash]] = []

    def bundle(self) -> Bundle:
        read = self._read
        read.row(13)
        if (name := read.text(MAX_ITEM_LENGTH)) != FORMAT:
            raise MalformedError(
                f"this is not a bundle of the format {FORMAT}, but of"
                f" {name[:80]!r}"
            )
        checkpoint = read.text(MAX_CHECKPOINT_SIZE)
        committed = self._committed()
        self._ids = list(self._rows("ids", lambda: read.text(MAX_ITEM_LENGTH)))
        _require_rising("ids", self._ids)
        self._keys = list(self._rows("keys", self._key))
        _require_rising("keys", self._keys)
        used_keys: set[int] = set()
        statements = self._rows(
            "statements", lambda: self._statement(used_keys)
        )
        _require_rising("statements", [row.log_index for row in statements])
        if len(used_keys) != len(self._keys):
            raise MalformedError("the bundle has a key that signed nothing")
        commitments = self._rows("commitments", self._commitment)
        _require_rising("commitments", [row.log_index for row in commitments])
        entries = self._rows("entries", self._entry)
        _require_rising("entries", [row.log_index for row in entries])
        log_hashes = self._read.hashes(MAX_HASHES)
        subject = self._id()
        trails = self._rows("trails", self._trail, most=MAX_TRAILS)
        _require_rising("trails", [row.item for row in trails])
        map_proof = self._map()
        anchors = self._rows("anchors", self._anchor, most=MAX_ANCHORS)
        read.end()
        if len(self._used) != len(self._ids):
            raise MalformedError("the bundle has an id that nothing names")
        return Bundle(
            checkpoint=checkpoint,
            committed=committed,
            statements=statements,
            commitments=commitments,
            entries=entries,
            log_hashes=log_hashes,
            subject=subject,
            trails=trails,
            map_proof=map_proof,
            anchors=anchors,
        )

    # What the checkpoint and the tables say.

    def _committed(self) -> Committed:
        read = self._read
        read.row(3)
        return Committed(read.uint(), read.uint(), self._read.hash())

    def _key(self) -> tuple[int, Hash]:
        self._read.row(2)
        number = self._read.uint(MAX_ROWS)
        self._named(number)
        return number, self._read.hash()

    def _id(self) -> str:
        return self._named(self._read.uint())

    def _named(self, number: int) -> str:
        if number >= len(self._ids):
            raise MalformedError(f"the bundle has no id number {number}")
        self._used.add(number)
        return self._ids[number]

    # Statements and their events.

    def _statement(self, used_keys: set[int]) -> ShownStatement:
        read = self._read
        read.row(7)
        log_index = read.uint()
        number = read.uint(MAX_ROWS)
        if number >= len(self._keys):
            raise MalformedError(f"the bundle has no key number {number}")
        used_keys.add(number)
        issuer, key_id = self._keys[number]
        issued_at = read.uint()
        event_count = read.uint(MAX_EVENTS)
        signature = read.exactly(SIGNATURE_SIZE)
        events = self._rows("events", self._event, least=1)
        _require_rising("events", [event.position for event in events])
        return ShownStatement(
            log_index=log_index,
            issuer=self._ids[issuer],
            key_id=key_id,
            issued_at=issued_at,
            event_count=event_count,
            signature=signature,
            events=events,
            hashes=self._read.hashes(MAX_HASHES),
        )

    def _event(self) -> ShownEvent:
        read = self._read
        read.row(7)
        position = read.uint(MAX_EVENTS - 1)
        counts = tuple(self._count() for _ in range(read.array(len(RELATIONS))))
        pointers = self._rows(
            "pointers", lambda: read.text(MAX_POINTER_LENGTH), most=MAX_PARTS
        )
        body = read.binary(MAX_BUNDLE_SIZE)
        items = self._rows("item leaves", self._item, most=MAX_PARTS)
        _require_rising("item leaves", [shown.number for shown in items])
        fields = self._rows("field leaves", self._field, most=MAX_PARTS)
        _require_rising("field leaves", [shown.number for shown in fields])
        return ShownEvent(
            position=position,
            counts=counts,
            pointers=pointers,
            body=body,
            items=items,
            fields=fields,
            hashes=self._read.hashes(MAX_HASHES),
        )

    def _count(self) -> tuple[int, int]:
        self._read.row(2)
        return self._read.uint(MAX_CODE), self._read.uint(MAX_LEAVES)

    def _item(self) -> ShownItem:
        read = self._read
        length = read.array(6, least=3)
        number = read.uint(MAX_LEAVES)
        salt = read.exactly(SALT_SIZE)
        item = self._id()
        amount: tuple[int | float | None, str | None] | None = None
        if length > 4:
            quantity = None if read.nil() else read.number()
            unit = None if read.nil() else read.text(MAX_UOM_LENGTH)
            amount = quantity, unit
        # Only with a seal are they 4 or 6.
        seal = None if length % 2 else read.exactly(SEAL_SIZE)
        return ShownItem(number, salt, item, amount, seal)

    def _field(self) -> ShownField:
        self._read.row(2)
        return ShownField(
            self._read.uint(MAX_LEAVES), self._read.binary(MAX_BUNDLE_SIZE)
        )

    # Other entries.

    def _commitment(self) -> ShownCommitment:
        read = self._read
        read.row(4)
        return ShownCommitment(
            read.uint(), read.uint(), read.uint(), read.hash()
        )

    def _entry(self) -> LoggedEntry:
        read = self._read
        read.row(2)
        return LoggedEntry(read.uint(), read.binary(MAX_ENTRY_SIZE))

    # Trails and the map.

    def _trail(self) -> ProvenTrail:
        read = self._read
        read.row(5)
        item = self._id()
        count = read.uint()
        ranges = self._rows("ranges", self._range)
        stop = -1
        for each in ranges:
            if each.start <= stop:
                raise MalformedError("ranges of a trail touch each other")
            stop = each.start + each.length
        if stop > count:
            raise MalformedError(f"the trail has {count} links, not {stop}")
        rows = self._rows("rows", self._row)
        _require_rising("rows", [(row.log_index, row.position) for row in rows])
        return ProvenTrail(
            item, count, ranges, rows, self._read.hashes(MAX_HASHES)
        )

    def _range(self) -> Range:
        read = self._read
        length = read.array(3, least=2)
        start, count = read.uint(), read.uint()
        if count == 0 or (length == 3) != (start > 0):
            raise read.fault(
                "a range has a link, and tells the one before its first"
            )
        return Range(start, count, read.hash() if start else None)

    def _row(self) -> Link:
        read = self._read
        read.row(6)
        return Link(
            log_index=read.uint(),
            position=read.uint(MAX_EVENTS - 1),
            time=read.uint(),
            kinds=read.uint(MAX_KINDS),
            leaves=self._leaves(),
            event_id=read.hash(),
        )

    def _leaves(self) -> tuple[int, ...]:
        leaves = self._rows(
            "leaf numbers",
            lambda: self._read.uint(MAX_LEAVES),
            most=MAX_PARTS,
        )
        _require_rising("leaf numbers", leaves)
        if len(leaves) > MAX_OWN_LEAVES:
            raise MalformedError(f"a link has at most {MAX_OWN_LEAVES} leaves")
        return leaves

    def _map(self) -> MapMultiproof:
        read = self._read
        read.row(3)
        steps = self._rows("steps", lambda: read.uint(8 * HASH_SIZE))
        others = self._rows("others", self._other, most=MAX_TRAILS)
        _require_rising("others", [key for key, _ in others])
        return MapMultiproof(steps, others, self._read.hashes(MAX_HASHES))

    def _other(self) -> tuple[bytes, bytes]:
        self._read.row(2)
        return self._read.hash(), self._read.exactly(VALUE_SIZE)

    def _anchor(self) -> Anchor:
        read = self._read
        read.row(3)
        note = read.text(MAX_CHECKPOINT_SIZE)
        indexes = self._rows(
            "anchored entries", read.uint, most=MAX_PARTS, least=1
        )
        _require_rising("anchored entries", indexes)
        return Anchor(note, indexes, self._read.hashes(MAX_HASHES))

    # Parts of parts.

    def _rows(
        self,
        name: str,
        row: Callable[[], _Row],
        *,
        most: int = MAX_ROWS,
        least: int = 0,
    ) -> tuple[_Row, ...]:
        """Read a list of rows: of these, *most* in the whole bundle."""
        left = self._left.setdefault(name, most)
        count = self._read.array(left, least=least)
        self._left[name] = left - count
        return tuple([row() for _ in range(count)])


def _require_rising(name: str, rows: Sequence[Any]) -> None:
    if any(earlier >= later for earlier, later in pairwise(rows)):
        raise MalformedError(f"{name} of the bundle are out of order, or twice")
