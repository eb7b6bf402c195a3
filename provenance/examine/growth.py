"""Growth: whether a log has all that an older checkpoint of it had.

Checkpoints lie in many kinds of files; what proves that the newer log holds
the older one are its tiles, in a folder, in a ledger or at a node.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from provenance.encoding.digest import Hash
from provenance.errors import MalformedError, NotFoundError, ProvenanceError
from provenance.examine.files import RECEIPT_START, Read
from provenance.proof.bundle import MAX_BUNDLE_SIZE, parse_bundle
from provenance.proof.opening import open_trusted
from provenance.proof.trust import Trust
from provenance.tlog.checkpoint import SignedCheckpoint
from provenance.tlog.growth import require_growth
from provenance.tlog.merkle import ReadNodes
from provenance.tlog.proof_file import parse_proof
from provenance.tlog.tile import nodes_from

Prove = Callable[[SignedCheckpoint, SignedCheckpoint], tuple[Hash, ...]]
"""Returns the proof that the second log has all of the first one."""


def prove_without_tiles(
    old: SignedCheckpoint, new: SignedCheckpoint
) -> tuple[Hash, ...]:
    """Return the proof that needs no tiles: of an empty or an equal log."""

    def read(_: object) -> list[Hash]:
        raise AssertionError("it was seen that no proof is needed")

    return require_growth(old, new, read)


# The checkpoints.


def checkpoint_in(source: str, trust: Trust, read: Read) -> SignedCheckpoint:
    """Return the checkpoint that is in *source*, if its log signed it.

    Args:
        source: A checkpoint, or a file or folder that has one in it.
        trust: Whose keys count.
        read: How a file is read.

    Raises:
        MalformedError: There is no checkpoint in it.
        VerificationError: It is not signed as the trust file asks.
        OSError: It cannot be read.
    """
    try:
        return open_trusted(_note_in(source, read), trust)
    except ProvenanceError as error:
        error.add_note(source)
        raise


def _note_in(source: str, read: Read) -> str:
    if Path(source).is_dir():
        return _note_in_folder(source, read)
    data = read(source, limit=MAX_BUNDLE_SIZE)
    if data.startswith(RECEIPT_START):
        return parse_proof(data).checkpoint
    with suppress(MalformedError):
        return parse_bundle(data).checkpoint
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(
            "it has no checkpoint: it is no signed note, bundle or receipt"
        ) from error


def _note_in_folder(source: str, read: Read) -> str:
    from provenance.folder import open_reader  # noqa: PLC0415  # loads a database
    from provenance.ledger.tiles import CHECKPOINT, is_tile_folder  # noqa: PLC0415
    from provenance.tlog.note import MAX_NOTE_SIZE  # noqa: PLC0415

    if is_tile_folder(Path(source)):
        data = read(str(Path(source) / CHECKPOINT), limit=MAX_NOTE_SIZE)
        return data.decode(errors="replace")
    with open_reader(source) as reader:
        return reader.checkpoint()


# The proof.


def find_prover(
    tiles: str | None, sides: tuple[str, str], trust: Trust, read: Read
) -> Prove | None:
    """Return what proves growth: from *tiles*, else from one of *sides*.

    Args:
        tiles: A folder of tiles, a ledger's folder or a node's URL.
        sides: Where the checkpoints are from.
        trust: Whose keys count.
        read: How a file is read.

    Raises:
        NotFoundError: There are no *tiles*.
    """
    if tiles is not None and urlsplit(tiles).scheme in {"http", "https"}:
        return _node_prover(tiles, trust)
    for source in (tiles,) if tiles is not None else sides:
        if Path(source).is_dir():
            return _folder_prover(source, trust, read)
    if tiles is not None:
        raise NotFoundError(f"there are no tiles at {tiles}")
    return None


def _node_prover(url: str, trust: Trust) -> Prove:
    from provenance.client import Client  # noqa: PLC0415  # an extra

    def prove(old: SignedCheckpoint, new: SignedCheckpoint) -> tuple[Hash, ...]:
        with Client(url, trust=trust) as client:
            return client.require_extension(old, new)

    return prove


def _folder_prover(source: str, trust: Trust, read: Read) -> Prove:
    from provenance.folder import open_reader  # noqa: PLC0415  # loads a database
    from provenance.ledger.logtree import TileNodes  # noqa: PLC0415
    from provenance.ledger.tiles import TileFolder, is_tile_folder  # noqa: PLC0415

    def prove(old: SignedCheckpoint, new: SignedCheckpoint) -> tuple[Hash, ...]:
        size = new.checkpoint.size
        held = checkpoint_in(source, trust, read).checkpoint.size
        if held < size:
            raise NotFoundError(
                f"{source} has the tiles of {held} entries, not of {size}"
            )
        if is_tile_folder(Path(source)):
            files = TileFolder(Path(source), size=held)
            return require_growth(old, new, nodes_from(files.read_tile))
        with open_reader(source) as reader, reader.moment() as moment:
            nodes: ReadNodes = TileNodes(moment.reader, size=size)
            return require_growth(old, new, nodes)

    return prove


class Side(NamedTuple):
    """One of the two: where it was read, and what it says."""

    source: str
    signed: SignedCheckpoint

    @property
    def size(self) -> int:
        """How many entries it sums up."""
        return self.signed.checkpoint.size


def relation_json(relation: str, old: Side, new: Side) -> dict[str, object]:
    """Return how *new* stands to *old*, as a JSON object."""
    return {
        "relation": relation,
        "grown_by": new.size - old.size,
        **{
            name: {
                "source": side.source,
                "origin": side.signed.checkpoint.origin,
                "size": side.size,
                "root": side.signed.checkpoint.root.hex(),
            }
            for name, side in (("old", old), ("new", new))
        },
    }
