"""Exchange: one request to one node, answered within bounds or not at all.

A node is a stranger's machine. Its answers are received up to a size and a
time, unpacked up to that size (`coding`), and no redirect is followed: where
to is the caller's decision. TLS certificates are always verified.
"""

import re
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from provenance import __version__
from provenance.client.asking import Request
from provenance.client.coding import ACCEPTED, IDENTITY, unpack
from provenance.client.problems import (
    AnsweredError,
    NodeProblem,
    parse_problem,
)
from provenance.client.retry import Attempts, Retries, parse_retry_after
from provenance.errors import (
    InsecureError,
    MalformedError,
    UnreachableError,
)
from provenance.extras import MissingExtraError
from provenance.forks import Owner
from provenance.logs import CLIENT
from provenance.tls import PROBE_SECONDS, Server, why_never

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
        "accept-encoding": ACCEPTED,
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

_TOKEN = re.compile(r"[!-~]{1,1024}")
_OWN_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
"""From this machine to itself there is no wire."""

_Options = dict[str, Any]


class PassingError(Exception):
    """It did not work now.

    Attributes:
        kind: What it was, without what the node says of it.
        retry_after: For how many seconds not to ask again.
    """

    def __init__(
        self, message: str, *, kind: str, retry_after: float = 0.0
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after


class Way(ABC):
    """What the way to one node has, whether it blocks or not."""

    def __init__(  # noqa: PLR0913  # each by name
        self,
        url: str,
        *,
        timeout_seconds: float,
        ca_file: Path | str | None,
        retries: Retries,
        clock: Callable[[], int],
        token: str | None = None,
    ) -> None:
        """Prepare to ask the node at *url*; nothing is sent yet.

        Raises:
            ValueError: That is no http or https URL, or it has a user, a
                query or a fragment; or the token is none, or would go over
                a wire on which anybody can read it.
            MalformedError: *ca_file* holds no certificates.
            OSError: It cannot be read.
        """
        self._url = _checked(url)
        is_now = "" if ca_file is None else f", which is {ca_file} now"
        self._server = Server.of(self._url, ca=f"as ca_file{is_now}")
        self._owner = Owner(f"the client of {self._url}")
        self._timeout = timeout_seconds
        self._retries = retries
        self._clock = clock
        self._authorization = (
            {} if token is None else _authorization(token, self._url)
        )
        self._open(_context_of(ca_file))

    @abstractmethod
    def _open(self, context: ssl.SSLContext) -> None:
        """Make the session, in which certificates verify by *context*."""

    def _new_request(self, request: Request, attempts: Attempts) -> _Options:
        """Return the arguments of a session's `stream` for *request*."""
        headers = {"accept": request.accept, **self._authorization}
        if request.body is not None:
            headers["content-type"] = request.media_type
        return {
            "method": "GET" if request.body is None else "POST",
            "url": self._url + request.path,
            "headers": headers,
            "content": request.body,
            "timeout": max(0.001, min(self._timeout, attempts.seconds_left)),
        }

    def _judge(
        self,
        response: httpx2.Response,
        received: "Received",
        attempts: Attempts,
    ) -> bytes:
        """Return the body of an answer that counts.

        Raises:
            ProvenanceError: The node refused.
            MalformedError: The answer cannot be unpacked.
            InsecureError: The answer is one of TLS, which the URL has not.
            PassingError: It did not work now.
        """
        body = received.body()
        if 200 <= response.status_code < 300:
            return body
        raise self._refusal(
            response.status_code, body, response.headers, attempts
        )

    def _begin(self, given_up: Event | None = None) -> Attempts:
        """Return the attempts to ask.

        Raises:
            StoreError: This process was forked from the one that prepared
                to ask.
        """
        self._owner.require_here()
        return self._retries.begin(given_up)

    def _failed(
        self, error: PassingError, attempts: Attempts, *, is_again: bool
    ) -> None:
        """Tell of an attempt that failed.

        Raises:
            UnreachableError: It was the last one.
        """
        CLIENT.warning(
            "%s: attempt %d failed (%s), %s",
            self._url,
            attempts.made,
            error.kind,
            "asked again" if is_again else "given up",
        )
        if not is_again:
            raise UnreachableError(
                f"{self._url} did not do it in {attempts.made} attempts; at"
                f" last: {error}. Send the same again later: nothing is done"
                " twice"
            ) from error.__cause__

    def _expect(
        self, response: httpx2.Response, request: Request
    ) -> "Received":
        """Return what is to take the body of *response*.

        Raises:
            MalformedError: It is a redirect.
        """
        status = response.status_code
        if 300 <= status < 400:
            raise MalformedError(
                f"{self._url} answered with a redirect, {status}, which is not"
                " followed: if the ledger has moved, use its new URL"
            )
        most = _MOST_REFUSAL_BYTES if status >= 300 else request.most_bytes
        coding = response.headers.get("content-encoding", IDENTITY)
        return Received(self._url, most, coding)

    def _require_secure(
        self, error: httpx2.TransportError | None, attempts: Attempts
    ) -> None:
        """Check that it was not TLS, or its absence, that left no answer.

        Raises:
            InsecureError: It was.
        """
        # Once is enough to look, and only where that may have been it: on
        # the way to a connection, or where TLS speaks and we do not.
        is_early = isinstance(
            error, httpx2.ConnectError | httpx2.ConnectTimeout
        )
        is_late = isinstance(error, httpx2.TimeoutException)
        may_look = not attempts.made and (
            is_early if self._server.is_tls else not (is_early or is_late)
        )
        why = why_never(
            error,
            self._server,
            seconds=min(PROBE_SECONDS, attempts.seconds_left) * may_look,
        )
        if why is not None:
            raise InsecureError(why) from error

    def _refusal(
        self,
        status: int,
        body: bytes,
        headers: httpx2.Headers,
        attempts: Attempts,
    ) -> Exception:
        """Return what to raise for an answer that is none.

        Raises:
            InsecureError: It is one of TLS, to what was sent without it.
        """
        problem, error = parse_problem(status, body)
        if status == 400 and not problem.code and not self._server.is_tls:
            self._require_secure(None, attempts)
        if not _is_passing(problem):
            return error
        fault = PassingError(
            str(problem),
            kind=problem.code or f"HTTP {status}",
            retry_after=parse_retry_after(
                headers.get("retry-after"), now=self._clock()
            ),
        )
        fault.__cause__ = AnsweredError(problem)
        return fault


class Received:
    """The body of an answer, part by part, up to a size."""

    def __init__(self, url: str, most: int, coding: str) -> None:
        self._url = url
        self._most = most
        self._coding = coding
        # What cannot be made smaller grows by a few bytes in a coding.
        self._most_received = most + (
            0 if coding == IDENTITY else most // 64 + 1_024
        )
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        """Take *part*.

        Raises:
            MalformedError: It is more than what was asked for has.
        """
        self._size += len(part)
        if self._size > self._most_received:
            raise MalformedError(
                f"the answer of {self._url} has more than {self._most} bytes,"
                " which nothing that was asked for has"
            )
        self._parts.append(part)

    def body(self) -> bytes:
        """Return all that was received, unpacked.

        Raises:
            MalformedError: It is under a coding that was not asked for, is
                not what that says, or unpacks to more than what was asked
                for has.
        """
        try:
            return unpack(b"".join(self._parts), self._coding, most=self._most)
        except MalformedError as error:
            raise MalformedError(
                f"the answer of {self._url}: {error}"
            ) from error


class Exchange(Way):
    """The way to one node. Any number of threads may use it."""

    def _open(self, context: ssl.SSLContext) -> None:
        self._deadline = Deadline()
        self._session = httpx2.Client(
            transport=new_transport(context, self._deadline), **SESSION
        )

    def close(self) -> None:
        """Close all connections; in a forked child they are the parent's."""
        if self._owner.is_here:
            self._session.close()

    def ask(self, request: Request, given_up: Event | None = None) -> bytes:
        """Return the body of the node's answer, asked as often as need be.

        Args:
            request: What to ask.
            given_up: Set when nobody waits for the answer any more.

        Raises:
            ProvenanceError: The node refused; what it said is behind the
                error (`problem_behind`).
            MalformedError: It answered with too much, with a redirect, or
                compressed in another way than was asked for.
            InsecureError: Its certificate does not verify, or it speaks TLS
                where the URL does not, or the other way round.
            UnreachableError: It did not answer, or was too busy, to the end
                of all attempts.
            StoreError: This process was forked from the one that prepared
                to ask.
        """
        attempts = self._begin(given_up)
        while True:
            try:
                return self._ask_once(request, attempts)
            except PassingError as error:
                is_again = attempts.wait(min(error.retry_after, MOST_WAIT))
                self._failed(error, attempts, is_again=is_again)

    def _ask_once(self, request: Request, attempts: Attempts) -> bytes:
        self._deadline.left = lambda: attempts.seconds_left
        received = None
        try:
            with self._session.stream(
                **self._new_request(request, attempts)
            ) as response:
                received = self._expect(response, request)
                for part in response.iter_raw():
                    received.add(part)
        except PASSING_FAULTS as error:
            if received is None:
                self._require_secure(error, attempts)
            raise passing(error) from error
        return self._judge(response, received, attempts)


def clock_now() -> int:
    """Return the machine's time, in ms since 1970."""
    return time.time_ns() // 1_000_000


def _is_passing(problem: NodeProblem) -> bool:
    if problem.status == 500:
        return problem.is_retryable is True
    # A log that stopped so as not to fork says 503 too, and means for good.
    return problem.status in _PASSING and problem.is_retryable is not False


def _authorization(token: str, url: str) -> dict[str, str]:
    """Return the header that *token* is sent in."""
    if _TOKEN.fullmatch(token) is None:
        # It is not said back: it is a secret, or a file of something else.
        raise ValueError("a token is one word in ASCII, of at most 1,024 signs")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _OWN_HOSTS:
        raise ValueError(
            "a token goes over https alone: over http whoever is on the way"
            " can read it"
        )
    return {"authorization": f"Bearer {token}"}


def _checked(url: str) -> str:
    if not _is_of_a_node(url):
        raise ValueError(
            "a node's URL is like https://ledger.example, without a user,"
            " query or fragment"
        )
    return url.rstrip("/")


def _context_of(ca_file: Path | str | None) -> ssl.SSLContext:
    try:
        # With a file of its own, the system's authorities do not count.
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as error:
        raise MalformedError(
            f"ca_file {ca_file} holds no certificates in PEM: {error}"
        ) from error


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


def passing(error: Exception) -> PassingError:
    """Return that *error*, one of `PASSING_FAULTS`, may go well later."""
    kind = type(error).__name__
    return PassingError(f"{kind}: {error}" if str(error) else kind, kind=kind)
