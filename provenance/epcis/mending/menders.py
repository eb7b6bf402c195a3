"""Menders: how each kind of value is mended that systems write wrongly.

They are put together as the readers in `fields` are, so that the tables in
`mend` look like those there:

    "quantityList": listed(record({"quantity": number, …}), of=dict)

A mender changes only what its reader refuses, and only to what it takes.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from provenance.encoding.canonical import MAX_INT
from provenance.encoding.strict_json import JSON
from provenance.epcis.mending.notes import ABSENT, Notes, Steps
from provenance.epcis.prefixes import STANDARD_PREFIXES, read_context
from provenance.epcis.readers import ACTIONS
from provenance.epcis.vocabulary import Vocabulary
from provenance.errors import MalformedError

Mender = Callable[[JSON, Steps, Notes], JSON]
"""Returns a value as it should have been written. It is given where the value
stands by now, and notes what it does; the value itself stays as it was."""

_COMMENTS = frozenset(
    {"comment", "$comment", "_description", "_note", "_notes", "_scenario"}
)
"""What comments are called, beside all that starts with `_comment`. Other
names without a prefix may mean something, and are left to be refused."""

_MASTER_DATA = ("cbvmda:", STANDARD_PREFIXES["cbvmda"])
_SPACE = " \t\r\n"
_MAX_DIGITS = 40
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


# Values without parts.


def as_is(value: JSON, _: Steps, __: Notes) -> JSON:
    return value


def word(vocabulary: Vocabulary) -> Mender:
    """Return a mender of words in older spellings."""
    starts = {
        start: "cbv-link" if start.startswith("http") else "cbv-urn"
        for start in vocabulary.older
    }

    def mend_word(value: JSON, steps: Steps, notes: Notes) -> JSON:
        if isinstance(value, str):
            for start, rule in starts.items():
                bare = value.removeprefix(start)
                if bare != value and bare in vocabulary.words:
                    notes.note(steps, rule, value, bare)
                    return bare
        return value

    return mend_word


def number(value: JSON, steps: Steps, notes: Notes) -> JSON:
    """Mend a number that is written as text, if none of it gets lost."""
    if not isinstance(value, str) or len(value) > _MAX_DIGITS:
        return value
    found = _NUMBER.fullmatch(value)
    if found is None:
        return value
    read = float(value) if found[1] or found[2] else int(value)
    is_too_long = isinstance(read, int) and abs(read) > MAX_INT
    if is_too_long or Decimal(repr(read)) != Decimal(value):
        return value
    notes.note(steps, "number-as-text", value, read)
    return read


def version(value: JSON, steps: Steps, notes: Notes) -> JSON:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    notes.note(steps, "version-as-number", value, repr(value))
    return repr(value)


def action(value: JSON, steps: Steps, notes: Notes) -> JSON:
    if not isinstance(value, str) or value in ACTIONS:
        return value
    meant = value.strip().upper()
    if meant not in ACTIONS:
        return value
    notes.note(steps, "action-case", value, meant)
    return meant


# Values with parts.


def mended_members(
    fields: Mapping[str, Mender],
    value: dict[str, JSON],
    steps: Steps,
    notes: Notes,
) -> dict[str, JSON]:
    """Return *value*, which may have extensions beside the *fields*, mended."""
    mended: dict[str, JSON] = {}
    for name, member in value.items():
        here = (*steps, name)
        if name.startswith("_comment") or name in _COMMENTS:
            notes.note(here, "comment", member, ABSENT)
        elif member is None and name in fields:
            notes.note(here, "null-member", member, ABSENT)
        else:
            mended[name] = fields.get(name, as_is)(member, here, notes)
    return mended


def record(fields: Mapping[str, Mender]) -> Mender:
    def mend_record(value: JSON, steps: Steps, notes: Notes) -> JSON:
        if not isinstance(value, dict):
            return value
        return mended_members(fields, value, steps, notes)

    return mend_record


def listed(
    mend: Mender = as_is, *, of: type = str, is_set: bool = True
) -> Mender:
    """Return a mender of lists, whose elements are *of* one type."""

    def mend_list(value: JSON, steps: Steps, notes: Notes) -> JSON:
        if isinstance(value, of):
            notes.note(steps, "single-in-list", value, [value])
            notes.moved(steps, 0, None)
            value = [value]
        if not isinstance(value, list):
            return value
        if mend is not as_is:
            value = [mend(x, (*steps, i), notes) for i, x in enumerate(value)]
        return _distinct(value, steps, notes) if is_set else value

    return mend_list


def _distinct(elements: list[JSON], steps: Steps, notes: Notes) -> list[JSON]:
    """Return the *elements* without those that are among them already."""
    kept: list[int] = []
    seen: set[object] = set()
    for index, element in enumerate(elements):
        said = _said(element)
        if said is not None and said in seen:
            notes.note((*steps, index), "duplicate", element, ABSENT)
        else:
            seen.add(said)
            kept.append(index)
    return _only(kept, elements, steps, notes)


def _said(element: JSON) -> object:
    """Return what tells *element* from others; None if it is left alone."""
    if isinstance(element, str):
        return element
    if isinstance(element, dict):
        texts = [v for v in element.values() if isinstance(v, str)]
        if len(texts) == len(element):
            return frozenset(element.items())
    return None


def _only(
    kept: list[int], elements: list[JSON], steps: Steps, notes: Notes
) -> list[JSON]:
    """Return the *elements* that are *kept*."""
    for now, then in enumerate(kept):
        if now != then:
            notes.moved(steps, now, then)
    return [elements[index] for index in kept]


def place(value: JSON, steps: Steps, notes: Notes) -> JSON:
    if isinstance(value, str):
        notes.note(steps, "place-as-text", value, {"id": value})
        notes.moved(steps, "id", None)
        return {"id": value}
    return record({"id": as_is})(value, steps, notes)


def master_data(value: JSON, steps: Steps, notes: Notes) -> JSON:
    """Mend the white space around what GS1 defines of items: lots, dates."""
    found = record({})(value, steps, notes)
    if not isinstance(found, dict):
        return found
    for name, member in found.items():
        if isinstance(member, str) and name.startswith(_MASTER_DATA):
            bare = member.strip(_SPACE)
            if bare != member:
                notes.note((*steps, name), "space-around", member, bare)
                found[name] = bare
    return found


def certification(value: JSON, steps: Steps, notes: Notes) -> JSON:
    if isinstance(value, list):
        return _distinct(value, steps, notes)
    return value


def context(value: JSON, steps: Steps, notes: Notes) -> JSON:
    """Leave out the contexts that are not known, and cannot be fetched."""
    if isinstance(value, str):
        if _is_known_context(value):
            return value
        notes.note(steps, "context-dropped", value, ABSENT)
        return []
    if not isinstance(value, list):
        return value
    kept = []
    for index, part in enumerate(value):
        if isinstance(part, str) and not _is_known_context(part):
            notes.note((*steps, index), "context-dropped", part, ABSENT)
        else:
            kept.append(index)
    return _only(kept, value, steps, notes)


def _is_known_context(address: str) -> bool:
    try:
        read_context(address)
    except MalformedError:
        return False
    return True
