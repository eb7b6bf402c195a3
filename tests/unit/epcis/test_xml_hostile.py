"""XML that attacks its reader is refused at once, clearly and cheaply."""

import itertools
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.epcis.draft import RawEvent, check_event
from provenance.epcis.xml import read as xml_read
from provenance.epcis.xml import safe as xml_safe
from provenance.epcis.xml.read import XmlReader, read_xml
from provenance.errors import MalformedError
from tests.unit.epcis.test_xml_read import document, event

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def with_prolog(prolog: str, inner: str = "") -> bytes:
    return prolog.encode() + document(event(inner))


def streamed(pieces: Iterable[bytes]) -> Iterator[RawEvent]:
    reader = XmlReader()
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.close()


def refused(pieces: Iterable[bytes]) -> tuple[str, int]:
    """Return why *pieces* were refused, and how many bytes memory took."""
    tracemalloc.start()
    try:
        with pytest.raises(MalformedError) as caught:
            for _ in streamed(pieces):
                pass
        return str(caught.value), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "prolog",
    [
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]>\n',
        f'<!DOCTYPE a [<!ENTITY a0 "{"ha" * 50_000}">]>\n',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://x.example/x"> %x;]>\n',
        '<!DOCTYPE a SYSTEM "http://x.example/a.dtd">\n',
        '<!DOCTYPE a PUBLIC "-//x//y" "http://x.example/a.dtd">\n',
        '<!DOCTYPE a [<!ATTLIST ObjectEvent x CDATA "default">]>\n',
        "<!DOCTYPE a>\n",
    ],
    ids=[
        "billion laughs",
        "quadratic blow-up",
        "a file",
        "a parameter entity",
        "an external type",
        "a public type",
        "a default attribute",
        "an empty type",
    ],
)
def test_no_document_type_is_taken_in(prolog: str) -> None:
    inner = f"<ext:a>{'&a9;' * 1000}</ext:a>"
    reason, memory = refused([with_prolog(prolog, inner)])
    assert reason == (
        "line 1: a document type ('a') is not taken, for it can define"
        " entities: leave out <!DOCTYPE>"
    )
    assert memory < 2**20


def test_a_document_type_is_refused_before_it_ends() -> None:
    reason, _ = refused([b"<!DOCTYPE a [<!ENTITY b"])
    assert "is not taken" in reason


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        ("<ext:a>&b;</ext:a>", "undefined entity"),
        ("<ext:a b='&c;'/>", "undefined entity"),
        ("<ext:a>&#0;</ext:a>", "reference to invalid character number"),
        ("<ext:a>&#xD800;</ext:a>", "reference to invalid character number"),
        ("<ext:a>&#x1F;</ext:a>", "reference to invalid character number"),
        ("<ext:a>\0</ext:a>", "not well-formed (invalid token)"),
        ("<ext:a>\x1f</ext:a>", "not well-formed (invalid token)"),
        ("<ext:a>\uffff</ext:a>", "not well-formed (invalid token)"),
        ("<ext:a>]]></ext:a>", "not well-formed (invalid token)"),
        ("<ext:a b='1' b='2'/>", "duplicate attribute"),
        (
            "<ext:a xmlns:e='https://ns.example.com/epcis/' ext:b='1' e:b='2'/>",
            "duplicate attribute",
        ),
        ("<ext:a b='<'/>", "not well-formed (invalid token)"),
        ("<ext:a b=1/>", "not well-formed (invalid token)"),
        ("<ext:a></ext:b>", "mismatched tag"),
        ("<no:a/>", "unbound prefix"),
        ("<ext:a xmlns:ext=''/>", "must not undeclare prefix"),
        ("<a xmlns='a b'/>", "syntax error"),
        ("<p:a xmlns:p='a b'/>", "syntax error"),
        ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", "reserved"),
        ("<a xmlns:xml='urn:x:a'/>", "reserved"),
        ("<!-- a -- b -->", "not well-formed (invalid token)"),
        ("<?xml version='1.0'?>", "XML or text declaration not at start"),
    ],
)
def test_what_is_no_xml_is_refused_with_its_line(inner: str, says: str) -> None:
    reason, _ = refused([document(event(), "", event("\n" + inner))])
    assert reason.startswith(
        "/EPCISDocument/EPCISBody/EventList/ObjectEvent[2]"
    )
    assert "(line 7): not well-formed XML at column " in reason
    assert says in reason


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "line 1: not well-formed XML at column 1: no element found"),
        (b"\n ", "line 2: not well-formed XML at column 2: no element found"),
        (b"{}", "line 1: not well-formed XML"),
        (b"<", "line 1: not well-formed XML"),
        (b"<ObjectEvent", "line 1: not well-formed XML"),
        (b"<ObjectEvent/><ObjectEvent/>", "junk after document element"),
        (b"\xff\xfe", "no element found"),
        (b"<ObjectEvent>\xc3", "partial character|unclosed token"),
        (b"<ObjectEvent>\xc0\x80", "invalid token"),
        (b"<ObjectEvent>\xed\xa0\x80", "invalid token"),
        (b"<ObjectEvent>\xff", "invalid token"),
        (b" <?xml version='1.0'?><ObjectEvent/>", "not at start of entity"),
    ],
)
def test_bytes_that_are_no_document_are_refused(data: bytes, says: str) -> None:
    reason, _ = refused([data])
    assert any(part in reason for part in says.split("|"))
    assert "line " in reason


@pytest.mark.parametrize(
    "encoding",
    [
        "UTF-7", "UTF-32", "ISO-8859-1", "windows-1252", "Shift_JIS",
        "EBCDIC-CP-US", "x-nothing", "unicode_escape", "rot13", "idna",
    ],
)  # fmt: skip
def test_other_encodings_are_refused_by_name(encoding: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    reason, _ = refused([with_prolog(prolog)])
    assert reason == (
        f"line 1: the encoding is {encoding!r}: write UTF-8 or UTF-16"
    )


def test_a_tag_hidden_by_an_encoding_is_not_seen() -> None:
    # In UTF-7, which some readers guess, this would be a document type.
    reason, _ = refused([b"+ADwAIQ-DOCTYPE a+AD4-<ObjectEvent/>"])
    assert "not well-formed" in reason


@pytest.mark.parametrize(
    ("declared", "true"),
    [("UTF-16", "utf-8"), ("UTF-8", "utf-16"), ("US-ASCII", "utf-16")],
)
def test_an_encoding_that_is_not_true_is_refused(
    declared: str, true: str
) -> None:
    whole = f'<?xml version="1.0" encoding="{declared}"?><ObjectEvent/>'
    reason, _ = refused([whole.encode(true)])
    assert "encoding specified in XML declaration is incorrect" in reason


def test_ascii_has_no_other_letters() -> None:
    whole = document(event("<ext:a>é</ext:a>"))
    for name in (b"US-ASCII", b"ascii"):
        prolog = b'<?xml version="1.0" encoding="' + name + b'"?>'
        reason, _ = refused([prolog + whole])
        assert "invalid token" in reason


def test_utf_32_is_refused() -> None:
    reason, _ = refused([document(event()).decode().encode("utf-32")])
    assert "not well-formed" in reason


def test_another_version_of_xml_is_refused() -> None:
    reason, _ = refused([with_prolog('<?xml version="1.1"?>')])
    assert reason == "line 1: this is XML 1.1: write XML 1.0"


def test_an_instruction_in_the_document_is_refused() -> None:
    reason, _ = refused([document(event("<?php system('id') ?>"))])
    assert reason.startswith(
        "/EPCISDocument/EPCISBody/EventList/ObjectEvent[1] (line 4): a"
        " processing instruction ('php') says nothing"
    )


XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
INCLUDE = f"<xi:include {XI} href='file:///etc/passwd' parse='text'/>"


@pytest.mark.parametrize(
    "data",
    [
        INCLUDE.encode(),
        document(event(INCLUDE)),
        document(event(f"<ext:a>{INCLUDE}</ext:a>")),
        document(event(f"<readPoint>{INCLUDE}</readPoint>")),
        document(INCLUDE),
        document(f"<extension>{INCLUDE}</extension>"),
        document().replace(b"<EPCISBody>", f"<EPCISBody>{INCLUDE}".encode()),
    ],
    ids=[
        "as the root",
        "in an event",
        "in an extension",
        "in a part",
        "for an event",
        "for a later event",
        "in the body",
    ],
)
def test_nothing_is_included(data: bytes) -> None:
    reason, _ = refused([data])
    assert "/xi:include" in reason
    assert reason.endswith(": nothing is included: write it out here")


def test_nothing_is_included_in_a_header() -> None:
    header = f"<EPCISHeader>{INCLUDE}</EPCISHeader><EPCISBody>"
    data = document(event()).replace(b"<EPCISBody>", header.encode())
    with pytest.raises(MalformedError, match="nothing is included"):
        read_xml(data)


def test_a_schema_that_is_named_is_not_fetched() -> None:
    bound = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="urn:x:a http://x.example/a.xsd"'
    )
    assert len(read_xml(document(event(attributes=bound)))) == 1


# Depth and size.


EVENTS_BEGIN = document(event()).split(b"<ObjectEvent")[0].decode()
BODY_BEGINS = document().split(b"<EPCISBody")[0].decode()
TOO_DEEP = "this nests more than 64 deep"


@pytest.mark.parametrize(
    ("head", "tag", "says"),
    [
        ("", "<a>", "this is no EPCISDocument"),
        ("", "<ObjectEvent>", TOO_DEEP),
        ("<ObjectEvent>", "<a>", TOO_DEEP),
        ("<ObjectEvent>", "<extension>", TOO_DEEP),
        ("<ObjectEvent xmlns:x='urn:x:'>", "<x:a>", TOO_DEEP),
        (BODY_BEGINS, "<a>", "no element is named 'a' here"),
        (BODY_BEGINS, "<ext:a>", TOO_DEEP),
        (BODY_BEGINS, "<EPCISHeader>", TOO_DEEP),
        (EVENTS_BEGIN, "<extension>", "no element is named 'extension' here"),
        (EVENTS_BEGIN, "<ext:a>", TOO_DEEP),
    ],
)
def test_what_nests_100_000_deep_is_refused(
    head: str, tag: str, says: str
) -> None:
    reason, memory = refused([(head + tag * 100_000).encode()])
    assert "(line " in reason
    assert says in reason
    assert memory < 2**22


def test_the_deepest_document_is_read() -> None:
    def nested(levels: int) -> bytes:
        inner = "<ext:a>" * levels + "1" + "</ext:a>" * levels
        return document(event(inner))

    around = len(["EPCISDocument", "EPCISBody", "EventList", "ObjectEvent"])
    (raw,) = read_xml(nested(64 - around))
    with pytest.raises(MalformedError, match="an extension nests at most 20"):
        check_event(raw)
    with pytest.raises(MalformedError, match="nests more than 64 deep"):
        read_xml(nested(65 - around))


def test_too_many_attributes_are_refused() -> None:
    for one in ("ext:a{}='1'", "xmlns:a{}='urn:x:{}'"):
        many = " ".join(one.format(n, n) for n in range(257))
        reason, _ = refused([document(event(attributes=many))])
        assert "an element has more than 256 attributes" in reason
        fewer = " ".join(one.format(n, n) for n in range(256))
        assert len(read_xml(document(event(attributes=fewer)))) == 1


@pytest.mark.parametrize("size", [1000, 2**16, 2**24])
@pytest.mark.parametrize(
    "start",
    ["<ObjectEvent a='", "<!-- ", "<?a ", "<ObjectEvent><!--", "<a", "<a "],
)
def test_a_tag_without_end_is_refused_before_it_fills_the_memory(
    start: str, size: int
) -> None:
    def endless() -> Iterator[bytes]:
        yield start.encode()
        for _ in range(2**25 // size):
            yield b" " * size if start == "<a " else b"x" * size

    reason, memory = refused(endless())
    assert "a tag or comment has more than 1048576 bytes" in reason
    assert memory < 2**22 + 2 * size


def test_an_event_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xml_read, "MAX_EVENT", 2**20)
    head, tail = document(event()).split(b"<epcList>")
    for inner in (
        b"<ext:a>" + b"x" * 2**20,
        b"<epcList>" + b"<epc>urn:x:1</epc>" * 2**16,
    ):
        reason, _ = refused([head, *itertools.repeat(inner, 8), tail])
        assert reason.startswith(
            "/EPCISDocument/EPCISBody/EventList/ObjectEvent[1]"
        )
        assert "this has more than 1048576 bytes: send it in parts" in reason


def test_a_header_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xml_read, "MAX_EVENT", 2**16)
    head, _ = document().split(b"<EPCISBody>")
    pieces = [head, b"<EPCISHeader>", *itertools.repeat(b"<a>b</a>" * 999, 999)]
    reason, memory = refused(pieces)
    assert reason.startswith("/EPCISDocument/EPCISHeader (line 2): this has")
    assert memory < 2**20


def test_an_event_of_many_elements_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xml_read, "MAX_ELEMENTS", 1000)
    assert len(read_xml(document(event("<ext:a/>" * 995)))) == 1
    reason, _ = refused([document(event("<ext:a/>" * 1000))])
    assert "the event has more than 1000 elements" in reason


LONG = "a" * 4096


@pytest.mark.parametrize(
    "inner",
    [
        f"<ext:{LONG}/>",
        f"<ext:a ext:{LONG}='1'/>",
        f"<ext:a b='1' {LONG}a='1'/>",
        f"<ext:a xmlns:{LONG}a='urn:x:'/>",
        f"<ext:a xmlns:a='urn:{LONG}'/>",
    ],
)
def test_a_name_too_long_to_keep_is_refused(inner: str) -> None:
    reason, _ = refused([document(event(inner))])
    assert reason.endswith(": a name has more than 4096 characters")
    assert len(reason) < 200


def test_too_many_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_safe, "MAX_NAMES", 500)
    many = [event(f"<ext:a{n}/>") for n in range(4000)]
    reason, _ = refused([document(*many)])
    assert "more than 500 different names" in reason


def test_a_long_document_is_read_in_little_memory() -> None:
    def pieces() -> Iterator[bytes]:
        head, tail = document(event()).split(event().encode())
        header = b"<EPCISHeader>" + b"<a>b</a>" * 999 + b"</EPCISHeader>"
        yield head.replace(b"<EPCISBody>", header + b"<EPCISBody>")
        for number in range(4000):
            yield event(f"<ext:a>{number}</ext:a><!-- {'x' * 999} -->").encode()
        yield tail

    tracemalloc.start()
    try:
        # The last one keeps the header.
        assert sum(1 for _ in streamed(pieces())) == 4001
        assert tracemalloc.get_traced_memory()[1] < 2**21
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [1, 100, 2**16])
def test_a_long_tag_takes_time_in_its_length_alone(size: int) -> None:
    given = [0]

    class Counted(xml_safe.SafeParser):
        def _parse(self, *, is_final: bool) -> None:
            # The parser looks through what is unfinished and what is new.
            given[0] += self._unfinished + len(self._held)
            super()._parse(is_final=is_final)

    parser = Counted(
        on_start=lambda *_: None,
        on_end=lambda *_: None,
        on_text=lambda *_: None,
        on_prefix=lambda *_: None,
        path=lambda: "",
    )
    length = 2**19
    data = b"<a b='" + b"x" * length + b"'/>"
    for start in range(0, len(data), size):
        parser.feed(data[start : start + size])
    parser.close()
    assert given[0] < 20 * length + 2**24


def assert_read_or_refused(data: bytes) -> None:
    reason = ""
    try:
        for raw in read_xml(data):
            check_event(raw)
    except MalformedError as error:
        reason = str(error)
    assert not reason or "line " in reason


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert_read_or_refused(data)


WHOLE = document(
    event(
        "<readPoint><id>urn:x:1</id></readPoint><quantityList><quantityElement>"
        "<epcClass>urn:x:2</epcClass><quantity>1</quantity></quantityElement>"
        "</quantityList><ilmd><ext:a b='1'>c</ext:a></ilmd>"
    ),
    event(
        "<sensorElementList><sensorElement><sensorReport type='gs1:Mass'/>"
        "</sensorElement></sensorElementList>"
    ),
)


@settings(max_examples=300)
@given(
    st.integers(0, len(WHOLE) - 1),
    st.integers(0, 40),
    st.sampled_from(
        [b"", b"<", b">", b"&", b"/", b'"', b"\0", b"\xff", b"<a>", b"</epc>",
         b"ext:", b"xmlns:a='b' ", b"<!--", b"]]>", b"<extension>", b" "]
    ),
)  # fmt: skip
def test_a_damaged_document_is_read_or_refused(
    start: int, length: int, instead: bytes
) -> None:
    damaged = WHOLE[:start] + instead + WHOLE[start + length :]
    assert_read_or_refused(damaged)
