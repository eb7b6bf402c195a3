"""The case file: what it says, in what languages, and to whom it obeys."""

import csv
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provenance.casefile.words import WORDS
from provenance.proof.verdict import STEPS
from tests.support.cli_runs import (
    CAN,
    MAKER,
    Place,
    Run,
    found_ledger,
    ok,
    run,
    write_document,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.stage import Stage

HOSTILE = "</td><script>document.title='harmed'</script>=1+1\u202e\x1b[2J"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A can's bundle with hostile words, a changed one, and a receipt."""
    folder = tmp_path_factory.mktemp("report")
    place = found_ledger(folder)
    document = write_document(
        folder / "a.json", "K0000", **{"example:buyer": HOSTILE}
    )
    sign = ("--key", place.maker_key, "-C", place.ledger)
    ok("submit", document, *sign, "--conceal", "/example:buyer")
    case = folder / "evidence"
    case.mkdir()
    bundle = case / "can.provenance"
    ok("bundle", CAN, "-o", bundle, "--reveal", "/example:buyer",
       "-C", place.ledger)  # fmt: skip
    ok("receipt", 5, "-o", case / "r", "--entry", case / "e",
       "-C", place.ledger)  # fmt: skip
    ok("backup", folder / "backup", "-C", place.ledger)
    bad = bundle.read_bytes().replace(b"commissioning", b"disassembling")
    (folder / "bad.provenance").write_bytes(bad)
    return place


def reported(place: Place, target: Path, *files: object) -> Run:
    return run(
        "report", *files, "-o", target, "--trust", place.trust,
        "--against", place.folder / "backup",
    )  # fmt: skip


def table_of(html: Path) -> list[dict[str, str]]:
    with html.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_case_file_says_what_was_checked_and_how_to_repeat_it(
    place: Place, tmp_path: Path
) -> None:
    bundle = place.folder / "evidence/can.provenance"
    bad = place.folder / "bad.provenance"
    target = tmp_path / "case.html"
    done = reported(place, target, bundle, bad)
    assert done.code == 1
    page = target.read_text(encoding="utf-8")
    for said in (
        "✓ Verified", "✗ Failed", "已核验", "核验失败", "/bizStep",
        "&quot;disassembling&quot;", "&quot;commissioning&quot;",
        f"Maker &lt;{MAKER}&gt;", "What this does not prove", "本档案不能证明什么",
        "Given its number", "赋码",
    ):  # fmt: skip
        assert said in page, said
    # The commands that it gives come to the same.
    commands = re.findall(r"^provenance verify (.*)</pre>$", page, re.MULTILINE)
    assert len(commands) == 2
    again = run("verify", *commands[0].split())
    assert again.code == 1
    kinds = {row["row"] for row in table_of(target)}
    assert kinds == {"check", "difference", "notice", "event"}


def test_the_hashes_in_it_are_those_of_the_files(
    place: Place, tmp_path: Path
) -> None:
    from hashlib import sha256  # noqa: PLC0415  # for this alone

    bundle = place.folder / "evidence/can.provenance"
    target = tmp_path / "case.html"
    assert reported(place, target, bundle).code == 0
    page = target.read_text(encoding="utf-8")
    for file in (bundle, place.trust):
        assert sha256(file.read_bytes()).hexdigest() in page
    note = page.split("<pre>")[1]
    assert note.startswith("ledger.example/test\n")


class Tags(HTMLParser):
    """Notes every element, and which were not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.seen.add(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_strangers_words_stay_words(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "case.html"
    odd = tmp_path / "<script>x.provenance"
    shutil.copy(place.folder / "evidence/can.provenance", odd)
    reported(place, target, odd, place.folder / "bad.provenance")
    page = target.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert "script" not in tags.seen
    assert "harmed" in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    for row in table_of(target):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "@", "\t"))
            assert "\u202e" not in cell


def test_one_language_can_be_asked_for(place: Place, tmp_path: Path) -> None:
    bundle = place.folder / "evidence/can.provenance"
    for lang, shown, other in (
        ("en", "en", "核验"),
        ("zh-CN", "zh-CN", "What was checked"),
        ("zh", "zh-CN", "What was checked"),
    ):
        target = tmp_path / f"{lang}.html"
        ok(
            "report", bundle, "-o", target, "--trust", place.trust,
            "--lang", lang,
        )  # fmt: skip
        page = target.read_text(encoding="utf-8")
        assert f'<html lang="{shown}">' in page
        assert other not in page


def test_it_takes_whatever_verify_takes(place: Place, tmp_path: Path) -> None:
    ok("export-tiles", tmp_path / "tiles", "-C", place.ledger)
    target = tmp_path / "case.html"
    done = run(
        "report", place.folder / "evidence", tmp_path / "tiles",
        place.folder / "backup", "-o", target, "--trust", place.trust, "--json",
    )  # fmt: skip
    assert done.code == 0
    assert done.json["counts"] == {"VERIFIED": 4}
    kinds = {row["kind"] for row in table_of(target)}
    assert kinds == {"bundle", "receipt", "tiles", "ledger"}


def test_what_cannot_be_reported_is_refused(
    place: Place, tmp_path: Path
) -> None:
    trust = ("--trust", place.trust)
    assert run("report", "-", "-o", tmp_path / "x.html", *trust).code == 2
    bundle = place.folder / "evidence/can.provenance"
    assert run("report", bundle, "-o", tmp_path / "x.csv", *trust).code == 2
    assert run("report", bundle, *trust).code == 2
    done = run("report", tmp_path / "none", "-o", tmp_path / "x.html", *trust)
    assert done.code == 4


@pytest.mark.parametrize("name", ["case.html", "case.csv"])
def test_nothing_but_an_earlier_case_file_is_written_over(
    place: Place, tmp_path: Path, name: str
) -> None:
    bundle = place.folder / "evidence/can.provenance"
    target = tmp_path / "case.html"
    assert reported(place, target, bundle).code == 0
    assert reported(place, target, bundle).code == 0
    (tmp_path / name).write_bytes(bundle.read_bytes())
    done = reported(place, target, bundle)
    assert done.code == 2
    assert "not overwritten" in done.err
    assert (tmp_path / name).read_bytes() == bundle.read_bytes()


@pytest.mark.parametrize("target", ["-", "pipe.html"])
def test_a_case_file_is_no_stream(
    place: Place,
    tmp_path: Path,
    target: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    bundle = place.folder / "evidence/can.provenance"
    monkeypatch.chdir(tmp_path)
    done = run("report", bundle, "-o", target, "--trust", place.trust)
    assert done.code == 2
    assert os.listdir(tmp_path) == ["pipe.html"]  # noqa: PTH208  # names alone


def test_both_languages_say_everything() -> None:
    english, chinese = WORDS.values()
    assert english.keys() == chinese.keys()
    for step in STEPS:
        assert f"step.{step}" in english
    for phrase, words in english.items():
        values = re.findall(r"{(\w+)}", words)
        assert sorted(values) == sorted(re.findall(r"{(\w+)}", chinese[phrase]))


@pytest.mark.parametrize("width", [320, 1280])
def test_chromium_shows_it_without_a_fault(
    place: Place, tmp_path: Path, width: int, browser: "Browser", stage: "Stage"
) -> None:
    from tests.browser.access import overflowing, violations  # noqa: PLC0415

    bundle = tmp_path / "hostile.provenance"
    bundle.write_bytes(stage.bundle(stage.hostile))
    trust = stage.played.ledger / "trust.toml"
    target = tmp_path / "case.html"
    bad = place.folder / "bad.provenance"
    run("report", bundle, bad, "-o", target, "--trust", trust)
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(target.as_uri())
    assert violations(page) == []
    assert overflowing(page) == []
    assert page.evaluate("document.body.dataset.harmed ?? ''") == ""
    assert page.title() == "Case file: evidence of provenance"
    assert page.locator("script").count() == 0
    assert page.locator('article[lang="zh-CN"] h1').inner_text() == (
        "核验档案：溯源证据"
    )
    pdf = page.pdf()
    assert pdf.startswith(b"%PDF")
    context.close()
    assert said == []
    assert asked == [target.as_uri()]
