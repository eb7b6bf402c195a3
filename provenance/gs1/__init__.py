"""GS1 identifiers: check digits, Digital Links, EPC URNs, item ids."""

from provenance.gs1.item import (
    canonical_item,
    gtin_of,
    lot_beside_serial,
    lot_item,
    owner_key,
)

__all__ = [
    "canonical_item",
    "gtin_of",
    "lot_beside_serial",
    "lot_item",
    "owner_key",
]
