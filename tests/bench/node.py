"""What the node adds to the ledger, over real sockets.

    python -m tests.bench.node [--items 1000000] [--folder DIR]

1. Statements over HTTP in batches of 100, against `submit_many` in this
   process, in turns on ledgers of the same size.
2. Bundles of items with 12 events at 100 requests/s, alone and while 1,000
   events/s are written over HTTP.
3. Finished tiles, against a static file of the same size from the same kind
   of server.

The load comes from this process, on the same processors.
"""

import argparse
import asyncio
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from tests.bench import corpus
from tests.bench.machine import percentile
from tests.node_world import ROOT, NodeProcess, array_of, quoted

STORIES = 400
EVENTS = 12
BATCH = 100
GENEROUS = {
    "write_rate": 100_000,
    "write_burst": 100_000,
    "read_rate": 100_000,
    "read_burst": 100_000,
    "actor_rate": 1_000_000,
    "actor_burst": 10_000_000,
    "reader_processes": 2,
    "checker_processes": 0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--statements", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        writing(folder, count=options.statements, rounds=options.rounds)
        with corpus.new_ledger(folder / "large") as ledger:
            for start in range(STORIES, options.items, 100_000):
                stop = min(start + 100_000, options.items)
                corpus.append(ledger, range(start, stop), per_statement=100)
            for step in range(EVENTS):
                corpus.append(ledger, range(STORIES), step=step)
        with NodeProcess(folder / "large", **GENEROUS) as node:
            asyncio.run(bundles(node, seconds=options.seconds))
            tiles(node, folder)


# A client that costs little: requests in, bodies out.


class Client:
    """One connection, kept open."""

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


# 1


_MINIMAL = b"prefer: return=minimal\r\n"


def writing(folder: Path, *, count: int, rounds: int) -> None:
    rates: dict[str, list[float]] = {"here": [], "receipts": [], "minimal": []}
    fresh = itertools.count(0, count)
    with corpus.new_ledger(folder / "here") as ledger:
        corpus.new_ledger(folder / "there").close()
        with NodeProcess(folder / "there", **GENEROUS) as node:
            for _ in range(rounds):
                for name, more in (("receipts", b""), ("minimal", _MINIMAL)):
                    first = next(fresh)
                    numbers = range(first, first + count)
                    over = asyncio.run(
                        write_over_http(node, numbers, more=more)
                    )
                    rates[name].append(over)
                first = next(fresh)
                numbers = range(first, first + count)
                rate = count / corpus.append(ledger, numbers).seconds
                rates["here"].append(rate)
    for name in ("receipts", "minimal"):
        ratio = median(
            over / rate
            for over, rate in zip(rates[name], rates["here"], strict=True)
        )
        print(
            f"writing in batches of {BATCH}, {name}:"
            f" {median(rates[name]):,.0f} statements/s over HTTP,"
            f" {median(rates['here']):,.0f} in process: {ratio:.2f}",
            flush=True,
        )


async def write_over_http(
    node: NodeProcess, numbers: range, *, more: bytes = b""
) -> float:
    made = list(corpus.statements(numbers))
    requests = [
        posting(array_of(*made[start : start + BATCH]), more=more)
        for start in range(0, len(made), BATCH)
    ]
    waiting = iter(requests)

    async def send(client: Client) -> None:
        for request in waiting:
            status, body = await client.ask(request)
            assert status == 207, body
            assert body.count(b'"outcome": "logged"') == BATCH, body[:500]

    async with clients(node.port, 16) as some:
        started = time.perf_counter()
        await asyncio.gather(*(send(client) for client in some))
        return len(made) / (time.perf_counter() - started)


# 2


async def bundles(node: NodeProcess, *, seconds: int) -> None:
    paths = [
        getting(f"/v1/items/{quoted(corpus.item(n))}/bundle")
        for n in range(STORIES)
    ]
    await asking(node, paths, rate=100, seconds=5)
    times, size = await asking(node, paths, rate=100, seconds=seconds)
    report("bundles at 100/s, nobody writing", times, size)
    stop = asyncio.Event()
    writer = asyncio.create_task(write_steadily(node, stop, rate=1_000))
    times, size = await asking(node, paths, rate=100, seconds=seconds)
    stop.set()
    written = await writer
    report(f"bundles at 100/s beside {written:,.0f} events/s", times, size)


async def asking(
    node: NodeProcess, requests: Sequence[bytes], *, rate: int, seconds: int
) -> tuple[list[float], int]:
    """Ask at that rate, whatever it takes to answer; return the times."""
    times: list[float] = []
    size = 0
    chosen = random.Random(1)  # the same order every time

    async with clients(node.port, 32) as some:
        idle: asyncio.Queue[Client] = asyncio.Queue()
        for client in some:
            idle.put_nowait(client)

        async def one(due: float) -> None:
            nonlocal size
            client = await idle.get()
            status, body = await client.ask(chosen.choice(requests))
            assert status == 200, body
            size = len(body)
            # From when it was due: what waits in a queue waits as well.
            times.append((time.perf_counter() - due) * 1000)
            idle.put_nowait(client)

        begun = time.perf_counter()
        tasks = []
        for number in range(rate * seconds):
            due = begun + number / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(one(max(due, begun))))
        await asyncio.gather(*tasks)
    return times, size


async def write_steadily(
    node: NodeProcess, stop: asyncio.Event, *, rate: int
) -> float:
    """Log that many events a second, in batches of 100 one-event statements."""
    # Signed beforehand, so that the load does not disturb what is measured.
    fresh = itertools.count(50_000_000, BATCH)
    made = [
        posting(array_of(*corpus.statements(range(first, first + BATCH))))
        for first in itertools.islice(fresh, 300)
    ]
    begun = time.perf_counter()
    sent = 0
    async with clients(node.port, 1) as (client,):
        for request in made:
            if stop.is_set():
                break
            due = begun + sent / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            status, body = await client.ask(request)
            assert status == 207, body
            sent += BATCH
    return sent / (time.perf_counter() - begun)


def report(what: str, times: list[float], size: int) -> None:
    print(
        f"{what}: p50 {percentile(times, 0.5):.1f} ms, p99"
        f" {percentile(times, 0.99):.1f} ms, {size:,} bytes",
        flush=True,
    )


# 3

_STATIC = """\
import sys, uvicorn
from starlette.staticfiles import StaticFiles
config = uvicorn.Config(
    StaticFiles(directory=sys.argv[1]), port=int(sys.argv[2]), ws="none",
    log_config=None, access_log=False, lifespan="off",
)
uvicorn.Server(config).run()
"""


def tiles(node: NodeProcess, folder: Path) -> None:
    static = folder / "static"
    static.mkdir()
    (static / "tile").write_bytes(bytes(8192))
    port = node.port + 1 if node.port < 65_535 else node.port - 1
    server = subprocess.Popen(
        [sys.executable, "-c", _STATIC, str(static), str(port)], cwd=ROOT
    )
    try:
        asyncio.run(until_open(port))
        pairs = [
            (
                asyncio.run(flood(node.port, "/log/tile/0/000")),
                asyncio.run(flood(port, "/tile")),
            )
            for _ in range(5)
        ]
    finally:
        server.terminate()
        server.wait()
    ratio = median(tile / file for tile, file in pairs)
    print(
        f"tiles: {median(t for t, _ in pairs):,.0f}/s; a static file"
        f" {median(f for _, f in pairs):,.0f}/s: {ratio:.2f}",
        flush=True,
    )


async def until_open(port: int) -> None:
    while True:
        try:
            async with clients(port, 1):
                return
        except OSError:
            await asyncio.sleep(0.05)


async def flood(port: int, path: str, *, count: int = 8_000) -> float:
    request = getting(path)
    left = iter(range(count))

    async def ask(client: Client) -> None:
        for _ in left:
            status, body = await client.ask(request)
            assert status == 200, body
            assert len(body) == 8192

    async with clients(port, 16) as some:
        started = time.perf_counter()
        await asyncio.gather(*(ask(client) for client in some))
        return count / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
