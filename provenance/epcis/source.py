"""Events from a stream, whatever it holds: JSON, lines of JSON, or XML.

    {"type": "EPCISDocument", …                       JSON: one document, or
                                                      an event with @context
    {"@context": …, "type": "ObjectEvent", …}         lines: each a document,
    {"@context": …, "type": "ObjectEvent", …}         or an event with @context
    <epcis:EPCISDocument …                            XML

Which of them it is, its first bytes tell. The stream is read twice, and of
its events memory holds a few, however many there are. The first reading finds
what is wrong around the events, and in lines or XML what cannot be read at
all; the second gives the events out, to be checked one by one.

Events of UNTP are read from their credential, if that is wished, and made into
events of EPCIS (`mending.untp`).

Given a list for mends, the events are mended as they are read (`mend`), and
so is what is around them. Then a context that is not GS1's may be left out,
if each prefix that it could define is defined elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Protocol

from provenance.encoding.json_stream import MAX_PART, JsonStream
from provenance.encoding.path import json_path
from provenance.encoding.strict_json import JSON, read_json
from provenance.epcis.draft import Locate, RawEvent
from provenance.epcis.envelope import EVENT_LISTS, Envelope, read_envelope
from provenance.epcis.header import Named, document_value, locate_kept
from provenance.epcis.mending.mend import Mend, mend_envelope, mend_event
from provenance.epcis.mending.notes import ABSENT, Steps
from provenance.epcis.mending.untp import SUBJECT, mend_untp
from provenance.epcis.prefixes import read_context
from provenance.epcis.readers import Prefixes, ValueFault, read_object
from provenance.epcis.xml.read import XmlReader
from provenance.errors import MalformedError

MAX_EVENT_BYTES = MAX_PART
"""The largest event that is read by default, in bytes."""

_CHUNK = 2**20
_SMALL_CHUNK = 2**16
_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"
_XML = (b"<", b"\xff\xfe<", b"\xfe\xff\0<", b"\0<")
"""What XML starts with, in UTF-8 and UTF-16."""


def read_events(
    stream: BinaryIO,
    *,
    mends: list[Mend] | None = None,
    prefixes: Prefixes | None = None,
    untp_zone: str | None = None,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> Iterator[RawEvent]:
    """Return the events in *stream*, in order, not yet checked.

    See `EventStream`, which tells how many they are as well.

    Raises:
        MalformedError: It is neither JSON nor XML of EPCIS. Some of this is
            raised on the way, after the events before it.
    """
    return EventStream(
        stream,
        mends=mends,
        prefixes=prefixes,
        untp_zone=untp_zone,
        max_event_bytes=max_event_bytes,
    ).events()


class EventStream:
    """A stream of events.

    Attributes:
        media: `json`, `ndjson` for lines of JSON, or `xml`.
        count: How many events it has, those that keep its headers among
            them.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        mends: list[Mend] | None = None,
        prefixes: Prefixes | None = None,
        untp_zone: str | None = None,
        max_event_bytes: int = MAX_EVENT_BYTES,
    ) -> None:
        """Read *stream* once, from where it stands to its end.

        Args:
            stream: It can be read again from where it stands.
            mends: Where to write down what is mended; None for nothing to be
                mended.
            prefixes: Prefix → namespace, where a document in JSON defines
                none itself: what the header `GS1-Extensions` of a request
                says, or whoever hands it in.
            untp_zone: For a credential of UNTP with events, the offset from
                UTC of where they happened; None for a document of EPCIS.
            max_event_bytes: The largest event in JSON, the most that a
                document in JSON has around its events, and the longest line.

        Raises:
            MalformedError: What is around the events is not JSON or XML of
                EPCIS.
        """
        self._mends = mends
        rules = _Rules(
            is_lenient=mends is not None,
            prefixes=read_context(dict(prefixes or {})),
            max_bytes=max_event_bytes,
            untp_zone=untp_zone,
        )
        self.media = "json"
        reading: type[_Reading] = _Credential
        if untp_zone is None:
            self.media = _sniff(stream, max_event_bytes)
            reading = _READINGS[self.media]
        self._reading = reading(stream, rules)
        self.count = self._reading.count

    def events(self) -> Iterator[RawEvent]:
        """Yield the events in order, not yet checked.

        What is mended in an event, or around it, is written down before the
        event is yielded.

        Raises:
            MalformedError: An event is not JSON, needs a context that was
                left out, or the stream is not what it was.
        """
        return self._reading.events([] if self._mends is None else self._mends)


def _sniff(stream: BinaryIO, longest_line: int) -> str:
    """Return what *stream* holds, and leave it where it stands."""
    begin = stream.tell()
    try:
        text = _after_blanks(stream, b"")
        if text.removeprefix(_MARK).lstrip(_BLANK).startswith(_XML):
            return "xml"
        is_lines = text.startswith(b"{") and _has_lines(
            stream, text, longest_line
        )
        return "ndjson" if is_lines else "json"
    finally:
        stream.seek(begin)


def _has_lines(stream: BinaryIO, text: bytes, longest_line: int) -> bool:
    """Return whether an object ends with its line, and something follows.

    In a document that goes on in the next line, a comma or the end of what
    is around the object would follow.
    """
    last = b""
    size = 0
    while (end := text.find(b"\n")) < 0:
        last = text.rstrip(_BLANK)[-1:] or last
        size += len(text)
        text = stream.read(_SMALL_CHUNK)
        if not text or size > longest_line:
            return False
    last = text[:end].rstrip(_BLANK)[-1:] or last
    following = _after_blanks(stream, text[end:])[:1]
    return last == b"}" and following not in {b"", b",", b"]", b"}"}


def _after_blanks(stream: BinaryIO, text: bytes) -> bytes:
    """Return what follows first in *text* and *stream* that is not blank."""
    while not (rest := text.lstrip(_BLANK)):
        text = stream.read(_SMALL_CHUNK)
        if not text:
            break
    return rest


@dataclass(frozen=True, slots=True)
class _Rules:
    """How to read: see `EventStream`."""

    is_lenient: bool
    prefixes: Prefixes
    max_bytes: int
    untp_zone: str | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A document in JSON whose envelope was read, and mended if need be."""

    envelope: Envelope
    locate: Locate
    mends: Sequence[Mend]
    is_context_dropped: bool


def _open(document: JSON, locate: Locate, rules: _Rules) -> _Opened:
    try:
        members = read_object(document)
        mends: Sequence[Mend] = ()
        is_context_dropped = False
        if rules.is_lenient:
            members, notes = mend_envelope(members, locate)
            locate, mends = notes.locate, notes.mends
            is_context_dropped = notes.has_dropped_context
        envelope = read_envelope(members, rules.prefixes)
    except ValueFault as fault:
        place = locate(fault.steps[::-1])
        raise MalformedError.at(place, fault.message) from fault
    return _Opened(envelope, locate, mends, is_context_dropped)


def _events_in(
    opened: _Opened, rules: _Rules, mends: list[Mend]
) -> Iterator[RawEvent]:
    """Yield the events of a document that is in memory."""
    mends += opened.mends
    envelope = opened.envelope

    def events() -> Iterator[RawEvent]:
        for index, event in enumerate(envelope.events):
            way: Steps = (*envelope.steps, index) if envelope.steps else ()
            locate = partial(_locate_below, opened.locate, way)
            raw = RawEvent(event, envelope.prefixes, locate)
            yield _finish(raw, opened.is_context_dropped, rules, mends)

    return _with_header(events(), opened)


def _with_header(
    events: Iterator[RawEvent], opened: _Opened
) -> Iterator[RawEvent]:
    """Yield *events*, and then what the document says beside them."""
    envelope = opened.envelope
    if not envelope.around:
        yield from events
        return
    named = Named()
    for raw in events:
        named.take(raw.value, raw.prefixes)
        yield raw
    about = named.ids or envelope.described
    yield RawEvent(
        document_value(envelope.around, about),
        envelope.prefixes,
        partial(locate_kept, opened.locate),
    )


def _count_of(envelope: Envelope) -> int:
    return len(envelope.events) + bool(envelope.around)


def _locate_below(
    locate: Locate, way: Steps, steps: Sequence[str | int]
) -> str:
    return locate((*way, *steps))


def _finish(
    raw: RawEvent, is_context_dropped: bool, rules: _Rules, mends: list[Mend]
) -> RawEvent:
    if not rules.is_lenient:
        return raw
    raw, found = mend_event(raw, is_context_dropped=is_context_dropped)
    mends += found
    return raw


class _Reading(Protocol):
    """How one kind of stream is read."""

    count: int

    def __init__(self, stream: BinaryIO, rules: _Rules) -> None: ...

    def events(self, mends: list[Mend]) -> Iterator[RawEvent]: ...


class _Document:
    """One document in JSON."""

    def __init__(self, stream: BinaryIO, rules: _Rules) -> None:
        self._rules = rules
        self._parts = JsonStream(stream, EVENT_LISTS, max_part=rules.max_bytes)
        self._opened = _open(self._parts.frame, json_path, rules)
        envelope = self._opened.envelope
        self.count = self._parts.count + _count_of(envelope)

    def events(self, mends: list[Mend]) -> Iterator[RawEvent]:
        opened = self._opened
        if opened.envelope.events or not self._parts.count:
            return _events_in(opened, self._rules, mends)
        mends += opened.mends

        def events() -> Iterator[RawEvent]:
            for value, place in self._parts.elements():
                raw = RawEvent(value, opened.envelope.prefixes, place.path)
                yield _finish(
                    raw, opened.is_context_dropped, self._rules, mends
                )

        return _with_header(events(), opened)


class _Lines:
    """Lines of JSON, each a document or an event."""

    def __init__(self, stream: BinaryIO, rules: _Rules) -> None:
        self._stream = stream
        self._begin = stream.tell()
        self._rules = rules
        self.count = sum(
            _count_of(opened.envelope) for opened in self._documents()
        )

    def events(self, mends: list[Mend]) -> Iterator[RawEvent]:
        for opened in self._documents():
            yield from _events_in(opened, self._rules, mends)

    def _documents(self) -> Iterator[_Opened]:
        start = 0
        for index, line in enumerate(self._lines()):
            place = _Line(index + 1, start, line)
            if len(line) > self._rules.max_bytes:
                raise MalformedError(
                    f"{place.name} has more than {self._rules.max_bytes}"
                    " bytes: send it in parts"
                )
            if line.strip(_BLANK):
                yield _open(read_json(line, place), place.path, self._rules)
            start += len(line) + 1

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines; of one that is too long only the beginning."""
        position = self._begin
        rest = b""
        while True:
            # Others may have read elsewhere since.
            self._stream.seek(position)
            chunk = self._stream.read(_CHUNK)
            position += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
            if not chunk or len(rest) > self._rules.max_bytes:
                yield rest
                return


class _Line:
    """The place of a line."""

    depth = 0

    def __init__(self, number: int, start: int, text: bytes) -> None:
        self._number = number
        self._start = start
        self._text = text

    @property
    def name(self) -> str:
        return f"line {self._number}"

    def path(self, steps: Sequence[str | int]) -> str:
        return f"{self.name}: {json_path(steps)}"

    def byte(self, offset: int) -> int:
        return self._start + offset

    def line_and_column(self, offset: int) -> tuple[int, int]:
        return self._number, len(self._text[:offset].decode()) + 1


class _Credential:
    """A credential of UNTP, in JSON, whose subjects are events."""

    def __init__(self, stream: BinaryIO, rules: _Rules) -> None:
        self._rules = rules
        self._parts = JsonStream(
            stream, ((SUBJECT,),), max_part=rules.max_bytes
        )
        frame = self._parts.frame
        if not isinstance(frame, dict) or SUBJECT not in frame:
            raise MalformedError(
                f"$: this is no credential of UNTP: its {SUBJECT} is missing"
            )
        if not isinstance(frame[SUBJECT], dict | list):
            raise MalformedError.at(
                json_path((SUBJECT,)), "this must be a list of events"
            )
        self._frame = frame
        # One event may stand there without a list.
        self._single = isinstance(frame[SUBJECT], dict)
        self.count = self._parts.count + self._single

    def events(self, mends: list[Mend]) -> Iterator[RawEvent]:
        kept = {n: m for n, m in self._frame.items() if n != SUBJECT}
        mends.append(Mend("$", "untp-credential", kept, ABSENT))
        if self._single:
            way: Steps = (SUBJECT,)
            locate = partial(_locate_below, json_path, way)
            yield self._event(self._frame[SUBJECT], locate, mends)
        for value, place in self._parts.elements():
            yield self._event(value, place.path, mends)

    def _event(
        self, value: JSON, locate: Locate, mends: list[Mend]
    ) -> RawEvent:
        raw = RawEvent(value, self._rules.prefixes, locate)
        raw, found = mend_untp(raw, self._rules.untp_zone or "")
        mends += found
        return _finish(raw, False, self._rules, mends)


class _Xml:
    """A document in XML."""

    def __init__(self, stream: BinaryIO, rules: _Rules) -> None:
        self._stream = stream
        self._begin = stream.tell()
        self._rules = rules
        self.count = sum(1 for _ in self._raw_events([]))

    def events(self, mends: list[Mend]) -> Iterator[RawEvent]:
        for raw in self._raw_events(mends):
            yield _finish(raw, False, self._rules, mends)

    def _raw_events(self, mends: list[Mend]) -> Iterator[RawEvent]:
        reader = XmlReader(mends=mends if self._rules.is_lenient else None)
        position = self._begin
        while True:
            # Others may have read elsewhere since.
            self._stream.seek(position)
            chunk = self._stream.read(_SMALL_CHUNK)
            position += len(chunk)
            yield from reader.feed(chunk) if chunk else reader.close()
            if not chunk:
                return


_READINGS: Mapping[str, type[_Reading]] = {
    "json": _Document,
    "ndjson": _Lines,
    "xml": _Xml,
}
