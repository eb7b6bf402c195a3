"""Entries and leaves as plain values, for who looks where two differ.

Nothing here was verified, and what cannot be read is its bytes.
"""

from collections.abc import Mapping
from contextlib import suppress

from provenance.claims.event import Field, Item, parse_leaf, room_for
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


def leaf_reading(leaf: bytes, *, number: int, item_count: int) -> object:
    """Return what a leaf says, for comparing, where it stands in its event."""
    try:
        part = parse_leaf(
            leaf,
            number=number,
            item_count=item_count,
            room=room_for(len(leaf)),
        )
    except MalformedError:
        return {"(bytes)": leaf}
    if isinstance(part, Item):
        said: dict[str, object] = {"id": part.id}
        if part.is_quantity:
            said |= {"quantity": part.quantity, "uom": part.uom}
        return {part.relation: said}
    if isinstance(part, Field):
        return _placed(part)
    return part


def _placed(field: Field) -> object:
    value: object = field.value
    for step in reversed(field.pointer.split("/")[1:]):
        value = {step.replace("~1", "/").replace("~0", "~"): value}
    return value
