"""The map of all items' heads, as the writer changes it and anyone proves it.

It is the Merkle-Patricia tree of `provenance.tlog.patricia`. Its root depends
on its contents alone, so hashes of subtrees may be kept at any depth. Kept
are those 16 bits down: the items whose keys share their first two bytes are a
*bucket*, read from the store when it is needed, and the hashes of the 65,536
buckets stand in 256 rows of 256. In a tree where a node with one child is
that child, the 16 levels above the buckets are two heaps of 8 levels each:

    rows   heap over the first byte's bits 0-7, its leaves the rows' roots
    row    heap over the second byte's bits 8-15, its leaves the buckets

    bucket heap over the next 4 bits, kept while it is at hand and not small

so a change to one item costs its bucket and 16 hashes, fewer when a batch
shares them, and nothing has to be rebuilt when a ledger is opened: the rows'
own roots are stored as one more row.

What is read is checked on its way up, a bucket by its row and a row by the
top, so that no root is made of what a disk has changed. Whether the top is
the one that the log commits to, its owner knows (`Ledger`).
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import StoreError
from provenance.store.protocol import HeadRow, Reader
from provenance.tlog import patricia

BUCKET_BITS = 16
TOP_ROW = 256
"""The number of the row that holds the roots of the other 256."""

_FANOUT = 256
_NONE = bytes(HASH_SIZE)
_LEAF = b"\x00\x20"
_VALUE_SIZE = b"\x28"
_SLOT_BITS = 4
_SLOTS = 1 << _SLOT_BITS
_SMALL = 6
"""How many leaves a bucket has, at most, that is hashed without slots."""

_INNER = tuple(
    b"\x01" + bytes([bit]) for bit in range(BUCKET_BITS + _SLOT_BITS)
)
"""What stands before the children of an inner node at each upper bit."""

KeptRows = dict[int, tuple[bytes, list[bytes]]]
"""Row number → the row as stored, and as a heap of hashes."""

Leaf = tuple[Hash, int, bytes, int]
"""(leaf hash, count, link, number of the latest link)"""


class ItemMap:
    """Every item's head, over what a reader has stored.

    The writer's object moves on with `put`, `changes` and `stored`. A prover
    makes one for each snapshot; *kept*, passed from one to the next, saves
    hashing again the rows that are still the same.
    """

    def __init__(
        self,
        reader: Reader,
        kept: "KeptRows | None" = None,
        *,
        cached: int = 1_500_000,
    ) -> None:
        """Start from what *reader* has stored.

        Args:
            reader: Where buckets and rows are read when they are needed.
            kept: Rows that earlier maps of the same ledger expanded.
            cached: How many items' leaves to keep at hand, some 300 bytes
                each, before they are read again.
        """
        self._reader = reader
        self._most_cached = cached
        self._item_count = reader.item_count()
        self._kept = {} if kept is None else kept
        self._buckets: dict[bytes, dict[bytes, Leaf]] = {}
        self._cached = 0
        self._rows: dict[int, list[bytes]] = {}
        self._top: list[bytes] = []
        self._slots: dict[bytes, list[bytes]] = {}
        self._dirty: dict[bytes, set[int]] = {}
        self._changed: dict[bytes, Leaf] = {}

    @property
    def item_count(self) -> int:
        """How many items have a trail, pending changes included."""
        return self._item_count

    def get(self, key: bytes) -> Leaf | None:
        """Return the leaf of that key, pending changes included."""
        return self._bucket(key[:2]).get(key)

    def put(self, key: bytes, *, count: int, link: bytes, last: int) -> None:
        """Set the head of that key, pending until `stored`."""
        prefix = key[:2]
        bucket = self._bucket(prefix)
        if key not in bucket:
            self._item_count += 1
            self._cached += 1
        value = count.to_bytes(8, "big") + link
        digest = sha256(_LEAF + key + _VALUE_SIZE + value).digest()
        leaf = (Hash(digest), count, link, last)
        bucket[key] = leaf
        self._changed[key] = leaf
        self._dirty.setdefault(prefix, set()).add(key[2] >> 4)

    def root(self) -> Hash:
        """Return the map's root, pending changes included."""
        self._rehash()
        return Hash(self._top[1]) if self._top[1] else EMPTY_ROOT

    def row(self, number: int) -> bytes:
        """Return row *number* as it is to be stored; `TOP_ROW` for the top."""
        self._rehash()
        return _join(self._top if number == TOP_ROW else self._row(number))

    def changes(self) -> tuple[list[HeadRow], list[tuple[int, bytes]]]:
        """Return the changed heads and rows, to be stored with the batch."""
        self._rehash()
        heads = [
            HeadRow(key, leaf[1], leaf[2], leaf[3])
            for key, leaf in sorted(self._changed.items())
        ]
        numbers = sorted({key[0] for key in self._changed})
        if numbers:
            numbers.append(TOP_ROW)
        return heads, [(number, self.row(number)) for number in numbers]

    def stored(self) -> None:
        """Note that the changes are in the store."""
        self._changed.clear()
        if self._cached > self._most_cached:
            self._buckets.clear()
            self._slots.clear()
            self._cached = 0

    def prove(self, key: bytes) -> "MapAnswer":
        """Return what the map holds for *key*, with the proof."""
        self._rehash()
        steps: list[tuple[int, Hash]] = []
        first = self._descend(self._top, key[0], 0, steps)
        if first is None:
            return MapAnswer(None, b"", b"", ())
        row = self._row(first)
        second = self._descend(row, key[1], 8, steps)
        assert second is not None, "a row with a root has a bucket"
        bucket = self._bucket(bytes([first, second]))
        leaves = sorted((key, leaf[0]) for key, leaf in bucket.items())
        reached, low = patricia.find_path(key, leaves)
        found = leaves[reached][0]
        leaf = bucket[found]
        value = leaf[1].to_bytes(8, "big") + leaf[2]
        path = (*low, *reversed(steps))
        if found == key:
            head = HeadRow(found, leaf[1], leaf[2], leaf[3])
            return MapAnswer(head, found, value, path)
        return MapAnswer(None, found, value, path)

    def _bucket(self, prefix: bytes) -> dict[bytes, Leaf]:
        bucket = self._buckets.get(prefix)
        if bucket is None:
            bucket = self._buckets[prefix] = {}
            # A bucket without a hash is empty: no need to ask the store.
            digest = self._row(prefix[0])[_FANOUT + prefix[1]]
            if digest:
                for head in self._reader.heads(prefix):
                    bucket[head.key] = (
                        _leaf_hash(head), head.count, head.link, head.last,
                    )  # fmt: skip
                if _bucket_hash(bucket) != digest:
                    raise StoreError(
                        f"the heads under {prefix.hex()} are not those that"
                        f" map row {prefix[0]} was made of: run an audit"
                    )
            self._cached += len(bucket) + 1
        return bucket

    def _rehash(self) -> None:
        """Bring the hashes of dirty buckets, their rows and the top up."""
        self._load_top()
        if not self._dirty:
            return
        changed: dict[int, set[int]] = {}
        for prefix, slots in self._dirty.items():
            row = self._row(prefix[0])
            row[_FANOUT + prefix[1]] = self._rehash_bucket(prefix, slots)
            changed.setdefault(prefix[0], set()).add(prefix[1])
        for first, buckets in changed.items():
            row = self._row(first)
            _refresh(row, buckets, depth=8)
            self._top[_FANOUT + first] = row[1]
        _refresh(self._top, changed, depth=0)
        self._dirty.clear()

    def _rehash_bucket(self, prefix: bytes, dirty: set[int]) -> bytes:
        """Return the bucket's hash, of which only these slots changed."""
        bucket = self._buckets[prefix]
        if len(bucket) <= _SMALL:
            return _bucket_hash(bucket)
        heap = self._slots.get(prefix)
        if heap is None:
            heap = self._slots[prefix] = [b""] * (2 * _SLOTS)
            dirty = {key[2] >> 4 for key in bucket}
        for slot in dirty:
            heap[_SLOTS + slot] = patricia.subtree_hash(
                sorted(
                    [
                        (key, leaf[0])
                        for key, leaf in bucket.items()
                        if key[2] >> 4 == slot
                    ]
                ),
                BUCKET_BITS + _SLOT_BITS,
            )
        _refresh(heap, dirty, depth=BUCKET_BITS, height=_SLOT_BITS)
        return heap[1]

    def _row(self, first: int) -> list[bytes]:
        row = self._rows.get(first)
        if row is None:
            self._load_top()
            row = self._load(first, depth=8)
            if row[1] != self._top[_FANOUT + first]:
                raise StoreError(
                    f"map row {first} is not the one that the row above it was"
                    " made of: run an audit"
                )
            self._rows[first] = row
        return row

    def _load_top(self) -> None:
        if not self._top:
            self._top = self._load(TOP_ROW, depth=0)

    def _load(self, number: int, *, depth: int) -> list[bytes]:
        """Return the stored row as a heap: node 1 its root, 256.. its leaves.

        The heap is shared with *kept*; a writer has a dict of its own there.
        """
        stored = self._reader.map_row(number) or b""
        known = self._kept.get(number)
        if known is not None and known[0] == stored:
            return known[1]
        heap = [b""] * (2 * _FANOUT)
        present = []
        for leaf in range(len(stored) // HASH_SIZE):
            start = leaf * HASH_SIZE
            digest = stored[start : start + HASH_SIZE]
            if digest != _NONE:
                heap[_FANOUT + leaf] = digest
                present.append(leaf)
        _refresh(heap, present, depth=depth)
        self._kept[number] = (stored, heap)
        return heap

    @staticmethod
    def _descend(
        heap: Sequence[bytes],
        byte: int,
        depth: int,
        steps: list[tuple[int, Hash]],
    ) -> int | None:
        """Follow *byte*'s bits down a heap; return the leaf reached.

        Where only one side holds anything there is no node in the tree, and
        the way leads there, whatever the bit says.
        """
        if not heap[1]:
            return None
        node = 1
        for level in range(8):
            left, right = heap[2 * node], heap[2 * node + 1]
            bit = byte >> (7 - level) & 1
            if left and right:
                steps.append((depth + level, Hash(left if bit else right)))
                node = 2 * node + bit
            else:
                node = 2 * node + (0 if left else 1)
        return node - _FANOUT


class MapAnswer:
    """What the map says of one key, with the path that proves it.

    Attributes:
        head: The item's head; None if the map holds none.
        key: The key of the leaf that the path starts from: the queried one,
            or the one found in its place; empty for an empty map.
        value: That leaf's 40 bytes.
        path: (bit, sibling hash) from the leaf up to the root.
    """

    __slots__ = ("head", "key", "path", "value")

    def __init__(
        self,
        head: HeadRow | None,
        key: bytes,
        value: bytes,
        path: tuple[tuple[int, Hash], ...],
    ) -> None:
        self.head = head
        self.key = key
        self.value = value
        self.path = path


def _bucket_hash(bucket: Mapping[bytes, Leaf]) -> bytes:
    leaves = [(key, leaf[0]) for key, leaf in bucket.items()]
    if len(leaves) > 1:
        leaves.sort()
        return patricia.subtree_hash(leaves, BUCKET_BITS)
    return leaves[0][1] if leaves else b""


def _refresh(
    heap: list[bytes], leaves: Iterable[int], *, depth: int, height: int = 8
) -> None:
    """Recompute the nodes of *heap* above the given leaves.

    Args:
        heap: Node 1 its root; its leaves are the second half.
        leaves: The numbers of the leaves that changed.
        depth: The bit of the map's keys that the heap's root is at.
        height: How many levels stand above its leaves.
    """
    nodes = {(1 << height) + leaf for leaf in leaves}
    for level in range(height - 1, -1, -1):
        prefix = _INNER[depth + level]
        nodes = {node >> 1 for node in nodes}
        for node in nodes:
            left, right = heap[2 * node], heap[2 * node + 1]
            if left and right:
                heap[node] = sha256(prefix + left + right).digest()
            else:
                heap[node] = left or right


def _leaf_hash(head: HeadRow) -> Hash:
    value = head.count.to_bytes(8, "big") + head.link
    return Hash(sha256(_LEAF + head.key + _VALUE_SIZE + value).digest())


def _join(row: Sequence[bytes]) -> bytes:
    return b"".join(digest or _NONE for digest in row[_FANOUT:])
