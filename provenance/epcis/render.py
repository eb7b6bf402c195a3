"""Events as EPCIS 2.0 JSON, the way back from body and items; documents.

    {"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
     "type": "EPCISDocument", "schemaVersion": "2.0",
     "creationDate": "2026-03-01T09:00:00Z",
     "epcisBody": {"eventList": [
    {"type": "ObjectEvent", …},
    {"@context": {"ext": "https://ns.example.com/epcis/"}, …}
    ]}}

Two events of one document may give one prefix two meanings. So each keeps
the prefixes that it defines, and the document defines none.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from provenance.claims.event import Field, Item
from provenance.encoding.canonical import Value
from provenance.encoding.path import split_pointer
from provenance.encoding.strict_json import JSON
from provenance.epcis.header import KEPT, MASTER_DATA_DOCUMENT, KeptHeader
from provenance.epcis.prefixes import EPCIS_CONTEXT, read_context
from provenance.epcis.received import in_order
from provenance.epcis.shapes import ITEM_MEMBERS
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import MalformedError

VERSION = "2.0"
"""Of the standard that documents are written in."""

QUERY_NAME = "SimpleEventQuery"

_IN_BODY = frozenset({"about", "place", "transformationID"})
"""The relations of items that the event names elsewhere, too."""


def render_event(
    body: Mapping[str, Value], items: Iterable[Item]
) -> dict[str, JSON]:
    """Return the event as EPCIS JSON that stands alone.

    Reading it back gives the same body and items, its members in the order in
    which they came. The demand `after` is the ledger's business, `received`
    says how the event was written, and both are left out.

    Raises:
        MalformedError: It is no EPCIS event.
    """
    if twice := sorted(ITEM_MEMBERS & body.keys()):
        # What a body says of items beside the leaves is on no trail.
        raise MalformedError(
            f"an EPCIS event has its items for leaves, and no {twice[0]} in its"
            " body"
        )
    context: list[JSON] = [EPCIS_CONTEXT]
    if prefixes := read_context(body.get("@context", [])):
        context.append(dict(prefixes))
    event: dict[str, JSON] = {"@context": context}
    names = {"document": KEPT} if body.get("type") == DOCUMENT else {}
    for name, value in in_order(body).items():
        if name not in {"@context", "after"}:
            event[names.get(name, name)] = _to_json(value)
    for item in items:
        if item.relation == "parentID":
            event["parentID"] = item.id
        elif item.relation in ITEM_MEMBERS:
            elements = event.setdefault(item.relation, [])
            cast("list[JSON]", elements).append(_rendered(item))
        elif item.relation not in _IN_BODY:
            raise MalformedError(
                f"an EPCIS event names no item as {item.relation[:80]!r}"
            )
    # These two have a list of items, be it an empty one.
    if body.get("type") in {"ObjectEvent", "TransactionEvent"} and not (
        "epcList" in event or "quantityList" in event
    ):
        event["epcList"] = []
    return event


def put_back(
    body: Mapping[str, Value], fields: Iterable[Field]
) -> dict[str, Value]:
    """Return *body* with concealed *fields* where their pointers say.

    A field that cannot stand there, because something else does or because
    no EPCIS event holds such a value, is left out: what everybody sees does
    not change by what a few may see.
    """
    shown = dict(body)
    for field in fields:
        steps = split_pointer(field.pointer)
        if steps[0] not in ITEM_MEMBERS and not _holds_bytes(field.value):
            _put(shown, steps, field.value)
    return shown


def render_document(
    events: Iterable[Mapping[str, JSON]],
    *,
    created: str,
    header: KeptHeader | None = None,
) -> Iterator[bytes]:
    """Yield an EPCISDocument of *events* in JSON, piece by piece.

    Args:
        events: As `render_event` gives them; each is read when it is needed.
        created: The document's `creationDate`, if its header has none.
        header: What it says beside the events.
    """
    head = _head("EPCISDocument", created)
    members = dict(header.members) if header is not None else {}
    prefixes = header.prefixes if header is not None else {}
    if prefixes:
        head["@context"] = [EPCIS_CONTEXT, dict(prefixes)]
    if members.get("type") == MASTER_DATA_DOCUMENT:
        whole = json.dumps({**head, **members}, ensure_ascii=False)
        yield f"{whole}\n".encode()
        return
    body = members.pop("epcisBody", {})
    version = members.pop("schemaVersion", VERSION)
    if isinstance(version, str) and version.startswith("2"):
        head["schemaVersion"] = version
    opening = '"epcisBody": {'
    for name, value in body.items() if isinstance(body, dict) else ():
        if ":" in name:
            opening += f"{json.dumps(name)}: {json.dumps(value)}, "
    yield from _document(
        {**head, **members}, f'{opening}"eventList": [', "]}}", events
    )


def render_query_document(
    events: Iterable[Mapping[str, JSON]], *, created: str
) -> Iterator[bytes]:
    """Yield an EPCISQueryDocument, the answer that *events* are, in pieces.

    The arguments are those of `render_document`.
    """
    return _document(
        _head("EPCISQueryDocument", created),
        f'"epcisBody": {{"queryResults": {{"queryName": "{QUERY_NAME}",'
        ' "resultsBody": {"eventList": [',
        "]}}}}",
        events,
    )


def _head(kind: str, created: str) -> dict[str, JSON]:
    return {
        "@context": [EPCIS_CONTEXT],
        "type": kind,
        "schemaVersion": VERSION,
        "creationDate": created,
    }


def _document(
    head: Mapping[str, JSON],
    opening: str,
    closing: str,
    events: Iterable[Mapping[str, JSON]],
) -> Iterator[bytes]:
    said = json.dumps(head, ensure_ascii=False)
    yield f"{said[:-1]}, {opening}".encode()
    comma = ""
    for event in events:
        text = json.dumps(_within_document(event), ensure_ascii=False)
        yield f"{comma}\n{text}".encode()
        comma = ","
    yield f"\n{closing}\n".encode()


def _within_document(event: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return *event* without the context that its document has."""
    inner = dict(event)
    prefixes = read_context(inner.pop("@context", []))
    return {"@context": dict(prefixes), **inner} if prefixes else inner


def _rendered(item: Item) -> JSON:
    if not item.is_quantity:
        return item.id
    element: dict[str, JSON] = {"epcClass": item.id}
    if item.quantity is not None:
        element["quantity"] = item.quantity
    if item.uom is not None:
        element["uom"] = item.uom
    return element


def _put(members: dict[str, Value], steps: list[str], value: Value) -> None:
    """Put *value* where *steps* lead below *members*, if nothing is there."""
    step, *deeper = steps
    if not deeper:
        members.setdefault(step, value)
        return
    inner = members.get(step, {})
    if isinstance(inner, dict):
        members[step] = inner = dict(inner)
        _put(inner, deeper, value)


def _holds_bytes(value: Value) -> bool:
    try:
        _to_json(value)
    except MalformedError:
        return True
    return False


def _to_json(value: Value) -> JSON:
    if isinstance(value, bytes):
        raise MalformedError("an EPCIS event holds no bytes")
    if isinstance(value, list):
        return [_to_json(element) for element in value]
    if isinstance(value, dict):
        return {name: _to_json(element) for name, element in value.items()}
    return value
