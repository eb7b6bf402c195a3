"""An event as the ledger stores it, read for what it says.

What is stored was checked in every detail before it was logged. A query
looks at thousands of events and proves nothing, so it reads them without
computing a hash, in a third of the time that `parse_event` takes. Evidence is
never read like this.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgpack

from provenance.claims.event import SALT_SIZE, Field, Item
from provenance.encoding.canonical import Value
from provenance.encoding.digest import Hash, sha256
from provenance.errors import MalformedError

_OUTER = [int, list]
_BODY = [str, dict]
_ITEM = [str, bytes, str, str]
_FIELD = [str, bytes, str]

_WHOLE_ITEM, _WHOLE_QUANTITY, _WHOLE_FIELD = 4, 6, 4

_pack = msgpack.Packer().pack


class StoredEvent(NamedTuple):
    """The parts of a stored event; its leaves are read when asked for.

    Attributes:
        body: What everybody may see, by EPCIS field names.
        item_leaves: The leaves of its items, not yet read.
        field_leaves: Those of its concealed fields that are there.
    """

    body: Mapping[str, Value]
    item_leaves: list[bytes]
    field_leaves: list[bytes]

    def items(self) -> tuple[Item, ...]:
        """Return the items, in leaf order.

        Raises:
            MalformedError: The data is damaged.
        """
        return tuple([_item(leaf) for leaf in self.item_leaves])

    def fields(self) -> tuple[Field, ...]:
        """Return the concealed fields that are there.

        Raises:
            MalformedError: The data is damaged.
        """
        return tuple([_field(leaf) for leaf in self.field_leaves])


def read_stored(data: bytes) -> StoredEvent:
    """Return the event that the ledger stored as *data*.

    Raises:
        MalformedError: The data is damaged.
    """
    count, leaves = _outer(data)
    first, items = leaves[0], leaves[1 : 1 + count]
    if set(map(type, [first, *items])) != {bytes}:
        raise _damage()
    body = _unpack(first, _BODY)[1]
    fields = [leaf for leaf in leaves[1 + count :] if type(leaf) is bytes]
    return StoredEvent(body, items, fields)


def content_hash(data: bytes) -> Hash:
    """Return a hash of all that the event *data* says, whatever its salts.

    Two events have the same one if body, items and concealed fields are spelt
    by the same bytes. Of a field that is not there the leaf's hash counts,
    which is equal to nothing but itself.

    Raises:
        MalformedError: The data is damaged.
    """
    count, leaves = _outer(data)
    said = [leaves[0], *[_without_salt(leaf) for leaf in leaves[1:]]]
    return sha256(_pack([count, said]))


def _outer(data: bytes) -> tuple[int, list[Any]]:
    outer = _unpack(data, _OUTER)
    if len(outer) != len(_OUTER):
        raise _damage()
    count, leaves = outer
    if not 0 <= count < len(leaves):
        raise _damage()
    return count, leaves


def _without_salt(leaf: Any) -> Any:
    """Return what a salted leaf says: its bytes, but for those of the salt."""
    if type(leaf) is not bytes:
        return leaf
    # An array's head, then a word with a head that tells its length, then the
    # salt with a head of two bytes.
    start = 2 + (int.from_bytes(leaf[1:2]) & 0x1F)
    return leaf[:start] + leaf[start + 2 + SALT_SIZE :]


def _item(leaf: bytes) -> Item:
    parts = _unpack(leaf, _ITEM)
    if len(parts) == _WHOLE_ITEM:
        return Item(parts[2], parts[3])
    if len(parts) == _WHOLE_QUANTITY:
        return Item(parts[2], parts[3], parts[4], parts[5], is_quantity=True)
    raise _damage()


def _field(leaf: bytes) -> Field:
    parts = _unpack(leaf, _FIELD)
    if len(parts) != _WHOLE_FIELD:
        raise _damage()
    return Field(parts[2], parts[3])


def _unpack(data: bytes, types: Sequence[type]) -> list[Any]:
    """Return the array that *data* spells, which starts with these types."""
    try:
        value: Any = msgpack.unpackb(data)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise _damage() from error
    if type(value) is list and list(map(type, value[: len(types)])) == types:
        return value
    raise _damage()


def _damage() -> MalformedError:
    return MalformedError("the event's data is not of its form: run an audit")
