"""An event's id is used once, but to declare the event an error."""

import pathlib
from collections.abc import Iterator

import pytest

from provenance.claims.event import Event, Field, Item, make_event
from provenance.epcis.corrections import name_of
from provenance.errors import DuplicateEventError, ProvenanceError
from provenance.ledger.check import CheckedStatement
from provenance.ledger.workers import Workers, drawn
from provenance.proof.receipt import Receipt
from tests.ledger_world import (
    CUSTOMS,
    FORWARDER,
    PRODUCER,
    LedgerWorld,
    body,
    can,
)


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    yield world
    world.ledger.close()


def answer(
    world: LedgerWorld, *events: Event, by: str = PRODUCER
) -> Receipt | ProvenanceError:
    (found,) = world.ledger.submit([world.sign(by, *events)])
    return found


def named(world: LedgerWorld, **members: object) -> Event:
    same = {"eventID": "urn:example:1", "eventTime": "2026-02-01T09:00:00Z"}
    return world.event(can(1), **(same | members))


def is_duplicate(found: object, *words: str) -> None:
    assert isinstance(found, DuplicateEventError), found
    for word in words:
        assert word in str(found)


def test_an_id_is_used_once(world: LedgerWorld) -> None:
    assert isinstance(answer(world, named(world)), Receipt)
    is_duplicate(answer(world, named(world)), "event 0 is logged already")
    other = named(world, disposition="active")
    is_duplicate(answer(world, other), "says something else")
    world.check(can(1))


def test_an_id_is_used_once_though_the_items_differ(
    world: LedgerWorld,
) -> None:
    answer(world, named(world))
    other = world.event(can(2), eventID="urn:example:1")
    is_duplicate(answer(world, other), "says something else")


def test_an_id_is_remembered_when_the_ledger_is_opened_again(
    world: LedgerWorld,
) -> None:
    answer(world, named(world))
    world.reopen()
    is_duplicate(answer(world, named(world)))


def test_an_id_is_used_once_in_one_statement(world: LedgerWorld) -> None:
    is_duplicate(answer(world, named(world), named(world)), "event 1")
    # Refused whole: the id is still free.
    assert isinstance(answer(world, named(world)), Receipt)


def test_an_id_is_used_once_in_one_batch(world: LedgerWorld) -> None:
    given = [world.sign(PRODUCER, named(world)) for _ in range(2)]
    first, second = world.ledger.submit(given)
    assert isinstance(first, Receipt)
    is_duplicate(second)


def test_a_dry_run_tells_a_duplicate_too(world: LedgerWorld) -> None:
    given = [world.sign(PRODUCER, named(world)) for _ in range(2)]
    first, second = world.ledger.check(given)
    assert first is None
    is_duplicate(second)


def test_the_worker_processes_tell_names_as_well(world: LedgerWorld) -> None:
    given = [world.sign(PRODUCER, named(world)) for _ in range(2)]
    answers = [
        found for _, found in world.ledger.submit_many(given, processes=1)
    ]
    assert isinstance(answers[0], Receipt)
    is_duplicate(answers[1])
    with Workers(1) as workers:
        ((_, (checked,)),) = workers.check(
            drawn(given[:1]), lambda _: [], world.ledger.book
        )
    assert isinstance(checked, CheckedStatement)
    name = checked.events[0].name
    assert name is not None
    assert (len(name.key), len(name.said), name.declared) == (32, 32, b"")


def test_the_same_statement_again_has_the_same_index(
    world: LedgerWorld,
) -> None:
    given = world.sign(PRODUCER, named(world))
    first, again = world.ledger.submit([given, given])
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert first.log_index == again.log_index


def test_an_id_is_its_issuers_own(world: LedgerWorld) -> None:
    # Or anybody who guesses an id could keep its owner from using it.
    assert isinstance(answer(world, named(world), by=CUSTOMS), Receipt)
    assert isinstance(answer(world, named(world), by=PRODUCER), Receipt)


def test_an_event_is_declared_an_error_under_its_own_id(
    world: LedgerWorld,
) -> None:
    said = named(world)
    answer(world, said)
    declared = world.as_error(
        said,
        declarationTime="2026-02-01T10:00:00Z",
        reason="incorrect_data",
        correctiveEventIDs=["urn:example:2"],
    )
    assert isinstance(answer(world, declared), Receipt)
    verdict = world.verdict(can(1))
    assert [moment.is_void for moment in verdict.timeline] == [True, True]
    note = verdict.timeline[0].error
    assert note is not None
    assert note.corrections == {"urn:example:2": False}
    answer(world, named(world, eventID="urn:example:2"))
    note = world.verdict(can(1)).timeline[0].error
    assert note is not None
    assert note.corrections == {"urn:example:2": True}


def test_a_declaration_repeats_the_whole_event(world: LedgerWorld) -> None:
    answer(world, named(world))
    other = named(world, disposition="damaged")
    is_duplicate(answer(world, world.as_error(other)), "errorDeclaration")


def test_an_error_is_declared_once_for_whatever_reason(
    world: LedgerWorld,
) -> None:
    """Or an honest log's story would be one that nobody may log."""
    said = named(world)
    answer(world, said)
    answer(world, world.as_error(said, reason="incorrect_data"))
    again = world.as_error(said, reason="incorrect_data")
    is_duplicate(answer(world, again), "logged already")
    for declaration in (
        {"reason": "incorrect_data", "correctiveEventIDs": ["urn:example:2"]},
        {"reason": "did_not_occur"},
        {},
    ):
        more = answer(world, world.as_error(said, **declaration))
        is_duplicate(more, "declared an error once")
    codes = [step.code for step in world.verdict(can(1)).steps]
    assert "PRV-1600" in codes


def test_a_declaration_may_come_before_what_it_declares(
    world: LedgerWorld,
) -> None:
    said = named(world)
    assert isinstance(answer(world, world.as_error(said)), Receipt)
    assert isinstance(answer(world, said), Receipt)


def test_another_party_can_dispute_an_event_and_not_take_it_back(
    world: LedgerWorld,
) -> None:
    said = world.event(can(1), bizStep="receiving", eventID="urn:example:1")
    answer(world, said, by=FORWARDER)
    answer(world, world.as_error(said), by=PRODUCER)
    verdict = world.verdict(can(1))
    assert [m.is_void for m in verdict.timeline] == [False, True]
    assert "PRV-1404" in [notice.code for notice in verdict.notices]


def test_a_name_does_not_tell_what_a_concealed_field_holds(
    world: LedgerWorld,
) -> None:
    def event(value: str) -> Event:
        return make_event(
            body(eventID="urn:example:1"),
            [Item("epcList", can(1))],
            [Field("/example:buyer", value)],
            secret=world.secret(),
        )

    names = [name_of(event(value), issuer=PRODUCER) for value in "ab"]
    assert names[0] == names[1]
    answer(world, event("Li Wei"))
    is_duplicate(answer(world, event("Li Wei")), "logged already", "said all")
    other = answer(world, event("somebody else"))
    is_duplicate(other, "logged already", "but for what its concealed fields")
    assert isinstance(other, DuplicateEventError)
    assert not other.is_known
