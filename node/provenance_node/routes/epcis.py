"""EPCIS 2.0: its resources, and queries of events through them.

    GET /epcis                              the resources there are
    GET /epcis/events?…                     SimpleEventQuery
    GET /epcis/events/{eventID}             an event, and what declares it wrong
    GET /epcis/bizSteps/shipping/events?…   the events of one value of a field
    OPTIONS everywhere                      methods, versions, formats

What there is of the standard and what is not, and why, is in `EPCIS.md`.
"""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance import __version__
from provenance.encoding import strict_json
from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.errors import NotFoundError
from provenance.problems.table import NOT_OFFERED
from provenance_node.accept import choose
from provenance_node.access import Access
from provenance_node.asgi import Headers
from provenance_node.epcis.asking import (
    EPC_FORMAT,
    VERSIONS,
    XML_FORMAT,
    Format,
    read_pairs,
    read_prefixes,
    require_versions,
    wanted_spelling,
)
from provenance_node.epcis.exceptions import limits
from provenance_node.epcis.lists import format_token, read_page
from provenance_node.epcis.resources import (
    EVENT_TYPES,
    FIELDS,
    METHODS,
    ROOT,
    TOP,
    FieldResource,
    allow,
    template,
)
from provenance_node.epcis.searching import EventSearch, SearchPage
from provenance_node.node import Node
from provenance_node.problems import RefusedError
from provenance_node.routes.answers import (
    Responses,
    add_headers,
    answers,
    path_parameter,
    request_accepts,
)
from provenance_node.routes.events import (
    PAGE_PARAMETERS,
    PARAMETERS,
    READERS,
    link_to_next,
    page,
)
from provenance_node.routes.item_paths import name_in
from provenance_node.routes.schemas import of_schema

JSON = "application/json"
LINKED = "application/ld+json"
XML = "application/xml"
TEXT_XML = "text/xml"
FORMS = {JSON: "json", LINKED: "json", XML: "xml", TEXT_XML: "xml"}

_DOCUMENT = {200: {JSON: of_schema("EPCISQueryDocument")}}
_ERRORS = (400, 401, 403, 406, 413, 414, 429, 503)
_COLLECTION = {JSON: of_schema("Collection")}


def documents(*more: int) -> Responses:
    """Return what a route answers that gives events, for OpenAPI."""
    return answers(_DOCUMENT, *more, also=(LINKED, XML, TEXT_XML))


class Events:
    """Answers with events, as an EPCISQueryDocument."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def access(self) -> Access:
        """Who may."""
        return self._node.access

    async def answer(
        self,
        request: Request,
        more: Mapping[str, strict_json.JSON],
        *,
        kind: str = "text",
        rate: Headers | None = None,
    ) -> tuple[SearchPage, Response]:
        """Return a page of events, and the answer that it is.

        Args:
            request: What else is asked for.
            more: What must hold of the events, too.
            kind: How the two belong together; see `EventSearch`.
            rate: The rate fields, if the request was counted already.
        """
        scope = self._node.access.query(request).scope
        require_versions(request)
        media_type = choose(request_accepts(request), list(FORMS))
        spelling = wanted_spelling(request)
        pairs = read_pairs(request)
        prefixes = read_prefixes(request)
        if rate is None:
            rate = self._node.take_read(request.scope)
        found = await self._node.searching.find(
            EventSearch(
                form=FORMS[media_type],
                pairs=pairs,
                more=more,
                kind=kind,
                prefixes=prefixes,
                spelling=spelling,
                scope=scope,
            )
        )
        response = page(request, found, pairs, media_type, rate)
        response.headers["vary"] = (
            "Accept, GS1-Extensions, GS1-EPC-Format, Authorization"
        )
        response.headers["cache-control"] = self._node.access.query_caching
        return found, add_headers(response, SENT)

    async def values(self, request: Request, field: FieldResource) -> Response:
        """Return a page of the values of *field*, of events that are shown."""
        access = self._node.access
        scope = access.query(request).scope
        pairs = read_pairs(request)
        wanted = read_page(pairs, of=field.name)
        rate = self._node.take_read(request.scope)
        found = await self._node.searching.values(
            field.one,
            parameters=field.parameters,
            after=wanted.behind,
            count=wanted.most,
            scope=scope,
        )
        response = _collection(request, found.values)
        response.headers["vary"] = "Accept, Authorization"
        response.headers["cache-control"] = access.query_caching
        response.headers["x-log-size"] = str(found.size)
        if found.after is not None:
            token = format_token(found.after, of=field.name)
            response.headers["link"] = link_to_next(request, pairs, token)
        return add_headers(response, rate)

    async def require(
        self, request: Request, kind: str, more: Mapping[str, strict_json.JSON]
    ) -> Headers:
        """Return rate fields, once an event is found of which *more* holds.

        Raises:
            NotFoundError: There is none.
        """
        scope = self._node.access.query(request).scope
        rate = self._node.take_read(request.scope)
        found = await self._node.searching.find(
            EventSearch(
                form="lines",
                pairs=(("perPage", "1"),),
                more=more,
                kind=kind,
                prefixes=read_prefixes(request),
                scope=scope,
            )
        )
        if not found.count:
            raise none_of_it()
        return rate


def routes(node: Node) -> APIRouter:
    """Return the routes that read, and OPTIONS of all."""
    router = APIRouter(tags=["epcis"])
    events = Events(node)

    @router.get(
        ROOT,
        operation_id="epcisResources",
        summary="The resources of EPCIS",
        response_class=Response,
        openapi_extra={"parameters": VERSION_HEADERS},
        responses=answers({200: _COLLECTION}, 400, 406),
    )
    async def get_resources(request: Request) -> Response:
        return _collection(request, TOP)

    @router.get(
        template("/events"),
        operation_id="epcisEvents",
        summary="The events that match, as EPCIS has them",
        response_class=Response,
        openapi_extra={
            "security": READERS,
            "parameters": [*PARAMETERS, *FORMAT_HEADERS],
        },
        responses=documents(*_ERRORS),
    )
    async def get_events(request: Request) -> Response:
        _, response = await events.answer(request, {})
        return response

    @router.get(
        template("/events/{eventID}"),
        operation_id="epcisEvent",
        summary="An event, and what declares it an error",
        response_class=Response,
        openapi_extra={
            "security": READERS,
            "parameters": [
                path_parameter("eventID", _EVENT_ID, "The event's id"),
                *PAGE_PARAMETERS,
                *FORMAT_HEADERS,
            ],
        },
        responses=documents(404, *_ERRORS),
    )
    async def get_event(request: Request) -> Response:
        found, response = await events.answer(
            request, {"EQ_eventID": [request.path_params["eventID"]]}
        )
        if not found.count:
            raise none_of_it()
        return response

    for field in FIELDS:
        _add_field(router, events, field)
    _add_tokens(router)
    for path in METHODS:
        _add_options(router, node, path)
    return router


def _add_field(router: APIRouter, events: Events, field: FieldResource) -> None:
    """Add the resources of one field of events."""
    path, one = f"/{field.name}", f"/{field.name}/{{{field.one}}}"
    value = path_parameter(field.one, field.example, "Percent-encoded")
    label = field.one[0].upper() + field.one[1:]
    is_listed = field.name == "eventTypes"
    kind = "text" if len(field.parameters) == 1 else "item"

    def asked_for(request: Request) -> dict[str, strict_json.JSON]:
        name: str = request.path_params[field.one]
        if kind == "item":
            name = name_in(request, field.one)
            events.access.query(request).require_item(name)
        return {parameter: [name] for parameter in field.parameters}

    @router.get(
        template(path),
        operation_id=f"epcis{label}s",
        summary=f"The {field.name} there are",
        response_class=Response,
        openapi_extra={"parameters": VERSION_HEADERS}
        if is_listed
        else {
            "security": READERS,
            "parameters": [*PAGE_PARAMETERS, *VERSION_HEADERS],
        },
        responses=answers(
            {200: _COLLECTION},
            400, 406, *(() if is_listed else (401, 403, 413, 429, 503)),
        ),
    )  # fmt: skip
    async def get_values(request: Request) -> Response:
        if is_listed:
            return _collection(request, EVENT_TYPES)
        return await events.values(request, field)

    @router.get(
        template(f"{one}/events"),
        operation_id=f"epcis{label}Events",
        summary=f"The events of one of the {field.name}",
        response_class=Response,
        openapi_extra={
            "security": READERS,
            "parameters": [value, *PARAMETERS, *FORMAT_HEADERS],
        },
        responses=documents(404, *_ERRORS),
    )
    async def get_events(request: Request) -> Response:
        _, response = await events.answer(
            request, asked_for(request), kind=kind
        )
        return response

    @router.get(
        template(one),
        operation_id=f"epcis{label}",
        summary="What there is of one value",
        response_class=Response,
        openapi_extra={
            "security": READERS,
            "parameters": [value, *VERSION_HEADERS],
        },
        responses=answers({200: _COLLECTION}, 404, *_ERRORS),
    )
    async def get_value(request: Request) -> Response:
        events.access.query(request)
        name = request.path_params[field.one]
        response = _collection(request, ("events",))
        if is_listed and name in EVENT_TYPES:
            return response
        rate = await events.require(request, kind, asked_for(request))
        return add_headers(response, rate)


def _add_tokens(router: APIRouter) -> None:
    @router.delete(
        template("/nextPageToken/{token}"),
        operation_id="epcisForgetToken",
        summary="Let a token count no more",
        response_class=Response,
        openapi_extra={
            "parameters": [path_parameter("token", "xBDy…", "The token")]
        },
        responses=answers({}, 501),
    )
    async def delete_token() -> Response:
        raise RefusedError(
            NOT_OFFERED,
            "a page token says where to go on, and nothing of it is kept here:"
            " there is nothing to delete",
        )


def _add_options(router: APIRouter, node: Node, path: str) -> None:
    """Add OPTIONS of one resource."""
    label = "".join(
        part.strip("{}")[:1].upper() + part.strip("{}")[1:]
        for part in path.split("/")
    )

    @router.options(
        template(path),
        operation_id=f"epcisOptions{label}",
        summary="Methods, versions and formats",
        response_class=Response,
        openapi_extra={
            "parameters": [
                path_parameter(part.strip("{}"), "shipping", "Any")
                for part in path.split("/")
                if part.startswith("{")
            ]
        },
        responses=answers({}, 204),
    )
    async def options() -> Response:
        response = Response(status_code=204)
        response.headers["allow"] = allow(path)
        for name, text in {
            **VERSIONS,
            EPC_FORMAT.name: EPC_FORMAT.usual,
            XML_FORMAT.name: XML_FORMAT.usual,
            "GS1-Vendor-Version": __version__,
        }.items():
            response.headers[name] = text
        if path == "/capture" and node.capture is not None:
            response.headers["GS1-Capture-Error-Behaviour"] = "all"
            add_headers(response, limits(node.settings))
        return response


def _collection(request: Request, members: tuple[str, ...]) -> Response:
    """Return a list of names."""
    require_versions(request)
    media_type = choose(request_accepts(request), (JSON, LINKED))
    said = {
        "@context": [EPCIS_CONTEXT],
        "type": "Collection",
        "member": list(members),
    }
    response = Response(json.dumps(said), media_type=media_type)
    response.headers["cache-control"] = "no-cache"
    return add_headers(response, SENT)


def none_of_it() -> NotFoundError:
    """Return what says that no event has what the address names."""
    return NotFoundError("no event of this ledger has that")


def header_parameter(
    name: str, example: str, says: str, **schema: Any
) -> dict[str, Any]:
    """Return the description of a header."""
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": says,
        "schema": {"type": "string", **schema},
        "example": example,
    }


def _format_parameter(wanted: Format, says: str) -> dict[str, Any]:
    others = [word for word in wanted.words if word not in wanted.offers]
    return header_parameter(
        wanted.name,
        wanted.usual,
        f"{says}; {' and '.join(others)} are 406",
        enum=list(wanted.words),
    )


SENT: Headers = tuple(
    (name.lower().encode(), VERSIONS[name].encode())
    for name in ("GS1-EPCIS-Version", "GS1-CBV-Version")
)
"""What every answer says of itself."""

_EVENT_ID = "urn:uuid:8d1c6b0e-7c1b-4b4e-9f0c-2f5f9a3e1d11"
_VERSION_PATTERN = r"^2(\.0){0,2}$"
VERSION_HEADERS = [
    header_parameter(
        f"GS1-{family}-{bound}", "2.0.0", f"The {word} version to be answered",
        pattern=_VERSION_PATTERN,
    )
    for family in ("EPCIS", "CBV")
    for bound, word in (("Min", "lowest"), ("Max", "highest"))
]  # fmt: skip
FORMAT_HEADERS = [
    *VERSION_HEADERS,
    _format_parameter(EPC_FORMAT, "How EPCs are to be written"),
    _format_parameter(XML_FORMAT, "How XML is to write words"),
    header_parameter(
        "GS1-Extensions", "ex=https://ns.example/", "prefix=namespace, …",
        pattern=r"^\s*[^=,\s]+=[^,\s]+\s*(,\s*[^=,\s]+=[^,\s]+\s*)*$",
    ),
]  # fmt: skip
