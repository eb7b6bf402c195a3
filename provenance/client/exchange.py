"""Exchange: one request to one node, answered within bounds or not at all.

A node is a stranger's machine. Its answers are received up to a size and a
time, never decompressed, and no redirect is followed: where to is the
caller's decision. TLS certificates are always verified.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from provenance import __version__
from provenance.client.asking import Request
from provenance.client.problems import (
    AnsweredError,
    Problem,
    parse_problem,
)
from provenance.client.retry import Attempts, Retries, parse_retry_after
from provenance.errors import MalformedError, UnreachableError
from provenance.extras import MissingExtraError

try:
    import httpx2

    from provenance.client.deadline import Deadline, new_transport
except ModuleNotFoundError as error:
    raise MissingExtraError(error.name, extra="client") from error

_PASSING = frozenset({408, 429, 502, 503, 504})
"""Statuses of what may go well later (RFC 9110, 15.5.9, 15.6; RFC 6585, 4)."""

_MOST_REFUSAL_BYTES = 2**20
"""A refusal is short; whatever is longer is none."""

MOST_WAIT = 2**20
"""Seconds: a longer Retry-After is past any deadline as well."""

SESSION: Mapping[str, Any] = {
    "follow_redirects": False,
    # Neither passwords from ~/.netrc nor a way around the check of
    # certificates is taken from what happens to be around.
    "trust_env": False,
    "headers": {
        "user-agent": f"provenance/{__version__}",
        "accept-encoding": "identity",
    },
}
"""The arguments of every session; what differs is its transport."""

PASSING_FAULTS = (
    httpx2.TimeoutException,
    httpx2.NetworkError,
    # Most often an answer that was cut off in the middle.
    httpx2.RemoteProtocolError,
)
"""What goes wrong on the way, and may go well later."""

_Options = dict[str, Any]


class PassingError(Exception):
    """It did not work now.

    Attributes:
        retry_after: For how many seconds not to ask again.
    """

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Way:
    """What the way to one node has, whether it blocks or not."""

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float,
        ca_file: Path | str | None,
        retries: Retries,
        clock: Callable[[], int],
    ) -> None:
        """Prepare to ask the node at *url*; nothing is sent yet.

        Raises:
            ValueError: That is no http or https URL, or it has a user, a
                query or a fragment.
        """
        self._url = _checked(url)
        self._timeout = timeout_seconds
        self._retries = retries
        self._clock = clock
        # With a file of its own, the system's authorities do not count.
        self._context = ssl.create_default_context(cafile=ca_file)

    def _new_request(self, request: Request, attempts: Attempts) -> _Options:
        """Return the arguments of a session's `stream` for *request*."""
        headers = {"accept": request.accept}
        if request.body is not None:
            headers["content-type"] = request.media_type
        return {
            "method": "GET" if request.body is None else "POST",
            "url": self._url + request.path,
            "headers": headers,
            "content": request.body,
            "timeout": max(0.001, min(self._timeout, attempts.seconds_left)),
        }

    def _judge(self, response: httpx2.Response, received: "Received") -> bytes:
        """Return the body of an answer that counts.

        Raises:
            ProvenanceError: The node refused.
            PassingError: It did not work now.
        """
        if 200 <= response.status_code < 300:
            return received.body
        raise self._refusal(
            response.status_code, received.body, response.headers
        )

    def _unreachable(
        self, error: PassingError, attempts: Attempts
    ) -> UnreachableError:
        return UnreachableError(
            f"{self._url} did not do it in {attempts.made} attempts; at last:"
            f" {error}. Send the same again later: nothing is done twice"
        )

    def _expect(
        self, response: httpx2.Response, request: Request
    ) -> "Received":
        """Return what is to take the body of *response*.

        Raises:
            MalformedError: It is a redirect, or compressed.
        """
        self._require_plain(response)
        is_refusal = response.status_code >= 300
        most = _MOST_REFUSAL_BYTES if is_refusal else request.most_bytes
        return Received(self._url, most)

    def _require_plain(self, response: httpx2.Response) -> None:
        """Check that what comes is an answer, and its bytes what they are.

        Raises:
            MalformedError: It is a redirect, or compressed.
        """
        status = response.status_code
        if 300 <= status < 400:
            raise MalformedError(
                f"{self._url} answered with a redirect, {status}, which is not"
                " followed: if the ledger has moved, use its new URL"
            )
        coding = response.headers.get("content-encoding", "identity")
        if coding.lower() != "identity":
            raise MalformedError(
                f"{self._url} answered compressed, which was not asked for"
            )

    def _refusal(
        self, status: int, body: bytes, headers: httpx2.Headers
    ) -> Exception:
        """Return what to raise for an answer that is none."""
        problem, error = parse_problem(status, body)
        if not _is_passing(problem):
            return error
        passing = PassingError(
            str(problem),
            parse_retry_after(headers.get("retry-after"), now=self._clock()),
        )
        passing.__cause__ = AnsweredError(problem)
        return passing


class Received:
    """The body of an answer, part by part, up to a size."""

    def __init__(self, url: str, most: int) -> None:
        self._url = url
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def body(self) -> bytes:
        """All that was received."""
        return b"".join(self._parts)

    def add(self, part: bytes) -> None:
        """Take *part*.

        Raises:
            MalformedError: It is more than what was asked for has.
        """
        self._size += len(part)
        if self._size > self._most:
            raise MalformedError(
                f"the answer of {self._url} has more than {self._most} bytes,"
                " which nothing that was asked for has"
            )
        self._parts.append(part)


class Exchange(Way):
    """The way to one node. Any number of threads may use it."""

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float,
        ca_file: Path | str | None,
        retries: Retries,
        clock: Callable[[], int],
    ) -> None:
        """Prepare to ask the node at *url*; see `Way`."""
        super().__init__(
            url,
            timeout_seconds=timeout_seconds,
            ca_file=ca_file,
            retries=retries,
            clock=clock,
        )
        self._deadline = Deadline()
        self._session = httpx2.Client(
            transport=new_transport(self._context, self._deadline),
            **SESSION,
        )

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def ask(self, request: Request, given_up: Event | None = None) -> bytes:
        """Return the body of the node's answer, asked as often as need be.

        Args:
            request: What to ask.
            given_up: Set when nobody waits for the answer any more.

        Raises:
            ProvenanceError: The node refused; what it said is behind the
                error (`problem_behind`).
            MalformedError: It answered with too much, compressed, or with a
                redirect.
            UnreachableError: It did not answer, or was too busy, to the end
                of all attempts.
        """
        attempts = self._retries.begin(given_up)
        while True:
            try:
                return self._ask_once(request, attempts)
            except PassingError as error:
                if not attempts.wait(min(error.retry_after, MOST_WAIT)):
                    raise self._unreachable(error, attempts) from (
                        error.__cause__
                    )

    def _ask_once(self, request: Request, attempts: Attempts) -> bytes:
        self._deadline.left = lambda: attempts.seconds_left
        try:
            with self._session.stream(
                **self._new_request(request, attempts)
            ) as response:
                received = self._expect(response, request)
                for part in response.iter_raw():
                    received.add(part)
        except PASSING_FAULTS as error:
            raise PassingError(words(error)) from error
        return self._judge(response, received)


def clock_now() -> int:
    """Return the machine's time, in ms since 1970."""
    return time.time_ns() // 1_000_000


def _is_passing(problem: Problem) -> bool:
    if problem.status == 500:
        return problem.is_retryable is True
    # A log that stopped so as not to fork says 503 too, and means for good.
    return problem.status in _PASSING and problem.is_retryable is not False


def _checked(url: str) -> str:
    if not _is_of_a_node(url):
        raise ValueError(
            "a node's URL is like https://ledger.example, without a user,"
            " query or fragment"
        )
    return url.rstrip("/")


def _is_of_a_node(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Asking for the port is what looks at it.
        has_port = parts.port != 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and has_port
        and "@" not in parts.netloc
        and not (parts.query or parts.fragment)
    )


def words(error: Exception) -> str:
    """Return what *error* says, after the name of its class."""
    return (
        f"{type(error).__name__}: {error}"
        if str(error)
        else (type(error).__name__)
    )
