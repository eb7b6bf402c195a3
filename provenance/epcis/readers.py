"""Readers: what a value of an EPCIS event may be, and where it is wrong.

A *reader* takes a JSON value and the prefixes that are defined, and returns
the value as the body of an event keeps it. Readers are put together from
smaller ones, so that a table of fields (`fields`) reads like the standard:

    "bizTransactionList": listed(record({"bizTransaction": identifier, …}))

A reader raises `ValueFault`, and each level that the fault passes on its way up
adds its own step, until the path in the document is complete.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from provenance.encoding.canonical import MAX_INT, Value
from provenance.encoding.path import json_path
from provenance.encoding.strict_json import JSON
from provenance.epcis.prefixes import expand, full_id
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item
from provenance.gs1.item import is_absolute_uri

Prefixes = Mapping[str, str]
"""Prefix → namespace, as the document and the event define them."""

Reader = Callable[[JSON, Prefixes], Value]

ACTIONS = ("ADD", "OBSERVE", "DELETE")

_MAX_NESTING = 20
"""How deep the value of an extension may go; signed bytes go to 32."""

ZONE = r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)"
"""A pattern for what time zones are from UTC, at most 14 hours."""

OFFSET = re.compile(ZONE)
LOCAL_TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
)
"""A pattern for a time up to its zone."""

_TIME = re.compile(rf"{LOCAL_TIME}(?:Z|{ZONE})")
_UOM = re.compile(r"[A-Z0-9]{2,3}")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_PREFIXED = re.compile(r"[A-Za-z][A-Za-z0-9+._-]*:.*", re.DOTALL)

_T = TypeVar("_T")


class ValueFault(Exception):  # noqa: N818  # it never leaves provenance.epcis
    """A fault on its way up through the document.

    Attributes:
        message: What is wrong.
        steps: Where, as far as it has come up: members and list positions,
            innermost first.
    """

    def __init__(self, message: str, *steps: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.steps = list(steps)

    @property
    def path(self) -> str:
        """The place as a JSON path."""
        return json_path(reversed(self.steps))


def at(
    step: str | int,
    read: Callable[[JSON, Prefixes], _T],
    value: JSON,
    prefixes: Prefixes,
) -> _T:
    """Return what *read* makes of the value under *step*."""
    try:
        return read(value, prefixes)
    except ValueFault as fault:
        fault.steps.append(step)
        raise
    except MalformedError as error:
        raise ValueFault(str(error), step) from error


# Values without parts.


def text(value: JSON, _: Prefixes) -> str:
    """Read any text."""
    if not isinstance(value, str):
        raise wrong_kind("text", value)
    return value


def uri(value: JSON, prefixes: Prefixes) -> str:
    """Read an absolute URI."""
    found = text(value, prefixes)
    if not is_absolute_uri(found):
        raise ValueFault(
            f"{found[:80]!r} is no absolute URI: write one that starts with a"
            " scheme, such as urn: or https:"
        )
    return found


def identifier(value: JSON, prefixes: Prefixes) -> str:
    """Read a URI that, if it is a GS1 identifier, is a valid one."""
    found = text(value, prefixes)
    canonical_item(full_id(found, prefixes))
    return found


def time(value: JSON, prefixes: Prefixes) -> str:
    """Read a time with its zone (RFC 3339)."""
    found = _matching(
        _TIME,
        "time with its zone: write one such as 2026-03-01T09:00:00+13:00",
        value,
        prefixes,
    )
    try:
        datetime.fromisoformat(found).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueFault(
            f"{found[:80]!r} is a time that never was: write a day of the"
            " calendar and a time of that day"
        ) from error
    return found


def number(value: JSON, _: Prefixes) -> int | float:
    """Read a number; one without a fraction becomes an int."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_kind("a number", value)
    return _exact(value, "write a smaller one")


def action(value: JSON, prefixes: Prefixes) -> str:
    """Read what the event does to the tie between items and identifiers."""
    found = text(value, prefixes)
    if found not in ACTIONS:
        meant = found.strip().upper()
        raise ValueFault(
            f"{found[:80]!r} is not ADD, OBSERVE or DELETE: write"
            f" {meant if meant in ACTIONS else 'one of these'}"
        )
    return found


def uom(value: JSON, prefixes: Prefixes) -> str:
    """Read a unit of measure (UN/ECE Recommendation 20)."""
    return _matching(
        _UOM,
        "unit of measure: write its code of 2 or 3 capitals and digits, such"
        " as KGM",
        value,
        prefixes,
    )


def amount(value: JSON, prefixes: Prefixes) -> int | float:
    """Read how much there is of a class: more than nothing."""
    found = number(value, prefixes)
    if found <= 0:
        raise ValueFault(
            f"a quantity is more than 0, unlike {found}: leave it out if it is"
            " not known"
        )
    return found


def extension(value: JSON, prefixes: Prefixes, depth: int = 0) -> Value:
    """Read the value of an extension: anything that signed bytes can hold."""
    if depth == _MAX_NESTING and isinstance(value, list | dict):
        raise ValueFault(
            f"an extension nests at most {_MAX_NESTING} deep: write it with"
            " fewer levels"
        )
    deeper = partial(extension, depth=depth + 1)
    if isinstance(value, list):
        return [at(i, deeper, x, prefixes) for i, x in enumerate(value)]
    if isinstance(value, dict):
        if "@context" in value:
            raise ValueFault(
                "an @context stands in the document or its events: move it"
                " there"
            )
        for name in value:
            if _PREFIXED.fullmatch(name):
                _require_extension(name, prefixes)
        return {n: at(n, deeper, x, prefixes) for n, x in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _exact(value, "write it as text")
    return value


def _exact(value: float, advice: str) -> int | float:
    """Return *value*, as an int if it has no fraction and all know it."""
    if isinstance(value, float):
        if not value.is_integer() or abs(value) > MAX_INT:
            return value
        value = int(value)
    if abs(value) > MAX_INT:
        raise ValueFault(f"an integer is within ±(2**53 - 1): {advice}")
    return value


def boolean(value: JSON, _: Prefixes) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise wrong_kind("true or false", value)
    return value


def offset(value: JSON, prefixes: Prefixes) -> str:
    """Read a time zone from UTC, such as +08:00."""
    return _matching(
        OFFSET, "offset: write one such as +08:00", value, prefixes
    )


def hexadecimal(value: JSON, prefixes: Prefixes) -> str:
    """Read a row of hexadecimal digits."""
    return _matching(
        _HEX,
        "row of hexadecimal digits: write 0 to 9 and A to F alone",
        value,
        prefixes,
    )


def _matching(
    pattern: re.Pattern[str], name: str, value: JSON, prefixes: Prefixes
) -> str:
    found = text(value, prefixes)
    if pattern.fullmatch(found) is None:
        raise ValueFault(f"{found[:80]!r} is no {name}")
    return found


def word(read: Callable[[str, Prefixes], str]) -> Reader:
    """Return a reader of one vocabulary, which keeps the spelling."""

    def read_word(value: JSON, prefixes: Prefixes) -> str:
        found = text(value, prefixes)
        read(found, prefixes)
        return found

    return read_word


# Values with parts.


def wrong_kind(wanted: str, value: JSON) -> ValueFault:
    """Return the fault that *value* is not of the kind *wanted*."""
    if value is None:
        advice = "write it, or leave out what is not known"
    elif wanted == "a number" and _is_digits(value):
        advice = "write it without quotes"
    else:
        advice = _ADVICE[wanted]
    return ValueFault(
        f"this must be {wanted}, not {_KINDS[type(value)]}: {advice}"
    )


def read_object(value: JSON) -> dict[str, JSON]:
    """Return *value* if it is an object."""
    if not isinstance(value, dict):
        raise wrong_kind("an object", value)
    return value


def read_list(value: JSON) -> list[JSON]:
    """Return *value* if it is a list."""
    if not isinstance(value, list):
        raise wrong_kind("a list", value)
    return value


def require_members(value: Mapping[str, JSON], names: Collection[str]) -> None:
    """Check that *value* has all the members *names*."""
    for name in names:
        if name not in value:
            raise ValueFault(f"{name} is missing: add it")


def unknown_member(
    name: str, known: Collection[str], *, is_open: bool = True
) -> ValueFault:
    """Return the fault that member *name* is not among those *known*.

    Where *is_open* it could have been an extension.
    """
    for other in known:
        if other.lower() == name.lower():
            return ValueFault(f"no member is named {name!r}: write {other!r}")
    if is_open:
        return ValueFault(
            f"no member is named {name[:80]!r}; the name of an extension has a"
            " prefix: put one before it, or leave it out"
        )
    return ValueFault(
        f"no member is named {name[:80]!r}: leave it out, since only"
        f" {', '.join(known)} can stand here"
    )


def read_extension(
    name: str, value: JSON, prefixes: Prefixes, known: Collection[str]
) -> Value:
    """Return the value of member *name*, which must be an extension."""
    if ":" not in name:
        raise unknown_member(name, known)
    _require_extension(name, prefixes)
    return at(name, extension, value, prefixes)


def listed(read: Reader, *, at_least: int = 0, is_set: bool = True) -> Reader:
    """Return a reader of lists; *is_set* refuses an element said twice."""

    def read_elements(value: JSON, prefixes: Prefixes) -> Value:
        elements = read_list(value)
        if len(elements) < at_least:
            raise ValueFault("the list is empty: name at least one element")
        found = [at(i, read, x, prefixes) for i, x in enumerate(elements)]
        if is_set:
            _refuse_twice(found)
        return found

    return read_elements


def record(
    fields: Mapping[str, Reader],
    *,
    required: Collection[str] = (),
    is_open: bool = False,
) -> Reader:
    """Return a reader of objects; *is_open* lets extensions in."""

    def read_members(value: JSON, prefixes: Prefixes) -> Value:
        members = read_object(value)
        require_members(members, required)
        found: dict[str, Value] = {}
        for name, member in members.items():
            if name in fields:
                found[name] = at(name, fields[name], member, prefixes)
            elif is_open:
                found[name] = read_extension(name, member, prefixes, fields)
            else:
                raise unknown_member(name, fields, is_open=False)
        return found

    return read_members


def _refuse_twice(elements: list[Value]) -> None:
    """Check that no text, or object of texts, is among *elements* twice."""
    seen = set()
    for index, element in enumerate(elements):
        parts = element.items() if isinstance(element, dict) else ()
        said = frozenset(parts) or element
        if said in seen:
            raise ValueFault(
                "an earlier element says the same: leave one of them out", index
            )
        seen.add(said)


def _require_extension(name: str, prefixes: Prefixes) -> None:
    try:
        expand(name, prefixes)
    except MalformedError as error:
        raise ValueFault(str(error)) from error


def _is_digits(value: JSON) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


_ADVICE: Mapping[str, str] = {
    "text": "write it as text",
    "a number": "write digits alone, such as 4.5",
    "true or false": "write one of these two",
    "an object": "write each of its members under its name",
    "a list": "write a list, even if it is of one",
}

_KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
