"""What a million items cost: growth, bundles, verification, audit.

    python -m tests.bench.million [--items 1000000] [--folder DIR]

1. The cost of one more event with 10,000 items and with a million.
2. Bundles of items with 12 events: milliseconds, bytes, and the time to
   verify them.
3. The audit's rate, against `openssl speed ed25519`.

It takes about ten minutes and 2 GB of disk below DIR.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path
from statistics import median

from provenance import keys
from provenance.folder import audit_folder
from provenance.ledger.ledger import Ledger, clock_now
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from tests.bench import corpus
from tests.bench.machine import alternate, openssl_verify_rate, percentile

SMALL = 10_000
STORIES = 400
EVENTS = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--statements", type=int, default=15_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    print(f"signatures checked by {keys.backend()}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name) / "ledger"
        with corpus.new_ledger(folder) as ledger:
            corpus.append(ledger, range(SMALL - STORIES), per_statement=100)
            stories = range(SMALL - STORIES, SMALL)
            for step in range(EVENTS):
                corpus.append(ledger, stories, step=step)
            small = cost(ledger, options, first=-10_000_000)
            fill(ledger, range(SMALL, options.items))
            large = cost(ledger, options, first=-20_000_000)
            print(
                f"growth: {large[0] / small[0]:.2f} times the wall time,"
                f" {large[1] / small[1]:.2f} times the processor time"
                " (wall time measured against openssl's in the same rounds)"
            )
            bundles(ledger)
        started = openssl_verify_rate()
        begin = time.perf_counter()
        report = audit_folder(folder)
        rate = report.events / (time.perf_counter() - begin)
        limit = (started + openssl_verify_rate()) / 2
        assert report.is_sound, report.findings
        statements = report.size - report.checkpoints
        print(
            f"audit of {report.events:,} events in {statements:,} statements,"
            f" {report.items:,} items: {rate:,.0f} events/s"
        )
        audit_of_single_events(
            Path(name) / "single", options.statements, options.rounds
        )
        print(f"openssl at the end: {limit:,.0f} verifications/s")


def cost(
    ledger: Ledger, options: argparse.Namespace, *, first: int
) -> tuple[float, float]:
    """Return (wall, processor) cost of one event of a new item or an old one."""
    processor: list[float] = []

    def run(number: int) -> float:
        start = first + number * options.statements
        done = corpus.append(ledger, range(start, start + options.statements))
        processor.append(done.processor_seconds / options.statements)
        return float(options.statements / done.seconds)

    rate, limit, ratio = alternate(options.rounds, run)
    with ledger.moment() as moment:
        items = moment.reader.item_count()
    print(
        f"with {items:,} items: {rate:,.0f} events/s, {ratio:.2f} of openssl's"
        f" {limit:,.0f}; {median(processor) * 1e6:.0f} us of processor time",
        flush=True,
    )
    return 1 / ratio, median(processor)


def fill(ledger: Ledger, numbers: range) -> None:
    for start in range(numbers.start, numbers.stop, 50_000):
        part = range(start, min(start + 50_000, numbers.stop))
        corpus.append(ledger, part, per_statement=100)


def bundles(ledger: Ledger) -> None:
    numbers = list(range(SMALL - STORIES, SMALL))
    random.Random(1).shuffle(numbers)
    made: list[float] = []
    verified: list[float] = []
    sizes: list[int] = []
    for number in numbers:
        item = corpus.item(number)
        start = time.perf_counter()
        bundle = ledger.prove_item(item)
        made.append((time.perf_counter() - start) * 1e3)
        sizes.append(len(bundle))
        start = time.perf_counter()
        verdict = examine_bundle(
            bundle, trust=ledger.trust, now=clock_now(), item=item
        )
        verified.append((time.perf_counter() - start) * 1e3)
        assert verdict.outcome is Outcome.VERIFIED, verdict.steps
    print(
        f"bundle of {EVENTS} events: made in {median(made):.2f} ms"
        f" (p99 {percentile(made, 0.99):.2f}), {median(sizes):,.0f} bytes,"
        f" verified in {median(verified):.2f} ms"
        f" (p99 {percentile(verified, 0.99):.2f})",
        flush=True,
    )


def audit_of_single_events(folder: Path, count: int, rounds: int) -> None:
    """Measure audits of a ledger whose statements sign one event each."""
    for backend in ("cryptography", "pynacl"):
        keys.select_backend(backend)
        here = folder.with_name(f"{folder.name}-{backend}")
        with corpus.new_ledger(here) as ledger:
            corpus.append(ledger, range(2 * count))

        def run(_: int, here: Path = here) -> float:
            start = time.perf_counter()
            report = audit_folder(here)
            assert report.is_sound, report.findings
            return report.events / (time.perf_counter() - start)

        rate, limit, ratio = alternate(rounds, run)
        print(
            f"audit, {backend}, one event a statement: {rate:,.0f} events/s,"
            f" {ratio:.2f} of openssl's {limit:,.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
