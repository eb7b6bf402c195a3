"""Progress: how far something long is, on one line of a terminal."""

import sys
import time
from typing import Self

from provenance.cli.screen import write
from provenance.intake.headway import Headway

_FIRST_AFTER = 1.0
_EVERY = 0.2
"""Seconds until progress is first shown, and between one time and the next."""

_LINE_EVERY = 5.0
"""Seconds between lines, where a line cannot be written over."""


class Progress:
    """How far it is, on a line that is written over; nothing elsewhere."""

    def __init__(
        self, noun: str = "entries", *, is_forced: bool = False
    ) -> None:
        """Begin to count.

        Args:
            noun: What is counted.
            is_forced: Whether to write lines where no terminal is.
        """
        self._noun = noun
        self._is_terminal = sys.stderr.isatty()
        self._is_shown = self._is_terminal or is_forced
        self._every = _EVERY if self._is_terminal else _LINE_EVERY
        self._width = 0
        self.begin(noun)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def begin(self, noun: str) -> None:
        """Count from 0 again: *noun*."""
        self._noun = noun
        self._start = time.monotonic()
        self._next = self._start + _FIRST_AFTER

    def take(self, headway: Headway) -> None:
        """Show how far an intake is, if it is time."""
        if not headway.done:
            self.begin(headway.noun)
        self.show(headway.done, headway.total, share=headway.share)

    def show(self, done: int, total: int, *, share: float = 0) -> None:
        """Show that *done* of *total* are done, if it is time.

        Args:
            done: How many.
            total: Of how many; 0 if nobody knows yet.
            share: How much of all that is, 0 to 1, if that is known better.
        """
        if not self._is_shown or (now := time.monotonic()) < self._next:
            return
        self._next = now + self._every
        rate = done / (now - self._start)
        text = f"{done} {self._noun}, {rate:.0f} {self._noun}/s"
        if total:
            share = done / total
            text = f"{done} of {total} {self._noun}, {rate:.0f} {self._noun}/s"
        elif share:
            text = f"{text}, {share:.0%}"
        if share:
            seconds = (now - self._start) * (1 - share) / share
            text = f"{text}, {seconds:.0f} s left"
        if self._is_terminal:
            write(sys.stderr, f"\r{text:<{self._width}}")
            self._width = len(text)
        else:
            write(sys.stderr, f"{text}\n")

    def clear(self) -> None:
        """Leave an empty line to write on."""
        if self._width:
            write(sys.stderr, f"\r{'':<{self._width}}\r")
            self._width = 0
