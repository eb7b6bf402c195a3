"""A witness signs one history only, and a ledger believes no witness."""

import dataclasses
import pathlib
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import (
    ConflictError,
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    ProvenanceError,
    StoreError,
    VerificationError,
)
from provenance.folder import audit_folder, open_ledger, open_reader
from provenance.keys import MLDSASigner
from provenance.ledger.cosign import ASKED_AGAIN, Cosigner, Witness
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.proof.trust import format_trust
from provenance.proof.verdict import Outcome
from provenance.store.durable import read_sealed
from provenance.store.witness_memory import KIND, WitnessMemory
from provenance.tlog import merkle, policy
from provenance.tlog.checkpoint import (
    Checkpoint,
    open_checkpoint,
    sign_checkpoint,
)
from provenance.tlog.cosignature import (
    CosignatureSigner,
    MLDSACosignatureSigner,
    read_cosignature,
)
from provenance.tlog.note import (
    NoteSignature,
    NoteSigner,
    check_signatures,
    format_note,
    parse_note,
    sign_note,
)
from tests.ledger_world import PRODUCER, LedgerWorld, can, signer_of
from tests.support.waiting import PATIENCE_SECONDS
from tests.world import MemoryNodes

ORIGIN = "log.example/tests"
NOW = 1_770_000_000


class Log:
    """A log that signs whatever it is asked to."""

    def __init__(self, history: str = "one", *, size: int = 20) -> None:
        self.nodes = MemoryNodes()
        self.signer = NoteSigner(ORIGIN, signer_of("log"))
        for index in range(size):
            self.nodes.append(f"{history} {index}".encode())

    def root(self, size: int) -> Hash:
        return merkle.root_hash(size, self.nodes) if size else EMPTY_ROOT

    def note(self, size: int, *, root: Hash | None = None) -> str:
        checkpoint = Checkpoint(ORIGIN, size, root or self.root(size))
        return format_note(sign_checkpoint(checkpoint, self.signer).note)

    def proof(self, old_size: int, new_size: int) -> Sequence[Hash]:
        if not old_size:
            return ()
        return merkle.prove_consistency(old_size, new_size, self.nodes)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def memory(tmp_path: pathlib.Path) -> WitnessMemory:
    return WitnessMemory.create(tmp_path / "witness.memory")


@pytest.fixture
def witness(memory: WitnessMemory, log: Log) -> Witness:
    return new_witness(memory, log)


def new_witness(memory: WitnessMemory, log: Log) -> Witness:
    return Witness(
        memory,
        name="harbour.example/witness",
        signer=signer_of("harbour"),
        logs={ORIGIN: [log.signer.verifier]},
    )


HARBOUR = CosignatureSigner("harbour.example/witness", signer_of("harbour"))


def cosign(
    witness: Witness,
    log: Log,
    size: int,
    *,
    old_size: int | None = None,
    now: int = NOW,
) -> NoteSignature:
    """Bring the log's checkpoint of *size* to the witness, as a client does."""
    start = witness.last_size(ORIGIN) if old_size is None else old_size
    return witness.add_checkpoint(
        log.note(size), old_size=start, proof=log.proof(start, size), now=now
    )


# What a witness signs.


def test_the_first_checkpoint_of_a_log_needs_no_proof(
    witness: Witness, log: Log, memory: WitnessMemory
) -> None:
    assert witness.last_size(ORIGIN) == 0
    line = cosign(witness, log, 7)
    note = parse_note(log.note(7)).with_signatures(line)
    assert check_signatures(note, [HARBOUR.verifier]) == (line,)
    assert read_cosignature(line).time == NOW
    assert memory.last(ORIGIN) == (7, log.root(7))


def test_every_step_of_a_growing_log_is_cosigned(
    witness: Witness, log: Log
) -> None:
    for size in (1, 2, 3, 7, 8, 13, 20):
        cosign(witness, log, size)
        assert witness.last_size(ORIGIN) == size


def test_an_empty_log_is_cosigned_as_well(witness: Witness, log: Log) -> None:
    cosign(witness, log, 0)
    cosign(witness, log, 3)
    assert witness.last_size(ORIGIN) == 3


def test_the_same_checkpoint_is_cosigned_again_with_a_new_time(
    witness: Witness, log: Log
) -> None:
    first = cosign(witness, log, 7)
    again = cosign(witness, log, 7, now=NOW + 60)
    assert read_cosignature(first).time == NOW
    assert read_cosignature(again).time == NOW + 60


def test_logs_do_not_stand_in_each_others_way(
    memory: WitnessMemory, log: Log
) -> None:
    other = NoteSigner("other.example/log", signer_of("other"))
    witness = Witness(
        memory,
        name="harbour.example/witness",
        signer=signer_of("harbour"),
        logs={ORIGIN: [log.signer.verifier], other.name: [other.verifier]},
    )
    cosign(witness, log, 7)
    checkpoint = Checkpoint(other.name, 3, log.root(3))
    note = format_note(sign_checkpoint(checkpoint, other).note)
    witness.add_checkpoint(note, old_size=0, proof=(), now=NOW)
    assert witness.last_size(ORIGIN) == 7
    assert witness.last_size(other.name) == 3


def test_a_log_with_two_keys_may_sign_with_either(
    memory: WitnessMemory, log: Log
) -> None:
    second = MLDSACosignatureSigner(
        ORIGIN, MLDSASigner.from_seed(sha256(b"pq"))
    )
    witness = Witness(
        memory,
        name="harbour.example/witness",
        signer=signer_of("harbour"),
        logs={ORIGIN: [log.signer.verifier, second.verifier]},
    )
    cosign(witness, log, 7)
    signed = sign_checkpoint(Checkpoint(ORIGIN, 9, log.root(9)), log.signer)
    note = signed.with_cosignatures(
        second.sign(signed.checkpoint, time=NOW)
    ).note
    line = witness.add_checkpoint(
        format_note(dataclasses.replace(note, signatures=note.signatures[1:])),
        old_size=7,
        proof=log.proof(7, 9),
        now=NOW,
    )
    assert line.name == "harbour.example/witness"


# What it refuses, in the order of the specification.


def test_faults_are_named_in_the_order_of_the_specification(
    witness: Witness, log: Log, memory: WitnessMemory
) -> None:
    cosign(witness, log, 5)
    elsewhere = NoteSigner("nowhere.example/log", signer_of("nowhere"))
    thief = NoteSigner(ORIGIN, signer_of("thief"))
    wrong = Log("another").proof(5, 9)

    def stranger(size: int, signer: NoteSigner) -> str:
        checkpoint = Checkpoint(signer.name, size, log.root(size))
        return format_note(sign_checkpoint(checkpoint, signer).note)

    # Each request has all the faults of those below it, but for the last.
    requests: list[tuple[type[ProvenanceError], str, int, Sequence[Hash]]] = [
        (
            MalformedError,
            stranger(4, elsewhere).replace("\n4\n", "\n04\n"),
            6,
            wrong,
        ),
        (NotFoundError, stranger(4, elsewhere), 6, wrong),
        (InvalidSignatureError, stranger(4, thief), 6, wrong),
        (MalformedError, log.note(4), 6, wrong),
        (ConflictError, log.note(9), 6, wrong),
        (InvalidProofError, log.note(9), 5, wrong),
    ]
    for expected, note, old_size, proof in requests:
        with pytest.raises(ProvenanceError) as caught:
            witness.add_checkpoint(
                note, old_size=old_size, proof=proof, now=NOW
            )
        assert type(caught.value) is expected, note
        assert memory.last(ORIGIN) == (5, log.root(5))
    witness.add_checkpoint(
        log.note(9), old_size=5, proof=log.proof(5, 9), now=NOW
    )


def test_a_conflict_names_the_size_to_start_from(
    witness: Witness, log: Log
) -> None:
    cosign(witness, log, 7)
    for old_size in (0, 6, 8, -1):
        with pytest.raises(ConflictError, match=r"is 7, not"):
            witness.add_checkpoint(
                log.note(9), old_size=old_size, proof=(), now=NOW
            )


@pytest.mark.parametrize("old_size", [0, 3, 5, 7, 9])
def test_a_rollback_is_refused_from_wherever_it_claims_to_start(
    witness: Witness, log: Log, memory: WitnessMemory, old_size: int
) -> None:
    cosign(witness, log, 7)
    with pytest.raises((ConflictError, MalformedError)):
        cosign(witness, log, 5, old_size=min(old_size, 5))
    with pytest.raises((ConflictError, MalformedError)):
        witness.add_checkpoint(
            log.note(5), old_size=old_size, proof=(), now=NOW
        )
    assert memory.last(ORIGIN) == (7, log.root(7))


def test_a_second_history_is_refused_at_every_size(
    witness: Witness, log: Log, memory: WitnessMemory
) -> None:
    cosign(witness, log, 7)
    fork = Log("another")
    for size in (7, 8, 20):
        with pytest.raises(InvalidProofError):
            cosign(witness, fork, size)
        with pytest.raises(InvalidProofError):
            witness.add_checkpoint(
                fork.note(size), old_size=7, proof=log.proof(7, size), now=NOW
            )
    assert memory.last(ORIGIN) == (7, log.root(7))


def test_any_change_of_a_proof_is_refused(witness: Witness, log: Log) -> None:
    cosign(witness, log, 7)
    proof = list(log.proof(7, 13))
    changed = [
        [*proof[:place], sha256(proof[place]), *proof[place + 1 :]]
        for place in range(len(proof))
    ]
    for bad in [
        [],
        proof[:-1],
        proof[1:],
        [*proof, proof[0]],
        proof[::-1],
        *changed,
    ]:
        with pytest.raises(InvalidProofError):
            witness.add_checkpoint(log.note(13), old_size=7, proof=bad, now=NOW)
    witness.add_checkpoint(log.note(13), old_size=7, proof=proof, now=NOW)


def test_where_there_is_nothing_to_prove_a_proof_is_refused(
    witness: Witness, log: Log
) -> None:
    with pytest.raises(InvalidProofError):
        witness.add_checkpoint(
            log.note(7), old_size=0, proof=[log.root(1)], now=NOW
        )
    cosign(witness, log, 7)
    with pytest.raises(InvalidProofError):
        witness.add_checkpoint(
            log.note(7), old_size=7, proof=[log.root(1)], now=NOW
        )


def test_an_empty_log_with_entries_is_refused(
    witness: Witness, log: Log
) -> None:
    text = f"{ORIGIN}\n0\nl5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=\n"
    note = format_note(sign_note(text, log.signer))
    with pytest.raises(InvalidProofError):
        witness.add_checkpoint(note, old_size=0, proof=(), now=NOW)


def test_extension_lines_are_refused_though_the_log_signed_them(
    witness: Witness, log: Log
) -> None:
    text = parse_note(log.note(7)).text + "map root abc\n"
    note = format_note(sign_note(text, log.signer))
    with pytest.raises(MalformedError):
        witness.add_checkpoint(note, old_size=0, proof=(), now=NOW)


def test_a_changed_log_signature_is_refused(witness: Witness, log: Log) -> None:
    note = parse_note(log.note(7))
    (line,) = note.signatures
    for byte in (0, 31, 63):
        bad = bytearray(line.signature)
        bad[byte] ^= 1
        forged = note.with_signatures(
            dataclasses.replace(line, signature=bytes(bad))
        )
        with pytest.raises(InvalidSignatureError):
            witness.add_checkpoint(
                format_note(forged), old_size=0, proof=(), now=NOW
            )
    assert witness.last_size(ORIGIN) == 0


# Its memory.


def test_a_forged_cosignature_in_the_note_does_not_wedge_the_witness(
    witness: Witness, log: Log, tmp_path: pathlib.Path
) -> None:
    forged = NoteSignature(HARBOUR.name, HARBOUR.verifier.key_id, bytes(72))
    note = parse_note(log.note(7)).with_signatures(forged)
    witness.add_checkpoint(format_note(note), old_size=0, proof=(), now=NOW)
    cosign(witness, log, 9)
    kept = read_sealed(tmp_path / "witness.memory", kind=KIND)[ORIGIN]
    assert kept == {"size": 9, "root": log.root(9).hex(), "note": log.note(9)}


def test_only_lines_that_were_verified_are_remembered(
    witness: Witness, log: Log, tmp_path: pathlib.Path
) -> None:
    stranger = NoteSignature("stranger.example", b"1234", b"x" * 600_000)
    note = parse_note(log.note(7)).with_signatures(stranger)
    witness.add_checkpoint(format_note(note), old_size=0, proof=(), now=NOW)
    assert (tmp_path / "witness.memory").stat().st_size < 2_000


@pytest.mark.parametrize(
    "damage", ["cut", "changed", "emptied", "another file"]
)
def test_a_damaged_memory_is_not_taken_for_an_empty_one(
    witness: Witness, log: Log, tmp_path: pathlib.Path, damage: str
) -> None:
    cosign(witness, log, 7)
    path = tmp_path / "witness.memory"
    data = path.read_bytes()
    path.write_bytes(
        {
            "cut": data[:-20],
            "changed": data.replace(b'"size": 7', b'"size": 1'),
            "emptied": b"",
            "another file": b"{}",
        }[damage]
    )
    with pytest.raises(MalformedError):
        witness.last_size(ORIGIN)
    with pytest.raises(MalformedError):
        cosign(witness, log, 7, old_size=0)


def test_a_lost_memory_is_not_taken_for_an_empty_one(
    witness: Witness, log: Log, tmp_path: pathlib.Path
) -> None:
    cosign(witness, log, 7)
    (tmp_path / "witness.memory").unlink()
    with pytest.raises(NotFoundError):
        cosign(witness, log, 7, old_size=0)
    assert not (tmp_path / "witness.memory").exists()


def test_a_crash_after_the_memory_was_written_costs_a_retry_only(
    witness: Witness, log: Log, memory: WitnessMemory
) -> None:
    cosign(witness, log, 7)
    # The line of this one is lost with the process; its memory is not.
    cosign(witness, log, 9)
    restarted = new_witness(memory, log)
    with pytest.raises(ConflictError, match="is 9"):
        cosign(restarted, log, 9, old_size=7)
    cosign(restarted, log, 9)


def test_a_memory_that_could_not_be_written_gives_no_cosignature(
    witness: Witness, log: Log, tmp_path: pathlib.Path
) -> None:
    cosign(witness, log, 7)
    # A folder in the way of the temporary file is as good as a full disk.
    (tmp_path / "witness.memory.tmp").mkdir()
    with pytest.raises(StoreError):
        cosign(witness, log, 9)
    assert witness.last_size(ORIGIN) == 7


def test_of_racing_requests_none_takes_the_witness_back(
    memory: WitnessMemory, log: Log
) -> None:
    cosigned: list[int] = []

    def grow(step: int) -> None:
        witness = new_witness(memory, log)
        while (last := witness.last_size(ORIGIN)) < 20:
            size = min(last + step, 20)
            try:
                cosign(witness, log, size, old_size=last)
            except ConflictError:
                continue
            cosigned.append(size)

    threads = [
        threading.Thread(target=grow, args=(step,)) for step in (1, 1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Had two requests started from one size, a size would be there twice.
    assert len(set(cosigned)) == len(cosigned)
    assert memory.last(ORIGIN) == (20, log.root(20))


# A ledger and its witnesses: two of these three must have seen a checkpoint.

NAMES = ("harbour", "union", "press")


class Seen:
    """A ledger whose trust file asks for two of three witnesses."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.world = LedgerWorld(folder / "ledger")
        keys = [
            CosignatureSigner(f"{name}.example/witness", signer_of(name))
            for name in NAMES
        ]
        self.world.trust = self.world.trust.with_policy(
            policy.Policy(
                (),
                tuple(
                    policy.PolicyWitness(name, key.verifier)
                    for name, key in zip(NAMES, keys, strict=True)
                ),
                (policy.Group("two", 2, NAMES),),
                "two",
            )
        )
        trust_file = self.world.folder / "trust.toml"
        trust_file.write_text(format_trust(self.world.trust))
        self.world.reopen()
        self.world.enrol_everyone()
        self.memories = {
            name: WitnessMemory.create(folder / f"{name}.memory")
            for name in NAMES
        }

    def witness(self, name: str) -> Witness:
        return Witness(
            self.memories[name],
            name=f"{name}.example/witness",
            signer=signer_of(name),
            logs={self.world.ledger.origin: self.world.trust.policy.log_keys},
        )

    def make(self, number: int) -> None:
        self.world.ledger.append(
            [self.world.made(can(number))],
            signer=signer_of(PRODUCER),
            issuer=PRODUCER,
        )

    def outcome(self, number: int) -> tuple[Outcome, str]:
        """Return the verdict on a can, and the step that decided it."""
        verdict = self.world.verdict(can(number))
        names = [
            s.name for s in verdict.steps if s.outcome is not Outcome.VERIFIED
        ]
        return verdict.outcome, ", ".join(names)


@pytest.fixture
def seen(tmp_path: pathlib.Path) -> Iterator[Seen]:
    seen = Seen(tmp_path)
    seen.make(1)
    yield seen
    seen.world.ledger.close()


class Between:
    """A witness with somebody between it and the ledger."""

    def __init__(
        self,
        witness: Witness,
        *,
        size: Callable[[int], int] = lambda size: size,
        line: Callable[[NoteSignature], NoteSignature] = lambda line: line,
        before: Callable[[], object] = lambda: None,
        ahead: int = 0,
    ) -> None:
        self.witness = witness
        self.size = size
        self.line = line
        self.before = before
        self.ahead = ahead
        self.asked = 0

    def last_size(self, origin: str) -> int:
        return self.size(self.witness.last_size(origin))

    def add_checkpoint(
        self, note: str, *, old_size: int, proof: Sequence[Hash], now: int
    ) -> NoteSignature:
        self.asked += 1
        self.before()
        line = self.witness.add_checkpoint(
            note, old_size=old_size, proof=proof, now=now + self.ahead
        )
        return self.line(line)


def fail(error: Exception) -> Callable[[], None]:
    def raise_it() -> None:
        raise error

    return raise_it


def test_only_a_quorum_of_witnesses_makes_a_bundle_verified(seen: Seen) -> None:
    assert seen.outcome(1) == (Outcome.INCOMPLETE, "quorum")
    assert seen.world.ledger.cosign([seen.witness("union")]) == [
        "union.example/witness"
    ]
    assert seen.outcome(1) == (Outcome.INCOMPLETE, "quorum")
    assert seen.world.ledger.cosign([seen.witness("press")]) == [
        "press.example/witness"
    ]
    assert seen.outcome(1) == (Outcome.VERIFIED, "")
    seen.make(2)
    assert seen.outcome(1) == (Outcome.INCOMPLETE, "quorum")
    answers = seen.world.ledger.cosign([seen.witness(name) for name in NAMES])
    assert answers == [f"{name}.example/witness" for name in NAMES]
    assert seen.outcome(1) == (Outcome.VERIFIED, "")
    assert seen.outcome(2) == (Outcome.VERIFIED, "")


def test_each_witness_is_given_the_proof_from_where_it_stands(
    seen: Seen,
) -> None:
    for number, names in enumerate(
        [NAMES, NAMES[:1], NAMES[1:], (), NAMES[:2], NAMES]
    ):
        seen.make(10 + number)
        answers = seen.world.ledger.cosign(
            [seen.witness(name) for name in names]
        )
        assert answers == [f"{name}.example/witness" for name in names]
    sizes = {
        seen.witness(name).last_size(seen.world.ledger.origin) for name in NAMES
    }
    assert sizes == {seen.world.ledger.size}


def test_readers_and_receipts_have_the_cosignatures_too(seen: Seen) -> None:
    submission = seen.world.sign(PRODUCER, seen.world.made(can(2)))
    (first,) = seen.world.ledger.submit([submission])
    assert isinstance(first, Receipt)
    seen.world.ledger.cosign([seen.witness(name) for name in NAMES[:2]])
    with open_reader(seen.world.folder) as reader:
        receipt = reader.receipt(first.log_index)
        assert len(parse_note(reader.checkpoint()).signatures) == 3
    index = verify_receipt(
        receipt.text,
        entry=submission.entry,
        trust=seen.world.trust,
        now=seen.world.now,
    )
    assert index == first.log_index
    assert audit_folder(seen.world.folder, processes=1).is_sound


def test_nobody_asked_is_nobody_heard(seen: Seen) -> None:
    before = seen.world.ledger.checkpoint()
    assert seen.world.ledger.cosign([]) == []
    assert seen.world.ledger.checkpoint() == before


def test_cosigning_again_replaces_a_line_and_adds_none(seen: Seen) -> None:
    witnesses = [seen.witness(name) for name in NAMES]
    seen.world.ledger.cosign(witnesses)
    seen.world.ledger.cosign(witnesses, now=seen.world.now + 60_000)
    note = parse_note(seen.world.ledger.checkpoint())
    assert len(note.signatures) == 4
    times = [read_cosignature(line).time for line in note.signatures[1:]]
    assert times == [seen.world.now // 1000 + 60] * 3


def test_cosignatures_are_kept_when_the_ledger_is_opened_again(
    seen: Seen,
) -> None:
    seen.world.ledger.cosign([seen.witness(name) for name in NAMES[:2]])
    before = seen.world.ledger.checkpoint()
    seen.world.reopen()
    assert seen.world.ledger.checkpoint() == before
    assert seen.outcome(1) == (Outcome.VERIFIED, "")


@pytest.mark.parametrize(
    "stored",
    ["", "no note\n", "another text\n\n— union.example/witness c+bDQAAAAAA=\n"],
)
def test_opening_signs_anew_what_no_note_can_be_read_from(
    seen: Seen, stored: str
) -> None:
    seen.world.ledger.cosign([seen.witness("union")])
    seen.world.ledger._writable.publish(seen.world.ledger.size, stored)
    seen.world.reopen()
    note = seen.world.ledger.checkpoint()
    open_checkpoint(note, seen.world.trust.policy.log_keys)
    assert len(parse_note(note).signatures) == 1


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        TimeoutError("too slow"),
        StoreError("its disk is full"),
    ],
)
def test_a_witness_that_fails_stops_no_other(
    seen: Seen, error: Exception
) -> None:
    harbour, union, press = (seen.witness(name) for name in NAMES)
    failing = Between(harbour, before=fail(error))
    answers = seen.world.ledger.cosign([failing, union, press])
    assert answers == [error, "union.example/witness", "press.example/witness"]
    assert seen.outcome(1) == (Outcome.VERIFIED, "")


def test_a_witness_that_cannot_say_where_it_stands_stops_no_other(
    seen: Seen,
) -> None:
    path = seen.memories["harbour"]._path
    path.write_bytes(path.read_bytes()[:-1])
    answers = seen.world.ledger.cosign([seen.witness(name) for name in NAMES])
    assert isinstance(answers[0], MalformedError)
    assert answers[1:] == ["union.example/witness", "press.example/witness"]


def changed(line: NoteSignature) -> NoteSignature:
    return dataclasses.replace(
        line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1])
    )


def older(line: NoteSignature) -> NoteSignature:
    """Claim to have cosigned a minute earlier."""
    time = int.from_bytes(line.signature[:8], "big") - 60
    return dataclasses.replace(
        line, signature=time.to_bytes(8, "big") + line.signature[8:]
    )


def renamed(line: NoteSignature) -> NoteSignature:
    return dataclasses.replace(line, name="union.example/witness")


def of_another(line: NoteSignature) -> NoteSignature:
    """Return what the witness would have said of another checkpoint."""
    del line
    signer = CosignatureSigner("harbour.example/witness", signer_of("harbour"))
    return signer.sign(
        Checkpoint("ledger.example/tests", 9, sha256(b"")), time=NOW
    )


def of_the_log(line: NoteSignature) -> NoteSignature:
    del line
    return NoteSigner("ledger.example/tests", signer_of("log")).sign("x\n")


@pytest.mark.parametrize(
    "lie", [changed, older, renamed, of_another, of_the_log]
)
def test_a_line_that_is_not_what_it_seems_is_not_kept(
    seen: Seen, lie: Callable[[NoteSignature], NoteSignature]
) -> None:
    before = seen.world.ledger.checkpoint()
    (answer,) = seen.world.ledger.cosign(
        [Between(seen.witness("harbour"), line=lie)]
    )
    assert isinstance(answer, InvalidSignatureError)
    assert seen.world.ledger.checkpoint() == before


def test_a_witness_whom_nobody_named_is_not_kept(
    seen: Seen, tmp_path: pathlib.Path
) -> None:
    stranger = Witness(
        WitnessMemory.create(tmp_path / "stranger.memory"),
        name="stranger.example",
        signer=signer_of("stranger"),
        logs={seen.world.ledger.origin: seen.world.trust.policy.log_keys},
    )
    before = seen.world.ledger.checkpoint()
    (answer,) = seen.world.ledger.cosign([stranger])
    assert isinstance(answer, InvalidSignatureError)
    assert "stranger.example" in str(answer)
    assert seen.world.ledger.checkpoint() == before


def test_a_witness_with_a_fast_clock_spoils_nothing(seen: Seen) -> None:
    fast = Between(seen.witness("harbour"), ahead=3600)
    answers = seen.world.ledger.cosign(
        [fast, seen.witness("union"), seen.witness("press")]
    )
    assert isinstance(answers[0], VerificationError)
    # Kept, it would have made every verifier refuse the checkpoint.
    assert seen.outcome(1) == (Outcome.VERIFIED, "")


def test_a_witness_that_moved_on_in_between_is_asked_again(seen: Seen) -> None:
    # What it says first is what it had cosigned before somebody else came.
    sizes = iter([0, seen.world.ledger.size])
    seen.world.ledger.cosign([seen.witness("harbour")])
    late = Between(seen.witness("harbour"), size=lambda _: next(sizes))
    assert seen.world.ledger.cosign([late]) == ["harbour.example/witness"]
    assert late.asked == 2


def test_a_witness_that_always_moves_on_is_given_up(seen: Seen) -> None:
    seen.world.ledger.cosign([seen.witness("harbour")])
    stuck = Between(seen.witness("harbour"), size=lambda size: size - 1)
    (answer,) = seen.world.ledger.cosign([stuck])
    assert isinstance(answer, ConflictError)
    assert stuck.asked == ASKED_AGAIN


def test_a_witness_that_has_seen_more_than_there_is_is_not_asked(
    seen: Seen,
) -> None:
    ahead = Between(seen.witness("harbour"), size=lambda size: size + 10_000)
    (answer,) = seen.world.ledger.cosign([ahead])
    assert isinstance(answer, ConflictError)
    assert "10000" in str(answer)
    assert ahead.asked == 0


def test_a_witness_that_names_an_impossible_size_stops_no_other(
    seen: Seen,
) -> None:
    mad: list[Cosigner] = [
        Between(seen.witness("harbour"), size=lambda _: -1), seen.witness("union"),
    ]  # fmt: skip
    answers = seen.world.ledger.cosign(mad)
    assert isinstance(answers[0], MalformedError)
    assert answers[1:] == ["union.example/witness"]


def test_what_was_cosigned_too_late_is_not_put_under_another_checkpoint(
    seen: Seen,
) -> None:
    size = seen.world.ledger.size
    slow = Between(seen.witness("union"), before=lambda: seen.make(2))
    answers = seen.world.ledger.cosign([seen.witness("harbour"), slow])
    assert [type(answer) for answer in answers] == [
        ConflictError,
        ConflictError,
    ]
    assert str(size) in str(answers[0])
    note = parse_note(seen.world.ledger.checkpoint())
    assert len(note.signatures) == 1
    # Asked again, both go on from the checkpoint that was not kept.
    again = seen.world.ledger.cosign(
        [seen.witness("harbour"), seen.witness("union")]
    )
    assert again == ["harbour.example/witness", "union.example/witness"]


def test_what_others_cosign_meanwhile_is_kept_as_well(seen: Seen) -> None:
    def meanwhile() -> None:
        seen.world.ledger.cosign([seen.witness("press")])

    slow = Between(seen.witness("union"), before=meanwhile)
    assert seen.world.ledger.cosign([slow]) == ["union.example/witness"]
    assert seen.outcome(1) == (Outcome.VERIFIED, "")


def test_appending_goes_on_while_a_witness_thinks(seen: Seen) -> None:
    thinking, answered = threading.Event(), threading.Event()

    def think() -> None:
        thinking.set()
        assert answered.wait(PATIENCE_SECONDS)

    slow = Between(seen.witness("union"), before=think)
    answers: list[object] = []
    thread = threading.Thread(
        target=lambda: answers.extend(seen.world.ledger.cosign([slow]))
    )
    thread.start()
    assert thinking.wait(PATIENCE_SECONDS)
    seen.make(2)
    answered.set()
    thread.join()
    assert [type(answer) for answer in answers] == [ConflictError]


def test_cosignatures_that_cannot_be_stored_are_an_error_and_stop_the_writer(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(seen.world.ledger._writable, "publish", full)
        with pytest.raises(StoreError, match="disk is full"):
            seen.world.ledger.cosign([seen.witness("union")])
    with pytest.raises(StoreError, match="stopped writing"):
        seen.make(2)
    seen.world.reopen()
    seen.make(2)


def test_a_ledger_put_back_with_its_memory_forks_and_no_witness_follows(
    seen: Seen, tmp_path: pathlib.Path
) -> None:
    world = seen.world
    world.ledger.close()
    # Against all advice the signer's memory goes into the backup too.
    shutil.copytree(world.folder, tmp_path / "backup")
    world.ledger = open_ledger(world.folder, clock=world.clock)
    seen.make(2)
    seen.world.ledger.cosign([seen.witness(name) for name in NAMES[:2]])
    world.ledger.close()
    shutil.rmtree(world.folder)
    shutil.copytree(tmp_path / "backup", world.folder)
    world.ledger = open_ledger(world.folder, clock=world.clock)

    answers = world.ledger.cosign([seen.witness(name) for name in NAMES[:2]])
    assert [type(answer) for answer in answers] == [
        ConflictError,
        ConflictError,
    ]
    seen.make(3)
    answers = world.ledger.cosign([seen.witness(name) for name in NAMES])
    assert [type(answer) for answer in answers] == [
        InvalidProofError,
        InvalidProofError,
        str,
    ]
    assert seen.outcome(3) == (Outcome.INCOMPLETE, "quorum")
