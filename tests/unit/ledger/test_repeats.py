"""What an actor said before is logged once, however it is signed again."""

import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

from provenance.claims.actor import Grant, grant, revoke_grant
from provenance.claims.event import Event, Field, Item, make_event, withhold
from provenance.claims.stored import content_hash, shown_mark
from provenance.encoding.digest import Hash
from provenance.errors import DuplicateEventError, ProvenanceError
from provenance.folder import audit_folder
from provenance.ledger import admit, repeats
from provenance.ledger.repeats import Repeats
from provenance.proof.receipt import Receipt
from tests.ledger_world import (
    CUSTOMS,
    FORWARDER,
    OPERATOR,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    yield world
    world.ledger.close()


ONE = "urn:example:one"


def said(world: LedgerWorld, *items: str, **members: object) -> Event:
    """Return an event that is equal each time, but for its salts."""
    time: dict[str, object] = {"eventTime": "2026-02-01T09:00:00.000Z"}
    return world.event(*items, **(time | {"eventID": None} | members))


def made(world: LedgerWorld, *items: str) -> Event:
    return said(world, *items, action="ADD", bizStep="commissioning")


def append(world: LedgerWorld, *events: Event, by: str = PRODUCER) -> Receipt:
    # Signed later each time, and so never the same bytes.
    world.now += 1_000
    return world.ledger.append(events, signer=signer_of(by), issuer=by)


def refusal(
    world: LedgerWorld, *events: Event, by: str = PRODUCER
) -> DuplicateEventError:
    with pytest.raises(DuplicateEventError) as caught:
        append(world, *events, by=by)
    return caught.value


def concealing(world: LedgerWorld, *fields: Field, **members: object) -> Event:
    return make_event(
        body(**members),
        [Item("epcList", can(1))],
        fields,
        secret=world.secret(),
    )


def weighed(world: LedgerWorld, amount: float) -> Event:
    lot = Item(
        "quantityList",
        "https://id.gs1.org/01/09506000134352/10/L7",
        amount,
        "KGM",
    )
    return make_event(body(), [lot], secret=world.secret())


def test_the_same_event_again_has_the_earlier_receipt(
    world: LedgerWorld,
) -> None:
    first = append(world, made(world, can(1)))
    size = world.ledger.size
    again = append(world, made(world, can(1)))
    assert again.log_index == first.log_index
    assert again.statement_id == first.statement_id
    assert world.ledger.size == size
    world.reopen()
    assert append(world, made(world, can(1))).log_index == first.log_index
    assert world.ledger.size == size
    world.check(can(1))


def test_the_same_document_again_has_the_earlier_receipt(
    world: LedgerWorld,
) -> None:
    def events() -> list[Event]:
        return [made(world, can(1), can(2)), said(world, can(2))]

    first = append(world, *events())
    assert append(world, *events()).log_index == first.log_index
    # And one of its events alone: that receipt is for it, too.
    assert append(world, said(world, can(2))).log_index == first.log_index
    assert len(world.ledger.trail(can(2))) == 2


@pytest.mark.parametrize(
    "members",
    [
        {"disposition": "active"},
        {"eventTime": "2026-02-01T09:00:01.000Z"},
        {"eventTimeZoneOffset": "+01:00"},
        {"eventID": "urn:example:1"},
    ],
)
def test_what_differs_in_the_body_is_another_event(
    world: LedgerWorld, members: dict[str, object]
) -> None:
    first = append(world, said(world, can(1)))
    other = append(world, said(world, can(1), **members))
    assert other.log_index != first.log_index


def test_what_differs_in_its_items_is_another_event(
    world: LedgerWorld,
) -> None:
    first = append(world, said(world, can(1), can(2)))
    for items in ([can(1)], [can(2), can(1)], [can(1), can(3)]):
        assert append(world, said(world, *items)).log_index > first.log_index
    whole = append(world, weighed(world, 12))
    assert append(world, weighed(world, 12.5)).log_index > whole.log_index
    # There is one spelling of twelve.
    assert append(world, weighed(world, 12.0)).log_index == whole.log_index


def test_what_differs_in_concealed_values_is_another_event(
    world: LedgerWorld,
) -> None:
    def event(value: object) -> Event:
        return concealing(world, Field("/example:buyer", value))  # type: ignore[arg-type]  # as the test gives them

    first = append(world, event("Li Wei"))
    assert append(world, event("Li Wei")).log_index == first.log_index
    assert append(world, event("Li Mei")).log_index != first.log_index
    assert append(world, event(1)).log_index != first.log_index
    assert append(world, event(True)).log_index > first.log_index
    named = concealing(world, Field("/example:seller", "Li Wei"))
    assert append(world, named).log_index > first.log_index


def test_what_is_withheld_equals_nothing_but_itself(
    world: LedgerWorld,
) -> None:
    def event() -> Event:
        return concealing(world, Field("/example:buyer", "Li Wei"))

    hidden = withhold(event(), ["/example:buyer"])
    first = append(world, hidden)
    assert append(world, hidden).log_index == first.log_index
    assert append(world, event()).log_index != first.log_index


def test_another_actor_may_say_the_same(world: LedgerWorld) -> None:
    first = append(world, said(world, can(1)), by=PRODUCER)
    other = append(world, said(world, can(1)), by=CUSTOMS)
    assert other.log_index != first.log_index
    again = append(world, said(world, can(1)), by=PRODUCER)
    assert again.log_index == first.log_index


def test_a_named_event_again_has_the_earlier_receipt(
    world: LedgerWorld,
) -> None:
    first = append(world, said(world, can(1), eventID="urn:example:1"))
    for _ in range(40):
        append(world, said(world, can(1), eventID=f"urn:other:{world.now}"))
    again = append(world, said(world, can(1), eventID="urn:example:1"))
    assert again.log_index == first.log_index
    error = refusal(
        world,
        said(world, can(1), eventID="urn:example:1", disposition="active"),
    )
    assert (error.log_index, error.is_known) == (first.log_index, False)
    assert f"as event 0 of entry {first.log_index}" in str(error)


def test_what_is_logged_in_part_is_refused_with_the_entry(
    world: LedgerWorld,
) -> None:
    first = append(world, said(world, can(1)))
    size = world.ledger.size
    error = refusal(world, said(world, can(2)), said(world, can(1)))
    assert "event 1 is logged already, as event 0 of entry" in str(error)
    assert "1 of these 2 events" in str(error)
    assert (error.log_index, error.is_known) == (first.log_index, False)
    assert world.ledger.size == size
    second = append(world, said(world, can(2)))
    both = refusal(world, said(world, can(2)), said(world, can(1)))
    assert both.is_known
    assert both.log_indexes == (first.log_index, second.log_index)


def test_a_statement_does_not_say_the_same_twice(world: LedgerWorld) -> None:
    size = world.ledger.size
    error = refusal(world, said(world, can(1)), said(world, can(1)))
    assert "event 1 says all that event 0 says" in str(error)
    assert (error.log_index, error.is_known) == (None, False)
    assert world.ledger.size == size


def test_many_events_of_one_thing_are_compared_in_no_time(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of one size, as a sensor writes them.
    events = [world.event(can(1), eventID=None) for _ in range(300)]
    hashed: list[bytes] = []

    def counting(data: bytes) -> Hash:
        hashed.append(data)
        return content_hash(data)

    monkeypatch.setattr(admit, "content_hash", counting)
    monkeypatch.setattr(repeats, "content_hash", counting)
    append(world, *events)
    for _ in range(3):
        append(world, world.event(can(1), eventID=None))
    assert len(hashed) <= 2 * len(events)


def submit(
    world: LedgerWorld, statements: Sequence[Sequence[Event]]
) -> list[Receipt | ProvenanceError]:
    return world.ledger.submit(
        [world.sign(PRODUCER, *events) for events in statements]
    )


def test_what_is_said_again_in_one_batch_is_logged_once(
    world: LedgerWorld,
) -> None:
    append(world, made(world, can(1)))
    first, again, other = submit(
        world,
        [[said(world, can(1))], [said(world, can(1))], [made(world, can(1))]],
    )
    assert isinstance(first, Receipt)
    assert isinstance(again, DuplicateEventError)
    assert isinstance(other, DuplicateEventError)
    assert again.is_known
    assert again.log_index == first.log_index
    assert len(world.ledger.trail(can(1))) == 2


def test_a_rehearsal_tells_what_is_logged_already(world: LedgerWorld) -> None:
    first = append(world, said(world, can(1)))
    world.now += 1_000
    given = [
        world.sign(PRODUCER, said(world, *items))
        for items in ([can(1)], [can(2)], [can(2)])
    ]
    logged, new, rehearsed = world.ledger.check(given)
    assert isinstance(logged, DuplicateEventError)
    assert logged.log_index == first.log_index
    assert new is None
    assert isinstance(rehearsed, DuplicateEventError)
    assert (rehearsed.is_known, rehearsed.log_index) == (True, None)


def test_however_long_ago_it_was_said_it_is_known(
    world: LedgerWorld,
) -> None:
    first = append(world, said(world, can(1)))
    for number in range(40):
        append(world, said(world, can(1), disposition=f"urn:x:{number}"))
    assert append(world, said(world, can(1))).log_index == first.log_index
    world.reopen()
    assert append(world, said(world, can(1))).log_index == first.log_index
    # A mark is 64 bits, and of what is shown: the whole is compared.
    other = append(world, concealing(world, Field("/example:buyer", "Li Wei")))
    third = append(world, concealing(world, Field("/example:buyer", "Li Mei")))
    assert third.log_index > other.log_index
    world.ledger.close()
    assert audit_folder(world.folder, processes=1).findings == []
    world.reopen()


def test_of_many_that_look_alike_the_latest_are_compared(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "LOOKED_AT", 3)

    def event(value: int) -> Event:
        return concealing(world, Field("/example:buyer", value))

    places = [append(world, event(value)).log_index for value in range(4)]
    assert append(world, event(1)).log_index == places[1]
    assert append(world, event(0)).log_index > places[3]


def test_a_mark_tells_nothing_of_what_is_concealed(world: LedgerWorld) -> None:
    marks = {
        shown_mark(concealing(world, Field("/example:buyer", value)).data)
        for value in ("Li Wei", "Li Mei")
    }
    assert len(marks) == 1
    assert marks != {shown_mark(said(world, can(1)).data)}


def test_an_event_taken_back_does_not_come_back_when_said_again(
    world: LedgerWorld,
) -> None:
    event = said(world, can(1), eventID=ONE)
    first = append(world, event)
    error = append(world, world.as_error(event))
    size = world.ledger.size
    for _ in range(2):
        assert (
            append(world, said(world, can(1), eventID=ONE)).log_index
            == first.log_index
        )
        again = append(world, world.as_error(event))
        assert again.log_index == error.log_index
        world.reopen()
    assert world.ledger.size == size
    assert all(m.is_void for m in world.verdict(can(1)).timeline)
    # Who means it after all gives it another name.
    anew = append(world, said(world, can(1), eventID="urn:example:anew"))
    assert anew.log_index > error.log_index
    assert [m.is_void for m in world.verdict(can(1)).timeline] == [
        True, True, False,
    ]  # fmt: skip


def test_an_event_and_its_declaration_in_one_statement_are_logged_once(
    world: LedgerWorld,
) -> None:
    event = said(world, can(1), eventID=ONE)

    def both() -> Receipt:
        return append(
            world, said(world, can(1), eventID=ONE), world.as_error(event)
        )

    first = both()
    assert both().log_index == first.log_index
    world.reopen()
    assert both().log_index == first.log_index
    assert all(m.is_void for m in world.verdict(can(1)).timeline)


def test_another_partys_dispute_takes_nothing_back(world: LedgerWorld) -> None:
    event = said(world, can(1), bizStep="receiving", eventID=ONE)
    first = append(world, event, by=FORWARDER)
    append(world, world.as_error(event), by=PRODUCER)
    again = said(world, can(1), bizStep="receiving", eventID=ONE)
    assert append(world, again, by=FORWARDER).log_index == first.log_index


def test_a_revoked_grant_can_be_given_again(world: LedgerWorld) -> None:
    given = Grant(FORWARDER, "customs")
    first = append(world, grant(given, secret=world.secret()), by=OPERATOR)
    (grant_id,) = [
        held.id
        for held in world.ledger.registry().actor(FORWARDER).grants.values()
        if held.grant.role == "customs"
    ]
    append(
        world,
        revoke_grant(
            FORWARDER, granted_by=grant_id, reason="over", secret=world.secret()
        ),
        by=OPERATOR,
    )
    again = append(world, grant(given, secret=world.secret()), by=OPERATOR)
    assert again.log_index != first.log_index


def test_an_audit_does_not_mind_what_was_logged_twice(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a ledger did before it had this rule.
    with monkeypatch.context() as patch:
        patch.setattr(Repeats, "find", lambda *_, **__: None)
        patch.setattr(admit._Said, "require_first", lambda *_: None)
        append(world, made(world, can(1)))
        append(world, made(world, can(1)))
        append(world, said(world, can(1)), said(world, can(1)))
    world.ledger.close()
    assert audit_folder(world.folder, processes=1).findings == []
    world.reopen()


_PROGRAM = """
import os, signal, sys
from provenance import Item, new_event, open_ledger
from tests.ledger_world import PRODUCER, body, can, signer_of

with open_ledger(sys.argv[1]) as ledger:
    event = new_event(body(), [Item("epcList", can(1))])
    receipt = ledger.append([event], signer=signer_of(PRODUCER), issuer=PRODUCER)
    if sys.argv[2] == "die":
        # It is logged; nobody was told.
        os.kill(os.getpid(), signal.SIGKILL)
    print(receipt.log_index, ledger.size)
"""


def test_a_program_killed_before_it_is_answered_appends_again(
    world: LedgerWorld,
) -> None:
    size = world.ledger.size
    world.ledger.close()

    def run(what: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(world.folder), what],
            capture_output=True,
            text=True,
            check=False,
            cwd=pathlib.Path(__file__).resolve().parents[3],
        )

    assert run("die").returncode == -signal.SIGKILL
    for _ in range(2):
        done = run("go on")
        assert done.stdout == f"{size} {size + 2}\n", done.stderr
    world.reopen()
    assert len(world.ledger.trail(can(1))) == 1
