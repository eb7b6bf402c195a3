"""Whoever tampers, hides, forges or oversteps is found out, step by step."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Field, Item, make_event
from provenance.claims.registry import Authority
from provenance.claims.statement import sign_statement
from provenance.claims.trail import chain_hashes, map_key
from provenance.encoding.canonical import encode
from provenance.encoding.digest import Hash, sha256
from provenance.errors import (
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    QuorumNotMetError,
    VerificationError,
)
from provenance.keys import Signer, Verifier
from provenance.proof.bundle import (
    Bundle,
    LoggedEntry,
    ProvenTrail,
    parse_bundle,
)
from provenance.proof.trace import ALL, Why
from provenance.proof.trust import Trust
from provenance.proof.verdict import (
    EXPLANATIONS,
    STEPS,
    ErrorNote,
    Outcome,
    Verdict,
)
from provenance.proof.verify import examine_bundle, verify_bundle
from provenance.tlog.checkpoint import sign_checkpoint
from provenance.tlog.note import NoteSigner, NoteVerifier, format_note
from provenance.tlog.policy import Log, Policy
from tests.vectors_of import shared
from tests.world import (
    LOT,
    MINUTE,
    ORIGIN,
    OWNER,
    World,
    can,
    faults,
    signer_of,
    sscc,
    story,
)

MAKER, CARRIER, CUSTOMS = (
    f"did:web:{name}.example" for name in ("maker", "carrier", "customs")
)
RECALL = "urn:provenance:step:recalled"

Change = Callable[[Bundle], Bundle]


def replaced(bundle: Bundle, **changes: Any) -> Bundle:
    return dataclasses.replace(bundle, **changes)


def without(rows: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return rows[:number] + rows[number + 1 :]


def put(rows: tuple[Any, ...], number: int, row: Any) -> tuple[Any, ...]:
    return (*rows[:number], row, *rows[number + 1 :])


def only(verdict: Verdict) -> str:
    """Return the one code that the verdict came to."""
    (code,) = set(faults(verdict))
    return code


def is_found(verdict: Verdict, outcome: Outcome, code: str) -> None:
    assert (verdict.outcome, faults(verdict)[:1]) == (outcome, [code]), [
        s for s in verdict.steps if s.outcome is not Outcome.VERIFIED
    ]


# The honest story.


def test_an_honest_story_is_verified() -> None:
    world = story()
    for item in (can(1), can(2), can(3), sscc(1), sscc(2), LOT, MAKER):
        world.check(item)


def test_every_step_passed_and_says_so() -> None:
    verdict = story().check(can(1))
    assert [step.name for step in verdict.steps] == list(STEPS)
    assert [step.number for step in verdict.steps] == list(range(1, 15))
    # Nobody asked for witnesses, and nobody for an order.
    assert [
        step.code for step in verdict.steps if not step.code.endswith("00")
    ] == ["PRV-0403", "PRV-1302"]
    assert all(step.detail for step in verdict.steps)


def words(verdict: Verdict, name: str) -> tuple[str, str, str]:
    """Return a step's code, what it found, and what its code means."""
    (step,) = [step for step in verdict.steps if step.name == name]
    return step.code, step.detail, EXPLANATIONS[step.code]


def test_a_step_claims_nothing_that_was_not_asked_for() -> None:
    world = story()
    trust = dataclasses.replace(world.trust(), max_age_seconds=None)
    verdict = examine_bundle(
        world.bundle(can(1)).to_bytes(), trust=trust, now=world.now
    )
    said = {step.name: words(verdict, step.name) for step in verdict.steps}
    assert said["origin"][0] == "PRV-0203"
    assert "no item was named" in said["origin"][1]
    assert said["log-signature"][1] == "signed by the key of the log"
    assert said["quorum"][0] == "PRV-0403"
    assert "demands no witnesses" in said["quorum"][2]
    assert said["freshness"][0] == "PRV-0503"
    assert "sets no limit" in said["freshness"][1]
    assert said["demands"][0] == "PRV-1302"


def test_a_step_claims_nothing_of_what_is_not_there() -> None:
    world = story()
    nothing = world.examine(world.bundle(can(99)), item=can(99))
    assert words(nothing, "events")[:2] == ("PRV-0802", "no event is shown")
    code, detail, meaning = words(nothing, "trails")
    assert code == "PRV-0903"
    assert detail == f"the map proves that {can(99)} has no trail"
    assert "has no trail" in meaning
    actor = world.examine(world.bundle(MAKER), item=MAKER)
    assert words(actor, "roles")[0] == "PRV-1205"
    assert words(actor, "completeness")[1].endswith(", which is all")


def test_a_story_of_which_not_all_is_shown_is_not_called_whole() -> None:
    world = story()
    trust = dataclasses.replace(world.trust(), trails=frozenset())
    bundle = world.bundle(can(1), wants=frozenset({Why.SUBJECT, Why.ACTOR}))
    verdict = examine_bundle(
        bundle.to_bytes(), trust=trust, now=world.now, item=can(1)
    )
    assert verdict.outcome is Outcome.VERIFIED
    code, detail, _ = words(verdict, "completeness")
    assert code == "PRV-1005"
    assert detail.endswith("which is what the trust file asks for, and not all")


def test_a_serial_number_that_was_given_twice_is_noticed() -> None:
    world = story()
    world.say(MAKER, world.made(can(1)))
    (notice,) = [
        notice
        for notice in world.check(can(1)).notices
        if notice.code == "PRV-1407"
    ]
    assert notice.subject == can(1)
    assert "was put into being 2 times, first by" in notice.detail
    # Of a lot more may be made every day.
    world.say(MAKER, world.made(LOT))
    world.say(MAKER, world.made(LOT))
    assert "PRV-1407" not in [n.code for n in world.check(LOT).notices]


def test_the_summary_says_what_it_rests_on() -> None:
    world = World(witnesses=("w1", "w2", "w3"))
    world.say(
        OWNER,
        actors.enrol(
            MAKER,
            name="Maker",
            signer=signer_of("maker"),
            origin=ORIGIN,
            secret=bytes(32),
        ),
    )
    summary = world.check(MAKER).summary
    assert summary is not None
    assert (summary.origin, summary.size, summary.time) == (
        ORIGIN,
        2,
        world.now,
    )
    assert summary.witnesses == ("w1.example", "w2.example", "w3.example")
    assert (
        summary.trusted_witnesses,
        summary.event_count,
        summary.issuers,
    ) == (3, 1, (OWNER,))


def test_the_timeline_tells_the_story_in_log_order() -> None:
    timeline = story().check(can(1)).timeline
    assert [
        (moment.log_index, moment.step, moment.why) for moment in timeline
    ] == [
        (6, "commissioning", "lots"),
        (7, "commissioning", "subject"),
        (8, "loading", "subject"),
        (9, "loading", "containers"),
        (10, "departing", "containers"),
        (11, "inspecting", "containers"),
        (12, "unloading", "containers"),
    ]
    departed = timeline[4]
    assert departed.labels == {"en": "Departed", "zh": "离开"}
    assert (
        departed.issuer,
        departed.issuer_name,
        departed.roles,
        departed.item,
    ) == (CARRIER, "carrier", ("carrier",), sscc(2))
    assert departed.time.startswith("T")


def test_the_timeline_of_an_actor_tells_its_enrolment() -> None:
    timeline = story().check(MAKER).timeline
    assert [
        (moment.step, moment.labels["en"], moment.time) for moment in timeline
    ] == [
        ("ActorEnrolled", "Enrolled", ""),
        ("RoleGranted", "Role granted", ""),
    ]


def test_a_shown_field_is_told_and_a_concealed_one_is_not() -> None:
    world = story()
    event = world.event(
        "ObjectEvent",
        Item("epcList", can(1)),
        fields=[Field("/price", 12.5), Field("/buyer", "x")],
        action="OBSERVE",
        readPoint={"id": "https://id.gs1.org/414/9506000134376"},
    )
    index = world.say(MAKER, event)
    bundle = world.bundle(can(1))
    place = [e.log_index for e in bundle.events].index(index)
    shown = world.show((index, 0), {0, 1, 2})
    moment = world.examine(
        replaced(bundle, events=put(bundle.events, place, shown))
    ).timeline[-1]
    assert moment.fields == {"/price": 12.5}
    assert (moment.step, moment.place) == (
        "observing",
        "https://id.gs1.org/414/9506000134376",
    )
    assert world.check(can(1)).timeline[-1].fields == {}


def test_what_an_events_form_implies_is_told_when_it_names_no_step() -> None:
    world = story()
    world.say(MAKER, world.turned([can(1)], [can(9)]))
    world.say(MAKER, world.made(can(8), bizStep="packing"))
    assert world.check(can(1)).timeline[-1].step == "transforming"
    assert world.check(can(8)).timeline[-1].step == "packing"


def test_someone_elses_step_is_told_as_it_is() -> None:
    world = story()
    world.say(
        MAKER, world.seen(can(1), step="https://maker.example/steps/labelling")
    )
    verdict = world.examine(
        world.bundle(can(1)),
        roles={**world.trust().roles, "producer": frozenset({"*"})},
    )
    assert (
        verdict.timeline[-1].step
        == "step:https://maker.example/steps/labelling"
    )
    assert verdict.timeline[-1].labels["en"] == verdict.timeline[-1].step


# 1, 2: the format and the origin.


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\x80", b"not a bundle", bytes(100)]
)
def test_other_bytes_are_unknown_never_verified(data: bytes) -> None:
    verdict = story().examine(data)
    is_found(verdict, Outcome.UNKNOWN, "PRV-0101")
    assert (verdict.subject, verdict.summary, verdict.timeline) == (
        "",
        None,
        (),
    )


@pytest.mark.parametrize(
    "note",
    ["", "x", f"{ORIGIN}\n1\nAAAA\n\n— x AAAAAAAA\n", f"{ORIGIN}\n1\n\n"],
)
def test_a_bundle_around_no_checkpoint_is_unknown(note: str) -> None:
    world = story()
    is_found(
        world.examine(replaced(world.bundle(can(1)), checkpoint=note)),
        Outcome.UNKNOWN,
        "PRV-0101",
    )


def test_the_story_of_another_item_is_refused() -> None:
    world = story()
    is_found(
        world.examine(world.bundle(can(1)), item=can(2)),
        Outcome.FAILED,
        "PRV-0202",
    )


def test_an_unknown_log_is_unknown() -> None:
    world = story()
    stranger = NoteSigner("other.example", signer_of("log"))
    signed = world.sign()
    other = sign_checkpoint(
        dataclasses.replace(signed.checkpoint, origin="other.example"), stranger
    )
    bundle = replaced(world.bundle(can(1)), checkpoint=format_note(other.note))
    verdict = world.examine(bundle)
    is_found(verdict, Outcome.UNKNOWN, "PRV-0201")
    assert "unknown" in verdict.steps[1].detail


# 3, 4: who signed the checkpoint.


def test_a_bundle_does_not_choose_the_key_it_is_verified_with() -> None:
    world = story()
    trust = world.trust()
    world.log_signer = NoteSigner(ORIGIN, signer_of("thief"))
    verdict = examine_bundle(
        world.bundle(can(1)).to_bytes(), trust=trust, now=world.now
    )
    is_found(verdict, Outcome.FAILED, "PRV-0301")


def test_a_log_key_that_is_listed_must_have_signed() -> None:
    world = World(post_quantum=True)
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    world.say(MAKER, world.made(can(1)))
    trust = world.trust()
    world.check(can(1))
    world.post_quantum = None
    verdict = examine_bundle(
        world.bundle(can(1)).to_bytes(), trust=trust, now=world.now
    )
    is_found(verdict, Outcome.FAILED, "PRV-0301")


def witnessed(*, signing: int, forged: bool = False) -> Verdict:
    world = World(witnesses=("w1", "w2", "w3"))
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    world.say(MAKER, world.made(can(1)))
    trust = world.trust()
    world.witnesses = world.witnesses[:signing]
    bundle = world.bundle(can(1))
    if forged:
        signed = world.sign()
        last = signed.note.signatures[-1]
        line = dataclasses.replace(
            last,
            signature=last.signature[:-1] + bytes([last.signature[-1] ^ 1]),
        )
        bundle = replaced(
            bundle, checkpoint=format_note(signed.note.with_signatures(line))
        )
    return examine_bundle(bundle.to_bytes(), trust=trust, now=world.now)


def test_too_few_witnesses_leave_it_incomplete() -> None:
    assert witnessed(signing=2).outcome is Outcome.VERIFIED
    verdict = witnessed(signing=1)
    is_found(verdict, Outcome.INCOMPLETE, "PRV-0401")
    # The later steps ran all the same.
    assert "PRV-0001" not in [step.code for step in verdict.steps]


def test_a_forged_cosignature_spoils_the_checkpoint() -> None:
    is_found(witnessed(signing=3, forged=True), Outcome.FAILED, "PRV-0402")


def test_that_no_witness_was_asked_for_is_said() -> None:
    assert [notice.code for notice in story().check(can(1)).notices] == [
        "PRV-0403"
    ]


# 5: freshness.


def test_an_old_checkpoint_is_stale() -> None:
    world = story()
    bundle = world.bundle(can(1))
    world.now += 3_600_000
    assert (
        world.examine(bundle, max_age_seconds=3_600).outcome is Outcome.VERIFIED
    )
    world.now += 1_000
    verdict = world.examine(bundle, max_age_seconds=3_600)
    is_found(verdict, Outcome.INCOMPLETE, "PRV-0501")
    assert any("stale" in step.detail for step in verdict.steps)
    assert (
        world.examine(bundle, max_age_seconds=None).outcome is Outcome.VERIFIED
    )


def test_a_newer_cosignature_makes_a_quiet_log_fresh() -> None:
    world = World(witnesses=("w1",))
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    world.say(MAKER, world.made(can(1)))
    world.commit()
    world.now += 3_600_000
    assert (
        world.examine(
            world.bundle(can(1), commit=False), max_age_seconds=60
        ).outcome
        is Outcome.VERIFIED
    )


def test_a_checkpoint_from_the_future_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    world.now -= 5 * MINUTE
    assert world.examine(bundle).outcome is Outcome.VERIFIED
    world.now -= 1
    is_found(world.examine(bundle), Outcome.FAILED, "PRV-0502")


def test_a_cosignature_from_the_future_is_refused() -> None:
    world = World(witnesses=("w1",))
    world.enrol("maker")
    world.commit()
    world.now += 10 * MINUTE
    bundle = world.bundle(MAKER, commit=False)
    world.now -= 10 * MINUTE
    is_found(world.examine(bundle), Outcome.FAILED, "PRV-0502")


# 6: the map commitment.


def test_an_older_map_for_a_newer_log_is_refused() -> None:
    world = story()
    older = world.commit()
    world.say(
        CUSTOMS, world.seen(can(1), step="urn:provenance:step:customs_refused")
    )
    bundle = world.bundle(can(1))
    stale = replaced(bundle, commitment=world.logged(older))
    is_found(world.examine(stale), Outcome.FAILED, "PRV-0601")


def test_a_checkpoint_that_does_not_end_in_a_commitment_is_void() -> None:
    world = story()
    world.commit()
    index = world.say(MAKER, world.seen(can(1)))
    bundle = replaced(
        world.bundle(can(1), commit=False), commitment=world.logged(index)
    )
    is_found(world.examine(bundle), Outcome.FAILED, "PRV-0601")


def test_a_commitment_to_an_older_map_is_refused() -> None:
    world = story()
    world.commit(covered=len(world.entries) - 1)
    is_found(
        world.examine(world.bundle(can(1), commit=False)),
        Outcome.FAILED,
        "PRV-0601",
    )


def test_a_commitment_that_is_not_in_the_log_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    other = LoggedEntry(
        bundle.commitment.log_index, b"other", bundle.commitment.proof
    )
    is_found(
        world.examine(replaced(bundle, commitment=other)),
        Outcome.FAILED,
        "PRV-0601",
    )


# 7: inclusion.


def test_an_entry_that_was_never_logged_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    forged = sign_statement(
        [world.seen(can(1))],
        signer=signer_of("maker"),
        issuer=MAKER,
        origin=ORIGIN,
        now=world.now,
    )
    first = bundle.statements[7]
    verdict = world.examine(
        replaced(
            bundle,
            statements=put(
                bundle.statements,
                7,
                LoggedEntry(first.log_index, forged.entry, first.proof),
            ),
        )
    )
    is_found(verdict, Outcome.FAILED, "PRV-0701")


def test_a_statement_for_another_ledger_is_refused() -> None:
    world = story()
    world.say(MAKER, world.seen(can(1)), origin="other.example")
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-0702")


def test_garbage_in_the_log_is_the_logs_fault() -> None:
    world = story()
    index = world.log(b"garbage")
    bundle = world.bundle(can(1))
    garbage = replaced(
        bundle, statements=(*bundle.statements, world.logged(index))
    )
    is_found(world.examine(garbage), Outcome.FAILED, "PRV-0702")


@pytest.mark.parametrize("changes", [{"time": 10**15}, {"covered": 3}])
def test_a_commitment_that_contradicts_the_next_is_refused(
    changes: dict[str, int],
) -> None:
    world = story()
    index = world.commit(**changes)
    is_found(
        world.examine(world.bundle(can(1), times=[index])),
        Outcome.FAILED,
        "PRV-0702",
    )


def test_what_is_no_commitment_tells_no_time() -> None:
    world = story()
    is_found(
        world.examine(world.bundle(can(1), times=[3])),
        Outcome.FAILED,
        "PRV-0702",
    )


def test_the_last_commitment_may_be_among_the_times() -> None:
    world = story()
    index = world.commit()
    bundle = world.bundle(can(1), times=[index], commit=False)
    assert world.examine(bundle).outcome is Outcome.VERIFIED


# 8: events.


def shown_with(bundle: Bundle, number: int, **changes: Any) -> Bundle:
    event = dataclasses.replace(bundle.events[number], **changes)
    return replaced(bundle, events=put(bundle.events, number, event))


def test_a_leaf_of_another_event_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    for number, event in enumerate(bundle.events):
        for other in bundle.events:
            if other is not event:
                is_found(
                    world.examine(
                        shown_with(bundle, number, leaves=other.leaves)
                    ),
                    Outcome.FAILED,
                    "PRV-0801",
                )


@pytest.mark.parametrize(
    "changes",
    [{"item_count": 2}, {"concealed_count": 1}, {"proof": (Hash(bytes(32)),)}],
)
def test_an_event_is_of_the_size_that_was_signed(
    changes: dict[str, Any],
) -> None:
    world = story()
    is_found(
        world.examine(shown_with(world.bundle(can(1)), 7, **changes)),
        Outcome.FAILED,
        "PRV-0801",
    )


def test_an_event_is_at_the_position_that_was_signed() -> None:
    world = story()
    bundle = world.bundle(can(1))
    is_found(
        world.examine(shown_with(bundle, 8, position=1)),
        Outcome.FAILED,
        "PRV-0801",
    )
    moved = dataclasses.replace(bundle.events[-1], log_index=13)
    is_found(
        world.examine(
            replaced(
                bundle, events=put(bundle.events, len(bundle.events) - 1, moved)
            )
        ),
        Outcome.FAILED,
        "PRV-0801",
    )


def test_a_signed_leaf_that_is_malformed_is_refused() -> None:
    world = story()
    good = world.seen(can(1))
    leaves = [encode(["body", {"type": ""}]), good.leaves[1]]
    hashes = [sha256(b"\x00" + leaf) for leaf in leaves if leaf]
    bad = dataclasses.replace(
        good,
        leaves=tuple(leaves),
        hashes=tuple(hashes),
        id=sha256(
            encode(
                [
                    "provenance/event/v1",
                    1,
                    0,
                    sha256(b"\x01" + hashes[0] + hashes[1]),
                ]
            )
        ),
    )
    world.say(MAKER, bad)
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-0801")


# 9: trails.


def trail_with(bundle: Bundle, number: int, **changes: Any) -> Bundle:
    trail = dataclasses.replace(bundle.items[number], **changes)
    return replaced(bundle, items=put(bundle.items, number, trail))


def refused_world() -> World:
    """A story whose last word on the can is customs' refusal."""
    world = story()
    world.say(
        CUSTOMS, world.seen(can(1), step="urn:provenance:step:customs_refused")
    )
    return world


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_dropping_the_last_events_of_a_trail_is_found_out(kept: int) -> None:
    world = refused_world()
    bundle = world.bundle(can(1))
    links = bundle.items[0].links[:kept]
    head = chain_hashes(can(1), links)[-1] if links else None
    events = tuple(
        e
        for e in bundle.events
        if (e.log_index, e.position)
        in {(link.log_index, link.position) for link in links}
        or e.log_index < 6
    )
    dropped = replaced(
        trail_with(bundle, 0, links=links, head=head), events=events
    )
    is_found(world.examine(dropped), Outcome.FAILED, "PRV-0901")


def test_a_trail_with_another_head_is_refused() -> None:
    world = story()
    is_found(
        world.examine(trail_with(world.bundle(can(1)), 0, head=sha256(b"x"))),
        Outcome.FAILED,
        "PRV-0901",
    )


def test_an_item_with_a_trail_cannot_be_said_to_have_none() -> None:
    world = story()
    absent = world.trail(can(9))
    lie = ProvenTrail(can(1), (), None, absent.proof, absent.other)
    bundle = world.bundle(can(1))
    is_found(
        world.examine(replaced(bundle, items=put(bundle.items, 0, lie))),
        Outcome.FAILED,
        "PRV-0901",
    )


def test_a_trail_names_the_event_that_is_shown() -> None:
    world = story()
    links = world.trails[can(1)]
    links[0] = dataclasses.replace(links[0], event_id=sha256(b"another"))
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-0901")


def test_a_log_that_left_a_link_out_is_found_out() -> None:
    world = story()
    world.say(MAKER, world.packed(sscc(5), can(1)), unlinked={sscc(5)})
    world.say(MAKER, world.seen(sscc(5)))
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-0902")


def test_a_class_without_a_trail_is_not_missed_on_one() -> None:
    world = story()
    product = can(1).partition("/21/")[0]
    world.say(MAKER, world.turned([product], [can(4)]))
    world.check(can(4))


# 10: completeness.


@pytest.mark.parametrize("number", range(13))
def test_dropping_any_event_is_found_out(number: int) -> None:
    world = story()
    bundle = world.bundle(can(1))
    gone = bundle.events[number].log_index
    dropped = replaced(
        bundle,
        events=without(bundle.events, number),
        statements=tuple(s for s in bundle.statements if s.log_index != gone),
    )
    verdict = world.examine(dropped)
    assert verdict.outcome is Outcome.INCOMPLETE, faults(verdict)
    assert any(f"entry {gone}," in step.detail for step in verdict.steps)


@pytest.mark.parametrize("number", range(1, 8))
def test_dropping_any_related_trail_is_found_out(number: int) -> None:
    world = story()
    bundle = world.bundle(can(1))
    item = bundle.items[number].item
    verdict = world.examine(
        replaced(bundle, items=without(bundle.items, number))
    )
    assert verdict.outcome in {Outcome.INCOMPLETE, Outcome.FAILED}
    assert any(
        f"the trail of {item} is not there" in step.detail
        for step in verdict.steps
    )


def test_the_subject_is_whatever_stands_first() -> None:
    world = story()
    bundle = world.bundle(can(1))
    is_found(
        world.examine(
            replaced(bundle, items=without(bundle.items, 0)), item=can(1)
        ),
        Outcome.FAILED,
        "PRV-0202",
    )


@pytest.mark.parametrize("kind", [Why.LOT, Why.CONTAINER])
def test_a_trail_that_nobody_asks_for_is_a_notice(kind: Why) -> None:
    world = story()
    others = frozenset({"containers", "inputs", "lots"}) - {kind.value}
    bundle = world.bundle(can(1), wants=ALL - {kind})
    verdict = world.examine(bundle, trails=others)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    assert "PRV-1004" in [notice.code for notice in verdict.notices]
    is_found(world.examine(bundle), Outcome.INCOMPLETE, "PRV-1001")
    # What nobody asks for may be there nevertheless.
    assert (
        world.examine(world.bundle(can(1)), trails=others).outcome
        is Outcome.VERIFIED
    )


def test_a_trail_that_is_no_part_of_the_story_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    is_found(
        world.examine(
            replaced(bundle, items=(*bundle.items, world.trail(can(2))))
        ),
        Outcome.FAILED,
        "PRV-1002",
    )


def test_an_event_on_no_trail_is_refused() -> None:
    world = story()
    index = world.say(MAKER, world.seen(can(2)))
    bundle = world.bundle(can(1))
    extra = replaced(
        bundle,
        events=(*bundle.events, world.show((index, 0), {0, 1})),
        statements=(*bundle.statements, world.logged(index)),
    )
    is_found(world.examine(extra), Outcome.FAILED, "PRV-1002")


def test_a_statement_without_an_event_is_refused() -> None:
    world = story()
    index = world.say(MAKER, world.seen(can(2)))
    bundle = world.bundle(can(1))
    is_found(
        world.examine(
            replaced(
                bundle, statements=(*bundle.statements, world.logged(index))
            )
        ),
        Outcome.FAILED,
        "PRV-1002",
    )


def test_an_item_that_the_ledger_does_not_know_is_unknown() -> None:
    for world in (story(), World()):
        verdict = world.examine(world.bundle(can(99)), item=can(99))
        is_found(verdict, Outcome.UNKNOWN, "PRV-1003")


# 11: signatures.


def test_a_statement_that_another_signed_is_refused() -> None:
    world = story()
    submission = sign_statement(
        [world.seen(can(1))],
        signer=signer_of("maker"),
        issuer=MAKER,
        origin=ORIGIN,
        now=world.now,
    )
    event = world.seen(can(1))
    index = world.say(MAKER, event)
    forged = world.entries[index][:-64] + submission.entry[-64:]
    world = story()
    world.say(MAKER, world.seen(can(2)))
    put_index = world.log(forged)
    world.put(put_index, [event])
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-1101")


def test_an_actor_cannot_sign_with_the_key_of_another() -> None:
    world = story()
    world.say(CUSTOMS, world.seen(can(1)), signer=signer_of("carrier"))
    assert only(world.examine(world.bundle(can(1)))) == "PRV-1102"


def test_an_actor_that_is_not_enrolled_says_nothing() -> None:
    world = story()
    world.signers["did:web:nobody"] = signer_of("nobody")
    world.say("did:web:nobody", world.seen(can(1)))
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.outcome is Outcome.FAILED
    assert set(faults(verdict)) == {"PRV-1102", "PRV-1201"}
    assert verdict.timeline[-1].issuer_name == ""


def test_a_key_counts_only_after_it_was_enrolled() -> None:
    world = World()
    world.signers[MAKER] = signer_of("maker")
    world.say(MAKER, world.made(can(1)))
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    assert set(faults(world.examine(world.bundle(can(1))))) == {
        "PRV-1102",
        "PRV-1201",
    }


def test_a_revoked_key_signs_nothing_whatever_time_it_claims() -> None:
    world = story()
    before = world.now
    lost = actors.revoke_key(
        MAKER,
        old=signer_of("maker").verifier.key_id,
        reason="stolen",
        secret=world.secret(),
    )
    world.say(OWNER, lost)
    world.now = before - 60 * MINUTE
    world.say(MAKER, world.seen(can(1)))
    world.now = before + 60 * MINUTE
    verdict = world.examine(world.bundle(can(1)))
    assert only(verdict) == "PRV-1102"
    assert any("stolen" in step.detail for step in verdict.steps)
    world.check(sscc(1))


def test_a_rotated_key_takes_over() -> None:
    world = story()
    rotation = actors.rotate_key(
        MAKER,
        old=signer_of("maker").verifier.key_id,
        signer=signer_of("new"),
        origin=ORIGIN,
        secret=world.secret(),
    )
    world.say(MAKER, rotation)
    world.say(MAKER, world.seen(can(1)), signer=signer_of("new"))
    world.check(can(1))


def test_without_the_signers_trail_nobody_can_tell() -> None:
    world = story()
    bundle = world.bundle(can(1))
    number = [trail.item for trail in bundle.items].index(MAKER)
    theirs = {
        (link.log_index, link.position) for link in bundle.items[number].links
    }
    cut = replaced(
        bundle,
        items=without(bundle.items, number),
        events=tuple(
            e for e in bundle.events if (e.log_index, e.position) not in theirs
        ),
        statements=tuple(
            s
            for s in bundle.statements
            if s.log_index not in {i for i, _ in theirs}
        ),
    )
    verdict = world.examine(cut)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert set(faults(verdict)) == {"PRV-1103", "PRV-1204"}


def pinned(actor: str, name: str, *grants: Grant) -> Authority:
    return Authority(
        actor, name, (signer_of(name).verifier.data,), grants, is_pinned=True
    )


def test_a_pinned_actor_needs_no_trail() -> None:
    world = World()
    world.signers[MAKER] = signer_of("maker")
    world.say(MAKER, world.made(can(1)))
    bundle = world.bundle(can(1), wants=())
    actor = pinned(MAKER, "maker", Grant(MAKER, "producer", ("9506000",)))
    assert world.examine(bundle, actors=(actor,)).outcome is Outcome.VERIFIED
    assert (
        world.examine(world.bundle(can(1)), actors=(actor,)).outcome
        is Outcome.VERIFIED
    )
    is_found(world.examine(bundle), Outcome.INCOMPLETE, "PRV-1103")


def test_what_contradicts_a_pin_has_no_effect() -> None:
    world = story()
    actor = pinned(CUSTOMS, "customs", Grant(CUSTOMS, "customs"))
    verdict = world.examine(world.bundle(can(1)), actors=(actor,))
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    assert "PRV-1105" in [notice.code for notice in verdict.notices]
    # What does not contradict it counts: the second grant was the log's.
    world.grant(Grant(CUSTOMS, "carrier"))
    world.say(CUSTOMS, world.seen(can(1), step="departing"))
    verdict = world.examine(world.bundle(can(1)), actors=(actor,))
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)


def test_an_impostor_does_not_pass_for_a_pinned_actor() -> None:
    world = story()
    world.say(CUSTOMS, world.seen(can(1)))
    honest = Authority(
        CUSTOMS,
        "Customs",
        (signer_of("true").verifier.data,),
        (Grant(CUSTOMS, "customs"),),
        is_pinned=True,
    )
    verdict = world.examine(world.bundle(can(1)), actors=(honest,))
    is_found(verdict, Outcome.FAILED, "PRV-1102")


def test_an_enrolment_that_was_not_the_signers_to_make_is_the_logs_fault() -> (
    None
):
    world = story()
    world.enrol("accomplice", Grant("", "customs"), by=CARRIER)
    world.say("did:web:accomplice.example", world.seen(can(1)))
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.outcome is Outcome.FAILED
    assert "PRV-1104" in faults(verdict)


def boss_of(world: World) -> tuple[str, Event]:
    """Enrol somebody who may pass a grant on; return it and its grant."""
    boss = world.enrol("boss")
    given = Grant(boss, "producer", prefixes=("9506000",), may_grant=True)
    return boss, world.grant(given)


def test_a_grant_that_its_holder_says_again_is_the_logs_fault() -> None:
    world = World()
    boss, given = boss_of(world)
    world.say(boss, given)
    world.say(boss, world.made(can(1)))
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.FAILED, "PRV-1104")
    # The grant is what it was before.
    assert faults(verdict) == ["PRV-1104"]


def test_a_revoked_grant_that_is_logged_again_does_not_come_back() -> None:
    world = World()
    boss, given = boss_of(world)
    (index,) = {at[0] for at, event in world.events.items() if event == given}
    world.say(
        OWNER,
        actors.revoke_grant(
            boss, granted_by=given.id, reason="fraud", secret=world.secret()
        ),
    )
    # The very entry, with the authority's signature.
    world.put(world.log(world.entries[index]), [given])
    world.say(boss, world.made(can(1)))
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.outcome is Outcome.FAILED
    assert set(faults(verdict)) == {"PRV-1104", "PRV-1201"}


def test_two_of_three_authorities_must_have_said_it() -> None:
    owners = [f"did:web:owner{n}.example" for n in range(3)]
    world = World()
    world.signers.update({owner: signer_of(owner) for owner in owners})
    world.signers[MAKER] = signer_of("maker")
    authorities = tuple(
        Authority(owner, "Owner", (signer_of(owner).verifier.data,))
        for owner in owners
    )
    given = Grant(MAKER, "producer", ("*",))
    world.say(owners[0], world.enrolled(MAKER, name="Maker"))
    alone = world.trust(authorities=authorities, threshold=2)
    world.say(owners[1], world.enrolled(MAKER, name="Maker"))
    world.say(owners[0], actors.grant(given, secret=world.secret()))
    world.say(MAKER, world.made(can(1)))
    verdict = examine_bundle(
        world.bundle(can(1)).to_bytes(), trust=alone, now=world.now
    )
    assert set(faults(verdict)) == {"PRV-1201"}
    world.say(owners[2], actors.grant(given, secret=world.secret()))
    world.say(MAKER, world.made(can(2)))
    assert (
        examine_bundle(
            world.bundle(can(2)).to_bytes(), trust=alone, now=world.now
        ).outcome
        is Outcome.VERIFIED
    )


# 12: roles.


def test_a_carrier_cannot_clear_customs() -> None:
    world = story()
    world.say(
        CARRIER, world.seen(can(1), step="urn:provenance:step:customs_released")
    )
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.FAILED, "PRV-1201")
    assert verdict.timeline[-1].roles == ()


def test_nobody_creates_items_under_the_prefix_of_another() -> None:
    world = story()
    world.enrol("rival", Grant("", "producer", prefixes=("421",)))
    world.say("did:web:rival.example", world.made(can(77)))
    is_found(world.examine(world.bundle(can(77))), Outcome.FAILED, "PRV-1201")


def test_an_event_that_cannot_be_read_for_what_it_does_is_refused() -> None:
    world = story()
    world.say(MAKER, world.seen(can(1), step="dancing"))
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.FAILED, "PRV-1203")
    assert verdict.timeline[-1].step == "ObjectEvent"


def test_a_grant_that_was_revoked_lets_nothing_more() -> None:
    world = story()
    given = next(
        event
        for event in world.events.values()
        if event.body["type"] == "RoleGranted"
    )
    world.say(
        OWNER,
        actors.revoke_grant(
            MAKER, granted_by=given.id, reason="fraud", secret=world.secret()
        ),
    )
    world.check(can(1))
    world.say(MAKER, world.seen(can(1)))
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-1201")


def dated(*, until: int, shown: str) -> Verdict:
    """Return the verdict on an event logged between two commitments."""
    world = World()
    start = world.now
    world.enrol(
        "maker",
        Grant("", "producer", prefixes=("*",), until=start + until * MINUTE),
    )
    world.now = start + 10 * MINUTE
    before = world.commit()
    world.say(MAKER, world.made(can(1)))
    world.now = start + 20 * MINUTE
    after = world.commit()
    world.now = start + 90 * MINUTE
    times = {
        "both": [before, after],
        "before": [before],
        "after": [after],
        "none": [],
    }[shown]
    return world.examine(world.bundle(can(1), times=times))


def test_a_dated_grant_is_judged_by_the_logs_time() -> None:
    assert dated(until=20, shown="both").outcome is Outcome.VERIFIED
    assert dated(until=20, shown="after").outcome is Outcome.VERIFIED
    is_found(dated(until=9, shown="both"), Outcome.FAILED, "PRV-1201")
    is_found(dated(until=9, shown="before"), Outcome.FAILED, "PRV-1201")


@pytest.mark.parametrize(
    ("until", "shown"),
    [(20, "none"), (20, "before"), (15, "both"), (9, "after")],
)
def test_when_the_time_is_not_shown_closely_enough_it_is_incomplete(
    until: int, shown: str
) -> None:
    is_found(dated(until=until, shown=shown), Outcome.INCOMPLETE, "PRV-1202")


# 13: demands.


def test_an_event_follows_the_link_that_it_demanded() -> None:
    world = story()
    head = chain_hashes(can(1), world.trails[can(1)])[-1]
    world.say(
        MAKER,
        world.seen(can(1), after=[[can(1), head], [can(2), bytes(32)]]),
        world.seen(can(1), after=[[can(1), head]]),
    )
    world.say(MAKER, world.made(can(5), after=[[can(5), map_key(can(5))]]))
    world.check(can(1))
    world.check(can(5))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_event_that_was_put_elsewhere_is_the_logs_fault(number: int) -> None:
    world = story()
    chain = [map_key(can(1)), *chain_hashes(can(1), world.trails[can(1)])]
    world.say(MAKER, world.seen(can(1)))
    world.say(MAKER, world.seen(can(1), after=[[can(1), chain[number]]]))
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-1301")


# 14: recalls.


@pytest.mark.parametrize("item", [can(1), LOT, sscc(1), sscc(2)])
def test_a_recall_of_the_item_its_lot_or_its_container_is_told(
    item: str,
) -> None:
    world = story()
    if item == sscc(2):
        world.say(MAKER, world.packed(sscc(2), sscc(1)))
    world.say(MAKER, world.seen(item, step=RECALL))
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.INCOMPLETE, "PRV-1401")
    assert [(notice.code, notice.subject) for notice in verdict.notices] == [
        ("PRV-0403", ""),
        ("PRV-1401", item),
    ]


def test_a_recall_that_is_met_twice_is_told_once() -> None:
    world = story()
    world.say(MAKER, world.seen(LOT, step=RECALL))
    world.say(MAKER, world.turned([LOT], [can(1)]))
    verdict = world.examine(world.bundle(can(1)))
    assert faults(verdict) == ["PRV-1401"]
    assert [notice.code for notice in verdict.notices] == [
        "PRV-0403",
        "PRV-1407",
        "PRV-1401",
    ]


def test_a_recall_of_a_container_that_the_item_had_left_is_none_of_it() -> None:
    world = story()
    world.say(MAKER, world.seen(sscc(2), step=RECALL))
    world.check(can(1))


@pytest.mark.parametrize("body", [
    {"disposition": "recalled"},
    {"disposition": "https://ref.gs1.org/cbv/Disp-recalled"},
    {"disposition": "c:Disp-recalled", "@context": {"c": "https://ref.gs1.org/cbv/"}},
    {"persistentDisposition": {"set": ["recalled"]}},
])  # fmt: skip
def test_a_disposition_recalls_as_well(body: dict[str, object]) -> None:
    world = story()
    world.say(MAKER, world.seen(can(1), **body))  # type: ignore[arg-type]
    is_found(
        world.examine(world.bundle(can(1))), Outcome.INCOMPLETE, "PRV-1401"
    )


@pytest.mark.parametrize("body", [
    {"disposition": "active"},
    {"disposition": "urn:x:recalled"},
    {"disposition": "not_recalled"},
    {"disposition": ["recalled"]},
    {"persistentDisposition": {"unset": ["recalled"]}},
    {"persistentDisposition": {"set": "recalled"}},
    {"persistentDisposition": "recalled"},
])  # fmt: skip
def test_other_dispositions_do_not_recall(body: dict[str, object]) -> None:
    world = story()
    world.say(MAKER, world.seen(can(1), **body))  # type: ignore[arg-type]
    world.check(can(1))


def test_a_recall_that_its_signer_withdrew_is_a_notice() -> None:
    world = story()
    recall = world.seen(can(1), step=RECALL)
    world.say(MAKER, recall)
    withdrawn = make_event(
        {
            **recall.body,
            "recordTime": "later",
            "errorDeclaration": {"reason": "incorrect_data"},
        },
        recall.items,
        secret=world.secret(),
    )
    world.say(MAKER, withdrawn)
    verdict = world.check(can(1))
    assert [notice.code for notice in verdict.notices] == [
        "PRV-0403",
        "PRV-1403",
        "PRV-1402",
    ]
    assert [moment.is_void for moment in verdict.timeline[-2:]] == [True, True]


@pytest.mark.parametrize("difference", ["signer", "body", "item", "order"])
def test_a_recall_is_not_withdrawn_by_something_else(difference: str) -> None:
    world = story()
    world.grant(Grant(CARRIER, "producer", ("*",)))
    recall = world.seen(can(1), LOT, step=RECALL)
    body = {**recall.body, "errorDeclaration": {}}
    if difference == "body":
        body["disposition"] = "active"
    other = make_event(
        body,
        [Item("epcList", LOT)] if difference == "item" else recall.items,
        secret=world.secret(),
    )
    signer = CARRIER if difference == "signer" else MAKER
    if difference == "order":
        world.say(signer, other)
        world.say(MAKER, recall)
    else:
        world.say(MAKER, recall)
        world.say(signer, other)
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.INCOMPLETE, "PRV-1401")


def test_an_event_declared_an_error_is_shown_with_reason_and_corrections() -> (
    None
):
    world = story()
    wrong = world.seen(can(1), eventID="urn:uuid:1", disposition="damaged")
    right = world.seen(can(1), eventID="urn:uuid:2")
    at = world.say(MAKER, wrong)
    declared = world.say(
        MAKER,
        world.as_error(
            wrong,
            declarationTime="2025-06-15T15:00:00Z",
            reason="cbv:ER-incorrect_data",
            correctiveEventIDs=["urn:uuid:2", "urn:uuid:3"],
        ),
    )
    world.say(MAKER, right)
    verdict = world.check(can(1))
    assert verdict.outcome is Outcome.VERIFIED
    assert "PRV-1402" in [notice.code for notice in verdict.notices]
    first, second, third = verdict.timeline[-3:]
    note = ErrorNote(
        declared,
        0,
        "2025-06-15T15:00:00Z",
        "incorrect_data",
        {"urn:uuid:2": True, "urn:uuid:3": False},
    )
    assert (first.log_index, first.is_void, first.error) == (at, True, note)
    assert (second.is_void, second.error) == (True, note)
    assert (third.is_void, third.error) == (False, None)
    assert first.event_id == second.event_id == "urn:uuid:1"
    assert note.to_json() == {
        "entry": declared,
        "event": 0,
        "time": "2025-06-15T15:00:00Z",
        "reason": "incorrect_data",
        "corrections": [
            {"event_id": "urn:uuid:2", "is_shown": True},
            {"event_id": "urn:uuid:3", "is_shown": False},
        ],
    }


def test_a_correction_that_is_itself_an_error_is_still_awaited() -> None:
    world = story()
    wrong = world.seen(can(1), eventID="urn:uuid:1")
    worse = world.seen(can(1), eventID="urn:uuid:2", disposition="damaged")
    world.say(MAKER, wrong)
    world.say(MAKER, worse)
    world.say(MAKER, world.as_error(wrong, correctiveEventIDs=["urn:uuid:2"]))
    world.say(MAKER, world.as_error(worse))
    verdict = world.check(can(1))
    note = verdict.timeline[-4].error
    assert note is not None
    assert note.corrections == {"urn:uuid:2": False}


def test_another_partys_objection_is_a_dispute_and_the_event_stands() -> None:
    world = story()
    world.grant(Grant(CARRIER, "producer", ("*",)))
    said = world.seen(can(1))
    world.say(MAKER, said)
    world.say(CARRIER, world.as_error(said))
    verdict = world.check(can(1))
    assert [moment.is_void for moment in verdict.timeline[-2:]] == [False, True]
    (notice,) = [n for n in verdict.notices if n.code == "PRV-1404"]
    assert CARRIER in notice.detail
    assert MAKER in notice.detail


def test_a_declaration_of_what_is_not_there_is_named() -> None:
    world = story()
    world.say(MAKER, world.as_error(world.seen(can(1), disposition="active")))
    verdict = world.check(can(1))
    assert "PRV-1405" in [notice.code for notice in verdict.notices]


def test_an_item_of_which_nothing_stands_is_not_verified() -> None:
    world = story()
    made = world.made(can(7))
    world.say(MAKER, made)
    world.say(MAKER, world.as_error(made, reason="did_not_occur"))
    verdict = world.examine(world.bundle(can(7)))
    is_found(verdict, Outcome.INCOMPLETE, "PRV-1406")


def test_a_stranger_s_trail_is_surplus_though_a_pinned_actors_is_missing() -> (
    None
):
    world = story()
    bundle = world.bundle(can(1))
    pinned = world.trust(actors=[
        Authority(
            MAKER,
            "Maker",
            (signer_of("maker").verifier.data,),
            grants=(Grant(MAKER, "producer", ("*",)),),
            is_pinned=True,
        )
    ])  # fmt: skip
    kept = [trail for trail in bundle.items if trail.item != MAKER]
    with_stranger = replaced(
        bundle, items=(*kept, world.trail("urn:example:nobody"))
    )
    verdict = examine_bundle(
        with_stranger.to_bytes(), trust=pinned, now=world.now
    )
    is_found(verdict, Outcome.FAILED, "PRV-1002")


# Splices, mutations and hostile input.


def test_no_part_of_another_bundle_can_be_spliced_in() -> None:
    world, other = story(), refused_world()
    ours, theirs = world.bundle(can(1)), other.bundle(can(1))
    for part in dataclasses.fields(Bundle):
        if getattr(ours, part.name) == getattr(theirs, part.name):
            continue
        spliced = replaced(ours, **{part.name: getattr(theirs, part.name)})
        assert world.examine(spliced).outcome is not Outcome.VERIFIED, part.name


def test_no_row_of_a_sister_bundle_can_be_spliced_in() -> None:
    world = story()
    ours, theirs = world.bundle(can(1)), world.bundle(can(2), commit=False)
    for part in ("items", "statements", "events"):
        for number, row in enumerate(
            getattr(theirs, part)[: len(getattr(ours, part))]
        ):
            if row == getattr(ours, part)[number]:
                continue
            spliced = replaced(
                ours, **{part: put(getattr(ours, part), number, row)}
            )
            assert world.examine(spliced).outcome is not Outcome.VERIFIED, (
                part,
                number,
            )


def vector_trust(**changes: Any) -> tuple[Trust, bytes, int]:
    folder = shared("provenance-formats")
    log = json.loads(folder.joinpath("log.json").read_text())
    seeds = {
        name: Signer.from_seed(bytes.fromhex(seed)).verifier.data
        for name, seed in log["seeds"].items()
    }
    producer = "https://id.gs1.org/417/9421902960019"
    trust = Trust(
        origin=log["origin"],
        policy=Policy(
            (
                Log(
                    NoteVerifier(
                        log["origin"],
                        Verifier(bytes.fromhex(log["log_public_key"])),
                    )
                ),
            ),
            (),
            (),
            None,
        ),
        actors=(
            Authority(
                producer,
                "Producer",
                (seeds["producer"],),
                (Grant(producer, "producer", ("9421902",)),),
                is_pinned=True,
            ),
            Authority(
                CUSTOMS,
                "Customs",
                (seeds["customs"],),
                (Grant(CUSTOMS, "customs"),),
                is_pinned=True,
            ),
        ),
        trails=frozenset({"containers"}),
    )
    return (
        dataclasses.replace(trust, **changes),
        folder.joinpath("can.provenance").read_bytes(),
        1_503_000_120_000,
    )


def test_the_published_bundle_is_verified() -> None:
    trust, data, now = vector_trust()
    item = "https://id.gs1.org/01/09421902960019/21/K0000"
    verified = verify_bundle(data, trust=trust, now=now, item=item)
    assert (
        verified.subject,
        verified.summary.size,
        len(verified.timeline),
    ) == (item, 4, 3)
    assert verified.timeline[-1].issuer_name == "Customs"


def test_the_published_bundle_lacks_its_lot() -> None:
    trust, data, now = vector_trust(
        trails=frozenset({"containers", "inputs", "lots"})
    )
    verdict = examine_bundle(data, trust=trust, now=now)
    is_found(verdict, Outcome.INCOMPLETE, "PRV-1001")
    assert any(
        "lot" in step.detail
        for step in verdict.steps
        if step.code == "PRV-1001"
    )


def test_every_changed_byte_of_the_published_bundle_is_found_out() -> None:
    trust, data, now = vector_trust()
    for place in range(len(data)):
        tampered = bytearray(data)
        tampered[place] ^= 1 << place % 8
        assert (
            examine_bundle(bytes(tampered), trust=trust, now=now).outcome
            is not Outcome.VERIFIED
        ), place


WORLD = story()
DATA = WORLD.bundle(can(1)).to_bytes()
TRUST = WORLD.trust()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_changed_byte_is_found_out(data: st.DataObject) -> None:
    tampered = bytearray(DATA)
    tampered[data.draw(st.integers(0, len(DATA) - 1))] ^= data.draw(
        st.integers(1, 255)
    )
    assert (
        examine_bundle(bytes(tampered), trust=TRUST, now=WORLD.now).outcome
        is not Outcome.VERIFIED
    )


@given(st.integers(0, len(DATA) - 1))
def test_a_cut_off_bundle_is_unknown(length: int) -> None:
    assert (
        examine_bundle(DATA[:length], trust=TRUST, now=WORLD.now).outcome
        is Outcome.UNKNOWN
    )


@given(st.integers(-(2**70), 2**70))
def test_no_clock_makes_it_raise(now: int) -> None:
    examine_bundle(DATA, trust=TRUST, now=now)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(
        ["ADD", "DELETE", "recalled", "packing", "urn:x", "a:b", MAKER, ""]
    )
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "set", "cbvmda:lotNumber", "a", "reason"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            "ObjectEvent",
            "AggregationEvent",
            "TransformationEvent",
            "ActorEnrolled",
            "RoleGranted",
            "KeyRevoked",
            "urn:x",
        ]
    ),
    st.dictionaries(
        st.sampled_from(
            [
                "action",
                "bizStep",
                "ilmd",
                "@context",
                "readPoint",
                "actor",
                "disposition",
                "persistentDisposition",
                "errorDeclaration",
                "eventTime",
                "role",
            ]
        ),
        anything,
        max_size=6,
    ),
    st.lists(
        st.sampled_from(["epcList", "parentID", "childEPCs", "outputEPCList"]),
        min_size=1,
        max_size=3,
    ),
)
def test_no_signed_body_makes_it_raise(
    kind: str, body: dict[str, Any], relations: list[str]
) -> None:
    world = story()
    items = [Item(relation, can(1)) for relation in relations]
    items.append(Item("actor", MAKER))
    event = make_event({**body, "type": kind}, items, secret=bytes(32))
    world.say(MAKER, event)
    world.examine(world.bundle(can(1)))


# The other door.


def test_verifying_raises_what_the_first_failed_step_found() -> None:
    bundle = parse_bundle(DATA)
    for tampered, error in (
        (b"", MalformedError),
        (
            trail_with(bundle, 0, head=sha256(b"x")).to_bytes(),
            InvalidProofError,
        ),
        (
            replaced(
                bundle, statements=without(bundle.statements, 0)
            ).to_bytes(),
            InvalidProofError,
        ),
        (
            replaced(
                bundle, items=(*bundle.items, WORLD.trail(can(2)))
            ).to_bytes(),
            VerificationError,
        ),
    ):
        with pytest.raises(error, match="PRV-"):
            verify_bundle(tampered, trust=TRUST, now=WORLD.now)


def test_verifying_tells_a_quorum_from_a_signature() -> None:
    world = World(witnesses=("w1",))
    world.enrol("maker")
    trust = world.trust()
    world.witnesses = []
    data = world.bundle(MAKER).to_bytes()
    with pytest.raises(QuorumNotMetError, match="PRV-0401"):
        verify_bundle(data, trust=trust, now=world.now)
    with pytest.raises(InvalidSignatureError, match="PRV-0301"):
        verify_bundle(
            data,
            trust=dataclasses.replace(
                trust,
                policy=Policy(
                    (Log(NoteVerifier(ORIGIN, signer_of("x").verifier)),),
                    (),
                    (),
                    None,
                ),
            ),
            now=world.now,
        )


def test_verifying_and_examining_agree() -> None:
    verified = verify_bundle(DATA, trust=TRUST, now=WORLD.now, item=can(1))
    verdict = examine_bundle(DATA, trust=TRUST, now=WORLD.now, item=can(1))
    assert verified.summary == verdict.summary
    assert (verified.subject, verified.timeline, verified.notices) == (
        verdict.subject,
        verdict.timeline,
        verdict.notices,
    )
