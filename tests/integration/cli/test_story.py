import pty
import re
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from os import fdopen, read
from pathlib import Path

import pytest

from provenance.cli.log.tally import Tally
from provenance.cli.progress import Progress
from provenance.cli.screen import Screen
from provenance.encoding.instant import utc
from provenance.errors import StoreError
from provenance.intake.outcome import FileOutcome
from provenance.rules.book import baseline
from provenance.words.moments import as_written
from provenance.words.story import _CHINESE, _ENGLISH, notice_text, role_word
from tests.support.cli_runs import (
    CAN,
    ORIGIN,
    Place,
    found_ledger,
    ok,
    run,
    spawn,
    write_document,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A ledger with a can that was recalled."""
    folder = tmp_path_factory.mktemp("story")
    place = found_ledger(folder)
    made = write_document(
        folder / "a.json",
        "K0000",
        readPoint={"id": "urn:epc:id:sgln:9421902.00001.0"},
        **{"example:note": {"from": "\u202eLi"}},
    )
    recalled = write_document(
        folder / "b.json",
        "K0000",
        action="OBSERVE",
        bizStep="urn:provenance:step:recalled",
    )
    ok(
        "submit", made, recalled, "--key", place.maker_key, "-C", place.ledger,
        "--conceal", "/example:note",
    )  # fmt: skip
    return place


def test_a_recalled_item_is_incomplete_and_says_so_first(place: Place) -> None:
    done = run("trail", CAN, "-C", place.ledger)
    assert done.code == 5
    lines = done.out.splitlines()
    starts = [line[:15] for line in lines]
    assert starts.index("notice PRV-1401") < starts.index("INCOMPLETE  the")
    assert "Recalled" in done.out
    assert "    at https://id.gs1.org/414/9421902000" in done.out
    done = run("trail", CAN, "-C", place.ledger, "--lang", "zh-CN")
    assert "已被召回" in done.out


def test_a_bundle_of_a_recalled_item_is_made_and_says_so(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "can.provenance"
    done = ok(
        "bundle", CAN, "-o", file, "--reveal", "/example:note",
        "-C", place.ledger,
    )  # fmt: skip
    assert "its verdict now, by the ledger's trust file: INCOMPLETE" in done.err
    assert "PRV-1401" in done.err
    assert run("verify", file, "--trust", place.trust).code == 5


def test_both_languages_have_the_same_phrases() -> None:
    assert _ENGLISH.keys() == _CHINESE.keys()
    for phrase, english in _ENGLISH.items():
        values = re.findall(r"{\w+}", english)
        assert re.findall(r"{\w+}", _CHINESE[phrase]) == values
    for role in baseline().roles:
        assert role_word(role, "zh-CN") != role
    assert role_word("beekeeper", "zh-CN") == "beekeeper"
    assert notice_text("PRV-9999", "new", "zh-CN") == "new"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-03-01T08:59:00Z", "2026-03-01 08:59 UTC"),
        (
            "2026-03-01T08:59:00.5-03:30",
            "2026-03-01 12:29 UTC (2026-03-01 08:59 -03:30)",
        ),
        ("2026-03-01T08:59:00", "2026-03-01T08:59:00"),
        ("soon", "soon"),
        ("", ""),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_time_is_shown_in_utc_and_as_it_was_written(
    written: str, shown: str
) -> None:
    assert as_written(written) == shown


def test_a_time_beyond_the_calendar_is_a_number() -> None:
    assert utc(0) == "1970-01-01T00:00Z"
    assert utc(2**53 - 1) == f"{2**53 - 1} ms after 1970"


def test_a_restored_backup_is_not_written_to(tmp_path: Path) -> None:
    place = found_ledger(tmp_path)
    database = place.ledger / "ledger.sqlite"
    backup = database.read_bytes()
    document = write_document(tmp_path / "a.json", "K0000")
    submit = ("submit", document, "--key", place.maker_key, "-C", place.ledger)
    ok(*submit)
    database.write_bytes(backup)
    done = run(*submit)
    assert done.code == 1
    assert "error PRV-9040: " in done.err
    assert "do: stop" in done.err


def outcomes_before_a_failure() -> Iterator[FileOutcome]:
    yield FileOutcome("a.json", error=FileNotFoundError(2, "gone", "a.json"))
    raise StoreError("the disk failed")


def test_what_was_answered_before_a_failure_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tally = Tally(Screen(is_json=True), is_dry=False, is_lines=False)
    tally.take(outcomes_before_a_failure())
    assert tally.finish(7) == 3
    said = capsys.readouterr()
    assert '"source": "a.json"' in said.out
    assert '"what": "the disk failed"' in said.out
    assert "error PRV-9060: the disk failed" in said.err
    tally = Tally(Screen(is_json=True), is_dry=False, is_lines=True)
    tally.take(outcomes_before_a_failure())
    assert tally.finish(7) == 3
    first, second = capsys.readouterr().out.splitlines()
    assert "provenance.submitted/1" in first
    assert "provenance.error/1" in second


def test_an_audits_progress_is_shown_on_a_terminal_and_wiped_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    with fdopen(ours, "rb"), fdopen(theirs, "w") as terminal:
        assert isinstance(terminal, TextIOWrapper)
        monkeypatch.setattr(sys, "stderr", terminal)
        progress = Progress()
        progress.show(1, 10)
        progress.clear()
        # As if a second had gone by.
        progress._next = 0.0
        progress.show(5, 10)
        progress.clear()
        shown = ""
        # A terminal hands over what was written in as many parts as it likes.
        while shown.count("\r") < 3:
            shown += read(ours, 4096).decode()
    line, wiped = shown.removeprefix("\r").split("\r", 1)
    assert re.fullmatch(r"5 of 10 entries, \d+ entries/s, \d+ s left", line)
    assert wiped == " " * len(line) + "\r"


def test_progress_is_not_shown_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress()
    progress._next = 0.0
    progress.show(5, 10)
    progress.clear()
    assert capsys.readouterr().err == ""


def test_the_program_runs_as_a_module() -> None:
    done = spawn("--version")
    assert done.returncode == 0
    assert done.stdout.startswith(b"provenance ")


def test_an_empty_document_is_refused(tmp_path: Path) -> None:
    place = found_ledger(tmp_path)
    document = write_document(tmp_path / "a.json", "K0000")
    text = document.read_text(encoding="utf-8")
    start, end = text.index('"eventList": [') + 14, text.rindex("]")
    document.write_text(text[:start] + text[end:], encoding="utf-8")
    done = run("submit", document, "--key", place.maker_key, "-C", place.ledger)
    assert done.code == 3
    assert "no event" in done.out


def test_a_key_that_nobody_has_signs_nothing(tmp_path: Path) -> None:
    place = found_ledger(tmp_path)
    ok("key", "new", tmp_path / "x.key")
    document = write_document(tmp_path / "a.json", "K0000")
    done = run(
        "submit", document, "--key", tmp_path / "x.key", "-C", place.ledger
    )
    assert done.code == 1
    assert "no actor of this ledger has the key" in done.err
    done = ok("receipt", 1, "-o", tmp_path / "r", "-C", place.ledger)
    assert f"--entry {tmp_path / 'r.entry'}" in done.err
    assert ORIGIN in (tmp_path / "r").read_text(encoding="utf-8")
