"""A clock that jumped is noticed before its time is signed."""

import asyncio
import itertools
import pathlib

import pytest
from provenance_node.clockwatch import ClockWatch, steady_now
from provenance_node.node import Node

from provenance.errors import ClockError
from provenance.folder import open_ledger
from provenance.ledger.read import read_entry
from provenance.tlog.commitment import parse_commitment
from tests.ledger_world import PRODUCER, START, LedgerWorld, can
from tests.support.node_world import new_world, one_process, served

SECOND, MINUTE = 1_000, 60_000
HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE


class Clocks:
    """Two clocks that go together until a test says otherwise."""

    def __init__(self) -> None:
        self.wall = START
        self.steady = 5_000_000
        self.watch = ClockWatch(
            lambda: self.wall, steady=lambda: self.steady, bound_ms=HOUR
        )

    def go(self, ms: int, *, drift: int = 0) -> None:
        self.steady += ms
        self.wall += ms + drift

    def doubted(self) -> bool:
        return self.watch.doubt() is not None


def test_a_steady_clock_goes_on_by_itself() -> None:
    first = steady_now()
    assert 0 <= steady_now() - first < HOUR


@pytest.mark.parametrize("jump", [400 * DAY, -400 * DAY, HOUR + 1, -HOUR - 1])
def test_a_jump_beyond_the_bound_is_doubted_until_it_is_undone(
    jump: int,
) -> None:
    clocks = Clocks()
    clocks.wall += jump
    with pytest.raises(ClockError, match="the steady clock"):
        clocks.watch.now()
    clocks.go(DAY)
    assert clocks.doubted(), "time alone mends nothing"
    assert clocks.watch.difference_ms == jump
    clocks.wall -= jump
    assert clocks.watch.now() == clocks.wall


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 0])
def test_a_jump_within_the_bound_is_let_be(jump: int) -> None:
    clocks = Clocks()
    clocks.wall += jump
    assert clocks.watch.now() == clocks.wall


def test_small_jumps_do_not_add_up_unseen() -> None:
    clocks = Clocks()
    for _ in range(7):
        clocks.go(MINUTE, drift=10 * MINUTE)
    assert clocks.doubted()


def test_a_steady_clock_that_drifts_is_followed_for_years() -> None:
    clocks = Clocks()
    for _ in range(3 * 365):
        # 200 parts of a million: more than a cheap quartz.
        clocks.go(DAY, drift=17_280)
        assert not clocks.doubted()
    clocks.wall += 2 * HOUR
    assert clocks.doubted()


def test_a_clock_looked_at_a_thousand_times_a_second_may_drift_too() -> None:
    clocks = Clocks()
    for _ in range(20_000):
        clocks.go(1)
        assert not clocks.doubted()
    clocks.go(30 * DAY, drift=30 * 17_280)
    assert not clocks.doubted()


def test_one_witness_that_is_off_among_three_is_outvoted() -> None:
    clocks = Clocks()
    clocks.watch.heard("a", clocks.wall)
    clocks.watch.heard("b", clocks.wall + 30 * SECOND)
    clocks.watch.heard("off", clocks.wall + 400 * DAY)
    assert not clocks.doubted()
    clocks.watch.heard("b", clocks.wall + 300 * DAY)
    with pytest.raises(ClockError, match="witness"):
        clocks.watch.now()


def test_a_node_that_starts_with_a_wrong_clock_learns_it_from_witnesses() -> (
    None
):
    clocks = Clocks()
    truth = clocks.wall + 2 * DAY
    clocks.watch.heard("a", truth)
    assert clocks.doubted()
    assert clocks.watch.difference_ms == -2 * DAY
    # Set right while it runs: no start is needed, and no new cosignature.
    clocks.wall = truth
    assert not clocks.doubted()
    # The witness is not heard any more, and the clock is as it was set.
    clocks.go(25 * HOUR)
    assert not clocks.doubted()


def test_a_log_that_is_ahead_of_the_clock_is_told_beforehand() -> None:
    clocks = Clocks()
    clocks.watch.newest = lambda: START + HOUR + 1
    assert "last commitment" in str(clocks.watch.doubt())
    clocks.go(1)
    assert not clocks.doubted()


# The ledger refuses, too.


def times(world: LedgerWorld) -> list[int]:
    with world.ledger.moment() as moment:
        entries = [
            read_entry(moment.reader, index, size=moment.size)
            for index in range(moment.size)
        ]
    return [parse_commitment(e).time for e in entries if e[1] == 2]


def test_a_ledger_whose_last_commitment_is_of_the_future_says_what_to_do(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    bound = world.trust.clock_bound
    last = times(world)[-1]
    size = world.ledger.size
    number = itertools.count()

    def say() -> object:
        (answer,) = world.ledger.submit(
            [world.sign(PRODUCER, world.made(can(next(number))))]
        )
        return answer

    for early in (bound + 1, 400 * DAY):
        world.now = last - early
        with pytest.raises(ClockError, match="set the clock right"):
            say()
        with pytest.raises(ClockError):
            world.ledger.heartbeat()
        assert world.ledger.size == size
    # Nothing broke: within the bound the log's time stands still.
    world.now = last - bound
    say()
    assert times(world)[-1] == last
    world.now = last + 1
    say()
    assert times(world)[-1] == last + 1
    world.ledger.close()
    # It can be opened and read while its clock is wrong.
    world.now = START - 400 * DAY
    with open_ledger(world.folder, clock=world.clock) as ledger:
        assert ledger.prove_item(can(2))


def test_log_time_is_never_further_ahead_of_the_clock_than_the_bound(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    for number, jump in enumerate(
        [HOUR, -HOUR, -HOUR, 3 * DAY, -2 * DAY, -DAY, MINUTE, 0]
    ):
        world.now += jump
        try:
            world.ledger.submit([world.sign(PRODUCER, world.made(can(number)))])
        except ClockError:
            continue
        assert times(world)[-1] <= world.now + world.trust.clock_bound


# The node.


def submitted(client: object, world: LedgerWorld, number: int) -> int:
    said = world.sign(PRODUCER, world.made(can(number)))
    answer = client.post(  # type: ignore[attr-defined]  # Starlette's
        "/v1/statements",
        content=said.to_bytes(),
        headers={"content-type": "application/msgpack"},
    )
    if answer.status_code == 503:
        problem = answer.json()
        assert (problem["code"], problem["retryable"]) == ("PRV-9041", True)
        assert "set the clock right" in problem["detail"]
    return int(answer.status_code)


def test_a_node_whose_clock_jumps_signs_nothing_says_so_and_goes_on_later(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)

    with served(world, steady=lambda: 0) as client:
        assert submitted(client, world, 1) == 201
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["doubt"]) == (200, None)
        before = client.get("/log/checkpoint").text
        world.now += 400 * DAY
        assert submitted(client, world, 2) == 503
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "clock" in ready.json()["doubt"]
        assert ready.json()["clock_difference_seconds"] == 400 * 86_400
        metrics = client.get("/metrics").text
        assert "provenance_clock_in_doubt 1.0" in metrics
        assert "provenance_clock_difference_seconds 3.456e+07" in metrics
        assert client.get("/log/checkpoint").text == before
        assert client.get("/healthz").status_code == 200
        world.now -= 400 * DAY
        assert submitted(client, world, 2) == 201
        assert client.get("/readyz").status_code == 200
        assert "provenance_clock_in_doubt 0.0" in client.get("/metrics").text


def test_a_jump_between_the_look_and_the_commit_is_noticed_as_well(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)

    async def main() -> None:
        node = Node(
            world.folder,
            one_process(),
            clock=world.clock,
            steady=lambda: 0,
        )
        await node.start()
        try:
            size = node.reading.newest.size
            world.now += 400 * DAY
            # As if it had jumped after `submit` looked.
            with pytest.raises(ClockError):
                await node.writer.beat()
            assert node.writer.is_whole
            assert node.reading.newest.size == size
            world.now -= 400 * DAY
            said = world.sign(PRODUCER, world.made(can(1)))
            await node.writer.submit([said.to_bytes()])
            assert node.reading.newest.size > size
        finally:
            await node.stop()

    asyncio.run(main())
