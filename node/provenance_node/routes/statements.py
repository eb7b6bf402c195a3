"""Statements: how they get into the ledger.

    POST /v1/statements      application/msgpack: one submission, or many
                             application/json: the same, in base64

One is answered by its own status: 201 when it was logged, 200 when it was
there before, 403, 409, 422 … when it was refused. Many are answered by 207,
with a result for each, in order. What is answered as logged is on disk. The
same bytes sent again get the same answer, so whoever hears nothing sends them
again.
"""

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance.errors import DuplicateEventError, MalformedError
from provenance.problems.table import NO_SUCH_TYPE
from provenance_node.asgi import Headers
from provenance_node.intake import Given, split, split_json
from provenance_node.node import Node
from provenance_node.problems import MEDIA_TYPE, RefusedError, kind_of, problem
from provenance_node.routes.answers import add_headers, answers
from provenance_node.routes.schemas import of_schema, ref
from provenance_node.writer import LoggedStatement, Outcome, Refused

TYPES = ("application/msgpack", "application/vnd.provenance.submission")

_JSON = "application/json"
_SPLITS = {**dict.fromkeys(TYPES, split), _JSON: split_json}
_EXAMPLE = {"statement": "k7gYcHJvdmVuYW5jZS9zdWJtaXNzaW9uL3Yy…"}


def routes(node: Node) -> APIRouter:
    """Return the route that writes."""
    router = APIRouter(tags=["write"])

    @router.post(
        "/v1/statements",
        operation_id="postStatements",
        summary="Log signed statements",
        response_class=Response,
        openapi_extra={
            "requestBody": {
                "required": True,
                "description": "A .submission, or many, in base64. Or the"
                f" bytes themselves, as {' or '.join(TYPES)}: one, many as a"
                " msgpack array, or one behind the other.",
                "content": {
                    _JSON: {
                        "schema": {
                            "oneOf": [
                                ref("OneStatement"), ref("ManyStatements"),
                            ]
                        },
                        "example": _EXAMPLE,
                    }
                },
            }
        },
        responses=answers(
            {
                200: {_JSON: of_schema("Result")},
                201: {_JSON: of_schema("Result")},
                207: {_JSON: of_schema("Results")},
            },
            400, 403, 408, 409, 413, 415, 422, 429, 503,
        ),
    )  # fmt: skip
    async def post_statements(request: Request) -> Response:
        """Answered when what was logged is on disk, with index and receipt.

        A statement authenticates itself: it needs no login. With
        `Prefer: return=minimal` the receipts are left out, which is a third
        faster for many statements; each can be asked for later.
        """
        rate = node.take_write(request.scope)
        split_body = _SPLITS[_type_of(request)]
        pieces, is_many = split_body(
            await request.body(), most=node.settings.max_batch
        )
        if not pieces:
            raise MalformedError("the body has no submission")
        is_minimal = _prefers_minimal(request)
        outcomes, actor_rate = await node.writer.submit(
            pieces, with_receipts=not is_minimal
        )
        headers: Headers = (
            *(actor_rate or rate),
            (b"cache-control", b"no-store"),
        )
        if is_minimal:
            headers = (*headers, (b"preference-applied", b"return=minimal"))
        if is_many:
            results = [_result(*each) for each in outcomes]
            return _say(207, {"results": results}, headers)
        ((given, outcome),) = outcomes
        return _single(request, given, outcome, headers)

    return router


def _single(
    request: Request, given: Given | None, outcome: Outcome, headers: Headers
) -> Response:
    if isinstance(outcome, LoggedStatement):
        where = f"/v1/statements/{outcome.log_index}/receipt".encode()
        result = _result(given, outcome)
        status = 201 if outcome.is_new else 200
        return _say(status, result, (*headers, (b"location", where)))
    said = _problem(outcome)
    said["instance"] = f"urn:request:{request.scope['provenance.request']}"
    kind = kind_of(outcome.error)
    return _say(kind.status, said, headers, media_type=MEDIA_TYPE)


def _result(given: Given | None, outcome: Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if given is not None:
        result |= {
            "id": given.id,
            "statement_id": given.statement_id.hex(),
            "issuer": given.header.issuer,
        }
    if isinstance(outcome, Refused):
        return {
            "outcome": "refused",
            "status": kind_of(outcome.error).status,
            **result,
            "problem": _problem(outcome),
        }
    logged = {
        "outcome": "logged" if outcome.is_new else "known",
        "status": 201 if outcome.is_new else 200,
        **result,
        "log_index": outcome.log_index,
    }
    return {**logged, "receipt": outcome.receipt} if outcome.receipt else logged


def _problem(refused: Refused) -> dict[str, Any]:
    more: dict[str, object] = {}
    if refused.error.rule:
        more["rule"] = refused.error.rule
    if isinstance(refused.error, DuplicateEventError):
        more["log_indexes"] = list(refused.error.log_indexes)
        more["is_known"] = refused.error.is_known
    if refused.heads:
        more["heads"] = {
            item: head and {"count": head[0], "link": head[1].hex()}
            for item, head in refused.heads.items()
        }
    return problem(kind_of(refused.error), str(refused.error), more=more)


def _prefers_minimal(request: Request) -> bool:
    """Return whether no receipts are wanted (RFC 7240)."""
    wishes = ",".join(request.headers.getlist("prefer")).split(",")
    return any(wish.strip().lower() == "return=minimal" for wish in wishes)


def _type_of(request: Request) -> str:
    given = request.headers.get("content-type", "").partition(";")[0]
    media_type = given.strip().lower()
    if media_type not in _SPLITS:
        raise RefusedError(
            NO_SUCH_TYPE,
            f"a body is {' or '.join(_SPLITS)}, of statements that are signed;"
            " documents of EPCIS go to /epcis/capture, where the node's"
            " operator has switched that on",
        )
    return media_type


def _say(
    status: int,
    value: dict[str, Any],
    headers: Headers,
    *,
    media_type: str = _JSON,
) -> Response:
    return add_headers(
        Response(json.dumps(value), status_code=status, media_type=media_type),
        headers,
    )
