"""What an actor or a key signed, of a ledger's folder or of a node."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from provenance.claims.registry import ActorKey
from provenance.encoding.digest import Hash
from provenance.encoding.instant import utc
from provenance.folder import open_reader
from provenance.ledger.signed import (
    SignedEvent,
    Signers,
    events_of,
    find_signers,
    statements_of,
)
from provenance.reach.where import Where
from provenance.store.item_counts import count_items

if TYPE_CHECKING:
    from provenance.client import Client


class Asked(NamedTuple):
    """What is asked for."""

    issuer: str | None
    key: str | None
    since: int | None
    until: int | None
    after_index: int | None
    before_index: int | None

    @property
    def start(self) -> int:
        """The first entry that is looked at."""
        return 0 if self.after_index is None else self.after_index + 1


@contextmanager
def open_signed(
    where: Where, asked: Asked, progress: Callable[[int, int], None]
) -> Iterator[tuple[Signers, Iterator[SignedEvent]]]:
    """Give whose statements they are, and what those say, as it is read."""
    if where.url is not None:
        with where.open_client() as client:
            yield _of_node(client, asked)
        return
    with open_reader(where.folder) as reader, reader.moment() as moment:
        signers = find_signers(
            reader.registry(), issuer=asked.issuer, key=asked.key
        )
        found = statements_of(
            moment,
            signers,
            since=asked.since,
            until=asked.until,
            start=asked.start,
            stop=asked.before_index,
            progress=progress,
        )
        yield signers, (event for each in found for event in events_of(each))


def _of_node(
    client: "Client", asked: Asked
) -> tuple[Signers, Iterator[SignedEvent]]:
    pages = client.statements(
        issuer=asked.issuer,
        key=asked.key,
        since=asked.since,
        until=asked.until,
        start=asked.start,
        stop=asked.before_index,
    )
    first = next(pages)
    actor = client.actor(first.issuer)
    keys = {each: actor.keys[each] for each in first.keys if each in actor.keys}
    return Signers(actor, keys), (
        event for page in chain([first], pages) for event in page.events
    )


class Counted:
    """The events that were signed, counted as they go by.

    Attributes:
        count: How many statements they are of, so far.
        events: How many there were.
    """

    def __init__(self, events: Iterator[SignedEvent]) -> None:
        self._events = events
        self.count = 0
        self.events = 0

    def __iter__(self) -> Iterator[SignedEvent]:
        entry = -1
        for event in self._events:
            self.count += event.entry != entry
            self.events += 1
            entry = event.entry
            yield event


def event_row(event: SignedEvent) -> dict[str, object]:
    """Return *event* as a row, its items last."""
    return {
        "entry": event.entry,
        "event": event.event,
        "logged": utc(event.logged_at),
        "signed": utc(event.signed_at),
        "issuer": event.issuer,
        "key": event.key,
        "type": event.type,
        "step": event.step,
        "event_time": event.event_time,
        "items": event.items,
    }


def items(found: Counted) -> Iterator[dict[str, object]]:
    """Yield each item that *found* names, once, with what it is in."""
    for item in count_items((event.entry, event.items) for event in found):
        yield item._asdict()


def key_json(key_id: Hash, key: ActorKey) -> dict[str, object]:
    """Return a key as a JSON object."""
    return {
        "id": key_id.hex(),
        "added": key.added,
        "revoked": key.revoked,
        "reason": key.reason,
    }
