"""What no honest ledger logs is found in a bundle by which its operator lies.

Each event in these logs is in order by itself, and signed by whom it should
be. What is wrong is that the log holds it.
"""

import pytest

from provenance.claims.actor import Grant
from provenance.claims.event import Event, Field, make_event
from provenance.proof.verdict import Outcome, Verdict
from tests.world import (
    OWNER,
    World,
    can,
    faults,
    signer_of,
    sscc,
    story,
)

MAKER = "did:web:maker.example"
CUSTOMS = "did:web:customs.example"
AHEAD = 5 * 60 * 1000


@pytest.fixture
def world() -> World:
    world = World()
    world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    world.enrol("customs", Grant("", "customs"))
    world.say(MAKER, world.made(can(1)))
    return world


def look(world: World, item: str = can(1)) -> Verdict:
    return world.examine(world.bundle(item), item=item)


def is_found(world: World, code: str, item: str = can(1)) -> list[str]:
    """Check that the log is at fault, for that reason; return where."""
    verdict = look(world, item)
    assert verdict.outcome is Outcome.FAILED
    assert code in faults(verdict)
    return [step.subject for step in verdict.steps if step.code == code]


def again(world: World, index: int) -> int:
    """Log an entry a second time, with its signature."""
    events = [
        event for at, event in sorted(world.events.items()) if at[0] == index
    ]
    copy = world.log(world.entries[index])
    world.put(copy, events)
    return copy


def test_a_story_without_such_things_passes() -> None:
    verdict = story().examine(story().bundle(can(1)))
    assert "PRV-1600" in {step.code for step in verdict.steps}
    assert verdict.outcome is Outcome.VERIFIED


# Once.


def test_an_old_release_logged_again_after_the_hold_is_found(
    world: World,
) -> None:
    released = world.say(
        CUSTOMS,
        world.seen(can(1), step="urn:provenance:step:customs_released"),
    )
    world.say(CUSTOMS, world.seen(can(1), step="holding"))
    copy = again(world, released)
    assert is_found(world, "PRV-1601") == [
        can(1),
        f"event 0 of entry {copy}",
        f"entry {copy}",
    ]


def test_a_withdrawn_report_that_stands_again_is_found(world: World) -> None:
    report = world.seen(can(1), eventID="urn:example:1")
    first = world.say(CUSTOMS, report)
    world.say(CUSTOMS, world.as_error(report))
    again(world, first)
    is_found(world, "PRV-1601")


def test_an_event_that_another_actor_signed_as_well_is_found(
    world: World,
) -> None:
    seen = world.seen(can(1))
    world.say(CUSTOMS, seen)
    index = world.say(MAKER, seen)
    assert is_found(world, "PRV-1601") == [
        can(1),
        f"event 0 of entry {index}",
    ]


def test_an_event_twice_in_one_statement_is_found(world: World) -> None:
    seen = world.seen(can(1))
    world.say(CUSTOMS, seen, seen)
    is_found(world, "PRV-1601")


# Of one kind.


def test_an_item_that_was_enrolled_as_an_actor_is_found(world: World) -> None:
    thing = "urn:example:crate:1"
    world.signers[thing] = signer_of("crate")
    world.say(OWNER, world.enrolled(thing, name="crate"))
    world.say(CUSTOMS, world.seen(thing))
    assert is_found(world, "PRV-1602", thing) == [thing]


def test_an_item_that_the_trust_file_knows_as_an_actor_is_found(
    world: World,
) -> None:
    world.say(CUSTOMS, world.seen(can(1), OWNER))
    assert is_found(world, "PRV-1602") == [OWNER]


def test_a_container_that_is_an_actor_is_found(world: World) -> None:
    world.say(MAKER, world.packed(CUSTOMS, can(1)))
    world.say(CUSTOMS, world.seen(can(1)))
    assert is_found(world, "PRV-1602") == [CUSTOMS]


# An eventID means one event.


ONE = "urn:example:one"


def test_two_events_under_one_event_id_are_found(world: World) -> None:
    world.say(CUSTOMS, world.seen(can(1), eventID=ONE))
    later = world.seen(can(1), step="holding", eventID=ONE)
    index = world.say(CUSTOMS, later)
    assert is_found(world, "PRV-1603") == [f"event 0 of entry {index}"]


def test_an_event_said_again_with_another_secret_is_found(
    world: World,
) -> None:
    first = world.seen(can(1), eventID=ONE)
    world.say(CUSTOMS, first)
    world.say(
        CUSTOMS, make_event(first.body, first.items, secret=world.secret())
    )
    is_found(world, "PRV-1603")


def test_an_error_declared_twice_is_found(world: World) -> None:
    first = world.seen(can(1), eventID=ONE)
    for event in (first, world.as_error(first), world.as_error(first)):
        world.say(CUSTOMS, event)
    is_found(world, "PRV-1603")


def test_a_declaration_that_conceals_something_else_is_found(
    world: World,
) -> None:
    def sealed(pointer: str, **more: object) -> Event:
        seen = world.seen(can(1), eventID=ONE)
        return make_event(
            {**seen.body, "eventTime": "2025-06-15T15:00:00.000Z", **more},
            seen.items,
            [Field(pointer, 1)],
            secret=world.secret(),
        )

    world.say(CUSTOMS, sealed("/example:a"))
    world.say(CUSTOMS, sealed("/example:b", errorDeclaration={}))
    is_found(world, "PRV-1603")


def test_what_is_no_second_use_of_an_event_id_passes(world: World) -> None:
    first = world.seen(can(1), eventID=ONE)
    world.say(CUSTOMS, first)
    world.say(CUSTOMS, world.as_error(first))
    # An id is its issuer's own.
    world.say(MAKER, world.seen(can(1), eventID=ONE))
    assert look(world).outcome is Outcome.VERIFIED


# Not before it happened.


def test_an_event_that_happened_after_it_was_logged_is_found(
    world: World,
) -> None:
    world.say(CUSTOMS, world.seen(can(1), eventTime="2035-01-01T00:00:00.000Z"))
    is_found(world, "PRV-1604")


@pytest.mark.parametrize(
    ("ahead", "passes"), [(AHEAD, True), (AHEAD + 1, False)]
)
def test_a_signers_clock_is_ahead_by_five_minutes_at_most(
    world: World, ahead: int, passes: bool
) -> None:
    seen = world.seen(can(1))
    world.commit()
    latest = world.now
    world.now += ahead
    index = world.say(CUSTOMS, seen)
    world.now = latest
    if passes:
        assert look(world).outcome is Outcome.VERIFIED
    else:
        assert is_found(world, "PRV-1604") == [f"entry {index}"]


def test_a_container_named_by_goods_alone_passes(world: World) -> None:
    world.say(MAKER, world.packed(sscc(1), can(1)))
    assert "PRV-1602" not in faults(look(world))
