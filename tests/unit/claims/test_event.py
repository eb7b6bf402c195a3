"""An event is what its leaves say, and any part of it can be shown alone."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import (
    CODES,
    MAX_ITEM_LENGTH,
    MAX_LEAVES,
    MAX_OWN_LEAVES,
    MAX_POINTER_LENGTH,
    MAX_UOM_LENGTH,
    QUANTITY_LISTS,
    RELATIONS,
    Event,
    Field,
    Item,
    check_header,
    check_item,
    check_item_id,
    derive_salt,
    has_trail,
    item_leaf,
    make_event,
    parse_body,
    parse_event,
    parse_field,
    parse_item,
    read_after,
    read_header,
    relation_of,
    room_for,
    withhold,
)
from provenance.encoding.canonical import Value, decode, encode
from provenance.encoding.reader import ByteReader
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError
from tests.support.bombs import VALUES, peak_of
from tests.support.vectors_of import shared

SECRET = bytes(range(32))
BODY = {"type": "ObjectEvent", "action": "OBSERVE"}
UNIT = "https://id.gs1.org/01/09506000134352/21/1"
CLASS = "https://id.gs1.org/01/09506000134352"


def an_event(*fields: Field) -> Event:
    items = [
        Item("epcList", UNIT),
        Item("quantityList", CLASS, 2.5, "KGM"),
    ]
    return make_event(BODY, items, fields, secret=SECRET)


COUNTS = [[3, 1], [4, 1]]


def parts_of(event: Event) -> list[Any]:
    data: Any = decode(event.data)
    return list(data[2])


def written(counts: Any, pointers: Any, leaves: Any) -> bytes:
    return encode([counts, pointers, leaves])


def item_of(row: list[Any]) -> Item:
    relation, item, *rest = row
    if relation in QUANTITY_LISTS:
        return Item(relation, item, *rest)
    seal = bytes.fromhex(rest[0]) if rest else None
    return Item(relation, item, seal=seal)


def test_published_relations_have_the_same_codes() -> None:
    folder = shared("provenance-formats-v2")
    assert json.loads((folder / "relations.json").read_text()) == CODES
    assert [CODES[relation] for relation in RELATIONS] == [*range(1, 14)]


def test_published_events_have_the_same_leaves_data_and_ids() -> None:
    folder = shared("provenance-formats-v2")
    vectors = json.loads((folder / "events.json").read_text())
    assert len(vectors) == 5
    for v in vectors:
        published = parse_event(bytes.fromhex(v["data"]))
        event = make_event(
            v["body"],
            [item_of(row) for row in v["items"]],
            [field for field in published.fields if field],
            secret=bytes.fromhex(v["secret"]),
        )
        assert event == published
        assert event.data.hex() == v["data"]
        assert [leaf.hex() for leaf in event.leaves if leaf] == v["leaves"]
        assert [list(count) for count in event.counts] == v["counts"]
        assert list(event.pointers) == v["pointers"]
        assert root_of(event.hashes).hex() == v["root"]
        assert event.id.hex() == v["event_id"]
        hidden = withhold(event, event.pointers)
        assert hidden.data.hex() == v["data_with_all_fields_withheld"]
        assert hidden.id == event.id


def test_a_published_seal_stands_in_the_leaf_of_its_unit() -> None:
    folder = shared("provenance-formats-v2")
    seal = json.loads((folder / "seals.json").read_text())
    event = parse_event(
        bytes.fromhex(
            json.loads((folder / "events.json").read_text())[0]["data"]
        )
    )
    sealed = [item for item in event.items if item.seal]
    assert [(item.id, item.seal) for item in sealed] == [
        (seal["unit"], bytes.fromhex(seal["public_key"]))
    ]


def test_what_is_written_is_read_back() -> None:
    event = an_event(Field("/price", 12.5), Field("/buyer", None))
    assert event.counts == ((3, 1), (4, 1))
    assert event.pointers == ("/buyer", "/price")
    again = parse_event(event.data)
    assert again == event
    assert again.body == BODY
    assert again.items == (
        Item("epcList", UNIT),
        Item("quantityList", CLASS, 2.5, "KGM"),
    )
    assert again.fields == (Field("/buyer", None), Field("/price", 12.5))
    assert again.hashes == tuple(
        leaf_hash(leaf) for leaf in again.leaves if leaf
    )


def test_an_unspecified_quantity_of_a_class_is_not_a_unit() -> None:
    event = make_event(
        BODY, [Item("quantityList", CLASS, None, None)], secret=SECRET
    )
    assert event.items == (Item("quantityList", CLASS, None, None),)


def test_only_things_that_can_be_followed_have_trails() -> None:
    assert not has_trail(CLASS, "quantityList")
    assert not has_trail(f"{CLASS}/22/2A", "inputQuantityList")
    assert has_trail(UNIT, "epcList")
    assert has_trail(f"{CLASS}/10/L7", "quantityList")
    assert tuple(an_event().own_leaves) == (UNIT,)
    assert an_event().own_leaves == {UNIT: (1,)}


def test_what_is_said_about_a_whole_class_has_a_trail() -> None:
    assert has_trail(CLASS, "about")
    event = make_event(BODY, [Item("about", CLASS)], secret=SECRET)
    assert tuple(event.own_leaves) == (CLASS,)


def test_an_item_named_twice_is_linked_once_with_both_leaves() -> None:
    lot = f"{CLASS}/10/L7"
    items = [
        Item("quantityList", lot, 1, "KGM"),
        Item("quantityList", CLASS),
        Item("quantityList", lot, 2, "LTR"),
        Item("epcList", UNIT),
    ]
    event = make_event(BODY, items, secret=SECRET)
    assert tuple(event.own_leaves) == (UNIT, lot)
    assert event.own_leaves == {UNIT: (1,), lot: (2, 4)}


@pytest.mark.parametrize("both", [
    ("inputEPCList", "outputEPCList"),
    ("parentID", "childEPCs"),
    ("epcList", "about"),
])  # fmt: skip
def test_an_id_in_two_relations_is_refused(both: tuple[str, str]) -> None:
    items = [Item(relation, UNIT) for relation in both]
    with pytest.raises(MalformedError, match="two relations"):
        make_event(BODY, items, secret=SECRET)
    leaves = [
        encode(["body", BODY]),
        *[item_leaf(item, bytes(16)) for item in items],
    ]
    codes = sorted(CODES[relation] for relation in both)
    with pytest.raises(MalformedError, match="two relations"):
        parse_event(written([[code, 1] for code in codes], [], leaves))


def test_a_class_may_go_in_and_come_out_for_it_has_no_trail() -> None:
    items = [Item(f"{put}QuantityList", CLASS) for put in ("input", "output")]
    event = make_event(BODY, items, secret=SECRET)
    assert tuple(parse_event(event.data).own_leaves) == ()
    told = make_event(BODY, [*items, Item("about", CLASS)], secret=SECRET)
    assert parse_event(told.data).own_leaves == {CLASS: (1,)}
    with pytest.raises(MalformedError, match="two relations"):
        make_event(
            BODY,
            [Item("about", f"{CLASS}/21/1"), Item("epcList", f"{CLASS}/21/1")],
            secret=SECRET,
        )


def test_items_stand_by_relation_and_then_as_they_came() -> None:
    first, second, parent = "urn:x:1", "urn:x:2", "urn:x:3"
    event = make_event(
        BODY,
        [
            Item("childEPCs", second),
            Item("childEPCs", first),
            Item("parentID", parent),
        ],
        secret=SECRET,
    )
    assert [item.id for item in event.items] == [parent, second, first]
    assert event.counts == ((5, 1), (6, 2))
    assert [relation_of(event.counts, number) for number in (1, 2, 3)] == [
        "parentID",
        "childEPCs",
        "childEPCs",
    ]
    for number in (0, 4):
        with pytest.raises(MalformedError, match="is not an item's"):
            relation_of(event.counts, number)


def test_every_leaf_has_its_own_salt() -> None:
    salts = [derive_salt(SECRET, number) for number in range(100)]
    assert len(set(salts)) == 100
    assert {len(salt) for salt in salts} == {16}


def test_a_secret_of_another_length_is_a_wrong_call() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        make_event(BODY, [Item("epcList", UNIT)], secret=SECRET[1:])


def test_a_withheld_field_leaves_the_id_as_it_was() -> None:
    event = an_event(Field("/a", "secret"), Field("/b", 2))
    shown = withhold(event, ["/a"])
    assert b"secret" not in shown.data
    assert shown.id == event.id
    assert shown.fields == (None, Field("/b", 2))
    assert shown.leaves[3] is None
    assert shown.pointers == event.pointers
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


ITEM_LEAF = encode(["item", bytes(16), UNIT])


@pytest.mark.parametrize("data", [
    b"",
    b"\xc0",
    encode([]),
    encode({"a": 1}),
    encode([1]),
    encode([COUNTS, []]),
    written([], [], [encode(["body", BODY])]),
    written([[3, 1]], [], []),
    written([[3, 1]], [], [encode(["body", BODY])]),
    written([[3, 2]], [], [encode(["body", BODY]), ITEM_LEAF]),
    written([[3, 1]], ["/a"], [encode(["body", BODY]), ITEM_LEAF]),
    written([[3, 1]], [], [encode(["body", BODY]), ITEM_LEAF, ITEM_LEAF]),
    written([[3, True]], [], [encode(["body", BODY]), ITEM_LEAF]),
    written([[3, 1, 1]], [], [encode(["body", BODY]), ITEM_LEAF]),
    written([[3, 1]], [7], [encode(["body", BODY]), ITEM_LEAF, b""]),
    written([[3, 1]], [], [encode(["body", BODY]), [bytes(32)]]),
    written([[3, 1]], [], [[bytes(32)], ITEM_LEAF]),
    written([[3, 1]], [], [encode(["body", BODY]), ITEM_LEAF]) + b"\0",
])  # fmt: skip
def test_data_of_another_shape_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_event(data)


def test_leaves_without_their_shape_wrong_are_an_event() -> None:
    leaves = [encode(["body", BODY]), ITEM_LEAF]
    assert parse_event(written([[3, 1]], [], leaves)).items == (
        Item("epcList", UNIT),
    )


@pytest.mark.parametrize(("counts", "message"), [
    ([], "one item at least"),
    ([(0, 1)], "relation 0"),
    ([(14, 1)], "relation 14"),
    ([(4, 1), (3, 1)], "not in order"),
    ([(3, 1), (3, 1)], "not in order"),
    ([(3, 0)], "0 items as epcList"),
    ([(5, 2), (6, 1)], "2 items as parentID"),
    ([(10, 1), (12, 2)], "2 items as transformationID"),
    ([(13, 2)], "2 items as place"),
    ([(3, MAX_LEAVES)], "262145 leaves"),
    ([(3, MAX_LEAVES - 1), (4, 1)], "262145 leaves"),
])  # fmt: skip
def test_counts_that_an_event_cannot_have_are_refused(
    counts: list[tuple[int, int]], message: str
) -> None:
    with pytest.raises(MalformedError, match=message):
        check_header(counts, [])
    with pytest.raises(MalformedError, match=message):
        read_header(ByteReader(encode(counts) + encode([])))


@pytest.mark.parametrize("pointers", [
    [""],
    ["a"],
    ["/a~"],
    ["/a~2"],
    ["/b", "/a"],
    ["/a", "/a"],
    ["/\U00010000", "/\uffff"],  # UTF-16 has them in the other order
    ["/" + "x" * MAX_POINTER_LENGTH],
    ["/" * 33],
    ["/" + "ä" * (MAX_POINTER_LENGTH // 2)],
])  # fmt: skip
def test_pointers_that_are_none_or_out_of_order_are_refused(
    pointers: list[str],
) -> None:
    with pytest.raises(MalformedError):
        check_header([(3, 1)], pointers)
    with pytest.raises(MalformedError):
        read_header(ByteReader(encode([[3, 1]]) + encode(pointers)))


def test_the_longest_and_strangest_pointers_are_read() -> None:
    pointers = [
        "/",
        "//",
        "/" * 32,
        "/a b/~0~1",
        "/uffff",
        "/" + "x" * (MAX_POINTER_LENGTH - 1),
        "/\uffff",
        "/\U00010000",
    ]
    header = read_header(ByteReader(encode([[3, 1]]) + encode(pointers)))
    assert header == (((3, 1),), tuple(pointers))
    check_header([(3, MAX_LEAVES - 2)], ["/a"])


@pytest.mark.parametrize("leaf", [
    ["body"],
    ["body", {}],
    ["body", {"type": ""}],
    ["body", {"type": 7}],
    ["body", {**BODY, "after": 7}],
    ["body", BODY, 1],
    ["other", BODY],
    ["item", bytes(16), UNIT],
    7,
])  # fmt: skip
def test_a_leaf_that_is_no_body_is_refused(leaf: Any) -> None:
    with pytest.raises(MalformedError):
        parse_body(encode(leaf), room=room_for(0))


@pytest.mark.parametrize(("relation", "leaf"), [
    ("epcList", ["body", BODY]),
    ("epcList", ["item", bytes(15), UNIT]),
    ("epcList", ["item", bytes(16), "no uri"]),
    ("epcList", ["item", bytes(16), 7]),
    ("epcList", ["item", bytes(16)]),
    ("epcList", ["item", bytes(16), "epcList", UNIT]),
    ("epcList", ["other", bytes(16), UNIT]),
    ("epcList", ["item", bytes(16), UNIT, {}]),
    ("epcList", ["item", bytes(16), UNIT, {"other": 1}]),
    ("epcList", ["item", bytes(16), UNIT, {"seal": bytes(32), "z": 1}]),
    ("epcList", ["item", bytes(16), UNIT, {"seal": bytes(31)}]),
    ("epcList", ["item", bytes(16), UNIT, {"seal": "x" * 32}]),
    ("epcList", ["item", bytes(16), UNIT, {"seal": None}]),
    ("epcList", ["item", bytes(16), UNIT, None]),
    ("epcList", ["item", bytes(16), UNIT, {"seal": bytes(32)}, 1]),
    ("epcList", ["item", bytes(16), CLASS, 1, None]),
    ("epcList", ["item", bytes(16), CLASS, None, None]),
    ("childEPCs", ["item", bytes(16), UNIT, {"seal": bytes(32)}]),
    ("inputEPCList", ["item", bytes(16), UNIT, {"seal": bytes(32)}]),
    ("quantityList", ["item", bytes(16), CLASS]),
    ("quantityList", ["item", bytes(16), CLASS, 1]),
    ("quantityList", ["item", bytes(16), CLASS, "many", None]),
    ("quantityList", ["item", bytes(16), CLASS, True, None]),
    ("quantityList", ["item", bytes(16), CLASS, 1, 7]),
    ("quantityList", ["item", bytes(16), CLASS, 1, "x" * 256]),
    ("quantityList", ["item", bytes(16), CLASS, 1, "ä" * 128]),
    ("quantityList", ["item", bytes(16), CLASS, 1, None, {"seal": bytes(32)}]),
    ("quantityList", ["item", bytes(16), CLASS, 1, None, {}]),
    ("quantityList", ["item", bytes(16), CLASS, 1, None, 1]),
    ("epcList", ["field", bytes(16), 1]),
    ("epcList", 7),
    ("epcList", [[[]] * 40]),
])  # fmt: skip
def test_a_leaf_that_is_no_item_under_its_relation_is_refused(
    relation: str, leaf: Any
) -> None:
    with pytest.raises(MalformedError):
        parse_item(encode(leaf), relation=relation, room=room_for(0))


@pytest.mark.parametrize("leaf", [
    ["field", bytes(15), 1],
    ["field", bytes(16)],
    ["field", bytes(16), 1, 1],
    ["field", bytes(16), "/a", 1],
    ["item", bytes(16), UNIT],
    ["field", "x" * 16, 1],
    7,
])  # fmt: skip
def test_a_leaf_that_is_no_field_is_refused(leaf: Any) -> None:
    with pytest.raises(MalformedError):
        parse_field(encode(leaf), pointer="/a", room=room_for(0))


ITEMS = [
    Item("epcList", UNIT),
    Item("epcList", UNIT, seal=bytes(32)),
    Item("outputEPCList", UNIT, seal=bytes(32)),
    Item("quantityList", CLASS),
    Item("quantityList", CLASS, 1, "x" * MAX_UOM_LENGTH),
    Item("inputQuantityList", CLASS, 2.5),
    Item("transformationID", "urn:x:1"),
]


@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_the_leaf_of_an_item_is_read_as_that_item(item: Item) -> None:
    leaf = item_leaf(item, bytes(16))
    assert parse_item(leaf, relation=item.relation, room=room_for(0)) == item
    assert check_item(item) is item


def is_refused_cheaply(data: bytes) -> None:
    """Check that no more is unpacked of *data* than there is room for."""

    def read() -> None:
        with pytest.raises(MalformedError):
            parse_event(data)

    # A few copies of it, and what there is room for.
    assert peak_of(read) < 3 * len(data) + 64 * (65_536 + len(data) // 4)


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_no_part_of_an_event_takes_many_times_its_bytes(bomb: bytes) -> None:
    body, *items = parts_of(an_event())
    much = body[:6] + b"\x83\xa1a" + bomb + body[7:]
    shape = written([], [], [])[:1]
    for data in (
        bomb,
        shape + bomb,
        shape + encode(COUNTS) + bomb,
        shape + encode(COUNTS) + encode([]) + bomb,
        written(COUNTS, [], [much, *items]),
    ):
        is_refused_cheaply(data)


def test_all_parts_of_an_event_share_the_room_that_it_has() -> None:
    many = encode(["field", bytes(16), [[]] * 30_000])
    pointers = [f"/{number}" for number in range(9)]
    leaves = [*parts_of(an_event()), *[many] * 9]
    data = written(COUNTS, pointers, leaves)
    with pytest.raises(MalformedError, match="there is room for"):
        parse_event(data)
    is_refused_cheaply(data)


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
        parse_event(written(COUNTS, ["/a"], [*parts[:3], part]))


def test_only_a_concealed_field_may_be_withheld() -> None:
    event = an_event(Field("/a", 1))
    parts = parts_of(event)
    for number in range(3):
        hidden = [*parts]
        hidden[number] = [event.hashes[number]]
        with pytest.raises(MalformedError, match="something else than bytes"):
            parse_event(written(COUNTS, ["/a"], hidden))


def test_two_fields_with_one_pointer_are_refused() -> None:
    with pytest.raises(MalformedError, match="repeats"):
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
            st.sampled_from(RELATIONS) | st.text(max_size=9),
            st.sampled_from([UNIT, CLASS, "urn:x:1", "no uri", "urn:é"]),
            st.none() | st.just(2.0),
            st.none() | st.just("KGM") | st.just("\ud800"),
            st.none() | st.just(bytes(32)) | st.just(b"short"),
        )
        | st.builds(
            Item,
            st.sampled_from(RELATIONS),
            st.integers(0, 9).map("urn:x:{}".format),
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
        (Item("epc\ud800List", UNIT), "no such relation"),
        (Item("readPoint", UNIT), "no such relation"),
        (Item(None, UNIT), "no such relation"),  # type: ignore[arg-type]  # a wrong call
        (Item([], UNIT), "no such relation"),  # type: ignore[arg-type]  # a wrong call
        (Item("epcList", UNIT, 1), "with a quantity"),
        (Item("epcList", UNIT, None, "KGM"), "with a quantity"),
        (Item("parentID", UNIT, seal=bytes(32)), "a seal is"),
        (Item("epcList", UNIT, seal=b""), "a seal is"),
    ],
)
def test_an_event_with_an_item_that_is_none_is_not_made(
    item: Item, message: str
) -> None:
    with pytest.raises(MalformedError, match=message):
        make_event(BODY, [item], secret=SECRET)


def test_an_event_without_items_is_not_made() -> None:
    with pytest.raises(MalformedError, match="one item at least"):
        make_event(BODY, [], secret=SECRET)


def test_the_fields_of_an_event_may_come_in_any_order() -> None:
    one, other = Field("/a", 1), Field("/b", 2)
    assert an_event(one, other) == an_event(other, one)


def test_an_event_names_one_item_no_more_often_than_a_link_can_tell() -> None:
    most = [Item("epcList", UNIT)] * MAX_OWN_LEAVES
    event = make_event(BODY, [*most, Item("about", CLASS)], secret=SECRET)
    assert event.counts == ((2, 1), (3, MAX_OWN_LEAVES))
    with pytest.raises(MalformedError, match="65536 times"):
        make_event(BODY, [*most, Item("epcList", UNIT)], secret=SECRET)
