"""What the parts of an event may be beside each other.

`provenance.claims.event` sees to each leaf by itself; here it is what its
type, its words and its lists must agree in:

- type and action are those of a form of the evidence book, which says which
  lists there may be, how many items in each, and which must not be empty;
- steps are words that the book knows, or URIs of somebody's own; no text of
  the body hides control characters;
- what a rule reads is not concealed: the book says which members;
- a concealed field stands where the body has nothing, and not inside another;
- a `transformationID` is an item of the event, too, and the one that the body
  names; an event without any other item that could have a trail, some of a
  class alone, has its place for one, or is about the class;
- an event that warns of a whole product names it as what it is `about`, too;
- a registry event has its actor for its one item, conceals nothing, and no
  other event names an actor so;
- an item's id is in canonical form, and not that of the trust item.

Of an event of which a part alone is shown these can all be asked: of the
header with `check_form`, of each item shown with `check_named`. Whatever is
refused then would be refused if the whole were there: `check_whole` is both,
and what takes all of its items.

In full: `FORMATS.md`, section 3.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from provenance.claims.actor import (
    ACTOR_RELATION,
    ENROLLED,
    is_registry_event,
)
from provenance.claims.event import (
    CODES,
    QUANTITY_LISTS,
    RELATIONS,
    Counts,
    Event,
    Item,
    has_trail,
    read_after,
)
from provenance.claims.versions import TRUST_ITEM
from provenance.encoding.canonical import Value, encode
from provenance.encoding.digest import sha256
from provenance.encoding.path import split_pointer
from provenance.encoding.text import hides
from provenance.epcis.prefixes import full_id, prefixes_of
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item, gtin_of
from provenance.rules.book import EvidenceBook, Form
from provenance.rules.identity import check_actor_id, is_party
from provenance.rules.reading import EventReading, form_of, read_event

_ILMD = "ilmd"
_PLACES = ("readPoint", "bizLocation")
_ACTOR = CODES[ACTOR_RELATION]
_TRANSFORMATION = CODES["transformationID"]
_PLACE = CODES["place"]
_ABOUT = CODES["about"]
_AMOUNTS = frozenset(CODES[relation] for relation in QUANTITY_LISTS)
_STANDS_IN = frozenset({_PLACE, _ABOUT})
"""What gives a trail to an event of some of a class alone, in every form."""


def check_whole(event: Event, book: EvidenceBook) -> EventReading:
    """Check that the parts of *event* agree; return what it says.

    Raises:
        MalformedError: They do not.
    """
    reading = check_form(event.body, event.counts, event.pointers, book)
    for item in event.items:
        check_named(event.body, item)
    check_items(event.body, event.items, reading, book)
    return reading


def check_items(
    body: Mapping[str, Value],
    items: Sequence[Item],
    reading: EventReading,
    book: EvidenceBook,
) -> None:
    """Check what takes all of an event's *items*.

    Raises:
        MalformedError: It follows the trail of another item; its place is an
            item beside one that has a trail; or it warns of a whole product,
            and is not about it.
    """
    after = read_after(body)
    named = {item.id for item in items} if after else ()
    for item_id, _ in after:
        if item_id not in named:
            raise MalformedError(
                f"`after` asks for the trail of {item_id[:80]!r}, which is no"
                " item of the event"
            ).under("form.after")
    if any(item.relation == "place" for item in items) and any(
        has_trail(item.id, item.relation)
        for item in items
        if item.relation != "place"
    ):
        raise _place_beside()
    missing = _products(items) if reading.warns else []
    if not missing:
        return
    if _ABOUT in form_of(body, book).lists:
        raise MalformedError(
            f"a warning of the whole product {missing[0]!r} names it as what"
            " it is about, too"
        ).under("form.product")
    if reading.recalls:
        raise MalformedError(
            f"a recall of the whole product {missing[0]!r} is an ObjectEvent"
            " that is about it: this type of event is on no product's trail"
        ).under("form.product")


def check_form(
    body: Mapping[str, Value],
    counts: Counts,
    pointers: Sequence[str],
    book: EvidenceBook,
) -> EventReading:
    """Check that *body* and the header of one event agree.

    Args:
        body: What everybody may see of it.
        counts: How many items stand under each relation.
        pointers: Where its concealed fields belong.
        book: The evidence book in force.

    Returns:
        What the event says.

    Raises:
        MalformedError: They do not agree.
    """
    codes = {code for code, _ in counts}
    if is_registry_event(body):
        if counts != ((_ACTOR, 1),) or pointers:
            raise MalformedError(
                "a registry event has its actor for its one item, and conceals"
                " nothing"
            ).under("form.registry")
        return read_event(body, counts, book)
    _check_texts(body)
    reading = read_event(body, counts, book)
    if _ACTOR in codes:
        raise MalformedError("only registry events name actors as items").under(
            "form.registry"
        )
    if (_TRANSFORMATION in codes) != ("transformationID" in body):
        raise MalformedError(
            "a transformationID stands in the body and among the items"
        ).under("form.id")
    if _PLACE in codes and not codes <= _AMOUNTS | {_PLACE}:
        raise _place_beside()
    fault = _lists_fault(reading.form, counts)
    if fault:
        action = body.get("action") or ""
        raise MalformedError(
            f"{body['type']!s} {action!s}".rstrip() + fault
        ).under("form.lists")
    if pointers:
        _check_pointers(body, pointers, book)
    return reading


def check_named(body: Mapping[str, Value], item: Item) -> None:
    """Check that *item* is one that the event of this *body* may name.

    Raises:
        MalformedError: Its id is not in canonical form, or the body names
            another transformation or place.
    """
    # An event there would stand among the versions of the trust.
    if item.id.startswith(TRUST_ITEM):
        raise MalformedError(
            f"{item.id[:80]!r} has the log's own entries for a trail, and no"
            " event may name it"
        ).under("identity.trail")
    # An actor is whom its registry knows by just these characters.
    if item.relation == ACTOR_RELATION:
        if body.get("type") == ENROLLED:
            check_actor_id(item.id)
        return
    if (canonical := canonical_item(item.id)) != item.id:
        raise MalformedError(
            f"item {item.id!r} is not in canonical form: write {canonical!r}"
        ).under("form.id")
    if item.relation == "transformationID":
        named = _transformation(body)
    elif item.relation == "place":
        named = _place(body)
    else:
        return
    if named != item.id:
        raise MalformedError(
            f"the body names {named!r} as {item.relation}, not {item.id!r}"
        ).under("form.id")


def items_named(
    body: Mapping[str, Value], items: Iterable[Item], book: EvidenceBook
) -> tuple[Item, ...]:
    """Return all items of the event whose lists in EPCIS name *items*.

    They are these and its transformation. Of a whole product that it warns of
    the event is said to be about, too: so the product has a trail. If none of
    them has one, its place is an item, too: EPCIS lets an event name some of a
    class alone, a stock count, or nothing if it has sensor readings, a cold
    store's log. Of a class without a place the event is about the product. A
    document that is about nothing else is about itself.

    Raises:
        MalformedError: It names neither an item nor a place, or by something
            that is no id; or its words are none.
    """
    found = tuple(items)
    if is_registry_event(body):
        return found
    if body.get("type") == DOCUMENT:
        about = tuple(item for item in found if not is_party(item.id))
        return about or (Item("about", _document(body)),)
    relations = {item.relation for item in found}
    if "transformationID" in body and "transformationID" not in relations:
        found += (Item("transformationID", _transformation(body)),)
    products = _products(found)
    if (
        products
        and _ABOUT in form_of(body, book).lists
        and read_event(body, (), book).warns
    ):
        found += tuple(Item("about", product) for product in products)
    if any(has_trail(item.id, item.relation) for item in found):
        return found
    if not found or _names_place(body):
        return (*found, Item("place", _place(body)))
    return found + tuple(Item("about", product) for product in products)


def _place_beside() -> MalformedError:
    return MalformedError(
        "a place is an item of an event that has no other with a trail"
    ).under("form.lists")


def _products(items: Sequence[Item]) -> list[str]:
    """Return the products that an event names whole, and is not about.

    A variant of a product (AI 22) is in nobody's story but the product is, for
    no id of a unit says which variant it is.
    """
    found: dict[str, None] = {}
    about = set()
    for item in items:
        if item.relation == "about":
            about.add(item.id)
        if item.relation in QUANTITY_LISTS or item.relation == "about":
            # A class has no trail where some of it is named.
            gtin = gtin_of(item.id)
            if gtin is not None and not has_trail(item.id, "quantityList"):
                found[f"https://id.gs1.org/01/{gtin}"] = None
    return [product for product in found if product not in about]


@lru_cache(maxsize=4096)
def _lists_fault(form: Form, counts: Counts) -> str:
    """Return what is wrong with lists of these sizes, "" if nothing is."""
    found = dict(counts)
    others = found.keys() - _STANDS_IN
    stands_in = _STANDS_IN if others and others <= _AMOUNTS else frozenset()
    for code in found:
        if code not in form.lists and code not in stands_in:
            return f" has no {RELATIONS[code - 1]}"
    for code, (least, most, _) in form.lists.items():
        number = found.get(code, 0)
        if number < least or (most and number > most):
            wanted = least if number < least else most
            return (
                f" has {wanted} {RELATIONS[code - 1]}, and this one has"
                f" {number}"
            )
    for codes in form.some:
        if not codes & found.keys():
            lists = " or ".join(RELATIONS[code - 1] for code in sorted(codes))
            return f" names an item in {lists}, and this one none"
    return ""


def _check_texts(body: Mapping[str, Value]) -> None:
    for name, value in body.items():
        if isinstance(value, str) and hides(value):
            raise MalformedError(
                f"{name[:80]} holds a character that cannot be seen:"
                f" {value[:80]!r}"
            ).under("word.text")


def _transformation(body: Mapping[str, Value]) -> str:
    given = body.get("transformationID")
    if not isinstance(given, str):
        raise MalformedError("a transformationID is a URI").under("form.id")
    return canonical_item(full_id(given, prefixes_of(body)))


def _document(body: Mapping[str, Value]) -> str:
    """Return the id of a document: its own, or one made of what all may see."""
    members = body.get("document")
    own = members.get("id") if isinstance(members, dict) else None
    if isinstance(own, str):
        return canonical_item(own)
    digest = urlsafe_b64encode(sha256(encode(body))).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"


def _names_place(body: Mapping[str, Value]) -> bool:
    return any(body.get(name) is not None for name in _PLACES)


def _place(body: Mapping[str, Value]) -> str:
    """Return the id of where it was read, else of where things are since."""
    points = (body.get(name) for name in _PLACES)
    point = next((each for each in points if each is not None), None)
    place = point.get("id") if isinstance(point, dict) else None
    if not isinstance(place, str):
        raise MalformedError(
            "the event names neither an item nor a place"
        ).under("form.id")
    return canonical_item(full_id(place, prefixes_of(body)))


def _check_pointers(
    body: Mapping[str, Value], pointers: Sequence[str], book: EvidenceBook
) -> None:
    there = set(pointers)
    prefixes = prefixes_of(body)
    for pointer in pointers:
        steps = split_pointer(pointer)
        if not may_be_concealed(steps, prefixes, book):
            raise MalformedError(
                f"{pointer[:80]!r} may not be concealed: whoever judges the"
                " event reads it, or a part of it"
            ).under("conceal.open")
        above = pointer
        while above := above[: above.rindex("/")]:
            if above in there:
                raise MalformedError(
                    f"the concealed field {pointer[:80]!r} stands in another"
                ).under("conceal.once")
        _check_vacant(body, steps, pointer)


def may_be_concealed(
    steps: Sequence[str], prefixes: Mapping[str, str], book: EvidenceBook
) -> bool:
    """Return whether what *steps* lead to may be a concealed field.

    Args:
        steps: Those of its pointer, one at least.
        prefixes: Those that the event defines.
        book: The evidence book in force.
    """
    first, *deeper = steps
    if first != _ILMD:
        return first not in book.open_members
    # Of the master data as a whole the lot and the expiry are a part.
    return bool(deeper) and full_id(deeper[0], prefixes) not in book.open_ilmd


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
    ).under("conceal.once")
