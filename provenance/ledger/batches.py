"""Batches: how many checked statements share one commit.

A commit costs the disk the same for one statement as for thousands. What it
holds is bounded, for it stays in memory until it is stored.
"""

import time
from collections.abc import Iterable, Iterator, Sequence

from provenance.claims.statement import Submission
from provenance.ledger.check import CheckedStatement
from provenance.ledger.workers import Checked

MAX_BATCH = 4_096
"""How many statements are committed together, at most."""

MAX_BATCH_EVENTS = 20_000
"""How many events are committed together, about."""

MAX_BATCH_LINKS = 40_000
"""How many steps of trails are committed together, about.

A link is held until its batch is stored, with its place in the map: a
kilobyte or so.
"""

FLUSH_SECONDS = 0.5
"""How long a checked statement waits for others to be committed with it."""


def batches(checked: Sequence[Checked]) -> Iterator[list[Checked]]:
    """Yield *checked* in batches; if there is none, one that is empty."""
    batch: list[Checked] = []
    load = _Load()
    for statement in checked:
        batch.append(statement)
        load.add(statement)
        if load.is_full:
            yield batch
            batch, load = [], _Load()
    if batch or not checked:
        yield batch


def gather(
    chunks: Iterable[tuple[list[Submission], list[Checked]]],
) -> Iterator[tuple[list[Submission], list[Checked]]]:
    """Join chunks into batches worth a commit of their own.

    What there is when the stream pauses, or has waited for long, is a batch.
    """
    batch: list[Submission] = []
    checked: list[Checked] = []
    load = _Load()
    since = 0.0
    for submissions, answers in chunks:
        if not batch:
            since = time.monotonic()
        batch += submissions
        checked += answers
        for answer in answers:
            load.add(answer)
        is_due = not submissions or time.monotonic() - since >= FLUSH_SECONDS
        if batch and (load.is_full or is_due):
            yield batch, checked
            batch, checked, load = [], [], _Load()
    if batch:
        yield batch, checked


class _Load:
    """How much a batch holds so far."""

    def __init__(self) -> None:
        self._statements = self._events = self._links = 0

    @property
    def is_full(self) -> bool:
        """Whether it is worth a commit of its own."""
        return (
            self._statements >= MAX_BATCH
            or self._events >= MAX_BATCH_EVENTS
            or self._links >= MAX_BATCH_LINKS
        )

    def add(self, statement: Checked) -> None:
        self._statements += 1
        if isinstance(statement, CheckedStatement):
            self._events += len(statement.events)
            self._links += sum([len(event.keys) for event in statement.events])
