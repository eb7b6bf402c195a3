"""From EPCIS documents to events that can be signed.

What the pure floors cannot do happens here: every event gets a fresh secret,
from which the salts of its leaves come. What is to stay private is taken out
of the body and becomes concealed fields, each behind a salt of its own.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO, NamedTuple, cast

from provenance.claims.event import Event, Field, Item, make_event
from provenance.claims.statement import MAX_EVENTS
from provenance.encoding.canonical import Value
from provenance.encoding.digest import Hash
from provenance.encoding.path import split_pointer
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.mending.mend import Mend
from provenance.epcis.prefixes import read_context
from provenance.epcis.received import received
from provenance.epcis.source import read_events
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance.rules.book import EvidenceBook, baseline
from provenance.rules.form import check_whole, items_named, may_be_concealed

MAX_STATEMENT_BYTES = 4 * 2**20
"""How many bytes of events one statement has, about.

One signature could cover more; but a statement is checked, stored and
answered whole, and costs memory all that time.
"""


class Prepared(NamedTuple):
    """What remains of an event until it is signed; the rest is in its data.

    Attributes:
        id: The event id.
        data: The event data.
    """

    id: Hash
    data: bytes


class Gathered(NamedTuple):
    """Events that one signature is to cover.

    Attributes:
        events: The events, in order.
        units: How many of the units that were to be gathered they are.
    """

    events: list[Prepared]
    units: int


def prepare_document(
    document: bytes | Mapping[str, object],
    *,
    conceal: Collection[str] = (),
    book: EvidenceBook | None = None,
) -> list[Event]:
    """Return the events of an EPCIS document, ready to be signed.

    Args:
        document: An EPCISDocument, an EPCISQueryDocument or one event: the
            bytes of JSON or XML, or a dict, which is judged as its JSON.
        conceal: JSON Pointers (RFC 6901) into the events, such as
            `/example:buyer/name`, of what only chosen readers may see.
            An event without such a member has nothing to conceal there.
        book: The evidence book of the ledger, if it has one of its own.

    Raises:
        MalformedError: It is not valid EPCIS; the message says where.
    """
    return [
        prepare_event(draft, conceal=conceal, book=book)
        for draft in parse_document(document)
    ]


def prepare_stream(
    stream: BinaryIO,
    *,
    conceal: Collection[str] = (),
    mends: list[Mend] | None = None,
    book: EvidenceBook | None = None,
) -> Iterator[Event]:
    """Yield the events of any EPCIS document, each as soon as it is read.

    However large the document is, a few of its events are held at a time.

    Args:
        stream: JSON, lines of JSON, or XML, which can be read twice.
        conceal: As for `prepare_document`.
        mends: Where to write down what is mended; None for nothing to be
            mended.
        book: As for `prepare_document`.

    Raises:
        MalformedError: It is not valid EPCIS; the message says where. Some
            events may have been yielded before.
    """
    for raw in read_events(stream, mends=mends):
        yield prepare_event(check_event(raw), conceal=conceal, book=book)


def prepare_event(
    draft: EventDraft,
    *,
    conceal: Collection[str] = (),
    after: tuple[str, bytes] | None = None,
    book: EvidenceBook | None = None,
) -> Event:
    """Return one event, ready to be signed.

    Args:
        draft: What the event says.
        conceal: As for `prepare_document`.
        after: An item, and the link that its trail must still end in.
        book: As for `prepare_document`.

    Raises:
        MalformedError: A pointer names a member that every event must show.
    """
    book = book or baseline()
    body = dict(draft.body)
    fields: list[Field] = []
    # What stands in a concealed field is concealed with it: the outer first.
    for pointer in sorted(conceal):
        body, found = _take_out(body, pointer, book)
        fields += found
    if after is not None and body["type"] != DOCUMENT:
        item, link = after
        body = {**body, "after": [[read_item(item), Hash(link)]]}
    body |= received(body, draft.lengths)
    return _make(body, draft.items, fields, book)


def gather(
    units: Iterable[Sequence[Event]],
    *,
    max_events: int = MAX_EVENTS,
    max_bytes: int = MAX_STATEMENT_BYTES,
) -> Iterator[Gathered]:
    """Yield what the next signature is to cover, until all is covered.

    A statement takes as many units as it can hold; what is in one unit stays
    in one statement, even if it is larger than *max_bytes* by itself. A
    document of many events so becomes few statements, and what is held of it
    at a time is one statement.

    Args:
        units: Events that stand or fall together, in order.
        max_events: The most events of a statement.
        max_bytes: The most bytes of event data in a statement.

    Raises:
        MalformedError: One unit has too many events for a statement.
    """
    events: list[Prepared] = []
    count = size = 0
    for unit in units:
        if len(unit) > max_events:
            raise MalformedError(
                f"{len(unit)} events stand or fall together, and a statement"
                f" has at most {max_events}"
            )
        more = sum([len(event.data) for event in unit])
        if events and (
            size + more > max_bytes or len(events) + len(unit) > max_events
        ):
            yield Gathered(events, count)
            events, count, size = [], 0, 0
        events += [Prepared(event.id, event.data) for event in unit]
        count += 1
        size += more
    if events:
        yield Gathered(events, count)


def new_event(
    body: Mapping[str, object],
    items: Collection[Item],
    fields: Collection[Field] = (),
    *,
    book: EvidenceBook | None = None,
) -> Event:
    """Return an event with a fresh secret; see `claims.event.make_event`.

    The items may be written as `provenance.read_item` reads them. Those that
    the body names itself, a transformation or the place of a report without
    items, need not be among them.

    Raises:
        MalformedError: A part cannot be written in the format, or they do not
            agree.
    """
    read = [replace(item, id=read_item(item.id)) for item in items]
    return _make(body, read, fields, book or baseline())


def _make(
    body: Mapping[str, object],
    items: Iterable[Item],
    fields: Iterable[Field],
    book: EvidenceBook,
) -> Event:
    named = items_named(cast("Mapping[str, Value]", body), items, book)
    event = make_event(body, named, fields, secret=new_secret())
    check_whole(event, book)
    return event


def new_secret() -> bytes:
    """Return a fresh secret for one event's salts: 32 random bytes."""
    return secrets.token_bytes(32)


def _take_out(
    body: dict[str, Value], pointer: str, book: EvidenceBook
) -> tuple[dict[str, Value], list[Field]]:
    """Return *body* without what *pointer* names, and that as a field."""
    if not pointer.startswith("/"):
        raise MalformedError(f"a JSON Pointer starts with '/': {pointer!r}")
    steps = split_pointer(pointer)
    prefixes = read_context(body.get("@context", []))
    if not may_be_concealed(steps, prefixes, book):
        raise MalformedError(
            f"{pointer!r} cannot be concealed: whoever judges the event reads"
            " it, or a part of it"
        )
    rest, value = _without(body, steps)
    if not isinstance(rest, dict) or value is _NOTHING:
        return body, []
    return rest, [Field(pointer, value)]  # type: ignore[arg-type]  # not _NOTHING


_NOTHING = object()


def _without(value: Value, steps: list[str]) -> tuple[Value, object]:
    """Return *value* without the member at *steps*, and that member."""
    step, *deeper = steps
    if not isinstance(value, dict) or step not in value:
        return value, _NOTHING
    if not deeper:
        return {k: v for k, v in value.items() if k != step}, value[step]
    inner, found = _without(value[step], deeper)
    return {**value, step: inner}, found
