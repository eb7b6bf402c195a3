"""The documents in XML: EPCIS 2.0, written plainly and for these files alone.

    {"type": "ObjectEvent", "action": "OBSERVE", "epcList": [A, B], …}

    <ObjectEvent><action>OBSERVE</action>
     <epcList><epc>A</epc><epc>B</epc></epcList>…</ObjectEvent>

The library has a writer of its own; this one shares nothing with it, and has
no opinion: a fault in a document comes out as the same fault in XML.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = {
    "epcis": "urn:epcglobal:epcis:xsd:2",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "tea": "https://ns.teahouse.example/epcis/",
}

_CBV = "urn:epcglobal:cbv:"
_WORDS = {
    "bizStep": "bizstep:",
    "disposition": "disp:",
    "set": "disp:",
    "unset": "disp:",
    "reason": "er:",
}
"""Element → what stands between `urn:epcglobal:cbv:` and a bare word."""

_TYPES = {"bizTransaction": "btt:", "source": "sdt:", "destination": "sdt:"}
"""The same for the attribute `type`, by its element."""

_ELEMENTS = {
    "epcList": "epc",
    "childEPCs": "epc",
    "inputEPCList": "epc",
    "outputEPCList": "epc",
    "quantityList": "quantityElement",
    "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement",
    "outputQuantityList": "quantityElement",
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
    "sensorElementList": "sensorElement",
    "correctiveEventIDs": "correctiveEventID",
}
"""Element of a list → each element in it."""

_BARE_LISTS = frozenset({"set", "unset", "certificationInfo", "sensorReport"})
"""What repeats without an element around it."""

_IN_ATTRIBUTES = frozenset({"sensorMetadata", "sensorReport"})


def xml_bytes(document: Mapping[str, Any]) -> bytes:
    """Return an EPCISDocument as XML."""
    head = {
        f"xmlns:{prefix}": namespace for prefix, namespace in NAMESPACES.items()
    }
    for name in ("schemaVersion", "creationDate"):
        if name in document:
            head[name] = document[name]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f"<epcis:EPCISDocument{_attributes(head)}>")
    body = document.get("epcisBody")
    if body is not None:
        lines.append(" <EPCISBody>")
        if "eventList" in body:
            lines.append("  <EventList>")
            for event in body["eventList"]:
                lines += _event(event)
            lines.append("  </EventList>")
        lines.append(" </EPCISBody>")
    lines.append("</epcis:EPCISDocument>")
    return "".join(f"{line}\n" for line in lines).encode()


def _event(event: Mapping[str, Any]) -> Iterable[str]:
    members = {k: v for k, v in event.items() if k not in {"type", "@context"}}
    kind = event.get("type", "Event")
    yield f"   <{kind}>"
    for name, value in members.items():
        yield from _element(name, value, 4)
    yield f"   </{kind}>"


def _element(name: str, value: object, depth: int) -> Iterable[str]:
    space = " " * depth
    if name in _BARE_LISTS and isinstance(value, list):
        for element in value:
            yield from _element(name, element, depth)
        return
    if name in _ELEMENTS and isinstance(value, list):
        yield f"{space}<{name}>"
        for element in value:
            yield from _element(_ELEMENTS[name], element, depth + 1)
        yield f"{space}</{name}>"
        return
    if isinstance(value, list):
        for element in value:
            yield from _element(name, element, depth)
        return
    if not isinstance(value, Mapping):
        yield f"{space}<{name}>{escape(_text(name, value))}</{name}>"
        return
    attributes, text, members = _parts(name, value)
    start = f"{space}<{name}{_attributes(attributes)}"
    if text is not None:
        yield f"{start}>{escape(text)}</{name}>"
    elif not members:
        yield f"{start}/>"
    else:
        yield f"{start}>"
        for member, inner in members.items():
            yield from _element(member, inner, depth + 1)
        yield f"{space}</{name}>"


def _parts(
    name: str, value: Mapping[str, Any]
) -> tuple[dict[str, str], str | None, Mapping[str, Any]]:
    """Return an element's attributes, its text and its members."""
    if name in _IN_ATTRIBUTES:
        attributes = {k: _attribute(k, v) for k, v in value.items()}
        return attributes, None, {}
    if name not in _TYPES:
        return {}, None, value
    # `<bizTransaction type="…">its id</bizTransaction>`
    attributes = {k: v for k, v in value.items() if k != name}
    if "type" in attributes:
        attributes["type"] = _word(_TYPES[name], attributes["type"])
    return attributes, _text(name, value.get(name, "")), {}


def _attribute(name: str, value: object) -> str:
    if name in {"type", "exception"}:
        return _curie(str(value), "gs1:")
    if name == "component":
        return _curie(str(value), "cbv:Comp-")
    return _text(name, value)


def _curie(word: str, start: str) -> str:
    return word if ":" in word else start + word


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return _word(_WORDS[name], text) if name in _WORDS else text


def _word(between: str, word: str) -> str:
    return word if ":" in word else f"{_CBV}{between}{word}"


def _attributes(values: Mapping[str, object]) -> str:
    return "".join(
        f" {name}={quoteattr(str(value))}" for name, value in values.items()
    )
