"""Events: queries over all that is logged.

    GET /v1/events?EQ_bizStep=shipping&GE_eventTime=2026-03-01T00:00:00Z

The parameters are those of the SimpleEventQuery of EPCIS 2.0, each once, with
`|` (`%7C`) between several values. Without `orderBy` the latest event comes
first. All pages stand on the log as it was when the first was asked for.
"""

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance_node.accept import choose
from provenance_node.asgi import Headers
from provenance_node.epcis.asking import read_pairs, read_prefixes
from provenance_node.epcis.searching import Asked, Found
from provenance_node.node import Node
from provenance_node.routes.answers import add_headers, answers, request_accepts

JSON = "application/json"
LINES = "application/x-ndjson"
FORMS = {JSON: "object", LINES: "lines"}
READERS: list[dict[str, list[str]]] = [{}, {"bearer": []}]
"""A token, or where queries are open none."""

_EVENT = {
    "type": "object",
    "required": ["log_index", "position", "event_id", "issuer", "statement"],
    "properties": {
        "log_index": {"type": "integer", "example": 12},
        "position": {"type": "integer", "example": 0},
        "event_id": {"type": "string"},
        "event_hash": {"type": ["string", "null"]},
        "issuer": {"type": "string", "example": "did:web:maker.example"},
        "statement": {"type": "string", "example": "1770000000000-5f0c…"},
        "record_time": {"type": "string", "format": "date-time"},
        "event": {"type": "object"},
    },
}
_EVENTS = {
    "schema": {
        "type": "object",
        "required": ["schema", "size", "count", "next_page_token", "events"],
        "properties": {
            "schema": {"const": "provenance.events/1"},
            "size": {"type": "integer", "example": 118},
            "count": {"type": "integer", "example": 1},
            "next_page_token": {"type": ["string", "null"]},
            "events": {"type": "array", "items": _EVENT},
        },
    }
}


def routes(node: Node) -> APIRouter:
    """Return the route that searches."""
    router = APIRouter(tags=["read"])

    @router.get(
        "/v1/events",
        operation_id="listEvents",
        summary="The events that match",
        response_class=Response,
        openapi_extra={"parameters": PARAMETERS, "security": READERS},
        responses=answers(
            {200: {JSON: _EVENTS, LINES: {"schema": {"type": "string"}}}},
            400, 401, 406, 413, 429, 503,
        ),
    )  # fmt: skip
    async def list_events(request: Request) -> Response:
        """With each event: where it stands, who signed it, its statement.

        Any parameter of SimpleEventQuery can be asked for, those of
        extensions as `EQ_prefix:name`, their prefixes defined by the header
        `GS1-Extensions: prefix=namespace`.
        """
        scope = node.access.query(request).scope
        media_type = choose(request_accepts(request), list(FORMS))
        pairs = read_pairs(request)
        prefixes = read_prefixes(request)
        rate = node.take_read(request.scope)
        found = await node.searching.find(
            Asked(
                form=FORMS[media_type],
                pairs=pairs,
                more={},
                prefixes=prefixes,
                scope=scope,
            )
        )
        response = page(request, found, pairs, media_type, rate)
        response.headers["vary"] = "Accept, GS1-Extensions, Authorization"
        response.headers["cache-control"] = node.access.query_caching
        return response

    return router


def page(
    request: Request,
    found: Found,
    pairs: list[tuple[str, str]],
    media_type: str,
    headers: Headers,
) -> Response:
    """Return the answer that *found* is, with a link to the next page.

    The link is relative to the address that was asked for (RFC 8288).
    """
    response = Response(found.body, media_type=media_type)
    response.headers["x-log-size"] = str(found.size)
    if found.next_page_token is not None:
        response.headers["link"] = link_to_next(
            request, pairs, found.next_page_token
        )
    return add_headers(response, headers)


def link_to_next(
    request: Request, pairs: list[tuple[str, str]], token: str
) -> str:
    """Return the `Link` header to the page that *token* asks for."""
    kept = [(name, text) for name, text in pairs if name != "nextPageToken"]
    query = urlencode([*kept, ("nextPageToken", token)])
    # As it came, percent-encoded; but a bracket would end the link.
    raw: bytes = request.scope["raw_path"]
    path = quote(raw, safe="/%:@!$&'()*+,;=~")
    return f'<{path}?{query}>; rel="next"'


def parameter(
    name: str, example: object, says: str = "", **schema: Any
) -> dict[str, Any]:
    """Return the description of one parameter of the address."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": says or "As in SimpleEventQuery",
        "schema": {"type": "string", **schema},
        "example": example,
    }


_TIME = (
    r"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
)
_MOMENT = "2026-03-01T00:00:00Z"
_UNIT = "urn:epc:id:sgtin:9506000.013435.42"
_CLASS = "urn:epc:class:lgtin:9506000.013435.L7"
_PLACE = "urn:epc:id:sgln:9506000.00000.0"
_SEVERAL = "One or several, with | between"

PAGE_PARAMETERS = [
    parameter(
        "perPage", 30, "How many a page has at most",
        type="integer", minimum=1, maximum=1000,
    ),
    parameter(
        "nextPageToken", "xBDy…", "What the page before came with"
    ),
]  # fmt: skip

PARAMETERS = [
    parameter(
        "eventType", "ObjectEvent", _SEVERAL,
        enum=[
            "ObjectEvent", "AggregationEvent", "AssociationEvent",
            "TransactionEvent", "TransformationEvent",
        ],
    ),
    *(
        parameter(
            f"{bound}_{name}", _MOMENT, "From, and before",
            format="date-time", pattern=_TIME,
        )
        for name in ("eventTime", "recordTime")
        for bound in ("GE", "LT")
    ),
    parameter(
        "EQ_action", "OBSERVE", _SEVERAL, enum=["ADD", "OBSERVE", "DELETE"]
    ),
    parameter(
        "EQ_bizStep", "shipping|receiving", _SEVERAL,
        enum=["shipping", "shipping|receiving", "inspecting"],
    ),
    parameter(
        "EQ_disposition", "in_transit", _SEVERAL,
        enum=["in_transit", "recalled|damaged"],
    ),
    *(
        parameter(f"{test}_{name}", _PLACE, _SEVERAL, enum=[_PLACE])
        for name in ("readPoint", "bizLocation")
        for test in ("EQ", "WD")
    ),
    *(
        parameter(f"MATCH_{name}", _UNIT, _SEVERAL, enum=[_UNIT])
        for name in ("epc", "parentID", "inputEPC", "outputEPC", "anyEPC")
    ),
    *(
        parameter(f"MATCH_{name}", _CLASS, _SEVERAL, enum=[_CLASS])
        for name in (
            "epcClass", "inputEPCClass", "outputEPCClass", "anyEPCClass",
        )
    ),
    parameter(
        "EQ_eventID", "urn:uuid:8d1c6b0e-7c1b-4b4e-9f0c-2f5f9a3e1d11", _SEVERAL,
        enum=["urn:uuid:8d1c6b0e-7c1b-4b4e-9f0c-2f5f9a3e1d11"],
    ),
    parameter(
        "EXISTS_errorDeclaration", "true", "Declared errors alone, or others",
        enum=["true", "false"],
    ),
    parameter(
        "orderBy", "eventTime", "The time that comes last comes first",
        enum=["eventTime", "recordTime"],
    ),
    parameter("orderDirection", "ASC", "", enum=["ASC", "DESC"]),
    parameter(
        "maxEventCount", 500, "More are an error", type="integer", minimum=1,
        maximum=1_000_000,
    ),
    *PAGE_PARAMETERS,
]  # fmt: skip
"""Those that most people need; the rest is in `query_parameters`."""
