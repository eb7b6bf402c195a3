"""Rehearsing: what the ledger would answer, while nothing is logged.

A document that takes several statements must not end half in the log. So all
of its events are rehearsed before the first of them is handed in: the same
rules, asked one event after the other, each as if those before it had been
logged. The same serves whoever only wants to know.

Of a ledger that is elsewhere, what it has stored is not known. Then the rules
that need none of it are asked alone: whether the key counts, whether the grants
cover each event, times, and what is said twice in what is rehearsed. Whether it
was said before, a trail still ends where a statement demands, its signer's
quota is used up, and a change to an actor may be made, is for that ledger to
say.

What was rehearsed is not kept, but for the names of events that have an
`eventID`, marks of what each event said, how many there were of each item and,
of statements that others could follow, marks of their items. So what a packing
that was only rehearsed would have done to later ones is not looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from provenance.claims.event import Event
from provenance.claims.statement import Submission
from provenance.claims.stored import content_hash
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    RejectedError,
)
from provenance.ledger.admit import (
    NOT_LOGGED,
    Admission,
    Called,
    LogPosition,
    Past,
)
from provenance.ledger.check import (
    REGISTRY_ACT,
    CheckedEvent,
    CheckedStatement,
    check_event,
)
from provenance.ledger.quotas import Quotas
from provenance.ledger.read import (
    LedgerReader,
    Snapshot,
    read_entry,
    replay_registry,
)
from provenance.ledger.repeats import Repeats
from provenance.ledger.stream import Stream
from provenance.ledger.trails import LoggedEvents, Trails, stored_trails
from provenance.ledger.workers import check_one
from provenance.store.protocol import NameRow, Reader
from provenance.tlog.commitment import parse_commitment

_MARK_SIZE = 8

_SAID_SIZE = 16


class Rehearsal:
    """Answers as the ledger would, and logs nothing."""

    def __init__(
        self,
        reader: Reader | None,
        admission: Admission,
        *,
        times: Callable[[], tuple[int, int]],
    ) -> None:
        """Start from what *reader* has stored.

        Args:
            reader: The ledger's store; None if it is elsewhere.
            admission: Its rules, with a registry that nobody else uses.
            times: Returns the time of the log's last commitment, and that
                of the next one, both in ms since 1970.
        """
        self._reader = reader
        self._admission = admission
        self._times = times
        self._next = 0 if reader is None else reader.size()
        self._names: dict[bytes, bytes] = {}
        self._touched: set[bytes] = set()
        self._said: set[bytes] = set()
        self._counts: Counter[bytes] = Counter()
        self._trails = (
            None if reader is None else Trails(reader, stored_trails(reader))
        )
        self._quotas = Quotas()
        self._repeats = None if self._trails is None else Repeats(self._trails)
        self._statements: set[bytes] = set()

    def check(self, submission: Submission) -> ProvenanceError | None:
        """Return why *submission* would be refused; None if it would not."""
        checked = check_one(
            submission,
            self._admission.registry.public_key,
            self._admission.books.at(self._next),
        )
        if not isinstance(checked, CheckedStatement):
            assert isinstance(checked, ProvenanceError), "it was submitted"
            return checked
        if checked.statement_id in self._statements or self._is_logged(checked):
            # It would be logged once.
            return None
        if self._reader is None and any(
            event.act is REGISTRY_ACT for event in checked.events
        ):
            return None
        try:
            self._admit(checked, "event {}".format)
        except (
            InvalidSignatureError, MalformedError, RejectedError,
        ) as error:  # fmt: skip
            return error
        self._statements.add(checked.statement_id)
        for event in checked.events:
            self._touched.update(key[:_MARK_SIZE] for key in event.keys)
        return None

    def require(
        self,
        events: Sequence[Event],
        *,
        issuer: str,
        key_id: Hash,
        called: Called,
    ) -> None:
        """Check that the ledger would take *events*, signed now.

        Args:
            events: Some of a statement's, in order.
            issuer: The actor that is to sign.
            key_id: Its key.
            called: How the event at a position is called in messages.

        Raises:
            MalformedError: One of them is no event that a ledger takes.
            RejectedError: A rule forbids one of them, or that the actor
                signs; none of them counts as rehearsed.
        """
        _, now = self._times()
        book = self._admission.books.at(self._next)
        self._admit(
            CheckedStatement(
                entry=b"",
                statement_id=b"",
                origin=self._admission.origin,
                issuer=issuer,
                key_id=key_id,
                issued_at=now,
                is_signed=True,
                book=book.id,
                events=tuple(
                    check_event(
                        event,
                        called=called(position),
                        issuer=issuer,
                        book=book,
                    )
                    for position, event in enumerate(events)
                ),
            ),
            called,
        )

    def _is_logged(self, statement: CheckedStatement) -> bool:
        return self._reader is not None and (
            self._reader.find_statement(
                statement.issued_at, statement.statement_id
            )
            is not None
        )

    def _admit(self, statement: CheckedStatement, called: Called) -> None:
        Stream(
            self._admission,
            Past(
                None if self._reader is None else self._head_link,
                self._named,
                self._find,
                self._logged,
            ),
            self._trails,
            quotas=self._quotas,
            earlier=lambda issuer, key: self._counts[_count_key(issuer, key)],
        ).admit(
            statement,
            log_index=self._next,
            window=self._times(),
            called=called,
        )
        self._next += 1
        for event in statement.events:
            if event.act is not REGISTRY_ACT:
                self._said.add(_mark(event, statement.issuer))
            self._counts.update(
                _count_key(statement.issuer, key) for key in event.keys
            )
            if event.name is not None:
                key, *said = event.name
                self._names[key] = self._names.get(key, b"") + _packed(*said)

    def _head_link(self, key: bytes) -> bytes | None:
        if key[:_MARK_SIZE] in self._touched:
            # The link that it would have nobody can have demanded.
            return sha256(key).digest()
        assert self._reader is not None, "else no trail is asked for"
        head = self._reader.head(key)
        return None if head is None else head.link

    def _find(
        self, event: CheckedEvent, issuer: str, names: Sequence[NameRow]
    ) -> LogPosition | None:
        if event.act is not REGISTRY_ACT and _mark(event, issuer) in self._said:
            return LogPosition(NOT_LOGGED, 0)
        if self._repeats is None:
            return None
        logged = [row for row in names if row.log_index != NOT_LOGGED]
        return self._repeats.find(event, issuer=issuer, names=logged)

    def _logged(self, event: CheckedEvent) -> tuple[LogPosition, str] | None:
        if self._trails is None:
            return None
        assert self._reader is not None, "its trails are read from there"
        known = LoggedEvents(self._trails, before=self._reader.size())
        return known.find(event)

    def _named(self, key: bytes) -> Iterator[NameRow]:
        if self._reader is not None:
            yield from self._reader.named(key)
        said = self._names.get(key, b"")
        for start in range(0, len(said), 2 * HASH_SIZE):
            part = said[start : start + 2 * HASH_SIZE]
            declared = part[HASH_SIZE:]
            yield NameRow(
                key,
                NOT_LOGGED,
                0,
                part[:HASH_SIZE],
                declared if any(declared) else b"",
            )


def rehearse_at(
    moment: Snapshot, ledger: LedgerReader, *, clock: Callable[[], int]
) -> Rehearsal:
    """Return what answers as *ledger* would have at *moment*.

    It holds no lock: others may write meanwhile. It is of use while *moment*
    lasts.

    Args:
        moment: Of *ledger*.
        ledger: To be read.
        clock: Returns the time of the next commitment, in ms since 1970.
    """
    last = read_entry(moment.reader, moment.size - 1, size=moment.size)
    since = parse_commitment(last).time
    return Rehearsal(
        moment.reader,
        Admission(
            replay_registry(moment.reader, ledger.trust),
            origin=ledger.origin,
            books=ledger.books,
            clock_bound=ledger.trust.clock_bound,
        ),
        times=lambda: (since, max(clock(), since)),
    )


def _mark(event: CheckedEvent, issuer: str) -> bytes:
    said = content_hash(event.data) + issuer.encode()
    return sha256(said).digest()[:_SAID_SIZE]


def _count_key(issuer: str, key: bytes) -> bytes:
    return sha256(key + issuer.encode()).digest()[:_MARK_SIZE]


def _packed(said: bytes, declared: bytes) -> bytes:
    return said + declared.ljust(HASH_SIZE, b"\0")
