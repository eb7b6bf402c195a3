"""EPCIS documents in XML, read as they arrive: events out, one by one.

    <epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"
        schemaVersion="2.0" creationDate="2026-03-01T09:00:00Z">
      <EPCISBody><EventList>
        <ObjectEvent>…</ObjectEvent>
        <extension><TransformationEvent>…</TransformationEvent></extension>
      </EventList></EPCISBody>
    </epcis:EPCISDocument>

EPCIS 2.0 and 1.2 are read, as an EPCISDocument, as an EPCISQueryDocument that
holds the results of a query, or as one event that is the root. `extension`
around an event is where 1.2 has the types that came later, and where 2.0 has
those of others. The header, with its business document header and master
data, and extensions of the document itself become one event, which keeps them
(`provenance.epcis.header`) and comes last; so do the vocabularies of an
EPCISMasterDataDocument, which has no other.

Each event comes out as EPCIS JSON (`xml_event`), to be checked like any other.
What it says is judged there; here, only whether the document is XML of EPCIS.
Memory holds one event at a time, which has at most 64 MiB and 1,310,720
elements, five for each item that a signed event can have.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import cast

from provenance.claims.event import MAX_LEAVES
from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import RawEvent
from provenance.epcis.header import Named
from provenance.epcis.mending.notes import ABSENT, Mend
from provenance.epcis.xml.envelope import (
    KEPT,
    ROOTS,
    EnvelopeLevel,
    check_attributes,
    check_namespace,
    check_root,
    unexpected,
)
from provenance.epcis.xml.event import read_event, read_header, refuse
from provenance.epcis.xml.names import parse_name
from provenance.epcis.xml.safe import SafeParser
from provenance.epcis.xml.shapes import EVENTS
from provenance.epcis.xml.tree import Element
from provenance.epcis.xml.values import SPACE
from provenance.errors import MalformedError

MAX_EVENT = 64 * 2**20
"""The largest event, and the largest header, in bytes."""

MAX_ELEMENTS = 5 * MAX_LEAVES
"""The most elements of one event."""

MAX_DEPTH = 64
"""How many elements may stand inside one another."""

MAX_ATTRIBUTES = 256
"""The most attributes and prefixes that one element may have."""

MAX_NAME = 4096
"""The longest name with its namespace, in characters."""

_PIECE = 2**16
_NONE: Mapping[str, str] = {}


def read_xml(data: bytes) -> list[RawEvent]:
    """Return the events of the XML document *data*, in order, not checked.

    Raises:
        MalformedError: It is not XML of EPCIS; the message starts with where.
    """
    reader = XmlReader()
    events = reader.feed(data)
    return events + reader.close()


class XmlReader:
    """Reads one document, given piece by piece.

    A fault ends the reading. It is raised by the call that meets it or, if
    that call has whole events to give, by the next; so no event before it is
    lost, and whether these count is the caller's to decide.
    """

    def __init__(self, *, mends: list[Mend] | None = None) -> None:
        """Start a document.

        Args:
            mends: Where to write down what is mended of what stands around
                the events; None for nothing to be mended.
        """
        self._mends = mends
        self._parser = SafeParser(
            on_start=self._start,
            on_end=self._end,
            on_text=self._text,
            on_prefix=self._prefix,
            path=lambda: self._open.path if self._open else "",
            on_doctype=None if mends is None else self._pass_doctype,
        )
        self._fault: MalformedError | None = None
        self._events: list[RawEvent] = []
        # The innermost open element, but for those in what is passed over.
        self._open: Element | None = None
        self._depth = 0
        self._declared: dict[str, str] = {}
        # Around events: the levels that are open, and what came in each.
        self._levels: list[tuple[EnvelopeLevel, Counter[tuple[str, ...]]]] = []
        # The event that is open, or how deep it is in what is passed over.
        self._event: Element | None = None
        self._is_around = False
        self._passing = 0
        self._began = 0
        self._elements = 0
        self._pieces: list[str] = []
        # What stands around the events, and what these name.
        self._root: Element | None = None
        self._around: list[Element] = []
        self._named = Named()

    def feed(self, data: bytes) -> list[RawEvent]:
        """Return the events that *data*, of any length, completes.

        Raises:
            MalformedError: The document is not XML of EPCIS.
        """
        if self._fault is None:
            self._keep_fault(partial(self._feed, data))
        events, self._events = self._events, []
        if self._fault is not None and not events:
            raise self._fault
        return events

    def close(self) -> list[RawEvent]:
        """Return the events that the end of the document completes.

        Raises:
            MalformedError: The document is not XML of EPCIS, or has no end.
        """
        if self._fault is None:
            self._keep_fault(self._parser.close)
        if self._fault is None and self._root is not None:
            self._keep_fault(self._end_document)
        if self._fault is not None:
            raise self._fault
        return self._events

    def _end_document(self) -> None:
        assert self._root is not None, "it is a document's end"
        raw = read_header(self._around, self._root)
        if raw is not None:
            kept = cast("dict[str, JSON]", raw.value)
            about = self._named.ids or kept["about"]
            value = cast("JSON", {**kept, "about": about})
            self._events.append(replace(raw, value=value))

    def _keep_fault(self, read: Callable[[], None]) -> None:
        try:
            read()
        except MalformedError as fault:
            self._fault = fault

    def _feed(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE):
            self._parser.feed(data[start : start + _PIECE])
            if (
                self._event is not None or self._passing
            ) and self._parser.position - self._began > MAX_EVENT:
                raise self._parser.refuse(
                    f"this has more than {MAX_EVENT} bytes: send it in parts"
                )

    # What the parser calls.

    def _pass_doctype(self, name: str) -> None:
        assert self._mends is not None, "it is told of none otherwise"
        place, said = f"line {self._parser.line}", f"<!DOCTYPE {name[:80]}>"
        self._mends.append(Mend(place, "doctype", said, ABSENT))

    def _prefix(self, prefix: str | None, namespace: str | None) -> None:
        self._require_short(prefix or "", namespace or "")
        self._declared[prefix or ""] = namespace or ""

    def _start(self, raw: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._parser.refuse(
                f"this nests more than {MAX_DEPTH} deep: write it with fewer"
                " levels"
            )
        self._require_short(raw, *attributes)
        declared = self._declared
        if declared:
            self._declared = {}
        if len(attributes) + len(declared) > MAX_ATTRIBUTES:
            raise self._parser.refuse(
                f"an element has more than {MAX_ATTRIBUTES} attributes: write"
                " elements instead"
            )
        if self._passing:
            self._passing += 1
            return
        name = parse_name(raw)
        element = Element(
            name,
            self._open,
            self._parser.line,
            attributes or _NONE,
            declared or _NONE,
        )
        if name.namespace:
            check_namespace(element)
        if self._event is not None:
            self._grow(element)
        elif self._levels:
            self._descend(element)
        else:
            self._begin_document(element, has_namespace=raw != name.local)
        self._open = element

    def _end(self, _: str) -> None:
        self._depth -= 1
        element = self._open
        assert element is not None, "the parser matches the tags"
        if self._passing > 1:
            self._passing -= 1
            return
        if self._passing:
            self._passing = 0
        elif self._event is not None:
            self._finish(element)
        else:
            level, met = self._levels.pop()
            for name in level.required:
                if ("", name) not in met:
                    raise refuse(element, f"{name} is missing: add it")
        self._open = element.parent

    def _text(self, text: str) -> None:
        if self._event is not None:
            self._pieces.append(text)
        elif not self._passing and text.strip(SPACE):
            raise self._parser.refuse(
                "elements belong here, and no text: leave the text out"
            )

    def _require_short(self, *names: str) -> None:
        # They are kept for the whole document, and longer in a cache.
        for name in names:
            if len(name) > MAX_NAME:
                raise self._parser.refuse(
                    f"a name has more than {MAX_NAME} characters"
                )

    # Around events.

    def _begin_document(self, root: Element, *, has_namespace: bool) -> None:
        check_root(root, has_namespace=has_namespace)
        if root.name.local in EVENTS:
            self._begin_event(root)
        else:
            self._root = root
            self._levels.append((ROOTS[root.name.local], Counter()))

    def _descend(self, element: Element) -> None:
        level, met = self._levels[-1]
        name = element.name
        met[name[:2]] += 1
        if level.holds_events:
            element.position = met[name[:2]]
            if name.namespace or name.local in EVENTS:
                self._begin_event(element)
                return
        if name.namespace:
            self._begin_part(element)
            return
        if name.local not in level.inner:
            raise refuse(element, unexpected(name, level))
        if met[name[:2]] > 1 and not level.holds_events:
            raise refuse(
                element, f"{name.local} stands here twice: leave one out"
            )
        inner = level.inner[name.local]
        if inner is None:
            self._pass_over()
        elif inner is KEPT:
            self._begin_part(element)
        else:
            self._levels.append((inner, Counter()))
            check_attributes(element, ())

    def _pass_over(self) -> None:
        self._passing = 1
        self._began = self._parser.position

    # In an event, or in a part of what stands around events.

    def _begin_event(self, event: Element) -> None:
        self._begin_part(event)
        self._is_around = False
        self._elements = 0

    def _begin_part(self, part: Element) -> None:
        if not self._around:
            self._elements = 0
        self._event = part
        self._is_around = True
        self._began = self._parser.position

    def _grow(self, element: Element) -> None:
        parent = element.parent
        assert parent is not None, "the event is around it"
        self._take_text(has_elements=True)
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise self._parser.refuse(
                f"the event has more than {MAX_ELEMENTS} elements: send it in"
                " parts"
            )
        parent.add(element)

    def _finish(self, element: Element) -> None:
        element.text = self._take_text(has_elements=bool(element.children))
        if element is self._event:
            self._event = None
            if self._is_around:
                self._around.append(element)
                return
            raw = read_event(element)
            self._named.take(raw.value, raw.prefixes)
            self._events.append(raw)

    def _take_text(self, *, has_elements: bool) -> str:
        if not self._pieces:
            return ""
        text = "".join(self._pieces)
        self._pieces.clear()
        if has_elements and text.strip(SPACE):
            raise self._parser.refuse(
                "text stands among elements here: leave it out"
            )
        return text
