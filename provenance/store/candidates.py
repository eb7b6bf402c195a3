"""The one thing queries ask of an index: where to look, and in which order.

An index is derived from the log, and never believed. It gives *candidates*:
places of events in the log that may be what a query asks for. Whoever asks
loads each from the ledger itself and looks whether it is. So an index may
give too many; what it must not do is leave one out.

It grows by *catching up* with the log, whole commits at a time, and can be
deleted at any moment: the next query makes it again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from provenance.epcis.query import Between, TextEquals
from provenance.errors import StoreError


class IndexDamagedError(StoreError):
    """What is in the index cannot have been written there: make it again."""

    hint = "delete the index: the next query makes it again from the log"


class IndexState(NamedTuple):
    """How far an index has come.

    Attributes:
        size: It knows the events of the entries [0, size).
        last: SHA-256 of entry *size* - 1; empty at size 0.
        hashed: It knows the hash ids of the events of entries [0, hashed).
    """

    size: int = 0
    last: bytes = b""
    hashed: int = 0


class IndexedEvent(NamedTuple):
    """What an index keeps of one event.

    Attributes:
        position: Its number in its statement.
        time: When it happened, in µs since 1970.
        is_concealing: Whether it has concealed fields that are there.
        texts: (path, text) of its facts.
        numbers: (path, number) of its facts.
        values: (field, value) of what is listed of all events together.
    """

    position: int
    time: int
    is_concealing: bool
    texts: Collection[tuple[str, str]]
    numbers: Collection[tuple[str, int | float]]
    values: Collection[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class IndexedStatement:
    """What an index keeps of one statement, or of some of its events.

    Attributes:
        log_index: Its entry.
        record_time: When it was logged, in ms since 1970.
        event_count: How many events it has, of whatever kind.
        events: Those that queries can find.
        goes_on: Whether more of its events follow, in the next slice.
    """

    log_index: int
    record_time: int
    event_count: int
    events: list[IndexedEvent] = field(default_factory=list)
    goes_on: bool = False


class IndexedSlice(NamedTuple):
    """What an index keeps of a part of the log, as much as fits in memory.

    Attributes:
        statements: Of each statement; the last may go on in the next slice.
        size: It is of entries before this one.
        last: SHA-256 of entry *size* - 1, if the slice ends a commit.
    """

    statements: Sequence[IndexedStatement]
    size: int
    last: bytes = b""


class Demand(NamedTuple):
    """What must hold of a candidate, as far as an index can tell.

    One of these is enough:

    Attributes:
        choices: A fact that it has.
        places: The (log index, position) that it has.
        may_be_concealed: That it conceals something.
    """

    choices: Sequence[TextEquals | Between]
    places: Sequence[tuple[int, int]] = ()
    may_be_concealed: bool = False


class CandidateQuery(NamedTuple):
    """Which candidates are wanted.

    Attributes:
        demands: What must hold, all of it.
        by_record: Whether they come in the order of the log, or else in that
            of their own times.
        is_descending: Whether the latest comes first.
        size: They are from the first *size* entries of the log.
        after: The number of the event after which to start, if any.
    """

    demands: Sequence[Demand]
    by_record: bool
    is_descending: bool
    size: int
    after: int | None = None


class Candidate(NamedTuple):
    """Where in the log an event may be that is asked for.

    Attributes:
        number: Which event of the whole log it is, from 0.
        log_index: The entry of its statement.
        position: Its number in the statement.
        record_time: When that was logged, in ms since 1970.
    """

    number: int
    log_index: int
    position: int
    record_time: int


class IndexView(Protocol):
    """An index that stands still."""

    def state(self) -> IndexState:
        """Return how far it has come."""

    def values(self, field: str, *, after: str, count: int) -> list[str]:
        """Return at most *count* values of *field* that come after *after*.

        In the order of their code points.
        """

    def candidates(self, wanted: CandidateQuery) -> Iterator[Candidate]:
        """Yield the candidates, in order, each once.

        Raises:
            MalformedError: There is no event *wanted.after*.
            IndexDamagedError: What is read makes no sense.
        """


class IndexCheck(Protocol):
    """One index, held against what a log makes; nothing of it is changed."""

    def state(self) -> IndexState:
        """Return how far the index has come, as it says."""

    def missing(self, statements: Sequence[IndexedStatement]) -> Iterator[str]:
        """Yield what the index lacks of *statements*, the next of the log.

        Raises:
            StoreError: It cannot be read.
        """

    def left_over(self) -> Iterator[str]:
        """Yield what the index has beside all that was looked for.

        Raises:
            StoreError: It cannot be read.
        """


class EventIndex(Protocol):
    """An index of a ledger's events. Any thread, and process, may use it."""

    def view(self) -> AbstractContextManager[IndexView]:
        """Return the index as it stands now, until the block ends.

        Raises:
            IndexDamagedError: It is damaged.
            StoreError: It cannot be read.
        """

    def turn(self) -> AbstractContextManager[bool]:
        """Take the right to write; give whether nobody else has it."""

    def add(self, slices: Iterable[IndexedSlice]) -> int:
        """Add *slices*, the last of which ends a commit; return its size.

        All of them are added, or none if the process is stopped; memory holds
        one at a time.
        """

    def add_hashes(
        self, hashes: Sequence[tuple[int, int, str]], *, hashed: int
    ) -> None:
        """Add the (log index, position, hash id) of events that it knows.

        The index then has the hash ids up to entry *hashed*.
        """

    def clear(self) -> None:
        """Forget everything; also what is wrong with it."""

    def close(self) -> None:
        """Give the index back; a second call does nothing."""
