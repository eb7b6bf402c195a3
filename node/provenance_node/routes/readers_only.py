"""What is for who has a reader's token, and for nobody else.

    GET /v1/items/{item}/concealed     what the item's events conceal
    GET /v1/statements?issuer=…        what an actor, or one key, signed

Both are pages: `next` is the `from` of the one that follows. Neither proves
anything by itself: a leaf that was concealed leads to the id of its event
(`provenance.claims.event`), and a statement has its receipt.
"""

import re
from collections.abc import Collection, Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance_node.access import NEVER_KEPT
from provenance_node.asgi import Headers
from provenance_node.epcis.asking import read_pairs
from provenance_node.node import Node
from provenance_node.routes.answers import add_headers, answers, path_parameter
from provenance_node.routes.events import parameter
from provenance_node.routes.item_paths import item_in
from provenance_node.routes.items import EXAMPLE_ITEM
from provenance_node.routes.schemas import of_schema

JSON_TYPE = "application/json"
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]

_CONCEALED_AT = "/v1/items/{item:path}/concealed"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_KEY = re.compile(r"[0-9A-Fa-f]{8,64}")
_STATUSES = (400, 401, 403, 404, 429, 503)


def routes(node: Node) -> APIRouter:
    """Return the routes that ask for a token, whatever the settings."""
    router = APIRouter(tags=["read"])

    @router.get(
        _CONCEALED_AT,
        operation_id="revealItem",
        summary="What an item's events conceal",
        response_class=Response,
        openapi_extra={"security": SECURITY, "parameters": _OF_ITEM},
        responses=answers(
            {200: {JSON_TYPE: of_schema("Concealed")}}, *_STATUSES
        ),
    )
    async def reveal_item(request: Request) -> Response:
        """With the leaf of each, which shows it to anybody.

        For the actor that signed an event, and for tokens with `reveal`.
        """
        reader = node.access.require(request)
        item = item_in(request)
        signers = reader.signers_revealed(item)
        rate = node.take_read(request.scope)
        pairs = read_pairs(request)
        pointers = [text for name, text in pairs if name == "field"]
        said = _once([each for each in pairs if each[0] != "field"], {"from"})
        asked = (
            item,
            pointers,
            None if signers is None else sorted(signers),
            _number(said, "from") or 0,
        )
        return await _answer(node, "concealed", asked, rate)

    @router.get(
        "/v1/statements",
        operation_id="listStatements",
        summary="What an actor, or one key, signed",
        response_class=Response,
        openapi_extra={"security": SECURITY, "parameters": _OF_SIGNER},
        responses=answers(
            {200: {JSON_TYPE: of_schema("SignedEvents")}}, *_STATUSES
        ),
    )
    async def list_statements(request: Request) -> Response:
        """Event by event, in the log's order, with the items that each names.

        For the actor itself, and for tokens with `statements`. Without
        `issuer` it is whoever has, or had, the key.
        """
        reader = node.access.require(request)
        said = _once(read_pairs(request), _SIGNER)
        key = said.get("key", "")
        if key and _KEY.fullmatch(key) is None:
            raise MalformedError(
                "key: how a key's id begins, in 8 to 64 hexadecimal digits"
            )
        issuer = said.get("issuer", "")
        if not issuer and not key:
            raise MalformedError("say whose: issuer, key, or both")
        issuer = read_item(issuer) if issuer else ""
        signers = reader.signers_listed(issuer)
        rate = node.take_read(request.scope)
        asked = (
            issuer,
            key,
            _number(said, "since"),
            _number(said, "until"),
            _number(said, "from") or 0,
            _number(said, "before"),
            None if signers is None else sorted(signers),
            None if reader.scope is None else reader.scope.to_plain(),
        )
        return await _answer(node, "statements", asked, rate)

    return router


async def _answer(
    node: Node, kind: str, asked: tuple[object, ...], rate: Headers
) -> Response:
    _, body = await node.reading.prove(kind, asked)
    response = Response(body, media_type=JSON_TYPE)
    response.headers["cache-control"] = NEVER_KEPT
    return add_headers(response, rate)


def _once(
    pairs: list[tuple[str, str]], names: Collection[str]
) -> dict[str, str]:
    """Return the parameters in *pairs*, each of which stands there once.

    Raises:
        MalformedError: One is none of *names*, or there twice.
    """
    found: dict[str, str] = {}
    for name, text in pairs:
        if name not in names or name in found:
            raise MalformedError(
                f"{name[:80]!r}: here are {', '.join(sorted(names))}, each once"
            )
        found[name] = text
    return found


def _number(said: Mapping[str, str], name: str) -> int | None:
    text = said.get(name)
    if text is None:
        return None
    if _NUMBER.fullmatch(text) is None:
        raise MalformedError(f"{name}: write a number such as 320")
    return int(text)


_FROM = parameter(
    "from", 0, "Where the page begins: `next` of the one before",
    type="integer", minimum=0, maximum=10**15,
)  # fmt: skip
_OF_ITEM = [
    path_parameter("item", EXAMPLE_ITEM, "The item's id, in any spelling"),
    parameter("field", "/ilmd", "A JSON Pointer; without it, all fields"),
    _FROM,
]
_OF_SIGNER = [
    parameter("issuer", "did:web:maker.example", "The actor"),
    parameter(
        "key", "5f0c2a11", "How the key's id begins, in hexadecimal",
        pattern=_KEY.pattern,
    ),
    *(
        parameter(
            name, 1_770_000_000_000, says,
            type="integer", minimum=0, maximum=10**15,
        )
        for name, says in (
            ("since", "The log's time from which on, in ms since 1970"),
            ("until", "The log's time before which"),
            ("before", "The first entry that is not looked at"),
        )
    ),
    _FROM,
]  # fmt: skip
_SIGNER = {"issuer", "key", "since", "until", "from", "before"}
