"""An idle ledger commits by the clock; the clock and the sleep are ours."""

import asyncio
import pathlib
from collections.abc import Awaitable, Callable

import pytest
from provenance_node.heartbeat import LOOK_SECONDS, Heartbeat
from provenance_node.node import Node

from provenance.errors import ForkError
from provenance.folder import open_reader
from provenance.ledger.read import read_entry
from provenance.tlog.commitment import parse_commitment
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.node_world import new_world, one_process

MINUTE_MS = 60_000
HEARTBEAT_MS = 30 * MINUTE_MS


class Sleeper:
    """Lets the ledger's time pass, and nobody wait, for a number of sleeps."""

    def __init__(
        self,
        world: LedgerWorld,
        most: int,
        then: Callable[[int], Awaitable[object]] | None = None,
    ) -> None:
        self.slept: list[float] = []
        self.is_over = asyncio.Event()
        self._world = world
        self._most = most
        self._then = then

    async def sleep(self, seconds: float) -> None:
        if len(self.slept) == self._most:
            self.is_over.set()
            await asyncio.Event().wait()  # until it is stopped
        self.slept.append(seconds)
        self._world.now += round(seconds * 1000)
        if self._then is not None:
            await self._then(len(self.slept))


Prepare = Callable[[Node, LedgerWorld], Sleeper]


def play(world: LedgerWorld, prepare: Prepare) -> tuple[Node, Sleeper]:
    """Run a node's heartbeat until its sleeper has slept enough."""

    async def main() -> tuple[Node, Sleeper]:
        node = Node(world.folder, one_process(), clock=world.clock)
        await node.start()
        try:
            sleeper = prepare(node, world)
            heart = Heartbeat(
                node.writer,
                node.reading,
                clock=world.clock,
                every_ms=HEARTBEAT_MS,
                sleep=sleeper.sleep,
            )
            heart.start()
            await sleeper.is_over.wait()
            await heart.stop()
        finally:
            await node.stop()
        return node, sleeper

    return asyncio.run(main())


def times_of(world: LedgerWorld) -> list[int]:
    """Return when each commitment was made, the first first."""
    found = []
    with open_reader(world.folder) as ledger, ledger.moment() as moment:
        for index in range(moment.size):
            entry = read_entry(moment.reader, index, size=moment.size)
            if entry[1] == 2:  # the kind
                found.append(parse_commitment(entry).time)
    return found


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    return new_world(tmp_path)


def test_an_idle_ledger_commits_every_half_of_the_clock_bound(
    world: LedgerWorld,
) -> None:
    assert world.ledger.heartbeat_ms == HEARTBEAT_MS
    before = times_of(world)
    node, sleeper = play(world, lambda _, world: Sleeper(world, 95))
    # 95 minutes: three beats, half an hour apart.
    after = times_of(world)
    assert after[: len(before)] == before
    last = before[-1]
    assert after[len(before) :] == [last + n * HEARTBEAT_MS for n in (1, 2, 3)]
    assert node.reading.newest.time == after[-1]
    assert b"provenance_heartbeats_total 3.0" in node.metrics.text()
    assert set(sleeper.slept) == {LOOK_SECONDS}


def test_where_entries_come_anyway_it_does_nothing(
    world: LedgerWorld,
) -> None:
    def prepare(node: Node, world: LedgerWorld) -> Sleeper:
        async def say(minutes: int) -> None:
            if minutes % 20 == 0:
                said = world.sign(PRODUCER, world.made(can(minutes)))
                await node.writer.submit([said.to_bytes()])

        return Sleeper(world, 100, say)

    before = times_of(world)
    node, _ = play(world, prepare)
    assert len(times_of(world)) == len(before) + 5
    assert b"provenance_heartbeats_total 0.0" in node.metrics.text()


def test_while_witnesses_contradict_the_log_it_does_not_commit(
    world: LedgerWorld,
) -> None:
    def prepare(node: Node, world: LedgerWorld) -> Sleeper:
        async def doubt(minutes: int) -> None:
            is_doubted = minutes < 50
            node.writer.contradiction = (
                ForkError("as if") if is_doubted else None
            )

        return Sleeper(world, 55, doubt)

    before = times_of(world)
    play(world, prepare)
    (late,) = times_of(world)[len(before) :]
    assert late == before[-1] + 50 * MINUTE_MS


def test_a_clock_that_goes_back_makes_no_commitments(
    world: LedgerWorld,
) -> None:
    def prepare(_: Node, world: LedgerWorld) -> Sleeper:
        async def set_back(_: int) -> None:
            world.now -= 2 * 60 * MINUTE_MS

        return Sleeper(world, 50, set_back)

    before = times_of(world)
    play(world, prepare)
    assert times_of(world) == before


def test_a_beat_before_its_time_commits_nothing(world: LedgerWorld) -> None:
    def prepare(node: Node, world: LedgerWorld) -> Sleeper:
        async def beat(_: int) -> None:
            await node.writer.beat()

        return Sleeper(world, 3, beat)

    before = times_of(world)
    play(world, prepare)
    assert times_of(world) == before


def test_storage_that_fails_under_it_ends_the_node(
    world: LedgerWorld,
) -> None:
    ended: list[bool] = []

    def prepare(node: Node, world: LedgerWorld) -> Sleeper:
        sleeper = Sleeper(world, 1_000)

        def end() -> None:
            ended.append(True)
            sleeper.is_over.set()

        node.failed = end
        world.now += HEARTBEAT_MS
        store = node.writer._ledger._writable
        store._writer.pragma("query_only", True)  # type: ignore[attr-defined]  # SQLite's
        return sleeper

    before = times_of(world)
    node, sleeper = play(world, prepare)
    assert ended == [True]
    assert not node.writer.is_whole
    assert len(sleeper.slept) == 1
    assert times_of(world) == before
