"""What an EPCIS event does: which permission it needs, which lot it makes.

Bodies come from signed events, whoever made them, and are read here by the
ledger for every event that it admits. So each function takes any body, costs
a few dictionary lookups, and refuses what it cannot understand:

    {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
     "readPoint": {"id": "https://id.gs1.org/414/9506000134376"},
     "ilmd": {"cbvmda:lotNumber": "L7"}, …}

puts units of lot L7 into being at a place, which takes the kind
`commissioning`, the company prefix of the units and a grant for the place.

In full: `FORMATS.md`, section 11.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from provenance.claims.event import Item
from provenance.claims.registry import Act
from provenance.encoding.canonical import Value
from provenance.epcis.form import LOT_NUMBER
from provenance.epcis.prefixes import full_id, read_context
from provenance.epcis.vocabulary import read_step
from provenance.errors import MalformedError
from provenance.gs1 import canonical_item, gtin_of, lot_item, owner_key

_ADDED = frozenset({"epcList", "quantityList"})
_OUTPUTS = frozenset({"outputEPCList", "outputQuantityList"})


def read_act(body: Mapping[str, Value], items: Sequence[Item]) -> Act:
    """Return what the event does, as far as permission to do it goes.

    Raises:
        MalformedError: A field that matters here is not of its form.
    """
    prefixes = _prefixes(body)
    kind, action = _form(body)
    step = body.get("bizStep")
    if not isinstance(step, str | None):
        raise MalformedError("bizStep is text")
    if prefixes:
        kinds = _kinds(_implied(kind, action), _step_kind(step, prefixes))
    else:
        kinds = _plain_kinds(_implied(kind, action), step)
    return Act(
        kinds=kinds,
        creates=_owners(_created_lists(kind, action), items),
        places=_places(body, prefixes),
    )


def created_lists(body: Mapping[str, Value]) -> frozenset[str]:
    """Return the names of the lists of what the event brings into being."""
    return _created_lists(*_form(body))


class Lots:
    """The lots of the units that one event puts into being.

    However many they are, what the event says of its lot is read once.
    """

    __slots__ = ("_body", "_fault", "_is_read", "_number")

    def __init__(self, body: Mapping[str, Value]) -> None:
        self._body = body
        self._is_read = False
        self._number: str | None = None
        self._fault: str | None = None

    def of(self, item_id: str) -> str | None:
        """Return the lot that the unit *item_id* belongs to.

        It is the lot item that the event's `ilmd` names for its GTIN. None if
        the event creates nothing or names no lot, or if *item_id* has no GTIN
        or is a lot itself.

        Raises:
            MalformedError: The lot number is none, or there are two.
        """
        body = self._body
        if body.get("ilmd") is None or not created_lists(body):
            return None
        gtin = gtin_of(item_id)
        if gtin is None or "/10/" in item_id:
            return None
        if not self._is_read:
            self._is_read = True
            try:
                self._number = _lot_number(body)
            except MalformedError as error:
                self._fault = str(error)
        if self._fault is not None:
            raise MalformedError(self._fault)
        # Asked for its product, it is made once for all units.
        product = f"https://id.gs1.org/01/{gtin}"
        return None if self._number is None else lot_item(product, self._number)


def _form(body: Mapping[str, Value]) -> tuple[str, str | None]:
    kind, action = body.get("type"), body.get("action")
    if not isinstance(kind, str) or not isinstance(action, str | None):
        raise MalformedError("an event's type and action are text")
    return kind, action


def _prefixes(body: Mapping[str, Value]) -> Mapping[str, str]:
    context = body.get("@context")
    return {} if context is None else read_context(context)


@lru_cache(maxsize=4096)
def _plain_kinds(implied: str | None, step: str | None) -> frozenset[str]:
    """Return the kinds of an event that defines no prefixes."""
    return _kinds(implied, _step_kind(step, {}))


def _kinds(implied: str | None, step_kind: str) -> frozenset[str]:
    return frozenset({step_kind} if implied is None else {step_kind, implied})


def _implied(kind: str, action: str | None) -> str | None:
    """Return the kind that the event's form alone implies."""
    if kind == "TransformationEvent":
        return "transforming"
    if kind == "ObjectEvent" and action == "ADD":
        return "commissioning"
    if kind == "ObjectEvent" and action == "DELETE":
        return "decommissioning"
    return None


def _step_kind(step: str | None, prefixes: Mapping[str, str]) -> str:
    if step is None:
        return "observing"
    word = read_step(step, prefixes)
    # A role may name somebody's own step, but never by mistake one of ours.
    return f"step:{word}" if ":" in word else word


def _created_lists(kind: str, action: str | None) -> frozenset[str]:
    # A transformation has no action, and one that claims an action creates
    # what it creates all the same.
    if kind == "TransformationEvent":
        return _OUTPUTS
    if kind == "ObjectEvent" and action == "ADD":
        return _ADDED
    return frozenset()


def _owners(lists: frozenset[str], items: Sequence[Item]) -> tuple[str, ...]:
    if not lists:
        return ()
    return tuple(
        dict.fromkeys(
            owner_key(item.id) or item.id
            for item in items
            if item.relation in lists
        )
    )


def _places(
    body: Mapping[str, Value], prefixes: Mapping[str, str]
) -> tuple[str, ...]:
    found: list[str] = []
    for name in ("readPoint", "bizLocation"):
        place = body.get(name)
        if place is None:
            continue
        given = place.get("id") if isinstance(place, dict) else None
        if not isinstance(given, str):
            raise MalformedError(f"{name} has an id")
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


def _lot_number(body: Mapping[str, Value]) -> str | None:
    ilmd, prefixes = body["ilmd"], _prefixes(body)
    if not isinstance(ilmd, dict):
        raise MalformedError("ilmd is an object")
    if not prefixes and LOT_NUMBER not in ilmd:
        lots = [ilmd["cbvmda:lotNumber"]] if "cbvmda:lotNumber" in ilmd else []
    else:
        lots = [
            value
            for name, value in ilmd.items()
            if full_id(name, prefixes) == LOT_NUMBER
        ]
    match lots:
        case []:
            return None
        case [str(lot)]:
            return lot
        case [_]:
            raise MalformedError("a lot number is text: write it as text")
        case _:
            raise MalformedError("ilmd names two lots: leave one of them out")
