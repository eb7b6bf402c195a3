"""Form: which events may be signed, whatever their bytes.

What is given is event data that is well formed leaf by leaf; here it matters
how its parts go together.
"""

from collections.abc import Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.event import BODY, SECRET
from tests.vectors.makers.item import PLACE, UNIT
from tests.vectors.names import MAKER, TRUST
from tests.vectors.reference import Row

BAD = "MalformedError"

TURNED: dict[str, object] = {
    "type": "TransformationEvent",
    "eventTime": "2026-02-01T09:00:00.000Z",
    "eventTimeZoneOffset": "+13:00",
    "transformationID": "urn:x:t",
}
MDA = "urn:epcglobal:cbv:mda:"
OWN = {"@context": [{"own": MDA, "other": "urn:x:"}]}


def cases() -> list[Case]:
    return [*_pointers(), *_transformations(), *_places(), *_items()]


def _case(
    name: str,
    desc: str,
    body: dict[str, object],
    *pointers: str,
    items: Sequence[Row] = (("epcList", UNIT),),
) -> Case:
    """Return a case whose outcome its name starts with."""
    event = reference.event(
        body, items, [(pointer, 1) for pointer in pointers], secret=SECRET
    )
    outcome = "ok" if name.startswith("good") else BAD
    return Case(name, desc, {"data": event.data}, outcome)


def _pointers() -> list[Case]:
    ilmd = {**BODY, "action": "ADD", "ilmd": {"cbvmda:lotNumber": "L7"}}
    registry: dict[str, object] = {
        "type": "RoleGranted",
        "actor": MAKER,
        "role": "customs",
        "may_grant": False,
    }
    stated = [
        "type", "action", "bizStep", "disposition", "persistentDisposition",
        "eventTime", "eventTimeZoneOffset", "eventID", "errorDeclaration",
        "after", "@context", "transformationID", "parentID", "epcList",
        "quantityList", "childEPCs", "childQuantityList", "inputEPCList",
        "inputQuantityList", "outputEPCList", "outputQuantityList",
    ]  # fmt: skip
    rows: list[tuple[str, str, dict[str, object], list[str]]] = [
        ("good-own-fields", "what no rule reads", BODY, ["/example:price", "/example:buyer/name"]),
        ("good-standard-fields", "standard fields that no rule reads", BODY, ["/bizLocation", "/bizTransactionList", "/readPoint/id", "/sensorElementList/0/sensorReport"]),
        ("good-nearly-a-name", "a name that starts like one that is read", BODY, ["/typeOfGoods", "/type~1x", "/Type", "/example/type"]),
        ("good-ilmd", "master data beside the lot", ilmd, ["/ilmd/cbvmda:farmList", "/ilmd/own:lotNumber", "/ilmd/lotNumber"]),
        ("good-ilmd-by-another-prefix", "a prefix that stands for something else", {**BODY, **OWN}, ["/ilmd/other:lotNumber"]),
        ("good-beside-what-is-said", "a member of what the body says in part", {**BODY, "example:buyer": {"city": "x"}}, ["/example:buyer/name"]),
        ("good-beside-one-another", "two members of what the body says in part", {**BODY, "a": {"b": {"c": 1}}}, ["/a/b/d", "/a/bd", "/a/e"]),
        ("bad-said-as-well", "a field of which the body says something else", {**BODY, "example:price": 5}, ["/example:price"]),
        ("bad-said-as-nothing", "a field that the body has as nil", {**BODY, "example:price": None}, ["/example:price"]),
        ("bad-above-what-is-said", "a field of which the body says a part", {**BODY, "example:buyer": {"city": "x"}}, ["/example:buyer"]),
        ("bad-element-said-as-well", "an element that the body has", {**BODY, "example:list": [1, 2]}, ["/example:list/1"]),
        ("bad-element-beyond", "an element after those that the body has", {**BODY, "example:list": [1, 2]}, ["/example:list/2"]),
        ("bad-inside-a-list", "a member of an element that the body has", {**BODY, "example:list": [{"a": 1}]}, ["/example:list/0/b"]),
        ("bad-inside-a-value", "a part of what the body says as text", {**BODY, "example:price": "5"}, ["/example:price/amount"]),
        ("bad-inside-another", "a field inside another one", BODY, ["/example:buyer", "/example:buyer/name"]),
        ("bad-far-inside-another", "a field far inside another one, with others between", BODY, ["/a", "/a.b", "/a/b/c"]),
        ("bad-said-under-an-escape", "a name with a slash that the body has", {**BODY, "a/b~": 1}, ["/a~1b~0"]),
        ("bad-ilmd-whole", "all master data, the lot with it", BODY, ["/ilmd"]),
        ("bad-lot", "the lot number", BODY, ["/ilmd/cbvmda:lotNumber"]),
        ("bad-lot-in-full", "the lot number by its full name", BODY, [f"/ilmd/{MDA}lotNumber"]),
        ("bad-lot-by-an-own-prefix", "the lot number by a prefix of the body's own", {**BODY, **OWN}, ["/ilmd/own:lotNumber"]),
        ("bad-below-the-lot", "a part of the lot number", BODY, ["/ilmd/cbvmda:lotNumber/0"]),
        ("bad-expiry", "the expiry", BODY, ["/ilmd/cbvmda:itemExpirationDate"]),
        ("bad-expiry-in-full", "the expiry by its full name", BODY, [f"/ilmd/{MDA}itemExpirationDate"]),
        ("bad-expiry-by-an-own-prefix", "the expiry by a prefix of the body's own", {**BODY, **OWN}, ["/ilmd/own:itemExpirationDate"]),
        ("bad-lot-beside-a-good-one", "one pointer of two", BODY, ["/example:price", "/ilmd/cbvmda:lotNumber"]),
        ("bad-below-a-disposition", "one of the dispositions that last", BODY, ["/persistentDisposition/set/0"]),
        ("bad-below-a-declaration", "why it is an error", BODY, ["/errorDeclaration/reason"]),
        ("bad-below-after", "one of the demands", BODY, ["/after/0"]),
    ]  # fmt: skip
    return [
        *(_case(name, d, body, *pointers) for name, d, body, pointers in rows),
        *(
            _case(
                f"bad-{name.strip('@')}".lower(),
                f"{name} is read by a rule",
                {k: v for k, v in BODY.items() if k != name or k == "type"},
                f"/{name}",
            )
            for name in stated
        ),
        _case(
            "bad-registry",
            "a registry event conceals nothing",
            registry,
            "/example:note",
            items=[("actor", MAKER)],
        ),
    ]


def _transformations() -> list[Case]:
    made: Row = ("outputEPCList", UNIT)
    joins: Row = ("transformationID", "urn:x:t")
    spelled = {
        **TURNED,
        "transformationID": "HTTPS://ID.GS1.ORG/00/095060000000000121",
    }
    alone = {k: v for k, v in TURNED.items() if k != "transformationID"}
    pallet: Row = (
        "transformationID",
        "https://id.gs1.org/00/095060000000000121",
    )
    return [
        _case("good-transformation", "the body and a leaf name one id", TURNED, items=[made, joins]),
        _case("good-transformation-alone", "a transformation without an id", alone, items=[made]),
        _case("good-transformation-spelled", "the leaf has the canonical id", spelled, items=[made, pallet]),
        _case("bad-transformation-unnamed", "an id in the body alone", TURNED, items=[made]),
        _case("bad-transformation-unsaid", "an id among the leaves alone", alone, items=[made, joins]),
        _case("bad-transformation-another", "another id in the body", TURNED, items=[made, ("transformationID", "urn:x:u")]),
        _case("bad-transformation-number", "an id that is a number", {**TURNED, "transformationID": 1}, items=[made, joins]),
    ]  # fmt: skip


def _places() -> list[Case]:
    there: Row = ("place", PLACE)
    body = {**BODY, "readPoint": {"id": PLACE}}
    spelled = {**BODY, "readPoint": {"id": "urn:epc:id:sgln:9506000.13437.0"}}
    return [
        _case("good-place", "a report that names its read point", body, items=[there]),
        _case("good-place-spelled", "the leaf has the canonical id", spelled, items=[there]),
        _case("bad-place-unsaid", "a place that the body does not name", BODY, items=[there]),
        _case("bad-place-another", "another place than the body names", {**BODY, "readPoint": {"id": f"{PLACE}/254/GATE"}}, items=[there]),
        _case("bad-place-beside-items", "a place of an event that has items", body, items=[("epcList", UNIT), there]),
        _case("bad-place-twice-spelled", "a place in another spelling than the canonical", spelled, items=[("place", "urn:epc:id:sgln:9506000.13437.0")]),
        _case("bad-place-concealed", "a place whose name in the body is concealed", BODY, "/readPoint", items=[there]),
    ]  # fmt: skip


def _items() -> list[Case]:
    registry: dict[str, object] = {
        "type": "RoleGranted",
        "actor": MAKER,
        "role": "customs",
        "may_grant": False,
    }
    actor: Row = ("actor", MAKER)
    unit: Row = ("epcList", UNIT)
    return [
        _case("good-actor", "a registry event and its actor", registry, items=[actor]),
        _case("bad-actor-of-a-unit", "an event of goods that has an actor for an item", BODY, items=[actor, unit]),
        _case("bad-registry-of-a-unit", "a registry event about a unit", registry, items=[unit]),
        _case("bad-registry-of-both", "a registry event about an actor and a unit", registry, items=[actor, unit]),
        _case("bad-registry-of-two", "a registry event about two actors", registry, items=[actor, ("actor", "did:web:a.example")]),
        _case("bad-trust-item", "the item of a ledger's trust versions", BODY, items=[("epcList", TRUST)]),
        _case("bad-trust-item-about", "what is said about some ledger's trust versions", BODY, items=[("about", "provenance:trust:x.example")]),
        _case("bad-urn", "an item as an EPC URN", BODY, items=[("epcList", "urn:epc:id:sgtin:9506000.013435.1")]),
        _case("bad-upper-case", "an item in another spelling", BODY, items=[("epcList", UNIT.replace("id.gs1", "ID.GS1"))]),
        _case("bad-check-digit", "a GS1 identifier with a wrong check digit", BODY, items=[("epcList", UNIT.replace("4352", "4353"))]),
    ]  # fmt: skip
