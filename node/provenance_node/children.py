"""Children: processes that answer one question after the other.

A child is a module run by a new interpreter, which inherits two pipes and
nothing else; above all no SQLite connection, which must not cross a fork.

    frame     u32 length ‖ msgpack
    answer    [0, value]  or  [1, class of the library's error, message]
              or  [2, traceback] for a fault of the program

Both ends of the pipes are our own code. A child ends when its pipe does,
however its parent ended.
"""

import asyncio
import logging
import os
import signal
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgpack

from provenance import errors
from provenance.errors import ProvenanceError, StoreError
from provenance_node.journal import note
from provenance_node.limits import RETRY_SOON
from provenance_node.problems import BUSY, RefusedError

_PATIENCE_SECONDS = 60
"""How long a child may think; then it is replaced."""

_PAUSE_SECONDS = 0.5
"""How long until another child is tried to be started, if one was not."""

_DONE, _REFUSED, _BUG = 0, 1, 2


class ChildFault(Exception):  # noqa: N818  # it is the program's own fault
    """A child met something that it was not written for."""


class Children:
    """Some processes that all answer the same questions.

    Attributes:
        replaced: How many of them had to be replaced so far.
    """

    def __init__(
        self, module: str, arguments: Sequence[str], *, count: int, most: int
    ) -> None:
        """Make a pool, which `start` starts.

        Args:
            module: What a child runs, which calls `answer_questions`.
            arguments: What it is given.
            count: How many there are.
            most: How many questions may wait; what is more is refused.
        """
        self._command = [sys.executable, "-m", module, *arguments]
        self._count = count
        self._most = most
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._waiting: deque[asyncio.Future[Process]] = deque()
        self._all_at_once = asyncio.Lock()
        self._is_stopped = False
        self.replaced = 0

    @property
    def waiting(self) -> int:
        """How many questions wait for a child."""
        return len(self._waiting)

    async def start(self) -> None:
        """Start all of them, and wait until each has answered."""
        for _ in range(self._count):
            self._idle.append(await self._spawn())
        await asyncio.gather(
            *(self.ask(["ping"], is_urgent=True) for _ in range(self._count))
        )

    async def stop(self) -> None:
        """End them; whoever still waits is refused."""
        self._is_stopped = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(_busy())
        self._waiting.clear()
        await _end(self._all)
        self._all.clear()

    async def ask(
        self, question: Sequence[object], *, is_urgent: bool = False
    ) -> Any:
        """Return a child's answer.

        Args:
            question: Its kind, and what belongs to that.
            is_urgent: Whether it may wait however many others do.

        Raises:
            RefusedError: Too many questions wait.
            ProvenanceError: What the child raised.
            StoreError: The child died, or took too long.
            ChildFault: The child has a fault.
        """
        child = await self._take(is_urgent=is_urgent)
        return await self._ask(child, question)

    async def ask_all(self, question: Sequence[object]) -> list[Any]:
        """Return the answer of every child, all asked at the same moment.

        Until the last of them is free for it, the others wait.

        Raises:
            ProvenanceError: As `ask` does, for the first that fails.
            ChildFault: As `ask` does.
        """
        # Two that took turns taking children would wait for each other.
        async with self._all_at_once:
            taken: list[Process] = []
            try:
                while len(taken) < self._count:
                    taken.append(await self._take(is_urgent=True))
            except BaseException:
                for child in taken:
                    self._give_back(child)
                raise
            answers = await asyncio.gather(
                *(self._ask(child, question) for child in taken),
                return_exceptions=True,
            )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers

    async def _ask(self, child: Process, question: Sequence[object]) -> Any:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                frame = await _exchange(child, msgpack.packb(question))
        except BaseException as error:
            # Its pipe may hold half an answer, or the answer to a question
            # that nobody waits for any more.
            await self._replace(child)
            if isinstance(error, OSError | EOFError):
                raise StoreError(
                    "a process that answers ended, or took too long: ask again"
                ) from error
            raise
        self._give_back(child)
        kind, *rest = msgpack.unpackb(
            frame, use_list=False, strict_map_key=False
        )
        if kind == _DONE:
            return rest[0]
        if kind == _REFUSED:
            raise _error(*rest)
        raise ChildFault(rest[0])

    async def _take(self, *, is_urgent: bool) -> Process:
        if self._is_stopped:
            raise _busy()
        if self._idle:
            return self._idle.pop()
        if not is_urgent and len(self._waiting) >= self._most:
            raise _busy()
        waiting: asyncio.Future[Process] = (
            asyncio.get_running_loop().create_future()
        )
        self._waiting.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self._give_back(waiting.result())
            elif waiting in self._waiting:
                self._waiting.remove(waiting)
            raise

    def _give_back(self, child: Process) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(child)
                return
        self._idle.append(child)

    async def _replace(self, child: Process) -> None:
        self._all.discard(child)
        self.replaced += 1
        if child.returncode is None:
            child.kill()
        await child.wait()
        while not self._is_stopped:
            try:
                fresh = await self._spawn()
            except OSError as error:
                # No files or processes are left. Without this one, whoever
                # waits for it would wait for ever.
                note("child-missing", level=logging.ERROR, error=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                note("child-replaced", status=child.returncode)
                await self._take_in(fresh)
                return

    async def _take_in(self, fresh: Process) -> None:
        if self._is_stopped:
            # It began meanwhile: `stop` has not seen it, or ends it, too.
            await _end([fresh])
            self._all.discard(fresh)
        else:
            self._give_back(fresh)

    async def _spawn(self) -> Process:
        child = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, limit=2**20
        )
        self._all.add(child)
        return child


async def _end(children: Collection[Process]) -> None:
    for child in children:
        assert child.stdin is not None, "its pipes were asked for"
        child.stdin.close()
    await asyncio.gather(*(child.wait() for child in children))


async def _exchange(child: Process, data: bytes) -> bytes:
    assert child.stdin is not None, "its pipes were asked for"
    assert child.stdout is not None, "its pipes were asked for"
    child.stdin.write(len(data).to_bytes(4, "big") + data)
    await child.stdin.drain()
    size = int.from_bytes(await child.stdout.readexactly(4), "big")
    return await child.stdout.readexactly(size)


def _busy() -> RefusedError:
    return RefusedError(BUSY, "too many questions wait", RETRY_SOON)


def _error(name: str, message: str) -> ProvenanceError:
    kind: type[ProvenanceError] = getattr(errors, name)
    return kind(message)


def answer_questions(answers: dict[str, Callable[..., object]]) -> None:
    """Answer what comes through the pipe until it ends: the life of a child.

    Args:
        answers: Kind of question → what answers it.
    """
    # Who ends the node, at a terminal or as a service, signals every process
    # of it; but a child has requests to answer until its parent is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    questions, results = sys.stdin.buffer, sys.stdout.buffer
    while len(length := questions.read(4)) == 4:
        size = int.from_bytes(length, "big")
        data = questions.read(size)
        if len(data) < size:
            return
        name, *given = msgpack.unpackb(data, use_list=False)
        reply: list[object]
        try:
            reply = [_DONE, None if name == "ping" else answers[name](*given)]
        except ProvenanceError as error:
            reply = [_REFUSED, type(error).__name__, str(error)]
        except Exception:  # noqa: BLE001  # the parent has the journal
            reply = [_BUG, traceback.format_exc()]
        packed = msgpack.packb(reply)
        try:
            results.write(len(packed).to_bytes(4, "big") + packed)
            results.flush()
        except BrokenPipeError:
            # Nobody is left; an orderly exit would try to write the rest.
            os._exit(1)
