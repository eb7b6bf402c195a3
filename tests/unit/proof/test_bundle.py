"""A bundle has one spelling, and its parts are of their shapes."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.claims.event import (
    Event,
    Field,
    Item,
    make_event,
    parse_item,
    room_for,
    withhold,
)
from provenance.claims.statement import parse_entry, sign_statement
from provenance.claims.trail import Link
from provenance.encoding.canonical import encode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.multiproof import root_from
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError
from provenance.proof import bundle as bundles
from provenance.proof.bundle import (
    MAX_ANCHORS,
    Anchor,
    Bundle,
    Committed,
    LoggedEntry,
    ProvenTrail,
    Range,
    ShownCommitment,
    ShownEvent,
    ShownField,
    ShownItem,
    ShownStatement,
    parse_bundle,
)
from provenance.proof.show import show_item
from provenance.tlog.patricia import MapMultiproof
from tests.support.bombs import VALUES, peak_of
from tests.support.showing import show_event, show_statement
from tests.world import World, can, signer_of, sscc, story

H = Hash(bytes(32))

EVERY = Bundle(
    checkpoint="ledger.example/x\n3\n",
    committed=Committed(7, 1_750_000_000_000, H),
    statements=(
        ShownStatement(
            log_index=1,
            issuer="urn:a:signer",
            key_id=sha256(b"key"),
            issued_at=2**53 - 1,
            event_count=3,
            signature=bytes(64),
            events=(
                ShownEvent(
                    position=0,
                    counts=((3, 2), (4, 2)),
                    pointers=("/a", "/b"),
                    body=b"body",
                    items=(
                        ShownItem(1, bytes(16), "urn:a:1"),
                        ShownItem(2, bytes(16), "urn:a:2", seal=bytes(32)),
                        ShownItem(3, bytes(16), "urn:a:3", (12.5, "KGM")),
                        ShownItem(4, bytes(16), "urn:a:3", (None, None), bytes(32)),
                    ),
                    fields=(ShownField(5, b"field"), ShownField(6, b"")),
                    hashes=(),
                ),
                ShownEvent(2, ((5, 1),), (), b"other", (), (), (H, H)),
            ),
            hashes=(H,),
        ),
        ShownStatement(
            2, "urn:a:signer", sha256(b"other"), 0, 1, bytes(64),
            (ShownEvent(0, (), (), b"", (), (), ()),), (),
        ),
    ),
    commitments=(ShownCommitment(0, 0, 0, H), ShownCommitment(3, 1, 9, H)),
    entries=(LoggedEntry(4, b""), LoggedEntry(5, b"entry")),
    log_hashes=(H, sha256(b"log")),
    subject="urn:a:1",
    trails=(
        ProvenTrail("urn:a:1", 0),
        ProvenTrail(
            "urn:a:2",
            300,
            (Range(0, 64), Range(100, 1, H), Range(236, 64, H)),
            (
                Link(1, 0, 0, 31, (), H),
                Link(1, 1, 2**53 - 1, 0, (1, 2, 262_144), H),
            ),
            (H,),
        ),
    ),
    map_proof=MapMultiproof(
        (3, 0, 256, 0, 0), ((bytes(32), bytes(80)), (b"x" * 32, bytes(80))), (H,)
    ),
    anchors=(Anchor("note", (1, 2), (H,)), Anchor("", (0,), ())),
)  # fmt: skip
"""A bundle with all that a bundle may have, proven by nothing."""

STORY = story().bundle(can(1))
DATA = STORY.to_bytes()


def parts() -> Any:
    return msgpack.unpackb(EVERY.to_bytes())


def changed(path: list[int], value: object) -> bytes:
    """Return the bundle with the value at *path* changed."""
    whole = parts()
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return bytes(msgpack.packb(whole))


def test_what_is_written_is_read_back() -> None:
    for bundle in (EVERY, STORY):
        data = bundle.to_bytes()
        assert parse_bundle(data) == bundle
        assert parse_bundle(data).to_bytes() == data
    world = story()
    first = world.commit()
    timed = world.bundle(can(1), times=[first])
    assert parse_bundle(timed.to_bytes()) == timed
    assert timed.commitments[0].log_index == first


def test_a_bundle_has_no_more_anchors_than_are_worth_their_checking() -> None:
    anchor = EVERY.anchors[0]
    most = dataclasses.replace(EVERY, anchors=(anchor,) * MAX_ANCHORS)
    assert parse_bundle(most.to_bytes()) == most
    more = dataclasses.replace(most, anchors=(*most.anchors, anchor))
    with pytest.raises(MalformedError, match="array of 0 to 1024"):
        parse_bundle(more.to_bytes())


def test_an_absence_is_written_with_the_leaf_in_its_place() -> None:
    empty = World().bundle(can(1))
    assert empty.map_proof == MapMultiproof((), (), ())
    assert parse_bundle(empty.to_bytes()) == empty
    absent = story().bundle(can(9))
    assert absent.map_proof.others
    assert parse_bundle(absent.to_bytes()) == absent
    assert absent.trail(can(9)) == ProvenTrail(can(9), 0)
    assert absent.trail(can(8)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc0",
        b"\x80",
        b"\x90",
        b"{}",
        encode(["provenance/bundle/v1"]),
        encode(["provenance/bundle/v1", *[None] * 12]),
        encode({"format": "provenance/bundle/v2"}),
    ],
)
def test_other_bytes_are_no_bundle(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_bundle(data)


def test_a_bundle_that_is_too_large_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bundles, "MAX_BUNDLE_SIZE", len(DATA) - 1)
    with pytest.raises(MalformedError, match="at most"):
        parse_bundle(DATA)


def test_rows_are_counted_over_the_whole_bundle() -> None:
    # 262,145 ranges in two trails, of which each has fewer.
    ranges = [[2 * number, 1, bytes(32)] for number in range(1, 131_073)]
    whole = parts()
    whole[10] = [
        [0, 2**20, ranges, [], b""],
        [1, 2**20, [[0, 1], *ranges], [], b""],
    ]
    with pytest.raises(MalformedError, match="in an array of 0 to 131072"):
        parse_bundle(msgpack.packb(whole))


def every_place(value: object, path: list[int]) -> Iterator[list[int]]:
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield [*path, number]
            yield from every_place(inner, [*path, number])


@pytest.mark.parametrize("path", [*every_place(parts(), [])], ids=str)
def test_every_value_is_of_the_type_that_must_be_there(path: list[int]) -> None:
    whole = parts()
    here = whole
    for step in path:
        here = here[step]
    others: list[object] = [
        None, True, -1, 1.5, 2**53, 2**63, "x" * 5_000, b"x" * 17, [[]], {},
        [7] * 20,
    ]  # fmt: skip
    # What a leaf or an entry says is read where its event is; notes are text,
    # steps of the map numbers, and an amount may be unspecified.
    allowed_by: dict[type, list[object]] = {
        bytes: [b"x" * 17] if path[-1] in (1, 3) and len(path) > 1 else [],
        float: [None, -1, 1.5],
        type(None): [None, -1, 1.5],
        str: [None] if path[-1] == 4 else ["x" * 5_000],
        list: [[7] * 20] if path == [11, 0] else [],
    }
    allowed = allowed_by.get(type(here), [])
    if path[0] == 3:
        allowed = []
    for other in others:
        if other == here or other in allowed:
            continue
        with pytest.raises(MalformedError):
            parse_bundle(changed(path, other))


@pytest.mark.parametrize("path", [*every_place(parts(), [])], ids=str)
def test_no_member_is_left_out_and_none_is_added(path: list[int]) -> None:
    whole = parts()
    place = whole
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    for data in (msgpack.packb(whole),):
        try:
            bundle = parse_bundle(data)
        except MalformedError:
            continue
        # A list may be shorter, and then it is another bundle.
        assert bundle != EVERY
        assert bundle.to_bytes() == data


@pytest.mark.parametrize(("path", "value", "why"), [
    ([3], ["urn:a:1", "urn:a:1"], "twice"),
    ([3], ["urn:a:2", "urn:a:1", "urn:a:3", "urn:a:signer"], "order"),
    ([3], ["urn:a:1", "urn:a:2", "urn:a:3", "urn:a:signer", "urn:b"], "id that nothing names"),
    ([4, 0, 0], 4, "no id number 4"),
    ([4, 1], [3, sha256(b"key")], "twice"),
    ([4], [[3, sha256(b"key")]] * 2, "twice"),
    ([5, 0, 1], 2, "no key number 2"),
    ([5, 0, 1], 1, "key that signed nothing"),
    ([5, 1, 0], 1, "order, or twice"),
    ([5, 0, 5], [], "array of 1 to"),
    ([5, 0, 5, 1, 0], 0, "order, or twice"),
    ([5, 0, 5, 0, 4, 1, 0], 1, "order, or twice"),
    ([5, 0, 5, 0, 4, 1, 2], 4, "no id number 4"),
    ([5, 0, 5, 0, 4, 1], [1, bytes(16)], "array of 3 to 6"),
    ([5, 0, 5, 0, 5, 1, 0], 5, "order, or twice"),
    ([6, 1, 0], 0, "order, or twice"),
    ([7, 1, 0], 4, "order, or twice"),
    ([9], 4, "no id number 4"),
    ([10, 1, 0], 0, "order, or twice"),
    ([10, 1, 1], 299, "has 299 links, not 300"),
    ([10, 1, 2, 0], [0, 0], "a range has a link"),
    ([10, 1, 2, 0], [0, 64, bytes(32)], "a range has a link"),
    ([10, 1, 2, 1], [100, 1], "a range has a link"),
    ([10, 1, 2, 1], [64, 1, bytes(32)], "touch"),
    ([10, 1, 2, 1], [10, 1, bytes(32)], "touch"),
    ([10, 1, 3, 1, 1], 0, "order, or twice"),
    ([10, 1, 3, 1, 3], 32, "more than 31"),
    ([10, 1, 3, 1, 4], [2, 1], "order, or twice"),
    ([10, 1, 3, 1, 4], [*range(65_536)], "at most 65535"),
    ([11, 1, 1, 0], bytes(32), "order, or twice"),
    ([12, 0, 1], [], "array of 1 to"),
    ([12, 0, 1], [2, 1], "order, or twice"),
])  # fmt: skip
def test_a_bundle_out_of_shape_is_refused(
    path: list[int], value: object, why: str
) -> None:
    with pytest.raises(MalformedError, match=why):
        parse_bundle(changed(path, value))


def test_a_longer_form_of_the_same_value_is_refused() -> None:
    data = EVERY.to_bytes()
    longer = [
        b"\xdc\x00\x0d" + data[1:],
        data.replace(b"\xa7urn:a:1", b"\xd9\x07urn:a:1", 1),
        data.replace(b"\xcd\x01\x2c", b"\xce\x00\x00\x01\x2c", 1),
        data + b"\x00",
        data[:-1],
    ]
    for other in longer:
        assert other != data
        with pytest.raises(MalformedError):
            parse_bundle(other)


def test_an_endless_checkpoint_is_refused() -> None:
    with pytest.raises(MalformedError, match="more than 262144"):
        parse_bundle(changed([1], "x" * (2**18 + 1)))


@settings(max_examples=300)
@given(st.data())
def test_a_flipped_byte_is_malformed_or_another_bundle(
    data: st.DataObject,
) -> None:
    tampered = bytearray(EVERY.to_bytes())
    tampered[data.draw(st.integers(0, len(tampered) - 1))] ^= data.draw(
        st.integers(1, 255)
    )
    try:
        bundle: Bundle | None = parse_bundle(bytes(tampered))
    except MalformedError:
        bundle = None
    assert bundle != EVERY
    assert bundle is None or bundle.to_bytes() == tampered


@given(st.binary(max_size=300))
def test_hostile_bytes_raise_only_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_bundle(data)


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_bytes_that_would_take_much_memory_are_no_bundle(bomb: bytes) -> None:
    head = b"\x9d" + encode(bundles.FORMAT) + b"\xa0\x93\x00\x00" + encode(H)
    for data in (bomb, head + bomb):

        def read(data: bytes = data) -> None:
            with pytest.raises(MalformedError):
                parse_bundle(data)

        assert peak_of(read) < len(data) + 100_000


# Showing events.


def an_event(count: int) -> Event:
    items = [Item("epcList", can(number)) for number in range(count)]
    items.append(Item("quantityList", "urn:a:lot", 12.5, "KGM"))
    items.append(Item("quantityList", "urn:a:some"))
    return make_event(
        {"type": "ObjectEvent"},
        [dataclasses.replace(items[0], seal=bytes(32)), *items[1:]],
        [Field("/a", 1), Field("/b", 2)],
        secret=bytes(32),
    )


def test_the_body_is_always_shown_and_what_is_shown_leads_to_the_id() -> None:
    event = an_event(3)
    for leaves in ([], [2], [1, 4, 5], range(8)):
        shown = show_event(event, position=1, leaves=leaves)
        numbers = sorted({0, *leaves})
        assert [
            *(item.number for item in shown.items),
            *(field.number for field in shown.fields),
        ] == numbers[1:]
        assert (shown.position, shown.counts, shown.pointers) == (
            1, event.counts, event.pointers,
        )  # fmt: skip
        known = [(n, event.hashes[n]) for n in numbers]
        assert root_from(8, known, shown.hashes) == root_of(event.hashes)


def test_an_item_is_shown_as_its_leaf_has_it() -> None:
    event = an_event(3)
    sealed, plain, _, some, rest = event.items
    leaves = [leaf or b"" for leaf in event.leaves[1:6]]
    assert show_item(sealed, leaves[0], 1).seal == bytes(32)
    assert show_item(plain, leaves[1], 2).amount is None
    assert show_item(some, leaves[3], 4).amount == (12.5, "KGM")
    assert show_item(rest, leaves[4], 5).amount == (None, None)
    salts = {show_item(i, leaf, 1).salt for i, leaf in zip(event.items, leaves, strict=True)}  # fmt: skip
    assert len(salts) == 5
    for item, leaf in zip(event.items, leaves, strict=True):
        assert parse_item(leaf, relation=item.relation, room=room_for(99)) == item  # fmt: skip
        assert show_item(item, leaf, 1).salt in leaf


def test_a_field_that_was_erased_cannot_be_shown() -> None:
    event = withhold(an_event(1), ["/a"])
    with pytest.raises(ValueError, match="leaf 4"):
        show_event(event, position=0, leaves=[4])
    assert show_event(event, position=0, leaves=[5]).pointers == ("/a", "/b")
    with pytest.raises(ValueError, match="no leaf 6"):
        show_event(event, position=0, leaves=[6])


def test_a_statement_is_shown_with_some_of_its_events() -> None:
    events = [an_event(number) for number in range(1, 6)]
    signed = sign_statement(
        events, signer=signer_of("x"), issuer="urn:x:y", origin="o", now=7
    )
    entry = parse_entry(signed.entry)
    for positions in ([0], [4], [1, 3], range(5)):
        statement = show_statement(
            entry,
            log_index=9,
            event_ids=[event.id for event in events],
            events=[
                show_event(events[n], position=n, leaves=[]) for n in positions
            ],
        )
        assert (statement.log_index, statement.issued_at) == (9, 7)
        known = [(n, leaf_hash(events[n].id)) for n in positions]
        root = root_from(5, known, statement.hashes)
        assert root == entry.header.events_root


def test_one_can_of_a_full_pallet_costs_little() -> None:
    world = World()
    cans = [can(number) for number in range(5_000)]
    world.say("did:web:operator.example", world.made(*cans))
    world.say("did:web:operator.example", world.packed(sscc(1), *cans))
    size = len(world.bundle(can(77)).to_bytes())
    assert size < 4_000
