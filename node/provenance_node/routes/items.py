"""Items: their trails and bundles; and the receipts of statements.

An item is named by its id in any of its spellings, URL-encoded: a GS1 Digital
Link (https%3A%2F%2Fid.gs1.org%2F01%2F…), an EPC URN, an element string. Or by
the path of its link, in which no slash is encoded (`item_paths`).

    GET /v1/items/(01)09506000134352(21)42/bundle
    GET /v1/items/(01)09506000134352(21)42/bundle.json
    GET /v1/items/urn:epc:id:sgtin:9506000.013435.42/trail
    GET /v1/items/01/09506000134352/21/42/trail
    GET /v1/items/(00)095060001343520009/bundle?from=320

Of an item to which more happened than a story tells, both ends are shown and
every warning; the verdict names what was skipped. `from` asks for a stretch of
it besides: the event of that number, counted from 0, and those behind it, up
to `STRETCH` of them.
"""

import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance.errors import MalformedError
from provenance.proof.bundle import MEDIA_TYPE as BUNDLE
from provenance_node.accept import choose
from provenance_node.node import Node
from provenance_node.readers import STRETCH
from provenance_node.reading import etag_of
from provenance_node.routes.answers import (
    add_headers,
    answers,
    not_modified,
    path_parameter,
    request_accepts,
)
from provenance_node.routes.item_paths import item_in
from provenance_node.routes.log import is_known
from provenance_node.routes.proven import CACHING, answer_at_checkpoint
from provenance_node.routes.schemas import of_schema

JSON = "application/json"

_BY_TIME = re.compile(r"(0|[1-9][0-9]{0,15})-([0-9a-f]{64})")
_BY_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")
_FROM = "from"

# What stands in these is taken from the request: as an argument of a route it
# would be described twice.
_ITEM_AT = "/v1/items/{item:path}"
_STATEMENT_AT = "/v1/statements/{statement}"

EXAMPLE_ITEM = "https://id.gs1.org/01/09506000134352/21/42"


def routes(node: Node) -> APIRouter:
    """Return the routes that prove."""
    router = APIRouter(tags=["read"])

    async def proven(request: Request, offers: dict[str, str]) -> Response:
        item = item_in(request)
        media_type = choose(request_accepts(request), list(offers))
        response = await answer_at_checkpoint(
            request, node, kind=offers[media_type],
            asked=(item, _read_start(request)), media_type=media_type,
            headers=((b"vary", b"Accept"),),
        )  # fmt: skip
        if media_type == BUNDLE and response.status_code == 200:
            response.headers["content-disposition"] = (
                'attachment; filename="item.provenance"'
            )
        return response

    @router.get(
        f"{_ITEM_AT}/bundle",
        operation_id="getBundle",
        summary="The proof of an item's whole story",
        response_class=Response,
        openapi_extra=_ABOUT_ITEM,
        responses=answers(
            {200: {BUNDLE: _BINARY}}, 304, 400, 404, 406, 429, 503, also=(JSON,)
        ),
    )
    async def get_bundle(request: Request) -> Response:
        """Everything that verifying the item takes, but for the trust file.

        As `application/vnd.provenance.bundle+msgpack` it is what is verified;
        as `application/json` it is for looking at. Of a long story both ends
        are shown, every warning, and what `from` asks for.
        """
        return await proven(request, {BUNDLE: "bundle", JSON: "bundle_view"})

    @router.get(
        f"{_ITEM_AT}/bundle.json",
        operation_id="getBundleView",
        summary="What a bundle has, to be looked at",
        response_class=Response,
        openapi_extra=_ABOUT_ITEM,
        responses=answers(
            {200: {JSON: of_schema("BundleView")}},
            304, 400, 404, 406, 429, 503,
        ),
    )  # fmt: skip
    async def get_bundle_view(request: Request) -> Response:
        """As `/bundle` has it where Accept asks for JSON. It proves nothing."""
        return await proven(request, {JSON: "bundle_view"})

    @router.get(
        f"{_ITEM_AT}/trail",
        operation_id="getTrail",
        summary="An item's story",
        response_class=Response,
        openapi_extra=_ABOUT_ITEM,
        responses=answers(
            {200: {JSON: of_schema("Trail")}}, 304, 400, 404, 406, 429, 503
        ),
    )
    async def get_trail(request: Request) -> Response:
        """The story as the node finds it by the ledger's own trust file.

        It is as true as the node is honest. The bundle is what proves it, and
        what `from` asks for is the same in both.
        """
        return await proven(request, {JSON: "trail"})

    @router.get(
        f"{_STATEMENT_AT}/receipt",
        operation_id="getReceipt",
        summary="The proof that a statement is in the log",
        response_class=Response,
        openapi_extra={
            "parameters": [
                path_parameter(
                    "statement", "12",
                    "Its log index, or its time and id: 17…-5f0c…",
                )
            ]
        },
        responses=answers(
            {200: {"text/plain": {"schema": {"type": "string"}}}},
            304, 400, 404, 429, 503,
        ),
    )  # fmt: skip
    async def get_receipt(request: Request) -> Response:
        """A C2SP tlog-proof under the latest checkpoint."""
        statement: str = request.path_params["statement"]
        etag = etag_of(node.reading.latest.note, "receipt", statement)
        if is_known(request.scope, etag):
            return not_modified(etag, CACHING)
        rate = node.take_read(request.scope)
        index = await _index_of(node, statement)
        statement_id, text = await node.reading.receipt(index)
        note = text.partition("\n\n")[2]
        response = Response(text, media_type="text/plain")
        response.headers["cache-control"] = CACHING
        response.headers["etag"] = etag_of(note, "receipt", statement).decode()
        response.headers["link"] = (
            f'</v1/statements/{index}/receipt>; rel="canonical"'
        )
        response.headers["x-statement-id"] = statement_id
        return add_headers(response, rate)

    return router


def _read_start(request: Request) -> int | None:
    """Return the number of the event that a stretch is to start with.

    Raises:
        MalformedError: It is no number.
    """
    said = request.query_params.getlist(_FROM)
    if not said:
        return None
    if len(said) > 1 or not _BY_INDEX.fullmatch(said[0]):
        raise MalformedError(
            "`from` is the number of an event of the item, counted from 0:"
            " write it once, as 320"
        )
    return int(said[0])


async def _index_of(node: Node, statement: str) -> int:
    if _BY_INDEX.fullmatch(statement):
        return int(statement)
    named = _BY_TIME.fullmatch(statement)
    if named is None:
        raise MalformedError(
            "a statement is asked for by its log index, or by its time and id"
            " with a hyphen between them, as the ledger's answer named it"
        )
    return await node.reading.find(int(named[1]), bytes.fromhex(named[2]))


_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


_NAMED = "The item's id, or the path of its link: 01/09506000134352/21/42"
_ABOUT_ITEM = {
    "parameters": [
        path_parameter("item", EXAMPLE_ITEM, _NAMED),
        {
            "name": _FROM,
            "in": "query",
            "required": False,
            "description": "The number of the item's event, counted from 0,"
            f" from which on up to {STRETCH} are shown besides",
            "schema": {"type": "integer", "minimum": 0, "maximum": 10**16 - 1},
            "example": 0,
        },
    ]
}
