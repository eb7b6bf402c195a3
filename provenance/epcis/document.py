"""EPCIS 2.0 documents in JSON, taken in strictly and given out again.

    {"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
     "type": "EPCISDocument", "schemaVersion": "2.0",
     "creationDate": "2026-03-01T09:00:00Z",
     "epcisBody": {"eventList": [
         {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
          "eventTime": "2026-03-01T08:59:00+13:00",
          "eventTimeZoneOffset": "+13:00",
          "epcList": ["urn:epc:id:sgtin:9421902.096001.K0000"],
          "ilmd": {"cbvmda:lotNumber": "L7"}}]}}

Each event becomes a draft, in the two parts that a signed event has
(`formats.md`, section 3): the *body*, which everybody may see, and the
*items*, which are shown one at a time. The body keeps every word as it was
written; item ids become canonical. An event that uses prefixes of its
document takes their definitions along, so that it can be read alone.

Nothing is forgiven and nothing is repaired: what a reader could take for
something else, or would overlook, is refused with its place in the document,
such as `$.epcisBody.eventList[1].quantityList[0].quantity`. Left out are what
EPCIS leaves to the repository (`recordTime`), the envelope, empty item lists
and what a link says about an item beside its name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from provenance.claims.event import Item
from provenance.encoding.canonical import Value
from provenance.encoding.strict_json import JSON, parse_json
from provenance.epcis.acts import created_lists, lot_of
from provenance.epcis.fields import (
    FIELDS,
    Fault,
    Prefixes,
    Reader,
    amount,
    at,
    identifier,
    listed,
    read_extension,
    read_list,
    read_object,
    record,
    require_members,
    text,
    time,
    uom,
    uri,
)
from provenance.epcis.prefixes import (
    EPCIS_CONTEXT,
    STANDARD_PREFIXES,
    expand,
    full_id,
    read_context,
)
from provenance.epcis.shapes import (
    ALL_MEMBERS,
    EPC_LISTS,
    ITEM_MEMBERS,
    MEMBERS,
    RULES,
)
from provenance.errors import MalformedError
from provenance.gs1 import (
    canonical_item,
    lot_beside_serial,
    lot_item,
)

MAX_BYTES = 64 * 2**20
"""The largest document that `parse_document` takes by default, in bytes."""

_VERSION = re.compile(r"2(?:\.[0-9]+)*")


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event that nobody signed yet.

    Attributes:
        body: Its members, but for those that name items.
        items: The items it names, in the document's order, ids canonical.
            Sensor data about a place alone has none.
    """

    body: dict[str, Value]
    items: tuple[Item, ...]


def parse_document(
    data: bytes, *, max_bytes: int = MAX_BYTES
) -> list[EventDraft]:
    """Return the events of an EPCIS document, in order.

    Args:
        data: An EPCISDocument, an EPCISQueryDocument or a single event, in
            JSON.
        max_bytes: A larger document is refused before it is read.

    Raises:
        MalformedError: It is none of these, or not a valid one. The message
            starts with where.
    """
    if len(data) > max_bytes:
        raise MalformedError(
            f"the document has {len(data)} bytes, more than {max_bytes}: send"
            " it in parts"
        )
    try:
        return _document(read_object(parse_json(data)))
    except Fault as fault:
        raise MalformedError(f"{fault.path}: {fault.message}") from fault


def render_event(
    body: Mapping[str, Value], items: Iterable[Item]
) -> dict[str, JSON]:
    """Return the event as EPCIS JSON that stands alone.

    Reading it back gives the same body and items. The demand `after` is the
    ledger's business and is left out.

    Raises:
        MalformedError: It is no EPCIS event.
    """
    context: list[JSON] = [EPCIS_CONTEXT]
    if prefixes := read_context(body.get("@context", [])):
        context.append(dict(prefixes))
    event: dict[str, JSON] = {"@context": context}
    for name, value in body.items():
        if name not in {"@context", "after"}:
            event[name] = _to_json(value)
    for item in items:
        if item.relation == "parentID":
            event["parentID"] = item.id
        elif item.relation in ITEM_MEMBERS:
            elements = event.setdefault(item.relation, [])
            cast("list[JSON]", elements).append(_rendered(item))
        else:
            raise MalformedError(
                f"an EPCIS event names no item as {item.relation[:80]!r}"
            )
    # These two have a list of items, be it an empty one.
    if body.get("type") in {"ObjectEvent", "TransactionEvent"} and not (
        "epcList" in event or "quantityList" in event
    ):
        event["epcList"] = []
    return event


def _rendered(item: Item) -> JSON:
    if not item.is_quantity:
        return item.id
    element: dict[str, JSON] = {"epcClass": item.id}
    if item.quantity is not None:
        element["quantity"] = item.quantity
    if item.uom is not None:
        element["uom"] = item.uom
    return element


def _to_json(value: Value) -> JSON:
    if isinstance(value, bytes):
        raise MalformedError("an EPCIS event holds no bytes")
    if isinstance(value, list):
        return [_to_json(element) for element in value]
    if isinstance(value, dict):
        return {name: _to_json(element) for name, element in value.items()}
    return value


# The envelope, level by level down to the list of events.


def _document(document: dict[str, JSON]) -> list[EventDraft]:
    require_members(document, ("type", "@context"))
    kind = at("type", text, document["type"], {})
    if kind not in _LEVELS:
        return [_event(document, {})]
    prefixes = at("@context", _context, document["@context"], {})
    return _descend(_LEVELS[kind], document, prefixes)


def _descend(
    levels: Sequence[tuple[Reader, str]], value: JSON, prefixes: Prefixes
) -> list[EventDraft]:
    if not levels:
        events = enumerate(read_list(value))
        return [at(i, _event, event, prefixes) for i, event in events]
    (check, inner), *rest = levels
    check(value, prefixes)
    deeper = partial(_descend, rest)
    return at(inner, deeper, read_object(value)[inner], prefixes)


def _seen(_: JSON, __: Prefixes) -> None:
    """Take any value: it is read elsewhere, or no event needs it."""


def _version(value: JSON, prefixes: Prefixes) -> str:
    found = text(value, prefixes)
    if _VERSION.fullmatch(found) is None:
        raise Fault(f"{found[:80]!r} is no version of EPCIS 2")
    return found


def _context(value: JSON, _: Prefixes) -> dict[str, str]:
    return read_context(value)


_HEAD: Mapping[str, Reader] = {
    "@context": _seen,
    "type": _seen,
    "id": uri,
    "schemaVersion": _version,
    "creationDate": time,
    "epcisBody": _seen,
}

_LEVELS: Mapping[str, Sequence[tuple[Reader, str]]] = {
    "EPCISDocument": (
        (
            record(
                {
                    **_HEAD,
                    "instanceIdentifier": text,
                    "sender": text,
                    "receiver": text,
                    "epcisHeader": _seen,
                },
                required=("schemaVersion", "creationDate", "epcisBody"),
                is_open=True,
            ),
            "epcisBody",
        ),
        (
            record({"eventList": _seen}, required=("eventList",), is_open=True),
            "eventList",
        ),
    ),
    "EPCISQueryDocument": (
        (record(_HEAD, required=("epcisBody",), is_open=True), "epcisBody"),
        (
            record(
                {"queryResults": _seen},
                required=("queryResults",),
                is_open=True,
            ),
            "queryResults",
        ),
        (
            record(
                {
                    "queryName": text,
                    "subscriptionID": text,
                    "resultsBody": _seen,
                },
                required=("queryName", "resultsBody"),
                is_open=True,
            ),
            "resultsBody",
        ),
        (
            record(
                {"eventList": _seen, "vocabularyList": _seen},
                required=("eventList",),
                is_open=True,
            ),
            "eventList",
        ),
    ),
}
"""Type of document → for each level, its reader and the member below it."""


# One event.


def _event(value: JSON, prefixes: Prefixes) -> EventDraft:
    event = read_object(value)
    require_members(event, ("type",))
    if "@context" in event:
        own = at("@context", _context, event["@context"], prefixes)
        prefixes = {**prefixes, **own}
    kind = at("type", _event_type, event["type"], prefixes)
    require_members(event, ("eventTime", "eventTimeZoneOffset"))
    known = MEMBERS.get(kind, ALL_MEMBERS)
    body: dict[str, Value] = {}
    items: list[Item] = []
    for name, member in event.items():
        if name == "@context":
            continue
        if name in ALL_MEMBERS and name not in known:
            raise Fault(f"{name} is no member of {kind}")
        if name not in known:
            body[name] = read_extension(name, member, prefixes, known)
        elif name == "recordTime":
            at(name, time, member, prefixes)
        elif name in ITEM_MEMBERS:
            items += at(name, partial(_items, name), member, prefixes)
        else:
            body[name] = at(name, FIELDS[name], member, prefixes)
    if used := _prefixes_used(body, prefixes):
        body["@context"] = cast("Value", used)
    if kind in RULES:
        RULES[kind](event)
    _require_lots(event, body, items, prefixes)
    return EventDraft(body, tuple(items))


def _event_type(value: JSON, prefixes: Prefixes) -> str:
    kind = text(value, prefixes)
    if kind not in MEMBERS and ":" not in kind:
        raise Fault(
            f"{kind[:80]!r} is no type of event: write one of"
            f" {', '.join(MEMBERS)}, or a URI of your own"
        )
    if kind not in MEMBERS:
        expand(kind, prefixes)
    return kind


def _items(relation: str, value: JSON, prefixes: Prefixes) -> list[Item]:
    if relation == "parentID":
        return [Item(relation, _epc(value, prefixes))]
    if relation in EPC_LISTS:
        _texts(value, prefixes)
        elements = enumerate(read_list(value))
        ids = [at(i, _epc, element, prefixes) for i, element in elements]
        # Two spellings of one thing are one item; the same text twice is a
        # mistake, and was refused.
        return [Item(relation, epc) for epc in dict.fromkeys(ids)]
    read = partial(_quantity, relation)
    found: dict[tuple[str, str | None], Item] = {}
    for index, element in enumerate(read_list(value)):
        item = at(index, read, element, prefixes)
        if found.setdefault((item.id, item.uom), item) is not item:
            raise Fault(f"{item.id} stands in the list twice", index)
    return list(found.values())


_texts = listed(text)


def _epc(value: JSON, prefixes: Prefixes) -> str:
    return canonical_item(full_id(text(value, prefixes), prefixes))


_quantity_element = record(
    {"epcClass": identifier, "quantity": amount, "uom": uom},
    required=("epcClass",),
)


def _quantity(relation: str, value: JSON, prefixes: Prefixes) -> Item:
    _quantity_element(value, prefixes)
    element = read_object(value)
    if "uom" in element and "quantity" not in element:
        raise Fault("a uom without a quantity measures nothing")
    quantity = element.get("quantity")
    return Item(
        relation,
        _epc(element["epcClass"], prefixes),
        None if quantity is None else amount(quantity, prefixes),
        cast("str | None", element.get("uom")),
        is_quantity=True,
    )


def _prefixes_used(value: Value, prefixes: Prefixes) -> dict[str, str]:
    """Return the prefixes that *value* uses, but for the standard ones."""
    own = {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if STANDARD_PREFIXES.get(prefix) != namespace
    }
    if not own:
        return {}
    starts = {string.partition(":")[0] for string in _strings(value)}
    return {prefix: own[prefix] for prefix in sorted(starts & own.keys())}


def _strings(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from _strings(element)
    elif isinstance(value, dict):
        for name, element in value.items():
            yield name
            yield from _strings(element)


def _require_lots(
    event: Mapping[str, JSON],
    body: Mapping[str, Value],
    items: Iterable[Item],
    prefixes: Prefixes,
) -> None:
    """Check that no lot that the event names for a new unit is lost.

    A unit keeps its serial number for a name and leaves out the lot that its
    link may hold beside it. The lot must then be in `ilmd`, or a recall of
    the lot would not reach the unit.
    """
    lists = created_lists(body)
    try:
        for item in items if "ilmd" in body else ():
            if item.relation in lists:
                lot_of(body, item.id)
    except MalformedError as error:
        raise Fault(str(error), "ilmd") from error
    for name in sorted(lists & EPC_LISTS & event.keys()):
        for index, epc in enumerate(read_list(event[name])):
            given = full_id(text(epc, prefixes), prefixes)
            lot = lot_beside_serial(given) if "/10/" in given else None
            if lot is None:
                continue
            unit = canonical_item(given)
            if lot_of(body, unit) != lot_item(unit, lot):
                raise Fault(
                    f"the unit's lot {lot!r} would be lost: name it in ilmd as"
                    " cbvmda:lotNumber",
                    index,
                    name,
                )
