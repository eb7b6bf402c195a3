"""An event as the ledger stores it, read for what it says.

What is stored was checked in every detail before it was logged. A query
looks at thousands of events and proves nothing, so it reads them without
computing a hash, in a third of the time that `parse_event` takes. Evidence is
never read like this.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgpack

from provenance.claims.event import (
    QUANTITY_LISTS,
    RELATIONS,
    SALT_SIZE,
    Counts,
    Field,
    Item,
    check_header,
    relation_of,
)
from provenance.encoding.canonical import Value
from provenance.encoding.digest import Hash, sha256
from provenance.errors import MalformedError

_OUTER = [list, list, list]
_BODY = [str, dict]
_ITEM = [str, bytes, str]
_FIELD = [str, bytes]

_WHOLE_FIELD = 3

_pack = msgpack.Packer().pack


class StoredEvent(NamedTuple):
    """The parts of a stored event; its leaves are read when asked for.

    Attributes:
        counts: How many items stand under each relation.
        body: What everybody may see, by EPCIS field names.
        item_leaves: The leaves of its items, not yet read.
        field_leaves: Pointer → the leaf of a concealed field, not yet read,
            for each that is there.
    """

    counts: Counts
    body: Mapping[str, Value]
    item_leaves: list[bytes]
    field_leaves: dict[str, bytes]

    def items(self) -> tuple[Item, ...]:
        """Return the items, in leaf order.

        Raises:
            MalformedError: The data is damaged.
        """
        leaves = iter(self.item_leaves)
        return tuple(
            [
                _item(RELATIONS[code - 1], leaf)
                for code, count in self.counts
                for leaf in islice(leaves, count)
            ]
        )

    def item(self, number: int) -> Item:
        """Return the item with that number, from 0, in leaf order.

        Raises:
            MalformedError: The data is damaged.
        """
        return _item(
            relation_of(self.counts, number + 1), self.item_leaves[number]
        )

    def fields(self) -> tuple[Field, ...]:
        """Return the concealed fields that are there.

        Raises:
            MalformedError: The data is damaged.
        """
        return tuple(
            [
                Field(pointer, _unpack(leaf, _FIELD, _WHOLE_FIELD)[2])
                for pointer, leaf in self.field_leaves.items()
            ]
        )


def read_stored(data: bytes) -> StoredEvent:
    """Return the event that the ledger stored as *data*.

    Raises:
        MalformedError: The data is damaged.
    """
    counts, pointers, leaves = _outer(data)
    body = _unpack(leaves[0], _BODY, len(_BODY))[1]
    first = len(leaves) - len(pointers)
    fields = zip(pointers, leaves[first:], strict=True)
    return StoredEvent(
        counts,
        body,
        leaves[1:first],
        {pointer: leaf for pointer, leaf in fields if type(leaf) is bytes},
    )


def content_hash(data: bytes) -> Hash:
    """Return a hash of all that the event *data* says, whatever its salts.

    Two events have the same one if body, items and concealed fields are spelt
    by the same bytes. Of a field that is not there the leaf's hash counts,
    which is equal to nothing but itself.

    Raises:
        MalformedError: The data is damaged.
    """
    counts, pointers, leaves = _outer(data)
    said = [leaves[0], *[_without_salt(leaf) for leaf in leaves[1:]]]
    return sha256(_pack([counts, pointers, said]))


def shown_mark(data: bytes) -> int:
    """Return 64 bits of a hash of all that everybody may see of an event.

    Events with one `content_hash` have one mark. What is concealed is not in
    it: a mark that is kept confirms no guess at what was erased.

    Raises:
        MalformedError: The data is damaged.
    """
    counts, pointers, leaves = _outer(data)
    shown = leaves[: len(leaves) - len(pointers)]
    said = [shown[0], *[_without_salt(leaf) for leaf in shown[1:]]]
    digest = sha256(_pack([counts, pointers, said]))
    return int.from_bytes(digest[:8], "big", signed=True)


def _outer(data: bytes) -> tuple[Any, list[str], list[Any]]:
    counts, pointers, leaves = _unpack(data, _OUTER, len(_OUTER))
    try:
        check_header(counts, pointers)
    except (TypeError, ValueError, AttributeError):
        raise _damage() from None
    items = sum([count for _, count in counts])
    if len(leaves) != 1 + items + len(pointers):
        raise _damage()
    return counts, pointers, leaves


def _without_salt(leaf: Any) -> Any:
    """Return what a salted leaf says: its bytes, but for those of the salt."""
    if type(leaf) is not bytes:
        return leaf
    # An array's head, then a word with a head that tells its length, then the
    # salt with a head of two bytes.
    start = 2 + (int.from_bytes(leaf[1:2]) & 0x1F)
    return leaf[:start] + leaf[start + 2 + SALT_SIZE :]


def _item(relation: str, leaf: Any) -> Item:
    if relation in QUANTITY_LISTS:
        _, _, item, quantity, uom = _unpack(leaf, _ITEM, 5)
        return Item(relation, item, quantity, uom)
    _, _, item, *extras = _unpack(leaf, _ITEM, 3, 4)
    if extras and type(extras[0]) is not dict:
        raise _damage()
    return Item(relation, item, seal=extras[0].get("seal") if extras else None)


def _unpack(data: Any, types: Sequence[type], *sizes: int) -> list[Any]:
    """Return the array that *data* spells, which starts with these types."""
    try:
        value: Any = msgpack.unpackb(data)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise _damage() from error
    if (
        type(value) is list
        and len(value) in sizes
        and list(map(type, value[: len(types)])) == types
    ):
        return value
    raise _damage()


def _damage() -> MalformedError:
    return MalformedError("the event's data is not of its form: run an audit")
