"""The `eventID` of what was captured without one."""

from dataclasses import replace

from provenance.claims.event import Item
from provenance.epcis.draft import EventDraft
from provenance.intake.naming import Naming
from provenance.intake.signatory import Signatory
from provenance.keys import Signer

PRODUCER = "did:web:producer.example"
DRAFT = EventDraft(
    {"type": "ObjectEvent", "eventTime": "2026-03-01T10:00:00Z"},
    (Item("epcList", "https://id.gs1.org/01/09506000134352/21/1"),),
)


def name(draft: EventDraft, seed: int) -> object:
    signer = Signer.from_seed(bytes([seed]) * 32)
    return Naming(Signatory(PRODUCER, signer)).with_id(draft).body["eventID"]


def test_an_event_that_is_captured_again_has_the_same_name() -> None:
    assert name(DRAFT, 1) == name(DRAFT, 1)
    other = Item("epcList", "https://id.gs1.org/01/09506000134352/21/2")
    assert name(DRAFT, 1) != name(replace(DRAFT, items=(other,)), 1)


def test_who_has_not_the_key_confirms_no_guess_at_items_by_the_name() -> None:
    assert name(DRAFT, 1) != name(DRAFT, 2)
