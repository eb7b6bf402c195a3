"""What stands around the events of a document in XML, level by level.

    EPCISDocument/EPCISBody/EventList
    EPCISQueryDocument/EPCISBody/QueryResults/resultsBody/EventList

Within an EventList, `extension` is where EPCIS 1.2 has the types of events
that came later, `extension` within that where it had AssociationEvent, and
where EPCIS 2.0 has the types of others.
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from provenance.epcis.header import MASTER_DATA_DOCUMENT
from provenance.epcis.readers import ValueFault, time
from provenance.epcis.shapes import MEMBERS
from provenance.epcis.xml.event import (
    DOCUMENT_ATTRIBUTES,
    refuse,
    refuse_attribute,
    unknown,
)
from provenance.epcis.xml.names import (
    EPCIS,
    RESERVED,
    XINCLUDE,
    QName,
    parse_name,
)
from provenance.epcis.xml.shapes import EVENTS
from provenance.epcis.xml.tree import Element
from provenance.epcis.xml.values import SPACE

_VERSION = re.compile(r"[12](?:\.[0-9]+)*")


@dataclass(frozen=True, slots=True)
class EnvelopeLevel:
    """An element around events.

    Attributes:
        inner: What EPCIS has in it beside events; None is passed over, and
            `KEPT` kept with the header.
        required: What cannot be missing.
        holds_events: Whether events stand in it.
    """

    inner: "Mapping[str, EnvelopeLevel | None]"
    required: tuple[str, ...] = ()
    holds_events: bool = False


KEPT = EnvelopeLevel({})
"""What is read as one, and kept beside the events."""

_LATER_YET = EnvelopeLevel({}, holds_events=True)
_LATER = EnvelopeLevel({"extension": _LATER_YET}, holds_events=True)
_EVENT_LIST = EnvelopeLevel({"extension": _LATER}, holds_events=True)
_QUERY_RESULTS = EnvelopeLevel(
    {
        "queryName": None,
        "subscriptionID": None,
        "resultsBody": EnvelopeLevel(
            {"EventList": _EVENT_LIST}, ("EventList",)
        ),
    },
    ("queryName", "resultsBody"),
)
ROOTS: Mapping[str, EnvelopeLevel] = {
    root: EnvelopeLevel(
        {"EPCISHeader": KEPT, "EPCISBody": body}, ("EPCISBody",)
    )
    for root, body in {
        "EPCISDocument": EnvelopeLevel(
            {"EventList": _EVENT_LIST}, ("EventList",)
        ),
        "EPCISQueryDocument": EnvelopeLevel(
            {"QueryResults": _QUERY_RESULTS}, ("QueryResults",)
        ),
        MASTER_DATA_DOCUMENT: EnvelopeLevel(
            {"VocabularyList": KEPT}, ("VocabularyList",)
        ),
    }.items()
}
"""Name of the root → what it holds, down to the events."""


def check_root(root: Element, *, has_namespace: bool) -> None:
    """Check that *root* is a document of EPCIS, and what it says of itself.

    Raises:
        MalformedError: It is not.
    """
    name = root.name
    if name.namespace or name.local not in {*ROOTS, *EVENTS}:
        raise refuse(
            root,
            "this is no EPCISDocument, no EPCISQueryDocument and no event of"
            " EPCIS: write one of these",
        )
    if name.local in ROOTS:
        if not has_namespace:
            raise refuse(
                root, f'this has no namespace: write xmlns:epcis="{EPCIS}"'
            )
        for required in DOCUMENT_ATTRIBUTES:
            if required not in root.attributes:
                raise refuse(root, f"{required} is missing: add it")
    check_attributes(root, DOCUMENT_ATTRIBUTES)
    version = root.attributes.get("schemaVersion", "2.0").strip(SPACE)
    if _VERSION.fullmatch(version) is None:
        raise refuse_attribute(
            root,
            "schemaVersion",
            f"{version[:80]!r} is not EPCIS 1 or 2: write '2.0'",
        )
    if "creationDate" in root.attributes:
        _check_created(root, may_lack_zone=version.startswith("1"))


def check_namespace(element: Element) -> None:
    """Check that *element*, which is not EPCIS's own, can be an extension.

    Raises:
        MalformedError: It wants something included, or would be EPCIS's own.
    """
    namespace = element.name.namespace
    if namespace == XINCLUDE:
        raise refuse(element, "nothing is included: write it out here")
    if namespace.startswith(RESERVED):
        raise refuse(
            element,
            f"{namespace[:80]!r} is no namespace of EPCIS events: write"
            f" {EPCIS!r}",
        )


def check_attributes(element: Element, known: Collection[str]) -> None:
    """Check that *element*, around events, has no attributes but *known*.

    Raises:
        MalformedError: It has; those with a namespace do not count.
    """
    for name in map(parse_name, element.attributes):
        if not name.namespace and name.local not in known:
            raise refuse_attribute(
                element, name.local, unknown("attribute", name, known)
            )


def unexpected(name: QName, level: EnvelopeLevel) -> str:
    """Return why *name* cannot stand in *level*."""
    events = MEMBERS if level.holds_events else ()
    return unknown("element", name, (*level.inner, *events))


def _check_created(root: Element, *, may_lack_zone: bool) -> None:
    created = root.attributes["creationDate"].strip(SPACE)
    if may_lack_zone:
        with suppress(ValueFault):
            time(f"{created}Z", {})
            return
    try:
        time(created, {})
    except ValueFault as fault:
        raise refuse_attribute(root, "creationDate", fault.message) from fault
