"""Ancestry: nothing is put into what it already holds.

An ADD that puts a pallet into the carton that stands on it would make each of
them a part of itself, and every walk through their stories a circle. What an
item is in is read from its trail: of what it went into and came out of, and
of its being emptied, made and ended, the latest by event time decides, ties by
the order of the log. Only the last links of a trail are looked at, and as many
levels as a story follows; and an ADD that is reported for a time before the
others is not judged by them. So this refuses circles that are plain to see,
and never a packing that could be right.

A lot that is packed by quantity is in many things at once, and no link of a
chain here.
"""

from collections.abc import Iterator
from typing import NamedTuple

from provenance.claims.event import CODES, Counts, has_trail, relation_of
from provenance.claims.stored import read_stored
from provenance.claims.trail import (
    COMES_OUT,
    DECLARES_ERROR,
    GOES_IN,
    MADE_OR_ENDS,
    map_key,
)
from provenance.errors import DamagedError, LifecycleError, MalformedError
from provenance.ledger.admit import Called, LogPosition
from provenance.ledger.check import CheckedEvent, CheckedStatement
from provenance.ledger.trails import Trails
from provenance.rules.book import EvidenceBook
from provenance.store.protocol import LinkRow

LOOK_BACK = 64
"""How many links of a trail are looked at, the latest ones."""

_MOVES = GOES_IN | COMES_OUT | MADE_OR_ENDS
_CHILD = "childEPCs"
_PARENT = "parentID"


class _Stay(NamedTuple):
    """That an item went into something, and is there yet."""

    parent: str
    since: tuple[int, int, int]


def require_no_circle(
    statement: CheckedStatement,
    trails: Trails,
    *,
    book: EvidenceBook,
    called: Called,
) -> None:
    """Check that no event of *statement* puts an item into itself.

    Args:
        statement: What is to be logged.
        trails: The trails as they are before it.
        book: The evidence book in force.
        called: How the event at a position is called in messages.

    Raises:
        LifecycleError: One does.
        StoreError: What is stored is damaged.
    """
    reads = _Reads(trails)
    for position, event in enumerate(statement.events):
        children = _children(event)
        if not children:
            continue
        for parent in event.items:
            if parent in children:
                continue
            for above in _ancestors(parent, event.time, reads, book):
                if above in children:
                    raise LifecycleError(
                        f"{called(position)} puts {above!r} into {parent!r},"
                        " which is in it already: it would hold itself. If"
                        " it is not, report first that it was taken out"
                    ).under("belonging.ancestor")


def _children(event: CheckedEvent) -> set[str]:
    return {
        item
        for item, kinds in zip(event.items, event.kinds, strict=True)
        if kinds & GOES_IN and not kinds & DECLARES_ERROR
    }


def _ancestors(
    item: str, time: int, reads: "_Reads", book: EvidenceBook
) -> Iterator[str]:
    """Yield what *item* is in at *time*, and what that is in, and so on."""
    for _ in range(book.bounds.depth):
        stay = _stay_of(item, reads)
        if stay is None or stay.since[0] > time:
            return
        if _was_emptied(stay, reads):
            return
        yield stay.parent
        item = stay.parent


def _stay_of(item: str, reads: "_Reads") -> _Stay | None:
    """Return what *item* went into last and has not come out of."""
    for link in reads.moves(item):
        relation, parent = reads.named(link)
        if link.kinds & GOES_IN:
            if relation != _CHILD or parent is None:
                continue
            return _Stay(parent, (link.time, link.log_index, link.position))
        if link.kinds & COMES_OUT and relation == _PARENT:
            # It was emptied, and stays where it is.
            continue
        return None
    return None


def _was_emptied(stay: _Stay, reads: "_Reads") -> bool:
    """Return whether the container was emptied or ended since, or began."""
    for link in reads.moves(stay.parent):
        if (link.time, link.log_index, link.position) <= stay.since:
            return False
        relation, _ = reads.named(link)
        if link.kinds & MADE_OR_ENDS or (
            link.kinds & COMES_OUT and relation == _PARENT
        ):
            return True
    return False


class _Reads:
    """Reads what moved items, each event once, however large it is.

    One that names thousands is met from the trail of each of them.
    """

    def __init__(self, trails: Trails) -> None:
        self._trails = trails
        self._read: dict[LogPosition, tuple[Counts, str | None]] = {}

    def moves(self, item: str) -> list[LinkRow]:
        """Return the links of *item* that move it, the latest by time first."""
        trail = self._trails.find(map_key(item))
        if trail is None:
            return []
        links = [
            link
            for _, (_, link) in zip(
                range(LOOK_BACK), self._trails.back(trail), strict=False
            )
            if link.kinds & _MOVES and not link.kinds & DECLARES_ERROR
        ]
        links.sort(
            key=lambda link: (link.time, link.log_index, link.position),
            reverse=True,
        )
        return links

    def named(self, link: LinkRow) -> tuple[str, str | None]:
        """Return under which relation an event names the item; its parent.

        Raises:
            StoreError: What is stored is damaged.
        """
        place = LogPosition(link.log_index, link.position)
        try:
            if place not in self._read:
                self._read[place] = _parent_in(self._trails.event(place))
            counts, parent = self._read[place]
            return relation_of(counts, link.leaves[0]), parent
        except MalformedError as error:
            raise DamagedError(f"the ledger is damaged: {error}") from error


def _parent_in(data: bytes) -> tuple[Counts, str | None]:
    """Return how many items an event has of each list, and its parent."""
    stored = read_stored(data)
    # A number of each list, and lists by their codes: not every leaf is read.
    number = 0
    for code, count in stored.counts:
        if code == CODES[_PARENT]:
            parent = stored.item(number)
            return stored.counts, (
                parent.id if has_trail(parent.id, _PARENT) else None
            )
        number += count
    return stored.counts, None
