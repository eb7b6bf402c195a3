"""An event: what happened to which items, as a small Merkle tree of leaves.

Any part can be shown alone, because every part is a leaf of its own, salted
where a guess could otherwise confirm it:

    leaf 0          mp(["body", {EPCIS field names → values}])
    leaf 1 … n      mp(["item", salt, id])
                    mp(["item", salt, class, quantity, uom])
    leaf n+1 …      mp(["field", salt, value])
    event id        H(mp(["provenance/event/v2", counts, pointers,
                          MTH(leaves)]))

The *header*, counts and pointers, says what stands where, and so what a leaf
that is not shown can be at most. *Counts* are [[relation, how many], …]: the
item leaves stand in groups, each an EPCIS list, in the order of `RELATIONS`,
whose codes count from 1. *Pointers* say where in the event each concealed
field belongs, as JSON Pointers (RFC 6901), in the order of their UTF-8 bytes.

An item leaf of a unit may end in a map of extras, {"seal": public key}.

*Event data* is how an event travels and is stored: its leaves as they were
made, never encoded anew. A field that the reader may not have, or that was
erased, stands there as its leaf's hash alone, in an array of one:

    mp([counts, pointers, [leaf 0, leaf 1, …, leaf or [hash], …]])

Promises: an `Event` that exists is well formed, has the id its leaves give,
and its items are absolute ASCII URIs, none of them under two relations.

In full: `FORMATS.md`, section 3.

Over 500 lines: one format, both ways: what is written here is read here, by
the same bounds.
"""

import hmac
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, TypeAlias

import msgpack

from provenance.encoding.canonical import (
    MAX_VALUES,
    Room,
    Value,
    decode,
    decode_flat,
    encode,
)
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.reader import ByteReader
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError

SALT_SIZE = 16
SECRET_SIZE = 32
SEAL_SIZE = 32

MAX_LEAVES = 262_144
"""The most leaves of one event: a container of a quarter million units."""

MAX_OWN_LEAVES = 65_535
"""The most leaves of one event that name the same item: a link counts them."""

MAX_ITEM_LENGTH = 2048
MAX_POINTER_LENGTH = 2048
MAX_UOM_LENGTH = 255

RELATIONS = (
    "actor",
    "about",
    "epcList",
    "quantityList",
    "parentID",
    "childEPCs",
    "childQuantityList",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "transformationID",
    "place",
)
"""What an item can be in an event: the first one's code is 1."""

CODES = {relation: code for code, relation in enumerate(RELATIONS, 1)}
"""Relation → its code."""

QUANTITY_LISTS = frozenset(
    relation for relation in RELATIONS if relation.endswith("QuantityList")
) | {"quantityList"}
"""The relations whose leaves are a class and how much of it."""

SEALED = frozenset({"epcList", "outputEPCList"})
"""The relations under which a unit can begin, and so get its seal."""

_SINGLE = frozenset({"parentID", "transformationID", "place"})

Counts: TypeAlias = tuple[tuple[int, int], ...]
"""(relation code, how many leaves, 1 at least) of each group, codes rising."""

_BODY = [str, dict]
_ITEM = [str, bytes, str]
_FIELD = [str, bytes]

_WITHHELD = b"\x91"

_pack = msgpack.Packer().pack

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_BARE_CLASS = re.compile(r"https://id\.gs1\.org/01/\d{14}(?:/22/[^/]+)?")
# A body's members stand in a map in an array, and 32 of them nest at most.
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*){1,32}")


@dataclass(frozen=True, slots=True)
class Item:
    """One item that an event names.

    Attributes:
        relation: The EPCIS list it stood in (`epcList`, `parentID`, …), or
            another of `RELATIONS`.
        id: Its canonical URI.
        quantity: How much of the class, in *uom*; None for an unspecified
            amount, and always None outside quantity lists.
        uom: The unit (UN/ECE Recommendation 20), None for a count.
        seal: The public key of the unit's seal, 32 bytes, where the event
            gives it one.
    """

    relation: str
    id: str
    quantity: int | float | None = None
    uom: str | None = None
    seal: bytes | None = None

    @property
    def is_quantity(self) -> bool:
        """Whether it is an element of a quantity list."""
        return self.relation in QUANTITY_LISTS


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
        counts: How many items stand under each relation.
        pointers: Where each concealed field belongs.
        items: The items it names, in leaf order.
        fields: The concealed fields, one for each pointer; None where only
            the hash is known.
        leaves: Each leaf's bytes; None where only the hash is known.
        hashes: Each leaf's hash, in order.
        id: The event id.
    """

    data: bytes
    body: Mapping[str, Value]
    counts: Counts
    pointers: tuple[str, ...]
    items: tuple[Item, ...]
    fields: tuple[Field | None, ...]
    leaves: tuple[bytes | None, ...]
    hashes: tuple[Hash, ...]
    id: Hash

    @property
    def own_leaves(self) -> dict[str, tuple[int, ...]]:
        """Item id → the numbers of its leaves, for each whose trail it joins.

        In the order of each item's first leaf; numbers rise.
        """
        found: dict[str, list[int]] = {}
        for number, item in enumerate(self.items, 1):
            if has_trail(item.id, item.relation):
                found.setdefault(item.id, []).append(number)
        return {item: tuple(numbers) for item, numbers in found.items()}

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
        items: At least one item. Their leaves stand by relation, and within
            one in this order.
        fields: The concealed fields, in any order.
        secret: 32 random bytes, used for this event alone. Who has it can
            confirm a guess at a concealed field.

    Raises:
        MalformedError: A part cannot be written in the format.
    """
    if len(secret) != SECRET_SIZE:
        raise ValueError(f"a secret has {SECRET_SIZE} bytes, not {len(secret)}")
    items = tuple(items)
    counts = _count(items)
    if len(counts) > 1:
        items = tuple(sorted(items, key=_code_of))
    fields = sorted(fields, key=_pointer_of)
    if not fields and all(map(_is_plain, items)):
        return _make_plain(body, items, counts, secret)
    leaves = [encode(["body", body])]
    for item in items:
        salt = derive_salt(secret, len(leaves))
        leaves.append(item_leaf(check_item(item), salt))
    for field in fields:
        salt = derive_salt(secret, len(leaves))
        leaves.append(encode(["field", salt, field.value]))
    pointers = [field.pointer for field in fields]
    return parse_event(encode([counts, pointers, leaves]))


def item_leaf(item: Item, salt: bytes) -> bytes:
    """Return the bytes of the leaf that names *item*.

    Whether they are of an event's form is not looked at: see `check_item`.

    Raises:
        MalformedError: A part of it has no canonical spelling.
    """
    row: list[object] = ["item", salt, item.id]
    if item.is_quantity:
        row += [item.quantity, item.uom]
    if item.seal is not None:
        row.append({"seal": item.seal})
    return encode(row)


def _count(items: Iterable[Item]) -> Counts:
    try:
        found = Counter([item.relation for item in items])
        return tuple(
            sorted([(CODES[relation], n) for relation, n in found.items()])
        )
    except (KeyError, TypeError) as fault:
        raise MalformedError(
            f"an event's items have no such relation: {fault!s:.80}"
        ) from None


def _code_of(item: Item) -> int:
    return CODES[item.relation]


def _pointer_of(field: Field) -> str:
    return field.pointer


def _is_plain(item: Item) -> bool:
    return (
        item.quantity is None
        and item.uom is None
        and item.seal is None
        and item.relation not in QUANTITY_LISTS
    )


def _make_plain(
    body: Mapping[str, object],
    items: tuple[Item, ...],
    counts: Counts,
    secret: bytes,
) -> Event:
    """Return the event of a body and plain items, without reading it again.

    A pallet has thousands of these, and their leaves leave no choice to who
    writes them: what `parse_event` would find is known.
    """
    check_header(counts, ())
    first = encode(["body", body])
    found = parse_body(first, room=room_for(len(first)))
    leaves = [first]
    for number, item in enumerate(items, 1):
        salt = derive_salt(secret, number)
        # The id is ASCII, so that nothing is left for `encode` to find.
        leaves.append(_pack(["item", salt, check_item_id(item.id)]))
    check_distinct(items, counts)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    return Event(
        _pack([counts, (), leaves]),
        found,
        counts,
        (),
        items,
        (),
        tuple(leaves),
        tuple(hashes),
        event_id(counts, (), root_of(hashes)),
    )


def derive_salt(secret: bytes, leaf: int) -> bytes:
    """Return the salt of leaf number *leaf*: 16 bytes."""
    return hmac.digest(secret, leaf.to_bytes(4, "big"), "sha256")[:SALT_SIZE]


def parse_event(data: bytes) -> Event:
    """Return the event that *data* holds, its id computed from its leaves.

    Raises:
        MalformedError: The data is not well formed.
    """
    reader = ByteReader(data)
    reader.row(3)
    counts, pointers = read_header(reader)
    relations = _relations(counts)
    total = 1 + len(relations) + len(pointers)
    reader.array(total, least=total)
    room = room_for(len(data))
    leaves: list[bytes | None] = [reader.binary(len(data))]
    body = parse_body(leaves[0] or b"", room=room)
    items: list[Item] = []
    for relation in relations:
        leaf = reader.binary(len(data))
        leaves.append(leaf)
        items.append(parse_item(leaf, relation=relation, room=room))
    check_distinct(items, counts)
    hashes = [leaf_hash(leaf) for leaf in leaves if leaf is not None]
    fields: list[Field | None] = []
    for pointer in pointers:
        if data[reader.at : reader.at + 1] == _WITHHELD:
            reader.row(1)
            leaves.append(None)
            hashes.append(reader.hash())
            fields.append(None)
        else:
            leaf = reader.binary(len(data))
            leaves.append(leaf)
            hashes.append(leaf_hash(leaf))
            fields.append(parse_field(leaf, pointer=pointer, room=room))
    reader.end()
    return Event(
        data,
        body,
        counts,
        pointers,
        tuple(items),
        tuple(fields),
        tuple(leaves),
        tuple(hashes),
        event_id(counts, pointers, root_of(hashes)),
    )


def read_header(reader: ByteReader) -> tuple[Counts, tuple[str, ...]]:
    """Return counts and pointers, the two values that *reader* has next.

    Raises:
        MalformedError: They are not those of an event.
    """
    counts = []
    for _ in range(reader.array(len(RELATIONS))):
        reader.row(2)
        counts.append((reader.uint(), reader.uint()))
    pointers = tuple(
        [
            reader.text(MAX_POINTER_LENGTH)
            for _ in range(reader.array(MAX_LEAVES))
        ]
    )
    check_header(counts, pointers)
    return tuple(counts), pointers


def check_header(
    counts: Sequence[tuple[int, int]], pointers: Sequence[str]
) -> None:
    """Check that an event may have that many items, and fields there.

    Raises:
        MalformedError: A relation is unknown, out of order or has no item or
            one too many; there are no items at all, or too many leaves; or a
            pointer is none, or not after the one before it.
    """
    above = 0
    leaves = 1 + len(pointers)
    for code, count in counts:
        if not above < code <= len(RELATIONS):
            raise MalformedError(
                f"relation {code} of an event's items is unknown, or not in"
                f" order after {above}"
            )
        above = code
        relation = RELATIONS[code - 1]
        if count < 1 or (count > 1 and relation in _SINGLE):
            raise MalformedError(
                f"an event cannot have {count} items as {relation}"
            ).under("form.once")
        leaves += count
    if not counts or leaves > MAX_LEAVES:
        raise MalformedError(
            f"an event has a body and 1 to {MAX_LEAVES - 1} items and fields,"
            f" one item at least: {leaves} leaves"
        )
    previous = b""
    for pointer in pointers:
        spelled = pointer.encode()
        if not _POINTER.fullmatch(pointer) or (
            len(spelled) > MAX_POINTER_LENGTH
        ):
            raise MalformedError(
                f"a field's pointer is a JSON Pointer of 1 to 32 steps and at"
                f" most {MAX_POINTER_LENGTH} bytes, not {pointer[:80]!r}"
            )
        if spelled <= previous:
            raise MalformedError(
                f"the pointer {pointer[:80]!r} repeats, or is out of order"
            )
        previous = spelled


def relation_of(counts: Counts, number: int) -> str:
    """Return the relation under which item leaf *number* stands.

    Raises:
        MalformedError: No leaf with that number is an item's, or it stands
            under a code that is no relation's.
    """
    last = 0
    for code, count in counts:
        last += count
        if 1 <= number <= last:
            # Who compares or decodes asks before anybody checked the header.
            if not 1 <= code <= len(RELATIONS):
                break
            return RELATIONS[code - 1]
    raise MalformedError(f"leaf {number} of the event is not an item's")


def event_id(counts: Counts, pointers: Sequence[str], root: Hash) -> Hash:
    """Return the id of the event with this header and these leaves' *root*."""
    # All of it is canonical as it stands; each event comes through here.
    return sha256(_pack(["provenance/event/v2", counts, pointers, root]))


def room_for(size: int) -> Room:
    """Return room for what leaves of *size* bytes say together.

    What people write has one value in four bytes at most. Long lists of small
    numbers have more, and `MAX_VALUES` of them at least are taken.
    """
    return Room(MAX_VALUES + size // 4)


def parse_body(leaf: bytes, *, room: Room) -> Mapping[str, Value]:
    """Return what *leaf*, the first of an event, says.

    Args:
        leaf: Its bytes.
        room: Shared with the other leaves that are read of the same input.

    Raises:
        MalformedError: It is not of that form.
    """
    parts: Any = decode(leaf, room=room)
    if _types(parts) != _BODY or parts[0] != "body":
        raise MalformedError("leaf 0 of an event is not its body")
    body: Mapping[str, Value] = parts[1]
    kind = body.get("type")
    if not isinstance(kind, str) or not kind:
        raise MalformedError("an event's body has a type")
    read_after(body)
    return body


def parse_item(leaf: bytes, *, relation: str, room: Room) -> Item:
    """Return the item that *leaf* names, which stands under *relation*.

    Args:
        leaf: Its bytes.
        relation: One of `RELATIONS`.
        room: Shared with the other leaves that are read of the same input.

    Raises:
        MalformedError: It is not of the form that this relation asks for.
    """
    # Every leaf of every event comes through here, and most are like this.
    flat = decode_flat(leaf, _ITEM)
    parts: Any = decode(leaf, room=room) if flat is None else flat
    if (
        (flat is None and _types(parts)[:3] != _ITEM)
        or parts[0] != "item"
        or len(parts[1]) != SALT_SIZE
    ):
        raise MalformedError(f"no leaf of an item under {relation}")
    if len(parts) == 3 and relation not in QUANTITY_LISTS:
        return Item(relation, check_item_id(parts[2]))
    quantity = uom = seal = None
    rest = parts[3:]
    if relation in QUANTITY_LISTS:
        if len(rest) < 2:
            raise MalformedError(f"an item without quantity under {relation}")
        quantity, uom, *rest = rest
    if rest:
        extras, *rest = rest
        # An extra that is not known could change what the rest means.
        if rest or type(extras) is not dict or [*extras] != ["seal"]:
            raise MalformedError(f"no leaf of an item under {relation}")
        seal = extras["seal"]
        if seal is None:
            raise MalformedError("a seal is 32 bytes, not nil")
    return check_item(Item(relation, parts[2], quantity, uom, seal))


def check_item(item: Item) -> Item:
    """Return *item* if a leaf under its relation can say it.

    Raises:
        MalformedError: Its id is none, or it has what that relation has not.
    """
    check_item_id(item.id)
    # What a leaf says may be of any type.
    amount: object = item.quantity
    uom: object = item.uom
    seal: object = item.seal
    if isinstance(amount, bool) or not isinstance(amount, int | float | None):
        raise MalformedError("a quantity is a number or nil")
    if not isinstance(uom, str | None) or (
        uom is not None
        and len(uom.encode(errors="surrogatepass")) > MAX_UOM_LENGTH
    ):
        raise MalformedError(
            f"a unit of measure is text of at most {MAX_UOM_LENGTH} bytes,"
            " or nil"
        )
    if not item.is_quantity and (amount is not None or uom is not None):
        raise MalformedError(f"an item with a quantity under {item.relation}")
    if seal is not None and (
        item.relation not in SEALED
        or not isinstance(seal, bytes)
        or len(seal) != SEAL_SIZE
    ):
        raise MalformedError(
            f"a seal is {SEAL_SIZE} bytes, of a unit that can begin with the"
            f" event: not under {item.relation}"
        )
    return item


def parse_field(leaf: bytes, *, pointer: str, room: Room) -> Field:
    """Return the concealed field at *pointer*, as *leaf* says it.

    Args:
        leaf: Its bytes.
        pointer: Where it belongs, as the header says.
        room: Shared with the other leaves that are read of the same input.

    Raises:
        MalformedError: It is not of that form.
    """
    parts: Any = decode(leaf, room=room)
    if (
        _types(parts)[:2] != _FIELD
        or len(parts) != 3
        or parts[0] != "field"
        or len(parts[1]) != SALT_SIZE
    ):
        raise MalformedError(f"no leaf of a concealed field, at {pointer!r}")
    return Field(pointer, parts[2])


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


def has_trail(item: str, relation: str) -> bool:
    """Return whether an event that names *item* so is part of its trail.

    "Some of GTIN 09506000134352" is no thing that could be followed; a
    serial, a lot, a carton is. What is said *about* the whole class has a
    trail, though: a description, a notice.
    """
    return relation == "about" or _BARE_CLASS.fullmatch(item) is None


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
    if unknown := wanted.difference(event.pointers):
        raise ValueError(f"the event has no field {min(unknown)!r}")
    hidden = [False] * (1 + len(event.items))
    hidden += [pointer in wanted for pointer in event.pointers]
    parts = [
        [digest] if leaf is None or is_hidden else leaf
        for leaf, digest, is_hidden in zip(
            event.leaves, event.hashes, hidden, strict=True
        )
    ]
    return parse_event(encode([event.counts, event.pointers, parts]))


def _relations(counts: Counts) -> list[str]:
    """Return the relation of each item leaf, in order."""
    return [
        relation
        for code, count in counts
        for relation in repeat(RELATIONS[code - 1], count)
    ]


def check_distinct(items: Sequence[Item], counts: Counts) -> None:
    """Refuse an id under two relations, or with more leaves than fit a link.

    What has a trail under one of them at most, a product class that was
    repacked or is recalled, has one link at most, and may.
    """
    if len(counts) > 1:
        pairs = {(item.id, item.relation) for item in items}
        if len({item for item, _ in pairs}) != len(pairs):
            _require_one_relation(items)
    if len(items) > MAX_OWN_LEAVES:
        item, count = Counter(item.id for item in items).most_common(1)[0]
        if count > MAX_OWN_LEAVES:
            raise MalformedError(
                f"an event names {item[:80]!r} {count} times, more than"
                f" {MAX_OWN_LEAVES}"
            )


def _require_one_relation(items: Iterable[Item]) -> None:
    """Refuse an id that stands under two relations and has a trail in both.

    Raises:
        MalformedError: There is one.
    """
    first: dict[str, Item] = {}
    for item in items:
        other = first.setdefault(item.id, item)
        if other.relation != item.relation and (
            has_trail(item.id, item.relation)
            and has_trail(other.id, other.relation)
        ):
            raise MalformedError(
                f"{item.id[:80]!r} stands under two relations of one event:"
                " leave it out of one list"
            ).under("form.once")


def _types(parts: object) -> list[type]:
    return [type(part) for part in parts] if type(parts) is list else []
