"""Ctrl-C while files are handed in: no further file, but every answer.

What was handed to the ledger may be logged at any moment. So the first
interrupt only ends the reading of further files, and what is on its way is
still answered and told; nobody is left to guess. A second one ends it at
once.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import FrameType
from typing import BinaryIO, Self


class Patience:
    """Holds the first interrupt back while its block runs.

    Attributes:
        is_over: Whether there was one.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._is_waiting = False
        self._before: object = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]  # as it was

    def goes_on(self) -> bool:
        """Return whether there was none yet."""
        return not self.is_over

    @contextmanager
    def opened(
        self, open_it: Callable[[], AbstractContextManager[BinaryIO]]
    ) -> Iterator[BinaryIO]:
        """Yield what *open_it* opens; an interrupt ends the waiting for it."""
        with ExitStack() as stack:
            with self.waiting():
                stream = stack.enter_context(open_it())
            yield stream

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let an interrupt end the block at once: it waits for somebody.

        Raises:
            KeyboardInterrupt: There was one.
        """
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        is_second, self.is_over = self.is_over, True
        if is_second or self._is_waiting:
            raise KeyboardInterrupt
