"""A bundle: all that one item's story needs, as one canonical byte string.

    {
      format       "provenance/bundle/v1"
      checkpoint   the signed note with its cosignatures
      commitment   [log index, entry, inclusion proof]
      items        [{id, count, head, links: [[log index, position, event id],
                     …], proof: [[bit, hash], …]}, …]
      statements   [[log index, entry, inclusion proof], …]
      events       [[log index, position, proof in the statement, item count,
                     concealed count, [[number, leaf, proof], …]], …]
      times        [[log index, commitment entry, inclusion proof], …]
    }

(`formats.md`, section 7; the keys stand in canonical order.) The subject is
the first of the items. Proofs run from the leaf up. An item that has no trail
stands there with count 0, an empty head and no links, and one member more,
`other`: [map key, map value] of the leaf that the map has in its place, or []
for an empty map. `times` holds earlier map commitments, whose times bound
when a statement was logged, and is left out when there are none.

Promises: whatever `parse_bundle` returns has these shapes, its rows are in
order and none is there twice, and writing it again gives the same bytes. No
proof was checked yet: that is `provenance.proof.verify`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeGuard, cast

import msgpack

from provenance.claims.event import MAX_LEAVES, check_item_id, room_for
from provenance.claims.statement import MAX_ENTRY_SIZE, MAX_EVENTS
from provenance.claims.trail import Link
from provenance.encoding.canonical import Room, Value, decode
from provenance.encoding.digest import Hash
from provenance.errors import MalformedError

FORMAT = "provenance/bundle/v1"
MEDIA_TYPE = "application/vnd.provenance.bundle+msgpack"
SUFFIX = ".provenance"

MAX_BUNDLE_SIZE = 64 * 2**20
"""The most bytes of a bundle that are read."""

MAX_ROWS = 262_144
"""The most items, links of one trail, statements or events of a bundle."""

MAX_CHECKPOINT_SIZE = 2**18
MAX_INDEX = 2**53 - 1
MAX_PROOF = 64
"""More hashes than any inclusion proof of a log, statement or event has."""

MAP_BITS = 256


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """A log leaf, with the proof that the checkpoint's tree holds it.

    Attributes:
        log_index: Where it stands in the log.
        entry: The leaf's data, as logged.
        proof: Its siblings, lowest first.
    """

    log_index: int
    entry: bytes
    proof: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class ProvenTrail:
    """One item's whole trail, with the proof that the map ends it there.

    Attributes:
        item: The item's id.
        links: Every link, oldest first; empty for an item without a trail.
        head: The last link's hash; None for an item without a trail.
        proof: The map proof as (bit, sibling), leaf to root.
        other: (map key, map value) of the leaf that stands where this item's
            would; None for an item with a trail, and in an empty map.
    """

    item: str
    links: tuple[Link, ...]
    head: Hash | None
    proof: tuple[tuple[int, Hash], ...]
    other: tuple[bytes, bytes] | None = None


@dataclass(frozen=True, slots=True)
class ShownLeaf:
    """One leaf of an event, with its proof in the event."""

    number: int
    leaf: bytes
    proof: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event as far as it is shown.

    Attributes:
        log_index: The index of its statement's entry.
        position: Its number in the statement.
        proof: The proof of its id in the statement, lowest first.
        item_count: How many items it names.
        concealed_count: How many concealed fields it has.
        leaves: The leaves shown, by number; the first is leaf 0, the body.
    """

    log_index: int
    position: int
    proof: tuple[Hash, ...]
    item_count: int
    concealed_count: int
    leaves: tuple[ShownLeaf, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The parts of a bundle, each in the order that the format asks for.

    Attributes:
        checkpoint: The signed note.
        commitment: The map commitment, the log's last leaf.
        items: The trails, the subject's first.
        statements: The statements that the events stand in, by log index.
        events: The events, by log index and position.
        times: Earlier map commitments, by log index.
    """

    checkpoint: str
    commitment: LoggedEntry
    items: tuple[ProvenTrail, ...]
    statements: tuple[LoggedEntry, ...]
    events: tuple[ShownEvent, ...]
    times: tuple[LoggedEntry, ...] = ()

    @property
    def subject(self) -> str:
        """The item whose story it is."""
        return self.items[0].item

    def leaf_room(self) -> Room:
        """Return room for what all of the leaves shown say together."""
        return room_for(
            sum(
                len(leaf.leaf) for event in self.events for leaf in event.leaves
            )
        )

    def to_bytes(self) -> bytes:
        """Return the bundle's bytes."""
        # Keys in canonical order and no floats: packed as it stands, without
        # `encode`'s look at each of some thousand hashes.
        parts: dict[str, object] = {
            "checkpoint": self.checkpoint,
            "commitment": _entry_row(self.commitment),
            "events": [_event_row(event) for event in self.events],
            "format": FORMAT,
            "items": [_trail_row(trail) for trail in self.items],
            "statements": [_entry_row(entry) for entry in self.statements],
        }
        if self.times:
            parts["times"] = [_entry_row(entry) for entry in self.times]
        return cast("bytes", msgpack.packb(parts))


def parse_bundle(data: bytes) -> Bundle:
    """Return the bundle that *data* holds, its shapes checked.

    Raises:
        MalformedError: It is none, or larger than any bundle may be.
    """
    if len(data) > MAX_BUNDLE_SIZE:
        raise MalformedError(
            f"a bundle has at most {MAX_BUNDLE_SIZE} bytes, not {len(data)}"
        )
    try:
        # Its values are hashes for the most part, and have ten bytes and more.
        parts = decode(data, room=Room(64 + len(data) // 8))
    except MalformedError as error:
        raise MalformedError(f"this is no bundle: {error}") from error
    if not isinstance(parts, dict) or parts.get("format") != FORMAT:
        raise MalformedError(f"this is not a bundle of the format {FORMAT}")
    checkpoint = parts.get("checkpoint")
    if (
        set(parts) - {"times"} != _MEMBERS
        or not isinstance(checkpoint, str)
        or len(checkpoint) > MAX_CHECKPOINT_SIZE
    ):
        raise MalformedError("the bundle lacks a part, or has one too many")
    bundle = Bundle(
        checkpoint=checkpoint,
        commitment=read_entry(parts["commitment"]),
        items=tuple(map(read_trail, _rows(parts["items"], "items"))),
        statements=tuple(
            map(read_entry, _rows(parts["statements"], "statements"))
        ),
        events=tuple(map(read_event, _rows(parts["events"], "events"))),
        times=tuple(map(read_entry, _rows(parts.get("times", []), "times"))),
    )
    if not bundle.items:
        raise MalformedError("the bundle is about no item")
    if "times" in parts and not bundle.times:
        raise MalformedError("a bundle without times leaves them out")
    _require_distinct(trail.item for trail in bundle.items)
    _require_rising([(entry.log_index,) for entry in bundle.statements])
    _require_rising([(entry.log_index,) for entry in bundle.times])
    _require_rising([(e.log_index, e.position) for e in bundle.events])
    return bundle


_MEMBERS = frozenset({
    "format", "checkpoint", "commitment", "items", "statements", "events",
})  # fmt: skip


# Writing.


def _entry_row(entry: LoggedEntry) -> list[object]:
    return [entry.log_index, entry.entry, list(entry.proof)]


def _trail_row(trail: ProvenTrail) -> dict[str, object]:
    row: dict[str, object] = {
        "count": len(trail.links),
        "head": trail.head or b"",
        "id": trail.item,
        "links": [
            [link.log_index, link.position, link.event_id]
            for link in trail.links
        ],
    }
    if not trail.links:
        row["other"] = list(trail.other or ())
    row["proof"] = [list(step) for step in trail.proof]
    return row


def _event_row(event: ShownEvent) -> list[object]:
    return [
        event.log_index,
        event.position,
        list(event.proof),
        event.item_count,
        event.concealed_count,
        [
            [shown.number, shown.leaf, list(shown.proof)]
            for shown in event.leaves
        ],
    ]


# Reading.


def read_entry(row: Value) -> LoggedEntry:
    """Return the log leaf that a bundle has as *row*.

    Raises:
        MalformedError: It is none.
    """
    match row:
        case [index, bytes(entry), list(proof)] if (
            _is_count(index) and len(entry) <= MAX_ENTRY_SIZE
        ):
            return LoggedEntry(index, entry, _hashes(proof))
    raise MalformedError("a log leaf is [log index, entry, inclusion proof]")


def read_trail(row: Value) -> ProvenTrail:
    """Return the trail that a bundle has as *row*.

    Raises:
        MalformedError: It is none.
    """
    match row:
        case {
            "id": str(item),
            "count": count,
            "head": bytes(head),
            "links": list(links),
            "proof": list(proof),
            **rest,
        } if _is_count(count) and count == len(links) <= MAX_ROWS:
            pass
        case _:
            raise MalformedError(
                "a trail is {id, count, head, links, proof}, with as many"
                " links as it counts"
            )
    steps = tuple(_read_step(step) for step in proof)
    if len(steps) > MAP_BITS:
        raise MalformedError("a map proof has at most 256 steps")
    item = check_item_id(item)
    if links and not rest:
        read = tuple(_read_link(link) for link in links)
        _require_rising([(link.log_index, link.position) for link in read])
        return ProvenTrail(item, read, Hash(head), steps)
    match rest.get("other"):
        case [] if not links and not head and len(rest) == 1:
            return ProvenTrail(item, (), None, steps)
        case [bytes(key), bytes(value)] if (
            not links and not head and len(rest) == 1
            and len(key) == 32 and len(value) == 40
        ):  # fmt: skip
            return ProvenTrail(item, (), None, steps, (key, value))
    raise MalformedError(
        f"the trail of {item} has a member too many, or is empty without"
        " saying which leaf the map has in its place"
    )


def _read_link(row: Value) -> Link:
    match row:
        case [index, position, bytes(event_id)] if _is_count(
            index
        ) and _is_count(position, MAX_EVENTS):
            return Link(index, position, Hash(event_id))
    raise MalformedError("a link is [log index, position, event id]")


def _read_step(row: Value) -> tuple[int, Hash]:
    match row:
        case [bit, bytes(sibling)] if _is_count(bit, MAP_BITS):
            return bit, Hash(sibling)
    raise MalformedError("a step of a map proof is [bit, hash]")


def read_event(row: Value) -> ShownEvent:
    """Return the event that a bundle has as *row*.

    Raises:
        MalformedError: It is none.
    """
    match row:
        case [index, position, list(proof), items, concealed, list(rows)] if (
            _is_count(index)
            and _is_count(position, MAX_EVENTS)
            and _is_count(items, MAX_LEAVES)
            and _is_count(concealed, MAX_LEAVES)
        ):
            pass
        case _:
            raise MalformedError(
                "an event is [log index, position, proof, item count,"
                " concealed count, shown leaves]"
            )
    leaves = tuple(_read_leaf(leaf) for leaf in rows)
    _require_rising([(shown.number,) for shown in leaves])
    if not leaves or leaves[0].number != 0 or items < 1:
        raise MalformedError("an event names items and is shown with its body")
    return ShownEvent(
        index,
        position,
        _hashes(proof),
        items,
        concealed,
        leaves,
    )


def _read_leaf(row: Value) -> ShownLeaf:
    match row:
        case [number, bytes(leaf), list(proof)] if _is_count(
            number, MAX_LEAVES
        ):
            return ShownLeaf(number, leaf, _hashes(proof))
    raise MalformedError("a shown leaf is [number, leaf, proof]")


def _rows(value: Value, name: str) -> list[Value]:
    if not isinstance(value, list) or len(value) > MAX_ROWS:
        raise MalformedError(f"{name} is a list of at most {MAX_ROWS}")
    return value


def _hashes(values: list[Value]) -> tuple[Hash, ...]:
    if len(values) > MAX_PROOF:
        raise MalformedError(f"a proof has at most {MAX_PROOF} hashes")
    hashes = [Hash(value) for value in values if isinstance(value, bytes)]
    if len(hashes) != len(values):
        raise MalformedError("a proof is a list of hashes")
    return tuple(hashes)


def _is_count(value: Value, stop: int = MAX_INDEX) -> TypeGuard[int]:
    # Not isinstance: True is an int to Python.
    return type(value) is int and 0 <= value < stop


def _require_rising(places: Sequence[tuple[int, ...]]) -> None:
    if any(earlier >= later for earlier, later in pairwise(places)):
        raise MalformedError("rows of the bundle are out of order, or twice")


def _require_distinct(items: Iterable[str]) -> None:
    seen: set[str] = set()
    for item in items:
        if item in seen:
            raise MalformedError(f"the trail of {item} is there twice")
        seen.add(item)
