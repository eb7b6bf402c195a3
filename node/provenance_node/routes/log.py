"""The log as C2SP tlog-tiles, so that any tlog client reads it.

    GET /log/checkpoint               the signed checkpoint
    GET /log/tile/1/x001/234          hashes
    GET /log/tile/0/273.p/112         hashes of a tile that is not full
    GET /log/tile/entries/273.p/112   entries, each behind its length

These are the requests that come most often, and nothing about them needs
routing or parsing: they are answered as plain ASGI. All but the checkpoint
never change.
"""

from typing import Any

from provenance.errors import MalformedError
from provenance.problems.table import NO_METHOD, NO_ROUTE
from provenance.tlog.tile import parse_entries_path, parse_tile_path
from provenance_node.asgi import App, Headers, Receive, Scope, Send
from provenance_node.node import Node
from provenance_node.problems import RefusedError
from provenance_node.reading import etag_of
from provenance_node.routes.answers import answers, path_parameter
from provenance_node.routes.schemas import TEXT

CHECKPOINT_AGE = b"public, max-age=5"
IMMUTABLE = b"public, max-age=31536000, immutable"

_TEXT = b"text/plain; charset=utf-8"
_BYTES = b"application/octet-stream"
_ENTRIES = "tile/entries/"


class TileRoutes:
    """Answers what is below the log's prefix; the rest is for *app*."""

    def __init__(self, app: App, node: Node) -> None:
        self._app = app
        self._node = node
        self._prefix = node.settings.log_prefix + "/"

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(
            self._prefix
        ):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"][len(self._prefix) :]
        if scope["method"] != "GET":
            raise RefusedError(
                NO_METHOD, "the log is only read", ((b"allow", b"GET, HEAD"),)
            )
        if path == "checkpoint":
            scope["provenance.route"] = f"{self._prefix}checkpoint"
            latest = self._node.reading.latest
            await _send(
                scope, send, latest.note.encode(), _TEXT, CHECKPOINT_AGE,
                latest.etag,
            )  # fmt: skip
            return
        scope["provenance.route"] = f"{self._prefix}tile"
        await self._tile(scope, path, send)

    async def _tile(self, scope: Scope, path: str, send: Send) -> None:
        reading = self._node.reading
        try:
            if path.startswith(_ENTRIES):
                tile = parse_entries_path(path)
                data = reading.kept_entries(tile)
                if data is None:
                    data = await reading.entries(tile)
            else:
                tile = parse_tile_path(path)
                data = reading.kept_tile(tile)
                if data is None:
                    data = await reading.tile(tile)
        except MalformedError as error:
            raise RefusedError(
                NO_ROUTE, "the log has a checkpoint and tiles"
            ) from error
        await _send(
            scope,
            send,
            data,
            _BYTES,
            IMMUTABLE,
            etag_of(self._node.origin, path),
        )


async def _send(  # noqa: PLR0913, PLR0917  # the parts of an answer
    scope: Scope,
    send: Send,
    body: bytes,
    media_type: bytes,
    caching: bytes,
    etag: bytes,
) -> None:
    headers: Headers = ((b"cache-control", caching), (b"etag", etag))
    status = 200
    if is_known(scope, etag):
        status, body = 304, b""
    else:
        headers = (
            *headers,
            (b"content-type", media_type),
            (b"content-length", b"%d" % len(body)),
        )
    await send(
        {"type": "http.response.start", "status": status, "headers": headers}
    )
    await send({"type": "http.response.body", "body": body})


def is_known(scope: Scope, etag: bytes) -> bool:
    """Return whether the client says that it has what *etag* stands for."""
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            known = [
                tag.strip().removeprefix(b"W/") for tag in value.split(b",")
            ]
            return etag in known or known == [b"*"]
    return False


def described(prefix: str) -> dict[str, Any]:
    """Return what OpenAPI says of all this, below *prefix*: path → methods."""
    number = path_parameter(
        "number", "x001/234", "Which, as tlog-tiles writes it: 234, x001/234"
    )
    level = path_parameter("level", "0", "Of the tree, 0 the lowest")
    width = path_parameter("width", "112", "How much of it is there, 1 to 255")
    width["schema"] = {"type": "integer", "minimum": 1, "maximum": 255}
    level["schema"] = {"type": "integer", "minimum": 0, "maximum": 63}
    binary = {"schema": {"type": "string", "format": "binary"}}
    tile = answers({200: {_BYTES.decode(): binary}}, 304, 404, 503)
    checkpoint = answers({200: {"text/plain": {"schema": TEXT}}}, 304)
    return {
        prefix + path: {
            "get": {
                "tags": ["log"],
                "operationId": name,
                "summary": summary,
                "parameters": parameters,
                "responses": {str(s): said for s, said in responses.items()},
            }
        }
        for path, name, summary, parameters, responses in (
            ("/checkpoint", "getCheckpoint", "The signed checkpoint", [],
             checkpoint),
            ("/tile/{level}/{number}", "getTile", "256 hashes",
             [level, number], tile),
            ("/tile/{level}/{number}.p/{width}", "getPartialTile",
             "The hashes of a tile that is not full", [level, number, width],
             tile),
            ("/tile/entries/{number}", "getEntries",
             "256 entries, each behind its length", [number], tile),
            ("/tile/entries/{number}.p/{width}", "getPartialEntries",
             "The entries of a tile that is not full", [number, width], tile),
        )
    }  # fmt: skip
