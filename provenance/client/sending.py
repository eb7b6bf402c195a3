"""Sending: one batch of statements, and what each of them is answered.

    POST /v1/statements   an array of submissions
    207                   {"results": [{"outcome": "logged", "receipt": …}, …]}

A result that says logged is believed for its receipt alone, which must prove
that very statement. The rest of what it says is not even read.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from math import inf
from threading import Event

from provenance.claims.statement import Submission, parse_entry
from provenance.client.batches import Batch, body_of
from provenance.client.exchange import JSON_TYPE, Exchange, read_object
from provenance.client.problems import is_too_large, read_problem
from provenance.encoding.strict_json import JSON
from provenance.errors import MalformedError, ProvenanceError
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.proof.trust import Trust
from provenance.tlog.policy import Policy

_MSGPACK = "application/msgpack"
_FIXED_BYTES = 2**20
_RESULT_BYTES = 2**14
"""Of the answer for one statement, at most: a receipt has some 3,000."""

Reply = Receipt | ProvenanceError
"""A verified receipt, or why the statement was refused."""


class Sender:
    """Sends batches to one node."""

    def __init__(
        self, exchange: Exchange, *, trust: Trust, clock: Callable[[], int]
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        # Witnesses cosign after a statement was answered.
        self._log_alone = trust.with_policy(Policy((), (), (), None))

    def send(self, batch: Sequence[Submission], given_up: Event) -> list[Reply]:
        """Return the reply to each of *batch*, which is one request.

        What the node calls too large for one is sent in halves.

        Args:
            batch: At least one submission.
            given_up: Set when nobody waits for the replies any more.

        Raises:
            ProvenanceError: As `Exchange.ask` does.
            MalformedError: The answer has not one result for each.
            VerificationError: A receipt does not prove its statement.
        """
        try:
            answer = self._exchange.ask(
                "/v1/statements",
                accept=JSON_TYPE,
                most_bytes=_FIXED_BYTES + _RESULT_BYTES * len(batch),
                body=body_of(batch),
                media_type=_MSGPACK,
                given_up=given_up,
            )
        except ProvenanceError as error:
            if not is_too_large(error):
                raise
            if len(batch) == 1:
                return [error]
            middle = len(batch) // 2
            return [
                *self.send(batch[:middle], given_up),
                *self.send(batch[middle:], given_up),
            ]
        results = read_object(answer.body).get("results")
        if not isinstance(results, list) or len(results) != len(batch):
            raise MalformedError(
                f"the node has not one result for each of {len(batch)}"
                " statements"
            )
        return [
            self._reply(submission, result)
            for submission, result in zip(batch, results, strict=True)
        ]

    def _reply(self, submission: Submission, result: JSON) -> Reply:
        if not isinstance(result, dict):
            raise MalformedError("the node's result is no JSON object")
        text, status = result.get("receipt"), result.get("status")
        if isinstance(text, str):
            index = verify_receipt(
                text,
                entry=submission.entry,
                trust=self._log_alone,
                now=self._clock(),
            )
            statement_id = parse_entry(submission.entry).statement_id
            return Receipt(index, statement_id, text, submission.entry)
        if result.get("outcome") != "refused" or not isinstance(status, int):
            raise MalformedError(
                "the node names neither a receipt nor a reason to refuse"
            )
        _, error = read_problem(status, result.get("problem"))
        return error


class Line:
    """Batches that are sent one behind the other, up to the first failure."""

    def __init__(
        self, send: Callable[[Sequence[Submission], Event], list[Reply]]
    ) -> None:
        self._send = send
        self._given_up = Event()
        self._count = 0
        self._failed = inf

    def put(
        self, pool: ThreadPoolExecutor, batch: Batch
    ) -> Future[list[Reply]]:
        """Have *pool* send *batch* when its turn comes."""
        number = self._count
        self._count += 1

        def turn() -> list[Reply]:
            # Whoever reads the replies in order comes to the failure first,
            # and never to what this returns.
            if number > self._failed:
                return []
            try:
                return self._send(batch, self._given_up)
            except BaseException:
                self._failed = min(number, self._failed)
                raise

        return pool.submit(turn)

    def give_up(self) -> None:
        """Send nothing more, and ask for nothing again."""
        self._failed = -1
        self._given_up.set()
