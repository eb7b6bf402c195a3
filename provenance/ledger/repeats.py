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
    up to 32 links back      an equal event is found
    further back             it is not, and is logged again

That is of an event said anew. The very event, with its own salts and so its
own id, is in a log once for ever, whoever signs it: `admit` finds it by its
time and id, however long ago it was.

An event that was declared an error is a repeat as well, as is its declaration:
whoever says both again, after a crash say, must not end with an event that
stands. It stays void. Who means it after all says it with another `eventID`.

Events of the trust registry are never repeats. They have rules of their own: a
grant that was revoked may be given again.

This is a rule for what comes in. An audit does not ask it again: what
concealed fields held may have been erased since.
"""

from collections.abc import Iterable, Iterator, Sequence

from provenance.claims.stored import content_hash
from provenance.encoding.digest import Hash
from provenance.errors import DamagedError, MalformedError
from provenance.ledger.admit import Place
from provenance.ledger.check import REGISTRY_ACT, CheckedEvent
from provenance.ledger.trails import Trail, Trails
from provenance.store.protocol import NameRow, Wanted

LOOK_BACK = 32
"""How many links of a trail are looked at, the latest ones."""

LOOKED_AT = 8
"""Among how many of an event's items the one with the shortest trail is."""


_TIME = b"\xa9eventTime"
_TIME_SIZE = 25
"""A time with its milliseconds and zone, and the head of that text."""


class Repeats:
    """Finds where the events that come in were said before."""

    def __init__(self, trails: Trails) -> None:
        """Look in what *trails* read."""
        self._trails = trails
        self._alike: dict[Wanted, list[Place]] = {}

    def look_up(self, events: Iterable[CheckedEvent]) -> None:
        """Read what `find` will ask about *events*, all in one go.

        Raises:
            StoreError: It cannot be read.
        """
        wanted: dict[Wanted, None] = {}
        for event in events:
            if event.act is not REGISTRY_ACT and event.name is None:
                trail = self._shortest(event)
                if trail is not None:
                    wanted[_wanted(event, trail.last)] = None
        self._read(list(wanted))

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
            raise DamagedError(f"the ledger is damaged: {error}") from error

    def _by_name(
        self, event: CheckedEvent, names: Iterable[NameRow]
    ) -> Place | None:
        assert event.name is not None, "it is looked up by that"
        for row in names:
            if (row.said, row.declared) == event.name[1:]:
                place = Place(row.log_index, row.position)
                if content_hash(self._trails.event(place)) == content_hash(
                    event.data
                ):
                    return place
        return None

    def _on_trail(self, event: CheckedEvent, issuer: str) -> Place | None:
        trail = self._shortest(event)
        if trail is None:
            return None
        said: Hash | None = None
        for place in self._candidates(_wanted(event, trail.last)):
            said = said or content_hash(event.data)
            if (
                content_hash(self._trails.event(place)) == said
                and self._trails.issuer(place.log_index) == issuer
            ):
                return place
        return None

    def _shortest(self, event: CheckedEvent) -> Trail | None:
        """Return the shortest trail of the first items; None if one is new."""
        found: list[Trail] = []
        for key in event.keys[:LOOKED_AT]:
            trail = self._trails.find(key)
            if trail is None:
                return None
            found.append(trail)
        return min(found)

    def _candidates(self, wanted: Wanted) -> Iterator[Place]:
        """Yield where events like the one *wanted* are, latest first."""
        placed = self._trails.just_placed(wanted.last, LOOK_BACK)
        for link in placed:
            place = Place(link.log_index, link.position)
            data = self._trails.event(place)
            if len(data) == wanted.size and data.startswith(
                wanted.part, wanted.offset
            ):
                yield place
        if len(placed) < LOOK_BACK:
            if placed:
                wanted = wanted._replace(last=placed[-1].previous)
            if wanted not in self._alike:
                self._read([wanted])
            yield from self._alike[wanted]

    def _read(self, wanted: Sequence[Wanted]) -> None:
        self._alike.update((each, []) for each in wanted)
        for which, *place in self._trails.reader.alike(wanted, LOOK_BACK):
            self._alike[wanted[which]].append(Place(*place))
        for each in wanted:
            self._alike[each].sort(reverse=True)


def _wanted(event: CheckedEvent, last: int) -> Wanted:
    """Return what is alike in all repeats of *event*.

    Salts and hashes have one size each, so repeats have one, too. Their
    bodies are equal and stand before the salts: so the first time in them,
    by which most events on one trail differ, is at the same offset.
    """
    offset = max(event.data.find(_TIME), 0)
    part = event.data[offset : offset + len(_TIME) + _TIME_SIZE]
    return Wanted(last, len(event.data), offset, part)
