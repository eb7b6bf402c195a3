"""What the ledger relies on, for every store there is, opened by its address.

A store joins by a class with the methods of `Bench` and a place in `BENCHES`.
"""

import pathlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import apsw
import pytest

from provenance.encoding.digest import sha256
from provenance.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    StoreError,
)
from provenance.store import (
    copy_store,
    create_store,
    files_of,
    hold_store,
    open_reader,
    open_store,
    remove_store,
)
from provenance.store.protocol import (
    LOG,
    NO_LINK,
    Batch,
    EntryRow,
    HeadRow,
    LinkRow,
    Store,
    StoreReader,
)
from provenance.store.sqlite import SQLiteStore
from tests.support.store_sample import Sample, key_of

ORIGIN = "ledger.example/contract"


class Bench(ABC):
    """One ledger in one kind of store, which can be made to fail."""

    address: str

    def __init__(self, folder: pathlib.Path) -> None:
        self.address = self.address_in(folder)

    @staticmethod
    @abstractmethod
    def address_in(folder: pathlib.Path) -> str:
        """Return an address at which there is no store yet."""

    def create(self) -> Store:
        return create_store(self.address, origin=ORIGIN)

    def open_writer(self) -> Store:
        return open_store(self.address, origin=ORIGIN)

    def open_reader(self) -> StoreReader:
        return open_reader(self.address, origin=ORIGIN)

    @abstractmethod
    def fail_before_commit(self, store: Store) -> None:
        """Let the database fail at the next commit, which writes nothing."""

    @abstractmethod
    def fail_after_commit(self, store: Store) -> None:
        """Let the database fail right after the next commit has landed."""


class SQLiteBench(Bench):
    @staticmethod
    def address_in(folder: pathlib.Path) -> str:
        return f"sqlite:{folder / 'any name'}"

    def fail_before_commit(self, store: Store) -> None:
        def fail() -> bool:
            raise apsw.IOError("the disk went away before the commit")

        self._writer(store).set_commit_hook(fail)

    def fail_after_commit(self, store: Store) -> None:
        def fail(*_: object) -> int:
            raise apsw.IOError("the disk went away after the commit")

        self._writer(store).set_wal_hook(fail)

    @staticmethod
    def _writer(store: Store) -> apsw.Connection:
        assert isinstance(store, SQLiteStore)
        return store._writer


BENCHES: list[type[Bench]] = [SQLiteBench]


@pytest.fixture(params=BENCHES, ids=lambda bench: bench.__name__)
def bench(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Bench:
    made: Bench = request.param(tmp_path)
    return made


@pytest.fixture
def store(bench: Bench) -> Iterator[Store]:
    made = bench.create()
    yield made
    made.close()


def filled(store: Store, *batches: int) -> Sample:
    sample = Sample()
    for leaves in batches:
        store.commit(sample.grow(leaves))
    return sample


# What is read


def test_an_empty_store_holds_nothing_and_says_so(store: Store) -> None:
    Sample().check(store)
    assert store.checkpoint() is None
    assert store.checkpoint_at(0) is None
    assert store.checkpoint_before(2**53) is None
    assert list(store.checkpoints(0, 2**53)) == []
    assert list(store.entries(0, 2**53)) == []
    assert list(store.rows(0, 2**53)) == []
    assert list(store.links(0, 2**53)) == []
    assert store.head(key_of(0)) is None
    assert store.find_statement(0, bytes(32)) is None
    assert store.tile(0, 0) is None
    with pytest.raises(NotFoundError, match="no leaf 0"):
        store.event_ids(0)
    with pytest.raises(NotFoundError, match="leaf 0 has no event 0"):
        store.event(0, 0)


@pytest.mark.parametrize(
    "batches", [[1], [1, 1, 1], [600], [3, 254, 1, 300, 2]]
)
def test_what_was_committed_is_read_back(
    store: Store, batches: list[int]
) -> None:
    sample = Sample()
    for leaves in batches:
        store.commit(sample.grow(leaves))
        sample.check(store)


def test_what_was_committed_is_there_when_opened_again(bench: Bench) -> None:
    store = bench.create()
    sample = filled(store, 40, 2)
    store.publish(42, "note of 42")
    store.close()

    reader = bench.open_reader()
    sample.check(reader)
    assert reader.checkpoint() == (42, "note of 42")
    reader.close()

    store = bench.open_writer()
    store.commit(sample.grow(5))
    sample.check(store)
    store.close()


def test_a_reader_sees_each_batch_whose_commit_returned(
    bench: Bench, store: Store
) -> None:
    reader = bench.open_reader()
    sample = Sample()
    for leaves in (1, 5, 30):
        store.commit(sample.grow(leaves))
        sample.check(reader)
    reader.close()


def test_a_batch_may_hold_nothing_but_a_leaf(store: Store) -> None:
    batch = Batch(0, [EntryRow(b"commitment")], [], 0, [], [], [], [], [])
    store.commit(batch)
    assert list(store.rows(0, 9)) == [EntryRow(b"commitment", b"", [])]
    assert store.event_ids(0) == b""
    assert store.event_count(0) == 0
    assert store.link_count() == store.item_count() == 0


def test_what_is_to_be_folded_in_is_measured(store: Store) -> None:
    before = store.backlog()
    with store.snapshot():
        row = EntryRow(b"x" * 50_000)
        store.commit(Batch(0, [row], [], 0, [], [], [], [], []))
        assert store.backlog() >= max(before, 0)
    store.close()
    assert store.backlog() == 0


def test_events_are_found_by_leaf_and_position(store: Store) -> None:
    sample = filled(store, 30)
    for log_index, row in enumerate(sample.entries):
        assert store.event_ids(log_index) == row.event_ids
        assert store.event_count(log_index) == len(row.events)
        for position, event in enumerate(row.events):
            assert store.event(log_index, position) == event
            assert store.event_id(log_index, position) == sha256(event)
        for position in (-1, len(row.events), 2**53):
            for read in (store.event, store.event_id, store.event_start):
                with pytest.raises(NotFoundError):
                    read(log_index, position)
            assert store.event_part(log_index, position, 0) is None


def test_many_events_are_read_at_once(store: Store) -> None:
    sample = filled(store, 100)
    places = [
        (log_index, position)
        for log_index, row in enumerate(sample.entries)
        for position in range(len(row.events))
    ]
    last = (places[-1][0], -1)
    asked = [*reversed(places), last, (2**53, 0), (2**64, 0), places[0]]
    found = store.events_at(asked)
    assert found[len(places) : -1] == [None, None, None]
    for at, each in zip(asked, found, strict=True):
        if at in places:
            entry = sample.entries[at[0]].entry
            assert each == (entry, store.event_start(*at))
    assert store.events_at([]) == []


def test_the_parts_of_a_large_event_are_read_alone(store: Store) -> None:
    sample = filled(store, 100)
    assert sample.cuts
    for log_index, position, offsets in sample.cuts:
        data = sample.entries[log_index].events[position]
        start = store.event_start(log_index, position)
        assert start.id == sha256(data)
        assert (start.data, start.rest) == (data[:6], len(data) - 6)
        assert [store.event_part(log_index, position, n) for n in range(4)] == [
            data[6:8],
            data[8:11],
            data[11:],
            None,
        ]
        assert store.event(log_index, position) == data
        assert offsets == (6, 8, 11)


@pytest.mark.parametrize("number", [-1, 30, 2**53, 2**63, 2**64, 2**200])
def test_what_is_beyond_the_end_is_not_found(store: Store, number: int) -> None:
    filled(store, 30)
    with pytest.raises(NotFoundError):
        store.event_ids(number)
    with pytest.raises(NotFoundError):
        store.event_count(number)
    with pytest.raises(NotFoundError):
        store.event(number, 0)
    assert store.tile(0, number) is None
    assert store.tile(number, 0) is None or number == 0
    assert store.checkpoint_at(number) is None
    assert store.find_statement(number, bytes(32)) is None


def test_a_range_is_cut_at_the_end_of_what_there_is(store: Store) -> None:
    sample = filled(store, 30)
    entries = [row.entry for row in sample.entries]
    for start, stop in (
        (0, 30),
        (28, 99),
        (-5, 3),
        (7, 7),
        (9, 2),
        (30, 31),
        (5, 2**70),
    ):
        assert (
            list(store.entries(start, stop))
            == entries[max(start, 0) : max(stop, 0)]
        )
    assert list(store.links(2, 2**70)) == sample.links[2:]
    assert [row.entry for row in store.rows(28, 2**70)] == entries[28:]


def test_an_abandoned_range_is_in_nobodys_way(store: Store) -> None:
    sample = filled(store, 30)
    entries, rows = store.entries(0, 30), store.rows(0, 30)
    assert next(entries) == sample.entries[0].entry
    assert next(rows).entry == sample.entries[0].entry
    store.commit(sample.grow(10))
    sample.check(store)
    assert next(entries) == sample.entries[1].entry


def test_a_statement_is_found_by_its_time_and_whole_id(store: Store) -> None:
    sample = filled(store, 50, 50)
    for issued_at, statement_id, log_index in sample.statements:
        assert store.find_statement(issued_at, statement_id) == log_index
        assert store.find_statement(issued_at + 1_000, statement_id) is None
        assert (
            store.find_statement(issued_at, statement_id[:16] + bytes(16))
            is None
        )


def test_statements_of_one_moment_are_told_apart(store: Store) -> None:
    batch = Sample().grow(3)
    ids = sorted(sha256(b"%d" % n) for n in range(3))
    store.commit(replace(batch, statements=[(5, ids[n], n) for n in range(3)]))
    assert [store.find_statement(5, statement_id) for statement_id in ids] == [
        0,
        1,
        2,
    ]
    assert store.latest_issue() == 5


def test_an_entry_may_have_every_byte_and_the_greatest_length(
    store: Store,
) -> None:
    entry = bytes(range(256)) * 255 + bytes(255)
    assert len(entry) == 65_535
    store.commit(Batch(0, [EntryRow(entry)], [], 0, [], [], [], [], []))
    assert list(store.entries(0, 1)) == [entry]


# Heads and trails


def heads_of(keys: list[bytes]) -> Batch:
    """One leaf, whose only event names every item of *keys*."""
    event_id = sha256(b"event")
    return Batch(
        0,
        [EntryRow(b"leaf", event_id, [b"event"])],
        [],
        0,
        [LinkRow(0, 0, 0, 0, (1,), event_id, NO_LINK) for _ in keys],
        [
            HeadRow(key, bytes(32), 1, bytes(32), number)
            for number, key in enumerate(keys)
        ],
        [],
        [],
        [],
    )


def test_heads_are_found_by_any_prefix_in_key_order(store: Store) -> None:
    stems = [
        b"",
        b"\x00",
        b"\x00\xff",
        b"\x7f",
        b"\x80\x00",
        b"\xff",
        b"\xff\xff",
        b"\xff\xfe",
        b"\xff" * 31,
    ]
    ends = [b"\x00" * 32, b"\x01" + b"\xaa" * 31, b"\xff" * 32]
    keys = sorted({(stem + end)[:32] for stem in stems for end in ends})
    store.commit(heads_of(keys))
    prefixes = {
        key[:length] for key in keys for length in (0, 1, 2, 3, 16, 31, 32)
    }
    for prefix in prefixes | {b"\x12", b"\xfe", b"\x80\x01"}:
        found = [head.key for head in store.heads(prefix)]
        assert found == [key for key in keys if key.startswith(prefix)]
    assert store.item_count() == len(keys)


def test_a_head_is_replaced_and_its_item_counted_once(store: Store) -> None:
    sample = Sample()
    for _ in range(6):
        store.commit(sample.grow(20))
        assert store.item_count() == len(sample.heads)
        for key, head in sample.heads.items():
            assert store.head(key) == head
    assert max(head.count for head in sample.heads.values()) > 3


def test_an_earlier_head_still_leads_to_the_trail_as_it_was(
    store: Store,
) -> None:
    sample = filled(store, 60)
    before = dict(sample.heads)
    trails = {key: list(trail) for key, trail in sample.trails.items()}
    store.commit(sample.grow(60))
    assert any(sample.heads[key] != head for key, head in before.items())
    for key, head in before.items():
        assert store.trail(head) == trails[key]


@pytest.mark.parametrize("count", [0, 1, 2, 4, 1000])
def test_a_head_that_counts_other_links_than_its_trail_has_is_an_error(
    store: Store, count: int
) -> None:
    sample = filled(store, 60)
    head = next(head for head in sample.heads.values() if head.count == 3)
    assert len(store.trail(head)) == 3
    with pytest.raises(
        StoreError, match=f"the {count} links that its head counts"
    ):
        store.trail(head._replace(count=count))


@pytest.mark.parametrize("last", [NO_LINK, 10**6])
def test_a_head_that_ends_in_no_link_is_an_error(
    store: Store, last: int
) -> None:
    filled(store, 60)
    with pytest.raises(StoreError, match="damaged"):
        store.trail(HeadRow(key_of(0), bytes(32), 1, bytes(32), last))


def test_a_long_trail_is_read_whole_and_in_order(store: Store) -> None:
    event_id, key = sha256(b"event"), key_of(0)
    links = [
        LinkRow(0, 0, number, 4, (1, 2), event_id, number - 1)
        for number in range(20_000)
    ]
    head = HeadRow(key, bytes(32), len(links), bytes(32), len(links) - 1)
    store.commit(
        Batch(
            0,
            [EntryRow(b"leaf", event_id, [b"event"])],
            [],
            0,
            links,
            [head],
            [],
            [],
            [],
        )
    )
    assert store.trail(head) == links
    assert store.trail_back(300, 3) == links[300:297:-1]
    assert store.trail_back(1, 3) == links[1::-1]
    assert store.trail_back(NO_LINK, 3) == []
    assert store.links_at([19_999, 0, 7]) == [links[-1], links[0], links[7]]
    with pytest.raises(NotFoundError, match="no link 20000"):
        store.links_at([5, 20_000])
    assert store.item_count() == 1


@pytest.mark.parametrize(
    "leaves", [(), (0,), (1,), (2**32 - 1,), (1, 2), tuple(range(65_535))]
)
def test_a_link_has_the_leaves_that_it_was_given(
    store: Store, leaves: tuple[int, ...]
) -> None:
    batch = heads_of([key_of(1)])
    link = batch.links[0]._replace(leaves=leaves, time=2**53 - 1, kinds=31)
    store.commit(replace(batch, links=[link]))
    assert list(store.links(0, 1)) == [link]
    assert store.links_at([0]) == [link]


# Tiles, map rows, checkpoints


def test_a_partial_tile_is_replaced_as_it_grows(store: Store) -> None:
    sample = Sample()
    for leaves in (1, 254, 1, 1, 256):
        store.commit(sample.grow(leaves))
        sample.check(store)
    assert len(store.tile(0, 0) or b"") == 256 * 32
    assert len(store.tile(0, 2) or b"") == 1 * 32


def test_tiles_come_by_tree_level_and_number(store: Store) -> None:
    tiles = [
        (tree, level, number, bytes(32))
        for tree in (LOG, bytes(8), key_of(1))
        for level in (0, 1, 2)
        for number in (0, 1, 300)
    ]
    store.commit(replace(Sample().grow(1), tiles=tiles[::-1]))
    assert list(store.tiles()) == sorted(tiles)
    assert store.tile(1, 300) == bytes(32)
    assert store.tile(1, 300, key_of(1)) == bytes(32)
    assert store.tile(1, 300, key_of(2)) is None
    assert store.tile(3, 0) is None


def test_the_last_map_row_stands(store: Store) -> None:
    sample = Sample()
    store.commit(
        replace(sample.grow(1), map_rows=[(0, b"a" * 8192), (256, b"b" * 8192)])
    )
    store.commit(replace(sample.grow(1), map_rows=[(256, b"c" * 8192)]))
    assert store.map_row(0) == b"a" * 8192
    assert store.map_row(256) == b"c" * 8192
    assert store.map_row(1) is None


def test_checkpoints_are_found_by_size(store: Store) -> None:
    filled(store, 30)
    for size in (3, 30, 7):
        store.publish(size, f"note of {size}")
    assert store.checkpoint() == (30, "note of 30")
    assert store.checkpoint_at(7) == "note of 7"
    assert store.checkpoint_at(8) is None
    assert store.checkpoint_before(30) == (7, "note of 7")
    assert store.checkpoint_before(3) is None
    assert list(store.checkpoints(3, 30)) == [
        (3, "note of 3"),
        (7, "note of 7"),
    ]
    assert [size for size, _ in store.checkpoints(0, 31)] == [3, 7, 30]


def test_a_note_at_the_same_size_is_replaced(store: Store) -> None:
    filled(store, 3)
    store.publish(3, "note\n\n— log x\n")
    store.publish(3, "note\n\n— log x\n— witness y\n")
    assert store.checkpoint() == (3, "note\n\n— log x\n— witness y\n")
    assert len(list(store.checkpoints(0, 9))) == 1


# Writing


@pytest.mark.parametrize("old_size", [0, 19, 21, 2**40])
def test_a_batch_for_another_size_is_refused_and_writes_nothing(
    store: Store, old_size: int
) -> None:
    sample = filled(store, 20)
    batch = replace(Sample(20).grow(4), old_size=old_size)
    with pytest.raises(
        ConflictError, match=f"the log has 20 entries, not {old_size}"
    ):
        store.commit(batch)
    sample.check(store)
    store.commit(sample.grow(4))
    sample.check(store)


def test_the_same_batch_is_committed_once(store: Store) -> None:
    sample = Sample()
    batch = sample.grow(8)
    store.commit(batch)
    with pytest.raises(ConflictError):
        store.commit(batch)
    sample.check(store)


@pytest.mark.parametrize("change", [-1, 1, 100])
def test_a_batch_whose_links_do_not_follow_is_a_wrong_call(
    store: Store, change: int
) -> None:
    sample = filled(store, 20)
    batch = Sample(20).grow(4)
    with pytest.raises(ValueError, match="first new link"):
        store.commit(replace(batch, first_link=batch.first_link + change))
    sample.check(store)
    store.commit(sample.grow(4))
    sample.check(store)


def test_an_entry_without_an_id_for_each_event_is_a_wrong_call(
    store: Store,
) -> None:
    sample = filled(store, 20)
    bad = EntryRow(b"leaf", bytes(31), [b"event"])
    with pytest.raises(
        ValueError, match="leaf 21 has 1 events but 31 bytes of event ids"
    ):
        store.commit(
            Batch(
                20,
                [EntryRow(b"good"), bad],
                [],
                len(sample.links),
                [],
                [],
                [],
                [],
                [],
            )
        )
    sample.check(store)


def test_a_failure_before_the_commit_leaves_nothing_and_can_be_retried(
    bench: Bench,
) -> None:
    store = bench.create()
    sample = filled(store, 20)
    bench.fail_before_commit(store)
    batch = sample.grow(4)
    with pytest.raises(StoreError, match="open the ledger again"):
        store.commit(batch)
    Sample(20).check(store)
    store.close()

    store = bench.open_writer()
    Sample(20).check(store)
    store.commit(batch)
    sample.check(store)
    store.close()


def test_a_failure_after_the_commit_leaves_the_batch_and_a_retry_finds_it(
    bench: Bench,
) -> None:
    store = bench.create()
    sample = filled(store, 20)
    bench.fail_after_commit(store)
    batch = sample.grow(4)
    with pytest.raises(StoreError, match="unknown"):
        store.commit(batch)
    store.close()

    store = bench.open_writer()
    sample.check(store)
    with pytest.raises(ConflictError):
        store.commit(batch)
    sample.check(store)
    store.close()


def test_a_failed_publish_is_an_error_too(bench: Bench) -> None:
    store = bench.create()
    filled(store, 20)
    store.publish(20, "old note")
    bench.fail_before_commit(store)
    with pytest.raises(StoreError):
        store.publish(20, "new note")
    store.close()

    store = bench.open_writer()
    assert store.checkpoint() == (20, "old note")
    bench.fail_after_commit(store)
    with pytest.raises(StoreError):
        store.publish(20, "new note")
    store.close()

    store = bench.open_writer()
    assert store.checkpoint() == (20, "new note")
    store.close()


def test_after_a_failure_every_write_is_refused_until_opened_again(
    bench: Bench,
) -> None:
    store = bench.create()
    sample = filled(store, 20)
    bench.fail_before_commit(store)
    with pytest.raises(StoreError):
        store.publish(20, "note")
    for _ in range(2):
        with pytest.raises(StoreError, match="failed before: open it again"):
            store.commit(Sample(20).grow(1))
        with pytest.raises(StoreError, match="failed before: open it again"):
            store.publish(20, "note")
    sample.check(store)
    assert store.checkpoint() is None
    with store.snapshot() as moment:
        sample.check(moment)
    store.close()

    store = bench.open_writer()
    store.commit(sample.grow(1))
    store.publish(21, "note")
    sample.check(store)
    store.close()


def test_who_reads_has_nothing_to_write_with(
    bench: Bench, store: Store
) -> None:
    sample = filled(store, 20)
    reader = bench.open_reader()
    for each in ("commit", "publish", "backlog"):
        assert hasattr(store, each)
        assert not hasattr(reader, each)
    sample.check(reader)
    reader.close()


def test_there_is_one_writer_at_a_time(bench: Bench) -> None:
    store = bench.create()
    with pytest.raises(ConflictError, match="one writer at a time"):
        bench.open_writer()
    store.close()
    bench.open_writer().close()


def test_a_ledger_is_made_once(bench: Bench) -> None:
    bench.create().close()
    with pytest.raises(ConflictError, match="already"):
        bench.create()
    bench.open_writer().close()


def test_closing_twice_does_nothing_and_a_closed_store_refuses(
    bench: Bench,
) -> None:
    store = bench.create()
    filled(store, 20)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.size()
    with pytest.raises(StoreError, match="closed"):
        list(store.entries(0, 1))
    with pytest.raises(StoreError, match="closed"), store.snapshot():
        pass
    with pytest.raises(StoreError, match="not open"):
        store.commit(Sample(20).grow(1))


# Snapshots and threads


def test_in_a_snapshot_the_ledger_stands_still(store: Store) -> None:
    sample, then = filled(store, 20), Sample(20)
    store.publish(20, "note of 20")
    with store.snapshot() as moment:
        store.commit(sample.grow(300))
        store.publish(20, "note of 20, cosigned")
        store.publish(320, "note of 320")
        then.check(moment)
        assert moment.checkpoint() == (20, "note of 20")
        sample.check(store)
        with store.snapshot() as later:
            sample.check(later)
            then.check(moment)
    sample.check(store)
    with store.snapshot() as moment:
        sample.check(moment)


def test_a_snapshot_stands_from_when_it_is_taken_not_from_its_first_read(
    store: Store,
) -> None:
    sample = filled(store, 20)
    with store.snapshot() as moment:
        store.commit(sample.grow(1))
        assert moment.size() == 20


def test_an_ended_snapshot_shows_nothing(store: Store) -> None:
    sample = filled(store, 20)
    with store.snapshot() as moment:
        started, waiting = moment.entries(0, 20), moment.entries(0, 20)
        assert next(started) == sample.entries[0].entry
    store.commit(sample.grow(10))
    with pytest.raises(StoreError, match="has ended"):
        moment.size()
    with pytest.raises(StoreError, match="has ended"):
        next(waiting)
    with pytest.raises(StoreError):
        list(started)
    for _ in range(3):
        with store.snapshot() as moment:
            sample.check(moment)


def test_an_error_in_a_snapshot_is_the_callers_own(store: Store) -> None:
    sample = filled(store, 20)
    with pytest.raises(ZeroDivisionError), store.snapshot() as moment:
        assert moment.size() // 0
    store.commit(sample.grow(1))
    with store.snapshot() as moment:
        sample.check(moment)


def test_threads_read_whole_batches_while_another_writes(store: Store) -> None:
    links = [0]
    plan = Sample()
    for _ in range(60):
        plan.grow(7)
        links.append(len(plan.links))
    done = threading.Event()

    def read() -> int:
        seen = 0
        while True:
            was_done = done.is_set()
            with store.snapshot() as moment:
                size = moment.size()
                assert size % 7 == 0
                assert size >= seen
                assert moment.link_count() == links[size // 7]
                assert len(list(moment.entries(0, 10**6))) == size
                heads = moment.heads(b"")
                assert len(heads) == moment.item_count()
                assert sum(head.count for head in heads) == moment.link_count()
                for head in heads[::10]:
                    assert len(moment.trail(head)) == head.count
            assert store.size() >= size
            seen = size
            if was_done:
                return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        sample = Sample()
        try:
            for _ in range(60):
                store.commit(sample.grow(7))
                assert store.size() == sample.size
        finally:
            done.set()
        assert [reader.result() for reader in readers] == [420] * 4
    sample.check(store)


def test_commits_may_come_from_one_thread_after_another(store: Store) -> None:
    sample = Sample()
    for _ in range(5):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(store.commit, sample.grow(9)).result()
            pool.submit(sample.check, store).result()
        sample.check(store)


def test_of_two_threads_with_the_same_batch_one_wins(store: Store) -> None:
    sample = Sample()
    won = []

    def write(batch: Batch) -> bool:
        try:
            store.commit(batch)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        for _ in range(20):
            batch = sample.grow(5)
            won.append(sum(pool.map(write, [batch] * 4)))
    assert won == [1] * 20
    sample.check(store)


# By address


@pytest.mark.parametrize("address", ["", "ledger.sqlite", "sqlite:", "ftp:x"])
def test_an_address_of_no_known_kind_is_refused(address: str) -> None:
    for opened in (create_store, open_store, open_reader):
        with pytest.raises(MalformedError, match="no address of a store"):
            opened(address, origin=ORIGIN)


def test_a_copy_is_that_of_one_moment_and_touches_no_other_store(
    bench: Bench, store: Store, tmp_path: pathlib.Path
) -> None:
    sample = filled(store, 3, 300)
    (tmp_path / "copy").mkdir()
    target = bench.address_in(tmp_path / "copy")
    copy_store(bench.address, target, origin=ORIGIN)
    with closing(open_reader(target, origin=ORIGIN)) as copy:
        sample.check(copy)
    store.commit(sample.grow(1))
    with pytest.raises(ConflictError):
        copy_store(bench.address, target, origin=ORIGIN)
    with closing(open_reader(target, origin=ORIGIN)) as copy:
        assert copy.size() == 303


def test_a_store_that_was_removed_leaves_nothing(
    bench: Bench, store: Store
) -> None:
    store.close()
    remove_store(bench.address)
    assert files_of(bench.address) == []
    with pytest.raises(NotFoundError):
        bench.open_reader()
    bench.create().close()


def test_nobody_opens_for_writing_what_somebody_holds(bench: Bench) -> None:
    bench.create().close()
    with hold_store(bench.address), pytest.raises(ConflictError):
        bench.open_writer()
    bench.open_writer().close()
