"""Catching up: from the log into the index that queries look things up in.

What the index keeps of an event are its facts (`provenance.epcis.facts`) and
two more: the traits by which patterns of EPCs find it, and its hash id. Items
that have a trail are not among them, since their trails lead to their events.
What is concealed is not either: it can be erased from the ledger, and must
not live on in a file that was made from it. Registry events are none of EPCIS
and are left out.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from provenance.claims.actor import is_registry_event
from provenance.claims.entry import COMMITMENT, STATEMENT, entry_kind
from provenance.claims.event import Item, has_trail
from provenance.claims.stored import StoredEvent, read_stored
from provenance.encoding.digest import sha256
from provenance.epcis.event_hash import event_hash
from provenance.epcis.facts import event_instant, read_facts
from provenance.epcis.pattern import traits
from provenance.epcis.query import CLASS, EVENT_HASH, TRAIT
from provenance.epcis.render import render_event
from provenance.epcis.vocabulary import DOCUMENT
from provenance.errors import DamagedError, MalformedError
from provenance.ledger.read import LedgerReader, Snapshot, read_entry
from provenance.logs import LEDGER
from provenance.store.candidates import (
    EventIndex,
    IndexedEvent,
    IndexedSlice,
    IndexedStatement,
    IndexState,
)
from provenance.store.protocol import EntryRow, Reader
from provenance.tlog.commitment import parse_commitment

Progress = Callable[[int, int], None]
"""Told how many of how many entries are in the index."""

_FACTS_AT_ONCE = 50_000
"""How many facts are held at a time, however large a commit is, about."""

EPC = "epc"
"""The field whose values are the things, lots and products of events."""

LISTED = frozenset({"bizStep", "disposition", "bizLocation", "readPoint"})
"""The other fields of which all values are kept in a list."""

_NO_EPCS = frozenset({"place", "transformationID"})
"""The relations of items that are neither things nor classes."""

_HASHES_AT_ONCE = 5_000


def is_index_of(state: IndexState, moment: Snapshot) -> bool:
    """Return whether an index that came so far was made from this log.

    The last entry that it knows commits to the map, and so to every trail
    that led there: no other history has the same.
    """
    if state.size == 0:
        return True
    if state.size > moment.size:
        return False
    entry = read_entry(moment.reader, state.size - 1, size=moment.size)
    return sha256(entry) == state.last


def catch_up(
    ledger: LedgerReader, index: EventIndex, *, progress: Progress | None
) -> None:
    """Bring *index* up to the latest checkpoint. The caller has its turn.

    One that was made from another history is cleared first.

    Raises:
        StoreError: What is stored in the ledger is damaged.
    """
    with index.view() as view, ledger.moment() as moment:
        state = view.state()
        target = moment.size
        is_ours = is_index_of(state, moment)
    if not is_ours:
        index.clear()
        state = IndexState()
    size = state.size
    LEDGER.debug("the index goes from %d to %d entries", size, target)
    while size < target:
        with ledger.moment() as moment:
            slices = derive(moment.reader, size, moment.size)
            size = index.add(_until_whole(slices))
        if progress is not None:
            progress(size, target)


def _until_whole(slices: Iterable[IndexedSlice]) -> Iterator[IndexedSlice]:
    """Yield the slices up to the first that ends a commit."""
    for each in slices:
        yield each
        if each.last:
            return


def catch_up_hashes(
    ledger: LedgerReader, index: EventIndex, *, progress: Progress | None
) -> None:
    """Add the hash ids of all events that *index* knows, as `catch_up` does.

    They take as long as all the rest, and few ever ask for them.
    """
    with index.view() as view:
        target, hashed = view.state().size, view.state().hashed
    while hashed < target:
        with ledger.moment() as moment:
            hashed = _hash_next(moment.reader, index, hashed, target)
        if progress is not None:
            progress(hashed, target)


def derive(
    reader: Reader, start: int, stop: int, *, hashed: int = 0
) -> Iterator[IndexedSlice]:
    """Yield what an index keeps of the entries [start, stop), in order.

    In slices of some ten thousand facts, the last of which ends a commit.

    Args:
        reader: Of the ledger.
        start: The first entry; a commit begins there.
        stop: The first entry that is left out.
        hashed: Of the events of entries before this one, the hash ids too.

    Raises:
        StoreError: What is stored is damaged, or *stop* ends no commit.
    """
    pieces: list[IndexedStatement] = []
    weight = since_whole = 0
    record_time = 0
    committed = done = start
    for log_index, row in enumerate(reader.rows(start, stop), start):
        kind = _kind_of(row, log_index)
        if kind == COMMITMENT:
            if since_whole >= _FACTS_AT_ONCE or log_index + 1 == stop:
                done = log_index + 1
                yield IndexedSlice(pieces, done, sha256(row.entry))
                pieces, weight, since_whole = [], 0, 0
            continue
        if kind != STATEMENT:
            # Versions of the trust and rule books are no events.
            continue
        if log_index >= committed:
            committed, record_time = _committed(reader, log_index, stop)
        piece = IndexedStatement(log_index, record_time, len(row.events))
        pieces.append(piece)
        for position, data in enumerate(row.events):
            with _damage_at(log_index, position):
                event = _index_event(
                    position, read_stored(data), has_hash=log_index < hashed
                )
            if event is None:
                continue
            piece.events.append(event)
            more = 1 + len(event.texts) + len(event.numbers) + len(event.values)
            weight += more
            since_whole += more
            if weight >= _FACTS_AT_ONCE:
                pieces[-1] = replace(piece, goes_on=True)
                yield IndexedSlice(pieces, log_index)
                piece = replace(piece, events=[])
                pieces, weight = [piece], 0
    if done != stop:
        raise _uncommitted(stop)


def _committed(reader: Reader, log_index: int, stop: int) -> tuple[int, int]:
    """Return the index of the commitment to that entry, and its time in ms."""
    found = reader.bare_from(log_index)
    while found is not None and found[0] < stop:
        index, entry = found
        if _kind_of(EntryRow(entry), index) == COMMITMENT:
            return index, _time_of(entry, index)
        found = reader.bare_from(index + 1)
    raise _uncommitted(stop)


def _uncommitted(stop: int) -> DamagedError:
    return DamagedError(
        f"entry {stop - 1} is missing, or no map commitment: run an audit"
    )


def _hashes_in(row: EntryRow, log_index: int) -> Iterator[tuple[int, int, str]]:
    is_statement = _kind_of(row, log_index) == STATEMENT
    events = row.events if is_statement else ()
    for position, data in enumerate(events):
        with _damage_at(log_index, position):
            found = _hash_of(read_stored(data))
        if found is not None:
            yield log_index, position, found


def _hash_next(
    reader: Reader, index: EventIndex, hashed: int, target: int
) -> int:
    """Add the next hash ids to *index*, which has *hashed*; return how far."""
    hashes: list[tuple[int, int, str]] = []
    for log_index, row in enumerate(reader.rows(hashed, target), hashed):
        hashes += _hashes_in(row, log_index)
        hashed = log_index + 1
        if len(hashes) >= _HASHES_AT_ONCE:
            break
    index.add_hashes(hashes, hashed=hashed)
    return hashed


def _kind_of(row: EntryRow, log_index: int) -> int:
    try:
        return entry_kind(row.entry)
    except MalformedError as error:
        raise DamagedError(
            f"entry {log_index}: {error}; run an audit"
        ) from error


def _time_of(entry: bytes, log_index: int) -> int:
    """Return the time that the map commitment *entry* says, in ms."""
    try:
        return parse_commitment(entry).time
    except MalformedError as error:
        raise DamagedError(
            f"entry {log_index}: {error}; run an audit"
        ) from error


@contextmanager
def _damage_at(log_index: int, position: int) -> Iterator[None]:
    """Let what is malformed in the ledger's own store be its damage."""
    try:
        yield
    except MalformedError as error:
        raise DamagedError(
            f"event {position} of entry {log_index}: {error}"
        ) from error


def _index_event(
    position: int, stored: StoredEvent, *, has_hash: bool
) -> IndexedEvent | None:
    """Return what the index keeps of an event; None if it is none of EPCIS."""
    body, items = stored.body, stored.items()
    when = body.get("eventTime")
    time = event_instant(when) if isinstance(when, str) else None
    # What a document says beside its events answers no query for events.
    is_other = is_registry_event(body) or body.get("type") == DOCUMENT
    if time is None or is_other:
        return None
    facts = read_facts(body, items)
    values = {(field, text) for field, text in facts.texts if field in LISTED}
    values.update(
        (EPC, item.id) for item in items if item.relation not in _NO_EPCS
    )
    facts.texts.update(_found_by(items))
    found = _hash_of(stored) if has_hash else None
    if found is not None:
        facts.texts.add((EVENT_HASH, found))
    return IndexedEvent(
        position,
        time,
        bool(stored.field_leaves),
        facts.texts,
        facts.numbers,
        values,
    )


def _hash_of(stored: StoredEvent) -> str | None:
    """Return the hash id of what everybody may see; None if it has none."""
    items = stored.items()
    try:
        return event_hash(render_event(stored.body, items))
    except MalformedError:
        return None


def _found_by(items: Iterable[Item]) -> set[tuple[str, str]]:
    """Return the facts by which patterns, and classes alone, are found."""
    found: set[tuple[str, str]] = set()
    for item in items:
        found.update([(TRAIT, trait) for trait in traits(item.id)])
        if item.is_quantity and not has_trail(item.id, item.relation):
            found.add((CLASS, item.id))
    return found
