"""The one driver of the pipeline: statements in order, each with its past.

Whether a statement is admitted depends on what was logged before it, and that
is put together here for all who ask the rules:

    ledger      the past is the store, and what this batch has placed so far
    audit       the past is what was derived from the entries before
    rehearsal   the past is the store, and what was rehearsed
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from provenance.ledger.admit import (
    Admission,
    Admitted,
    Called,
    LogPosition,
    Past,
)
from provenance.ledger.ancestry import require_no_circle
from provenance.ledger.check import CheckedEvent, CheckedStatement
from provenance.ledger.itemmap import ItemMap
from provenance.ledger.quotas import Quotas
from provenance.ledger.repeats import Repeats
from provenance.ledger.sequence import Sequencer
from provenance.ledger.trails import LoggedEvents, TrailEnds, Trails, TrailState
from provenance.ledger.workers import Checked
from provenance.store.protocol import NameRow, Reader


class Stream:
    """Admits statements one after another."""

    def __init__(
        self,
        admission: Admission,
        past: Past,
        trails: Trails | None,
        *,
        quotas: Quotas | None = None,
        earlier: Callable[[str, bytes], int] | None = None,
    ) -> None:
        """Ask *admission*, of what comes after *past*.

        Args:
            admission: The rules, with a registry that is moved on.
            past: What was logged before each statement; it moves on with
                them. What the trails forbid is added here.
            trails: The trails before each statement; None if they are not
                known, and nothing is asked of them.
            quotas: What signers may say in a time; None if that is not asked.
            earlier: Returns how many events an issuer has said of the item
                with a map key that no trail shows.
        """
        self._admission = admission
        self._past = past
        self._trails = trails
        self._quotas = quotas
        self._earlier = earlier

    def admit(
        self,
        statement: CheckedStatement,
        *,
        log_index: int,
        window: tuple[int, int],
        called: Called = "event {}".format,
    ) -> Admitted:
        """Return *statement* as admitted at *log_index*.

        Args:
            statement: What was checked.
            log_index: The index that it has, or will have.
            window: The times of the commitments before and after it, in ms
                since 1970.
            called: How the event at a position is called in messages.

        Raises:
            ProvenanceError: As `Admission.admit` does.
        """
        since, now = window

        def judge(
            statement: CheckedStatement, log_index: int, called: Called
        ) -> None:
            self._judge(statement, log_index, now, called)

        return self._admission.admit(
            statement,
            past=replace(self._past, judge=judge),
            log_index=log_index,
            since=since,
            now=now,
            called=called,
        )

    def _judge(
        self,
        statement: CheckedStatement,
        log_index: int,
        now: int,
        called: Called,
    ) -> None:
        if self._trails is None:
            return
        book = self._admission.books.at(log_index)
        require_no_circle(statement, self._trails, book=book, called=called)
        if self._quotas is None:
            return
        earlier = self._earlier
        self._quotas.require(
            statement,
            self._trails,
            registry=self._admission.registry,
            book=book,
            now=now,
            called=called,
            earlier=None
            if earlier is None
            else lambda key: earlier(statement.issuer, key),
        )


class PlacedStream(Stream):
    """Admits the statements of one commit, and places them."""

    def __init__(  # noqa: PLR0913  # each is what came before
        self,
        admission: Admission,
        reader: Reader,
        sequencer: Sequencer,
        item_map: ItemMap,
        *,
        named: Callable[[bytes], Iterable[NameRow]],
        latest_time: int | None = None,
        is_new: bool,
        quotas: Quotas | None = None,
    ) -> None:
        """Place in *sequencer*, after what *reader* and *item_map* hold.

        Args:
            admission: The rules.
            reader: What is stored.
            sequencer: What is being added.
            item_map: The map, which *sequencer* moves on.
            named: Returns the names under a key that came before the commit.
            latest_time: The latest time of any event that is stored; None if
                that is not known.
            is_new: Whether the statements are new, and what was said before
                is refused. An audit cannot know that: what concealed fields
                held is gone.
            quotas: What signers may say in a time, if that is asked.
        """

        def head_link(key: bytes) -> bytes | None:
            leaf = item_map.get(key)
            return None if leaf is None else leaf[2]

        def trail(key: bytes) -> TrailState | None:
            leaf = item_map.get(key)
            return None if leaf is None else TrailState(leaf[1], leaf[3])

        self._is_new = is_new
        self._sequencer = sequencer
        self._ends = TrailEnds(trail)
        trails = Trails(reader, self._ends.find, sequencer)
        self._repeats = repeats = Repeats(trails)
        self._logged = LoggedEvents(
            trails, before=sequencer.start, latest=latest_time
        )

        # No method of this object: what a commit holds is gone with it, and
        # does not wait for cycles to be looked for.
        def said_before(
            event: CheckedEvent, issuer: str, names: Sequence[NameRow]
        ) -> LogPosition | None:
            return repeats.find(event, issuer=issuer, names=names)

        past = Past(
            head_link,
            lambda key: [*named(key), *sequencer.named(key)],
            said_before if is_new else None,
            self._logged.find,
        )
        super().__init__(admission, past, trails, quotas=quotas)

    def look_up(self, coming: Iterable[Checked | None]) -> None:
        """Read what `admit` will ask about those, all in one go.

        Raises:
            StoreError: It cannot be read.
        """
        events = [
            event
            for statement in coming
            if isinstance(statement, CheckedStatement)
            for event in statement.events
        ]
        if self._is_new:
            self._repeats.look_up(events)
        self._logged.look_up(events)

    def place(self, admitted: Admitted) -> int:
        """Return the log index of *admitted*, which is linked there.

        Raises:
            StoreError: What is stored of its trails is damaged.
        """
        index = self._sequencer.place(admitted)
        self._ends.grew(admitted.statement.events)
        return index
