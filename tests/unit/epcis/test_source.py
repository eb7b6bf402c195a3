"""Events come out of any stream alike: documents, lines, XML, long or short."""

import io
import json
import tracemalloc
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.event import Item
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft, check_event
from provenance.epcis.mending.mend import Mend
from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.epcis.source import EventStream, read_events
from provenance.errors import MalformedError
from tests.support.long_stream import LongStream
from tests.support.vectors_of import shared
from tests.unit.epcis.test_document import (
    AGGREGATION,
    EXTENDED,
    OBJECT,
    TRANSFORMATION,
    document,
    query_document,
    without,
)

ELSEWHERE = "https://elsewhere.example/context.jsonld"
ALONE = {**OBJECT, "@context": [EPCIS_CONTEXT, EXTENDED]}
XML = """<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"
  schemaVersion="2.0" creationDate="2026-03-01T09:00:00Z"><EPCISBody><EventList>
  <ObjectEvent>
    <eventTime>2026-03-01T08:59:00+13:00</eventTime>
    <eventTimeZoneOffset>+13:00</eventTimeZoneOffset>
    <epcList><epc>https://id.gs1.org/01/09421902960017/21/K0000</epc></epcList>
    <action>OBSERVE</action>
  </ObjectEvent>
</EventList></EPCISBody></epcis:EPCISDocument>
"""


def stream_of(*values: object) -> io.BytesIO:
    return io.BytesIO(b"\n".join(json.dumps(v).encode() for v in values))


def read(stream: BinaryIO, **how: Any) -> list[EventDraft]:
    source = EventStream(stream, **how)
    drafts = [check_event(raw) for raw in source.events()]
    assert source.count == len(drafts)
    return drafts


def lenient(
    stream: BinaryIO, **how: Any
) -> tuple[list[EventDraft], list[Mend]]:
    mends: list[Mend] = []
    return read(stream, mends=mends, **how), mends


def refused(data: bytes, **how: Any) -> str:
    with pytest.raises(MalformedError) as caught:
        read(io.BytesIO(data), **how)
    return str(caught.value)


# What it is, its first bytes tell.


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (json.dumps(document(OBJECT)), "json"),
        (json.dumps(document(OBJECT), indent=2), "json"),
        (json.dumps(document(OBJECT), indent=2).replace("\n", "\r\n"), "json"),
        ("\n \r\n\t" + json.dumps(document(OBJECT)) + "\n \n", "json"),
        (json.dumps(query_document(OBJECT)), "json"),
        (json.dumps(ALONE), "json"),
        (json.dumps(ALONE) + "\n", "json"),
        (json.dumps(ALONE) + "\n" + json.dumps(document()), "ndjson"),
        ("\n\n" + json.dumps(ALONE) + " \r\n\r\n" + json.dumps(document())
         + "\n", "ndjson"),
        (XML, "xml"),
        (XML[XML.index("\n"):], "xml"),
        ("\ufeff" + XML, "xml"),
    ],
)  # fmt: skip
def test_a_stream_of_any_kind_gives_its_events(data: str, media: str) -> None:
    stream = io.BytesIO(data.encode())
    source = EventStream(stream)
    assert source.media == media
    assert source.count == 1
    (draft,) = map(check_event, source.events())
    assert draft == check_event(next(EventStream(stream_of(ALONE)).events()))
    assert parse_document(data.encode()) == [draft]


def test_xml_may_be_in_utf_16() -> None:
    text = XML.replace("UTF-8", "UTF-16")
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        data = text.encode(encoding)
        if encoding == "utf-16-be":
            data = "\ufeff".encode(encoding) + data
        assert EventStream(io.BytesIO(data)).media == "xml"
    assert len(parse_document(text.encode("utf-16"))) == 1


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1\n}',
        b'{"a": {"b": 1}\n}',
        b'{"a": [{"b": 1}\n,{"b": 2}]}',
        b'{"a": [{"b": 1}\n \n]}',
        b'{"a": [\n{"b": 1},\n{"b": 2}]}',
        b'{"a":\n{"b": 2}}',
    ],
)
def test_a_document_that_goes_on_in_the_next_line_is_one(data: bytes) -> None:
    with pytest.raises(MalformedError, match="type is missing"):
        EventStream(io.BytesIO(data))


def test_a_stream_is_read_from_where_it_stands() -> None:
    for data in (
        json.dumps(document(OBJECT)),
        f"{json.dumps(ALONE)}\n" * 2,
        XML,
    ):
        stream = io.BytesIO(b"skipped" + data.encode())
        stream.seek(7)
        assert read(stream) == parse_document(data.encode())


def test_a_stream_may_be_read_again_and_in_between() -> None:
    for data in (
        json.dumps(document(OBJECT, AGGREGATION)),
        json.dumps(ALONE) + "\n" + json.dumps(document(AGGREGATION)),
        XML.replace("</EventList>", XML[XML.index("<Obj") : XML.index("</EventL")]
                    + "</EventList>"),
    ):  # fmt: skip
        stream = io.BytesIO(data.encode())
        source = EventStream(stream)
        first, second = source.events(), source.events()
        for _ in range(2):
            assert check_event(next(first)) == check_event(next(second))
            stream.seek(0)
        assert list(first) == list(second) == []


# JSON.


def test_places_are_those_of_the_document() -> None:
    wrong = {**OBJECT, "action": "SEE"}
    for data, place in (
        (document(OBJECT, wrong), "$.epcisBody.eventList[1].action: "),
        (
            query_document(OBJECT, wrong),
            "$.epcisBody.queryResults.resultsBody.eventList[1].action: ",
        ),
        ({**ALONE, "action": "SEE"}, "$.action: "),
        (document(cast("Any", 1)), "$.epcisBody.eventList[0]: "),
        (document(epcisBody={}), "$.epcisBody: "),
        ([], "$: this must be an object"),
        (
            query_document() | {"type": "EPCISDocument"},
            "$: schemaVersion is missing",
        ),
        (document(type="ObjectEvent"), "$.type: 'ObjectEvent' is no type of"),
        (document(type="zz:Event"), "$.type: 'zz:Event' is no type of"),
    ):
        assert refused(json.dumps(data).encode()).startswith(place)


def test_the_context_may_stand_after_the_events() -> None:
    whole = document({**OBJECT, "ext:grade": "A"})
    turned = dict(reversed(whole.items()))
    assert list(turned)[-1] == "@context"
    assert read(stream_of(turned)) == read(stream_of(whole))


def test_the_envelope_is_refused_before_an_event_is_given_out() -> None:
    whole = document(OBJECT, **{"@context": ELSEWHERE})
    with pytest.raises(MalformedError, match=r"^\$\.@context: the context"):
        read_events(stream_of(dict(reversed(whole.items()))))


def test_the_events_before_a_fault_are_given_out() -> None:
    data = json.dumps(document(OBJECT, AGGREGATION)).replace(
        '"ADD"', '"ADD" "ADD"'
    )
    events = read_events(io.BytesIO(data.encode()))
    check_event(next(events))
    with pytest.raises(MalformedError, match="not JSON at line 1, column"):
        next(events)


def test_an_event_that_is_too_large_is_refused() -> None:
    large = {**OBJECT, "ext:x": "x" * 1000}
    assert len(read(stream_of(document(OBJECT, large)))) == 2
    says = refused(json.dumps(document(OBJECT, large)).encode(),
                   max_event_bytes=999)  # fmt: skip
    assert says == (
        "$.epcisBody.eventList[1]: this has more than 999 bytes: send it in"
        " parts"
    )
    says = refused(json.dumps({**ALONE, **large}).encode(), max_event_bytes=999)
    assert says.startswith("the document has more than 999 bytes outside of")


@pytest.mark.parametrize("data", [b"", b" \n", b"\xef\xbb\xbf{}", b"[", b"x"])
def test_what_holds_no_events_is_refused(data: bytes) -> None:
    assert "JSON" in refused(data)


# Lines of JSON.


def lines(*texts: object) -> bytes:
    return b"".join(
        (t if isinstance(t, bytes) else json.dumps(t).encode()) + b"\n"
        for t in texts
    )


def test_each_line_is_an_event_or_a_document() -> None:
    data = lines(ALONE, document(OBJECT, AGGREGATION), b"", b" \r", ALONE)
    assert len(read(io.BytesIO(data))) == 4
    assert read(io.BytesIO(data.rstrip())) == parse_document(data)


def test_each_line_has_a_context_of_its_own() -> None:
    other = {**ALONE, "@context": {"ext": "https://b.example/"}, "ext:x": 1}
    first, second = read(io.BytesIO(lines({**ALONE, "ext:x": 1}, other)))
    assert first.body["@context"] == EXTENDED
    assert second.body["@context"] == {"ext": "https://b.example/"}
    assert (
        refused(lines(ALONE, OBJECT))
        == "line 2: $: @context is missing: add it"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({**ALONE, "epcList": ["K"]}, "line 3: $.epcList[0]: "),
        (
            document(OBJECT, {**OBJECT, "action": "SEE"}),
            "line 3: $.epcisBody.eventList[1].action: ",
        ),
        (document(schemaVersion="1.2"), "line 3: $.schemaVersion: "),
        (b"[]", "line 3: $: this must be an object"),
        (b'{"\xc3\xa9": -}', "not JSON at line 3, column 7: "),
        (b'{"a": 1} {', "not JSON at line 3, column 10: "),
        (b"{", "not JSON at line 3, column 2: "),
        (b'{"a": 1, "a": 2}', 'line 3: $: the key "a" appears twice'),
        (b"\xef\xbb\xbf{}", "line 3 starts with a byte order mark"),
        (b'"\xff"', "line 3 is not UTF-8 at byte "),
        (b"[" * 65, "line 3 is nested 65 deep"),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_its_number(
    line: object, says: str
) -> None:
    assert refused(lines(ALONE, b"", line, ALONE)).startswith(says)


def test_the_first_line_may_be_wrong_as_well() -> None:
    assert refused(lines({**ALONE, "action": "SEE"}, ALONE)).startswith(
        "line 1: $.action: "
    )


def test_a_line_that_cannot_be_read_is_refused_before_an_event_is_given_out() -> (
    None
):
    with pytest.raises(MalformedError, match="not JSON at line 3, column 2"):
        EventStream(io.BytesIO(lines(ALONE, ALONE, b"{")))


def test_a_line_that_is_too_long_is_refused() -> None:
    size = len(json.dumps(ALONE))
    long = {**ALONE, "ext:x": "x" * 3 * 2**20}
    for after in ([], [ALONE]):
        data = lines(ALONE, long, *after)
        assert len(read(io.BytesIO(data))) == 2 + len(after)
        for cut_off in (data, data.rstrip()):
            assert refused(cut_off, max_event_bytes=size) == (
                f"line 2 has more than {size} bytes: send it in parts"
            )


def test_a_first_line_that_is_too_long_is_a_document_that_is() -> None:
    data = lines({**ALONE, "ext:x": "x" * 3 * 2**20}, ALONE)
    assert refused(data, max_event_bytes=2**20).startswith(
        "the document has more than 1048576 bytes outside of"
    )


# XML.


def test_published_xml_is_read_as_it_arrives() -> None:
    capture = (
        shared("openepcis-test-resources") / "core/src/main/resources/2.0/EPCIS"
    )
    path = capture / "XML/Capture/Documents/AggregationEvent.xml"
    with path.open("rb") as stream:
        drafts = read(stream)
    assert drafts == parse_document(path.read_bytes())
    assert drafts


def test_the_events_of_xml_are_mended_too() -> None:
    text = XML.replace("OBSERVE", "observe")
    assert refused(text.encode())
    (draft,), mends = lenient(io.BytesIO(text.encode()))
    assert draft.body["action"] == "OBSERVE"
    assert [m.rule for m in mends] == ["action-case"]
    assert "ObjectEvent" in mends[0].place


@pytest.mark.parametrize(
    "data",
    [
        XML[:-10],
        XML + "<more/>",
        XML.replace("</eventTime>", "</time>"),
        "<!DOCTYPE a [<!ENTITY b 'c'>]>" + XML,
        "<html/>",
        "<",
    ],
)
def test_xml_that_is_wrong_is_refused_before_an_event_is_given_out(
    data: str,
) -> None:
    with pytest.raises(MalformedError):
        EventStream(io.BytesIO(data.encode()))


def test_a_document_type_that_says_nothing_is_left_out_if_mends_are_told() -> (
    None
):
    head, rest = XML.split("\n", 1)
    text = f"{head}\n<!DOCTYPE project>\n{rest}"
    assert "document type ('project') is not taken" in refused(text.encode())
    drafts, mends = lenient(io.BytesIO(text.encode()))
    assert drafts == read(io.BytesIO(XML.encode()))
    assert [(m.place, m.rule, m.before) for m in mends] == [
        ("line 2", "doctype", "<!DOCTYPE project>")
    ]


@pytest.mark.parametrize(
    "said",
    [
        "a []",
        "a [<!ENTITY b 'c'>]",
        "a SYSTEM 'a.dtd'",
        "a SYSTEM ''",
        "a PUBLIC '-//x//y' 'a.dtd'",
    ],
)
def test_a_document_type_that_could_say_something_is_never_taken(
    said: str,
) -> None:
    text = XML.replace("?>", f"?><!DOCTYPE {said}>", 1)
    with pytest.raises(MalformedError, match="document type"):
        lenient(io.BytesIO(text.encode()))


def test_no_entity_is_known_behind_a_document_type_that_was_left_out() -> None:
    text = XML.replace("?>", "?><!DOCTYPE a>", 1).replace("OBSERVE", "&b;")
    with pytest.raises(MalformedError, match="undefined entity"):
        lenient(io.BytesIO(text.encode()))


QUANTITY_EVENT = """<QuantityEvent>
 <eventTime>2005-04-03T20:33:31Z</eventTime>
 <recordTime>2005-04-04T20:33:31Z</recordTime>
 <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
 <epcClass>urn:epc:idpat:sgtin:9521001.096001.*</epcClass>
 <quantity>200</quantity>
 <bizStep>urn:epcglobal:cbv:bizstep:storing</bizStep>
 <readPoint><id>urn:epc:id:sgln:9521001.00001.0</id></readPoint>
 <ext:grade xmlns:ext="https://ns.example.com/epcis/">A</ext:grade>
</QuantityEvent>"""


def quantity_event(changed: str = QUANTITY_EVENT) -> bytes:
    return (
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1"'
        ' schemaVersion="1.0" creationDate="2026-03-01T10:00:00Z"><EPCISBody>'
        f"<EventList>{changed}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()


def test_a_quantity_event_of_epcis_1_becomes_an_object_event() -> None:
    says = refused(quantity_event())
    assert "/QuantityEvent[1] (line 1): a QuantityEvent is no more" in says
    (draft,), mends = lenient(io.BytesIO(quantity_event()))
    assert draft.body["type"] == "ObjectEvent"
    assert draft.body["action"] == "OBSERVE"
    assert draft.body["bizStep"] == "storing"
    assert draft.body["ext:grade"] == "A"
    assert draft.items == (
        Item("quantityList", "https://id.gs1.org/01/09521001960014", 200),
    )
    assert [m.rule for m in mends] == ["quantity-event"] * 3


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("<quantity>200<", "<quantity>0<", "/quantity (line 6)"),
        ("urn:epc:idpat:sgtin:9521001.", "urn:epc:x:", "/epcClass (line 5)"),
    ],
)
def test_what_is_wrong_in_a_quantity_event_has_its_own_place(
    old: str, new: str, place: str
) -> None:
    data = quantity_event(QUANTITY_EVENT.replace(old, new))
    with pytest.raises(MalformedError) as error:
        lenient(io.BytesIO(data))
    assert f"QuantityEvent[1]{place}: " in str(error.value)


@pytest.mark.parametrize(
    "more", ["<action>ADD</action>", "<epcList/>", "<quantityList/>"]
)
def test_a_quantity_event_with_what_it_cannot_have_is_not_mended(
    more: str,
) -> None:
    text = QUANTITY_EVENT.replace("<bizStep>", f"{more}<bizStep>")
    with pytest.raises(MalformedError, match="QuantityEvent is no more"):
        lenient(io.BytesIO(quantity_event(text)))


# Prefixes that are given beside the document.

GIVEN = {"zz": "https://zz.example/", "ext": "https://other.example/"}


@pytest.mark.parametrize("kind", ["document", "event", "lines"])
def test_a_prefix_may_be_given_beside_the_document(kind: str) -> None:
    said = {"zz:x": 1, "ext:y": 2}
    data = {
        "document": lines(document({**OBJECT, **said}, **{"zz:z": 3})),
        "event": lines({**ALONE, **said}),
        "lines": lines({**ALONE, **said}, {**ALONE, **said}),
    }[kind]
    assert "nobody defines the prefix of 'zz:" in refused(data)
    draft = read(io.BytesIO(data), prefixes=GIVEN)[0]
    # The document's own definitions come first.
    assert draft.body["@context"] == {**GIVEN, **EXTENDED}


@pytest.mark.parametrize(
    "prefixes", [{"urn": "https://a.example/"}, {"a": "b"}, {"a b": "urn:c:d"}]
)
def test_a_prefix_that_cannot_be_defined_cannot_be_given(
    prefixes: dict[str, str],
) -> None:
    with pytest.raises(MalformedError):
        EventStream(stream_of(ALONE), prefixes=prefixes)


# Mending.


def test_a_document_is_mended_around_and_in_its_events() -> None:
    whole = document(
        {**OBJECT, "bizStep": "urn:epcglobal:cbv:bizstep:shipping"},
        {**TRANSFORMATION, "action": "ADD"},
        schemaVersion=2.0,
        _comment="any",
    )
    says = refused(json.dumps(whole).encode())
    assert says.startswith("$.schemaVersion: ")
    drafts, mends = lenient(stream_of(whole))
    assert len(drafts) == 2
    assert [(m.place, m.rule) for m in mends] == [
        ("$.schemaVersion", "version-as-number"),
        ("$._comment", "comment"),
        ("$.epcisBody.eventList[0].bizStep", "cbv-urn"),
        ("$.epcisBody.eventList[1].action", "action-on-transformation"),
    ]


def test_a_mend_is_told_before_its_event_is_given_out() -> None:
    mends: list[Mend] = []
    events = read_events(
        stream_of(document(OBJECT, {**OBJECT, "action": "add"}, OBJECT)),
        mends=mends,
    )
    assert [len(mends) for _ in events] == [0, 1, 1]


def test_lines_are_mended_one_by_one() -> None:
    old = document(OBJECT, schemaVersion=2.0)
    drafts, mends = lenient(
        io.BytesIO(lines(old, {**ALONE, "action": "add"}, old))
    )
    assert len(drafts) == 3
    assert [m.place for m in mends] == [
        "line 1: $.schemaVersion",
        "line 2: $.action",
        "line 3: $.schemaVersion",
    ]


def test_one_event_instead_of_a_list_keeps_its_place() -> None:
    whole = document(epcisBody={"eventList": {**OBJECT, "action": "add"}})
    _, mends = lenient(stream_of(whole))
    assert [(m.place, m.rule) for m in mends] == [
        ("$.epcisBody.eventList", "single-in-list"),
        ("$.epcisBody.eventList.action", "action-case"),
    ]


def test_a_lost_context_must_not_be_needed_by_any_event() -> None:
    context = [EPCIS_CONTEXT, ELSEWHERE]
    event = {**without(OBJECT), "ext:x": {"id": "zz:Thing"}}
    for whole, place in (
        (
            document({**OBJECT, "ext:x": 1}, event,
                     **{"@context": [*context, EXTENDED]}),
            "$.epcisBody.eventList[1].ext:x.id: ",
        ),
        ({**event, "@context": [*context, EXTENDED]}, "$.ext:x.id: "),
        (
            document(OBJECT, **{"@context": context, "zz:x": 1}),
            "$: nobody defines the prefix of 'zz:x'",
        ),
    ):  # fmt: skip
        with pytest.raises(MalformedError, match="nobody defines") as caught:
            lenient(stream_of(whole))
        assert str(caught.value).startswith(place)
        _, mends = lenient(stream_of(whole), prefixes=GIVEN)
        assert [m.rule for m in mends] == ["context-dropped"]


def test_what_cannot_be_mended_is_refused() -> None:
    for event in (
        {**OBJECT, "disposition": "sold"},
        {**OBJECT, "colour": "red"},
        without(OBJECT, "action"),
    ):
        with pytest.raises(MalformedError, match=r"^\$\.epcisBody\.eventList"):
            lenient(stream_of(document(event)))


@given(
    st.lists(
        st.sampled_from([OBJECT, AGGREGATION, TRANSFORMATION]), max_size=4
    ),
    st.sampled_from([None, 1]),
)
def test_a_valid_source_has_no_mends(
    events: list[dict[str, Any]], indent: int | None
) -> None:
    data = json.dumps(document(*events), indent=indent).encode()
    drafts, mends = lenient(io.BytesIO(data))
    assert drafts == parse_document(data)
    assert mends == []


# Large and hostile.

HEAD, TAIL = json.dumps(document()).encode().split(b"[]", 1)


def peak_of(stream: LongStream) -> tuple[int, int]:
    """Return how many events *stream* has, and the most memory it took."""
    tracemalloc.start()
    try:
        source = EventStream(cast("BinaryIO", stream))
        for raw in source.events():
            assert raw.value
        return source.count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_long_document_is_read_in_little_memory() -> None:
    event = json.dumps({**OBJECT, "ext:x": "x" * 3000}).encode() + b",\n"
    count = 50_000_000 // len(event)
    stream = LongStream(
        HEAD + b"[", event, count, json.dumps(OBJECT).encode() + b"]" + TAIL
    )
    assert stream.size > 49_000_000
    events, peak = peak_of(stream)
    assert events == count + 1
    assert peak < 8 * 2**20


def test_many_lines_are_read_in_little_memory() -> None:
    event = json.dumps({**ALONE, "ext:x": "x" * 3000}).encode() + b"\n"
    events, peak = peak_of(LongStream(b"", event, 5000, b""))
    assert events == 5000
    assert peak < 12 * 2**20


def test_long_xml_is_read_in_little_memory() -> None:
    start, end = XML.index("<Obj"), XML.index("</EventL")
    events, peak = peak_of(
        LongStream(
            XML[:start].encode(), XML[start:end].encode(), 3000,
            XML[end:].encode(),
        )
    )  # fmt: skip
    assert events == 3000
    assert peak < 8 * 2**20


@given(
    st.binary(max_size=64)
    | st.text('{}[]"<>/a:,\n', max_size=30).map(str.encode)
    | st.tuples(st.integers(0, 2000), st.binary(max_size=3)).map(
        lambda cut: lines(ALONE, document(OBJECT))[: cut[0]] + cut[1]
    )
)
def test_any_bytes_raise_only_malformed(data: bytes) -> None:
    for mends in cast("list[list[Mend] | None]", [None, []]):
        try:
            read(io.BytesIO(data), mends=mends)
        except MalformedError:
            continue
