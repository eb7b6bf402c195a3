"""An event is what its leaves say, and any part of it can be shown alone."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import (
    MAX_ITEM_LENGTH,
    Event,
    Field,
    Item,
    check_item_id,
    derive_salt,
    has_trail,
    make_event,
    parse_event,
    parse_leaf,
    read_after,
    room_for,
    withhold,
)
from provenance.encoding.canonical import Value, decode, encode
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError
from tests.bombs import VALUES, peak_of
from tests.vectors_of import shared

SECRET = bytes(range(32))
BODY = {"type": "ObjectEvent", "action": "OBSERVE"}
UNIT = "https://id.gs1.org/01/09506000134352/21/1"
CLASS = "https://id.gs1.org/01/09506000134352"


def an_event(*fields: Field) -> Event:
    items = [
        Item("epcList", UNIT),
        Item("quantityList", CLASS, 2.5, "KGM", True),
    ]
    return make_event(BODY, items, fields, secret=SECRET)


def parts_of(event: Event) -> list[Any]:
    data: Any = decode(event.data)
    return list(data[1])


def test_published_events_have_the_same_leaves_and_ids() -> None:
    vectors = json.loads(
        shared("provenance-formats").joinpath("events.json").read_text()
    )
    assert len(vectors) == 3
    for v in vectors:
        event = make_event(
            v["body"],
            [Item(relation, item) for relation, item in v["items"]],
            [Field(pointer, value) for pointer, value in v["concealed"]],
            secret=bytes.fromhex(v["secret"]),
        )
        assert [leaf.hex() for leaf in event.leaves if leaf] == v["leaves"]
        assert root_of(event.hashes).hex() == v["root"]
        assert event.id.hex() == v["event_id"]


def test_what_is_written_is_read_back() -> None:
    event = an_event(Field("/price", 12.5), Field("/buyer", None))
    again = parse_event(event.data)
    assert again == event
    assert again.body == BODY
    assert again.items == (
        Item("epcList", UNIT),
        Item("quantityList", CLASS, 2.5, "KGM", True),
    )
    assert again.fields == (Field("/price", 12.5), Field("/buyer", None))
    assert again.hashes == tuple(
        leaf_hash(leaf) for leaf in again.leaves if leaf
    )


def test_an_unspecified_quantity_of_a_class_is_not_a_unit() -> None:
    event = make_event(
        BODY, [Item("quantityList", CLASS, None, None, True)], secret=SECRET
    )
    assert event.items == (Item("quantityList", CLASS, None, None, True),)


def test_only_things_that_can_be_followed_have_trails() -> None:
    assert not has_trail(CLASS)
    assert not has_trail(f"{CLASS}/22/2A")
    assert has_trail(UNIT)
    assert has_trail(f"{CLASS}/10/L7")
    assert an_event().trailed_items == (UNIT,)


def test_an_item_named_twice_is_linked_once() -> None:
    items = [Item("inputEPCList", UNIT), Item("outputEPCList", UNIT)]
    assert make_event(BODY, items, secret=SECRET).trailed_items == (UNIT,)


def test_every_leaf_has_its_own_salt() -> None:
    salts = [derive_salt(SECRET, number) for number in range(100)]
    assert len(set(salts)) == 100
    assert {len(salt) for salt in salts} == {16}


def test_a_secret_of_another_length_is_a_wrong_call() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        make_event(BODY, [Item("epcList", UNIT)], secret=SECRET[1:])


def test_a_withheld_field_leaves_the_id_as_it_was() -> None:
    event = an_event(Field("/a", 1), Field("/b", 2))
    shown = withhold(event, ["/a"])
    assert shown.id == event.id
    assert shown.fields == (None, Field("/b", 2))
    assert shown.leaves[3] is None
    assert b"/a" not in shown.data
    assert withhold(shown, ["/b"]).fields == (None, None)
    assert withhold(event, []) == event


def test_a_field_that_is_not_there_cannot_be_withheld() -> None:
    with pytest.raises(ValueError, match="/zz"):
        withhold(an_event(Field("/a", 1)), ["/a", "/zz"])


def test_after_names_the_heads_that_must_hold() -> None:
    link = bytes(32)
    event = make_event(
        {**BODY, "after": [[UNIT, link]]},
        [Item("epcList", UNIT)],
        secret=SECRET,
    )
    assert event.after == ((UNIT, link),)
    assert an_event().after == ()


@pytest.mark.parametrize(
    "after",
    [
        7,
        "text",
        b"bytes",
        [7],
        [[UNIT]],
        [[UNIT, bytes(31)]],
        [[7, bytes(32)]],
        [["no uri", bytes(32)]],
    ],
)
def test_a_malformed_after_is_refused(after: Any) -> None:
    with pytest.raises(MalformedError):
        read_after({"after": after})


@pytest.mark.parametrize(
    "item",
    [
        "",
        "no uri",
        "https://ünï.example/1",
        "http:",
        "urn:a b",
        "https://a.example/" + "x" * MAX_ITEM_LENGTH,
        "urn:a\n",
        "1urn:a",
    ],
)
def test_an_item_id_is_an_absolute_ascii_uri(item: str) -> None:
    with pytest.raises(MalformedError):
        check_item_id(item)


@pytest.mark.parametrize("data", [
    b"",
    b"\xc0",
    encode([]),
    encode({"a": 1}),
    encode([1]),
    encode(["1", []]),
    encode([0, [encode(["body", BODY])]]),
    encode([1, [encode(["body", BODY])]]),
    encode([2, [encode(["body", BODY]), encode(["item", bytes(16), "r", UNIT])]]),
])  # fmt: skip
def test_data_of_another_shape_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_event(data)


def test_true_is_not_a_count_of_one() -> None:
    event = make_event(BODY, [Item("epcList", UNIT)], secret=SECRET)
    with pytest.raises(MalformedError):
        parse_event(encode([True, parts_of(event)]))


@pytest.mark.parametrize(("number", "leaf"), [
    (0, ["body", {}]),
    (0, ["body", {"type": ""}]),
    (0, ["body", {"type": 7}]),
    (0, ["body", {**BODY, "after": 7}]),
    (0, ["item", bytes(16), "epcList", UNIT]),
    (1, ["body", BODY]),
    (1, ["item", bytes(15), "epcList", UNIT]),
    (1, ["item", bytes(16), "epcList", "no uri"]),
    (1, ["item", bytes(16), 7, UNIT]),
    (1, ["item", bytes(16), "quantityList", CLASS, "many", None]),
    (1, ["item", bytes(16), "quantityList", CLASS, True, None]),
    (1, ["item", bytes(16), "quantityList", CLASS, 1, 7]),
    (1, ["item", bytes(16), "quantityList", CLASS, 1]),
    (1, ["field", bytes(16), "/a", 1]),
    (2, ["field", bytes(15), "/a", 1]),
    (2, ["field", bytes(16), "a", 1]),
    (2, ["field", bytes(16), "/a"]),
    (2, ["item", bytes(16), "epcList", UNIT]),
    (2, ["other"]),
    (2, 7),
])  # fmt: skip
def test_a_leaf_that_may_not_stand_there_is_refused(
    number: int, leaf: Any
) -> None:
    with pytest.raises(MalformedError):
        parse_leaf(encode(leaf), number=number, item_count=1, room=room_for(0))


def is_refused_cheaply(data: bytes) -> None:
    """Check that no more is unpacked of *data* than there is room for."""

    def read() -> None:
        with pytest.raises(MalformedError, match="there is room for"):
            parse_event(data)

    # A few copies of it, and what there is room for.
    assert peak_of(read) < 3 * len(data) + 64 * (65_536 + len(data) // 4)


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_no_part_of_an_event_takes_many_times_its_bytes(bomb: bytes) -> None:
    body, *items = parts_of(an_event())
    much = body[:6] + b"\x83\xa1a" + bomb + body[7:]
    for data in (bomb, b"\x92\x01" + bomb, encode([2, [much, *items]])):
        is_refused_cheaply(data)


def test_all_parts_of_an_event_share_the_room_that_it_has() -> None:
    many = encode(["field", bytes(16), "/a", [[]] * 30_000])
    is_refused_cheaply(encode([2, [*parts_of(an_event()), *[many] * 9]]))


def test_an_event_may_say_a_quarter_as_many_values_as_it_has_bytes() -> None:
    readings = [
        {"type": "Temperature", "value": 3.5, "uom": "CEL"}
        for _ in range(30_000)
    ]
    numbers: list[Value] = [*range(100)] * 600
    event = make_event(
        {"type": "ObjectEvent", "readings": readings},
        [Item("epcList", UNIT)],
        [Field("/a", numbers)],
        secret=bytes(32),
    )
    assert parse_event(event.data) == event


@pytest.mark.parametrize(
    "part", [7, [], [bytes(31)], [bytes(32), 1], ["x" * 32]]
)
def test_a_withheld_leaf_is_one_hash(part: Any) -> None:
    parts = parts_of(an_event(Field("/a", 1)))
    with pytest.raises(MalformedError):
        parse_event(encode([2, [*parts[:3], part]]))


def test_only_a_concealed_field_may_be_withheld() -> None:
    event = an_event(Field("/a", 1))
    parts = parts_of(event)
    with pytest.raises(MalformedError, match="leaf 1"):
        parse_event(encode([2, [parts[0], [event.hashes[1]], *parts[2:]]]))


def test_two_fields_with_one_pointer_are_refused() -> None:
    with pytest.raises(MalformedError, match="same pointer"):
        an_event(Field("/a", 1), Field("/a", 2))


@given(st.data())
def test_any_changed_byte_makes_it_another_event_or_none(
    data: st.DataObject,
) -> None:
    event = an_event(Field("/price", 12.5))
    changed = bytearray(event.data)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(
        st.integers(1, 255)
    )
    with contextlib.suppress(MalformedError):
        assert parse_event(bytes(changed)).id != event.id


@given(st.binary(max_size=200))
def test_hostile_bytes_raise_only_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_event(data)


@given(
    st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text()),
    st.lists(
        st.builds(
            Item,
            st.text(max_size=9),
            st.sampled_from([UNIT, CLASS, "urn:x:1", "no uri", "urn:é"]),
            st.none() | st.just(2.0),
            st.none() | st.just("KGM"),
            st.booleans(),
        ),
        max_size=5,
    ),
)
def test_an_event_that_was_made_is_the_one_that_its_data_holds(
    body: dict[str, object], items: list[Item]
) -> None:
    try:
        event = make_event({**body, "type": "X"}, items, secret=SECRET)
    except MalformedError:
        return
    assert parse_event(event.data) == event


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (Item("epcList", "no uri"), "an item id is an absolute ASCII URI"),
        (Item("epc\ud800List", UNIT), "surrogate"),
        (Item(None, UNIT), "is not of its form"),  # type: ignore[arg-type]  # a wrong call
    ],
)
def test_an_event_with_an_item_that_is_none_is_not_made(
    item: Item, message: str
) -> None:
    with pytest.raises(MalformedError, match=message):
        make_event(BODY, [item], secret=SECRET)


def test_an_event_without_items_is_not_made() -> None:
    with pytest.raises(MalformedError, match="0 items"):
        make_event(BODY, [], secret=SECRET)
