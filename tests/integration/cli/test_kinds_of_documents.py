"""Each kind of document that real systems send: what comes of it, both ways.

A kind is submitted as it is and with `--lenient`; the answer names what is
wrong and where, or the ledger holds it, and knows it when it comes again.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_runs import (
    CAN,
    CAN_AS_URN,
    Place,
    Run,
    found_ledger,
    ok,
    run,
)

WHERE = "$.epcisBody.eventList[0]"
LIST = "/EPCISDocument/EPCISBody/EventList"
PLANT = "urn:epc:id:sgln:9421902.00001.0"
BRAND = "https://brand.example/01/09421902960017"
EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "eventTime": "2025-03-02T09:00:00+13:00",
    "eventTimeZoneOffset": "+13:00",
    "epcList": [CAN_AS_URN],
}
QUANTITY = [
    {"epcClass": "urn:epc:idpat:sgtin:9421902.096001.*", "quantity": 200}
]
COERCED = {
    "ex": "https://ns.example/",
    "ex:carriage": {"@type": "@id"},
}
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1"
 schemaVersion="1.2" creationDate="2025-03-03T10:00:00Z">
<EPCISBody><EventList><ObjectEvent>
<eventTime>2025-03-02T09:00:00Z</eventTime>
<eventTimeZoneOffset>+13:00</eventTimeZoneOffset>
<epcList><epc>{CAN_AS_URN}</epc></epcList>
<action>OBSERVE</action>
<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>
"""
WITH_DOCTYPE = XML.replace("?>\n", "?>\n<!DOCTYPE note>\n", 1)
QUANTITY_EVENT = XML.replace("ObjectEvent", "QuantityEvent").replace(
    f"<epcList><epc>{CAN_AS_URN}</epc></epcList>\n<action>OBSERVE</action>",
    "<epcClass>urn:epc:idpat:sgtin:9421902.096001.*</epcClass>"
    "<quantity>200</quantity>",
)


def document(context: object = None, **members: object) -> str:
    """Return a document of one event with *members*; None leaves one out."""
    said = {**EVENT, **members}
    return json.dumps(
        {
            "@context": [
                "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
                *([context] if context else []),
            ],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2025-03-03T10:00:00Z",
            "epcisBody": {
                "eventList": [
                    {n: each for n, each in said.items() if each is not None}
                ]
            },
        }
    )


TAKEN = {
    "a class and a quantity alone": document(
        epcList=None, quantityList=QUANTITY, readPoint={"id": PLANT}
    ),
    "a coercion that changes no name": document(
        COERCED, **{"ex:carriage": "urn:epc:id:giai:9421902.112"}
    ),
    "a sender's offset that is not the zone of the time": document(
        eventTimeZoneOffset="-08:00"
    ),
    "a lot": document(
        action="ADD", bizStep="commissioning", ilmd={"cbvmda:lotNumber": "L7"}
    ),
    "a brand's own link, in order": document(
        epcList=[f"{BRAND}/10/L7/21/K0001"]
    ),
    "a plain document in XML": XML,
}
MENDED = {
    "a document type that says nothing": (
        WITH_DOCTYPE, "line 2: a document type", "mended doctype: line 2: a "
    ),
    "a QuantityEvent of EPCIS 1": (
        QUANTITY_EVENT, "a QuantityEvent is no more",
        f"mended quantity-event: {LIST}/QuantityEvent[1] (line 4): EPCIS 2 ",
    ),
}  # fmt: skip
REFUSED = {
    "a brand's link with a wrong check digit": (
        document(epcList=["https://brand.example/01/09421902960018/21/K1"]),
        f"{WHERE}.epcList[0]: ", "has a wrong check digit",
    ),
    "a brand's link with a wrong order": (
        document(epcList=[f"{BRAND}/21/K1/10/L7"]),
        f"{WHERE}.epcList[0]: ", "write these, in this order",
    ),
    "a brand's link with the lot as query": (
        document(epcList=[f"{BRAND}/21/K1?10=L7"]),
        f"{WHERE}.epcList[0]: ", "belongs into the path",
    ),
    "two brand's links in one": (
        document(epcList=[f"{BRAND}/21/K1,{BRAND}/21/K2"]),
        f"{WHERE}.epcList[0]: ", "more than one",
    ),
    "an asset's link with a wrong check digit": (
        document(epcList=["https://id.gs1.org/8003/09421902000028K1"]),
        f"{WHERE}.epcList[0]: ", "has a wrong check digit",
    ),
    "an event whose type is a list": (
        document(type=["ObjectEvent"]), f"{WHERE}.type: ", "not a list"
    ),
    "a document whose type is a list": (
        document().replace('"EPCISDocument"', '["EPCISDocument"]'),
        "$.type: ", "not a list",
    ),
    "a context that defines a name of the standard anew": (
        document({"bizStep": "https://ns.example/step"}), "@context", "bizStep"
    ),
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return found_ledger(tmp_path)


def submit(place: Place, text: str, *options: object) -> Run:
    kind = "xml" if text.startswith("<") else "json"
    path = place.folder / f"document.{kind}"
    path.write_text(text, encoding="utf-8")
    return run(
        "submit", path, "--key", place.maker_key, "-C", place.ledger, *options
    )


@pytest.mark.parametrize("kind", TAKEN)
def test_what_is_right_is_taken_and_known_again(
    place: Place, kind: str
) -> None:
    for lenient in ((), ("--lenient",)):
        planned = submit(place, TAKEN[kind], "--dry-run", *lenient)
        assert planned.code == 0, planned
        assert "1 would be accepted" in planned.out
        assert "mended" not in planned.out
    assert "accepted as entry 5, 1 event: " in submit(place, TAKEN[kind]).out
    again = submit(place, TAKEN[kind])
    assert again.out.startswith("known as entry 5, 1 event: ")


@pytest.mark.parametrize("kind", MENDED)
def test_what_can_be_mended_is_so_only_when_asked_for(
    place: Place, kind: str
) -> None:
    text, fault, mend = MENDED[kind]
    strict = submit(place, text)
    assert strict.code == 3
    assert fault in strict.out
    lenient = submit(place, text, "--lenient")
    assert lenient.code == 0, lenient
    assert f"  {mend}" in lenient.out
    assert "known as entry 5" in submit(place, text, "--lenient").out


@pytest.mark.parametrize("lenient", [(), ("--lenient",)])
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_wrong_is_refused_with_its_place(
    place: Place, kind: str, lenient: tuple[str, ...]
) -> None:
    text, where, fault = REFUSED[kind]
    done = submit(place, text, *lenient)
    assert done.code == 3, done
    assert where in done.out
    assert fault in done.out


def test_a_class_alone_is_in_its_places_trail(place: Place) -> None:
    submit(place, TAKEN["a class and a quantity alone"])
    told = ok("trail", PLANT, "-C", place.ledger)
    assert "1 entry by 1 party" in told.out
    assert "Shipped" in told.out


def test_the_senders_offset_is_told_beside_the_moment(place: Place) -> None:
    submit(place, TAKEN["a sender's offset that is not the zone of the time"])
    shown = "2025-03-01 20:00 UTC (2025-03-01 12:00 -08:00)"
    for command in (
        ("trail", CAN),
        ("query", f"MATCH_epc={CAN_AS_URN}"),
    ):
        assert shown in ok(*command, "-C", place.ledger).out


def test_white_space_around_a_lot_and_a_date_says_nothing(
    place: Place,
) -> None:
    made = XML.replace("OBSERVE", "ADD").replace("shipping", "commissioning")
    spaced = made.replace(
        "</ObjectEvent>",
        '<extension><ilmd xmlns:cbvmda="urn:epcglobal:cbv:mda">'
        "<cbvmda:lotNumber>\n  L7\n</cbvmda:lotNumber>"
        "<cbvmda:itemExpirationDate>2027-02-28\n"
        "</cbvmda:itemExpirationDate></ilmd></extension></ObjectEvent>",
    )
    assert submit(place, spaced).code == 0
    asked = ("EQ_ILMD_cbvmda:lotNumber=L7", "-C", place.ledger)
    assert CAN in ok("query", *asked).out
    bundle = place.folder / "can.provenance"
    ok("bundle", CAN, "-C", place.ledger, "-o", bundle)
    label = "(01)09421902960017(21)K0000(10)L7(17)270228"
    judged = ("verify", bundle, "--trust", place.trust, "--item")
    assert run(*judged, label).code == 0
    other = run(*judged, label.replace("L7", "L8"))
    assert other.code == 1
    assert "No_match_GTIN_Serial_Lot" in other.out
    # The same without white space is the same event.
    assert (
        "known as entry 5"
        in submit(
            place, spaced.replace("\n  L7\n", "L7").replace("28\n", "28")
        ).out
    )
