"""Events: queries over all that is logged.

    GET /v1/events?EQ_bizStep=shipping&GE_eventTime=2026-03-01T00:00:00Z

The parameters are those of the SimpleEventQuery of EPCIS 2.0, each once, with
`|` (`%7C`) between several values. Without `orderBy` the latest event comes
first. All pages stand on the log as it was when the first was asked for.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance_node.accept import choose
from provenance_node.asgi import Headers
from provenance_node.epcis.asking import read_pairs, read_prefixes
from provenance_node.epcis.searching import EventSearch, SearchPage
from provenance_node.node import Node
from provenance_node.routes.answers import add_headers, answers, request_accepts
from provenance_node.routes.schemas import TEXT, of_schema, ref

JSON = "application/json"
LINES = "application/x-ndjson"
FORMS = {JSON: "object", LINES: "lines"}
_ERRORS = (400, 401, 403, 406, 413, 414, 429, 503)
READERS: list[dict[str, list[str]]] = [{}, {"bearer": []}]
"""A token, or where queries are open none."""


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
            {200: {JSON: of_schema("Events")}}, *_ERRORS, also=(LINES,)
        ),
    )
    async def list_events(request: Request) -> Response:
        """With each event: where it stands, who signed it, its statement.

        Any parameter of SimpleEventQuery can be asked for, those of
        extensions as `EQ_prefix:name`, their prefixes defined by the header
        `GS1-Extensions: prefix=namespace`.
        """
        return await listed(request, FORMS)

    @router.get(
        "/v1/events.ndjson",
        operation_id="listEventLines",
        summary="The events that match, a line each",
        response_class=Response,
        openapi_extra={"parameters": PARAMETERS, "security": READERS},
        responses=answers({200: {LINES: {"schema": TEXT}}}, *_ERRORS),
    )
    async def list_event_lines(request: Request) -> Response:
        """Each line is one of `Events.events`, with a `schema` of its own."""
        return await listed(request, {LINES: FORMS[LINES]})

    async def listed(request: Request, forms: Mapping[str, str]) -> Response:
        scope = node.access.query(request).scope
        media_type = choose(request_accepts(request), list(forms))
        pairs = read_pairs(request)
        prefixes = read_prefixes(request)
        rate = node.take_read(request.scope)
        found = await node.searching.find(
            EventSearch(
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
    found: SearchPage,
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
    parameter("eventType", "ObjectEvent", _SEVERAL),
    *(
        {
            **parameter(f"{bound}_{name}", _MOMENT, "From, and before"),
            "schema": ref("Time"),
        }
        for name in ("eventTime", "recordTime")
        for bound in ("GE", "LT")
    ),
    parameter("EQ_action", "OBSERVE", _SEVERAL),
    parameter("EQ_bizStep", "shipping|receiving", _SEVERAL),
    parameter("EQ_disposition", "in_transit", _SEVERAL),
    *(
        parameter(f"{test}_{name}", _PLACE, _SEVERAL)
        for name in ("readPoint", "bizLocation")
        for test in ("EQ", "WD")
    ),
    *(
        parameter(f"MATCH_{name}", _UNIT, _SEVERAL)
        for name in ("epc", "parentID", "inputEPC", "outputEPC", "anyEPC")
    ),
    *(
        parameter(f"MATCH_{name}", _CLASS, _SEVERAL)
        for name in (
            "epcClass", "inputEPCClass", "outputEPCClass", "anyEPCClass",
        )
    ),
    parameter(
        "EQ_eventID", "urn:uuid:8d1c6b0e-7c1b-4b4e-9f0c-2f5f9a3e1d11", _SEVERAL
    ),
    parameter(
        "EXISTS_errorDeclaration", "true", "Declared errors alone, or others",
        enum=["true", "false"],
    ),
    parameter(
        "orderBy", "eventTime", "The time that comes last comes first; also"
        " recordTime, or a field of an extension",
    ),
    parameter("orderDirection", "ASC", "", enum=["ASC", "DESC"]),
    parameter(
        "maxEventCount", 500, "More are an error", type="integer", minimum=1,
        maximum=1_000_000,
    ),
    *PAGE_PARAMETERS,
]  # fmt: skip
"""Those that most people need; the rest is in `query_parameters`."""
