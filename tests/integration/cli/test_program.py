import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import provenance
from provenance import errors
from provenance.cli import main
from provenance.epcis.vocabulary import PRIVATE_STEPS, STEPS
from provenance.problems import (
    EXIT_CODES,
    PROBLEMS,
    explanations,
    gravest,
    problem_of,
)
from provenance.proof.codes import CODES
from provenance.rules.book import baseline
from provenance.words.topics import ENVIRONMENT
from tests.support.cli_commands import program
from tests.support.cli_runs import PROJECT, command_line, ok, run
from tests.support.waiting import finish

# The table of the house's error page, again.
EXITS = {
    "MalformedError": 3,
    "UnknownKindError": 3,
    "UnknownBookError": 3,
    "ClockError": 3,
    "RejectedError": 1,
    "QuotaError": 1,
    "UnknownActorError": 1,
    "RoleNotGrantedError": 1,
    "BrokenLinkError": 1,
    "DuplicateEventError": 1,
    "LifecycleError": 1,
    "QueryTooLargeError": 1,
    "VerificationError": 1,
    "InvalidSignatureError": 1,
    "InvalidProofError": 1,
    "QuorumNotMetError": 5,
    "EquivocationError": 1,
    "ForkError": 1,
    "InsecureError": 3,
    "AddressError": 3,
    "NotFoundError": 4,
    "ConflictError": 3,
    "StoreError": 3,
    "DamagedError": 3,
    "UnreachableError": 3,
}


Named = tuple[tuple[str, ...], click.Command]


def all_commands() -> Iterator[Named]:
    context = click.Context(main, info_name="provenance")
    waiting: list[tuple[tuple[str, ...], click.Command, click.Context]]
    waiting = [((), main, context)]
    while waiting:
        names, command, context = waiting.pop()
        yield names, command
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                inside = click.Context(inner, info_name=name, parent=context)
                waiting.append(((*names, name), inner, inside))


COMMANDS = sorted(all_commands(), key=lambda pair: pair[0])
IDS = [" ".join(names) or "provenance" for names, _ in COMMANDS]


@pytest.mark.parametrize(("names", "command"), COMMANDS, ids=IDS)
def test_every_command_has_help_and_so_has_every_option(
    names: tuple[str, ...], command: click.Command
) -> None:
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{names}: {parameter.name}"
            assert parameter.help.endswith("."), f"{names}: {parameter.name}"
    page = ok(*names, "--help").out
    assert page.startswith("Usage: provenance")
    assert ok(*names, "-h").out == page
    assert ok("help", *names).out.split()[:2] == page.split()[:2]


@pytest.mark.parametrize(("names", "command"), COMMANDS, ids=IDS)
def test_every_command_can_print_json(
    names: tuple[str, ...], command: click.Command
) -> None:
    if isinstance(command, click.Group):
        return
    assert "--json" in ok(*names, "--help").out


@pytest.mark.parametrize(("names", "command"), COMMANDS, ids=IDS)
def test_a_wrong_call_is_exit_2_and_json_if_wanted(
    names: tuple[str, ...], command: click.Command
) -> None:
    del command
    done = run(*names, "--nonsense")
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("error PRV-9001: ")
    done = run(*names, "--nonsense", "--json")
    assert done.code == 2
    assert done.json["schema"] == "provenance.error/1"
    assert done.json["exit_code"] == 2


def test_the_exit_code_of_every_error_is_the_documented_one() -> None:
    classes = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type)
        and issubclass(kind, errors.ProvenanceError)
        and kind is not errors.ProvenanceError
    }
    assert EXITS.keys() == classes.keys()
    for name, kind in classes.items():
        assert PROBLEMS[kind].exit_code == EXITS[name]
        assert PROBLEMS[kind].exit_code in EXIT_CODES


@pytest.mark.parametrize("kind", sorted(EXITS))
def test_an_error_says_code_what_where_and_what_to_do(kind: str) -> None:
    done = CliRunner().invoke(program, ["raising", kind])
    assert done.exit_code == EXITS[kind]
    assert done.stdout == ""
    first, *rest = done.stderr.splitlines()[1:]
    code = PROBLEMS[getattr(errors, kind)].code
    assert first.startswith(f"error {code}: ")
    assert "\x1b" not in done.stderr
    if kind != "EquivocationError":
        assert first.endswith(rf"it is {kind}\x1b")
        assert rest.pop(0) == "  where: here.json"
    assert rest[0].startswith("  do: ")
    assert rest[1] == f"  more: provenance explain {code}"
    assert code in ok("explain", code).out


@pytest.mark.parametrize("kind", sorted(EXITS))
def test_an_error_is_one_json_object_if_wanted(kind: str) -> None:
    done = CliRunner().invoke(program, ["raising", kind, "--json"])
    problem = PROBLEMS[getattr(errors, kind)]
    said = json.loads(done.stdout)
    assert said["schema"] == "provenance.error/1"
    assert said["exit_code"] == done.exit_code == problem.exit_code
    assert said["error"]["code"] == problem.code
    assert said["error"]["do"] == problem.advice


def test_an_error_that_the_table_lacks_has_that_of_its_parent() -> None:
    class NewError(errors.QuorumNotMetError):
        pass

    assert problem_of(NewError("")) == PROBLEMS[errors.QuorumNotMetError]
    assert problem_of(ValueError()) is None


def test_a_bug_is_one_line_and_a_file_never_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = CliRunner().invoke(program, ["exploding"])
    assert done.exit_code == 70
    (report,) = tmp_path.iterdir()
    first, *rest = done.stderr.splitlines()
    assert first == (
        "error PRV-9002: a fault of the program, LookupError; what led to it"
        f" is in {report}"
    )
    assert rest[0].startswith("  do: report it")
    assert "Traceback" not in done.stderr
    assert "Traceback" in report.read_text(encoding="utf-8")
    assert report.stat().st_mode & 0o077 == 0


def test_an_interrupt_is_exit_130() -> None:
    done = CliRunner().invoke(program, ["interrupted"])
    assert done.exit_code == 130
    assert "error PRV-9003: interrupted" in done.stderr


def test_a_command_that_returns_nothing_succeeded() -> None:
    assert CliRunner().invoke(program, ["plain"]).exit_code == 0


def test_ctrl_c_while_reading_leaves_no_traceback(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        command_line("inspect", pipe),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # Opening the other end waits until the command has opened its own.
    with process, pipe.open("wb"):
        process.send_signal(signal.SIGINT)
        out, err = finish(process)
    assert process.returncode == 130
    assert out == b""
    assert b"error PRV-9003: interrupted" in err
    assert b"Traceback" not in err


def test_the_gravest_of_several_exit_codes_wins() -> None:
    assert gravest([]) == 0
    assert gravest([0, 4]) == 4
    assert gravest([4, 3, 0]) == 3
    assert gravest([3, 5, 4]) == 5
    assert gravest([0, 5, 1, 3, 4]) == 1


def test_the_version_is_the_packages() -> None:
    assert ok("--version").out == f"provenance {provenance.__version__}\n"


def test_no_command_at_all_shows_the_help() -> None:
    for names in ((), ("key",), ("actor",)):
        done = run(*names)
        assert done.code == 2
        assert "Commands:" in done.err or "Set up a ledger:" in done.err


def test_the_help_shows_each_command_under_one_heading() -> None:
    page = ok("help").out
    assert page == f"{ok('--help').out}\n{page.splitlines()[-1]}\n"
    for name in main.list_commands(click.Context(main)):
        assert len(re.findall(rf"^  {name} +[A-Z]", page, re.MULTILINE)) == 1
    headings = re.findall(r"^(\w[\w ]*):$", page, re.MULTILINE)
    assert headings == ["Options", *main.groups]


def test_an_unknown_command_is_a_wrong_call() -> None:
    done = run("verfy")
    assert done.code == 2
    assert "verfy" in done.err


def test_explain_knows_every_code() -> None:
    known = ok("explain", "--json").json["codes"]
    assert known.keys() == {*CODES, *explanations()}
    assert not CODES.keys() & explanations().keys()
    assert "PRV-0501" in ok("explain", "prv-0501").out
    assert "检查点" in ok("explain", "PRV-0501", "--lang", "zh").out
    done = run("explain", "PRV-9999")
    assert done.code == 4


def test_help_shows_the_exit_codes() -> None:
    page = ok("help", "exit-codes").out
    for code, meaning in EXIT_CODES.items():
        assert f"{code:>3}  {meaning}" in page
    rows = ok("help", "exit-codes", "--json").json["rows"]
    assert rows == {str(code): text for code, text in EXIT_CODES.items()}


def test_help_lists_the_variables_that_the_commands_read() -> None:
    page = ok("help", "environment").out
    for name in ENVIRONMENT:
        assert name in page
    for _, command in COMMANDS:
        for parameter in command.params:
            if isinstance(parameter.envvar, str):
                assert parameter.envvar in ENVIRONMENT


def test_help_of_nothing_is_the_program_and_of_nonsense_is_not_found() -> None:
    assert "Other pages: help exit-codes, help environment" in ok("help").out
    assert "help vocabulary" in ok("help").out


def test_the_words_of_events_and_who_may_sign_them_are_a_page_of_help() -> None:
    page = ok("help", "vocabulary")
    for word, step in PRIVATE_STEPS.items():
        assert re.search(rf"^  {word} +{step.meaning}$", page.out, re.MULTILINE)
    rows = ok("help", "vocabulary", "--json").json["rows"]
    assert rows.keys() == STEPS.keys()
    for role, kinds in baseline().roles.items():
        for kind in kinds & rows.keys():
            assert role in rows[kind]
    assert "auditor" not in rows["shipping"]
    assert run("help", "nonsense").code == 4
    assert run("help", "key", "new", "more").code == 4


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_shells_script(shell: str) -> None:
    script = ok("completion", shell).out
    assert "_PROVENANCE_COMPLETE" in script


def test_the_shell_completes_commands_and_files() -> None:
    environ = {
        **os.environ,
        "_PROVENANCE_COMPLETE": "bash_complete",
        "COMP_WORDS": "provenance expl",
        "COMP_CWORD": "1",
    }
    script = "from provenance.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"plain,explain\n"
    environ |= {"COMP_WORDS": "provenance audit x", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"file,x\n"


def test_the_program_is_what_the_package_installs() -> None:
    text = Path(PROJECT, "pyproject.toml").read_text(encoding="utf-8")
    assert 'provenance = "provenance.cli:main"' in text
