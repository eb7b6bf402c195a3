import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.cli.screen import Screen, safe
from provenance.outputs import is_device, write_output
from tests.cli_runs import PROJECT, command_line, ok, run


@given(st.text())
def test_what_is_printed_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    for char in safe(text):
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nVERIFIED", r"a\x0aVERIFIED"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066\u2069\u200f", r"\u2066\u2069\u200f"),
        ("\x9b31m", r"\x9b31m"),
        ("\U000e0001", r"\U000e0001"),
        ("\udc80", r"\udc80"),
        ("新西兰 é", "新西兰 é"),
    ],
)
def test_an_obeyed_character_is_spelled_out(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_styled_part_is_escaped_like_any_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Screen(colour="always").line(("\x1b[0m", "good"))
    assert capsys.readouterr().out == "\x1b[32m\\x1b[0m\x1b[0m\n"


@pytest.mark.parametrize(
    ("environ", "has_colour"),
    [
        ({}, False),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ({"CLICOLOR_FORCE": "0"}, False),
        ({"CLICOLOR": "0"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colours_follow_the_environment(
    environ: dict[str, str], has_colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert (
        "\x1b[" in run("explain", "PRV-0501", given=b"", **environ).out
    ) is has_colour


def test_the_color_option_beats_the_environment() -> None:
    shown = run("explain", "PRV-0501", "--color", "always", NO_COLOR="1")
    assert "\x1b[1m" in shown.out
    shown = run("explain", "PRV-0501", "--colour=never", CLICOLOR_FORCE="1")
    assert "\x1b[" not in shown.out


def test_narration_goes_to_stderr_and_quiet_leaves_it_out(
    tmp_path: Path,
) -> None:
    told = ok("key", "new", tmp_path / "a.key")
    assert "keep it safe" in told.err
    assert "keep it safe" not in told.out
    assert ok("key", "new", tmp_path / "b.key", "--quiet").err == ""


def test_a_reader_who_goes_away_changes_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command_line("explain"),
        cwd=PROJECT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no /dev/full"
)
def test_a_full_disk_is_no_success() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command_line("explain"),
            cwd=PROJECT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr.startswith(b"error PRV-9005: No space left on device")
    assert b"Traceback" not in done.stderr


def test_a_pipe_that_is_written_to_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_output(str(pipe), b"answer")
        assert os.read(reading, 100) == b"answer"
    finally:
        os.close(reading)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_link_to_where_output_goes_is_no_file_to_put_another_for() -> None:
    assert is_device(Path("/dev/stdout"))
    assert is_device(Path("/dev/null"))
    assert not is_device(PROJECT)
    assert not is_device(PROJECT / "README.md")
    assert not is_device(PROJECT / "nothing")


def test_a_terminal_without_the_characters_gets_their_escapes() -> None:
    done = subprocess.run(
        command_line("verify", "nonsuch", "--trust", "nonsuch"),
        cwd=PROJECT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4
    done = subprocess.run(
        [sys.executable, "-c", _PRINTS_CHINESE],
        cwd=PROJECT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"\\u65b0\n"


_PRINTS_CHINESE = """
from provenance.outputs import is_device, write_output
from provenance.cli.screen import Screen, prepare_streams
prepare_streams()
Screen().line("新")
"""
