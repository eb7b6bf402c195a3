"""One event, checked member by member, and kept as it will be signed.

A *raw* event is EPCIS 2.0 JSON that nobody has looked at yet, whatever it was
read from: JSON, lines of JSON, XML, the rows of a table. Checking it gives a
draft, in the two parts that a signed event has (`claims.event`): the
*body*, which everybody may see, and the *items*, which are shown one at a
time. The body keeps every word as it was written; item ids become canonical.
An event that uses prefixes of its document takes their definitions along, so
that it can be read alone.

Nothing is forgiven and nothing is repaired: what a reader could take for
something else, or would overlook, is refused with its place in the source.
Left out are what EPCIS leaves to the repository (`recordTime`), empty item
lists and what a link says about an item beside its name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import cast

from provenance.claims.event import Item
from provenance.encoding.canonical import Value
from provenance.encoding.nearest import suggestion
from provenance.encoding.strict_json import JSON
from provenance.epcis.context import context
from provenance.epcis.fields import FIELDS
from provenance.epcis.header import read_document
from provenance.epcis.lots import Lots
from provenance.epcis.prefixes import STANDARD_PREFIXES, expand, full_id
from provenance.epcis.readers import (
    Prefixes,
    ValueFault,
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
)
from provenance.epcis.received import prefix_length
from provenance.epcis.shapes import (
    ALL_MEMBERS,
    EPC_LISTS,
    ITEM_MEMBERS,
    MEMBERS,
    QUANTITY_EVENT,
    RULES,
)
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item, lot_beside_serial, lot_item

Locate = Callable[[Sequence[str | int]], str]
"""Returns where a value stands in its source, as people look for it: a JSON
path, an XML path with its line, a row and column. It is given the members and
list positions that lead to the value from the event, outermost first."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as it was read, before any of it was checked.

    Attributes:
        value: The event as EPCIS 2.0 JSON.
        prefixes: Prefix → namespace, as its document defines them.
        locate: Where a part of *value* stands in the source.
    """

    value: JSON
    prefixes: Prefixes
    locate: Locate


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event that nobody signed yet.

    Attributes:
        body: Its members, but for those that name items.
        items: The items that its lists name, and its parent, in the
            document's order, ids canonical. Sensor data about a place alone
            has none.
        lengths: For lists of items, the length of the company prefix in the
            URN that each came as, 0 for a link; a list without URNs may be
            left out.
    """

    body: dict[str, Value]
    items: tuple[Item, ...]
    lengths: Mapping[str, Sequence[int]] = field(
        default_factory=dict, compare=False
    )


def check_event(raw: RawEvent) -> EventDraft:
    """Return the draft of the event *raw*.

    Raises:
        MalformedError: It is not valid EPCIS; the message starts with where.
    """
    try:
        return read_event(raw.value, raw.prefixes)
    except ValueFault as fault:
        place = raw.locate(fault.steps[::-1])
        raise MalformedError.at(place, fault.message) from fault


def read_event(value: JSON, prefixes: Prefixes) -> EventDraft:
    """Return the draft of the event that *value* is.

    Args:
        value: The event as EPCIS 2.0 JSON.
        prefixes: Those that its document defines.

    Raises:
        Fault: It is not valid; its steps lead into *value*.
    """
    event = read_object(value)
    require_members(event, ("type",))
    if "@context" in event:
        own = at("@context", context, event["@context"], prefixes)
        prefixes = {**prefixes, **own}
    kind = at("type", _event_type, event["type"], prefixes)
    if kind == DOCUMENT:
        return _whole(*read_document(event, prefixes), prefixes)
    return _of_events(event, kind, prefixes)


def _of_events(
    event: dict[str, JSON], kind: str, prefixes: Prefixes
) -> EventDraft:
    """Return the draft of an event of EPCIS, or of somebody's own type."""
    require_members(event, ("eventTime", "eventTimeZoneOffset"))
    known = MEMBERS.get(kind, ALL_MEMBERS)
    body: dict[str, Value] = {}
    items: list[Item] = []
    lengths: dict[str, Sequence[int]] = {}
    for name, member in event.items():
        if name == "@context":
            continue
        if name in ALL_MEMBERS and name not in known:
            raise ValueFault(f"{name} is no member of {kind}: leave it out")
        if name not in known:
            body[name] = read_extension(name, member, prefixes, known)
        elif name == "recordTime":
            at(name, time, member, prefixes)
        elif name in ITEM_MEMBERS:
            found = at(name, partial(_items, name), member, prefixes)
            items += found
            lengths[name] = [found[item] for item in found]
        else:
            body[name] = at(name, FIELDS[name], member, prefixes)
    draft = _whole(body, items, prefixes, lengths)
    if kind in RULES:
        RULES[kind](event)
    _require_lots(event, body, items, prefixes)
    return draft


def _whole(
    body: dict[str, Value],
    items: Iterable[Item],
    prefixes: Prefixes,
    lengths: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> EventDraft:
    """Return the draft of these parts, with the prefixes that it uses."""
    if used := _prefixes_used(body, prefixes):
        body["@context"] = cast("Value", used)
    return EventDraft(body, tuple(items), lengths)


def _event_type(value: JSON, prefixes: Prefixes) -> str:
    kind = text(value, prefixes)
    if kind == QUANTITY_EVENT:
        raise ValueFault(
            f"a {kind} is no more: write an ObjectEvent's quantityList"
        )
    if kind not in MEMBERS and ":" not in kind:
        instead = suggestion(kind, MEMBERS) or (
            f": write one of {', '.join(MEMBERS)}, or a URI of your own"
        )
        raise ValueFault(f"{kind[:80]!r} is no type of event{instead}")
    if kind not in MEMBERS:
        expand(kind, prefixes)
    return kind


def _items(relation: str, value: JSON, prefixes: Prefixes) -> dict[Item, int]:
    """Return the items of a list, each with its prefix length."""
    if relation == "parentID":
        epc, length = _epc(value, prefixes)
        return {Item(relation, epc): length}
    if relation in EPC_LISTS:
        _texts(value, prefixes)
        ids: dict[str, int] = {}
        for index, element in enumerate(read_list(value)):
            epc, length = at(index, _epc, element, prefixes)
            # Two spellings of one thing are one item; the same text twice is
            # a mistake, and was refused.
            ids.setdefault(epc, length)
        return {Item(relation, epc): length for epc, length in ids.items()}
    read = partial(_quantity, relation)
    found: dict[tuple[str, str | None], tuple[Item, int]] = {}
    for index, element in enumerate(read_list(value)):
        named = at(index, read, element, prefixes)
        item, _ = named
        if found.setdefault((item.id, item.uom), named) is not named:
            raise ValueFault(
                f"{item.id} stands in the list twice: add its amounts up",
                index,
            )
    return dict(found.values())


_texts = listed(text)


def _epc(value: JSON, prefixes: Prefixes) -> tuple[str, int]:
    """Return the item that *value* names, and its prefix length."""
    given = full_id(text(value, prefixes), prefixes)
    item = canonical_item(given)
    return item, prefix_length(given, item)


_quantity_element = record(
    {"epcClass": identifier, "quantity": amount, "uom": uom},
    required=("epcClass",),
)


def _quantity(
    relation: str, value: JSON, prefixes: Prefixes
) -> tuple[Item, int]:
    _quantity_element(value, prefixes)
    element = read_object(value)
    if "uom" in element and "quantity" not in element:
        raise ValueFault(
            "a uom without a quantity measures nothing: add the quantity, or"
            " leave the uom out"
        )
    quantity = element.get("quantity")
    epc, length = _epc(element["epcClass"], prefixes)
    item = Item(
        relation,
        epc,
        None if quantity is None else amount(quantity, prefixes),
        cast("str | None", element.get("uom")),
    )
    return item, length


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


def _made_lists(body: Mapping[str, Value]) -> frozenset[str]:
    """Return the lists of the event that its `ilmd` is about."""
    if body["type"] == "TransformationEvent":
        return frozenset({"outputEPCList", "outputQuantityList"})
    if body["type"] == "ObjectEvent" and body["action"] == "ADD":
        return frozenset({"epcList", "quantityList"})
    return frozenset()


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
    lists, lots = _made_lists(body), Lots(body)
    try:
        for item in items if "ilmd" in body else ():
            if item.relation in lists:
                lots.of(item.id)
    except MalformedError as error:
        raise ValueFault(str(error), "ilmd") from error
    for name in sorted(lists & EPC_LISTS & event.keys()):
        for index, epc in enumerate(read_list(event[name])):
            given = full_id(text(epc, prefixes), prefixes)
            lot = lot_beside_serial(given) if "/10/" in given else None
            if lot is None:
                continue
            unit = canonical_item(given)
            if lots.of(unit) != lot_item(unit, lot):
                raise ValueFault(
                    f"the unit's lot {lot!r} would be lost: name it in ilmd as"
                    " cbvmda:lotNumber",
                    index,
                    name,
                )
