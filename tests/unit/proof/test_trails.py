"""A sparse trail answers what was proven, and refuses to guess the rest."""

import pytest

from provenance.claims.trail import Link, chain_hashes, map_key
from provenance.encoding.digest import sha256
from provenance.proof.trails import (
    FIRST,
    LAST,
    NotShownError,
    SparseTrail,
    Stretch,
)

ITEM = "urn:example:item"
# Links at entries 0, 10, 20, …, 90; that of entry 40 warns.
LINKS = [
    Link(10 * n, 0, 0, 8 if n == 4 else 0, (1,), sha256(b"%d" % n))
    for n in range(10)
]
HASHES = chain_hashes(ITEM, LINKS)


def sparse(*ranges: tuple[int, int]) -> SparseTrail:
    """Return the trail of which just the links of *ranges* are shown."""
    return SparseTrail(
        ITEM,
        len(LINKS),
        [
            Stretch(
                start,
                LINKS[start:stop],
                HASHES[start:stop],
                HASHES[start - 1] if start else map_key(ITEM),
            )
            for start, stop in ranges
        ],
    )


def test_a_trail_that_is_all_shown_answers_everything() -> None:
    whole = sparse((0, 10))
    assert [whole.first_at((at, 0)) for at in (0, 1, 10, 89, 90, 91)] == [
        0, 1, 1, 9, 9, 10,
    ]  # fmt: skip
    assert (whole.first_at(FIRST), whole.first_at(LAST)) == (0, 10)
    assert list(whole.slice(2, 4)) == LINKS[2:4]
    assert list(whole.slice(0, 10)) == list(whole.links) == LINKS
    assert whole.warnings() == [(4, LINKS[4])]
    assert whole.hash_before(0) == map_key(ITEM)
    assert [whole.hash_before(n) for n in range(1, 11)] == HASHES
    assert [link.place for link in LINKS] == [(10 * n, 0) for n in range(10)]


def test_a_place_is_known_by_the_links_on_both_sides_of_it() -> None:
    trail = sparse((1, 3), (6, 8))
    assert trail.first_at((11, 0)) == 2
    assert trail.first_at((20, 0)) == 2
    assert trail.first_at((65, 0)) == 7
    for at in (0, 10, 21, 30, 59, 60, 71, 100):
        with pytest.raises(NotShownError, match="not shown at entry"):
            trail.first_at((at, 0))


def test_an_end_that_is_not_shown_is_not_guessed() -> None:
    assert sparse((8, 10)).first_at((91, 0)) == 10
    for trail in (sparse((8, 9)), sparse()):
        with pytest.raises(NotShownError):
            trail.first_at((91, 0))


def test_a_slice_is_shown_in_one_piece_or_not_at_all() -> None:
    trail = sparse((1, 3), (6, 8))
    assert list(trail.slice(6, 8)) == LINKS[6:8]
    assert list(trail.slice(5, 5)) == []
    for start, stop, which in ((0, 2, 1), (2, 4, 4), (3, 4, 4), (8, 9, 9)):
        with pytest.raises(NotShownError, match=f"link {which} of 10"):
            trail.slice(start, stop)
    assert trail.warnings() == []


def test_the_link_before_is_known_only_with_its_place() -> None:
    trail = sparse((4, 6))
    assert trail.hash_before(6) == HASHES[5]
    # The stretch rests on this hash, and does not say where its link stands.
    with pytest.raises(NotShownError, match="link 4 of 10"):
        trail.hash_before(4)
    with pytest.raises(NotShownError, match="link 7 of 10"):
        trail.hash_before(7)


def test_an_item_without_a_trail_has_no_links() -> None:
    none = SparseTrail(ITEM, 0, ())
    assert (none.first_at(FIRST), none.first_at(LAST)) == (0, 0)
    assert (list(none.links), none.warnings()) == ([], [])
    assert none.hash_before(0) == map_key(ITEM)
