"""A verdict is as grave as its gravest step, and nothing is verified by skipping."""

import itertools

import pytest

from provenance.proof.codes import CHECKS, CODES
from provenance.proof.report import MAX_FINDINGS, Report, counted
from provenance.proof.verdict import (
    SCHEMA,
    STEPS,
    Notice,
    Outcome,
    Step,
    TimelineEntry,
    Verdict,
    fill_up,
)


def step(name: str, outcome: Outcome = Outcome.VERIFIED) -> Step:
    number = CHECKS[name].number
    return Step(number, name, outcome, f"PRV-{number:02}00", "found")


PASSED = tuple(step(name) for name in STEPS)


def test_all_steps_must_have_passed() -> None:
    assert Verdict("item", PASSED).outcome is Outcome.VERIFIED


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_a_step_that_is_left_out_is_unknown(number: int) -> None:
    left_out = PASSED[:number] + PASSED[number + 1 :]
    assert Verdict("item", left_out).outcome is Outcome.UNKNOWN
    filled = fill_up(left_out)
    assert [s.name for s in filled] == list(STEPS)
    assert filled[number].code == "PRV-0001"
    assert Verdict("item", filled).outcome is Outcome.UNKNOWN


def test_no_steps_at_all_verify_nothing() -> None:
    assert Verdict("item", ()).outcome is Outcome.UNKNOWN
    assert Verdict("item", fill_up(())).outcome is Outcome.UNKNOWN


def test_the_gravest_step_decides() -> None:
    grave = [
        Outcome.VERIFIED,
        Outcome.UNKNOWN,
        Outcome.INCOMPLETE,
        Outcome.FAILED,
    ]
    for first, second in itertools.product(grave, repeat=2):
        verdict = Verdict(
            "item",
            (
                *PASSED,
                step("origin", first),
                step("trails", second),
            ),
        )
        assert verdict.outcome is max(first, second, key=grave.index)
    assert [outcome.gravity for outcome in grave] == [0, 1, 2, 3]


def test_a_report_keeps_a_hundred_faults_and_every_outcome() -> None:
    report = Report()
    for number in range(500):
        report.found("PRV-1001", f"event {number} is not shown")
        report.notice("PRV-1004", f"trail {number} is not there")
    report.found("PRV-1002", "a trail too many")
    report.passed("PRV-1000", "all there")
    assert len(report.steps) == MAX_FINDINGS + 1
    assert len(report.notices) == MAX_FINDINGS
    assert Verdict("item", report.steps).outcome is Outcome.FAILED


def test_things_are_counted_as_people_do() -> None:
    assert counted(0, "entry", "entries") == "no entries"
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(2, "event") == "2 events"


def test_it_is_written_as_json() -> None:
    moment = TimelineEntry(
        7,
        0,
        "2026-01-01T00:00:00Z",
        "inspecting",
        {"en": "Inspected"},
        "",
        "did:web:a",
        "A",
        ("customs",),
        "urn:x",
        "subject",
        {"/a": [b"\x00", {"b": 1.5}, None]},
    )
    verdict = Verdict(
        "urn:x",
        PASSED[:1],
        (Notice("PRV-1401", "recalled", "urn:x"),),
        None,
        (moment,),
    )
    assert verdict.to_json() == {
        "schema": SCHEMA,
        "outcome": "UNKNOWN",
        "subject": "urn:x",
        "checks": [{"id": "format", "outcome": "VERIFIED", "code": "PRV-0100", "detail": "found", "subject": ""}],
        "notices": [{"code": "PRV-1401", "detail": "recalled", "subject": "urn:x"}],
        "log": None,
        "timeline": [{
            "entry": 7, "event": 0, "time": "2026-01-01T00:00:00Z", "step": "inspecting", "labels": {"en": "Inspected"}, "place": "", "issuer": "did:web:a",
            "issuer_name": "A", "roles": ["customs"], "item": "urn:x", "why": "subject", "fields": {"/a": ["AA==", {"b": 1.5}, None]}, "event_id": "", "is_void": False, "error": None,
                "late_seconds": 0,
                "issuer_named_by": "",
        }],
    }  # fmt: skip


def test_every_step_can_be_explained() -> None:
    for check in CHECKS.values():
        assert f"PRV-{check.number:02}00" in CODES
    for said in CODES.values():
        assert said.explanation["en"].endswith(".")
        assert said.explanation["zh"].endswith("。")
        assert "authentic" not in said.explanation["en"]


@pytest.mark.parametrize(
    "value",
    [
        *Outcome,
        Step(1, "format", Outcome.FAILED, "PRV-0101", "no"),
        Verdict("", ()),
    ],
)
def test_what_would_always_be_true_refuses_to_be_asked(value: object) -> None:
    with pytest.raises(TypeError, match=r"Outcome\.VERIFIED"):
        bool(value)
    with pytest.raises(TypeError, match="neither true nor false"):
        _ = not value
