"""Groups of a stream that is given without blocking; see `provenance.feed`."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable
from contextlib import suppress
from typing import Generic, Self, TypeVar

from provenance.feed import FeedLimits, Groups

_T = TypeVar("_T")
_G = TypeVar("_G")


class AsyncFeed(Generic[_G, _T]):
    """Groups of a stream that a task reads. Used in an `async with` block."""

    def __init__(
        self,
        source: AsyncIterable[_G] | Iterable[_G],
        read: Callable[[_G], _T],
        limits: FeedLimits[_T],
        *,
        ahead: int,
    ) -> None:
        """Prepare to read; the task starts when the block does.

        Args:
            source: Iterated over in the task.
            read: Makes a member of what the source gives.
            limits: How large a group may be.
            ahead: How many full groups may wait to be taken.
        """
        self._source: AsyncIterable[_G] | Iterable[_G] = source
        self._read = read
        self._ahead = ahead
        self._groups = Groups(limits)
        self._has_more = asyncio.Event()
        self._has_room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._has_ended = False
        self._failure: Exception | asyncio.CancelledError | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read_all())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Read nothing more."""
        task, self._task = self._task, None
        assert task is not None, "the block was entered"
        # The producer is let go once nothing here holds it.
        self._source = ()
        task.cancel()
        await asyncio.wait([task])

    def wake(self, _: object = None) -> None:
        """Let `take` look again at what it waits for."""
        self._has_more.set()

    async def take(
        self, *, unless: Callable[[], bool] = lambda: False
    ) -> list[_T] | None:
        """Return the next group; None at the end.

        What the producer raises is its end as well, until `require_whole`.

        Args:
            unless: Whether not to wait any more, and return [] at once;
                looked at again after each `wake`.
        """
        while not (self._groups.full or self._has_ended):
            left = self._groups.seconds_left if self._groups else None
            if left is not None and left <= 0:
                break
            if unless():
                return []
            self._has_more.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._has_more.wait()
        group = self._groups.take()
        self._has_room.set()
        return group or None

    def require_whole(self) -> None:
        """Check that the stream ended because there is no more of it.

        Raises:
            Exception: What the producer raised.
            asyncio.CancelledError: What it was waiting for was cancelled.
        """
        if self._failure is not None:
            raise self._failure

    async def _read_all(self) -> None:
        try:
            if isinstance(self._source, AsyncIterable):
                async for given in self._source:
                    await self._put(given)
            else:
                for given in self._source:
                    await self._put(given)
                    # Others have their turn in between.
                    await asyncio.sleep(0)
        except asyncio.CancelledError as error:
            # Cut off by what it waited for, if not by who leaves the block.
            self._failure = error
            raise
        except Exception as error:  # noqa: BLE001  # see `require_whole`
            self._failure = error
        finally:
            self._has_ended = True
            self.wake()

    async def _put(self, given: _G) -> None:
        if self._task is None:
            # The block was left, and the producer would not be stopped.
            raise asyncio.CancelledError
        member = self._read(given)
        while len(self._groups.full) >= self._ahead:
            self._has_room.clear()
            await self._has_room.wait()
        self._groups.add(member)
        self.wake()
