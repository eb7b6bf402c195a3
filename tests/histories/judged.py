"""A ledger that logs whatever it is told, and says of all of it what is right.

Each statement is put before the judge that an honest ledger admits with, and
is logged whatever that says. Where a statement is refused, each of its events
is judged alone: a bundle may show any of them. What only a rule of the log
refuses counts from then on as if it had been said, for no bundle shows it.
"""

import copy
import dataclasses
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from provenance.claims.actor import (
    Grant,
    check_registry_body,
    is_registry_event,
)
from provenance.claims.event import Event, Item
from provenance.claims.registry import Authority, Occasion, TrustRegistry
from provenance.claims.statement import parse_entry, sign_statement
from provenance.claims.stored import content_hash
from provenance.claims.trail import map_key, next_link
from provenance.encoding.digest import Hash, sha256
from provenance.errors import MalformedError, ProvenanceError, RejectedError
from provenance.keys import Signer
from provenance.ledger.admit import Admission, LogPosition, Past
from provenance.ledger.check import (
    CheckedEvent,
    CheckedStatement,
    check_event,
)
from provenance.proof.trails import Position
from provenance.proof.trust import Trust
from provenance.rules.act import read_act
from provenance.rules.books import Books
from provenance.rules.form import check_form, check_named
from provenance.store.protocol import NameRow
from tests.world import ORIGIN, OWNER, World, signer_of

SECOND = "did:web:second.example"


Shows = Callable[[Collection[int], Collection[str]], bool]
"""Tells of leaves and trails that are shown whether that is enough."""

BOUND = 3_600_000
"""How far off the log's clock may be, in ms."""

AHEAD = 300_000
"""How far ahead of it an event's time may be, in ms."""


@dataclasses.dataclass(frozen=True)
class Refused:
    """An event that the judge refuses, and that is logged all the same.

    Attributes:
        why: What it says.
        shows: Whether somebody who is shown these leaves of the event, and
            these trails, must refuse it, too: nothing but what a bundle shows
            is asked.
        partners: Where it, or its name, was said before: shown beside one of
            these, it must be refused as well.
    """

    why: ProvenanceError
    shows: Shows
    partners: frozenset[Position] = frozenset()


@dataclasses.dataclass(frozen=True)
class Told:
    """One thing that the log was told, so that it can be told again.

    Attributes:
        now: The clock.
        issuer: Who says it; empty for a commitment.
        events: What is said.
        signer: Whose key signs.
        again: The entry, where one is logged a second time.
        origin: For which ledger it is signed.
    """

    now: int
    issuer: str = ""
    events: tuple[Event, ...] = ()
    signer: Signer | None = None
    again: bytes | None = None
    origin: str = ORIGIN


class JudgedWorld(World):
    """A world whose every statement is judged as it is said.

    Attributes:
        told: All that it was told.
        refused: The place of each event that the judge refuses.
        dated: Whether a grant with dates was given.
    """

    def __init__(
        self, *, witnesses: Sequence[str] = (), threshold: int = 1
    ) -> None:
        super().__init__(witnesses=witnesses)
        self.threshold = threshold
        self.signers[SECOND] = signer_of(SECOND)
        self.told: list[Told] = []
        self.refused: dict[Position, Refused] = {}
        self.dated = False
        self.since = 0
        self.commits: list[int] = []
        self._unsure: set[str] = set()
        self._heads: dict[bytes, Hash] = {}
        self._names: dict[bytes, list[NameRow]] = {}
        self._said: dict[tuple[bytes, str], LogPosition] = {}
        self._ids: dict[bytes, Position] = {}
        self._statements: dict[bytes, int] = {}
        trust = self.trust()
        self._admission = Admission(
            trust.registry(),
            origin=ORIGIN,
            books=Books.resolve(trust.books),
            clock_bound=BOUND,
        )
        # So that each voice has a commitment before it.
        self.commit()
        self.told.clear()
        self.now += 1

    @property
    def registry(self) -> TrustRegistry:
        """The actors, by all that a bundle could show."""
        return self._admission.registry

    def trust(self, **changes: Any) -> Trust:
        trust = super().trust(threshold=1, **changes)
        if self.threshold == 1:
            return trust
        second = Authority(
            SECOND, "Second", (self.signers[SECOND].verifier.data,)
        )
        return dataclasses.replace(
            trust,
            authorities=(*trust.authorities, second),
            threshold=self.threshold,
        )

    # Saying.

    def agree(self, make: Callable[[], Event]) -> None:
        """Have as many authorities as it takes say what *make* makes."""
        for authority in (OWNER, SECOND)[: self.threshold]:
            self.say(authority, make())

    def say(
        self,
        issuer: str,
        *events: Event,
        signer: Signer | None = None,
        origin: str = ORIGIN,
        unlinked: Collection[str] = (),
    ) -> int:
        """Judge a statement, and log it."""
        signer = signer or self.signers[issuer]
        submission = sign_statement(
            events, signer=signer, issuer=issuer, origin=origin, now=self.now
        )
        self.told.append(Told(self.now, issuer, events, signer, origin=origin))
        self._judge(submission.entry, events)
        index = self.log(submission.entry)
        self.put(index, events, unlinked=unlinked)
        return index

    def replay(self, index: int) -> int:
        """Log the statement at *index* a second time, byte for byte."""
        entry = self.entries[index]
        events = tuple(
            self.events[at] for at in sorted(self.events) if at[0] == index
        )
        issuer = parse_entry(entry).header.issuer
        self.told.append(Told(self.now, issuer, events, again=entry))
        self._judge(entry, events)
        again = self.log(entry)
        self.put(again, events)
        return again

    def put(
        self,
        index: int,
        events: Iterable[Event],
        unlinked: Collection[str] = (),
    ) -> None:
        before = {item: len(links) for item, links in self.trails.items()}
        super().put(index, events, unlinked)
        for event in events:
            for item in event.own_leaves:
                for link in self.trails.get(item, [])[before.get(item, 0) :]:
                    key = map_key(item)
                    head = self._heads.get(key, key)
                    self._heads[key] = next_link(head, link)
                before[item] = len(self.trails.get(item, []))

    def commit(self, **changes: Any) -> int:
        self.told.append(Told(self.now))
        index = super().commit(**changes)
        self.commits.append(index)
        self.since = self.now
        return index

    # Judging.

    def _judge(self, entry: bytes, events: Sequence[Event]) -> None:
        index = len(self.entries)
        header = parse_entry(entry).header
        statement_id = sha256(parse_entry(entry).header_bytes)
        if statement_id in self._statements:
            self._repeat(index, self._statements[statement_id], events)
            return
        self._statements[statement_id] = index
        book = self._admission.books.at(index)
        statement = CheckedStatement(
            entry=entry,
            statement_id=statement_id,
            origin=header.origin,
            issuer=header.issuer,
            key_id=header.key_id,
            issued_at=header.issued_at,
            is_signed=True,
            book=book.id,
            events=(),
        )
        checked: dict[int, CheckedEvent] = {}
        for position, event in enumerate(events):
            try:
                checked[position] = check_event(
                    event, called="it", issuer=header.issuer, book=book
                )
            except MalformedError as error:
                self.refused[index, position] = Refused(
                    error, self._malformed(event, index)
                )
        try:
            if len(checked) < len(events):
                raise MalformedError("one of them is malformed")
            self._admit(statement, [*checked.values()], index)
        except ProvenanceError:
            for position, one in checked.items():
                self._judge_alone(
                    statement, one, events[position], (index, position)
                )
        self._remember(header.issuer, index, events, checked)

    def _admit(
        self,
        statement: CheckedStatement,
        events: Sequence[CheckedEvent],
        index: int,
    ) -> None:
        self._admission.admit(
            statement._replace(events=tuple(events)),
            past=Past(
                self._heads.get, self._rows_named, self._find, self._logged
            ),
            log_index=index,
            since=self.since,
            now=self.now,
        )

    def _judge_alone(
        self,
        statement: CheckedStatement,
        checked: CheckedEvent,
        event: Event,
        at: Position,
    ) -> None:
        before = copy.deepcopy(self.registry)
        try:
            self._admit(statement, [checked], at[0])
        except RejectedError as error:
            shows = self._forbidden(before, statement, checked, event, at[0])
            if is_registry_event(event.body):
                shows = self._misregistered(statement, event, at[0])
            elif statement.issuer in self._unsure:
                shows = _never
            partners = self._partners(checked, event)
            self.refused[at] = Refused(error, shows, partners)

    def _misregistered(
        self, statement: CheckedStatement, event: Event, index: int
    ) -> Shows:
        """Let it take effect all the same, if only the log forbids it."""
        subject = str(event.body["actor"])
        if not {subject, statement.issuer}.isdisjoint(self._unsure):
            return _never
        try:
            self.registry.apply(event, self._occasion(statement, index))
        except ProvenanceError:
            key = event.body.get("key")
            if not isinstance(key, bytes):
                return _always
            owner = self.registry.owner(sha256(key))
            if owner is None or owner == subject:
                return _always
            # Who is not shown the owner takes the key to be the subject's.
            self._unsure.add(subject)
            return lambda _, trails: owner in trails
        return _never

    def _occasion(self, statement: CheckedStatement, index: int) -> Occasion:
        return Occasion(
            statement.issuer,
            Hash(statement.key_id),
            index,
            self._admission.books.at(index),
            (self.since, self.now),
        )

    def _repeat(self, index: int, first: int, events: Sequence[Event]) -> None:
        error = RejectedError(f"statement {first} is logged again").under(
            "identity.event-once"
        )
        for position in range(len(events)):
            self.refused[index, position] = Refused(
                error, _never, frozenset({(first, position)})
            )

    def _remember(
        self,
        issuer: str,
        index: int,
        events: Sequence[Event],
        checked: dict[int, CheckedEvent],
    ) -> None:
        for position, event in enumerate(events):
            at = LogPosition(index, position)
            self._ids.setdefault(event.id, at)
            self._said.setdefault((content_hash(event.data), issuer), at)
            if position in checked and (name := checked[position].name):
                key, *said = name
                row = NameRow(key, index, position, *said)
                self._names.setdefault(key, []).append(row)

    # What the judge asks of the past.

    def _rows_named(self, key: bytes) -> list[NameRow]:
        return self._names.get(key, [])

    def _find(
        self, event: CheckedEvent, issuer: str, _: Sequence[NameRow]
    ) -> LogPosition | None:
        return self._said.get((content_hash(event.data), issuer))

    def _logged(self, event: CheckedEvent) -> tuple[LogPosition, str] | None:
        at = self._ids.get(event.id)
        if at is None:
            return None
        issuer = parse_entry(self.entries[at[0]]).header.issuer
        return LogPosition(*at), issuer

    # What a bundle must show of what is refused.

    def _malformed(self, event: Event, index: int) -> Shows:
        book = self._admission.books.at(index)

        def shows(leaves: Collection[int], _: Collection[str]) -> bool:
            items = _shown(event, leaves)
            try:
                reading = check_form(
                    event.body, event.counts, event.pointers, book
                )
                for item in items:
                    check_named(event.body, item)
                if is_registry_event(event.body):
                    check_registry_body(event.body, event.items)
                else:
                    read_act(event.body, items, reading, book)
            except MalformedError:
                return True
            return False

        return shows

    def _forbidden(
        self,
        registry: TrustRegistry,
        statement: CheckedStatement,
        checked: CheckedEvent,
        event: Event,
        index: int,
    ) -> Shows:
        """Return what must be shown for a rule of bundles to forbid it."""
        book = self._admission.books.at(index)
        since, now = self.since, self.now
        if statement.origin != ORIGIN:
            return _always
        heads = {
            item
            for item, link in event.after
            if self._heads.get(map_key(item), map_key(item)) != link
        }

        def holds(grant: Grant) -> bool:
            start, until = grant.start, grant.until
            return (start is None or start <= since + BOUND) and (
                until is None or now - BOUND <= until
            )

        def shows(leaves: Collection[int], trails: Collection[str]) -> bool:
            items = _shown(event, leaves)
            try:
                registry.require_key(statement.issuer, Hash(statement.key_id))
                reading = check_form(
                    event.body, event.counts, event.pointers, book
                )
                act = read_act(event.body, items, reading, book)
                registry.require_act(
                    statement.issuer, act, book=book, holds=holds
                )
            except ProvenanceError:
                return True
            actors = {i.id for i in items if registry.is_subject(i.id)}
            return (
                checked.time > self.since + AHEAD
                or not heads.isdisjoint(trails)
                or not actors.isdisjoint(trails)
            )

        return shows

    def _partners(
        self, checked: CheckedEvent, event: Event
    ) -> frozenset[Position]:
        """Return where the event, or its `eventID`, was said before."""
        found = set()
        if event.id in self._ids:
            found.add(self._ids[event.id])
        if checked.name is not None:
            for row in self._rows_named(checked.name.key):
                if row.said != checked.name.said or (
                    bool(row.declared) == bool(checked.name.declared)
                ):
                    found.add((row.log_index, row.position))
        return frozenset(found)


def _shown(event: Event, leaves: Collection[int]) -> list[Item]:
    return [
        item for number, item in enumerate(event.items, 1) if number in leaves
    ]


def _always(leaves: Collection[int], trails: Collection[str]) -> bool:
    """Return True: whoever sees any of it must refuse it."""
    del leaves, trails
    return True


def _never(leaves: Collection[int], trails: Collection[str]) -> bool:
    """Return False: only who has the whole log must refuse it."""
    del leaves, trails
    return False
