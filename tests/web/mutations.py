"""Changed bundles, receipts and texts: bytes first, then what they mean."""

import contextlib
import dataclasses
import random
from collections.abc import Callable, Sequence
from typing import Any

from provenance.encoding.canonical import decode, encode
from provenance.errors import MalformedError

INTERESTING_INTS = (
    -1, 0, 1, 2, 31, 32, 127, 128, 255, 256, 65535, 65536, 2**31, 2**32,
    2**53 - 2, 2**53 - 1, -(2**31), -(2**53) + 1,
)  # fmt: skip
INTERESTING_TEXTS = (
    "", "x", "urn:x:1", "did:web:maker.example", "did:web:operator.example",
    "https://id.gs1.org/01/09506000134352", "body", "item", "field", "ADD",
    "DELETE", "AggregationEvent", "TransformationEvent", "KeyRevoked",
    "__proto__", "constructor", "toString", "\ufeff", "\x00", "𠮷ﬀ", "é\u0301",
    "recalled", "cbv:Disp-recalled", "a:b", "cbvmda", "ledger.example/world",
)  # fmt: skip


def change_bytes(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Return *data* with bytes flipped, cut, doubled or taken from *other*."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at = rng.randrange(len(changed) + 1)
        size = rng.choice((1, 1, 2, 8, 32, 200))
        match rng.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(changed):
                changed[at] = rng.randrange(256)
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = rng.randbytes(size)
            case 4:
                changed[at:at] = changed[at : at + size]
            case _:
                start = rng.randrange(len(other) + 1)
                changed[at : at + size] = other[start : start + size]
    if rng.random() < 0.1:
        del changed[rng.randrange(len(changed) + 1) :]
    return bytes(changed)


def change_part(rng: random.Random, whole: Any, other: Any) -> Any:
    """Return a bundle with one part of it changed, of the same type.

    So it is read, as a rule, and what is wrong with it is found by what it
    proves. *whole* and *other* are bundles, or the same part of both.
    """
    if dataclasses.is_dataclass(whole) and not isinstance(whole, type):
        names = [field.name for field in dataclasses.fields(whole)]
        name = rng.choice(names)
        theirs = getattr(other, name, None)
        part = change_part(rng, getattr(whole, name), theirs)
        return dataclasses.replace(whole, **{name: part})
    if isinstance(whole, tuple) and whole and rng.random() < 0.8:
        number = rng.randrange(len(whole))
        theirs = other if isinstance(other, tuple) and other else whole
        part = change_part(rng, whole[number], rng.choice(theirs))
        return (*whole[:number], part, *whole[number + 1 :])
    return _other_part(rng, whole, other)


def _other_part(rng: random.Random, old: Any, other: Any) -> Any:
    same = type(old) is type(other)
    if same and old != other and rng.random() < 0.3:
        return other
    match old:
        case bool():
            return not old
        case int():
            near = old + rng.choice((-1, 1, 1, 2, 7))
            return max(0, rng.choice((near, near, 0, 1, 255, 2**32, 2**53 - 1)))
        case float():
            return rng.choice((old + 1, 0.5, None))
        case str():
            return _other_text(rng, old)
        case bytes():
            at = rng.randrange(len(old)) if old else 0
            return type(old)(
                old[:at] + bytes((old[at] ^ 1 << rng.randrange(8),)) + old[at + 1 :]
            ) if old else b"x"  # fmt: skip
        case tuple():
            return _other_rows(rng, old, other)
        case _:
            pass
    return other


def _other_rows(
    rng: random.Random, old: tuple[Any, ...], other: Any
) -> tuple[Any, ...]:
    theirs = other if isinstance(other, tuple) else ()
    at = rng.randrange(len(old) + 1)
    match rng.randrange(4):
        case 0 | 1 if old:
            return old[:at] + old[at + 1 :] if at < len(old) else old[:-1]
        case 2 if theirs:
            rows = (*old[:at], rng.choice(theirs), *old[at:])
            with contextlib.suppress(TypeError):
                return tuple(sorted(rows))
            return rows
        case _:
            pass
    return old[:at] + old[at : at + 1] * 2 + old[at + 1 :]


def change_text(rng: random.Random, text: str, other: str) -> str:
    """Return a text of lines with lines or characters changed."""
    lines, others = text.split("\n"), other.split("\n")
    at = rng.randrange(len(lines))
    match rng.randrange(7):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        case 2:
            lines[at] = others[rng.randrange(len(others))]
        case 3:
            lines.insert(at, rng.choice(INTERESTING_TEXTS))
        case 4:
            again = rng.randrange(len(lines))
            lines[at], lines[again] = lines[again], lines[at]
        case _:
            place = rng.randrange(len(lines[at]) + 1)
            lines[at] = (
                lines[at][:place]
                + rng.choice(("0", "1", "A", "=", "+", " ", "\r", "é", "—", ""))
                + lines[at][place + rng.randrange(2) :]
            )
    return "\n".join(lines)


def change_value(rng: random.Random, value: Any, other: Any) -> Any:
    """Return a msgpack *value* with one place in it changed."""
    path = _place_in(rng, value)
    donor = other
    if rng.random() < 0.7:
        for _ in _place_in(rng, other):
            donor = _child(donor, rng)
    return _changed_at(path, value, lambda old: _replacement(rng, old, donor))


def change_inside(rng: random.Random, value: Any, other: Any) -> Any:
    """Return *value* with a change inside one of its byte strings."""
    places = [
        path
        for path, part in _walk(value, ())
        if isinstance(part, bytes) and _is_packed(part)
    ]
    if not places:
        return change_value(rng, value, other)

    def inside(old: bytes) -> bytes:
        return encode(change_inside(rng, decode(old), other))

    return _changed_at(rng.choice(places), value, inside)


def _is_packed(data: bytes) -> bool:
    try:
        return len(data) > 3 and isinstance(decode(data), list)
    except MalformedError:
        return False


def _walk(value: Any, path: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, child in value.items():
            found += _walk(child, (*path, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            found += _walk(child, (*path, number))
    return found


def _place_in(rng: random.Random, value: Any) -> tuple[Any, ...]:
    path: list[Any] = []
    while isinstance(value, dict | list) and value:
        if path and rng.random() < 0.25:
            break
        step = rng.choice(
            list(value) if isinstance(value, dict) else range(len(value))
        )
        path.append(step)
        value = value[step]
    return tuple(path)


def _child(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value:
        return value[rng.choice(list(value))]
    if isinstance(value, list) and value:
        return rng.choice(value)
    return value


def _changed_at(
    path: Sequence[Any], value: Any, change: Callable[[Any], Any]
) -> Any:
    if not path:
        return change(value)
    step, *rest = path
    copy = value.copy()
    copy[step] = _changed_at(rest, value[step], change)
    return copy


def _replacement(rng: random.Random, old: Any, donor: Any) -> Any:
    if rng.random() < 0.15:
        return donor
    match old:
        case bool() | None:
            return rng.choice((None, True, False, 0, 1, "", b""))
        case int() if rng.random() < 0.6:
            return old + rng.choice((-2, -1, 1, 2, 7))
        case int():
            return rng.choice((*INTERESTING_INTS, True, False, 0.5, None))
        case str():
            return _other_text(rng, old)
        case bytes() if rng.random() < 0.8:
            return change_bytes(rng, old, b"\x00" * 40)
        case list() if old:
            return _other_list(rng, old)
        case dict():
            return _other_map(rng, old, donor)
        case _:
            pass
    return rng.choice((0, "", b"", [], {}, None, bytes(32), 1.5))


def _other_text(rng: random.Random, old: str) -> str:
    if "\n" in old:
        return change_text(rng, old, old)
    at = rng.randrange(len(old) + 1)
    match rng.randrange(4):
        case 0:
            return rng.choice(INTERESTING_TEXTS)
        case 1:
            return old[:at] + rng.choice(INTERESTING_TEXTS) + old[at:]
        case 2:
            return old[:at]
        case _:
            return old[:at] + rng.choice("0189azAZ/:-_ %#?") + old[at + 1 :]


def _other_list(rng: random.Random, old: list[Any]) -> list[Any]:
    rows = list(old)
    at, again = rng.randrange(len(rows)), rng.randrange(len(rows))
    match rng.randrange(5):
        case 0:
            del rows[at]
        case 1:
            rows.insert(at, rows[again])
        case 2:
            rows[at], rows[again] = rows[again], rows[at]
        case 3:
            rows.reverse()
        case _:
            rows.append(rng.choice((0, b"", "", None, bytes(32), [])))
    return rows


def _other_map(rng: random.Random, old: dict[str, Any], donor: Any) -> Any:
    members = dict(old)
    match rng.randrange(3):
        case 0 if members:
            del members[rng.choice(list(members))]
        case 1 if members:
            name = rng.choice(list(members))
            members[rng.choice(INTERESTING_TEXTS)] = members.pop(name)
        case _:
            members[rng.choice(INTERESTING_TEXTS)] = donor
    return members
