"""Naming: an `eventID` for an event that was captured without one.

EPCIS 2.0 has a repository assign one, or the event could never be asked for
by id. It is made of what the event says, so that the same event captured again
has the same, and is known; and of the key that signs, for the id is shown to
whoever sees any of the event, and must confirm no guess at the items and
fields that he is not shown. With another key the event has another id.
"""

import hmac
from dataclasses import replace
from uuid import UUID

from provenance.encoding.canonical import encode
from provenance.encoding.digest import sha256
from provenance.epcis.draft import EventDraft
from provenance.epcis.vocabulary import DOCUMENT
from provenance.intake.signatory import Signatory
from provenance.keys import signature_of

_CONTEXT = b"provenance/captured-event/v2"


class Naming:
    """Gives names to the events that one signatory captures."""

    def __init__(self, signatory: Signatory) -> None:
        """Make what nobody else can: a signature, which is the same each time.

        Whatever *signatory*'s key raises is raised.
        """
        self._issuer = signatory.issuer
        self._secret = sha256(signature_of(signatory.signer, _CONTEXT))

    def with_id(self, draft: EventDraft) -> EventDraft:
        """Return *draft* with an `eventID`; itself if it is to have none of us.

        That is if it has one, or declares an error, for it must equal the
        event that it declares wrong, or is what a document says beside its
        events. The id is a UUID (RFC 9562, version 8) of all that is said.
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
        said = encode([self._issuer, body, items])
        octets = bytearray(hmac.digest(self._secret, said, "sha256")[:16])
        octets[6] = octets[6] & 0x0F | 0x80
        octets[8] = octets[8] & 0x3F | 0x80
        name = f"urn:uuid:{UUID(bytes=bytes(octets))}"
        return replace(draft, body={**body, "eventID": name})
