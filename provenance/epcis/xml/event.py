"""One event in XML becomes the same event in JSON, not checked yet.

EPCIS 2.0 and 1.2 differ in where things stand: what came after 1.0 is within
`extension` and `baseExtension` in the older one. Both are read alike, by the
table of `xml_shapes`:

    <ObjectEvent xmlns:ext="https://ns.example.com/epcis/">
      <eventTime>2026-03-01T08:59:00+13:00</eventTime>
      <eventTimeZoneOffset>+13:00</eventTimeZoneOffset>
      <epcList><epc>urn:epc:id:sgtin:9421902.096001.K0000</epc></epcList>
      <action>ADD</action>
      <extension><ilmd><ext:grade>A</ext:grade></ilmd></extension>
      <ext:trees count="12"><ext:row>3</ext:row><ext:row>4</ext:row></ext:trees>
    </ObjectEvent>

    {"type": "ObjectEvent", …, "ilmd": {"ext:grade": "A"},
     "ext:trees": {"@count": "12", "ext:row": ["3", "4"]}}

An extension has no types in XML: its text stays text, white space and all,
whatever `xsi:type` says. GS1's own attributes, such as the lot number and the
dates in `ilmd`, do have types, and the white space around them is none of
their value. An element around others is an object, one that comes
again is a list, and `xsi:nil` is null. Attributes are members too, called
`prefix:name`, or `@name` without a prefix; text beside them is the member
`value`.

Refused is what only XML can get wrong, with its path and line: elements and
attributes that EPCIS does not have, or has once, and text between elements.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from provenance.encoding.nearest import suggestion
from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import RawEvent
from provenance.epcis.header import (
    MASTER_DATA_DOCUMENT,
    described,
    document_value,
)
from provenance.epcis.prefixes import STANDARD_PREFIXES
from provenance.epcis.readers import ValueFault
from provenance.epcis.xml.header import SBDH, lift, lift_list
from provenance.epcis.xml.names import (
    TYPED_NAMESPACES,
    XSI,
    PrefixTable,
    QName,
    is_prefix,
    parse_name,
)
from provenance.epcis.xml.shapes import (
    Again,
    Attributes,
    Many,
    Parts,
    Shape,
    TypedElement,
    shape_of,
)
from provenance.epcis.xml.tree import WRAPPERS, Element, locate
from provenance.epcis.xml.values import (
    BOOLEAN,
    SPACE,
    Id,
    Scalar,
    Word,
)
from provenance.errors import MalformedError

_OF_SCHEMAS = frozenset({"type", "schemaLocation", "noNamespaceSchemaLocation"})
"""What XML Schema's attributes say about schemas, and not about events."""

_NIL = "nil"
"""What they say about an element: that it has no value."""

DOCUMENT_ATTRIBUTES = ("schemaVersion", "creationDate")
"""What an event that stands alone may say as a document."""


def read_event(event: Element) -> RawEvent:
    """Return the event that the element *event* is, as JSON.

    Raises:
        MalformedError: It is not built as EPCIS; the message starts with
            where.
    """
    reading = _Reading()
    value = reading.event(event)
    # JSON would take `geo:47.5,11.1` for a name of the prefix geo if the
    # event used that prefix for its extensions; in XML it is a URI.
    if clashes := reading.clashes:
        reading = _Reading(clashes)
        value = reading.event(event)
    table = reading.table
    return RawEvent(value, dict(table.prefixes), partial(locate, event, table))


def read_header(elements: Sequence[Element], root: Element) -> RawEvent | None:
    """Return the event that keeps what stands around the events of *root*.

    None if there is nothing to keep.

    Args:
        elements: Those that stand there.
        root: The document.

    Raises:
        MalformedError: They are not built as XML of EPCIS is.
    """
    reading = _Reading()
    members = reading.around(elements)
    if not members:
        return None
    is_master_data = root.name.local == MASTER_DATA_DOCUMENT
    if is_master_data:
        members = {"type": MASTER_DATA_DOCUMENT, **members}
    for name in DOCUMENT_ATTRIBUTES:
        members[name] = root.attributes[name].strip(SPACE)
    where = (elements[0] if elements else root).place
    try:
        about = described(members) if is_master_data else ()
    except ValueFault as fault:
        raise MalformedError.at(where, fault.message) from fault
    return RawEvent(
        document_value(members, about),
        dict(reading.table.prefixes),
        lambda _: where,
    )


def refuse(element: Element, message: str) -> MalformedError:
    """Return the error that *message* is true of *element*."""
    return MalformedError.at(element.place, message)


def refuse_attribute(
    element: Element, name: str, message: str
) -> MalformedError:
    """Return the error that *message* is true of the attribute *name*."""
    return MalformedError.at(element.place_of(name), message)


def unknown(kind: str, name: QName, known: Collection[str]) -> str:
    """Return why the element or attribute *name* is none of those *known*."""
    if name.namespace:
        shown = name.shown[:80]
        return f"an extension has no place here: {shown!r}; leave it out"
    for other in known:
        if other.lower() == name.local.lower():
            return f"no {kind} is named {name.local!r}: write {other!r}"
    instead = suggestion(name.local, known) or (
        "; an extension has a namespace of its own: give it one, or leave it"
        " out"
    )
    return f"no {kind} is named {name.local[:80]!r} here{instead}"


class _Reading:
    """One event on its way from elements to JSON."""

    def __init__(self, avoided: Collection[str] = ()) -> None:
        self.table = PrefixTable(avoided)
        self._ids: list[str] = []

    @property
    def clashes(self) -> frozenset[str]:
        """The prefixes of the event that are schemes of its ids as well."""
        if not self.table.prefixes:
            return frozenset()
        schemes = {text.partition(":")[0] for text in self._ids}
        return frozenset(schemes & self.table.prefixes.keys())

    def event(self, event: Element) -> JSON:
        """Return *event* in JSON."""
        kind: dict[str, JSON] = {"type": self._member(event, event.name)}
        passed = DOCUMENT_ATTRIBUTES if event.parent is None else ()
        shape = shape_of(event.name.local if not event.name.namespace else "")
        return kind | self._parts(event, shape, passed)

    def around(self, elements: Iterable[Element]) -> dict[str, JSON]:
        """Return what *elements* say that stand around events."""
        found: dict[str, JSON] = {}
        others: list[Element] = []
        for element in elements:
            if element.name[:2] == ("", "EPCISHeader"):
                value = self._extension(element)
                prefix = self.table.known(SBDH)
                found |= lift(value, prefix) if value else {}
            elif element.name[:2] == ("", "VocabularyList"):
                found |= lift_list(self._extension(element))
            else:
                others.append(element)
        return self._with_extensions(found, others)

    # What EPCIS defines.

    def _value(self, element: Element, shape: Shape) -> JSON:
        if isinstance(shape, Parts):
            return self._parts(element, shape)
        if isinstance(shape, Many):
            return self._many(element, shape)
        if isinstance(shape, Attributes):
            _require_empty(element)
            return self._attributes(element, shape.values, is_open=True)
        if isinstance(shape, TypedElement):
            text = self._text(element, shape.value)
            types = self._attributes(element, {"type": shape.type})
            return {shape.name: text, **types}
        assert not isinstance(shape, Again), "its parent reads what comes again"
        self._attributes(element, {})
        return self._text(element, shape)

    def _parts(
        self, element: Element, parts: Parts, passed: Collection[str] = ()
    ) -> dict[str, JSON]:
        found = self._attributes(element, {}, passed, is_open=parts.is_open)
        again: dict[str, list[JSON]] = {}
        extensions: list[Element] = []
        for child in self._children(element, parts):
            name = child.name
            if name.namespace and parts.is_open:
                extensions.append(child)
                continue
            shape = None if name.namespace else parts.fields.get(name.local)
            if shape is None:
                raise refuse(child, unknown("element", name, parts.fields))
            if isinstance(shape, Again):
                values = again.setdefault(name.local, [])
                values.append(self._value(child, shape.of))
                is_single = shape.may_be_single and len(values) == 1
                found[name.local] = values[0] if is_single else values
            elif name.local in found:
                raise refuse(
                    child, f"{name.local} stands here twice: leave one out"
                )
            elif name.local in parts.may_be_nil and _is_nil(child):
                self._attributes(child, {}, (_NIL,))
                _require_empty(child)
            else:
                found[name.local] = self._value(child, shape)
        return self._with_extensions(found, extensions)

    def _many(self, element: Element, many: Many) -> list[JSON]:
        self._attributes(element, {})
        _require_no_text(element)
        for child in element.children:
            if child.name[:2] != ("", many.each):
                raise refuse(
                    child, unknown("element", child.name, (many.each,))
                )
        return [self._value(child, many.of) for child in element.children]

    def _children(self, element: Element, parts: Parts) -> Iterator[Element]:
        """Yield the elements in *element*, those in its wrappers among them."""
        _require_no_text(element)
        wrappers = set()
        for child in element.children:
            if child.name[:2] not in WRAPPERS or not parts.is_open:
                yield child
                continue
            if child.name in wrappers:
                raise refuse(
                    child,
                    f"{child.name.local} stands here twice: leave one out",
                )
            wrappers.add(child.name)
            self._attributes(child, {})
            yield from self._children(child, parts)

    def _text(self, element: Element, scalar: Scalar) -> JSON:
        if element.children:
            raise refuse(
                element,
                "text belongs here, and no elements: leave the elements out",
            )
        try:
            return self._scalar(element, scalar, element.text)
        except MalformedError as error:
            raise refuse(element, str(error)) from error

    def _attributes(
        self,
        element: Element,
        values: Mapping[str, Scalar],
        passed: Collection[str] = (),
        *,
        is_open: bool = False,
    ) -> dict[str, JSON]:
        found: dict[str, JSON] = {}
        for raw, text in element.attributes.items():
            name = parse_name(raw)
            if name.namespace == XSI:
                if name.local not in _OF_SCHEMAS and name.local not in passed:
                    raise refuse_attribute(
                        element,
                        name.shown,
                        "this has no place here: leave it out",
                    )
            elif name.namespace and is_open:
                member = self._member(element, name)
                found[member] = self._said(element, text)
            elif not name.namespace and name.local in values:
                try:
                    value = self._scalar(element, values[name.local], text)
                except MalformedError as error:
                    raise refuse_attribute(
                        element, name.shown, str(error)
                    ) from error
                found[name.local] = value
            elif name.namespace or name.local not in passed:
                raise refuse_attribute(
                    element, name.shown, unknown("attribute", name, values)
                )
        return found

    def _scalar(self, element: Element, scalar: Scalar, text: str) -> JSON:
        value = scalar.read(text)
        if isinstance(scalar, Id) and isinstance(value, str):
            self._ids.append(value)
        if isinstance(scalar, Word) and isinstance(value, str):
            return self._word(element, value)
        return value

    def _word(self, element: Element, text: str) -> str:
        """Return the word *text*, with a prefix of its event's table."""
        prefix, colon, rest = text.partition(":")
        # What GS1's prefixes stand for does not hang on the document.
        if not colon or prefix in STANDARD_PREFIXES or rest.startswith("//"):
            return text
        namespace = element.namespace_of(prefix)
        if namespace is None or not is_prefix(prefix):
            return text
        return f"{self.table.prefix_of(namespace, prefix)}:{rest}"

    # What others define.

    def _with_extensions(
        self, found: dict[str, JSON], elements: Iterable[Element]
    ) -> dict[str, JSON]:
        """Return *found* with *elements*, which follow its attributes."""
        again: dict[str, list[JSON]] = {}
        for element in elements:
            member = self._member(element, element.name)
            if member in found and member not in again:
                raise refuse(
                    element,
                    f"{member} is an attribute here as well: leave one out",
                )
            values = again.setdefault(member, [])
            values.append(self._extension(element))
            found[member] = values[0] if len(values) == 1 else values
        return found

    def _extension(self, element: Element) -> JSON:
        is_nil = _is_nil(element)
        attributes: dict[str, JSON] = {}
        for raw, text in element.attributes.items():
            name = parse_name(raw)
            if name.namespace == XSI and name.local in {*_OF_SCHEMAS, _NIL}:
                continue
            plain = f"@{name.local}"
            member = self._member(element, name) if name.namespace else plain
            attributes[member] = self._said(element, text)
        if is_nil:
            _require_empty(element)
            if attributes:
                raise refuse(
                    element, "what is nil has no attributes: leave them out"
                )
            return None
        if element.children:
            return self._with_extensions(attributes, element.children)
        given = element.text
        if element.name.namespace in TYPED_NAMESPACES:
            given = given.strip(SPACE)
        text = self._said(element, given)
        if not attributes:
            return text
        return (
            {**attributes, "value": text} if text.strip(SPACE) else attributes
        )

    def _said(self, element: Element, text: str) -> str:
        """Return *text*, and keep what it may mean by a prefix."""
        prefix, colon, _ = text.partition(":")
        namespace = element.namespace_of(prefix) if colon else None
        if namespace is not None:
            self.table.mention(namespace, prefix)
        return text

    def _member(self, element: Element, name: QName) -> str:
        try:
            return self.table.member(name)
        except MalformedError as error:
            raise refuse(element, str(error)) from error


def _is_nil(element: Element) -> bool:
    """Return whether `xsi:nil` says that *element* has no value."""
    for raw, text in element.attributes.items():
        name = parse_name(raw)
        if name[:2] == (XSI, _NIL):
            try:
                return BOOLEAN.read(text) is True
            except MalformedError as error:
                raise refuse_attribute(
                    element, name.shown, str(error)
                ) from error
    return False


def _require_no_text(element: Element) -> None:
    if element.text.strip(SPACE):
        raise refuse(
            element, "elements belong here, and no text: put it in one of them"
        )


def _require_empty(element: Element) -> None:
    if element.children:
        raise refuse(element.children[0], "nothing belongs here: leave it out")
    if element.text.strip(SPACE):
        raise refuse(element, "no text belongs here: leave it out")
