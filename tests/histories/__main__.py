"""Histories by the hundred thousand: the judge and the verifier agree.

    python -m tests.histories 100000              so many, honest and not
    python -m tests.histories 100000 42           with the seed 42 again
    python -m tests.histories 100000 42 --both    asked of JavaScript as well
    python -m tests.histories 1000 --honest       all of them VERIFIED
    python -m tests.histories 1 42 --from 7       history 7 of the seed alone

Each history is a log that was told what happened, with lies among it or
without, by whom and when it may be (`voyage`, `lies`). Of each thing said the
ledger's judge says whether an honest ledger admits it; it is logged all the
same (`judged`). Then the stories of some items are proven and verified:

    something refused that a bundle shows     never VERIFIED
    nothing refused on any trail shown        never FAILED, and a recall is
                                              told just where it was meant
    an honest history without recalls         VERIFIED

With `--both`, Python and JavaScript come to the same verdict. A history that
breaks this is printed as a script, made as short as it still breaks it, and
ends in exit code 1.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence

from tests.histories.compare import KINDS, compare


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.histories")
    parser.add_argument("count", type=int)
    parser.add_argument(
        "seed", type=int, nargs="?", default=time.time_ns() % 10**9
    )
    parser.add_argument("--both", action="store_true")
    parser.add_argument("--honest", action="store_true")
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args(argv)
    print(f"seed {arguments.seed}", flush=True)
    began = time.monotonic()
    report = compare(
        arguments.seed,
        arguments.start,
        arguments.count,
        kinds=KINDS[:1] if arguments.honest else KINDS,
        both=arguments.both,
        processes=arguments.processes,
    )
    for what, number in sorted(report.said.items()):
        print(f"{number:8} {what}")
    print("\n".join(report.faults[:20]))
    print(f"{len(report.faults)} faults in {time.monotonic() - began:.0f} s")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
