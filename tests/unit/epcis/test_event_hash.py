"""One event has one hash id, in whatever words it comes."""

import json
import pathlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import provenance.epcis.event_hash as event_hash_module
from provenance.claims.event import Item
from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import EventDraft, RawEvent, check_event
from provenance.epcis.event_hash import (
    event_hash,
    is_event_hash,
    prehash,
    read_event_hash,
)
from provenance.epcis.prefixes import read_context
from provenance.epcis.readers import read_object
from provenance.epcis.render import render_event
from provenance.epcis.vocabulary import BIZ_STEP
from provenance.epcis.xml.read import read_xml
from provenance.errors import MalformedError
from tests.support.vectors_of import shared
from tests.unit.epcis.test_roundtrip import drafts


def in_json(path: pathlib.Path) -> pathlib.Path:
    """The published JSON of the event that *path* has in XML."""
    return pathlib.Path(str(path).replace("/XML/", "/JSON/")).with_suffix(
        ".json"
    )


HASHED = shared("epcis-event-hash") / "tests"
EXAMPLES = sorted(
    path
    for path in (HASHED / "examples").iterdir()
    if path.suffix in {".jsonld", ".xml"}
)
EQUALS = sorted((HASHED / "expected_equal").iterdir())
CAPTURED = (
    shared("openepcis-test-resources") / "core/src/main/resources/2.0/EPCIS"
)
TWINS = sorted(
    path
    for path in (CAPTURED / "XML/Capture").rglob("*.xml")
    if in_json(path).exists()
)

EX = {"ex": "https://ex.example/"}
UNIT = "https://id.gs1.org/01/09421902960017/21/K7"


def hashed(**members: Any) -> str:
    return event_hash({"type": "ObjectEvent", **members}, EX)


def written(**members: Any) -> str:
    """What *members* add to the pre-hash of an event that has nothing else."""
    start = "eventType=ObjectEvent"
    text = prehash({"type": "ObjectEvent", **members}, EX)
    assert text.startswith(start)
    return text[len(start) :]


# The published vectors.


def raw_events(path: pathlib.Path) -> list[RawEvent]:
    if path.suffix == ".xml":
        return read_xml(path.read_bytes())
    document = json.loads(path.read_bytes())
    if "epcisBody" not in document:
        return [RawEvent(document, {}, str)]
    prefixes = read_context(document["@context"])
    events = document["epcisBody"]["eventList"]
    return [RawEvent(event, prefixes, str) for event in events]


def of(raw: RawEvent) -> tuple[str, str]:
    event = read_object(raw.value)
    return prehash(event, raw.prefixes), event_hash(event, raw.prefixes)


def test_the_published_sets_are_whole() -> None:
    assert len([path for path in EXAMPLES if path.suffix == ".jsonld"]) == 7
    assert len([path for path in EXAMPLES if path.suffix == ".xml"]) == 6
    assert len(EQUALS) == 11
    assert len(TWINS) == 40


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_the_published_documents_have_the_published_hashes(
    path: pathlib.Path,
) -> None:
    pairs = [of(raw) for raw in raw_events(path)]
    texts = path.with_suffix(".prehashes").read_text().split()
    ids = path.with_suffix(".hashes").read_text().split()
    assert pairs == list(zip(texts, ids, strict=True))


@pytest.mark.parametrize("path", EQUALS, ids=lambda p: p.name)
def test_events_published_as_equal_have_one_hash(path: pathlib.Path) -> None:
    first, *others = [of(raw) for raw in raw_events(path)]
    assert others
    assert others == [first] * len(others)


@pytest.mark.parametrize(
    "path", TWINS, ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_an_event_has_the_same_hash_in_xml_and_in_json(
    path: pathlib.Path,
) -> None:
    texts = [of(raw)[0] for raw in raw_events(path)]
    if path.match("Events/TransactionEvent.xml"):
        # Its XML has an empty element that its JSON does not have.
        empty = "{urn:gs1:epcisapp:rail:}vehicleMasterGIAI{"
        texts = [text.replace(empty, "{") for text in texts]
    assert texts == [of(raw)[0] for raw in raw_events(in_json(path))]


def test_the_example_of_the_docstring_is_true() -> None:
    text = event_hash_module.__doc__ or ""
    blocks = [
        "".join(line.strip() for line in block.splitlines())
        for block in text.split("\n\n")
    ]
    example: dict[str, JSON] = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:59:00+13:00",
        "eventTimeZoneOffset": "+13:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "epcList": [
            "urn:epc:id:sgtin:9421902.096001.K8",
            "https://brand.example/01/09421902960017/21/K7",
        ],
        "readPoint": {
            "id": "urn:epc:id:sgln:9421902.96000.4",
            "ext:door": "B",
        },
        "bizTransactionList": [
            {
                "bizTransaction": "urn:epcglobal:cbv:bt:9421902960000:A1",
                "type": "po",
            }
        ],
        "ext:note": "fragile",
    }
    prefixes = {"ext": "https://ns.example.com/epcis/"}
    assert event_hash(example, prefixes) in blocks
    assert prehash(example, prefixes) in blocks


# What makes no difference.


@given(drafts())
def test_an_event_is_found_by_the_hash_of_what_was_sent(
    draft: EventDraft,
) -> None:
    sent = render_event(draft.body, draft.items)
    context = sent.pop("@context")
    taken = check_event(RawEvent(sent, read_context(context), str))
    stored = render_event(taken.body, taken.items)
    assert event_hash(stored) == event_hash(sent, read_context(context))


def in_urn(link: str) -> str:
    """What EPCIS 1 called a unit or lot of the generated events."""
    head, _, name = link.rpartition("/")
    scheme = {"21": "id:sgtin", "10": "class:lgtin"}[head[-2:]]
    return f"urn:epc:{scheme}:9421902.096001.{name}"


def elsewhere(link: str) -> str:
    path = link.removeprefix("https://id.gs1.org")
    return f"https://brand.example/shop{path}?17=271231"


def in_old_words(link: str) -> str:
    words = {"/01/": "/gtin/", "/21/": "/ser/", "/10/": "/lot/"}
    for ai, word in words.items():
        link = link.replace(ai, word)
    return link.replace("id.gs1.org", "brand.example")


@st.composite
def respelled(draw: st.DrawFn, value: JSON) -> JSON:
    """*value* in other words, in another order."""
    if isinstance(value, dict):
        names = draw(st.permutations(sorted(value)))
        return {name: draw(respelled(value[name])) for name in names}
    if isinstance(value, list):
        return draw(st.permutations([draw(respelled(x)) for x in value]))
    if isinstance(value, str) and value.startswith("https://id.gs1.org/01/"):
        spellings = [value, in_urn(value), elsewhere(value)]
        return draw(st.sampled_from([*spellings, in_old_words(value)]))
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) < 2**53 else value
    return value


@given(drafts(), st.data())
def test_an_event_in_other_words_and_order_has_the_same_hash(
    draft: EventDraft, data: st.DataObject
) -> None:
    event = render_event(draft.body, draft.items)
    other = data.draw(respelled(dict(event)))
    assert isinstance(other, dict)
    other["eventTime"] = "2026-02-28T19:59:00.12300Z"
    other["recordTime"] = "2026-03-01T00:00:00Z"
    other["errorDeclaration"] = {"declarationTime": "2026-03-01T00:00:00Z"}
    taken = check_event(RawEvent(other, {}, str))
    stored = render_event(taken.body, taken.items)
    if event.get("bizStep") in BIZ_STEP.words:
        start = data.draw(
            st.sampled_from(
                [BIZ_STEP.stem, "cbv:BizStep-", "urn:epcglobal:cbv:bizstep:"]
            )
        )
        other["bizStep"] = f"{start}{event['bizStep']}"
    assert event_hash(other) == event_hash(stored) == event_hash(event)


@pytest.mark.parametrize(
    "member",
    [
        {"eventID": "urn:uuid:5f5c16a4-2f0d-4c8e-9a52-8f0b7d1f3c11"},
        {"recordTime": "2026-03-01T00:00:00Z"},
        {"errorDeclaration": {"reason": "did_not_occur", "ex:by": "me"}},
        {"@context": "https://anybody.example/context.jsonld"},
        {"comment": "to be reviewed"},
        {"rdfs:comment": "to be reviewed"},
        {"http://www.w3.org/2000/01/rdf-schema#comment": "to be reviewed"},
        {"epcList": []},
        {"bizTransactionList": []},
        {"sensorElementList": []},
        {"persistentDisposition": {}},
        {"readPoint": {}},
        {"bizStep": None},
        {"disposition": " "},
        {"ex:list": []},
    ],
    ids=lambda member: next(iter(member)),
)
def test_what_says_nothing_about_the_event_is_left_out(
    member: dict[str, JSON],
) -> None:
    assert written(**member) == ""


def test_comments_are_left_out_at_any_depth() -> None:
    inner = {"comment": "x", "rdfs:comment": {"ex:a": "b"}, "ex:door": "4"}
    assert written(readPoint=inner) == "readPoint{https://ex.example/}door=4"
    assert (
        written(ilmd={"ex:a": {"comment": 1}}) == "ilmd{https://ex.example/}a"
    )


# What it is not.


def test_different_events_can_have_the_same_hash() -> None:
    honest: dict[str, Any] = {"ex:a": "1", "ex:b": "2"}
    forged: dict[str, Any] = {"ex:a": "1{https://ex.example/}b=2"}
    assert hashed(**honest) == hashed(**forged)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://id.gs1.org/01/09421902960017/10/L1/21/K7", UNIT),
        ("https://brand.example/01/09421902960017/21/K7", UNIT),
        (f"{UNIT}?17=271231", UNIT),
        ("12.50", 12.5),
        ("true", True),
    ],
    ids=repr,
)
def test_it_does_not_tell_these_apart(one: JSON, other: JSON) -> None:
    assert hashed(**{"ex:said": one}) == hashed(**{"ex:said": other})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("007", "7"),
        ("007", 7),
        ("12345678901234567890", "12345678901234567891"),
        ("1e3", 1000),
        ("inf", "Infinity"),
        (None, False),
        ({"ex:a": "1"}, "1"),
    ],
    ids=repr,
)
def test_it_does_tell_these_apart(one: JSON, other: JSON) -> None:
    assert hashed(**{"ex:said": one}) != hashed(**{"ex:said": other})


def test_an_item_named_twice_is_written_twice() -> None:
    # EPCIS has no such events. The ledger keeps the item once, so this is
    # the one valid event whose alias differs from what its sender computed.
    sent: dict[str, JSON] = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2026-03-01T08:59:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [UNIT, in_urn(UNIT)],
    }
    taken = check_event(RawEvent(sent, {}, str))
    assert taken.items == (Item("epcList", UNIT),)
    stored = render_event(taken.body, taken.items)
    assert prehash(sent).count("epc=") == 2
    assert event_hash(stored) != event_hash(sent)


# The order.


def test_members_stand_in_the_order_of_the_published_vectors() -> None:
    event: dict[str, JSON] = {
        "type": "TransformationEvent",
        "ex:z": "1",
        "sourceList": [{"type": "location", "source": "urn:x:1"}],
        "ilmd": {"ex:b": "2", "cbvmda:lotNumber": "L7"},
        "destinationList": [
            {"destination": "urn:x:3", "type": "location", "ex:why": "5"},
            {"type": "location", "destination": "urn:x:2"},
        ],
        "bizTransactionList": [
            {"bizTransaction": "urn:x:5", "type": "po"},
            {"bizTransaction": "urn:x:6"},
        ],
        "sensorElementList": [
            {
                "ex:e": "9",
                "sensorReport": [
                    {"uom": "CEL", "ex:r": "8", "value": 26.0, "type": "Mass"},
                    {"component": "x", "exception": "ERROR_CONDITION"},
                ],
                "sensorMetadata": {
                    "bizRules": "urn:x:7",
                    "time": "2026-03-01T08:59:00+13:00",
                },
            }
        ],
        "bizLocation": {"id": "urn:x:8"},
        "readPoint": {"ex:door": "4", "id": "urn:x:9", "ex:aisle": "2"},
        "persistentDisposition": {
            "unset": ["recalled"],
            "set": ["expired", "damaged"],
        },
        "disposition": "active",
        "bizStep": "packing",
        "transformationID": "urn:x:10",
        "action": "ADD",
        "outputQuantityList": [
            {"uom": "KGM", "quantity": 2, "epcClass": "u:1"}
        ],
        "outputEPCList": ["urn:x:12", "urn:x:11"],
        "inputQuantityList": [{"epcClass": "u:2"}],
        "childQuantityList": [{"epcClass": "u:3"}],
        "quantityList": [{"epcClass": "u:4"}],
        "childEPCs": ["urn:x:13"],
        "inputEPCList": ["urn:x:14"],
        "epcList": ["urn:x:15"],
        "parentID": "urn:x:16",
        "certificationInfo": ["urn:x:18", "urn:x:17"],
        "eventTimeZoneOffset": "+13:00",
        "eventTime": "2026-03-01T08:59:00+13:00",
    }
    pieces = (
        "eventType=TransformationEvent"
        "eventTime=2026-02-28T19:59:00.000Z"
        "eventTimeZoneOffset=+13:00"
        "certificationInfo=urn:x:17certificationInfo=urn:x:18"
        "parentID=urn:x:16"
        "epcListepc=urn:x:15"
        "inputEPCListepc=urn:x:14"
        "childEPCsepc=urn:x:13"
        "quantityListquantityElementepcClass=u:4"
        "childQuantityListquantityElementepcClass=u:3"
        "inputQuantityListquantityElementepcClass=u:2"
        "outputEPCListepc=urn:x:11epc=urn:x:12"
        "outputQuantityListquantityElementepcClass=u:1quantity=2uom=KGM"
        "action=ADD"
        "transformationID=urn:x:10"
        "bizStep=https://ref.gs1.org/cbv/BizStep-packing"
        "disposition=https://ref.gs1.org/cbv/Disp-active"
        "persistentDispositionset=https://ref.gs1.org/cbv/Disp-damaged"
        "set=https://ref.gs1.org/cbv/Disp-expired"
        "unset=https://ref.gs1.org/cbv/Disp-recalled"
        "readPointid=urn:x:9"
        "{https://ex.example/}aisle=2{https://ex.example/}door=4"
        "bizLocationid=urn:x:8"
        "sensorElementListsensorElement"
        "sensorMetadatatime=2026-02-28T19:59:00.000ZbizRules=urn:x:7"
        "sensorReportexception=https://gs1.org/voc/ERROR_CONDITION"
        "component=https://ref.gs1.org/cbv/Comp-x"
        "sensorReporttype=https://gs1.org/voc/Massvalue=26uom=CEL"
        "{https://ex.example/}r=8"
        "{https://ex.example/}e=9"
        "bizTransactionListbizTransaction=urn:x:6"
        "type=https://ref.gs1.org/cbv/BTT-pobizTransaction=urn:x:5"
        "destinationListtype=https://ref.gs1.org/cbv/SDT-location"
        "destination=urn:x:2type=https://ref.gs1.org/cbv/SDT-location"
        "destination=urn:x:3{https://ex.example/}why=5"
        "ilmd{https://ex.example/}b=2{urn:epcglobal:cbv:mda}lotNumber=L7"
        "sourceListtype=https://ref.gs1.org/cbv/SDT-locationsource=urn:x:1"
        "{https://ex.example/}z=1"
    )
    assert prehash(event, EX) == pieces


def test_extensions_are_sorted_at_every_level() -> None:
    said: JSON = {
        "ex:b": ["2", "1", {"ex:d": "4", "plain": "3"}],
        "ex:a": [["y", "x"]],
    }
    assert written(**{"ex:said": said}) == (
        "{https://ex.example/}said"
        "{https://ex.example/}a=x=y"
        "{https://ex.example/}b=1"
        "{https://ex.example/}b=2"
        "{https://ex.example/}bplain=3{https://ex.example/}d=4"
    )


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ({"epcList": UNIT}, f"epcListepc={UNIT}"),
        ({"epcList": [{"ex:a": "1"}]}, "epcListepc{https://ex.example/}a=1"),
        ({"quantityList": ["u:1"]}, "quantityListquantityElement=u:1"),
        ({"readPoint": "urn:x:1"}, "readPoint=urn:x:1"),
        ({"readPoint": [{"id": "u:2"}, {"id": "u:1"}]}, "readPointid=u:1readPointid=u:2"),
        ({"bizStep": {"id": "u:1"}}, "bizStepid=u:1"),
        ({"bizStep": [["x"]]}, "bizStep=x"),
        ({"bizStep": 5}, "bizStep=5"),
        ({"bizTransactionList": ["u:1"]}, "bizTransactionList=u:1"),
        ({"plain": "x"}, "plain=x"),
        ({"ilmd": {}}, "ilmd"),
        ({"ex:nil": None}, "{https://ex.example/}nil"),
        ({"action": " ADD\n"}, "action=ADD"),
    ],
)  # fmt: skip
def test_an_event_of_no_known_form_has_a_hash_as_well(
    member: dict[str, JSON], says: str
) -> None:
    assert written(**member) == says


# Times.


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ("2026-03-04T11:00:30+01:00", "2026-03-04T10:00:30.000Z"),
        ("2026-03-04T11:00:30.1Z", "2026-03-04T11:00:30.100Z"),
        (" 2026-03-04t11:00:30z ", "2026-03-04T11:00:30.000Z"),
        ("2026-01-18T11:04:07.1415Z", "2026-01-18T11:04:07.142Z"),
        ("2026-01-18T11:04:07.1405Z", "2026-01-18T11:04:07.141Z"),
        ("2026-01-18T11:04:07.14049999Z", "2026-01-18T11:04:07.140Z"),
        ("2025-12-31T23:59:59.9996Z", "2026-01-01T00:00:00.000Z"),
        ("0001-01-01T14:00:00+14:00", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_is_rounded_to_milliseconds_of_utc(said: str, utc: str) -> None:
    assert written(eventTime=said) == f"eventTime={utc}"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "yesterday",
        "2026-03-04T11:00:30",
        "2026-03-04T11:00:30+0100",
        "2026-02-30T11:00:30Z",
        "2026-03-04T11:00:60Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59.9995Z",
        "2026-03-04T11:00:30+24:00",
        7,
        None,
    ],
)
def test_an_event_whose_time_is_none_is_refused(said: JSON) -> None:
    with pytest.raises(MalformedError, match=r"^\$\.eventTime: .* write"):
        hashed(eventTime=said)
    report = {"time": said}
    with pytest.raises(
        MalformedError, match=r"^\$\.sensorElementList: .* write"
    ):
        hashed(sensorElementList=[{"sensorReport": [report]}])


# Numbers.


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("0.3434000", "0.3434"),
        (0.3434, "0.3434"),
        ("-12.10", "-12.1"),
        ("100", "100"),
        ("100.00", "100"),
        (1e21, "1000000000000000000000"),
        (0.00005, "5e-05"),
        ("0.00005", "5e-05"),
        ("0.1234567890123456789000", "0.1234567890123456789"),
        ("12345678901234567890", "12345678901234567890"),
        (12345678901234567890, "12345678901234567890"),
        ("007", "007"),
        ("+5", "+5"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ("6E61", "6E61"),
        (True, "true"),
        (False, "false"),
    ],
    ids=repr,
)
def test_a_number_has_no_empty_fraction(said: JSON, number: str) -> None:
    assert written(**{"ex:n": said}) == "{https://ex.example/}n=" + number


@pytest.mark.parametrize(
    "said",
    [float("inf"), float("-inf"), float("nan"), 10**5000],
    ids=["inf", "-inf", "nan", "5001 digits"],
)
def test_an_event_with_an_impossible_number_is_refused(said: float) -> None:
    with pytest.raises(MalformedError, match=r"^\$\.quantityList: .* write"):
        hashed(quantityList=[{"epcClass": "u:1", "quantity": said}])
    with pytest.raises(MalformedError, match=r"^\$\.ex:n: .* write"):
        hashed(**{"ex:n": [[said]]})


# Words.


@pytest.mark.parametrize(
    "said",
    [
        "shipping",
        " shipping ",
        "cbv:BizStep-shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "https://ns.gs1.org/cbv/BizStep-shipping",
        "http://ns.gs1.org/cbv/BizStep-shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
    ],
)
def test_a_word_has_one_spelling(said: str) -> None:
    uri = "https://ref.gs1.org/cbv/BizStep-shipping"
    assert written(bizStep=said) == f"bizStep={uri}"


def test_a_word_that_there_is_not_has_one_spelling_too() -> None:
    urn = "urn:epcglobal:cbv:disp:sold"
    assert hashed(disposition="sold") == hashed(disposition=urn)


def test_a_word_of_somebody_else_stands_for_itself() -> None:
    assert (
        written(bizStep="ex:weighing") == "bizStep=https://ex.example/weighing"
    )
    assert written(bizStep="urn:x:weighing") == "bizStep=urn:x:weighing"


def test_bare_words_are_words_only_where_the_standard_has_them() -> None:
    assert written(**{"ex:step": "shipping"}) == (
        "{https://ex.example/}step=shipping"
    )


# Identifiers.


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("urn:epc:id:sgtin:9421902.096001.987", "01/09421902960017/21/987"),
        ("urn:epc:id:sgtin:9421902.096001.A%2FB", "01/09421902960017/21/A%2FB"),
        ("urn:epc:id:sgtin:9421902.096001.A%2fB", "01/09421902960017/21/A%2FB"),
        ("URN:EPC:id:sgtin:9421902.096001.a'b;c=d!(e)*+,:f", "01/09421902960017/21/a'b;c=d%21%28e%29%2A%2B%2C%3Af"),
        ("urn:epc:class:lgtin:9421902.096001.L7", "01/09421902960017/10/L7"),
        ("urn:epc:idpat:sgtin:9421902.096001.*", "01/09421902960017"),
        ("urn:epc:id:upui:9421902.096001.51qI", "01/09421902960017/235/51qI"),
        ("urn:epc:id:sscc:4012345.1234567890", "00/140123452345678902"),
        ("urn:epc:id:sgln:4012345.00011.0", "414/4012345000115"),
        ("urn:epc:id:sgln:4012345.00011.987", "414/4012345000115/254/987"),
        ("urn:epc:id:cpi:4012345.A%23B.7", "8010/4012345A%23B/8011/7"),
        ("https://x.example/414/4012345000115/254/0", "414/4012345000115"),
        ("http://x.example/a/00/01/09421902960017", "01/09421902960017"),
        ("HTTPS://X.EXAMPLE/01/9421902960017/", "01/09421902960017"),
        ("https://x.example/01/40123455", "01/00000040123455"),
        ("https://x.example/01/09421902960017/22/2A", "01/09421902960017"),
        ("https://x.example/01/09421902960017/22/2A/10/L/21/S#top", "01/09421902960017/21/S"),
        ("https://x.example/01/09421902960017?10=L&lang=en", "01/09421902960017"),
        ("https://x.example/gtin/09421902960017/lot/ser", "01/09421902960017/10/ser"),
        ("https://x.example/giai/4000001111", "8004/4000001111"),
        ("https://x.example/8006/094219029600170102/22/V/21/S", "8006/094219029600170102/21/S"),
        ("https://x.example/8018/401234500000000012/8019/7", "8018/401234500000000012"),
        ("https://x.example/417/4012345000115/7040/1ABC", "417/4012345000115"),
        ("https://x.example/415/4012345000115/8020/A1", "415/4012345000115/8020/A1"),
        ("https://x.example/8013/1987654Ad4X4bL5ttr2310c2K", "8013/1987654Ad4X4bL5ttr2310c2K"),
        # Mistyped: a wrong check digit, a GRAI without its zero.
        ("https://x.example/00/012345678901234567", "00/012345678901234567"),
        ("https://x.example/8003/952012200000001004", "8003/952012200000001004"),
    ],
)  # fmt: skip
def test_an_identifier_is_a_canonical_link(said: str, path: str) -> None:
    link = f"https://id.gs1.org/{path}"
    assert written(parentID=said) == f"parentID={link}"
    assert written(parentID=link) == f"parentID={link}"
    assert (
        written(**{"ex:of": f" {said} "}) == "{https://ex.example/}of=" + link
    )


@pytest.mark.parametrize(
    "said",
    [
        "urn:epc:id:sgtin:4012345.01111.987",
        "urn:epc:id:sgtin:9421902.096001.é",
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epcglobal:cbv:bt:9421902960000:A1",
        "geo:-41.3,174.8",
        "http://orders.example/po/4711",
        "https://x.example/01/123",
        "https://x.example/01/09421902960017/21/" + "9" * 30,
        "https://x.example/01/09421902960017/21/%C3%A9",
        "https://x.example/lot/01",
        "https://",
        "https://x.example/01/09421902960017/21/" + "9" * 3000,
    ],
)
def test_what_is_no_gs1_identifier_stands_for_itself(said: str) -> None:
    assert written(parentID=said) == f"parentID={said}"


# Names.


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ex:a", "{https://ex.example/}a"),
        ("https://ex.example/a", "{https://ex.example/}a"),
        ("ex:a:b", "{https://ex.example/}a:b"),
        ("https://ex.example/x#a", "{https://ex.example/x#}a"),
        ("urn:example:more:a", "{urn:example:more:}a"),
        ("gs1:netWeight", "{https://gs1.org/voc/}netWeight"),
        ("cbvmda:lotNumber", "{urn:epcglobal:cbv:mda}lotNumber"),
        ("urn:epcglobal:cbv:mda:lotNumber", "{urn:epcglobal:cbv:mda}lotNumber"),
        ("nobodys:a", "nobodys:a"),
        ("plain", "plain"),
        (":", ":"),
        ("", ""),
    ],
)
def test_a_name_has_its_namespace_in_braces(name: str, says: str) -> None:
    assert written(**{name: "1"}) == f"{says}=1"


def test_xml_and_json_call_master_data_the_same() -> None:
    xml = {"mda": "urn:epcglobal:cbv:mda"}
    event: dict[str, JSON] = {
        "type": "ObjectEvent",
        "ilmd": {"mda:lotNumber": "L7"},
    }
    assert event_hash(event, xml) == hashed(ilmd={"cbvmda:lotNumber": "L7"})


def test_a_namespace_keeps_the_end_that_its_document_gave_it() -> None:
    event: dict[str, JSON] = {"type": "ObjectEvent", "old:a": "1"}
    text = prehash(event, {"old": "http://ns.example.com/epcis"})
    assert text.endswith("{http://ns.example.com/epcis}a=1")


def test_the_prefixes_of_the_event_come_on_top() -> None:
    said: dict[str, Any] = {"ex:a": "ex:b"}
    context: list[JSON] = [
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        {"ex": "urn:own:", "@vocab": None},
        7,
    ]
    assert written(**{"@context": context}, **said) == "{urn:own:}a=urn:own:b"
    assert written(**{"@context": {"ex": "u:"}}, **said) == "{u:}a=u:b"
    assert written(**said) == "{https://ex.example/}a=https://ex.example/b"


def test_no_document_turns_links_and_urns_into_something_else() -> None:
    context: JSON = {
        "urn": "https://evil.example/",
        "https": "u:",
        "http": "u:",
    }
    said: dict[str, Any] = {"parentID": "urn:epc:id:sscc:4012345.1234567890"}
    assert hashed(**{"@context": context}, **said) == hashed(**said)


def test_a_colon_alone_makes_no_prefix() -> None:
    assert written(**{"ex:a": "ex"}) == "{https://ex.example/}a=ex"
    assert written(**{"ex:a": "ex://x"}) == "{https://ex.example/}a=ex://x"


def test_a_type_has_one_spelling() -> None:
    for kind in ("epcis:ObjectEvent", "https://ref.gs1.org/epcis/ObjectEvent"):
        assert prehash({"type": kind}, {}) == "eventType=ObjectEvent"
    own = prehash({"type": "ex:LabEvent"}, EX)
    assert own == "eventType=https://ex.example/LabEvent"


# What has no hash.


@pytest.mark.parametrize("kind", [None, 7, ["ObjectEvent"]])
def test_an_event_without_a_type_is_refused(kind: JSON) -> None:
    with pytest.raises(MalformedError, match=r"^\$\.type: .* write"):
        event_hash({"type": kind}, {})
    with pytest.raises(MalformedError, match=r"^\$\.type: .* write"):
        event_hash({}, {})


def nested(depth: int) -> JSON:
    value: JSON = "x"
    for _ in range(depth):
        value = {"ex:a": [value]}
    return value


def test_an_event_that_nests_too_deep_is_refused() -> None:
    assert is_event_hash(hashed(**{"ex:a": nested(32)}))
    for value in (nested(33), nested(100_000)):
        with pytest.raises(
            MalformedError, match=r"^\$\..*more than 64 deep: write"
        ):
            hashed(**{"ex:a": value})
        with pytest.raises(
            MalformedError, match=r"^\$\..*more than 64 deep: write"
        ):
            hashed(readPoint=value)


def test_an_event_with_half_a_character_is_refused() -> None:
    with pytest.raises(MalformedError, match="half of a surrogate pair: write"):
        hashed(**{"ex:a": "\ud800"})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(
        ["2026-03-01T08:59:00Z", UNIT, in_urn(UNIT), "shipping", "ex:a", "7.50"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "epcClass", "quantity", "sensorReport", "set",
                 "time", "ex:a", "@context", "comment", "source"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)  # fmt: skip
events = st.dictionaries(
    st.sampled_from(
        ["@context", "eventTime", "epcList", "quantityList", "readPoint",
         "bizStep", "persistentDisposition", "bizTransactionList", "sourceList",
         "sensorElementList", "ilmd", "certificationInfo", "parentID"]
    )
    | st.text(max_size=5),
    json_values,
    max_size=6,
)  # fmt: skip


@given(events, st.dictionaries(st.text(max_size=4), st.text(max_size=9)))
def test_anything_has_a_hash_or_is_refused(
    members: dict[str, JSON], prefixes: dict[str, str]
) -> None:
    for event in (members, {"type": "ObjectEvent", **members}):
        before = json.dumps(event)
        try:
            found = event_hash(event, prefixes)
        except MalformedError:
            continue
        assert is_event_hash(found)
        assert json.dumps(event) == before


# The id itself.


def test_an_id_is_read_as_people_type_it() -> None:
    right = hashed(parentID=UNIT)
    bare = right.removesuffix("?ver=CBV2.0")
    shouted = f"\t{right.upper()}\n"
    for typed in (right, bare, shouted, bare.upper()):
        assert is_event_hash(typed)
        assert read_event_hash(typed) == right


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ni:///sha-256;",
        "0" * 64,
        "ni:///sha-256;" + "0" * 63,
        "ni:///sha-256;" + "0" * 65,
        "ni:///sha-256;" + "0" * 64 + "?ver=CBV2.1",
        "ni:///sha-512;" + "0" * 128 + "?ver=CBV2.0",
        "ni:///ſha-256;" + "0" * 64,
        "ni:///sha-256;" + "٣" * 64,
        UNIT,
    ],
)
def test_no_other_text_is_an_id(typed: str) -> None:
    assert not is_event_hash(typed)
    with pytest.raises(MalformedError, match="is no event hash id: write ni:"):
        read_event_hash(typed)


def test_standard_prefixes_need_no_definition() -> None:
    assert prehash({"type": "ObjectEvent", "bizStep": "cbv:BizStep-x"}, {}) == (
        "eventType=ObjectEventbizStep=https://ref.gs1.org/cbv/BizStep-x"
    )
