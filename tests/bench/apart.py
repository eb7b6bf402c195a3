"""How far one asker's dear requests are felt by all the others of a node.

    python -m tests.bench.apart [--seconds 10] [--events 8000] [--floods 4]

A node serves a ledger with a lot of which --events things were said in one
statement. Others ask for the bundle of another item, for a receipt and for
/healthz, one after another: first alone, which is what this machine can do,
then while a process of low priority keeps --floods connections busy with

bundles  of the lot, which is dear, and of others
bodies   of 8 MiB of empty arrays, which are no statement

Times are from request to answer, in ms. No rate is limited: that what one
address asks is bounded is another defence, which many addresses have not.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from tests.bench import corpus
from tests.bench.bundles import lot, observed, submit
from tests.bench.load import Client, clients, getting
from tests.bench.machine import percentile
from tests.bench.node import GENEROUS
from tests.support.node_world import ROOT, NodeProcess

PAUSE = 0.02
"""Seconds between two questions of the others."""

NICENESS = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--events", type=int, default=8_000)
    parser.add_argument("--floods", type=int, default=4)
    parser.add_argument("--flood", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.flood:
        kind, port = options.flood
        os.nice(NICENESS)
        asyncio.run(_flood(kind, int(port), options.floods))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ledger"
        _fill(folder, options.events)
        with NodeProcess(folder, **GENEROUS) as node:
            asyncio.run(_measure("alone", node.port, options.seconds))
            for kind in ("bundles", "bodies"):
                flood = subprocess.Popen(
                    [
                        *(sys.executable, "-m", "tests.bench.apart"),
                        *("--flood", kind, str(node.port)),
                        *("--floods", str(options.floods)),
                    ],
                    cwd=ROOT,
                )
                try:
                    time.sleep(2)
                    what = f"with {kind}"
                    asyncio.run(_measure(what, node.port, options.seconds))
                finally:
                    flood.kill()
                    flood.wait()


def _fill(folder: Path, count: int) -> None:
    with corpus.new_ledger(folder) as ledger:
        corpus.append(ledger, range(1_000), per_statement=100)
        said = [
            observed(number, is_warning=number % 2 == 0, item=lot())
            for number in range(count)
        ]
        submit(ledger, said, per_statement=count)


def _bundle(item: str) -> bytes:
    return getting(f"/v1/items/{quote(item, safe='')}/bundle")


async def _measure(what: str, port: int, seconds: float) -> None:
    questions = {
        "bundle": _bundle(corpus.item(1)),
        "receipt": getting("/v1/statements/5/receipt"),
        "healthz": getting("/healthz"),
    }
    times: dict[str, list[float]] = {name: [] for name in questions}
    answers: dict[str, set[int]] = {name: set() for name in questions}

    async def ask(name: str, client: Client) -> None:
        stop = time.perf_counter() + seconds
        while (start := time.perf_counter()) < stop:
            status, _ = await client.ask(questions[name])
            times[name].append((time.perf_counter() - start) * 1e3)
            answers[name].add(status)
            await asyncio.sleep(PAUSE)

    async with clients(port, len(questions)) as three:
        await asyncio.gather(*map(ask, questions, three))
    told = "; ".join(
        f"{name} p50 {percentile(found, 0.5):.1f}, p99"
        f" {percentile(found, 0.99):.1f} (of {len(found)}, status"
        f" {', '.join(map(str, sorted(answers[name])))})"
        for name, found in times.items()
    )
    print(f"{what}, load {os.getloadavg()[0]:.1f}: {told}", flush=True)


async def _flood(kind: str, port: int, count: int) -> None:
    if kind == "bundles":
        questions = [_bundle(lot().id), _bundle(corpus.item(2))]
    else:
        size = 8 * 2**20 - 200
        body = b"\x93\xb8provenance/submission/v2\xc4\x01\x00\xdd"
        body += size.to_bytes(4, "big") + b"\x90" * size
        head = (
            "POST /v1/statements HTTP/1.1\r\nhost: x\r\n"
            "content-type: application/msgpack\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        questions = [head.encode() + body]

    async def ask(number: int) -> None:
        while True:
            try:
                async with clients(port, 1) as (client,):
                    while True:
                        await client.ask(questions[number % len(questions)])
            except (OSError, asyncio.IncompleteReadError, IndexError):
                # It closes the connection after what it refuses.
                await asyncio.sleep(PAUSE)

    await asyncio.gather(*map(ask, range(count)))


if __name__ == "__main__":
    main()
