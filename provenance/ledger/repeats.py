"""Repeats: what an actor said before is not logged a second time.

A program that dies after its event was logged, and before it learns that,
says the event again: signed anew, with other salts, and so in other bytes.
Two observations of the same things at the same time are one observation. So
an event is a *repeat* if the same actor has logged one with equal body, items
and concealed fields, whatever the salts of the two are.

An event with an `eventID` is found by its name. Another one is found by its
time and 64 bits of what everybody may see of it (`shown_mark`), which stand in
the table of times beside those of its id; and then compared as a whole. So it
is found however long ago it was said. Of very many events that differ in what
they conceal alone, the latest `LOOKED_AT` are compared.

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

from collections.abc import Iterable, Sequence

from provenance.claims.stored import content_hash, shown_mark
from provenance.errors import DamagedError, MalformedError
from provenance.ledger.admit import LogPosition
from provenance.ledger.check import REGISTRY_ACT, CheckedEvent
from provenance.ledger.trails import Trails
from provenance.store.protocol import NameRow

LOOKED_AT = 64
"""How many events that look like one are compared with it, the latest ones."""


class Repeats:
    """Finds where the events that come in were said before."""

    def __init__(self, trails: Trails) -> None:
        """Look in what *trails* read."""
        self._trails = trails
        self._stored: dict[tuple[int, int], list[LogPosition]] = {}

    def look_up(self, events: Iterable[CheckedEvent]) -> None:
        """Read what `find` will ask about *events*, all in one go.

        Raises:
            StoreError: It cannot be read.
        """
        self._read(
            [
                _looks(event)
                for event in events
                if event.act is not REGISTRY_ACT and event.name is None
            ]
        )

    def find(
        self, event: CheckedEvent, *, issuer: str, names: Iterable[NameRow]
    ) -> LogPosition | None:
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
            return self._by_looks(event, issuer)
        except MalformedError as error:
            raise DamagedError(f"the ledger is damaged: {error}") from error

    def _by_name(
        self, event: CheckedEvent, names: Iterable[NameRow]
    ) -> LogPosition | None:
        assert event.name is not None, "it is looked up by that"
        for row in names:
            if (row.said, row.declared) == event.name[1:]:
                place = LogPosition(row.log_index, row.position)
                if content_hash(self._trails.event(place)) == content_hash(
                    event.data
                ):
                    return place
        return None

    def _by_looks(self, event: CheckedEvent, issuer: str) -> LogPosition | None:
        looks = _looks(event)
        if looks not in self._stored:
            self._read([looks])
        places = sorted([*self._stored[looks], *self._trails.just_said(*looks)])
        if not places:
            return None
        said = content_hash(event.data)
        for place in places[: -LOOKED_AT - 1 : -1]:
            if (
                content_hash(self._trails.event(place)) == said
                and self._trails.issuer(place.log_index) == issuer
            ):
                return place
        return None

    def _read(self, wanted: Sequence[tuple[int, int]]) -> None:
        asked = list(dict.fromkeys(wanted))
        self._stored.update((each, []) for each in asked)
        for which, *place in self._trails.reader.events_like(asked):
            self._stored[asked[which]].append(LogPosition(*place))


def _looks(event: CheckedEvent) -> tuple[int, int]:
    return event.time, shown_mark(event.data)
