"""Proving and verifying cost no more than in proportion to what is shown.

What is counted are hashes and comparisons: no clock says how long they take.
"""

import pathlib

import pytest

from provenance.claims.event import Item, make_event
from provenance.proof.verdict import Outcome
from tests.counting import hashes_of
from tests.ledger_world import PRODUCER, LedgerWorld, body, signer_of

UNIT = "https://id.gs1.org/01/09506000134352/21/U1"
LOT = "https://id.gs1.org/01/09506000134352/10/L7"


def told_of(folder: pathlib.Path, count: int) -> LedgerWorld:
    """Return a ledger where one statement says *count* things of a lot."""
    world = LedgerWorld(folder)
    world.enrol(PRODUCER, "producer", prefixes=("9506000",))
    made = body(
        action="ADD", bizStep="commissioning", ilmd={"cbvmda:lotNumber": "L7"}
    )
    seen = Item("quantityList", LOT, 1, None, is_quantity=True)
    for events in (
        [make_event(made, [Item("epcList", UNIT)], secret=world.secret())],
        [
            make_event(body(), [seen], secret=world.secret())
            for _ in range(count)
        ],
    ):
        world.ledger.append(events, signer=signer_of(PRODUCER), issuer=PRODUCER)
    return world


def test_four_times_the_events_of_a_statement_cost_four_times_the_hashes(
    tmp_path: pathlib.Path,
) -> None:
    proving, verifying = [], []
    for count in (500, 2_000):
        world = told_of(tmp_path / f"{count}", count)
        verdicts = []
        proving.append(hashes_of(lambda: world.ledger.prove_item(UNIT)))
        verifying.append(
            hashes_of(lambda: verdicts.append(world.verdict(UNIT)))
        )
        assert verdicts[0].outcome is Outcome.VERIFIED
        assert verdicts[0].summary.event_count == count + 3
        world.ledger.close()
    for few, many in (proving, verifying):
        assert many <= 4.5 * few, (few, many)
    # A leaf, a node and an id for each event, and little else.
    assert proving[1] < 12 * 2_000
