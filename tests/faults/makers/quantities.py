"""Faults in how much there is of a class, and in what unit."""

from tests.faults.case import Fault, append, drop, in_both, in_json, put, rename
from tests.faults.stories import LEAVES, TIN, TINS

_TEXT = "this must be text, not"
_LIST = "write a list, even if it is of one"
_NO_ITEM = (
    "is no absolute URI: write a GS1 Digital Link, an EPC URN or another URI,"
    " in ASCII"
)
_MORE = "leave it out if it is not known"
_UOM = (
    "is no unit of measure: write its code of 2 or 3 capitals and digits, such"
    " as KGM"
)


def faults() -> list[Fault]:
    first = "[0].quantityList[0]"
    return [
        in_json(
            "quantity-text", "a quantity in quotes",
            "making", put(f"{first}.quantity", "240.5"),
            place=f"{first}.quantity",
            reason="this must be a number, not text: write it without quotes",
        ),
        *in_both(
            "quantity-with-its-unit", "a quantity with the unit behind it",
            "making", put(f"{first}.quantity", "240.5 kg"),
            place=f"{first}.quantity",
            reason="this must be a number, not text: write digits alone, such as 4.5",
            xml="ObjectEvent[1]/quantityList/quantityElement[1]/quantity",
            xml_reason="'240.5 kg' is no number: write one such as 4.5",
        ),
        *in_both(
            "quantity-decimal-comma", "a quantity with a comma",
            "making", put("[1].inputQuantityList[0].quantity", "12,5"),
            place="[1].inputQuantityList[0].quantity",
            reason="this must be a number, not text: write digits alone, such as 4.5",
            xml="TransformationEvent[1]/inputQuantityList/quantityElement[1]/quantity",
            xml_reason="'12,5' is no number: write one such as 4.5",
        ),
        in_json(
            "quantity-true", "a quantity that is true",
            "watching", put("[3].quantityList[0].quantity", True),
            place="[3].quantityList[0].quantity",
            reason="this must be a number, not true or false: write digits alone, such as 4.5",
        ),
        in_json(
            "quantity-null", "a quantity that is null",
            "shipping", put("[0].childQuantityList[1].quantity", None),
            place="[0].childQuantityList[1].quantity",
            reason="this must be a number, not null: write it, or leave out what is not known",
        ),
        *in_both(
            "quantity-negative", "a quantity below nothing",
            "making", put(f"{first}.quantity", -240.5),
            place=f"{first}.quantity",
            reason=f"a quantity is more than 0, unlike -240.5: {_MORE}",
            xml="ObjectEvent[1]/quantityList/quantityElement[1]/quantity",
        ),
        *in_both(
            "quantity-zero", "a quantity of nothing",
            "shipping", put("[0].childQuantityList[0].quantity", 0),
            place="[0].childQuantityList[0].quantity",
            reason=f"a quantity is more than 0, unlike 0: {_MORE}",
            xml="AggregationEvent[1]/childQuantityList/quantityElement[1]/quantity",
        ),
        *in_both(
            "quantity-too-large", "a count that readers would round differently",
            "watching", put("[3].quantityList[0].quantity", 2**53),
            place="[3].quantityList[0].quantity",
            reason="an integer is within ±(2**53 - 1): write a smaller one",
            xml="ObjectEvent[3]/quantityList/quantityElement[1]/quantity",
        ),
        *in_both(
            "uom-without-quantity", "a unit of measure, but no quantity",
            "making", drop(f"{first}.quantity"),
            place=first,
            reason="a uom without a quantity measures nothing: add the quantity, or leave the uom out",
            xml="ObjectEvent[1]/quantityList/quantityElement[1]",
        ),
        *in_both(
            "uom-in-lower-case", "a unit of measure in lower case",
            "making", put(f"{first}.uom", "kgm"),
            place=f"{first}.uom", reason=f"'kgm' {_UOM}",
            xml="ObjectEvent[1]/quantityList/quantityElement[1]/uom",
        ),
        *in_both(
            "uom-too-long", "a unit of measure as people write it",
            "shipping", put("[0].childQuantityList[1].uom", "KILO"),
            place="[0].childQuantityList[1].uom", reason=f"'KILO' {_UOM}",
            xml="AggregationEvent[1]/childQuantityList/quantityElement[2]/uom",
        ),
        *in_both(
            "quantity-unknown-member", "a quantity with a member that EPCIS does not know",
            "making", rename(f"{first}.uom", "unit"),
            place=first,
            reason="no member is named 'unit': leave it out, since only epcClass, quantity, uom can stand here",
            xml="ObjectEvent[1]/quantityList/quantityElement[1]/unit",
            xml_reason="no element is named 'unit' here; an extension has a namespace of its own: give it one, or leave it out",
        ),
        *in_both(
            "quantity-extension", "a quantity with an extension, which cannot have one",
            "shipping", put("[0].childQuantityList[0].tea:grade", "A"),
            place="[0].childQuantityList[0]",
            reason="no member is named 'tea:grade': leave it out, since only epcClass, quantity, uom can stand here",
            xml="AggregationEvent[1]/childQuantityList/quantityElement[1]/tea:grade",
            xml_reason="an extension has no place here: 'tea:grade'; leave it out",
        ),
        *in_both(
            "quantity-of-nothing", "a quantity that does not say of what",
            "making", drop("[1].inputQuantityList[0].epcClass"),
            place="[1].inputQuantityList[0]", reason="epcClass is missing: add it",
            xml="TransformationEvent[1]/inputQuantityList/quantityElement[1]",
        ),
        *in_both(
            "quantity-class-no-uri", "a quantity of what has a name and no URI",
            "making", put("[1].outputQuantityList[0].epcClass", "tins"),
            place="[1].outputQuantityList[0].epcClass", reason=f"'tins' {_NO_ITEM}",
            xml="TransformationEvent[1]/outputQuantityList/quantityElement[1]/epcClass",
        ),
        *in_both(
            "quantity-class-wrong-check-digit", "a quantity of a class whose GTIN has a wrong check digit",
            "making", put("[1].outputQuantityList[0].epcClass", "https://id.gs1.org/01/09506000135198/10/T2503"),
            place="[1].outputQuantityList[0].epcClass",
            reason="'https://id.gs1.org/01/09506000135198/10/T2503': the GTIN (01) '09506000135198' has a wrong check digit: its other digits give 9; look it up again",
            xml="TransformationEvent[1]/outputQuantityList/quantityElement[1]/epcClass",
        ),
        *in_both(
            "quantity-twice", "two amounts of one class, in two spellings",
            "shipping", append("[0].childQuantityList", {"epcClass": "urn:epc:class:lgtin:9506000.013519.T2503", "quantity": 2}),
            place="[0].childQuantityList[2]",
            reason=f"{TINS} stands in the list twice: add its amounts up",
            xml="AggregationEvent[1]/childQuantityList/quantityElement[3]",
        ),
        *in_both(
            "quantity-bare", "a class alone where a quantity belongs",
            "making", put(first, LEAVES),
            place=first,
            reason="this must be an object, not text: write each of its members under its name",
            xml="ObjectEvent[1]/quantityList/quantityElement[1]",
            xml_reason="elements belong here, and no text: put it in one of them",
        ),
        in_json(
            "quantities-object", "one quantity where a list of them belongs",
            "watching", put("[3].quantityList", {"epcClass": TINS, "quantity": 3}),
            place="[3].quantityList", reason=f"this must be a list, not an object: {_LIST}",
        ),
        in_json(
            "quantity-of-two", "a class that is a list of two",
            "making", put(f"{first}.epcClass", [LEAVES, TIN]),
            place=f"{first}.epcClass", reason=f"{_TEXT} a list: write it as text",
        ),
    ]  # fmt: skip
