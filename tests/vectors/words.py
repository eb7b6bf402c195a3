"""What the words of an event mean for the links that it makes.

The second reading of an event, slow and obvious as `reference.py` is: when it
happened, and what it does with the items of each relation. The words come from
a rule book; where no other is given from the one that is shipped.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from tests.vectors.reference import RELATIONS, Body, Counts

IN, OUT, MADE, WARNS, ERROR = 1, 2, 4, 8, 16

Book = Mapping[str, Any]

SHIPPED: Book = json.loads(
    files("provenance.rules").joinpath("evidence-1.json").read_bytes()
)
"""The rule book that every verifier has."""

_KINDS = {
    "in": IN, "out": OUT, "emptied": OUT,
    "made": MADE, "ended": MADE, "used": MADE,
}  # fmt: skip

_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2}))"
)

REGISTRY = {
    "ActorEnrolled", "RoleGranted", "GrantRevoked", "KeyAdded", "KeyRotated",
    "KeyRevoked",
}  # fmt: skip
_STEPS = ("urn:provenance:step:", "https://ref.gs1.org/cbv/BizStep-")
"""A step of our own is never a bare word."""
_DISPOSITION = "https://ref.gs1.org/cbv/Disp-"
_NAMESPACES = {
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "epcis": "https://ref.gs1.org/epcis/",
    "gs1": "https://gs1.org/voc/",
}


def ms_of(text: str) -> int:
    """Return the ms since 1970 of an event time, rounded down.

    Raises:
        ValueError: It is none.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day = map(int, found["date"].split("-"))
    hour, minute, second = (
        int(found[part]) for part in ("hour", "minute", "second")
    )
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(text)
    days = date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    if found["sign"]:
        hours, minutes = int(found["hours"]), int(found["minutes"])
        if minutes > 59 or hours * 60 + minutes > 14 * 60:
            raise ValueError(text)
        offset = (hours * 60 + minutes) * 60
        seconds -= offset if found["sign"] == "+" else -offset
    fraction = (found["fraction"] or "").ljust(3, "0")[:3]
    ms = seconds * 1000 + int(fraction)
    if not 0 <= ms < 2**53:
        raise ValueError(text)
    return ms


def time_of(body: Body) -> int:
    return 0 if body["type"] in REGISTRY else ms_of(str(body["eventTime"]))


def effect(body: Body, code: int, book: Book = SHIPPED) -> str:
    """Return what the event does to the items of relation *code*."""
    form = (body["type"], body.get("action") or "")
    for kind, action, lists, _, _ in book["forms"]:
        if (kind, action) == form:
            for relation, _, _, does in lists:
                if RELATIONS[relation] == code:
                    return str(does)
    return "seen"


def kinds(body: Body, counts: Counts, code: int, book: Book = SHIPPED) -> int:
    """Return the kinds of the link of an item of relation *code*."""
    if body["type"] in REGISTRY:
        return 0
    does = effect(body, code, book)
    found = _KINDS.get(does, 0)
    if does == "emptied" and {6, 7} & {code for code, _ in counts}:
        found = 0
    if warns(body, book):
        found |= WARNS
    if "errorDeclaration" in body:
        found |= ERROR
    return found


def warns(body: Body, book: Book = SHIPPED) -> bool:
    persistent = body.get("persistentDisposition")
    words = [body.get("disposition")]
    if isinstance(persistent, Mapping) and isinstance(
        persistent.get("set"), list
    ):
        words += persistent["set"]
    return _is_warning(
        body.get("bizStep"), body, book["warns"]["steps"], _STEPS
    ) or any(
        _is_warning(
            word, body, book["warns"]["dispositions"], (_DISPOSITION, "")
        )
        for word in words
    )


def _is_warning(
    word: object, body: Body, warning: list[str], starts: tuple[str, ...]
) -> bool:
    uri = _written_out(word, body)
    return any(
        uri.startswith(start) and uri[len(start) :] in warning
        for start in starts
    )


def _written_out(word: object, body: Body) -> str:
    """Return *word* with its prefix written out, or "" if it is no text."""
    if not isinstance(word, str):
        return ""
    context = body.get("@context", [])
    namespaces = dict(_NAMESPACES)
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, Mapping):
            namespaces |= part
    prefix, _, rest = word.partition(":")
    known = prefix in namespaces and not rest.startswith("//")
    return str(namespaces[prefix]) + rest if known else word
