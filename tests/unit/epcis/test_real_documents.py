"""Every published EPCIS document is logged, or refused for what it says."""

import json
import pathlib
import re
from collections import Counter

import pytest

from provenance.claims.actor import Grant
from provenance.claims.event import Event, parse_event
from provenance.claims.registry import Authority
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import sha256
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft
from provenance.epcis.received import RECEIVED
from provenance.epcis.render import render_document, render_event
from provenance.errors import MalformedError
from provenance.folder import create_ledger
from provenance.intake.prepare import prepare_document
from provenance.ledger.ledger import Ledger
from provenance.proof.receipt import Receipt
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from provenance.rules.book import baseline
from provenance.rules.books import BookRef
from provenance.tlog.note import NoteSigner
from provenance.tlog.policy import Log, Policy
from tests.ledger_world import ORIGIN, signer_of
from tests.support.vectors_of import shared

ANY_BOOK = encode(
    {**decode(baseline().data), "roles": {"anything": ["*"]}}  # type: ignore[dict-item]  # a map
)
"""The rule book of a ledger in which anybody may sign any step."""

NOW = 1_800_000_000_000
"""2027-01-15, after all that the documents tell of."""


def anybody(document: pathlib.Path) -> str:
    """Return who says what *document* does: they share made-up eventIDs."""
    kind = f"{document.parent.name}.{document.stem}.{document.suffix[1:]}"
    return f"did:web:{kind}.example"


INVALID = {
    "Combination_of_different_event": "wrong check digit",
    "AggregationEvent_with_persistentDisposition": "persistentDisposition",
    "SensorData_with_combined_events": "sensorReport",
    "TransactionEvent_with_userExtensions": "sensorReport",
    "TransformationEvent_all_possible_fields": "two relations",
}
"""Document → what its refusal must name: see the vectors' own README.

The last one is valid EPCIS, and uses up the very lots that it makes.
"""


TWICE = "epcisDocWithAllGS1Keys.xml"
"""It names one logistic unit twice in a list, which its JSON twin does not."""


def documents() -> list[pathlib.Path]:
    folder = shared("openepcis-test-resources")
    return sorted(
        [
            *folder.rglob("JSON/Capture/**/*.json"),
            *folder.rglob("XML/Capture/**/*.xml"),
        ]
    )


def read_back(ledger: Ledger, log_index: int, count: int) -> list[EventDraft]:
    """Return the events of an entry as EPCIS, read from the document again."""
    with ledger.moment() as moment:
        events = [
            parse_event(moment.reader.event(log_index, position))
            for position in range(count)
        ]
    rendered = [render_event(event.body, event.items) for event in events]
    document = render_document(rendered, created="2027-01-15T08:00:00Z")
    return parse_document(b"".join(document))


def given_back(event: Event) -> EventDraft:
    """Return what must come back of *event*."""
    # What a report is about, or joins, is named in its body as well, or is the
    # product that it counts.
    named = {"about", "place", "transformationID"}
    items = [item for item in event.items if item.relation not in named]
    body = {n: value for n, value in event.body.items() if n != RECEIVED}
    return EventDraft(body, tuple(items))


def test_every_openepcis_document_is_logged_and_given_back_or_refused(
    tmp_path: pathlib.Path,
) -> None:
    trust = Trust(
        origin=ORIGIN,
        policy=Policy(
            (Log(NoteSigner(ORIGIN, signer_of("log")).verifier),), (), (), None
        ),
        actors=tuple(
            Authority(
                who,
                "Anybody",
                (signer_of(who).verifier.data,),
                grants=(Grant(who, "anything", prefixes=("*",)),),
                is_pinned=True,
            )
            for who in map(anybody, documents())
        ),
        books=(BookRef(sha256(ANY_BOOK), 0),),
    )
    logged, refused = Counter[str](), []
    with create_ledger(
        tmp_path / "ledger",
        trust=trust,
        log_signer=signer_of("log"),
        clock=lambda: NOW,
        books=[ANY_BOOK],
    ) as ledger:
        for path in documents():
            if path.stem in INVALID or path.name == TWICE:
                why = INVALID.get(path.stem, "an earlier element says the same")
                with pytest.raises(MalformedError, match=re.escape(why)):
                    prepare_document(path.read_bytes())
                refused.append(path.name)
                continue
            events = prepare_document(path.read_bytes())
            who = anybody(path)
            receipt = ledger.append(events, signer=signer_of(who), issuer=who)
            assert isinstance(receipt, Receipt), path
            logged[path.suffix] += 1
            back = read_back(ledger, receipt.log_index, len(events))
            assert back == [given_back(event) for event in events], path
            for item in dict.fromkeys(
                i for event in events for i in event.own_leaves
            ):
                bundle = ledger.prove_item(item)
                verdict = examine_bundle(
                    bundle, trust=trust, now=NOW, item=item
                )
                # Lots of the same made-up numbers are recalled in others, and
                # some are made from what nobody ever made: never FAILED.
                assert verdict.outcome is not Outcome.FAILED, (
                    path.name,
                    item,
                    verdict.steps,
                )
    assert logged == {".json": 38, ".xml": 37}
    assert sorted(refused) == sorted(
        [TWICE, *(f"{n}.{s}" for n in INVALID for s in ("json", "xml"))]
    )


def test_a_sensor_reading_of_a_place_is_in_the_places_trail() -> None:
    document = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
        ],
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "eventTime": "2026-01-01T00:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "readPoint": {"id": "urn:epc:id:sgln:9506000.13437.0"},
        "sensorElementList": [
            {
                "sensorReport": [
                    {"type": "Temperature", "value": 4.5, "uom": "CEL"}
                ]
            }
        ],
    }
    (event,) = prepare_document(json.dumps(document).encode())
    assert tuple(event.own_leaves) == ("https://id.gs1.org/414/9506000134376",)
    assert event.items[0].relation == "place"


def test_an_event_about_nothing_is_refused() -> None:
    with pytest.raises(MalformedError):
        prepare_document(
            b'{"type": "ObjectEvent", "action": "OBSERVE", "epcList": []}'
        )
