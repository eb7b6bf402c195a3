"""What to say of an item that the ledger has no event of.

Most often it was mistyped, or it is no single thing: capitals are typed as
small letters, and who has the number under a shop's barcode has that of the
product. So the ledger is asked once more, for a few other spellings.
"""

from provenance.claims.event import has_trail
from provenance.claims.trail import map_key
from provenance.errors import NotFoundError
from provenance.gs1 import other_cases
from provenance.store.protocol import Reader


def no_event_of(item: str, reader: Reader) -> NotFoundError:
    """Return the error that says that *reader* has no event of *item*."""
    says = f"the ledger has no event of {item!r}"
    for other in other_cases(item):
        if reader.head(map_key(other)) is not None:
            return NotFoundError(
                f"{says}, but of {other!r}, which differs in capitals and small"
                " letters alone: compare it with the label"
            )
    if not has_trail(item, "epcList"):
        return NotFoundError(
            f"{says}: this is the product's number, not one item; give its"
            " serial number or lot as well, which another code of the label"
            " may have"
        )
    return NotFoundError(says)
