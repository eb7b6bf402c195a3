"""A ledger behind a node's URL, as commands ask for it (`intake.target`).

What the node answers is verified here, by the caller's own trust file:

    receipts     prove that the very statement that was sent is in the log
    bundles      prove an item's trail; an actor's keys and grants are its own
                 trail, so its bundle proves them, whole and up to when
    all else     is the node's word: the list of all actors, and who has a key.
                 Who signs by mistake as somebody else is refused

So a key is never revoked by an id that the node made up.
"""

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from provenance.claims.event import Event
from provenance.claims.registry import Actor, TrustRegistry
from provenance.claims.statement import (
    Submission,
    parse_entry,
    sign_statement,
)
from provenance.client import Client
from provenance.client.batches import limits_of
from provenance.encoding.digest import Hash
from provenance.errors import (
    MalformedError,
    NotFoundError,
    ProvenanceError,
    QuorumNotMetError,
    StoreError,
    UnknownActorError,
    within,
)
from provenance.feed import Drawn
from provenance.intake.signatory import Signatory
from provenance.ledger.admit import Admission, Called
from provenance.ledger.check import check_event
from provenance.ledger.ledger import Answer
from provenance.ledger.ledger import clock_now as now
from provenance.ledger.rehearse import Rehearsal
from provenance.ledger.reveal import Revealed
from provenance.proof.receipt import Receipt
from provenance.proof.trust import Trust
from provenance.proof.verify import Verified, verify_bundle
from provenance.rules.book import EvidenceBook
from provenance.rules.books import Books
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.note import parse_note
from provenance.tlog.proof_file import parse_proof

Say = Callable[[str], None]


def _say_nothing(text: str) -> None:
    """Stand for nobody who is to be told."""


class NodeLedger:
    """A running node's ledger."""

    actors_rest_on = (
        "the list is the node's word; `actor list ACTOR` proves what is told"
        " of one"
    )
    untold = (
        "only the node can tell whether an event is logged already, an eventID"
        " was used before, a trail still ends where a statement demands, and a"
        " change to an actor may be made"
    )

    def __init__(
        self, client: Client, url: str = "the node", *, say: Say = _say_nothing
    ) -> None:
        """Take the client of the node at *url*.

        Args:
            client: Made with the caller's trust file.
            url: Named in messages.
            say: Narrates.
        """
        self._client = client
        self._url = url
        self._say = say
        self._receipt = ""
        self._size: int | None = None
        self._books: Books | None = None

    @property
    def trust(self) -> Trust:
        """The caller's own trust file."""
        return self._client.trust

    @property
    def size(self) -> int | None:
        """How many entries the log has by the latest receipt or checkpoint."""
        if not self._receipt:
            return self._size
        note = parse_proof(self._receipt).checkpoint
        return parse_checkpoint(parse_note(note).text).size

    @property
    def books(self) -> Books:
        """The ledger's rule books: shipped, or in a bundle of the node.

        Raises:
            UnknownBookError: One is neither.
        """
        return self._books or Books.resolve(self.trust.books)

    @property
    def book(self) -> EvidenceBook:
        """The evidence book by which it judges what it is given."""
        return self.books.at(2**53)

    @property
    def spool(self) -> Path:
        """The folder for temporary files."""
        return Path(tempfile.gettempdir())

    # Reading.

    def prove_item(
        self,
        item: str,
        *,
        reveal: Collection[str] = (),
        stretch: tuple[int, int] | None = None,
    ) -> bytes:
        """Return the bundle of *item* as the node gives it.

        Of a *stretch* only the start is asked for; the node decides how far
        it goes.
        """
        assert not reveal, "a node reveals nothing"
        start = None if stretch is None else stretch[0]
        return self._client.bundle(item, start=start)

    def reveal(self, item: str, pointers: Collection[str]) -> list[Revealed]:
        """Never asked: a node shows what everybody may see."""
        raise AssertionError(f"a node reveals none of {pointers} of {item}")

    def find_owner(self, key_id: Hash) -> str | None:
        """Return the actor whose key that is, or was, says the node."""
        founding = self.trust.registry().owner(key_id)
        if founding is not None:
            return founding
        for actor in self._client.actors(key_id=key_id):
            if key_id in actor.keys:
                return actor.id
        return None

    def actors(self) -> Iterator[Actor]:
        """Yield every actor, as the node tells it."""
        return self._client.actors()

    def actor(self, actor_id: str) -> Actor:
        """Return that actor, as its own trail proves it."""
        return self.registry(actor_id, self.trust).actor(actor_id)

    def registry(self, actor_id: str, trust: Trust) -> TrustRegistry:
        """Return the registry, as far as the trail of *actor_id* proves it.

        Args:
            actor_id: The actor.
            trust: By which the proof is verified.

        Raises:
            UnknownActorError: The node has no trail of it, nor does the trust
                file name it.
            VerificationError: What the node gives proves nothing.
        """
        verified = self._verified(actor_id, trust)
        if verified is not None:
            self._books = verified.books
            return verified.registry
        registry = trust.registry()
        if not registry.knows(actor_id):
            raise UnknownActorError(
                f"no actor {actor_id!r} is enrolled, says {self._url}"
            )
        return registry

    def registry_after(
        self, log_index: int, actor_id: str
    ) -> TrustRegistry | None:
        """Return the registry after that entry, if it is proven by now."""
        try:
            verified = self._verified(actor_id, self.trust)
        except ProvenanceError as error:
            # The statement is logged, which its receipt has proven.
            self._say(f"what the node shows of {actor_id}: {error}")
            return None
        if verified is None or verified.summary.size <= log_index:
            return None
        return verified.registry

    def head_link(self, item: str) -> Hash | None:
        """Return the last link of *item*'s trail, as its bundle proves it.

        Without a bundle it is the node's word that there is no such trail; a
        statement that demands so is refused if that is not true.
        """
        verified = self._verified(item, self.trust)
        return None if verified is None else verified.head

    def _verified(self, item: str, trust: Trust) -> Verified | None:
        """Return what the bundle of *item* proves; None if there is none."""
        try:
            data = self._client.bundle(item)
        except NotFoundError:
            return None
        with within(f"the bundle of {item} from {self._url}"):
            return verify_bundle(data, trust=trust, now=now(), item=item)

    # Writing.

    def require_log(self) -> None:
        """Check that the node has the log of the caller's trust file.

        Before a statement is sent, with all that it conceals: a wrong URL, or
        another ledger's trust file, is found out here.

        Raises:
            VerificationError: The node serves another log.
            UnreachableError: It does not answer.
        """
        # A node may keep its log at an address of its own, and witnesses
        # come later: then receipts alone say what it is worth.
        with within(self._url), suppress(NotFoundError, QuorumNotMetError):
            self._size = self._client.checkpoint().checkpoint.size

    def append(self, event: Event, signatory: Signatory) -> int:
        """Log *event* as one statement; return its log index."""
        submission = sign_statement(
            [event],
            signer=signatory.signer,
            issuer=signatory.issuer,
            origin=self.trust.origin,
            now=now(),
        )
        (answer,) = self.submit_many([submission])
        if isinstance(answer, ProvenanceError):
            raise answer
        return answer

    def made_in(self, item: str) -> None:
        """Return None: what was made before, the item's verdict tells."""

    def find_event(self, event: Event, *, issuer: str, called: str) -> None:
        """Check that *event* is one; the node says whether it knows it."""
        check_event(event, called=called, issuer=issuer, book=self.book)

    def rehearse(self) -> "NodeRehearsal":
        """Return what says beforehand what the node would refuse."""
        return NodeRehearsal(self, say=self._say)

    def submit_many(
        self,
        submissions: Iterable[Submission],
        *,
        processes: int | None = None,
    ) -> Iterator[Answer]:
        """Log *submissions*; yield the answer of each, in order.

        Raises:
            StoreError: Whether one was logged is unknown, or no answer came.
            VerificationError: A receipt proves nothing.
        """
        del processes  # The node has its own.
        batches = Drawn(submissions, limits_of())
        with within(self._url):
            while batch := batches.take():
                for reply in self._client.submit(batch):
                    if isinstance(reply, Receipt):
                        self._receipt = reply.text
                        yield reply.log_index
                    elif isinstance(reply, StoreError):
                        raise reply
                    else:
                        yield reply


class NodeRehearsal:
    """Tells what can be told without the node, by what is proven of signers.

    Each signer's own trail is asked for once, and rehearsed by.
    """

    def __init__(self, ledger: NodeLedger, *, say: Say) -> None:
        self._ledger = ledger
        self._say = say
        self._rehearsals: dict[str, Rehearsal | None] = {}

    def check(self, submission: Submission) -> ProvenanceError | None:
        """Return why *submission* would be refused, as far as can be told."""
        try:
            issuer = parse_entry(submission.entry).header.issuer
            rehearsal = self._of(issuer)
        except (MalformedError, UnknownActorError) as error:
            return error
        return None if rehearsal is None else rehearsal.check(submission)

    def require(
        self,
        events: Sequence[Event],
        *,
        issuer: str,
        key_id: Hash,
        called: Called,
    ) -> None:
        """Check that the node would take *events*, as far as can be told."""
        rehearsal = self._of(issuer)
        if rehearsal is not None:
            rehearsal.require(
                events, issuer=issuer, key_id=key_id, called=called
            )
            return
        for position, event in enumerate(events):
            check_event(
                event,
                called=called(position),
                issuer=issuer,
                book=self._ledger.book,
            )

    def _of(self, issuer: str) -> Rehearsal | None:
        """Return the rehearsal of what *issuer* signs; None if unproven."""
        if issuer not in self._rehearsals:
            self._rehearsals[issuer] = self._begin(issuer)
        return self._rehearsals[issuer]

    def _begin(self, issuer: str) -> Rehearsal | None:
        # An old proof will do: the node says what has changed since.
        trust = replace(self._ledger.trust, max_age_seconds=None)
        try:
            registry = self._ledger.registry(issuer, trust)
        except QuorumNotMetError as error:
            self._say(
                f"what {issuer} may say is not proven beforehand ({error}):"
                " the node decides alone"
            )
            return None
        return Rehearsal(
            None,
            Admission(
                registry,
                origin=self._ledger.trust.origin,
                books=self._ledger.books,
                clock_bound=self._ledger.trust.clock_bound,
            ),
            times=lambda: (now(), now()),
        )
