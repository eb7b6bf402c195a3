"""A trail as the walk through a story asks for it, and as a bundle shows it.

A prover has every link of a trail and notes which it was asked for. A
verifier has the *stretches* that a bundle proves, and the warnings. Both
answer the same questions (`Trail`), so one walk serves both; what was not
proven is `NotShownError`, never a guess.

In full: `FORMATS.md`, section 12.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol

from provenance.claims.trail import Link, map_key
from provenance.encoding.digest import Hash

Position = tuple[int, int]
"""A place in the log: (index of the entry, number of the event in it)."""

FIRST: Position = (0, 0)
LAST: Position = (2**53, 0)


def event_at(at: Position) -> str:
    """Return how people are told of the event there."""
    return f"event {at[1]} of entry {at[0]}"


class NotShownError(Exception):
    """A question about a trail that what is shown of it does not answer."""


class Trail(Protocol):
    """One item's trail, as far as it can be asked about.

    Links are numbered from 0, oldest first; their places in the log rise.
    """

    @property
    def count(self) -> int:
        """How many links it has; 0 for an item that has no trail."""

    def first_at(self, place: Position) -> int:
        """Return the number of the first link at or after *place*.

        That is `count` if there is none. The answer rests on that link and
        on the one before it.

        Raises:
            NotShownError: One of the two is not shown.
        """

    def slice(self, start: int, stop: int) -> Sequence[Link]:
        """Return the links from number *start* up to *stop*, that excluded.

        Raises:
            NotShownError: One of them is not shown.
        """

    def warnings(self) -> Sequence[tuple[int, Link]]:
        """Return every link that warns, with its number, oldest first."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some links of a trail that follow each other.

    Attributes:
        start: The number of the first.
        links: The links, one at least.
        hashes: The hash of each.
        previous: The hash of the link before the first; the item's map key
            where that is the first of all.
    """

    start: int
    links: Sequence[Link]
    hashes: Sequence[Hash]
    previous: Hash

    @property
    def stop(self) -> int:
        """The number after the last."""
        return self.start + len(self.links)


class SparseTrail:
    """The trail of an item as far as a bundle proves it: a `Trail`."""

    def __init__(
        self, item: str, count: int, stretches: Sequence[Stretch]
    ) -> None:
        """Take what was proven.

        Args:
            item: Whose trail it is.
            count: How many links it has.
            stretches: What is shown of it, lowest first, with gaps between;
                every link that warns is among them.
        """
        self.item = item
        self.count = count
        self.stretches = tuple(stretches)
        self._starts = [stretch.start for stretch in stretches]
        self._firsts = [stretch.links[0].place for stretch in stretches]
        self._warnings = [
            (number, link)
            for stretch in stretches
            for number, link in enumerate(stretch.links, stretch.start)
            if link.warns
        ]

    def first_at(self, place: Position) -> int:
        """Return the number of the first link at or after *place*."""
        # The last stretch that begins before the place has the answer inside
        # it, or the one after it begins with it.
        which = bisect_left(self._firsts, place) - 1
        if which < 0:
            number = 0
        else:
            stretch = self.stretches[which]
            number = stretch.start + bisect_left(
                stretch.links, place, key=attrgetter("place")
            )
            if number < stretch.stop:
                return number
        is_last = which + 1 == len(self.stretches)
        if number != (self.count if is_last else self._starts[which + 1]):
            raise NotShownError(
                f"the trail of {self.item} is not shown at entry {place[0]}"
            )
        return number

    def slice(self, start: int, stop: int) -> Sequence[Link]:
        """Return the links from number *start* up to *stop*, that excluded."""
        if start >= stop:
            return ()
        stretch = self._stretch_of(start)
        if stretch is None or stop > stretch.stop:
            shown = start if stretch is None else stretch.stop
            raise NotShownError(
                f"link {shown + 1} of {self.count} of the trail of"
                f" {self.item} is not shown"
            )
        return stretch.links[start - stretch.start : stop - stretch.start]

    def warnings(self) -> Sequence[tuple[int, Link]]:
        """Return every link that warns, with its number, oldest first."""
        return self._warnings

    def hash_before(self, number: int) -> Hash:
        """Return the hash of the link before *number*; at 0 the map key.

        Raises:
            NotShownError: That link is not shown.
        """
        if number == 0:
            return map_key(self.item)
        stretch = self._stretch_of(number - 1)
        if stretch is None:
            raise NotShownError(
                f"link {number} of {self.count} of the trail of {self.item}"
                " is not shown"
            )
        return stretch.hashes[number - 1 - stretch.start]

    @property
    def links(self) -> Sequence[Link]:
        """Every link that is shown, oldest first."""
        return [link for stretch in self.stretches for link in stretch.links]

    def _stretch_of(self, number: int) -> Stretch | None:
        which = bisect_right(self._starts, number) - 1
        if which < 0 or number >= self.stretches[which].stop:
            return None
        return self.stretches[which]
