"""The machine's own limits, measured in the same run as what is compared."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median


def openssl_verify_rate(
    seconds: int = 2, *, processes: int | None = None
) -> float:
    """Return OpenSSL's Ed25519 verifications/s over all processors, or some."""
    output = subprocess.run(
        [
            "openssl",
            "speed",
            "-seconds",
            str(seconds),
            "-multi",
            str(processes or os.cpu_count()),
            "ed25519",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"Ed25519\)\s+\S+\s+\S+\s+\S+\s+(\S+)", output)
    if found is None:
        sys.exit("openssl speed ed25519 printed no rate")
    return float(found[1])


def fsync_rate(folder: Path, count: int = 200) -> float:
    """Return how often a small append to a bare file can be synced, per s."""
    path = folder / "bare-file"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    start = time.perf_counter()
    for _ in range(count):
        os.write(descriptor, b"x" * 600)
        os.fdatasync(descriptor)
    rate = count / (time.perf_counter() - start)
    os.close(descriptor)
    path.unlink()
    return rate


def alternate(
    rounds: int,
    run: Callable[[int], float],
    limit: Callable[[], float] = openssl_verify_rate,
) -> tuple[float, float, float]:
    """Return medians of (rate, limit, rate / limit), measured in turns.

    The limit is taken before and after each run, since the machine's speed
    drifts.
    """
    rates, limits, ratios = [], [], []
    before = limit()
    for number in range(rounds):
        rate = run(number)
        after = limit()
        here = (before + after) / 2
        rates.append(rate)
        limits.append(here)
        ratios.append(rate / here)
        before = after
    return median(rates), median(limits), median(ratios)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which *share* of *values* lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
