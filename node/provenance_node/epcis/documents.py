"""Answers: events found, in the forms that the node gives them in.

    lines    {"schema": "provenance.found-event/1", …}, a line each
    object   {"schema": "provenance.events/1", "size": …, "events": […]}
    json     an EPCISQueryDocument, EPCIS 2.0
    xml      the same in XML

The first two say where in the log each event stands, by whom it was signed
and what its receipt is asked for by. Items have canonical Digital Links in
all of them, since that is what was signed; the other ids of an event stand as
its signer wrote them. `as_links` writes those as Digital Links, too: a view
for those who ask for one, and no evidence.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from provenance.encoding.strict_json import JSON
from provenance.epcis.render import render_query_document
from provenance.epcis.xml.write import write_query_xml
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item
from provenance.gs1.epcurn import is_epc_urn
from provenance.ledger.ledger import clock_now
from provenance.ledger.query import Page
from provenance.ledger.search import FoundEvent, written_time

_PLACES = ("readPoint", "bizLocation")
_PARTIES = {"sourceList": "source", "destinationList": "destination"}
_DOCUMENTS = {"bizTransactionList": "bizTransaction"}


def _lines(events: Sequence[FoundEvent], page: Page) -> Iterable[bytes]:
    del page
    for found in events:
        said = {"schema": "provenance.found-event/1", **found.to_json()}
        yield json.dumps(said).encode() + b"\n"


def _object(events: Sequence[FoundEvent], page: Page) -> Iterable[bytes]:
    said = {
        "schema": "provenance.events/1",
        "size": page.size,
        "count": len(events),
        "next_page_token": page.next_page_token,
        "events": [found.to_json() for found in events],
    }
    yield json.dumps(said).encode()


def _json(events: Sequence[FoundEvent], page: Page) -> Iterable[bytes]:
    del page
    return render_query_document(
        (found.event for found in events), created=written_time(clock_now())
    )


def _xml(events: Sequence[FoundEvent], page: Page) -> Iterable[bytes]:
    del page
    return write_query_xml(
        (found.event for found in events), created=written_time(clock_now())
    )


FORMS: Mapping[str, Callable[[Sequence[FoundEvent], Page], Iterable[bytes]]] = {
    "lines": _lines,
    "object": _object,
    "json": _json,
    "xml": _xml,
}
"""Form → what writes a page in it, piece by piece."""


def as_links(event: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return *event* with its EPC URNs as GS1 Digital Link URIs.

    What no link says (a URN that names no GS1 key) stays as it is, and so
    does what stands in extensions, and what is not as EPCIS has it: whoever
    may say something can sign any value.
    """
    said = dict(event)
    for name in _PLACES:
        if name in said:
            said[name] = _with_link(said[name], "id")
    for name, inner in (_PARTIES | _DOCUMENTS).items():
        if isinstance(elements := said.get(name), list):
            said[name] = [_with_link(each, inner) for each in elements]
    return said


def _with_link(value: JSON, name: str) -> JSON:
    if not isinstance(value, dict) or name not in value:
        return value
    return {**value, name: _as_link(value[name])}


def _as_link(value: JSON) -> JSON:
    if not isinstance(value, str) or not is_epc_urn(value):
        return value
    try:
        return canonical_item(value)
    except MalformedError:
        # It is a URN that its signer could write and that names no GS1 key.
        return value
