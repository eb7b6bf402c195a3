"""Nobody's clock alone makes a checkpoint fresh, a grant hold or a record false."""

import dataclasses
from typing import Any

import pytest

from provenance.claims.actor import Grant
from provenance.errors import VerificationError
from provenance.proof.bundle import Anchor, Bundle
from provenance.proof.codes import CODES
from provenance.proof.receipt import verify_receipt
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from provenance.tlog.merkle import prove_inclusion
from provenance.tlog.note import format_note
from provenance.tlog.policy import Group
from provenance.tlog.proof_file import ProofFile, format_proof
from tests.world import World, can, faults

MAKER = "did:web:maker.example"

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

THREE = ("w1", "w2", "w3")


def a_world(*witnesses: str, grant: Grant | None = None) -> World:
    """Return a ledger in which a maker has made one can."""
    world = World(witnesses=witnesses)
    world.commit()
    world.enrol("maker", grant or Grant("", "producer", prefixes=("*",)))
    world.say(MAKER, world.made(can(1)))
    world.commit()
    return world


def judge(world: World, bundle: Bundle, **changes: Any) -> Verdict:
    return world.examine(bundle, **changes)


def freshness(verdict: Verdict) -> tuple[str, str]:
    (step,) = [each for each in verdict.steps if each.name == "freshness"]
    return step.code, step.detail


def notices(verdict: Verdict) -> set[str]:
    return {notice.code for notice in verdict.notices}


# How old a checkpoint is.


def seen_at(world: World, **clocks: int) -> Bundle:
    """Return a bundle of the log as it is, cosigned by these clocks."""
    world.clocks = {f"{name}.example": off for name, off in clocks.items()}
    return world.bundle(can(1), commit=False)


def test_one_witness_of_three_does_not_refresh_an_old_checkpoint() -> None:
    world = a_world(*THREE)
    world.now += 30 * DAY
    bundle = seen_at(world, w2=-30 * DAY, w3=-30 * DAY)
    verdict = judge(world, bundle)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert faults(verdict) == ["PRV-0501"]


def test_two_of_three_that_saw_it_again_do() -> None:
    world = a_world(*THREE)
    world.now += 30 * DAY
    verdict = judge(world, seen_at(world, w3=-30 * DAY))
    assert verdict.outcome is Outcome.VERIFIED
    assert freshness(verdict) == ("PRV-0500", "the checkpoint is 0 s old")


def test_it_is_as_old_as_the_quorum_says_and_not_as_its_newest_member() -> None:
    world = a_world(*THREE)
    world.now += 2 * DAY
    bundle = seen_at(world, w1=0, w2=-HOUR, w3=-2 * DAY)
    assert freshness(judge(world, bundle))[1] == "the checkpoint is 3600 s old"


def test_each_group_of_a_quorum_has_to_have_seen_it_lately() -> None:
    world = a_world("w1", "w2", "w3", "w4")
    plain = world.trust().policy
    policy = dataclasses.replace(
        plain,
        groups=(
            Group("ours", 1, ("w1", "w2")),
            Group("theirs", 1, ("w3", "w4")),
            Group("both", 2, ("ours", "theirs")),
        ),
        quorum="both",
    )
    world.now += 30 * DAY
    old = -30 * DAY
    bundle = seen_at(world, w3=old, w4=old)
    assert faults(judge(world, bundle, policy=policy)) == ["PRV-0501"]
    bundle = seen_at(world, w2=old, w4=old)
    assert judge(world, bundle, policy=policy).outcome is Outcome.VERIFIED


def test_one_witness_whose_clock_runs_ahead_spoils_nothing() -> None:
    world = a_world(*THREE)
    verdict = judge(world, seen_at(world, w1=DAY))
    assert verdict.outcome is Outcome.VERIFIED
    assert freshness(verdict)[0] == "PRV-0500"


def test_a_quorum_that_only_wrong_clocks_meet_makes_it_unknown() -> None:
    world = a_world(*THREE)
    verdict = judge(world, seen_at(world, w1=DAY, w2=DAY))
    assert verdict.outcome is Outcome.UNKNOWN
    assert faults(verdict) == ["PRV-0504"]
    # All that does not hang on clocks was checked all the same.
    assert verdict.timeline
    assert {step.code for step in verdict.steps} >= {"PRV-0400", "PRV-1400"}


def test_without_a_quorum_the_operators_clock_says_how_old_it_is() -> None:
    world = a_world()
    world.now += HOUR
    code, detail = freshness(judge(world, seen_at(world)))
    assert code == "PRV-0505"
    assert "operator" in detail
    world.now += 30 * DAY
    assert faults(judge(world, seen_at(world))) == ["PRV-0501"]
    assert freshness(judge(world, seen_at(world), max_age_seconds=None))[0] == (
        "PRV-0503"
    )


def test_where_the_quorum_is_not_met_the_operators_clock_counts_no_more() -> (
    None
):
    world = a_world(*THREE)
    trust = world.trust()
    world.witnesses = world.witnesses[:1]
    bundle = world.bundle(can(1))
    for later, expected in (
        (0, ["PRV-0401"]),
        (30 * DAY, ["PRV-0401", "PRV-0501"]),
        (-DAY, ["PRV-0401", "PRV-0504"]),
    ):
        verdict = examine_bundle(
            bundle.to_bytes(), trust=trust, now=world.now + later
        )
        assert verdict.outcome is Outcome.INCOMPLETE
        assert faults(verdict) == expected


# Clocks that jump.


def a_world_that_jumped(*witnesses: str, by: int) -> World:
    """Return a ledger whose clock was ahead when it committed last."""
    world = a_world(*witnesses)
    world.commit(time=world.now + by)
    return world


@pytest.mark.parametrize("by", [2 * HOUR, DAY, 400 * DAY])
def test_a_log_whose_clock_jumped_ahead_is_never_false(by: int) -> None:
    world = a_world_that_jumped(*THREE, by=by)
    verdict = judge(world, seen_at(world))
    assert verdict.outcome is Outcome.VERIFIED
    assert "PRV-0506" in notices(verdict)
    lonely = a_world_that_jumped(by=by)
    verdict = judge(lonely, seen_at(lonely))
    assert verdict.outcome is Outcome.UNKNOWN
    assert faults(verdict) == ["PRV-0504"]


def test_a_log_that_is_ahead_by_less_than_clocks_may_differ_is_fresh() -> None:
    world = a_world_that_jumped(*THREE, by=HOUR)
    assert "PRV-0506" not in notices(judge(world, seen_at(world)))
    world = a_world_that_jumped(*THREE, by=HOUR + SECOND)
    assert "PRV-0506" in notices(judge(world, seen_at(world)))
    wider = judge(world, seen_at(world), clock_bound_seconds=2 * 3600)
    assert "PRV-0506" not in notices(wider)


def test_what_only_a_clock_that_jumped_dates_is_incomplete() -> None:
    start = World().now
    grant = Grant("", "producer", prefixes=("*",), until=start + 30 * DAY)
    world = World(witnesses=THREE)
    world.commit()
    world.enrol("maker", grant)
    jumped = world.commit(time=start + 20 * DAY)
    world.say(MAKER, world.made(can(1)))
    world.commit(time=start + 20 * DAY)
    bundle = world.bundle(can(1), times=[jumped], commit=False)
    verdict = judge(world, bundle)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert faults(verdict) == ["PRV-1206"]
    (step,) = [each for each in verdict.steps if each.code == "PRV-1206"]
    assert "clock ran ahead" in step.detail


def test_log_time_that_decreases_is_still_the_logs_fault() -> None:
    world = a_world_that_jumped(*THREE, by=400 * DAY)
    jumped = len(world.entries) - 1
    world.say(MAKER, world.seen(can(1)))
    bundle = world.bundle(can(1), times=[jumped])
    verdict = judge(world, bundle)
    assert verdict.outcome is Outcome.FAILED
    assert faults(verdict) == ["PRV-0702"]


@pytest.mark.parametrize("witnesses", [(), THREE])
def test_a_phone_that_is_three_days_slow_is_told_both_clocks(
    witnesses: tuple[str, ...],
) -> None:
    world = a_world(*witnesses)
    bundle = seen_at(world)
    verdict = examine_bundle(
        bundle.to_bytes(), trust=world.trust(), now=world.now - 3 * DAY
    )
    assert verdict.outcome is Outcome.UNKNOWN
    code, detail = freshness(verdict)
    assert code == "PRV-0504"
    assert "2025-06-15" in detail
    assert "2025-06-12" in detail
    assert "259200 s ahead" in detail


@pytest.mark.parametrize("witnesses", [(), THREE])
def test_a_phone_that_is_five_minutes_slow_does_not_matter(
    witnesses: tuple[str, ...],
) -> None:
    world = a_world(*witnesses)
    bundle = seen_at(world).to_bytes()
    now = world.now - 5 * MINUTE
    for slower, outcome in ((0, Outcome.VERIFIED), (1, Outcome.UNKNOWN)):
        found = examine_bundle(bundle, trust=world.trust(), now=now - slower)
        assert found.outcome is outcome


def test_a_cosignature_at_the_end_of_time_is_named_and_not_believed() -> None:
    world = a_world("w1")
    far = 2**62 * SECOND
    verdict = judge(world, seen_at(world, w1=far - world.now))
    assert faults(verdict) == ["PRV-0504"]
    assert "ms after 1970" in freshness(verdict)[1]


# Grants that hold for a time only.


def frozen(*witnesses: str, real: int) -> tuple[World, Bundle]:
    """Return a bundle of a ledger whose clock stands still.

    The maker's grant ended after 30 days, and it signs after *real* ms, under
    a date that the log's clock bears out.
    """
    start = World().now
    grant = Grant("", "producer", prefixes=("*",), until=start + 30 * DAY)
    world = World(witnesses=witnesses)
    world.commit()
    world.enrol("maker", grant)
    before = world.commit()
    world.say(MAKER, world.made(can(1)))
    world.now += real
    world.commit(time=start)
    return world, world.bundle(can(1), times=[before], commit=False)


def test_a_clock_that_stood_still_for_a_year_keeps_no_grant_alive() -> None:
    world, bundle = frozen(*THREE, real=365 * DAY)
    verdict = judge(world, bundle)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert "PRV-1202" in faults(verdict)


def test_what_a_quorum_saw_while_the_grant_held_was_signed_in_time() -> None:
    world, bundle = frozen(*THREE, real=10 * DAY)
    size = len(world.entries)
    note = format_note(world.sign().note)
    (index,) = [
        shown.log_index for shown in bundle.statements if shown.issuer == MAKER
    ]
    anchor = Anchor(note, (index,), world.prove_log([index], size=size))
    world.now += 300 * DAY
    world.commit()
    late = world.bundle(can(1), times=[3, size - 1], commit=False)
    assert "PRV-1202" in faults(judge(world, late))
    shown = dataclasses.replace(late, anchors=(anchor,))
    assert judge(world, shown).outcome is Outcome.VERIFIED


def test_without_witnesses_dates_are_the_operators_word_and_it_is_said() -> (
    None
):
    world, bundle = frozen(real=0)
    verdict = judge(world, bundle)
    assert verdict.outcome is Outcome.VERIFIED
    assert {"PRV-0403", "PRV-1007"} <= notices(verdict)


def dated(until: int, *, start: int = 0) -> tuple[Outcome, list[str]]:
    """Judge what was logged between the hours 10 and 20 of the log."""
    world = World(witnesses=THREE)
    begin = world.now
    world.commit()
    world.enrol(
        "maker",
        Grant(
            "", "producer", ("*",),
            start=begin + start, until=begin + until,
        ),
    )  # fmt: skip
    world.now = begin + 10 * HOUR
    before = world.commit()
    world.say(MAKER, world.made(can(1)))
    world.now = begin + 20 * HOUR
    bundle = world.bundle(can(1), times=[before])
    verdict = judge(world, bundle)
    return verdict.outcome, faults(verdict)


FAILED = (Outcome.FAILED, ["PRV-1201"])
UNCLEAR = (Outcome.INCOMPLETE, ["PRV-1202"])
HOLDS: tuple[Outcome, list[str]] = (Outcome.VERIFIED, [])


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (9 * HOUR - 1, FAILED),
        (9 * HOUR, UNCLEAR),
        (19 * HOUR - 1, UNCLEAR),
        (19 * HOUR, HOLDS),
        (30 * HOUR, HOLDS),
    ],
)
def test_until_is_held_against_both_ends_and_the_clock_bound(
    until: int, expected: tuple[Outcome, list[str]]
) -> None:
    assert dated(until) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (10 * HOUR, HOLDS),
        (11 * HOUR, HOLDS),
        (11 * HOUR + 1, UNCLEAR),
        (21 * HOUR, UNCLEAR),
        (21 * HOUR + 1, FAILED),
    ],
)
def test_from_is_held_against_both_ends_and_the_clock_bound(
    start: int, expected: tuple[Outcome, list[str]]
) -> None:
    assert dated(99 * HOUR, start=start) == expected


def passed_on(until: int) -> tuple[Outcome, list[str]]:
    """Judge a delegate that passes its grant on between the hours 10 and 20."""
    world = World(witnesses=THREE)
    begin = world.now
    world.commit()
    boss = world.enrol(
        "boss",
        Grant(
            "", "producer", ("*",), until=begin + until, may_grant=True,
        ),
    )  # fmt: skip
    world.now = begin + 10 * HOUR
    before = world.commit()
    world.enrol("maker", by=boss)
    world.now = begin + 20 * HOUR
    after = world.commit()
    bundle = world.bundle(MAKER, times=[before, after])
    verdict = judge(world, bundle)
    return verdict.outcome, faults(verdict)


def test_a_grant_that_has_ended_enrols_nobody() -> None:
    assert passed_on(9 * HOUR - 1) == FAILED
    assert passed_on(9 * HOUR) == UNCLEAR
    assert passed_on(19 * HOUR) == HOLDS


# On whose word nothing was left out.


def test_verified_says_on_whose_word_nothing_was_left_out() -> None:
    lonely = a_world()
    verdict = judge(lonely, lonely.bundle(can(1)))
    assert verdict.outcome is Outcome.VERIFIED
    assert verdict.summary is not None
    assert verdict.summary.completeness == "operator"
    assert "PRV-1007" in notices(verdict)
    assert verdict.to_json()["log"]["completeness"] == "operator"  # type: ignore[index]


def word(world: World, bundle: Bundle, trust: Trust) -> tuple[str, set[str]]:
    verdict = examine_bundle(bundle.to_bytes(), trust=trust, now=world.now)
    assert verdict.summary is not None
    told = notices(verdict) & {"PRV-1007", "PRV-1008"}
    return verdict.summary.completeness, told


def test_witnesses_have_not_replayed_the_map_and_auditors_have() -> None:
    world = a_world(*THREE)
    bundle = world.bundle(can(1))
    trust = world.trust()
    assert word(world, bundle, trust) == ("witnesses", {"PRV-1008"})
    audited = world.trust(auditors=("w2",))
    assert word(world, bundle, audited) == ("auditors", set())


def test_an_auditor_that_did_not_cosign_vouches_for_nothing() -> None:
    world = a_world(*THREE)
    trust = world.trust(auditors=("w3",))
    world.witnesses = world.witnesses[:2]
    bundle = world.bundle(can(1))
    assert word(world, bundle, trust) == ("witnesses", {"PRV-1008"})
    world.witnesses = world.witnesses[:1]
    bundle = world.bundle(can(1))
    assert word(world, bundle, trust) == ("operator", {"PRV-1007"})


def test_an_auditor_that_the_quorum_leaves_out_vouches_for_nothing() -> None:
    world = a_world(*THREE)
    plain = world.trust(auditors=("w3",))
    policy = dataclasses.replace(
        plain.policy, groups=(Group("two", 2, ("w1", "w2")),), quorum="two"
    )
    trust = dataclasses.replace(plain, policy=policy)
    assert word(world, world.bundle(can(1)), trust)[0] == "witnesses"


def test_how_many_items_a_commitment_counts_is_told_as_no_fact() -> None:
    world = a_world()
    world.commit(item_count=2**53 - 1)
    bundle = world.bundle(can(1), commit=False)
    verdict = judge(world, bundle)
    assert not any("9007199254740991" in s.detail for s in verdict.steps)


# Receipts.


def test_a_receipt_stands_by_the_quorums_time_too() -> None:
    world = a_world(*THREE)
    index = 3
    trust = world.trust()

    def verify() -> int:
        note = format_note(world.sign().note)
        size = len(world.entries)
        hashes = tuple(prove_inclusion(index, size, world.nodes))
        text = format_proof(ProofFile(index, hashes, note))
        return verify_receipt(
            text, entry=world.entries[index], trust=trust, now=world.now
        )

    world.clocks = {"w1.example": DAY}
    assert verify() == index
    world.clocks = {"w1.example": DAY, "w2.example": DAY}
    with pytest.raises(VerificationError, match="ahead of this machine's"):
        verify()


def test_no_code_about_clocks_is_a_contradiction() -> None:
    for code in ("PRV-0501", "PRV-0504", "PRV-1202", "PRV-1206"):
        assert CODES[code].outcome is not Outcome.FAILED
