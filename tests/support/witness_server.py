"""A witness over HTTP (C2SP tlog-witness), honest or as bad as a test wants.

The honest one is the library's own, with its durable memory; only what stands
between it and the socket is made here, of the standard library.
"""

import contextlib
import pathlib
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from provenance.encoding.base64 import decode_base64
from provenance.encoding.digest import Hash
from provenance.errors import (
    ConflictError,
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    ProvenanceError,
)
from provenance.ledger.cosign import Witness
from provenance.store.witness_memory import WitnessMemory
from provenance.tlog import policy
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import (
    KnownKey,
    Note,
    NoteSignature,
    format_note,
    parse_note,
)
from tests.ledger_world import ORIGIN, signer_of
from tests.support.waiting import hold_port, port_of

Behaviour = Callable[["Request"], None]

STATUS: dict[type[ProvenanceError], int] = {
    MalformedError: 400,
    InvalidSignatureError: 403,
    NotFoundError: 404,
    InvalidProofError: 422,
}


class WitnessServer:
    """A witness that listens, until it is closed.

    Attributes:
        name: Its name in a trust file.
        behave: What it does with a request; `honest` unless a test says so.
        asked: The old size of each request.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        name: str,
        *,
        log_key: KnownKey,
        clock: Callable[[], int],
    ) -> None:
        self.name = name
        self.signer = CosignatureSigner(f"{name}.example/w", signer_of(name))
        self.memory = WitnessMemory.create(folder / f"{name}.memory")
        self.witness = Witness(
            self.memory,
            name=self.signer.name,
            signer=signer_of(name),
            logs={ORIGIN: [log_key]},
        )
        self.clock = clock
        self.behave: Behaviour = honest
        self.asked: list[int] = []
        self.released = threading.Event()
        # Nobody else gets it while it is closed.
        self._held = hold_port()
        self.port = port_of(self._held)
        self._server = self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._held.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/here"

    @property
    def member(self) -> policy.PolicyWitness:
        return policy.PolicyWitness(self.name, self.signer.verifier, self.url)

    @property
    def last_size(self) -> int:
        return self.witness.last_size(ORIGIN)

    def close(self) -> None:
        """Answer nobody any more, and refuse connections."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def open_again(self) -> None:
        self.released.clear()
        self._server = self._listen()

    def _listen(self) -> ThreadingHTTPServer:
        handler = type("Handler", (Request,), {"here": self})
        server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}
        ).start()
        return server


class Request(BaseHTTPRequestHandler):
    """One request, read."""

    here: WitnessServer
    old_size: int
    proof: list[Hash]
    note: str

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["content-length"])).decode()
        head, _, self.note = data.partition("\n\n")
        old, *hashes = head.split("\n")
        assert self.path == "/here/add-checkpoint"
        assert old.startswith("old ")
        self.old_size = int(old.removeprefix("old "))
        self.proof = [Hash(decode_base64(line)) for line in hashes]
        self.here.asked.append(self.old_size)
        # Who asks may be gone, as it should be with some of what follows.
        with contextlib.suppress(ConnectionError):
            self.here.behave(self)

    def answer(self, status: int, body: str = "", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def honest(request: Request) -> None:
    here = request.here
    try:
        line = here.witness.add_checkpoint(
            request.note,
            old_size=request.old_size,
            proof=request.proof,
            now=here.clock() // 1000,
        )
    except ConflictError:
        request.answer(
            409, f"{here.last_size}\n", content_type="text/x.tlog.size"
        )
    except ProvenanceError as error:
        request.answer(STATUS[type(error)])
    else:
        request.answer(200, written(request.note, line))


def written(note: str, line: NoteSignature) -> str:
    """Return a signature line as an answer has it."""
    text = parse_note(note).text
    whole = format_note(Note(text, (line,)))
    return whole.removeprefix(f"{text}\n")


# Bad ones.


def hanging(request: Request) -> None:
    """Say nothing until the test is over."""
    request.here.released.wait()


def dripping(request: Request) -> None:
    """Send a byte now and then, for as long as anybody listens."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not request.here.released.wait(0.02):
        request.wfile.write(b"x")


def endless(request: Request) -> None:
    """Send a body that does not end."""
    request.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    while not request.here.released.is_set():
        request.wfile.write(b"x" * 65_536)


def forging(request: Request) -> None:
    """Sign with a key that is not the one of that name."""
    text = parse_note(request.note).text
    line = CosignatureSigner(
        request.here.signer.name, signer_of("nobody")
    ).sign(parse_checkpoint(text), time=request.here.clock() // 1000)
    own = request.here.signer.verifier
    forged = type(line)(own.name, own.key_id, line.signature)
    request.answer(200, written(request.note, forged))


def early(request: Request) -> None:
    """Cosign, by a clock that is an hour ahead."""
    text = parse_note(request.note).text
    line = request.here.signer.sign(
        parse_checkpoint(text), time=request.here.clock() // 1000 + 3600
    )
    request.answer(200, written(request.note, line))


def strange(request: Request) -> None:
    """Answer with somebody else's cosignature."""
    text = parse_note(request.note).text
    other = CosignatureSigner("other.example/w", signer_of("other"))
    line = other.sign(parse_checkpoint(text), time=request.here.clock() // 1000)
    request.answer(200, written(request.note, line))


def wavering(request: Request) -> None:
    """Be at another size each time."""
    request.answer(409, f"{request.old_size + 1}\n")


def denying(request: Request) -> None:
    """Say that the log does not extend what was cosigned."""
    request.answer(422)


def boasting(request: Request) -> None:
    """Say that more was cosigned than the log has."""
    request.answer(409, f"{2**40}\n")


def babbling(request: Request) -> None:
    """Answer with bytes that are no text."""
    request.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n\xff\xfe\xfd\n")


def speechless(request: Request) -> None:
    """Answer what is no HTTP."""
    request.wfile.write(b"cheers!\r\n\r\n")


def unknowing(request: Request) -> None:
    """Not watch that log."""
    request.answer(404)


def sending_away(request: Request) -> None:
    """Send whoever asks to another address."""
    request.answer(
        307, location=f"http://127.0.0.1:{request.here.port}/elsewhere"
    )


def hanging_up(request: Request) -> None:
    """End the connection without a word."""
    request.connection.shutdown(socket.SHUT_RDWR)
