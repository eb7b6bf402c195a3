"""What an event may name, and how often: nobody is told it in another form.

Each lie is refused by the ledger that is asked to admit it, and by whoever
verifies the item from a log that holds it all the same.
"""

from typing import Any

import pytest

from provenance.claims.event import CODES, Item, make_event, parse_event
from provenance.encoding.canonical import decode, encode
from provenance.errors import MalformedError
from provenance.proof.verdict import Outcome
from tests.support.lies_world import CARRIER, FAKER, MAKER, LiesWorld
from tests.world import GTIN, LOT, can, faults, signer_of, sscc

FORM = {"PRV-0801"}
"""What is no event of its type."""

UNKNOWN_WORD = {"PRV-0803"}
"""What a later book may know."""

ROLES = {"PRV-1201"}
"""What its signer may not say."""

FAKE = f"{GTIN}/21/FAKE1"


@pytest.mark.parametrize(
    "step", ["commissioning", "encoding", "creating_class_instance"]
)
def test_a_unit_of_a_foreign_prefix_is_not_begun_by_observing_it(
    step: str,
) -> None:
    world = LiesWorld()
    assert world.lie(FAKER, world.seen(FAKE, step=step), item=FAKE) == ROLES


def test_a_unit_of_ones_own_prefix_is_begun_by_any_such_word() -> None:
    world = LiesWorld()
    for number, step in enumerate(("commissioning", "encoding")):
        unit = can(50 + number)
        world.truth(MAKER, world.seen(unit, step=step), item=unit)


def test_a_unit_of_a_foreign_prefix_is_not_begun_in_a_transformation() -> None:
    world = LiesWorld()
    event = world.event(
        "TransformationEvent",
        Item("inputQuantityList", "urn:x:milk", 1, None),
        Item("outputEPCList", FAKE),
    )
    assert world.lie(FAKER, event, item=FAKE) == ROLES


def test_a_lot_of_a_foreign_prefix_is_not_begun() -> None:
    world = LiesWorld()
    lot = f"{GTIN}/10/FAKE"
    assert world.lie(FAKER, world.made(lot), item=lot) == ROLES


def test_a_unit_is_not_begun_among_what_an_event_is_about() -> None:
    world = LiesWorld()
    event = world.event(
        "ObjectEvent",
        Item("about", FAKE),
        action="OBSERVE",
        bizStep="commissioning",
    )
    assert world.lie(FAKER, event, item=FAKE) == ROLES


def test_a_unit_is_not_begun_by_packing_it() -> None:
    world = LiesWorld()
    event = world.packed(sscc(1), FAKE, bizStep="commissioning")
    assert world.lie(FAKER, event, item=FAKE) == ROLES


@pytest.mark.parametrize(
    ("kind", "relation", "members"),
    [
        ("TransformationEvent", "epcList", {}),
        ("TransformationEvent", "childEPCs", {}),
        ("ObjectEvent", "childEPCs", {"action": "ADD"}),
        ("ObjectEvent", "outputEPCList", {"action": "OBSERVE"}),
        ("ObjectEvent", "parentID", {"action": "OBSERVE"}),
        ("AggregationEvent", "epcList", {"action": "ADD"}),
        ("TransactionEvent", "inputEPCList", {"action": "ADD"}),
    ],
)
def test_no_list_is_that_of_an_event_of_another_type(
    kind: str, relation: str, members: dict[str, Any]
) -> None:
    world = LiesWorld()
    event = world.event(kind, Item(relation, can(1)), **members)
    assert world.lie(MAKER, event) == FORM


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("ObjectEvent", "MAYBE"),
        ("ObjectEvent", "add"),
        ("ObjectEvent", ""),
        ("TransformationEvent", "ADD"),
    ],
)
def test_no_event_has_an_action_that_its_type_has_not(
    kind: str, action: str
) -> None:
    world = LiesWorld()
    event = world.event(kind, Item("epcList", can(1)), action=action)
    assert world.lie(MAKER, event) == FORM


@pytest.mark.parametrize("action", ["ADD", "DELETE"])
def test_nothing_goes_into_a_container_that_is_not_named(action: str) -> None:
    world = LiesWorld()
    event = world.event(
        "AggregationEvent",
        Item("childEPCs", can(1)),
        action=action,
        bizStep="packing",
    )
    assert world.lie(MAKER, event) == FORM


def test_a_container_is_not_filled_with_nothing() -> None:
    world = LiesWorld()
    event = world.event(
        "AggregationEvent",
        Item("parentID", sscc(1)),
        action="ADD",
        bizStep="packing",
    )
    assert world.lie(CARRIER, event, item=sscc(1)) >= FORM


def test_an_event_has_one_parent_in_whatever_form_it_comes() -> None:
    """The prover would choose which of them to show."""
    world = LiesWorld()
    parents = [Item("parentID", sscc(n)) for n in (1, 2)]
    with pytest.raises(MalformedError, match="2 items as parentID"):
        world.event("AggregationEvent", *parents, Item("childEPCs", can(1)))
    event = world.packed(sscc(1), can(1))
    parts: Any = decode(event.data)
    _, pointers, leaves = parts
    body, parent, child = leaves
    two = [[CODES["parentID"], 2], [CODES["childEPCs"], 1]]
    with pytest.raises(MalformedError, match="2 items as parentID"):
        parse_event(encode([two, pointers, [body, parent, parent, child]]))


def test_an_id_stands_once_in_an_event() -> None:
    """The prover would choose as what to show it."""
    for relations in (
        ("parentID", "childEPCs"),
        ("epcList", "about"),
        ("inputEPCList", "outputEPCList"),
    ):
        with pytest.raises(MalformedError, match="two relations"):
            make_event(
                {"type": "ObjectEvent"},
                [Item(relation, can(1)) for relation in relations],
                secret=bytes(32),
            )


def test_an_invented_relation_cannot_be_written() -> None:
    for relation in ("made", "note", "epclist", ""):
        with pytest.raises(MalformedError, match="no such relation"):
            make_event(
                {"type": "ObjectEvent", "action": "ADD"},
                [Item(relation, can(1))],
                secret=bytes(32),
            )


@pytest.mark.parametrize(
    "spelling",
    [
        can(1).replace("https://id.gs1.org", "HTTPS://ID.GS1.ORG"),
        can(1).replace("id.gs1.org", "brand.example"),
        "urn:epc:id:sgtin:9506000.013435.K0001",
    ],
)
def test_an_item_has_one_spelling(spelling: str) -> None:
    """A recall under another one would stand on another trail."""
    world = LiesWorld()
    event = world.seen(spelling, step="urn:provenance:step:recalled")
    assert world.lie(MAKER, event, item=spelling) == FORM


@pytest.mark.parametrize("sign", ["\x00", "\x1f", "\x7f", "\u202e", "\u2066"])
@pytest.mark.parametrize("member", ["bizStep", "disposition", "note"])
def test_no_word_holds_what_cannot_be_seen(member: str, sign: str) -> None:
    world = LiesWorld()
    event = world.seen(can(1), **{member: f"active{sign}"})
    assert world.lie(MAKER, event) == FORM


@pytest.mark.parametrize("kind", ["Nonsense", "objectEvent", "Objectevent"])
def test_an_event_of_a_type_that_the_book_does_not_know_is_not_believed(
    kind: str,
) -> None:
    """A later book may know it: so it is not called a lie either."""
    world = LiesWorld()
    event = world.event(kind, Item("epcList", can(1)), action="OBSERVE")
    codes = world.lie(MAKER, event, outcome=Outcome.UNKNOWN)
    assert codes == UNKNOWN_WORD


@pytest.mark.parametrize("step", ["nothing", "urn:provenance:step:nothing"])
def test_a_step_that_the_book_does_not_know_is_not_believed(step: str) -> None:
    world = LiesWorld()
    event = world.seen(can(1), step=step)
    codes = world.lie(MAKER, event, outcome=Outcome.UNKNOWN)
    assert codes == UNKNOWN_WORD


def test_a_step_of_ones_own_is_not_written_as_one_of_the_standard() -> None:
    world = LiesWorld()
    assert world.lie(MAKER, world.seen(can(1), step="recalled")) == FORM


def test_an_error_declared_of_an_event_without_a_name_takes_nothing_back() -> (
    None
):
    """Of events that look alike, nobody can say which one is meant."""
    recall = "urn:provenance:step:recalled"
    for name in (None, "urn:uuid:1"):
        world = LiesWorld()
        event = world.seen(can(1), step=recall, eventID=name)
        world.say(MAKER, event)
        body = {**event.body, "errorDeclaration": {"reason": "did_not_occur"}}
        world.say(MAKER, make_event(body, event.items, secret=world.secret()))
        assert world.refused == {}
        verdict = world.examine(world.bundle(can(1)), item=can(1))
        assert ("PRV-1401" in faults(verdict)) == (name is None)


def test_a_demand_is_one_on_the_trail_of_an_item_of_the_event() -> None:
    world = LiesWorld()
    for demanded in (can(2), LOT, "did:web:maker.example"):
        world = LiesWorld()
        event = world.seen(can(1), after=[[demanded, bytes(32)]])
        assert world.lie(MAKER, event) == FORM


def test_an_item_is_not_enrolled_as_an_actor() -> None:
    for thing in (can(1), sscc(1), LOT, "https://id.gs1.org/414/9506000134376"):
        world = LiesWorld()
        world.signers[thing] = signer_of(thing)
        event = world.enrolled(thing, name="Can")
        assert "PRV-0801" in world.lie(
            "did:web:operator.example", event, item=thing
        )
