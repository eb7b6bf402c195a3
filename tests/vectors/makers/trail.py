"""Trails: map keys, links, heads, edges and map values."""

from collections.abc import Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.item import PALLET, UNIT
from tests.vectors.names import MAKER, TRUST
from tests.vectors.reference import H, Link, edge, mth

TIME = 1_770_000_000_000


def cases() -> list[Case]:
    many = [(1, 0), (1, 1), (2, 65_535), (300, 0), (70_000, 7)]
    return [
        _trail("empty", "an item without links", UNIT, []),
        _trail("one-link", "an item's first event", UNIT, [(0, 0)]),
        _trail("first-link-of-another", "the same event on another item's trail is another link", PALLET, [(0, 0)]),
        _trail("many-links", "each link holds the one before", UNIT, many),
        _trail("kinds", "what each event does with the item", UNIT, many, kinds=[4, 1, 2, 16, 0]),
        _trail("one-warning", "a warning has a tree of its own", UNIT, many, kinds=[4, 1, 8, 2, 0]),
        _trail("warnings", "all but one warn, two of them with an error", UNIT, many, kinds=[8, 12, 0, 24, 31]),
        _trail("leaves", "an item with several leaves of one event", UNIT, [(1, 0), (2, 0)], leaves=[(2, 3, 262_143), tuple(range(1, 300))]),
        _trail("actor", "an actor's grants and keys are its trail", MAKER, [(1, 0), (1, 1)], time=0),
        _trail("trust", "a trust version is no event: it has no leaves", TRUST, [(3, 0), (9, 0)], time=0, leaves=[(), ()]),
        _trail("far-out", "the greatest numbers: eight bytes, not a float", "urn:x:far", [(2**32, 0), (2**53 - 2, 2**16 - 1)], time=2**53 - 2),
        *(
            _trail(f"{count}-links", "the edge has as many trees as the count has one-bits", UNIT, [(n, 0) for n in range(count)], kinds=[8 * (n % 3 == 0) for n in range(count)])
            for count in (2, 3, 7, 8, 13)
        ),
    ]  # fmt: skip


def _trail(
    name: str,
    desc: str,
    item: str,
    places: Sequence[tuple[int, int]],
    *,
    kinds: Sequence[int] = (),
    leaves: Sequence[tuple[int, ...]] = (),
    time: int = TIME,
) -> Case:
    links = [
        Link(
            index,
            position,
            time + number if time else 0,
            kinds[number] if kinds else 0,
            leaves[number] if leaves else (1,),
            H(b"event %d %d" % (index, position)),
        )
        for number, (index, position) in enumerate(places)
    ]
    hashes = reference.chain(item, links)
    warnings = reference.warnings(item, links)
    return Case(
        name,
        desc,
        {"item": item, "rows": [link.row for link in links]},
        gives={
            "map_key": reference.map_key(item),
            "links": hashes,
            "head": mth(hashes),
            "edge": edge(hashes),
            "warnings": warnings,
            "warnings_head": mth(warnings),
            "warnings_edge": edge(warnings),
            "map_value": reference.map_value(item, links),
        },
    )
