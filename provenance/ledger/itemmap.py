"""The map of all items' heads, as the writer changes it and anyone proves it.

It is the Merkle-Patricia tree of `provenance.tlog.patricia`. Its root depends
on its contents alone, so hashes of subtrees may be kept at any depth. Kept
are those 16 bits down: the items whose keys share their first two bytes are a
*bucket*, read from the store when it is needed, and the hashes of the 65,536
buckets stand in rows of 256, one for each first byte, and the roots of these
256 rows in one more, row 0. In a tree where a node with one child is that
child, each row is a heap of 8 levels:

    row 0            heap over the first byte's bits 0-7, its leaves the rows
    row 1 + byte     heap over the second byte's bits 8-15, the buckets
    bucket           heap over the next 4 bits, kept where there is room and
                     use for it

so a change to one item costs its bucket and 16 hashes, fewer when a batch
shares them, and nothing has to be rebuilt when a ledger is opened. Rows are
stored in place: of each that changed a database writes the one page again.

What is read is checked on its way up, a bucket by its row and a row by the
one above, so that no root is made of what a disk has changed. Whether the top
is the one that the log commits to, its owner knows (`Ledger`).

A million items are at hand at any time, so a bucket is one byte string: 112
bytes an item, in the order of their keys, and searched as it lies.

    key (32) ‖ leaf hash (32) ‖ link (32) ‖ u64 count ‖ i64 number of the link

What a trail of two links or more needs to grow, the right edges of its trees,
is read from the store when it does, and must lead to the leaf's hash.

Over 500 lines: its rows, buckets and slots are one tree, whose parts mean
nothing apart.
"""

import struct
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256

from provenance.claims.trail import VALUE_SIZE, Head
from provenance.encoding import edge as right_edge
from provenance.encoding.digest import HASH_SIZE, Hash, split_hashes
from provenance.encoding.digest import sha256 as hash_of
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import DamagedError
from provenance.store.protocol import NO_LINK, HeadRow, Heads
from provenance.tlog import patricia

BUCKET_BITS = 16

_TOP = 0
_FANOUT = 256
_NONE = bytes(HASH_SIZE)
_LEAF = b"\x00\x20"
_VALUE_SIZE = bytes([VALUE_SIZE])
_NO_WARNINGS = bytes(8) + EMPTY_ROOT
_SLOT_BITS = 4
_SLOTS = 1 << _SLOT_BITS
_SEARCHED = 8_192
"""How many bytes of a bucket are looked through as fast as halved."""

_SMALL = 6
"""How many leaves a bucket has, at most, that is hashed without slots."""

MOST_EDGES = 65_536
"""How many trails' edges are kept that changed lately, some 300 bytes each."""

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

Edges = tuple[bytes, int, bytes]
"""(edge of all links but the latest, warnings, edge of these)"""


_NO_EDGES: Edges = (b"", 0, b"")

_NO_HASH = Hash(_NONE)
"""Stands where a leaf's hash is to be computed yet."""

Leaf = tuple[bytes, int, bytes, int]
"""(leaf hash, count, link, number of the latest link)"""


class GrowingTrail:
    """An item's trail as it grows: see `HeadRow` for what it has.

    With a *count* of 0 its *link* is the map key, and *last* `NO_LINK`. Its
    *leaf* is no hash until somebody asks for the map's root.
    """

    __slots__ = ("count", "edge", "last", "leaf", "link", "warned", "warnings")

    def __init__(
        self, count: int, link: bytes, last: int, edges: Edges
    ) -> None:
        self.leaf = _NO_HASH
        self.count = count
        self.link = link
        self.last = last
        self.edge, self.warnings, self.warned = edges

    def grow(self, link: bytes, number: int, *, warns: bool) -> None:
        """Add the link with that hash and number."""
        if self.count:
            self.edge = right_edge.push(
                self.edge, self.count - 1, _link_leaf(self.link)
            )
        self.leaf = _NO_HASH
        self.count += 1
        self.link = link
        self.last = number
        if warns:
            self.warned = right_edge.push(
                self.warned, self.warnings, _link_leaf(link)
            )
            self.warnings += 1


class ItemMap:
    """Every item's head, over what a reader has stored.

    The writer's object moves on with `put`, `changes` and `stored`. A prover
    makes one for each snapshot; *kept*, passed from one to the next, saves
    hashing again the rows that are still the same.
    """

    def __init__(
        self,
        reader: Heads,
        kept: "KeptRows | None" = None,
        *,
        cached: int = 1_500_000,
        has_slots: bool = True,
        edges: int = MOST_EDGES,
    ) -> None:
        """Start from what *reader* has stored.

        Args:
            reader: Where buckets and rows are read when they are needed.
            kept: Rows that earlier maps of the same ledger expanded.
            cached: How many items to keep at hand, `ITEM_BYTES` each, before
                they are read again.
            has_slots: Whether to keep hashes inside of buckets, `SLOT_BYTES`
                each. They pay where changes come one at a time.
            edges: Of how many trails that changed lately to keep the edges.
        """
        self._reader = reader
        self._most_cached = cached
        self._has_slots = has_slots
        self._item_count = reader.item_count()
        self._kept = {} if kept is None else kept
        self._buckets: dict[bytes, bytes] = {}
        self._cached = 0
        self._rows: dict[int, list[bytes]] = {}
        self._slots: dict[bytes, list[bytes]] = {}
        # Bucket → what changed there since it was stored; and the buckets
        # whose hashes are not those of what changed.
        self._changed: dict[bytes, dict[bytes, GrowingTrail]] = {}
        self._dirty: set[bytes] = set()
        self._edges: dict[bytes, Edges] = {}
        self._most_edges = edges

    @property
    def item_count(self) -> int:
        """How many items have a trail, pending changes included."""
        return self._item_count

    def get(self, key: bytes) -> Leaf | None:
        """Return where the trail of that key ends, pending changes included.

        The leaf hash is as `GrowingTrail` has it.
        """
        prefix = key[:2]
        changed = self._changed.get(prefix)
        if changed is not None and (trail := changed.get(key)) is not None:
            return (trail.leaf, trail.count, trail.link, trail.last)
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

    def trail(self, key: bytes) -> GrowingTrail:
        """Return the trail of that key, to which a link is to be added.

        Whatever is added to it is pending until `stored`.

        Raises:
            StoreError: What is stored of it is damaged.
        """
        prefix = key[:2]
        changed = self._changed.get(prefix)
        self._dirty.add(prefix)
        if changed is not None and (trail := changed.get(key)) is not None:
            return trail
        leaf = self.get(key)
        if leaf is None:
            self._item_count += 1
            trail = GrowingTrail(0, key, NO_LINK, _NO_EDGES)
        else:
            trail = GrowingTrail(*leaf[1:], self._edges_of(key, leaf))
            self._edges.pop(key, None)
        if changed is None:
            self._changed[prefix] = {key: trail}
        else:
            changed[key] = trail
        return trail

    def head(self, key: bytes) -> HeadRow | None:
        """Return the head of that key as it is stored; nothing is pending.

        Raises:
            StoreError: What is stored of it is damaged.
        """
        leaf = self.get(key)
        return leaf and HeadRow(key, *leaf, *self._edges_of(key, leaf))

    def _edges_of(self, key: bytes, leaf: Leaf) -> Edges:
        """Return the edges of the stored trail that ends in *leaf*."""
        if (kept := self._edges.get(key)) is not None:
            return kept
        digest, count, link, _ = leaf
        if count == 1:
            # There is no edge yet, and at most this one link warns.
            for edges in (_NO_EDGES, (b"", 1, _link_leaf(link))):
                if _leaf_hash(key, 1, link, edges) == digest:
                    return edges
        elif (head := self._reader.head(key)) is not None:
            edges = head.edge, head.warnings, head.warned
            try:
                if _leaf_hash(key, count, link, edges) == digest:
                    return edges
            except ValueError:
                pass  # No trail of that many links has such edges.
        raise DamagedError(
            f"the head {key.hex()} does not have the edges that the map was"
            " made of: run an audit"
        )

    def root(self) -> Hash:
        """Return the map's root, pending changes included."""
        self._rehash()
        top = self._row(0)
        return Hash(top[1]) if top[1] else EMPTY_ROOT

    def row(self, number: int) -> bytes:
        """Return row *number*, from 0 to 256, as it is to be stored."""
        self._rehash()
        return _join(self._row(number))

    def changes(self) -> tuple[list[HeadRow], list[tuple[int, bytes]]]:
        """Return the changed heads and rows, to be stored with the batch."""
        self._rehash()
        heads = [
            HeadRow(
                key,
                trail.leaf,
                trail.count,
                trail.link,
                trail.last,
                trail.edge,
                trail.warnings,
                trail.warned,
            )
            for prefix, changed in sorted(self._changed.items())
            for key, trail in sorted(changed.items())
        ]
        numbers = {1 + prefix[0] for prefix in self._changed}
        if numbers:
            numbers.add(_TOP)
        return heads, [(number, self.row(number)) for number in sorted(numbers)]

    def stored(self) -> None:
        """Note that the changes are in the store."""
        for prefix, changed in self._changed.items():
            bucket = self._buckets[prefix]
            for key, trail in changed.items():
                bucket = _with_leaf(bucket, key, trail)
                if trail.count > 1:
                    self._edges[key] = trail.edge, trail.warnings, trail.warned
            self._cached += (len(bucket) - len(self._buckets[prefix])) // _WIDTH
            self._buckets[prefix] = bucket
        self._changed.clear()
        while len(self._edges) > self._most_edges:
            # A dict is in the order of what came into it.
            del self._edges[next(iter(self._edges))]
        if self._cached > self._most_cached:
            self._buckets.clear()
            self._slots.clear()
            self._cached = 0

    def prove(self, keys: Iterable[bytes]) -> patricia.MapMultiproof:
        """Return what proves all that the map holds for *keys*, one at least.

        Nothing may be pending.

        Raises:
            StoreError: What is stored is damaged.
        """
        self._rehash()
        proof = _Proof()
        if self._row(0)[1]:
            self._prove_in_row(proof, 0, 1, sorted(set(keys)))
        others = []
        for key in sorted(proof.others):
            head = self.head(key)
            assert head is not None, "the proof met it in the map"
            others.append((key, read_head(head).value))
        return patricia.MapMultiproof(
            tuple(proof.steps), tuple(others), tuple(proof.hashes)
        )

    def _prove_in_row(
        self, proof: "_Proof", number: int, node: int, keys: Sequence[bytes]
    ) -> None:
        """Add to *proof* what is at and below a node of row *number*."""
        heap = self._row(number)
        while node < _FANOUT:
            left, right = heap[2 * node], heap[2 * node + 1]
            if left and right:
                bit = _depth_of(number) + node.bit_length() - 1
                proof.steps.append(bit + 1)
                for child, side in zip(
                    (2 * node, 2 * node + 1), _split(keys, bit), strict=True
                ):
                    if side:
                        self._prove_in_row(proof, number, child, side)
                    else:
                        proof.hashes.append(Hash(heap[child]))
                return
            # Where only one side holds anything there is no node in the tree,
            # and the way leads there, whatever the keys say.
            node = 2 * node + (0 if left else 1)
        child = node - _FANOUT
        if number == _TOP:
            self._prove_in_row(proof, 1 + child, 1, keys)
        else:
            leaves = self._leaves(bytes([number - 1, child]))
            _prove_in_bucket(proof, leaves, keys)

    def _bucket(self, prefix: bytes) -> bytes:
        """Return what is stored under *prefix*, without pending changes."""
        bucket = self._buckets.get(prefix)
        if bucket is None:
            bucket = b""
            # A bucket without a hash is empty: no need to ask the store.
            number = 1 + prefix[0]
            digest = self._row(number)[_FANOUT + prefix[1]]
            if digest:
                try:
                    heads = self._reader.heads(prefix)
                    bucket = b"".join(map(_leaf_row, heads))
                except struct.error:
                    pass  # No ledger wrote a number that has no place here.
                if _hash_of(_pairs(bucket), BUCKET_BITS) != digest:
                    raise DamagedError(
                        f"the heads under {prefix.hex()} are not those that"
                        f" map row {number} was made of: run an audit"
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
        changed = self._changed.get(prefix, {})
        if slot is None and not changed:
            return _pairs(bucket)
        if slot is None and not bucket:
            return sorted([(key, trail.leaf) for key, trail in changed.items()])
        rows = _LEAF_ROW.iter_unpack(bucket)
        if slot is None:
            leaves = {key: digest for key, digest, _, _, _ in rows}
            for key, trail in changed.items():
                leaves[key] = trail.leaf
        else:
            leaves = {k: d for k, d, _, _, _ in rows if k[2] >> 4 == slot}
            for key, trail in changed.items():
                if key[2] >> _SLOT_BITS == slot:
                    leaves[key] = trail.leaf
        return sorted(leaves.items())

    def _rehash(self) -> None:
        """Bring the hashes of dirty leaves, buckets and rows up to the top."""
        if not self._dirty:
            return
        # Row → its leaves that changed.
        changed: dict[int, set[int]] = {}
        for prefix in self._dirty:
            slots = set()
            for key, trail in self._changed[prefix].items():
                if trail.leaf is _NO_HASH:
                    trail.leaf = _leaf_hash(
                        key,
                        trail.count,
                        trail.link,
                        (trail.edge, trail.warnings, trail.warned),
                    )
                    slots.add(key[2] >> _SLOT_BITS)
            number, place = 1 + prefix[0], prefix[1]
            self._row(number)[_FANOUT + place] = self._rehash_bucket(
                prefix, slots
            )
            changed.setdefault(number, set()).add(place)
        top = self._row(_TOP)
        for number, places in changed.items():
            row = self._row(number)
            _refresh(row, places, depth=_depth_of(number))
            top[_FANOUT + number - 1] = row[1]
        _refresh(top, [number - 1 for number in changed], depth=0)
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

    def _row(self, number: int) -> list[bytes]:
        row = self._rows.get(number)
        if row is None:
            root = self._row(_TOP)[_FANOUT + number - 1] if number else None
            # An empty one need not be asked for, nor an empty bucket.
            row = [b""] * (2 * _FANOUT) if root == b"" else self._load(number)
            if root is not None and row[1] != root:
                raise DamagedError(
                    f"map row {number} is not the one that the row above it was"
                    " made of: run an audit"
                )
            self._rows[number] = row
        return row

    def _load(self, number: int) -> list[bytes]:
        """Return the stored row as a heap: node 1 its root, 256.. its leaves.

        The heap is shared with *kept*; a writer has a dict of its own there.
        """
        stored = self._reader.map_row(number) or b""
        known, heap = self._kept.get(number, (b"", None))
        if heap is not None and known == stored:
            return heap
        # What changed since then is little, where one proof follows another.
        heap = [b""] * (2 * _FANOUT) if heap is None else heap[:]
        changed = []
        for place, digest in enumerate(split_hashes(stored)[:_FANOUT]):
            if digest == _NONE:
                digest = b""  # noqa: PLW2901  # how a heap has it
            if heap[_FANOUT + place] != digest:
                heap[_FANOUT + place] = digest
                changed.append(place)
        _refresh(heap, changed, depth=_depth_of(number))
        self._kept[number] = (stored, heap)
        return heap


class _Proof:
    """A proof as it grows, in the order in which it is read."""

    __slots__ = ("hashes", "others", "steps")

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.others: list[bytes] = []
        self.hashes: list[Hash] = []


def _prove_in_bucket(
    proof: _Proof, leaves: Sequence[patricia.Leaf], keys: Sequence[bytes]
) -> None:
    """Add to *proof* what is above *leaves*, which share their first bits."""
    if len(leaves) == 1:
        found = leaves[0][0]
        proof.steps.append(0)
        if found not in keys:
            proof.others.append(found)
        return
    ends = [int.from_bytes(leaves[i][0], "big") for i in (0, -1)]
    bit = 8 * HASH_SIZE - (ends[0] ^ ends[1]).bit_length()
    proof.steps.append(bit + 1)
    place, mask = bit >> 3, 0x80 >> (bit & 7)
    middle = bisect_left(leaves, 1, key=lambda leaf: leaf[0][place] & mask != 0)
    for part, side in zip(
        (leaves[:middle], leaves[middle:]), _split(keys, bit), strict=True
    ):
        if side:
            _prove_in_bucket(proof, part, side)
        else:
            proof.hashes.append(patricia.subtree_hash(part, bit + 1))


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


def _with_leaf(bucket: bytes, key: bytes, trail: GrowingTrail) -> bytes:
    """Return *bucket* with the leaf of *key*, in its place."""
    at = _find(bucket, key) if bucket else 0
    after = at + _WIDTH if bucket[at : at + HASH_SIZE] == key else at
    row = _LEAF_ROW.pack(key, trail.leaf, trail.link, trail.count, trail.last)
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
    nodes: Collection[int] = [(1 << height) + leaf for leaf in leaves]
    for level in range(height - 1, -1, -1):
        prefix = _INNER[depth + level]
        # Most of the time one leaf changed, and there is one node a level.
        nodes = (
            {node >> 1 for node in nodes}
            if len(nodes) > 1
            else [node >> 1 for node in nodes]
        )
        for node in nodes:
            left, right = heap[2 * node], heap[2 * node + 1]
            if left and right:
                heap[node] = sha256(prefix + left + right).digest()
            else:
                heap[node] = left or right


def _depth_of(number: int) -> int:
    """Return the bit of the map's keys that the root of a row is at."""
    return 0 if number == _TOP else 8


def _split(keys: Sequence[bytes], bit: int) -> tuple[list[bytes], list[bytes]]:
    """Return those of *keys* that have a 0 at that bit, and the others.

    They may differ in the bits before, which no node of the map looks at.
    """
    place, mask = bit >> 3, 0x80 >> (bit & 7)
    return (
        [key for key in keys if not key[place] & mask],
        [key for key in keys if key[place] & mask],
    )


def read_head(row: HeadRow) -> Head:
    """Return what the map commits to of the trail that ends in *row*.

    Raises:
        StoreError: It has no edge of that many links: it is damaged.
    """
    edges = row.edge, row.warnings, row.warned
    try:
        links = _whole_edge(row.count, row.link, edges)
    except ValueError as error:
        raise DamagedError(
            f"the head {row.key.hex()} is damaged: {error}; run an audit"
        ) from error
    return Head(
        row.count,
        right_edge.root(links),
        row.warnings,
        right_edge.root(row.warned),
    )


def _link_leaf(link: bytes) -> bytes:
    """Return the hash of the leaf that holds *link*."""
    return sha256(b"\x00" + link).digest()


def _leaf_hash(key: bytes, count: int, link: bytes, edges: Edges) -> Hash:
    """Return the hash of the map's leaf of a trail that ends so.

    Raises:
        ValueError: No trail of that many links has such edges.
    """
    _, warnings, warned = edges
    if count == 1:
        # Most items of a day are new.
        root: bytes = _link_leaf(link)
    else:
        root = right_edge.root(_whole_edge(count, link, edges))
    if warnings:
        rest = warnings.to_bytes(8, "big") + right_edge.root(warned)
    else:
        rest = _NO_WARNINGS
    return hash_of(
        b"".join((
            _LEAF, key, _VALUE_SIZE, count.to_bytes(8, "big"), root, rest,
        ))
    )  # fmt: skip


def _whole_edge(count: int, link: bytes, edges: Edges) -> bytes:
    """Return the edge of a whole trail, the latest link included.

    Raises:
        ValueError: No trail of that many links has such edges.
    """
    edge, warnings, _ = edges
    if not 0 <= warnings <= count or count == 0:
        raise ValueError(f"{warnings} of {count} links cannot warn")
    return right_edge.push(edge, count - 1, _link_leaf(link))


def _leaf_row(head: HeadRow) -> bytes:
    return _LEAF_ROW.pack(head.key, head.leaf, head.link, head.count, head.last)


def _join(row: Sequence[bytes]) -> bytes:
    return b"".join(digest or _NONE for digest in row[_FANOUT:])
