"""Signers: children that make signed statements of EPCIS documents.

The actor's key is held by them alone. What a document says goes the way that
`provenance submit` takes it, which is `provenance.Intake`: it is read strictly,
its events are rehearsed one after the other against the ledger as it stands,
and then all of them, or under `proceed` those that passed, become statements,
as many as it takes.

    question   ["count", document, prefixes]
    answer     [json, ndjson or xml, how many events it has], once all around
               them was read

    question   ["sign", document, prefixes, now, journal]
    answer     [[submission, …], the first one's eventID or None,
                [[code, message], …], entries with events known before]

With a journal, a folder's path, the statements are there, durably, and none
is in the answer: only as many empty ones as there are. An event without an
`eventID` gets one (EPCIS 2.0: a repository should assign one), or it could
never be asked for by id.
"""

import gc
import io
import sys
from collections.abc import Mapping
from pathlib import Path

from provenance.claims.event import parse_event
from provenance.epcis.source import EventStream
from provenance.errors import ProvenanceError, StoreError
from provenance.folder import open_reader
from provenance.intake.intake import Intake
from provenance.intake.sources import File
from provenance.keys import Signer
from provenance.ledger.read import LedgerReader
from provenance.store.keyfile import read_key
from provenance_node.children import answer_questions

Sealed = tuple[list[bytes], str | None, list[tuple[str, str]], list[int]]
"""Submissions, the id of the first event, what was wrong with others, and in
which entries those are that were logged before."""


class Answers:
    """What a signer answers."""

    def __init__(
        self, ledger: LedgerReader, signer: Signer, issuer: str
    ) -> None:
        self._ledger = ledger
        self._signer = signer
        self._issuer = issuer

    def count(
        self, document: bytes, prefixes: Mapping[str, str]
    ) -> tuple[str, int]:
        """Return what *document* is, and how many events it has.

        Raises:
            MalformedError: It is no document of EPCIS.
        """
        source = EventStream(io.BytesIO(document), prefixes=prefixes)
        return source.media, source.count

    def sign(
        self,
        document: bytes,
        prefixes: Mapping[str, str],
        now: int,
        journal: str = "",
    ) -> Sealed:
        """Return the events of *document* that the ledger would take, signed.

        Args:
            document: As it came.
            prefixes: What prefixes stand for that it does not define.
            now: The node's time, in ms since 1970.
            journal: The folder where the statements are to be; "" for none.

        Raises:
            MalformedError: It is no document of EPCIS, or it cannot be read
                to its end.
        """
        intake = Intake(
            self._ledger,
            signer=self._signer,
            issuer=self._issuer,
            prefixes=prefixes,
            clock=lambda: now,
        )
        outcome, statements = intake.sign(
            File.of("document", document),
            journal=journal or None,
            passes_over=True,
            is_named=True,
        )
        if isinstance(outcome.error, ProvenanceError):
            raise outcome.error
        if outcome.error is not None:
            raise StoreError(f"the journal: {outcome.error}")
        faults = [(each.code, each.reason) for each in outcome.faults.first]
        known = sorted(outcome.known.log_indexes)
        if not statements:
            return [], None, faults, known
        first = parse_event(statements[0].events[0]).body.get("eventID")
        return (
            [b"" if journal else each.to_bytes() for each in statements],
            first if isinstance(first, str) else None,
            faults,
            known,
        )


def _main() -> None:
    folder, key, issuer = sys.argv[1:]
    signer = read_key(Path(key))
    with open_reader(Path(folder)) as ledger:
        answers = Answers(ledger, signer, issuer)
        gc.freeze()
        answer_questions({"count": answers.count, "sign": answers.sign})


if __name__ == "__main__":
    _main()
