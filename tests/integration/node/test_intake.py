"""The first look at what was sent: cheap, whatever it is."""

import dataclasses

import msgpack
import pytest
from provenance_node.intake import Given, Look, Screening, look, split
from provenance_node.problems import RefusedError

from provenance.claims.event import Item, make_event
from provenance.claims.registry import Authority, TrustRegistry
from provenance.claims.statement import (
    MAX_EVENTS,
    Submission,
    sign_statement,
)
from provenance.encoding.canonical import encode
from provenance.errors import MalformedError, RoleNotGrantedError
from tests.ledger_world import ORIGIN, PRODUCER, START, body, can, signer_of
from tests.support.bombs import VALUES, peak_of
from tests.support.node_world import array_of

HEAD = b"\x93\xb8provenance/submission/v2\xc4\x01\x00"


def signed() -> Submission:
    event = make_event(body(), [Item("epcList", can(1))], secret=bytes(32))
    return sign_statement(
        [event],
        signer=signer_of(PRODUCER),
        issuer=PRODUCER,
        origin=ORIGIN,
        now=START,
    )


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_a_submission_of_many_small_values_costs_no_memory(
    bomb: bytes,
) -> None:
    for data in (HEAD + bomb, bomb):
        pieces, _ = split(data, most=2**30) if data != bomb else ([bomb], 0)

        def read(piece: bytes = pieces[0]) -> None:
            with pytest.raises(MalformedError):
                look(piece)

        assert peak_of(read) < len(bomb)


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_a_body_of_many_small_pieces_is_refused_before_they_are_cut(
    bomb: bytes,
) -> None:
    def cut() -> None:
        with pytest.raises(RefusedError, match="at most 1000"):
            split(bomb, most=1_000)

    assert peak_of(cut) < 2 * len(bomb)


def test_a_request_may_have_as_many_statements_as_are_allowed() -> None:
    one = signed()
    for pieces in (array_of(one, one, one), one.to_bytes() * 3):
        assert split(pieces, most=3) == ([one.to_bytes()] * 3, True)
        with pytest.raises(RefusedError, match="at most 2"):
            split(pieces, most=2)


def test_as_many_events_as_a_statement_may_have_are_looked_at() -> None:
    most = Submission(signed().entry, (b"x",) * MAX_EVENTS)
    assert look(most.to_bytes()).submission == most


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_what_an_actor_without_a_grant_sends_is_not_unpacked(
    bomb: bytes,
) -> None:
    screening = Screening(
        TrustRegistry(
            [
                Authority(
                    PRODUCER,
                    "P",
                    (signer_of(PRODUCER).verifier.data,),
                    is_pinned=True,
                )
            ],
            threshold=1,
            origin=ORIGIN,
        ),
        origin=ORIGIN,
    )
    leaf = encode(["body", {"type": "KeyAdded"}])
    for event in (
        bomb,
        b"\x93" + bomb,
        b"\x93\x91\x92\x01\x01" + bomb,
        b"\x93\x91\x92\x01\x01\x90" + bomb,
        msgpack.packb([[[1, 1]], [], [leaf[:6] + b"\x81\xa1a" + bomb, leaf]]),
    ):
        piece = dataclasses.replace(signed(), events=(event,)).to_bytes()
        found: list[Look] = []

        def see(piece: bytes = piece, found: list[Look] = found) -> None:
            found += screening.look_all([piece])

        # A few copies of it.
        assert peak_of(see) < 5 * len(piece)
        (given,) = found
        assert isinstance(given, Given)
        assert isinstance(given.doubt, RoleNotGrantedError)
