"""Naming: an `eventID` for an event that was captured without one.

EPCIS 2.0 has a repository assign one, or the event could never be asked for
by id. It is made of what the event says, so that the same event captured again
has the same, and is known.
"""

from dataclasses import replace
from uuid import UUID

from provenance.encoding.canonical import encode
from provenance.encoding.digest import sha256
from provenance.epcis.draft import EventDraft
from provenance.epcis.vocabulary import DOCUMENT

_CONTEXT = "provenance/captured-event/v1"


def with_id(draft: EventDraft, *, issuer: str) -> EventDraft:
    """Return *draft* with an `eventID`; itself if it should have none of ours.

    That is if it has one, or declares an error, for it must equal the event
    that it declares wrong, or is what a document says beside its events. The
    id is a UUID (RFC 9562, version 8) of all that *issuer* says there.
    """
    body = draft.body
    if body.keys() & {"eventID", "errorDeclaration"} or (
        body["type"] == DOCUMENT
    ):
        return draft
    items = [
        [item.relation, item.id, item.quantity, item.uom]
        for item in draft.items
    ]
    digest = sha256(encode([_CONTEXT, issuer, body, items]))
    octets = bytearray(digest[:16])
    octets[6] = octets[6] & 0x0F | 0x80
    octets[8] = octets[8] & 0x3F | 0x80
    name = f"urn:uuid:{UUID(bytes=bytes(octets))}"
    return replace(draft, body={**body, "eventID": name})
