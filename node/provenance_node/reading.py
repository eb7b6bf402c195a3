"""Reading: what stands in memory, and what readers are asked for.

The latest checkpoint and the finished tiles are answered at once, on the event
loop and without touching the database: a connection to SQLite gives up the
interpreter's lock, and beside a busy writer gets it back late. All else is
asked of children (`readers`): what costs nothing, receipts and the ends of
trails, of some of their own, so that it never waits for a proof.

Where witnesses cosign (`cosigning`), the checkpoint that is served is
not the newest but the latest one with a quorum, and the readers stand still
at it. Else both are the same.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from provenance.errors import NotFoundError
from provenance.ledger.read import Snapshot, read_entry
from provenance.problems.table import BUSY
from provenance.tlog.commitment import parse_commitment
from provenance.tlog.tile import TILE_WIDTH, Tile, tile_at
from provenance_node.children import Children
from provenance_node.limits import RETRY_SOON
from provenance_node.problems import RefusedError

STAND_SECONDS = 5.0
"""How long a proof waits for its reader to stand where the others do."""

_LOOKS = 2


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest checkpoint.

    Attributes:
        size: How many leaves it covers.
        note: The signed note.
        time: When its last entry was committed, in ms since 1970.
    """

    size: int
    note: str
    time: int

    @property
    def etag(self) -> bytes:
        """The note's own tag."""
        return etag_of(self.note)


def time_of(moment: Snapshot) -> int:
    """Return when the last entry of *moment* was committed."""
    last = read_entry(moment.reader, moment.size - 1, size=moment.size)
    return parse_commitment(last).time


def etag_of(note: str, *parts: str) -> bytes:
    """Return the strong ETag of what *parts* name under the checkpoint."""
    digest = sha256("\0".join((note, *parts)).encode()).hexdigest()
    return f'"{digest[:32]}"'.encode()


class LedgerReads:
    """What the routes read through.

    Attributes:
        latest: The checkpoint that is served.
        newest: The checkpoint of all that was written.
        readers: The processes that prove.
        lookers: The processes that read what costs nothing.
        grown: Set whenever something was written.
    """

    def __init__(
        self,
        latest: Latest,
        readers: Children,
        lookers: Children,
        *,
        cache_bytes: int,
    ) -> None:
        self.latest = self.newest = latest
        self.readers = readers
        self.lookers = lookers
        self._proofs: dict[object, asyncio.Task[tuple[str, bytes]]] = {}
        self.grown = asyncio.Event()
        self._is_held = False
        self._are_standing = False
        self._may_prove = asyncio.Event()
        self._may_prove.set()
        self._published = asyncio.Event()
        self._room = cache_bytes
        self._kept: OrderedDict[Tile | tuple[int], bytes] = OrderedDict()
        self._kept_bytes = 0

    def written(self, newest: Latest) -> None:
        """Learn what the writer wrote; serve it, if nothing is waited for."""
        self.newest = newest
        self.grown.set()
        if not self._is_held:
            self.latest = newest

    def hold(self) -> None:
        """Serve `latest` until told otherwise, whatever is written."""
        self._is_held = True

    def pause(self) -> None:
        """Let whoever asks for a proof wait until something is served."""
        self._may_prove.clear()

    def publish(self, latest: Latest) -> None:
        """Serve *latest*, at which the readers stand."""
        self.latest = latest
        self._are_standing = True
        self._resume()

    def let_go(self) -> None:
        """Serve the newest; the readers stand nowhere, and prove from it."""
        self.latest = self.newest
        self._are_standing = False
        self._resume()

    def stand_still(self) -> None:
        """Serve what is served; no reader stands there, and none proves."""
        self._are_standing = True
        self._resume()

    def _resume(self) -> None:
        self._may_prove.set()
        self._published.set()
        self._published = asyncio.Event()

    async def prove(self, kind: str, asked: object) -> tuple[str, bytes]:
        """Return (checkpoint, body) of what a reader answers at it.

        Whoever asks for the same while it is being made gets the same.

        Args:
            kind: A method of `readers.Answers` that can stand: `bundle`,
                `bundle_view`, `trail`, `actors`, `actor`, `concealed`,
                `statements`.
            asked: Its first argument.

        Raises:
            NotFoundError: The ledger has nothing of it.
            RefusedError: Too many wait, or it took too long; or the reader
                that was asked took the place of one that died, and does not
                stand where the others do.
        """
        # Not what was begun before the last commit: who was answered then
        # is to find what it said.
        key = (kind, repr(asked), self.newest.size, self.latest)
        proof = self._proofs.get(key)
        if proof is None:
            proof = asyncio.create_task(self._prove(kind, asked))
            self._proofs[key] = proof
            proof.add_done_callback(lambda _: self._proofs.pop(key))
        # Who goes away takes nothing from the others.
        return await asyncio.shield(proof)

    async def _prove(self, kind: str, asked: object) -> tuple[str, bytes]:
        # Of an item the proof is dear, whatever is asked for.
        what = asked[0] if isinstance(asked, tuple) else asked
        for _ in range(_LOOKS):
            await self._may_prove.wait()
            published = self._published
            found = await self.readers.ask(
                [kind, asked, self._are_standing], key=what
            )
            if found is not None:
                note, body = found
                return note, body
            # The next moment that is published stands in all of them.
            with suppress(TimeoutError):
                async with asyncio.timeout(STAND_SECONDS):
                    await published.wait()
        raise RefusedError(
            BUSY,
            "the process that proves does not stand at the checkpoint yet",
            RETRY_SOON,
        )

    async def find(self, issued_at: int, statement_id: bytes) -> int:
        """Return the log index of that statement.

        Raises:
            NotFoundError: There is none.
        """
        index: int = await self.lookers.ask(["find", issued_at, statement_id])
        return index

    async def receipt(self, log_index: int) -> tuple[str, str]:
        """Return (statement id, receipt) under the checkpoint that is served.

        Of a statement that is newer than that, under the newest.

        Raises:
            NotFoundError: There is no statement at that index.
        """
        shown = self.latest
        statement_id, text = await self.lookers.ask(
            ["receipt", log_index, shown.size, shown.note]
        )
        return statement_id, text

    async def first_receipts(self, indexes: Sequence[int]) -> list[str]:
        """Return the receipts that submitters get."""
        if not indexes:
            return []
        return list(
            await self.lookers.ask(["first_receipts", indexes], is_urgent=True)
        )

    async def heads(
        self, items: Sequence[str]
    ) -> list[tuple[int, bytes] | None]:
        """Return (count, link) of each item's trail; None without one."""
        return list(await self.lookers.ask(["heads", items], is_urgent=True))

    def kept_tile(self, tile: Tile) -> bytes | None:
        """Return the hashes of *tile* if they are in memory."""
        return self._find(tile)

    def kept_entries(self, tile: Tile) -> bytes | None:
        """Return the entry bundle of *tile* if it is in memory."""
        return self._find((tile.number,)) if _is_full(tile) else None

    async def tile(self, tile: Tile) -> bytes:
        """Return the hashes of *tile*.

        Raises:
            NotFoundError: The log has no such tile.
        """
        self._require(tile)
        data: bytes = await self.lookers.ask(
            ["tile", tile.level, tile.number, tile.width]
        )
        if _is_full(tile):
            self._keep(tile, data)
        return data

    async def entries(self, tile: Tile) -> bytes:
        """Return the entry bundle of *tile*.

        Raises:
            NotFoundError: The log has no such entries.
        """
        self._require(tile)
        data: bytes = await self.lookers.ask(
            ["entries", tile.number, tile.width]
        )
        if _is_full(tile):
            self._keep((tile.number,), data)
        return data

    def _require(self, tile: Tile) -> None:
        # Receipts stand under the newest checkpoint as well.
        found = tile_at(tile.level, tile.number, self.newest.size)
        if found is None or found.width < tile.width:
            raise NotFoundError(
                f"a log of {self.newest.size} entries has no {tile.path}"
            )

    def _find(self, place: Tile | tuple[int]) -> bytes | None:
        data = self._kept.get(place)
        if data is not None:
            self._kept.move_to_end(place)
        return data

    def _keep(self, place: Tile | tuple[int], data: bytes) -> None:
        if place not in self._kept:
            self._kept_bytes += len(data)
        self._kept[place] = data
        while self._kept_bytes > self._room:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest)


def _is_full(tile: Tile) -> bool:
    return tile.width == TILE_WIDTH
