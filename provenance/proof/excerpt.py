"""A verified story as EPCIS, for programs that read nothing else.

An event is given as far as the bundle shows it: of a pallet's fifty thousand
cans the one in hand. How much is not shown, and who signed the event, stand in
two members of our own:

    "urn:provenance:epcis:signedBy": "did:web:dairy.example"
    "urn:provenance:epcis:itemsNotShown": 49999

So what comes out is an excerpt. It proves nothing by itself, and may lack a
list that EPCIS asks for; the bundle is the evidence.
"""

from collections.abc import Iterable, Iterator

from provenance.claims.actor import is_registry_event
from provenance.claims.event import Field
from provenance.encoding.strict_json import JSON
from provenance.epcis.received import AS_SIGNED, prefix_lengths, spell
from provenance.epcis.render import put_back, render_event
from provenance.epcis.vocabulary import DOCUMENT
from provenance.proof.evidence import ProvenEvent

SIGNED_BY = "urn:provenance:epcis:signedBy"
NOT_SHOWN = "urn:provenance:epcis:itemsNotShown"


def excerpt(
    events: Iterable[ProvenEvent], *, spelling: str = AS_SIGNED
) -> Iterator[dict[str, JSON]]:
    """Yield the EPCIS events among *events*, as far as each is shown.

    Concealed fields that the bundle reveals are where they belong, and ids are
    written in one *spelling* (`provenance.epcis.received.spell`).
    """
    for event in events:
        if is_registry_event(event.body):
            continue
        fields = [Field(*revealed) for revealed in event.fields.items()]
        rendered = render_event(put_back(event.body, fields), event.items)
        lengths = prefix_lengths(event.body, event.items)
        shown = spell(rendered, spelling, lengths)
        if event.body["type"] == DOCUMENT:
            # A document's header has no members of ours.
            yield shown
            continue
        shown[SIGNED_BY] = event.issuer
        if hidden := event.item_count - len(event.shown):
            shown[NOT_SHOWN] = hidden
        yield shown
