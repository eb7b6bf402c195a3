"""The load on a node, from a process of its own with the lowest priority.

    python -m tests.bench.load PORT --bundles 100 --events 1000 --seconds 20

Requests are sent when they are due, whatever the answers to those before take
(an open loop), and each is timed from when it was due: one that waits because
the server is slow counts as slow, and so do all that it holds up. Everything
is signed beforehand. The result is one JSON object on stdout:

    times     milliseconds from due to answered, of each bundle
    lags      milliseconds from due to sent, which is this process's own fault
    size      bytes of a bundle
    written   events/s that were logged meanwhile
"""

import argparse
import asyncio
import json
import os
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.bench import corpus
from tests.support.node_world import array_of, quoted

STORIES = 400
"""How many items have a story that is asked for."""

BATCH = 100
CONNECTIONS = 64


class Client:
    """One connection, kept open: requests in, bodies out."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        _, _, rest = head.lower().partition(b"\r\ncontent-length: ")
        body = await self._reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        return int(head[9:12]), body


@asynccontextmanager
async def clients(port: int, count: int) -> AsyncIterator[list[Client]]:
    pairs = [
        await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        for _ in range(count)
    ]
    yield [Client(*pair) for pair in pairs]
    for _, writer in pairs:
        writer.close()


def getting(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


def posting(body: bytes, *, more: bytes = b"") -> bytes:
    return (
        b"POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
        + more
        + b"content-type: application/msgpack\r\n"
        b"content-length: %d\r\n\r\n" % len(body)
    ) + body


async def ask_for_bundles(
    port: int, requests: Sequence[bytes], *, rate: int, seconds: int
) -> dict[str, object]:
    """Ask at that rate, whatever it takes to answer."""
    times: list[float] = []
    lags: list[float] = []
    size = 0
    chosen = random.Random(1)  # the same order every time

    async with clients(port, CONNECTIONS) as some:
        idle: asyncio.Queue[Client] = asyncio.Queue()
        for client in some:
            idle.put_nowait(client)

        async def one(due: float) -> None:
            nonlocal size
            client = await idle.get()
            status, body = await client.ask(chosen.choice(requests))
            assert status == 200, body
            size = len(body)
            times.append((time.perf_counter() - due) * 1000)
            idle.put_nowait(client)

        begun = time.perf_counter()
        tasks = []
        for number in range(rate * seconds):
            due = begun + number / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            lags.append((time.perf_counter() - due) * 1000)
            tasks.append(asyncio.create_task(one(due)))
        await asyncio.gather(*tasks)
    return {"times": times, "lags": lags, "size": size}


async def write_steadily(
    port: int, made: Sequence[bytes], *, rate: int
) -> float:
    """Log the batches at that rate; return how many events/s it came to."""
    begun = time.perf_counter()
    # A batch that is slow holds up none of those after it.
    async with clients(port, 8) as some:
        idle: asyncio.Queue[Client] = asyncio.Queue()
        for client in some:
            idle.put_nowait(client)

        async def one(client: Client, request: bytes) -> None:
            status, body = await client.ask(request)
            assert status == 207, body
            assert body.count(b'"outcome": "logged"') == BATCH, body[:500]
            idle.put_nowait(client)

        tasks = []
        for number, request in enumerate(made):
            due = begun + number * BATCH / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            client = await idle.get()
            tasks.append(asyncio.create_task(one(client, request)))
        await asyncio.gather(*tasks)
    return len(made) * BATCH / (time.perf_counter() - begun)


async def play(options: argparse.Namespace) -> dict[str, object]:
    asked = [
        getting(f"/v1/items/{quoted(corpus.item(n))}/bundle")
        for n in range(STORIES)
    ]
    first = options.first
    made = [
        posting(array_of(*corpus.statements(range(start, start + BATCH))))
        for start in range(
            first, first + options.events * options.seconds, BATCH
        )
    ]
    writing = (
        asyncio.create_task(
            write_steadily(options.port, made, rate=options.events)
        )
        if made
        else None
    )
    said = await ask_for_bundles(
        options.port, asked, rate=options.bundles, seconds=options.seconds
    )
    return {**said, "written": 0 if writing is None else await writing}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--bundles", type=int, default=100)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--first", type=int, default=50_000_000)
    options = parser.parse_args()
    os.nice(10)
    print(json.dumps(asyncio.run(play(options))))


if __name__ == "__main__":
    main()
