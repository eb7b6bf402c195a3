"""What is asked of a ledger that statements are handed to.

at_ledger   one that is open in this process, to be written or only read
at_node     one behind a node's URL; what it answers is verified
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from provenance.claims.event import Event
from provenance.claims.statement import Submission
from provenance.encoding.digest import Hash
from provenance.errors import ProvenanceError
from provenance.ledger.admit import Called
from provenance.ledger.ledger import Answer
from provenance.proof.trust import Trust
from provenance.rules.book import EvidenceBook


class Rehearses(Protocol):
    """Says beforehand what a ledger would refuse, as far as it can tell."""

    def check(self, submission: Submission) -> ProvenanceError | None:
        """Return why *submission* would be refused; None if it would not."""

    def require(
        self,
        events: Sequence[Event],
        *,
        issuer: str,
        key_id: Hash,
        called: Called,
    ) -> None:
        """Check that the ledger would take *events*; see `Rehearsal`."""


@runtime_checkable
class Target(Protocol):
    """A ledger that statements are rehearsed for, and handed to."""

    @property
    def book(self) -> EvidenceBook:
        """The evidence book by which it judges what it is given."""

    @property
    def trust(self) -> Trust:
        """By which its answers are judged."""

    @property
    def size(self) -> int | None:
        """How many entries it has; None if that is not known."""

    @property
    def spool(self) -> Path:
        """A folder on the disk where large documents may wait."""

    @property
    def untold(self) -> str:
        """What `rehearse` cannot tell, for people; "" if it tells all."""

    def find_owner(self, key_id: Hash) -> str | None:
        """Return the actor whose key that is, or was; None for nobody's."""

    def head_link(self, item: str) -> Hash | None:
        """Return the last link of *item*'s trail; None without one."""

    def made_in(self, item: str) -> int | None:
        """Return the latest entry by which *item* was made, or ended.

        None if there is none, or if that shows only when it is handed in.
        """

    def find_event(
        self, event: Event, *, issuer: str, called: str
    ) -> int | None:
        """Return the entry in which *issuer* said *event* before.

        None if it did not, or if that shows only when it is handed in.

        Raises:
            MalformedError: It is no event that a ledger takes.
        """

    def rehearse(self) -> Rehearses:
        """Return what says beforehand what would be refused."""

    def submit_many(
        self, submissions: Iterable[Submission], *, processes: int | None
    ) -> Iterator[Answer]:
        """Log *submissions*; yield the answer of each, in order.

        Raises:
            RejectedError: It is open to be read only.
        """
