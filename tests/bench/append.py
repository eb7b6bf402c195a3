"""How fast statements are logged: signed, durable, linked, mapped, published.

    python -m tests.bench.append [--statements 20000] [--rounds 5]

Prints events/s and their ratio to `openssl speed ed25519` over all
processors in the same run, with each library that can check signatures.
"""

import argparse
import gc
import resource
import tempfile
import time
from pathlib import Path

from provenance import keys
from provenance.ledger.ledger import Ledger
from tests.bench import corpus
from tests.bench.machine import alternate, fsync_rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        print(f"bare file with fdatasync: {fsync_rate(folder):,.0f} appends/s")
        for backend in ("cryptography", "pynacl"):
            keys.select_backend(backend)
            for per_statement in (1, 100):
                count = options.statements if per_statement == 1 else 3 * options.statements
                measure(
                    folder / f"{backend}-{per_statement}",
                    label=f"{backend}, {per_statement} event(s) a statement",
                    count=count,
                    per_statement=per_statement,
                    rounds=options.rounds,
                )


def measure(
    folder: Path, *, label: str, count: int, per_statement: int, rounds: int
) -> None:
    with corpus.new_ledger(folder) as ledger:
        append(ledger, range(-2_000, 0), per_statement)
        cpu: list[float] = []

        def run(number: int) -> float:
            numbers = range(number * count, (number + 1) * count)
            before = processor_seconds()
            rate = append(ledger, numbers, per_statement)
            cpu.append((processor_seconds() - before) / count * 1e6)
            return rate

        rate, limit, ratio = alternate(rounds, run)
    print(
        f"{label}: {rate:,.0f} events/s, {ratio:.2f} of openssl's {limit:,.0f};"
        f" {sorted(cpu)[len(cpu) // 2]:.0f} us of processor time each"
    )


def append(ledger: Ledger, numbers: range, per_statement: int) -> float:
    """Log statements that were signed beforehand; return events/s."""
    submissions = list(corpus.statements(numbers, per_statement=per_statement))
    gc.collect()
    start = time.perf_counter()
    for _, answer in ledger.submit_many(submissions):
        assert isinstance(answer, int), answer
    return len(numbers) / (time.perf_counter() - start)


def processor_seconds() -> float:
    """Return the processor time of this process and its ended workers."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
