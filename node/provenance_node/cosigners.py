r"""Cosigners: children that ask witnesses over HTTP (C2SP tlog-witness).

    POST <url>/add-checkpoint
        old 7\n <base64 hash>\n … \n <checkpoint>

    200   — witness.example/harbour <base64>\n
    409   12\n        the size that it cosigned last: asked again from there
    422   the log does not extend what it cosigned

A witness whose TLS does not verify, or whose URL has the wrong scheme, is out
of reach like one that is down; what is said of it names which it is.

A witness is somebody else's program. It gets one connection, which follows no
redirect, a time, and a few kilobytes for its answer; a child that hangs all
the same is ended by its parent. Of what comes back only a line by the
witness's own key counts, and only if it verifies (`provenance.ledger.cosign`).

    question   ["ask", vkey, url, size, checkpoint, last size, now, seconds]
    answer     [reason, line or what was wrong, last size, its time in ms,
               0 where it gave no cosignature that verifies]
"""

import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from provenance import __version__
from provenance.encoding.base64 import encode_base64
from provenance.encoding.digest import Hash
from provenance.errors import (
    ConflictError,
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    RejectedError,
    StoreError,
    VerificationError,
)
from provenance.folder import open_reader
from provenance.ledger.cosign import AheadError, ask
from provenance.ledger.read import LedgerReader
from provenance.tlog.checkpoint import parse_decimal
from provenance.tlog.cosignature import (
    Cosigner,
    parse_cosigner,
    read_cosignature,
)
from provenance.tlog.note import Note, NoteSignature, format_note, parse_note
from provenance.tls import PROBE_SECONDS, Server, why_never
from provenance_node.children import answer_questions

COSIGNED = "cosigned"
CONTRADICTS = "contradicts"
"""It says that it cosigned what this log does not extend."""

AHEAD = "ahead"
"""It cosigned, and its clock is ahead of this machine's, or that one behind."""

UNREACHABLE = "unreachable"
FORGED = "forged"
REFUSED = "refused"

_MAX_ANSWER = 65_536

_STATUS = {
    400: "finds the request malformed",
    403: "finds no signature by a key of the log that it trusts",
    404: "does not watch this log",
    429: "is asked too often",
}


class DistantWitness:
    """A witness at a URL: a `provenance.ledger.cosign.Cosigner`.

    Attributes:
        size: The size that it cosigned last, as far as is known.
    """

    def __init__(
        self, url: str, key: Cosigner, *, size: int, seconds: float
    ) -> None:
        """Be ready to ask the witness at *url*.

        Args:
            url: What `/add-checkpoint` is added to.
            key: The key that it cosigns with.
            size: What it cosigned last; a guess of 0 costs one question more.
            seconds: How long it may take for each step of an answer.
        """
        self._url = urlsplit(f"{url}/add-checkpoint")
        self._key = key
        self._seconds = seconds
        self.size = size

    def last_size(self, origin: str) -> int:
        """Return the size that it named last."""
        del origin
        return self.size

    def add_checkpoint(
        self, note: str, *, old_size: int, proof: Sequence[Hash], now: int
    ) -> NoteSignature:
        """Return the line by its own key that it answers with.

        Raises:
            ConflictError: It is at another size, which is `size` from now on.
            InvalidProofError: It says that the log does not extend what it
                cosigned.
            InvalidSignatureError: There is no line by its key.
            MalformedError: It answers what the protocol does not have.
            RejectedError: It does not cosign.
            OSError, HTTPException: It cannot be reached or understood.
        """
        del now
        hashes = "".join(f"{encode_base64(each)}\n" for each in proof)
        status, body = self._post(f"old {old_size}\n{hashes}\n{note}".encode())
        match status:
            case 200:
                line = self._own_line(parse_note(note), body)
                self.size = int(note.split("\n", 2)[1])
                return line
            case 409:
                self.size = parse_decimal(_text(body).removesuffix("\n"))
                raise ConflictError(f"the witness is at size {self.size}")
            case 422:
                raise InvalidProofError(
                    "the witness says that the log does not extend the"
                    f" {old_size} entries that it cosigned"
                )
            case _:
                said = _STATUS.get(status, f"answered {status}")
                raise RejectedError(f"the witness {said}")

    def _post(self, body: bytes) -> tuple[int, bytes]:
        host = self._url.hostname
        assert host is not None, "the settings were checked"
        kind = (
            HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        )
        connection = kind(host, self._url.port, timeout=self._seconds)
        try:
            connection.request(
                "POST",
                self._url.path,
                body,
                {
                    "Content-Type": "text/plain; charset=utf-8",
                    "User-Agent": f"provenance/{__version__}",
                    "Connection": "close",
                },
            )
            with connection.getresponse() as answer:
                data = answer.read(_MAX_ANSWER + 1)
        finally:
            connection.close()
        if len(data) > _MAX_ANSWER:
            raise MalformedError(
                f"the witness answers with over {_MAX_ANSWER} bytes"
            )
        return answer.status, data

    def _own_line(self, note: Note, body: bytes) -> NoteSignature:
        # Others' lines, and such of keys to come, are nothing to us.
        place = self._key.name, self._key.key_id
        for line in parse_note(f"{note.text}\n{_text(body)}").signatures:
            if (line.name, line.key_id) == place:
                return line
        raise InvalidSignatureError(
            f"the witness's answer has no line by {self._key.vkey}"
        )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"the witness's answer is no text: {error}") from (
            error
        )


class CosignerAnswers:
    """What a cosigner answers."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger

    def ask(  # noqa: PLR0913, PLR0917  # the parts of the question
        self,
        vkey: str,
        url: str,
        size: int,
        note: str,
        last_size: int,
        now: int,
        seconds: float,
    ) -> tuple[str, str, int, int]:
        """Return (reason, line or what was wrong, last size, its time)."""
        key = parse_cosigner(vkey)
        witness = DistantWitness(url, key, size=last_size, seconds=seconds)
        sent = parse_note(note)
        begun = time.monotonic()
        try:
            line = ask(
                witness,
                sent,
                prove=lambda old: self._ledger.prove_growth(old, size),
                known=[key],
                now=now,
            )
        except (OSError, HTTPException) as error:
            left = begun + seconds - time.monotonic()
            why = _why_out_of_reach(error, url, seconds=left)
            said = str(error) or type(error).__name__
            return UNREACHABLE, why or said, last_size, 0
        except AheadError as error:
            return AHEAD, str(error), last_size, error.time
        except StoreError:
            raise  # It is the ledger that cannot be read.
        except ProvenanceError as error:
            # What it said of its size may be as wrong: it is asked anew.
            return _reason(error, witness, size), str(error), 0, 0
        whole = format_note(Note(sent.text, (line,)))
        said = whole.removeprefix(f"{sent.text}\n")
        time_ms = read_cosignature(line).time * 1000
        return COSIGNED, said, witness.size, time_ms


def _why_out_of_reach(
    error: OSError | HTTPException, url: str, *, seconds: float
) -> str | None:
    """Return why TLS, or its absence, keeps the witness at *url* away."""
    # Who let the time run out gets no more of it.
    is_late = isinstance(error, TimeoutError)
    return why_never(
        error,
        Server.of(url, ca="in SSL_CERT_FILE, or among the system's"),
        seconds=0.0 if is_late else min(PROBE_SECONDS, seconds / 2),
    )


def _reason(error: ProvenanceError, witness: DistantWitness, size: int) -> str:
    if isinstance(error, InvalidProofError) or (
        isinstance(error, ConflictError) and witness.size > size
    ):
        return CONTRADICTS
    if isinstance(error, VerificationError):
        return FORGED
    return REFUSED


def _main() -> None:
    with open_reader(Path(sys.argv[1])) as ledger:
        answer_questions({"ask": CosignerAnswers(ledger).ask})


if __name__ == "__main__":
    _main()
