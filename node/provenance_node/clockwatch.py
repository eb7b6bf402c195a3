"""Clock watch: a clock that jumped is noticed before its time is signed.

A time in the log stays there, and the log's time never goes back. A node whose
clock ran 400 days ahead for a minute would date entries falsely, keep expired
grants from counting and, put right, have a log whose time stands still for 400
days. So the machine's clock is held against two others, each time that it is
read for the log:

    witnesses    the times of their cosignatures, as they came; they decide,
                 by more than half of those that were heard
    steady       the machine's monotonic clock, which nobody sets, since the
                 start; where no witness was heard

Further apart than the trust file's clock bound, the clock is in doubt: nothing
is signed, /readyz and a metric say so, and what was handed in is refused with
what to do. Once they agree again, writing goes on. Whether the log's last
commitment is ahead of the clock, the ledger looks itself
(`provenance.ledger.ledger`), and here it is told before anything is sent.

A steady clock is not exact: it is let drift by `DRIFT` against the other.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from provenance.encoding.instant import written
from provenance.errors import ClockError
from provenance.ledger.ledger import Clock

DRIFT = 0.001
"""Seconds a second: twice what NTP slews a clock by at most."""

# Linux's stands still for no sleep; others have but the one.
_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

_HEARD_MS = 24 * 3_600_000
"""How long it counts what a witness's clock said."""


def steady_now() -> int:
    """Return a time in ms that nobody sets, and that sleep does not stop."""
    return time.clock_gettime_ns(_STEADY) // 1_000_000


class _Heard(NamedTuple):
    """What a witness's clock said.

    Attributes:
        offset: How far it was ahead of the steady clock, in ms.
        at: When, by the steady clock.
    """

    offset: int
    at: int


class ClockWatch:
    """A clock, and whether it can be right. Any thread may ask.

    Attributes:
        clock: The machine's, as it is, in ms since 1970.
        bound_ms: How far it may be from the others.
        newest: Returns the time of the log's last commitment; 0 at first.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        steady: Clock,
        bound_ms: int,
        newest: Callable[[], int] = lambda: 0,
    ) -> None:
        """Believe *clock* as it is now, until a witness is heard.

        Args:
            clock: The machine's.
            steady: One that nobody sets; also in ms.
            bound_ms: How far they may come apart.
            newest: The time of the log's last commitment.
        """
        self.clock = clock
        self.newest = newest
        self._steady = steady
        self.bound_ms = bound_ms
        self._lock = Lock()
        self._looked = steady()
        self._base = clock() - self._looked
        self._heard: dict[str, _Heard] = {}

    def now(self) -> int:
        """Return the time, for the log.

        Raises:
            ClockError: The clock is in doubt.
        """
        now, doubt = self._look()
        if doubt is not None:
            raise doubt
        return now

    def heard(self, name: str, time_ms: int) -> None:
        """Learn what the clock of the witness *name* says now."""
        at = self._steady()
        with self._lock:
            self._heard[name] = _Heard(time_ms - at, at)

    def doubt(self) -> ClockError | None:
        """Return why the clock cannot be right; None if it can."""
        now, doubt = self._look()
        if doubt is None and self.newest() > now + self.bound_ms:
            return ClockError(
                f"the log's last commitment says {written(self.newest())}, and"
                f" this machine's clock {written(now)}: set the clock right,"
                " or wait until it has come near that time"
            )
        return doubt

    @property
    def difference_ms(self) -> int:
        """How far the clock is ahead of what it is held against."""
        steady = self._steady()
        offset = self.clock() - steady
        with self._lock:
            apart = sorted(
                offset - heard.offset for heard in self._fresh(steady).values()
            )
        return apart[len(apart) // 2] if apart else offset - self._base

    def _look(self) -> tuple[int, ClockError | None]:
        # Whoever waits for a clock keeps nobody else from looking.
        steady, now = self._steady(), self.clock()
        offset = now - steady
        with self._lock:
            if fresh := self._fresh(steady):
                far = [
                    name
                    for name, heard in fresh.items()
                    if abs(offset - heard.offset) > self.bound_ms
                ]
                if 2 * len(far) > len(fresh):
                    seen = fresh[far[0]].offset + steady
                    return now, self._apart(now, f"witness {far[0]}", seen)
                # Whatever the steady clock did, this one is right.
                self._base, self._looked = offset, steady
                return now, None
            if abs(offset - self._base) > self.bound_ms:
                seen = self._base + steady
                return now, self._apart(now, "the steady clock", seen)
            slack = max(0, round((steady - self._looked) * DRIFT))
            drift = offset - self._base
            self._base += max(-slack, min(slack, drift))
            # What is less than a millisecond adds up until the next look.
            if slack:
                self._looked = steady
            return now, None

    def _fresh(self, steady: int) -> dict[str, _Heard]:
        return {
            name: heard
            for name, heard in self._heard.items()
            if steady - heard.at <= _HEARD_MS
        }

    def _apart(self, now: int, other: str, seen: int) -> ClockError:
        return ClockError(
            f"this machine's clock says {written(now)}, and by {other} it is"
            f" {written(seen)}: further apart than {self.bound_ms // 1000} s."
            " Nothing is signed until they agree: set the clock right, or if"
            " it was wrong before and is right now, start the node again"
        )
