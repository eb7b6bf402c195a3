"""The map commitment: the log leaf that commits to what the map holds.

    mp([2, size covered, map root, item count, time (ms)])

It is the last leaf of every checkpoint: at size n, leaf n - 1 commits the map
after entries [0, n - 1). A checkpoint whose last leaf is anything else is
void, so that nobody can choose an older map for a newer log. Times never
decrease from one commitment to the next.

In full: `FORMATS.md`, section 8.
"""

from dataclasses import dataclass

from provenance.encoding.canonical import decode_flat, encode
from provenance.encoding.digest import Hash
from provenance.errors import MalformedError


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a map commitment entry says.

    Attributes:
        covered: The size of the log that the map is the map of.
        map_root: The map's root.
        item_count: How many items have a trail.
        time: The log's time, in ms since 1970.
    """

    covered: int
    map_root: Hash
    item_count: int
    time: int

    def to_bytes(self) -> bytes:
        """Return the log leaf's data."""
        return encode([
            2, self.covered, self.map_root, self.item_count, self.time,
        ])  # fmt: skip


def parse_commitment(data: bytes) -> Commitment:
    """Return the commitment that *data* holds.

    Raises:
        MalformedError: It is none.
    """
    fields = decode_flat(data, [int, int, bytes, int, int])
    if fields is None or fields[0] != 2:
        raise MalformedError("the entry is no map commitment")
    _, covered, root, count, time = fields
    if min(covered, count, time) < 0:
        raise MalformedError("a map commitment counts nothing below 0")
    return Commitment(covered, Hash(root), count, time)
