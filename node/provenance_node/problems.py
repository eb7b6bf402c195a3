"""Problems: how each error is answered, as RFC 9457 problem+json.

    {"type": "/problems/PRV-9023",        resolvable, on this node
     "title": "The trail moved on",
     "status": 409,
     "detail": "event 0 was to follow link 5f0c… of an item whose trail …",
     "instance": "urn:request:9b1c0a…",   the X-Request-ID of the answer
     "code": "PRV-9023",                  for programs; it never changes
     "do": "look at the item's trail, then sign and submit again",
     "retryable": false}

The codes, words and statuses are those of `provenance.problems`, which the
command line shows, too (`provenance explain PRV-9023`). What was sent is not
said back, but for what the library's own messages quote of it.
"""

import json
from collections.abc import Mapping

from provenance import errors
from provenance.problems import (
    BUG_PROBLEM,
    PROBLEMS,
    SERVER_PROBLEMS,
    Problem,
    explanations,
    problem_of,
)
from provenance_node.asgi import Headers

MEDIA_TYPE = "application/problem+json"


class RefusedError(Exception):
    """A request that is answered with a problem.

    Attributes:
        kind: Which.
        detail: What is wrong with this request.
        headers: What else the answer has.
    """

    def __init__(
        self, kind: Problem, detail: str, headers: Headers = ()
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = headers


def kind_of(error: errors.ProvenanceError) -> Problem:
    """Return the kind of problem that *error* is."""
    kind = problem_of(error)
    assert kind is not None, "the table has every error of the library"
    return kind


def problem(
    kind: Problem,
    detail: str,
    *,
    instance: str = "",
    more: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the problem as its JSON object.

    Args:
        kind: Which problem.
        detail: What is wrong this time.
        instance: The request's id.
        more: Members of this problem alone.
    """
    members: dict[str, object] = {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "code": kind.code,
        "do": kind.over_http or kind.advice,
        "retryable": kind.is_retryable,
        **(more or {}),
    }
    if instance:
        members["instance"] = f"urn:request:{instance}"
    return members


def problem_bytes(
    kind: Problem,
    detail: str,
    *,
    instance: str = "",
    more: Mapping[str, object] | None = None,
) -> bytes:
    """Return the problem as the body of an answer."""
    return json.dumps(
        problem(kind, detail, instance=instance, more=more)
    ).encode()


def pages() -> dict[str, tuple[str, str]]:
    """Return what /problems has: code → its title, and what to do."""
    known = explanations()
    kinds = (*PROBLEMS.values(), *SERVER_PROBLEMS, BUG_PROBLEM)
    found = {kind.code: (kind.title, known[kind.code]) for kind in kinds}
    return dict(sorted(found.items()))
