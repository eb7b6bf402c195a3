"""Answers: events found, in the forms that the node gives them in.

    lines    {"schema": "provenance.found-event/1", …}, a line each
    object   {"schema": "provenance.events/1", "size": …, "events": […]}
    json     an EPCISQueryDocument, EPCIS 2.0
    xml      the same in XML

The first two say where in the log each event stands, by whom it was signed
and what its receipt is asked for by. Items have canonical Digital Links in
all of them, since that is what was signed; the other ids of an event stand as
its signer wrote them. Other spellings are views for those who ask for one, and
no evidence (`provenance.epcis.received`).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from provenance.epcis.render import render_query_document
from provenance.epcis.xml.write import write_query_xml
from provenance.ledger.ledger import clock_now
from provenance.ledger.query import EventPage
from provenance.ledger.search import FoundEvent, written_time


def _lines(events: Sequence[FoundEvent], page: EventPage) -> Iterable[bytes]:
    del page
    for found in events:
        said = {"schema": "provenance.found-event/1", **found.to_json()}
        yield json.dumps(said).encode() + b"\n"


def _object(events: Sequence[FoundEvent], page: EventPage) -> Iterable[bytes]:
    said = {
        "schema": "provenance.events/1",
        "size": page.size,
        "count": len(events),
        "next_page_token": page.next_page_token,
        "events": [found.to_json() for found in events],
    }
    yield json.dumps(said).encode()


def _json(events: Sequence[FoundEvent], page: EventPage) -> Iterable[bytes]:
    del page
    return render_query_document(
        (found.event for found in events), created=written_time(clock_now())
    )


def _xml(events: Sequence[FoundEvent], page: EventPage) -> Iterable[bytes]:
    del page
    return write_query_xml(
        (found.event for found in events), created=written_time(clock_now())
    )


FORMS: Mapping[
    str, Callable[[Sequence[FoundEvent], EventPage], Iterable[bytes]]
] = {
    "lines": _lines,
    "object": _object,
    "json": _json,
    "xml": _xml,
}
"""Form → what writes a page in it, piece by piece."""
