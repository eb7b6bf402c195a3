"""Proving and verifying cost no more than in proportion to what is shown.

What is counted are hashes and comparisons: no clock says how long they take.
"""

import functools
import pathlib
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from provenance.claims.actor import Grant
from provenance.claims.event import Item, make_event
from provenance.proof import verify
from provenance.proof.report import Report
from provenance.proof.story import check_recalls
from provenance.proof.trace import trace
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from tests.ledger_world import PRODUCER, LedgerWorld, body, signer_of
from tests.support.counting import calls_of, hashes_of
from tests.world import BOUNDS, OWNER, TRUST_ITEM, World, can, sscc

UNIT = "https://id.gs1.org/01/09506000134352/21/U1"
LOT = "https://id.gs1.org/01/09506000134352/10/L7"


def told_of(folder: pathlib.Path, count: int) -> LedgerWorld:
    """Return a ledger where one statement says *count* things of a lot."""
    world = LedgerWorld(folder)
    world.enrol(PRODUCER, "producer", prefixes=("9506000",))
    made = body(
        action="ADD", bizStep="commissioning", ilmd={"cbvmda:lotNumber": "L7"}
    )
    seen = Item("quantityList", LOT, 1, None)
    for events in (
        [make_event(made, [Item("epcList", UNIT)], secret=world.secret())],
        [
            make_event(
                # Each at a time of its own, or they would be one event. And
                # each warns, or the most of them would be skipped.
                body(
                    eventTime=f"2026-02-01T09:00:0{n / 1000:.3f}Z",
                    disposition="damaged",
                ),
                [seen],
                secret=world.secret(),
            )
            for n in range(count)
        ],
    ):
        world.ledger.append(events, signer=signer_of(PRODUCER), issuer=PRODUCER)
    return world


def test_four_times_the_events_of_a_statement_cost_four_times_the_hashes(
    tmp_path: pathlib.Path,
) -> None:
    few, many = (costs_of(tmp_path / f"{n}", n) for n in (250, 1_000))
    for less, more in zip(few, many, strict=True):
        assert more <= 4.5 * less, (few, many)
    # A leaf, a node and an id for each event, and little else.
    assert many[0] < 8 * 1_000


def costs_of(folder: pathlib.Path, count: int) -> tuple[int, int]:
    """Return the hashes of proving *count* events of a lot, and of verifying."""
    world = told_of(folder, count)
    proven: list[bytes] = []
    found: list[Verdict] = []
    proving = hashes_of(lambda: proven.append(world.ledger.prove_item(UNIT)))
    verifying = hashes_of(
        lambda: found.append(
            examine_bundle(proven[0], trust=world.trust, now=world.now)
        )
    )
    world.ledger.close()
    assert found[0].outcome is Outcome.VERIFIED
    assert found[0].summary is not None
    assert found[0].summary.event_count == count + 3
    return proving, verifying


def passed_on(count: int) -> World:
    """Return a world where each of *count* actors enrolled the next."""
    world = World()
    limits = Grant("", "producer", prefixes=("9506000",), may_grant=True)
    giver = OWNER
    for number in range(count):
        giver = world.enrol(f"number-{number}", limits, by=giver)
    world.say(giver, world.made(can(1)))
    return world


def packed_again(count: int) -> World:
    """Return a world where a can went *count* times in and out of a carton."""
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    world.say(maker, world.made(can(1)))
    for _ in range(count):
        world.say(maker, world.packed(sscc(1), can(1)))
        world.say(maker, world.unpacked(sscc(1), can(1)))
    return world


def mixed(count: int) -> World:
    """Return a world where *count* inputs went through the same ten steps."""
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    inputs = [can(number) for number in range(2, count + 2)]
    for _ in range(10):
        world.say(maker, world.seen(*inputs))
    world.say(maker, world.turned(inputs, [can(1)]))
    return world


@pytest.mark.parametrize("make", [passed_on, packed_again, mixed])
def test_four_times_the_story_takes_four_times_the_steps_to_walk(
    make: Callable[[int], World],
) -> None:
    few, many = (
        calls_of(functools.partial(make(count).trace, can(1)))
        for count in (50, 200)
    )
    assert many <= 4.5 * few, (few, many)


def emptied_again(count: int) -> World:
    """Return a world where a carton with a can in it was emptied so often."""
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    for _ in range(count):
        world.say(maker, world.packed(sscc(1), can(1)))
        world.say(maker, world.packed(sscc(1), action="DELETE"))
    return world


def test_four_times_the_openings_of_a_window_take_four_times_the_room() -> None:
    """Each emptying opens the window again at all of the places left."""
    few, many = (room_to_walk(emptied_again(n), n) for n in (500, 2_000))
    assert many <= 4.5 * few, (few, many)


def room_to_walk(world: World, count: int) -> int:
    """Return the bytes at once of walking *count* links of a can's trail."""
    tracemalloc.start()
    walked = trace(
        can(1),
        trust_item=TRUST_ITEM,
        bounds=BOUNDS,
        read_trail=world.read_trail,
        read_event=world.read_event,
        besides=range(count),
    )
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not walked.missing
    return most


def recalled_often(count: int) -> World:
    """Return a world where an event says so often what is no disposition."""
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    prefixes = {f"p{number}": "urn:example:" for number in range(count)}
    told: dict[str, Any] = {
        "@context": prefixes,
        "persistentDisposition": {"set": ["unrecalled"] * count},
    }
    seen = world.seen(can(1), **told)
    world.say(maker, seen)
    return world


def of_a_lot(count: int) -> World:
    """Return a world where an event with many prefixes made many inputs."""
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    prefixes = {f"p{number}": "urn:example:" for number in range(count)}
    inputs = [can(number) for number in range(2, count + 2)]
    world.say(maker, world.made(*inputs, lot="L7", **{"@context": prefixes}))
    world.say(maker, world.turned(inputs, [can(1)]))
    return world


@pytest.mark.parametrize("make", [recalled_often, of_a_lot])
def test_four_times_what_an_event_says_takes_four_times_the_steps_to_read(
    make: Callable[[int], World],
) -> None:
    few, many = (calls_to_verify(make(count)) for count in (50, 200))
    assert many <= 4.5 * few, (few, many)


def calls_to_verify(world: World) -> int:
    bundle = world.bundle(can(1))
    return calls_of(lambda: world.examine(bundle))


def test_what_many_windows_see_is_compared_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cartons come and go in a pallet of which much is said and taken back."""
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    cartons = [sscc(number) for number in range(50)]
    world.say(maker, *(world.packed(carton, can(1)) for carton in cartons))
    world.say(maker, *(world.packed(LOT, carton) for carton in cartons))
    said = world.event(
        "ObjectEvent",
        *(Item("quantityList", LOT, number, "KGM") for number in range(100)),
        action="OBSERVE",
    )
    world.say(maker, said)
    world.say(maker, world.as_error(said))
    world.say(maker, *(world.unpacked(LOT, carton) for carton in cartons))
    compared = 0
    compare = Item.__eq__

    def equal(left: Item, right: object) -> bool:
        nonlocal compared
        compared += 1
        return compare(left, right)

    monkeypatch.setattr(Item, "__eq__", equal)
    assert len(world.trace(can(1)).void) == 1
    assert compared < 5 * 100


def taken_back(count: int) -> World:
    """Return a world where one thing was said and taken back *count* times."""
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    world.say(maker, world.made(can(1)))
    said = world.seen(can(1))
    again = [
        make_event(said.body, said.items, secret=world.secret())
        for _ in range(count)
    ]
    world.say(maker, *again)
    world.say(maker, *map(world.as_error, again))
    return world


def test_four_times_the_errors_take_four_times_the_steps_to_tell() -> None:
    def cost(count: int) -> int:
        world = taken_back(count)
        with pytest.MonkeyPatch.context() as patch:
            given: list[Any] = []
            patch.setattr(verify, "check_recalls", lambda *a: given.extend(a))
            world.examine(world.bundle(can(1)))
        return calls_of(lambda: check_recalls(Report(), *given[1:]))

    few, many = cost(50), cost(200)
    assert many <= 4.5 * few, (few, many)
