"""The elements of one event, and where each stands in its document.

    /EPCISDocument/EPCISBody/EventList/ObjectEvent[2]/quantityList
    /quantityElement[1]/quantity (line 41)

The path is XPath for people: positions count from 1 among elements of the
same name, and stand where a name can come again. The line is that of the
start tag.
"""

from collections.abc import Iterator, Mapping, Sequence

from provenance.encoding.path import quoted
from provenance.epcis.xml.names import PrefixTable, QName, parse_name

_LISTED = frozenset(
    ("", local)
    for local in (
        "epc", "quantityElement", "bizTransaction", "source", "destination",
        "correctiveEventID", "set", "unset", "sensorElement", "sensorReport",
    )
)  # fmt: skip
"""The elements that come any number of times, and so always show a number."""

WRAPPERS = frozenset({("", "extension"), ("", "baseExtension")})
"""Elements of EPCIS's own that hold later additions to the element around."""

_LONGEST_NAME = 64


_NONE: list["Element"] = []
"""What most elements hold; it is never added to."""


class Element:
    """An element, and the way from it to the root.

    Attributes:
        name: What it is called.
        parent: The element around it; None for the root.
        line: Where its start tag begins, from 1.
        attributes: Their values by name.
        declared: The prefixes that it binds, with their namespaces.
        children: The elements in it; those around events keep none.
        text: The text in it, if it has no children.
        position: Which of its name it is, from 1, if its parent keeps no
            children; else 0.
    """

    __slots__ = (
        "attributes",
        "children",
        "declared",
        "line",
        "name",
        "parent",
        "position",
        "text",
    )

    def __init__(
        self,
        name: QName,
        parent: "Element | None",
        line: int,
        attributes: Mapping[str, str],
        declared: Mapping[str, str],
    ) -> None:
        self.name = name
        self.parent = parent
        self.line = line
        self.attributes = attributes
        self.declared = declared
        self.children: list[Element] = _NONE
        self.text = ""
        self.position = 0

    def add(self, child: "Element") -> None:
        """Let *child* be the last of the elements in it."""
        if self.children:
            self.children.append(child)
        else:
            self.children = [child]

    @property
    def path(self) -> str:
        """The way to it, without the line."""
        around = "" if self.parent is None else self.parent.path
        return f"{around}/{self._step()}"

    @property
    def place(self) -> str:
        """Where it stands: `/ObjectEvent/epcList/epc[2] (line 8)`."""
        return f"{self.path} (line {self.line})"

    def place_of(self, attribute: str) -> str:
        """Return where its *attribute* stands: `…/source[1]/@type (line 8)`."""
        return f"{self.path}/@{_brief(attribute)} (line {self.line})"

    def namespace_of(self, prefix: str) -> str | None:
        """Return what *prefix* is bound to here, or None."""
        here: Element | None = self
        while here is not None:
            if prefix in here.declared:
                return here.declared[prefix]
            here = here.parent
        return None

    def _step(self) -> str:
        shown = _brief(self.name.shown)
        position = self.position
        if not position and self.parent is not None:
            same = [
                sibling
                for sibling in self.parent.children
                if sibling.name[:2] == self.name[:2]
            ]
            if len(same) > 1 or self.name[:2] in _LISTED:
                # Around events, whose elements are not kept, none is found.
                known = enumerate(same, 1)
                position = next((i for i, s in known if s is self), 0)
        return f"{shown}[{position}]" if position else shown


def locate(
    event: Element, table: PrefixTable, steps: Sequence[str | int]
) -> str:
    """Return where the part of *event* stands that is JSON under *steps*.

    A part that is missing in the document has the place of what should hold
    it.
    """
    here, found = event, [event]
    for step in steps:
        if isinstance(step, int):
            # A list is an element around its own elements, or is no element
            # and its own follow one another.
            listed = len(found) == 1 and here.children
            found = list(here.children if listed else found)[step : step + 1]
        else:
            found = [
                child
                for child in _members(here, event)
                if table.member(child.name) == step
            ]
            if not found and step in _attributes(here, table):
                return here.place_of(step.removeprefix("@"))
        if not found:
            break
        here = found[0]
    return here.place


def _members(element: Element, event: Element) -> Iterator[Element]:
    """Yield the elements in *element*, those in its wrappers among them.

    A wrapper is one only among EPCIS's own elements: within an extension the
    word `extension` means what its makers want.
    """
    for child in element.children:
        if child.name[:2] in WRAPPERS and _is_own(element, event):
            yield from _members(child, event)
        else:
            yield child


def _is_own(element: Element, event: Element) -> bool:
    """Return whether EPCIS itself defines what is in *element*."""
    here: Element | None = element
    while here is not None and here is not event:
        if here.name.namespace:
            return False
        here = here.parent
    return True


def _attributes(element: Element, table: PrefixTable) -> Iterator[str]:
    """Yield what JSON may call the attributes of *element*."""
    for name in map(parse_name, element.attributes):
        yield name.local if not name.namespace else table.member(name)
        yield f"@{name.local}"


def _brief(name: str) -> str:
    """Return *name* for people; it may be a stranger's."""
    is_plain = len(name) <= _LONGEST_NAME and name.isascii()
    return name if is_plain else quoted(name)
