"""A verified story is given out as EPCIS, as far as it is shown."""

import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from provenance.claims.event import Event, Field, Item, make_event
from provenance.encoding.canonical import Value
from provenance.epcis.document import parse_document
from provenance.epcis.prefixes import full_id, read_context
from provenance.epcis.render import render_document
from provenance.epcis.xml.write import write_xml
from provenance.proof.excerpt import NOT_SHOWN, SIGNED_BY, excerpt
from provenance.proof.verify import verify_bundle
from tests.ledger_world import (
    CUSTOMS,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)

PALLET = "https://id.gs1.org/00/095060000000000015"


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    """Three cans are made, packed and inspected."""
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    say(world, world.made(can(1), can(2), can(3)))
    say(
        world,
        make_event(
            body(type="AggregationEvent", action="ADD", bizStep="packing"),
            [
                Item("parentID", PALLET),
                *(Item("childEPCs", can(n)) for n in (1, 2, 3)),
            ],
            secret=world.secret(),
        ),
    )
    say(world, world.event(PALLET), by=CUSTOMS)
    yield world
    world.ledger.close()


def say(world: LedgerWorld, event: Event, by: str = PRODUCER) -> None:
    world.ledger.append([event], signer=signer_of(by), issuer=by)


def events_of(
    world: LedgerWorld, item: str, *reveal: str
) -> list[dict[str, Any]]:
    bundle = world.ledger.prove_item(item, reveal=reveal)
    verified = verify_bundle(bundle, trust=world.trust, now=world.now)
    return list(excerpt(verified.events))


def signer_in(members: Mapping[str, Value]) -> Value:
    """Return who signed; XML gives the name a prefix of its own."""
    prefixes = read_context(members.get("@context", []))
    (signer,) = [
        value
        for name, value in members.items()
        if full_id(name, prefixes) == SIGNED_BY
    ]
    return signer


def test_the_story_comes_out_as_epcis_in_log_order(world: LedgerWorld) -> None:
    events = events_of(world, can(2))
    assert [event["bizStep"] for event in events] == [
        "commissioning",
        "packing",
        "inspecting",
    ]
    assert events[0]["epcList"] == [can(2)]
    assert (events[1]["parentID"], events[1]["childEPCs"]) == (PALLET, [can(2)])
    assert events[2]["epcList"] == [PALLET]


def test_who_signed_and_how_much_is_not_shown_stands_beside(
    world: LedgerWorld,
) -> None:
    events = events_of(world, can(2))
    assert [event[SIGNED_BY] for event in events] == [
        PRODUCER,
        PRODUCER,
        CUSTOMS,
    ]
    assert [event.get(NOT_SHOWN) for event in events] == [2, 2, None]
    assert can(1) not in json.dumps(events)


def test_the_keys_and_grants_of_an_actor_are_no_epcis_events(
    world: LedgerWorld,
) -> None:
    assert events_of(world, PRODUCER) == []


def test_a_revealed_field_is_where_it_belongs_and_others_are_not_there(
    world: LedgerWorld,
) -> None:
    fields = [
        Field("/example:buyer/name", "Li Wei"),
        Field("/example:price", 12.5),
    ]
    items = [Item("epcList", can(1))]
    say(world, make_event(body(), items, fields, secret=world.secret()))
    hidden = events_of(world, can(1))[-1]
    assert "example:buyer" not in hidden
    shown = events_of(world, can(1), "/example:buyer/name")[-1]
    assert shown["example:buyer"] == {"name": "Li Wei"}
    assert "example:price" not in shown


@pytest.mark.parametrize("write", [render_document, write_xml])
def test_what_is_written_can_be_read_again(
    world: LedgerWorld, write: Any
) -> None:
    events = events_of(world, can(2))
    document = b"".join(write(events, created="2026-03-01T09:00:00Z"))
    drafts = parse_document(document)
    assert [signer_in(draft.body) for draft in drafts] == [
        PRODUCER,
        PRODUCER,
        CUSTOMS,
    ]
    assert drafts[1].items == (
        Item("parentID", PALLET),
        Item("childEPCs", can(2)),
    )
