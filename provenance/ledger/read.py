"""Reading a ledger: trails, receipts and bundles, from one moment's view.

Every answer is drawn from a snapshot of the store that stands at a published
checkpoint, so that all its parts belong together while a writer goes on.

Over 500 lines: one class has all that can be read at a moment.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Self

from provenance.claims.event import Event, parse_event
from provenance.claims.registry import Occasion, TrustRegistry
from provenance.claims.statement import parse_entry
from provenance.claims.trail import MADE_OR_ENDS, map_key
from provenance.encoding.digest import Hash
from provenance.encoding.instant import Instant, to_ms
from provenance.errors import (
    ConflictError,
    DamagedError,
    MalformedError,
    NotFoundError,
    RejectedError,
)
from provenance.gs1 import read_item
from provenance.ledger.admit import LogPosition
from provenance.ledger.books import books_of, find_books
from provenance.ledger.check import check_event
from provenance.ledger.itemmap import KeptRows
from provenance.ledger.logtree import TileCache, TileNodes
from provenance.ledger.missing import no_event_of
from provenance.ledger.prove import Prover
from provenance.ledger.repeats import Repeats
from provenance.ledger.reveal import Revealed, reveal_fields
from provenance.ledger.trails import Trails, stored_trails, times_around
from provenance.ledger.views import TrailView
from provenance.proof.receipt import Receipt
from provenance.proof.trust import Trust
from provenance.rules.books import Books
from provenance.store.protocol import HeadRow, Reader, StoreReader
from provenance.tlog import merkle
from provenance.tlog.proof_file import ProofFile, format_proof

if TYPE_CHECKING:
    from provenance.ledger.signed import SignedStatement

_PATIENCE = 2_000
_PAUSE = 0.002

LOOK_BACK = 64
"""How many links of a trail are looked at for a making, the latest ones."""


@dataclass(frozen=True, slots=True)
class TrailEnd:
    """Where an item's trail ends: what an event may demand to follow.

    Attributes:
        count: How many links it has.
        link: The hash of the latest.
    """

    count: int
    link: Hash


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One event of an item's trail, as the ledger holds it.

    Attributes:
        log_index: The entry of its statement.
        position: The number of its event in that statement.
        event: The event, with every leaf that the ledger has.
        issuer: The actor that signed it.
        issued_at: The issuer's clock, in ms since 1970.
    """

    log_index: int
    position: int
    event: Event
    issuer: str
    issued_at: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot at a published checkpoint.

    Attributes:
        reader: The store as it was.
        size: The checkpoint's size, which is the store's.
        note: The signed checkpoint.
    """

    reader: Reader
    size: int
    note: str


class LedgerReader:
    """A ledger to read from. Any number of them, beside one writer.

    Items may be written as `provenance.read_item` reads them: as a canonical
    id, an EPC URN, a Digital Link of any domain, or what a scanner delivers.

    Attributes:
        trust: What the ledger was founded on.
        books: Its rule books.
    """

    def __init__(
        self, store: StoreReader, *, trust: Trust, books: Collection[bytes] = ()
    ) -> None:
        """Read from *store*.

        Args:
            store: Where everything is kept.
            trust: Its founding document.
            books: Rule books that are at hand beside those that are logged.

        Raises:
            UnknownBookError: One that *trust* names is not at hand.
        """
        self._store = store
        self.trust = trust
        found = find_books(store, trust, size=store.size())
        self._logged_books = tuple(found.values())
        self.books = Books.resolve(
            trust.books,
            [*books, *(logged.book for logged in self._logged_books)],
        )
        self._kept_tiles: TileCache = {}
        self._kept_rows: KeptRows = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the store back."""
        self._store.close()

    @property
    def origin(self) -> str:
        """The ledger's name."""
        return self.trust.origin

    @property
    def size(self) -> int:
        """How many leaves the latest checkpoint covers."""
        published = self._store.checkpoint()
        return published[0] if published else 0

    def checkpoint(self) -> str:
        """Return the latest signed checkpoint, with its cosignatures."""
        with self.moment() as moment:
            return moment.note

    def registry(self) -> TrustRegistry:
        """Return the trust registry as it stands after every entry."""
        with self.moment() as moment:
            return replay_registry(moment.reader, self.trust)

    def head(self, item: str) -> TrailEnd | None:
        """Return where *item*'s trail ends, or None if it has none.

        Raises:
            MalformedError: *item* names nothing.
        """
        _, head = find_head(self._store, item)
        return None if head is None else TrailEnd(head.count, Hash(head.link))

    def made_in(self, item: str) -> int | None:
        """Return the latest entry by which *item* was made, or ended.

        None without one among the last links of its trail.
        """
        head = self._store.head(map_key(item))
        links = self._store.trail_back(head.last, LOOK_BACK) if head else ()
        return next(
            (each.log_index for each in links if each.kinds & MADE_OR_ENDS),
            None,
        )

    def trail(
        self, item: str, *, start: int = 0, stop: int | None = None
    ) -> list[TrailStep]:
        """Return *item*'s trail, or a stretch of it, oldest first.

        Args:
            item: The item.
            start: The number of the first link that is asked for, from 0.
            stop: The number after the last; None, or one that is higher
                than there are, for the end of the trail.

        Raises:
            MalformedError: *item* names nothing.
            NotFoundError: The ledger has no event of that item.
        """
        with self.moment() as moment:
            reader = moment.reader
            item, head = find_head(reader, item)
            if head is None:
                raise no_event_of(item, reader)
            view = TrailView(reader, head)
            links = view.links(start, view.count if stop is None else stop)
            return [read_step(reader, *link.place) for link in links]

    def entry(self, log_index: int) -> bytes:
        """Return the entry at *log_index*: the bytes that the log's tree has.

        A signed statement, which `parse_entry` reads, or a map commitment.

        Raises:
            NotFoundError: The log has none at that index.
        """
        with self.moment() as moment:
            return read_entry(moment.reader, log_index, size=moment.size)

    def find_event(
        self, event: Event, *, issuer: str, called: str = "the event"
    ) -> LogPosition | None:
        """Return where *issuer* said *event* before; None if it did not.

        It is the same event if body, items and concealed fields are equal,
        whatever the salts are; `provenance.ledger.repeats` says how far back
        that is looked for.

        Raises:
            MalformedError: *event* is none that a ledger takes.
        """
        checked = check_event(
            event,
            called=called,
            issuer=issuer,
            book=self.books.at(self.size),
        )
        with self._store.snapshot() as reader:
            names = (
                [] if checked.name is None else reader.named(checked.name.key)
            )
            repeats = Repeats(Trails(reader, stored_trails(reader)))
            return repeats.find(checked, issuer=issuer, names=names)

    def receipt(self, log_index: int) -> Receipt:
        """Return the receipt of the statement at *log_index*.

        Raises:
            NotFoundError: There is none at that index.
        """
        (receipt,) = self.receipts([log_index])
        return receipt

    def receipts(self, indexes: Sequence[int]) -> list[Receipt]:
        """Return the receipts of the statements at *indexes*, in that order.

        Raises:
            NotFoundError: There is no statement at one of them.
        """
        with self.moment() as moment:
            return self.receipts_at(moment, indexes)

    def receipts_at(
        self, moment: Snapshot, indexes: Sequence[int]
    ) -> list[Receipt]:
        """Return the receipts of the statements at *indexes* as of *moment*.

        Raises:
            NotFoundError: There was no statement at one of them.
        """
        nodes = TileNodes(
            moment.reader, size=moment.size, kept=self._kept_tiles
        )
        entries = read_entries(moment.reader, indexes, size=moment.size)
        proofs = merkle.prove_inclusions(entries, moment.size, nodes)
        return [
            _receipt(
                entries[index], ProofFile(index, proofs[index], moment.note)
            )
            for index in indexes
        ]

    def prove_item(
        self,
        item: str,
        *,
        reveal: Collection[str] = (),
        stretch: tuple[int, int] | None = None,
    ) -> bytes:
        """Return the bundle that proves *item*'s whole story.

        Of a long trail it shows both ends and every warning, and proves that
        the rest is there; *stretch* shows some of that as well.

        Args:
            item: The item.
            reveal: The pointers of the concealed fields to show, where the
                item's own events have them and the ledger still does.
            stretch: Links [from, to) of the item's trail, counted from 0, at
                most `MAX_STRETCH` of them.

        Raises:
            MalformedError: *item* names nothing.
            NotFoundError: The ledger has no event of that item, or none of
                that number.
            ValueError: The stretch is empty or too long.
        """
        with self.moment() as moment:
            return self.prove_item_at(
                moment, item, reveal=reveal, stretch=stretch
            )

    def prove_item_at(
        self,
        moment: Snapshot,
        item: str,
        *,
        reveal: Collection[str] = (),
        stretch: tuple[int, int] | None = None,
    ) -> bytes:
        """Return the bundle that proves *item*'s story as of *moment*.

        For callers that let a moment stand while they prove many items.

        Raises:
            MalformedError: *item* names nothing.
            NotFoundError: The ledger had no event of that item then, or none
                of that number.
            ValueError: The stretch is empty or too long.
        """
        item, _ = find_head(moment.reader, item)
        prover = Prover(
            moment.reader,
            trust=self.trust,
            books=self.books,
            logged_books=self._logged_books,
            size=moment.size,
            note=moment.note,
            kept_tiles=self._kept_tiles,
            kept_rows=self._kept_rows,
        )
        return prover.prove(item, reveal=reveal, stretch=stretch).to_bytes()

    def reveal(
        self, of: str | tuple[int, int], pointers: Collection[str] = ()
    ) -> list[Revealed]:
        """Return what is concealed, in log order, with who signed it.

        It is for those who hold the ledger, and proves nothing by itself:
        `prove_item` makes the bundle that shows such a field to somebody.

        Args:
            of: An item, for all events of its trail; or (log index,
                position) for one event.
            pointers: The JSON Pointers of the fields; none for all.

        Raises:
            NotFoundError: There is no such item or event, or it has no such
                field, or what it conceals was erased.
        """
        if isinstance(of, str):
            return reveal_fields(self.trail(of), pointers, of=of)
        log_index, position = of
        name = f"event {position} of entry {log_index}"
        with self.moment() as moment:
            read_entry(moment.reader, log_index, size=moment.size)
            try:
                step = read_step(moment.reader, log_index, position)
            except NotFoundError as error:
                raise NotFoundError(f"there is no {name}") from error
        return reveal_fields([step], pointers, of=name)

    def prove_growth(self, old_size: int, size: int) -> tuple[Hash, ...]:
        """Return the proof that the log of *size* extends that of *old_size*.

        Args:
            old_size: 1 or more, up to *size*.
            size: Up to what is stored.
        """
        nodes = TileNodes(self._store, size=size)
        return merkle.prove_consistency(old_size, size, nodes)

    def statements(  # noqa: PLR0913  # each by name
        self,
        *,
        issuer: str | None = None,
        key: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        start: int = 0,
        stop: int | None = None,
    ) -> "Iterator[SignedStatement]":
        """Yield what an actor, or one of its keys, has signed, in log order.

        The log is read as the statements are asked for
        (`provenance.ledger.signed`).

        Args:
            issuer: The actor; None for whoever has *key*.
            key: How the key's id begins, in hexadecimal; None for any key.
            since: The log's time from which on: ms since 1970, or a datetime
                with its zone.
            until: The log's time before which.
            start: The first entry that is looked at.
            stop: The first that is not.

        Raises:
            NotFoundError: No such actor is enrolled, or has such a key.
            ValueError: Neither is given, or a time has no time zone.
        """
        from provenance.ledger.signed import (  # noqa: PLC0415  # it needs this page
            find_signers,
            statements_of,
        )

        with self.moment() as moment:
            registry = replay_registry(moment.reader, self.trust)
            yield from statements_of(
                moment,
                find_signers(registry, issuer=issuer, key=key),
                since=None if since is None else to_ms(since),
                until=None if until is None else to_ms(until),
                start=start,
                stop=stop,
            )

    @contextmanager
    def moment(self) -> Iterator[Snapshot]:
        """Give a snapshot at a published checkpoint.

        Raises:
            ConflictError: A writer stopped before it had signed what it
                wrote.
        """
        for _ in range(_PATIENCE):
            with self._store.snapshot() as reader:
                published = reader.checkpoint()
                if published is not None and published[0] == reader.size():
                    yield Snapshot(reader, published[0], published[1])
                    return
            # A writer is between its commit and its signature.
            time.sleep(_PAUSE)
        raise ConflictError(
            "the ledger's last entries are not signed yet: its writer stopped"
            " in between. Open the ledger for writing once, which signs them"
        )


def _receipt(entry: bytes, proof: ProofFile) -> Receipt:
    try:
        statement_id = parse_entry(entry).statement_id
    except MalformedError as error:
        raise NotFoundError(
            f"entry {proof.index} is a map commitment, not a statement"
        ) from error
    return Receipt(proof.index, statement_id, format_proof(proof), entry)


def replay_registry(reader: Reader, trust: Trust) -> TrustRegistry:
    """Return the registry after every registry event that *reader* holds.

    Raises:
        StoreError: One is stored that the rules forbid.
    """
    return RegistryReplay(trust).at(reader)


class RegistryReplay:
    """The registry, moved on by what is new whenever it is asked for."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._registry = trust.registry()
        self._books: Books | None = None
        self._count = 0

    def at(self, reader: Reader) -> TrustRegistry:
        """Return the registry after every registry event in *reader*.

        It changes when this is called again.

        Raises:
            StoreError: As `replay_registry` does.
        """
        places = list(reader.registry_events())
        done, self._count = self._count, 0
        if done == 0 or len(places) < done:
            # Of an earlier moment, or what was cut off by an error, which are
            # rare: from the start, then.
            self._registry, done = self._trust.registry(), 0
        if places[done:]:
            if self._books is None:
                self._books = books_of(reader, self._trust)
            _apply(self._registry, self._books, reader, places[done:])
        self._count = len(places)
        return self._registry


def _apply(
    registry: TrustRegistry,
    books: Books,
    reader: Reader,
    events: Sequence[tuple[int, int]],
) -> None:
    for log_index, places in groupby(events, key=lambda place: place[0]):
        entry = read_entry(reader, log_index, size=log_index + 1)
        changes = [
            parse_event(reader.event(log_index, position))
            for _, position in places
        ]
        header = parse_entry(entry).header
        occasion = Occasion(
            header.issuer,
            header.key_id,
            log_index,
            books.at(log_index),
            # Only what waits for others' voices hangs on the time.
            times_around(reader, log_index) if registry.is_shared else (0, 0),
        )
        try:
            registry.apply_all(changes, occasion)
        except RejectedError as error:
            raise DamagedError(
                f"entry {log_index} should never have been logged: {error}; run"
                " an audit"
            ) from error


def find_head(reader: Reader, item: str) -> tuple[str, HeadRow | None]:
    """Return the id that *item* is a spelling of, and its head if it has one.

    An id that has a trail is taken as it stands.

    Raises:
        MalformedError: It is none, and names nothing either.
    """
    head = reader.head(map_key(item))
    if head is None and (named := read_item(item)) != item:
        item, head = named, reader.head(map_key(named))
    return item, head


def read_entry(reader: Reader, log_index: int, *, size: int) -> bytes:
    """Return one entry's bytes.

    Raises:
        NotFoundError: The log of *size* leaves has no such entry.
    """
    return read_entries(reader, [log_index], size=size)[log_index]


def read_entries(
    reader: Reader, indexes: Collection[int], *, size: int
) -> dict[int, bytes]:
    """Return log index → the entry's bytes, neighbours read together.

    Raises:
        NotFoundError: The log of *size* leaves lacks one of them.
    """
    found: dict[int, bytes] = {}
    for start, stop in _runs(indexes):
        inside = range(max(start, 0), min(stop, size))
        if inside:
            entries = reader.entries(inside.start, inside.stop)
            found.update(zip(inside, entries, strict=False))
    for index in indexes:
        if index not in found:
            raise NotFoundError(
                f"there is no entry {index} in a log of {size} entries"
            )
    return found


def _runs(indexes: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield [start, stop) of each run of neighbours among *indexes*."""
    start = stop = -1
    for index in sorted(set(indexes)):
        if index != stop:
            if start < stop:
                yield start, stop
            start = index
        stop = index + 1
    if start < stop:
        yield start, stop


def read_step(reader: Reader, log_index: int, position: int) -> TrailStep:
    """Return the event at that place, with who signed it.

    Raises:
        NotFoundError: There is none.
    """
    event = parse_event(reader.event(log_index, position))
    entry = read_entry(reader, log_index, size=log_index + 1)
    header = parse_entry(entry).header
    return TrailStep(
        log_index, position, event, header.issuer, header.issued_at
    )
