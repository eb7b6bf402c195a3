"""Tiles hold the same tree, and one path or bundle has one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError
from provenance.tlog import merkle, tile
from provenance.tlog.merkle import TreeNode
from provenance.tlog.tile import Tile


class MemoryTiles:
    """The last width of each tile, as a store keeps it."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.reads = 0

    def read(self, level: int, number: int) -> bytes:
        self.reads += 1
        return self.tiles[level, number]

    def append(self, leaves: list[Hash]) -> list[tuple[int, int]]:
        changed = tile.append_leaves(self.size, leaves, self.read)
        for level, number, hashes in changed:
            old = self.tiles.get((level, number), b"")
            assert hashes.startswith(old)
            self.tiles[level, number] = hashes
        self.size += len(leaves)
        return [(level, number) for level, number, _ in changed]


def leaves(start: int, stop: int) -> list[Hash]:
    return [leaf_hash(b"%d" % i) for i in range(start, stop)]


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(63, 1234067), "tile/63/x001/x234/067"),
        (Tile(3, 1000, 255), "tile/3/x001/000.p/255"),
    ],
)
def test_a_tile_is_where_the_specification_says(place: Tile, path: str) -> None:
    assert place.path == path
    assert tile.parse_tile_path(path) == place


def test_an_entry_bundle_stands_beside_its_tile_of_level_0() -> None:
    assert Tile(0, 1234067, 7).entries_path == "tile/entries/x001/x234/067.p/7"
    assert tile.parse_entries_path("tile/entries/067") == Tile(0, 67)
    with pytest.raises(ValueError, match="level 1 has no entries"):
        _ = Tile(1, 0).entries_path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/x001/x002",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/+1/001",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/0/001.p/256",
        "tile/0/001.p/257",
        "tile/0/001.p/",
        "tile/0/001.p",
        "tile/0/001\n",
        "/tile/0/001",
        "tile/8/0/001",
        "tile/0/٠٠١",
        "tile/entries/001",
        "tile/0/x035/x184/x372/x088/832",
        "tile/0/" + "x999/" * 20 + "999",
    ],
)
def test_any_other_spelling_of_a_tile_path_is_refused(path: str) -> None:
    with pytest.raises(MalformedError):
        tile.parse_tile_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "tile/entries/1",
        "tile/entries/x000/001",
        "tile/entries/001.p/256",
        "tile/0/001",
        "entries/001",
    ],
)
def test_any_other_spelling_of_an_entries_path_is_refused(path: str) -> None:
    with pytest.raises(MalformedError):
        tile.parse_entries_path(path)


@given(
    st.integers(0, 63),
    st.integers(0, merkle.MAX_SIZE >> 8),
    st.integers(1, 256),
)
def test_every_tile_path_reads_back(level: int, number: int, w: int) -> None:
    place = Tile(level, number, w)
    assert tile.parse_tile_path(place.path) == place
    place = Tile(0, number, w)
    assert tile.parse_entries_path(place.entries_path) == place


@given(st.text(alphabet="tile/x.p0123456789", max_size=40) | st.text())
def test_a_hostile_path_raises_only_malformed(path: str) -> None:
    for parse in (tile.parse_tile_path, tile.parse_entries_path):
        try:
            place = parse(path)
        except MalformedError:
            continue
        assert path in (place.path, place.entries_path)


@pytest.mark.parametrize(
    ("level", "number", "width"),
    [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**45, 1), (0, 0, 0), (0, 0, 257)],
)
def test_a_tile_that_no_tree_has_is_a_wrong_call(
    level: int, number: int, width: int
) -> None:
    with pytest.raises(ValueError, match="no tile"):
        Tile(level, number, width)


def test_a_tree_of_70000_leaves_has_the_tiles_of_the_specification() -> None:
    tiles = list(tile.tiles_of(70_000))
    assert tiles == [
        *(Tile(0, n) for n in range(273)),
        Tile(0, 273, 112),
        Tile(1, 0),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]


def test_a_tree_of_256_leaves_has_one_full_tile_and_its_root() -> None:
    assert list(tile.tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tile.tiles_of(0)) == []


@given(st.integers(0, 200_000))
def test_tile_at_agrees_with_the_list_of_tiles(size: int) -> None:
    listed = {(t.level, t.number): t for t in tile.tiles_of(size)}
    for level in range(4):
        last = size >> 8 * (level + 1)
        for number in {0, max(0, last - 1), last, last + 1}:
            found = tile.tile_at(level, number, size)
            assert found == listed.get((level, number))


def test_the_largest_tree_has_a_tile_at_its_right_end() -> None:
    right = tile.tile_at(0, merkle.MAX_SIZE >> 8, merkle.MAX_SIZE)
    assert right == Tile(0, merkle.MAX_SIZE >> 8, 255)


def test_roots_and_proofs_from_tiles_are_those_of_the_tree() -> None:
    store = MemoryTiles()
    every = leaves(0, 66_200)
    start = 0
    for stop in (1, 3, 255, 256, 257, 511, 600, 1024, 65_536, 65_537, 66_200):
        store.append(every[start:stop])
        start = stop
        read = tile.nodes_from(store.read)
        root = root_of(every[:stop])
        assert merkle.root_hash(stop, read) == root
        for index in {0, stop // 2, stop - 1}:
            merkle.verify_inclusion(
                merkle.prove_inclusion(index, stop, read),
                index=index,
                size=stop,
                leaf=every[index],
                root=root,
            )
    assert {
        (t.level, t.number): t.width * 32 for t in tile.tiles_of(66_200)
    } == {place: len(hashes) for place, hashes in store.tiles.items()}


@given(st.lists(st.integers(0, 700), max_size=6))
def test_tiles_do_not_depend_on_how_the_leaves_were_batched(
    counts: list[int],
) -> None:
    batched, at_once = MemoryTiles(), MemoryTiles()
    for count in counts:
        batched.append(leaves(batched.size, batched.size + count))
    at_once.append(leaves(0, sum(counts)))
    assert batched.tiles == at_once.tiles


def test_no_leaves_change_no_tile() -> None:
    assert MemoryTiles().append([]) == []


def test_a_proof_reads_each_tile_once() -> None:
    store = MemoryTiles()
    store.append(leaves(0, 1000))
    store.reads = 0
    merkle.prove_inclusion(700, 1000, tile.nodes_from(store.read))
    # Tile 2 for the leaf's neighbours, tile 3 for the end, level 1 above them.
    assert store.reads == 3


def test_a_node_between_the_tile_levels_is_hashed_from_its_tile() -> None:
    hashes = leaves(0, 256)
    data = b"".join(hashes)
    assert tile.place_of(TreeNode(0, 300)) == (0, 1, 44, 45)
    assert tile.place_of(TreeNode(3, 33)) == (0, 1, 8, 16)
    assert tile.place_of(TreeNode(7, 1)) == (0, 0, 128, 256)
    assert tile.place_of(TreeNode(8, 5)) == (1, 0, 5, 6)
    assert tile.node_in_tile(data, TreeNode(0, 44)) == hashes[44]
    assert tile.node_in_tile(data, TreeNode(3, 1)) == root_of(hashes[8:16])
    assert tile.node_in_tile(data, TreeNode(7, 1)) == root_of(hashes[128:])


def test_a_tile_too_short_for_the_node_is_malformed() -> None:
    data = b"".join(leaves(0, 12))
    with pytest.raises(MalformedError, match="384 bytes, not 512 or more"):
        tile.node_in_tile(data, TreeNode(3, 1))
    with pytest.raises(MalformedError):
        tile.node_in_tile(data[:-1], TreeNode(0, 11))


def test_a_store_that_lost_part_of_a_tile_is_noticed_when_it_grows() -> None:
    store = MemoryTiles()
    store.append(leaves(0, 12))
    store.tiles[0, 0] = store.tiles[0, 0][:-32]
    with pytest.raises(MalformedError, match="352 bytes, not 384"):
        store.append(leaves(12, 13))


def test_a_tile_that_grew_meanwhile_still_serves_the_older_size() -> None:
    store = MemoryTiles()
    store.append(leaves(0, 12))
    changed = tile.append_leaves(10, leaves(10, 12), store.read)
    assert changed == [(0, 0, store.tiles[0, 0])]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_an_entry_bundle_reads_back(entries: list[bytes]) -> None:
    data = tile.format_entries(entries)
    assert tile.parse_entries(data, width=len(entries)) == tuple(entries)
    with pytest.raises(MalformedError):
        tile.parse_entries(data, width=len(entries) + 1)
    with pytest.raises(MalformedError):
        tile.parse_entries(data, width=len(entries) - 1)
    with pytest.raises(MalformedError):
        tile.parse_entries(data[:-1], width=len(entries))


def test_an_entry_bundle_is_lengths_and_entries() -> None:
    assert tile.format_entries([b"", b"ab"]) == b"\0\0\0\2ab"


@given(st.binary(max_size=600), st.integers(0, 300))
def test_a_hostile_entry_bundle_raises_only_malformed(
    data: bytes, width: int
) -> None:
    try:
        entries = tile.parse_entries(data, width=width)
    except MalformedError:
        return
    assert b"".join(len(e).to_bytes(2, "big") + e for e in entries) == data


def test_an_entry_or_a_bundle_over_its_limit_is_a_wrong_call() -> None:
    tile.format_entries([bytes(65_535)])
    with pytest.raises(ValueError, match="over 65,535"):
        tile.format_entries([bytes(65_536)])
    with pytest.raises(ValueError, match="holds 0 entries"):
        tile.format_entries([])
    with pytest.raises(ValueError, match="holds 257 entries"):
        tile.format_entries([sha256(b"")] * 257)
