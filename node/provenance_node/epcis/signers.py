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
                None, [[class, message], …], entries with events known before]

An event without an `eventID` gets one (EPCIS 2.0: a repository
should assign one), or it could never be asked for by id. It is made of what
the event says, so that the same event captured again is known. One that
declares an error gets none: it must equal the event that it declares wrong.
"""

import gc
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from provenance.claims.event import Event
from provenance.claims.statement import MAX_EVENTS, sign_statement
from provenance.encoding.canonical import encode
from provenance.encoding.digest import sha256
from provenance.epcis.draft import EventDraft, RawEvent, check_event
from provenance.epcis.source import Source
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import (
    DuplicateEventError,
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
_EVENT_ID = "provenance/captured-event/v1"

Sealed = tuple[bytes, int, str | None, list[tuple[str, str]], list[int]]
"""A submission, how many events are in it, the id of the first, what was
wrong with others, and in which entries those are that were logged before."""


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
        known: set[int] = set()
        with self._ledger.moment() as moment:
            rehearsal = _rehearsal(moment, self._ledger, now)
            source = Source(io.BytesIO(document), prefixes=prefixes)
            for position, raw in enumerate(source.events()):
                try:
                    events.append(self._take(raw, position, rehearsal))
                except DuplicateEventError as error:
                    # Who named it asked for just this answer (EPCIS 2.0).
                    if error.log_indexes and error.is_known and not _named(raw):
                        known.update(error.log_indexes)
                    elif len(errors) < _MOST_ERRORS:
                        errors.append(_told(error, position))
                except (
                    InvalidSignatureError, MalformedError, RejectedError,
                ) as error:  # fmt: skip
                    if len(errors) < _MOST_ERRORS:
                        errors.append(_told(error, position))
        if not events:
            return b"", 0, None, errors, sorted(known)
        first = events[0].body.get("eventID")
        name = first if isinstance(first, str) else None
        submission = self._seal(events, now)
        return submission, len(events), name, errors, sorted(known)

    def _take(
        self, raw: RawEvent, position: int, rehearsal: Rehearsal
    ) -> Event:
        draft = with_id(check_event(raw), issuer=self._issuer)
        event = prepare_event(draft)
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


def _named(raw: RawEvent) -> bool:
    return isinstance(raw.value, dict) and "eventID" in raw.value


def with_id(draft: EventDraft, *, issuer: str) -> EventDraft:
    """Return *draft* with an `eventID`, if it should have one and has none.

    It is a UUID (RFC 9562, version 8) of all that *issuer* says there.
    """
    body = draft.body
    if body.keys() & {"eventID", "errorDeclaration"} or (
        body["type"] == DOCUMENT
    ):
        return draft
    items = [
        [item.relation, item.id, item.quantity, item.uom]
        for item in draft.items
    ]
    digest = sha256(encode([_EVENT_ID, issuer, body, items]))
    octets = bytearray(digest[:16])
    octets[6] = octets[6] & 0x0F | 0x80
    octets[8] = octets[8] & 0x3F | 0x80
    name = f"urn:uuid:{UUID(bytes=bytes(octets))}"
    return replace(draft, body={**body, "eventID": name})


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
        answers = Answers(ledger, signer, issuer)
        gc.freeze()
        answer_questions({"count": answers.count, "sign": answers.sign})


if __name__ == "__main__":
    _main()
