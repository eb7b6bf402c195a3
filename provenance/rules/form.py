"""What the parts of an event may be beside each other.

`provenance.claims.event` sees to each leaf by itself; here it is what the
body says that an item or a concealed field must agree with:

- what a rule reads is not concealed: type, action, step, dispositions, time,
  id, the declaration of an error, `after`, the prefixes, whatever names items,
  and in `ilmd` lot and expiry, in each spelling of their names;
- a concealed field stands where the body has nothing, and not inside another;
- a `transformationID` is an item of the event, too, and the one that the body
  names; an event without any other item has its read point for one;
- a registry event has its actor for its one item, conceals nothing, and no
  other event names an actor so;
- an item's id is in canonical form, and not that of the trust item.

Of an event of which a part alone is shown these can all be asked: of the
header with `check_form`, of each item shown with `check_named`. Whatever is
refused then would be refused if the whole were there: `check_whole` is both.

In full: `FORMATS.md`, section 3.
"""

from collections.abc import Iterable, Mapping, Sequence

from provenance.claims.actor import ACTOR_RELATION, is_registry_event
from provenance.claims.event import CODES, Counts, Event, Item
from provenance.claims.versions import TRUST_ITEM
from provenance.encoding.canonical import Value
from provenance.epcis.prefixes import STANDARD_PREFIXES, full_id, read_context
from provenance.epcis.shapes import ITEM_MEMBERS
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item

LOT_NUMBER = STANDARD_PREFIXES["cbvmda"] + "lotNumber"
"""The full name of the lot number among master data (`ilmd`)."""

EXPIRY = STANDARD_PREFIXES["cbvmda"] + "itemExpirationDate"
"""That of the date on which an item expires."""

NEVER_CONCEALED = ITEM_MEMBERS | {
    "@context",
    "action",
    "after",
    "bizStep",
    "disposition",
    "errorDeclaration",
    "eventID",
    "eventTime",
    "eventTimeZoneOffset",
    "persistentDisposition",
    "transformationID",
    "type",
}
"""The members that everybody sees, whole; in `ilmd` there are two more."""

_ILMD = "ilmd"
_ACTOR = CODES[ACTOR_RELATION]
_TRANSFORMATION = CODES["transformationID"]
_PLACE = CODES["place"]


def check_whole(event: Event) -> None:
    """Check that the parts of *event* agree.

    Raises:
        MalformedError: They do not.
    """
    check_form(event.body, event.counts, event.pointers)
    for item in event.items:
        check_named(event.body, item)


def check_form(
    body: Mapping[str, Value], counts: Counts, pointers: Sequence[str]
) -> None:
    """Check that *body* and the header of one event agree.

    Args:
        body: What everybody may see of it.
        counts: How many items stand under each relation.
        pointers: Where its concealed fields belong.

    Raises:
        MalformedError: They do not agree.
    """
    codes = {code for code, _ in counts}
    if is_registry_event(body):
        if counts != ((_ACTOR, 1),) or pointers:
            raise MalformedError(
                "a registry event has its actor for its one item, and conceals"
                " nothing"
            )
        return
    if _ACTOR in codes:
        raise MalformedError("only registry events name actors as items")
    if (_TRANSFORMATION in codes) != ("transformationID" in body):
        raise MalformedError(
            "a transformationID stands in the body and among the items"
        )
    if _PLACE in codes and codes != {_PLACE}:
        raise MalformedError("a place is an item of an event that has no other")
    if pointers:
        _check_pointers(body, pointers)


def check_named(body: Mapping[str, Value], item: Item) -> None:
    """Check that *item* is one that the event of this *body* may name.

    Raises:
        MalformedError: Its id is not in canonical form, or the body names
            another transformation or read point.
    """
    # An event there would stand among the versions of the trust.
    if item.id.startswith(TRUST_ITEM):
        raise MalformedError(
            f"{item.id[:80]!r} has the log's own entries for a trail, and no"
            " event may name it"
        )
    # An actor is whom its registry knows by just these characters.
    if item.relation == ACTOR_RELATION:
        return
    if (canonical := canonical_item(item.id)) != item.id:
        raise MalformedError(
            f"item {item.id!r} is not in canonical form: write {canonical!r}"
        )
    if item.relation == "transformationID":
        named = _transformation(body)
    elif item.relation == "place":
        named = _read_point(body)
    else:
        return
    if named != item.id:
        raise MalformedError(
            f"the body names {named!r} as {item.relation}, not {item.id!r}"
        )


def items_named(
    body: Mapping[str, Value], items: Iterable[Item]
) -> tuple[Item, ...]:
    """Return all items of the event whose lists in EPCIS name *items*.

    They are these and its transformation; or its read point, if there are
    none: EPCIS lets an ObjectEvent name none if it has sensor readings and a
    read point, a cold store's log. Then the place is what has the trail.

    Raises:
        MalformedError: It names neither an item nor a read point, or by
            something that is no id.
    """
    found = tuple(items)
    relations = {item.relation for item in found}
    if is_registry_event(body):
        return found
    if "transformationID" in body and "transformationID" not in relations:
        found += (Item("transformationID", _transformation(body)),)
    return found or (Item("place", _read_point(body)),)


def _transformation(body: Mapping[str, Value]) -> str:
    given = body.get("transformationID")
    if not isinstance(given, str):
        raise MalformedError("a transformationID is a URI")
    return canonical_item(full_id(given, _prefixes(body)))


def _read_point(body: Mapping[str, Value]) -> str:
    point = body.get("readPoint")
    place = point.get("id") if isinstance(point, dict) else None
    if not isinstance(place, str):
        raise MalformedError("the event names neither an item nor a read point")
    return canonical_item(full_id(place, _prefixes(body)))


def _prefixes(body: Mapping[str, Value]) -> Mapping[str, str]:
    context = body.get("@context")
    return {} if context is None else read_context(context)


def _check_pointers(body: Mapping[str, Value], pointers: Sequence[str]) -> None:
    there = set(pointers)
    prefixes = _prefixes(body)
    for pointer in pointers:
        steps = split_pointer(pointer)
        if not may_be_concealed(steps, prefixes):
            raise MalformedError(
                f"{pointer[:80]!r} may not be concealed: whoever judges the"
                " event reads it, or a part of it"
            )
        above = pointer
        while above := above[: above.rindex("/")]:
            if above in there:
                raise MalformedError(
                    f"the concealed field {pointer[:80]!r} stands in another"
                )
        _check_vacant(body, steps, pointer)


def split_pointer(pointer: str) -> list[str]:
    """Return the steps of a JSON Pointer (RFC 6901), outermost first."""
    return [
        step.replace("~1", "/").replace("~0", "~")
        for step in pointer[1:].split("/")
    ]


def may_be_concealed(steps: Sequence[str], prefixes: Mapping[str, str]) -> bool:
    """Return whether what *steps* lead to may be a concealed field.

    Args:
        steps: Those of its pointer, one at least.
        prefixes: Those that the event defines.
    """
    first, *deeper = steps
    if first != _ILMD:
        return first not in NEVER_CONCEALED
    # Of the master data as a whole the lot and the expiry are a part.
    return bool(deeper) and full_id(deeper[0], prefixes) not in (
        LOT_NUMBER,
        EXPIRY,
    )


def _check_vacant(
    body: Mapping[str, Value], steps: Sequence[str], pointer: str
) -> None:
    """Refuse a concealed field where, or inside of what, the body says."""
    value: Value | Mapping[str, Value] = body
    for step in steps:
        if not isinstance(value, Mapping):
            break
        if step not in value:
            return
        value = value[step]
    raise MalformedError(
        f"the body has a value where the field {pointer[:80]!r} is concealed"
    )
