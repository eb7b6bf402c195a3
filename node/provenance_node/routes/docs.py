"""Docs: pages that load nothing from anywhere else, and run no script.

GET /docs              every operation, from the OpenAPI description
GET /docs/style.css
GET /problems          every code of a problem
GET /problems/{code}
"""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance.problems.table import NO_ROUTE
from provenance_node.node import Node
from provenance_node.problems import MEDIA_TYPE, RefusedError, pages
from provenance_node.routes.answers import answers

_STYLE = """\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
section { border-top: 1px solid; padding: .5rem 0; }
dt { font-weight: bold; }
"""

_HTML: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}
_CACHING = {"cache-control": "public, max-age=300"}


def routes(node: Node) -> APIRouter:
    """Return the pages."""
    del node
    router = APIRouter(tags=["docs"])
    codes = pages()

    @router.get("/docs", include_in_schema=False)
    async def get_docs(request: Request) -> Response:
        return _page("API", _operations(request.app.openapi()))

    @router.get("/docs/style.css", include_in_schema=False)
    async def get_style() -> Response:
        return Response(_STYLE, media_type="text/css", headers=_CACHING)

    @router.get(
        "/problems",
        operation_id="listProblems",
        summary="Every code of a problem",
        response_class=Response,
        responses=answers({200: _HTML}),
    )
    async def list_problems() -> Response:
        rows = [
            f'<dt><a href="/problems/{code}">{code}</a></dt>'
            f"<dd>{escape(title)}</dd>"
            for code, (title, _) in codes.items()
        ]
        return _page("Problems", f"<dl>{''.join(rows)}</dl>")

    @router.get(
        "/problems/{code}",
        operation_id="getProblem",
        summary="What a code means",
        response_class=Response,
        responses=answers({200: _HTML}, 404),
    )
    async def get_problem(code: str) -> Response:
        if code not in codes:
            raise RefusedError(NO_ROUTE, "there is no problem of that code")
        title, text = codes[code]
        return _page(f"{code}: {title}", f"<p>{escape(text)}</p>")

    return router


def describe(schema: dict[str, Any]) -> dict[str, Any]:
    """Return OpenAPI's *schema* with the values that many answers share."""
    shared = schema.setdefault("components", {})
    shared["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    components = shared.setdefault("schemas", {})
    components["Problem"] = {
        "type": "object",
        "description": f"An error, as RFC 9457 has it ({MEDIA_TYPE})",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "example": "/problems/PRV-9023"},
            "title": {"type": "string", "example": "The trail moved on"},
            "status": {"type": "integer", "example": 409},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "code": {"type": "string", "example": "PRV-9023"},
            "do": {"type": "string"},
            "retryable": {"type": "boolean"},
            "rule": {
                "description": "Which of the ledger's rules it breaks",
                "type": "string",
                "example": "form.lists",
            },
            "log_indexes": {
                "description": "PRV-9025: the entries that have it already",
                "type": "array",
                "items": {"type": "integer"},
            },
            "is_known": {
                "description": "PRV-9025: whether they have all of it, so that"
                " nothing is left to be logged",
                "type": "boolean",
            },
        },
    }
    components["Result"] = {
        "type": "object",
        "required": ["outcome", "status"],
        "properties": {
            "outcome": {"enum": ["logged", "known", "refused"]},
            "status": {"type": "integer", "example": 201},
            "id": {"type": "string", "example": "1770000000000-5f0c…"},
            "statement_id": {"type": "string"},
            "issuer": {"type": "string", "example": "did:web:maker.example"},
            "log_index": {"type": "integer", "example": 12},
            "receipt": {"type": "string"},
            "problem": {"$ref": "#/components/schemas/Problem"},
        },
    }
    return schema


def _operations(schema: dict[str, Any]) -> str:
    parts = [f"<p>{escape(schema['info']['description'])}</p>"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            rows = [
                f"<dt>{escape(str(status))}</dt>"
                f"<dd>{escape(answer['description'])} "
                f"<code>{escape(', '.join(answer.get('content', {})))}</code>"
                "</dd>"
                for status, answer in operation["responses"].items()
            ]
            parts.append(
                f"<section><h2><code>{method.upper()} {escape(path)}</code>"
                f"</h2><p>{escape(operation.get('summary', ''))}</p>"
                f"<p>{escape(operation.get('description', ''))}</p>"
                f"<dl>{''.join(rows)}</dl></section>"
            )
    return "".join(parts)


def _page(title: str, body: str) -> Response:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · provenance</title>"
        '<link rel="stylesheet" href="/docs/style.css"></head><body>'
        f"<h1>{escape(title)}</h1>{body}"
        '<p><a href="/docs">API</a> <a href="/problems">Problems</a>'
        ' <a href="/openapi.json">OpenAPI</a></p></body></html>'
    )
    return Response(text, media_type="text/html", headers=_CACHING)
