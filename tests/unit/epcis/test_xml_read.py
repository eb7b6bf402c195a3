"""EPCIS in XML says what the same EPCIS says in JSON, or is refused in place."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from provenance.claims.event import Item
from provenance.epcis.draft import EventDraft, RawEvent, check_event
from provenance.epcis.xml.read import XmlReader, read_xml
from provenance.errors import MalformedError

UNIT = "https://id.gs1.org/01/09421902960017/21/K0000"
LOT = "https://id.gs1.org/01/09421902960017/10/L7"
WHEN = (
    "<eventTime>2026-03-01T08:59:00+13:00</eventTime>"
    "<eventTimeZoneOffset>+13:00</eventTimeZoneOffset>"
)
EXT = 'xmlns:ext="https://ns.example.com/epcis/"'
PREFIXES = {"ext": "https://ns.example.com/epcis/"}


def event(
    inner: str = "", *, attributes: str = "", kind: str = "ObjectEvent"
) -> str:
    return (
        f"<{kind} {attributes}>{WHEN}<epcList><epc>{UNIT}</epc></epcList>"
        f"<action>OBSERVE</action>{inner}</{kind}>"
    )


def document(
    *events: str, attributes: str = EXT, version: str = "2.0", xsd: str = "2"
) -> bytes:
    """A document whose first event starts at line 4."""
    listed = "\n".join(events)
    return (
        f'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:{xsd}"'
        f' {attributes} schemaVersion="{version}"'
        f' creationDate="2026-03-01T09:00:00Z">\n<EPCISBody>\n<EventList>\n'
        f"{listed}\n</EventList>\n</EPCISBody>\n</epcis:EPCISDocument>\n"
    ).encode()


def raw_of(*events: str, **given: str) -> RawEvent:
    (raw,) = read_xml(document(*events, **given))
    return raw


def said_in(*events: str, **given: str) -> dict[str, Any]:
    """What the event says beside what every event here says."""
    value = raw_of(*events, **given).value
    assert isinstance(value, dict)
    return {
        name: member
        for name, member in value.items()
        if name
        not in {"type", "eventTime", "eventTimeZoneOffset", "epcList", "action"}
    }


def checked(data: bytes) -> list[EventDraft]:
    return [check_event(raw) for raw in read_xml(data)]


def refused(data: bytes, *says: str) -> str:
    """Check that *data* is refused for each of *says*, and return the reason."""
    with pytest.raises(MalformedError) as caught:
        checked(data)
    reason = str(caught.value)
    for part in says:
        assert part in reason
    return reason


# What XML says in JSON.


def test_an_event_becomes_json() -> None:
    raw = raw_of(
        event(
            "<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>"
            "<disposition>urn:epcglobal:cbv:disp:in_transit</disposition>"
            "<readPoint><id>https://id.gs1.org/414/9421902960000</id></readPoint>"
            "<bizTransactionList>"
            '<bizTransaction type="urn:epcglobal:cbv:btt:po">urn:x:1</bizTransaction>'
            "<bizTransaction> urn:x:2 </bizTransaction>"
            "</bizTransactionList>"
            "<quantityList><quantityElement>"
            f"<epcClass>{LOT}</epcClass><quantity>2.50</quantity><uom>KGM</uom>"
            "</quantityElement></quantityList>"
            '<sourceList><source type="urn:epcglobal:cbv:sdt:location">urn:x:3</source></sourceList>'
            "<persistentDisposition>"
            "<unset>urn:epcglobal:cbv:disp:recalled</unset>"
            "<set>urn:epcglobal:cbv:disp:available</set>"
            "<set>https://example.com/own</set>"
            "</persistentDisposition>"
        )
    )
    assert raw.value == {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:59:00+13:00",
        "eventTimeZoneOffset": "+13:00",
        "epcList": [UNIT],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": "https://id.gs1.org/414/9421902960000"},
        "bizTransactionList": [
            {"bizTransaction": "urn:x:1", "type": "po"},
            {"bizTransaction": "urn:x:2"},
        ],
        "quantityList": [{"epcClass": LOT, "quantity": 2.5, "uom": "KGM"}],
        "sourceList": [{"source": "urn:x:3", "type": "location"}],
        "persistentDisposition": {
            "unset": ["recalled"],
            "set": ["available", "https://example.com/own"],
        },
    }
    assert raw.prefixes == {}


def test_the_words_of_1_2_stand_in_wrappers() -> None:
    inner = (
        "<baseExtension><eventID>urn:uuid:1</eventID>"
        "<errorDeclaration><declarationTime>2026-03-02T00:00:00Z</declarationTime>"
        "<reason>urn:epcglobal:cbv:er:incorrect_data</reason>"
        "<correctiveEventIDs><correctiveEventID>urn:uuid:2</correctiveEventID></correctiveEventIDs>"
        "<extension><ext:by>me</ext:by></extension></errorDeclaration></baseExtension>"
        "<extension><quantityList/>"
        "<extension><sensorElementList/></extension></extension>"
        "<readPoint><id>urn:x:1</id><extension><ext:door>3</ext:door></extension></readPoint>"
    )
    assert said_in(event(inner), version="1.2", xsd="1") == {
        "eventID": "urn:uuid:1",
        "errorDeclaration": {
            "declarationTime": "2026-03-02T00:00:00Z",
            "reason": "incorrect_data",
            "correctiveEventIDs": ["urn:uuid:2"],
            "ext:by": "me",
        },
        "quantityList": [],
        "sensorElementList": [],
        "readPoint": {"id": "urn:x:1", "ext:door": "3"},
    }


def test_the_types_of_later_versions_stand_in_wrappers() -> None:
    transformation = f"<TransformationEvent>{WHEN}</TransformationEvent>"
    association = f"<AssociationEvent>{WHEN}</AssociationEvent>"
    raws = read_xml(
        document(
            f"<extension>{transformation}</extension>",
            f"<extension><extension>{association}</extension></extension>",
            f"<extension><ext:LabEvent>{WHEN}</ext:LabEvent></extension>",
            transformation,
            association,
            version="1.2",
        )
    )
    assert [(raw.value["type"], raw.locate(())) for raw in raws] == [  # type: ignore[call-overload, index]
        (
            "TransformationEvent",
            "/EPCISDocument/EPCISBody/EventList/extension[1]/TransformationEvent[1] (line 4)",
        ),
        (
            "AssociationEvent",
            "/EPCISDocument/EPCISBody/EventList/extension[2]/extension[1]/AssociationEvent[1] (line 5)",
        ),
        (
            "ext:LabEvent",
            "/EPCISDocument/EPCISBody/EventList/extension[3]/ext:LabEvent[1] (line 6)",
        ),
        (
            "TransformationEvent",
            "/EPCISDocument/EPCISBody/EventList/TransformationEvent[1] (line 7)",
        ),
        (
            "AssociationEvent",
            "/EPCISDocument/EPCISBody/EventList/AssociationEvent[1] (line 8)",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("urn:epcglobal:cbv:bizstep:shipping", "shipping"),
        ("https://ref.gs1.org/cbv/BizStep-shipping", "shipping"),
        ("cbv:BizStep-shipping", "shipping"),
        ("\n  urn:epcglobal:cbv:bizstep:shipping\t", "shipping"),
        # Near misses are refused for what they nearly are.
        ("urn:epcglobal:cbv:bizstep:shiping", "shiping"),
        ("urn:epcglobal:cbv:bizstep:a:b", "urn:epcglobal:cbv:bizstep:a:b"),
        ("urn:epcglobal:cbv:disp:active", "urn:epcglobal:cbv:disp:active"),
        ("cbv:BizStep-shiping", "cbv:BizStep-shiping"),
        ("https://gs1.org/voc/shipping", "https://gs1.org/voc/shipping"),
        ("urn:provenance:step:recalled", "urn:provenance:step:recalled"),
        ("https://example.com/step", "https://example.com/step"),
        ("ext:step", "ext:step"),
        ("", ""),
    ],
)
def test_a_word_is_bare_in_json(text: str, word: str) -> None:
    assert said_in(event(f"<bizStep>{text}</bizStep>")) == {"bizStep": word}


def sensed(report: str) -> Any:
    inner = (
        f"<sensorElementList><sensorElement><sensorReport {report}/>"
        "</sensorElement></sensorElementList>"
    )
    (element,) = said_in(event(inner))["sensorElementList"]
    (found,) = element["sensorReport"]
    return found


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ('type="gs1:Temperature"', {"type": "Temperature"}),
        ('type="gs1:Temprature"', {"type": "Temprature"}),
        ('type="https://gs1.org/voc/Temperature"', {"type": "Temperature"}),
        ('type="https://gs1.org/voc/Taste"', {"type": "gs1:Taste"}),
        ('type="ext:own"', {"type": "ext:own"}),
        (
            'exception="gs1:ALARM_CONDITION"',
            {"exception": "gs1:ALARM_CONDITION"},
        ),
        (
            'exception="https://gs1.org/voc/ALARM_CONDITION"',
            {"exception": "ALARM_CONDITION"},
        ),
        ('exception="https://gs1.org/voc/Other"', {"exception": "gs1:Other"}),
        ('component="cbv:Comp-x"', {"component": "cbv:Comp-x"}),
        ('component="https://ref.gs1.org/cbv/Comp-x"', {"component": "x"}),
        ('component="example:x"', {"component": "example:x"}),
        ('value=" 26.0 "', {"value": 26.0}),
        ('value="-1.5E-3"', {"value": -0.0015}),
        ('value="+.5"', {"value": 0.5}),
        ('value="007"', {"value": 7}),
        ('minValue="9007199254740993"', {"minValue": 9007199254740993}),
        ('booleanValue="true"', {"booleanValue": True}),
        ('booleanValue=" 0 "', {"booleanValue": False}),
        ('stringValue="  as is "', {"stringValue": "  as is "}),
        ('deviceID=" urn:x:1 "', {"deviceID": "urn:x:1"}),
        ('ext:cv=" 123"', {"ext:cv": " 123"}),
    ],
)
def test_the_attributes_of_a_reading_are_members(
    attributes: str, said: dict[str, Any]
) -> None:
    found = sensed(attributes)
    assert found == said
    assert [type(v) for v in found.values()] == [type(v) for v in said.values()]


def test_a_sensor_element_is_read_whole() -> None:
    inner = (
        "<sensorElementList><sensorElement>"
        '<sensorMetadata time="2026-03-01T00:00:00Z" ext:more="1"/>'
        '<sensorReport type="gs1:Temperature"/>'
        '<sensorReport type="gs1:Pressure"></sensorReport>'
        "<ext:note>cold</ext:note>"
        "<extension><ext:later>yes</ext:later></extension>"
        "</sensorElement></sensorElementList>"
    )
    assert said_in(event(inner)) == {
        "sensorElementList": [
            {
                "sensorMetadata": {
                    "time": "2026-03-01T00:00:00Z",
                    "ext:more": "1",
                },
                "sensorReport": [{"type": "Temperature"}, {"type": "Pressure"}],
                "ext:note": "cold",
                "ext:later": "yes",
            }
        ]
    }


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<certificationInfo>urn:x:1</certificationInfo>", "urn:x:1"),
        (
            (
                "<certificationInfo>urn:x:1</certificationInfo>"
                "<certificationInfo>urn:x:2</certificationInfo>"
            ),
            ["urn:x:1", "urn:x:2"],
        ),
    ],
)
def test_one_certificate_is_no_list(inner: str, said: object) -> None:
    assert said_in(event(inner)) == {"certificationInfo": said}


def test_a_quantity_that_is_nil_is_not_said() -> None:
    inner = (
        "<quantityList><quantityElement>"
        f"<epcClass>{LOT}</epcClass><quantity xsi:nil='1'/>"
        "</quantityElement></quantityList>"
    )
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    assert said_in(event(inner), attributes=xsi) == {
        "quantityList": [{"epcClass": LOT}]
    }


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<ext:a>text</ext:a>", "text"),
        ("<ext:a> \n kept </ext:a>", " \n kept "),
        ("<ext:a>20</ext:a>", "20"),
        ("<ext:a xsi:type='xsd:integer'>20</ext:a>", "20"),
        ("<ext:a/>", ""),
        ("<ext:a>a<!-- no -->b<![CDATA[<c>]]></ext:a>", "ab<c>"),
        ("<ext:a>1</ext:a><ext:a>2</ext:a><ext:a/>", ["1", "2", ""]),
        ("<ext:a><ext:b>1</ext:b></ext:a>", {"ext:b": "1"}),
        (
            "<ext:a> <ext:b>1</ext:b> <ext:c/> <ext:b>2</ext:b> </ext:a>",
            {"ext:b": ["1", "2"], "ext:c": ""},
        ),
        (
            "<ext:a><b><extension>1</extension></b></ext:a>",
            {"b": {"extension": "1"}},
        ),
        ("<ext:a><epcis:b>1</epcis:b></ext:a>", {"b": "1"}),
        ("<ext:a ext:b='1' c='2'/>", {"ext:b": "1", "@c": "2"}),
        ("<ext:a ext:b='1'> </ext:a>", {"ext:b": "1"}),
        ("<ext:a c='KGM'>3.5</ext:a>", {"@c": "KGM", "value": "3.5"}),
        (
            "<ext:a c='1'><ext:b>2</ext:b></ext:a>",
            {"@c": "1", "ext:b": "2"},
        ),
        (
            "<ext:a xml:lang='mi'>kia ora</ext:a>",
            {"xml:lang": "mi", "value": "kia ora"},
        ),
        ("<ext:a xsi:nil='true'/>", None),
        ("<ext:a xsi:nil='false'>no</ext:a>", "no"),
    ],
)
def test_an_extension_becomes_what_json_has_for_it(
    inner: str, said: object
) -> None:
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    given = said_in(event(inner), attributes=f"{EXT} {xsi}")
    assert given == {"ext:a": said}


def test_an_attribute_of_an_event_is_an_extension() -> None:
    assert said_in(event(attributes='ext:by="me"')) == {"ext:by": "me"}


def test_master_data_of_a_lot_has_the_prefix_of_the_standard() -> None:
    for namespace in ("urn:epcglobal:cbv:mda", "urn:epcglobal:cbv:mda:"):
        raw = raw_of(
            event("<ilmd><m:lotNumber>L7</m:lotNumber></ilmd>"),
            attributes=f'xmlns:m="{namespace}"',
        )
        assert isinstance(raw.value, dict)
        assert raw.value["ilmd"] == {"cbvmda:lotNumber": "L7"}
        assert raw.prefixes == {}


@pytest.mark.parametrize(
    ("inner", "said", "prefixes"),
    [
        # Bound further in, or not by a prefix at all.
        (
            '<a xmlns="urn:x:a">1</a>',
            {"ns1:a": "1"},
            {"ns1": "urn:x:a"},
        ),
        (
            '<p:a xmlns:p="urn:x:a">1</p:a><p:a xmlns:p="urn:x:b">2</p:a>',
            {"p:a": "1", "ns1:a": "2"},
            {"p": "urn:x:a", "ns1": "urn:x:b"},
        ),
        (
            '<p:a xmlns:p="urn:x:a">1</p:a><q:a xmlns:q="urn:x:a">2</q:a>',
            {"p:a": ["1", "2"]},
            {"p": "urn:x:a"},
        ),
        # What no prefix may be in JSON.
        ('<https:a xmlns:https="urn:x:a"/>', {"ns1:a": ""}, {"ns1": "urn:x:a"}),
        ('<_p:a xmlns:_p="urn:x:a"/>', {"ns1:a": ""}, {"ns1": "urn:x:a"}),
        # GS1's prefixes keep their meaning, and its namespaces their prefix.
        (
            '<gs1:a xmlns:gs1="https://ref.gs1.org/voc/"/>',
            {"ns1:a": ""},
            {"ns1": "https://ref.gs1.org/voc/"},
        ),
        ('<v:a xmlns:v="https://gs1.org/voc/"/>', {"gs1:a": ""}, {}),
        (
            '<ns1:a xmlns:ns1="urn:x:a"/><b xmlns="urn:x:b"/>',
            {"ns1:a": "", "ns2:b": ""},
            {"ns1": "urn:x:a", "ns2": "urn:x:b"},
        ),
        # Prefixes in words and in texts.
        (
            '<bizStep xmlns:p="urn:x:a">p:step</bizStep>',
            {"bizStep": "p:step"},
            {"p": "urn:x:a"},
        ),
        (
            '<bizStep xmlns:gs1="urn:x:a">gs1:step</bizStep>',
            {"bizStep": "gs1:step"},
            {},
        ),
        (
            '<bizStep xmlns:urn="urn:x:a">urn:x:step</bizStep>',
            {"bizStep": "urn:x:step"},
            {},
        ),
        (
            '<bizStep xmlns:http="urn:x:a">http://x.example/step</bizStep>',
            {"bizStep": "http://x.example/step"},
            {},
        ),
        (
            '<p:a xmlns:p="urn:x:a"/><bizStep xmlns:p="urn:x:b">p:step</bizStep>',
            {"ns1:a": "", "bizStep": "p:step"},
            {"p": "urn:x:b", "ns1": "urn:x:a"},
        ),
        (
            '<p:a xmlns:p="urn:x:a" xmlns:q="urn:x:b">q:b</p:a>',
            {"p:a": "q:b"},
            {"q": "urn:x:b", "p": "urn:x:a"},
        ),
        (
            '<p:a xmlns:p="urn:x:a" xmlns:q="urn:x:a">q:b</p:a>',
            {"p:a": "q:b"},
            {"p": "urn:x:a", "q": "urn:x:a"},
        ),
        (
            '<p:a xmlns:p="urn:x:a"><p:b xmlns:p="urn:x:b">p:c</p:b></p:a>',
            {"p:a": {"ns1:b": "p:c"}},
            {"p": "urn:x:a", "ns1": "urn:x:b"},
        ),
        (
            '<p:a xmlns:p="urn:x:a" xmlns:v="https://gs1.org/voc/">v:b</p:a>',
            {"p:a": "v:b"},
            {"p": "urn:x:a", "v": "https://gs1.org/voc/"},
        ),
        (
            '<p:a xmlns:p="urn:x:a" xmlns:q="nothing">q:b</p:a>',
            {"p:a": "q:b"},
            {"p": "urn:x:a"},
        ),
        (
            (
                '<bizStep xmlns:p="urn:x:a">p:step</bizStep>'
                '<disposition xmlns:p="urn:x:b">p:own</disposition>'
            ),
            {"bizStep": "p:step", "disposition": "ns1:own"},
            {"p": "urn:x:a", "ns1": "urn:x:b"},
        ),
        # An id is a URI in XML, whatever the prefixes are.
        (
            '<geo:a xmlns:geo="urn:x:a"/><readPoint><id>geo:47.5,11.1</id></readPoint>',
            {"ns1:a": "", "readPoint": {"id": "geo:47.5,11.1"}},
            {"ns1": "urn:x:a"},
        ),
    ],
)
def test_each_event_gets_prefixes_of_its_own(
    inner: str, said: dict[str, Any], prefixes: dict[str, str]
) -> None:
    raw = raw_of(event(inner), attributes="")
    assert isinstance(raw.value, dict)
    assert {n: v for n, v in raw.value.items() if n in said} == said
    assert raw.prefixes == prefixes
    check_event(raw)


def test_one_prefix_may_mean_something_else_in_each_event() -> None:
    raws = read_xml(
        document(
            event("<p:a>1</p:a>", attributes='xmlns:p="urn:x:a"'),
            event("<p:a>1</p:a>", attributes='xmlns:p="urn:x:b"'),
        )
    )
    assert [raw.prefixes for raw in raws] == [
        {"p": "urn:x:a"},
        {"p": "urn:x:b"},
    ]
    assert [check_event(raw).body["@context"] for raw in raws] == [
        {"p": "urn:x:a"},
        {"p": "urn:x:b"},
    ]


# Documents.


def test_the_answer_to_a_query_is_read() -> None:
    answer = (
        '<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:1"'
        ' schemaVersion="1.2" creationDate="2026-03-01T09:00:00"><EPCISBody>'
        "<q:QueryResults><queryName>SimpleEventQuery</queryName>"
        "<subscriptionID>7</subscriptionID><resultsBody><EventList>"
        f"{event('<recordTime>2026-03-01T00:00:00Z</recordTime>')}"
        "</EventList></resultsBody></q:QueryResults></EPCISBody>"
        "</q:EPCISQueryDocument>"
    )
    (raw,) = read_xml(answer.encode())
    assert isinstance(raw.value, dict)
    assert raw.value["recordTime"] == "2026-03-01T00:00:00Z"
    assert raw.locate(("epcList", 0)) == (
        "/EPCISQueryDocument/EPCISBody/QueryResults/resultsBody/EventList"
        "/ObjectEvent[1]/epcList/epc[1] (line 1)"
    )


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        'schemaVersion="2.0" creationDate="2026-03-01T09:00:00Z"',
        'schemaVersion="1.2" creationDate="2026-03-01T09:00:00"',
        'schemaVersion="1" creationDate="2026-03-01T09:00:00+01:00"',
    ],
)
def test_an_event_may_be_the_root(attributes: str) -> None:
    (raw,) = read_xml(event(attributes=attributes).encode())
    assert check_event(raw).items == (Item("epcList", UNIT),)
    assert raw.locate(()) == "/ObjectEvent (line 1)"


def test_every_name_may_have_the_namespace_of_the_standard() -> None:
    whole = document(event()).decode().replace("epcis:EPCIS", "EPCIS")
    whole = whole.replace("xmlns:epcis=", "xmlns=")
    (raw,) = read_xml(whole.encode())
    assert check_event(raw).items == (Item("epcList", UNIT),)


def test_the_header_and_foreign_parts_are_kept_as_they_are() -> None:
    header = (
        "<EPCISHeader><s:Header xmlns:s='urn:x:sbdh'><a>1</a></s:Header>"
        "<extension><EPCISMasterData><VocabularyList/></EPCISMasterData>"
        "</extension></EPCISHeader><EPCISBody>"
    )
    whole = document(event()).replace(b"<EPCISBody>", header.encode())
    whole = whole.replace(
        b"</EPCISBody>", b"<ext:EventList><a>b</a></ext:EventList></EPCISBody>"
    )
    _, kept = read_xml(whole)
    assert isinstance(kept.value, dict)
    assert kept.value["urn:provenance:epcis:document"] == {
        "epcisHeader": {
            "s:Header": {"a": "1"},
            "extension": {"EPCISMasterData": {"VocabularyList": ""}},
        },
        "ext:EventList": {"a": "b"},
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T09:00:00Z",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "ascii"])
def test_any_encoding_that_is_true_is_read(encoding: str) -> None:
    said = "kept" if encoding == "ascii" else "产地"
    whole = document(event(f"<ext:a>{said}</ext:a>")).decode()
    declared = encoding.removesuffix("-sig").upper()
    for start in ("", f'<?xml version="1.0" encoding="{declared}"?>'):
        (raw,) = read_xml((start + whole).encode(encoding))
        assert isinstance(raw.value, dict)
        assert raw.value["ext:a"] == said


def test_instructions_and_comments_may_stand_around_the_document() -> None:
    whole = (
        b"<?xml-stylesheet href='a.xsl'?><!-- a --> "
        + document(event("<!-- b -->"))
        + b"<!-- c --><?d?>"
    )
    assert len(read_xml(whole)) == 1


# Places.


def test_a_fault_is_told_where_it_stands_in_the_xml() -> None:
    second = event(
        "\n<quantityList>\n<quantityElement>\n"
        f"<epcClass>{LOT}</epcClass>\n<quantity>0</quantity>\n"
        "</quantityElement>\n</quantityList>"
    )
    reason = refused(document(event(), second), "0")
    assert reason.startswith(
        "/EPCISDocument/EPCISBody/EventList/ObjectEvent[2]/quantityList"
        "/quantityElement[1]/quantity (line 9): "
    )


INNER = f"""<readPoint>
<id>urn:x:1</id><extension><ext:door ext:n="1">2</ext:door></extension></readPoint>
<bizTransactionList>
<bizTransaction type="urn:x:t">urn:x:2</bizTransaction>
</bizTransactionList>
<quantityList>
<quantityElement><epcClass>{LOT}</epcClass></quantityElement>
</quantityList>
<sensorElementList><sensorElement>
<sensorReport type="gs1:Mass"/>
<sensorReport type="gs1:Mass"
 ext:m="1"/></sensorElement></sensorElementList>
<persistentDisposition>
<set>urn:x:5</set></persistentDisposition>
<ext:a>1</ext:a>
<ext:a><ext:b>2</ext:b><ext:b>3</ext:b><c>4</c><extension>
<d e="6">5</d></extension></ext:a>"""

HERE = "/EPCISDocument/EPCISBody/EventList/ObjectEvent[1]"


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        ((), " (line 4)"),
        (("epcList",), "/epcList (line 4)"),
        (("epcList", 0), "/epcList/epc[1] (line 4)"),
        (("epcList", 1), "/epcList (line 4)"),
        (("missing", "more"), " (line 4)"),
        (("readPoint", "id"), "/readPoint/id (line 5)"),
        (("readPoint", "ext:door"), "/readPoint/extension/ext:door (line 5)"),
        (
            ("readPoint", "ext:door", "ext:n"),
            "/readPoint/extension/ext:door/@ext:n (line 5)",
        ),
        (
            ("readPoint", "ext:door", "value"),
            "/readPoint/extension/ext:door (line 5)",
        ),
        (
            ("bizTransactionList", 0, "bizTransaction"),
            "/bizTransactionList/bizTransaction[1] (line 7)",
        ),
        (
            ("bizTransactionList", 0, "type"),
            "/bizTransactionList/bizTransaction[1]/@type (line 7)",
        ),
        (
            ("quantityList", 0, "quantity"),
            "/quantityList/quantityElement[1] (line 10)",
        ),
        (
            ("sensorElementList", 0, "sensorReport", 1, "type"),
            "/sensorElementList/sensorElement[1]/sensorReport[2]/@type (line 14)",
        ),
        (
            ("sensorElementList", 0, "sensorReport", 1, "ext:m"),
            "/sensorElementList/sensorElement[1]/sensorReport[2]/@ext:m (line 14)",
        ),
        (
            ("persistentDisposition", "set", 0),
            "/persistentDisposition/set[1] (line 17)",
        ),
        (("ext:a", 0), "/ext:a[1] (line 18)"),
        (("ext:a", 1, "ext:b", 1), "/ext:a[2]/ext:b[2] (line 19)"),
        (("ext:a", 1, "c"), "/ext:a[2]/c (line 19)"),
        (
            ("ext:a", 1, "extension", "d"),
            "/ext:a[2]/extension/d (line 20)",
        ),
        (
            ("ext:a", 1, "extension", "d", "@e"),
            "/ext:a[2]/extension/d/@e (line 20)",
        ),
        # Within an extension no word is a wrapper.
        (("ext:a", 1, "d"), "/ext:a[2] (line 19)"),
    ],
)
def test_each_part_of_the_json_has_its_place_in_the_xml(
    steps: tuple[str | int, ...], place: str
) -> None:
    assert raw_of(event(INNER)).locate(steps) == HERE + place


def test_a_part_of_a_foreign_event_has_its_place_too() -> None:
    raw = raw_of(
        "<ext:LabEvent><extension><bizStep>a</bizStep></extension></ext:LabEvent>"
    )
    assert raw.locate(("bizStep",)) == (
        "/EPCISDocument/EPCISBody/EventList/ext:LabEvent[1]/extension/bizStep (line 4)"
    )


def test_a_long_or_foreign_name_is_quoted_in_its_place() -> None:
    raw = raw_of(event(f"<ext:{'a' * 90}/><ext:é/>"))
    assert raw.locate(("ext:" + "a" * 90,)) == (
        f'{HERE}/"ext:{"a" * 60}..." (line 4)'
    )
    assert raw.locate(("ext:é",)) == f'{HERE}/"ext:\\u00e9" (line 4)'


# What only XML can get wrong.

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
QUANTITY = "<quantityList><quantityElement>{}</quantityElement></quantityList>"


@pytest.mark.parametrize(
    ("inner", "place", "says"),
    [
        ("<weight>3</weight>", "/weight", "no element is named 'weight' here"),
        ("<bizstep>a</bizstep>", "/bizstep", "write 'bizStep'"),
        (
            "<bizStep>a</bizStep><bizStep>b</bizStep>",
            "/bizStep[2]",
            "bizStep stands here twice",
        ),
        (
            "<epcList/>",
            "/epcList[2]",
            "epcList stands here twice",
        ),
        (
            "<extension/><extension/>",
            "/extension[2]",
            "extension stands here twice",
        ),
        (
            "<bizStep>a</bizStep><extension><bizStep>b</bizStep></extension>",
            "/extension/bizStep",
            "bizStep stands here twice",
        ),
        ("<extension a='1'/>", "/extension/@a", "no attribute is named 'a'"),
        (
            "<extension>text</extension>",
            "/extension",
            "elements belong here, and no text",
        ),
        ("stray", "", "text stands among elements here"),
        (
            "<readPoint>urn:x:1</readPoint>",
            "/readPoint",
            "elements belong here, and no text",
        ),
        (
            "<readPoint><id>urn:x:1</id>urn:x:1</readPoint>",
            "/readPoint",
            "text stands among elements here",
        ),
        (
            "<readPoint>urn:x:1<id>urn:x:1</id></readPoint>",
            "/readPoint",
            "text stands among elements here",
        ),
        (
            "<bizStep><id>a</id></bizStep>",
            "/bizStep",
            "text belongs here, and no elements",
        ),
        (
            "<bizStep lang='mi'>a</bizStep>",
            "/bizStep/@lang",
            "no attribute is named 'lang' here",
        ),
        (
            "<bizStep ext:a='1'>a</bizStep>",
            "/bizStep/@ext:a",
            "an extension has no place here: 'ext:a'",
        ),
        (
            "<bizStep xsi:nil='true'/>",
            "/bizStep/@xsi:nil",
            "this has no place here",
        ),
        (
            "<childEPCs><EPC>urn:x:1</EPC></childEPCs>",
            "/childEPCs/EPC",
            "write 'epc'",
        ),
        (
            "<childEPCs><ext:epc>urn:x:1</ext:epc></childEPCs>",
            "/childEPCs/ext:epc",
            "an extension has no place here",
        ),
        ("<childEPCs>urn:x:1</childEPCs>", "/childEPCs", "no text"),
        ("<childEPCs a='1'/>", "/childEPCs/@a", "no attribute is named 'a'"),
        (
            QUANTITY.format("<quantity>ten</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "'ten' is no number",
        ),
        (
            QUANTITY.format("<quantity>1e3</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "'1e3' is no number",
        ),
        (
            QUANTITY.format("<quantity>INF</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "'INF' is no number",
        ),
        (
            QUANTITY.format("<quantity>1_0</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "'1_0' is no number",
        ),
        (
            QUANTITY.format("<quantity>١٢</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "'١٢' is no number",
        ),
        (
            QUANTITY.format(f"<quantity>{'1' * 4301}</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "is no number",
        ),
        (
            QUANTITY.format(f"<quantity>{'1' * 400}.0</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "is too large for a float",
        ),
        (
            QUANTITY.format("<quantity xsi:nil='true'>1</quantity>"),
            "/quantityList/quantityElement[1]/quantity",
            "no text belongs here",
        ),
        (
            QUANTITY.format("<quantity xsi:nil='true'><b/></quantity>"),
            "/quantityList/quantityElement[1]/quantity/b",
            "nothing belongs here",
        ),
        (
            QUANTITY.format("<quantity xsi:nil='true' a='1'/>"),
            "/quantityList/quantityElement[1]/quantity/@a",
            "no attribute is named 'a'",
        ),
        (
            QUANTITY.format("<quantity xsi:nil='perhaps'/>"),
            "/quantityList/quantityElement[1]/quantity/@xsi:nil",
            "'perhaps' is neither true nor false",
        ),
        (
            QUANTITY.format("<quantity>1</quantity><ext:a/>"),
            "/quantityList/quantityElement[1]/ext:a",
            "an extension has no place here",
        ),
        (
            QUANTITY.format("<extension/>"),
            "/quantityList/quantityElement[1]/extension",
            "no element is named 'extension' here",
        ),
        (
            "<sourceList><source kind='a'>urn:x:1</source></sourceList>",
            "/sourceList/source[1]/@kind",
            "no attribute is named 'kind' here",
        ),
        (
            "<sensorElementList><sensorElement><sensorReport Value='1'/></sensorElement></sensorElementList>",
            "/sensorElementList/sensorElement[1]/sensorReport[1]/@Value",
            "write 'value'",
        ),
        (
            "<sensorElementList><sensorElement><sensorReport value='warm'/></sensorElement></sensorElementList>",
            "/sensorElementList/sensorElement[1]/sensorReport[1]/@value",
            "'warm' is no number",
        ),
        (
            "<sensorElementList><sensorElement><sensorReport booleanValue='yes'/></sensorElement></sensorElementList>",
            "/sensorElementList/sensorElement[1]/sensorReport[1]/@booleanValue",
            "'yes' is neither true nor false",
        ),
        (
            "<sensorElementList><sensorElement><sensorReport>1</sensorReport></sensorElement></sensorElementList>",
            "/sensorElementList/sensorElement[1]/sensorReport[1]",
            "no text belongs here",
        ),
        (
            "<sensorElementList><sensorElement><sensorReport><value/></sensorReport></sensorElement></sensorElementList>",
            "/sensorElementList/sensorElement[1]/sensorReport[1]/value",
            "nothing belongs here",
        ),
        (
            "<ext:a>one<ext:b/></ext:a>",
            "/ext:a",
            "text stands among elements here",
        ),
        (
            "<ext:a ext:b='1'><ext:b>2</ext:b></ext:a>",
            "/ext:a/ext:b",
            "ext:b is an attribute here as well",
        ),
        ("<ext:a xsi:nil='true'>1</ext:a>", "/ext:a", "no text belongs here"),
        (
            "<ext:a xsi:nil='true' b='1'/>",
            "/ext:a",
            "what is nil has no attributes",
        ),
        ("<p:a xmlns:p='none'/>", "/p:a", "is a URI in full, unlike 'none'"),
        (
            "<p:a xmlns:p='urn:epcglobal:epcis:xsd:3'/>",
            "/p:a",
            "'urn:epcglobal:epcis:xsd:3' is no namespace of EPCIS events",
        ),
    ],
)
def test_what_only_xml_can_get_wrong_is_refused_in_its_place(
    inner: str, place: str, says: str
) -> None:
    broken = event(inner)
    reason = refused(
        document(event(), event(), broken, event(), attributes=f"{EXT} {XSI}"),
        says,
    )
    where = HERE.replace("[1]", "[3]") + place
    assert reason.startswith(f"{where} (line 6): ")


def test_the_attributes_of_an_event_are_refused_in_their_place() -> None:
    reason = refused(document(event(attributes='id="7"')), "'id'")
    assert reason.startswith(f"{HERE}/@id (line 4): ")
    reason = refused(document(event(attributes='schemaVersion="2.0"')))
    assert reason.startswith(f"{HERE}/@schemaVersion (line 4): ")


def test_an_integer_longer_than_the_interpreter_reads_is_refused() -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        inner = QUANTITY.format(f"<quantity>{'1' * 700}</quantity>")
        refused(document(event(inner)), "an integer of 700 digits is too long")
    finally:
        sys.set_int_max_str_digits(limit)


def in_document(old: str, new: str) -> bytes:
    whole = document(event()).decode()
    assert old in whole
    return whole.replace(old, new).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            in_document('schemaVersion="2.0"', ""),
            "/EPCISDocument (line 1): schemaVersion is missing",
        ),
        (
            in_document('creationDate="2026-03-01T09:00:00Z"', ""),
            "/EPCISDocument (line 1): creationDate is missing",
        ),
        (
            in_document('"2.0"', '"3.0"'),
            "/EPCISDocument/@schemaVersion (line 1): '3.0' is not EPCIS 1 or 2",
        ),
        (
            in_document("09:00:00Z", "09:00:00"),
            "/EPCISDocument/@creationDate (line 1): '2026-03-01T09:00:00' is no time",
        ),
        (
            in_document(
                '"2.0" creationDate="2026-03-01T',
                '"1.2" creationDate="1. March ',
            ),
            "/EPCISDocument/@creationDate (line 1): ",
        ),
        (
            in_document(" schemaVersion", " version='1' schemaVersion"),
            "/EPCISDocument/@version (line 1): no attribute is named 'version'",
        ),
        (
            in_document("epcis:xsd:2", "epcis:xsd:3"),
            "/epcis:EPCISDocument (line 1): 'urn:epcglobal:epcis:xsd:3' is no namespace",
        ),
        (
            in_document("urn:epcglobal:epcis:xsd:2", "urn:x:epcis"),
            "/epcis:EPCISDocument (line 1): this is no EPCISDocument",
        ),
        (
            document(event()).replace(b"epcis:EPCISD", b"EPCISD"),
            "/EPCISDocument (line 1): this has no namespace",
        ),
        (b"<Envelope/>", "/Envelope (line 1): this is no EPCISDocument"),
        (b"<EventList/>", "/EventList (line 1): this is no EPCISDocument"),
        (
            in_document("EPCISBody", "EpcisBody"),
            "/EPCISDocument/EpcisBody (line 2): no element is named 'EpcisBody': write 'EPCISBody'",
        ),
        (
            in_document("</EPCISBody>", "</EPCISBody><EPCISBody/>"),
            "/EPCISDocument/EPCISBody (line 6): EPCISBody stands here twice",
        ),
        (
            in_document("<EPCISBody>", "<EPCISBody a='1'>"),
            "/EPCISDocument/EPCISBody/@a (line 2): no attribute is named 'a'",
        ),
        (
            in_document("<EPCISBody>", "<EPCISBody>text<EventList/>"),
            "/EPCISDocument/EPCISBody (line 2): elements belong here, and no text",
        ),
        (
            in_document("<EventList>", "<EventList>text<ObjectEvent/>"),
            "/EPCISDocument/EPCISBody/EventList (line 3): elements belong here",
        ),
        (
            in_document("EventList>", "ext:EventList>"),
            "/EPCISDocument/EPCISBody (line 2): EventList is missing",
        ),
        (
            in_document("EPCISBody>", "ext:EPCISBody>"),
            "/EPCISDocument (line 1): EPCISBody is missing",
        ),
        (
            in_document("ObjectEvent", "QuantityEvent"),
            "/QuantityEvent[1] (line 4): a QuantityEvent is no more",
        ),
        (
            in_document("ObjectEvent", "objectEvent"),
            "/objectEvent[1] (line 4): no element is named 'objectEvent': write 'ObjectEvent'",
        ),
        (
            in_document(
                "<EventList>", "<EventList><extension><extension><extension/>"
            ),
            "/extension[1]/extension[1]/extension[1] (line 3): no element is named 'extension'",
        ),
        (
            (
                b'<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:2"'
                b' schemaVersion="2.0" creationDate="2026-03-01T09:00:00Z">'
                b"<EPCISBody><q:Poll/></EPCISBody></q:EPCISQueryDocument>"
            ),
            "/EPCISQueryDocument/EPCISBody/Poll (line 1): no element is named 'Poll' here",
        ),
    ],
)
def test_a_document_that_is_not_of_epcis_is_refused(
    data: bytes, says: str
) -> None:
    refused(data, says)


# Piece by piece.


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
def test_pieces_of_any_size_give_the_same_events(size: int) -> None:
    data = document(*(event(f"<ext:a>产{n}</ext:a>") for n in range(9)))
    reader = XmlReader()
    raws = [raw for piece in pieces(data, size) for raw in reader.feed(piece)]
    raws += reader.close()
    assert [raw.value for raw in raws] == [raw.value for raw in read_xml(data)]


def test_an_event_comes_out_as_soon_as_it_ends() -> None:
    reader = XmlReader()
    head, end = document(event()).split(b"</ObjectEvent>")
    assert reader.feed(head) == []
    assert len(reader.feed(b"</ObjectEvent>")) == 1
    assert reader.feed(end) == []
    assert reader.close() == []


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize(
    "broken",
    [
        event("<weight>3</weight>"),
        event("<bizStep>"),
        event("&lt;"),
        event("<ext:a>&boom;</ext:a>"),
    ],
)
def test_the_events_before_a_fault_are_not_lost(size: int, broken: str) -> None:
    reader = XmlReader()
    found: list[RawEvent] = []

    def read() -> None:
        for piece in pieces(document(event(), event(), broken, event()), size):
            found.extend(reader.feed(piece))
        reader.close()

    with pytest.raises(MalformedError) as caught:
        read()
    assert len(found) == 2
    assert "/ObjectEvent[3]" in str(caught.value)
    assert "(line 6)" in str(caught.value)
    with pytest.raises(MalformedError) as twice:
        reader.feed(b"<more/>")
    assert twice.value is caught.value
    with pytest.raises(MalformedError):
        reader.close()


def test_a_document_that_stops_in_the_middle_is_refused() -> None:
    whole = document(event())
    reader = XmlReader()
    assert len(reader.feed(whole[:-10])) == 1
    with pytest.raises(MalformedError, match=r"line 7\): .*unclosed token"):
        reader.close()
