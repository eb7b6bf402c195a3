"""How an event was written when it came in, beside what it says.

Items are signed under one id each, a Digital Link, and maps have their members
in the order of the alphabet. But a partner may know an item by its EPC URN
alone, and a schema may ask for elements in an order. So the body keeps both,
in a member of our own, as far as they are not what would be guessed:

    "received": {
      "urn": {"epcList": [[7, 2], [0, 1]], "parentID": [[9, 1]]},
      "order": {"": [1, 0], "/rail:vehicle/0": [2, 0, 1]}
    }

*urn* has, for a list of items, runs of [length, how many]: the length of the
company prefix in the URN that the item came as, which no link tells; 0 for an
item that came as a link. *order* has, for a map (by its JSON Pointer, RFC
6901), the numbers that its members have in the order of the alphabet, as they
came; of a map of EPCIS's own, only the extensions count. What is concealed is
in neither.

Nothing hangs on it: no rule reads it, and what does not fit is passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from provenance.claims.event import Item
from provenance.encoding.canonical import Value
from provenance.encoding.strict_json import JSON
from provenance.epcis.shapes import ITEM_MEMBERS
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item
from provenance.gs1.epcurn import is_epc_urn
from provenance.gs1.epcurn_write import format_epc_urn
from provenance.gs1.linkpath import parse_link_path

RECEIVED = "received"
"""The member of a body that says it."""

AS_SIGNED = "as-signed"
AS_RECEIVED = "as-received"
AS_LINKS = "link"
AS_URNS = "urn"
SPELLINGS = (AS_SIGNED, AS_RECEIVED, AS_LINKS, AS_URNS)
"""How the ids of an event can be given out: items as links and all others as
they were written; all as they came in; all as Digital Links; as EPC URNs, as
far as one is known."""

_URN, _ORDER = "urn", "order"
_ILMD = "ilmd"
_PLACES = ("readPoint", "bizLocation")
_INNER = {
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}
"""List → the member of its elements that names a thing."""


def prefix_length(given: str, item: str) -> int:
    """Return how many digits the company prefix has in the id *given*.

    *item* is its canonical form. 0 if it is no URN, or none of a GS1 key.
    """
    if item is given or not is_epc_urn(given) or is_epc_urn(item):
        return 0
    return len(given.split(":", 4)[4].partition(".")[0])


def received(
    body: Mapping[str, Value], lengths: Mapping[str, Sequence[int]]
) -> dict[str, Value]:
    """Return the member `received` of the event of this *body*; {} for none.

    Args:
        body: It, its members in the order in which they came.
        lengths: For lists of items, the `prefix_length` of each.
    """
    urns: dict[str, Value] = {
        name: [[length, len(list(run))] for length, run in groupby(found)]
        for name, found in lengths.items()
        if any(found)
    }
    orders = dict(_orders(dict(body), "", is_own=True))
    said: dict[str, Value] = {}
    if urns:
        said[_URN] = urns
    if orders:
        said[_ORDER] = orders
    return {RECEIVED: said} if said else {}


def prefix_lengths(
    body: Mapping[str, Value], items: Sequence[Item]
) -> dict[str, list[int]]:
    """Return the prefix length of each of *items*, by its list.

    Of a list that is shown in part, as a bundle does, they are known if all
    of its items came alike.
    """
    urns = _said(body, _URN)
    found: dict[str, list[int]] = {}
    for name in ITEM_MEMBERS & urns.keys():
        count = sum(item.relation == name for item in items)
        runs = _runs(urns[name])
        whole = sum(many for _, many in runs)
        if len(runs) == 1 and count <= whole:
            found[name] = [runs[0][0]] * count
        elif count == whole:
            found[name] = [length for length, many in runs for _ in range(many)]
    return found


def in_order(body: Mapping[str, Value]) -> dict[str, Value]:
    """Return *body*, without `received`, its members as they came."""
    orders = _said(body, _ORDER)
    rest = {name: value for name, value in body.items() if name != RECEIVED}
    return _ordered(rest, "", orders, is_own=True) if orders else rest


def spell(
    event: Mapping[str, JSON],
    spelling: str,
    lengths: Mapping[str, Sequence[int]],
) -> dict[str, JSON]:
    """Return *event*, as it is rendered, with its ids in one *spelling*.

    What no link says (a URN that names no GS1 key) stays as it is, and so does
    a link of which nobody said where its company prefix ends, what stands in
    extensions, and what is not as EPCIS has it: whoever may say something can
    sign any value. It is a view, and no evidence.

    Args:
        event: As `render_event` gives it.
        spelling: One of `SPELLINGS`.
        lengths: Those of its items, as `prefix_lengths` gives them.
    """
    said = dict(event)
    if spelling in {AS_RECEIVED, AS_URNS}:
        for name, known in lengths.items():
            if name in said:
                said[name] = _with_urns(said[name], known)
    elif spelling == AS_LINKS:
        for name in _PLACES:
            if name in said:
                said[name] = _with_link(said[name], "id")
        for name, inner in _INNER.items():
            if isinstance(elements := said.get(name), list):
                said[name] = [_with_link(each, inner) for each in elements]
    return said


def _with_urns(value: JSON, lengths: Sequence[int]) -> JSON:
    if isinstance(value, list):
        pairs = zip(value, lengths, strict=False)
        return [_with_urns(element, [length]) for element, length in pairs]
    if isinstance(value, dict):
        return {**value, "epcClass": _with_urns(value["epcClass"], lengths)}
    if not isinstance(value, str) or not any(lengths):
        return value
    try:
        return format_epc_urn(parse_link_path(value), prefix_length=lengths[0])
    except MalformedError:
        return value  # Whoever signed the length may have made it up.


def _with_link(value: JSON, name: str) -> JSON:
    if not isinstance(value, dict) or name not in value:
        return value
    return {**value, name: _as_link(value[name])}


def _as_link(value: JSON) -> JSON:
    if not isinstance(value, str) or not is_epc_urn(value):
        return value
    try:
        return canonical_item(value)
    except MalformedError:
        # It is a URN that its signer could write and that names no GS1 key.
        return value


# What a body says of itself.


def _said(body: Mapping[str, Value], name: str) -> Mapping[str, Value]:
    said = body.get(RECEIVED)
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _runs(value: Value) -> list[tuple[int, int]]:
    runs = []
    for row in value if isinstance(value, list) else ():
        match row:
            case [int(length), int(many)] if length >= 0 and many > 0:
                runs.append((length, many))
            case _:
                return []
    return runs


def _names(members: Mapping[str, Value], *, is_own: bool) -> list[str]:
    """Return the names whose order counts; of EPCIS's own maps, extensions."""
    return [n for n in members if ":" in n] if is_own else list(members)


def _below(name: str, *, is_own: bool) -> bool:
    return is_own and name != _ILMD and ":" not in name


def _orders(
    value: dict[str, Value] | list[Value], pointer: str, *, is_own: bool
) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        names = _names(value, is_own=is_own)
        numbers = {name: i for i, name in enumerate(sorted(names))}
        found: list[Value] = [numbers[name] for name in names]
        if found != [*range(len(found))]:
            yield pointer, found
    for step, inner, own in _inside(value, is_own=is_own):
        if isinstance(inner, list | dict):
            yield from _orders(inner, f"{pointer}/{step}", is_own=own)


def _inside(
    value: dict[str, Value] | list[Value], *, is_own: bool
) -> Iterator[tuple[str, Value, bool]]:
    """Yield what is in *value*: its step, itself, whether it is EPCIS's own."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name != "@context":
                yield _step(name), member, _below(name, is_own=is_own)
    else:
        for index, element in enumerate(value):
            yield str(index), element, is_own


def _ordered(
    value: Mapping[str, Value],
    pointer: str,
    orders: Mapping[str, Value],
    *,
    is_own: bool,
) -> dict[str, Value]:
    """Return the map *value*, and those in it, ordered as *orders* says."""
    names = sorted(_names(value, is_own=is_own))
    numbers = orders.get(pointer)
    if isinstance(numbers, list):
        order = [n for n in numbers if type(n) is int]
        if sorted(order) == [*range(len(names))] and order == numbers:
            names = [names[number] for number in order]
    first = [name for name in value if name not in names]
    return {
        name: _ordered_in(
            value[name],
            f"{pointer}/{_step(name)}",
            orders,
            is_own=_below(name, is_own=is_own),
        )
        for name in (*first, *names)
    }


def _ordered_in(
    value: Value, pointer: str, orders: Mapping[str, Value], *, is_own: bool
) -> Value:
    if isinstance(value, dict):
        return _ordered(value, pointer, orders, is_own=is_own)
    if isinstance(value, list):
        return [
            _ordered_in(each, f"{pointer}/{index}", orders, is_own=is_own)
            for index, each in enumerate(value)
        ]
    return value


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
