"""The asynchronous client: the same verbs, and nothing that blocks."""

import asyncio
import inspect
import pathlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing, suppress
from typing import Any

import pytest
from provenance_node.coding import pack_once

from provenance.claims.statement import Submission
from provenance.client import (
    AsyncClient,
    Client,
    Retries,
    UnreachableError,
    problem_behind,
)
from provenance.errors import (
    MalformedError,
    NotFoundError,
    VerificationError,
)
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.proof.verdict import Outcome
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.client_world import Waits
from tests.support.node_world import NodeProcess, new_world
from tests.support.scripted_server import ScriptedServer, answer, in_turn
from tests.support.waiting import PATIENCE_SECONDS

Visit = Callable[[AsyncClient], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    return new_world(tmp_path_factory.mktemp("async"))


@pytest.fixture(scope="module")
def node(world: LedgerWorld) -> Iterator[NodeProcess]:
    with NodeProcess(world.folder) as node:
        yield node


def visit(
    world: LedgerWorld, url: str, use: Visit, *, attempts: int = 4
) -> None:
    """Run *use* with a client of its own, in a loop of its own."""

    async def run() -> None:
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            AsyncClient(
                url, trust=world.trust, retries=Waits().retries(attempts)
            ) as client,
        ):
            await use(client)

    asyncio.run(run())


_numbers = iter(range(10_000, 20_000))


def made(world: LedgerWorld, count: int = 1) -> list[Submission]:
    return [
        world.sign(PRODUCER, world.made(can(next(_numbers))))
        for _ in range(count)
    ]


def public(kind: type) -> dict[str, list[str]]:
    return {
        name: list(inspect.signature(member).parameters)
        for name, member in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") or name == "__init__"
    }


def test_both_clients_have_the_same_verbs_and_arguments() -> None:
    verbs = public(Client)
    assert public(AsyncClient) == verbs


def test_what_is_submitted_is_answered_with_receipts_that_prove_it(
    world: LedgerWorld, node: NodeProcess
) -> None:
    statements = made(world, 3)

    async def use(client: AsyncClient) -> None:
        replies = await client.submit(statements)
        again = await client.submit([s.to_bytes() for s in statements])
        for statement, reply, second in zip(
            statements, replies, again, strict=True
        ):
            assert isinstance(reply, Receipt)
            assert isinstance(second, Receipt)
            assert reply.log_index == second.log_index
            verify_receipt(
                reply.text,
                entry=statement.entry,
                trust=world.trust,
                now=world.now + 10**12,
            )
            later = await client.receipt(statement.entry)
            assert later.log_index == reply.log_index

    visit(world, node.url, use)


def test_an_item_is_read_and_verified(
    world: LedgerWorld, node: NodeProcess
) -> None:
    item = can(next(_numbers))
    statement = world.sign(PRODUCER, world.made(item))

    async def use(client: AsyncClient) -> None:
        await client.submit([statement])
        verdict = await client.verify(item)
        assert verdict.outcome is Outcome.VERIFIED
        assert item in str(await client.trail(item))
        assert item.encode() in await client.bundle(item)
        rows = [
            row
            async for row in client.events({"MATCH_anyEPC": item, "perPage": 1})
        ]
        assert len(rows) == 1
        with pytest.raises(NotFoundError) as refused:
            await client.bundle(can(9_999))
        problem = problem_behind(refused.value)
        assert problem is not None
        assert problem.code == refused.value.code

    visit(world, node.url, use)


def test_the_log_is_followed(world: LedgerWorld, node: NodeProcess) -> None:
    async def use(client: AsyncClient) -> None:
        old = await client.checkpoint()
        await client.submit(made(world, 3))
        new = await client.checkpoint()
        assert new.checkpoint.size > old.checkpoint.size
        await client.require_extension(old, new)
        with pytest.raises(ValueError, match="smaller"):
            await client.require_extension(new, old)
        assert world.trust.origin in await client.trust_text()

    visit(world, node.url, use)


@pytest.mark.parametrize("in_flight", [1, 3])
def test_a_slow_stream_is_answered_before_it_gives_more(
    world: LedgerWorld, node: NodeProcess, in_flight: int
) -> None:
    statements = made(world, 3)

    async def use(client: AsyncClient) -> None:
        has_reply = asyncio.Event()

        async def slow() -> AsyncIterator[Submission]:
            for statement in statements:
                has_reply.clear()
                yield statement
                await has_reply.wait()

        replies = []
        async for _, reply in client.submit_many(slow(), in_flight=in_flight):
            replies.append(reply)
            has_reply.set()
        assert [type(reply) for reply in replies] == [Receipt] * 3

    visit(world, node.url, use)


def test_a_stream_is_answered_in_order_and_progress_is_told(
    world: LedgerWorld, node: NodeProcess
) -> None:
    statements = made(world, 25)
    told: list[int] = []

    async def use(client: AsyncClient) -> None:
        answers = [
            pair
            async for pair in client.submit_many(
                iter(statements), batch=10, in_flight=3, progress=told.append
            )
        ]
        assert [s for s, _ in answers] == statements
        assert all(isinstance(reply, Receipt) for _, reply in answers)

    visit(world, node.url, use)
    assert told[-1] == 25
    assert told == sorted(told)


def test_what_a_broken_producer_gave_is_answered_before_its_error(
    world: LedgerWorld, node: NodeProcess
) -> None:
    statements = made(world, 4)

    async def broken() -> AsyncIterator[Submission]:
        for statement in statements:
            yield statement
        raise LookupError("mine")

    async def use(client: AsyncClient) -> None:
        replies = []

        async def submit() -> None:
            async for _, reply in client.submit_many(broken(), batch=2):
                replies.append(reply)

        with pytest.raises(LookupError, match="mine"):
            await submit()
        assert [type(reply) for reply in replies] == [Receipt] * 4

    visit(world, node.url, use)


def test_a_producer_that_is_cut_off_is_not_taken_for_a_whole_stream(
    world: LedgerWorld, node: NodeProcess
) -> None:
    given = made(world)

    async def producer() -> AsyncIterator[Submission]:
        yield given[0]
        source = asyncio.get_running_loop().create_future()
        source.cancel()
        await source

    async def use(client: AsyncClient) -> None:
        replies = []

        async def submit() -> None:
            async for _, reply in client.submit_many(producer()):
                replies.append(reply)

        with pytest.raises(asyncio.CancelledError):
            await submit()
        assert [type(reply) for reply in replies] == [Receipt]

    visit(world, node.url, use)


def test_a_stream_that_is_left_early_lets_its_producer_go(
    world: LedgerWorld, node: NodeProcess
) -> None:
    async def use(client: AsyncClient) -> None:
        has_ended = asyncio.Event()

        async def endless() -> AsyncIterator[Submission]:
            try:
                while True:
                    yield made(world)[0]
            finally:
                has_ended.set()

        async with aclosing(client.submit_many(endless(), batch=2)) as answers:
            async for _, reply in answers:
                assert isinstance(reply, Receipt)
                break
        await has_ended.wait()
        # The connections are as good as before.
        assert (await client.checkpoint()).checkpoint.size > 0

    visit(world, node.url, use)


def test_a_producer_that_will_not_be_stopped_holds_nobody_up(
    world: LedgerWorld, node: NodeProcess
) -> None:
    async def stubborn() -> AsyncIterator[Submission]:
        while True:
            yield made(world)[0]
            with suppress(asyncio.CancelledError):
                await asyncio.get_running_loop().create_future()

    async def use(client: AsyncClient) -> None:
        async with aclosing(client.submit_many(stubborn())) as answers:
            async for _, reply in answers:
                assert isinstance(reply, Receipt)
                break

    visit(world, node.url, use)


def test_a_verb_that_is_cancelled_ends_and_leaves_a_client_that_works(
    world: LedgerWorld,
) -> None:
    is_asked = asyncio.Event()

    async def use(client: AsyncClient) -> None:
        loop = asyncio.get_running_loop()
        gate = asyncio.Event()

        async def stream() -> AsyncIterator[Submission]:
            yield made(world)[0]
            loop.call_soon(is_asked.set)
            await gate.wait()

        async def submit() -> None:
            async for _ in client.submit_many(stream()):
                pass

        for verb in (client.trust_text, submit):
            task = asyncio.create_task(verb())
            # A task that has begun, whatever it has come to.
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await client.trust_text() == "mine"
        assert len(asyncio.all_tasks()) == 1

    with ScriptedServer(lambda _: answer(200, b"mine")) as server:
        visit(world, server.url, use)


@pytest.fixture
def silent() -> Iterator[str]:
    """Give the URL of what takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_the_loop_goes_on_while_a_node_is_silent(
    world: LedgerWorld, silent: str
) -> None:
    async def use(client: AsyncClient) -> None:
        asking = asyncio.create_task(client.trust_text())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not asking.done()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    visit(world, silent, use)


def test_a_time_that_is_over_is_no_answer(
    world: LedgerWorld, silent: str
) -> None:
    async def run() -> None:
        retries = Retries(attempts=2, deadline_seconds=0.05)
        async with AsyncClient(
            silent, trust=world.trust, retries=retries
        ) as client:
            with pytest.raises(UnreachableError, match="in 1 attempts"):
                await client.trust_text()

    asyncio.run(run())


def test_a_busy_node_is_asked_again(world: LedgerWorld) -> None:
    async def use(client: AsyncClient) -> None:
        assert await client.trust_text() == "mine"

    script = in_turn(answer(503), answer(429), answer(200, b"mine"))
    with ScriptedServer(script) as server:
        visit(world, server.url, use)
        assert len(server.asked) == 3


def test_a_lying_node_is_found_out(world: LedgerWorld) -> None:
    (statement,) = made(world)
    lie = b'{"results": [{"outcome": "logged", "receipt": "mine"}]}'

    async def use(client: AsyncClient) -> None:
        with pytest.raises((MalformedError, VerificationError)):
            await client.submit([statement])
        # A checkpoint that nobody signed, and a page that leads nowhere.
        with pytest.raises((MalformedError, VerificationError)):
            await client.checkpoint()
        with pytest.raises(MalformedError, match="no events"):
            _ = [row async for row in client.events({})]

    with ScriptedServer(lambda _: answer(200, lie)) as server:
        visit(world, server.url, use)


def test_what_is_no_submission_is_refused_before_anything_is_sent(
    world: LedgerWorld,
) -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(MalformedError):
            await client.submit([*made(world), b"no"])

    with ScriptedServer(in_turn(answer(200))) as server:
        visit(world, server.url, use)
        assert not server.asked


def test_a_batch_beyond_the_nodes_bounds_is_sent_in_smaller_ones(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    statements = made(world, 7)

    async def use(client: AsyncClient) -> None:
        replies = await client.submit(statements)
        assert [type(reply) for reply in replies] == [Receipt] * 7

    with NodeProcess(world.folder, max_batch=3) as node:
        visit(world, node.url, use)


def test_what_unpacks_to_too_much_costs_no_more_than_it_may_have(
    world: LedgerWorld,
) -> None:
    async def ask(client: AsyncClient) -> None:
        with pytest.raises(MalformedError, match="unpacks to more than"):
            await client.checkpoint()

    for coding, bomb in pack_once(bytes(2**24)).items():
        said = answer(200, bomb, content_encoding=coding)
        with ScriptedServer(in_turn(said)) as server:
            visit(world, server.url, ask)
            wanted = server.asked[0].headers["accept-encoding"]
            assert coding in wanted.split(", ")
