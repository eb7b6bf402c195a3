"""The event hash id of CBV 2.0: one name for an event, however it is written.

    ni:///sha-256;b44d05e491bebb6e651411ca73dafa9c20ca9432fa11f2e64f4dfb3d7658
    8250?ver=CBV2.0

It is the SHA-256 of a text, the *pre-hash*: the members of the event in one
order, as name=value with nothing between them. That one, broken into lines:

    eventType=ObjectEvent
    eventTime=2026-02-28T19:59:00.000Z
    eventTimeZoneOffset=+13:00
    epcList
        epc=https://id.gs1.org/01/09421902960017/21/K7
        epc=https://id.gs1.org/01/09421902960017/21/K8
    action=OBSERVE
    bizStep=https://ref.gs1.org/cbv/BizStep-shipping
    readPoint
        id=https://id.gs1.org/414/9421902960000/254/4
        {https://ns.example.com/epcis/}door=B
    bizTransactionList
        type=https://ref.gs1.org/cbv/BTT-po
        bizTransaction=urn:epcglobal:cbv:bt:9421902960000:A1
    {https://ns.example.com/epcis/}note=fragile

The elements of a list are sorted, and so are the extensions of an object,
which follow its own members. The lists of transactions, destinations and
sources, `ilmd` and the extensions of the event itself come last, sorted all
together: the published vectors show it so, and the standard's table does not.
Left out are `eventID`, `recordTime`, `errorDeclaration`, `@context` and
comments: an event has the same hash once it is declared an error.

Whoever computed the hash elsewhere finds the event by it. It is an alias and
**proves nothing**: as nothing stands between the members, anybody can make
two events with one hash.

    {"ex:a": "1", "ex:b": "2"}      {"ex:a": "1{https://ex.example/}b=2"}

It does not tell either on which domain a link was, which lot a link names
beside a serial number, or 12.50 from "12.5". The ledger's proofs hang on the
hash of the bytes that were signed, and never on this one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256

from provenance.encoding.path import json_path
from provenance.encoding.strict_json import JSON, MAX_DEPTH
from provenance.epcis.event_hash_value import (
    Names,
    expand_prefix,
    write_time,
    write_value,
    write_word,
)
from provenance.epcis.prefixes import STANDARD_PREFIXES
from provenance.epcis.readers import Prefixes
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    COMPONENT,
    DISPOSITION,
    MEASUREMENT,
    SENSOR_ALERT,
    SOURCE_DEST_TYPE,
    Vocabulary,
)
from provenance.errors import MalformedError

_START, _END = "ni:///sha-256;", "?ver=CBV2.0"
_AS_TYPED = re.compile(
    r"ni:///sha-256;([0-9a-f]{64})(?:\?ver=CBV2\.0)?", re.ASCII | re.IGNORECASE
)

_NO_PREFIXES: Prefixes = {}
_NESTED = (list, dict)

_Write = Callable[[str, JSON, Names], list[str]]
"""Takes the name and value of a member and returns its pieces of the pre-hash:
one for each element of a list, none for nothing."""


def event_hash(
    event: Mapping[str, JSON], prefixes: Prefixes = _NO_PREFIXES
) -> str:
    """Return the event hash id of *event*.

    Args:
        event: An event as EPCIS 2.0 JSON, in any dialect: it need not be
            valid.
        prefixes: Prefix → namespace, as its document defines them. Those of
            its own `@context` come on top.

    Raises:
        MalformedError: It has no type, a time in it is none, or a number or a
            text cannot be written, or it nests deeper than 64.
    """
    try:
        data = prehash(event, prefixes).encode()
    except UnicodeEncodeError as error:
        raise MalformedError(
            "the event holds half of a surrogate pair: write whole characters"
        ) from error
    return f"{_START}{sha256(data).hexdigest()}{_END}"


def prehash(
    event: Mapping[str, JSON], prefixes: Prefixes = _NO_PREFIXES
) -> str:
    """Return the text whose hash is the event hash id of *event*.

    The arguments and errors are those of `event_hash`.
    """
    names = _names(event.get("@context"), prefixes)
    pieces = ["eventType=" + _event_type(event.get("type"), names)]
    for name, write in _FIRST.items():
        if name in event:
            pieces += _member(write, name, event[name], names)
    last: list[str] = []
    for name, value in event.items():
        if name not in _FIRST and name not in _LEFT_OUT:
            last += _member(_LAST.get(name, _extension), name, value, names)
    return "".join(pieces + sorted(last))


def is_event_hash(text: str) -> bool:
    """Return whether `read_event_hash` takes *text*."""
    return _AS_TYPED.fullmatch(text.strip()) is not None


def read_event_hash(text: str) -> str:
    """Return the event hash id that *text* is, as `event_hash` writes it.

    Capitals, blanks around it and a missing `?ver=CBV2.0` are forgiven.

    Raises:
        MalformedError: It is none, or one of another version or digest.
    """
    found = _AS_TYPED.fullmatch(text.strip())
    if found is None:
        raise MalformedError(
            f"{text[:120]!r} is no event hash id: write {_START}, 64"
            f" hexadecimal digits and {_END}"
        )
    return f"{_START}{found[1].lower()}{_END}"


def _names(context: JSON, prefixes: Prefixes) -> Names:
    if context is None and not prefixes:
        return STANDARD_PREFIXES
    names = {**STANDARD_PREFIXES, **prefixes}
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, dict):
            names |= dict(_namespaces(part))
    # A document must not turn every link and URN into something else.
    for scheme in ("http", "https", "urn"):
        names.pop(scheme, None)
    return names


def _namespaces(part: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    """Yield the prefixes that a part of a context defines, at length or not."""
    for name, meaning in part.items():
        match meaning:
            case str(uri) | {"@id": str(uri), "@prefix": True}:
                yield name, uri
            case _:
                pass


def _member(write: _Write, name: str, value: JSON, names: Names) -> list[str]:
    """Return the pieces of a member of the event, sorted."""
    try:
        return sorted(write(name, value, names))
    except MalformedError as error:
        raise MalformedError.at(json_path([name]), str(error)) from error


def _event_type(value: JSON, names: Names) -> str:
    if not isinstance(value, str):
        raise MalformedError("$.type: an event has a type: write it as text")
    kind = expand_prefix(value, names).strip()
    return kind.removeprefix(STANDARD_PREFIXES["epcis"])


# Members that the standard knows.


def _each(write_one: Callable[[JSON, Names], str]) -> _Write:
    """Return the writer of one value, or of a list of values."""

    def write(name: str, value: JSON, names: Names) -> list[str]:
        pieces = []
        for element in value if isinstance(value, list) else (value,):
            if isinstance(element, _NESTED):
                pieces += _pieces(name, element, names, 0)
            elif said := write_one(element, names):
                pieces.append(f"{name}={said}")
        return pieces

    return write


def _listed(element_name: str, write: _Write) -> _Write:
    """Return the writer of a list whose elements *write* writes."""

    def write_list(name: str, value: JSON, names: Names) -> list[str]:
        pieces = sorted(write(element_name, value, names))
        return [name + "".join(pieces)] if pieces else []

    return write_list


def _record(members: Mapping[str, _Write]) -> _Write:
    """Return the writer of an object with *members*, or of a list of them.

    The members have the order of the table, and extensions follow them.
    """

    def write(name: str, value: JSON, names: Names) -> list[str]:
        pieces = []
        for element in value if isinstance(value, list) else [value]:
            if not isinstance(element, dict):
                pieces += _value(name, element, names)
            elif inner := write_members(element, names):
                pieces.append(name + inner)
        return pieces

    def write_members(value: dict[str, JSON], names: Names) -> str:
        pieces: list[str] = []
        for name, write_member in members.items():
            if name in value:
                pieces += sorted(write_member(name, value[name], names))
        others = [
            piece
            for name, member in value.items()
            if name not in members
            for piece in _extension(name, member, names)
        ]
        return "".join(pieces + sorted(others))

    return write


# Members that it does not know.


def _extension(
    name: str, value: JSON, names: Names, depth: int = 0
) -> list[str]:
    """Write a member of any name and value, unless it is a comment."""
    full_name = _in_braces(name, names)
    if full_name in _COMMENTS:
        return []
    return _pieces(full_name, value, names, depth)


def _pieces(name: str, value: JSON, names: Names, depth: int) -> list[str]:
    """Write a member whose name is in its last form."""
    if depth > MAX_DEPTH:
        raise MalformedError(
            f"the event nests more than {MAX_DEPTH} deep: write it with fewer"
            " levels"
        )
    if isinstance(value, list):
        pieces = []
        for element in value:
            inner = _pieces("", element, names, depth + 1)
            pieces.append(name + "".join(sorted(inner)))
        return pieces
    if isinstance(value, dict):
        inner = [
            piece
            for inner_name, member in value.items()
            for piece in _extension(inner_name, member, names, depth + 1)
        ]
        return [name + "".join(sorted(inner))]
    said = write_value(value, names)
    return [f"{name}={said}" if said else name]


def _in_braces(name: str, names: Names) -> str:
    """Return *name* as `{namespace}name`; a plain name stands as it is."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    if prefix in names and not local.startswith("//"):
        namespace = names[prefix]
    else:
        # A URI in full, whose namespace ends where the last part begins.
        cut = max(map(name.rfind, "/#:")) + 1
        if cut == len(prefix) + 1:
            # Nobody defines the prefix.
            return name
        namespace, local = name[:cut], name[cut:]
    if namespace == STANDARD_PREFIXES["cbvmda"]:
        # GS1's namespace in XML ends before the colon, in JSON after it.
        namespace = namespace[:-1]
    return f"{{{namespace}}}{local}"


_COMMENTS = frozenset(
    {"comment", f"{{{STANDARD_PREFIXES['rdfs']}}}comment", "@context"}
)

_LEFT_OUT = frozenset(
    {"@context", "type", "eventID", "recordTime", "errorDeclaration"}
)


# The order.


def _word(vocabulary: Vocabulary) -> _Write:
    return _each(partial(write_word, vocabulary=vocabulary))


_value = _each(write_value)
_time = _each(write_time)
_epcs = _listed("epc", _value)
_quantities = _listed(
    "quantityElement",
    _record({"epcClass": _value, "quantity": _value, "uom": _value}),
)
_dispositions = _record(
    {"set": _word(DISPOSITION), "unset": _word(DISPOSITION)}
)
_place = _record({"id": _value})
_sensor_elements = _listed(
    "sensorElement",
    _record(
        {
            "sensorMetadata": _record(
                {
                    "time": _time,
                    "startTime": _time,
                    "endTime": _time,
                    "deviceID": _value,
                    "deviceMetadata": _value,
                    "rawData": _value,
                    "dataProcessingMethod": _value,
                    "bizRules": _value,
                }
            ),
            "sensorReport": _record(
                {
                    "type": _word(MEASUREMENT),
                    "exception": _word(SENSOR_ALERT),
                    "deviceID": _value,
                    "deviceMetadata": _value,
                    "rawData": _value,
                    "dataProcessingMethod": _value,
                    "time": _time,
                    "microorganism": _value,
                    "chemicalSubstance": _value,
                    "value": _value,
                    "component": _word(COMPONENT),
                    "stringValue": _value,
                    "booleanValue": _value,
                    "hexBinaryValue": _value,
                    "uriValue": _value,
                    "minValue": _value,
                    "maxValue": _value,
                    "meanValue": _value,
                    "sDev": _value,
                    "percRank": _value,
                    "percValue": _value,
                    "uom": _value,
                    "coordinateReferenceSystem": _value,
                }
            ),
        }
    ),
)

_FIRST: Mapping[str, _Write] = {
    "eventTime": _time,
    "eventTimeZoneOffset": _value,
    "certificationInfo": _value,
    "parentID": _value,
    "epcList": _epcs,
    "inputEPCList": _epcs,
    "childEPCs": _epcs,
    "quantityList": _quantities,
    "childQuantityList": _quantities,
    "inputQuantityList": _quantities,
    "outputEPCList": _epcs,
    "outputQuantityList": _quantities,
    "action": _value,
    "transformationID": _value,
    "bizStep": _word(BIZ_STEP),
    "disposition": _word(DISPOSITION),
    "persistentDisposition": _dispositions,
    "readPoint": _place,
    "bizLocation": _place,
    "sensorElementList": _sensor_elements,
}
"""The members that come first, in their order."""

_LAST: Mapping[str, _Write] = {
    name: _listed("", _record({"type": _word(vocabulary), element: _value}))
    for name, element, vocabulary in (
        ("bizTransactionList", "bizTransaction", BIZ_TRANSACTION_TYPE),
        ("sourceList", "source", SOURCE_DEST_TYPE),
        ("destinationList", "destination", SOURCE_DEST_TYPE),
    )
}
"""The members that are sorted among the extensions."""
