"""Exporting a log as files that any C2SP tlog-tiles client can read.

    DIR/checkpoint                      the signed note
    DIR/tile/<level>/<number>[.p/<w>]   hashes, 256 to a full tile
    DIR/tile/entries/<number>[.p/<w>]   entries, each after its u16 length

The checkpoint is written last: a head that is there has its tiles.
"""

from itertools import islice
from pathlib import Path

from provenance.encoding.digest import HASH_SIZE
from provenance.errors import DamagedError, StoreError
from provenance.ledger.read import Snapshot
from provenance.tlog.tile import format_entries, tiles_of


def export_tiles(moment: Snapshot, target: Path) -> int:
    """Write the log as of *moment* below *target*; return its size.

    Files of an earlier export that are still part of the log are the same
    bytes, so a folder can be brought up to date by exporting again.

    Raises:
        StoreError: The ledger lacks a tile, or *target* cannot be written.
    """
    entries = moment.reader.entries(0, moment.size)
    try:
        for tile in tiles_of(moment.size):
            hashes = moment.reader.tile(tile.level, tile.number) or b""
            size = tile.width * HASH_SIZE
            if len(hashes) < size:
                raise DamagedError(
                    f"tile {tile.level}/{tile.number} is missing: run an audit"
                )
            _write(target / tile.path, hashes[:size])
            if tile.level == 0:
                bundle = list(islice(entries, tile.width))
                _write(target / tile.entries_path, format_entries(bundle))
        _write(target / "checkpoint", moment.note.encode())
    except OSError as error:
        raise StoreError(f"cannot write below {target}: {error}") from error
    return moment.size


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
