"""How long a cold `provenance verify` takes, from an empty process.

    python -m tests.bench.cold [--rounds 15]

Prints the median wall time of the whole process beside that of a bare
interpreter and of one that only loads click, taken in turns.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from provenance.proof.trust import format_trust
from tests.bench import corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with corpus.new_ledger(folder / "ledger") as ledger:
            for step in range(12):
                corpus.append(ledger, range(1), step=step)
            (folder / "can.provenance").write_bytes(
                ledger.prove_item(corpus.item(0))
            )
            (folder / "trust.toml").write_text(format_trust(ledger.trust))
        program = str(Path(sys.executable).with_name("provenance"))
        commands = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "import click": [sys.executable, "-c", "import click"],
            "provenance verify": [
                program, "verify", str(folder / "can.provenance"),
                "--trust", str(folder / "trust.toml"),
            ],
        }  # fmt: skip
        times: dict[str, list[float]] = {label: [] for label in commands}
        environ = {
            n: v for n, v in os.environ.items() if not n.startswith("PYTHON")
        }
        for number in range(rounds + 1):
            for label, command in commands.items():
                start = time.perf_counter()
                subprocess.run(
                    command, check=True, capture_output=True, env=environ
                )
                if number:  # The first only fills the caches.
                    times[label].append((time.perf_counter() - start) * 1e3)
        for label, taken in times.items():
            print(f"{label}: {median(taken):.0f} ms (fastest {min(taken):.0f})")


if __name__ == "__main__":
    main()
