"""Signers: children that make signed statements of EPCIS documents.

The actor's key is held by them alone. What a document says goes the way that
`provenance submit` takes it: it is read strictly, its events are rehearsed one
after the other against the ledger as it stands, and then all of them, or under
`proceed` those that passed, become one statement. One signature covers it, so
the ledger takes it whole or not at all.

    question   ["count", document, prefixes]
    answer     [json, ndjson or xml, how many events it has], once all around
               them was read

    question   ["sign", document, prefixes, now]
    answer     [submission or "", events in it, the first one's eventID or
                None, [[class, message], …]]

An event without an `eventID` gets one (EPCIS 2.0: a repository
should assign one), or it could never be asked for by id. One that declares an
error does not: it must equal the event that it declares wrong.
"""

import gc
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from provenance.claims.event import Event
from provenance.claims.statement import MAX_EVENTS, sign_statement
from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import RawEvent, check_event
from provenance.epcis.source import Source
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    RejectedError,
)
from provenance.folder import open_reader
from provenance.intake.prepare import gather, prepare_event
from provenance.keys import Signer
from provenance.ledger.admit import Admission
from provenance.ledger.read import (
    LedgerReader,
    Moment,
    read_entry,
    replay_registry,
)
from provenance.ledger.rehearse import Rehearsal
from provenance.store.keyfile import read_key
from provenance.tlog.commitment import parse_commitment
from provenance_node.children import answer_questions

_MOST_ERRORS = 100
"""So many errors of one document are told; more would say no more."""

_UNBOUNDED = 2**62

Sealed = tuple[bytes, int, str | None, list[tuple[str, str]]]
"""A submission, how many events are in it, the id of the first, and what was
wrong with others."""


class Desk:
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
        source = Source(io.BytesIO(document), prefixes=prefixes)
        return source.media, source.count

    def sign(
        self, document: bytes, prefixes: Mapping[str, str], now: int
    ) -> Sealed:
        """Return the events of *document* that the ledger would take, signed.

        Args:
            document: As it came.
            prefixes: What prefixes stand for that it does not define.
            now: The node's time, in ms since 1970.

        Raises:
            MalformedError: It is no document of EPCIS, or it cannot be read
                to its end.
        """
        events: list[Event] = []
        errors: list[tuple[str, str]] = []
        with self._ledger.moment() as moment:
            rehearsal = _rehearsal(moment, self._ledger, now)
            source = Source(io.BytesIO(document), prefixes=prefixes)
            for position, raw in enumerate(source.events()):
                try:
                    events.append(self._take(raw, position, rehearsal))
                except (
                    InvalidSignatureError, MalformedError, RejectedError,
                ) as error:  # fmt: skip
                    if len(errors) < _MOST_ERRORS:
                        errors.append(_told(error, position))
        if not events:
            return b"", 0, None, errors
        first = events[0].body.get("eventID")
        name = first if isinstance(first, str) else None
        return self._seal(events, now), len(events), name, errors

    def _take(
        self, raw: RawEvent, position: int, rehearsal: Rehearsal
    ) -> Event:
        event = prepare_event(check_event(with_id(raw)))
        rehearsal.require(
            [event],
            issuer=self._issuer,
            key_id=self._signer.verifier.key_id,
            called=lambda _: f"event {position}",
        )
        return event

    def _seal(self, events: Sequence[Event], now: int) -> bytes:
        def units() -> Iterator[list[Event]]:
            for event in events:
                yield [event]

        if len(events) > MAX_EVENTS:
            raise MalformedError(
                f"{len(events)} events are more than one statement has: send"
                " them in parts"
            )
        (gathered,) = gather(units(), max_bytes=_UNBOUNDED)
        return sign_statement(
            gathered.events,
            signer=self._signer,
            issuer=self._issuer,
            origin=self._ledger.origin,
            now=now,
        ).to_bytes()


def with_id(raw: RawEvent) -> RawEvent:
    """Return *raw* with an `eventID`, if it should have one and has none."""
    value: JSON = raw.value
    if not isinstance(value, dict) or value.keys() & {
        "eventID", "errorDeclaration",
    }:  # fmt: skip
        return raw
    return replace(raw, value={**value, "eventID": f"urn:uuid:{uuid4()}"})


def _rehearsal(moment: Moment, ledger: LedgerReader, now: int) -> Rehearsal:
    registry = replay_registry(moment.reader, ledger.trust)
    last = read_entry(moment.reader, moment.size - 1, size=moment.size)
    since = parse_commitment(last).time
    return Rehearsal(
        moment.reader,
        Admission(
            registry,
            origin=ledger.origin,
            books=ledger.books,
            clock_bound=ledger.trust.clock_bound,
        ),
        times=lambda: (since, max(now, since)),
    )


def _told(error: ProvenanceError, position: int) -> tuple[str, str]:
    text = str(error)
    if not text.startswith(("$", "line ", "event ")):
        text = f"event {position}: {text}"
    return type(error).__name__, text


def _main() -> None:
    folder, key, issuer = sys.argv[1:]
    signer = read_key(Path(key))
    with open_reader(Path(folder)) as ledger:
        desk = Desk(ledger, signer, issuer)
        gc.freeze()
        answer_questions({"count": desk.count, "sign": desk.sign})


if __name__ == "__main__":
    _main()
