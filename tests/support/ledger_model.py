"""A ledger's rules once more, in plain Python, from their description.

No bytes, no signatures, no disk: who is enrolled, with which keys and grants,
and which links each item's trail has. Asked what must come of a statement,
the model answers with its log index or the error that refuses it.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from provenance.claims.actor import Grant
from provenance.claims.event import CODES, Event
from provenance.claims.statement import Submission
from provenance.errors import (
    BrokenLinkError,
    DuplicateEventError,
    InvalidSignatureError,
    LifecycleError,
    ProvenanceError,
    RejectedError,
    RoleNotGrantedError,
    UnknownActorError,
)
from provenance.rules.book import baseline
from tests.ledger_world import OPERATOR, ORIGIN
from tests.vectors import reference, words

MINUTE = 60_000
GRACE = 5 * MINUTE
"""How far ahead of the ledger's a signer's clock may be, in ms."""

BOUND = 60 * MINUTE
"""How far off the ledger's clock may be, in ms."""

ROLES = baseline().roles

Refusal = type[ProvenanceError]


@dataclass(slots=True)
class HeldGrant:
    id: bytes
    given: Grant
    giver: str
    parent: "HeldGrant | None"
    is_revoked: bool = False

    @property
    def is_live(self) -> bool:
        return not self.is_revoked and (
            self.parent is None or self.parent.is_live
        )

    def holds(self, since: int, now: int) -> bool:
        start, until = self.given.start, self.given.until
        return (start is None or start <= since) and (
            until is None or now + BOUND <= until
        )

    def may_pass_on(self, wanted: Grant) -> bool:
        mine = self.given
        return (
            mine.role == wanted.role
            and all(
                any(prefix.startswith(own) for own in mine.prefixes)
                for prefix in wanted.prefixes
            )
            and (
                mine.start is None
                or (wanted.start is not None and wanted.start >= mine.start)
            )
            and (
                mine.until is None
                or (wanted.until is not None and wanted.until <= mine.until)
            )
        )


@dataclass(slots=True)
class Person:
    keys: dict[str, bool] = field(default_factory=dict)
    """Key name → whether it still counts."""
    grants: list[HeldGrant] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Enrolment:
    actor: str
    key: str
    event: Event


@dataclass(frozen=True, slots=True)
class Granting:
    given: Grant
    event: Event


@dataclass(frozen=True, slots=True)
class Taking:
    actor: str
    grant: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class KeyChange:
    actor: str
    old: str | None
    new: str | None
    event: Event


@dataclass(frozen=True, slots=True)
class Doing:
    step: str
    items: tuple[str, ...]
    after: tuple[tuple[str, bytes], ...]
    event: Event


Saying = Enrolment | Granting | Taking | KeyChange | Doing


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody submits, and what the model needs to know of it."""

    issuer: str
    key: str
    sayings: tuple[Saying, ...]
    submission: Submission
    header: bytes
    issued_at: int
    origin: str = ORIGIN
    is_forged: bool = False

    def forged(self) -> "Statement":
        """Return this statement with another last byte of its signature."""
        entry = self.submission.entry
        damaged = entry[:-1] + bytes([entry[-1] ^ 1])
        return replace(
            self,
            submission=Submission(damaged, self.submission.events),
            is_forged=True,
        )


class Model:
    """What the ledger must hold, and what it must say.

    Attributes:
        people: Actor → its keys and grants.
        trails: Item → the hash of each link.
        said: Item → for each link who said the event, and the event.
        logged: A statement's header → its log index.
        size: How many entries the log has.
        time: The log's time, that of its last commitment, in ms.
    """

    def __init__(self, now: int, owners: Mapping[str, str]) -> None:
        """Begin with the operator alone.

        Args:
            now: The time of the first commitment.
            owners: Unit → the digits by which its maker is known.
        """
        self.owners = owners
        self.people = {OPERATOR: Person({OPERATOR: True})}
        self._rights = self.people
        self.trails: dict[str, list[bytes]] = {}
        self.joined: dict[str, list[reference.Link]] = {}
        self.said: dict[str, list[tuple[str, Event]]] = {}
        self.logged: dict[bytes, int] = {}
        self.size = 1
        self.time = now

    def submit(
        self, statements: Sequence[Statement], *, clock: int
    ) -> list[int | Refusal]:
        """Return what must come of *statements*, and let it happen."""
        now = max(clock, self.time)
        known = {key for person in self.people.values() for key in person.keys}
        answers: list[int | Refusal] = []
        start = self.size
        for statement in statements:
            if statement.is_forged and statement.key in known:
                answers.append(InvalidSignatureError)
                continue
            if statement.header in self.logged:
                answers.append(self.logged[statement.header])
                continue
            refusal = self._refusal(statement, now)
            if refusal is not None:
                answers.append(refusal)
                continue
            answers.append(self.size)
            self._link(statement)
            self.logged[statement.header] = self.size
            self.size += 1
        if self.size > start:
            self.size += 1
            self.time = now
        return answers

    def head(self, item: str) -> bytes:
        return self.trails.get(item, [reference.map_key(item)])[-1]

    def every_grant(self) -> list[tuple[str, HeldGrant]]:
        return [
            (actor, held)
            for actor, person in self.people.items()
            for held in person.grants
        ]

    def _link(self, statement: Statement) -> None:
        for position, saying in enumerate(statement.sayings):
            event = saying.event
            numbers: dict[str, list[int]] = {}
            for number, named in enumerate(event.items, 1):
                numbers.setdefault(named.id, []).append(number)
            for item, leaves in numbers.items():
                code = CODES[event.items[leaves[0] - 1].relation]
                link = reference.Link(
                    self.size,
                    position,
                    words.time_of(event.body),
                    words.kinds(event.body, event.counts, code),
                    tuple(leaves),
                    event.id,
                )
                links = self.joined.setdefault(item, [])
                links.append(link)
                self.trails[item] = reference.chain(item, links)
                self.said.setdefault(item, []).append((statement.issuer, event))

    def _was_said(self, event: Event, issuer: str) -> bool:
        """Return whether *issuer* said all that *event* says before.

        Its salts may be others.
        """
        return any(
            (said_by, said.body, said.items)
            == (issuer, event.body, event.items)
            for said_by, said in self.said.get(event.items[0].id, [])
        )

    def _refusal(self, statement: Statement, now: int) -> Refusal | None:
        if statement.origin != ORIGIN:
            return RejectedError
        person = self.people.get(statement.issuer)
        if person is None or not person.keys.get(statement.key):
            return UnknownActorError
        if statement.is_forged:
            return InvalidSignatureError
        if statement.issued_at > now + GRACE:
            return LifecycleError
        doings = [s for s in statement.sayings if isinstance(s, Doing)]
        events = [doing.event for doing in doings]
        said = [(event.body, event.items) for event in events]
        if any(said.count(one) > 1 for one in said) or any(
            self._was_said(event, statement.issuer) for event in events
        ):
            return DuplicateEventError
        if not all(self._may(person, doing, now) for doing in doings):
            return RoleNotGrantedError
        for doing in doings:
            if any(self.head(item) != link for item, link in doing.after):
                return BrokenLinkError
        # Who signs has the rights that it had before the entry.
        before = copy.deepcopy(self.people)
        self._rights = copy.deepcopy(self.people)
        for saying in statement.sayings:
            refusal = self._apply(saying, statement.issuer, now)
            if refusal is not None:
                self.people = before
                return refusal
        return None

    def _may(self, person: Person, doing: Doing, now: int) -> bool:
        return any(
            held.is_live
            and held.holds(self.time, now)
            and doing.step in ROLES[held.given.role]
            and (
                doing.step != "commissioning"
                or all(
                    any(
                        self.owners[i].startswith(p)
                        for p in held.given.prefixes
                    )
                    for i in doing.items
                )
            )
            for held in person.grants
        )

    def _passing_on(self, issuer: str, now: int) -> list[HeldGrant]:
        return [
            held
            for held in self._rights[issuer].grants
            if held.given.may_grant
            and held.is_live
            and held.holds(self.time, now)
        ]

    def _apply(self, saying: Saying, issuer: str, now: int) -> Refusal | None:
        match saying:
            case Enrolment(actor, key):
                return self._enrol(actor, key, issuer, now)
            case Granting(given, event):
                return self._grant(given, event.id, issuer, now)
            case Taking(actor, grant):
                return self._take(actor, grant, issuer)
            case KeyChange(actor, old, new):
                return self._change(actor, old, new, issuer)
            case Doing():
                return None

    def _is_used(self, key: str) -> bool:
        return any(key in person.keys for person in self.people.values())

    def _enrol(
        self, actor: str, key: str, issuer: str, now: int
    ) -> Refusal | None:
        if actor in self.people or self._is_used(key):
            return RejectedError
        if issuer != OPERATOR and not self._passing_on(issuer, now):
            return RoleNotGrantedError
        self.people[actor] = Person({key: True})
        return None

    def _grant(
        self, given: Grant, grant: bytes, issuer: str, now: int
    ) -> Refusal | None:
        if given.actor not in self.people:
            return UnknownActorError
        parent = None
        if issuer != OPERATOR:
            # The dates are looked at after the choice, not in it.
            parent = next(
                (
                    held
                    for held in self._rights[issuer].grants
                    if held.given.may_grant
                    and held.is_live
                    and held.may_pass_on(given)
                ),
                None,
            )
            if parent is None or not parent.holds(self.time, now):
                return RoleNotGrantedError
            chosen = parent.id
            parent = next(
                held for held in self.people[issuer].grants if held.id == chosen
            )
        held = HeldGrant(grant, given, issuer, parent)
        self.people[given.actor].grants.append(held)
        return None

    def _take(self, actor: str, grant: bytes, issuer: str) -> Refusal | None:
        if actor not in self.people:
            return UnknownActorError
        held = next(
            (
                held
                for held in self.people[actor].grants
                if held.id == grant and not held.is_revoked
            ),
            None,
        )
        if held is None:
            return RejectedError
        is_givers = held.giver == issuer and held.parent is not None
        if issuer != OPERATOR and not is_givers:
            return RoleNotGrantedError
        held.is_revoked = True
        return None

    def _change(
        self, actor: str, old: str | None, new: str | None, issuer: str
    ) -> Refusal | None:
        person = self.people.get(actor)
        if person is None:
            return UnknownActorError
        if old is not None and not person.keys.get(old):
            return UnknownActorError
        if new is not None and self._is_used(new):
            return RejectedError
        if issuer not in {actor, OPERATOR}:
            return RoleNotGrantedError
        if old is not None:
            person.keys[old] = False
        if new is not None:
            person.keys[new] = True
        return None
