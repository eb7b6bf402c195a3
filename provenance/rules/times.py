"""Three times, never mixed: who says each, and what it decides.

    time         whose word                         what it decides
    log index    the log's, fixed by its tree       order, keys, grants
    log time     the operator's; bounded above by   dates of grants,
                 what witnesses saw                 freshness
    event time   the signer's claim                 the story alone

An entry was logged between the log's times of the commitments around it, as
far as they are shown. Witnesses bound that from above: a quorum of them saw
the entry at some time, so it was not logged later. Nobody can prove that an
entry is not *older* than the log says. Clocks differ, so every comparison with
a date takes the *clock bound* of the trust file into account.

In full: `FORMATS.md`, section 14.
"""

from dataclasses import dataclass
from enum import IntEnum

from provenance.claims.actor import Grant

AHEAD = 5 * 60 * 1000
"""How far ahead of the verifier's clock, in ms, a time may be."""


class Dates(IntEnum):
    """What can be said of a grant's dates; a greater one fares better."""

    FAILS = 0
    UNCLEAR = 1
    HOLDS = 2


@dataclass(frozen=True, slots=True)
class LogTime:
    """When an entry was logged, as far as it is shown; all in ms since 1970.

    Attributes:
        earliest: The log's time before it; 0 if none is shown.
        latest: The log's time after it.
        seen: The earliest time at which a quorum is known to have seen it;
            None if none is. Where no quorum is asked for, *latest*.
        bound: By how much clocks may differ.
    """

    earliest: int
    latest: int
    seen: int | None
    bound: int

    @property
    def is_ahead(self) -> bool:
        """Whether the log's clock ran ahead of its witnesses'.

        The log says that it was logged after a time that is later than what
        those who saw it afterwards had on their clocks.
        """
        return self.seen is not None and self.earliest > self.seen + self.bound

    def judge(self, grant: Grant) -> Dates:
        """Return whether the entry was logged within the dates of *grant*."""
        if not grant.is_dated:
            return Dates.HOLDS
        if self.is_ahead:
            return Dates.UNCLEAR
        return min(
            self._judge_until(grant.until), self._judge_from(grant.start)
        )

    def _judge_until(self, until: int | None) -> Dates:
        if until is None:
            return Dates.HOLDS
        if self.earliest > until + self.bound:
            return Dates.FAILS
        if self.seen is not None and self.seen <= until + self.bound:
            return Dates.HOLDS
        return Dates.UNCLEAR

    def _judge_from(self, start: int | None) -> Dates:
        if start is None:
            return Dates.HOLDS
        if self.latest < start - self.bound:
            return Dates.FAILS
        if self.earliest >= start - self.bound:
            return Dates.HOLDS
        return Dates.UNCLEAR
