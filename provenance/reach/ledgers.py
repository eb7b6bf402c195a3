"""What is asked of a ledger, and a folder that answers it.

`provenance.intake.at_node.NodeLedger` is what answers for a node.
"""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from provenance.claims.event import Event
from provenance.claims.registry import Actor, TrustRegistry
from provenance.intake.at_ledger import AtLedger
from provenance.intake.signatory import Signatory
from provenance.intake.target import Target
from provenance.ledger.ledger import Ledger
from provenance.ledger.read import LedgerReader
from provenance.ledger.reveal import Revealed
from provenance.proof.trust import Trust


class WritableLedger(Target, Protocol):
    """A ledger that statements are handed to, and changes to actors."""

    def actor(self, actor_id: str) -> Actor:
        """Return that actor as it stands now.

        Raises:
            UnknownActorError: None with that id is enrolled.
        """

    def append(self, event: Event, signatory: Signatory) -> int:
        """Log *event* as one statement; return its log index.

        Raises:
            RejectedError: The ledger refused it.
        """

    def registry_after(
        self, log_index: int, actor_id: str
    ) -> TrustRegistry | None:
        """Return the registry after that entry, as far as that actor goes.

        None if what is shown so far does not reach that entry.
        """


class ReadableLedger(Protocol):
    """A ledger whose actors, and items' stories, are asked for."""

    @property
    def trust(self) -> Trust:
        """By which its answers are judged."""

    def prove_item(
        self,
        item: str,
        *,
        reveal: Collection[str] = (),
        stretch: tuple[int, int] | None = None,
    ) -> bytes:
        """Return the bundle of *item*, whatever it proves.

        Args:
            item: Its id.
            reveal: The concealed fields to show, as `prove_item` of a ledger
                has it.
            stretch: Which of its events to show besides, likewise.

        Raises:
            NotFoundError: The ledger has no event of it, or none of that
                number.
            MalformedError: A node has none of that number.
        """

    def reveal(
        self, item: str, pointers: Collection[str]
    ) -> Sequence[Revealed]:
        """Return what *item*'s events conceal there; of a folder alone."""

    def actor(self, actor_id: str) -> Actor:
        """Return that actor as it stands now.

        Raises:
            UnknownActorError: None with that id is enrolled.
        """

    def actors(self) -> Iterable[Actor]:
        """Return every actor, in order of enrolment."""

    @property
    def actors_rest_on(self) -> str:
        """What to say of `actors`, for people; "" if it is beyond doubt."""


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
