"""EPCIS 2.0: capture, which signs in the name of the actor whose key is here.

    POST /epcis/capture            a document → 202, and a job in Location
    GET  /epcis/capture            the jobs, the latest first
    GET  /epcis/capture/{id}       one job
    POST /epcis/events             one event → 201, once it is in the log

It is off unless the operator set `capture_key` and `capture_tokens`; then each
of these takes a bearer token. Everybody else signs for themselves, and sends
what they signed to /v1/statements.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.errors import MalformedError
from provenance.ledger.search import written_time
from provenance.problems.table import NO_SUCH_TYPE, NOT_OFFERED
from provenance.store.capture_jobs import Job
from provenance_node.accept import choose
from provenance_node.asgi import Headers
from provenance_node.epcis.asking import (
    read_pairs,
    read_prefixes,
    require_version_sent,
    require_versions,
)
from provenance_node.epcis.capture import (
    BEHAVIOURS,
    ROLLBACK,
    Capture,
    Document,
)
from provenance_node.epcis.exceptions import limits
from provenance_node.epcis.lists import format_token, read_page
from provenance_node.epcis.resources import ROOT, template
from provenance_node.node import Node
from provenance_node.problems import RefusedError
from provenance_node.routes.answers import (
    add_headers,
    answers,
    path_parameter,
    request_accepts,
)
from provenance_node.routes.epcis import SENT, VERSION_HEADERS, header_parameter
from provenance_node.routes.events import PAGE_PARAMETERS, link_to_next
from provenance_node.routes.schemas import of_schema, ref
from provenance_node.tokens import require_token

JSON = "application/json"
BEHAVIOUR = "GS1-Capture-Error-Behaviour"
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]

TYPES: Mapping[str, tuple[str, ...]] = {
    JSON: ("json",),
    "application/ld+json": ("json",),
    "application/x-ndjson": ("ndjson", "json"),
    "application/xml": ("xml",),
    "text/xml": ("xml",),
}
"""Content-Type → what a body of that type is."""

_JOB = "CaptureJob"
_JOBS = "jobs"
_MOST_LINKS = 50
"""A header has room for no more."""

_JOB_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_EXAMPLE_EVENT = {
    "@context": [EPCIS_CONTEXT],
    "type": "ObjectEvent",
    "eventID": "urn:uuid:8d1c6b0e-7c1b-4b4e-9f0c-2f5f9a3e1d11",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "eventTime": "2026-03-01T08:59:00+13:00",
    "eventTimeZoneOffset": "+13:00",
    "epcList": ["urn:epc:id:sgtin:9506000.013435.42"],
}
_EXAMPLE_DOCUMENT = {
    "@context": [EPCIS_CONTEXT],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-03-01T09:00:00Z",
    "epcisBody": {
        "eventList": [{k: v for k, v in _EXAMPLE_EVENT.items() if k[0] != "@"}]
    },
}


def routes(node: Node) -> APIRouter:
    """Return the routes that capture."""
    router = APIRouter(tags=["epcis"])

    @router.post(
        template("/capture"),
        operation_id="epcisCapture",
        summary="Capture a document",
        response_class=Response,
        openapi_extra={
            "security": SECURITY,
            "requestBody": _body("EPCISDocument", _EXAMPLE_DOCUMENT),
            "parameters": [_BEHAVIOUR],
        },
        responses=answers({}, 202, *_ERRORS),
    )
    async def post_document(request: Request) -> Response:
        """It is on disk when this is answered; the job says how it ends."""
        rate = node.take_write(request.scope)
        capture = require_capture(node, request)
        document = await _document(request)
        behaviour = _behaviour(request)
        job_id = await capture.accept(document, behaviour=behaviour)
        response = Response(status_code=202)
        response.headers["location"] = f"{ROOT}/capture/{job_id}"
        return _finish(response, (*rate, *limits(node.settings)))

    @router.get(
        template("/capture"),
        operation_id="epcisCaptureJobs",
        summary="The capture jobs",
        response_class=Response,
        openapi_extra={
            "security": SECURITY,
            "parameters": [*PAGE_PARAMETERS, *VERSION_HEADERS],
        },
        responses=answers(
            {200: {JSON: {"schema": {"type": "array", "items": ref(_JOB)}}}},
            400, 401, 406, 429, 501, 503,
        ),
    )  # fmt: skip
    async def get_jobs(request: Request) -> Response:
        """The latest first; those that come later move no page."""
        rate = node.take_read(request.scope)
        capture = require_capture(node, request)
        _require_json(request)
        pairs = read_pairs(request)
        wanted = read_page(pairs, of=_JOBS)
        shown, is_cut = await capture.jobs(
            before=_number(wanted.behind), count=wanted.most
        )
        response = Response(
            json.dumps([_job(job) for job in shown]), media_type=JSON
        )
        if is_cut:
            token = format_token(str(shown[-1].number), of=_JOBS)
            response.headers["link"] = link_to_next(request, pairs, token)
        return _finish(response, rate)

    @router.get(
        template("/capture/{captureID}"),
        operation_id="epcisCaptureJob",
        summary="What became of a captured document",
        response_class=Response,
        openapi_extra={
            "security": SECURITY,
            "parameters": [
                path_parameter("captureID", "5f0c", "As Location had it"),
                *VERSION_HEADERS,
            ],
        },
        responses=answers(
            {200: {JSON: of_schema(_JOB)}},
            400, 401, 404, 406, 429, 501, 503,
        ),
    )  # fmt: skip
    async def get_job(request: Request) -> Response:
        """`success` is true while nothing failed; look at `running` first.

        Once both say so, all of it is in the log, and `Link` leads to the
        receipts of its first statements.
        """
        rate = node.take_read(request.scope)
        capture = require_capture(node, request)
        _require_json(request)
        job = await capture.job(request.path_params["captureID"])
        response = Response(json.dumps(_job(job)), media_type=JSON)
        if job.log_indexes:
            response.headers["link"] = ", ".join(
                f'<{_receipt(index)}>; rel="related"'
                for index in job.log_indexes[:_MOST_LINKS]
            )
        return _finish(response, rate)

    @router.post(
        template("/events"),
        operation_id="epcisCaptureEvent",
        summary="Capture one event",
        response_class=Response,
        openapi_extra={
            "security": SECURITY,
            "requestBody": _body("EPCISEvent", _EXAMPLE_EVENT),
        },
        responses=answers({}, 201, 403, 409, *_ERRORS),
    )
    async def post_event(request: Request) -> Response:
        """Answered once it is in the log. `Link` leads to its receipt."""
        rate = node.take_write(request.scope)
        capture = require_capture(node, request)
        captured = await capture.capture_event(await _document(request))
        receipt = _receipt(captured.log_index)
        response = Response(status_code=201)
        response.headers["location"] = (
            receipt
            if captured.event_id is None
            else f"{ROOT}/events/{quote(captured.event_id, safe='')}"
        )
        response.headers["link"] = f'<{receipt}>; rel="related"'
        return _finish(response, (*rate, *limits(node.settings)))

    return router


def require_on(node: Node) -> Capture:
    """Return what captures, and keeps named queries.

    Raises:
        RefusedError: It is off.
    """
    if node.capture is None:
        raise RefusedError(
            NOT_OFFERED,
            "capture and named queries are off: the node's operator switches"
            " them on with the settings capture_key and capture_tokens; signed"
            " statements go to /v1/statements",
        )
    return node.capture


def require_capture(node: Node, request: Request) -> Capture:
    """Return what captures, for a request that may.

    Raises:
        RefusedError: It is off, or the request has no token that counts.
    """
    capture = require_on(node)
    sent = request.headers.get("authorization", "")
    require_token(sent, capture.tokens, realm="epcis")
    return capture


def read_type(request: Request, types: Mapping[str, tuple[str, ...]]) -> str:
    """Return the Content-Type, which is one of *types*.

    Raises:
        RefusedError: It is none of them.
    """
    given = request.headers.get("content-type", "").partition(";")[0]
    media_type = given.strip().lower()
    if media_type not in types:
        raise RefusedError(NO_SUCH_TYPE, f"a body is {' or '.join(types)}")
    return media_type


def _number(behind: str) -> int | None:
    """Return the job behind which a page begins; None for the first page."""
    if not behind:
        return None
    if _JOB_NUMBER.fullmatch(behind) is None:
        raise MalformedError("nextPageToken: it came with no page of this list")
    return int(behind)


async def _document(request: Request) -> Document:
    require_version_sent(request)
    media = TYPES[read_type(request, TYPES)]
    return Document(await request.body(), media, read_prefixes(request))


def _behaviour(request: Request) -> str:
    behaviour = request.headers.get(BEHAVIOUR, ROLLBACK)
    if behaviour not in BEHAVIOURS:
        raise MalformedError(f"{BEHAVIOUR}: write {' or '.join(BEHAVIOURS)}")
    return behaviour


def _require_json(request: Request) -> None:
    require_versions(request)
    choose(request_accepts(request), (JSON,))


def _job(job: Job) -> dict[str, Any]:
    said: dict[str, Any] = {
        "captureID": job.id,
        "createdAt": written_time(job.created),
    }
    if job.finished is not None:
        said["finishedAt"] = written_time(job.finished)
    return said | {
        "running": job.finished is None,
        # As the standard has it: of a job that runs, that nothing failed yet.
        "success": job.is_success or (job.finished is None and not job.errors),
        "captureErrorBehaviour": job.behaviour,
        "errors": job.errors,
    }


def _receipt(log_index: int) -> str:
    return f"/v1/statements/{log_index}/receipt"


def _finish(response: Response, headers: Headers) -> Response:
    response.headers["cache-control"] = "no-store"
    return add_headers(response, (*headers, *SENT))


def _body(schema: str, example: dict[str, Any]) -> dict[str, Any]:
    others = [name for name in TYPES if name != JSON]
    return {
        "required": True,
        "description": f"Or, by its Content-Type, {', '.join(others)}",
        "content": {JSON: {**of_schema(schema), "example": example}},
    }


_BEHAVIOUR = header_parameter(
    BEHAVIOUR, ROLLBACK, "Whether one wrong event stops all",
    enum=list(BEHAVIOURS),
)  # fmt: skip
_ERRORS = (400, 401, 406, 408, 413, 415, 429, 501, 503)
