"""Entries and leaves as plain values, for who looks where two differ.

Nothing here was verified, and what cannot be read is its bytes.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from provenance.claims.event import (
    Counts,
    Field,
    parse_body,
    parse_field,
    parse_item,
    relation_of,
    room_for,
)
from provenance.claims.statement import parse_entry
from provenance.errors import MalformedError
from provenance.tlog.commitment import parse_commitment


def entry_reading(data: bytes) -> Mapping[str, object]:
    """Return what an entry says, for comparing: names → values."""
    with suppress(MalformedError):
        entry = parse_entry(data)
        header = entry.header
        return {
            "origin": header.origin,
            "issuer": header.issuer,
            "key_id": header.key_id,
            "issued_at": header.issued_at,
            "events": header.event_count,
            "events_root": header.events_root,
            "signature": entry.signature,
        }
    with suppress(MalformedError):
        commitment = parse_commitment(data)
        return {
            "covers": commitment.covered,
            "map_root": commitment.map_root,
            "items": commitment.item_count,
            "time": commitment.time,
        }
    return {"bytes": data}


def leaf_reading(
    leaf: bytes, *, number: int, counts: Counts, pointers: Sequence[str]
) -> object:
    """Return what a leaf says, for comparing, where it stands in its event."""
    room = room_for(len(leaf))
    first = 1 + sum(count for _, count in counts)
    try:
        if number == 0:
            return parse_body(leaf, room=room)
        if number >= first:
            pointer = pointers[number - first]
            return _placed(parse_field(leaf, pointer=pointer, room=room))
        relation = relation_of(counts, number)
        item = parse_item(leaf, relation=relation, room=room)
    except (MalformedError, IndexError):
        return {"(bytes)": leaf}
    said: dict[str, object] = {"id": item.id}
    if item.is_quantity:
        said |= {"quantity": item.quantity, "uom": item.uom}
    if item.seal is not None:
        said["seal"] = item.seal
    return {relation: said}


def _placed(field: Field) -> object:
    value: object = field.value
    for step in reversed(field.pointer.split("/")[1:]):
        value = {step.replace("~1", "/").replace("~0", "~"): value}
    return value
