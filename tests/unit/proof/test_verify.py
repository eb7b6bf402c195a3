"""Whoever tampers, hides, forges or oversteps is found out, step by step."""

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import (
    RELATIONS,
    Event,
    Field,
    Item,
    event_id,
    make_event,
)
from provenance.claims.registry import Authority
from provenance.claims.statement import parse_entry, sign_statement
from provenance.claims.trail import Link, chain_hashes, map_key
from provenance.claims.versions import book_entry, version_entry, version_hash
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import Tree, leaf_hash, root_of
from provenance.errors import (
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    QuorumNotMetError,
    VerificationError,
)
from provenance.proof.bundle import (
    Anchor,
    Bundle,
    Committed,
    LoggedEntry,
    ProvenTrail,
    Range,
    ShownEvent,
    ShownField,
    ShownItem,
    parse_bundle,
)
from provenance.proof.codes import CHECKS, CODES
from provenance.proof.trace import ALL, Why
from provenance.proof.verdict import (
    STEPS,
    ErrorNote,
    Outcome,
    Verdict,
)
from provenance.proof.verify import examine_bundle, verify_bundle
from provenance.tlog.checkpoint import sign_checkpoint
from provenance.tlog.commitment import parse_commitment
from provenance.tlog.note import NoteSigner, NoteVerifier, format_note
from provenance.tlog.policy import Log, Policy
from tests.support.showing import show_event, show_statement
from tests.world import (
    LOT,
    MINUTE,
    ORIGIN,
    OWNER,
    TRUST_ITEM,
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
    assert [step.number for step in verdict.steps] == [
        check.number for check in CHECKS.values()
    ]
    # Nobody asked for witnesses, and nobody for an order.
    assert [
        step.code for step in verdict.steps if not step.code.endswith("00")
    ] == ["PRV-0403", "PRV-0505", "PRV-1302"]
    assert all(step.detail for step in verdict.steps)


def words(verdict: Verdict, name: str) -> tuple[str, str, str]:
    """Return a step's code, what it found, and what its code means."""
    (step,) = [step for step in verdict.steps if step.name == name]
    return step.code, step.detail, CODES[step.code].explanation["en"]


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
    assert departed.time.startswith("2025-06-15T")


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
    world.say(MAKER, event)
    moment = world.examine(world.bundle(can(1), reveal=["/price"])).timeline[-1]
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
    verdict = world.examine(world.bundle(can(1)))
    assert verdict.timeline[-1].step == "https://maker.example/steps/labelling"
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


def test_an_item_may_be_named_in_any_of_its_spellings() -> None:
    world = story()
    bundle = world.bundle(can(1))
    spelled = "(01)09506000134352(21)K0001"
    assert world.examine(bundle, item=spelled).outcome is Outcome.VERIFIED
    with pytest.raises(MalformedError):
        world.examine(bundle, item="no item")


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
        "PRV-0403",
        "PRV-1007",
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


def test_a_checkpoint_from_the_future_is_unknown() -> None:
    world = story()
    bundle = world.bundle(can(1))
    world.now -= 5 * MINUTE
    assert world.examine(bundle).outcome is Outcome.VERIFIED
    world.now -= 1
    is_found(world.examine(bundle), Outcome.UNKNOWN, "PRV-0504")


def test_a_quorum_from_the_future_is_unknown() -> None:
    world = World(witnesses=("w1",))
    world.enrol("maker")
    world.commit()
    world.now += 10 * MINUTE
    bundle = world.bundle(MAKER, commit=False)
    world.now -= 10 * MINUTE
    is_found(world.examine(bundle), Outcome.UNKNOWN, "PRV-0504")


# 6, 7: the log.


def reproved(world: World, bundle: Bundle) -> Bundle:
    """Return *bundle* with proofs that fit what it shows, and rows for the
    events that it does not show."""
    shown = {(s.log_index, e.position) for s, e in bundle.events}
    names = [trail.item for trail in bundle.trails]
    return replaced(
        bundle,
        checkpoint=format_note(world.sign().note),
        trails=tuple(world.whole_trail(name, shown) for name in names),
        map_proof=world.prove_map(names),
        log_hashes=world.prove_log(
            [
                len(world.entries) - 1,
                *(row.log_index for row in bundle.statements),
                *(row.log_index for row in bundle.commitments),
                *(row.log_index for row in bundle.entries),
            ]
        ),
    )


def statement_with(bundle: Bundle, number: int, **changes: Any) -> Bundle:
    statement = dataclasses.replace(bundle.statements[number], **changes)
    return replaced(
        bundle, statements=put(bundle.statements, number, statement)
    )


def event_with(bundle: Bundle, number: int, **changes: Any) -> Bundle:
    """Return *bundle* with the first event of that statement changed."""
    first, *rest = bundle.statements[number].events
    event = dataclasses.replace(first, **changes)
    return statement_with(bundle, number, events=(event, *rest))


def test_an_older_map_for_a_newer_log_is_refused() -> None:
    world = story()
    older = parse_commitment(world.entries[world.commit()])
    world.say(
        CUSTOMS, world.seen(can(1), step="urn:provenance:step:customs_refused")
    )
    stale = replaced(
        world.bundle(can(1)),
        committed=Committed(older.item_count, older.time, older.map_root),
    )
    verdict = world.examine(stale)
    is_found(verdict, Outcome.FAILED, "PRV-0701")
    unchecked = {s.name for s in verdict.steps if s.code == "PRV-0001"}
    assert unchecked >= {"freshness", "commitment", "trails", "signatures"}


def test_a_checkpoint_that_does_not_end_in_a_commitment_is_void() -> None:
    world = story()
    bundle = world.bundle(can(1))
    world.say(MAKER, world.seen(can(2)))
    is_found(world.examine(reproved(world, bundle)), Outcome.FAILED, "PRV-0701")


def test_a_commitment_to_an_older_map_is_refused() -> None:
    world = story()
    world.commit(covered=len(world.entries) - 1)
    is_found(
        world.examine(world.bundle(can(1), commit=False)),
        Outcome.FAILED,
        "PRV-0701",
    )


def test_an_empty_log_commits_to_no_map() -> None:
    world, other = World(), story()
    bundle = replaced(
        other.bundle(can(1)),
        checkpoint=format_note(world.sign().note),
    )
    is_found(world.examine(bundle), Outcome.FAILED, "PRV-0601")


def test_an_entry_that_was_never_logged_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    event = world.seen(can(1))
    forged = sign_statement(
        [event],
        signer=signer_of("maker"),
        issuer=MAKER,
        origin=ORIGIN,
        now=world.now,
    )
    shown = show_statement(
        parse_entry(forged.entry),
        log_index=bundle.statements[7].log_index,
        event_ids=[event.id],
        events=[show_event(event, position=0, leaves=[1])],
    )
    verdict = world.examine(
        replaced(bundle, statements=put(bundle.statements, 7, shown))
    )
    is_found(verdict, Outcome.FAILED, "PRV-0701")


def test_a_statement_for_another_ledger_is_refused() -> None:
    world = story()
    world.say(MAKER, world.seen(can(1)), origin="other.example")
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-0701")


@pytest.mark.parametrize("changes", [
    {"log_index": 10**9}, {"issued_at": 7}, {"event_count": 2},
    {"signature": bytes(64)}, {"key_id": sha256(b"x")}, {"issuer": CUSTOMS},
])  # fmt: skip
def test_a_statement_is_as_it_was_logged(changes: dict[str, Any]) -> None:
    world = story()
    bundle = world.bundle(can(1))
    # The last one, and so in order wherever it says it stands.
    changed = statement_with(bundle, len(bundle.statements) - 1, **changes)
    verdict = world.examine(changed)
    assert verdict.outcome is Outcome.FAILED
    assert faults(verdict) in (["PRV-0701"], ["PRV-0801"])


def test_a_statement_without_a_possible_header_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    for changes in ({"event_count": 0}, {"hashes": (Hash(bytes(32)),)}):
        is_found(
            world.examine(statement_with(bundle, 7, **changes)),
            Outcome.FAILED,
            "PRV-0801",
        )


def test_an_entry_is_there_once() -> None:
    world = story()
    index = world.commit()
    bundle = world.bundle(can(1), times=[index], commit=False)
    verdict = world.examine(bundle)
    is_found(verdict, Outcome.FAILED, "PRV-0701")
    (found,) = [s for s in verdict.steps if s.name == "inclusion"]
    assert found.detail == f"entry {index} is there twice"


def test_a_proof_of_too_many_hashes_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    longer = (*bundle.log_hashes, Hash(bytes(32)))
    is_found(
        world.examine(replaced(bundle, log_hashes=longer)),
        Outcome.FAILED,
        "PRV-0701",
    )


def with_entry(world: World, entry: bytes) -> Bundle:
    """Return a bundle that shows an entry of another kind."""
    index = world.log(entry)
    bundle = world.bundle(can(1))
    return reproved(
        world, replaced(bundle, entries=(LoggedEntry(index, entry),))
    )


def test_an_entry_of_an_unknown_kind_makes_it_unknown_and_is_named() -> None:
    world = story()
    for entry, said in (
        ([7, b"x"], "an entry of kind 7, which"),
        ([1, b"x", bytes(64)], "an entry of kind 1 among others"),
        ([2, 1, bytes(32), 0, 0], "an entry of kind 2 among others"),
    ):
        verdict = world.examine(with_entry(world, encode(entry)))
        is_found(verdict, Outcome.UNKNOWN, "PRV-0703")
        assert any(said in step.detail for step in verdict.steps)


@pytest.mark.parametrize(
    "entry", [b"garbage", b"", encode([3, b"x", []]), encode([4, b"\xc1", 0])]
)
def test_garbage_in_the_log_is_the_logs_fault(entry: bytes) -> None:
    world = story()
    is_found(
        world.examine(with_entry(world, entry)), Outcome.FAILED, "PRV-0702"
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"time": 10**15}, "PRV-0702"), ({"covered": 3}, "PRV-0701")],
)
def test_a_commitment_that_contradicts_the_next_is_refused(
    changes: dict[str, int], code: str
) -> None:
    world = story()
    index = world.commit(**changes)
    is_found(
        world.examine(world.bundle(can(1), times=[index])),
        Outcome.FAILED,
        code,
    )


# Anchors.


def anchored(world: World, **changes: Any) -> Bundle:
    """Return a bundle with one anchor, of the log before its last commit."""
    world.commit()
    size = len(world.entries)
    note = format_note(world.sign().note)
    bundle = world.bundle(can(1))
    index = bundle.statements[7].log_index
    anchor = Anchor(note, (index,), world.prove_log([index], size=size))
    return replaced(bundle, anchors=(dataclasses.replace(anchor, **changes),))


def test_an_anchor_holds_the_entries_that_it_says() -> None:
    world = story()
    bundle = anchored(world)
    assert parse_bundle(bundle.to_bytes()) == bundle
    assert world.examine(bundle).outcome is Outcome.VERIFIED
    (anchor,) = bundle.anchors
    for anchors in (
        (dataclasses.replace(anchor, log_indexes=(3,)),),
        (dataclasses.replace(anchor, log_indexes=(10**9,)),),
        (dataclasses.replace(anchor, hashes=anchor.hashes[1:]),),
        (dataclasses.replace(anchor, note="x"),),
        (dataclasses.replace(anchor, note=anchor.note.replace("1", "2", 1)),),
        (anchor, anchor),
    ):
        verdict = world.examine(replaced(bundle, anchors=anchors))
        is_found(verdict, Outcome.FAILED, "PRV-0701")
        assert any("anchor" in step.detail for step in verdict.steps)


def test_an_anchor_is_no_newer_than_the_checkpoint() -> None:
    world = story()
    bundle = world.bundle(can(1))
    index = bundle.statements[7].log_index
    world.commit()
    anchor = Anchor(
        format_note(world.sign().note), (index,), world.prove_log([index])
    )
    is_found(
        world.examine(replaced(bundle, anchors=(anchor,))),
        Outcome.FAILED,
        "PRV-0701",
    )


def test_an_anchor_that_no_quorum_saw_is_refused() -> None:
    world = World(witnesses=("w1", "w2", "w3"))
    world.enrol("maker", Grant("", "producer", prefixes=("*",)))
    world.say(MAKER, world.made(can(1)))
    trust = world.trust()
    witnesses, world.witnesses = world.witnesses, world.witnesses[:1]
    world.commit()
    size, note = len(world.entries), format_note(world.sign().note)
    world.witnesses = witnesses
    bundle = world.bundle(can(1))
    anchor = Anchor(note, (2,), world.prove_log([2], size=size))
    verdict = examine_bundle(
        replaced(bundle, anchors=(anchor,)).to_bytes(),
        trust=trust,
        now=world.now,
    )
    is_found(verdict, Outcome.FAILED, "PRV-0701")


# 8: events.


def test_a_leaf_of_another_event_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    events = [statement.events[0] for statement in bundle.statements]
    for number, event in enumerate(events):
        for other in events:
            if other is event:
                continue
            for changes in (
                {"body": other.body},
                {"items": other.items},
                {"counts": other.counts, "items": other.items},
                {"hashes": other.hashes},
                {"pointers": ("/price",)},
            ):
                changed = event_with(bundle, number, **changes)
                if changed == bundle:
                    continue
                verdict = world.examine(changed)
                assert verdict.outcome is Outcome.FAILED
                assert faults(verdict) in (["PRV-0701"], ["PRV-0801"])


def test_an_event_is_at_the_position_that_was_signed() -> None:
    world = story()
    bundle = world.bundle(can(1))
    is_found(
        world.examine(event_with(bundle, 8, position=1)),
        Outcome.FAILED,
        "PRV-0801",
    )
    last = len(bundle.statements) - 1
    is_found(
        world.examine(statement_with(bundle, last, log_index=13)),
        Outcome.FAILED,
        "PRV-0701",
    )


def crafted(
    body: dict[str, Any],
    counts: list[list[int]],
    items: list[list[object]],
    pointers: tuple[str, ...] = (),
    fields: list[object] = [],  # noqa: B006  # is not changed
) -> Event:
    """Return an event that `make_event` would refuse, as a liar makes it."""
    leaves = [encode(["body", body])]
    leaves += [encode(["item", bytes(16), *row]) for row in items]
    leaves += [encode(["field", bytes(16), value]) for value in fields]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    relations = [
        RELATIONS[code - 1] if code <= len(RELATIONS) else "epcList"
        for code, count in counts
        for _ in range(count)
    ]
    header = tuple((code, count) for code, count in counts)
    return Event(
        data=b"",
        body=body,
        counts=header,
        pointers=pointers,
        items=tuple(
            Item(relation, str(row[0]), *row[1:3])  # type: ignore[arg-type]
            for relation, row in zip(relations, items, strict=True)
        ),
        fields=tuple(Field(p, 1) for p in pointers),
        leaves=tuple(leaves),
        hashes=tuple(hashes),
        id=event_id(header, pointers, root_of(hashes)),
    )


SEEN = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "bizStep": "inspecting",
    "eventTime": "2025-06-15T15:00:00Z",
    "eventTimeZoneOffset": "+00:00",
}
PACKED = {**SEEN, "type": "AggregationEvent", "action": "ADD"}
A, B = can(1), can(9)

NO_EVENTS: dict[str, Event] = {
    "two parents": crafted(PACKED, [[5, 2], [6, 1]], [[sscc(8)], [sscc(9)], [A]]),
    "two transformations": crafted(
        {**SEEN, "type": "TransformationEvent"}, [[8, 1], [12, 2]], [[A], ["urn:a:b"], ["urn:a:c"]]
    ),
    "an id in two relations": crafted(PACKED, [[5, 1], [6, 1]], [[A], [A]]),
    "an unknown relation": crafted(SEEN, [[3, 1], [14, 1]], [[A], [B]]),
    "relations out of order": crafted(PACKED, [[6, 1], [5, 1]], [[A], [sscc(8)]]),
    "a relation without items": crafted(PACKED, [[3, 1], [5, 0]], [[A]]),
    "a relation twice": crafted(SEEN, [[3, 1], [3, 1]], [[A], [B]]),
    "a doubled pointer": crafted(SEEN, [[3, 1]], [[A]], ("/a", "/a"), [1, 1]),
    "pointers out of order": crafted(SEEN, [[3, 1]], [[A]], ("/b", "/a"), [1, 1]),
    "no pointer": crafted(SEEN, [[3, 1]], [[A]], ("a",), [1]),
    "a hidden step": crafted(SEEN, [[3, 1]], [[A]], ("/bizStep",), [1]),
    "a hidden disposition": crafted(SEEN, [[3, 1]], [[A]], ("/disposition",), ["recalled"]),
    "part of a hidden disposition": crafted(
        SEEN, [[3, 1]], [[A]], ("/persistentDisposition/set/0",), ["recalled"]
    ),
    "a hidden time": crafted(SEEN, [[3, 1]], [[A]], ("/eventTime",), ["x"]),
    "a hidden declaration": crafted(SEEN, [[3, 1]], [[A]], ("/errorDeclaration",), [{}]),
    "all master data hidden": crafted(SEEN, [[3, 1]], [[A]], ("/ilmd",), [{}]),
    "a hidden lot": crafted(
        SEEN, [[3, 1]], [[A]], ("/ilmd/cbvmda:lotNumber",), ["L7"]
    ),
    "a field that the body has": crafted(
        {**SEEN, "price": 7}, [[3, 1]], [[A]], ("/price",), [8]
    ),
    "no type": crafted({**SEEN, "type": ""}, [[3, 1]], [[A]]),
    "no time": crafted({**SEEN, "eventTime": "yesterday"}, [[3, 1]], [[A]]),
    "a quantity of a unit": crafted(SEEN, [[3, 1]], [[A, 7, None]]),
    "a class without quantity": crafted(SEEN, [[3, 1], [4, 1]], [[A], [LOT]]),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_EVENTS)
def test_an_event_that_is_none_is_refused_from_the_bundle_alone(
    name: str,
) -> None:
    # An operator who logs it, signed by who may, proves it all the same.
    world = story()
    event = NO_EVENTS[name]
    index = world.say(MAKER, event, unlinked=[i.id for i in event.items])
    world.trails[A].append(Link(index, 0, 0, 0, (1,), event.id))
    bundle = world.bundle(sscc(1))
    verdict = world.examine(laid_open(world, bundle, index, event))
    is_found(verdict, Outcome.FAILED, "PRV-0801")


def laid_open(world: World, bundle: Bundle, index: int, event: Event) -> Bundle:
    """Return *bundle* with that event shown, all of its leaves."""
    count = sum(n for _, n in event.counts)
    leaves = [leaf for leaf in event.leaves if leaf is not None]
    shown = ShownEvent(
        position=0,
        counts=event.counts,
        pointers=event.pointers,
        body=leaves[0],
        items=tuple(
            ShownItem(
                number,
                bytes(16),
                item.id,
                # As its leaf has it, whatever its relation asks for.
                (item.quantity, item.uom) if len(decode(leaf)) > 3 else None,  # type: ignore[arg-type]
            )
            for number, (item, leaf) in enumerate(
                zip(event.items, leaves[1 : 1 + count], strict=True), 1
            )
        ),
        fields=tuple(
            ShownField(number, leaf)
            for number, leaf in enumerate(leaves[1 + count :], 1 + count)
        ),
        hashes=(),
    )
    statement = show_statement(
        parse_entry(world.entries[index]),
        log_index=index,
        event_ids=[event.id],
        events=[shown],
    )
    return replaced(bundle, statements=(*bundle.statements, statement))


def test_a_seal_is_of_a_unit_that_begins() -> None:
    world = story()
    bundle = world.bundle(can(1))
    (event,) = bundle.statements[8].events
    sealed = dataclasses.replace(event.items[0], seal=bytes(32))
    is_found(
        world.examine(event_with(bundle, 8, items=(sealed, *event.items[1:]))),
        Outcome.FAILED,
        "PRV-0801",
    )


@pytest.mark.parametrize("number", [0, 5, 10**5])
def test_a_leaf_that_the_event_cannot_have_is_refused(number: int) -> None:
    world = story()
    bundle = world.bundle(can(1))
    (event,) = bundle.statements[7].events
    item = dataclasses.replace(event.items[0], number=number)
    field = ShownField(number, encode(["field", bytes(16), 1]))
    for changes in ({"items": (item,)}, {"fields": (field,)}):
        is_found(
            world.examine(event_with(bundle, 7, **changes)),
            Outcome.FAILED,
            "PRV-0801",
        )


# 9: trails.


def trail_of(bundle: Bundle, item: str) -> int:
    return [trail.item for trail in bundle.trails].index(item)


def trail_with(bundle: Bundle, item: str, **changes: Any) -> Bundle:
    number = trail_of(bundle, item)
    trail = dataclasses.replace(bundle.trails[number], **changes)
    return replaced(bundle, trails=put(bundle.trails, number, trail))


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
    dropped = {link.log_index for link in world.trails[can(1)][kept:]}
    world.trails[can(1)] = world.trails[can(1)][:kept]
    kept_alone = replaced(
        bundle,
        statements=tuple(
            s for s in bundle.statements if s.log_index not in dropped
        ),
    )
    is_found(
        world.examine(reproved(world, kept_alone)),
        Outcome.FAILED,
        "PRV-0901",
    )


@pytest.mark.parametrize("changes", [
    {"count": 3}, {"count": 2**40}, {"ranges": ()},
    {"ranges": (Range(0, 1),)}, {"count": 3, "ranges": (Range(0, 3),)},
    {"count": 3, "ranges": (Range(1, 2, Hash(bytes(32))),)},
    {"hashes": (Hash(bytes(32)),)},
    {"rows": (Link(3, 0, 0, 0, (1,), sha256(b"x")),)},
    {"count": 3, "ranges": (Range(0, 3),),
     "rows": (Link(3, 0, 0, 0, (1,), sha256(b"x")),)},
    {"count": 3, "ranges": (Range(0, 3),),
     "rows": (Link(7, 0, 0, 0, (1,), sha256(b"x")),)},
])  # fmt: skip
def test_a_trail_that_is_not_the_maps_is_refused(
    changes: dict[str, Any],
) -> None:
    world = story()
    bundle = world.bundle(can(1))
    is_found(
        world.examine(trail_with(bundle, can(1), **changes)),
        Outcome.FAILED,
        "PRV-0901",
    )


def test_an_item_with_a_trail_cannot_be_said_to_have_none() -> None:
    world = story()
    bundle = world.bundle(can(1))
    none = {"count": 0, "ranges": (), "rows": (), "hashes": ()}
    for item in (LOT, can(1)):
        is_found(
            world.examine(trail_with(bundle, item, **none)),
            Outcome.FAILED,
            "PRV-0901",
        )
    absent = world.bundle(can(9))
    is_found(
        world.examine(trail_with(absent, can(9), hashes=(Hash(bytes(32)),))),
        Outcome.FAILED,
        "PRV-0901",
    )


def test_a_map_proof_that_is_none_is_refused() -> None:
    world = story()
    bundle = world.bundle(can(1))
    proof = bundle.map_proof
    for changes in (
        {"steps": ()},
        {"steps": proof.steps[1:]},
        {"hashes": proof.hashes[:-1]},
        {"hashes": (*proof.hashes, Hash(bytes(32)))},
        {"others": ((bytes(32), bytes(80)),)},
    ):
        changed = dataclasses.replace(proof, **changes)
        is_found(
            world.examine(replaced(bundle, map_proof=changed)),
            Outcome.FAILED,
            "PRV-0901",
        )


@pytest.mark.parametrize("changes", [
    {"event_id": sha256(b"another")}, {"leaves": (2,)}, {"leaves": (1, 2)},
    {"leaves": ()}, {"time": 7}, {"kinds": 0}, {"kinds": 12},
])  # fmt: skip
def test_a_link_is_what_its_event_makes_it(changes: dict[str, Any]) -> None:
    # The ledger's own reading: it committed to another link.
    world = story()
    honest = world.bundle(can(1))
    links = world.trails[can(1)]
    links[0] = dataclasses.replace(links[0], **changes)
    world.commit()
    last = parse_commitment(world.entries[-1])
    lied = replaced(
        honest,
        committed=Committed(last.item_count, last.time, last.map_root),
    )
    is_found(world.examine(reproved(world, lied)), Outcome.FAILED, "PRV-0901")


def test_a_log_that_left_a_link_out_is_found_out() -> None:
    world = story()
    world.say(MAKER, world.packed(sscc(5), can(1)))
    world.say(MAKER, world.seen(sscc(5)))
    honest = world.bundle(can(1))
    del world.trails[sscc(5)][0]
    world.commit()
    last = parse_commitment(world.entries[-1])
    lied = replaced(
        honest,
        committed=Committed(last.item_count, last.time, last.map_root),
    )
    is_found(world.examine(reproved(world, lied)), Outcome.FAILED, "PRV-0901")


def test_a_leaf_that_is_hidden_is_missed_where_the_link_names_it() -> None:
    world = story()
    twice = world.event(
        "ObjectEvent", Item("epcList", can(1)), Item("epcList", can(1)),
        action="OBSERVE", bizStep="inspecting",
    )  # fmt: skip
    index = world.say(MAKER, twice)
    world.check(can(1))
    bundle = world.bundle(can(1))
    number = [s.log_index for s in bundle.statements].index(index)
    shown = show_event(twice, position=0, leaves=[1])
    changed = event_with(bundle, number, items=shown.items, hashes=shown.hashes)
    is_found(world.examine(changed), Outcome.FAILED, "PRV-0901")


def test_a_class_without_a_trail_is_not_missed_on_one() -> None:
    world = story()
    product = can(1).partition("/21/")[0]
    world.say(MAKER, world.turned([product], [can(4)]))
    world.check(can(4))


# 10: completeness.


def without_events(world: World, bundle: Bundle, *gone: int) -> Bundle:
    """Return *bundle* without the statements at these log indexes."""
    left = tuple(s for s in bundle.statements if s.log_index not in gone)
    return reproved(world, replaced(bundle, statements=left))


@pytest.mark.parametrize("number", range(13))
def test_dropping_any_event_is_found_out(number: int) -> None:
    world = story()
    bundle = world.bundle(can(1))
    gone = bundle.statements[number].log_index
    verdict = world.examine(without_events(world, bundle, gone))
    assert verdict.outcome is Outcome.INCOMPLETE, faults(verdict)
    assert any(f"entry {gone}," in step.detail for step in verdict.steps)


def without_trail(world: World, bundle: Bundle, *gone: str) -> Bundle:
    left = tuple(t for t in bundle.trails if t.item not in gone)
    return reproved(world, replaced(bundle, trails=left))


@pytest.mark.parametrize("number", range(8))
def test_dropping_any_related_trail_is_found_out(number: int) -> None:
    world = story()
    bundle = world.bundle(can(1))
    item = bundle.trails[number].item
    verdict = world.examine(without_trail(world, bundle, item))
    assert verdict.outcome is not Outcome.VERIFIED
    assert any(
        f"the trail of {item} is not there" in step.detail
        for step in verdict.steps
    )


def test_the_subject_is_the_one_that_was_asked_for() -> None:
    world = story()
    bundle = world.bundle(can(1))
    is_found(
        world.examine(replaced(bundle, subject=sscc(1)), item=can(1)),
        Outcome.FAILED,
        "PRV-0202",
    )
    # The same evidence is no whole story of the carton.
    verdict = world.examine(replaced(bundle, subject=sscc(1)))
    assert verdict.outcome is not Outcome.VERIFIED


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
    stranger = ProvenTrail("urn:example:nobody", 0)
    trails = sorted([*bundle.trails, stranger], key=lambda t: t.item)
    is_found(
        world.examine(reproved(world, replaced(bundle, trails=tuple(trails)))),
        Outcome.FAILED,
        "PRV-1002",
    )


def test_an_event_on_no_trail_is_refused() -> None:
    world = story()
    event = world.seen(can(2))
    index = world.say(MAKER, event)
    bundle = world.bundle(can(1))
    extra = show_statement(
        parse_entry(world.entries[index]),
        log_index=index,
        event_ids=[event.id],
        events=[show_event(event, position=0, leaves=[])],
    )
    verdict = world.examine(
        reproved(
            world, replaced(bundle, statements=(*bundle.statements, extra))
        )
    )
    is_found(verdict, Outcome.FAILED, "PRV-1002")


def test_an_item_that_the_ledger_does_not_know_is_unknown() -> None:
    for world in (story(), World()):
        verdict = world.examine(world.bundle(can(99)), item=can(99))
        is_found(verdict, Outcome.UNKNOWN, "PRV-1003")


def long_world(count: int, *warned: int) -> World:
    """Return a world with a can that was seen that often."""
    world = story()
    world.say(
        MAKER,
        *(
            world.seen(can(1), **({"disposition": "damaged"} if n in warned else {}))
            for n in range(count)
        ),
    )  # fmt: skip
    return world


def test_of_a_long_story_the_middle_is_skipped_and_said_to_be() -> None:
    world = long_world(1_000)
    verdict = world.check(can(1))
    (notice,) = [n for n in verdict.notices if n.code == "PRV-1006"]
    assert notice.subject == can(1)
    assert "events 65 to 938 of 1002" in notice.detail
    assert (
        "which is all but what was skipped" in words(verdict, "completeness")[1]
    )
    own = [m for m in verdict.timeline if m.why == "subject"]
    assert len(own) == 128
    # The head is that of the whole trail: the next event may follow it.
    verified = verify_bundle(
        world.bundle(can(1), commit=False).to_bytes(),
        trust=world.trust(),
        now=world.now,
    )
    assert verified.head == chain_hashes(can(1), world.trails[can(1)])[-1]


def test_a_warning_is_never_skipped() -> None:
    world = long_world(1_000, 500)
    verdict = world.check(can(1))
    assert [n.detail.split(" of 1002")[0] for n in verdict.notices
            if n.code == "PRV-1006"] == ["events 65 to 502", "events 504 to 938"]  # fmt: skip
    # Whoever leaves it out has another trail than the map.
    bundle = world.bundle(can(1))
    (trail,) = [t for t in bundle.trails if t.item == can(1)]
    first, _, last = trail.ranges
    index = bundle.statements[-1].log_index
    event = [e for e in bundle.statements[-1].events if e.position != 500]
    ids = [world.events[index, n].id for n in range(1_000)]
    statement = show_statement(
        parse_entry(world.entries[index]),
        log_index=index,
        event_ids=ids,
        events=event,
    )
    hidden = replaced(
        trail_with(bundle, can(1), ranges=(first, last)),
        statements=(*bundle.statements[:-1], statement),
    )
    is_found(world.examine(hidden), Outcome.FAILED, "PRV-0901")


def test_what_was_asked_for_of_a_long_story_is_told() -> None:
    world = long_world(1_000)
    bundle = world.bundle(can(1), besides=range(400, 410))
    verdict = world.examine(bundle)
    assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
    own = [m for m in verdict.timeline if m.why == "subject"]
    assert len(own) == 138
    assert len([n for n in verdict.notices if n.code == "PRV-1006"]) == 2


def test_a_warning_of_a_container_at_another_time_is_a_notice() -> None:
    world = story()
    world.say(MAKER, world.seen(sscc(2), disposition="damaged"))
    verdict = world.check(can(1))
    (notice,) = [n for n in verdict.notices if n.code == "PRV-1408"]
    assert notice.subject == sscc(2)
    assert notice.detail.startswith(MAKER)


def test_a_warning_at_another_time_that_was_withdrawn_is_none() -> None:
    world = story()
    recall = world.seen(sscc(2), step=RECALL)
    world.say(MAKER, recall)
    world.say(MAKER, world.as_error(recall))
    assert "PRV-1408" not in [n.code for n in world.check(can(1)).notices]


def versioned() -> tuple[World, int, bytes]:
    """Return a world whose log holds a trust version; its index and bytes."""
    world = story()
    key = bytes(32)
    version = encode({
        "format": "provenance/trust/v1",
        "origin": ORIGIN,
        "version": 1,
        "previous": None,
        "roots": {"keys": [key], "threshold": 1},
        "authorities": {"actors": [], "threshold": 1},
        "epochs": [{
            "from": 0, "origin": ORIGIN, "log_keys": [key],
            "policy": {"witnesses": [], "groups": [], "quorum": None},
            "auditors": {"witnesses": [], "groups": [], "quorum": None},
            "books": [], "clock_bound": 1, "max_age": 1, "ended": None,
        }],
        "critical": [],
        "renew_by": 1,
    })  # fmt: skip
    entry = version_entry(version, [])
    index = world.log(entry)
    world.put_version(index, version_hash(version))
    return world, index, entry


def test_a_trust_version_is_shown_with_every_story() -> None:
    world, index, entry = versioned()
    bundle = world.bundle(can(1))
    assert bundle.entries == (LoggedEntry(index, entry),)
    assert world.check(can(1)).outcome is Outcome.VERIFIED
    without = world.examine(without_trail(world, bundle, TRUST_ITEM))
    is_found(without, Outcome.INCOMPLETE, "PRV-1001")
    # Without the entry the operator hides what it says.
    hidden = world.examine(reproved(world, replaced(bundle, entries=())))
    is_found(hidden, Outcome.INCOMPLETE, "PRV-1001")
    assert f"the trust version of entry {index} is not shown" in [
        step.detail for step in hidden.steps
    ]


@pytest.mark.parametrize("position", [0, 1])
def test_a_trust_version_is_not_hidden_behind_another_entry(
    position: int,
) -> None:
    """The operator links a version to where another entry stands."""
    if position:
        world, index, _ = versioned()
    else:
        world = story()
        index = world.log(book_entry(b"rules"))
    link = Link(index, position, 0, 0, (), sha256(b"a version"))
    world.trails.setdefault(TRUST_ITEM, []).append(link)
    world.commit()
    bundle = replaced(
        world.bundle(can(1), wants=ALL - {Why.TRUST}, commit=False),
        entries=(world.logged(index),),
    )
    shown = {(index, 0)} if position else ()
    bundle = reproved(world, bundle)
    verdict = world.examine(
        replaced(
            bundle,
            trails=tuple(
                world.whole_trail(TRUST_ITEM, shown)
                if trail.item == TRUST_ITEM
                else trail
                for trail in bundle.trails
            ),
        )
    )
    is_found(verdict, Outcome.INCOMPLETE, "PRV-1001")


def test_a_rule_book_may_be_shown() -> None:
    world = story()
    bundle = with_entry(world, book_entry(b"rules"))
    assert world.examine(bundle).outcome is Outcome.VERIFIED


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
    theirs = [link.log_index for link in world.trails[MAKER]]
    cut = without_events(world, without_trail(world, bundle, MAKER), *theirs)
    verdict = world.examine(cut)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert set(faults(verdict)) == {"PRV-1103", "PRV-1204"}


@pytest.mark.parametrize(
    ("namespace", "word"),
    [
        ("https://ref.gs1.org/cbv/Disp-re", "own:called"),
        ("https://ref.gs1.org/cbv/", "own:Disp-recalled"),
    ],
)
def test_a_recall_is_found_however_its_word_is_cut(
    namespace: str, word: str
) -> None:
    for body in (
        {"disposition": word},
        {"persistentDisposition": {"set": ["own:other", word]}},
    ):
        world = story()
        told: dict[str, Any] = {"@context": {"own": namespace}, **body}
        recall = world.seen(can(1), **told)
        world.say(MAKER, recall)
        is_found(
            world.examine(world.bundle(can(1))), Outcome.INCOMPLETE, "PRV-1401"
        )


def test_an_actor_that_is_used_up_like_a_thing_is_the_logs_fault() -> None:
    world = story()
    world.say(MAKER, world.turned([MAKER], [can(9)]))
    verdict = world.examine(world.bundle(can(9)))
    assert verdict.outcome is Outcome.FAILED
    assert "PRV-1602" in faults(verdict)


def pinned(actor: str, name: str, *grants: Grant) -> Authority:
    return Authority(
        actor, name, (signer_of(name).verifier.data,), grants, is_pinned=True
    )


def test_a_pinned_actor_needs_no_trail() -> None:
    world = World()
    world.signers[MAKER] = signer_of("maker")
    world.say(MAKER, world.made(can(1)))
    bundle = world.bundle(can(1), wants=ALL - {Why.ACTOR})
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
    assert verdict.outcome is Outcome.FAILED
    # The grant is what it was before.
    assert set(faults(verdict)) == {"PRV-1104", "PRV-1601"}


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
    assert set(faults(verdict)) == {"PRV-1104", "PRV-1201", "PRV-1601"}


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
    shown = [world.commit()]
    world.say(owners[0], world.enrolled(MAKER, name="Maker"))
    alone = world.trust(authorities=authorities, threshold=2)
    world.say(owners[1], world.enrolled(MAKER, name="Maker"))
    world.say(owners[0], actors.grant(given, secret=world.secret()))
    world.say(MAKER, world.made(can(1)))
    verdict = examine_bundle(
        world.bundle(can(1), times=shown).to_bytes(), trust=alone, now=world.now
    )
    assert set(faults(verdict)) == {"PRV-1201"}
    world.say(owners[2], actors.grant(given, secret=world.secret()))
    world.say(MAKER, world.made(can(2)))
    assert (
        examine_bundle(
            world.bundle(can(2), times=shown).to_bytes(),
            trust=alone,
            now=world.now,
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
    world.say(MAKER, world.seen(can(1), step="dancing!"))
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.FAILED, "PRV-0801")


def test_a_word_that_the_book_lacks_may_be_one_of_a_newer_book() -> None:
    world = story()
    world.say(MAKER, world.seen(can(1), step="dancing"))
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.UNKNOWN, "PRV-0803")


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


HOURS = 6 * 60 * MINUTE


def dated(*, until: int, shown: str) -> Verdict:
    """Return the verdict on an event logged between two commitments."""
    world = World()
    start = world.now
    world.enrol(
        "maker",
        Grant("", "producer", prefixes=("*",), until=start + until * HOURS),
    )
    world.now = start + 10 * HOURS
    before = world.commit()
    world.say(MAKER, world.made(can(1)))
    world.now = start + 20 * HOURS
    after = world.commit()
    world.now = start + 90 * HOURS
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
        world.seen(can(1), can(2), after=[[can(1), head], [can(2), head]]),
        world.seen(can(1), after=[[can(1), head]]),
    )
    world.say(MAKER, world.made(can(5), after=[[can(5), map_key(can(5))]]))
    told = [n for n in world.check(can(1)).notices if n.code == "PRV-1304"]
    assert [notice.subject for notice in told] == [can(2)]
    world.check(can(5))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_event_that_was_put_elsewhere_is_the_logs_fault(number: int) -> None:
    world = story()
    chain = [map_key(can(1)), *chain_hashes(can(1), world.trails[can(1)])]
    world.say(MAKER, world.seen(can(1)))
    world.say(MAKER, world.seen(can(1), after=[[can(1), chain[number]]]))
    is_found(world.examine(world.bundle(can(1))), Outcome.FAILED, "PRV-1301")


def test_what_a_demand_follows_must_be_shown() -> None:
    world = story()
    for _ in range(3):
        world.say(MAKER, world.seen(sscc(9)))
    head = chain_hashes(sscc(9), world.trails[sscc(9)])[-1]
    packed = world.packed(sscc(9), can(1), after=[[sscc(9), head]])
    world.say(MAKER, packed)
    bundle = world.bundle(can(1))
    assert world.examine(bundle).outcome is Outcome.VERIFIED
    (trail,) = [t for t in bundle.trails if t.item == sscc(9)]
    assert trail.ranges == (Range(0, 4),)
    # Of the link before the event its hash alone is left, and no place.
    hashes = chain_hashes(sscc(9), world.trails[sscc(9)])
    tree = Tree([leaf_hash(digest) for digest in hashes])
    theirs = [link.log_index for link in world.trails[sscc(9)][:-1]]
    cut = trail_with(
        without_events(world, bundle, *theirs),
        sscc(9), ranges=(Range(3, 1, head),), rows=(),
        hashes=tree.multiproof([2, 3]),
    )  # fmt: skip
    verdict = world.examine(cut)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert set(faults(verdict)) == {"PRV-1001", "PRV-1303"}


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
        ("PRV-1007", ""),
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
        "PRV-1007",
        "PRV-1407",
        "PRV-1401",
    ]


def test_a_recall_of_a_container_that_the_item_had_left_may_concern_it() -> (
    None
):
    world = story()
    world.say(MAKER, world.seen(sscc(2), step=RECALL))
    verdict = world.examine(world.bundle(can(1)))
    is_found(verdict, Outcome.INCOMPLETE, "PRV-1409")


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
        "PRV-1007",
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
    assert "PRV-1401" in faults(verdict)


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


def test_of_many_who_said_so_the_first_three_are_named() -> None:
    world = story()
    world.grant(Grant(CARRIER, "producer", ("*",)))
    said = world.seen(can(1))
    signers = [
        world.enrol(f"p{n}", Grant("", "producer", ("*",))) for n in range(4)
    ]
    for signer in signers:
        again = make_event(said.body, said.items, secret=world.secret())
        world.say(signer, again)
    world.say(CARRIER, world.as_error(said))
    notices = [n for n in world.check(can(1)).notices if n.code == "PRV-1404"]
    assert len(notices) == 1
    assert all(", ".join(signers[:3]) in n.detail for n in notices)
    assert not any(signers[3] in n.detail for n in notices)


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
    trails = [t for t in bundle.trails if t.item != MAKER]
    trails.append(ProvenTrail("urn:example:nobody", 0))
    trails.sort(key=lambda trail: trail.item)
    with_stranger = reproved(world, replaced(bundle, trails=tuple(trails)))
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
    for part in ("statements", "trails"):
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


WORLD = story()
DATA = WORLD.bundle(can(1)).to_bytes()
TRUST = WORLD.trust()


def test_every_flipped_bit_of_a_bundle_is_found_out() -> None:
    # One bit of each byte, another one in each place: the next test has all.
    for place in range(len(DATA)):
        tampered = bytearray(DATA)
        tampered[place] ^= 1 << place % 8
        assert (
            examine_bundle(bytes(tampered), trust=TRUST, now=WORLD.now).outcome
            is not Outcome.VERIFIED
        ), place


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
        unique=True,
    ),
)
def test_no_signed_body_makes_it_raise(
    kind: str, body: dict[str, Any], relations: list[str]
) -> None:
    world = story()
    things = [can(1), sscc(1), sscc(2)]
    items = [
        Item(relation, thing)
        for relation, thing in zip(relations, things, strict=False)
    ]
    items.append(Item("actor", MAKER))
    # As a rule of a time that can be read, or nothing else would be.
    whole = {"eventTime": "2025-06-15T15:00:00Z", **body, "type": kind}
    event = make_event(whole, items, secret=bytes(32))
    world.say(MAKER, event)
    world.examine(world.bundle(can(1)))


def work(world: World, bundle: Bundle) -> int:
    """Return how many calls it takes to examine *bundle*."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        del frame, argument
        count += event in {"call", "c_call"}

    data, trust = bundle.to_bytes(), world.trust()
    before = sys.getprofile()
    sys.setprofile(called)
    try:
        verdict = examine_bundle(data, trust=trust, now=world.now)
    finally:
        sys.setprofile(before)
    assert verdict.outcome is Outcome.VERIFIED
    return count


def of_one_statement(count: int) -> tuple[World, Bundle]:
    world = story()
    world.say(MAKER, *(world.seen(can(1)) for _ in range(count)))
    return world, world.bundle(can(1), besides=range(count))


def of_many_trails(count: int) -> tuple[World, Bundle]:
    world = story()
    inputs = [can(10 + number) for number in range(count)]
    world.say(MAKER, *(world.seen(item) for item in inputs))
    world.say(MAKER, world.turned(inputs, [can(1)]))
    return world, world.bundle(can(1))


def of_many_errors(count: int) -> tuple[World, Bundle]:
    world = story()
    wrong = [world.seen(can(1)) for _ in range(count)]
    world.say(MAKER, *wrong)
    error = world.as_error(wrong[0], correctiveEventIDs=["urn:x:y"] * count)
    world.say(MAKER, error)
    return world, world.bundle(can(1), besides=range(count + 3))


@pytest.mark.parametrize(
    "made", [of_one_statement, of_many_trails, of_many_errors]
)
def test_the_work_grows_with_the_bundle_and_no_faster(
    made: Callable[[int], tuple[World, Bundle]],
) -> None:
    few, many = (work(*made(count)) for count in (40, 320))
    assert many < 8 * few


# The other door.


def test_verifying_raises_what_the_first_failed_step_found() -> None:
    bundle = parse_bundle(DATA)
    for tampered, error in (
        (b"", MalformedError),
        (
            trail_with(bundle, can(1), hashes=(sha256(b"x"),)).to_bytes(),
            InvalidProofError,
        ),
        (
            replaced(bundle, log_hashes=(Hash(bytes(32)),)).to_bytes(),
            InvalidProofError,
        ),
        (
            without_events(WORLD, bundle, 9).to_bytes(),
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


def test_a_bundle_that_withholds_the_leaf_of_a_link_is_no_crash() -> None:
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    index = world.say(maker, world.made(can(1), can(2)))
    bundle = world.bundle(can(1))
    shown = world.show((index, 0), {0})
    statements = tuple(
        dataclasses.replace(each, events=(shown,))
        if each.log_index == index
        else each
        for each in bundle.statements
    )
    trails = tuple(
        world.whole_trail(can(1)) if trail.item == can(1) else trail
        for trail in bundle.trails
    )
    withheld = dataclasses.replace(bundle, statements=statements, trails=trails)
    verdict = world.examine(withheld, item=can(1))
    assert verdict.outcome is Outcome.INCOMPLETE
    assert "PRV-1001" in faults(verdict)
