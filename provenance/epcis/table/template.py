"""Templates: an event as a mapping writes it, with places for cells.

A mapping shows the event itself, and in braces where a column's cell goes:

    type = "ObjectEvent"
    eventTime = "{Filled}"
    eventTimeZoneOffset = "{Filled:offset}"
    epcList = ["https://id.gs1.org/01/{GTIN}/21/{Serial}"]
    readPoint.id = "https://id.gs1.org/414/9521001000018"
    ilmd."cbvmda:lotNumber" = "{Lot}"

A place that stands alone becomes what the cell stands for, a number too. In
a text that starts as a URI does, cells are percent-encoded, so that no serial
number can pass for another part of the link; in an EPC URN, by its own rules
(Tag Data Standard, section 6). In any other text they stand as they are, as
they do everywhere with `{Lot:as-is}`. Braces that are meant are doubled.

One event may come from many rows. What stands in a list is said for each of
them, all else once for all. A cell that is left out takes its text along,
and each object or list around it that then says nothing of the row any more:

    bizTransactionList = [{type = "po", bizTransaction = "https://…/{PO}"}]

names no purchase order of type "po" where the cell is empty; it is not there.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from urllib.parse import quote

from provenance.encoding.strict_json import JSON
from provenance.epcis.table.cells import Scalar, date_of, offset_of
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item

Cells = Mapping[str, Scalar | None]
"""Column → what its cell stands for in one row; None if it is left out."""

Steps = tuple[str | int, ...]

MAX_DEPTH = 20
"""How deep lists and objects of a template may nest."""


class _LeftOut(Enum):
    LEFT_OUT = 0


LEFT_OUT = _LeftOut.LEFT_OUT

AS_IS = "as-is"
_PARTS: Mapping[str, Callable[[str], str]] = {
    "offset": offset_of,
    "date": date_of,
}
"""Part of a time → how it is taken out of it."""

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]|[^{}]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]*")
_URI_PIECE = re.compile(r"[!-~]*")
_EPC_URN = "urn:epc:"
_URN_ESCAPES = {ord(c): f"%{ord(c):02X}" for c in '"#%&/<>?'}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for the cell of *column*, or for a *part* of it."""

    column: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A text with at least one place in it."""

    pieces: tuple[str | Slot, ...]
    escape: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Constant:
    """What the mapping says of every row."""

    value: JSON


@dataclass(frozen=True, slots=True)
class Members:
    """An object, some of which comes from the row."""

    members: Mapping[str, "Node"]


@dataclass(frozen=True, slots=True)
class Elements:
    """A list, some of which comes from the row."""

    elements: tuple["Node", ...]


Node = TextTemplate | Constant | Members | Elements


def parse_template(value: object, *, depth: int = MAX_DEPTH) -> Node:
    """Return the template that *value*, read from TOML, writes down.

    Raises:
        MalformedError: Braces do not match, or it holds what no event does.
    """
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, list | dict):
        return _parse_parts(value, depth)
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return Constant(value)
    raise MalformedError(f"{value} stands in no event: write it as text")


def columns_of(node: Node) -> tuple[str, ...]:
    """Return the columns that *node* has places for, in order, once each."""
    return tuple(dict.fromkeys(slot.column for slot in _slots(node)))


def shared_columns_of(node: Node) -> tuple[str, ...]:
    """Return the columns in which all rows of one event must agree.

    They are those of *node* that stand in no list.
    """
    if isinstance(node, Members):
        found = [shared_columns_of(member) for member in node.members.values()]
        return tuple(dict.fromkeys(column for part in found for column in part))
    return columns_of(node) if isinstance(node, TextTemplate) else ()


def uri_columns_of(node: Node) -> Iterator[str]:
    """Yield the columns whose cells become parts of a URI."""
    if isinstance(node, Members):
        for member in node.members.values():
            yield from uri_columns_of(member)
    elif isinstance(node, Elements):
        for element in node.elements:
            yield from uri_columns_of(element)
    elif isinstance(node, TextTemplate) and node.escape is not str:
        yield from columns_of(node)


def parts_of(node: Node) -> Iterator[tuple[str, str]]:
    """Yield each column with the part of it that *node* takes."""
    for slot in _slots(node):
        if slot.part in _PARTS:
            yield slot.column, slot.part


def fill(node: Node, cells: Cells) -> "JSON | _LeftOut":
    """Return what *node* says of one row; `LEFT_OUT` if it says nothing."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, TextTemplate):
        return _fill_text(node, cells)
    if isinstance(node, Members):
        found = {n: (m, fill(m, cells)) for n, m in node.members.items()}
        if _says_nothing(found.values()):
            return LEFT_OUT
        return {n: v for n, (_, v) in found.items() if v is not LEFT_OUT}
    told = [(element, fill(element, cells)) for element in node.elements]
    if _says_nothing(told):
        return LEFT_OUT
    return [v for _, v in told if v is not LEFT_OUT]


class EventFilling:
    """Fills one event from the rows of a group.

    Attributes:
        value: The event.
    """

    def __init__(
        self,
        event: Members,
        *,
        shared: Cells,
        rows: Sequence[Cells],
        keys: Collection[str],
        once: Collection[str],
    ) -> None:
        """Fill *event*.

        Args:
            event: Its template.
            shared: What all rows say together, for what is in no list.
            rows: The rows, in order; at least one.
            keys: The columns in which the rows agree by being a group.
            once: The lists in which what several rows say is said once. In
                the others each row is told.
        """
        self._event = event
        self._shared = shared
        self._rows = rows
        self._keys = frozenset(keys)
        self._once = once
        self._origins: dict[Steps, list[tuple[int, Node]]] = {}
        filled = self._fill(event, ())
        self.value: JSON = {} if filled is LEFT_OUT else filled

    def origin(self, steps: Sequence[str | int]) -> tuple[int | None, Node]:
        """Return where the part at *steps* comes from.

        That is the number of the row, None if it comes from all of them, and
        what the mapping says there, as nearly as it is known.
        """
        row: int | None = None
        node: Node = self._event
        for depth, step in enumerate(steps):
            if isinstance(node, Members) and step in node.members:
                node = node.members[str(step)]
            elif isinstance(node, Elements) and row is None:
                origins = self._origins[tuple(steps[:depth])]
                row, node = origins[int(step)]
            else:
                break
        return row, node

    def culprits(self, row: int | None, node: Node) -> tuple[str, ...]:
        """Return the columns that a fault of what *node* says may lie in.

        In a URI of several it is the one that, were it another, would make
        the URI one; all of them if there is none such.
        """
        names = columns_of(node)
        if not isinstance(node, TextTemplate) or len(names) < 2:
            return names
        cells = self._shared if row is None else self._rows[row]
        found = tuple(name for name in names if _is_mended(node, cells, name))
        return found if len(found) == 1 else names

    def _fill(self, node: Node, steps: Steps) -> "JSON | _LeftOut":
        if isinstance(node, Elements):
            return self._fill_list(node, steps)
        if not isinstance(node, Members):
            return fill(node, self._shared)
        found = {
            name: (member, self._fill(member, (*steps, name)))
            for name, member in node.members.items()
        }
        if _says_nothing(found.values()):
            return LEFT_OUT
        return {n: v for n, (_, v) in found.items() if v is not LEFT_OUT}

    def _fill_list(self, node: Elements, steps: Steps) -> "JSON | _LeftOut":
        values: list[JSON] = []
        origins: list[tuple[int, Node]] = []
        is_lacking = False
        seen: set[str] | None = set() if steps[-1] in self._once else None
        # What the rows agree in by being a group is said once.
        own = [bool(set(columns_of(e)) - self._keys) for e in node.elements]
        for number, cells in enumerate(self._rows):
            for element, is_own in zip(node.elements, own, strict=True):
                if number and not is_own:
                    continue
                value = fill(element, cells)
                if value is LEFT_OUT:
                    is_lacking = True
                    continue
                if seen is not None:
                    said = json.dumps(value, sort_keys=True)
                    if said in seen:
                        continue
                    seen.add(said)
                values.append(value)
                origins.append((number, element))
        self._origins[steps] = origins
        if is_lacking and all(
            isinstance(node, Constant) for _, node in origins
        ):
            return LEFT_OUT
        return values


_PROBES = ("1", "09521001960014", "9521001000017", "095210010000000017")
"""Cells that identifiers of several kinds could have."""


def _is_mended(node: TextTemplate, cells: Cells, name: str) -> bool:
    """Return whether *node* would name something, were *name*'s cell other."""
    for probe in _PROBES:
        text = _fill_text(node, {**cells, name: probe})
        with suppress(MalformedError):
            if isinstance(text, str) and canonical_item(text):
                return True
    return False


def _says_nothing(
    parts: "Collection[tuple[Node, JSON | _LeftOut]]",
) -> bool:
    """Return whether something was left out and only constants remain."""
    return any(value is LEFT_OUT for _, value in parts) and all(
        value is LEFT_OUT or isinstance(node, Constant) for node, value in parts
    )


def _parse_parts(value: list[object] | dict[str, object], depth: int) -> Node:
    if not depth:
        raise MalformedError(f"an event nests at most {MAX_DEPTH} deep")
    if isinstance(value, list):
        elements = [parse_template(e, depth=depth - 1) for e in value]
        constants = _constants(elements)
        return (
            Elements(tuple(elements))
            if constants is None
            else Constant(constants)
        )
    nodes = [parse_template(e, depth=depth - 1) for e in value.values()]
    constants = _constants(nodes)
    if constants is None:
        return Members(dict(zip(value, nodes, strict=True)))
    return Constant(dict(zip(value, constants, strict=True)))


def _constants(nodes: Sequence[Node]) -> list[JSON] | None:
    """Return what *nodes* say if none of them waits for a row."""
    found = [node.value for node in nodes if isinstance(node, Constant)]
    return found if len(found) == len(nodes) else None


def _parse_text(text: str) -> Node:
    pieces: list[str | Slot] = []
    for found in _PIECE.finditer(text):
        piece = found[0]
        if found[1] is not None:
            pieces.append(_slot(found[1]))
        elif piece in {"{", "}"}:
            raise MalformedError(
                f"{text[:80]!r} has a brace without its other half: a column"
                " stands between { and }, and a brace that is meant is doubled"
            )
        else:
            pieces.append(piece[0] if piece in {"{{", "}}"} else piece)
    if not any(isinstance(piece, Slot) for piece in pieces):
        return Constant("".join(map(str, pieces)))
    return TextTemplate(tuple(pieces), _escape_in(pieces))


def _slot(text: str) -> Slot:
    column, colon, part = text.rpartition(":")
    if colon and column and (part in _PARTS or part == AS_IS):
        return Slot(column, part)
    return Slot(text)


def _escape_in(pieces: Sequence[str | Slot]) -> Callable[[str], str]:
    first, *rest = [p if isinstance(p, str) else "" for p in pieces]
    if _URI.fullmatch(first) is None or not all(
        _URI_PIECE.fullmatch(piece) for piece in rest
    ):
        return str
    if first.lower().startswith(_EPC_URN):
        return _escape_for_urn
    return _escape_for_uri


def _escape_for_uri(text: str) -> str:
    return quote(text, safe="")


def _escape_for_urn(text: str) -> str:
    return text.translate(_URN_ESCAPES)


def _fill_text(node: TextTemplate, cells: Cells) -> "JSON | _LeftOut":
    filled: list[str] = []
    for piece in node.pieces:
        if isinstance(piece, str):
            filled.append(piece)
            continue
        value = cells[piece.column]
        if value is None:
            return LEFT_OUT
        if not piece.part and len(node.pieces) == 1:
            return value
        text = value if isinstance(value, str) else json.dumps(value)
        if piece.part in _PARTS:
            filled.append(_PARTS[piece.part](text))
        else:
            filled.append(text if piece.part == AS_IS else node.escape(text))
    return "".join(filled)


def _slots(node: Node) -> Iterator[Slot]:
    if isinstance(node, TextTemplate):
        for piece in node.pieces:
            if isinstance(piece, Slot):
                yield piece
    elif isinstance(node, Members):
        for member in node.members.values():
            yield from _slots(member)
    elif isinstance(node, Elements):
        for element in node.elements:
            yield from _slots(element)
