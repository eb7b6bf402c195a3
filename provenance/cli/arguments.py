"""What people type, made into what the library takes.

A bad value is a wrong call (exit 2), said with an example of a good one.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from provenance.cli.words import LANGUAGES
from provenance.errors import MalformedError

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


class ItemId(_Type):
    """An item in any of its spellings, a scan too, made canonical."""

    name = "item"

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the canonical id."""
        from provenance.gs1 import read_item  # noqa: PLC0415  # used now

        try:
            return read_item(value)
        except MalformedError as error:
            self.fail(f"{error}", param, ctx)


class Time(_Type):
    """A time with its zone, made ms since 1970."""

    name = "time"

    def convert(
        self,
        value: str | int,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the time in ms since 1970."""
        if isinstance(value, int):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or moment < _EPOCH:
            self.fail(
                f"{value!r} is not a time with its zone, such as"
                " 2026-11-22T08:00:00Z",
                param,
                ctx,
            )
        return (moment - _EPOCH) // timedelta(milliseconds=1)


class Span(_Type):
    """A length of time, made seconds."""

    name = "span"

    def convert(
        self,
        value: str | int,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the seconds."""
        if isinstance(value, int):
            return value
        found = _SPAN.fullmatch(value)
        if found is None:
            self.fail(
                f"{value!r} is not a length of time, such as 90s, 15m, 12h or"
                " 7d",
                param,
                ctx,
            )
        return int(found[1]) * _SPANS[found[2]]


class EventRange(_Type):
    """Events by their numbers, both included, made a range of indexes."""

    name = "range"

    def convert(
        self,
        value: str | tuple[int, int],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, int]:
        """Return (start, stop): the indexes from 0, the last one not in it."""
        if isinstance(value, tuple):
            return value
        found = _RANGE.fullmatch(value)
        if found is None or int(found[1]) > int(found[2]):
            self.fail(
                f"{value!r} is not a range of events, such as 65-320: both are"
                " in it, and the first event is 1",
                param,
                ctx,
            )
        return int(found[1]) - 1, int(found[2])


class FilePath(_Type):
    """A path; whether it is there, whoever opens it finds out."""

    name = "path"

    def convert(
        self,
        value: "str | Path",
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "Path":
        """Return the path."""
        from pathlib import Path  # noqa: PLC0415  # verify needs none

        del param, ctx
        return Path(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Let the shell complete the names of files."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  # rare

        del ctx, param
        return [CompletionItem(incomplete, type="file")]


class Pointer(_Type):
    """A JSON Pointer to a member of an event."""

    name = "pointer"

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the pointer."""
        if not value.startswith("/") or value == "/":
            self.fail(
                f"{value!r} is not a JSON Pointer, such as /example:buyer/name",
                param,
                ctx,
            )
        return value


class Prefix(_Type):
    """A prefix and what it stands for, as NAME=URI."""

    name = "prefix"

    def convert(
        self,
        value: str | tuple[str, str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """Return the name and the URI."""
        from provenance.epcis.prefixes import read_context  # noqa: PLC0415  # verify needs none

        if isinstance(value, tuple):
            return value
        name, _, uri = value.partition("=")
        try:
            read_context({name: uri})
        except MalformedError as error:
            self.fail(
                f"{error}; write NAME=URI, such as example=https://ns.example/",
                param,
                ctx,
            )
        return name, uri


class Offset(_Type):
    """An offset from UTC, such as +08:00."""

    name = "offset"

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return it as it is."""
        if _OFFSET.fullmatch(value) is None:
            self.fail(
                f"{value[:40]!r} is no offset from UTC: write one such as"
                " +08:00",
                param,
                ctx,
            )
        return value


class Language(_Type):
    """A language of stories: en, zh-CN, or zh for short."""

    name = "language"

    def __init__(self, *others: str) -> None:
        """Take *others* as well, which are no languages."""
        self._others = others

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the language's name among `LANGUAGES`."""
        wanted = value.lower().replace("_", "-")
        spellings = {
            spelling: language
            for language in LANGUAGES
            for spelling in (language.lower(), language.partition("-")[0])
        } | {other: other for other in self._others}
        if wanted not in spellings:
            self.fail(
                f"{value!r} is not a language that stories are told in: give"
                f" {' or '.join([*LANGUAGES, *self._others])}",
                param,
                ctx,
            )
        return spellings[wanted]


ITEM = ItemId()
TIME = Time()
SPAN = Span()
EVENT_RANGE = EventRange()
POINTER = Pointer()
PREFIX = Prefix()
OFFSET = Offset()
FILE = FilePath()
LANGUAGE = Language()


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
