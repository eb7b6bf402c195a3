"""Problems: how each error is answered, as RFC 9457 problem+json.

    {"type": "/problems/PRV-9023",        resolvable, on this node
     "title": "The trail moved on",
     "status": 409,
     "detail": "event 0 was to follow link 5f0c… of an item whose trail …",
     "instance": "urn:request:9b1c0a…",   the X-Request-ID of the answer
     "code": "PRV-9023",                  for programs; it never changes
     "do": "look at the item's trail, then sign and submit again",
     "retryable": false}

The codes are those of the command line (`provenance explain PRV-9023`); what
only a server can say has codes from PRV-9100 on. What was sent is not said
back, but for what the library's own messages quote of it.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from provenance import errors
from provenance.cli.problems import BUG_PROBLEM, explanations
from provenance.cli.server_problems import SERVER_PROBLEMS
from provenance_node.asgi import Headers

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """One kind of problem.

    Attributes:
        status: The HTTP status.
        code: What programs know it by.
        title: What it is called.
        advice: What to do.
        is_retryable: Whether the same request may succeed later.
    """

    status: int
    code: str
    title: str
    advice: str
    is_retryable: bool = False


class RefusedError(Exception):
    """A request that is answered with a problem.

    Attributes:
        kind: Which.
        detail: What is wrong with this request.
        headers: What else the answer has.
    """

    def __init__(self, kind: Kind, detail: str, headers: Headers = ()) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = headers


def _kind(status: int, code: str, *, is_retryable: bool = False) -> Kind:
    """Return the kind whose words the command line has, too."""
    known = SERVER_PROBLEMS[code]
    return Kind(status, code, known.title, known.advice, is_retryable)


BAD_REQUEST = _kind(400, "PRV-9100")
NO_ROUTE = _kind(404, "PRV-9101")
NO_METHOD = _kind(405, "PRV-9102")
TOO_LARGE = _kind(413, "PRV-9103")
HEAD_TOO_LARGE = _kind(431, "PRV-9104")
TOO_SLOW = _kind(408, "PRV-9105", is_retryable=True)
TOO_MANY = _kind(429, "PRV-9106", is_retryable=True)
BUSY = _kind(503, "PRV-9107", is_retryable=True)
NO_SUCH_TYPE = _kind(415, "PRV-9108")
NOT_ACCEPTABLE = _kind(406, "PRV-9109")
INVALID = _kind(422, "PRV-9110")
NOT_OFFERED = _kind(501, "PRV-9111")
NO_TOKEN = _kind(401, "PRV-9112")
BEHIND = _kind(503, "PRV-9113", is_retryable=True)
TOO_COMPLEX = _kind(413, "PRV-9114")
EXISTS = _kind(409, "PRV-9115")
URI_TOO_LONG = _kind(414, "PRV-9116")
OUT_OF_SCOPE = _kind(403, "PRV-9117")
TOO_LONG = _kind(503, "PRV-9118", is_retryable=True)
BUG = Kind(
    500, BUG_PROBLEM.code, "A fault of the program",
    "report it to the operator with the request id", True,
)  # fmt: skip

SERVER_KINDS = (
    BAD_REQUEST, NO_ROUTE, NO_METHOD, TOO_LARGE, HEAD_TOO_LARGE, TOO_SLOW,
    TOO_MANY, BUSY, NO_SUCH_TYPE, NOT_ACCEPTABLE, INVALID, NOT_OFFERED,
    NO_TOKEN, BEHIND, TOO_COMPLEX, EXISTS, URI_TOO_LONG, OUT_OF_SCOPE,
    TOO_LONG, BUG,
)  # fmt: skip

_STATUS: Mapping[type[errors.ProvenanceError], tuple[int, str]] = {
    errors.MalformedError: (400, "Not in its format"),
    errors.UnknownKindError: (400, "Of a kind that is not known"),
    errors.UnknownBookError: (400, "Of a rule book that is not known"),
    errors.RejectedError: (403, "Not let in"),
    errors.UnknownActorError: (403, "No such actor, or not its key"),
    errors.RoleNotGrantedError: (403, "Not granted"),
    errors.BrokenLinkError: (409, "The trail moved on"),
    errors.DuplicateEventError: (409, "Said before"),
    errors.LifecycleError: (422, "Cannot follow what is logged"),
    errors.QuotaError: (403, "Enough for today"),
    errors.QueryTooLargeError: (413, "More events than may be answered"),
    errors.VerificationError: (422, "Not proven"),
    errors.InvalidSignatureError: (422, "The signature is not valid"),
    errors.InvalidProofError: (422, "The proof is not valid"),
    errors.QuorumNotMetError: (422, "Too few witnesses"),
    errors.EquivocationError: (422, "Two histories"),
    errors.ForkError: (503, "The log stopped, so as not to fork"),
    errors.ClockError: (503, "The clock cannot be right"),
    errors.InsecureError: (502, "No connection that can be trusted"),
    errors.AddressError: (503, "No address to listen on"),
    errors.NotFoundError: (404, "No such thing"),
    errors.ConflictError: (409, "Someone was first"),
    errors.StoreError: (503, "The storage failed; the outcome is unknown"),
    errors.UnreachableError: (503, "Another node did not answer"),
}

_ADVICE: Mapping[type[errors.ProvenanceError], str] = {
    errors.MalformedError: "mend what was sent at the place named",
    errors.NotFoundError: "check the id",
    errors.StoreError: "send the same bytes again: they are logged once",
    errors.ClockError: "send the same bytes again later; the operator was told",
}
"""What to do over HTTP, where that is not what a command's user does."""

_RETRYABLE = (errors.ClockError, errors.ConflictError, errors.StoreError)


def kind_of(error: errors.ProvenanceError) -> Kind:
    """Return the kind of problem that *error* is."""
    for parent in type(error).__mro__:
        if issubclass(parent, errors.ProvenanceError) and parent in _STATUS:
            status, title = _STATUS[parent]
            return Kind(
                status,
                parent.code,
                title,
                _ADVICE.get(parent, parent.hint),
                isinstance(error, _RETRYABLE),
            )
    raise AssertionError(f"{type(error)} is not in the table")


def problem(
    kind: Kind,
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
        "do": kind.advice,
        "retryable": kind.is_retryable,
        **(more or {}),
    }
    if instance:
        members["instance"] = f"urn:request:{instance}"
    return members


def problem_bytes(
    kind: Kind,
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
    found = {kind.code: (kind.title, known[kind.code]) for kind in SERVER_KINDS}
    for error, (_, title) in _STATUS.items():
        found[error.code] = title, known[error.code]
    return dict(sorted(found.items()))
