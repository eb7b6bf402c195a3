"""The kinds of query parameters: what each makes of its value.

Every function here returns a reader: it takes a value and the prefixes that
are defined, and returns the term that must hold of an event, or None if the
value demands nothing.
"""

from collections.abc import Callable
from functools import partial

from provenance.encoding.path import quoted
from provenance.encoding.strict_json import JSON
from provenance.epcis.event_hash import is_event_hash, read_event_hash
from provenance.epcis.facts import (
    AS_NUMBER,
    AS_TIME,
    EXISTS,
    Normal,
    identifier,
    instant,
    party_type,
    spelled_number,
    transaction_type,
)
from provenance.epcis.pattern import Pattern, read_class, read_unit
from provenance.epcis.prefixes import full_id
from provenance.epcis.query import (
    EVENT_HASH,
    WHOLE_EVENT,
    AnyOf,
    Between,
    Names,
    Term,
    TextEquals,
)
from provenance.epcis.query_values import (
    read_list,
    read_moment,
    read_number,
    read_single,
    read_texts,
)
from provenance.epcis.readers import ACTIONS, Prefixes
from provenance.errors import MalformedError

ReadTerm = Callable[[JSON, Prefixes], Term | None]

_YES: tuple[JSON, ...] = (None, "", True, "1", "true")
_NO: tuple[JSON, ...] = (False, "0", "false")
"""0 and 1 are equal to False and True."""


def words(path: str, member: str, normal: Normal, *also: str) -> ReadTerm:
    """Return the reader of texts, one of which *path* must be.

    Args:
        path: Of the fact.
        member: The member of an event that the fact is read from.
        normal: Returns the one spelling of a text.
        also: Other paths that will do.
    """

    def read(value: JSON, prefixes: Prefixes) -> Term:
        spelled = [normal(text, prefixes) for text in read_texts(value)]
        return AnyOf(
            member,
            tuple(
                TextEquals(p, word) for word in spelled for p in (path, *also)
            ),
        )

    return read


def action(text: str, prefixes: Prefixes) -> str:
    """Return *text*, which must be an action."""
    del prefixes
    if text not in ACTIONS:
        raise MalformedError(f"{text[:80]!r} is not ADD, OBSERVE or DELETE")
    return text


def booleans(path: str, member: str) -> ReadTerm:
    """Return the reader of `true` or `false`, as either has it."""

    def read(value: JSON, prefixes: Prefixes) -> Term:
        del prefixes
        choices = []
        for one in read_list(value):
            text = str(one).lower() if isinstance(one, bool) else one
            if text not in ("true", "false"):
                raise MalformedError(f"{quoted(str(one))} is not true or false")
            choices.append(TextEquals(path, str(text)))
        return AnyOf(member, tuple(choices))

    return read


def event_ids(value: JSON, prefixes: Prefixes) -> Term:
    """Read event ids; a hash id finds the events that have it, too."""
    del prefixes
    texts = read_texts(value)
    choices = [TextEquals("eventID", text) for text in texts]
    hashes = [_hash(text) for text in texts if is_event_hash(text)]
    return AnyOf(WHOLE_EVENT if hashes else "eventID", (*choices, *hashes))


def event_hashes(value: JSON, prefixes: Prefixes) -> Term:
    """Read the hash ids of events."""
    del prefixes
    return AnyOf(WHOLE_EVENT, tuple(map(_hash, read_texts(value))))


def _hash(text: str) -> TextEquals:
    return TextEquals(EVENT_HASH, read_event_hash(text))


def time(path: str, operator: str, member: str) -> ReadTerm:
    """Return the reader of a bound in time."""

    def read(value: JSON, prefixes: Prefixes) -> Term:
        del prefixes
        return AnyOf(member, (_bound(operator, path, read_moment(value)),))

    return read


def units(*relations: str) -> ReadTerm:
    """Return the reader of EPCs to look for in the lists *relations*."""
    return partial(_names, frozenset(relations), read_unit)


def classes(*relations: str) -> ReadTerm:
    """Return the reader of classes to look for in the lists *relations*."""
    return partial(_names, frozenset(relations), read_class)


def _names(
    relations: frozenset[str],
    read: Callable[[str], str | Pattern],
    value: JSON,
    prefixes: Prefixes,
) -> Term:
    found = [read(full_id(text, prefixes)) for text in read_texts(value)]
    return Names(
        relations,
        frozenset(one for one in found if isinstance(one, str)),
        tuple(one for one in found if isinstance(one, Pattern)),
    )


def exists(path: str, member: str) -> ReadTerm:
    """Return the reader of the demand that a field is there."""

    def read(value: JSON, prefixes: Prefixes) -> Term | None:
        del prefixes
        return _existing(path, member, value)

    return read


def _existing(path: str, member: str, value: JSON) -> Term | None:
    said = read_single(value)
    if said in _YES:
        return AnyOf(member, (TextEquals(EXISTS + path, ""),))
    if said in _NO:
        return None
    raise MalformedError("write true: it asks only whether the field is there")


def typed(name: str, kind: str) -> ReadTerm:
    """Return the reader of ids of one kind, which stand in `{name}List`.

    An empty kind asks for those that have none.
    """

    def read(value: JSON, prefixes: Prefixes) -> Term:
        normal = transaction_type if name == "bizTransaction" else party_type
        path = f"{name}_{normal(kind, prefixes) if kind else ''}"
        ids = [identifier(text, prefixes) for text in read_texts(value)]
        return AnyOf(f"{name}List", tuple(TextEquals(path, one) for one in ids))

    return read


def numeric(operator: str, path: str, member: str) -> ReadTerm:
    """Return the reader of numbers; those to be equal to may be several."""

    def read(value: JSON, prefixes: Prefixes) -> Term:
        del prefixes
        values = read_list(value) if operator == "EQ" else [read_single(value)]
        return AnyOf(
            member,
            tuple(_bound(operator, path, read_number(one)) for one in values),
        )

    return read


def extension(operator: str, path: str, member: str) -> ReadTerm:
    """Return the reader of what an extension must be.

    What is written as a text is equal to that text, to the number that it
    spells, and to the time that it says.
    """

    def read(value: JSON, prefixes: Prefixes) -> Term | None:
        del prefixes
        if operator == "EXISTS":
            return _existing(path, member, value)
        if operator == "EQ":
            found = [_equal(path, one) for one in read_list(value)]
            return AnyOf(member, tuple(c for choices in found for c in choices))
        return AnyOf(member, (_ordered(operator, path, read_single(value)),))

    return read


def _equal(path: str, value: JSON) -> list[TextEquals | Between]:
    if isinstance(value, bool):
        return [TextEquals(path, str(value).lower())]
    if isinstance(value, int | float):
        return [_bound("EQ", path + AS_NUMBER, read_number(value))]
    if not isinstance(value, str):
        raise MalformedError("write a text, a number, true or false")
    found: list[TextEquals | Between] = [TextEquals(path, value)]
    if (number := spelled_number(value)) is not None:
        found.append(_bound("EQ", path, number))
    if (moment := instant(value)) is not None:
        found.append(_bound("EQ", path + AS_TIME, moment))
    return found


def _ordered(operator: str, path: str, value: JSON) -> Between:
    if isinstance(value, str) and (moment := instant(value)) is not None:
        return _bound(operator, path + AS_TIME, moment)
    try:
        return _bound(operator, path + AS_NUMBER, read_number(value))
    except MalformedError as error:
        raise MalformedError(
            f"{error} and no time with its zone, and other values have no order"
        ) from error


def _bound(operator: str, path: str, number: float) -> Between:
    if operator == "EQ":
        return Between(path, number, number)
    if operator in {"GE", "GT"}:
        return Between(path, number, None, operator == "GT")
    return Between(path, None, number, operator == "LT")
