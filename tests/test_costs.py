"""Proving and verifying cost no more than in proportion to what is shown.

What is counted are hashes and comparisons: no clock says how long they take.
"""

import pathlib

from provenance.claims.event import Item, make_event
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
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
    few, many = (costs_of(tmp_path / f"{n}", n) for n in (250, 1_000))
    for less, more in zip(few, many, strict=True):
        assert more <= 4.5 * less, (few, many)
    # A leaf, a node and an id for each event, and little else.
    assert many[0] < 8 * 1_000


def costs_of(folder: pathlib.Path, count: int) -> tuple[int, int]:
    """Return the hashes of proving *count* events of a lot, and of verifying."""
    world = told_of(folder, count)
    proven: list[bytes] = []
    found: list[Verdict] = []
    proving = hashes_of(lambda: proven.append(world.ledger.prove_item(UNIT)))
    verifying = hashes_of(
        lambda: found.append(
            examine_bundle(proven[0], trust=world.trust, now=world.now)
        )
    )
    world.ledger.close()
    assert found[0].outcome is Outcome.VERIFIED
    assert found[0].summary is not None
    assert found[0].summary.event_count == count + 3
    return proving, verifying
