"""What an event does, as far as permission to do it is concerned.

What takes a grant: the step; what the form implies, whatever the step; and
dispositions that mean as much as a step. Whatever first gives an id its
meaning asks for the prefix that the id starts with, and so does a recall.

    {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
     "readPoint": {"id": "https://id.gs1.org/414/9506000134376"}, …}

puts units into being at a place, which takes the kind `commissioning`, the
company prefix of the units and a grant for the place.

In full: `FORMATS.md`, section 11.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from provenance.claims.act import Act, Need
from provenance.claims.event import CODES, Item
from provenance.encoding.canonical import Value
from provenance.epcis.prefixes import full_id, prefixes_of
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item, owner_key
from provenance.rules.book import EvidenceBook, Form
from provenance.rules.reading import EventReading, dispositions, is_document

_NO_GOODS = frozenset({"place", "transformationID"})
_PLACES = ("readPoint", "bizLocation")
_FEW = 4
"""Of events with at most so many owner keys the needs are remembered."""


def read_act(
    body: Mapping[str, Value],
    items: Sequence[Item],
    reading: EventReading,
    book: EvidenceBook,
    pointers: Sequence[str] = (),
) -> Act:
    """Return what the event does, as far as permission to do it goes.

    Args:
        body: Leaf 0 of it.
        items: Those of its items that are shown.
        reading: What `read_event` made of it.
        book: The evidence book in force.
        pointers: Where its concealed fields belong.

    Raises:
        MalformedError: A field that matters here is not of its form.
    """
    form = reading.form
    if is_document(form):
        # Whoever is enrolled may keep what its own documents say.
        return Act(())
    prefixes = prefixes_of(body)
    kinds = [
        kind
        for word in dispositions(body, prefixes, book)
        if (kind := book.implies.get(word)) is not None
    ]
    makes = reading.gives_being or _is_making(form)
    if not makes and not kinds and reading.step not in book.owned:
        # Most events of a day: what they need hangs on no item.
        needs = _plain_needs(form, reading.step)
    else:
        needs = _needs(form, kinds, items, reading, book)
    if "emptied" in reading.effects.values():
        # Who takes something out names it.
        needs += (Need(book.empties),)
    return Act(
        needs,
        _places(body, prefixes),
        reading.recalls,
        any(pointer.split("/")[1] in _PLACES for pointer in pointers),
    )


@lru_cache(maxsize=4096)
def _plain_needs(form: Form, step: str) -> tuple[Need, ...]:
    return (
        Need(frozenset({step})),
        *(Need(frozenset(kinds)) for kinds in form.needs),
    )


def _needs(
    form: Form,
    implied: Sequence[str],
    items: Sequence[Item],
    reading: EventReading,
    book: EvidenceBook,
) -> tuple[Need, ...]:
    made, every = _owners(items, reading)
    what = form, reading.step, tuple(implied), made, every, book
    return _known(*what) if len(every) <= _FEW else _all_needs(*what)


def _all_needs(  # noqa: PLR0913, PLR0917  # what a cache can compare
    form: Form,
    step: str,
    implied: tuple[str, ...],
    made: tuple[str, ...],
    every: tuple[str, ...],
    book: EvidenceBook,
) -> tuple[Need, ...]:
    """Return what it takes to do that to what these keys own.

    Args:
        form: Of its type and action.
        step: The kind of its step.
        implied: The kinds that its dispositions mean.
        made: The owner keys of what it gives its being.
        every: Those of all that it names.
        book: The evidence book in force.
    """

    def keys(kind: str) -> tuple[str, ...]:
        if kind in book.owned:
            return every
        return made if kind in book.makes else ()

    of_form = made if _is_making(form) else ()
    needs = [
        Need(frozenset({step}), keys(step)),
        *(Need(frozenset(kinds), of_form) for kinds in form.needs),
        *(Need(frozenset({kind}), keys(kind)) for kind in implied),
    ]
    return tuple(dict.fromkeys(needs))


_known = lru_cache(maxsize=1024)(_all_needs)


def _is_making(form: Form) -> bool:
    return any(effect == "made" for _, _, effect in form.lists.values())


def _owners(
    items: Iterable[Item], reading: EventReading
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the owner keys of what the event makes, and of all goods."""
    made: dict[str, None] = {}
    every: dict[str, None] = {}
    makes: dict[str, bool] = {}
    for item in items:
        relation = item.relation
        if relation not in makes:
            makes[relation] = reading.makes(CODES[relation])
        key = owner_key(item.id) or item.id
        if makes[relation]:
            made[key] = None
        if relation not in _NO_GOODS:
            every[key] = None
    return tuple(made), tuple(every)


def _places(
    body: Mapping[str, Value], prefixes: Mapping[str, str]
) -> tuple[str, ...]:
    found: list[str] = []
    for name in _PLACES:
        place = body.get(name)
        if place is None:
            continue
        given = place.get("id") if isinstance(place, dict) else None
        if not isinstance(given, str):
            raise MalformedError(f"{name} has an id").under("permission.place")
        canonical = (
            canonical_item(full_id(given, prefixes))
            if prefixes
            else _place(given)
        )
        if canonical not in found:
            found.append(canonical)
    return tuple(found)


@lru_cache(maxsize=4096)
def _place(given: str) -> str:
    """Return the id of a place in an event that defines no prefixes."""
    return canonical_item(full_id(given, {}))
