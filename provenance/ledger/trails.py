"""Trails as they are now: what is stored, and behind it what is being added.

The rules that ask what was said before read it here, so that a statement of a
batch is judged by those that were placed before it in the same batch.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from provenance.claims.statement import parse_entry
from provenance.errors import DamagedError, MalformedError
from provenance.ledger.admit import LogPosition
from provenance.ledger.check import REGISTRY_ACT, CheckedEvent
from provenance.ledger.sequence import Sequencer
from provenance.store.protocol import NO_LINK, LinkRow, Reader, mark_of
from provenance.tlog.commitment import parse_commitment

_AT_ONCE = 256
"""How many links are read at once when a trail is walked."""


class TrailState(NamedTuple):
    """How long an item's trail is, and the number of its latest link."""

    length: int
    last: int


FindTrail = Callable[[bytes], TrailState | None]
"""Returns the trail of a map key; None for an item without any."""


class TrailEnds:
    """Where trails end, each looked up once until it grows.

    The rules ask for the same trails one after another, of every event.
    """

    def __init__(self, find: FindTrail) -> None:
        """Look up by *find*, which reads what is stored and being added."""
        self._look_up = find
        self._found: dict[bytes, TrailState | None] = {}

    def find(self, key: bytes) -> TrailState | None:
        """Return the trail of that map key; None for an item without any."""
        try:
            return self._found[key]
        except KeyError:
            found = self._found[key] = self._look_up(key)
            return found

    def grew(self, events: Iterable[CheckedEvent]) -> None:
        """Take note that *events* were linked."""
        for event in events:
            for key in event.keys:
                self._found.pop(key, None)


class Trails:
    """Reads trails and events, those that are being added as well."""

    def __init__(
        self,
        reader: Reader,
        find_trail: FindTrail,
        placed: Sequencer | None = None,
    ) -> None:
        """Read from what *reader* has stored, and what *placed* is adding.

        Args:
            reader: The ledger's store.
            find_trail: Where each trail ends, with what is being added.
            placed: What is being added; None if nothing is.
        """
        self.reader = reader
        self.find = find_trail
        self._placed = placed

    def just_placed(self, last: int, most: int) -> list[LinkRow]:
        """Return the links that are being added, back from that numbered."""
        return [] if self._placed is None else self._placed.recent(last, most)

    def back(self, trail: TrailState) -> Iterator[tuple[int, LinkRow]]:
        """Yield every link of *trail* with its number, latest first."""
        last = trail.last
        while last != NO_LINK:
            links = self.just_placed(last, _AT_ONCE)
            if not links:
                links = self.reader.trail_back(last, _AT_ONCE)
            if not links:
                raise DamagedError(f"link {last} is missing: run an audit")
            for link in links:
                yield last, link
                last = link.previous

    def just_placed_event(self, event_id: bytes) -> LogPosition | None:
        """Return where the event with that id is being added, if it is."""
        if self._placed is None:
            return None
        return self._placed.find_event(event_id)

    def just_said(self, time: int, mark: int) -> Sequence[LogPosition]:
        """Return where events of that time and mark are being added."""
        if self._placed is None:
            return ()
        return self._placed.find_said(time, mark)

    def event(self, place: LogPosition) -> bytes:
        """Return the data of the event there.

        Raises:
            NotFoundError: There is none.
        """
        if self._placed is not None and place.log_index >= self._placed.start:
            return self._placed.row(place.log_index).events[place.position]
        return self.reader.event(*place)

    def issuer(self, log_index: int) -> str:
        """Return who signed the statement there.

        Raises:
            StoreError: What is stored there is no statement.
        """
        if self._placed is not None and log_index >= self._placed.start:
            entry = self._placed.row(log_index).entry
        else:
            (entry,) = self.reader.entries(log_index, log_index + 1)
        try:
            return parse_entry(entry).header.issuer
        except MalformedError as error:
            raise DamagedError(f"entry {log_index}: {error}") from error


class LoggedEvents:
    """Finds where the very event was logged that comes in, by time and id."""

    def __init__(
        self, trails: Trails, *, before: int, latest: int | None = None
    ) -> None:
        """Look in what *trails* read.

        Args:
            trails: The store, and what is being added to it.
            before: The first entry that is being added, or would be. What is
                stored from there on is not looked at.
            latest: The latest time of any event that is stored; None if that
                is not known.
        """
        self._trails = trails
        self._before = before
        self._latest = latest
        self._found: dict[tuple[int, int], list[LogPosition]] = {}

    def look_up(self, events: Iterable[CheckedEvent]) -> None:
        """Read what `find` will ask about *events*, all in one go.

        Raises:
            StoreError: It cannot be read.
        """
        wanted = list(
            dict.fromkeys(
                [_wanted(event) for event in events if self._may_be(event)]
            )
        )
        self._found.update((each, []) for each in wanted)
        rows = self._trails.reader.events_like(wanted)
        for which, log_index, position in rows:
            if log_index < self._before:
                self._found[wanted[which]].append(
                    LogPosition(log_index, position)
                )

    def find(self, event: CheckedEvent) -> tuple[LogPosition, str] | None:
        """Return where *event* was logged first, and who signed it.

        None if it was not.

        Raises:
            StoreError: What is stored is damaged.
        """
        if event.act is REGISTRY_ACT:
            return None
        place = self._trails.just_placed_event(event.id)
        if place is None and self._may_be(event):
            wanted = _wanted(event)
            if wanted not in self._found:
                self.look_up([event])
            place = min(
                (
                    place
                    for place in self._found[wanted]
                    if self._trails.reader.event_id(*place) == event.id
                ),
                default=None,
            )
        return place and (place, self._trails.issuer(place.log_index))

    def _may_be(self, event: CheckedEvent) -> bool:
        # Most are later than all that is stored; and nobody can have said
        # anything of a new item.
        return event.act is not REGISTRY_ACT and (
            self._latest is None
            or (
                event.time <= self._latest
                and self._trails.find(event.keys[0]) is not None
            )
        )


def _wanted(event: CheckedEvent) -> tuple[int, int]:
    return event.time, mark_of(event.id)


def stored_trails(reader: Reader) -> FindTrail:
    """Return what finds the trails that *reader* has stored."""

    def find(key: bytes) -> TrailState | None:
        head = reader.head(key)
        return None if head is None else TrailState(head.count, head.last)

    return find


def times_around(reader: Reader, log_index: int) -> tuple[int, int]:
    """Return the times of the commitments before and after an entry, in ms.

    The first is 0 where none is before it. Between the two it was logged.

    Raises:
        StoreError: No commitment is stored after it.
    """
    since = commitment_before(reader, log_index)
    until = commitment_from(reader, log_index)
    if until is None:
        raise DamagedError(
            f"no map commitment follows entry {log_index}: run an audit"
        )
    return since[1] if since else 0, until[1]


def commitment_before(reader: Reader, log_index: int) -> tuple[int, int] | None:
    """Return the (log index, time) of the last commitment before an entry."""
    return _commitment(reader.bare_before, log_index, step=0)


def commitment_from(reader: Reader, log_index: int) -> tuple[int, int] | None:
    """Return the (log index, time) of the first from that index on."""
    return _commitment(reader.bare_from, log_index, step=1)


def _commitment(
    find: Callable[[int], tuple[int, bytes] | None], at: int, *, step: int
) -> tuple[int, int] | None:
    while (found := find(at)) is not None:
        log_index, entry = found
        try:
            return log_index, parse_commitment(entry).time
        except MalformedError:
            # A rule book, which has no events either.
            at = log_index + step
    return None
