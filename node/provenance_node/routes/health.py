"""Health: whether it lives, whether it works, and how it does.

GET /healthz                  the process answers
GET /readyz                   the store is read, the writer writes
GET /metrics                  for Prometheus
GET /.well-known/provenance   who this is: origin, keys, versions
GET /v1/trust                 the ledger's trust file
GET /v1/trust.json            the same for programs that look at it
"""

import json
import tomllib
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from provenance import __version__
from provenance.errors import ProvenanceError
from provenance_node.metrics import MEDIA_TYPE as METRICS
from provenance_node.node import Node
from provenance_node.problems import RefusedError
from provenance_node.routes.answers import answers
from provenance_node.routes.schemas import of_schema

_JSON = "application/json"
_NO_STORE = {"cache-control": "no-store"}


def routes(node: Node) -> APIRouter:
    """Return the routes that say how the node does."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/healthz",
        operation_id="getHealth",
        summary="Whether it lives",
        response_class=Response,
        responses=answers({200: {_JSON: of_schema("Health")}}),
    )
    async def get_health() -> Response:
        return _json({"status": "alive"})

    @router.get(
        "/readyz",
        operation_id="getReadiness",
        summary="Whether it works",
        response_class=Response,
        responses={
            **answers({200: {_JSON: of_schema("Readiness")}}),
            503: {
                "description": "Not all of it does",
                "content": {_JSON: of_schema("Readiness")},
            },
        },
    )
    async def get_readiness() -> Response:
        """Reads the store, and asks whether the writer still writes.

        It does not while witnesses contradict the log, the clock cannot be
        right, or the database was moved or replaced beneath the node; nor
        where it has work and got nowhere for `stall_seconds`.
        """
        latest = node.reading.latest
        try:
            await node.reading.heads([])
        except (ProvenanceError, RefusedError):
            is_readable = False
        else:
            is_readable = True
        is_writing = node.writer.is_whole and node.writer.is_moving
        doubt = node.writer.doubt
        is_ready = is_readable and is_writing and doubt is None
        said: dict[str, Any] = {
            "status": "ready" if is_ready else "not ready",
            "store": is_readable,
            "writer": is_writing,
            "size": latest.size,
            "checkpoint_age_seconds": round(node.checkpoint_age, 3),
            "queue": node.writer.in_hand,
            "doubt": None if doubt is None else str(doubt),
            "clock_difference_seconds": node.watch.difference_ms / 1000,
        }
        if node.cosigning is not None:
            said["cosigning"] = node.cosigning.status()
        return _json(said, status=200 if is_ready else 503)

    @router.get(
        "/metrics",
        operation_id="getMetrics",
        summary="What Prometheus collects",
        response_class=Response,
        responses=answers(
            {200: {"text/plain": {"schema": {"type": "string"}}}}
        ),
    )
    async def get_metrics() -> Response:
        return Response(
            node.metrics.text(), media_type=METRICS, headers=_NO_STORE
        )

    @router.get(
        "/.well-known/provenance",
        operation_id="getIdentity",
        summary="Who this is",
        response_class=Response,
        responses=answers({200: {_JSON: of_schema("Identity")}}),
    )
    async def get_identity() -> Response:
        """Origin, log keys and addresses; trust none of it for being here."""
        return _json(
            {
                "origin": node.origin,
                "log_keys": [key.vkey for key in node.trust.policy.log_keys],
                "log": node.settings.log_prefix,
                "trust": "/v1/trust",
                "version": __version__,
            },
            headers={"cache-control": "public, max-age=300"},
        )

    @router.get(
        "/v1/trust",
        operation_id="getTrust",
        summary="The ledger's trust file",
        response_class=Response,
        responses=answers(
            {200: {"application/toml": {"schema": {"type": "string"}}}}
        ),
    )
    async def get_trust() -> Response:
        """Whoever takes it from here believes this node in everything."""
        return Response(
            node.trust_text,
            media_type="application/toml",
            headers={"cache-control": "public, max-age=300"},
        )

    @router.get(
        "/v1/trust.json",
        operation_id="getTrustMembers",
        summary="The ledger's trust file, member by member",
        response_class=Response,
        responses=answers({200: {_JSON: of_schema("Trust")}}),
    )
    async def get_trust_members() -> Response:
        """For programs that look at it; who verifies takes the file itself."""
        said = tomllib.loads(node.trust_text)
        return Response(
            json.dumps(said, default=datetime.isoformat),
            media_type=_JSON,
            headers={"cache-control": "public, max-age=300"},
        )

    return router


def _json(
    value: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] = _NO_STORE,
) -> Response:
    return Response(
        json.dumps(value),
        status_code=status,
        media_type=_JSON,
        headers=headers,
    )
