"""Repeats: what an actor said before is not logged a second time.

A program that dies after its event was logged, and before it learns that,
says the event again: signed anew, with other salts, and so in other bytes.
Two observations of the same things at the same time are one observation. So
an event is a *repeat* if the same actor has logged one with equal body, items
and concealed fields, whatever the salts of the two are.

No table has a row for what each event says: an index on a hash would slow
down every append, for the few that are repeats. The trails of the event's own
items lead to it. An event with an `eventID` is found by its name, however
long ago it was said; another one on the shortest trail among those of its
first items, and there only among the latest links:

    a new item               nobody can have said anything of it
    up to 64 links back      an equal event is found
    further back             it is not, and is logged again

Two kinds of events are never repeats. Those of the trust registry have rules
of their own: a grant that was revoked may be given again. And an event that
was declared an error may be said again, if it has no `eventID`: it stands
anew.

This is a rule for what comes in. An audit does not ask it again: what
concealed fields held may have been erased since.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from provenance.claims.statement import parse_entry
from provenance.claims.stored import content_hash, read_stored
from provenance.encoding.digest import Hash
from provenance.epcis.corrections import assertion, declares_error
from provenance.errors import MalformedError, StoreError
from provenance.ledger.admit import Place
from provenance.ledger.check import REGISTRY_ACT, CheckedEvent
from provenance.ledger.sequence import Sequencer
from provenance.store.protocol import LinkRow, NameRow, Reader

LOOK_BACK = 64
"""How many links of a trail are looked at, the latest ones."""

LOOKED_AT = 8
"""Among how many of an event's items the one with the shortest trail is."""


class Trail(NamedTuple):
    """How long an item's trail is, and the number of its latest link."""

    length: int
    last: int


FindTrail = Callable[[bytes], Trail | None]
"""Returns the trail of a map key; None for an item without any."""


class Repeats:
    """Finds where the events that come in were said before."""

    def __init__(
        self,
        reader: Reader,
        find_trail: FindTrail,
        placed: Sequencer | None = None,
    ) -> None:
        """Look in what *reader* has stored, and in what *placed* is adding.

        Args:
            reader: The ledger's store.
            find_trail: Where each trail ends, with what is being added.
            placed: What is being added; None if nothing is.
        """
        self._reader = reader
        self._find_trail = find_trail
        self._placed = placed

    def find(
        self, event: CheckedEvent, *, issuer: str, names: Iterable[NameRow]
    ) -> Place | None:
        """Return where *issuer* said *event* before; None if it did not.

        Args:
            event: A new one.
            issuer: Who says it.
            names: What is logged under the event's name; none without one.

        Raises:
            StoreError: What is stored is damaged.
        """
        if event.act is REGISTRY_ACT:
            return None
        try:
            if event.name is not None:
                return self._by_name(event, names)
            return self._on_trail(event, issuer)
        except MalformedError as error:
            raise StoreError(f"the ledger is damaged: {error}") from error

    def _by_name(
        self, event: CheckedEvent, names: Iterable[NameRow]
    ) -> Place | None:
        assert event.name is not None, "it is looked up by that"
        for row in names:
            if (row.said, row.declared) == event.name[1:]:
                place = Place(row.log_index, row.position)
                if content_hash(self._data(place)) == content_hash(event.data):
                    return place
        return None

    def _on_trail(self, event: CheckedEvent, issuer: str) -> Place | None:
        trails = [self._find_trail(key) for key in event.keys[:LOOKED_AT]]
        found = [trail for trail in trails if trail is not None]
        if len(found) < len(trails):
            return None
        links = self._recent(min(found).last)
        said: Hash | None = None
        for number, (link, size) in enumerate(links):
            # Salts and hashes have one size, so repeats have one, too.
            if size != len(event.data):
                continue
            said = said or content_hash(event.data)
            place = Place(link.log_index, link.position)
            if (
                content_hash(self._data(place)) == said
                and self._issuer(place) == issuer
            ):
                later = [later for later, _ in links[:number]]
                is_void = self._is_taken_back(event, issuer, later)
                return None if is_void else place
        return None

    def _is_taken_back(
        self, event: CheckedEvent, issuer: str, links: Iterable[LinkRow]
    ) -> bool:
        """Return whether one of *links* declares *event* an error."""
        mine = read_stored(event.data)
        if declares_error(mine.body):
            return False
        for link in links:
            place = Place(link.log_index, link.position)
            other = read_stored(self._data(place))
            if (
                declares_error(other.body)
                and assertion(other.body) == assertion(mine.body)
                and other.items() == mine.items()
                and self._issuer(place) == issuer
            ):
                return True
        return False

    def _recent(self, last: int) -> list[tuple[LinkRow, int]]:
        links = [] if self._placed is None else self._placed.recent(last)
        del links[LOOK_BACK:]
        if links:
            last = links[-1][0].previous
        return links + self._reader.recent(last, LOOK_BACK - len(links))

    def _data(self, place: Place) -> bytes:
        if self._placed is not None and place.log_index >= self._placed.start:
            return self._placed.row(place.log_index).events[place.position]
        return self._reader.event(*place)

    def _issuer(self, place: Place) -> str:
        index = place.log_index
        if self._placed is not None and index >= self._placed.start:
            return parse_entry(self._placed.row(index).entry).header.issuer
        (entry,) = self._reader.entries(index, index + 1)
        return parse_entry(entry).header.issuer


def stored_trails(reader: Reader) -> FindTrail:
    """Return what finds the trails that *reader* has stored."""

    def find(key: bytes) -> Trail | None:
        head = reader.head(key)
        return None if head is None else Trail(head.count, head.last)

    return find
