"""The writer's map is the Patricia map, however it is cached and stored."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.claims.trail import Head
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import StoreError
from provenance.ledger.itemmap import (
    _SEARCHED,
    ItemMap,
    KeptRows,
    read_head,
)
from provenance.store.protocol import MAP_ROWS, NO_LINK, HeadRow
from provenance.tlog import patricia


class MemoryHeads:
    """The three tables that a map is read from."""

    def __init__(self) -> None:
        self.stored: dict[bytes, HeadRow] = {}
        self.rows: dict[int, bytes] = {}

    def item_count(self) -> int:
        return len(self.stored)

    def heads(self, prefix: bytes) -> list[HeadRow]:
        return [
            head
            for key, head in sorted(self.stored.items())
            if key.startswith(prefix)
        ]

    def head(self, key: bytes) -> HeadRow | None:
        return self.stored.get(key)

    def map_row(self, number: int) -> bytes | None:
        return self.rows.get(number)

    def take(self, item_map: ItemMap) -> None:
        heads, rows = item_map.changes()
        self.stored.update({head.key: head for head in heads})
        self.rows.update(rows)
        item_map.stored()


class Story:
    """Trails, each with its links and whether they warn, as they were made."""

    def __init__(self) -> None:
        self.trails: dict[bytes, list[tuple[bytes, bool]]] = {}

    def grow(self, item_map: ItemMap, key: bytes, *, warns: bool) -> None:
        trail = item_map.trail(key)
        links = self.trails.setdefault(key, [])
        link = sha256(trail.link + b"%d" % len(links))
        assert (trail.count, trail.last) == (
            len(links),
            len(links) - 1 if links else NO_LINK,
        )
        trail.grow(link, len(links), warns=warns)
        links.append((link, warns))

    def value(self, key: bytes) -> bytes:
        links = [leaf_hash(link) for link, _ in self.trails[key]]
        warned = [leaf_hash(link) for link, warns in self.trails[key] if warns]
        return Head(
            len(links), root_of(links), len(warned), root_of(warned)
        ).value

    @property
    def pairs(self) -> list[tuple[bytes, bytes]]:
        return [(key, self.value(key)) for key in sorted(self.trails)]

    @property
    def root(self) -> Hash:
        return patricia.map_root(self.pairs)


def map_of(
    store: MemoryHeads,
    kept: KeptRows | None = None,
    *,
    cached: int = 400_000,
    has_slots: bool = True,
) -> ItemMap:
    return ItemMap(store, kept, cached=cached, has_slots=has_slots)


# Keys that share many first bits, so that buckets, rows and single-child
# nodes all occur.
near = st.tuples(
    st.sampled_from(
        [b"\x00\x00", b"\x00\x01", b"\x00\xff", b"\x80\x00", b"\xff\xff"]
    ),
    st.binary(min_size=1, max_size=1),
).map(lambda parts: (parts[0] + parts[1]).ljust(32, b"\x07"))
keys = st.one_of(near, st.binary(min_size=32, max_size=32))
batches = st.lists(
    st.lists(st.tuples(keys, st.booleans(), st.integers(1, 3)), max_size=12),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(batches, st.sampled_from([0, 3, 400_000]), st.booleans())
def test_the_root_is_that_of_the_definition_after_every_batch(
    batches: list[list[tuple[bytes, bool, int]]],
    cached: int,
    has_slots: bool,
) -> None:
    store, story = MemoryHeads(), Story()
    item_map = map_of(store, cached=cached, has_slots=has_slots)
    kept: KeptRows = {}
    for batch in batches:
        for key, warns, times in batch:
            for _ in range(times):
                story.grow(item_map, key, warns=warns)
        store.take(item_map)
        assert item_map.root() == story.root
        assert map_of(store).root() == story.root
        assert map_of(store, kept).root() == story.root
        assert item_map.item_count == len(store.stored)
        for key, head in store.stored.items():
            assert read_head(head).value == story.value(key)
            assert head.leaf == patricia.leaf_hash(key, story.value(key))
        if cached == 0:
            # As if the ledger were opened anew: all is read again.
            item_map = map_of(store, cached=cached, has_slots=has_slots)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(keys, max_size=30, unique=True),
    st.lists(keys, max_size=4),
    st.randoms(),
)
def test_one_proof_shows_what_the_map_holds_for_any_keys(
    contents: list[bytes], asked: list[bytes], random: Random
) -> None:
    store, story = MemoryHeads(), Story()
    item_map = map_of(store)
    for key in contents:
        story.grow(item_map, key, warns=False)
    store.take(item_map)
    queries = sorted(
        {*random.sample(contents, random.randint(0, len(contents))), *asked}
    ) or [bytes(32)]
    values = {key: story.value(key) for key in queries if key in story.trails}
    for prover in (item_map, map_of(store)):
        proof = prover.prove(queries)
        root = patricia.root_from_many(values, queries, proof)
        assert root == item_map.root()


def test_edges_are_read_again_once_they_are_not_at_hand() -> None:
    store, story = MemoryHeads(), Story()
    item_map = ItemMap(store, edges=2)
    keys = [sha256(b"%d" % number) for number in range(7)]
    for turn in range(9):
        for key in keys:
            story.grow(item_map, key, warns=turn % 4 == 3)
        store.take(item_map)
        assert len(item_map._edges) <= 2
        assert item_map.root() == story.root
        assert [item_map.head(key) for key in keys] == [
            store.stored[key] for key in keys
        ]
    assert item_map.head(bytes(32)) is None


CHANGES: dict[str, Callable[[HeadRow], HeadRow]] = {
    "its edge": lambda head: head._replace(edge=head.edge[:-32] + bytes(32)),
    "a longer edge": lambda head: head._replace(edge=head.edge + bytes(32)),
    "a cut edge": lambda head: head._replace(edge=head.edge[:-1]),
    "warnings": lambda head: head._replace(warnings=head.warnings + 1),
    "fewer warnings": lambda head: head._replace(warnings=-1),
    "warned": lambda head: head._replace(warned=bytes(32)),
    "count": lambda head: head._replace(count=head.count + 1),
    "less than any count": lambda head: head._replace(count=-1),
    "no count": lambda head: head._replace(count=0),
    "a number of 70 bits": lambda head: head._replace(last=2**70),
    "link": lambda head: head._replace(link=bytes(32)),
    "leaf": lambda head: head._replace(leaf=bytes(32)),
}


@pytest.mark.parametrize("count", [1, 2, 3, 8])
@pytest.mark.parametrize("change", CHANGES)
def test_no_trail_grows_from_a_head_that_was_changed(
    count: int, change: str
) -> None:
    store, story = MemoryHeads(), Story()
    item_map = map_of(store)
    key = sha256(b"the item")
    for number in range(count):
        story.grow(item_map, key, warns=number == 0)
    store.take(item_map)
    head = store.stored[key]
    changed = store.stored[key] = CHANGES[change](head)
    again = map_of(store)
    if count == 1 and changed[:5] == head[:5]:
        # One link has no edge to be read, whatever stands there.
        story.grow(again, key, warns=False)
        assert again.root() == story.root
        return
    with pytest.raises(StoreError, match="run an audit"):
        again.trail(key)


def test_an_untouched_map_changes_nothing() -> None:
    item_map = map_of(MemoryHeads())
    assert item_map.changes() == ([], [])
    assert item_map.root() == patricia.EMPTY_ROOT
    assert item_map.row(0) == bytes(32 * 256)
    assert item_map.prove([bytes(32)]) == patricia.MapMultiproof((), (), ())


def test_only_the_rows_above_a_change_are_written_again() -> None:
    item_map = map_of(MemoryHeads())
    Story().grow(item_map, b"\x05\x67" * 16, warns=False)
    heads, rows = item_map.changes()
    assert [head.key for head in heads] == [b"\x05\x67" * 16]
    assert [number for number, _ in rows] == [0, 1 + 5]
    assert {len(row) for _, row in rows} == {8192}
    item_map = map_of(MemoryHeads())
    Story().grow(item_map, b"\xff" * 32, warns=False)
    assert [number for number, _ in item_map.changes()[1]] == [0, MAP_ROWS - 1]


@pytest.mark.parametrize("has_slots", [True, False])
def test_a_bucket_of_many_items_is_halved_and_not_looked_through(
    has_slots: bool,
) -> None:
    store, story = MemoryHeads(), Story()
    item_map = map_of(store, has_slots=has_slots)
    keys = [b"\x05\x06" + sha256(b"%d" % n)[2:] for n in range(300)]
    for part in (keys[:200], keys[100:]):
        for key in part:
            story.grow(item_map, key, warns=False)
        store.take(item_map)
        assert item_map.root() == story.root
    assert len(item_map._buckets[b"\x05\x06"]) > _SEARCHED
    assert item_map.item_count == 300
    for key in keys:
        links = story.trails[key]
        leaf = item_map.get(key)
        assert leaf is not None
        assert leaf[1:] == (len(links), links[-1][0], len(links) - 1)
        assert map_of(store).get(key) == leaf
    assert item_map.get(b"\x05\x06".ljust(32, b"\xff")) is None
    assert item_map.get(b"\x05\x06".ljust(32, b"\x00")) is None


def test_a_key_that_lies_across_two_others_is_not_taken_for_one() -> None:
    store = MemoryHeads()
    item_map = map_of(store)
    first = b"\x05\x06".ljust(32, b"\x01")
    link = b"\x05\x06".ljust(32, b"\x09")
    item_map.trail(first).grow(link, 0, warns=False)
    store.take(item_map)
    # The bytes of the link are in the bucket, and are no key of it.
    assert item_map.get(link) is None
    item_map.trail(link).grow(first, 1, warns=False)
    store.take(item_map)
    assert item_map.get(link) is not None
    assert item_map.item_count == 2
