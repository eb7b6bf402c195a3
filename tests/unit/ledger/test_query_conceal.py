"""Queries look at what their reader may see, and at nothing else."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from provenance.claims.event import Field, Item, make_event
from provenance.epcis.event_hash import event_hash
from provenance.ledger.query import Queries
from provenance.store import index_scan
from tests.ledger_world import PRODUCER, body, can
from tests.support.query_world import QueryWorld

SECRET = "nobody's business"
CONCEALED: dict[str, dict[str, Any]] = {
    "/readPoint": {"WD_readPoint": "https://id.gs1.org/414/9506000000015"},
    "/bizTransactionList": {"EQ_bizTransaction_po": "urn:po:1"},
    "/bizLocation": {"EQ_bizLocation": "https://id.gs1.org/414/9506000000022"},
    "/ex:buyer": {"EQ_ex:buyer": SECRET},
    "/ex:size": {"GE_ex:size": 5},
    "/ex:deep/ex:inner": {"EQ_INNER_ex:inner": SECRET},
    "/ilmd/ex:grade": {"EQ_ILMD_ex:grade": SECRET},
}
"""Pointer → what finds the event by what it conceals there."""


def secretive() -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "action": "ADD",
        "eventID": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "bizStep": "inspecting",
        "disposition": "active",
        "eventTime": "2026-01-01T10:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [can(1)],
        "readPoint": {"id": "https://id.gs1.org/414/9506000000015/254/a"},
        "bizLocation": {"id": "https://id.gs1.org/414/9506000000022"},
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:po:1"}],
        "ilmd": {"ex:grade": SECRET},
        "ex:buyer": SECRET,
        "ex:size": 7,
        "ex:deep": {"ex:inner": SECRET, "ex:other": 1},
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryWorld]:
    world = QueryWorld(tmp_path_factory.mktemp("world"))
    world.log(secretive(), conceal=list(CONCEALED))
    world.log(secretive() | {"eventID": "urn:uuid:2", "epcList": [can(2)]})
    yield world
    world.ledger.close()


@pytest.fixture(params=["looked up", "in order"])
def queries(
    world: QueryWorld,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Queries]:
    if request.param == "in order":
        monkeypatch.setattr(index_scan, "_FEW", 0)
        monkeypatch.setattr(index_scan, "_BOUNDS", (0, 1))
    with world.queries() as queries:
        yield queries


@pytest.mark.parametrize("pointer", CONCEALED)
def test_what_is_concealed_is_found_by_whom_it_is_shown_to(
    world: QueryWorld, queries: Queries, pointer: str
) -> None:
    asked = CONCEALED[pointer]
    open_one = [1]
    others = sorted(CONCEALED.keys() - {pointer})
    assert world.ask_all(queries, dict(asked)) == open_one
    assert world.ask_all(queries, dict(asked), others) == open_one
    assert world.ask_all(queries, dict(asked), [pointer]) == [*open_one, 0]


@pytest.mark.parametrize("pointer", CONCEALED)
def test_what_is_concealed_is_shown_to_nobody_else(
    world: QueryWorld, queries: Queries, pointer: str
) -> None:
    member, _, deeper = pointer[1:].partition("/")
    for reveal, is_shown in (([], False), ([pointer], True)):
        asked = {"MATCH_epc": can(1)}
        (found,) = world.ask(queries, dict(asked), reveal).events
        if deeper:
            assert (deeper in found.event[member]) == is_shown  # type: ignore[operator]  # an object
        else:
            assert (member in found.event) == is_shown
        assert is_shown or SECRET not in json.dumps(found.event)


def test_everything_revealed_is_the_event_as_it_was(
    world: QueryWorld, queries: Queries
) -> None:
    asked = {"MATCH_epc": can(1)}
    (found,) = world.ask(queries, dict(asked), list(CONCEALED)).events
    shown = dict(found.event)
    assert shown.pop("recordTime")
    assert shown.pop("@context")
    assert shown == secretive()


def test_the_hash_is_that_of_what_is_shown(
    world: QueryWorld, queries: Queries
) -> None:
    prefixes = {"ex": "https://ns.example/epcis/"}
    whole = {"EQ_eventHash": event_hash(secretive(), prefixes)}
    # Who may not see it all cannot confirm a guess at what it conceals.
    assert world.ask_all(queries, dict(whole)) == []
    assert world.ask_all(queries, dict(whole), list(CONCEALED)) == [0]
    (found,) = world.ask(queries, {"MATCH_epc": can(1)}).events
    assert found.event_hash != whole["EQ_eventHash"]
    asked = {"EQ_eventHash": found.event_hash}
    assert world.ask_all(queries, dict(asked)) == [0]


def test_a_reveal_of_nothing_that_is_there_changes_nothing(
    world: QueryWorld, queries: Queries
) -> None:
    for pointer in ("/no:such", "/", "", "junk", "/bizStep/more"):
        assert world.ask_all(queries, {}, [pointer]) == [1, 0]
        assert world.ask_all(
            queries, {"EQ_bizStep": "inspecting"}, [pointer]
        ) == [1, 0]


def test_what_is_concealed_is_not_in_the_index(world: QueryWorld) -> None:
    with world.queries() as queries:
        world.ask(queries, {})
        world.ask(queries, {"EQ_eventHash": "ni:///sha-256;" + "0" * 64})
    for file in world.folder.glob("index.sqlite*"):
        assert SECRET.encode() not in file.read_bytes()


def test_what_is_revealed_is_told_as_far_as_epcis_has_words_for_it(
    tmp_path: pathlib.Path,
) -> None:
    world = QueryWorld(tmp_path)
    fields = [
        Field("/ex:bytes", b"x"),
        Field("/ex:deep", {"bytes": [b"x"]}),
        Field("/ex:good", 1),
        Field("/ex:slash~1ed/~0", 2),
    ]
    event = make_event(
        body(), [Item("epcList", can(1))], fields, secret=world.secret()
    )
    world.ledger.submit([world.sign(PRODUCER, event)])
    pointers = [field.pointer for field in fields]
    with world.queries() as queries:
        (plain,) = world.ask(queries, {}).events
        (found,) = world.ask(queries, {}, pointers).events
    assert dict(found.event) == {
        **plain.event,
        "ex:good": 1,
        "ex:slash/ed": {"~": 2},
    }
    world.ledger.close()
