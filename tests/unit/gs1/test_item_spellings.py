"""One thing, however it is written: every door takes what `read_item` reads."""

import pathlib
from collections.abc import Iterator

import pytest

from provenance import (
    Item,
    examine_bundle,
    new_event,
    open_queries,
    parse_query,
    verify_bundle,
)
from provenance.errors import MalformedError, NotFoundError
from provenance.proof.verdict import Outcome
from tests.ledger_world import PRODUCER, LedgerWorld, body, can, signer_of

SPELLINGS = [
    can(1),
    "urn:epc:id:sgtin:9506000.013435.K000001",
    "https://shop.example/some/01/09506000134352/21/K000001?17=270228",
    "HTTPS://ID.GS1.ORG/01/9506000134352/21/K000001",
    "(01)09506000134352(21)K000001",
    "]d2010950600013435221K000001",
    " 010950600013435221K000001\n",
]
NONSENSE = ["", "a can of milk", "(01)09506000134353(21)K1", "urn:epc:id:x:1"]


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    world.ledger.append(
        [world.made(can(1))], signer=signer_of(PRODUCER), issuer=PRODUCER
    )
    yield world
    world.ledger.close()


@pytest.mark.parametrize("item", SPELLINGS)
def test_a_genuine_bundle_is_verified_however_its_item_is_written(
    world: LedgerWorld, item: str
) -> None:
    bundle = world.ledger.prove_item(item)
    verdict = examine_bundle(
        bundle, trust=world.trust, now=world.now, item=item
    )
    assert (verdict.outcome, verdict.subject) == (Outcome.VERIFIED, can(1))
    proven = verify_bundle(bundle, trust=world.trust, now=world.now, item=item)
    assert proven.subject == can(1)


@pytest.mark.parametrize("item", SPELLINGS)
def test_a_ledger_is_asked_about_an_item_however_it_is_written(
    world: LedgerWorld, item: str
) -> None:
    (step,) = world.ledger.trail(item)
    head = world.ledger.head(item)
    assert head is not None
    assert head.count == 1
    with open_queries(world.folder) as queries:
        for name in ("MATCH_epc", "MATCH_anyEPC"):
            page = queries.run(parse_query({name: [item]}))
            assert [f.log_index for f in page.events] == [step.log_index]


@pytest.mark.parametrize("item", SPELLINGS)
def test_an_event_names_an_item_however_it_is_written(item: str) -> None:
    event = new_event(body(), [Item("epcList", item)])
    assert event.items == (Item("epcList", can(1)),)


@pytest.mark.parametrize("item", NONSENSE)
def test_what_names_nothing_is_malformed_and_not_missing(
    world: LedgerWorld, item: str
) -> None:
    bundle = world.ledger.prove_item(can(1))
    for ask in (
        world.ledger.trail,
        world.ledger.head,
        world.ledger.prove_item,
        lambda item: examine_bundle(
            bundle, trust=world.trust, now=world.now, item=item
        ),
        lambda item: verify_bundle(
            bundle, trust=world.trust, now=world.now, item=item
        ),
        lambda item: parse_query({"MATCH_epc": [item]}),
        lambda item: new_event(body(), [Item("epcList", item)]),
    ):
        with pytest.raises(MalformedError):
            ask(item)


def test_an_item_that_differs_in_case_alone_is_suggested(
    world: LedgerWorld,
) -> None:
    item = "(01)09506000134352(21)k000001"
    for ask in (world.ledger.trail, world.ledger.prove_item):
        with pytest.raises(NotFoundError, match=r"K000001.*letters alone"):
            ask(item)


def test_the_number_of_a_product_is_called_that(world: LedgerWorld) -> None:
    for ask in (world.ledger.trail, world.ledger.prove_item):
        with pytest.raises(NotFoundError, match="product's number, not one"):
            ask("9506000134352")


def test_an_item_that_nobody_logged_is_not_found(world: LedgerWorld) -> None:
    with pytest.raises(NotFoundError, match=r"no event of .*K000002'$"):
        world.ledger.prove_item("(01)09506000134352(21)K000002")
