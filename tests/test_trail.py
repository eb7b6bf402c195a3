"""A trail is a chain: whatever is left out, moved or changed ends elsewhere."""

import json

from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.trail import Head, Link, chain_hashes, map_key, next_link
from provenance.encoding.digest import Hash, sha256
from provenance.tlog import patricia
from tests.vectors_of import shared

ITEM = "https://id.gs1.org/00/095060000000000015"
links = st.builds(
    Link,
    st.integers(0, 2**53),
    st.integers(0, 65_535),
    st.binary(min_size=32, max_size=32).map(Hash),
)


def test_published_trails_have_the_same_keys_heads_and_proofs() -> None:
    folder = shared("provenance-formats")
    root = Hash(
        bytes.fromhex(
            json.loads(folder.joinpath("entries.json").read_text())[-1][
                "map_root"
            ]
        )
    )
    vectors = json.loads(folder.joinpath("trails.json").read_text())
    assert len(vectors) == 4
    for v in vectors:
        key = map_key(v["item"])
        assert key.hex() == v["map_key"]
        chain = chain_hashes(
            v["item"],
            [
                Link(index, position, Hash(bytes.fromhex(event)))
                for index, position, event in v["links"]
            ],
        )
        head = Head(len(chain), chain[-1])
        assert (head.count, head.link.hex()) == (v["count"], v["head"])
        path = [
            (bit, Hash(bytes.fromhex(sibling)))
            for bit, sibling in v["map_proof"]
        ]
        patricia.verify_presence(path, key=key, value=head.value, root=root)


def test_the_first_link_follows_the_map_key() -> None:
    link = Link(3, 1, sha256(b"event"))
    assert chain_hashes(ITEM, [link]) == [
        next_link(
            map_key(ITEM), log_index=3, position=1, event_id=sha256(b"event")
        )
    ]
    assert chain_hashes(ITEM, []) == []


def test_a_head_is_forty_bytes() -> None:
    assert Head(258, sha256(b"x")).value == b"\0\0\0\0\0\0\1\2" + sha256(b"x")


@given(
    st.lists(
        links,
        min_size=2,
        max_size=6,
        unique_by=lambda link: (link.log_index, link.position),
    ),
    st.data(),
)
def test_a_trail_that_was_tampered_with_ends_elsewhere(
    trail: list[Link], data: st.DataObject
) -> None:
    head = chain_hashes(ITEM, trail)[-1]
    which = data.draw(st.integers(0, len(trail) - 1))
    left_out = trail[:which] + trail[which + 1 :]
    assert chain_hashes(ITEM, left_out)[-1] != head
    assert chain_hashes(ITEM, trail[::-1])[-1] != head
    assert chain_hashes(ITEM + "x", trail)[-1] != head
