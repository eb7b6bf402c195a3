"""The writer's map is the Patricia map, however it is cached and stored."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.encoding.digest import Hash, sha256
from provenance.ledger.itemmap import (
    _SEARCHED,
    TOP_ROW,
    ItemMap,
    KeptRows,
)
from provenance.store.protocol import HeadRow
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

    def map_row(self, number: int) -> bytes | None:
        return self.rows.get(number)

    def take(self, item_map: ItemMap) -> None:
        heads, rows = item_map.changes()
        self.stored.update({head.key: head for head in heads})
        self.rows.update(rows)
        item_map.stored()


def pairs_of(heads: Iterable[HeadRow]) -> list[tuple[bytes, bytes]]:
    return [(h.key, h.count.to_bytes(8, "big") + h.link) for h in heads]


def map_of(
    store: MemoryHeads,
    kept: KeptRows | None = None,
    *,
    cached: int = 400_000,
    has_slots: bool = True,
) -> ItemMap:
    return ItemMap(store, kept, cached=cached, has_slots=has_slots)  # type: ignore[arg-type]  # all that a map reads


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
    st.lists(st.tuples(keys, st.integers(1, 2**40)), max_size=12), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(batches, st.sampled_from([0, 3, 400_000]), st.booleans())
def test_the_root_is_that_of_the_definition_after_every_batch(
    batches: list[list[tuple[bytes, int]]], cached: int, has_slots: bool
) -> None:
    store = MemoryHeads()
    item_map = map_of(store, cached=cached, has_slots=has_slots)
    kept: KeptRows = {}
    for batch in batches:
        for key, count in batch:
            item_map.put(key, count=count, link=sha256(key), last=count)
        store.take(item_map)
        expected = patricia.map_root(pairs_of(store.stored.values()))
        assert item_map.root() == expected
        assert map_of(store).root() == expected
        assert map_of(store, kept).root() == expected
        assert item_map.item_count == len(store.stored)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(keys, st.integers(1, 2**40), max_size=30), keys)
def test_what_the_map_answers_is_proven_present_and_absent(
    contents: dict[bytes, int], asked: bytes
) -> None:
    store = MemoryHeads()
    item_map = map_of(store)
    for key, count in contents.items():
        item_map.put(key, count=count, link=sha256(key), last=count)
    store.take(item_map)
    root = item_map.root()
    for prover in (item_map, map_of(store)):
        for key in [*contents, asked]:
            answer = prover.prove(key)
            if key in contents:
                assert answer.head is not None
                assert answer.head.count == contents[key]
                patricia.verify_presence(
                    answer.path, key=key, value=answer.value, root=root
                )
            else:
                assert answer.head is None
                other = (
                    (answer.key, answer.value) if answer.key else (None, None)
                )
                patricia.verify_absence(
                    answer.path,
                    key=key,
                    other_key=other[0],
                    other_value=other[1],
                    root=root,
                )


def test_an_untouched_map_changes_nothing() -> None:
    item_map = map_of(MemoryHeads())
    assert item_map.changes() == ([], [])
    assert item_map.root() == patricia.EMPTY_ROOT
    assert item_map.row(TOP_ROW) == bytes(32 * 256)


def test_only_the_rows_above_a_change_are_written_again() -> None:
    store = MemoryHeads()
    item_map = map_of(store)
    item_map.put(b"\x05" * 32, count=1, link=Hash(bytes(32)), last=0)
    heads, rows = item_map.changes()
    assert [head.key for head in heads] == [b"\x05" * 32]
    assert [number for number, _ in rows] == [5, TOP_ROW]


@pytest.mark.parametrize("has_slots", [True, False])
def test_a_bucket_of_many_items_is_halved_and_not_looked_through(
    has_slots: bool,
) -> None:
    store = MemoryHeads()
    item_map = map_of(store, has_slots=has_slots)
    keys = [b"\x05\x06" + sha256(b"%d" % n)[2:] for n in range(300)]
    for part in (keys[:200], keys[100:]):
        for key in part:
            item_map.put(key, count=2, link=sha256(key), last=7)
        store.take(item_map)
        expected = patricia.map_root(pairs_of(store.stored.values()))
        assert item_map.root() == expected
    assert len(item_map._buckets[b"\x05\x06"]) > _SEARCHED
    assert item_map.item_count == 300
    for key in keys:
        leaf = item_map.get(key)
        assert leaf is not None
        assert leaf[1:] == (2, sha256(key), 7)
        assert map_of(store).get(key) == leaf
    assert item_map.get(b"\x05\x06".ljust(32, b"\xff")) is None
    assert item_map.get(b"\x05\x06".ljust(32, b"\x00")) is None


def test_a_key_that_lies_across_two_others_is_not_taken_for_one() -> None:
    store = MemoryHeads()
    item_map = map_of(store)
    first = b"\x05\x06".ljust(32, b"\x01")
    link = b"\x05\x06".ljust(32, b"\x09")
    item_map.put(first, count=1, link=link, last=0)
    store.take(item_map)
    # The bytes of the link are in the bucket, and are no key of it.
    assert item_map.get(link) is None
    item_map.put(link, count=1, link=first, last=1)
    store.take(item_map)
    assert item_map.get(link) is not None
    assert item_map.item_count == 2
