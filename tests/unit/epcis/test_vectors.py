"""Published EPCIS documents are taken in, or refused for a good reason."""

import json
import pathlib
from typing import Any

import pytest

from provenance.encoding.canonical import encode
from provenance.epcis.document import parse_document
from provenance.epcis.render import render_event
from provenance.epcis.shapes import EPC_LISTS, ITEM_MEMBERS
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item
from tests.support.vectors_of import shared

CAPTURE = (
    shared("openepcis-test-resources")
    / "core/src/main/resources/2.0/EPCIS/JSON/Capture"
)
EVENTS = sorted((CAPTURE / "Events").glob("*.json"))
DOCUMENTS = sorted((CAPTURE / "Documents").glob("*.json"))
HASHED = sorted(path for path in shared("epcis-event-hash").rglob("*.json*"))

REFUSED = {
    "Combination_of_different_event": r"^\$\.epcisBody\.eventList\[0\]\.epcList\[0\]: .*GRAI \(8003\) '03001345000771' has a wrong check digit",
    "AggregationEvent_with_persistentDisposition": r"^\$\.epcisBody\.eventList\[1\]: persistentDisposition is no member of Agg",
    "SensorData_with_combined_events": r"^\$\.epcisBody\.eventList\[7\]\.sensorElementList\[0\]\.sensorReport\[1\]\.type: 'Molar_concentration'",
    "TransactionEvent_with_userExtensions": r"^\$\.epcisBody\.eventList\[0\]\.sensorElementList\[0\]\.sensorReport\[0\]\.type: 'EffectiveDoseRate'",
}


def events_of(path: pathlib.Path) -> list[dict[str, Any]]:
    document = json.loads(path.read_bytes())
    if document["type"] != "EPCISDocument":
        return [document]
    events: list[dict[str, Any]] = document["epcisBody"]["eventList"]
    return events


def as_epcis(event: dict[str, Any]) -> dict[str, Any]:
    """What an event says: ids canonical, lists as sets, nothing for nothing."""
    said = {
        k: v for k, v in event.items() if k not in {"@context", "recordTime"}
    }
    for name in ITEM_MEMBERS & said.keys():
        if name == "parentID":
            said[name] = canonical_item(said[name])
        elif name in EPC_LISTS:
            said[name] = list(dict.fromkeys(map(canonical_item, said[name])))
        else:
            said[name] = [
                {**e, "epcClass": canonical_item(e["epcClass"])}
                for e in said[name]
            ]
        if said[name] == []:
            del said[name]
    return said


def test_the_published_sets_are_whole() -> None:
    assert (len(DOCUMENTS), len(EVENTS), len(HASHED)) == (38, 5, 8)
    assert len([path for path in DOCUMENTS if path.stem not in REFUSED]) == 34


@pytest.mark.parametrize(
    "path",
    [p for p in DOCUMENTS if p.stem not in REFUSED] + EVENTS + HASHED,
    ids=lambda p: f"{p.parent.name}-{p.name}",
)
def test_a_valid_document_says_the_same_when_it_is_given_out(
    path: pathlib.Path,
) -> None:
    drafts = [
        draft
        for draft in parse_document(path.read_bytes())
        if draft.body["type"] != DOCUMENT
    ]
    originals = events_of(path)
    assert len(drafts) == len(originals)
    for draft, original in zip(drafts, originals, strict=True):
        encode(["body", draft.body])
        rendered = render_event(draft.body, draft.items)
        assert as_epcis(rendered) == as_epcis(original)
        assert parse_document(json.dumps(rendered).encode()) == [draft]


@pytest.mark.parametrize("stem", REFUSED)
def test_an_invalid_document_is_refused_with_its_place(stem: str) -> None:
    with pytest.raises(MalformedError, match=REFUSED[stem]):
        parse_document((CAPTURE / "Documents" / f"{stem}.json").read_bytes())


def test_no_document_of_a_looser_dialect_is_taken_in() -> None:
    paths = sorted(
        (shared("openepcis-dpp-ready") / "extensions").rglob("*.jsonld")
    )
    assert len(paths) == 31
    for path in paths:
        with pytest.raises(MalformedError, match=r"^\$"):
            parse_document(path.read_bytes())
