"""Showing an item's leaf of an event, as a bundle has it."""

from provenance.claims.event import Item
from provenance.proof.bundle import ShownItem

_SALT = slice(8, 24)
"""Where an item leaf has its salt: after 9x, a4 "item" and c4 10."""


def show_item(item: Item, leaf: bytes, number: int) -> ShownItem:
    """Return *leaf* of an event, which names *item*, as a bundle shows it."""
    amount = (item.quantity, item.uom) if item.is_quantity else None
    return ShownItem(number, leaf[_SALT], item.id, amount, item.seal)
