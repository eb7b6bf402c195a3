"""A ledger as a second copy: asked how something reads there.

It may be damaged, or be changed itself: what cannot be read is not there. Of
what it conceals it tells the hashes, which are enough to compare.
"""

from collections.abc import Sequence
from contextlib import suppress

from provenance.claims.event import Event, parse_event
from provenance.claims.registry import TrustRegistry
from provenance.claims.trail import Link, map_key
from provenance.encoding.digest import Hash
from provenance.errors import (
    MalformedError,
    NotFoundError,
    ProvenanceError,
    StoreError,
)
from provenance.ledger.read import Snapshot, read_entry, replay_registry
from provenance.ledger.views import TrailView
from provenance.proof.copies import Header
from provenance.proof.faults import name_of
from provenance.proof.trust import Trust
from provenance.store.protocol import Reader


class LedgerCopy:
    """A ledger, asked how something reads there (`proof.copies.Copy`)."""

    def __init__(self, moment: Snapshot, trust: Trust, *, name: str) -> None:
        self._reader = moment.reader
        self._size = moment.size
        self._name = name
        self._registry = registry_of(moment.reader, trust)
        self._events: dict[tuple[int, int], Event | None] = {}

    @property
    def name(self) -> str:
        return self._name

    def entry(self, log_index: int) -> bytes | None:
        try:
            return read_entry(self._reader, log_index, size=self._size)
        except NotFoundError:
            return None

    def header(self, log_index: int, position: int) -> Header | None:
        event = self._event(log_index, position)
        return None if event is None else (event.counts, event.pointers)

    def leaf(
        self, log_index: int, position: int, number: int
    ) -> bytes | Hash | None:
        event = self._event(log_index, position)
        if event is None or number >= len(event.leaves):
            return None
        # What it conceals it tells nobody: whoever made the first copy may
        # have put a guess there, to be shown what is right.
        leaf = event.leaves[number] if number <= len(event.items) else None
        return event.hashes[number] if leaf is None else leaf

    def trail(self, item: str, size: int) -> Sequence[Link] | None:
        head = self._reader.head(map_key(item))
        if head is None or self._size < size:
            return None
        # A ledger that is damaged has links that cannot be read.
        with suppress(StoreError, NotFoundError):
            view = TrailView(self._reader, head)
            return view.links(0, view.first_at((size, 0)))
        return None

    def checkpoint(self, size: int) -> str | None:
        return self._reader.checkpoint_at(size)

    def public_key(self, key_id: bytes) -> bytes | None:
        return self._registry.public_key(key_id)

    def actor_name(self, actor: str) -> str:
        return name_of(actor, self._registry)

    def _event(self, log_index: int, position: int) -> Event | None:
        at = (log_index, position)
        if at not in self._events:
            # A bundle asks for one event after the other, leaf by leaf.
            self._events.clear()
            self._events[at] = _event_or_none(self._reader, at)
        return self._events[at]


def registry_of(reader: Reader, trust: Trust) -> TrustRegistry:
    """Return the registry of a ledger that may be damaged.

    What cannot be replayed leaves it as the trust file starts it.
    """
    try:
        return replay_registry(reader, trust)
    except ProvenanceError:
        return trust.registry()


def parse_or_none(data: bytes | None) -> Event | None:
    """Return the event in *data*, or None if there is none to be read."""
    try:
        return None if data is None else parse_event(data)
    except MalformedError:
        return None


def _event_or_none(reader: Reader, at: tuple[int, int]) -> Event | None:
    try:
        return parse_or_none(reader.event(*at))
    except NotFoundError:
        return None
