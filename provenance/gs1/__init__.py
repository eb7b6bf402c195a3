"""GS1 identifiers: Digital Links, EPC URNs, element strings, item ids.

However a thing is written, on a label, in a document or by a scanner, it has
one item id, and every part of the library calls it by that. Check digits, the
order of qualifiers, and which AIs may stand together are GS1's; the tables
say which edition they follow.

What can be read in two ways is refused, with the place and what would mend
it. Nothing here knows an event or a log. The page has the same modules.
"""

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
