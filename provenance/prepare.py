"""From EPCIS documents to events that can be signed.

What the pure floors cannot do happens here: every event gets a fresh secret,
from which the salts of its leaves come. What is to stay private is taken out
of the body and becomes concealed fields, each behind a salt of its own.
"""

import secrets
from collections.abc import Collection, Mapping

from provenance.claims.event import Event, Field, Item, make_event
from provenance.encoding.canonical import Value
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item


def prepare_document(
    document: bytes, *, conceal: Collection[str] = ()
) -> list[Event]:
    """Return the events of an EPCIS 2.0 JSON document, ready to be signed.

    Args:
        document: An EPCISDocument, an EPCISQueryDocument or one event.
        conceal: JSON Pointers (RFC 6901) into the events, such as
            `/example:buyer/name`, of what only chosen readers may see.
            An event without such a member has nothing to conceal there.

    Raises:
        MalformedError: It is not valid EPCIS; the message says where.
    """
    return [
        prepare_event(draft, conceal=conceal)
        for draft in parse_document(document)
    ]


def prepare_event(draft: EventDraft, *, conceal: Collection[str] = ()) -> Event:
    """Return one event, ready to be signed.

    Raises:
        MalformedError: A pointer names a member that every event must show.
    """
    body = dict(draft.body)
    items = draft.items or _place_observed(body)
    fields: list[Field] = []
    for pointer in conceal:
        body, found = _take_out(body, pointer)
        fields += found
    return new_event(body, items, fields)


def new_event(
    body: Mapping[str, object],
    items: Collection[Item],
    fields: Collection[Field] = (),
) -> Event:
    """Return an event with a fresh secret; see `claims.event.make_event`."""
    return make_event(body, items, fields, secret=new_secret())


def new_secret() -> bytes:
    """Return a fresh secret for one event's salts: 32 random bytes."""
    return secrets.token_bytes(32)


def _place_observed(body: Mapping[str, Value]) -> tuple[Item, ...]:
    """Return the place that an event without any item is about.

    EPCIS lets an ObjectEvent name none if it has sensor readings and a read
    point: a cold store's log. Then the place is what has the trail.
    """
    point = body.get("readPoint")
    place = point.get("id") if isinstance(point, dict) else None
    if not isinstance(place, str):
        raise MalformedError("the event names neither an item nor a read point")
    return (Item("readPoint", canonical_item(place)),)


_SHOWN = frozenset({"type", "eventTime", "eventTimeZoneOffset", "action"})


def _take_out(
    body: dict[str, Value], pointer: str
) -> tuple[dict[str, Value], list[Field]]:
    """Return *body* without what *pointer* names, and that as a field."""
    if not pointer.startswith("/"):
        raise MalformedError(f"a JSON Pointer starts with '/': {pointer!r}")
    steps = [
        step.replace("~1", "/").replace("~0", "~")
        for step in pointer[1:].split("/")
    ]
    if steps[0] in _SHOWN:
        raise MalformedError(f"{steps[0]!r} cannot be concealed")
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
