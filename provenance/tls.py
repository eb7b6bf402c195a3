"""TLS: why a connection failed that asking again will not mend.

A certificate that does not verify is the same one a second later; so is a
URL with the wrong scheme. Both look like a server that is out of reach, and
would be tried until the time is over. Here the failure is looked at:

    https, no valid certificate    ssl says so; the words name what to do
    https spoken to plain HTTP     ssl finds no TLS; one request without a
                                   body shows that it is HTTP
    http spoken to TLS             there is no answer; one handshake, over
                                   which nothing is sent, shows that it is TLS

All else is None: whatever else went wrong may pass.
"""

import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple, Self
from urllib.parse import urlsplit

PROBE_SECONDS = 5.0
"""How long a server may take to show what it speaks."""

_EXPIRED, _NOT_YET, _WRONG_NAME, _WRONG_ADDRESS = 10, 9, 62, 64
_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21, 24, 26})
"""OpenSSL's numbers (`X509_V_ERR_…`) of what has no trusted issuer."""

_PASSING = (
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
    ssl.SSLSyscallError,
    ssl.SSLWantReadError,
    ssl.SSLWantWriteError,
)
"""The connection was cut; a server that starts again does that."""

_GARBLED = frozenset({
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
    "SSLV3_ALERT_BAD_RECORD_MAC",
})  # fmt: skip
"""The network changed bytes on their way."""

_NO_TLS = frozenset({
    "WRONG_VERSION_NUMBER",
    "UNKNOWN_PROTOCOL",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
})  # fmt: skip
"""What came was no TLS at all."""


class Server(NamedTuple):
    """The server that was asked.

    Attributes:
        url: As the caller wrote it.
        host: Its name or address.
        port: Its port.
        is_tls: Whether the URL is an https one.
        ca: What names the authorities that may vouch for it, in words.
    """

    url: str
    host: str
    port: int
    is_tls: bool
    ca: str

    @classmethod
    def of(cls, url: str, *, ca: str) -> Self:
        """Return the server of *url*, which is an http or https one."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        return cls(url, parts.hostname or "", port, is_tls, ca)


def why_never(
    error: BaseException | None, server: Server, *, seconds: float
) -> str | None:
    """Return why *server* will not be reached like this, and what to do.

    Args:
        error: What was raised before there was an answer, with what led to
            it; None for an answer that is none of the server's own.
        server: Whom that was asked.
        seconds: How long the server may take, in each of a few steps, to show
            what it speaks, where the error does not tell; 0 for not at all.

    Returns:
        A sentence; None if trying again may help.
    """
    is_told, why = _why_told(error, server)
    if is_told or seconds <= 0:
        return why
    if server.is_tls:
        # A TLS server may answer plain HTTP in HTTP, to complain of it.
        is_wrong = _speaks_http(server, seconds) and not _speaks_tls(
            server, seconds
        )
        return _wrong_https(server) if is_wrong else None
    return _wrong_http(server) if _speaks_tls(server, seconds) else None


def _why_told(
    error: BaseException | None, server: Server
) -> tuple[bool, str | None]:
    """Return whether *error* tells all that can be known, and what."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True, _bad_certificate(cause, server)
        if isinstance(cause, ssl.SSLError) and _is_final(cause):
            return True, _no_agreement(cause, server)
        # Nobody listens, or the name is unknown: that says nothing of TLS.
        if isinstance(cause, ConnectionRefusedError | socket.gaierror):
            return True, None
        if not server.is_tls and _quotes_alert(cause):
            return True, _wrong_http(server)
    return False, None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield *error* and what led to it, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_final(cause: ssl.SSLError) -> bool:
    return (
        not isinstance(cause, _PASSING)
        # A handshake that took too long has no reason.
        and bool(cause.reason)
        and cause.reason not in _GARBLED
    )


def _quotes_alert(cause: BaseException) -> bool:
    """Return whether *cause* is about bytes that are a TLS alert."""
    text = str(cause)
    return any(mark in text for mark in ("\x15\x03", r"\x15\x03"))


def _bad_certificate(
    cause: ssl.SSLCertVerificationError, server: Server
) -> str:
    code, said = cause.verify_code, cause.verify_message
    if code in _UNKNOWN_AUTHORITY:
        what = "is by no authority that is trusted here"
        do = f"name the file of the authority that vouches for it ({server.ca})"
    elif code == _EXPIRED:
        what = "has expired"
        do = "have it renewed, and look at this machine's clock"
    elif code == _NOT_YET:
        what = "is not valid yet"
        do = "look at this machine's clock"
    elif code in {_WRONG_NAME, _WRONG_ADDRESS}:
        what = f"is not for {server.host}"
        do = "ask it by the name that the certificate is for"
    else:
        what = "is not one that counts"
        do = "have it replaced"
    return (
        f"the TLS certificate of {server.url} {what} ({said}): {do}. Nothing"
        " was sent"
    )


def _no_agreement(cause: ssl.SSLError, server: Server) -> str:
    if cause.reason in _NO_TLS:
        return _wrong_https(server)
    return (
        f"{server.url} and this machine do not agree on TLS"
        f" ({cause.reason}): have its operator look at the TLS versions and"
        " ciphers that it takes, and whether it wants a certificate of its"
        " clients"
    )


def _wrong_https(server: Server) -> str:
    return (
        f"port {server.port} of {server.host} does not speak TLS, and"
        f" {server.url} says https: ask its TLS port, or, if the way there is"
        " your own, write http://"
    )


def _wrong_http(server: Server) -> str:
    return (
        f"port {server.port} of {server.host} speaks TLS, and {server.url}"
        " says http: write https://"
    )


def _speaks_http(server: Server, seconds: float) -> bool:
    try:
        with _connect(server, seconds) as connection:
            connection.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
            return connection.recv(5).startswith(b"HTTP")
    except (OSError, UnicodeError):
        return False


def _speaks_tls(server: Server, seconds: float) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Who it is does not matter: nothing is sent, and nothing believed.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            _connect(server, seconds) as connection,
            context.wrap_socket(connection, server_hostname=server.host),
        ):
            return True
    except ssl.SSLError as error:
        # An alert is TLS as well.
        return "ALERT" in (error.reason or "")
    except (OSError, ValueError):
        return False


def _connect(server: Server, seconds: float) -> socket.socket:
    return socket.create_connection((server.host, server.port), seconds)
