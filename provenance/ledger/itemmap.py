"""The map of all items' heads, as the writer changes it and anyone proves it.

It is the Merkle-Patricia tree of `provenance.tlog.patricia`. Its root depends
on its contents alone, so hashes of subtrees may be kept at any depth. Kept
are those 16 bits down: the items whose keys share their first two bytes are a
*bucket*, read from the store when it is needed, and the hashes of the 65,536
buckets stand in 256 rows of 256. In a tree where a node with one child is
that child, the 16 levels above the buckets are two heaps of 8 levels each:

    rows   heap over the first byte's bits 0-7, its leaves the rows' roots
    row    heap over the second byte's bits 8-15, its leaves the buckets

    bucket heap over the next 4 bits, kept where there is room and use for it

so a change to one item costs its bucket and 16 hashes, fewer when a batch
shares them, and nothing has to be rebuilt when a ledger is opened: the rows'
own roots are stored as one more row.

What is read is checked on its way up, a bucket by its row and a row by the
top, so that no root is made of what a disk has changed. Whether the top is
the one that the log commits to, its owner knows (`Ledger`).

A million items are at hand at any time, so a bucket is one byte string: 112
bytes an item, in the order of their keys, and searched as it lies.

    key (32) ‖ leaf hash (32) ‖ link (32) ‖ u64 count ‖ i64 number of the link
"""

import struct
from collections.abc import Iterable, Sequence
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
_SEARCHED = 8_192
"""How many bytes of a bucket are looked through as fast as halved."""

_SMALL = 6
"""How many leaves a bucket has, at most, that is hashed without slots."""

_LEAF_ROW = struct.Struct(">32s32s32sQq")
_WIDTH = _LEAF_ROW.size

ITEM_BYTES = 120
"""About how much memory an item takes that is at hand."""

SLOT_BYTES = 2_300
"""About how much memory the slots of one bucket take."""

_INNER = tuple(
    b"\x01" + bytes([bit]) for bit in range(BUCKET_BITS + _SLOT_BITS)
)
"""What stands before the children of an inner node at each upper bit."""

KeptRows = dict[int, tuple[bytes, list[bytes]]]
"""Row number → the row as stored, and as a heap of hashes."""

Leaf = tuple[bytes, int, bytes, int]
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
        has_slots: bool = True,
    ) -> None:
        """Start from what *reader* has stored.

        Args:
            reader: Where buckets and rows are read when they are needed.
            kept: Rows that earlier maps of the same ledger expanded.
            cached: How many items to keep at hand, `ITEM_BYTES` each, before
                they are read again.
            has_slots: Whether to keep hashes inside of buckets, `SLOT_BYTES`
                each. They pay where changes come one at a time.
        """
        self._reader = reader
        self._most_cached = cached
        self._has_slots = has_slots
        self._item_count = reader.item_count()
        self._kept = {} if kept is None else kept
        self._buckets: dict[bytes, bytes] = {}
        self._cached = 0
        self._rows: dict[int, list[bytes]] = {}
        self._top: list[bytes] = []
        self._slots: dict[bytes, list[bytes]] = {}
        # Bucket → what changed there since it was stored, and the slots of
        # it whose hashes are not those of what changed.
        self._changed: dict[bytes, dict[bytes, Leaf]] = {}
        self._dirty: dict[bytes, set[int]] = {}

    @property
    def item_count(self) -> int:
        """How many items have a trail, pending changes included."""
        return self._item_count

    def get(self, key: bytes) -> Leaf | None:
        """Return the leaf of that key, pending changes included."""
        prefix = key[:2]
        changed = self._changed.get(prefix)
        if changed is not None and (leaf := changed.get(key)) is not None:
            return leaf
        bucket = self._buckets.get(prefix)
        if bucket is None:
            bucket = self._bucket(prefix)
        at = bucket.find(key) if len(bucket) < _SEARCHED else _find(bucket, key)
        if at < 0:
            return None
        if at % _WIDTH:
            # By a wonder it lies across two others.
            at = _find(bucket, key)
        if bucket[at : at + HASH_SIZE] != key:
            return None
        _, digest, link, count, last = _LEAF_ROW.unpack_from(bucket, at)
        return (digest, count, link, last)

    def put(self, key: bytes, *, count: int, link: bytes, last: int) -> None:
        """Set the head of that key, pending until `stored`."""
        prefix = key[:2]
        changed = self._changed.get(prefix)
        if (changed is None or key not in changed) and self.get(key) is None:
            self._item_count += 1
        value = count.to_bytes(8, "big") + link
        digest = sha256(_LEAF + key + _VALUE_SIZE + value).digest()
        if changed is None:
            changed = self._changed[prefix] = {}
        changed[key] = (digest, count, link, last)
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
            for _, changed in sorted(self._changed.items())
            for key, leaf in sorted(changed.items())
        ]
        numbers = sorted({prefix[0] for prefix in self._changed})
        if numbers:
            numbers.append(TOP_ROW)
        return heads, [(number, self.row(number)) for number in numbers]

    def stored(self) -> None:
        """Note that the changes are in the store."""
        for prefix, changed in self._changed.items():
            bucket = self._buckets[prefix]
            for key, leaf in changed.items():
                bucket = _with_leaf(bucket, key, leaf)
            self._cached += (len(bucket) - len(self._buckets[prefix])) // _WIDTH
            self._buckets[prefix] = bucket
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
        leaves = self._leaves(bytes([first, second]))
        reached, low = patricia.find_path(key, leaves)
        found = leaves[reached][0]
        leaf = self.get(found)
        assert leaf is not None, "a bucket has what is in it"
        value = leaf[1].to_bytes(8, "big") + leaf[2]
        path = (*low, *reversed(steps))
        if found == key:
            head = HeadRow(found, leaf[1], leaf[2], leaf[3])
            return MapAnswer(head, found, value, path)
        return MapAnswer(None, found, value, path)

    def _bucket(self, prefix: bytes) -> bytes:
        """Return what is stored under *prefix*, without pending changes."""
        bucket = self._buckets.get(prefix)
        if bucket is None:
            assert prefix not in self._changed, "what changed was read before"
            bucket = b""
            # A bucket without a hash is empty: no need to ask the store.
            digest = self._row(prefix[0])[_FANOUT + prefix[1]]
            if digest:
                heads = self._reader.heads(prefix)
                bucket = b"".join(map(_leaf_row, heads))
                if _hash_of(_pairs(bucket), BUCKET_BITS) != digest:
                    raise StoreError(
                        f"the heads under {prefix.hex()} are not those that"
                        f" map row {prefix[0]} was made of: run an audit"
                    )
            self._buckets[prefix] = bucket
            self._cached += len(bucket) // _WIDTH + 1
        return bucket

    def _leaves(
        self, prefix: bytes, slot: int | None = None
    ) -> list[patricia.Leaf]:
        """Return the (key, leaf hash) pairs of a bucket, or of its *slot*.

        They are in the order of the keys, pending changes included.
        """
        bucket = self._bucket(prefix)
        if slot is not None and len(bucket) > _SEARCHED:
            start = _find(bucket, prefix + bytes([slot << _SLOT_BITS]))
            # Longer than any key, and so above all of the slot.
            above = prefix + bytes([(slot << _SLOT_BITS) + _SLOTS - 1])
            bucket = bucket[start : _find(bucket, above.ljust(33, b"\xff"))]
        rows = _LEAF_ROW.iter_unpack(bucket)
        changed = self._changed.get(prefix, {})
        if slot is None:
            leaves = {key: digest for key, digest, _, _, _ in rows}
            for key, leaf in changed.items():
                leaves[key] = leaf[0]
        else:
            leaves = {k: d for k, d, _, _, _ in rows if k[2] >> 4 == slot}
            for key, leaf in changed.items():
                if key[2] >> _SLOT_BITS == slot:
                    leaves[key] = leaf[0]
        return sorted(leaves.items())

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
        heap = self._slots.get(prefix)
        if heap is None:
            leaves = self._leaves(prefix)
            if len(leaves) <= _SMALL or not self._has_slots:
                return _hash_of(leaves, BUCKET_BITS)
            heap = self._slots[prefix] = [b""] * (2 * _SLOTS)
            dirty = {key[2] >> _SLOT_BITS for key, _ in leaves}
        for slot in dirty:
            heap[_SLOTS + slot] = _hash_of(
                self._leaves(prefix, slot), BUCKET_BITS + _SLOT_BITS
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


def _find(bucket: bytes, key: bytes) -> int:
    """Return where in *bucket* the first key stands that is not below *key*.

    *key* may be the first bytes of one.
    """
    low, high = 0, len(bucket) // _WIDTH
    while low < high:
        middle = (low + high) >> 1
        at = middle * _WIDTH
        if bucket[at : at + HASH_SIZE] < key:
            low = middle + 1
        else:
            high = middle
    return low * _WIDTH


def _with_leaf(bucket: bytes, key: bytes, leaf: Leaf) -> bytes:
    """Return *bucket* with the leaf of *key*, in its place."""
    digest, count, link, last = leaf
    at = _find(bucket, key)
    after = at + _WIDTH if bucket[at : at + HASH_SIZE] == key else at
    row = _LEAF_ROW.pack(key, digest, link, count, last)
    return bucket[:at] + row + bucket[after:]


def _pairs(bucket: bytes) -> list[patricia.Leaf]:
    """Return the (key, leaf hash) pairs of *bucket*."""
    rows = _LEAF_ROW.iter_unpack(bucket)
    return [(key, digest) for key, digest, _, _, _ in rows]


def _hash_of(leaves: Sequence[patricia.Leaf], start_bit: int) -> bytes:
    """Return the hash above *leaves*; empty if there are none."""
    if len(leaves) > 1:
        return patricia.subtree_hash(leaves, start_bit)
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


def _leaf_row(head: HeadRow) -> bytes:
    value = head.count.to_bytes(8, "big") + head.link
    digest = sha256(_LEAF + head.key + _VALUE_SIZE + value).digest()
    return _LEAF_ROW.pack(head.key, digest, head.link, head.count, head.last)


def _join(row: Sequence[bytes]) -> bytes:
    return b"".join(digest or _NONE for digest in row[_FANOUT:])
