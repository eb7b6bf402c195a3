"""Exported tiles, read back and checked: every hash of every file.

What `provenance.ledger.export` writes, or any C2SP tlog-tiles log that was
copied with its entries, is grown again from its entry bundles and compared
file by file. Memory holds one tile of each level, however large the log is.

    entries      each leads to its hash in the tile of level 0
    tiles        each hash is the root of the tile below it
    partial      those of earlier sizes, where they are still there, begin
                 the tile that followed them
    root         it is the one that the checkpoint says
    the rest     a tile beyond the checkpoint, or a file that is no tile, is
                 named

Nothing is said of who signed the entries: an exported log has no events.
"""

import os
import stat
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Literal, NamedTuple

from provenance.encoding.digest import HASH_SIZE, Hash, split_hashes
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError, NotFoundError
from provenance.ledger.audit import Progress
from provenance.ledger.logtree import GrowingTree
from provenance.tlog.checkpoint import Checkpoint
from provenance.tlog.tile import (
    MAX_ENTRY_SIZE,
    TILE_WIDTH,
    Tile,
    parse_entries,
    parse_entries_path,
    parse_tile_path,
    tile_at,
)

CHECKPOINT = "checkpoint"
TILES = "tile"

MAX_DEPTH = 16
"""How many folders inside one another are gone into; a tile is in ten."""

_MOST_BYTES = TILE_WIDTH * (MAX_ENTRY_SIZE + 2)
"""More than any tile or entry bundle has."""

Kind = Literal["changed", "missing", "surplus"]


class TileFault(NamedTuple):
    """A file of a log that is not as the checkpoint asks.

    Attributes:
        kind: It is another one, it is not there, or nothing asks for it.
        where: Its path below the folder.
        what: What is wrong with it.
        log_index: The entry that is concerned; None if that is not known.
    """

    kind: Kind
    where: str
    what: str
    log_index: int | None = None


def is_tile_folder(folder: Path) -> bool:
    """Return whether *folder* has a checkpoint and tiles beside it."""
    return (folder / CHECKPOINT).is_file() and (folder / TILES).is_dir()


class TileFolder:
    """The tiles of a log in a folder.

    Attributes:
        size: The size of the log that they are the tiles of.
    """

    def __init__(self, folder: Path, *, size: int) -> None:
        self._folder = folder
        self.size = size

    def read_tile(self, level: int, number: int) -> bytes:
        """Return the joined hashes of that tile: a `tlog.tile.ReadTile`.

        Raises:
            NotFoundError: The log has no such tile, or the folder lacks it.
        """
        tile = tile_at(level, number, self.size)
        hashes = None if tile is None else self.read(tile.path)
        if hashes is None:
            raise NotFoundError(
                f"{self._folder} lacks tile {level}/{number} of the log of"
                f" {self.size} entries"
            )
        return hashes

    def read(self, path: str) -> bytes | None:
        """Return the bytes of the file at *path*, or None without one.

        A link or a pipe is no file: it could lead anywhere.

        Raises:
            OSError: It cannot be read.
        """
        file = self._folder / path
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                return None
            with file.open("rb") as stream:
                return stream.read(_MOST_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def entry(self, log_index: int) -> bytes | None:
        """Return the entry at *log_index*, or None if it cannot be read."""
        if not 0 <= log_index < self.size:
            return None
        tile = tile_at(0, log_index // TILE_WIDTH, self.size)
        data = None if tile is None else self.read(tile.entries_path)
        if tile is None or data is None:
            return None
        try:
            entries = parse_entries(data, width=tile.width)
        except MalformedError:
            return None
        return entries[log_index % TILE_WIDTH]


def check_tiles(
    folder: Path, checkpoint: Checkpoint, *, progress: Progress | None = None
) -> Iterator[TileFault]:
    """Yield everything that is wrong with the log below *folder*.

    Args:
        folder: Where `tile/` is.
        checkpoint: What the log signed: it was verified by the caller.
        progress: Told about every tile of level 0 (entries, of so many).

    Raises:
        OSError: A file cannot be read.
    """
    check = _Check(TileFolder(folder, size=checkpoint.size), checkpoint)
    yield from check.run(progress)
    yield from _check_others(folder, checkpoint.size)


class _Check:
    def __init__(self, files: TileFolder, checkpoint: Checkpoint) -> None:
        self._files = files
        self._checkpoint = checkpoint
        self._tree = GrowingTree()
        self._is_grown = True

    def run(self, progress: Progress | None) -> Iterator[TileFault]:
        size = self._checkpoint.size
        for number in range(-(-size // TILE_WIDTH)):
            tile = tile_at(0, number, size)
            assert tile is not None, "the range ends with the log"
            yield from self._take(tile)
            if progress is not None:
                progress(min((number + 1) * TILE_WIDTH, size), size)
        if not self._is_grown:
            return
        for level, number, hashes in self._tree.edge():
            if level:
                yield from self._compare(level, number, hashes)
        if self._tree.root() != self._checkpoint.root:
            yield TileFault(
                "changed",
                CHECKPOINT,
                "its root is not that of the entries",
            )

    def _take(self, tile: Tile) -> Iterator[TileFault]:
        """Check one tile of level 0 with its entries, and grow the tree."""
        entries, fault = self._entries(tile)
        if fault is not None:
            yield fault
        hashes, fault = self._hashes(tile)
        if fault is not None:
            yield fault
        made = [leaf_hash(entry) for entry in entries or ()]
        if made and hashes and made != hashes:
            leaves, faults = self._judge(tile, made, hashes)
            yield from faults
        else:
            leaves = made or hashes
        if not leaves:
            # Nothing above this tile can be made without it.
            self._is_grown = False
        if self._is_grown:
            yield from self._grow(leaves)

    def _entries(
        self, tile: Tile
    ) -> tuple[tuple[bytes, ...] | None, TileFault | None]:
        path = tile.entries_path
        data = self._files.read(path)
        if data is None:
            return None, TileFault("missing", path, "the entries are not there")
        try:
            return parse_entries(data, width=tile.width), None
        except MalformedError as error:
            return None, TileFault("changed", path, str(error))

    def _hashes(self, tile: Tile) -> tuple[list[Hash], TileFault | None]:
        data = self._files.read(tile.path)
        if data is None:
            return [], TileFault("missing", tile.path, "it is not there")
        if len(data) != tile.width * HASH_SIZE:
            return [], TileFault(
                "changed",
                tile.path,
                f"it has {len(data)} bytes, not {tile.width * HASH_SIZE}",
            )
        return [Hash(each) for each in split_hashes(data)], None

    def _judge(
        self, tile: Tile, made: list[Hash], hashes: list[Hash]
    ) -> tuple[list[Hash], list[TileFault]]:
        """Return which of the two is the log's, and what is wrong.

        What stands above them decides: the tile of level 1, or the root.
        """
        is_tile_sound = self._is_logged(tile, hashes)
        places = [n for n, pair in enumerate(zip(made, hashes, strict=True))
                  if pair[0] != pair[1]]  # fmt: skip
        faults = []
        for place in places:
            index = tile.number * TILE_WIDTH + place
            faults.append(
                TileFault(
                    "changed",
                    tile.entries_path if is_tile_sound else tile.path,
                    f"entry {index} was changed: its hash is"
                    f" {made[place].hex()}, and the log has"
                    f" {hashes[place].hex()}"
                    if is_tile_sound
                    else f"its hash {place} was changed: it is not that of"
                    f" entry {index}",
                    index,
                )
            )
        return (hashes if is_tile_sound else made), faults

    def _is_logged(self, tile: Tile, hashes: list[Hash]) -> bool:
        if tile.width < TILE_WIDTH:
            tree = deepcopy(self._tree)
            tree.append(hashes)
            return tree.root() == self._checkpoint.root
        above = tile_at(1, tile.number // TILE_WIDTH, self._checkpoint.size)
        data = (self._files.read(above.path) if above else None) or b""
        start = tile.number % TILE_WIDTH * HASH_SIZE
        return data[start : start + HASH_SIZE] == root_of(hashes)

    def _grow(self, leaves: list[Hash]) -> Iterator[TileFault]:
        """Add *leaves*; compare what they complete above them."""
        for level, number, hashes in self._tree.append(leaves):
            if level and len(hashes) == TILE_WIDTH * HASH_SIZE:
                yield from self._compare(level, number, hashes)

    def _compare(
        self, level: int, number: int, hashes: bytes
    ) -> Iterator[TileFault]:
        path = Tile(level, number, len(hashes) // HASH_SIZE).path
        data = self._files.read(path)
        if data is None:
            yield TileFault("missing", path, "it is not there")
        elif data != hashes:
            made = split_hashes(hashes)
            place = next(
                (n for n, digest in enumerate(split_hashes(data[: len(hashes)]))
                 if digest != made[n]),
                len(made),
            )  # fmt: skip
            yield TileFault(
                "changed",
                path,
                f"its hash {place} is not the root of the tile below it",
            )


def _check_others(folder: Path, size: int) -> Iterator[TileFault]:
    """Yield a fault for each file that the log of *size* does not ask for."""
    files = TileFolder(folder, size=size)
    for path in _paths_below(folder / TILES, TILES):
        is_entries = path.startswith(f"{TILES}/entries/")
        try:
            tile = (parse_entries_path if is_entries else parse_tile_path)(path)
        except MalformedError:
            yield TileFault("surplus", path, "it is no tile of a log")
            continue
        whole = tile_at(tile.level, tile.number, size)
        if whole is None or tile.width > whole.width:
            yield TileFault(
                "surplus", path, f"the log of {size} entries has no such tile"
            )
        elif tile.width < whole.width:
            # The same tile, as it was when the log was smaller.
            later = files.read(whole.entries_path if is_entries else whole.path)
            data = files.read(path) or b""
            if not _begins(data, later or b"", tile, is_entries=is_entries):
                yield TileFault(
                    "changed", path, "it does not begin the tile that followed"
                )


def _begins(data: bytes, later: bytes, tile: Tile, *, is_entries: bool) -> bool:
    if not is_entries and len(data) != tile.width * HASH_SIZE:
        return False
    if is_entries:
        try:
            parse_entries(data, width=tile.width)
        except MalformedError:
            return False
    return later.startswith(data)


def _paths_below(folder: Path, prefix: str) -> Iterator[str]:
    """Yield the paths of all files, in order; a link is one, followed never.

    So is a folder that is deeper than those of any tile.
    """
    with os.scandir(folder) as found:
        inside = sorted(found, key=lambda each: each.name)
    for each in inside:
        path = f"{prefix}/{each.name}"
        if each.is_dir(follow_symlinks=False) and path.count("/") < MAX_DEPTH:
            yield from _paths_below(Path(each.path), path)
        else:
            yield path
