"""A trail is a chain under a tree: what is left out or changed ends elsewhere."""

import json
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from provenance.claims.trail import (
    COMES_OUT,
    MAX_KINDS,
    VALUE_SIZE,
    WARNS,
    Head,
    Link,
    chain_hashes,
    head_of,
    map_key,
    next_link,
)
from provenance.encoding import edge
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import EMPTY_ROOT, leaf_hash
from provenance.tlog import patricia
from tests.support.vectors_of import shared

ITEM = "https://id.gs1.org/00/095060000000000015"
links = st.builds(
    Link,
    st.integers(0, 2**53),
    st.integers(0, 65_535),
    st.integers(0, 2**53 - 1),
    st.integers(0, MAX_KINDS),
    st.lists(st.integers(1, 262_143), max_size=3).map(tuple),
    st.binary(min_size=32, max_size=32).map(Hash),
)


def value_of(trail: list[Link]) -> bytes:
    chain = chain_hashes(ITEM, trail)
    return head_of(zip(trail, chain, strict=True)).value


def test_published_trails_have_the_same_keys_links_heads_and_proofs() -> None:
    folder = shared("provenance-formats-v2")
    in_map = json.loads(folder.joinpath("map.json").read_text())
    root = Hash(bytes.fromhex(in_map["root"]))
    vectors = json.loads(folder.joinpath("trails.json").read_text())
    assert len(vectors) == len(in_map["proofs"]) == 7
    for v in vectors:
        key = map_key(v["item"])
        assert key.hex() == v["map_key"]
        trail = [
            Link(
                index,
                position,
                time,
                kinds,
                tuple(leaves),
                Hash(bytes.fromhex(event)),
            )
            for index, position, time, kinds, leaves, event in v["rows"]
        ]
        chain = chain_hashes(v["item"], trail)
        assert [digest.hex() for digest in chain] == v["links"]
        head = head_of(zip(trail, chain, strict=True))
        assert head.root.hex() == v["head"]
        warnings = [number for number, link in enumerate(trail) if link.warns]
        assert head.warnings_root.hex() == v["warnings_head"]
        assert [chain[number].hex() for number in warnings] == v["warnings"]
        assert head.value.hex() == v["map_value"]
        path = tuple(
            (bit, Hash(bytes.fromhex(sibling)))
            for bit, sibling in in_map["proofs"][v["map_key"]]
        )
        leaf = (key, head.value)
        proof = patricia.merge({key: patricia.MapProof(leaf, path)})
        assert patricia.root_from_many({key: head.value}, [], proof) == root


def test_a_link_is_the_hash_of_its_fields_in_order() -> None:
    event = sha256(b"event")
    for leaves in [(), (7,), (7, 8)]:
        link = Link(3, 1, 5, WARNS | COMES_OUT, leaves, event)
        written = b"".join(
            (
                b"provenance/link/v2\x00",
                map_key(ITEM),
                (3).to_bytes(8, "big"),
                (1).to_bytes(4, "big"),
                (5).to_bytes(8, "big"),
                b"\x0a",
                len(leaves).to_bytes(2, "big"),
                *[leaf.to_bytes(4, "big") for leaf in leaves],
                event,
            )
        )
        assert next_link(map_key(ITEM), link) == sha256(written)
        assert chain_hashes(ITEM, [link]) == [sha256(written)]
    assert chain_hashes(ITEM, []) == []


def test_an_empty_trail_has_the_head_of_two_empty_trees() -> None:
    head = head_of([])
    assert head == Head(0, EMPTY_ROOT, 0, EMPTY_ROOT)
    assert len(head.value) == VALUE_SIZE == patricia.VALUE_SIZE


@given(st.lists(links, max_size=9))
def test_a_head_kept_by_its_right_edges_is_that_of_the_whole_trail(
    trail: list[Link],
) -> None:
    chain = chain_hashes(ITEM, trail)
    all_of_it = warnings = b""
    warned = 0
    for count, (link, digest) in enumerate(zip(trail, chain, strict=True)):
        all_of_it = edge.push(all_of_it, count, leaf_hash(digest))
        if link.warns:
            warnings = edge.push(warnings, warned, leaf_hash(digest))
            warned += 1
    assert head_of(zip(trail, chain, strict=True)) == Head(
        len(trail), edge.root(all_of_it), warned, edge.root(warnings)
    )


@given(st.lists(links, min_size=1, max_size=6), st.data())
def test_a_trail_with_a_link_left_out_ends_elsewhere(
    trail: list[Link], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(0, len(trail) - 1))
    assert value_of(trail[:gone] + trail[gone + 1 :]) != value_of(trail)


@given(st.lists(links, min_size=2, max_size=6), st.data())
def test_a_trail_in_another_order_ends_elsewhere(
    trail: list[Link], data: st.DataObject
) -> None:
    moved = data.draw(st.permutations(trail))
    assume(moved != trail)
    assert value_of(moved) != value_of(trail)


@given(
    st.lists(links, min_size=1, max_size=5),
    st.data(),
    st.sampled_from(["log_index", "position", "time", "kinds", "leaves"]),
)
def test_a_link_that_says_anything_else_ends_elsewhere(
    trail: list[Link], data: st.DataObject, field: str
) -> None:
    at = data.draw(st.integers(0, len(trail) - 1))
    other = data.draw(links)
    assume(getattr(other, field) != getattr(trail[at], field))
    changed = replace(trail[at], **{field: getattr(other, field)})
    assert value_of([*trail[:at], changed, *trail[at + 1 :]]) != value_of(trail)


@given(st.lists(links, min_size=1, max_size=5))
def test_the_same_events_of_another_item_end_elsewhere(
    trail: list[Link],
) -> None:
    assert chain_hashes(ITEM + "0", trail)[-1] != chain_hashes(ITEM, trail)[-1]


def test_a_place_orders_links_by_entry_and_then_by_event() -> None:
    event = sha256(b"event")
    places = [(0, 3), (1, 0), (1, 2)]
    made = [Link(*place, 0, 0, (), event) for place in places]
    assert [link.place for link in made] == places
