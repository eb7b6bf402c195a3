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
from collections.abc import Iterator
from itertools import accumulate
from typing import TypeAlias, cast

from provenance.encoding.path import json_path, quoted
from provenance.errors import MalformedError

JSON: TypeAlias = (
    "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
)
"""What a JSON text stands for."""

MAX_DEPTH = 64
"""How many arrays and objects may stand inside one another."""

MAX_DIGITS = 4300
"""The longest integer: reading one takes time in the square of its length."""

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_OTHERS = bytes(set(range(256)) - _STEPS.keys())
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(data: bytes) -> JSON:
    """Return what the JSON text *data* says.

    Raises:
        MalformedError: It is not JSON, or readers may disagree about it; the
            message names the line and column, or the path.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as fault:
        raise MalformedError(
            f"the JSON is not UTF-8 at byte {fault.start}"
        ) from None
    if text.startswith("\ufeff"):
        raise MalformedError("the JSON starts with a byte order mark")
    _check_depth(data)
    reader = _Reader()
    try:
        value = reader.decode(text)
    except json.JSONDecodeError as fault:
        raise MalformedError(
            f"not JSON at line {fault.lineno}, column {fault.colno}:"
            f" {fault.msg[:1].lower()}{fault.msg[1:]}"
        ) from None
    if reader.faulty or _SURROGATE_ESCAPE.search(text):
        for steps, reason in _faults(value, ()):
            raise MalformedError(f"{json_path(steps)}: {reason}")
    return cast("JSON", value)


def _check_depth(data: bytes) -> None:
    """Refuse *data* before the standard library recurses into it.

    Where *data* is not JSON the count may be wrong, but not too low: the
    reader stops at the fault.
    """
    # Without escapes, each quote opens or closes a string: every second part
    # stands outside of them.
    outside = b"".join(_ESCAPE.sub(b"", data).split(b'"')[::2])
    brackets = outside.translate(None, _OTHERS)
    deepest = max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
    if deepest > MAX_DEPTH:
        raise MalformedError(
            f"the JSON is nested {deepest} deep: at most {MAX_DEPTH}"
        )


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
        return self._fault(f"the key {quoted(repeated)} appears twice")

    def _constant(self, name: str) -> object:
        return self._fault(f"{name} is not a JSON number")

    def _float(self, digits: str) -> object:
        value = float(digits)
        if math.isinf(value):
            return self._fault("the number is too large for a float")
        return value

    def _int(self, digits: str) -> object:
        try:
            if len(digits.lstrip("-")) <= MAX_DIGITS:
                return int(digits)
        except ValueError:
            # The interpreter was told to read even fewer digits.
            pass
        return self._fault(f"an integer of {len(digits)} digits is too long")

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
            yield steps, "the text holds half of a surrogate pair"
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _faults(child, (*steps, index))
    elif isinstance(value, dict):
        for key, child in value.items():
            if _is_torn(key):
                yield steps, f"the key {quoted(key)} is half a surrogate pair"
            yield from _faults(child, (*steps, key))


def _is_torn(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
