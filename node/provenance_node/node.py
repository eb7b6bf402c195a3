"""The node: its parts, and how they begin and end together."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from provenance import keys
from provenance.errors import MalformedError
from provenance.folder import open_ledger
from provenance.intake.signatory import find_signatory
from provenance.ledger.ledger import Ledger, clock_now
from provenance.proof.trust import (
    DEFAULT_CLOCK_BOUND,
    Trust,
    format_trust,
)
from provenance.store.capture_jobs import Database
from provenance_node.access import Access
from provenance_node.asgi import Headers, Scope
from provenance_node.children import Children
from provenance_node.clockwatch import ClockWatch, steady_now
from provenance_node.cosigning import Cosigning
from provenance_node.epcis.capture import Capture
from provenance_node.epcis.searching import Index, Searching
from provenance_node.heartbeat import Heartbeat
from provenance_node.journal import note
from provenance_node.limits import Buckets, address_of
from provenance_node.metrics import Metrics
from provenance_node.problems import RefusedError
from provenance_node.readers import PROVES
from provenance_node.reading import LedgerReads
from provenance_node.settings import Settings
from provenance_node.tokens import read_tokens
from provenance_node.witnesses import witnesses_of
from provenance_node.writer import Writer, read_latest

_SLACK_SECONDS = 2.0
"""How much longer than a query's time a process is let be."""


class Node:
    """A ledger's folder, served. What every route is given.

    Attributes:
        settings: What its operator decided.
        folder: The ledger's folder.
        metrics: What is counted.
        trust: The ledger's trust file; from `start` on, as are those below.
        access: Who may read what.
        reading: The latest checkpoint, the tiles, the readers.
        writer: Where statements are handed in.
        searching: Where events are searched for.
        capture: Where EPCIS documents are captured; None if that is off.
        cosigning: Asks the witnesses; None if there are none.
        watch: The clock, and whether it can be right.
        failed: Called when the storage failed: the node must end.
    """

    trust: Trust
    access: Access
    reading: LedgerReads
    writer: Writer
    cosigning: Cosigning | None
    searching: Searching
    capture: Capture | None

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        clock: Callable[[], int] = clock_now,
        steady: Callable[[], int] | None = None,
    ) -> None:
        """Prepare to serve the ledger in *folder*; `start` opens it.

        Args:
            folder: The ledger's.
            settings: What its operator decided.
            clock: The machine's, in ms since 1970.
            steady: A clock in ms that nobody sets; by default the machine's,
                or *clock* itself, if that is not the machine's.
        """
        self.settings = settings
        self.folder = folder
        self.failed: Callable[[], None] = _do_nothing
        self._clock = clock
        is_real = clock is clock_now
        self.watch = ClockWatch(
            clock,
            steady=steady or (steady_now if is_real else clock),
            bound_ms=DEFAULT_CLOCK_BOUND * 1000,
        )
        self._is_started = False
        self._parts = AsyncExitStack()
        self._pools: dict[str, Children] = {}
        self.metrics = Metrics(
            size=lambda: self.reading.newest.size,
            age=lambda: self.checkpoint_age,
        )
        self.metrics.watch_clock(
            difference=lambda: self.watch.difference_ms / 1000,
            is_doubted=lambda: self.watch.doubt() is not None,
        )
        self._writes = Buckets(
            "writes",
            rate=settings.write_rate,
            burst=settings.write_burst,
            clock=time.monotonic,
        )
        self._reads = Buckets(
            "reads",
            rate=settings.read_rate,
            burst=settings.read_burst,
            clock=time.monotonic,
        )

    @property
    def origin(self) -> str:
        """The ledger's name."""
        return self.trust.origin

    @property
    def trust_text(self) -> str:
        """The ledger's trust file."""
        return format_trust(self.trust)

    @property
    def checkpoint_age(self) -> float:
        """How long ago the last entry was committed, in seconds."""
        return max(0, self._clock() - self.reading.latest.time) / 1000

    def take_write(self, scope: Scope) -> Headers:
        """Count a writing request of that address; return the rate fields.

        Raises:
            RefusedError: It had too many.
        """
        return self._take(self._writes, scope)

    def take_read(self, scope: Scope) -> Headers:
        """Count a proof for that address; return the rate fields.

        Raises:
            RefusedError: It had too many.
        """
        return self._take(self._reads, scope)

    async def start(self) -> Self:
        """Open the ledger and begin to read and write it, if not yet done.

        Raises:
            ProvenanceError: The ledger cannot be opened for writing.
        """
        if self._is_started:
            return self
        settings = self.settings
        async with AsyncExitStack() as parts:
            ledger = open_ledger(self.folder, clock=self.watch.now)
            self.watch.bound_ms = ledger.trust.clock_bound
            parts.callback(ledger.close)
            readers = Children(
                "provenance_node.readers",
                [str(self.folder.resolve()), PROVES],
                count=settings.reader_processes,
                most=settings.max_reads,
                seconds=settings.proof_seconds,
            )
            lookers = Children(
                "provenance_node.readers",
                [str(self.folder.resolve())],
                count=settings.look_processes,
                most=settings.max_reads,
                seconds=settings.proof_seconds,
            )
            checkers = Children(
                "provenance_node.checkers",
                [keys.backend()],
                count=settings.checker_processes or os.cpu_count() or 1,
                most=settings.max_queue,
            )
            searchers = Children(
                "provenance_node.epcis.searchers",
                [str(self.folder.resolve())],
                count=settings.query_processes,
                most=settings.max_reads,
                # By then a searcher has cut off the query by itself, unless
                # it is stuck.
                seconds=settings.query_seconds + _SLACK_SECONDS,
            )
            self._pools = {
                "readers": readers,
                "lookers": lookers,
                "checkers": checkers,
                "searchers": searchers,
            }
            pools = list(self._pools.values())
            for children in pools:
                parts.push_async_callback(children.stop)
            await asyncio.gather(*(children.start() for children in pools))
            self._assemble(ledger, readers, lookers, checkers)
            self.writer.start()
            parts.push_async_callback(self.writer.stop)
            heartbeat = Heartbeat(
                self.writer,
                self.reading,
                clock=self._clock,
                every_ms=ledger.heartbeat_ms,
            )
            heartbeat.start()
            parts.push_async_callback(heartbeat.stop)
            self.cosigning = await self._start_cosigning(ledger, parts)
            index = Index(
                searchers,
                self.reading,
                patience_seconds=settings.index_seconds,
            )
            index.start()
            parts.push_async_callback(index.stop)
            self.searching = Searching(
                searchers, index, seconds=settings.query_seconds
            )
            self.capture = await self._capture(ledger, parts)
            self.metrics.watch_machine(
                self.folder,
                unfolded=ledger.backlog,
                index_lag=lambda: max(0, self.reading.latest.size - index.size),
                pools=self._pools,
            )
            self._parts = parts.pop_all()
            self._is_started = True
        note("started", origin=self.origin, size=self.reading.latest.size)
        return self

    def _assemble(
        self,
        ledger: Ledger,
        readers: Children,
        lookers: Children,
        checkers: Children,
    ) -> None:
        settings = self.settings
        self.trust = ledger.trust
        self.access = Access.read(settings)
        self.reading = LedgerReads(
            read_latest(ledger),
            readers,
            lookers,
            cache_bytes=settings.cache_bytes,
        )
        self.watch.newest = lambda: self.reading.newest.time
        self.writer = Writer(
            ledger,
            checkers=checkers,
            reading=self.reading,
            actors=Buckets(
                "statements",
                rate=settings.actor_rate,
                burst=settings.actor_burst,
                clock=time.monotonic,
            ),
            metrics=self.metrics,
            max_queue=settings.max_queue,
            stall_seconds=settings.stall_seconds,
            watch=self.watch,
            failed=self._fail,
        )

    async def _capture(
        self, ledger: Ledger, parts: AsyncExitStack
    ) -> Capture | None:
        """Return what captures documents, if the settings switch it on.

        Raises:
            MalformedError: They say only a part of it.
            RejectedError: Others can reach the key or the tokens.
            UnknownActorError: No actor has the key.
        """
        settings = self.settings
        key, tokens = settings.capture_key, settings.capture_tokens
        if not key and not tokens:
            return None
        if not key or not tokens:
            raise MalformedError(
                "capture needs both capture_key and capture_tokens: set the"
                " other one, too, or neither"
            )
        taken = frozenset(read_tokens(Path(tokens)))
        signatory = find_signatory(
            ledger.registry().owner, Path(key), settings.capture_actor or None
        )
        database = Database(self.folder)
        parts.callback(database.close)
        signers = Children(
            "provenance_node.epcis.signers",
            [str(self.folder.resolve()), key, signatory.issuer],
            count=1,
            most=settings.max_reads,
        )
        self._pools["signers"] = signers
        parts.push_async_callback(signers.stop)
        await signers.start()
        capture = Capture(
            tokens=taken,
            database=database,
            signers=signers,
            writer=self.writer,
            folder=self.folder,
            clock=self._clock,
            limit=settings.capture_limit,
        )
        capture.start()
        parts.push_async_callback(capture.stop)
        return capture

    async def _start_cosigning(
        self, ledger: Ledger, parts: AsyncExitStack
    ) -> Cosigning | None:
        settings = self.settings
        asked = witnesses_of(ledger.trust.policy, settings.witnesses)
        if not asked:
            return None
        cosigners = Children(
            "provenance_node.cosigners",
            [str(self.folder.resolve())],
            count=len(asked),
            most=len(asked),
        )
        self._pools["cosigners"] = cosigners
        parts.push_async_callback(cosigners.stop)
        await cosigners.start()
        cosigning = Cosigning(
            ledger,
            asked=asked,
            cosigners=cosigners,
            reading=self.reading,
            writer=self.writer,
            metrics=self.metrics,
            settings=settings,
            watch=self.watch,
        )
        parts.push_async_callback(cosigning.stop)
        await cosigning.start()
        return cosigning

    def _fail(self) -> None:
        self.failed()

    async def stop(self) -> None:
        """Write what was handed in, then give everything back."""
        self._is_started = False
        await self._parts.aclose()
        note("stopped", size=self.reading.latest.size)

    def _take(self, buckets: Buckets, scope: Scope) -> Headers:
        try:
            return buckets.take(address_of(scope))
        except RefusedError as error:
            self.metrics.refusals.labels(error.kind.code).inc()
            raise


def _do_nothing() -> None:
    """Stand for what nobody asked to be done."""
