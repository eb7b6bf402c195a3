"""Searching: what the routes search through, and the index they need for it.

The index follows the log: as soon as somebody asks, and within a second if
nobody does. An answer always covers what was in the log when it was asked for
(but for later pages, which stand on the log of the first). While the index is
further behind than it can make up for in `index_seconds`, as when it is made
for the first time, there is no answer rather than one with gaps.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from provenance.encoding.strict_json import JSON
from provenance.epcis.event_hash import is_event_hash
from provenance.epcis.received import AS_SIGNED
from provenance.errors import ConflictError, ProvenanceError
from provenance.ledger.query import Values
from provenance.ledger.scope import Scope
from provenance.problems.table import BEHIND, NOT_ACCEPTABLE, TOO_COMPLEX
from provenance_node.children import ChildFault, Children
from provenance_node.journal import note, note_end
from provenance_node.problems import RefusedError
from provenance_node.reading import LedgerReads

_PAGE_TOKEN = "nextPageToken"  # noqa: S105  # a parameter's name

_IDLE_SECONDS = 1.0
"""How long new entries wait to be indexed while nobody asks."""

_PAUSE_SECONDS = 2.0
"""How long the index is left alone after a step failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSearch:
    """What is searched for; see `searchers.read_query`.

    Attributes:
        form: How the answer is written (`provenance_node.epcis.documents`).
        pairs: The parameters in the address.
        more: Other parameters.
        kind: `text` if both must hold; `item` if any one of *more* must,
            beside the pairs; `named` if *more* is a whole query, and the
            pairs say only which page of it.
        prefixes: What prefixes stand for.
        spelling: How ids are written (`provenance.epcis.received`).
        scope: What belongs to who asks; None for all.
    """

    form: str
    pairs: Sequence[tuple[str, str]] = ()
    more: Mapping[str, JSON]
    kind: str = "text"
    prefixes: Mapping[str, str]
    spelling: str = AS_SIGNED
    scope: Scope | None = None

    @property
    def key(self) -> str:
        """What another page of the same query has as well."""
        pairs = [pair for pair in self.pairs if pair[0] != _PAGE_TOKEN]
        return repr((self.kind, pairs, self.more, self.scope))

    @property
    def needs_hashes(self) -> bool:
        """Whether events are asked for by their hash ids."""
        asked = [
            *((name, text.split("|")) for name, text in self.pairs),
            *self.more.items(),
        ]
        return any(
            name == "EQ_eventHash"
            or (name == "EQ_eventID" and any(map(_is_hash, _values(value))))
            for name, value in asked
        )


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of an answer.

    Attributes:
        count: How many events it has.
        size: The size of the log that it stands on.
        next_page_token: What the next page is asked for with; None for none.
        body: The page.
    """

    count: int
    size: int
    next_page_token: str | None
    body: bytes


def _values(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and is_event_hash(value)


class Index:
    """Keeps the index up with the log."""

    def __init__(
        self,
        searchers: Children,
        reading: LedgerReads,
        *,
        patience_seconds: float,
    ) -> None:
        self._searchers = searchers
        self._reading = reading
        self._patience = patience_seconds
        self._size = self._hashed = self._hashes_wanted = 0
        self._wanted = asyncio.Event()
        self._moved = asyncio.Condition()
        self._is_stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def size(self) -> int:
        """How many entries are known to be indexed."""
        return self._size

    def start(self) -> None:
        """Begin to follow the log."""
        self._task = asyncio.create_task(self._run(), name="index")
        self._task.add_done_callback(note_end)

    async def stop(self) -> None:
        """End after the step in hand."""
        self._is_stopping = True
        self._wanted.set()
        if self._task is not None:
            await self._task

    def doubt(self) -> None:
        """Look again how far it is: it was not as far as it seemed."""
        self._size = self._hashed = 0

    async def reach(self, *, hashes: bool) -> int:
        """Return the log's size once all of it is indexed.

        Args:
            hashes: Whether hash ids are needed as well.

        Raises:
            RefusedError: It takes too long.
        """
        size = self._reading.latest.size
        if hashes:
            self._hashes_wanted = max(size, self._hashes_wanted)

        def is_there() -> bool:
            return self._size >= size and (not hashes or self._hashed >= size)

        if not is_there():
            self._wanted.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience), self._moved:
                    await self._moved.wait_for(is_there)
        if not is_there():
            count = self._hashed if hashes else self._size
            raise RefusedError(
                BEHIND,
                f"the index of queries covers {count} of {size} entries",
            )
        return size

    async def _run(self) -> None:
        while not self._is_stopping:
            if self._is_level:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_IDLE_SECONDS):
                        await self._wanted.wait()
                self._wanted.clear()
                continue
            try:
                self._size, self._hashed = await self._searchers.ask(
                    ["catch_up", self._hashed < self._hashes_wanted],
                    is_urgent=True,
                )
            except (ProvenanceError, RefusedError, ChildFault) as error:
                # Queries are refused meanwhile; the operator sees why.
                note("index-failed", error=str(error))
                self._wanted.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE_SECONDS):
                        while not self._is_stopping:
                            await self._wanted.wait()
                            self._wanted.clear()
            async with self._moved:
                self._moved.notify_all()

    @property
    def _is_level(self) -> bool:
        return (
            self._size >= self._reading.latest.size
            and self._hashed >= self._hashes_wanted
        )


class Searching:
    """What the routes search through."""

    def __init__(
        self, searchers: Children, index: Index, *, seconds: float
    ) -> None:
        """Search with *searchers*, no query for longer than *seconds*."""
        self._searchers = searchers
        self._index = index
        self._seconds = seconds

    async def find(self, asked: EventSearch) -> SearchPage:
        """Return a page of the answer.

        Raises:
            MalformedError: There is no such query, or no such page.
            QueryTooLargeError: More events match than it allows for.
            RefusedError: The index is behind, too many queries wait, this one
                takes too long, or its form cannot hold the events.
            StoreError: The ledger is damaged, or the index cannot be read.
        """
        try:
            return await self._find(asked)
        except ConflictError:
            # The index was cleared or replaced behind our back.
            self._index.doubt()
            return await self._find(asked)

    async def _find(self, asked: EventSearch) -> SearchPage:
        size = await self._index.reach(hashes=asked.needs_hashes)
        found = await self._searchers.ask(
            [
                "find",
                asked.form,
                [asked.kind, asked.pairs, asked.more],
                asked.prefixes,
                size,
                self._seconds,
                asked.spelling,
                None if asked.scope is None else asked.scope.to_plain(),
            ],
            key=asked.key,
        )
        if found is None:
            raise self._too_long()
        count, stands_on, token, body, fault = found
        if fault:
            raise RefusedError(
                NOT_ACCEPTABLE,
                f"an event of the answer cannot be written so: {fault}; ask"
                " for application/json",
            )
        return SearchPage(count, stands_on, token, body)

    async def values(
        self,
        field: str,
        *,
        parameters: Sequence[str],
        after: str,
        count: int,
        scope: Scope | None,
    ) -> Values:
        """Return the next values that events have in *field*.

        Raises as `find` does; see `Searcher.values`.
        """

        async def ask() -> Any:
            return await self._searchers.ask(
                [
                    "values",
                    field,
                    parameters,
                    after,
                    count,
                    await self._index.reach(hashes=False),
                    self._seconds,
                    None if scope is None else scope.to_plain(),
                ],
                key=("values", field, scope),
            )

        try:
            found = await ask()
        except ConflictError:
            self._index.doubt()
            found = await ask()
        if found is None:
            raise self._too_long()
        return Values(*found)

    def _too_long(self) -> RefusedError:
        return RefusedError(
            TOO_COMPLEX, f"the query was not done after {self._seconds:g} s"
        )
