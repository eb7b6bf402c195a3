"""Feeds: a stream read in a thread of its own, and handed on in groups.

Whoever reads from a producer that gives one thing in two seconds cannot at
the same time say what became of the thing before. So the producer runs in a
thread, what it gives is put into groups, and the one who takes them decides
how long to wait:

    a group is taken when it is full, when its first member has waited for
    `LINGER_SECONDS`, or when the stream has ended

A fast stream so becomes full groups, and of a slow one nothing waits longer
than that. What is read ahead is bounded, however long the stream is.
"""

import contextvars
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Generic, Self, TypeVar

LINGER_SECONDS = 0.1
"""How long the first of a group waits for others, at most."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FeedLimits(Generic[_T]):
    """How large a group may be.

    Attributes:
        count: How many members it has at most.
        weigh: Returns what one member weighs, in one or several units.
        weights: The most that all of them weigh, in the same units. A member
            that weighs more is a group by itself.
    """

    count: int
    weigh: Callable[[_T], Sequence[int]]
    weights: Sequence[int]


class Groups(Generic[_T]):
    """Puts members into groups, in order.

    Attributes:
        full: Groups that take no more.
    """

    def __init__(self, limits: FeedLimits[_T]) -> None:
        self._limits = limits
        self._open: list[_T] = []
        self._weights = [0] * len(limits.weights)
        self._since = 0.0
        self.full: deque[list[_T]] = deque()

    def __bool__(self) -> bool:
        """Return whether there is any member."""
        return bool(self.full or self._open)

    @property
    def seconds_left(self) -> float:
        """How long the open group may still wait for others."""
        return self._since + LINGER_SECONDS - time.monotonic()

    def add(self, member: _T) -> None:
        """Add *member* behind all others."""
        limits = self._limits
        own = limits.weigh(member)
        sums = [a + b for a, b in zip(self._weights, own, strict=True)]
        if self._open and any(
            have > most for have, most in zip(sums, limits.weights, strict=True)
        ):
            self._close()
            sums = list(own)
        if not self._open:
            self._since = time.monotonic()
        self._open.append(member)
        self._weights = sums
        if len(self._open) >= limits.count:
            self._close()

    def take(self) -> list[_T]:
        """Return the first group, full or not; [] if there is no member."""
        if not self.full:
            self._close()
        return self.full.popleft() if self.full else []

    def _close(self) -> None:
        if self._open:
            self.full.append(self._open)
            self._open = []
        self._weights = [0] * len(self._limits.weights)


class Drawn(Generic[_T]):
    """Groups of a stream that is read in the caller's own thread.

    For a stream whose reading has to be interrupted by what interrupts the
    caller. Nothing is known of it until the producer gives more.
    """

    def __init__(self, source: Iterable[_T], limits: FeedLimits[_T]) -> None:
        self._source = iter(source)
        self._groups = Groups(limits)

    def wake(self, _: object = None) -> None:
        """Do nothing: `take` waits for nobody but the producer."""

    def take(self, within: float | None = None, **_: object) -> list[_T] | None:
        """Return the next group, a full one but at the end; then None."""
        del within
        while not self._groups.full:
            try:
                self._groups.add(next(self._source))
            except StopIteration:
                return self._groups.take() or None
        return self._groups.take()


class Feed(Generic[_T]):
    """Groups of a stream that a thread reads. Used in a `with` block."""

    def __init__(
        self, source: Iterable[_T], limits: FeedLimits[_T], *, ahead: int
    ) -> None:
        """Prepare to read; the thread starts when the block does.

        Args:
            source: Iterated over in the thread, which has the caller's
                context variables.
            limits: How large a group may be.
            ahead: How many full groups may wait to be taken.
        """
        self._source: Iterable[_T] | None = source
        self._ahead = ahead
        self._groups = Groups(limits)
        self._changed = Condition()
        self._has_ended = False
        self._is_closed = False
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        # A daemon: what waits for a producer holds no program up.
        Thread(
            target=contextvars.copy_context().run,
            args=(self._read,),
            name="provenance-feed",
            daemon=True,
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Read nothing more. The producer is left where it stands.

        It is not waited for: it may be waiting itself, for whatever it is
        that gives no more.
        """
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def take(
        self,
        within: float | None = None,
        *,
        unless: Callable[[], bool] = lambda: False,
    ) -> list[_T] | None:
        """Return the next group; [] if there is none yet, None at the end.

        What the producer raises is its end as well, until `require_whole`.

        Args:
            within: For how many seconds to wait for one; None for as long as
                it takes.
            unless: Whether not to wait any more; looked at again after each
                `wake`.
        """
        end = None if within is None else time.monotonic() + within
        with self._changed:
            while not (self._groups.full or self._has_ended):
                wait = None if end is None else end - time.monotonic()
                if self._groups:
                    left = self._groups.seconds_left
                    if left <= 0:
                        break
                    wait = left if wait is None else min(left, wait)
                if unless() or (wait is not None and wait <= 0):
                    return []
                self._changed.wait(wait)
            group = self._groups.take()
            self._changed.notify_all()
            return group or None

    def require_whole(self) -> None:
        """Check that the stream ended because there is no more of it.

        To be called when all that it gave has been dealt with.

        Raises:
            BaseException: What the producer raised.
        """
        if self._failure is not None:
            raise self._failure

    def wake(self, _: object = None) -> None:
        """Let `take` look again at what it waits for."""
        with self._changed:
            self._changed.notify_all()

    def _read(self) -> None:
        source, self._source = self._source, None
        assert source is not None, "a feed is read once"
        try:
            for member in source:
                if not self._put(member):
                    return
        except BaseException as error:  # noqa: BLE001  # see `require_whole`
            self._failure = error
        finally:
            with self._changed:
                self._has_ended = True
                self._changed.notify_all()

    def _put(self, member: _T) -> bool:
        """Add *member* when there is room; return whether to go on."""
        with self._changed:
            while len(self._groups.full) >= self._ahead and not self._is_closed:
                self._changed.wait()
            was_empty = not self._groups
            self._groups.add(member)
            # Whoever waits learns of the first, whose time runs now, and of
            # full groups; to be woken by each of the others costs more than
            # they do.
            if was_empty or self._groups.full:
                self._changed.notify_all()
            return not self._is_closed
