"""An event: what happened to which items, as a small Merkle tree of leaves.

Any part can be shown alone, because every part is a leaf of its own, salted
where a guess could otherwise confirm it (`formats.md`, section 3):

    leaf 0          mp(["body", {EPCIS field names → values}])
    leaf 1 … n      mp(["item", salt, relation, id])
                    mp(["item", salt, relation, class, quantity, uom])
    leaf n+1 …      mp(["field", salt, pointer, value])
    event id        H(mp(["provenance/event/v1", n, concealed, MTH(leaves)]))

*Event data* is how an event travels and is stored: its leaves as they were
made, never encoded anew. A field that the reader may not have, or that was
erased, stands there as its leaf's hash alone, in an array of one:

    mp([n, [leaf 0, leaf 1, …, leaf or [hash], …]])

Promises: an `Event` that exists is well formed, has the id its leaves give,
and its items are absolute ASCII URIs.
"""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgpack

from provenance.encoding.canonical import (
    MAX_VALUES,
    Room,
    Value,
    decode,
    encode,
)
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError

SALT_SIZE = 16
SECRET_SIZE = 32

MAX_LEAVES = 262_144
"""The most leaves of one event: a container of a quarter million units."""

MAX_ITEM_LENGTH = 2048

_OUTER = [int, list]
_BODY = [str, dict]
_ITEM = [str, bytes, str, str]
_FIELD = [str, bytes, str]

_pack = msgpack.Packer().pack

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_BARE_CLASS = re.compile(r"https://id\.gs1\.org/01/\d{14}(?:/22/[^/]+)?")


@dataclass(frozen=True, slots=True)
class Item:
    """One item that an event names.

    Attributes:
        relation: The EPCIS list it stood in (`epcList`, `parentID`, …), or
            `actor` in a registry event.
        id: Its canonical URI (`formats.md`, section 2).
        quantity: How much of the class, in *uom*; None for an unspecified
            amount, and always None outside quantity lists.
        uom: The unit (UN/ECE Recommendation 20), None for a count.
        is_quantity: Whether it is an element of a quantity list.
    """

    relation: str
    id: str
    quantity: int | float | None = None
    uom: str | None = None
    is_quantity: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A concealed field: shown only to whom its holder shows it.

    Attributes:
        pointer: Where it belongs in the event, as a JSON Pointer (RFC 6901).
        value: What it says.
    """

    pointer: str
    value: Value


@dataclass(frozen=True, slots=True)
class Event:
    """An event with all of its leaves.

    Attributes:
        data: The event data, as received.
        body: What everybody may see, by EPCIS field names.
        items: The items it names, in leaf order.
        fields: The concealed fields; None where only the hash is known.
        leaves: Each leaf's bytes; None where only the hash is known.
        hashes: Each leaf's hash, in order.
        id: The event id.
    """

    data: bytes
    body: Mapping[str, Value]
    items: tuple[Item, ...]
    fields: tuple[Field | None, ...]
    leaves: tuple[bytes | None, ...]
    hashes: tuple[Hash, ...]
    id: Hash

    @property
    def trailed_items(self) -> tuple[str, ...]:
        """The ids of the items whose trails this event joins, each once."""
        return tuple(dict.fromkeys(i.id for i in self.items if has_trail(i.id)))

    @property
    def after(self) -> tuple[tuple[str, Hash], ...]:
        """The (item id, link) pairs that must be the heads at admission."""
        return read_after(self.body)


def make_event(
    body: Mapping[str, object],
    items: Iterable[Item],
    fields: Iterable[Field] = (),
    *,
    secret: bytes,
) -> Event:
    """Return the event of these parts, salted from *secret*.

    Args:
        body: What everybody may see. Must have a `type`.
        items: At least one item, in the order of the leaves.
        fields: The concealed fields, in the order of the leaves.
        secret: 32 random bytes, used for this event alone. Who has it can
            confirm a guess at a concealed field.

    Raises:
        MalformedError: A part cannot be written in the format.
    """
    if len(secret) != SECRET_SIZE:
        raise ValueError(f"a secret has {SECRET_SIZE} bytes, not {len(secret)}")
    items, fields = tuple(items), tuple(fields)
    if (
        not fields
        and 0 < len(items) < MAX_LEAVES
        and all(map(_is_plain, items))
    ):
        return _make_plain(body, items, secret)
    leaves = [encode(["body", body])]
    for item in items:
        salt = derive_salt(secret, len(leaves))
        row: list[object] = ["item", salt, item.relation, item.id]
        if item.is_quantity:
            row += [item.quantity, item.uom]
        leaves.append(encode(row))
    for field in fields:
        salt = derive_salt(secret, len(leaves))
        leaves.append(encode(["field", salt, field.pointer, field.value]))
    return parse_event(encode([len(items), leaves]))


def _is_plain(item: Item) -> bool:
    return (
        item.quantity is None
        and item.uom is None
        and not item.is_quantity
        and type(item.relation) is str
    )


def _make_plain(
    body: Mapping[str, object], items: tuple[Item, ...], secret: bytes
) -> Event:
    """Return the event of a body and plain items, without reading it again.

    A pallet has thousands of these, and their leaves leave no choice to who
    writes them: what `parse_event` would find is known.
    """
    first = encode(["body", body])
    found = parse_leaf(
        first, number=0, item_count=len(items), room=room_for(len(first))
    )
    assert isinstance(found, Mapping), "leaf 0 is the body"
    leaves = [first]
    for number, item in enumerate(items, 1):
        salt = derive_salt(secret, number)
        # The id is ASCII, and a relation that is not even text is a fault.
        row = ["item", salt, item.relation, check_item_id(item.id)]
        leaves.append(_pack(row) if item.relation.isascii() else encode(row))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    return Event(
        _pack([len(items), leaves]),
        found,
        items,
        (),
        tuple(leaves),
        tuple(hashes),
        event_id(len(items), 0, root_of(hashes)),
    )


def derive_salt(secret: bytes, leaf: int) -> bytes:
    """Return the salt of leaf number *leaf*: 16 bytes."""
    return hmac.digest(secret, leaf.to_bytes(4, "big"), "sha256")[:SALT_SIZE]


def parse_event(data: bytes) -> Event:
    """Return the event that *data* holds, its id computed from its leaves.

    Raises:
        MalformedError: The data is not well formed.
    """
    # A leaf has 15 bytes and more, a concealed one's hash 35.
    outer: Any = decode(data, room=Room(8 + len(data) // 8))
    if type(outer) is not list or [type(part) for part in outer] != _OUTER:
        raise MalformedError("event data is [item count, leaves]")
    item_count, parts = outer
    if not 1 <= item_count < len(parts) <= MAX_LEAVES:
        raise MalformedError(
            f"an event has a body and 1 to {MAX_LEAVES - 1} items and fields,"
            f" not {item_count} items in {len(parts)} leaves"
        )
    body: Mapping[str, Value] = {}
    items: list[Item] = []
    fields: list[Field | None] = []
    leaves: list[bytes | None] = []
    hashes: list[Hash] = []
    room = room_for(len(data))
    for number, part in enumerate(parts):
        if isinstance(part, bytes):
            leaves.append(part)
            hashes.append(leaf_hash(part))
            shown = parse_leaf(
                part, number=number, item_count=item_count, room=room
            )
            if isinstance(shown, Item):
                items.append(shown)
            elif isinstance(shown, Field):
                fields.append(shown)
            else:
                body = shown
        else:
            hashes.append(_withheld(part, number=number, items=item_count))
            leaves.append(None)
            fields.append(None)
    if fields:
        _require_distinct(fields)
    concealed = len(parts) - 1 - item_count
    return Event(
        data,
        body,
        tuple(items),
        tuple(fields),
        tuple(leaves),
        tuple(hashes),
        event_id(item_count, concealed, root_of(hashes)),
    )


def event_id(items: int, concealed: int, root: Hash) -> Hash:
    """Return the id of the event with that many leaves of each kind."""
    # All of it is canonical as it stands; each event comes through here.
    parts = ["provenance/event/v1", items, concealed, root]
    return sha256(_pack(parts))


def room_for(size: int) -> Room:
    """Return room for what leaves of *size* bytes say together.

    What people write has one value in four bytes at most. Long lists of small
    numbers have more, and `MAX_VALUES` of them at least are taken.
    """
    return Room(MAX_VALUES + size // 4)


def parse_leaf(
    leaf: bytes, *, number: int, item_count: int, room: Room
) -> Mapping[str, Value] | Item | Field:
    """Return what leaf *number* of an event with *item_count* items says.

    Args:
        leaf: Its bytes.
        number: Which leaf it is.
        item_count: How many items the event names.
        room: Shared with the other leaves that are read of the same input.

    Raises:
        MalformedError: It is not a leaf that may stand at that number.
    """
    # Every leaf of every event comes through here: comparing the types as a
    # list costs a fifth of what matching patterns does.
    parts: Any = decode(leaf, room=room)
    types = [type(part) for part in parts] if type(parts) is list else []
    if number == 0:
        if types == _BODY and parts[0] == "body":
            return _body(parts[1])
    elif types[:4] == _ITEM and parts[0] == "item" and number <= item_count:
        _require_salt(parts[1])
        item = check_item_id(parts[3])
        if len(parts) == 4:
            return Item(parts[2], item)
        if len(parts) == 6:
            return _quantity(parts[2], item, parts[4], parts[5])
    elif types[:3] == _FIELD and parts[0] == "field" and number > item_count:
        _require_salt(parts[1])
        if len(parts) == 4:
            return _field(parts[2], parts[3])
    raise MalformedError(f"leaf {number} of the event is not of its form")


@lru_cache(maxsize=4096)
def check_item_id(item: str) -> str:
    """Return *item* if it can be an item id: an absolute ASCII URI.

    Raises:
        MalformedError: It is not, or has more than 2,048 bytes.
    """
    if len(item) > MAX_ITEM_LENGTH or not _URI.fullmatch(item):
        raise MalformedError(
            f"an item id is an absolute ASCII URI of at most {MAX_ITEM_LENGTH}"
            f" bytes, not {item[:80]!r}"
        )
    return item


def has_trail(item: str) -> bool:
    """Return whether *item* has a trail: all do but a bare product class.

    "Some of GTIN 09506000134352" is no thing that could be followed; a
    serial, a lot, a carton is.
    """
    return _BARE_CLASS.fullmatch(item) is None


def read_after(body: Mapping[str, Value]) -> tuple[tuple[str, Hash], ...]:
    """Return the heads that *body* demands under `after`.

    Raises:
        MalformedError: `after` is not [[item id, link], …].
    """
    if "after" not in body:
        return ()
    demanded = []
    rows = body["after"]
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
        raise MalformedError("after is a list of [item id, link]")
    for row in rows:
        match row:
            case [str(item), bytes(link)]:
                demanded.append((check_item_id(item), Hash(link)))
            case _:
                raise MalformedError("after is a list of [item id, link]")
    return tuple(demanded)


def withhold(event: Event, pointers: Iterable[str]) -> Event:
    """Return *event* with those fields as hashes alone, and the same id.

    Raises:
        ValueError: It has no such field.
    """
    wanted = set(pointers)
    first = 1 + len(event.items)
    parts: list[bytes | list[Hash]] = []
    for number, leaf in enumerate(event.leaves):
        field = event.fields[number - first] if number >= first else None
        if leaf is None or (field is not None and field.pointer in wanted):
            parts.append([event.hashes[number]])
            wanted.discard(field.pointer if field else "")
        else:
            parts.append(leaf)
    if wanted:
        raise ValueError(f"the event has no field {min(wanted)!r}")
    return parse_event(encode([len(event.items), parts]))


def _withheld(part: Value, *, number: int, items: int) -> Hash:
    match part:
        case [bytes(digest)] if number > items:
            return Hash(digest)
    raise MalformedError(
        f"leaf {number} is neither bytes nor the hash of a concealed field"
    )


def _body(body: Mapping[str, Value]) -> Mapping[str, Value]:
    kind = body.get("type")
    if not isinstance(kind, str) or not kind:
        raise MalformedError("an event's body has a type")
    read_after(body)
    return body


def _field(pointer: str, value: Value) -> Field:
    if not pointer.startswith("/"):
        raise MalformedError(
            f"a field's pointer starts with '/': {pointer[:80]!r}"
        )
    return Field(pointer, value)


def _require_salt(salt: bytes) -> None:
    if len(salt) != SALT_SIZE:
        raise MalformedError(f"a salt has {SALT_SIZE} bytes, not {len(salt)}")


def _require_distinct(fields: Sequence[Field | None]) -> None:
    pointers = [field.pointer for field in fields if field is not None]
    if len(set(pointers)) != len(pointers):
        raise MalformedError("two concealed fields have the same pointer")


def _quantity(relation: str, item: str, amount: Value, uom: Value) -> Item:
    if isinstance(amount, bool) or not isinstance(amount, int | float | None):
        raise MalformedError("a quantity is a number or nil")
    if not isinstance(uom, str | None):
        raise MalformedError("a unit of measure is text or nil")
    return Item(relation, item, amount, uom, True)
