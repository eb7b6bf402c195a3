"""A rehearsal answers as the ledger would, and nothing is logged."""

import pathlib
from collections.abc import Iterator

import pytest

from provenance.claims.actor import Grant, grant
from provenance.claims.event import Event, Item, make_event
from provenance.claims.statement import Submission
from provenance.claims.trail import map_key
from provenance.encoding.digest import Hash, sha256
from provenance.errors import (
    BrokenLinkError,
    DuplicateEventError,
    InvalidSignatureError,
    LifecycleError,
    MalformedError,
    ProvenanceError,
    RejectedError,
    RoleNotGrantedError,
    UnknownActorError,
)
from provenance.ledger.admit import Admission
from provenance.ledger.rehearse import Rehearsal
from provenance.proof.receipt import Receipt
from tests.ledger_world import (
    CUSTOMS,
    OPERATOR,
    ORIGIN,
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


def following(world: LedgerWorld, item: str, link: bytes) -> Event:
    return world.event(item, after=[[item, Hash(link)]])


def require(
    rehearsal: Rehearsal, *events: Event, issuer: str = PRODUCER
) -> None:
    rehearsal.require(
        events,
        issuer=issuer,
        key_id=signer_of(issuer).verifier.key_id,
        called="line {}".format,
    )


def submissions(world: LedgerWorld) -> list[Submission]:
    """Return statements of every kind, that are refused or not."""
    key = map_key(can(1))
    first = world.sign(PRODUCER, world.made(can(1)))
    broken = Submission(first.entry[:-1] + b"\0", first.events)
    stranger = signer_of("did:web:stranger.example")
    return [
        world.sign(PRODUCER, following(world, can(1), key)),
        world.sign(PRODUCER, following(world, can(1), key)),
        first,
        first,
        broken,
        world.sign(CUSTOMS, world.made(can(2))),
        world.sign(PRODUCER, world.event(can(1), eventID="urn:x:1")),
        world.sign(PRODUCER, world.event(can(1), eventID="urn:x:1")),
        world.sign(PRODUCER, world.made(can(3)), signer=stranger),
        world.sign(PRODUCER, world.made(can(3)), origin="other.example"),
        world.sign(
            PRODUCER, world.event(can(1), eventTime="2999-01-01T00:00:00Z")
        ),
        world.sign(PRODUCER, world.event(PRODUCER)),
        world.sign(
            OPERATOR,
            grant(
                Grant(CUSTOMS, "producer", prefixes=("9506000",)),
                secret=world.secret(),
            ),
        ),
        world.sign(CUSTOMS, world.made(can(2))),
    ]


def test_it_answers_as_the_ledger_does_right_after(world: LedgerWorld) -> None:
    given = submissions(world)
    rehearsal = world.ledger.rehearse()
    rehearsed = [rehearsal.check(submission) for submission in given]
    assert world.ledger.size == world.ledger.rehearse()._next
    answers = world.ledger.submit(given)
    kinds: list[type[ProvenanceError] | None] = [
        None, BrokenLinkError, None, None, InvalidSignatureError,
        RoleNotGrantedError, None, DuplicateEventError, UnknownActorError,
        RejectedError, LifecycleError, RejectedError, None, None,
    ]  # fmt: skip
    assert [error and type(error) for error in rehearsed] == kinds
    assert [
        None if isinstance(answer, Receipt) else type(answer)
        for answer in answers
    ] == kinds


def test_what_is_logged_already_would_be_logged_once(
    world: LedgerWorld,
) -> None:
    given = world.sign(PRODUCER, world.event(can(1), eventID="urn:x:1"))
    world.ledger.submit([given])
    size = world.ledger.size
    assert world.ledger.check([given, given]) == [None, None]
    assert world.ledger.size == size


def test_heads_are_those_that_are_stored(world: LedgerWorld) -> None:
    world.ledger.submit([world.sign(PRODUCER, world.made(can(1)))])
    head = world.ledger.head(can(1))
    assert head is not None
    given = [
        world.sign(PRODUCER, following(world, can(1), bytes(32))),
        world.sign(PRODUCER, following(world, can(1), head.link)),
        world.sign(PRODUCER, following(world, can(1), head.link)),
    ]
    first, second, third = world.ledger.check(given)
    assert isinstance(first, BrokenLinkError)
    assert second is None
    assert isinstance(third, BrokenLinkError)


def test_events_are_rehearsed_before_they_are_signed(
    world: LedgerWorld,
) -> None:
    rehearsal = world.ledger.rehearse()
    size = world.ledger.size
    require(rehearsal, world.made(can(1)), world.made(can(2)))
    with pytest.raises(RoleNotGrantedError, match="line 1: "):
        require(
            rehearsal, world.made(can(3)),
            world.made("https://id.gs1.org/01/09521001960014/21/1"),
        )  # fmt: skip
    with pytest.raises(MalformedError, match="line 0 names no item that can"):
        require(
            rehearsal,
            make_event(
                body(),
                [Item("epcList", "https://id.gs1.org/01/09506000134352")],
                secret=sha256(b"s"),
            ),
        )
    with pytest.raises(LifecycleError, match="line 0 says it happened at"):
        require(
            rehearsal, world.event(can(1), eventTime="2999-01-01T00:00:00Z")
        )
    assert world.ledger.size == size


def test_names_of_rehearsed_events_are_used_up(world: LedgerWorld) -> None:
    rehearsal = world.ledger.rehearse()
    said = world.event(can(1), eventID="urn:x:1")
    require(rehearsal, said)
    with pytest.raises(DuplicateEventError, match="line 0 is logged already"):
        require(rehearsal, said)
    with pytest.raises(DuplicateEventError, match="says something else"):
        require(rehearsal, world.event(can(2), eventID="urn:x:1"))
    error = world.as_error(said, declarationTime="2026-02-02T00:00:00Z")
    require(rehearsal, error)
    with pytest.raises(DuplicateEventError, match="line 0 is logged already"):
        require(rehearsal, error)
    # Refused, it counts for nothing.
    require(rehearsal, world.event(can(2), eventID="urn:x:2"))


def test_who_may_not_sign_is_told_without_any_event(world: LedgerWorld) -> None:
    rehearsal = world.ledger.rehearse()
    require(rehearsal)
    with pytest.raises(UnknownActorError):
        require(rehearsal, issuer="did:web:stranger.example")


def test_what_others_log_meanwhile_counts(world: LedgerWorld) -> None:
    rehearsal = world.ledger.rehearse()
    said = world.event(can(1), eventID="urn:x:1")
    world.ledger.submit([world.sign(PRODUCER, said)])
    with pytest.raises(DuplicateEventError):
        require(rehearsal, said)


# Of a ledger that is elsewhere.


def elsewhere(world: LedgerWorld) -> Rehearsal:
    """Return what rehearses by the actors alone, as others may know them."""
    return Rehearsal(
        None,
        Admission(
            world.ledger.registry(),
            origin=ORIGIN,
            books=world.ledger.books,
            clock_bound=world.trust.clock_bound,
        ),
        times=lambda: (world.now, world.now),
    )


def test_without_the_ledger_the_rules_that_need_none_of_it_are_asked(
    world: LedgerWorld,
) -> None:
    rehearsal = elsewhere(world)
    stranger = signer_of("did:web:stranger.example")
    foreign = "https://id.gs1.org/01/09421902960017/21/K1"
    late = world.event(can(4), eventTime="2999-01-01T00:00:00.000Z")
    refused = [
        (world.sign(CUSTOMS, world.made(can(2))), RoleNotGrantedError),
        (world.sign(PRODUCER, world.made(foreign)), RoleNotGrantedError),
        (world.sign(PRODUCER, world.made(can(3)), signer=stranger),
         UnknownActorError),
        (world.sign(PRODUCER, late), LifecycleError),
        (world.sign(PRODUCER, world.made(can(5)), origin="other.example/x"),
         RejectedError),
    ]  # fmt: skip
    for submission, kind in refused:
        assert type(rehearsal.check(submission)) is kind
    taken = world.sign(PRODUCER, world.made(can(1)))
    assert rehearsal.check(taken) is None
    assert rehearsal.check(taken) is None
    require(rehearsal, world.made(can(6)))
    with pytest.raises(RoleNotGrantedError, match="line 0"):
        require(rehearsal, world.made(foreign))


def test_without_the_ledger_a_name_is_refused_only_where_it_was_rehearsed(
    world: LedgerWorld,
) -> None:
    logged = world.event(can(1), eventID="urn:x:1")
    world.ledger.append([logged], signer=signer_of(PRODUCER), issuer=PRODUCER)
    rehearsal = elsewhere(world)
    again = world.sign(PRODUCER, world.event(can(1), eventID="urn:x:1"))
    assert isinstance(world.ledger.check([again])[0], DuplicateEventError)
    assert rehearsal.check(again) is None
    more = world.sign(PRODUCER, world.event(can(1), eventID="urn:x:1"))
    assert isinstance(rehearsal.check(more), DuplicateEventError)


def test_without_the_ledger_neither_demands_nor_changes_of_actors_are_judged(
    world: LedgerWorld,
) -> None:
    rehearsal = elsewhere(world)
    demands = world.sign(PRODUCER, following(world, can(1), sha256(b"some")))
    changes = world.sign(
        CUSTOMS, grant(Grant(PRODUCER, "customs"), secret=world.secret())
    )
    for submission, kind in (
        (demands, BrokenLinkError),
        (changes, RoleNotGrantedError),
    ):
        assert type(world.ledger.check([submission])[0]) is kind
        assert rehearsal.check(submission) is None
