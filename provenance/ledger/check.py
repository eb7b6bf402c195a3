"""Checking a submission: all that can be said of it by its bytes alone.

This is the expensive part of admission (one signature costs as much as all
the rest), and it needs nothing but the bytes and the issuer's public key. So it
can run in any process; `provenance.ledger.workers` runs it in several. What
it finds is small and plain, to be sent back to the writer:

    reading the entry and its events    MalformedError
    that the events are those signed    MalformedError
    the signature, by the key named     InvalidSignatureError
"""

from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from typing import NamedTuple

from provenance.claims.act import Act
from provenance.claims.actor import check_registry_body
from provenance.claims.entry import TRUST_VERSION, entry_kind
from provenance.claims.event import CODES, Event, parse_event
from provenance.claims.statement import Entry, events_root, parse_entry
from provenance.claims.trail import map_key
from provenance.claims.versions import (
    parse_book_entry,
    parse_version_entry,
)
from provenance.epcis.corrections import EventName, name_of
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    RejectedError,
)
from provenance.keys import signature_is_valid
from provenance.rules.act import read_act
from provenance.rules.book import EvidenceBook, parse_book
from provenance.rules.form import check_whole
from provenance.rules.reading import REGISTRY, EventReading

FindKey = Callable[[bytes], bytes | None]
"""Returns the public key with that id, or None if it is not known."""


REGISTRY_ACT = Act(())
"""Stands for a registry event, whose permission the registry itself judges."""


class CheckedEvent(NamedTuple):
    """What the writer needs of one event.

    Attributes:
        data: The event data, as received.
        id: The event id.
        items: The ids of the items whose trails it joins.
        keys: Their map keys, in the same order.
        leaves: The numbers of their own leaves, in the same order.
        kinds: What it is to each (`claims.trail.Link`), in the same order.
        act: What it does; `REGISTRY_ACT` for a registry event.
        after: The (map key, link) pairs that it demands.
        time: When it says it happened, in ms since 1970; 0 for a registry
            event.
        name: What its `eventID` is remembered by; None without one.
    """

    data: bytes
    id: bytes
    items: tuple[str, ...]
    keys: tuple[bytes, ...]
    leaves: tuple[tuple[int, ...], ...]
    kinds: tuple[int, ...]
    act: Act
    after: tuple[tuple[bytes, bytes], ...]
    time: int
    name: EventName | None


class CheckedDocument(NamedTuple):
    """A trust version or a rule book, in order as far as its form goes.

    Attributes:
        entry: The leaf's data.
    """

    entry: bytes


class CheckedStatement(NamedTuple):
    """A submission that is in order as far as its bytes can show.

    Attributes:
        entry: The leaf's data, as received.
        statement_id: The hash of its header.
        origin: The ledger it was signed for.
        issuer: The actor that it says signed it.
        key_id: The key that it says signed it.
        issued_at: The issuer's clock, in ms since 1970.
        is_signed: Whether the signature was checked with that key; False
            when the key was not known where the check ran.
        book: The id of the evidence book by which its events were read.
        events: Its events.
    """

    entry: bytes
    statement_id: bytes
    origin: str
    issuer: str
    key_id: bytes
    issued_at: int
    is_signed: bool
    book: bytes
    events: tuple[CheckedEvent, ...]


def check_submission(
    entry: bytes,
    events: Sequence[bytes],
    *,
    find_key: FindKey,
    book: EvidenceBook,
) -> CheckedStatement:
    """Return what *entry* and its *events* say, once they were checked.

    Args:
        entry: The signed entry.
        events: The data of its events.
        find_key: Where public keys come from. With a key that is not known
            here the signature stays open.
        book: The evidence book in force.

    Raises:
        MalformedError: The bytes are no signed statement with its events.
        InvalidSignatureError: The key that it names did not sign it.
    """
    statement = parse_entry(entry)
    header = statement.header
    key = find_key(header.key_id)
    if key is not None:
        check_signature(statement, key)
    if len(events) != header.event_count:
        raise MalformedError(
            f"the statement signs {header.event_count} events, but"
            f" {len(events)} came with it"
        )
    # One event is held at a time, with all its leaves. What is wrong with it
    # counts only if it was signed.
    ids: list[bytes] = []
    checked: list[CheckedEvent] = []
    fault: MalformedError | None = None
    for position, data in enumerate(events):
        event = parse_event(data)
        ids.append(event.id)
        if fault is None:
            try:
                checked.append(
                    check_event(
                        event,
                        called=f"event {position}",
                        issuer=header.issuer,
                        book=book,
                    )
                )
            except MalformedError as error:
                fault = error
    if events_root(ids) != header.events_root:
        raise MalformedError("the events are not those that were signed")
    if fault is not None:
        raise fault
    return CheckedStatement(
        entry=entry,
        statement_id=sha256(statement.header_bytes).digest(),
        origin=header.origin,
        issuer=header.issuer,
        key_id=header.key_id,
        issued_at=header.issued_at,
        is_signed=key is not None,
        book=book.id,
        events=tuple(checked),
    )


def check_document(entry: bytes, *, origin: str) -> CheckedDocument:
    """Return the trust version or rule book *entry*, once it was checked.

    Raises:
        MalformedError: It is neither; or a rule book that cannot be read, as
            one of a later version (`UnknownBookError`).
        RejectedError: It is a version of the trust in another ledger than
            *origin*: no bundle could show the trail that it would begin.
    """
    if entry_kind(entry) == TRUST_VERSION:
        version = parse_version_entry(entry).version
        if version.origin != origin:
            raise RejectedError(
                f"the trust version is of ledger {version.origin!r}, this is"
                f" {origin!r}"
            )
    else:
        parse_book(parse_book_entry(entry))
    return CheckedDocument(entry)


def check_signature(statement: Entry, key: bytes) -> None:
    """Check that *key* signed *statement*.

    Raises:
        InvalidSignatureError: It did not, or is not the key that it names.
    """
    if sha256(key).digest() != statement.header.key_id:
        raise InvalidSignatureError("the statement names another key")
    if not signature_is_valid(key, statement.signature, statement.header_bytes):
        raise InvalidSignatureError(
            f"the signature of {statement.header.issuer!r} does not match the"
            " statement: it was changed after signing, or signed by another"
            " key"
        )


def check_event(
    event: Event, *, called: str, issuer: str, book: EvidenceBook
) -> CheckedEvent:
    """Return what the writer needs of *event*, once it was checked.

    Args:
        event: One of a statement's.
        called: How it is called in messages.
        issuer: The actor that signs it.
        book: The evidence book in force.

    Raises:
        MalformedError: It is no event that a ledger takes.
    """
    try:
        act, reading = _read_event(event, book)
    except MalformedError as error:
        raise MalformedError(f"{called}: {error}").under(error.rule) from error
    own = event.own_leaves
    if not own:
        raise MalformedError(
            f"{called} names no item that can have a trail: a serial,"
            " a lot, a logistic unit"
        )
    return CheckedEvent(
        data=event.data,
        id=event.id,
        items=tuple(own),
        keys=tuple([map_key(item) for item in own]),
        leaves=tuple(own.values()),
        kinds=_kinds(event, own.values(), reading),
        act=act,
        after=tuple([(map_key(item), link) for item, link in event.after]),
        time=0 if reading is None else reading.time,
        name=None if act is REGISTRY_ACT else name_of(event, issuer=issuer),
    )


def _kinds(
    event: Event,
    own: Collection[tuple[int, ...]],
    reading: EventReading | None,
) -> tuple[int, ...]:
    """Return what the event is to each item, by the item's *own* leaves."""
    if reading is None:
        return (0,) * len(own)
    if len(event.counts) == 1:
        return (reading.kinds(event.counts[0][0]),) * len(own)
    # An item's own leaves stand in one group: the first says which.
    of_group = {code: reading.kinds(code) for code, _ in event.counts}
    items = event.items
    return tuple([
        of_group[CODES[items[leaves[0] - 1].relation]] for leaves in own
    ])  # fmt: skip


def _read_event(
    event: Event, book: EvidenceBook
) -> tuple[Act, EventReading | None]:
    reading = check_whole(event, book)
    if reading is REGISTRY:
        check_registry_body(event.body, event.items)
        return REGISTRY_ACT, None
    act = read_act(event.body, event.items, reading, book, event.pointers)
    return act, reading
