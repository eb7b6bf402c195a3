"""The prover reads what it shows, and shows what the dates of grants need."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from provenance.claims.actor import Grant, enrol, grant
from provenance.claims.event import Event, Item, make_event
from provenance.claims.versions import book_entry, trust_item
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import sha256
from provenance.errors import NotFoundError
from provenance.ledger import prove
from provenance.ledger.books import find_books
from provenance.proof.bundle import Bundle, parse_bundle
from provenance.proof.trace import EDGE
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, TimelineEntry
from provenance.proof.verify import examine_bundle
from provenance.rules.book import baseline
from provenance.rules.books import BASELINE, BookRef, Books
from provenance.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import format_note, parse_note
from provenance.tlog.policy import Policy, PolicyWitness
from tests.ledger_world import (
    ORIGIN,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)
from tests.support.counting import hashes_of

INSPECTOR = "did:web:inspector.example"
WITNESS = CosignatureSigner("w1.example", signer_of("w1"))


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol(PRODUCER, "producer", prefixes=("9506000",))
    yield world
    world.ledger.close()


def said(world: LedgerWorld, count: int, *warned: int) -> None:
    """Log *count* observations of the can, a hundred a statement."""
    events = [
        world.event(
            can(1), disposition="damaged" if n in warned else "in_progress"
        )
        for n in range(count)
    ]
    for start in range(0, count, 100):
        world.ledger.append(
            events[start : start + 100],
            signer=signer_of(PRODUCER),
            issuer=PRODUCER,
        )


def bundle_of(world: LedgerWorld, item: str, **options: object) -> Bundle:
    return parse_bundle(world.ledger.prove_item(item, **options))  # type: ignore[arg-type]  # the tests' own calls


def ranges_of(bundle: Bundle, item: str) -> list[tuple[int, int]]:
    trail = bundle.trail(item)
    assert trail is not None
    return [(each.start, each.length) for each in trail.ranges]


def test_a_long_trail_is_shown_at_both_ends_and_where_it_warns(
    world: LedgerWorld,
) -> None:
    said(world, 700, 300)
    bundle = bundle_of(world, can(1))
    assert ranges_of(bundle, can(1)) == [(0, EDGE), (300, 1), (636, EDGE)]
    verdict = world.verdict(can(1))
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps
    skipped = [n for n in verdict.notices if n.code == "PRV-1006"]
    assert len(skipped) == 2


def test_a_stretch_can_be_asked_for(world: LedgerWorld) -> None:
    said(world, 700)
    bundle = bundle_of(world, can(1), stretch=(256, 300))
    assert (256, 44) in ranges_of(bundle, can(1))
    data = bundle.to_bytes()
    verdict = examine_bundle(data, trust=world.trust, now=world.now)
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps
    # Its end may lie beyond the trail's.
    assert ranges_of(
        bundle_of(world, can(1), stretch=(600, 1_000)), can(1)
    ) == [
        (0, EDGE),
        (600, 100),
    ]
    with pytest.raises(
        NotFoundError, match="700 events: there is none after the first 700"
    ):
        world.ledger.prove_item(can(1), stretch=(700, 701))


@pytest.mark.parametrize("stretch", [(3, 3), (-1, 2), (0, 1_025)])
def test_a_stretch_has_links_and_not_too_many(
    world: LedgerWorld, stretch: tuple[int, int]
) -> None:
    said(world, 1)
    with pytest.raises(ValueError, match="a stretch has 1 to 1024 links"):
        world.ledger.prove_item(can(1), stretch=stretch)


def test_of_what_has_no_event_there_is_no_bundle(world: LedgerWorld) -> None:
    with world.ledger.moment() as moment:
        prover = prove.Prover(
            moment.reader,
            books=world.ledger.books,
            trust=world.trust,
            size=moment.size,
            note=moment.note,
        )
        for item in (can(9), trust_item(ORIGIN)):
            with pytest.raises(NotFoundError, match="no event of"):
                prover.prove(item)


def test_four_times_the_siblings_cost_two_hashes_more(
    tmp_path: pathlib.Path,
) -> None:
    costs = []
    for count in (1_000, 4_000):
        world = LedgerWorld(tmp_path / f"{count}")
        world.enrol(PRODUCER, "producer", prefixes=("9506000",))
        made = make_event(
            body(action="ADD", bizStep="commissioning"),
            [Item("epcList", can(n)) for n in range(count)],
            secret=world.secret(),
        )
        world.ledger.append([made], signer=signer_of(PRODUCER), issuer=PRODUCER)
        world.ledger.prove_item(can(0))
        prove_it = functools.partial(world.ledger.prove_item, can(700))
        cost = hashes_of(prove_it)
        world.check(can(700))
        costs.append((cost, len(prove_it())))
        world.ledger.close()
    few, many = costs
    assert many[0] <= few[0] + 600
    # Two more in the event's tree, two for each key in the map's.
    assert many[1] <= few[1] + 12 * 32


def test_no_event_is_read_whole_that_is_large(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_event(
        body(action="ADD", bizStep="commissioning"),
        [Item("epcList", can(n)) for n in range(2_000)],
        secret=world.secret(),
    )
    world.ledger.append([made], signer=signer_of(PRODUCER), issuer=PRODUCER)

    def never(*_: object) -> bytes:
        raise AssertionError("that is more than is shown")

    parts: list[int] = []
    with world.ledger.moment() as moment:
        reader = type(moment.reader)
        for name in ("event", "rows", "trail"):
            monkeypatch.setattr(reader, name, never)
        read = reader.event_part

        def event_part(
            self: object, log_index: int, position: int, number: int
        ) -> bytes | None:
            parts.append(number)
            return read(self, log_index, position, number)  # type: ignore[arg-type]  # as it was

        monkeypatch.setattr(reader, "event_part", event_part)
        world.ledger.prove_item_at(moment, can(1_000))
    # Item 1,000 is leaf 1,001, and so in the fourth part.
    assert set(parts) == {1_001 // 256}


# Dates.


def dated(world: LedgerWorld) -> list[int]:
    """Log two observations by one whose role ends; return their entries."""
    world.enrol(INSPECTOR, "inspector", until=world.now + 10**9)
    indexes = []
    for _ in range(2):
        world.now += 60_000
        receipt = world.ledger.append(
            [world.event(can(1))],
            signer=signer_of(INSPECTOR),
            issuer=INSPECTOR,
        )
        indexes.append(receipt.log_index)
    world.now += 60_000
    said(world, 1)
    return indexes


def test_the_commitments_around_dated_statements_are_shown(
    world: LedgerWorld,
) -> None:
    indexes = dated(world)
    bundle = bundle_of(world, can(1))
    commitments = [each.log_index for each in bundle.commitments]
    first, second = indexes
    # Each statement here is followed by the commitment to it.
    assert commitments == [first - 1, first + 1, second + 1]
    assert bundle.anchors == ()
    world.check(can(1))


def witnessed(world: LedgerWorld) -> Trust:
    """Return the trust of somebody who asks for a witness."""
    logs = world.trust.policy.logs
    policy = Policy(logs, (PolicyWitness("w1", WITNESS.verifier),), (), "w1")
    return Trust(
        origin=ORIGIN,
        policy=policy,
        authorities=world.trust.authorities,
        threshold=world.trust.threshold,
    )


def cosign(world: LedgerWorld, size: int | None = None) -> int:
    """Let the witness cosign a checkpoint, the latest by default."""
    store = world.ledger._writable
    size = world.ledger.size if size is None else size
    note = store.checkpoint_at(size)
    assert note is not None
    parsed = parse_note(note)
    checkpoint = parse_checkpoint(parsed.text)
    signed = SignedCheckpoint(checkpoint, parsed).with_cosignatures(
        WITNESS.sign(checkpoint, time=world.now // 1000)
    )
    store.publish(size, format_note(signed.note))
    return size


def proven_for(world: LedgerWorld, trust: Trust) -> Bundle:
    with world.ledger.moment() as moment:
        prover = prove.Prover(
            moment.reader,
            books=world.ledger.books,
            trust=trust,
            size=moment.size,
            note=moment.note,
        )
        return prover.prove(can(1))


def test_the_first_cosigned_checkpoint_after_a_dated_statement_anchors_it(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = dated(world)
    trust = witnessed(world)
    assert proven_for(world, trust).anchors == ()
    both = cosign(world, second + 2)
    said(world, 1)
    bundle = proven_for(world, trust)
    assert [anchor.log_indexes for anchor in bundle.anchors] == [
        (first, second)
    ]
    one = cosign(world, first + 2)
    assert one < both
    said(world, 1)
    cosign(world)
    bundle = proven_for(world, trust)
    assert [anchor.log_indexes for anchor in bundle.anchors] == [
        (first,),
        (second,),
    ]
    verdict = examine_bundle(bundle.to_bytes(), trust=trust, now=world.now)
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps
    with monkeypatch.context() as patch:
        patch.setattr(prove, "MAX_ANCHORS", 1)
        fewer = proven_for(world, trust).anchors
    assert fewer == bundle.anchors[:1]
    # The bundle's own checkpoint is none, though it was cosigned.
    assert all(
        parse_checkpoint(parse_note(anchor.note).text).size < world.ledger.size
        for anchor in bundle.anchors
    )


def test_a_cosigned_checkpoint_is_not_looked_for_without_end(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    dated(world)
    for _ in range(3):
        said(world, 1)
    cosign(world)
    said(world, 1)
    trust = witnessed(world)
    assert len(proven_for(world, trust).anchors) == 1
    monkeypatch.setattr(prove, "MAX_ANCHOR_LOOKS", 1)
    assert proven_for(world, trust).anchors == ()


def test_who_asks_for_no_witness_gets_no_anchor(world: LedgerWorld) -> None:
    dated(world)
    cosign(world)
    said(world, 1)
    assert proven_for(world, world.trust).anchors == ()


DAY = 24 * 60 * 60 * 1000
CARTON = "https://id.gs1.org/00/095060000000000015"


def packed(world: LedgerWorld, action: str, time: int) -> Event:
    return make_event(
        body(
            type="AggregationEvent",
            action=action,
            bizStep="loading" if action == "ADD" else "unloading",
            eventTime=as_time(time),
        ),
        [Item("parentID", CARTON), Item("childEPCs", can(1))],
        secret=world.secret(),
    )


def as_time(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).isoformat()


def test_a_report_that_its_signer_dates_back_is_late_by_the_log(
    world: LedgerWorld,
) -> None:
    """The commitment before it is shown: by it the can is still inside."""
    signer = signer_of(PRODUCER)
    world.ledger.append([world.made(can(1))], signer=signer, issuer=PRODUCER)
    into = packed(world, "ADD", world.now)
    world.ledger.append([into], signer=signer, issuer=PRODUCER)
    out = world.sign(PRODUCER, packed(world, "DELETE", world.now + 1000))
    world.now += 40 * DAY
    world.ledger.append([world.event(can(2))], signer=signer, issuer=PRODUCER)
    world.ledger.submit([out])
    said = make_event(
        body(eventTime=as_time(world.now)),
        [Item("epcList", CARTON)],
        secret=world.secret(),
    )
    world.ledger.append([said], signer=signer, issuer=PRODUCER)
    assert len(bundle_of(world, can(1)).commitments) == 1
    verdict = world.verdict(can(1))
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps
    *_, left, seen = verdict.timeline
    assert left.late_seconds == (40 * DAY - 1000) // 1000
    assert (seen.item, seen.late_seconds) == (CARTON, 0)


def test_a_report_that_says_itself_how_late_it_is_needs_no_commitment(
    world: LedgerWorld,
) -> None:
    signer = signer_of(PRODUCER)
    world.ledger.append([world.made(can(1))], signer=signer, issuer=PRODUCER)
    world.now += 40 * DAY
    world.ledger.append([world.event(can(1))], signer=signer, issuer=PRODUCER)
    assert bundle_of(world, can(1)).commitments == ()
    assert [moment.late_seconds > 0 for moment in verdict_moments(world)] == [
        False,
        True,
    ]


def verdict_moments(world: LedgerWorld) -> Sequence[TimelineEntry]:
    return world.verdict(can(1)).timeline


def bundle_size(bundle: Bundle) -> int:
    return parse_checkpoint(parse_note(bundle.checkpoint).text).size


def test_when_authorities_must_agree_it_is_shown_when_each_spoke(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "shared", threshold=2)
    given = Grant(PRODUCER, "producer", prefixes=("9506000",))
    voices: tuple[Callable[[], Event], ...] = (
        lambda: enrol(
            PRODUCER,
            name=PRODUCER,
            signer=signer_of(PRODUCER),
            origin=ORIGIN,
            secret=world.secret(),
        ),
        lambda: grant(given, secret=world.secret()),
    )
    for say in voices:
        for authority in world.trust.authorities:
            signer = signer_of(authority.id)
            world.ledger.append([say()], signer=signer, issuer=authority.id)
    signer = signer_of(PRODUCER)
    world.ledger.append([world.made(can(1))], signer=signer, issuer=PRODUCER)
    bundle = bundle_of(world, can(1))
    spoke = [
        statement.log_index
        for statement in bundle.statements
        if statement.issuer != PRODUCER
    ]
    shown = [commitment.log_index for commitment in bundle.commitments]
    assert len(spoke) == 4
    for index, after in zip(
        spoke, (*spoke[1:], bundle_size(bundle)), strict=True
    ):
        assert any(index < commitment < after for commitment in shown)
    world.ledger.close()


def test_a_book_of_the_ledgers_own_is_shown_with_what_is_judged_by_it(
    world: LedgerWorld,
) -> None:
    rules = decode(baseline().data)
    assert isinstance(rules, dict)
    own = encode({**rules, "quotas": {"events": 7}})
    world.ledger.log_document(book_entry(own))
    signer = signer_of(PRODUCER)
    world.ledger.append([world.made(can(1))], signer=signer, issuer=PRODUCER)
    start = world.ledger.size
    named = (*BASELINE, BookRef(sha256(own), start))
    trust = dataclasses.replace(world.trust, books=named)
    with world.ledger.moment() as moment:
        logged = find_books(moment.reader, trust, size=moment.size)
        prover = prove.Prover(
            moment.reader,
            books=Books.resolve(trust.books, [own]),
            logged_books=tuple(logged.values()),
            trust=trust,
            size=moment.size,
            note=moment.note,
        )
        bundle = prover.prove(can(1))
    assert [logged.entry for logged in bundle.entries] == [book_entry(own)]
    verdict = examine_bundle(bundle.to_bytes(), trust=trust, now=world.now)
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps
    without = dataclasses.replace(bundle, entries=())
    verdict = examine_bundle(without.to_bytes(), trust=trust, now=world.now)
    assert "PRV-1501" in {step.code for step in verdict.steps}
