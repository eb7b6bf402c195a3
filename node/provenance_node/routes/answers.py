"""What routes answer alike: headers, 304, and how OpenAPI is told of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response

from provenance_node.asgi import Headers
from provenance_node.problems import MEDIA_TYPE
from provenance_node.routes.schemas import of_schema

_SAYS = {
    200: "Found",
    201: "Logged",
    202: "Taken; the job says what becomes of it",
    204: "Done, with nothing to say",
    207: "One result for each statement",
    304: "The client has it",
    400: "Not in its format",
    401: "No token that counts",
    403: "Not let in",
    404: "No such thing",
    406: "Not a type that is given",
    408: "Too slow",
    409: "The trail moved on, or the event's id was used",
    413: "Too large",
    414: "The address is too long",
    415: "Not a type that is taken",
    422: "Not valid",
    429: "Too many requests",
    501: "Not offered here, or not switched on",
    503: "Busy, or the outcome is unknown: send the same again",
}

ALSO = "where Accept asks for it, as"

_MADE = {
    "Location": {
        "description": "Where that is which came of it",
        "schema": {"type": "string"},
    }
}

Responses = dict[int | str, dict[str, Any]]


def answers(
    content: Mapping[int, Mapping[str, Any]],
    *more: int,
    also: Sequence[str] = (),
) -> Responses:
    """Return what a route answers, for OpenAPI.

    Args:
        content: Status → media type → its schema and examples. There is one
            media type, so that a generated client knows what it gets.
        more: Other statuses; those from 400 on are problems.
        also: As what else Accept may ask for it.
    """
    found: Responses = {}
    for status, types in content.items():
        found[status] = {"description": _SAYS[status], "content": dict(types)}
        if also:
            found[status]["description"] += f"; {ALSO} {' or '.join(also)}"
            found[status]["x-also-as"] = list(also)
    for status in more:
        found[status] = (
            {"description": _SAYS[status]} if status < 400 else problem(status)
        )
    for made in found.keys() & {201, 202}:
        found[made]["headers"] = _MADE
    return found


def problem(status: int) -> dict[str, Any]:
    """Return how OpenAPI is told of a problem with that status."""
    return {
        "description": _SAYS[status],
        "content": {MEDIA_TYPE: of_schema("Problem")},
    }


def path_parameter(name: str, example: str, says: str) -> dict[str, Any]:
    """Return the description of a part of the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": says,
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def request_accepts(request: Request) -> str:
    """Return the request's Accept fields as one."""
    return ",".join(request.headers.getlist("accept"))


def add_headers(response: Response, headers: Headers) -> Response:
    """Add *headers* to *response*, and return it."""
    response.raw_headers.extend(headers)
    return response


def not_modified(etag: bytes, caching: str, headers: Headers = ()) -> Response:
    """Return the answer that the client has it already."""
    response = Response(status_code=304)
    response.headers["etag"] = etag.decode()
    response.headers["cache-control"] = caching
    return add_headers(response, headers)
