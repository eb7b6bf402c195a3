"""What is read in part proves the same as what is read whole."""

import pathlib
import random
from collections.abc import Iterator, Sequence

import apsw
import pytest

from provenance.claims.event import (
    Event,
    Field,
    Item,
    make_event,
    parse_event,
)
from provenance.claims.trail import (
    WARNS,
    Head,
    Link,
    chain_hashes,
    head_of,
    map_key,
)
from provenance.claims.versions import (
    book_entry,
    trust_item,
    version_entry,
    version_link,
)
from provenance.encoding.canonical import encode
from provenance.encoding.digest import HASH_SIZE, Hash, sha256
from provenance.encoding.multiproof import root_from
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import (
    MalformedError,
    NotFoundError,
    RejectedError,
    StoreError,
)
from provenance.folder import audit_folder
from provenance.ledger.parts import cut_event, event_tree, statement_tree
from provenance.ledger.read import Snapshot
from provenance.ledger.views import EventView, StatementView, TrailView
from provenance.proof.verdict import Outcome
from provenance.rules.book import baseline
from provenance.store import DATABASE
from provenance.store.protocol import Reader
from provenance.tlog.merkle import prove_many
from tests.ledger_world import (
    ORIGIN,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)

LINKS = 1_100
"""Four full tiles, and some links in none."""


def log(world: LedgerWorld, issuer: str, *batches: Sequence[Event]) -> None:
    for events in batches:
        world.ledger.append(events, signer=signer_of(issuer), issuer=issuer)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerWorld]:
    """A ledger in which item 0 has a long trail, with warnings far apart."""
    world = LedgerWorld(tmp_path_factory.mktemp("views") / "ledger")
    world.enrol_everyone()
    events = [
        world.event(
            can(0),
            *([can(number)] if number % 100 == 3 else []),
            **({"disposition": "recalled"} if number % 400 == 7 else {}),
        )
        for number in range(LINKS)
    ]
    # Some in statements of their own, some tiles filled by one statement.
    log(world, PRODUCER, *([event] for event in events[:5]))
    log(world, PRODUCER, events[5:300], events[300:301], events[301:])
    yield world
    world.ledger.close()


@pytest.fixture
def moment(world: LedgerWorld) -> Iterator[Snapshot]:
    with world.ledger.moment() as moment:
        yield moment


def view_of(reader: Reader, item: str) -> TrailView:
    head = reader.head(map_key(item))
    assert head is not None
    return TrailView(reader, head)


def links_of(reader: Reader, item: str) -> list[Link]:
    head = reader.head(map_key(item))
    assert head is not None
    return [Link(*row[:5], Hash(row.event_id)) for row in reader.trail(head)]


def test_a_long_trail_is_read_in_stretches_as_it_is_read_whole(
    moment: Snapshot,
) -> None:
    whole = links_of(moment.reader, can(0))
    assert len(whole) == LINKS
    rng = random.Random(7)
    stretches = [(0, LINKS), (0, 1), (255, 257), (1024, LINKS), (9, 9)]
    stretches += [
        (rng.randrange(LINKS), rng.randrange(LINKS + 9)) for _ in range(40)
    ]
    view = view_of(moment.reader, can(0))
    for start, stop in stretches:
        assert view.links(start, stop) == whole[start:stop]
    hashes = chain_hashes(can(0), whole)
    for index in [0, 255, 256, 1023, 1024, LINKS - 1]:
        assert view.link_hash(index) == hashes[index]
        # Each is read by itself as well.
        assert view_of(moment.reader, can(0)).link_hash(index) == hashes[index]


def test_the_head_of_a_long_trail_is_that_of_its_links(
    moment: Snapshot,
) -> None:
    for item in (can(0), can(3), can(103)):
        whole = links_of(moment.reader, item)
        expected = head_of(zip(whole, chain_hashes(item, whole), strict=True))
        assert view_of(moment.reader, item).head == expected


def test_the_warnings_of_a_trail_are_found_without_the_rest(
    moment: Snapshot,
) -> None:
    whole = links_of(moment.reader, can(0))
    found = view_of(moment.reader, can(0)).warnings()
    assert found == [
        (index, link) for index, link in enumerate(whole) if link.kinds & WARNS
    ]
    assert [index for index, _ in found] == [7, 407, 807]
    assert view_of(moment.reader, can(3)).warnings() == []


def test_the_first_link_at_or_after_a_place_is_found(moment: Snapshot) -> None:
    view = view_of(moment.reader, can(0))
    places = [link.place for link in links_of(moment.reader, can(0))]
    asked = [(0, 0), (10**9, 0), *places[::37], places[-1]]
    asked += [(index, position + 1) for index, position in places[::41]]
    for place in asked:
        expected = sum(1 for each in places if each < place)
        assert view.first_at(place) == expected
        assert view_of(moment.reader, can(0)).first_at(place) == expected


@pytest.mark.parametrize(
    "known",
    [[0], [LINKS - 1], [255, 256], [0, 1, 511, 512, 1024, 1099], [1023]],
)
def test_links_are_proven_from_tiles_alone(
    moment: Snapshot, known: list[int]
) -> None:
    view = view_of(moment.reader, can(0))
    proof = prove_many(known, view.count, view.nodes)
    leaves = [(index, leaf_hash(view.link_hash(index))) for index in known]
    assert root_from(view.count, leaves, proof) == view.head.root


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 511, 512, 513])
def test_trails_of_any_length_are_proven(
    tmp_path: pathlib.Path, count: int
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    events = [world.event(can(0)) for _ in range(count)]
    log(world, PRODUCER, events[: count // 2 or 1], *(
        [events[count // 2 :]] if count > 1 else []
    ))  # fmt: skip
    with world.ledger.moment() as moment:
        view = view_of(moment.reader, can(0))
        whole = links_of(moment.reader, can(0))
        hashes = chain_hashes(can(0), whole)
        assert view.head == Head(
            count, root_of([leaf_hash(h) for h in hashes]), 0, root_of([])
        )
        for known in ([0], [count - 1], [count // 2]):
            proof = prove_many(known, count, view.nodes)
            leaves = [(index, leaf_hash(hashes[index])) for index in known]
            assert root_from(count, leaves, proof) == view.head.root
    world.check(can(0))
    world.ledger.close()
    assert audit_folder(world.folder, processes=1).findings == []


# Large events and statements


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    """A ledger with events of many leaves, and a statement of many events."""
    world = LedgerWorld(tmp_path_factory.mktemp("large") / "ledger")
    world.enrol_everyone()
    for count in (255, 256, 257, 600):
        items = [Item("epcList", can(number)) for number in range(count)]
        fields = [
            Field(f"/example:a{number}", "x" * number) for number in range(3)
        ]
        event = make_event(
            body(eventTime=f"2026-02-01T10:00:00.{count}Z"),
            items,
            fields if count == 600 else [],
            secret=world.secret(),
        )
        log(world, PRODUCER, [event])
    log(world, PRODUCER, [world.event(can(n)) for n in range(600)])
    world.ledger.close()
    return world


def entries_of(reader: Reader) -> Iterator[tuple[int, int]]:
    """Yield the (log index, number of events) of each statement."""
    for log_index in range(reader.size()):
        if count := reader.event_count(log_index):
            yield log_index, count


def test_each_leaf_of_any_event_is_read_and_proven_alone(
    large: LedgerWorld,
) -> None:
    large.reopen()
    sizes = set()
    with large.ledger.moment() as moment:
        reader = moment.reader
        for log_index, count in entries_of(reader):
            if count > 2:
                continue
            event = parse_event(reader.event(log_index, 0))
            size = len(event.leaves)
            sizes.add(size)
            for number in {0, 1, size // 2, size - 1, min(256, size - 1)}:
                view = EventView(reader, log_index, 0)
                assert view.id == event.id
                assert (view.counts, view.pointers, view.size) == (
                    event.counts,
                    event.pointers,
                    size,
                )
                assert view.body_leaf == event.leaves[0]
                assert view.leaf(number) == event.leaves[number]
                proof = prove_many([number], size, view.nodes)
                known = [(number, event.hashes[number])]
                assert root_from(size, known, proof) == root_of(event.hashes)
            with pytest.raises(NotFoundError):
                EventView(reader, log_index, 0).leaf(size)
    assert sizes >= {256, 257, 258, 604}
    large.ledger.close()


def test_each_event_of_any_statement_is_proven_alone(
    large: LedgerWorld,
) -> None:
    large.reopen()
    counts = set()
    with large.ledger.moment() as moment:
        reader = moment.reader
        for log_index, count in entries_of(reader):
            counts.add(count)
            joined = reader.event_ids(log_index)
            ids = [
                joined[at : at + HASH_SIZE]
                for at in range(0, len(joined), HASH_SIZE)
            ]
            for position in {0, count // 2, count - 1}:
                view = StatementView(reader, log_index)
                assert view.count == count
                assert view.event_id(position) == ids[position]
                proof = prove_many([position], count, view.nodes)
                known = [(position, leaf_hash(ids[position]))]
                assert root_from(count, known, proof) == root_of(
                    [leaf_hash(one) for one in ids]
                )
            with pytest.raises(NotFoundError):
                StatementView(reader, log_index).event_id(count)
    assert counts == {1, 2, 600}
    large.ledger.close()


def test_small_events_are_not_cut(large: LedgerWorld) -> None:
    large.reopen()
    with large.ledger.moment() as moment:
        parts = list(moment.reader.event_parts())
        trees = {row[0] for row in moment.reader.tiles()}
        cut = {}
        for log_index, count in entries_of(moment.reader):
            data = moment.reader.event(log_index, 0)
            found = cut_event(data)
            if found is not None:
                offsets, hashes = found
                cut[log_index] = len(offsets)
                assert event_tree(log_index, 0) in trees
                assert len(hashes) > 256
            assert (statement_tree(log_index) in trees) == (count > 256)
    assert sorted(cut.values()) == [2, 2, 3]
    assert parts == [
        (log_index, 0, number)
        for log_index, many in cut.items()
        for number in range(many)
    ]
    large.ledger.close()


DAMAGE = [
    "UPDATE event_parts SET data = substr(data, 2) WHERE number = 0",
    "UPDATE event_parts SET data = CAST(data || x'00' AS BLOB) WHERE number = 1",
    "DELETE FROM event_parts WHERE number = 1",
    "UPDATE event_parts SET number = 9 WHERE number = 1",
    "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE length(tree) = 12",
    "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE length(tree) = 8",
    "DELETE FROM tiles WHERE length(tree) = 12 AND level = 1",
    "DELETE FROM tiles WHERE length(tree) = 8 AND level = 0 AND number = 1",
    "INSERT INTO tiles VALUES (x'0000000000000009', 5, 5, x'00')",
    "INSERT INTO event_parts VALUES (9, 0, 9, x'00')",
    "UPDATE events SET rest = rest + 1 WHERE rest > 0",
    "UPDATE events SET rest = 0 WHERE rest > 0",
]


@pytest.mark.parametrize("change", DAMAGE)
def test_whatever_was_changed_of_a_large_event_is_found(
    large: LedgerWorld, change: str
) -> None:
    path = large.folder / DATABASE
    before = path.read_bytes()
    connection = apsw.Connection(str(path))
    connection.execute(change)
    assert connection.changes()
    connection.close()
    try:
        assert audit_folder(large.folder, processes=1).findings
    finally:
        path.write_bytes(before)


# What a disk has changed is found, and nothing is made of it


def changed(world: LedgerWorld, sql: str) -> None:
    world.ledger.close()
    connection = apsw.Connection(str(world.folder / DATABASE))
    connection.execute(sql)
    assert connection.changes(), sql
    connection.close()


def long_world(folder: pathlib.Path, links: int) -> LedgerWorld:
    """A ledger in which item 0 has so many links, one of them a warning."""
    world = LedgerWorld(folder / "ledger")
    world.enrol_everyone()
    warns = world.event(can(0), disposition="recalled")
    events = [world.event(can(0)) for _ in range(links - 1)]
    log(world, PRODUCER, [warns, *events[:3]], events[3:])
    return world


SPOILT = {
    "a warning": "UPDATE warnings SET place = place + 1",
    "a missing warning": "DELETE FROM warnings",
    "a tile's link": "UPDATE tiles SET hashes = CAST(zeroblob(32)"
    " || substr(hashes, 33) AS BLOB) WHERE length(tree) = 32 AND level = 0",
    "a tile's number": "UPDATE tiles SET hashes = CAST(substr(hashes, 1, 8192)"
    " || zeroblob(2048) AS BLOB) WHERE length(tree) = 32 AND level = 0",
    "a tile above": "UPDATE tiles SET hashes = zeroblob(64)"
    " WHERE length(tree) = 32 AND level = 1",
    "a missing tile": "DELETE FROM tiles WHERE length(tree) = 32 AND level = 0",
    "a tile of no trail": "INSERT INTO tiles VALUES (zeroblob(32), 0, 0, x'')",
    "a link's time": "UPDATE links SET time = time + 1 WHERE number = 200",
    "a link's kinds": "UPDATE links SET kinds = 8 WHERE number = 200",
    "a link's leaves": "UPDATE links SET leaves = 2 WHERE number = 200",
    "a link's event": "UPDATE links SET position = 1 WHERE number = 200",
    "an edge": "UPDATE heads SET edge = CAST(zeroblob(32) || substr(edge, 33)"
    " AS BLOB) WHERE length(edge) > 0",
    "the warned edge": "UPDATE heads SET warned = zeroblob(32)"
    " WHERE warnings > 0",
}


@pytest.mark.parametrize("what", SPOILT)
def test_an_audit_finds_what_was_changed_of_a_long_trail(
    tmp_path: pathlib.Path, what: str
) -> None:
    world = long_world(tmp_path, 600)
    changed(world, SPOILT[what])
    findings = audit_folder(world.folder, processes=1).findings
    assert findings
    assert all(finding.where and finding.what for finding in findings)


@pytest.mark.parametrize(
    ("links", "what"),
    [
        (5, "an edge"),
        (5, "the warned edge"),
        (511, "a link's time"),
        (511, "a link's kinds"),
        (511, "a tile's link"),
        (511, "a missing tile"),
    ],
)
def test_nothing_is_signed_that_follows_from_what_was_changed(
    tmp_path: pathlib.Path, links: int, what: str
) -> None:
    world = long_world(tmp_path, links)
    # The tile that is made next needs the links since the one before, and the
    # last one of that.
    sql = SPOILT[what].replace("= 200", "= 400")
    if what == "a tile's link":
        sql = sql.replace("zeroblob(32) || substr(hashes, 33)",
            "substr(hashes, 1, 8160) || zeroblob(32) || substr(hashes, 8193)")  # fmt: skip
    size = world.ledger.size
    changed(world, sql)
    ledger = world.reopen()
    with pytest.raises(StoreError, match="run an audit"):
        log(world, PRODUCER, [world.event(can(0))])
    assert ledger.size == size
    # Nor is anything else: what the map holds by now is not known.
    with pytest.raises(StoreError, match="stopped writing"):
        log(world, PRODUCER, [world.event(can(1))])
    assert world.reopen().size == size
    ledger.close()


@pytest.mark.parametrize(
    "what",
    ["a warning", "a missing warning", "a tile's link", "a missing tile"],
)
def test_no_bundle_is_made_of_what_was_changed_and_verifies(
    tmp_path: pathlib.Path, what: str
) -> None:
    world = long_world(tmp_path, 600)
    changed(world, SPOILT[what])
    world.reopen()
    try:
        verdict = world.verdict(can(0))
    except StoreError:
        pass
    else:
        assert verdict.outcome is not Outcome.VERIFIED
    world.ledger.close()


# Trust versions and rule books


def version_of(
    number: int, previous: Hash | None, *, origin: str = ORIGIN
) -> bytes:
    """Return a version of the trust, which says as little as it may."""
    policy: dict[str, object] = {"witnesses": [], "groups": [], "quorum": None}
    return encode(
        {
            "format": "provenance/trust/v1",
            "origin": origin,
            "version": number,
            "previous": previous,
            "roots": {"keys": [bytes(32)], "threshold": 1},
            "authorities": {"actors": [], "threshold": 1},
            "epochs": [
                {
                    "from": 0,
                    "origin": origin,
                    "log_keys": [bytes(32)],
                    "policy": policy,
                    "auditors": policy,
                    "books": [],
                    "clock_bound": 3_600_000,
                    "max_age": 0,
                    "ended": None,
                }
            ],
            "critical": [],
            "renew_by": 0,
        }
    )


def test_trust_versions_are_linked_and_books_logged(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    first = version_of(1, None)
    second = version_of(2, sha256(first))
    places = []
    for version in (first, second):
        entry = version_entry(version, [(bytes(32), bytes(64))])
        places.append(world.ledger.log_document(entry))
        assert world.ledger.entry(places[-1]) == entry
    book = world.ledger.log_document(book_entry(baseline().data))
    log(world, PRODUCER, [world.event(can(0))])
    with world.ledger.moment() as moment:
        view = view_of(moment.reader, trust_item(ORIGIN))
        assert view.links(0, 2) == [
            version_link(places[0], first),
            version_link(places[1], second),
        ]
        expected = head_of(
            zip(
                view.links(0, 2),
                chain_hashes(trust_item(ORIGIN), view.links(0, 2)),
                strict=True,
            )
        )
        assert view.head == expected
        assert moment.reader.event_ids(book) == b""
    world.check(can(0))
    world.ledger.close()
    report = audit_folder(world.folder, processes=1)
    assert report.findings == []
    world.ledger = world.reopen()
    world.check(can(0))
    world.ledger.close()


def test_what_is_no_document_is_not_logged(tmp_path: pathlib.Path) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    size = world.ledger.size
    for entry in (
        b"",
        encode([1, b"", bytes(64)]),
        encode([2, 1, bytes(32), 0, 0]),
        encode([3, b"no version", []]),
        encode([4, b""]),
        book_entry(b"a rule book"),
        book_entry(encode({"format": "provenance/evidence-book/v1"})),
        encode([7, b"of another kind"]),
    ):
        with pytest.raises(MalformedError):
            world.ledger.log_document(entry)
    foreign = version_of(1, None, origin="ledger.example/another")
    with pytest.raises(RejectedError, match=r"ledger\.example/another"):
        world.ledger.log_document(
            version_entry(foreign, [(bytes(32), bytes(64))])
        )
    assert world.ledger.size == size
    world.ledger.close()


def test_no_event_joins_the_trail_of_the_trust(tmp_path: pathlib.Path) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    (refused,) = world.ledger.submit(
        [world.sign(PRODUCER, world.event(can(0), trust_item(ORIGIN)))]
    )
    assert isinstance(refused, MalformedError)
    world.ledger.close()


def test_an_entry_of_an_unknown_kind_is_named_as_unknown(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    index = world.ledger.log_document(book_entry(baseline().data))
    world.ledger.close()
    connection = apsw.Connection(str(world.folder / DATABASE))
    connection.execute(
        "UPDATE entries SET entry = ? WHERE log_index = ?",
        (encode([7, b"a rule book"]), index),
    )
    connection.close()
    findings = audit_folder(world.folder, processes=1).findings
    assert (f"entry {index}", True) in [
        (finding.where, finding.what.startswith("UNKNOWN: an entry of kind 7"))
        for finding in findings
    ]
