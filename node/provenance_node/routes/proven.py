"""Proven: what readers answer at the checkpoint that is served, and its ETag.

The same address gives the same bytes for as long as the checkpoint stands, so
a client that has them is told so before it is counted or anything is read.
"""

from fastapi import Request
from starlette.responses import Response

from provenance_node.asgi import Headers
from provenance_node.node import Node
from provenance_node.reading import etag_of
from provenance_node.routes.answers import add_headers, not_modified
from provenance_node.routes.log import is_known

CACHING = "public, max-age=5"


async def answer_at_checkpoint(  # noqa: PLR0913  # each by its name
    request: Request,
    node: Node,
    *,
    kind: str,
    asked: str | tuple[int | str | None, ...],
    media_type: str,
    headers: Headers = (),
) -> Response:
    """Return what a reader says of *asked*, or that the client has it.

    Args:
        request: The request.
        node: Whose readers are asked.
        kind: As for `Reading.prove`.
        asked: Likewise.
        media_type: What the answer is.
        headers: What else it has, in either case.

    Raises:
        RefusedError: The address asked too often, or too many wait.
        NotFoundError: The ledger has nothing of it.
    """
    parts = (asked,) if isinstance(asked, str) else map(str, asked)
    named = (kind, *parts)
    etag = etag_of(node.reading.latest.note, *named)
    if is_known(request.scope, etag):
        return not_modified(etag, CACHING, headers)
    rate = node.take_read(request.scope)
    note, body = await node.reading.prove(kind, asked)
    response = Response(body, media_type=media_type)
    response.headers["cache-control"] = CACHING
    response.headers["etag"] = etag_of(note, *named).decode()
    return add_headers(response, (*headers, *rate))
