"""The published XML documents say what their JSON twins say."""

import datetime as dt
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from provenance.claims.event import Item
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.prefixes import expand
from provenance.epcis.vocabulary import DOCUMENT
from provenance.epcis.xml.read import read_xml
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item
from tests.support.vectors_of import shared

CAPTURE = (
    shared("openepcis-test-resources") / "core/src/main/resources/2.0/EPCIS"
)
OTHER_STEMS = {
    "TransformationEvent_with_errorDeclaration": "TransformationEvent_with_error_declaration"
}
XML_FILES = sorted(CAPTURE.rglob("XML/**/*.xml"))


def twin_of(path: pathlib.Path) -> pathlib.Path:
    folder = CAPTURE / "JSON" / path.relative_to(CAPTURE / "XML").parent
    return folder / f"{OTHER_STEMS.get(path.stem, path.stem)}.json"


PAIRS = {
    f"{path.parent.name}/{path.stem}": (path, twin_of(path))
    for path in XML_FILES
    if twin_of(path).exists()
}
ALONE = {
    f"{path.parent.name}/{path.stem}": path
    for path in XML_FILES
    if not twin_of(path).exists()
}

Parts = dict[str, Any]
Alike = Callable[[Parts, tuple[Item, ...]], tuple[Parts, tuple[Item, ...]]]
"""Makes alike what the two files of a pair are known to write differently."""


def everywhere(
    change: Callable[[str, Any], Any], value: Any, name: str = ""
) -> Any:
    """Change each member named *name* and its value, from the inside out."""
    if isinstance(value, dict):
        changed = {n: everywhere(change, v, n) for n, v in value.items()}
        return {n: v for n, v in changed.items() if v is not GONE}
    if isinstance(value, list):
        return [everywhere(change, v, name) for v in value]
    return change(name, value)


GONE = object()


def over_members(change: Callable[[str, Any], Any]) -> Alike:
    return lambda body, items: (everywhere(change, body), items)


def _instant(name: str, value: Any) -> Any:
    times = {"eventTime", "declarationTime", "time", "startTime", "endTime"}
    if name not in times:
        return value
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC)


def _without(unwanted: str) -> Callable[[str, Any], Any]:
    return lambda name, value: GONE if name == unwanted else value


def _full_names(
    body: Parts, items: tuple[Item, ...]
) -> tuple[Parts, tuple[Item, ...]]:
    prefixes = body.get("@context", {})
    ilmd = {
        expand(name, prefixes): value for name, value in body["ilmd"].items()
    }
    others = {k: v for k, v in prefixes.items() if "cbvmda" not in v}
    return {**body, "@context": others, "ilmd": ilmd}, items


INSTANTS = over_members(_instant)
"""The same instants, with another zone or other digits."""
ONE_SPELLING = over_members(
    lambda _, value: (
        value.removeprefix("https://ref.gs1.org/cbv/BizStep-").replace(
            "gs1:Angle", "Angle"
        )
        if isinstance(value, str)
        else value
    )
)
"""The JSON spells a standard word as a URI or with a prefix."""
NO_DECLARATION_TIME = over_members(_without("declarationTime"))
"""The errors were declared an hour apart, in the two files."""
NO_COMMENT = over_members(_without("rdfs:comment"))
"""The JSON has a comment that the XML has not."""
NO_EMPTY_TEXT = over_members(lambda _, value: GONE if value == "" else value)
"""The JSON leaves an empty element out."""
ONE_PLACE = over_members(
    lambda name, value: canonical_item(value) if name == "id" else value
)
"""The JSON names a place by a link, the XML by a URN."""
ANY_ORDER: Alike = lambda body, items: (  # noqa: E731
    body,
    tuple(sorted(items, key=str)),
)
"""The lists of the event stand in another order."""

WRITTEN_DIFFERENTLY: dict[str, tuple[Alike, ...]] = {
    "Documents/AggregationEvent_all_possible_fields": (INSTANTS,),
    "Documents/AggregationEvent_with_sensorData": (INSTANTS,),
    "Documents/AssociationEvent": (INSTANTS,),
    "Documents/AssociationEvent_2": (INSTANTS,),
    "Documents/AssociationEvent_all_possible_fields": (INSTANTS,),
    "Documents/AssociationEvent_with_sensorData": (INSTANTS,),
    "Documents/AssociationEvent_with_userExtensions": (INSTANTS,),
    "Documents/JumbledFieldsOrder": (INSTANTS,),
    "Documents/ObjectEvent": (INSTANTS,),
    "Documents/ObjectEvent_all_possible_fields": (INSTANTS,),
    "Documents/ObjectEvent_with_comment": (INSTANTS, NO_COMMENT),
    "Documents/ObjectEvent_with_error_declaration": (INSTANTS,),
    "Documents/ObjectEvent_with_sensorData": (INSTANTS,),
    "Documents/SensorData_and_extension": (INSTANTS,),
    "Documents/TransactionEvent": (INSTANTS,),
    "Documents/TransactionEvent_all_possible_fields": (INSTANTS,),
    "Documents/TransactionEvent_with_sensorData": (INSTANTS,),
    "Documents/TransformationEvent_all_possible_fields": (
        INSTANTS,
        # The XML has a prefix ns0 for what the JSON calls cbvmda.
        _full_names,
    ),
    "Documents/TransformationEvent_with_errorDeclaration": (ANY_ORDER,),
    "Documents/TransformationEvent_with_sensorData": (INSTANTS,),
    "Documents/TransformationEvent_with_userExtensions": (INSTANTS,),
    "Documents/epcisDocWithSensorComponent": (
        INSTANTS,
        ONE_SPELLING,
        ONE_PLACE,
    ),
    "Events/AssociationEvent": (INSTANTS,),
    "Events/TransactionEvent": (INSTANTS, NO_EMPTY_TEXT),
    "Events/TransformationEvent": (NO_DECLARATION_TIME,),
}
"""Pair → what its two files write differently; all others are equal."""

INVALID = {
    "Documents/Combination_of_different_event": (
        "ObjectEvent[1]/epcList/epc[1] (line ",
        "the GRAI (8003) '03001345000771' has a wrong check digit",
    ),
    "Documents/AggregationEvent_with_persistentDisposition": (
        "AggregationEvent[2] (line 47)",
        "persistentDisposition is no member of AggregationEvent",
    ),
    "Documents/SensorData_with_combined_events": (
        "AggregationEvent[1]/sensorElementList/sensorElement[1]/sensorReport[2]/@type (line 194)",
        "'Molar_concentration' is no standard type of measurement",
    ),
    "Documents/TransactionEvent_with_userExtensions": (
        "TransactionEvent[1]/sensorElementList/sensorElement[1]/sensorReport[1]/@type (line 24)",
        "'EffectiveDoseRate' is no standard type of measurement",
    ),
}
"""Pair → where its XML is refused, and why both files are."""

NAMED_TWICE = "Documents/epcisDocWithAllGS1Keys"
"""Its XML names one carton twice in one spelling, its JSON in two."""

OLDER = [
    path
    for name in ("epcis-event-hash", "epcis-sanitisation")
    for path in sorted(shared(name).rglob("*.xml"))
]
"""Documents that are there for other things than being valid."""

VALID = sorted(PAIRS.keys() - INVALID.keys() - {NAMED_TWICE})


def drafts_of(path: pathlib.Path) -> list[EventDraft]:
    if path.suffix == ".xml":
        drafts = [check_event(raw) for raw in read_xml(path.read_bytes())]
    else:
        drafts = parse_document(path.read_bytes())
    # Their headers have nothing to do with each other.
    return [draft for draft in drafts if draft.body["type"] != DOCUMENT]


def made_alike(draft: EventDraft, *ways: Alike) -> tuple[Any, Any]:
    body, items = dict(draft.body), draft.items
    for way in ways:
        body, items = way(body, items)
    return body, items


def test_the_published_pairs_are_whole() -> None:
    assert len(PAIRS) == 36 + 5
    assert sorted(ALONE) == [
        "Documents/Namespace_document",
        "Events/Namespace_event",
    ]
    assert len(VALID) == 36
    assert WRITTEN_DIFFERENTLY.keys() < set(VALID)
    assert len(OLDER) == 16 + 2


@pytest.mark.parametrize("pair", VALID)
def test_a_pair_of_files_says_the_same(pair: str) -> None:
    ways = WRITTEN_DIFFERENTLY.get(pair, ())
    from_xml, from_json = map(drafts_of, PAIRS[pair])
    assert [made_alike(d, *ways) for d in from_xml] == [
        made_alike(d, *ways) for d in from_json
    ]


@pytest.mark.parametrize("pair", WRITTEN_DIFFERENTLY)
def test_nothing_is_made_alike_that_is_equal_as_published(pair: str) -> None:
    ways = WRITTEN_DIFFERENTLY[pair]
    from_xml, from_json = map(drafts_of, PAIRS[pair])
    for left_out in ways:
        rest = [way for way in ways if way is not left_out]
        assert [made_alike(d, *rest) for d in from_xml] != [
            made_alike(d, *rest) for d in from_json
        ]


@pytest.mark.parametrize("pair", INVALID)
def test_an_invalid_pair_is_refused_for_one_reason(pair: str) -> None:
    place, reason = INVALID[pair]
    for path, where in zip(PAIRS[pair], (place, ""), strict=True):
        with pytest.raises(MalformedError) as caught:
            drafts_of(path)
        assert reason in str(caught.value)
        assert where in str(caught.value)


def test_a_carton_named_twice_is_the_one_difference_of_its_pair() -> None:
    path, twin = PAIRS[NAMED_TWICE]
    data = path.read_bytes()
    with pytest.raises(MalformedError, match=r"/epc\[3\] \(line 11\): .* same"):
        drafts_of(path)
    lines = data.splitlines(keepends=True)
    assert lines[9] == lines[10]
    repaired = read_xml(b"".join(lines[:9] + lines[10:]))
    assert [made_alike(check_event(raw), INSTANTS) for raw in repaired] == [
        made_alike(draft, INSTANTS) for draft in drafts_of(twin)
    ]


@pytest.mark.parametrize("name", ALONE)
def test_a_file_without_a_twin_is_read_as_well(name: str) -> None:
    (draft,) = drafts_of(ALONE[name])
    assert draft.body["bizTransactionList"] == [
        {
            "bizTransaction": "http://transaction.acme.com/po/12345679",
            "type": "po",
        }
    ]
    assert draft.items[1].quantity == 29
    if name.startswith("Events"):
        assert draft.body["ext1:int"] == "10"


@pytest.mark.parametrize(
    "path",
    OLDER,
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_a_document_of_an_older_dialect_is_read(path: pathlib.Path) -> None:
    data = path.read_bytes()
    raws = read_xml(data)
    assert len(raws) == data.count(b"</eventTime>")
    for raw in raws:
        assert isinstance(raw.value, dict)
        assert isinstance(raw.value["eventTime"], str)
