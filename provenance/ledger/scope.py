"""Scope: what of a log a reader sees, to whom not all of it is shown.

A reader has items, prefixes that items are made under, and actors:

    an event that one of the actors signed    is shown whole
    any other                                 if one of the reader's items is
                                              in it, with these alone

So of a pallet that carries the goods of twenty owners, each sees its own. How
many items were left out is said in the event, in a member of our own, so that
nobody takes it for the whole:

    "urn:provenance:epcis:itemsNotShown": 19

The container that an event names, its `parentID`, stays: whoever asks for the
item's bundle is shown it, too. A place is no item of anybody's here, nor is
what joins the inputs of a transformation with its outputs.

What is left out is left out before a query looks: no parameter matches by it,
no hash id is made of it. Free text that a signer put into an extension stays
as it is, whatever that may name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from provenance.claims.event import Item
from provenance.encoding.canonical import Value
from provenance.gs1 import owner_key

_STAYS = frozenset({"parentID", "place", "transformationID"})
"""The relations of items that are shown whosever they are."""

_NOBODYS = frozenset({"place", "transformationID"})
"""The relations that make no event a reader's own."""

_LINKS = "after"
"""The member of a body that names items, with the ends of their trails."""


class Shown(NamedTuple):
    """What a reader sees of an event.

    Attributes:
        body: Its members.
        items: Its items.
        left_out: How many items it has beside these.
    """

    body: Mapping[str, Value]
    items: tuple[Item, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What belongs to a reader.

    Attributes:
        prefixes: GS1 company prefixes, in digits, or how other ids begin.
        items: Canonical ids.
        actors: Whose events are shown whole.
    """

    prefixes: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    actors: frozenset[str] = frozenset()

    def has(self, item: str) -> bool:
        """Return whether the item with that canonical id is the reader's."""
        key = owner_key(item) or item
        return item in self.items or any(map(key.startswith, self.prefixes))

    def show(
        self, body: Mapping[str, Value], items: Sequence[Item], *, issuer: str
    ) -> Shown | None:
        """Return what is shown of an event that *issuer* signed.

        None if it is none of the reader's.
        """
        if issuer in self.actors:
            return Shown(body, tuple(items), 0)
        own = [self.has(item.id) for item in items]
        if not any(
            is_own and item.relation not in _NOBODYS
            for is_own, item in zip(own, items, strict=True)
        ):
            return None
        shown = tuple(
            item
            for is_own, item in zip(own, items, strict=True)
            if is_own or item.relation in _STAYS
        )
        if len(shown) == len(items):
            return Shown(body, shown, 0)
        rest = {name: said for name, said in body.items() if name != _LINKS}
        return Shown(rest, shown, len(items) - len(shown))

    def to_plain(self) -> list[Value]:
        """Return the same for every way to say it; `from_plain` reads it."""
        return [
            list[Value](sorted(each))
            for each in (self.prefixes, self.items, self.actors)
        ]

    @classmethod
    def from_plain(cls, plain: Sequence[Sequence[str]]) -> "Scope":
        """Return the scope that `to_plain` gave."""
        prefixes, items, actors = map(frozenset, plain)
        return cls(prefixes, items, actors)
