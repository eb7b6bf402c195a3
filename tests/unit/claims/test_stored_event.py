from contextlib import suppress

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Field, Item, make_event, withhold
from provenance.claims.stored import content_hash, read_stored
from provenance.encoding.digest import sha256
from provenance.errors import MalformedError

SECRET = sha256(b"secret")
EVENT = make_event(
    {"type": "ObjectEvent", "action": "ADD"},
    [
        Item("epcList", "urn:a:b", seal=bytes(32)),
        Item("epcList", "urn:a:e"),
        Item("quantityList", "urn:a:c", 1.5, "KGM"),
        Item("quantityList", "urn:a:d", None, None),
    ],
    [Field("/x:a", {"deep": [1]}), Field("/x:b", None)],
    secret=SECRET,
)


def test_a_stored_event_says_what_it_said() -> None:
    stored = read_stored(EVENT.data)
    assert stored.body == EVENT.body
    assert stored.items() == EVENT.items
    assert stored.fields() == EVENT.fields


def test_a_field_that_is_gone_is_not_there() -> None:
    stored = read_stored(withhold(EVENT, ["/x:a"]).data)
    assert stored.fields() == (Field("/x:b", None),)


@given(st.data())
def test_damaged_data_raises_our_error_or_reads_otherwise(
    data: st.DataObject,
) -> None:
    at = data.draw(st.integers(0, len(EVENT.data) - 1))
    byte = data.draw(st.integers(0, 255))
    damaged = EVENT.data[:at] + bytes([byte]) + EVENT.data[at + 1 :]
    with suppress(MalformedError):
        stored = read_stored(damaged)
        stored.items()
        stored.fields()


@given(st.binary(max_size=60))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_stored(data)


def leaf(*parts: object) -> bytes:
    packed: bytes = msgpack.packb(parts)
    return packed


BODY = leaf("body", {"type": "x"})
ITEM = leaf("item", b"s" * 16, "urn:a:b")


@pytest.mark.parametrize("outer", [
    [[[3, 1]], [], [BODY, ITEM], 2],
    [[[3, 1]], [BODY, ITEM]],
    [[[3, 1]], [], [BODY]],
    [[[3, -1], [4, 2]], [], [BODY, ITEM]],
    [[[0, 1]], [], [BODY, ITEM]],
    [[[3]], [], [BODY, ITEM]],
    [[[3, "1"]], [], [BODY, ITEM]],
    [[3], [], [BODY, ITEM]],
    [[[3, 1]], ["/a"], [BODY, ITEM]],
    [[[3, 1]], [7], [BODY, ITEM, ITEM]],
    [[[3, 1]], [], [[b"x"], ITEM]],
    [[[3, 1]], [], [leaf("body", []), ITEM]],
    [[[3, 1]], [], [leaf("body"), ITEM]],
    [[[3, 1]], [], [leaf("body", {}, 1), ITEM]],
])  # fmt: skip
def test_data_of_another_shape_is_refused(outer: object) -> None:
    with pytest.raises(MalformedError):
        read_stored(msgpack.packb(outer))


@pytest.mark.parametrize(("code", "part"), [
    (3, leaf("item", b"s")),
    (3, leaf("item", b"s", 7)),
    (3, leaf("item", b"s", "urn:a:b", 1)),
    (3, leaf("item", b"s", "urn:a:b", 1, None)),
    (4, leaf("item", b"s", "urn:a:b")),
    (4, leaf("item", b"s", "urn:a:b", 1)),
    (4, leaf("item", b"s", "urn:a:b", 1, None, 2)),
    (3, b""),
    (3, [b"x"]),
])  # fmt: skip
def test_an_item_of_another_shape_is_refused(code: int, part: bytes) -> None:
    stored = read_stored(msgpack.packb([[[code, 1]], [], [BODY, part]]))
    with pytest.raises(MalformedError):
        stored.items()


@pytest.mark.parametrize(
    "part", [leaf("field", b"s"), leaf("field", b"s", 1, 2), ITEM[:-1], b""]
)
def test_a_field_of_another_shape_is_refused(part: bytes) -> None:
    stored = read_stored(msgpack.packb([[[3, 1]], ["/x"], [BODY, ITEM, part]]))
    with pytest.raises(MalformedError):
        stored.fields()


@pytest.mark.parametrize(
    "outer", [[[], [], []], [[[3, 1]], []], [[[3, 1]], [], [BODY]]]
)
def test_of_data_without_its_leaves_there_is_no_content(outer: object) -> None:
    with pytest.raises(MalformedError):
        content_hash(msgpack.packb(outer))


def test_the_same_content_has_one_hash_whatever_its_salts() -> None:
    def again(*fields: Field, secret: bytes = SECRET) -> bytes:
        return make_event(EVENT.body, EVENT.items, fields, secret=secret).data

    fields = [field for field in EVENT.fields if field]
    assert content_hash(EVENT.data) == content_hash(
        again(*fields, secret=sha256(b"another"))
    )
    for other in (
        again(),
        again(fields[0]),
        again(fields[0], Field("/x:b", 1)),
        again(fields[0], Field("/x:c", None)),
        withhold(EVENT, ["/x:a"]).data,
    ):
        assert content_hash(other) != content_hash(EVENT.data)
