"""What an event says, as plain facts that a query can ask for.

A fact is a path and a value. The path is what a query parameter is called
without its operator, names written out in full, vocabulary words bare and
identifiers canonical, so that every spelling of one thing is one fact:

    "bizStep": "cbv:BizStep-shipping"          bizStep = shipping
    "readPoint": {"id": "urn:epc:id:sgln:…"}   readPoint = https://id.gs1.org/…
    "bizTransactionList": [{"type": "po", …}]  bizTransaction_po = urn:…
    "quantityList": [{"quantity": 7,
                      "uom": "KGM", …}]        quantity = 7, quantity_KGM = 7
    "ilmd": {"cbvmda:lotNumber": "L7"}         ILMD_urn:epcglobal:cbv:mda:
                                               lotNumber = L7
    "eventTime": "2026-03-01T09:00:00Z"        eventTime = 1772355600000000

Numbers stand apart from texts; a time is a number, of µs since 1970. A text
in an extension counts as the number or the time that it spells as well, under
a path of its own: in XML all values are texts.

The ledger admits events that are not EPCIS in every detail. What is not of
its form here is no fact, and hides no other.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from provenance.claims.event import Item
from provenance.encoding.canonical import Value
from provenance.epcis.prefixes import (
    STANDARD_PREFIXES,
    expand,
    full_id,
    read_context,
)
from provenance.epcis.readers import Prefixes
from provenance.epcis.shapes import MEMBERS
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    PRIVATE_STEP,
    PRIVATE_STEPS,
    SOURCE_DEST_TYPE,
)
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item
from provenance.gs1.item import MAX_LENGTH

Normal = Callable[[str, Prefixes], str]
"""Returns the one spelling of a text.

Raises `MalformedError` if it is none of the things that it should be.
"""

EXISTS = "EXISTS_"
"""Begins the path of the fact that a field is there."""

AS_NUMBER = " as number"
AS_TIME = " as time"
"""End the paths of what texts in extensions spell."""

SENSOR_NUMBERS = (
    "value", "minValue", "maxValue", "meanValue", "sDev", "percRank",
    "percValue",
)  # fmt: skip
"""What a sensor reports in numbers; all but the rank may have a unit."""

_LONGEST_KEPT = 100
"""Longer times are not remembered, or they could fill the memory."""

_EPCIS = STANDARD_PREFIXES["epcis"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BEGINS_WITH_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|\Z)")
_NUMBER = re.compile(
    r"-?(?:0|[1-9][0-9]{0,40})(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?"
)


class Facts(NamedTuple):
    """All that an event can be asked for, but for the items it names.

    Attributes:
        texts: (path, text) of each fact that is a text.
        numbers: (path, number) of each that is a number or a time.
    """

    texts: set[tuple[str, str]]
    numbers: set[tuple[str, int | float]]


def read_facts(body: Mapping[str, Value], items: Iterable[Item] = ()) -> Facts:
    """Return what an event of that *body* and these *items* says."""
    reading = _Reading(_prefixes(body))
    for name, value in body.items():
        if (read := _MEMBERS.get(name)) is not None:
            read(reading, value)
        elif ":" in name:
            reading.extension("", name, value)
    for item in items:
        if item.quantity is not None:
            reading.number("quantity", item.quantity)
            if item.uom is not None:
                reading.number(f"quantity_{item.uom}", item.quantity)
    return Facts(reading.texts, reading.numbers)


def instant(text: str) -> int | None:
    """Return the time that *text* says, in µs since 1970; None if it is none.

    A time has its zone; a date is the start of that day in UTC. What is finer
    than a microsecond is left out.
    """
    if _BEGINS_WITH_DATE.match(text) is None:
        return None
    return event_instant(text)


def event_instant(text: str) -> int | None:
    """Return the same of an event's time, which any ISO 8601 time may be."""
    if len(text) > _LONGEST_KEPT:
        return _instant.__wrapped__(text)
    return _instant(text)


@lru_cache(maxsize=4096)
def _instant(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == len("2026-03-01"):
        moment = moment.replace(tzinfo=UTC)
    if moment.tzinfo is None:
        return None
    return (moment - _EPOCH) // _MICROSECOND


def spelled_number(text: str) -> float | None:
    """Return the number that *text* spells in decimal, None if it is none.

    `007` is none: the zeros say that it is a name.
    """
    if _NUMBER.fullmatch(text) is None:
        return None
    number = float(text)
    return number if abs(number) != float("inf") else None


# The one spelling of each kind of text.


def event_type(text: str, prefixes: Prefixes) -> str:
    """Return the bare word of a standard type of event, else the full URI."""
    if text in MEMBERS:
        return text
    uri = expand(text, prefixes)
    word = uri.removeprefix(_EPCIS)
    return word if word in MEMBERS else uri


def biz_step(text: str, prefixes: Prefixes) -> str:
    """Return the bare word of a standard step, else the full URI.

    The words of our own steps will do for their URIs.
    """
    if text in PRIVATE_STEPS:
        return PRIVATE_STEP + text
    return BIZ_STEP.read_older(text, prefixes)


def identifier(text: str, prefixes: Prefixes) -> str:
    """Return the canonical id of what *text* names."""
    return canonical_item(full_id(text, prefixes))


def as_written(text: str, prefixes: Prefixes) -> str:
    """Return *text*, which has one spelling only."""
    del prefixes
    return text


def hexadecimal(text: str, prefixes: Prefixes) -> str:
    """Return hexadecimal digits in capitals."""
    del prefixes
    return text.upper()


disposition: Normal = DISPOSITION.read_older
transaction_type: Normal = BIZ_TRANSACTION_TYPE.read_older
party_type: Normal = SOURCE_DEST_TYPE.read_older
error_reason: Normal = ERROR_REASON.read_older
measurement: Normal = MEASUREMENT.read_older

SENSOR_TEXTS: Mapping[str, Normal] = {
    "type": measurement,
    "deviceID": identifier,
    "dataProcessingMethod": full_id,
    "bizRules": full_id,
    "microorganism": full_id,
    "chemicalSubstance": full_id,
    "stringValue": as_written,
    "hexBinaryValue": hexadecimal,
    "uriValue": full_id,
}
"""What sensor metadata and reports say in words → its one spelling."""

_SENSOR_TIMES = ("time", "startTime", "endTime")


class _Reading:
    """Gathers the facts of one event."""

    __slots__ = ("numbers", "prefixes", "texts")

    def __init__(self, prefixes: Prefixes) -> None:
        self.prefixes = prefixes
        self.texts: set[tuple[str, str]] = set()
        self.numbers: set[tuple[str, int | float]] = set()

    def text(self, path: str, value: Value, normal: Normal) -> None:
        if isinstance(value, str):
            self.texts.add((path, _spelled(normal, value, self.prefixes)))

    def number(self, path: str, value: Value) -> None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.numbers.add((path, value))

    def time(self, path: str, value: Value) -> None:
        if isinstance(value, str) and (moment := instant(value)) is not None:
            self.numbers.add((path, moment))

    def happened(self, value: Value) -> None:
        moment = event_instant(value) if isinstance(value, str) else None
        self.number("eventTime", moment)

    def extensions(self, area: str, members: Mapping[str, Value]) -> None:
        for name, value in members.items():
            if ":" in name:
                self.extension(area, name, value)

    def extension(self, area: str, name: str, value: Value) -> None:
        path = area + _spelled(expand, name, self.prefixes)
        self._field(path, value)
        self._inner(f"INNER_{area}", value)

    def _inner(self, area: str, value: Value) -> None:
        if isinstance(value, list):
            for element in value:
                self._inner(area, element)
        elif isinstance(value, dict):
            for name, member in value.items():
                if ":" in name:
                    path = area + _spelled(expand, name, self.prefixes)
                    self._field(path, member)
                self._inner(area, member)

    def _field(self, path: str, value: Value) -> None:
        if value not in (None, "", [], {}):
            self.texts.add((EXISTS + path, ""))
            self._scalars(path, value)

    def _scalars(self, path: str, value: Value) -> None:
        if isinstance(value, str):
            self.texts.add((path, value))
            self.time(path + AS_TIME, value)
            self.number(path + AS_NUMBER, spelled_number(value))
        elif isinstance(value, bool):
            self.texts.add((path, "true" if value else "false"))
        elif isinstance(value, int | float):
            self.number(path, value)
            self.number(path + AS_NUMBER, value)
        elif isinstance(value, list):
            for element in value:
                self._scalars(path, element)
        elif isinstance(value, dict):
            # A value with its type, as JSON-LD writes it.
            self._scalars(path, value.get("@value"))

    def place(self, name: str, value: Value) -> None:
        if not isinstance(value, dict):
            return
        self.extensions(f"{name}_", value)
        given = value.get("id")
        if isinstance(given, str):
            place = _spelled(identifier, given, self.prefixes)
            self.texts.add((name, place))
            # A place without its extension is what the place is a part of.
            whole, part, _ = place.partition("/254/")
            if part:
                self.texts.add((f"WD_{name}", whole))

    def dispositions(self, value: Value) -> None:
        if isinstance(value, dict):
            for name in ("set", "unset"):
                for word in _elements(value.get(name)):
                    path = f"persistentDisposition_{name}"
                    self.text(path, word, disposition)

    def typed(self, name: str, normal: Normal, value: Value) -> None:
        for element in _objects(value):
            given = element.get("type")
            kind = (
                _spelled(normal, given, self.prefixes)
                if isinstance(given, str)
                else ""
            )
            self.text(f"{name}_{kind}", element.get(name), identifier)

    def error(self, value: Value) -> None:
        self.texts.add((f"{EXISTS}errorDeclaration", ""))
        if isinstance(value, dict):
            self.time("errorDeclarationTime", value.get("declarationTime"))
            self.text("errorReason", value.get("reason"), error_reason)
            for event_id in _elements(value.get("correctiveEventIDs")):
                self.text("correctiveEventID", event_id, as_written)
            self.extensions("ERROR_DECLARATION_", value)

    def ilmd(self, value: Value) -> None:
        if isinstance(value, dict):
            self.extensions("ILMD_", value)

    def sensors(self, value: Value) -> None:
        for element in _objects(value):
            self.texts.add((f"{EXISTS}sensorElementList", ""))
            self.extensions("SENSORELEMENT_", element)
            for metadata in _objects([element.get("sensorMetadata")]):
                self._measured("SENSORMETADATA_", metadata)
            for report in _objects(element.get("sensorReport")):
                self._measured("SENSORREPORT_", report)

    def _measured(self, area: str, members: Mapping[str, Value]) -> None:
        self.extensions(area, members)
        uom = members.get("uom")
        for name, value in members.items():
            if (normal := SENSOR_TEXTS.get(name)) is not None:
                self.text(name, value, normal)
            elif name in SENSOR_NUMBERS:
                self.number(name, value)
                if isinstance(uom, str):
                    self.number(f"{name}_{uom}", value)
            elif name in _SENSOR_TIMES:
                self.time(name, value)
            elif name == "booleanValue":
                self._scalars(name, value)


def _spelled(normal: Normal, text: str, prefixes: Prefixes) -> str:
    """Return the one spelling of *text*; *text* itself if it has none."""
    if len(text) > MAX_LENGTH:
        return text  # No word or id is so long; nor is it remembered.
    if not prefixes:
        return _plainly_spelled(normal, text)
    try:
        return normal(text, prefixes)
    except MalformedError:
        return text


@lru_cache(maxsize=16_384)
def _plainly_spelled(normal: Normal, text: str) -> str:
    """Return the same, for an event that defines no prefixes."""
    try:
        return normal(text, {})
    except MalformedError:
        return text


def _prefixes(body: Mapping[str, Value]) -> Prefixes:
    context = body.get("@context")
    if context is None:
        return {}
    try:
        return read_context(context)
    except MalformedError:
        return {}


def _elements(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _objects(value: Value) -> Iterator[dict[str, Value]]:
    for element in _elements(value):
        if isinstance(element, dict):
            yield element


_MEMBERS: Mapping[str, Callable[[_Reading, Value], None]] = {
    "type": lambda r, v: r.text("eventType", v, event_type),
    "action": lambda r, v: r.text("action", v, as_written),
    "eventID": lambda r, v: r.text("eventID", v, as_written),
    "eventTime": _Reading.happened,
    "bizStep": lambda r, v: r.text("bizStep", v, biz_step),
    "disposition": lambda r, v: r.text("disposition", v, disposition),
    "persistentDisposition": _Reading.dispositions,
    "readPoint": lambda r, v: r.place("readPoint", v),
    "bizLocation": lambda r, v: r.place("bizLocation", v),
    "bizTransactionList": lambda r, v: r.typed(
        "bizTransaction", transaction_type, v
    ),
    "sourceList": lambda r, v: r.typed("source", party_type, v),
    "destinationList": lambda r, v: r.typed("destination", party_type, v),
    "transformationID": lambda r, v: r.text("transformationID", v, identifier),
    "errorDeclaration": _Reading.error,
    "ilmd": _Reading.ilmd,
    "sensorElementList": _Reading.sensors,
}
"""Member of an event → what reads it."""
