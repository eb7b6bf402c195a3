"""What an event does is read from its signed parts, whoever made them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.act import Act, Need
from provenance.claims.event import CODES, Item
from provenance.epcis.lots import Lots
from provenance.errors import MalformedError
from provenance.rules.act import read_act
from provenance.rules.book import baseline
from provenance.rules.reading import read_event

BOOK = baseline()

UNIT = "https://id.gs1.org/01/09421902960017/21/K0000"
OTHER_UNIT = "https://id.gs1.org/01/09421902960017/21/K0001"
LOT = "https://id.gs1.org/01/09421902960017/10/L7"
PRODUCT = "https://id.gs1.org/01/09421902960017"
CARTON = "https://id.gs1.org/00/094219029600000017"
PLACE = "https://id.gs1.org/414/9421902960000"
ADDED: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "ADD",
    "eventTime": "2026-03-01T09:00:00Z",
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


def act_of(body: dict[str, Any], items: list[Item]) -> Act:
    codes = [CODES[item.relation] for item in items]
    counts = tuple(sorted((code, codes.count(code)) for code in {*codes}))
    reading = read_event(
        {"eventTime": ADDED["eventTime"], **body}, counts, BOOK
    )
    return read_act(body, items, reading, BOOK)


def need(*kinds: str, keys: tuple[str, ...] = ()) -> Need:
    return Need(frozenset(kinds), keys)


PACKING = need("packing", "loading", "assembling", "installing", "repackaging")
UNPACKING = need(
    "unpacking", "unloading", "disassembling", "removing", "repackaging",
    "picking", "sampling",
)  # fmt: skip


def test_commissioning_takes_the_prefixes_of_its_items() -> None:
    body = {
        **ADDED,
        "readPoint": {"id": "urn:epc:id:sgln:9421902.96000.0"},
        "bizLocation": {"id": "did:web:shed"},
    }
    keys = "9421902960017", "did:web:a"
    assert act_of(body, ITEMS) == Act(
        needs=(need("commissioning", keys=keys),),
        places=(PLACE, "did:web:shed"),
    )


def test_one_place_is_named_once() -> None:
    body = {
        **ADDED,
        "readPoint": {"id": "urn:epc:id:sgln:9421902.96000.0"},
        "bizLocation": {"id": PLACE},
    }
    assert act_of(body, ITEMS).places == (PLACE,)


OBJECT = {"type": "ObjectEvent"}
KEY = ("9421902960017",)


@pytest.mark.parametrize(("body", "needs"), [
    ({**OBJECT, "action": "OBSERVE"}, [need("observing")]),
    ({**OBJECT, "action": "ADD"},
     [need("observing"), need("commissioning", keys=KEY)]),
    ({**OBJECT, "action": "DELETE", "bizStep": "destroying"},
     [need("destroying"), need("decommissioning", "destroying")]),
    ({**OBJECT, "action": "OBSERVE", "bizStep": "cbv:BizStep-shipping"},
     [need("shipping")]),
    ({**OBJECT, "action": "OBSERVE",
      "bizStep": "urn:provenance:step:customs_released"},
     [need("customs_released")]),
    ({**OBJECT, "action": "OBSERVE", "bizStep": "https://a.example/x"},
     [need("step:https://a.example/x")]),
    ({**OBJECT, "action": "OBSERVE", "bizStep": "e:released",
      "@context": {"e": "urn:provenance:step:customs_"}},
     [need("customs_released")]),
    ({**OBJECT, "action": "OBSERVE", "bizStep": "commissioning"},
     [need("commissioning", keys=KEY)]),
    ({**OBJECT, "action": "OBSERVE", "bizStep": "encoding"},
     [need("encoding", keys=KEY)]),
    ({**OBJECT, "action": "OBSERVE", "disposition": "recalled"},
     [need("observing"), need("recalled", keys=KEY)]),
    ({**OBJECT, "action": "OBSERVE",
      "persistentDisposition": {"set": ["recalled"]}},
     [need("observing"), need("recalled", keys=KEY)]),
    ({**OBJECT, "action": "OBSERVE",
      "persistentDisposition": {"unset": ["recalled"]}}, [need("observing")]),
    ({**OBJECT, "action": "OBSERVE",
      "bizStep": "urn:provenance:step:recalled"},
     [need("recalled", keys=KEY)]),
    ({"type": "urn:x:Event", "bizStep": "commissioning"},
     [need("commissioning", keys=KEY)]),
    ({"type": "https://a.example/Event", "action": "ADD"},
     [need("observing")]),
])  # fmt: skip
def test_an_event_needs_all_that_it_does(
    body: dict[str, Any], needs: list[Need]
) -> None:
    act = act_of(body, [Item("epcList", UNIT)])
    assert list(act.needs) == needs
    assert act.recalls == any("recalled" in each.kinds for each in needs)


@pytest.mark.parametrize(("action", "needs"), [
    ("ADD", [need("observing"), PACKING]),
    ("DELETE", [need("observing"), UNPACKING]),
    ("OBSERVE", [need("observing")]),
])  # fmt: skip
def test_whoever_packs_and_unpacks_may_do_so_whatever_the_step(
    action: str, needs: list[Need]
) -> None:
    items = [Item("parentID", CARTON), Item("childEPCs", UNIT)]
    for kind in ("AggregationEvent", "AssociationEvent"):
        body: dict[str, Any] = {"type": kind, "action": action}
        assert list(act_of(body, items).needs) == needs
        shipped = {**body, "bizStep": "shipping"}
        assert list(act_of(shipped, items).needs) == [
            need("shipping"), *needs[1:],
        ]  # fmt: skip


def test_a_sample_and_a_pick_name_what_they_take_out() -> None:
    emptying = need(
        "unpacking", "unloading", "disassembling", "removing", "repackaging"
    )
    body: dict[str, Any] = {"type": "AggregationEvent", "action": "DELETE"}
    for step in ("sampling", "picking", "inspecting", None):
        said = body if step is None else {**body, "bizStep": step}
        needs = act_of(said, [Item("parentID", CARTON)]).needs
        assert needs == (need(step or "observing"), UNPACKING, emptying)


def test_a_step_that_makes_takes_the_prefixes_of_parent_and_children() -> None:
    items = [Item("parentID", CARTON), Item("childEPCs", UNIT)]
    body: dict[str, Any] = {
        "type": "AggregationEvent",
        "action": "ADD",
        "bizStep": "commissioning",
    }
    keys = "94219029600000017", "9421902960017"
    assert act_of(body, items).needs == (
        need("commissioning", keys=keys), PACKING,
    )  # fmt: skip


def test_a_transformation_takes_the_prefixes_of_its_outputs_alone() -> None:
    items = [
        Item("inputEPCList", UNIT),
        Item("outputEPCList", CARTON),
        Item("outputEPCList", "did:web:b"),
    ]
    body: dict[str, Any] = {
        "type": "TransformationEvent",
        "bizStep": "assembling",
    }
    assert act_of(body, items).needs == (
        need("assembling"),
        need("transforming", keys=("94219029600000017", "did:web:b")),
    )


@pytest.mark.parametrize("wrong", [
    {"type": 1},
    {"action": 1},
    {"action": ["ADD"]},
    {"bizStep": 1},
    {"bizStep": "selling"},
    {"bizStep": "zz:shipping"},
    {"readPoint": "did:web:a"},
    {"readPoint": {}},
    {"readPoint": {"id": 1}},
    {"bizLocation": {"id": "shed"}},
    {"bizLocation": {"id": "https://id.gs1.org/414/9421902960001"}},
    {"@context": 1},
    {"@context": {"urn": "https://a.example/"}},
    {"@context": {"e": 1}},
])  # fmt: skip
def test_a_body_that_cannot_be_understood_is_refused(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(MalformedError):
        act_of({**ADDED, **wrong}, ITEMS)


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
        lambda: act_of(body, ITEMS),
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
    formed = {
        kind
        for form in BOOK.forms.values()
        for row in form.needs
        for kind in row
    }
    known = BOOK.steps | BOOK.own_steps | {"observing", "transforming", "*"}
    assert set().union(*BOOK.roles.values()) <= known
    assert formed <= known
