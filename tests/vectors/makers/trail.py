"""Trails: map keys, links and heads."""

from collections.abc import Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.item import PALLET, UNIT
from tests.vectors.reference import H


def cases() -> list[Case]:
    return [
        _trail("one-link", "an item's first event", UNIT, [(0, 0)]),
        _trail(
            "first-link-of-another",
            "the same event on another item's trail is another link",
            PALLET,
            [(0, 0)],
        ),
        _trail(
            "many-links",
            "each link holds the one before",
            UNIT,
            [(1, 0), (1, 1), (2, 65_535), (300, 0), (70_000, 7)],
        ),
        _trail(
            "actor",
            "an actor's grants and keys are its trail",
            "did:web:maker.example",
            [(1, 0), (1, 1)],
        ),
        _trail(
            "far-out",
            "the greatest index that there is: eight bytes, not a float",
            "urn:x:far",
            [(2**32, 0), (2**53 - 2, 2**16 - 1)],
        ),
    ]


def _trail(
    name: str, desc: str, item: str, places: Sequence[tuple[int, int]]
) -> Case:
    links = [
        (index, position, H(b"event %d %d" % (index, position)))
        for index, position in places
    ]
    hashes = reference.chain(item, links)
    return Case(
        name,
        desc,
        {"item": item, "links": links},
        gives={
            "map_key": reference.map_key(item),
            "chain": hashes,
            "map_value": reference.map_value(len(hashes), hashes[-1]),
        },
    )
