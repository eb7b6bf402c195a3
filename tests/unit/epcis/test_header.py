"""Headers of documents, read in part, wrong in part, and written again."""

import io
import json
from typing import Any

import pytest

from provenance.claims.event import Item
from provenance.encoding.strict_json import JSON
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.header import (
    KEPT,
    MAX_ABOUT,
    KeptHeader,
    Named,
    take_header,
)
from provenance.epcis.render import render_document
from provenance.epcis.source import EventStream
from provenance.epcis.vocabulary import DOCUMENT
from provenance.epcis.xml.write import write_xml
from provenance.errors import MalformedError
from provenance.rules.book import baseline
from provenance.rules.form import items_named
from tests.unit.epcis.test_document import LOT, OBJECT, UNIT, document

CREATED = "2026-03-01T09:00:00Z"
ELEMENT: JSON = {"id": UNIT}


def master_data(*lists: JSON) -> dict[str, Any]:
    return {
        **document(),
        "type": "EPCISMasterDataDocument",
        "epcisBody": {"vocabularyList": [*lists]},
    }


def kept(given: dict[str, Any]) -> tuple[Item, ...]:
    """Return what the event is about that keeps the header of a document."""
    (found,) = [
        draft
        for draft in parse_document(json.dumps(given).encode())
        if draft.body["type"] == DOCUMENT
    ]
    return found.items


def test_what_is_no_event_names_nothing() -> None:
    named = Named()
    named.take("text", {})
    named.take({"epcList": [UNIT, 7, "no id"]}, {})
    assert named.ids == [UNIT]


def test_of_too_many_items_none_is_named() -> None:
    named = Named()
    units: list[JSON] = [f"{UNIT}{number}" for number in range(MAX_ABOUT + 1)]
    named.take({"epcList": units}, {})
    assert named.ids == []
    named.take({"epcList": [UNIT]}, {})
    named.take({"epcList": [UNIT, LOT]}, {})
    assert named.ids == []


@pytest.mark.parametrize(
    ("lists", "place"),
    [
        (["text"], "$.epcisBody.vocabularyList[0]"),
        (
            [{"type": "urn:x:k", "vocabularyElementList": "text"}],
            "$.epcisBody.vocabularyList[0].vocabularyElementList",
        ),
        (
            [{"type": "urn:x:k", "vocabularyElementList": ["text"]}],
            "$.epcisBody.vocabularyList[0].vocabularyElementList[0]",
        ),
    ],
)
def test_master_data_of_another_form_are_refused_with_their_place(
    lists: list[JSON], place: str
) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_document(json.dumps(master_data(*lists)).encode())
    assert str(caught.value).startswith(place)


def test_what_master_data_describe_is_what_has_a_trail() -> None:
    listed: Any = {
        "type": "urn:x:k",
        "vocabularyElementList": [ELEMENT, {"id": "no id"}, {"id": 7}],
    }
    assert kept(master_data(listed)) == (Item("about", UNIT),)


XML = """<e:{root} xmlns:e="urn:epcglobal:epcis:xsd:{version}"
 schemaVersion="{version}" creationDate="{created}">{inside}</e:{root}>"""


def xml(inside: str, **changed: str) -> list[EventDraft]:
    given = {"root": "EPCISDocument", "version": "1", "created": CREATED}
    text = XML.format(inside=inside, **given | changed)
    source = EventStream(io.BytesIO(text.encode()))
    return [check_event(raw) for raw in source.events()]


def test_a_time_of_making_without_a_zone_is_for_epcis_1_alone() -> None:
    local = CREATED.removesuffix("Z")
    inside = (
        "<EPCISHeader><extension><x:a xmlns:x='urn:x:'>1</x:a></extension>"
        "</EPCISHeader><EPCISBody><EventList/></EPCISBody>"
    )
    (header,) = xml(inside, created=local)
    assert header.body["eventTime"] == CREATED
    new = document(OBJECT, creationDate=local, sender="urn:x:s")
    with pytest.raises(MalformedError, match=r"\$\.creationDate"):
        parse_document(json.dumps(new).encode())


def test_master_data_in_xml_of_another_form_are_refused() -> None:
    with pytest.raises(MalformedError, match="EPCISMasterDataDocument"):
        xml(
            "<EPCISBody><VocabularyList>text</VocabularyList></EPCISBody>",
            root="EPCISMasterDataDocument",
        )


def test_what_says_nothing_of_events_is_passed_over_however_deep() -> None:
    inside = (
        "<EPCISBody><e:QueryResults xmlns:e='urn:epcglobal:epcis-query:xsd:1'>"
        "<queryName><a><b><c/></b>text</a></queryName>"
        "<resultsBody><EventList/></resultsBody></e:QueryResults></EPCISBody>"
    )
    assert xml(inside, root="EPCISQueryDocument") == []


def test_several_headers_stay_events() -> None:
    header: Any = {"type": DOCUMENT, KEPT: {"sender": "urn:x:s"}}
    assert take_header([header, header]) == ([header, header], None)
    assert take_header([{"type": DOCUMENT, KEPT: "text"}])[1] is None
    events, taken = take_header([OBJECT, header])
    assert events == [OBJECT]
    assert taken == KeptHeader({"sender": "urn:x:s"}, {})


def test_what_stands_around_the_list_of_events_comes_back() -> None:
    header = KeptHeader(
        {
            "schemaVersion": "1.2",
            "creationDate": CREATED,
            "epcisBody": {"ext:more": "1", "other": "2"},
        },
        {"ext": "https://ns.example.com/epcis/"},
    )
    written = b"".join(render_document([], created=CREATED, header=header))
    said = json.loads(written)
    assert said["epcisBody"] == {"ext:more": "1", "eventList": []}
    assert said["schemaVersion"] == "2.0"
    odd = KeptHeader({"epcisBody": "text"}, {})
    assert json.loads(
        b"".join(render_document([], created=CREATED, header=odd))
    )["epcisBody"] == {"eventList": []}


def test_a_header_that_xml_cannot_hold_is_refused_with_its_place() -> None:
    header = KeptHeader({"epcisHeader": {"x y": "1"}}, {})
    with pytest.raises(MalformedError):
        b"".join(write_xml([], created=CREATED, header=header))


def test_a_header_alone_has_no_element_for_it_in_xml() -> None:
    header = KeptHeader({"creationDate": CREATED}, {})
    written = b"".join(write_xml([], created=CREATED, header=header))
    assert b"EPCISHeader" not in written


@pytest.mark.parametrize(
    ("document_members", "named"),
    [
        ({"id": "https://docs.example/1"}, "https://docs.example/1"),
        ({"sender": "urn:x:s"}, "ni:///sha-256;"),
        ("text", "ni:///sha-256;"),
    ],
)
def test_a_document_about_nothing_is_about_itself(
    document_members: Any, named: str
) -> None:
    body = {"type": DOCUMENT, "document": document_members}
    (item,) = items_named(body, [], baseline())
    assert item.relation == "about"
    assert item.id.startswith(named)
    about = Item("about", UNIT)
    assert items_named(body, [about], baseline()) == (about,)


def test_an_event_that_keeps_a_header_says_nothing_else() -> None:
    event = {
        **OBJECT,
        "type": DOCUMENT,
        KEPT: {"creationDate": CREATED},
    }
    with pytest.raises(MalformedError, match=r"eventList\[0\]"):
        parse_document(json.dumps(document(event)).encode())
