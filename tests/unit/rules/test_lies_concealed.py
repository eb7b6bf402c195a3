"""What may not be hidden: whatever a rule reads.

Each lie is refused by the ledger that is asked to admit it, and by whoever
verifies the item from a log that holds it all the same, whether the concealed
value is shown or not.
"""

import pytest

from provenance.claims.event import Field, Item, make_event
from provenance.encoding.canonical import encode
from provenance.errors import MalformedError
from provenance.proof.verdict import Outcome
from tests.support.lies_world import MAKER, LiesWorld
from tests.world import can, sscc

FORM = {"PRV-0801"}
RECALL = "urn:provenance:step:recalled"


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/bizStep", RECALL),
        ("/disposition", "recalled"),
        ("/persistentDisposition", {"set": ["recalled"]}),
        ("/persistentDisposition/set", ["recalled"]),
        ("/persistentDisposition/set/0", "recalled"),
        ("/action", "DELETE"),
        ("/eventTime", "2026-01-01T00:00:00Z"),
        ("/eventID", "urn:uuid:1"),
        ("/errorDeclaration", {"reason": "did_not_occur"}),
        ("/errorDeclaration/reason", "did_not_occur"),
        ("/after", []),
        ("/after/0", [can(1), bytes(32)]),
        ("/concerns", ["2026-01-01T00:00:00Z", None]),
        ("/concerns/1", None),
        ("/ilmd", {"cbvmda:lotNumber": "L7"}),
        ("/ilmd/cbvmda:lotNumber", "L7"),
        ("/ilmd/urn:epcglobal:cbv:mda:lotNumber", "L7"),
        ("/ilmd/cbvmda:itemExpirationDate", "2026-01-01"),
        ("/parentID", sscc(1)),
        ("/childEPCs/0", sscc(1)),
        ("/transformationID", "urn:x:1"),
        ("/@context/0", {"a": "urn:b:"}),
        ("/type", "AggregationEvent"),
    ],
)
def test_no_rule_is_escaped_by_concealing_what_it_reads(
    pointer: str, value: object
) -> None:
    world = LiesWorld()
    event = world.event(
        "ObjectEvent",
        Item("epcList", can(1)),
        fields=[Field(pointer, value)],  # type: ignore[arg-type]  # a value of the format
        action="OBSERVE",
        eventID=None,
    )
    assert world.lie(MAKER, event) == FORM


def test_what_no_rule_reads_may_be_concealed() -> None:
    world = LiesWorld()
    for pointer in ("/ext:price", "/ilmd/ext:x", "/note", "/bizLocation"):
        event = world.event(
            "ObjectEvent",
            Item("epcList", can(1)),
            fields=[Field(pointer, "x")],
            action="OBSERVE",
            bizStep="inspecting",
        )
        world.truth(MAKER, event)


@pytest.mark.parametrize(
    ("pointer", "member"),
    [
        ("/note", {"note": "y"}),
        ("/ext:deep/a", {"ext:deep": {"a": "y"}}),
        ("/ext:deep/a", {"ext:deep": "y"}),
        ("/ext:deep", {"ext:deep": None}),
        ("/ext:rows/0", {"ext:rows": ["y"]}),
    ],
)
def test_a_concealed_value_does_not_stand_against_the_open_one(
    pointer: str, member: dict[str, object]
) -> None:
    world = LiesWorld()
    event = world.event(
        "ObjectEvent",
        Item("epcList", can(1)),
        fields=[Field(pointer, "x")],
        action="OBSERVE",
        bizStep="inspecting",
        **member,
    )
    assert world.lie(MAKER, event) == FORM


def test_no_concealed_value_stands_within_another() -> None:
    world = LiesWorld()
    for inner in ("/ext:a/b", "/ext:a/b/c"):
        world = LiesWorld()
        event = world.event(
            "ObjectEvent",
            Item("epcList", can(1)),
            fields=[Field("/ext:a", "x"), Field(inner, "y")],
            action="OBSERVE",
        )
        assert world.lie(MAKER, event) == FORM


def test_two_leaves_are_not_concealed_at_one_place() -> None:
    """The holder would choose which of them to show."""
    for pointers in (("/a", "/a"), ("/a", "/b", "/a")):
        with pytest.raises(MalformedError, match="pointer"):
            make_event(
                {"type": "ObjectEvent"},
                [Item("epcList", can(1))],
                [Field(pointer, n) for n, pointer in enumerate(pointers)],
                secret=bytes(32),
            )


def test_one_place_has_no_second_spelling() -> None:
    """`~1` and `~0` alone are escapes, and each sign has one."""
    for pointer in ("a", "/a~2b", "/a~", ""):
        with pytest.raises(MalformedError, match="pointer"):
            make_event(
                {"type": "ObjectEvent"},
                [Item("epcList", can(1))],
                [Field(pointer, 1)],
                secret=bytes(32),
            )


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_recall_is_refused_whether_it_is_shown_or_not(
    is_shown: bool,
) -> None:
    world = LiesWorld()
    event = world.event(
        "ObjectEvent",
        Item("epcList", can(1)),
        fields=[Field("/bizStep", RECALL), Field("/disposition", "recalled")],
        action="OBSERVE",
    )
    assert (world.say(MAKER, event), 0) in world.refused
    reveal = ("/bizStep", "/disposition") if is_shown else ()
    verdict = world.examine(world.bundle(can(1), reveal=reveal))
    assert verdict.outcome is Outcome.FAILED


def test_a_name_is_not_used_twice_by_concealing_it_once() -> None:
    world = LiesWorld()
    name = "urn:uuid:7d2fd0a1-0003-4000-8000-000000000001"
    world.truth(MAKER, world.seen(can(1), eventID=name))
    event = world.event(
        "ObjectEvent",
        Item("epcList", can(1)),
        fields=[Field("/eventID", name)],
        action="OBSERVE",
        eventID=None,
    )
    assert world.lie(MAKER, event) == FORM
    assert encode(name) not in event.leaves[0]  # type: ignore[operator]  # it is shown
