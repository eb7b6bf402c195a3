"""The registry of checks and codes, and who raises which."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from provenance.proof.codes import (
    CHECKS,
    CODES,
    NOT_CHECKED,
    STEPS,
    Outcome,
)
from provenance.proof.report import Report, StoppedError
from tests.web.make_codes import HERE, PAGE, modules, page

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / "provenance/proof"
CODE = re.compile(r"\bPRV-\d{4}\b")

NUMBERS = {
    "format": 1, "origin": 2, "log-signature": 3, "quorum": 4, "freshness": 5,
    "commitment": 6, "inclusion": 7, "events": 8, "trails": 9,
    "completeness": 10, "signatures": 11, "roles": 12, "demands": 13,
    "recalls": 14, "book": 15, "ledger-rules": 16,
}  # fmt: skip
"""Fixed for ever: a check that is added takes the next."""


def raisers(folder: Path, suffix: str) -> dict[str, set[str]]:
    """Return code → the modules of a folder that say it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.glob(f"*{suffix}")):
        if path.stem in {"codes", "explanations"}:
            continue
        for code in CODE.findall(path.read_text("utf-8")):
            if code != NOT_CHECKED:
                found[code].add(path.stem)
    return dict(found)


def test_a_checks_number_is_fixed_and_its_codes_begin_with_it() -> None:
    assert {c.id: c.number for c in CHECKS.values()} == NUMBERS
    assert len(STEPS) == len(set(STEPS)) == 16
    for code, said in CODES.items():
        assert re.fullmatch(r"PRV-\d{4}", code)
        number = NUMBERS[said.check] if said.check else 0
        assert int(code[4:6]) == number, code


def test_a_code_is_a_checks_or_a_notices_or_both() -> None:
    for code, said in CODES.items():
        assert said.outcome is not None or said.is_notice, code
        if code.endswith("00"):
            assert said.outcome is Outcome.VERIFIED, code


def test_every_check_can_pass() -> None:
    for check in CHECKS.values():
        assert f"PRV-{check.number:02}00" in CODES


def test_every_text_is_there_in_both_languages() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    texts = [check.title for check in CHECKS.values()]
    for said in CODES.values():
        texts += [said.sentence, said.explanation]
        for each in (said.sentence, said.explanation):
            assert each["en"].endswith("."), each
            assert each["zh"].endswith("。"), each
    for text in texts:
        assert list(text) == ["en", "zh"]
        assert not han.search(text["en"]), text
        assert han.search(text["zh"]), text


def test_the_page_has_the_same_registry() -> None:
    for name, text in modules().items():
        assert (HERE / name).read_text("utf-8") == text, (
            f"{name}: run `python -m tests.web.make_codes`"
        )
    assert PAGE.read_text("utf-8") == page()


def test_every_code_is_raised_in_the_same_modules_of_both_languages() -> None:
    ours, theirs = raisers(PYTHON, ".py"), raisers(HERE, ".js")
    assert ours.keys() == theirs.keys() == CODES.keys() - {NOT_CHECKED}
    for code in ours:
        assert ours[code] == theirs[code], code


def test_a_finding_takes_its_check_and_outcome_from_its_code() -> None:
    report = Report()
    report.found("PRV-0501", "stale", "urn:x")
    report.passed("PRV-0500", "fresh")
    report.passed("PRV-0203", "of the ledger")
    report.notice("PRV-1408", "warned", "urn:y")
    with pytest.raises(StoppedError):
        report.stop("PRV-0701", "changed")
    assert [
        (step.number, step.name, step.outcome.value, step.code)
        for step in report.steps
    ] == [
        (5, "freshness", "INCOMPLETE", "PRV-0501"),
        (2, "origin", "VERIFIED", "PRV-0203"),
        (7, "inclusion", "FAILED", "PRV-0701"),
    ]


@pytest.mark.parametrize(
    ("raise_it", "code"),
    [
        (Report.passed, "PRV-0501"),
        (Report.found, "PRV-0500"),
        (Report.found, "PRV-1408"),
        (Report.notice, "PRV-0500"),
    ],
)
def test_a_code_is_raised_as_what_it_is(raise_it: object, code: str) -> None:
    assert callable(raise_it)
    with pytest.raises(AssertionError, match=code):
        raise_it(Report(), code, "said")


def test_a_code_that_nobody_registered_is_no_code() -> None:
    with pytest.raises(KeyError):
        Report().found("PRV-9999", "said")
