"""A node that is told to end by whoever it announces itself to, at once."""

import os
import pathlib
import signal
import sys

from provenance_node.node import Node
from provenance_node.serve import serve
from provenance_node.settings import Settings


def end(url: str) -> None:
    """Say where it is, and ask this process to end."""
    print(url, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    settings = Settings(
        log_requests=False, checker_processes=1, reader_processes=1
    )
    serve(Node(pathlib.Path(sys.argv[1]), settings), announce=end)
