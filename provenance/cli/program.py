"""The program: commands that load when they are used, and how each ends.

Whatever happens in a command ends here. An error of the library is shown with
its code, what, where and what to do; anything else is a bug of ours, and says
so in a line, with the traceback in a file. Every way out has its exit code
(`provenance.problems`).
"""

import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import click

from provenance.cli.screen import Screen, prepare_streams, write
from provenance.encoding.safe import safe
from provenance.problems import (
    BUG_PROBLEM,
    INTERRUPTED_PROBLEM,
    USAGE_PROBLEM,
    Problem,
    problem_of,
    text_of,
    to_json,
)
from provenance.problems.table import UNREAD_PROBLEM

PROGRAM = "provenance"


class Command(click.Command):
    """A command that is handed a `Screen` and returns its exit code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [
            click.Option(
                ["--json", "is_json"],
                is_flag=True,
                help="Print one JSON object, on failure too.",
            ),
            click.Option(
                ["--quiet", "-q", "is_quiet"],
                is_flag=True,
                help="Leave out the narration on stderr.",
            ),
            click.Option(
                ["--color", "--colour", "colour"],
                type=click.Choice(["auto", "always", "never"]),
                default="auto",
                show_default=True,
                help="Whether to use colours; NO_COLOR and CLICOLOR count.",
            ),
        ]

    def invoke(self, ctx: click.Context) -> object:
        """Run the command with its screen."""
        assert self.callback is not None, "every command does something"
        screen = Screen(
            is_json=ctx.params.pop("is_json"),
            is_quiet=ctx.params.pop("is_quiet"),
            colour=ctx.params.pop("colour"),
        )
        return ctx.invoke(self.callback, screen, **ctx.params)


class Commands(click.Group):
    """A group of such commands."""

    command_class = Command


class Program(click.Group):
    """The root of all commands. Calling it runs the program and exits.

    Attributes:
        groups: Heading on the help page → its commands, and where each is.
    """

    def __init__(
        self,
        name: str,
        *,
        purpose: str,
        groups: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Make the program.

        Args:
            name: What it is called.
            purpose: What it is for.
            groups: Heading on the help page → its commands, each with
                "module:attribute", in the order of the page.
        """
        # Every command below inherits the two names.
        names = {"help_option_names": ["--help", "-h"]}
        super().__init__(name, help=purpose, context_settings=names)
        self.groups = groups
        self._homes = {
            command: home
            for commands in groups.values()
            for command, home in commands.items()
        }
        self.params.append(
            click.Option(
                ["--version"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_print_version,
                help="Print the version and exit.",
            )
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in order."""
        del ctx
        return list(self._homes)

    def get_command(
        self, ctx: click.Context, cmd_name: str
    ) -> click.Command | None:
        """Return that command, whose module is loaded now."""
        del ctx
        if cmd_name not in self._homes:
            return None
        module, _, attribute = self._homes[cmd_name].partition(":")
        with _no_garbage():
            home = import_module(module)
        command = getattr(home, attribute)
        assert isinstance(command, click.Command), f"{cmd_name} is a command"
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands with what each does, group by group."""
        indent = max(map(len, self._homes)) + formatter.current_indent + 4
        for heading, commands in self.groups.items():
            rows = []
            for name in commands:
                command = self.get_command(ctx, name)
                assert command is not None, "it is one of them"
                says = command.get_short_help_str(formatter.width - indent)
                rows.append((name.ljust(indent - 4), says))
            with formatter.section(heading):
                formatter.write_dl(rows)

    def main(  # type: ignore[override]  # it always exits
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run the program with *args* and exit."""
        arguments = list(sys.argv[1:] if args is None else args)
        is_json = "--json" in arguments or "--jsonl" in arguments
        extra["standalone_mode"] = False
        if not prepare_streams():
            # There is nowhere to print an object to.
            closed = "standard output is closed"
            sys.exit(fail(UNREAD_PROBLEM, closed, "", False))
        try:
            code = super().main(arguments, prog_name or PROGRAM, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            write(sys.stderr, error.format_message() + "\n")
            sys.exit(USAGE_PROBLEM.exit_code)
        except click.ClickException as error:
            sys.exit(_fail_usage(error, is_json=is_json))
        except (click.Abort, KeyboardInterrupt):
            sys.exit(fail(INTERRUPTED_PROBLEM, "interrupted", "", is_json))
        except Exception as error:  # noqa: BLE001  # the last handler there is
            sys.exit(_fail(error, is_json=is_json))
        sys.exit(code if isinstance(code, int) else 0)


def where_of(error: BaseException) -> str:
    """Return where *error* happened, as far as `within` was told."""
    return ", ".join(getattr(error, "__notes__", ()))


def fail(problem: Problem, what: str, where: str, is_json: bool) -> int:
    """Show an error that ends the command; return the exit code."""
    if is_json:
        Screen().json(
            {
                "schema": "provenance.error/1",
                "exit_code": problem.exit_code,
                "error": to_json(problem, what, where),
            }
        )
    show_problem(problem, what, where)
    return problem.exit_code


def show_problem(problem: Problem, what: str, where: str) -> None:
    """Print an error to stderr: code, what, where and what to do."""
    lines = [f"error {problem.code}: {what}"]
    if where:
        lines.append(f"  where: {where}")
    lines.append(f"  do: {problem.advice}")
    lines.append(f"  more: {PROGRAM} explain {problem.code}")
    write(sys.stderr, "".join(f"{safe(line)}\n" for line in lines))


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Collect none meanwhile.

    Modules that load make a hundred thousand things and throw none away;
    looking through them takes a tenth of the time that loading does.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _fail(error: Exception, *, is_json: bool) -> int:
    problem = problem_of(error)
    if problem is not None:
        return fail(problem, text_of(error), where_of(error), is_json)
    import tempfile  # noqa: PLC0415  # rare, and slow to load
    import traceback  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(
        "w", prefix="provenance-bug-", suffix=".txt", delete=False
    ) as file:
        traceback.print_exception(error, file=file)
    what = (
        f"a fault of the program, {type(error).__name__}; what led to it is"
        f" in {file.name}"
    )
    return fail(BUG_PROBLEM, what, "", is_json)


def _fail_usage(error: click.ClickException, *, is_json: bool) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = context.command_path if context else ""
    # click sets its suggestions on lines of their own.
    what = " ".join(error.format_message().split())
    return fail(USAGE_PROBLEM, what, where, is_json)


def _print_version(
    context: click.Context, _: click.Parameter, is_wanted: bool
) -> None:
    if is_wanted and not context.resilient_parsing:
        from provenance import __version__  # noqa: PLC0415  # asked for now

        write(sys.stdout, f"{PROGRAM} {__version__}\n")
        context.exit()
