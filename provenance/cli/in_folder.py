"""A ledger in a folder, as commands ask for it (`provenance.cli.where`)."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from provenance.claims.event import Event
from provenance.claims.registry import Actor, TrustRegistry
from provenance.claims.statement import Submission
from provenance.cli.signing import Signatory
from provenance.encoding.digest import Hash
from provenance.ledger.ledger import Answer, Ledger
from provenance.ledger.read import LedgerReader
from provenance.ledger.rehearse import Rehearsal
from provenance.ledger.reveal import Revealed
from provenance.proof.trust import Trust
from provenance.rules.book import EvidenceBook


class FolderReader:
    """A ledger in a folder, open to be read beside any writer."""

    actors_rest_on = ""

    def __init__(self, reader: LedgerReader) -> None:
        self._reader = reader

    @property
    def trust(self) -> Trust:
        """The ledger's own trust file."""
        return self._reader.trust

    def prove_item(
        self,
        item: str,
        *,
        reveal: Collection[str] = (),
        stretch: tuple[int, int] | None = None,
    ) -> bytes:
        """Return the bundle of *item*."""
        return self._reader.prove_item(item, reveal=reveal, stretch=stretch)

    def reveal(self, item: str, pointers: Collection[str]) -> list[Revealed]:
        """Return what *item*'s events conceal there."""
        return self._reader.reveal(item, pointers)

    def actor(self, actor_id: str) -> Actor:
        """Return that actor as it stands now."""
        return self._reader.registry().actor(actor_id)

    def actors(self) -> list[Actor]:
        """Return every actor, in order of enrolment."""
        return self._reader.registry().actors()


class FolderLedger:
    """A ledger in a folder, open to be written."""

    untold = ""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self.spool = folder

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

    def actor(self, actor_id: str) -> Actor:
        """Return that actor as it stands now."""
        return self._ledger.registry().actor(actor_id)

    def append(self, event: Event, signatory: Signatory) -> int:
        """Log *event* as one statement; return its log index."""
        return self._ledger.append(
            [event], signer=signatory.signer, issuer=signatory.issuer
        ).log_index

    def registry_after(self, log_index: int, actor_id: str) -> TrustRegistry:
        """Return the registry as it stands now."""
        del log_index, actor_id
        return self._ledger.registry()

    def head_link(self, item: str) -> Hash | None:
        """Return the last link of *item*'s trail; None without one."""
        head = self._ledger.head(item)
        return None if head is None else head.link

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
