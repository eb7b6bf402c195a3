"""Events as an EPCISDocument in XML, which is written as it is asked for.

    <?xml version="1.0" encoding="UTF-8"?>
    <epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"
        schemaVersion="2.0" creationDate="2026-03-01T09:00:00Z">
    <EPCISBody>
    <EventList>
    <ObjectEvent xmlns:ext="https://ns.example.com/epcis/">
    <eventTime>2026-03-01T08:59:00+13:00</eventTime>
    …

The elements stand in the order of the schema of EPCIS 2.0. Each event binds
the prefixes that it uses, so events never share one by accident. `read`
reads the same events back, apart from what XML has no way to say:

    in extensions, a number, true or false     becomes the text for it
                   a list of one               becomes its element
                   a list of none              is gone
                   an object of none           becomes the empty text
    in attributes, null                        becomes the empty text
    a certificationInfo that is a list of one  becomes its element
    the lists of an event                      come in the schema's order
    a standard word                            comes back bare, but for
                                               gs1:ALARM_CONDITION,
                                               cbv:Comp-x and the like
    the name of an extension written as a URI  gets a prefix: ns1, ns2 …
    a prefix for a namespace of GS1's          becomes GS1's own
    a prefix of GS1's for something else       becomes ns1, ns2 …
    a second prefix for one namespace          becomes the first
    an id or a word whose prefix XML cannot    comes back written out
    keep, and any id with a prefix

Attributes there are in sensorMetadata and sensorReport, whose extensions can
be single values alone, and for members whose name starts with `@`.

An event is refused where XML cannot hold it at all: control characters, a
list in a list, a name that is no name in XML, one name in two spellings.

Over 500 lines: the writer of one schema, each kind of part a method.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, count

from provenance.encoding.strict_json import JSON
from provenance.epcis.context import context
from provenance.epcis.header import MASTER_DATA_DOCUMENT, KeptHeader
from provenance.epcis.prefixes import STANDARD_PREFIXES, expand
from provenance.epcis.readers import (
    Prefixes,
    ValueFault,
    at,
    read_list,
    read_object,
    require_members,
    text,
    time,
    unknown_member,
)
from provenance.epcis.render import QUERY_NAME
from provenance.epcis.shapes import MEMBERS
from provenance.epcis.xml.header import SBDH, lower, lower_list
from provenance.epcis.xml.names import (
    EPCIS,
    EPCIS_MASTER_DATA,
    EPCIS_QUERY,
    MASTER_DATA,
    RESERVED,
    STANDARD_NAMESPACES,
    XINCLUDE,
    XML,
    XSI,
    is_name,
    split_uri,
)
from provenance.epcis.xml.shapes import (
    FIELDS,
    Again,
    Attributes,
    Many,
    Parts,
    Shape,
    TypedElement,
    order_of,
)
from provenance.epcis.xml.values import SPACE, Scalar, Word, write_plainly
from provenance.errors import MalformedError

_DOCUMENT = (
    (
        f'<epcis:EPCISDocument xmlns:epcis="{EPCIS}" schemaVersion="2.0"'
        ' creationDate="%s">\n<EPCISBody>\n<EventList>\n'
    ),
    "</EventList>\n</EPCISBody>\n</epcis:EPCISDocument>\n",
)
_QUERY_DOCUMENT = (
    (
        f'<epcisq:EPCISQueryDocument xmlns:epcisq="{EPCIS_QUERY}"'
        ' schemaVersion="2.0" creationDate="%s">\n<EPCISBody>\n'
        f"<epcisq:QueryResults>\n<queryName>{QUERY_NAME}</queryName>\n"
        "<resultsBody>\n<EventList>\n"
    ),
    (
        "</EventList>\n</resultsBody>\n</epcisq:QueryResults>\n</EPCISBody>\n"
        "</epcisq:EPCISQueryDocument>\n"
    ),
)
"""What stands before and behind the list of events."""

_MASTER_DATA_DOCUMENT = (
    (
        "<epcismd:EPCISMasterDataDocument"
        f' xmlns:epcismd="{EPCIS_MASTER_DATA}" schemaVersion="2.0"'
        ' creationDate="%s">\n<EPCISBody>\n'
    ),
    "</EPCISBody>\n</epcismd:EPCISMasterDataDocument>\n",
)

_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'

# What is no character in XML 1.0 (section 2.2), what stands for those that
# readers would take for something else, and what needs neither.
_NO_CHARACTER = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_IN_TEXT = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
)
_IN_ATTRIBUTE = _IN_TEXT | str.maketrans(
    {'"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
)
_PLAIN = re.compile(r"[ !#-%'-;=?-~]*")

_OF_XML = ("xml", "xmlns")
_XMLNS = "http://www.w3.org/2000/xmlns/"
_NOT_FOR_EXTENSIONS = frozenset({XSI, XINCLUDE, _XMLNS})
_PREFIXED = re.compile(r"[A-Za-z][A-Za-z0-9+._-]*:.*", re.DOTALL)


def write_xml(
    events: Iterable[Mapping[str, JSON]],
    *,
    created: str,
    header: KeptHeader | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of an EPCISDocument (EPCIS 2.0) with *events* in it.

    Args:
        events: EPCIS JSON events that stand alone, as `render_event` gives
            them. They may have a `recordTime`.
        created: When the document is made, in RFC 3339 with its zone, if its
            header does not say it.
        header: What it says beside the events.

    Raises:
        MalformedError: XML cannot hold one of the events; the message starts
            with where, as in `$[2].readPoint.id`, events counted from 0. What
            was yielded before is no whole document.
    """
    if header is None:
        return _write(_DOCUMENT, events, created)
    said = header.members.get("creationDate")
    try:
        around = _with_header(header)
    except ValueFault as fault:
        raise MalformedError.at(fault.path, fault.message) from fault
    return _write(around, events, said if isinstance(said, str) else created)


def write_query_xml(
    events: Iterable[Mapping[str, JSON]], *, created: str
) -> Iterator[bytes]:
    """Yield the bytes of an EPCISQueryDocument: the answer *events* are.

    The arguments and errors are those of `write_xml`.
    """
    return _write(_QUERY_DOCUMENT, events, created)


def _write(
    around: tuple[str, str],
    events: Iterable[Mapping[str, JSON]],
    created: str,
) -> Iterator[bytes]:
    opening, closing = around
    try:
        written = time(created, {})
    except ValueFault as fault:
        raise MalformedError(f"created: {fault.message}") from fault
    yield f"{_PROLOG}{opening % written}".encode()
    for index, event in enumerate(events):
        try:
            written = at(index, _write_event, dict(event), {})
        except ValueFault as fault:
            raise MalformedError.at(fault.path, fault.message) from fault
        yield written.encode()
    yield closing.encode()


def _with_header(header: KeptHeader) -> tuple[str, str]:
    """Return what stands before and behind the events of such a document."""
    members, prefixes = header
    if members.get("type") == MASTER_DATA_DOCUMENT:
        vocabularies = lower_list(members.get("epcisBody"))
        said = _part("VocabularyList", vocabularies, prefixes)
        opening, closing = _MASTER_DATA_DOCUMENT
        return opening + _in_format(said), closing
    opening, closing = _DOCUMENT
    prefix = next((p for p, n in prefixes.items() if n == SBDH), "sbdh")
    plain = lower(members, prefix)
    said = ""
    if plain:
        said = _part("EPCISHeader", plain, {**prefixes, prefix: SBDH})
    others = "".join(
        _part(_Writing(prefixes).tag(name, {}), value, prefixes)
        for name, value in members.items()
        if ":" in name
    )
    body = "<EPCISBody>"
    return (
        opening.replace(body, _in_format(said) + body),
        closing.replace("</EPCISBody>\n", f"</EPCISBody>\n{others}"),
    )


def _in_format(said: str) -> str:
    """Return *said* as it stands in what is filled in with `%`."""
    return said.replace("%", "%%")


def _part(tag: str, value: JSON, prefixes: Prefixes) -> str:
    """Return an element around events, which binds all that it uses."""
    writing = _Writing(prefixes)
    written = writing.said(tag, value)
    return written.replace(f"<{tag}", f"<{tag}{writing.declarations}", 1)


def _write_event(value: JSON, _: Prefixes) -> str:
    event = read_object(value)
    require_members(event, ("type",))
    own = at("@context", context, event.get("@context", []), {})
    writing = _Writing(own)
    kind = at("type", text, event["type"], own)
    tag = kind if kind in MEMBERS else at("type", writing.tag, kind, own)
    members = {
        name: member
        for name, member in event.items()
        if name not in {"type", "@context"}
    }
    content = writing.parts(members, Parts(FIELDS), order_of(kind))
    whole = f"<{tag}{writing.declarations}>\n{content}</{tag}>\n"
    # The types of others have their place in the schema.
    if kind not in MEMBERS:
        return f"<extension>\n{whole}</extension>\n"
    return whole


class _Writing:
    """One event on its way to XML."""

    def __init__(self, prefixes: Prefixes) -> None:
        self._prefixes = prefixes
        self._bound: dict[str, str] = {}
        for prefix, namespace in prefixes.items():
            known = _in_xml(namespace)
            if known not in {XML, _XMLNS} and prefix not in _OF_XML:
                self._bound[prefix] = known

    @property
    def declarations(self) -> str:
        """What the event's own tag binds, for all that was written in it."""
        return "".join(
            f' xmlns:{prefix}="{_escape(namespace, _IN_ATTRIBUTE)}"'
            for prefix, namespace in self._bound.items()
        )

    # What EPCIS defines.

    def parts(
        self,
        members: Mapping[str, JSON],
        parts: Parts,
        order: Iterable[str] = (),
    ) -> str:
        """Return the elements for *members*, extensions last."""
        written = [
            at(name, partial(self._field, name, parts), members[name], {})
            for name in order or parts.fields
            if name in members
        ]
        others = {n: m for n, m in members.items() if n not in parts.fields}
        for name in others:
            if ":" not in name or not parts.is_open:
                raise unknown_member(name, parts.fields)
        return "".join(written) + self._children(others)

    def _field(self, name: str, parts: Parts, value: JSON, _: Prefixes) -> str:
        return self._element(name, parts.fields[name], value, {})

    def _element(self, tag: str, shape: Shape, value: JSON, _: Prefixes) -> str:
        attributes = ""
        match shape:
            case Parts():
                content = "\n" + self.parts(read_object(value), shape)
            case Many():
                each = partial(self._element, shape.each, shape.of)
                content = "\n" + _joined(each, read_list(value))
            case Again():
                if shape.may_be_single and not isinstance(value, list):
                    return self._element(tag, shape.of, value, {})
                return _joined(
                    partial(self._element, tag, shape.of), read_list(value)
                )
            case Attributes():
                attributes = self._attributes(
                    read_object(value), shape.values, is_open=True
                )
                content = ""
            case TypedElement():
                members = dict(read_object(value))
                require_members(members, (shape.name,))
                value = members.pop(shape.name)
                attributes = self._attributes(members, {"type": shape.type})
                content = at(
                    shape.name, partial(self._text, shape.value), value, {}
                )
            case _:
                content = self._text(shape, value, {})
        return f"<{tag}{attributes}>{content}</{tag}>\n"

    def _attributes(
        self,
        members: Mapping[str, JSON],
        values: Mapping[str, Scalar],
        *,
        is_open: bool = False,
    ) -> str:
        written, met = [], set[str]()
        for name, value in members.items():
            if name in values:
                read = partial(self._scalar, values[name])
                written.append(_attribute(name, at(name, read, value, {})))
            elif ":" in name and is_open:
                known = at(name, partial(self._new_name, met), name, {})
                said = at(name, _single, value, {})
                written.append(_attribute(known, said))
            else:
                raise unknown_member(name, values)
        return "".join(written)

    def _text(self, scalar: Scalar, value: JSON, _: Prefixes) -> str:
        return _escape(self._scalar(scalar, value, {}), _IN_TEXT)

    def _scalar(self, scalar: Scalar, value: JSON, _: Prefixes) -> str:
        written = scalar.write(value, self._prefixes)
        if isinstance(scalar, Word) and written == value:
            return self._word(written)
        return written

    def _word(self, word: str) -> str:
        """Return *word* so that its prefix, if any, means the same in XML."""
        prefix, colon, rest = word.partition(":")
        namespace = self._prefixes.get(prefix)
        if not colon or rest.startswith("//") or namespace is None:
            return word
        is_bound = self._bound.get(prefix) == _in_xml(namespace)
        is_ours = STANDARD_PREFIXES.get(prefix, namespace) == namespace
        return word if is_bound and is_ours else namespace + rest

    # What others define.

    def said(self, tag: str, value: JSON) -> str:
        """Return the element *tag* that says *value*; several for a list."""
        said = partial(self._said, tag)
        return (
            _joined(said, value) if isinstance(value, list) else said(value, {})
        )

    def _children(self, members: Mapping[str, JSON]) -> str:
        met: set[str] = set()
        return "".join(
            at(name, partial(self._extension, name, met), value, {})
            for name, value in members.items()
        )

    def _extension(
        self, name: str, met: set[str], value: JSON, _: Prefixes
    ) -> str:
        return self.said(self._new_name(met, name, {}), value)

    def _said(self, tag: str, value: JSON, _: Prefixes) -> str:
        if isinstance(value, list):
            raise ValueFault("XML has no lists within lists")
        attributes, content = "", ""
        if value is None:
            nil = f"{self._prefix_of(XSI, 'xsi')}:nil"
            attributes = _attribute(nil, "true")
        elif isinstance(value, dict):
            own = {n: m for n, m in value.items() if n.startswith("@")}
            inner = {n: m for n, m in value.items() if n not in own}
            attributes = "".join(
                at(name, partial(_own_attribute, name), member, {})
                for name, member in own.items()
            )
            content = _beside_attributes(inner) if own else ""
            if not content and (children := self._children(inner)):
                content = f"\n{children}"
        else:
            content = _escape(write_plainly(value), _IN_TEXT)
        return f"<{tag}{attributes}>{content}</{tag}>\n"

    # Names.

    def tag(self, value: JSON, _: Prefixes) -> str:
        """Return what the element for a type of event, *value*, is called."""
        kind = text(value, {})
        if _PREFIXED.fullmatch(kind) is None:
            raise ValueFault(f"{kind[:80]!r} is no type of event")
        return self._name(kind)[0]

    def _new_name(self, met: set[str], value: JSON, _: Prefixes) -> str:
        tag, known = self._name(text(value, {}))
        if known in met:
            raise ValueFault(
                f"{known[:80]!r} stands here in another spelling too"
            )
        met.add(known)
        return tag

    def _name(self, member: str) -> tuple[str, str]:
        """Return the name in XML, and what it is without a prefix."""
        if _PREFIXED.fullmatch(member) is None:
            return _plain_name(member), member
        known = expand(member, self._prefixes)
        prefix, _, local = member.partition(":")
        namespace = self._prefixes.get(prefix) or STANDARD_PREFIXES.get(prefix)
        if known == member or namespace is None or not is_name(local):
            prefix = ""
            namespace, local = split_uri(known)
        in_xml = _in_xml(namespace)
        if in_xml in _NOT_FOR_EXTENSIONS or in_xml.startswith(RESERVED):
            raise ValueFault(f"in XML, {in_xml} has a meaning of its own")
        return f"{self._prefix_of(in_xml, prefix)}:{local}", known

    def _prefix_of(self, namespace: str, wanted: str) -> str:
        if namespace == XML:
            return "xml"
        if self._bound.get(wanted) == namespace:
            return wanted
        for prefix, bound in self._bound.items():
            if bound == namespace:
                return prefix
        wishes = (wanted, STANDARD_NAMESPACES.get(namespace, ""))
        made = (f"ns{number}" for number in count(1))
        taken = {"", *_OF_XML, *self._bound}
        prefix = next(p for p in chain(wishes, made) if p not in taken)
        self._bound[prefix] = namespace
        return prefix


def _joined(write: Callable[[JSON, Prefixes], str], values: list[JSON]) -> str:
    return "".join(at(i, write, value, {}) for i, value in enumerate(values))


def _own_attribute(name: str, value: JSON, _: Prefixes) -> str:
    """Return the attribute that JSON calls *name*, with an `@` before it."""
    plain = _plain_name(name[1:])
    if plain == "xmlns":
        raise ValueFault("in XML, an attribute xmlns has a meaning of its own")
    return _attribute(plain, _single(value, {}))


def _attribute(name: str, value: str) -> str:
    return f' {name}="{_escape(value, _IN_ATTRIBUTE)}"'


def _single(value: JSON, _: Prefixes) -> str:
    if isinstance(value, list | dict):
        raise ValueFault(
            "this is an attribute in XML, and must be a single value"
        )
    return "" if value is None else write_plainly(value)


def _beside_attributes(members: Mapping[str, JSON]) -> str:
    """Return the text of an element with attributes, if it holds text alone."""
    value = members.get("value")
    if len(members) != 1 or value is None or isinstance(value, list | dict):
        return ""
    said = write_plainly(value)
    return _escape(said, _IN_TEXT) if said.strip(SPACE) else ""


def _plain_name(name: str) -> str:
    if not is_name(name):
        raise ValueFault(f"{name[:80]!r} can be no name in XML")
    return name


def _in_xml(namespace: str) -> str:
    return MASTER_DATA if namespace == f"{MASTER_DATA}:" else namespace


def _escape(value: str, table: Mapping[int, str]) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if found := _NO_CHARACTER.search(value):
        code = ord(found.group())
        raise ValueFault(f"XML cannot hold the character U+{code:04X}")
    return value.translate(table)
