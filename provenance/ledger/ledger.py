"""The ledger with its one writer: what goes in is answered when it is safe.

Callers that come at the same time are written together (group commit): the
first one to get its turn takes what all of them brought, admits and places
it, commits once, durably, publishes a signed checkpoint, and only then does
anyone get an index and a receipt. There is no state between "refused" and
"logged for good"; a caller that does not learn the outcome submits the same
bytes again, and gets the same index. Who has no longer these bytes appends the
same events again, and gets the earlier receipt.

Over 500 lines: what one writer must keep in step is one class; the work of
each stage is in the stage's module.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from logging import INFO
from threading import Lock

from provenance.claims.event import Event
from provenance.claims.statement import (
    Submission,
    parse_all,
    sign_statement,
)
from provenance.claims.versions import book_entry
from provenance.encoding.instant import Instant, to_ms, written
from provenance.encoding.tree import leaf_hash
from provenance.errors import (
    ClockError,
    ConflictError,
    DamagedError,
    DuplicateEventError,
    ForkError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    ProvenanceError,
    RejectedError,
    StoreError,
)
from provenance.forks import Owner
from provenance.keys import KeyHolder
from provenance.ledger.admit import Admission
from provenance.ledger.batches import batches, gather
from provenance.ledger.books import find_books
from provenance.ledger.check import (
    REGISTRY_ACT,
    CheckedDocument,
    CheckedStatement,
    check_document,
)
from provenance.ledger.cosign import Cosigner, ask
from provenance.ledger.itemmap import ITEM_BYTES, SLOT_BYTES, ItemMap
from provenance.ledger.logtree import GrowingTree
from provenance.ledger.publish import LogSigner, publish
from provenance.ledger.quotas import Quotas
from provenance.ledger.read import LedgerReader, replay_registry
from provenance.ledger.rehearse import Rehearsal
from provenance.ledger.sequence import Sequencer
from provenance.ledger.stream import PlacedStream
from provenance.ledger.workers import (
    Checked,
    Chunks,
    Workers,
    check_one,
    drawn,
    fed,
)
from provenance.logs import LEDGER
from provenance.proof.receipt import Receipt, Reply
from provenance.proof.trust import Trust
from provenance.rules.book import EvidenceBook
from provenance.store.protocol import LOG, Batch, Store
from provenance.tlog.commitment import Commitment, parse_commitment
from provenance.tlog.note import NoteSignature, format_note, parse_note

MAP_CACHE_BYTES = 2**29
"""How much of the map a ledger keeps in memory by default."""

Clock = Callable[[], int]
"""Returns the time, in ms since 1970."""

Answer = int | ProvenanceError
"""A statement's log index, or why it was refused."""


def clock_now() -> int:
    """Return the machine's time, in ms since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True, eq=False)
class Ticket:
    """What one caller brought, and in the end its answers.

    Attributes:
        checked: What is to be logged.
        answers: What became of each; None before, and if it failed.
        failure: Why none of it was answered.
    """

    checked: Sequence[Checked]
    answers: list[Answer] | None = None
    failure: ProvenanceError | None = None


class Ledger(LedgerReader):
    """A ledger open for writing; everything `LedgerReader` has, and appends.

    Any number of threads may submit. One `Ledger` at a time writes a store.
    """

    def __init__(  # noqa: PLR0913  # each by name
        self,
        store: Store,
        *,
        trust: Trust,
        signer: LogSigner,
        clock: Clock = clock_now,
        cache_bytes: int = MAP_CACHE_BYTES,
        books: Collection[bytes] = (),
    ) -> None:
        """Take over *store*, finishing what a crash left unsigned.

        Args:
            store: Where everything is kept.
            trust: The ledger's founding document.
            signer: Signs its checkpoints.
            clock: Where the log's time comes from.
            cache_bytes: How much of the map to keep in memory, about.
            books: Rule books of its own, which a new ledger logs first.

        Raises:
            UnknownBookError: A rule book that *trust* names is not at hand.
            ForkError: The store does not hold all that its key has signed:
                it is an older copy.
            StoreError: What is stored contradicts itself.
        """
        super().__init__(store, trust=trust, books=books)
        self._owner = Owner(f"the ledger {trust.origin}")
        self._writable = store
        self._log_signer = signer
        self._clock = clock
        self._queue: list[Ticket] = []
        self._queue_lock = Lock()
        self._turn = Lock()
        self._failure: ProvenanceError | None = None
        size = store.size()
        published = store.checkpoint()
        signed_size = published[0] if published else 0
        if signed_size > size:
            raise DamagedError(
                f"the store has a checkpoint of {signed_size} entries, but"
                f" only {size} entries: run an audit"
            )
        self._tree = GrowingTree(store, size=size)
        self._edge = GrowingTree(store, size=signed_size)
        self._map = _item_map(store, cache_bytes)
        self._link_count = store.link_count()
        self._latest_issue = store.latest_issue()
        self._latest_time = store.latest_time()
        self._quotas = Quotas()
        self._time = 0
        if size:
            last = _last_commitment(store, size)
            if self._map.root() != last.map_root:
                # The next commitment would be made from what is stored, and
                # make its damage part of the signed log.
                raise DamagedError(
                    "the stored map is not the one that the last entry commits"
                    " to: run an audit"
                )
            self._time = last.time
        self._admission = Admission(
            replay_registry(store, trust),
            origin=trust.origin,
            books=self.books,
            clock_bound=trust.clock_bound,
        )
        if size == 0:
            founding = self._sequencer()
            for book in books:
                founding.place_document(book_entry(book))
            self._commit(founding)
            found = find_books(store, trust, size=store.size())
            self._logged_books = tuple(found.values())
        else:
            # Signs what a crash left unsigned; and even when there is nothing
            # to sign, holds the store against the signer's memory.
            self._publish()
        LEDGER.info("opened %s, %d entries", self.origin, self._tree.size)
        if signed_size < size:
            LEDGER.warning(
                "signed entries %d to %d of %s, which were stored and not yet"
                " signed when its last writer stopped",
                signed_size,
                size - 1,
                self.origin,
            )

    @property
    def book(self) -> EvidenceBook:
        """The evidence book by which the next entry is judged."""
        return self.books.at(self._tree.size)

    @property
    def heartbeat_ms(self) -> int:
        """How old the last commitment may get: half of the clock bound."""
        return self.trust.clock_bound // 2

    def submit(self, submissions: Iterable[Submission | bytes]) -> list[Reply]:
        """Log *submissions*; return a receipt or the refusal of each.

        Each statement is logged whole or not at all. When this returns, the
        logged ones are on disk, under a signed checkpoint. Another statement
        of events that its issuer has said before is refused with a
        `DuplicateEventError`, which names their entries.

        Raises:
            StoreError: The storage failed; the outcome is unknown, and the
                ledger must be opened again. Then submit the same bytes again.
            ForkError: Signing would fork the log; nothing is signed any more.
            ClockError: The clock is before the last commitment, by more than
                the trust file's clock bound; nothing of this was logged. Set
                it right, and submit again.
        """
        checked = [
            check_one(
                submission,
                self._admission.registry.public_key,
                self.book,
            )
            for submission in parse_all(submissions)
        ]
        return self._replies(self._write_group(checked))

    def _replies(self, answers: Sequence[Answer]) -> list[Reply]:
        logged = iter(self.receipts([i for i in answers if isinstance(i, int)]))
        return [
            next(logged) if isinstance(answer, int) else answer
            for answer in answers
        ]

    def submit_many(
        self,
        submissions: Iterable[Submission | bytes],
        *,
        processes: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[tuple[Submission, Reply]]:
        """Log a stream of *submissions*; yield each with its reply, in order.

        This is for many: `append` and `submit` make each call durable by
        itself, which costs the disk's time for a commit, and here thousands
        of statements share one (`provenance.ledger.batches`). A reply comes
        when its batch is on disk, under a signed checkpoint. Of a slow stream
        none waits for others longer than half a second.

        The stream is read in a thread of its own, some chunks ahead, and the
        signatures are checked in worker processes. When this is given up, the
        producer is left where it stands.

        Args:
            submissions: Read as they are needed.
            processes: How many workers; by default one for each processor.
            progress: Told after each batch how many were answered so far.

        Raises:
            MalformedError: One is bytes, and no submission.
            StoreError: As `submit` does; what was not yielded is unknown.
            ForkError: As `submit` does.
            BaseException: The producer raised it; all that it had given was
                yielded before.
        """
        with fed(parse_all(submissions)) as feed:
            answered = 0
            for batch, answers in self._log_all(feed, processes):
                replies = self._replies(answers)
                answered += len(batch)
                if progress is not None:
                    progress(answered)
                yield from zip(batch, replies, strict=True)
            feed.require_whole()

    def log_stream(
        self,
        submissions: Iterable[Submission],
        *,
        processes: int | None = None,
    ) -> Iterator[tuple[Submission, Answer]]:
        """Log *submissions*, read in the caller's thread; make no receipts.

        For callers whose reading is part of what they interrupt, as commands
        do. An answer comes when its batch is full, or the stream has ended.

        Raises:
            StoreError: As `submit` does; what was not yielded is unknown.
            ForkError: As `submit` does.
        """
        for batch, answers in self._log_all(drawn(submissions), processes):
            yield from zip(batch, answers, strict=True)

    def _log_all(
        self, chunks: Chunks, processes: int | None
    ) -> Iterator[tuple[list[Submission], list[Answer]]]:
        with Workers(processes) as workers:
            checked = workers.check(
                chunks, self._admission.registry.public_keys, self.book
            )
            for batch, found in gather(checked):
                yield batch, self._write_group(found)

    def log_group(self, tickets: Sequence[Ticket]) -> None:
        """Log what was checked elsewhere, all together; fill in the *tickets*.

        For callers that keep workers and a queue of their own, as a server
        does. Each ticket has its answers when this returns, or the failure
        that `submit` would have raised.
        """
        self._owner.require_here()
        with self._turn:
            self._write(tickets)

    def log_document(self, entry: bytes) -> int:
        """Log a trust version or a rule book; return its index.

        Only its form is looked at: whether it may be logged is for the caller
        to say. It is logged as often as it is given.

        Args:
            entry: As `provenance.claims.versions` makes it.

        Raises:
            MalformedError: It is neither.
            RejectedError: It is a version of the trust in another ledger.
            StoreError: As `submit` does.
            ForkError: As `submit` does.
        """
        (answer,) = self._write_group(
            [check_document(entry, origin=self.origin)]
        )
        assert isinstance(answer, int), "a document is placed or raises"
        return answer

    def append(
        self,
        events: Sequence[Event],
        *,
        signer: KeyHolder,
        issuer: str,
    ) -> Receipt:
        """Sign *events* as one statement of *issuer* and log it, once.

        If *issuer* has said all of them before in one statement, the answer
        is that one's receipt, and nothing is logged: so a program that died
        in between appends again (`provenance.ledger.repeats` says how far
        back that is noticed).

        Each call is a commit that is durable when it returns, some 10 ms on a
        slow disk: for many statements there is `submit_many`.

        Raises:
            DuplicateEventError: Some of them are logged already, or all in
                several statements; it says where.
            RejectedError: The ledger's rules do not let it in.
            MalformedError: The statement cannot be written in the format.
            StoreError: As `submit` does.
            ForkError: As `submit` does.
        """
        submission = sign_statement(
            events,
            signer=signer,
            issuer=issuer,
            origin=self.origin,
            now=self._clock(),
        )
        (answer,) = self.submit([submission])
        if isinstance(answer, DuplicateEventError) and answer.is_known:
            first, *others = answer.log_indexes
            if not others:
                return self.receipt(first)
        if isinstance(answer, ProvenanceError):
            raise answer
        return answer

    def check(
        self, submissions: Sequence[Submission]
    ) -> list[ProvenanceError | None]:
        """Return why each submission would be refused; log nothing.

        Each is judged as if those before it had been logged.
        """
        rehearsal = self.rehearse()
        return [rehearsal.check(submission) for submission in submissions]

    def rehearse(self) -> Rehearsal:
        """Return what answers as this ledger would, and logs nothing.

        Others may go on submitting; what they log counts for it, but what
        they change in the registry does not.
        """
        self._owner.require_here()
        with self._turn:
            self._require_whole()
            registry = replay_registry(self._writable, self.trust)
        return Rehearsal(
            self._writable,
            Admission(
                registry,
                origin=self.origin,
                books=self.books,
                clock_bound=self.trust.clock_bound,
            ),
            times=lambda: (self._time, self._now()),
        )

    def cosign(
        self, witnesses: Sequence[Cosigner], *, now: Instant | None = None
    ) -> list[str | ProvenanceError | OSError]:
        """Ask *witnesses* to cosign the latest checkpoint; keep what they say.

        Appending goes on meanwhile. A checkpoint that is not the latest any
        more when the answers are there is not worth keeping: ask again.

        Args:
            witnesses: Each is given the proof from where it stands.
            now: The time, in ms since 1970 or as a datetime with its zone; by
                default the ledger's clock.

        Returns:
            For each witness, in that order, the name that its cosignature
            stands under, or why there is none. No witness stops the others.

        Raises:
            ConflictError: The last entries are not signed yet.
            StoreError: The cosignatures could not be stored.
        """
        now = self._clock() if now is None else to_ms(now)
        with self.moment() as moment:
            size, note = moment.size, parse_note(moment.note)
        known = [witness.key for witness in self.trust.policy.witnesses]
        answers: list[NoteSignature | ProvenanceError | OSError] = []
        for witness in witnesses:
            try:
                line = ask(
                    witness,
                    note,
                    prove=lambda old: self.prove_growth(old, size),
                    known=known,
                    now=now,
                )
            except (ProvenanceError, OSError) as error:
                LEDGER.warning("a witness did not cosign %d: %s", size, error)
                answers.append(error)
            else:
                answers.append(line)
        lines = [line for line in answers if isinstance(line, NoteSignature)]
        lost = self._keep(lines, size=size) if lines else None
        return [
            (lost or answer.name)
            if isinstance(answer, NoteSignature)
            else answer
            for answer in answers
        ]

    def heartbeat(self) -> bool:
        """Commit if the last commitment is `heartbeat_ms` old, without entries.

        A ledger to which nobody says anything says so: what is logged next
        has a commitment before it that is not much older.

        Returns:
            Whether it did.

        Raises:
            StoreError: As `submit` does.
            ForkError: As `submit` does.
            ClockError: As `submit` does.
        """
        self._owner.require_here()
        with self._turn:
            self._require_whole()
            now = self._now()
            if now - self._time < self.heartbeat_ms:
                return False
            sequencer = self._sequencer()
            try:
                self._commit(sequencer, now=now)
            except BaseException as error:
                # As in a turn: what is stored now is unknown.
                self._failure = self._failure or (
                    error
                    if isinstance(error, ProvenanceError)
                    else StoreError(
                        f"a heartbeat was interrupted ({type(error).__name__})"
                    )
                )
                raise
        return True

    def add_cosignatures(
        self, lines: Sequence[NoteSignature], *, size: int
    ) -> str:
        """Return the checkpoint of *size* with *lines*, durably stored.

        It need not be the latest any more: a receipt or a bundle that stands
        under it has them from now on.

        Args:
            lines: Cosignatures that `cosign.ask` returned, so verified ones.
            size: The size of the checkpoint that they are of.

        Raises:
            NotFoundError: There is no checkpoint of that size.
            StoreError: They could not be stored.
        """
        self._owner.require_here()
        with self._turn:
            self._require_whole()
            stored = self._writable.checkpoint_at(size)
            if stored is None:
                raise NotFoundError(f"the log has no checkpoint of {size}")
            # The stored note, not the one that was sent: somebody else may
            # have added to it meanwhile.
            note = format_note(parse_note(stored).with_signatures(*lines))
            try:
                self._writable.publish(size, note)
            except StoreError as error:
                self._failure = self._failure or error
                raise
        return note

    def require_in_place(self) -> None:
        """Check that the store that is written is the one that others find.

        Raises:
            StoreError: It was moved, removed or replaced; see `Store`.
        """
        self._writable.require_in_place()

    def backlog(self) -> int:
        """Return how many bytes open moments keep in the store."""
        return self._writable.backlog()

    def close(self) -> None:
        """Wait for the batch in hand, then give the store back."""
        if not self._owner.is_here:
            return  # A thread of the parent may have its turn, for ever.
        with self._turn:
            super().close()

    def _keep(
        self, lines: Sequence[NoteSignature], *, size: int
    ) -> ConflictError | None:
        """Store *lines* under the checkpoint of *size* if it is the latest."""
        latest = self.size
        if latest != size:
            return ConflictError(
                f"the log grew to {latest} entries while the checkpoint"
                f" of {size} was cosigned: ask again"
            )
        self.add_cosignatures(lines, size=size)
        return None

    # One turn: what waits is written, and everybody is answered.

    def _write_group(self, checked: Sequence[Checked]) -> list[Answer]:
        self._owner.require_here()
        ticket = Ticket(checked)
        with self._queue_lock:
            self._queue.append(ticket)
        with self._turn:
            if ticket.answers is None and ticket.failure is None:
                with self._queue_lock:
                    tickets, self._queue = self._queue, []
                self._write(tickets)
        if ticket.failure is not None:
            raise ticket.failure
        assert ticket.answers is not None, "a turn answers every ticket"
        return ticket.answers

    def _write(self, tickets: Sequence[Ticket]) -> None:
        waiting = [checked for ticket in tickets for checked in ticket.checked]
        answers: list[Answer] = []
        try:
            self._require_whole()
            for batch in batches(waiting):
                answers += self._write_batch(batch)
        except ClockError as error:
            # The storage is as it was: nothing of this batch was placed.
            LEDGER.error("nothing is written to %s: %s", self.origin, error)
            for ticket in tickets:
                ticket.failure = error
            return
        except ProvenanceError as error:
            # Storage is never tried again: what it holds now is unknown.
            LEDGER.error("writing %s stopped: %s", self.origin, error)
            self._failure = self._failure or error
            for ticket in tickets:
                ticket.failure = error
            return
        except BaseException as error:
            # An interrupt, say: map and tree may be ahead of what is stored,
            # and would be committed with the next batch.
            failure = StoreError(
                f"writing was interrupted ({type(error).__name__}): whether"
                " this batch was written is unknown"
            )
            LEDGER.error("writing %s stopped: %s", self.origin, failure)
            self._failure = self._failure or failure
            for ticket in tickets:
                ticket.failure = failure
            raise
        start = 0
        for ticket in tickets:
            stop = start + len(ticket.checked)
            ticket.answers = answers[start:stop]
            start = stop

    def _require_whole(self) -> None:
        if isinstance(self._failure, ForkError):
            raise self._failure
        if self._failure is not None:
            raise StoreError(
                f"the ledger stopped writing: {self._failure}. Open it again"
            ) from self._failure

    def _write_batch(self, checked: Sequence[Checked]) -> list[Answer]:
        now = self._now()
        if (
            self._is_shared_word(checked)
            and now - self._time >= self.heartbeat_ms
        ):
            # An authority's voice waits from the last commitment on.
            self._commit(self._sequencer(), now=now)
        sequencer = self._sequencer()
        answers = self._place_all(
            checked, sequencer, self._admission, self._map, now=now
        )
        if not sequencer.is_empty:
            self._commit(sequencer, now=now)
        if LEDGER.isEnabledFor(INFO):
            _log_refusals(checked, answers)
        return answers

    def _is_shared_word(self, checked: Sequence[Checked]) -> bool:
        """Return whether something is said that others may have to say too."""
        return self._admission.registry.is_shared and any(
            event.act is REGISTRY_ACT
            for statement in checked
            if isinstance(statement, CheckedStatement)
            for event in statement.events
        )

    def _sequencer(self) -> Sequencer:
        return Sequencer(
            self._map,
            self._writable,
            size=self._tree.size,
            link_count=self._link_count,
        )

    def _place_all(
        self,
        checked: Sequence[Checked],
        sequencer: Sequencer,
        admission: Admission,
        item_map: ItemMap,
        *,
        now: int,
    ) -> list[Answer]:
        stream = PlacedStream(
            admission,
            self._writable,
            sequencer,
            item_map,
            named=self._writable.named,
            latest_time=self._latest_time,
            is_new=True,
            quotas=self._quotas,
        )
        stream.look_up(checked)
        answers: list[Answer] = []
        placed: dict[bytes, int] = {}
        for statement in checked:
            if isinstance(statement, ProvenanceError):
                answers.append(statement)
                continue
            if isinstance(statement, CheckedDocument):
                answers.append(sequencer.place_document(statement.entry))
                continue
            logged = self._find_logged(statement, placed)
            if logged is not None:
                answers.append(logged)
                continue
            try:
                admitted = stream.admit(
                    statement,
                    log_index=sequencer.next_index,
                    window=(self._time, now),
                )
            except (
                InvalidSignatureError, MalformedError, RejectedError,
            ) as error:  # fmt: skip
                answers.append(error)
                continue
            index = stream.place(admitted)
            placed[statement.statement_id] = index
            answers.append(index)
        return answers

    def _find_logged(
        self, statement: CheckedStatement, placed: dict[bytes, int]
    ) -> int | None:
        index = placed.get(statement.statement_id)
        # Most are newer than all that is stored, and need no look-up.
        if index is None and statement.issued_at <= self._latest_issue:
            index = self._writable.find_statement(
                statement.issued_at, statement.statement_id
            )
        return index

    def _commit(self, sequencer: Sequencer, *, now: int | None = None) -> None:
        now = self._now() if now is None else now
        sequenced = sequencer.commit_map(now=now)
        heads, map_rows = self._map.changes()
        old_size = self._tree.size
        changed = self._tree.append([
            leaf_hash(row.entry) for row in sequenced.entries
        ])  # fmt: skip
        tiles = [(LOG, *tile) for tile in changed]
        self._writable.commit(
            Batch(
                old_size=old_size,
                entries=sequenced.entries,
                statements=sequenced.statements,
                first_link=self._link_count,
                links=sequenced.links,
                heads=heads,
                map_rows=map_rows,
                tiles=[*tiles, *sequenced.tiles],
                registry=sequenced.registry,
                names=sequenced.names,
                warnings=sequenced.warnings,
                cuts=sequenced.cuts,
                times=sequenced.times,
                books=sequenced.books,
            )
        )
        self._map.stored()
        self._link_count += len(sequenced.links)
        self._latest_issue = max(
            [self._latest_issue, *(row[0] for row in sequenced.statements)]
        )
        self._latest_time = max(
            [self._latest_time, *(row.time for row in sequenced.times)]
        )
        self._time = now
        self._publish()
        LEDGER.debug(
            "committed entries %d to %d of %s",
            old_size,
            self._tree.size - 1,
            self.origin,
        )

    def _publish(self) -> None:
        publish(
            self._writable,
            self._tree,
            self._edge,
            self._log_signer,
            now=self._clock(),
        )

    def _now(self) -> int:
        """Return the log's time for what is logged next, in ms since 1970.

        It never goes back, whatever the clock does, and never runs ahead of
        the clock by more than the clock bound: rather nothing is logged.

        Raises:
            ClockError: The last commitment is further ahead than that.
        """
        now = self._clock()
        if self._time > now + self.trust.clock_bound:
            raise ClockError(
                f"the log's last commitment says {written(self._time)}, and"
                f" this machine's clock {written(now)}, more than"
                f" {self.trust.clock_bound_seconds} s earlier: set the clock"
                " right. If the clock is right, it ran ahead when that was"
                " committed: nothing can be logged until it has come within"
                " that of it"
            )
        return max(now, self._time)


def _log_refusals(
    checked: Sequence[Checked], answers: Sequence[Answer]
) -> None:
    """Log each refusal by its class alone: what it says quotes the events."""
    for statement, answer in zip(checked, answers, strict=True):
        if isinstance(answer, ProvenanceError):
            LEDGER.info(
                "refused statement %s: %s",
                statement.statement_id.hex()
                if isinstance(statement, CheckedStatement)
                else "of no known id",
                type(answer).__name__,
            )


def _item_map(store: Store, cache_bytes: int) -> ItemMap:
    """Return the map, with room for its items, and for slots if there is."""
    with_slots = ITEM_BYTES + SLOT_BYTES // 16
    if cache_bytes < MAP_CACHE_BYTES:
        return ItemMap(store, cached=cache_bytes // ITEM_BYTES, has_slots=False)
    return ItemMap(store, cached=cache_bytes // with_slots)


def _last_commitment(store: Store, size: int) -> Commitment:
    for entry in store.entries(size - 1, size):
        try:
            return parse_commitment(entry)
        except MalformedError as error:
            raise DamagedError(
                f"the last entry is no map commitment: {error}; run an audit"
            ) from error
    raise DamagedError(f"entry {size - 1} is missing: run an audit")
