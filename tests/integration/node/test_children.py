"""Children: questions and answers, and what happens when one dies."""

import asyncio
import contextlib
import os
import pathlib
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from provenance_node.children import DEAR_SECONDS, ChildFault, Children
from provenance_node.problems import RefusedError

from provenance.errors import NotFoundError, StoreError
from tests.support.waiting import PATIENCE_SECONDS, read_line, wait_until


@contextlib.asynccontextmanager
async def started(*, count: int = 1, most: int = 10) -> AsyncIterator[Children]:
    children = Children(
        "tests.support.node_child", ["given"], count=count, most=most
    )
    await children.start()
    try:
        yield children
    finally:
        await children.stop()


def run(story: Callable[[Children], Awaitable[None]], **how: int) -> None:
    async def play() -> None:
        async with started(**how) as children:
            await story(children)

    asyncio.run(play())


def test_a_child_answers_what_it_is_asked() -> None:
    async def story(children: Children) -> None:
        assert await children.ask(["echo", b"x" * 3_000_000]) == (
            b"x" * 3_000_000,
            "given",
        )
        assert await children.ask(["ping"]) is None

    run(story)


def test_what_a_child_raises_is_raised_here() -> None:
    async def story(children: Children) -> None:
        with pytest.raises(NotFoundError, match="no such thing"):
            await children.ask(["refuse", "no such thing"])
        with pytest.raises(ChildFault, match="KeyError"):
            await children.ask(["bug"])
        assert await children.ask(["echo", 1]) == (1, "given")

    run(story)


def test_a_child_that_dies_is_replaced() -> None:
    async def story(children: Children) -> None:
        before = await children.ask(["pid"])
        with pytest.raises(StoreError, match="ask again"):
            await children.ask(["die"])
        assert await children.ask(["pid"]) != before

    run(story)


def test_a_child_that_cannot_be_replaced_at_once_is_replaced_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def story(children: Children) -> None:
        before = await children.ask(["pid"])
        # No file can be opened any more, so no pipe for a child either.
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            dying = asyncio.create_task(children.ask(["die"]))
            waiting = asyncio.create_task(children.ask(["pid"]))
            async with asyncio.timeout(PATIENCE_SECONDS):
                # The journal sets no event.
                while "child-missing" not in caplog.messages:
                    assert not waiting.done(), "it was not even tried"
                    await asyncio.sleep(0.01)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(StoreError, match="ask again"):
                await dying
            assert await waiting != before

    run(story)


def test_who_gives_up_leaves_no_answer_to_somebody_else(
    tmp_path: pathlib.Path,
) -> None:
    async def story(children: Children) -> None:
        asked = asyncio.create_task(
            children.ask(["wait", str(tmp_path / "never")])
        )
        await asyncio.sleep(0)
        waits = asyncio.create_task(children.ask(["echo", 1]))
        await asyncio.sleep(0)
        assert children.waiting == 1
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert await waits == (1, "given")

    run(story)


def test_who_gives_up_waiting_takes_no_child_along(
    tmp_path: pathlib.Path,
) -> None:
    async def story(children: Children) -> None:
        path = tmp_path / "go"
        busy = asyncio.create_task(children.ask(["wait", str(path)]))
        await asyncio.sleep(0)
        waits = asyncio.create_task(children.ask(["pid"]))
        await asyncio.sleep(0)
        assert children.waiting == 1
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits
        assert children.waiting == 0
        path.touch()
        assert await busy == await children.ask(["pid"])

    run(story)


def test_more_than_may_wait_are_refused_but_for_what_is_urgent(
    tmp_path: pathlib.Path,
) -> None:
    async def story(children: Children) -> None:
        path = tmp_path / "go"
        busy = asyncio.create_task(children.ask(["wait", str(path)]))
        await asyncio.sleep(0)
        waits = asyncio.create_task(children.ask(["pid"]))
        await asyncio.sleep(0)
        assert children.waiting == 1
        with pytest.raises(RefusedError, match="too many") as caught:
            await children.ask(["pid"])
        assert caught.value.kind.status == 503
        urgent = asyncio.create_task(children.ask(["pid"], is_urgent=True))
        await asyncio.sleep(0)
        path.touch()
        assert await busy == await waits == await urgent

    run(story, most=1)


def test_several_answer_at_the_same_time(tmp_path: pathlib.Path) -> None:
    async def story(children: Children) -> None:
        path = tmp_path / "go"
        busy = asyncio.create_task(children.ask(["wait", str(path)]))
        await asyncio.sleep(0)
        other = await children.ask(["pid"])
        path.touch()
        assert await busy != other

    run(story, count=2)


def test_after_the_end_nothing_is_answered() -> None:
    async def play() -> None:
        async with started() as children:
            pass
        with pytest.raises(RefusedError):
            await children.ask(["pid"])

    asyncio.run(play())


class Late(Children):
    """A pool whose children start when they are let to."""

    def __init__(self) -> None:
        super().__init__("tests.support.node_child", ["x"], count=1, most=10)
        self.may_start = asyncio.Event()
        self.may_start.set()
        self.is_starting = asyncio.Event()
        self.latest: asyncio.subprocess.Process | None = None

    async def _spawn(self) -> asyncio.subprocess.Process:
        self.is_starting.set()
        await self.may_start.wait()
        self.latest = await super()._spawn()
        return self.latest


def test_a_child_that_starts_while_the_others_are_ended_is_ended_too() -> None:
    async def play() -> None:
        children = Late()
        await children.start()
        children.may_start.clear()
        children.is_starting.clear()
        asking = asyncio.create_task(children.ask(["die"]))
        await children.is_starting.wait()
        await children.stop()
        children.may_start.set()
        with pytest.raises(StoreError):
            await asking
        # It had not begun, or it was ended.
        assert children.latest is not None
        assert children.latest.returncode is not None
        assert not children._all

    asyncio.run(play())


# What never ends, and what is dear.


def is_there(pid: int) -> bool:
    return pathlib.Path(f"/proc/{pid}").exists()


def touch(path: str) -> None:
    pathlib.Path(path).touch()


def unlink(path: str) -> None:
    pathlib.Path(path).unlink()


def test_what_takes_too_long_is_refused_and_the_next_is_answered() -> None:
    async def play() -> None:
        children = Children(
            "tests.support.node_child", ["x"], count=1, most=10, seconds=1
        )
        await children.start()
        try:
            before = await children.ask(["pid"])
            with pytest.raises(
                RefusedError, match="not done after 1 s"
            ) as told:
                await children.ask(["loop"])
            assert told.value.kind.status == 503
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert await children.ask(["pid"]) != before
            assert not is_there(before)
        finally:
            await children.stop()

    asyncio.run(play())


def test_one_in_an_endless_loop_is_ended_with_the_others() -> None:
    async def play() -> None:
        async with started(count=2) as children:
            pids = [int(process.pid) for process in children._all]
            looping = asyncio.create_task(children.ask(["loop"]))
            await asyncio.sleep(0)
        assert time.monotonic() - begun < PATIENCE_SECONDS
        with pytest.raises(StoreError):
            await looping
        assert not any(is_there(pid) for pid in pids)

    begun = time.monotonic()
    asyncio.run(play())


def test_one_in_an_endless_loop_ends_with_its_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.support.node_children_left"],
        cwd=pathlib.Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
    )
    child = int(read_line(parent))
    assert is_there(child)
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_there(child), "it has ended")
    assert parent.stdout is not None
    parent.stdout.close()


def test_what_is_known_to_be_dear_leaves_a_child_for_the_rest(
    tmp_path: pathlib.Path,
) -> None:
    async def story(children: Children) -> None:
        for _ in range(2):
            await children.ask(["burn", 0.3], key="dear")
        path = str(tmp_path / "done")
        dear = [
            asyncio.create_task(children.ask(["wait", path], key="dear"))
            for _ in range(5)
        ]
        await asyncio.sleep(0)
        assert children.waiting == 4
        for _ in range(20):
            await children.ask(["pid"], key="cheap")
            await children.ask(["pid"])
        assert not any(each.done() for each in dear)
        touch(path)
        assert len(await asyncio.gather(*dear)) == 5
        # It waited, and took nothing of the processor: it is cheap now.
        assert "dear" not in children._costs

    run(story, count=2)


def test_while_all_are_gathered_nobody_waits_for_the_one_that_is_long(
    tmp_path: pathlib.Path,
) -> None:
    async def story(children: Children) -> None:
        path = str(tmp_path / "done")
        long = asyncio.create_task(children.ask(["wait", path]))
        await asyncio.sleep(DEAR_SECONDS * 2)
        together = asyncio.create_task(children.ask_all(["pid"]))
        await asyncio.sleep(0)
        for _ in range(20):
            await children.ask(["pid"])
        assert not together.done()
        touch(path)
        assert len(set(await together)) == 3
        assert await long in await together
        # And again, when somebody gives up.
        unlink(path)
        long = asyncio.create_task(children.ask(["wait", path]))
        await asyncio.sleep(DEAR_SECONDS * 2)
        together = asyncio.create_task(children.ask_all(["pid"]))
        await asyncio.sleep(0)
        together.cancel()
        touch(path)
        await long
        assert len(set(await children.ask_all(["pid"]))) == 3

    run(story, count=3)


def test_one_that_is_long_and_dies_keeps_no_others_waiting() -> None:
    async def story(children: Children) -> None:
        long = asyncio.create_task(children.ask(["loop"]))
        await asyncio.sleep(DEAR_SECONDS * 2)
        together = asyncio.create_task(children.ask_all(["pid"]))
        await asyncio.sleep(0)
        (child,) = children._claims
        child.kill()
        with pytest.raises(StoreError):
            await long
        assert len(set(await together)) == 3

    run(story, count=3)


def test_dear_ones_of_many_names_are_remembered_up_to_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("provenance_node.children._MOST_DEAR", 3)

    async def story(children: Children) -> None:
        for number in range(6):
            children._remember(number, 1.0)
        assert list(children._costs) == [3, 4, 5]

    run(story)
