"""No story loses its containers, ingredients or recalls without a word.

Each attack is what somebody with a key, or the ledger's operator, did to have
a recalled thing come out VERIFIED; most are also what honest people do, whose
reports come late, twice or in another order.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.claims.actor import Grant
from provenance.claims.event import Event, Item
from provenance.proof.stays import Grade
from provenance.proof.trace import EDGE, WHOLE, Why
from provenance.proof.verdict import Outcome, Verdict
from tests.world import (
    BOUNDS,
    GTIN,
    LOT,
    MINUTE,
    World,
    can,
    faults,
    sscc,
)

MAKER = "did:web:maker.example"
CARRIER = "did:web:carrier.example"
CUSTOMS = "did:web:customs.example"
DAY = 24 * 60 * MINUTE
RECALLED = "urn:provenance:step:recalled"
REFUSED = "urn:provenance:step:customs_refused"


@pytest.fixture
def world() -> World:
    world = World()
    world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    world.enrol("carrier", Grant("", "carrier"))
    world.enrol("customs", Grant("", "customs"))
    return world


def at(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).isoformat()


def verdict_of(world: World, item: str = can(1)) -> Verdict:
    return world.examine(world.bundle(item), item=item)


def notices_of(verdict: Verdict) -> set[str]:
    return {notice.code for notice in verdict.notices}


def items_of(verdict: Verdict) -> set[str]:
    return {moment.item for moment in verdict.timeline}


def seen(world: World, item: str, **body: object) -> Event:
    return world.seen(item, step="departing", **body)


def recall(world: World, item: str, **body: object) -> Event:
    return world.seen(item, step=RECALLED, **body)


def observed(world: World, parent: str, *units: str) -> Event:
    return world.packed(parent, *units, action="OBSERVE", bizStep="departing")


def recall_lot(world: World, lot: str, step: str = RECALLED) -> Event:
    return world.event(
        "ObjectEvent",
        Item("quantityList", lot, 10, None),
        action="OBSERVE",
        bizStep=step,
    )


def by_quantity(
    world: World, parent: str, lot: str, action: str = "ADD"
) -> Event:
    return world.event(
        "AggregationEvent",
        Item("parentID", parent),
        Item("childQuantityList", lot, 10, None),
        action=action,
        bizStep="loading" if action == "ADD" else "unloading",
    )


# Containers.


def test_a_carton_on_its_pallet_before_the_can_went_in_counts(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(CARRIER, world.packed(sscc(2), sscc(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    refused = world.say(CUSTOMS, world.seen(sscc(2), step=REFUSED))
    verdict = verdict_of(world)
    assert "PRV-1410" in notices_of(verdict)
    assert refused in {moment.log_index for moment in verdict.timeline}
    world.say(MAKER, recall(world, sscc(2)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_three_levels_loaded_from_the_outside_in_all_count(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(CARRIER, world.packed(sscc(3), sscc(2)))
    world.say(CARRIER, world.packed(sscc(2), sscc(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(MAKER, recall(world, sscc(3)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_a_packing_that_is_reported_after_the_unpacking_counts(
    world: World,
) -> None:
    """The log has the pallet's whole journey before the can was in it."""
    world.say(MAKER, world.made(can(1)))
    packed_at = at(world.now + MINUTE)
    world.now += 2 * MINUTE
    world.say(CARRIER, world.packed(sscc(2), sscc(1)))
    world.say(MAKER, recall(world, sscc(2)))
    world.say(CARRIER, world.unpacked(sscc(2), sscc(1)))
    world.say(MAKER, world.packed(sscc(1), can(1), eventTime=packed_at))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_what_a_carrier_reports_of_a_carton_after_it_was_unpacked_counts(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    refused_at = at(world.now + MINUTE)
    world.now += 2 * MINUTE
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    world.now += 20 * DAY
    world.say(CUSTOMS, world.seen(sscc(1), step=REFUSED, eventTime=refused_at))
    verdict = verdict_of(world)
    assert "PRV-1410" in notices_of(verdict)
    (refused,) = (m for m in verdict.timeline if m.step == "customs_refused")
    assert refused.late_seconds == (20 * DAY + 3 * MINUTE) // 1000


def test_what_is_reported_of_a_carton_too_late_is_no_part_of_the_stay(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    seen_at = at(world.now + MINUTE)
    world.now += 2 * MINUTE
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    world.now += 31 * DAY
    saw = world.say(CARRIER, seen(world, sscc(1), eventTime=seen_at))
    verdict = world.check(can(1))
    assert saw not in {moment.log_index for moment in verdict.timeline}


def test_a_recall_of_the_carton_after_unpacking_is_a_doubt(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    world.now += 300 * DAY
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1409"]
    world.now += 400 * DAY
    world.say(MAKER, recall(world, sscc(1)))
    verdict = verdict_of(world)
    assert faults(verdict) == ["PRV-1409"]
    assert "PRV-1408" in notices_of(verdict)


def test_a_recall_says_which_time_it_concerns(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    before = at(world.now)
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    world.now += 400 * DAY
    world.say(MAKER, world.seen(sscc(1)))
    for concerns, code in (
        ([before, None], "PRV-1401"),
        ([None, None], "PRV-1401"),
        ("always", "PRV-1401"),
        ([before], "PRV-1401"),
        ([at(world.now), None], ""),
        ([None, at(0)], ""),
    ):
        other = World()
        other.__dict__.update(
            {k: v.copy() if hasattr(v, "copy") else v
             for k, v in world.__dict__.items() if k != "nodes"}
        )  # fmt: skip
        other.nodes.nodes.update(world.nodes.nodes)
        other.nodes.size = world.nodes.size
        other.trails = {k: [*v] for k, v in world.trails.items()}
        other.say(MAKER, recall(other, sscc(1), concerns=concerns))
        assert faults(verdict_of(other)) == ([code] if code else []), concerns


def test_a_carton_that_was_only_seen_packed_counts(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(CARRIER, observed(world, sscc(1), can(1)))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_a_carton_that_was_seen_packed_a_second_time_is_left_once(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(CARRIER, observed(world, sscc(1), can(1)))
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    later = world.say(CARRIER, seen(world, sscc(1)))
    verdict = world.check(can(1))
    assert later not in {moment.log_index for moment in verdict.timeline}


def test_packing_by_quantity_counts_for_the_units_of_the_lot(
    world: World,
) -> None:
    world.say(MAKER, world.made(LOT))
    world.say(MAKER, world.made(can(1), lot="L7"))
    world.say(MAKER, by_quantity(world, sscc(1), LOT))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1401"]
    assert faults(verdict_of(world, LOT)) == ["PRV-1401"]


def test_some_of_a_lot_taken_out_is_not_all_of_it(world: World) -> None:
    world.say(MAKER, world.made(LOT))
    world.say(MAKER, world.made(can(1), lot="L7"))
    world.say(MAKER, by_quantity(world, sscc(1), LOT))
    world.say(MAKER, by_quantity(world, sscc(2), LOT))
    world.say(MAKER, by_quantity(world, sscc(1), LOT, action="DELETE"))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_some_of_a_lot_taken_out_of_what_nobody_put_it_into_counts(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1), lot="L7"))
    world.say(MAKER, recall(world, sscc(1)))
    world.say(MAKER, by_quantity(world, sscc(1), LOT, action="DELETE"))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_unpacking_before_packing_hides_neither_stay(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, recall(world, sscc(1)))
    world.say(CARRIER, world.unpacked(sscc(1), can(1)))
    assert faults(verdict_of(world)) == ["PRV-1401"]
    world.say(MAKER, world.packed(sscc(2), can(1)))
    world.say(MAKER, recall(world, sscc(2)))
    assert faults(verdict_of(world)) == ["PRV-1401", "PRV-1401"]


def test_an_unpacking_dated_before_the_packing_closes_nothing(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    early = at(world.now)
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(CARRIER, world.unpacked(sscc(1), can(1), eventTime=early))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_an_unpacking_reported_too_late_closes_nothing(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    early = at(world.now)
    world.now += 31 * DAY
    world.say(CARRIER, world.unpacked(sscc(1), can(1), eventTime=early))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_a_forged_emptying_loses_no_recall(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(CARRIER, world.unpacked(sscc(1)))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1409"]


def test_an_emptying_by_one_without_the_role_is_no_evidence(
    world: World,
) -> None:
    world.enrol("auditor", Grant("", "auditor"))
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    emptied = world.unpacked(sscc(1), bizStep="inspecting")
    world.say("did:web:auditor.example", emptied)
    assert verdict_of(world).outcome is Outcome.FAILED


def test_an_emptying_reported_too_late_empties_nothing(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    early = at(world.now)
    world.now += 31 * DAY
    world.say(CARRIER, world.unpacked(sscc(1), eventTime=early))
    saw = world.say(CARRIER, seen(world, sscc(1)))
    verdict = world.check(can(1))
    assert saw in {moment.log_index for moment in verdict.timeline}


def test_a_label_that_is_made_after_the_packing_begins_no_new_life(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(MAKER, world.made(sscc(1)))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_a_carton_that_is_silent_for_over_a_year_begins_anew(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    saw = world.say(CARRIER, seen(world, sscc(1)))
    world.now += 366 * DAY
    again = world.say(CARRIER, world.packed(sscc(1), can(9)))
    world.say(CARRIER, seen(world, sscc(1)))
    verdict = world.check(can(1))
    shown = {moment.log_index for moment in verdict.timeline}
    assert saw in shown
    assert again not in shown


def test_a_can_in_a_second_carton_has_left_the_first(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(CARRIER, world.packed(sscc(2), can(1)))
    world.say(MAKER, recall(world, sscc(1)))
    assert faults(verdict_of(world)) == ["PRV-1409"]


def test_sixty_five_cartons_are_told_and_each_recall_is_heeded(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    for number in range(1, 66):
        world.say(MAKER, world.packed(sscc(number), can(1)))
        world.say(MAKER, world.seen(sscc(number)))
    walk = world.trace(can(1))
    assert [(s.item, s.start, s.stop) for s in walk.skipped] == [
        (sscc(65), 0, 2)
    ]
    verdict = world.check(can(1))
    assert "PRV-1006" in notices_of(verdict)
    world.say(MAKER, recall(world, sscc(65)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_the_ninth_container_is_told_and_its_recall_is_heeded(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    for number in range(1, 10):
        world.say(CARRIER, world.packed(sscc(number + 1), sscc(number)))
    walk = world.trace(can(1))
    assert {s.item for s in walk.skipped} == {sscc(9)}
    assert sscc(10) not in walk.trails
    world.say(MAKER, recall(world, sscc(9)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


@pytest.mark.parametrize("count", [2, 3, 9])
def test_containers_in_each_other_come_to_an_end(
    world: World, count: int
) -> None:
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    for _ in range(3):
        for number in range(1, count + 1):
            parent = sscc(number % count + 1)
            world.say(CARRIER, world.packed(parent, sscc(number)))
    world.check(can(1))


def test_a_flood_of_containers_costs_a_bounded_story(world: World) -> None:
    world.say(MAKER, world.made(can(1), lot="L7"))
    for number in range(200):
        world.say(CARRIER, by_quantity(world, sscc(number + 1), LOT))
    walk = world.trace(can(1))
    containers = {s.item for s in walk.sightings if s.why is Why.CONTAINER}
    assert len(containers) == BOUNDS.stays
    assert "PRV-1006" in notices_of(world.check(can(1)))


# Ingredients, lots and products.


def test_an_ingredient_recalled_after_the_transformation_counts(
    world: World,
) -> None:
    milk = f"{GTIN}/10/MILK"
    world.say(MAKER, world.made(milk))
    world.say(MAKER, world.turned([milk], [can(1)]))
    world.say(MAKER, recall_lot(world, milk))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_an_ingredient_of_an_ingredient_recalled_afterwards_counts(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(7)))
    world.say(MAKER, world.turned([can(7)], [can(8)]))
    world.say(MAKER, world.turned([can(8)], [can(1)]))
    world.now += 500 * DAY
    world.say(MAKER, recall(world, can(7)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def joined(world: World, name: str, *items: Item) -> Event:
    return world.event(
        "TransformationEvent",
        *items,
        Item("transformationID", name),
        transformationID=name,
    )


RUN = "urn:uuid:0f1e2d3c-0000-4000-8000-000000000001"


def test_inputs_and_outputs_that_a_transformation_joins_belong_together(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(7)))
    world.say(MAKER, joined(world, RUN, Item("inputEPCList", can(7))))
    world.say(MAKER, joined(world, RUN, Item("outputEPCList", can(1))))
    verdict = world.check(can(1))
    assert can(7) in items_of(verdict)
    world.say(MAKER, recall(world, can(7)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_inputs_reported_after_the_outputs_are_joined(world: World) -> None:
    world.say(MAKER, world.made(can(7)))
    world.say(MAKER, joined(world, RUN, Item("outputEPCList", can(1))))
    world.say(MAKER, joined(world, RUN, Item("inputEPCList", can(7))))
    world.say(MAKER, recall(world, can(7)))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_a_stranger_joins_nothing_to_a_transformation(world: World) -> None:
    world.enrol("stranger", Grant("", "producer", prefixes=("4012345",)))
    stranger = "did:web:stranger.example"
    world.say(MAKER, joined(world, RUN, Item("outputEPCList", can(1))))
    world.say(stranger, joined(world, RUN, Item("inputEPCList", can(7))))
    world.say(MAKER, world.made(can(7)))
    world.say(MAKER, recall(world, can(7)))
    verdict = world.check(can(1))
    assert can(7) not in items_of(verdict)


def test_inputs_joined_in_error_are_none(world: World) -> None:
    world.say(MAKER, world.made(can(7)))
    world.say(MAKER, joined(world, RUN, Item("outputEPCList", can(1))))
    wrong = joined(world, RUN, Item("inputEPCList", can(7)))
    world.say(MAKER, wrong)
    world.say(MAKER, world.as_error(wrong))
    world.say(MAKER, recall(world, can(7)))
    assert can(7) not in items_of(world.check(can(1)))


def about_product(world: World, step: str = RECALLED) -> Event:
    return world.event(
        "ObjectEvent", Item("about", GTIN), action="OBSERVE", bizStep=step
    )


def test_a_recall_of_the_whole_product_reaches_each_unit(world: World) -> None:
    world.say(MAKER, world.made(LOT))
    world.say(MAKER, world.made(can(1), lot="L7"))
    world.say(MAKER, about_product(world))
    for item in (can(1), LOT, GTIN):
        assert faults(verdict_of(world, item)) == ["PRV-1401"], item


def test_a_recall_of_some_of_the_product_is_about_all_of_it(
    world: World,
) -> None:
    """Which of it is not said; so nobody may take it for another's."""
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, recall_lot(world, GTIN))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_a_recall_of_an_ingredients_product_reaches_what_was_made_of_it(
    world: World,
) -> None:
    other = "https://id.gs1.org/01/09506000134369"
    world.say(MAKER, world.turned([f"{other}/21/A"], [can(1)]))
    recalled = world.event(
        "ObjectEvent", Item("about", other), action="OBSERVE", bizStep=RECALLED
    )
    world.say(MAKER, recalled)
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_what_else_is_said_about_the_product_is_not_looked_at(
    world: World,
) -> None:
    world.say(MAKER, world.made(can(1)))
    said = world.say(MAKER, about_product(world, step="inspecting"))
    verdict = world.check(can(1))
    assert said not in {moment.log_index for moment in verdict.timeline}
    assert "PRV-1006" not in notices_of(verdict)


def test_a_flood_of_observations_on_a_lot_is_passed_over(
    world: World,
) -> None:
    world.say(MAKER, world.made(LOT))
    world.say(MAKER, world.made(can(1), lot="L7"))
    flood = [
        world.event(
            "ObjectEvent",
            Item("quantityList", LOT, 1, None),
            action="OBSERVE",
            bizStep="departing",
        )
        for _ in range(5_000)
    ]
    world.say(CARRIER, *flood)
    bundle = world.bundle(can(1))
    assert sum(len(each.events) for each in bundle.statements) < WHOLE
    assert "PRV-1006" in notices_of(world.check(can(1)))


def test_floods_on_many_lots_together_are_bounded_as_well(
    world: World,
) -> None:
    """Each of them is short enough to be looked at whole."""
    inputs = [f"{GTIN}/10/M{number}" for number in range(30)]
    for lot in inputs:
        world.say(
            CARRIER,
            *(
                world.event(
                    "ObjectEvent",
                    Item("quantityList", lot, 1, None),
                    action="OBSERVE",
                    bizStep="departing",
                )
                for _ in range(200)
            ),
        )
    world.say(MAKER, world.turned(inputs, [can(1)]))
    walk = world.trace(can(1))
    looked = [s for s in walk.sightings if s.why is Why.INPUT]
    assert len(looked) == BOUNDS.events
    assert walk.missing == ()
    world.say(MAKER, recall_lot(world, inputs[-1]))
    assert faults(verdict_of(world)) == ["PRV-1401"]


def test_a_long_trail_is_looked_at_around_a_window(world: World) -> None:
    """So that a report of the stay that came a little later is found."""
    world.say(MAKER, world.made(can(1)))
    for _ in range(WHOLE):
        world.say(CARRIER, seen(world, sscc(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    during = at(world.now)
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    for _ in range(EDGE - 1):
        world.say(CARRIER, seen(world, sscc(1)))
    late = world.say(CARRIER, seen(world, sscc(1), eventTime=during))
    verdict = world.check(can(1))
    assert late in {moment.log_index for moment in verdict.timeline}


# What is told.


def test_a_demand_whose_trail_is_not_shown_is_no_demand_that_held(
    world: World,
) -> None:
    after = [[can(9), bytes(32)]]
    world.say(MAKER, world.made(can(1), can(9), after=after))
    verdict = world.check(can(1))
    assert "PRV-1304" in notices_of(verdict)
    (demands,) = (step for step in verdict.steps if step.name == "demands")
    assert demands.code == "PRV-1302"
    assert "not shown" in demands.detail


def test_what_nobody_made_is_said_to_be_made_by_nobody(world: World) -> None:
    world.say(CARRIER, seen(world, can(1)))
    assert "PRV-1411" in notices_of(world.check(can(1)))
    made = world.made(can(1))
    world.say(MAKER, made)
    assert "PRV-1411" not in notices_of(world.check(can(1)))
    world.say(MAKER, world.as_error(made))
    assert "PRV-1411" in notices_of(world.check(can(1)))


def test_what_is_no_single_thing_need_not_be_made(world: World) -> None:
    world.say(MAKER, about_product(world, step="inspecting"))
    world.say(MAKER, recall_lot(world, LOT, step="inspecting"))
    for item in (GTIN, LOT, MAKER):
        verdict = world.check(item)
        assert "PRV-1411" not in notices_of(verdict), item


def test_a_strangers_event_is_no_correction(world: World) -> None:
    wrong = world.made(can(1))
    world.say(MAKER, wrong)
    world.say(MAKER, world.as_error(wrong, correctiveEventIDs=["urn:uuid:c1"]))
    world.say(CARRIER, seen(world, can(1), eventID="urn:uuid:c1"))
    first, *_ = verdict_of(world).timeline
    assert first.error is not None
    assert first.error.corrections == {"urn:uuid:c1": False}
    world.say(MAKER, world.made(can(1), eventID="urn:uuid:c1"))
    first, *_ = verdict_of(world).timeline
    assert first.error is not None
    assert first.error.corrections == {"urn:uuid:c1": True}


def test_a_recall_is_withdrawn_by_its_signer_alone(world: World) -> None:
    world.say(MAKER, world.made(can(1)))
    recalled = recall(world, can(1))
    world.say(MAKER, recalled)
    world.enrol("other", Grant("", "producer", prefixes=("9506000",)))
    world.say("did:web:other.example", world.as_error(recalled))
    assert faults(verdict_of(world)) == ["PRV-1401"]
    world.say(MAKER, world.as_error(recalled))
    assert "PRV-1403" in notices_of(world.check(can(1)))


def test_a_report_is_late_by_what_the_log_shows_not_by_what_is_signed(
    world: World,
) -> None:
    """A statement may lie of its own date, the commitment before it not."""
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    early = world.now
    out = world.unpacked(sscc(1), can(1))
    world.now += 40 * DAY
    world.commit()
    now, world.now = world.now, early + MINUTE
    world.say(CARRIER, out)
    world.now = now
    world.say(MAKER, recall(world, sscc(1)))
    bundle = world.bundle(can(1))
    assert len(bundle.commitments) == 1
    assert faults(world.examine(bundle, item=can(1))) == ["PRV-1401"]
    walk = world.trace(can(1))
    # Without it the unpacking would count, and the recall be a doubt.
    assert [each.grade for each in walk.warned] == [Grade.DOUBT]


def test_what_is_said_of_a_place_or_an_actor_makes_no_story(
    world: World,
) -> None:
    """A place has no inside, and what happens there is not the item's."""
    place = "https://id.gs1.org/414/9506000134376"
    world.say(MAKER, world.made(can(1)))
    world.say(MAKER, world.packed(place, can(1), type="AssociationEvent"))
    world.say(MAKER, recall(world, place))
    assert place not in items_of(world.check(can(1)))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["in", "seen in", "out", "empty", "see", "commit"]),
            st.integers(0, 3),
            st.integers(0, 3),
            st.sampled_from([0, 0, 5, 29, 31, 400]),
        ),
        max_size=16,
    )
)
def test_late_reports_are_seen_by_the_verifier_as_the_prover_saw_them(
    steps: list[tuple[str, int, int, int]],
) -> None:
    """Whatever is dated back, and whichever commitments are shown."""
    world = World()
    world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    world.now += 500 * DAY
    things = [can(1), sscc(1), sscc(2), sscc(3)]
    world.say(MAKER, world.made(can(1)))
    for word, first, second, days in steps:
        a, b = things[first], things[second]
        body = {"eventTime": at(world.now - days * DAY)} if days else {}
        world.now += DAY
        if word == "commit":
            world.commit()
        elif word == "empty":
            world.say(MAKER, world.unpacked(a, **body))
        elif word == "see" or a == b:
            world.say(MAKER, world.seen(a, **body))
        else:
            action = {"in": "ADD", "out": "DELETE"}.get(word, "OBSERVE")
            signed, world.now = world.now, world.now - days * DAY
            packed = world.packed(a, b, action=action)
            # Of two it is signed at once, and logged much later.
            if second % 2:
                world.say(MAKER, packed)
                world.now = signed
            else:
                world.now = signed
                world.say(MAKER, packed)
    world.now += DAY
    for item in things:
        if item in world.trails:
            verdict = verdict_of(world, item)
            assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
