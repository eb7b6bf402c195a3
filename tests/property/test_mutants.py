"""A slice of the changed bundles of `tests/mutants.py`, on every run."""

import base64
import dataclasses
from typing import Any

import pytest

from provenance.proof.bundle import parse_bundle
from provenance.proof.trust import parse_trust
from tests import mutants
from tests.mutants import Base, Report
from tests.web.agree import python_says
from tests.web.questions import Questions

SLICE = 1200
SEED = 20_261_130


def test_no_mutant_of_a_slice_is_verified_but_by_the_rule() -> None:
    report = mutants.check_mutants(SLICE, SEED)
    print(f"seed {SEED}: {dict(report.outcomes)}, {report.harmless} harmless")
    assert [text for text, _ in report.faults] == []
    # They are not all refused before anything is proven.
    assert report.outcomes.total() == SLICE
    assert report.outcomes["FAILED"] > SLICE // 3
    assert report.outcomes["INCOMPLETE"] > 0


@pytest.mark.parametrize("number", range(len(mutants.SMALL)))
def test_no_flipped_bit_of_a_small_bundle_is_verified(number: int) -> None:
    base = mutants.small_bases()[number]
    bits = range(number, len(base.bundle) * 8, 13)
    report = Report.empty()
    mutants.check_bits(base, bits, report)
    assert report.faults == []
    assert report.outcomes.total() == len(bits)
    # Each witness of its note is wanted, and each bit with it.
    assert report.outcomes["VERIFIED"] == 0


def base_of(name: str) -> Base:
    questions = Questions(0)
    given = dict(questions.named("bundle"))
    return mutants.golden_base(questions, given[name])


def test_a_verified_bundle_that_is_not_by_the_rule_is_a_fault() -> None:
    """The judge is not asleep: an honest bundle of a longer log is one."""
    base, longer = base_of("verified-can"), base_of("verified-pallet")
    assert not base.is_harmless(longer.bundle, [base.bundle])
    report = Report.empty()
    mutants.judge(False, base.question(longer.bundle), report)
    assert [text for text, _ in report.faults] == [
        "VERIFIED, though not by the rule"
    ]
    mutants.judge(True, base.question(base.bundle), report)
    assert (report.harmless, len(report.faults)) == (1, 1)


def test_a_signature_line_and_an_anchor_more_or_less_are_by_the_rule() -> None:
    base = base_of("verified-anchors")
    bundle = parse_bundle(base.bundle)
    assert bundle.anchors
    other = dataclasses.replace(
        bundle,
        anchors=(),
        checkpoint=bundle.checkpoint
        + f"— w {base64.b64encode(bytes(68)).decode()}\n",
    )
    data = other.to_bytes()
    assert base.is_harmless(data, [base.bundle])
    # One that is not there as it was made is not.
    assert not base.is_harmless(base.bundle, [data])
    assert python_says(base.question(data))["answer"]["outcome"] == "VERIFIED"
    shorter = dataclasses.replace(bundle, statements=bundle.statements[1:])
    assert not base.is_harmless(shorter.to_bytes(), [base.bundle])


def test_an_empty_trail_may_be_missing_of_a_pinned_actor_alone() -> None:
    base = base_of("verified-pinned")
    bundle = parse_bundle(base.bundle)
    pinned = {actor.id for actor in parse_trust(base.trust).actors}
    empty = [trail for trail in bundle.trails if not trail.count]
    assert empty
    for trail in empty:
        others = tuple(each for each in bundle.trails if each != trail)
        data = dataclasses.replace(bundle, trails=others).to_bytes()
        said = base.is_harmless(data, [base.bundle])
        assert said == (trail.item in pinned), trail.item


def test_a_story_is_the_same_but_for_fields_and_what_is_not_asked_for() -> None:
    def verdict(*rows: tuple[int, str, dict[str, int]], lacks: str = "") -> Any:
        notices = [{"code": mutants.UNASKED, "subject": lacks}]
        return {
            "notices": notices if lacks else [],
            "timeline": [
                {"entry": entry, "event": 0, "item": item, "fields": fields}
                for entry, item, fields in rows
            ],
        }

    nothing: dict[str, int] = {}
    one, two = (1, "urn:can", {"/price": 7}), (2, "urn:lot", nothing)
    whole = verdict(one, two)
    assert mutants.same_story(whole, whole)
    bare = verdict((1, "urn:can", {}), two)
    assert mutants.same_story(whole, bare)
    assert mutants.same_story(bare, whole)
    assert mutants.same_story(whole, verdict(one, lacks="urn:lot"))
    # Neither another value, nor an event more or less without a word.
    other = verdict((1, "urn:can", {"/price": 8}), two)
    assert not mutants.same_story(whole, other)
    assert not mutants.same_story(whole, verdict(one))
    assert not mutants.same_story(verdict(one), whole)
    assert not mutants.same_story(whole, verdict(two, lacks="urn:lot"))
    assert not mutants.same_story(whole, verdict(one, (2, "urn:x", {})))


def test_what_breaks_the_rule_is_written_down_and_ends_in_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = base_of("verified-pinned")
    report = Report.empty()
    assert mutants.tell(report) == 0
    question = {**base.question(base.bundle), "kind": "item", "uri": "x"}
    mutants.ask(question, report, None)
    assert mutants.tell(report) == 1
    said = capsys.readouterr().out
    assert "no verdict: {'error': 'MalformedError'" in said
    assert said.endswith("1 faults\n")
