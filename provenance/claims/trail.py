"""A trail: all events of one item as a hash chain, and a tree above it.

    first link's previous   map key of the item
    link     H("provenance/link/v2" ‖ 0x00 ‖ previous link ‖ u64 log index
               ‖ u32 event position ‖ u64 event time (ms) ‖ u8 kinds
               ‖ u16 m ‖ m × u32 leaf number ‖ event id)
    map key  H("provenance/item/v2" ‖ 0x00 ‖ item id)
    value    u64 count ‖ head ‖ u64 warnings ‖ warnings head     80 bytes

Each link holds the one before it, and the ledger's map commits to every
item's value: a trail with a link left out, moved or changed ends somewhere
else. The *head* is the root of the tree whose leaves are the links: so any
stretch of a trail is proved alone, without what lies between. The *warnings
head* is that of the tree of those links alone whose event warns of the item:
they can be shown in full however long the trail is.

A link names the item's own leaves in the event, so that exactly those must be
shown, and says when the event happened and what kind of event it was, as the
ledger read it (`provenance.rules.reading`): so that an event that is not
shown need not be.

In full: `FORMATS.md`, section 5.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from struct import Struct

from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import leaf_hash, root_of

GOES_IN = 1
"""The item goes into a container."""

COMES_OUT = 2
"""It comes out of one; or, of the container, it is emptied."""

MADE_OR_ENDS = 4
"""It is made, or ends."""

WARNS = 8
"""The event warns of it."""

DECLARES_ERROR = 16
"""The event declares an earlier one an error."""

MAX_KINDS = 31

VALUE_SIZE = 80

_LINK = b"provenance/link/v2\x00"
_ITEM = b"provenance/item/v2\x00"

_PLACE = Struct(">QIQBH")
_ONE_LEAF = Struct(">QIQBHI")


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a trail: event *position* of the entry at *log_index*.

    Attributes:
        log_index: The entry's number in the log.
        position: The event's number in the entry.
        time: When it says it happened: ms since 1970, 0 of registry events.
        kinds: `GOES_IN` and what else it is, in sum.
        leaves: The numbers of the item's own leaves in it, rising.
        event_id: The event's id.
    """

    log_index: int
    position: int
    time: int
    kinds: int
    leaves: tuple[int, ...]
    event_id: Hash

    @property
    def place(self) -> tuple[int, int]:
        """Where the event stands in the log: links are in this order."""
        return self.log_index, self.position

    @property
    def warns(self) -> bool:
        """Whether the event warns of the item."""
        return bool(self.kinds & WARNS)


@dataclass(frozen=True, slots=True)
class Head:
    """What the map commits to of one item's trail.

    Attributes:
        count: How many links it has.
        root: The root of the tree of them.
        warnings: How many of them warn.
        warnings_root: The root of the tree of those.
    """

    count: int
    root: Hash
    warnings: int
    warnings_root: Hash

    @property
    def value(self) -> bytes:
        """The 80 bytes that the map holds for the item."""
        return b"".join(
            (
                self.count.to_bytes(8, "big"),
                self.root,
                self.warnings.to_bytes(8, "big"),
                self.warnings_root,
            )
        )


def map_key(item: str) -> Hash:
    """Return the key under which the map holds *item*'s head."""
    return sha256(_ITEM + item.encode())


def next_link(previous: bytes, link: Link) -> Hash:
    """Return the hash of *link*, which follows *previous*.

    Args:
        previous: The hash of the link before it, at first the map key.
        link: At most 65,535 leaves.
    """
    leaves = link.leaves
    parts = (link.log_index, link.position, link.time, link.kinds, len(leaves))
    # Nearly every event names an item once; and each of its items comes here.
    if len(leaves) == 1:
        packed = _ONE_LEAF.pack(*parts, leaves[0])
    else:
        packed = _PLACE.pack(*parts) + b"".join(
            leaf.to_bytes(4, "big") for leaf in leaves
        )
    return sha256(_LINK + previous + packed + link.event_id)


def chain_hashes(item: str, links: Iterable[Link]) -> list[Hash]:
    """Return the hash of each of *item*'s *links*, oldest first."""
    hashes = []
    digest = map_key(item)
    for link in links:
        digest = next_link(digest, link)
        hashes.append(digest)
    return hashes


def head_of(links: Iterable[tuple[Link, Hash]]) -> Head:
    """Return the head of a whole trail: its links with their hashes."""
    leaves = [(link.warns, leaf_hash(digest)) for link, digest in links]
    warnings = [leaf for warns, leaf in leaves if warns]
    return Head(
        len(leaves),
        root_of([leaf for _, leaf in leaves]),
        len(warnings),
        root_of(warnings),
    )
