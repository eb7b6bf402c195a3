"""Events as EPCIS 2.0 JSON, the way back from body and items."""

from collections.abc import Iterable, Mapping
from typing import cast

from provenance.claims.event import Item
from provenance.encoding.canonical import Value
from provenance.encoding.strict_json import JSON
from provenance.epcis.prefixes import EPCIS_CONTEXT, read_context
from provenance.epcis.shapes import ITEM_MEMBERS
from provenance.errors import MalformedError


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
