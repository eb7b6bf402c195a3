"""What an actor has signed, read from the log in order."""

import pathlib
from datetime import UTC, datetime

import pytest

from provenance.claims import actor as actors
from provenance.errors import NotFoundError
from provenance.ledger.signed import MIN_PREFIX
from tests.ledger_world import (
    CUSTOMS,
    OPERATOR,
    PRODUCER,
    START,
    LedgerWorld,
    can,
    signer_of,
)

MINUTE = 60_000
COUNT = 12


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    """Two actors who take turns, a minute apart."""
    world = LedgerWorld(tmp_path_factory.mktemp("signed") / "ledger")
    world.enrol_everyone()
    for number in range(COUNT):
        world.now = START + (number + 1) * MINUTE
        who = CUSTOMS if number % 3 else PRODUCER
        event = world.event if number % 3 else world.made
        world.ledger.append(
            [event(can(number)), event(can(number + 100))],
            signer=signer_of(who),
            issuer=who,
        )
    return world


def indexes(world: LedgerWorld, **asked: object) -> list[int]:
    found = world.ledger.statements(**asked)  # type: ignore[arg-type]  # the tests' own calls
    return [statement.log_index for statement in found]


def by_reference(world: LedgerWorld, issuer: str) -> dict[int, int]:
    """Return the entries of *issuer*, and when each was logged."""
    return {
        step.log_index: START + (number + 1) * MINUTE
        for number in range(COUNT)
        for step in world.ledger.trail(can(number))
        if step.issuer == issuer
    }


def test_all_of_an_actors_statements_are_found_and_nobody_elses(
    world: LedgerWorld,
) -> None:
    for issuer in (CUSTOMS, PRODUCER):
        assert indexes(world, issuer=issuer) == list(
            by_reference(world, issuer)
        )
    assert len(indexes(world, issuer=OPERATOR)) == 3
    first = next(world.ledger.statements(issuer=PRODUCER))
    assert [event.items()[0].id for event in first.events] == [
        can(0), can(100),
    ]  # fmt: skip
    assert first.logged_at == START + MINUTE


def test_they_can_be_cut_at_any_entry(world: LedgerWorld) -> None:
    all_of_them = indexes(world, issuer=CUSTOMS)
    size = world.ledger.size
    for start in range(size + 2):
        for stop in (start, start + 1, start + 5, size, size + 5):
            assert indexes(world, issuer=CUSTOMS, start=start, stop=stop) == [
                index for index in all_of_them if start <= index < stop
            ]


def test_they_can_be_cut_at_any_time_of_the_log(world: LedgerWorld) -> None:
    times = by_reference(world, CUSTOMS)
    edges = [
        START - MINUTE + half * MINUTE // 2 for half in range(2 * COUNT + 6)
    ]
    for since in edges:
        assert indexes(world, issuer=CUSTOMS, since=since) == [
            index for index, time in times.items() if time >= since
        ]
        assert indexes(world, issuer=CUSTOMS, until=since) == [
            index for index, time in times.items() if time < since
        ]


def test_a_time_may_be_a_datetime_that_knows_its_zone(
    world: LedgerWorld,
) -> None:
    at = START + 3 * MINUTE
    aware = datetime.fromtimestamp(at / 1000, UTC)
    for cut in ("since", "until"):
        found = indexes(world, issuer=CUSTOMS, **{cut: aware})
        assert found == indexes(world, issuer=CUSTOMS, **{cut: at})
        with pytest.raises(ValueError, match="has no time zone"):
            indexes(world, issuer=CUSTOMS, **{cut: aware.replace(tzinfo=None)})


def test_a_key_is_named_by_how_it_begins(world: LedgerWorld) -> None:
    key = signer_of(CUSTOMS).verifier.key_id.hex()
    for start in (key, key[:MIN_PREFIX], key[:20].upper()):
        assert indexes(world, key=start) == indexes(world, issuer=CUSTOMS)
    assert indexes(world, key=key, issuer=CUSTOMS) == indexes(world, key=key)
    with pytest.raises(NotFoundError, match=f"nearest is .* of {PRODUCER}"):
        indexes(world, key=key, issuer=PRODUCER)
    with pytest.raises(NotFoundError, match=f"give {MIN_PREFIX} digits"):
        indexes(world, key=key[: MIN_PREFIX - 1])
    with pytest.raises(NotFoundError, match="did you mean"):
        indexes(world, issuer=CUSTOMS[:-1])
    with pytest.raises(ValueError, match="neither"):
        indexes(world)


def test_a_key_that_was_replaced_is_told_from_the_one_that_followed(
    tmp_path: pathlib.Path,
) -> None:

    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    old, new = signer_of(PRODUCER), signer_of("new")
    world.ledger.append([world.made(can(1))], signer=old, issuer=PRODUCER)
    rotated = actors.rotate_key(
        PRODUCER,
        old=old.verifier.key_id,
        signer=new,
        origin=world.ledger.origin,
        secret=world.secret(),
    )
    world.ledger.append([rotated], signer=old, issuer=PRODUCER)
    world.ledger.append([world.made(can(2))], signer=new, issuer=PRODUCER)
    olds = indexes(world, key=old.verifier.key_id.hex())
    news = indexes(world, key=new.verifier.key_id.hex())
    assert len(olds) == 2
    assert len(news) == 1
    assert indexes(world, issuer=PRODUCER) == olds + news
