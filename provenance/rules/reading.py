"""What the links of an event's items say of it: when it was, and what kind.

The ledger reads both when it links an event, an audit reads them again, and a
verifier does so wherever the event is shown: one function for all of them, so
that a link of an event that is not shown says what this would.

    kinds    1  a child goes into a container      AggregationEvent and
             2  it comes out; or of a parent that   AssociationEvent, ADD or
                names no child: it is emptied       DELETE
             4  it is made or ends                  ObjectEvent ADD, DELETE;
                                                    all of a transformation
             8  the event warns of it               by its step or disposition
            16  the event declares an error

A link may have several of them: the recall that is taken back has 8 and 16.
Registry events happen in the log alone: time 0, no kinds.

In full: `FORMATS.md`, section 5.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from provenance.claims.actor import is_registry_event
from provenance.claims.event import CODES, Counts
from provenance.claims.trail import (
    COMES_OUT,
    DECLARES_ERROR,
    GOES_IN,
    MADE_OR_ENDS,
    WARNS,
)
from provenance.encoding.canonical import Value
from provenance.epcis.prefixes import read_context
from provenance.epcis.vocabulary import DISPOSITION, read_step
from provenance.errors import MalformedError

WARNING_STEPS = frozenset({"customs_held", "customs_refused", "recalled"})
"""The steps that warn of every item of their event, as bare words."""

WARNING_DISPOSITIONS = frozenset(
    {
        "damaged",
        "destroyed",
        "disposed",
        "expired",
        "mismatch_class",
        "mismatch_instance",
        "mismatch_quantity",
        "needs_replacement",
        "no_pedigree_match",
        "non_conformant",
        "recalled",
        "stolen",
    }
)
"""The dispositions that do, be they for now or for good."""

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_LONGEST = len("2026-03-01T09:00:00.123456789+13:00")
_EPOCH = date(1970, 1, 1).toordinal()
_LARGEST_OFFSET = 14 * 60

_PARENT = CODES["parentID"]
_CHILDREN = (CODES["childEPCs"], CODES["childQuantityList"])
_OBJECTS = (CODES["epcList"], CODES["quantityList"])
_TRANSFORMED = (
    CODES["inputEPCList"],
    CODES["inputQuantityList"],
    CODES["outputEPCList"],
    CODES["outputQuantityList"],
)


_FORM_WORDS = frozenset(
    {
        "AggregationEvent",
        "AssociationEvent",
        "ObjectEvent",
        "TransformationEvent",
        "ADD",
        "DELETE",
    }
)


class EventReading(NamedTuple):
    """What an event says of itself and of each of its items.

    Attributes:
        time: When it happened, in ms since 1970.
        warns: Whether it warns of its items.
        declares_error: Whether it says that it is an error.
        form: Relation code → the other kinds of the items under it.
    """

    time: int
    warns: bool
    declares_error: bool
    form: Mapping[int, int]

    def kinds(self, code: int) -> int:
        """Return the kinds of the link of an item with relation *code*."""
        return (
            self.form.get(code, 0)
            | self.warns * WARNS
            | self.declares_error * DECLARES_ERROR
        )


_REGISTRY = EventReading(0, False, False, {})


def read_event(body: Mapping[str, Value], counts: Counts) -> EventReading:
    """Return the reading of the event of this *body* and these *counts*.

    Raises:
        MalformedError: It does not say when it was, or its prefixes are none.
    """
    if is_registry_event(body):
        return _REGISTRY
    return EventReading(
        read_time(body.get("eventTime")),
        _warns(body),
        "errorDeclaration" in body,
        _form(_known(body.get("type")), _known(body.get("action")), counts),
    )


def read_time(text: Value) -> int:
    """Return the moment that *text* names, in ms since 1970, rounded down.

        2026-03-01T09:00:00.1239+13:00      1772308800123

    A day of the calendar, whole seconds up to 59 and one to nine digits of
    their fraction, and the offset from UTC, 14 hours at most.

    Raises:
        MalformedError: It is not text of that form, or before 1970.
    """
    # What is longer is none, and would be remembered.
    is_short = isinstance(text, str) and len(text) <= _LONGEST
    ms = _moment(str(text)) if is_short else None
    if ms is None or ms < 0:
        raise MalformedError(
            "eventTime is a time from 1970 on with its zone, such as"
            f" 2026-03-01T09:00:00+13:00, not {str(text)[:40]!r}"
        )
    return ms


@lru_cache(maxsize=4096)
def _moment(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction, sign, hours, minutes = found.groups(default="0")[6:]
    offset = int(hours) * 60 + int(minutes)
    if (
        hour > 23
        or max(minute, second, int(minutes)) > 59
        or offset > _LARGEST_OFFSET
    ):
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    of_day = hour * 60 + minute + (offset if sign == "-" else -offset)
    # A fraction's digits beyond the third are dropped, which rounds down.
    ms = int(f"{fraction}00"[:3])
    return ((days * 1440 + of_day) * 60 + second) * 1000 + ms


def _warns(body: Mapping[str, Value]) -> bool:
    """Return whether a step or disposition that can be read is a warning."""
    context = body.get("@context")
    prefixes = {} if context is None else read_context(context)
    step = body.get("bizStep")
    if isinstance(step, str):
        try:
            if read_step(step, prefixes) in WARNING_STEPS:
                return True
        except MalformedError:
            pass
    return any(word in WARNING_DISPOSITIONS for word in _words(body, prefixes))


def dispositions(body: Mapping[str, Value]) -> Iterator[str]:
    """Yield what an event says of its items' state, for now or for good.

    Bare words, or URIs of somebody's own; what cannot be read is left out.

    Raises:
        MalformedError: Its prefixes are none.
    """
    context = body.get("@context")
    yield from _words(body, {} if context is None else read_context(context))


def _words(
    body: Mapping[str, Value], prefixes: Mapping[str, str]
) -> Iterator[str]:
    words = [body.get("disposition")]
    persistent = body.get("persistentDisposition")
    if isinstance(persistent, dict):
        found = persistent.get("set")
        words += found if isinstance(found, list) else []
    for text in words:
        if isinstance(text, str):
            word = DISPOSITION.find(text, prefixes)
            if word is not None:
                yield word


def _known(word: Value) -> str:
    """Return a word that `_form` knows, "" for any other value."""
    return word if isinstance(word, str) and word in _FORM_WORDS else ""


@lru_cache(maxsize=4096)
def _form(kind: str, action: str, counts: Counts) -> Mapping[int, int]:
    """Return relation code → kinds, as type and action alone tell them."""
    if kind in ("AggregationEvent", "AssociationEvent"):
        if action == "ADD":
            return dict.fromkeys(_CHILDREN, GOES_IN)
        if action == "DELETE":
            emptied = not any(code in _CHILDREN for code, _ in counts)
            return dict.fromkeys(
                (_PARENT,) if emptied else _CHILDREN, COMES_OUT
            )
    if kind == "ObjectEvent" and action in ("ADD", "DELETE"):
        return dict.fromkeys(_OBJECTS, MADE_OR_ENDS)
    if kind == "TransformationEvent":
        return dict.fromkeys(_TRANSFORMED, MADE_OR_ENDS)
    return {}
