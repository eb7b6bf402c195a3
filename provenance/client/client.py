"""The client: what the library does with a folder, with a node's URL.

`submit`, `submit_many`   statements, answered with receipts
`receipt`                 the proof of one statement, asked for later
`bundle`, `verify`        an item's whole story, and what it proves
`trail`, `events`         stories and events as the node tells them
`checkpoint`              the log's head
`require_extension`       that the log only grew between two of them
`trust_text`              the node's own trust file, to be compared
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

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
from provenance.encoding.digest import HASH_SIZE, Hash
from provenance.encoding.strict_json import JSON
from provenance.errors import (
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
from provenance.tlog.growth import require_growth
from provenance.tlog.tile import TILE_WIDTH, nodes_from, tile_at

BATCH = 200
"""How many statements one request has at most, unless the caller says."""

BATCH_BYTES = 2**21
"""How many bytes they have together, about."""

_MOST_TEXT = 2**20
_TEXT = "text/plain"


class Client:
    """A ledger's node, asked from anywhere. Used in a `with` block.

    Several threads may use one. Nothing it gives out rests on the node's
    word, but for what `trail`, `events` and `trust_text` give, and a refusal.
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
        asked = {
            name: value if isinstance(value, str | int) else "|".join(value)
            for name, value in parameters.items()
        }
        while True:
            answer = self._exchange.ask(
                "/v1/events?" + urlencode(asked),
                accept=JSON_TYPE,
                most_bytes=MAX_BUNDLE_SIZE,
            )
            page = read_object(answer.body)
            rows, token = page.get("events"), page.get("next_page_token")
            # A node could lead on from one empty page to the next for ever.
            if not isinstance(rows, list) or (token is not None and not rows):
                raise MalformedError("the node's page has no events")
            if not isinstance(token, str | None):
                raise MalformedError("the node's page token is no text")
            for row in rows:
                if not isinstance(row, dict):
                    raise MalformedError("the node's event is no JSON object")
                yield row
            if token is None:
                return
            asked["nextPageToken"] = token

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
        size = new.checkpoint.size

        def read_tile(level: int, number: int) -> bytes:
            tile = tile_at(level, number, size)
            if tile is None:
                raise InvalidProofError(f"a log of {size} has no such tile")
            return self._exchange.ask(
                f"{self._log_prefix}/{tile.path}",
                accept="application/octet-stream",
                most_bytes=TILE_WIDTH * HASH_SIZE,
            ).body

        return require_growth(old, new, nodes_from(read_tile))

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
