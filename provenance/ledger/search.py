"""Searching: the events that a query asks for, loaded and looked at.

An index tells where they may be. Each place is read from the ledger, as far
as the reader may see it, and what does not match in every respect is passed
over. Which places the index is asked for follows from the query's terms: the
facts that must be there, and the trails of the items that must be named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from provenance.claims.event import Item, has_trail
from provenance.claims.statement import Entry, parse_entry
from provenance.claims.stored import StoredEvent, read_stored
from provenance.claims.trail import map_key
from provenance.encoding.canonical import Value
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.strict_json import JSON
from provenance.epcis.event_hash import event_hash
from provenance.epcis.query import (
    CLASS,
    RECORD_TIME,
    TRAIT,
    WHOLE_EVENT,
    AnyOf,
    Names,
    OrderKey,
    Query,
    Subject,
    Term,
    TextEquals,
    subject_of,
)
from provenance.epcis.received import prefix_lengths, spell
from provenance.epcis.render import put_back, render_event
from provenance.errors import (
    DamagedError,
    MalformedError,
    NotFoundError,
    QueryTooLargeError,
)
from provenance.ledger.read import read_entry
from provenance.ledger.scope import Scope, Shown
from provenance.proof.excerpt import NOT_SHOWN
from provenance.store.candidates import (
    Candidate,
    CandidateQuery,
    Demand,
    IndexDamagedError,
    IndexView,
)
from provenance.store.protocol import Reader

MOST_SORTED = 10_000
"""So many events can be sorted by an extension, for which no index is kept."""

_LONGEST_TRAILS = 200_000
"""Longer trails are not read to find candidates."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event that was asked for.

    Attributes:
        log_index: The entry of its statement.
        position: Its number in the statement.
        event_id: The ledger's id of it, which its proofs hang on.
        issuer: The actor that signed it.
        issued_at: When, by its own clock, in ms since 1970.
        statement_id: What it signed it with.
        record_time: When it was logged, in ms since 1970.
        event: The event as EPCIS 2.0 JSON that stands alone, as far as the
            reader may see it, with its `recordTime`. Where items are left
            out, `urn:provenance:epcis:itemsNotShown` says how many.
        lengths: The length of the company prefix in the URN that each of its
            items came as, by their list, as far as it is known.
    """

    log_index: int
    position: int
    event_id: Hash
    issuer: str
    issued_at: int
    statement_id: Hash
    record_time: int
    event: Mapping[str, JSON]
    lengths: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def spelled(self, spelling: str) -> Self:
        """Return it with the ids of its event in one *spelling*.

        See `provenance.epcis.received.spell`.
        """
        event = spell(self.event, spelling, self.lengths)
        return replace(self, event=event)

    @property
    def event_hash(self) -> str | None:
        """The hash id of what is shown (CBV 2.0); None if it has none.

        A part of an event has none.
        """
        return _hash_of(self.event)

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON object; `statement` asks for its receipt."""
        return {
            "log_index": self.log_index,
            "position": self.position,
            "event_id": self.event_id.hex(),
            "event_hash": self.event_hash,
            "issuer": self.issuer,
            "statement": f"{self.issued_at}-{self.statement_id.hex()}",
            "record_time": self.event["recordTime"],
            "event": self.event,
        }


class Match(NamedTuple):
    """A candidate that is what was asked for.

    Attributes:
        candidate: Where it is.
        weight: How many bytes of the ledger it has.
        event: What the reader may see of it, as EPCIS.
        lengths: As a `FoundEvent` has them.
        subject: What the query was held against.
    """

    candidate: Candidate
    weight: int
    event: Mapping[str, JSON]
    lengths: Mapping[str, Sequence[int]]
    subject: Subject


class Search:
    """One look through an index and a ledger that stand still."""

    def __init__(
        self,
        query: Query,
        *,
        reveal: frozenset[str],
        view: IndexView,
        reader: Reader,
        scope: Scope | None = None,
    ) -> None:
        """Look for *query*.

        Args:
            query: What is asked for.
            reveal: The concealed fields that the reader may see.
            view: The index.
            reader: The ledger.
            scope: What belongs to the reader; None if all is shown.
        """
        self._query = query
        self._reveal = reveal
        self._scope = scope
        self._view = view
        self._reader = reader
        self._entries: dict[int, Entry] = {}

    def matches(self, *, size: int, after: int | None) -> Iterator[Match]:
        """Yield what was asked for, in order.

        Args:
            size: How many entries of the log are looked at.
            after: The number of the event after which to start, if any.

        Raises:
            MalformedError: There is no such event in the answer.
            QueryTooLargeError: There are too many to be sorted.
            IndexDamagedError: The index names what is not there.
            StoreError: The ledger is damaged.
        """
        order = self._query.order
        if not order.is_of_time:
            return self._sorted(size, after)
        return self._stream(
            by_record=order.path == RECORD_TIME, size=size, after=after
        )

    def show(self, matches: Sequence[Match]) -> list[FoundEvent]:
        """Return *matches* with all that is told of them."""
        positions: dict[int, list[int]] = {}
        for match in matches:
            _, log_index, position, _ = match.candidate
            positions.setdefault(log_index, []).append(position)
        event_ids: dict[tuple[int, int], Hash] = {}
        for log_index, some in positions.items():
            # All ids of a statement may be 2 MB: none but these are kept.
            listed = self._reader.event_ids(log_index)
            for position in some:
                start = position * HASH_SIZE
                event_id = Hash(listed[start : start + HASH_SIZE])
                event_ids[log_index, position] = event_id
        return [
            self._show(match, event_ids[match.candidate[1:3]])
            for match in matches
        ]

    def _show(self, match: Match, event_id: Hash) -> FoundEvent:
        _, log_index, position, record_time = match.candidate
        entry = self._entry(log_index)
        return FoundEvent(
            log_index,
            position,
            event_id,
            entry.header.issuer,
            entry.header.issued_at,
            entry.statement_id,
            record_time,
            {**match.event, "recordTime": written_time(record_time)},
            match.lengths,
        )

    def _entry(self, log_index: int) -> Entry:
        if log_index not in self._entries:
            data = read_entry(self._reader, log_index, size=log_index + 1)
            self._entries[log_index] = parse_entry(data)
        return self._entries[log_index]

    # Which events.

    def _stream(
        self, *, by_record: bool, size: int, after: int | None
    ) -> Iterator[Match]:
        wanted = CandidateQuery(
            demands=[
                demand
                for term in self._query.terms
                if (demand := self._demand(term)) is not None
            ],
            by_record=by_record,
            is_descending=self._query.order.is_descending,
            size=size,
            after=after,
        )
        for candidate in self._view.candidates(wanted):
            match = self._load(candidate)
            if match is not None and self._query.matches(match.subject):
                yield match

    def _sorted(self, size: int, after: int | None) -> Iterator[Match]:
        """Yield what was asked for, sorted by an extension."""
        order = self._query.order
        keys: list[tuple[OrderKey, Candidate]] = []
        for match in self._stream(by_record=True, size=size, after=None):
            if len(keys) == MOST_SORTED:
                raise QueryTooLargeError(
                    f"more than {MOST_SORTED} events match, too many to sort"
                    f" by {order.path}: ask for less, or sort by eventTime"
                )
            keys.append((order.key_of(match.subject.facts), match.candidate))
        keys.sort(reverse=order.is_descending)
        candidates = [candidate for _, candidate in keys]
        start = 0
        if after is not None:
            numbers = [candidate.number for candidate in candidates]
            if after not in numbers:
                raise MalformedError(
                    f"nextPageToken: event {after} is none of this answer: ask"
                    " for the first page again"
                )
            start = numbers.index(after) + 1
        yield from filter(None, map(self._load, candidates[start:]))

    def _demand(self, term: Term) -> Demand | None:
        """Return what the index can tell of *term*; None for nothing."""
        if isinstance(term, AnyOf):
            return Demand(
                term.choices,
                may_be_concealed=self._may_be_revealed(term.member),
            )
        return self._demand_names(term)

    def _may_be_revealed(self, member: str) -> bool:
        """Return whether concealed fields can be what a term asks for."""
        if member == WHOLE_EVENT:
            return bool(self._reveal)
        revealed = {pointer[1:].partition("/")[0] for pointer in self._reveal}
        if member == ":":
            return any(":" in name for name in revealed)
        return member in revealed

    def _demand_names(self, names: Names) -> Demand | None:
        choices: list[TextEquals] = []
        for pattern in names.patterns:
            if pattern.trait is None:
                return None
            choices.append(TextEquals(TRAIT, pattern.trait))
        choices += [
            TextEquals(CLASS, item)
            for item in names.items
            if not has_trail(item, "quantityList")
        ]
        heads = [
            head
            for item in names.items
            if (head := self._reader.head(map_key(item))) is not None
        ]
        if sum(head.count for head in heads) > _LONGEST_TRAILS:
            return None
        return Demand(
            choices,
            places=[
                (link.log_index, link.position)
                for head in heads
                for link in self._reader.trail(head)
            ],
        )

    # What they say.

    def _load(self, candidate: Candidate) -> Match | None:
        """Return the event at the place of *candidate*.

        None if it cannot be given out as EPCIS, or is not for the reader.

        Raises:
            IndexDamagedError: There is none.
            StoreError: The ledger is damaged.
        """
        log_index, position = candidate.log_index, candidate.position
        try:
            data = self._reader.event(log_index, position)
            stored = read_stored(data)
            items = stored.items()
            shown = self._shown(self._revealed(stored), items, log_index)
        except NotFoundError as error:
            raise IndexDamagedError(
                f"the index of queries is damaged: {error}"
            ) from error
        except MalformedError as error:
            raise DamagedError(
                f"event {position} of entry {log_index}: {error}"
            ) from error
        if shown is None:
            return None
        try:
            event = render_event(shown.body, shown.items)
        except MalformedError:
            return None
        if shown.left_out:
            event[NOT_SHOWN] = shown.left_out
        subject = subject_of(
            shown.body,
            shown.items,
            record_time=candidate.record_time,
            event_hash=_hash_of(event) if self._query.asks_for_hash else None,
        )
        lengths = prefix_lengths(shown.body, shown.items)
        return Match(candidate, len(data), event, lengths, subject)

    def _shown(
        self,
        body: Mapping[str, Value],
        items: tuple[Item, ...],
        log_index: int,
    ) -> Shown | None:
        """Return what the reader sees of an event; None for nothing."""
        if self._scope is None:
            return Shown(body, items, 0)
        # Whose events are shown whole, the entry says; else it is not needed.
        issuer = (
            self._entry(log_index).header.issuer if self._scope.actors else ""
        )
        return self._scope.show(body, items, issuer=issuer)

    def _revealed(self, stored: StoredEvent) -> Mapping[str, Value]:
        """Return what the reader may see of an event's body."""
        if not self._reveal or not stored.field_leaves:
            return stored.body
        return put_back(
            stored.body,
            [f for f in stored.fields() if f.pointer in self._reveal],
        )


def _hash_of(event: Mapping[str, JSON]) -> str | None:
    if NOT_SHOWN in event:
        return None
    try:
        return event_hash(event)
    except MalformedError:
        return None


def written_time(moment: int) -> str:
    """Return *moment*, in ms since 1970, as a time in UTC."""
    try:
        then = _EPOCH + timedelta(milliseconds=moment)
    except OverflowError:
        then = datetime.max.replace(tzinfo=UTC)
    return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")
