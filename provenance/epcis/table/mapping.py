"""A mapping: how the rows of a table become EPCIS events, as TOML.

    mapping = 1                        # the version of this format

    [table]
    encoding = "utf-8-sig"             # or another of `ENCODINGS`
    delimiter = ";"
    decimal = ","                      # 12,5 and not 12.5
    trim = true                        # spaces around a cell mean nothing
    lines_before_header = 0
    quoted = true                      # false: a quote is a quote
    ignored = ["Operator"]             # columns that no event needs
    skipped = {Status = ["cancelled"]} # rows that no event needs

    [prefixes]                         # of extensions
    example = "https://ns.example/epcis/"

    [columns.GTIN]
    is = "gtin"                        # text, number, gtin, item, time, date

    [columns.moment]
    joins = ["Date", "Time"]           # one value out of several columns
    is = "time"
    format = "%d.%m.%Y %H:%M"
    zone = "+13:00"                    # or the name of a zone
    in_group = "last"                  # of a group's rows, the last one's

    [columns.Lot]
    empty = "omit"                     # or "skip" the row; else it is refused
    default = "none"                   # instead: what an empty cell means
    words = {A = "active", I = "inactive"}
    exact = true                       # long numbers that end in zeros are so

    [[rows]]                           # rows of one kind
    when = {Kind = ["pack"]}           # which they are; all, if left out
    group = ["SSCC"]                   # rows that agree here tell one event
    most = 500                         # so many rows at most
    whole = true                       # false: more become another event
    once = ["childEPCs"]               # lists that say a thing once

    [[rows.events]]                    # what they tell (`template`)
    type = "AggregationEvent"
    …

A row belongs to the first kind whose `when` it meets, and what its rows tell
together stands or falls together. A column that has no section of its own is
text, and may not be empty.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Literal, cast

from provenance.epcis.fields import FIELDS
from provenance.epcis.prefixes import expand, read_context
from provenance.epcis.readers import (
    Prefixes,
    ValueFault,
    at,
    require_members,
    unknown_member,
)
from provenance.epcis.shapes import ALL_MEMBERS, MEMBERS
from provenance.epcis.table.cells import (
    FindZone,
    Read,
    Scalar,
    date_reader,
    number_reader,
    read_gtin,
    read_item,
    read_text,
    require_offset,
    time_reader,
    words_reader,
)
from provenance.epcis.table.section import Section
from provenance.epcis.table.template import (
    Constant,
    Members,
    Node,
    columns_of,
    parse_template,
    parts_of,
    shared_columns_of,
    uri_columns_of,
)
from provenance.errors import MalformedError

VERSION = 1

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030",
    "latin-1", "windows-1252",
)  # fmt: skip
"""How a table's text may be written as bytes."""

MAX_ROWS = 100_000
"""The most rows that one event may come from."""

DEFAULT_ROWS = 10_000

ONCE = frozenset({"bizTransactionList", "sourceList", "destinationList"})
"""The lists that always say once what several rows say. In the others a row
that repeats an earlier one is told again; of an item, that is refused."""

KINDS = ("text", "number", "gtin", "item", "time", "date")
"""What a column may hold; see `cells`."""

_REMEMBERED_CELLS = 1_024

OnEmpty = Literal["refuse", "omit", "skip"]
InGroup = Literal["same", "first", "last"]

Condition = tuple[str, frozenset[str]]
"""A column, and what its cell may say for the condition to hold."""


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row.

    Attributes:
        name: What templates call it.
        headers: The columns of the table that it comes from.
        kind: One of `KINDS`.
        read: What a cell that is not empty stands for.
        on_empty: What becomes of a row whose cell is empty.
        default: What an empty cell stands for, if that is given.
        in_group: Which of a group's rows says it for all of them.
        is_exact: Whether long numbers that end in zeros are meant.
    """

    name: str
    headers: tuple[str, ...]
    kind: str = "text"
    read: Read = read_text
    on_empty: OnEmpty = "refuse"
    default: Scalar | None = None
    in_group: InGroup = "same"
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class RowKind:
    """Rows of one kind, and what they tell.

    Attributes:
        when: What their cells say; none for every row.
        group: The columns in which the rows of one event agree; none if
            each row is told by itself.
        most: How many rows a group has, at most.
        is_whole: Whether an event must tell all rows of its group.
        once: The lists in which what several rows say is said once.
        events: The events of one group.
        columns: All columns that `group` and the events use.
        shared: Those in which the rows of a group must agree.
    """

    when: tuple[Condition, ...]
    group: tuple[str, ...]
    most: int
    is_whole: bool
    once: frozenset[str]
    events: tuple[Members, ...]
    columns: tuple[str, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How the rows of a table become events. See the module.

    Attributes:
        encoding: How the table's text is written.
        delimiter: What stands between cells.
        is_quoted: Whether a cell may stand in quotation marks.
        is_trimmed: Whether spaces around a cell mean nothing.
        lines_before_header: How many lines to pass over first.
        ignored: Headers of columns that nothing uses.
        skipped: Rows that meet one of these are passed over.
        prefixes: Those of the extensions.
        columns: By their names.
        kinds: In the order in which they are tried.
    """

    encoding: str
    delimiter: str
    is_quoted: bool
    is_trimmed: bool
    lines_before_header: int
    ignored: frozenset[str]
    skipped: tuple[Condition, ...]
    prefixes: Prefixes
    columns: Mapping[str, Column]
    kinds: tuple[RowKind, ...]

    @property
    def identifiers(self) -> frozenset[str]:
        """The columns of text that become parts of URIs."""
        return frozenset(
            name
            for kind in self.kinds
            for event in kind.events
            for name in uri_columns_of(event)
            if self.columns[name].kind == "text"
        )

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns that the table must have, in order of their use."""
        used = [name for kind in self.kinds for name in kind.columns]
        used += [name for kind in self.kinds for name, _ in kind.when]
        used += [name for name, _ in self.skipped]
        return tuple(
            dict.fromkeys(
                header for name in used for header in self.columns[name].headers
            )
        )


def parse_mapping(
    text: str, *, find_zone: FindZone | None = None
) -> TableMapping:
    """Return the mapping that *text* writes down.

    Args:
        text: TOML.
        find_zone: Where zones with a name come from; without it, a mapping
            states offsets.

    Raises:
        MalformedError: It is no mapping, or could give no valid event. The
            message starts with where in it.
    """
    try:
        file = Section(tomllib.loads(text), "")
    except (ValueError, RecursionError) as error:
        # No TOMLDecodeError, but a ValueError is a number of 4,300 digits.
        raise MalformedError(f"the mapping is not TOML: {error}") from error
    if file.integer("mapping", 0) != VERSION:
        raise MalformedError(
            f"the mapping starts with mapping = {VERSION}, its format's version"
        )
    table = file.section("table")
    decimal = table.choice("decimal", (".", ","), ".")
    declared = {
        section.name: _column(section, decimal, find_zone)
        for section in file.sections("columns")
    }
    prefixes = _prefixes(file)
    columns = _Columns(declared)
    skipped = columns.conditions(table, "skipped")
    kinds = tuple(
        _kind(section, columns, prefixes) for section in file.array("rows")
    )
    if not kinds:
        raise MalformedError("rows: the mapping has no [[rows]]")
    mapping = TableMapping(
        encoding=table.choice("encoding", ENCODINGS, "utf-8"),
        delimiter=table.choice("delimiter", (",", ";", "\t", "|"), ","),
        is_quoted=table.flag("quoted", True),
        is_trimmed=table.flag("trim", False),
        lines_before_header=table.integer("lines_before_header", 0),
        ignored=frozenset(table.texts("ignored")),
        skipped=skipped,
        prefixes=prefixes,
        columns=columns.used,
        kinds=kinds,
    )
    table.require_read()
    file.require_read()
    _require_used(declared, mapping)
    return mapping


class _Columns:
    """The columns that a mapping uses, those without a section among them."""

    def __init__(self, declared: Mapping[str, Column]) -> None:
        self._declared = declared
        self.used: dict[str, Column] = {}

    def use(self, name: str) -> Column:
        column = self._declared.get(name) or Column(name, (name,))
        return self.used.setdefault(name, column)

    def conditions(self, section: Section, name: str) -> tuple[Condition, ...]:
        found: list[Condition] = []
        within = section.section(name)
        for column in within.names():
            self.use(column)
            found.append((column, frozenset(within.texts(column))))
        return tuple(found)


# The parts of the file.


def _prefixes(file: Section) -> Prefixes:
    section = file.section("prefixes")
    given = {name: section.text(name) for name in section.names()}
    try:
        return read_context(given)
    except MalformedError as error:
        raise MalformedError(f"prefixes: {error}") from error


def _column(
    section: Section, decimal: str, find_zone: FindZone | None
) -> Column:
    headers = tuple(section.texts("joins", [section.name]))
    kind = section.choice("is", KINDS, "text")
    words = section.scalars("words")
    code = section.text("format", "") or None
    zone = section.text("zone", "") or None
    default = section.scalar("default")
    on_empty = section.choice("empty", ("refuse", "omit", "skip"), "refuse")
    in_group = section.choice("in_group", ("same", "first", "last"), "same")
    is_exact = section.flag("exact", False)
    section.require_read()
    if not headers:
        raise section.fault("joins", "names a column, at least")
    if words and kind != "text":
        raise section.fault("words", f"are for text, not for a {kind}")
    if code and kind not in {"time", "date"}:
        raise section.fault("format", f"is for times and dates, not a {kind}")
    if zone and kind != "time":
        raise section.fault("zone", f"is for times, not a {kind}")
    if default is not None and on_empty != "refuse":
        raise section.fault("default", f"and empty = {on_empty!r}: which?")
    try:
        clock = _zone(zone, find_zone)
    except MalformedError as error:
        raise section.fault("zone", str(error)) from error
    try:
        read = _reader(kind, words, decimal, code, clock)
    except MalformedError as error:
        raise section.fault("format", str(error)) from error
    return Column(
        section.name,
        headers,
        kind,
        # Rows that follow each other say much the same.
        lru_cache(_REMEMBERED_CELLS)(read),
        cast("OnEmpty", on_empty),
        default,
        cast("InGroup", in_group),
        is_exact,
    )


def _reader(
    kind: str,
    words: Mapping[str, Scalar],
    decimal: str,
    code: str | None,
    zone: str | tzinfo | None,
) -> Read:
    if kind == "time":
        return time_reader(code, zone)
    if kind == "date":
        return date_reader(code)
    if kind == "number":
        return number_reader(decimal)
    if kind in _PLAIN:
        return _PLAIN[kind]
    return words_reader(words) if words else read_text


_PLAIN: Mapping[str, Read] = {"gtin": read_gtin, "item": read_item}


def _zone(name: str | None, find_zone: FindZone | None) -> str | tzinfo | None:
    if name is None:
        return None
    if name[:1] in {"+", "-"} or find_zone is None:
        require_offset(name)
        return name
    zone = find_zone(name)
    if zone is None:
        raise MalformedError(
            f"no zone is named {name[:40]!r}: write an offset such as +13:00,"
            " or a name such as Pacific/Auckland"
        )
    return zone


def _kind(section: Section, columns: _Columns, prefixes: Prefixes) -> RowKind:
    when = columns.conditions(section, "when")
    group = tuple(section.texts("group"))
    most = section.integer("most", DEFAULT_ROWS)
    is_whole = section.flag("whole", True)
    once = section.texts("once")
    events = tuple(_event(event, prefixes) for event in section.array("events"))
    section.require_read()
    if not events:
        raise section.fault("events", "are missing: what do the rows tell?")
    if not 1 <= most <= MAX_ROWS:
        raise section.fault("most", f"is 1 to {MAX_ROWS}, not {most}")
    names = dict.fromkeys(group)
    shared: dict[str, None] = {}
    for number, event in enumerate(events):
        names |= dict.fromkeys(columns_of(event))
        shared |= dict.fromkeys(shared_columns_of(event))
        for name, part in parts_of(event):
            kind = columns.use(name).kind
            if kind not in ("time", "date")[: 1 if part == "offset" else 2]:
                raise section.fault(
                    f"events[{number}]",
                    f"takes the {part} of column {name!r}, which is a {kind}",
                )
    for name in names:
        columns.use(name)
    return RowKind(
        when,
        group,
        most,
        is_whole,
        ONCE.union(once),
        events,
        tuple(names),
        tuple(n for n in shared if columns.use(n).in_group == "same"),
    )


def _event(section: Section, prefixes: Prefixes) -> Members:
    try:
        return _checked(parse_template(section.all()), prefixes)
    except ValueFault as fault:
        path = f"{section.path}{fault.path[1:]}"
        raise MalformedError.at(path, fault.message) from fault
    except MalformedError as error:
        raise MalformedError.at(section.path, str(error)) from error


def _checked(event: Node, prefixes: Prefixes) -> Members:
    """Return *event*, checked as far as can be before any row is read."""
    if not isinstance(event, Members):
        raise ValueFault("the event says nothing of its rows")
    members = event.members
    require_members(
        cast("dict[str, None]", members),
        ("type", "eventTime", "eventTimeZoneOffset"),
    )
    kind = members["type"]
    if not isinstance(kind, Constant) or not isinstance(kind.value, str):
        raise ValueFault(
            "the type is the same for all rows of one kind", "type"
        )
    if kind.value not in MEMBERS and ":" not in kind.value:
        raise ValueFault(
            f"{kind.value[:80]!r} is no type of event: write one of"
            f" {', '.join(MEMBERS)}, or a URI of your own",
            "type",
        )
    known = MEMBERS.get(kind.value, ALL_MEMBERS)
    for name, node in members.items():
        if name in {"@context", "recordTime"}:
            raise ValueFault("has no place in a mapping", name)
        if name in ALL_MEMBERS and name not in known:
            raise ValueFault(f"{name} is no member of {kind.value}")
        if name not in known and ":" not in name:
            raise unknown_member(name, known)
        if name not in known:
            expand(name, prefixes)
        elif isinstance(node, Constant) and name in FIELDS:
            at(name, FIELDS[name], node.value, prefixes)
    return event


def _require_used(
    declared: Mapping[str, Column], mapping: TableMapping
) -> None:
    for name in declared:
        if name not in mapping.columns:
            raise MalformedError(
                f"columns.{name}: nothing uses this column: take the section"
                " out"
            )
    if both := mapping.ignored.intersection(mapping.headers):
        raise MalformedError(f"table.ignored: the column {min(both)!r} is used")
