"""Resources: what EPCIS 2.0 has, at which path, with which methods.

The table is the standard's own (REST binding, EPCIS 2.0, section 12), under
`/epcis`; what this node does not offer stands in it too, and is answered with
501. `OPTIONS` and the `Allow` of a 405 come from here.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

ROOT = "/epcis"


class FieldResource(NamedTuple):
    """A resource whose elements are the values of one field of events.

    Attributes:
        name: Of the resource.
        one: What the path calls one of its values.
        parameters: What SimpleEventQuery calls the search for it; where it
            has two, for things and for classes, either will do.
        example: One of its values.
    """

    name: str
    one: str
    parameters: tuple[str, ...]
    example: str


FIELDS = (
    FieldResource("eventTypes", "eventType", ("eventType",), "ObjectEvent"),
    FieldResource(
        "epcs", "epc", ("MATCH_anyEPC", "MATCH_anyEPCClass"),
        "urn:epc:id:sgtin:9506000.013435.42",
    ),
    FieldResource("bizSteps", "bizStep", ("EQ_bizStep",), "shipping"),
    FieldResource(
        "bizLocations", "bizLocation", ("EQ_bizLocation",),
        "urn:epc:id:sgln:9506000.00000.0",
    ),
    FieldResource(
        "readPoints", "readPoint", ("EQ_readPoint",),
        "urn:epc:id:sgln:9506000.00000.0",
    ),
    FieldResource(
        "dispositions", "disposition", ("EQ_disposition",), "in_transit"
    ),
)  # fmt: skip

TOP = (
    "events", *(field.name for field in FIELDS), "capture", "queries",
)  # fmt: skip
"""The top-level resources."""

EVENT_TYPES = (
    "AggregationEvent", "AssociationEvent", "ObjectEvent", "TransactionEvent",
    "TransformationEvent",
)  # fmt: skip

METHODS: Mapping[str, tuple[str, ...]] = {
    "": ("GET",),
    "/events": ("GET", "POST"),
    "/events/{eventID}": ("GET",),
    **{
        path: ("GET",)
        for field in FIELDS
        for path in (
            f"/{field.name}",
            f"/{field.name}/{{{field.one}}}/events",
            f"/{field.name}/{{{field.one}}}",
        )
    },
    "/capture": ("GET", "POST"),
    "/capture/{captureID}": ("GET",),
    "/queries": ("GET", "POST"),
    "/queries/{queryName}/events": ("GET",),
    "/queries/{queryName}/subscriptions": ("GET", "POST"),
    "/queries/{queryName}/subscriptions/{subscriptionID}": ("GET", "DELETE"),
    "/queries/{queryName}": ("GET", "DELETE"),
    "/nextPageToken/{token}": ("DELETE",),
}
"""Path below `ROOT` → methods, apart from OPTIONS; the longer paths first."""

URIS = frozenset({"eventID", *(field.one for field in FIELDS)})
"""The parts of paths that are URIs, which have slashes in them."""


def template(path: str) -> str:
    """Return *path* as the router has it."""
    for name in URIS:
        path = path.replace(f"{{{name}}}", f"{{{name}:path}}")
    return ROOT + path


def allow(path: str) -> str:
    """Return the `Allow` header of a path in the table."""
    return ", ".join((*METHODS[path], "OPTIONS"))


def find(path: str) -> str | None:
    """Return the path in the table that an address's *path* is one of."""
    for known, pattern in _PATTERNS:
        if pattern.fullmatch(path):
            return known
    return None


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile(
        re.escape(ROOT)
        + "".join(
            (".+" if part in URIS else "[^/]+") if at % 2 else re.escape(part)
            for at, part in enumerate(parts)
        ),
        re.DOTALL,
    )


_PATTERNS = [(path, _pattern(path)) for path in METHODS]
