"""Exceptions: the errors of a node by the names that EPCIS has for them.

    {"type": "epcisException:QueryParameterException",
     "status": 400, "code": "PRV-9010", …}

A problem below `/epcis` has such a `type` where the standard knows its status,
beside the code by which the node's errors are known everywhere. What the
standard does not know (405, 429, 503 …) keeps the node's own type. The
standard has one status, 400, for all that an event may not say; so what the
ledger answers with 422 elsewhere has 400 here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from provenance.problems import Problem
from provenance.problems.table import (
    NO_METHOD,
    TOO_COMPLEX,
    UNKNOWN_CAPTURE,
)
from provenance_node.asgi import Headers, Scope
from provenance_node.epcis.resources import ROOT, allow, find
from provenance_node.settings import Settings

_PREFIX = "epcisException:"
_VALIDATION = "ValidationException"

_NAMES: Mapping[int, str] = {
    401: "SecurityException",
    403: "SecurityException",
    406: "NotAcceptableException",
    409: "ResourceAlreadyExistsException",
    414: "URITooLongException",
    415: "UnsupportedMediaTypeException",
    500: "ImplementationException",
    501: "ImplementationException",
}


class Said(NamedTuple):
    """How a problem is answered.

    Attributes:
        kind: Which it is.
        members: What its object has of its own.
        headers: What the answer has beside it.
    """

    kind: Problem
    members: dict[str, object]
    headers: Headers


def as_epcis(scope: Scope, kind: Problem, settings: Settings) -> Said:
    """Return how a problem of *kind* answers this request."""
    path: str = scope["path"]
    if path != ROOT and not path.startswith(f"{ROOT}/"):
        return Said(kind, {}, ())
    if scope["method"] == "POST" and kind.code == UNKNOWN_CAPTURE.code:
        kind = UNKNOWN_CAPTURE
    if kind.status == 422:
        kind = kind._replace(status=400)
    name = _name(scope["method"], path.removeprefix(ROOT), kind)
    members: dict[str, object] = {}
    headers: Headers = ()
    if name is not None:
        members["type"] = _PREFIX + name
    if name == "CaptureLimitExceededException":
        headers = limits(settings)
    resource = find(path)
    if kind.code == NO_METHOD.code and resource is not None:
        headers = ((b"allow", allow(resource).encode()),)
    return Said(kind, members, headers)


def limits(settings: Settings) -> Headers:
    """Return the headers that say how much can be captured at once."""
    return (
        (b"gs1-epcis-capture-limit", b"%d" % settings.capture_limit),
        (
            b"gs1-epcis-capture-file-size-limit",
            b"%d" % settings.max_body_bytes,
        ),
    )


def exception_type(status: int) -> str:
    """Return the type of what kept an event from being captured."""
    return _PREFIX + _NAMES.get(status, _VALIDATION)


def _name(method: str, path: str, kind: Problem) -> str | None:
    is_post = method == "POST"
    is_query = path.startswith("/queries")
    names: Mapping[int, str] = {
        **_NAMES,
        400: "QueryParameterException",
        404: "NoSuchNameException" if is_query else "NoSuchResourceException",
        413: "QueryTooLargeException",
    }
    if is_post and is_query:
        names = {**names, 400: "QueryValidationException"}
    elif is_post:
        names = {
            **names, 400: _VALIDATION, 413: "CaptureLimitExceededException",
        }  # fmt: skip
    elif kind.code == TOO_COMPLEX.code:
        return "QueryTooComplexException"
    return names.get(kind.status)
