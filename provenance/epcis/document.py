"""EPCIS documents, taken in strictly.

    {"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
     "type": "EPCISDocument", "schemaVersion": "2.0",
     "creationDate": "2026-03-01T09:00:00Z",
     "epcisBody": {"eventList": [
         {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
          "eventTime": "2026-03-01T08:59:00+13:00",
          "eventTimeZoneOffset": "+13:00",
          "epcList": ["urn:epc:id:sgtin:9421902.096001.K0000"],
          "ilmd": {"cbvmda:lotNumber": "L7"}}]}}

Each event becomes a draft, in the two parts that a signed event has: the
*body*, which everybody may see, and the *items*, which are shown one at a
time. The body keeps every word as it was
written; item ids become canonical. An event that uses prefixes of its
document takes their definitions along, so that it can be read alone.

Nothing is forgiven and nothing is repaired: what a reader could take for
something else, or would overlook, is refused with its place in the document,
such as `$.epcisBody.eventList[1].quantityList[0].quantity`. Left out are what
EPCIS leaves to the repository (`recordTime`), the envelope, empty item lists
and what a link says about an item beside its name.

Documents may as well be XML, or lines of JSON; see `source`.
"""

import io
from collections.abc import Mapping

from provenance.encoding.strict_json import json_bytes
from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.source import read_events
from provenance.errors import MalformedError

MAX_BYTES = 64 * 2**20
"""The largest document that `parse_document` takes by default, in bytes."""


def parse_document(
    data: bytes | Mapping[str, object], *, max_bytes: int = MAX_BYTES
) -> list[EventDraft]:
    """Return the events of an EPCIS document, in order.

    Args:
        data: An EPCISDocument, an EPCISQueryDocument or a single event, in
            JSON or XML; or lines of JSON, each of which is one of these. A
            document in JSON may be a dict as well, and is judged as its text.
        max_bytes: A larger document is refused before it is read.

    Raises:
        MalformedError: It is none of these, or not a valid one. The message
            starts with where.
    """
    if isinstance(data, Mapping):
        data = json_bytes(data)
    if len(data) > max_bytes:
        raise MalformedError(
            f"the document has {len(data)} bytes, more than {max_bytes}: send"
            " it in parts"
        )
    events = read_events(io.BytesIO(data), max_event_bytes=max_bytes)
    return [check_event(raw) for raw in events]
