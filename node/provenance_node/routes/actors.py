"""Actors: who may say what, as the node tells it.

    GET /v1/actors?count=100                 in order of enrolment
    GET /v1/actors?key=5f0c…                 whose key that is, or was
    GET /v1/actors/did:web:maker.example     its keys and grants

What is told is the registry at the checkpoint that is served. It proves
nothing: an actor's keys and grants are its own trail, so its bundle
(`/v1/items/{actor}/bundle`) is what proves them, and that none is left out.
"""

import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance_node.epcis.asking import read_pairs
from provenance_node.node import Node
from provenance_node.routes.answers import answers, path_parameter
from provenance_node.routes.events import parameter
from provenance_node.routes.proven import answer_at_checkpoint

JSON = "application/json"
MOST = 1_000
DEFAULT = 100

# What stands in it is taken from the request: as an argument of the route it
# would be described twice.
_ACTOR_AT = "/v1/actors/{actor:path}"

_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_KEY = re.compile(r"[0-9a-f]{64}")

_ENTRY = {"type": "integer", "example": 3}
_NO_ENTRY = {"type": ["integer", "null"]}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_ACTOR = {
    "type": "object",
    "required": [
        "id",
        "name",
        "is_authority",
        "enrolled_by",
        "keys",
        "grants",
    ],
    "properties": {
        "id": {"type": "string", "example": "did:web:maker.example"},
        "name": {"type": "string"},
        "is_authority": {"type": "boolean"},
        "enrolled_by": {"type": "string"},
        "keys": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "public_key", "added", "revoked", "reason"],
                "properties": {
                    "id": {"type": "string"},
                    "public_key": {"type": "string"},
                    "added": _ENTRY,
                    "revoked": _NO_ENTRY,
                    "reason": {"type": "string"},
                },
            },
        },
        "grants": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "role", "granted_by", "added", "revoked"],
                "properties": {
                    "id": {"type": "string"},
                    "role": {"type": "string", "example": "producer"},
                    "prefixes": _TEXTS,
                    "places": _TEXTS,
                    "from": _NO_ENTRY,
                    "until": _NO_ENTRY,
                    "may_grant": {"type": "boolean"},
                    "granted_by": {"type": "string"},
                    "parent": {"type": ["string", "null"]},
                    "added": _ENTRY,
                    "revoked": _NO_ENTRY,
                },
            },
        },
    },
}


def routes(node: Node) -> APIRouter:
    """Return the routes that tell of actors."""
    router = APIRouter(tags=["read"])

    @router.get(
        "/v1/actors",
        operation_id="listActors",
        summary="The actors, with their keys and grants",
        response_class=Response,
        openapi_extra={"parameters": _PARAMETERS},
        responses=answers(
            {
                200: _json(
                    "actors",
                    count={"type": "integer", "example": 12},
                    next={"type": ["integer", "null"], "example": 100},
                    actors={"type": "array", "items": _ACTOR},
                )
            },
            304, 400, 429, 503,
        ),
    )  # fmt: skip
    async def list_actors(request: Request) -> Response:
        """In order of enrolment, the authorities of the trust file first.

        `next` is the `start` of the following page; a page of large actors
        may have fewer than were asked for. Nothing proves that these are
        right, or all: an actor's bundle does.
        """
        return await answer_at_checkpoint(
            request, node, kind="actors", asked=_asked(read_pairs(request)),
            media_type=JSON,
        )  # fmt: skip

    @router.get(
        _ACTOR_AT,
        operation_id="getActor",
        summary="One actor, with its keys and grants",
        response_class=Response,
        openapi_extra={
            "parameters": [
                path_parameter(
                    "actor", "did:web:maker.example", "The actor's id"
                )
            ]
        },
        responses=answers(
            {200: _json("actor", actor=_ACTOR)}, 304, 400, 404, 429, 503
        ),
    )
    async def get_actor(request: Request) -> Response:
        """As the node tells it; the bundle of the actor's id proves it."""
        return await answer_at_checkpoint(
            request, node, kind="actor",
            asked=read_item(request.path_params["actor"]), media_type=JSON,
        )  # fmt: skip

    return router


def _asked(pairs: list[tuple[str, str]]) -> tuple[int, int, str]:
    """Return (start, count, key) as the address says them.

    Raises:
        MalformedError: A parameter is unknown, there twice, or not what it
            must be.
    """
    said = dict(pairs)
    if len(said) < len(pairs):
        raise MalformedError("a parameter is there twice: write it once")
    unknown = sorted(said.keys() - {"start", "count", "key"})
    if unknown:
        raise MalformedError(
            f"there is no parameter {unknown[0][:80]!r}: it is start, count or"
            " key"
        )
    start = _number("start", said.get("start", "0"))
    count = _number("count", said.get("count", str(DEFAULT)))
    if not 1 <= count <= MOST:
        raise MalformedError(f"count: a page has 1 to {MOST} actors")
    key = said.get("key", "")
    if "key" in said and _KEY.fullmatch(key) is None:
        raise MalformedError("key: a key's id is 64 hexadecimal digits")
    return start, count, key


def _number(name: str, text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise MalformedError(f"{name}: write a number such as 100")
    return int(text)


def _json(name: str, **members: dict[str, Any]) -> dict[str, Any]:
    return {
        JSON: {
            "schema": {
                "type": "object",
                "required": ["schema", "size", *members],
                "properties": {
                    "schema": {"const": f"provenance.{name}/1"},
                    "size": {"type": "integer", "example": 118},
                    **members,
                },
            }
        }
    }


_PARAMETERS = [
    parameter(
        "start", 0, "The number of the first one",
        type="integer", minimum=0, maximum=999_999_999,
    ),
    parameter(
        "count", DEFAULT, "How many a page has at most",
        type="integer", minimum=1, maximum=MOST,
    ),
    parameter(
        "key", "0" * 64, "Only the actor whose key has, or had, this id",
        pattern=_KEY.pattern,
    ),
]  # fmt: skip
