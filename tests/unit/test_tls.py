"""TLS that does not verify, and schemes that are wrong: said, and at once."""

import contextlib
import pathlib
import socket

import pytest
from provenance_node.cosigners import CosignerAnswers

from provenance.client import Client, UnreachableError
from provenance.errors import InsecureError, MalformedError
from provenance.folder import open_reader
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tls import PROBE_SECONDS, Server, why_never
from tests.ledger_world import LedgerWorld, signer_of
from tests.support.client_world import Waits
from tests.support.node_world import NodeProcess, new_world
from tests.support.scripted_server import ScriptedServer, answer, in_turn
from tests.support.tls_world import Certificates, MuteServer, TlsServer

MINE = in_turn(answer(200, b"mine"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    return new_world(tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def fail(
    world: LedgerWorld,
    url: str,
    ca_file: pathlib.Path | None = None,
    *,
    seconds: float = 60.0,
) -> str:
    """Return what a client says that asks once, and waits for nothing."""
    waits = Waits()
    with (
        Client(
            url,
            trust=world.trust,
            ca_file=ca_file,
            timeout_seconds=seconds,
            retries=waits.retries(),
        ) as client,
        pytest.raises(InsecureError) as caught,
    ):
        client.trust_text()
    assert waits.slept == [], "it was tried again"
    assert url in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("alone", "by no authority that is trusted here (self"),
        ("expired", "has expired (certificate has expired): have it renewed"),
        ("early", "is not valid yet"),
        ("elsewhere", "is not for 127.0.0.1"),
    ],
)
def test_a_certificate_that_does_not_verify_is_refused_at_once_in_words(
    world: LedgerWorld, made: Certificates, name: str, says: str
) -> None:
    with TlsServer(getattr(made, name), MINE) as server:
        assert says in fail(world, server.url, made.authority)
        assert server.connections == 1
        assert not server.asked


def test_an_unknown_authority_is_named_with_what_to_do(
    world: LedgerWorld, made: Certificates
) -> None:
    """And there is no argument that would take it."""
    with TlsServer(made.good, MINE) as server:
        said = fail(world, server.url)
        assert "by no authority that is trusted here" in said
        assert "(as ca_file)" in said
        other = fail(world, server.url, made.alone)
        assert f"which is {made.alone} now" in other
        # Control: whoever knows who vouches for it gets an answer.
        with Client(
            server.url, trust=world.trust, ca_file=made.authority
        ) as client:
            assert client.trust_text() == "mine"


def test_a_file_without_certificates_is_no_ca_file(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing", encoding="utf-8")
    with pytest.raises(MalformedError, match="holds no certificates in PEM"):
        Client("https://127.0.0.1:1", trust=world.trust, ca_file=empty)


def test_plain_http_to_a_tls_port_is_said_at_once(
    world: LedgerWorld, made: Certificates
) -> None:
    with TlsServer(made.good, MINE) as server:
        said = fail(world, server.plain_url)
        assert said.endswith("says http: write https://")
        # The request, and the look at what it speaks.
        assert server.connections == 2
        assert not server.asked


@pytest.mark.parametrize(
    "complaint",
    [
        # As nginx, and as Go, complain of HTTP on a TLS port.
        answer(400, b"<html>The plain HTTP request was sent to HTTPS port"),
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent HTTP to HTTPS.\n",
    ],
)
def test_a_tls_servers_complaint_in_http_is_understood(
    world: LedgerWorld, made: Certificates, complaint: bytes
) -> None:
    class Complaining(TlsServer):
        def _answer(self, connection: object) -> None:
            assert isinstance(connection, socket.socket)
            first = connection.recv(1, socket.MSG_PEEK)
            if first == b"\x16":
                super()._answer(connection)
                return
            with connection, contextlib.suppress(OSError):
                connection.recv(65_536)
                connection.sendall(complaint)

    with Complaining(made.good, MINE) as server:
        assert fail(world, server.plain_url).endswith("write https://")


def test_a_tls_alert_in_answer_to_http_is_understood(
    world: LedgerWorld,
) -> None:
    with MuteServer(b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n") as server:
        assert fail(world, server.url).endswith("write https://")


def test_a_bad_request_without_tls_is_a_bad_request(
    world: LedgerWorld,
) -> None:
    script = in_turn(answer(400, b"no", media_type="text/plain"))
    with (
        ScriptedServer(script) as server,
        Client(server.url, trust=world.trust) as client,
        pytest.raises(MalformedError),
    ):
        client.trust_text()


def test_https_to_a_plain_port_is_said_at_once(world: LedgerWorld) -> None:
    with MuteServer(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        said = fail(world, f"https://127.0.0.1:{server.port}")
        assert "does not speak TLS" in said
        assert "write http://" in said


def test_https_to_a_plain_port_is_said_whatever_the_name_is() -> None:
    # A label of 58 characters, in a name that needs no resolver.
    host = "0" * 55 + "177.0.0.1"
    with MuteServer(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        asked = Server.of(f"https://{host}:{server.port}", ca="")
        said = why_never(None, asked, seconds=PROBE_SECONDS)
    assert said is not None
    assert "does not speak TLS" in said


def test_https_to_a_plain_port_that_waits_is_said_after_one_time_out(
    world: LedgerWorld,
) -> None:
    class Waiting(ScriptedServer):
        has_waited = False

        def _answer(self, connection: socket.socket) -> None:
            with (
                connection,
                contextlib.suppress(OSError),
                connection.makefile("rb") as stream,
            ):
                if stream.peek(1)[:1] == b"\x16":
                    is_first, self.has_waited = not self.has_waited, True
                    stream.read(-1 if is_first else 0)
                else:
                    connection.sendall(answer(200))

    with Waiting(MINE) as server:
        said = fail(world, f"https://127.0.0.1:{server.port}", seconds=0.2)
        assert "does not speak TLS" in said


def test_https_to_a_node_without_tls_is_said_at_once(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    with NodeProcess(world.folder) as node:
        said = fail(world, f"https://127.0.0.1:{node.port}")
    assert "does not speak TLS" in said


def test_no_common_version_of_tls_is_said_at_once(
    world: LedgerWorld, made: Certificates
) -> None:
    with MuteServer(b"\x15\x03\x03\x00\x02\x02\x46") as server:
        said = fail(world, f"https://127.0.0.1:{server.port}", made.authority)
    assert "do not agree on TLS (TLSV1_ALERT_PROTOCOL_VERSION)" in said


def test_a_server_that_hangs_up_in_the_handshake_is_asked_again(
    world: LedgerWorld,
) -> None:
    waits = Waits()
    with (
        MuteServer(b"") as server,
        Client(
            f"https://127.0.0.1:{server.port}",
            trust=world.trust,
            retries=waits.retries(attempts=3),
        ) as client,
        pytest.raises(UnreachableError),
    ):
        client.trust_text()
    assert len(waits.slept) == 2


def test_a_port_where_nobody_listens_is_asked_again(world: LedgerWorld) -> None:
    with ScriptedServer(MINE) as server:
        port = server.port
    for scheme in ("http", "https"):
        waits = Waits()
        with (
            Client(
                f"{scheme}://127.0.0.1:{port}",
                trust=world.trust,
                retries=waits.retries(attempts=2),
            ) as client,
            pytest.raises(UnreachableError),
        ):
            client.trust_text()
        assert len(waits.slept) == 1


# The node's own calls, to witnesses.


def asked(world: LedgerWorld, url: str) -> tuple[str, str]:
    """Return how a witness at *url* is spoken of."""
    key = CosignatureSigner("harbour.example/w", signer_of("harbour")).verifier
    with open_reader(world.folder) as ledger:
        with ledger.moment() as moment:
            size, note = moment.size, moment.note
        reason, said, *_ = CosignerAnswers(ledger).ask(
            key.vkey, url, size, note, 0, world.clock(), 10.0
        )
    return reason, said


def test_a_witness_whose_certificate_does_not_verify_is_spoken_of_in_words(
    world: LedgerWorld, made: Certificates
) -> None:
    with TlsServer(made.good, MINE) as server:
        reason, said = asked(world, server.url)
    assert reason == "unreachable"
    assert "by no authority that is trusted here" in said
    assert "SSL_CERT_FILE" in said


def test_a_witness_is_believed_whose_authority_the_environment_names(
    world: LedgerWorld, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    with TlsServer(made.good, MINE) as server:
        reason, _ = asked(world, server.url)
        # It was reached, and its answer is no cosignature.
        assert len(server.asked) == 1
    assert reason == "refused"


def test_a_witness_with_the_wrong_scheme_is_spoken_of_in_words(
    world: LedgerWorld, made: Certificates
) -> None:
    with TlsServer(made.good, MINE) as server:
        _, said = asked(world, server.plain_url)
    assert said.endswith("says http: write https://")
    with MuteServer(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        _, said = asked(world, f"https://127.0.0.1:{server.port}")
    assert "does not speak TLS" in said
