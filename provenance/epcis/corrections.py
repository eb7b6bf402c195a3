"""Corrections: events that are said again, as errors.

What is in the log stays. To take an event back its signer says it again,
equal in every member, and adds why (EPCIS 2.0, error declaration):

    "eventID": "urn:uuid:5f5c…", …            as before
    "errorDeclaration": {"declarationTime": "2026-03-02T08:00:00+13:00",
                         "reason": "incorrect_data",
                         "correctiveEventIDs": ["urn:uuid:8d01…"]}

From then on both assert nothing; the corrective events, which may come later
or never, say what is right. The two have one `eventID`, or none: the only
case in which an id may be used twice. So an event with an `eventID` has a
*name*, under which the ledger remembers what was said:

    key       H("provenance/event-name/v1" ‖ 0x00 ‖ issuer ‖ 0x00 ‖ eventID)
    said      H(mp([body without the declaration, items, concealed pointers]))
    declared  H(mp(the declaration)), empty for an event that declares none

An id is its issuer's own: nobody can use up another's. What concealed fields
hold is no part of a name, so that it can be erased without a trace.

In full: `FORMATS.md`, section 11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from provenance.claims.event import Event
from provenance.encoding.canonical import Value, encode
from provenance.encoding.digest import sha256
from provenance.epcis.prefixes import read_context
from provenance.epcis.vocabulary import ERROR_REASON
from provenance.errors import MalformedError

_NAME = b"provenance/event-name/v1"

# A repository sets the time, one statement makes the demand, and how an event
# was written is no part of what it says.
_NOT_ASSERTED = frozenset(
    {"errorDeclaration", "recordTime", "after", "received"}
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """That an event is an error, and what is to replace it.

    Attributes:
        time: When that was found, as its signer wrote it.
        reason: `did_not_occur`, `incorrect_data`, somebody else's URI, or "".
        corrections: The ids of the events that say what is right.
    """

    time: str
    reason: str
    corrections: tuple[str, ...]


class EventName(NamedTuple):
    """Under which key an event's id is remembered, and what was said.

    Attributes:
        key: 32 bytes, of the issuer and the id.
        said: 32 bytes, of all that the event asserts.
        declared: 32 bytes, of its error declaration; empty if it has none.
    """

    key: bytes
    said: bytes
    declared: bytes


def declares_error(body: Mapping[str, Value]) -> bool:
    """Return whether an event says that it is an error."""
    return "errorDeclaration" in body


def read_declaration(body: Mapping[str, Value]) -> Declaration | None:
    """Return why an event says that it is an error, None if it does not.

    Any body is read, whoever made it; what is not of its form is left out.
    """
    if not declares_error(body):
        return None
    declared = body["errorDeclaration"]
    said = declared if isinstance(declared, dict) else {}
    corrections = said.get("correctiveEventIDs")
    return Declaration(
        time=_text(said.get("declarationTime")),
        reason=_reason(_text(said.get("reason")), body),
        corrections=tuple(
            _text(event_id)
            for event_id in (
                corrections if isinstance(corrections, list) else ()
            )
        ),
    )


def assertion(body: Mapping[str, Value]) -> bytes:
    """Return what *body* asserts, apart from its being an error, as bytes."""
    return encode({k: v for k, v in body.items() if k not in _NOT_ASSERTED})


def name_of(event: Event, *, issuer: str) -> EventName | None:
    """Return the name of *event* as *issuer* signed it; None without an id."""
    event_id = event.body.get("eventID")
    if not isinstance(event_id, str):
        return None
    said = [
        assertion(event.body),
        [[i.relation, i.id, i.quantity, i.uom] for i in event.items],
        list[Value](event.pointers),
    ]
    declared = event.body.get("errorDeclaration")
    return EventName(
        sha256(b"\0".join([_NAME, issuer.encode(), event_id.encode()])),
        sha256(encode(said)),
        sha256(encode(declared)) if declares_error(event.body) else b"",
    )


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _reason(text: str, body: Mapping[str, Value]) -> str:
    try:
        return text and ERROR_REASON.read(
            text, read_context(body.get("@context", []))
        )
    except MalformedError:
        # Not a word of the vocabulary: shown as it was written.
        return text
