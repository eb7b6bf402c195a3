"""Admitting: may this statement enter the log, as things stand now?

What depends on the bytes alone was checked before (`check`). Here stands
what depends on the ledger: the origin, the actor and its key, the roles, the
prefixes, the heads that a signer demanded, the clock. Each rule raises its
own error, and nothing is changed unless all of them pass.

Over 500 lines: what is asked of one statement is asked in one order, and read
in it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from provenance.claims.act import Act
from provenance.claims.actor import ENROLLED, Grant, name_key
from provenance.claims.event import Event, parse_event
from provenance.claims.registry import Occasion, TrustRegistry
from provenance.claims.statement import parse_entry
from provenance.claims.stored import content_hash
from provenance.encoding.digest import Hash
from provenance.epcis.corrections import EventName
from provenance.errors import (
    BrokenLinkError,
    DuplicateEventError,
    LifecycleError,
    RejectedError,
    UnknownActorError,
)
from provenance.ledger.check import (
    REGISTRY_ACT,
    CheckedEvent,
    CheckedStatement,
    check_signature,
    check_submission,
)
from provenance.rules.book import EvidenceBook
from provenance.rules.books import Books
from provenance.rules.identity import is_party
from provenance.store.protocol import NameRow

NOT_LOGGED = -1
"""Stands where an event that is not logged has no index."""

Called = Callable[[int], str]
"""Returns how to call the event at a position."""


class LogPosition(NamedTuple):
    """Where an event is in the log: its entry, and its number in that."""

    log_index: int
    position: int


@dataclass(frozen=True, slots=True)
class Past:
    """What was logged before a statement, as far as its rules ask.

    Attributes:
        head_link: Returns the latest link under an item's map key; None for
            a new item. None in its place where the trails are not known: then
            no demand is looked at.
        named: Returns the names of the events under a name's key; those of
            events that are not logged have the index `NOT_LOGGED`.
        find: Returns where an issuer said an event before, whose name has
            these rows. None where that is not asked: what concealed fields
            held, an audit may not know any more.
        logged: Returns where the very event is, by its id, and who signed
            it; None if it was not logged. None in its place where that is
            not known.
        judge: Checks what the state of the trails forbids, and quotas; it
            takes the statement, its log index, and how its events are called.
    """

    head_link: Callable[[bytes], bytes | None] | None
    named: Callable[[bytes], Iterable[NameRow]]
    find: (
        Callable[[CheckedEvent, str, Sequence[NameRow]], LogPosition | None]
        | None
    ) = None
    logged: Callable[[CheckedEvent], tuple[LogPosition, str] | None] | None = (
        None
    )
    judge: Callable[[CheckedStatement, int, Called], None] | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """A statement that the ledger's rules let in. Made by `admit` alone."""

    statement: CheckedStatement
    registry_positions: tuple[int, ...]


class Admission:
    """The rules, with the registry that they read and move on.

    Permissions are remembered until the registry changes or a grant's dates
    could matter: most events of a day ask the same few questions.

    Attributes:
        registry: The actors, as the statements so far made them.
        origin: The ledger's name.
        books: Its rule books.
    """

    def __init__(
        self,
        registry: TrustRegistry,
        *,
        origin: str,
        books: Books,
        clock_bound: int,
    ) -> None:
        """Start from a registry, which is moved on.

        Args:
            registry: The actors as of the entries so far.
            origin: The ledger's name.
            books: Its rule books.
            clock_bound: How far off the log's clock may be, in ms: a grant
                must not end within that time.
        """
        self.registry = registry
        self._clock_bound = clock_bound
        self.books = books
        self.origin = origin
        self._permitted: set[tuple[str, Act]] = set()
        self._version = registry.version, b""

    def admit(  # noqa: PLR0913  # each by its name
        self,
        statement: CheckedStatement,
        *,
        past: Past,
        log_index: int,
        since: int,
        now: int,
        called: Called = "event {}".format,
    ) -> Admitted:
        """Return *statement* as admitted at *log_index*.

        Its registry events have taken effect when this returns.

        Args:
            statement: What `check` made of the bytes.
            past: What was logged before it.
            log_index: The index that it will have.
            since: The time of the log's last commitment, in ms since 1970.
            now: The time of the next one. Between the two the statement is
                logged, which is all that a verifier will know: a grant with
                dates must hold all that time, and the clock bound longer.
            called: How the event at a position is called in messages.

        Raises:
            RejectedError: A rule forbids it; nothing was changed.
        """
        if statement.origin != self.origin:
            raise RejectedError(
                f"the statement was signed for ledger {statement.origin!r},"
                f" this is {self.origin!r}"
            ).under("permission.signer")
        self._require_signer(statement)
        book = self.books.at(log_index)
        if statement.book != book.id:
            # It was read before it was known where it would stand.
            statement = check_submission(
                statement.entry,
                [event.data for event in statement.events],
                find_key=self.registry.public_key,
                book=book,
            )
        _require_times(statement, now, book.bounds.ahead, called)
        _require_news(statement, past, called)

        def holds(grant: Grant) -> bool:
            return grant.covers(since, now + self._clock_bound)

        self._require_goods(statement, holds, book, called)
        registry_positions = [
            position
            for position, event in enumerate(statement.events)
            if event.act is REGISTRY_ACT
        ]
        _require_heads(statement, past, called)
        if past.judge is not None:
            past.judge(statement, log_index, called)
        if registry_positions:
            changes = [
                parse_event(statement.events[position].data)
                for position in registry_positions
            ]
            self._require_subjects(statement, registry_positions, past, called)
            self._require_names(changes, statement.issuer)
            self.registry.apply_all(
                changes,
                Occasion(
                    statement.issuer,
                    Hash(statement.key_id),
                    log_index,
                    book,
                    (since, now),
                    holds,
                ),
            )
        return Admitted(statement, tuple(registry_positions))

    def _require_goods(
        self,
        statement: CheckedStatement,
        holds: Callable[[Grant], bool],
        book: EvidenceBook,
        called: Called,
    ) -> None:
        """Check that the signer may do that, and that no item is an actor."""
        things: set[str] = set()
        permitted: Act | None = None
        for position, event in enumerate(statement.events):
            act = event.act
            if act is REGISTRY_ACT:
                continue
            if act is not permitted:
                self._require_permission(
                    statement.issuer, act, holds, book, called(position)
                )
                permitted = act
            for item in event.items:
                if item not in things:
                    self._require_thing(item, called(position))
                    things.add(item)

    def _require_thing(self, item: str, name: str) -> None:
        """Check that *item*, which an event names, is no actor's id."""
        if is_party(item):
            raise RejectedError(
                f"{name} names the party {item[:80]!r} as an item: by a DID"
                " or a party GLN actors are enrolled, and no thing is called"
            ).under("identity.party")
        if self.registry.is_subject(item):
            raise RejectedError(
                f"{name} names the actor {item!r} as an item; only registry"
                " events may"
            ).under("identity.trail")

    def _require_subjects(
        self,
        statement: CheckedStatement,
        positions: Sequence[int],
        past: Past,
        called: Called,
    ) -> None:
        """Check that no registry event is about what is an item already."""
        goods = {
            item
            for event in statement.events
            if event.act is not REGISTRY_ACT
            for item in event.items
        }
        for position in positions:
            event = statement.events[position]
            (subject,), (key,) = event.items, event.keys
            if subject in goods or (
                past.head_link is not None
                and not self.registry.is_subject(subject)
                and past.head_link(key) is not None
            ):
                raise RejectedError(
                    f"{called(position)} is about {subject!r}, which other"
                    " events name as an item: it cannot be an actor"
                ).under("identity.trail")

    def _require_names(self, changes: Sequence[Event], issuer: str) -> None:
        """Check that a delegate enrols nobody by the name of another actor."""
        if self.registry.actor(issuer).is_authority:
            return
        new: dict[str, str] = {}
        for change in changes:
            if change.body["type"] != ENROLLED:
                continue
            name, subject = str(change.body["name"]), str(change.body["actor"])
            if not name_key(name):
                raise RejectedError(
                    f"nobody can see the name {name!a} of {subject!r}"
                ).under("identity.name")
            holder = self.registry.holder_of_name(name)
            holder = holder or new.setdefault(name_key(name), subject)
            if holder != subject:
                raise RejectedError(
                    f"the name {name!r} is that of {holder!r}: only an"
                    " authority enrols two actors by one name"
                ).under("identity.name")

    def _require_signer(self, statement: CheckedStatement) -> None:
        key = self.registry.require_key(
            statement.issuer, Hash(statement.key_id)
        )
        if not statement.is_signed:
            # The key was enrolled after the check had begun.
            check_signature(parse_entry(statement.entry), key.data)

    def _require_permission(
        self,
        issuer: str,
        act: Act,
        holds: Callable[[Grant], bool],
        book: EvidenceBook,
        name: str,
    ) -> None:
        version = self.registry.version, book.id
        if self._version != version:
            self._permitted.clear()
            self._version = version
        if (issuer, act) in self._permitted:
            return
        try:
            used = self.registry.require_act(
                issuer, act, book=book, holds=holds
            )
        except UnknownActorError:
            raise
        except RejectedError as error:
            raise type(error)(f"{name}: {error}").under(error.rule) from error
        if not any(held.grant.is_dated for held in used):
            self._permitted.add((issuer, act))


def _require_times(
    statement: CheckedStatement, now: int, ahead: int, called: Called
) -> None:
    latest = now + ahead
    if statement.issued_at > latest:
        raise LifecycleError(
            "the statement says it was signed at"
            f" {_utc(statement.issued_at)}, but the ledger's time is"
            f" {_utc(now)}: correct the signer's clock"
        ).under("time.event")
    for position, event in enumerate(statement.events):
        if event.time > latest:
            raise LifecycleError(
                f"{called(position)} says it happened at"
                f" {_utc(event.time)}, but the ledger's time is"
                f" {_utc(now)}: an event is signed after it happened"
            ).under("time.event")


def _require_heads(
    statement: CheckedStatement, past: Past, called: Called
) -> None:
    if past.head_link is None:
        return
    for position, event in enumerate(statement.events):
        for key, link in event.after:
            found = past.head_link(key) or key
            if found != link:
                raise BrokenLinkError(
                    f"{called(position)} was to follow link"
                    f" {link.hex()[:16]} of an item whose trail now ends in"
                    f" {found.hex()[:16]}: read the trail and sign again"
                ).under("order.demand")


def _require_news(
    statement: CheckedStatement, past: Past, called: Called
) -> None:
    """Check that no event was said before, and no `eventID` used again.

    An `eventID` comes again only with an error declaration.
    """
    known: dict[int, LogPosition] = {}
    ids: set[bytes] = set()
    own: dict[bytes, list[NameRow]] = {}
    said = _Said(statement, called)
    for position, event in enumerate(statement.events):
        if event.id in ids:
            raise DuplicateEventError(
                f"{called(position)} is in the statement twice: leave one of"
                " them out"
            ).under("identity.event-once")
        ids.add(event.id)
        names: list[NameRow] = []
        if event.name is not None:
            names = [*past.named(event.name.key)]
        place = _logged(statement, position, past, called) or (
            past.find and past.find(event, statement.issuer, names)
        )
        if place is not None:
            known[position] = place
        elif event.name is not None:
            mine = own.setdefault(event.name.key, [])
            _require_name(event.name, [*names, *mine], called(position))
            key, *rest = event.name
            mine.append(NameRow(key, NOT_LOGGED, position, *rest))
        elif event.act is not REGISTRY_ACT and past.find is not None:
            said.require_first(position)
    if known:
        raise _known(statement, known, called)


def _logged(
    statement: CheckedStatement, position: int, past: Past, called: Called
) -> LogPosition | None:
    """Return where its issuer had the very event logged; None if nowhere.

    Raises:
        DuplicateEventError: Another actor signed it.
    """
    event = statement.events[position]
    # The registry itself knows what it has heard.
    if past.logged is None or event.act is REGISTRY_ACT:
        return None
    found = past.logged(event)
    if found is None:
        return None
    place, issuer = found
    if issuer == statement.issuer:
        return place
    raise DuplicateEventError(
        f"{called(position)} is logged already{_where(*place)}, signed by"
        f" {issuer!r}: an event is logged once, whoever signs it. Say it in an"
        " event with salts of its own",
        log_indexes=_indexes([place]),
    ).under("identity.event-once")


def _require_name(
    name: EventName, earlier: Iterable[NameRow], called: str
) -> None:
    for row in earlier:
        where = _where(row.log_index, row.position)
        indexes = _indexes([LogPosition(row.log_index, row.position)])
        if row.said != name.said:
            raise DuplicateEventError(
                f"{called} has an eventID that its issuer used for an event"
                f" that says something else{where}: an error is declared by"
                " the same event with an errorDeclaration; anything new has"
                " an id of its own",
                log_indexes=indexes,
            ).under("identity.event-id")
        if row.declared and name.declared:
            raise DuplicateEventError(
                f"{called} declares an error that its issuer has declared"
                f"{where}: an event is declared an error once",
                log_indexes=indexes,
            ).under("identity.event-id")
        if not row.declared and not name.declared:
            raise DuplicateEventError(
                f"{called} is logged already{where}, but for what its"
                " concealed fields hold, or held until they were erased: if it"
                " is another event, give it an id of its own",
                log_indexes=indexes,
            ).under("identity.event-id")


class _Said:
    """What the events of one statement say, as far as they could be equal."""

    def __init__(self, statement: CheckedStatement, called: Called) -> None:
        self._events = statement.events
        self._called = called
        self._first: dict[tuple[bytes, int], int] = {}
        self._said: dict[bytes, int] = {}

    def require_first(self, position: int) -> None:
        """Check that no event before that one says the same.

        Raises:
            DuplicateEventError: One does.
        """
        event = self._events[position]
        # Most differ in this already, and are not looked at any closer.
        kind = event.keys[0], len(event.data)
        first = self._first.setdefault(kind, position)
        if first == position:
            return
        self._said.setdefault(content_hash(self._events[first].data), first)
        other = self._said.setdefault(content_hash(event.data), position)
        if other != position:
            raise DuplicateEventError(
                f"{self._called(position)} says all that {self._called(other)}"
                " says: leave one of them out"
            ).under("identity.event-once")


def _known(
    statement: CheckedStatement, known: dict[int, LogPosition], called: Called
) -> DuplicateEventError:
    position, place = next(iter(known.items()))
    is_known = len(known) == len(statement.events)
    rest = (
        ""
        if is_known
        else f"; so are {len(known)} of these {len(statement.events)} events,"
        " and nothing was logged: sign the others without them"
    )
    return DuplicateEventError(
        f"{called(position)} is logged already{_where(*place)}: its issuer has"
        f" said all of it before{rest}",
        log_indexes=_indexes(known.values()),
        is_known=is_known,
    ).under("identity.event-once")


def _where(log_index: int, position: int) -> str:
    # What was only rehearsed has no place.
    if log_index == NOT_LOGGED:
        return ""
    return f", as event {position} of entry {log_index}"


def _indexes(places: Iterable[LogPosition]) -> tuple[int, ...]:
    return tuple(sorted({place.log_index for place in places} - {NOT_LOGGED}))


def _utc(milliseconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{milliseconds} ms after 1970"
    return moment.isoformat(timespec="seconds")
