"""Faults in the items that an event names: their lists, their ids."""

from tests.faults.case import (
    Fault,
    append,
    drop,
    in_both,
    in_json,
    put,
    rename,
    together,
)
from tests.faults.stories import BOX, CARTON, OTHER_BOX

_TEXT = "this must be text, not"
_LIST = "write a list, even if it is of one"
_NO_ITEM = (
    "is no absolute URI: write a GS1 Digital Link, an EPC URN or another URI,"
    " in ASCII"
)
_ORDER = "(01) takes 22 then 10 then 21 or 235, not"
_WHOLE = (
    "a TransformationEvent has inputs and outputs, or one of them and a"
    " transformationID: add what is missing"
)
_GTIN = "https://id.gs1.org/01/09506000135267"


def faults() -> list[Fault]:
    return [*_lists(), *_ids()]


def _lists() -> list[Fault]:
    return [
        *in_both(
            "items-missing", "an ObjectEvent that names no item",
            "making", drop("[2].epcList"),
            place="[2]",
            reason="an ObjectEvent has an epcList, a quantityList, or sensor data with a readPoint: add one of these",
            xml="ObjectEvent[2]",
        ),
        *in_both(
            "quantities-empty", "an ObjectEvent with an empty list of quantities alone",
            "watching", put("[3].quantityList", []),
            place="[3]",
            reason="an ObjectEvent has an epcList, a quantityList, or sensor data with a readPoint: add one of these",
            xml="ObjectEvent[3]",
        ),
        *in_both(
            "items-text", "one item where a list of them belongs",
            "shipping", put("[1].epcList", CARTON),
            place="[1].epcList", reason=f"this must be a list, not text: {_LIST}",
            xml="TransactionEvent[1]/epcList",
            xml_reason="elements belong here, and no text: put it in one of them",
        ),
        in_json(
            "items-number", "a barcode's digits as a number among the items",
            "shipping", append("[2].epcList", 9506000135267),
            place="[2].epcList[1]", reason=f"{_TEXT} a number: write it as text",
        ),
        in_json(
            "items-null", "null among the items",
            "making", append("[1].outputEPCList", None),
            place="[1].outputEPCList[2]",
            reason=f"{_TEXT} null: write it, or leave out what is not known",
        ),
        in_json(
            "items-object", "an item as an object with an id",
            "shipping", put("[0].childEPCs[0]", {"id": BOX}),
            place="[0].childEPCs[0]", reason=f"{_TEXT} an object: write it as text",
        ),
        *in_both(
            "items-twice", "one item twice in a list",
            "making", append("[2].epcList", BOX),
            place="[2].epcList[2]",
            reason="an earlier element says the same: leave one of them out",
            xml="ObjectEvent[2]/epcList/epc[3]",
        ),
        *in_both(
            "children-empty", "children joined to a container, but none named",
            "watching", put("[0].childEPCs", []),
            place="[0]",
            reason="an AssociationEvent that is no DELETE has childEPCs or a childQuantityList: name at least one child",
            xml="AssociationEvent[1]",
        ),
        *in_both(
            "children-missing", "a container packed with nothing",
            "shipping", together(drop("[0].childEPCs"), drop("[0].childQuantityList")),
            place="[0]",
            reason="an AggregationEvent that is no DELETE has childEPCs or a childQuantityList: name at least one child",
            xml="AggregationEvent[1]",
        ),
        *in_both(
            "parent-missing", "children packed into nothing",
            "shipping", drop("[0].parentID"),
            place="[0]",
            reason="an AggregationEvent with action ADD has a parentID: name the container",
            xml="AggregationEvent[1]",
        ),
        *in_both(
            "parent-missing-when-unpacked", "all children unpacked, from nothing",
            "shipping", drop("[3].parentID"),
            place="[3]",
            reason="an AggregationEvent with action DELETE has a parentID: name the container",
            xml="AggregationEvent[2]",
        ),
        in_json(
            "parent-list", "two containers at once",
            "shipping", put("[0].parentID", [CARTON, BOX]),
            place="[0].parentID", reason=f"{_TEXT} a list: write it as text",
        ),
        *in_both(
            "parent-of-an-object-event", "a container in an ObjectEvent, which cannot have one",
            "shipping", put("[2].parentID", CARTON),
            place="[2]", reason="parentID is no member of ObjectEvent: leave it out",
            xml="ObjectEvent[1]",
        ),
        *in_both(
            "items-of-an-aggregation", "an epcList in an AggregationEvent, which has childEPCs",
            "shipping", rename("[0].childEPCs", "epcList"),
            place="[0]", reason="epcList is no member of AggregationEvent: leave it out",
            xml="AggregationEvent[1]",
        ),
        *in_both(
            "transactions-missing", "a TransactionEvent without a business transaction",
            "shipping", drop("[1].bizTransactionList"),
            place="[1]", reason="bizTransactionList is missing: add it",
            xml="TransactionEvent[1]",
        ),
        *in_both(
            "transactions-empty", "a TransactionEvent with an empty list of business transactions",
            "shipping", put("[1].bizTransactionList", []),
            place="[1]",
            reason="a TransactionEvent names a business transaction: add one to bizTransactionList",
            xml="TransactionEvent[1]",
        ),
        *in_both(
            "transaction-items-missing", "a TransactionEvent that names no item",
            "shipping", drop("[1].epcList"),
            place="[1]",
            reason="a TransactionEvent that is no DELETE has an epcList or a quantityList: add one of these",
            xml="TransactionEvent[1]",
        ),
        *in_both(
            "inputs-missing", "a transformation out of nothing",
            "making", together(drop("[1].inputQuantityList"), drop("[1].transformationID")),
            place="[1]", reason=_WHOLE,
            xml="TransformationEvent[1]",
        ),
        *in_both(
            "items-of-a-transformation", "an epcList in a transformation, which has inputs and outputs",
            "making", rename("[1].outputEPCList", "epcList"),
            place="[1]", reason="epcList is no member of TransformationEvent: leave it out",
            xml="TransformationEvent[1]",
        ),
    ]  # fmt: skip


def _ids() -> list[Fault]:
    return [
        *in_both(
            "item-no-uri", "a serial number alone for an item",
            "making", put("[1].outputEPCList[1]", "0007B"),
            place="[1].outputEPCList[1]", reason=f"'0007B' {_NO_ITEM}",
            xml="TransformationEvent[1]/outputEPCList/epc[2]",
        ),
        *in_both(
            "item-wrong-check-digit", "a GTIN whose check digit is wrong",
            "making", put("[2].epcList[1]", "https://id.gs1.org/01/09506000135268/21/000812"),
            place="[2].epcList[1]",
            reason="'https://id.gs1.org/01/09506000135268/21/000812': the GTIN (01) '09506000135268' has a wrong check digit: its other digits give 7; look it up again",
            xml="ObjectEvent[2]/epcList/epc[2]",
        ),
        *in_both(
            "item-digits-swapped", "a GTIN with two digits swapped",
            "shipping", put("[0].childEPCs[0]", "https://id.gs1.org/01/09506000132567/21/000811"),
            place="[0].childEPCs[0]",
            reason="'https://id.gs1.org/01/09506000132567/21/000811': the GTIN (01) '09506000132567' has a wrong check digit: its other digits give 3; look it up again",
            xml="AggregationEvent[1]/childEPCs/epc[1]",
        ),
        *in_both(
            "item-qualifiers-out-of-order", "a serial number before the lot",
            "making", put("[2].epcList[0]", f"{_GTIN}/21/000811/10/B7"),
            place="[2].epcList[0]",
            reason=f"'{_GTIN}/21/000811/10/B7': {_ORDER} 21, 10: write these, in this order",
            xml="ObjectEvent[2]/epcList/epc[1]",
        ),
        *in_both(
            "item-qualifier-in-the-query", "a serial number in the query, where it would be lost",
            "shipping", put("[0].childEPCs[1]", f"{_GTIN}/10/B7?21=000812"),
            place="[0].childEPCs[1]",
            reason=f"'{_GTIN}/10/B7?21=000812': the serial number (21) belongs into the path, after (01), not into the query: move it there",
            xml="AggregationEvent[1]/childEPCs/epc[2]",
        ),
        *in_both(
            "item-word-for-a-key", "a Digital Link with a word for its key, as before 2022",
            "shipping", put("[0].childEPCs[1]", "https://id.gs1.org/gtin/09506000135267/ser/000812"),
            place="[0].childEPCs[1]",
            reason="'https://id.gs1.org/gtin/09506000135267/ser/000812': a Digital Link's path ends in a GS1 key, its value and qualifiers: write one such as /01/09506000134352/21/00042",
            xml="AggregationEvent[1]/childEPCs/epc[2]",
        ),
        *in_both(
            "item-serial-too-long", "a serial number of 21 characters",
            "making", put("[2].epcList[0]", f"{_GTIN}/21/" + "0" * 21),
            place="[2].epcList[0]",
            reason=f"'{_GTIN}/21/{'0' * 21}': the serial number (21) has 1 to 20 characters, unlike '{'0' * 21}': look it up again",
            xml="ObjectEvent[2]/epcList/epc[1]",
        ),
        *in_both(
            "item-serial-with-a-space", "a serial number with a space in it",
            "making", put("[2].epcList[1]", f"{_GTIN}/21/0008 12"),
            place="[2].epcList[1]", reason=f"'{_GTIN}/21/0008 12' is no absolute URI, for it holds ' ': write that %-encoded",
            xml="ObjectEvent[2]/epcList/epc[2]",
        ),
        *in_both(
            "item-lone-percent", "an escape of one digit",
            "making", put("[2].epcList[1]", f"{_GTIN}/21/100%2"),
            place="[2].epcList[1]", reason=f"'{_GTIN}/21/100%2' is no absolute URI, for it holds '%': write that %-encoded",
            xml="ObjectEvent[2]/epcList/epc[2]",
        ),
        *in_both(
            "sscc-of-17-digits", "an SSCC of 17 digits",
            "shipping", put("[2].epcList[0]", "https://id.gs1.org/00/09506000000000247"),
            place="[2].epcList[0]",
            reason="'https://id.gs1.org/00/09506000000000247': the SSCC (00) has 18 digits, unlike '09506000000000247': look it up again",
            xml="ObjectEvent[1]/epcList/epc[1]",
        ),
        *in_both(
            "sscc-wrong-check-digit", "a container whose SSCC has a wrong check digit",
            "shipping", put("[3].parentID", "https://id.gs1.org/00/095060000000002478"),
            place="[3].parentID",
            reason="'https://id.gs1.org/00/095060000000002478': the SSCC (00) '095060000000002478' has a wrong check digit: its other digits give 7; look it up again",
            xml="AggregationEvent[2]/parentID",
        ),
        *in_both(
            "sscc-urn-too-short", "an SSCC as a URN that is one digit short",
            "shipping", put("[0].parentID", "urn:epc:id:sscc:9506000.000000247"),
            place="[0].parentID",
            reason="'urn:epc:id:sscc:9506000.000000247': 9506000 and '000000247' are not 17 digits together: write leading zeros too",
            xml="AggregationEvent[1]/parentID",
        ),
        *in_both(
            "urn-prefix-of-5-digits", "a company prefix of 5 digits",
            "making", put("[1].outputEPCList[0]", "urn:epc:id:sgtin:95060.00013519.0007A"),
            place="[1].outputEPCList[0]",
            reason="'urn:epc:id:sgtin:95060.00013519.0007A': a company prefix has 6 to 12 digits, unlike '95060': look it up again",
            xml="TransformationEvent[1]/outputEPCList/epc[1]",
        ),
        *in_both(
            "urn-sgtin-too-short", "an SGTIN that is one digit short",
            "making", put("[1].outputEPCList[1]", "urn:epc:id:sgtin:9506000.13519.0007B"),
            place="[1].outputEPCList[1]",
            reason="'urn:epc:id:sgtin:9506000.13519.0007B': 9506000 and '13519' are not 13 digits together: write leading zeros too",
            xml="TransformationEvent[1]/outputEPCList/epc[2]",
        ),
        *in_both(
            "urn-without-a-serial", "an SGTIN without a serial number",
            "making", put("[1].outputEPCList[1]", "urn:epc:id:sgtin:9506000.013519"),
            place="[1].outputEPCList[1]",
            reason="'urn:epc:id:sgtin:9506000.013519': a sgtin has 3 parts with dots between, not 2: write them all",
            xml="TransformationEvent[1]/outputEPCList/epc[2]",
        ),
        *in_both(
            "urn-unknown-scheme", "an EPC URN of a scheme that there is not",
            "watching", put("[2].epcList[0]", "urn:epc:id:carton:9506000.247"),
            place="[2].epcList[0]",
            reason="'urn:epc:id:carton:9506000.247': urn:epc:id has no scheme 'carton'; it has cpi, gdti, giai, ginc, grai, gsin, gsrn, gsrnp, itip, pgln, sgcn, sgln, sgtin, sscc, upui: write one of these",
            xml="ObjectEvent[2]/epcList/epc[1]",
        ),
        *in_both(
            "urn-of-a-tag", "the URN of a tag's memory, which is a second name of the item",
            "making", put("[1].outputEPCList[0]", "urn:epc:tag:sgtin-96:3.9506000.013519.7"),
            place="[1].outputEPCList[0]",
            reason="'urn:epc:tag:sgtin-96:3.9506000.013519.7': 'urn:epc:tag' names no thing or class: write it as urn:epc:id, urn:epc:class or urn:epc:idpat",
            xml="TransformationEvent[1]/outputEPCList/epc[1]",
        ),
        *in_both(
            "place-wrong-check-digit", "a read point whose GLN has a wrong check digit",
            "making", put("[0].readPoint.id", "https://id.gs1.org/414/9506000135015"),
            place="[0].readPoint.id",
            reason="'https://id.gs1.org/414/9506000135015': the GLN of a place (414) '9506000135015' has a wrong check digit: its other digits give 4; look it up again",
            xml="ObjectEvent[1]/readPoint/id",
        ),
        *in_both(
            "lot-lost", "a lot beside a serial number that no master data names",
            "making", drop("[2].ilmd"),
            place="[2].epcList[0]",
            reason="the unit's lot 'B7' would be lost: name it in ilmd as cbvmda:lotNumber",
            xml="ObjectEvent[2]/epcList/epc[1]",
        ),
        *in_both(
            "lot-contradicted", "a lot beside a serial number, and another in the master data",
            "making", put("[2].epcList[1]", OTHER_BOX.replace("B7", "B8")),
            place="[2].epcList[1]",
            reason="the unit's lot 'B8' would be lost: name it in ilmd as cbvmda:lotNumber",
            xml="ObjectEvent[2]/epcList/epc[2]",
        ),
    ]  # fmt: skip
