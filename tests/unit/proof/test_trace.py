"""The walk follows what the events lead to, and misses what is not there."""

import dataclasses
import itertools
from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.claims.actor import Grant
from provenance.claims.event import Item
from provenance.claims.trail import chain_hashes
from provenance.encoding.digest import Hash
from provenance.proof import trace as tracing
from provenance.proof.bundle import ProvenTrail
from provenance.proof.pack import ShownStory
from provenance.proof.seen import SeenEvent
from provenance.proof.stays import Grade
from provenance.proof.trace import (
    EDGE,
    WHOLE,
    Sighting,
    Skipped,
    Trace,
    Why,
    trace,
)
from provenance.proof.trails import (
    Position,
    SparseTrail,
    Stretch,
)
from provenance.proof.verdict import Outcome
from tests.world import (
    BOUNDS,
    GTIN,
    LOT,
    OWNER,
    TRUST_ITEM,
    World,
    can,
    faults,
    show_story,
    sscc,
    story,
)

MAKER = "did:web:maker.example"
RECALLED = "urn:provenance:step:recalled"


def a_world() -> World:
    world = World()
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    return world


def seen_at(walk: Trace, item: str) -> list[int]:
    return [
        sighting.at[0] for sighting in walk.sightings if sighting.item == item
    ]


def test_the_subject_comes_first_and_its_signers_last() -> None:
    walk = story().trace(can(1))
    assert list(walk.trails) == [
        can(1),
        GTIN,
        LOT,
        sscc(1),
        sscc(2),
        MAKER,
        "did:web:carrier.example",
        "did:web:customs.example",
        OWNER,
        TRUST_ITEM,
    ]
    assert walk.missing == ()


def test_only_the_leaves_that_matter_are_shown() -> None:
    shown = story().trace(can(2)).shown
    # Body and own leaf; body, parent and own leaf; body and own leaf.
    assert shown[7, 0] == {0, 2}
    assert shown[8, 0] == {0, 1, 3}
    assert shown[10, 0] == {0, 1}
    # A registry event is shown whole.
    assert shown[0, 0] == {0, 1}


def test_a_container_is_followed_only_while_the_item_is_in_it() -> None:
    world = a_world()
    before = world.say(MAKER, world.seen(sscc(1)))
    world.say(MAKER, world.made(can(1)))
    packed = world.say(MAKER, world.packed(sscc(1), can(1)))
    during = world.say(MAKER, world.seen(sscc(1)))
    unpacked = world.say(MAKER, world.unpacked(sscc(1), can(1)))
    after = world.say(MAKER, world.seen(sscc(1)))
    walk = world.trace(can(1))
    # What is not of its time is shown, for a short trail is shown whole.
    assert seen_at(walk, sscc(1)) == [packed, during, unpacked]
    assert {(before, 0), (after, 0)} <= walk.shown.keys()
    assert walk.trails[sscc(1)].count == 5


def test_an_open_container_is_followed_to_the_end() -> None:
    world = a_world()
    packed = world.say(MAKER, world.packed(sscc(1), can(1)))
    later = world.say(MAKER, world.seen(sscc(1)))
    assert seen_at(world.trace(can(1)), sscc(1)) == [packed, later]


def test_taking_out_something_else_does_not_close_the_window() -> None:
    world = a_world()
    world.say(MAKER, world.packed(sscc(1), can(1), can(2)))
    world.say(MAKER, world.unpacked(sscc(1), can(2)))
    world.say(MAKER, world.unpacked(sscc(9), can(1)))
    world.say(MAKER, world.packed(sscc(1), can(1), action="OBSERVE"))
    later = world.say(MAKER, world.seen(sscc(1)))
    assert seen_at(world.trace(can(1)), sscc(1))[-1] == later


def test_emptying_a_container_closes_its_window() -> None:
    world = a_world()
    packed = world.say(MAKER, world.packed(sscc(1), can(1)))
    emptied = world.say(MAKER, world.unpacked(sscc(1)))
    world.say(MAKER, world.seen(sscc(1)))
    assert seen_at(world.trace(can(1)), sscc(1)) == [packed, emptied]


def test_going_in_again_after_the_emptying_opens_it_anew() -> None:
    world = a_world()
    places = [
        world.say(MAKER, world.packed(sscc(1), can(1))),
        world.say(MAKER, world.unpacked(sscc(1))),
    ]
    away = world.say(MAKER, world.seen(sscc(1)))
    places += [
        world.say(MAKER, world.packed(sscc(1), can(1))),
        world.say(MAKER, world.seen(sscc(1))),
        world.say(MAKER, world.unpacked(sscc(1), can(1))),
    ]
    gone = world.say(MAKER, world.seen(sscc(1)))
    walk = world.trace(can(1))
    assert seen_at(walk, sscc(1)) == places
    assert {away, gone}.isdisjoint(seen_at(walk, sscc(1)))


def test_containers_in_containers_are_followed_while_both_are_closed() -> None:
    world = a_world()
    world.say(MAKER, world.packed(sscc(1), can(1)))
    loaded = world.say(MAKER, world.packed(sscc(2), sscc(1)))
    shipped = world.say(MAKER, world.seen(sscc(2)))
    out = world.say(MAKER, world.unpacked(sscc(1), can(1)))
    later = world.say(MAKER, world.seen(sscc(2)))
    world.say(MAKER, world.packed(sscc(3), sscc(1)))
    walk = world.trace(can(1))
    assert seen_at(walk, sscc(2)) == [loaded, shipped]
    assert out < later
    assert sscc(3) not in walk.trails


def test_an_association_is_followed_like_an_aggregation() -> None:
    world = a_world()
    world.say(MAKER, world.packed(sscc(1), can(1), type="AssociationEvent"))
    later = world.say(MAKER, world.seen(sscc(1)))
    assert seen_at(world.trace(can(1)), sscc(1))[-1] == later


def test_a_place_is_no_container() -> None:
    world = a_world()
    place = "https://id.gs1.org/414/9506000134376"
    world.say(MAKER, world.packed(place, can(1), type="AssociationEvent"))
    assert place not in world.trace(can(1)).trails


def test_an_aggregation_without_a_parent_leads_nowhere() -> None:
    """That there is none is said by the counts, so nothing else is shown."""
    world = a_world()
    event = world.event(
        "AggregationEvent",
        Item("childEPCs", can(1)),
        Item("childEPCs", can(2)),
        action="ADD",
    )
    index = world.say(MAKER, event)
    walk = world.trace(can(1))
    assert walk.shown[index, 0] == {0, 1}
    assert walk.missing == ()


def test_containers_that_hold_each_other_come_to_an_end() -> None:
    world = a_world()
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(MAKER, world.packed(sscc(2), sscc(1)))
    world.say(MAKER, world.packed(sscc(1), sscc(2)))
    world.say(MAKER, world.packed(sscc(2), sscc(1)))
    walk = world.trace(can(1))
    assert walk.missing == ()
    assert list(walk.trails)[:4] == [can(1), GTIN, sscc(1), sscc(2)]


def test_the_lot_of_a_unit_is_followed_whole() -> None:
    world = a_world()
    made = world.say(MAKER, world.made(LOT))
    world.say(MAKER, world.made(can(1), lot="L7"))
    recalled = world.say(
        MAKER, world.seen(LOT, step="urn:provenance:step:recalled")
    )
    walk = world.trace(can(1))
    assert seen_at(walk, LOT) == [made, recalled]


def test_a_lot_without_a_trail_is_asked_for_all_the_same() -> None:
    world = a_world()
    world.say(MAKER, world.made(can(1), lot="L8"))
    assert world.trace(can(1)).trails[f"{GTIN}/10/L8"].count == 0


def test_a_lot_that_cannot_be_read_is_missing() -> None:
    world = a_world()
    world.say(MAKER, world.made(can(1), ilmd={"cbvmda:lotNumber": 7}))
    (missing,) = world.trace(can(1)).missing
    assert missing.why is Why.LOT
    assert "cannot be read" in missing.reason


def test_inputs_are_followed_up_to_the_making() -> None:
    world = a_world()
    grown = world.say(MAKER, world.made(can(7)))
    pressed = world.say(MAKER, world.turned([can(7)], [can(8)]))
    mixed = world.say(MAKER, world.turned([can(8), GTIN], [can(2), can(1)]))
    world.say(MAKER, world.seen(can(8)))
    walk = world.trace(can(1))
    assert seen_at(walk, can(8)) == [pressed, mixed]
    assert seen_at(walk, can(7)) == [grown, pressed]
    assert walk.shown[mixed, 0] == {0, 1, 2, 4}
    # Siblings are no inputs; of the product only what warns is looked at.
    assert can(2) not in walk.trails
    assert walk.trails[GTIN].count == 0


def test_a_lot_that_is_an_input_as_well_is_read_once() -> None:
    world = a_world()
    made = world.say(MAKER, world.made(LOT))
    world.say(MAKER, world.made(can(1), lot="L7"))
    packed = world.say(MAKER, world.turned([LOT], [can(1)]))
    asked: list[int] = []

    def read_event(index: int, position: int, item: str) -> SeenEvent:
        asked.append(index)
        return world.read_event(index, position, item)

    walk = trace(
        can(1),
        trust_item=TRUST_ITEM,
        bounds=BOUNDS,
        read_trail=world.read_trail,
        read_event=read_event,
    )
    assert {s.why for s in walk.sightings if s.item == LOT} == {
        Why.LOT,
        Why.INPUT,
    }
    assert seen_at(walk, LOT) == [made, packed, made, packed]
    assert asked.count(made) == 1


def test_what_an_item_was_made_into_is_none_of_its_story() -> None:
    world = a_world()
    mixed = world.say(MAKER, world.turned([can(1), can(2)], [can(3)]))
    walk = world.trace(can(1))
    assert walk.shown[mixed, 0] == {0, 1}
    assert not {can(2), can(3)} & set(walk.trails)


def test_too_many_inputs_are_said_to_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracing, "MAX_ITEMS", 2)
    world = a_world()
    world.say(MAKER, world.turned([can(7), can(8), can(9)], [can(1)]))
    walk = world.trace(can(1))
    assert [(missing.why, missing.at) for missing in walk.missing] == [
        (Why.INPUT, (2, 0))
    ]
    assert can(7) not in walk.trails


def test_too_many_trails_are_said_to_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracing, "MAX_TRAILS", 2)
    walk = story().trace(can(1))
    # The trust item's is always read.
    assert len(walk.trails) == 3
    assert "over 2 trails" in walk.missing[0].reason


@pytest.mark.parametrize("limit", ["MAX_VISITS", "MAX_LOOKS"])
def test_a_story_without_end_is_given_up(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, limit, 3)
    walk = story().trace(can(1))
    assert "too long" in walk.missing[0].reason


def test_the_actors_behind_the_actors_are_followed() -> None:
    world = World()
    world.enrol(
        "council", Grant("", "producer", prefixes=("95",), may_grant=True)
    )
    world.enrol(
        "maker",
        Grant("", "producer", prefixes=("9506",)),
        by="did:web:council.example",
    )
    world.say(MAKER, world.made(can(1)))
    assert list(world.trace(can(1)).trails) == [
        can(1),
        GTIN,
        MAKER,
        "did:web:council.example",
        OWNER,
        TRUST_ITEM,
    ]


def test_a_plain_event_about_an_actor_does_not_stop_the_walk() -> None:
    world = story()
    world.say(MAKER, world.seen(MAKER))
    assert world.trace(can(1)).missing == ()


def test_kinds_that_are_not_wanted_are_not_followed() -> None:
    world = story()
    world.say(MAKER, world.turned([can(9)], [can(1)]))
    for wants, related in (
        ((), []),
        ({Why.LOT}, [GTIN, LOT]),
        ({Why.INPUT}, [can(9)]),
        ({Why.CONTAINER}, [sscc(1), sscc(2)]),
    ):
        found = list(world.trace(can(1), wants=wants).trails)
        assert found == [can(1), *related, TRUST_ITEM]


def retrace(  # one thing each
    world: World,
    item: str,
    *,
    lost_trail: str = "",
    lost_link: tuple[str, int] | None = None,
    lost_event: Position | None = None,
    lost_leaf: tuple[Position, int] | None = None,
    besides: Collection[int] = (),
) -> Trace:
    """Walk again, over just what the first walk showed, but for one thing."""
    story = show_story(item, world, besides=besides)
    trails = {
        trail.item: shown_of(world, trail, lost_link) for trail in story.trails
    }
    trails.pop(lost_trail, None)

    def read_event(index: int, position: int, name: str) -> SeenEvent | None:
        at = (index, position)
        if at == lost_event or at not in leaves:
            return None
        event = world.read_event(index, position, name)
        items = {
            n: i
            for n, i in event.items.items()
            if n in leaves[at] and lost_leaf != (at, n)
        }
        return dataclasses.replace(event, items=items)

    leaves = leaves_of(story)
    return trace(
        item,
        trust_item=TRUST_ITEM,
        bounds=BOUNDS,
        read_trail=trails.get,
        read_event=read_event,
        besides=[
            number
            for stretch in trails[item].stretches
            for number, link in enumerate(stretch.links, stretch.start)
            if link.place in leaves
        ]
        if item in trails
        else (),
    )


def leaves_of(story: ShownStory) -> dict[Position, set[int]]:
    """Return the numbers of the item leaves of each event shown."""
    return {
        (statement.log_index, event.position): {i.number for i in event.items}
        for statement in story.statements
        for event in statement.events
    }


def shown_of(
    world: World, trail: ProvenTrail, lost: tuple[str, int] | None
) -> SparseTrail:
    """Return what is shown of a trail, but for one link."""
    links = world.trails.get(trail.item, [])
    numbers = [
        number
        for each in trail.ranges
        for number in range(each.start, each.start + each.length)
        if (trail.item, number) != lost
    ]
    stretches: list[Stretch] = []
    for _, run in itertools.groupby(
        enumerate(numbers), lambda pair: pair[1] - pair[0]
    ):
        here = [number for _, number in run]
        none = [Hash(bytes(32))] * len(here)
        shown = [links[number] for number in here]
        stretches.append(Stretch(here[0], shown, none, none[0]))
    return SparseTrail(trail.item, trail.count, stretches)


def a_long_story() -> World:
    world = story()
    world.say(MAKER, world.turned([can(8), can(9)], [can(5)]))
    world.say(MAKER, world.packed(sscc(1), can(5)))
    world.say(
        MAKER,
        world.event(
            "AggregationEvent",
            Item("childEPCs", can(5)),
            Item("childEPCs", can(6)),
            action="ADD",
        ),
    )
    return world


def same(walk: Trace) -> tuple[object, ...]:
    """Return what two walks through one story agree on."""
    counts = {item: trail.count for item, trail in walk.trails.items()}
    return (
        counts,
        walk.shown,
        walk.sightings,
        walk.warned,
        walk.void,
        walk.skipped,
        walk.missing,
    )


@pytest.mark.parametrize("item", [can(1), can(5)])
def test_what_the_prover_shows_is_all_that_the_verifier_needs(
    item: str,
) -> None:
    world = a_long_story()
    assert same(retrace(world, item)) == same(world.trace(item))


@pytest.mark.parametrize("item", [can(1), can(5)])
def test_whatever_is_taken_away_is_missed(item: str) -> None:
    world = a_long_story()
    story = show_story(item, world)
    for trail in story.trails:
        name = trail.item
        assert retrace(world, item, lost_trail=name).missing, name
        for each in trail.ranges:
            for number in range(each.start, each.start + each.length):
                lost = name, number
                assert retrace(world, item, lost_link=lost).missing, lost
    for at, leaves in leaves_of(story).items():
        assert retrace(world, item, lost_event=at).missing, at
        for number in leaves:
            assert retrace(world, item, lost_leaf=(at, number)).missing, (
                at,
                number,
            )


def test_what_is_missing_is_named() -> None:
    world = story()
    (missing,) = retrace(world, can(1), lost_event=(10, 0)).missing
    assert (missing.why, missing.item, missing.at) == (
        Why.CONTAINER,
        sscc(2),
        (10, 0),
    )
    assert (
        missing.reason
        == f"event 2 of 4 of the trail of {sscc(2)} (entry 10, event 0) is not shown"
    )
    (missing,) = retrace(world, can(1), lost_trail=LOT).missing
    assert (missing.why, missing.reason) == (
        Why.LOT,
        f"the trail of {LOT} is not there",
    )


def test_a_trail_that_is_missing_is_missed_once() -> None:
    world = a_world()
    for event in (
        world.packed(sscc(1), can(1)),
        world.unpacked(sscc(1), can(1)),
        world.packed(sscc(1), can(1)),
    ):
        world.say(MAKER, event)
    assert len(retrace(world, can(1), lost_trail=sscc(1)).missing) == 1


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["in", "out", "empty", "look", "make"]),
            st.integers(0, 4),
            st.integers(0, 4),
        ),
        max_size=14,
    )
)
def test_every_story_that_can_be_told_can_be_verified(
    steps: list[tuple[str, int, int]],
) -> None:
    world = a_world()
    things = [can(1), can(2), sscc(1), sscc(2), sscc(3)]
    world.say(MAKER, world.made(can(1)))
    for word, first, second in steps:
        a, b = things[first], things[second]
        if a == b and word in {"in", "out", "make"}:
            continue
        match word:
            case "in":
                event = world.packed(a, b)
            case "out":
                event = world.unpacked(a, b)
            case "empty":
                event = world.unpacked(a)
            case "look":
                event = world.seen(a)
            case _:
                event = world.turned([a], [b])
        world.say(MAKER, event)
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)


# What was declared an error leads nowhere, and is never hidden.


def test_a_container_entered_in_error_is_none_of_the_story() -> None:
    world = a_world()
    world.say(MAKER, world.made(can(1)))
    packed = world.packed(sscc(1), can(1))
    at = world.say(MAKER, packed)
    world.say(MAKER, world.seen(sscc(1)))
    declared = world.say(MAKER, world.as_error(packed))
    walk = world.trace(can(1))
    assert sscc(1) not in walk.trails
    assert seen_at(walk, can(1))[1:] == [at, declared]
    assert walk.void == {((at, 0), can(1)): (declared, 0)}
    world.check(can(1))


def test_a_container_left_in_error_is_followed_on() -> None:
    world = a_world()
    world.say(MAKER, world.made(can(1)))
    packed = world.say(MAKER, world.packed(sscc(1), can(1)))
    unpacked = world.unpacked(sscc(1), can(1))
    left = world.say(MAKER, unpacked)
    later = world.say(MAKER, world.seen(sscc(1)))
    declared = world.say(MAKER, world.as_error(unpacked))
    walk = world.trace(can(1))
    assert seen_at(walk, sscc(1)) == [packed, left, later, declared]
    world.check(can(1))


def test_declaring_an_error_does_not_empty_a_container() -> None:
    world = a_world()
    world.say(MAKER, world.made(can(1)))
    emptied = world.packed(sscc(1), action="DELETE")
    world.say(MAKER, emptied)
    packed = world.say(MAKER, world.packed(sscc(1), can(1)))
    declared = world.say(MAKER, world.as_error(emptied))
    later = world.say(MAKER, world.seen(sscc(1)))
    walk = world.trace(can(1))
    assert seen_at(walk, sscc(1)) == [packed, declared, later]


def test_the_lot_of_a_commissioning_in_error_is_none_of_the_story() -> None:
    world = a_world()
    wrong = world.made(can(1), lot="L7")
    world.say(MAKER, wrong)
    world.say(MAKER, world.as_error(wrong))
    world.say(MAKER, world.made(can(1), lot="L8"))
    walk = world.trace(can(1))
    assert LOT not in walk.trails
    assert f"{GTIN}/10/L8" in walk.trails


def test_the_inputs_of_a_transformation_in_error_are_none_of_the_story() -> (
    None
):
    world = a_world()
    wrong = world.turned([can(9)], [can(1)])
    world.say(MAKER, wrong)
    world.say(MAKER, world.as_error(wrong))
    assert can(9) not in world.trace(can(1)).trails


@pytest.mark.parametrize("difference", ["signer", "body", "count", "order"])
def test_an_event_stands_unless_it_is_declared_an_error_itself(
    difference: str,
) -> None:
    world = a_world()
    other = world.enrol("other", Grant("", "producer", prefixes=("*",)))
    packed = world.packed(sscc(1), can(1))
    units = [can(1), can(2)] if difference == "count" else [can(1)]
    step = "loading" if difference != "body" else "packing"
    again = world.as_error(world.packed(sscc(1), *units, bizStep=step))
    signer = other if difference == "signer" else MAKER
    if difference == "order":
        world.say(signer, again)
        world.say(MAKER, packed)
    else:
        world.say(MAKER, packed)
        world.say(signer, again)
    walk = world.trace(can(1))
    assert walk.void == {}
    assert sscc(1) in walk.trails


# Long trails: both ends are looked at, and every warning.


def numbers_seen(walk: Trace, world: World, item: str) -> list[int]:
    """Return the numbers of the links of *item* that were looked at."""
    numbers = {link.place: n for n, link in enumerate(world.trails[item])}
    return sorted({numbers[s.at] for s in walk.sightings if s.item == item})


def often_seen(item: str, count: int, *warned: int) -> World:
    """Return a world where *item* was seen so often, warned of at some."""
    world = a_world()
    for number in range(count):
        step = RECALLED if number in warned else "inspecting"
        world.say(MAKER, world.seen(item, step=step))
    return world


@pytest.mark.parametrize("count", [WHOLE, WHOLE + 1])
def test_a_trail_of_some_length_is_whole_and_a_longer_one_is_not(
    count: int,
) -> None:
    world = often_seen(can(1), count)
    walk = world.trace(can(1))
    if count == WHOLE:
        assert walk.skipped == ()
        assert numbers_seen(walk, world, can(1)) == list(range(count))
    else:
        assert walk.skipped == (Skipped(can(1), EDGE, count - EDGE),)
        assert numbers_seen(walk, world, can(1)) == [
            *range(EDGE),
            *range(count - EDGE, count),
        ]
    assert same(retrace(world, can(1))) == same(walk)


def test_a_warning_is_never_skipped() -> None:
    world = often_seen(can(1), 300, 10, 100, 101, 295)
    walk = world.trace(can(1))
    assert walk.skipped == (
        Skipped(can(1), EDGE, 100),
        Skipped(can(1), 102, 300 - EDGE),
    )
    assert {100, 101} <= set(numbers_seen(walk, world, can(1)))
    numbers = {link.place: n for n, link in enumerate(world.trails[can(1)])}
    assert [numbers[each.at] for each in walk.warned] == [10, 100, 101, 295]
    assert {each.grade for each in walk.warned} == {Grade.ALARM}
    assert same(retrace(world, can(1))) == same(walk)
    # Whoever leaves it out of what is shown is not believed.
    at = world.trails[can(1)][100].place
    (missing,) = retrace(world, can(1), lost_event=at).missing
    assert (missing.why, missing.at) == (Why.SUBJECT, at)


def test_a_stretch_that_was_asked_for_is_looked_at_as_well() -> None:
    world = often_seen(can(1), 300)
    walk = retrace(world, can(1), besides=range(90, 110))
    assert walk.missing == ()
    assert walk.skipped == (
        Skipped(can(1), EDGE, 90),
        Skipped(can(1), 110, 300 - EDGE),
    )
    assert set(range(90, 110)) <= set(numbers_seen(walk, world, can(1)))
    # Beyond the skipped stretch nothing is to be added.
    whole = retrace(world, can(1), besides=[0, 299])
    assert whole.skipped == (Skipped(can(1), EDGE, 300 - EDGE),)


def test_a_long_window_on_a_container_is_skipped_between_its_ends() -> None:
    world = a_world()
    world.say(MAKER, world.seen(sscc(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    for number in range(300):
        step = RECALLED if number == 150 else "inspecting"
        world.say(MAKER, world.seen(sscc(1), step=step))
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    world.say(MAKER, world.seen(sscc(1)))
    walk = world.trace(can(1))
    # Link 0 is before the window, 303 after it: both are looked at, as are up
    # to 64 on either side, for what was reported late.
    assert numbers_seen(walk, world, sscc(1)) == [
        *range(1, EDGE),
        152,
        *range(304 - EDGE, 303),
    ]
    assert walk.skipped == (
        Skipped(sscc(1), EDGE, 152),
        Skipped(sscc(1), 153, 304 - EDGE),
    )
    assert same(retrace(world, can(1))) == same(walk)


def test_a_long_window_ends_where_the_container_is_seen_to_be_emptied() -> None:
    world = a_world()
    world.say(MAKER, world.packed(sscc(1), can(1)))
    emptied = world.say(MAKER, world.unpacked(sscc(1)))
    for _ in range(300):
        world.say(MAKER, world.seen(sscc(1)))
    walk = world.trace(can(1))
    assert seen_at(walk, sscc(1)) == [emptied - 1, emptied]
    assert walk.skipped == (Skipped(sscc(1), EDGE, 302 - EDGE),)


def test_what_one_window_skips_another_may_look_at() -> None:
    world = a_world()
    world.say(MAKER, world.made(LOT))
    for number in range(400):
        event = (
            world.turned([LOT], [can(1)])
            if number == 90
            else world.seen(LOT, step="inspecting")
        )
        world.say(MAKER, event)
    world.say(MAKER, world.made(can(1), lot="L7"))
    walk = world.trace(can(1))
    # As a lot the first and last are looked at, as an input all up to there.
    assert {s.why for s in walk.sightings if s.item == LOT} == {
        Why.LOT,
        Why.INPUT,
    }
    count = walk.trails[LOT].count
    assert walk.skipped == (Skipped(LOT, 92 + EDGE, count - EDGE),)
    assert same(retrace(world, can(1))) == same(walk)


def test_a_warning_before_or_after_a_window_is_no_alarm() -> None:
    world = a_world()
    before = world.say(MAKER, world.seen(sscc(1), step=RECALLED))
    world.say(MAKER, world.made(sscc(1)))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    warned = world.seen(sscc(1), step=RECALLED)
    after = world.say(MAKER, warned)
    world.say(MAKER, world.seen(sscc(1)))
    walk = world.trace(can(1))
    # It began anew after the first, and the second is of the same life.
    assert [(w.at[0], w.item, w.why, w.grade) for w in walk.warned] == [
        (before, sscc(1), Why.CONTAINER, Grade.COUNTED),
        (after, sscc(1), Why.CONTAINER, Grade.DOUBT),
    ]
    assert walk.void == {}
    assert same(retrace(world, can(1))) == same(walk)
    for at in (before, after):
        missing = retrace(world, can(1), lost_event=(at, 0)).missing
        assert {each.item for each in missing} == {sscc(1)}
    # Once it is withdrawn it warns of nothing.
    withdrawn = world.say(MAKER, world.as_error(warned))
    walk = world.trace(can(1))
    assert walk.void == {((after, 0), sscc(1)): (withdrawn, 0)}
    assert [w.at[0] for w in walk.warned] == [before]


def test_a_warning_in_a_window_may_be_withdrawn_after_it() -> None:
    world = a_world()
    world.say(MAKER, world.packed(sscc(1), can(1)))
    warned = world.seen(sscc(1), step=RECALLED)
    at = world.say(MAKER, warned)
    world.say(MAKER, world.unpacked(sscc(1), can(1)))
    withdrawn = world.say(MAKER, world.as_error(warned))
    walk = world.trace(can(1))
    assert at in seen_at(walk, sscc(1))
    assert walk.void == {((at, 0), sscc(1)): (withdrawn, 0)}


def test_too_many_warnings_are_said_to_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = often_seen(sscc(1), 20, *range(20))
    world.say(MAKER, world.packed(sscc(1), can(1)))
    monkeypatch.setattr(tracing, "MAX_LOOKS", 10)
    (missing,) = world.trace(can(1)).missing[:1]
    assert "too long" in missing.reason


def test_the_trails_of_actors_are_always_whole() -> None:
    world = a_world()
    for number in range(WHOLE):
        world.grant(Grant(MAKER, "producer", prefixes=(f"95{number:04}",)))
    world.say(MAKER, world.made(can(1)))
    walk = world.trace(can(1))
    assert walk.skipped == ()
    assert numbers_seen(walk, world, MAKER) == list(range(WHOLE + 2))


def test_the_trust_versions_are_whole() -> None:
    world = story()
    for number in range(3):
        world.put_version(world.log(b"version %d" % number), Hash(bytes(32)))
    walk = world.trace(can(1))
    assert walk.trails[TRUST_ITEM].count == 3
    for number in range(3):
        again = retrace(world, can(1), lost_link=(TRUST_ITEM, number))
        (missing,) = again.missing
        assert (missing.why, missing.item) == (Why.TRUST, TRUST_ITEM)
    (missing,) = retrace(world, can(1), lost_trail=TRUST_ITEM).missing
    assert missing.reason == f"the trail of {TRUST_ITEM} is not there"


def test_what_an_event_was_to_follow_is_shown() -> None:
    world = a_world()
    other = world.enrol("other", Grant("", "producer", prefixes=("*",)))
    for _ in range(WHOLE + EDGE):
        world.say(other, world.seen(sscc(1)))
    head = chain_hashes(sscc(1), world.trails[sscc(1)])[-1]
    packed = world.packed(sscc(1), can(1), after=[[sscc(1), head]])
    at = world.say(MAKER, packed)
    for _ in range(WHOLE):
        world.say(other, world.seen(sscc(1)))
    # As an input it is looked at to its making, and no further.
    again = retrace(world, can(1), lost_link=(sscc(1), WHOLE + EDGE - 1))
    assert (at, 0) in {missing.at for missing in again.missing}
    assert {missing.item for missing in again.missing} == {sscc(1)}
    # Of an item that is not followed nothing is asked.
    elsewhere = world.seen(can(2), after=[[sscc(9), bytes(32)]])
    world.say(MAKER, elsewhere)
    assert world.trace(can(2)).missing == ()


def test_own_leaves_are_shown_however_long_the_trail_is() -> None:
    """So that nothing is shown of an item that its trail does not have."""
    world = a_world()
    world.say(MAKER, world.packed(sscc(1), can(1)))
    world.say(MAKER, world.unpacked(sscc(1)))
    for _ in range(WHOLE):
        world.say(MAKER, world.seen(sscc(1)))
    # It is seen in it again, where nobody looks at the container's trail.
    seen = world.say(MAKER, world.packed(sscc(1), can(1), action="OBSERVE"))
    for _ in range(WHOLE):
        world.say(MAKER, world.seen(sscc(1)))
    story = show_story(can(1), world)
    assert leaves_of(story)[seen, 0] == {1, 2}
    (trail,) = (t for t in story.trails if t.item == sscc(1))
    assert [(each.start, each.length) for each in trail.ranges] == [
        (0, EDGE),
        (2 + WHOLE, 1),
        (2 * WHOLE + 3 - EDGE, EDGE),
    ]
    assert retrace(world, can(1)).missing == ()


def test_a_stretch_of_the_item_that_another_trail_leads_to_is_followed() -> (
    None
):
    """The item is a container of what it is in: both are looked through."""
    world = a_world()
    world.say(MAKER, world.packed(sscc(2), sscc(1)))
    for number in range(300):
        event = (
            world.packed(sscc(1), sscc(2))
            if number == 150
            else world.seen(sscc(1))
        )
        world.say(MAKER, event)
    at = world.trails[sscc(2)][1].log_index
    walk = retrace(world, sscc(1))
    assert walk.missing == ()
    assert Sighting((at, 0), sscc(1), Why.SUBJECT) in walk.sightings


def test_two_long_windows_on_one_container_skip_apart() -> None:
    world = a_world()
    for _ in range(2):
        world.say(MAKER, world.packed(sscc(1), can(1)))
        for _ in range(300):
            world.say(MAKER, world.seen(sscc(1)))
        world.say(MAKER, world.unpacked(sscc(1), can(1)))
    walk = world.trace(can(1))
    assert walk.skipped == (
        Skipped(sscc(1), EDGE, 302 - EDGE),
        Skipped(sscc(1), 302 + EDGE, 604 - EDGE),
    )
    assert same(retrace(world, can(1))) == same(walk)


def test_what_two_windows_skip_is_told_once() -> None:
    world = often_seen(LOT, 300)
    world.say(MAKER, world.made(can(1), lot="L7"))
    world.say(MAKER, world.turned([LOT], [can(1)]))
    for _ in range(10):
        world.say(MAKER, world.seen(LOT))
    walk = world.trace(can(1))
    # As an input it ends at 301, and up to 64 more are looked at.
    assert walk.skipped == (Skipped(LOT, EDGE, 311 - EDGE),)
    assert same(retrace(world, can(1))) == same(walk)


def test_what_two_outputs_were_made_from_is_followed_once() -> None:
    world = a_world()
    pressed = world.say(MAKER, world.turned([can(7)], [can(8), can(9)]))
    world.say(MAKER, world.turned([can(8), can(9)], [can(1)]))
    walk = world.trace(can(1))
    assert seen_at(walk, can(7)) == [pressed]
    # Of the outputs their own leaves are shown, of the input all.
    assert walk.shown[pressed, 0] == {0, 1, 2, 3}


def test_the_trust_item_has_no_story_but_its_versions() -> None:
    world = a_world()
    world.put_version(world.log(b"version"), Hash(bytes(32)))
    walk = world.trace(TRUST_ITEM)
    assert list(walk.trails) == [TRUST_ITEM]
    assert (walk.sightings, walk.missing) == ((), ())
