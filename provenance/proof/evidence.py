"""What the proofs of a bundle prove: entries, events and trails.

Here every byte that the bundle shows is led back to the signed checkpoint.
Nothing is said yet about who may say what: from here on the parts are
known to be what the log holds, whole and in their places.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provenance.claims.event import (
    Field,
    Item,
    event_id,
    has_trail,
    parse_leaf,
)
from provenance.claims.statement import Entry, parse_entry
from provenance.claims.trail import Head, chain_hashes, map_key
from provenance.encoding.canonical import Room, Value
from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash, root_from_path
from provenance.errors import (
    InvalidProofError,
    MalformedError,
    VerificationError,
)
from provenance.proof.bundle import (
    Bundle,
    LoggedEntry,
    ProvenTrail,
    ShownEvent,
)
from provenance.proof.report import Report, counted
from provenance.proof.trace import Position
from provenance.tlog.checkpoint import Checkpoint
from provenance.tlog.commitment import Commitment, parse_commitment
from provenance.tlog.merkle import verify_inclusion
from provenance.tlog.patricia import verify_absence, verify_presence


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """An event of the log, as far as it is shown.

    Attributes:
        at: Its place in the log.
        id: The event id.
        body: Leaf 0.
        shown: Leaf number → item, for the item leaves shown.
        fields: JSON Pointer → value, for the concealed fields shown.
        item_count: How many items it names.
        issuer: The actor that its statement names as signer.
    """

    at: Position
    id: Hash
    body: Mapping[str, Value]
    shown: Mapping[int, Item]
    fields: Mapping[str, Value]
    item_count: int
    issuer: str

    @property
    def items(self) -> tuple[Item, ...]:
        """The items shown, in leaf order."""
        return tuple(self.shown.values())


@dataclass(frozen=True, slots=True)
class LogTimes:
    """The log's time at some of its places, by the map commitments shown."""

    indexes: Sequence[int]
    times: Sequence[int]

    def bounds(self, log_index: int) -> tuple[int, int]:
        """Return the earliest and latest time at which an entry was logged.

        In ms since 1970; 0 is the earliest when nothing before it is shown.
        The last leaf of the log is a commitment, so there is a latest.
        """
        before = bisect_left(self.indexes, log_index) - 1
        after = bisect_right(self.indexes, log_index)
        return (0 if before < 0 else self.times[before]), self.times[after]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a bundle proves the log to hold.

    Attributes:
        statements: Log index → signed statement, the signature unchecked.
        times: When entries were logged.
        events: The events shown.
        chains: Item → the hash of each link of its whole trail.
    """

    statements: Mapping[int, Entry]
    times: LogTimes
    events: Mapping[Position, ProvenEvent]
    chains: Mapping[str, Sequence[Hash]]


def check_commitment(
    report: Report, bundle: Bundle, checkpoint: Checkpoint
) -> Commitment:
    """Check that the checkpoint's last leaf commits to the map."""
    logged = bundle.commitment
    name, last = "commitment", checkpoint.size - 1
    if logged.log_index != last:
        report.stop(
            name, 1,
            f"the map commitment is entry {logged.log_index}, not the last"
            f" of {checkpoint.size}",
        )  # fmt: skip
    try:
        _verify_entry(logged, checkpoint)
        commitment = parse_commitment(logged.entry)
    except (InvalidProofError, MalformedError) as error:
        report.stop(name, 1, f"entry {last}: {error}")
    if commitment.covered != last:
        report.stop(
            name, 1,
            f"entry {last} commits to the map after {commitment.covered}"
            " entries, not to the latest",
        )  # fmt: skip
    report.passed(
        name,
        f"entry {last} commits to the trails of"
        f" {counted(commitment.item_count, 'item')}",
    )
    return commitment


def check_inclusion(
    report: Report,
    bundle: Bundle,
    checkpoint: Checkpoint,
    commitment: Commitment,
) -> tuple[dict[int, Entry], LogTimes]:
    """Check that every entry is in the log, and is what it should be."""
    name = "inclusion"
    for logged in (*bundle.statements, *bundle.times):
        try:
            _verify_entry(logged, checkpoint)
        except InvalidProofError as error:
            report.stop(
                name, 1,
                f"entry {logged.log_index} is not in the log: {error}",
                f"entry {logged.log_index}",
            )  # fmt: skip
    statements = {
        logged.log_index: _read_statement(report, logged, checkpoint.origin)
        for logged in bundle.statements
    }
    times = _read_times(report, bundle, commitment)
    report.passed(
        name,
        f"{counted(len(statements), 'statement')} found in the log of"
        f" {counted(checkpoint.size, 'entry', 'entries')}",
    )
    return statements, times


def check_events(
    report: Report, bundle: Bundle, statements: Mapping[int, Entry]
) -> dict[Position, ProvenEvent]:
    """Check that what is shown of each event is what its statement signed."""
    events = {}
    room = bundle.leaf_room()
    for shown in bundle.events:
        at = (shown.log_index, shown.position)
        subject = f"event {shown.position} of entry {shown.log_index}"
        entry = statements.get(shown.log_index)
        if entry is None:
            report.stop(
                "events", 1, f"the statement of {subject} is not there", subject
            )
        try:
            events[at] = _read_event(shown, entry, room)
        except (InvalidProofError, MalformedError) as error:
            report.stop("events", 1, f"{subject}: {error}", subject)
    if not events:
        report.passed("events", "no event is shown", reason=2)
    report.passed("events", f"{counted(len(events), 'event')} shown as signed")
    return events


def check_trails(
    report: Report,
    bundle: Bundle,
    events: Mapping[Position, ProvenEvent],
    map_root: Hash,
) -> dict[str, list[Hash]]:
    """Check that each trail is whole; return the hashes of its chain."""
    chains = {}
    for trail in bundle.items:
        try:
            chains[trail.item] = verify_trail(trail, map_root)
        except VerificationError as error:
            report.stop(
                "trails", 1, f"the trail of {trail.item}: {error}", trail.item
            )
    _check_links(report, bundle, events)
    whole = sum(bool(chain) for chain in chains.values())
    if not whole:
        detail = f"the map proves that {bundle.subject} has no trail"
        report.passed("trails", detail, reason=3)
    report.passed(
        "trails", f"{counted(whole, 'trail')} whole up to where the map says"
    )
    return chains


def _verify_entry(logged: LoggedEntry, checkpoint: Checkpoint) -> None:
    verify_inclusion(
        logged.proof,
        index=logged.log_index,
        size=checkpoint.size,
        leaf=leaf_hash(logged.entry),
        root=checkpoint.root,
    )


def _read_statement(report: Report, logged: LoggedEntry, origin: str) -> Entry:
    subject = f"entry {logged.log_index}"
    try:
        entry = parse_entry(logged.entry)
    except MalformedError as error:
        report.stop("inclusion", 2, f"{subject}: {error}", subject)
    if entry.header.origin != origin:
        report.stop(
            "inclusion", 2,
            f"{subject} was signed for the ledger {entry.header.origin!r}",
            subject,
        )  # fmt: skip
    return entry


def _read_times(
    report: Report, bundle: Bundle, commitment: Commitment
) -> LogTimes:
    read = []
    for logged in bundle.times:
        subject = f"entry {logged.log_index}"
        try:
            earlier = parse_commitment(logged.entry)
        except MalformedError as error:
            report.stop("inclusion", 2, f"{subject}: {error}", subject)
        if earlier.covered != logged.log_index:
            report.stop(
                "inclusion", 2,
                f"{subject} commits to the map after {earlier.covered}"
                " entries, which is not its place",
                subject,
            )  # fmt: skip
        read.append((logged.log_index, earlier.time))
    if not read or read[-1][0] != bundle.commitment.log_index:
        read.append((bundle.commitment.log_index, commitment.time))
    times = [time for _, time in read]
    if times != sorted(times):
        report.stop("inclusion", 2, "the log's time runs backwards")
    return LogTimes([index for index, _ in read], times)


def _read_event(shown: ShownEvent, entry: Entry, room: Room) -> ProvenEvent:
    """Return the event, once every leaf shown was led to the statement."""
    items, concealed = shown.item_count, shown.concealed_count
    roots = {
        root_from_path(
            leaf_hash(leaf.leaf),
            leaf.proof,
            index=leaf.number,
            size=1 + items + concealed,
        )
        for leaf in shown.leaves
    }
    if len(roots) != 1:
        raise InvalidProofError("its leaves are not of one event")
    identity = event_id(items, concealed, roots.pop())
    root = root_from_path(
        leaf_hash(identity),
        shown.proof,
        index=shown.position,
        size=entry.header.event_count,
    )
    if root != entry.header.events_root:
        raise InvalidProofError("its statement did not sign it")
    body: Mapping[str, Value] = {}
    named: dict[int, Item] = {}
    fields: dict[str, Value] = {}
    for leaf in shown.leaves:
        part = parse_leaf(
            leaf.leaf, number=leaf.number, item_count=items, room=room
        )
        if isinstance(part, Item):
            named[leaf.number] = part
        elif isinstance(part, Field):
            fields[part.pointer] = part.value
        else:
            body = part
    return ProvenEvent(
        at=(shown.log_index, shown.position),
        id=identity,
        body=body,
        shown=named,
        fields=fields,
        item_count=items,
        issuer=entry.header.issuer,
    )


def verify_trail(trail: ProvenTrail, map_root: Hash) -> list[Hash]:
    """Return the hash of each link, if the map has the trail like this.

    Raises:
        InvalidProofError: Its links do not lead to its head, or the map of
            *map_root* does not end it there, or has one where there is none.
    """
    key = map_key(trail.item)
    if trail.head is None:
        other_key, other_value = trail.other or (None, None)
        verify_absence(
            trail.proof,
            key=key,
            other_key=other_key,
            other_value=other_value,
            root=map_root,
        )
        return []
    hashes = chain_hashes(trail.item, trail.links)
    if hashes[-1] != trail.head:
        raise InvalidProofError("its links do not lead to its head")
    verify_presence(
        trail.proof,
        key=key,
        value=Head(len(hashes), trail.head).value,
        root=map_root,
    )
    return hashes


def _check_links(
    report: Report, bundle: Bundle, events: Mapping[Position, ProvenEvent]
) -> None:
    """Check that trails and events agree on who was where."""
    places: dict[str, set[Position]] = {}
    for trail in bundle.items:
        here = places[trail.item] = set()
        for link in trail.links:
            at = (link.log_index, link.position)
            here.add(at)
            if at in events and events[at].id != link.event_id:
                report.stop(
                    "trails", 1,
                    f"event {at[1]} of entry {at[0]} is not the one that the"
                    f" trail of {trail.item} has there",
                    trail.item,
                )  # fmt: skip
    for event in events.values():
        for item in event.items:
            trail_places = places.get(item.id)
            if (
                trail_places is not None
                and event.at not in trail_places
                and has_trail(item.id)
            ):
                report.stop(
                    "trails", 2,
                    f"event {event.at[1]} of entry {event.at[0]} names"
                    f" {item.id}, whose trail does not have it",
                    item.id,
                )  # fmt: skip
