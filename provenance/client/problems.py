"""Problems: what a node refuses, as the errors that the library raises.

A node's refusal (RFC 9457) has a stable code. The same code is the same class
of error here as beside the ledger's folder, so that a program decides by the
class wherever the ledger is. What the node said is kept behind the error:

    except BrokenLinkError as error:
        error.heads                    where the trails end now
    except DuplicateEventError as error:
        error.is_known, error.log_index     logged before, and as which entry
        error.code, error.hint         the node's own code, and its advice
        problem_behind(error).detail   what the node said of it
"""

from collections.abc import Mapping
from dataclasses import dataclass

from provenance import errors
from provenance.encoding.strict_json import JSON, parse_json
from provenance.errors import MalformedError, ProvenanceError
from provenance.problems import error_class

_MOST_DETAIL = 1_000


@dataclass(frozen=True, slots=True)
class NodeProblem:
    """What a node says of a refusal. It proves nothing.

    Attributes:
        status: The HTTP status.
        code: The stable code, such as PRV-9023; "" if the answer is not the
            node's own, but that of a proxy before it.
        detail: What was wrong.
        advice: What to do.
        is_retryable: Whether the same may go well later; None if it does not
            say.
        request: The node's name for the request, to ask its operator about.
    """

    status: int
    code: str = ""
    detail: str = ""
    advice: str = ""
    is_retryable: bool | None = None
    request: str = ""

    def __str__(self) -> str:
        said = self.detail or "it does not say why"
        return f"{said} ({self.code or f'HTTP {self.status}'})"


class AnsweredError(Exception):
    """What a node answered instead; always behind another error.

    Attributes:
        problem: What it said.
    """

    def __init__(self, problem: NodeProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def problem_behind(error: BaseException) -> NodeProblem | None:
    """Return what a node said for *error* to be raised; None if it did not."""
    cause = error.__cause__
    return cause.problem if isinstance(cause, AnsweredError) else None


def is_too_large(error: BaseException) -> bool:
    """Return whether a node, or its proxy, refused a request for its size."""
    problem = problem_behind(error)
    return problem is not None and problem.status == 413


def parse_problem(
    status: int, body: bytes
) -> tuple[NodeProblem, ProvenanceError]:
    """Return the problem that *body* is, and the error that it becomes.

    Whatever the body is, there is one: proxies answer pages of their own.
    Heads that are none are left out.
    """
    try:
        said = parse_json(body)
    except MalformedError:
        said = {}
    try:
        return read_problem(status, said)
    except MalformedError:
        members = said if isinstance(said, dict) else {}
        return read_problem(status, {**members, "heads": {}})


def read_problem(
    status: int, said: JSON
) -> tuple[NodeProblem, ProvenanceError]:
    """Return the problem that the object *said* is, and its error.

    Raises:
        MalformedError: It names heads that are none.
    """
    members = said if isinstance(said, dict) else {}
    retryable = members.get("retryable")
    problem = NodeProblem(
        status,
        code=_text(members, "code"),
        detail=_text(members, "detail"),
        advice=_text(members, "do"),
        is_retryable=retryable if isinstance(retryable, bool) else None,
        request=_text(members, "instance"),
    )
    error = _error_of(problem, members)
    error.code = problem.code or error.code
    error.hint = problem.advice or error.hint
    error.rule = _text(members, "rule")
    error.__cause__ = AnsweredError(problem)
    return problem, error


def _error_of(
    problem: NodeProblem, members: Mapping[str, JSON]
) -> ProvenanceError:
    text = f"the node refused: {problem}"
    if problem.code == errors.BrokenLinkError.code:
        return errors.BrokenLinkError(text, heads=_heads(members.get("heads")))
    if problem.code == errors.DuplicateEventError.code:
        indexes = _indexes(members.get("log_indexes"))
        is_known = members.get("is_known") is True and bool(indexes)
        return errors.DuplicateEventError(
            text, log_indexes=indexes, is_known=is_known
        )
    return error_class(problem.code, problem.status)(text)


def _indexes(said: JSON) -> tuple[int, ...]:
    """Return the log indexes that *said* has, as far as they are any."""
    found = said if isinstance(said, list) else []
    return tuple(index for index in found if type(index) is int and index >= 0)


def _heads(said: JSON) -> dict[str, tuple[int, bytes] | None]:
    """Return the heads that *said* names, as far as they are any."""
    heads: dict[str, tuple[int, bytes] | None] = {}
    for item, head in (said if isinstance(said, dict) else {}).items():
        match head:
            case None:
                heads[item] = None
            case {"count": int(count), "link": str(link)}:
                try:
                    heads[item] = count, bytes.fromhex(link)
                except ValueError as error:
                    raise MalformedError(
                        f"the node names no link of {item!r}"
                    ) from error
            case _:
                raise MalformedError(f"the node names no head of {item!r}")
    return heads


def _text(members: Mapping[str, JSON], name: str) -> str:
    """Return a text that may be shown: bounded, on one line."""
    value = members.get(name)
    if not isinstance(value, str):
        return ""
    # A node's words end up in terminals, which obey control characters.
    return "".join(c if c.isprintable() else "?" for c in value[:_MOST_DETAIL])
