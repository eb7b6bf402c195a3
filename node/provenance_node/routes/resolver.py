"""The resolver: GS1 Digital Links that are printed on things.

    GET /01/{gtin}/10/{lot}/21/{serial}   and every other key and qualifier
    GET /00/{sscc}
    GET /{compressed}                     what others compressed
    GET /.well-known/gs1resolver          what it supports
    OPTIONS                               of all of them

A phone's camera opens the first of these; where that leads is decided in
`resolver`. The path is read as it was sent: a serial number may hold an
escaped slash.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.responses import Response

from provenance.claims.registry import TrustRegistry
from provenance.errors import MalformedError
from provenance.gs1.identifier import KEYS
from provenance_node.node import Node
from provenance_node.resolver.answer import (
    LINKSET_TYPE,
    METHODS,
    UnknownItemError,
    granted_prefixes,
    owns,
    resolve,
    wants_certificates,
)
from provenance_node.resolver.asked import LinkRequest, read_request
from provenance_node.resolver.description import (
    CONTEXT,
    CONTEXT_PATH,
    DESCRIPTION_PATH,
    describe_resolver,
)
from provenance_node.resolver.links import KnownItem
from provenance_node.resolver.page import error_page, wants_page
from provenance_node.routes.answers import add_headers, answers, request_accepts

_OPEN = {"schema": {"type": "object", "additionalProperties": True}}
_LINKSET: Mapping[str, Any] = {LINKSET_TYPE: _OPEN}
_OBJECT: Mapping[str, Any] = {"application/json": _OPEN}
_JSON_LD: Mapping[str, Any] = {"application/ld+json": _OPEN}
_COMPRESSED_PATH = "/{text:gs1_compressed}"
_CACHING = {"cache-control": "public, max-age=3600"}
_OPTIONS = {
    "allow": METHODS,
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": "Accept, Accept-Language",
    "access-control-max-age": "86400",
}


class _Compressed(StringConvertor):
    """One segment that may be compressed; no file has such a name."""

    regex = "[A-Za-z0-9_-]{7,}"


# Starlette knows the forms of a path's parts by name, for all applications.
register_url_convertor("gs1_compressed", _Compressed())


def routes(node: Node) -> APIRouter:
    """Return the routes that resolve.

    Include them after all others: what may be compressed looks like any name.
    """
    router = APIRouter(tags=["resolver"])
    resolver = _Resolver(node)
    paths = [f"/{key}/{{rest:path}}" for key in KEYS]
    for path, (key, form) in zip(paths, KEYS.items(), strict=True):
        router.add_api_route(
            path,
            resolver.answer,
            operation_id=f"resolve{key}",
            summary=f"Where the code of a {form.name} leads",
            description=_DESCRIPTION,
            response_class=Response,
            responses=_RESPONSES,
            openapi_extra=_PARAMETERS,
        )
    router.add_api_route(
        DESCRIPTION_PATH,
        resolver.describe,
        operation_id="describeResolver",
        summary="What the resolver supports",
        response_class=Response,
        responses=answers({200: _OBJECT}),
    )
    router.add_api_route(
        CONTEXT_PATH,
        resolver.context,
        operation_id="getLinksetContext",
        summary="How a linkset is read as JSON-LD",
        response_class=Response,
        responses=answers({200: _JSON_LD}),
    )
    router.add_api_route(
        _COMPRESSED_PATH, resolver.answer_compressed, include_in_schema=False
    )
    for path in (*paths, DESCRIPTION_PATH, CONTEXT_PATH, _COMPRESSED_PATH):
        router.add_api_route(
            path,
            resolver.options,
            methods=["OPTIONS"],
            include_in_schema=False,
        )
    return router


class _Resolver:
    """Answers for one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._registry: TrustRegistry | None = None
        self._prefixes: tuple[str, ...] = ()

    async def answer(self, request: Request) -> Response:
        try:
            return await self._resolve(request, self._read(request))
        except (MalformedError, UnknownItemError) as error:
            if wants_page(request_accepts(request)):
                return _page(error)
            raise

    async def answer_compressed(self, request: Request) -> Response:
        try:
            self._read(request)
        except MalformedError:
            # It is as likely that nothing of that name was ever here.
            raise HTTPException(404) from None
        return await self.answer(request)

    async def options(self) -> Response:
        return Response(status_code=204, headers=_OPTIONS)

    async def describe(self, request: Request) -> Response:
        said = describe_resolver(self._base(request), self._node.origin)
        return _json(said, "application/json")

    async def context(self) -> Response:
        return _json(CONTEXT, "application/ld+json")

    def _is_ours(self, asked: LinkRequest) -> bool:
        registry = self._node.writer.registry
        if registry is not self._registry:
            self._registry = registry
            self._prefixes = granted_prefixes(registry.actors())
        return owns(self._prefixes, asked)

    def _base(self, request: Request) -> str:
        url = request.url
        return self._node.settings.public_url or f"{url.scheme}://{url.netloc}"

    def _read(self, request: Request) -> LinkRequest:
        raw: bytes | None = request.scope.get("raw_path")
        return read_request(
            quote(request.scope["path"])
            if raw is None
            else raw.decode("latin-1"),
            request.scope["query_string"].decode("latin-1"),
            base=self._base(request),
        )

    async def _resolve(self, request: Request, asked: LinkRequest) -> Response:
        rate = self._node.take_read(request.scope)
        accept = request_accepts(request)
        items = await _known(self._node, asked)
        certified: list[str] = []
        if wants_certificates(asked, accept=accept):
            certified = await _certified(self._node, items)
        found = resolve(
            asked,
            accept=accept,
            languages=",".join(request.headers.getlist("accept-language")),
            known=KnownItem(items, certified, is_ours=self._is_ours(asked)),
        )
        response = Response(
            found.body, status_code=found.status, headers=dict(found.headers)
        )
        return add_headers(response, rate)


async def _known(node: Node, asked: LinkRequest) -> list[str]:
    """Return those of the items that the ledger has events of."""
    heads = await node.reading.heads(asked.items)
    return [
        item
        for item, head in zip(asked.items, heads, strict=True)
        if head is not None
    ]


async def _certified(node: Node, items: list[str]) -> list[str]:
    """Return those of *items* whose story names certificates."""
    found = []
    for item in items:
        _, view = await node.reading.prove("bundle_view", (item, None))
        if _names_certificates(json.loads(view)):
            found.append(item)
    return found


def _names_certificates(view: Mapping[str, Any]) -> bool:
    return any("certificationInfo" in event["body"] for event in view["events"])


def _page(error: MalformedError | UnknownItemError) -> Response:
    status = 400 if isinstance(error, MalformedError) else 404
    return Response(
        error_page(status, str(error)),
        status_code=status,
        media_type="text/html",
        headers={"cache-control": "no-store", "vary": "Accept"},
    )


def _json(value: Mapping[str, object], media_type: str) -> Response:
    return Response(
        json.dumps(value).encode(), media_type=media_type, headers=_CACHING
    )


_DESCRIPTION = """\
`linkType` asks for one kind of link, such as `gs1:pip`, or for all of them:
`linkset`. Without it Accept decides, and without that the default link is
taken. What the ledger does not know on the level asked for is looked for on
the levels above it. A browser is told of a problem by a page.
"""


_RESPONSES: dict[int | str, dict[str, Any]] = {
    **answers({200: _LINKSET}, 400, 404, 429, 503),
    300: {"description": "Several links fit equally well", "content": _LINKSET},
    307: {"description": "Where it leads"},
}
_PARAMETERS = {
    "parameters": [
        {
            "name": "rest",
            "in": "path",
            "required": True,
            "description": "The key's value, then qualifiers and their values",
            "schema": {"type": "string"},
        },
        {
            "name": "linkType",
            "in": "query",
            "description": "The kind of link",
            "schema": {"type": "string"},
            "example": "linkset",
        },
    ]
}
