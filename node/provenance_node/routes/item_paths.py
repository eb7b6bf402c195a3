"""Items in the paths of requests: by an id, or as a Digital Link's own path.

    /v1/items/https%3A%2F%2Fid.gs1.org%2F01%2F09506000134352%2F21%2F42/trail
    /v1/items/(01)09506000134352(21)42/trail
    /v1/items/01/09506000134352/21/42/trail

The last has no escaped slash, which proxies decode, merge or refuse. A slash
within a serial number is still written %2F there, so the path is read as it
was sent.
"""

from fastapi import Request

from provenance.gs1 import read_item
from provenance.gs1.identifier import CANONICAL_STEM, KEYS


def item_in(request: Request) -> str:
    """Return the id of the item that the path of *request* names.

    Raises:
        MalformedError: It names nothing, or not validly.
    """
    return read_item(name_in(request, "item"))


def name_in(request: Request, part: str) -> str:
    """Return what stands in *part* of the path, written out if it is a path."""
    text: str = request.path_params[part]
    if text.partition("/")[0] not in KEYS:
        return text
    path: str = request.scope["path"]
    raw: bytes = request.scope["raw_path"]
    start = path.index(text)
    behind = len(path) - start - len(text)
    return (
        f"{CANONICAL_STEM}/{raw[start : len(raw) - behind].decode('latin-1')}"
    )
