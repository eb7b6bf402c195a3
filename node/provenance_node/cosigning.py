"""Cosigning: which checkpoint is served while witnesses are asked.

A consumer's trust file asks for a quorum of cosignatures, and a bundle is
worth what the checkpoint that it stands under is worth. Witnesses take their
time, and the log does not wait for them. So what is served is not the newest
checkpoint but the latest that has the quorum of the ledger's own trust file:

    1. hold       the readers let the newest moment stand, the same in each
    2. ask        every witness that is free is asked to cosign its checkpoint
    3. keep       what came is verified and stored, durably
    4. publish    with the quorum: /checkpoint, bundles and receipts are of
                  this moment from now on, and the one before it ends

A statement is answered as soon as it is durable, with a receipt under the
newest checkpoint: witnesses delay no acknowledgement. In a bundle it is seen
with the next quorum, a moment later. Further cosignatures that come after the
quorum are added to what is served. Where the trust file asks for no quorum,
one cosignature is enough.

Without a quorum for `quorum_seconds`, witnesses being down, the newest
checkpoint is served with what cosignatures it has: verifiers say INCOMPLETE,
which is the truth. But if a witness says that the log does not extend what it
cosigned, and the others do not outvote it, the log may have forked, by a
restored backup say: then what is served stands still, nothing is written,
and /readyz says so, until a quorum cosigns again.

A moment that stands keeps the store from tidying up (`Store.backlog`). When
that costs too much, both moments are let go before step 1, and who asks for
a bundle waits for step 4, or for the witnesses' time to be over.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf

from provenance.errors import (
    ConflictError,
    ForkError,
    ProvenanceError,
    QuorumNotMetError,
    StoreError,
)
from provenance.ledger.ledger import Ledger
from provenance.tlog.checkpoint import open_checkpoint
from provenance.tlog.note import (
    NoteSignature,
    check_signatures,
    parse_note,
)
from provenance_node.children import ChildFault, Children
from provenance_node.clockwatch import ClockWatch
from provenance_node.cosigners import CONTRADICTS, COSIGNED, UNREACHABLE
from provenance_node.journal import note, note_bug, note_end
from provenance_node.metrics import Metrics
from provenance_node.problems import RefusedError
from provenance_node.reading import Latest, LedgerReads
from provenance_node.settings import MIB, Settings
from provenance_node.witnesses import ConfiguredWitness
from provenance_node.writer import Writer

GRACE_SECONDS = 0.1
"""How long the others may take once there is a quorum."""

LONGEST_PAUSE_SECONDS = 60.0
"""How long a witness that fails is left alone, at most."""

LONGEST_BACKLOG_BYTES = 512 * MIB
"""How far a moment may let the store grow before none may stand any more.

It must be more than what a store keeps by itself (`Store.backlog`).
"""

_FAULT = "fault"

_LOOK_SECONDS = 1.0
"""How often it is looked whether a witness is to be asked again."""

_STEP_SECONDS = 0.5
"""How long to wait for the writer to tidy up the store."""

_ATTEMPTS = 20


@dataclass(slots=True, eq=False)
class _Witness:
    """A witness, and how it did so far."""

    asked: ConfiguredWitness
    last_size: int = 0
    failures: int = 0
    due: float = 0.0
    is_busy: bool = False
    contradiction: str = ""


class Cosigning:
    """Publishes what has its quorum, from `start` to `stop`."""

    def __init__(  # noqa: PLR0913  # what it stands between
        self,
        ledger: Ledger,
        *,
        asked: Sequence[ConfiguredWitness],
        cosigners: Children,
        reading: LedgerReads,
        writer: Writer,
        metrics: Metrics,
        settings: Settings,
        watch: ClockWatch,
    ) -> None:
        """Publish checkpoints of *ledger*.

        Args:
            ledger: Open for writing, by *writer*.
            asked: The witnesses.
            cosigners: The processes that ask, one for each (`cosigners`).
            reading: Told what to serve.
            writer: Told to stop when the log is in doubt.
            metrics: What is counted.
            settings: The times.
            watch: Has the clock, by which a cosignature must not be from the
                future, and is told what the witnesses' clocks say.
        """
        self._ledger = ledger
        self._policy = ledger.trust.policy
        self._witnesses = [_Witness(each) for each in asked]
        self._cosigners = cosigners
        self._reading = reading
        self._writer = writer
        self._metrics = metrics
        self._settings = settings
        self._watch = watch
        self._changing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._asking: set[asyncio.Task[NoteSignature | None]] = set()
        self._quorum_at = -inf
        self._has_quorum = False
        self._is_paused = False
        self._known_children = -1
        metrics.watch_witnesses(
            size=lambda: reading.latest.size, age=lambda: self.quorum_age
        )

    @property
    def quorum_age(self) -> float:
        """How long ago a checkpoint last got its quorum, in seconds."""
        return time.monotonic() - self._quorum_at

    def status(self) -> dict[str, object]:
        """Return how it goes, as /readyz says it."""
        age = self.quorum_age
        return {
            "published_size": self._reading.latest.size,
            "has_quorum": self._has_quorum,
            "quorum_age_seconds": None if age == inf else round(age, 3),
            "contradicted_by": [
                each.asked.name
                for each in self._witnesses
                if each.contradiction
            ],
        }

    async def start(self) -> None:
        """Serve what is there, ask once, and go on until `stop`."""
        self._reading.hold()
        shown = await self._hold()
        self._has_quorum = self._is_enough(shown.note)
        await self._publish(shown)
        await self._try_round()
        self._spawn(self._run())

    async def stop(self) -> None:
        """Ask no more; what was published stays."""
        tasks = [*self._tasks, *self._asking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            pause = asyncio.create_task(
                asyncio.sleep(self._settings.cosign_seconds)
            )
            self._reading.grown.clear()
            if self._has_work():
                await self._try_round()
            await pause
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._reading.grown.wait()

    def _has_work(self) -> bool:
        served, newest = self._reading.latest, self._reading.newest
        return (
            self._known_children != self._reading.readers.replaced
            or bool(self._free(served if served == newest else newest))
            or (served.size != newest.size and self._may_do_without())
        )

    # A round, step by step.

    async def _try_round(self) -> None:
        try:
            await self._round()
        except (ProvenanceError, RefusedError) as error:
            note("cosigning-failed", level=logging.ERROR, error=str(error))
        except ChildFault as error:
            note_bug(error)
        finally:
            # Whatever became of it, nobody waits any longer.
            if self._is_paused:
                self._is_paused = False
                if self._writer.contradiction is None:
                    self._reading.let_go()
                else:
                    self._reading.stand_still()

    async def _round(self) -> None:
        shown = await self._hold()
        lines = await self._ask_all(shown)
        async with self._changing:
            shown = await self._keep(shown, lines)
            if self._is_enough(shown.note):
                if lines:
                    self._quorum_at = time.monotonic()
                self._vindicate()
                self._has_quorum = True
                await self._publish(shown)
            else:
                self._look_for_contradiction()
                if self._may_do_without():
                    await self._do_without(shown)

    async def _hold(self) -> Latest:
        """Let the newest moment stand in every reader; return it."""
        readers = self._reading.readers
        if self._writer.contradiction is None and self._is_backlog_long():
            self._is_paused = True
            self._reading.pause()
            await readers.ask_all(["let_go"])
            # The next write finds nobody reading, and tidies up.
            self._reading.grown.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_STEP_SECONDS):
                    await self._reading.grown.wait()
        self._known_children = readers.replaced
        for _ in range(_ATTEMPTS):
            moments = await readers.ask_all(["hold"])
            if len({size for size, _, _ in moments}) == 1:
                return Latest(*moments[0])
            # The writer committed while they were being asked.
        raise ConflictError(
            "the log grows faster than its readers can stand still together"
        )

    async def _ask_all(self, shown: Latest) -> list[NoteSignature]:
        """Return the lines that came until there was a quorum, or none can.

        Who is not done then is left to answer later.
        """
        pending = {
            asyncio.create_task(self._ask(each, shown))
            for each in self._free(shown)
        }
        self._asking |= pending
        lines: list[NoteSignature] = []
        is_enough = False
        while pending:
            done, pending = await asyncio.wait(
                pending,
                timeout=GRACE_SECONDS if is_enough else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not done:
                break
            self._asking -= done
            lines += [line for task in done if (line := task.result())]
            is_enough = self._is_enough(shown.note, lines)
        for task in pending:
            self._spawn(self._add_late(task, shown))
        return lines

    async def _add_late(
        self, task: asyncio.Task[NoteSignature | None], shown: Latest
    ) -> None:
        """Add what a slow witness brings, if it brings anything."""
        line = await task
        self._asking.discard(task)
        if line is None:
            return
        try:
            async with self._changing:
                shown = await self._keep(shown, [line])
                if self._reading.latest.size == shown.size:
                    await self._publish(shown)
        except (ProvenanceError, RefusedError) as error:
            note("cosigning-failed", level=logging.ERROR, error=str(error))

    async def _keep(
        self, shown: Latest, lines: Sequence[NoteSignature]
    ) -> Latest:
        """Store *lines* durably; return the checkpoint with them."""
        if not lines:
            return shown
        try:
            text = await asyncio.to_thread(
                self._ledger.add_cosignatures, lines, size=shown.size
            )
        except StoreError as error:
            self._writer.give_up(error)
            raise
        return replace(shown, note=text)

    async def _publish(self, latest: Latest) -> None:
        """Prove from that moment and serve its checkpoint from now on."""
        readers = self._reading.readers
        await readers.ask_all(["show", latest.size, latest.note])
        self._is_paused = False
        self._reading.publish(latest)

    # Enough, not enough, or worse.

    def _is_enough(
        self, text: str, lines: Sequence[NoteSignature] = ()
    ) -> bool:
        """Return whether the checkpoint *text* with *lines* may be served."""
        signed = open_checkpoint(text, self._policy.log_keys)
        signed = signed.with_cosignatures(*lines)
        try:
            self._policy.check(signed)
        except QuorumNotMetError:
            return False
        keys = [each.asked.key for each in self._witnesses]
        return self._policy.quorum is not None or bool(
            check_signatures(signed.note, keys)
        )

    def _may_do_without(self) -> bool:
        """Return whether a newer checkpoint is better than one with a quorum.

        It is when the one that is served has none either, or is old.
        """
        if self._writer.contradiction is not None:
            return False
        return (
            self._is_paused  # Nothing older stands any more.
            or not self._has_quorum
            or self.quorum_age > self._settings.quorum_seconds
        )

    async def _do_without(self, shown: Latest) -> None:
        if self._has_quorum:
            note("quorum-lost", level=logging.ERROR, size=shown.size)
        self._has_quorum = False
        await self._publish(shown)

    def _look_for_contradiction(self) -> None:
        for each in self._witnesses:
            if each.contradiction and self._writer.contradiction is None:
                note(
                    "log-contradicted",
                    level=logging.CRITICAL,
                    witness=each.asked.name,
                    says=each.contradiction,
                )
                self._writer.contradiction = ForkError(
                    f"witness {each.asked.name} contradicts this log, and too"
                    " few others cosign it: if an older copy of the ledger was"
                    " put back, put back the newest; nothing is written until"
                    " a quorum cosigns again"
                )

    def _vindicate(self) -> None:
        if self._writer.contradiction is not None:
            note("log-vindicated", level=logging.WARNING)
        self._writer.contradiction = None

    # One witness.

    def _free(self, shown: Latest) -> list[_Witness]:
        """Return whom to ask about *shown* now."""
        now = time.monotonic()
        free = [
            each
            for each in self._witnesses
            if not each.is_busy and each.due <= now
        ]
        if self.quorum_age > self._settings.recosign_seconds:
            return free
        places = {
            (line.name, line.key_id)
            for line in parse_note(shown.note).signatures
        }
        return [
            each
            for each in free
            if (each.asked.key.name, each.asked.key.key_id) not in places
        ]

    async def _ask(self, each: _Witness, shown: Latest) -> NoteSignature | None:
        """Return the witness's line; None if there is none this time."""
        each.is_busy = True
        try:
            reason, said, each.last_size, time_ms = await self._answer(
                each, shown
            )
        finally:
            each.is_busy = False
        name = each.asked.name
        if time_ms:
            self._watch.heard(name, time_ms)
        if reason == COSIGNED:
            each.failures, each.due, each.contradiction = 0, 0.0, ""
            self._metrics.cosignatures.labels(name).inc()
            text = parse_note(shown.note).text
            return parse_note(f"{text}\n{said}").signatures[0]
        each.failures += 1
        pause = self._settings.cosign_seconds * 2 ** min(each.failures, 16)
        each.due = time.monotonic() + min(pause, LONGEST_PAUSE_SECONDS)
        self._metrics.witness_failures.labels(name, reason).inc()
        note(
            "witness-failed",
            level=logging.WARNING,
            witness=name,
            reason=reason,
            says=said,
        )
        if reason == CONTRADICTS:
            each.contradiction = said
        return None

    async def _answer(
        self, each: _Witness, shown: Latest
    ) -> tuple[str, str, int, int]:
        _, key, url = each.asked
        seconds = self._settings.witness_seconds
        question = [
            "ask", key.vkey, url, shown.size, shown.note, each.last_size,
            self._watch.clock(), seconds,
        ]  # fmt: skip
        try:
            # Each step of it has its time; a witness that sends a byte in
            # each of them is cut off by ending the process that listens.
            async with asyncio.timeout(seconds + _STEP_SECONDS):
                reason, said, last_size, time_ms = await self._cosigners.ask(
                    question, is_urgent=True
                )
        except TimeoutError:
            return UNREACHABLE, f"it took over {seconds} s", each.last_size, 0
        except (StoreError, ChildFault) as error:
            note_bug(error, witness=each.asked.name)
            return _FAULT, "the process that asks failed", each.last_size, 0
        return reason, said, last_size, time_ms

    def _is_backlog_long(self) -> bool:
        return self._ledger.backlog() > LONGEST_BACKLOG_BYTES

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(note_end)
