"""Schemas: what bodies and answers are made of, by the names that OpenAPI has.

A client that was generated from them has a type for each. An object is open
(`additionalProperties`) where others may add members: an event's extensions, a
problem's own. Times inside events are plain text, because a signer's spelling
is what was signed: who parses one and writes it again changes it.
"""

from typing import Any

from provenance.proof.codes import Outcome
from provenance_node.epcis.capture import BEHAVIOURS
from provenance_node.problems import MEDIA_TYPE

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
_BOOLEAN: Schema = {"type": "boolean"}
_INTEGER: Schema = {"type": "integer"}
_NUMBER: Schema = {"type": "number"}
_NO_INTEGER: Schema = {"type": ["integer", "null"]}
_ANY_OBJECT: Schema = {"type": "object", "additionalProperties": True}


def ref(name: str) -> Schema:
    """Return the reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def of_schema(name: str) -> Schema:
    """Return what a media type of OpenAPI says: it is one of `SCHEMAS`."""
    return {"schema": ref(name)}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _maybe(of: Schema) -> Schema:
    return {"anyOf": [of, {"type": "null"}]}


def _closed(**members: Schema) -> Schema:
    """Return an object that has each of *members*."""
    return {
        "type": "object",
        "required": list(members),
        "properties": members,
    }


def _open(required: str, **members: Schema) -> Schema:
    """Return an object that has what is *required*, and may have anything."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": members,
        "additionalProperties": True,
    }


# A time, as queries take it: `query_values.read_moment`, as one pattern.

_YEAR = r"(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_LEAP_YEAR = (
    r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])"
    r"|(?:0[48]|[2468][048]|[13579][26])00)"
)
_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
TIME_PATTERN = (
    rf"^(?:{_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)"
    rf"T{_CLOCK}:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-]{_CLOCK})$"
)

_PLACE = _open("id", id=TEXT)
_TYPED = {"type": TEXT}
_AMOUNTS = _list(
    {
        "type": "object",
        "required": ["epcClass"],
        "properties": {"epcClass": TEXT, "quantity": _NUMBER, "uom": TEXT},
    }
)
_CONTEXT: Schema = {
    "description": "GS1's context, prefixes and their namespaces, or a list of"
    " these"
}

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        **_open(
            "type title status detail code",
            type={**TEXT, "example": "/problems/PRV-9023"},
            title={**TEXT, "example": "The trail moved on"},
            status={**_INTEGER, "example": 409},
            detail=TEXT,
            instance=TEXT,
            code={**TEXT, "example": "PRV-9023"},
            do=TEXT,
            retryable=_BOOLEAN,
            rule={
                **TEXT,
                "description": "Which of the ledger's rules it breaks",
                "example": "form.lists",
            },
            log_indexes={
                **_list(_INTEGER),
                "description": "PRV-9025: the entries that have it already",
            },
            is_known={
                **_BOOLEAN,
                "description": "PRV-9025: whether they have all of it, so that"
                " nothing is left to be logged",
            },
        ),
        "description": f"An error, as RFC 9457 has it ({MEDIA_TYPE})",
    },
    "Time": {
        **TEXT,
        "format": "date-time",
        "pattern": TIME_PATTERN,
        "description": "A time with its zone",
    },
    # Statements.
    "OneStatement": {
        **_closed(statement={**TEXT, "contentEncoding": "base64"}),
        "description": "A .submission in base64; answered by its own status",
        "additionalProperties": False,
    },
    "ManyStatements": {
        **_closed(
            statements={
                **_list({**TEXT, "contentEncoding": "base64"}),
                "minItems": 1,
            }
        ),
        "description": "Submissions in base64; answered by 207",
        "additionalProperties": False,
    },
    "Result": {
        "type": "object",
        "required": ["outcome", "status"],
        "properties": {
            "outcome": {**TEXT, "enum": ["logged", "known", "refused"]},
            "status": {**_INTEGER, "example": 201},
            "id": {**TEXT, "example": "1770000000000-5f0c…"},
            "statement_id": TEXT,
            "issuer": {**TEXT, "example": "did:web:maker.example"},
            "log_index": {**_INTEGER, "example": 12},
            "receipt": TEXT,
            "problem": ref("Problem"),
        },
    },
    "Results": _closed(results=_list(ref("Result"))),
    # What a verdict says; see `provenance.proof.verdict`.
    "Outcome": {**TEXT, "enum": [each.value for each in Outcome]},
    "Check": _closed(
        id=TEXT, outcome=ref("Outcome"), code=TEXT, detail=TEXT, subject=TEXT
    ),
    "Notice": _closed(code=TEXT, detail=TEXT, subject=TEXT),
    "DeclaredError": _closed(
        entry=_INTEGER,
        event=_INTEGER,
        time=TEXT,
        reason=TEXT,
        corrections=_list(_closed(event_id=TEXT, is_shown=_BOOLEAN)),
    ),
    "TimelineEvent": _closed(
        entry=_INTEGER,
        event=_INTEGER,
        time=TEXT,
        step=TEXT,
        labels={"type": "object", "additionalProperties": TEXT},
        place=TEXT,
        issuer=TEXT,
        issuer_name=TEXT,
        roles=_list(TEXT),
        item=TEXT,
        why=TEXT,
        fields=_ANY_OBJECT,
        event_id=TEXT,
        is_void=_BOOLEAN,
        error=_maybe(ref("DeclaredError")),
        late_seconds=_INTEGER,
        issuer_named_by=TEXT,
    ),
    "CheckedLog": _closed(
        origin=TEXT,
        size=_INTEGER,
        time=_INTEGER,
        witnesses=_list(TEXT),
        trusted_witnesses=_INTEGER,
        events=_INTEGER,
        issuers=_list(TEXT),
        completeness={**TEXT, "enum": ["auditors", "witnesses", "operator"]},
    ),
    "Trail": {
        **_open(
            "schema outcome subject checks notices log timeline",
            schema={"const": "provenance.trail/1"},
            outcome=ref("Outcome"),
            subject=TEXT,
            checks=_list(ref("Check")),
            notices=_list(ref("Notice")),
            log=_maybe(ref("CheckedLog")),
            timeline=_list(ref("TimelineEvent")),
        ),
        "description": "The verdict on an item's bundle that the ledger's own"
        " trust file leads to",
    },
    "BundleView": {
        **_open(
            "schema subject",
            schema={"const": "provenance.bundle-view/1"},
            subject=TEXT,
            checkpoint=_ANY_OBJECT,
            commitment=_ANY_OBJECT,
            statements=_list(_ANY_OBJECT),
            events=_list(_ANY_OBJECT),
            trails=_list(_ANY_OBJECT),
        ),
        "description": "What a bundle has, to be looked at; it proves nothing",
    },
    # Events.
    "EPCISEvent": {
        **_open(
            "type eventTime eventTimeZoneOffset",
            **{"@context": _CONTEXT},
            type={**TEXT, "example": "ObjectEvent"},
            eventID=TEXT,
            eventTime={**TEXT, "example": "2026-03-01T09:00:00+13:00"},
            eventTimeZoneOffset={**TEXT, "example": "+13:00"},
            recordTime=TEXT,
            action={**TEXT, "enum": ["ADD", "OBSERVE", "DELETE"]},
            bizStep=TEXT,
            disposition=TEXT,
            persistentDisposition=_ANY_OBJECT,
            readPoint=_PLACE,
            bizLocation=_PLACE,
            parentID=TEXT,
            epcList=_list(TEXT),
            childEPCs=_list(TEXT),
            inputEPCList=_list(TEXT),
            outputEPCList=_list(TEXT),
            quantityList=_AMOUNTS,
            childQuantityList=_AMOUNTS,
            inputQuantityList=_AMOUNTS,
            outputQuantityList=_AMOUNTS,
            transformationID=TEXT,
            bizTransactionList=_list(
                _open("bizTransaction", bizTransaction=TEXT, **_TYPED)
            ),
            sourceList=_list(_open("source", source=TEXT, **_TYPED)),
            destinationList=_list(
                _open("destination", destination=TEXT, **_TYPED)
            ),
            sensorElementList=_list(_ANY_OBJECT),
            ilmd=_ANY_OBJECT,
            errorDeclaration=_ANY_OBJECT,
        ),
        "description": "An event of EPCIS 2.0; extensions are prefix:name",
    },
    "EPCISDocument": _open(
        "@context type schemaVersion creationDate epcisBody",
        **{"@context": _CONTEXT},
        type={**TEXT, "example": "EPCISDocument"},
        schemaVersion={**TEXT, "example": "2.0"},
        creationDate={**TEXT, "example": "2026-03-01T09:00:00Z"},
        epcisBody=_open("eventList", eventList=_list(ref("EPCISEvent"))),
    ),
    "EPCISQueryDocument": _open(
        "@context type schemaVersion creationDate epcisBody",
        **{"@context": _CONTEXT},
        type={"const": "EPCISQueryDocument"},
        schemaVersion=TEXT,
        creationDate=TEXT,
        epcisBody=_open(
            "queryResults",
            queryResults=_open(
                "queryName resultsBody",
                queryName=TEXT,
                resultsBody=_open(
                    "eventList", eventList=_list(ref("EPCISEvent"))
                ),
            ),
        ),
    ),
    "FoundEvent": _closed(
        log_index={**_INTEGER, "example": 12},
        position={**_INTEGER, "example": 0},
        event_id=TEXT,
        event_hash={"type": ["string", "null"]},
        issuer={**TEXT, "example": "did:web:maker.example"},
        statement={**TEXT, "example": "1770000000000-5f0c…"},
        record_time=TEXT,
        event=ref("EPCISEvent"),
    ),
    "Events": _closed(
        schema={"const": "provenance.events/1"},
        size={**_INTEGER, "example": 118},
        count={**_INTEGER, "example": 1},
        next_page_token={"type": ["string", "null"]},
        events=_list(ref("FoundEvent")),
    ),
    "CaptureJob": {
        "type": "object",
        "required": [
            "captureID", "createdAt", "running", "success",
            "captureErrorBehaviour", "errors",
        ],
        "properties": {
            "captureID": TEXT,
            "createdAt": {**TEXT, "format": "date-time"},
            "finishedAt": {**TEXT, "format": "date-time"},
            "running": _BOOLEAN,
            "success": {
                **_BOOLEAN,
                "description": "While it runs, whether nothing failed so far;"
                " then, whether all of it is in the log",
            },
            "captureErrorBehaviour": {**TEXT, "enum": list(BEHAVIOURS)},
            "errors": _list(ref("Problem")),
        },
    },
    "Collection": _open(
        "@context type member",
        **{"@context": _CONTEXT},
        type={"const": "Collection"},
        member=_list(TEXT),
    ),
    "NamedQuery": {
        "type": "object",
        "required": ["name", "query"],
        "properties": {
            "@context": _CONTEXT,
            "name": {**TEXT, "example": "shipped"},
            "query": {
                **_ANY_OBJECT,
                "description": "Parameters of SimpleEventQuery, with lists",
            },
        },
    },
    # For whoever has a token.
    "Concealed": _closed(
        schema={"const": "provenance.concealed/1"},
        item=TEXT,
        size=_INTEGER,
        count=_INTEGER,
        next=_NO_INTEGER,
        fields=_list(
            _closed(
                entry=_INTEGER,
                event=_INTEGER,
                event_id=TEXT,
                issuer=TEXT,
                issuer_name=TEXT,
                issued_at=_INTEGER,
                pointer=TEXT,
                value={},
                leaf=_closed(
                    number=_INTEGER, bytes=TEXT, proof=_list(TEXT)
                ),
            )
        ),
    ),
    "SignedEvents": _closed(
        schema={"const": "provenance.statements/1"},
        size=_INTEGER,
        issuer=TEXT,
        name=TEXT,
        keys=_list(TEXT),
        next=_NO_INTEGER,
        events=_list(
            _closed(
                entry=_INTEGER,
                event=_INTEGER,
                logged_at=_INTEGER,
                signed_at=_INTEGER,
                issuer=TEXT,
                key=TEXT,
                type=TEXT,
                step=TEXT,
                action=TEXT,
                event_time=TEXT,
                items=_list(TEXT),
                left_out=_INTEGER,
            )
        ),
    ),
    # The node.
    "Trust": {
        **_open(
            "origin log_keys quorum max_age_seconds clock_bound_seconds trails"
            " threshold",
            origin=TEXT,
            log_keys=_list(TEXT),
            quorum=TEXT,
            max_age_seconds={"type": ["integer", "string"]},
            clock_bound_seconds=_INTEGER,
            trails=_list(TEXT),
            threshold=_INTEGER,
            witnesses=_list(ref("TrustedWitness")),
            auditors=_list(ref("TrustedWitness")),
            groups=_list(
                _closed(name=TEXT, threshold=_INTEGER, members=_list(TEXT))
            ),
            authorities=_list(ref("TrustedActor")),
            actors=_list(ref("TrustedActor")),
            books=_list(_closed(id=TEXT, **{"from": _INTEGER})),
        ),
        "description": "A trust file, member by member",
    },
    "TrustedWitness": _open("name key", name=TEXT, key=TEXT, url=TEXT),
    "TrustedActor": _open(
        "id name keys",
        id=TEXT,
        name=TEXT,
        keys=_list(TEXT),
        grants=_list(
            _open(
                "role",
                role=TEXT,
                prefixes=_list(TEXT),
                places=_list(TEXT),
                may_grant=_BOOLEAN,
                until=TEXT,
                **{"from": TEXT},
            )
        ),
    ),
    "Identity": _closed(
        origin=TEXT, log_keys=_list(TEXT), log=TEXT, trust=TEXT, version=TEXT
    ),
    "Health": _closed(status={"const": "alive"}),
    "Readiness": {
        "type": "object",
        "required": [
            "status", "store", "writer", "size", "checkpoint_age_seconds",
            "queue", "doubt", "clock_difference_seconds",
        ],
        "properties": {
            "status": {**TEXT, "enum": ["ready", "not ready"]},
            "store": _BOOLEAN,
            "writer": _BOOLEAN,
            "size": _INTEGER,
            "checkpoint_age_seconds": _NUMBER,
            "queue": _INTEGER,
            "doubt": {"type": ["string", "null"]},
            "clock_difference_seconds": _NUMBER,
            "cosigning": _closed(
                published_size=_INTEGER,
                has_quorum=_BOOLEAN,
                quorum_age_seconds={"type": ["number", "null"]},
                contradicted_by=_list(TEXT),
            ),
        },
        "additionalProperties": True,
    },
}  # fmt: skip
