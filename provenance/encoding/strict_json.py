"""JSON that means one thing (RFC 8259), read strictly.

Every reader of a document must see the same one, so what readers disagree
about is refused: a key that appears twice, NaN and Infinity, half of a
surrogate pair, a byte order mark, bytes that are not UTF-8, a number too large
for a float, an integer of more than 4300 digits, more than 64 arrays and
objects inside one another. Numbers with a fraction or an exponent become the
nearest float, as they do in a browser; integers stay exact.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Protocol, TypeAlias, cast

from provenance.encoding.path import json_path, quoted
from provenance.errors import MalformedError

JSON: TypeAlias = (
    "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
)
"""What a JSON text stands for."""

MAX_DEPTH = 64
"""How many arrays and objects may stand inside one another."""

MAX_SMALL = 65_536
"""How many arrays and objects a text may have, however short they are.

Beyond these there may be one for every 16 bytes of it. An empty one takes two
bytes of text, and seventy in memory.
"""

MAX_DIGITS = 4300
"""The longest integer: reading one takes time in the square of its length."""

_CHUNK = 65_536
_WHOLE = "write both halves or neither"
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_OTHERS = bytes(set(range(256)) - _STEPS.keys() - {ord('"')})
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[][{}]', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class JSONPlace(Protocol):
    """Where a JSON text stands, for messages about it.

    It may be a part of a document: one line, or one element of a long list.
    """

    @property
    def name(self) -> str:
        """What to call the text."""

    @property
    def depth(self) -> int:
        """How many arrays and objects stand around it."""

    def path(self, steps: Sequence[str | int]) -> str:
        """Return the place of the value that *steps* lead to from the text."""

    def byte(self, offset: int) -> int:
        """Return where in the document the byte *offset* of the text is."""

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return where in the document that is for people, counted from 1."""


def parse_json(data: bytes) -> JSON:
    """Return what the JSON text *data* says.

    Raises:
        MalformedError: It is not JSON, or readers may disagree about it; the
            message names the line and column, or the path.
    """
    return read_json(data, _Alone(data))


def read_json(data: bytes, place: JSONPlace) -> JSON:
    """Return what the JSON text *data* says, which stands at *place*.

    Raises:
        MalformedError: See `parse_json`; the message tells the place in the
            whole document.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as fault:
        raise MalformedError(
            f"{place.name} is not UTF-8 at byte {place.byte(fault.start)}: save"
            " it as UTF-8"
        ) from None
    # Further in, where a value is expected, the mark is just no JSON.
    if text.startswith("\ufeff") and not place.depth:
        raise MalformedError(
            f"{place.name} starts with a byte order mark: save it without"
        )
    _check_brackets(data, place)
    reader = _Reader()
    try:
        value = reader.decode(text)
    except json.JSONDecodeError as fault:
        offset = len(text[: fault.pos].encode())
        line, column = place.line_and_column(offset)
        raise MalformedError(
            f"not JSON at line {line}, column {column}:"
            f" {_reason(fault)}; mend it there, or have it written again"
        ) from None
    if reader.faulty or _SURROGATE_ESCAPE.search(text):
        for steps, reason in _faults(value, ()):
            raise MalformedError.at(place.path(steps), reason)
    return cast("JSON", value)


def json_bytes(value: object) -> bytes:
    """Return the JSON text of *value*, for what reads texts.

    What no JSON text stands for is refused, and not turned into something
    like it: a tuple, a date, a key that is no text, NaN.

    Raises:
        MalformedError: There is such a thing in it; the message and `path` say
            where.
    """
    _require_json(value, ())
    return json.dumps(value).encode()


def _require_json(value: object, steps: tuple[str | int, ...]) -> None:
    # A value that holds itself comes to an end here as well.
    if len(steps) > MAX_DEPTH:
        raise MalformedError.at(
            json_path(steps),
            f"it is nested more than {MAX_DEPTH} deep: flatten it",
        )
    if reason := _why_no_json(value):
        raise MalformedError.at(json_path(steps), reason)
    if isinstance(value, dict):
        for key, child in value.items():
            _require_json(child, (*steps, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            _require_json(child, (*steps, index))


def _why_no_json(value: object) -> str:
    """Return why *value* by itself is nothing in JSON; "" if it is."""
    match value:
        case dict():
            for key in value:
                if not isinstance(key, str):
                    return (
                        f"the key {str(key)[:64]!r} is a {type(key).__name__}:"
                        " in JSON every key is a text"
                    )
        case float() if not math.isfinite(value):
            return (
                f"{value} is not a JSON number: leave out what was not measured"
            )
        case int() if not _can_be_written(value):
            return "the integer is too long: write fewer digits"
        case None | str() | int() | float() | list():
            pass
        case _:
            return (
                f"a {type(value).__name__} is nothing that JSON has: write a"
                " text, a number, true, false, null, a list or an object"
            )
    return ""


def _can_be_written(value: int) -> bool:
    try:
        return len(str(abs(value))) <= MAX_DIGITS
    except ValueError:
        return False


def _reason(fault: json.JSONDecodeError) -> str:
    """Return what is wrong, without the word that leads to a position."""
    reason = fault.msg[:1].lower() + fault.msg[1:]
    return reason.removesuffix(" at").removesuffix(" starting")


class _Alone:
    """The place of a text that is all of its document."""

    name = "the JSON"
    depth = 0

    def __init__(self, data: bytes) -> None:
        self._data = data

    def path(self, steps: Sequence[str | int]) -> str:
        return json_path(steps)

    def byte(self, offset: int) -> int:
        return offset

    def line_and_column(self, offset: int) -> tuple[int, int]:
        before = self._data[:offset]
        last = before.rpartition(b"\n")[2]
        return before.count(b"\n") + 1, len(last.decode()) + 1


def _check_brackets(data: bytes, place: JSONPlace) -> None:
    """Refuse what nests too deep, or has too many arrays and objects.

    That is before the standard library recurses into *data*, and sets memory
    aside for it. Where *data* is not JSON the counts may be wrong, but not too
    low: the reader stops at the fault.
    """
    room = MAX_DEPTH - place.depth
    if data.count(b"[") + data.count(b"{") <= room:
        return
    brackets = _brackets_of(data)
    deepest = max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
    if deepest > room:
        line, column = place.line_and_column(_opening(data, room))
        raise MalformedError(
            f"{place.name} is nested {place.depth + deepest} deep: at most"
            f" {MAX_DEPTH}, so flatten what starts at line {line}, column"
            f" {column}"
        )
    opened = brackets.count(b"[") + brackets.count(b"{")
    if opened > MAX_SMALL + len(data) // 16:
        raise MalformedError(
            f"{place.name} has {opened} arrays and objects in {len(data)}"
            f" bytes: at most {MAX_SMALL}, and one for every 16 bytes, are"
            " read, so leave out what is empty"
        )


def _brackets_of(data: bytes) -> bytes:
    """Return the brackets of *data* that stand in no string."""
    marks = _ESCAPE.sub(b"", data).translate(None, _OTHERS)
    found = bytearray()
    # Without escapes, each quote opens or closes a string: every second part
    # stands outside of them. A chunk at a time, for the parts take memory.
    inside = 0
    for start in range(0, len(marks), _CHUNK):
        parts = marks[start : start + _CHUNK].split(b'"')
        found += b"".join(parts[inside::2])
        inside ^= (len(parts) - 1) % 2
    return bytes(found)


def _opening(data: bytes, depth: int) -> int:
    """Return where *data* first opens more than *depth* arrays and objects.

    That is at 0 if *data* is no JSON before that.
    """
    level = 0
    for token in _TOKEN.finditer(data):
        level += _STEPS.get(token[0][0], 0)
        if level > depth:
            return token.start()
    return 0


class _Fault:
    """Stands in the tree where something may not be, until it is located."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Reader(json.JSONDecoder):
    """Marks what the standard library lets through; it knows no position."""

    def __init__(self) -> None:
        self.faulty = False
        super().__init__(
            object_pairs_hook=self._object,
            parse_constant=self._constant,
            parse_float=self._float,
            parse_int=self._int,
        )

    def _object(self, pairs: list[tuple[str, object]]) -> object:
        value = dict(pairs)
        if len(value) == len(pairs):
            return value
        ((repeated, _),) = Counter(key for key, _ in pairs).most_common(1)
        return self._fault(
            f"the key {quoted(repeated)} appears twice: leave one of them out"
        )

    def _constant(self, name: str) -> object:
        return self._fault(
            f"{name} is not a JSON number: leave out what was not measured"
        )

    def _float(self, digits: str) -> object:
        value = float(digits)
        if math.isinf(value):
            return self._fault(
                "the number is too large for a float: write a smaller one"
            )
        return value

    def _int(self, digits: str) -> object:
        try:
            if len(digits.lstrip("-")) <= MAX_DIGITS:
                return int(digits)
        except ValueError:
            # The interpreter was told to read even fewer digits.
            pass
        return self._fault(
            f"an integer of {len(digits)} digits is too long: write fewer"
        )

    def _fault(self, reason: str) -> _Fault:
        self.faulty = True
        return _Fault(reason)


def _faults(
    value: object, steps: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield where a fault stands in *value* and what it is, in reading order.

    Escapes can name half of a surrogate pair: that is a fault as well.
    """
    if isinstance(value, _Fault):
        yield steps, value.reason
    elif isinstance(value, str):
        if _is_torn(value):
            yield steps, f"the text holds half of a surrogate pair: {_WHOLE}"
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _faults(child, (*steps, index))
    elif isinstance(value, dict):
        for key, child in value.items():
            if _is_torn(key):
                reason = f"the key {quoted(key)} is half a surrogate pair"
                yield steps, f"{reason}: {_WHOLE}"
            yield from _faults(child, (*steps, key))


def _is_torn(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
