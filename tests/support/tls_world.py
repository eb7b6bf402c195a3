"""Certificates made in tests, and servers on loopback that show them.

authority   signs the others; the one to believe
good        for 127.0.0.1 and localhost, by the authority
expired     the same, until yesterday
early       the same, from tomorrow on
elsewhere   for another name, by the authority
alone       for 127.0.0.1, signed by itself
"""

import contextlib
import datetime as dt
import ipaddress
import pathlib
import socket
import ssl
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from tests.support.scripted_server import Script, ScriptedServer, in_turn

DAY = dt.timedelta(days=1)
HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


class Certificates:
    """All of them, in one folder; each with its key in the same file."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.authority = self._make("authority", self._key, is_authority=True)
        self.good = self._make("good")
        self.expired = self._make("expired", start=-3, stop=-1)
        self.early = self._make("early", start=1, stop=3)
        self.elsewhere = self._make(
            "elsewhere", names=[x509.DNSName("other.example")]
        )
        key = ec.generate_private_key(ec.SECP256R1())
        self.alone = self._make("alone", key, issuer="alone", signer=key)

    def _make(  # each by name
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey | None = None,
        *,
        start: int = -2,
        stop: int = 2,
        names: list[x509.GeneralName] | None = None,
        is_authority: bool = False,
        issuer: str = "authority",
        signer: ec.EllipticCurvePrivateKey | None = None,
    ) -> pathlib.Path:
        key = key or ec.generate_private_key(ec.SECP256R1())
        signer = signer or self._key
        now = dt.datetime.now(dt.UTC)
        # From 3.13 on Python asks for what RFC 5280 asks for.
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + start * DAY)
            .not_valid_after(now + stop * DAY)
            .add_extension(
                x509.SubjectAlternativeName(
                    names or [HERE, x509.DNSName("localhost")]
                ),
                critical=False,
            )
            .add_extension(
                x509.BasicConstraints(ca=is_authority, path_length=None),
                critical=True,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    signer.public_key()
                ),
                critical=False,
            )
            .add_extension(
                _usage(is_authority=is_authority), critical=is_authority
            )
            .sign(signer, hashes.SHA256())
        )
        path = self._folder / f"{name}.pem"
        path.write_bytes(
            certificate.public_bytes(Encoding.PEM)
            + key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
        )
        return path


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class TlsServer(ScriptedServer):
    """One that shows *certificate* and answers over TLS alone.

    Attributes:
        connections: How many there were, with and without a request.
    """

    def __init__(self, certificate: pathlib.Path, script: Script) -> None:
        super().__init__(script)
        self.connections = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def plain_url(self) -> str:
        """Its address with the wrong scheme."""
        return f"http://127.0.0.1:{self.port}"

    def _answer(self, connection: socket.socket) -> None:
        self.connections += 1
        # Who does not trust it, or speaks no TLS, is cut off.
        with connection, contextlib.suppress(OSError):
            super()._answer(
                self._context.wrap_socket(connection, server_side=True)
            )


class MuteServer(ScriptedServer):
    """One that sends the same few bytes to whoever connects, and hangs up."""

    def __init__(self, said: bytes) -> None:
        super().__init__(in_turn(b""))
        self._said = said

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(1)
            connection.sendall(self._said)
            _drain(connection)


def _drain(connection: socket.socket) -> None:
    """Read on, so that what was sent is not lost in a reset."""
    connection.shutdown(socket.SHUT_WR)
    for _ in _parts(connection):
        pass


def _parts(connection: socket.socket) -> Iterator[bytes]:
    while part := connection.recv(65_536):
        yield part
