"""The page's files, answered before any routing.

    GET /                  the page; `/?item=…` is the same bytes
    GET /verify/index.js   and every other file that was there at start
    GET /page.json         the SHA-256 of each of them

A path is looked up among those that were read at start; nothing of what a
client sends ever becomes a path of the disk. Browsers ask each time whether
they have the latest (`no-cache`), and are told so by ETag: modules of two
versions never run together. Each form of a file, as it is and compressed, has
a tag of its own (`coding`).
"""

from provenance.problems.table import NO_METHOD
from provenance_node.asgi import App, Headers, Receive, Scope, Send
from provenance_node.coding import codings_of, tag_of
from provenance_node.page import LIST, PageFile, WebPage
from provenance_node.problems import RefusedError
from provenance_node.routes.log import is_known

CACHING = b"no-cache"


class PageRoutes:
    """Answers for the page's files; the rest is for *app*."""

    def __init__(self, app: App, page: WebPage) -> None:
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


async def _send(scope: Scope, send: Send, file: PageFile) -> None:
    # The forms that it takes, the best first; plain for whoever takes none.
    forms = [coding for coding in codings_of(scope) if coding in file.forms]
    plain = f'"{file.sha256[:32]}"'.encode()
    tags = [*(tag_of(plain, coding) for coding in forms), plain]
    known = [tag for tag in tags if is_known(scope, tag)]
    headers: Headers = (
        (b"cache-control", CACHING),
        (b"etag", (known or tags)[0]),
        (b"vary", b"Accept-Encoding"),
    )
    status, body = (304, b"") if known else (200, file.body)
    if not known:
        if forms:
            body = file.forms[forms[0]]
            headers = (*headers, (b"content-encoding", forms[0].encode()))
        headers = (
            *headers,
            (b"content-type", file.media_type.encode()),
            (b"content-length", b"%d" % len(body)),
        )
    await send(
        {"type": "http.response.start", "status": status, "headers": headers}
    )
    await send({"type": "http.response.body", "body": body})
