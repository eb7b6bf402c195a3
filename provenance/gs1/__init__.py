"""GS1 identifiers: Digital Links, EPC URNs, element strings, item ids."""

from provenance.gs1.item import (
    canonical_item,
    gtin_of,
    lot_beside_serial,
    lot_item,
    other_cases,
    owner_key,
)
from provenance.gs1.reading import read_item

__all__ = [
    "canonical_item",
    "gtin_of",
    "lot_beside_serial",
    "lot_item",
    "other_cases",
    "owner_key",
    "read_item",
]
