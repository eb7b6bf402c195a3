"""The rule books: what words mean and who may do what, as versioned data.

A book is a canonical msgpack map, and is named by the SHA-256 of its bytes. A
ledger's trust says from which log index each book counts; what was logged
under one is judged by it for ever, by every program that has it. So books
change for the future only, and a program without the book in force says so
(`UnknownBookError`) instead of judging by another.

    evidence book    forms of events, steps, roles, what may be concealed,
                     bounds: it can change what a verdict comes to
    assessment book  what is told beside a verdict, and changes none

    ["AggregationEvent", "ADD",                        type, action
     [["parentID", 1, 1, "holds"], …],                 lists: least, most (0
                                                       for any), effect
     [["childEPCs", "childQuantityList"]],             one item in each of these
     [["loading", "packing", …]]]                      kinds: one of each

Effects: `made` and `ended`; `in`, `out` and `inside` of a child, `holds` and
`emptied` of its parent; `used` and `joined` of a transformation; `about`; and
`seen`, which is none of these.

In full: `FORMATS.md`, section 17.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pkgutil import get_data
from typing import Any, TypeAlias

from provenance.claims.event import CODES
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.path import json_path
from provenance.errors import MalformedError, UnknownBookError

EVIDENCE = "provenance/evidence-book/v1"
_EVIDENCE_OF_ANY_VERSION = "provenance/evidence-book/"
ASSESSMENT = "provenance/assessment-book/v1"

EFFECTS = frozenset(
    {"about", "emptied", "ended", "holds", "in", "inside", "joined", "made",
     "out", "seen", "used"}
)  # fmt: skip

MAX_BOOK_SIZE = 65_000
"""In bytes: a book is an entry of the log."""

_MAX_ROWS = 1_024
_MAX_TEXT = 255
_MAX_NUMBER = 2**53 - 1
_SHIPPED = ("evidence-1.json", "assessment-1.json")
_BOUNDS = (
    "ahead", "depth", "events", "late", "reuse", "stays", "voice",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What an event of one type and action may name, and what it does.

    Attributes:
        lists: Relation code → how many items at least, how many at most (0
            for any number), and the effect on them.
        some: Sets of relation codes, one item in each at least.
        needs: Kinds, of which the signer needs one of each row. The first
            is what such an event is called that names no step.
    """

    lists: Mapping[int, tuple[int, int, str]]
    some: tuple[frozenset[int], ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """The numbers of an evidence book.

    Attributes:
        ahead: How far the clock of a signer may be ahead of the log's, in ms.
        depth: How many levels of containers a story follows.
        events: How many events a story looks at, beside the item's own.
        late: After how many ms a report opens, closes and extends nothing.
        reuse: After how many ms without an event a logistic unit begins anew.
        stays: How many stays in containers a story looks through.
        voice: How long an authority's voice waits for the others, in ms.
    """

    ahead: int
    depth: int
    events: int
    late: int
    reuse: int
    stays: int
    voice: int


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceBook:
    """An evidence book. Made by `parse_evidence` alone.

    Attributes:
        id: The hash of its bytes.
        data: These bytes.
        steps: The business steps of GS1's vocabulary that it knows.
        own_steps: The steps of our own.
        dispositions: The dispositions of GS1's vocabulary that it knows.
        warning_steps: Which steps warn of the items of their event.
        warning_dispositions: Which dispositions do.
        implies: Disposition → the kind that an event with it needs.
        makes: The steps that give items their being, whatever the form.
        owned: The kinds that ask for a prefix over all items named.
        empties: The kinds of which the signer needs one where a container is
            emptied whole, beside what the form asks for.
        forms: (type, action) → what such an event may name. The action is ""
            where an event has none.
        roles: Role → the kinds of event that it may sign.
        open_members: The members of an event that nobody may conceal.
        open_ilmd: What of its master data, by full names.
        bounds: Numbers.
        events_a_day: How many events of one item one actor may have logged
            in a day.
    """

    id: Hash
    data: bytes
    steps: frozenset[str]
    own_steps: frozenset[str]
    dispositions: frozenset[str]
    warning_steps: frozenset[str]
    warning_dispositions: frozenset[str]
    implies: Mapping[str, str]
    makes: frozenset[str]
    owned: frozenset[str]
    empties: frozenset[str]
    forms: Mapping[tuple[str, str], Form]
    roles: Mapping[str, frozenset[str]]
    open_members: frozenset[str]
    open_ilmd: frozenset[str]
    bounds: Bounds
    events_a_day: int


@dataclass(frozen=True, slots=True)
class AssessmentBook:
    """An assessment book. Made by `parse_assessment` alone.

    Attributes:
        id: The hash of its bytes.
        late_after: From how many ms on between what happened and its report
            the report is told to be late.
    """

    id: Hash
    late_after: int


Book: TypeAlias = EvidenceBook | AssessmentBook


@lru_cache(maxsize=16)
def parse_book(data: bytes) -> Book:
    """Return the book that *data* is; the same object for the same bytes.

    Raises:
        MalformedError: It is none; the message says where.
        UnknownBookError: It is of a format of another version.
    """
    if len(data) > MAX_BOOK_SIZE:
        raise MalformedError(
            f"a rule book has at most {MAX_BOOK_SIZE} bytes, not {len(data)}"
        )
    value: Any = decode(data)
    if not isinstance(value, dict):
        raise MalformedError("a rule book is a map")
    kind = value.pop("format", None)
    if kind == EVIDENCE:
        return _evidence(data, value)
    if kind == ASSESSMENT:
        found = _Part(value, []).members(late_after=_number)
        return AssessmentBook(sha256(data), found["late_after"])
    raise UnknownBookError(
        f"the rule book {sha256(data).hex()} is of the format"
        f" {str(kind)[:80]!r}, which this program does not know",
        book=sha256(data),
    )


def is_evidence(data: bytes) -> bool:
    """Return whether *data* says that it is an evidence book, of any version.

    What is no map of the canonical encoding says nothing.
    """
    try:
        value = decode(data)
    except MalformedError:
        return False
    kind = value.get("format") if isinstance(value, dict) else None
    return isinstance(kind, str) and kind.startswith(_EVIDENCE_OF_ANY_VERSION)


@cache
def shipped() -> Mapping[Hash, bytes]:
    """Return the books that come with this program: id → bytes."""
    books = {}
    for name in _SHIPPED:
        # `importlib.resources` would load `pathlib` and `tempfile`, slowly.
        data = get_data(__package__, name)
        assert data is not None
        book = encode(json.loads(data))
        books[sha256(book)] = book
    return books


@cache
def baseline() -> EvidenceBook:
    """Return the evidence book of a ledger that names no other."""
    book = parse_book(next(iter(shipped().values())))
    assert isinstance(book, EvidenceBook), "it is shipped as the first"
    return book


@cache
def assessment() -> AssessmentBook:
    """Return the assessment book where a ledger names no other."""
    book = parse_book(list(shipped().values())[1])
    assert isinstance(book, AssessmentBook), "it is shipped as the second"
    return book


# Reading.

_Read: TypeAlias = Callable[[Any, "list[str | int]"], Any]
"""Returns what a value at a path is; raises MalformedError if it is not."""


def _wrong(path: "list[str | int]", form: str) -> MalformedError:
    return MalformedError.at(json_path(path), f"this is to be {form}")


def _text(value: Any, path: "list[str | int]") -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_TEXT:
        raise _wrong(path, f"text of 1 to {_MAX_TEXT} characters")
    return value


def _number(value: Any, path: "list[str | int]") -> int:
    if type(value) is not int or not 0 <= value <= _MAX_NUMBER:
        raise _wrong(path, "a whole number, 0 or more")
    return value


def _rows(read: _Read) -> _Read:
    """Return what reads an array of at most `_MAX_ROWS` of these."""

    def rows(value: Any, path: "list[str | int]") -> list[Any]:
        if not isinstance(value, list) or len(value) > _MAX_ROWS:
            raise _wrong(path, f"an array of at most {_MAX_ROWS}")
        return [read(each, [*path, n]) for n, each in enumerate(value)]

    return rows


def _words(value: Any, path: "list[str | int]") -> frozenset[str]:
    """Return the words of an array in which they rise."""
    found = _rows(_text)(value, path)
    if any(a >= b for a, b in pairwise(found)):
        raise _wrong(path, "words in rising order")
    return frozenset(found)


def _map_of(read: _Read) -> _Read:
    """Return what reads a map of any names to these."""

    def members(value: Any, path: "list[str | int]") -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > _MAX_ROWS:
            raise _wrong(path, f"a map of at most {_MAX_ROWS}")
        return {
            _text(name, path): read(each, [*path, name])
            for name, each in value.items()
        }

    return members


def _exactly(**reads: _Read) -> _Read:
    """Return what reads a map of just these members."""

    def members(value: Any, path: "list[str | int]") -> dict[str, Any]:
        return _Part(value, path).members(**reads)

    return members


class _Part:
    """A map whose members are all known."""

    def __init__(self, value: Any, path: "list[str | int]") -> None:
        if not isinstance(value, dict):
            raise _wrong(path, "a map")
        self._value = value
        self._path = path

    def members(self, **reads: _Read) -> dict[str, Any]:
        """Return each member as it is read."""
        for name in sorted(reads.keys() ^ self._value.keys()):
            lacks = "lacks" if name in reads else "has no"
            raise MalformedError.at(
                json_path(self._path), f"a rule book {lacks} member {name!r}"
            )
        return {
            name: read(self._value[name], [*self._path, name])
            for name, read in reads.items()
        }


def _code(value: Any, path: "list[str | int]") -> int:
    if not isinstance(value, str) or value not in CODES or value == "actor":
        raise _wrong(path, "a relation of items")
    return CODES[value]


def _codes(value: Any, path: "list[str | int]") -> frozenset[int]:
    return frozenset(_rows(_code)(value, path))


def _kinds(value: Any, path: "list[str | int]") -> tuple[str, ...]:
    kinds = _rows(_text)(value, path)
    if not kinds:
        raise _wrong(path, "one kind at least")
    return tuple(kinds)


def _list(value: Any, path: "list[str | int]") -> tuple[int, int, int, str]:
    if not isinstance(value, list) or len(value) != 4:
        raise _wrong(path, "[relation, least, most, effect]")
    effect = _text(value[3], [*path, 3])
    if effect not in EFFECTS:
        raise _wrong([*path, 3], f"one of {', '.join(sorted(EFFECTS))}")
    return (
        _code(value[0], [*path, 0]),
        _number(value[1], [*path, 1]),
        _number(value[2], [*path, 2]),
        effect,
    )


def _form(value: Any, path: "list[str | int]") -> tuple[tuple[str, str], Form]:
    if not isinstance(value, list) or len(value) != 5:
        raise _wrong(path, "[type, action, lists, some, needs]")
    kind, action, lists, some, needs = value
    # What stands there may be of any type, and need have no hash.
    if action not in ("", "ADD", "DELETE", "OBSERVE"):
        raise _wrong([*path, 1], "an action of EPCIS, or empty")
    rows = _rows(_list)(lists, [*path, 2])
    form = Form(
        {code: (least, most, effect) for code, least, most, effect in rows},
        tuple(_rows(_codes)(some, [*path, 3])),
        tuple(_rows(_kinds)(needs, [*path, 4])),
    )
    if len(form.lists) != len(rows):
        raise _wrong([*path, 2], "lists of which none is there twice")
    return (_text(kind, [*path, 0]), action), form


def _evidence(data: bytes, value: Mapping[str, Any]) -> EvidenceBook:
    found = _Part(value, []).members(
        steps=_exactly(cbv=_words, own=_words),
        dispositions=_words,
        warns=_exactly(steps=_words, dispositions=_words),
        implies=_map_of(_text),
        makes=_words,
        owned=_words,
        empties=_words,
        forms=_rows(_form),
        roles=_map_of(_words),
        open=_exactly(members=_words, ilmd=_words),
        bounds=_exactly(**dict.fromkeys(_BOUNDS, _number)),
        quotas=_exactly(events=_number),
    )
    forms = dict(found["forms"])
    if len(forms) != len(found["forms"]):
        raise _wrong(["forms"], "forms of which none is there twice")
    return EvidenceBook(
        id=sha256(data),
        data=data,
        steps=found["steps"]["cbv"],
        own_steps=found["steps"]["own"],
        dispositions=found["dispositions"],
        warning_steps=found["warns"]["steps"],
        warning_dispositions=found["warns"]["dispositions"],
        implies=found["implies"],
        makes=found["makes"],
        owned=found["owned"],
        empties=found["empties"],
        forms=forms,
        roles=found["roles"],
        open_members=found["open"]["members"],
        open_ilmd=found["open"]["ilmd"],
        bounds=Bounds(**found["bounds"]),
        events_a_day=found["quotas"]["events"],
    )
