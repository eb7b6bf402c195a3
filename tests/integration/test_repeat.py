"""Repeating: what is repeated, and that a failure is not overlooked."""

import pathlib
import re

import pytest

from tests.repeat import ROOT, files_that_wait, main


def test_what_waits_for_others_is_found_also_through_its_helpers() -> None:
    names = {str(path.relative_to(ROOT)) for path in files_that_wait()}
    assert {
        "tests/integration/test_backup.py",
        "tests/integration/node/test_events.py",
        "tests/web/test_web.py",
    } <= names
    assert (
        not {
            "tests/unit/encoding/test_base64.py",
            "tests/unit/tlog/test_merkle.py",
        }
        & names
    )


def test_a_file_is_run_as_often_as_asked_beside_busy_processors(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test_good.py"
    file.write_text("def test_it(): pass\n")
    assert main(["2", "--busy", "1", "--jobs", "2", str(file)]) == 0
    assert "2 runs of 1 files, 0 failures" in capsys.readouterr().out


def test_one_failure_is_a_failure_and_what_it_said_is_kept(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mark = tmp_path / "test_second.py", tmp_path / "mark"
    file.write_text(
        "import pathlib\n"
        "def test_it():\n"
        f"    mark = pathlib.Path({str(mark)!r})\n"
        "    assert not mark.exists(), 'the second time'\n"
        "    mark.touch()\n"
    )
    assert main(["2", str(file)]) == 1
    out = capsys.readouterr().out
    assert "2 runs of 1 files, 1 failures" in out
    kept = re.search("what they said is in (.*)", out)
    assert kept
    (report,) = pathlib.Path(kept[1]).iterdir()
    assert "the second time" in report.read_text(encoding="utf-8")
    report.unlink()
    report.parent.rmdir()
