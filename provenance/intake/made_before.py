"""Units that are put into being twice: said when the second event comes in."""

from provenance.claims.event import CODES, Event
from provenance.intake.target import Target
from provenance.rules.reading import read_event

MOST_WARNINGS = 64
"""So many warnings of a document are told, and so many units looked up."""


def made_before(event: Event, ledger: Target, *, name: str) -> list[str]:
    """Return which of the units that *event* makes were made before.

    It is no fault, for the earlier event may be the wrong one; every verdict
    of the unit tells of both (PRV-1407).

    Args:
        event: One that is to be signed.
        ledger: Where it is to be logged.
        name: What to call it.
    """
    reading = read_event(event.body, event.counts, ledger.book)
    if reading.declares_error:
        return []
    made = [
        item.id
        for item in event.items[:MOST_WARNINGS]
        if not item.is_quantity and reading.makes(CODES[item.relation])
    ]
    return [
        f"{name} makes {item}, which was made, or ended, in entry {entry}"
        " already: a serial number is given once"
        for item in made
        if (entry := ledger.made_in(item)) is not None
    ]
