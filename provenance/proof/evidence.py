"""What the proofs of a bundle prove: entries, events and trails.

A bundle says nothing twice, so most of what is looked at here is first made
again: leaves give event ids, those the root that a statement signed, header
and signature the entry, and all entries together the root that the log
signed. The same events give the links of the trails, those their heads, and
all heads together the root of the map. So there are two comparisons, and
whatever was changed makes one of them fail.

Nothing is said yet about who may say what: from here on the parts are known
to be what the log holds, whole and in their places.

In full: `FORMATS.md`, section 14.

Over 500 lines: one pass makes entries, trails and the map again from each
other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import NoReturn

from provenance.claims.entry import (
    RULE_BOOK,
    TRUST_VERSION,
    entry_kind,
)
from provenance.claims.event import (
    CODES,
    QUANTITY_LISTS,
    Counts,
    Item,
    check_distinct,
    check_header,
    check_item,
    event_id,
    has_trail,
    item_leaf,
    parse_body,
    parse_field,
    relation_of,
    room_for,
)
from provenance.claims.statement import Entry, Header, make_entry
from provenance.claims.trail import Head, Link, map_key, next_link
from provenance.claims.versions import (
    parse_book_entry,
    parse_version_entry,
    trust_item,
    version_link,
)
from provenance.encoding.canonical import Room, Value
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.multiproof import root_from
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import (
    InvalidProofError,
    MalformedError,
    ProvenanceError,
    UnknownBookError,
    UnknownKindError,
)
from provenance.proof.bundle import (
    Anchor,
    Bundle,
    ProvenTrail,
    ShownEvent,
    ShownItem,
    ShownStatement,
)
from provenance.proof.opening import open_trusted
from provenance.proof.report import Report, counted
from provenance.proof.trails import Position, SparseTrail, Stretch, event_at
from provenance.proof.trust import Trust
from provenance.rules.book import EvidenceBook, baseline, is_evidence
from provenance.rules.books import Books
from provenance.rules.form import check_form, check_items, check_named
from provenance.rules.reading import EventReading, unknown_word
from provenance.rules.times import AHEAD, LogTime
from provenance.tlog.checkpoint import Checkpoint
from provenance.tlog.commitment import Commitment
from provenance.tlog.patricia import root_from_many


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """An event of the log, as far as it is shown.

    Attributes:
        at: Its place in the log.
        id: The event id.
        counts: (relation code, how many items) of each group of items.
        pointers: Where its concealed fields belong, shown or not.
        body: Leaf 0.
        reading: What its body says of time and kinds.
        shown: Leaf number → item, for the item leaves shown.
        fields: JSON Pointer → value, for the concealed fields shown.
        issuer: The actor that its statement names as signer.
    """

    at: Position
    id: Hash
    counts: Counts
    pointers: tuple[str, ...]
    body: Mapping[str, Value]
    reading: EventReading
    shown: Mapping[int, Item]
    fields: Mapping[str, Value]
    issuer: str

    @property
    def items(self) -> tuple[Item, ...]:
        """The items shown, in leaf order."""
        return tuple(self.shown.values())

    @property
    def item_count(self) -> int:
        """How many items it names."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class QuorumTimes:
    """When a quorum is known to have seen entries, by its own clocks.

    Attributes:
        is_asked: Whether a quorum is asked for.
        checkpoint: The time of the bundle's checkpoint in ms since 1970; None
            where its quorum is not met, or said a time that is to come.
        entries: Log index → the least of the times of those older checkpoints
            that are shown to hold that entry.
    """

    is_asked: bool = False
    checkpoint: int | None = None
    entries: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogTimes:
    """The log's time at some of its places, by the map commitments shown.

    Attributes:
        indexes: The indexes of those commitments, rising.
        times: Their times.
        seen: What witnesses say.
        bound: By how much clocks may differ, in ms.
    """

    indexes: Sequence[int]
    times: Sequence[int]
    seen: QuorumTimes = field(default_factory=QuorumTimes)
    bound: int = 0

    def bounds(self, log_index: int) -> tuple[int, int]:
        """Return the earliest and latest time at which an entry was logged.

        In ms since 1970; 0 is the earliest when nothing before it is shown.
        The last leaf of the log is a commitment, so there is a latest.
        """
        before = bisect_left(self.indexes, log_index) - 1
        after = bisect_right(self.indexes, log_index)
        return (0 if before < 0 else self.times[before]), self.times[after]

    def at(self, log_index: int) -> LogTime:
        """Return all that is shown of when an entry was logged."""
        earliest, latest = self.bounds(log_index)
        seen: int | None = latest
        if self.seen.is_asked:
            told = (self.seen.checkpoint, self.seen.entries.get(log_index))
            seen = min((t for t in told if t is not None), default=None)
        return LogTime(earliest, latest, seen, self.bound)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a bundle proves the log to hold.

    Attributes:
        statements: Log index → signed statement, the signature unchecked.
        times: When entries were logged.
        events: The events shown, in log order.
        trails: Item → its trail, as far as it is shown.
    """

    statements: Mapping[int, Entry]
    times: LogTimes
    events: Mapping[Position, ProvenEvent]
    trails: Mapping[str, SparseTrail]

    def reported(self, log_index: int) -> int:
        """Return the earliest time at which a statement can have been logged.

        As far as is shown: the later of what its signer says and of the time
        of the last map commitment shown before it, in ms since 1970.
        """
        earliest, _ = self.times.bounds(log_index)
        return max(self.statements[log_index].header.issued_at, earliest)


def read_statements(
    report: Report, bundle: Bundle, origin: str, books: Books
) -> tuple[dict[int, Entry], dict[Position, ProvenEvent]]:
    """Make the statements again that the events shown must stand in.

    Each event is looked at for its form; whether it was signed and logged
    like this is for `check_log`.
    """
    statements: dict[int, Entry] = {}
    events: dict[Position, ProvenEvent] = {}
    room = bundle.leaf_room()
    for shown in bundle.statements:
        ids = []
        book = books.at(shown.log_index)
        for event in shown.events:
            at = (shown.log_index, event.position)
            try:
                proven = read_shown(event, at, shown.issuer, room, book)
            except (InvalidProofError, MalformedError) as error:
                subject = event_at(at)
                word = _unknown_word_of(event, book)
                if word is not None:
                    report.stop(
                        "PRV-0803",
                        f"{subject} says {word[:80]!r}, which the rule book"
                        f" {book.id.hex()} that counts there does not have: a"
                        " newer one may, and the ledger's trust file of today"
                        " names it",
                        subject,
                    )
                report.stop("PRV-0801", f"{subject}: {error}", subject)
            events[at] = proven
            ids.append((event.position, leaf_hash(proven.id)))
        try:
            statements[shown.log_index] = entry_of(shown, ids, origin)
        except (InvalidProofError, MalformedError) as error:
            subject = f"entry {shown.log_index}"
            report.stop("PRV-0801", f"{subject}: {error}", subject)
    if not events:
        report.passed("PRV-0802", "no event is shown")
    report.passed(
        "PRV-0800", f"{counted(len(events), 'event')} shown, each of its form"
    )
    return statements, events


def _unknown_word_of(event: ShownEvent, book: EvidenceBook) -> str | None:
    """Return the word of an event that *book* lacks, if there is one."""
    try:
        body = parse_body(event.body, room=room_for(len(event.body)))
    except MalformedError:
        return None
    return unknown_word(body, book)


def check_log(
    report: Report,
    bundle: Bundle,
    checkpoint: Checkpoint,
    statements: Mapping[int, Entry],
) -> tuple[Commitment, LogTimes, dict[int, Hash]]:
    """Check that the log holds every entry, and ends in the commitment.

    Return that commitment, when entries were logged, and the hash of each.
    """
    last = checkpoint.size - 1
    if last < 0:
        report.stop("PRV-0601", "the log is empty, and so commits to no map")
    committed = bundle.committed
    commitment = Commitment(
        covered=last,
        map_root=committed.map_root,
        item_count=committed.item_count,
        time=committed.time,
    )
    leaves: dict[int, Hash] = {}
    for index, data in _entries(bundle, statements, commitment):
        if index in leaves:
            report.stop("PRV-0701", f"entry {index} is there twice",
                f"entry {index}",
            )  # fmt: skip
        leaves[index] = leaf_hash(data)
    try:
        root = root_from(
            checkpoint.size, sorted(leaves.items()), bundle.log_hashes
        )
    except InvalidProofError as error:
        report.stop("PRV-0701", f"the proof in the log's tree: {error}")
    if root != checkpoint.root:
        report.stop(
            "PRV-0701",
            "the entries shown do not lead to the root that the log signed:"
            " something in the bundle is not as it was logged",
        )
    report.passed(
        # How many there are, it says too, and nothing that is shown bears out.
        "PRV-0600",
        f"entry {last} commits to the trails of all items",
    )
    times = _read_times(report, bundle, commitment)
    _check_kinds(report, bundle)
    return commitment, times, leaves


def check_anchors(  # noqa: PLR0913  # each by name
    report: Report,
    bundle: Bundle,
    checkpoint: Checkpoint,
    leaves: Mapping[int, Hash],
    trust: Trust,
    *,
    now: int,
) -> dict[int, int]:
    """Check that older checkpoints hold what they are said to hold.

    Return when a quorum saw them: log index → the least time, in ms.
    """
    size = 0
    seen: dict[int, int] = {}
    for number, anchor in enumerate(bundle.anchors, start=1):
        try:
            older, time = _check_anchor(anchor, leaves, trust, now=now)
            if not size < older.size <= checkpoint.size:
                raise InvalidProofError(
                    f"its size {older.size} is not between {size} and"
                    f" {checkpoint.size}"
                )
        except ProvenanceError as error:
            report.stop("PRV-0701", f"anchor {number}: {error}")
        size = older.size
        if time is not None:
            for index in anchor.log_indexes:
                seen[index] = min(time, seen.get(index, time))
    report.passed(
        "PRV-0700",
        f"{counted(len(bundle.statements), 'statement')} found in the log of"
        f" {counted(checkpoint.size, 'entry', 'entries')}",
    )
    return seen


def check_trails(
    report: Report,
    bundle: Bundle,
    events: Mapping[Position, ProvenEvent],
    *,
    origin: str,
    map_root: Hash,
) -> dict[str, SparseTrail]:
    """Check each trail's links against the map; return the trails."""
    links = links_of(bundle, events, origin)
    trails: dict[str, SparseTrail] = {}
    values: dict[bytes, bytes | None] = {}
    for shown in bundle.trails:
        try:
            trail, value = verify_trail(shown, links[shown.item])
        except (InvalidProofError, MalformedError) as error:
            report.stop(
                "PRV-0901", f"the trail of {shown.item}: {error}", shown.item
            )
        trails[shown.item] = trail
        values[map_key(shown.item)] = value
    held = {key: value for key, value in values.items() if value is not None}
    try:
        root = root_from_many(held, values, bundle.map_proof)
    except InvalidProofError as error:
        report.stop("PRV-0901", f"the proof in the ledger's map: {error}")
    if root != map_root:
        report.stop(
            "PRV-0901",
            "the trails shown do not lead to the root of the ledger's map:"
            " one of them is not as the ledger has it",
        )
    whole = sum(trail.count > 0 for trail in trails.values())
    if not whole:
        detail = f"the map proves that {bundle.subject} has no trail"
        report.passed("PRV-0903", detail)
    report.passed(
        "PRV-0900", f"{counted(whole, 'trail')} as the map says they are"
    )
    return trails


# Rule books.


def books_of_bundle(bundle: Bundle, trust: Trust) -> Books:
    """Return the books that *trust* names: shipped, or in the bundle.

    Raises:
        UnknownBookError: One is neither; or the ledger has a book by which
            entries are judged and of which the trust file does not know, so
            that it is older than the ledger's rules.
        MalformedError: One is no book.
    """
    found = []
    for logged in bundle.entries:
        with suppress(MalformedError):
            found.append(parse_book_entry(logged.entry))
    known = {baseline().id, *(ref.id for ref in trust.books)}
    for book in found:
        if is_evidence(book) and sha256(book) not in known:
            raise UnknownBookError(
                f"the ledger has the rule book {sha256(book).hex()}, which the"
                " trust file does not name",
                book=sha256(book),
            )
    return Books.resolve(trust.books, found)


# Events and statements.


def read_shown(
    shown: ShownEvent,
    at: Position,
    issuer: str,
    room: Room,
    book: EvidenceBook,
) -> ProvenEvent:
    """Return the event that is shown at a place, its id as its leaves give it.

    Args:
        shown: What is shown of it.
        at: Where it stands in the log.
        issuer: Who signed it.
        room: Shared with the other events of the bundle.
        book: The evidence book in force.

    Raises:
        MalformedError: It is not of its form.
        InvalidProofError: Its proof has too few hashes, or too many.
    """
    counts, pointers = shown.counts, shown.pointers
    check_header(counts, pointers)
    body = parse_body(shown.body, room=room)
    leaves = [(0, leaf_hash(shown.body))]
    items: dict[int, Item] = {}
    for each in shown.items:
        item = _item_of(each, relation_of(counts, each.number))
        leaves.append((each.number, leaf_hash(item_leaf(item, each.salt))))
        items[each.number] = item
    named = tuple(items.values())
    check_distinct(named, counts)
    first = 1 + sum(count for _, count in counts)
    fields: dict[str, Value] = {}
    for hidden in shown.fields:
        if not 0 <= hidden.number - first < len(pointers):
            raise MalformedError(
                f"leaf {hidden.number} is no concealed field's"
            )
        pointer = pointers[hidden.number - first]
        fields[pointer] = parse_field(
            hidden.leaf, pointer=pointer, room=room
        ).value
        leaves.append((hidden.number, leaf_hash(hidden.leaf)))
    reading = check_form(body, counts, pointers, book)
    for item in named:
        check_named(body, item)
    if len(named) == first - 1:
        check_items(body, named, reading, book)
    size = first + len(pointers)
    return ProvenEvent(
        at=at,
        id=event_id(counts, pointers, root_from(size, leaves, shown.hashes)),
        counts=counts,
        pointers=pointers,
        body=body,
        reading=reading,
        shown=items,
        fields=fields,
        issuer=issuer,
    )


def _item_of(shown: ShownItem, relation: str) -> Item:
    if (shown.amount is not None) != (relation in QUANTITY_LISTS):
        raise MalformedError(
            f"leaf {shown.number} is not of the form that {relation} asks for"
        )
    quantity, uom = shown.amount or (None, None)
    return check_item(Item(relation, shown.id, quantity, uom, shown.seal))


def leaves_of(shown: ShownEvent) -> Iterator[tuple[int, bytes]]:
    """Yield each leaf of an event that is shown: its number and its bytes.

    Leaves that no event can have are left out.
    """
    yield 0, shown.body
    for each in shown.items:
        with suppress(MalformedError):
            item = _item_of(each, relation_of(shown.counts, each.number))
            yield each.number, item_leaf(item, each.salt)
    for hidden in shown.fields:
        yield hidden.number, hidden.leaf


def entry_of(
    shown: ShownStatement, ids: Sequence[tuple[int, Hash]], origin: str
) -> Entry:
    """Return the entry that is signed like this and holds these events.

    Args:
        shown: What a bundle says of the statement.
        ids: (position, leaf hash) of each event shown.
        origin: Which ledger's statement it is.

    Raises:
        MalformedError: There can be no such entry.
        InvalidProofError: The proof of the events does not fit their number.
    """
    header = Header(
        origin,
        shown.issuer,
        shown.key_id,
        shown.issued_at,
        shown.event_count,
        root_from(shown.event_count, ids, shown.hashes),
    )
    return make_entry(header, shown.signature)


# Entries.


def _entries(
    bundle: Bundle, statements: Mapping[int, Entry], commitment: Commitment
) -> Iterator[tuple[int, bytes]]:
    """Yield each entry that the bundle shows: its index and its data."""
    for index, entry in statements.items():
        yield index, entry.data
    for row in bundle.commitments:
        earlier = Commitment(
            covered=row.log_index,
            map_root=row.map_root,
            item_count=row.item_count,
            time=row.time,
        )
        yield row.log_index, earlier.to_bytes()
    for logged in bundle.entries:
        yield logged.log_index, logged.entry
    yield commitment.covered, commitment.to_bytes()


def _read_times(
    report: Report, bundle: Bundle, commitment: Commitment
) -> LogTimes:
    rows = [(row.log_index, row.time) for row in bundle.commitments]
    rows.append((commitment.covered, commitment.time))
    times = [time for _, time in rows]
    if any(earlier > later for earlier, later in pairwise(times)):
        report.stop("PRV-0702", "the log's time runs backwards")
    return LogTimes([index for index, _ in rows], times)


def _check_kinds(report: Report, bundle: Bundle) -> None:
    """Check that each entry of another kind is of one that is known."""
    for logged in bundle.entries:
        subject = f"entry {logged.log_index}"
        try:
            kind = entry_kind(logged.entry)
            if kind == TRUST_VERSION:
                parse_version_entry(logged.entry)
            elif kind == RULE_BOOK:
                parse_book_entry(logged.entry)
            else:
                # Statements and commitments have places of their own.
                _stop_at_kind(
                    report, f"an entry of kind {kind} among others", subject
                )
        except UnknownKindError as error:
            _stop_at_kind(report, str(error), subject)
        except MalformedError as error:
            report.stop("PRV-0702", f"{subject}: {error}", subject)


def _stop_at_kind(report: Report, detail: str, subject: str) -> NoReturn:
    report.stop("PRV-0703", f"{subject}: {detail}", subject)


def _check_anchor(
    anchor: Anchor, leaves: Mapping[int, Hash], trust: Trust, *, now: int
) -> tuple[Checkpoint, int | None]:
    """Return the checkpoint of an anchor that holds what it says it holds.

    And when its quorum saw it, if that can be believed.
    """
    signed = open_trusted(anchor.note, trust)
    met = trust.policy.examine(signed, until=now + AHEAD)
    checkpoint = signed.checkpoint
    known = []
    for index in anchor.log_indexes:
        if index not in leaves:
            raise InvalidProofError(f"entry {index} is not shown")
        known.append((index, leaves[index]))
    if root_from(checkpoint.size, known, anchor.hashes) != checkpoint.root:
        raise InvalidProofError("its entries lead to another root")
    return checkpoint, met.time


# Trails.


def links_of(
    bundle: Bundle, events: Mapping[Position, ProvenEvent], origin: str
) -> dict[str, list[Link]]:
    """Return the links that what is shown gives to each trail shown.

    In log order. Whatever an event names is looked for: so nothing that is
    shown of an item can be off its trail.
    """
    links: dict[str, list[Link]] = {trail.item: [] for trail in bundle.trails}
    for at, event in events.items():
        own: dict[str, list[int]] = {}
        for number, item in event.shown.items():
            if item.id in links and has_trail(item.id, item.relation):
                own.setdefault(item.id, []).append(number)
        for item_id, numbers in own.items():
            code = CODES[event.shown[numbers[0]].relation]
            links[item_id].append(
                Link(
                    *at,
                    time=event.reading.time,
                    kinds=event.reading.kinds(code),
                    leaves=tuple(numbers),
                    event_id=event.id,
                )
            )
    if (versions := links.get(trust_item(origin))) is not None:
        for logged in bundle.entries:
            with suppress(MalformedError):
                version = parse_version_entry(logged.entry).version
                versions.append(version_link(logged.log_index, version.data))
    return links


def verify_trail(
    shown: ProvenTrail, links: Sequence[Link]
) -> tuple[SparseTrail, bytes | None]:
    """Return the trail, and the value that the map must have for it.

    Args:
        shown: What a bundle says of it.
        links: Those of its links whose events are shown, in log order.

    Raises:
        InvalidProofError: Links, ranges and hashes do not fit each other.
    """
    every = sorted([*links, *shown.rows], key=attrgetter("place"))
    for earlier, later in pairwise(every):
        if earlier.place == later.place:
            raise InvalidProofError(
                f"it has event {later.position} of entry {later.log_index}"
                " twice"
            )
    length = sum(each.length for each in shown.ranges)
    if length != len(every):
        raise InvalidProofError(
            f"{counted(len(every), 'link')} shown, where {length} should be"
        )
    if shown.count == 0:
        if shown.hashes:
            raise InvalidProofError("a trail without links has no proof")
        return SparseTrail(shown.item, 0, ()), None
    stretches = []
    known: list[tuple[int, Hash]] = []
    taken = 0
    for each in shown.ranges:
        here = every[taken : taken + each.length]
        taken += each.length
        if each.previous is not None:
            known.append((each.start - 1, leaf_hash(each.previous)))
        previous = each.previous or map_key(shown.item)
        hashes = []
        link_hash = previous
        for link in here:
            link_hash = next_link(link_hash, link)
            hashes.append(link_hash)
        known += [
            (number, leaf_hash(each_hash))
            for number, each_hash in enumerate(hashes, each.start)
        ]
        stretches.append(Stretch(each.start, here, hashes, previous))
    root = root_from(shown.count, known, shown.hashes)
    warnings = [
        leaf_hash(link_hash)
        for stretch in stretches
        for link, link_hash in zip(stretch.links, stretch.hashes, strict=True)
        if link.warns
    ]
    head = Head(shown.count, root, len(warnings), root_of(warnings))
    return SparseTrail(shown.item, shown.count, stretches), head.value
