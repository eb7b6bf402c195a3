"""A child that does what a test asks of it."""

import os
import sys
import time

from provenance_node.children import answer_questions

from provenance.errors import NotFoundError


def refuse(message: str) -> None:
    raise NotFoundError(message)


def die() -> None:
    os._exit(3)


def wait_for(path: str) -> int:
    """Wait until there is a file at *path*; return this process's id."""
    while not os.path.exists(path):  # noqa: PTH110  # a child loads little
        time.sleep(0.005)
    return os.getpid()


def loop() -> None:
    while True:
        pass


def burn(seconds: float) -> None:
    """Take that much of the processor."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def have_a_bug() -> int:
    counts: dict[str, int] = {}
    return counts["nothing"]


if __name__ == "__main__":
    answer_questions(
        {
            "echo": lambda value: [value, *sys.argv[1:]],
            "pid": os.getpid,
            "refuse": refuse,
            "die": die,
            "wait": wait_for,
            "bug": have_a_bug,
            "loop": loop,
            "burn": burn,
        }
    )
