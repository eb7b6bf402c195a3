"""A ledger in a folder, as commands ask for it (`provenance.cli.where`)."""

from collections.abc import Collection
from pathlib import Path

from provenance.claims.event import Event
from provenance.claims.registry import Actor, TrustRegistry
from provenance.intake.at_ledger import AtLedger
from provenance.intake.signatory import Signatory
from provenance.ledger.ledger import Ledger
from provenance.ledger.read import LedgerReader
from provenance.ledger.reveal import Revealed
from provenance.proof.trust import Trust


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


class FolderLedger(AtLedger):
    """A ledger in a folder, open to be written."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        super().__init__(ledger, folder)
        self._registry = ledger.registry
        self._append = ledger.append

    def actor(self, actor_id: str) -> Actor:
        """Return that actor as it stands now."""
        return self._registry().actor(actor_id)

    def append(self, event: Event, signatory: Signatory) -> int:
        """Log *event* as one statement; return its log index."""
        return self._append(
            [event], signer=signatory.signer, issuer=signatory.issuer
        ).log_index

    def registry_after(self, log_index: int, actor_id: str) -> TrustRegistry:
        """Return the registry as it stands now."""
        del log_index, actor_id
        return self._registry()
