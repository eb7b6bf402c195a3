"""The client for programs that run on asyncio.

    async with AsyncClient("https://ledger.example", trust=trust) as client:
        verdict = await client.verify(item)
        async for statement, reply in client.submit_many(stream):
            ...

Its verbs are those of `Client`, and promise and raise the same. What is to be
asked and what answers are worth is one code for both (`asking`, `sending`).
Proofs are verified in threads, so that the event loop goes on meanwhile.

A verb may be cancelled at any time. What was sent may then be logged or not,
as when no answer came: send the same again.
"""

import asyncio
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Callable,
    Iterable,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, Self, TypeVar

from provenance.claims.registry import Actor
from provenance.claims.statement import Submission, parse_one
from provenance.client.asking import (
    Asking,
    EventsPage,
    Parameters,
    Questions,
    Request,
    SignedPage,
)
from provenance.client.async_exchange import AsyncExchange
from provenance.client.async_feed import AsyncFeed
from provenance.client.batches import BATCH, BATCH_BYTES, Batch, limits_of
from provenance.client.exchange import clock_now
from provenance.client.retry import Retries
from provenance.client.sending import Line, Sender
from provenance.encoding.digest import Hash
from provenance.encoding.instant import Instant
from provenance.encoding.strict_json import JSON
from provenance.errors import ProvenanceError
from provenance.ledger.reveal import Revealed
from provenance.proof.receipt import Receipt, Reply
from provenance.proof.trust import Trust
from provenance.proof.verdict import Verdict
from provenance.tlog.checkpoint import SignedCheckpoint

_T = TypeVar("_T")


class AsyncClient:
    """A ledger's node, asked from anywhere. Used in an `async with` block.

    Any number of tasks of one event loop may use one.
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
        """Prepare to ask the node at *url*; the arguments are `Client`'s.

        Raises:
            ValueError: *url* is not one that can be asked.
        """
        self.trust = trust
        self._questions = Questions(
            trust=trust, log_prefix=log_prefix, clock=clock
        )
        self._sender = Sender(trust=trust, clock=clock)
        self._exchange = AsyncExchange(
            url,
            timeout_seconds=timeout_seconds,
            ca_file=ca_file,
            retries=retries or Retries(),
            clock=clock,
            token=token,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections to the node."""
        await self._exchange.close()

    async def submit(
        self, submissions: Iterable[Submission | bytes]
    ) -> list[Reply]:
        """Log *submissions*; see `Client.submit`."""
        parsed = [parse_one(each) for each in submissions]
        return [reply async for _, reply in self.submit_many(parsed)]

    async def submit_many(
        self,
        submissions: AsyncIterable[Submission | bytes]
        | Iterable[Submission | bytes],
        *,
        in_flight: int = 1,
        batch: int = BATCH,
        batch_bytes: int = BATCH_BYTES,
        progress: Callable[[int], None] | None = None,
    ) -> AsyncGenerator[tuple[Submission, Reply], None]:
        """Log a stream of *submissions*; see `Client.submit_many`.

        Leave it early through `contextlib.aclosing`, as any asynchronous
        generator: else what is on its way goes on for a while.

        Args:
            submissions: Read as they are needed, in the event loop: whatever
                blocks is to be given as an asynchronous stream.
            in_flight: As there.
            batch: As there.
            batch_bytes: As there.
            progress: As there.

        Raises:
            ProvenanceError: As `Client.submit` does.
            Exception: The producer raised it; all that it had given was
                yielded before.
            asyncio.CancelledError: Likewise, if what it was waiting for was
                cancelled.
        """
        if min(in_flight, batch, batch_bytes) < 1:
            raise ValueError("in_flight, batch and batch_bytes are 1 or more")
        limits = limits_of(batch=batch, batch_bytes=batch_bytes)
        answered = 0
        async with (
            AsyncFeed(submissions, parse_one, limits, ahead=1) as feed,
            aclosing(self._send_all(feed, in_flight=in_flight)) as batches,
        ):
            async for sent, replies in batches:
                answered += len(sent)
                if progress is not None:
                    progress(answered)
                for pair in zip(sent, replies, strict=True):
                    yield pair
            feed.require_whole()

    async def _send_all(
        self,
        batches: AsyncFeed[Submission | bytes, Submission],
        *,
        in_flight: int,
    ) -> AsyncGenerator[tuple[Batch, list[Reply]], None]:
        """Send *batches*; yield each with its replies, in order."""
        line = Line()
        places = asyncio.Semaphore(in_flight)
        waiting: deque[tuple[Batch, asyncio.Task[list[Reply]]]] = deque()

        async def send(batch: Batch, number: int) -> list[Reply]:
            async with places:
                with line.turn(number) as is_over:
                    if is_over:
                        return []
                    return await self._run(self._sender.send(batch))

        def is_answered() -> bool:
            return bool(waiting) and waiting[0][1].done()

        try:
            room = in_flight
            while True:
                # One more than are sent, to be at hand when one is done.
                while len(waiting) <= room:
                    batch = await batches.take(unless=is_answered)
                    if batch is None:
                        room = -1
                    if not batch:
                        break
                    task = asyncio.create_task(send(batch, line.number()))
                    task.add_done_callback(batches.wake)
                    waiting.append((batch, task))
                if not waiting:
                    return
                batch, task = waiting[0]
                replies = await task
                waiting.popleft()
                yield batch, replies
        finally:
            for _, task in waiting:
                task.cancel()
            await asyncio.gather(
                *(task for _, task in waiting), return_exceptions=True
            )

    async def receipt(self, entry: bytes) -> Receipt:
        """Return the proof that *entry* is in the log; see `Client.receipt`."""
        return await self._run(self._questions.receipt(entry))

    async def bundle(self, item: str, *, start: int | None = None) -> bytes:
        """Return the bundle of *item*, unverified; see `Client.bundle`."""
        return await self._run(self._questions.bundle(item, start))

    async def verify(self, item: str, *, start: int | None = None) -> Verdict:
        """Return what the bundle of *item* proves; see `Client.verify`."""
        return await self._run(self._questions.verify(item, start))

    async def trail(
        self, item: str, *, start: int | None = None
    ) -> dict[str, JSON]:
        """Return the story of *item*, unproven; see `Client.trail`."""
        return await self._run(self._questions.trail(item, start))

    async def events(
        self, parameters: Parameters
    ) -> AsyncGenerator[dict[str, JSON], None]:
        """Yield the events that match, unproven; see `Client.events`."""
        token: str | None = None
        while True:
            page = await self._run(self._questions.events(parameters, token))
            for row in page.events:
                yield row
            token = page.next_page_token
            if token is None:
                return

    async def events_page(self, parameters: Parameters) -> EventsPage:
        """Return one page of the events; see `Client.events_page`."""
        return await self._run(self._questions.events(parameters))

    async def concealed(
        self, item: str, *, fields: Sequence[str] = ()
    ) -> AsyncGenerator[Revealed, None]:
        """Yield what events conceal; see `Client.concealed`."""
        start: int | None = 0
        while start is not None:
            found, start = await self._run(
                self._questions.concealed(item, fields, start)
            )
            for field in found:
                yield field

    async def statements(  # noqa: PLR0913  # each by name
        self,
        *,
        issuer: str | None = None,
        key: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        start: int = 0,
        stop: int | None = None,
    ) -> AsyncGenerator[SignedPage, None]:
        """Yield what somebody signed, in pages; see `Client.statements`."""
        following: int | None = start
        while following is not None:
            page = await self._run(
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

    async def actors(
        self, *, key_id: bytes | None = None
    ) -> AsyncGenerator[Actor, None]:
        """Yield the actors, unproven; see `Client.actors`."""
        start: int | None = 0
        while start is not None:
            found, start = await self._run(
                self._questions.actors(key_id, start)
            )
            for actor in found:
                yield actor

    async def actor(self, actor_id: str) -> Actor:
        """Return one actor, unproven; see `Client.actor`."""
        return await self._run(self._questions.actor(actor_id))

    async def checkpoint(self) -> SignedCheckpoint:
        """Return the log's latest checkpoint; see `Client.checkpoint`."""
        return await self._run(self._questions.checkpoint())

    async def require_extension(
        self, old: SignedCheckpoint, new: SignedCheckpoint
    ) -> tuple[Hash, ...]:
        """Return the proof of growth; see `Client.require_extension`."""
        return await self._run(self._questions.require_extension(old, new))

    async def trust_text(self) -> str:
        """Return the node's trust file, unproven; see `Client.trust_text`."""
        return await self._run(self._questions.trust_text())

    async def _run(self, asking: Asking[_T]) -> _T:
        """Return what *asking* comes to, once all its requests were asked."""
        resume: Callable[[], Request] = partial(next, asking)
        while True:
            # It verifies proofs, which takes a processor its time.
            step = await asyncio.to_thread(_step, asking, resume)
            if isinstance(step, _Result):
                return step.value
            try:
                answer = await self._exchange.ask(step)
            except ProvenanceError as error:
                resume = partial(asking.throw, error)
            else:
                resume = partial(asking.send, answer)


@dataclass(frozen=True, slots=True)
class _Result(Generic[_T]):
    """What a verb came to."""

    value: _T


def _step(
    _: Asking[_T], resume: Callable[[], Request]
) -> Request | _Result[_T]:
    """Return the next request, or the result; a task takes no StopIteration."""
    try:
        return resume()
    except StopIteration as end:
        return _Result(end.value)
