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
        Item("epcList", "urn:a:b"),
        Item("quantityList", "urn:a:c", 1.5, "KGM", is_quantity=True),
        Item("quantityList", "urn:a:d", None, None, is_quantity=True),
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
ITEM = leaf("item", b"s" * 16, "epcList", "urn:a:b")


@pytest.mark.parametrize(
    "outer",
    [
        [1, [BODY], 2],
        [1, [BODY]],
        [-1, [BODY]],
        [0, [[b"x"]]],
        [1, [BODY, [b"x"]]],
        [0, [leaf("body", [])]],
        [0, [leaf("body")]],
    ],
)
def test_data_of_another_shape_is_refused(outer: object) -> None:
    with pytest.raises(MalformedError):
        read_stored(msgpack.packb(outer))


@pytest.mark.parametrize(
    "part",
    [
        leaf("item", b"s", "epcList"),
        leaf("item", b"s", "epcList", "urn:a:b", 1),
        leaf("item", b"s", "epcList", "urn:a:b", 1, None, 2),
        leaf("field", b"s", "/x", 1),
        b"",
    ],
)
def test_an_item_of_another_shape_is_refused(part: bytes) -> None:
    stored = read_stored(msgpack.packb([1, [BODY, part]]))
    with pytest.raises(MalformedError):
        stored.items()


@pytest.mark.parametrize("part", [leaf("field", b"s", "/x"), ITEM[:-1], b""])
def test_a_field_of_another_shape_is_refused(part: bytes) -> None:
    stored = read_stored(msgpack.packb([0, [BODY, part]]))
    with pytest.raises(MalformedError):
        stored.fields()


@pytest.mark.parametrize("outer", [[0, []], [0], [1, [BODY]]])
def test_of_data_without_its_leaves_there_is_no_content(outer: object) -> None:
    with pytest.raises(MalformedError):
        content_hash(msgpack.packb(outer))
