"""Retries: when to ask again, and when to give up.

    attempt   waits before it, at random
    2         0 … 0.5 s
    3         0 … 1 s
    4         0 … 2 s, and so on up to 30 s

Full jitter: clients that one fault has stopped do not come back all at once.
When the node says `Retry-After` it is waited for, and the random time on top.
After so many attempts, or when the time for all of them is over, the last
failure is raised.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from secrets import SystemRandom
from threading import Event

_uniform = SystemRandom().uniform


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often and how long one request is tried.

    Attributes:
        attempts: How often, at most; 1 for never again.
        deadline_seconds: The time for all attempts and waits together.
        first_wait_seconds: The longest wait before the second attempt; it
            doubles with each.
        longest_wait_seconds: What it does not grow beyond.
        sleep: Waits so many seconds; by default not longer than until the
            caller gives up.
        elapsed: Returns seconds, which never go back.
        pick: Returns a number between two, at random.
    """

    attempts: int = 8
    deadline_seconds: float = 120.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    sleep: Callable[[float], None] | None = None
    elapsed: Callable[[], float] = time.monotonic
    pick: Callable[[float, float], float] = _uniform

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.deadline_seconds <= 0:
            raise ValueError("there is at least one attempt, and time for it")

    def begin(self, given_up: Event | None = None) -> "Attempts":
        """Return the attempts of one request, which begins now.

        Args:
            given_up: Set when nobody waits for it any more.
        """
        return Attempts(self, given_up or Event())


class Attempts:
    """The attempts of one request."""

    def __init__(self, retries: Retries, given_up: Event) -> None:
        self._retries = retries
        self._given_up = given_up
        self._end = retries.elapsed() + retries.deadline_seconds
        self.made = 0

    @property
    def seconds_left(self) -> float:
        """The time that is left for it; at the end 0."""
        return max(0.0, self._end - self._retries.elapsed())

    def wait(self, retry_after: float) -> bool:
        """Wait before the next attempt, and return whether there is one.

        Args:
            retry_after: For how many seconds the node wants to be left alone.
        """
        seconds = self.next_wait(retry_after)
        if seconds is None:
            return False
        (self._retries.sleep or self._given_up.wait)(seconds)
        return not self._given_up.is_set()

    def next_wait(self, retry_after: float) -> float | None:
        """Return how many seconds to wait before the next attempt.

        None if there is none: as many were made as may be, or to wait would
        be to wait for a time that is over then.

        Args:
            retry_after: For how many seconds the node wants to be left alone.
        """
        retries = self._retries
        self.made += 1
        if self.made >= retries.attempts:
            return None
        # From 2**10 on the longest wait has long been reached.
        grown = retries.first_wait_seconds * 2 ** min(self.made - 1, 10)
        most = min(grown, retries.longest_wait_seconds)
        seconds = retry_after + retries.pick(0.0, most)
        return seconds if seconds < self.seconds_left else None


def parse_retry_after(text: str | None, *, now: int) -> float:
    """Return the seconds that a Retry-After field says (RFC 9110, 10.2.3).

    A field that is not there, or says nothing that can be read, says 0.

    Args:
        text: The field's value: seconds, or a date.
        now: The time, in ms since 1970.
    """
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, date.timestamp() - now / 1000)
