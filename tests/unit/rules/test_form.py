"""What body, header and items of one event must agree in."""

from typing import Any

import pytest

from provenance.claims.event import (
    CODES,
    Counts,
    Event,
    Field,
    Item,
    make_event,
)
from provenance.claims.versions import trust_item
from provenance.encoding.digest import sha256
from provenance.epcis.lots import LOT_NUMBER
from provenance.epcis.render import put_back
from provenance.epcis.shapes import ITEM_MEMBERS
from provenance.errors import MalformedError
from provenance.rules import form
from provenance.rules.book import baseline
from provenance.rules.form import check_named

BOOK = baseline()
EXPIRY = "urn:epcglobal:cbv:mda:itemExpirationDate"
TIME = "2026-03-01T09:00:00Z"
UNIT = "https://id.gs1.org/01/09506000134352/21/1"
PLACE = "https://id.gs1.org/414/9506000134376"
PRODUCT = "https://id.gs1.org/01/09506000134352"
SEEN: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": TIME,
}
OWN: dict[str, Any] = {"type": "urn:x:Event", "eventTime": TIME}
BODY: dict[str, Any] = {
    **SEEN,
    "ilmd": {"cbvmda:lotNumber": "L7"},
    "x:a": {"b": 1, "c": {}},
    "x:list": [{"a": 1}, {}],
    "x:text": "a",
}
ONE: Counts = ((CODES["epcList"], 1),)

READ_BY_RULES = [
    "concerns",
    "type",
    "action",
    "bizStep",
    "disposition",
    "persistentDisposition",
    "eventTime",
    "eventTimeZoneOffset",
    "eventID",
    "errorDeclaration",
    "after",
    "@context",
    "transformationID",
    "parentID",
    "epcList",
    "quantityList",
    "childEPCs",
    "childQuantityList",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
]


def check_form(
    body: dict[str, Any], counts: Counts, pointers: list[str]
) -> None:
    form.check_form(body, counts, pointers, BOOK)


def check_whole(event: Event) -> None:
    form.check_whole(event, BOOK)


def items_named(body: dict[str, Any], items: list[Item]) -> tuple[Item, ...]:
    return form.items_named(body, items, BOOK)


def made(
    body: dict[str, Any], *items: Item, fields: tuple[Field, ...] = ()
) -> Event:
    return make_event(body, items, fields, secret=sha256(b"secret"))


@pytest.mark.parametrize("name", READ_BY_RULES)
def test_what_a_rule_reads_is_concealed_neither_whole_nor_in_part(
    name: str,
) -> None:
    for pointer in (f"/{name}", f"/{name}/0", f"/{name}/set", f"/{name}/"):
        with pytest.raises(MalformedError, match="may not be concealed"):
            check_form(OWN, ONE, [pointer])


@pytest.mark.parametrize(
    "pointer",
    [
        "/ilmd",
        "/ilmd/cbvmda:lotNumber",
        "/ilmd/cbvmda:lotNumber/0",
        "/ilmd/cbvmda:itemExpirationDate",
        f"/ilmd/{LOT_NUMBER}",
        f"/ilmd/{EXPIRY}",
        "/ilmd/mine:lotNumber",
        "/ilmd/mine:itemExpirationDate/x",
        "/ilmd/whole:",
    ],
)
def test_lot_and_expiry_are_not_concealed_in_any_spelling(
    pointer: str,
) -> None:
    body: dict[str, Any] = {
        **OWN,
        "@context": [
            {"mine": "urn:epcglobal:cbv:mda:", "whole": LOT_NUMBER},
        ],
    }
    with pytest.raises(MalformedError, match="may not be concealed"):
        check_form(body, ONE, [pointer])


@pytest.mark.parametrize(
    "pointer",
    [
        "/",
        "/readPoint",
        "/bizLocation/id",
        "/sensorElementList",
        "/sourceList",
        "/types",
        "/x:a/d",
        "/x:a/c/d/e",
        "/x:a/c~0",
        "/ilmd/mine:lotNumber",
        "/ilmd/x:a/cbvmda:lotNumber",
        "/ilmd/",
        "/ilmds",
        "/x~1action",
    ],
)
def test_anything_else_may_be_concealed_where_the_body_has_nothing(
    pointer: str,
) -> None:
    check_form(BODY, ONE, [pointer])


@pytest.mark.parametrize(
    "pointer",
    [
        "/x:a",
        "/x:a/b",
        "/x:a/c",
        "/x:a/b/c",
        "/x:text",
        "/x:text/0",
        "/x:list",
        "/x:list/0",
        "/x:list/1/a",
        "/x:list/2",
        "/x:list/-",
    ],
)
def test_no_field_is_concealed_where_or_in_what_the_body_says(
    pointer: str,
) -> None:
    with pytest.raises(MalformedError, match="the body has a value"):
        check_form(BODY, ONE, [pointer])


def test_no_field_is_concealed_inside_another() -> None:
    for pointers in (
        ["/a", "/a/b"],
        ["/a", "/a!", "/a/b/c"],
        ["/a/b", "/a/b/"],
        ["/a/", "/a//"],
    ):
        with pytest.raises(MalformedError, match="stands in another"):
            check_form(OWN, ONE, pointers)
    check_form(OWN, ONE, ["/a/", "/a/b", "/a/b!", "/b/a", "/c"])


def test_prefixes_that_cannot_be_read_are_a_fault_of_form() -> None:
    with pytest.raises(MalformedError):
        check_form({**OWN, "@context": 7}, ONE, ["/a"])


def test_a_registry_event_is_about_its_actor_and_conceals_nothing() -> None:
    body: dict[str, Any] = {"type": "ActorEnrolled", "actor": "did:web:a"}
    check_form(body, ((1, 1),), [])
    for counts, pointers in (
        (((1, 1),), ["/a"]),
        (((1, 2),), []),
        (((1, 1), (3, 1)), []),
        (ONE, []),
    ):
        with pytest.raises(MalformedError, match="a registry event has"):
            check_form(body, counts, pointers)
    with pytest.raises(MalformedError, match="only registry events"):
        check_form(SEEN, ((1, 1), (3, 1)), [])
    check_named(body, Item("actor", "did:web:a"))


def test_a_transformation_is_in_the_body_and_among_the_items() -> None:
    item = Item("transformationID", "https://id.gs1.org/253/95060001343527")
    body: dict[str, Any] = {
        "type": "TransformationEvent",
        "eventTime": TIME,
        "transformationID": "urn:epc:id:gdti:9506000.13435.7",
    }
    used = Item("inputEPCList", UNIT)
    assert items_named(body, [used]) == (used, item)
    assert items_named(body, [item, used]) == (item, used)
    check_whole(made(body, used, item))
    with pytest.raises(MalformedError, match="and among the items"):
        check_whole(made(body, used))
    with pytest.raises(MalformedError, match="and among the items"):
        check_whole(
            made({"type": "TransformationEvent", "eventTime": TIME}, used, item)
        )
    other = Item("transformationID", "urn:x:other")
    with pytest.raises(MalformedError, match="the body names"):
        check_whole(made(body, used, other))
    for wrong in (7, None, "no uri"):
        with pytest.raises(MalformedError):
            items_named({**body, "transformationID": wrong}, [used])
        with pytest.raises(MalformedError):
            check_named({**body, "transformationID": wrong}, item)


def test_a_prefix_of_the_event_is_written_out_in_what_the_body_names() -> None:
    context = [{"mine": "https://example.com/"}]
    body: dict[str, Any] = {
        **OWN,
        "@context": context,
        "transformationID": "mine:t/1",
        "readPoint": {"id": "mine:p/1"},
    }
    named = Item("transformationID", "https://example.com/t/1")
    assert items_named(body, []) == (named,)
    check_named(body, named)
    check_named(body, Item("place", "https://example.com/p/1"))


def test_a_place_is_an_item_where_there_is_no_other() -> None:
    body: dict[str, Any] = {**SEEN, "readPoint": {"id": PLACE}}
    place = Item("place", PLACE)
    assert items_named(body, []) == (place,)
    check_whole(made(body, place))
    with pytest.raises(MalformedError, match="no other with a trail"):
        check_whole(made(body, place, Item("epcList", UNIT)))
    with pytest.raises(MalformedError, match="the body names"):
        check_whole(made(body, Item("place", UNIT)))
    points: list[Any] = [None, 7, {}, {"id": 7}, {"id": None}]
    for point in points:
        with pytest.raises(MalformedError, match="nor a place"):
            items_named({**body, "readPoint": point}, [])
        with pytest.raises(MalformedError, match="nor a place"):
            check_named({**body, "readPoint": point}, place)


def test_registry_events_get_no_item_from_their_body() -> None:
    assert items_named({"type": "ActorEnrolled"}, []) == ()


@pytest.mark.parametrize(
    "spelled",
    [
        "urn:epc:id:sgtin:9506000.013435.1",
        "HTTPS://ID.GS1.ORG/01/09506000134352/21/1",
        "https://brand.example/01/9506000134352/21/1",
    ],
)
def test_an_id_in_another_spelling_is_refused(spelled: str) -> None:
    with pytest.raises(MalformedError, match="not in canonical form"):
        check_whole(made(OWN, Item("epcList", spelled)))


@pytest.mark.parametrize("name", sorted(ITEM_MEMBERS))
def test_what_names_items_is_not_put_back(name: str) -> None:
    assert put_back({"a": 1}, [Field(f"/{name}", 1)]) == {"a": 1}
    assert put_back({"a": 1}, [Field("/b", 1)]) == {"a": 1, "b": 1}


@pytest.mark.parametrize("relation", ["epcList", "about", "actor", "parentID"])
def test_no_event_joins_the_trail_of_the_trust(relation: str) -> None:
    item = Item(relation, trust_item("ledger.example"))
    with pytest.raises(MalformedError, match="no event may name it"):
        check_named({"type": "ObjectEvent"}, item)
    with pytest.raises(MalformedError, match="no event may name it"):
        check_named({"type": "ActorEnrolled", "actor": item.id}, item)


# What an event of a type may name.


def counts_of(*relations: str) -> Counts:
    return tuple(sorted((CODES[r], relations.count(r)) for r in {*relations}))


def fault_of(body: dict[str, Any], *relations: str) -> str:
    """Return what is wrong with that event, "" if nothing is."""
    try:
        check_form({"eventTime": TIME, **body}, counts_of(*relations), [])
    except MalformedError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("body", "says"), [
    ({"type": "Nonsense", "action": "ADD"}, "no events of the type"),
    ({"type": "objectEvent", "action": "ADD"}, "no events of the type"),
    ({"type": "QuantityEvent", "action": "ADD"}, "no events of the type"),
    ({"type": "ObjectEvent", "action": "MAYBE"}, "has the action"),
    ({"type": "ObjectEvent", "action": "add"}, "has the action"),
    ({"type": "ObjectEvent"}, "has the action"),
    ({"type": "ObjectEvent", "action": None}, "has the action"),
    ({"type": "TransformationEvent", "action": "ADD"}, "has none"),
    ({"type": "urn:x:Event", "action": "MAYBE"}, "no action"),
    ({"type": 7, "action": "ADD"}, "are text"),
    ({"type": "ObjectEvent", "action": ["ADD"]}, "are text"),
])  # fmt: skip
def test_an_event_that_is_none_of_epcis_has_no_form(
    body: dict[str, Any], says: str
) -> None:
    assert says in fault_of(body, "epcList")


CLASS = "https://id.gs1.org/01/09506000134352"
LOOSE = [
    ({"type": "ObjectEvent", "action": "OBSERVE"}, ["quantityList"]),
    ({"type": "ObjectEvent", "action": "ADD"}, ["quantityList"]),
    ({"type": "ObjectEvent", "action": "DELETE"}, ["quantityList"]),
    ({"type": "AggregationEvent", "action": "OBSERVE"}, ["childQuantityList"]),
    ({"type": "TransactionEvent", "action": "ADD"}, ["quantityList"]),
    ({"type": "TransactionEvent", "action": "DELETE"}, ["quantityList"]),
    (
        {"type": "TransformationEvent"},
        ["inputQuantityList", "outputQuantityList"],
    ),
    ({"type": "urn:x:Event"}, ["quantityList"]),
]


def loose(words: dict[str, Any], **more: Any) -> dict[str, Any]:
    time = {name: SEEN[name] for name in SEEN if name.startswith("eventTime")}
    return {**time, **words, **more}


@pytest.mark.parametrize(("words", "relations"), LOOSE)
def test_some_of_a_class_alone_is_on_the_trail_of_its_place(
    words: dict[str, Any], relations: list[str]
) -> None:
    amounts = tuple(Item(relation, CLASS, 200) for relation in relations)
    place = Item("place", PLACE)
    for points in (
        {"readPoint": {"id": PLACE}},
        {"bizLocation": {"id": PLACE}},
        {"readPoint": {"id": PLACE}, "bizLocation": {"id": f"{PLACE}/254/2"}},
        {"readPoint": None, "bizLocation": {"id": PLACE}},
    ):
        body = loose(words, **points)
        named = items_named(body, list(amounts))
        assert named == (*amounts, place)
        event = made(body, *named)
        check_whole(event)
        assert list(event.own_leaves) == [PLACE]


@pytest.mark.parametrize(("words", "relations"), LOOSE)
def test_some_of_a_class_without_a_place_is_about_the_product(
    words: dict[str, Any], relations: list[str]
) -> None:
    variant = f"{CLASS}/22/A"
    for named in (CLASS, variant):
        amounts = [Item(relation, named, 200) for relation in relations]
        found = items_named(loose(words), amounts)
        assert found == (*amounts, Item("about", CLASS))
        event = made(loose(words), *found)
        check_whole(event)
        assert list(event.own_leaves) == [CLASS]


def test_what_has_a_trail_needs_no_place() -> None:
    body = loose({"type": "ObjectEvent", "action": "OBSERVE"},
                 readPoint={"id": PLACE})  # fmt: skip
    lot = Item("quantityList", f"{CLASS}/10/L7", 3)
    loose_ones = Item("quantityList", CLASS, 200)
    place = Item("place", PLACE)
    assert items_named(body, [lot, loose_ones]) == (lot, loose_ones)
    check_whole(made(body, loose_ones, place))
    for other in (lot, Item("about", CLASS), Item("epcList", UNIT)):
        with pytest.raises(MalformedError, match="no other with a trail"):
            check_whole(made(body, loose_ones, other, place))
    # A unit beside it counts as it did: the lists are those of the form.
    body = loose({"type": "ObjectEvent", "action": "ADD"})
    assert "has no place" in fault_of(body, "place")


@pytest.mark.parametrize(("kind", "action", "relations", "says"), [
    ("ObjectEvent", "OBSERVE", ["childEPCs"], "has no childEPCs"),
    ("ObjectEvent", "ADD", ["epcList", "parentID"], "has no parentID"),
    ("ObjectEvent", "ADD", ["about"], "names an item in"),
    ("ObjectEvent", "ADD", ["place"], "has no place"),
    ("ObjectEvent", "DELETE", ["inputEPCList"], "has no inputEPCList"),
    ("TransformationEvent", "", ["epcList"], "has no epcList"),
    ("TransformationEvent", "", ["inputEPCList"], "names an item in output"),
    ("TransformationEvent", "", ["outputEPCList"], "names an item in input"),
    ("AggregationEvent", "ADD", ["childEPCs"], "has 1 parentID"),
    ("AggregationEvent", "ADD", ["parentID"], "names an item in child"),
    ("AggregationEvent", "DELETE", ["childEPCs"], "has 1 parentID"),
    ("AggregationEvent", "OBSERVE", ["epcList"], "has no epcList"),
    ("AssociationEvent", "OBSERVE", ["childEPCs"], "has 1 parentID"),
    ("TransactionEvent", "ADD", ["childEPCs"], "has no childEPCs"),
    ("TransactionEvent", "ADD", ["place"], "has no place"),
    ("urn:x:Event", "", ["parentID", "parentID"], "parentID"),
])  # fmt: skip
def test_a_list_that_its_type_has_not_or_lacks_is_a_fault(
    kind: str, action: str, relations: list[str], says: str
) -> None:
    body = {"type": kind} | ({"action": action} if action else {})
    assert says in fault_of(body, *relations)


@pytest.mark.parametrize(("kind", "action", "relations"), [
    ("ObjectEvent", "ADD", ["epcList", "quantityList"]),
    ("ObjectEvent", "OBSERVE", ["place"]),
    ("ObjectEvent", "OBSERVE", ["quantityList", "about"]),
    ("AggregationEvent", "DELETE", ["parentID"]),
    ("AggregationEvent", "OBSERVE", ["childEPCs"]),
    ("AggregationEvent", "ADD", ["parentID", "childQuantityList"]),
    ("TransactionEvent", "DELETE", ["place"]),
    ("TransformationEvent", "", ["inputEPCList", "outputQuantityList"]),
    ("urn:x:Event", "DELETE", ["childEPCs", "inputEPCList"]),
])  # fmt: skip
def test_the_lists_of_epcis_are_of_form(
    kind: str, action: str, relations: list[str]
) -> None:
    body = {"type": kind} | ({"action": action} if action else {})
    assert fault_of(body, *relations) == ""


@pytest.mark.parametrize("name", ["type", "disposition", "eventID", "x:note"])
@pytest.mark.parametrize("hidden", ["\x00", "\n", "\x7f", "\u202e", "\u2066"])
def test_no_text_of_the_body_hides_what_cannot_be_seen(
    name: str, hidden: str
) -> None:
    says = fault_of({**SEEN, name: f"a{hidden}b"}, "epcList")
    assert "cannot be seen" in says


@pytest.mark.parametrize("step", [
    "sold", "recalled", "cbv:BizStep-sold", "urn:provenance:step:sold",
    "urn:epcglobal:cbv:bizstep:shipping", "zz:shipping", 7,
])  # fmt: skip
def test_a_step_that_the_book_does_not_know_is_a_fault(step: object) -> None:
    assert fault_of({**SEEN, "bizStep": step}, "epcList")


def test_words_of_somebodys_own_are_kept() -> None:
    own = "https://example.com/step"
    assert fault_of({**SEEN, "bizStep": own}, "epcList") == ""
    assert fault_of({**SEEN, "disposition": own}, "epcList") == ""
    assert fault_of({**SEEN, "disposition": "unheard_of"}, "epcList") == ""


def test_an_event_follows_its_own_items_alone() -> None:
    body = {**SEEN, "after": [[UNIT, bytes(32)]]}
    check_whole(made(body, Item("epcList", UNIT)))
    with pytest.raises(MalformedError, match="which is no item"):
        check_whole(made(body, Item("epcList", UNIT[:-1] + "2")))


def test_a_warning_of_a_whole_product_is_about_it() -> None:
    named = Item("quantityList", PRODUCT)
    about = Item("about", PRODUCT)
    warning = {**SEEN, "bizStep": "urn:provenance:step:recalled"}
    assert items_named(warning, [named]) == (named, about)
    assert items_named(warning, [named, about]) == (named, about)
    there = {**SEEN, "readPoint": {"id": PLACE}}
    assert items_named(there, [named]) == (named, Item("place", PLACE))
    assert items_named({**warning, **there, "bizStep": warning["bizStep"]},
                       [named]) == (named, about)  # fmt: skip
    check_whole(made(warning, named, about))
    check_whole(made(SEEN, named))
    with pytest.raises(MalformedError, match="a warning of the whole product"):
        check_whole(made(warning, named))
