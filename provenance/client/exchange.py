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
from typing import NamedTuple
from urllib.parse import urlsplit

from provenance import __version__
from provenance.client.problems import (
    AnsweredError,
    Problem,
    parse_problem,
)
from provenance.client.retry import Attempts, Retries, parse_retry_after
from provenance.encoding.strict_json import JSON, parse_json
from provenance.errors import MalformedError, UnreachableError
from provenance.extras import MissingExtraError

try:
    import httpx2

    from provenance.client.deadline import Deadline, new_transport
except ModuleNotFoundError as error:
    raise MissingExtraError(error.name, extra="client") from error

JSON_TYPE = "application/json"

_PASSING = frozenset({408, 429, 502, 503, 504})
"""Statuses of what may go well later (RFC 9110, 15.5.9, 15.6; RFC 6585, 4)."""

_MOST_REFUSAL_BYTES = 2**20
"""A refusal is short; whatever is longer is none."""

_MOST_WAIT = 2**20
"""Seconds: a longer Retry-After is past any deadline as well."""


class Answer(NamedTuple):
    """What a node answered.

    Attributes:
        status: From 200 to 299.
        body: All of it.
    """

    status: int
    body: bytes


class _PassingError(Exception):
    """It did not work now.

    Attributes:
        retry_after: For how many seconds not to ask again.
    """

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Exchange:
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
        context = ssl.create_default_context(cafile=ca_file)
        self._deadline = Deadline()
        self._session = httpx2.Client(
            transport=new_transport(context, self._deadline),
            timeout=timeout_seconds,
            follow_redirects=False,
            # Neither passwords from ~/.netrc nor a way around the check of
            # certificates is taken from what happens to be around.
            trust_env=False,
            headers={
                "user-agent": f"provenance/{__version__}",
                "accept-encoding": "identity",
            },
        )

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def ask(  # noqa: PLR0913  # each by name
        self,
        path: str,
        *,
        accept: str,
        most_bytes: int,
        body: bytes | None = None,
        media_type: str = "",
        given_up: Event | None = None,
    ) -> Answer:
        """Return the node's answer for *path*, asked as often as need be.

        With a body it is a POST, else a GET. It must do no harm to ask twice.

        Args:
            path: From the node's own root on, encoded as URLs are.
            accept: The media type that is wanted.
            most_bytes: How large the answer may be.
            body: What to send.
            media_type: What that is.
            given_up: Set when nobody waits for the answer any more.

        Raises:
            ProvenanceError: The node refused; what it said is behind the
                error (`problem_behind`).
            MalformedError: It answered with too much, compressed, or with a
                redirect.
            UnreachableError: It did not answer, or was too busy, to the end
                of all attempts.
        """
        headers = {"accept": accept}
        if body is not None:
            headers["content-type"] = media_type
        attempts = self._retries.begin(given_up or Event())
        while True:
            try:
                return self._ask_once(path, headers, body, most_bytes, attempts)
            except _PassingError as error:
                if not attempts.wait(min(error.retry_after, _MOST_WAIT)):
                    raise UnreachableError(
                        f"{self._url} did not do it in {attempts.made}"
                        f" attempts; at last: {error}. Send the same again"
                        " later: nothing is done twice"
                    ) from error.__cause__

    def _ask_once(
        self,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most_bytes: int,
        attempts: Attempts,
    ) -> Answer:
        self._deadline.left = lambda: attempts.seconds_left
        try:
            with self._session.stream(
                "GET" if body is None else "POST",
                self._url + path,
                headers=headers,
                content=body,
                timeout=max(0.001, min(self._timeout, attempts.seconds_left)),
            ) as response:
                status = response.status_code
                self._require_plain(response)
                most = most_bytes if status < 300 else _MOST_REFUSAL_BYTES
                received = self._receive(response, most)
        except (httpx2.TimeoutException, httpx2.NetworkError) as error:
            raise _PassingError(_words(error)) from error
        except httpx2.RemoteProtocolError as error:
            # Most often an answer that was cut off in the middle.
            raise _PassingError(_words(error)) from error
        if 200 <= status < 300:
            return Answer(status, received)
        raise self._refusal(status, received, response.headers)

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

    def _receive(self, response: httpx2.Response, most: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw():
            size += len(part)
            if size > most:
                raise MalformedError(
                    f"the answer of {self._url} has more than {most} bytes,"
                    " which nothing that was asked for has"
                )
            parts.append(part)
        return b"".join(parts)

    def _refusal(
        self, status: int, body: bytes, headers: httpx2.Headers
    ) -> Exception:
        """Return what to raise for an answer that is none."""
        problem, error = parse_problem(status, body)
        if not _is_passing(problem):
            return error
        passing = _PassingError(
            str(problem),
            parse_retry_after(headers.get("retry-after"), now=self._clock()),
        )
        passing.__cause__ = AnsweredError(problem)
        return passing


def clock_now() -> int:
    """Return the machine's time, in ms since 1970."""
    return time.time_ns() // 1_000_000


def read_object(body: bytes) -> dict[str, JSON]:
    """Return the JSON object that an answer's *body* is.

    Raises:
        MalformedError: It is none.
    """
    value = parse_json(body)
    if not isinstance(value, dict):
        raise MalformedError("the node's answer is no JSON object")
    return value


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


def _words(error: Exception) -> str:
    return (
        f"{type(error).__name__}: {error}"
        if str(error)
        else (type(error).__name__)
    )
