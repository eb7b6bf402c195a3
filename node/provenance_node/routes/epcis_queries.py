"""EPCIS 2.0: queries with a name, and what the standard builds on them.

    POST   /epcis/queries                    {"name": …, "query": {…}} → 201
    GET    /epcis/queries                    all of them, by name
    GET    /epcis/queries/{name}
    DELETE /epcis/queries/{name}
    GET    /epcis/queries/{name}/events      what it finds

They are the node's own, beside the ledger, and on where capture is: who may
capture may name queries and delete them; who may query may ask by name.
Subscriptions are not offered: they would have the node open addresses that
others hand it.
"""

import json
import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance.encoding import strict_json
from provenance.epcis.query_parameters import parse_query
from provenance.errors import ConflictError, MalformedError, NotFoundError
from provenance.problems.table import EXISTS, NOT_OFFERED, TOO_LARGE
from provenance_node.accept import choose
from provenance_node.asgi import Headers
from provenance_node.epcis.asking import (
    read_pairs,
    require_version_sent,
    require_versions,
)
from provenance_node.epcis.capture import Capture
from provenance_node.epcis.lists import format_token, read_page, require_paging
from provenance_node.epcis.resources import ROOT, template
from provenance_node.node import Node
from provenance_node.problems import RefusedError
from provenance_node.routes.answers import (
    add_headers,
    answers,
    path_parameter,
    request_accepts,
)
from provenance_node.routes.epcis import (
    FORMAT_HEADERS,
    SENT,
    VERSION_HEADERS,
    Events,
    documents,
)
from provenance_node.routes.epcis_capture import (
    SECURITY,
    read_type,
    require_capture,
    require_on,
)
from provenance_node.routes.events import (
    PAGE_PARAMETERS,
    READERS,
    link_to_next,
)
from provenance_node.routes.schemas import ref

JSON = "application/json"
MOST_QUERIES = 1_000
MAX_QUERY_BYTES = 65_536

_CONTEXT = "@context"
_QUERIES = "queries"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
_DEFINITION = ref("NamedQuery")
_EXAMPLE = {"name": "shipped", "query": {"EQ_bizStep": ["shipping"]}}


def routes(node: Node) -> APIRouter:
    """Return the routes of named queries."""
    router = APIRouter(tags=["epcis"])
    events = Events(node)
    name_of = path_parameter("queryName", "shipped", "The query's name")

    @router.post(
        template("/queries"),
        operation_id="epcisNameQuery",
        summary="Give a query a name",
        response_class=Response,
        openapi_extra={
            "security": SECURITY,
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": _DEFINITION, "example": _EXAMPLE}},
            },
        },
        responses=answers(
            {}, 201, 400, 401, 406, 408, 409, 413, 415, 429, 501, 503
        ),
    )
    async def post_query(request: Request) -> Response:
        rate = node.take_write(request.scope)
        capture = require_capture(node, request)
        require_version_sent(request)
        read_type(request, {JSON: ("json",)})
        name, query = _read_definition(await request.body())
        try:
            await capture.add_query(name, query, most=MOST_QUERIES)
        except ConflictError as error:
            raise RefusedError(EXISTS, str(error)) from error
        response = Response(status_code=201)
        response.headers["location"] = f"{ROOT}/queries/{name}"
        return _finish(response, rate)

    @router.get(
        template("/queries"),
        operation_id="epcisQueries",
        summary="The queries that have names",
        response_class=Response,
        openapi_extra={
            "security": READERS,
            "parameters": [*PAGE_PARAMETERS, *VERSION_HEADERS],
        },
        responses=answers(
            {200: {JSON: {"schema": {"type": "array", "items": _DEFINITION}}}},
            400, 401, 403, 406, 429, 501, 503,
        ),
    )  # fmt: skip
    async def get_queries(request: Request) -> Response:
        rate, capture = _look(node, request)
        pairs = read_pairs(request)
        wanted = read_page(pairs, of=_QUERIES)
        shown, is_cut = await capture.queries(
            after=wanted.behind, count=wanted.most
        )
        response = _json([_definition(*each) for each in shown])
        if is_cut:
            token = format_token(shown[-1][0], of=_QUERIES)
            response.headers["link"] = link_to_next(request, pairs, token)
        return _finish(response, rate)

    @router.get(
        template("/queries/{queryName}"),
        operation_id="epcisQuery",
        summary="What a name stands for",
        response_class=Response,
        openapi_extra={
            "security": READERS,
            "parameters": [name_of, *VERSION_HEADERS],
        },
        responses=answers(
            {200: {JSON: {"schema": _DEFINITION}}},
            400, 401, 403, 404, 406, 429, 501, 503,
        ),
    )  # fmt: skip
    async def get_query(request: Request) -> Response:
        rate, capture = _look(node, request)
        name = _name_in(request)
        query = await capture.query(name)
        return _finish(_json(_definition(name, query)), rate)

    @router.delete(
        template("/queries/{queryName}"),
        operation_id="epcisForgetQuery",
        summary="Forget a name",
        response_class=Response,
        openapi_extra={"security": SECURITY, "parameters": [name_of]},
        responses=answers({}, 204, 401, 404, 429, 501, 503),
    )
    async def delete_query(request: Request) -> Response:
        rate = node.take_write(request.scope)
        capture = require_capture(node, request)
        await capture.delete_query(_name_in(request))
        return _finish(Response(status_code=204), rate)

    @router.get(
        template("/queries/{queryName}/events"),
        operation_id="epcisQueryEvents",
        summary="What a named query finds",
        response_class=Response,
        openapi_extra={
            "security": READERS,
            "parameters": [name_of, *PAGE_PARAMETERS, *FORMAT_HEADERS],
        },
        responses=documents(400, 401, 404, 406, 413, 414, 429, 501, 503),
    )
    async def get_events(request: Request) -> Response:
        capture = require_on(node)
        # Before it is said whether there is such a name.
        node.access.query(request)
        rate = node.take_read(request.scope)
        query = await capture.query(_name_in(request))
        require_paging(read_pairs(request))
        _, response = await events.answer(
            request, query, kind="named", rate=rate
        )
        return response

    _add_subscriptions(router, node)
    return router


def _add_subscriptions(router: APIRouter, node: Node) -> None:
    """Add subscriptions, of which there are none: to make one is 501."""
    below = "/queries/{queryName}/subscriptions"
    name_of = path_parameter("queryName", "shipped", "The query's name")
    one = path_parameter("subscriptionID", "7", "The subscription's id")

    async def find_query(request: Request) -> Headers:
        """Return rate fields, once there is that query, for who may see it."""
        rate, capture = _look(node, request)
        await capture.query(_name_in(request))
        return rate

    async def list_none(request: Request) -> Response:
        rate = await find_query(request)
        read_page(read_pairs(request), of="subscriptions")
        return _finish(_json([]), rate)

    async def find_none(request: Request) -> Response:
        await find_query(request)
        raise NotFoundError("this query has no subscription of that id")

    async def refuse() -> Response:
        raise RefusedError(
            NOT_OFFERED,
            "this node opens no address that is handed to it: ask for the"
            " query's /events, ordered by recordTime",
        )

    for method, path, label, answer in (
        ("GET", below, "Subscriptions", list_none),
        ("POST", below, "Subscribe", refuse),
        ("GET", f"{below}/{{subscriptionID}}", "Subscription", find_none),
        ("DELETE", f"{below}/{{subscriptionID}}", "Unsubscribe", find_none),
    ):
        content = {
            200: {
                JSON: {"schema": {"type": "array", "items": {}, "maxItems": 0}}
            }
        }
        router.add_api_route(
            template(path),
            answer,
            methods=[method],
            operation_id=f"epcis{label}",
            summary="Not offered" if answer is refuse else "There is none",
            response_class=Response,
            openapi_extra={
                **({} if answer is refuse else {"security": READERS}),
                "parameters": [
                    name_of,
                    *(() if path == below else (one,)),
                    *(PAGE_PARAMETERS if answer is list_none else ()),
                ],
            },
            responses=answers({}, 501)
            if answer is refuse
            else answers(
                content if answer is list_none else {},
                400, 401, 403, 404, 406, 429, 501, 503,
            ),
        )  # fmt: skip


def _name_in(request: Request) -> str:
    name: str = request.path_params["queryName"]
    return name


def _look(node: Node, request: Request) -> tuple[Headers, Capture]:
    """Return rate fields, and where the queries are, for who may read.

    A query names whatever its maker looks for, so only who may see all, or
    may name queries, sees it.

    Raises:
        RefusedError: They are off, or the request has no token that counts.
    """
    capture = require_on(node)
    try:
        require_capture(node, request)
    except RefusedError:
        node.access.query(request).require_all()
    require_versions(request)
    choose(request_accepts(request), (JSON,))
    return node.take_read(request.scope), capture


def _read_definition(body: bytes) -> tuple[str, dict[str, strict_json.JSON]]:
    """Return the name and the query that *body* defines.

    Raises:
        RefusedError: It is too large.
        MalformedError: It defines none.
    """
    if len(body) > MAX_QUERY_BYTES:
        raise RefusedError(
            TOO_LARGE, f"a query has at most {MAX_QUERY_BYTES} bytes"
        )
    said = strict_json.parse_json(body)
    if not isinstance(said, dict) or (
        said.keys() - {_CONTEXT} != {"name", "query"}
    ):
        raise MalformedError(
            'write {"name": …, "query": {…}}, with an @context for the prefixes'
            " of extensions, and no more"
        )
    name, query = said["name"], said["query"]
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise MalformedError(
            "a name has 1 to 100 letters, digits and ._~-, the first of them a"
            " letter or digit"
        )
    if not isinstance(query, dict) or "nextPageToken" in query:
        raise MalformedError(
            "a query is an object of parameters, without a nextPageToken"
        )
    if _CONTEXT in said:
        if _CONTEXT in query:
            raise MalformedError("the @context is there twice: write it once")
        query = {_CONTEXT: said[_CONTEXT], **query}
    parse_query(query)
    return name, query


def _definition(
    name: str, query: dict[str, strict_json.JSON]
) -> dict[str, Any]:
    return {"name": name, "query": query}


def _json(value: object) -> Response:
    return Response(json.dumps(value), media_type=JSON)


def _finish(response: Response, headers: Headers) -> Response:
    response.headers["cache-control"] = "no-store"
    return add_headers(response, (*headers, *SENT))
