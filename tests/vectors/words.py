"""What the words of an event mean for the links that it makes.

The second reading of an event, slow and obvious as `reference.py` is: when it
happened, and what it does with the items of each relation.
"""

import re
from collections.abc import Mapping
from datetime import date

from tests.vectors.reference import Body, Counts

IN, OUT, MADE, WARNS, ERROR = 1, 2, 4, 8, 16

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
STEPS_THAT_WARN = {"customs_held", "customs_refused", "recalled"}
DISPOSITIONS_THAT_WARN = {
    "damaged", "destroyed", "disposed", "expired", "mismatch_class",
    "mismatch_instance", "mismatch_quantity", "needs_replacement",
    "no_pedigree_match", "non_conformant", "recalled", "stolen",
}  # fmt: skip

_STEP = "urn:provenance:step:"
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


def kinds(body: Body, counts: Counts, code: int) -> int:
    """Return what the event does with the items of relation *code*."""
    if body["type"] in REGISTRY:
        return 0
    found = 0
    kind, action = body["type"], body.get("action")
    codes = {code for code, _ in counts}
    if kind in {"AggregationEvent", "AssociationEvent"}:
        if action == "ADD" and code in {6, 7}:
            found |= IN
        if action == "DELETE" and code in {6, 7}:
            found |= OUT
        if action == "DELETE" and code == 5 and not codes & {6, 7}:
            found |= OUT
    if kind == "ObjectEvent" and action in {"ADD", "DELETE"} and code in {3, 4}:
        found |= MADE
    if kind == "TransformationEvent" and code in {8, 9, 10, 11}:
        found |= MADE
    if warns(body):
        found |= WARNS
    if "errorDeclaration" in body:
        found |= ERROR
    return found


def warns(body: Body) -> bool:
    persistent = body.get("persistentDisposition")
    words = [body.get("disposition")]
    if isinstance(persistent, Mapping) and isinstance(
        persistent.get("set"), list
    ):
        words += persistent["set"]
    uri = _written_out(body.get("bizStep"), body)
    return (
        uri.startswith(_STEP) and uri[len(_STEP) :] in STEPS_THAT_WARN
    ) or any(_is_adverse(word, body) for word in words)


def _is_adverse(word: object, body: Body) -> bool:
    if isinstance(word, str) and word in DISPOSITIONS_THAT_WARN:
        return True
    uri = _written_out(word, body)
    return (
        uri.startswith(_DISPOSITION)
        and uri[len(_DISPOSITION) :] in DISPOSITIONS_THAT_WARN
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
