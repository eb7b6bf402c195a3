"""What stands around the events of a document in JSON, level by level.

An EPCISDocument brings events to a repository, an EPCISQueryDocument brings
an answer from one, and an event may stand alone with an `@context` of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from provenance.encoding.strict_json import JSON
from provenance.epcis.context import context
from provenance.epcis.header import (
    MASTER_DATA_DOCUMENT,
    described,
    said_around,
)
from provenance.epcis.readers import (
    Prefixes,
    Reader,
    ValueFault,
    at,
    read_list,
    read_object,
    record,
    require_members,
    text,
    time,
    uri,
)

_VERSION = re.compile(r"2(?:\.[0-9]+)*")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a document says beside its events.

    Attributes:
        prefixes: Prefix → namespace, as the document defines them.
        steps: The members that lead to the list of events; () for an event
            that stands alone.
        events: The events, not yet looked at.
        around: What it says beside them that is to be kept; {} if nothing.
        described: What its master data describe, if it has nothing else.
    """

    prefixes: Prefixes
    steps: tuple[str, ...]
    events: list[JSON]
    around: Mapping[str, JSON] = field(default_factory=dict)
    described: Sequence[JSON] = ()


def read_envelope(document: dict[str, JSON], given: Prefixes) -> Envelope:
    """Return what is around the events of *document*, and which they are.

    Prefixes that the document does not define are those *given* beside it.

    Raises:
        Fault: It is not valid; the events themselves are not looked at.
    """
    require_members(document, ("type", "@context"))
    kind = at("type", text, document["type"], {})
    if kind not in _LEVELS:
        if "epcisBody" in document:
            raise ValueFault(
                f"{kind[:80]!r} is no type of document: write one of"
                f" {', '.join(_LEVELS)}",
                "type",
            )
        return Envelope(given, (), [document])
    own = at("@context", context, document["@context"], {})
    prefixes = {**given, **own}
    levels = _LEVELS[kind]
    steps = tuple(inner for _, inner in levels)
    if kind == MASTER_DATA_DOCUMENT:
        for check, _ in levels:
            check(document, prefixes)
        around = said_around(document, steps)
        return Envelope(prefixes, (), [], around, described(document))
    events = _descend(levels, document, prefixes)
    return Envelope(prefixes, steps, events, said_around(document, steps))


def _descend(
    levels: Sequence[tuple[Reader, str]], value: JSON, prefixes: Prefixes
) -> list[JSON]:
    if not levels:
        return read_list(value)
    (check, inner), *rest = levels
    check(value, prefixes)
    deeper = partial(_descend, rest)
    return at(inner, deeper, read_object(value)[inner], prefixes)


def _seen(_: JSON, __: Prefixes) -> None:
    """Take any value: it is read elsewhere, or no event needs it."""


def _version(value: JSON, prefixes: Prefixes) -> str:
    found = text(value, prefixes)
    if _VERSION.fullmatch(found) is None:
        raise ValueFault(
            f"{found[:80]!r} is no version of EPCIS 2: write '2.0', the one"
            " that JSON came with"
        )
    return found


_HEAD: Mapping[str, Reader] = {
    "@context": _seen,
    "type": _seen,
    "id": uri,
    "schemaVersion": _version,
    "creationDate": time,
    "epcisBody": _seen,
}

_DOCUMENT = record(
    {
        **_HEAD,
        "instanceIdentifier": text,
        "sender": text,
        "receiver": text,
        "epcisHeader": _seen,
    },
    required=("schemaVersion", "creationDate", "epcisBody"),
    is_open=True,
)

_LEVELS: Mapping[str, Sequence[tuple[Reader, str]]] = {
    "EPCISDocument": (
        (_DOCUMENT, "epcisBody"),
        (
            record({"eventList": _seen}, required=("eventList",), is_open=True),
            "eventList",
        ),
    ),
    MASTER_DATA_DOCUMENT: ((_DOCUMENT, "epcisBody"),),
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

EVENT_LISTS = tuple(
    tuple(inner for _, inner in levels)
    for kind, levels in _LEVELS.items()
    if kind != MASTER_DATA_DOCUMENT
)
"""The members that lead to the events, for each type of document."""
