"""Children: processes that answer one question after the other.

A child is a module run by a new interpreter, which inherits two pipes and
nothing else; above all no SQLite connection, which must not cross a fork.

    question  [kind, what belongs to it, …]  (frames of `provenance.pipes`)
    answer    [0, value, seconds]
              or  [1, class of the library's error, message, seconds]
              or  [2, traceback, seconds] for a fault of the program

Both ends of the pipes are our own code. A child ends when its pipe does, or
its parent, however that ended.

**Nobody waits for ever, and nobody for somebody else's long question.** A
question has its time; then its process is ended, and another takes its place.
What a question took of the processor is remembered by its key: those that are
known to be dear get some of the children alone, and the others stay free for
what is cheap.
"""

import asyncio
import ctypes
import logging
import os
import signal
import sys
import time
import traceback
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Hashable, Sequence
from contextlib import suppress
from math import inf
from typing import Any, NamedTuple

from provenance import errors
from provenance.errors import ProvenanceError, StoreError
from provenance.pipes import exchange, receive, send
from provenance.problems.table import BUSY, TOO_LONG
from provenance_node.journal import note, note_end
from provenance_node.limits import RETRY_SOON
from provenance_node.problems import RefusedError

PATIENCE_SECONDS = 60.0
"""How long a child may think, by default; then it is replaced."""

DEAR_SECONDS = 0.1
"""What took more of a processor than that is dear the next time."""

_MOST_DEAR = 10_000
"""So many keys of dear questions are remembered."""

_START_SECONDS = 60.0
"""How long a child may take to begin."""

_END_SECONDS = 2.0
"""How long a child may take to end; then it is ended."""

_PAUSE_SECONDS = 0.5
"""How long until another child is tried to be started, if one was not."""

_MOST_FAILURES = 3
"""So often in a row a child may fail to start before whoever waits is told."""

_DONE, _REFUSED, _BUG = 0, 1, 2

_PR_SET_PDEATHSIG = 1


class ChildFault(Exception):  # noqa: N818  # it is the program's own fault
    """A child met something that it was not written for."""


class _Waiting(NamedTuple):
    """A question that waits for a child."""

    child: "asyncio.Future[Process]"
    is_dear: bool


class Children:
    """Some processes that all answer the same questions.

    Attributes:
        replaced: How many of them had to be replaced so far.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        count: int,
        most: int,
        seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Make a pool, which `start` starts.

        Args:
            module: What a child runs, which calls `answer_questions`.
            arguments: What it is given.
            count: How many there are.
            most: How many questions may wait; what is more is refused.
            seconds: How long one question may take.
        """
        self._command = [sys.executable, "-m", module, *arguments]
        self._count = count
        self._most = most
        self._seconds = seconds
        self._most_dear = max(1, count // 2)
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._waiting: deque[_Waiting] = deque()
        self._dear: set[Process] = set()
        self._costs: OrderedDict[Hashable, None] = OrderedDict()
        self._all_at_once = asyncio.Lock()
        self._is_gathering = False
        self._claims: dict[Process, asyncio.Future[Process | None]] = {}
        self._since: dict[Process, float] = {}
        self._replacing: set[asyncio.Task[None]] = set()
        self._is_stopped = False
        self.replaced = 0

    @property
    def process_ids(self) -> list[int]:
        """The ids of those that run now."""
        return [child.pid for child in self._all]

    @property
    def waiting(self) -> int:
        """How many questions wait for a child."""
        return len(self._waiting)

    async def start(self) -> None:
        """Start all of them, and wait until each has answered."""
        for child in await asyncio.gather(
            *(self._begin() for _ in range(self._count))
        ):
            self._idle.append(child)

    async def stop(self) -> None:
        """End them, whatever they are at; whoever still waits is refused."""
        self._is_stopped = True
        for waiting in self._waiting:
            if not waiting.child.done():
                waiting.child.set_exception(_busy())
        self._waiting.clear()
        await _end(self._all)
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        # What began meanwhile.
        await _end(self._all)
        self._all.clear()

    async def ask(
        self,
        question: Sequence[object],
        *,
        is_urgent: bool = False,
        key: Hashable = None,
    ) -> Any:
        """Return a child's answer.

        Args:
            question: Its kind, and what belongs to that.
            is_urgent: Whether it may wait however many others do.
            key: What else will cost as much; None where nothing is known.

        Raises:
            RefusedError: Too many questions wait, or this one took too long.
            ProvenanceError: What the child raised.
            StoreError: The child died.
            ChildFault: The child has a fault.
        """
        is_dear = key is not None and key in self._costs
        child = await self._take(is_urgent=is_urgent, is_dear=is_dear)
        try:
            answer, seconds = await self._ask(child, question)
        except RefusedError:
            self._remember(key, inf)
            raise
        self._remember(key, seconds)
        return _read(answer)

    async def ask_all(self, question: Sequence[object]) -> list[Any]:
        """Return the answer of every child, all asked at the same moment.

        Those that are at something long are waited for first, and meanwhile
        the others go on: nobody waits for them but who has something dear.

        Raises:
            ProvenanceError: As `ask` does, for the first that fails.
            ChildFault: As `ask` does.
        """
        # Two that took turns taking children would wait for each other.
        async with self._all_at_once:
            taken = await self._take_all()
            answers = await asyncio.gather(
                *(self._ask(child, question) for child in taken),
                return_exceptions=True,
            )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [_read(answer[0]) for answer in answers]  # type: ignore[index]  # none is an error

    async def _take_all(self) -> list[Process]:
        taken: list[Process] = []
        self._is_gathering = True
        try:
            for claim in self._claim_long():
                child = await claim
                if child is not None:
                    taken.append(child)
            while len(taken) < self._count:
                taken.append(await self._take(is_urgent=True, is_first=True))
        except BaseException:
            self._is_gathering = False
            # Those that were to be kept aside are free again.
            for claim in self._claims.values():
                # The one that was waited for ends with who waited.
                is_there = claim.done() and not claim.cancelled()
                child = claim.result() if is_there else None
                if child is not None and child not in taken:
                    taken.append(child)
            self._claims.clear()
            for child in taken:
                self._give_back(child)
            raise
        self._is_gathering = False
        self._claims.clear()
        return taken

    def _claim_long(self) -> list["asyncio.Future[Process | None]"]:
        """Have those that are at something long kept aside when it is done."""
        now = time.monotonic()
        loop = asyncio.get_running_loop()
        self._claims = {
            child: loop.create_future()
            for child, since in self._since.items()
            if child in self._dear or now - since > DEAR_SECONDS
        }
        return list(self._claims.values())

    def _remember(self, key: Hashable, seconds: float) -> None:
        """Note what a question with that key took."""
        if key is None:
            return
        self._costs.pop(key, None)
        if seconds > DEAR_SECONDS:
            self._costs[key] = None
            if len(self._costs) > _MOST_DEAR:
                self._costs.popitem(last=False)

    async def _ask(
        self, child: Process, question: Sequence[object]
    ) -> tuple[list[Any], float]:
        """Return what a child says, and what that took of the processor."""
        self._since[child] = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                *answer, seconds = await _exchange(child, question)
        except BaseException as error:
            # Its pipe may hold half an answer, or the answer to a question
            # that nobody waits for any more.
            self._replace(child)
            if isinstance(error, TimeoutError):
                raise RefusedError(
                    TOO_LONG,
                    f"it was not done after {self._seconds:g} s",
                    RETRY_SOON,
                ) from error
            if isinstance(error, OSError | EOFError):
                raise StoreError(
                    "a process that answers ended: ask again"
                ) from error
            raise
        self._give_back(child)
        return answer, seconds

    async def _take(
        self,
        *,
        is_urgent: bool,
        is_dear: bool = False,
        is_first: bool = False,
    ) -> Process:
        if self._is_stopped:
            raise _busy()
        self._bury()
        if self._idle and not (is_dear and self._is_full_of_dear):
            return self._lend(self._idle.pop(), is_dear=is_dear)
        if not is_urgent and len(self._waiting) >= self._most:
            raise _busy()
        waiting = _Waiting(asyncio.get_running_loop().create_future(), is_dear)
        if is_first:
            self._waiting.appendleft(waiting)
        else:
            self._waiting.append(waiting)
        try:
            return await waiting.child
        except asyncio.CancelledError:
            if waiting.child.done() and not waiting.child.cancelled():
                self._give_back(waiting.child.result())
            elif waiting in self._waiting:
                self._waiting.remove(waiting)
            raise

    def _bury(self) -> None:
        """Replace those that ended while nobody asked them anything."""
        gone = [child for child in self._idle if child.returncode is not None]
        for child in gone:
            self._idle.remove(child)
            self._replace(child)

    @property
    def _is_full_of_dear(self) -> bool:
        return self._is_gathering or len(self._dear) >= self._most_dear

    def _lend(self, child: Process, *, is_dear: bool) -> Process:
        if is_dear:
            self._dear.add(child)
        return child

    def _give_back(self, child: Process) -> None:
        self._dear.discard(child)
        self._since.pop(child, None)
        claim = self._claims.get(child)
        if claim is not None and not claim.done():
            claim.set_result(child)
            return
        self._idle.append(child)
        passed: list[_Waiting] = []
        while self._waiting and self._idle:
            waiting = self._waiting.popleft()
            if waiting.child.done():
                continue
            if waiting.is_dear and self._is_full_of_dear:
                passed.append(waiting)
                continue
            waiting.child.set_result(
                self._lend(self._idle.pop(), is_dear=waiting.is_dear)
            )
        self._waiting.extendleft(reversed(passed))

    def _replace(self, child: Process) -> None:
        """End *child*, and let another take its place; nobody waits for it."""
        self._all.discard(child)
        self._dear.discard(child)
        self._since.pop(child, None)
        claim = self._claims.get(child)
        if claim is not None and not claim.done():
            claim.set_result(None)
        self.replaced += 1
        if child.returncode is None:
            child.kill()
        task = asyncio.create_task(self._take_in(child))
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)
        task.add_done_callback(note_end)

    async def _take_in(self, gone: Process) -> None:
        await gone.wait()
        failures = 0
        while not self._is_stopped:
            try:
                fresh = await self._begin()
            except (OSError, EOFError, TimeoutError) as error:
                # No files or processes are left. Without this one, whoever
                # waits for it would wait for ever.
                note("child-missing", level=logging.ERROR, error=str(error))
                failures += 1
                if failures >= _MOST_FAILURES and not self._all:
                    self._give_up()
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                note("child-replaced", status=gone.returncode)
                if not self._is_stopped:
                    self._give_back(fresh)
                return

    def _give_up(self) -> None:
        """Tell whoever waits that there is no child left to answer."""
        for waiting in self._waiting:
            if not waiting.child.done():
                waiting.child.set_exception(
                    StoreError("no process that answers can be started")
                )
        self._waiting.clear()

    async def _begin(self) -> Process:
        """Return a new child, once it has answered."""
        child = await self._spawn()
        try:
            async with asyncio.timeout(_START_SECONDS):
                await _exchange(child, ["ping"])
        except BaseException:
            self._all.discard(child)
            with suppress(ProcessLookupError):
                child.kill()
            raise
        return child

    async def _spawn(self) -> Process:
        child = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, limit=2**20
        )
        self._all.add(child)
        return child


async def _end(children: Collection[Process]) -> None:
    """End *children*, those at once that do not end by themselves."""
    for child in children:
        assert child.stdin is not None, "its pipes were asked for"
        child.stdin.close()
    waits = [asyncio.create_task(child.wait()) for child in children]
    if not waits:
        return
    await asyncio.wait(waits, timeout=_END_SECONDS)
    for child in children:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
    await asyncio.gather(*waits)


def _read(answer: Sequence[Any]) -> Any:
    """Return what a child answers.

    Raises:
        ProvenanceError: What it raised.
        ChildFault: It has a fault.
    """
    kind, *rest = answer
    if kind == _DONE:
        return rest[0]
    if kind == _REFUSED:
        raise _error(*rest)
    raise ChildFault(rest[0])


async def _exchange(child: Process, question: Sequence[object]) -> Any:
    assert child.stdin is not None, "its pipes were asked for"
    assert child.stdout is not None, "its pipes were asked for"
    return await exchange(child.stdin, child.stdout, question)


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
    _end_with_parent()
    questions, results = sys.stdin.buffer, sys.stdout.buffer
    while (question := receive(questions)) is not None:
        name, *given = question
        reply: list[object]
        begun = time.process_time()
        try:
            reply = [_DONE, None if name == "ping" else answers[name](*given)]
        except ProvenanceError as error:
            reply = [_REFUSED, type(error).__name__, str(error)]
        except Exception:  # noqa: BLE001  # the parent has the journal
            reply = [_BUG, traceback.format_exc()]
        try:
            send(results, [*reply, time.process_time() - begun])
        except BrokenPipeError:
            # Nobody is left; an orderly exit would try to write the rest.
            os._exit(1)


def _end_with_parent() -> None:
    """Have the kernel end this process when its parent ends.

    A child that is stuck never sees that its pipe did. Where there is no such
    call, its parent ends it in an orderly end alone.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
