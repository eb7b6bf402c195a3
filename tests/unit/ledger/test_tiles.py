"""Exported tiles are read back; every changed file is found and named."""

import random
import shutil
from pathlib import Path

import pytest

from provenance.encoding.tree import leaf_hash
from provenance.errors import NotFoundError
from provenance.ledger.logtree import GrowingTree
from provenance.ledger.tiles import (
    MAX_DEPTH,
    TileFault,
    TileFolder,
    check_tiles,
)
from provenance.tlog.checkpoint import Checkpoint
from provenance.tlog.merkle import prove_consistency, verify_consistency
from provenance.tlog.tile import (
    TILE_WIDTH,
    Tile,
    format_entries,
    nodes_from,
    tiles_of,
)

SIZE = 2 * TILE_WIDTH + 40


def entry(number: int) -> bytes:
    return b"entry %d" % number


def write_log(folder: Path, size: int) -> Checkpoint:
    """Write a log of *size* entries as tiles; return its checkpoint."""
    tree = GrowingTree()
    made: dict[tuple[int, int], bytes] = {}
    for number in range(size):
        for level, tile, hashes in tree.append([leaf_hash(entry(number))]):
            made[level, tile] = hashes
    for place in tiles_of(size):
        write(folder / place.path, made[place.level, place.number])
        if place.level == 0:
            start = place.number * TILE_WIDTH
            entries = [entry(start + n) for n in range(place.width)]
            write(folder / place.entries_path, format_entries(entries))
    return Checkpoint("log.example", size, tree.root())


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Checkpoint]:
    folder = tmp_path_factory.mktemp("log")
    return folder, write_log(folder, SIZE)


@pytest.fixture
def copy(log: tuple[Path, Checkpoint], tmp_path: Path) -> Path:
    return Path(shutil.copytree(log[0], tmp_path / "copy"))


def found(copy: Path, log: tuple[Path, Checkpoint]) -> list[TileFault]:
    return list(check_tiles(copy, log[1]))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, SIZE])
def test_a_sound_log_of_any_size_has_no_faults(
    tmp_path: Path, size: int
) -> None:
    (tmp_path / "tile").mkdir()
    checkpoint = write_log(tmp_path, size)
    told: list[tuple[int, int]] = []
    assert (
        list(
            check_tiles(
                tmp_path,
                checkpoint,
                progress=lambda done, total: told.append((done, total)),
            )
        )
        == []
    )
    assert told[-1:] == ([(size, size)] if size else [])


def paths(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_every_changed_byte_is_found_in_the_file_that_was_changed(
    log: tuple[Path, Checkpoint], copy: Path
) -> None:
    chance = random.Random(9)  # which bytes, no secret
    for path in paths(copy):
        sound = (copy / path).read_bytes()
        for at in {
            0,
            1,
            len(sound) - 1,
            *chance.choices(range(len(sound)), k=6),
        }:
            bad = bytearray(sound)
            bad[at] ^= 1 << chance.randrange(8)
            (copy / path).write_bytes(bad)
            faults = found(copy, log)
            assert {fault.where for fault in faults} == {path}, (path, at)
            assert {fault.kind for fault in faults} == {"changed"}
        (copy / path).write_bytes(sound)


def test_a_changed_entry_is_named_by_its_index(
    log: tuple[Path, Checkpoint], copy: Path
) -> None:
    for number in (0, 255, 256, 300, SIZE - 1):
        tile = next(
            t for t in tiles_of(SIZE)
            if t.level == 0 and t.number == number // TILE_WIDTH
        )  # fmt: skip
        file = copy / tile.entries_path
        sound = file.read_bytes()
        start = tile.number * TILE_WIDTH
        entries = [entry(start + n) for n in range(tile.width)]
        entries[number - start] = b"forged"
        file.write_bytes(format_entries(entries))
        (fault,) = found(copy, log)
        assert fault.log_index == number
        assert f"entry {number} was changed" in fault.what
        file.write_bytes(sound)


def test_missing_files_are_named(
    log: tuple[Path, Checkpoint], copy: Path
) -> None:
    for path in paths(copy):
        sound = (copy / path).read_bytes()
        (copy / path).unlink()
        faults = found(copy, log)
        assert (faults[0].kind, faults[0].where) == ("missing", path)
        assert len(faults) == 1
        (copy / path).write_bytes(sound)
    for path in ("tile/0/001", "tile/entries/001"):
        (copy / path).unlink()
    assert [fault.kind for fault in found(copy, log)] == ["missing"] * 2


def test_a_link_is_no_tile(log: tuple[Path, Checkpoint], copy: Path) -> None:
    file = copy / "tile/0/000"
    file.unlink()
    file.symlink_to(log[0] / "tile/0/000")
    assert [fault.kind for fault in found(copy, log)] == ["missing"]


def test_folders_without_end_are_named_and_not_gone_into(
    log: tuple[Path, Checkpoint], copy: Path
) -> None:
    deep = copy / "tile"
    for _ in range(4 * MAX_DEPTH):
        deep /= "a"
        deep.mkdir()
    (fault,) = check_tiles(copy, log[1])
    assert fault.kind == "surplus"
    assert fault.where == "tile" + "/a" * MAX_DEPTH


def test_a_log_of_an_earlier_checkpoint_has_newer_tiles_too_many(
    log: tuple[Path, Checkpoint], copy: Path, tmp_path: Path
) -> None:
    older = write_log(tmp_path / "older", 100)
    shutil.copytree(tmp_path / "older/tile", copy / "tile", dirs_exist_ok=True)
    assert found(copy, log) == []
    faults = list(check_tiles(copy, older))
    assert {fault.kind for fault in faults} == {"surplus"}
    assert Tile(0, 1).path in {fault.where for fault in faults}


def test_growth_is_proved_from_tiles(
    log: tuple[Path, Checkpoint], tmp_path: Path
) -> None:
    folder, new = log
    read = nodes_from(TileFolder(folder, size=SIZE).read_tile)
    for old in (1, 100, 256, 511, SIZE - 1):
        older = write_log(tmp_path / str(old), old)
        verify_consistency(
            prove_consistency(old, SIZE, read),
            old_size=old,
            new_size=SIZE,
            old_root=older.root,
            new_root=new.root,
        )
    with pytest.raises(NotFoundError):
        TileFolder(folder, size=SIZE).read_tile(3, 0)


def test_entries_are_read_by_index(log: tuple[Path, Checkpoint]) -> None:
    files = TileFolder(log[0], size=SIZE)
    for number in (0, 256, SIZE - 1):
        assert files.entry(number) == entry(number)
    assert files.entry(SIZE) is None
    assert files.entry(-1) is None
