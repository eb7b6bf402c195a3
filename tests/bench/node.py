"""What the node adds to the ledger, over real sockets.

    python -m tests.bench.node [--items 1000000] [--ledger DIR] [--only PART]

writing    Statements over HTTP in batches of 100, against `submit_many` in
           this process, in turns on ledgers of the same size.
bundles    Bundles of items with 12 events at 100 requests/s, alone and while
           1,000 events/s are written over HTTP, against the time that this
           process takes to make one; the load comes from a process of low
           priority, in an open loop (`tests.bench.load`).
tiles      Finished tiles, against a static file of the same size from the
           same kind of server.

With --ledger the large ledger is made there once, and used again by the next
run; it grows by what the runs write. A million items take some 20 minutes to
make, and 2 GB.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from provenance.folder import TRUST_FILE, open_ledger, open_reader
from tests.bench import corpus
from tests.bench.load import (
    BATCH,
    STORIES,
    Client,
    clients,
    getting,
    posting,
)
from tests.bench.machine import fsync_rate, openssl_verify_rate, percentile
from tests.support.node_world import ROOT, NodeProcess, array_of

EVENTS = 12
PARTS = ("writing", "bundles", "tiles")
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
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--statements", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--ledger", type=Path, default=None)
    parser.add_argument("--only", choices=PARTS, action="append")
    options = parser.parse_args()
    parts = options.only or PARTS
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        machine(folder)
        if "writing" in parts:
            writing(folder, count=options.statements, rounds=options.rounds)
        if "bundles" in parts or "tiles" in parts:
            large = options.ledger or folder / "large"
            fill(large, items=options.items)
            alone = making(large) if "bundles" in parts else 0
            with NodeProcess(large, **GENEROUS) as node:
                if "bundles" in parts:
                    bundles(node, seconds=options.seconds, alone=alone)
                if "tiles" in parts:
                    tiles(node, folder)
        machine(folder)


def machine(folder: Path) -> None:
    load = os.getloadavg()[0]
    print(
        f"this machine: {os.cpu_count()} processors, load {load:.1f},"
        f" {openssl_verify_rate():,.0f} Ed25519 verifications/s by openssl,"
        f" {fsync_rate(folder):,.0f} fdatasync/s",
        flush=True,
    )


def fill(folder: Path, *, items: int) -> None:
    """Make the ledger in *folder*, or make it as large as it should be."""
    is_there = (folder / TRUST_FILE).exists()
    with (
        open_ledger(folder) if is_there else corpus.new_ledger(folder) as (
            ledger
        )
    ):
        with ledger.moment() as moment:
            count = moment.reader.item_count()
        started = time.perf_counter()
        for start in range(max(STORIES, count), items, 50_000):
            numbers = range(start, min(start + 50_000, items))
            corpus.append(ledger, numbers, per_statement=100)
        # The stories are told at the end, all over the log.
        if ledger.head(corpus.item(0)) is None:
            for step in range(EVENTS):
                corpus.append(ledger, range(STORIES), step=step)
        with ledger.moment() as moment:
            count = moment.reader.item_count()
    print(
        f"a ledger of {count:,} items, made in"
        f" {time.perf_counter() - started:,.0f} s",
        flush=True,
    )


def making(folder: Path) -> float:
    """Return the median of the milliseconds that one bundle takes here."""
    numbers = list(range(STORIES))
    random.Random(1).shuffle(numbers)
    times = []
    with open_reader(folder) as ledger:
        for number in numbers:
            started = time.perf_counter()
            ledger.prove_item(corpus.item(number))
            times.append((time.perf_counter() - started) * 1000)
    print(
        f"a bundle in this process: p50 {median(times):.2f} ms, p99"
        f" {percentile(times, 0.99):.2f} ms",
        flush=True,
    )
    return median(times)


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


def bundles(node: NodeProcess, *, seconds: int, alone: float) -> None:
    load(node, bundles=100, seconds=5)
    first = 50_000_000 + time.time_ns() // 1_000_000 % 10**9 * 1_000
    for events in (0, 1_000):
        said = load(
            node, bundles=100, events=events, seconds=seconds, first=first
        )
        times, lags = said["times"], said["lags"]
        print(
            f"bundles at 100/s beside {said['written']:,.0f} events/s: p50"
            f" {median(times):.1f} ms, p99 {percentile(times, 0.99):.1f} ms,"
            f" {median(times) / alone:.1f} and"
            f" {percentile(times, 0.99) / alone:.1f} times what one takes in"
            f" a process alone; {said['size']:,} bytes; of that the load's"
            f" own lag: p99 {percentile(lags, 0.99):.1f} ms",
            flush=True,
        )


def load(node: NodeProcess, **rates: int) -> dict[str, Any]:
    """Put that load on the node; return what it was like."""
    options = [f"--{name}={value}" for name, value in rates.items()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", str(node.port), *options],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


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
