"""The page's files, answered before any routing.

    GET /                  the page; `/?item=…` is the same bytes
    GET /verify/index.js   and every other file that was there at start
    GET /page.json         the SHA-256 of each of them

A path is looked up among those that were read at start; nothing of what a
client sends ever becomes a path of the disk. Browsers ask each time whether
they have the latest (`no-cache`), and are told so by ETag: modules of two
versions never run together. Each form of a file has a tag of its own, as RFC
9110 asks (8.8.3.3).
"""

from provenance_node.asgi import App, Headers, Receive, Scope, Send, header
from provenance_node.page import LIST, File, Page
from provenance_node.problems import NO_METHOD, RefusedError
from provenance_node.resolver.wishes import read_wishes
from provenance_node.routes.log import is_known

CACHING = b"no-cache"


class Pages:
    """Answers for the page's files; the rest is for *app*."""

    def __init__(self, app: App, page: Page) -> None:
        self._app = app
        self._files = page.files

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request."""
        file = (
            self._files.get(scope["path"]) if scope["type"] == "http" else None
        )
        if file is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] != "GET":
            raise RefusedError(
                NO_METHOD, "the page is only read", ((b"allow", b"GET, HEAD"),)
            )
        # The list is the one thing here that programs ask for.
        is_list = scope["path"] == LIST
        scope["provenance.route"] = LIST if is_list else "/(page)"
        await _send(scope, send, file)


async def _send(scope: Scope, send: Send, file: File) -> None:
    body, etag = file.body, f'"{file.sha256[:32]}"'
    added: Headers = ()
    if file.packed is not None and _takes_gzip(scope):
        body, etag = file.packed, f'"{file.sha256[:32]}-gzip"'
        added = ((b"content-encoding", b"gzip"),)
    headers: Headers = (
        (b"cache-control", CACHING),
        (b"etag", etag.encode()),
        (b"vary", b"Accept-Encoding"),
    )
    status = 200
    if is_known(scope, etag.encode()):
        status, body = 304, b""
    else:
        headers = (
            *headers,
            *added,
            (b"content-type", file.media_type.encode()),
            (b"content-length", b"%d" % len(body)),
        )
    await send(
        {"type": "http.response.start", "status": status, "headers": headers}
    )
    await send({"type": "http.response.body", "body": body})


def _takes_gzip(scope: Scope) -> bool:
    """Return whether Accept-Encoding names gzip (RFC 9110, section 12.5.3)."""
    wishes = dict(
        read_wishes(header(scope, b"accept-encoding").decode("latin-1"))
    )
    return wishes.get("gzip", wishes.get("*", 0.0)) > 0
