"""Heartbeat: a ledger to which nobody says anything commits all the same.

When something was logged is known from the commitments before and after it.
The one after must come soon, or an old statement could not be told from a late
one; and who asks for the latest checkpoint is to see by it that nothing was
added, not that nobody looked. So once the last commitment is as old as half of
the clock bound, by the ledger's own clock, the writer commits without an entry.
Where entries come anyway, it has nothing to do.
"""

import asyncio
from collections.abc import Awaitable, Callable

from provenance.errors import ClockError, ProvenanceError
from provenance.ledger.ledger import Clock
from provenance_node.journal import note, note_end
from provenance_node.reading import LedgerReads
from provenance_node.writer import Writer

LOOK_SECONDS = 60.0
"""How often it is looked: the machine may sleep, and its clock be set. So a
heartbeat comes up to a minute late, and to a node that just began, too."""


class Heartbeat:
    """Looks whether it is time, from `start` to `stop`."""

    def __init__(
        self,
        writer: Writer,
        reading: LedgerReads,
        *,
        clock: Clock,
        every_ms: int,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Let *writer* commit when it is time.

        Args:
            writer: Of the ledger.
            reading: Has the time of the latest commitment.
            clock: The ledger's.
            every_ms: How old the latest commitment may get.
            sleep: Waits for so many seconds.
        """
        self._writer = writer
        self._reading = reading
        self._clock = clock
        self._every_ms = every_ms
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="heartbeat")
        self._task.add_done_callback(note_end)

    async def stop(self) -> None:
        """Look no more; a commit in hand is written."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._writer.is_whole:
            await self._sleep(LOOK_SECONDS)
            age = self._clock() - self._reading.newest.time
            # While the log or the clock is in doubt, nothing is written.
            if age >= self._every_ms and self._writer.doubt is None:
                try:
                    await self._writer.beat()
                except ClockError as error:
                    note("clock-in-doubt", error=str(error))
                except ProvenanceError:
                    # The writer has stopped, told why, and ends the node.
                    return
