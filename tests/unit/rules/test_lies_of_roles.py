"""What a role lets its actor say: by the step, the form and the disposition.

Each lie is refused by the ledger that is asked to admit it, and by whoever
verifies the item from a log that holds it all the same.
"""

import dataclasses
from typing import Any

import pytest

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Item
from tests.support.lies_world import (
    AUDITOR,
    CARRIER,
    FAKER,
    MAKER,
    SHOP,
    LiesWorld,
)
from tests.world import GTIN, LOT, OWNER, can, sscc

ROLES = {"PRV-1201"}
"""What its signer may not say."""

RECALL = "urn:provenance:step:recalled"


@pytest.mark.parametrize(
    "said",
    [
        {"disposition": "recalled"},
        {"disposition": "cbv:Disp-recalled"},
        {"disposition": "https://ref.gs1.org/cbv/Disp-recalled"},
        {"persistentDisposition": {"set": ["active", "recalled"]}},
    ],
)
def test_a_carrier_does_not_recall_by_a_disposition(
    said: dict[str, object],
) -> None:
    world = LiesWorld()
    event = world.seen(can(1), step="departing", **said)
    assert world.lie(CARRIER, event) >= ROLES


def test_a_maker_recalls_by_whatever_word() -> None:
    for said in (
        {"step": RECALL},
        {"disposition": "recalled"},
        {"persistentDisposition": {"set": ["recalled"]}},
    ):
        world = LiesWorld()
        world.say(MAKER, world.seen(can(1), **said))
        verdict = world.examine(world.bundle(can(1)), item=can(1))
        assert "PRV-1401" in [step.code for step in verdict.steps], said
        assert world.refused == {}


@pytest.mark.parametrize("item", [can(1), LOT])
def test_a_competitor_does_not_recall_what_is_not_of_its_prefix(
    item: str,
) -> None:
    world = LiesWorld()
    if item == LOT:
        world.say(MAKER, world.made(LOT))
        event = world.event(
            "ObjectEvent",
            Item("quantityList", LOT, 1, None),
            action="OBSERVE",
            bizStep=RECALL,
        )
    else:
        event = world.seen(item, step=RECALL)
    assert world.lie(FAKER, event, item=item) >= ROLES


def test_a_competitor_does_not_recall_a_whole_product() -> None:
    world = LiesWorld()
    event = world.event(
        "ObjectEvent", Item("about", GTIN), action="OBSERVE", bizStep=RECALL
    )
    assert world.lie(FAKER, event) >= ROLES


def test_a_shop_does_not_recall_by_its_role_what_it_may_not_make() -> None:
    world = LiesWorld()
    assert world.lie(SHOP, world.seen(can(1), step=RECALL)) >= ROLES


@pytest.mark.parametrize("step", [None, "inspecting"])
def test_who_may_not_unpack_empties_no_container(step: str | None) -> None:
    """Whatever happens to the carton from then on would be hidden."""
    world = LiesWorld()
    world.say(MAKER, world.packed(sscc(1), can(1), bizStep="packing"))
    body: dict[str, Any] = {} if step is None else {"bizStep": step}
    event = world.event(
        "AggregationEvent", Item("parentID", sscc(1)), action="DELETE", **body
    )
    assert world.lie(AUDITOR, event) == ROLES


@pytest.mark.parametrize("kind", ["AggregationEvent", "AssociationEvent"])
def test_who_may_not_pack_packs_nothing_without_a_step(kind: str) -> None:
    world = LiesWorld()
    event = world.event(
        kind, Item("parentID", sscc(1)), Item("childEPCs", can(1)), action="ADD"
    )
    assert world.lie(AUDITOR, event) == ROLES


def test_a_lot_is_not_packed_by_quantity_by_who_may_not_pack() -> None:
    world = LiesWorld()
    world.say(MAKER, world.made(LOT))
    event = world.event(
        "AggregationEvent",
        Item("parentID", sscc(1)),
        Item("childQuantityList", LOT, 5, None),
        action="ADD",
    )
    assert world.lie(AUDITOR, event, item=LOT) == ROLES


def test_who_observes_does_not_end_an_item() -> None:
    world = LiesWorld()
    bodies: tuple[dict[str, Any], ...] = ({}, {"bizStep": "inspecting"})
    for body in bodies:
        world = LiesWorld()
        event = world.event(
            "ObjectEvent", Item("epcList", can(1)), action="DELETE", **body
        )
        assert world.lie(AUDITOR, event) == ROLES


def test_who_may_not_transform_does_not_by_leaving_the_step_out() -> None:
    world = LiesWorld()
    event = world.turned([can(1)], [can(60)])
    assert world.lie(CARRIER, event) == ROLES


def test_the_form_needs_a_kind_that_its_step_does_not_make_up_for() -> None:
    """A step that one may say does not bring what one may not do with it."""
    world = LiesWorld()
    event = world.made(can(61), bizStep="departing")
    assert world.lie(CARRIER, event, item=can(61)) == ROLES


def test_one_grant_covers_all_that_an_event_makes() -> None:
    world = LiesWorld()
    both = world.enrol(
        "both",
        Grant("", "producer", prefixes=("9506000",)),
        Grant("", "producer", prefixes=("0614141",)),
    )
    world.truth(both, world.made(can(70)), item=can(70))
    foreign = "https://id.gs1.org/01/10614141000033/21/1"
    event = world.made(can(71), foreign)
    at = world.say(both, event), 0
    assert at in world.refused
    # Of either alone what is shown is covered: so it is by the log alone.
    assert world.refused[at].shows({1, 2}, set())
    assert not world.refused[at].shows({1}, set())


def test_a_grant_limited_by_place_is_so_by_each_place_that_is_named() -> None:
    here = "https://id.gs1.org/414/9506000134376"
    there = "https://id.gs1.org/414/9506000134383"
    for places in (
        {"readPoint": here, "bizLocation": there},
        {"bizLocation": there},
        {},
    ):
        world = LiesWorld()
        guard = world.enrol("guard", Grant("", "inspector", places=(here,)))
        body: dict[str, Any] = {
            name: {"id": place} for name, place in places.items()
        }
        assert world.lie(guard, world.seen(can(1), **body)) == ROLES
    world = LiesWorld()
    guard = world.enrol("guard", Grant("", "inspector", places=(here,)))
    world.truth(guard, world.seen(can(1), readPoint={"id": here}))


def test_a_delegate_passes_on_no_more_than_it_has() -> None:
    given = Grant("", "carrier", may_grant=True)
    for wider in (
        Grant("", "customs"),
        Grant("", "producer", prefixes=("9506000",)),
    ):
        world = LiesWorld()
        boss = world.enrol("boss", given)
        friend = world.enrol("friend")
        event = actors.grant(
            dataclasses.replace(wider, actor=friend), secret=world.secret()
        )
        at = world.say(boss, event), 0
        assert at in world.refused
        world.say(friend, world.seen(can(1), step="inspecting"))
        verdict = world.examine(world.bundle(can(1)), item=can(1))
        assert str(verdict.outcome) == "FAILED"


def test_a_delegate_does_not_take_over_a_grant_by_saying_it_again() -> None:
    given = Grant("", "producer", prefixes=("9506000",), may_grant=True)
    for by in ("boss", "lab"):
        world = LiesWorld()
        world.enrol("boss", given)
        lab = world.enrol("lab")
        event = actors.grant(
            dataclasses.replace(given, actor=lab), secret=world.secret()
        )
        world.say(OWNER, event)
        assert world.refused == {}
        at = world.say(f"did:web:{by}.example", event), 0
        assert "before" in str(world.refused[at].why)
        # The ledger that refuses it goes on as if it had not been said.
        revoked = actors.revoke_grant(
            lab, granted_by=event.id, reason="mine", secret=world.secret()
        )
        assert (world.say("did:web:boss.example", revoked), 0) in world.refused
        assert (world.say(lab, world.made(can(80))), 0) not in world.refused
