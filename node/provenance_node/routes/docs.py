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
from provenance_node.problems import RefusedError, pages
from provenance_node.routes import log
from provenance_node.routes.answers import answers, path_parameter, problem
from provenance_node.routes.schemas import SCHEMAS

_STYLE = """\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
section { border-top: 1px solid; padding: .5rem 0; }
dt { font-weight: bold; }
"""

_HTML: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}
# What stands in it is taken from the request: FastAPI would describe an
# argument of the route with an answer of its own.
_PROBLEM_AT = "/problems/{code}"
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
        _PROBLEM_AT,
        operation_id="getProblem",
        summary="What a code means",
        response_class=Response,
        openapi_extra={
            "parameters": [path_parameter("code", "PRV-9023", "Of a problem")]
        },
        responses=answers({200: _HTML}, 404),
    )
    async def get_problem(request: Request) -> Response:
        code = request.path_params["code"]
        if code not in codes:
            raise RefusedError(NO_ROUTE, "there is no problem of that code")
        title, text = codes[code]
        return _page(f"{code}: {title}", f"<p>{escape(text)}</p>")

    return router


def describe(schema: dict[str, Any], *, log_prefix: str) -> dict[str, Any]:
    """Return OpenAPI's *schema*, complete: said once, and nothing too much.

    Args:
        schema: What FastAPI says of the routes.
        log_prefix: Below which the log's tiles are, which are no routes.
    """
    schema["paths"] |= log.described(log_prefix)
    shared = schema.setdefault("components", {})
    shared["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    shared["schemas"] = dict(sorted(SCHEMAS.items()))
    shared["responses"] = {}
    for methods in schema["paths"].values():
        for operation in methods.values():
            operation["responses"] = _responses(operation, shared["responses"])
    return schema


def _responses(
    operation: dict[str, Any], shared: dict[str, Any]
) -> dict[str, Any]:
    """Return the answers of *operation*, its problems as references.

    The problems that are referred to are put into *shared*.
    """
    found: dict[str, Any] = {}
    for status, answer in operation["responses"].items():
        # FastAPI says so of every route that has no other 200.
        if answer == {"description": "Successful Response"}:
            continue
        found[status] = answer
        if int(status) >= 400 and answer == problem(int(status)):
            shared[f"Problem{status}"] = answer
            found[status] = {"$ref": f"#/components/responses/Problem{status}"}
    return found


def _operations(schema: dict[str, Any]) -> str:
    parts = [f"<p>{escape(schema['info']['description'])}</p>"]
    shared = schema["components"]["responses"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            rows = [
                f"<dt>{escape(str(status))}</dt>"
                f"<dd>{escape(answer['description'])} "
                f"<code>{escape(', '.join(answer.get('content', {})))}</code>"
                "</dd>"
                for status, said in operation["responses"].items()
                for answer in [shared.get(_named(said), said)]
            ]
            parts.append(
                f"<section><h2><code>{method.upper()} {escape(path)}</code>"
                f"</h2><p>{escape(operation.get('summary', ''))}</p>"
                f"<p>{escape(operation.get('description', ''))}</p>"
                f"<dl>{''.join(rows)}</dl></section>"
            )
    return "".join(parts)


def _named(answer: dict[str, Any]) -> str:
    """Return the name that *answer* refers to; "" if it is no reference."""
    return str(answer.get("$ref", "")).rpartition("/")[2]


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
