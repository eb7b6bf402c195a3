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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote, urlencode

from provenance.claims.actor_json import read_actor
from provenance.claims.registry import Actor
from provenance.claims.statement import Submission, parse_entry
from provenance.client.batches import Batch, batches_of, parse_all
from provenance.client.exchange import (
    JSON_TYPE,
    Exchange,
    clock_now,
    read_object,
)
from provenance.client.retry import Retries
from provenance.client.sending import Line, Reply, Sender
from provenance.encoding.digest import HASH_SIZE
from provenance.encoding.strict_json import JSON
from provenance.errors import (
    EquivocationError,
    InvalidProofError,
    MalformedError,
)
from provenance.gs1 import read_item
from provenance.proof.bundle import MAX_BUNDLE_SIZE
from provenance.proof.bundle import MEDIA_TYPE as BUNDLE
from provenance.proof.opening import newest, open_trusted
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.proof.trust import Trust
from provenance.proof.verdict import Verdict
from provenance.proof.verify import examine_bundle
from provenance.tlog.checkpoint import SignedCheckpoint
from provenance.tlog.merkle import prove_consistency, verify_consistency
from provenance.tlog.note import format_note
from provenance.tlog.tile import TILE_WIDTH, nodes_from, tile_at

BATCH = 200
"""How many statements one request has at most, unless the caller says."""

BATCH_BYTES = 2**21
"""How many bytes they have together, about."""

_MOST_TEXT = 2**20
_TEXT = "text/plain"


class EventsPage(NamedTuple):
    """Events that match, as a node finds and tells them.

    Attributes:
        events: Each as the node's /docs describe it (`listEvents`).
        size: The size of the log that the answer stands on.
        next_page_token: What the next page is asked for with; None if there
            is none.
    """

    events: list[dict[str, JSON]]
    size: int
    next_page_token: str | None


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

        Raises:
            ValueError: *url* is not one that can be asked.
        """
        self.trust = trust
        self._clock = clock
        self._log_prefix = log_prefix
        self._exchange = Exchange(
            url,
            timeout_seconds=timeout_seconds,
            ca_file=ca_file,
            retries=retries or Retries(),
            clock=clock,
        )
        self._sender = Sender(self._exchange, trust=trust, clock=clock)

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
        `receipt` asks for that.

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
        return [reply for _, reply in self.submit_many(parsed)]

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

        Memory holds *in_flight* + 2 batches of it, however long it is. When
        this raises or is given up, whatever was not yielded may or may not be
        logged, and can be submitted again.

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
        """
        if min(in_flight, batch, batch_bytes) < 1:
            raise ValueError("in_flight, batch and batch_bytes are 1 or more")
        line = Line(self._sender.send)
        waiting: deque[tuple[Batch, Future[list[Reply]]]] = deque()
        answered = 0
        batches = batches_of(
            parse_all(submissions), most=batch, most_bytes=batch_bytes
        )
        with ThreadPoolExecutor(in_flight, "provenance-client") as pool:
            try:
                while True:
                    # One more than are sent, to be at hand when one is done.
                    while len(waiting) <= in_flight and (
                        given := next(batches, None)
                    ):
                        waiting.append((given, line.put(pool, given)))
                    if not waiting:
                        return
                    sent, reply = waiting.popleft()
                    replies = reply.result()
                    answered += len(sent)
                    if progress is not None:
                        progress(answered)
                    yield from zip(sent, replies, strict=True)
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
        parsed = parse_entry(entry)
        name = f"{parsed.header.issued_at}-{parsed.statement_id.hex()}"
        answer = self._exchange.ask(
            f"/v1/statements/{name}/receipt",
            accept=_TEXT,
            most_bytes=_MOST_TEXT,
        )
        index = verify_receipt(
            answer.body, entry=entry, trust=self.trust, now=self._clock()
        )
        # The proof was ASCII, or it had been none.
        return Receipt(index, parsed.statement_id, answer.body.decode())

    # Items.

    def bundle(self, item: str) -> bytes:
        """Return the bundle of *item* that the node gives, unverified.

        It is to be kept or handed on; whoever gets it verifies it.

        Raises:
            MalformedError: *item* names none; or the answer is too large.
            NotFoundError: The node has no such item.
            UnreachableError: The node did not answer.
        """
        return self._item(read_item(item), "bundle", BUNDLE, MAX_BUNDLE_SIZE)

    def verify(self, item: str) -> Verdict:
        """Return what the bundle of *item* proves, by the trust file alone.

        Raises:
            ProvenanceError: As `bundle` does. That there is no verdict says
                nothing about the item.
        """
        item = read_item(item)
        return examine_bundle(
            self.bundle(item), trust=self.trust, now=self._clock(), item=item
        )

    def trail(self, item: str) -> dict[str, JSON]:
        """Return the story of *item* as the node tells it; it proves nothing.

        For showing and searching; `verify` is for deciding.

        Raises:
            ProvenanceError: As `bundle` does.
        """
        answer = self._item(
            read_item(item), "trail", JSON_TYPE, MAX_BUNDLE_SIZE
        )
        return read_object(answer)

    def events(
        self, parameters: Mapping[str, str | int | Sequence[str]]
    ) -> Iterator[dict[str, JSON]]:
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
        asked = dict(parameters)
        while True:
            page = self.events_page(asked)
            yield from page.events
            if page.next_page_token is None:
                return
            asked["nextPageToken"] = page.next_page_token

    def events_page(
        self, parameters: Mapping[str, str | int | Sequence[str]]
    ) -> EventsPage:
        """Return one page of the events that match; see `events`.

        Args:
            parameters: As for `events`; `nextPageToken` is what the page
                before came with.

        Raises:
            QueryTooLargeError: More match than `maxEventCount`.
            ProvenanceError: As `bundle` does.
        """
        asked = {
            name: value if isinstance(value, str | int) else "|".join(value)
            for name, value in parameters.items()
        }
        page = self._object("/v1/events?" + urlencode(asked))
        rows, token = page.get("events"), page.get("next_page_token")
        size = page.get("size")
        # A node could lead on from one empty page to the next for ever.
        if not isinstance(rows, list) or (token is not None and not rows):
            raise MalformedError("the node's page has no events")
        if not isinstance(token, str | None) or not isinstance(size, int):
            raise MalformedError("the node's page has no token or no size")
        events = [row for row in rows if isinstance(row, dict)]
        if len(events) < len(rows):
            raise MalformedError("the node's event is no JSON object")
        return EventsPage(events, size, token)

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
        asked: dict[str, str | int] = {}
        if key_id is not None:
            asked["key"] = key_id.hex()
        start = 0
        while True:
            page = self._object("/v1/actors?" + urlencode(asked))
            rows, following = page.get("actors"), page.get("next")
            if not isinstance(rows, list):
                raise MalformedError("the node's page has no actors")
            yield from map(read_actor, rows)
            if following is None:
                return
            if following != start + len(rows) or not rows:
                raise MalformedError("the node's next page does not follow")
            asked["start"] = start = start + len(rows)

    def actor(self, actor_id: str) -> Actor:
        """Return that actor with its keys and grants, as the node tells it.

        It proves nothing; see `actors`.

        Raises:
            NotFoundError: No such actor is enrolled, says the node.
            ProvenanceError: As `actors` does.
        """
        actor_id = read_item(actor_id)
        told = self._object(f"/v1/actors/{quote(actor_id, safe='')}")
        actor = read_actor(told.get("actor"))
        if actor.id != actor_id:
            raise MalformedError("the node tells of another actor")
        return actor

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
        answer = self._exchange.ask(
            f"{self._log_prefix}/checkpoint",
            accept=_TEXT,
            most_bytes=_MOST_TEXT,
        )
        signed = open_trusted(_decode(answer.body), self.trust)
        newest(self.trust.policy.check(signed), now=self._clock())
        return signed

    def require_extension(
        self, old: SignedCheckpoint, new: SignedCheckpoint
    ) -> None:
        """Check that *new*'s log has all of *old*'s entries, where they were.

        The proof is made from the log's tiles, of which it takes some ten.

        Raises:
            EquivocationError: Both are of one size and differ: publish them.
            InvalidProofError: The tiles do not lead from one to the other.
                Keep both checkpoints, and ask another mirror for the tiles:
                if they are sound there, this node lied; if not, the log did.
            ValueError: *new* is smaller than *old*.
            ProvenanceError: As `bundle` does.
        """
        size = new.checkpoint.size
        if size < old.checkpoint.size:
            raise ValueError("the new checkpoint is smaller than the old one")
        if size == old.checkpoint.size:
            if new.checkpoint.root != old.checkpoint.root:
                raise EquivocationError(
                    f"the log signed two roots for its size {size}",
                    first=format_note(old.note),
                    second=format_note(new.note),
                )
            return
        if not old.checkpoint.size:
            return  # Every log has all entries of the empty one.

        def read_tile(level: int, number: int) -> bytes:
            tile = tile_at(level, number, size)
            if tile is None:
                raise InvalidProofError(f"a log of {size} has no such tile")
            return self._exchange.ask(
                f"{self._log_prefix}/{tile.path}",
                accept="application/octet-stream",
                most_bytes=TILE_WIDTH * HASH_SIZE,
            ).body

        verify_consistency(
            prove_consistency(old.checkpoint.size, size, nodes_from(read_tile)),
            old_size=old.checkpoint.size,
            new_size=size,
            old_root=old.checkpoint.root,
            new_root=new.checkpoint.root,
        )

    def trust_text(self) -> str:
        """Return the trust file that the node gives, which proves nothing.

        Hold it against one that came another way, from the operator or a
        newspaper, to learn what has changed.

        Raises:
            ProvenanceError: As `bundle` does.
        """
        return _decode(
            self._exchange.ask(
                "/v1/trust", accept="application/toml", most_bytes=_MOST_TEXT
            ).body
        )

    def _object(self, path: str) -> dict[str, JSON]:
        answer = self._exchange.ask(
            path, accept=JSON_TYPE, most_bytes=MAX_BUNDLE_SIZE
        )
        return read_object(answer.body)

    def _item(
        self, item: str, what: str, media_type: str, most_bytes: int
    ) -> bytes:
        return self._exchange.ask(
            f"/v1/items/{quote(item, safe='')}/{what}",
            accept=media_type,
            most_bytes=most_bytes,
        ).body


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("the node's answer is no text") from error
