"""The application: the layers around every request, and the routes.

Frame      id, security headers, CORS, journal; errors become problems
Limits     the body, received whole within its limits
Tiles      the log's files, answered before any routing
Pages      the page's files, likewise
Coding     compresses what is read
FastAPI    everything else
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from provenance import __version__
from provenance.errors import ProvenanceError
from provenance.problems import Problem
from provenance.problems.table import BAD_REQUEST, INVALID, NO_METHOD, NO_ROUTE
from provenance_node.coding import Coding
from provenance_node.epcis.exceptions import as_epcis
from provenance_node.frame import Frame
from provenance_node.limits import Limits
from provenance_node.node import Node
from provenance_node.page import read_page
from provenance_node.problems import (
    MEDIA_TYPE,
    RefusedError,
    kind_of,
    problem_bytes,
)
from provenance_node.routes import (
    actors,
    docs,
    epcis,
    epcis_capture,
    epcis_queries,
    events,
    health,
    items,
    log,
    page,
    readers_only,
    resolver,
    statements,
)

_DESCRIPTION = """\
A ledger that proves where imported things come from. What it answers is
evidence: verify it with the ledger's trust file, not by asking the ledger.
"""

_KINDS = {404: NO_ROUTE, 405: NO_METHOD, 422: INVALID}

Handler = Callable[[Request, Any], Awaitable[Response]]


def create_app(node: Node) -> FastAPI:
    """Return the application that serves *node*.

    The node is started and stopped with it.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        await node.start()
        try:
            yield
        finally:
            await node.stop()

    app = FastAPI(
        title="provenance",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.node = node
    # The resolver last: what it answers may begin with anything.
    for module in (
        readers_only, statements, items, actors, events, epcis, epcis_capture,
        epcis_queries, health, docs, resolver,
    ):  # fmt: skip
        app.include_router(module.routes(node))
    _add_handlers(app, node)
    _describe(app, log_prefix=node.settings.log_prefix)
    # The last that is added is the outermost.
    app.add_middleware(Coding)
    app.add_middleware(page.PageRoutes, page=read_page())
    app.add_middleware(log.TileRoutes, node=node)
    app.add_middleware(Limits, settings=node.settings)
    app.add_middleware(
        Frame,
        settings=node.settings,
        answered=node.metrics.answered,
    )
    return app


def _describe(app: FastAPI, *, log_prefix: str) -> None:
    """Let the description of *app* name the values that answers share."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = docs.describe(plain(), log_prefix=log_prefix)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way


def _add_handlers(app: FastAPI, node: Node) -> None:
    def answer(
        request: Request,
        kind: Problem,
        detail: str,
        headers: dict[str, str] | None = None,
        **more: object,
    ) -> Response:
        node.metrics.refusals.labels(kind.code).inc()
        kind, members, added = as_epcis(request.scope, kind, node.settings)
        headers = {n.lower(): v for n, v in (headers or {}).items()}
        headers |= {name.decode(): value.decode() for name, value in added}
        if kind.is_retryable:
            headers.setdefault("retry-after", "5")
        return Response(
            problem_bytes(
                kind,
                detail,
                instance=request.scope["provenance.request"],
                more={**members, **more},
            ),
            status_code=kind.status,
            media_type=MEDIA_TYPE,
            headers={"cache-control": "no-store", **headers},
        )

    async def refused(request: Request, error: RefusedError) -> Response:
        headers = {k.decode(): v.decode() for k, v in error.headers}
        return answer(request, error.kind, error.detail, headers)

    async def failed(request: Request, error: ProvenanceError) -> Response:
        return answer(request, kind_of(error), str(error))

    async def not_valid(
        request: Request, error: RequestValidationError
    ) -> Response:
        # What was sent is not said back.
        faults = [
            {
                "place": "/".join(str(part) for part in fault["loc"]),
                "says": fault["msg"],
            }
            for fault in error.errors()
        ]
        return answer(
            request, INVALID, "the request is not valid", errors=faults
        )

    async def no_such(request: Request, error: HTTPException) -> Response:
        kind = _KINDS.get(error.status_code, BAD_REQUEST)
        headers = dict(error.headers or {})
        if kind is NO_METHOD:
            headers = {"allow": _allowed(request)}
        return answer(request, kind, kind.title, headers)

    handlers: dict[type[Exception], Handler] = {
        RefusedError: refused,
        ProvenanceError: failed,
        RequestValidationError: not_valid,
        HTTPException: no_such,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _allowed(request: Request) -> str:
    """Return `Allow`: the methods of every route of the path, not of one."""
    methods = [
        method
        for method in ("DELETE", "GET", "HEAD", "OPTIONS", "POST")
        if any(
            route.matches(
                # HEAD is answered as GET is, without the body.
                {
                    **request.scope,
                    "method": "GET" if method == "HEAD" else method,
                }
            )[0]
            is Match.FULL
            for route in request.app.routes
        )
    ]
    return ", ".join(methods)
