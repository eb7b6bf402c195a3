"""What a document says beside its events, kept as an event of its own.

    {"type": "EPCISDocument", "schemaVersion": "2.0",
     "creationDate": "2026-03-01T10:00:00Z",
     "sender": "urn:epc:id:sgln:9521001.00001.0", "instanceIdentifier": "M-1",
     "epcisHeader": {"epcisMasterData": {"vocabularyList": [...]}},
     "epcisBody": {"eventList": [...]}}

becomes, behind the events of the document,

    {"type": "urn:provenance:document", "eventTime": "2026-03-01T10:00:00Z",
     "eventTimeZoneOffset": "+00:00", "document": {
        "schemaVersion": "2.0", "creationDate": "2026-03-01T10:00:00Z",
        "sender": ..., "instanceIdentifier": "M-1", "epcisHeader": {...}}}

which is about the items that the document's events name; or, if the document
has master data alone, about what these describe. If there are none or too many
of them, it is about the document itself. Each member of `document` can be
concealed. A document that says nothing but its version and when it was made
has no such event.

In full: `FORMATS.md`, section 3.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from provenance.claims.event import Item, has_trail
from provenance.encoding.canonical import Value
from provenance.encoding.strict_json import JSON
from provenance.epcis.prefixes import full_id, read_context
from provenance.epcis.readers import (
    Prefixes,
    Reader,
    ValueFault,
    at,
    extension,
    read_list,
    read_object,
    require_members,
    text,
    time,
    unknown_member,
    uri,
)
from provenance.epcis.shapes import EPC_LISTS, QUANTITY_LISTS
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item

Locate = Callable[[Sequence[str | int]], str]

MASTER_DATA_DOCUMENT = "EPCISMasterDataDocument"

MAX_ABOUT = 1_000
"""A document that names more items than that is about itself alone."""

KEPT = "urn:provenance:epcis:document"
"""The member of such an event in EPCIS JSON that has all of it."""

_OF_RAW = frozenset({"@context", "type", "eventTime", "eventTimeZoneOffset",
                     "about", KEPT})  # fmt: skip
_FRAME = frozenset({"@context", "schemaVersion", "creationDate", "queryName",
                    "subscriptionID"})  # fmt: skip
"""What has no need of an event of its own."""

_MEMBERS: Mapping[str, Reader] = {
    "type": text,
    "id": uri,
    "schemaVersion": text,
    "creationDate": text,
    "sender": text,
    "receiver": text,
    "instanceIdentifier": text,
}


def said_around(
    document: Mapping[str, JSON], steps: Sequence[str]
) -> dict[str, JSON]:
    """Return what *document* says beside its events, at *steps*; {} if nothing.

    Raises:
        Fault: The master data of a document of master data are missing.
    """
    kind = document.get("type")
    found = {n: v for n, v in document.items() if n != "type"}
    if kind == MASTER_DATA_DOCUMENT:
        found["type"] = kind
    else:
        found = _without_events(found, steps)
    if found.keys() <= _FRAME:
        return {}
    found.pop("@context", None)
    return found


def _without_events(
    members: Mapping[str, JSON], steps: Sequence[str]
) -> dict[str, JSON]:
    step, *deeper = steps
    found = {name: value for name, value in members.items() if name != step}
    inner = members.get(step)
    if deeper and isinstance(inner, dict):
        left = _without_events(inner, deeper)
        if not left.keys() <= _FRAME:
            found[step] = cast("JSON", left)
    return found


class Named:
    """The items that the events of a document name, as they go by."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    @property
    def ids(self) -> list[JSON]:
        """Their canonical ids; none if they are too many."""
        return [] if len(self._ids) > MAX_ABOUT else list(self._ids)

    def take(self, event: JSON, prefixes: Prefixes) -> None:
        """Take the items of *event*, as it was read."""
        if not isinstance(event, dict):
            return
        for given in _given(event):
            if len(self._ids) > MAX_ABOUT:
                return
            found = _readable(given, prefixes)
            # A product that an event names some of has no trail there.
            if found is not None and has_trail(found, "quantityList"):
                self._ids[found] = None


def _given(event: Mapping[str, JSON]) -> Iterator[JSON]:
    yield event.get("parentID")
    for name in (*sorted(EPC_LISTS), *sorted(QUANTITY_LISTS)):
        elements = event.get(name)
        for element in elements if isinstance(elements, list) else ():
            if isinstance(element, dict):
                yield element.get("epcClass")
            else:
                yield element


def described(document: Mapping[str, JSON]) -> list[JSON]:
    """Return what the master data of a document of master data describe.

    None if they are too many.

    Raises:
        Fault: They are not of their form.
    """
    ids: dict[str, None] = {}
    body = at("epcisBody", _object, document.get("epcisBody"), {})
    require_members(body, ("vocabularyList",))
    for place, vocabulary in _elements(body, "vocabularyList", ["epcisBody"]):
        members = _object_at(vocabulary, place)
        for deeper, element in _elements(
            members, "vocabularyElementList", place
        ):
            given = _object_at(element, deeper).get("id")
            found = _readable(given, {})
            if found is not None and has_trail(found, "about"):
                ids[found] = None
    return [] if len(ids) > MAX_ABOUT else list(ids)


def _elements(
    members: Mapping[str, JSON], name: str, place: Sequence[str | int]
) -> Iterator[tuple[list[str | int], JSON]]:
    """Yield each element of the list *name*, with where it stands."""
    try:
        elements = read_list(members.get(name))
    except ValueFault as fault:
        raise ValueFault(fault.message, name, *reversed(place)) from fault
    for index, element in enumerate(elements):
        yield [*place, name, index], element


def _object_at(value: JSON, place: Sequence[str | int]) -> dict[str, JSON]:
    try:
        return read_object(value)
    except ValueFault as fault:
        raise ValueFault(fault.message, *reversed(place)) from fault


def _object(value: JSON, _: Prefixes) -> dict[str, JSON]:
    return read_object(value)


def _readable(given: JSON, prefixes: Prefixes) -> str | None:
    """Return the canonical id that *given* is, or None if it is none."""
    if not isinstance(given, str):
        return None
    try:
        return canonical_item(full_id(given, prefixes))
    except MalformedError:
        return None


def document_value(
    document: Mapping[str, JSON], about: Iterable[JSON]
) -> dict[str, JSON]:
    """Return the raw event that keeps *document*, about these ids."""
    return {"type": DOCUMENT, KEPT: dict(document), "about": [*about]}


def locate_kept(
    locate: Callable[[Sequence[str | int]], str], steps: Sequence[str | int]
) -> str:
    """Return where that stands of a raw event to which *steps* lead."""
    return locate(steps[1:] if list(steps[:1]) == [KEPT] else ())


class KeptHeader(NamedTuple):
    """What a document is to say beside its events.

    Attributes:
        members: Its members, but for its events.
        prefixes: Those that they use.
    """

    members: Mapping[str, JSON]
    prefixes: Prefixes


def take_header(
    events: Iterable[Mapping[str, JSON]],
) -> tuple[list[Mapping[str, JSON]], KeptHeader | None]:
    """Return *events* without the one that keeps a document's header; and that.

    A document has one header: if several are kept, they stay events.

    Args:
        events: As `render_event` gives them.
    """
    found = list(events)
    headers = [event for event in found if event.get("type") == DOCUMENT]
    if len(headers) != 1 or not isinstance(headers[0].get(KEPT), dict):
        return found, None
    members = cast("dict[str, JSON]", headers[0][KEPT])
    prefixes = read_context(headers[0].get("@context", []))
    return [e for e in found if e is not headers[0]], KeptHeader(
        members, prefixes
    )


def read_document(
    event: Mapping[str, JSON], prefixes: Prefixes
) -> tuple[dict[str, Value], tuple[Item, ...]]:
    """Return body and items of the event that keeps a document.

    Raises:
        Fault: It is not valid.
    """
    require_members(event, (KEPT,))
    for name in event.keys() - _OF_RAW:
        raise unknown_member(name, (KEPT,), is_open=False)
    document = at(KEPT, _read_members, event[KEPT], prefixes)
    created = at(KEPT, _created, event[KEPT], prefixes)
    body: dict[str, Value] = {
        "type": DOCUMENT,
        "eventTime": created,
        "eventTimeZoneOffset": "+00:00" if created[-1] == "Z" else created[-6:],
        "document": document,
    }
    return body, at("about", _read_about, event.get("about", []), prefixes)


def _read_members(value: JSON, prefixes: Prefixes) -> Value:
    return {
        name: at(name, _MEMBERS.get(name, extension), member, prefixes)
        for name, member in read_object(value).items()
    }


def _created(value: JSON, prefixes: Prefixes) -> str:
    """Return when the document was made; in UTC, if it names no zone."""
    members = read_object(value)
    require_members(members, ("creationDate",))
    created = at("creationDate", text, members["creationDate"], prefixes)
    try:
        return time(created, prefixes)
    except ValueFault:
        # Only EPCIS 1 lets the zone be left out.
        is_old = str(members.get("schemaVersion", "")).startswith("1")
        return at(
            "creationDate", time, f"{created}Z" if is_old else created, prefixes
        )


def _read_about(value: JSON, prefixes: Prefixes) -> tuple[Item, ...]:
    return tuple(
        Item("about", at(i, _about, element, prefixes))
        for i, element in enumerate(read_list(value))
    )


def _about(value: JSON, prefixes: Prefixes) -> str:
    return canonical_item(full_id(text(value, prefixes), prefixes))
