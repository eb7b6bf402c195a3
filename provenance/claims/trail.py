"""A trail: the hash chain of one item's events, and the head it ends in.

    first link's previous   map key of the item
    link     H("provenance/link/v1" ‖ 0x00 ‖ previous link ‖ u64 log index
               ‖ u32 event position ‖ event id)
    map key  H("provenance/item/v1" ‖ 0x00 ‖ item id)
    value    u64 count ‖ latest link              40 bytes

(`formats.md`, section 5). The head says how many links there are and which
is the last, and the ledger's map commits to every head: a trail with a link
left out, moved or changed ends somewhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from provenance.encoding.digest import Hash

_LINK = b"provenance/link/v1\x00"
_ITEM = b"provenance/item/v1\x00"


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a trail: event *position* of the entry at *log_index*."""

    log_index: int
    position: int
    event_id: Hash


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a trail: how many links it has, and the last one's hash."""

    count: int
    link: Hash

    @property
    def value(self) -> bytes:
        """The 40 bytes that the map holds for the item."""
        return self.count.to_bytes(8, "big") + self.link


def map_key(item: str) -> Hash:
    """Return the key under which the map holds *item*'s head."""
    return Hash(sha256(_ITEM + item.encode()).digest())


def next_link(
    previous: bytes, *, log_index: int, position: int, event_id: bytes
) -> Hash:
    """Return the link that follows *previous* (at first: the map key)."""
    return Hash(
        sha256(
            _LINK
            + previous
            + log_index.to_bytes(8, "big")
            + position.to_bytes(4, "big")
            + event_id
        ).digest()
    )


def chain_hashes(item: str, links: Iterable[Link]) -> list[Hash]:
    """Return the hash of each of *item*'s *links*, oldest first."""
    hashes = []
    digest = map_key(item)
    for link in links:
        digest = next_link(
            digest,
            log_index=link.log_index,
            position=link.position,
            event_id=link.event_id,
        )
        hashes.append(digest)
    return hashes
