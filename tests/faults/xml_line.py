"""Where an element stands in an XML document: the line of its start tag.

The way to it is written as `/EPCISDocument/EPCISBody/EventList/ObjectEvent[2]
/epcList/epc[1]`, positions counting from 1; prefixes are passed over. An
attribute at its end, such as `/@value`, is on the line of its element.
"""

import re
from xml.parsers import expat

_STEP = re.compile(r"/([^/\[]+)(?:\[([0-9]+)\])?")


class _Element:
    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.children: list[_Element] = []


def line_of(data: bytes, path: str) -> int:
    """Return the line, from 1, on which the element at *path* starts."""
    here = _tree(data)
    for name, position in _STEP.findall(path):
        if not name.startswith("@"):
            local = name.rpartition(":")[2]
            named = [child for child in here.children if child.name == local]
            here = named[int(position or 1) - 1]
    return here.line


def _tree(data: bytes) -> _Element:
    open_ones = [_Element("", 0)]
    parser = expat.ParserCreate()

    def start(name: str, _: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        element = _Element(local, parser.CurrentLineNumber)
        open_ones[-1].children.append(element)
        open_ones.append(element)

    def end(_: str) -> None:
        open_ones.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)
    return open_ones[0]
