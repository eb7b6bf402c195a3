"""How fast statements are logged: signed, durable, linked, mapped, published.

    python -m tests.bench.append [--statements 20000] [--rounds 5]

Prints events/s and their ratio to `openssl speed ed25519` over all
processors in the same run, with each library that can check signatures. The
statements are signed beforehand; the ledger is a new one each time.
"""

import argparse
import tempfile
from pathlib import Path

from provenance import keys
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
                count = options.statements * (1 if per_statement == 1 else 3)
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
    processor: list[float] = []
    with corpus.new_ledger(folder) as ledger:

        def run(number: int) -> float:
            numbers = range(number * count, (number + 1) * count)
            done = corpus.append(ledger, numbers, per_statement=per_statement)
            processor.append(done.processor_seconds / count * 1e6)
            return count / done.seconds

        rate, limit, ratio = alternate(rounds, run)
    print(
        f"{label}: {rate:,.0f} events/s, {ratio:.2f} of openssl's {limit:,.0f}"
        f" verifications/s; {sorted(processor)[rounds // 2]:.0f} us of"
        " processor time an event, workers' start included",
        flush=True,
    )


if __name__ == "__main__":
    main()
