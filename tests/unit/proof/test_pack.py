"""What a bundle shows is what its story needs: no more, and nothing less."""

import dataclasses
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.claims.actor import Grant
from provenance.claims.event import Field, Item
from provenance.claims.trail import Link
from provenance.encoding.digest import Hash
from provenance.proof import pack
from provenance.proof.bundle import Bundle, parse_bundle
from provenance.proof.pack import ShownStory
from provenance.proof.trace import EDGE, Trace, trace
from provenance.proof.trails import Position
from provenance.proof.verdict import Outcome
from tests.world import (
    TRUST_ITEM,
    MemoryEvent,
    World,
    can,
    faults,
    show_story,
    sscc,
    story,
)

MAKER = "did:web:maker.example"
RECALLED = "urn:provenance:step:recalled"
THINGS = [can(1), can(2), sscc(1), sscc(2), sscc(3)]


def told(steps: list[tuple[str, int, int]]) -> World:
    """Return a world where these things happened after the can was made."""
    world = World()
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    world.say(MAKER, world.made(can(1), lot="L7"))
    for word, first, second in steps:
        a, b = THINGS[first], THINGS[second]
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
            case "warn":
                event = world.seen(a, disposition="damaged")
            case _:
                event = world.turned([a], [b])
        world.say(MAKER, event)
    return world


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "empty", "look", "warn", "make"]),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(STEPS, st.data())
def test_nothing_that_a_story_needs_can_be_left_out(
    steps: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """Not even by one who proves anew what is left."""
    world = told(steps)
    world.commit()
    whole = show_story(can(1), world)
    verdict = world.examine(world.packed_up(can(1), whole))
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    for bundle in (
        without_event(world, data.draw(st.sampled_from(places_of(whole)))),
        without_trail(world, data.draw(st.sampled_from(whole.trails)).item),
        without_leaf(world, data.draw(st.sampled_from(leaves_of(whole)))),
    ):
        verdict = world.examine(bundle)
        assert verdict.outcome is not Outcome.VERIFIED
    for row in itertools.chain.from_iterable(t.rows for t in whole.trails):
        verdict = world.examine(without_row(world, row))
        assert verdict.outcome is not Outcome.VERIFIED


def places_of(story: ShownStory) -> list[Position]:
    return [
        (statement.log_index, event.position)
        for statement in story.statements
        for event in statement.events
    ]


def leaves_of(story: ShownStory) -> list[tuple[Position, int]]:
    return [
        ((statement.log_index, event.position), item.number)
        for statement in story.statements
        for event in statement.events
        for item in event.items
    ]


def without_event(world: World, at: Position) -> Bundle:
    """Return a bundle that has the link of an event alone."""

    def forget(walk: Trace) -> Trace:
        shown = {place: walk.shown[place] for place in walk.shown}
        del shown[at]
        return dataclasses.replace(walk, shown=shown)

    return packed_anew(world, forget)


def without_leaf(world: World, leaf: tuple[Position, int]) -> Bundle:
    """Return a bundle that shows one leaf less of an event."""
    story = show_story(can(1), world)
    (log_index, position), number = leaf
    statements = []
    for statement in story.statements:
        events = tuple(
            world.show(
                (log_index, position),
                {item.number for item in event.items} - {number},
            )
            if (statement.log_index, event.position) == leaf[0]
            else event
            for event in statement.events
        )
        statements.append(dataclasses.replace(statement, events=events))
    return world.packed_up(
        can(1), dataclasses.replace(story, statements=tuple(statements))
    )


def without_trail(world: World, item: str) -> Bundle:
    """Return a bundle that lacks a trail."""
    story = show_story(can(1), world)
    trails = tuple(trail for trail in story.trails if trail.item != item)
    return world.packed_up(can(1), dataclasses.replace(story, trails=trails))


def without_row(world: World, row: Link) -> Bundle:
    """Return a bundle that lacks a link which bounds a window."""
    asked = pack._AskedTrail.asked  # what is left out of it
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            pack._AskedTrail,
            "asked",
            lambda trail: [each for each in asked(trail) if each[1] != row],
        )
        story = show_story(can(1), world)
    return world.packed_up(can(1), story)


def packed_anew(world: World, change: Callable[[Trace], Trace]) -> Bundle:
    """Return the bundle of a walk that was changed, with honest proofs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            pack,
            "trace",
            lambda *args, **kwargs: change(trace(*args, **kwargs)),
        )
        story = show_story(can(1), world)
    return world.packed_up(can(1), story)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_a_bundle_has_one_spelling(steps: list[tuple[str, int, int]]) -> None:
    bundle = told(steps).bundle(can(1))
    data = bundle.to_bytes()
    assert parse_bundle(data) == bundle
    assert parse_bundle(data).to_bytes() == data


def test_of_a_long_trail_both_ends_are_shown_and_every_warning() -> None:
    world = told([("look", 0, 0)] * 150)
    world.say(MAKER, world.seen(can(1), step=RECALLED))
    for _ in range(150):
        world.say(MAKER, world.seen(can(1)))
    whole = show_story(can(1), world)
    (trail,) = (each for each in whole.trails if each.item == can(1))
    assert [(each.start, each.length) for each in trail.ranges] == [
        (0, EDGE),
        (151, 1),
        (302 - EDGE, EDGE),
    ]
    assert trail.rows == ()
    assert trail.count == 302
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.outcome is Outcome.INCOMPLETE
    assert faults(verdict) == ["PRV-1401"]


def test_a_stretch_that_was_asked_for_is_there() -> None:
    world = told([("look", 0, 0)] * 300)
    plain = world.bundle(can(1))
    more = world.bundle(can(1), besides=range(100, 110))
    assert len(list(more.events)) == len(list(plain.events)) + 10
    trail = more.trail(can(1))
    assert trail is not None
    assert (100, 10) in [(each.start, each.length) for each in trail.ranges]
    for bundle in (plain, more):
        verdict = world.examine(bundle)
        assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    # Where nothing is skipped there is nothing to ask for besides.
    first = world.bundle(can(1), besides=range(10))
    assert len(list(first.events)) == len(list(plain.events))


def test_no_hash_is_there_where_all_of_a_tree_is_shown() -> None:
    bundle = story().bundle(can(1))
    for trail in bundle.trails:
        if sum(each.length for each in trail.ranges) == trail.count:
            assert trail.hashes == ()
    for statement, event in bundle.events:
        if statement.event_count == 1:
            assert statement.hashes == ()
        leaves = 1 + sum(n for _, n in event.counts) + len(event.pointers)
        if 1 + len(event.items) + len(event.fields) == leaves:
            assert event.hashes == ()


def test_one_event_of_a_statement_is_shown_with_its_proof() -> None:
    world = told([])
    said = [world.seen(can(number)) for number in range(1, 6)]
    index = world.say(MAKER, *said)
    bundle = world.bundle(can(1))
    (statement,) = (s for s in bundle.statements if s.log_index == index)
    assert [event.position for event in statement.events] == [0]
    assert (statement.event_count, len(statement.hashes)) == (5, 3)
    verdict = world.examine(bundle)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)


def test_concealed_fields_are_shown_where_the_items_own_events_have_them() -> (
    None
):
    world = World()
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    secret = [Field("/ex:price", 7), Field("/ex:who", "x")]
    made = world.event(
        "ObjectEvent", Item("epcList", can(1)), fields=secret, action="ADD"
    )
    moved = world.event(
        "AggregationEvent",
        Item("parentID", sscc(1)),
        Item("childEPCs", can(1)),
        action="ADD",
    )
    other = world.event(
        "ObjectEvent",
        Item("epcList", sscc(1)),
        fields=secret[:1],
        action="OBSERVE",
    )
    for event in (made, moved, other):
        world.say(MAKER, event)
    bundle = world.bundle(can(1), reveal=["/ex:price", "/ex:nothing"])
    shown = {
        statement.log_index: [field.number for field in event.fields]
        for statement, event in bundle.events
    }
    assert [shown[index] for index in (2, 3, 4)] == [[2], [], []]
    verdict = world.examine(bundle)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    assert verdict.timeline[0].fields == {"/ex:price": 7}


def test_a_trail_that_lacks_what_is_shown_is_left_to_the_verifier() -> None:
    """A ledger that lies makes a bundle all the same, and is found out."""
    world = told([])
    world.say(MAKER, world.packed(sscc(1), can(1)), unlinked=[sscc(1)])
    world.say(MAKER, world.seen(sscc(1)))
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.outcome is Outcome.FAILED
    world = told([])
    world.say(MAKER, world.packed(sscc(1), can(1)), unlinked=[sscc(1)])
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.outcome is Outcome.FAILED


def test_trust_versions_are_shown_as_entries() -> None:
    world = story()
    for number in range(2):
        index = world.log(b"\x93\x03 version %d" % number)
        world.put_version(index, can_hash(number))
    whole = show_story(can(1), world)
    assert [entry.entry for entry in whole.entries] == world.entries[-2:]
    (trail,) = (each for each in whole.trails if each.item == TRUST_ITEM)
    assert (trail.count, trail.rows) == (2, ())
    # They are a story of their own, of which nothing happens.
    alone = show_story(TRUST_ITEM, world)
    assert alone.statements == ()
    assert alone.entries == whole.entries
    assert [each.item for each in alone.trails] == [TRUST_ITEM]


def can_hash(number: int) -> Hash:
    return Hash(bytes([number]) * 32)


def test_what_is_read_of_an_event_is_what_is_shown() -> None:
    """Of a thousand siblings one is read, and what proves it."""
    world = World()
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    units = [can(number) for number in range(1000)]
    world.say(MAKER, world.made(*units))
    read: set[int] = set()
    leaf = MemoryEvent.leaf

    def watched(self: MemoryEvent, number: int) -> bytes | None:
        read.add(number)
        return leaf(self, number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryEvent, "leaf", watched)
        show_story(can(500), world)
    # The unit's own leaf, and those of the registry events.
    assert read == {1, 501}


def test_the_items_of_an_event_are_read_by_their_numbers() -> None:
    event = told([]).seen(can(1), can(2))
    items = pack._Items(MemoryEvent(event))
    assert len(items) == 2
    assert dict(items) == dict(enumerate(event.items, start=1))
    for wrong in (0, 3, "1"):
        assert wrong not in items
    with pytest.raises(KeyError):
        items[3]


@pytest.mark.parametrize("numbers", [[], [3], [1, 2, 3, 7, 9, 10]])
def test_runs_are_of_neighbours(numbers: list[int]) -> None:
    runs = pack._runs(numbers)  # small enough to be seen alone
    assert list(itertools.chain.from_iterable(range(*run) for run in runs)) == (
        numbers
    )
    assert all(a[1] < b[0] for a, b in itertools.pairwise(runs))
