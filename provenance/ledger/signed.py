"""What an actor, or one key, has signed: the first thing a stolen key asks.

The log is read once in order, and entries of others are passed over unread,
so no index is kept for it. Times are the log's own: of the map commitment
under which a statement was first signed for. What the signer's clock said
stands beside it; whoever stole a key chooses that.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from provenance.claims.registry import Actor, ActorKey, TrustRegistry
from provenance.claims.statement import Entry, parse_entry
from provenance.claims.stored import StoredEvent, read_stored
from provenance.encoding.digest import Hash
from provenance.encoding.strict_json import JSON
from provenance.errors import MalformedError, NotFoundError
from provenance.ledger.audit import Progress
from provenance.ledger.read import Snapshot, read_entry
from provenance.ledger.scope import Scope
from provenance.tlog.commitment import parse_commitment

MIN_PREFIX = 8
"""How many hexadecimal digits of a key's id must be given."""

_COMMITMENT_START = b"\x95\x02"
_EVERY = 5_000
"""After how many entries progress is told."""


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """One statement, with what it says.

    Attributes:
        log_index: Its entry.
        entry: The signed statement.
        logged_at: The log's time, in ms since 1970.
        events: Its events, in order.
    """

    log_index: int
    entry: Entry
    logged_at: int
    events: Sequence[StoredEvent]


class SignedEvent(NamedTuple):
    """One event that was signed, and what it touched.

    Attributes:
        entry: Its statement's entry.
        event: Its number in that statement.
        logged_at: The log's time, in ms since 1970.
        signed_at: The signer's clock, likewise.
        issuer: The actor that signed it.
        key: The id of the key, in hexadecimal.
        type: What it is.
        step: Its business step; "" without one.
        action: EPCIS's action; "" without one.
        event_time: When it happened, as the signer wrote it.
        items: The items that it names and the reader may see.
        left_out: How many it names beside these.
    """

    entry: int
    event: int
    logged_at: int
    signed_at: int
    issuer: str
    key: str
    type: str
    step: str
    action: str
    event_time: str
    items: list[str]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Signers:
    """Whose statements are asked for.

    Attributes:
        actor: The actor, as the registry knows it now.
        keys: Key id → key, for each that is asked for.
    """

    actor: Actor
    keys: dict[Hash, ActorKey]


def find_signers(
    registry: TrustRegistry, *, issuer: str | None, key: str | None
) -> Signers:
    """Return the actor and the keys that are asked for.

    Args:
        registry: The registry after the last entry.
        issuer: The actor's id; None for whoever has the key.
        key: How the key's id begins, in hexadecimal; None for all keys.

    Raises:
        NotFoundError: There is none, or several keys begin like that. The
            message names the nearest.
        ValueError: Neither is given.
    """
    if issuer is None and key is None:
        raise ValueError("neither an issuer nor a key is asked for")
    actors = registry.actors()
    if issuer is not None:
        if not registry.knows(issuer):
            near = difflib.get_close_matches(
                issuer, [actor.id for actor in actors], n=1
            )
            raise NotFoundError(
                f"no actor {issuer!r} is enrolled"
                + (f": did you mean {near[0]}?" if near else "")
            )
        actors = [registry.actor(issuer)]
    if key is None:
        return Signers(actors[0], dict(actors[0].keys))
    return _with_key(actors, key.lower())


def statements_of(  # noqa: PLR0913  # each by name
    moment: Snapshot,
    signers: Signers,
    *,
    since: int | None = None,
    until: int | None = None,
    start: int = 0,
    stop: int | None = None,
    progress: Progress | None = None,
) -> Iterator[SignedStatement]:
    """Yield the statements of *signers*, in log order, as they are read.

    Args:
        moment: The ledger.
        signers: Whose.
        since: The log's time from which on, in ms since 1970.
        until: The log's time before which.
        start: The first entry that is looked at.
        stop: The first that is not.
        progress: Told now and then (entries read, entries in all).

    Raises:
        MalformedError: An entry or event is damaged: run an audit.
    """
    size = moment.size
    stop = size if stop is None else min(stop, size)
    if since is not None:
        start = max(start, _first_at(moment, since))
    waiting: list[tuple[int, Entry]] = []
    # The time of a statement stands in the commitment that follows it.
    for index, data in enumerate(moment.reader.entries(start, size), start):
        if progress is not None and (index - start) % _EVERY == 0:
            progress(index - start, max(stop - start, 0))
        if data.startswith(_COMMITMENT_START):
            time = parse_commitment(data).time
            if until is not None and time >= until:
                return
            if since is None or time >= since:
                yield from (_statement(moment, *one, time) for one in waiting)
            waiting.clear()
        elif index < stop and (entry := _entry_of(signers, data)) is not None:
            waiting.append((index, entry))
        if index + 1 >= stop and not waiting:
            return


def events_of(
    statement: SignedStatement, scope: Scope | None = None
) -> Iterator[SignedEvent]:
    """Yield the events of *statement*, as far as a reader may see them.

    Args:
        statement: As `statements_of` yields it.
        scope: What belongs to the reader; None if all is shown.

    Raises:
        MalformedError: An event is damaged: run an audit.
    """
    header = statement.entry.header
    for position, event in enumerate(statement.events):
        body, items, left_out = event.body, event.items(), 0
        if scope is not None:
            shown = scope.show(body, items, issuer=header.issuer)
            if shown is None:
                continue
            body, items, left_out = shown
        yield SignedEvent(
            statement.log_index,
            position,
            statement.logged_at,
            header.issued_at,
            header.issuer,
            header.key_id.hex(),
            str(body.get("type", "")),
            str(body.get("bizStep", "")),
            str(body.get("action", "")),
            str(body.get("eventTime", "")),
            [item.id for item in items],
            left_out,
        )


def read_signed(said: Mapping[str, JSON]) -> SignedEvent:
    """Return the event that *said* is, the members of one by their names.

    Raises:
        MalformedError: It is none.
    """
    match said:
        case {
            "entry": int(entry),
            "event": int(event),
            "logged_at": int(logged_at),
            "signed_at": int(signed_at),
            "issuer": str(issuer),
            "key": str(key),
            "type": str(kind),
            "step": str(step),
            "action": str(action),
            "event_time": str(event_time),
            "items": list(items),
            "left_out": int(left_out),
        }:
            return SignedEvent(
                entry, event, logged_at, signed_at, issuer, key, kind, step,
                action, event_time, [str(item) for item in items], left_out,
            )  # fmt: skip
        case _:
            raise MalformedError("that is no event that was signed")


def _entry_of(signers: Signers, data: bytes) -> Entry | None:
    """Return the entry *data* if it is by one of *signers*."""
    # Most are not, and are known for that without being read.
    if signers.actor.id.encode() not in data:
        return None
    entry = parse_entry(data)
    header = entry.header
    is_theirs = header.issuer == signers.actor.id
    return entry if is_theirs and header.key_id in signers.keys else None


def _statement(
    moment: Snapshot, log_index: int, entry: Entry, time: int
) -> SignedStatement:
    (row,) = moment.reader.rows(log_index, log_index + 1)
    return SignedStatement(
        log_index, entry, time, [read_stored(data) for data in row.events]
    )


def _first_at(moment: Snapshot, time: int) -> int:
    """Return the first entry that was logged at *time* or later."""
    low, high = 0, moment.size
    while low < high:
        middle = (low + high) // 2
        before = moment.reader.checkpoint_before(middle + 1)
        size = before[0] if before else 0
        if size == 0 or _time_of(moment, size) < time:
            low = middle + 1
        else:
            high = middle
    # Up to here all that the checkpoints cover is older.
    before = moment.reader.checkpoint_before(max(low, 1))
    return before[0] if before else 0


def _time_of(moment: Snapshot, size: int) -> int:
    entry = read_entry(moment.reader, size - 1, size=size)
    try:
        return parse_commitment(entry).time
    except MalformedError as error:
        raise MalformedError(f"entry {size - 1}: {error}") from error


def _with_key(actors: Sequence[Actor], start: str) -> Signers:
    keys = [
        (actor, key_id, key)
        for actor in actors
        for key_id, key in actor.keys.items()
    ]
    found = [each for each in keys if each[1].hex().startswith(start)]
    if len(found) == 1 and len(start) >= MIN_PREFIX:
        actor, key_id, key = found[0]
        return Signers(actor, {key_id: key})
    if found:
        shown = ", ".join(each[1].hex()[:16] for each in found[:3])
        raise NotFoundError(
            f"the id {start!r} begins that of {len(found)} keys, {shown}: give"
            f" {MIN_PREFIX} digits or more, and as many as tell them apart"
        )
    ids = [each[1].hex()[: len(start)] for each in keys]
    near = difflib.get_close_matches(start, ids, n=1, cutoff=0)
    whole = next(
        (each for each in keys if near and each[1].hex().startswith(near[0])),
        None,
    )
    raise NotFoundError(
        f"there is no key whose id begins with {start!r}"
        + (
            f"; the nearest is {whole[1].hex()[:16]} of {whole[0].id}"
            if whole
            else ""
        )
    )
