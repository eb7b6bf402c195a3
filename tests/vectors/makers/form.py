"""Form: which events may be signed, whatever their bytes.

What is given is event data that is well formed leaf by leaf; here it matters
how its parts go together.
"""

from collections.abc import Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.event import BODY, SECRET
from tests.vectors.makers.item import LOT, PALLET, PLACE, PRODUCT, UNIT
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
    return [
        *_pointers(), *_transformations(), *_places(), *_items(), *_rows(),
        *_words(), *_actors(),
    ]  # fmt: skip


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
        "concerns",
    ]  # fmt: skip
    rows: list[tuple[str, str, dict[str, object], list[str]]] = [
        ("good-own-fields", "what no rule reads", BODY, ["/example:price", "/example:buyer/name"]),
        ("good-concerns-not-said", "a name that starts like one that is read", BODY, ["/concernsWho"]),
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
    used: Row = ("inputEPCList", PALLET)
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
        _case("good-transformation-alone", "a transformation without an id", alone, items=[used, made]),
        _case("good-transformation-spelled", "the leaf has the canonical id", spelled, items=[made, pallet]),
        _case("bad-transformation-unnamed", "an id in the body alone", TURNED, items=[used, made]),
        _case("bad-transformation-unsaid", "an id among the leaves alone", alone, items=[used, made, joins]),
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
        _case("good-place-beside-a-class", "a place where some of a class was seen", body, items=[("quantityList", PRODUCT, 3, None), there]),
        _case("good-place-of-a-class-made", "the same, whatever the form", {**body, "action": "ADD"}, items=[("quantityList", PRODUCT, 3, None), there]),
        _case("good-place-of-business", "without a read point, where things are since", {**BODY, "bizLocation": {"id": PLACE}}, items=[there]),
        _case("bad-place-of-business-second", "there is a read point, too", {**body, "bizLocation": {"id": f"{PLACE}/254/GATE"}}, items=[("place", f"{PLACE}/254/GATE")]),
        _case("bad-place-beside-a-lot", "a place beside an item that has a trail", body, items=[("quantityList", f"{PRODUCT}/10/L7", 3, None), there]),
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


def _rows() -> list[Case]:
    """What each type and action may name: the rows of the book."""
    unit: Row = ("epcList", UNIT)
    amount: Row = ("quantityList", LOT, 5, None)
    about: Row = ("about", PRODUCT)
    parent: Row = ("parentID", PALLET)
    child: Row = ("childEPCs", UNIT)
    some: Row = ("childQuantityList", LOT, 5, None)
    used: Row = ("inputEPCList", UNIT)
    made: Row = ("outputEPCList", f"{UNIT}x")
    joins: Row = ("transformationID", "urn:x:t")
    place: Row = ("place", PLACE)
    there = {"readPoint": {"id": PLACE}}
    own: dict[str, object] = {"type": "https://brand.example/Event"}
    rows: list[tuple[str, str, dict[str, object], list[Row]]] = [
        ("good-row-made", "units and amounts put into being", {"action": "ADD"}, [unit, amount, about]),
        ("good-row-ended-about", "a product that is made no more", {"action": "DELETE"}, [about]),
        ("good-row-packed", "units and amounts packed", {"type": "AggregationEvent", "action": "ADD"}, [parent, child, some]),
        ("good-row-emptied", "a parent alone", {"type": "AggregationEvent", "action": "DELETE"}, [parent]),
        ("good-row-seen-inside", "children seen, and in what is not known", {"type": "AggregationEvent"}, [child]),
        ("good-row-associated", "an association", {"type": "AssociationEvent", "action": "ADD"}, [parent, child]),
        ("good-row-transaction", "a parent of a transaction", {"type": "TransactionEvent", "action": "ADD"}, [parent, unit]),
        ("good-row-turned-in-parts", "what went into a transformation that goes on", TURNED, [used, joins]),
        ("good-row-own-type", "a type of one's own names what it likes", own, [parent, child, ("inputEPCList", f"{UNIT}x")]),
        ("good-row-own-type-without-action", "a type of one's own, and no action", {**own, "action": None}, [unit]),
        ("bad-row-made-about", "what a product is about, put into being", {"action": "ADD"}, [about]),
        ("bad-row-made-with-a-parent", "a unit put into being, and its parent", {"action": "ADD"}, [unit, parent]),
        ("bad-row-object-with-children", "children in an ObjectEvent", {"action": "DELETE"}, [child]),
        ("bad-row-place-made", "a place put into being", {"action": "ADD", **there}, [place]),
        ("bad-row-packed-into-nothing", "a packing without a parent", {"type": "AggregationEvent", "action": "ADD"}, [child]),
        ("bad-row-packed-nothing", "a packing without children", {"type": "AggregationEvent", "action": "ADD"}, [parent]),
        ("bad-row-unpacked-from-nothing", "an unpacking without a parent", {"type": "AggregationEvent", "action": "DELETE"}, [child]),
        ("bad-row-packed-in-a-list", "a packing that names units in a list", {"type": "AggregationEvent", "action": "ADD"}, [parent, child, ("epcList", f"{UNIT}x")]),
        ("bad-row-association-of-nothing", "an association seen, without a parent", {"type": "AssociationEvent"}, [child]),
        ("bad-row-transaction-with-inputs", "inputs of a transaction", {"type": "TransactionEvent", "action": "ADD"}, [unit, used]),
        ("bad-row-turned-in-a-list", "a transformation that names units in a list", TURNED, [used, made, joins, ("epcList", PALLET)]),
        ("bad-row-turned-into-nothing", "a transformation without outputs and an id", UNNAMED, [used]),
        ("bad-row-turned-from-nothing", "a transformation without inputs and an id", UNNAMED, [made]),
        ("bad-row-turned-with-an-action", "a transformation with an action", {**UNNAMED, "action": "ADD"}, [used, made]),
        ("bad-row-own-type-with-an-action", "an action that is none, of a type of one's own", {**own, "action": "MAYBE"}, [unit]),
        ("bad-row-own-type-with-an-actor", "an actor in a type of one's own", own, [("actor", MAKER)]),
        ("bad-row-own-type-in-two-places", "two parents in a type of one's own", own, [parent, ("parentID", UNIT)]),
        ("bad-row-type", "a type that is none", {**own, "type": "Nonsense"}, [unit]),
        ("bad-row-action", "an action that is none", {"action": "MAYBE"}, [unit]),
        ("bad-row-no-action", "an event that does not say what it does", {"action": None}, [unit]),
    ]  # fmt: skip
    return [
        _case(
            name,
            desc,
            changes if "eventTime" in changes else {**BODY, **changes},
            items=items,
        )
        for name, desc, changes, items in rows
    ]


DOCUMENT: dict[str, object] = {
    "type": "urn:provenance:document",
    "action": None,
    "bizStep": None,
    "document": {"sender": "urn:x:sender"},
}
UNNAMED = {k: v for k, v in TURNED.items() if k != "transformationID"}


def _words() -> list[Case]:
    """Texts that everybody reads, and what a body must say beside another."""
    error: dict[str, object] = {"errorDeclaration": {"reason": "did_not_occur"}}
    amount: Row = ("quantityList", PRODUCT, 5, None)
    recall: dict[str, object] = {"bizStep": "urn:provenance:step:recalled"}
    follows: dict[str, object] = {"after": [[PALLET, bytes(32)]]}
    rows: list[tuple[str, str, dict[str, object], list[Row]]] = [
        ("good-words-own-step", "somebody's own step", {"bizStep": "https://maker.example/steps/labelling"}, []),
        ("good-words-unknown-disposition", "a disposition that nobody knows", {"disposition": "half-eaten"}, []),
        ("good-words-controls-inside", "a newline inside of another member", {"example:note": {"text": "a\nb"}}, []),
        ("good-words-error-with-a-name", "a declaration of an error that says of what", {**error, "eventID": "urn:x:1"}, []),
        ("good-words-recalled-product", "a recall of a product, which it is about", recall, [amount, ("about", PRODUCT)]),
        ("good-words-amount-of-a-product", "an amount of a product, of which nothing warns", {}, [amount]),
        ("good-words-after", "a demand about an item of the event", {"after": [[UNIT, bytes(32)]]}, []),
        ("good-words-document", "what a document says, about what its events name", DOCUMENT, [("about", UNIT)]),
        ("bad-words-document-step", "a document with a step", {**DOCUMENT, "bizStep": "shipping"}, [("about", UNIT)]),
        ("bad-words-document-disposition", "a document with a disposition", {**DOCUMENT, "disposition": "active"}, [("about", UNIT)]),
        ("bad-words-document-action", "a document with an action", {**DOCUMENT, "action": "ADD"}, [("about", UNIT)]),
        ("bad-words-document-list", "a document that names an item in another list than about", DOCUMENT, []),
        ("bad-words-step", "a step that is none", {"bizStep": "dancing"}, []),
        ("bad-words-step-number", "a step that is a number", {"bizStep": 1}, []),
        ("bad-words-step-own-bare", "a step of our own as a bare word", {"bizStep": "customs_held"}, []),
        ("bad-words-step-own-unknown", "a step of our own that is none", {"bizStep": "urn:provenance:step:dancing"}, []),
        ("bad-words-newline", "a newline at the top of a body", {"example:note": "a\nb"}, []),
        ("bad-words-delete", "the character DELETE", {"disposition": "https://x.example/\x7f"}, []),
        ("bad-words-next-line", "a control character above ASCII", {"eventID": "urn:x:\x85"}, []),
        ("bad-words-turned-round", "text that turns the direction of reading", {"disposition": "https://x.example/\u202e"}, []),
        ("bad-words-isolated", "text that is read apart", {"example:note": "a\u2066b"}, []),
        ("bad-words-arabic-mark", "a mark of direction", {"example:note": "a\u061cb"}, []),
        ("good-words-error-without-a-name", "a declaration of an error that does not say of what, and takes nothing back", error, []),
        ("good-words-error-of-a-number", "a declaration of an error of an eventID that is a number", {**error, "eventID": 1}, []),
        ("good-words-nothing-declared", "a declaration that says nothing, and not of what", {"errorDeclaration": None}, []),
        ("bad-words-recalled-product", "a recall of a product that is not about it", recall, [amount]),
        ("bad-words-damaged-product", "damage of a product that is not about it", {"disposition": "damaged"}, [amount]),
        ("bad-words-after", "a demand about what is no item of the event", follows, []),
    ]  # fmt: skip
    return [
        _case(
            name,
            desc,
            {**BODY, **changes},
            items=items or [("epcList", UNIT)],
        )
        for name, desc, changes, items in rows
    ]


def _actors() -> list[Case]:
    """Who may be enrolled: parties, and nothing that has another trail."""
    rows = [
        ("good-enrolled-did", "a party by its DID", MAKER),
        ("good-enrolled-gln", "a party by its GLN", "https://id.gs1.org/417/9506000134376"),
        ("good-enrolled-uri", "a party by a URI of its own", "https://maker.example/us"),
        ("good-enrolled-urn", "a party by a name of its own", "urn:uuid:6d1c3a0e-6e51-4a55-8a6e-0b3d7b8c9d10"),
        ("bad-enrolled-unit", "a unit as an actor", UNIT),
        ("bad-enrolled-pallet", "a pallet as an actor", PALLET),
        ("bad-enrolled-product", "a product as an actor", PRODUCT),
        ("bad-enrolled-lot", "a lot as an actor", LOT),
        ("bad-enrolled-place", "a place as an actor", PLACE),
        ("bad-enrolled-epc", "an EPC URN as an actor", "urn:epc:id:adi:W81X9C.3KL984PX1.2WMA52"),
        ("bad-enrolled-party-urn", "a party by the URN of its GLN", "urn:epc:id:pgln:9506000.13437"),
        ("bad-enrolled-spelled", "a party in another spelling", "https://ID.GS1.ORG/417/9506000134376"),
        ("bad-enrolled-gln-check-digit", "a party GLN with a wrong check digit", "https://id.gs1.org/417/9506000134377"),
        ("bad-enrolled-trust", "the item of a ledger's trust versions as an actor", TRUST),
    ]  # fmt: skip
    return [
        _case(
            name,
            desc,
            {
                "type": "ActorEnrolled",
                "actor": actor,
                "name": "Somebody",
                "key": bytes(32),
                "proof": bytes(64),
            },
            items=[("actor", actor)],
        )
        for name, desc, actor in rows
    ]
