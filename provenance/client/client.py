"""The client: what the library does with a folder, with a node's URL.

`submit`, `submit_many`   statements, answered with receipts
`receipt`                 the proof of one statement, asked for later
`bundle`, `verify`        an item's whole story, and what it proves
`trail`, `events`         stories and events as the node tells them
`actors`, `actor`         who may say what, as the node tells it
`checkpoint`              the log's head
`require_extension`       that the log only grew between two of them
`trust_text`              the node's own trust file, to be compared
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Self, TypeVar

from provenance.claims.registry import Actor
from provenance.claims.statement import Submission, parse_all
from provenance.client.asking import (
    Asking,
    EventsPage,
    Parameters,
    Questions,
    SignedPage,
)
from provenance.client.batches import (
    BATCH,
    BATCH_BYTES,
    Batch,
    limits_of,
)
from provenance.client.exchange import Exchange, clock_now
from provenance.client.retry import Retries
from provenance.client.sending import Line, Sender
from provenance.encoding.digest import Hash
from provenance.encoding.instant import Instant
from provenance.encoding.strict_json import JSON
from provenance.errors import ProvenanceError
from provenance.feed import Drawn, Feed
from provenance.ledger.reveal import Revealed
from provenance.proof.receipt import Receipt, Reply
from provenance.proof.trust import Trust
from provenance.proof.verdict import Verdict
from provenance.tlog.checkpoint import SignedCheckpoint

_T = TypeVar("_T")


class Client:
    """A ledger's node, asked from anywhere. Used in a `with` block.

    Several threads may use one. Nothing it gives out rests on the node's
    word, but for what `trail`, `events`, `actors`, `actor` and `trust_text`
    give, and a refusal.
    """

    def __init__(  # noqa: PLR0913  # each by name
        self,
        url: str,
        *,
        trust: Trust,
        ca_file: Path | str | None = None,
        timeout_seconds: float = 30.0,
        retries: Retries | None = None,
        log_prefix: str = "/log",
        clock: Callable[[], int] = clock_now,
        token: str | None = None,
    ) -> None:
        """Prepare to ask the node at *url*; nothing is sent yet.

        Args:
            url: Such as https://ledger.example.
            trust: The caller's own trust file. It is what answers are checked
                against, and never taken from the node.
            ca_file: The authorities that may vouch for the node's name, in
                PEM; by default those of the system.
            timeout_seconds: For a connection, and between two parts of what
                is sent or answered.
            retries: How often to ask again; see `Retries`.
            log_prefix: Where below the URL the log's tiles are.
            clock: Returns the time, in ms since 1970.
            token: A secret that the node's operator gave, by which it shows
                what is not for everybody: queries, `concealed`, `statements`.

        Raises:
            ValueError: *url* is not one that can be asked, or not one that a
                token may be sent to: over http anybody can read it.
        """
        self.trust = trust
        self._questions = Questions(
            trust=trust, log_prefix=log_prefix, clock=clock
        )
        self._exchange = Exchange(
            url,
            timeout_seconds=timeout_seconds,
            ca_file=ca_file,
            retries=retries or Retries(),
            clock=clock,
            token=token,
        )
        self._sender = Sender(trust=trust, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the node."""
        self._exchange.close()

    # Statements.

    def submit(self, submissions: Iterable[Submission | bytes]) -> list[Reply]:
        """Log *submissions*; return a receipt or the refusal of each.

        Each statement is logged whole or not at all. A receipt is returned
        only if it proves, by the trust file's log keys, that this very
        statement is in the log; the trust file's witnesses cosign later, and
        `receipt` asks for that. What its issuer has said before in another
        statement is refused with a `DuplicateEventError`: by its word, the
        entries in `log_indexes` have it.

        They are sent in requests of bounded size, one after the other.

        Raises:
            MalformedError: One is no submission; or the node's answer is none.
            VerificationError: The node lies: a receipt of it proves nothing.
            UnreachableError: No answer came; what was logged is unknown. Then
                submit the same bytes again.
            ProvenanceError: The node refused a whole request.
        """
        # All are looked at before the first one is sent.
        parsed = list(parse_all(submissions))
        batches = self._send_all(Drawn(parsed, limits_of()), in_flight=1)
        return [reply for _, replies in batches for reply in replies]

    def submit_many(
        self,
        submissions: Iterable[Submission | bytes],
        *,
        in_flight: int = 1,
        batch: int = BATCH,
        batch_bytes: int = BATCH_BYTES,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[tuple[Submission, Reply]]:
        """Log a stream of *submissions*; yield each with its reply, in order.

        It is read in a thread of its own, and of a slow one nothing waits for
        others longer than a tenth of a second. Memory holds *in_flight* + 3
        batches of it, however long it is. When this raises or is given up,
        whatever was not yielded may or may not be logged, and can be submitted
        again; the producer is left where it stands.

        Args:
            submissions: Read as they are needed.
            in_flight: How many requests may wait for their answers at once.
                With 1 the statements are logged in their order, and none
                after one whose request failed. With more, those of different
                requests are logged in any order: for statements none of which
                is about what another one says.
            batch: How many statements a request has at most.
            batch_bytes: How many bytes they have together, about.
            progress: Told after each batch how many were answered so far.

        Raises:
            ProvenanceError: As `submit` does.
            BaseException: The producer raised it; all that it had given was
                yielded before.
        """
        if min(in_flight, batch, batch_bytes) < 1:
            raise ValueError("in_flight, batch and batch_bytes are 1 or more")
        limits = limits_of(batch=batch, batch_bytes=batch_bytes)
        answered = 0
        with Feed(parse_all(submissions), limits, ahead=1) as feed:
            for sent, replies in self._send_all(feed, in_flight=in_flight):
                answered += len(sent)
                if progress is not None:
                    progress(answered)
                yield from zip(sent, replies, strict=True)
            feed.require_whole()

    def _send_all(
        self, batches: Drawn[Submission] | Feed[Submission], *, in_flight: int
    ) -> Iterator[tuple[Batch, list[Reply]]]:
        """Send *batches*; yield each with its replies, in order."""
        line = Line()
        waiting: deque[tuple[Batch, Future[list[Reply]]]] = deque()

        def send(batch: Batch, number: int) -> list[Reply]:
            with line.turn(number) as is_over:
                if is_over:
                    return []
                return self._run(self._sender.send(batch), line.given_up)

        def is_answered() -> bool:
            return bool(waiting) and waiting[0][1].done()

        with ThreadPoolExecutor(in_flight, "provenance-client") as pool:
            try:
                room = in_flight
                while True:
                    # One more than are sent, to be at hand when one is done.
                    while len(waiting) <= room:
                        batch = batches.take(unless=is_answered)
                        if batch is None:
                            room = -1
                        if not batch:
                            break
                        reply = pool.submit(send, batch, line.number())
                        waiting.append((batch, reply))
                        reply.add_done_callback(batches.wake)
                    if not waiting:
                        return
                    batch, reply = waiting.popleft()
                    yield batch, reply.result()
            finally:
                line.give_up()
                for _, reply in waiting:
                    reply.cancel()

    def receipt(self, entry: bytes) -> Receipt:
        """Return the proof that *entry* is in the log, by the whole trust file.

        Args:
            entry: The signed statement: `Submission.entry`.

        Raises:
            NotFoundError: The node says that it is not; ask again later.
            QuorumNotMetError: Too few witnesses have cosigned so far.
            VerificationError: The proof is none.
            UnreachableError: As `submit` does.
        """
        return self._run(self._questions.receipt(entry))

    # Items.

    def bundle(self, item: str, *, start: int | None = None) -> bytes:
        """Return the bundle of *item* that the node gives, unverified.

        It is to be kept or handed on; whoever gets it verifies it. Of an item
        to which very much happened it shows both ends and every warning, and
        the verdict names what was skipped.

        Args:
            item: The item.
            start: The number of one of its events, counted from 0: that one
                and those behind it are shown besides, 256 in all.

        Raises:
            MalformedError: *item* names none, or has no event of that number;
                or the answer is too large.
            NotFoundError: The node has no such item.
            UnreachableError: The node did not answer.
        """
        return self._run(self._questions.bundle(item, start))

    def verify(self, item: str, *, start: int | None = None) -> Verdict:
        """Return what the bundle of *item* proves, by the trust file alone.

        Args:
            item: The item.
            start: As for `bundle`.

        Raises:
            ProvenanceError: As `bundle` does. That there is no verdict says
                nothing about the item.
        """
        return self._run(self._questions.verify(item, start))

    def trail(self, item: str, *, start: int | None = None) -> dict[str, JSON]:
        """Return the story of *item* as the node tells it; it proves nothing.

        For showing and searching; `verify` is for deciding.

        Args:
            item: The item.
            start: As for `bundle`.

        Raises:
            ProvenanceError: As `bundle` does.
        """
        return self._run(self._questions.trail(item, start))

    def events(self, parameters: Parameters) -> Iterator[dict[str, JSON]]:
        """Yield the events that match, as the node finds and tells them.

        Each has its `event`, `issuer`, `log_index`, `position` and more (see
        the node's /docs, `listEvents`). Nothing proves that they are right, or
        all: verify the items that they name. The pages are asked for as they
        are needed, and stand on the log as it was for the first.

        Args:
            parameters: Those of SimpleEventQuery, such as `EQ_bizStep`; any of
                several values may hold. `perPage` says how many events are
                asked for at once.

        Raises:
            QueryTooLargeError: More match than `maxEventCount`.
            ProvenanceError: As `bundle` does.
        """
        token: str | None = None
        while True:
            page = self._run(self._questions.events(parameters, token))
            yield from page.events
            token = page.next_page_token
            if token is None:
                return

    def events_page(self, parameters: Parameters) -> EventsPage:
        """Return one page of the events that match; see `events`.

        Args:
            parameters: As for `events`; `nextPageToken` is what the page
                before came with.

        Raises:
            QueryTooLargeError: More match than `maxEventCount`.
            ProvenanceError: As `bundle` does.
        """
        return self._run(self._questions.events(parameters))

    # What takes a token.

    def concealed(
        self, item: str, *, fields: Sequence[str] = ()
    ) -> Iterator[Revealed]:
        """Yield what events of *item* conceal, as the node has it.

        Each has the leaf that says it, which shows the value to anybody who
        has the item's bundle.

        Args:
            item: The item.
            fields: JSON Pointers of the fields; none for all.

        Raises:
            ProvenanceError: As `bundle` does; or the token is not for that.
        """
        start: int | None = 0
        while start is not None:
            found, start = self._run(
                self._questions.concealed(item, fields, start)
            )
            yield from found

    def statements(  # noqa: PLR0913  # each by name
        self,
        *,
        issuer: str | None = None,
        key: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        start: int = 0,
        stop: int | None = None,
    ) -> Iterator[SignedPage]:
        """Yield what an actor or a key signed, page by page, in log order.

        As the node tells it; each statement's receipt proves that it is in
        the log, and nothing that these are all.

        Args:
            issuer: The actor; None for whoever has *key*.
            key: How the key's id begins, in hexadecimal; None for any.
            since: The log's time from which on: ms since 1970, or a datetime
                with its zone.
            until: The log's time before which.
            start: The first entry that is looked at.
            stop: The first that is not.

        Raises:
            NotFoundError: There is no such actor or key, says the node.
            ProvenanceError: As `bundle` does; or the token is not for that.
            ValueError: A time has no time zone.
        """
        following: int | None = start
        while following is not None:
            page = self._run(
                self._questions.statements(
                    issuer=issuer,
                    key=key,
                    since=since,
                    until=until,
                    start=following,
                    stop=stop,
                )
            )
            yield page
            following = page.following

    # Actors.

    def actors(self, *, key_id: bytes | None = None) -> Iterator[Actor]:
        """Yield the actors, as the node tells them, in order of enrolment.

        Nothing proves that they are right, or all. What an actor may do is its
        own trail: `verify_bundle(client.bundle(actor), …).registry` proves it.
        The pages are asked for as they are needed.

        Args:
            key_id: Only the actor whose key has, or had, this id.

        Raises:
            MalformedError: What the node tells is no actor.
            UnreachableError: The node did not answer.
        """
        start: int | None = 0
        while start is not None:
            found, start = self._run(self._questions.actors(key_id, start))
            yield from found

    def actor(self, actor_id: str) -> Actor:
        """Return that actor with its keys and grants, as the node tells it.

        It proves nothing; see `actors`.

        Raises:
            NotFoundError: No such actor is enrolled, says the node.
            ProvenanceError: As `actors` does.
        """
        return self._run(self._questions.actor(actor_id))

    # The log.

    def checkpoint(self) -> SignedCheckpoint:
        """Return the log's latest checkpoint, by the whole trust file.

        A node may give an older one, or another to somebody else: keep it,
        and hold the next one against it with `require_extension`.

        Raises:
            InvalidSignatureError: The log's keys did not sign it.
            QuorumNotMetError: Too few witnesses cosigned it.
            ProvenanceError: As `bundle` does.
        """
        return self._run(self._questions.checkpoint())

    def require_extension(
        self, old: SignedCheckpoint, new: SignedCheckpoint
    ) -> tuple[Hash, ...]:
        """Return the proof that *new*'s log has all of *old*'s entries.

        It is made from the log's tiles, of which it takes some ten, and was
        checked; it is empty where none is needed (`tlog.growth`).

        Raises:
            EquivocationError: The log signed two that cannot both be true:
                publish them, and the proof if there is one.
            InvalidProofError: The node's tiles do not lead to *new*. Keep
                both checkpoints, and ask another mirror for the tiles.
            ValueError: *new* is smaller than *old*.
            ProvenanceError: As `bundle` does.
        """
        return self._run(self._questions.require_extension(old, new))

    def trust_text(self) -> str:
        """Return the trust file that the node gives, which proves nothing.

        Hold it against one that came another way, from the operator or a
        newspaper, to learn what has changed.

        Raises:
            ProvenanceError: As `bundle` does.
        """
        return self._run(self._questions.trust_text())

    def _run(self, asking: Asking[_T], given_up: Event | None = None) -> _T:
        """Return what *asking* comes to, once all its requests were asked."""
        try:
            request = next(asking)
            while True:
                try:
                    answer = self._exchange.ask(request, given_up)
                except ProvenanceError as error:
                    request = asking.throw(error)
                else:
                    request = asking.send(answer)
        except StopIteration as end:
            result: _T = end.value
            return result
