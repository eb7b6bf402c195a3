"""A receipt proves that one statement is in the log, and nothing more."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.statement import parse_entry
from provenance.encoding.canonical import encode
from provenance.errors import (
    InvalidProofError,
    InvalidSignatureError,
    MalformedError,
    ProvenanceError,
    QuorumNotMetError,
    UnknownKindError,
    VerificationError,
)
from provenance.proof.receipt import Receipt, verify_receipt
from provenance.tlog import merkle
from provenance.tlog.note import NoteSigner, format_note
from provenance.tlog.proof_file import ProofFile, format_proof
from tests.world import ORIGIN, OWNER, World, can, signer_of


def a_world(**options: bool) -> World:
    world = World(witnesses=("w1", "w2", "w3"), **options)
    for number in range(5):
        world.say(OWNER, world.made(can(number)))
    world.commit()
    return world


def receipt_of(world: World, index: int) -> Receipt:
    logged = world.logged(index)
    hashes = merkle.prove_inclusion(index, len(world.entries), world.nodes)
    proof = ProofFile(index, hashes, format_note(world.sign().note))
    return Receipt(
        index,
        parse_entry(logged.entry).statement_id,
        format_proof(proof),
        logged.entry,
    )


def test_of_an_entry_of_an_unknown_kind_it_is_said_which() -> None:
    world = a_world()
    receipt = receipt_of(world, 1)
    with pytest.raises(UnknownKindError, match="kind 7"):
        verify_receipt(
            receipt.text,
            entry=encode([7, b"x"]),
            trust=world.trust(),
            now=world.now,
        )


def test_a_receipt_names_the_index_that_it_proves() -> None:
    world = a_world()
    for index in range(5):
        receipt = receipt_of(world, index)
        assert (
            verify_receipt(
                receipt.text,
                entry=world.entries[index],
                trust=world.trust(),
                now=world.now,
            )
            == index
        )
        assert (
            verify_receipt(
                receipt.text.encode(),
                entry=world.entries[index],
                trust=world.trust(),
                now=world.now,
            )
            == index
        )


def test_who_holds_a_receipt_verifies_it_alone() -> None:
    world = a_world()
    receipt = receipt_of(world, 2)
    assert receipt.verify(trust=world.trust(), now=world.now) == 2
    other = dataclasses.replace(receipt, entry=world.entries[3])
    with pytest.raises(InvalidProofError):
        other.verify(trust=world.trust(), now=world.now)


def test_a_receipt_does_not_age() -> None:
    world = a_world()
    later = world.now + 10 * 365 * 86_400_000
    assert (
        verify_receipt(
            receipt_of(world, 1).text,
            entry=world.entries[1],
            trust=world.trust(),
            now=later,
        )
        == 1
    )


def test_a_receipt_is_for_its_own_statement_only() -> None:
    world = a_world()
    with pytest.raises(InvalidProofError):
        verify_receipt(
            receipt_of(world, 1).text,
            entry=world.entries[2],
            trust=world.trust(),
            now=world.now,
        )


def test_a_map_commitment_has_no_receipt() -> None:
    world = a_world()
    hashes = merkle.prove_inclusion(5, len(world.entries), world.nodes)
    proof = ProofFile(5, hashes, format_note(world.sign().note))
    with pytest.raises(MalformedError):
        verify_receipt(
            format_proof(proof),
            entry=world.entries[5],
            trust=world.trust(),
            now=world.now,
        )


def test_a_statement_for_another_ledger_is_refused() -> None:
    world = a_world()
    index = world.say(OWNER, world.made(can(9)), origin="other.example")
    world.commit()
    with pytest.raises(VerificationError, match="signed for the ledger 'other"):
        verify_receipt(
            receipt_of(world, index).text,
            entry=world.entries[index],
            trust=world.trust(),
            now=world.now,
        )


def test_an_unknown_log_key_is_refused() -> None:
    world = a_world()
    honest = world.trust()
    world.log_signer = NoteSigner(ORIGIN, signer_of("thief"))
    with pytest.raises(InvalidSignatureError):
        verify_receipt(
            receipt_of(world, 1).text,
            entry=world.entries[1],
            trust=honest,
            now=world.now,
        )


def test_every_log_key_that_is_listed_must_sign() -> None:
    world = a_world(post_quantum=True)
    trust = world.trust()
    assert (
        verify_receipt(
            receipt_of(world, 1).text,
            entry=world.entries[1],
            trust=trust,
            now=world.now,
        )
        == 1
    )
    world.post_quantum = None
    with pytest.raises(InvalidSignatureError, match="did not sign"):
        verify_receipt(
            receipt_of(world, 1).text,
            entry=world.entries[1],
            trust=trust,
            now=world.now,
        )


def test_too_few_witnesses_are_too_few() -> None:
    world = a_world()
    trust = world.trust()
    world.witnesses = world.witnesses[:1]
    with pytest.raises(QuorumNotMetError):
        verify_receipt(
            receipt_of(world, 1).text,
            entry=world.entries[1],
            trust=trust,
            now=world.now,
        )
    nobody = dataclasses.replace(
        trust, policy=dataclasses.replace(trust.policy, quorum=None)
    )
    assert (
        verify_receipt(
            receipt_of(world, 1).text,
            entry=world.entries[1],
            trust=nobody,
            now=world.now,
        )
        == 1
    )


def test_a_cosignature_from_the_future_is_refused() -> None:
    world = a_world()
    receipt = receipt_of(world, 1)
    verify_receipt(
        receipt.text,
        entry=world.entries[1],
        trust=world.trust(),
        now=world.now - 300_000,
    )
    with pytest.raises(VerificationError, match="ahead"):
        verify_receipt(
            receipt.text,
            entry=world.entries[1],
            trust=world.trust(),
            now=world.now - 302_000,
        )


WORLD = a_world()
TEXT = receipt_of(WORLD, 3).text.encode()
TRUST = WORLD.trust()


@given(st.data())
def test_a_flipped_byte_proves_nothing_else(data: st.DataObject) -> None:
    tampered = bytearray(TEXT)
    tampered[data.draw(st.integers(0, len(TEXT) - 1))] ^= data.draw(
        st.integers(1, 255)
    )
    try:
        # One of three cosignatures may be spoilt where two are enough.
        assert (
            verify_receipt(
                bytes(tampered),
                entry=WORLD.entries[3],
                trust=TRUST,
                now=WORLD.now,
            )
            == 3
        )
    except ProvenanceError:
        return
    assert (
        tampered[: TEXT.index("—".encode())] == TEXT[: TEXT.index("—".encode())]
    )
