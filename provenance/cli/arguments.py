"""What people type, made into what the library takes.

A bad value is a wrong call (exit 2), said with an example of a good one.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from provenance.errors import MalformedError
from provenance.words.story import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    _Type = click.ParamType[Any]
else:
    # Which is generic only since click 8.4.
    _Type = click.ParamType

_Command = TypeVar("_Command", bound=Callable[..., Any])

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPANS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SPAN = re.compile(r"([1-9][0-9]{0,9})([smhd])")
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_RANGE = re.compile(r"([1-9][0-9]{0,14})-([1-9][0-9]{0,14})")


class Typed(_Type):
    """A value that one function reads."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        """Make the type.

        Args:
            name: What help pages call a value.
            read: Returns what a text stands for; or raises a `MalformedError`
                that says what is wrong with it.
        """
        self.name = name
        self._read = read

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> object:
        """Return what *value* stands for; a default may be that already."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except MalformedError as error:
            self.fail(f"{error}", param, ctx)


class FilePath(Typed):
    """A path; whether it is there, whoever opens it finds out."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Let the shell complete the names of files."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  # rare

        del ctx, param
        return [CompletionItem(incomplete, type="file")]


def _read_item(value: str) -> str:
    """Return the canonical id of an item in any spelling, a scan too."""
    from provenance.gs1 import read_item  # noqa: PLC0415  # used now

    return read_item(value)


def _read_label(value: str) -> str:
    """Return what names an item as it is written, with all it says besides."""
    _read_item(value)
    return value


def _read_time(value: str) -> int:
    """Return a time with its zone in ms since 1970."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment < _EPOCH:
        raise MalformedError(
            f"{value!r} is not a time with its zone, such as"
            " 2026-11-22T08:00:00Z"
        )
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _read_span(value: str) -> int:
    """Return a length of time in seconds."""
    found = _SPAN.fullmatch(value)
    if found is None:
        raise MalformedError(
            f"{value!r} is not a length of time, such as 90s, 15m, 12h or 7d"
        )
    return int(found[1]) * _SPANS[found[2]]


def _read_range(value: str) -> tuple[int, int]:
    """Return (start, stop) of events by their numbers, both included.

    The indexes are from 0, and the last one is not in the range.
    """
    found = _RANGE.fullmatch(value)
    if found is None or int(found[1]) > int(found[2]):
        raise MalformedError(
            f"{value!r} is not a range of events, such as 65-320: both are in"
            " it, and the first event is 1"
        )
    return int(found[1]) - 1, int(found[2])


def _read_path(value: str) -> "Path":
    from pathlib import Path  # noqa: PLC0415  # verify needs none

    return Path(value)


def _read_pointer(value: str) -> str:
    """Return a JSON Pointer to a member of an event."""
    if not value.startswith("/") or value == "/":
        raise MalformedError(
            f"{value!r} is not a JSON Pointer, such as /example:buyer/name"
        )
    return value


def _read_prefix(value: str) -> tuple[str, str]:
    """Return a prefix and what it stands for, of NAME=URI."""
    from provenance.epcis.prefixes import read_context  # noqa: PLC0415  # verify needs none

    name, _, uri = value.partition("=")
    try:
        read_context({name: uri})
    except MalformedError as error:
        raise MalformedError(
            f"{error}; write NAME=URI, such as example=https://ns.example/"
        ) from error
    return name, uri


def _read_offset(value: str) -> str:
    """Return an offset from UTC as it is, such as +08:00."""
    if _OFFSET.fullmatch(value) is None:
        raise MalformedError(
            f"{value[:40]!r} is no offset from UTC: write one such as +08:00"
        )
    return value


def language_type(*others: str) -> Typed:
    """Return the type of a language of stories: en, zh-CN, or zh for short.

    Args:
        others: What is taken as well, and is no language.
    """
    spellings = {
        spelling: language
        for language in LANGUAGES
        for spelling in (language.lower(), language.partition("-")[0])
    } | {other: other for other in others}

    def read(value: str) -> str:
        wanted = value.lower().replace("_", "-")
        if wanted not in spellings:
            raise MalformedError(
                f"{value!r} is not a language that stories are told in: give"
                f" {' or '.join([*LANGUAGES, *others])}"
            )
        return spellings[wanted]

    return Typed("language", read)


ITEM = Typed("item", _read_item)
LABEL = Typed("item", _read_label)
TIME = Typed("time", _read_time)
SPAN = Typed("span", _read_span)
EVENT_RANGE = Typed("range", _read_range)
POINTER = Typed("pointer", _read_pointer)
PREFIX = Typed("prefix", _read_prefix)
OFFSET = Typed("offset", _read_offset)
FILE = FilePath("path", _read_path)
LANGUAGE = language_type()


def ledger_option(command: _Command) -> _Command:
    """Give *command* the option that names the ledger's folder."""
    return click.option(
        "--ledger",
        "-C",
        "folder",
        type=FILE,
        envvar="PROVENANCE_LEDGER",
        default=".",
        show_default=True,
        show_envvar=True,
        help="The ledger's folder.",
    )(command)


def language_option(command: _Command) -> _Command:
    """Give *command* the option that says in which language it tells."""
    return click.option(
        "--lang",
        "language",
        type=LANGUAGE,
        envvar="PROVENANCE_LANG",
        default="en",
        show_default=True,
        show_envvar=True,
        help=f"The language of the story: {' or '.join(LANGUAGES)}.",
    )(command)


def signing_options(command: _Command) -> _Command:
    """Give *command* the options that say who signs."""
    command = click.option(
        "--as",
        "issuer",
        metavar="ACTOR",
        help="The actor that signs; by default the one whose key it is.",
    )(command)
    return click.option(
        "--key",
        "key_file",
        type=FILE,
        required=True,
        help="The file with the private key that signs.",
    )(command)
