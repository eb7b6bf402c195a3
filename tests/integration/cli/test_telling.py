"""One telling of an item's story, from a ledger and from a bundle alone."""

import dataclasses
import re
from pathlib import Path

import pytest

from provenance.cli import telling
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.proof.trust import parse_trust
from provenance.proof.verdict import Notice
from provenance.proof.verify import examine_bundle
from provenance.words import moments
from tests.support.cli_runs import (
    CAN,
    PROJECT,
    Place,
    Run,
    found_ledger,
    ok,
    run,
    write_document,
)

STEPS = (
    ("2025-03-01T08:59:00+13:00", "commissioning"),
    # On the clock of the place a day later than by UTC.
    ("2025-03-02T08:59:00+13:00", "inspecting"),
    ("2025-03-20T10:00:00+08:00", "inspecting"),
    # It was entered late, and leaves no gap.
    ("2025-03-05T10:00:00+08:00", "inspecting"),
    ("2025-03-22T10:00:00+08:00", "urn:provenance:step:recalled"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("telling")
    place = found_ledger(folder)
    for number, (time, step) in enumerate(STEPS):
        document = write_document(
            folder / f"{number}.json",
            "K0000",
            action="OBSERVE" if number else "ADD",
            bizStep=step,
            eventTime=time,
            eventTimeZoneOffset=time[-6:],
        )
        ok("submit", document, "--key", place.maker_key, "-C", place.ledger)
    ok("bundle", CAN, "-o", folder / "can", "-C", place.ledger)
    return place


def tell(place: Place, *options: str, **environ: str) -> Run:
    file = place.folder / "can"
    asked = ("verify", file, "--trust", place.trust, "--story", *options)
    done = run(*asked, given=b"", **environ)
    assert done.code == 5
    return done


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_bundle_tells_what_the_ledger_tells(
    place: Place, language: str
) -> None:
    trail = run("trail", CAN, "-C", place.ledger, "--lang", language)
    assert trail.code == 5
    assert tell(place, "--lang", language).out == trail.out


def test_the_story_has_recalls_above_then_every_event_and_the_gaps(
    place: Place,
) -> None:
    lines = tell(place).out.splitlines()
    assert lines[0] == f"The story of {CAN}"
    starts = ("notice PRV-1401", "INCOMPLETE", "5 entries by 1 party, ")
    at = [
        next(i for i, x in enumerate(lines) if x.startswith(s)) for s in starts
    ]
    assert at == sorted(at)
    assert lines[at[-1]].endswith("2025-03-01 to 2025-03-22.")
    told = [line for line in lines[at[-1] + 1 :] if re.match(r"2025|  …", line)]
    assert [line.split("  ")[-1] for line in told] == [
        "Given its number", "Inspected", "… No entry for 18 days: 2025-03-02 to 2025-03-20",
        "Inspected", "Inspected", "Recalled",
    ]  # fmt: skip
    assert lines.count("    by Maker <did:web:maker.example>, as producer") == 5


def test_the_story_is_told_in_chinese_by_the_short_name_too(
    place: Place,
) -> None:
    told = tell(place, "--lang", "zh").out
    assert "共 5 条记录，由 1 方签署，2025-03-01 至 2025-03-22。" in told
    assert "18 天没有记录：2025-03-02 至 2025-03-20" in told
    assert "身份：生产商" in told
    assert told == tell(place, PROVENANCE_LANG="zh").out
    assert told == tell(place, "--lang", "zh_cn").out
    done = run("trail", CAN, "-C", place.ledger, "--lang", "fr")
    assert done.code == 2
    assert "'fr' is not a language that stories are told in" in done.err


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ["reported 3 days later", "reported 1 hour later"]),
        ("zh-CN", ["3 天后才上报", "1 小时后才上报"]),
    ],
)
def test_what_was_reported_late_says_how_late(
    place: Place, language: str, says: list[str]
) -> None:
    verdict = examine_bundle(
        (place.folder / "can").read_bytes(),
        trust=parse_trust(place.trust.read_text(encoding="utf-8")),
        now=now(),
        item=CAN,
    )
    for seconds, line in zip((3 * 86_400 + 5, 3_700), says, strict=True):
        moment = dataclasses.replace(
            verdict.timeline[0], late_seconds=seconds, issuer_named_by="did:x:y"
        )
        lines = list(moments.moment_lines(moment, language))
        assert line in lines
        assert any("did:x:y" in each for each in lines)
    # These were all handed in long after they happened.
    assert all(moment.late_seconds for moment in verdict.timeline)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "No entry shown for 18 days: "),
        ("zh-CN", "18 天内没有显示任何记录："),
    ],
)
def test_where_events_are_skipped_no_day_is_said_to_have_none(
    place: Place, capsys: pytest.CaptureFixture[str], language: str, says: str
) -> None:
    verdict = examine_bundle(
        (place.folder / "can").read_bytes(),
        trust=parse_trust(place.trust.read_text(encoding="utf-8")),
        now=now(),
        item=CAN,
    )
    skipped = Notice("PRV-1006", "events 65 to 300 of 600 were skipped", CAN)
    long = dataclasses.replace(verdict, notices=(*verdict.notices, skipped))
    telling.print_story(Screen(), long, language)
    assert f"  … {says}2025-03-02" in capsys.readouterr().out


def test_gaps_begin_where_the_page_has_them_begin() -> None:
    page = PROJECT / "node/provenance_node/web/page/timeline.js"
    (days,) = re.findall(r"GAP_DAYS = (\d+);", page.read_text(encoding="utf-8"))
    assert int(days) == telling._GAP_DAYS


def test_what_is_no_bundle_has_no_story_and_says_so(
    place: Place, tmp_path: Path
) -> None:
    receipt, entry = tmp_path / "r.tlog-proof", tmp_path / "entry"
    ok("receipt", 5, "-o", receipt, "--entry", entry, "-C", place.ledger)
    done = ok(
        "verify", receipt, "--entry", entry, "--trust", place.trust, "--story"
    )
    assert done.out.endswith(
        "There is no story in this: only a bundle has one.\n"
    )
    broken = tmp_path / "broken.provenance"
    broken.write_bytes((place.folder / "can").read_bytes()[:500])
    done = run("verify", broken, "--trust", place.trust, "--story")
    assert done.code == 3
    assert "Nothing of its story is shown." in done.out
    assert "Given its number" not in done.out


def test_a_story_in_json_is_the_verdict_as_ever(place: Place) -> None:
    told = tell(place, "--json").json
    assert told["schema"] == "provenance.verdict/1"
    assert len(told["timeline"]) == 5


def test_explain_explains_what_did_not_pass_in_a_story_as_well(
    place: Place,
) -> None:
    plain, long = tell(place), tell(place, "--explain")
    assert len(long.out) > len(plain.out)
    assert "more: provenance explain PRV-1401" in plain.out
