import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.cli.screen import Screen
from provenance.encoding.safe import safe
from provenance.outputs import is_device, write_output
from tests.support.cli_runs import PROJECT, command_line, ok, run


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


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    (there / "file").write_bytes(b"old")
    (here / "link").symlink_to("../there/file")
    (here / "twice").symlink_to("link")
    before = (there / "file").stat().st_ino
    write_output(str(here / "twice"), b"new")
    assert (there / "file").read_bytes() == b"new"
    assert (there / "file").stat().st_ino != before, "it was not replaced"
    assert (here / "twice").readlink() == Path("link")
    assert (here / "link").is_symlink()
    # A link that leads to no file yet makes one where it leads.
    (here / "new").symlink_to(there / "made")
    write_output(str(here / "new"), b"made")
    assert (there / "made").read_bytes() == b"made"
    assert sorted(path.name for path in here.iterdir()) == [
        "link",
        "new",
        "twice",
    ]
    assert sorted(path.name for path in there.iterdir()) == ["file", "made"]


def test_links_in_a_ring_are_said_and_stay(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="link"):
        write_output(str(tmp_path / "a"), b"data")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "a").is_symlink()


@pytest.mark.parametrize(
    "name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"]
)
def test_what_was_there_before_the_output_stays(
    name: str, tmp_path: Path
) -> None:
    if not Path(name).parent.exists():
        pytest.skip(f"this system has no {name}")
    (tmp_path / "link").symlink_to("/dev/stdout")
    file = tmp_path / "file"
    file.write_bytes(b"before,")
    with file.open("ab") as out:
        subprocess.run(
            [sys.executable, "-c", _WRITES, name],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=out,
            check=True,
        )
    assert file.read_bytes() == b"before,answer"
    assert (tmp_path / "link").is_symlink()


def test_an_output_that_is_another_programs_input_is_streamed_to() -> None:
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" >(cat) | cat', sys.executable, _WRITES],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"answer"


def test_a_pipe_whose_reader_went_away_changes_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", _WRITES, "/dev/stdout"],
        cwd=PROJECT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_standard_output_is_said_before_anything_is_done(
    tmp_path: Path,
) -> None:
    key = tmp_path / "a.key"
    words = [*command_line("key", "new", str(key)), "--json"]
    closed = subprocess.run(
        ["bash", "-c", '"$@" >&-', "bash", *words],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    assert closed.returncode == 3
    assert closed.stderr.startswith(
        b"error PRV-9007: standard output is closed"
    )
    assert b"/dev/null" in closed.stderr
    assert not key.exists()


def test_without_a_standard_error_only_the_narration_is_lost(
    tmp_path: Path,
) -> None:
    key = tmp_path / "a.key"
    words = [*command_line("key", "new", str(key)), "--json"]
    done = subprocess.run(
        ["bash", "-c", '"$@" 2>&- <&-', "bash", *words],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["exit_code"] == 0
    # Nothing that is printed went into a file that took its number.
    assert b"safe" not in key.read_bytes()


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


_WRITES = """
import sys
from provenance.outputs import write_output
write_output(sys.argv[1], b"answer")
"""

_PRINTS_CHINESE = """
from provenance.outputs import is_device, write_output
from provenance.cli.screen import Screen, prepare_streams
prepare_streams()
Screen().line("新")
"""
