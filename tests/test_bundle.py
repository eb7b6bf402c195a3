"""A bundle has one spelling, and its parts are of their shapes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Field, Item, make_event, withhold
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import sha256
from provenance.encoding.tree import leaf_hash
from provenance.errors import MalformedError
from provenance.proof import bundle as bundles
from provenance.proof.bundle import Bundle, parse_bundle
from provenance.proof.show import SignedEvents, show_event
from tests.bombs import VALUES, peak_of
from tests.vectors_of import shared
from tests.world import World, can, sscc, story

STORY = story().bundle(can(1))
DATA = STORY.to_bytes()


def parts() -> dict[str, Any]:
    value = decode(DATA)
    assert isinstance(value, dict)
    return value


def test_the_published_bundle_is_read_and_written_alike() -> None:
    data = shared("provenance-formats").joinpath("can.provenance").read_bytes()
    bundle = parse_bundle(data)
    assert bundle.to_bytes() == data
    assert bundle.subject == "https://id.gs1.org/01/09421902960019/21/K0000"
    assert [len(bundle.items), len(bundle.statements), len(bundle.events)] == [
        2,
        2,
        3,
    ]


def test_what_is_written_is_read_back() -> None:
    assert parse_bundle(DATA) == STORY
    world = story()
    first = world.commit()
    timed = world.bundle(can(1), times=[first])
    assert parse_bundle(timed.to_bytes()) == timed
    assert timed.times[0].log_index == first


def test_an_absence_is_written_with_the_leaf_in_its_place() -> None:
    world = World()
    empty = world.bundle(can(1))
    assert empty.items[0].other is None
    assert parse_bundle(empty.to_bytes()) == empty
    world = story()
    absent = world.bundle(can(9))
    assert absent.items[0].other is not None
    assert parse_bundle(absent.to_bytes()) == absent


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc0",
        b"\x80",
        b"\x90",
        b"{}",
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


def test_a_part_with_too_many_rows_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bundles, "MAX_ROWS", 3)
    with pytest.raises(MalformedError, match="at most 3"):
        parse_bundle(DATA)


@pytest.mark.parametrize("member", sorted({*parts(), "times"}))
def test_each_part_must_be_there_and_of_its_type(member: str) -> None:
    shapes: list[Any] = [None, 7, "x", b"x", {}, [7], [[]], [{}], [[0, 1, 2]]]
    for value in shapes:
        # The checkpoint is a text, which is read where it is opened.
        if (member, value) == ("checkpoint", "x"):
            continue
        with pytest.raises(MalformedError):
            parse_bundle(encode({**parts(), member: value}))
    if member != "times":
        with pytest.raises(MalformedError):
            parse_bundle(
                encode({k: v for k, v in parts().items() if k != member})
            )
    with pytest.raises(MalformedError):
        parse_bundle(encode({**parts(), "extra": 1}))


def test_a_bundle_about_nothing_is_refused() -> None:
    with pytest.raises(MalformedError, match="no item"):
        parse_bundle(encode({**parts(), "items": []}))


def test_no_times_are_left_out_not_empty() -> None:
    with pytest.raises(MalformedError, match="leaves them out"):
        parse_bundle(encode({**parts(), "times": []}))


def test_an_endless_checkpoint_is_refused() -> None:
    with pytest.raises(MalformedError):
        parse_bundle(encode({**parts(), "checkpoint": "x" * 2**19}))


@pytest.mark.parametrize("part", ["items", "statements", "events"])
def test_no_row_is_there_twice(part: str) -> None:
    with pytest.raises(MalformedError, match="twice"):
        parse_bundle(
            encode({**parts(), part: [parts()[part][0], *parts()[part]]})
        )


@pytest.mark.parametrize("part", ["statements", "events"])
def test_rows_stand_in_order(part: str) -> None:
    with pytest.raises(MalformedError, match="order"):
        parse_bundle(encode({**parts(), part: parts()[part][::-1]}))


def changed(path: list[Any], value: object) -> bytes:
    """Return the bundle with the value at *path* changed."""
    whole: Any = parts()
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return encode(whole)


H = bytes(32)


@pytest.mark.parametrize(("path", "values"), [
    (["commitment", 0], [-1, 2**53 - 1, True, "1", None]),
    (["commitment", 1], ["x", None, bytes(65_536)]),
    (["commitment", 2], [None, [7], [bytes(31)], ["x"], [H] * 65]),
    (["items", 0, "id"], ["no uri", 7]),
    (["items", 0, "count"], [-1, 0, 1, 3, True, "2"]),
    (["items", 0, "head"], [b"", bytes(31), "x"]),
    (["items", 0, "links"], [[], [7], [[0, 0]], [[0, 0, bytes(31)]], [[0, -1, H]] * 2, [[0, 65_536, H], [1, 0, H]], [[1, 0, H], [0, 0, H]], [[0, 0, H]] * 2]),
    (["items", 0, "proof"], [7, [7], [[256, H]], [[-1, H]], [[0, bytes(31)]], [[True, H]], [[0, H, 0]], [[0, H]] * 257]),
    (["items", 0, "other"], [[], [H, bytes(40)]]),
    (["events", 0, 1], [-1, 65_536, True]),
    (["events", 0, 2], [7, [7]]),
    (["events", 0, 3], [0, -1, 262_144, True]),
    (["events", 0, 4], [-1, 262_144, None]),
    (["events", 0, 5], [[], 7, [7], [[1, b"", []]], [[0, b"", []], [0, b"", []]], [[1, b"", []], [0, b"", []]], [[0, "x", []]], [[0, b"", 7]], [[262_144, b"", []]]]),
])  # fmt: skip
def test_a_value_out_of_shape_is_refused(
    path: list[Any], values: list[object]
) -> None:
    for value in values:
        with pytest.raises(MalformedError):
            parse_bundle(changed(path, value))


@pytest.mark.parametrize("changes", [
    {"count": 0, "links": [], "head": b""},
    {"count": 0, "links": [], "head": b"", "other": [H]},
    {"count": 0, "links": [], "head": b"", "other": [H, H]},
    {"count": 0, "links": [], "head": b"", "other": [bytes(31), bytes(40)]},
    {"count": 0, "links": [], "head": b"", "other": 7},
    {"count": 0, "links": [], "head": H, "other": []},
    {"count": 0, "links": [], "head": b"", "other": [], "more": 1},
    {"count": 0, "links": [], "head": H, "other": [H, bytes(40)]},
    {"count": 0, "links": [], "head": b"", "other": [H, bytes(40)], "more": 1},
    {"more": 1},
])  # fmt: skip
def test_a_trail_with_a_member_too_many_or_too_few_is_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(MalformedError):
        parse_bundle(changed(["items", 0], {**parts()["items"][0], **changes}))


@given(st.data())
def test_a_flipped_byte_is_malformed_or_another_bundle(
    data: st.DataObject,
) -> None:
    tampered = bytearray(DATA)
    tampered[data.draw(st.integers(0, len(DATA) - 1))] ^= data.draw(
        st.integers(1, 255)
    )
    try:
        bundle: Bundle | None = parse_bundle(bytes(tampered))
    except MalformedError:
        bundle = None
    assert bundle != STORY
    assert bundle is None or bundle.to_bytes() == tampered


@given(st.binary(max_size=300))
def test_hostile_bytes_raise_only_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_bundle(data)


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_bytes_that_would_take_much_memory_are_no_bundle(bomb: bytes) -> None:
    head = b"\x82\xa6format" + encode(bundles.FORMAT) + b"\xa5items"
    for data in (bomb, head + bomb):

        def read(data: bytes = data) -> None:
            with pytest.raises(MalformedError, match="there is room for"):
                parse_bundle(data)

        assert peak_of(read) < len(data)


# Showing events.


def an_event(count: int) -> Any:
    items = [Item("epcList", can(number)) for number in range(count)]
    return make_event(
        {"type": "ObjectEvent"},
        items,
        [Field("/a", 1), Field("/b", 2)],
        secret=bytes(32),
    )


def test_the_body_is_always_shown() -> None:
    event = an_event(3)
    shown = show_event(
        event,
        log_index=7,
        position=1,
        signed=SignedEvents([sha256(b"x"), event.id]),
        leaves=[2],
    )
    assert [leaf.number for leaf in shown.leaves] == [0, 2]
    assert (
        shown.log_index,
        shown.position,
        shown.item_count,
        shown.concealed_count,
    ) == (7, 1, 3, 2)
    assert shown.proof == (leaf_hash(sha256(b"x")),)


def test_a_field_that_was_erased_cannot_be_shown() -> None:
    event = withhold(an_event(1), ["/a"])
    with pytest.raises(ValueError, match="leaf 2"):
        show_event(
            event,
            log_index=0,
            position=0,
            signed=SignedEvents([event.id]),
            leaves=[2],
        )
    assert (
        show_event(
            event,
            log_index=0,
            position=0,
            signed=SignedEvents([event.id]),
            leaves=[3],
        ).concealed_count
        == 2
    )


def test_an_event_is_shown_at_its_own_position_only() -> None:
    event = an_event(1)
    with pytest.raises(ValueError, match="event 0"):
        show_event(
            event,
            log_index=0,
            position=0,
            signed=SignedEvents([sha256(b"x"), event.id]),
            leaves=[],
        )


def test_one_can_of_a_full_pallet_costs_little() -> None:
    world = World()
    cans = [can(number) for number in range(5_000)]
    world.say("did:web:operator.example", world.made(*cans))
    world.say("did:web:operator.example", world.packed(sscc(1), *cans))
    size = len(world.bundle(can(77)).to_bytes())
    assert size < 6_000
