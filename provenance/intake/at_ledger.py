"""A ledger that is open in this process, as `target` asks for it.

Whoever only wants to know what a ledger would answer reads it, beside any
writer: nothing is locked, and what was asked for at the start is true of one
moment to the end.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from provenance.claims.event import Event
from provenance.claims.statement import Submission
from provenance.encoding.digest import Hash
from provenance.errors import RejectedError
from provenance.ledger.ledger import Answer, Ledger
from provenance.ledger.read import LedgerReader, Snapshot
from provenance.ledger.rehearse import Rehearsal, rehearse_at
from provenance.proof.trust import Trust
from provenance.rules.book import EvidenceBook


class AtReader:
    """A ledger to be read; see `target.Target`."""

    untold = ""

    def __init__(
        self,
        reader: LedgerReader,
        moment: Snapshot,
        *,
        clock: Callable[[], int],
    ) -> None:
        """Rehearse by *reader* as it stands at *moment*."""
        self._reader = reader
        self._moment = moment
        self._clock = clock

    @property
    def trust(self) -> Trust:
        return self._reader.trust

    @property
    def size(self) -> int:
        return self._moment.size

    @property
    def book(self) -> EvidenceBook:
        return self._reader.books.at(self._moment.size)

    @property
    def spool(self) -> Path:
        return Path(tempfile.gettempdir())

    def find_owner(self, key_id: Hash) -> str | None:
        return self._reader.registry().owner(key_id)

    def head_link(self, item: str) -> Hash | None:
        head = self._reader.head(item)
        return None if head is None else head.link

    def made_in(self, item: str) -> int | None:
        return self._reader.made_in(item)

    def find_event(
        self, event: Event, *, issuer: str, called: str
    ) -> int | None:
        place = self._reader.find_event(event, issuer=issuer, called=called)
        return None if place is None else place.log_index

    def rehearse(self) -> Rehearsal:
        return rehearse_at(self._moment, self._reader, clock=self._clock)

    def submit_many(
        self, submissions: Iterable[Submission], *, processes: int | None
    ) -> Iterator[Answer]:
        del submissions, processes
        raise RejectedError("the ledger is open to be read: nothing is logged")


class AtLedger:
    """A ledger to be written; see `target.Target`."""

    untold = ""

    def __init__(self, ledger: Ledger, spool: Path | None = None) -> None:
        """Hand statements to *ledger*.

        Args:
            ledger: Where to.
            spool: A folder on its disk; None for the system's temporary one.
        """
        self._ledger = ledger
        self.spool = Path(tempfile.gettempdir()) if spool is None else spool

    @property
    def trust(self) -> Trust:
        """The ledger's own trust file."""
        return self._ledger.trust

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self._ledger.size

    @property
    def book(self) -> EvidenceBook:
        """The evidence book by which it judges what it is given."""
        return self._ledger.book

    def find_owner(self, key_id: Hash) -> str | None:
        """Return the actor whose key that is, or was; None for nobody's."""
        return self._ledger.registry().owner(key_id)

    def head_link(self, item: str) -> Hash | None:
        """Return the last link of *item*'s trail; None without one."""
        head = self._ledger.head(item)
        return None if head is None else head.link

    def made_in(self, item: str) -> int | None:
        """Return the latest entry by which *item* was made, or ended."""
        return self._ledger.made_in(item)

    def find_event(
        self, event: Event, *, issuer: str, called: str
    ) -> int | None:
        """Return the entry in which *issuer* said *event* before."""
        place = self._ledger.find_event(event, issuer=issuer, called=called)
        return None if place is None else place.log_index

    def rehearse(self) -> Rehearsal:
        """Return what says beforehand what would be refused."""
        return self._ledger.rehearse()

    def submit_many(
        self, submissions: Iterable[Submission], *, processes: int | None
    ) -> Iterator[Answer]:
        """Log *submissions*; yield the answer of each, in order."""
        for _, answer in self._ledger.log_stream(
            submissions, processes=processes
        ):
            yield answer
