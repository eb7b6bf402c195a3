"""The ledger takes what its rules allow, and answers only when it is safe."""

import pathlib
import shutil
import threading
from collections.abc import Iterator
from itertools import count, pairwise

import pytest

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Item, make_event
from provenance.claims.statement import Submission, sign_statement
from provenance.claims.trail import map_key
from provenance.errors import (
    BrokenLinkError,
    ConflictError,
    ForkError,
    InvalidSignatureError,
    LifecycleError,
    MalformedError,
    NotFoundError,
    ProvenanceError,
    RejectedError,
    RoleNotGrantedError,
    StoreError,
    UnknownActorError,
)
from provenance.folder import audit_folder, open_ledger, open_reader
from provenance.ledger import batches as batches_module
from provenance.ledger import workers as workers_module
from provenance.ledger.read import read_entry
from provenance.ledger.workers import Workers
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.tlog.commitment import parse_commitment
from tests.ledger_world import (
    CUSTOMS,
    FORWARDER,
    OPERATOR,
    ORIGIN,
    PREFIX,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    yield world
    world.ledger.close()


def refusal(world: LedgerWorld, submission: Submission) -> ProvenanceError:
    """Submit what must be refused; nothing may have changed by it."""
    before = world.ledger.size
    (answer,) = world.ledger.submit([submission])
    assert isinstance(answer, ProvenanceError), answer
    assert world.ledger.size == before
    (dry,) = world.ledger.check([submission])
    assert type(dry) is type(answer)
    return answer


def test_a_new_ledger_has_a_signed_checkpoint_that_commits_to_an_empty_map(
    world: LedgerWorld,
) -> None:
    assert world.ledger.size == 1
    assert world.ledger.head(can(1)) is None
    with pytest.raises(NotFoundError):
        world.ledger.prove_item(can(1))
    with pytest.raises(NotFoundError):
        world.ledger.trail(can(1))


def test_an_appended_event_has_a_receipt_that_verifies(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    submission = world.sign(PRODUCER, world.made(can(1)))
    (receipt,) = world.ledger.submit([submission])
    assert isinstance(receipt, Receipt)
    index = verify_receipt(
        receipt.text, entry=submission.entry, trust=world.trust, now=world.now
    )
    assert index == receipt.log_index
    world.check(can(1))


def test_the_same_bytes_again_get_the_same_index(world: LedgerWorld) -> None:
    world.enrol_everyone()
    submission = world.sign(PRODUCER, world.made(can(1)))
    first, again = world.ledger.submit([submission, submission])
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert first.log_index == again.log_index
    world.reopen()
    (later,) = world.ledger.submit([submission])
    assert isinstance(later, Receipt)
    assert later.log_index == first.log_index
    head = world.ledger.head(can(1))
    assert head is not None
    assert head.count == 1


def test_submitting_nothing_is_answered_with_nothing(
    world: LedgerWorld,
) -> None:
    assert world.ledger.submit([]) == []
    assert list(world.ledger.submit_many([])) == []
    assert world.ledger.size == 1


def test_an_unknown_actor_is_refused(world: LedgerWorld) -> None:
    error = refusal(world, world.sign(PRODUCER, world.made(can(1))))
    assert isinstance(error, UnknownActorError)
    assert PRODUCER in str(error)


def test_an_actor_with_another_actors_key_is_refused(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    forged = world.sign(
        CUSTOMS, world.event(can(1)), signer=signer_of(FORWARDER)
    )
    assert isinstance(refusal(world, forged), UnknownActorError)


def test_a_changed_signature_is_refused(world: LedgerWorld) -> None:
    world.enrol_everyone()
    good = world.sign(PRODUCER, world.made(can(1)))
    bad = Submission(good.entry[:-1] + bytes([good.entry[-1] ^ 1]), good.events)
    error = refusal(world, bad)
    assert isinstance(error, InvalidSignatureError | MalformedError)


def test_events_other_than_those_signed_are_refused(world: LedgerWorld) -> None:
    world.enrol_everyone()
    good = world.sign(PRODUCER, world.made(can(1)))
    other = Submission(good.entry, (world.made(can(2)).data,))
    assert "not those that were signed" in str(refusal(world, other))
    none = Submission(good.entry, ())
    assert isinstance(refusal(world, none), MalformedError)


def test_a_forwarder_cannot_sign_a_customs_release(world: LedgerWorld) -> None:
    world.enrol_everyone()
    release = {"bizStep": "urn:provenance:step:customs_released"}
    error = refusal(
        world, world.sign(FORWARDER, world.event(can(1), **release))
    )
    assert isinstance(error, RoleNotGrantedError)
    assert "customs_released" in str(error)
    world.ledger.append(
        [world.event(can(1), **release)],
        signer=signer_of(CUSTOMS),
        issuer=CUSTOMS,
    )


def test_a_producer_cannot_commission_under_a_foreign_prefix(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    foreign = "https://id.gs1.org/01/04012345111118/21/1"
    error = refusal(world, world.sign(PRODUCER, world.made(foreign)))
    assert isinstance(error, RoleNotGrantedError)
    assert "4012345" in str(error)


def test_a_grant_for_one_place_does_not_hold_at_another(
    world: LedgerWorld,
) -> None:
    place = "https://id.gs1.org/414/9506000134376"
    other = "https://id.gs1.org/414/9506000140445"
    world.enrol("did:web:port.example", "customs", places=(place,))
    port = "did:web:port.example"
    here = world.event(can(1), readPoint={"id": place})
    there = world.event(can(1), readPoint={"id": other})
    world.ledger.append([here], signer=signer_of(port), issuer=port)
    for event in (there, world.event(can(1))):
        assert isinstance(
            refusal(world, world.sign(port, event)), RoleNotGrantedError
        )


def test_a_grant_holds_by_the_logs_time_and_not_by_the_signers(
    world: LedgerWorld,
) -> None:
    inspector = "did:web:inspector.example"
    bound = world.trust.clock_bound
    world.enrol(inspector, "inspector", until=world.now + bound + 1_000)
    world.ledger.append(
        [world.event(can(1))], signer=signer_of(inspector), issuer=inspector
    )
    backdated = world.sign(inspector, world.event(can(1)))
    world.now += 2_000
    assert isinstance(refusal(world, backdated), RoleNotGrantedError)
    world.check(can(1))


def test_nothing_is_admitted_under_a_revoked_key(world: LedgerWorld) -> None:
    world.enrol_everyone()
    early = world.sign(PRODUCER, world.made(can(1)))
    late = world.sign(PRODUCER, world.made(can(2)))
    world.ledger.submit([early])
    world.ledger.append(
        [
            actors.revoke_key(
                PRODUCER,
                old=signer_of(PRODUCER).verifier.key_id,
                reason="stolen",
                secret=world.secret(),
            )
        ],
        signer=signer_of(OPERATOR),
        issuer=OPERATOR,
    )
    error = refusal(world, late)
    assert isinstance(error, UnknownActorError)
    assert "stolen" in str(error)
    world.check(can(1))


def test_two_authorities_must_agree_where_the_threshold_is_two(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger", threshold=2)

    def say(authority: str) -> None:
        enrolment = actors.enrol(
            PRODUCER,
            name="P",
            signer=signer_of(PRODUCER),
            origin=ORIGIN,
            secret=world.secret(),
        )
        world.ledger.append(
            [enrolment], signer=signer_of(authority), issuer=authority
        )

    say(OPERATOR)
    assert not world.ledger.registry().knows(PRODUCER)
    say("did:web:second.example")
    assert world.ledger.registry().knows(PRODUCER)
    world.ledger.close()


def test_what_a_grant_was_passed_on_from_is_the_same_when_the_log_is_replayed(
    world: LedgerWorld,
) -> None:
    agent, half_an_hour = "did:web:agent.example", 1_800_000
    later = world.now + half_an_hour
    world.enrol(
        agent, "producer", prefixes=(PREFIX,), may_grant=True, start=later
    )
    always = Grant(agent, "producer", prefixes=(PREFIX,), may_grant=True)
    world.ledger.append(
        [actors.grant(always, secret=world.secret())],
        signer=signer_of(OPERATOR),
        issuer=OPERATOR,
    )
    world.enrol(PRODUCER, "auditor")
    given = Grant(PRODUCER, "producer", prefixes=(PREFIX,), start=later + 1)
    passed_on = actors.grant(given, secret=world.secret())
    # The grant that it comes from is the first that could give it, whatever
    # the time; and that one does not hold yet.
    early = world.sign(agent, passed_on)
    assert isinstance(refusal(world, early), RoleNotGrantedError)
    world.now = later + 2
    world.ledger.append(
        [world.event(can(9))], signer=signer_of(PRODUCER), issuer=PRODUCER
    )
    world.now += 2
    world.ledger.append([passed_on], signer=signer_of(agent), issuer=agent)
    world.ledger.append(
        [world.made(can(1))], signer=signer_of(PRODUCER), issuer=PRODUCER
    )
    before = world.ledger.registry().actor(PRODUCER).grants
    world.reopen()
    assert world.ledger.registry().actor(PRODUCER).grants == before
    assert world.ledger._admission.registry.actor(PRODUCER).grants == before
    world.check(can(1))


def grant_of(world: LedgerWorld, actor: str) -> Event:
    """Enrol *actor* with a grant that it may pass on; return that event."""
    given = Grant(actor, "producer", prefixes=(PREFIX,), may_grant=True)
    event = actors.grant(given, secret=world.secret())
    enrolment = actors.enrol(
        actor,
        name=actor,
        signer=signer_of(actor),
        origin=ORIGIN,
        secret=world.secret(),
    )
    world.ledger.append(
        [enrolment, event], signer=signer_of(OPERATOR), issuer=OPERATOR
    )
    return event


def test_who_says_its_own_grant_again_is_refused_and_the_ledger_goes_on(
    world: LedgerWorld,
) -> None:
    given = grant_of(world, PRODUCER)
    again = world.sign(PRODUCER, given)
    (rehearsed,) = world.ledger.check([again])
    refused = refusal(world, again)
    assert isinstance(refused, RejectedError)
    assert str(rehearsed) == str(refused)
    world.ledger.append(
        [world.made(can(1))], signer=signer_of(PRODUCER), issuer=PRODUCER
    )
    world.check(can(1))


def test_a_ledger_that_holds_a_grant_twice_says_which_entry_it_is(
    world: LedgerWorld,
) -> None:
    given = grant_of(world, PRODUCER)
    # Its operator lets it forget the first of them.
    world.ledger._admission.registry._heard.clear()
    receipt = world.ledger.append(
        [given], signer=signer_of(OPERATOR), issuer=OPERATOR
    )
    world.ledger.close()
    where = f"entry {receipt.log_index}"
    with pytest.raises(
        StoreError, match=f"{where} should never.*hears each once"
    ):
        open_ledger(world.folder, clock=world.clock)
    report = audit_folder(world.folder, trust=world.trust, processes=1)
    assert [
        f.where for f in report.findings if "hears each once" in f.what
    ] == [where]


def test_a_statement_with_one_bad_registry_event_changes_nothing(
    world: LedgerWorld,
) -> None:
    good = actors.enrol(
        PRODUCER,
        name="P",
        signer=signer_of(PRODUCER),
        origin=ORIGIN,
        secret=world.secret(),
    )
    bad = actors.grant(
        Grant("did:web:nobody.example", "customs"), secret=world.secret()
    )
    assert isinstance(
        refusal(world, world.sign(OPERATOR, good, bad)), RejectedError
    )
    assert not world.ledger.registry().knows(PRODUCER)
    world.enrol_everyone()


def test_a_key_enrolled_in_the_same_batch_can_sign_at_once(
    world: LedgerWorld,
) -> None:
    enrolment = world.sign(
        OPERATOR,
        actors.enrol(
            PRODUCER,
            name="P",
            signer=signer_of(PRODUCER),
            origin=ORIGIN,
            secret=world.secret(),
        ),
        actors.grant(
            Grant(PRODUCER, "producer", prefixes=(PREFIX,)),
            secret=world.secret(),
        ),
    )
    good = world.sign(PRODUCER, world.made(can(1)))
    forged = Submission(
        good.entry[:-1] + bytes([good.entry[-1] ^ 1]), good.events
    )
    answers = world.ledger.submit([enrolment, forged, good])
    assert isinstance(answers[0], Receipt)
    assert isinstance(answers[1], InvalidSignatureError)
    assert isinstance(answers[2], Receipt)
    world.check(can(1))


def test_a_statement_for_another_ledger_is_refused(world: LedgerWorld) -> None:
    world.enrol_everyone()
    replayed = world.sign(
        PRODUCER, world.made(can(1)), origin="ledger.example/other"
    )
    error = refusal(world, replayed)
    assert "ledger.example/other" in str(error)
    assert ORIGIN in str(error)


def test_an_event_from_the_future_is_refused(world: LedgerWorld) -> None:
    world.enrol_everyone()
    event = world.event(can(1), eventTime="2031-01-01T00:00:00.000Z")
    assert isinstance(
        refusal(world, world.sign(CUSTOMS, event)), LifecycleError
    )
    submission = sign_statement(
        [world.event(can(1))],
        signer=signer_of(CUSTOMS),
        issuer=CUSTOMS,
        origin=ORIGIN,
        now=world.now + 86_400_000,
    )
    assert isinstance(refusal(world, submission), LifecycleError)


def test_an_event_that_demands_an_older_head_is_refused(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    first = [[can(1), map_key(can(1))]]
    world.ledger.append(
        [world.event(can(1), after=first)],
        signer=signer_of(CUSTOMS),
        issuer=CUSTOMS,
    )
    error = refusal(
        world, world.sign(CUSTOMS, world.event(can(1), after=first))
    )
    assert isinstance(error, BrokenLinkError)
    head = world.ledger.head(can(1))
    assert head is not None
    world.ledger.append(
        [world.event(can(1), after=[[can(1), head.link]])],
        signer=signer_of(CUSTOMS),
        issuer=CUSTOMS,
    )
    world.check(can(1))


@pytest.mark.parametrize("cut", [0, 1, 7, 40])
def test_malformed_bytes_are_refused_by_name(
    world: LedgerWorld, cut: int
) -> None:
    world.enrol_everyone()
    good = world.sign(PRODUCER, world.made(can(1)))
    for bad in (
        Submission(good.entry[:cut], good.events),
        Submission(good.entry + b"\x00", good.events),
        Submission(good.entry, (good.events[0][:cut],)),
        Submission(b"\xff" * 70_000, good.events),
    ):
        assert isinstance(refusal(world, bad), MalformedError)


def test_an_id_that_is_not_canonical_is_refused_with_the_right_one(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    urn = "urn:epc:id:sgtin:9506000.013435.K1"
    error = refusal(world, world.sign(CUSTOMS, world.event(urn)))
    assert "https://id.gs1.org/01/09506000134352/21/K1" in str(error)


def test_an_event_with_no_item_that_has_a_trail_is_refused(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    bare = make_event(
        body(),
        [
            Item(
                "quantityList",
                "https://id.gs1.org/01/09506000134352",
                5,
                None,
            )
        ],
        secret=world.secret(),
    )
    assert isinstance(refusal(world, world.sign(CUSTOMS, bare)), MalformedError)


def test_only_registry_events_may_name_an_actor(world: LedgerWorld) -> None:
    world.enrol_everyone()
    error = refusal(world, world.sign(CUSTOMS, world.event(can(1), PRODUCER)))
    assert PRODUCER in str(error)
    sly = make_event(body(), [Item("actor", can(1))], secret=world.secret())
    assert isinstance(refusal(world, world.sign(CUSTOMS, sly)), MalformedError)


def test_one_bad_submission_does_not_lose_the_others(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    good = [world.sign(PRODUCER, world.made(can(i))) for i in range(3)]
    bad = Submission(b"", ())
    answers = world.ledger.submit([good[0], bad, good[1], bad, good[2]])
    assert [isinstance(a, Receipt) for a in answers] == [
        True,
        False,
        True,
        False,
        True,
    ]
    world.check(can(0), can(1), can(2))


def test_worker_processes_answer_as_the_writer_does(world: LedgerWorld) -> None:
    world.enrol_everyone()
    forged = world.sign(PRODUCER, world.made(can(9)))
    forged = Submission(
        forged.entry[:-1] + bytes([forged.entry[-1] ^ 1]), forged.events
    )
    stream = [
        *(world.sign(PRODUCER, world.made(can(i))) for i in range(300)),
        forged,
        Submission(b"no", ()),
        world.sign(FORWARDER, world.made(can(1))),
    ]
    answers = [
        answer
        for _, answer in world.ledger.submit_many(iter(stream), processes=2)
    ]
    assert all(isinstance(answer, Receipt) for answer in answers[:300])
    assert [type(answer) for answer in answers[300:]] == [
        InvalidSignatureError,
        MalformedError,
        RoleNotGrantedError,
    ]
    again = [
        answer for _, answer in world.ledger.log_stream(iter(stream[:300]))
    ]
    assert again == [r.log_index for r in answers if isinstance(r, Receipt)]
    world.check(can(0), can(299))


def test_a_slow_stream_is_answered_before_it_gives_more(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    statements = [world.sign(PRODUCER, world.made(can(n))) for n in range(3)]
    has_answer = threading.Event()

    def slow() -> Iterator[Submission]:
        for statement in statements:
            has_answer.clear()
            yield statement
            assert has_answer.wait(PATIENCE_SECONDS), (
                "its answer needs the next statement"
            )

    told: list[int] = []
    indexes = []
    for _, reply in world.ledger.submit_many(
        slow(), processes=1, progress=told.append
    ):
        assert isinstance(reply, Receipt)
        indexes.append(reply.log_index)
        has_answer.set()

    # Each was committed by itself, with the map commitment behind it.
    assert [b - a for a, b in pairwise(indexes)] == [2, 2]
    assert told == [1, 2, 3]
    world.check(*map(can, range(3)))


def test_a_fast_stream_that_becomes_slow_is_answered_whole(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "CHUNK", 4)
    world.enrol_everyone()
    statements = [world.sign(PRODUCER, world.made(can(n))) for n in range(41)]
    are_answered = threading.Event()

    def stalling() -> Iterator[Submission]:
        yield from statements[:-1]
        assert are_answered.wait(PATIENCE_SECONDS), "the others need this one"
        yield statements[-1]

    replies = []
    for _, reply in world.ledger.submit_many(stalling(), processes=2):
        replies.append(reply)
        if len(replies) == len(statements) - 1:
            are_answered.set()

    assert all(isinstance(reply, Receipt) for reply in replies)
    assert len(replies) == len(statements)


def test_what_a_broken_producer_gave_is_answered_before_its_error(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    statements = [world.sign(PRODUCER, world.made(can(n))) for n in range(5)]

    def broken() -> Iterator[Submission]:
        yield from statements
        raise LookupError("mine")

    replies = []

    def submit() -> None:
        for _, reply in world.ledger.submit_many(broken()):
            replies.append(reply)

    with pytest.raises(LookupError, match="mine"):
        submit()

    assert [type(reply) for reply in replies] == [Receipt] * 5


def test_a_stream_that_is_left_early_ends_its_reading(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    has_ended = threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            for number in count():
                made = world.made(can(number))
                yield world.sign(PRODUCER, made).to_bytes()
        finally:
            has_ended.set()

    for _, reply in world.ledger.submit_many(endless(), processes=1):
        assert isinstance(reply, Receipt)
        break

    assert has_ended.wait(PATIENCE_SECONDS)
    # What was read and not answered is logged or not, and nothing is torn.
    world.check(can(0))


def test_large_statements_are_held_few_at_a_time(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "CHUNK_BYTES", 1)
    monkeypatch.setattr(workers_module, "QUEUED_BYTES", 1_500)
    monkeypatch.setattr(batches_module, "MAX_BATCH_LINKS", 3)
    world.enrol_everyone()
    size = world.ledger.size
    read: list[int] = []

    def stream() -> Iterator[Submission]:
        for number in range(12):
            read.append(number)
            yield world.sign(
                PRODUCER, world.made(can(2 * number), can(2 * number + 1))
            )

    ahead = []
    for done, (_, answer) in enumerate(
        world.ledger.submit_many(stream(), processes=2)
    ):
        assert isinstance(answer, Receipt)
        ahead.append(len(read) - done)
    # Each has some 300 bytes, and two of them are a batch; some chunks of one
    # are read ahead, and one more is in the reading thread's hand.
    assert max(ahead) < 9 + workers_module.CHUNKS_AHEAD + 1
    assert world.ledger.size == size + 12 + 6
    world.check(can(0), can(23))


def test_callers_that_come_together_are_all_answered(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    receipts: list[Receipt] = []

    def append(number: int) -> None:
        for part in range(5):
            event = world.made(can(100 * number + part))
            receipt = world.ledger.append(
                [event], signer=signer_of(PRODUCER), issuer=PRODUCER
            )
            receipts.append(receipt)

    threads = [threading.Thread(target=append, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt.log_index for receipt in receipts}) == 40
    world.check(can(0), can(704))


def test_a_second_writer_is_refused(world: LedgerWorld) -> None:
    with pytest.raises(ConflictError):
        open_ledger(world.folder)


def test_a_reader_beside_the_writer_sees_only_signed_batches(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    with open_reader(world.folder) as reader:
        before = reader.size
        world.ledger.append(
            [world.made(can(1))], signer=signer_of(PRODUCER), issuer=PRODUCER
        )
        assert reader.size == before + 2
        assert reader.prove_item(can(1)) == world.ledger.prove_item(can(1))
        assert [step.issuer for step in reader.trail(can(1))] == [PRODUCER]


def test_an_old_copy_of_the_database_is_refused_and_nothing_is_signed(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    world.ledger.close()
    shutil.copytree(world.folder, world.folder.with_name("copy"))
    world.ledger = open_ledger(world.folder, clock=world.clock)
    world.ledger.append(
        [world.made(can(1))], signer=signer_of(PRODUCER), issuer=PRODUCER
    )
    world.ledger.close()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (world.folder / name).unlink(missing_ok=True)
    shutil.copy(world.folder.with_name("copy") / "ledger.sqlite", world.folder)
    with pytest.raises(ForkError, match="older copy"):
        open_ledger(world.folder, clock=world.clock)


def test_without_the_signers_memory_nothing_is_signed(
    world: LedgerWorld,
) -> None:
    world.ledger.close()
    (world.folder / "signer.memory").unlink()
    with pytest.raises(ForkError):
        open_ledger(world.folder, clock=world.clock)


def test_a_crash_between_commit_and_signature_is_finished_when_opened(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol_everyone()
    submission = world.sign(PRODUCER, world.made(can(1)))

    def fail(*_: object) -> None:
        raise StoreError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(world.ledger._log_signer.memory, "advance", fail)
        with pytest.raises(StoreError, match="disk is gone"):
            world.ledger.submit([submission])
    with pytest.raises(StoreError, match="stopped writing"):
        world.ledger.submit([submission])
    with open_reader(world.folder) as reader:
        unsigned = reader._store.size()
        assert reader.size < unsigned
    world.reopen()
    assert world.ledger.size == unsigned
    (receipt,) = world.ledger.submit([submission])
    assert isinstance(receipt, Receipt)
    assert receipt.log_index == unsigned - 2
    world.check(can(1))


def test_a_batch_that_is_interrupted_stops_the_ledger_until_it_is_opened(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol_everyone()
    submission = world.sign(PRODUCER, world.made(can(1)))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(world.ledger._map, "changes", interrupt)
        with pytest.raises(KeyboardInterrupt):
            world.ledger.submit([submission])
    with pytest.raises(StoreError, match="Open it again"):
        world.ledger.submit([submission])
    world.reopen()
    (receipt,) = world.ledger.submit([submission])
    assert isinstance(receipt, Receipt)
    world.check(can(1))


def test_a_checking_process_that_dies_is_told_and_nothing_is_lost(
    world: LedgerWorld,
) -> None:
    world.enrol_everyone()
    stream = [world.sign(PRODUCER, world.made(can(i))) for i in range(600)]
    with Workers(1) as workers:
        found = workers.check(
            workers_module.drawn(stream),
            world.ledger.registry().public_keys,
            world.ledger.book,
        )
        next(found)
        workers._processes[0].kill()
        with pytest.raises(StoreError, match="checking process ended"):
            list(found)
    answers = [answer for _, answer in world.ledger.submit_many(stream)]
    assert all(isinstance(answer, Receipt) for answer in answers)


def test_the_logs_time_never_goes_back(world: LedgerWorld) -> None:
    world.enrol_everyone()
    world.now -= 3_600_000
    world.ledger.append(
        [world.made(can(1))], signer=signer_of(PRODUCER), issuer=PRODUCER
    )
    world.now += 3_600_000
    world.check(can(1))


def test_creating_over_a_ledger_is_refused(world: LedgerWorld) -> None:
    with pytest.raises(ConflictError):
        LedgerWorld(world.folder)


def test_opening_where_no_ledger_is_says_so(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NotFoundError, match="provenance init"):
        open_ledger(tmp_path)
    with pytest.raises(NotFoundError):
        open_reader(tmp_path / "nowhere")


def test_an_idle_ledger_commits_once_half_of_the_clock_bound_is_over(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    size = world.ledger.size
    assert not world.ledger.heartbeat()
    world.now += world.ledger.heartbeat_ms - 1
    assert not world.ledger.heartbeat()
    world.now += 1
    assert world.ledger.heartbeat()
    assert not world.ledger.heartbeat()
    assert world.ledger.size == size + 1
    with world.ledger.moment() as moment:
        last = read_entry(moment.reader, size, size=size + 1)
    assert parse_commitment(last).time == world.now
    world.enrol_everyone()
    assert world.reopen().size > size + 1
