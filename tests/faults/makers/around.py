"""Faults around the events: the envelope of a document, and its prefixes."""

from tests.faults.case import (
    Fault,
    append,
    drop,
    edited,
    in_both,
    in_bytes,
    in_json,
    json_bytes,
    put,
    rename,
)
from tests.faults.stories import GS1_CONTEXT, Document

_NOT_GS1 = (
    "is not GS1's, and nothing is fetched: define its prefixes in the document"
)
_NO_SCHEME = "a prefix is a word, and no scheme of URIs; choose another"
_ADDRESS = (
    "an @context is the address of GS1's context, prefixes, or a list of"
    f" these: write {GS1_CONTEXT!r}"
)
_KINDS = (
    "write one of EPCISDocument, EPCISMasterDataDocument, EPCISQueryDocument"
)


def _only_events(document: Document) -> None:
    document["epcisBody"] = document["epcisBody"]["eventList"]


def _as_list(_: bytes) -> bytes:
    events = edited("making", drop("$.schemaVersion"))
    return json_bytes(events["epcisBody"]["eventList"])


def faults() -> list[Fault]:
    return [
        # The context.
        in_json(
            "context-missing",
            "a document without @context",
            "making", drop("$.@context"),
            place="$", reason="@context is missing: add it",
        ),
        in_json(
            "context-missing-from-an-event-alone",
            "an event that stands alone, without the @context it needs then",
            "alone", drop("$.@context"),
            place="$", reason="@context is missing: add it",
        ),
        in_json(
            "context-remote",
            "a context of somebody's own, which would have to be fetched",
            "making", append("$.@context", "https://ns.teahouse.example/v1.jsonld"),
            place="$.@context[2]",
            reason=f"the context 'https://ns.teahouse.example/v1.jsonld' {_NOT_GS1}",
        ),
        in_json(
            "context-lookalike",
            "the address of GS1's context on another host",
            "shipping", put("$.@context[0]", GS1_CONTEXT.replace("ref.gs1.org", "ref.gs1.org.example")),
            place="$.@context[0]",
            reason="the context 'https://ref.gs1.org.example/standards/epcis/epcis-context.jsonld' " + _NOT_GS1,
        ),
        in_json(
            "context-redefines-a-scheme",
            "a prefix that would change the meaning of every https address",
            "making", put("$.@context[1].https", "https://evil.example/"),
            place="$.@context[1].https",
            reason=f"an @context may not define 'https': {_NO_SCHEME}",
        ),
        in_json(
            "context-redefines-urn",
            "a prefix that would change the meaning of every URN",
            "watching", put("$.@context[1].urn", "https://evil.example/"),
            place="$.@context[1].urn",
            reason=f"an @context may not define 'urn': {_NO_SCHEME}",
        ),
        in_json(
            "context-namespace-relative",
            "a prefix whose namespace is no full URI",
            "making", put("$.@context[1].tea", "epcis/"),
            place="$.@context[1].tea",
            reason="the namespace of prefix 'tea' is a URI in full, unlike 'epcis/': write it out",
        ),
        in_json(
            "context-namespace-prefixed",
            "a prefix whose namespace uses another prefix",
            "making", put("$.@context[1].tea", "gs1:tea/"),
            place="$.@context[1].tea",
            reason="the namespace of prefix 'tea' is a URI in full, unlike 'gs1:tea/': write it out",
        ),
        in_json(
            "context-term-definition",
            "a word defined by an object, which is no prefix",
            "making", put("$.@context[1].leaf", {"@id": "https://ns.teahouse.example/epcis/"}),
            place="$.@context[1].leaf",
            reason="'leaf' would name something without a prefix: add \"@prefix\": true, or name the extension with a prefix",
        ),
        in_json(
            "context-number",
            "an @context that is a number",
            "shipping", put("$.@context", 2.0),
            place="$.@context", reason=_ADDRESS,
        ),
        in_json(
            "context-of-an-event-remote",
            "an event with a context of its own that would have to be fetched",
            "shipping", put("[1].@context", ["https://ns.teahouse.example/v2.jsonld"]),
            place="[1].@context[0]",
            reason=f"the context 'https://ns.teahouse.example/v2.jsonld' {_NOT_GS1}",
        ),
        # The envelope.
        in_json(
            "type-missing",
            "a document that does not say what it is",
            "making", drop("$.type"),
            place="$", reason="type is missing: add it",
        ),
        in_json(
            "type-misspelt",
            "a document of a type in the wrong case",
            "making", put("$.type", "EpcisDocument"),
            place="$.type", reason=f"'EpcisDocument' is no type of document: {_KINDS}",
        ),
        in_json(
            "type-list",
            "a document with a list for its type, as other JSON-LD has it",
            "watching", put("$.type", ["EPCISDocument"]),
            place="$.type", reason="this must be text, not a list: write it as text",
        ),
        in_json(
            "version-1.2-in-json",
            "JSON that says it is EPCIS 1.2, which had none",
            "making", put("$.schemaVersion", "1.2"),
            place="$.schemaVersion",
            reason="'1.2' is no version of EPCIS 2: write '2.0', the one that JSON came with",
        ),
        *in_both(
            "version-missing",
            "a document that does not say its version",
            "making", drop("$.schemaVersion"),
            place="$", reason="schemaVersion is missing: add it",
            xml="/EPCISDocument",
            xml_reason="schemaVersion is missing: add it",
        ),
        *in_both(
            "version-3",
            "a version of EPCIS that is not there yet",
            "shipping", put("$.schemaVersion", "3.0"),
            place="$.schemaVersion",
            reason="'3.0' is no version of EPCIS 2: write '2.0', the one that JSON came with",
            xml="/EPCISDocument/@schemaVersion",
            xml_reason="'3.0' is not EPCIS 1 or 2: write '2.0'",
        ),
        in_json(
            "version-number",
            "a version as a number",
            "making", put("$.schemaVersion", 2.0),
            place="$.schemaVersion", reason="this must be text, not a number: write it as text",
        ),
        *in_both(
            "creation-date-missing",
            "a document that does not say when it was made",
            "making", drop("$.creationDate"),
            place="$", reason="creationDate is missing: add it",
            xml="/EPCISDocument",
            xml_reason="creationDate is missing: add it",
        ),
        *in_both(
            "creation-date-without-zone",
            "a document made at a time without a zone",
            "watching", put("$.creationDate", "2025-04-01T12:00:00"),
            place="$.creationDate",
            reason="'2025-04-01T12:00:00' is no time with its zone: write one such as 2026-03-01T09:00:00+13:00",
            xml="/EPCISDocument/@creationDate",
        ),
        *in_both(
            "body-missing",
            "a document without a body",
            "making", drop("$.epcisBody"),
            place="$", reason="epcisBody is missing: add it",
            xml="/EPCISDocument",
            xml_reason="EPCISBody is missing: add it",
        ),
        in_json(
            "body-null",
            "a document whose body is null",
            "making", put("$.epcisBody", None),
            place="$.epcisBody",
            reason="this must be an object, not null: write it, or leave out what is not known",
        ),
        in_json(
            "body-is-the-list",
            "a document whose body is the list of events itself",
            "making", _only_events,
            place="$.epcisBody",
            reason="this must be an object, not a list: write each of its members under its name",
        ),
        *in_both(
            "event-list-missing",
            "a body without a list of events",
            "shipping", drop("$.epcisBody.eventList"),
            place="$.epcisBody", reason="eventList is missing: add it",
            xml="/EPCISDocument/EPCISBody",
            xml_reason="EventList is missing: add it",
        ),
        in_json(
            "event-list-object",
            "one event where the list of events belongs",
            "alone", _wrap,
            place="$.epcisBody.eventList",
            reason="this must be a list, not an object: write a list, even if it is of one",
        ),
        in_json(
            "event-null",
            "null among the events",
            "watching", append("$.epcisBody.eventList", None),
            place="[4]",
            reason="this must be an object, not null: write it, or leave out what is not known",
        ),
        in_json(
            "event-text",
            "the id of an event where the event belongs",
            "shipping", put("[1]", "urn:uuid:0f2dc5a8-7a53-4b0e-9d36-0d6a4c1c2e05"),
            place="[1]",
            reason="this must be an object, not text: write each of its members under its name",
        ),
        in_bytes(
            "document-is-the-list",
            "the list of events, with no document around it",
            "making", _as_list,
            place="$",
            reason="this must be an object, not a list: write each of its members under its name",
        ),
        in_json(
            "envelope-unknown-member",
            "a member of the document that EPCIS does not know",
            "making", put("$.author", "A. Leaf"),
            place="$",
            reason="no member is named 'author'; the name of an extension has a prefix: put one before it, or leave it out",
        ),
        in_json(
            "envelope-member-in-lower-case",
            "a member of the document in the wrong case",
            "making", put("$.instanceidentifier", "118"),
            place="$", reason="no member is named 'instanceidentifier': write 'instanceIdentifier'",
        ),
        in_json(
            "envelope-undefined-prefix",
            "an extension of the document whose prefix nobody defines",
            "making", put("$.coffee:author", "A. Bean"),
            place="$",
            reason="nobody defines the prefix of 'coffee:author': define it in @context, or with xmlns in XML",
        ),
        in_json(
            "envelope-sender-number",
            "a sender that is a number",
            "shipping", put("$.sender", 9506000135199),
            place="$.sender", reason="this must be text, not a number: write it as text",
        ),
        in_json(
            "envelope-id-no-uri",
            "a document whose id is no URI",
            "shipping", put("$.id", "shipment 118"),
            place="$.id",
            reason="'shipment 118' is no absolute URI: write one that starts with a scheme, such as urn: or https:",
        ),
        # The answer to a query.
        in_json(
            "query-name-missing",
            "an answer that does not say to which query",
            "answer", drop("$.epcisBody.queryResults.queryName"),
            place="$.epcisBody.queryResults", reason="queryName is missing: add it",
        ),
        in_json(
            "query-results-missing",
            "an answer without results",
            "answer", rename("$.epcisBody.queryResults", "tea:results"),
            place="$.epcisBody", reason="queryResults is missing: add it",
        ),
        in_json(
            "query-results-body-missing",
            "results without a body",
            "answer", drop("$.epcisBody.queryResults.resultsBody"),
            place="$.epcisBody.queryResults", reason="resultsBody is missing: add it",
        ),
        in_json(
            "query-second-event",
            "an action that EPCIS does not know, in the second event of an answer",
            "answer", put("$.epcisBody.queryResults.resultsBody.eventList[1].action", "SEE"),
            place="$.epcisBody.queryResults.resultsBody.eventList[1].action",
            reason="'SEE' is not ADD, OBSERVE or DELETE: write one of these",
        ),
        in_json(
            "query-record-time-without-zone",
            "a time of recording without a zone",
            "answer", put("$.epcisBody.queryResults.resultsBody.eventList[0].recordTime", "2025-03-24T10:05:00"),
            place="$.epcisBody.queryResults.resultsBody.eventList[0].recordTime",
            reason="'2025-03-24T10:05:00' is no time with its zone: write one such as 2026-03-01T09:00:00+13:00",
        ),
    ]  # fmt: skip


def _wrap(event: Document) -> None:
    """Make a document of *event*, whose list is the event itself."""
    own = {name: event.pop(name) for name in list(event) if name != "@context"}
    event["type"] = "EPCISDocument"
    event["schemaVersion"] = "2.0"
    event["creationDate"] = "2025-04-01T12:00:00Z"
    event["epcisBody"] = {"eventList": own}
