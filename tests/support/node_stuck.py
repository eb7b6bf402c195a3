"""A node whose writer, once it begins a commit, never ends it."""

import pathlib
import sys
import threading
import time

from provenance_node.node import Node
from provenance_node.serve import serve
from provenance_node.settings import Settings

from tests.ledger_world import START


def clock() -> int:
    """Return the time; the writer waits for it for ever."""
    if threading.current_thread().name == "writer":
        print("stuck", flush=True)
        while True:
            # Busy, as a loop without an end is.
            time.monotonic()
    return START


if __name__ == "__main__":
    folder, stop_seconds = sys.argv[1:]
    settings = Settings(
        log_requests=False,
        checker_processes=1,
        reader_processes=1,
        stop_seconds=float(stop_seconds),
    )
    serve(
        Node(pathlib.Path(folder), settings, clock=clock),
        announce=lambda url: print(url, flush=True),
    )
