"""Canonical msgpack: one value, one spelling, in Python and in the browser.

What is signed or hashed is bytes, and two spellings of one value would be two
hashes. So this profile of msgpack leaves no choice to the writer:

    nil bool int float64 str bin array map      nothing else, no ext types
    {"b": 1, "a": [12.5, None]}     82 a1 61 92 cb 40 29 00 … c0 a1 62 01

- integers and length prefixes take their shortest form;
- a number is an int when it is integral and within ±(2**53 - 1), otherwise a
  finite float64: 12.0 is written 0c, and neither -0.0 nor NaN exists;
- map keys are str, unique, in the order of their UTF-8 bytes;
- at most 32 arrays and maps stand inside one another, and no byte follows.

`decode` refuses every other spelling, however it came about: it decodes,
encodes again and compares. What msgpack itself cannot tell apart (depth,
the range of numbers, the order of keys) is looked at beside that.

One byte may be a value that takes seventy in memory: an empty array. So what
announces more values than there is `Room` for is refused before any of them
is unpacked.

In full: `FORMATS.md`, section 1.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import msgpack

from provenance.encoding.path import json_path, quoted
from provenance.errors import MalformedError

Value: TypeAlias = (
    "bool | int | float | str | bytes | list[Value] | dict[str, Value] | None"
)
"""What canonical bytes stand for."""

MAX_DEPTH = 32
"""How many arrays and maps may stand inside one another."""

MAX_VALUES = 65_536
"""How many values are unpacked of what has no `Room` of its own."""

MAX_INT = 2**53 - 1
"""The largest integer that JavaScript, too, holds exactly."""

_FIXARRAY, _FIXMAP = range(0x90, 0xA0), range(0x80, 0x90)
_ARRAY16, _ARRAY32, _MAP16, _MAP32 = 0xDC, 0xDD, 0xDE, 0xDF
_FLOAT64, _UINT64, _INT64 = 0xCB, 0xCF, 0xD3

_OPENERS = {*_FIXARRAY, *_FIXMAP, _ARRAY16, _ARRAY32, _MAP16, _MAP32}
"""The bytes that an array or a map can start with."""

_OTHERS = bytes(set(range(256)) - _OPENERS)

_PAYLOAD_SIZES = {
    **dict.fromkeys(range(0x80), 0),  # positive fixint
    **{0xA0 + size: size for size in range(32)},  # fixstr
    **dict.fromkeys((0xC0, 0xC2, 0xC3), 0),  # nil, false, true
    **dict.fromkeys((0xCC, 0xD0), 1),  # uint8, int8
    **dict.fromkeys((0xCD, 0xD1), 2),
    **dict.fromkeys((0xCA, 0xCE, 0xD2), 4),  # float32 also: refused later
    **dict.fromkeys((_FLOAT64, _UINT64, _INT64), 8),
    **dict.fromkeys(range(0xE0, 0x100), 0),  # negative fixint
}
"""First byte of a value -> bytes that follow it, where that is fixed."""

_PREFIX_SIZES = {
    **dict.fromkeys((0xC4, 0xD9), 1),  # bin8, str8
    **dict.fromkeys((0xC5, 0xDA, _ARRAY16, _MAP16), 2),
    **dict.fromkeys((0xC6, 0xDB, _ARRAY32, _MAP32), 4),
}
"""First byte of a value -> size of the length that follows it."""

# One packer in C serves all threads, because nothing interrupts it; the one in
# Python, where msgpack has no other, would mix their bytes.
_pack = (
    msgpack.packb
    if msgpack.Packer.__module__ == "msgpack.fallback"
    else msgpack.Packer().pack
)


def encode(value: object) -> bytes:
    """Return the one canonical spelling of *value*.

    Any mapping with str keys and any list or tuple will do; keys are sorted,
    and a float that is integral and in range is written as an int.

    Raises:
        MalformedError: The value has no canonical spelling; the message
            says where in it and why.
    """
    try:
        return cast("bytes", msgpack.packb(_plain(value, MAX_DEPTH)))
    except UnicodeEncodeError as fault:
        raise MalformedError(
            f"the text {quoted(fault.object)} holds half of a surrogate pair"
        ) from None
    except _NoSpellingError as fault:
        path = json_path(reversed(fault.steps))
        raise MalformedError.at(path, str(fault)) from None


class Room:
    """How many values may still be unpacked, of all that has this room.

    Who decodes many parts of one input gives them one room, so that the memory
    that they take together is bounded.
    """

    __slots__ = ("values",)

    def __init__(self, values: int) -> None:
        self.values = values

    def take(self, data: bytes) -> None:
        """Take the room that the values in *data* need.

        Raises:
            MalformedError: There is not enough, it nests too deep, or announces
                more values than can follow. Other faults are not looked for.
        """
        self.values -= _count(data, self.values)


def decode(data: bytes, *, room: Room | None = None) -> Value:
    """Return the value that *data* is the canonical spelling of.

    Args:
        data: The bytes.
        room: How many values it may have; by default `MAX_VALUES`. One with
            at most 32 arrays and maps, and fewer bytes than that, takes none
            of it: its memory is in proportion to its bytes.

    Raises:
        MalformedError: No value is spelled like this, or it is too large.
    """
    # 1. Before msgpack sets any memory aside. 32 bytes that look like openers
    #    cannot nest too deep; ASCII holds none, and a few hashes seldom more.
    if (
        len(data) > (room.values if room else MAX_VALUES)
        or len(data.translate(None, _OTHERS)) > MAX_DEPTH
    ):
        (room or Room(MAX_VALUES)).take(data)
    # 2. A timestamp never reaches ext_hook; as a datetime it cannot be packed.
    try:
        value = msgpack.unpackb(
            data,
            object_hook=_rising,
            ext_hook=_refuse_ext,
            timestamp=3,
        )
        again = _pack(value)
    except msgpack.ExtraData:
        raise MalformedError("bytes follow the canonical value") from None
    except msgpack.FormatError:
        raise MalformedError("the byte 0xc1 begins no msgpack value") from None
    except (ValueError, TypeError, OverflowError) as fault:
        raise MalformedError(f"not canonical msgpack: {fault}") from None
    if again != data:
        raise MalformedError(
            "a value is not in its shortest form, or a map's key repeats"
        )
    # 3. Only these three bytes start a number that may be out of range.
    if _FLOAT64 in data or _UINT64 in data or _INT64 in data:
        _check_numbers(value)
    return cast("Value", value)


def decode_flat(data: bytes, types: Sequence[type]) -> list[Any] | None:
    """Return the array that *data* spells, if its values are of *types*.

    The same verdict as `decode`, several times as fast, for arrays that hold
    nothing but str, bytes and int; None for any other value, and for what no
    value is spelled like.
    """
    try:
        if (
            len(data) > MAX_VALUES
            or len(data.translate(None, _OTHERS)) > MAX_DEPTH
        ):
            # Itself, and what it has: junk is not looked through to its end.
            Room(1 + len(types)).take(data)
        value: Any = msgpack.unpackb(data)
    except (ValueError, MalformedError, msgpack.UnpackException):
        return None
    if type(value) is not list or [type(part) for part in value] != types:
        return None
    # The types leave nothing inside that could be out of form or order.
    for part in value:
        if type(part) is int and not -MAX_INT <= part <= MAX_INT:
            return None
    return value if _pack(value) == data else None


class _NoSpellingError(Exception):
    """Raised inside `encode`; gathers the path on its way out, inmost first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.steps: list[str | int] = []


def _plain(value: object, room: int) -> Value:
    """Return *value* with keys sorted and integral floats as ints."""
    # bool before int, because True is an int to Python.
    if value is None or isinstance(value, str | bytes | bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list | tuple):
        return _array(value, room)
    if isinstance(value, dict | Mapping):
        return _map(value, room)
    raise _NoSpellingError(
        f"a {type(value).__name__} has no canonical spelling"
    )


def _number(value: float) -> int | float:
    if -MAX_INT <= value <= MAX_INT:
        return int(value) if value == int(value) else value
    if isinstance(value, int):
        raise _NoSpellingError("the integer is outside ±(2**53 - 1)")
    if not math.isfinite(value):
        raise _NoSpellingError(f"{value} is not a finite number")
    return value


def _map(value: Mapping[object, object], room: int) -> Value:
    if not room:
        raise _NoSpellingError(f"nested deeper than {MAX_DEPTH}")
    plain: dict[str, Value] = {}
    for key in value:
        if not isinstance(key, str):
            raise _NoSpellingError(
                f"a map's key is a str, not a {type(key).__name__}"
            )
    # Code points sort as their UTF-8 bytes do.
    for key in sorted(cast("Mapping[str, object]", value)):
        try:
            plain[key] = _plain(value[key], room - 1)
        except _NoSpellingError as fault:
            fault.steps.append(key)
            raise
    return plain


def _array(value: list[object] | tuple[object, ...], room: int) -> Value:
    if not room:
        raise _NoSpellingError(f"nested deeper than {MAX_DEPTH}")
    plain: list[Value] = []
    for child in value:
        try:
            plain.append(_plain(child, room - 1))
        except _NoSpellingError as fault:
            fault.steps.append(len(plain))
            raise
    return plain


def _count(data: bytes, most: int) -> int:
    """Return how many values *data* announces, if that is no more than *most*.

    Refuses what nests too deep, or announces more values than can follow.
    Every other fault is left for msgpack to find.
    """
    at, end = 0, len(data)
    # How many values each open container lacks, outermost first; in sum; and
    # how many were announced so far.
    lacking = [1]
    owed = announced = 1
    while lacking:
        if owed > end - at:
            raise MalformedError(
                f"{owed} more values are announced, {max(end - at, 0)} bytes"
                " are left"
            )
        first = data[at]
        at += 1
        owed -= 1
        lacking[-1] -= 1
        if first in _PAYLOAD_SIZES:
            at += _PAYLOAD_SIZES[first]
        elif first in _OPENERS:
            if len(lacking) > MAX_DEPTH:
                raise MalformedError(f"nested deeper than {MAX_DEPTH}")
            at, children = _children(data, at)
            owed += children
            announced += children
            if announced > most:
                raise MalformedError(
                    f"{announced} values or more are announced, and there is"
                    f" room for {most}"
                )
            lacking.append(children)
        elif first in _PREFIX_SIZES:
            start = at + _PREFIX_SIZES[first]
            at = start + int.from_bytes(data[at:start], "big")
        else:
            raise MalformedError(f"the byte 0x{first:02x} begins no value")
        while lacking and not lacking[-1]:
            lacking.pop()
    return announced


def _children(data: bytes, at: int) -> tuple[int, int]:
    """Return where the values start that an opener before *at* announces.

    And how many they are: a map has two for each of its pairs.
    """
    opener = data[at - 1]
    if opener in _FIXARRAY:
        return at, opener - _FIXARRAY.start
    if opener in _FIXMAP:
        return at, 2 * (opener - _FIXMAP.start)
    start = at + _PREFIX_SIZES[opener]
    length = int.from_bytes(data[at:start], "big")
    return start, length if opener in {_ARRAY16, _ARRAY32} else 2 * length


def _rising(value: dict[str | bytes, object]) -> dict[str | bytes, object]:
    """Return *value*, a map in the order it was read, if its keys are right.

    Keys that repeat have become one by now: then the comparison fails.
    """
    keys = list(value)
    # Sorting str with bytes is a TypeError, so one key speaks for them all.
    if keys and not isinstance(keys[0], str):
        raise MalformedError("a map's keys are str, not bin")
    # Code points sort as their UTF-8 bytes do.
    if keys != sorted(keys):
        raise MalformedError("a map's keys are not in the order of their bytes")
    return value


def _refuse_ext(code: int, _data: bytes) -> None:
    raise MalformedError(f"the extension type {code} is not canonical")


def _check_numbers(value: object) -> None:
    """Refuse numbers out of range, and floats that should be ints."""
    rest = [value]
    while rest:
        part = rest.pop()
        # msgpack makes no subclass, and True is no number here.
        if type(part) is list:
            rest.extend(part)
        elif type(part) is dict:
            rest.extend(part.values())
        elif type(part) is int:
            if not -MAX_INT <= part <= MAX_INT:
                raise MalformedError(f"{part} is outside ±(2**53 - 1)")
        elif type(part) is float:
            if not math.isfinite(part):
                raise MalformedError(f"{part} is not a finite number")
            if part.is_integer() and -MAX_INT <= part <= MAX_INT:
                raise MalformedError(f"{part} is spelled as an int")
