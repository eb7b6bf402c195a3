"""The screen: the one place where everything is printed.

Evidence is written by strangers, and a terminal obeys what it is sent: a name
could clear the screen and draw a green tick, or turn a line around. So every
line passes `safe` on its way out, and no command prints by itself.

    stdout   the result, as lines or as one JSON object
    stderr   the narration, which `--quiet` leaves out

A reader who goes away (`| head`) changes nothing about what a command does
and how it ends. A disk that is full does: the result was not delivered.
"""

import os
import sys
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from typing import Literal, TextIO

from provenance.encoding.safe import safe

Style = Literal["good", "bad", "warning", "strong"]
Part = str | tuple[str, Style]
"""Text, or text with a style."""

_CODES: Mapping[Style, str] = {
    "good": "32",
    "bad": "31",
    "warning": "33",
    "strong": "1",
}


def prepare_streams() -> bool:
    """Let no character that the terminal lacks end a command.

    Returns:
        Whether there is a standard output.
    """
    is_heard = sys.stdout is not None
    if None in {sys.stdin, sys.stdout, sys.stderr}:
        _fill_descriptors()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return is_heard


def _fill_descriptors() -> None:
    """Let what was handed over closed lead nowhere.

    The next file that is opened would take its number, and what is printed
    would be written into that file.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The system takes the lowest number that is free: this one.
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or _opened(0, "r")
    sys.stdout = sys.stdout or _opened(1, "w")
    sys.stderr = sys.stderr or _opened(2, "w")


def _opened(descriptor: int, mode: Literal["r", "w"]) -> TextIO:
    return open(descriptor, mode, encoding="utf-8", closefd=False)


class Screen:
    """Where a command's result and narration go."""

    def __init__(
        self,
        *,
        is_json: bool = False,
        is_quiet: bool = False,
        colour: str = "auto",
    ) -> None:
        """Make a screen.

        Args:
            is_json: Print the result as JSON, and no lines.
            is_quiet: Leave out the narration.
            colour: `always`, `never`, or `auto`: if the terminal has them
                and no variable forbids it.
        """
        self.is_json = is_json
        self._is_quiet = is_quiet
        self._has_colour = _has_colour(colour)

    def line(self, *parts: Part) -> None:
        """Print a line of the result, unless it is wanted as JSON."""
        if not self.is_json:
            write(sys.stdout, "".join(map(self._painted, parts)) + "\n")

    def say(self, text: str = "") -> None:
        """Narrate: print a line to stderr, unless that is unwanted."""
        if not self._is_quiet:
            write(sys.stderr, safe(text) + "\n")

    def json(
        self, value: Mapping[str, object], *, is_line: bool = False
    ) -> None:
        """Print one JSON object, in ASCII: indented, or as one line."""
        import json  # noqa: PLC0415  # most commands print none

        text = json.dumps(value, indent=None if is_line else 2)
        write(sys.stdout, text + "\n")

    def result(
        self, name: str, exit_code: int, members: Mapping[str, object]
    ) -> int:
        """Print the result as JSON if that is wanted; return *exit_code*.

        Args:
            name: The schema's name: `provenance.<name>/1`.
            exit_code: How the command ends.
            members: What else the object says.
        """
        if self.is_json:
            self.json(
                {
                    "schema": f"provenance.{name}/1",
                    "exit_code": exit_code,
                    **members,
                }
            )
        return exit_code

    def data(self, data: bytes) -> None:
        """Print a result that is bytes, as they are."""
        _deliver(sys.stdout, lambda: sys.stdout.buffer.write(data))

    def _painted(self, part: Part) -> str:
        if isinstance(part, str):
            return safe(part)
        text, style = part
        if not self._has_colour:
            return safe(text)
        return f"\x1b[{_CODES[style]}m{safe(text)}\x1b[0m"


def write(stream: TextIO, text: str) -> None:
    """Write *text* to *stream*; if nobody reads it any more, do nothing.

    Raises:
        OSError: It cannot be written.
    """
    _deliver(stream, lambda: stream.write(text))


def _deliver(stream: TextIO, send: Callable[[], object]) -> None:
    try:
        send()
        stream.flush()
    except OSError as error:
        # What is still buffered, and all that follows, goes nowhere; else
        # the interpreter would stumble over it on its way out.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        if not isinstance(error, BrokenPipeError):
            raise


def _has_colour(wish: str) -> bool:
    if wish != "auto":
        return wish == "always"
    environ = os.environ
    if environ.get("NO_COLOR"):
        return False
    if environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    if environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
