"""What an event does is read from its signed parts, whoever made them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provenance.claims.roles import DEFAULT_ROLES
from provenance.epcis.acts import (
    Lots,
    created_lists,
    read_act,
)

from provenance.claims.event import Item
from provenance.claims.registry import Act
from provenance.epcis.vocabulary import BIZ_STEP, PRIVATE_STEP, PRIVATE_STEPS
from provenance.errors import MalformedError

UNIT = "https://id.gs1.org/01/09421902960017/21/K0000"
OTHER_UNIT = "https://id.gs1.org/01/09421902960017/21/K0001"
LOT = "https://id.gs1.org/01/09421902960017/10/L7"
PRODUCT = "https://id.gs1.org/01/09421902960017"
CARTON = "https://id.gs1.org/00/094219029600000017"
PLACE = "https://id.gs1.org/414/9421902960000"
ADDED: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "ADD",
    "bizStep": "commissioning",
}


def lot_of(body: dict[str, Any], item: str) -> str | None:
    return Lots(body).of(item)


ITEMS = [
    Item("epcList", UNIT),
    Item("epcList", OTHER_UNIT),
    Item("quantityList", LOT, 5),
    Item("epcList", "did:web:a"),
]


def test_commissioning_creates_under_the_owners_of_its_items() -> None:
    body = {
        **ADDED,
        "readPoint": {"id": "urn:epc:id:sgln:9421902.96000.0"},
        "bizLocation": {"id": "did:web:shed"},
    }
    assert read_act(body, ITEMS) == Act(
        kinds=frozenset({"commissioning"}),
        creates=("9421902960017", "did:web:a"),
        places=(PLACE, "did:web:shed"),
    )


def test_one_place_is_named_once() -> None:
    body = {
        **ADDED,
        "readPoint": {"id": "urn:epc:id:sgln:9421902.96000.0"},
        "bizLocation": {"id": PLACE},
    }
    assert read_act(body, ITEMS).places == (PLACE,)


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({"type": "ObjectEvent", "action": "OBSERVE"}, {"observing"}),
        (
            {"type": "ObjectEvent", "action": "ADD"},
            {"observing", "commissioning"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "DELETE",
                "bizStep": "destroying",
            },
            {"destroying", "decommissioning"},
        ),
        (
            {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping"},
            {"shipping"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "bizStep": "cbv:BizStep-shipping",
            },
            {"shipping"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "bizStep": "https://ref.gs1.org/cbv/BizStep-shipping",
            },
            {"shipping"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "bizStep": "urn:provenance:step:customs_released",
            },
            {"customs_released"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "bizStep": "https://a.example/x",
            },
            {"step:https://a.example/x"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "bizStep": "e:shipping",
                "@context": {"e": "https://a.example/"},
            },
            {"step:https://a.example/shipping"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "bizStep": "e:released",
                "@context": {"e": "urn:provenance:step:customs_"},
            },
            {"customs_released"},
        ),
        (
            {
                "type": "ObjectEvent",
                "action": "ADD",
                "bizStep": "cbv:BizStep-shipping",
                "@context": {"cbv": "https://a.example/"},
            },
            {"step:https://a.example/BizStep-shipping", "commissioning"},
        ),
        (
            {"type": "AggregationEvent", "action": "ADD", "bizStep": "packing"},
            {"packing"},
        ),
        ({"type": "AggregationEvent", "action": "DELETE"}, {"observing"}),
        ({"type": "TransformationEvent"}, {"observing", "transforming"}),
        ({"type": "https://a.example/Event", "action": "ADD"}, {"observing"}),
    ],
)
def test_an_event_needs_every_kind_that_it_is(
    body: dict[str, Any], kinds: set[str]
) -> None:
    act = read_act(body, [Item("epcList", UNIT)])
    assert act.kinds == kinds
    assert bool(act.creates) == ("commissioning" in kinds)


def test_a_transformation_creates_its_outputs_alone() -> None:
    items = [
        Item("inputEPCList", UNIT),
        Item("outputEPCList", CARTON),
        Item("outputQuantityList", LOT, 1),
    ]
    body: dict[str, Any] = {
        "type": "TransformationEvent",
        "bizStep": "assembling",
    }
    assert read_act(body, items).creates == (
        "94219029600000017",
        "9421902960017",
    )


def test_a_transformation_that_claims_an_action_still_creates() -> None:
    body: dict[str, Any] = {"type": "TransformationEvent", "action": "OBSERVE"}
    assert read_act(body, [Item("outputEPCList", UNIT)]).creates == (
        "9421902960017",
    )
    assert created_lists(body) == {"outputEPCList", "outputQuantityList"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": 1},
        {"action": 1},
        {"action": ["ADD"]},
        {"bizStep": 1},
        {"bizStep": []},
        {"bizStep": "selling"},
        {"bizStep": "urn:epcglobal:cbv:bizstep:shipping"},
        {"bizStep": "urn:provenance:step:shipping"},
        {"bizStep": "zz:shipping"},
        {"readPoint": "did:web:a"},
        {"readPoint": {}},
        {"readPoint": {"id": 1}},
        {"bizLocation": {"id": "shed"}},
        {"bizLocation": {"id": "https://id.gs1.org/414/9421902960001"}},
        {"@context": 1},
        {"@context": {"urn": "https://a.example/"}},
        {"@context": {"e": 1}},
    ],
)
def test_a_body_that_cannot_be_understood_is_refused(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(MalformedError):
        read_act({**ADDED, **wrong}, ITEMS)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "type",
                "action",
                "bizStep",
                "readPoint",
                "bizLocation",
                "@context",
                "ilmd",
            ]
        ),
        st.recursive(
            st.none() | st.integers() | st.binary() | st.text(max_size=9),
            lambda v: (
                st.lists(v, max_size=2)
                | st.dictionaries(
                    st.text(max_size=5)
                    | st.just("id")
                    | st.just("cbvmda:lotNumber"),
                    v,
                    max_size=2,
                )
            ),
        ),
    )
)
def test_a_hostile_body_raises_only_malformed(changed: dict[str, Any]) -> None:
    body = {**ADDED, **changed}
    for read in (
        lambda: read_act(body, ITEMS),
        lambda: lot_of(body, UNIT),
    ):
        try:
            read()
        except MalformedError:
            continue


# Lots.


@pytest.mark.parametrize(
    "ilmd",
    [
        {"cbvmda:lotNumber": "L7"},
        {"urn:epcglobal:cbv:mda:lotNumber": "L7"},
        {"cbvmda:lotNumber": "L7", "cbvmda:grossWeight": "3"},
    ],
)
def test_a_unit_belongs_to_the_lot_it_was_commissioned_in(
    ilmd: Any,
) -> None:
    assert lot_of({**ADDED, "ilmd": ilmd}, UNIT) == LOT
    assert lot_of({"type": "TransformationEvent", "ilmd": ilmd}, UNIT) == LOT
    assert lot_of({**ADDED, "ilmd": ilmd}, PRODUCT) == LOT


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        ("urn:epcglobal:cbv:mda:", "m:lotNumber"),
        ("urn:epcglobal:cbv:mda:lot", "m:Number"),
    ],
)
def test_a_prefix_of_the_document_can_name_the_lot(
    namespace: str, name: str
) -> None:
    own: Any = {"@context": {"m": namespace}, "ilmd": {name: "L7"}}
    assert lot_of({**ADDED, **own}, UNIT) == LOT


def test_a_prefix_that_means_something_else_names_no_lot() -> None:
    own: Any = {
        "@context": {"cbvmda": "https://a.example/"},
        "ilmd": {"cbvmda:lotNumber": "L7"},
    }
    assert lot_of({**ADDED, **own}, UNIT) is None


@pytest.mark.parametrize("item", [LOT, CARTON, "did:web:a"])
def test_only_an_item_of_a_product_belongs_to_a_lot(item: str) -> None:
    assert lot_of({**ADDED, "ilmd": {"cbvmda:lotNumber": "L7"}}, item) is None


def test_only_an_event_that_creates_names_a_lot() -> None:
    ilmd: Any = {"cbvmda:lotNumber": "L7"}
    assert lot_of({**ADDED, "action": "OBSERVE", "ilmd": ilmd}, UNIT) is None
    assert (
        lot_of({**ADDED, "type": "AggregationEvent", "ilmd": ilmd}, UNIT)
        is None
    )
    assert lot_of({**ADDED, "ilmd": {}}, UNIT) is None
    assert lot_of(ADDED, UNIT) is None


@pytest.mark.parametrize(
    "ilmd",
    [
        1,
        {"cbvmda:lotNumber": 7},
        {"cbvmda:lotNumber": "L 7"},
        {"cbvmda:lotNumber": "L7", "urn:epcglobal:cbv:mda:lotNumber": "L7"},
    ],
)
def test_a_lot_that_is_none_is_refused(ilmd: Any) -> None:
    with pytest.raises(MalformedError):
        lot_of({**ADDED, "ilmd": ilmd}, UNIT)


def test_every_kind_that_a_role_may_sign_exists() -> None:
    steps = {
        next(iter(read_act({"type": "ObjectEvent", "bizStep": s}, []).kinds))
        for s in [*BIZ_STEP.words, *(PRIVATE_STEP + w for w in PRIVATE_STEPS)]
    }
    assert set().union(*DEFAULT_ROLES.values()) <= steps | {
        "observing",
        "transforming",
        "*",
    }
