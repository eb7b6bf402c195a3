"""Exchange without blocking: the same way to a node, for asyncio.

What a request has and what an answer must be is told in `exchange`; here is
how to wait without holding the event loop up.
"""

import asyncio
import ssl

from provenance.client.asking import Request
from provenance.client.exchange import (
    MOST_WAIT,
    PASSING_FAULTS,
    SESSION,
    PassingError,
    Way,
    passing,
)
from provenance.client.retry import Attempts
from provenance.extras import MissingExtraError

try:
    import httpx2
except ModuleNotFoundError as error:
    raise MissingExtraError(error.name, extra="client") from error


class AsyncExchange(Way):
    """The way to one node. Any number of tasks of one loop may use it."""

    def _open(self, context: ssl.SSLContext) -> None:
        self._session = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(
                verify=context, trust_env=False
            ),
            **SESSION,
        )

    async def close(self) -> None:
        """Close all connections; in a forked child they are the parent's."""
        if self._owner.is_here:
            await self._session.aclose()

    async def ask(self, request: Request) -> bytes:
        """Return the body of the node's answer, asked as often as need be.

        Raises as `Exchange.ask` does.
        """
        attempts = self._begin()
        while True:
            try:
                return await self._ask_once(request, attempts)
            except PassingError as error:
                seconds = attempts.next_wait(min(error.retry_after, MOST_WAIT))
                self._failed(error, attempts, is_again=seconds is not None)
                await self._sleep(seconds or 0)

    async def _ask_once(self, request: Request, attempts: Attempts) -> bytes:
        received = None
        try:
            # It bounds all of it, whatever the node sends meanwhile.
            async with (
                asyncio.timeout(attempts.seconds_left),
                self._session.stream(
                    **self._new_request(request, attempts)
                ) as response,
            ):
                received = self._expect(response, request)
                async for part in response.aiter_raw():
                    received.add(part)
        except TimeoutError as error:
            raise PassingError(
                "the answer was not there in time", kind="Timeout"
            ) from error
        except PASSING_FAULTS as error:
            # To look what the server speaks blocks.
            if received is None:
                await asyncio.to_thread(self._require_secure, error, attempts)
            raise passing(error) from error
        return await asyncio.to_thread(
            self._judge, response, received, attempts
        )

    async def _sleep(self, seconds: float) -> None:
        sleep = self._retries.sleep
        if sleep is None:
            await asyncio.sleep(seconds)
        else:
            await asyncio.to_thread(sleep, seconds)
